from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import page_number, searched
from odoo.addons.wezer_base.tools import days

from ..tools import group_history, group_timeline
from .groups import WezerGroups

# So many circles a page of a past day lists.
LISTED = 100


class WezerGroupsHistory(WezerGroups):
    """What happened to circles and roles, and what they were on any day."""

    @http.route(
        [
            "/groups/history",
            "/groups/history/page/<int:page>",
            "/groups/<string:slug>/history",
            "/groups/<string:slug>/history/page/<int:page>",
        ],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def group_history(self, slug="", page=1, kind="", only="", **_kwargs):
        """List what happened to a circle and inside it; without one, to all circles.

        :param str kind: a key of :data:`..tools.group_timeline.CHOICES`
        :param str only: only the circle itself, not those inside it
        """
        env, page = request.env, page_number(page)
        group = self._group(slug, closed=True) if slug else env["wezer.group"]
        kind = kind if kind in group_timeline.CHOICES else ""
        inside = not (group and only)
        address = f"/groups/{group.slug}/history" if group else "/groups/history"
        if group.slug and group.slug != slug:
            return request.redirect(address, code=302)
        events = env["wezer.group.event"]
        domain = group_timeline.domain(group, inside, kind)
        pager = request.website.pager(
            url=address,
            total=events.search_count(domain),
            page=page,
            step=group_timeline.PAGE,
            url_args={"kind": kind, "only": "" if inside else "1"},
        )
        found = events.search_fetch(
            domain, limit=group_timeline.PAGE, offset=pager["offset"]
        )
        return request.render(
            "wezer_fractal_groups.history_page",
            {
                "group": group,
                "address": address,
                "days": group_timeline.by_day(found),
                "kind": kind,
                "inside": inside,
                "pager": pager,
                **self._day_values(None),
            },
        )

    @http.route(
        "/groups/structure",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def groups_structure(self, day="", circle="", page=1, **_kwargs):
        """List the circles and who had which role at the end of a day.

        :param str day: today where it is none, or has not begun
        :param str circle: only this one and what was inside it
        """
        env, page = request.env, page_number(page)
        past = self._past_day(day)
        group = self._group(circle, closed=True) if circle else None
        # Who is offered a role may not see its circle.
        group = (group and group._circle()._filtered_access("read")) or None
        today = days.today(env)
        nodes = group_history.tree_on(env["wezer.group"], past or today, group)
        rows = group_history.rows_of(nodes)
        pager = request.website.pager(
            url="/groups/structure",
            total=len(rows),
            page=page,
            step=LISTED,
            url_args={
                "day": searched(day),
                **({"circle": group.slug} if group else {}),
            },
        )
        return request.render(
            "wezer_fractal_groups.structure_page",
            {
                "group": group,
                "rows": rows[pager["offset"] : pager["offset"] + LISTED],
                "total": len(rows),
                "pager": pager,
                **self._day_values(past),
            },
        )
