from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from .wezer_transfer import HELD

# A seal that is being booked is no fault, nor is a charge that is being taken.
BOOKED_WITHIN = timedelta(hours=1)


class WezerInvariant(models.AbstractModel):
    """What must hold of the money, checked on the database itself."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Each balance is the sum of its ledger entries"),
                self._check_balances,
            ),
            (
                self.env._("All money set aside belongs to an open deal or transfer"),
                self._check_reserved,
            ),
            (self.env._("Each currency sums to zero"), self._check_zero),
            (self.env._("The hashes of the seals are correct"), self._check_seals),
            (
                self.env._("Journal entries agree with their seals"),
                self._check_seal_moves,
            ),
            (
                self.env._("All seals are booked in the accounts"),
                self._check_seals_booked,
            ),
            (
                self.env._("Each charge was taken as its report states, to the end"),
                self._check_charges,
            ),
            (
                self.env._("Each entry records the balances after it"),
                self._check_running_balances,
            ),
            (
                self.env._("The kept sums of statements agree with the ledger"),
                self._check_kept_sums,
            ),
            (
                self.env._(
                    "Each entry, its transfer and its wallets have the same currency"
                ),
                self._check_one_currency,
            ),
            (
                self.env._("The database keeps the ledger append-only"),
                self._check_guards,
            ),
            (
                self.env._(
                    "No wallet in an issued currency is below zero, unless it is marked"
                ),
                self._check_issued,
            ),
            (
                self.env._("Each completed transfer has its ledger entry"),
                self._check_transfers,
            ),
            (
                self.env._("Each levy was posted as its transfer states"),
                self._check_levies,
            ),
            (
                self.env._("The wallets of a transfer belong to its parties"),
                self._check_parties,
            ),
            (
                self.env._("The amounts paid and given back add up"),
                self._check_parts,
            ),
            (
                self.env._("Corrections have a reason, and batches go back as a whole"),
                self._check_corrections,
            ),
            (
                self.env._("Money set aside has an end date or belongs to a deal"),
                self._check_reservation_ends,
            ),
            (
                self.env._("No credit grew beyond the payments received"),
                self._check_credit_growth,
            ),
            (
                self.env._(
                    "Automatic payments are done, belong to no deal, and state until"
                    " when they can be taken back"
                ),
                self._check_automatic,
            ),
            (
                self.env._(
                    "A settlement in a circle is posted whole and changes no balance"
                ),
                self._check_clearings,
            ),
        ]

    def _wezer_rows(self, query, params=None):
        self.env.flush_all()
        self.env.cr.execute(query, params)
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
                     FROM wezer_transfer WHERE state = ANY(%s))
               SELECT w.id, w.reserved::text, w.incoming::text
                 FROM wezer_wallet w
                WHERE w.reserved <> (SELECT coalesce(sum(held), 0) FROM held
                                      WHERE payer_wallet_id = w.id)
                   OR w.incoming <> (SELECT coalesce(sum(expected), 0) FROM held
                                      WHERE payee_wallet_id = w.id)""",
            [list(HELD)],
        )

    def _check_running_balances(self):
        return self._wezer_rows(
            """SELECT wallet, id, stated::text, had::text FROM (
                   SELECT wallet, id, stated,
                          sum(minor) OVER (PARTITION BY wallet ORDER BY id) AS had
                     FROM (SELECT from_id AS wallet, id, -amount AS minor,
                                  from_balance AS stated FROM wezer_ledger_entry
                           UNION ALL
                           SELECT to_id, id, amount, to_balance
                             FROM wezer_ledger_entry) sides) running
                WHERE stated <> had ORDER BY id LIMIT 10"""
        )

    def _check_kept_sums(self):
        # A kept day reaches to the next one: days without entries are not kept.
        return self._wezer_rows(
            """WITH kept AS (
                   SELECT d.*, k.until_id, coalesce(lead(d.begins) OVER (
                              PARTITION BY d.wallet_id ORDER BY d.begins),
                              'infinity') AS ends
                     FROM wezer_ledger_day d
                     LEFT JOIN wezer_ledger_kept k ON k.wallet_id = d.wallet_id)
               SELECT d.wallet_id, d.begins::text, d.received::text, d.paid::text
                 FROM kept d,
                      LATERAL (SELECT count(*) AS entries,
                                      coalesce(sum(amount), 0) AS minor
                                 FROM wezer_ledger_entry
                                WHERE from_id = d.wallet_id AND id <= d.until_id
                                  AND date >= d.begins AND date < d.ends) p,
                      LATERAL (SELECT count(*) AS entries,
                                      coalesce(sum(amount), 0) AS minor
                                 FROM wezer_ledger_entry
                                WHERE to_id = d.wallet_id AND id <= d.until_id
                                  AND date >= d.begins AND date < d.ends) r
                WHERE d.until_id IS NULL OR d.received <> r.minor
                   OR d.paid <> p.minor OR d.entries <> p.entries + r.entries
               UNION ALL
               SELECT k.wallet_id, NULL, NULL, NULL FROM wezer_ledger_kept k
                WHERE EXISTS (
                      SELECT FROM wezer_ledger_entry e
                       WHERE k.wallet_id IN (e.from_id, e.to_id)
                         AND e.id <= k.until_id AND e.date < coalesce((
                             SELECT min(d.begins) FROM wezer_ledger_day d
                              WHERE d.wallet_id = k.wallet_id), 'infinity'))
               LIMIT 10"""
        )

    def _check_one_currency(self):
        return self._wezer_rows(
            """SELECT e.id, e.wezer_currency_id, f.wezer_currency_id,
                      t.wezer_currency_id
                 FROM wezer_ledger_entry e
                 JOIN wezer_wallet f ON f.id = e.from_id
                 JOIN wezer_wallet t ON t.id = e.to_id
                 JOIN wezer_currency c ON c.id = e.wezer_currency_id
                WHERE f.wezer_currency_id <> e.wezer_currency_id
                   OR t.wezer_currency_id <> e.wezer_currency_id OR c.external
               UNION ALL
               SELECT a.wallet_id, w.wezer_currency_id, NULL, NULL
                 FROM wezer_wallet_accrual a JOIN wezer_wallet w ON w.id = a.wallet_id
                WHERE w.is_system IS NOT TRUE"""
        )

    def _check_guards(self):
        return self._wezer_rows(
            """SELECT name FROM unnest(ARRAY['wezer_ledger_entry_rows',
                   'wezer_ledger_entry_table', 'wezer_ledger_entry_currency']) name
                WHERE NOT EXISTS (
                      SELECT FROM pg_trigger
                       WHERE tgname = name AND tgenabled IN ('O', 'A')
                         AND tgrelid = 'wezer_ledger_entry'::regclass)
               UNION ALL
               SELECT name FROM unnest(ARRAY['wezer_ledger_entry_positive',
                   'wezer_ledger_entry_two_wallets', 'wezer_wallet_not_negative',
                   'wezer_transfer_reversed_range']) name
                WHERE NOT EXISTS (SELECT FROM pg_constraint
                                   WHERE conname = name AND convalidated)
               UNION ALL
               SELECT name FROM unnest(ARRAY['wezer_wallet_partner_currency_uniq',
                   'wezer_transfer_key_uniq', 'wezer_ledger_seal_previous_uniq',
                   'account_move_wezer_seal_part_uniq']) name
                WHERE to_regclass(name) IS NULL"""
        )

    def _check_issued(self):
        return self._wezer_rows(
            """SELECT w.id, w.balance::text, w.reserved::text FROM wezer_wallet w
                 JOIN wezer_currency c ON c.id = w.wezer_currency_id
                WHERE c.kind <> 'mutual_credit' AND wezer_spendable(w, c) < 0
                  AND NOT EXISTS (SELECT FROM wezer_transfer t
                                   WHERE t.payer_wallet_id = w.id AND t.beyond_limit)"""
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
            self.env.cr.execute(
                """SELECT count(*), coalesce(sum(amount), 0)::text, min(id), max(id)
                     FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %s AND id > %s AND id <= %s""",
                [currency.id, previous.to_entry_id, seal.to_entry_id],
            )
            count, total, first, until = self.env.cr.fetchone()
            recorded = (seal.entry_count, str(seal.total), seal.from_entry_id)
            if (
                seal.previous_id != previous
                or digest != seal.digest
                or recorded != (count, total, first)
                or until != seal.to_entry_id
            ):
                rows.append((seal.id, currency.name, seal.digest, digest))
            last[currency.id] = seal
        return rows

    def _check_seal_moves(self):
        """Compare each seal with its journal entries, as far as it is booked."""
        rows = []
        for seal in self.env["wezer.ledger.seal"].sudo().search([]):
            moves = seal.move_ids.sorted("wezer_seal_part")
            numbers = moves.mapped("wezer_seal_part")
            wanted = self._seal_sums(seal, len(numbers))
            booked = self._booked_sums(moves)
            # Accounting has six decimals: books and ledger are compared to six.
            per_unit = seal.wezer_currency_id.minor_per_unit
            grain = max(per_unit // 10**6, 1) * max(len(numbers), 1)
            if (
                numbers != list(range(1, len(numbers) + 1))
                or wanted.keys() != booked.keys()
                or any(
                    abs(wanted[partner] - booked[partner] * per_unit) >= grain
                    for partner in wanted
                )
            ):
                rows.append((seal.id, moves[:1].name or "", len(wanted), len(booked)))
            for move in moves.filtered(lambda move: move.state != "posted"):
                rows.append((seal.id, move.name or "", move.state, ""))
        return rows

    def _seal_sums(self, seal, count):
        """Return ``{partner id: minor}`` of the first ``count`` parts of a seal."""
        net = {wallet.id: minor for wallet, minor in seal._net_by_wallet()}
        if not seal.booked:
            net = {}
            for part in seal._parts()[:count]:
                for wallet, minor in part.items():
                    net[wallet] = net.get(wallet, 0) + minor
        wallets = self.env["wezer.wallet"].sudo().browse(net)
        return {
            wallet.partner_id.id: net[wallet.id] for wallet in wallets if net[wallet.id]
        }

    def _booked_sums(self, moves):
        """Return ``{partner id: units of currency}`` of these entries, zeros left out.

        Counted exactly by the database: the lines are too many for floats.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT coalesce(partner_id, 0), sum(-amount_currency)::text
                 FROM account_move_line WHERE move_id = ANY(%s)
                GROUP BY partner_id HAVING sum(amount_currency) <> 0""",
            [moves.ids],
        )
        return {partner: Decimal(units) for partner, units in self.env.cr.fetchall()}

    def _check_seals_booked(self):
        """List seals whose journal entries have been missing for a while."""
        since = fields.Datetime.now() - BOOKED_WITHIN
        left = self.env["wezer.ledger.seal"].sudo()
        left = left.search([("booked", "=", False), ("date", "<", since)])
        return [
            (seal.id, seal.wezer_currency_id.name, len(seal.move_ids), seal.pairs)
            for seal in left
        ]

    def _check_charges(self):
        """Compare reports with what was taken; list those that were interrupted."""
        return self._wezer_rows(
            """SELECT r.id, r.taken, r.refused, r.total_minor::text, r.done
                 FROM wezer_charge_run r
                 LEFT JOIN wezer_charge_line l ON l.run_id = r.id
                 LEFT JOIN wezer_transfer t
                   ON t.id = l.transfer_id AND t.kind = r.charge AND t.state = 'done'
                WHERE r.dry_run IS NOT TRUE
                GROUP BY r.id
               HAVING r.taken <> count(t.id) FILTER (WHERE l.state = 'posted')
                   OR r.taken <> count(*) FILTER (WHERE l.state = 'posted')
                   OR r.refused <> count(*) FILTER (WHERE l.state = 'refused')
                   -- Reports of earlier versions have no exact total.
                   OR (r.total_minor <> 0 AND r.total_minor <> coalesce(
                       sum(t.amount_minor) FILTER (WHERE l.state = 'posted'), 0))
                   OR (r.done IS NOT TRUE AND r.write_date < %s)""",
            [fields.Datetime.now() - BOOKED_WITHIN],
        )

    # === WHAT PEOPLE SEE OF THE MONEY AGREES WITH THE LEDGER === #

    def _check_transfers(self):
        return self._wezer_rows(
            """WITH posted AS (
                   SELECT e.transfer_id, sum(e.amount) AS minor
                     FROM wezer_ledger_entry e
                     JOIN wezer_transfer t ON t.id = e.transfer_id
                    -- A levy of a moved-in history can be a transfer of its own.
                    WHERE e.kind <> 'levy' OR t.kind = 'levy' GROUP BY 1)
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
                  AND t.kind NOT IN ('reversal', 'correction', 'levy')
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
                          sum(CASE WHEN NOT goes_back AND state <> 'scheduled'
                              THEN amount_minor ELSE 0 END) AS paid,
                          sum(CASE WHEN goes_back AND state <> 'ended'
                              THEN amount_minor ELSE 0 END) AS given,
                          sum(CASE WHEN goes_back AND state = 'requested'
                              THEN amount_minor ELSE 0 END) AS claimed
                     FROM (SELECT *, kind IN ('reversal', 'correction') AS goes_back
                             FROM wezer_transfer WHERE parent_id IS NOT NULL) linked
                    GROUP BY parent_id)
               SELECT t.id, t.settled_minor::text, t.reversed_minor::text,
                      t.claim_minor::text
                 FROM wezer_transfer t LEFT JOIN parts p ON p.parent_id = t.id
                WHERE coalesce(t.reversed_minor, 0) <> coalesce(p.given, 0)
                   OR coalesce(t.claim_minor, 0) <> coalesce(p.claimed, 0)
                   OR (t.schedule_start IS NULL
                       AND coalesce(t.settled_minor, 0) <> coalesce(p.paid, 0))"""
        )

    def _check_corrections(self):
        # Of a claim that was waived, the payer wants nothing back.
        return self._wezer_rows(
            """SELECT id, kind, coalesce(reason, ''), parent_id FROM wezer_transfer
                WHERE kind = 'correction'
                  AND (parent_id IS NULL OR coalesce(reason, '') = '')
               UNION ALL
               SELECT t.id, t.kind, b.state, b.id
                 FROM wezer_batch b JOIN wezer_transfer t ON t.batch_number = b.id
                WHERE b.state = 'taken_back' AND t.state = 'done'
                  AND t.reversed_minor < t.amount_minor
                  AND NOT EXISTS (
                      SELECT FROM wezer_transfer r
                       WHERE r.parent_id = t.id AND r.state = 'ended'
                         AND r.kind IN ('reversal', 'correction'))"""
        )

    def _check_reservation_ends(self):
        return self._wezer_rows(
            """SELECT id, payer_id, amount_minor::text FROM wezer_transfer
                WHERE state = 'reserved' AND end_deadline IS NULL
                  AND origin_model IS NULL"""
        )

    def _check_credit_growth(self):
        return self._wezer_rows(
            """WITH received AS (
                   SELECT payee_wallet_id, sum(amount_minor) AS minor
                     FROM wezer_transfer
                    WHERE state = 'done' AND kind IN ('payment', 'donation')
                      AND historic IS NOT TRUE
                    GROUP BY payee_wallet_id)
               SELECT w.id, w.credit_grown::text, coalesce(r.minor, 0)::text
                 FROM wezer_wallet w
                 JOIN wezer_currency c ON c.id = w.wezer_currency_id
                 LEFT JOIN received r ON r.payee_wallet_id = w.id
                WHERE w.state <> 'closed'
                  AND (coalesce(w.credit_grown, 0) > coalesce(r.minor, 0)
                       OR wezer_lower_limit(w, c) < least(-coalesce(c.credit_cap, 0),
                           CASE WHEN w.own_limits THEN w.lower_limit
                                ELSE c.lower_limit END))"""
        )

    def _check_automatic(self):
        return self._wezer_rows(
            """SELECT id, kind, state, amount_minor::text FROM wezer_transfer
                WHERE automatic AND (kind <> 'payment' OR origin_model IS NOT NULL
                      OR state <> 'done' OR take_back_until IS NULL)"""
        )

    def _check_clearings(self):
        """Each debt of a settlement is paid back once, and only of those posted.

        In a ring each member owes one and is owed by one, the same amount: so what
        each receives by it is what each pays.
        """
        return self._wezer_rows(
            """WITH sides AS (
                   SELECT c.id, l.debtor_wallet_id AS wallet, 1 AS side
                     FROM wezer_clearing c
                     JOIN wezer_clearing_line l ON l.clearing_id = c.id
                   UNION ALL
                   SELECT c.id, l.creditor_wallet_id, -1
                     FROM wezer_clearing c
                     JOIN wezer_clearing_line l ON l.clearing_id = c.id)
               SELECT 'ring' AS broken, id, wallet FROM sides
                GROUP BY id, wallet HAVING sum(side) <> 0
               UNION ALL
               SELECT 'members', c.id, count(l.id)
                 FROM wezer_clearing c
                 LEFT JOIN wezer_clearing_line l ON l.clearing_id = c.id
                GROUP BY c.id HAVING count(l.id) <> c.member_count
               UNION ALL
               SELECT 'posted', c.id, l.id
                 FROM wezer_clearing c
                 JOIN wezer_clearing_line l ON l.clearing_id = c.id
                 LEFT JOIN wezer_transfer t ON t.id = l.transfer_id
                 LEFT JOIN wezer_ledger_entry e ON e.transfer_id = t.id
                WHERE (c.state = 'posted') <> (t.id IS NOT NULL)
                   OR t.id IS NOT NULL AND (
                      t.kind <> 'clearing' OR t.state <> 'done'
                   OR t.amount_minor <> c.amount_minor OR t.reversed_minor <> 0
                   OR e.kind IS DISTINCT FROM 'clearing'
                   OR e.from_id <> l.creditor_wallet_id
                   OR e.to_id <> l.debtor_wallet_id
                   OR e.amount <> c.amount_minor
                   OR t.origin_model IS DISTINCT FROM 'wezer.clearing'
                   OR t.origin_id IS DISTINCT FROM c.id)
               UNION ALL
               SELECT 'alone', t.origin_id, t.id FROM wezer_transfer t
                WHERE t.kind = 'clearing' AND (
                      SELECT count(*) FROM wezer_clearing_line l
                       WHERE l.transfer_id = t.id) <> 1"""
        )
