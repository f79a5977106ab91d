from odoo import fields, models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    reputation_hidden = fields.Boolean(
        string="Score kept private",
        groups="wezer_base.group_administrator",
    )

    admission_text = fields.Char(
        string="Admissions this year",
        compute="_compute_admission_text",
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
        help="Trust flows along admissions. Those of one person within a year pass on"
        " as much as five at most, so that nobody lets in a crowd alone.",
    )

    def _compute_admission_text(self):
        texts = self.partner_id._wezer_admission_texts()
        for profile in self:
            profile.admission_text = texts.get(profile.partner_id.id, "")

    def action_show_reputation(
        self, shown: bool, acting_partner_id: int | None = None
    ) -> bool:
        """Show the score of the party that the user acts for to others, or hide it.

        :param shown: as far as the community shows scores; hidden, not even members
            see the score or the assessments
        :param acting_partner_id: the partner of this profile
        :raise NotAllowed: where the user does not act for it
        """
        self.ensure_one()
        profile = self.sudo().exists()
        self.env.user._resolve_acting(
            acting_partner_id, profile.partner_id, "market", what="reputation_shown"
        )
        # Its own party's switch, checked just above.
        profile.reputation_hidden = not shown
        if not shown:
            self.env["gamification.badge.user"]._wezer_withdraw(profile.partner_id)
        return True

    def action_approve(self) -> bool:
        """Extend wezer_base: keep who admitted whom; trust flows along admissions."""
        result = super().action_approve()
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo().filtered(lambda row: not row.admitted_by_id):
            profile.admitted_by_id = self.env.user.partner_id
        return result

    def _wezer_party_values(self, **known):
        """Extend wezer_base: add the score and the revealed assessments."""
        values = super()._wezer_party_values(**known)
        partner = self.sudo().partner_id
        values["reputation"] = partner._wezer_score()
        # Badges are a user's: a party without a login has none.
        partners = partner if self.sudo().is_person else partner.browse()
        values["badges"] = partners and partners._wezer_badges()
        values["assessments"] = self.env["wezer.assessment"].browse()
        if not self.env.user._is_public():
            # The caller's own rights: what is blind stays blind.
            values["assessments"] = (
                self.env["wezer.assessment"]
                .sudo(False)
                .search(
                    [("assessed_id", "=", partner.id), ("state", "=", "revealed")],
                    limit=10,
                )
            )
            values["assessment_permissions"] = values["assessments"]._permissions()
            if not values["reputation"].get("hidden"):
                values["kept"] = partner._wezer_kept_text()
                values["reputation_more"] = self.env[
                    "wezer.reputation"
                ]._shown_by_skill_and_group(partner)
            # Who may read the field on the profile reads it here.
            if self.sudo(False)._has_field_access(
                self._fields["admitted_by_id"], "read"
            ):
                values["admitted_by"] = self.sudo().admitted_by_id.name
        return values
