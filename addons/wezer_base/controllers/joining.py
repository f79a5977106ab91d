import werkzeug.exceptions

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.auth_signup.controllers.main import AuthSignupHome

from ..tools.arrival import arrival_page, keep_arrival, with_arrival
from ..tools.form_post import form_post
from ..tools.numbers import record_id, record_ids
from .portal import sent_picture
from .website import flash, seen_or_404, waiting_page


def arrival_asked(address=None):
    """Return what this visitor came for: what the address says, else the session.

    What the address says is kept in the session, for a link to join that follows.
    """
    page = arrival_page(request.env, address)
    if page:
        request.session["wezer_arrival"] = page
    return page or arrival_page(request.env, request.session.get("wezer_arrival"))


class WezerSignup(AuthSignupHome):
    """Sign-up with an e-mail address only; nothing tells who has an account."""

    def _login_redirect(self, uid, redirect=None):
        user = request.env["res.users"].sudo().browse(uid)
        arrival = arrival_page(request.env, redirect)
        if user._wezer_awaits_welcome() and (arrival or not redirect):
            keep_arrival(user.partner_id._wezer_profile(), arrival)
            return "/welcome"
        if not redirect and user._is_portal():
            # Accepted meanwhile: to what they came for, once.
            redirect = user.partner_id._wezer_profile()._take_arrival() or None
        return super()._login_redirect(uid, redirect)

    @http.route()
    def web_auth_signup(self, *args, **kw):
        """Ask for the address and write to it; with Odoo's own token, its own way."""
        # Odoo answers differently where the address is known.
        request.params.pop("signup_email", None)
        qcontext = self.get_auth_signup_qcontext()
        if qcontext.get("token"):
            return super().web_auth_signup(*args, **kw)
        if not qcontext.get("signup_enabled"):
            return request.render("wezer_base.signup_page", {"closed": True})
        arrival = arrival_asked(kw.get("redirect"))
        values = {"login": kw.get("login", ""), "error": False, "sent": False}
        values["arrival"] = arrival
        values["login_url"] = with_arrival("/web/login", arrival)
        if request.httprequest.method == "POST":
            try:
                invitations = request.env["wezer.invitation"].sudo()
                invitations._request(kw.get("login"), arrival)
                values["sent"] = True
            except UserError as error:
                values["error"] = error.args[0]
        response = request.render("wezer_base.signup_page", values)
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    @http.route()
    def web_auth_reset_password(self, *args, **kw):
        """The same answer for every address, known or not."""
        request.params.pop("signup_email", None)
        qcontext = self.get_auth_signup_qcontext()
        login = (kw.get("login") or "").strip()
        if request.httprequest.method != "POST" or qcontext.get("token") or not login:
            return super().web_auth_reset_password(*args, **kw)
        if not qcontext.get("reset_password_enabled"):
            raise werkzeug.exceptions.NotFound()
        try:
            request.env["res.users"].reset_password(login)
            qcontext["message"] = self._reset_message()
        except UserError as error:
            qcontext["error"] = error.args[0]
        return request.render("auth_signup.reset_password", qcontext)

    def _reset_message(self):
        """Return what holds for every address: promised is only what can be sent."""
        if request.env.company._wezer_can_send():
            return request.env._(
                "If there is an account with this address, it gets an e-mail in a"
                " few minutes."
            )
        return request.env._(
            "E-mails cannot be sent at the moment. If there is an account with this"
            " address, it gets one as soon as they can be. If it is urgent, write to us"
            " on the contact page."
        )


class WezerJoining(http.Controller):
    """From an invitation to a member."""

    # === INVITATIONS === #

    @http.route(
        "/join/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def join(self, token, **_kwargs):
        """Show who invites, and what comes next."""
        return self._join_page(token)

    @http.route(
        "/join/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    @form_post("/join/{token}")
    def join_post(self, token, email="", name="", password="", **_kwargs):
        """Write to who opened a link; make the account of who got a letter."""
        invitation = request.env["wezer.invitation"].sudo()._find_by_token(token)
        if not invitation:
            return self._join_page(token)
        if invitation.kind == "link":
            invitation._write_from_link(email, arrival_asked())
            return self._join_page(token, sent=True)
        keep_arrival(invitation, invitation.arrival_url or arrival_asked())
        login = invitation._accept(name, password, request.env.lang)
        request.session.pop("wezer_arrival", None)
        credential = {"login": login, "password": password, "type": "password"}
        request.session.authenticate(request.env, credential)
        return request.redirect("/welcome")

    def _join_page(self, token, **values):
        # The token is the right to see this one invitation.
        invitation = request.env["wezer.invitation"].sudo()._find_by_token(token)
        response = request.render(
            "wezer_base.join_page",
            {
                "invitation": invitation,
                "inviter": invitation.inviter_id.name,
                "token": token,
                "sent": False,
                "join_url": with_arrival(
                    "/web/signup",
                    request.env["wezer.invitation"]._arrival_of_token(token),
                ),
                **values,
            },
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @http.route(
        "/join/<string:token>/block",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET", "POST"],
    )
    def block(self, token, everybody="", **_kwargs):
        """Let who got a letter have no more of them."""
        invitation = request.env["wezer.invitation"].sudo()._find_by_token(token)
        done = False
        if request.httprequest.method == "POST" and invitation:
            invitation._block(everybody=bool(everybody))
            done = True
        return request.render(
            "wezer_base.block_page",
            {
                "invitation": invitation,
                "inviter": invitation.inviter_id.name,
                "token": token,
                "done": done,
            },
        )

    @http.route("/my/invite", type="http", auth="user", website=True, methods=["GET"])
    def invite(self, **_kwargs):
        """Invite people, and see who has not answered."""
        return self._invite_page()

    def _invite_page(self):
        invitations = request.env["wezer.invitation"].search(
            [
                ("inviter_id", "=", request.env.user.partner_id.id),
                ("state", "=", "pending"),
            ]
        )
        return request.render(
            "wezer_base.invite_page",
            {
                "links": invitations.filtered(
                    lambda invitation: invitation.kind == "link"
                ),
                "letters": invitations.filtered(
                    lambda invitation: invitation.kind == "letter"
                ),
                "passes_on_links": request.env["wezer.invitation"]._passes_on_links(),
                "page_name": "wezer_invite",
            },
        )

    @http.route("/my/invite", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/invite", once=True)
    def invite_post(self, emails="", message="", **_kwargs):
        """Write to those addresses."""
        count = request.env["wezer.invitation"].action_invite(emails, message)
        flash(request.env["wezer.invitation"]._invited_text(count))
        return request.redirect("/my/invite")

    @http.route(
        "/my/invite/<int:invitation_id>/link",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/invite")
    def invite_show_link(self, invitation_id, **_kwargs):
        """Show the link of a letter, to be passed on by hand."""
        seen_or_404("wezer.invitation", invitation_id).action_show_link()
        return request.redirect("/my/invite")

    @http.route(
        "/my/invite/link", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/invite", once=True)
    def invite_link(self, **_kwargs):
        """Make a link to pass on."""
        request.env["wezer.invitation"].action_link()
        return request.redirect("/my/invite")

    @http.route(
        "/my/invite/<int:invitation_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/invite")
    def invite_withdraw(self, invitation_id, **_kwargs):
        """Take an invitation back."""
        invitation = seen_or_404("wezer.invitation", invitation_id)
        invitation.action_withdraw()
        return request.redirect("/my/invite")

    # === THE SECOND STEP === #

    @http.route("/welcome", type="http", auth="user", website=True, methods=["GET"])
    def welcome(self, **_kwargs):
        """Ask who one is, and show the terms."""
        return self._welcome_page()

    def _welcome_page(self):
        user = request.env.user
        profile = user.partner_id._wezer_profile()
        if not user._wezer_awaits_welcome():
            return waiting_page() or request.redirect("/my")
        return request.render(
            "wezer_base.welcome_page",
            {
                "profile": profile,
                "name": profile.partner_id.name,
                "terms": request.env["wezer.terms.of.use"]._current(),
                "languages": request.env["res.lang"]
                .sudo()
                .search([("active", "=", True)]),
                "groups": user._wezer_joinable_groups(),
            },
        )

    @http.route("/welcome", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/welcome", files=("picture",))
    def welcome_post(self, name="", terms_id="", agree="", picture=None, **post):
        """Finish joining."""
        form = request.httprequest.form
        ids = {
            key: record_ids(form.getlist(key))
            for key in ("skill_ids", "language_ids", "group_ids")
        }
        known, _unknown = request.env["wezer.skill"]._ids_of_words(
            post.get("skill_ids_typed", "")
        )
        vals = {
            "name": name,
            "presentation": post.get("presentation", ""),
            "city": post.get("city", ""),
            "skill_ids": sorted({*ids["skill_ids"], *known.ids}),
            "language_ids": ids["language_ids"],
            **sent_picture(picture),
        }
        chosen = (record_id(terms_id) or None) if agree else None
        state = request.env["res.users"].action_finish_welcome(
            vals, chosen, ids["group_ids"]
        )
        if state == "active":
            flash(request.env._("Welcome, %(name)s!", name=name))
            profile = request.env.user.partner_id._wezer_profile()
            return request.redirect(profile._take_arrival() or "/my")
        return request.redirect("/welcome")

    @http.route(
        "/community/terms/agree",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/community/terms")
    def agree(self, terms_id="", **_kwargs):
        """Agree to the terms as they are now."""
        terms = seen_or_404("wezer.terms.of.use", terms_id)
        terms.action_accept()
        flash(request.env._("Thank you."))
        return request.redirect("/community/terms")
