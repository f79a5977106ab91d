"""How a notice looks, by its kind. Runs without Odoo."""

from typing import NamedTuple


class NoticeLook(NamedTuple):
    """What a page shows of a kind of notice.

    ``group`` is the stable word of the group that the choices show it in, ``icon`` a
    class of Font Awesome, ``asks`` whether the reader has something to do, ``button``
    the words of a button that leads where the notice leads; without one the sentence
    alone does. ``replies`` is whether readers may want to write back: a letter that
    takes no answers by e-mail says so. ``digest_only`` is what the digest contains and
    nothing else: no page, no letter of its own and no device shows it.
    """

    group: str
    icon: str
    asks: bool = False
    button: str = ""
    replies: bool = False
    digest_only: bool = False


# Of a kind that no addon describes any more.
PLAIN = NoticeLook("care", "fa-bell-o")
