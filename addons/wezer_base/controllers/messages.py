from urllib.parse import urlencode

import werkzeug.exceptions

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.wezer_conversation import TEXT_MAX
from ..tools.form_post import form_post
from ..tools.numbers import record_id, whole
from .website import flash, looked_at, searched, seen_or_404, waiting_page

# So many pages of the list are shown.
PAGES = 50


class WezerMessages(CustomerPortal):
    """Messages between members and groups; each button calls an action of a model."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_message_count" in counters:
            counts = request.env.user._wezer_notice_counts()
            values["wezer_message_count"] = counts["messages"]
        return values

    # === THE LIST === #

    def _list_values(self, search, page):
        search = searched(search)
        page = whole(page, 1, least=1, most=PAGES)
        rows, more = request.env["wezer.conversation"]._inbox(search, page)
        return {
            "rows": rows,
            "search": search,
            "blocked": []
            if search or page > 1
            else request.env["wezer.conversation"]._blocked_rows(),
            "query": urlencode({"search": search}),
            "page": page,
            "has_more": more and page < PAGES,
            "stamp": "-".join(
                f"{row['url']}.{row['date'].timestamp():.0f}.{int(row['unread'])}"
                for row in rows
            ),
            "page_name": "wezer_messages",
        }

    @http.route("/my/messages", type="http", auth="user", website=True, readonly=True)
    def wezer_messages(self, search="", page=1, **_kwargs):
        """List the conversations of the user, the newest first."""
        return request.render(
            "wezer_base.messages_page", self._list_values(search, page)
        )

    @http.route(
        "/my/messages/live", type="http", auth="user", website=True, readonly=True
    )
    def wezer_messages_live(self, search="", page=1, **_kwargs):
        """Return the changing part of the list; the open page asks for it."""
        return request.render(
            "wezer_base.messages_live", self._list_values(search, page)
        )

    # === A FIRST MESSAGE === #

    def _profile(self, slug):
        """Return the profile of the party written to, else 404."""
        profile = request.env["wezer.profile"]._at_slug(slug)
        if not profile:
            raise werkzeug.exceptions.NotFound()
        return profile

    @http.route(
        "/my/messages/new/<string:slug>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_message_new(self, slug, **_kwargs):
        """Ask for a first message; lead to the conversation where there is one."""
        profile = self._profile(slug)
        user = request.env.user
        if not user._wezer_corresponds_with(profile):
            return waiting_page() or request.redirect(f"/members/{profile.slug}")
        parties = user._wezer_writing_parties()
        found = request.env["wezer.conversation"]._between(
            user.partner_id, profile.sudo().partner_id
        )
        if found and len(parties) == 1:
            return request.redirect(found._url())
        return request.render(
            "wezer_base.message_new_page",
            {
                "profile": profile,
                "parties": parties,
                "acting_as": user._wezer_act_as().id,
                "text_max": TEXT_MAX,
                "page_name": "wezer_message_new",
            },
        )

    @http.route(
        "/my/messages/new/<string:slug>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/messages/new/{slug}", once=True)
    def wezer_message_start(self, slug, text="", acting="", **_kwargs):
        """Write a first message."""
        profile = self._profile(slug)
        conversations = request.env["wezer.conversation"]
        number = conversations.action_start(profile.id, text, record_id(acting) or None)
        flash(request.env._("Your message was sent."))
        return request.redirect(f"/my/messages/{number}")

    # === ONE CONVERSATION === #

    def _conversation_values(self, conversation):
        entries = conversation._entries()
        own = conversation._my_party()
        other = conversation._other(own)
        return {
            "conversation": conversation,
            "entries": entries,
            "stamp": "-".join(
                f"{entry['message'].id}{'r' if entry['message'].removed else ''}"
                f"{'h' if entry['message'].is_held else ''}"
                for entry in entries["messages"]
            ),
            "name": other.display_name,
            "profile": other._wezer_profile(),
            "party": own if own != request.env.user.partner_id else own.browse(),
            "blocked": conversation._party_row(own).blocked,
            "refusal": conversation._why_not("write"),
            "may_leave": conversation._may("leave"),
            "about_url": conversation._about_url(),
            "text_max": TEXT_MAX,
            "page_name": "wezer_conversation",
        }

    @http.route(
        "/my/messages/<int:conversation_id>",
        type="http",
        auth="user",
        website=True,
        readonly=False,
    )
    def wezer_conversation(self, conversation_id, **_kwargs):
        """Show a conversation; a person who looks at it has read it."""
        conversation = seen_or_404("wezer.conversation", conversation_id)
        if looked_at():
            request.env["wezer.notice"]._read_matter(conversation)
        return request.render(
            "wezer_base.conversation_page", self._conversation_values(conversation)
        )

    @http.route(
        "/my/messages/<int:conversation_id>/live",
        type="http",
        auth="user",
        website=True,
        readonly=False,
    )
    def wezer_conversation_live(self, conversation_id, **_kwargs):
        """Return the messages; the open page asks for them.

        The page says by a header whether somebody has it in front of them.
        """
        conversation = seen_or_404("wezer.conversation", conversation_id)
        if request.httprequest.headers.get("X-Wezer-Seen"):
            request.env["wezer.notice"]._read_matter(conversation)
        return request.render(
            "wezer_base.conversation_live", self._conversation_values(conversation)
        )

    @http.route(
        "/my/messages/<int:conversation_id>/write",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/messages/{conversation_id}", once=True)
    def wezer_message_write(self, conversation_id, text="", **_kwargs):
        """Write one more message."""
        conversation = seen_or_404("wezer.conversation", conversation_id)
        conversation.action_write(text)
        return request.redirect(f"{conversation._url()}#write")

    @http.route(
        "/my/messages/<int:conversation_id>/<any(block,unblock,leave):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/messages/{conversation_id}")
    def wezer_conversation_act(self, conversation_id, act, **_kwargs):
        """Block the other party, take its messages again, or leave."""
        conversation = seen_or_404("wezer.conversation", conversation_id)
        if act == "leave":
            conversation.action_leave()
            flash(request.env._("The conversation has ended."))
            return request.redirect("/my/messages")
        # Where nobody has written yet, there is no page once it is unblocked.
        url = "/my/messages" if conversation.state == "new" else conversation._url()
        conversation.action_block(act == "block")
        flash(
            request.env._("Blocked. You will get no more messages from them.")
            if act == "block"
            else request.env._("No longer blocked.")
        )
        return request.redirect(url)

    @http.route(
        "/my/messages/<int:conversation_id>/report",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/messages/{conversation_id}")
    def wezer_message_report(self, conversation_id, message="", reason="", **_kwargs):
        """Show a message of the other party to the moderators."""
        conversation = seen_or_404("wezer.conversation", conversation_id)
        found = seen_or_404("wezer.conversation.message", message)
        if found.conversation_id != conversation:
            raise werkzeug.exceptions.NotFound()
        found.action_report(reason)
        flash(
            request.env._(
                "Reported. A moderator will look at this message and tell you."
            )
        )
        return request.redirect(conversation._url())

    # === REPORTS === #

    @http.route(
        "/my/messages/reports/<int:report_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=False,
    )
    def wezer_reported_message(self, report_id, **_kwargs):
        """Show a moderator a reported message, and who has read it."""
        report = seen_or_404("wezer.conversation.report", report_id)
        refusal = report._why_not("open")
        if looked_at():
            request.env["wezer.notice"]._read_matter(report)
        return request.render(
            "wezer_base.report_page",
            {
                "report": report,
                "refusal": refusal,
                "shown": [] if refusal else report.action_open(),
                "page_name": "wezer_reported_message",
            },
        )

    @http.route(
        "/my/messages/reports/<int:report_id>/<any(dismiss,remove):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/messages/reports/{report_id}")
    def wezer_reported_decide(self, report_id, act, **_kwargs):
        """Decide about a reported message."""
        report = seen_or_404("wezer.conversation.report", report_id)
        if act == "remove":
            report.action_remove()
        else:
            report.action_dismiss()
        flash(request.env._("Your decision was saved."))
        return request.redirect("/my/todo")
