import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools import file_path

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    seen_or_404,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_currency.tools.statement_pdf import FONTS

from ..tools import own_announcements
from ..tools.poster import poster_of

PAGE = 20


class WezerOwnAnnouncements(http.Controller):
    """What one has posted, questions about it, and its poster."""

    @http.route(
        ["/my/announcements", "/my/announcements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def own(self, page=1, **_kwargs):
        """List the announcements of the user and of those they act for."""
        page = page_number(page)
        count = own_announcements.ended_count(request.env)
        pager = request.website.pager(
            url="/my/announcements", total=count, page=page, step=PAGE
        )
        ended = own_announcements.ended(request.env, (page - 1) * PAGE, PAGE)
        current = ended.browse()
        if page == 1:
            current = own_announcements.current(request.env)
        rows = own_announcements.rows(current | ended)
        sections = [
            (state, [row for row in rows if row["announcement"].state in states])
            for state, states in (
                ("draft", ("draft",)),
                ("open", ("open", "full")),
                ("paused", ("paused",)),
                ("ended", ("ended",)),
            )
        ]
        return request.render(
            "wezer_marketplace.own_announcements_page",
            {
                "sections": [section for section in sections if section[1]],
                "pager": pager,
                "page_name": "wezer_announcements",
            },
        )

    def _announcement(self, slug):
        announcement = request.env["wezer.announcement"]._at_slug(slug)
        if not announcement:
            raise werkzeug.exceptions.NotFound()
        return announcement

    @http.route(
        "/market/<string:slug>/<any(pause,publish,reopen,close):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/announcements")
    def act(self, slug, act, **_post):
        """Pause an announcement of one's own, post it again, or close it."""
        announcement = self._announcement(slug)
        getattr(announcement, f"action_{act}")()
        if act in ("pause", "close"):
            flash(
                request.env._("This is paused. It takes no answers at the moment.")
                if act == "pause"
                else request.env._("This is closed. Nobody can answer any more.")
            )
        else:
            flash(request.env._("Your announcement is on the market."))
        return request.redirect("/my/announcements")

    # === QUESTIONS === #

    @http.route(
        "/market/<string:slug>/ask",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/market/{slug}", once=True, alike_seconds=600)
    def ask(self, slug, question="", **_post):
        """Ask the author."""
        announcement = self._announcement(slug)
        questions = request.env["wezer.announcement.question"]
        number = questions.action_ask(announcement.id, question)
        flash(
            request.env._("Your question was sent. You get a notice with the answer.")
        )
        return request.redirect(f"/market/{announcement.slug}#question-{number}")

    @http.route(
        "/my/questions/<int:number>/<any(answer,show,hide,withdraw,block,report):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/announcements")
    def question(self, number, act, answer="", publish="", reason="", **_post):
        """Answer a question, publish, withdraw or report it, or block its writer."""
        question = seen_or_404("wezer.announcement.question", number)
        url = question._url()
        if act == "answer":
            question.action_answer(answer, publish=bool(publish))
            flash(request.env._("Your answer was sent."))
        elif act == "withdraw":
            question.action_withdraw()
            flash(request.env._("Your question was deleted."))
        elif act == "block":
            question.action_block()
            flash(
                request.env._(
                    "Blocked. You will get no more questions and messages from them."
                )
            )
        elif act == "report":
            question.action_report(reason)
            flash(
                request.env._(
                    "Reported. A moderator will look at this message and tell you."
                )
            )
        else:
            question.action_publish(act == "show")
            flash(request.env._("Saved."))
        return request.redirect(url)

    # === ON PAPER === #

    @http.route(
        "/market/<string:slug>/poster.pdf",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def poster(self, slug, **_kwargs):
        """Return a poster of an announcement, with a QR code that leads to it."""
        announcement = self._announcement(slug)
        fonts = [tuple(map(file_path, pair)) for pair in FONTS]
        content = poster_of(announcement, fonts)
        return request.make_response(
            content,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", f'inline; filename="{announcement.slug}.pdf"'),
                ("Cache-Control", "private, no-cache"),
                ("X-Robots-Tag", "noindex"),
            ],
        )
