from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import NumberError, decimal_number, whole

REASON_LENGTH = 300


class WezerGroupPolicy(models.Model):
    """What a circle has decided for itself and all inside it that decide nothing.

    Which policies there are is told by ``wezer.group._policies``.
    """

    _name = "wezer.group.policy"
    _description = "Policy of a circle"
    _inherit = ["wezer.record.mixin"]
    _order = "group_id, key"
    _rec_name = "key"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True)
    value = fields.Char(required=True)
    reason = fields.Char(help="The reason, in the words of the people who decided.")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex(
        "(group_id, key)", "A circle can set each policy only once."
    )

    @api.model
    def _decided_above(self, group, key):
        """Return what ``group`` and those above decided on ``key``, nearest first."""
        rows = self.env.execute_query(
            SQL(
                """SELECT p.id FROM wezer_group_closure c
                     JOIN wezer_group_policy p ON p.group_id = c.ancestor_id
                    WHERE c.descendant_id = %s AND p.key = %s
                    ORDER BY c.distance""",
                group.id,
                key,
                to_flush=(
                    self._fields["group_id"],
                    self._fields["key"],
                    group._fields["parent_id"],
                ),
            )
        )
        return self.browse(row[0] for row in rows)

    def _read_value(self):
        """Return the value as its kind is read: a number or a bool; None of none."""
        if not self:
            return None
        kind = self.env["wezer.group"]._policies()[self.key][1]
        numbers = {"days": int, "count": int, "hours": float}
        read = numbers.get(kind, lambda text: text == "yes")
        return read(self.value)

    @api.model
    def _decide(self, group, key, value, reason):
        """Keep what ``group`` decided; None drops it (sudo, checked by the group)."""
        policy = group.sudo().policy_ids.filtered(lambda policy: policy.key == key)
        if value is None:
            policy.unlink()
            return
        kind = group._policies()[key][1]
        vals = {
            "value": self._value_text(kind, value),
            "reason": " ".join(str(reason or "").split())[:REASON_LENGTH],
        }
        if policy:
            policy.write(vals)
        else:
            self.create({"group_id": group.id, "key": key, **vals})

    @api.model
    def _value_text(self, kind, value):
        """Return ``value`` as it is stored.

        :raise Refusal: its rule is the kind
        """
        if kind == "days":
            number = whole(value, least=1, most=9999)
            message = self.env._("Enter a number of days.")
        elif kind == "count":
            number = whole(value, least=1, most=9999)
            message = self.env._("Enter a whole number.")
        elif kind == "hours":
            number = self._hours(value)
            message = self.env._("Enter a number of hours.")
        else:
            if value not in (True, False, "yes", "no"):
                raise Refusal(
                    self.env._("Choose “yes” or “no”."), rule="switch", value=str(value)
                )
            return "yes" if value in (True, "yes") else "no"
        if not number:
            raise Refusal(message, rule=kind, value=str(value)[:40])
        return f"{number:g}" if kind == "hours" else str(number)

    @api.model
    def _hours(self, value):
        try:
            hours = decimal_number(value)
        except NumberError:
            return None
        return hours if 0 < hours < 1000000 else None
