from odoo import api, fields, models

from ..exceptions import NotAllowed, Refusal
from ..tools.membership import JOINING


class WezerTermsOfUse(models.Model):
    """A version of the community's terms. A new one is made where they change."""

    _name = "wezer.terms.of.use"
    # Word for word what the administrators wrote.
    _wezer_raw = ("body",)
    _description = "Terms of use"
    _inherit = ["wezer.record.mixin"]
    _order = "version desc"
    _rec_name = "version"

    version = fields.Integer(required=True, readonly=True, aggregator=None)
    body = fields.Html(translate=True, sanitize=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    acceptance_ids = fields.One2many(
        "wezer.terms.acceptance", "terms_id", groups="wezer_base.group_administrator"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _version_uniq = models.UniqueIndex(
        "(company_id, version)", "This version already exists."
    )

    @api.model
    def _current(self):
        """Return the terms in force (sudo), empty where the community has none."""
        company = self.env.company.sudo()
        if not company.wezer_terms:
            return self.sudo().browse()
        return self.sudo().search([("company_id", "=", company.id)], limit=1)

    @api.model
    def _keep_version(self, company):
        """Make a version of a company's terms where they differ from the last one."""
        company = company.sudo()
        last = self.sudo().search([("company_id", "=", company.id)], limit=1)
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        if not company.wezer_terms:
            return last
        changed = not last or any(
            (last.with_context(lang=code).body or "")
            != (company.with_context(lang=code).wezer_terms or "")
            for code in languages
        )
        if not changed:
            return last
        terms = self.sudo().create(
            {
                "version": (last.version or 0) + 1,
                "body": company.wezer_terms,
                "date": fields.Datetime.now(),
                "company_id": company.id,
            }
        )
        for code in languages:
            terms.with_context(lang=code).body = company.with_context(
                lang=code
            ).wezer_terms
        return terms

    def _acceptance_of(self, partner):
        """Return the acceptance of these terms by ``partner`` (sudo), or none."""
        return (
            self.env["wezer.terms.acceptance"]
            .sudo()
            .search(
                [("partner_id", "in", partner.ids), ("terms_id", "=", self.id)], limit=1
            )
        )

    @api.model
    def _to_accept_by(self, user):
        """Return the terms in force where ``user`` can accept them (sudo), or none."""
        current = self._current()
        if not user._wezer_may_join() or current._acceptance_of(user.partner_id):
            return current.browse()
        return current

    @api.model
    def _todo_rows(self, user):
        """Return the to-do row of a user who has not agreed to the terms in force."""
        current = self._current()
        profile = user.partner_id._wezer_profile()
        if profile and not profile.welcomed:
            # The welcome page asks for it.
            return []
        if not current or current._acceptance_of(user.partner_id):
            return []
        return [
            {
                "section": "now",
                "partner": user.partner_id,
                "text": self.env._("The community's terms of use have changed."),
                "url": "/community/terms",
                "button": self.env._("Read and agree"),
                "due": False,
            }
        ]

    def action_accept(self) -> int:
        """Agree to these terms, the ones in force; the day and version are kept.

        :return: id of the consent
        """
        self.ensure_one()
        user = self.env.user
        user._wezer_check_standing(JOINING)
        if self != self._current():
            raise Refusal(
                self.env._(
                    "The terms of use have changed in the meantime. Please"
                    " read them again."
                ),
                rule="version",
                value=str(self.sudo().version),
            )
        given = self._acceptance_of(user.partner_id)
        if given:
            return given.id
        # The caller's own acceptance, checked above.
        acceptance = (
            self.env["wezer.terms.acceptance"]
            .sudo()
            .create(
                {
                    "partner_id": user.partner_id.id,
                    "terms_id": self.id,
                    "date": fields.Datetime.now(),
                    "lang": self.env.lang,
                }
            )
        )
        return acceptance.id

    def unlink(self):
        raise NotAllowed(
            self.env._("Terms of use that someone has accepted cannot be deleted."),
            rule="immutable",
        )
