from odoo import api, models

MOVED = {"group_id", "partner_id", "state", "date_to", "is_guest"}


class WezerGroupMembership(models.Model):
    """Who joins follows what his groups do, who leaves no longer."""

    _inherit = "wezer.group.membership"

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        memberships._keep_following(memberships.group_id, memberships.partner_id)
        return memberships

    def write(self, vals):
        if not MOVED & vals.keys():
            return super().write(vals)
        groups, people = self.group_id, self.partner_id
        result = super().write(vals)
        self._keep_following(groups | self.group_id, people | self.partner_id)
        return result

    def unlink(self):
        groups, people = self.group_id, self.partner_id
        result = super().unlink()
        self._keep_following(groups, people)
        return result

    @api.model
    def _keep_following(self, groups, people):
        following = self.env["wezer.group.follower.sync"].sudo()
        following._keep_groups_in_step(following._records_of(groups), people.ids)
