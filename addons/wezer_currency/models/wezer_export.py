from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.community_files import Table

from ..tools import amounts
from ..tools.settlement import RETURNS

CURRENCY = (
    *("currency", "name", "names", "kind", "external", "transferable", "unit"),
    *("digits", "active", "color", "hours_per_unit", "treasury", "limit_policy"),
    *("lower", "upper", "lower_warning", "upper_warning", "credit_grows", "credit_cap"),
    *("levy_payer_percent", "levy_payee_percent", "levy_payer", "levy_payee"),
    *("fee", "fee_every", "fee_next", "demurrage_percent", "demurrage_above"),
    *("demurrage_every", "demurrage_next", "balances_public", "statements_public"),
    *("category_required", "circle_clearing"),
)
WALLET = (
    *("wallet", "reference", "party", "currency", "state", "treasury", "balance"),
    *("reserved", "incoming", "own_limits", "lower", "upper", "lower_warning"),
    *("upper_warning", "credit_grown", "settles_in_circles", "opened", "closed"),
)
TRANSFER = (
    *("transfer", "date", "currency", "payer_wallet", "payee_wallet", "payer", "payee"),
    *("amount", "kind", "state", "end_reason", "purpose", "reason", "category", "key"),
    *("reverses", "belongs_to", "group", "levy_payer", "levy_payee", "settled"),
    *("reversed", "owed", "until", "every", "automatic", "historic", "origin"),
    *("origin_part", "done_by"),
)
ENTRY = (
    *("entry", "transfer", "date", "currency", "payer_wallet", "payee_wallet"),
    *("amount", "kind"),
)
RESERVATION = (
    *("transfer", "currency", "payer_wallet", "payee_wallet", "amount", "state"),
    *("until", "origin"),
)


class WezerExport(models.AbstractModel):
    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Table("currencies", CURRENCY, self._currency_rows),
            Table("wallets", WALLET, self._wallet_rows),
            Table("transfers", TRANSFER, self._transfer_rows),
            Table("entries", ENTRY, self._entry_rows),
            Table("reservations", RESERVATION, self._reservation_rows),
        ]

    @api.model
    def _party_selects(self):
        company = self.env.company.id
        return [
            *super()._party_selects(),
            SQL("SELECT partner_id FROM wezer_wallet WHERE company_id = %s", company),
            SQL(
                "SELECT treasury_partner_id FROM wezer_currency"
                " WHERE company_id = %s AND treasury_partner_id IS NOT NULL",
                company,
            ),
            SQL(
                "SELECT person_id FROM wezer_transfer"
                " WHERE company_id = %s AND person_id IS NOT NULL",
                company,
            ),
        ]

    @api.model
    def _currency_rows(self):
        for currency in self._pages("wezer.currency"):
            yield (
                currency.code,
                currency.name,
                self._translations(currency, "name"),
                currency.kind,
                currency.external,
                currency.transferable,
                currency.unit_kind,
                currency.digits if currency.unit_kind == "decimal" else None,
                currency.active,
                currency.color or "",
                self._number(currency.hours_per_unit),
                currency.treasury_partner_id.id or None,
                currency.limit_policy,
                *(
                    currency._decimal(currency[name])
                    if currency[f"has_{name.removesuffix('_limit')}"]
                    else ""
                    for name in (
                        "lower_limit",
                        "upper_limit",
                        "lower_warning",
                        "upper_warning",
                    )
                ),
                currency.credit_grows,
                currency._decimal(currency.credit_cap),
                self._percent(currency.levy_payer),
                self._percent(currency.levy_payee),
                currency._decimal(currency.levy_payer_fixed),
                currency._decimal(currency.levy_payee_fixed),
                currency._decimal(currency.fee_minor),
                currency.fee_every or "",
                self._day(currency.fee_next),
                self._percent(currency.demurrage_rate),
                currency._decimal(currency.demurrage_above),
                currency.demurrage_every or "",
                self._day(currency.demurrage_next),
                currency.balances_public,
                currency.statements_public,
                currency.category_required,
                currency.circle_clearing,
            )

    @api.model
    def _wallet_rows(self):
        query = SQL(
            """SELECT w.id, w.reference, w.partner_id, c.id, w.state,
                      coalesce(w.is_system, false),
                      (w.balance + wezer_unswept(w))::text, w.reserved::text,
                      w.incoming::text, coalesce(w.own_limits, false),
                      wezer_lower_limit(w, c)::text, wezer_upper_limit(w, c)::text,
                      wezer_lower_warning(w, c)::text, wezer_upper_warning(w, c)::text,
                      coalesce(w.credit_grown, 0)::text,
                      coalesce(w.settles_in_circles, false), w.opened_on, w.closed_on
                 FROM wezer_wallet w JOIN wezer_currency c ON c.id = w.wezer_currency_id
                WHERE w.company_id = %s ORDER BY w.id""",
            self.env.company.id,
        )
        text = self._amount_texts()
        for row in self._stream(query):
            code, in_text = text[row[3]]
            yield (
                row[0],
                row[1] or "",
                row[2],
                code,
                *row[4:6],
                *map(in_text, row[6:9]),
                row[9],
                *map(in_text, row[10:15]),
                row[15],
                *map(self._moment, row[16:18]),
            )

    @api.model
    def _transfer_rows(self):
        query = SQL(
            """SELECT t.id, t.date, t.wezer_currency_id, t.payer_wallet_id,
                      t.payee_wallet_id, t.payer_id, t.payee_id, t.amount_minor::text,
                      t.kind, t.state, t.end_reason, t.purpose, t.reason, t.category_id,
                      t.key, t.parent_id, t.batch_number, t.levy_payer_minor::text,
                      t.levy_payee_minor::text, t.settled_minor::text,
                      t.reversed_minor::text, t.claim_minor::text, t.end_deadline,
                      t.every, coalesce(t.automatic, false),
                      coalesce(t.historic, false), t.origin_model, t.origin_id,
                      t.origin_part, t.person_id
                 FROM wezer_transfer t
                WHERE t.company_id = %s ORDER BY t.id""",
            self.env.company.id,
        )
        text = self._amount_texts()
        for row in self._stream(query):
            code, in_text = text[row[2]]
            returns = row[8] in RETURNS
            yield (
                row[0],
                self._moment(row[1]),
                code,
                *row[3:7],
                in_text(row[7]),
                *row[8:15],
                row[15] if returns else None,
                None if returns else row[15],
                row[16],
                *map(in_text, row[17:22]),
                self._moment(row[22]),
                *row[23:26],
                self._origin(*row[26:28]),
                row[28],
                row[29],
            )

    @api.model
    def _entry_rows(self):
        query = SQL(
            """SELECT e.id, e.transfer_id, e.date, e.wezer_currency_id, e.from_id,
                      e.to_id, e.amount::text, e.kind
                 FROM wezer_ledger_entry e
                 JOIN wezer_currency c ON c.id = e.wezer_currency_id
                WHERE c.company_id = %s ORDER BY e.id""",
            self.env.company.id,
        )
        text = self._amount_texts()
        for row in self._stream(query):
            code, in_text = text[row[3]]
            yield (
                *row[:2],
                self._moment(row[2]),
                code,
                *row[4:6],
                in_text(row[6]),
                row[7],
            )

    @api.model
    def _reservation_rows(self):
        """Yield what is set aside or promised now."""
        query = SQL(
            """SELECT t.id, t.wezer_currency_id, t.payer_wallet_id, t.payee_wallet_id,
                      (t.amount_minor - coalesce(t.settled_minor, 0))::text, t.state,
                      t.end_deadline, t.origin_model, t.origin_id
                 FROM wezer_transfer t
                WHERE t.company_id = %s AND t.state IN ('reserved', 'pending')
                ORDER BY t.id""",
            self.env.company.id,
        )
        text = self._amount_texts()
        for row in self._stream(query):
            code, in_text = text[row[1]]
            yield (
                row[0],
                code,
                *row[2:4],
                in_text(row[4]),
                row[5],
                self._moment(row[6]),
                self._origin(*row[7:9]),
            )

    @api.model
    def _amount_texts(self):
        """Return ``{currency id: (code, what writes minor units)}``.

        Integers in, text out: an amount is never a float.
        """

        def writer(minor_per_unit, clock):
            return lambda minor: (
                ""
                if minor is None
                else amounts.decimal_text(int(minor), minor_per_unit, clock)
            )

        return {
            currency.id: (
                currency.code,
                writer(currency.minor_per_unit, currency._is_hours()),
            )
            for currency in self.env["wezer.currency"].search([])
        }

    @api.model
    def _origin(self, model, record_id):
        """Return ``wezer.deal 12`` where a transfer belongs to a record."""
        return f"{model} {record_id}" if model and record_id else ""

    @api.model
    def _percent(self, rate):
        """Return hundredths of a percent as percents: ``150`` is ``1.5``."""
        return self._number((rate or 0) / 100)
