"""The fields in which a person answers: read as the text of a ballot, and shown again.

The fields of a secret decision have names that forms never keep (``SECRET`` in
``wezer_base/tools/forms.py``), so that no session holds what somebody voted.
"""

from collections.abc import Mapping
from typing import Any

from odoo.addons.wezer_base.tools import days

SECRET_PREFIX = "secret_"
# Methods whose answer is one word of a row of buttons, in the order of the buttons.
WORDS = {
    "consent": ("live", "concern"),
    "person": ("live", "concern"),
    "majority": ("yes", "no", "abstain"),
    "check": ("fine", "unsure", "worried"),
}
RANKED = ("schulze", "stv")
POINTS = ("score", "dot")
# The letters of one number that a person typed; more are no number of a ballot.
NUMBER_LETTERS = 12


def prefix(decision: Any) -> str:
    """Return what the names of the fields of an answer begin with."""
    return "" if decision.secrecy == "open" else SECRET_PREFIX


def options_of(decision: Any) -> Any:
    """Return all options in the order in which ballots number them."""
    return decision.option_ids.sorted(lambda option: (option.sequence, option.id))


def none_label(env: Any) -> str:
    """Return what the option that stands for no other is called."""
    return env._("None of these")


def labels_of(decision: Any) -> list[str]:
    """Return what the reader reads of all options, in their order.

    A moment, and “none of these”, were written in the language of the proposer.
    """
    env = decision.env
    labels = []
    for option in options_of(decision):
        if option.is_none:
            labels.append(none_label(env))
        elif option.start:
            labels.append(days.format_moment(env, option.start, True, option.end))
        else:
            labels.append(option.label)
    return labels


def read(decision: Any, form: Mapping[str, str], picked: list[str]) -> str:
    """Return the text of the ballot that a form has; the model checks it.

    :param form: the fields by their names
    :param picked: all values of the boxes ``option``
    """
    start, method = prefix(decision), decision.method
    if form.get(f"{start}blank"):
        return ""

    def field(name: str) -> str:
        return str(form.get(start + name) or "").strip()[:NUMBER_LETTERS]

    count = len(decision.option_ids)
    if method in WORDS:
        return field("choice")
    if method == "choose":
        numbers = sorted({int(one) for one in picked if one.isdigit() and len(one) < 5})
        return ",".join(map(str, numbers))
    if method in RANKED:
        ranks = [field(f"rank_{number}") for number in range(1, count + 1)]
        return "-".join(ranks) if any(ranks) else ""
    if method in POINTS:
        points = [field(f"points_{number}") for number in range(1, count + 1)]
        return ",".join(points) if any(points) else ""
    if method == "dates":
        dates = [field(f"date_{number}") for number in range(1, count + 1)]
        return ",".join(dates) if any(dates) else ""
    return field("choice")


def cells(decision: Any, choice: str | None) -> dict[int, str]:
    """Return what a ballot says of each option, by its number, to fill the fields."""
    if not choice:
        return {}
    if decision.method == "choose":
        return {int(number): "1" for number in choice.split(",")}
    separator = "-" if decision.method in RANKED else ","
    return dict(enumerate(choice.split(separator), 1))


def words(env: Any) -> dict[str, dict[str, str]]:
    """Return what each answer of one word is called, by method and word."""
    consent = {
        "live": env._("I can live with it"),
        "concern": env._("I have a worry, go ahead"),
        "object": env._("This could harm us"),
    }
    return {
        "consent": consent,
        "person": consent,
        "majority": {
            "yes": env._("Yes"),
            "no": env._("No"),
            "abstain": env._("Abstain"),
        },
        "check": {
            "fine": env._("I feel fine about it"),
            "unsure": env._("I am unsure"),
            "worried": env._("I am worried"),
        },
    }


def date_words(env: Any) -> dict[str, str]:
    """Return what the three answers to a date are called."""
    return {"y": env._("Yes"), "m": env._("If need be"), "n": env._("No")}


def said(decision: Any, choice: str | None, labels: list[str] | None = None) -> str:
    """Return a ballot as people read it.

    :param labels: :func:`labels_of` the decision, where they are known
    """
    env = decision.env
    if not choice:
        return env._("Blank answer")
    method = decision.method
    if method in WORDS:
        return words(env)[method].get(choice, choice)
    if labels is None:
        labels = labels_of(decision)
    numbered = {
        labels[number - 1]: cell
        for number, cell in cells(decision, choice).items()
        if cell and number <= len(labels)
    }
    if method == "choose":
        return ", ".join(numbered)
    if method in RANKED:
        ranked = sorted(numbered.items(), key=lambda row: (int(row[1]), row[0]))
        return ", ".join(f"{rank}. {label}" for label, rank in ranked)
    if method in POINTS:
        return ", ".join(f"{label} {points}" for label, points in numbered.items())
    if method == "dates":
        called = date_words(env)
        return ", ".join(
            env._("%(option)s: %(answer)s", option=label, answer=called.get(cell, cell))
            for label, cell in numbered.items()
        )
    return choice
