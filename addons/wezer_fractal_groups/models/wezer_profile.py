from odoo import api, models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

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
