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
            "group_decided": (
                self.env._("A proposal about one of our groups was decided"),
                True,
            ),
            "group_joined": (self.env._("Someone accepted my invitation"), True),
            "group_removed": (
                self.env._("I was not accepted into a circle, or was removed"),
                True,
            ),
            "group_project": (self.env._("My circle has a new project"), True),
            "group_task": (self.env._("A new task for me or my role"), True),
            "group_message": (self.env._("New messages in one of my circles"), True),
            "group_accepted": (self.env._("I was accepted into a circle"), True),
            "group_news": (self.env._("News of one of my circles"), True),
            "group_news_withdrawn": (
                self.env._("News that I published was withdrawn"),
                True,
            ),
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
            "group_decided": NoticeLook("circles", "fa-link"),
            "group_joined": NoticeLook("circles", "fa-check"),
            "group_removed": NoticeLook("circles", "fa-times"),
            "group_project": NoticeLook("circles", "fa-folder-open-o"),
            "group_task": NoticeLook("circles", "fa-check-square-o", asks=True),
            "group_message": NoticeLook("messages", "fa-comments-o", replies=True),
            "group_accepted": NoticeLook("circles", "fa-check"),
            "group_news": NoticeLook("circles", "fa-bullhorn"),
            "group_news_withdrawn": NoticeLook("circles", "fa-times"),
        }
