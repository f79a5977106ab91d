from odoo import api, fields, models, tools

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import statement
from .fields_bigint import BigInteger


class WezerLedgerEntry(models.Model):
    """The truth: one amount from one wallet to another, so each row sums to zero."""

    _name = "wezer.ledger.entry"
    _description = "Ledger entry"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _log_access = False

    transfer_id = fields.Many2one("wezer.transfer", index=True, ondelete="restrict")
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    from_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    to_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    amount = BigInteger("Amount (minor units)", required=True, aggregator=None)
    amount_text = fields.Char(string="Amount", compute="_compute_amount_text")
    kind = fields.Char(required=True)
    kind_text = fields.Char(string="Kind in words", compute="_compute_kind_text")
    date = fields.Datetime(required=True)
    # NULL on the side of a treasury (system wallet). The row is both sides' to
    # read, and what the other has is not: these columns are nobody's.
    from_balance = BigInteger(aggregator=None, groups=fields.NO_ACCESS)
    to_balance = BigInteger(aggregator=None, groups=fields.NO_ACCESS)
    balance_text = fields.Char(
        string="Balance afterwards",
        compute="_compute_balance_text",
        help="The balance of the wallet you act for. If you act for both, this is"
        " the payer's balance.",
    )
    company_id = fields.Many2one(related="wezer_currency_id.company_id")

    _positive = models.Constraint(
        "CHECK (amount > 0)", "An entry needs an amount above zero."
    )
    _two_wallets = models.Constraint(
        "CHECK (from_id <> to_id)", "An entry needs two different wallets."
    )
    _from_idx = models.Index("(from_id, id)")
    _to_idx = models.Index("(to_id, id)")
    # Statements are in the order of dates, which imported histories do not follow.
    _from_date_idx = models.Index("(from_id, date, id) INCLUDE (amount)")
    _to_date_idx = models.Index("(to_id, date, id) INCLUDE (amount)")
    _currency_idx = models.Index("(wezer_currency_id, id)")
    # Balances at a past moment: entries are nearly in the order of their dates.
    _date_idx = models.Index("USING brin (date)")

    def init(self):
        # The functions name columns of other models, which may be made after this one.
        self.pool.post_init(self._create_functions)

    @api.model
    def _create_functions(self):
        """Create the posting functions, and the triggers that refuse changes."""
        self.env.cr.execute(
            """CREATE TABLE IF NOT EXISTS wezer_wallet_accrual (
                   wallet_id integer NOT NULL REFERENCES wezer_wallet (id),
                   delta numeric(38,0) NOT NULL
               )"""
        )
        for name in ("posting", "posting_fast_path", "statement"):
            with tools.file_open(f"wezer_currency/models/{name}.sql") as file:
                self.env.cr.execute(file.read())

    @api.depends_context("lang")
    def _compute_amount_text(self):
        for entry in self:
            entry.amount_text = entry.wezer_currency_id._format(entry.amount)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_kind_text(self):
        """Name the kind as transfers do."""
        words = dict(
            self.env["wezer.transfer"]._fields["kind"]._description_selection(self.env)
        )
        for entry in self:
            entry.kind_text = words.get(entry.kind, entry.kind)

    @api.depends_context("uid")
    def _compute_balance_text(self):
        entries = self.sudo()
        acts = self.env.user._acts_for(
            entries.from_id.partner_id | entries.to_id.partner_id, "wallet"
        )
        for entry, readable in zip(self, entries, strict=True):
            after = None
            if readable.from_id.partner_id in acts and not readable.from_id.is_system:
                after = readable.from_balance
            elif readable.to_id.partner_id in acts and not readable.to_id.is_system:
                after = readable.to_balance
            entry.balance_text = (
                "" if after is None else readable.wezer_currency_id._format(after)
            )

    def write(self, vals):
        if vals:
            raise Refusal(
                self.env._("Entries in the ledger cannot be changed or deleted."),
                rule="append_only",
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise Refusal(
            self.env._("Entries in the ledger cannot be changed or deleted."),
            rule="append_only",
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_keep_days(self):
        """Keep the sums of days of busy wallets, as far as each currency is sealed."""
        seals = self.env["wezer.ledger.seal"].sudo()
        currencies = seals._currencies()
        for number, currency in enumerate(currencies, start=1):
            seal = seals._last_of(currency)
            if seal:
                statement.keep_days(currency, seal)
            if self.env.context.get("ir_cron_progress_id"):
                left = len(currencies) - number
                self.env["ir.cron"]._commit_progress(1, remaining=left)
