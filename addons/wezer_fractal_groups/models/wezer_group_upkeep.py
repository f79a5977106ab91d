from odoo import models

from odoo.addons.wezer_base.tools import days


class WezerGroup(models.Model):
    """What follows for its people where a group moves, changes its link or closes."""

    _inherit = "wezer.group"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.sudo()._end_places()
        result = super().write(vals)
        if {"parent_id", "link"} & vals.keys():
            self.sudo()._keep_double_links()
        return result

    def _end_places(self):
        """Nobody has a place in what is closed; it is remembered who had (sudo)."""
        places = (self | self.role_ids).membership_ids
        places.filtered(lambda one: one.state != "left").write(
            {"state": "left", "date_to": days.today(self.env)}
        )

    def _keep_double_links(self):
        """Let leads and representatives count in the circle now above (sudo)."""
        roles = self.role_ids | self.filtered(lambda one: one.kind == "role")
        places = roles.membership_ids.filtered(lambda one: one.state == "active")
        # What was a link and is an ordinary role holds no place above.
        places.filtered(lambda one: one.group_id.link == "none")._end_links()
        places._follow_links()
