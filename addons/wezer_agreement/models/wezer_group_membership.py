from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.memo_field import Memo

from ..tools import agreement_lookup

# By which a person takes a place in a circle themselves.
TAKES_A_PLACE = ("join", "request", "accept_invitation")


class WezerGroupMembership(models.Model):
    """A circle whose agreements want it asks people to agree before they join."""

    _inherit = "wezer.group.membership"

    # Each action by which a place is taken asks the same.
    assents_wanted = Memo(
        compute="_compute_assents_wanted",
        groups=fields.NO_ACCESS,
        help="The agreements to which the person agrees before they take this place:"
        " their ids, asked once.",
    )

    @api.depends("group_id", "partner_id")
    def _compute_assents_wanted(self):
        for place in self:
            place.assents_wanted = tuple(
                agreement_lookup.wanted_ids(
                    self.env, place.group_id.id, place.partner_id.id
                )
            )

    @api.model
    def _forget_wanted_assents(self):
        """Ask again which assents are wanted: an agreement or an assent changed."""
        self.invalidate_model(["assents_wanted"], flush=False)

    def _why_not_data(self, action):
        error = super()._why_not_data(action)
        if error or action not in TAKES_A_PLACE or self.group_id.kind != "circle":
            return error
        # As the user reads them: nobody agrees to a text that is hidden from them.
        agreements = self.env["wezer.agreement"].sudo(False)
        wanted = agreements._readable(self.sudo().assents_wanted)
        if not wanted:
            return None
        return Refusal(
            self.env._(
                "People who join %(group)s agree to “%(title)s” first.",
                group=self.group_id.sudo().name,
                title=wanted[0].title,
            ),
            rule="assent",
            value=str(len(wanted)),
            link=(
                f"/groups/{self.group_id.sudo().slug}/assent",
                self.env._("Read and agree"),
            ),
        )
