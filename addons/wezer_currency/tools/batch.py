"""Batches of payments: all or none, with a reason for every bad row."""

from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import is_id

from . import refusals, refused_tries
from .bulk_posting import refused_row
from .texts import PURPOSE_LENGTH, cleaned, storable
from .wallet_resolver import NAMES

MODES = ("strict", "history")
# Keys of rows that have none in their file (`transfer_import`) begin like this.
OWN_KEY = "row:"
# Keys that imports, charges and treasurers' acts are given: a member who used one up
# would keep the payment from being posted.
OWN_KEYS = (OWN_KEY, "fee/", "demurrage/", "act/", "movein-")
# Texts of amounts that are remembered while a batch is read.
REMEMBERED = 20000
# A batch of members is typed or pasted; administrators bring histories.
MEMBER_ROWS = 5000


class BatchRefusal(Refusal):
    """A batch was refused as a whole; ``rows`` tells why, row by row.

    :param list rows: dicts ``row`` (from 1), ``rule``, ``reason``
    """

    def __init__(self, message: Any, rows: Any) -> None:
        super().__init__(message, rule="batch", value=str(len(rows)))
        self.rows = rows


def batch_refusal(env: api.Environment, bad: list, count: int) -> BatchRefusal:
    """Return the refusal of a batch of ``count`` rows, with the answers to bad ones."""
    lines = [
        env._("Row %(row)s: %(reason)s", row=answer["row"], reason=answer["reason"])
        for answer in bad
    ]
    first = env._(
        "Nothing was posted, because %(bad)s of %(count)s rows have errors.",
        bad=len(bad),
        count=count,
    )
    return BatchRefusal(
        "\n".join([str(first), *map(str, lines)]),
        [
            {"row": answer["row"], "rule": answer["rule"], "reason": answer["reason"]}
            for answer in bad
        ],
    )


def post(
    transfers: models.Model,
    rows: list,
    mode: str = "strict",
    dry_run: bool = False,
    create: bool = False,
) -> list:
    """Post rows as people give them; see ``wezer.transfer.post_batch``.

    :return: an answer for each row: ``row``, ``state`` (posted, known, refused),
        ``id``, ``rule``, ``reason``, ``beyond``
    """
    env = transfers.env
    if not env.user._wezer_may_act() and not env.su:
        raise NotAllowed(env._("Only members can post transfers."), rule="role")
    rows = _checked_input(transfers, rows, mode, create)
    savepoint = env.cr.savepoint() if dry_run else None
    try:
        prepared = BatchReader(transfers, mode, create).read(rows)
        if dry_run and not transfers._is_administrator():
            # A member's rehearsal would test the wallets of others at no cost.
            for row in prepared:
                row["blind"] = not row.get("open_book")
        batches = env["wezer.batch"]
        number = None if dry_run else batches._next_id()
        answers = transfers._post_rows(prepared, mode, dry_run=dry_run, batch=number)
        if number and not any(answer["state"] == "refused" for answer in answers):
            batches._keep(number, "payments", prepared, answers)
    finally:
        if savepoint:
            savepoint.close(rollback=True)
            env.invalidate_all(flush=False)
    _hide_other_sides(env, prepared, answers)
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True), start=1):
        answer["row"] = row.get("row") or number
    return answers


def _hide_other_sides(env: api.Environment, rows: Any, answers: Any) -> None:
    """Let a refusal on the other's side not tell which of several rows it was."""
    refused = {row["payee_wallet"] for row in rows if row.get("counts")}
    if not refused:
        return
    refusal = refusals.other_side(env, pays=False)
    tried = set()
    for row, answer in zip(rows, answers, strict=True):
        if row.get("payee_wallet") in refused and not row.get("open_book"):
            answer.clear()
            answer.update(refused_row(refusal.rule, refusal.args[0]))
            tried.add(row["parties"])
    for payer, payee in tried:
        refused_tries.count(env, payer, payee)


def _checked_input(transfers: models.Model, rows: Any, mode: Any, create: Any) -> list:
    """Check the frame of a batch, and return its rows as a list of dicts."""
    env = transfers.env
    if mode not in MODES:
        raise Refusal(
            env._("Choose the mode “strict” or “history”."), rule="mode", value=mode
        )
    administrator = transfers._is_administrator()
    if (mode == "history" or create) and not administrator:
        raise NotAllowed(
            env._("Only administrators can import a history or create members."),
            rule="role",
        )
    if not isinstance(rows, list | tuple) or not all(
        isinstance(row, dict) for row in rows
    ):
        raise Refusal(env._("The rows of a batch have to be a list."), rule="rows")
    if len(rows) > MEMBER_ROWS and not administrator:
        raise Refusal(
            env._("There are too many rows. Send fewer at a time."),
            rule="rows",
            value=str(len(rows)),
            limit=str(MEMBER_ROWS),
        )
    return list(rows)


class BatchReader:
    """Turns rows as people give them into rows that the ledger counts."""

    def __init__(self, transfers: models.Model, mode: Any, create: Any) -> None:
        self.transfers = transfers
        self.env = transfers.env
        self.mode = mode
        self.create = create
        self.administrator = transfers._is_administrator()
        self.resolver = self.env["wezer.wallet"]._resolver(
            wide=self.administrator, create=create, historic=mode == "history"
        )
        self.currencies = {}
        self.zone = days.community_zone(self.env)
        # By the name that rows give it: a currency's id, and whether its payments need
        # a category.
        self.facts: dict[Any, tuple[models.Model, int, bool]] = {}
        self.amounts: dict[tuple[int, str], int] = {}
        self.purposes: dict[str, str] = {}

    def read(self, rows: list) -> list:
        """Return a dict for each row, for ``BulkPosting``; bad ones have a reason."""
        prepared = [self.read_row(row) for row in rows]
        self._check_categories(prepared)
        good = [row for row in prepared if "reason" not in row]
        self.resolver.resolve(good)
        if not self.administrator:
            self._check_payers(good)
        if self.mode == "strict":
            self._check_spending(good)
        return prepared

    def read_row(self, row: dict) -> Any:
        """Return what a row says, or the rule and the reason why it is bad.

        The names of its parties are not looked up yet, nor is its category.
        """
        try:
            return self._parse(row)
        except Refusal as refusal:
            return {"rule": refusal.rule, "reason": refusal.args[0]}

    def _parse(self, row: dict) -> dict:
        """Read what needs no look at the database."""
        name = row.get("currency")
        known = self.facts.get(name) if type(name) in NAMES else None
        currency, money, needs_category = known or self._facts_of(name)
        amount = row.get("amount")
        # Files repeat a few thousand texts.
        minor = self.amounts.get((money, amount)) if type(amount) is str else None
        if minor is None:
            minor = self._minor(currency, amount)
        date = row.get("date")
        if date:
            if not self.administrator:
                raise Refusal(
                    self.env._("Only administrators can set the date of a payment."),
                    rule="date",
                )
            try:
                # A file's times without a zone are the community's.
                date = days.parse_moment(date, self.zone)
            except ValueError as error:
                raise Refusal(
                    self.env._("“%(text)s” is not a date.", text=date), rule="date"
                ) from error
        category = row.get("category") or None
        if category is None and needs_category and self.mode == "strict":
            raise Refusal(self.env._("Choose a category."), rule="category")
        if category is not None and not (is_id(category) or isinstance(category, str)):
            raise Refusal(self.env._("This category does not exist."), rule="category")
        key = self.transfers._check_key(row.get("key"))
        if key and key.startswith(OWN_KEYS) and not self.administrator:
            [start] = [start for start in OWN_KEYS if key.startswith(start)]
            raise Refusal(
                self.env._(
                    "Keys that begin with “%(start)s” are given by the server only.",
                    start=start,
                ),
                rule="key",
            )
        return {
            "payer": row.get("payer"),
            "payee": row.get("payee"),
            "money": money,
            "minor": minor,
            "purpose": self._purpose(row.get("purpose")),
            "category": category,
            "date": date or None,
            "key": key or None,
        }

    def _facts_of(self, name: Any) -> tuple[models.Model, int, bool]:
        """Return a currency, its id, and whether its payments need a category."""
        currency = self.currency_called(name)
        facts = currency, currency.id, currency.category_required
        if type(name) in NAMES:
            self.facts[name] = facts
        return facts

    def _minor(self, currency: models.Model, amount: Any) -> int:
        """Return the minor units of an amount, and remember those of texts."""
        minor = self.transfers._positive_amount(currency, amount)
        if type(amount) is str and len(self.amounts) < REMEMBERED:
            self.amounts[currency.id, amount] = minor
        return minor

    def _purpose(self, text: Any) -> Any:
        """Return a purpose as it is kept; rows repeat their texts, too."""
        if not isinstance(text, str):
            return cleaned(text, PURPOSE_LENGTH)
        known = self.purposes.get(text)
        if known is None:
            known = cleaned(text, PURPOSE_LENGTH)
            if len(self.purposes) < REMEMBERED and len(text) <= PURPOSE_LENGTH:
                self.purposes[text] = known
        return known

    def currency_called(self, name: Any) -> Any:
        """Return the currency of that id or code."""
        known = self.currencies.get(name) if isinstance(name, str | int) else None
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
        self.currencies[name] = currency
        return currency

    def _check_categories(self, rows: Any) -> None:
        wanted = {row["category"] for row in rows if row.get("category")}
        if not wanted:
            return
        ids = [category for category in wanted if is_id(category)]
        known = set(self.env["wezer.category"].sudo().browse(ids).exists().ids)
        for row in rows:
            if row.get("category") and row["category"] not in known:
                row.update(
                    rule="category", reason=self.env._("This category does not exist.")
                )

    def _check_payers(self, rows: Any) -> None:
        """Leave members only payers they act for, and tell nothing of the others."""
        good = [row for row in rows if "reason" not in row]
        partners = self.env["res.partner"].sudo()
        payers = partners.browse({row["party_ids"][0] for row in good})
        if payers == self.env.user.partner_id and self.env.user._wezer_may_act():
            # Members pay from their own wallet: groups and mandates are not asked.
            acting = payers
        else:
            acting = self.env.user._acts_for(payers, "wallet")
        for payer in acting:
            self.env.user._wezer_log_acting(payer, "wallet", what="batch")
        acts = set(acting.ids)
        refused = refused_tries.refused_pairs(self.env, list(acts))
        for row in good:
            payer, payee = row["party_ids"]
            if payer not in acts:
                row.update(
                    rule="acts_for",
                    reason=self.env._("You may not pay from this wallet."),
                )
            elif (payer, payee) in refused:
                refusal = refusals.other_side(self.env, pays=False)
                row.update(rule=refusal.rule, reason=refusal.args[0])
            else:
                row["open_book"] = payee in acts

    def _check_spending(self, rows: Any) -> None:
        """Ask the payers' own rules about what they spend.

        What a batch pays to a party counts together.
        """
        own = self.env.user.partner_id.id
        spent: dict[tuple[int, int, int], list] = {}
        for row in rows:
            if "reason" not in row and row["party_ids"][0] != own:
                parties = (*row["party_ids"], row["money"])
                spent.setdefault(parties, []).append(row)
        partners = self.env["res.partner"].sudo()
        currencies = self.env["wezer.currency"].sudo()
        for (payer, payee, money), some in spent.items():
            minor = sum(row["minor"] for row in some)
            try:
                partners.browse(payer)._wezer_check_spend(
                    currencies.browse(money), minor, payee=partners.browse(payee)
                )
            except Refusal as error:
                for row in some:
                    row.update(rule=error.rule, reason=error.args[0])
