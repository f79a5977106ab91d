from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    """Notices of decisions, and of discussions, which people choose apart."""

    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "decision_asked": (self.env._("A circle asks me to decide"), True),
            "decision_soon": (self.env._("A decision closes soon"), True),
            "decision_half": (
                self.env._("Half of the time for a decision is over"),
                True,
            ),
            "decision_changed": (self.env._("A decision has changed"), True),
            "decision_result": (self.env._("A decision has closed"), True),
            "objection": (self.env._("An objection to a proposal"), True),
            "nominated": (self.env._("I was named for a role"), True),
            "delegation": (self.env._("Someone lets me vote for them"), True),
            "discussion": (self.env._("News in discussions of my circles"), True),
        }

    @api.model
    def _groups(self):
        return {**super()._groups(), "discussions": self.env._("Discussions")}

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "decision_asked": NoticeLook("circles", "fa-check-square-o", asks=True),
            "decision_soon": NoticeLook("circles", "fa-hourglass-half", asks=True),
            "decision_half": NoticeLook(
                "circles", "fa-hourglass-half", asks=True, digest_only=True
            ),
            "decision_changed": NoticeLook("circles", "fa-pencil", asks=True),
            "decision_result": NoticeLook("circles", "fa-bar-chart"),
            "objection": NoticeLook("circles", "fa-hand-paper-o", asks=True),
            "nominated": NoticeLook("circles", "fa-user", asks=True),
            "delegation": NoticeLook("circles", "fa-users"),
            "discussion": NoticeLook("discussions", "fa-comments-o"),
        }
