"""What the words for a person's relation to a group mean, in files. Runs without Odoo.

A word is a membership, a guest's place, a former membership, or a role that the import
makes in the group. A map of the reader's own (``--map``) adds words and replaces
others. A word that no map has is kept as what the person looks after.
"""

import re
import unicodedata
from typing import Any, NamedTuple

KINDS = ("member", "guest", "former", "role")
LINKS = ("none", "lead", "representative")
PERMISSIONS = ("wallet", "market", "invite", "manage", "project", "moderate")
FIELDS = ("kind", "role", "permissions", "link", "guest")


class Relation(NamedTuple):
    """What a word means.

    :param str key: the word that stands for all words of this meaning
    :param str kind: one of :data:`KINDS`
    :param str role: the name of the role, for the kind ``role``
    :param tuple permissions: what the role may do, of :data:`PERMISSIONS`
    :param str link: one of :data:`LINKS`
    :param bool guest: whether who fills the role counts nowhere
    """

    key: str
    kind: str = "member"
    role: str = ""
    permissions: tuple[str, ...] = ()
    link: str = "none"
    guest: bool = False


class RelationError(ValueError):
    """A map of relations that is not understood."""


DEFAULT = (
    Relation("member"),
    Relation("guest", "guest"),
    Relation("alumni", "former"),
    Relation("admin", "role", "Admins", ("manage",)),
    Relation("lead", "role", "Lead", ("manage", "invite", "project"), "lead"),
    Relation("representative", "role", "Representative", (), "representative"),
    Relation("accountable", "role", "Accountable", ("project",)),
    Relation("responsible", "role", "Responsible"),
    Relation("helper", "role", "Helpers"),
    Relation("facilitator", "role", "Facilitator"),
    Relation("secretary", "role", "Secretary"),
    Relation("consulted", "role", "Consulted", guest=True),
    Relation("informed", "role", "Informed", guest=True),
)
# Other words for these, as systems and languages have them.
SAME = {
    "member": (
        *("members", "core member", "core circle member", "membre", "miembro"),
        *("mitglied", "membro", "socio", "socia", "adherent", "adherente"),
    ),
    "guest": (
        "guests",
        "observer",
        "external",
        "invite",
        "invitee",
        "invitado",
        "gast",
    ),
    "alumni": (
        *("alumnus", "alumna", "alum", "former", "former member", "past member"),
        *("ex member", "emeritus", "emerita", "retired", "ancien", "ancienne"),
        *("ancien membre", "ancienne membre", "antiguo miembro", "exmiembro"),
        *("ehemalig", "ehemalige", "ehemaliger", "ehemaliges mitglied", "antic membre"),
    ),
    "admin": ("admins", "administrator"),
    "lead": (
        *("leads", "leader", "lead link", "circle lead", "premier lien", "owner"),
        *("meneur", "meneuse", "animateur", "animatrice", "lider", "leitung"),
    ),
    "representative": (
        *("rep", "rep link", "circle rep", "circle representative", "delegate"),
        *("second lien", "representant", "representante", "delegierte"),
    ),
    "accountable": ("redevable",),
    "responsible": ("responsable", "verantwortlich"),
    "helper": ("helpers", "contributor", "supporter", "aidant", "aidante", "ayudante"),
    "facilitator": ("facilitateur", "facilitatrice", "facilitador", "moderation"),
    "secretary": ("secretaire", "secretario", "secretaria", "sekretariat"),
    "consulted": ("consulte", "consultee", "consultado", "konsultiert"),
    "informed": ("informe", "informee", "informado", "informiert"),
}


def word_of(text: Any) -> str:
    """Return a word as words are compared: no accents, case or signs."""
    bare = unicodedata.normalize("NFKD", str(text or "").casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def default_map() -> dict[str, Relation]:
    """Return the built-in map: ``{word: what it means}``."""
    known = {relation.key: relation for relation in DEFAULT}
    same = {word: known[key] for key, words in SAME.items() for word in words}
    return {**same, **known}


def merged(given: Any) -> dict[str, Relation]:
    """Return the built-in map with what ``given`` says of words instead.

    :param dict given: ``{word: another word that it is the same as}``, or
        ``{word: {"kind": …, "role": …, "permissions": […], "link": …, "guest": …}}``
    :raise RelationError: for what is not understood, with the word
    """
    words = default_map()
    if not isinstance(given, dict):
        raise RelationError("The relations have to be a list of words and meanings")
    same = {}
    for text, meaning in given.items():
        word = word_of(text)
        if not word:
            raise RelationError(f"“{text}” is not a word")
        if isinstance(meaning, str):
            same[word] = word_of(meaning)
        else:
            words[word] = _relation(text, word, meaning)
    for word, other in same.items():
        if other not in words:
            raise RelationError(f"“{word}” is the same as “{other}”, which is unknown")
        words[word] = words[other]
    return words


def _relation(text: str, word: str, meaning: Any) -> Relation:
    if not isinstance(meaning, dict) or meaning.keys() - set(FIELDS):
        raise RelationError(f"“{text}”: use {', '.join(FIELDS)}")
    role = " ".join(str(meaning.get("role") or "").split())
    kind = meaning.get("kind") or ("role" if role else "member")
    permissions = meaning.get("permissions") or []
    link = meaning.get("link") or "none"
    for value, allowed in ((kind, KINDS), (link, LINKS)):
        if value not in allowed:
            raise RelationError(f"“{text}”: “{value}” is none of {', '.join(allowed)}")
    if not isinstance(permissions, list):
        raise RelationError(f"“{text}”: the permissions have to be a list")
    for value in permissions:
        if value not in PERMISSIONS:
            raise RelationError(
                f"“{text}”: “{value}” is none of {', '.join(PERMISSIONS)}"
            )
    if kind != "role" and (role or permissions or link != "none"):
        raise RelationError(f"“{text}”: only a role has a name, permissions or a link")
    return Relation(
        word.replace(" ", "-"),
        kind,
        role or (str(text).strip().capitalize() if kind == "role" else ""),
        tuple(permissions),
        link,
        bool(meaning.get("guest")),
    )
