import logging

from odoo import Command, api, fields, models
from odoo.tools import LazyTranslate, format_list

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.stored_sentence import sentence_of

from ..tools import rings

_lt = LazyTranslate(__name__)

_logger = logging.getLogger(__name__)

STATES = ("flagged", "cleared", "confirmed", "gone")
RING = StateMachine(
    states=STATES,
    rules={
        "computation": "the computation of all scores",
        "moderator": "a community moderator or administrator who is not in the ring",
    },
    transitions=(
        Transition("flag", (), ("flagged",), "computation", "_record_flagged"),
        Transition("flag", ("gone",), ("flagged",), "computation", "_record_flagged"),
        Transition("leave", ("flagged",), ("gone",), "computation", "_record_flagged"),
        Transition("clear", STATES, ("cleared",), "moderator", "action_clear"),
        Transition("confirm", STATES, ("confirmed",), "moderator", "action_confirm"),
    ),
)
REASON_LENGTH = 2000
# So many names stand in a sentence; the others are counted.
NAMES = 8
OUT_OF = 5


class WezerReputationRing(models.Model):
    """A few people who mostly assess each other, and better than others do.

    While a ring is flagged or confirmed, what its people say of each other weighs a
    fifth. Once cleared, it counts in full again, for them and for what grows around
    them, until the pattern changes (:class:`~..tools.rings.Cleared`).

    It goes to moderators who are not in it; where there are none, to administrators
    who are not; where everybody who could decide is in it, the administrators are
    asked to name a moderator who is not.
    """

    _name = "wezer.reputation.ring"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Reputation: ring"
    _order = "date desc, id desc"
    _rec_name = "date"
    _state_machine = RING

    date = fields.Datetime(required=True, readonly=True)
    partner_ids = fields.Many2many(
        "res.partner",
        "wezer_reputation_ring_partner_rel",
        string="People",
        readonly=True,
    )
    # The ids in order: how the same people are recognised.
    people = fields.Char("Ids", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("flagged", "To check"),
            ("cleared", "Not a ring: counts in full"),
            ("confirmed", "A ring"),
            ("gone", "No longer there"),
        ],
        required=True,
        default="flagged",
        readonly=True,
    )
    summary = fields.Char(compute="_compute_summary", string="Observation")
    numbers = fields.Text(compute="_compute_numbers")
    # As rings.Figures: of the last computation, and of the day of the clearing.
    figures = fields.Json(readonly=True)
    cleared_figures = fields.Json(readonly=True)
    former_id = fields.Many2one(
        "wezer.reputation.ring",
        string="Earlier decision",
        readonly=True,
        index="btree_not_null",
        help="The decision about most of these people, before the pattern changed.",
    )
    reason = fields.Text(
        help="The reasons for the decision. They are kept for people who ask."
    )
    judged_by_id = fields.Many2one("res.partner", string="Decided by", readonly=True)
    judged_date = fields.Datetime(string="Decided on", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === WORDS === #

    @api.depends("partner_ids")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        for ring in self:
            ring.display_name = ring._names()
        # Also where a later ring refers to one that has the reader in it.
        self._wezer_hide_names()

    @api.depends("partner_ids")
    @api.depends_context("lang")
    def _compute_summary(self):
        for ring in self:
            ring.summary = ring._sentence()

    def _sentence(self):
        return self.env._(
            "These %(count)s people mostly assess each other: %(names)s.",
            count=len(self.sudo().partner_ids),
            names=self._names(),
        )

    def _names(self):
        names = self.sudo().partner_ids.mapped("name")
        shown = names[:NAMES]
        if len(names) > NAMES:
            shown.append(self.env._("%(count)s more", count=len(names) - NAMES))
        return format_list(self.env, shown)

    @api.depends("figures", "former_id")
    @api.depends_context("lang", "uid")
    def _compute_numbers(self):
        for ring in self:
            ring.numbers = "\n".join(ring._number_sentences()) or False

    def _number_sentences(self):
        sentences = []
        if self.figures:
            figures = rings.Figures(**self.figures)
            out_of = [
                format_decimal(self.env, OUT_OF * value, 1)
                for value in (figures.inside, figures.outside)
            ]
            sentences = [
                self.env._(
                    "In %(days)s days they gave each other %(count)s assessments.",
                    days=round(rings.WINDOW_DAYS),
                    count=figures.ratings,
                ),
                self.env._(
                    "Of 100 assessments that they received, %(share)s came from each"
                    " other.",
                    share=round(100 * figures.share),
                ),
                self.env._(
                    "They give each other %(inside)s of 5 on average. Others give them"
                    " about %(outside)s.",
                    inside=out_of[0],
                    outside=out_of[1],
                ),
                self.env._(
                    "Of 100 hours in their deals, %(value)s stayed among them.",
                    value=round(100 * figures.value),
                ),
            ]
        former = self.former_id.sudo()
        # Who was one of them then does not read what was decided about them.
        if former and self.env.user.partner_id not in former.partner_ids:
            sentences.append(
                self.env._(
                    "On %(date)s somebody decided about %(names)s: %(decision)s. Since"
                    " then the pattern has changed.",
                    date=days.format_day(
                        self.env,
                        days.day_of(self.env, former.judged_date or former.date),
                    ),
                    names=former._names(),
                    decision=former._state_label(),
                )
            )
        return sentences

    # === PERMISSIONS === #

    def _why_not(self, action: str) -> Exception | None:
        self.ensure_one()
        who = self._state_machine.who(action)
        # The people of the ring, whatever the caller may see of them.
        if who != "moderator" or not self.env.user._moderates(self.sudo().partner_ids):
            return NotAllowed(
                self.env._(
                    "Only a moderator or an administrator who is not one of these"
                    " people can decide."
                ),
                rule="role",
            )
        return super()._why_not(action)

    def _recipients(self):
        """Return ``(users, may decide)``: whose matter this ring is.

        Moderators who are not in it; where there are none, administrators who are not.
        Where nobody may decide: all administrators, so that they name somebody.
        """
        self.ensure_one()
        everybody = self.env["res.users"]._wezer_moderators()
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        administrators = administrators.all_user_ids.filtered("active")
        may = everybody.filtered(lambda user: user._moderates(self.sudo().partner_ids))
        deciders = (may - administrators) or may
        return (deciders, True) if deciders else (administrators, False)

    # === ACTIONS === #

    def action_clear(self, reason: str | None = None) -> bool:
        """Decide that these people are no ring: they count in full from the next run.

        :param reason: the reasons; left out, those given before
        :raise NotAllowed: where the user is no moderator or is in the ring
        :raise Refusal: rule ``reason``, where there is none
        """
        return self._judge("clear", reason or self.sudo().reason)

    def action_confirm(self, reason: str | None = None) -> bool:
        """Decide that they are a ring: their mutual assessments keep weighing less.

        :param reason: the reasons; left out, those given before
        :raise NotAllowed: where the user is no moderator or is in the ring
        :raise Refusal: rule ``reason``, where there is none
        """
        return self._judge("confirm", reason or self.sudo().reason)

    def _judge(self, action, reason):
        self.ensure_one()
        if not self.env.user.has_group("wezer_base.group_moderator"):
            self.check_access("read")
        # Before the rules: moderators in it do not see it, and read here why not.
        self._check_may(action)
        self.check_access("read")
        reason = str(reason or "").strip()[:REASON_LENGTH]
        if not reason:
            raise Refusal(self.env._("Give your reasons."), rule="reason")
        # A moderator, checked just above; nobody writes rings otherwise.
        ring = self.sudo()
        ring.write(
            {
                "state": self._state_machine.targets(action)[0],
                "reason": reason,
                "judged_by_id": self.env.user.partner_id.id,
                "judged_date": fields.Datetime.now(),
                "cleared_figures": ring.figures if action == "clear" else False,
            }
        )
        self.env["wezer.notice"]._settle(ring)
        return True

    # === THE COMPUTATION === #

    def _partner_set(self):
        return frozenset(self.partner_ids.ids)

    @api.model
    def _of_company(self, *states):
        domain = [("company_id", "=", self.env.company.id)]
        if states:
            domain.append(("state", "in", states))
        return self.sudo().search(domain)

    @api.model
    def _cleared(self):
        """Return what moderators found to be no ring, as :class:`rings.Cleared`.

        Not where a later decision about the same people found that they are one.
        """
        overruled = self._of_company("confirmed").former_id
        cleared = []
        for ring in self._of_company("cleared") - overruled:
            figures = ring.cleared_figures
            lift = rings.Figures(**figures).lift if figures else None
            cleared.append(rings.Cleared(ring._partner_set(), lift))
        return cleared

    @api.model
    def _record_flagged(self, result, now):
        """Store the rings that a computation flagged; notify people of new ones.

        :param result: ``community.Result``
        """
        self._complete_cleared(result.cleared)
        waiting = self._of_company("flagged", "gone")
        confirmed = self._of_company("confirmed")
        seen, new = self.browse(), self.browse()
        for found in result.flagged:
            people = frozenset(found.members)
            values = {"figures": found.figures.values()}
            known = confirmed.filtered(lambda ring, p=people: p <= ring._partner_set())
            if known:
                known[0].write(values)
                continue
            values["people"] = ",".join(str(number) for number in sorted(people))
            values["partner_ids"] = [Command.set(sorted(people))]
            ring = (waiting - seen)._most_alike(people)
            if not ring:
                former = self._of_company("cleared", "confirmed")._most_alike(people)
                ring = self.sudo().create(
                    {**values, "date": now, "former_id": former.id}
                )
                new |= ring
            else:
                if ring.state == "gone":
                    new |= ring
                ring.write({**values, "state": "flagged"})
            seen |= ring
        gone = (waiting - seen).filtered(lambda ring: ring.state == "flagged")
        gone.state = "gone"
        if gone:
            self.env["wezer.notice"]._settle(gone)
        for ring in seen:
            ring._notify(ring in new)
        return new

    def _most_alike(self, people):
        """Return the one of these rings that has most of ``people``, or none.

        More than half of either must be the other's: people join and leave a ring
        without its being another one.
        """
        alike = self.browse()
        most = 0
        for ring in self:
            own = ring._partner_set()
            shared = len(own & people)
            if 2 * shared > max(len(own), len(people)) and shared > most:
                alike, most = ring, shared
        return alike

    @api.model
    def _complete_cleared(self, found):
        """Keep the figures of rings cleared when none were kept, from now on."""
        for ring in self._of_company("cleared"):
            if ring.cleared_figures:
                continue
            cleared = rings.Cleared(ring._partner_set())
            for one in found:
                if cleared.covers(one.members, one.lift):
                    ring.cleared_figures = one.figures.values()
                    break

    def _notify(self, is_new):
        """Tell those whose matter this ring is, once; others as soon as they may."""
        users, may_decide = self._recipients()
        told = self.env["wezer.notice"].sudo()
        people = users.partner_id
        if not is_new:
            people -= told.search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("kind", "=", "reputation_ring"),
                    ("subject", "=", "decide" if may_decide else "name"),
                ]
            ).partner_id
        if not people:
            return
        if not may_decide:
            _logger.info("ring %s: everybody who could decide is in it", self.id)
        people._wezer_notify(
            "reputation_ring",
            self._notice_words(may_decide),
            url=self._office_url() if may_decide else "/odoo/wezer-members",
            record=self,
            subject="decide" if may_decide else "name",
        )

    def _notice_words(self, may_decide):
        if may_decide:
            return _lt(
                "%(sentence)s Until you have decided, their assessments of each"
                " other weigh a fifth.",
                sentence=sentence_of(self),
            )
        return _lt(
            "%(sentence)s You are one of them, and so is everyone who could decide."
            " Make somebody else a moderator. Until then their assessments of each"
            " other weigh a fifth.",
            sentence=sentence_of(self),
        )

    def _office_url(self):
        return f"/odoo/wezer-rings/{self.id}"

    @api.model
    def _todo_rows(self, user):
        """Return the to-do rows about rings of exactly those whose matter they are."""
        if not user.sudo().has_group("wezer_base.group_moderator"):
            return []
        rows = []
        for ring in self._of_company("flagged"):
            users, may_decide = ring._recipients()
            if user not in users:
                continue
            rows.append(
                {
                    "section": "now",
                    "partner": ring.partner_ids[:1],
                    "text": ring._sentence()
                    if may_decide
                    else self.env._(
                        "%(sentence)s Name a moderator who is not one of them.",
                        sentence=ring._sentence(),
                    ),
                    "url": ring._office_url() if may_decide else "/odoo/wezer-members",
                    "button": self.env._("Decide")
                    if may_decide
                    else self.env._("Choose somebody"),
                    "due": False,
                }
            )
        return rows
