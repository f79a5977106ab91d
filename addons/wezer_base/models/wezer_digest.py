from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq, formataddr, hmac

from ..exceptions import NotAllowed, Refusal
from ..tools.cron import for_each_due
from ..tools.notice_look import PLAIN

FREQUENCIES = [
    ("daily", "Every day"),
    ("weekly", "Every week"),
    ("never", "Never"),
]
# A little less than their names: the scheduled job may run early.
APART = {"daily": timedelta(hours=20), "weekly": timedelta(days=6, hours=12)}
# What is younger may still be read on the page.
GRACE = timedelta(hours=1)
SHOWN = 30


class WezerDigest(models.Model):
    """How often a person gets a mail about unread notices: the suite's only mail."""

    _name = "wezer.digest"
    _description = "Digest of notices"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    frequency = fields.Selection(
        FREQUENCIES, help="Leave empty to follow the community's setting."
    )
    date_sent = fields.Datetime(readonly=True)
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

    def _often(self):
        """Return the frequency in force: ``daily``, ``weekly`` or ``never``."""
        self.ensure_one()
        return self.frequency or self.company_id.wezer_digest or "never"

    # === CHOOSING === #

    @api.model
    def _choices(self):
        """Return the caller's choices: ``(frequency, {kind: (label, wanted)})``."""
        partner = self.env.user.partner_id
        digests = self.sudo().search([("partner_id", "=", partner.id)])
        often = digests._often() if digests else self.env.company.wezer_digest
        refused = self._refused_kinds(partner)
        kinds = self.env["wezer.notice"]._kinds()
        return often or "never", {
            kind: (label, kind not in refused)
            for kind, (label, _default) in kinds.items()
        }

    @api.model
    def _choice_groups(self, kinds):
        """Return the kinds of :meth:`_choices` in a few groups, in their order.

        :return: dicts ``label``, ``kinds`` (dicts ``kind``, ``label``, ``wanted``),
            ``wanted`` (how many are), ``some`` and ``all``
        """
        notices = self.env["wezer.notice"]
        looks = notices._looks()
        groups = []
        for word, label in notices._groups().items():
            rows = [
                {"kind": kind, "label": text, "wanted": wanted}
                for kind, (text, wanted) in kinds.items()
                if looks.get(kind, PLAIN).group == word
            ]
            if rows:
                wanted = len([row for row in rows if row["wanted"]])
                groups.append(
                    {
                        "label": label,
                        "kinds": rows,
                        "wanted": wanted,
                        "some": wanted > 0,
                        "all": wanted == len(rows),
                    }
                )
        return groups

    @api.model
    def _refused_kinds(self, partner):
        """Return the kinds that ``partner`` does not want by mail."""
        chosen = self.env["wezer.notice.choice"].sudo()
        chosen = chosen.search([("partner_id", "=", partner.id)])
        wanted = {
            kind: default
            for kind, (_label, default) in self.env["wezer.notice"]._kinds().items()
        }
        wanted.update({choice.kind: choice.in_digest for choice in chosen})
        return {kind for kind, by_mail in wanted.items() if not by_mail}

    @api.model
    def choose(self, frequency: str, kinds: list[str]) -> bool:
        """Choose how often the caller gets a mail, and about what.

        :param str frequency: ``daily``, ``weekly`` or ``never``
        :param list kinds: stable words of the kinds that a mail contains
        :raise NotAllowed: rule ``login``, for visitors
        :raise Refusal: rules ``frequency``, ``kind``
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        if frequency not in dict(FREQUENCIES):
            raise Refusal(
                self.env._("Choose daily, weekly or never."), rule="frequency"
            )
        known = self.env["wezer.notice"]._kinds()
        if not isinstance(kinds, list | tuple) or not set(kinds) <= known.keys():
            raise Refusal(
                self.env._("This kind of notice does not exist."), rule="kind"
            )
        partner = user.partner_id
        self._for_partner(partner).frequency = frequency
        # The caller's own choices, checked above; members write nothing themselves.
        choices = self.env["wezer.notice.choice"].sudo()
        own = {
            choice.kind: choice
            for choice in choices.search([("partner_id", "=", partner.id)])
        }
        for kind in known:
            if kind in own:
                own[kind].in_digest = kind in kinds
            else:
                choices.create(
                    {
                        "partner_id": partner.id,
                        "kind": kind,
                        "in_digest": kind in kinds,
                    }
                )
        return True

    # === STOPPING WITHOUT LOGGING IN === #

    @api.model
    def _stop_token(self, partner):
        """Return the signature of the link that stops the mails of ``partner``."""
        return hmac(self.env(su=True), "wezer-digest-stop", str(partner.id))[:40]

    @api.model
    def _stop_url(self, partner):
        token = self._stop_token(partner)
        return f"{partner.get_base_url()}/digest/stop/{partner.id}/{token}"

    @api.model
    def _find_by_link(self, partner_id, token):
        """Return the partner that a stop link is for (sudo), empty where forged."""
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        if partner and consteq(
            self._stop_token(partner).encode(), (token or "").encode()
        ):
            return partner
        return partner.browse()

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

    def _is_due(self, now):
        self.ensure_one()
        apart = APART.get(self._often())
        if not apart:
            return False
        return not self.date_sent or now - self.date_sent >= apart

    @api.model
    def _send_to(self, partner):
        """Create one mail with the unread notices of ``partner``, if there are any.

        The notices are marked in the same transaction: no digest repeats them.
        """
        now = fields.Datetime.now()
        digest = self._for_partner(partner)
        if not partner.email or not digest._is_due(now):
            return self.env["mail.mail"]
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search([("partner_id", "=", partner.id), *self._waiting_domain()])
        )
        refused = self._refused_kinds(partner)
        notices = notices.filtered(lambda notice: notice.kind not in refused)
        if not notices:
            return self.env["mail.mail"]
        notices.date_mailed = now
        digest.date_sent = now
        return self.env["mail.mail"].sudo().create(self._prepare_mail(partner, notices))

    @api.model
    def _prepare_mail(self, partner, notices):
        reader = self.env["wezer.sentence"]._read_by(partner)
        lang = reader.env.lang
        here = self.with_context(lang=lang)
        company = self.env.company
        stop = self._stop_url(partner)
        body = here.env["ir.qweb"]._render(
            "wezer_base.digest_mail",
            {
                "partner": partner,
                "notices": notices[:SHOWN].with_context(**reader.env.context),
                "more": max(len(notices) - SHOWN, 0),
                "base_url": partner.get_base_url(),
                "stop_url": stop,
                "company": company,
            },
            lang=lang,
            minimal_qcontext=True,
        )
        count = len(notices)
        subject = (
            here.env._("One thing is waiting for you at %(name)s", name=company.name)
            if count == 1
            else here.env._(
                "%(count)s things are waiting for you at %(name)s",
                count=count,
                name=company.name,
            )
        )
        vals = {
            "subject": subject,
            "body_html": body,
            "email_to": formataddr((partner.name, partner.email)),
            "auto_delete": True,
            "headers": repr(
                {
                    "List-Unsubscribe": f"<{stop}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "Auto-Submitted": "auto-generated",
                }
            ),
        }
        if company.email:
            vals["email_from"] = company.email_formatted
        return vals

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
                {"frequency": digest._often(), "last_sent": digest.date_sent}
                for digest in self.sudo().search(own)
            ],
            "notice_choices": [
                {"kind": choice.kind, "by_mail": choice.in_digest} for choice in choices
            ],
        }

    @api.model
    def _anonymise(self, partner):
        """Delete the choices of a member who leaves."""
        for name in ("wezer.digest", "wezer.notice.choice"):
            rows = self.env[name].sudo().search([("partner_id", "in", partner.ids)])
            rows.unlink()
