from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS

from ..tools.transfer_rows import FIELDS

PAGE = 5000


class WezerTransfer(models.Model):
    """Transfers from files and into files; the launcher and the back office."""

    _inherit = "wezer.transfer"

    @api.model
    def _check_files(self):
        if not self._is_administrator():
            raise NotAllowed(
                self.env._("Administrators take whole files in and out."), rule="role"
            )

    @api.model
    def _import_rows(
        self, rows, mode="strict", dry_run=False, create=False, digits=None
    ):
        """Post the rows of a file, all or none.

        :param rows: as ``tools.transfer_rows`` reads them
        :param bool create: make the currencies, members and wallets that miss
        :param int digits: decimals of a currency that is made
        :return: dict ``posted``, ``known``, ``skipped`` (counts), ``refused`` and
            ``overdrafts`` (dicts with ``row`` and ``reason``), ``made``
        """
        self._check_files()
        wanted = [row for row in rows if not row.get("skip")]
        unread = [row for row in rows if row.get("problem")]
        if unread:
            refused = [
                {
                    "row": row["row"],
                    "rule": row["problem"][0],
                    "reason": in_words(self.env, row["problem"]),
                }
                for row in unread
            ]
            empty = {"posted": 0, "known": 0, "skipped": len(rows) - len(wanted)}
            return {**empty, "refused": refused, "overdrafts": [], "made": []}
        savepoint = self.env.cr.savepoint()
        report = {"posted": 0, "known": 0, "skipped": len(rows) - len(wanted)}
        report.update(refused=[], overdrafts=[], made=[])
        try:
            if create:
                report["made"] = self._make_currencies(wanted, digits)
            answers = self._post_batch(
                [self._file_row(row) for row in wanted], mode, create=create
            )
        except Refusal as refusal:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            if not getattr(refusal, "rows", None):
                raise
            report["refused"] = self._numbered(wanted, refusal.rows)
            return report
        for row, answer in zip(wanted, answers, strict=True):
            if answer["state"] == "refused":
                report["refused"].append(
                    {
                        "row": row["row"],
                        "rule": answer["rule"],
                        "reason": answer["reason"],
                    }
                )
                continue
            report[answer["state"]] += 1
            if answer.get("beyond"):
                report["overdrafts"].append(self._overdraft(row))
        failed = bool(report["refused"])
        if failed:
            report["posted"] = 0
        savepoint.close(rollback=failed or dry_run)
        if failed or dry_run:
            self.env.invalidate_all(flush=False)
        return report

    @api.model
    def _file_row(self, row):
        values = {field: row[field] for field in FIELDS if field in row}
        if values.get("category"):
            values["category"] = self._category_of_name(values["category"])
        return values

    @api.model
    def _category_of_name(self, name):
        return (
            self.env["wezer.category"]._find(str(name)[:SEARCH_LETTERS])[:1].id or name
        )

    @api.model
    def _numbered(self, rows, bad):
        return [{**one, "row": rows[one["row"] - 1]["row"]} for one in bad]

    @api.model
    def _overdraft(self, row):
        return {
            "row": row["row"],
            "payer": row.get("payer"),
            "payee": row.get("payee"),
            "amount": row.get("amount"),
            "reason": str(self.env._("It passes a limit.")),
        }

    @api.model
    def _make_currencies(self, rows, digits):
        """Make the currencies that the rows name and nobody has."""
        codes = {row.get("currency") for row in rows} - {None}
        currencies = self.env["wezer.currency"].sudo()
        known = currencies.with_context(active_test=False).search(
            [("code", "in", list(codes)), ("company_id", "=", self.env.company.id)]
        )
        missing = sorted(codes - set(known.mapped("code")))
        currencies.create(
            [
                {
                    "name": code,
                    "code": code,
                    "digits": 2 if digits is None else digits,
                }
                for code in missing
            ]
        )
        return missing

    # === OUT === #

    @api.model
    def _export_rows(self):
        """Yield every transfer, oldest first: the columns of section 7."""
        self._check_files()
        yield "id date payer payee currency amount kind state purpose key".split()
        last = 0
        while True:
            page = self.sudo().search([("id", ">", last)], order="id", limit=PAGE)
            names = (page.payer_wallet_id | page.payee_wallet_id)._reference_texts()
            for one in page:
                currency = one.wezer_currency_id
                yield [
                    one.id,
                    days.file_text(self.env, one.date),
                    names[one.payer_wallet_id.id],
                    names[one.payee_wallet_id.id],
                    currency.code,
                    currency._decimal(one.amount_minor),
                    one.kind,
                    one.state,
                    one.purpose or "",
                    one.key or "",
                ]
            if len(page) < PAGE:
                return
            last = page[-1].id
            self.env.invalidate_all()


class WezerWallet(models.Model):
    _inherit = "wezer.wallet"

    @api.model
    def _export_rows(self):
        """Yield what every wallet has."""
        self.env["wezer.transfer"]._check_files()
        yield "partner currency balance reserved".split()
        wallets = self.sudo().search([], order="wezer_currency_id, id")
        names = wallets._reference_texts()
        for wallet in wallets:
            currency = wallet.wezer_currency_id
            yield [
                names[wallet.id],
                currency.code,
                currency._decimal(wallet._balance_now()),
                currency._decimal(wallet.reserved),
            ]

    def _reference_texts(self):
        """Return ``{wallet id: what a file calls it}``, so that an import finds it."""
        slugs = {
            profile.partner_id.id: profile.slug
            for profile in self.partner_id._wezer_profile()
        }
        return {
            wallet.id: wallet.reference
            or slugs.get(wallet.partner_id.id)
            or wallet.partner_id.name
            or str(wallet.partner_id.id)
            for wallet in self
        }
