from base64 import b64encode

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..exceptions import Refusal
from ..tools.form_post import form_post
from ..tools.numbers import record_ids
from .website import flash

MAX_PICTURE = 5 * 1024 * 1024


class WezerPortal(CustomerPortal):
    """What a member sees of himself."""

    @http.route("/my/profile", type="http", auth="user", website=True, methods=["GET"])
    def wezer_profile(self, **_kwargs):
        """Show one's own profile to change it."""
        profile = request.env.user.partner_id._wezer_profile()
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
                "version": request.env["wezer.profile"].own_version(),
                "page_name": "wezer_profile",
            },
        )

    @http.route("/my/profile", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/profile")
    def wezer_profile_save(self, picture=None, **post):
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
                (
                    6,
                    0,
                    [
                        number
                        for number in record_ids(form.getlist("language_ids"))
                        if number in languages.ids
                    ],
                )
            ],
        }
        for name in (one for one in post if one.startswith("share_")):
            if post.get(name) in ("nobody", "members", "everyone"):
                vals[name] = post[name]
        if picture:
            data = picture.read(MAX_PICTURE + 1)
            if len(data) > MAX_PICTURE:
                raise Refusal(
                    request.env._("The picture is larger than 5 MB."),
                    rule="picture",
                    field="picture",
                )
            if data:
                vals["image_1920"] = b64encode(data)
        request.env["wezer.profile"].update_own(vals, post.get("version"))
        flash(request.env._("Saved."))
        return request.redirect("/my/profile")
