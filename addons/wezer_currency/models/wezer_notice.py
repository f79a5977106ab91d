from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        kinds = {
            **super()._kinds(),
            "paid": (self.env._("A payment arrived"), True),
            "request": (self.env._("Someone asks me to pay"), True),
            "receipt": (self.env._("Confirm that you received the money"), True),
            "request_ended": (self.env._("My request or reservation has ended"), True),
            "wallet_state": (self.env._("A wallet of mine was frozen or closed"), True),
            "denied": (self.env._("An outside payment did not arrive"), True),
            "statement_seen": (self.env._("A moderator looked at my statement"), True),
            "automatic": (self.env._("A request was paid automatically"), True),
            "taken_back": (self.env._("An automatic payment was taken back"), True),
            "balance_warning": (self.env._("My balance is beyond a warning"), True),
            "office": (self.env._("Someone may read all statements"), True),
            "treasury": (self.env._("An act of a treasury needs a decision"), True),
            "corrected": (self.env._("A payment of mine was corrected"), True),
            "scheduled": (self.env._("A scheduled payment was made or failed"), True),
            "collected": (
                self.env._("A treasurer posted a payment from my wallet"),
                True,
            ),
        }
        kinds["circle_proposed"] = (
            self.env._("A settlement in a circle is proposed"),
            True,
        )
        kinds["circle_ended"] = (
            self.env._("A settlement in a circle was carried out or declined"),
            True,
        )
        if self.env.user.has_group("wezer_base.group_moderator"):
            kinds["limit"] = (self.env._("Someone paid beyond a limit"), True)
        return kinds

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "paid": NoticeLook("money", "fa-arrow-down"),
            "request": NoticeLook("money", "fa-hand-paper-o", asks=True),
            "receipt": NoticeLook("money", "fa-question-circle-o", asks=True),
            "request_ended": NoticeLook("money", "fa-times"),
            "wallet_state": NoticeLook("money", "fa-exclamation-triangle"),
            "denied": NoticeLook("money", "fa-exclamation-triangle"),
            "statement_seen": NoticeLook("money", "fa-eye"),
            "automatic": NoticeLook(
                "money", "fa-arrow-up", button=self.env._("Show or take back")
            ),
            "taken_back": NoticeLook("money", "fa-undo"),
            "office": NoticeLook("money", "fa-eye"),
            "treasury": NoticeLook("money", "fa-university", asks=True),
            "corrected": NoticeLook("money", "fa-undo"),
            "scheduled": NoticeLook("money", "fa-clock-o"),
            "collected": NoticeLook("money", "fa-arrow-up"),
            "circle_proposed": NoticeLook("money", "fa-recycle"),
            "circle_ended": NoticeLook("money", "fa-recycle"),
            "balance_warning": NoticeLook("money", "fa-balance-scale"),
            "limit": NoticeLook("care", "fa-exclamation-triangle"),
        }
