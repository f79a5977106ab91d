"""Checks maps, the JSON that says how a file is read. Runs without Odoo.

A shape says what is expected of a value: :data:`TEXT`, :data:`NAMES`, …, or what
:func:`fields`, :func:`pairs`, :func:`whole` and :func:`one_of` return.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Shape = Callable[[str, Any], None]

KINDS = {
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class MapError(ValueError):
    """A map that is not understood; the message names the value and what it must be."""


def check(mapping: Any, shape: Shape) -> None:
    """Raise unless ``mapping`` has this shape.

    :raise MapError: names the first value that has another shape
    """
    shape("", mapping)


def _refuse(name: str, value: Any, expected: str) -> None:
    place = f"“{name}” in the map" if name else "The map"
    kind = KINDS.get(type(value), "this")
    text = " ".join(str(value).split())
    if isinstance(value, bool):
        kind = text.lower()
    elif isinstance(value, str | int) and len(text) <= 60:
        kind = f"“{text}”"
    raise MapError(f"{place} must be {expected}, not {kind}")


def _shape(expected: str, fits: Callable[[Any], bool]) -> Shape:
    def shape(name: str, value: Any) -> None:
        if not fits(value):
            _refuse(name, value, expected)

    return shape


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT = _shape("a text", _is_text)
FLAG = _shape("true or false", lambda value: isinstance(value, bool))
TEXTS = _shape(
    "a list of texts",
    lambda value: isinstance(value, list) and all(map(_is_text, value)),
)
REFERENCE = _shape(
    "a text or a whole number", lambda value: _is_text(value) or _is_whole(value)
)
NAMES = _shape(
    "the name of a column, or a list of names",
    lambda value: (
        _is_text(value)
        or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))
    ),
)


def whole(least: int, most: int) -> Shape:
    """Return the shape of a whole number within these bounds."""
    return _shape(
        f"a whole number from {least} to {most}",
        lambda value: _is_whole(value) and least <= value <= most,
    )


def one_of(*values: str) -> Shape:
    """Return the shape of one of these texts."""
    quoted = [f"“{value}”" for value in values]
    return _shape(
        f"{', '.join(quoted[:-1])} or {quoted[-1]}",
        lambda value: isinstance(value, str) and value in values,
    )


def text_or(shape: Shape) -> Shape:
    """Return the shape of a text, or of what has ``shape``."""
    return lambda name, value: None if _is_text(value) else shape(name, value)


def pairs(shape: Shape) -> Shape:
    """Return the shape of an object of any names, whose values have ``shape``."""

    def check_pairs(name: str, value: Any) -> None:
        if not isinstance(value, dict):
            _refuse(name, value, "an object")
        for key, one in value.items():
            shape(_below(name, key), one)

    return check_pairs


def fields(shapes: Mapping[str, Shape]) -> Shape:
    """Return the shape of an object that has some of these names."""

    def check_fields(name: str, value: Any) -> None:
        pairs(lambda _name, _value: None)(name, value)
        for key, one in value.items():
            if key not in shapes:
                place = f"“{name}” in the map" if name else "The map"
                known = ", ".join(shapes)
                raise MapError(f"{place} has an unknown name “{key}”. Known: {known}")
            shapes[key](_below(name, key), one)

    return check_fields


def columns(names: Iterable[str]) -> Shape:
    """Return the shape of an object that says in which columns our fields are."""
    return fields(dict.fromkeys(names, NAMES))


def _below(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
