"""What came to a wallet and went: the statement, and the balance over time.

All functions take a ``wezer.wallet``. Entries are read as the system: the caller has
checked that the reader may see this wallet.

A statement is in the order of its dates. Entries of an imported history were posted
later than others with later dates, so a balance after an entry is counted in this order
(``models/statement.sql``); the balances that entries carry are those in the order of
posting.
"""

import datetime
from collections.abc import Iterator
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
# No wallet has a history before, unless an import was told that its dates are right.
EARLIEST = datetime.date(1900, 1, 1)
# Lines read at once for a file.
CHUNK = 5000
# A search by words reads so many of the newest entries at once: more take a page too
# long.
SEARCHED = 2_000
# A wallet with fewer entries since its last kept sums is counted from the ledger.
KEPT_FROM = 500
SIDES = {"paid": ("from_id", "to_id"), "received": ("to_id", "from_id")}
COLUMNS = (
    "e.id, e.date, e.paid, e.amount::text, e.kind, e.transfer_id, o.partner_id,"
    # Both parties read why something was corrected.
    " CASE WHEN t.kind = 'correction' THEN concat_ws(' · ', t.purpose, t.reason)"
    " ELSE t.purpose END, t.category_id"
)


class Line(NamedTuple):
    """One line of a statement. Amounts are minor units."""

    id: int
    date: datetime.datetime
    paid: bool
    amount: int
    kind: str
    transfer_id: int | None
    partner_id: int
    purpose: str
    category_id: int | None
    after: int | None = None

    @property
    def minor(self) -> int:
        """Return the amount as it changes the balance: below zero where paid."""
        return -self.amount if self.paid else self.amount


class Found(NamedTuple):
    """The lines of a page, the newest first.

    ``more`` is the entry before which there is more to read, 0 where there is nothing.
    ``searched_to`` is the date down to which words were looked for, None for all.
    """

    lines: list[Line]
    more: int
    searched_to: datetime.datetime | None


# === LINES === #


def lines(
    wallet: models.Model,
    limit: int,
    before: int | None = None,
    wanted: dict | None = None,
) -> Found:
    """Return a page of a wallet's statement, the newest first, with balances.

    Limited scans, so that a page costs the same with a million entries. Words are
    looked for among the newest :data:`SEARCHED` entries of the period; what is older is
    the next page's.

    :param limit: at most so many
    :param before: only what is older than this entry of the wallet
    :param wanted: ``words`` in the purpose or the other's name,
        ``direction`` (``paid`` or ``received``), ``since`` and ``until``
        (moments, the second not included)
    """
    wanted = wanted or {}
    days.check_order(wallet.env, wanted.get("since"), wanted.get("until"))
    place = _place(wallet, before) if before else None
    words = bool(wanted.get("words"))
    scanned = SEARCHED if words else limit + 1
    rows = wallet.env.execute_query(
        _query(wallet, wanted, place, scanned, limit + 1, counted=words)
    )
    more, searched_to = 0, None
    if words:
        # One row has no amount: it tells how far was looked.
        reached = next(row for row in rows if row[3] is None)
        rows.remove(reached)
        if len(rows) <= limit and reached[2]:
            more, searched_to = reached[:2]
    found = [_line(row) for row in rows[:limit]]
    if len(rows) > limit:
        more = found[-1].id
    return Found(_with_balances(wallet, found), more, searched_to)


def all_lines(
    wallet: models.Model, wanted: dict | None = None, chunk: int = CHUNK
) -> Iterator[Line]:
    """Yield every line of a statement, the newest first, in constant memory.

    :param wanted: as in :func:`lines`
    """
    wanted = wanted or {}
    days.check_order(wallet.env, wanted.get("since"), wanted.get("until"))
    after = balance_at(wallet, wanted.get("until"))
    place = None
    while True:
        rows = wallet.env.execute_query(
            _query(wallet, wanted, place, chunk, chunk, whole=True)
        )
        for *row, is_wanted in rows:
            line = _line(row)
            if is_wanted:
                yield line._replace(after=after)
            after -= line.minor
        if len(rows) < chunk:
            return
        place = (rows[-1][1], rows[-1][0])


def _line(row: Any) -> Line:
    number, date, paid, amount, kind, transfer, partner, purpose, category = row
    return Line(
        number,
        date,
        paid,
        int(amount),
        kind,
        transfer,
        partner,
        purpose or "",
        category,
    )


def _place(wallet: models.Model, entry: int) -> tuple | None:
    """Return ``(date, id)`` of an entry of this wallet, None for any other."""
    rows = wallet.env.execute_query(
        SQL(
            "SELECT date, id FROM wezer_ledger_entry"
            " WHERE id = %s AND %s IN (from_id, to_id)",
            entry,
            wallet.id,
        )
    )
    return rows[0] if rows else None


def _query(
    wallet: models.Model,
    wanted: dict,
    place: tuple | None,
    scanned: int,
    limit: int,
    whole: bool = False,
    counted: bool = False,
) -> SQL:
    """Return the query of lines, the newest first.

    :param place: only what is older than this date and id
    :param scanned: how many entries of each side are looked at
    :param whole: all entries of the period, with a last column that tells those that
        are wanted
    :param counted: with a last row: id and date of the oldest entry looked at, and
        whether there may be older ones
    """
    sides = SIDES
    if not whole and wanted.get("direction") in SIDES:
        sides = {wanted["direction"]: SIDES[wanted["direction"]]}
    conditions = [SQL("TRUE")]
    if place:
        conditions.append(SQL("(date, id) < (%s, %s)", *place))
    if wanted.get("since"):
        conditions.append(SQL("date >= %s", wanted["since"]))
    if wanted.get("until"):
        conditions.append(SQL("date < %s", wanted["until"]))
    scans = SQL(" UNION ALL ").join(
        SQL(
            "(SELECT id, date, %s AS paid, amount, kind, transfer_id, %s AS other_id"
            " FROM wezer_ledger_entry WHERE %s = %s AND %s"
            " ORDER BY date DESC, id DESC LIMIT %s)",
            side == "paid",
            SQL.identifier(theirs),
            SQL.identifier(own),
            wallet.id,
            SQL(" AND ").join(conditions),
            scanned,
        )
        for side, (own, theirs) in sides.items()
    )
    scans = SQL(
        "SELECT * FROM (%s) sides ORDER BY date DESC, id DESC LIMIT %s", scans, scanned
    )
    condition = _matches(wallet, wanted, whole)
    transfers = wallet.env["wezer.transfer"]._fields
    query = SQL(
        "SELECT %s%s FROM scanned e JOIN wezer_wallet o ON o.id = e.other_id"
        " JOIN res_partner p ON p.id = o.partner_id"
        " LEFT JOIN wezer_transfer t ON t.id = e.transfer_id"
        " WHERE %s ORDER BY e.date DESC, e.id DESC LIMIT %s",
        SQL(COLUMNS),
        SQL(", %s", condition) if whole else SQL(""),
        SQL("TRUE") if whole else condition,
        limit,
        to_flush=[
            transfers[name] for name in ("purpose", "category_id", "kind", "reason")
        ],
    )
    if not counted:
        return SQL("WITH scanned AS (%s) %s", scans, query)
    return SQL(
        "WITH scanned AS MATERIALIZED (%s) (%s)"
        " UNION ALL (SELECT %s FROM (SELECT count(*) AS count FROM scanned) c LEFT JOIN"
        " (SELECT id, date FROM scanned ORDER BY date, id LIMIT 1) e ON TRUE)",
        scans,
        query,
        SQL(
            "e.id, e.date, c.count >= %s, NULL, NULL, NULL::integer, NULL::integer,"
            " NULL, NULL::integer",
            scanned,
        ),
    )


def _matches(wallet: models.Model, wanted: Any, whole: bool) -> SQL:
    """Return the condition of what is wanted beside the period."""
    conditions = [SQL("TRUE")]
    if whole and wanted.get("direction") in SIDES:
        conditions.append(SQL("e.paid = %s", wanted["direction"] == "paid"))
    words = search_words(" ".join(wanted.get("words") or ()))
    # A name that the reader may not know is not looked for, letter by letter.
    partners = wallet.env["res.partner"]
    known = words and partners._wezer_name_visible_sql("p") or SQL("TRUE")
    for word in words:
        # What people type is looked for as it stands: % and _ are letters.
        pattern = f"%{escape_psql(word)}%"
        conditions.append(
            SQL(
                "coalesce(wezer_normalise(t.purpose) LIKE %s"
                " OR (wezer_normalise(p.name) LIKE %s AND %s), FALSE)",
                pattern,
                pattern,
                known,
            )
        )
    return SQL(" AND ").join(conditions)


# === BALANCES === #


def _with_balances(wallet: models.Model, found: list[Line]) -> list[Line]:
    """Return lines with the balances after them, in the order of their dates."""
    if not found:
        return found
    env = wallet.env
    company = wallet.company_id
    named = sorted({days.day_of(env, line.date, company) for line in found})
    rows = env.execute_query(
        SQL(
            "SELECT entry, balance::text FROM wezer_wallet_balances(%s, %s, %s::int[],"
            " %s::timestamp[], %s::timestamp[])",
            wallet.id,
            _zone(wallet),
            [line.id for line in found],
            [days.begin(env, day, company) for day in named],
            [days.end(env, day, company) for day in named],
        )
    )
    balances = {number: int(minor) for number, minor in rows}
    return [line._replace(after=balances[line.id]) for line in found]


def balance_at(wallet: models.Model, moment: datetime.datetime | None = None) -> int:
    """Return what a wallet had before ``moment`` at which a day begins; None for now.

    Counted backwards from today's balance.
    """
    balance = wallet._balance_now()
    if moment:
        moved = _moved(wallet, [moment])
        balance -= sum(came - went for came, went, _count in moved.values())
    return balance


def _zone(wallet: models.Model) -> str:
    """Return the time zone of the days of this wallet's community."""
    return days.community_zone(wallet.env, wallet.company_id).key


def _moved(wallet: models.Model, bounds: list) -> dict[int, tuple[int, int, int]]:
    """Return what came and went, and how many entries, by the number of the bound.

    :param bounds: moments at which days begin, the earliest first
    """
    rows = wallet.env.execute_query(
        SQL(
            "SELECT bucket, received::text, paid::text, entries"
            " FROM wezer_wallet_moved(%s, %s, %s::timestamp[])",
            wallet.id,
            _zone(wallet),
            bounds,
        )
    )
    return {bucket: (int(came), int(went), count) for bucket, came, went, count in rows}


class History(NamedTuple):
    """A wallet over a period: what came, what went, and what was there.

    All amounts are minor units. ``points`` are ``(day, balance)``, oldest first: the
    first is the balance that the period begins with, the last the one it ends with.
    """

    points: list[tuple[datetime.date, int]]
    received: int
    paid: int
    entries: int

    @property
    def opening(self) -> int:
        """Return the balance at the beginning of the period."""
        return self.points[0][1]

    @property
    def closing(self) -> int:
        """Return the balance at the end of the period."""
        return self.points[-1][1]


def span(wallet: models.Model) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the days of the first and the last entry, None where there are none.

    An import can have days to come.
    """
    rows = wallet.env.execute_query(
        SQL(
            """SELECT least((SELECT min(date) FROM wezer_ledger_entry
                              WHERE from_id = %(wallet)s),
                            (SELECT min(date) FROM wezer_ledger_entry
                              WHERE to_id = %(wallet)s)),
                      greatest((SELECT max(date) FROM wezer_ledger_entry
                                 WHERE from_id = %(wallet)s),
                               (SELECT max(date) FROM wezer_ledger_entry
                                 WHERE to_id = %(wallet)s))""",
            wallet=wallet.id,
        )
    )
    first, last = (
        days.day_of(wallet.env, moment, wallet.company_id) or None for moment in rows[0]
    )
    return first, last


def first_day(wallet: models.Model) -> datetime.date | None:
    """Return the day of the wallet's first entry, None where there is none."""
    return span(wallet)[0]


def history(
    wallet: models.Model,
    first: datetime.date | None = None,
    last: datetime.date | None = None,
    length: int = CURVE_DAYS,
) -> History:
    """Return a wallet's period: a point a week, or a day where it is chosen and short.

    Counted backwards from today's balance, so that treasuries, whose entries carry no
    balance, have one too. One query.

    :param first: the first day; ``length`` days before the last where left out
    :param last: the last day: today, or that of the last entry where it is later
    """
    env, company, chosen = wallet.env, wallet.company_id, first or last
    today = days.today(env, company)
    latest = today
    if max(first or today, last or today) > today:
        latest = max(today, span(wallet)[1] or today)
    if first and first > latest:
        # No entry lies there: it is the day after all of them.
        first = last = latest = latest + days.DAY
    last = max(min(last or today, latest), EARLIEST)
    first = max(min(first or last - datetime.timedelta(days=length), last), EARLIEST)
    step = 1
    if not chosen or (last - first).days > DAILY_DAYS:
        # More weeks to a point where there are very many of them.
        step = 7 * max(1, -(-(last - first).days // (7 * POINTS_MAX)))
    later = [
        first + datetime.timedelta(days=number)
        for number in range(step, (last - first).days + 1, step)
    ]
    bounds = [days.begin(env, day, company) for day in (first, *later)]
    bounds.append(days.end(env, last, company))
    moved = _moved(wallet, bounds)
    balance = wallet._balance_now()
    balance -= sum(came - went for came, went, _count in moved.values())
    # What came after the period is no part of it.
    moved.pop(len(bounds), None)
    points = [(first, balance)]
    # By the week, a point is what there is when that day begins.
    shown = [day - days.DAY if step == 1 else day for day in later]
    for bucket, day in enumerate([*shown, last], start=1):
        came, went, _count = moved.get(bucket, (0, 0, 0))
        balance += came - went
        points.append((day, balance))
    received, paid, entries = (
        (sum(column) for column in zip(*moved.values(), strict=True))
        if moved
        else (0, 0, 0)
    )
    return History(points, received, paid, entries)


def balance_over_time(wallet: models.Model, length: int = CURVE_DAYS) -> list:
    """Return ``[(day, balance in minor units)]`` of the last days; :func:`history`."""
    return history(wallet, length=length).points


# === KEPT SUMS === #


def keep_days(currency: models.Model, seal: models.Model) -> int:
    """Keep the sums of the days of busy wallets, as far as ``seal`` reaches.

    Sealed entries are complete: none with a lower number appears any more. Only the
    wallets are counted that have entries since the last time, in however many seals,
    and those whose sums were of the days of another time zone.

    :return: how many wallets have new sums
    """
    env = currency.env
    zone = days.community_zone(env, currency.company_id).key
    env.cr.execute(
        """DELETE FROM wezer_ledger_kept k USING wezer_wallet w
            WHERE w.id = k.wallet_id AND w.wezer_currency_id = %s AND k.zone <> %s
        RETURNING k.wallet_id""",
        [currency.id, zone],
    )
    stale = [row[0] for row in env.cr.fetchall()]
    env.cr.execute("DELETE FROM wezer_ledger_day WHERE wallet_id = ANY(%s)", [stale])
    env.cr.execute(
        "SELECT until_id FROM wezer_ledger_counted WHERE wezer_currency_id = %s",
        [currency.id],
    )
    row = env.cr.fetchone()
    counted = row[0] if row else 0
    last = seal.to_entry_id
    if not stale and counted == last:
        return 0
    busy = _busy_wallets(currency, counted, last, stale)
    for wallet, until in busy:
        _keep_wallet(currency, wallet, until, last, zone)
    env.cr.execute(
        """INSERT INTO wezer_ledger_counted (wezer_currency_id, until_id)
           VALUES (%s, %s)
               ON CONFLICT (wezer_currency_id)
               DO UPDATE SET until_id = EXCLUDED.until_id""",
        [currency.id, last],
    )
    return len(busy)


def _busy_wallets(
    currency: models.Model, after: int, last: int, others: list[int]
) -> list[tuple[int, int]]:
    """Return wallets with many entries that are not kept, and until when.

    :param after: of the wallets with entries after this one, up to ``last``
    :param others: ids of wallets that are counted, too
    """
    currency.env.cr.execute(
        """SELECT w.id, coalesce(k.until_id, 0)
             FROM (SELECT from_id AS id FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(money)s
                      AND id > %(after)s AND id <= %(last)s
                    UNION
                   SELECT to_id FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(money)s
                      AND id > %(after)s AND id <= %(last)s
                    UNION
                   SELECT unnest(%(others)s::int[])) w
             LEFT JOIN wezer_ledger_kept k ON k.wallet_id = w.id
            WHERE (SELECT count(*) FROM (
                       SELECT FROM wezer_ledger_entry
                        WHERE from_id = w.id AND id > coalesce(k.until_id, 0)
                          AND id <= %(last)s LIMIT %(busy)s) paid)
                + (SELECT count(*) FROM (
                       SELECT FROM wezer_ledger_entry
                        WHERE to_id = w.id AND id > coalesce(k.until_id, 0)
                          AND id <= %(last)s LIMIT %(busy)s) came) >= %(busy)s
            ORDER BY w.id""",
        {
            "money": currency.id,
            "after": after,
            "last": last,
            "others": others,
            "busy": KEPT_FROM,
        },
    )
    return currency.env.cr.fetchall()


def _keep_wallet(
    currency: models.Model, wallet: int, after: int, until: int, zone: str
) -> None:
    """Add a wallet's entries after ``after``, up to ``until``, to its days."""
    env, company = currency.env, currency.company_id
    values = {"wallet": wallet, "after": after, "until": until, "zone": zone}
    env.cr.execute(
        """SELECT date::date FROM wezer_ledger_entry
            WHERE from_id = %(wallet)s AND id > %(after)s AND id <= %(until)s
            UNION
           SELECT date::date FROM wezer_ledger_entry
            WHERE to_id = %(wallet)s AND id > %(after)s AND id <= %(until)s""",
        values,
    )
    # Days in UTC: those of the community are these and the days beside them. Of an
    # import there may be thousands of years between two.
    near = {
        min(max(day.toordinal() + step, 1), datetime.date.max.toordinal())
        for (day,) in env.cr.fetchall()
        for step in (-1, 0, 1)
    }
    begins = [
        days.begin(env, datetime.date.fromordinal(number), company)
        for number in sorted(near)
    ]
    env.cr.execute(
        """INSERT INTO wezer_ledger_day AS d
                  (wallet_id, begins, received, paid, entries)
           SELECT %(wallet)s,
                  (%(begins)s::timestamp[])
                      [width_bucket(m.date, %(begins)s::timestamp[])] AS day,
                  sum(m.received), sum(m.paid), count(*)
             FROM (SELECT date, 0 AS received, amount AS paid
                     FROM wezer_ledger_entry
                    WHERE from_id = %(wallet)s AND id > %(after)s AND id <= %(until)s
                    UNION ALL
                   SELECT date, amount, 0
                     FROM wezer_ledger_entry
                    WHERE to_id = %(wallet)s AND id > %(after)s AND id <= %(until)s) m
            GROUP BY day
               ON CONFLICT (wallet_id, begins) DO UPDATE
              SET received = d.received + EXCLUDED.received,
                  paid = d.paid + EXCLUDED.paid, entries = d.entries + EXCLUDED.entries;
           INSERT INTO wezer_ledger_kept AS k (wallet_id, until_id, zone)
           VALUES (%(wallet)s, %(until)s, %(zone)s)
               ON CONFLICT (wallet_id) DO UPDATE SET until_id = EXCLUDED.until_id""",
        {**values, "begins": begins},
    )
