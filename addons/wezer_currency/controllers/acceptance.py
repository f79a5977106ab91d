from odoo import http
from odoo.http import request

from odoo.addons.wezer_base.controllers.website import (
    acting_party,
    flash,
    searched,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.sorting import sorted_for_reader

from .portal import WezerCurrencyPortal

RULES_SHOWN = 200
PAID_SHOWN = 30


class WezerAcceptancePages(WezerCurrencyPortal):
    """Requests that are paid automatically: whose, up to how much, and what was."""

    @http.route(
        "/my/acceptance",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_acceptance(self, **form):
        """Show the rules of the parties one acts for, and the form for another."""
        if waiting := waiting_page():
            return waiting
        user, env = request.env.user, request.env
        party = self._party(form.get("to"))
        everyone = bool(form.get("everyone"))
        acting = env["res.partner"].sudo().browse(user._acting_ids("wallet"))
        rules = env["wezer.acceptance"].search([], limit=RULES_SHOWN).sudo()
        return request.render(
            "wezer_currency.acceptance_page",
            {
                "rules": rules,
                "paid": self._paid_automatically(),
                "party": party,
                "everyone": everyone,
                "found": self._found(form.get("search", "")),
                "recent": env["wezer.transfer"]._recent_profiles()
                if not party and not everyone and not form.get("search")
                else (),
                "search": searched(form.get("search")),
                "acting": sorted_for_reader(
                    acting, "name", lambda partner: partner == user.partner_id
                ),
                "acting_id": record_id(form.get("acting"))
                or user._wezer_act_as("wallet").id,
                "currencies": env["wezer.currency"].search([("external", "=", False)]),
                "currency_id": record_id(form.get("currency")),
                "placeholder": self._placeholder(),
                "own_partner": user.sudo().partner_id,
                "page_name": "wezer_acceptance",
            },
        )

    def _paid_automatically(self):
        """Return what was paid automatically lately, the newest first.

        :return: dicts ``transfer`` and ``rule`` (sudo; empty where it is switched
            off), and ``may_take_back``
        """
        transfers = request.env["wezer.transfer"].search(
            [("automatic", "=", True), ("payer_id.acts_wallet", "=", True)],
            limit=PAID_SHOWN,
        )
        return [
            {
                "transfer": transfer.sudo(),
                "rule": transfer.sudo().acceptance_id.filtered("active"),
                "may_take_back": not transfer._why_not("take_back", readable=True),
            }
            for transfer in transfers
        ]

    @http.route(
        "/my/acceptance", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/acceptance?to={to}&everyone={everyone}", once=True)
    def wezer_acceptance_post(self, **form):
        """Let requests be paid automatically from now on."""
        env, acting = request.env, acting_party(form)
        party = self._party(form.get("to"))
        if not party and not form.get("everyone"):
            raise Refusal(
                env._("Choose whose requests are paid automatically."),
                rule="party",
                field="to",
            )
        env["wezer.acceptance"].allow(
            acting,
            record_id(form.get("currency")),
            party.sudo().partner_id.id or None,
            form.get("amount", "").strip(),
            form.get("month", "").strip(),
            acting_partner_id=acting,
        )
        if party:
            flash(
                env._(
                    "Requests of %(name)s are paid automatically from now on.",
                    name=party.name,
                )
            )
        else:
            flash(env._("Small requests are paid automatically from now on."))
        return request.redirect("/my/acceptance")

    @http.route(
        "/my/acceptance/<int:rule_id>/stop",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/acceptance")
    def wezer_acceptance_stop(self, rule_id, **_form):
        """Switch a rule off."""
        seen_or_404("wezer.acceptance", rule_id).action_stop()
        flash(request.env._("These requests wait for an answer again."))
        return request.redirect("/my/acceptance")
