from odoo import api, models


class WezerActingLog(models.Model):
    """What was done with somebody else's money, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "pay": self.env._("%(person)s paid for %(party)s"),
            "donate": self.env._("%(person)s donated for %(party)s"),
            "issue": self.env._("%(person)s issued money for %(party)s"),
            "redeem": self.env._("%(person)s asked to redeem money for %(party)s"),
            "ask": self.env._("%(person)s asked for money for %(party)s"),
            "reserve": self.env._("%(person)s set money aside for %(party)s"),
            "schedule": self.env._("%(person)s scheduled a payment for %(party)s"),
            "batch": self.env._("%(person)s made several payments for %(party)s"),
            "accept": self.env._("%(person)s paid a payment request for %(party)s"),
            "refuse": self.env._("%(person)s refused a payment request for %(party)s"),
            "settle": self.env._(
                "%(person)s paid money that was set aside for %(party)s"
            ),
            "reverse": self.env._("%(person)s gave money back for %(party)s"),
            "take_back": self.env._(
                "%(person)s took back an automatic payment for %(party)s"
            ),
            "acceptance": self.env._(
                "%(person)s changed which requests are paid automatically for %(party)s"
            ),
            "link": self.env._(
                "%(person)s opened or closed a payment link for %(party)s"
            ),
            "circles": self.env._(
                "%(person)s switched settlements in circles on or off for %(party)s"
            ),
            "decline_circle": self.env._(
                "%(person)s declined a settlement in a circle for %(party)s"
            ),
            "view_statement": self.env._(
                "%(person)s looked at the statement of %(party)s"
            ),
        }

    def _url(self):
        if self.sudo().res_model == "wezer.transfer":
            return "/my/requests"
        if self.sudo().res_model == "wezer.clearing":
            return f"/my/clearing/{self.sudo().res_id}"
        return super()._url()
