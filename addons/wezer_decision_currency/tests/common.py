"""A circle with money, and decisions that spend it."""

from odoo.addons.wezer_decision.tests.common import DecisionCommon


class SpendingCommon(DecisionCommon):
    """The garden has 100 hours; Gina pays for it, Otto receives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls.env["wezer.currency"].create(
            {
                "name": "Decision hours",
                "code": "DHR",
                "unit_kind": "hour",
                "lower_text": "200:00",
            }
        )
        cls.transfers = cls.env["wezer.transfer"]
        cls.giver = cls._member("giver")
        treasurer = cls._role("Purse", cls.garden, "wallet", "market")
        cls._put(cls.gina, treasurer)
        cls._fill(cls.garden.partner_id, "100")
        cls._decide(decides_spend="majority", spend_from=10)

    @classmethod
    def _decide(cls, **values):
        policies = cls.env["wezer.group.policy"].sudo()
        for key, value in values.items():
            policies._decide(cls.garden, key, value, "A test")

    @classmethod
    def _fill(cls, partner, amount):
        """Give a party money from a member who may owe much."""
        giver = cls.giver
        cls.transfers.with_user(giver).pay(
            giver.partner_id.id, partner.id, cls.hours.id, amount
        )

    def paying(self, amount="12", by=None, **vals):
        """Return an open majority decision that pays Otto."""
        params = {
            "payee": self.otto.partner_id.id,
            "currency": self.hours.id,
            "amount": amount,
            "purpose": "Compost",
        }
        return self.opened(
            by,
            method="majority",
            outcomes=[{"kind": "pay", "params": params}],
            **vals,
        )

    def adopted(self, decision):
        """Let all say yes, and the voting end; return the decision (sudo)."""
        for user in self.members:
            decision.with_user(user).action_vote("yes")
        return self.close(decision)

    def balance(self, user):
        """Return what a member or a circle has, in minor units."""
        partner = user.partner_id
        return int(partner.sudo()._wezer_wallet(self.hours).balance)
