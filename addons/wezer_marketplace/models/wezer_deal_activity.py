from odoo import models


class WezerDeal(models.Model):
    """What coordinators plan on a deal, by Odoo's activities.

    Members who are no internal users see none of it.
    """

    _name = "wezer.deal"
    _inherit = ["wezer.deal", "wezer.activity.mixin"]

    def _wezer_notify_activity(self, partner, reads):
        title = self.sudo().title if reads else False
        partner._wezer_notify(
            "activity",
            lambda env: (
                env._("You are asked to do something: %(title)s", title=title)
                if title
                else env._("You are asked to do something. Look at your activities.")
            ),
            url=f"/odoo/wezer.deal/{self.id}",
            record=self.sudo(),
        )
