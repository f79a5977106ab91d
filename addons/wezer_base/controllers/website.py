from base64 import b64encode
from urllib.parse import quote as url_quote

import werkzeug.exceptions

from odoo import http
from odoo.http import request

from ..exceptions import Refusal
from ..tools.form_post import form_post
from ..tools.membership import WAITING
from ..tools.numbers import record_id, whole
from ..tools.text import SEARCH_LETTERS

PAGE = 24
# The largest file of a picture.
MAX_PICTURE = 5 * 1024 * 1024


def page_number(page):
    """Return the number of a page that an address names; the first where it is none."""
    return whole(page, 1, least=1, most=999_999)


def searched(text):
    """Return what of a text in an address is searched for, and shown again."""
    return text[:SEARCH_LETTERS].strip() if isinstance(text, str) else ""


def seen_or_404(model, number):
    """Return the record of ``model`` with this id that the caller may read.

    :param str model: name of the model
    :param number: an id, or what an address or a form has for it
    :raise NotFound: where there is none, or the caller may not read it: the same
        answer for both
    """
    records = request.env[model]
    # Without any right to the model, a search would raise another error.
    found = records.has_access("read") and records.search(
        [("id", "=", record_id(number))]
    )
    if not found:
        raise werkzeug.exceptions.NotFound()
    return found


def looked_at():
    """Return whether somebody opens this page, not a browser that loads it ahead.

    What a page does when it is looked at waits until then.
    """
    headers = request.httprequest.headers
    ahead = headers.get("Sec-Purpose", "") + headers.get("Purpose", "")
    return request.httprequest.method == "GET" and "prefetch" not in ahead


def picture_in(upload):
    """Return the picture of a form's file in base64, None where none was chosen.

    :raise Refusal: rule ``picture``, where it is larger than :data:`MAX_PICTURE`
    """
    # Text in the place of a file is no picture.
    if not hasattr(upload, "read"):
        return None
    data = upload.read(MAX_PICTURE + 1)
    if len(data) > MAX_PICTURE:
        raise Refusal(
            request.env._("The picture is larger than 5 MB."),
            rule="picture",
            field="picture",
        )
    return b64encode(data) if data else None


def file_in(upload, most):
    """Return a form's file in base64, None where none was chosen.

    Of a file larger than ``most`` bytes it returns the beginning, one byte too long:
    whatever keeps the file refuses that.
    """
    if not hasattr(upload, "read"):
        return None
    data = upload.read(most + 1)
    return b64encode(data).decode() if data else None


def acting_party(form):
    """Return the id of the party that a form is sent for; without one, the person's.

    :raise Refusal: where it is not an id: nobody pays from their own wallet instead
    """
    text = str(form.get("acting") or "").strip()
    if not text:
        return request.env.user.partner_id.id
    number = record_id(text)
    if not number:
        raise Refusal(
            request.env._("Choose who you are doing this for."),
            rule="party",
            value=text[:40],
        )
    return number


def waiting_page():
    """Return the page that says why the user does not act here yet; None for members.

    Shown in the place of forms that would be refused once all is filled in.
    """
    profile = request.env.user.partner_id._wezer_profile()
    if profile.state not in (*WAITING, "suspended"):
        return None
    # Of the user's own profile: nobody else reads it.
    arrival = profile.sudo().arrival_url or ""
    # The page that they came for may be the one that this is shown in the place of.
    here = arrival.split("?")[0].endswith(request.httprequest.path)
    return request.render(
        "wezer_base.waiting_page",
        {
            "standing": profile.state,
            "decline_reason": profile.decline_reason,
            "arrival": "" if here else arrival,
        },
    )


def flash(message, kind="success", link=None):
    """Keep a sentence for the next page this visitor opens.

    :param link: ``(address, label)`` of a button beside it, as of a refusal
    """
    request.session["wezer_flash"] = [kind, str(message), link]


def flash_refusal(error):
    """Keep the sentence of an error, and where the person can go on."""
    flash(error.args[0], "warning", getattr(error, "link", None))


class WezerWebsite(http.Controller):
    """The public side of people: directory and party page."""

    @http.route(
        ["/members", "/members/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=True,
    )
    def members(self, page=1, search="", skill=None, language=None, **post):
        """List the members, as far as the caller may see them."""
        search, skill = searched(search), record_id(skill)
        if typed := searched(post.get("skill_typed")):
            known, unknown = request.env["wezer.skill"]._ids_of_words(typed)
            skill = known[0] if known else skill
            # What is no skill of the community is looked for as a word.
            search = searched(" ".join([search, *unknown]))
        language = record_id(language)
        page = page_number(page)
        offset = (page - 1) * PAGE
        profiles, count = request.env["wezer.profile"]._search_directory(
            search, skill, language, PAGE, offset
        )
        pager = request.website.pager(
            url="/members",
            total=count,
            page=page,
            step=PAGE,
            url_args={
                "search": search,
                "skill": skill or "",
                "language": language or "",
            },
        )
        return request.render(
            "wezer_base.members_page",
            {
                "profiles": profiles,
                "count": count,
                "pager": pager,
                "search": search,
                "skill": request.env["wezer.skill"].search(
                    [("id", "=", skill)] if skill else [(0, "=", 1)]
                ),
                "language": language,
                "languages": request.env["res.lang"]
                .sudo()
                .search_fetch([("active", "=", True)], ["name"]),
                "closed": request.env.user._is_public()
                and not request.env.company.sudo().wezer_visitors_see_members,
            },
        )

    @http.route(
        "/community/terms", type="http", auth="public", website=True, readonly=True
    )
    def terms(self, **_kwargs):
        """Show what everybody who joins agrees to."""
        # The terms are for all; the rest of the company is not.
        terms = request.env.company.sudo().wezer_terms
        if not terms:
            raise werkzeug.exceptions.NotFound()
        to_accept = request.env["wezer.terms.of.use"]._to_accept_by(request.env.user)
        return request.render(
            "wezer_base.terms_page", {"terms": terms, "to_accept": to_accept}
        )

    @http.route(
        "/contact",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    # An address with parameters: visitors get the page itself from Odoo's cache,
    # without the sentence that follows.
    @form_post("/contactus?again=1")
    def contact(self, name="", address="", text="", **_kwargs):
        """Give a question to those who run the community."""
        user = request.env.user
        if not user._is_public():
            name, address = user.name, user.email or user.login
        request.env.company._wezer_take_question(name, address, text)
        flash(request.env._("Thank you. Your question has reached us."))
        return request.redirect("/contactus?sent=1")

    @http.route(
        "/members/<string:slug>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def member(self, slug, **_kwargs):
        """Show one party, with places that other addons fill."""
        profile = request.env["wezer.profile"]._at_slug(slug)
        if not profile and request.env.user._is_public():
            # The same answer for every address reveals nobody.
            return request.redirect(f"/web/login?redirect=/members/{url_quote(slug)}")
        if not profile:
            raise werkzeug.exceptions.NotFound()
        if profile.slug != slug:
            return request.redirect(f"/members/{url_quote(profile.slug)}", code=302)
        values = profile._wezer_party_values()
        return request.render(
            "wezer_base.party_page",
            {
                "profile": profile,
                "main_object": profile,
                "partner": profile.sudo().partner_id,
                "acting_user": request.env.user,
                "own": profile.partner_id == request.env.user.partner_id,
                **values,
            },
        )
