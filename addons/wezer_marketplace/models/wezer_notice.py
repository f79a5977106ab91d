from odoo import api, models


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "to_publish": (self.env._("Something of ours is to be published"), True),
            "match": (self.env._("Something new that I look for"), True),
            "short_of_money": (self.env._("My money does not suffice"), True),
            "expiring": (self.env._("Something of mine will close"), True),
            "claim": (self.env._("Somebody does what I asked for"), True),
            "activity": (self.env._("A coordinator asks me to do something"), True),
            "place": (self.env._("A place is free for me"), True),
            "place_over": (self.env._("A place held for me went on"), True),
            "attendance": (self.env._("It was noted whether I came"), True),
            "over": (self.env._("Something I answered has ended"), True),
            "terms": (self.env._("Other terms are proposed"), True),
            "accepted": (self.env._("Terms were agreed"), True),
            "decline": (self.env._("An answer was declined"), True),
            "withdraw": (self.env._("An answer was taken back"), True),
            "message": (self.env._("Somebody wrote in a deal"), True),
            "evidence": (self.env._("A file was shown in a deal"), True),
            "delivered": (self.env._("Work was delivered"), True),
            "send_back": (self.env._("Something is missing in my work"), True),
            "to_pay": (self.env._("Approved work is to be paid"), True),
            "paid": (self.env._("A payment came"), True),
            "receipt": (self.env._("Outside money is to be confirmed"), True),
            "denied": (self.env._("Outside money did not arrive"), True),
            "refund": (self.env._("Money is asked back"), True),
            "refunded": (self.env._("Money was given back"), True),
            "consent": (self.env._("My consent is asked"), True),
            "release": (self.env._("Somebody gave work back"), True),
            "cancelled_late": (self.env._("Somebody fell out shortly before"), True),
            "late": (self.env._("The time of a deal was over"), True),
            "late_warning": (self.env._("Something is due"), True),
            "dispute": (self.env._("A moderator was called"), True),
        }
