from odoo import api, models


class WezerActingLog(models.Model):
    """What was done with somebody else's money, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "pay": self.env._("paid"),
            "donate": self.env._("donated"),
            "issue": self.env._("issued money"),
            "redeem": self.env._("asked to redeem money"),
            "ask": self.env._("asked for money"),
            "reserve": self.env._("set money aside"),
            "schedule": self.env._("scheduled a payment"),
            "batch": self.env._("made several payments"),
            "accept": self.env._("paid a payment request"),
            "refuse": self.env._("refused a payment request"),
            "settle": self.env._("paid money that was set aside"),
            "reverse": self.env._("gave money back"),
            "link": self.env._("opened or closed a payment link"),
            "view_statement": self.env._("looked at the statement"),
        }

    def _url(self):
        if self.sudo().res_model == "wezer.transfer":
            return "/my/requests"
        return super()._url()
