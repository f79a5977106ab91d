"""Whole sentences in templates: one term to translate, with named places for values.

QWeb cuts a sentence into a term before and a term after each value. ``t-fill`` keeps
it whole: the words are written with named places, in which the values are put after
the translation. Markup that does not depend on values stays a part of the sentence::

    <p t-fill="{'name': giver.name}">You act for <strong>{name}</strong>.</p>

Runs without Odoo.
"""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree
from markupsafe import Markup, escape

from .direction import CLOSED, isolated

DIRECTIVE = "t-fill"
# The variable of a template that holds the words of the sentence being filled.
WORDS = "wezer_words"
PLACE = re.compile(r"\{(\w+)\}")


def compile_sentences(root: Any) -> None:
    """Replace the attribute ``t-fill`` of a template's nodes by what QWeb knows.

    The content of the node becomes a value, which is shown filled (:func:`filled`).
    Idempotent: the tree of a template may be asked for several times.
    """
    for node in list(root.iter()):
        values = node.get(DIRECTIVE) if isinstance(node.tag, str) else None
        if not values:
            continue
        del node.attrib[DIRECTIVE]
        words = etree.Element("t", {"t-set": WORDS})
        words.text, node.text = node.text, None
        words.extend(list(node))
        # Elements cannot stand there, neither those that set the direction.
        plain = node.get("t-set") or any(
            parent.tag in CLOSED or parent.get("t-set")
            for parent in (node, *node.iterancestors())
        )
        function = "wezer_filled_plain" if plain else "wezer_filled"
        shown = etree.Element("t", {"t-out": f"{function}({WORDS}, {values})"})
        node.extend((words, shown))


def filled(words: Any, values: Mapping[str, Any], isolate: bool = True) -> Markup:
    """Return the words of a sentence with the values in their places.

    :param words: the translated words; ``{name}`` is the place of ``name``
    :param values: texts, which are escaped, or markup. A place without a value stays
        as it is written: a slip of a translation breaks no page.
    :param isolate: whether to set texts apart that run to the left
    """

    def value_at(place: re.Match) -> str:
        if place[1] not in values:
            return place[0]
        value = values[place[1]]
        if value is None or value is False:
            return ""
        # Markup of a template ends with the line breaks of its source.
        return escape(isolated(value) if isolate else value).strip()

    # The words come from the template; each value is escaped.
    return Markup(PLACE.sub(value_at, str(words).strip()))  # noqa: S704


def filled_plain(words: Any, values: Mapping[str, Any]) -> Markup:
    """Return the words filled, where a page can take no elements (an attribute)."""
    return filled(words, values, isolate=False)
