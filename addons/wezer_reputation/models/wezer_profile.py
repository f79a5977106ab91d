from odoo import fields, models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    reputation_hidden = fields.Boolean(
        string="Keeps the score to himself",
        groups="wezer_base.group_administrator",
    )

    def action_show_reputation(self, shown, acting_partner_id=None):
        """Let others see the score of the party one acts for, or keep it back.

        Shown, it goes as far as the community lets it; kept back, not even members
        see it, nor what was said.
        """
        self.ensure_one()
        profile = self.sudo().exists()
        self.env.user._resolve_acting(
            acting_partner_id, profile.partner_id, "market", what="reputation_shown"
        )
        # Its own party's switch, checked just above.
        profile.reputation_hidden = not shown
        if not shown:
            profile.partner_id._wezer_lose_badges()
        return True

    def action_approve(self):
        """Remember who admitted whom: trust flows along admissions."""
        result = super().action_approve()
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo().filtered(lambda one: not one.admitted_by_id):
            profile.admitted_by_id = self.env.user.partner_id
        return result

    def _wezer_party_values(self):
        """Add the score and what others said, where it is revealed."""
        values = super()._wezer_party_values()
        partner = self.sudo().partner_id
        values["reputation"] = partner._wezer_score()
        values["badges"] = partner._wezer_badges()
        values["assessments"] = self.env["wezer.assessment"].browse()
        if not self.env.user._is_public():
            # The caller's own rights: what is blind stays blind.
            values["assessments"] = self.env["wezer.assessment"].search(
                [("assessed_id", "=", partner.id), ("state", "=", "revealed")],
                limit=10,
            )
            values["may_answer"] = bool(self.env.user._acts_for(partner, "market"))
            values["may_judge"] = self.env.user._moderates(partner)
            if not values["reputation"].get("hidden"):
                values["reliability"] = partner._wezer_reliability()
                values["reputation_more"] = partner._wezer_reputation_more()
        return values
