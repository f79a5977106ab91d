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
