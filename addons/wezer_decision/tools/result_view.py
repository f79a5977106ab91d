"""A counted decision as people read it: sentences, tables and charts.

What :func:`counting.count` returned is shown as it is stored; nothing is counted here.
"""

from typing import Any

from odoo.addons.wezer_base.tools import charts
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from . import answer_fields

# So many bars a chart has room for; the table has all rows.
BARS = 20
# So many names of voters a closed page lists.
BALLOTS_SHOWN = 50
# So many receipts stand on the page; more are in a file.
RECEIPTS_SHOWN = 100


def values(decision: Any) -> dict:
    """Return what the page shows of the result of a closed decision."""
    result = decision.result or {}
    if not result:
        return {}
    env = decision.env
    rows = result_rows(env, decision, result)
    return {
        "raw": result,
        "rows": rows,
        "chart": bar_chart(env, rows),
        "elected": result.get("elected") or [],
        "rounds": rounds(env, result),
        "matrix": matrix(result),
        "paths": matrix(result, "paths"),
        "order": result.get("order") or [],
        "ties": result.get("ties") or [],
        "colleges": result.get("colleges")
        if isinstance(result.get("colleges"), list)
        else [],
        "numbers": result.get("numbers") or {},
        "ballots": ballots(decision),
        "receipts": receipts(decision),
        "has_file": decision._why_no_ballot_file() is None,
    }


def result_rows(env: Any, decision: Any, result: dict) -> list[dict]:
    """Return the rows of the result: ``label``, ``text`` and ``value`` of each."""
    if "ballots" not in result:
        # Too few answered: nothing was counted.
        return []
    called = answer_fields.words(env).get(decision.method, {})
    if decision.method == "majority":
        return [
            _row(env, called[word], result.get(word))
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
            row["more"] = env._("%s without conditions", yes.get(label, 0))
            rows.append(row)
        return _largest_first(rows)
    shown = result.get("means") or result.get("sums") or votes or {}
    if decision.method in ("schulze", "stv", "draw", "person"):
        return []
    return _largest_first([_row(env, label, value) for label, value in shown.items()])


def _largest_first(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: -row["value"])


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


def bar_chart(env: Any, rows: list[dict]) -> str | bool:
    """Return the chart of the rows, or False where there is nothing to draw."""
    shown = rows[:BARS]
    most = max((row["value"] for row in shown), default=0)
    if len(shown) < 2 or not most:
        return False
    bars = [
        {
            "label": row["label"],
            "begin": 0,
            "end": row["value"],
            "text": row["text"],
            "colour": charts.ACCENT,
        }
        for row in shown
    ]
    return charts.bars(bars, 0, most, lambda number: number_text(env, f"{number:g}"))


def rounds(env: Any, result: dict) -> dict:
    """Return the table of the rounds of an election by transfers.

    :return: ``heads`` (what each round did) and ``rows``: candidate, votes of each
        round, whether elected
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
    last = votes[-1]
    names.sort(
        key=lambda name: (
            place.get(name, len(names)),
            -out_in.get(name, len(votes) + 1),
            -float(last.get(name) or 0),
            name,
        )
    )
    return {
        "heads": stages,
        "rows": [
            {
                "name": name,
                "votes": [number_text(env, one.get(name)) for one in votes],
                "elected": elected_in.get(name),
                "out": out_in.get(name),
            }
            for name in names
        ],
        "lost": [number_text(env, one.get("not_transferable")) for one in stages],
    }


def matrix(result: dict, name: str = "matrix") -> dict:
    """Return the table of each option against each other one."""
    table = result.get(name) or {}
    if not table:
        return {}
    # The best first, as far as an order is known.
    order = [label for group in result.get("order") or () for label in group]
    names = [label for label in order if label in table]
    names += [label for label in table if label not in names]
    return {
        "names": names,
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
    }


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
    labels = answer_fields.options_of(decision).mapped("label")
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
