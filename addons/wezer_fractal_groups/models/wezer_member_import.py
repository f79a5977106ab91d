import hashlib

from odoo import api, models

from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, normalise

from ..tools import reserve


class WezerMemberImport(models.AbstractModel):
    _inherit = "wezer.member.import"

    @api.model
    def _import_group(self, partner, name):
        """Put this person into the circle called ``name``; roles are given by hand."""
        circles = self.env["wezer.group"].search([("kind", "=", "circle")])
        found = circles.filtered(
            lambda circle: (
                normalise(circle.name) == normalise(name) or circle.slug == name
            )
        )
        if len(found) != 1:
            return False, self.env._(
                "There is no single circle called “%(name)s”.", name=name
            )
        if found._membership_of(partner):
            return False, False
        if error := reserve.why_not_place(found, "member", person=partner.id):
            return False, error.args[0]
        found._add_member(partner, "active")
        return True, False

    @api.model
    def _import_link(self, partners, address):
        """Put the people of a household into one circle, each with its wallet.

        Nobody is notified. Found again by the address that they share, also where none
        of them has it: another household must not be taken for this one.
        """
        # The address itself is nobody's business.
        mark = hashlib.sha256(address.encode()).hexdigest()[:16]
        groups = self.env["wezer.group"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        circle = self._import_home(
            groups,
            {
                "reference": f"household-{mark}",
                "name": self.env._(
                    "Household of %s", ", ".join(partners[:3].mapped("name"))
                )[:TITLE_LENGTH],
                "kind": "circle",
                "visibility": "members",
                "join_policy": "invitation",
            },
        )
        role = self._import_home(
            groups,
            {
                "reference": f"household-{mark}#wallet",
                "name": self.env._("Wallet of the household"),
                "kind": "role",
                "parent_id": circle.id,
                "right_wallet": True,
            },
        )
        for group in circle | role:
            if reserve.why_not_place(group):
                continue
            for partner in partners:
                if group.active and not group._membership_of(partner):
                    group._add_member(partner, "active")

    @api.model
    def _import_home(self, groups, vals):
        """Return the group with this reference, made where there is none."""
        found = groups.with_context(active_test=False).search(
            [
                ("reference", "=", vals["reference"]),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )
        return found or groups.create(vals)
