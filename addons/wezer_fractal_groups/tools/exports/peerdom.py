"""Peerdom: JSON of its API: circles, roles, peers and holders.

What a circle or role is for is in fields that an organisation defines itself: they are
read where they have the usual names.
"""

from typing import Any

from .structure import Person, Source, Structure, by_id, identity, person, plain, word

NAME = "Peerdom"
TEXTS = {
    "purpose": ("purpose", "mission", "raisondetre", "but", "zweck", "sinn"),
    "domains": ("domains", "domain", "domaines", "domaine", "domanen", "domane"),
    "accountabilities": (
        *("accountabilities", "accountability", "responsibilities", "tasks"),
        *("redevabilites", "responsabilites", "verantwortlichkeiten", "aufgaben"),
    ),
}


def recognises(source: Source) -> bool:
    """Return whether these are answers of Peerdom's API."""
    if "peers" in source.lists or "holders" in source.lists:
        return True
    places = source.items("circles") + source.items("roles")
    return any("mapId" in item and "parentId" in item for item in places)


def read(source: Source) -> Structure:
    """Return circles, roles and who holds them."""
    found = Structure()
    circles, roles = by_id(source.items("circles")), by_id(source.items("roles"))
    peers = by_id(source.items("peers"))
    people = {number: _person(number, peer) for number, peer in peers.items()}
    left = {number for number, peer in peers.items() if peer.get("leftAt")}
    for number, circle in circles.items():
        _group(found, found.group, number, circle, circles)
    for number, role in roles.items():
        _group(found, found.role, number, role, circles)
    for place, peer_id, more, where in _holders(source, circles, roles, peers):
        who = people.get(peer_id)
        relation = "alumni" if peer_id in left else "member"
        if who:
            found.member(_reference(place), who, relation, where, **more)
    _rest(found, circles, people, left)
    return found


def _group(found: Structure, add: Any, number: str, item: dict, circles: dict) -> None:
    parent = identity(item.get("parentId")) or identity(item.get("parent"))
    fields = _fields(item)
    texts = {
        name: next((fields[word_] for word_ in words if fields.get(word_)), "")
        for name, words in TEXTS.items()
    }
    kind = "circle" if number in circles else "role"
    add(
        _reference(number),
        _reference(parent),
        item.get("name"),
        f"{kind} {number}",
        **texts,
    )


def _fields(item: dict) -> dict[str, str]:
    """Return the texts of an item, its own and those the organisation defined."""
    fields = {word(name): plain(value) for name, value in item.items()}
    own = item.get("customFields")
    if isinstance(own, dict):
        fields.update((word(name), plain(value)) for name, value in own.items())
    for field in own if isinstance(own, list) else []:
        if isinstance(field, dict):
            definition = field.get("definition")
            definition = definition if isinstance(definition, dict) else {}
            name = word(field.get("name") or definition.get("name"))
            fields[name] = plain(field.get("values") or field.get("value"))
    return fields


def _holders(source: Source, circles: dict, roles: dict, peers: dict) -> Any:
    """Yield ``(place, peer, further cells, where)``, wherever the answers say it."""
    for holder in source.items("holders"):
        place = identity(holder.get("roleId")) or identity(holder.get("role"))
        peer = identity(holder.get("peerId")) or identity(holder.get("peer"))
        if place and peer:
            yield place, peer, _cells(holder), f"holder {identity(holder)}"
    for number, item in [*circles.items(), *roles.items()]:
        for key in ("holders", "peers"):
            for holder in item.get(key) if isinstance(item.get(key), list) else []:
                holder = holder if isinstance(holder, dict) else {"id": holder}
                peer = identity(holder.get("peerId")) or identity(holder.get("peer"))
                yield number, peer or identity(holder), _cells(holder), f"role {number}"
    for number, peer in peers.items():
        for role in peer.get("roles") if isinstance(peer.get("roles"), list) else []:
            yield identity(role), number, {}, f"peer {number}"


def _cells(holder: dict) -> dict[str, str]:
    return {
        "focus": plain(holder.get("focus")),
        "until": plain(holder.get("electedUntil"))[:10],
    }


def _rest(found: Structure, circles: dict, people: dict, left: set) -> None:
    """Put who holds no role into the outermost circle, where there is one."""
    tops = [
        number for number, item in circles.items() if not identity(item.get("parentId"))
    ]
    there = {row["person"] for row in found.members}
    for number, who in people.items():
        if len(tops) == 1 and (who.email or who.name) not in there:
            relation = "alumni" if number in left else "member"
            found.member(_reference(tops[0]), who, relation, f"peer {number}")


def _person(number: str, peer: dict) -> Person:
    names = [plain(peer.get(name)) for name in ("firstName", "lastName")]
    name = " ".join(filter(None, names)) or plain(peer.get("nickName"))
    email = peer.get("email") or _fields(peer).get("email")
    return person(number, name, email)


def _reference(number: str) -> str:
    return f"peerdom/{number}" if number else ""
