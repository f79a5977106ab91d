from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "to_publish": (
                self.env._("An announcement is waiting to be published"),
                True,
            ),
            "match": (self.env._("Something new matches what I am looking for"), True),
            "favourite": (self.env._("News about one of my favourites"), True),
            "short_of_money": (self.env._("I do not have enough money"), True),
            "expiring": (self.env._("One of my announcements will close soon"), True),
            "question": (self.env._("Someone asks about my announcement"), True),
            "question_answered": (self.env._("My question was answered"), True),
            "claim": (self.env._("Someone is doing what I asked for"), True),
            "activity": (self.env._("A coordinator asks me to do something"), True),
            "place": (self.env._("A place is free for me"), True),
            "place_over": (self.env._("A place held for me was passed on"), True),
            "attendance": (self.env._("My attendance was recorded"), True),
            "over": (self.env._("Something I answered has ended"), True),
            "terms": (self.env._("Other terms are proposed"), True),
            "accepted": (self.env._("Terms were agreed"), True),
            "decline": (self.env._("An answer was declined"), True),
            "withdraw": (self.env._("An answer was withdrawn"), True),
            "message": (self.env._("Someone wrote in a deal"), True),
            "evidence": (self.env._("A file was added to a deal"), True),
            "delivered": (self.env._("Work was delivered"), True),
            "send_back": (self.env._("My work was sent back"), True),
            "to_pay": (self.env._("Approved work has to be paid"), True),
            "paid": (self.env._("A payment arrived"), True),
            "receipt": (self.env._("Confirm that you received the money"), True),
            "denied": (self.env._("An outside payment did not arrive"), True),
            "refund": (self.env._("I am asked to give money back"), True),
            "refunded": (self.env._("Money was given back"), True),
            "consent": (self.env._("My agreement is needed"), True),
            "release": (self.env._("Someone gave work back"), True),
            "cancelled_late": (self.env._("Someone cancelled late"), True),
            "late": (self.env._("The deadline of a deal has passed"), True),
            "late_warning": (self.env._("Something is due soon"), True),
            "reminder": (self.env._("Reminder of something agreed"), True),
            "dispute": (self.env._("A moderator was called"), True),
        }

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "to_publish": NoticeLook("market", "fa-bullhorn", asks=True),
            "match": NoticeLook("market", "fa-heart-o"),
            "favourite": NoticeLook("market", "fa-heart"),
            "question": NoticeLook(
                "messages", "fa-question-circle-o", asks=True, replies=True
            ),
            "question_answered": NoticeLook(
                "messages", "fa-question-circle-o", replies=True
            ),
            "short_of_money": NoticeLook("money", "fa-exclamation-triangle", asks=True),
            "expiring": NoticeLook("market", "fa-hourglass-half", asks=True),
            "claim": NoticeLook("deals", "fa-thumbs-o-up"),
            "activity": NoticeLook("market", "fa-check-square-o", asks=True),
            "place": NoticeLook("deals", "fa-ticket", asks=True),
            "place_over": NoticeLook("deals", "fa-ticket"),
            "attendance": NoticeLook("deals", "fa-calendar-check-o"),
            "over": NoticeLook("deals", "fa-flag-checkered"),
            "terms": NoticeLook("deals", "fa-exchange", asks=True),
            "accepted": NoticeLook("deals", "fa-handshake-o"),
            "decline": NoticeLook("deals", "fa-times"),
            "withdraw": NoticeLook("deals", "fa-times"),
            "message": NoticeLook("deals", "fa-comment-o"),
            "evidence": NoticeLook("deals", "fa-paperclip"),
            "delivered": NoticeLook("deals", "fa-check", asks=True),
            "send_back": NoticeLook("deals", "fa-reply", asks=True),
            "to_pay": NoticeLook("money", "fa-paper-plane-o", asks=True),
            "denied": NoticeLook("money", "fa-exclamation-triangle", asks=True),
            "refund": NoticeLook("money", "fa-undo", asks=True),
            "refunded": NoticeLook("money", "fa-undo"),
            "consent": NoticeLook("deals", "fa-pencil", asks=True),
            "release": NoticeLook("deals", "fa-reply"),
            "cancelled_late": NoticeLook("deals", "fa-exclamation-triangle"),
            "late": NoticeLook("deals", "fa-clock-o", asks=True),
            "late_warning": NoticeLook("deals", "fa-clock-o", asks=True),
            "reminder": NoticeLook("deals", "fa-calendar"),
            "dispute": NoticeLook("deals", "fa-life-ring", asks=True, replies=True),
        }
