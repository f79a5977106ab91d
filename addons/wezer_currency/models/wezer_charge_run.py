from odoo import api, fields, models

from odoo.addons.wezer_base.tools.cron import AGAIN
from odoo.addons.wezer_base.tools.locks import execute_locking
from odoo.addons.wezer_base.tools.membership import MEMBERS

from .fields_bigint import BigInteger

# Wallets that are charged together. They are locked until they are done, and payments
# of their members wait.
PORTION = 1000


class WezerChargeRun(models.Model):
    """A fee or a demurrage that was taken: who paid, who could not and why.

    Wallets are taken in portions, in the order of their ids. The request that begins
    a run takes the first; the scheduled action takes the others and commits each. What
    was interrupted goes on after the last wallet that was reached.
    """

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
    total_minor = BigInteger(string="Total (minor units)")
    total_text = fields.Char(string="Total")
    done = fields.Boolean(
        string="Complete",
        default=True,
        readonly=True,
        copy=False,
        help="All wallets were asked. The rest of a charge that is not complete is"
        " taken by the scheduled action.",
    )
    progress_text = fields.Char(
        string="Progress",
        compute="_compute_progress_text",
        help="How many wallets were asked so far; empty when the charge is complete.",
    )
    # Wallets up to this id were asked.
    reached_wallet = fields.Integer(readonly=True, copy=False, aggregator=None)
    line_ids = fields.One2many("wezer.charge.line", "run_id", string="Wallets")
    act_id = fields.Many2one(
        "wezer.treasury.act",
        string="Counted for",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        help="The act of a treasurer for which this trial run counts the amount.",
    )
    batch_id = fields.Many2one(
        "wezer.batch",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def _total_minor(self):
        """Return what was taken, or would be, in minor units."""
        self.ensure_one()
        return int(self.total_minor)

    def _compute_display_name(self):
        labels = dict(self._fields["charge"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{labels[run.charge]} {run.day}"

    @api.depends("done", "reached_wallet", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_progress_text(self):
        for run in self:
            if run.done:
                run.progress_text = False
                continue
            asked, count = run._progress()
            run.progress_text = self.env._(
                "%(asked)s of %(count)s wallets were asked so far. The others follow"
                " automatically within minutes. Open this report again to see how far"
                " it is.",
                asked=asked,
                count=count,
            )

    def _progress(self):
        """Return how many wallets were asked, and of how many."""
        self.env["wezer.wallet"].flush_model(["wezer_currency_id", "state"])
        self.env.cr.execute(
            """SELECT count(*) FILTER (WHERE id <= %s), count(*) FROM wezer_wallet
                WHERE wezer_currency_id = %s AND is_system IS NOT TRUE
                  AND state = 'open'""",
            [self.reached_wallet, self.wezer_currency_id.id],
        )
        return self.env.cr.fetchone()

    @api.model
    def _take(self, currency, charge, day, dry_run=False):
        """Take ``charge`` for ``day`` from every wallet that owes it, once.

        The first portion is taken now; the scheduled action takes the others, so that
        a request ends soon. A run of the same day that is not complete is left to it.

        :param str charge: ``fee`` or ``demurrage``
        :param bool dry_run: report only
        :return: the report
        """
        run = self._running(currency, charge, day, dry_run)
        if not run:
            run = self._begin(currency, charge, day, dry_run)
            run._take_portion()
        if not run.done:
            self.env.ref("wezer_currency.ir_cron_charges").sudo()._trigger()
        return run

    @api.model
    def _running(self, currency, charge, day, dry_run=False):
        """Return the run of this day that is not complete, or an empty one."""
        return self.search(
            [
                ("wezer_currency_id", "=", currency.id),
                ("charge", "=", charge),
                ("day", "=", day),
                ("dry_run", "=", dry_run),
                ("done", "=", False),
                ("act_id", "=", False),
            ],
            order="id",
            limit=1,
        )

    @api.model
    def _begin(self, currency, charge, day, dry_run=False):
        """Return the run of this day that is not complete, or a new one."""
        return self._running(currency, charge, day, dry_run) or self._create_run(
            currency, charge, day, dry_run
        )

    @api.model
    def _create_run(self, currency, charge, day, dry_run):
        return self.create(
            {
                "wezer_currency_id": currency.id,
                "charge": charge,
                "day": day,
                "dry_run": dry_run,
                "done": False,
                "company_id": currency.company_id.id,
            }
        )

    def _go_on(self):
        """Take the next portion of what was begun in a request."""
        self.ensure_one()
        currency, charge = self.wezer_currency_id, self.charge
        planned = currency[f"{charge}_every"] and currency[f"{charge}_next"]
        if not self.dry_run and currency.active and self.day == planned:
            # The currency goes on with it, and counts the next day at its end.
            return None
        self._take_portion()
        if not self.done:
            return AGAIN
        if self.act_id:
            self.act_id._count(self._total_minor())
        return None

    def _take_portion(self):
        """Take the charge from the next wallets; with the last, the run is done."""
        self.ensure_one()
        currency, charge = self.wezer_currency_id, self.charge
        amount = {"fee": self._fee, "demurrage": self._demurrage}[charge]
        wallets = self._next_wallets()
        treasury = currency._treasury_wallet()
        rows = [
            {
                "payer_wallet": wallet.id,
                "payee_wallet": treasury.id,
                "minor": minor,
                "kind": charge,
                "purpose": self._purpose(charge, self.day),
                "worded": True,
                "key": f"{charge}/{currency.id}/{wallet.id}/{self.day}",
            }
            for wallet in wallets
            if (minor := amount(currency, wallet)) > 0
        ]
        self._post(rows)
        self.write(
            {
                "reached_wallet": wallets[-1:].id or self.reached_wallet,
                "done": len(wallets) < PORTION,
            }
        )

    def _next_wallets(self):
        """Return the wallets to ask next, locked; treasuries owe nothing.

        Frozen and closed wallets do not either.
        """
        wallets = self.env["wezer.wallet"]
        wallets.flush_model()
        query = """SELECT id FROM wezer_wallet
                    WHERE wezer_currency_id = %s AND is_system IS NOT TRUE
                      AND state = 'open' AND id > %s
                    ORDER BY id LIMIT %s"""
        rows = execute_locking(
            self.env,
            query if self.dry_run else f"{query} FOR NO KEY UPDATE",
            [self.wezer_currency_id.id, self.reached_wallet, PORTION],
        )
        return wallets.browse(row[0] for row in rows)

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
        # One language for all portions, whoever takes them.
        lang = self.env.company.sudo().partner_id.lang
        env = self.with_context(lang=lang or self.env.lang).env
        return (
            env._("Fee of %(day)s", day=day)
            if charge == "fee"
            else env._("Demurrage of %(day)s", day=day)
        )

    def _post(self, rows):
        """Post the rows that pass, and add them to the report."""
        currency = self.wezer_currency_id
        # All portions are one batch, which can be taken back.
        batches = self.env["wezer.batch"]
        number = None if self.dry_run else self.batch_id.id or batches._next_id()
        report = self.env["wezer.transfer"]._post_rows(
            rows, mode="each", dry_run=self.dry_run, batch=number
        )
        if number:
            given = [{"money": currency.id} for _row in rows]
            kept = batches._keep(number, self.charge, given, report)
            self.batch_id = kept or self.batch_id
        if self.act_id:
            # Only the sum is wanted: a report for each wallet is not kept.
            passed = sum(
                row["minor"]
                for row, answer in zip(rows, report, strict=True)
                if answer["state"] == "posted"
            )
            self.total_minor += passed
            return
        lines = [
            {
                "run_id": self.id,
                "wallet_id": row["payer_wallet"],
                "amount_text": currency._format(row["minor"]),
                "reason": answer.get("reason") or False,
                "state": answer["state"],
                "transfer_id": answer.get("id") or False,
            }
            for row, answer in zip(rows, report, strict=True)
        ]
        self.env["wezer.charge.line"].create(lines)
        passed = [
            row["minor"]
            for row, line in zip(rows, lines, strict=True)
            if line["state"] == "posted"
        ]
        total = self.total_minor + sum(passed)
        self.write(
            {
                "taken": self.taken + len(passed),
                "refused": self.refused
                + sum(line["state"] == "refused" for line in lines),
                "total_minor": total,
                "total_text": currency._format(total),
            }
        )
