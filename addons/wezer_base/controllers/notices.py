import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.wezer_digest import HOURS
from ..tools import days
from ..tools.form_post import form_post
from ..tools.numbers import whole
from .website import flash, seen_or_404

# So many pages of the to-do list are shown.
TODO_PAGES = 100


class WezerNotices(CustomerPortal):
    """Notices, the to-do list, and how often a mail is sent."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_todo_count" in counters:
            values["wezer_todo_count"] = request.env.user._wezer_todo_count()
        if "wezer_notice_count" in counters:
            values["wezer_notice_count"] = request.env["wezer.notice"]._waiting_count()
        return values

    @http.route("/my/todo", type="http", auth="user", website=True)
    def wezer_todo(self, page=1, **_kwargs):
        """Show everything that waits for this person, in three lists, page by page."""
        user = request.env.user
        page = whole(page, 1, least=1, most=TODO_PAGES)
        sections = user._wezer_todo_sections(page)
        return request.render(
            "wezer_base.todo_page",
            {
                "sections": sections,
                "empty": not any(rows for _name, rows in sections),
                "page": page,
                "has_more": page < TODO_PAGES and user._wezer_todo_has_more(page),
                "page_name": "wezer_todo",
            },
        )

    # === NOTICES === #

    @http.route("/my/notices", type="http", auth="user", website=True, readonly=True)
    def wezer_notices(self, **_kwargs):
        """Show what was left for this person, the newest first."""
        notices = request.env["wezer.notice"]
        return request.render(
            "wezer_base.notices_page",
            {
                "sections": notices._page_sections(),
                "waiting": notices._waiting_count(),
                "page_name": "wezer_notices",
            },
        )

    @http.route(
        "/my/notices/read", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/notices")
    def wezer_notices_read(self, **_kwargs):
        """Mark all as read."""
        request.env["wezer.notice"].mark_read()
        return request.redirect("/my/notices")

    @http.route(
        "/my/notices/<int:notice_id>/open",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def wezer_notice_open(self, notice_id, **_kwargs):
        """Mark one as read, the older ones of its matter too, and go where it leads."""
        notices = request.env["wezer.notice"]
        notice = seen_or_404("wezer.notice", notice_id)
        if notice.res_id:
            notice |= notices.search(
                [("res_model", "=", notice.res_model), ("res_id", "=", notice.res_id)]
            )
        notices.mark_read(notice.ids)
        first = notice.filtered(lambda notice: notice.id == notice_id)
        return request.redirect(first.url or "/my/notices")

    @http.route("/my/notices/count", type="jsonrpc", auth="user", readonly=True)
    def wezer_notices_count(self):
        """Return how many notices wait, for pages that were open over an update.

        Those of now ask for :meth:`wezer_notices_counts`.
        """
        return request.env["wezer.notice"]._waiting_count()

    @http.route("/my/notices/counts", type="jsonrpc", auth="user", readonly=True)
    def wezer_notices_counts(self):
        """Return how many notices wait, by name, for all that shows numbers."""
        return request.env.user._wezer_notice_counts()

    # === MAILS === #

    @http.route(
        "/my/notices/choices",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_choices(self, **_kwargs):
        """Show how this person is told of each group of notices."""
        digest, choice = request.env["wezer.digest"], request.env["wezer.notice.choice"]
        return request.render(
            "wezer_base.notice_choices_page",
            {
                **digest._choices(),
                "refused_address": digest._refused(),
                "frequencies": choice._fields["frequency"]._description_selection(
                    request.env
                ),
                "hours": HOURS,
                "zone": days.zone_name(request.env),
                "devices": request.env["wezer.notice.push"]._own_devices(),
                "push_key": request.env["wezer.notice.push"]._public_key(),
                "page_name": "wezer_choices",
            },
        )

    @http.route(
        "/my/notices/choices", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/notices/choices")
    def wezer_choices_save(self, quiet_from="", quiet_until="", **post):
        """Save the choices."""
        form = request.httprequest.form
        prefix = "frequency_"
        request.env["wezer.digest"].choose(
            {
                name.removeprefix(prefix): value
                for name, value in post.items()
                if name.startswith(prefix)
            },
            push=form.getlist("push"),
            quiet=[quiet_from, quiet_until] if quiet_from or quiet_until else [],
            with_names="with_names" in post,
            without=form.getlist("without"),
        )
        flash(request.env._("Saved."))
        return request.redirect("/my/notices/choices")

    @http.route(
        "/digest/stop/<int:partner_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def wezer_digest_stop(self, partner_id, token, about="", **_kwargs):
        """Ask once, by a button: mail readers open links before people do."""
        return self._stop_page(partner_id, token, about, stop=False)

    @http.route(
        "/digest/stop/<int:partner_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        csrf=False,
    )
    def wezer_digest_stopped(self, partner_id, token, about="", **_kwargs):
        """Stop the mails: List-Unsubscribe=One-Click (RFC 8058), signed, no login."""
        return self._stop_page(partner_id, token, about, stop=True)

    def _stop_page(self, partner_id, token, about, stop):
        digests = request.env["wezer.digest"]
        partner = digests._find_by_link(partner_id, token, about)
        if not partner:
            raise werkzeug.exceptions.NotFound()
        if stop:
            digests._stop(partner, about)
        groups = request.env["wezer.notice"]._groups()
        return request.render(
            "wezer_base.digest_stop_page",
            {"stopped": stop, "group": groups.get(about, "")},
        )
