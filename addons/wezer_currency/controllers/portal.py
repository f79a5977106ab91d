import uuid

import werkzeug.exceptions

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.wezer_base.controllers.website import (
    acting_party,
    flash,
    searched,
    seen_or_404,
    waiting_page,
)
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.forms import local_page
from odoo.addons.wezer_base.tools.locks import wait_in_line
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.shown_numbers import format_plain_decimal
from odoo.addons.wezer_base.tools.sorting import sorted_for_reader
from odoo.addons.wezer_base.tools.text import search_words

from ..models.wezer_transfer import ANSWERS
from ..tools import requests_page
from ..tools.paying import read_amount
from .queue import wait_for_wallets

# The answers that move money.
MOVING = ("accept", "settle", "release", "reverse", "take_back")
MANY_PURPOSES = 200
PURSES = 20
FOUND = 12


class WezerCurrencyPortal(CustomerPortal):
    """Wallets, statements, paying and asking; all rules are the model's."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "wezer_wallet_count" in counters:
            values["wezer_wallet_count"] = len(self._own_wallets())
        return values

    def _own_wallets(self):
        """Return the wallets this person acts for (sudo: names of partners show)."""
        wallets = request.env["wezer.wallet"].search(
            [("partner_id.acts_wallet", "=", True)], limit=200
        )
        own = request.env.user.sudo().partner_id
        return sorted_for_reader(
            wallets.sudo(),
            lambda wallet: [
                wallet.partner_id.name,
                f"{wallet.wezer_currency_id.sequence:09d}",
            ],
            lambda wallet: wallet.partner_id == own,
        )

    # === PAYING AND ASKING === #

    def _found(self, words):
        """Return the parties the caller may see whose name has all ``words``."""
        profiles = request.env["wezer.profile"]
        if not search_words(words):
            return profiles
        domain = Domain("state", "=", "active") & profiles._name_domain(words)
        return profiles.search(domain, limit=FOUND)

    def _party(self, slug):
        """Return the profile at ``slug`` the caller may see, or an empty one."""
        profile = request.env["wezer.profile"]._at_slug(slug)
        return profile.filtered(lambda profile: profile.state == "active")

    def _money_form(self, ask, **form):
        """Render the form that pays, or (``ask``) that asks."""
        user = request.env.user
        acting = request.env["res.partner"].sudo().browse(user._acting_ids("wallet"))
        party = self._party(form.get("to"))
        currencies = request.env["wezer.currency"].search([])
        return request.render(
            "wezer_currency.money_form",
            {
                # Asked for where a currency wants one.
                "categories": self._purposes(currencies),
                "category_id": record_id(form.get("category")),
                "ask": ask,
                "party": party,
                "found": self._found(form.get("search", "")),
                # Whom one knows already: no name has to be typed.
                "recent": request.env["wezer.transfer"]._recent_profiles()
                if not party and not form.get("search")
                else (),
                "placeholder": self._placeholder(),
                "search": searched(form.get("search")),
                "acting": sorted_for_reader(
                    acting, "name", lambda partner: partner == user.partner_id
                ),
                "acting_id": record_id(form.get("acting"))
                or user._wezer_act_as("wallet").id,
                "currencies": currencies,
                "currency_id": record_id(form.get("currency")),
                "purses": [] if ask else self._purses(acting, currencies),
                "amount": form.get("amount", ""),
                "purpose": form.get("purpose", ""),
                "later": {
                    name: form.get(name, "")
                    for name in ("date", "every", "until", "gift", "aside")
                },
                # Sent twice (a second tap, a reload), it pays once.
                "key": uuid.uuid4().hex,
                "page_name": "wezer_ask" if ask else "wezer_pay",
            },
        )

    def _purses(self, acting, currencies):
        """Return what each of one's wallets may still spend, in words."""
        pairs = [
            (partner, currency)
            for partner in acting[:PURSES]
            for currency in currencies.sudo()
        ]
        known = request.env["wezer.wallet"]._limits_of(
            {(partner.id, currency.id) for partner, currency in pairs}
        )
        return [
            {
                "partner": partner,
                "currency": currency,
                "spendable": currency._format(max(limits.spendable, 0)),
                "unwarned": None
                if (unwarned := limits.before_warning()) is None
                else currency._format(unwarned),
            }
            for partner, currency in pairs
            if (limits := known[partner.id, currency.id]).spendable is not None
        ]

    def _purposes(self, currencies):
        categories = request.env["wezer.category"]
        if any(currency.category_required for currency in currencies):
            return categories._tree(limit=MANY_PURPOSES)
        return categories

    @http.route(
        "/my/pay",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_pay(self, **form):
        """Show the form that pays somebody."""
        return waiting_page() or self._money_form(False, **form)

    def _wait_to_pay(self, **form):
        """Wait for those who move the same two wallets."""
        acting = acting_party(form)
        other = self._party(form.get("to")).sudo().partner_id.id
        wait_for_wallets(record_id(form.get("currency")), acting, other)

    @http.route("/my/pay", type="http", auth="user", website=True, methods=["POST"])
    @form_post(
        "/my/pay?to={to}&currency={currency}",
        once=True,
        alike_seconds=120,
        wait=_wait_to_pay,
    )
    def wezer_pay_post(self, **form):
        """Pay, and show the statement; or explain why not, on the same form."""
        return self._send(False, **form)

    @http.route(
        "/my/ask",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_ask(self, **form):
        """Show the form that asks somebody for money."""
        return waiting_page() or self._money_form(True, **form)

    @http.route("/my/ask", type="http", auth="user", website=True, methods=["POST"])
    @form_post("/my/ask?to={to}&currency={currency}", once=True, alike_seconds=120)
    def wezer_ask_post(self, **form):
        """Ask, and show what is asked for."""
        return self._send(True, **form)

    def _placeholder(self):
        """Return an amount as the reader's language writes it."""
        return request.env._(
            "1:30 or %(amount)s",
            amount=format_plain_decimal(request.env, "12.50"),
        )

    # === A LAST LOOK === #

    def _looks(self, form, payments):
        """Return what a person should look at again before paying, as sentences.

        :param payments: ``(name of the payee, currency id, amount)``
        :return: nothing where they have looked already
        """
        if form.get("sure"):
            return []
        transfers, payer = request.env["wezer.transfer"], acting_party(form)
        looks = []
        for name, currency_id, amount in payments:
            reason = transfers._last_look(payer, currency_id, amount)
            if not reason:
                continue
            currency = request.env["wezer.currency"].browse(currency_id).sudo()
            amount = currency._format(read_amount(currency, amount))
            looks.append({"amount": amount, "name": name, "reason": reason})
        return looks

    def _ask_again(self, address, form, looks):
        """Show what would be paid, and ask once more; nothing is paid yet."""
        sent = request.httprequest.form
        skipped = ("csrf_token", "form_token", "form_page", "sure")
        return request.render(
            "wezer_currency.last_look_page",
            {
                "looks": looks,
                "address": address,
                "fields": [
                    (name, value)
                    for name, value in sent.items(multi=True)
                    if name not in skipped
                ],
                "form_page": local_page(sent.get("form_page")) or address,
                "back": local_page(sent.get("form_page")) or address,
                "aside": bool(form.get("aside")),
                "page_name": "wezer_pay",
            },
        )

    def _send(self, ask, **form):
        party = self._party(form.get("to"))
        acting = acting_party(form)
        payment = (party.name, record_id(form.get("currency")), form.get("amount", ""))
        if not ask and party and (looks := self._looks(form, [payment])):
            return self._ask_again("/my/pay", form, looks)
        other = party.sudo().partner_id.id
        payer, payee = (other, acting) if ask else (acting, other)
        transfers = request.env["wezer.transfer"]
        method, extra = self._action_of(ask, form)
        transfer_id = getattr(transfers, method)(
            payer,
            payee,
            record_id(form.get("currency")),
            form.get("amount", ""),
            form.get("purpose", ""),
            key=form.get("key"),
            acting_partner_id=acting,
            category=record_id(form.get("category")) or None,
            **extra,
        )
        # Made just now by the caller.
        transfer = transfers.sudo().browse(transfer_id)
        transfer._notify_parties()
        words = {"amount": transfer.amount_display, "name": party.name}
        if transfer.state == "scheduled":
            flash(
                request.env._(
                    "%(amount)s will be paid to %(name)s on the day you chose.", **words
                )
            )
            return request.redirect("/my/requests")
        if transfer.state == "reserved":
            flash(
                request.env._(
                    "%(amount)s is set aside for %(name)s. It is paid when you say so.",
                    **words,
                )
            )
            return request.redirect(f"/my/wallets/{transfer.payer_wallet_id.id}")
        if ask:
            flash(request.env._("You asked %(name)s for %(amount)s.", **words))
            return request.redirect("/my/requests")
        if transfer.state == "pending":
            flash(
                request.env._(
                    "We have asked %(name)s to confirm that they received %(amount)s.",
                    **words,
                )
            )
        else:
            flash(request.env._("You paid %(amount)s to %(name)s.", **words))
        return request.redirect(f"/my/wallets/{transfer.payer_wallet_id.id}")

    def _action_of(self, ask, form):
        """Return the method that the form means, and what only that one takes."""
        if ask:
            return "ask", {}
        if form.get("aside"):
            return "reserve", {"until": form.get("until") or None}
        if not form.get("date"):
            return ("donate" if form.get("gift") else "pay"), {}
        every = form.get("every") or None
        return "schedule", {
            "date": form["date"],
            "every": every,
            "until": form.get("until") or None if every else None,
        }

    # === WHAT WAITS FOR AN ANSWER === #

    def _wait_to_answer(self, transfer_id, answer, **_form):
        """Wait for those who move the wallets that this answer moves."""
        transfer = request.env["wezer.transfer"].search([("id", "=", transfer_id)])
        if transfer and answer in MOVING:
            wait_in_line(request.env, "wallet", transfer._line_of_answer())

    @http.route("/my/requests", type="http", auth="user", website=True, readonly=True)
    def wezer_requests(self, **_kwargs):
        """List what is asked of the user, what they asked for, receipts to confirm."""
        return request.render(
            "wezer_currency.requests_page",
            {"rows": requests_page.rows(request.env), "page_name": "wezer_requests"},
        )

    @http.route(
        "/my/requests/<int:transfer_id>/<string:answer>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/requests", once=True, wait=_wait_to_answer)
    def wezer_answer(self, transfer_id, answer, **form):
        """Answer one of them; of what is set aside, a part can be paid."""
        if answer not in ANSWERS:
            raise werkzeug.exceptions.NotFound()
        transfer = seen_or_404("wezer.transfer", transfer_id)
        if answer == "settle" and form.get("amount"):
            part = transfer.action_settle(form["amount"])
            paid = transfer.browse(part).sudo()
            paid._notify_parties()
            flash(
                request.env._(
                    "You paid %(amount)s to %(name)s.",
                    amount=paid.amount_display,
                    name=paid.payee_id.display_name,
                )
            )
        else:
            getattr(transfer, ANSWERS[answer])()
            flash(request.env._("Done."))
        if answer == "take_back":
            return request.redirect("/my/acceptance")
        return request.redirect("/my/requests")
