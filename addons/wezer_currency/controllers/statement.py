import io
import tempfile
import uuid
from datetime import timedelta

import werkzeug.exceptions
import werkzeug.wsgi

from odoo import fields, http
from odoo.http import content_disposition, request
from odoo.tools import file_path
from odoo.tools.misc import get_lang

from odoo.addons.wezer_base.controllers.website import flash, flash_refusal
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import charts, days
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id

from ..models.wezer_wallet import WalletLimits
from ..tools import clearing_page, credit_growth, requests_page, statement
from ..tools.statement_document import DAYS, WANTED, StatementDocument, Totals
from ..tools.statement_files import Amount, write_csv, write_xlsx
from ..tools.statement_pdf import FONTS, statement_pdf
from .portal import WezerCurrencyPortal

STATEMENT_ROWS = 40
LIMIT_CHANGES = 20
# Paper with more lines takes long to make, and nobody reads it.
PDF_ROWS = 5000
# Decimals of hours in a spreadsheet, and letters of a sheet's name.
HOUR_PLACES = 2
SHEET_NAME = 31
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
            document = StatementDocument(wallet, why, form)
        except Refusal as error:
            # What was typed stays in the form; the days do not count.
            flash_refusal(error)
            document = StatementDocument(
                wallet, why, {**form, **dict.fromkeys(DAYS, "")}
            )
        before = record_id(before)
        wallet.wezer_currency_id._wezer_take_kept()
        found = statement.lines(wallet, STATEMENT_ROWS, before, document.wanted)
        limits = wallet._limits_now()
        acts = why == "acts"
        currency = wallet.wezer_currency_id
        filtered = bool(document.wanted)
        summed = not before and (found.lines or filtered)
        whole = bool(found.lines) and not before and not document.narrowed
        return request.render(
            "wezer_currency.wallet_page",
            {
                "wallet": wallet,
                "why": why,
                "owner": document.owner_name,
                "acts": acts,
                "currency": currency,
                "limits": limits if acts else WalletLimits(*[None] * 5),
                "spendable": limits.spendable if acts else None,
                "growth": credit_growth.explanation(wallet) if acts else None,
                "limit_changes": list(credit_growth.changes(wallet, LIMIT_CHANGES))
                if acts
                else [],
                "rows": self._page_rows(document, found.lines),
                "document": document,
                "sums": self._sums(document, found) if summed else None,
                "curve": self._curve(wallet, document.history) if whole else None,
                "periods": self._periods(document, form),
                "waiting": requests_page.held(wallet) if acts else [],
                "links": self._links(wallet) if acts else [],
                "redeemable": acts and self._redeemable(wallet),
                **(self._circles(wallet) if acts else {}),
                "key": uuid.uuid4().hex,
                "own": wallet.partner_id.id == request.env.user.partner_id.id,
                "filters": {name: form.get(name, "") for name in WANTED},
                "filtered": filtered,
                "older": found.more,
                "searched_to": found.searched_to,
                "newest": not before,
                "page_name": "wezer_wallet",
            },
        )

    def _period(self, form):
        """Return the first and the last day that the form names, None for neither."""
        return tuple(days.parse_day(form.get(name)) for name in DAYS)

    def _periods(self, document, form):
        """Return the periods that people choose from: name, days, and which is shown.

        The longest has no days: everything.
        """
        env, today = request.env, days.today(request.env, document.company)
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

    def _sums(self, document, found):
        """Return the sums of a period as texts; outside money has no balance.

        What words found is added up where all of it is on the page: files have the sums
        of the rest.
        """
        currency, history = document.currency, document.history
        balances = not currency.external
        received, paid = history.received, history.paid
        if document.words:
            totals = Totals()
            for line in found.lines:
                totals.add(line)
            received, paid = totals.received, totals.paid
        shown = not document.words or not found.more
        wants = document.direction
        return {
            "opening": balances and currency._format(history.opening),
            "received": shown and wants != "paid" and currency._format(received),
            "paid": shown and wants != "received" and currency._format(paid),
            "closing": balances and currency._format(history.closing),
            "shown": shown,
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

    def _circles(self, wallet):
        """Return what the page says of settlements in circles, where there are any."""
        offered = wallet.wezer_currency_id._clears_in_circles() and not wallet.is_system
        if not (wallet.settles_in_circles or offered):
            return {}
        paused = wallet.circles_paused_until
        return {
            "circles": wallet.settles_in_circles or wallet.state == "open",
            "circles_paused": paused and paused > fields.Datetime.now() and paused,
            "circles_proposed": clearing_page.live(wallet),
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

    def _page_rows(self, document, lines):
        """Return the lines as the page shows them, with faces, circles and months.

        Asked once for all of them.
        """
        env, currency = request.env, document.currency
        names = document.names(line.partner_id for line in lines)
        categories = document.categories(line.category_id for line in lines)
        # Only those whom the reader finds in the directory have a face here.
        profiles = env["wezer.profile"].search_fetch([("partner_id", "in", [*names])])
        faces = {profile.sudo().partner_id.id: profile.sudo() for profile in profiles}
        looks = env["wezer.category"]._look()
        transfers = env["wezer.transfer"].browse(
            dict.fromkeys(line.transfer_id for line in lines if line.transfer_id)
        )
        details = transfers._statement_details() if document.why == "acts" else {}
        # The reader sees the statement, and so what its lines are for.
        known = {transfer.id: transfer for transfer in transfers.sudo()}
        rows, month = [], None
        for line in lines:
            named = days.format_month(env, document.day(line))
            transfer, after = known.get(line.transfer_id), document.after(line)
            spoken = transfer and line.kind != "levy"
            rows.append(
                {
                    "transfer_id": line.transfer_id,
                    "transfer": transfer or transfers.browse(),
                    "kind": line.kind,
                    "number": line.id,
                    "date": document.day(line),
                    "name": names[line.partner_id],
                    "purpose": document.purpose(line),
                    "purpose_lang": spoken and transfer._written_in("purpose") or None,
                    "category": categories.get(line.category_id, ""),
                    "look": line.category_id and looks[line.category_id],
                    "paid": line.paid,
                    "amount": currency._format(line.amount),
                    "after": "" if after is None else currency._format(after),
                    "month": named if named != month else None,
                    "profile": faces.get(line.partner_id),
                    "url": None,
                    "circle": None,
                    **details.get(line.transfer_id, {}),
                }
            )
            month = named
        return rows

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
        document, totals = self._document(wallet_id, form), Totals()
        # Closed when it was sent.
        out = tempfile.TemporaryFile()  # noqa: SIM115
        write_csv(
            out,
            document.heads(spreadsheet=False),
            document.cells(totals, spreadsheet=False),
            get_lang(request.env).decimal_point,
            lambda: document.summary(totals),
        )
        return self._file(out, "text/csv", document, "csv")

    @http.route(
        "/my/wallets/<int:wallet_id>/statement.xlsx",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_statement_xlsx(self, wallet_id, **form):
        """Give the statement for a spreadsheet, with real dates and numbers."""
        document, totals = self._document(wallet_id, form), Totals()
        currency = document.currency
        # Closed when it was sent.
        out = tempfile.TemporaryFile()  # noqa: SIM115
        write_xlsx(
            out,
            (document.title, request.env._("Summary")[:SHEET_NAME]),
            document.heads(spreadsheet=True),
            document.cells(totals, spreadsheet=True),
            HOUR_PLACES if currency._is_hours() else currency.digits,
            lambda: document.summary(totals),
        )
        return self._file(out, XLSX, document, "xlsx")

    @http.route(
        "/my/wallets/<int:wallet_id>/statement.pdf",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_statement_pdf(self, wallet_id, **form):
        """Give the statement on paper, as far as the filters reach."""
        document, totals = self._document(wallet_id, form), Totals()
        env, currency = request.env, document.currency
        rows = []
        # All are counted and added up, so that the paper says what it leaves out.
        for line, name in document.all_lines(totals):
            if len(rows) == PDF_ROWS:
                continue
            amount, after = currency._format(line.amount), document.after(line)
            rows.append(
                (
                    str(line.id),
                    days.format_day(env, document.day(line), year=True),
                    "\n".join(filter(None, (name, document.purpose(line)))),
                    env._("Paid: %s", amount)
                    if line.paid
                    else env._("Received: %s", amount),
                    "" if after is None else currency._format(after),
                )
            )
        summary = [
            (
                name,
                currency._format(value.minor) if isinstance(value, Amount) else value,
            )
            for name, value in document.summary(totals)
        ]
        left_out = []
        if totals.lines > len(rows):
            left_out.append(
                env._(
                    "%(count)s older lines are not on this paper. All %(all)s are in"
                    " the table (CSV) and the spreadsheet (XLSX), which you can"
                    " download on the page of this statement.",
                    count=totals.lines - len(rows),
                    all=totals.lines,
                )
            )
        content = statement_pdf(
            document.title,
            summary,
            [
                env._("Number"),
                env._("When"),
                env._("Name and purpose"),
                env._("Amount"),
                env._("Balance"),
            ],
            rows,
            [tuple(map(file_path, pair)) for pair in FONTS],
            env.company.sudo().primary_color,
            left_out,
        )
        return self._file(io.BytesIO(content), "application/pdf", document, "pdf")

    def _document(self, wallet_id, form):
        """Return the statement that a file is asked of; refuse what is no period."""
        wallet, why = self._seen_wallet(wallet_id)
        try:
            return StatementDocument(wallet, why, form)
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error

    def _file(self, out, kind, document, ending):
        """Answer with a file, which is sent piece by piece and closed at the end."""
        size = out.seek(0, io.SEEK_END)
        out.seek(0)
        name = f"{document.owner_name} {document.currency.code}.{ending}"
        return http.Response(
            werkzeug.wsgi.wrap_file(request.httprequest.environ, out),
            headers=[
                ("Content-Type", kind),
                ("Content-Length", str(size)),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "private, no-store"),
            ],
            direct_passthrough=True,
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
