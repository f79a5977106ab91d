"""Looks for payments that never moved money, in the differences that they leave.

An account whose balance differs is explained by leaving out a payment of exactly this
amount, where its other account agrees then, too, differs for a reason that is found as
well, or has no balance in the files. Of all explanations that is proposed that leaves
the fewest accounts unexplained. It is a proposal, never a proof. Runs without Odoo.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from .content import Payment

# So many steps are tried; what is best by then is proposed.
STEPS_MAX = 30_000
ZERO = Decimal(0)
# Words of a purpose that say it, where payments are otherwise alike.
_REFUSED = re.compile(
    r"refus|reject|declin|cancel|denied|void|rechaz|anulad|cancelad|rebutj|anul|rifiut|"
    r"annul|abgelehnt|storn|geweiger|recus|ukatu|baztert",
    re.IGNORECASE,
)


def search(
    payments: list[Payment],
    differences: Mapping[str, Decimal],
    effects_of: Callable[[Payment], dict[str, Decimal]],
    tolerance: Decimal,
) -> list[Payment]:
    """Return the payments that probably never moved, in the order of the files.

    :param differences: what the files' balance of an account has more than its replay;
        accounts without a balance are not in it
    :param effects_of: what a payment adds to each account
    :param tolerance: differences up to it are none
    """
    open_accounts = {
        code: amount for code, amount in differences.items() if abs(amount) > tolerance
    }
    if not open_accounts:
        return []
    candidates: dict[str, list[_Candidate]] = defaultdict(list)
    for payment in payments:
        sides = (payment.payer, payment.payee)
        if not any(side in open_accounts for side in sides):
            continue
        if any(side in differences and side not in open_accounts for side in sides):
            continue
        # Leaving it out takes away what it adds.
        effects = {
            code: amount
            for code, amount in effects_of(payment).items()
            if code in open_accounts and code in sides
        }
        candidate = _Candidate(payment, effects)
        for code in effects:
            candidates[code].append(candidate)
    explained = _Search(open_accounts, candidates, tolerance).run()
    order = {id(payment): number for number, payment in enumerate(payments)}
    return sorted(
        (candidate.payment for candidate in explained),
        key=lambda payment: order[id(payment)],
    )


class _Candidate:
    __slots__ = ("effects", "hint", "payment")

    def __init__(self, payment: Payment, effects: dict[str, Decimal]) -> None:
        self.payment, self.effects = payment, effects
        self.hint = bool(_REFUSED.search(payment.purpose))

    @property
    def is_one_sided(self) -> bool:
        """Whether the other account has no balance that could agree."""
        return len(self.effects) == 1


class _Search:
    """Tries explanations of the open accounts, those with the fewest choices first."""

    def __init__(
        self,
        open_accounts: dict[str, Decimal],
        candidates: dict[str, list[_Candidate]],
        tolerance: Decimal,
    ) -> None:
        self.candidates, self.tolerance = candidates, tolerance
        self.left = dict(open_accounts)
        self.taken: list[_Candidate] = []
        self.skipped: set[str] = set()
        self.best: tuple[Any, ...] | None = None
        self.found: list[_Candidate] = []
        self.left_at_best: dict[str, Decimal] = {}
        self.steps = 0
        # Amount that would be explained → candidates, of each account.
        self.by_amount: dict[str, dict[Decimal, list[_Candidate]]] = {}
        for code, some in candidates.items():
            amounts: dict[Decimal, list[_Candidate]] = defaultdict(list)
            for candidate in some:
                amounts[_rounded(-candidate.effects[code], tolerance)].append(candidate)
            self.by_amount[code] = amounts

    def run(self) -> list[_Candidate]:
        self._step()
        return self._without_opposites()

    def _fitting(self, code: str) -> list[_Candidate]:
        """Return the candidates each of which explains what is left of an account."""
        left = self.left[code]
        near = _rounded(left, self.tolerance)
        unit = self.tolerance * 2
        amounts = self.by_amount.get(code, {})
        keys = {near, near - unit, near + unit} if unit else {near}
        found: dict[Any, _Candidate] = {}
        for amount in sorted(keys):
            for candidate in amounts.get(amount, ()):
                if candidate in self.taken:
                    continue
                if abs(left + candidate.effects[code]) > self.tolerance:
                    continue
                if any(
                    abs(self.left[other]) <= self.tolerance
                    for other in candidate.effects
                ):
                    continue
                # Of payments that are alike the one counts whose purpose says it.
                alike = tuple(sorted(candidate.effects.items()))
                if alike not in found or (candidate.hint and not found[alike].hint):
                    found[alike] = candidate
        return sorted(found.values(), key=lambda one: (not one.hint, one.is_one_sided))

    def _step(self) -> None:
        self.steps += 1
        if self.best is not None and (
            self.steps > STEPS_MAX or len(self.skipped) > self.best[0]
        ):
            return
        choice: tuple[str, list[_Candidate]] | None = None
        for code, left in self.left.items():
            if abs(left) <= self.tolerance or code in self.skipped:
                continue
            fitting = self._fitting(code)
            if fitting and (choice is None or len(fitting) < len(choice[1])):
                choice = code, fitting
                if len(fitting) == 1 and not fitting[0].is_one_sided:
                    break
        if choice is None:
            self._judge()
            return
        code, fitting = choice
        for candidate in fitting:
            for other, amount in candidate.effects.items():
                self.left[other] += amount
            self.taken.append(candidate)
            self._step()
            self.taken.pop()
            for other, amount in candidate.effects.items():
                self.left[other] -= amount
        self.skipped.add(code)
        self._step()
        self.skipped.discard(code)

    def _judge(self) -> None:
        """Keep what was taken where it explains more than what was found before."""
        unexplained = sum(abs(left) > self.tolerance for left in self.left.values())
        one_sided = sum(candidate.is_one_sided for candidate in self.taken)
        hints = sum(candidate.hint for candidate in self.taken)
        score = (unexplained, one_sided, -hints, len(self.taken))
        if self.best is None or score < self.best:
            self.best, self.found = score, list(self.taken)
            self.left_at_best = dict(self.left)

    def _without_opposites(self) -> list[_Candidate]:
        """Leave out explanations by an account without balance where a better one is.

        Two accounts that differ by the same amount in opposite directions have one
        cause together; a payment between one of them and a former member is none.
        """
        left = {
            code: amount
            for code, amount in self.left_at_best.items()
            if abs(amount) > self.tolerance
        }
        kept = []
        for candidate in self.found:
            if candidate.is_one_sided:
                ((code, amount),) = candidate.effects.items()
                if any(
                    abs(other - amount) <= self.tolerance for other in left.values()
                ):
                    left[code] = -amount
                    continue
            kept.append(candidate)
        return kept


def _rounded(amount: Decimal, tolerance: Decimal) -> Decimal:
    """Return an amount in steps of the last digit that balances have."""
    if not tolerance:
        return amount.normalize()
    unit = tolerance * 2
    return (amount / unit).to_integral_value() * unit
