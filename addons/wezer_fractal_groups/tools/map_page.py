"""What the page of the map draws first, and what it asks for afterwards.

The first response draws the largest circles of a few levels; the page asks for the
circles inside the others when they are zoomed into. See docs/decisions/0028.
"""

from datetime import date
from typing import Any

from odoo import api
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.category_looks import TINTS
from odoo.addons.wezer_base.tools.text import normalise

from .circles import label, layout
from .group_cards import tints_of
from .group_map import CircleTree

# So many circles the first response draws, none smaller than a part of the drawing.
FIRST, SMALLEST = 120, 0.012
# Circles with at least this part of the drawing show what is inside them.
OPENED = 0.07
# So many circles right in one are drawn, the largest; the list has all.
DRAWN = 500
# So many circles are opened by one request.
ASKED = 20
# So many names one page of the list has.
LISTED = 100
# A letter of the first response, as a part of the drawing's radius.
LETTER = 0.044
FOUND = 8
# How alike a name is to what was typed, where nothing has just these letters.
TYPO_FROM, TYPO_LIKENESS = 4, 0.45


def first_view(
    env: api.Environment,
    circle: int | None = None,
    page: int = 1,
    day: date | None = None,
) -> dict:
    """Return what the first response shows: all circles, or those inside ``circle``.

    :param page: of the list of the circles right in ``circle``
    :return: ``circles`` (as the page's program reads them), ``drawn`` (those to draw,
        with ``cx``, ``cy``, ``cr``), ``path`` and ``here`` (dicts), ``listed`` (dicts,
        some with ``children``), ``count`` (of the circles right in ``circle``)
    """
    tree = CircleTree(env, day)
    if circle not in tree.parents:
        circle = None
    path = _path(tree, circle)
    here = path[-1] if path else None
    if here:
        _zoom_out(path)
    drawn = _largest(tree, circle, here)
    known = {node["id"]: node for node in path + drawn}
    children = set(tree.children(circle))
    # In the order of names: those of the list, and those it may unfold.
    names = tree.source.by_name([*children, *(known.keys() - children)])
    listed_ids = [own for own in names if own in children]
    listed_ids = listed_ids[(page - 1) * LISTED : page * LISTED]
    others = tree.nodes([own for own in listed_ids if own not in known])
    known |= {node["id"]: node for node in others}
    tree.described(list(known.values()))
    _tint(env, list(known.values()))
    for node in known.values():
        _say(env, node)
    listed = [known[own] for own in listed_ids]
    if len(listed) <= LISTED // 10:
        _unfold(tree, listed, known, names)
    label(drawn, LETTER)
    return {
        "circles": [_packed(node) for node in path + drawn],
        "drawn": path + drawn,
        "path": path,
        "here": here,
        "listed": listed,
        "count": len(tree.children(circle)),
        "tops": len(tree.children(None)),
        "total": len(tree.parents),
    }


def level_view(
    env: api.Environment, ids: list[int], day: date | None = None
) -> list[dict]:
    """Return the circles right in those with these ids, for the page's program.

    :param ids: of circles; 0 stands for the whole drawing. Those that the user does
        not see have nothing inside
    """
    tree = CircleTree(env, day)
    nodes = []
    for own in dict.fromkeys(ids[:ASKED]):
        level = layout(tree.nodes(tree.children(own or None)))
        nodes += sorted(level, key=lambda node: -node["r"])[:DRAWN]
    return _sent(env, tree, nodes)


def path_view(env: api.Environment, circle: int, day: date | None = None) -> list[dict]:
    """Return ``circle`` and those around it, outer first, for the page's program."""
    tree = CircleTree(env, day)
    return _sent(env, tree, _path(tree, circle if circle in tree.parents else None))


def find(env: api.Environment, typed: str, limit: int = FOUND) -> list[dict]:
    """Return the circles with a name like ``typed``, the nearest first.

    :return: dicts ``slug``, ``name`` and ``hint`` (the circle around it, if any)
    """
    groups = env["wezer.group"]
    key = normalise(typed)
    if not key:
        return []
    found, _count = groups._search_public(typed, limit=50)
    if not found and len(key) >= TYPO_FROM and env.registry.has_trigram:
        found = groups.browse(_alike(groups, key, limit))
    ranks = {circle.id: _rank(normalise(circle.name), key) for circle in found}
    found = found.sorted(lambda circle: ranks[circle.id])[:limit]
    around = found.sudo().parent_id.sudo(False)._filtered_access("read")
    return [
        {
            "slug": circle.slug,
            "name": circle.name,
            "hint": circle.parent_id.name if circle.sudo().parent_id in around else "",
        }
        for circle in found
    ]


def _rank(name: str, key: str) -> int:
    """Return a number that is small where ``name`` is what was typed."""
    if name == key:
        return 0
    if name.startswith(key):
        return 1
    return 2 if key in name else 3


def _alike(groups: Any, key: str, limit: int) -> list[int]:
    """Return the ids of visible circles that are written nearly as ``key``."""
    query = groups._search(Domain("kind", "=", "circle"))
    likeness = SQL("word_similarity(%s, wezer_group.search_text)", key)
    query.add_where(SQL("%s >= %s", likeness, TYPO_LIKENESS))
    query.order = SQL("%s DESC, wezer_group.id", likeness)
    query.limit = limit
    return list(query)


# === WHAT IS DRAWN FIRST === #


def _path(tree: CircleTree, circle: int | None) -> list[dict]:
    """Return the circles around ``circle`` and itself, each where it lies."""
    path = []
    for own in tree.path(circle) if circle is not None else []:
        level = layout(tree.nodes(tree.children(tree.parents[own])))
        path.append(next(node for node in level if node["id"] == own))
    return path


def _zoom_out(path: list[dict]) -> None:
    """Set where the circles of ``path`` lie if the last fills the drawing."""
    for depth, node in enumerate(path):
        node["depth"] = depth
    path[-1].update(cx=0.0, cy=0.0, cr=1.0)
    for inner, outer in zip(path[:0:-1], path[-2::-1], strict=True):
        outer["cr"] = inner["cr"] / inner["r"]
        outer["cx"] = inner["cx"] - inner["x"] * outer["cr"]
        outer["cy"] = inner["cy"] - inner["y"] * outer["cr"]


def _largest(tree: CircleTree, circle: int | None, here: dict | None) -> list[dict]:
    """Return the largest circles inside, level by level, with their place."""
    drawn: list[dict] = []
    frame: dict[str, Any] = {"id": circle, "cx": 0.0, "cy": 0.0, "cr": 1.0, "depth": -1}
    frame.update(here or {})
    opened = [frame]
    while opened and len(drawn) < FIRST:
        around = {one["id"]: one for one in opened}
        ids = [child for own in around for child in tree.children(own)]
        level = layout(tree.nodes(ids))
        for node in level:
            outer = around[node["parent_id"]]
            node["cx"] = outer["cx"] + node["x"] * outer["cr"]
            node["cy"] = outer["cy"] + node["y"] * outer["cr"]
            node["cr"] = node["r"] * outer["cr"]
            node["depth"] = outer["depth"] + 1
        level = [node for node in level if node["cr"] >= SMALLEST]
        level.sort(key=lambda node: -node["cr"])
        level = level[: FIRST - len(drawn)]
        drawn += level
        opened = [node for node in level if node["cr"] >= OPENED]
    return drawn


def _unfold(
    tree: CircleTree, listed: list[dict], known: dict[int, dict], names: list[int]
) -> None:
    """Give the few ``listed`` the names inside them, where all are known already.

    :param names: the ids of the circles in the order of their names
    """
    room, opened = LISTED, set()
    for node in listed:
        ids = tree.children(node["id"])
        if ids and len(ids) <= room and all(own in known for own in ids):
            opened.update(ids)
            room -= len(ids)
    for own in names:
        if own not in opened:
            continue
        node = known[own]
        known[node["parent_id"]].setdefault("children", []).append(node)


# === WHAT IS SAID OF A CIRCLE === #


def _sent(env: api.Environment, tree: CircleTree, nodes: list[dict]) -> list[dict]:
    _tint(env, nodes)
    for node in tree.described(nodes):
        _say(env, node)
    return [_packed(node) for node in nodes]


def _tint(env: api.Environment, nodes: list[dict]) -> None:
    """Add to ``nodes`` the tint in which each is drawn, asked once."""
    tints = tints_of(env["wezer.group"].browse(node["id"] for node in nodes))
    for node in nodes:
        node["tint"] = tints.get(node["id"], node["id"] % TINTS + 1)


def _say(env: api.Environment, node: dict) -> None:
    """Add to ``node`` its numbers as sentences in the reader's language."""
    lead = ", ".join(node["lead"])
    node["lead_text"] = env._("Lead: %s", lead) if lead else ""
    if node.get("past"):
        # Who was a member then is not kept; who had a role is.
        words = (
            env._("nobody with a role"),
            env._("1 person with a role"),
            env._("%s people with a role", node["size"]),
        )
    else:
        words = (
            env._("no members yet"),
            env._("1 member"),
            env._("%s members", node["size"]),
        )
    node["members_text"] = _counted(node["size"], *words)
    node["inside_text"] = _counted(
        node["inside"],
        "",
        env._("1 circle inside"),
        env._("%s circles inside", node["inside"]),
    )
    node["open_text"] = _counted(
        node["vacancies"],
        "",
        env._("1 vacant role"),
        env._("%s vacant roles", node["vacancies"]),
    )
    facts = (node["members_text"], node["lead_text"], node["inside_text"])
    node["facts"] = [text for text in facts if text]
    node["facts_text"] = " · ".join(node["facts"])


def _counted(count: int, none: str, one: str, many: str) -> str:
    return (none, one)[count] if count < 2 else many


def _packed(node: dict) -> dict:
    """Return ``node`` as the page's program reads it."""
    return {
        "id": node["id"],
        "in": node["parent_id"] or 0,
        "name": node["name"],
        "slug": node["slug"],
        "n": node["circles"],
        "x": round(node["x"], 4),
        "y": round(node["y"], 4),
        "r": round(node["r"], 4),
        "facts": node["facts"],
        "lead": ", ".join(node["lead"]),
        "open": node["open_text"],
        "tint": node["tint"],
    }
