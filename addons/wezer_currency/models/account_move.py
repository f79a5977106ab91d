from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal

# Fields that make up what a posted entry books.
MOVE_FIELDS = {
    "state",
    "date",
    "journal_id",
    "line_ids",
    "invoice_line_ids",
    "name",
    "ref",
    "currency_id",
    "partner_id",
    "company_id",
    "wezer_seal_id",
    "wezer_seal_part",
}
LINE_FIELDS = {
    "account_id",
    "partner_id",
    "debit",
    "credit",
    "balance",
    "amount_currency",
    "currency_id",
    "date",
    "move_id",
    "name",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    wezer_seal_id = fields.Many2one(
        "wezer.ledger.seal",
        string="Ledger seal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    # A seal of many wallets has several journal entries, counted from 1.
    wezer_seal_part = fields.Integer(readonly=True, copy=False, aggregator=None)

    _wezer_seal_part_uniq = models.UniqueIndex(
        "(wezer_seal_id, wezer_seal_part) WHERE wezer_seal_id IS NOT NULL",
        "Each part of a seal can be booked only once.",
    )

    def _wezer_check_not_sealed(self):
        if self.sudo().wezer_seal_id:
            raise Refusal(
                self.env._(
                    "This journal entry belongs to a seal of the community's"
                    " ledger, so it cannot be changed."
                ),
                rule="sealed",
            )

    def write(self, vals):
        if MOVE_FIELDS & vals.keys():
            self._wezer_check_not_sealed()
        return super().write(vals)

    def unlink(self):
        self._wezer_check_not_sealed()
        return super().unlink()

    def button_draft(self):
        self._wezer_check_not_sealed()
        return super().button_draft()

    def button_cancel(self):
        self._wezer_check_not_sealed()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._wezer_check_not_sealed()
        return super()._reverse_moves(default_values_list, cancel)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        if LINE_FIELDS & vals.keys():
            self.move_id._wezer_check_not_sealed()
        return super().write(vals)

    def unlink(self):
        self.move_id._wezer_check_not_sealed()
        return super().unlink()

    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._wezer_check_not_sealed()
        return lines
