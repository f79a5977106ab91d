import time
from collections.abc import Callable

from odoo import fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Seconds between two reports.
PAUSE = 2
#: What an import counts.
WORDS = {
    "people": _lt("%(done)s of %(count)s people"),
    "profiles": _lt("%(done)s of %(count)s profiles"),
    # What they show of themselves.
    "contacts": _lt("%(done)s of %(count)s profiles"),
    "accounts": _lt("%(done)s of %(count)s accounts"),
    "households": _lt("%(done)s of %(count)s people in households"),
    "circles": _lt("%(done)s of %(count)s people in circles"),
    "wallets": _lt("%(done)s of %(count)s wallets"),
    "payments": _lt("%(done)s of %(count)s payments"),
    "announcements": _lt("%(done)s of %(count)s announcements"),
    "news": _lt("%(done)s of %(count)s news"),
}


class WezerMoveinProgress(models.Model):
    """How far an import is.

    An import is one transaction, of which nobody sees anything before its end. Its
    progress is a row of its own, which only this class writes, in transactions of
    their own.
    """

    _name = "wezer.movein.progress"
    _inherit = ["wezer.record.mixin"]
    _description = "Progress of a move"

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="cascade"
    )
    what = fields.Char(string="Step", readonly=True)
    done = fields.Integer(readonly=True, aggregator=None)
    count = fields.Integer(readonly=True, aggregator=None)

    def _writer(self) -> Callable[[str, int, int], None]:
        """Return what takes the reports of an import."""
        self.ensure_one()
        number, last = self.id, 0.0

        def tell(what: str, done: int, count: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < PAUSE and done < count:
                return
            last = now
            with self.pool.cursor() as cr:
                cr.execute(
                    "UPDATE wezer_movein_progress SET what = %s, done = %s, count = %s"
                    " WHERE id = %s",
                    [what, done, count, number],
                )

        return tell

    def _in_words(self) -> str:
        """Return how far the import is."""
        if not self.what:
            return self.env._("The import begins within a minute.")
        text = WORDS.get(self.what)
        if not text:
            return self.what
        # A text that was marked before its numbers were known takes none of its own.
        told = self.env._(text)
        return told % {"done": self.done, "count": self.count}

    def _share(self) -> int:
        """Return how much of the present step is done, in per cent."""
        return self.done * 100 // self.count if self.count else 0
