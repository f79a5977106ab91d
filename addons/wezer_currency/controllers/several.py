import uuid

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql, format_list

from odoo.addons.wezer_base.controllers.website import (
    acting_party,
    flash,
    waiting_page,
)
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.sorting import sorted_for_reader

from .portal import WezerCurrencyPortal

# A form for people: who pays more at once sends a file.
ROWS = 20
ROWS_SHOWN = 4
FIELDS = ("to", "amount", "currency", "purpose", "category")


class WezerSeveralPayments(WezerCurrencyPortal):
    """Several payments in one act: all of them, or none."""

    @http.route(
        "/my/pay/several",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def wezer_pay_several(self, **form):
        """Show the form that pays several people, or in several currencies."""
        if waiting := waiting_page():
            return waiting
        user, env = request.env.user, request.env
        currencies = env["wezer.currency"].search([])
        acting = env["res.partner"].sudo().browse(user._acting_ids("wallet"))
        party = self._party(form.get("to"))
        rows = [
            # One person: a row for each currency; else one currency for all.
            {"to": party.name, "currency_id": currency.id}
            for currency in (currencies if party else ())
        ][:ROWS]
        rows += [{"to": "", "currency_id": None}] * (ROWS_SHOWN - len(rows))
        return request.render(
            "wezer_currency.several_form",
            {
                "party": party,
                "rows": rows,
                "rows_max": ROWS,
                "people": env["wezer.transfer"]._recent_profiles(),
                "currencies": currencies,
                "categories": self._purposes(currencies),
                "acting": sorted_for_reader(
                    acting, "name", lambda partner: partner == user.partner_id
                ),
                "acting_id": record_id(form.get("acting"))
                or user._wezer_act_as("wallet").id,
                "purses": self._purses(acting, currencies),
                "placeholder": self._placeholder(),
                "key": uuid.uuid4().hex,
                "page_name": "wezer_several",
            },
        )

    @http.route(
        "/my/pay/several", type="http", auth="user", website=True, methods=["POST"]
    )
    @form_post("/my/pay/several", once=True, alike_seconds=120)
    def wezer_pay_several_post(self, **form):
        """Pay all rows or none; a refusal names the row."""
        env, payer = request.env, acting_party(form)
        rows = self._rows_of(form, payer)
        if looks := self._looks(
            form,
            [
                (row.pop("name", row["payee"]), row["currency"], row["amount"])
                for row in rows
            ],
        ):
            return self._ask_again("/my/pay/several", form, looks)
        ids = env["wezer.transfer"].post_batch(rows)
        # Made just now by the caller.
        transfers = env["wezer.transfer"].sudo().browse(ids)
        transfers._notify_parties()
        paid = [
            env._(
                "%(amount)s to %(name)s",
                amount=transfer.amount_display,
                name=transfer.payee_id.display_name,
            )
            for transfer in transfers
        ]
        flash(env._("You paid %(payments)s.", payments=format_list(env, paid)))
        wallets = transfers.payer_wallet_id
        if len(wallets) == 1:
            return request.redirect(f"/my/wallets/{wallets.id}")
        return request.redirect("/my/wallets")

    def _rows_of(self, form, payer):
        """Return the rows of a batch that the form has; empty ones are passed over."""
        rows = []
        for number in range(1, ROWS + 1):
            row = {name: form.get(f"{name}_{number}", "").strip() for name in FIELDS}
            if not row["to"] and not row["amount"]:
                continue
            if not row["to"]:
                raise Refusal(
                    request.env._("Row %s: write to whom you pay.", number),
                    rule="party",
                    field=f"to_{number}",
                )
            rows.append(
                {
                    "row": number,
                    "payer": payer,
                    "payee": row["to"],
                    "currency": record_id(row["currency"]),
                    "amount": row["amount"],
                    "purpose": row["purpose"],
                    "category": record_id(row["category"]) or None,
                    "key": f"{form.get('key', '')}:{number}",
                }
            )
        if not rows:
            raise Refusal(
                request.env._("Fill in at least one payment."),
                rule="rows",
                field="to_1",
            )
        return self._with_people(rows)

    def _with_people(self, rows):
        """Put the address of the person where a name was typed, as the reader sees it.

        Names that are nobody's stay: the batch refuses them with their row.
        """
        profiles = request.env["wezer.profile"]
        typed = {row["payee"] for row in rows if row["payee"]}
        found = (
            profiles.search(
                Domain("state", "=", "active")
                & Domain.OR(Domain("name", "=ilike", escape_psql(one)) for one in typed)
            )
            if typed
            else profiles
        )
        named = {}
        for profile in found:
            named.setdefault(profile.name.casefold(), []).append(profile.slug)
        for row in rows:
            slugs = named.get(row["payee"].casefold(), ())
            if len(slugs) > 1:
                raise Refusal(
                    request.env._(
                        "Row %(row)s: several people are called “%(name)s”. Write the"
                        " last part of the address of their page: %(addresses)s.",
                        row=row["row"],
                        name=row["payee"],
                        addresses=format_list(request.env, slugs, style="or"),
                    ),
                    rule="party",
                    field=f"to_{row['row']}",
                )
            if slugs:
                row["name"], row["payee"] = row["payee"], slugs[0]
        return rows
