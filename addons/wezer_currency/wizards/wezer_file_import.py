from odoo import api, fields, models

from ..tools import transfer_rows

# More payments are posted by the command, portion by portion.
PAYMENTS_MAX = 50_000


class WezerFileImport(models.TransientModel):
    """Payments are a kind of file: posted all or none."""

    _inherit = "wezer.file.import"

    kind = fields.Selection(
        selection_add=[("transfers", "Payments")], ondelete={"transfers": "cascade"}
    )
    mode = fields.Selection(
        [
            ("strict", "Limits apply"),
            ("history", "History: limits are off, exceptions are listed"),
        ],
        string="Limits",
        required=True,
        default="strict",
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency of rows that name none",
        help="Leave it empty if a column of the file has the code of the currency.",
    )
    create_missing = fields.Boolean(
        string="Create missing members, wallets and currencies"
    )
    digits = fields.Integer(string="Decimals of a new currency", default=2)
    accept_dates = fields.Boolean(
        string="Accept dates in the future or before 1900",
        help="A payment with this date may be a typing error: it is refused unless"
        " you say that the dates are right.",
    )

    @api.onchange(
        "mode", "wezer_currency_id", "create_missing", "digits", "accept_dates"
    )
    def _onchange_terms_of_payments(self):
        self.checked = False

    def _rows_max(self):
        return PAYMENTS_MAX if self.kind == "transfers" else super()._rows_max()

    def _shape(self):
        if self.kind == "transfers":
            return transfer_rows.KIND
        return super()._shape()

    def _labels(self):
        if self.kind != "transfers":
            return super()._labels()
        return {
            "payer": self.env._("Payer"),
            "payee": self.env._("Payee"),
            "amount": self.env._("Amount"),
            "currency": self.env._("Currency (code)"),
            "purpose": self.env._("Purpose"),
            "date": self.env._("Date"),
            "category": self.env._("Category"),
            "state": self.env._("State"),
            "key": self.env._("Number of the payment"),
        }

    def _rows(self, table):
        if self.kind != "transfers":
            return super()._rows(table)
        rows = transfer_rows.table_rows(table, self._chosen(table), self._manner())
        if self.wezer_currency_id:
            rows = [{"currency": self.wezer_currency_id.code, **row} for row in rows]
        return rows

    def _take(self, rows, dry_run):
        if self.kind != "transfers":
            return super()._take(rows, dry_run)
        report = self.env["wezer.transfer"]._import_rows(
            rows,
            self.mode,
            dry_run=dry_run,
            create=self.create_missing,
            digits=self.digits,
            accept_dates=self.accept_dates,
        )
        lines = [
            {"row": answer["row"], "state": "refused", "reason": answer["reason"]}
            for answer in report["refused"]
        ]
        lines += [
            {
                "row": answer["row"],
                "state": "overdrafts",
                "reason": self.env._(
                    "%(payer)s pays %(payee)s %(amount)s",
                    payer=answer["payer"],
                    payee=answer["payee"],
                    amount=answer["amount"],
                ),
            }
            for answer in report["overdrafts"]
        ]
        return {
            "lines": sorted(lines, key=lambda line: line["row"]),
            "refused": report["refused_count"],
            # All rows are posted, or none.
            "stops": bool(report["refused_count"]),
            "imported": not dry_run and not report["refused_count"],
            "summary": self._summary_of_payments(report, dry_run),
        }

    def _summary_of_payments(self, report, dry_run):
        if report["refused"]:
            text = self.env._(
                "Nothing was posted. Refused rows: %(count)s.",
                count=report["refused_count"],
            )
            if report["odd_dates"]:
                text += " " + self.env._(
                    "%(count)s rows have a date in the future or before 1900: if these"
                    " dates are right, tick “Accept dates in the future or before"
                    " 1900”.",
                    count=report["odd_dates"],
                )
            return text
        words = {
            "posted": report["posted"],
            "known": report["known"],
            "skipped": report["skipped"],
        }
        if dry_run:
            return self.env._(
                "The file has no errors. Ready to post: %(posted)s. Already"
                " posted: %(known)s. Nothing to move: %(skipped)s.",
                **words,
            )
        return self.env._("%(posted)s payments were posted.", **words)
