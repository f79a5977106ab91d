import base64

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import TableError

from ..tools.transfer_rows import ColumnError, read_rows

# Rows that the form lists; all are counted.
LINES = 1000


class WezerTransferBatch(models.TransientModel):
    """A file of payments: checked first, then posted, all or none."""

    _name = "wezer.transfer.batch"
    _description = "Payments from a file"
    _inherit = ["wezer.record.mixin"]

    file = fields.Binary(string="CSV file", attachment=False)
    filename = fields.Char()
    mode = fields.Selection(
        [
            ("strict", "Limits apply"),
            ("history", "History: limits are off, exceptions are listed"),
        ],
        required=True,
        default="strict",
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
    checked = fields.Boolean(readonly=True)
    posted = fields.Boolean(readonly=True)
    summary = fields.Char(readonly=True)
    line_ids = fields.One2many("wezer.transfer.batch.line", "batch_id", readonly=True)

    @api.onchange("file", "mode", "create_missing", "digits", "accept_dates")
    def _onchange_what_was_checked(self):
        self.checked = False

    def action_check(self) -> dict:
        """Report what would happen, row by row, and post nothing."""
        return self._work(dry_run=True)

    def action_post(self) -> dict:
        """Post all rows, or none."""
        return self._work(dry_run=False)

    def _work(self, dry_run):
        self.ensure_one()
        if self.posted:
            raise Refusal(
                self.env._("This file has already been posted."), rule="state"
            )
        report = self.env["wezer.transfer"]._import_rows(
            self._rows(),
            self.mode,
            dry_run=dry_run,
            create=self.create_missing,
            digits=self.digits,
            accept_dates=self.accept_dates,
        )
        refused = bool(report["refused"])
        self.line_ids.unlink()
        self.write(
            {
                "checked": not refused,
                "posted": not dry_run and not refused,
                "summary": self._summary(report, dry_run),
                "line_ids": [
                    fields.Command.create(
                        {
                            "row": answer["row"],
                            "state": state,
                            "reason": answer["reason"],
                        }
                    )
                    for state in ("refused", "overdrafts")
                    for answer in report[state][:LINES]
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Payments from a file"),
        }

    def _rows(self):
        if not self.file:
            raise Refusal(self.env._("Choose a file first."), rule="file")
        try:
            return read_rows(base64.b64decode(self.file))
        except TableError as error:
            raise Refusal(
                in_words(self.env, (error.code, error.value)),
                rule="file",
                value=error.value,
            ) from error
        except ColumnError as error:
            raise Refusal(
                self.env._(
                    "The file needs the columns payer, payee and amount. It may"
                    " also have currency, purpose, date, key and category."
                ),
                rule="file",
            ) from error

    def _summary(self, report, dry_run):
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


class WezerTransferBatchLine(models.TransientModel):
    """A row of the file that is refused, or passes a limit."""

    _name = "wezer.transfer.batch.line"
    _description = "Row of a payments file"
    _inherit = ["wezer.record.mixin"]
    _order = "row"

    batch_id = fields.Many2one(
        "wezer.transfer.batch", required=True, ondelete="cascade"
    )
    row = fields.Integer(aggregator=None)
    state = fields.Selection(
        [("refused", "Refused"), ("overdrafts", "Beyond a limit")], required=True
    )
    reason = fields.Char()
