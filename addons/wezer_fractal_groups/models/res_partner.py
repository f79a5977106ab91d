from odoo import fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_is_party(self):
        return super()._wezer_is_party() or bool(
            self.env["wezer.group"]._of_partner(self)
        )

    def _wezer_partners_above(self):
        """Return the partners of the groups around this one, nearest first."""
        self.ensure_one()
        partners = super()._wezer_partners_above()
        group = self.env["wezer.group"]._of_partner(self)
        while group.parent_id:
            group = group.parent_id
            partners |= group.partner_id
        return partners

    def _wezer_actor_partners(self, right):
        """For a group's partner: the persons whose roles carry ``right`` to it."""
        self.ensure_one()
        group = self.env["wezer.group"]._of_partner(self)
        if not group:
            return super()._wezer_actor_partners(right)
        circle = group._circle()
        membership = self.env["wezer.group.membership"]
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT m.partner_id FROM wezer_group_membership m
                     JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                      AND r.active AND %s
                     JOIN wezer_group_closure c ON c.ancestor_id = r.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE d.id = %s AND c.distance <= d.rights_reach
                      AND m.state = 'active'
                      AND (m.date_to IS NULL OR m.date_to >= %s)""",
                SQL.identifier("r", f"right_{right}"),
                circle.id,
                fields.Date.today(),
                to_flush=(membership._fields["state"], membership._fields["date_to"]),
            )
        )
        return self.browse([row[0] for row in rows])
