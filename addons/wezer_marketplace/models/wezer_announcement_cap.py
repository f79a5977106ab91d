from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    def _policies(self):
        return {
            **super()._policies(),
            "claims_cap": (
                self.env._("Open claims a person may have among what we ask for"),
                "count",
            ),
        }

    def _partners_inside(self):
        """Return the ids of the partners of this circle and of all inside it."""
        self.ensure_one()
        self.flush_model(["parent_id", "partner_id"])
        self.env.cr.execute(
            """SELECT g.partner_id FROM wezer_group_closure c
                 JOIN wezer_group g ON g.id = c.descendant_id
                WHERE c.ancestor_id = %s AND g.partner_id IS NOT NULL""",
            [self.id],
        )
        return [row[0] for row in self.env.cr.fetchall()]


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
