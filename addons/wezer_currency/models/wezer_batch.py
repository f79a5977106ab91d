from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import taking_back
from ..tools.reasons import checked_reason

BATCH = StateMachine(
    states=("posted", "taken_back"),
    rules={
        "poster": "the caller of a batch, or the administrator who takes a charge",
        "corrector": "an administrator, or a community moderator who opened one of its"
        " statements and is no party to any of its payments; neither where they have a"
        " role in its currency",
    },
    transitions=(
        Transition("post", (), ("posted",), "poster", "wezer.transfer.post_batch"),
        Transition(
            "take_back",
            ("posted",),
            ("taken_back",),
            "corrector",
            "action_take_back",
            "all of it or nothing; never a batch that takes another back",
        ),
    ),
)
CHARGES = ("fee", "demurrage")


class WezerBatch(models.Model):
    """Transfers that were posted together: several payments, a file, a charge.

    The transfers carry its number (``batch_number``). A mistaken batch is taken back
    as a whole, by a batch of corrections (``tools/taking_back.py``).
    """

    _name = "wezer.batch"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _description = "Batch of payments"
    _order = "id desc"
    _state_machine = BATCH

    kind = fields.Selection(
        [
            ("payments", "Payments"),
            ("fee", "Fee"),
            ("demurrage", "Demurrage"),
            ("take_back", "Correction of a batch"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("posted", "Posted"), ("taken_back", "Taken back")],
        required=True,
        default="posted",
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    person_id = fields.Many2one(
        "res.partner", string="Posted by", readonly=True, ondelete="restrict"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty if the payments of this batch have several currencies.",
    )
    transfer_count = fields.Integer(string="Payments", readonly=True, aggregator=None)
    total_text = fields.Char(string="Total", compute="_compute_total_text")
    reason = fields.Char(readonly=True)
    taken_back_by_id = fields.Many2one(
        "wezer.batch",
        string="Taken back by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    may_take_back = fields.Boolean(compute="_compute_may_take_back")
    is_opened = fields.Boolean(
        string="Statement opened by me",
        compute="_compute_is_opened",
        search="_search_is_opened",
        groups="wezer_base.group_moderator",
        help="One of its payments is on a statement that you opened with a reason"
        " within the last day, or waits for its receipt to be confirmed.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # === COMPUTE === #

    @api.depends("kind", "date")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for batch in self:
            batch.display_name = f"{labels.get(batch.kind, '')} {batch.id or ''}"
        self._wezer_hide_names()

    @api.depends_context("lang")
    def _compute_total_text(self):
        """Sum up each currency apart; two are never added."""
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
            """SELECT batch_number, wezer_currency_id, sum(amount_minor)::text
                 FROM wezer_transfer WHERE batch_number = ANY(%s)
                GROUP BY 1, 2 ORDER BY 1, 2""",
            [self.ids],
        )
        sums = {}
        currencies = self.env["wezer.currency"].sudo()
        for number, currency, minor in self.env.cr.fetchall():
            text = currencies.browse(currency)._format(int(minor))
            sums.setdefault(number, []).append(text)
        for batch in self:
            batch.total_text = ", ".join(sums.get(batch.id, []))

    @api.depends("state", "kind")
    @api.depends_context("uid")
    def _compute_may_take_back(self):
        for batch in self:
            batch.may_take_back = bool(batch.id) and batch._may("take_back")

    @api.depends_context("uid")
    def _compute_is_opened(self):
        found = self.search([("id", "in", self.ids), ("is_opened", "=", True)])
        for batch in self:
            batch.is_opened = batch in found

    def _search_is_opened(self, operator, value):
        """Find the batches of which the user reads a payment as a moderator.

        Payments of one's own do not count: a fee of all members would show its total.
        """
        if operator != "in":
            return NotImplemented
        if {True, False} <= set(value):
            return Domain.TRUE
        # Each part by an index of its own: one condition with "or" reads all transfers.
        parts = (
            Domain("state", "=", "pending") & Domain("origin_model", "=", False),
            Domain("state", "=", "done")
            & Domain("payer_wallet_id.is_opened", "=", True),
            Domain("state", "=", "done")
            & Domain("payee_wallet_id.is_opened", "=", True),
        )
        transfers, batched = self.env["wezer.transfer"], Domain("batch_number", ">", 0)
        found = Domain.OR(
            Domain(
                "id", "in", transfers._search(part & batched).subselect("batch_number")
            )
            for part in parts
        )
        return found if True in value else ~found

    # === CRUD === #

    @api.model
    def _next_id(self):
        """Return the number of a batch to come; :meth:`_keep` makes its record."""
        self.env.cr.execute("SELECT nextval('wezer_batch_id_seq')")
        return self.env.cr.fetchone()[0]

    @api.model
    def _keep(self, number, kind, rows, answers, reason=None):
        """Make the record of a batch of which something was posted.

        One statement: a batch of members is as fast as the database. Called again
        for the next portion of an import, it adds to the record.

        :param int number: of :meth:`_next_id`
        :param list rows: dicts with ``money``, the id of the currency
        :param list answers: dicts with ``state``, in the order of ``rows``
        :return: ``number``, or None where nothing was posted
        """
        posted = [
            row["money"]
            for row, answer in zip(rows, answers, strict=True)
            if answer["state"] == "posted"
        ]
        if not posted:
            return None
        money = set(posted)
        now, uid = fields.Datetime.now(), self.env.uid
        self.env.cr.execute(
            """INSERT INTO wezer_batch
                   (id, kind, state, date, person_id, wezer_currency_id,
                    transfer_count, reason, company_id, create_uid, write_uid,
                    create_date, write_date)
               VALUES (%s, %s, 'posted', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
               ON CONFLICT (id) DO UPDATE SET
                   transfer_count =
                       wezer_batch.transfer_count + excluded.transfer_count,
                   wezer_currency_id = CASE
                       WHEN wezer_batch.wezer_currency_id = excluded.wezer_currency_id
                       THEN excluded.wezer_currency_id END""",
            [
                number,
                kind,
                now,
                self.env.user.partner_id.id,
                money.pop() if len(money) == 1 else None,
                len(posted),
                reason,
                self.env.company.id,
                uid,
                uid,
                now,
                now,
            ],
        )
        return number

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not do ``action``, or None."""
        self.ensure_one()
        return (
            self._corrector_refusal()
            or self._state_refusal(action)
            or self._kind_refusal()
        )

    def _corrector_refusal(self):
        user = self.env.user
        if refusal := user._wezer_office_refusal(self._currency_ids()):
            return refusal
        if self.env["wezer.transfer"]._is_administrator():
            return None
        if (
            not user.has_group("wezer_base.group_moderator")
            or self.sudo().kind in CHARGES
            or not user._moderates(self._parties())
        ):
            return NotAllowed(
                self.env._(
                    "Only administrators, and moderators who are no party to its"
                    " payments, can take a batch back."
                ),
                rule="moderate",
            )
        # The field answers for the user, whatever the rights of the call.
        if not self.sudo(False).is_opened:
            return NotAllowed(
                self.env._("Open the statement of one of its parties first."),
                rule="look",
            )
        return None

    def _currency_ids(self):
        """Return the ids of the currencies of its payments.

        :rtype: set
        """
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
            """SELECT DISTINCT wezer_currency_id FROM wezer_transfer
                WHERE batch_number = %s""",
            [self.id],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _left_minor(self):
        """Return what of this batch was not given back yet, in minor units."""
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
            """SELECT coalesce(sum(amount_minor - reversed_minor), 0)::text
                 FROM wezer_transfer WHERE batch_number = %s AND state = 'done'""",
            [self.id],
        )
        return int(self.env.cr.fetchone()[0])

    def _parties(self):
        """Return who pays and who receives in this batch (sudo)."""
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
            """SELECT payer_id FROM wezer_transfer WHERE batch_number = %(number)s
                UNION
               SELECT payee_id FROM wezer_transfer WHERE batch_number = %(number)s""",
            {"number": self.id},
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["res.partner"].sudo().browse(ids)

    def _kind_refusal(self):
        if self.sudo().kind == "take_back":
            return Refusal(
                self.env._("A batch of corrections cannot be taken back."),
                rule="reversal",
            )
        if self.sudo().kind in CHARGES and self._is_growing():
            return Refusal(
                self.env._(
                    "This charge is still being taken. Take it back when it is"
                    " complete."
                ),
                rule="running",
            )
        return None

    def _is_growing(self):
        """Return whether a charge adds payments to this batch."""
        runs = self.env["wezer.charge.run"].sudo()
        unfinished = [("batch_id", "=", self.id), ("done", "=", False)]
        return bool(runs.search_count(unfinished, limit=1))

    # === ACTIONS === #

    def action_take_back(self, reason: str) -> int:
        """Take the whole batch back by one batch of corrections, or nothing of it.

        What was given back of single payments before is left out. Called again, it
        returns the first result.

        :param reason: what went wrong, in a sentence; all parties read it
        :return: id of the batch of corrections
        :raise NotAllowed: rules ``four_eyes``, ``moderate``, ``look``
        :raise Refusal: rules ``reason``, ``limit`` (a wallet would fall below its
            limit), ``external``, ``reversal``, ``nothing``,
            ``running`` (a charge that is not complete)
        """
        self.ensure_one()
        if refusal := self._corrector_refusal():
            raise refusal
        reason = checked_reason(self.env, reason)
        return self._take_back(reason).id

    def _take_back(self, reason, numbered=False):
        """Take this batch back; the caller checked who, and the reason.

        :param bool numbered: a refusal names wallets by their numbers
        :return: the batch of corrections (sudo)
        """
        batch = self.sudo()
        taking_back.lock(batch)
        if batch.taken_back_by_id:
            return batch.taken_back_by_id
        self._check_state("take_back")
        if refusal := self._kind_refusal():
            raise refusal
        made = taking_back.take_back(batch, reason, numbered)
        batch.write({"state": "taken_back", "taken_back_by_id": made.id})
        return made

    def action_transfers(self) -> dict:
        """Open the payments of this batch that the user may read."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments of the batch"),
            "res_model": "wezer.transfer",
            "view_mode": "list,form",
            "domain": [("batch_number", "=", self.id)],
        }
