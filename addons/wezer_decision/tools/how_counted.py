"""What decides of the answers to a decision, in sentences.

They stand on its page before anybody votes, and beside the result, from the same rules.
"""

from collections.abc import Mapping
from typing import Any

from . import result_view, rules


def sentences(decision: Any, found: Mapping[str, Any], options: Any) -> list[str]:
    """Return what was chosen for the count, beside what the method says of itself.

    Nothing of most decisions: what their method does is explained on its own page.

    :param found: the rules that hold
    :param options: those of the ballot
    """
    env, method = decision.env, decision.method
    said = []
    if method == "majority":
        said.append(_majority(env, found))
    if method == "score" and found.get("aggregate") == "mean":
        said.append(
            env._(
                "The best average counts. People who left an option empty are left out"
                " of its average."
            )
        )
    elif method == "score":
        said.append(env._("The most points count. An option left empty gets 0."))
    least = found.get("passes_from")
    if least and method in rules.OF_METHODS["passes_from"]:
        text = result_view.number_text(env, least)
        said.append(
            env._("An option needs an average of at least %(number)s.", number=text)
            if found.get("aggregate") == "mean"
            else env._("An option needs at least %(number)s points.", number=text)
        )
    if method == "schulze" and any(option.is_none for option in options):
        said.append(env._("An option that does not beat “None of these” drops out."))
    seats = found.get("seats") or 1
    if seats > 1 and method in rules.SEATED:
        said.append(env._("Up to %(count)s are chosen.", count=seats))
    return said


def _majority(env: Any, found: Mapping[str, Any]) -> str:
    share = found.get("share") or rules.MAJORITY
    strict, base = found.get("strict", True), found.get("base")
    if found.get("colleges") and strict:
        return env._(
            "More than %(share)s of yes is needed, by the weights of the colleges.",
            share=share,
        )
    if found.get("colleges"):
        return env._(
            "At least %(share)s of yes is needed, by the weights of the colleges.",
            share=share,
        )
    if base == "roll" and strict:
        return env._(
            "More than %(share)s of all who were asked have to say yes.", share=share
        )
    if base == "roll":
        return env._(
            "At least %(share)s of all who were asked have to say yes.", share=share
        )
    if strict:
        return env._(
            "More than %(share)s of those who say yes or no have to say yes.",
            share=share,
        )
    return env._(
        "At least %(share)s of those who say yes or no have to say yes.", share=share
    )
