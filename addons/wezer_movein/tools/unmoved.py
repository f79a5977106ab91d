"""Looks for payments that never moved money, in the differences that they leave.

An account whose balance differs is explained by leaving out a payment of exactly this
amount, where its other account agrees then, too, differs for a reason that is found as
well, or has no balance in the files. Of all explanations that is proposed that leaves
the fewest accounts unexplained. It is a proposal, never a proof. Runs without Odoo.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from .content import Payment

# So many steps are tried; what is best by then is proposed.
STEPS_MAX = 30_000
ZERO = Decimal(0)
# So many accounts are looked at, in all steps together.
LOOKS_MAX = 300_000
# Where more accounts differ, only what is plain is proposed.
ACCOUNTS_MAX = 300
# It is looked again so often, where something was found.
ROUNDS_MAX = 4
# Where so many purposes say that a payment was refused, they usually do.
SAID_USUALLY = 3
# Of so many accounts some are looked for that have a cause together.
AROUND_MAX = 60
# So many pairs of payments are tried for what is left.
PAIRS_MAX = 250_000
# A payment changes two accounts; each can leave an amount and meet another one.
PAIRED_BY_ONE = 4
# Words of a purpose that say it, where payments are otherwise alike.
_REFUSED = re.compile(
    r"refus|reject|declin|cancel|denied|void|rechaz|anulad|cancelad|rebutj|anul|rifiut|"
    r"annul|rejet|abgelehnt|lehnte? ab|storn|weiger|recus|ukatu|baztert",
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
    refused, left = _refused(payments, differences, effects_of, tolerance)
    known = set(map(id, refused))
    if sum(abs(amount) > tolerance for amount in left.values()) > ACCOUNTS_MAX:
        known |= _plain(payments, left, effects_of, tolerance, known)
    if sum(abs(amount) > tolerance for amount in left.values()) > ACCOUNTS_MAX:
        # The balances are of another day or another community: nothing is explained.
        return [payment for payment in payments if id(payment) in known]
    # What was found may leave accounts of which one more payment is the cause.
    for _round in range(ROUNDS_MAX):
        found = _search(payments, left, effects_of, tolerance, known)
        if len(refused) >= SAID_USUALLY:
            # Where purposes say it, others must be as plain as these.
            found = [one for one in found if one.is_plain(left, tolerance)]
        if not found:
            break
        for candidate in found:
            known.add(id(candidate.payment))
            for code, amount in candidate.effects.items():
                left[code] += amount
    return [payment for payment in payments if id(payment) in known]


def _plain(
    payments: list[Payment],
    left: dict[str, Decimal],
    effects_of: Callable[[Payment], dict[str, Decimal]],
    tolerance: Decimal,
    known: set[int],
) -> set[int]:
    """Return the payments without which both accounts agree, and no other pair does.

    What is left to explain is changed. It is for communities of which many accounts
    differ, where not every combination can be tried.
    """
    fitting: dict[str, list[_Candidate]] = defaultdict(list)
    for payment in payments:
        sides = (payment.payer, payment.payee)
        if id(payment) in known or any(
            abs(left.get(side, ZERO)) <= tolerance for side in sides
        ):
            continue
        effects = {
            code: amount
            for code, amount in effects_of(payment).items()
            if code in sides
        }
        candidate = _Candidate(payment, effects)
        if candidate.is_plain(left, tolerance):
            for code in effects:
                fitting[code].append(candidate)
    found = set()
    for candidates in fitting.values():
        candidate = candidates[0]
        if all(len(fitting[code]) == 1 for code in candidate.effects):
            if id(candidate.payment) not in found:
                found.add(id(candidate.payment))
                for code, amount in candidate.effects.items():
                    left[code] += amount
    return found


def _search(
    payments: list[Payment],
    differences: Mapping[str, Decimal],
    effects_of: Callable[[Payment], dict[str, Decimal]],
    tolerance: Decimal,
    known: set[int],
) -> "list[_Candidate]":
    """Return what explains differences, without the payments that are known."""
    open_accounts = {
        code: amount for code, amount in differences.items() if abs(amount) > tolerance
    }
    if not open_accounts:
        return []
    candidates: dict[str, list[_Candidate]] = defaultdict(list)
    for payment in payments:
        sides = (payment.payer, payment.payee)
        if not any(side in open_accounts for side in sides) or id(payment) in known:
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
    return _Search(open_accounts, candidates, tolerance).run()


def _refused(
    payments: list[Payment],
    differences: Mapping[str, Decimal],
    effects_of: Callable[[Payment], dict[str, Decimal]],
    tolerance: Decimal,
) -> tuple[list[Payment], dict[str, Decimal]]:
    """Return payments whose purpose says that they were refused, and what is left.

    They are taken together: an account may have several, or differ for another reason,
    too. A payment without which fewer accounts agree is not one of them.
    """
    left = dict(differences)
    effects: dict[int, dict[str, Decimal]] = {}
    taken = []
    unseen = []
    for payment in filter(says_refused, payments):
        known = {
            code: amount
            for code, amount in effects_of(payment).items()
            if code in differences and amount
        }
        (taken if known else unseen).append(payment)
        effects[id(payment)] = known
        for code, amount in known.items():
            left[code] += amount

    def gained(payment: Payment) -> int:
        """Return how many more accounts agree without it than with it."""
        return sum(
            (abs(left[code]) <= tolerance) - (abs(left[code] - amount) <= tolerance)
            for code, amount in effects[id(payment)].items()
        )

    least = 0
    while taken:
        kept = []
        for payment in taken:
            if gained(payment) >= least:
                kept.append(payment)
                continue
            for code, amount in effects[id(payment)].items():
                left[code] -= amount
        if len(kept) == len(taken):
            # Words alone are no reason where no account agrees for them.
            if least or any(gained(payment) > 0 for payment in kept):
                break
            least = 1
        taken = kept
    # Where the words are right, they are of former members' payments, too.
    return taken + (unseen if taken else []), left


def says_refused(payment: Payment) -> bool:
    """Return whether the purpose of a payment says that it was refused."""
    return bool(_REFUSED.search(payment.purpose))


class _Candidate:
    __slots__ = ("effects", "hint", "payment")

    def __init__(self, payment: Payment, effects: dict[str, Decimal]) -> None:
        self.payment, self.effects = payment, effects
        self.hint = says_refused(payment)

    def is_plain(self, left: Mapping[str, Decimal], tolerance: Decimal) -> bool:
        """Return whether both accounts agree by leaving this payment alone out."""
        return len(self.effects) == 2 and all(
            abs(left[code] + amount) <= tolerance
            for code, amount in self.effects.items()
        )

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
        self.steps = self.looks = 0
        # Amount that would be explained → candidates, of each account.
        self.by_amount: dict[str, dict[Decimal, list[_Candidate]]] = {}
        for code, some in candidates.items():
            amounts: dict[Decimal, list[_Candidate]] = defaultdict(list)
            for candidate in some:
                amounts[_rounded(-candidate.effects[code], tolerance)].append(candidate)
            self.by_amount[code] = amounts

    def run(self) -> list[_Candidate]:
        # A stack of our own: a large community has more steps than Python calls.
        stack = [self._step()]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
            else:
                stack.append(following)
        found = self._without_opposites()
        found += self._between_opposites(found)
        found += self._twice(found)
        return found + self._around(found)

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

    def _step(self) -> Iterator[Any]:
        """Explain one account, in each way; yield what explains those after it."""
        self.steps += 1
        if self.best is not None and (
            self.steps > STEPS_MAX
            or self.looks > LOOKS_MAX
            or len(self.skipped) > self.best[0]
        ):
            return
        choice: tuple[str, list[_Candidate]] | None = None
        for code, left in self.left.items():
            if abs(left) <= self.tolerance or code in self.skipped:
                continue
            self.looks += 1
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
            yield self._step()
            self.taken.pop()
            for other, amount in candidate.effects.items():
                self.left[other] -= amount
        self.skipped.add(code)
        yield self._step()
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
        """Leave out explanations of one account only, where a better one is.

        Two accounts that differ by the same amount in opposite directions have one
        cause together; a payment between one of them and a former member, or a member
        who differs afterwards, too, is none.
        """
        left = {
            code: amount
            for code, amount in self.left_at_best.items()
            if abs(amount) > self.tolerance
        }
        kept = []
        for candidate in self.found:
            explained = [code for code in candidate.effects if code not in left]
            if len(explained) == 1 and any(
                abs(amount - candidate.effects[explained[0]]) <= self.tolerance
                for code, amount in left.items()
                if code not in candidate.effects
            ):
                for code, amount in candidate.effects.items():
                    left[code] = left.get(code, ZERO) - amount
                continue
            kept.append(candidate)
        self.left_at_best |= left
        return kept

    def _between_opposites(self, taken: list[_Candidate]) -> list[_Candidate]:
        """Return payments without which all that is left are pairs of opposites.

        An account may differ for two reasons: a payment that never moved, and another
        one, or a balance of before that another account has with the opposite sign.
        Up to two payments are taken where no others leave such pairs.
        """
        left = {
            code: amount
            for code, amount in self.left_at_best.items()
            if abs(amount) > self.tolerance
        }
        if not left or len(left) > AROUND_MAX or not self._unpaired(left):
            return []
        known = set(map(id, taken))
        near: dict[Any, _Candidate] = {}
        for code in left:
            for candidate in self.candidates.get(code, ()):
                if (
                    id(candidate) in known
                    or not candidate.effects.keys() <= left.keys()
                ):
                    continue
                alike = tuple(sorted(candidate.effects.items()))
                if alike not in near or (candidate.hint and not near[alike].hint):
                    near[alike] = candidate
        candidates = list(near.values())
        unpaired = self._unpaired(left)
        for count in (1, 2):
            if len(candidates) ** count > PAIRS_MAX:
                return []
            if unpaired > PAIRED_BY_ONE * count:
                continue
            found: dict[int, list[tuple[_Candidate, ...]]] = defaultdict(list)
            pairing = _Pairing(left, candidates, self.tolerance)
            for some in itertools.combinations(range(len(candidates)), count):
                rest = pairing.rest_without(some)
                if rest is not None:
                    found[rest].append(tuple(candidates[one] for one in some))
            if found:
                best = found[min(found)]
                return list(best[0]) if len(best) == 1 else []
        return []

    def _twice(self, taken: list[_Candidate]) -> list[_Candidate]:
        """Return pairs of payments between two accounts that explain both of them.

        One payment alone would have been found before; of several pairs that would
        none is taken.
        """
        known = set(map(id, taken))
        left = self._left_after(taken)
        found: list[_Candidate] = []
        for first, second in itertools.combinations(left, 2):
            if abs(left[first]) <= self.tolerance or self._unpaired(
                {first: left[first], second: left[second]}
            ):
                continue
            between = [
                candidate
                for candidate in self.candidates.get(first, ())
                if second in candidate.effects and id(candidate) not in known
            ]
            if len(between) ** 2 > PAIRS_MAX:
                continue
            fitting = [
                two
                for two in itertools.combinations(between, 2)
                if all(
                    abs(left[code] + two[0].effects[code] + two[1].effects[code])
                    <= self.tolerance
                    for code in (first, second)
                )
            ]
            if len(fitting) == 1:
                found += fitting[0]
                left[first] = left[second] = ZERO
        return found

    def _around(self, taken: list[_Candidate]) -> list[_Candidate]:
        """Return payments around three accounts that explain all three of them.

        None of them agrees without one of the payments alone. Of several such threes
        none is taken.
        """
        known = set(map(id, taken))
        left = {
            code: amount
            for code, amount in self._left_after(taken).items()
            if abs(amount) > self.tolerance
        }
        if len(left) > AROUND_MAX:
            return []
        between: dict[frozenset[str], list[_Candidate]] = defaultdict(list)
        for code in left:
            for candidate in self.candidates.get(code, ()):
                sides = frozenset(candidate.effects)
                if id(candidate) not in known and len(sides) == 2:
                    if sides <= left.keys() and candidate not in between[sides]:
                        between[sides].append(candidate)
        found: list[_Candidate] = []
        done: set[str] = set()
        for three in itertools.combinations(left, 3):
            if done & set(three):
                continue
            if abs(sum((left[code] for code in three), ZERO)) > 3 * self.tolerance:
                continue
            pairs = itertools.combinations(three, 2)
            lists = [between[frozenset(two)] for two in pairs]
            if len(lists[0]) * len(lists[1]) * len(lists[2]) > PAIRS_MAX:
                continue
            fitting = [
                some
                for some in itertools.product(*lists)
                if all(
                    abs(
                        left[code]
                        + sum((one.effects.get(code, ZERO) for one in some), ZERO)
                    )
                    <= self.tolerance
                    for code in three
                )
            ]
            if len(fitting) == 1:
                found += fitting[0]
                done.update(three)
        return found

    def _left_after(self, taken: list[_Candidate]) -> dict[str, Decimal]:
        """Return what is left to explain where these payments are left out."""
        left = dict(self.left)
        for candidate in taken:
            for code, amount in candidate.effects.items():
                left[code] += amount
        return left

    def _unpaired(self, left: Mapping[str, Decimal]) -> int:
        """Return how many amounts have no other one of the opposite sign."""
        rest = sorted(
            amount for amount in left.values() if abs(amount) > self.tolerance
        )
        unpaired = 0
        while rest:
            amount = rest.pop()
            for position, other in enumerate(rest):
                if abs(amount + other) <= 2 * self.tolerance:
                    del rest[position]
                    break
            else:
                unpaired += 1
        return unpaired


class _Pairing:
    """Tells whether all differences are pairs of opposites without some payments.

    It is asked a hundred thousand times: amounts are whole numbers of the last digit.
    """

    def __init__(
        self,
        left: Mapping[str, Decimal],
        candidates: list[_Candidate],
        tolerance: Decimal,
    ) -> None:
        amounts = [*left.values(), tolerance]
        for candidate in candidates:
            amounts += candidate.effects.values()
        digits = max(_decimals(amount) for amount in amounts)
        places = {code: place for place, code in enumerate(left)}
        self.values = [int(amount.scaleb(digits)) for amount in left.values()]
        self.tolerance = int(tolerance.scaleb(digits))
        self.effects = [
            [
                (places[code], int(amount.scaleb(digits)))
                for code, amount in candidate.effects.items()
            ]
            for candidate in candidates
        ]
        self.total = sum(self.values)
        self.sums = [sum(amount for _, amount in one) for one in self.effects]
        self.most = self.tolerance * len(self.values)

    def rest_without(self, some: tuple[int, ...]) -> int | None:
        """Return how many accounts differ without these; None where not all are pairs.

        The largest amounts of both signs are compared with each other, then the next.
        """
        if abs(self.total + sum(self.sums[one] for one in some)) > self.most:
            return None
        values = list(self.values)
        for one in some:
            for place, amount in self.effects[one]:
                values[place] += amount
        more = sorted(value for value in values if value > self.tolerance)
        less = sorted(-value for value in values if value < -self.tolerance)
        if len(more) != len(less):
            return None
        for one, other in zip(more, less, strict=True):
            if abs(one - other) > 2 * self.tolerance:
                return None
        return 2 * len(more)


def _decimals(amount: Decimal) -> int:
    """Return how many decimals an amount has."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _rounded(amount: Decimal, tolerance: Decimal) -> Decimal:
    """Return an amount in steps of the last digit that balances have."""
    if not tolerance:
        return amount.normalize()
    unit = tolerance * 2
    return (amount / unit).to_integral_value() * unit
