"""The rules of a decision: from the policies of its circle, copied when it opens.

What the proposer asks for (``settings``) can make the rules of the circle stricter, and
never looser.
"""

import re
from fractions import Fraction
from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import payload
from odoo.addons.wezer_base.tools.numbers import NumberError, read_decimal
from odoo.addons.wezer_fractal_groups.tools.group_policies import (
    Policy,
    parse_share,
    share_text,
)

from . import secrecy

# Hours for answers, where the circle decided nothing.
HOURS = {
    "consent": 168,
    "majority": 168,
    "advice": 120,
    "check": 72,
    "choose": 120,
    "dot": 120,
    "score": 120,
    "schulze": 168,
    "stv": 168,
    "dates": 72,
    "person": 240,
    "draw": 168,
}
LEAST_HOURS = 24
MOST_HOURS = 24 * 90
# A new version is open at least so long.
VERSION_DAYS = 3
CONSENT_ROUNDS = 3
MAJORITY = "1/2"
FALLBACK_SHARE = "3/4"
RUNNING_PERSON = 2
RUNNING_CIRCLE = 5
# Persons are asked about a decision about them so long before the others vote.
HEARD_HOURS = 168
# Kinds of outcomes that take something from a person, who is heard before.
HEARD = ("role_end", "member_out")
# Methods with options, those among them that fill seats, and those that bind nobody.
WITH_OPTIONS = ("choose", "dot", "score", "schulze", "stv", "dates")
SEATED = ("stv", "draw", "choose", "score", "dot", "schulze")
UNBOUND = ("advice", "check")
# Elections of persons: once open, the proposer cannot withdraw them.
OF_PERSONS = ("person", "stv", "schulze", "draw")
MATTERS = ("policy", "role", "member", "structure", "agreement", "spend")
# Kinds of outcomes that concern a person, who is heard and does not vote.
ABOUT_PERSON = ("role", "role_end", "member", "member_out", "readmit")
# Topics of policies by the beginning of their keys; the others are ways of deciding.
TOPICS = {
    "roles": "elections",
    "re": "elections",
    "terms": "elections",
    "delegation": "delegation",
    "procurations": "delegation",
}
SHARE = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")

# Settings of a proposal: name → (kind, least, most).
SETTINGS: dict[str, tuple[str, int, int]] = {
    "hours": ("whole", LEAST_HOURS, MOST_HOURS),
    "delay_hours": ("whole", 0, MOST_HOURS),
    "share": ("share", 0, 0),
    "strict": ("switch", 0, 0),
    "base": ("word", 0, 0),
    "quorum": ("share", 0, 0),
    "seats": ("whole", 1, 100),
    "points": ("whole", 1, 1000),
    "most_per_option": ("whole", 1, 1000),
    "up_to": ("whole", 1, 100),
    "scale": ("whole", 1, 100),
    "aggregate": ("word", 0, 0),
    "passes_from": ("number", 0, 1_000_000),
    "none_option": ("switch", 0, 0),
}
# Settings that only these methods read. A majority that several options ended in has
# those of a majority.
OF_METHODS: dict[str, tuple[str, ...]] = {
    "share": ("majority",),
    "strict": ("majority",),
    "base": ("majority",),
    "seats": SEATED,
    "points": ("dot",),
    "most_per_option": ("dot",),
    "up_to": ("choose",),
    "scale": ("score",),
    "aggregate": ("score",),
    "passes_from": ("score", "dot"),
    "none_option": ("schulze",),
}
# Policies that the rules of a decision are made of; those of a majority.
OF_MAJORITY = ("decides_share", "decides_strict", "decides_base")
COPIED = (
    *OF_MAJORITY,
    *("quorum", "decision_days", "version_days", "member_days_to_vote"),
    *("delegation", "delegation_cap", "procurations", "silence_consents"),
    *("consent_rounds", "consent_fallback", "consent_fallback_share"),
)
# Nobody has to stand in a draw, and advice is not counted.
WITHOUT_QUORUM = ("draw", "advice")
# Decimals of the least number that a winner needs.
PLACES = 2
# What holds where the proposer asks for nothing: the page of an answer says it.
USUAL = {"score": {"scale": 5}, "dot": {"points": 10}}
WORDS = {"base": ("cast", "roll"), "aggregate": ("sum", "mean")}
SWITCHED_ON = (True, "yes", "on", "1")
SWITCH = (*SWITCHED_ON, False, "no", "off", "0")


def topics(env: Any) -> dict[str, str]:
    """Return the headings of policies about decisions."""
    return {
        "together": env._("Decided together"),
        "ways": env._("How decisions are taken"),
        "elections": env._("Elections"),
        "delegation": env._("Delegation"),
    }


def policies(env: Any) -> dict[str, Policy]:
    """Return what circles can decide about how they decide."""
    methods = {
        "none": env._("Not together"),
        "majority": env._("By majority"),
        "consent": env._("By consent"),
    }
    matters = {
        "policy": env._("How policies are decided"),
        "role": env._("How roles are given and taken"),
        "member": env._("How members are let in and put out"),
        "structure": env._("How circles and roles are founded, changed and closed"),
        "agreement": env._("How agreements are made"),
        "spend": env._("How larger spending is decided"),
    }
    found = {
        f"decides_{matter}": Policy(matters[matter], "choice", methods)
        for matter in MATTERS
    }
    found.update(
        decides_share=Policy(env._("Share of yes that a majority needs"), "share"),
        decides_strict=Policy(env._("More than this share is needed"), "switch"),
        decides_base=Policy(
            env._("The share of yes is counted among"),
            "choice",
            {
                "cast": env._("those who say yes or no"),
                "roll": env._("all who were asked"),
            },
        ),
        quorum=Policy(env._("Share of those asked who have to answer"), "share"),
        decision_days=Policy(env._("Days for answers to a decision"), "days"),
        version_days=Policy(env._("Days for answers to a new version"), "days"),
        silence_consents=Policy(
            env._("Silence counts as consent"), "switch", least=True
        ),
        consent_rounds=Policy(
            env._("Versions before objections are settled in another way"), "count"
        ),
        consent_fallback=Policy(
            env._("Where objections remain after these versions"),
            "choice",
            {
                "majority": env._("a majority decides"),
                "above": env._("the circle above decides"),
                "none": env._("it is not adopted"),
            },
        ),
        consent_fallback_share=Policy(env._("Share that this majority needs"), "share"),
        member_days_to_vote=Policy(
            env._("Days of membership before a person may vote"), "days", floor=True
        ),
        decisions_person=Policy(
            env._("Decisions that one person may have running"), "count", least=True
        ),
        decisions_circle=Policy(
            env._("Decisions that may run in the circle at once"), "count", least=True
        ),
        roles_by=Policy(
            env._("How people are elected when a term ends or a seat falls vacant"),
            "choice",
            {
                "manage": env._("people who manage the circle give the role"),
                "consent": env._("by consent, about the person who has the role"),
                "person": env._("election without candidates"),
                "schulze": env._("ranking of candidates, one seat"),
                "stv": env._("ranking of candidates, several seats"),
            },
        ),
        re_elect_days=Policy(
            env._("Days before the end of a term on which the election is prepared"),
            "days",
        ),
        terms_in_row=Policy(
            env._("Terms in a row for which a person may have a role"),
            "count",
            least=True,
        ),
        delegation=Policy(
            env._("Members let other members vote for them"),
            "choice",
            {
                "chains": env._("Possible; a person can pass on the votes of others"),
                "once": env._("Possible; nobody passes on the votes of others"),
                "none": env._("Everybody votes personally"),
            },
        ),
        delegation_cap=Policy(
            env._("Members for whom one person may vote"), "count", least=True
        ),
        procurations=Policy(
            env._("In secret votes, one person may vote for up to two absent members"),
            "switch",
            least=True,
        ),
    )
    named = topics(env)
    return {
        key: policy._replace(topic=named[_topic(key)]) for key, policy in found.items()
    }


def _topic(key: str) -> str:
    first, _line, rest = key.partition("_")
    if first == "decides" and rest in MATTERS:
        return "together"
    return TOPICS.get(first, "ways")


def clean_settings(env: Any, vals: dict) -> dict:
    """Return the settings among ``vals``, each as a plain value.

    :raise Refusal: rule ``number``, ``share`` or ``choice``
    """
    clean: dict[str, Any] = {}
    for name, (kind, least, most) in SETTINGS.items():
        value = vals.get(name)
        if value is None or value == "":
            continue
        if kind == "whole":
            clean[name] = whole(env, value, least, most, name)
        elif kind == "share":
            clean[name] = share(env, value, name)
        elif kind == "number":
            clean[name] = number(env, value, least, most, name)
        elif kind == "switch":
            clean[name] = _chosen(env, name, value, SWITCH) in SWITCHED_ON
        else:
            clean[name] = _chosen(env, name, value, WORDS[name])
    return clean


def _chosen(env: Any, name: str, value: Any, choices: tuple) -> Any:
    """Return ``value``, where it is one of ``choices``.

    :raise Refusal: rule ``choice``
    """
    if value in choices:
        return value
    words = [choice for choice in choices if isinstance(choice, str)]
    raise payload.no_choice(env, value, words, name)


def whole(env: Any, value: Any, least: int, most: int, field: str) -> int:
    """Return a whole number of a form or a program.

    :raise Refusal: rule ``number``
    """
    message = env._(
        "Enter a whole number between %(least)s and %(most)s.", least=least, most=most
    )
    return payload.whole(env, value, message, least, most, rule="number", field=field)


def number(env: Any, value: Any, least: int, most: int, field: str) -> int | str:
    """Return a number of a form or a program, exactly: 12, or ``3.5``.

    :raise Refusal: rule ``number``
    """
    text = "" if isinstance(value, bool) else str(value)
    try:
        digits, places = read_decimal(text, PLACES)
        exact = Fraction(digits, 10**places)
        if places > PLACES or not least <= exact <= most:
            raise NumberError(text)
    except NumberError as error:
        raise Refusal(
            env._(
                "Enter a number between %(least)s and %(most)s, with at most two"
                " decimals.",
                least=least,
                most=most,
            ),
            rule="number",
            value=payload.shortened(value),
            limit=str(most),
            field=field,
        ) from error
    if exact.denominator == 1:
        return int(exact)
    return f"{float(exact):.{PLACES}f}".rstrip("0")


def share(env: Any, value: Any, field: str | None = None) -> str:
    """Return a share as it is kept, like ``2/3``; typed as those of policies are.

    :raise Refusal: rule ``share``
    """
    found = parse_share(value)
    if not found:
        raise Refusal(
            env._("Enter a share as a fraction, for example 3/4, or 75 %."),
            rule="share",
            value=payload.shortened(value),
            limit="1/1",
            field=field,
        )
    return share_text(found)


def policy(group: Any, key: str) -> Any:
    """Return what is in force in ``group``: a share as a text, else as it is read."""
    return _said(group._policy(key)[0])


def in_force(group: Any, *keys: str) -> dict[str, Any]:
    """Return what is in force in ``group`` by several policies, read at once."""
    found = group.env["wezer.group.policy"]._in_force(group, keys)
    return {key: _said(value) for key, value in found.items()}


def _said(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return value


def decides(group: Any, matter: str) -> str:
    """Return how a circle decides a matter together: a method, or ``none``."""
    return policy(group, f"decides_{matter}") or "none"


def electorate(group: Any) -> str:
    """Return whom a circle (sudo) asks about what is carried out.

    Colleges belong to one circle: those inside it, which have none, ask their members;
    so does a circle in whose colleges there is nobody.
    """
    wanted = policy(group, "decides_electorate") or "direct"
    if wanted == "colleges" and not group.env["wezer.decision.college"]._has_voters(
        group
    ):
        return "direct"
    return wanted


def asked_method(decision: Any) -> str:
    """Return the method that was proposed: one option alone is decided by majority."""
    return (decision.rules or {}).get("asked_method") or decision.method


def of(decision: Any) -> dict[str, Any]:
    """Return the rules that are in force for ``decision``, to be copied (sudo)."""
    group, method = decision.group_id, decision.method
    asked, known = decision.settings or {}, in_force(group, *COPIED)
    found = {
        "method": method,
        "electorate": decision.electorate,
        "secrecy": decision.secrecy,
        "hours": _hours(decision, known["decision_days"]),
        "version_hours": 24 * max(known["version_days"] or 0, VERSION_DAYS),
        "member_days_to_vote": known["member_days_to_vote"] or 0,
        "quorum": _larger(known["quorum"], asked.get("quorum")),
        "delegation": known["delegation"] or "none",
        "delegation_cap": known["delegation_cap"],
        "silence_consents": bool(known["silence_consents"]),
    }
    if decision.secrecy != "open":
        # A ballot that stands for many people has a name.
        found["delegation"] = "none"
        found["procurations"] = bool(known["procurations"])
    if method == "consent":
        found.update(
            consent_rounds=known["consent_rounds"] or CONSENT_ROUNDS,
            consent_fallback=known["consent_fallback"] or "none",
            fallback_share=known["consent_fallback_share"] or FALLBACK_SHARE,
        )
    if method == "majority":
        found.update(majority(known, asked))
    if decision.electorate == "colleges":
        colleges = decision._colleges()
        found["colleges"] = {college.name: college.weight for college in colleges}
        if "base" in found:
            # Each college weighs as much as it does, however many of it answer.
            found["base"] = "cast"
    if method in WITHOUT_QUORUM:
        found["quorum"] = None
    for name, methods in OF_METHODS.items():
        if name in asked and method in methods:
            found.setdefault(name, asked[name])
    for name, usual in USUAL.get(method, {}).items():
        found.setdefault(name, usual)
    return found


def _hours(decision: Any, decided: int | None) -> int:
    """Return how long answers are taken; what follows needs the usual time at least.

    :param decided: the days that the circle decided
    """
    asked = (decision.settings or {}).get("hours")
    if asked and all(outcome.kind == "words" for outcome in decision.outcome_ids):
        return asked
    return max(hours_of(decision.method, decided), asked or 0)


def usual_hours(decision: Any) -> int:
    """Return how long the circle (sudo) answers a decision, unless a proposer asks."""
    return hours_of(decision.method, policy(decision.group_id, "decision_days"))


def hours_of(method: str, decided: int | None) -> int:
    """Return how long a method takes answers, unless a proposer asks for more.

    :param decided: the days that the circle decided, for all methods
    """
    return decided * 24 if decided else HOURS[method]


def majority(known: dict[str, Any], asked: dict) -> dict[str, Any]:
    """Return ``share``, ``strict`` and ``base`` of a majority.

    :param known: what the circle decided by the policies ``OF_MAJORITY``
    :param asked: the settings of a proposal
    """
    # Where the circle decided nothing, the half holds: a proposer asks for more only.
    usual = known["decides_share"] or MAJORITY
    wanted = _larger(usual, asked.get("share"))
    strict = known["decides_strict"]
    if strict is None or (wanted != usual and not strict):
        # More than the half; at least each larger share.
        strict = Fraction(wanted) == Fraction(1, 2)
    strict = bool(strict) or bool(asked.get("strict"))
    bases = (known["decides_base"], asked.get("base"))
    base = "roll" if "roll" in bases else "cast"
    return {"share": wanted, "strict": strict, "base": base}


def _larger(first: str | None, second: str | None) -> Any:
    shares = [text for text in (first, second) if text]
    return max(shares, key=Fraction) if shares else None


def wants_none(decision: Any) -> bool:
    """Return whether the ballot of a ranking has “none of these” by its proposal."""
    asked = (decision.settings or {}).get("none_option")
    return bool(asked) and decision.method in OF_METHODS["none_option"]


def for_counting(decision: Any) -> dict[str, Any]:
    """Return the rules as the counting tools read them, of a decision that closes."""
    options = decision._ballot_options()
    numbers = {option: number for number, option in enumerate(options, 1)}
    none = options.filtered("is_none")[:1]
    return {
        **(decision.rules or {}),
        "decision": decision.id,
        "option_ids": options.ids,
        "withdrawn": [numbers[one] for one in options if one.is_withdrawn],
        "none_option": numbers[none] if none else None,
        "starts": [str(option.start or "") for option in options],
        "seal": secrecy.seal(decision),
    }
