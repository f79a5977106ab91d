"""A counted decision as people read it: sentences, tables and charts.

What :func:`counting.count` returned is shown as it is stored; nothing is counted here.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from . import answer_fields, counting, result_charts

# So many bars a chart beside a table has room for; the table has all rows.
BARS = 20
# So many options are shown against each other.
PAIRS = 40
# So many names of voters a closed page lists.
BALLOTS_SHOWN = 50
# So many receipts stand on the page; more are in a file.
RECEIPTS_SHOWN = 100


def values(decision: Any) -> dict:
    """Return what the page shows of the result of a closed decision."""
    result = shown_result(decision)
    if not result:
        return {}
    env = decision.env
    none, no_file = none_of(decision), decision._why_no_ballot_file()
    return {
        "raw": result,
        "rows": with_bars(
            result_rows(env, decision, result), float(result.get("passes_from") or 0)
        ),
        "reached": reached(result),
        # The numbers of a draw are counted as one ballot.
        "answered": result.get("answered" if decision.method == "draw" else "ballots"),
        "elected": result.get("elected") or [],
        "rounds": rounds(env, result),
        "matrix": matrix(result, none=none),
        "dropped": result.get("dropped") or [],
        "against_none": against_none(result, none),
        # What dropped out has none: beside it, the winner would seem to lose.
        "paths": matrix(result, "paths", but=result.get("dropped") or ()),
        "order": result.get("order") or [],
        "ties": result.get("ties") or [],
        "colleges": colleges(result),
        "numbers": drawn_numbers(result),
        "ballots": ballots(decision),
        "receipts": receipts(decision),
        "has_file": no_file is None,
        "no_file": str(no_file) if no_file and no_file.rule == "few" else "",
    }


def shown_result(decision: Any) -> dict:
    """Return the stored result, with options called as the reader reads them."""
    result = decision.result or {}
    options = answer_fields.options_of(decision)
    counted = counting.distinct(options.mapped("label"))
    shown = counting.distinct(answer_fields.labels_of(decision))
    changed = {old: new for old, new in zip(counted, shown, strict=True) if old != new}
    return _renamed(result, changed) if changed else result


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a part of a result with other names of options, wherever they stand."""
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def result_rows(env: Any, decision: Any, result: dict) -> list[dict]:
    """Return the rows of the result: ``label``, ``text`` and ``value`` of each."""
    if "ballots" not in result:
        # Too few answered: nothing was counted.
        return []
    called = answer_fields.words(env).get(decision.method, {})
    if decision.method == "majority":
        # Those of all colleges together, where colleges voted.
        parts = result.get("colleges") or [result]
        return [
            _row(env, called[word], sum(part.get(word) or 0 for part in parts))
            for word in ("yes", "no", "abstain")
        ]
    votes = result.get("votes")
    if called and isinstance(votes, dict):
        return [_row(env, label, votes.get(word)) for word, label in called.items()]
    if decision.method == "dates":
        yes = result.get("yes") or {}
        rows = []
        for label, can in (result.get("can") or {}).items():
            row = _row(env, label, can)
            row["sure"] = yes.get(label, 0)
            row["more"] = env._("%s without conditions", row["sure"])
            rows.append(row)
        return _in_order(rows, result)
    shown = result.get("means") or result.get("sums") or votes or {}
    if decision.method in ("schulze", "stv", "draw", "person"):
        return []
    rows = [_row(env, label, value) for label, value in shown.items()]
    return _in_order(rows, result)


def _in_order(rows: list[dict], result: dict) -> list[dict]:
    """Return rows with the largest first; equal ones as the count has put them."""
    order = [label for group in result.get("order") or () for label in group]
    place = {label: number for number, label in enumerate(order)}
    last = len(order)
    return sorted(rows, key=lambda row: (-row["value"], place.get(row["label"], last)))


def _row(env: Any, label: str, value: Any) -> dict:
    number = float(value or 0)
    text = number_text(env, value)
    return {"label": label, "value": number, "text": text}


def number_text(env: Any, value: Any) -> str:
    """Return a count in the reader's notation, without decimals that are zero."""
    text = str(value or 0)
    whole, _point, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    return format_decimal(env, float(text), len(decimals)) if decimals else whole


def drawn_numbers(result: dict) -> list[tuple[str, str]]:
    """Return the people of a draw in the order of the lot, with their numbers."""
    numbers = result.get("numbers") or {}
    order = [label for group in result.get("order") or () for label in group]
    return [(label, numbers[label]) for label in order if label in numbers]


def with_bars(rows: list[dict], least: float = 0) -> list[dict]:
    """Return rows of votes, each with its bar: the longest is as wide as the table.

    :param least: where a line crosses all bars, where it is not 0
    """
    most = max((row["value"] for row in rows), default=0)
    most = max(most, least)
    for row in rows:
        sure = row.get("sure", row["value"])
        row["bar"] = result_charts.parts(
            [
                (result_charts.FULL, sure),
                (result_charts.LIGHT, row["value"] - sure),
            ],
            most,
            least,
        )
    return rows


def reached(result: dict) -> result_charts.Drawing:
    """Return how far a majority reached, and the share that it needed."""
    if not result.get("reached"):
        return {}
    return result_charts.share(result["reached"], result.get("share"))


def colleges(result: dict) -> list[dict]:
    """Return the rows of the colleges, each with the share of yes in it as a bar."""
    rows = result.get("colleges")
    if not isinstance(rows, list):
        return []
    return [
        {**row, "bar": row["share"] and result_charts.share(row["share"])}
        for row in rows
    ]


def rounds(env: Any, result: dict) -> dict:
    """Return the table of the rounds of an election by transfers.

    :return: ``heads`` (what each round did), ``rows``: candidate, votes of each round
        and how they changed, whether elected; ``shown`` and ``quota`` of the chart
    """
    votes, stages = result.get("rounds") or [], result.get("stages") or []
    if not votes:
        return {}
    elected_in, out_in = {}, {}
    for number, stage in enumerate(stages, 1):
        for name in stage.get("elected") or ():
            elected_in[name] = number
        if stage.get("action") == "exclusion":
            out_in[stage["candidate"]] = number
    names = list(dict.fromkeys(name for one in votes for name in one))
    place = {name: number for number, name in enumerate(result.get("elected") or ())}
    # A list is empty while it is sorted.
    last, behind = votes[-1], len(names)
    names.sort(
        key=lambda name: (
            place.get(name, behind),
            -out_in.get(name, len(votes) + 1),
            -float(last.get(name) or 0),
            name,
        )
    )
    rows = [
        {
            "name": name,
            "votes": _votes_by_round(env, [one.get(name) for one in votes]),
            "elected": elected_in.get(name),
            "out": out_in.get(name),
        }
        for name in names
    ]
    return {
        "heads": stages,
        "rows": rows,
        "lost": [number_text(env, one.get("not_transferable")) for one in stages],
        **_round_bars(rows[:BARS], votes, float(result.get("quota") or 0)),
    }


def _votes_by_round(env: Any, votes: list[str | None]) -> list[dict]:
    """Return the votes of a candidate as texts, each with what the round changed."""
    cells = []
    before = None
    for text in votes:
        now = Decimal(text or 0)
        change = now - before if before is not None else Decimal(0)
        sign = "+" if change > 0 else "−"
        cells.append(
            {
                "text": number_text(env, text),
                "change": change and f"{sign}{number_text(env, abs(change))}",
            }
        )
        before = now
    return cells


def _round_bars(rows: list[dict], votes: list[dict], quota: float) -> dict:
    """Return the columns of the candidates that the chart shows, and the quota's line.

    All columns are drawn to the same scale.
    """
    numbers = {
        row["name"]: [float(one.get(row["name"]) or 0) for one in votes] for row in rows
    }
    most = max([quota, *(max(values) for values in numbers.values())])
    return {
        "shown": [
            {**row, "bar": result_charts.columns(numbers[row["name"]], most, quota)}
            for row in rows
        ],
        "quota": result_charts.columns([], most, quota),
    }


def none_of(decision: Any) -> str | None:
    """Return what “none of these” is called in the result that is shown, if it is."""
    labels = counting.distinct(answer_fields.labels_of(decision))
    options = answer_fields.options_of(decision)
    named = zip(labels, options, strict=True)
    return next((label for label, option in named if option.is_none), None)


def matrix(
    result: dict,
    name: str = "matrix",
    none: str | None = None,
    but: Collection[str] = (),
) -> dict:
    """Return the table of each option against each other one.

    :param none: an option that is compared with all others elsewhere
    :param but: options that are left out
    :return: ``names`` (the best first, as far as an order is known), ``rows``,
        ``more`` (how many are shown, where not all are), and ``duels``: the first
        option against the next ones
    """
    table = result.get(name) or {}
    if not table:
        return {}
    order = [label for group in result.get("order") or () for label in group]
    # Among equal options the lot has decided the first.
    order = [*(result.get("elected") or ())[:1], *order]
    every = list(dict.fromkeys([*(one for one in order if one in table), *table]))
    every = [one for one in every if one not in but]
    names = every[:PAIRS]
    return {
        "names": names,
        "more": len(names) if len(every) > PAIRS else 0,
        "rows": [
            {
                "name": name,
                "cells": [
                    None
                    if name == other
                    else {
                        "votes": table[name].get(other, 0),
                        "wins": table[name].get(other, 0)
                        > table.get(other, {}).get(name, 0),
                    }
                    for other in names
                ],
            }
            for name in names
        ],
        "duels": _duels(
            table,
            [one for one in names if one != none][: BARS + 1],
            result.get("ballots") or 0,
        ),
    }


def against_none(result: dict, none: str | None) -> list[dict]:
    """Return each option against “none of these”, the best first; or nothing."""
    table = result.get("matrix") or {}
    if none is None or none not in table:
        return []
    order = [label for group in result.get("order") or () for label in group]
    others = [label for label in order if label in table and label != none]
    return [
        _duel(table, label, none, result.get("ballots") or 0) for label in others[:BARS]
    ]


def _duels(table: dict, names: list[str], ballots: int) -> list[dict]:
    """Return the first option against each other one, with a bar of both sides."""
    return [_duel(table, names[0], other, ballots) for other in names[1:]]


def _duel(table: dict, first: str, other: str, ballots: int) -> dict:
    mine, theirs = table[first].get(other, 0), table[other].get(first, 0)
    bar = result_charts.against(mine, theirs, ballots)
    return {"first": first, "other": other, "for": mine, "against": theirs, "bar": bar}


def receipts(decision: Any) -> dict:
    """Return the receipts of a secret vote: ``rows``, and whether there are ``more``.

    More of them stand in a file, and none here: a code is looked up by the form.
    """
    if decision.secrecy == "open" or decision._why_no_receipts():
        return {}
    found = decision._receipts(RECEIPTS_SHOWN + 1)
    more = len(found) > RECEIPTS_SHOWN
    return {"more": more, "rows": [] if more else found}


def ballots(decision: Any) -> dict:
    """Return the answers of an open decision with names and reasons, for members."""
    env = decision.env
    if (
        decision.secrecy != "open"
        or env.user._is_public()
        or not decision.group_id.is_user_member
    ):
        return {}
    found = env["wezer.ballot"].search(
        [("decision_id", "=", decision.id)], limit=BALLOTS_SHOWN + 1
    )
    labels = answer_fields.labels_of(decision)
    return {
        "more": len(found) > BALLOTS_SHOWN,
        "rows": [
            {
                "person": ballot.person_id,
                "said": answer_fields.said(decision, ballot.choice, labels),
                "reason": ballot.reason,
            }
            for ballot in found[:BALLOTS_SHOWN]
        ],
    }
