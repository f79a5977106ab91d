"""The ledger against bare SQL, in the same database and the same run.

Each measure is the median of interleaved rounds, ours and its reference in turn.
Reference of a payment: one call of a bare function that locks, checks, updates two
balances, inserts transfer and entry, and commits.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

from odoo import api, fields
from odoo.modules.registry import Registry

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_currency.tools import statement
from odoo.addons.wezer_currency.tools.statement_document import (
    StatementDocument,
    Totals,
)
from odoo.addons.wezer_currency.tools.statement_files import write_csv, write_xlsx

from launcher.odoo_process import PROGRAM

from . import ledger_circles, ledger_daily, ledger_http

FAR = "9" * 15
# Pages read for one measure.
READINGS = 20
YEAR_SECONDS = 365 * 86400
FILES = ("csv", "xlsx")
# What a page of a statement may take, however long the statement is.
PAGE_SECONDS = 0.1

BARE = """
CREATE OR REPLACE FUNCTION pg_temp.bare(
    p_from int, p_to int, p_payer int, p_payee int, p_money int, p_amount numeric,
    p_key varchar
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE f wezer_wallet%ROWTYPE; t wezer_wallet%ROWTYPE; v_id int;
BEGIN
    PERFORM 1 FROM wezer_wallet WHERE id IN (p_from, p_to)
      ORDER BY id FOR NO KEY UPDATE;
    SELECT * INTO f FROM wezer_wallet WHERE id = p_from;
    SELECT * INTO t FROM wezer_wallet WHERE id = p_to;
    IF f.state <> 'open' OR t.state <> 'open'
       OR f.balance - f.reserved - p_amount < -1e30 THEN
        RAISE EXCEPTION 'refused';
    END IF;
    UPDATE wezer_wallet SET balance = balance - p_amount WHERE id = p_from;
    UPDATE wezer_wallet SET balance = balance + p_amount WHERE id = p_to;
    INSERT INTO wezer_transfer (payer_id, payee_id, payer_wallet_id, payee_wallet_id,
        wezer_currency_id, company_id, amount_minor, settled_minor, reversed_minor,
        claim_minor, levy_payer_minor, levy_payee_minor, purpose, kind, state, date,
        key_scope, key, key_hash, person_id, notice_pending, create_uid, write_uid,
        create_date, write_date)
    VALUES (p_payer, p_payee, p_from, p_to, p_money, f.company_id, p_amount, 0, 0, 0,
        0, 0, 'bread', 'payment', 'done', now(), 'bare', p_key, p_key, p_payer, TRUE,
        1, 1, now(), now()) RETURNING id INTO v_id;
    INSERT INTO wezer_ledger_entry (transfer_id, wezer_currency_id, from_id, to_id,
        amount, kind, date, from_balance, to_balance)
    VALUES (v_id, p_money, p_from, p_to, p_amount, 'payment', now(),
        f.balance - p_amount, t.balance + p_amount);
    RETURN v_id;
END $$
"""

# Bare set-based SQL: lock, check by running sums, insert both, update once.
BARE_BATCH = """
WITH given AS (
    SELECT * FROM unnest(%(f)s::int[], %(t)s::int[], %(m)s::numeric[], %(k)s::text[])
        WITH ORDINALITY AS g(f, t, m, k, n)
), locked AS (
    SELECT id, partner_id, wezer_currency_id, company_id, balance FROM wezer_wallet
     WHERE id IN (SELECT f FROM given UNION SELECT t FROM given)
     ORDER BY id FOR NO KEY UPDATE
), sides AS (
    SELECT n, f AS wallet, -m AS d FROM given UNION ALL SELECT n, t, m FROM given
), running AS (
    SELECT s.n, s.wallet,
           l.balance + sum(s.d) OVER (PARTITION BY s.wallet ORDER BY s.n) AS after
      FROM sides s JOIN locked l ON l.id = s.wallet
), checked AS (SELECT min(after) >= -1e30 AS fine FROM running
), made AS (
    INSERT INTO wezer_transfer (payer_id, payee_id, payer_wallet_id, payee_wallet_id,
        wezer_currency_id, company_id, amount_minor, settled_minor, reversed_minor,
        claim_minor, levy_payer_minor, levy_payee_minor, purpose, kind, state, date,
        key_scope, key, key_hash, person_id, notice_pending, create_uid, write_uid,
        create_date, write_date)
    SELECT a.partner_id, b.partner_id, g.f, g.t, a.wezer_currency_id, a.company_id,
        g.m, 0, 0, 0, 0, 0, 'bread', 'payment', 'done', now(), 'bare', g.k, g.k,
        a.partner_id, TRUE, 1, 1, now(), now()
      FROM given g JOIN locked a ON a.id = g.f JOIN locked b ON b.id = g.t
     WHERE (SELECT fine FROM checked) ORDER BY g.n
    RETURNING id, key
), posted AS (
    INSERT INTO wezer_ledger_entry (transfer_id, wezer_currency_id, from_id, to_id,
        amount, kind, date, from_balance, to_balance)
    SELECT i.id, l.wezer_currency_id, g.f, g.t, g.m, 'payment', now(), a.after, b.after
      FROM given g JOIN made i ON i.key = g.k JOIN locked l ON l.id = g.f
      JOIN running a ON a.n = g.n AND a.wallet = g.f
      JOIN running b ON b.n = g.n AND b.wallet = g.t
     ORDER BY g.n RETURNING id
)
UPDATE wezer_wallet w SET balance = w.balance + s.d
  FROM (SELECT wallet, sum(d) AS d FROM sides GROUP BY wallet) s
 WHERE w.id = s.wallet AND (SELECT count(*) FROM posted) > 0
"""


class Town:
    """Members with wallets in a currency of their own; committed, then archived.

    :param login: whether they log in: keeping a password takes a second of each
    """

    def __init__(self, env: Any, people: int = 10, login: bool = False) -> None:
        self.env, self.database = env, env.cr.dbname
        self.registry = Registry(self.database)
        mark = uuid.uuid4().hex[:8]
        self.currency = env["wezer.currency"].create(
            {"name": f"Bench {mark}", "code": mark, "lower_text": FAR}
        )
        self.password = mark
        users = env["res.users"].with_context(no_reset_password=True)
        self.users = users.create(
            [
                {
                    "name": f"Bench {mark} {number}",
                    "login": f"bench_{mark}_{number}",
                    **({"password": mark} if login else {}),
                    "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
                }
                for number in range(people)
            ]
        )
        partners = self.users.partner_id
        profiles = env["wezer.profile"]._make_for(partners)
        profiles.filtered(lambda one: one.state != "active").state = "active"
        if "welcomed" in profiles._fields:
            profiles.welcomed = True
        self.wallets = [one._wezer_wallet(self.currency) for one in partners]
        for wallet in self.wallets:
            wallet.own_limits = False
        self.ids = [(user.id, user.partner_id.id) for user in self.users]
        self.wallet_ids = [wallet.id for wallet in self.wallets]
        self.money = self.currency.id
        env.cr.commit()

    def close(self) -> None:
        """Archive what was made, and commit."""
        self.users.active = False
        self.currency.active = False
        self.env.cr.commit()

    def connect(self) -> Any:
        """Return a connection of its own to the database."""
        connection = psycopg2.connect(
            **psycopg2.extensions.parse_dsn(self.env.cr._cnx.dsn)
        )
        connection.set_session(isolation_level="REPEATABLE READ")
        with connection.cursor() as cr:
            cr.execute(BARE)
        connection.commit()
        return connection


@contextlib.contextmanager
def town(env: Any, people: int = 10, login: bool = False) -> Iterator[Town]:
    """Yield a town with members and a currency; it is archived afterwards."""
    made = Town(env, people, login)
    try:
        yield made
    finally:
        made.close()


def timed(call: Any) -> float:
    """Return how many seconds a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def compared(ours: Any, bare: Any, rounds: int) -> list[float]:
    """Return the medians of both, measured in turn; the first round warms up."""
    ours(), bare()
    pairs = [(timed(ours), timed(bare)) for _round in range(rounds)]
    return [statistics.median(column) for column in zip(*pairs, strict=True)]


def row(what: str, ours: Any, reference: Any, ratio: float | None, wanted: str) -> dict:
    """Return a row of the table."""
    return {
        "what": what,
        "ours": ours,
        "reference": reference,
        "ratio": round(ratio or 0, 2),
        "wanted": wanted,
    }


def per_second(count: int, seconds: float) -> str:
    """Format a rate."""
    return f"{count / seconds:,.0f}/s"


# === ONE BY ONE === #


def single(env: Any, quick: bool) -> dict:
    """One payment a transaction, as a portal user with all guards."""
    count, rounds = (50, 5) if quick else (200, 11)
    with town(env, 2) as place, place.registry.cursor() as cr:
        connection = place.connect()
        bare_cr = connection.cursor()
        (uid, payer), (_uid, payee) = place.ids

        def ours() -> None:
            for _number in range(count):
                # As a request does: nothing is known of the one before.
                cr.transaction = None
                fresh = api.Environment(cr, uid, {})
                key = uuid.uuid4().hex
                fresh["wezer.transfer"].pay(
                    payer, payee, place.money, "0.01", "bread", key=key
                )
                cr.commit()

        def bare() -> None:
            for _number in range(count):
                bare_cr.execute(
                    "SELECT pg_temp.bare(%s, %s, %s, %s, %s, 1, %s)",
                    [
                        *place.wallet_ids,
                        payer,
                        payee,
                        place.money,
                        uuid.uuid4().hex,
                    ],
                )
                bare_cr.fetchone()
                connection.commit()

        seconds, reference = compared(ours, bare, rounds)
        connection.close()
    return row(
        "one payment a transaction, all guards",
        per_second(count, seconds),
        per_second(count, reference),
        reference / seconds,
        ">= 0.4",
    )


# === BATCHES === #


def batch(env: Any, quick: bool) -> dict:
    """1,000 payments of a batch, against bare set-based SQL."""
    count, rounds = 1000, 5 if quick else 11
    with town(env, 50) as place, place.registry.cursor() as cr:
        connection = place.connect()
        bare_cr = connection.cursor()
        uid, payer = place.ids[0]
        pairs = [(n % 49 + 1, (n * 7 + 3) % 49 + 1) for n in range(count)]
        pairs = [(0, b if a == b else a) for a, b in pairs]

        def ours() -> None:
            cr.transaction = None
            fresh = api.Environment(cr, uid, {})
            rows = [
                {
                    "payer": payer,
                    "payee": place.ids[b][1],
                    "currency": place.money,
                    "amount": "0.01",
                    "purpose": "bread",
                    "key": uuid.uuid4().hex,
                }
                for _a, b in pairs
            ]
            fresh["wezer.transfer"].post_batch(rows)
            cr.commit()

        def bare() -> None:
            bare_cr.execute(
                BARE_BATCH,
                {
                    "f": [place.wallet_ids[a] for a, _b in pairs],
                    "t": [place.wallet_ids[b] for _a, b in pairs],
                    "m": [1] * count,
                    "k": [uuid.uuid4().hex for _pair in pairs],
                },
            )
            connection.commit()

        seconds, reference = compared(ours, bare, rounds)
        connection.close()
    return row(
        "a batch of 1,000 payments",
        per_second(count, seconds),
        per_second(count, reference),
        reference / seconds,
        ">= 0.9",
    )


def replay(env: Any, quick: bool) -> dict:
    """A history of 100,000 transfers, from rows as a file gives them."""
    count = 10_000 if quick else 100_000
    with town(env, 100) as place:
        admin = env(user=env.ref("base.user_admin").id, su=False)
        partners = [partner for _uid, partner in place.ids]
        rows = [
            {
                "row": n + 1,
                "payer": partners[n % 100],
                "payee": partners[(n * 7 + 1 + n // 100) % 99 + 1]
                if n % 100 == 0
                else partners[0],
                "currency": place.money,
                "amount": f"{n % 50 + 1}.00",
                "date": f"2020-01-01 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:00",
                "purpose": "bread",
                "key": str(n),
            }
            for n in range(count)
        ]
        seconds = timed(
            lambda: (
                admin["wezer.transfer"]._import_rows(rows, mode="history"),
                env.cr.commit(),
            )
        )
    allowed = 60 * count / 100_000
    return row(
        f"replay of {count:,} transfers of a history",
        f"{seconds:.1f} s",
        f"{allowed:.0f} s",
        seconds / allowed,
        "< 1",
    )


# As `./wezer import transfers` does it; in its own process, so that memory is measured.
IMPORT = """
import json, resource, time
from odoo.addons.wezer_base.tools import imports
person = env(user=env.ref("base.user_admin").id, su=False)
def work(env, given):
    return env["wezer.transfer"]._import_files([PATH], {}, COUNT, mode="history")
begin = time.perf_counter()
answer = imports.run(person, work, {}, commits=True)
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("DONE" + json.dumps([seconds, peak, answer], default=str))
"""
# What is wanted of an import where its members exist: rows a second, and MB at most.
IMPORT_RATE, IMPORT_MEMORY = 4000, 700


def importing(env: Any, quick: bool) -> dict:
    """Import a file of rows without keys, of a thousand members who exist."""
    count, people = (50_000, 1_000) if quick else (1_000_000, 1_000)
    with town(env, 2) as place, tempfile.TemporaryDirectory() as folder:
        partners = ledger_daily.fill_wallets(env, place, people)
        path = Path(folder) / "rows.csv"
        try:
            env.cr.execute(
                "UPDATE wezer_wallet SET reference = 'account ' || partner_id"
                " WHERE wezer_currency_id = %s",
                [place.money],
            )
            env.cr.commit()
            _write_rows(path, place.currency.code, partners, count)
            # A transaction that stays open keeps all former versions of the wallets.
            env.cr.commit()
            script = IMPORT.replace("PATH", repr(str(path)))
            seconds, peak, answer = _in_own_process(
                env, script.replace("COUNT", str(count))
            )
            assert answer["posted"] == count, answer
        finally:
            env.cr.rollback()
            env.cr.execute(
                "UPDATE res_partner SET active = FALSE WHERE id = ANY(%s)", [partners]
            )
            env.cr.commit()
    memory = peak / 1024
    return row(
        f"{count:,} rows imported (rows a second, peak memory)",
        f"{per_second(count, seconds)}, {memory:.0f} MB",
        f"{IMPORT_RATE:,}/s, {IMPORT_MEMORY} MB",
        min(count / seconds / IMPORT_RATE, IMPORT_MEMORY / memory),
        ">= 1",
    )


def _write_rows(path: Path, code: str, partners: list[int], count: int) -> None:
    """Write a file of a history: a payment a minute, in a ring with jumps."""
    begin = datetime(2020, 1, 1)
    people = len(partners)
    with open(path, "w") as file:
        file.write("payer,payee,currency,amount,date,purpose\n")
        for number in range(count):
            payer = number % people
            payee = (payer + 1 + number // people % (people - 1)) % people
            moment = begin + timedelta(minutes=number)
            file.write(
                f"account {partners[payer]},account {partners[payee]},{code},"
                f"{number % 977 + 1}.50,{moment},bread {number % 5000}\n"
            )


def _in_own_process(env: Any, script: str) -> Any:
    """Run a script in Odoo's shell on the same database; return what it printed."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "shell", "-d", env.cr.dbname]
        + ["--no-http", "--log-level=warn"],
        input=script,
        capture_output=True,
        text=True,
    )
    for line in done.stdout.splitlines():
        if "DONE" in line:
            return json.loads(line.split("DONE", 1)[1])
    raise RuntimeError(done.stderr[-2000:])


# === READING === #


def reading(env: Any, quick: bool) -> dict:
    """Balance and first page of a statement, with few and with many entries."""
    few, many = (1_000, 50_000) if quick else (1_000, 1_000_000)
    with town(env, 4) as place:
        cr = env.cr
        for wallets, count in (
            (place.wallet_ids[:2], few),
            (place.wallet_ids[2:], many),
        ):
            _fill(cr, place, wallets, count)
        cr.execute("ANALYZE wezer_ledger_entry")
        cr.execute("ANALYZE wezer_transfer")
        cr.commit()
        seconds, reference = compared(
            lambda: _read(place, 2), lambda: _read(place, 0), 5 if quick else 15
        )
    return row(
        f"balance and statement, {many:,} entries against {few:,}",
        f"{seconds / READINGS * 1000:.1f} ms",
        f"{reference / READINGS * 1000:.1f} ms",
        seconds / reference,
        "< 1.5",
    )


def _fill(cr: Any, place: Any, wallets: Any, count: int, years: int = 0) -> None:
    """Write ``count`` entries between two wallets, half each way.

    :param years: they are spread over so long, until now; all of now else
    """
    cr.execute(
        """WITH made AS (
               INSERT INTO wezer_transfer (payer_id, payee_id, payer_wallet_id,
                   payee_wallet_id, wezer_currency_id, company_id, amount_minor,
                   settled_minor, reversed_minor, claim_minor, levy_payer_minor,
                   levy_payee_minor, kind, state, date, purpose)
               SELECT f.partner_id, t.partner_id, f.id, t.id, %(money)s, f.company_id,
                   1, 0, 0, 0, 0, 0, 'payment', 'done',
                   %(now)s::timestamp - (%(count)s - n) * %(step)s * interval '1 s',
                   'bread ' || n
                 FROM generate_series(1, %(count)s) n
                 JOIN wezer_wallet f ON f.id = (%(pair)s::int[])[1 + n %% 2]
                 JOIN wezer_wallet t ON t.id = (%(pair)s::int[])[2 - n %% 2]
                ORDER BY n
                RETURNING id, date, payer_wallet_id AS f, payee_wallet_id AS t)
           INSERT INTO wezer_ledger_entry (transfer_id, wezer_currency_id, from_id,
               to_id, amount, kind, date, from_balance, to_balance)
           SELECT id, %(money)s, f, t, 1, 'payment', date,
                  CASE WHEN f = (%(pair)s::int[])[2] THEN -1 ELSE 0 END,
                  CASE WHEN f = (%(pair)s::int[])[2] THEN 1 ELSE 0 END
             FROM made ORDER BY id""",
        {
            "money": place.money,
            "now": fields.Datetime.now(),
            "pair": wallets,
            "count": count,
            "step": years * YEAR_SECONDS // count,
        },
    )
    cr.commit()


def _read(place: Any, number: int) -> None:
    """Read what the wallet's page reads first, as its owner."""
    uid, _partner = place.ids[number]
    for _round in range(READINGS):
        with place.registry.cursor() as cr:
            fresh = api.Environment(cr, uid, {})
            wallet = fresh["wezer.wallet"].browse(place.wallet_ids[number])
            wallet.read(["balance_text", "available_text"])
            statement.lines(wallet, limit=40)


def long_statement(env: Any, quick: bool) -> Iterator[dict]:
    """A wallet with 250,000 entries: its first page, and the whole as files."""
    count, years = 50_000 if quick else 250_000, 2
    today = days.today(env)
    month = {
        "since": (today - 60 * days.DAY).isoformat(),
        "until": (today - 30 * days.DAY).isoformat(),
    }
    asked: dict[str, dict] = {
        "everything": {},
        "a month": month,
        "paid in a month": {**month, "direction": "paid"},
        "a word in a month": {**month, "search": "7"},
        "a word in everything": {"search": "bread 77"},
    }
    with town(env, 2) as place:
        _fill(env.cr, place, place.wallet_ids, count, years)
        seals = env["wezer.ledger.seal"]
        seal = seals._seal_range(place.currency, seals._last_settled_entry())
        statement.keep_days(place.currency, seal)
        env.cr.commit()
        # As the database does by itself after so many entries.
        connection = place.connect()
        connection.autocommit = True
        for table in ("wezer_ledger_entry", "wezer_transfer", "wezer_ledger_day"):
            connection.cursor().execute(f"VACUUM (ANALYZE) {table}")
        connection.close()
        times = {}
        for name, form in asked.items():
            _first_page(place, form)
            times[name] = statistics.median(
                timed(lambda form=form: _first_page(place, form))
                for _round in range(5 if quick else 11)
            )
        slowest = max(times.values())
        yield row(
            f"statement of a wallet with {count:,} entries: first page of "
            + ", of ".join(times),
            ", ".join(f"{seconds * 1000:.0f} ms" for seconds in times.values()),
            f"{PAGE_SECONDS * 1000:.0f} ms",
            slowest / PAGE_SECONDS,
            "< 1",
        )
        written = {kind: _write(place, kind) for kind in FILES}
        allowed = 60 * count / 250_000
        yield row(
            f"statement of {count:,} entries as CSV, as XLSX",
            ", ".join(f"{seconds:.1f} s" for seconds in written.values())
            + " of processor",
            f"{allowed:.0f} s",
            max(written.values()) / allowed,
            "< 1",
        )


@contextlib.contextmanager
def _document(place: Any, form: dict) -> Iterator[StatementDocument]:
    """Yield the statement of the first wallet, as its owner asks for it."""
    uid, _partner = place.ids[0]
    with place.registry.cursor() as cr:
        cr.execute("SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off")
        wallet = api.Environment(cr, uid, {})["wezer.wallet"].sudo()
        yield StatementDocument(wallet.browse(place.wallet_ids[0]), "acts", form)


def _first_page(place: Any, form: dict) -> None:
    """Read what the first page of a statement shows: lines, names, sums and curve."""
    with _document(place, form) as document:
        found = statement.lines(document.wallet, 40, wanted=document.wanted)
        document.names(line.partner_id for line in found.lines)
        assert found.lines and document.history.points, form


def _write(place: Any, kind: str) -> float:
    """Write a whole statement as a file; return how long the processor worked."""
    begin = time.process_time()
    with _document(place, {}) as document, tempfile.TemporaryFile() as out:
        totals = Totals()
        cells = document.cells(totals, spreadsheet=kind == "xlsx")
        heads = document.heads(spreadsheet=kind == "xlsx")
        if kind == "csv":
            write_csv(out, heads, cells, ".", lambda: document.summary(totals))
        else:
            titles = (document.title, "Summary")
            write_xlsx(out, titles, heads, cells, 2, lambda: document.summary(totals))
        assert totals.lines, kind
    return time.process_time() - begin


def past_balances(env: Any, quick: bool) -> dict:
    """The balances of all wallets a month ago and a year ago, against a bare sum."""
    count, entries = (2_000, 50_000) if quick else (20_000, 1_000_000)
    now = fields.Datetime.now()
    with town(env, 2) as place:
        partners = ledger_daily.fill_wallets(env, place, count)
        try:
            env.cr.execute(
                """INSERT INTO wezer_ledger_entry (wezer_currency_id, from_id, to_id,
                       amount, kind, date, from_balance, to_balance)
                   SELECT %(money)s, w.ids[1 + n %% %(count)s],
                          w.ids[1 + (n * 7 + 1) %% %(count)s], 1, 'payment',
                          %(now)s::timestamp
                            - (%(entries)s - n) * %(step)s * interval '1 s', 0, 0
                     FROM generate_series(1, %(entries)s) n,
                          (SELECT array_agg(id ORDER BY id) AS ids FROM wezer_wallet
                            WHERE partner_id = ANY(%(partners)s)) w
                    WHERE n %% %(count)s <> (n * 7 + 1) %% %(count)s""",
                {
                    "money": place.money,
                    "count": count,
                    "entries": entries,
                    "now": now,
                    "step": 2 * YEAR_SECONDS // entries,
                    "partners": partners,
                },
            )
            env.cr.execute("ANALYZE wezer_ledger_entry")
            ago = {"a month": 30 * days.DAY, "a year": 365 * days.DAY}
            times = {
                name: statistics.median(
                    timed(lambda back=back: place.currency._balances_at(now - back))
                    for _round in range(3)
                )
                for name, back in ago.items()
            }

            def bare() -> None:
                env.cr.execute(
                    """SELECT wallet, sum(minor)::text FROM (
                           SELECT to_id AS wallet, amount AS minor
                             FROM wezer_ledger_entry WHERE wezer_currency_id = %(money)s
                            UNION ALL
                           SELECT from_id, -amount FROM wezer_ledger_entry
                            WHERE wezer_currency_id = %(money)s) sides
                     GROUP BY wallet""",
                    {"money": place.money},
                )
                env.cr.fetchall()

            reference = statistics.median(timed(bare) for _round in range(3))
        finally:
            # The entries belong to no transfer, and stay nobody's.
            env.cr.rollback()
            env.cr.execute(
                "UPDATE res_partner SET active = FALSE WHERE id = ANY(%s)", [partners]
            )
            env.cr.commit()
    return row(
        f"balances of {count:,} wallets at a past date, {entries:,} entries: "
        + ", ".join(f"{name} ago" for name in times),
        ", ".join(f"{seconds * 1000:.0f} ms" for seconds in times.values()),
        f"{reference * 1000:.0f} ms",
        max(times.values()) / reference,
        "<= 1",
    )


# === MANY AT ONCE === #


def race(env: Any, quick: bool) -> dict:
    """50 payments at once out of and into one wallet: nothing is lost."""
    with town(env, 51) as place:
        failed = []

        def one(number: int) -> None:
            uid, partner = place.ids[number]
            hot = place.ids[0][1]
            pair = (partner, hot) if number % 2 else (hot, partner)
            actor = uid if number % 2 else place.ids[0][0]
            try:
                with place.registry.cursor() as cr:
                    fresh = api.Environment(cr, actor, {})
                    ledger_http.patiently(
                        fresh,
                        lambda: fresh["wezer.transfer"].pay(
                            *pair, place.money, "1", "race"
                        ),
                    )
            except Exception as error:  # noqa: BLE001
                failed.append(error)

        threads = [threading.Thread(target=one, args=(n,)) for n in range(1, 51)]

        def run_all() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        seconds = timed(run_all)
        env.cr.commit()
        env.cr.execute(
            "SELECT count(*) FROM wezer_ledger_entry WHERE wezer_currency_id = %s",
            [place.money],
        )
        done = env.cr.fetchone()[0]
    return row(
        "50 payments at once through one wallet",
        f"{done} done in {seconds:.1f} s, {len(failed)} failed",
        "50 done",
        done / 50,
        ">= 1",
    )


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Return the table's rows; ``data`` is not needed."""
    yield single(env, quick)
    yield batch(env, quick)
    yield replay(env, quick)
    yield importing(env, quick)
    yield reading(env, quick)
    yield from long_statement(env, quick)
    yield past_balances(env, quick)
    yield race(env, quick)
    yield from ledger_daily.rows(env, quick, town)
    yield from ledger_circles.rows(env, quick, row, town)
    yield from ledger_http.rows(env, quick, town)
