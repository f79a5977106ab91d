from odoo import api, models


class WezerAnswer(models.AbstractModel):
    _inherit = "wezer.answer"

    @api.model
    def _models(self):
        return {
            **super()._models(),
            "d": "wezer.deal",
            "q": "wezer.announcement.question",
        }
