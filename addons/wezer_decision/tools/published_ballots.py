"""What a closed decision publishes: its file of ballots, and the hashes of receipts.

The file can be counted again with ``./wezer count``, to the same result.
"""

from typing import Any

from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal

from . import closing, published, secrecy

# States in which nothing is counted, or not for good.
RUNNING = ("draft", "announced", "open", "counting", "no_quorum")


def why_no_list(decision: models.Model) -> Refusal | None:
    """Return why the ballots of ``decision`` (sudo) are not published, or None."""
    env = decision.env
    error = why_not_counted(decision)
    if error or decision.secrecy != "secret":
        return error
    number = secrecy.voted(env, decision.id, secrecy.LEAST_FOR_LIST)
    if number >= secrecy.LEAST_FOR_LIST:
        return None
    return Refusal(
        env._(
            "Fewer than %(limit)s people voted in secret, so the ballots are not"
            " published.",
            limit=secrecy.LEAST_FOR_LIST,
        ),
        rule="few",
        value=str(number),
        limit=str(secrecy.LEAST_FOR_LIST),
    )


def why_not_counted(decision: models.Model) -> Refusal | None:
    """Return why nothing of the votes of ``decision`` (sudo) is shown, or None."""
    # What was decided after advice has a result, and no ballots.
    counted = (decision.result or {}).get("ballots") is not None
    if counted and decision.state not in RUNNING:
        return None
    return Refusal(
        decision.env._("The votes are shown when they have been counted."),
        rule="state",
        value=decision.state,
    )


def ballot_file(decision: models.Model) -> tuple[str, str]:
    """Return the name and the text of the file of ballots.

    :param decision: with sudo; the caller checked that its reader sees it
    :raise Refusal: rules ``state``, ``few``
    """
    error = why_no_list(decision)
    if error:
        raise error
    receipts, colleges = {}, {}
    if decision.secrecy == "receipt":
        names = {college.id: college.name for college in decision._colleges()}
        for text, digest, college in secrecy.ballots(decision):
            receipts[digest or ""] = text
            if college:
                colleges[digest or ""] = names[college]
    options, tallies, given, by_college = closing.ballots_of(decision)
    given["roll"] = decision.result.get("roll")
    text = published.write(
        decision.method,
        options,
        tallies,
        given,
        by_college,
        receipts,
        decision.title,
        colleges,
    )
    return f"decision-{decision.id}.csv", text


def receipts(decision: models.Model, limit: int | None = None) -> list[str]:
    """Return the hashes of all receipts of a secret decision that was counted, sorted.

    :param decision: with sudo; the caller checked that its reader sees it
    :param limit: so many at most
    :raise Refusal: rule ``state``
    """
    error = why_not_counted(decision)
    if error:
        raise error
    return secrecy.receipts(decision, limit) if decision.secrecy != "open" else []


def receipt_file(decision: models.Model) -> tuple[str, str]:
    """Return the name and the text of the file of receipts: a hash on each line.

    :param decision: with sudo; the caller checked that its reader sees it
    :raise Refusal: rule ``state``
    """
    text = "".join(f"{digest}\n" for digest in receipts(decision))
    return f"decision-{decision.id}-receipts.txt", text


def find_receipt(decision: models.Model, code: Any) -> dict[str, Any]:
    """Return the hash of a receipt code, and whether it is among those published.

    :return: ``hash``, ``found``, and in the mode with receipts the ``choice``
    :raise Refusal: rule ``state``
    """
    error = why_not_counted(decision)
    if error:
        raise error
    digest = secrecy.code_hash(decision.id, secrecy.plain_code(code))
    known = secrecy.receipt(decision, digest)
    found: dict[str, Any] = {"hash": digest, "found": known is not None}
    if known is not None and decision.secrecy == "receipt":
        found["choice"] = known
    return found
