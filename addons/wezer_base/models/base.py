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

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Ask for access to many2many fields too, which Odoo leaves out here.

        Tried on Odoo 19: grouping by a many2many that the caller may not read gave
        its values.
        """
        field = self._fields.get(groupby_spec.split(":")[0].split(".")[0])
        if field is not None and field.type == "many2many":
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)
