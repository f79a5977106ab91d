from odoo import models

from odoo.addons.wezer_fractal_groups.tools.group_policies import Policy


class WezerGroup(models.Model):
    """The policies of a circle about deals, and what they count."""

    _inherit = "wezer.group"

    def _policies(self):
        topic = self.env._("Announcements and deals")
        return {
            **super()._policies(),
            "claims_cap": Policy(
                self.env._("Open commitments a person may have in our announcements"),
                "count",
                topic=topic,
            ),
            "approvals_2_from": Policy(
                self.env._(
                    "Two approvals needed when one person is owed this many hours"
                ),
                "hours",
                least=True,
                topic=topic,
                floor=True,
            ),
            "approvals_3_from": Policy(
                self.env._(
                    "Three approvals needed when one person is owed this many hours"
                ),
                "hours",
                least=True,
                topic=topic,
                floor=True,
            ),
        }

    def _open_wants(self):
        """Return ``{id: number}`` of the open wants of each group that the user sees.

        Members only: visitors' pages ask for less.
        """
        if not self or not self.env.user._wezer_is_member():
            return {}
        # The reader sees the groups; their parties are read with them.
        groups = {group.partner_id.id: group.id for group in self.sudo()}
        rows = self.env["wezer.announcement"]._read_group(
            [
                ("author_id", "in", list(groups)),
                ("kind", "=", "want"),
                ("state", "=", "open"),
            ],
            ["author_id"],
            ["__count"],
        )
        return {groups[author.id]: count for author, count in rows}

    def _partners_inside(self):
        """Return the ids of the partners of this circle and of all inside it."""
        self.ensure_one()
        self.flush_model(["parent_id", "partner_id"])
        self.env.cr.execute(
            """SELECT g.partner_id FROM wezer_group_closure c
                 JOIN wezer_group g ON g.id = c.descendant_id
                WHERE c.ancestor_id = %s AND g.partner_id IS NOT NULL""",
            [self.id],
        )
        return [row[0] for row in self.env.cr.fetchall()]
