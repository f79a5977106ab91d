from odoo import api, models


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
            "short_of_money": (self.env._("I do not have enough money"), True),
            "expiring": (self.env._("One of my announcements will close soon"), True),
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
            "dispute": (self.env._("A moderator was called"), True),
        }
