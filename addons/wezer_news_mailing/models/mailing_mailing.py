from odoo import api, fields, models


class MailingMailing(models.Model):
    """Mailings of news: they show how the e-mails went, and send nothing themselves.

    The e-mails are those of the notices, in the queue of all e-mails: it knows who
    wants them when, in which language, and sends none twice.
    """

    _name = "mailing.mailing"
    _inherit = ["mailing.mailing", "wezer.record.mixin"]
    # Other models refer to mailings; the subject is the title of the news.
    _wezer_private_name = True

    wezer_news_id = fields.Many2one(
        "wezer.news",
        string="News of a circle",
        readonly=True,
        copy=False,
        ondelete="cascade",
        groups=fields.NO_ACCESS,
    )
    wezer_is_news = fields.Boolean(
        string="Is news of a circle",
        compute="_compute_wezer_is_news",
        compute_sudo=True,
        help="The e-mails of news are sent by themselves once it is published.",
    )

    _wezer_news_uniq = models.UniqueIndex(
        "(wezer_news_id) WHERE wezer_news_id IS NOT NULL",
        "This news has a mailing already.",
    )

    @api.depends("wezer_news_id")
    def _compute_wezer_is_news(self):
        for mailing in self:
            mailing.wezer_is_news = bool(mailing.wezer_news_id)

    # === SENDING === #

    def _get_remaining_recipients(self):
        """Return no more than one person who waits, where this is news.

        Odoo's queue of mailings asks only whether there is anybody.
        """
        news = self.sudo().wezer_news_id
        return news._next_of_mailing() if news else super()._get_remaining_recipients()

    def _action_send_mail(self, res_ids=None):
        others = self.filtered(lambda mailing: not mailing.wezer_is_news)
        return super(MailingMailing, others)._action_send_mail(res_ids)

    @api.model
    def _wezer_close_finished(self):
        """Mark the mailings of news as sent whose e-mails are all done (sudo)."""
        under_way = self.search(
            [("wezer_news_id", "!=", False), ("state", "=", "sending")]
        )
        # What the queue of mailings is looking at is left to it.
        for mailing in under_way.try_lock_for_update(allow_referencing=True):
            if not mailing._get_remaining_recipients():
                mailing.write({"state": "done", "sent_date": fields.Datetime.now()})

    def _action_send_statistics(self):
        """Leave out news: its report would count who opened the e-mails, as none."""
        news = self.filtered("wezer_is_news")
        news.kpi_mail_required = False
        return super(MailingMailing, self - news)._action_send_statistics()
