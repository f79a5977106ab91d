from odoo import models

from ..tools import paying, spending


class WezerTransfer(models.Model):
    _inherit = "wezer.transfer"

    def _statement_details(self):
        """Lead from what a decision paid to the decision, and name its circle."""
        details = super()._statement_details()
        # sudo: which decision it is; whether the reader may see it is asked below.
        decided = self.sudo().filtered(lambda one: one.origin_model == spending.DECIDED)
        if not decided:
            return details
        decisions = self.env[spending.DECIDED].search_fetch(
            [("id", "in", decided.mapped("origin_id"))]
        )
        groups = decisions.sudo().group_id.sudo(False)._filtered_access("read")
        by_id = {decision.id: decision for decision in decisions}
        for transfer in decided:
            decision = by_id.get(transfer.origin_id)
            if decision:
                circle = decision.sudo().group_id.sudo(False) & groups
                details[transfer.id] = {
                    "url": f"/decisions/{decision.id}",
                    "circle": circle.sudo().name,
                }
        return details

    def _decided_acts(self):
        """Return what the user can do about a payment of a decision, for its page.

        :return: None where no decision paid it; else ``receipt``, ``refund`` and
            ``again`` (bools), and ``error`` (text, for people who pay for the circle)
        """
        self.ensure_one()
        transfer = self.sudo()
        outcome = paying.outcome_of(transfer)
        if not outcome:
            return None
        user = self.env.user
        gets = bool(user._acts_for(transfer.payee_id, "wallet"))
        pays = bool(user._acts_for(transfer.payer_id, "wallet"))
        failed = pays and outcome.state == "failed" and transfer.state == "ended"
        left = transfer.amount_minor - transfer.reversed_minor
        return {
            "receipt": gets and transfer.state == "pending",
            "refund": gets and transfer.state == "done" and left > 0,
            "again": failed and outcome.decision_id.state == "done",
            "error": outcome.error if failed else "",
        }
