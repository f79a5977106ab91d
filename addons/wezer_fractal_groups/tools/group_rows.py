"""Groups as files write them: in which order they are made, and which cannot be.

Runs without Odoo. A tree has one parent for each group, no circle of parents
and an end to its depth; a row that breaks one of these is refused by itself,
and with it what would have been inside. Where several rows name parents of a group, the
first that can be its parent is; the others are left as links.
"""

from typing import Any, NamedTuple

MAX_DEPTH = 32

# Reasons; the addon puts them in words.
NO_KEY, TWICE, TWO_PARENTS = "no_key", "twice", "two_parents"
NO_PARENT, INSIDE_ITSELF, PARENT_REFUSED = "no_parent", "cycle", "parent_refused"
TOO_DEEP = "depth"


class Plan(NamedTuple):
    """What is made of the rows of a file.

    :param list order: keys in the order in which they are made
    :param dict rows: the row that each key is made of
    :param dict refused: ``{row number: (reason, what it is about)}``
    :param dict links: ``{row number: (key, the other parent)}`` of rows in ``refused``
        whose parent is there, or is made, too
    """

    order: list[str]
    rows: dict[str, dict]
    refused: dict[int, tuple[str, Any]]
    links: dict[int, tuple[str, str]]


def plan(rows: Any, known: Any = ()) -> Plan:
    """Return what is made of ``rows``, and in which order.

    :param list rows: dicts with ``row`` (its number), ``group``, ``parent``
    :param known: keys of groups that are there already
    """
    refused: dict[int, tuple[str, Any]] = {}
    known = set(known)
    wanted = _candidates(rows, known, refused)
    passed: dict[str, list] = {key: [] for key in wanted}
    # A round for each further parent that a group may have.
    while True:
        first = {key: candidates[0] for key, candidates in wanted.items()}
        order, reasons = _tree(first, known)
        tried = False
        for key, candidates in wanted.items():
            row = candidates[0]
            if row["row"] in reasons and len(candidates) > 1:
                refused[row["row"]] = reasons[row["row"]]
                passed[key].append(candidates.pop(0))
                tried = True
        if not tried:
            break
    refused.update(reasons)
    made, links = set(order), {}
    for key, (row, *others) in wanted.items():
        for other in others:
            parent = other["parent"]
            refused[other["row"]] = TWO_PARENTS, row["parent"]
            if key not in made:
                refused[other["row"]] = PARENT_REFUSED, parent
            elif parent in made or (parent in known and parent not in first):
                links[other["row"]] = key, parent
            elif parent:
                refused[other["row"]] = PARENT_REFUSED, parent
    return Plan(order, first, refused, links)


def _candidates(rows: Any, known: set, refused: dict) -> dict[str, list]:
    """Return ``{key: its rows, those that name a parent that is there first}``.

    Rows without a key, and rows that say again what another one said, are refused.
    """
    by_key: dict[str, dict[str, dict]] = {}
    for row in rows:
        key, parent = row["group"], row["parent"]
        if not key:
            refused[row["row"]] = NO_KEY, ""
        elif parent in by_key.setdefault(key, {}):
            refused[row["row"]] = TWICE, by_key[key][parent]["row"]
        else:
            by_key[key][parent] = row
    wanted = {}
    for key, by_parent in by_key.items():
        there = [
            row
            for parent, row in by_parent.items()
            if parent in known or parent in by_key
        ]
        # A row without a parent counts where no other row names one that is there.
        there += [row for parent, row in by_parent.items() if not parent]
        missing = [row for row in by_parent.values() if row not in there]
        if there:
            for row in missing:
                refused[row["row"]] = NO_PARENT, row["parent"]
        wanted[key] = there or missing
    return wanted


def _tree(first: dict, known: set) -> tuple[list[str], dict]:
    """Return ``(keys, parents first; reasons by row)``; linear in the rows."""
    refused: dict[int, tuple[str, Any]] = {}
    order: list[str] = []
    state: dict[str, Any] = {}
    for key in first:
        _settle(key, first, known, state, order, refused)
    return order, refused


def _settle(
    key: Any, first: Any, known: Any, state: Any, order: Any, refused: Any
) -> None:
    """Decide ``key`` and what it is inside of, without recursion."""
    path = []
    while key in first and key not in state:
        state[key] = "open"
        path.append(key)
        key = first[key]["parent"]
    if key in first and state[key] == "open":
        _refuse_cycle(path[path.index(key) :], first, state, refused)
    for name in reversed(path):
        if state[name] == "open":
            state[name] = _decide(first[name], first, known, state, refused)
            if state[name] != "refused":
                order.append(name)


def _refuse_cycle(ring: Any, first: Any, state: Any, refused: Any) -> None:
    for key in ring:
        state[key] = "refused"
        way = ring[ring.index(key) + 1 :] + ring[: ring.index(key)]
        refused[first[key]["row"]] = INSIDE_ITSELF, ", ".join(way[:5])


def _decide(row: dict, first: Any, known: Any, state: Any, refused: Any) -> Any:
    """Return the depth of ``row``'s group, or ``"refused"``."""
    parent = row["parent"]
    if not parent or (parent in known and parent not in first):
        return 0
    if parent not in first:
        refused[row["row"]] = NO_PARENT, parent
        return "refused"
    if state[parent] == "refused":
        refused[row["row"]] = PARENT_REFUSED, parent
        return "refused"
    if state[parent] + 1 >= MAX_DEPTH:
        refused[row["row"]] = TOO_DEEP, MAX_DEPTH
        return "refused"
    return state[parent] + 1
