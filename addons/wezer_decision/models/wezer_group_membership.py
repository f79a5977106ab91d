from datetime import date

from odoo import api, models

from ..tools import terms

# Fields that say who is in a role now.
PLACE_FIELDS = {"group_id", "partner_id", "state", "date_to", "is_guest"}


class WezerGroupMembership(models.Model):
    """A person stays in a role while a successor is elected.

    The next representative of a circle has its voice in the decisions that run.
    """

    _inherit = "wezer.group.membership"

    @api.model_create_multi
    def create(self, vals_list):
        places = super().create(vals_list)
        places.group_id._follow_representatives()
        return places

    def write(self, vals):
        groups = self.group_id
        result = super().write(vals)
        if PLACE_FIELDS & vals.keys():
            (groups | self.group_id)._follow_representatives()
        if vals.get("state") == "active":
            roles = self.sudo().filtered(lambda place: place.group_id.kind == "role")
            if roles:
                terms.successors_came(roles)
        return result

    def unlink(self):
        groups = self.group_id
        result = super().unlink()
        groups.exists()._follow_representatives()
        return result

    def _term_holds(self) -> date | None:
        return super()._term_holds() or terms.holds_until(self.sudo())
