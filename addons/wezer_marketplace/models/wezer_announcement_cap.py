from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks


class WezerAnnouncement(models.Model):
    """A circle may cap what one person takes on of its wants, beside the community."""

    _inherit = "wezer.announcement"

    def _check_cap(self, person, but=None):
        result = super()._check_cap(person, but=but)
        group = self.env["wezer.group"]._of_partner(self.author_id)
        if self.kind != "want" or not group:
            return result
        cap, circle = group._policy("claims_cap")
        if not cap:
            return result
        locks.hold(self.env, "claims", person.id)
        inside = [("announcement_id.author_id", "in", circle._partners_inside())]
        claims = self._open_claims(person, but, inside)
        if claims >= cap:
            raise Refusal(
                self.env._(
                    "%(name)s has %(count)s things of %(circle)s in hand: one is"
                    " finished first.",
                    name=person.name,
                    count=claims,
                    circle=circle.with_env(self.env).display_name,
                ),
                rule="cap",
                value=str(claims),
                limit=str(cap),
            )
        return result
