from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

LIVE_STATES = ("invited", "requested", "active")


class WezerGroupMembership(models.Model):
    """Direct membership only; who is counted above follows from the tree."""

    _name = "wezer.group.membership"
    _description = "Membership"
    _inherit = ["wezer.record.mixin"]
    _order = "date_from desc, id desc"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("invited", "Invited"),
            ("requested", "Asked to join"),
            ("active", "Member"),
            ("left", "Left"),
        ],
        required=True,
        default="active",
    )
    date_from = fields.Date(default=lambda self: days.today(self.env))
    date_to = fields.Date(string="Until")
    focus = fields.Char(help="What this person looks after here.")
    is_live = fields.Boolean(compute="_compute_is_live")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _live_uniq = models.UniqueIndex(
        "(group_id, partner_id) WHERE state <> 'left'",
        "This person has a place in this group already.",
    )
    _person_idx = models.Index("(partner_id, group_id) WHERE state = 'active'")

    @api.depends("state", "date_to")
    def _compute_is_live(self):
        today = days.today(self.env)
        for membership in self:
            membership.is_live = membership.state == "active" and (
                not membership.date_to or membership.date_to >= today
            )

    @api.constrains("partner_id")
    def _check_person(self):
        groups = self.env["wezer.group"].sudo().with_context(active_test=False)
        if groups.search_count([("partner_id", "in", self.partner_id.ids)], limit=1):
            raise Refusal(
                self.env._("Members are persons; a group goes inside a group."),
                rule="person",
            )

    @api.constrains("state", "date_from", "date_to")
    def _check_term(self):
        for membership in self.filtered(lambda one: one.state != "left"):
            days.check_order(self.env, membership.date_from, membership.date_to)

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        self._forget()
        return memberships

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            # What was asked is answered: its notices wait no longer.
            self.env["wezer.notice"]._settle(
                self, ["group_request", "group_invitation"]
            )
        self._forget()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget()
        return result

    @api.model
    def _forget(self):
        """Drop what is cached of who is where and who acts for whom."""
        self.env["res.partner"]._wezer_invalidate_acting()
        self.env["res.partner"].invalidate_model(
            ["wezer_hidden", "display_name"], flush=False
        )
        self.env["wezer.group"].invalidate_model(
            [
                "is_user_member",
                "is_visible_to_user",
                "is_user_invited",
                "member_count",
                "display_name",
            ],
            flush=False,
        )
