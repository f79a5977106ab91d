from odoo import models

from ..tools.rights import PROVEN


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_terms_acceptance(self, terms):
        """Return this person's consent to a version of the terms (sudo)."""
        return (
            self.env["wezer.terms.acceptance"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("terms_id", "=", terms.id),
                ],
                limit=1,
            )
        )

    def _wezer_joined(self, invitation, name):
        """The account of an invitation was made: remember who brought this person."""
        self.ensure_one()
        partner = self.sudo()
        proven = partner.with_context(wezer_proven=PROVEN)
        proven.write({"name": name, "email": invitation.email})
        profile = partner._wezer_profile()
        profile.welcomed = False
        if not profile.admitted_by_id and invitation.inviter_id:
            profile.admitted_by_id = invitation.inviter_id

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        partners = self._wezer_selves()
        acceptance = self.env["wezer.terms.acceptance"].sudo()
        data["consents"] = [
            {"date": str(one.date), "version": one.terms_id.version}
            for one in acceptance.search([("partner_id", "in", partners.ids)])
        ]
        invitations = self.env["wezer.invitation"].sudo()
        data["invitations"] = [
            {"date": str(one.date), "email": one.email or "", "state": one.state}
            for one in invitations.search([("inviter_id", "in", partners.ids)])
        ]
        return data

    def _wezer_anonymise(self):
        # Whom he invited is nobody's business any more.
        self.env["wezer.invitation"].sudo().search(
            [
                "|",
                ("inviter_id", "=", self.id),
                ("email", "in", list(self._wezer_proven_addresses())),
            ]
        ).unlink()
        return super()._wezer_anonymise()
