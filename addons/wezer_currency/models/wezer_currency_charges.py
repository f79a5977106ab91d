from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.clock import each_due

from .fields_bigint import BigInteger

EVERY = [("week", "Every week"), ("month", "Every month"), ("year", "Every year")]
STEPS = {"week": "weeks", "month": "months", "year": "years"}
CHARGES = ("fee", "demurrage")


class WezerCurrency(models.Model):
    """What a currency takes for its treasury, and what its units are worth."""

    _inherit = "wezer.currency"

    category_required = fields.Boolean(
        string="Each payment says its category",
        help="Nobody pays without saying which kind of purpose: for reports.",
    )
    levy_payer_fixed = BigInteger(string="Fixed levy on the payer (minor units)")
    levy_payee_fixed = BigInteger(string="Fixed levy on the payee (minor units)")
    levy_payer_fixed_text = fields.Char(
        string="Fixed levy on the payer",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    levy_payee_fixed_text = fields.Char(
        string="Fixed levy on the payee",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    fee_minor = BigInteger(string="Fee (minor units)")
    fee_minor_text = fields.Char(
        string="Fee of each member",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    fee_every = fields.Selection(EVERY, string="Fee taken")
    fee_next = fields.Date(string="Next fee")
    # The day of the month that was chosen: the 31st comes back after February.
    fee_day = fields.Integer(aggregator=None)
    demurrage_rate = fields.Integer(
        string="Demurrage (1/100 %)",
        help="100 takes 1 % each time of what lies above the threshold.",
    )
    demurrage_above = BigInteger(string="Demurrage above (minor units)")
    demurrage_above_text = fields.Char(
        string="Only above",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
        help="Empty or 0: on the whole balance.",
    )
    demurrage_every = fields.Selection(EVERY, string="Demurrage taken")
    demurrage_next = fields.Date(string="Next demurrage")
    demurrage_day = fields.Integer(aggregator=None)
    levy_payer_percent = fields.Float(
        string="Levy on the payer (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
    )
    levy_payee_percent = fields.Float(
        string="Levy on the payee (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
    )
    demurrage_percent = fields.Float(
        string="Demurrage (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
        help="Taken each time, of what lies above the threshold.",
    )
    accounting_mode = fields.Selection(
        [
            ("seal", "One journal entry a day"),
            ("immediate", "A journal entry within a minute of each payment"),
        ],
        required=True,
        default="seal",
    )
    unit_value = fields.Float(
        string="A unit is worth",
        digits=(16, 6),
        help="In the company's money: for issued money that is paid for. 0: nothing.",
    )
    money_account_id = fields.Many2one(
        "account.account",
        string="Account of the money paid in",
        ondelete="restrict",
        groups="wezer_base.group_administrator",
        help="Bank or cash: takes what a top-up brings, gives what is redeemed.",
    )

    _charge_range = models.Constraint(
        "CHECK (coalesce(demurrage_rate, 0) BETWEEN 0 AND 10000"
        " AND coalesce(fee_minor, 0) >= 0 AND coalesce(demurrage_above, 0) >= 0"
        " AND coalesce(levy_payer_fixed, 0) >= 0"
        " AND coalesce(levy_payee_fixed, 0) >= 0)",
        "A charge is not below zero, and demurrage is at most 100 %.",
    )

    _CHARGE_TEXTS = (
        "levy_payer_fixed",
        "levy_payee_fixed",
        "fee_minor",
        "demurrage_above",
    )

    @api.depends(*_CHARGE_TEXTS)
    def _compute_charge_texts(self):
        for currency in self:
            for name in self._CHARGE_TEXTS:
                minor = currency[name]
                currency[f"{name}_text"] = currency._decimal(minor) if minor else ""

    def _inverse_charge_texts(self):
        for currency in self:
            for name in self._CHARGE_TEXTS:
                text = currency[f"{name}_text"]
                currency[name] = currency._parse(text) if text else 0

    _PERCENTS = {
        "levy_payer_percent": "levy_payer",
        "levy_payee_percent": "levy_payee",
        "demurrage_percent": "demurrage_rate",
    }

    @api.depends(*_PERCENTS.values())
    def _compute_percents(self):
        for currency in self:
            for percent, rate in self._PERCENTS.items():
                currency[percent] = (currency[rate] or 0) / 100

    def _inverse_percents(self):
        for currency in self:
            for percent, rate in self._PERCENTS.items():
                currency[rate] = round(currency[percent] * 100)

    def write(self, vals):
        for charge in CHARGES:
            if vals.get(f"{charge}_next") and f"{charge}_day" not in vals:
                day = fields.Date.to_date(vals[f"{charge}_next"]).day
                vals = {**vals, f"{charge}_day": day}
        return super().write(vals)

    def _charge_after(self, charge, day):
        """Return the day on which ``charge`` is due after ``day``."""
        self.ensure_one()
        every = self[f"{charge}_every"]
        if every == "week":
            return day + relativedelta(weeks=1)
        # A day that a month lacks is its last.
        chosen = self[f"{charge}_day"] or day.day
        return day + relativedelta(**{STEPS[every]: 1}, day=chosen)

    # === WORTH === #

    def _is_issued(self):
        """Say whether a treasury issues this money and nobody goes below zero."""
        self.ensure_one()
        return self.kind != "mutual_credit" and not self.external

    def _has_value(self):
        """Say whether this money is paid for with the company's money."""
        self.ensure_one()
        return bool(
            self._is_issued()
            # Only whether there is one.
            and self.sudo().money_account_id
            and (self.unit_value or self._is_own_money())
        )

    def _is_own_money(self):
        return self.currency_id == self.company_id.currency_id

    def _worth(self, minor):
        """Return what ``minor`` is worth in the company's money, rounded to it."""
        self.ensure_one()
        value = 1.0 if self._is_own_money() else self.unit_value
        return self.company_id.currency_id.round(minor / self.minor_per_unit * value)

    # === CHARGES === #

    def _check_charger(self):
        if not (
            self.env.su or self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(self.env._("Administrators take charges."), rule="role")

    def action_charge(self, charge, dry_run=False):
        """Take the periodic fee or the demurrage now; administrators.

        :param str charge: ``fee`` or ``demurrage``
        :param bool dry_run: report only
        :return: the ``wezer.charge.run`` that says who paid, and who could not
        """
        self.ensure_one()
        self._check_charger()
        if charge not in CHARGES:
            raise Refusal(self.env._("Fee or demurrage."), rule="charge")
        # The administrator was checked just above.
        return self.sudo()._charge(charge, days.today(self.env), dry_run)

    def _charge(self, charge, day, dry_run=False):
        """Take ``charge`` for ``day`` from every wallet that owes it, once."""
        rows = []
        # A treasury's own wallet owes nothing; frozen and closed ones neither.
        wallets = self.env["wezer.wallet"].search(
            [
                ("wezer_currency_id", "=", self.id),
                ("is_system", "=", False),
                ("state", "=", "open"),
            ],
            order="id",
        )
        treasury = self.env["wezer.wallet"]._get(self.treasury_partner_id, self)
        for wallet in wallets:
            minor = getattr(self, f"_{charge}_of")(wallet)
            if minor > 0:
                rows.append(
                    {
                        "payer_wallet": wallet.id,
                        "payee_wallet": treasury.id,
                        "minor": minor,
                        "kind": charge,
                        "purpose": self._charge_purpose(charge, day),
                        "key": f"{charge}/{self.id}/{wallet.id}/{day}",
                    }
                )
        return self.env["wezer.charge.run"]._run(self, charge, day, rows, dry_run)

    def _charge_purpose(self, charge, day):
        return (
            self.env._("Fee of %(day)s", day=day)
            if charge == "fee"
            else self.env._("Demurrage of %(day)s", day=day)
        )

    def _fee_of(self, wallet):
        # Persons pay; a group's members paid already.
        return self.fee_minor if wallet.partner_id.user_ids else 0

    def _demurrage_of(self, wallet):
        above = wallet.balance - max(self.demurrage_above, 0)
        if above <= 0:
            return 0
        # Never more than the share, and never what is set aside.
        return min(above * self.demurrage_rate // 10000, max(wallet.available, 0))

    @api.model
    def _cron_charges(self):
        """Take what is due; the day of the next one is counted from the due day."""
        today = days.today(self.env)
        for charge in CHARGES:
            due = [(f"{charge}_next", "<=", today), (f"{charge}_every", "!=", False)]
            if not each_due(
                self, due, lambda one, charge=charge: one._charge_due(charge, today)
            ):
                return

    def _charge_due(self, charge, today):
        """Take one charge that is due, and count the day of the next one."""
        day = self[f"{charge}_next"]
        self._charge(charge, day)
        following = self._charge_after(charge, day)
        while following <= today - timedelta(days=366):
            following = self._charge_after(charge, following)
        self.write(
            {
                f"{charge}_next": following,
                f"{charge}_day": self[f"{charge}_day"] or day.day,
            }
        )


class WezerChargeRun(models.Model):
    """The report of a fee or a demurrage: who paid, who could not and why."""

    _name = "wezer.charge.run"
    _description = "Charge taken"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"

    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="restrict"
    )
    charge = fields.Selection(
        [("fee", "Fee"), ("demurrage", "Demurrage")], required=True
    )
    day = fields.Date(required=True)
    dry_run = fields.Boolean(string="Rehearsal")
    taken = fields.Integer(string="Paid", aggregator=None)
    refused = fields.Integer(string="Could not pay", aggregator=None)
    total_text = fields.Char(string="In all")
    line_ids = fields.One2many("wezer.charge.line", "run_id", string="Wallets")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def _compute_display_name(self):
        labels = dict(self._fields["charge"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels[run.charge]} {run.day}"

    @api.model
    def _run(self, currency, charge, day, rows, dry_run):
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


class WezerChargeLine(models.Model):
    """One wallet of a charge's report."""

    _name = "wezer.charge.line"
    _description = "Charge of a wallet"
    _inherit = ["wezer.record.mixin"]
    _order = "state desc, id"

    run_id = fields.Many2one(
        "wezer.charge.run", required=True, ondelete="cascade", index=True
    )
    wallet_id = fields.Many2one("wezer.wallet", required=True, ondelete="restrict")
    amount_text = fields.Char(string="Amount")
    state = fields.Selection(
        [("posted", "Paid"), ("refused", "Could not pay"), ("known", "Paid before")],
        required=True,
    )
    reason = fields.Char()
    transfer_id = fields.Many2one("wezer.transfer", ondelete="restrict")
