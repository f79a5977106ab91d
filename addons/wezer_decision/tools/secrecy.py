"""Secret ballots: kept without a link to who cast them, and shuffled at closing.

While a decision is open, a ballot is found by the hash of its receipt code alone. The
database still knows that one transaction marked a row of the roll and inserted a
ballot. So closing deletes all ballots of the decision and inserts them anew, in random
order, with random ids, in one transaction. Afterwards the place, the id and the
transaction of a row say nothing, and a scheduled action writes the table into a new
file, without what was deleted.

No statement of this module is written to the log where it fails: its values would be in
the line. The database writes a statement that fails into its own log, so that choices
and hashes stand in a statement before (:func:`_give`), which waits for nobody.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from typing import Any

import psycopg2
import psycopg2.errors

from odoo import api, models, sql_db
from odoo.tools import SQL

from . import lot

# There is a result only where so many voted.
LEAST_VOTES = 5
# Who voted is shown where so many voted; the list of ballots where so many voted.
LEAST_FOR_ROLL = 8
LEAST_FOR_LIST = 50
# So many wrong codes one voter may try in one decision.
WRONG_CODES = 10
# Letters and digits that nobody takes for each other; 16 of them are 80 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 16
CODE_GROUP = 4
# The largest number of an id.
ID_MAX = 2**31 - 1
URN = SQL.identifier("wezer_urn")
CRON = "wezer_decision.ir_cron_ballots"
# Milliseconds that others are waited for, how often it is tried whether they ended,
# and minutes until the next attempt.
REWRITE_WAIT = 1000
REWRITE_LOOKS = 10
REWRITE_AGAIN = 10

_logger = logging.getLogger(__name__)


# === RECEIPT CODES === #


def new_code() -> str:
    """Return a receipt code, in groups of four: ``7KQ2-M9XD-…``."""
    letters = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    groups = range(0, CODE_LENGTH, CODE_GROUP)
    return "-".join(letters[start : start + CODE_GROUP] for start in groups)


def plain_code(typed: Any) -> str:
    """Return a code as it is hashed: capital letters and digits without hyphens."""
    if not isinstance(typed, str):
        return ""
    return "".join(letter for letter in typed[:200].upper() if letter.isalnum())


def code_hash(decision_id: int, code: str) -> str:
    """Return the hash that is published: SHA-256 of ``DECISION:CODE``.

    The number of the decision, a colon, and the code without hyphens.
    """
    return hashlib.sha256(f"{decision_id}:{plain_code(code)}".encode()).hexdigest()


# === THE TABLE === #


def keep_no_statistics(env: api.Environment) -> None:
    """Let the database keep no sample of choices and hashes for its planner.

    It takes one by itself while people vote, and keeps it after they are gone: with
    the result, it would tell how those voted who came later.
    """
    for column, kind in {
        "choice": "varchar",
        "receipt_hash": "varchar",
        "college_id": "int4",
    }.items():
        env.cr.execute(
            """SELECT FROM pg_attribute WHERE attrelid = 'wezer_urn'::regclass
                  AND attname = %s AND attstattarget IS DISTINCT FROM 0""",
            [column],
        )
        if env.cr.rowcount:
            # The same type again: this removes what there is already.
            env.cr.execute(
                SQL(
                    """ALTER TABLE %(urn)s ALTER COLUMN %(column)s TYPE %(kind)s,
                                           ALTER COLUMN %(column)s SET STATISTICS 0""",
                    urn=URN,
                    column=SQL.identifier(column),
                    kind=SQL(kind),
                )
            )


# === BALLOTS BEFORE CLOSING === #


def mark(env: api.Environment, voter_id: int, before: str, after: str) -> bool:
    """Change the state of a row of the roll; False where it has another one."""
    env.cr.execute(
        """UPDATE wezer_decision_voter SET state = %s
            WHERE id = %s AND state = %s RETURNING id""",
        [after, voter_id, before],
        log_exceptions=False,
    )
    return bool(env.cr.fetchone())


def _give(env: api.Environment, choice: str | None, digest: str) -> None:
    """Give a choice and a hash to the statement that follows in this transaction."""
    env.cr.execute(
        """SELECT set_config('wezer.choice', %s, true),
                  set_config('wezer.digest', %s, true)""",
        [choice or "", digest],
        log_exceptions=False,
    )


def insert(
    env: api.Environment,
    decision_id: int,
    choice: str,
    digest: str,
    college_id: int | None = None,
) -> None:
    """Insert a ballot with a random id.

    :param college_id: of the voice, where colleges vote
    """
    _give(env, choice, digest)
    for _attempt in range(20):
        env.cr.execute(
            """INSERT INTO wezer_urn (id, decision_id, college_id, choice, receipt_hash)
               VALUES (%s, %s, %s, current_setting('wezer.choice'),
                       current_setting('wezer.digest'))
               ON CONFLICT (id) DO NOTHING RETURNING id""",
            [secrets.randbelow(ID_MAX) + 1, decision_id, college_id or None],
            log_exceptions=False,
        )
        if env.cr.fetchone():
            return
    raise RuntimeError("No free number was found for a ballot")


def change(env: api.Environment, decision_id: int, digest: str, choice: str) -> bool:
    """Give a ballot another choice; False where no ballot has this hash."""
    _give(env, choice, digest)
    env.cr.execute(
        """UPDATE wezer_urn SET choice = current_setting('wezer.choice')
            WHERE decision_id = %s AND receipt_hash = current_setting('wezer.digest')
           RETURNING id""",
        [decision_id],
        log_exceptions=False,
    )
    return bool(env.cr.fetchone())


def remove(
    env: api.Environment,
    decision_id: int,
    digest: str,
    college_id: int | None = None,
) -> bool:
    """Delete a ballot; False where no ballot has this hash.

    :param college_id: of the voice that can be used again. Two people who exchange
        their codes move no voice from a college to another
    """
    _give(env, None, digest)
    env.cr.execute(
        """DELETE FROM wezer_urn
            WHERE decision_id = %s AND receipt_hash = current_setting('wezer.digest')
              AND college_id IS NOT DISTINCT FROM %s
           RETURNING id""",
        [decision_id, college_id or None],
        log_exceptions=False,
    )
    return bool(env.cr.fetchone())


def note_wrong_code(env: api.Environment, voter_id: int) -> None:
    """Count a wrong code of a voter, whatever becomes of the request.

    In a transaction of its own, which is repeated where codes are tried at once.
    """
    for _attempt in range(50):
        try:
            with env.registry.cursor() as cr:
                cr.execute(
                    """SET LOCAL lock_timeout = '5s';
                       UPDATE wezer_decision_voter
                          SET wrong_codes = coalesce(wrong_codes, 0) + 1
                        WHERE id = %s""",
                    [voter_id],
                    log_exceptions=False,
                )
            return
        except psycopg2.errors.SerializationFailure:
            continue


def wrong_codes(env: api.Environment, voter_id: int) -> int:
    """Return how many wrong codes a voter has tried."""
    env.cr.execute(
        "SELECT coalesce(wrong_codes, 0) FROM wezer_decision_voter WHERE id = %s",
        [voter_id],
    )
    return (env.cr.fetchone() or [0])[0]


# === CLOSING === #


def voted(env: api.Environment, decision_id: int, most: int | None = None) -> int:
    """Return how many ballots lie in the urn of a decision.

    :param most: no more are counted than this
    """
    env.cr.execute(
        """SELECT count(*) FROM (
               SELECT FROM wezer_urn WHERE decision_id = %s LIMIT %s) ballots""",
        [decision_id, most],
    )
    return env.cr.fetchone()[0]


def tallies(env: api.Environment, decision_id: int) -> dict[str, int]:
    """Return how often each choice was cast."""
    env.cr.execute(
        """SELECT choice, count(*) FROM wezer_urn WHERE decision_id = %s
            GROUP BY choice ORDER BY choice COLLATE "C" """,
        [decision_id],
    )
    return dict(env.cr.fetchall())


def by_college(
    env: api.Environment, decision_id: int
) -> dict[int | None, dict[str, int]]:
    """Return how often each choice was cast in each college, by its id."""
    env.cr.execute(
        """SELECT college_id, choice, count(*) FROM wezer_urn WHERE decision_id = %s
            GROUP BY 1, 2 ORDER BY 1, choice COLLATE "C" """,
        [decision_id],
    )
    found: dict[int | None, dict[str, int]] = {}
    for college, choice, number in env.cr.fetchall():
        found.setdefault(college, {})[choice] = number
    return found


def are_hidden(cast: Mapping[Any, int], by_proxies: Mapping[Any, int]) -> bool:
    """Return whether enough people voted for a result to hide each vote.

    Where colleges vote, the result has the numbers of each: a ballot is hidden among
    those of its college only. A college of which nobody voted hides nothing.

    :param cast: ballots in each college, or all of them under one key
    :param by_proxies: how many of them a person can have cast for somebody else. Of two
        proxies, each would know from the sum how the other voted
    """
    used = {college: number for college, number in cast.items() if number}
    return bool(used) and all(
        number - by_proxies.get(college, 0) >= LEAST_VOTES
        for college, number in used.items()
    )


def shuffle(
    env: api.Environment, decision_id: int, number: int, keep_hashes: bool
) -> None:
    """Delete the ballots of a decision and insert them in random order, with new ids.

    ``gen_random_uuid`` takes its numbers from the operating system; what ``random``
    returns can be foretold.

    :param number: how many ballots were counted
    :param keep_hashes: whether each ballot stays beside the hash of its receipt. Else
        the hashes go to a table of their own, in the order of the alphabet, and the
        ballots have none
    """
    env.cr.execute(
        """WITH removed AS (
               DELETE FROM wezer_urn WHERE decision_id = %(decision)s
               RETURNING choice, receipt_hash, college_id
           ), ballots AS (
               SELECT choice, receipt_hash, college_id,
                      row_number() OVER (ORDER BY gen_random_uuid()) AS place
                 FROM removed
           ), numbers AS (
               SELECT id, row_number() OVER (ORDER BY gen_random_uuid()) AS place
                 FROM (SELECT DISTINCT
                              ('x' || left(gen_random_uuid()::text, 8))::bit(32)::bigint
                              %% %(most)s + 1 AS id
                         FROM generate_series(1, %(drawn)s)) drawn
                WHERE NOT EXISTS (SELECT FROM wezer_urn u WHERE u.id = drawn.id)
           ), receipts AS (
               INSERT INTO wezer_urn_receipt (decision_id, receipt_hash)
               SELECT %(decision)s, receipt_hash FROM removed
                WHERE NOT %(keep)s ORDER BY receipt_hash COLLATE "C"
           )
           INSERT INTO wezer_urn (id, decision_id, college_id, choice, receipt_hash)
           SELECT numbers.id, %(decision)s, ballots.college_id, ballots.choice,
                  CASE WHEN %(keep)s THEN ballots.receipt_hash END
             FROM ballots JOIN numbers USING (place) ORDER BY place""",
        {
            "decision": decision_id,
            "most": ID_MAX,
            "keep": keep_hashes,
            # Numbers that are drawn twice, or belong to a ballot already, fall away.
            "drawn": number + number // 4 + 100,
        },
        log_exceptions=False,
    )
    if env.cr.rowcount != number:
        raise RuntimeError("Not every ballot got a new number")
    rewrite_soon(env)


def destroy(env: api.Environment, decision_id: int) -> None:
    """Delete the ballots of a decision that are not counted."""
    env.cr.execute("DELETE FROM wezer_urn WHERE decision_id = %s", [decision_id])
    if env.cr.rowcount:
        rewrite_soon(env)


def rewrite_soon(env: api.Environment) -> None:
    """Ask the scheduled action to write the table anew once this is committed."""
    cron = env.ref(CRON, raise_if_not_found=False)
    if cron:
        # Members may not touch scheduled actions.
        cron.sudo()._trigger()


def rewrite(database: str) -> bool:
    """Write the table of ballots into a new file, without what was deleted.

    ``VACUUM`` alone marks the place of a deleted row as free: its bytes stay in the
    file, with the transaction that wrote them, until something else needs the place.
    ``VACUUM FULL`` alone takes along what was deleted after the oldest transaction
    began that writes anywhere on the server: that of the scheduled action itself, which
    holds its lock, or one of another database. So the first goes before the second,
    which copies no place that is free.

    People who vote wait meanwhile; other writers are waited for only shortly.

    :return: False where somebody was in the way, or can still read what was deleted
    """
    with sql_db.db_connect(database).cursor() as cr:
        cr._cnx.autocommit = True  # VACUUM runs outside of transactions
        try:
            cr.execute(SQL("SET lock_timeout = %s", f"{REWRITE_WAIT}ms"))
            if not _free_deleted(cr):
                return False
            cr.execute(SQL("VACUUM (FULL) %s", URN), log_exceptions=False)
            return True
        except psycopg2.Error as error:
            _logger.info("Deleted ballots are removed later: %s", error)
            return False
        finally:
            cr.execute("RESET lock_timeout")
            cr._cnx.autocommit = False


def _free_deleted(cr: Any) -> bool:
    """Free the places of deleted ballots; False where somebody can still read them."""
    for _try in range(REWRITE_LOOKS):
        cr.execute(SQL("VACUUM %s", URN), log_exceptions=False)
        # It counts the rows that an older transaction can still read.
        cr.execute("SELECT pg_stat_get_dead_tuples('wezer_urn'::regclass)")
        if not cr.fetchone()[0]:
            return True
        cr.execute("SELECT pg_sleep(0.1)")
    return False


# === WORDS FOR THE PAGE === #


def limits(
    env: api.Environment, mode: str, by_colleges: bool = False, college: str = ""
) -> list[str]:
    """Return what people must know before they vote in secret, as sentences.

    :param mode: ``secret`` or ``receipt``
    :param by_colleges: whether colleges vote
    :param college: the college of the reader, where they have one
    """
    words = [
        env._(
            "You are shown a code once. With the code you can change your vote until"
            " the vote closes. Without it your vote stands: nobody can send you the"
            " code again."
        )
    ]
    if mode == "receipt":
        words.append(
            env._(
                "After closing, every ballot is published beside a fingerprint of its"
                " code. You can check how your own vote was counted. You can also prove"
                " to others how you voted, so others could ask you to."
            )
        )
    else:
        words += [
            env._(
                "After closing, the fingerprints of all codes are published. You can"
                " check that your vote is among those that were counted, and nobody can"
                " see from it how you voted."
            ),
            env._(
                "The list of all ballots, without names, is published if at least"
                " %(number)s people voted.",
                number=LEAST_FOR_LIST,
            ),
        ]
    words += [
        env._(
            "The names of the people who voted are shown after closing if at least"
            " %(number)s people voted.",
            number=LEAST_FOR_ROLL,
        ),
    ]
    if by_colleges:
        words += _limits_of_colleges(env, college)
    else:
        words.append(
            env._(
                "There is no result if fewer than %(number)s people vote. The vote can"
                " never be made open later.",
                number=LEAST_VOTES,
            )
        )
    words.append(
        env._(
            "The app keeps no link between you and your vote. The people who run the"
            " server could find one while the vote runs, and later in a log or a backup"
            " of those days. If you cannot accept that, ask for a vote on paper."
        )
    )
    return words


def _limits_of_colleges(env: api.Environment, college: str) -> list[str]:
    """Return what people must know before colleges vote in secret."""
    words = []
    if college:
        words.append(env._("You vote in the college “%(name)s”.", name=college))
    return [
        *words,
        env._(
            "Your ballot is kept with its college. The result shows how many people of"
            " each college said yes, no, or neither. So your vote is hidden among the"
            " votes of your college only."
        ),
        env._("Where ballots are published, the college stands beside each."),
        env._(
            "If 1 to %(most)s people of a college vote, the whole vote has no result."
            " If nobody of a college votes, its weight is spread over the others."
            " The vote can never be made open later.",
            most=LEAST_VOTES - 1,
        ),
    ]


# === AFTER CLOSING === #


def receipts(decision: models.Model, limit: int | None = None) -> list[str]:
    """Return the hashes of the receipts of a closed decision, sorted.

    :param limit: so many at most; all where it is left out
    """
    rows = decision.env.execute_query(
        SQL(
            """SELECT receipt_hash FROM %s WHERE decision_id = %s
                ORDER BY receipt_hash COLLATE "C" LIMIT %s""",
            _receipt_table(decision),
            decision.id,
            limit,
        )
    )
    return [row[0] for row in rows]


def receipt(decision: models.Model, digest: str) -> str | None:
    """Return the ballot beside a hash that a closed decision published, else None.

    Where ballots have no hashes beside them, the empty text stands for the ballot.
    """
    beside = "choice" if decision.secrecy == "receipt" else "receipt_hash"
    rows = decision.env.execute_query(
        SQL(
            "SELECT %s FROM %s WHERE decision_id = %s AND receipt_hash = %s",
            SQL.identifier(beside),
            _receipt_table(decision),
            decision.id,
            digest,
        )
    )
    if not rows:
        return None
    return rows[0][0] if decision.secrecy == "receipt" else ""


def _receipt_table(decision: models.Model) -> SQL:
    """Return the table with the hashes of a closed decision."""
    return SQL.identifier(
        "wezer_urn" if decision.secrecy == "receipt" else "wezer_urn_receipt"
    )


def seal(decision: models.Model) -> str | None:
    """Return the seal of a counted decision (sudo) whose ballots are not published.

    It is over the hashes of the receipts: with a seal over the ballots, and the sums,
    the few ballots could be found by trying. None where the ballots are published.
    """
    if decision.secrecy != "secret":
        return None
    if voted(decision.env, decision.id, LEAST_FOR_LIST) >= LEAST_FOR_LIST:
        return None
    return lot.seal(decision.id, receipts(decision))


def ballots(decision: models.Model) -> list[tuple[str, str | None, int | None]]:
    """Return choice, hash of its receipt, and college of a closed decision's ballots.

    Sorted by what is published, so that the order says nothing.
    """
    return decision.env.execute_query(
        SQL(
            """SELECT choice, receipt_hash, college_id FROM wezer_urn
                WHERE decision_id = %s
                ORDER BY receipt_hash COLLATE "C" NULLS FIRST, choice COLLATE "C" """,
            decision.id,
        )
    )
