from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import decision_list


class WezerDecisionPortal(CustomerPortal):
    """The number of decisions that wait for the user, on their home page."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_decision_count" in counters:
            values["wezer_decision_count"] = request.env["wezer.decision"].search_count(
                decision_list.asked(request.env)
            )
        return values
