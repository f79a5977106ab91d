from odoo import api, models

from odoo.addons.wezer_base.tools.text import normalise


class WezerMemberImport(models.AbstractModel):
    _inherit = "wezer.member.import"

    @api.model
    def _import_group(self, partner, name):
        """Put this person into the circle called ``name``; roles are given by hand."""
        circles = self.env["wezer.group"].search([("kind", "=", "circle")])
        found = circles.filtered(
            lambda circle: (
                normalise(circle.name) == normalise(name) or circle.slug == name
            )
        )
        if len(found) != 1:
            return False, self.env._(
                "There is no single circle called “%(name)s”.", name=name
            )
        if found._membership_of(partner):
            return False, False
        found._add_member(partner, "active")
        return True, False
