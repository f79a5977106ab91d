"""What runs every day, in a community of 20,000 wallets.

Seal, statistics, a fee of all members and demurrage, each as its scheduled action does
it. Counted is the time of the processor, of this process and of its connections to the
database together, and the most memory that the process had meanwhile; the reference is
what an operation may need. The ratio is the larger of the two.
"""

import contextlib
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from odoo import api, fields

# What each may need, of 20,000 wallets.
WALLETS, SECONDS, MEMORY = 20_000, 300, 1024
TICKS = os.sysconf("SC_CLK_TCK")
MODEL = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
 WHERE table_name = %s AND NOT column_name = ANY(%s)
"""


class Meter:
    """Processor time and memory of a call."""

    def __init__(self, cr: Any) -> None:
        self.cr = cr

    def _of_connections(self) -> dict[int, float]:
        """Return ``{process id: seconds}`` of the database's side, if it is here."""
        self.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        seconds = {}
        for (pid,) in self.cr.fetchall():
            try:
                text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            except OSError:
                continue
            ticks = text.rsplit(")", 1)[1].split()[11:13]
            seconds[pid] = sum(map(int, ticks)) / TICKS
        self.cr.commit()
        return seconds

    @staticmethod
    def _peak() -> float:
        """Return the most memory since it was forgotten, in MiB."""
        try:
            text = Path("/proc/self/status").read_text(encoding="utf-8")
            return int(text.split("VmHWM:")[1].split()[0]) / 1024
        except (OSError, IndexError):
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def measure(self, call: Callable[[], object]) -> tuple[float, float]:
        """Return how many seconds and how many MiB ``call`` takes."""
        # Where this cannot be done it is the peak since the process began.
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
        before, begin = self._of_connections(), time.process_time()
        call()
        seconds, after = time.process_time() - begin, self._of_connections()
        seconds += sum(spent - before.get(pid, 0.0) for pid, spent in after.items())
        return seconds, self._peak()


def rows(env: Any, quick: bool, town: Any) -> Iterator[dict]:
    """Yield a row for each daily operation; all of them go on with the same wallets."""
    count = WALLETS // 10 if quick else WALLETS
    with town(env, 2) as place:
        # What other benches left is not of this day.
        seal(env, place)
        partners = fill_wallets(env, place, count)
        try:
            for what, call in (
                (f"seal of {count:,} wallets", seal),
                (f"statistics of {count:,} wallets", statistics),
                (f"a fee of {count:,} members", fee),
                (f"demurrage of {count:,} wallets", demurrage),
            ):
                seconds, memory = Meter(env.cr).measure(lambda: call(env, place))  # noqa: B023
                env.invalidate_all()
                told = check(env, place, call, count)
                allowed = SECONDS * count / WALLETS
                yield {
                    "what": what,
                    "ours": f"{seconds:.0f} s of processor, {memory:.0f} MiB{told}",
                    "reference": f"{allowed:.0f} s, {MEMORY} MiB",
                    "ratio": round(max(seconds / allowed, memory / MEMORY), 2),
                    "wanted": "< 1",
                }
        finally:
            for table, column in (
                ("res_partner", "id"),
                ("wezer_profile", "partner_id"),
            ):
                env.cr.execute(
                    f"UPDATE {table} SET active = FALSE WHERE {column} = ANY(%s)",
                    [partners],
                )
            env.cr.commit()


def seal(env: Any, place: Any) -> None:
    """Seal the day after a large import: each wallet has a line in accounting."""
    env["wezer.ledger.seal"]._cron_seal()


def statistics(env: Any, place: Any) -> None:
    """Count the figures of a currency, and a year of months."""
    fresh = api.Environment(env.cr, env.ref("base.user_admin").id, {})
    fresh.invalidate_all()
    currency = fresh["wezer.currency"].browse(place.money)
    names = [name for name in currency._fields if name.startswith("stat_")]
    currency.read(names)
    year = fields.Date.today().year
    currency.statistics(f"{year}-01-01", f"{year + 1}-01-01")


def fee(env: Any, place: Any) -> None:
    """Take a fee of all members, as the scheduled action does."""
    _charge(env, place, "fee", {"fee_minor": 1})


def demurrage(env: Any, place: Any) -> None:
    """Take demurrage of all wallets above zero: every other one."""
    _charge(env, place, "demurrage", {"demurrage_rate": 5000})


def _charge(env: Any, place: Any, charge: str, vals: dict) -> None:
    currency, today = env["wezer.currency"].browse(place.money), fields.Date.today()
    currency.write({**vals, f"{charge}_every": "month", f"{charge}_next": today})
    env.cr.commit()
    # A turn of the scheduled action ends after some seconds; Odoo calls it again.
    while currency[f"{charge}_next"] == today:
        env.ref("wezer_currency.ir_cron_charges").method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()


def check(env: Any, place: Any, call: Any, count: int) -> str:
    """Assert that it was done, whole and once; return what else there is to tell."""
    if call is seal:
        sealed = env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", place.money)]
        )
        assert sealed.booked, sealed
        longest = max(len(move.line_ids) for move in sealed.move_ids)
        return f", {len(sealed.move_ids)} entries of {longest} lines at most"
    if call is statistics:
        return ""
    run = env["wezer.charge.run"].search([("wezer_currency_id", "=", place.money)])[:1]
    assert run.done and run.charge == call.__name__, run
    assert run.taken >= (count if call is fee else count // 2 - count // 100), run.taken
    return ""


def fill_wallets(env: Any, place: Any, count: int) -> list[int]:
    """Write ``count`` members whose wallets paid each other in pairs.

    :return: ids of the partners
    """
    cr, now = env.cr, fields.Datetime.now()
    model = place.users[0].partner_id
    partners = _copies(cr, "res_partner", model.id, {"name": "'Sealed ' || n"}, count)
    cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)",
        [partners],
    )
    _copies(
        cr,
        "wezer_profile",
        model._wezer_profile().id,
        {
            "partner_id": "(%(partners)s::int[])[n]",
            "slug": "'sealed-' || (%(partners)s::int[])[n]",
        },
        count,
        partners=partners,
    )
    cr.execute(
        """INSERT INTO wezer_wallet (partner_id, wezer_currency_id, company_id, state,
               balance, reserved, incoming, opened_on)
           SELECT p, %s, %s, 'open', 0, 0, 0, %s FROM unnest(%s::int[]) p ORDER BY p
           RETURNING id""",
        [place.money, place.currency.company_id.id, now, partners],
    )
    wallets = sorted(line[0] for line in cr.fetchall())
    cr.execute(
        """WITH pairs AS (
               SELECT f.id AS f, t.id AS t, f.partner_id AS fp, t.partner_id AS tp,
                      f.company_id, 100 + n %% 977 AS minor, n
                 FROM unnest(%(first)s::int[], %(second)s::int[])
                      WITH ORDINALITY AS g(f, t, n)
                 JOIN wezer_wallet f ON f.id = g.f JOIN wezer_wallet t ON t.id = g.t
           ), paid AS (
               UPDATE wezer_wallet w SET balance = s.minor
                 FROM (SELECT f AS id, -minor AS minor FROM pairs
                       UNION ALL SELECT t, minor FROM pairs) s WHERE s.id = w.id
           ), made AS (
               INSERT INTO wezer_transfer (payer_id, payee_id, payer_wallet_id,
                   payee_wallet_id, wezer_currency_id, company_id, amount_minor,
                   settled_minor, reversed_minor, claim_minor, levy_payer_minor,
                   levy_payee_minor, kind, state, date, purpose)
               SELECT fp, tp, f, t, %(money)s, company_id, minor, 0, 0, 0, 0, 0,
                      'payment', 'done', %(now)s, 'bread' FROM pairs ORDER BY n
               RETURNING id, payer_wallet_id AS f, payee_wallet_id AS t,
                         amount_minor AS minor)
           INSERT INTO wezer_ledger_entry (transfer_id, wezer_currency_id, from_id,
               to_id, amount, kind, date, from_balance, to_balance)
           SELECT id, %(money)s, f, t, minor, 'payment', %(now)s, -minor, minor
             FROM made ORDER BY id""",
        {
            "money": place.money,
            "now": now,
            "first": wallets[::2],
            "second": wallets[1::2],
        },
    )
    for table in ("res_partner", "wezer_profile", "wezer_wallet", "wezer_transfer"):
        cr.execute(f"ANALYZE {table}")
    cr.commit()
    env.invalidate_all()
    return partners


def _copies(
    cr: Any, table: str, model: int, changed: dict, count: int, **values: Any
) -> list[int]:
    """Write ``count`` copies of a row; return their ids in the order of ``n``.

    :param changed: SQL of the columns that differ, by ``n`` from 1 on
    """
    cr.execute(MODEL, [table, ["id", *changed]])
    same = cr.fetchone()[0]
    cr.execute(
        f"""INSERT INTO {table} ({", ".join(changed)}, {same})
            SELECT {", ".join(changed.values())}, {same}
              FROM generate_series(1, %(count)s) n, {table} WHERE id = %(model)s
             ORDER BY n RETURNING id""",
        {"count": count, "model": model, **values},
    )
    return sorted(line[0] for line in cr.fetchall())
