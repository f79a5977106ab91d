import uuid
from datetime import timedelta

import werkzeug.exceptions

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import file_path
from odoo.tools.misc import get_lang

from odoo.addons.wezer_base.controllers.website import flash
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import charts, days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.text import search_words

from ..tools import credit_growth, requests_page, statement
from ..tools.statement_files import Amount, csv_file, xlsx_file
from ..tools.statement_pdf import FONTS, statement_pdf
from .portal import WezerCurrencyPortal

STATEMENT_ROWS = 40
LIMIT_CHANGES = 20
FILE_ROWS = 20000
PDF_ROWS = 5000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
        wallet = request.env["wezer.wallet"].sudo()
        wallet = wallet.search_fetch([("id", "=", wallet_id)])
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
        wallet.wezer_currency_id._wezer_take_kept()
        spendable, *limits = wallet._spendable_and_limits()
        acts = why == "acts"
        currency = wallet.wezer_currency_id
        narrowed = wanted.keys() & {"words", "direction"}
        history = None
        if not before and not narrowed:
            history = statement.history(wallet, *self._period(form if wanted else {}))
        return request.render(
            "wezer_currency.wallet_page",
            {
                "wallet": wallet,
                "why": why,
                "acts": acts,
                "currency": currency,
                "limits": limits if acts else (None, None),
                "spendable": spendable if acts else None,
                "growth": credit_growth.explanation(wallet) if acts else None,
                "limit_changes": list(credit_growth.changes(wallet, LIMIT_CHANGES))
                if acts
                else [],
                "rows": self._page_rows(wallet, why, entries),
                "sums": self._sums(wallet, history) if history and entries else None,
                "curve": self._curve(wallet, history) if history and entries else None,
                "periods": self._periods(form),
                "waiting": requests_page.held(wallet) if acts else [],
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

    def _period(self, form):
        """Return the first and the last day that the form names, None for neither."""
        return tuple(days.parse_day(form.get(name)) for name in DAYS)

    def _periods(self, form):
        """Return the periods that people choose from: name, days, and which is shown.

        The longest has no days: everything, with the sums of the last year.
        """
        env, today = request.env, days.today(request.env)
        month = today.replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        year = today.replace(month=1, day=1)
        rows = [
            (env._("Everything"), None, None),
            (env._("This month"), month, today),
            (env._("Last month"), before, month - timedelta(days=1)),
            (env._("This year"), year, today),
            (env._("Last year"), year.replace(year=year.year - 1), year - days.DAY),
        ]
        chosen = self._period(form)
        return [
            {
                "name": name,
                "since": since and since.isoformat(),
                "until": until and until.isoformat(),
                "chosen": chosen == (since, until),
            }
            for name, since, until in rows
        ]

    def _sums(self, wallet, history):
        """Return the sums of a period as texts; outside money has no balance."""
        currency, env = wallet.wezer_currency_id, request.env
        balances = not currency.external
        return {
            "first": days.format_day(env, history.points[0][0]),
            "last": days.format_day(env, history.points[-1][0]),
            "opening": balances and currency._format(history.opening),
            "received": currency._format(history.received),
            "paid": currency._format(history.paid),
            "closing": balances and currency._format(history.closing),
        }

    def _curve(self, wallet, history):
        """Return what was there over a period: a chart, and its rows as texts.

        Outside money has no balance, so it has no curve.
        """
        currency, env = wallet.wezer_currency_id, request.env
        if currency.external:
            return None
        points, per_unit = history.points, currency.minor_per_unit
        short = (points[-1][0] - points[0][0]).days <= statement.DAILY_DAYS
        return {
            "chart": charts.steps(
                [(day, minor / per_unit) for day, minor in points],
                lambda units: currency._format(round(units * per_unit)),
                lambda day: (days.format_day if short else days.format_month)(env, day),
                currency.color if "--" not in currency._css_color() else charts.ACCENT,
                lambda day: days.format_day(env, day),
            ),
            "rows": [
                (days.format_day(env, day), currency._format(minor))
                for day, minor in reversed(points)
            ],
        }

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
        # Read at once: both sides of all lines, and what they are about.
        others = (entries.from_id | entries.to_id).partner_id
        entries.transfer_id.category_id._wezer_take_kept()
        rows = [statement.line(wallet, entry) for entry in entries]
        # The display name guards the names of private groups: anybody can pay them.
        names = {partner.id: partner.display_name for partner in others}
        if why != "acts":
            names = wallet._visible_names(request.env.user, others)
        for row in rows:
            row["name"] = names[row["other"].id]
        return rows

    def _page_rows(self, wallet, why, entries):
        """Return the lines with what the page adds: faces, categories, circles, months.

        Asked once for all of them.
        """
        rows, env = self._rows(wallet, why, entries), request.env
        others = [row["other"].id for row in rows]
        # Only those whom the reader finds in the directory have a face here.
        profiles = env["wezer.profile"].search_fetch([("partner_id", "in", others)])
        faces = {profile.sudo().partner_id.id: profile.sudo() for profile in profiles}
        looks = env["wezer.category"]._look()
        details = {}
        if why == "acts":
            transfers = entries.transfer_id.sudo(False)
            details = transfers._statement_details()
        month = None
        for row in rows:
            named = days.format_month(env, days.day_of(env, row["date"]))
            row["month"], month = (named if named != month else None), named
            row["profile"] = faces.get(row["other"].id)
            row["look"] = row["category_id"] and looks[row["category_id"]]
            row["url"], row["circle"] = None, None
            levy = row["kind"] == "levy"
            row["purpose_lang"] = (
                None if levy else row["transfer"]._written_in("purpose")
            )
            row.update(details.get(row["transfer"].id, {}))
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
        """Give the statement as a table, as far as the filters reach.

        Separator and decimal point are those of the reader's language.
        """
        wallet, heads, rows = self._table(wallet_id, form)
        content = csv_file(heads, rows, get_lang(request.env).decimal_point)
        return self._file(content, "text/csv", wallet, "csv")

    @http.route(
        "/my/wallets/<int:wallet_id>/statement.xlsx",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_statement_xlsx(self, wallet_id, **form):
        """Give the statement for a spreadsheet, with real dates and numbers."""
        wallet, heads, rows = self._table(wallet_id, form)
        content = xlsx_file(wallet.wezer_currency_id.name, heads, rows)
        return self._file(content, XLSX, wallet, "xlsx")

    def _table(self, wallet_id, form):
        """Return the wallet (sudo), the names of the columns, and the rows."""
        wallet, why = self._seen_wallet(wallet_id)
        env, currency = request.env, wallet.wezer_currency_id
        try:
            wanted = self._wanted(form)
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error
        zone = days.community_zone(env)
        unit = currency.minor_per_unit

        def amount(minor):
            return Amount(currency._decimal(minor), minor, unit)

        entries = statement.entries(wallet, FILE_ROWS, wanted=wanted)
        rows = [
            [
                row["date"].replace(tzinfo=days.UTC).astimezone(zone),
                row["name"],
                row["purpose"],
                row["category"],
                row["kind"],
                amount(row["minor"]),
                "" if row["after_minor"] is None else amount(row["after_minor"]),
                currency.code,
            ]
            for row in self._rows(wallet, why, entries)
        ]
        heads = [
            env._("date"),
            env._("other"),
            env._("purpose"),
            env._("category"),
            env._("kind"),
            env._("amount"),
            env._("balance"),
            env._("currency"),
        ]
        return wallet, heads, rows

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
        fonts = [tuple(map(file_path, pair)) for pair in FONTS]
        title = env._("Statement of %s", name)
        color = env.company.sudo().primary_color
        content = statement_pdf(title, lines, heads, rows, fonts, color)
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
