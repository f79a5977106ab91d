"""Values that people type and programs send, read in one place.

Forms send texts, JSON any shape, the back office records. Whatever is no text, number,
date or table is refused before anything of it reaches a field: each function returns a
value of one kind, or raises a :class:`~..exceptions.Refusal` with the field, what was
sent and what is accepted, in the reader's language. ``field`` is the name of the field
of a form, for the page to lead there.

Amounts of a currency are read by ``wezer.currency._parse``.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from odoo import api, models
from odoo.fields import Command

from ..exceptions import Refusal
from . import days
from .numbers import (
    AmbiguousNumber,
    NumberError,
    decimal_number,
    decimal_text,
    is_id,
    parse_whole,
)
from .text import clean_line, clean_text

# A quantity of work, of things, of times.
NUMBER_MAX = 1_000_000
# How much of what was sent a refusal repeats.
SHOWN_LENGTH = 40


def shortened(value: Any, length: int = SHOWN_LENGTH) -> str:
    """Return the beginning of what was sent, to be shown in a refusal."""
    if isinstance(value, int) and abs(value) >= 10**length:
        return "…"
    sent = clean_line(str(value or ""), length + 1)
    return sent if len(sent) <= length else f"{sent[:length]}…"


@contextmanager
def of_field(name: str) -> Iterator[None]:
    """Let a refusal that names no field name this one, whose value is being read."""
    try:
        yield
    except Refusal as error:
        error.field = error.field or name
        raise


def text(env: api.Environment, value: Any, most: int, field: str | None = None) -> str:
    """Return a text of several lines, at most ``most`` characters; none is empty.

    :raise Refusal: rule ``text``, where it is something else
    """
    if value is None or value is False:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(env._("Enter a text."), rule="text", field=field)
    return clean_text(str(value), most)


def line(env: api.Environment, value: Any, most: int, field: str | None = None) -> str:
    """Return a text of one line, as :func:`text` does."""
    return clean_line(text(env, value, most * 10, field), most)


def table(env: api.Environment, value: Any) -> dict:
    """Return a copy of a dict that was sent; none is an empty one.

    :raise Refusal: rule ``field``, where it is something else
    """
    if value is None or value is False:
        return {}
    if not isinstance(value, dict):
        raise foreign(env)
    return dict(value)


def rows(env: api.Environment, value: Any, most: int) -> list:
    """Return a list of at most ``most`` things that was sent; none is an empty one.

    :raise Refusal: rule ``field``, where it is something else, or longer
    """
    if value is None or value is False:
        return []
    if not isinstance(value, list | tuple) or len(value) > most:
        raise foreign(env)
    return list(value)


def only(env: api.Environment, values: Iterable[str], known: Collection[str]) -> None:
    """Refuse names that are not among ``known``.

    :raise Refusal: rule ``field``
    """
    unknown = set(values) - set(known)
    if unknown:
        raise Refusal(
            env._(
                "These fields cannot be changed: %(names)s",
                names=", ".join(sorted(map(str, unknown))),
            ),
            rule="field",
        )


def foreign(env: api.Environment) -> Refusal:
    """Return the refusal of a value of a shape that nobody types."""
    return Refusal(env._("You cannot change this field."), rule="field")


def number(env: api.Environment, value: Any, field: str | None = None) -> float:
    """Return a number above zero, written with a comma or a point.

    :raise Refusal: rule ``ambiguous``, where it can be read in two ways (the limit
        holds both); rule ``quantity``, where it is none
    """
    try:
        found = decimal_number(value)
    except AmbiguousNumber as error:
        first, second = (
            decimal_text(digits / 10**scale) for digits, scale in error.readings
        )
        raise Refusal(
            env._(
                "“%(text)s” can mean %(first)s or %(second)s. Write one of these two.",
                text=shortened(value),
                first=first,
                second=second,
            ),
            rule="ambiguous",
            value=shortened(value),
            limit=f"{first} / {second}",
            field=field,
        ) from error
    except NumberError:
        found = 0
    if not 0 < found < NUMBER_MAX:
        raise Refusal(
            env._("Enter a number above zero."),
            rule="quantity",
            value=shortened(value),
            limit="0",
            field=field,
        )
    return found


def whole(
    env: api.Environment,
    value: Any,
    message: str,
    least: int = 0,
    most: int = NUMBER_MAX,
    rule: str = "number",
    field: str | None = None,
) -> int:
    """Return a whole number between ``least`` and ``most``.

    :param message: the sentence that says what is asked for
    :raise Refusal: ``rule``; the limit is ``most``
    """
    try:
        return parse_whole(value, least, most)
    except NumberError as error:
        raise Refusal(
            message, rule=rule, value=shortened(value), limit=str(most), field=field
        ) from error


def coordinate(env: api.Environment, value: Any, limit: int, field: str) -> float:
    """Return degrees of latitude or longitude between ``-limit`` and ``limit``.

    :raise Refusal: rule ``value``, where it is no number, or outside
    """
    try:
        degrees = float(value or 0)
    except (TypeError, ValueError):
        degrees = limit + 1.0
    if not -limit <= degrees <= limit:
        raise Refusal(
            env._("This value is not accepted: %(field)s", field=field),
            rule="value",
            value=shortened(value),
            limit=str(limit),
            field=field,
        )
    return degrees


def moment(
    env: api.Environment, value: Any, at_end: bool = False
) -> datetime.datetime | bool:
    """Return a moment in UTC, False for none.

    A date-time without an offset is UTC. A day alone is a day of the community: its
    beginning, or (``at_end``) its last second.

    :raise Refusal: rule ``date``
    """
    return days.read_moment(env, value, at_end=at_end)


def day(env: api.Environment, value: Any) -> datetime.date | bool:
    """Return a day of the community; of a moment, the day that it lies in.

    :raise Refusal: rule ``date``
    """
    found = days.parse_day(value) if isinstance(value, str) else None
    return found or days.day_of(env, moment(env, value))


def choice(env: api.Environment, model: str, name: str, value: Any) -> str:
    """Return ``value`` if the selection ``name`` of ``model`` has it.

    :raise Refusal: rule ``choice``; the limit lists what is accepted
    """
    known = env[model]._fields[name].get_values(env)
    if not isinstance(value, str) or value not in known:
        shown = str(value)[:SHOWN_LENGTH]
        raise Refusal(
            env._("This is not one of the choices: %s", shown),
            rule="choice",
            value=shown,
            limit=", ".join(known),
            field=name,
        )
    return value


def switch(env: api.Environment, value: Any, field: str | None = None) -> bool:
    """Return yes or no: True or False, 1 or 0. A text could mean either.

    :raise Refusal: rule ``choice``, where it is something else
    """
    if isinstance(value, bool | int) and value in (0, 1):
        return bool(value)
    raise no_choice(env, value, ("true", "false"), field)


def no_choice(
    env: api.Environment, value: Any, known: Iterable[str], field: str | None = None
) -> Refusal:
    """Return the refusal of what is none of the ``known`` words: rule ``choice``."""
    shown = shortened(value)
    return Refusal(
        env._("This is not one of the choices: %s", shown),
        rule="choice",
        value=shown,
        limit=", ".join(known),
        field=field,
    )


def ids(env: api.Environment, value: Any, link: bool = False) -> list[int]:
    """Return the ids in a list of ids, or in a SET command; none is empty.

    Other commands could write on what they point at.

    :param bool link: accept LINK commands, too

    :raise Refusal: rule ``field``, where there is anything else
    """
    found = []
    if value and not isinstance(value, list | tuple):
        raise foreign(env)
    for part in value or []:
        if isinstance(part, list | tuple):
            if len(part) == 3 and part[0] == Command.SET:
                numbers = part[2] if isinstance(part[2], list | tuple) else []
            elif link and len(part) >= 2 and part[0] == Command.LINK:
                numbers = [part[1]]
            else:
                raise foreign(env)
            found += [number for number in numbers if isinstance(number, int)]
        elif isinstance(part, int):
            found.append(part)
        else:
            raise foreign(env)
    return found


def record(env: api.Environment, model: str, value: Any) -> models.Model:
    """Return the record of ``model`` with the id ``value``, unchecked.

    What is no id gives an empty recordset; whether it exists is not asked.
    """
    return env[model].browse([value] if is_id(value) else [])
