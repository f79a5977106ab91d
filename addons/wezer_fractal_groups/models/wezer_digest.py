from odoo import api, models


class WezerDigest(models.Model):
    """Letters of circles: in the digest, and chosen circle by circle."""

    _inherit = "wezer.digest"

    @api.model
    def _choices(self):
        choices = self.env["wezer.news.refusal"]._own_choices()
        return {**super()._choices(), "circles": choices}

    @api.model
    def _send_to(self, partner):
        self.env["wezer.news"]._settle_unreached(partner)
        return super()._send_to(partner)
