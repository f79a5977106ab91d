"""A circle that publishes, approves and judges by decision."""

from odoo.addons.wezer_decision_currency.tests.common import SpendingCommon


class MarketDecisionCommon(SpendingCommon):
    """The garden as in :class:`SpendingCommon`; Otto and Eve work for it."""

    def want(self, by=None, acting=None, **vals):
        """Return an announcement of a want that its author publishes."""
        user = by or self.gina
        announcements = self.env["wezer.announcement"].with_user(user)
        return announcements.browse(
            announcements.action_create_own(
                {
                    "title": "Dig the pond",
                    "kind": "want",
                    "quantity": 1,
                    "prices": {self.hours.id: "5"},
                    **vals,
                },
                acting_partner_id=acting or self.garden.partner_id.id,
            )
        )

    def claim(self, user, announcement):
        """Return the deal of a member who takes an announcement."""
        deals = self.env["wezer.deal"].with_user(user)
        return deals.browse(announcement.with_user(user).action_claim())

    def decided(self, kind, params, **vals):
        """Return a majority decision (sudo) that was carried out."""
        decision = self.opened(
            method="majority", outcomes=[{"kind": kind, "params": params}], **vals
        )
        return self.carry_out(self.adopted(decision))
