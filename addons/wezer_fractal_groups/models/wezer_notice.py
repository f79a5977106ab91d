from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "group_request": (self.env._("Someone wants to join a circle"), True),
            "group_invitation": (self.env._("I am invited to a circle"), True),
            "group_term": (self.env._("Someone's time in a role ends"), True),
            "group_link": (self.env._("A group wants to work with ours"), True),
            "group_change": (self.env._("A group wants to move"), True),
            "group_project": (self.env._("My circle has a new project"), True),
            "group_task": (self.env._("A new task for me or my role"), True),
            "group_accepted": (self.env._("I was accepted into a circle"), True),
        }

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "group_request": NoticeLook("circles", "fa-user-plus", asks=True),
            "group_invitation": NoticeLook("circles", "fa-envelope-o", asks=True),
            "group_term": NoticeLook("circles", "fa-hourglass-half", asks=True),
            "group_link": NoticeLook("circles", "fa-link", asks=True),
            "group_change": NoticeLook("circles", "fa-arrows", asks=True),
            "group_project": NoticeLook("circles", "fa-folder-open-o"),
            "group_task": NoticeLook("circles", "fa-check-square-o", asks=True),
            "group_accepted": NoticeLook("circles", "fa-check"),
        }
