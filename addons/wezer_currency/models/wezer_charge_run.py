from odoo import api, fields, models

from odoo.addons.wezer_base.tools.membership import MEMBERS


class WezerChargeRun(models.Model):
    """A fee or a demurrage that was taken: who paid, who could not and why."""

    _name = "wezer.charge.run"
    _inherit = ["wezer.record.mixin"]
    _description = "Charge taken"
    _order = "id desc"

    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    charge = fields.Selection(
        [("fee", "Fee"), ("demurrage", "Demurrage")], required=True
    )
    day = fields.Date(required=True)
    dry_run = fields.Boolean(string="Trial run")
    taken = fields.Integer(string="Paid", aggregator=None)
    refused = fields.Integer(string="Could not pay", aggregator=None)
    total_text = fields.Char(string="Total")
    line_ids = fields.One2many("wezer.charge.line", "run_id", string="Wallets")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def _compute_display_name(self):
        labels = dict(self._fields["charge"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels[run.charge]} {run.day}"

    @api.model
    def _take(self, currency, charge, day, dry_run=False):
        """Take ``charge`` for ``day`` from every wallet that owes it, once.

        :param str charge: ``fee`` or ``demurrage``
        :param bool dry_run: report only
        :return: the report
        """
        amount = {"fee": self._fee, "demurrage": self._demurrage}[charge]
        # A treasury's own wallet owes nothing; frozen and closed ones neither.
        wallets = self.env["wezer.wallet"].search(
            [
                ("wezer_currency_id", "=", currency.id),
                ("is_system", "=", False),
                ("state", "=", "open"),
            ],
            order="id",
        )
        treasury = currency._treasury_wallet()
        rows = [
            {
                "payer_wallet": wallet.id,
                "payee_wallet": treasury.id,
                "minor": minor,
                "kind": charge,
                "purpose": self._purpose(charge, day),
                "key": f"{charge}/{currency.id}/{wallet.id}/{day}",
            }
            for wallet in wallets
            if (minor := amount(currency, wallet)) > 0
        ]
        return self._post(currency, charge, day, rows, dry_run)

    @api.model
    def _fee(self, currency, wallet):
        # Members pay; a group's members paid already, and who waits or left owes none.
        profile = wallet.partner_id._wezer_profile()
        pays = profile.active and profile.is_person and profile.state in MEMBERS
        return currency.fee_minor if pays else 0

    @api.model
    def _demurrage(self, currency, wallet):
        above = wallet.balance - max(currency.demurrage_above, 0)
        if above <= 0:
            return 0
        # Never more than the share, and never what is set aside.
        share = above * currency.demurrage_rate // 10000
        return min(share, max(wallet.available, 0))

    @api.model
    def _purpose(self, charge, day):
        return (
            self.env._("Fee of %(day)s", day=day)
            if charge == "fee"
            else self.env._("Demurrage of %(day)s", day=day)
        )

    @api.model
    def _post(self, currency, charge, day, rows, dry_run):
        """Post the rows that pass, and keep the report."""
        report = self.env["wezer.transfer"]._post_rows(
            rows, mode="each", dry_run=dry_run
        )
        lines = [
            {
                "wallet_id": row["payer_wallet"],
                "amount_text": currency._format(row["minor"]),
                "reason": answer.get("reason") or False,
                "state": answer["state"],
                "transfer_id": answer.get("id") or False,
            }
            for row, answer in zip(rows, report, strict=True)
        ]
        passed = [
            row["minor"]
            for row, line in zip(rows, lines, strict=True)
            if line["state"] == "posted"
        ]
        return self.create(
            {
                "wezer_currency_id": currency.id,
                "company_id": currency.company_id.id,
                "charge": charge,
                "day": day,
                "dry_run": dry_run,
                "taken": len(passed),
                "refused": sum(line["state"] == "refused" for line in lines),
                "total_text": currency._format(sum(passed)),
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
