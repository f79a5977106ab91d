import werkzeug.exceptions

from odoo import http
from odoo.http import request

from ..tools.form_post import form_post
from ..tools.numbers import record_ids
from .website import flash


class WezerEmails(http.Controller):
    """E-mails that were not sent, for administrators."""

    def _mails(self):
        """Return the model of e-mails, to those who deal with failed ones, else 404."""
        mails = request.env["mail.mail"]
        if not mails._wezer_is_for(request.env.user):
            raise werkzeug.exceptions.NotFound()
        return mails

    @http.route("/my/emails", type="http", auth="user", website=True, methods=["GET"])
    def emails(self, **_kwargs):
        """List what was not sent, and why."""
        mails = self._mails()
        return request.render(
            "wezer_base.failed_emails_page",
            {
                "rows": mails._wezer_failed_rows(),
                "trouble": mails._wezer_trouble_text(),
                "page_name": "wezer_emails",
            },
        )

    @http.route("/my/emails", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/emails")
    def emails_post(self, act="", **_kwargs):
        """Send some of them again, or set them aside."""
        ids = record_ids(request.httprequest.form.getlist("ids"))
        mails = self._mails().browse(ids)
        if act == "aside":
            mails.action_wezer_set_aside()
            flash(request.env._("This e-mail will not be sent."))
        else:
            mails.action_wezer_send_again()
            flash(request.env._("The mail server is asked again in a moment."))
        return request.redirect("/my/emails")
