from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal

# By which a person takes a place in a circle themselves.
TAKES_A_PLACE = ("join", "request", "accept_invitation")


class WezerGroupMembership(models.Model):
    """A circle whose agreements want it asks people to agree before they join."""

    _inherit = "wezer.group.membership"

    def _why_not_data(self, action):
        error = super()._why_not_data(action)
        if error or action not in TAKES_A_PLACE or self.group_id.kind != "circle":
            return error
        # As the user reads them: nobody agrees to a text that is hidden from them.
        group = self.env["wezer.group"].sudo(False).browse(self.group_id.id)
        agreements = self.env["wezer.agreement"].sudo(False)
        wanted = agreements._to_assent_before(group, self.partner_id)
        if not wanted:
            return None
        return Refusal(
            self.env._(
                "People who join %(group)s agree to “%(title)s” first.",
                group=group.sudo().name,
                title=wanted[0].title,
            ),
            rule="assent",
            value=str(len(wanted)),
            link=(
                f"/groups/{group.sudo().slug}/assent",
                self.env._("Read and agree"),
            ),
        )
