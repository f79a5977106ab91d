from odoo import fields, models


class WezerProposition(models.Model):
    """What coordinators plan on a deal, by Odoo's activities and nothing around them.

    Activities want a thread with followers and mails; a deal has neither (design,
    section 6): who is asked to do something is told by a notice, what was done stays
    with the activity. Members who are no internal users see none of it.
    """

    _name = "wezer.proposition"
    _inherit = ["wezer.proposition", "mail.activity.mixin"]
    # Whoever may read the deal in the back office plans on it; nobody may write it.
    _mail_post_access = "read"

    # Like Odoo's other fields of activities: for internal users.
    activity_type_icon = fields.Char(groups="base.group_user")
    activity_exception_decoration = fields.Selection(groups="base.group_user")
    activity_exception_icon = fields.Char(groups="base.group_user")

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Follow nothing: a deal has its two sides."""
        return True

    def message_notify(self, *, partner_ids=None, subject=False, **_kwargs):
        """Tell who is asked by a notice instead of a mail."""
        partners = self.env["res.partner"].browse(partner_ids or [])
        for deal in self:
            for partner in partners:
                partner._wezer_notify(
                    "activity",
                    lambda env, deal=deal: env._(
                        "You are asked to do something: %(title)s",
                        title=deal.sudo().title,
                    ),
                    url=f"/odoo/wezer.proposition/{deal.id}",
                    record=deal.sudo(),
                )
        return self.env["mail.message"]

    def message_post_with_source(self, source_ref, **_kwargs):
        """Post nothing: a done activity keeps its own words."""
        return self.env["mail.message"]
