"""Groups as files write them: in which order they are made, and which cannot be.

Runs without Odoo. A tree has one parent for each group, no circle of parents
and an end to its depth; a row that breaks one of these is refused by itself,
and with it what would have been inside.
"""

from typing import Any

MAX_DEPTH = 32

# Reasons; the addon puts them in words.
NO_KEY, TWICE, TWO_PARENTS = "no_key", "twice", "two_parents"
NO_PARENT, INSIDE_ITSELF, PARENT_REFUSED = "no_parent", "cycle", "parent_refused"
TOO_DEEP = "depth"


def plan(rows: Any, known: Any = ()) -> tuple[list[str], dict]:
    """Return ``(keys in the order they are made, refusals)``.

    :param list rows: dicts with ``row`` (its number), ``group``, ``parent``
    :param known: keys of groups that are there already
    :return: keys of rows that stand, parents before children, and
        ``{row number: (reason, what it is about)}``. Linear in the rows.
    """
    refused, first = {}, {}
    for row in rows:
        key, parent = row["group"], row["parent"]
        if not key:
            refused[row["row"]] = NO_KEY, ""
        elif key in first:
            before = first[key]
            same = before["parent"] == parent
            reason = (TWICE, before["row"]) if same else (TWO_PARENTS, before["parent"])
            refused[row["row"]] = reason
        else:
            first[key] = row
    order, state = [], {}
    for key in first:
        _settle(key, first, set(known), state, order, refused)
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
