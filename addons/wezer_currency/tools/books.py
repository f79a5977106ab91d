"""The books of a currency: the reports that treasurers and auditors read.

Each report is a table of the same numbers on the page, in a spreadsheet and in a file,
and often a curve over the period. All are counted by the database for all wallets at
once. Who may read them is checked by the caller (``wezer.currency.read_report``).

Parties are named as far as the reader may know them: hidden circles never.
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from .statement_files import Amount, write_csv, write_xlsx

# Wallets that rest for so many months are listed, unless another number is asked for.
REST_MONTHS = 12
MONTHS_MAX = 120
TRADE = ("payment", "donation")
BACK = ("reversal", "correction")
# No currency has a history before.
EARLIEST = datetime.date(1970, 1, 1)
GROUPINGS = ("month", "category", "circle")
# A period that nobody chose is the last so many months.
PERIOD_MONTHS = 12


@dataclass
class Period:
    """What a report is asked for.

    :param first: the first day
    :param last: the last day; of reports about a moment, the end of that day
    :param by: how turnover is divided, one of :data:`GROUPINGS`
    :param months: of the list of wallets that rest
    """

    first: datetime.date
    last: datetime.date
    by: str = "month"
    months: int = REST_MONTHS


@dataclass
class Window:
    """Which rows of a report are wanted: those of a page, or all.

    :param start: how many rows come before
    :param limit: at most so many; None for all
    """

    start: int = 0
    limit: int | None = None

    @property
    def asked(self) -> int | None:
        """Return how many rows are read: one more tells that there are more."""
        return None if self.limit is None else self.limit + 1

    def cut(self, rows: list) -> tuple[list, bool]:
        """Return the wanted rows of those read, and whether there are more."""
        if self.limit is None:
            return rows, False
        return rows[: self.limit], len(rows) > self.limit


@dataclass
class Report:
    """A report: columns, rows, and the curve of a number over time.

    :param heads: names of the columns
    :param rows: cells: texts, whole numbers, days, :class:`Amount`
    :param curve: ``[(day, minor units or per mille)]``, oldest first; empty for none
    :param curve_text: turns a number of the curve into what people read
    :param notes: sentences about what the numbers mean
    :param wallets: of each row, the id of its wallet; empty where rows are no wallets
    :param more: whether there are rows after those that were asked for
    """

    title: str
    heads: list[str]
    rows: list[list]
    curve: list[tuple] = field(default_factory=list)
    curve_text: Callable | None = None
    curve_title: str = ""
    notes: list[str] = field(default_factory=list)
    wallets: list[int] = field(default_factory=list)
    more: bool = False


def read_period(env: api.Environment, given: dict) -> Period:
    """Return the period that a form, a command or a program asks for.

    :param given: texts ``from``, ``to``, ``at`` (days), ``by``, ``months``
    :raise Refusal: rules ``date``, ``by``, ``months``
    """
    today = days.today(env)
    last = days.read_day(env, given.get("at") or given.get("to"), "date") or today
    first = days.read_day(env, given.get("from"), "date")
    last = min(last, today)
    if last < EARLIEST:
        raise days.no_date(env, last.isoformat())
    first = first or (last - relativedelta(months=PERIOD_MONTHS)).replace(day=1)
    if first > last:
        raise Refusal(
            env._("The first day has to be before the last."),
            rule="date",
            value=first.isoformat(),
            limit=last.isoformat(),
        )
    if (last - first).days > MONTHS_MAX * 31:
        raise Refusal(
            env._("Choose a period of %s years at most.", MONTHS_MAX // 12),
            rule="date",
            limit=str(MONTHS_MAX),
        )
    by = given.get("by") or GROUPINGS[0]
    if by not in GROUPINGS:
        raise Refusal(env._("Choose “month”, “category” or “circle”."), rule="by")
    months = str(given.get("months") or REST_MONTHS)
    if not re.fullmatch(r"\d{1,5}", months) or not 0 < int(months) <= MONTHS_MAX:
        raise Refusal(
            env._("Enter a number of months from 1 to %s.", MONTHS_MAX),
            rule="months",
            value=months[:20],
        )
    return Period(first, last, by, int(months))


def reports(env: api.Environment) -> dict[str, str]:
    """Return ``{name: title}`` of all reports, in the order of the menu."""
    return {
        "balances": env._("Balances"),
        "turnover": env._("Turnover and charges"),
        "limits": env._("Beyond a limit"),
        "credit": env._("Credit granted and used"),
        "concentration": env._("Concentration"),
        "inactive": env._("Wallets without trade"),
        "closing": env._("Closing of the year"),
    }


def read(
    currency: models.Model, name: str, period: Period, window: Window | None = None
) -> Report:
    """Return the report ``name`` of ``currency`` (sudo).

    :param window: the rows that are wanted; all where it is left out
    :raise Refusal: rule ``report``
    """
    window = window or Window()
    # Reports that have a row for each wallet read the wanted rows only.
    lists = {"balances": _balances, "limits": _limits, "inactive": _inactive}
    made = {
        "turnover": _turnover,
        "credit": _credit,
        "concentration": _concentration,
        "closing": _closing,
    }
    if not isinstance(name, str) or name not in {**lists, **made}:
        raise Refusal(currency.env._("There is no such report."), rule="report")
    currency.env.flush_all()
    if name in lists:
        return lists[name](currency, period, window)
    report = made[name](currency, period)
    report.rows, report.more = window.cut(report.rows[window.start :])
    return report


def write_file(
    currency: models.Model, report: Report, out: BinaryIO, sheet: bool
) -> None:
    """Write a report as a spreadsheet, or else as CSV."""
    env = currency.env

    def summary() -> list[tuple[str, Any]]:
        named = [(env._("Report"), report.title), (env._("Currency"), currency.name)]
        return named + [(env._("Note"), note) for note in report.notes]

    if sheet:
        places = len(str(currency.minor_per_unit)) - 1
        titles = report.title, env._("Summary")
        write_xlsx(out, titles, report.heads, report.rows, places, summary)
    else:
        write_csv(out, report.heads, report.rows, ".", summary)


# === WHAT SEVERAL REPORTS SHARE === #


def _amount(currency: models.Model, minor: int) -> Amount:
    return Amount(currency._decimal(minor), minor, currency.minor_per_unit)


def _names(currency: models.Model, wallets: models.Model) -> dict[int, str]:
    """Return ``{wallet id: name of its owner}`` as the reader may know it."""
    env = currency.env
    reader = env.user
    partners = wallets.partner_id
    known = env["wezer.wallet"]._visible_names(reader, partners)
    system = wallets.filtered("is_system")
    for partner in system.partner_id:
        known[partner.id] = partner.name
    return {wallet.id: known[wallet.partner_id.id] for wallet in wallets}


def _months(env: api.Environment, period: Period) -> list[datetime.date]:
    """Return the days at which the parts of a period begin, and the day after it."""
    bounds = [period.first]
    following = period.first.replace(day=1) + relativedelta(months=1)
    while following <= period.last:
        bounds.append(following)
        following += relativedelta(months=1)
    return [*bounds, period.last + days.DAY]


def _moments(currency: models.Model, dates: list) -> list:
    env, company = currency.env, currency.company_id
    return [days.begin(env, day, company) for day in dates]


def _wallet_sums(currency: models.Model, dates: list) -> list[dict]:
    """Return what all members' wallets had together at the beginning of each day.

    :return: dicts ``held`` and ``used`` (minor units above and below zero), ``top``
        (what the richest tenth holds), ``wallets``, ``below`` (how many are below zero)
    """
    env = currency.env
    env.cr.execute(
        """WITH sides AS (
               SELECT from_id AS wallet, date, -amount AS minor FROM wezer_ledger_entry
                WHERE wezer_currency_id = %(currency)s
                UNION ALL
               SELECT to_id, date, amount FROM wezer_ledger_entry
                WHERE wezer_currency_id = %(currency)s),
           moved AS (
               SELECT wallet, width_bucket(date, %(bounds)s::timestamp[]) AS bucket,
                      sum(minor) AS minor FROM sides GROUP BY 1, 2),
           had AS (
               SELECT g.bucket, w.id,
                      w.opened_on < (%(bounds)s::timestamp[])[g.bucket + 1] AS there,
                      sum(coalesce(m.minor, 0)) OVER (
                          PARTITION BY w.id ORDER BY g.bucket) AS balance
                 FROM wezer_wallet w
                CROSS JOIN generate_series(0, %(last)s) g(bucket)
                 LEFT JOIN moved m ON m.wallet = w.id AND m.bucket = g.bucket
                WHERE w.wezer_currency_id = %(currency)s
                  AND w.is_system IS NOT TRUE
                  AND w.opened_on < %(until)s),
           ranked AS (
               SELECT *, ntile(10) OVER (
                          PARTITION BY bucket ORDER BY balance DESC, id) AS tenth
                 FROM had WHERE there OR balance <> 0)
           SELECT bucket, count(*), count(*) FILTER (WHERE balance < 0),
                  coalesce(sum(greatest(balance, 0)), 0)::text,
                  coalesce(sum(greatest(-balance, 0)), 0)::text,
                  coalesce(sum(greatest(balance, 0)) FILTER (WHERE tenth = 1), 0)::text
             FROM ranked GROUP BY bucket ORDER BY bucket""",
        {
            "currency": currency.id,
            "bounds": _moments(currency, dates),
            "last": len(dates) - 1,
            "until": _moments(currency, dates[-1:])[0],
        },
    )
    found = {row[0]: row[1:] for row in env.cr.fetchall()}
    nothing = (0, 0, "0", "0", "0")
    return [
        {
            "wallets": wallets,
            "below": below,
            "held": int(held),
            "used": int(used),
            "top": int(top),
        }
        for wallets, below, held, used, top in (
            found.get(bucket, nothing) for bucket in range(len(dates))
        )
    ]


def _ends(dates: list) -> list:
    """Return the last day of each part of a period."""
    return [day - days.DAY for day in dates[1:]]


# === THE REPORTS === #


def _balances(currency: models.Model, period: Period, window: Window) -> Report:
    """Return what each wallet had at the end of a day."""
    env = currency.env
    after = days.end(env, period.last, currency.company_id)
    rows = env.execute_query(
        SQL(
            """SELECT id FROM wezer_wallet
                WHERE wezer_currency_id = %s AND opened_on < %s
                ORDER BY is_system DESC NULLS LAST, id LIMIT %s OFFSET %s""",
            currency.id,
            after,
            window.asked,
            window.start,
        )
    )
    found, more = window.cut([number for (number,) in rows])
    wallets = env["wezer.wallet"].browse(found)
    names, states = _names(currency, wallets), _states(wallets)
    some = None if window.limit is None else found
    balances = currency._balances_at(after, some)
    # The curve is of all wallets: it stands on the first page only.
    curve = _held_curve(currency, period) if window.start == 0 else []
    return Report(
        env._("Balances at the end of %s", days.format_day(env, period.last)),
        [
            env._("Wallet"),
            env._("Name"),
            env._("Reference"),
            env._("Balance"),
            env._("State"),
        ],
        [
            [
                wallet.id,
                names[wallet.id],
                wallet.reference or "",
                _amount(currency, balances[wallet.id]),
                states[wallet.state],
            ]
            for wallet in wallets
        ],
        curve=curve,
        curve_text=currency._format,
        curve_title=env._("Sum of all wallets above zero"),
        wallets=found,
        more=more,
    )


def _held_curve(currency: models.Model, period: Period) -> list[tuple]:
    """Return ``[(day, what all wallets above zero have)]``."""
    dates = _months(currency.env, period)
    sums = _wallet_sums(currency, dates)
    return [
        (day, sums[place]["held"])
        for place, day in enumerate([*_begins(dates), period.last])
    ]


def _begins(dates: list) -> list:
    return dates[:-1]


def _states(wallets: models.Model) -> dict:
    return dict(wallets._fields["state"]._description_selection(wallets.env))


def _turnover(currency: models.Model, period: Period) -> Report:
    """Return what was paid and charged, by month, category or circle.

    A payment counts once: with the payer's circle, else with the recipient's.
    """
    env = currency.env
    dates = _months(env, period)
    keys = {
        "month": "width_bucket(e.date, %(bounds)s::timestamp[])",
        "category": "t.category_id",
        "circle": """CASE WHEN NOT coalesce(fp.is_person, f.is_system, TRUE)
                          THEN f.partner_id
                          WHEN NOT coalesce(tp.is_person, o.is_system, TRUE)
                          THEN o.partner_id END""",
    }
    moments = _moments(currency, dates)
    env.cr.execute(
        f"""SELECT {keys[period.by]} AS part,
                   count(*) FILTER (WHERE e.kind IN %(trade)s),
                   coalesce(sum(e.amount) FILTER (WHERE e.kind IN %(trade)s), 0)::text,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind = 'fee'), 0)::text,
                   coalesce(sum(CASE WHEN f.is_system THEN -e.amount ELSE e.amount END)
                       FILTER (WHERE e.kind = 'levy'), 0)::text,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind = 'demurrage'), 0)::text,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind IN %(back)s), 0)::text
              FROM wezer_ledger_entry e
              JOIN wezer_wallet f ON f.id = e.from_id
              JOIN wezer_wallet o ON o.id = e.to_id
              LEFT JOIN wezer_transfer t ON t.id = e.transfer_id
              LEFT JOIN wezer_profile fp ON fp.partner_id = f.partner_id
              LEFT JOIN wezer_profile tp ON tp.partner_id = o.partner_id
             WHERE e.wezer_currency_id = %(currency)s
               AND e.date >= %(since)s AND e.date < %(until)s
             GROUP BY 1 ORDER BY 1""",
        {
            "currency": currency.id,
            "bounds": moments,
            "trade": TRADE,
            "back": BACK,
            "since": moments[0],
            "until": moments[-1],
        },
    )
    found = {row[0]: (row[1], *map(int, row[2:])) for row in env.cr.fetchall()}
    parts = _parts(currency, period, dates, found)
    curve = []
    if period.by == "month":
        nothing = (0, 0)
        curve = [
            (day, found.get(place, nothing)[1])
            for place, day in enumerate(_begins(dates), start=1)
        ]
    heads = {
        "month": env._("Month"),
        "category": env._("Category"),
        "circle": env._("Circle"),
    }
    return Report(
        env._(
            "Turnover from %(first)s to %(last)s",
            first=days.format_day(env, period.first),
            last=days.format_day(env, period.last),
        ),
        [
            heads[period.by],
            env._("Payments"),
            env._("Paid"),
            env._("Fees"),
            env._("Levies"),
            env._("Demurrage"),
            env._("Given back"),
        ],
        [
            [name, count, *(_amount(currency, minor) for minor in minors)]
            for name, (count, *minors) in parts
        ],
        curve=curve,
        curve_text=currency._format,
        curve_title=env._("Paid in each month"),
        notes=[
            env._(
                "Each payment counts once. A payment between two circles counts for the"
                " circle that pays, a payment between a circle and a member for the"
                " circle."
            )
        ]
        if period.by == "circle"
        else [],
    )


def _parts(currency: Any, period: Period, dates: list, found: dict) -> list:
    """Return ``[(name of the part, its numbers)]``; what is hidden is one part.

    Parts of the same name stay apart, with what tells them apart behind the name.
    """
    env = currency.env
    if period.by == "month":
        nothing = (0,) * 6
        return [
            (days.format_month(env, day), found.get(place, nothing))
            for place, day in enumerate(_begins(dates), start=1)
        ]
    known: dict = {}
    marks: dict = {}
    if period.by == "category":
        categories = env["wezer.category"].browse(key for key in found if key)
        known = {category.id: category.display_name for category in categories}
        known[None] = env._("Without a category")
    else:
        partners = env["res.partner"].browse(key for key in found if key)
        profiles = env["wezer.profile"].with_env(env(su=False))
        seen = profiles.search([("partner_id", "in", partners.ids)]).sudo()
        known = {profile.partner_id.id: profile.name for profile in seen}
        marks = {profile.partner_id.id: profile.slug for profile in seen}
        known[None] = env._("Between members")
    times = Counter(known.values())
    parts, hidden = [], []
    for key, numbers in found.items():
        if key not in known:
            hidden.append(numbers)
            continue
        name = known[key]
        if times[name] > 1 and key:
            name = f"{name} ({marks.get(key, key)})"
        parts.append((name, numbers))
    if hidden:
        sums = tuple(map(sum, zip(*hidden, strict=True)))
        parts.append((env._("Other circles"), sums))
    return sorted(parts, key=lambda part: -part[1][1])


def _limits(currency: models.Model, _period: Period, window: Window) -> Report:
    """Return who is beyond a limit now, and since when; how many are warned."""
    env = currency.env
    env.cr.execute(
        """SELECT w.id, (w.balance)::text, wezer_lower_limit(w, c)::text,
                  wezer_upper_limit(w, c)::text, since.date
             FROM wezer_wallet w
             JOIN wezer_currency c ON c.id = w.wezer_currency_id
             LEFT JOIN LATERAL (
                  SELECT min(x.date) AS date FROM wezer_ledger_entry x
                   WHERE (x.from_id = w.id OR x.to_id = w.id)
                     AND x.id > coalesce((
                         SELECT max(e.id) FROM wezer_ledger_entry e
                          WHERE (e.from_id = w.id OR e.to_id = w.id)
                            AND coalesce(
                                CASE WHEN e.from_id = w.id THEN e.from_balance
                                     ELSE e.to_balance END >= wezer_lower_limit(w, c),
                                TRUE)
                            AND coalesce(
                                wezer_upper_limit(w, c) IS NULL
                                OR CASE WHEN e.from_id = w.id THEN e.from_balance
                                        ELSE e.to_balance END
                                <= greatest(wezer_upper_limit(w, c), 0), TRUE)
                         ), 0)) since ON TRUE
            WHERE c.id = %s AND (wezer_spendable(w, c) < 0
                                 OR wezer_receivable(w, c) < 0)
            ORDER BY since.date NULLS LAST, w.id LIMIT %s OFFSET %s""",
        [currency.id, window.asked, window.start],
    )
    found, more = window.cut(env.cr.fetchall())
    warned = env["wezer.wallet"].search_count(
        [("wezer_currency_id", "=", currency.id), ("beyond_warning", "=", True)]
    )
    wallets = env["wezer.wallet"].browse(row[0] for row in found)
    names = _names(currency, wallets)

    def limit(text: str | None) -> Any:
        return "" if text is None else _amount(currency, int(text))

    return Report(
        env._("Beyond a limit"),
        [
            env._("Wallet"),
            env._("Name"),
            env._("Balance"),
            env._("Lower limit"),
            env._("Upper limit"),
            env._("Since"),
        ],
        [
            [
                number,
                names[number],
                _amount(currency, int(balance)),
                limit(lower),
                limit(upper),
                days.day_of(env, since, currency.company_id) if since else "",
            ]
            for number, balance, lower, upper, since in found
        ],
        notes=[
            env._(
                "Counted with the limits of today. What is set aside counts as spent;"
                " the day is that of the payment that passed the limit."
            ),
            env._("Wallets beyond a warning: %s.", warned),
        ],
        wallets=wallets.ids,
        more=more,
    )


def _credit(currency: models.Model, period: Period) -> Report:
    """Return the credit that was used at the end of each month, and what is granted."""
    env = currency.env
    dates = _months(env, period)
    sums = _wallet_sums(currency, dates)[1:]
    env.cr.execute(
        """SELECT coalesce(sum(-wezer_lower_limit(w, c)), 0)::text,
                  count(*) FILTER (WHERE wezer_lower_limit(w, c) IS NULL)
             FROM wezer_wallet w JOIN wezer_currency c ON c.id = w.wezer_currency_id
            WHERE c.id = %s AND w.is_system IS NOT TRUE AND w.state <> 'closed'""",
        [currency.id],
    )
    granted, unlimited = env.cr.fetchone()
    notes = [
        env._(
            "All open wallets together may go %s below zero today.",
            currency._format(int(granted)),
        )
    ]
    if unlimited:
        notes.append(env._("%s wallets have no lower limit.", unlimited))
    return Report(
        env._("Credit granted and used"),
        [env._("Day"), env._("Credit used"), env._("Below zero"), env._("Wallets")],
        [
            [day, _amount(currency, row["used"]), row["below"], row["wallets"]]
            for day, row in zip(_ends(dates), sums, strict=True)
        ],
        curve=[(day, row["used"]) for day, row in zip(_ends(dates), sums, strict=True)],
        curve_text=currency._format,
        curve_title=env._("Credit used"),
        notes=notes,
    )


def _concentration(currency: models.Model, period: Period) -> Report:
    """Return which share the richest tenth of the wallets held each month."""
    env = currency.env
    dates = _months(env, period)
    sums = _wallet_sums(currency, dates)[1:]

    def share(row: dict) -> int:
        return round(1000 * row["top"] / row["held"]) if row["held"] else 0

    def percent(mille: int) -> str:
        return f"{mille / 10:.1f} %"

    return Report(
        env._("Concentration"),
        [
            env._("Day"),
            env._("Held by the richest tenth (%)"),
            env._("Held by all above zero"),
            env._("Wallets"),
        ],
        [
            [
                day,
                f"{share(row) / 10:.1f}",
                _amount(currency, row["held"]),
                row["wallets"],
            ]
            for day, row in zip(_ends(dates), sums, strict=True)
        ],
        curve=[(day, share(row)) for day, row in zip(_ends(dates), sums, strict=True)],
        curve_text=percent,
        curve_title=env._("Held by the richest tenth"),
    )


def _inactive(currency: models.Model, period: Period, window: Window) -> Report:
    """Return the open wallets that neither paid nor received for some months."""
    env = currency.env
    since = period.last + days.DAY - relativedelta(months=period.months)
    after = days.end(env, period.last, currency.company_id)
    env.cr.execute(
        """SELECT w.id, last.date
             FROM wezer_wallet w
             LEFT JOIN (
                  SELECT wallet, max(date) AS date FROM (
                      SELECT from_id AS wallet, date FROM wezer_ledger_entry
                       WHERE wezer_currency_id = %(currency)s AND kind IN %(trade)s
                         AND date < %(after)s
                       UNION ALL
                      SELECT to_id, date FROM wezer_ledger_entry
                       WHERE wezer_currency_id = %(currency)s AND kind IN %(trade)s
                         AND date < %(after)s
                  ) sides GROUP BY wallet) last ON last.wallet = w.id
            WHERE w.wezer_currency_id = %(currency)s AND w.is_system IS NOT TRUE
              AND w.state <> 'closed' AND w.opened_on < %(since)s
              AND (last.date IS NULL OR last.date < %(since)s)
            ORDER BY last.date NULLS FIRST, w.id
            LIMIT %(limit)s OFFSET %(start)s""",
        {
            "currency": currency.id,
            "trade": TRADE,
            "since": _moments(currency, [since])[0],
            "after": after,
            "limit": window.asked,
            "start": window.start,
        },
    )
    found, more = window.cut(env.cr.fetchall())
    wallets = env["wezer.wallet"].browse(row[0] for row in found)
    some = None if window.limit is None else wallets.ids
    names, balances = _names(currency, wallets), currency._balances_at(after, some)
    return Report(
        env._("Wallets without trade for %s months", period.months),
        [env._("Wallet"), env._("Name"), env._("Last trade"), env._("Balance")],
        [
            [
                number,
                names[number],
                days.day_of(env, last, currency.company_id) if last else "",
                _amount(currency, balances[number]),
            ]
            for number, last in found
        ],
        wallets=wallets.ids,
        more=more,
    )


def _closing(currency: models.Model, period: Period) -> Report:
    """Return the year that ends with the period, beside what accounting has.

    A year is what its seals booked: the ledger up to the last seal of the year, and
    the journal entries of those seals.
    """
    env = currency.env
    year = period.last.year
    bounds = _year_bounds(currency, year)
    ledger = _ledger_until(currency, *bounds)
    booked = _booked_until(currency, year)
    rows = []
    labels = dict(env["wezer.transfer"]._fields["kind"]._description_selection(env))
    for side, name in (("members", env._("Members")), ("treasury", env._("Treasury"))):
        rows.append([name, env._("Opening"), _amount(currency, ledger[side, None]), ""])
        rows += [
            [name, labels.get(kind, kind), _amount(currency, minor), ""]
            for (other, kind), minor in sorted(
                ledger.items(), key=lambda item: str(item[0][1])
            )
            if other == side and kind
        ]
        closing = sum(minor for (other, _k), minor in ledger.items() if other == side)
        rows.append(
            [
                name,
                env._("Closing"),
                _amount(currency, closing),
                _amount(currency, booked[side]),
            ]
        )
    left = _unsealed(currency, year, bounds[1])
    notes = [
        env._("Year %s. The last column is what accounting has.", year),
        env._("Entries of the year that a later seal books: %s.", left),
    ]
    return Report(
        env._("Closing of %s", year),
        [env._("Side"), env._("Kind"), env._("Ledger"), env._("Accounting")],
        rows,
        notes=notes,
    )


def _year_bounds(currency: models.Model, year: int) -> tuple[int, int]:
    """Return the last entries that were sealed before the year, and in it."""
    env, company = currency.env, currency.company_id
    answers = []
    for number in (year, year + 1):
        begin = days.begin(env, datetime.date(number, 1, 1), company)
        env.cr.execute(
            """SELECT coalesce(max(to_entry_id), 0) FROM wezer_ledger_seal
                WHERE wezer_currency_id = %s AND date < %s""",
            [currency.id, begin],
        )
        answers.append(env.cr.fetchone()[0])
    return answers[0], answers[1]


def _ledger_until(currency: models.Model, before: int, until: int) -> dict:
    """Return ``{(side, kind): minor}``; kind None is what was there before."""
    env = currency.env
    env.cr.execute(
        """SELECT coalesce(w.is_system, FALSE),
                  CASE WHEN s.id > %(before)s THEN s.kind END, sum(s.minor)::text
             FROM (SELECT id, from_id AS wallet, -amount AS minor, kind
                     FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s AND id <= %(until)s
                    UNION ALL
                   SELECT id, to_id, amount, kind FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s AND id <= %(until)s) s
             JOIN wezer_wallet w ON w.id = s.wallet
            GROUP BY 1, 2""",
        {"currency": currency.id, "before": before, "until": until},
    )
    sums = {("members", None): 0, ("treasury", None): 0}
    for system, kind, minor in env.cr.fetchall():
        sums["treasury" if system else "members", kind] = int(minor)
    return sums


def _booked_until(currency: models.Model, year: int) -> dict:
    """Return what the journal entries of the seals booked, in minor units."""
    env = currency.env
    sums: dict[str, int] = {}
    for side, account in (
        ("members", currency.member_account_id),
        ("treasury", currency.treasury_account_id),
    ):
        if not account:
            # Outside money is in no books.
            sums[side] = 0
            continue
        env.cr.execute(
            """SELECT round(coalesce(sum(-l.amount_currency), 0) * %s)::text
                 FROM account_move_line l
                 JOIN account_move m ON m.id = l.move_id
                 JOIN wezer_ledger_seal s ON s.id = m.wezer_seal_id
                WHERE s.wezer_currency_id = %s AND l.account_id = %s
                  AND m.state = 'posted' AND m.date <= %s""",
            [
                currency.minor_per_unit,
                currency.id,
                account.id,
                datetime.date(year, 12, 31),
            ],
        )
        sums[side] = int(env.cr.fetchone()[0])
    return sums


def _unsealed(currency: models.Model, year: int, until: int) -> int:
    end = days.end(currency.env, datetime.date(year, 12, 31), currency.company_id)
    currency.env.cr.execute(
        """SELECT count(*) FROM wezer_ledger_entry
            WHERE wezer_currency_id = %s AND id > %s AND date < %s""",
        [currency.id, until, end],
    )
    return currency.env.cr.fetchone()[0]
