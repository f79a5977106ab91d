from odoo import api, fields, models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    circle_role_ids = fields.Many2many(
        "wezer.group",
        string="Roles in circles",
        compute="_compute_circle_role_ids",
        help="The roles that this member fills, as far as you see them.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_circle_role_ids(self):
        groups = self.env["wezer.group"]
        people = self.sudo().partner_id
        found = self.env["wezer.group.membership"]._read_group(
            [
                ("partner_id", "in", people.ids),
                ("state", "=", "active"),
                ("group_id.kind", "=", "role"),
            ],
            ["partner_id"],
            ["group_id:recordset"],
        )
        roles = {
            partner.id: filled._filtered_access("read") for partner, filled in found
        }
        for profile in self:
            filled = roles.get(profile.sudo().partner_id.id, groups)
            profile.circle_role_ids = filled.sorted("name")

    @api.depends("partner_id.wezer_group_ids")
    def _compute_is_person(self):
        """Tell the partner of a group, which may be no organisation, from a person."""
        return super()._compute_is_person()

    def _is_organisation(self):
        partner = self.partner_id.with_context(active_test=False)
        return super()._is_organisation() or bool(partner.wezer_group_ids)

    @api.model
    def _is_hidden_at_first(self, partner):
        """A group may hide, at first or later: no address reveals its name."""
        is_group = bool(self.env["wezer.group"]._of_partner(partner))
        return is_group or super()._is_hidden_at_first(partner)

    def _wezer_party_values(self):
        """Add what the page of a group shows, where this is a group's profile."""
        values = super()._wezer_party_values()
        group = self.env["wezer.group"]._of_partner(self.sudo().partner_id)
        if group:
            group = group.with_env(self.env(su=False))._filtered_access("read")
        values["group"] = group
        if group:
            values.update(group._page_values())
        return values
