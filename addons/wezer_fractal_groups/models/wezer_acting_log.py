from odoo import api, models


class WezerActingLog(models.Model):
    """What was done for a group, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "invite": self.env._("invited someone"),
            "accept_member": self.env._("accepted a member"),
            "refuse_member": self.env._("declined a request to join"),
            "found": self.env._("created a circle or a role"),
            "change_group": self.env._("changed the description of a group"),
            "change_rights": self.env._("changed the permissions of a role"),
            "refuse_rights": self.env._("decided about permissions from above"),
            "close_group": self.env._("closed a group"),
            "policy": self.env._("set a policy"),
            "link_groups": self.env._("linked two groups"),
            "move_group": self.env._("decided where a group belongs"),
        }

    def _url(self):
        act = self.sudo()
        if act.res_model == "wezer.group":
            group = self.env["wezer.group"].sudo().browse(act.res_id)
            return group.exists() and f"/groups/{group.slug}"
        return super()._url()
