from odoo import api, fields, models

from .res_company import ASKED


class ResConfigSettings(models.TransientModel):
    """How wide trust flows: derived from how people join, or chosen with its risk."""

    _inherit = "res.config.settings"

    wezer_trust = fields.Selection(related="company_id.wezer_trust", readonly=False)
    wezer_reputation_seen = fields.Selection(
        related="company_id.wezer_reputation_seen", readonly=False
    )
    wezer_trust_now = fields.Char(
        string="With these settings", compute="_compute_wezer_trust_now"
    )
    wezer_trust_risk = fields.Text(
        string="Risk of this choice", compute="_compute_wezer_trust_now"
    )
    # The choice risks something that the saved one does not: it has to be accepted.
    wezer_trust_asks = fields.Boolean(compute="_compute_wezer_trust_now")
    wezer_trust_accepted = fields.Boolean(
        string="I know this risk and choose it nevertheless"
    )

    @api.depends("wezer_trust", "wezer_approval", "auth_signup_uninvited")
    def _compute_wezer_trust_now(self):
        for settings in self:
            company = settings.company_id
            joining = {
                "approval": settings.wezer_approval,
                "signup": settings.auth_signup_uninvited,
            }
            risk = company._wezer_trust_risk(settings.wezer_trust, **joining)
            settings.wezer_trust_risk = risk
            settings.wezer_trust_asks = bool(risk) and not company._wezer_trust_risk()
            settings.wezer_trust_now = self._wezer_trust_text(
                company._wezer_joins_freely(**joining),
                company._wezer_trust_width(settings.wezer_trust, **joining),
            )

    def _wezer_trust_text(self, freely, width):
        """Return how people join and how wide trust flows, in words."""
        if width == "open":
            if freely:
                return self.env._(
                    "Anyone may sign up. The assessments of well trusted people count"
                    " in full, those of others less."
                )
            return self.env._(
                "Someone here knows each new member. The assessments of well trusted"
                " people count in full, those of others less."
            )
        if freely:
            return self.env._(
                "Anyone may sign up. The assessments of most people count in full."
            )
        return self.env._(
            "Someone here knows each new member. The assessments of most people count"
            " in full."
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Save settings; what newly risks scores is saved only where that is accepted.

        :raise Refusal: rule ``trust``
        """
        company = self.env.company
        before = company._wezer_trust_risk()
        asked = self.with_context(wezer_trust_risk=ASKED)
        settings = super(ResConfigSettings, asked).create(vals_list)
        settings = settings.with_env(self.env)
        settings._check_wezer_trust(company, before)
        return settings

    def write(self, vals):
        """Extend Odoo's method as :meth:`create`."""
        company = self.env.company
        before = company._wezer_trust_risk()
        asked = self.with_context(wezer_trust_risk=ASKED)
        result = super(ResConfigSettings, asked).write(vals)
        self._check_wezer_trust(company, before)
        return result

    def _check_wezer_trust(self, company, before):
        # Odoo has written the values through to the company by now.
        risk = not before and company._wezer_trust_risk()
        if risk and not all(self.mapped("wezer_trust_accepted")):
            raise company._wezer_trust_refusal(risk)
