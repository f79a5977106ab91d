"""Nested circles: circles packed inside circles, without a library.

Why it is our own: docs/decisions/0028-a-circle-packing-of-our-own.md.

The packing is the front chain of Wang, Wang, Dai and Wang (*Visualization of large
hierarchical data by circle packing*, CHI 2006): each circle is laid against two
neighbours of the chain around those that lie already, and the chain gives way where
it would overlap. What encloses them is found by Bădoiu and Clarkson's steps.
"""

import math
from functools import lru_cache
from typing import Any

# Of the radius of the largest circle: the room around each, and the smallest radius.
PAD = 0.035
SMALLEST = 0.2
# Of the radius around them: what circles fill below a name, what one alone fills, how
# much lower than the middle they lie, and what stays free at the edge.
FILL, ALONE, LOWER, EDGE = 0.86, 0.6, 0.12, 0.02
STEPS = 60
# Of a name's letters, on an average, as a part of their height.
LETTER_WIDTH = 0.6
EPSILON = 1e-6


class _Node:
    """A circle, and its neighbours in the front chain."""

    __slots__ = ("next", "previous", "r", "x", "y")

    def __init__(self, r: Any) -> None:
        self.r, self.x, self.y = r, 0.0, 0.0
        self.next = self.previous = self


def pack(radii: list[float]) -> list[tuple[float, float]]:
    """Return the centres of circles of ``radii`` that touch and never overlap.

    About O(n·√n) for n circles.

    :return: list of ``(x, y)``, in the order given
    """
    order = sorted(range(len(radii)), key=lambda place: -radii[place])
    nodes = [_Node(radii[place]) for place in order]
    _lay(nodes)
    centres = [(0.0, 0.0)] * len(radii)
    for place, node in zip(order, nodes, strict=True):
        centres[place] = (node.x, node.y)
    return centres


def _lay(nodes: Any) -> None:
    if len(nodes) > 1:
        nodes[0].x, nodes[1].x = -nodes[1].r, nodes[0].r
    if len(nodes) > 2:
        _touch(nodes[1], nodes[0], nodes[2])
        for first, second in zip(nodes[:3], nodes[1:3] + nodes[:1], strict=True):
            _chain(first, second)
    head = nodes[0] if nodes else None
    for node in nodes[3:]:
        first = _nearest_pair(head)
        head = _squeeze_in(first, first.next, node)


def _squeeze_in(first: Any, second: Any, node: Any) -> Any:
    """Lay ``node`` against two of the chain that leave room for it; return it."""
    while True:
        _touch(first, second, node)
        hit, before = _first_hit(first, second, node)
        if hit is None:
            break
        # What lies between is covered now: the chain skips it.
        first, second = (hit, second) if before else (first, hit)
        _chain(first, second)
    _chain(first, node)
    _chain(node, second)
    return node


def _chain(first: Any, second: Any) -> None:
    first.next, second.previous = second, first


def _touch(first: Any, second: Any, node: Any) -> None:
    """Lay ``node`` against both, outside the chain that runs from first to second."""
    x, y = first.x - second.x, first.y - second.y
    far = math.hypot(x, y)
    reach = second.r + node.r
    along = (far * far + reach * reach - (first.r + node.r) ** 2) / (2 * far)
    aside = math.sqrt(max(reach * reach - along * along, 0))
    node.x = second.x + (along * x - aside * y) / far
    node.y = second.y + (along * y + aside * x) / far


def _first_hit(first: Any, second: Any, node: Any) -> tuple:
    """Return ``(what node overlaps, whether before first)``, the nearest both ways."""
    ahead, behind = second.next, first.previous
    way_ahead, way_behind = second.r, first.r
    while True:
        if way_ahead <= way_behind:
            if _overlap(ahead, node):
                return ahead, False
            way_ahead += ahead.r
            ahead = ahead.next
        else:
            if _overlap(behind, node):
                return behind, True
            way_behind += behind.r
            behind = behind.previous
        if ahead is behind.next:
            return None, False


def _overlap(first: Any, second: Any) -> bool:
    return (
        math.hypot(first.x - second.x, first.y - second.y)
        < first.r + second.r - EPSILON
    )


def _nearest_pair(head: Any) -> Any:
    """Return the first of the two neighbours that lie nearest to the middle."""
    best, found, node = math.inf, head, head
    while True:
        total = node.r + node.next.r
        x = (node.x * node.next.r + node.next.x * node.r) / total
        y = (node.y * node.next.r + node.next.y * node.r) / total
        if x * x + y * y < best:
            best, found = x * x + y * y, node
        node = node.next
        if node is head:
            return found


def enclose(circles: Any) -> tuple[float, float, float]:
    """Return ``(x, y, r)`` of nearly the least circle around ``circles``, (x, y, r)."""
    x = sum(circle[0] for circle in circles) / len(circles)
    y = sum(circle[1] for circle in circles) / len(circles)

    def far_edge(circle: Any) -> Any:
        return math.hypot(circle[0] - x, circle[1] - y) + circle[2]

    for step in range(1, STEPS):
        far = max(circles, key=far_edge)
        away = math.hypot(far[0] - x, far[1] - y)
        if away < EPSILON:
            break
        # Towards the far edge of the farthest.
        share = (away + far[2]) / away / (step + 1)
        x, y = x + (far[0] - x) * share, y + (far[1] - y) * share
    return x, y, max(far_edge(circle) for circle in circles)


def place(weights: list[float], room: bool = True) -> list[tuple]:
    """Return circles inside the unit circle, their areas in proportion to ``weights``.

    No circle has less than a fifth of the radius of the largest, so that each can be
    seen, and none fills more than ``ALONE`` of the radius around it.

    :param room: leave room at the top for the name of the circle around them
    :return: list of ``(x, y, r)``, in the order given
    """
    if not weights:
        return []
    largest = math.sqrt(max(weights))
    radii = [max(math.sqrt(weight), largest * SMALLEST) for weight in weights]
    gap = PAD * largest
    centres = pack([radius + gap for radius in radii])
    x, y, outer = enclose(
        [(*at, radius + gap) for at, radius in zip(centres, radii, strict=True)]
    )
    fill, alone = (FILL, ALONE) if room else (1 - EDGE, 1 - EDGE)
    scale = min(fill / outer, alone / largest)
    down = min(1 - EDGE - scale * outer, LOWER) if room else 0.0
    return [
        ((at[0] - x) * scale, (at[1] - y) * scale + down, radius * scale)
        for at, radius in zip(centres, radii, strict=True)
    ]


def layout(nodes: list[dict]) -> list[dict]:
    """Set where each circle lies in the one around it: ``x``, ``y`` and ``r``.

    The circle around them is the unit circle, so that a level is laid out without the
    levels below it, and comes out the same whoever asks for it.

    :param nodes: dicts ``id``, ``parent_id``, ``size`` and ``inside``, each level with
        all its circles; a parent that is not among them is the drawing itself where it
        is None
    :return: the same dicts
    """
    levels: dict = {}
    for node in nodes:
        levels.setdefault(node["parent_id"], []).append(node)
    for parent, level in levels.items():
        level.sort(key=lambda node: (-_weight(node), node["id"]))
        circles = _placed(tuple(map(_weight, level)), parent is not None)
        for node, (x, y, r) in zip(level, circles, strict=True):
            node.update(x=x, y=y, r=r)
    return nodes


@lru_cache(maxsize=64)
def _placed(weights: tuple[int, ...], room: bool) -> list[tuple[float, float, float]]:
    """Return :func:`place` of ``weights``, once for all who look at the same level.

    Ten thousand circles in one take seconds to lay, and everybody may ask for them.
    """
    return place(list(weights), room=room)


def _weight(node: dict) -> int:
    """Return what the area stands for: the people, and the circles inside."""
    return 1 + node["size"] + node["inside"]


def label(nodes: list[dict], letter: float) -> None:
    """Set ``label``, the place of its name, on each of ``nodes`` that has room for it.

    The largest first; no name lies on another. A program that knows the letters'
    widths does this better: see ``static/src/interactions/map_labels.js``.

    :param nodes: dicts ``name``, ``parent_id``, ``cx``, ``cy`` and ``cr``
    :param letter: the height of a letter, as a part of the drawing's radius
    """
    around = {node["parent_id"] for node in nodes}
    taken: list[tuple] = []
    for node in sorted(nodes, key=lambda node: -node["cr"]):
        half = LETTER_WIDTH * letter * len(node["name"]) / 2
        x, y, r = node["cx"], node["cy"], node["cr"]
        if node["id"] in around:
            # At the top, above what is inside.
            y -= 0.88 * r
            fits = half < 0.6 * r
        else:
            fits = half < 0.95 * r
        shown = max(abs(x) + half, abs(y) + letter) <= 1
        free = all(
            abs(x - other_x) > half + other or abs(y - other_y) > 1.3 * letter
            for other_x, other_y, other in taken
        )
        if fits and shown and free:
            taken.append((x, y, half))
            # The line that letters stand on.
            node["label"] = x, y + letter / 3
