import datetime

from odoo import models
from odoo.tools import SQL, escape_psql

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.text import search_words

CURVE_DAYS = 365


class WezerWallet(models.Model):
    """What came and went: the statement, and the curve of the balance."""

    _inherit = "wezer.wallet"

    def _statement(self, limit, before=None, wanted=None):
        """Return this wallet's latest entries (sudo), the newest first.

        Two limited scans, so that a page costs the same with a million entries;
        what is ``wanted`` is looked for among the wallet's own entries only.

        :param int limit: at most so many, None for all
        :param int before: only entries older than this id
        :param dict wanted: ``words`` in the purpose or the other's
            name,
            ``direction`` (``paid`` or ``received``), ``since`` and ``until``
            (moments, the second not included)
        """
        self.ensure_one()
        wanted = wanted or {}
        days.check_order(self.env, wanted.get("since"), wanted.get("until"))
        sides = {"paid": ("from_id", "to_id"), "received": ("to_id", "from_id")}
        if wanted.get("direction") in sides:
            sides = {"only": sides[wanted["direction"]]}
        most = SQL("LIMIT %s", limit) if limit else SQL("")
        scans = SQL(" UNION ALL ").join(
            SQL(
                "(SELECT e.id FROM wezer_ledger_entry e %s"
                " WHERE e.%s = %s AND %s ORDER BY e.id DESC %s)",
                self._statement_joins(wanted, other),
                SQL.identifier(side),
                self.id,
                self._statement_condition(wanted, before),
                most,
            )
            for side, other in sides.values()
        )
        query = SQL("SELECT id FROM (%s) sides ORDER BY id DESC %s", scans, most)
        ids = [row[0] for row in self.env.execute_query(query)]
        return self.env["wezer.ledger.entry"].sudo().browse(ids)

    def _statement_joins(self, wanted, other):
        if not wanted.get("words"):
            return SQL("")
        return SQL(
            "LEFT JOIN wezer_transfer t ON t.id = e.transfer_id"
            " JOIN wezer_wallet o ON o.id = e.%s"
            " JOIN res_partner p ON p.id = o.partner_id",
            SQL.identifier(other),
            to_flush=self.env["wezer.transfer"]._fields["purpose"],
        )

    def _statement_condition(self, wanted, before):
        conditions = [SQL("TRUE")]
        if before:
            conditions.append(SQL("e.id < %s", before))
        if wanted.get("since"):
            conditions.append(SQL("e.date >= %s", wanted["since"]))
        if wanted.get("until"):
            conditions.append(SQL("e.date < %s", wanted["until"]))
        for word in search_words(" ".join(wanted.get("words") or ())):
            # What people type is looked for as it stands: % and _ are letters.
            pattern = f"%{escape_psql(word)}%"
            conditions.append(
                SQL(
                    "(wezer_normalise(t.purpose) LIKE %s"
                    " OR wezer_normalise(p.name) LIKE %s)",
                    pattern,
                    pattern,
                )
            )
        return SQL(" AND ").join(conditions)

    def _statement_row(self, entry):
        """Return one line of the statement, to be put in words.

        :rtype: dict: ``date``, ``other`` (partner), ``purpose``, ``category``,
            ``kind``, ``paid`` (or received), ``amount`` and ``after`` as text,
            ``minor`` (below zero where paid)
        """
        self.ensure_one()
        paid = entry.from_id == self
        after = entry.from_balance if paid else entry.to_balance
        currency = self.wezer_currency_id
        levy = entry.kind == "levy"
        return {
            "date": entry.date,
            "other": (entry.to_id if paid else entry.from_id).partner_id,
            "purpose": self.env._("Levy") if levy else entry.transfer_id.purpose,
            "category": entry.transfer_id.category_id.display_name or "",
            "kind": entry.kind,
            "paid": paid,
            "amount": currency._format(entry.amount),
            "minor": -entry.amount if paid else entry.amount,
            # A treasury's side carries no balance: it is swept, not locked.
            "after": "" if self.is_system else currency._format(after),
            "after_minor": None if self.is_system else after,
        }

    def _balance_curve(self, length=CURVE_DAYS):
        """Return ``[(day, balance in minor units)]``, a point a week, oldest first.

        Counted backwards from today's balance, so that treasuries, whose
        entries carry no balance, have one too. Costs the entries of the time.
        """
        self.ensure_one()
        today = days.today(self.env)
        first = today - datetime.timedelta(days=length)
        ends = [
            first + datetime.timedelta(days=step) for step in range(7, length + 7, 7)
        ]
        bounds = [days.begin(self.env, day) for day in (first, *ends)]
        rows = self.env.execute_query(
            SQL(
                """SELECT width_bucket(date, %(bounds)s::timestamp[]), sum(delta)::text
                     FROM (SELECT date, -amount AS delta FROM wezer_ledger_entry
                            WHERE from_id = %(wallet)s AND date >= %(since)s
                            UNION ALL
                           SELECT date, amount FROM wezer_ledger_entry
                            WHERE to_id = %(wallet)s AND date >= %(since)s) moved
                    GROUP BY 1 ORDER BY 1""",
                wallet=self.id,
                since=bounds[0],
                bounds=bounds,
            )
        )
        moved = {week: int(delta) for week, delta in rows}
        balance = self._balance_now() - sum(moved.values())
        points = [(first, balance)]
        for week, day in enumerate(ends, start=1):
            balance += moved.get(week, 0)
            points.append((min(day, today), balance))
        return points
