from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import flash, page_number, searched
from odoo.addons.wezer_base.tools.form_post import form_post

from ..tools import governance_log
from .propose import circle_at


class WezerGovernance(http.Controller):
    """The governance log of a circle: a page, a table and a feed."""

    @http.route(
        ["/groups/<string:slug>/log", "/groups/<string:slug>/log/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def group_log(self, slug, page=1, kind="", since="", **_kwargs):
        """Show what was proposed, decided and carried out in a circle."""
        group, page = circle_at(slug), page_number(page)
        domain, asked = governance_log.question(group, searched(kind), searched(since))
        events = request.env["wezer.governance.event"]
        pager = request.website.pager(
            url=f"/groups/{group.slug}/log",
            total=events.search_count(domain),
            page=page,
            step=governance_log.PAGE,
            url_args=asked,
        )
        found = events.search(domain, limit=governance_log.PAGE, offset=pager["offset"])
        return request.render(
            "wezer_decision.log_page",
            {
                "group": group,
                "rows": governance_log.rows(found),
                "kinds": governance_log.kinds(request.env),
                "pager": pager,
                "reserved": governance_log.reserved(group),
                **asked,
            },
        )

    @http.route(
        "/groups/<string:slug>/end_reserve",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/log", once=True)
    def end_reserve(self, slug, matter="", reason="", **_kwargs):
        """Let managers decide alone again: for moderators, where nobody answers."""
        group = circle_at(slug)
        group.action_end_reserve(matter, reason)
        flash(request.env._("Done. All members were notified."))
        return request.redirect(f"/groups/{group.slug}/log")

    @http.route(
        "/groups/<string:slug>/log.csv",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def group_log_csv(self, slug, kind="", since="", **_kwargs):
        """Give the log as a table."""
        group = circle_at(slug)
        domain, _asked = governance_log.question(group, searched(kind), searched(since))
        return self._file(governance_log.csv_of(group, domain), "text/csv")

    @http.route(
        "/groups/<string:slug>/log.atom",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def group_log_atom(self, slug, **_kwargs):
        """Give the latest events as Atom (RFC 4287), as a visitor sees them.

        Feed readers do not log in, and their addresses are passed on.
        """
        visitor = request.env.ref("base.public_user")
        request.update_env(user=visitor.id)
        group = circle_at(slug)
        return self._file(governance_log.atom(group), "application/atom+xml")

    def _file(self, content, kind):
        return request.make_response(
            content,
            [
                ("Content-Type", f"{kind}; charset=utf-8"),
                ("X-Content-Type-Options", "nosniff"),
                ("X-Robots-Tag", "noindex"),
                ("Cache-Control", "no-store"),
            ],
        )
