import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..exceptions import NotAllowed
from ..tools import days, stored_sentence
from ..tools.cron import AGAIN, for_each_due
from ..tools.membership import AWAY
from ..tools.notice_look import PLAIN, NoticeLook

# A letter waits so long for what else happens in the same matter, and is not written
# where its reader looks at the page meanwhile.
LETTER_AFTER = timedelta(minutes=5)
# So many notices are written at once. What tells more people waits in one row, from
# which the scheduled action writes the notices in portions: the act that tells them
# takes no longer for it.
WRITTEN_AT_ONCE = 30
PORTION = 200
# So many days what is for information counts as unread.
FRESH_DAYS = 30
# The page shows so many; older ones stay and are part of the download.
SHOWN = 80


class WezerNotice(models.Model):
    """A message for a person: portal users have no inbox in Odoo."""

    _name = "wezer.notice"
    _description = "Notice"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index=True,
        ondelete="cascade",
        help="The reader. A row without one waits to be written for many readers.",
    )
    # The ids of the readers who have no notice of their own yet.
    reader_ids = fields.Json(groups=fields.NO_ACCESS, copy=False)
    kind = fields.Char(required=True)
    # The words as the reader's language had them when it was written, and the
    # sentence behind them, which gives them in another language. Older notices have
    # their words only.
    message = fields.Char(required=True)
    sentence = fields.Json(groups=fields.NO_ACCESS, copy=False)
    text = fields.Char(string="Notice", compute="_compute_text")
    url = fields.Char()
    subject = fields.Char(
        help="The matter of this notice within its record. A newer notice to the"
        " same person about the same matter replaces it."
    )
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    is_read = fields.Boolean(string="Read")
    settled = fields.Boolean(
        help="The matter is closed, so the notice is no longer shown."
    )
    date_mailed = fields.Datetime(
        help="The date of the e-mail or digest that contained this"
        " notice. Each notice is sent once."
    )
    # The notices are the queue of what is sent at once: what is due is in the same row.
    letter_due = fields.Datetime(groups=fields.NO_ACCESS, copy=False)
    push_due = fields.Datetime(groups=fields.NO_ACCESS, copy=False)
    mail_id = fields.Many2one(
        "mail.mail",
        string="E-mail",
        groups=fields.NO_ACCESS,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _has_reader = models.Constraint(
        "CHECK (partner_id IS NOT NULL OR reader_ids IS NOT NULL)",
        "A notice needs a reader.",
    )
    _many_idx = models.Index("(id) WHERE partner_id IS NULL")
    _waiting_idx = models.Index("(partner_id, date) WHERE NOT is_read AND NOT settled")
    _matter_idx = models.Index("(res_model, res_id) WHERE NOT settled")
    _letter_idx = models.Index(
        "(letter_due) WHERE letter_due IS NOT NULL AND NOT is_read AND NOT settled"
    )
    _push_idx = models.Index(
        "(push_due) WHERE push_due IS NOT NULL AND NOT is_read AND NOT settled"
    )

    @api.model
    def _kinds(self):
        """Return what notices can be about; addons add theirs.

        :return: ``{stable word: (label, whether a digest contains it)}``;
            the second is what holds until a person chooses
        """
        return {
            "invited": (self.env._("Someone invited me"), True),
            "arrived": (self.env._("Someone I invited has joined"), True),
            "application": (self.env._("Someone would like to join"), True),
            "approved": (self.env._("I was accepted as a member"), True),
            "declined": (self.env._("My request to join was declined"), False),
            "standing": (self.env._("My membership is active again"), True),
            "mandate": (self.env._("Authorisations to act for someone"), True),
            "acted_for": (self.env._("Someone acted for me"), True),
            "conversation": (self.env._("Someone wrote to me"), True),
            "reported": (self.env._("A message was reported"), True),
            "report_decided": (self.env._("A moderator decided about a message"), True),
            "leaving": (self.env._("Someone is leaving"), True),
            "contact": (self.env._("Someone wrote on the contact page"), True),
            "alike": (self.env._("Someone may be mistaken for another person"), True),
            "check": (self.env._("The nightly check found a problem"), True),
            "website": (self.env._("An update replaced pages of the website"), True),
        }

    @api.model
    def _groups(self):
        """Return the groups of kinds, as the choices show them: ``{word: label}``."""
        return {
            "deals": self.env._("Deals and answers"),
            "market": self.env._("Announcements"),
            "money": self.env._("Payments"),
            "circles": self.env._("Circles and roles"),
            "messages": self.env._("Messages"),
            "people": self.env._("Membership and authorisations"),
            "care": self.env._("Running the community"),
        }

    @api.model
    def _groups_at_once(self):
        """Return the groups that people are told of at once until they choose."""
        return {"deals", "messages", "money", "circles", "people"}

    @api.model
    def _own_groups(self):
        """Return the groups that can concern the caller: the choices show these.

        Running the community is for internal users, and for people who have had a
        notice about it.
        """
        groups, looks = self._groups(), self._looks()
        if not self.env.user._is_internal():
            care = [kind for kind, look in looks.items() if look.group == "care"]
            own = Domain("partner_id", "=", self.env.user.partner_id.id)
            if not self.search_count(own & Domain("kind", "in", care), limit=1):
                del groups["care"]
        return groups

    @api.model
    def _unsent_kinds(self):
        """Return the kinds that are neither mailed nor pushed: the page is enough."""
        return {kind for kind, (_label, sent) in self._kinds().items() if not sent}

    @api.model
    def _looks(self):
        """Return how each kind looks; addons add theirs.

        :rtype: dict[str, NoticeLook]
        """
        return {
            "invited": NoticeLook("people", "fa-user-plus", asks=True),
            "arrived": NoticeLook("people", "fa-user-plus"),
            "application": NoticeLook("care", "fa-user-plus", asks=True),
            "approved": NoticeLook("people", "fa-check"),
            "declined": NoticeLook("people", "fa-times"),
            "standing": NoticeLook("people", "fa-check"),
            "mandate": NoticeLook("people", "fa-users"),
            "acted_for": NoticeLook("people", "fa-users"),
            "conversation": NoticeLook("messages", "fa-envelope-o", asks=True),
            "reported": NoticeLook("care", "fa-flag-o", asks=True),
            "report_decided": NoticeLook("messages", "fa-flag-o"),
            "leaving": NoticeLook("care", "fa-sign-out"),
            "contact": NoticeLook("care", "fa-envelope-o", asks=True),
            "alike": NoticeLook("care", "fa-clone", asks=True),
            "check": NoticeLook("care", "fa-exclamation-triangle", asks=True),
            "website": NoticeLook("care", "fa-exclamation-triangle"),
        }

    @api.model
    def _asking_kinds(self):
        """Return the kinds by which the reader has something to do."""
        return [kind for kind, look in self._looks().items() if look.asks]

    @api.model
    def _shown_domain(self):
        """Return which notices pages show: all but what is for the digest only."""
        hidden = [kind for kind, look in self._looks().items() if look.digest_only]
        return Domain("kind", "not in", hidden)

    @api.model
    def _unread_domain(self):
        """Return which notices count as unread.

        What is for information only stops counting after some time: nobody has to
        clear what is past. What asks for something counts until the matter is settled.
        """
        recent = fields.Datetime.now() - timedelta(days=FRESH_DAYS)
        return (
            Domain("is_read", "=", False)
            & Domain("settled", "=", False)
            & self._shown_domain()
            & (
                Domain("date", ">=", recent)
                | Domain("kind", "in", self._asking_kinds())
            )
        )

    @api.depends("message", "sentence")
    @api.depends_context("lang", "tz", "wezer_zone")
    def _compute_text(self):
        sentences = self.env["wezer.sentence"]
        for notice in self:
            # The sentence is for code only; its words are the reader's.
            packed = notice.sudo().sentence
            notice.text = (packed and sentences._text(packed)) or notice.message

    # === LEAVING AND WITHDRAWING (by the suite's own methods) === #

    @api.model_create_multi
    def create(self, vals_list):
        notices = super().create(vals_list)
        self._invalidate_waiting()
        return notices

    def write(self, vals):
        result = super().write(vals)
        self._invalidate_waiting()
        return result

    def unlink(self):
        result = super().unlink()
        self._invalidate_waiting()
        return result

    @api.model
    def _invalidate_waiting(self):
        """Drop how many notices each user has not read."""
        self.env["res.users"].invalidate_model(["wezer_notices_waiting"], flush=False)

    @api.model
    def _leave(
        self,
        people,
        kind,
        message,
        url=None,
        record=None,
        subject=None,
        later=True,
    ):
        """Write one notice for each of ``people`` and tell their open pages.

        The person whose act it is gets none: their page has said what happened, and
        what they have to do next is on their to-do list. Where many are told, the
        notices are written soon after (``WRITTEN_AT_ONCE``). The record may leave out
        readers whom it does not concern any more (``_notice_readers(kind, people)``).

        :param message: the sentence, as :mod:`..tools.stored_sentence` says: each
            reader reads it in the language they have then
        :param str subject: what is asked or reported about ``record``; earlier notices
            to the same people about the same subject are settled, nobody else's
        :param bool later: whether the notices of many may be written later; not in a
            scheduled action, which takes some people at a time by itself
        """
        readers = people - self.env.user.partner_id
        values = {
            "kind": kind,
            "url": url,
            "res_model": record._name if record else False,
            "res_id": record.id if record else False,
            "subject": subject,
        }
        packed = stored_sentence.pack(message)
        if later and len(readers) > WRITTEN_AT_ONCE:
            return self._leave_with_many(readers, packed, values)
        return self._write_each(readers, packed, values, record)

    @api.model
    def _leave_with_many(self, readers, packed, values):
        """Keep in one row what many are told; their notices follow in portions.

        The number of statements does not depend on how many they are.
        """
        if values["res_id"] and values["subject"]:
            self.search(
                [
                    ("partner_id", "=", False),
                    ("settled", "=", False),
                    ("res_model", "=", values["res_model"]),
                    ("res_id", "=", values["res_id"]),
                    ("subject", "=", values["subject"]),
                ]
            )._withdraw(readers)
        notice = self.create(
            {
                **values,
                "reader_ids": readers.ids,
                "message": self.env["wezer.sentence"]._text(packed) or "",
                "sentence": self._kept_sentence(packed),
            }
        )
        self._wake_senders()
        return notice

    @api.model
    def _kept_sentence(self, packed):
        return packed if stored_sentence.is_kept(packed) else False

    @api.model
    def _write_next(self, notice):
        """Write the notices of the next readers of a row for many (sudo)."""
        people = self.env["res.partner"].browse(notice.reader_ids[:PORTION]).exists()
        left = notice.reader_ids[PORTION:]
        here = self.with_company(notice.company_id)
        names = ("kind", "url", "res_model", "res_id", "subject")
        values = {name: notice[name] for name in names}
        packed = notice.sentence or notice.message
        record = None
        if notice.res_id:
            record = self.env[notice.res_model].browse(notice.res_id).exists()
            if not record:
                people, left = people.browse(), []
        # First: it is not among what the new notices replace.
        if left:
            notice.reader_ids = left
        else:
            notice.unlink()
        here._write_each(people, packed, values, record)
        return AGAIN if left else None

    @api.model
    def _write_each(self, people, packed, values, record):
        """Write a notice for each of ``people`` who reads notices; return them."""
        texts, vals_list = {}, []
        now = fields.Datetime.now()
        kind = values["kind"]
        shown = not self._looks().get(kind, PLAIN).digest_only
        sent = shown and kind not in self._unsent_kinds()
        readers = self._readers(people)
        if record and hasattr(record, "_notice_readers"):
            readers = record._notice_readers(kind, readers)
        if record and values["subject"]:
            self._settle(record, subjects=[values["subject"]], people=readers)
        for person in readers:
            reader = (person.lang, person.tz)
            if reader not in texts:
                sentences = self.env["wezer.sentence"]._read_by(person)
                texts[reader] = sentences._text(packed)
            vals_list.append(
                {
                    **values,
                    "partner_id": person.id,
                    "message": texts[reader],
                    "sentence": self._kept_sentence(packed),
                    # Who is told at once, and how, is asked when its time has come:
                    # it costs this act nothing.
                    "letter_due": sent and now + LETTER_AFTER,
                    "push_due": sent and now,
                }
            )
        notices = self.create(vals_list)
        if shown:
            notices._refresh_pages()
        if sent and notices:
            self._wake_senders()
        return notices

    @api.model
    def _wake_senders(self):
        """Let the scheduled action run after this act, once for all its notices."""
        precommit = self.env.cr.precommit
        if precommit.data.setdefault("wezer_senders_woken", False):
            return
        precommit.data["wezer_senders_woken"] = True
        # Members may not touch scheduled actions.
        letters = self.sudo().env["wezer.notice.letter"]
        precommit.add(lambda: letters._wake(timedelta(), LETTER_AFTER))

    @api.model
    def _cron_write(self):
        """Write the notices that wait because many are told."""
        waiting = [("partner_id", "=", False), ("settled", "=", False)]
        return for_each_due(self.sudo(), waiting, self.sudo()._write_next)

    @api.model
    def _due_domain(self, name):
        """Return which notices are to be sent now.

        :param str name: ``letter_due`` or ``push_due``
        """
        return (
            Domain(name, "<=", fields.Datetime.now())
            & Domain("is_read", "=", False)
            & Domain("settled", "=", False)
        )

    def _with_matter(self, name):
        """Return (sudo) what is sent together with this notice, in the order of time.

        Those to the same person about the same record that are not sent yet, also
        those whose own time has not come.

        :param str name: ``letter_due`` or ``push_due``
        """
        self.ensure_one()
        if not self.res_id:
            return self
        return self.search(
            Domain("partner_id", "=", self.partner_id.id)
            & Domain("res_model", "=", self.res_model)
            & Domain("res_id", "=", self.res_id)
            & Domain(name, "!=", False)
            & Domain("is_read", "=", False)
            & Domain("settled", "=", False),
            order="date, id",
        )

    @api.model
    def _kind_label(self, kind):
        """Return what kind of event this is, without names."""
        label, _sent = self._kinds().get(kind, (None, True))
        return str(label or self._groups()[self._looks().get(kind, PLAIN).group])

    @api.model
    def _discreet_text(self, group):
        """Return what a lock screen says of something in a group of notices."""
        return {
            "deals": self.env._("Something new in a deal"),
            "market": self.env._("Something new on the market"),
            "money": self.env._("Something new about a payment"),
            "circles": self.env._("Something new in a circle"),
            "messages": self.env._("A new message"),
            "people": self.env._("Something new about your membership"),
        }.get(group) or self.env._("Something new")

    def _amount_text(self, reader):
        """Return what the matter of these notices moves, and in which direction.

        The record says it (``_notice_amount``), where it has an amount.
        """
        record = self._matter()
        if not record or not hasattr(record, "_notice_amount"):
            return ""
        return record._notice_amount(reader)

    def _concerning_reader(self):
        """Return those of these notices of one reader that still concern them (sudo).

        Their model says so (``_notices_concerning(notices)``), where what the reader
        did about it leaves no trace in the notices, as a secret vote.
        """
        left = self
        for name, notices in self.grouped("res_model").items():
            model = self.env[name].sudo() if name in self.env else None
            if hasattr(model, "_notices_concerning"):
                left -= notices - model._notices_concerning(notices)
        return left

    def _matter(self):
        """Return the record (sudo) that the newest of these notices is about, if any.

        Its reader was told about it; the record looks at what is the reader's side.
        """
        newest = self[-1:]
        if not newest.res_id or newest.res_model not in self.env:
            return self.browse()
        return self.env[newest.res_model].sudo().browse(newest.res_id).exists()

    @api.model
    def _readers(self, people):
        """Return those of ``people`` who read notices: active people with a login."""
        people = people.sudo().filtered("user_ids")
        away = (
            self.env["wezer.profile"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("partner_id", "in", people.ids),
                    ("state", "in", AWAY),
                ],
                ["partner_id"],
            )
        )
        return people - people.browse(away.partner_id.ids)

    @api.model
    def _replace_name(self, old, new):
        """Put the pseudonym where the name stands in what sentences were filled with.

        The sentences themselves stay: somebody may be called like a word in them.
        """
        if not (old or "").strip():
            return
        # As the database writes it inside of JSON.
        inside = json.dumps(old, ensure_ascii=False)[1:-1]
        self.flush_model(["sentence"])
        self.env.cr.execute(
            SQL(
                "SELECT id FROM wezer_notice WHERE position(%s in sentence::text) > 0",
                inside,
            )
        )
        pattern = stored_sentence.whole_name(old)
        for notice in self.sudo().browse(row[0] for row in self.env.cr.fetchall()):
            notice.sentence = stored_sentence.replaced(
                notice.sentence, lambda text: pattern.sub(lambda _match: new, text)
            )

    def _refresh_pages(self):
        """Let open pages of the readers ask for their notices again."""
        for partner in self.partner_id:
            # Only that something changed: the page asks for the rest.
            kinds = self.filtered(lambda notice, who=partner: notice.partner_id == who)
            partner._bus_send("wezer.notice", {"kind": kinds[:1].kind})

    @api.model
    def _settle(self, record, kinds=None, subjects=None, people=None):
        """Withdraw notices about ``record``: all where the matter is over.

        :param kinds: only notices of these kinds
        :param subjects: only notices about these subjects
        :param people: only the notices of these persons
        """
        # sudo: other people's notices too, as the matter is the same.
        if "notice_ids" in record._fields:
            # Read once for the whole action.
            notices = record.sudo().notice_ids.filtered(
                lambda notice: (
                    not notice.settled
                    and (not kinds or notice.kind in kinds)
                    and (subjects is None or notice.subject in subjects)
                    and (
                        people is None
                        or not notice.partner_id
                        or notice.partner_id in people
                    )
                )
            )
            notices.with_env(self.sudo().env)._withdraw(people)
            return
        matter = self._about(record._name, record.ids, kinds, subjects, people)
        self._settle_all([matter], people)

    @api.model
    def _about(self, model, ids, kinds=None, subjects=None, people=None):
        """Return the domain of notices about records, for :meth:`_settle_all`.

        :param ids: of the records; or a query of them, which is asked with the notices
        """
        domain = Domain("res_model", "=", model)
        domain &= Domain("res_id", "any!" if isinstance(ids, Query) else "in", ids)
        if kinds:
            domain &= Domain("kind", "in", kinds)
        if subjects is not None:
            domain &= Domain("subject", "in", subjects)
        if people is not None:
            domain &= Domain("partner_id", "in", [*people.ids, False])
        return domain

    @api.model
    def _settle_all(self, matters, people=None):
        """Withdraw the notices about several matters, asked for at once.

        :param matters: domains of :meth:`_about`
        :param people: of notices that wait to be written, only those of these persons
        """
        # sudo: other people's notices too, as the matter is the same.
        domain = Domain.OR(matters) & Domain("settled", "=", False)
        self.sudo().search(domain)._withdraw(people)

    def _withdraw(self, people=None):
        """Settle these notices and refresh the pages where they were unread.

        :param people: of notices that wait to be written, only those of these persons
        """
        notices = self
        if people is not None:
            for notice in self.filtered(lambda one: not one.partner_id):
                left = [one for one in notice.reader_ids if one not in people._ids]
                if left:
                    notice.reader_ids = left
                    notices -= notice
        if notices:
            notices.write({"settled": True})
            notices.filtered(lambda notice: not notice.is_read)._refresh_pages()

    # === READING === #

    @api.model
    def _waiting_count(self):
        """Return how many notices the caller has not read; visitors have none."""
        if not self.has_access("read"):
            return 0
        return sum(notices for notices, _records in self._waiting_by_model().values())

    @api.model
    def _waiting_by_model(self):
        """Return what the caller has not read, by what it is about.

        The bell and the phone's bar show it on each page: it is asked once.

        :return: ``{model or False: (notices, records that they are about)}``
        """
        return self.env.user.sudo().wezer_notices_waiting or {}

    @api.model
    def _news(self, limit):
        """Return the caller's latest unread notices that ask for nothing.

        :return: dicts as the home shows them, see ``res.users._wezer_dashboard``
        """
        if not self.has_access("read"):
            return []
        asking = self._asking_kinds()
        notices = self.search_fetch(
            Domain("partner_id", "=", self.env.user.partner_id.id)
            & self._unread_domain()
            & Domain("kind", "not in", asking),
            limit=limit,
        )
        looks = self._looks()
        return [
            {
                "date": notice.date,
                "text": notice.text,
                "url": notice.url or "/my/notices",
                "icon": looks.get(notice.kind, PLAIN).icon,
                "from": "",
            }
            for notice in notices
        ]

    @api.model
    def mark_read(self, notice_ids: list[int] | None = None) -> int:
        """Mark the caller's own notices as read.

        :param list notice_ids: only these; all where left out
        :return: how many were marked
        :raise NotAllowed: rule ``login``, for visitors
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        domain = Domain("partner_id", "=", user.partner_id.id)
        domain &= Domain("is_read", "=", False)
        if notice_ids is None:
            domain &= self._shown_domain()
        else:
            ids = [number for number in notice_ids if type(number) is int]
            domain &= Domain("id", "in", ids)
        # The caller's own rows, by the domain: members write nothing by themselves.
        notices = self.sudo().search(domain)
        notices.write({"is_read": True})
        return len(notices)

    @api.model
    def _read_matter(self, record):
        """Mark what the caller has not read about ``record``: they look at it now."""
        if not self.has_access("read"):
            return
        unread = self.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("partner_id", "=", self.env.user.partner_id.id),
                ("is_read", "=", False),
            ]
        )
        if unread:
            self.mark_read(unread.ids)

    @api.model
    def _page_sections(self):
        """Return the caller's notices as the page shows them.

        Those of one matter stand together, under the newest. What asks for something
        comes first, what is for information below, by day.

        :return: list of ``(title, rows)``; a row has ``notice``, ``older`` (notices of
            the same matter), ``look``, ``unread`` and ``profile``, the other party of
            the matter, or an empty one
        """
        notices = self.search(
            Domain("partner_id", "=", self.env.user.partner_id.id)
            & Domain("settled", "=", False)
            & self._shown_domain(),
            limit=SHOWN,
        )
        matters = {}
        for notice in notices:
            matter = (notice.res_model, notice.res_id) if notice.res_id else notice.id
            matters.setdefault(matter, self.browse())
            matters[matter] |= notice
        today = days.today(self.env)
        newest = self.browse([matter[0].id for matter in matters.values()])
        faces = newest._faces()
        unread = notices.filtered_domain(self._unread_domain())
        looks = self._looks()
        asked, told = [], {}
        for matter in matters.values():
            notice = matter[0]
            look = looks.get(notice.kind, PLAIN)
            row = {
                "notice": notice,
                "older": matter[1:],
                "look": look,
                "unread": notice in unread,
                "profile": faces.get(notice.id, self.env["wezer.profile"]),
            }
            if look.asks and not notice.is_read:
                asked.append(row)
            else:
                title = self._day_title(notice.date, today)
                told.setdefault(title, []).append(row)
        first = [(self.env._("Needs you"), asked)] if asked else []
        return first + list(told.items())

    def _faces(self):
        """Return the profile of the other party of each notice, for one page.

        The record that a notice is about says who that is
        (``wezer.record.mixin._notice_party``).

        :return: ``{id of the notice: wezer.profile}``, where there is one to show
        """
        parties = {}
        for model, notices in self.grouped("res_model").items():
            if model not in self.env or not hasattr(self.env[model], "_notice_party"):
                continue
            # The caller was told about it; the face is shown as its rules say.
            records = self.env[model].sudo().browse(notices.mapped("res_id")).exists()
            reader = self.env.user.partner_id
            found = {record.id: record._notice_party(reader) for record in records}
            for notice in notices:
                if party := found.get(notice.res_id):
                    parties[notice.id] = party
        everybody = self.env["res.partner"].browse(
            {party.id for party in parties.values()}
        )
        profiles = {
            profile.partner_id.id: profile for profile in everybody._wezer_profile()
        }
        return {
            number: profiles[party.id]
            for number, party in parties.items()
            if party.id in profiles
        }

    def _day_title(self, moment, today):
        day = days.day_of(self.env, moment)
        if day >= today:
            return self.env._("Today")
        if day == today - timedelta(days=1):
            return self.env._("Yesterday")
        if day > today - timedelta(days=7):
            return self.env._("In the last few days")
        return self.env._("Earlier")
