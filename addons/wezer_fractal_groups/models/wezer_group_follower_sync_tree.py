from odoo import models


class WezerGroup(models.Model):
    """A circle that moves takes its members to other projects."""

    _inherit = "wezer.group"

    def write(self, vals):
        if "parent_id" not in vals:
            return super().write(vals)
        following = self.env["wezer.group.follower.sync"].sudo()
        before = following._records_of(self)
        result = super().write(vals)
        after = following._records_of(self)
        records = [old | new for old, new in zip(before, after, strict=True)]
        if any(records):
            following._keep_groups_in_step(records, self._effective_member_ids())
        return result

    def unlink(self):
        following = self.env["wezer.group.follower.sync"].sudo()
        records = [one.exists() for one in following._records_of(self)]
        people = self._effective_member_ids() if any(records) else []
        result = super().unlink()
        following._keep_groups_in_step(records, people)
        return result
