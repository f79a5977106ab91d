from odoo import models

from odoo.addons.wezer_base.tools import days

from ..tools import agreement_lookup

# So many rows of each kind the list shows.
SHOWN = 20


class ResUsers(models.Model):
    """What members have to read, to answer and to review."""

    _inherit = "res.users"

    def _wezer_todo(self):
        """Add agreements to agree to, and reviews to answer and to begin."""
        rows = super()._wezer_todo()
        if not self._wezer_may_act():
            return rows
        return rows + self._agreement_rows()

    def _agreement_rows(self):
        waiting = agreement_lookup.waiting_ids(self, SHOWN)
        ids = dict.fromkeys(number for some in waiting.values() for number in some)
        agreements = self.env["wezer.agreement"].with_user(self).browse(ids)
        # Read together, and filtered by the rules in memory.
        by_id = {one.id: one for one in agreements._filtered_access("read")}
        return [
            self._agreement_row(by_id[number], what)
            for what, some in waiting.items()
            for number in some
            if number in by_id
        ]

    def _agreement_row(self, agreement, what):
        """Return a row of the list; see ``_wezer_todo``."""
        title = agreement.title
        text, button = {
            "assent": (
                self.env._("Do you agree to “%(title)s”?", title=title),
                self.env._("Read and agree"),
            ),
            "answer": (
                self.env._("Has “%(title)s” helped?", title=title),
                self.env._("Answer"),
            ),
            "review": (
                self.env._("“%(title)s” is to be reviewed.", title=title),
                self.env._("Review it"),
            ),
        }[what]
        due = agreement.review_closes and days.day_of(self.env, agreement.review_closes)
        return {
            "section": "soon" if what == "review" else "now",
            "partner": agreement.sudo().group_id.partner_id,
            "text": text,
            "url": agreement._url(),
            "button": button,
            "due": (due or False) if what == "answer" else False,
        }
