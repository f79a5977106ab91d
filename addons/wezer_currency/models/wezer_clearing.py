import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import circulation, ring_debts
from .fields_bigint import BigInteger

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

# Days in which each member of a circle may decline.
DECLINE_DAYS = 3
# Days without proposals for a wallet whose owner declined.
PAUSE_DAYS = 30
# The largest debts between members that one night looks at, and for how long.
DEBTS_MAX = 20000
SECONDS_MAX = 60
# Circles that are proposed in one night; the others follow in the next.
RINGS_MAX = 2000
# Keys of settlements: no public method writes in this namespace.
KEY_SCOPE = "origin:wezer.clearing"

CLEARING = StateMachine(
    states=("proposed", "agreed", "posted", "declined", "expired"),
    rules={
        "member": "acts for a member of the circle",
        "cron": "the nightly job",
        "membership": "a member of the circle switches it off, leaves, or merges two"
        " accounts",
    },
    transitions=(
        Transition("propose", (), ("proposed",), "cron", "_propose"),
        Transition("decline", ("proposed",), ("declined",), "member", "action_decline"),
        Transition("leave", ("proposed",), ("declined",), "membership", "_leave"),
        Transition(
            "agree",
            ("proposed",),
            ("agreed",),
            "cron",
            "_agree",
            "the time to decline is over, and nobody declined",
        ),
        Transition("post", ("agreed",), ("posted",), "cron", "_post"),
        Transition(
            "expire",
            ("agreed",),
            ("expired",),
            "cron",
            "_post",
            "a debt has become smaller, a wallet is not open, or a member has switched"
            " it off",
        ),
    ),
)


class WezerClearing(models.Model):
    """Debts that run in a ring, cancelled against each other ("settle in circles").

    Each member of a ring owes the next one, from their own trade, at least the amount:
    they paid them more than they were paid by them, and gave nothing for it yet. The
    settlement pays the amount back along the whole ring. So each member receives it
    from one neighbour and pays it to the other, in one batch: no balance changes, only
    what is open between neighbours.

    Members agree beforehand, by a switch on their wallet; nothing is signed. Each
    proposal can be declined by each of its members, and is posted whole or not at all.
    The largest settlement is computed by ``tools/circulation.py``, which knows nothing
    of the database; debts are read by ``tools/ring_debts.py``.
    """

    _name = "wezer.clearing"
    _description = "Settlement in a circle"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = CLEARING
    _order = "id desc"

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    amount_minor = BigInteger(
        "Amount (minor units)",
        required=True,
        aggregator=None,
        help="The debt of each member to the next becomes smaller by this amount.",
    )
    amount_display = fields.Char(string="Amount", compute="_compute_amount_display")
    member_count = fields.Integer(string="Members", required=True, aggregator=None)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("agreed", "Agreed"),
            ("posted", "Settled"),
            ("declined", "Declined"),
            ("expired", "No longer possible"),
        ],
        required=True,
        default="proposed",
        index=True,
    )
    answer_until = fields.Datetime(
        string="Can be declined until",
        required=True,
        help="If nobody declines, the settlement is carried out in the night after it.",
    )
    ended_on = fields.Datetime(string="Settled or ended on")
    notice_pending = fields.Boolean(
        help="The members receive a notice at the end of the nightly run."
    )
    # All lines are nobody's: members search those on which they are, not what others
    # owe each other.
    line_ids = fields.One2many(
        "wezer.clearing.line",
        "clearing_id",
        string="Debts",
        groups=fields.NO_ACCESS,
    )
    may_decline = fields.Boolean(compute="_compute_may_decline")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _positive = models.Constraint(
        "CHECK (amount_minor > 0)", "A settlement needs an amount above zero."
    )
    _ring = models.Constraint(
        "CHECK (member_count > 2)", "A circle has at least three members."
    )
    _notice_pending_idx = models.Index("(wezer_currency_id) WHERE notice_pending")

    # === COMPUTE === #

    @api.depends("amount_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_amount_display(self):
        for clearing in self:
            clearing.amount_display = clearing.sudo().wezer_currency_id._format(
                clearing.amount_minor
            )

    @api.depends("amount_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for clearing in self:
            clearing.display_name = self.env._(
                "Settlement in a circle: %(amount)s", amount=clearing.amount_display
            )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_may_decline(self):
        for clearing in self:
            clearing.may_decline = clearing._origin._may("decline")

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not do ``action``, or None."""
        self.ensure_one()
        if CLEARING.who(action) != "member" or not self._own_parties():
            return NotAllowed(
                self.env._("Only a member of the circle can decide about this."),
                rule="member",
            )
        return self._state_refusal(action)

    def _parties(self):
        """Return the members of the circle (sudo), in its order."""
        return self.sudo().line_ids.debtor_wallet_id.partner_id

    def _own_parties(self):
        """Return the members for whom the user acts (sudo)."""
        return self.env.user._acts_for(self._parties(), "wallet")

    def _check_state(self, action):
        """Raise unless ``action`` is possible in the state of now; lock the row."""
        self.ensure_one()
        locks.execute_locking(
            self.env,
            "SELECT state FROM wezer_clearing WHERE id = %s FOR NO KEY UPDATE",
            [self.id],
            returns=False,
        )
        return super()._check_state(action)

    def _state_message(self, _action):
        return self.env._(
            "This settlement can no longer be declined. It is now “%(state)s”.",
            state=self._state_label(),
        )

    # === ACTIONS === #

    def action_decline(self, acting_partner_id: int | None = None) -> bool:
        """Decline for a member of the circle: nothing of it is carried out.

        For 30 days nothing new is proposed to this member's wallet.

        :param acting_partner_id: the member, where the user acts for several
        :raise NotAllowed: where the user acts for no member of the circle
        :raise Refusal: rules ``state``, ``acting``
        """
        self.ensure_one()
        self.check_access("read")
        party = self.env.user._resolve_acting(
            acting_partner_id,
            self._parties(),
            "wallet",
            what="decline_circle",
            record=self.sudo(),
        )
        self._check_state("decline")
        # The user acts for a member: the settlement ends, and their wallet has a rest.
        clearing = self.sudo()
        clearing._end("declined")
        wallets = clearing.line_ids.debtor_wallet_id
        wallets.filtered(
            lambda wallet: wallet.partner_id == party
        ).circles_paused_until = clearing.ended_on + timedelta(days=PAUSE_DAYS)
        return True

    def _was_ended_for(self, wallet):
        """Return whether the owner of ``wallet`` declined this, or switched it off."""
        if self.state != "declined":
            return False
        pause = self.ended_on + timedelta(days=PAUSE_DAYS)
        return not wallet.settles_in_circles or wallet.circles_paused_until == pause

    def _leave(self):
        """End what is proposed, because a member no longer takes part."""
        for clearing in self.sudo():
            clearing._check_state("leave")
            clearing._end("declined")

    def _end(self, state):
        if not CLEARING.allows(self.state, state):
            raise ValueError(f"a settlement goes not from {self.state} to {state}")
        self.write(
            {
                "state": state,
                "ended_on": fields.Datetime.now(),
                "notice_pending": True,
            }
        )

    @api.model
    def _proposed_to(self, wallets):
        """Return what is proposed to the owners of ``wallets`` (sudo)."""
        return self.sudo().search(
            [
                ("state", "=", "proposed"),
                ("line_ids.debtor_wallet_id", "in", wallets.ids),
            ]
        )

    # === THE NIGHTLY JOB === #

    @api.model
    def _cron_clear(self):
        """Carry out what nobody declined, propose what is new, and tell the members.

        Each settlement, and each currency, is a transaction of its own: what was
        interrupted goes on with the next run.
        """
        clearings, currencies = self.sudo(), self.env["wezer.currency"].sudo()
        # Who was not told could not decline.
        over = [
            ("state", "=", "proposed"),
            ("answer_until", "<", fields.Datetime.now()),
            ("notice_pending", "=", False),
        ]
        steps = (
            (clearings, over, lambda clearing: clearing._agree()),
            (
                clearings,
                [("state", "=", "agreed")],
                lambda clearing: clearing._post(),
            ),
            (
                currencies,
                [("circle_clearing", "=", True), ("kind", "=", "mutual_credit")],
                clearings._propose,
            ),
        )
        for model, domain, action in steps:
            if not for_each_due(model, domain, action):
                return
        pending = clearings._read_group(
            [("notice_pending", "=", True)], ["wezer_currency_id"]
        )
        told = [("id", "in", [currency.id for (currency,) in pending])]
        for_each_due(currencies.with_context(active_test=False), told, clearings._tell)

    def _agree(self):
        """Let it be carried out: the time to decline is over."""
        self._check_state("agree")
        self.state = "agreed"

    @api.model
    def _propose(self, currency):
        """Propose the largest settlement of what is owed now, ring by ring.

        What is proposed already is left out.

        :return: the new settlements
        """
        if not currency._clears_in_circles():
            return self.browse()
        debts, owed = ring_debts.open_debts(currency, DEBTS_MAX)
        rings = circulation.rings(self._largest(currency, debts), RINGS_MAX)
        until = fields.Datetime.now() + timedelta(days=DECLINE_DAYS)
        return self.create(
            [
                {
                    "wezer_currency_id": currency.id,
                    "company_id": currency.company_id.id,
                    "amount_minor": ring.amount,
                    "member_count": len(ring.parties),
                    "answer_until": until,
                    "notice_pending": True,
                    "line_ids": [
                        fields.Command.create(
                            {
                                "debtor_wallet_id": debtor,
                                "creditor_wallet_id": creditor,
                                "debt_minor": owed[debtor, creditor],
                            }
                        )
                        for debtor, creditor in ring.pairs
                    ],
                }
                for ring in rings
            ]
        )

    @api.model
    def _largest(self, currency, debts):
        """Return what can be cancelled of ``debts``; of the larger half if time is up.

        :param dict debts: the largest first
        """
        pairs = list(debts.items())
        while pairs:
            try:
                found = circulation.largest_circulation(dict(pairs), SECONDS_MAX)
            except circulation.TooLong:
                pairs = pairs[: len(pairs) // 2]
                _logger.info(
                    "%s: too many debts for circles, %s are looked at",
                    currency.code,
                    len(pairs),
                )
            else:
                return found.cancelled
        return {}

    # === POSTING === #

    def _post(self):
        """Post the settlement as one batch, or end it where it no longer holds."""
        self.ensure_one()
        self._check_state("post")
        wallets = self.line_ids.debtor_wallet_id
        # All locked in id order: no debt between them changes until this is posted.
        locks.execute_locking(
            self.env,
            "SELECT id FROM wezer_wallet WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE",
            [wallets.ids],
        )
        wallets.invalidate_recordset()
        if not self._holds():
            self._end("expired")
            return
        answers = self.env["wezer.transfer"]._post_rows(
            [
                {
                    # Who was owed pays it back: nothing is open between them.
                    "payer_wallet": line.creditor_wallet_id.id,
                    "payee_wallet": line.debtor_wallet_id.id,
                    "minor": self.amount_minor,
                    "kind": "clearing",
                    "purpose": self.env._("Settled in a circle"),
                }
                for line in self.line_ids
            ],
            mode="balanced",
        )
        transfers = self.env["wezer.transfer"].sudo()
        for line, answer in zip(self.line_ids, answers, strict=True):
            line.transfer_id = transfers.browse(answer["id"])
            # A key of the settlement's own: the database refuses a second posting.
            line.transfer_id.write(
                {
                    "origin_model": self._name,
                    "origin_id": self.id,
                    "key_scope": KEY_SCOPE,
                    "key": f"{self.id}/{line.id}",
                    "key_hash": transfers._hash([self.id, line.id, self.amount_minor]),
                }
            )
        self._end("posted")

    def _holds(self):
        """Return whether everybody still takes part, and owes what is cancelled."""
        currency = self.wezer_currency_id
        wallets = self.line_ids.debtor_wallet_id
        if not currency._clears_in_circles() or not all(
            wallet.state == "open" and wallet.settles_in_circles for wallet in wallets
        ):
            return False
        pairs = [
            (line.debtor_wallet_id.id, line.creditor_wallet_id.id)
            for line in self.line_ids
        ]
        debts = ring_debts.debts_between(currency, pairs)
        return all(debts.get(pair, 0) >= self.amount_minor for pair in pairs)

    # === NOTICES === #

    @api.model
    def _tell(self, currency):
        """Tell each member once what was proposed, settled and ended."""
        told = self.search(
            [("wezer_currency_id", "=", currency.id), ("notice_pending", "=", True)],
            order="id",
        )
        proposed = told.filtered(lambda clearing: clearing.state == "proposed")
        # The days to decline begin when the members are told.
        proposed.answer_until = fields.Datetime.now() + timedelta(days=DECLINE_DAYS)
        news = {}
        for clearing in told:
            state = "declined" if clearing.state == "expired" else clearing.state
            for wallet in clearing.line_ids.debtor_wallet_id:
                by_state = news.setdefault(wallet, {})
                if not clearing._was_ended_for(wallet):
                    by_state.setdefault(state, []).append(clearing)
        for wallet, by_state in news.items():
            if "proposed" not in by_state and not self._proposed_to(wallet):
                self.env["wezer.notice"]._settle(wallet, kinds=["circle_proposed"])
            for state, clearings in by_state.items():
                self._tell_member(wallet, state, clearings)
        told.notice_pending = False

    @api.model
    def _tell_member(self, wallet, state, clearings):
        currency = wallet.wezer_currency_id
        total = sum(clearing.amount_minor for clearing in clearings)
        until = max(clearing.answer_until for clearing in clearings)
        kind = "circle_proposed" if state == "proposed" else "circle_ended"
        url = (
            f"/my/clearing/{clearings[0].id}" if len(clearings) == 1 else "/my/clearing"
        )
        wallet.partner_id._wezer_notify(
            kind,
            TELLS[state](
                {
                    "amount": currency._said(total),
                    "day": days.day_of(self.env, until),
                }
            ),
            url=url,
            record=wallet,
            right="wallet",
            subject=state,
        )


#: What the members are told, by the state of the settlement.
TELLS = {
    "proposed": lambda said: _lt(
        "Debts that run in a circle can be settled, %(amount)s of yours. Your balance"
        " stays as it is. You can decline until %(day)s.",
        **said,
    ),
    "posted": lambda said: _lt(
        "%(amount)s of what you owe and of what you are owed was settled in circles."
        " Your balance is the same as before.",
        **said,
    ),
    "declined": lambda said: _lt(
        "A settlement in circles of %(amount)s is not carried out. Nothing changes"
        " for you.",
        **said,
    ),
}
