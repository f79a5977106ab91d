import werkzeug.exceptions

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    flash,
    looked_at,
    page_number,
)
from odoo.addons.wezer_base.tools.form_post import form_post

from .groups import WezerGroups

PAGE = 20


class WezerNews(WezerGroups):
    """News of circles: lists, pages, and the forms of those who publish it."""

    # === LISTS === #

    @http.route(
        ["/news", "/news/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        readonly=True,
    )
    def news_all(self, page=1, **_kwargs):
        """List the news of all circles that the caller may read."""
        return self._news_list(page_number(page))

    @http.route(
        ["/groups/<string:slug>/news", "/groups/<string:slug>/news/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def news_of_group(self, slug, page=1, **_kwargs):
        """List the news of a circle, and its drafts for those who publish."""
        group = self._group(slug)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}/news", code=302)
        return self._news_list(page_number(page), group)

    def _news_list(self, page, group=None):
        news = request.env["wezer.news"]
        more = Domain("group_id", "=", group.id) if group else Domain.TRUE
        count = news.search_count(news._published_domain() & more)
        url = f"/groups/{group.slug}/news" if group else "/news"
        may_write = bool(group) and not news._why_not_create(group)
        return request.render(
            "wezer_fractal_groups.news_list_page",
            {
                "group": group,
                "rows": news._latest(PAGE, (page - 1) * PAGE, more),
                "drafts": news._drafts_of(group) if may_write else news,
                "may_write": may_write,
                "pager": request.website.pager(
                    url=url, total=count, page=page, step=PAGE
                ),
            },
        )

    # === ONE PAGE === #

    @http.route(
        "/news/<string:slug>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=False,
    )
    def news_page(self, slug, **_kwargs):
        """Show news; to those who publish, what they can do with it."""
        news = self._news(slug)
        if news.slug != slug:
            return request.redirect(f"/news/{news.slug}", code=302)
        user = request.env.user
        if looked_at() and not user._is_public():
            request.env["wezer.notice"]._read_matter(news)
        author = request.env["wezer.profile"]
        if user._wezer_is_member():
            author = news.author_id._wezer_profile()
        actions = ("edit", "publish", "withdraw")
        errors = {action: news._why_not(action) for action in actions}
        may = {action for action in actions if not errors[action]}
        return request.render(
            "wezer_fractal_groups.news_page",
            {
                "news": news,
                "group": news.group_id,
                "author": author,
                "may": () if user._is_public() else may,
                # To those who could publish, why they cannot now.
                "why_not": str(errors["publish"]) if "edit" in may else "",
                "readers": self._readers(),
            },
        )

    def _news(self, slug):
        """Return the news at this address that the caller may read, else 404."""
        news = request.env["wezer.news"]._at_slug(slug)
        if not news or not news.sudo().group_id.active:
            raise werkzeug.exceptions.NotFound()
        return news

    # === THE FORMS OF THOSE WHO PUBLISH === #

    @http.route(
        "/groups/<string:slug>/news/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def news_new(self, slug, **_kwargs):
        """Show the form for news of a circle."""
        group = self._group(slug)
        news = request.env["wezer.news"]
        if news._why_not_create(group):
            raise werkzeug.exceptions.NotFound()
        return self._news_form(group, news)

    @http.route(
        "/groups/<string:slug>/news/new",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/news/new", once=True)
    def news_create(self, slug, **form):
        """Keep a draft, and show it as its readers will see it."""
        news = request.env["wezer.news"]
        number = news.action_create_own(self._group(slug).id, self._news_vals(form))
        return request.redirect(news.browse(number)._url())

    @http.route(
        "/news/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def news_edit(self, slug, **_kwargs):
        """Show the form of a draft."""
        news = self._news(slug)
        if not news._may("edit"):
            raise werkzeug.exceptions.NotFound()
        return self._news_form(news.group_id, news)

    @http.route(
        "/news/<string:slug>/edit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/news/{slug}/edit")
    def news_edited(self, slug, **form):
        """Save a draft."""
        news = self._news(slug)
        news.action_edit(self._news_vals(form), form.get("version"))
        return request.redirect(news._url())

    def _news_form(self, group, news):
        labels, possible = self._readers(), news._visibilities(group)
        return request.render(
            "wezer_fractal_groups.news_form_page",
            {
                "group": group,
                "news": news,
                "version": news.edit_version() if news else "",
                "visibilities": [(word, labels[word]) for word in possible],
                "chosen": news.visibility or possible[0],
                "written_choices": news._written_choices(),
                "title_max": news._fields["title"].size,
            },
        )

    def _readers(self):
        """Return ``{visibility: its label}``, in the reader's language."""
        field = request.env["wezer.news"]._fields["visibility"]
        return dict(field._description_selection(request.env))

    def _news_vals(self, form):
        names = ("title", "text", "visibility", "written_lang")
        vals = {name: form[name] for name in names if name in form}
        return {**vals, "send_letter": bool(form.get("send_letter"))}

    @http.route(
        "/news/<string:slug>/publish",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/news/{slug}")
    def news_publish(self, slug, **_form):
        """Publish a draft."""
        news = self._news(slug)
        news.action_publish()
        text = request.env._("Published.")
        if news.send_letter:
            text = request.env._("Published. The members get it by e-mail.")
            if not request.env.company._wezer_can_send():
                text = request.env._(
                    "Published. E-mails cannot be sent at the moment. They follow as"
                    " soon as they can."
                )
        flash(text)
        return request.redirect(news._url())

    @http.route(
        "/news/<string:slug>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/news/{slug}")
    def news_withdraw(self, slug, **_form):
        """Show news to readers no more."""
        news = self._news(slug)
        back = f"/groups/{news.sudo().group_id.slug}/news"
        news.action_withdraw()
        flash(request.env._("Withdrawn. Readers do not see it any more."))
        return request.redirect(back)

    # === LETTERS, CIRCLE BY CIRCLE === #

    @http.route(
        "/my/notices/circles", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/notices/choices")
    def news_letters_choose(self, **_form):
        """Save of which circles the caller wants letters."""
        refusals = request.env["wezer.news.refusal"]
        wanted = set(request.httprequest.form.getlist("circle"))
        for group, now in refusals._own_choices():
            if (str(group.id) in wanted) != now:
                refusals.choose(group.id, not now)
        flash(request.env._("Saved."))
        return request.redirect("/my/notices/choices")

    @http.route(
        "/news/stop/<int:partner_id>/<int:group_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def news_stop(self, partner_id, group_id, token, **_kwargs):
        """Ask once, by a button: mail readers open links before people do."""
        return self._news_stop_page(partner_id, group_id, token, stop=False)

    @http.route(
        "/news/stop/<int:partner_id>/<int:group_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        csrf=False,
    )
    def news_stopped(self, partner_id, group_id, token, **_kwargs):
        """Stop the letters: List-Unsubscribe=One-Click (RFC 8058), signed, no login."""
        return self._news_stop_page(partner_id, group_id, token, stop=True)

    def _news_stop_page(self, partner_id, group_id, token, stop):
        refusals = request.env["wezer.news.refusal"]
        partner, group = refusals._find_by_link(partner_id, group_id, token)
        if not partner:
            raise werkzeug.exceptions.NotFound()
        if stop:
            refusals._keep(partner, group, False)
        return request.render(
            "wezer_base.digest_stop_page",
            {
                "stopped": stop,
                # Who has the link got a letter of the circle.
                "group": request.env._("News of %(group)s", group=group.name),
            },
        )
