from odoo import api, models

# What of a website decides whether anyone may sign up.
SIGN_UP = {"auth_signup_uninvited", "company_id"}


class Website(models.Model):
    """A website that opens its sign-up may put scores at risk."""

    _inherit = "website"

    @api.model_create_multi
    def create(self, vals_list):
        """Extend Odoo's: see ``res.company.write``.

        :raise Refusal: rule ``trust``
        """
        companies = self.env["res.company"].sudo().search([]).sudo(self.env.su)
        with companies._wezer_no_new_trust_risk():
            return super().create(vals_list)

    def write(self, vals):
        """Extend Odoo's: see ``res.company.write``.

        :raise Refusal: rule ``trust``
        """
        if not SIGN_UP & vals.keys():
            return super().write(vals)
        ids = {*self.sudo().company_id.ids, vals.get("company_id")} - {None, False}
        companies = self.env["res.company"].browse(ids)
        with companies._wezer_no_new_trust_risk():
            return super().write(vals)
