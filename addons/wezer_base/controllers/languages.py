from odoo import http
from odoo.http import request

from odoo.addons.website.controllers.main import Website


class WezerLanguages(Website):
    """Members read pages, notices and e-mails in the language they chose last."""

    @http.route()
    def change_lang(self, lang, r="/", **kwargs):
        """Extend Odoo's: who is logged in keeps the language, on every device."""
        answer = super().change_lang(lang, r=r, **kwargs)
        chosen = request.env["res.lang"]._get_data(url_code=lang)
        if chosen and not request.env.user._is_public():
            request.env.user._wezer_choose_language(chosen.code)
        return answer

    def _login_redirect(self, uid, redirect=None):
        """Extend Odoo's: greet members in their own language.

        Except where the device shows another one than the site's first: it was
        chosen there a moment ago.
        """
        first = request.website.default_lang_id.code
        if request.lang.code == first:
            # The user who has just proved to be this person.
            user = request.env["res.users"].sudo().browse(uid)
            if user.lang in request.website.language_ids.mapped("code"):
                request.future_response.set_cookie("frontend_lang", user.lang)
        return super()._login_redirect(uid, redirect)
