"""Prices in a few words, for the chips of cards, rows and lists."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from odoo import api


class Chip(NamedTuple):
    """A price as a chip shows it.

    :param text: "2 h", "1 h + 8.00 EUR", "unpaid help"
    :param clock: whether it begins with hours, which a clock stands for
    """

    text: str
    clock: bool


def chip(env: api.Environment, prices: Iterable[tuple], mode: str = "all") -> Chip:
    """Return the chip of ``prices``.

    :param prices: ``(currency, minor units)``
    :param mode: ``all``, or ``one`` where any one of them is paid
    """
    prices = list(prices)
    texts = [currency._format_short(minor) for currency, minor in prices]
    return Chip(joined(env, texts, mode), bool(prices and prices[0][0]._is_hours()))


def joined(env: api.Environment, prices: list[str], mode: Any = "all") -> str:
    """Return written prices as one text."""
    if not prices:
        return env._("unpaid help")
    if mode == "all":
        return " + ".join(prices)
    text = prices[0]
    for price in prices[1:]:
        text = env._("%(first)s or %(second)s", first=text, second=price)
    return text
