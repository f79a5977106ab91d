from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Who comes, goes, or becomes a coordinator follows what his groups do."""

    _inherit = "res.partner"

    def _wezer_keep_following(self):
        """Keep these persons in step with all their groups (sudo)."""
        following = self.env["wezer.group.follower.sync"].sudo()
        places = self._wezer_memberships().filtered("is_live")
        following._keep_groups_in_step(following._records_of(places.group_id), self.ids)

    def _wezer_merge_into(self, target):
        """Remember one following a record: the one who stays takes them up anew."""
        self.env.execute_query(
            SQL(
                "DELETE FROM wezer_group_follower_sync WHERE partner_id = %s"
                " RETURNING id",
                self.id,
            )
        )
        result = super()._wezer_merge_into(target)
        target._wezer_keep_following()
        return result
