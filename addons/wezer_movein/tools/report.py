"""The report of a check, as an object that JSON can hold. Runs without Odoo."""

import dataclasses
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from .content import Account, Content, Problem
from .keys import plain
from .problems import ASK, PROBLEMS, decided, key, sentence
from .reading import is_number
from .replay import Replay

# Problems that name both of their accounts; others name the account that they are
# about.
_BOTH = ("not_moved", "email_twice", "name_twice")
# Problems of rows, of which the accounts are found by the row.
_OF_ROWS = (
    "same_account",
    "zero_amount",
    "foreign_party",
    "unknown_account",
    "more_decimals",
    "no_date",
    "future_date",
    "formula",
    "negative_amount",
)


_COUNTS = {3: "three", 4: "four"}
# Facts for the replay, which are reported in another form.
_INSIDE = ("missing", "transfers", "frozen", "by_member", "clock", "spelled")


class Amounts:
    """Writes amounts as the system itself does."""

    def __init__(self, content: Content) -> None:
        self.digits = content.currency.digits
        self.is_time = content.currency.is_time
        # Komunitin writes no more decimals than an amount has, and two at least.
        self.is_short = content.system == "komunitin"
        self.file_digits = (
            self.digits if content.balance_digits is None else content.balance_digits
        )

    def exact(self, amount: Decimal | None) -> str | None:
        """Return an amount with all digits of the currency."""
        if amount is None:
            return None
        return self.short(amount) if self.is_short else fixed(amount, self.digits)

    def of_file(self, amount: Decimal | None) -> str | None:
        """Return a balance as the file has it."""
        if amount is None:
            return None
        return self.short(amount) if self.is_short else fixed(amount, self.file_digits)

    def differing(self, amount: Decimal) -> str:
        """Return a difference that is a problem."""
        return fixed(amount, self.digits if self.is_short else self.file_digits)

    @staticmethod
    def short(amount: Decimal) -> str:
        """Return an amount with the decimals that it needs, two at least."""
        exponent = amount.normalize().as_tuple().exponent
        return fixed(amount, max(2, -exponent if isinstance(exponent, int) else 2))


def fixed(amount: Decimal, digits: int) -> str:
    """Return an amount with so many decimals."""
    text = f"{amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN):f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def report(
    content: Content, replay: Replay, decisions: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the report of a check."""
    decisions = decisions or {}
    amounts = Amounts(content)
    is_time = content.currency.is_time
    problems = [_problem(problem, amounts, content) for problem in replay.problems]
    counts = Counter(problem.code for problem in replay.problems)
    total = sum((row[0] for row in replay.balances.values()), Decimal(0))
    found: dict[str, Any] = {
        "system": content.system,
        "layout": content.layout,
        "code": content.code,
        "name": content.name,
        "time_zone": content.time_zone + content.facts.get("clock", ""),
        "currency": _currency(content),
        "rows": content.rows,
        "people": len(content.people),
        "transfers": _transfers(content, replay),
    }
    found |= _facts(content, replay)
    if is_time:
        found["sum_of_replay_minutes"] = minutes(total)
    elif amounts.is_short:
        found["sum_of_replay"] = fixed(total, 0)
    else:
        found["sum_of_replay"] = amounts.exact(total)
    found["balances"] = {
        code: _balance(content, replay, code, amounts) for code in replay.balances
    }
    found["problem_counts"] = dict(sorted(counts.items()))
    found["problems"] = problems
    found["proved"] = replay.is_proved
    found["undecided"] = [
        {
            "key": key(problem),
            "code": problem.code,
            "choices": list(PROBLEMS[problem.code].choices),
            "file": problem.file or None,
            "row": problem.row or None,
            "text": sentence(in_words(problem, content)),
        }
        for problem in replay.undecided
    ]
    found["decided"] = [
        {"key": key(problem), "choice": decided(problem, decisions)[0]}
        for problem in replay.problems
        if PROBLEMS[problem.code].default == ASK
        and decided(problem, decisions)[0] != ASK
    ]
    found["readings"] = {
        name: {
            "chosen": replay.chosen[name],
            "residuals": {
                choice: fixed(residual, content.currency.digits)
                for choice, residual in residuals.items()
            },
        }
        for name, residuals in replay.residuals.items()
    }
    found["lacks"] = content.lacks
    found["files"] = [
        {
            "name": file.name,
            "in": file.container or None,
            "role": file.role or None,
            "sha256": file.sha256,
            "encoding": file.encoding or None,
            "letters_guessed": file.letters or None,
            "separator": file.separator or None,
            "rows": file.rows,
            "unused_headings": file.unused,
        }
        for file in content.files
    ]
    return found


def _currency(content: Content) -> dict[str, Any]:
    currency = content.currency
    if currency.is_time:
        return {"unit": "hour", "minor": 60}
    found: dict[str, Any] = {"digits": currency.digits}
    if currency.name and not content.has_unmoved_rows:
        found = {"name": currency.name, **found}
    if content.has_unmoved_rows and currency.digits > 2:
        count = _COUNTS.get(currency.digits, str(currency.digits))
        found["why"] = (
            f"some trades have {count} decimals (problem more_decimals); two would"
            " refuse or lose them"
        )
    return found


def _transfers(content: Content, replay: Replay) -> dict[str, Any]:
    """Return how many rows move money, and why the others do not."""
    notes = Counter(payment.note for payment in replay.notes)
    told = content.facts.get("transfers", {})
    # A payment to oneself moves nothing, and counts as moved in the old books.
    moved = sum(payment.kind != "opening" for payment in content.payments)
    moved -= len(replay.left_out) + len(replay.notes)
    moved += notes["same_account"]
    found = {"rows_that_move": moved}
    if content.has_unmoved_rows:
        found["rows_that_do_not"] = len(content.payments) - moved
        found["not_moved"] = len(replay.left_out)
    if notes["both_sides_the_same_text"]:
        found["rows_within_one_collective_account"] = notes["both_sides_the_same_text"]
    return found | told


def _facts(content: Content, replay: Replay) -> dict[str, Any]:
    """Return what is said of this system alone."""
    facts = {
        name: value for name, value in content.facts.items() if name not in _INSIDE
    }
    if content.has_unmoved_rows:
        facts["currency_name"] = content.currency.name or None
        facts["accounts_in_users"] = sum(
            bool(account.people) for account in content.accounts.values()
        )
    if content.system == "ces" and "levy" in facts:
        chosen = replay.chosen.get("levy")
        levy = dict(facts["levy"])
        if chosen:
            levy["column_means"] = {"both": "each side"}.get(chosen, chosen)
        elif levy["rows"]:
            levy["rows"] = "all"
        if "total_in_columns" in levy:
            levy["total_in_columns"] = Amounts.short(levy["total_in_columns"])
        facts["levy"] = levy
    return facts


def in_words(problem: Problem, content: Content) -> Problem:
    """Return a problem with its amounts as people read them, hours with a colon."""
    amounts = Amounts(content)

    def said(name: str, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return clock(value) if amounts.is_time else _detail(name, value, amounts)[1]

    details = {name: said(name, value) for name, value in problem.details.items()}
    if problem.amount is not None:
        text = clock(problem.amount) if amounts.is_time else plain(problem.amount)
        details = {"amount": text, "text": text} | details
    return dataclasses.replace(problem, details=details)


def clock(hours: Decimal) -> str:
    """Return hours as people write them.

    >>> clock(Decimal("-1.5")), clock(Decimal(30) / 3600)
    ('-1:30 h', '0:00:30 h')
    """
    seconds = round(abs(hours) * 3600)
    rest = f":{seconds % 60:02d}" if seconds % 60 else ""
    sign = "-" if hours < 0 and seconds else ""
    return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}{rest} h"


def minutes(hours: Decimal) -> int:
    """Return hours as whole minutes."""
    return int((hours * 60).to_integral_value())


def _balance(
    content: Content, replay: Replay, code: str, amounts: Amounts
) -> dict[str, Any]:
    replayed, said, difference = replay.balances[code]
    account = replay.accounts.get(code) or Account(code)
    if content.currency.is_time:
        found: dict[str, Any] = {
            "name": account.name,
            "replay_minutes": minutes(replayed),
            "file_seconds": None if said is None else round(said * 3600),
        }
        if said is None:
            found["collective"] = account.kind == "collective"
            found["bank"] = account.kind == "community"
        else:
            found["difference_seconds"] = round((difference or Decimal(0)) * 3600)
        return found
    found = {
        "replay": amounts.exact(replayed),
        "file": amounts.of_file(said),
        "difference": amounts.exact(difference),
    }
    if account.old_kind:
        found = {"kind": account.old_kind, "state": account.old_state, **found}
        found["if_all_rows_are_replayed"] = amounts.exact(replay.all_rows[code])
    return found


def _shown(problem: Problem, amounts: Amounts) -> Problem:
    """Return a problem with its amounts as texts."""
    details = dict(
        _detail(name, value, amounts) for name, value in problem.details.items()
    )
    return Problem(
        problem.code,
        problem.file,
        problem.row,
        problem.id,
        problem.accounts,
        problem.amount,
        details,
    )


def _detail(name: str, value: Any, amounts: Amounts) -> tuple[str, Any]:
    """Return a detail of a problem as it is shown, of hours in minutes or seconds."""
    if not isinstance(value, Decimal):
        return name, value
    if amounts.is_time and name == "difference":
        return "difference_seconds", round(value * 3600)
    if amounts.is_time:
        return f"{name}_minutes", minutes(value)
    if name == "difference":
        return name, amounts.differing(value)
    if name == "file":
        return name, amounts.of_file(value)
    return name, amounts.exact(value)


def _problem(problem: Problem, amounts: Amounts, content: Content) -> dict[str, Any]:
    found: dict[str, Any] = {"code": problem.code}
    by_member = content.facts.get("by_member")
    if problem.file and not by_member:
        found["file"] = problem.file
    if problem.id:
        found["id"] = int(problem.id) if is_number(problem.id) else problem.id
    if problem.code in _BOTH:
        found["accounts"] = problem.accounts
    elif problem.code not in _OF_ROWS and len(problem.accounts) == 1:
        found["member" if by_member else "account"] = problem.accounts[0]
    if problem.amount is not None and amounts.is_time:
        found["amount_minutes"] = minutes(problem.amount)
    elif problem.amount is not None:
        found["amount"] = f"{problem.amount:f}"
    return found | _shown(problem, amounts).details
