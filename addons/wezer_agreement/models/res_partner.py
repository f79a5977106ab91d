from odoo import api, models

from ..tools import agreement_departure


class ResPartner(models.Model):
    """What members wrote about agreements, when they leave or merge two accounts."""

    _inherit = "res.partner"

    @api.model
    def _wezer_invalidate_acting(self):
        """Drop what is kept of agreements that people join by: groups changed."""
        self.env["wezer.group.membership"]._forget_wanted_assents()
        return super()._wezer_invalidate_acting()

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        data.update(agreement_departure.personal_data(self))
        return data

    def _wezer_anonymise(self):
        agreement_departure.erase(self)
        return super()._wezer_anonymise()

    def _wezer_merge_into(self, target):
        agreement_departure.prepare_merge(self, target)
        return super()._wezer_merge_into(target)
