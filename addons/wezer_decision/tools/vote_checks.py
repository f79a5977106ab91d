"""What must hold of secret ballots and delegations on a live database.

Each function takes an environment and returns the rows that break its rule.
"""

from typing import Any

from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

from . import delegations


def urns(env: Any) -> list:
    """Return secret decisions whose voters are not as many as their ballots."""
    env.flush_all()
    return env.execute_query(
        SQL(
            """SELECT d.id, voted.number, urn.number
                 FROM wezer_decision d
                CROSS JOIN LATERAL (
                      SELECT count(*) AS number FROM wezer_decision_voter v
                       WHERE v.decision_id = d.id AND v.state = 'voted') voted
                CROSS JOIN LATERAL (
                      SELECT count(*) AS number FROM wezer_urn u
                       WHERE u.decision_id = d.id) urn
                WHERE d.secrecy <> 'open' AND d.state <> 'ended'
                  AND voted.number <> urn.number ORDER BY d.id"""
        )
    )


def urn_columns(env: Any) -> list:
    """Return columns beside secret ballots that could hold a person or a time."""
    return env.execute_query(
        SQL(
            """SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = current_schema()
                  AND table_name IN ('wezer_urn', 'wezer_urn_receipt')
                  AND column_name NOT IN (
                      'id', 'decision_id', 'choice', 'receipt_hash')"""
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
