from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.clock import each_due

DUE_DAYS = 30
ASSESS_DAYS = 14
CONSENT_DAYS = 7
LATE_DAYS = 7
# What a deal can ask of people; notices about anything else are news.
QUESTIONS = (
    "share",
    "cancel",
    "amend",
    "hand_over",
    "turn",
    "work",
    "approve",
    "pay",
    "receipt",
    "dispute",
    "decide",
)
# What follows from the state alone: news of a change asks this of whom it concerns.
MAIN = ("amend", "turn", "work", "approve", "pay", "receipt")


class WezerDeal(models.Model):
    """The deal between the author of an announcement and who answers it.

    Members change nothing here by ORM: the arrows of the design's table
    (section 4) are its public methods. Each checks who, locks the deal,
    checks the state, then the data.
    """

    _name = "wezer.deal"
    _description = "Deal"
    _order = "date_state desc, id desc"
    _rec_name = "title"

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="restrict"
    )
    title = fields.Char(related="announcement_id.title", store=True)
    kind = fields.Selection(related="announcement_id.kind", store=True)
    category_id = fields.Many2one(related="announcement_id.category_id", store=True)
    author_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    replier_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    replier_person_id = fields.Many2one("res.partner", index=True, ondelete="restrict")
    payer_id = fields.Many2one(
        "res.partner", string="Who pays", required=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(
        "res.partner",
        string="Who works",
        required=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("open", "In negotiation"),
            ("waiting", "On the waiting list"),
            ("accepted", "Agreed"),
            ("delivered", "Delivered"),
            ("approved", "Approved"),
            ("confirming", "Waiting for receipt"),
            ("paid", "Paid"),
            ("disputed", "Disputed"),
            ("ended", "Ended"),
        ],
        required=True,
        default="open",
        index=True,
    )
    end_reason = fields.Selection(
        [
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
            ("announcement_ended", "The announcement ended"),
            ("released", "Given back"),
            ("cancelled", "Cancelled"),
            ("refunded", "Refunded"),
        ]
    )
    turn = fields.Selection([("author", "Author"), ("replier", "Replier")])
    terms_ids = fields.One2many("wezer.terms", "deal_id")
    terms_id = fields.Many2one("wezer.terms", string="Terms now", ondelete="restrict")
    accepted_terms_id = fields.Many2one(
        "wezer.terms", string="Agreed terms", ondelete="restrict"
    )
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    date_state = fields.Datetime(string="Since", required=True)
    date_due = fields.Datetime(string="Due")
    date_warned = fields.Datetime(copy=False, help="When late work was warned of.")
    date_accepted = fields.Datetime()
    date_delivered = fields.Datetime()
    date_paid = fields.Datetime()
    hold_until = fields.Datetime(help="The place is held until then.")
    delivered_quantity = fields.Float()
    delivery_note = fields.Text()
    conflicted_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_conflicted_rel",
        string="Who may not approve",
        help="Persons who claimed, negotiated or delivered for the working side.",
    )
    consent_ids = fields.Many2many("res.partner", "wezer_deal_consent_rel")
    consent_date = fields.Datetime()
    refunding = fields.Boolean()
    # A moderator has decided since: silence calls none again.
    decided = fields.Boolean(copy=False, groups=fields.NO_ACCESS)
    state_before = fields.Char()
    state_before_since = fields.Datetime()
    disputed_by_id = fields.Many2one("res.partner", ondelete="restrict")
    attempt = fields.Integer(default=0)
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="set null"
    )
    # Nobody's to read: it would count how often the other side said how it was.
    lock_version = fields.Integer(default=0, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # What was paid once makes room for the next answer, and may still be disputed
    # or given back beside it.
    _live_uniq = models.UniqueIndex(
        "(announcement_id, replier_id)"
        " WHERE state NOT IN ('ended', 'paid') AND date_paid IS NULL",
        "You have answered already.",
    )
    _two_sides = models.Constraint(
        "CHECK (author_id <> replier_id)", "Nobody answers himself."
    )

    @api.depends("terms_id", "accepted_terms_id")
    def _compute_price_text(self):
        for deal in self:
            terms = (deal.accepted_terms_id or deal.terms_id).sudo()
            deal.price_text = terms.price_text if terms else ""

    # === PARTS OF EVERY ARROW === #

    def _lock(self):
        """Lock the deal: of two arrows at once the second is retried."""
        self.ensure_one()
        self.flush_recordset()
        locks.execute_locking(
            self.env,
            "UPDATE wezer_deal SET lock_version = lock_version + 1 WHERE id = %s",
            [self.id],
        )
        self.invalidate_recordset()

    def _begin(self, candidates, states, acting_partner_id=None, right="market"):
        """Check who, lock, check the state. Return the party acted for.

        :param str candidates: names of partner fields whose arrow it is
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        parties = self.env["res.partner"].sudo()
        for name in candidates:
            parties |= deal[name]
        party = self.env.user._resolve_acting(
            acting_partner_id, parties, right, "deal", self
        )
        deal._lock()
        self._check_state(*states)
        return party

    def _check_state(self, *states):
        deal = self.sudo()
        if deal.state not in states:
            raise Refusal(
                self.env._(
                    "This is not possible now: the deal is %(state)s.",
                    state=deal._state_label().lower(),
                ),
                rule="state",
                value=deal.state,
                limit=", ".join(states),
            )

    def _state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.sudo().state]

    def _other(self, party):
        deal = self.sudo()
        return deal.replier_id if party == deal.author_id else deal.author_id

    def _side_of(self, party):
        return "author" if party == self.sudo().author_id else "replier"

    def _mark_conflict_of_interest(self, party):
        """Remember who acted for the working side: he approves nothing of it."""
        deal = self.sudo()
        if party == deal.payee_id:
            deal.conflicted_ids |= self.env.user.partner_id

    def _set_state(self, state, **extra):
        # A consent to cancel lapses at any other arrow.
        deals = self.sudo()
        deals.write(
            {
                "state": state,
                "date_state": fields.Datetime.now(),
                "consent_ids": [(5, 0, 0)],
                **extra,
            }
        )
        deals._settle_answered()

    # === WHAT THE DEAL ASKS, OF WHOM, AND THE NOTICES OF IT === #

    def _questions(self):
        """Return what the deal asks now: ``{subject: the parties asked}``.

        Notices, the to-do list and the order of *My deals* are made of this. A
        subject that is missing asks nobody: its notices are settled.
        """
        self.ensure_one()
        deal = self.sudo()
        asked = {}
        unsigned = deal._terms_to_sign()._unsigned()
        if deal.state in ("open", "accepted", "delivered"):
            asked["share"] = unsigned
        if deal.state == "open" and not unsigned:
            asked["turn"] = deal[f"{deal.turn}_id"] if deal.turn else unsigned
        if deal.state in ("accepted", "delivered") and deal.amend_terms_id:
            if not (unsigned or deal._is_lapsed(deal.amend_date)):
                asked["amend"] = deal._other(deal.amend_by_id)
        if deal.state == "accepted":
            asked["work"] = deal.payee_id
            if deal.hand_over_id and not deal._is_lapsed(deal.hand_over_date):
                named = deal.payer_id | deal.hand_over_id
                asked["hand_over"] = named - deal.hand_over_consent_ids
        if deal.state == "delivered":
            asked["approve"] = deal.payer_id
        if deal.state == "approved":
            missing = bool(deal._approvals_missing())
            asked["approve" if missing else "pay"] = deal.payer_id
        if deal.state in ("approved", "confirming"):
            asked["receipt"] = deal._pending().payee_id
        if deal.consent_ids and not deal._is_lapsed(deal.consent_date):
            asked["cancel"] = deal._who_cancels() - deal.consent_ids
        if deal.state == "disputed":
            asked["dispute"] = deal._parties()
            asked["decide"] = deal._deciders(deal.dispute_circle_id).partner_id
        return {subject: parties for subject, parties in asked.items() if parties}

    def _people_asked(self, subject, party):
        """Return the persons who can answer question ``subject`` for ``party``."""
        deal = self.sudo()
        if subject == "decide":
            return party
        people = actors = party._wezer_actor_partners("market")
        if subject == "approve":
            if deal._project_team() == party:
                people |= party._wezer_actor_partners("project")
            people -= deal.approver_ids
        elif subject == "pay":
            people &= party._wezer_actor_partners("wallet")
        if subject in ("approve", "pay") and not deal._nobody_else_could():
            people -= deal.conflicted_ids
        # Where nobody can, those who act for the party have to know.
        return people or actors

    def _asked_of_me(self):
        """Return the part of :meth:`_questions` that the caller can answer."""
        person = self.env.user.partner_id
        asked = {}
        for subject, parties in self._questions().items():
            asked[subject] = parties.filtered(
                lambda party, subject=subject: (
                    person in self._people_asked(subject, party)
                )
            )
        return {subject: mine for subject, mine in asked.items() if mine}

    def _settle_answered(self):
        """Settle the notices of questions that these deals ask no longer."""
        notices = self.env["wezer.notice"].sudo()
        for deal in self.sudo():
            waiting = notices.search(
                [
                    ("res_model", "=", deal._name),
                    ("res_id", "=", deal.id),
                    ("settled", "=", False),
                    ("subject", "in", QUESTIONS),
                ]
            )
            if not waiting:
                continue
            asked = deal._questions()
            for subject in set(waiting.mapped("subject")):
                people = self.env["res.partner"].sudo()
                for party in asked.get(subject, people):
                    people |= deal._people_asked(subject, party)
                waiting.filtered(
                    lambda one, subject=subject, people=people: (
                        one.subject == subject and one.partner_id not in people
                    )
                )._withdraw()

    def _notify(self, parties, kind, message, subject=None, url=None):
        """Leave a notice with those who act for ``parties``.

        :param str subject: what is asked or reported; where left out, the question
            that the party is asked now, or else news of how the deal goes
        """
        for deal in self.sudo():
            deal._settle_answered()
            asked = deal._questions()
            people = {}
            for party in parties:
                about = subject or next(
                    (one for one in MAIN if party in asked.get(one, ())), "news"
                )
                if about in QUESTIONS:
                    actors = deal._people_asked(about, party)
                else:
                    actors = party._wezer_actor_partners("market")
                people[about] = people.get(about, actors) | actors
            for about, actors in people.items():
                # sudo: members write nothing, the notice is for others.
                self.env["wezer.notice"].sudo()._leave(
                    actors, kind, message, url or f"/my/deals/{deal.id}", deal, about
                )

    def _notify_all(self, kind, message, but=None, subject=None):
        """Leave a notice with both sides and who works along, but not ``but``."""
        for deal in self.sudo():
            parties = deal._parties()
            deal._notify(parties - but if but else parties, kind, message, subject)

    def _add_round(self, side, partner, vals):
        """Add the next round of terms and make it the current one."""
        self.ensure_one()
        vals = {key: value for key, value in vals.items() if value is not None}
        terms = (
            self.env["wezer.terms"]
            .sudo()
            .create(
                {
                    **vals,
                    "deal_id": self.id,
                    "round": max(self.terms_ids.mapped("round"), default=0) + 1,
                    "side": side,
                    "partner_id": partner.id,
                    "person_id": self.env.user.partner_id.id,
                    "date": fields.Datetime.now(),
                }
            )
        )
        self.sudo().terms_id = terms
        self._mark_conflict_of_interest(partner)
        return terms

    def _finish(self, reason):
        """End live answers that had no agreement yet, or were given back."""
        for deal in self.sudo():
            deal._release_money("released")
            deal._set_state("ended", end_reason=reason, turn=False, hold_until=False)
            self.env["wezer.assessment"]._drop(deal)
            self.env["wezer.notice"]._settle(deal)
            deal._free_task()
            deal.announcement_id._after_change()

    # === CLOCKS === #

    @api.model
    def _cron_clocks(self):
        """Do what silence does: places lapse, late work is freed, old waits go on."""
        now = fields.Datetime.now()
        for domain, method in self._clocks(now):

            def act(deal, method=method):
                deal._lock()
                getattr(deal, method)(now)

            if not each_due(self, domain, act):
                return

    @api.model
    def _clocks(self, now):
        """Return ``(domain, method)`` of each clock; an addon with one more adds it."""
        old = now - timedelta(days=ASSESS_DAYS)
        return [
            ([("state", "=", "accepted"), ("date_due", "<", now)], "_late"),
            ([("state", "=", "delivered"), ("date_state", "<", old)], "_silence"),
            (
                [
                    ("state", "in", ("approved", "confirming")),
                    ("date_state", "<", old),
                    ("decided", "=", False),
                ],
                "_call_clock",
            ),
        ]

    def _call_clock(self, now):
        self._call_moderator(self.env["res.partner"], self.env._("14 days of silence"))

    def _late(self, now):
        """Warn once for each due date, a week after the warning free the work."""
        self.ensure_one()
        if not self.date_warned or self.date_warned < self.date_due:
            # A later due date (sent back, amended, disputed) is warned of anew.
            self.date_warned = now
            self._notify(
                self.payee_id,
                "late_warning",
                lambda env: env._(
                    "Is it done? It was due: %(title)s", title=self.title
                ),
                subject="work",
            )
            return
        if now > self.date_warned + timedelta(days=LATE_DAYS):
            self._log("clock", self.payee_id)
            self._finish("expired")
            self._notify_all(
                "late",
                lambda env: env._("The time was over: %(title)s", title=self.title),
            )

    def _silence(self, now):
        """14 days after delivery: what one approver's silence may approve.

        Internal parts only, up to the value that the settings name, never
        before the due date, and never where who did the work would approve it.
        """
        self.ensure_one()
        if self.date_due and self.date_due > now:
            return
        lines = self.accepted_terms_id.price_line_ids
        external = lines.wezer_currency_id.filtered("external")
        limit = self.company_id.wezer_auto_approve_max_value
        if (
            external
            or self._nobody_else_could()
            or max(self._value_hours(), self._price_hours()) > limit
            or self._approvals_wanted() > 1
        ):
            self._call_clock(now)
            return
        self._log("clock", self.payer_id)
        self._set_state("approved")
        self._pay_parts(self.payer_id)

    def _nobody_else_could(self):
        """Say whether all who could approve for the payer are barred."""
        deal = self.sudo()
        actors = deal.payer_id._wezer_actor_partners("market")
        return not actors - deal.conflicted_ids
