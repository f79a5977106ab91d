"""Replays the payments of a community, and compares with the balances of its files.

Where the meaning of a column is not known, each meaning (a reading) is replayed, and
the reading counts that leaves the least to explain. Rows that never moved money are
looked for in the differences: a row is proposed without which both of its accounts
agree. Runs without Odoo.
"""

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools import moments

from . import unmoved
from .content import (
    CLOSED,
    FROZEN,
    NOT_COMMITTED,
    Account,
    Content,
    Payment,
    Problem,
    Unreadable,
)
from .keys import plain
from .problems import ASK, LEVY, decided, key

ZERO = Decimal(0)
# Where opening entries come from.
BROUGHT_FORWARD = "brought-forward"
# What a levy column takes from the payer and from the payee, in parts of its amount;
# the account of the levies gets both.
LEVY_SHARES = {
    "none": (ZERO, ZERO),
    "both": (Decimal(1), Decimal(1)),
    "payee": (ZERO, Decimal(1)),
    "payer": (Decimal(1), ZERO),
    "half": (Decimal("0.5"), Decimal("0.5")),
    "payee_both": (ZERO, Decimal(2)),
    "payer_both": (Decimal(2), ZERO),
    # The amount contains what the payer does not pay and the payee does not get.
    "net": (Decimal(-1), Decimal(1)),
}
# Differences of a time currency up to a minute a payment are seconds that were cut off,
# unless they are as round as a payment.
SECONDS_CUT = 59
# Roles of the files that have payments.
PAYMENTS = ("trades", "transactions")
ROUND_SECONDS = 300


@dataclass
class Replay:
    """What is posted, what is not, and how it agrees with the old balances."""

    # In the order of their moments; everything that moves money.
    postings: list[Payment] = field(default_factory=list)
    # Kept as notes of their accounts.
    notes: list[Payment] = field(default_factory=list)
    left_out: list[Payment] = field(default_factory=list)
    # Balances of closed accounts that go to the community, after everything else.
    closings: list[Payment] = field(default_factory=list)
    # Account → (replay, file, difference); both last None where the files have none.
    balances: dict[str, tuple[Decimal, Decimal | None, Decimal | None]] = field(
        default_factory=dict
    )
    # Account → replay of all rows, also of those that are left out.
    all_rows: dict[str, Decimal] = field(default_factory=dict)
    residuals: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    # Postings that were made of a column of levies.
    levies: int = 0
    # How columns were understood: told, and decided otherwise where that is wanted.
    readings: list[Problem] = field(default_factory=list)
    # Problems whose default is to ask, and that nobody decided.
    undecided: list[Problem] = field(default_factory=list)

    @property
    def is_proved(self) -> bool:
        """Whether nothing is undecided: each difference has a cause or a decision."""
        return not self.undecided


def replay(content: Content, decisions: Mapping[str, Any] | None = None) -> Replay:
    """Replay all payments.

    :param decisions: key or code of a problem → ``{"choice": …, "value": …}``
    """
    return _Replayer(content, decisions or {}).run()


class _Replayer:
    def __init__(self, content: Content, decisions: Mapping[str, Any]) -> None:
        self.content, self.decisions = content, decisions
        self.result = Replay(accounts=dict(content.accounts))
        self.payments = content.payments
        self.shares = LEVY_SHARES["none"]
        # Half of the last digit that balances have where they are rounded.
        self.tolerance = ZERO
        digits = content.balance_digits
        if digits is not None and digits < content.currency.digits:
            self.tolerance = Decimal(5).scaleb(-digits - 1)

    def run(self) -> Replay:
        result = self.result
        choices = self._choices()
        self._rename()
        self.payments = self._decided_payments()
        self._choose_reading()
        moving: list[Payment] = []
        for payment in self.payments:
            if payment.note == NOT_COMMITTED:
                result.left_out.append(payment)
            elif payment.note:
                result.notes.append(payment)
            elif choices.get((payment.file, payment.row)) == "leave_out":
                result.left_out.append(payment)
            else:
                moving.append(payment)
        balances = self._sum(moving)
        result.all_rows = dict(balances)
        if self.content.has_unmoved_rows:
            moving = self._leave_out_unmoved(moving, balances)
        self._compare(balances)
        self._moments()
        self._post(moving)
        result.problems[:0] = self.content.problems
        for problem in result.problems:
            if decided(problem, self.decisions)[0] == ASK:
                result.undecided.append(problem)
        return result

    def _choices(self) -> dict[tuple[str, int], str]:
        """Return what was decided of rows that can be left out."""
        return {
            (problem.file, problem.row): decided(problem, self.decisions)[0]
            for problem in self.content.problems
            if problem.code in ("more_decimals", "future_date", "same_number")
        }

    def _rename(self) -> None:
        """Give members the names that were typed, where letters were lost."""
        for problem in self.content.problems:
            if problem.code != "letters_lost":
                continue
            choice, value = decided(problem, self.decisions)
            name = " ".join(str(value or "").split())
            if choice != "type" or not name:
                continue
            account = self.result.accounts[problem.accounts[0]]
            self.result.accounts[account.code] = dataclasses.replace(account, name=name)
            for key_of_person in account.people[:1]:
                self.content.people[key_of_person].name = name

    def _decided_payments(self) -> list[Payment]:
        """Return the payments with the sides that were decided.

        What is decided about is copied: the content can be replayed again.
        """
        rows = {
            (problem.file, problem.row)
            for problem in self.content.problems
            if problem.code in ("no_date", "future_date")
        }
        sides = self._separate()
        if not rows and not sides:
            return self.content.payments
        payments = []
        for payment in self.content.payments:
            if id(payment) in sides:
                payment = dataclasses.replace(payment, **sides[id(payment)])
            elif (payment.file, payment.row) in rows:
                payment = dataclasses.replace(payment)
            payments.append(payment)
        return payments

    def _separate(self) -> dict[int, dict[str, Any]]:
        """Return the sides of payments whose spelling is another person's."""
        spelled = self.content.facts.get("spelled", {})
        sides: dict[int, dict[str, Any]] = defaultdict(dict)
        for problem in self.content.problems:
            if problem.code != "spelled_differently":
                continue
            if decided(problem, self.decisions)[0] != "separate":
                continue
            for payment, side, text in spelled.get(problem.accounts[0], ()):
                code = " ".join(text.split())
                if code == problem.accounts[0]:
                    # Blanks around a name make no other person.
                    continue
                self.result.accounts.setdefault(
                    code, Account(code, code, "former", CLOSED)
                )
                sides[id(payment)][side] = code
        return sides

    # === READINGS === #

    def _choose_reading(self) -> None:
        readings = self.content.readings.get("levy")
        if not readings:
            return
        base: dict[str, Decimal] = defaultdict(lambda: ZERO)
        paid: dict[str, Decimal] = defaultdict(lambda: ZERO)
        received: dict[str, Decimal] = defaultdict(lambda: ZERO)
        # What accounts differ by for payments that say they were refused.
        refused: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for payment in self.payments:
            if payment.note:
                continue
            if self.content.has_unmoved_rows and unmoved.says_refused(payment):
                refused[payment.payer] -= payment.amount
                refused[payment.payee] += payment.amount
            base[payment.payer] -= payment.amount
            base[payment.payee] += payment.amount
            if payment.levy:
                paid[payment.payer] += payment.levy
                received[payment.payee] += payment.levy
        total = sum(paid.values(), ZERO)
        known = {
            code: account.balance
            for code, account in self.content.accounts.items()
            if account.balance is not None
        }
        residuals = {}
        differing = {}
        treasuries = {}
        for name in readings:
            payer, payee = LEVY_SHARES[name]
            left = {
                code: balance - base[code] + payer * paid[code] + payee * received[code]
                for code, balance in known.items()
            }
            taken = (payer + payee) * total
            _count, residuals[name], _code = self._least(left, taken)
            if refused:
                for code in left:
                    left[code] += refused[code]
            differing[name], _sum, treasuries[name] = self._least(left, taken)
        # A wrong reading makes most accounts differ, another cause only a few.
        least = min(readings, key=lambda name: (differing[name], residuals[name]))
        said = self.decisions.get(LEVY, {}).get("choice", "").removeprefix(f"{LEVY}_")
        chosen = said if said in LEVY_SHARES else least
        # No balances show who paid them: nobody but an administrator can say it.
        is_open = bool(total) and len(set(residuals.values())) == 1
        (self.result.problems if is_open else self.result.readings).append(
            Problem(
                LEVY,
                details={
                    "least": least,
                    "residuals": {name: plain(one) for name, one in residuals.items()},
                },
            )
        )
        self.content.treasury = treasuries[chosen]
        self.result.residuals["levy"] = residuals
        self.result.chosen["levy"] = chosen
        self.shares = LEVY_SHARES[chosen]
        moved = sum(map(abs, self.shares)) * total if chosen != "net" else total
        self.content.facts.setdefault("levy", {})["total_in_columns"] = moved

    def _least(
        self, left: Mapping[str, Decimal], taken: Decimal
    ) -> tuple[int, Decimal, str]:
        """Return how many accounts differ, by how much, and who got the levies.

        The usual account got them, or else the one with which more accounts agree.

        :param left: account → what is to explain without the levies that it got
        """
        treasury = self.content.treasury
        differing = sum(abs(one) > self.tolerance for one in left.values())
        residual = sum(filter(self._counts, map(abs, left.values())), ZERO)
        best = None
        for code in dict.fromkeys([treasury, *left]) if taken else [treasury]:
            before = abs(left.get(code, ZERO))
            after = abs(left[code] - taken) if code in left else ZERO
            found = (
                differing - self._counts(before) + self._counts(after),
                residual
                - (before if self._counts(before) else ZERO)
                + (after if self._counts(after) else ZERO),
                code,
            )
            if best is None or found[:2] < best[:2]:
                best = found
        assert best is not None
        return best

    def _counts(self, amount: Decimal) -> bool:
        """Return whether a difference is more than what balances are rounded by."""
        return amount > self.tolerance

    def _effects(self, payment: Payment) -> dict[str, Decimal]:
        """Return what a payment adds to each account, its levy with it."""
        effects = {payment.payer: -payment.amount}
        effects[payment.payee] = effects.get(payment.payee, ZERO) + payment.amount
        if payment.levy:
            payer, payee = self.shares
            effects[payment.payer] -= payer * payment.levy
            effects[payment.payee] -= payee * payment.levy
            treasury = self.content.treasury
            taken = (payer + payee) * payment.levy
            if taken:
                effects[treasury] = effects.get(treasury, ZERO) + taken
        return effects

    def _sum(self, payments: Iterable[Payment]) -> dict[str, Decimal]:
        balances: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for code in self.content.accounts:
            balances[code] = ZERO
        for payment in payments:
            if payment.levy:
                for code, amount in self._effects(payment).items():
                    balances[code] += amount
            else:
                balances[payment.payer] -= payment.amount
                balances[payment.payee] += payment.amount
        return balances

    # === ROWS THAT NEVER MOVED === #

    def _leave_out_unmoved(
        self, moving: list[Payment], balances: dict[str, Decimal]
    ) -> list[Payment]:
        known = {
            code: account.balance - balances[code]
            for code, account in self.content.accounts.items()
            if account.balance is not None
        }
        found = unmoved.search(moving, known, self._effects, self.tolerance)
        kept_out = set()
        for payment in found:
            problem = Problem(
                "not_moved",
                payment.file,
                payment.row,
                payment.id,
                # The payee first, as the old system names its sides.
                [payment.payee, payment.payer],
                payment.amount,
            )
            self.result.problems.append(problem)
            if decided(problem, self.decisions)[0] != "keep":
                kept_out.add(id(payment))
                self.result.left_out.append(payment)
                for code, amount in self._effects(payment).items():
                    balances[code] -= amount
        return [payment for payment in moving if id(payment) not in kept_out]

    # === COMPARISON === #

    def _compare(self, balances: dict[str, Decimal]) -> None:
        result = self.result
        rows: dict[str, int] = defaultdict(int)
        if self.content.seconds_cut:
            for payment in self.payments:
                rows[payment.payer] += 1
                rows[payment.payee] += 1
        for code, replayed in balances.items():
            account = self.content.accounts.get(code)
            said = account.balance if account else None
            difference = None if said is None else said - replayed
            if difference and self.content.currency.is_time:
                # A third of an hour has no decimals: seconds are what was counted.
                difference = Decimal(round(difference * 3600)) / 3600
            if code == BROUGHT_FORWARD and not replayed:
                continue
            result.balances[code] = (replayed, said, difference)
            if difference:
                result.problems.append(
                    self._difference(code, replayed, said, difference, rows[code])
                )
            is_members = account and account.people
            if is_members and account and account.state == CLOSED and replayed:
                result.problems.append(
                    Problem(
                        "closed_with_balance",
                        accounts=[code],
                        details={"balance": replayed},
                    )
                )
            if account and account.state == FROZEN and self.content.facts.get("frozen"):
                result.problems.append(Problem("frozen", accounts=[code]))
        for code in self.content.facts.get("missing", ()):
            result.problems.append(
                Problem(
                    "missing_member",
                    accounts=[code],
                    details={"balance": balances[code]},
                )
            )

    def _difference(
        self,
        code: str,
        replayed: Decimal,
        said: Decimal | None,
        difference: Decimal,
        rows: int,
    ) -> Problem:
        if abs(difference) <= self.tolerance:
            return Problem(
                "balance_rounded",
                accounts=[code],
                details={"replay": replayed, "file": said},
            )
        if self.content.seconds_cut:
            seconds = round(difference * 3600)
            is_round = not seconds % ROUND_SECONDS
            if abs(seconds) <= SECONDS_CUT * rows and not is_round:
                return Problem(
                    "seconds_lost", accounts=[code], details={"seconds": -seconds}
                )
        details: dict[str, Any] = {"difference": difference}
        if self.content.has_unmoved_rows:
            files = (one.name for one in self.content.files if one.role in PAYMENTS)
            name = next(files, "the payments")
            details["cause"] = f"nothing in {name}: an opening balance of before"
        return Problem("balance_differs", accounts=[code], details=details)

    # === POSTINGS === #

    def _moments(self) -> None:
        """Give every payment a moment: decided, or that of the payment before it."""
        choices = {
            (problem.file, problem.row): decided(problem, self.decisions)
            for problem in self.content.problems
            if problem.code in ("no_date", "future_date")
        }
        if not choices:
            return
        payments = self.payments
        before = next((one.moment for one in payments if one.moment), None)
        for payment in payments:
            choice, value = choices.get((payment.file, payment.row), ("", None))
            if choice == "date" and value:
                try:
                    payment.moment = moments.Dates().read(str(value))
                except moments.NotADate as error:
                    raise Unreadable(
                        "decisions", f"“{str(value)[:40]}” is not a date."
                    ) from error
            elif choice == "date_before":
                payment.moment = None
            if payment.moment is None:
                payment.moment = before or moments.EPOCH
            elif not choice:
                before = payment.moment

    def _post(self, moving: list[Payment]) -> None:
        result = self.result
        postings = moving
        if any(self.shares):
            postings = []
            for payment in moving:
                postings.append(payment)
                if payment.levy:
                    postings += self._levies(payment)
            result.levies = len(postings) - len(moving)
        openings: list[Payment] = []
        last = max(
            (payment.moment for payment in moving if payment.moment),
            default=moments.EPOCH,
        )
        for problem in result.problems:
            choice, _value = decided(problem, self.decisions)
            if problem.code == "balance_differs" and choice == "opening":
                openings.append(self._opening(problem))
            elif problem.code == "closed_with_balance" and choice == "community":
                result.closings.append(self._closing(problem, last))
        far = datetime.datetime.max
        # Sorting keeps the order of the files where moments are equal.
        result.postings = sorted(openings + postings, key=lambda one: one.moment or far)

    def _levies(self, payment: Payment) -> list[Payment]:
        """Return what the levy column of a payment moves, as payments of their own."""
        assert payment.levy is not None
        payer, payee = self.shares
        treasury = self.content.treasury
        if payer < 0:
            moves = [(payment.payee, payment.payer, payment.levy)]
        else:
            moves = [
                (party, treasury, share * payment.levy)
                for party, share in ((payment.payer, payer), (payment.payee, payee))
                if share
            ]
        return [
            Payment(
                giver,
                taker,
                amount,
                payment.moment,
                id=f"{payment.id}-levy-{number}" if payment.id else "",
                file=payment.file,
                row=payment.row,
                purpose=payment.purpose,
                kind="levy",
                group=payment.id,
            )
            for number, (giver, taker, amount) in enumerate(moves, start=1)
            if giver != taker
        ]

    def _opening(self, problem: Problem) -> Payment:
        """Return the entry that makes a decided difference good."""
        code, amount = problem.accounts[0], problem.details["difference"]
        decision = self.decisions.get(key(problem)) or self.decisions[problem.code]
        if BROUGHT_FORWARD not in self.result.accounts:
            self.result.accounts[BROUGHT_FORWARD] = Account(
                BROUGHT_FORWARD, "Brought forward", "community"
            )
        first = min(
            (one.moment for one in self.payments if one.moment),
            default=moments.EPOCH,
        )
        sides = (BROUGHT_FORWARD, code) if amount > 0 else (code, BROUGHT_FORWARD)
        return Payment(
            *sides,
            abs(amount),
            first,
            id=f"opening-{code}",
            purpose=decision.get("reason") or "Brought forward",
            kind="opening",
        )

    def _closing(self, problem: Problem, last: datetime.datetime) -> Payment:
        """Return the payment of a closed account's balance to the community."""
        code, amount = problem.accounts[0], problem.details["balance"]
        treasury = self.content.treasury
        sides = (code, treasury) if amount > 0 else (treasury, code)
        return Payment(
            *sides, abs(amount), last, id=f"closing-{code}", purpose="Account closed"
        )
