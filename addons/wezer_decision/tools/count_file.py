"""The file with which everybody can count a closed decision again."""

import csv
import io
from typing import Any

from odoo.tools import SQL

from ..models.wezer_decision import CLOSED


def csv_of(decision: Any) -> str:
    """Return the answers of a closed decision as CSV, or "" where none are published.

    Of an open vote: how often each ballot was cast, without names. A secret vote
    publishes what its rules of secrecy allow.
    """
    if decision.state not in CLOSED or not decision.result:
        return ""
    if decision.secrecy != "open":
        return decision._ballot_file()[1]
    env = decision.env
    env.cr.execute(
        SQL(
            """
            SELECT coalesce(choice, ''), count(*)
              FROM wezer_ballot
             WHERE decision_id = %s
             GROUP BY 1
             ORDER BY 2 DESC, 1
            """,
            decision.id,
        )
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["choice", "count"])
    writer.writerows(env.cr.fetchall())
    return out.getvalue()
