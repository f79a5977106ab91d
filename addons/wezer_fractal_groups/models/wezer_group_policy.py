from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerGroupPolicy(models.Model):
    """What a circle has decided for itself and all inside it that decide nothing."""

    _name = "wezer.group.policy"
    _description = "Policy of a circle"
    _order = "group_id, key"
    _rec_name = "key"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True)
    value = fields.Char(required=True)
    company_id = fields.Many2one(related="group_id.company_id", store=True, index=True)

    _once = models.UniqueIndex("(group_id, key)", "Each policy once a circle.")


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    policy_ids = fields.One2many("wezer.group.policy", "group_id")

    @api.model
    def _policies(self):
        """Return what circles may decide: ``{key: (words, kind)}``; addons add theirs.

        Kinds: ``days`` (a whole number above zero), ``switch`` (yes or no).
        """
        return {
            "role_term_days": (self.env._("Roles are given for so many days"), "days"),
            "members_invite": (self.env._("Every member may invite"), "switch"),
        }

    def _policy(self, key):
        """Return the value in force here: the nearest ancestor's that sets it.

        :return: ``(value or None, the circle (sudo) that decided it)``
        """
        self.ensure_one()
        self.env["wezer.group.policy"].flush_model()
        self.flush_model(["parent_id"])
        self.env.cr.execute(
            """SELECT p.value, p.group_id FROM wezer_group_closure c
                 JOIN wezer_group_policy p ON p.group_id = c.ancestor_id
                WHERE c.descendant_id = %s AND p.key = %s
                ORDER BY c.distance LIMIT 1""",
            [self.id, key],
        )
        row = self.env.cr.fetchone()
        value, group = row or (None, False)
        kind = self._policies()[key][1]
        if value is not None:
            value = int(value) if kind == "days" else value == "yes"
        return value, self.sudo().browse(group or [])

    def action_set_policy(self, key, value):
        """Decide something for this circle; None lets the one above decide."""
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
        if mine:
            mine.value = text
        else:
            mine.create({"group_id": group.id, "key": key, "value": text})
        return True

    def _policy_text(self, kind, value):
        if kind == "days":
            text = str(value)
            if not text.isdecimal() or not 0 < int(text) < 10000:
                raise Refusal(
                    self.env._("Say a number of days."), rule="days", value=text
                )
            return str(int(text))
        if value not in (True, False, "yes", "no"):
            raise Refusal(self.env._("Yes or no."), rule="switch", value=str(value))
        return "yes" if value in (True, "yes") else "no"
