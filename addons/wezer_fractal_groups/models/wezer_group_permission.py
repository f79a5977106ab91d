from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days

# From the least to the most; of two that somebody holds the stronger counts.
LEVELS = ["read", "triage", "write", "maintain", "admin"]


class WezerGroupPermission(models.Model):
    """What a group may do with something outside: a repository, a tool shed, a key.

    Kept for other systems to read (``./wezer export rights``); it opens nothing
    here. The group's members hold it, direct ones and those of groups below.
    """

    _name = "wezer.group.permission"
    _description = "Permission in another system"
    _inherit = ["wezer.record.mixin"]
    _order = "resource, group_id, id"
    _rec_name = "resource"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    resource = fields.Char(required=True)
    level = fields.Selection(
        [
            ("read", "Read"),
            ("triage", "Triage"),
            ("write", "Write"),
            ("maintain", "Maintain"),
            ("admin", "Administer"),
        ],
        required=True,
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex(
        "(group_id, resource)", "This group already has a permission for this resource."
    )

    @api.model
    def _file_rows(self):
        """Yield what each person holds at most: ``person, resource, right``."""
        self.env["wezer.profile"]._check_administrator()
        self.flush_model()
        self.env["wezer.group.membership"].flush_model()
        yield ["person", "resource", "right"]
        self.env.cr.execute(
            """SELECT m.partner_id, p.resource, max(array_position(%s, p.level::text))
                 FROM wezer_group_permission p
                 JOIN wezer_group_closure c ON c.ancestor_id = p.group_id
                 JOIN wezer_group_membership m ON m.group_id = c.descendant_id
                  AND m.state = 'active' AND m.is_guest IS NOT TRUE
                  AND (m.date_to IS NULL OR m.date_to >= %s)
                WHERE p.company_id = %s
                GROUP BY m.partner_id, p.resource ORDER BY p.resource, m.partner_id""",
            [LEVELS, days.today(self.env), self.env.company.id],
        )
        rows = self.env.cr.fetchall()
        people = self.env["res.partner"].sudo().browse({row[0] for row in rows})
        names = people._wezer_file_names()
        for person, resource, level in rows:
            yield [names[person], resource, LEVELS[level - 1]]
