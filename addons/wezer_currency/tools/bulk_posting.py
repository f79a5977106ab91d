"""Thousands of transfers at once: counted in Python, written by a few statements.

The rules are those of ``models/posting.sql``: what a wallet may still spend and receive
is asked there once, and counted down here row by row.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring_ascii
from typing import Any

import psycopg2

from odoo import fields, models

from odoo.addons.wezer_base.tools import locks

from . import limit_warnings, refusals

# What differs from transfer to transfer; the rest is the same for all of a posting.
TRANSFER_COLUMNS = (
    "id payer_id payee_id payer_wallet_id payee_wallet_id amount_minor"
    " levy_payer_minor levy_payee_minor purpose category_id kind date key_scope key"
    " key_hash beyond_limit warned notice_pending wezer_currency_id company_id state"
).split()
ENTRY_COLUMNS = (
    "transfer_id from_id to_id amount kind date from_balance to_balance"
    " wezer_currency_id"
).split()
# Letters that are handed to the database at once, about.
COPIED_SIZE = 32_768
# Fewer keys than these are looked up before they are written.
UNSEEN_KEYS = 50
# What was posted with some keys: of one wallet's, in a third of the time, and of many.
KNOWN_OF_ONE = """
    SELECT key_scope, key, id, key_hash, category_id, purpose
      FROM wezer_transfer WHERE key_scope = %s AND key = ANY(%s)"""
KNOWN_OF_MANY = """
    SELECT t.key_scope, t.key, t.id, t.key_hash, t.category_id, t.purpose
      FROM unnest(%s::varchar[], %s::varchar[]) AS k(scope, key)
     CROSS JOIN LATERAL (
           SELECT key_scope, key, id, key_hash, category_id, purpose
             FROM wezer_transfer
            WHERE key_scope = k.scope AND key = k.key LIMIT 1) t"""
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
NO_LEVIES = 0, 0


def refused_row(rule: str, reason: str) -> dict:
    """Return the answer to a row that is not posted."""
    return {"state": "refused", "rule": rule, "reason": str(reason)}


def copied(value: Any) -> str:
    """Return ``value`` as ``COPY`` reads it."""
    if value is None:
        return _NULL
    text = str(value)
    # Most keys and purposes are plain words.
    return text if text.isalnum() else text.translate(ESCAPES)


def scope_of(wallet_id: int) -> str:
    """Return within what the keys of a wallet's payments are unique."""
    return f"batch:{wallet_id}"


def key_hash(payer: int, payee: int, minor: int, purpose: str, date: Any) -> str:
    """Return what the key of a row stands for.

    The same as ``wezer.transfer._hash`` of ``[payer, payee, str(minor), purpose,
    str(date)]``, by which keys were kept before, in a fifth of the time.
    """
    purpose, date = map(encode_basestring_ascii, (purpose, str(date or "")))
    text = f'[{payer}, {payee}, "{minor}", {purpose}, {date}]'
    return hashlib.sha256(text.encode()).hexdigest()


class LineStream:
    """Lines as a file that is read once, made as they are read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)

    def read(self, size: int) -> str:
        """Return whole lines, about ``size`` letters; nothing at the end."""
        taken, length = [], 0
        for line in self._lines:
            taken.append(line)
            length += len(line)
            if length >= size:
                break
        return "\n".join([*taken, ""]) if taken else ""


class CountedCurrency:
    """What a posting asks of a currency for each row, read once."""

    __slots__ = (
        "record",
        "id",
        "external",
        "transferable",
        "warns",
        "spends_credit",
        "issued",
        "immediate",
        "end",
    )

    def __init__(self, record: models.Model) -> None:
        self.record = record
        self.id = record.id
        self.external = record.external
        self.transferable = record.transferable
        self.warns = record.limit_policy == "warn"
        # Nobody goes below zero in money that is not mutual credit.
        self.spends_credit = record.kind == "mutual_credit"
        self.issued = record._is_issued()
        self.immediate = record.accounting_mode == "immediate"
        # How each of its transfers ends.
        self.end = f"{record.id}\t{record.company_id.id}"


class CountedWallet:
    """A wallet while a batch is counted: what it has, and what it may."""

    __slots__ = (
        "id",
        "partner",
        "currency",
        "system",
        "bound",
        "state",
        "balance",
        "reserved",
        "incoming",
        "spendable",
        "receivable",
        "lower",
        "upper",
        "lower_warning",
        "upper_warning",
        "start",
        "scope",
    )

    def __init__(self, row: dict) -> None:
        self.id, self.partner, self.currency, self.system, bound, self.state = row[:6]
        # Within what the keys of its payments are unique.
        self.scope = scope_of(self.id)
        # A treasury whose spending has a limit is locked like any other wallet.
        self.bound = self.system and bound
        self.balance: int
        self.reserved: int
        self.incoming: int
        self.spendable: int | None
        self.receivable: int | None
        (
            self.balance,
            self.reserved,
            self.incoming,
            self.spendable,
            self.receivable,
            self.lower,
            self.upper,
            self.lower_warning,
            self.upper_warning,
        ) = (None if text is None else int(text) for text in row[6:])  # type: ignore
        self.start = self.sums

    @property
    def sums(self) -> tuple:
        """Balance, what is set aside, and what is expected."""
        return self.balance, self.reserved, self.incoming

    def may_spend(self, minor: int) -> Any:
        """Return whether ``minor`` may leave."""
        return self.spendable is None or minor <= self.spendable

    def may_receive(self, minor: int) -> Any:
        """Return whether ``minor`` may come."""
        return self.receivable is None or minor <= self.receivable

    def warns_payer(self) -> bool:
        """Return whether so little is left that who pays is warned."""
        warning = self.lower_warning
        return warning is not None and self.balance - self.reserved < warning

    def warns_payee(self) -> bool:
        """Return whether there is so much that who receives is warned."""
        return self.upper_warning is not None and self.balance > self.upper_warning

    def spend(self, minor: int) -> None:
        """Count that ``minor`` leaves."""
        self.balance -= minor
        if self.spendable is not None:
            self.spendable -= minor
        if self.receivable is not None:
            self.receivable += minor

    def receive(self, minor: int) -> None:
        """Count that ``minor`` comes."""
        self.spend(-minor)

    def set_aside(self, minor: int) -> None:
        """Count that ``minor`` is set aside."""
        self.reserved += minor
        if self.spendable is not None:
            self.spendable -= minor

    def expect(self, minor: int) -> None:
        """Count that ``minor`` is set aside for this wallet."""
        self.incoming += minor
        if self.receivable is not None:
            self.receivable -= minor


class BulkPosting:
    """Posts prepared rows; who may is checked by the caller.

    :param transfers: ``wezer.transfer``, as the user who posts
    :param str mode: ``strict``: limits apply, all or none; ``each``: limits apply,
        what is refused is left out; ``history``: no limits; ``balanced``: rows that
        leave each balance as it is, so that no limit is asked, all or none
    :param batch: id of the ``wezer.batch`` that the posted transfers belong to
    """

    def __init__(
        self, transfers: models.Model, mode: str = "strict", batch: int | None = None
    ) -> None:
        self.transfers = transfers
        self.env = transfers.env
        self.mode = mode
        self.batch = batch
        self.history = mode == "history"
        self.now = fields.Datetime.now()
        self.currencies = {}
        self.money: dict[int, CountedCurrency] = {}
        self.wallets = {}
        self.known = {}
        # Of rows that are counted in portions: hashes of their keys and contents.
        self.counted: dict[int, int] | None = None
        self.treasuries = {}

    def post(self, rows: list, dry_run: bool = False) -> list:
        """Post ``rows`` in their order.

        :param rows: dicts ``payer_wallet``, ``payee_wallet`` (ids), ``minor``, and
            ``kind``, ``purpose``, ``category``, ``date``, ``key``, ``scope``;
            ``worded``: the purpose is the server's own, and no part of what a key
            stands for; ``first``: nothing was posted with its key
        :return: a dict for each row: ``state`` (posted, known, refused), ``id``,
            ``rule``, ``reason``, ``beyond`` (it passed beyond a limit), ``warned``
            (whose balance it left beyond a warning)
        """
        answers = None if dry_run else self._post_unseen(rows)
        if answers is not None:
            return answers
        answers, posted = self._count_rows(rows)
        refused = any(answer["state"] == "refused" for answer in answers)
        if posted and not dry_run and not (refused and self.mode != "each"):
            self._write_rows(posted)
        for answer in answers:
            if answer["state"] == "known" and isinstance(answer["id"], dict):
                # Twice in this batch: the first of them is the result.
                answer["id"] = answer["id"].get("id")
        return answers

    def _post_unseen(self, rows: list) -> list | None:
        """Post a strict batch whose keys were most likely never used.

        To look up a thousand keys costs as much as to check all that members may. The
        database refuses used ones anyway: they are looked up only where it did, or
        where a row is refused.

        :return: the answers; None where nothing was posted, and :meth:`post` goes on
        """
        keyed = [row for row in rows if row.get("key") and not row.get("reason")]
        if self.mode != "strict" or len(keyed) < UNSEEN_KEYS:
            return None
        answers, posted = self._count_rows(rows, sample=[keyed[0], keyed[-1]])
        if all(answer["state"] == "posted" for answer in answers):
            savepoint = self.env.cr.savepoint(flush=False)
            try:
                self._write_rows(posted)
            except psycopg2.errors.UniqueViolation:
                savepoint.close(rollback=True)
            else:
                savepoint.close(rollback=False)
                return answers
        # What was counted is forgotten; the wallets stay locked.
        self.wallets = {}
        return None

    def count(self, rows: list) -> list:
        """Count a portion of rows after those counted before, and write nothing.

        What was refused is not counted. Call it with all portions in their order, and
        post with another object. The wallets are not locked.

        :return: as :meth:`post`; ids are of what is known from before only
        """
        if self.counted is None:
            self.counted = {}
        answers, _posted = self._count_rows(rows, lock=False)
        return answers

    def _count_rows(
        self, rows: list, lock: bool = True, sample: list | None = None
    ) -> tuple[list, list]:
        """Return the answers, and pairs of row and answer that are to be written.

        :param sample: the rows whose keys are looked up, all where it is None
        """
        self.env.flush_all()
        self._read_wallets(rows, lock)
        self._read_known_keys(rows if sample is None else sample)
        self._compute_levies(rows)
        if self.mode == "balanced":
            self._check_balanced(rows)
        answers, posted = [], []
        for row in rows:
            if row.get("reason"):
                answers.append(refused_row(row["rule"], row["reason"]))
                continue
            answer = self._count_row(row)
            answers.append(answer)
            if answer["state"] == "posted":
                posted.append((row, answer))
        return answers, posted

    # === READING === #

    def lock(self, wallet_ids: Any) -> None:
        """Lock these wallets in id order, treasuries without a limit excepted.

        As the first statement of a transaction: what others did before is then seen,
        and nobody is in the way of what follows.
        """
        locks.execute_locking(
            self.env,
            """SELECT w.id FROM wezer_wallet w
                 JOIN wezer_currency c ON c.id = w.wezer_currency_id
                WHERE w.id = ANY(%s) AND NOT (
                      coalesce(w.is_system, false) AND NOT wezer_treasury_has_limit(c))
                ORDER BY w.id FOR NO KEY UPDATE OF w""",
            [list(wallet_ids)],
        )

    def _read_wallets(self, rows: Any, lock: bool = True) -> None:
        """Read what the wallets have and may; lock them first, in id order."""
        good = [row for row in rows if not row.get("reason")]
        ids = {row["payer_wallet"] for row in good}
        ids.update(row["payee_wallet"] for row in good)
        # Of portions that are counted one after the other, the later ones go on with
        # what the earlier ones left.
        ids -= self.wallets.keys()
        if not ids:
            return
        self.env.cr.execute(
            "SELECT DISTINCT wezer_currency_id FROM wezer_wallet WHERE id = ANY(%s)",
            [list(ids)],
        )
        currencies = self.env["wezer.currency"].sudo()
        self.currencies.update(
            (row[0], currencies.browse(row[0])) for row in self.env.cr.fetchall()
        )
        for currency in self.currencies.values():
            self.money[currency.id] = CountedCurrency(currency)
            if currency._takes_levy():
                treasury = self._treasury_wallet(currency)
                if treasury not in self.wallets:
                    ids.add(treasury)
        self.env["wezer.wallet"].flush_model()
        self.env["wezer.currency"].flush_model()
        # Treasuries are read only, unless they have a limit.
        unlocked = "coalesce(w.is_system, false) AND NOT wezer_treasury_has_limit(c)"
        query = """SELECT w.id, w.partner_id, w.wezer_currency_id,
                          coalesce(w.is_system, false), wezer_treasury_has_limit(c),
                          w.state, (w.balance + wezer_unswept(w))::text,
                          w.reserved::text, w.incoming::text,
                          wezer_spendable(w, c)::text, wezer_receivable(w, c)::text,
                          wezer_lower_limit(w, c)::text, wezer_upper_limit(w, c)::text,
                          wezer_lower_warning(w, c)::text,
                          wezer_upper_warning(w, c)::text
                     FROM wezer_wallet w
                     JOIN wezer_currency c ON c.id = w.wezer_currency_id
                    WHERE w.id = ANY(%s) AND """
        bound, free = f"{query} NOT ({unlocked}) ORDER BY w.id", query + unlocked
        if lock:
            found = locks.execute_locking(
                self.env, f"{bound} FOR NO KEY UPDATE OF w", [list(ids)]
            )
        else:
            self.env.cr.execute(bound, [list(ids)])
            found = self.env.cr.fetchall()
        self.env.cr.execute(free, [list(ids)])
        for row in [*found, *self.env.cr.fetchall()]:
            self.wallets[row[0]] = CountedWallet(row)

    def _read_known_keys(self, rows: Any) -> None:
        """Read what was posted before with the keys of ``rows``.

        By scope and key: id, hash, category and purpose.
        """
        self.known = {}
        keys = defaultdict(list)
        for row in rows:
            if row.get("key") and not (row.get("reason") or row.get("first")):
                keys[self.wallets[row["payer_wallet"]].scope].append(row["key"])
        if not keys:
            return
        # Of the index only the wanted keys are read, however large the table is.
        if len(keys) == 1:
            [(scope, wanted)] = keys.items()
            self.env.cr.execute(KNOWN_OF_ONE, [scope, wanted])
        else:
            pairs = [(scope, key) for scope, wanted in keys.items() for key in wanted]
            columns = map(list, zip(*pairs, strict=True))
            self.env.cr.execute(KNOWN_OF_MANY, list(columns))
        self.known = {(row[0], row[1]): row[2:] for row in self.env.cr.fetchall()}

    def without_keys(self, wallet_ids: Any) -> set[int]:
        """Return the wallets that paid nothing with a key in a batch or an import."""
        wallets = {scope_of(wallet_id): wallet_id for wallet_id in wallet_ids}
        self.env.cr.execute(
            """SELECT scope FROM unnest(%s::varchar[]) AS w(scope)
                WHERE NOT EXISTS (SELECT FROM wezer_transfer
                                   WHERE key_scope = w.scope AND key IS NOT NULL)""",
            [list(wallets)],
        )
        return {wallets[row[0]] for row in self.env.cr.fetchall()}

    def _compute_levies(self, rows: Any) -> None:
        """Add the levies of both sides to each row; a treasury's rows have none."""
        charged: dict[int, list] = {
            currency.id: []
            for currency in self.currencies.values()
            if self.mode == "strict" and currency._takes_levy()
        }
        for row in rows:
            row["levies"] = NO_LEVIES
            if not charged or row.get("reason"):
                continue
            payer = self.wallets[row["payer_wallet"]]
            payee = self.wallets[row["payee_wallet"]]
            if payer.currency in charged and not (payer.system or payee.system):
                charged[payer.currency].append(row)
        for currency, some in charged.items():
            amounts = [row["minor"] for row in some]
            levies = self.currencies[currency]._levies_of(amounts) if some else []
            for row, pair in zip(some, levies, strict=True):
                row["levies"] = pair

    def _treasury_wallet(self, currency: models.Model) -> Any:
        if currency.id not in self.treasuries:
            wallets = self.env["wezer.wallet"]
            wallet = wallets._get(currency.treasury_partner_id, currency)
            self.treasuries[currency.id] = wallet.id
        return self.treasuries[currency.id]

    # === COUNTING === #

    def _check_balanced(self, rows: Any) -> None:
        """Raise where a wallet would have another balance than before."""
        change = dict.fromkeys(self.wallets, 0)
        for row in rows:
            change[row["payer_wallet"]] -= row["minor"]
            change[row["payee_wallet"]] += row["minor"]
        if any(change.values()):
            raise ValueError("the rows do not leave each balance as it is")

    def _count_row(self, row: dict) -> Any:
        """Count one row on both sides, or return why it is refused."""
        payer = self.wallets[row["payer_wallet"]]
        payee = self.wallets[row["payee_wallet"]]
        money, minor = self.money[payer.currency], row["minor"]
        if key := row.get("key"):
            scope = row["scope"] = payer.scope
            row["hash"], without = self._hashes(row, payer, payee)
            if first := self.known.get((scope, key)):
                if self._is_repeat(row, without, first):
                    return {"state": "known", "id": first[0]}
                refusal = refusals.used_key(self.env)
                return refused_row(refusal.rule, refusal.args[0])
            if self.counted is not None:
                first = self.counted.get(hash((scope, key)))
                if first == hash(row["hash"]):
                    return {"state": "known", "id": None}
                if first is not None:
                    refusal = refusals.used_key(self.env)
                    return refused_row(refusal.rule, refusal.args[0])
        row["currency"] = money
        leaves, comes = minor + row["levies"][0], minor - row["levies"][1]
        answer: dict[str, Any] = {"state": "posted"}
        rule = self._refused_by(row, payer, payee, leaves, comes)
        if rule:
            if not self._passes_marked(rule, money):
                return refused_row(*self._row_reason(rule, payer, payee, row))
            answer["beyond"] = rule.endswith("limit")
        if money.external and not self.history:
            payer.set_aside(minor)
            payee.expect(minor)
        elif not money.external:
            payer.spend(leaves)
            payee.receive(comes)
            # Where each balance is the same in the end, nobody came beyond a warning.
            warns = self.mode not in ("history", "balanced")
            if warns and (payer.warns_payer() or payee.warns_payee()):
                answer["warned"] = limit_warnings.warned(
                    payer.warns_payer(), payee.warns_payee() and comes > 0
                )
            row["after"] = (
                payer.balance + row["levies"][0],
                payee.balance + row["levies"][1],
            )
        if key and self.counted is not None:
            self.counted[hash((scope, key))] = hash(row["hash"])
        elif key:
            self.known[scope, key] = (answer, row["hash"], None, row.get("purpose"))
        return answer

    def _is_repeat(self, row: dict, without: str, first: tuple) -> bool:
        """Return whether a row has the content of what was posted with its key.

        :param without: what the key stands for without the category
        :param first: id, hash, category and purpose of what was posted
        """
        _number, known_hash, category, purpose = first
        if known_hash == row["hash"]:
            return True
        # Rows of before the category counted are known by it all the same.
        if (known_hash, category) == (without, row.get("category") or None):
            return True
        if not row.get("worded"):
            return False
        # The server's own words, in the language of the person who posted it.
        payer, payee = (
            self.wallets[row["payer_wallet"]],
            self.wallets[row["payee_wallet"]],
        )
        worded = row | {"purpose": purpose}
        return known_hash == self._hashes(worded, payer, payee)[0]

    def _hashes(self, row: dict, payer: Any, payee: Any) -> tuple[str, str]:
        """Return what a key stands for, with the category and without it."""
        purpose, date = row.get("purpose") or "", row.get("date")
        without = key_hash(payer.id, payee.id, row["minor"], purpose, date)
        if category := row.get("category"):
            return self.transfers._hash([without, category]), without
        return without, without

    def _passes_marked(self, rule: Any, money: CountedCurrency) -> Any:
        """Return whether what ``rule`` refuses is posted all the same, and marked."""
        if self.history:
            return True
        if not rule.endswith("limit") or not money.warns:
            return False
        return rule != "payer_limit" or money.spends_credit

    def _refused_by(
        self,
        row: dict,
        payer: CountedWallet,
        payee: CountedWallet,
        leaves: Any,
        comes: Any,
    ) -> str | None:
        """Return the rule that a row breaks, as ``wezer_move`` names it, or None."""
        if not self.history:
            if payer.state != "open":
                return "payer_state"
            if payee.state != "open" and not row.get("blind"):
                return "payee_state"
        if not (row["currency"].transferable or payer.system or payee.system):
            return "transferable"
        if self.mode == "balanced":
            return None
        if not payer.may_spend(leaves):
            return "payer_limit"
        if not (payee.may_receive(comes) or row.get("blind")):
            return "payee_limit"
        return None

    def _row_reason(
        self, rule: Any, payer: models.Model, payee: models.Model, row: dict
    ) -> tuple:
        """Return ``(rule, sentence)``; about the other's wallet it tells no cause."""
        currency = row["currency"].record
        if rule == "transferable":
            refusal = refusals.not_transferable(self.env, currency)
            return refusal.rule, refusal.args[0]
        own = rule.startswith("payer")
        wallet = payer if own else payee
        if not (own or row.get("open_book") or currency.balances_public):
            row["counts"] = True
            refusal = refusals.other_side(self.env, pays=False)
            return refusal.rule, refusal.args[0]
        if row.get("numbered") and not wallet.system:
            name = refusals.numbered(self.env, wallet.id)
        else:
            name = self.env["res.partner"].sudo().browse(wallet.partner).name
        if rule.endswith("state"):
            refusal = refusals.wallet_not_open(self.env, name, wallet.state)
        else:
            refusal = refusals.beyond_limit(
                self.env,
                currency,
                name,
                wallet.balance - wallet.reserved,
                wallet.lower if own else wallet.upper,
                row["minor"],
            )
        return refusal.rule, refusal.args[0]

    # === WRITING === #

    def _write_rows(self, posted: Any) -> None:
        cr = self.env.cr
        cr.execute(
            "SELECT nextval('wezer_transfer_id_seq') FROM generate_series(1, %s)",
            [len(posted)],
        )
        numbers = [row[0] for row in cr.fetchall()]
        entries: list[str] = []
        levied: dict[int, int] = {}
        same = self._same_values()
        lines = self._lines(posted, numbers, same, entries, levied)
        self._copy("wezer_transfer", [*TRANSFER_COLUMNS, *same], lines)
        self._copy("wezer_ledger_entry", ENTRY_COLUMNS, entries)
        self._write_sums(levied)
        if self.history:
            self._open_earlier(posted)
        self.env["wezer.wallet"]._invalidate_sums()
        self._follow_up(posted)

    def _lines(
        self, posted: Any, numbers: list, same: dict, entries: list, levied: dict
    ) -> Iterator[str]:
        """Yield the rows of ``wezer_transfer``; add those of the ledger and levies."""
        now = copied(self.now)
        ending = "".join(f"\t{copied(value)}" for value in same.values())
        for (row, answer), number in zip(posted, numbers, strict=True):
            answer["id"] = number
            payer = self.wallets[row["payer_wallet"]]
            payee = self.wallets[row["payee_wallet"]]
            row["kind"] = self._kind(row, payer)
            date = copied(row["date"]) if row.get("date") else now
            line = self._transfer_line(row, number, payer, payee, date, answer)
            if payer is not payee and not row["currency"].external:
                entries.append(self._entry_line(row, number, payer, payee, date))
                if row["levies"] != NO_LEVIES:
                    entries += self._levy_lines(row, number, payer, payee, date, levied)
            yield f"{line}{ending}"

    def _same_values(self) -> dict:
        """Return ``{column: value}``, the same for every transfer of this posting.

        ``person_id`` says who posted it; Odoo's columns of users, which nothing reads
        of a transfer, would be checked against the users row by row.
        """
        return {
            "settled_minor": 0,
            "reversed_minor": 0,
            "claim_minor": 0,
            "historic": self.history,
            "batch_number": self.batch,
            "person_id": self.env.user.partner_id.id,
            "create_date": self.now,
            "write_date": self.now,
        }

    def _kind(self, row: dict, payer: CountedWallet) -> Any:
        kind = row.get("kind") or "payment"
        if kind == "payment" and payer.system and row["currency"].issued:
            return "issue"
        return kind

    def _transfer_line(
        self,
        row: dict,
        number: int,
        payer: CountedWallet,
        payee: CountedWallet,
        date: str,
        answer: dict,
    ) -> str:
        """Return a row of ``wezer_transfer``, in the order of its columns."""
        money, beyond = row["currency"], bool(answer.get("beyond"))
        levy_payer, levy_payee = row["levies"]
        keyed = f"{_NULL}\t{_NULL}\t{_NULL}"
        if key := row.get("key"):
            keyed = f"{row['scope']}\t{copied(key)}\t{row['hash']}"
        warned = answer.get("warned")
        marked = (beyond or warned) and not self.history
        notice = self.mode == "strict" or bool(marked)
        state = "pending" if money.external and not self.history else "done"
        return (
            f"{number}\t{payer.partner}\t{payee.partner}\t{payer.id}\t{payee.id}"
            f"\t{row['minor']}\t{levy_payer}\t{levy_payee}"
            f"\t{copied(row.get('purpose') or None)}"
            f"\t{row.get('category') or _NULL}\t{row['kind']}\t{date}\t{keyed}"
            f"\t{beyond}\t{warned or _NULL}\t{notice}\t{money.end}\t{state}"
        )

    def _entry_line(
        self,
        row: dict,
        number: int,
        payer: CountedWallet,
        payee: CountedWallet,
        date: str,
    ) -> str:
        """Return the ledger's row of a transfer, in the order of its columns."""
        payer_has, payee_has = row["after"]
        return (
            f"{number}\t{payer.id}\t{payee.id}\t{row['minor']}\t{row['kind']}\t{date}"
            f"\t{_NULL if payer.system else payer_has}"
            f"\t{_NULL if payee.system else payee_has}\t{row['currency'].id}"
        )

    def _levy_lines(
        self,
        row: dict,
        number: int,
        payer: CountedWallet,
        payee: CountedWallet,
        date: str,
        levied: dict,
    ) -> list:
        """Return the ledger's rows of its levies, and count them in ``levied``."""
        money = row["currency"]
        treasury = self._treasury_wallet(money.record)
        levied[treasury] = levied.get(treasury, 0) + sum(row["levies"])
        return [
            f"{number}\t{wallet.id}\t{treasury}\t{levy}\tlevy\t{date}"
            f"\t{has - levy}\t{_NULL}\t{money.id}"
            for wallet, levy, has in zip(
                (payer, payee), row["levies"], row["after"], strict=True
            )
            if levy
        ]

    def _write_sums(self, levied: dict) -> None:
        """Update the stored sums of members, and what treasuries have to sweep.

        :param levied: ``{id of a treasury's wallet: levies in minor units}``
        """
        changed = [
            wallet
            for wallet in self.wallets.values()
            if wallet.sums != wallet.start or wallet.bound
        ]
        self.env.cr.execute(
            """UPDATE wezer_wallet w
                  SET balance = w.balance + v.balance,
                      reserved = w.reserved + v.reserved,
                      incoming = w.incoming + v.incoming
                 FROM unnest(%s::int[], %s::numeric[], %s::numeric[], %s::numeric[])
                      AS v(id, balance, reserved, incoming)
                WHERE w.id = v.id""",
            [
                [wallet.id for wallet in changed],
                [
                    0 if wallet.system else wallet.balance - wallet.start[0]
                    for wallet in changed
                ],
                [wallet.reserved - wallet.start[1] for wallet in changed],
                [wallet.incoming - wallet.start[2] for wallet in changed],
            ],
        )
        unswept = dict(levied)
        for wallet in changed:
            if wallet.system and wallet.balance != wallet.start[0]:
                moved = wallet.balance - wallet.start[0]
                unswept[wallet.id] = unswept.get(wallet.id, 0) + moved
        self._copy(
            "wezer_wallet_accrual",
            ("wallet_id", "delta"),
            [f"{wallet}\t{minor}" for wallet, minor in unswept.items()],
        )

    def _open_earlier(self, posted: Any) -> None:
        """Let wallets begin with the first transfer of the history they got."""
        first = {}
        for row, _answer in posted:
            date = row.get("date") or self.now
            for wallet in (row["payer_wallet"], row["payee_wallet"]):
                first[wallet] = min(first.get(wallet, date), date)
        self.env.cr.execute(
            """UPDATE wezer_wallet w SET opened_on = v.first
                 FROM unnest(%s::int[], %s::timestamp[]) AS v(id, first)
                WHERE w.id = v.id AND w.opened_on > v.first""",
            [list(first), list(first.values())],
        )
        self.env["wezer.wallet"].invalidate_model(["opened_on"])

    def _copy(self, table: str, columns: Any, lines: Iterable[str]) -> None:
        """Write ``lines`` of our own making, the fastest way the database has.

        The database takes the first of them while the others are still being made.
        """
        self.env.cr.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN",
            LineStream(lines),
            COPIED_SIZE,
        )

    def _follow_up(self, posted: Any) -> None:
        """Ask for a journal entry soon, and for receipts of what waits for one."""
        if any(row["currency"].immediate for row, _answer in posted):
            self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
        pending = [answer["id"] for row, answer in posted if row["currency"].external]
        for transfer in self.transfers.sudo().browse(pending):
            if transfer.state == "pending":
                transfer._notify_payee()
