import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    looked_at,
    page_number,
    searched,
    seen_or_404,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_fractal_groups.controllers.groups import WezerGroups

from ..tools import discussion_page

PAGE = 20


class WezerDiscussions(WezerGroups):
    """Discussions of circles: lists, pages, and the forms of those who speak."""

    # === LISTS === #

    @http.route(
        [
            "/groups/<string:slug>/discussions",
            "/groups/<string:slug>/discussions/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def discussions(self, slug, page=1, search="", **_kwargs):
        """List the discussions of a circle, the open ones first."""
        group, page, search = self._group(slug), page_number(page), searched(search)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}/discussions", code=302)
        discussions = request.env["wezer.discussion"]
        if discussions._why_not_take_part(group):
            raise werkzeug.exceptions.NotFound()
        found, count = discussions._of_group(group, search, PAGE, (page - 1) * PAGE)
        return request.render(
            "wezer_decision.discussions_page",
            {
                "group": group,
                "rows": discussion_page.list_values(group, found),
                "search": search,
                "may_begin": not discussions._why_not_begin(group),
                "pager": request.website.pager(
                    url=f"/groups/{group.slug}/discussions",
                    total=count,
                    page=page,
                    step=PAGE,
                    url_args={"search": search},
                ),
            },
        )

    @http.route(
        "/groups/<string:slug>/discussions/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def discussion_new(self, slug, **_kwargs):
        """Show the form of a new discussion."""
        group = self._group(slug)
        discussions = request.env["wezer.discussion"]
        if discussions._why_not_take_part(group):
            raise werkzeug.exceptions.NotFound()
        error = discussions._why_not_begin(group)
        return request.render(
            "wezer_decision.discussion_form_page",
            {
                "group": group,
                "limits": discussions._limits(),
                "why_not": str(error) if error else "",
            },
        )

    @http.route(
        "/groups/<string:slug>/discussions/new",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/discussions/new", once=True)
    def discussion_begin(self, slug, title="", body="", **_form):
        """Begin a discussion."""
        discussions = request.env["wezer.discussion"]
        number = discussions.begin(self._group(slug).id, title, body)
        flash(request.env._("The discussion has begun. The members will see it."))
        return request.redirect(discussions.browse(number)._url())

    # === ONE PAGE === #

    @http.route(
        "/discussions/<int:discussion_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=False,
    )
    def discussion(self, discussion_id, reply="", decision="", **_kwargs):
        """Show a discussion; to the open page only what it takes over.

        :param decision: the id of the decision on whose page it is open
        """
        found = seen_or_404("wezer.discussion", discussion_id)
        headers = request.httprequest.headers
        alone = headers.get("X-Requested-With")
        if headers.get("X-Wezer-Seen") if alone else looked_at():
            found._seen_by_user()
        words = request.env["wezer.discussion.word"]
        if record_id(reply):
            words = words.search(
                [
                    ("id", "=", record_id(reply)),
                    ("discussion_id", "=", found.id),
                    ("kind", "!=", "reaction"),
                    ("removed_by_id", "=", False),
                ]
            )
        if alone:
            beside = self._decision_of(found, decision)
            talk = discussion_page.talk_values(found, reply=words, beside=beside)
            return request.render(
                "wezer_decision.discussion_talk",
                {"discussion": found, "talk": talk, "decision": beside},
            )
        talk = discussion_page.talk_values(found, reply=words)
        return self._discussion_page(found, talk)

    @http.route(
        "/discussions/<int:discussion_id>/page/<int:page>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def discussion_earlier(self, discussion_id, page=1, **_kwargs):
        """Show earlier messages of a discussion."""
        found = seen_or_404("wezer.discussion", discussion_id)
        page = page_number(page)
        if page == 1:
            return request.redirect(found._url(), code=302)
        talk = discussion_page.talk_values(found, page)
        if not talk["words"]:
            raise werkzeug.exceptions.NotFound()
        return self._discussion_page(found, talk)

    def _discussion_page(self, discussion, talk):
        values = discussion_page.page_values(discussion)
        return request.render(
            "wezer_decision.discussion_page",
            {
                **values,
                "talk": {
                    **talk,
                    "profiles": {**values["profiles"], **talk["profiles"]},
                },
            },
        )

    # === THE FORMS === #

    @http.route(
        "/discussions/<int:discussion_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/discussions/{discussion_id}", once=True)
    def discussion_act(self, discussion_id, act, **form):
        """Speak, sum up, close, reopen: each calls a public method."""
        found = seen_or_404("wezer.discussion", discussion_id)
        call = getattr(self, f"_discuss_{act}", None)
        if call is None:
            raise werkzeug.exceptions.NotFound()
        flash(call(found, form))
        return request.redirect(self._page_of_form(found, form))

    def _page_of_form(self, discussion, form):
        """Return where the person was: the discussion, or a decision of it."""
        decision = self._decision_of(discussion, form.get("back"))
        if decision:
            return f"/decisions/{decision.id}#discussion_talk"
        return f"{discussion._url()}#discussion_talk"

    def _decision_of(self, discussion, number):
        """Return the decision of ``discussion`` with this id, or none."""
        return request.env["wezer.decision"].search(
            [
                ("id", "=", record_id(number)),
                ("discussion_id", "=", discussion.id),
            ]
        )

    def _discuss_say(self, discussion, form):
        discussion.say(
            form.get("text", ""),
            "question" if form.get("question") else "say",
            record_id(form.get("reply")) or None,
            record_id(form.get("decision")) or None,
            bool(form.get("to_facilitator")),
        )
        return request.env._("Your message was sent.")

    def _discuss_summarise(self, discussion, form):
        discussion.action_summarise(form.get("summary", ""))
        return request.env._("Saved. The summary stands above the messages.")

    def _discuss_close(self, discussion, _form):
        discussion.action_close()
        return request.env._("The discussion is closed.")

    def _discuss_reopen(self, discussion, _form):
        discussion.action_reopen()
        return request.env._("The discussion is open again.")

    @http.route(
        "/discussions/<int:discussion_id>/words/<int:word_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/discussions/{discussion_id}")
    def discussion_word_act(self, discussion_id, word_id, act, **form):
        """React to a message, or delete it."""
        found = seen_or_404("wezer.discussion", discussion_id)
        word = seen_or_404("wezer.discussion.word", word_id)
        if act == "react":
            taken, given = form.get("take_back"), form.get("reaction")
            word.action_react(taken or given or "", not taken)
        elif act == "remove":
            word.action_remove()
            flash(request.env._("The message was deleted."))
        else:
            raise werkzeug.exceptions.NotFound()
        return request.redirect(self._page_of_form(found, form))
