from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.clock import each_due

REMIND_DAYS = 14


class WezerGroupMembership(models.Model):
    """Guests, terms that end, double links, and what ends with leaving."""

    _inherit = "wezer.group.membership"

    is_guest = fields.Boolean(
        string="Guest",
        help="Takes part here, is no member, and does not count in the groups above.",
    )
    # A lead or a representative counts in the circle above by his role.
    by_link_id = fields.Many2one(
        "wezer.group.membership", readonly=True, ondelete="set null", index=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        memberships._follow_links()
        return memberships

    def write(self, vals):
        result = super().write(vals)
        if {"state", "date_to"} & vals.keys():
            self._follow_links()
        return result

    # === DOUBLE LINKS (R10) === #

    def _follow_links(self):
        """Let who fills a lead or representative role count in the circle above.

        Called again where the role or its circle moved: the place moves along.
        """
        for place in self.sudo():
            role = place.group_id
            if role.kind != "role" or role.link == "none":
                continue
            above = self.env["wezer.group"].sudo()
            if place.state == "active":
                above = role.parent_id.parent_id
            if not place._end_links(but=above):
                place._count_above(above)

    def _end_links(self, but=None):
        """End the places held by these roles, but that in ``but``; return the rest."""
        linked = self.sudo().search(
            [("by_link_id", "in", self.ids), ("state", "!=", "left")]
        )
        kept = linked.filtered(lambda one: but and one.group_id == but)
        (linked - kept).write({"state": "left", "date_to": days.today(self.env)})
        return kept

    def _count_above(self, above):
        """Give who fills this lead or representative role a place in ``above``."""
        if not above:
            return
        live = above._live(self.partner_id)
        if live.state in ("invited", "requested"):
            # By his role he is in: nobody need answer any more.
            live.write({"state": "active", "date_from": days.today(self.env)})
        elif not live:
            self.sudo().create(
                {
                    "group_id": above.id,
                    "partner_id": self.partner_id.id,
                    "focus": self.group_id.parent_id.name,
                    "date_to": self.date_to,
                    "by_link_id": self.id,
                }
            )

    # === LEAVING (R6) === #

    def _leave(self):
        """End these places; who declines, takes back or was a guest loses nothing."""
        held = self.filtered(lambda one: one.state == "active" and not one.is_guest)
        self.write({"state": "left", "date_to": days.today(self.env)})
        held._end_roles_inside()

    def _end_roles_inside(self):
        """End the roles that were held because of this place, and no others.

        Roles of the circle and of those inside it, where the person has no
        other place in the role's own circle. Circles inside are left one by one.
        """
        for place in self.sudo():
            circle = place.group_id
            if circle.kind != "circle":
                continue
            inside = self.sudo().search(
                [
                    ("partner_id", "=", place.partner_id.id),
                    ("state", "!=", "left"),
                    ("group_id.kind", "=", "role"),
                    ("group_id.ancestor_ids", "in", circle.ids),
                ]
            )
            for filled in inside:
                if not filled.group_id.parent_id._live(place.partner_id):
                    filled.write({"state": "left", "date_to": days.today(self.env)})

    # === TERMS === #

    @api.model
    def _cron_terms(self):
        """End the places whose term is over; remind a fortnight before."""
        today = days.today(self.env)
        places = self.sudo()
        over = [("state", "=", "active"), ("date_to", "<", today)]
        soon = [
            ("state", "=", "active"),
            ("date_to", "=", today + timedelta(days=REMIND_DAYS)),
            ("id", "not in", places._told_of_term_since(today)),
        ]
        if each_due(places, over, lambda one: one._end_term()):
            each_due(places, soon, lambda one: one._remind_of_term())

    @api.model
    def _told_of_term_since(self, day):
        """Return the ids of places whose people were told of their term since."""
        notices = self.env["wezer.notice"].sudo()
        domain = [
            ("kind", "=", "group_term"),
            ("res_model", "=", self._name),
            ("date", ">=", days.begin(self.env, day)),
        ]
        return notices.search(domain).mapped("res_id")

    def _end_term(self):
        self.state = "left"
        self._tell_term(
            lambda env: env._(
                "Your time in %(group)s is over. Thank you!", group=self.group_id.name
            )
        )

    def _remind_of_term(self):
        self._tell_term(
            lambda env: env._(
                "Your time in %(group)s ends in two weeks.", group=self.group_id.name
            )
        )
        self.group_id._circle().partner_id._wezer_notify(
            "group_term",
            lambda env: env._(
                "%(name)s's time in %(group)s ends in two weeks.",
                name=self.partner_id.name,
                group=self.group_id.name,
            ),
            url=f"/groups/{self.group_id.slug}",
            record=self,
            right="manage",
        )

    def _tell_term(self, message):
        self.partner_id._wezer_notify(
            "group_term",
            message,
            url=f"/groups/{self.group_id.slug}",
            record=self,
        )
