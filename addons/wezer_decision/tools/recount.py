"""The result of a closed decision once more, from the ballots that are kept."""

from typing import Any

from odoo.tools import SQL

from . import closing, counting, integration, voting

# What a count gives whatever became of the decision afterwards.
COMPARED = (
    "seal",
    "adopted",
    "yes",
    "no",
    "abstain",
    "order",
    "sums",
    "seats",
    "quota",
)


def differences(decision: Any) -> list[str]:
    """Return what of the stored result a new count does not give (sudo)."""
    stored = decision.result or {}
    if decision.method == "draw":
        return _differences_of_draw(decision)
    if decision.secrecy == "open":
        tallies, by_college = voting.tallies(decision)
    else:
        tallies, by_college = _urn(decision), {}
    options = [option.label for option in decision._ballot_options()]
    given = {**integration.for_counting(decision), "roll": stored.get("roll", 0)}
    found = counting.count(decision.method, options, tallies, given, by_college)
    return [
        name for name in COMPARED if name in stored and stored[name] != found.get(name)
    ]


def _differences_of_draw(decision: Any) -> list[str]:
    """Compare seal and people: by their numbers, because names change."""
    stored, found = decision.result or {}, closing.found_by(decision)
    return [
        name
        for name in ("seal", "elected_ids")
        if name in stored and stored[name] != found.get(name)
    ]


def _urn(decision: Any) -> dict[str, int]:
    decision.env["wezer.urn"].flush_model()
    return dict(
        decision.env.execute_query(
            SQL(
                "SELECT choice, count(*) FROM wezer_urn WHERE decision_id = %s"
                " GROUP BY choice",
                decision.id,
            )
        )
    )
