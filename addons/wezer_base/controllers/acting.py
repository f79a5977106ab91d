from urllib.parse import urlencode

import werkzeug.exceptions

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from ..exceptions import NotAllowed
from ..models.wezer_searchable_mixin import COUNTED
from ..tools.form_post import form_post
from ..tools.mandate_paper import PAPER_MAX
from ..tools.numbers import record_id
from .website import file_in, flash, page_number, searched, seen_or_404

FOUND = 24
LOGGED = 40


def paper_giver(number):
    """Return the profile of a member without a login, for administrators.

    :param number: of the profile, as a form or an address has it; none where empty
    :raise NotFound: for others, and for members who can log in
    """
    number = record_id(number)
    if not number:
        return request.env["wezer.profile"]
    profile = seen_or_404("wezer.profile", number)
    administrator = request.env.user.has_group("wezer_base.group_administrator")
    if not administrator or not profile.on_paper:
        raise werkzeug.exceptions.NotFound()
    return profile


class WezerActing(http.Controller):
    """Acting for others: for whom, by what right, who acts for me, what was done."""

    @http.route("/my/acting", type="http", auth="user", website=True, readonly=True)
    def acting(self, search="", giver="", page=1, log=1, who="", party=1, **_kwargs):
        """Show for whom this person acts, and who acts for them.

        :param giver: for administrators: the profile of a member who cannot log in
        """
        user = request.env.user
        person, giver = user.partner_id, paper_giver(giver)
        if giver:
            person = giver.sudo().partner_id
        page, log, party = page_number(page), page_number(log), page_number(party)
        who = searched(who)
        parties, party_count = user._search_acting_parties(
            who, limit=FOUND, offset=(party - 1) * FOUND
        )
        mandates = request.env["wezer.mandate"].search(
            [("state", "=", "active")], order="date_from"
        )
        found = request.env["wezer.profile"]
        search, count = searched(search), 0
        if search:
            # Who cannot log in acts for nobody.
            domain = found._people_domain(search) & Domain("on_paper", "=", False)
            domain &= Domain("partner_id", "not in", (user.partner_id | person).ids)
            if giver:
                domain |= found._people_domain(search) & Domain(
                    "partner_id", "=", user.partner_id.id
                )
            found = found.search(domain, limit=FOUND, offset=(page - 1) * FOUND)
            count = found.search_count(domain, limit=COUNTED + 1)
        acts = request.env["wezer.acting.log"]
        act_domain = Domain("partner_id", "=", person.id) if giver else Domain.TRUE
        act_count = acts.search_count(act_domain)
        return request.render(
            "wezer_base.acting_page",
            {
                "choices": parties,
                "who": who,
                "party_count": party_count,
                "party_page": party,
                "party_pages": -(-party_count // FOUND),
                "party_query": urlencode({"who": who}),
                "act_as": user._wezer_act_as(),
                "giver": giver,
                "given": mandates.filtered(lambda m: m.giver_id == person),
                "held": mandates.filtered(lambda m: m.holder_id == user.partner_id),
                "acts": acts.search(
                    act_domain, limit=LOGGED, offset=(log - 1) * LOGGED
                ),
                "log_query": urlencode({"giver": giver.id} if giver else {}),
                "log_page": log,
                "log_pages": -(-act_count // LOGGED),
                "search": search,
                "found": found,
                "found_count": count,
                "found_page": page,
                "found_query": urlencode({"search": search, "giver": giver.id or ""}),
                "found_pages": -(-min(count, COUNTED) // FOUND),
                "rights_offered": mandates._rights_offered(),
                "page_name": "wezer_acting",
            },
        )

    @http.route("/my/act-as", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/acting")
    def act_as(self, partner_id="", **_kwargs):
        """Choose for whom the forms are filled in; each act is checked again."""
        user = request.env.user
        chosen = record_id(partner_id)
        if chosen and chosen != user.partner_id.id:
            if not user._acting_ids("market", among=[chosen]):
                raise NotAllowed(
                    request.env._("You are not authorised to act for them.")
                )
            partner = request.env["res.partner"].sudo().browse(chosen)
            request.session["wezer_act_as"] = chosen
            request.session["wezer_act_as_name"] = partner.name
            flash(request.env._("You are now acting for %(name)s.", name=partner.name))
        else:
            request.session.pop("wezer_act_as", None)
            request.session.pop("wezer_act_as_name", None)
            flash(request.env._("You are acting for yourself again."))
        return request.redirect("/my/acting")

    @http.route(
        "/my/acting/give", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/acting?search={search}&giver={giver}", once=True, files=("paper",))
    def give(self, profile_id="", until="", giver="", paper=None, **_kwargs):
        """Let somebody act for the caller, or for a member who cannot log in."""
        rights = request.httprequest.form.getlist("rights")
        holder, giver = record_id(profile_id), record_id(giver) or None
        mandates = request.env["wezer.mandate"]
        paper_file = file_in(paper, PAPER_MAX)
        mandates.action_give(
            holder,
            rights,
            until or None,
            giver,
            paper_file,
            getattr(paper, "filename", None),
        )
        flash(
            request.env._(
                "Saved. You can withdraw this authorisation here at any time."
            )
        )
        return request.redirect(f"/my/acting?giver={giver}" if giver else "/my/acting")

    @http.route(
        "/my/acting/<int:mandate_id>/<any(revoke,resign):act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/acting")
    def end(self, mandate_id, act, **_kwargs):
        """Take a mandate back, or give it back."""
        mandate = seen_or_404("wezer.mandate", mandate_id)
        if act == "revoke":
            mandate.action_revoke()
        else:
            mandate.action_resign()
        flash(request.env._("Done. The authorisation has ended."))
        return request.redirect("/my/acting")
