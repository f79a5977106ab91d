from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import NumberError, decimal_number, whole
from odoo.addons.wezer_base.tools.payload import shortened

from ..tools import reserve
from ..tools.group_policies import parse_share, share_text

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

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._keep_readable()
        policies._check_by_hand()
        return policies

    def write(self, vals):
        self._check_by_hand()
        result = super().write(vals)
        self._keep_readable()
        self._check_by_hand()
        return result

    def unlink(self):
        self._check_by_hand("unlink")
        return super().unlink()

    def _check_by_hand(self, operation="write"):
        """Refuse what an administrator changes where the circle decides it itself."""
        if self.env.su:
            return
        self.check_access(operation)
        for policy in self.sudo():
            reserve.check_policy(policy.group_id, policy.key, policy.value)

    def _keep_readable(self):
        """Keep each value as its kind is written, whoever wrote it.

        :raise Refusal: rule ``policy``, or the kind
        """
        known = self.env["wezer.group"]._policies()
        for policy in self.sudo():
            self._check_known(policy.key)
            text = self._value_text(known[policy.key], policy.value)
            if text != policy.value:
                policy.write({"value": text})

    @api.model
    def _check_known(self, key):
        """Refuse a policy that does not exist."""
        if not isinstance(key, str) or key not in self.env["wezer.group"]._policies():
            raise Refusal(self.env._("This policy does not exist."), rule="policy")

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

    @api.model
    def _in_force(self, group, keys):
        """Return ``{key: value}`` of what is in force in ``group``, with one query.

        None where neither it nor a circle above decided anything.
        """
        return self._in_force_in(group, keys)[group.id]

    @api.model
    def _in_force_in(self, groups, keys):
        """Return ``{id: {key: value}}`` of what is in force in each of ``groups``.

        With one query; see :meth:`_in_force`.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT c.descendant_id, p.id FROM wezer_group_closure c
                     JOIN wezer_group_policy p ON p.group_id = c.ancestor_id
                    WHERE c.descendant_id = ANY(%s) AND p.key = ANY(%s)
                    ORDER BY c.descendant_id, p.key, c.distance""",
                groups.ids,
                list(keys),
                to_flush=(
                    self._fields["group_id"],
                    self._fields["key"],
                    groups._fields["parent_id"],
                ),
            )
        )
        known = self.env["wezer.group"]._policies() if rows else {}
        # sudo: what a circle decided holds for who may not read it, too.
        policies = self.sudo().browse(dict.fromkeys(number for _id, number in rows))
        by_id = {policy.id: policy for policy in policies}
        above = defaultdict(list)
        for group, number in rows:
            above[group, by_id[number].key].append(by_id[number].value)
        found = {group: dict.fromkeys(keys) for group in groups.ids}
        for (group, key), texts in above.items():
            policy = known[key]
            if policy.floor:
                values = [policy.read(text) for text in texts]
                found[group][key] = values[policy.strictest(values)]
            else:
                found[group][key] = policy.read(texts[0])
        return found

    def _the_one_in_force(self):
        """Return which of these decisions on one key is in force, the nearest first."""
        if len(self) > 1 and self.env["wezer.group"]._policies()[self[0].key].floor:
            return self._strictest()
        return self[:1]

    def _strictest(self):
        """Return the strictest of what circles decided on one key."""
        if not self:
            return self
        values = [policy._read_value() for policy in self]
        known = self.env["wezer.group"]._policies()
        return self[known[self[0].key].strictest(values)]

    def _read_value(self):
        """Return the value as its kind is read; None of none."""
        if not self:
            return None
        return self.env["wezer.group"]._policies()[self.key].read(self.value)

    @api.model
    def _decide(self, group, key, value, reason):
        """Keep what ``group`` decided; None drops it (sudo, checked by the group)."""
        self._check_known(key)
        policy = group.sudo().policy_ids.filtered(lambda policy: policy.key == key)
        if value is None:
            policy.unlink()
            return
        vals = {
            "value": self._value_text(group._policies()[key], value),
            "reason": " ".join(str(reason or "").split())[:REASON_LENGTH],
        }
        if policy:
            policy.write(vals)
        else:
            self.create({"group_id": group.id, "key": key, **vals})

    @api.model
    def _check_floor(self, group, key, value):
        """Refuse a value that is looser than what a circle above wants at least (sudo).

        :raise Refusal: rule ``stricter``
        """
        self._check_known(key)
        policy = group._policies()[key]
        above = self._decided_above(group, key) - group.sudo().policy_ids
        if not policy.floor or value is None or not above:
            return
        wanted = above._strictest()
        text = self._value_text(policy, value)
        # The first of equal ones is the strictest.
        if not policy.strictest([policy.read(text), wanted._read_value()]):
            return
        limit = policy.shown(wanted.value, self.env)
        # The circle that said so may hide itself.
        seen = wanted.group_id.sudo(False)._wezer_with_visible_name().name
        message = self.env._(
            "%(circle)s decided: %(value)s. A circle inside it can make this stricter,"
            " not looser.",
            circle=seen or self.env._("A circle above"),
            value=limit,
        )
        raise Refusal(message, rule="stricter", value=text, limit=limit, field="value")

    @api.model
    def _value_text(self, policy, value):
        """Return ``value`` of a ``Policy`` as it is stored.

        :raise Refusal: its rule is the kind
        """
        kind = policy.kind
        if kind == "choice":
            return self._choice(policy, value)
        if kind == "share":
            return self._share(value)
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
    def _choice(self, policy, value):
        if not isinstance(value, str) or value not in policy.choices:
            raise Refusal(
                self.env._(
                    "Choose one of these: %(choices)s.",
                    choices=", ".join(policy.choices.values()),
                ),
                rule="choice",
                value=shortened(value),
                limit=", ".join(policy.choices),
            )
        return value

    @api.model
    def _share(self, value):
        share = parse_share(value)
        if not share:
            raise Refusal(
                self.env._("Enter a share as a fraction, for example 3/4, or 75 %."),
                rule="share",
                value=shortened(value),
                limit="1/1",
            )
        return share_text(share)

    @api.model
    def _hours(self, value):
        try:
            hours = decimal_number(value)
        except NumberError:
            return None
        return hours if 0 < hours < 1000000 else None
