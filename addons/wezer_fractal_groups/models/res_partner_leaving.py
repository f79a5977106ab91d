from odoo import models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days


class ResPartner(models.Model):
    """A member's places in groups when he leaves, or merges two accounts."""

    _inherit = "res.partner"

    def _wezer_memberships(self):
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .search([("partner_id", "in", self.ids)], order="id")
        )

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        rows = self.env["wezer.personal.data"]
        data["memberships"] = [
            {
                "group": membership.group_id.name,
                "kind": membership.group_id.kind,
                **rows._rows(membership, ["state", "date_from", "date_to", "focus"])[0],
            }
            for membership in self._wezer_memberships()
        ]
        tasks = self.env["project.task"].sudo().with_context(active_test=False)
        data["tasks"] = rows._rows(
            tasks.search(
                [
                    "|",
                    ("assignee_partner_id", "in", self.ids),
                    ("reviewer_partner_id", "in", self.ids),
                ]
            ),
            ["name", "assignee_partner_id", "reviewer_partner_id", "date_deadline"]
            + ["state"],
        )
        return data

    # === LEAVING === #

    def _wezer_leave_obstacles(self):
        rows = super()._wezer_leave_obstacles()
        for membership in self._wezer_memberships().filtered("is_live"):
            role = membership.group_id
            if role.kind != "role":
                continue
            circle = role.parent_id.partner_id
            for right in ("wallet", "manage"):
                if not role[f"right_{right}"]:
                    continue
                if circle._wezer_actor_partners(right) <= self:
                    rows.append(
                        {
                            "text": self.env._(
                                "Nobody but you acts for %(group)s: let somebody else"
                                " fill %(role)s, if you can.",
                                group=role.parent_id.name,
                                role=role.name,
                            ),
                            "url": f"/groups/{role.slug}",
                            "blocks": False,
                        }
                    )
                    break
        return rows

    def _wezer_anonymise(self):
        memberships = self._wezer_memberships()
        memberships.filtered(lambda one: one.state != "left").write(
            {"state": "left", "date_to": days.today(self.env)}
        )
        memberships.write({"focus": False})
        tasks = self.env["project.task"].sudo().with_context(active_test=False)
        for name in ("assignee_partner_id", "reviewer_partner_id"):
            # What is done stays told; what is open waits for somebody else.
            tasks.search(
                [(name, "in", self.ids), ("is_closed", "=", False)]
            ).with_context(tracking_disable=True, mail_notrack=True).write(
                {name: False}
            )
        return super()._wezer_anonymise()

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _wezer_merge_obstacles(self, target):
        said = super()._wezer_merge_obstacles(target)
        groups = self.env["wezer.group"].sudo().with_context(active_test=False)
        if groups.search_count([("partner_id", "in", (self | target).ids)], limit=1):
            said.append(self.env._("A group is no second account of anybody."))
        return said

    def _wezer_merge_into(self, target):
        """Keep one place a group: the fuller one."""
        theirs = {
            one.group_id: one
            for one in target._wezer_memberships()
            if one.state != "left"
        }
        for mine in self._wezer_memberships().filtered(lambda one: one.state != "left"):
            other = theirs.get(mine.group_id)
            if not other:
                continue
            ends = mine
            if mine.state == "active" and other.state != "active":
                ends = other
            ends.write({"state": "left", "date_to": days.today(self.env)})
        result = super()._wezer_merge_into(target)
        if self._wezer_memberships().filtered(lambda one: one.state != "left"):
            raise Refusal(self.env._("A place in a group stayed behind."), rule="merge")
        self.env["wezer.group.membership"]._forget()
        return result
