from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import rules


class WezerGroupPolicy(models.Model):
    """Each policy that a circle sets, changes or drops is in its log."""

    _inherit = "wezer.group.policy"

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies.sudo()._check_colleges()
        for policy in policies.sudo():
            policy._log(policy.value)
        return policies

    def write(self, vals):
        before = {policy: policy.value for policy in self.sudo()}
        result = super().write(vals)
        self.sudo()._check_colleges()
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

    def _check_colleges(self):
        """Refuse to ask colleges where the circle has none."""
        for policy in self:
            if policy.key != "decides_electorate" or policy.value != "colleges":
                continue
            colleges = self.env["wezer.decision.college"]._of_circle(policy.group_id)
            if colleges._why_not_whole():
                raise Refusal(
                    self.env._("Set the colleges of the circle first."),
                    rule="colleges",
                    value=str(len(colleges)),
                )

    def _log(self, value):
        """Write into the log of the circle what it decided (sudo)."""
        kind = "policy"
        if self.key.removeprefix("decides_") in rules.MATTERS:
            kind = "unreserved" if value == "none" else "reserved"
        self.env["wezer.governance.event"]._log(
            kind, self.group_id, data={"key": self.key, "value": value}
        )
