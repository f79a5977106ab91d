import werkzeug.exceptions

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.wezer_base.controllers.website import flash, looked_at, seen_or_404
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import numbered, whole

from ..models.wezer_deal_evidence import MAX_BYTES
from ..tools import deal_calendar, deal_page, deal_words
from .form import member_named, terms_of, to_local


class WezerDeal(http.Controller):
    """The page of a deal; each button calls an action of the model."""

    def _deal(self, deal_id):
        # Its rules are asked in memory, of the row that the page reads anyway.
        deal = request.env["wezer.deal"].sudo().search_fetch([("id", "=", deal_id)])
        seen = deal.with_env(request.env)._filtered_access("read")
        if not seen:
            raise werkzeug.exceptions.NotFound()
        return seen

    def _values(self, deal):
        return {
            **deal_page.page_values(deal),
            "to_local": to_local,
            "page_name": "wezer_deal",
        }

    @http.route(
        "/my/deals/<int:deal_id>",
        type="http",
        auth="user",
        website=True,
        readonly=False,
    )
    def deal(self, deal_id, **_kwargs):
        """Show the deal: whose turn, terms, money, buttons, chat, history.

        Whoever looks at it has read what the bell and the phone's bar count about it.
        """
        deal = self._deal(deal_id)
        if looked_at():
            request.env["wezer.notice"]._read_matter(deal)
        return request.render("wezer_marketplace.deal_page", self._values(deal))

    @http.route(
        "/my/deals/<int:deal_id>/live",
        type="http",
        auth="user",
        website=True,
        readonly=False,
    )
    def live(self, deal_id, **_kwargs):
        """Return the changing part of the page; the open page asks for it.

        The page says by a header whether somebody has it in front of them.
        """
        deal = self._deal(deal_id)
        if request.httprequest.headers.get("X-Wezer-Seen"):
            request.env["wezer.notice"]._read_matter(deal)
        return request.render("wezer_marketplace.deal_live", self._values(deal))

    @http.route(
        "/my/deals/<int:deal_id>/<string:action>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/deals/{deal_id}", once=True)
    def act(self, deal_id, action, **post):
        """Do an action; the page shows where it is refused."""
        deal = self._deal(deal_id)
        handler = getattr(self, f"_do_{action}", None)
        if handler is None:
            raise werkzeug.exceptions.NotFound()
        party = deal._my_party()
        try:
            handler(deal, party.id or None, post)
        except Refusal as error:
            if self._sent_files():
                # A browser keeps no files in a form that is given back.
                again = request.env._("Choose your files again.")
                error.args = (f"{error.args[0]} {again}", *error.args[1:])
            raise
        if not request.env["wezer.deal"].search_count([("id", "=", deal_id)]):
            # A moderator who decided sees it no longer.
            return request.redirect("/my/todo")
        return request.redirect(f"/my/deals/{deal_id}")

    @http.route(
        "/my/deals/<int:deal_id>/calendar.ics",
        type="http",
        auth="user",
        website=True,
        readonly=True,
        sitemap=False,
    )
    def calendar(self, deal_id, **_kwargs):
        """Send the next date of the deal as a file for the caller's calendar."""
        deal = self._deal(deal_id)
        record = deal.sudo()
        if not deal._my_party() or not deal_calendar.may_be_kept(record):
            raise werkzeug.exceptions.NotFound()
        return request.make_response(
            deal_calendar.entry(record),
            headers=[
                ("Content-Type", "text/calendar; charset=utf-8"),
                (
                    "Content-Disposition",
                    content_disposition(deal_calendar.file_name(record)),
                ),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @http.route(
        "/my/deals/<int:deal_id>/evidence/<int:evidence_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def evidence(self, deal_id, evidence_id, **_kwargs):
        """Send a file of the deal to those who may see it, never to be run in place."""
        evidence = self._evidence(deal_id, evidence_id)
        return request.make_response(
            evidence._bytes(),
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(evidence.name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "private, no-store"),
            ],
        )

    @http.route(
        "/my/deals/<int:deal_id>/evidence/<int:evidence_id>/picture",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def evidence_picture(self, deal_id, evidence_id, **_kwargs):
        """Send a small copy of a picture of the deal, for its page."""
        small = self._evidence(deal_id, evidence_id)._small_picture()
        if not small:
            raise werkzeug.exceptions.NotFound()
        return request.make_response(
            small,
            headers=[
                ("Content-Type", "image/jpeg"),
                ("Content-Security-Policy", "default-src 'none'"),
                ("X-Content-Type-Options", "nosniff"),
                # A file never changes; another deal's reader has another address.
                ("Cache-Control", "private, max-age=86400, immutable"),
            ],
        )

    def _evidence(self, deal_id, evidence_id):
        """Return the file of this deal that the caller may read, else 404."""
        evidence = seen_or_404("wezer.deal.evidence", evidence_id)
        if evidence.deal_id.id != deal_id:
            raise werkzeug.exceptions.NotFound()
        return evidence

    def _scores(self, post):
        scores = {
            number: value
            for number, value in numbered(post, "score_").items()
            if value != "none"
        }
        if scores and post.get("again"):
            scores["again"] = post["again"]
        if scores and post.get("shared"):
            scores["shared"] = True
        return scores

    def _do_accept(self, deal, party, post):
        deal.action_accept(
            acting_partner_id=party, round_number=whole(post.get("round"))
        )
        flash(request.env._("Agreed. These terms are now binding."))

    def _do_counter(self, deal, party, post):
        deal.action_counter(
            terms_of(post, deal.sudo().terms_id), acting_partner_id=party
        )

    def _do_amend(self, deal, party, post):
        agreed = deal.sudo().accepted_terms_id
        deal.action_amend(terms_of(post, agreed), acting_partner_id=party)
        flash(request.env._("The change takes effect once the other side agrees."))

    def _do_amend_sign(self, deal, party, post):
        deal.action_amend(
            round_number=whole(post.get("round")), acting_partner_id=party
        )
        flash(request.env._("Agreed. The new terms are now binding."))

    def _do_agree_share(self, deal, party, post):
        deal.action_agree_share(whole(post.get("round")), acting_partner_id=party)
        flash(request.env._("Thank you. You are now part of the team."))

    def _do_hand_over(self, deal, party, post):
        deal.action_hand_over(member_named(post.get("who")), acting_partner_id=party)
        flash(request.env._("The work is handed over once both of them agree."))

    def _do_hand_over_sign(self, deal, party, post):
        # Somebody else may have been proposed since the page was shown.
        deal.action_hand_over(
            acting_partner_id=party, version=whole(post.get("version"))
        )
        flash(request.env._("Thank you."))

    @http.route(
        "/my/stand-in/<int:deal_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def stand_in(self, deal_id, **_kwargs):
        """Show the member who is asked to stand in what the work is."""
        deal = self._asked_to_stand_in(deal_id)
        return request.render(
            "wezer_marketplace.stand_in_page",
            {"record": deal, "terms": deal.accepted_terms_id},
        )

    @http.route(
        "/my/stand-in/<int:deal_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/stand-in/{deal_id}")
    def stand_in_sign(self, deal_id, **_post):
        """Agree to stand in."""
        deal = self._asked_to_stand_in(deal_id)
        stand_in = deal._proposal("hand_over").stand_in_id
        done = deal.sudo(False).action_hand_over(acting_partner_id=stand_in.id)
        flash(request.env._("Thank you."))
        return request.redirect(f"/my/deals/{deal_id}" if done else "/my/deals")

    def _asked_to_stand_in(self, deal_id):
        """Return the deal (sudo) where the caller is asked to stand in, else 404."""
        deal = request.env["wezer.deal"].sudo().browse(deal_id).exists()
        stand_in = deal._proposal("hand_over").stand_in_id
        if not stand_in or not request.env.user._acts_for(stand_in, "market"):
            raise werkzeug.exceptions.NotFound()
        return deal

    def _do_decline(self, deal, party, post):
        deal.action_decline(post.get("reason", ""), acting_partner_id=party)

    def _do_withdraw(self, deal, party, post):
        deal.action_withdraw(post.get("reason", ""), acting_partner_id=party)

    def _do_release(self, deal, party, post):
        deal.action_release(post.get("reason", ""), acting_partner_id=party)

    def _do_deliver(self, deal, party, post):
        # Files chosen in the same form go with it.
        self._show_files(deal, party)
        deal.action_deliver(
            post.get("note", ""), post.get("quantity"), acting_partner_id=party
        )
        flash(request.env._("Well done. We let the other side know."))

    def _do_send_back(self, deal, party, post):
        deal.action_send_back(post.get("note", ""), acting_partner_id=party)
        self._show_files(deal, party)

    def _do_approve(self, deal, party, post):
        deal.action_approve(
            self._scores(post) or None, post.get("comment", ""), acting_partner_id=party
        )
        self._flash_paid(deal, request.env._("Approved."))

    def _do_pay(self, deal, party, post):
        deal.action_pay(acting_partner_id=party)
        self._flash_paid(deal, request.env._("Paid."))

    def _flash_paid(self, deal, sentence):
        """Say what is done, and what is still to be given by hand."""
        flash(" ".join(filter(None, (sentence, deal_words.paid_sentence(deal)))))

    def _do_confirm(self, deal, party, post):
        deal.action_confirm(acting_partner_id=party)
        flash(request.env._("Thank you. We let the other side know."))

    def _do_deny(self, deal, party, post):
        deal.action_deny(acting_partner_id=party)

    def _do_assess(self, deal, party, post):
        deal.action_assess(
            self._scores(post), post.get("comment", ""), acting_partner_id=party
        )
        flash(
            request.env._(
                "Thank you. Your assessment is shown once both sides have given theirs."
            )
        )

    def _do_refund(self, deal, party, post):
        deal.action_refund(acting_partner_id=party)

    def _do_cancel(self, deal, party, post):
        if not deal.action_cancel(post.get("reason", ""), acting_partner_id=party):
            flash(request.env._("The deal is cancelled once the other side agrees."))

    def _do_attendance(self, deal, party, post):
        deal.action_attendance(post.get("outcome", ""), acting_partner_id=party)
        flash(request.env._("Thank you, we have noted it."))

    def _do_dispute(self, deal, party, post):
        deal.action_dispute(post.get("reason", ""), acting_partner_id=party)
        self._show_files(deal, party)

    def _do_withdraw_dispute(self, deal, party, post):
        deal.action_withdraw_dispute(acting_partner_id=party)

    def _do_resolve(self, deal, party, post):
        amounts = numbered(post, "amount_")
        deal.action_resolve(post.get("outcome", ""), post.get("reason", ""), amounts)
        flash(
            request.env._("Your decision is saved. Both sides can read your reasons.")
        )

    def _do_add_evidence(self, deal, party, post):
        if not self._show_files(deal, party):
            raise Refusal(
                request.env._("Choose a file first."), rule="empty", field="evidence"
            )

    def _show_files(self, deal, party):
        """Show the files that were chosen in a form; return how many there were."""
        chosen = self._sent_files()
        for file in chosen:
            # One byte more than allowed is enough to be refused.
            data = file.read(MAX_BYTES + 1)
            deal.action_add_evidence(file.filename, data, acting_partner_id=party)
        return len(chosen)

    def _sent_files(self):
        """Return the files that were chosen in the form."""
        sent = request.httprequest.files.getlist("evidence")
        return [file for file in sent if file.filename]

    def _do_confirm_evidence(self, deal, party, post):
        number = whole(post.get("evidence"))
        deal.action_confirm_evidence(number, acting_partner_id=party)
        flash(request.env._("Thank you. The file now counts as evidence."))

    def _do_remove_evidence(self, deal, party, post):
        number = whole(post.get("evidence"))
        deal.action_remove_evidence(number, acting_partner_id=party)

    def _do_send(self, deal, party, post):
        shown = self._show_files(deal, party)
        if not shown or post.get("body", "").strip():
            deal.action_send_message(post.get("body", ""), acting_partner_id=party)
