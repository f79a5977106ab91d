"""What came to a wallet and went: the statement, and the balance over time.

All functions take a ``wezer.wallet``. Entries are read as the system: the caller has
checked that the reader may see this wallet.
"""

import datetime
from typing import Any, NamedTuple

from odoo import models
from odoo.tools import SQL, escape_psql

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.text import search_words

CURVE_DAYS = 365
# Periods up to this have a point a day.
DAILY_DAYS = 62
# A curve has up to about so many points, however long the period is.
POINTS_MAX = 520
# No wallet has a history before.
EARLIEST = datetime.date(1970, 1, 1)


def entries(
    wallet: models.Model,
    limit: int | None,
    before: int | None = None,
    wanted: dict | None = None,
) -> models.Model:
    """Return the wallet's latest entries (sudo), the newest first.

    Two limited scans, so that a page costs the same with a million entries;
    what is ``wanted`` is looked for among the wallet's own entries only.

    :param limit: at most so many, None for all
    :param before: only entries older than this id
    :param wanted: ``words`` in the purpose or the other's name,
        ``direction`` (``paid`` or ``received``), ``since`` and ``until``
        (moments, the second not included)
    """
    wanted = wanted or {}
    days.check_order(wallet.env, wanted.get("since"), wanted.get("until"))
    sides = {"paid": ("from_id", "to_id"), "received": ("to_id", "from_id")}
    if wanted.get("direction") in sides:
        sides = {"only": sides[wanted["direction"]]}
    limited = SQL("LIMIT %s", limit) if limit else SQL("")
    scans = SQL(" UNION ALL ").join(
        SQL(
            "(SELECT e.id FROM wezer_ledger_entry e %s"
            " WHERE e.%s = %s AND %s ORDER BY e.id DESC %s)",
            _joins(wallet, wanted, other),
            SQL.identifier(side),
            wallet.id,
            _condition(wallet, wanted, before),
            limited,
        )
        for side, other in sides.values()
    )
    query = SQL("SELECT id FROM (%s) sides ORDER BY id DESC %s", scans, limited)
    ids = [row[0] for row in wallet.env.execute_query(query)]
    return wallet.env["wezer.ledger.entry"].sudo().browse(ids)


def _joins(wallet: models.Model, wanted: Any, other: Any) -> SQL:
    if not wanted.get("words"):
        return SQL("")
    return SQL(
        "LEFT JOIN wezer_transfer t ON t.id = e.transfer_id"
        " JOIN wezer_wallet o ON o.id = e.%s"
        " JOIN res_partner p ON p.id = o.partner_id",
        SQL.identifier(other),
        to_flush=wallet.env["wezer.transfer"]._fields["purpose"],
    )


def _condition(wallet: models.Model, wanted: Any, before: Any) -> SQL:
    conditions = [SQL("TRUE")]
    if before:
        conditions.append(SQL("e.id < %s", before))
    if wanted.get("since"):
        conditions.append(SQL("e.date >= %s", wanted["since"]))
    if wanted.get("until"):
        conditions.append(SQL("e.date < %s", wanted["until"]))
    words = search_words(" ".join(wanted.get("words") or ()))
    # A name that the reader may not know is not looked for, letter by letter.
    partners = wallet.env["res.partner"]
    known = words and partners._wezer_name_visible_sql("p") or SQL("TRUE")
    for word in words:
        # What people type is looked for as it stands: % and _ are letters.
        pattern = f"%{escape_psql(word)}%"
        conditions.append(
            SQL(
                "(wezer_normalise(t.purpose) LIKE %s"
                " OR (wezer_normalise(p.name) LIKE %s AND %s))",
                pattern,
                pattern,
                known,
            )
        )
    return SQL(" AND ").join(conditions)


def line(wallet: models.Model, entry: Any) -> dict:
    """Return one line of the statement.

    :return: ``date``, ``other`` (partner), ``transfer``, ``purpose``,
        ``category`` (text) and ``category_id``, ``kind``, ``paid`` (or received),
        ``amount`` and ``after`` as text, ``minor`` (below zero where paid)
    """
    paid = entry.from_id == wallet
    after = entry.from_balance if paid else entry.to_balance
    currency = wallet.wezer_currency_id
    levy = entry.kind == "levy"
    return {
        "date": entry.date,
        "other": (entry.to_id if paid else entry.from_id).partner_id,
        "purpose": wallet.env._("Levy") if levy else entry.transfer_id.purpose,
        "transfer": entry.transfer_id,
        "category": entry.transfer_id.category_id.display_name or "",
        "category_id": entry.transfer_id.category_id.id,
        "kind": entry.kind,
        "paid": paid,
        "amount": currency._format(entry.amount),
        "minor": -entry.amount if paid else entry.amount,
        # A treasury's side carries no balance: it is swept, not locked.
        "after": "" if wallet.is_system else currency._format(after),
        "after_minor": None if wallet.is_system else after,
    }


class History(NamedTuple):
    """A wallet over a period: what came, what went, and what was there.

    All amounts are minor units. ``points`` are ``(day, balance)``, oldest first: the
    first is the balance that the period begins with, the last the one it ends with.
    """

    points: list[tuple[datetime.date, int]]
    received: int
    paid: int

    @property
    def opening(self) -> int:
        """Return the balance at the beginning of the period."""
        return self.points[0][1]

    @property
    def closing(self) -> int:
        """Return the balance at the end of the period."""
        return self.points[-1][1]


def history(
    wallet: models.Model,
    first: datetime.date | None = None,
    last: datetime.date | None = None,
    length: int = CURVE_DAYS,
) -> History:
    """Return a wallet's period: a point a week, or a day where it is chosen and short.

    Counted backwards from today's balance, so that treasuries, whose entries carry no
    balance, have one too. One query, which costs the entries since ``first``.

    :param first: the first day; ``length`` days before the last where left out
    :param last: the last day, today at most
    """
    today, chosen = days.today(wallet.env), first or last
    last = max(min(last or today, today), EARLIEST)
    first = max(min(first or last - datetime.timedelta(days=length), last), EARLIEST)
    step = 1
    if not chosen or (last - first).days > DAILY_DAYS:
        # More weeks to a point where there are very many of them.
        step = 7 * max(1, -(-(last - first).days // (7 * POINTS_MAX)))
    begins = [first + datetime.timedelta(days=step)]
    while begins[-1] <= last:
        begins.append(begins[-1] + datetime.timedelta(days=step))
    begins[-1] = last + datetime.timedelta(days=1)
    bounds = [days.begin(wallet.env, day) for day in (first, *begins)]
    rows = wallet.env.execute_query(
        SQL(
            """SELECT width_bucket(date, %(bounds)s::timestamp[]),
                      sum(received)::text, sum(paid)::text
                 FROM (SELECT date, 0 AS received, amount AS paid
                         FROM wezer_ledger_entry
                        WHERE from_id = %(wallet)s AND date >= %(since)s
                        UNION ALL
                       SELECT date, amount, 0 FROM wezer_ledger_entry
                        WHERE to_id = %(wallet)s AND date >= %(since)s) moved
                GROUP BY 1""",
            wallet=wallet.id,
            since=bounds[0],
            bounds=bounds,
        )
    )
    moved = {bucket: (int(came), int(went)) for bucket, came, went in rows}
    balance = wallet._balance_now() - sum(came - went for came, went in moved.values())
    # What came after the period is no part of it.
    moved.pop(len(bounds), None)
    points = [(first, balance)]
    for bucket, day in enumerate(begins, start=1):
        came, went = moved.get(bucket, (0, 0))
        balance += came - went
        # By the week, a point is what there is when that day begins.
        shown = day - datetime.timedelta(days=1) if step == 1 else day
        points.append((min(shown, last), balance))
    return History(
        points,
        sum(came for came, _went in moved.values()),
        sum(went for _came, went in moved.values()),
    )


def balance_over_time(wallet: models.Model, length: int = CURVE_DAYS) -> list:
    """Return ``[(day, balance in minor units)]`` of the last days; :func:`history`."""
    return history(wallet, length=length).points
