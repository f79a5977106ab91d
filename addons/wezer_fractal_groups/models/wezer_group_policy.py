from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import NumberError, decimal_number, whole


class WezerGroupPolicy(models.Model):
    """What a circle has decided for itself and all inside it that decide nothing."""

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
    reason = fields.Char(help="Why, in the words of those who decided.")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex("(group_id, key)", "Each policy once a circle.")


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    policy_ids = fields.One2many("wezer.group.policy", "group_id")

    @api.model
    def _policies(self):
        """Return what circles may decide: ``{key: (words, kind)}``; addons add theirs.

        Kinds: ``days`` and ``count`` (a whole number above zero), ``hours`` (a number
        above zero), ``switch`` (yes or no).
        """
        return {
            "role_term_days": (self.env._("Roles are given for so many days"), "days"),
            "members_invite": (self.env._("Every member may invite"), "switch"),
        }

    def _policy(self, key):
        """Return the value in force here: the nearest ancestor's that sets it.

        :return: ``(value or None, the circle (sudo) that decided it)``
        """
        policy = self._policies_above(key)[:1]
        value = None
        if policy:
            kind = self._policies()[key][1]
            numbers = {"days": int, "count": int, "hours": float}
            read = numbers.get(kind, lambda text: text == "yes")
            value = read(policy.value)
        return value, policy.group_id

    def _policies_above(self, key):
        """Return what this circle and those above decided on ``key``, nearest first."""
        self.ensure_one()
        policies = self.env["wezer.group.policy"].sudo()
        policies.flush_model()
        self.flush_model(["parent_id"])
        self.env.cr.execute(
            """SELECT p.id FROM wezer_group_closure c
                 JOIN wezer_group_policy p ON p.group_id = c.ancestor_id
                WHERE c.descendant_id = %s AND p.key = %s
                ORDER BY c.distance""",
            [self.id, key],
        )
        return policies.browse(row[0] for row in self.env.cr.fetchall())

    def action_set_policy(self, key, value, reason=None):
        """Decide something for this circle; None lets the one above decide.

        :param str reason: why, for all to read
        """
        self._check_manages("policy")
        group = self.sudo()
        if group.kind != "circle":
            raise Refusal(self.env._("Circles decide, not roles."), rule="policy")
        known = self._policies()
        if not isinstance(key, str) or key not in known:
            raise Refusal(self.env._("Nobody decides that."), rule="policy")
        mine = group.policy_ids.filtered(lambda one: one.key == key)
        if value is None:
            mine.unlink()
            return True
        text = self._policy_text(known[key][1], value)
        vals = {"value": text, "reason": " ".join(str(reason or "").split())[:300]}
        if mine:
            mine.write(vals)
        else:
            mine.create({"group_id": group.id, "key": key, **vals})
        return True

    def _policy_text(self, kind, value):
        if kind == "days":
            days = whole(value, least=1, most=9999)
            if not days:
                raise Refusal(
                    self.env._("Say a number of days."),
                    rule="days",
                    value=str(value)[:40],
                )
            return str(days)
        if kind == "count":
            return self._count_text(value)
        if kind == "hours":
            return self._hours_text(value)
        if value not in (True, False, "yes", "no"):
            raise Refusal(self.env._("Yes or no."), rule="switch", value=str(value))
        return "yes" if value in (True, "yes") else "no"

    def _count_text(self, value):
        count = whole(value, least=1, most=9999)
        if not count:
            raise Refusal(
                self.env._("Say a whole number."), rule="count", value=str(value)[:40]
            )
        return str(count)

    def _hours_text(self, value):
        try:
            hours = decimal_number(value)
        except NumberError:
            hours = 0
        if not 0 < hours < 1000000:
            raise Refusal(
                self.env._("Say a number of hours."),
                rule="hours",
                value=str(value)[:40],
            )
        return f"{hours:g}"
