from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..exceptions import NotAllowed
from ..tools import locks
from ..tools.state_machine import StateMachine, Transition

_lt = LazyTranslate(__name__)

# Messages before the reported one that moderators read with it.
BEFORE = 2
# So many rows a list shows, and so many reports are looked at for it.
SHOWN, LOOKED_AT = 20, 200
# So many notices a day moderators get of what one person reports.
CALLS_A_DAY = 3

REPORT = StateMachine(
    states=("waiting", "dismissed", "removed"),
    rules={
        "moderator": "a moderator who takes no part in the conversation and acts for"
        " neither party"
    },
    transitions=(
        Transition("open", ("waiting",), ("waiting",), "moderator", "action_open"),
        Transition(
            "dismiss", ("waiting",), ("dismissed",), "moderator", "action_dismiss"
        ),
        Transition("remove", ("waiting",), ("removed",), "moderator", "action_remove"),
    ),
)
WAITING = REPORT.unfinished


class WezerConversationReport(models.Model):
    """A message that moderators look at: reported, or the same text to many.

    The texts are no fields of it: moderators read them by :meth:`action_open`, which
    keeps who did. Nothing else of the conversation is shown to them.
    """

    _name = "wezer.conversation.report"
    _description = "Reported message"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = REPORT
    _order = "date desc, id desc"
    _rec_name = "id"

    message_id = fields.Many2one(
        "wezer.conversation.message",
        index="btree_not_null",
        ondelete="cascade",
        groups=fields.NO_ACCESS,
    )
    conversation_id = fields.Many2one(
        related="message_id.conversation_id",
        store=True,
        index=True,
        groups=fields.NO_ACCESS,
    )
    kind = fields.Selection(
        [("reported", "Reported"), ("alike", "The same text to many")], required=True
    )
    reporter_id = fields.Many2one(
        "res.partner",
        string="Reported by",
        index="btree_not_null",
        ondelete="set null",
    )
    reason = fields.Text(help="The words of the person who reported it.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("waiting", "Waiting"), ("dismissed", "Dismissed"), ("removed", "Removed")],
        required=True,
        default="waiting",
        index=True,
    )
    moderator_id = fields.Many2one(
        "res.partner", string="Decided by", ondelete="set null"
    )
    reader_ids = fields.Many2many(
        "res.partner",
        "wezer_conversation_report_reader_rel",
        "report_id",
        "partner_id",
        string="Read by",
        help="The moderators who have read the message.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _waiting_uniq = models.UniqueIndex(
        "(message_id) WHERE state = 'waiting'", "This message is already reported."
    )

    # === WHAT WAS REPORTED (sudo) === #

    @api.model
    def _reported_fields(self) -> list[str]:
        """Return the fields that name what was reported, one of them; extended.

        Their models have ``_report_parties``, ``_report_shown``, ``_report_writer``,
        ``_report_url`` and ``_report_remove``.
        """
        return ["message_id"]

    def _reported(self):
        """Return the record that was reported (sudo), empty where it was deleted."""
        self.ensure_one()
        report = self.sudo()
        for name in self._reported_fields():
            if report[name]:
                return report[name]
        return report.message_id

    # === MAKING (sudo) === #

    @api.model
    def _report(self, field, record, reporter, reason):
        """Report the ``record`` in ``field``; return the report (sudo).

        Of one that is already reported, return the report that waits. Moderators get
        few notices a day of what one person reports, and find all of it on their
        to-do lists.
        """
        reports = self.sudo()
        # Of two that report it at once, the second finds the first; and those of one
        # person are counted one after the other.
        locks.hold(self.env, "report", f"{field}-{record.id}")
        locks.hold(self.env, "reporter", reporter.id)
        found = reports.search([(field, "=", record.id), ("state", "in", WAITING)])
        if found:
            return found
        called = reports.search_count(
            [
                ("reporter_id", "=", reporter.id),
                ("date", ">", fields.Datetime.now() - timedelta(days=1)),
            ],
            limit=CALLS_A_DAY,
        )
        vals = {field: record.id, "kind": "reported", "reason": reason}
        report = reports.create({**vals, "reporter_id": reporter.id})
        if called < CALLS_A_DAY:
            report._call_moderators(_lt("A message was reported. Decide about it."))
        return report

    @api.model
    def _hold(self, message):
        """Let moderators look at a message before it is delivered.

        They are told once of what one person sends to many, and find all of it on
        their to-do lists.
        """
        reports = self.sudo()
        called = reports.search_count(
            [
                ("kind", "=", "alike"),
                ("state", "in", WAITING),
                ("message_id.person_id", "=", message.person_id.id),
            ],
            limit=1,
        )
        report = reports.create({"message_id": message.id, "kind": "alike"})
        if not called:
            report._call_moderators(
                _lt("Someone sends the same text to many people. Decide about it.")
            )
        return report

    def _call_moderators(self, sentence):
        for user in self._moderators():
            user.partner_id._wezer_notify(
                "reported", sentence, url=self._url(), record=self
            )

    def _parties(self):
        """Return the parties and persons whose matter this is (sudo)."""
        reported = self._reported()
        return reported._report_parties() | self.sudo().reporter_id

    def _moderators(self):
        """Return the users who may decide about this report."""
        users = self.env["res.users"]._wezer_moderators()
        return users.filtered(self._may_be_decided_by)

    def _may_be_decided_by(self, user):
        """Return whether ``user`` moderates, and reads for none of the parties."""
        parties = self._parties()
        return user._moderates(parties) and not user._corresponds_for(parties)

    def _drop(self):
        """Delete reports (sudo) of what is deleted, and their notices."""
        self.env["wezer.notice"].sudo()._settle(self)
        self.unlink()

    def _url(self) -> str:
        """Return the address of the page of this report."""
        self.ensure_one()
        return f"/my/messages/reports/{self.id}"

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        if not self._may_be_decided_by(self.env.user):
            return NotAllowed(
                self.env._("Only a moderator who is not a party can decide this."),
                rule="moderate",
            )
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._("This has already been decided.")

    # === ACTIONS === #

    def action_open(self) -> list[dict]:
        """Return the reported message and the two before it, oldest first.

        Who has read it is kept.

        :return: dicts ``date`` (text, UTC), ``name``, ``text`` and ``reported``
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("open")
        # What a moderator reads of it, checked above.
        report = self.sudo()
        report.reader_ids |= self.env.user.partner_id
        return report._reported()._report_shown(
            BEFORE if report.kind == "reported" else 0
        )

    def action_dismiss(self) -> bool:
        """Keep the message as it is; one that was held is delivered."""
        report = self._decide("dismiss", "dismissed")
        if report.message_id.withheld == "alike":
            report.message_id._release()
        report._notify_reporter(
            _lt("A moderator looked at the message that you reported and kept it.")
        )
        return True

    def action_remove(self) -> bool:
        """Remove the text of the message; its writer is told."""
        report = self._decide("remove", "removed")
        reported = report._reported()
        person = reported._report_writer(report.reporter_id)
        url = reported._report_url()
        report._notify_reporter(
            _lt("A moderator removed the message that you reported.")
        )
        reported._report_remove()
        person._wezer_notify(
            "report_decided",
            _lt("A moderator removed a message that you wrote."),
            url=url,
            record=report,
        )
        return True

    def _decide(self, action, state):
        """Decide for the user; return the report (sudo)."""
        self.ensure_one()
        self.check_access("read")
        self._check_may(action)
        report = self.sudo()
        moderator = self.env.user.partner_id
        report.write({"state": state, "moderator_id": moderator.id})
        self.env["wezer.notice"].sudo()._settle(report, kinds=["reported"])
        return report

    def _notify_reporter(self, sentence):
        if self.reporter_id:
            self.reporter_id._wezer_notify(
                "report_decided",
                sentence,
                url=self._reported()._report_url(),
                record=self,
                subject="decision",
            )

    @api.model
    def _todo_rows(self, user):
        """Return the to-do rows of a moderator: reports that wait for a decision.

        What one person reports, or sends to many, is one row, which leads to the oldest
        of it: nobody fills the list of a moderator.
        """
        if not user.sudo().has_group("wezer_base.group_moderator"):
            return []
        waiting = self.sudo().search(
            [("state", "in", WAITING)], order="date, id", limit=LOOKED_AT
        )
        rows = []
        for reports in waiting.grouped(lambda one: one._todo_matter()).values():
            report = next(
                (one for one in reports if one._may_be_decided_by(user)), None
            )
            if report and len(rows) < SHOWN:
                rows.append(
                    {
                        "section": "now",
                        "partner": self.env["res.partner"],
                        "text": report._todo_text(len(reports)),
                        "url": report._url(),
                        "button": self.env._("Decide"),
                        "due": False,
                    }
                )
        return rows

    def _todo_matter(self):
        """Return what is one row of the to-do list: its kind, and whose act it is."""
        held = self.kind == "alike"
        return self.kind, self.message_id.person_id if held else self.reporter_id

    def _todo_text(self, count):
        """Return the text of a row for so many reports."""
        if self.kind == "alike":
            return self.env._("Someone sends the same text to many people.")
        if count > 1:
            return self.env._("%(count)s messages were reported.", count=count)
        return self.env._("A message was reported.")
