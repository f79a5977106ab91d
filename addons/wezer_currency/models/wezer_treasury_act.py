from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import treasury_policy, treasury_rows
from ..tools.reasons import checked_reason
from ..tools.texts import cleaned
from .fields_bigint import BigInteger

_lt = LazyTranslate(__name__)

# Days in which a second person decides.
DECIDE_DAYS = 14
# Proposals of one person in a currency that wait for a second one.
PROPOSALS_MAX = 20
OBSTACLE_LENGTH = 500
# A refusal is said in so many languages beside the one of the person who decides: each
# costs another try.
LANGUAGES_MAX = 8
CHARGES = ("fee", "demurrage")
# Which field of the currency allows which act.
POLICIES = {
    "fee": "treasurer_fees",
    "demurrage": "treasurer_fees",
    "correction": "treasurer_corrections",
    "batch": "treasurer_batches",
    "take_back": "treasurer_corrections",
}

ACT = StateMachine(
    states=("counting", "proposed", "approved", "posted", "refused", "expired"),
    rules={
        "treasurer": "a treasurer of the currency, for what its policy allows; a batch"
        " also an administrator who acts for its treasury",
        "second": "another treasurer of the currency or an administrator: never who"
        " proposed it, nor a party to it",
        "either": "who proposed it, or who may approve it",
        "cron": "a scheduled action",
    },
    transitions=(
        Transition(
            "propose",
            (),
            ("counting", "proposed", "posted"),
            "treasurer",
            "propose_correction",
            "posted at once up to the amount of the currency, which counts what the"
            " same person posted alone in 30 days; never a payment of one's own",
        ),
        Transition(
            "count",
            ("counting",),
            ("proposed", "posted", "refused"),
            "cron",
            "_count",
            "a charge of very many wallets, once all were counted; refused, where none"
            " owes anything",
        ),
        Transition(
            "approve",
            ("proposed",),
            ("approved", "posted"),
            "second",
            "action_approve",
            "posted in the same step; approved, where posting was refused",
        ),
        Transition("post", ("approved",), ("posted",), "either", "action_post"),
        Transition(
            "refuse",
            ("counting", "proposed", "approved"),
            ("refused",),
            "either",
            "action_refuse",
        ),
        Transition(
            "expire",
            ("counting", "proposed", "approved"),
            ("expired",),
            "cron",
            "_expire",
        ),
    ),
)
WAITING = ACT.unfinished


class WezerTreasuryAct(models.Model):
    """What a treasurer does with the money of a currency, by the four-eyes rule.

    A fee, a correction, a batch between the treasury and members, or a batch that is
    taken back. Above an amount of the currency a second person decides.
    """

    _name = "wezer.treasury.act"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Act of a treasurer"
    _order = "id desc"
    _rec_name = "id"
    _state_machine = ACT

    kind = fields.Selection(
        [
            ("fee", "Fee"),
            ("demurrage", "Demurrage"),
            ("correction", "Correction"),
            ("batch", "Batch"),
            ("take_back", "Batch taken back"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("counting", "Being counted"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("posted", "Posted"),
            ("refused", "Refused"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="proposed",
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    amount_minor = BigInteger(
        "Amount (minor units)", required=True, readonly=True, aggregator=None
    )
    amount_text = fields.Char(string="Amount", compute="_compute_amount_text")
    reason = fields.Char(readonly=True)
    proposer_id = fields.Many2one(
        "res.partner",
        string="Proposed by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    decider_id = fields.Many2one(
        "res.partner", string="Decided by", readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True)
    decided_on = fields.Datetime(string="Decided on", readonly=True)
    posted_on = fields.Datetime(string="Posted on", readonly=True)
    deadline = fields.Datetime(string="To be decided by", required=True, readonly=True)
    # Shown to all who read the books: it names wallets by their numbers. In the words
    # of the person who decided; a refusal also in the other languages.
    obstacle = fields.Char(
        string="Why it is not posted",
        readonly=True,
        help="It was approved, but posting it was refused. Try it again when this is"
        " settled.",
    )
    obstacle_texts = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    obstacle_text = fields.Char(
        string="Reason it is not posted", compute="_compute_obstacle_text"
    )
    progress_text = fields.Char(
        string="Progress",
        compute="_compute_progress_text",
        help="How many wallets were counted so far; empty when all were.",
    )
    day = fields.Date(readonly=True, help="The day that a fee or demurrage is for.")
    transfer_id = fields.Many2one(
        "wezer.transfer", string="Corrected", readonly=True, ondelete="restrict"
    )
    batch_id = fields.Many2one("wezer.batch", readonly=True, ondelete="restrict")
    # What is to be posted, as it was checked: shown by the page, never by RPC.
    rows = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === COMPUTE === #

    @api.depends("kind")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for act in self:
            act.display_name = f"{labels.get(act.kind, '')} {act.id or ''}"
        self._wezer_hide_names()

    @api.depends("amount_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_amount_text(self):
        for act in self:
            act.amount_text = act.wezer_currency_id._format(act.amount_minor)

    @api.depends("obstacle")
    @api.depends_context("lang")
    def _compute_obstacle_text(self):
        for act in self:
            texts = act.sudo().obstacle_texts or {}
            act.obstacle_text = texts.get(self.env.lang) or act.obstacle

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_progress_text(self):
        counting = self.filtered(lambda act: act.state == "counting")
        # Only how far it is: the books are the reader's.
        runs = self.env["wezer.charge.run"].sudo()
        runs = runs.search([("act_id", "in", counting.ids)]).grouped("act_id")
        for act in self:
            run = runs.get(act.sudo())
            if not run:
                act.progress_text = False
                continue
            asked, count = run[0]._progress()
            act.progress_text = self.env._(
                "%(asked)s of %(count)s wallets are counted so far. The others follow"
                " automatically within minutes.",
                asked=asked,
                count=count,
            )

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not do ``action``, or None."""
        self.ensure_one()
        return self._person_refusal(action) or self._late_refusal(action)

    def _person_refusal(self, action):
        """Return the error where the user is not the one whose action it is."""
        act, user = self.sudo(), self.env.user
        own = act.proposer_id == user.partner_id
        second = self._is_second()
        # Two accounts of one person that became one are no two people either.
        alone = act.proposer_id == act.decider_id and action == "post"
        if own and (ACT.who(action) == "second" or alone):
            return NotAllowed(
                self.env._("Another treasurer or an administrator decides about this."),
                rule="four_eyes",
            )
        currency = act.wezer_currency_id
        if second or (
            own
            and ACT.who(action) == "either"
            and (
                user._wezer_is_treasurer(currency)
                or (act.kind == "batch" and self._pays_for_treasury(currency))
            )
        ):
            return None
        return NotAllowed(
            self.env._(
                "Only another treasurer or an administrator who is no party to this can"
                " decide about it."
            ),
            rule="office",
        )

    def _is_second(self):
        """Return whether the user may decide about what somebody else proposed."""
        act, user = self.sudo(), self.env.user
        if act.proposer_id == user.partner_id or not user._wezer_may_act():
            return False
        if not (
            user._wezer_is_treasurer(act.wezer_currency_id)
            or user.has_group("wezer_base.group_administrator")
        ):
            return False
        return not user._acts_for(act._parties(), "wallet")

    def _late_refusal(self, action):
        """Return why the state or the date does not allow ``action``, or None."""
        act = self.sudo()
        if act.state in WAITING and act.deadline < fields.Datetime.now():
            return Refusal(
                self.env._("The time to decide about this is over. Propose it again."),
                rule="late",
                limit=fields.Datetime.to_string(act.deadline),
            )
        return self._state_refusal(action)

    def _parties(self):
        """Return the members whom a correction or batch concerns (sudo).

        A charge concerns all members alike, so nobody is left out of deciding.
        """
        act = self.sudo()
        if act.transfer_id:
            return act.transfer_id.payer_id | act.transfer_id.payee_id
        if act.kind == "take_back" and act.batch_id.kind not in CHARGES:
            return act.batch_id._parties()
        if act.kind != "batch":
            return act.env["res.partner"]
        wallets = act.env["wezer.wallet"].browse(row["wallet"] for row in act.rows)
        return wallets.partner_id

    @api.model
    def _check_treasurer(self, currency, kind):
        """Raise unless the user may propose acts of this kind in ``currency``."""
        self.env.user._wezer_check_standing()
        if refusal := self._proposal_refusal(currency, kind):
            raise refusal

    @api.model
    def _proposal_refusal(self, currency, kind):
        """Return why the user may not propose acts of this kind, or None."""
        if kind == "batch" and self._pays_for_treasury(currency):
            return None
        if not currency or not self.env.user._wezer_is_treasurer(currency):
            return NotAllowed(
                self.env._("Only treasurers of this currency can do this."),
                rule="office",
            )
        if not currency.sudo()[POLICIES[kind]]:
            return NotAllowed(
                self.env._("The rules of this currency leave this to administrators."),
                rule="policy",
            )
        return None

    @api.model
    def _pays_for_treasury(self, currency):
        """Return whether the user pays from the treasury and reads the books.

        What is more than they may pay alone is proposed as a batch.
        """
        user = self.env.user
        if not currency or user._wezer_is_auditor(currency):
            return False
        treasury = currency.sudo().treasury_partner_id
        reads = currency.sudo(False)._may_read_books()
        return reads and bool(user._acts_for(treasury, "wallet"))

    # === ACTIONS: PROPOSING === #

    @api.model
    def propose_correction(
        self, transfer_id: int, reason: str, amount: str | None = None
    ) -> int:
        """Correct a transfer of which the user opened a statement.

        :param amount: as people write it; all that was not given back yet if left out
        :return: id of the act, posted or proposed
        :raise NotAllowed: rules ``office``, ``policy``, ``look``, ``origin``
        :raise Refusal: rules ``reason``, ``reverse``, ``reversal``, ``state``,
            ``proposals``
        """
        transfer = payload.record(self.env, "wezer.transfer", transfer_id).sudo()
        transfer = transfer.exists()
        self._check_treasurer(transfer.wezer_currency_id, "correction")
        transfer = transfer.sudo(False)
        refusal = (
            transfer._look_refusal()
            or transfer._origin_refusal()
            or transfer._state_refusal("correct")
            or transfer._data_refusal("correct")
        )
        if refusal:
            raise refusal
        known = transfer.sudo()
        left = known.amount_minor - known.reversed_minor
        minor = transfer._optional_amount(amount) or left
        if minor > left:
            raise Refusal(
                self.env._("You cannot give back more than was paid."),
                rule="reverse",
                value=known.wezer_currency_id._format(minor),
                limit=known.wezer_currency_id._format(left),
            )
        return self._propose(
            known.wezer_currency_id,
            "correction",
            minor,
            checked_reason(self.env, reason),
            transfer_id=known.id,
        )

    @api.model
    def propose_charge(self, currency_id: int, charge: str) -> int:
        """Take the fee or the demurrage of a currency, as its rules say.

        Of very many wallets, a scheduled action counts first what it would take; then
        it is posted or proposed.

        :param charge: ``fee`` or ``demurrage``
        :return: id of the act, posted, proposed or being counted
        :raise NotAllowed: rules ``office``, ``policy``
        :raise Refusal: rules ``charge``, ``nothing``, ``running``, ``proposals``
        """
        currency = self._currency(currency_id)
        if charge not in CHARGES:
            charge = None
        self._check_treasurer(currency, charge or CHARGES[0])
        if not charge:
            raise Refusal(self.env._("Choose “fee” or “demurrage”."), rule="charge")
        day = days.today(self.env, currency.company_id)
        minor = self._rehearse(currency, charge, day)
        if minor is None:
            return self._begin_counting(currency, charge, day)
        if not minor:
            raise self._nothing_owed()
        return self._propose(currency, charge, minor, "", day=day)

    @api.model
    def propose_batch(self, currency_id: int, rows: list, reason: str) -> int:
        """Pay from the treasury to members, or collect from members for it.

        :param rows: dicts ``wallet`` (its number or reference; ``#17`` is always a
            number), ``amount`` (text), ``purpose``, ``direction``: ``to_member``,
            ``from_member``, or ``paid_in``: issued money that the member paid for,
            which is booked
        :param reason: what the batch is for, in a sentence
        :return: id of the act, posted or proposed
        :raise NotAllowed: rules ``office``, ``policy``
        :raise Refusal: rules ``reason``, ``rows``, ``proposals``
        :raise BatchRefusal: rule ``batch``, with every bad row's reason
        """
        currency = self._currency(currency_id)
        self._check_treasurer(currency, "batch")
        reason = checked_reason(self.env, reason)
        checked = treasury_rows.read(currency.sudo(), rows)
        minor = sum(int(row["minor"]) for row in checked)
        return self._propose(currency, "batch", minor, reason, rows=checked)

    @api.model
    def propose_take_back(self, batch_id: int, reason: str) -> int:
        """Take a mistaken batch of the currency back as a whole.

        :return: id of the act, posted or proposed
        :raise NotAllowed: rules ``office``, ``policy``
        :raise Refusal: rules ``reason``, ``state``, ``reversal``, ``limit``,
            ``proposals``
        """
        batch = payload.record(self.env, "wezer.batch", batch_id).sudo().exists()
        self._check_treasurer(batch.wezer_currency_id, "take_back")
        if refusal := batch._kind_refusal() or batch._state_refusal("take_back"):
            raise refusal
        return self._propose(
            batch.wezer_currency_id,
            "take_back",
            batch._left_minor(),
            checked_reason(self.env, reason),
            batch_id=batch.id,
        )

    @api.model
    def _rehearse(self, currency, charge, day):
        """Return what a charge would take, in minor units; nothing of it is kept.

        :return: None where one portion of wallets is not all of them
        """
        savepoint = self.env.cr.savepoint()
        try:
            # Of a currency whose treasurer asks.
            runs = self.env["wezer.charge.run"].sudo()
            run = runs._create_run(currency.sudo(), charge, day, dry_run=True)
            run._take_portion()
            return run._total_minor() if run.done else None
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @api.model
    def _begin_counting(self, currency, charge, day):
        """Make an act whose amount the scheduled action counts, and return its id."""
        # Two at once would both begin.
        locks.hold(self.env, "treasury.count", currency.id)
        begun = self.sudo().search_count(
            [
                ("wezer_currency_id", "=", currency.id),
                ("kind", "=", charge),
                ("state", "=", "counting"),
            ],
            limit=1,
        )
        runs = self.env["wezer.charge.run"].sudo()
        if begun or runs._running(currency, charge, day):
            raise self._running_refusal()
        act = self._create_act(currency, charge, 0, "", day=day, state="counting")
        act._check_waiting()
        runs._create_run(currency.sudo(), charge, day, dry_run=True).act_id = act
        self.env.ref("wezer_currency.ir_cron_charges").sudo()._trigger()
        return act.id

    @api.model
    def _running_refusal(self):
        return Refusal(
            self.env._("This charge is being taken already."), rule="running"
        )

    def _count(self, minor):
        """Post or propose a charge, now that all wallets were counted (sudo)."""
        person = self.proposer_id.user_ids[:1]
        # Posted and logged as the person who proposed it, with the rights of today.
        act = self.with_user(person or self.env.user).sudo()
        act.write({"amount_minor": minor, "date": fields.Datetime.now()})
        try:
            with self.env.cr.savepoint():
                if not minor:
                    raise act._nothing_owed()
                act.sudo(False)._check_treasurer(act.wezer_currency_id, act.kind)
                locks.hold(
                    self.env,
                    f"treasury.act:{act.wezer_currency_id.id}",
                    act.proposer_id.id,
                )
                if act._needs_second():
                    act._set_state("proposed")
                    act._ask_second()
                else:
                    act._post()
        except UserError as error:
            if isinstance(error, locks.Busy):
                raise
            self.env.invalidate_all(flush=False)
            act._set_state("refused", obstacle=str(error.args[0])[:OBSTACLE_LENGTH])
        self._notify_proposer()

    @api.model
    def _nothing_owed(self):
        return Refusal(self.env._("No wallet owes anything today."), rule="nothing")

    @api.model
    def _currency(self, currency_id):
        return payload.record(self.env, "wezer.currency", currency_id).sudo().exists()

    @api.model
    def _propose(self, currency, kind, minor, reason, **extra):
        """Make the act, and post it where no second person is asked."""
        # Two at once would both count what neither has posted yet.
        person = self.env.user.partner_id
        locks.hold(self.env, f"treasury.act:{currency.id}", person.id)
        act = self._create_act(currency, kind, minor, reason, **extra)
        if act._needs_second():
            act._check_waiting()
            act._ask_second()
        else:
            act._post()
        return act.id

    @api.model
    def _create_act(self, currency, kind, minor, reason, **extra):
        """Return a new act of the current user (sudo)."""
        now = fields.Datetime.now()
        person = self.env.user.partner_id
        # The caller was found to be a treasurer, or to pay from the treasury.
        return self.sudo().create(
            {
                "kind": kind,
                "wezer_currency_id": currency.id,
                "company_id": currency.company_id.id,
                "amount_minor": minor,
                "reason": reason or False,
                "proposer_id": person.id,
                "date": now,
                "deadline": now + timedelta(days=DECIDE_DAYS),
                **extra,
            }
        )

    def _needs_second(self):
        """Return whether a second person has to agree."""
        if self.env.user._acts_for(self._parties(), "wallet"):
            return True
        currency = self.wezer_currency_id
        alone = treasury_policy.alone_minor(currency, self.proposer_id)
        return self.amount_minor + alone > currency.four_eyes_minor

    def _check_waiting(self):
        """Refuse one proposal too many of the same person in this currency.

        :raise Refusal: rule ``proposals``
        """
        waiting = self.search_count(
            [
                ("proposer_id", "=", self.proposer_id.id),
                ("wezer_currency_id", "=", self.wezer_currency_id.id),
                ("state", "in", WAITING),
                ("deadline", ">=", fields.Datetime.now()),
                ("id", "!=", self.id),
            ]
        )
        if waiting >= PROPOSALS_MAX:
            raise Refusal(
                self.env._(
                    "%s of your proposals in this currency wait for a second person."
                    " Withdraw one of them, or wait until one is decided.",
                    waiting,
                ),
                rule="proposals",
                value=str(waiting),
                limit=str(PROPOSALS_MAX),
            )

    # === ACTIONS: DECIDING === #

    def action_approve(self) -> str:
        """Agree to it, and post it.

        Where posting is refused, it stays approved and says why; it can be posted
        later by :meth:`action_post`.

        :return: the state that it has now
        :raise NotAllowed: rules ``four_eyes``, ``office``
        :raise Refusal: rules ``late``, ``state``
        """
        self._begin("approve")
        act = self.sudo()
        act._set_state(
            "approved",
            decider_id=self.env.user.partner_id.id,
            decided_on=fields.Datetime.now(),
        )
        act._post_or_say_why()
        act._notify_proposer()
        return act.state

    def _post_or_say_why(self):
        """Post it, or keep why it was refused, in each language of its readers."""
        texts: dict = {}
        for code in (self.env.lang, *self._other_languages()):
            obstacle = self.with_context(lang=code)._try_to_post()
            if obstacle is None:
                return
            texts[code or ""] = obstacle
        first = next(iter(texts.values()))
        self.write({"obstacle": first, "obstacle_texts": texts})

    def _try_to_post(self):
        """Post it, and return why it was refused, in the language of the context."""
        try:
            with self.env.cr.savepoint():
                self._post()
        except Refusal as error:
            self.env.invalidate_all(flush=False)
            return str(error.args[0])[:OBSTACLE_LENGTH]
        return None

    @api.model
    def _other_languages(self):
        """Return the codes of the languages that others may read the books in."""
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return [code for code in codes if code != self.env.lang][:LANGUAGES_MAX]

    def action_post(self) -> str:
        """Post what was approved, now that nothing is in its way.

        :return: the state that it has now
        :raise NotAllowed: rule ``office``
        :raise Refusal: rules ``late``, ``state``, and those of what is posted
        """
        self._begin("post")
        act = self.sudo()
        act._post()
        act._notify_proposer()
        return act.state

    def action_refuse(self, reason: str = "") -> bool:
        """Refuse it; who proposed it withdraws it so.

        :raise NotAllowed: rule ``office``
        :raise Refusal: rules ``late``, ``state``
        """
        self._begin("refuse")
        act = self.sudo()
        act._set_state(
            "refused",
            decider_id=self.env.user.partner_id.id,
            decided_on=fields.Datetime.now(),
            obstacle=cleaned(reason, OBSTACLE_LENGTH) or False,
        )
        act._notify_proposer()
        return True

    def _begin(self, action):
        """Lock the act and raise what :meth:`_why_not` returns."""
        self.ensure_one()
        if refusal := self._person_refusal(action):
            raise refusal
        locks.execute_locking(
            self.env,
            "SELECT state FROM wezer_treasury_act WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            returns=False,
        )
        if refusal := self._late_refusal(action):
            raise refusal

    def _set_state(self, state, **extra):
        if self.state == "counting":
            self.env["wezer.charge.run"].sudo().search(
                [("act_id", "=", self.id)]
            ).unlink()
        if not ACT.allows(self.state, state):
            raise ValueError(f"an act goes not from {self.state} to {state}")
        self.write({"state": state, **extra})
        self.env["wezer.notice"]._settle(self)

    # === POSTING === #

    def _post(self):
        """Do what the act says (sudo: who was checked), and note it."""
        {
            "fee": self._post_charge,
            "demurrage": self._post_charge,
            "correction": self._post_correction,
            "batch": self._post_rows,
            "take_back": self._post_take_back,
        }[self.kind]()
        if self.state == "proposed":
            # Nobody else is asked: the table leads from nothing to posted.
            self.write({"state": "posted"})
        else:
            self._set_state("posted")
        self.write(
            {
                "posted_on": fields.Datetime.now(),
                "obstacle": False,
                "obstacle_texts": False,
            }
        )

    def _post_charge(self):
        currency, runs = self.wezer_currency_id, self.env["wezer.charge.run"]
        if runs._running(currency, self.kind, self.day):
            raise self._running_refusal()
        run = currency._charge(self.kind, self.day)
        while not (run.done or run.batch_id):
            # The first wallets owe nothing: the batch begins with one that does.
            run._take_portion()
        if not run.batch_id:
            # Proposed twice, it was taken by the first.
            raise self._nothing_owed()
        self.batch_id = run.batch_id

    def _post_correction(self):
        transfer = self.transfer_id
        refusal = transfer._origin_refusal() or transfer._data_refusal("correct")
        if refusal:
            raise refusal
        # Keys of a namespace that no public method writes in.
        key = f"act {self.id}"
        transfer._correct(self.reason, self.amount_minor, key, scope="treasury")

    def _post_rows(self):
        self.batch_id = treasury_rows.post(self)

    def _post_take_back(self):
        self.batch_id._take_back(self.reason, numbered=True)

    # === NOTICES AND CLOCK === #

    def _ask_second(self):
        """Tell those who may decide that something waits for them."""
        offices = self.env["wezer.currency.office"]._of(self.wezer_currency_id)
        people = offices.filtered(lambda office: office.role == "treasurer").partner_id
        people |= self.env.ref("wezer_base.group_administrator").all_user_ids.partner_id
        # A party to it does not decide.
        people.filtered(self._asks)._wezer_notify(
            "treasury",
            _lt(
                "%(name)s proposes an act of the treasury of %(amount)s. A second"
                " person decides.",
                name=self.proposer_id.name,
                amount=self.wezer_currency_id._said(self.amount_minor),
            ),
            url=f"/my/books/{self.wezer_currency_id.id}/acts",
            record=self,
        )

    def _asks(self, person):
        """Return whether ``person`` may decide about this act."""
        user = person.user_ids.filtered("active")[:1]
        return bool(user) and self.with_user(user)._is_second()

    def _notify_proposer(self):
        amount = self.wezer_currency_id._said(self.amount_minor)
        messages = {
            "proposed": _lt(
                "The charge that you proposed comes to %(amount)s and waits for a"
                " second person.",
                amount=amount,
            ),
            "posted": _lt(
                "Your proposal of %(amount)s was approved and posted.", amount=amount
            )
            if self.decider_id
            else _lt(
                "The charge that you proposed comes to %(amount)s and is being taken.",
                amount=amount,
            ),
            "approved": _lt(
                "Your proposal of %(amount)s was approved, but could not be posted.",
                amount=self.wezer_currency_id._said(self.amount_minor),
            ),
            "refused": _lt("Your proposal of %(amount)s was refused.", amount=amount)
            if self.decider_id
            else _lt(
                "The charge that you proposed is not taken. The page of the acts says"
                " why."
            ),
            "expired": _lt(
                "Nobody decided in time about your proposal of %(amount)s.",
                amount=self.wezer_currency_id._said(self.amount_minor),
            ),
        }
        if self.proposer_id == self.env.user.partner_id:
            return
        self.proposer_id._wezer_notify(
            "treasury",
            messages[self.state],
            url=f"/my/books/{self.wezer_currency_id.id}/acts",
        )

    @api.model
    def _cron_expire(self):
        """End what nobody decided in time."""
        late = [("state", "in", WAITING), ("deadline", "<", fields.Datetime.now())]
        for_each_due(self, late, lambda act: act._expire())

    def _expire(self):
        self._set_state("expired")
        self._notify_proposer()
