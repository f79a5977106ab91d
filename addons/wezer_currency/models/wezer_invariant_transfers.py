from odoo import api, models


class WezerInvariant(models.AbstractModel):
    """What people see of the money agrees with the ledger."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Each done transfer has its ledger entry"),
                self._check_transfers,
            ),
            (
                self.env._("Each levy was posted as the transfer says"),
                self._check_levies,
            ),
            (
                self.env._("A transfer's parties own its wallets"),
                self._check_parties,
            ),
            (
                self.env._("Parts paid and given back add up"),
                self._check_parts,
            ),
            (
                self.env._("Each reservation ends, or belongs to a deal"),
                self._check_until,
            ),
        ]

    def _check_transfers(self):
        return self._wezer_rows(
            """WITH posted AS (
                   SELECT transfer_id, sum(amount) AS minor FROM wezer_ledger_entry
                    WHERE kind <> 'levy' GROUP BY transfer_id)
               SELECT t.id, t.state, t.amount_minor::text
                 FROM wezer_transfer t
                 JOIN wezer_currency c ON c.id = t.wezer_currency_id
                 LEFT JOIN posted p ON p.transfer_id = t.id
                WHERE t.state = 'done' AND c.external IS NOT TRUE
                  AND t.payer_wallet_id <> t.payee_wallet_id
                  AND t.amount_minor IS DISTINCT FROM p.minor
               UNION ALL
               SELECT e.transfer_id, 'entry', e.id::text
                 FROM wezer_ledger_entry e
                 LEFT JOIN wezer_transfer t ON t.id = e.transfer_id
                WHERE t.state IS DISTINCT FROM 'done'"""
        )

    def _check_levies(self):
        return self._wezer_rows(
            """WITH levied AS (
                   SELECT transfer_id, sum(amount) AS minor FROM wezer_ledger_entry
                    WHERE kind = 'levy' GROUP BY transfer_id)
               SELECT t.id, t.levy_payer_minor::text, t.levy_payee_minor::text,
                      coalesce(l.minor, 0)::text
                 FROM wezer_transfer t
                 JOIN wezer_currency c ON c.id = t.wezer_currency_id
                 LEFT JOIN levied l ON l.transfer_id = t.id
                WHERE t.state = 'done' AND c.external IS NOT TRUE
                  AND t.kind <> 'reversal'
                  AND coalesce(t.levy_payer_minor, 0) + coalesce(t.levy_payee_minor, 0)
                      <> coalesce(l.minor, 0)"""
        )

    def _check_parties(self):
        return self._wezer_rows(
            """WITH RECURSIVE merged(id, into_id) AS (
                   SELECT id, wezer_merged_into_id FROM res_partner
                    WHERE wezer_merged_into_id IS NOT NULL
                   UNION ALL
                   SELECT m.id, p.wezer_merged_into_id FROM merged m
                     JOIN res_partner p ON p.id = m.into_id
                    WHERE p.wezer_merged_into_id IS NOT NULL),
               -- Lines stay with the wallet of the account that was merged.
               held AS (
                   SELECT w.id, m.into_id AS partner_id FROM wezer_wallet w
                     JOIN merged m ON m.id = w.partner_id)
               SELECT t.id, t.payer_id, f.partner_id, t.payee_id, p.partner_id
                 FROM wezer_transfer t
                 JOIN wezer_wallet f ON f.id = t.payer_wallet_id
                 JOIN wezer_wallet p ON p.id = t.payee_wallet_id
                WHERE f.partner_id <> t.payer_id OR p.partner_id <> t.payee_id
                   OR f.wezer_currency_id <> t.wezer_currency_id
                   OR p.wezer_currency_id <> t.wezer_currency_id
               UNION ALL
               SELECT t.id, e.from_id, t.payer_wallet_id, e.to_id, t.payee_wallet_id
                 FROM wezer_ledger_entry e JOIN wezer_transfer t ON t.id = e.transfer_id
                WHERE e.kind <> 'levy' AND (
                      (e.from_id <> t.payer_wallet_id AND NOT EXISTS (
                       SELECT 1 FROM held
                        WHERE id = e.from_id AND partner_id = t.payer_id))
                   OR (e.to_id <> t.payee_wallet_id AND NOT EXISTS (
                       SELECT 1 FROM held
                        WHERE id = e.to_id AND partner_id = t.payee_id)))"""
        )

    def _check_parts(self):
        return self._wezer_rows(
            """WITH parts AS (
                   SELECT parent_id,
                          sum(CASE WHEN kind <> 'reversal' AND state <> 'scheduled'
                              THEN amount_minor ELSE 0 END) AS paid,
                          sum(CASE WHEN kind = 'reversal' AND state <> 'ended'
                              THEN amount_minor ELSE 0 END) AS given,
                          sum(CASE WHEN kind = 'reversal' AND state = 'requested'
                              THEN amount_minor ELSE 0 END) AS claimed
                     FROM wezer_transfer WHERE parent_id IS NOT NULL
                    GROUP BY parent_id)
               SELECT t.id, t.settled_minor::text, t.reversed_minor::text,
                      t.claim_minor::text
                 FROM wezer_transfer t LEFT JOIN parts p ON p.parent_id = t.id
                WHERE coalesce(t.reversed_minor, 0) <> coalesce(p.given, 0)
                   OR coalesce(t.claim_minor, 0) <> coalesce(p.claimed, 0)
                   OR (t.schedule_start IS NULL
                       AND coalesce(t.settled_minor, 0) <> coalesce(p.paid, 0))"""
        )

    def _check_until(self):
        return self._wezer_rows(
            """SELECT id, payer_id, amount_minor::text FROM wezer_transfer
                WHERE state = 'reserved' AND until IS NULL AND origin_model IS NULL"""
        )
