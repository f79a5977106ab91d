from odoo import api, fields, models

from ..exceptions import NotAllowed


class WezerActivityMixin(models.AbstractModel):
    """Odoo's activities on records of the suite, without followers and mails.

    Odoo's activities expect a mail thread, and their methods are public: each of them
    is open to internal users who may read the record, and to nobody else. Who is
    asked to do something gets a notice; a finished activity keeps its own text.
    """

    _name = "wezer.activity.mixin"
    _description = "Record with activities"
    _inherit = ["mail.activity.mixin"]
    # Whoever may read the record in the back office plans on it; nobody may write it.
    _mail_post_access = "read"

    # Like Odoo's other fields of activities: for internal users.
    activity_type_icon = fields.Char(groups="base.group_user")
    activity_exception_decoration = fields.Selection(groups="base.group_user")
    activity_exception_icon = fields.Char(groups="base.group_user")

    def _wezer_check_may_plan(self) -> None:
        """Raise unless the user works in the back office and may read the records."""
        user = self.env.user
        if not self.env.su and not user._is_internal():
            raise NotAllowed(
                self.env._(
                    "Only people with a role in the back office can plan activities."
                ),
                rule="role",
            )
        self.check_access("read")

    # === HOOKS OF A MAIL THREAD THAT ACTIVITIES CALL === #

    @api.private
    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Follow nothing: the parties of a record are named on it."""
        return True

    @api.private
    def message_notify(self, *, partner_ids=None, subject=False, **_kwargs):
        """Leave a notice with the people who are asked, instead of a mail."""
        partners = self.env["res.partner"].browse(partner_ids or [])
        for record in self:
            for user in partners.sudo().user_ids:
                reads = record.sudo(False).with_user(user).has_access("read")
                record._wezer_notify_activity(user.partner_id, reads)
        return self.env["mail.message"]

    @api.private
    def message_post_with_source(self, source_ref, **_kwargs):
        """Post nothing: a finished activity keeps its own text."""
        return self.env["mail.message"]

    def _wezer_notify_activity(self, partner: models.BaseModel, reads: bool) -> None:
        """Leave a notice with ``partner`` that they are asked to do something here.

        :param reads: whether they may read the record, and so its name
        """
        raise NotImplementedError

    # === PUBLIC METHODS OF ODOO'S MIXIN === #

    def action_reschedule_my_next_today(self):
        self._wezer_check_may_plan()
        return super().action_reschedule_my_next_today()

    def action_reschedule_my_next_tomorrow(self):
        self._wezer_check_may_plan()
        return super().action_reschedule_my_next_tomorrow()

    def action_reschedule_my_next_nextweek(self):
        self._wezer_check_may_plan()
        return super().action_reschedule_my_next_nextweek()

    def activity_feedback(self, *args, **kwargs):
        self._wezer_check_may_plan()
        return super().activity_feedback(*args, **kwargs)

    def activity_reschedule(self, *args, **kwargs):
        self._wezer_check_may_plan()
        return super().activity_reschedule(*args, **kwargs)

    def activity_schedule(self, *args, **kwargs):
        self._wezer_check_may_plan()
        return super().activity_schedule(*args, **kwargs)

    def activity_search(self, *args, **kwargs):
        self._wezer_check_may_plan()
        return super().activity_search(*args, **kwargs)

    def activity_send_mail(self, template_id):
        self._wezer_check_may_plan()
        return super().activity_send_mail(template_id)

    def activity_unlink(self, *args, **kwargs):
        self._wezer_check_may_plan()
        return super().activity_unlink(*args, **kwargs)
