from odoo import models


class WezerGroup(models.Model):
    """Agreements of circles that merge or close."""

    _inherit = "wezer.group"

    def write(self, vals):
        closing = self
        if "active" in vals and not vals["active"]:
            closing = self.filtered("active")
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            # What was handed over in a merger is the other circle's by now.
            self.env["wezer.agreement"]._end_with_circles(closing)
        return result

    def _merge_into(self, target):
        """Let ``target`` take over the agreements in force, marked (sudo)."""
        self.env["wezer.agreement"]._hand_over(self, target)
        return super()._merge_into(target)
