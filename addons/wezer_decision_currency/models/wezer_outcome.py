from odoo import models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_decision.tools.outcomes import Kind

from ..tools import paying

_lt = LazyTranslate(__name__)


class WezerOutcome(models.Model):
    _inherit = "wezer.outcome"

    def _kinds(self):
        return {
            **super()._kinds(),
            "pay": Kind(
                label=self.env._("Pay from the circle's wallet"),
                matter="spend",
                params={
                    "payee": "party",
                    "currency": "id",
                    "amount": "line",
                    "purpose": "line",
                },
                check=paying.check,
                execute=paying.execute,
                sentence=paying.sentence,
                adopt=paying.adopt,
                drop=paying.drop,
            ),
        }

    def _note(self):
        return (
            paying.note(self.sudo()) if self.sudo().kind == "pay" else super()._note()
        )

    def _form_fields(self, kind, group):
        if kind != "pay":
            return super()._form_fields(kind, group)
        return [
            {"name": "payee", "type": "person", "label": self.env._("Recipient")},
            *self._money_fields(),
            {
                "name": "purpose",
                "type": "char",
                "label": self.env._("Purpose"),
            },
        ]

    def _money_fields(self):
        """Return the fields of a form for an amount and its currency."""
        currencies = self.env["wezer.currency"].search([])
        return [
            {"name": "amount", "type": "char", "label": self.env._("Amount")},
            {
                "name": "currency",
                "type": "choice",
                "is_id": True,
                "label": self.env._("Currency"),
                "choices": [(one.id, one.name) for one in currencies],
            },
        ]

    def _of_pay(self):
        """Return this outcome (sudo) where it pays; who may act is asked next.

        :raise NotAllowed: where it pays nothing
        """
        self.ensure_one()
        outcome = self.sudo().exists()
        if outcome.kind != "pay" or not paying.of(outcome):
            raise NotAllowed(self.env._("This outcome pays nothing."), rule="outcome")
        return outcome

    def action_confirm_payment(self) -> bool:
        """Confirm that money of an external currency came.

        :raise NotAllowed: where the user does not act for the recipient
        :raise Refusal: rule ``state``
        """
        paying.received(self._of_pay(), "pending")._confirm()
        return True

    def action_deny_payment(self) -> bool:
        """Say that money of an external currency did not come: it is due again.

        :raise NotAllowed: where the user does not act for the recipient
        :raise Refusal: rule ``state``
        """
        outcome = self._of_pay()
        transfer = paying.received(outcome, "pending")
        transfer._deny()
        outcome.write(
            {
                "state": "failed",
                "error": self.env._("The recipient says that the money did not come."),
            }
        )
        payer = transfer.payer_id
        payer._wezer_notify(
            "receipt",
            _lt(
                "%(name)s says that %(amount)s did not come.",
                name=transfer.payee_id.name,
                amount=transfer._said_amount(),
            ),
            url=f"/my/transfers/{transfer.id}",
            right="wallet",
        )
        return True

    def action_pay_again(self) -> bool:
        """Pay once more what the recipient says did not come.

        :raise NotAllowed: where the user does not pay for the circle
        :raise Refusal: rule ``state``
        """
        outcome = self._of_pay()
        payer = outcome.decision_id.group_id.partner_id
        self.env.user._check_acts_for(payer, "wallet")
        if outcome.state != "failed" or outcome.decision_id.state != "done":
            raise Refusal(self.env._("Nothing has to be paid again."), rule="state")
        paying.execute(outcome)
        outcome.write({"state": "done", "error": False})
        return True

    def action_refund_payment(self, amount: str | None = None) -> bool:
        """Give back what a decision paid, or a part of it.

        :param amount: as people write it; left out, all that is left
        :raise NotAllowed: where the user does not act for the recipient
        :raise Refusal: rules ``state``, ``amount``, ``limit``
        """
        paid = paying.received(self._of_pay(), "done")
        paid._reverse(paid._optional_amount(amount))
        return True
