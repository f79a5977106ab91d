import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days

from .fields_bigint import BigInteger

# Rows that go into the hash at a time.
CHUNK = 20000
# What a row says to the hash, in this order and for good.
ROW_TEXT = """concat_ws('|', id, transfer_id, from_id, to_id, wezer_currency_id,
    amount, kind, to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS.US'))"""
# Known to this module only: RPC cannot forge an object.
SEAL_TOKEN = object()


class WezerLedgerSeal(models.Model):
    """Closes a range of entries of a currency and carries it into accounting."""

    _name = "wezer.ledger.seal"
    _description = "Ledger seal"
    _order = "id desc"

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        ondelete="restrict",
        index=True,
    )
    previous_id = fields.Many2one("wezer.ledger.seal", ondelete="restrict")
    date = fields.Datetime(required=True)
    from_entry_id = fields.Integer(string="From entry", aggregator=None, required=True)
    to_entry_id = fields.Integer(string="To entry", aggregator=None, required=True)
    entry_count = fields.Integer(aggregator=None, required=True)
    total = BigInteger(aggregator=None, required=True)
    total_text = fields.Char(string="Sum", compute="_compute_total_text")
    digest = fields.Char(string="SHA-256", required=True)
    move_id = fields.Many2one(
        "account.move", string="Journal entry", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _previous_uniq = models.UniqueIndex(
        "(wezer_currency_id, coalesce(previous_id, 0))", "A seal has one successor."
    )

    def _compute_total_text(self):
        for seal in self:
            seal.total_text = seal.wezer_currency_id._format(seal.total)

    def _compute_display_name(self):
        for seal in self:
            seal.display_name = (
                f"{seal.wezer_currency_id.name} {seal.from_entry_id}–{seal.to_entry_id}"
            )

    # === CRUD === #

    def write(self, vals):
        if self.env.context.get("wezer_seal") is not SEAL_TOKEN:
            raise Refusal(self.env._("What is sealed stays so."), rule="sealed")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise Refusal(self.env._("What is sealed stays so."), rule="sealed")

    # === ACTIONS === #

    @api.model
    def action_seal(self):
        """Ask for a seal soon; administrators. The clock does it, never the button."""
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(self.env._("Administrators seal the ledger."), rule="role")
        # Checked just above; the cron belongs to the system.
        self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The ledger will be sealed within a minute."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === SEALING === #

    @api.model
    def _cron_seal(self):
        """Seal every currency, and carry it into accounting, in one transaction.

        So a crash leaves no seal without its journal entry. What accounting
        refuses (a lock date, say) is sealed all the same, and booked next time.
        """
        with self.env.registry.cursor() as cr:
            until = self.with_env(self.env(cr=cr))._last_settled_entry()
        refused = []
        with self.env.registry.cursor() as cr:
            fresh = self.with_env(self.env(cr=cr))
            fresh._seal_ranges(until)
            for seal in fresh._without_move():
                try:
                    with cr.savepoint():
                        seal._post_move()
                except UserError as error:
                    refused.append(error)
        if refused:
            # The clock notes that it failed, and tries again.
            raise refused[0]

    @api.model
    def _last_settled_entry(self):
        """Return the id below which no entry will ever appear any more.

        Ids commit out of order: a snapshot older than the lock could miss an
        entry below the last id it sees, so the lock is the transaction's first
        statement. It ends before the hash is counted: payments hardly wait.
        """
        self.env.cr.execute("LOCK TABLE wezer_ledger_entry IN SHARE ROW EXCLUSIVE MODE")
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM wezer_ledger_entry")
        return self.env.cr.fetchone()[0]

    @api.model
    def _seal_now(self):
        """Seal in the caller's own transaction (tests, the launcher).

        Only where nothing else writes: see :meth:`_cron_seal`.
        """
        self.env.flush_all()
        seals = self.sudo()._seal_ranges(self._last_settled_entry())
        for seal in self.sudo()._without_move():
            seal._post_move()
        return seals

    @api.model
    def _seal_ranges(self, until):
        """Seal what each currency has up to the entry ``until``."""
        seals = self.browse()
        currencies = self.env["wezer.currency"].with_context(active_test=False)
        for currency in currencies.search([("external", "=", False)]):
            seals |= self._seal_range(currency, until)
        return seals

    @api.model
    def _last_of(self, currency):
        return self.search(
            [("wezer_currency_id", "=", currency.id)], order="id desc", limit=1
        )

    @api.model
    def _seal_range(self, currency, until):
        """Seal the entries of ``currency`` after its last seal, if there are any."""
        previous = self._last_of(currency)
        self.env.cr.execute(
            """SELECT count(*), min(id), max(id), coalesce(sum(amount), 0)::text
                 FROM wezer_ledger_entry
                WHERE wezer_currency_id = %s AND id > %s AND id <= %s""",
            [currency.id, previous.to_entry_id, until],
        )
        count, first, last, total = self.env.cr.fetchone()
        if not count:
            return self.browse()
        return self.create(
            {
                "wezer_currency_id": currency.id,
                "company_id": currency.company_id.id,
                "previous_id": previous.id,
                "date": fields.Datetime.now(),
                "from_entry_id": first,
                "to_entry_id": last,
                "entry_count": count,
                "total": int(total),
                "digest": self._hash_range(currency, first, last, previous.digest),
            }
        )

    @api.model
    def _hash_range(self, currency, first, last, previous_digest):
        """Return the SHA-256 over the range, chained to the previous seal's."""
        chain = hashlib.sha256((previous_digest or "").encode())
        after = first - 1
        while True:
            self.env.cr.execute(
                f"""SELECT id, {ROW_TEXT} FROM wezer_ledger_entry
                     WHERE wezer_currency_id = %s AND id > %s AND id <= %s
                     ORDER BY id LIMIT {CHUNK}""",
                [currency.id, after, last],
            )
            rows = self.env.cr.fetchall()
            for _id, text in rows:
                chain.update(text.encode() + b"\n")
            if len(rows) < CHUNK:
                return chain.hexdigest()
            after = rows[-1][0]

    # === ACCOUNTING === #

    def _net_by_wallet(self):
        """Return ``[(wallet, net minor units)]`` of the range, zeros left out."""
        self.ensure_one()
        self.env.cr.execute(
            """SELECT wallet, sum(minor)::text FROM (
                   SELECT to_id AS wallet, amount AS minor FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s
                      AND id BETWEEN %(first)s AND %(last)s
                   UNION ALL
                   SELECT from_id, -amount FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s
                      AND id BETWEEN %(first)s AND %(last)s
               ) sides GROUP BY wallet HAVING sum(minor) <> 0 ORDER BY wallet""",
            {
                "currency": self.wezer_currency_id.id,
                "first": self.from_entry_id,
                "last": self.to_entry_id,
            },
        )
        wallets = self.env["wezer.wallet"]
        return [(wallets.browse(row[0]), int(row[1])) for row in self.env.cr.fetchall()]

    @api.model
    def _without_move(self):
        return self.search([("move_id", "=", False)], order="id")

    def _post_move(self):
        """Post the journal entry of this seal, if its range moved anything."""
        self.ensure_one()
        lines = self._net_by_wallet()
        if not lines:
            return
        if sum(minor for _wallet, minor in lines):
            # Odoo asks for zero in company currency only.
            raise Refusal(self.env._("The range does not sum to zero."), rule="zero")
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .with_context(skip_invoice_sync=True)
            .create(self._prepare_move_vals(lines))
        )
        move.action_post()
        self.with_context(wezer_seal=SEAL_TOKEN).move_id = move
        move.wezer_seal_id = self

    def _worth_of_lines(self, lines):
        """Return ``{wallet id: balance in the company's money}``, zero in sum.

        What rounding leaves goes to the treasury's line.
        """
        currency = self.wezer_currency_id
        if not (currency._is_own_money() or currency._has_value()):
            return {wallet.id: 0.0 for wallet, _minor in lines}
        worth = {wallet.id: -currency._worth(minor) for wallet, minor in lines}
        money = self.company_id.currency_id
        rest = money.round(sum(worth.values()))
        if rest:
            treasury = next(
                (wallet.id for wallet, _minor in lines if wallet.is_system),
                lines[0][0].id,
            )
            worth[treasury] = money.round(worth[treasury] - rest)
        return worth

    def _prepare_move_vals(self, lines):
        """Return the journal entry of the range: one line per member.

        A wallet above zero is a credit. Without value in company currency,
        unless the currency is the company's own, or paid for with it.
        """
        self.ensure_one()
        currency = self.wezer_currency_id
        worth = self._worth_of_lines(lines)
        vals = []
        for wallet, minor in lines:
            account = (
                currency.treasury_account_id
                if wallet.is_system
                else currency.member_account_id
            )
            units = -minor / currency.minor_per_unit
            vals.append(
                fields.Command.create(
                    {
                        "name": currency._format(minor),
                        "account_id": account.id,
                        "partner_id": wallet.partner_id.id,
                        "currency_id": currency.currency_id.id,
                        "amount_currency": units,
                        # Given explicitly: left out, Odoo converts 1 : 1.
                        "balance": worth[wallet.id],
                    }
                )
            )
        return {
            "move_type": "entry",
            "journal_id": currency.journal_id.id,
            "date": days.day_of(self.env, self.date, self.company_id),
            "ref": f"{currency.code} {self.display_name} {self.digest[:16]}",
            "currency_id": currency.currency_id.id,
            "company_id": self.company_id.id,
            "line_ids": vals,
        }
