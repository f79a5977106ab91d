from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_list

from ..exceptions import NotAllowed, Refusal
from ..tools import days, stop_link
from ..tools.cron import for_each_due
from ..tools.locks import try_once
from ..tools.notice_look import PLAIN
from .wezer_notice_choice import FREQUENCIES

# A little less than their names: the scheduled job may run early.
APART = {"daily": timedelta(hours=20), "weekly": timedelta(days=6, hours=12)}
# What is younger may still be read on the page.
GRACE = timedelta(hours=1)
SHOWN = 30
# A person's address that was refused for good gets nothing for so many days, the more
# the more often in a row it was refused.
REFUSED_DAYS = (1, 3, 7, 30)
# The scope of the signatures of links; they are in e-mails that people have.
STOP = "wezer-digest-stop"
HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]


class WezerDigest(models.Model):
    """How a person is told of notices by mail and on devices, and the digest."""

    _name = "wezer.digest"
    _description = "Digest of notices"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    date_sent = fields.Datetime(string="Last digest", readonly=True)
    date_weekly = fields.Datetime(string="Last weekly digest", readonly=True)
    quiet_from = fields.Selection(
        HOURS,
        help="Nothing is sent at once between these hours, in the person's time zone."
        " It is sent afterwards.",
    )
    quiet_until = fields.Selection(HOURS)
    with_names = fields.Boolean(
        string="Names and amounts in subjects and on lock screens",
        help="If this is off, the subject of an e-mail and the message on a device say"
        " only what kind of event it is.",
    )
    refused_address = fields.Char(
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        help="The address that the mail server refused for good. Another address of the"
        " person has nothing to do with it.",
    )
    refused_times = fields.Integer(groups=fields.NO_ACCESS)
    refused_until = fields.Datetime(groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _one_each = models.UniqueIndex("(partner_id)", "A person can have only one digest.")

    @api.model
    def _for_partner(self, partner):
        """Return the row of ``partner`` (sudo), made where it is missing."""
        # The row is the suite's: members write nothing by themselves.
        digests = self.sudo()
        found = digests.search([("partner_id", "=", partner.id)])
        return found or digests.create({"partner_id": partner.id})

    def _quiet_until(self, now):
        """Return when the quiet hours end that ``now`` is in, None where it is not."""
        self.ensure_one()
        if not self.quiet_from or not self.quiet_until:
            return None
        zone = days.zone_called(self.partner_id.tz) or days.community_zone(self.env)
        return days.quiet_until(now, int(self.quiet_from), int(self.quiet_until), zone)

    # === ADDRESSES THAT ARE REFUSED === #

    @api.model
    def _note_refused(self, addresses):
        """Send nothing to ``addresses`` for some days: the mail server refused them.

        :param addresses: normalized
        """
        now = fields.Datetime.now()
        # Their own rows of what members do not read.
        members = self.env["res.partner"].sudo()
        owners = [
            ("email_normalized", "in", list(addresses)),
            ("user_ids", "!=", False),
        ]
        for partner in members.search(owners):
            digest = self._for_partner(partner)
            if digest.refused_address != partner.email_normalized:
                digest.refused_times = 0
            elif digest.refused_until and digest.refused_until > now:
                # Several e-mails were under way.
                continue
            pause = REFUSED_DAYS[min(digest.refused_times, len(REFUSED_DAYS) - 1)]
            digest.write(
                {
                    "refused_address": partner.email_normalized,
                    "refused_times": digest.refused_times + 1,
                    "refused_until": now + timedelta(days=pause),
                }
            )

    @api.model
    def _note_delivered(self, addresses):
        """Write again to ``addresses`` that were refused: an e-mail has been taken.

        :param addresses: normalized
        """
        names = ["refused_address", "refused_times", "refused_until"]
        self.flush_model(names)
        refused = SQL(
            "SELECT id FROM wezer_digest WHERE refused_address IN %s",
            tuple(addresses) or ("",),
        )
        if self.env.execute_query(SQL("%s LIMIT 1", refused)):
            clear = SQL(
                "UPDATE wezer_digest SET refused_address = NULL, refused_times = 0,"
                " refused_until = NULL WHERE id IN (%s FOR UPDATE SKIP LOCKED)",
                refused,
            )
            # Where the row is being changed, the next e-mail notes it.
            try_once(self.env, clear)
            self.invalidate_model(names, flush=False)

    def _is_refused(self, now=None):
        """Return whether the person's address was refused (sudo).

        :param now: only where nothing is sent to it at this time
        """
        self.ensure_one()
        return bool(
            self.refused_address
            and self.refused_address == self.partner_id.email_normalized
            and (not now or (self.refused_until and self.refused_until > now))
        )

    @api.model
    def _refused(self):
        """Return what a person is told about their refused address, None if it is not.

        :return: a dict ``address`` and ``until``, a moment; it is False where e-mails
            are sent there again
        """
        partner = self.env.user.partner_id
        digest = self.sudo().search([("partner_id", "=", partner.id)])
        if not digest or not digest._is_refused():
            return None
        return {
            "address": digest.refused_address,
            "until": digest._is_refused(fields.Datetime.now()) and digest.refused_until,
        }

    @api.model
    def _todo_rows(self, user):
        """Return the to-do row of a person whose address is refused."""
        refused = self.with_user(user)._refused()
        if not refused:
            return []
        return [
            {
                "section": "now",
                "partner": user.partner_id,
                "text": self.env._(
                    "Our e-mails to %(address)s do not arrive. Check the address.",
                    address=refused["address"],
                ),
                "url": "/my/profile#email",
                "button": self.env._("Check my address"),
                "due": False,
            }
        ]

    @api.model
    def action_write_again(self) -> bool:
        """Send e-mails to the caller's address again, though it was refused.

        :raise NotAllowed: rule ``login``, for visitors
        """
        if self.env.user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        # How often it was refused stays: the next time the pause is longer.
        self._for_partner(self.env.user.partner_id).refused_until = False
        return True

    # === CHOOSING === #

    @api.model
    def _choices(self):
        """Return the caller's choices, as the page shows them.

        :return: ``groups`` (dicts ``word``, ``label``, ``frequency``, ``push``,
            ``kinds`` (labels), ``refused`` (kinds refused before, in words)),
            ``quiet_from``, ``quiet_until``, ``with_names``
        """
        partner = self.env.user.partner_id
        own = [("partner_id", "=", partner.id)]
        notices, choices = self.env["wezer.notice"], self.env["wezer.notice.choice"]
        kinds, looks = notices._kinds(), notices._looks()
        chosen = choices._of(partner)
        refused = {
            choice.notice_group: (choice.refused_kinds or "").split()
            for choice in choices.sudo().search(own)
        }
        groups = []
        for word, label in notices._own_groups().items():
            labels = {
                kind: str(text)
                for kind, (text, sent) in kinds.items()
                if sent and looks.get(kind, PLAIN).group == word
            }
            if labels:
                frequency, push = chosen[word]
                groups.append(
                    {
                        "word": word,
                        "label": label,
                        "frequency": frequency,
                        "push": push,
                        "kinds": list(labels.values()),
                        "refused": format_list(
                            self.env,
                            [
                                labels[one]
                                for one in refused.get(word, ())
                                if one in labels
                            ],
                        ),
                    }
                )
        digest = self.sudo().search(own)
        return {
            "groups": groups,
            "quiet_from": digest.quiet_from,
            "quiet_until": digest.quiet_until,
            "with_names": digest.with_names,
        }

    @api.model
    def choose(
        self,
        frequencies: dict[str, str],
        push: list[str] | None = None,
        quiet: list[str] | None = None,
        with_names: bool | None = None,
        without: list[str] | None = None,
    ) -> bool:
        """Choose how often the caller is written to about each group of notices.

        What is left out stays as it is.

        :param dict frequencies: ``at_once``, ``daily``, ``weekly`` or ``never`` for
            stable words of groups
        :param list push: the groups that are shown on the caller's devices
        :param list quiet: the hours between which nothing is sent at once, "0" to "23";
            none where it is empty
        :param bool with_names: whether subjects and devices show names and amounts
        :param list without: groups whose kinds that were refused one by one stay so;
            in the others they are sent again
        :raise NotAllowed: rule ``login``, for visitors
        :raise Refusal: rules ``frequency``, ``group``, ``quiet``
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        self._check_choice(frequencies, push, quiet, without)
        choices = self.env["wezer.notice.choice"]
        partner = user.partner_id
        for group in self.env["wezer.notice"]._groups():
            vals = {}
            if group in frequencies:
                vals["frequency"] = frequencies[group]
            if push is not None:
                vals["push"] = group in push
            if without is not None and group not in without:
                vals["refused_kinds"] = False
            if vals:
                choices._write_for(partner, group, vals)
        digest = self._for_partner(partner)
        if quiet is not None:
            first, last = quiet or (False, False)
            digest.write({"quiet_from": first, "quiet_until": last})
        if with_names is not None:
            digest.with_names = bool(with_names)
        return True

    def _check_choice(self, frequencies, push, quiet, without):
        groups = self.env["wezer.notice"]._groups().keys()
        named = [frequencies, *(part for part in (push, without) if part is not None)]
        if not isinstance(frequencies, dict) or any(
            not isinstance(part, dict | list | tuple)
            or any(not isinstance(word, str) or word not in groups for word in part)
            for part in named
        ):
            raise Refusal(
                self.env._("This group of notices does not exist."), rule="group"
            )
        words = [word for word, _label in FREQUENCIES]
        if any(word not in words for word in frequencies.values()):
            raise Refusal(
                self.env._("Choose at once, daily, weekly or never."), rule="frequency"
            )
        hours = [hour for hour, _label in HOURS]
        if quiet and (
            not isinstance(quiet, list | tuple)
            or len(quiet) != 2
            or any(hour not in hours for hour in quiet)
        ):
            raise Refusal(
                self.env._("Choose when the quiet hours begin and when they end."),
                rule="quiet",
            )

    # === STOPPING WITHOUT LOGGING IN === #

    @api.model
    def _stop_token(self, partner, group=""):
        """Return the signature of the link that stops mails to ``partner``.

        :param str group: mails about this group only; where it is empty, all digests
        """
        return stop_link.token(self.env, STOP, self._stopped(partner, group))

    @api.model
    def _stopped(self, partner, group):
        return f"{partner.id}:{group}" if group else str(partner.id)

    @api.model
    def _stop_url(self, partner, group=""):
        token = self._stop_token(partner, group)
        url = f"{partner.get_base_url()}/digest/stop/{partner.id}/{token}"
        return f"{url}?about={group}" if group else url

    @api.model
    def _find_by_link(self, partner_id, token, group=""):
        """Return the partner that a stop link is for (sudo), empty where forged."""
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        known = not group or group in self.env["wezer.notice"]._groups()
        what = self._stopped(partner, group)
        if partner and known and stop_link.is_token(self.env, STOP, what, token):
            return partner
        return partner.browse()

    @api.model
    def _stop(self, partner, group=""):
        """Stop the letters about a group, or all digests (from a link)."""
        choices = self.env["wezer.notice.choice"]
        for word, (frequency, _push) in choices._of(partner).items():
            if word == group or (not group and frequency in APART):
                choices._write_for(partner, word, {"frequency": "never"})

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Send the digests that are due; running it again sends nothing."""
        waiting = [("id", "in", self._waiting_people().ids)]
        for_each_due(self.env["res.partner"].sudo(), waiting, self._send_to)
        self.env["mail.mail"]._wezer_send_soon()

    @api.model
    def _waiting_domain(self):
        return [
            ("partner_id", "!=", False),
            ("is_read", "=", False),
            ("settled", "=", False),
            ("date_mailed", "=", False),
            ("date", "<=", fields.Datetime.now() - GRACE),
        ]

    @api.model
    def _waiting_people(self):
        """Return everybody with an unread notice that no mail mentioned yet."""
        groups = (
            self.env["wezer.notice"]
            .sudo()
            ._read_group(self._waiting_domain(), ["partner_id"])
        )
        people = self.env["res.partner"].sudo()
        return self.env["wezer.notice"]._readers(
            people.browse([partner.id for (partner,) in groups])
        )

    def _due_frequencies(self, now):
        """Return which frequencies have a digest now."""
        self.ensure_one()
        sent = {"daily": self.date_sent, "weekly": self.date_weekly}
        return {
            word
            for word, apart in APART.items()
            if not sent[word] or now - sent[word] >= apart
        }

    @api.model
    def _send_to(self, partner):
        """Create one mail with the unread notices of ``partner``, if there are any.

        The notices are marked in the same transaction: no digest repeats them. What
        was to be sent at once and was not (its letter failed, or there was no address)
        is in the next digest of the day.
        """
        now = fields.Datetime.now()
        digest = self._for_partner(partner)
        due = digest._due_frequencies(now)
        if not partner.email or not due or digest._is_refused(now):
            return self.env["mail.mail"]
        often = self.env["wezer.notice.choice"]._frequency_of(partner)
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search([("partner_id", "=", partner.id), *self._waiting_domain()])
        ).filtered(
            lambda notice: (
                often(notice.kind) in due
                or (
                    often(notice.kind) == "at_once"
                    and not notice.letter_due
                    and "daily" in due
                )
            )
        )
        notices = notices._concerning_reader()
        if not notices:
            return self.env["mail.mail"]
        mail = self.env["mail.mail"].sudo().create(self._prepare_mail(partner, notices))
        # Letters that were given up: nobody sends them after the digest.
        notices.mail_id.filtered(lambda letter: letter.state == "exception").cancel()
        notices.write({"date_mailed": now, "letter_due": False, "mail_id": mail.id})
        digest.date_sent = now
        if any(often(notice.kind) == "weekly" for notice in notices):
            digest.date_weekly = now
        return mail

    @api.model
    def _prepare_mail(self, partner, notices):
        reader = self.env["wezer.sentence"]._read_by(partner)
        lang = reader.env.lang
        here = self.with_context(lang=lang)
        company = self.env.company
        stop = self._stop_url(partner)
        asks = notices._asking_kinds()
        asking = notices.filtered(lambda notice: notice.kind in asks)
        shown = (asking + (notices - asking))[:SHOWN]
        shown = shown.with_context(**reader.env.context)
        body = here.env["ir.qweb"]._render(
            "wezer_base.digest_mail",
            {
                "partner": partner,
                # What asks for something stands first, and nothing else waits.
                "asking": shown.filtered(lambda notice: notice.kind in asks),
                "news": shown.filtered(lambda notice: notice.kind not in asks),
                "more": max(len(notices) - SHOWN, 0),
                "base_url": partner.get_base_url(),
                "stop_url": stop,
                "company": company,
            },
            lang=lang,
            minimal_qcontext=True,
        )
        count = len(asking)
        if not count:
            subject = here.env._("News from %(name)s", name=company.name)
        elif count == 1:
            subject = here.env._(
                "One thing is waiting for you at %(name)s", name=company.name
            )
        else:
            subject = here.env._(
                "%(count)s things are waiting for you at %(name)s",
                count=count,
                name=company.name,
            )
        return self.env["wezer.notice.letter"]._mail_vals(partner, subject, body, stop)

    # === PERSONAL DATA === #

    @api.model
    def _personal_data(self, partner):
        """Return the choices of ``partner`` for the download of personal data (sudo).

        :return: ``{section: rows}``
        """
        own = [("partner_id", "in", partner.ids)]
        choices = self.env["wezer.notice.choice"].sudo().search(own)
        return {
            "digest": [
                {
                    "last_sent": digest.date_sent,
                    "refused_address": digest.refused_address,
                    "quiet_from": digest.quiet_from,
                    "quiet_until": digest.quiet_until,
                    "with_names": digest.with_names,
                }
                for digest in self.sudo().search(own)
            ],
            "devices": [
                {"name": device.wezer_name, "since": device.create_date}
                for device in self.env["mail.push.device"].sudo().search(own)
            ],
            "notice_choices": [
                {
                    "group": choice.notice_group,
                    "by_mail": choice.frequency,
                    "on_devices": choice.push,
                }
                for choice in choices
            ],
        }

    @api.model
    def _anonymise(self, partner):
        """Delete the choices and the devices of a member who leaves."""
        for name in ("wezer.digest", "wezer.notice.choice", "mail.push.device"):
            rows = self.env[name].sudo().search([("partner_id", "in", partner.ids)])
            rows.unlink()
