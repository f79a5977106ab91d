from odoo import fields, models

from ..tools import rules


class WezerGroup(models.Model):
    """What a circle decides together, and who facilitates its decisions."""

    _inherit = "wezer.group"

    facilitates = fields.Boolean(
        string="Facilitates decisions",
        help="The people in this role facilitate the decisions of the circle.",
    )

    def _policies(self):
        return {**super()._policies(), **rules.policies(self.env)}

    def _facilitators(self):
        """Return the people (sudo) in the roles of this circle that facilitate.

        The longest in the role first.
        """
        self.ensure_one()
        roles = self.sudo().role_ids.filtered("facilitates")
        places = roles.membership_ids.filtered(
            lambda place: place.is_live and not place.is_guest
        )
        people = places.sorted("id").partner_id
        return people.filtered(lambda person: person._wezer_profile().state == "active")
