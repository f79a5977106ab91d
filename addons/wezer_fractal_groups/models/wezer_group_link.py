from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal


class WezerGroupLink(models.Model):
    """A group that works across: at home in one place, linked with others (R11).

    A link is no branch of the tree: nobody counts, nothing is inherited and no
    money flows by it. Each page shows the other, to those who may see it.
    """

    _name = "wezer.group.link"
    _description = "Cross link of groups"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "wezer.group",
        string="Works with",
        required=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        [("proposed", "Proposed"), ("linked", "Linked"), ("ended", "Ended")],
        required=True,
        default="proposed",
    )
    proposed_by_id = fields.Many2one("wezer.group", ondelete="set null")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _two = models.Constraint(
        "CHECK (group_id <> other_id)", "A group is not linked with itself."
    )
    _once = models.UniqueIndex(
        "(least(group_id, other_id), greatest(group_id, other_id))"
        " WHERE state <> 'ended'",
        "These groups are linked already.",
    )

    def _check_side(self, groups, what):
        """Return which of ``groups`` (sudo) the caller manages."""
        user = self.env.user
        mine = groups.filtered(lambda group: user._acts_for(group.partner_id, "manage"))
        if not mine:
            raise NotAllowed(
                self.env._("Who manages one of the groups does this."), rule="manage"
            )
        for group in mine:
            user._wezer_log_acting(group.partner_id, "manage", what, group)
        return mine

    @api.model
    def propose(self, group_id, other_id):
        """Propose that two groups work together; linked at once who manages both."""
        groups = self.env["wezer.group"]
        ids = [one for one in (group_id, other_id) if type(one) is int]
        found = groups.search([("id", "in", ids), ("kind", "=", "circle")])
        if len(found) != 2:
            raise Refusal(
                self.env._("Choose two circles that you can see."), rule="group"
            )
        group, other = groups.browse(group_id).sudo(), groups.browse(other_id).sudo()
        mine = self._check_side(group | other, "link_groups")
        both = [group.id, other.id]
        if self.sudo().search_count(
            [
                ("group_id", "in", both),
                ("other_id", "in", both),
                ("state", "!=", "ended"),
            ]
        ):
            raise Refusal(self.env._("These groups are linked already."), rule="state")
        # Who and data were just checked.
        link = self.sudo().create(
            {
                "group_id": group.id,
                "other_id": other.id,
                "state": "linked" if len(mine) == 2 else "proposed",
                "proposed_by_id": mine[0].id,
            }
        )
        if link.state == "proposed":
            link._other_side()._wezer_notify_manage(link, group, other)
        return link.id

    def _other_side(self):
        return (self.group_id | self.other_id) - self.proposed_by_id

    def action_agree(self):
        """Agree, for the side that was asked."""
        self.ensure_one()
        link = self.sudo().exists()
        self._check_side(link._other_side(), "link_groups")
        if link.state != "proposed":
            raise Refusal(self.env._("This is not proposed."), rule="state")
        link.state = "linked"
        self.env["wezer.notice"]._settle(link)
        return True

    def action_end(self):
        """End it, or take the proposal back, or decline it; either side."""
        self.ensure_one()
        link = self.sudo().exists()
        self._check_side(link.group_id | link.other_id, "link_groups")
        if link.state == "ended":
            raise Refusal(self.env._("This is ended already."), rule="state")
        link.state = "ended"
        self.env["wezer.notice"]._settle(link)
        return True


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    def _wezer_notify_manage(self, link, group, other):
        """Tell who manages this group that another would work with it."""
        first = (group | other) - self
        names = {"one": first.name, "two": self.name}
        self.partner_id._wezer_notify(
            "group_link",
            lambda env: env._("%(one)s would work together with %(two)s.", **names),
            url=f"/groups/{self.slug}",
            record=link,
            right="manage",
        )

    def _linked(self):
        """Return the groups linked with this one that the caller may see."""
        self.ensure_one()
        links = (
            self.env["wezer.group.link"]
            .sudo()
            .search(
                [
                    ("state", "=", "linked"),
                    "|",
                    ("group_id", "=", self.id),
                    ("other_id", "=", self.id),
                ]
            )
        )
        others = (links.group_id | links.other_id) - self.sudo()
        return self.search([("id", "in", others.ids)])
