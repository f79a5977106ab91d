"""State machines as data.

Each model with states declares one :class:`StateMachine` in its own file, as the class
attribute ``_state_machine``. The checks of its actions, the buttons on the website and
in the back office, the random tests and ``docs/state-machines.md`` read that table;
named sets of states are derived from it.

    DEAL = StateMachine(
        states=("open", "accepted", "paid", "ended"),
        rules={"payer": "acts for the payer", "deadline": "the nightly job"},
        transitions=(
            Transition("approve", ("delivered",), ("paid",), "payer", "action_approve"),
        ),
    )
    LIVE = DEAL.unfinished
    OWED = DEAL.sources("approve", "pay")
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Transition:
    """A row of the table: an action, from which states, to which, and whose it is.

    :param str action: stable word; the key of a permission and of a button
    :param tuple sources: states from which it is possible; empty where the action
        makes the record
    :param tuple targets: states to which it may lead
    :param str who: a named rule of the machine
    :param str method: the method of the model that does it; where it is another
        model's, with that model's name: ``wezer.group.action_join``
    :param str note: a condition that the states do not express, for the documents
    """

    action: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    who: str
    method: str
    note: str = ""


class StateMachine:
    """The states of a model and all its transitions.

    :param states: all states, in the order in which people meet them
    :param dict rules: named rule: what it means, for the documents
    :param transitions: iterable of :class:`Transition`; an action may have several
        rows where its targets depend on the source
    :param str field: the field that holds the state
    :raise ValueError: where a row names an unknown state or rule
    """

    def __init__(
        self, states: Any, rules: Any, transitions: Any, field: str = "state"
    ) -> None:
        self.states = tuple(states)
        self.rules = dict(rules)
        self.transitions = tuple(transitions)
        self.field = field
        for row in self.transitions:
            unknown = {*row.sources, *row.targets} - set(self.states)
            if unknown or row.who not in self.rules:
                raise ValueError(f"{row.action}: unknown {unknown or row.who}")

    @property
    def actions(self) -> tuple[str, ...]:
        """Return every action once, in the order of the table."""
        return tuple(dict.fromkeys(row.action for row in self.transitions))

    def rows(self, action: str) -> tuple[Transition, ...]:
        """Return the rows of ``action``; refuse an action that is not in the table."""
        rows = tuple(row for row in self.transitions if row.action == action)
        if not rows:
            raise KeyError(action)
        return rows

    def sources(self, *actions: str) -> tuple[str, ...]:
        """Return the states from which one of ``actions`` is possible, in order."""
        found = {
            state
            for action in actions
            for row in self.rows(action)
            for state in row.sources
        }
        return self._in_order(found)

    def targets(self, action: str, source: str | None = None) -> tuple[str, ...]:
        """Return the states to which ``action`` may lead (from ``source``)."""
        found = {
            state
            for row in self.rows(action)
            if source is None or source in row.sources
            for state in row.targets
        }
        return self._in_order(found)

    def actions_from(self, state: str) -> tuple[str, ...]:
        """Return the actions that are possible in ``state``."""
        return tuple(
            dict.fromkeys(
                row.action for row in self.transitions if state in row.sources
            )
        )

    def allows(self, source: str, target: str) -> bool:
        """Return whether an action leads from ``source`` to ``target``, or it stays."""
        return source == target or any(
            source in row.sources and target in row.targets for row in self.transitions
        )

    def who(self, action: str) -> str:
        """Return the named rule that says whose action it is."""
        return self.rows(action)[0].who

    @property
    def final(self) -> tuple[str, ...]:
        """Return the states that no transition leaves."""
        return tuple(state for state in self.states if not self.actions_from(state))

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Return the states that some transition leaves."""
        return tuple(state for state in self.states if self.actions_from(state))

    def without(self, *states: str) -> tuple[str, ...]:
        """Return all states but ``states``, in order."""
        return tuple(state for state in self.states if state not in states)

    def _in_order(self, found: Any) -> tuple:
        return tuple(state for state in self.states if state in found)
