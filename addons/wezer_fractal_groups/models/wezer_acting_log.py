from odoo import api, models


class WezerActingLog(models.Model):
    """What was done for a group, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "invite": self.env._("%(person)s invited someone for %(party)s"),
            "accept_member": self.env._("%(person)s accepted a member for %(party)s"),
            "refuse_member": self.env._(
                "%(person)s declined a request to join for %(party)s"
            ),
            "own_join": self.env._("%(person)s asked to join a circle for %(party)s"),
            "own_request": self.env._(
                "%(person)s offered to take a role for %(party)s"
            ),
            "own_accept_invitation": self.env._(
                "%(person)s accepted an invitation for %(party)s"
            ),
            "own_leave": self.env._(
                "%(person)s left a group, or declined an invitation, for %(party)s"
            ),
            "record_consent": self.env._(
                "%(person)s recorded that %(party)s agreed to an invitation"
            ),
            "found": self.env._("%(person)s created a circle or a role for %(party)s"),
            "change_group": self.env._(
                "%(person)s changed the description of a group for %(party)s"
            ),
            "change_rights": self.env._(
                "%(person)s changed the permissions of a role for %(party)s"
            ),
            "refuse_rights": self.env._(
                "%(person)s decided about permissions from above for %(party)s"
            ),
            "close_group": self.env._("%(person)s closed a group for %(party)s"),
            "policy": self.env._("%(person)s set a policy for %(party)s"),
            "link_groups": self.env._("%(person)s linked two groups for %(party)s"),
            "write_news": self.env._("%(person)s wrote news for %(party)s"),
            "publish_news": self.env._("%(person)s published news for %(party)s"),
            "withdraw_news": self.env._("%(person)s withdrew news of %(party)s"),
            "move_group": self.env._(
                "%(person)s decided where a group belongs for %(party)s"
            ),
        }

    def _url(self):
        act = self.sudo()
        if act.res_model == "wezer.group":
            group = self.env["wezer.group"].sudo().browse(act.res_id)
            return group.exists() and f"/groups/{group.slug}"
        if act.res_model == "wezer.news":
            news = self.env["wezer.news"].sudo().browse(act.res_id)
            return news.exists() and news._url()
        return super()._url()
