from odoo import api, models


class WezerCheck(models.AbstractModel):
    _inherit = "wezer.check"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Each balance is the sum of its ledger entries"),
                self._check_balances,
            ),
            (
                self.env._("What is set aside belongs to live reservations"),
                self._check_reserved,
            ),
            (self.env._("Each currency sums to zero"), self._check_zero),
            (self.env._("The seals' hashes hold"), self._check_seals),
            (
                self.env._("Journal entries say what their seals say"),
                self._check_seal_moves,
            ),
            (
                self.env._("Each done transfer has its ledger entry"),
                self._check_transfers,
            ),
        ]

    def _wezer_rows(self, query):
        self.env.flush_all()
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    def _check_balances(self):
        return self._wezer_rows(
            """WITH sums AS (
                   SELECT wallet, sum(minor) AS minor FROM (
                       SELECT to_id AS wallet, amount AS minor FROM wezer_ledger_entry
                       UNION ALL
                       SELECT from_id, -amount FROM wezer_ledger_entry) sides
                   GROUP BY wallet),
               unswept AS (
                   SELECT wallet_id, sum(delta) AS minor FROM wezer_wallet_accrual
                   GROUP BY wallet_id)
               SELECT w.id, w.balance::text, coalesce(u.minor, 0)::text,
                      coalesce(s.minor, 0)::text
                 FROM wezer_wallet w
                 LEFT JOIN sums s ON s.wallet = w.id
                 LEFT JOIN unswept u ON u.wallet_id = w.id
                WHERE w.balance + coalesce(u.minor, 0) <> coalesce(s.minor, 0)"""
        )

    def _check_reserved(self):
        return self._wezer_rows(
            """WITH held AS (
                   SELECT payer_wallet_id, payee_wallet_id,
                          CASE state WHEN 'pending' THEN amount_minor
                            ELSE amount_minor - settled_minor + levy_payer_minor
                               - div(2::numeric * levy_payer_minor * settled_minor
                                     + amount_minor, 2 * amount_minor) END AS held,
                          CASE state WHEN 'pending' THEN amount_minor
                            ELSE amount_minor - settled_minor END AS expected
                     FROM wezer_transfer WHERE state IN ('reserved', 'pending'))
               SELECT w.id, w.reserved::text, w.incoming::text
                 FROM wezer_wallet w
                WHERE w.reserved <> (SELECT coalesce(sum(held), 0) FROM held
                                      WHERE payer_wallet_id = w.id)
                   OR w.incoming <> (SELECT coalesce(sum(expected), 0) FROM held
                                      WHERE payee_wallet_id = w.id)"""
        )

    def _check_zero(self):
        return self._wezer_rows(
            """SELECT w.wezer_currency_id, sum(w.balance + coalesce(u.minor, 0))::text
                 FROM wezer_wallet w
                 LEFT JOIN (SELECT wallet_id, sum(delta) AS minor
                              FROM wezer_wallet_accrual GROUP BY wallet_id) u
                   ON u.wallet_id = w.id
                GROUP BY w.wezer_currency_id
               HAVING sum(w.balance + coalesce(u.minor, 0)) <> 0"""
        )

    def _check_transfers(self):
        return self._wezer_rows(
            """SELECT t.id, t.state, t.amount_minor::text
                 FROM wezer_transfer t
                 JOIN wezer_currency c ON c.id = t.wezer_currency_id
                WHERE t.state = 'done' AND NOT c.external
                  AND t.amount_minor <> (
                      SELECT coalesce(sum(e.amount), 0) FROM wezer_ledger_entry e
                       WHERE e.transfer_id = t.id AND e.kind <> 'levy')
               UNION ALL
               SELECT e.transfer_id, 'entry', e.id::text
                 FROM wezer_ledger_entry e
                 LEFT JOIN wezer_transfer t ON t.id = e.transfer_id
                WHERE t.state IS DISTINCT FROM 'done'"""
        )

    def _check_seals(self):
        rows = []
        seals = self.env["wezer.ledger.seal"].sudo()
        last = {}
        for seal in seals.search([], order="id"):
            currency = seal.wezer_currency_id
            previous = last.get(currency.id, seals.browse())
            digest = seals._hash_range(
                currency, previous.to_entry_id + 1, seal.to_entry_id, previous.digest
            )
            if seal.previous_id != previous or digest != seal.digest:
                rows.append((seal.id, currency.name, seal.digest, digest))
            last[currency.id] = seal
        return rows

    def _check_seal_moves(self):
        rows = []
        for seal in self.env["wezer.ledger.seal"].sudo().search([]):
            per_unit = seal.wezer_currency_id.minor_per_unit
            wanted = {
                wallet.partner_id.id: minor for wallet, minor in seal._net_by_wallet()
            }
            booked = {}
            for line in seal.move_id.line_ids:
                minor = round(-line.amount_currency * per_unit)
                booked[line.partner_id.id] = booked.get(line.partner_id.id, 0) + minor
            # Accounting has six decimals: books and ledger are compared to six.
            grain = max(per_unit // 10**6, 1)
            if wanted.keys() != booked.keys() or any(
                abs(wanted[partner] - booked[partner]) >= grain for partner in wanted
            ):
                rows.append(
                    (seal.id, seal.move_id.name or "", len(wanted), len(booked))
                )
            elif seal.move_id and seal.move_id.state != "posted":
                rows.append((seal.id, seal.move_id.name or "", seal.move_id.state, ""))
        return rows
