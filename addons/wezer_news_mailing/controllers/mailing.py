from werkzeug.exceptions import NotFound

from odoo.addons.mass_mailing.controllers.main import MassMailController


class NewsMailing(MassMailController):
    """The pages of mailings, which look at no rules: news has pages of its own."""

    def _check_mailing_email_token(
        self, mailing_id, document_id, email, hash_token, required_mailing_id=False
    ):
        mailing = super()._check_mailing_email_token(
            mailing_id,
            document_id,
            email,
            hash_token,
            required_mailing_id=required_mailing_id,
        )
        if mailing.wezer_news_id:
            raise NotFound()
        return mailing
