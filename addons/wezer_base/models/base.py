from odoo import models

# Odoo keeps on every row who made it and who changed it last.
WHO = ("create_uid", "write_uid")


class Base(models.AbstractModel):
    _inherit = "base"

    def _has_field_access(self, field, operation):
        """Who made a row of ours is for administrators: it says more than the row.

        A row is often made with ``sudo()`` in somebody's name: his who invited,
        who answers for a group, who assessed. Reading, searching, sorting and
        grouping all ask here.
        """
        allowed = super()._has_field_access(field, operation)
        if allowed and field.name in WHO and self._name.startswith("wezer."):
            return self.env.su or self.env.user.has_group(
                "wezer_base.group_administrator"
            )
        return allowed
