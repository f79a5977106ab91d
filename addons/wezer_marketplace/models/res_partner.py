from odoo import api, models

from ..tools import partner_market


class ResPartner(models.Model):
    """What the market adds to a party; see ``tools/partner_market.py``."""

    _inherit = "res.partner"

    @api.model
    def _wezer_invalidate_acting(self):
        result = super()._wezer_invalidate_acting()
        self.env["wezer.deal"].invalidate_model(["is_user_moderator"], flush=False)
        return result

    def _wezer_personal_data(self):
        """Add announcements, deals and saved searches."""
        return {**super()._wezer_personal_data(), **partner_market.personal_data(self)}

    def _wezer_commitment_outcomes(self):
        """Add what became of the deals that this party agreed to."""
        return (
            super()._wezer_commitment_outcomes()
            + partner_market.commitment_outcomes(self)
        )

    # === MESSAGES === #

    def _wezer_dealt_with(self, others):
        """Count deals that the two agreed on, however they ended."""
        return super()._wezer_dealt_with(others) or partner_market.has_dealt(
            self, others
        )

    def _wezer_is_newcomer(self):
        """A member is no newcomer after some deals, and some time."""
        return super()._wezer_is_newcomer() or partner_market.is_untried(self)

    # === LEAVING AND MERGING === #

    def _wezer_leave_obstacles(self):
        """Add the deals and announcements that have not ended."""
        return super()._wezer_leave_obstacles() + partner_market.leave_obstacles(self)

    def _wezer_leave_called(self, reason):
        """Call a moderator to what was delivered and is not settled."""
        result = super()._wezer_leave_called(reason)
        partner_market.call_moderators(self, reason)
        return result

    def _wezer_leave_release(self, reason):
        """Cancel agreed work that nobody began to check."""
        result = super()._wezer_leave_release(reason)
        partner_market.cancel_agreed(self, reason)
        return result

    def _wezer_anonymise(self):
        """End what is open, and delete texts and searches; what was agreed stays."""
        texts = partner_market.announcements_of(self).mapped("search_text")
        partner_market.anonymise(self)
        result = super()._wezer_anonymise()
        # The words of the texts, where nobody else uses them: a name may be one.
        self.env["wezer.announcement.word"]._purge_texts(texts)
        return result

    def _wezer_merge_obstacles(self, target):
        """Add deals between the two, and announcements that both answered."""
        return super()._wezer_merge_obstacles(target) + (
            partner_market.merge_obstacles(self, target)
        )

    def _wezer_merge_into(self, target):
        """Keep apart what was approved while these were two accounts."""
        approvals = partner_market.independent_approvals(self | target)
        result = super()._wezer_merge_into(target)
        partner_market.mark_before_merge(approvals, target)
        return result
