"""Nested circles: circles packed inside circles, without a library.

Why it is our own: docs/decisions/0028-a-circle-packing-of-our-own.md.

The packing is the front chain of Wang, Wang, Dai and Wang (*Visualization of large
hierarchical data by circle packing*, CHI 2006): each circle is laid against two
neighbours of the chain around those that lie already, and the chain gives way where
it would overlap. What encloses them is found by Bădoiu and Clarkson's steps.
"""

import math
from typing import Any

PAD = 6
STEPS = 60
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


def _size(node: Any) -> None:
    """Set ``r`` of a node and all below, ``dx``, ``dy`` from the parent's centre."""
    children = node["children"]
    own = 14 + 4 * math.sqrt(node["size"])
    for child in children:
        _size(child)
    if not children:
        node["r"] = own
        return
    radii = [child["r"] + PAD / 2 for child in children]
    centres = pack(radii)
    x, y, r = enclose(
        [(*centre, radius) for centre, radius in zip(centres, radii, strict=True)]
    )
    for child, centre in zip(children, centres, strict=True):
        child["dx"], child["dy"] = centre[0] - x, centre[1] - y
    node["r"] = max(own, r + PAD)


def layout(nodes: list[dict]) -> tuple[list[dict], float]:
    """Return the circles of a forest, parents first: ``x``, ``y``, ``r``, ``level``.

    :param nodes: list of dicts ``name``, ``size`` and ``children`` (the same);
        what else they carry is kept
    :return: ``(circles, width)``: the drawing is ``width`` wide and high
    """
    if not nodes:
        return [], 0
    root = {"name": "", "size": 0, "children": list(nodes)}
    _size(root)
    circles = []
    todo: list[tuple] = [(root, root["r"], root["r"], 0)]
    for node, x, y, level in todo:
        if level:
            node.update(x=x, y=y, level=level - 1)
            circles.append(node)
        for child in node["children"]:
            todo.append((child, x + child["dx"], y + child["dy"], level + 1))
    return circles, 2 * root["r"]  # type: ignore[operator]
