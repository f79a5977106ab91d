"""The picture and the tint of a category, and how a branch takes them from above."""

from collections.abc import Iterable
from typing import NamedTuple

# A tint is a class of the style sheet: ``o_wezer_tint_1`` to ``o_wezer_tint_8``.
TINTS = 8


class Look(NamedTuple):
    """How a category is drawn.

    :param icon: a class of Font Awesome 4
    :param tint: a number from 1 to :data:`TINTS`
    """

    icon: str
    tint: int


# What has no category, and what no branch above says.
PLAIN = Look("fa-handshake-o", 8)


class Looks(dict[int, Look]):
    """Looks by the category's id; for what has none, the plain one."""

    def __missing__(self, _category_id: int) -> Look:
        return PLAIN


def looks_of(rows: Iterable[tuple[int, str, str | None, int | None]]) -> Looks:
    """Return the look of each category: its own, or that of the nearest above.

    A branch whose top names no tint takes one by its number, so that neighbours differ.

    :param rows: ``(id, path, icon, tint)``, those above before those below
    """
    looks = Looks()
    for category_id, path, icon, tint in rows:
        above = [int(part) for part in path.split("/") if part][:-1]
        nearest = looks.get(above[-1]) if above else None
        start = nearest or Look(PLAIN.icon, category_id % TINTS + 1)
        looks[category_id] = Look(icon or start.icon, tint or start.tint)
    return looks
