"""Nested circles drawn without a library: children on a ring inside their parent."""

import math

PAD = 6


def _ring(radii):
    """Return the radius of the ring on which circles of ``radii`` do not overlap."""
    low = max(radii)
    if sum(math.asin(radius / low) for radius in radii) <= math.pi:
        return low
    high = low + sum(radii)
    for _step in range(40):
        middle = (low + high) / 2
        if sum(math.asin(radius / middle) for radius in radii) > math.pi:
            low = middle
        else:
            high = middle
    return high


def _size(node):
    """Set ``r`` of a node and all below, ``dx``, ``dy`` from the parent's centre."""
    children = node["children"]
    own = 14 + 4 * math.sqrt(node["size"])
    for child in children:
        _size(child)
    if not children:
        node["r"] = own
        return
    radii = [child["r"] + PAD / 2 for child in children]
    if len(children) == 1:
        children[0]["dx"], children[0]["dy"] = 0.0, 0.0
        node["r"] = max(own, radii[0] + 2 * PAD)
        return
    ring = _ring(radii)
    angles = [math.asin(min(1, radius / ring)) for radius in radii]
    scale = math.pi / sum(angles)
    turn = 0.0
    for child, angle in zip(children, angles, strict=True):
        turn += angle * scale
        child["dx"] = ring * math.cos(turn)
        child["dy"] = ring * math.sin(turn)
        turn += angle * scale
    node["r"] = max(own, ring + max(radii) + PAD)


def layout(nodes):
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
    todo = [(root, root["r"], root["r"], 0)]
    while todo:
        node, x, y, level = todo.pop(0)
        if level:
            node.update(x=x, y=y, level=level - 1)
            circles.append(node)
        for child in node["children"]:
            todo.append((child, x + child["dx"], y + child["dy"], level + 1))
    return circles, 2 * root["r"]
