import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.controllers.website import (
    flash,
    page_number,
    searched,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.forms import local_page
from odoo.addons.wezer_base.tools.numbers import record_id

from ..models.wezer_decision import CLOSED, FROM_OUTSIDE, METHODS
from ..tools import answer_fields, decision_list, decision_page

_lt = LazyTranslate(__name__)

# So many rows has a page of the roll.
ROLL_PAGE = 50
# Acts on a decision: the last word of the address of the form, and what is said then.
DONE = {
    "announce": _lt("It was put to the circle. Everybody asked gets a notice."),
    "sign": _lt("You signed."),
    "vote": _lt("Your answer was recorded."),
    "take_back": _lt("Your answer was taken back."),
    "object": _lt("Your objection was recorded. Everybody in the circle reads it now."),
    "nominate": _lt("Your nomination was recorded. All names are shown together."),
    "stand": _lt("You stand. You can still withdraw."),
    "stand_down": _lt("You do not stand any more."),
    "accept": _lt("Thank you. Everybody is asked now."),
    "decline": _lt("You declined."),
    "drop": _lt("The person is no longer proposed."),
    "propose_person": _lt("The person was proposed, and is asked first."),
    "new_version": _lt(
        "The new version was put to the circle. Everybody is asked again."
    ),
    "decide": _lt("Your decision was recorded. Everybody asked gets a notice."),
    "ask_up": _lt(
        "Your wish was recorded. It is passed on if half of those who answered ask."
    ),
    "extend": _lt("There is more time to answer. Everybody asked gets a notice."),
    "pass_up": _lt("It was passed to the circle above."),
    "withdraw": _lt("It was withdrawn."),
    "void": _lt("It was declared void."),
    "challenge": _lt("Your challenge was sent to a moderator."),
    "judge": _lt("Your decision about the challenge was recorded."),
    "appeal": _lt("Your appeal was put to the circle above."),
    "retry": _lt("It was carried out."),
    "give_up": _lt("It was given up."),
    "reopen": _lt("A draft was made from it. Change it, and put it to the circle."),
}
# Acts on an objection: the last word of the address, and the method.
OBJECTION_ACTS = ("test", "reply", "uphold", "set_aside", "withdraw", "confirm")


class WezerDecisions(http.Controller):
    """Decisions on the website; each form calls one public method."""

    @http.route(
        ["/decisions", "/decisions/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=True,
        readonly=True,
    )
    def decisions(self, page=1, circle="", method="", words="", **_kwargs):
        """List decisions: to be answered by the reader, running, decided."""
        env = request.env
        page, words, method = page_number(page), searched(words), searched(method)
        group = env["wezer.group"]._at_slug(searched(circle))
        domain = decision_list.filters(env, group, method, words)
        values = decision_list.lists(env, domain, page)
        pager = request.website.pager(
            url="/decisions",
            total=values["decided_count"],
            page=page,
            step=decision_list.PAGE,
            url_args={"circle": group.slug or "", "method": method, "words": words},
        )
        circles = env["wezer.group"]
        if not env.user._is_public():
            circles = circles.search(
                [("kind", "=", "circle"), ("is_user_member", "=", True)],
                order="name",
                limit=200,
            )
        return request.render(
            "wezer_decision.decisions_page",
            {
                **values,
                "visitor": env.user._is_public(),
                "labels": decision_page.labels(env),
                "page": page,
                "pager": pager,
                "words": words,
                "method": method,
                "circle": group,
                "circles": circles | group,
                "methods": [name for name, _label in METHODS],
            },
        )

    @http.route(
        "/decisions/<int:decision_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def decision(self, decision_id, **_kwargs):
        """Show one decision; after closing, with its result."""
        decision = self._decision(decision_id, FROM_OUTSIDE)
        if not decision.has_access("read"):
            return request.render(
                "wezer_decision.moderate_page",
                decision_page.for_moderators(decision),
                headers={"Cache-Control": "no-store"},
            )
        return request.render(
            "wezer_decision.decision_page", decision_page.values(decision)
        )

    @http.route(
        [
            "/decisions/<int:decision_id>/voters",
            "/decisions/<int:decision_id>/voters/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def decision_voters(self, decision_id, page=1, **_kwargs):
        """List who was asked, page by page."""
        decision = self._decision(decision_id)
        voters = request.env["wezer.decision.voter"]
        page = page_number(page)
        domain = [("decision_id", "=", decision.id)]
        count = voters.search_count(domain)
        shown = decision.secrecy == "open" or decision.roll_shown
        if not shown or not count or not decision.group_id.is_user_member:
            raise werkzeug.exceptions.NotFound()
        address = f"/decisions/{decision.id}/voters"
        found = voters.search(domain, limit=ROLL_PAGE, offset=(page - 1) * ROLL_PAGE)
        turnout = decision_page.turnout(decision)
        return request.render(
            "wezer_decision.voters_page",
            {
                "decision": decision,
                "rows": decision_page.with_profiles(found),
                "counts": turnout,
                "without_vote": count - turnout["asked"],
                "labels": decision_page.labels(request.env),
                "closed": decision.state in CLOSED,
                "pager": request.website.pager(
                    url=address, total=count, page=page, step=ROLL_PAGE
                ),
            },
        )

    @http.route(
        "/decisions/<int:decision_id>/count.csv",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def decision_count_file(self, decision_id, **_kwargs):
        """Give the answers as a file with which everybody can count again."""
        decision = self._decision(decision_id)
        if decision._why_no_ballot_file():
            raise werkzeug.exceptions.NotFound()
        return self._file(*decision._ballot_file(), "text/csv")

    @http.route(
        "/decisions/<int:decision_id>/receipts.txt",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
        readonly=True,
    )
    def decision_receipt_file(self, decision_id, **_kwargs):
        """Give the receipts of a secret vote: more than a page has room for."""
        decision = self._decision(decision_id)
        if decision.secrecy == "open" or decision._why_no_receipts():
            raise werkzeug.exceptions.NotFound()
        return self._file(*decision._receipt_file(), "text/plain")

    def _file(self, name, content, kind):
        """Return a text as a file to be kept."""
        return request.make_response(
            content,
            [
                ("Content-Type", f"{kind}; charset=utf-8"),
                ("Content-Disposition", f'attachment; filename="{name}"'),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

    @http.route(
        "/decisions/methods/<string:method>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=True,
        readonly=True,
    )
    def decision_method(self, method, **_kwargs):
        """Explain to a newcomer how a method asks and counts."""
        labels = decision_page.labels(request.env)["method"]
        if method not in labels:
            raise werkzeug.exceptions.NotFound()
        return request.render(
            "wezer_decision.method_page",
            {"method": method, "label": labels[method], "labels": labels},
        )

    @http.route(
        "/decisions/<int:decision_id>/receipt",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        readonly=True,
    )
    @form_post("/decisions/{decision_id}")
    def decision_receipt(self, decision_id, secret_code="", **_form):
        """Say whether the receipt of a code is among those that were published."""
        decision = self._decision(decision_id)
        return request.render(
            "wezer_decision.receipt_page",
            {"decision": decision, "found": decision._find_receipt(secret_code)},
            headers={"Cache-Control": "no-store"},
        )

    def _decision(self, decision_id, moderating=()):
        """Return the decision that the caller may read, else 404.

        :param moderating: acts of moderators; who may do one of them now finds it, too
        """
        try:
            return seen_or_404("wezer.decision", decision_id)
        except werkzeug.exceptions.NotFound:
            decision = request.env["wezer.decision"].browse(record_id(decision_id))
            if decision and decision._moderating() & set(moderating):
                return decision
            raise

    # === ACTIONS === #

    @http.route(
        "/decisions/<int:decision_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/decisions/{decision_id}")
    def decision_act(self, decision_id, act, **form):
        """Answer, object, guide: each calls a public method of the decision.

        The token of the form is not kept: it would hold who sent which answer.
        """
        call = getattr(self, f"_act_{act}", None) if act in DONE else None
        if call is None:
            raise werkzeug.exceptions.NotFound()
        decision = self._decision(decision_id, {act})
        if page := waiting_page():
            return page
        answer = call(decision, form)
        if hasattr(answer, "status_code"):
            return answer
        flash(request.env._(DONE[act]))
        if not decision.has_access("read"):
            # It is moderated: its page was open for that only.
            return request.redirect("/my/todo")
        back = local_page(form.get("back") or "")
        return request.redirect(back or f"/decisions/{answer or decision.id}")

    def _act_announce(self, decision, _form):
        decision.action_announce()

    def _act_sign(self, decision, _form):
        decision.action_sign()

    def _act_decide(self, decision, form):
        decision.action_decide(bool(form.get("adopt")), form.get("reason", ""))

    def _act_ask_up(self, decision, _form):
        decision.action_ask_up()

    def _act_vote(self, decision, form):
        start = answer_fields.prefix(decision)
        picked = request.httprequest.form.getlist(f"{start}option")
        choice = answer_fields.read(decision, form, picked)
        voice = record_id(form.get("voice")) or None
        if decision.secrecy == "open":
            decision.action_vote(choice, voice, form.get("reason") or None)
            return None
        code = str(form.get(f"{start}code") or "").strip() or None
        receipt = decision.action_vote(choice, voice, code=code)
        return self._code_page(decision, receipt, changed=bool(code))

    def _code_page(self, decision, code, changed):
        """Show the code of a secret vote, once: nothing keeps it, no session either.

        :param bool changed: the vote was cast before, with the same code
        """
        return request.render(
            "wezer_decision.code_page",
            {"decision": decision, "code": code, "changed": changed},
            headers={"Cache-Control": "no-store"},
        )

    def _act_take_back(self, decision, form):
        code = str(form.get("secret_code") or "").strip() or None
        decision.action_take_back(code, record_id(form.get("voice")) or None)

    def _act_object(self, decision, form):
        decision.action_object(
            form.get("reason", ""),
            form.get("concerns") or None,
            form.get("suggestion") or None,
        )

    def _person(self, form):
        """Return the id of the person that a form names, or False."""
        chosen = record_id(form.get("person"))
        if chosen:
            return chosen
        profiles = request.env["wezer.profile"]
        meant = profiles._member_meant(form.get("member"), form.get("member_typed", ""))
        return meant.sudo().partner_id.id

    def _act_nominate(self, decision, form):
        decision.action_nominate(self._person(form), form.get("reason", ""))

    def _act_stand(self, decision, form):
        number = str(form.get("secret_number") or "").strip() or None
        decision.action_stand(number, form.get("text") or None)

    def _act_stand_down(self, decision, _form):
        decision.action_stand_down()

    def _act_accept(self, decision, _form):
        decision.action_accept()

    def _act_decline(self, decision, _form):
        decision.action_decline()

    def _act_drop(self, decision, form):
        decision.action_drop(form.get("reason", ""))

    def _act_propose_person(self, decision, form):
        decision.action_propose_person(self._person(form), form.get("reason", ""))

    def _act_new_version(self, decision, form):
        answered = request.httprequest.form.getlist("answers")
        decision.action_new_version(
            form.get("body", ""),
            form.get("change", ""),
            [number for one in answered if (number := record_id(one))],
        )

    def _act_extend(self, decision, _form):
        decision.action_extend()

    def _act_pass_up(self, decision, _form):
        return decision.action_pass_up()

    def _act_withdraw(self, decision, _form):
        decision.action_withdraw()

    def _act_void(self, decision, form):
        decision.action_void(form.get("reason", ""))

    def _act_challenge(self, decision, form):
        decision.action_challenge(form.get("reason", ""))

    def _act_judge(self, decision, form):
        decision.action_judge(bool(form.get("uphold")), form.get("reason", ""))

    def _act_appeal(self, decision, form):
        return decision.action_appeal(form.get("reason", ""))

    def _act_retry(self, decision, _form):
        decision.action_retry()

    def _act_give_up(self, decision, _form):
        decision.action_give_up()

    def _act_reopen(self, decision, _form):
        return decision.action_reopen()

    # === OBJECTIONS === #

    @http.route(
        "/decisions/<int:decision_id>/objections/<int:objection_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/decisions/{decision_id}", once=True)
    def objection_act(self, decision_id, objection_id, act, **form):
        """Test, answer, withdraw or confirm an objection."""
        decision = self._decision(decision_id)
        objection = seen_or_404("wezer.objection", objection_id)
        if act not in OBJECTION_ACTS or objection.decision_id != decision:
            raise werkzeug.exceptions.NotFound()
        if act == "reply":
            objection.action_reply(
                [form.get(f"answer_{number}", "") for number in range(1, 5)]
            )
        elif act == "set_aside":
            objection.action_set_aside(form.get("reason", ""))
        else:
            getattr(objection, f"action_{act}")()
        flash(request.env._("Done."))
        return request.redirect(f"/decisions/{decision.id}#objections")
