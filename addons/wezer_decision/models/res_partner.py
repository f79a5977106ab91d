from odoo import models

from ..tools import decision_departure, delegations, discussion_departure


class ResPartner(models.Model):
    """What members said and decided, when they leave or merge two accounts."""

    _inherit = "res.partner"

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        data.update(discussion_departure.personal_data(self))
        data.update(delegations.personal_data(self))
        data.update(decision_departure.personal_data(self))
        return data

    def _wezer_anonymise(self):
        discussion_departure.erase(self)
        self.env["wezer.vote.delegation"]._leave(self)
        decision_departure.erase(self)
        return super()._wezer_anonymise()

    def _wezer_merge_keeps(self):
        # The log of circles stays as it was written.
        return super()._wezer_merge_keeps() | {"wezer.governance.event.actor_id"}

    def _wezer_merge_into(self, target):
        discussion_departure.prepare_merge(self, target)
        decision_departure.prepare_merge(self, target)
        return super()._wezer_merge_into(target)
