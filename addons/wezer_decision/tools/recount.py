"""The result of a closed decision once more, from the ballots that are kept."""

from typing import Any

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
        urn = decision.env["wezer.urn"]
        tallies, by_college = urn._recount(decision), urn._recount_by_college(decision)
    options = [option.label for option in decision._ballot_options()]
    given = {**integration.for_counting(decision), "roll": stored.get("roll", 0)}
    found = counting.count(decision.method, options, tallies, given, by_college)
    # After a consent they depend on objections, which end with the decision.
    of_majority = ("colleges", "reached") if decision.method == "majority" else ()
    return [
        name
        for name in (*COMPARED, *of_majority)
        if name in stored
        and _comparable(name, stored[name]) != _comparable(name, found.get(name))
    ]


def _differences_of_draw(decision: Any) -> list[str]:
    """Compare seal and people: by their numbers, because names change."""
    stored, found = decision.result or {}, closing.found_by(decision)
    return [
        name
        for name in ("seal", "elected_ids")
        if name in stored and stored[name] != found.get(name)
    ]


def _comparable(name: str, value: Any) -> Any:
    """Return a part of a result, without the order in which colleges stand."""
    if name != "colleges" or not value:
        return value
    return {row["name"]: row for row in value}
