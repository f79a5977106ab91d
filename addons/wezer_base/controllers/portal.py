import json

from werkzeug.exceptions import Forbidden

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.wezer_profile import LEVELS
from ..tools.form_post import form_post
from ..tools.membership import PRESENT
from ..tools.numbers import record_id, record_ids, whole
from .website import flash, picture_in


def sent_picture(picture):
    """Return the fields of a profile that a picture in a form changes, or none.

    :raise Refusal: rule ``picture``, where it is too large
    """
    data = picture_in(picture)
    return {"image_1920": data} if data else {}


class WezerPortal(CustomerPortal):
    """What members see of themselves."""

    def _prepare_portal_layout_values(self):
        """Let the home ask for the counts of its entries, Odoo's and the suite's."""
        values = super()._prepare_portal_layout_values()
        values["wezer_count"] = self._count
        return values

    def _count(self, name):
        """Return the number of an entry of the home, as Odoo's script would ask it."""
        return self._prepare_home_portal_values([name]).get(name) or 0

    @http.route("/my/profile", type="http", auth="user", website=True, methods=["GET"])
    def wezer_profile(self, acting="", **_kwargs):
        """Show one's own profile to change it, or that of a member one helps."""
        acting = record_id(acting)
        if acting == request.env.user.partner_id.id:
            acting = None
        profiles = request.env["wezer.profile"]
        profile = profiles._profile_party(acting, PRESENT)._wezer_profile()
        return request.render(
            "wezer_base.profile_form",
            {
                # His own row: shown whole, its limited fields included.
                "profile": profile,
                "phone": profile.partner_id.phone or "",
                "languages": request.env["res.lang"]
                .sudo()
                .search([("active", "=", True)]),
                "levels": profile._fields["share_email"]._description_selection(
                    request.env
                ),
                "recipient_levels": profile._fields[
                    "messages_from"
                ]._description_selection(request.env),
                "version": profiles.own_version(acting),
                "acting": acting,
                "refused_address": request.env["wezer.digest"]._refused(),
                "address_change": request.env["wezer.address.change"]._waiting(
                    profile.partner_id
                ),
                "page_name": "wezer_profile",
            },
        )

    @http.route("/my/profile", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/profile?acting={acting}", files=("picture",))
    def wezer_profile_save(self, picture=None, acting="", **post):
        """Save what the form shows, and nothing else."""
        form = request.httprequest.form
        languages = request.env["res.lang"].sudo().search([("active", "=", True)])
        known, _unknown = request.env["wezer.skill"]._ids_of_words(
            post.get("skill_ids_typed", "")
        )
        vals = {
            "presentation": post.get("presentation", "").strip()[:4000],
            "city": post.get("city", "").strip()[:120],
            "phone": post.get("phone", "").strip()[:40],
            "skill_ids": sorted({*record_ids(form.getlist("skill_ids")), *known.ids}),
            "language_ids": [
                number
                for number in record_ids(form.getlist("language_ids"))
                if number in languages.ids
            ],
        }
        for name, level in post.items():
            if name.startswith("share_") and level in dict(LEVELS):
                vals[name] = level
        if "messages_from" in post:
            vals["messages_from"] = post["messages_from"]
        vals |= sent_picture(picture)
        acting = record_id(acting) or None
        request.env["wezer.profile"].update_own(vals, post.get("version"), acting)
        flash(request.env._("Saved."))
        return request.redirect(
            f"/my/profile?acting={acting}" if acting else "/my/profile"
        )

    # === ANOTHER E-MAIL ADDRESS === #

    @http.route("/my/email", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/profile")
    def wezer_email_ask(self, email="", **_kwargs):
        """Ask for another address of one's own."""
        asked = request.env["wezer.address.change"].action_ask(email)
        self._flash_pending(asked)
        return request.redirect("/my/profile")

    def _flash_pending(self, asked):
        if not asked:
            return
        text = request.env._(
            "A link is on its way to the new address. Your old address stays in use"
            " until you open that link."
        )
        if not request.env.company._wezer_can_send():
            text = request.env._(
                "E-mails cannot be sent at the moment. The link to the new address"
                " follows as soon as they can. Your old address stays in use until"
                " you open it."
            )
        flash(text)

    @http.route(
        "/my/email/again", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/profile")
    def wezer_email_again(self, **_kwargs):
        """Send e-mails again to one's address, which was refused."""
        request.env["wezer.digest"].action_write_again()
        flash(request.env._("We send e-mails to your address again."))
        return request.redirect("/my/profile#email")

    @http.route(
        "/my/email/withdraw", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/profile")
    def wezer_email_withdraw(self, **_kwargs):
        """Keep the old address."""
        partner = request.env.user.partner_id
        waiting = request.env["wezer.address.change"]._waiting(partner)
        if waiting:
            waiting.with_env(request.env).action_withdraw()
        return request.redirect("/my/profile")

    @http.route(
        "/my/email/confirm/<string:token>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def wezer_email_link(self, token, **_kwargs):
        """Show the new address with a button: mail programs open links too."""
        return self._email_page(token)

    @http.route(
        "/my/email/confirm/<string:token>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    @form_post("/my/email/confirm/{token}")
    def wezer_email_confirm(self, token, **_kwargs):
        """Confirm the new address: it is the login from now on."""
        email = request.env["wezer.address.change"].action_confirm(token)
        # The login is part of what the session is signed with.
        user = request.env.user
        session = request.session
        session.session_token = user._compute_session_token(session.sid)
        flash(
            request.env._("Your address is now %(email)s. Log in with it.", email=email)
        )
        return request.redirect("/my/profile")

    def _email_page(self, token):
        change = request.env["wezer.address.change"]._find_by_token(token)
        response = request.render(
            "wezer_base.email_confirm_page",
            {"change": change, "token": token, "page_name": "wezer_profile"},
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @http.route()
    def portal_address_submit(self, partner_id=None, **form_data):
        """Say what happens with another address: it waits for its link."""
        # Odoo reads the numbers of records without looking. 0 is a new address.
        partner_id = whole(partner_id or 0)
        if partner_id is None:
            raise Forbidden()
        numbers = self._record_numbers(form_data)
        wrong = [name for name, number in numbers.items() if number is None]
        if wrong:
            value = str(form_data[wrong[0]])[:40]
            message = request.env._("“%s” is not a number", value)
            return json.dumps({"invalid_fields": wrong, "messages": [message]})
        form_data |= {name: str(number) for name, number in numbers.items()}
        changes = request.env["wezer.address.change"]
        before = changes._waiting(request.env.user.partner_id)
        answer = super().portal_address_submit(partner_id=partner_id, **form_data)
        asked = changes._waiting(request.env.user.partner_id)
        self._flash_pending(asked if asked != before else False)
        return answer

    def _record_numbers(self, form):
        """Return the numbers of records in an address, None for what is none."""
        partners = request.env["res.partner"]
        # Odoo names "zipcode", too, which is no field.
        names = partners._get_frontend_writable_fields() & partners._fields.keys()
        return {
            name: whole(value)
            for name, value in form.items()
            if value and name in names and partners._fields[name].type == "many2one"
        }
