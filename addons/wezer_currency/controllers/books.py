import io

import werkzeug.exceptions
from psycopg2.errors import QueryCanceled

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import file_path

from odoo.addons.wezer_base.controllers.website import flash, flash_refusal
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import charts, days, locks
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id

from ..models.wezer_treasury_act import WAITING
from ..tools import books
from ..tools.statement_files import Amount
from ..tools.statement_pdf import FONTS, statement_pdf
from .portal import WezerCurrencyPortal
from .statement import XLSX

# Rows of a report that a page shows.
PAGE_ROWS = 100
ACTS = 50
BATCHES = 20
# Lines of a batch that is typed.
FORM_ROWS = 500
# Seconds that a report may count; other pages of members have much less.
REPORT_SECONDS = 60
ASKED = ("from", "to", "at", "by", "months")
# Reports about one day, and those that divide a period.
AT = ("balances", "closing")
PERIODS = ("turnover", "credit", "concentration")


def flash_act(env, act):
    """Tell what became of an act: posted, or waiting for a second person."""
    batch = act.sudo().batch_id
    if act.sudo().state == "posted" and batch and batch._is_growing():
        flash(
            env._(
                "%(amount)s is being taken. It takes some minutes until all wallets"
                " were asked.",
                amount=act.sudo().amount_text,
            )
        )
    elif act.sudo().state == "counting":
        flash(
            env._(
                "There are many wallets. What they owe is being counted, and you"
                " receive a notice when that is done."
            )
        )
    elif act.sudo().state == "posted":
        flash(env._("%(amount)s was posted.", amount=act.sudo().amount_text))
    else:
        flash(
            env._(
                "%(amount)s waits for a second treasurer or an administrator.",
                amount=act.sudo().amount_text,
            )
        )


class WezerBooks(WezerCurrencyPortal):
    """Reports and acts of treasurers and auditors; all rules are the models'."""

    @http.route("/my/books", type="http", auth="user", website=True, readonly=True)
    def wezer_books(self, **_kwargs):
        """List the currencies whose books the user reads."""
        currencies = request.env["wezer.currency"].search([])
        currencies = currencies.filtered(lambda currency: currency._may_read_books())
        if not currencies:
            raise werkzeug.exceptions.NotFound()
        offices = request.env["wezer.currency.office"].search(
            [
                ("partner_id", "=", request.env.user.partner_id.id),
                ("in_force", "=", True),
            ]
        )
        return request.render(
            "wezer_currency.books_page",
            {
                "currencies": currencies,
                "offices": {
                    office.wezer_currency_id.id: office.sudo() for office in offices
                },
                "reports": books.reports(request.env),
                "page_name": "wezer_books",
            },
        )

    def _seen_currency(self, currency_id):
        """Return the currency whose books the user reads; else not found."""
        currency = request.env["wezer.currency"].search(
            [("id", "=", record_id(currency_id))]
        )
        if not currency or not currency._may_read_books():
            raise werkzeug.exceptions.NotFound()
        return currency

    def _read(self, currency, name, form, window=None):
        """Return a report, given more time than pages of members have."""
        if name not in books.reports(request.env):
            raise werkzeug.exceptions.NotFound()
        given = {key: form.get(key) for key in ASKED}
        locks.limit_statements(request.env.cr, {"statement_timeout": REPORT_SECONDS})
        try:
            with request.env.cr.savepoint(flush=False):
                return currency._report(name, given, window)
        except QueryCanceled as error:
            raise Refusal(
                request.env._(
                    "Counting this takes too long. Choose a shorter period, or ask an"
                    " administrator for the file."
                ),
                rule="time",
                limit=str(REPORT_SECONDS),
            ) from error

    @http.route(
        "/my/books/<int:currency_id>/<string:name>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_report(self, currency_id, name, page=None, **form):
        """Show a report of the books, a hundred rows at a time."""
        currency = self._seen_currency(currency_id)
        if name == "acts":
            return self._acts(currency)
        page = record_id(page) or 1
        window = books.Window((page - 1) * PAGE_ROWS, PAGE_ROWS)
        try:
            report = self._read(currency, name, form, window)
        except Refusal as error:
            # What was typed stays in the form.
            flash_refusal(error)
            report = None
        rows = report.rows if report else []
        shown = [[self._shown(cell, currency) for cell in row] for row in rows]
        return request.render(
            "wezer_currency.report_page",
            {
                "currency": currency,
                "name": name,
                "report": report,
                "reports": books.reports(request.env),
                "rows": shown,
                # The columns whose heads stand at the right, as their numbers do.
                "numbers": {
                    index
                    for row in shown
                    for index, (_text, number) in enumerate(row)
                    if number
                },
                "wallets": report.wallets if report else [],
                "curve": self._report_curve(report) if report else None,
                "given": {key: form.get(key) or "" for key in ASKED},
                "at": name in AT,
                "period": name in PERIODS,
                "page": page,
                "more": bool(report and report.more),
                "looks": request.env.user._wezer_reads_books(currency),
                "page_name": "wezer_report",
            },
        )

    def _shown(self, cell, currency):
        """Return a cell as the page shows it: ``(text, whether it is a number)``."""
        if isinstance(cell, Amount):
            return currency._format(cell.minor), True
        if isinstance(cell, int):
            return str(cell), True
        if hasattr(cell, "isoformat"):
            return days.format_day(request.env, cell), False
        return cell, False

    def _report_curve(self, report):
        if len(report.curve) < 2:
            return None
        env = request.env
        return {
            "chart": charts.steps(
                report.curve,
                report.curve_text,
                lambda day: days.format_month(env, day),
                charts.ACCENT,
                lambda day: days.format_day(env, day),
            ),
            "rows": [
                (days.format_day(env, day), report.curve_text(number))
                for day, number in reversed(report.curve)
            ],
        }

    # === FILES === #

    @http.route(
        "/my/books/<int:currency_id>/<string:name>.xlsx",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_report_xlsx(self, currency_id, name, **form):
        """Give a report for a spreadsheet, with real dates and numbers."""
        currency = self._seen_currency(currency_id)
        report = self._file_report(currency, name, form)
        out = io.BytesIO()
        books.write_file(currency, report, out, sheet=True)
        return self._books_file(out.getvalue(), XLSX, f"{currency.code} {name}.xlsx")

    @http.route(
        "/my/books/<int:currency_id>/closing.pdf",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def wezer_closing_pdf(self, currency_id, **form):
        """Give the closing of a year on paper, to be signed."""
        currency, env = self._seen_currency(currency_id), request.env
        report = self._file_report(currency, "closing", form)
        day = days.format_day(env, days.today(env))
        summary = [
            (env._("Community"), env.company.name),
            (env._("Currency"), currency.name),
            (env._("Made on"), day),
            *((env._("Note"), note) for note in report.notes),
        ]
        rows = [
            (
                "",
                *(
                    currency._format(cell.minor)
                    if isinstance(cell, Amount)
                    else str(cell)
                    for cell in row
                ),
            )
            for row in report.rows
        ]
        place = f"{'…' * 30} {env._('Place, date, signature')}"
        signed = [
            "",
            f"{env._('Treasurer')}: {place}",
            "",
            f"{env._('Auditor')}: {place}",
        ]
        content = statement_pdf(
            report.title,
            summary,
            ["", *report.heads],
            rows,
            [tuple(map(file_path, pair)) for pair in FONTS],
            env.company.sudo().primary_color,
            signed,
        )
        name = f"{currency.code} closing.pdf"
        return self._books_file(content, "application/pdf", name)

    def _file_report(self, currency, name, form):
        try:
            return self._read(currency, name, form)
        except Refusal as error:
            raise werkzeug.exceptions.BadRequest(error.args[0]) from error

    def _books_file(self, content, kind, name):
        return request.make_response(
            content,
            [
                ("Content-Type", kind),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "private, no-store"),
            ],
        )

    # === ACTS === #

    def _acts(self, currency):
        """Show what treasurers did and propose, and the forms to do more."""
        acts = request.env["wezer.treasury.act"].search(
            [("wezer_currency_id", "=", currency.id)], limit=ACTS
        )
        treasurer = request.env.user._wezer_is_treasurer(currency)
        # Of this currency only, whose books the user reads.
        batches = request.env["wezer.batch"].sudo()
        if treasurer and currency.treasurer_corrections:
            batches = batches.search(
                [
                    ("wezer_currency_id", "=", currency.id),
                    ("state", "=", "posted"),
                    ("kind", "!=", "take_back"),
                ],
                limit=BATCHES,
            )
        kinds = dict(batches._fields["kind"]._description_selection(request.env))
        return request.render(
            "wezer_currency.acts_page",
            {
                "currency": currency,
                "name": "acts",
                "reports": books.reports(request.env),
                "acts": [
                    {
                        "act": act.sudo(),
                        "may": {
                            action
                            for action in ("approve", "post", "refuse")
                            # Of what is over, nobody is asked: it costs a query each.
                            if act.state in WAITING and act._may(action)
                        },
                    }
                    for act in acts
                ],
                "treasurer": treasurer,
                "may_batch": not acts._proposal_refusal(currency, "batch"),
                "sells": currency._has_value(),
                "batches": [(batch, kinds[batch.kind]) for batch in batches],
                "page_name": "wezer_report",
            },
        )

    @http.route(
        "/my/books/<int:currency_id>/acts/propose",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/books/{currency_id}/acts", once=True)
    def wezer_act_propose(self, currency_id, kind="", **form):
        """Take a charge, or pay and collect in a batch; the act checks who may."""
        acts = request.env["wezer.treasury.act"]
        if kind == "batch":
            rows = self._typed_rows(form)
            number = acts.propose_batch(currency_id, rows, form.get("reason", ""))
        elif kind == "take_back":
            batch = record_id(form.get("batch"))
            number = acts.propose_take_back(batch, form.get("reason", ""))
        else:
            number = acts.propose_charge(currency_id, kind)
        flash_act(request.env, acts.browse(number))
        return request.redirect(f"/my/books/{currency_id}/acts")

    def _typed_rows(self, form):
        """Return the rows of a batch: wallet, amount and purpose, a line each."""
        lines = [line.strip() for line in form.get("rows", "").splitlines()]
        rows = []
        for line in filter(None, lines):
            cells = [cell.strip() for cell in line.split(";", 2)] + ["", ""]
            rows.append(
                {
                    "wallet": cells[0],
                    "amount": cells[1],
                    "purpose": cells[2],
                    "direction": form.get("direction"),
                }
            )
        if len(rows) > FORM_ROWS:
            raise Refusal(
                request.env._("Enter %s lines at most.", FORM_ROWS),
                rule="rows",
                field="rows",
                value=str(len(rows)),
                limit=str(FORM_ROWS),
            )
        return rows

    @http.route(
        "/my/books/acts/<int:act_id>/<string:answer>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/my/books", once=True)
    def wezer_act_answer(self, act_id, answer, **form):
        """Decide about an act; the act checks who may."""
        act = request.env["wezer.treasury.act"].search([("id", "=", act_id)])
        if not act or answer not in ("approve", "post", "refuse"):
            raise werkzeug.exceptions.NotFound()
        if answer == "refuse":
            act.action_refuse(form.get("reason", ""))
        else:
            getattr(act, f"action_{answer}")()
        flash(request.env._("Done."))
        return request.redirect(f"/my/books/{act.wezer_currency_id.id}/acts")

    # === THE PAGE OF A CURRENCY === #

    @http.route(
        "/currencies/<int:currency_id>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def wezer_currency_page(self, currency_id, **_kwargs):
        """Show what a currency is, and who looks after its books."""
        currency = request.env["wezer.currency"].search(
            [("id", "=", record_id(currency_id))]
        )
        if not currency:
            raise werkzeug.exceptions.NotFound()
        offices = request.env["wezer.currency.office"]._of(currency)
        seen = request.env["wezer.profile"].search(
            [("partner_id", "in", offices.partner_id.ids)]
        )
        profiles = {profile.sudo().partner_id.id: profile for profile in seen}
        labels = dict(offices._fields["role"]._description_selection(request.env))
        kinds = dict(currency._fields["kind"]._description_selection(request.env))
        return request.render(
            "wezer_currency.currency_page",
            {
                "currency": currency,
                "kind": kinds[currency.kind],
                "offices": [
                    (
                        profiles.get(office.partner_id.id),
                        labels[office.role],
                        office.until,
                    )
                    for office in offices
                ],
                "reads": not request.env.user._is_public()
                and currency._may_read_books(),
            },
        )
