from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class WezerGroupsPortal(CustomerPortal):
    """The number of the user's groups on their home page."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_group_count" in counters:
            values["wezer_group_count"] = request.env["wezer.group"].search_count(
                [("kind", "=", "circle"), ("is_user_member", "=", True)]
            )
        return values
