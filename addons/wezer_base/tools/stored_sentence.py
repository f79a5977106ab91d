"""Sentences that are stored, and that each reader reads in their own language.

A sentence is written as code writes any term that is translated later, and what
stands in it as it is, never as text that was formatted for one reader::

    _lt = LazyTranslate(__name__)
    _lt("Paid on %(day)s: %(title)s", day=transfer.date, title=deal.title)

:func:`pack` makes JSON of it: the term in English, its addon, and the values. The
model ``wezer.sentence`` gives the words back (:class:`Value` lists what it knows).
"""

import datetime
import re
from collections.abc import Callable
from typing import Any

from odoo import models
from odoo.tools.translate import LazyGettext


class Value:
    """A value that each reader sees in their own way.

    :param str kind: a method ``_value_<kind>`` of the model ``wezer.sentence``, which
        is given ``data`` and returns text: ``day``, ``moment``, ``decimal``,
        ``record`` (its name, where names are translated), ``sentence_of`` (what the
        record says of itself); addons add theirs
    :param data: JSON
    """

    __slots__ = ("data", "kind")

    def __init__(self, kind: str, data: Any) -> None:
        self.kind, self.data = kind, data


def decimal(value: float, places: int) -> Value:
    """Return a number with decimals, as a value of a sentence."""
    return Value("decimal", [value, places])


def sentence_of(record: models.Model) -> Value:
    """Return the sentence that ``record`` says of itself (``_sentence``)."""
    return Value("sentence_of", [record._name, record.id])


def pack(said: Any) -> Any:
    """Return a sentence or one of its values as JSON.

    Texts stay as they are: what people wrote is not translated. Days and moments,
    records and numbers with decimals become values of the reader.

    :raise TypeError: for anything that has no such form
    """
    if said is None or isinstance(said, str | bool | int):
        # A subclass of str (Markup) is stored as the text it is.
        return str(said) if isinstance(said, str) else said
    if isinstance(said, LazyGettext):
        values = said._args if isinstance(said._args, dict) else list(said._args)
        return {
            "kind": "sentence",
            "data": {
                "module": said._module,
                "source": said._source,
                "values": pack(values),
            },
        }
    if isinstance(said, Value):
        return {"kind": said.kind, "data": said.data}
    if isinstance(said, datetime.datetime):
        return {"kind": "moment", "data": said.isoformat()}
    if isinstance(said, datetime.date):
        return {"kind": "day", "data": said.isoformat()}
    if isinstance(said, models.BaseModel):
        return {"kind": "record", "data": [said._name, said.ids]}
    if isinstance(said, dict):
        return {name: pack(value) for name, value in said.items()}
    if isinstance(said, list | tuple):
        return [pack(value) for value in said]
    raise TypeError(f"no value of a stored sentence: {said!r}")


def is_kept(packed: Any) -> bool:
    """Return whether this is more than a text: something a reader's language shows."""
    return isinstance(packed, dict)


def replaced(packed: Any, replace: Callable[[str], str]) -> Any:
    """Return a packed sentence with ``replace`` applied to each text in its values.

    The term and its addon stay: only what was put into it is changed.
    """
    if isinstance(packed, str):
        return replace(packed)
    if isinstance(packed, list):
        return [replaced(value, replace) for value in packed]
    if not isinstance(packed, dict):
        return packed
    if packed.get("kind") != "sentence":
        return packed if "kind" in packed else _replaced_each(packed, replace)
    data = packed["data"]
    return {
        **packed,
        "data": {**data, "values": _replaced_each(data["values"], replace)},
    }


def _replaced_each(values: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(values, list):
        return replaced(values, replace)
    return {name: replaced(value, replace) for name, value in values.items()}


def whole_name(name: str) -> re.Pattern:
    """Return a pattern that finds a name, but not inside of a longer word."""
    return re.compile(
        (r"\b" if name[:1].isalnum() else "")
        + re.escape(name)
        + (r"\b" if name[-1:].isalnum() else "")
    )
