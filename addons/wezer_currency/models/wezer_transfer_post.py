import io

from odoo import api, fields, models
from odoo.tools import OrderedSet

from odoo.addons.wezer_base.tools import locks

TRANSFER_COLUMNS = (
    "id payer_id payee_id payer_wallet_id payee_wallet_id wezer_currency_id company_id"
    " amount_minor levy_payer_minor levy_payee_minor purpose category_id kind state"
    " date key_scope key key_hash person_id beyond_limit notice_pending historic"
    " settled_minor reversed_minor claim_minor create_uid write_uid create_date"
    " write_date"
).split()
ENTRY_COLUMNS = (
    "transfer_id wezer_currency_id from_id to_id amount kind date"
    " from_balance to_balance"
).split()
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Side:
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
        "lower",
        "upper",
        "start",
    )

    def spare(self, amount):
        """Say whether ``amount`` may leave."""
        return self.lower is None or (
            self.balance - self.reserved - amount >= self.lower
        )

    def room(self, amount):
        """Say whether ``amount`` may come; towards zero it always may."""
        return self.upper is None or (
            self.balance + self.incoming + amount <= max(self.upper, 0)
        )


class WezerTransfer(models.Model):
    """Thousands of transfers at once: counted here, written by a few statements."""

    _inherit = "wezer.transfer"

    @api.model
    def _post_rows(self, rows, mode="strict", dry_run=False):
        """Post ``rows`` in their order; who may was asked by the caller.

        :param rows: dicts ``payer_wallet``, ``payee_wallet`` (ids), ``minor``,
            and ``kind``, ``purpose``, ``category``, ``date``, ``key``, ``scope``
        :param str mode: ``strict`` limits apply, all or none; ``each`` limits
            apply, what is refused is left out; ``history`` no limits
        :return: a dict for each row: ``state`` (posted, known, refused), ``id``,
            ``rule``, ``reason``, ``beyond`` (it passed beyond a limit)
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        currencies, sides = self._lock_sides(rows)
        known = self._known_keys(rows)
        answers, posted = [], []
        for row in rows:
            if row.get("reason"):
                answers.append(self._bad_row(row["rule"], row["reason"]))
                continue
            answer = self._count_row(row, mode, currencies, sides, known)
            answers.append(answer)
            if answer["state"] == "posted":
                posted.append((row, answer))
        refused = any(answer["state"] == "refused" for answer in answers)
        if posted and not dry_run and not (refused and mode != "each"):
            self._write_rows(posted, mode, sides, now)
        for answer in answers:
            if answer["state"] == "known" and isinstance(answer["id"], dict):
                # Twice in this batch: the first of them is the result.
                answer["id"] = answer["id"].get("id")
        return answers

    @api.model
    def _bad_row(self, rule, reason):
        return {"state": "refused", "rule": rule, "reason": str(reason)}

    # === READING === #

    @api.model
    def _lock_sides(self, rows):
        """Lock the wallets in id order; return ``(currencies, sides)`` by id."""
        ids = OrderedSet()
        for row in rows:
            if not row.get("reason"):
                ids.add(row["payer_wallet"])
                ids.add(row["payee_wallet"])
        self.env.cr.execute(
            """SELECT DISTINCT w.wezer_currency_id FROM wezer_wallet w
                WHERE w.id = ANY(%s)""",
            [list(ids)],
        )
        money = self.env["wezer.currency"].sudo()
        currencies = {row[0]: money.browse(row[0]) for row in self.env.cr.fetchall()}
        for currency in currencies.values():
            if any(currency._levies(currency.minor_per_unit)):
                wallets = self.env["wezer.wallet"]
                ids.add(wallets._get(currency.treasury_partner_id, currency).id)
        self.env["wezer.wallet"].flush_model()
        self.env["wezer.currency"].flush_model()
        # Treasuries are read only, unless they have a limit.
        waits = "coalesce(w.is_system, false) AND NOT wezer_treasury_has_limit(c)"
        query = """SELECT w.id, w.partner_id, w.wezer_currency_id,
                          coalesce(w.is_system, false), wezer_treasury_has_limit(c),
                          w.state, w.balance::text, w.reserved::text,
                          w.incoming::text, wezer_lower_limit(w, c)::text,
                          wezer_upper_limit(w, c)::text
                     FROM wezer_wallet w
                     JOIN wezer_currency c ON c.id = w.wezer_currency_id
                    WHERE w.id = ANY(%s) AND """
        found = locks.execute_locking(
            self.env,
            f"{query} NOT ({waits}) ORDER BY w.id FOR NO KEY UPDATE OF w",
            [list(ids)],
        )
        self.env.cr.execute(query + waits, [list(ids)])
        found += self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT wallet_id, sum(delta)::text FROM wezer_wallet_accrual"
            " WHERE wallet_id = ANY(%s) GROUP BY wallet_id",
            [[row[0] for row in found if row[3]]],
        )
        late = {wallet: int(minor) for wallet, minor in self.env.cr.fetchall()}
        sides = {}
        for row in found:
            side = sides[row[0]] = self._side(row)
            side.balance += late.get(side.id, 0)
            side.start = side.balance, side.reserved, side.incoming
        return currencies, sides

    @api.model
    def _side(self, row):
        """Return the counting side of a wallet's row, its limits as they hold."""
        side = Side()
        side.id, side.partner, side.currency, side.system, bound, side.state = row[:6]
        side.bound = side.system and bound
        side.balance, side.reserved, side.incoming, side.lower, side.upper = (
            None if text is None else int(text) for text in row[6:]
        )
        return side

    @api.model
    def _known_keys(self, rows):
        """Return ``{(scope, key): (id, hash)}`` of what was posted before."""
        keys = [row["key"] for row in rows if row.get("key") and not row.get("reason")]
        if not keys:
            return {}
        self.env.cr.execute(
            "SELECT key_scope, key, id, key_hash FROM wezer_transfer"
            " WHERE key = ANY(%s) AND key_scope LIKE 'batch:%%'",
            [keys],
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in self.env.cr.fetchall()}

    # === COUNTING === #

    @api.model
    def _count_row(self, row, mode, currencies, sides, known):
        """Count one row on both sides, or say why not."""
        payer, payee = sides[row["payer_wallet"]], sides[row["payee_wallet"]]
        currency, minor = currencies[payer.currency], row["minor"]
        if key := row.get("key"):
            scope = row["scope"] = f"batch:{payer.id}"
            data = [payer.id, payee.id, str(minor), row.get("purpose") or ""]
            row["hash"] = self._hash([*data, str(row.get("date") or "")])
            if first := known.get((scope, key)):
                if first[1] == row["hash"]:
                    return {"state": "known", "id": first[0]}
                return self._bad_row(
                    "key", self.env._("This was sent before, with other content.")
                )
        row["currency"] = currency
        charged = mode == "strict" and not (payer.system or payee.system)
        row["levies"] = currency._levies(minor) if charged else (0, 0)
        leaves, comes = minor + row["levies"][0], minor - row["levies"][1]
        answer = {"state": "posted"}
        rule = self._limit_rule(row, mode, payer, payee, leaves, comes)
        if rule:
            passes = mode == "history" or (
                rule.endswith("limit")
                and currency.limit_policy == "warn"
                and not (rule == "payer_limit" and currency.kind != "mutual_credit")
            )
            if not passes:
                return self._bad_row(*self._row_reason(rule, payer, payee, row))
            answer["beyond"] = rule.endswith("limit")
        if currency.external and mode != "history":
            payer.reserved += minor
            payee.incoming += minor
        elif not currency.external:
            payer.balance -= leaves
            payee.balance += comes
            row["after"] = (
                payer.balance + row["levies"][0],
                payee.balance + row["levies"][1],
            )
        if key:
            known[scope, key] = (answer, row["hash"])
        return answer

    @api.model
    def _limit_rule(self, row, mode, payer, payee, leaves, comes):
        currency = row["currency"]
        if mode != "history":
            if payer.state != "open":
                return "payer_state"
            if payee.state != "open" and not row.get("blind"):
                return "payee_state"
        if not (currency.transferable or payer.system or payee.system):
            return "transferable"
        if not payer.spare(leaves):
            return "payer_limit"
        if not (payee.room(comes) or row.get("blind")):
            return "payee_limit"
        return None

    @api.model
    def _row_reason(self, rule, payer, payee, row):
        """Return ``(rule, sentence)``; about the other's wallet it says no cause."""
        currency = row["currency"]
        if rule == "transferable":
            return rule, self.env._("%(name)s is not passed on.", name=currency.name)
        own = rule.startswith("payer")
        side = payer if own else payee
        if not (own or row.get("open_book") or currency.balances_public):
            row["counts"] = True
            refusal = self._other_side_refusal(False)
            return refusal.rule, refusal.args[0]
        name = self.env["res.partner"].sudo().browse(side.partner).name
        if rule.endswith("state"):
            return "state", self.env._("The wallet of %(name)s is not open.", name=name)
        return "limit", self.env._(
            "%(name)s has %(available)s available, and the limit is %(limit)s:"
            " %(amount)s is too much.",
            name=name,
            available=currency._format(side.balance - side.reserved),
            limit=currency._format(side.lower if own else side.upper),
            amount=currency._format(row["minor"]),
        )

    # === WRITING === #

    @api.model
    def _write_rows(self, posted, mode, sides, now):
        cr = self.env.cr
        cr.execute(
            "SELECT nextval('wezer_transfer_id_seq') FROM generate_series(1, %s)",
            [len(posted)],
        )
        numbers = cr.fetchall()
        transfers, entries = [], []
        uid, person = self.env.user.id, self.env.user.partner_id.id
        told = mode == "strict"
        for (row, answer), (number,) in zip(posted, numbers, strict=True):
            answer["id"] = number
            currency = row["currency"]
            payer, payee = sides[row["payer_wallet"]], sides[row["payee_wallet"]]
            date = row.get("date") or now
            pending = currency.external and mode != "history"
            kind = row.get("kind") or "payment"
            if kind == "payment" and payer.system and currency._is_issued():
                kind = "issue"
            beyond = bool(answer.get("beyond"))
            transfers.append(
                (
                    number,
                    payer.partner,
                    payee.partner,
                    payer.id,
                    payee.id,
                    currency.id,
                    currency.company_id.id,
                    row["minor"],
                    *row["levies"],
                    row.get("purpose") or None,
                    row.get("category") or None,
                    kind,
                    "pending" if pending else "done",
                    date,
                    row.get("scope") if row.get("key") else None,
                    row.get("key") or None,
                    row.get("hash") if row.get("key") else None,
                    person,
                    beyond,
                    told or (beyond and mode != "history"),
                    mode == "history",
                    0,
                    0,
                    0,
                    uid,
                    uid,
                    now,
                    now,
                )
            )
            if payer is not payee and not currency.external:
                entries += self._entries_of(row, number, kind, date, payer, payee)
        self._copy("wezer_transfer", TRANSFER_COLUMNS, transfers)
        self._copy("wezer_ledger_entry", ENTRY_COLUMNS, entries)
        self._write_sides(sides, entries)
        if mode == "history":
            self._begin_earlier(posted, now)
        self.env["wezer.wallet"]._forget_sums()
        self._tell_batch(posted)

    @api.model
    def _entries_of(self, row, number, kind, date, payer, payee):
        """Return the ledger rows of a transfer: the amount, then the levies."""
        currency, (levy_payer, levy_payee) = row["currency"], row["levies"]
        after = row["after"]
        entries = [
            (
                number,
                currency.id,
                payer.id,
                payee.id,
                row["minor"],
                kind,
                date,
                None if payer.system else after[0],
                None if payee.system else after[1],
            )
        ]
        for side, levy, balance in (
            (payer, levy_payer, after[0]),
            (payee, levy_payee, after[1]),
        ):
            if levy:
                treasury = self._treasury_wallet(currency)
                entries.append(
                    (
                        number,
                        currency.id,
                        side.id,
                        treasury,
                        levy,
                        "levy",
                        date,
                        balance - levy,
                        None,
                    )
                )
        return entries

    @api.model
    def _treasury_wallet(self, currency):
        return self.env["wezer.wallet"]._get(currency.treasury_partner_id, currency).id

    @api.model
    def _write_sides(self, sides, entries):
        """Update the stored sums of members, and what treasuries have to sweep."""
        changed = [
            side
            for side in sides.values()
            if (side.balance, side.reserved, side.incoming) != side.start or side.bound
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
                [side.id for side in changed],
                [
                    0 if side.system else side.balance - side.start[0]
                    for side in changed
                ],
                [side.reserved - side.start[1] for side in changed],
                [side.incoming - side.start[2] for side in changed],
            ],
        )
        late = {}
        for entry in entries:
            for wallet, minor in ((entry[2], -entry[4]), (entry[3], entry[4])):
                if sides[wallet].system:
                    late[wallet] = late.get(wallet, 0) + minor
        self._copy("wezer_wallet_accrual", ("wallet_id", "delta"), list(late.items()))

    @api.model
    def _begin_earlier(self, posted, now):
        """Let wallets begin with the first transfer of the history they got."""
        first = {}
        for row, _answer in posted:
            date = row.get("date") or now
            for wallet in (row["payer_wallet"], row["payee_wallet"]):
                first[wallet] = min(first.get(wallet, date), date)
        self.env.cr.execute(
            """UPDATE wezer_wallet w SET opened_on = v.first
                 FROM unnest(%s::int[], %s::timestamp[]) AS v(id, first)
                WHERE w.id = v.id AND w.opened_on > v.first""",
            [list(first), list(first.values())],
        )
        self.env["wezer.wallet"].invalidate_model(["opened_on"])

    @api.model
    def _copy(self, table, columns, rows):
        """Write ``rows`` of our own making, the fastest way the database has."""
        if not rows:
            return
        text = "\n".join(
            "\t".join(
                [
                    "\\N"
                    if value is None
                    else value.translate(ESCAPES)
                    if type(value) is str
                    else str(value)
                    for value in row
                ]
            )
            for row in rows
        )
        self.env.cr.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN",
            io.StringIO(text + "\n"),
        )

    @api.model
    def _tell_batch(self, posted):
        """Ask for a journal entry soon, and for receipts of what waits for one."""
        if any(
            row["currency"].accounting_mode == "immediate" for row, _answer in posted
        ):
            self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
        pending = [answer["id"] for row, answer in posted if row["currency"].external]
        for transfer in self.sudo().browse(pending):
            if transfer.state == "pending":
                transfer._tell_payee()
