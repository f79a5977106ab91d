from odoo import models
from odoo.fields import Domain

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
        agreements = self.env["wezer.agreement"].with_user(self)
        asked = agreements.search(
            [("id", "in", agreement_lookup.asked_ids(self))], limit=SHOWN
        )
        # Of one's circles: the rules let others' be read as well.
        own = Domain("state", "=", "in_force") & Domain(
            "group_id.is_user_member", "=", True
        )
        running = agreements.search(
            own & Domain("review_closes", "!=", False), limit=SHOWN
        )
        answers = self.env["wezer.agreement.answer"].with_user(self)
        answered = answers.search(
            [
                ("agreement_id", "in", running.ids),
                ("person_id", "=", self.partner_id.id),
                ("is_shown", "=", False),
            ]
        ).agreement_id
        due = agreements.search(
            Domain("state", "=", "in_force")
            & Domain("review_closes", "=", False)
            & (
                Domain("review_date", "<=", days.today(self.env))
                | Domain("review_result", "=", "wanted")
            )
            & Domain("is_user_responsible", "=", True),
            limit=SHOWN,
        ).filtered(lambda one: not one.sudo().draft_id)
        return [
            *(self._agreement_row(one, "assent") for one in asked),
            *(self._agreement_row(one, "answer") for one in running - answered),
            *(self._agreement_row(one, "review") for one in due),
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
