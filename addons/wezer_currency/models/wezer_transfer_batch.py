from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.numbers import is_id

from ..tools.texts import cleaned, storable
from .wezer_transfer import PURPOSE_LENGTH
from .wezer_transfer_refusal import TRIES_A_DAY

MODES = ("strict", "history")
AT_ONCE = 20000
# A batch of members is typed or pasted; administrators bring histories.
MEMBER_ROWS = 5000


class BatchRefusal(Refusal):
    """A batch was refused as a whole; ``rows`` says why, row by row.

    :param list rows: dicts ``row`` (from 1), ``rule``, ``reason``
    """

    def __init__(self, message, rows):
        super().__init__(message, rule="batch", value=str(len(rows)))
        self.rows = rows


class WezerTransfer(models.Model):
    """Batches: all or none, with a reason for every bad row."""

    _inherit = "wezer.transfer"

    @api.model
    def post_batch(self, rows, mode="strict", dry_run=False, create=False):
        """Post thousands of transfers, all or none.

        Who calls holds ``wallet`` for every payer and gives no ``date``; any
        other payer, dates, ``history`` and ``create`` are administrators'.

        :param list rows: dicts ``payer``, ``payee`` (id of the partner, or a
            reference: the wallet's, an e-mail address, the profile's address,
            a name), ``currency`` (id or code), ``amount`` (text), ``purpose``,
            ``category`` (id), ``date``, ``key``
        :param str mode: ``strict``: limits apply; ``history``: they do not
        :param bool dry_run: check all, post nothing
        :param bool create: make the wallets and members that are missing
        :return: ids of the transfers, in the rows' order; none for a dry run
        :raise BatchRefusal: rule ``batch``, with every bad row's reason
        """
        report = self._post_batch(rows, mode, dry_run, create)
        bad = [answer for answer in report if answer["state"] == "refused"]
        if bad:
            raise self._batch_refusal(bad, len(report))
        return [] if dry_run else [answer["id"] for answer in report]

    @api.model
    def _batch_refusal(self, bad, count):
        lines = [
            self.env._("Row %(row)s: %(reason)s", row=one["row"], reason=one["reason"])
            for one in bad
        ]
        first = self.env._(
            "Nothing was posted: %(bad)s of %(count)s rows cannot be.",
            bad=len(bad),
            count=count,
        )
        return BatchRefusal(
            "\n".join([str(first), *map(str, lines)]),
            [
                {"row": one["row"], "rule": one["rule"], "reason": one["reason"]}
                for one in bad
            ],
        )

    @api.model
    def _post_batch(self, rows, mode="strict", dry_run=False, create=False):
        """Do the work of :meth:`post_batch`; return an answer for each row."""
        if not self.env.user._wezer_may_act() and not self.env.su:
            raise NotAllowed(self.env._("Members post transfers."), rule="role")
        rows = self._batch_input(rows, mode, create)
        savepoint = self.env.cr.savepoint() if dry_run else None
        try:
            prepared = BatchReader(self, mode, create).read(rows)
            self._hide_the_others(prepared, dry_run)
            answers = []
            for start in range(0, len(prepared), AT_ONCE):
                part = prepared[start : start + AT_ONCE]
                answers += self._post_rows(part, mode, dry_run=dry_run)
        finally:
            if savepoint:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
        self._refuse_payees_whole(prepared, answers)
        for number, (row, answer) in enumerate(
            zip(rows, answers, strict=True), start=1
        ):
            answer["row"] = row.get("row") or number
        if len(prepared) > AT_ONCE and any(
            answer["state"] == "refused" for answer in answers
        ):
            # Earlier parts are in this transaction already: it ends with them.
            raise self._batch_refusal(
                [one for one in answers if one["state"] == "refused"], len(answers)
            )
        return answers

    @api.model
    def _hide_the_others(self, rows, dry_run):
        """Test no foreign wallet in a member's rehearsal: it would cost nothing."""
        if dry_run and not self._is_administrator():
            for row in rows:
                row["blind"] = not row.get("open_book")

    @api.model
    def _refuse_payees_whole(self, rows, answers):
        """Let a refusal on the other's side say nothing of which row it was."""
        refused = {row["payee_wallet"] for row in rows if row.get("counts")}
        if not refused:
            return
        refusal = self._other_side_refusal(False)
        tried = set()
        for row, answer in zip(rows, answers, strict=True):
            if row.get("payee_wallet") in refused and not row.get("open_book"):
                answer.clear()
                answer.update(self._bad_row(refusal.rule, refusal.args[0]))
                tried.add(row["parties"])
        for payer, payee in tried:
            self._count_try(payer, payee)

    @api.model
    def _is_administrator(self):
        return self.env.su or self.env.user.has_group("wezer_base.group_administrator")

    @api.model
    def _batch_input(self, rows, mode, create):
        """Check the frame of a batch, and return its rows as dicts."""
        if mode not in MODES:
            raise Refusal(self.env._("Strict or history."), rule="mode", value=mode)
        administrator = self._is_administrator()
        if (mode == "history" or create) and not administrator:
            raise NotAllowed(
                self.env._("Administrators bring histories and make members."),
                rule="role",
            )
        if not isinstance(rows, list | tuple) or not all(
            isinstance(row, dict) for row in rows
        ):
            raise Refusal(self.env._("A batch is a list of rows."), rule="rows")
        if len(rows) > MEMBER_ROWS and not administrator:
            raise Refusal(
                self.env._("So many rows at once are too many."),
                rule="rows",
                value=str(len(rows)),
                limit=str(MEMBER_ROWS),
            )
        return list(rows)


class BatchReader:
    """Turns rows as people give them into rows the ledger counts."""

    def __init__(self, transfers, mode, create):
        self.transfers = transfers
        self.env = transfers.env
        self.mode = mode
        self.create = create
        self.administrator = transfers._is_administrator()
        self.resolver = self.env["wezer.wallet"]._resolver(
            wide=self.administrator, create=create, historic=mode == "history"
        )
        self.money = {}

    def read(self, rows):
        """Return one dict a row for ``_post_rows``; bad ones carry their reason."""
        prepared = [self._words(row) for row in rows]
        self._categories(prepared)
        good = [row for row in prepared if "reason" not in row]
        self.resolver.resolve(good)
        if not self.administrator:
            self._guard(good)
        return prepared

    def _words(self, row):
        try:
            return self._row(row)
        except Refusal as refusal:
            return {"rule": refusal.rule, "reason": refusal.args[0]}

    def _row(self, row):
        """Read what needs no look at the database."""
        currency = self._currency(row.get("currency"))
        amount = row.get("amount")
        minor = self.transfers._positive_amount(currency, amount)
        date = row.get("date")
        if date:
            if not self.administrator:
                raise Refusal(self.env._("Administrators give dates."), rule="date")
            try:
                # A file's times without a zone are the community's.
                date = days.parse_moment(date, days.community_zone(self.env))
            except ValueError as error:
                raise Refusal(
                    self.env._("“%(text)s” is no date.", text=date), rule="date"
                ) from error
        category = row.get("category") or None
        if category is None and currency.category_required and self.mode == "strict":
            raise Refusal(self.env._("Say which kind of purpose."), rule="category")
        if category is not None and not (is_id(category) or isinstance(category, str)):
            raise Refusal(self.env._("No such category."), rule="category")
        key = self.transfers._key(row.get("key"))
        return {
            "payer": row.get("payer"),
            "payee": row.get("payee"),
            "money": currency.id,
            "minor": minor,
            "purpose": cleaned(row.get("purpose"), PURPOSE_LENGTH),
            "category": category,
            "date": date or None,
            "key": key or None,
        }

    def _currency(self, name):
        """Return the currency of that id or code."""
        known = self.money.get(name) if isinstance(name, str | int) else None
        if known is not None:
            return known
        currencies = self.env["wezer.currency"].sudo()
        if isinstance(name, str) and storable(name):
            found = currencies.search(
                [("code", "=", name), ("company_id", "=", self.env.company.id)]
            )
            currency = self.transfers._open_currency(found.id or 0)
        else:
            currency = self.transfers._open_currency(name)
        self.money[name] = currency
        return currency

    def _categories(self, rows):
        wanted = {row["category"] for row in rows if row.get("category")}
        if not wanted:
            return
        whole = [one for one in wanted if is_id(one)]
        known = set(self.env["wezer.category"].sudo().browse(whole).exists().ids)
        for row in rows:
            if row.get("category") and row["category"] not in known:
                row.update(rule="category", reason=self.env._("No such category."))

    def _guard(self, rows):
        """Leave members only payers they act for, and say nothing of the others."""
        good = [row for row in rows if "reason" not in row]
        partners = self.env["res.partner"].sudo()
        payers = partners.browse({row["parties"][0].id for row in good})
        acts = self.env.user._acts_for(payers, "wallet")
        for payer in acts:
            self.env.user._wezer_log_acting(payer, "wallet", what="batch")
        tries = self._tries([row for row in good if row["parties"][0] in acts])
        for row in good:
            payer, payee = row["parties"]
            if payer not in acts:
                row.update(
                    rule="acts_for",
                    reason=self.env._("You may not pay from this wallet."),
                )
            elif (payer.id, payee.id) in tries:
                refusal = self.transfers._other_side_refusal(False)
                row.update(rule=refusal.rule, reason=refusal.args[0])
            else:
                row["open_book"] = payee in acts

    def _tries(self, rows):
        """Return the pairs that were refused too often today."""
        payers = list({row["parties"][0].id for row in rows})
        # As in ``_check_tries``: counted, and therefore read, beside this transaction.
        locks.hold(self.env, "tries", *payers)
        with self.env.registry.cursor() as cr:
            cr.execute(
                "SELECT payer_id, payee_id FROM wezer_refused_try"
                " WHERE payer_id = ANY(%s) AND tries >= %s AND day = %s",
                [payers, TRIES_A_DAY, days.today(self.env)],
            )
            return set(cr.fetchall())
