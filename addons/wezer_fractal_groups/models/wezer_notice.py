from odoo import api, models


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "group_request": (self.env._("Somebody would join a circle"), True),
            "group_invitation": (self.env._("I am invited to a circle"), True),
            "group_term": (self.env._("Somebody's time in a role ends"), True),
            "group_link": (self.env._("A group would work with ours"), True),
            "group_change": (self.env._("A group would move"), True),
            "group_project": (self.env._("My circle has a project"), True),
            "group_task": (self.env._("I, or my role, have a task"), True),
            "group_accepted": (self.env._("I was taken into a circle"), True),
        }
