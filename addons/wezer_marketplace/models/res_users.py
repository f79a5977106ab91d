from odoo import models

from ..tools import home, todo_rows


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_first_steps(self):
        """Add the first answer, or the first post."""
        return super()._wezer_first_steps() + [todo_rows.first_step(self)]

    def _wezer_todo(self):
        """Add deals, announcements and disputes that wait for this user."""
        return todo_rows.with_market(self, super()._wezer_todo())

    def _wezer_todo_page(self, page):
        """Add the deals of a later page."""
        return super()._wezer_todo_page(page) + todo_rows.deals_page(self, page)

    def _wezer_todo_has_more(self, page):
        """Extend: deals are shown page by page."""
        return super()._wezer_todo_has_more(page) or todo_rows.has_more(self, page)

    # === THE BACK OFFICE === #

    def _wezer_home_pages(self):
        """Extend: the board for coordinators, disputes and requests for moderators."""
        return [
            *super()._wezer_home_pages(),
            (
                "wezer_base.group_administrator",
                "wezer_marketplace.wezer_dashboard_action",
            ),
            ("wezer_base.group_coordinator", "wezer_marketplace.wezer_deal_action"),
            ("wezer_base.group_moderator", self._wezer_moderator_page()),
        ]

    def _wezer_moderator_page(self):
        """Return the disputes, or the requests to leave where only those wait."""
        deals = self.env["wezer.deal"].with_user(self)
        disputes = [("state", "=", "disputed"), ("is_user_moderator", "=", True)]
        leaving = self.env["wezer.departure"].with_user(self)
        if (
            self.has_group("wezer_base.group_moderator")
            and not deals.search_count(disputes, limit=1)
            and leaving.search_count([], limit=1)
        ):
            return "wezer_base.wezer_departure_action"
        return "wezer_marketplace.wezer_dispute_action"

    # === HOME === #

    def _wezer_dashboard(self):
        """Add dates, news of circles, and ``fitting``, cards of what fits the user."""
        board = super()._wezer_dashboard()
        party = board["party"]
        news = board["news"] + home.news(self, party)
        return {
            **board,
            "dates": board["dates"] + home.dates(self, party),
            "news": sorted(news, key=lambda row: row["date"], reverse=True)[:6],
            "fitting": home.fitting(self, party),
        }
