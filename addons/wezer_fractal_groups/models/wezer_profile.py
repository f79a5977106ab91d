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
        places = self.env["wezer.group.membership"]
        people = self.sudo().partner_id
        if not places.has_access("read"):
            # Visitors read no memberships.
            people = people.browse()
        found = people and places._read_group(
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
        return bool(partner.wezer_group_ids) or super()._is_organisation()

    def _alike(self):
        """Look for no other party of a group's name: roles of circles share theirs."""
        if self.sudo().partner_id.with_context(active_test=False).wezer_group_ids:
            return self.sudo().browse()
        return super()._alike()

    @api.model
    def _is_hidden_at_first(self, partner):
        """A group may hide, at first or later: no address reveals its name."""
        is_group = bool(self.env["wezer.group"]._of_partner(partner))
        return is_group or super()._is_hidden_at_first(partner)

    def _wezer_party_values(self, group_page=None):
        """Add what the page of a group shows, where this is a group's profile.

        :param group_page: of this group, where it was read already
        """
        values = super()._wezer_party_values()
        if not group_page:
            group = self.env["wezer.group"]._of_partner(self.sudo().partner_id)
            if group:
                group = group.with_env(self.env(su=False))._filtered_access("read")
            values["group"] = group
            group_page = group and group._page()
        if group_page:
            values.update(group_page.values())
        role = values["group"] if values.get("group") else None
        if role and role.kind == "role" and role.parent_id:
            values["write_to"] = self.env._(
                "%(role)s of %(circle)s",
                role=role.name,
                circle=role.parent_id.display_name,
            )
        return values
