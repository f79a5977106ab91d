"""Every code of a problem: what is done where nobody decides, and what else can be.

Runs without Odoo. ``ask`` is no choice: an import waits until somebody decided.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .content import LEVIES, Problem, Unreadable
from .terms import _lt

ASK = "ask"
# How a column can be meant that the files do not explain: one decision for each move.
LEVY = "levy"
READINGS = (LEVY,)


class Kind(NamedTuple):
    """A code of a problem.

    :param str default: a choice, or ``ask``; empty where it is only told
    :param choices: what an administrator can decide
    :param str sentence: for people; names in brackets are of :func:`sentence`
    """

    default: str
    choices: tuple[str, ...]
    sentence: str


PROBLEMS = {
    "not_moved": Kind(
        ASK,
        ("leave_out", "keep"),
        _lt(
            "Without this payment of {amount} the balances of {accounts} agree with"
            " the old ones: it was probably never completed."
        ),
    ),
    "foreign_party": Kind(
        "virtual",
        ("virtual",),
        _lt(
            "{party} is of another community. The payment is booked on {goes_to}, with"
            " the number in its purpose."
        ),
    ),
    "unknown_account": Kind(
        "former",
        ("former", "person"),
        _lt("No member has the number {party}. A closed wallet is made for it."),
    ),
    "missing_member": Kind(
        "former",
        ("former", "person"),
        _lt(
            "{account} has payments, but is not among the members. A closed wallet of a"
            " former member is made, with a balance of {balance}."
        ),
    ),
    "collective_account": Kind(
        "former",
        ("former",),
        _lt(
            "Members who left stand in the payments as “{name}”. They get a closed"
            " wallet together."
        ),
    ),
    "same_account": Kind(
        "note", ("note",), _lt("{account} paid to itself. It is kept as a note.")
    ),
    "both_sides_the_same_text": Kind(
        "note",
        ("note",),
        _lt(
            "In {rows} payments both sides left the community. They are kept as notes."
        ),
    ),
    "zero_amount": Kind(
        "note", ("note",), _lt("The payment is of 0. It is kept as a note.")
    ),
    "rows_alike": Kind(
        "keep",
        ("keep",),
        _lt("{rows} payments are exactly like another. All are kept."),
    ),
    "same_number": Kind(
        "keep",
        ("keep", "leave_out"),
        _lt("Another payment has the number {number}, too. Both are kept."),
    ),
    "more_decimals": Kind(
        "more_digits",
        ("more_digits", "leave_out"),
        _lt("{amount} has more decimals than usual. The currency gets as many."),
    ),
    "no_date": Kind(
        "date_before",
        ("date_before", "date"),
        _lt("The payment has no date. It gets the date of the payment before it."),
    ),
    "future_date": Kind(
        ASK,
        ("keep", "date_before", "date", "leave_out"),
        _lt("The date of the payment lies in the future."),
    ),
    "balance_differs": Kind(
        ASK,
        ("opening", "leave"),
        _lt(
            "The balance of {account} in the files differs from that of its payments by"
            " {difference}{difference_seconds}."
        ),
    ),
    "balance_rounded": Kind(
        "explained",
        ("explained",),
        _lt("The files round the balance of {account}, {replay}, to {file}."),
    ),
    "seconds_lost": Kind(
        "explained",
        ("explained",),
        _lt(
            "The files leave out the seconds of payments: the balance of {account}"
            " differs by {seconds} seconds."
        ),
    ),
    "closed_with_balance": Kind(
        ASK,
        ("community", "stays"),
        _lt("{account} is closed and has a balance of {balance}{balance_minutes}."),
    ),
    "frozen": Kind(
        "frozen", ("frozen",), _lt("{account} is locked, and will be frozen.")
    ),
    "several_people": Kind(
        "one_wallet",
        ("one_wallet", "first_person"),
        _lt("Several people share {account}. They get one wallet."),
    ),
    "email_twice": Kind(
        "second_without",
        ("second_without", "by_hand"),
        _lt("{accounts} have the same e-mail address. The second gets none."),
    ),
    "no_email": Kind(
        "on_paper", ("on_paper",), _lt("{account} has no e-mail address.")
    ),
    "bad_email": Kind(
        "on_paper", ("on_paper",), _lt("The e-mail address of {account} is not valid.")
    ),
    "name_twice": Kind(
        "both",
        ("both",),
        _lt("{accounts} have the same name. Their numbers tell them apart."),
    ),
    "spelled_differently": Kind(
        ASK,
        ("same", "separate"),
        _lt("{member} is also written {ways}."),
    ),
    "opening_balances": Kind(
        "opening",
        ("opening",),
        _lt("{count} members have a balance from before, {sum} in all."),
    ),
    "negative_amount": Kind(
        "reversal",
        ("reversal",),
        _lt("The amount is negative: {text}. It is a reversal."),
    ),
    "formula": Kind(
        "text", ("text",), _lt("A text begins like a formula. It is kept as a text.")
    ),
    "letters_lost": Kind(
        "keep", ("keep", "type"), _lt("Letters of “{member}” were lost in the file.")
    ),
    "heading_rows": Kind("left_out", ("left_out",), _lt("{rows} rows are headings.")),
    "title_rows": Kind(
        "left_out", ("left_out",), _lt("{rows} rows above the headings are titles.")
    ),
    "total_row": Kind("left_out", ("left_out",), _lt("A row is the sum of the sheet.")),
    "row_too_long": Kind(
        "joined", ("joined",), _lt("{rows} rows have more cells than headings.")
    ),
    "foreign_advert": Kind(
        "left_out",
        ("left_out",),
        _lt("{rows} announcements are of people of other communities."),
    ),
    "not_in_export": Kind("told", ("told",), _lt("The files never have: {what}.")),
    LEVY: Kind(
        ASK,
        tuple(f"{LEVY}_{name}" for name in LEVIES),
        _lt(
            "Payments have levies in a column of their own. The files do not say who"
            " paid them."
        ),
    ),
}


def key(problem: Problem) -> str:
    """Return what names a problem in a file of decisions; the same in every run.

    >>> key(Problem("not_moved", "trades.csv", 12, "7322"))
    'not_moved:7322'
    """
    if problem.code in READINGS:
        return problem.code
    if problem.id:
        return f"{problem.code}:{problem.id}"
    if problem.row:
        return f"{problem.code}:{problem.file}:{problem.row}"
    if problem.accounts:
        return f"{problem.code}:{'+'.join(problem.accounts)}"
    told = json.dumps(problem.details, sort_keys=True, default=str)
    if problem.file or told == "{}":
        return f"{problem.code}:{problem.file}".rstrip(":")
    return f"{problem.code}:{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def sentence(problem: Problem, template: str = "") -> str:
    """Return what is told to people of a problem.

    :param str template: the sentence of its kind in another language
    """
    values: dict[str, Any] = {
        "amount": problem.amount,
        "account": problem.accounts[0] if problem.accounts else "",
        "accounts": ", ".join(problem.accounts),
        "file": problem.file,
        "rows": 1,
        "text": problem.amount,
    }
    values |= {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in problem.details.items()
    }
    template = template or PROBLEMS[problem.code].sentence
    return template.format_map(_Missing(values))


class _Missing(dict):
    def __missing__(self, name: str) -> str:
        return ""


# === DECISIONS === #


def read_decisions(text: str) -> dict[str, dict[str, Any]]:
    """Return ``{key or code: {"choice": …, "value": …, "reason": …}}`` of a JSON file.

    Accepted are an object of keys (or codes) with a choice or an object each, and a
    list of objects with ``key`` (or ``code``) and ``choice``; both may stand under
    ``decisions``. Choices may be written with blanks: ``leave out``.

    :raise Unreadable: code ``decisions``
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("decisions", f"The decisions are not JSON: {error}") from error
    if isinstance(said, Mapping) and "decisions" in said:
        said = said["decisions"]
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(said, Mapping):
        pairs = said.items()
    elif isinstance(said, list) and all(isinstance(one, Mapping) for one in said):
        pairs = [(one.get("key") or one.get("code"), one) for one in said]
    else:
        raise Unreadable("decisions", "The decisions are not an object or a list.")
    found = {}
    for name, decision in pairs:
        if not isinstance(decision, Mapping):
            decision = {"choice": decision}
        choice = decision.get("choice") or decision.get("decision")
        code = str(name).partition(":")[0]
        if not isinstance(choice, str) or code not in PROBLEMS:
            raise Unreadable("decisions", f"“{str(name)[:60]}” is no decision.")
        choice = re.sub(r"[\s-]+", "_", choice.strip().lower())
        if code in READINGS and f"{code}_{choice}" in PROBLEMS[code].choices:
            # The report names readings in this way.
            choice = f"{code}_{choice}"
        if choice not in PROBLEMS[code].choices:
            raise Unreadable(
                "decisions",
                f"“{choice[:40]}” cannot be decided for {code}. Possible:"
                f" {', '.join(PROBLEMS[code].choices)}.",
            )
        value, reason = decision.get("value"), decision.get("reason") or ""
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int | None)
            or not isinstance(reason, str)
            or any("\0" in text for text in (str(name), choice, str(value), reason))
        ):
            raise Unreadable(
                "decisions", f"The value or reason of “{str(name)[:60]}” is no text."
            )
        found[str(name)] = {"choice": choice, "value": value, "reason": reason}
    return found


def decided(problem: Problem, decisions: Mapping[str, Any]) -> tuple[str, Any]:
    """Return ``(choice, value)`` of a problem: decided, else its default."""
    decision = decisions.get(key(problem)) or decisions.get(problem.code)
    if decision:
        return decision["choice"], decision.get("value")
    return PROBLEMS[problem.code].default, None
