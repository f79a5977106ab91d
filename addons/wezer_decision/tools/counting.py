"""Counts a decision: one entry for the app, the command and the tests.

:func:`count` takes how often each ballot was cast and returns a plain object that can
be written as JSON. It depends on its arguments alone, so that everybody can repeat a
count with the ballots that a decision publishes. Runs without Odoo.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import ballots, colleges, lot, majority, schulze, score, stv

METHODS = tuple(ballots.KINDS)
# Where a person or thing is elected among options.
ELECTING = ("score", "dot", "choose", "dates", "schulze", "stv", "irv", "draw")


def count(
    method: str,
    options: Sequence[str],
    tallies: Mapping[str, int],
    rules: Mapping[str, Any] | None = None,
    by_college: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, Any]:
    """Count canonical ballots.

    :param method: one of :data:`METHODS`
    :param options: the labels of the options, in their order (none for yes and no)
    :param tallies: how often each canonical ballot was cast; for a ``draw`` one text
        with the number of each option, separated by commas, nothing where it does not
        stand
    :param rules: of the decision. ``decision`` (its key) and ``option_ids`` make the
        lot, unless a ``seal`` is given; ``withdrawn`` has the numbers (from 1) of
        options that are left out; ``none_option`` is the number of the option "none of
        these"; ``seats``, ``share``, ``strict``, ``base``, ``roll``, ``quorum``,
        ``aggregate``, ``passes_from``, ``colleges`` as the decision has them;
        by consent ``live_objections`` (how many stand: without it, all), ``silence``
        (counts as consent), and ``fallback`` (the share of a majority over objections)
    :param by_college: the same ballots for each college, where ``rules`` has colleges
    :return: always ``method``, ``ballots``, ``blank``, ``seats``, ``quota``,
        ``elected``, ``elected_numbers``, ``order``, ``rounds``, ``ties``, ``seal``,
        ``lot``, ``quorum_met``; then what the method adds
    :raise ValueError: where the rules do not fit
    """
    if method not in ballots.KINDS:
        raise ballots.BadChoice("method", f"There is no method “{method}”", method)
    counting = Counting(method, options, tallies, rules or {}, by_college or {})
    return counting.result()


class Counting:
    """One count of one decision."""

    def __init__(
        self,
        method: str,
        options: Sequence[str],
        tallies: Mapping[str, int],
        rules: Mapping[str, Any],
        by_college: Mapping[str, Mapping[str, int]],
    ) -> None:
        self.method = method
        self.options = distinct(options)
        self.n = len(self.options)
        self.tallies = {text: times for text, times in tallies.items() if times}
        self.rules = rules
        self.by_college = by_college
        self.seats = max(int(rules.get("seats") or 1), 1)
        self.none = self.none_option()
        left_out = {int(number) - 1 for number in rules.get("withdrawn") or ()}
        for option in left_out | {self.none} - {None}:
            if option not in range(self.n):
                raise ValueError("A rule names an option that does not exist")
        self.withdrawn = sorted(left_out)
        self.standing = [o for o in range(self.n) if o not in left_out]
        ids = rules.get("option_ids") or range(1, self.n + 1)
        if len(set(ids)) != self.n or len(ids) != self.n:
            raise ValueError("The ids of the options are not as many as the options")
        # Ballots that are not published are sealed by what is published instead.
        self.seal = rules.get("seal") or lot.seal(
            rules.get("decision") or "", self.tallies
        )
        places = {option: place for place, option in enumerate(ids)}
        self.lot: list[int] = [places[one] for one in lot.order(self.seal, ids)]
        self.place = {option: place for place, option in enumerate(self.lot)}
        self.ties: list[dict[str, Any]] = []

    def none_option(self) -> int | None:
        """Return the option "none of these" (from 0); True is the last option."""
        given = self.rules.get("none_option")
        if not given:
            return None
        return self.n - 1 if given is True else int(given) - 1

    def result(self) -> dict[str, Any]:
        """Count, and return the object that is stored, shown and printed."""
        answered = sum(self.tallies.values())
        found = {
            "method": self.method,
            "ballots": answered,
            "blank": self.tallies.get("", 0),
            "seats": self.seats if self.method in ELECTING else None,
            "quota": None,
            "elected": [],
            "elected_numbers": [],
            "order": [],
            "rounds": [],
            "ties": [],
            "seal": self.seal,
            "lot": [self.options[option] for option in self.lot],
            "quorum_met": majority.quorum(
                answered, self.rules.get("roll"), self.rules.get("quorum")
            ),
        }
        found.update(METHOD[self.method](self))
        if self.ties:
            found["ties"] = self.ties
        return found

    # --- yes and no --- #

    def majority(self) -> dict[str, Any]:
        """Count yes and no, by colleges where there are any."""
        if self.rules.get("colleges"):
            if not isinstance(self.rules["colleges"], Mapping):
                raise ValueError("Each college needs a weight")
            return colleges.count(self.rules["colleges"], self.by_college, self.rules)
        return majority.count(self.tallies, self.rules)

    def words(self) -> dict[str, Any]:
        """Count the answers of a consent round or a check."""
        votes = {word: self.tallies.get(word, 0) for word in ballots.WORDS[self.method]}
        if self.method == "check":
            return {"votes": votes}
        answered = sum(self.tallies.values())
        met = majority.quorum(
            answered, self.rules.get("roll"), self.rules.get("quorum")
        )
        good, silent = votes["live"] + votes["concern"], bool(self.rules.get("silence"))
        # Of the objections some were answered, set aside, or nobody speaks for them.
        live = int(self.rules.get("live_objections", votes["object"]))
        # A blank answer is none of consent.
        enough = (met and bool(good)) or (silent and bool(answered))
        found: dict[str, Any] = {"votes": votes, "adopted": enough and not live}
        share = self.rules.get("fallback")
        if live and share and self.rules.get("colleges"):
            counted = self._fallback_by_colleges(str(share))
            reached = counted.pop("adopted")
            found.update(counted, adopted=reached and (met or silent))
        elif live and share:
            cast = good + votes["object"]
            found.update(share=str(share), strict=False, reached=f"{good}/{cast}")
            reached = bool(cast) and majority.is_reached(good, cast, share)
            found["adopted"] = reached and (met or silent)
        return found

    def _fallback_by_colleges(self, share: str) -> dict[str, Any]:
        """Count those who can live with it by the weights of their colleges."""
        by_college = {
            name: {
                "yes": votes.get("live", 0) + votes.get("concern", 0),
                "no": votes.get("object", 0),
            }
            for name, votes in self.by_college.items()
        }
        rules = {"share": share, "strict": False}
        counted = colleges.count(self.rules["colleges"], by_college, rules)
        # Whether enough have answered is another question.
        names = ("colleges", "spread", "share", "strict", "reached", "adopted")
        return {name: counted[name] for name in names}

    # --- sums --- #

    def score(self) -> dict[str, Any]:
        """Count points: the largest sum, or the largest mean."""
        sums, voters = score.points(self.tallies, self.n)
        values: Sequence[Fraction | int] = sums
        found: dict[str, Any] = {
            "sums": self.named(sums),
            "voters": self.named(voters),
        }
        if self.method == "score" and self.rules.get("aggregate") == "mean":
            values = score.means(sums, voters)
            found["means"] = self.named(list(map(rounded, values)))
            found["aggregate"] = "mean"
        least = Fraction(str(self.rules.get("passes_from") or 0))
        if least:
            found["passes_from"] = str(self.rules["passes_from"])
        passed = [o for o in self.standing if values[o] > 0 and values[o] >= least]
        return {**found, **self.by_value(values, passed)}

    def picks(self) -> dict[str, Any]:
        """Count choices: most votes."""
        votes = score.picks(self.tallies, self.n)
        chosen = [option for option in self.standing if votes[option]]
        return {"votes": self.named(votes), **self.by_value(votes, chosen)}

    def dates(self) -> dict[str, Any]:
        """Count dates: most who can come, then most yes, then the earliest."""
        can, yes = score.dates(self.tallies, self.n)
        starts = self.rules.get("starts") or [""] * self.n
        order = sorted(
            self.standing, key=lambda o: (-can[o], -yes[o], starts[o] or "", o)
        )
        elected = [option for option in order if can[option]][: self.seats]
        return {
            "can": self.named(can),
            "yes": self.named(yes),
            "order": [[self.options[option]] for option in order],
            **self.winners(elected),
        }

    # --- rankings --- #

    def schulze(self) -> dict[str, Any]:
        """Count rankings by the Schulze method."""
        counted = schulze.count(self.tallies, self.n, self.withdrawn, self.none)
        groups = counted["order"]
        allowed = set(self.standing) - set(counted["dropped"])
        before: list[list[int]] = []
        for group in groups:
            if self.none in group and len(group) == 1:
                break
            before.append([option for option in group if option != self.none])
        elected = self.first_of([[o for o in g if o in allowed] for g in before])
        if not self.valid():
            elected, self.ties = [], []
        found = {
            "order": [[self.options[option] for option in group] for group in groups],
            "matrix": self.table(counted["matrix"]),
            "paths": self.table(counted["paths"]),
            **self.winners(elected),
        }
        if self.none is not None:
            found["dropped"] = [self.options[option] for option in counted["dropped"]]
        return found

    def stv(self) -> dict[str, Any]:
        """Count rankings by the single transferable vote."""
        papers: Counter[tuple[int, ...]] = Counter()
        cut = 0
        for text, times in self.tallies.items():
            preferences = ballots.preferences(text) if text else ()
            papers[preferences] += times
            if len(preferences) < len(text.replace("-", " ").split()):
                cut += times
        counted = stv.Count(
            papers,
            [option + 1 for option in self.standing],
            self.seats,
            [option + 1 for option in self.lot],
            runoff=self.method == "irv" and self.seats == 1,
        ).run()
        elected = [number - 1 for number in counted.elected]
        self.ties += [
            {
                **tie,
                "between": [self.options[number - 1] for number in tie["between"]],
                "chosen": self.options[tie["chosen"] - 1],
            }
            for tie in counted.ties
        ]
        return {
            "valid": counted.valid,
            # Ballots with two options at one rank count up to there.
            "cut_short": cut,
            "quota": stv.decimal(counted.quota),
            "rounds": [
                {
                    self.options[number - 1]: stv.decimal(v)
                    for number, v in votes.items()
                }
                for votes in counted.history
            ],
            "stages": [
                {
                    **stage,
                    "candidate": stage["candidate"]
                    and self.options[stage["candidate"] - 1],
                    "votes": stv.decimal(stage["votes"]),
                    "elected": [
                        self.options[number - 1] for number in stage["elected"]
                    ],
                    "not_transferable": stv.decimal(stage["not_transferable"]),
                    "residue": stv.decimal(stage["residue"]),
                }
                for stage in counted.stages
            ],
            "excluded": [self.options[number - 1] for number in counted.excluded],
            "none_won": self.none in elected,
            **self.winners([option for option in elected if option != self.none]),
        }

    # --- draw --- #

    def draw(self) -> dict[str, Any]:
        """Draw among the people who stand, by their hidden numbers."""
        ids = list(self.rules.get("option_ids") or range(1, self.n + 1))
        numbers: dict[int | str, int | str] = {}
        for text in self.tallies:
            for option, cell in enumerate(text.split(",") if text else ()):
                if cell and option in self.standing:
                    numbers[ids[option]] = cell
        drawn, together = lot.draw(numbers, self.seats)
        everybody = lot.order(together, list(numbers))
        return {
            "numbers": {
                self.options[ids.index(person)]: str(number)
                for person, number in numbers.items()
            },
            "seal": together,
            "lot": [self.options[ids.index(person)] for person in everybody],
            "order": [[self.options[ids.index(person)]] for person in everybody],
            **self.winners([ids.index(person) for person in drawn]),
        }

    # --- common --- #

    def valid(self) -> bool:
        """Return whether anybody answered anything."""
        return any(self.tallies)

    def by_value(
        self, values: Sequence[Fraction | int], passed: Sequence[int]
    ) -> dict[str, Any]:
        """Return the order of options by their values, and those who are elected."""
        levels = sorted({values[option] for option in self.standing}, reverse=True)
        groups = [[o for o in self.standing if values[o] == level] for level in levels]
        allowed = set(passed)
        elected = self.first_of([[o for o in g if o in allowed] for g in groups])
        return {
            "order": [[self.options[option] for option in group] for group in groups],
            **self.winners(elected),
        }

    def first_of(self, groups: Iterable[Sequence[int]]) -> list[int]:
        """Return as many options as there are seats; the lot decides between equals."""
        elected: list[int] = []
        for group in groups:
            left = self.seats - len(elected)
            if left <= 0:
                break
            chosen = sorted(group, key=self.place.__getitem__)
            if len(group) > left:
                self.ties.append(
                    {
                        "for": "seat",
                        "between": [self.options[option] for option in group],
                        "by": "lot",
                        "chosen": [self.options[option] for option in chosen[:left]],
                    }
                )
            elected += chosen[:left]
        return elected

    def winners(self, options: Sequence[int]) -> dict[str, Any]:
        """Return the elected options by name and by number."""
        return {
            "elected": [self.options[option] for option in options],
            "elected_numbers": [option + 1 for option in options],
        }

    def named(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return a value for each option that stands."""
        return {self.options[option]: values[option] for option in self.standing}

    def table(self, matrix: Sequence[Sequence[int]]) -> dict[str, dict[str, int]]:
        """Return a number for each option against each other one."""
        return {
            self.options[i]: {
                self.options[j]: matrix[i][j] for j in self.standing if j != i
            }
            for i in self.standing
        }


METHOD: dict[str, Callable[[Counting], dict[str, Any]]] = {
    "majority": Counting.majority,
    "consent": Counting.words,
    "person": Counting.words,
    "check": Counting.words,
    "score": Counting.score,
    "dot": Counting.score,
    "choose": Counting.picks,
    "dates": Counting.dates,
    "schulze": Counting.schulze,
    "stv": Counting.stv,
    "irv": Counting.stv,
    "draw": Counting.draw,
}


def distinct(labels: Iterable[str]) -> list[str]:
    """Return labels of which no two are the same: ``Ana``, ``Ana (2)``."""
    used: set[str] = set()
    names = []
    for label in labels:
        name, number = label, 1
        while name in used:
            number += 1
            name = f"{label} ({number})"
        used.add(name)
        names.append(name)
    return names


def rounded(value: Fraction | int) -> str:
    """Return a mean with five decimals, truncated; it is compared exactly."""
    return stv.decimal(int(Fraction(value) * stv.UNIT))
