from datetime import date

from odoo import models

from ..tools import terms


class WezerGroupMembership(models.Model):
    """A person stays in a role while a successor is elected."""

    _inherit = "wezer.group.membership"

    def _term_holds(self) -> date | None:
        return super()._term_holds() or terms.holds_until(self.sudo())
