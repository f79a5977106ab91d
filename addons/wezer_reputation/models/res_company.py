from contextlib import contextmanager

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

# Only our own code holds this object: RPC cannot send it in a context.
ASKED = object()

# People count in full from this percentile of trust upwards, and never below the
# share of all trust that ``rrg.Parameters.trust_share`` says.
PERCENTILES = {"open": 80.0, "closed": 50.0}
# Measured (docs/performance.md): how far, out of 5, 300 invented accounts move a score
# in a community of 25 where three ordinary members are deceived.
RISK = 0.5
# What of a company decides whether its scores are at risk.
RISK_FIELDS = {"wezer_trust", "wezer_approval"}


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_trust = fields.Selection(
        [
            ("derived", "As people join here"),
            ("closed", "Someone here knew each member"),
            ("open", "Anyone may sign up"),
        ],
        string="Admission of members",
        default="derived",
        required=True,
        help="If anyone can sign up, only a few people are trusted in full, so"
        " that invented accounts do not change scores. If members are known,"
        " most people are.",
    )
    wezer_reputation_seen = fields.Selection(
        [
            ("nobody", "Members see only their own"),
            ("members", "Members"),
            ("everyone", "Visitors too"),
        ],
        string="Visibility of scores",
        default="members",
        required=True,
        help="This covers what others wrote and the score made of it. A member can"
        " still hide their own.",
    )

    def _wezer_joins_freely(
        self, approval: str | None = None, signup: str | None = None
    ) -> bool:
        """Return whether people become members whom nobody here invited or approved.

        As the sign-up of the company's websites and the approval of new members say.

        :param approval: who approves new members, as stored where left out
        :param signup: the sign-up of the websites, ``b2b`` or ``b2c``, as stored where
            left out
        """
        self.ensure_one()
        company = self.sudo()
        if (approval or company.wezer_approval) != "nobody":
            return False
        if signup:
            return signup == "b2c"
        websites = self.env["website"].sudo().search([("company_id", "=", self.id)])
        if websites:
            return "b2c" in websites.mapped("auth_signup_uninvited")
        # Without a website of its own, Odoo's general setting.
        scope = self.env["ir.config_parameter"].sudo()
        return scope.get_param("auth_signup.invitation_scope", "b2b") == "b2c"

    def _wezer_trust_width(
        self,
        trust: str | None = None,
        approval: str | None = None,
        signup: str | None = None,
    ) -> str:
        """Return how many people are trusted in full: a key of ``PERCENTILES``.

        :param trust: the choice, the stored one where left out
        :param approval: see :meth:`_wezer_joins_freely`
        :param signup: see :meth:`_wezer_joins_freely`
        """
        self.ensure_one()
        trust = trust or self.sudo().wezer_trust
        if trust in PERCENTILES:
            return trust
        return "open" if self._wezer_joins_freely(approval, signup) else "closed"

    def _wezer_trust_risk(
        self,
        trust: str | None = None,
        approval: str | None = None,
        signup: str | None = None,
    ) -> str | bool:
        """Return what the choice of trust risks, or False where it risks nothing.

        It is a risk to trust most people in full where anyone may sign up.

        :param trust: a choice that is not saved yet
        :param approval: a choice that is not saved yet
        :param signup: a choice that is not saved yet
        """
        self.ensure_one()
        width = self._wezer_trust_width(trust, approval, signup)
        if width == "open" or not self._wezer_joins_freely(approval, signup):
            return False
        return self.env._(
            "Anyone can sign up here, so nobody has to know a new member, yet most"
            " people would be trusted in full. In a community of 25 where three members"
            " were deceived, 300 invented accounts moved a score by up to %(risk)s"
            " of 5.",
            risk=format_decimal(self.env, RISK, 1),
        )

    def write(self, vals):
        """Extend Odoo's: what newly risks scores is chosen in the settings only.

        :raise Refusal: rule ``trust``
        """
        if not RISK_FIELDS & vals.keys():
            return super().write(vals)
        with self._wezer_no_new_trust_risk():
            return super().write(vals)

    @contextmanager
    def _wezer_no_new_trust_risk(self):
        """Refuse a change within that newly risks the scores of these companies.

        The settings say what the risk is and ask whether to accept it; whoever changes
        the same values elsewhere would not be asked.
        """
        if self.env.su or self.env.context.get("wezer_trust_risk") is ASKED:
            yield
            return
        safe = self.sudo().filtered(lambda company: not company._wezer_trust_risk())
        yield
        for company in safe.sudo(False):
            risk = company._wezer_trust_risk()
            if risk:
                raise company._wezer_trust_refusal(risk)

    def _wezer_trust_refusal(self, risk: str) -> Refusal:
        """Return the refusal of a change that newly risks scores as ``risk`` says."""
        return Refusal(
            self.env._(
                "%(risk)s To save this nevertheless, confirm under Wezer, Reputation"
                " that you know the risk.",
                risk=risk,
            ),
            rule="trust",
            value=self.sudo().wezer_trust,
        )
