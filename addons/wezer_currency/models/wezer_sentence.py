from odoo import models


class WezerSentence(models.AbstractModel):
    _inherit = "wezer.sentence"

    def _value_amount(self, data):
        currency_id, minor = data
        return self._record("wezer.currency", [currency_id])._format(minor)
