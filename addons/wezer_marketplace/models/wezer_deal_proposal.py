from datetime import datetime, timedelta

from odoo import fields, models

SIGN_DAYS = 7


class WezerDealProposal(models.Model):
    """What would change an agreed deal once all whom it concerns have signed it.

    Three kinds: other terms (``amend``), another worker (``hand_over``), the end
    (``cancel``). There is one record for each deal and kind; proposing again is a new
    version, which voids the signatures. Until the last has signed nothing changes. A
    proposal lapses after a week, and is withdrawn by any other action that moves the
    deal. The deal's own actions check who may propose and sign.
    """

    _name = "wezer.deal.proposal"
    _description = "Proposal in a deal"
    _inherit = ["wezer.signing.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "kind"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("amend", "Change what was agreed"),
            ("hand_over", "Hand over to another member"),
            ("cancel", "Cancel"),
        ],
        required=True,
    )
    terms_id = fields.Many2one("wezer.terms", string="New terms", ondelete="set null")
    stand_in_id = fields.Many2one(
        "res.partner", string="Proposed stand-in", index=True, ondelete="restrict"
    )
    stand_in_person_id = fields.Many2one("res.partner", ondelete="restrict")
    reason = fields.Text()
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    _kind_uniq = models.UniqueIndex("(deal_id, kind)", "One proposal of a kind.")

    def _propose(self, signers, party) -> bool:
        """Ask ``signers`` to sign within a week; ``party`` proposes, and has signed.

        :return: whether nobody else has to sign: then it is done
        """
        self.ensure_one()
        self.deal_id.has_proposal = True
        return self._propose_signing(signers, self._new_deadline(), party)

    def _renew(self, signers) -> None:
        """Give everybody another week, and ask those who have to sign meanwhile."""
        self.ensure_one()
        self.signing_deadline = self._new_deadline()
        self._add_signers(signers - self._signatures().partner_id)

    def _new_deadline(self) -> datetime:
        return fields.Datetime.now() + timedelta(days=SIGN_DAYS)

    def _lapse_signing(self):
        for deal in self.deal_id:
            # As every action does, before anything of the deal is written.
            deal._lock()
        super()._lapse_signing()

    def _on_signed(self, party):
        deal = self.deal_id
        deal._update_has_proposal()
        if self.kind == "amend":
            deal._amend(self.terms_id, party)
        elif self.kind == "hand_over":
            deal._hand_over(self.stand_in_id, self.stand_in_person_id, party)
        else:
            deal._log("cancel", party, self.reason)
            deal._cancel()

    def _on_signing_ended(self, reason):
        deal = self.deal_id
        deal._update_has_proposal()
        if self.kind == "amend" and deal.coworker_ids:
            self.terms_id._withdraw_signing()
            deal._keep_agreed_coworkers()
        deal._settle_answered()
