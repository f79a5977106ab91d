"""What must hold of secret ballots and delegations on a live database.

Each function takes an environment and returns the rows that break its rule.
"""

from typing import Any

from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

from . import delegations, secrecy


def urns(env: Any) -> list:
    """Return secret decisions whose voters are not as many as their ballots.

    Where colleges vote, in each of them: no voice went from one to another.
    """
    env.flush_all()
    return env.execute_query(
        SQL(
            """SELECT decision, college, sum(voted), sum(ballot) FROM (
                   SELECT v.decision_id AS decision, v.college_id AS college,
                          1 AS voted, 0 AS ballot
                     FROM wezer_decision_voter v
                     JOIN wezer_decision d ON d.id = v.decision_id
                    WHERE d.secrecy <> 'open' AND d.state <> 'ended'
                      AND v.state = 'voted'
                    UNION ALL
                   SELECT u.decision_id, u.college_id, 0, 1
                     FROM wezer_urn u JOIN wezer_decision d ON d.id = u.decision_id
                    WHERE d.secrecy <> 'open' AND d.state <> 'ended') found
                GROUP BY decision, college HAVING sum(voted) <> sum(ballot)
                ORDER BY decision, college"""
        )
    )


def small_colleges(env: Any) -> list:
    """Return counted secret decisions with too few ballots of a college to hide one."""
    env.flush_all()
    return env.execute_query(
        SQL(
            """SELECT d.id, u.college_id, count(*) FROM wezer_decision d
                 JOIN wezer_urn u ON u.decision_id = d.id
                WHERE d.electorate = 'colleges' AND d.result IS NOT NULL
                GROUP BY d.id, u.college_id HAVING count(*) < %s
                ORDER BY d.id, u.college_id""",
            secrecy.LEAST_VOTES,
        )
    )


def urn_columns(env: Any) -> list:
    """Return columns beside secret ballots that could hold a person or a time."""
    return env.execute_query(
        SQL(
            """SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = current_schema()
                  AND (table_name = 'wezer_urn' AND column_name NOT IN (
                          'id', 'decision_id', 'college_id', 'choice', 'receipt_hash')
                    OR table_name = 'wezer_urn_receipt' AND column_name NOT IN (
                          'id', 'decision_id', 'receipt_hash'))"""
        )
    )


def receipts(env: Any) -> list:
    """Return counted decisions whose ballots still have a receipt beside them."""
    env.flush_all()
    return env.execute_query(
        SQL(
            """SELECT DISTINCT d.id FROM wezer_decision d
                 JOIN wezer_urn u ON u.decision_id = d.id
                WHERE d.secrecy = 'secret' AND d.seal IS NOT NULL
                  AND u.receipt_hash IS NOT NULL ORDER BY d.id"""
        )
    )


def carried(env: Any) -> list:
    """Return voices that are carried though their person voted, or by themselves."""
    env.flush_all()
    return env.execute_query(
        SQL(
            """SELECT v.id FROM wezer_decision_voter v
                WHERE v.carried_by_id = v.id OR v.passed_to_id = v.id
                   OR (v.carried_by_id IS NOT NULL AND v.state = 'voted')
                ORDER BY v.id"""
        )
    )


def overdue(env: Any) -> list:
    """Return delegations that the clock should have ended by yesterday."""
    past = days.today(env) - days.DAY
    rows = delegations.ended_by_itself(env, past)
    return [row for row in rows if row[1] == "expired"]
