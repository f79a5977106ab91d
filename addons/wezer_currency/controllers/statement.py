import csv
import io
import uuid

import werkzeug.exceptions

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import file_path

from odoo.addons.wezer_base.controllers.website import flash
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import charts, days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.tables import no_formula
from odoo.addons.wezer_base.tools.text import search_words

from ..models.wezer_transfer import HELD
from ..tools import statement
from ..tools.statement_pdf import statement_pdf
from .portal import WezerCurrencyPortal

STATEMENT_ROWS = 40
FILE_ROWS = 20000
PDF_ROWS = 5000
# Fonts that Odoo ships, the second for Arabic letters.
FONTS = (
    "web/static/fonts/google/Open_Sans/Open_Sans-%s.ttf",
    "web/static/fonts/google/Tajawal/Tajawal-%s.ttf",
)
DAYS = ("since", "until")
WANTED = ("search", "direction", *DAYS)


class WezerStatement(WezerCurrencyPortal):
    """Wallets and statements, on the page and as files."""

    @http.route("/my/wallets", type="http", auth="user", website=True, readonly=True)
    def wezer_wallets(self, **_kwargs):
        """List one's wallets, and those one acts for."""
        return request.render(
            "wezer_currency.wallets_page",
            {
                "wallets": self._own_wallets(),
                "own_partner": request.env.user.sudo().partner_id,
                "page_name": "wezer_wallets",
            },
        )

    def _seen_wallet(self, wallet_id):
        """Return the wallet (sudo) and why the caller sees it; else not found."""
        wallet = request.env["wezer.wallet"].sudo().browse(wallet_id).exists()
        here = wallet.company_id == request.env.company
        why = wallet._visible_as(request.env.user) if wallet and here else False
        if not why:
            raise werkzeug.exceptions.NotFound()
        return wallet, why

    @http.route(
        "/my/wallets/<int:wallet_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_wallet(self, wallet_id, before=None, **form):
        """Show a wallet's statement to those who may see it."""
        wallet, why = self._seen_wallet(wallet_id)
        try:
            wanted = self._wanted(form)
        except Refusal as error:
            # What was typed stays in the form; the days do not count.
            flash(error.args[0], "warning")
            wanted = self._wanted({**form, **dict.fromkeys(DAYS, "")})
        # One more than a page shows: is there anything older?
        before = record_id(before)
        entries = statement.entries(wallet, STATEMENT_ROWS + 1, before, wanted)
        older = entries[STATEMENT_ROWS - 1].id if len(entries) > STATEMENT_ROWS else 0
        entries = entries[:STATEMENT_ROWS]
        limits = wallet._limits()
        acts = why == "acts"
        has_curve = entries and not before and not wanted
        return request.render(
            "wezer_currency.wallet_page",
            {
                "wallet": wallet,
                "why": why,
                "acts": acts,
                "currency": wallet.wezer_currency_id,
                "limits": limits if acts else (None, None),
                "spendable": wallet._spendable(
                    wallet.partner_id, wallet.wezer_currency_id
                )
                if acts
                else None,
                "rows": self._rows(wallet, why, entries),
                "curve": self._curve(wallet) if has_curve else None,
                "waiting": self._on_its_way(wallet) if acts else [],
                "links": self._links(wallet) if acts else [],
                "redeemable": acts and self._redeemable(wallet),
                "key": uuid.uuid4().hex,
                "own": wallet.partner_id.id == request.env.user.partner_id.id,
                "filters": {name: form.get(name, "") for name in WANTED},
                "filtered": bool(wanted),
                "older": older,
                "newest": not before,
                "page_name": "wezer_wallet",
            },
        )

    def _curve(self, wallet):
        """Return what was there over the last year: a chart, and its rows as texts.

        Outside money has no balance, so it has no curve.
        """
        currency, env = wallet.wezer_currency_id, request.env
        if currency.external:
            return None
        points = statement.balance_over_time(wallet)
        per_unit = currency.minor_per_unit
        return {
            "chart": charts.steps(
                [(day, minor / per_unit) for day, minor in points],
                lambda units: currency._format(round(units * per_unit)),
                lambda day: days.format_month(env, day),
                currency.color,
            ),
            "rows": [
                (days.format_day(env, day), currency._format(minor))
                for day, minor in reversed(points)
            ],
        }

    def _on_its_way(self, wallet):
        return (
            request.env["wezer.transfer"]
            .sudo()
            .search(
                [
                    ("state", "in", HELD),
                    "|",
                    ("payer_wallet_id", "=", wallet.id),
                    ("payee_wallet_id", "=", wallet.id),
                ],
                limit=STATEMENT_ROWS,
            )
        )

    def _redeemable(self, wallet):
        """Return whether there is something here that the treasury takes back."""
        currency = wallet.wezer_currency_id
        return currency._is_issued() and not wallet.is_system and wallet.available > 0

    @http.route(
        "/my/wallets/<int:wallet_id>/redeem",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/wallets/{wallet_id}", once=True, alike_seconds=120)
    def wezer_redeem(self, wallet_id, **form):
        """Ask the treasury to take something back."""
        wallet = request.env["wezer.wallet"].search(
            [("id", "=", wallet_id), ("partner_id.acts_wallet", "=", True)]
        )
        if not wallet:
            raise werkzeug.exceptions.NotFound()
        wallet = wallet.sudo()
        currency = wallet.wezer_currency_id
        request.env["wezer.transfer"].redeem(
            wallet.partner_id.id,
            currency.treasury_partner_id.id,
            currency.id,
            form.get("amount", ""),
            key=form.get("key"),
            acting_partner_id=wallet.partner_id.id,
        )
        flash(request.env._("We have sent your request to the treasury."))
        return request.redirect("/my/requests")

    def _links(self, wallet):
        """Return the open addresses at which this wallet's owner is paid in it."""
        return request.env["wezer.payment.link"].search(
            [
                ("payee_id", "=", wallet.partner_id.id),
                ("wezer_currency_id", "=", wallet.wezer_currency_id.id),
                ("state", "=", "open"),
            ]
        )

    def _rows(self, wallet, why, entries):
        """Return the lines, the other sides' names as the caller may see them."""
        rows = [statement.line(wallet, entry) for entry in entries]
        others = (entries.from_id | entries.to_id).partner_id
        # The display name guards the names of private groups: anybody can pay them.
        names = {partner.id: partner.display_name for partner in others}
        if why != "acts":
            names = wallet._visible_names(request.env.user, others)
        for row in rows:
            row["name"] = names[row["other"].id]
        return rows

    # === WHAT IS LOOKED FOR === #

    def _wanted(self, form):
        """Return the filters that the form names, as the wallet wants them."""
        since, until = (days.parse_day(form.get(name)) for name in DAYS)
        days.check_order(request.env, since, until)
        wanted = {
            "words": search_words(form.get("search")),
            "direction": form.get("direction"),
            "since": since and days.begin(request.env, since),
            "until": until and days.end(request.env, until),
        }
        if wanted["direction"] not in ("paid", "received"):
            del wanted["direction"]
        return {name: value for name, value in wanted.items() if value}

    # === FILES === #

    @http.route(
        "/my/wallets/<int:wallet_id>/statement.csv",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_statement_csv(self, wallet_id, **form):
        """Give the statement as a table, as far as the filters reach."""
        wallet, why = self._seen_wallet(wallet_id)
        currency = wallet.wezer_currency_id
        out = io.StringIO()
        writer = csv.writer(out)
        heads = ("date", "other", "purpose", "category", "kind", "amount", "balance")
        writer.writerow((*heads, "currency"))
        try:
            wanted = self._wanted(form)
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error
        entries = statement.entries(wallet, FILE_ROWS, wanted=wanted)
        for row in self._rows(wallet, why, entries):
            after = row["after_minor"]
            writer.writerow(
                [
                    days.file_text(request.env, row["date"]),
                    self._plain(row["name"]),
                    self._plain(row["purpose"]),
                    self._plain(row["category"]),
                    row["kind"],
                    currency._decimal(row["minor"]),
                    "" if after is None else currency._decimal(after),
                    currency.code,
                ]
            )
        return self._file(out.getvalue().encode("utf-8-sig"), "text/csv", wallet, "csv")

    def _plain(self, text):
        """Return ``text`` so that no spreadsheet takes it for a formula."""
        return no_formula(str(text or ""))

    @http.route(
        "/my/wallets/<int:wallet_id>/statement.pdf",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_statement_pdf(self, wallet_id, **form):
        """Give the statement on paper, as far as the filters reach."""
        wallet, why = self._seen_wallet(wallet_id)
        env = request.env
        currency, name = wallet.wezer_currency_id, wallet.partner_id.name
        try:
            wanted = self._wanted(form)
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error
        entries = statement.entries(wallet, PDF_ROWS, wanted=wanted)
        day = days.format_day(env, days.today(env))
        lines = [
            f"{env.company.name} · {currency.name}",
            env._(
                "On %(day)s: %(amount)s",
                day=day,
                amount=currency._format(wallet._balance_now()),
            ),
        ]
        if len(entries) == PDF_ROWS:
            lines.append(
                env._("This statement shows only the latest %s lines.", PDF_ROWS)
            )
        rows = [
            (
                days.format_day(env, row["date"]),
                "\n".join(filter(None, (row["name"], row["purpose"]))),
                env._("Paid: %s", row["amount"])
                if row["paid"]
                else env._("Received: %s", row["amount"]),
                row["after"],
            )
            for row in self._rows(wallet, why, entries)
        ]
        heads = [
            env._("When"),
            env._("Name and purpose"),
            env._("Amount"),
            env._("Balance"),
        ]
        fonts = [
            tuple(file_path(font % weight) for weight in ("Regular", "Bold"))
            for font in FONTS
        ]
        title = env._("Statement of %s", name)
        content = statement_pdf(title, lines, heads, rows, fonts)
        return self._file(content, "application/pdf", wallet, "pdf")

    def _file(self, content, kind, wallet, ending):
        name = f"{wallet.partner_id.name} {wallet.wezer_currency_id.code}.{ending}"
        return request.make_response(
            content,
            [
                ("Content-Type", kind),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "private, no-store"),
            ],
        )

    # === MODERATORS === #

    @http.route(
        "/my/wallets/<int:wallet_id>/look",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/wallets")
    def wezer_wallet_access_log(self, wallet_id, reason="", **_kwargs):
        """Open a statement to a moderator who gives a reason."""
        # Moderators read no wallet before they gave a reason: the method checks.
        wallet = request.env["wezer.wallet"].browse(wallet_id).exists()
        if not wallet:
            raise werkzeug.exceptions.NotFound()
        url = wallet.action_view_statement(reason)
        return request.redirect(url)
