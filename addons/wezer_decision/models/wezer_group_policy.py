from odoo import api, models

from ..tools import rules


class WezerGroupPolicy(models.Model):
    """Each policy that a circle sets, changes or drops is in its log."""

    _inherit = "wezer.group.policy"

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        for policy in policies.sudo():
            policy._log(policy.value)
        return policies

    def write(self, vals):
        before = {policy: policy.value for policy in self.sudo()}
        result = super().write(vals)
        for policy, value in before.items():
            if policy.value != value:
                policy._log(policy.value)
        return result

    def unlink(self):
        dropped = [(policy.group_id, policy.key) for policy in self.sudo()]
        result = super().unlink()
        log = self.env["wezer.governance.event"]
        for group, key in dropped:
            log._log("policy_dropped", group, data={"key": key})
        return result

    def _log(self, value):
        """Write into the log of the circle what it decided (sudo)."""
        kind = "policy"
        if self.key.removeprefix("decides_") in rules.MATTERS:
            kind = "unreserved" if value == "none" else "reserved"
        self.env["wezer.governance.event"]._log(
            kind, self.group_id, data={"key": self.key, "value": value}
        )
