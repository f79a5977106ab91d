import contextlib
import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import caller_context, days
from odoo.addons.wezer_base.tools.locks import Busy, is_contention, lock_table

from ..tools.booking import balanced_parts
from .fields_bigint import BigInteger

_logger = logging.getLogger(__name__)

# Odoo's check of off-balance entries is quadratic in their lines: a journal entry
# has this many pairs of debtor and creditor, twice as many lines at most.
PAIRS = 100
# When a seal is tried again whose lock would have let payments wait.
BUSY_PAUSE = timedelta(minutes=5)
# Rows that go into the hash at a time.
CHUNK = 20000
# What the hash covers of a row, in this order and for good.
ROW_TEXT = """concat_ws('|', id, transfer_id, from_id, to_id, wezer_currency_id,
    amount, kind, to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS.US'))"""
# Known to this module only: RPC cannot forge an object.
SEAL_TOKEN = object()


class WezerLedgerSeal(models.Model):
    """Closes a range of entries of a currency and carries it into accounting."""

    _name = "wezer.ledger.seal"
    _description = "Ledger seal"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"

    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        ondelete="restrict",
        index=True,
    )
    previous_id = fields.Many2one("wezer.ledger.seal", ondelete="restrict")
    date = fields.Datetime(required=True)
    from_entry_id = fields.Integer(string="From entry", aggregator=None, required=True)
    to_entry_id = fields.Integer(string="To entry", aggregator=None, required=True)
    entry_count = fields.Integer(string="Entries", aggregator=None, required=True)
    total = BigInteger(aggregator=None, required=True)
    total_text = fields.Char(string="Sum", compute="_compute_total_text")
    digest = fields.Char(string="SHA-256", required=True)
    move_ids = fields.One2many(
        "account.move", "wezer_seal_id", string="Journal entries", readonly=True
    )
    # Kept with the seal: what is half booked is divided later as it was begun.
    pairs = fields.Integer(default=PAIRS, required=True, aggregator=None)
    booked = fields.Boolean(
        readonly=True,
        copy=False,
        help="All journal entries of this seal are posted. A large range needs"
        " several entries.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _previous_uniq = models.UniqueIndex(
        "(wezer_currency_id, coalesce(previous_id, 0))",
        "A seal can have only one successor.",
    )

    @api.depends_context("lang")
    def _compute_total_text(self):
        for seal in self:
            seal.total_text = seal.wezer_currency_id._format(seal.total)

    def _compute_display_name(self):
        for seal in self:
            seal.display_name = (
                f"{seal.wezer_currency_id.name} {seal.from_entry_id}–{seal.to_entry_id}"
            )

    # === CRUD === #

    def write(self, vals):
        if self.env.context.get("wezer_seal") is not SEAL_TOKEN:
            raise Refusal(self.env._("A seal cannot be changed."), rule="sealed")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise Refusal(self.env._("A seal cannot be changed."), rule="sealed")

    # === ACTIONS === #

    @api.model
    def action_seal(self) -> dict:
        """Ask for a seal soon; administrators. A scheduled action makes it."""
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Only administrators can seal the ledger."), rule="role"
            )
        # Checked just above; the cron belongs to the system.
        self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The ledger will be sealed within a minute."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === SEALING === #

    @contextlib.contextmanager
    def _fresh(self):
        """Give this model in a transaction of its own, committed at the end."""
        with self.env.registry.cursor() as cr:
            yield self.with_env(self.env(cr=cr)).browse(self.ids)

    @api.model
    def _cron_seal(self):
        """Book what is sealed, seal each currency, and book that.

        Each seal and each journal entry is a transaction of its own. Killed at any
        moment, the next run goes on where this one stopped. Each currency is on its
        own: what fails (accounting refuses a lock date, for instance) is tried again by
        each run, and listed by the checks.
        """
        done, refused = self._book_waiting(self.browse())
        if not done:
            return
        try:
            with self._fresh() as seals:
                until = seals._last_settled_entry()
        except Busy:
            # Somebody writes for long: payments shall not wait behind this lock.
            _logger.info("the ledger is being written: sealed later")
            self._try_later()
            return
        with self._fresh() as seals:
            currencies = seals._currencies().ids
        for currency in currencies:
            try:
                with self._fresh() as seals:
                    money = seals.env["wezer.currency"].browse(currency)
                    seals._seal_range(money, until)
            except Exception as error:
                self._log_failure("currency", currency, error)
        self._book_waiting(refused)

    @api.model
    def _book_waiting(self, without):
        """Post the journal entries that seals wait for, while this run may last.

        What goes wrong with a seal is not the others'.

        :param without: seals that failed just now
        :return: ``(whether nothing is left to try, the seals that failed)``
        """
        cron, failed = self.env["ir.cron"], without
        with self._fresh() as seals:
            waiting = (seals._unbooked() - without.with_env(seals.env)).ids
        # How many entries each needs is known when it is begun: one at least.
        cron._commit_progress(remaining=len(waiting))
        for place, number in enumerate(waiting):
            others = len(waiting) - place - 1
            seal = self.browse(number)
            try:
                with seal._fresh() as fresh:
                    parts, first = fresh._parts(), fresh._next_part()
                for part in range(first, max(len(parts), first) + 1):
                    with seal._fresh() as fresh:
                        fresh._book_part(part, parts)
                    more = max(len(parts) - part, 0) + others
                    # However little time there is, each run gets further.
                    if not cron._commit_progress(1, remaining=more) and more:
                        return False, failed
            except Exception as error:
                self._log_failure("seal", number, error)
                failed |= seal
        # What failed waits for people, not for the next minute.
        cron._commit_progress(remaining=0)
        return True, failed

    @api.model
    def _log_failure(self, what, number, error):
        """Log that a currency is not sealed, or a seal not booked; the rest goes on."""
        if isinstance(error, Busy) or is_contention(error):
            _logger.info("%s %s: another transaction changes it", what, number)
            self._try_later()
        elif isinstance(error, UserError):
            _logger.error("%s %s is left for the next run: %s", what, number, error)
        else:
            _logger.exception("%s %s is left for the next run", what, number)

    @api.model
    def _try_later(self):
        """Run the scheduled action once more in a while."""
        later = fields.Datetime.now() + BUSY_PAUSE
        self.env.ref("wezer_currency.ir_cron_seal").sudo()._trigger(at=later)

    @api.model
    def _last_settled_entry(self):
        """Return the id below which no entry will ever appear any more.

        Ids commit out of order: a snapshot older than the lock could miss an
        entry below the last id it sees, so the lock is the transaction's first
        statement. It ends before the hash is counted: payments hardly wait.
        """
        lock_table(self.env, "wezer_ledger_entry", "SHARE ROW EXCLUSIVE")
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM wezer_ledger_entry")
        return self.env.cr.fetchone()[0]

    @api.model
    def _seal_now(self):
        """Seal in the caller's own transaction (tests, the launcher).

        Only where nothing else writes: see :meth:`_cron_seal`.
        """
        self.env.flush_all()
        until, seals = self._last_settled_entry(), self.sudo()
        for currency in seals._currencies():
            seals |= seals._seal_range(currency, until)
        for seal in seals._unbooked():
            parts = seal._parts()
            for part in range(seal._next_part(), max(len(parts), 1) + 1):
                seal._book_part(part, parts)
        return seals

    @api.model
    def _currencies(self):
        """Return the currencies that have a ledger, archived ones too."""
        currencies = self.env["wezer.currency"].with_context(active_test=False)
        return currencies.search([("external", "=", False)])

    @api.model
    def _last_of(self, currency):
        return self.search(
            [("wezer_currency_id", "=", currency.id)], order="id desc", limit=1
        )

    @api.model
    def _seal_range(self, currency, until):
        """Seal the entries of ``currency`` after its last seal, if there are any."""
        previous = self._last_of(currency)
        self.env.cr.execute(
            """SELECT count(*), min(id), max(id), coalesce(sum(amount), 0)::text
                 FROM wezer_ledger_entry
                WHERE wezer_currency_id = %s AND id > %s AND id <= %s""",
            [currency.id, previous.to_entry_id, until],
        )
        count, first, last, total = self.env.cr.fetchone()
        if not count:
            return self.browse()
        return self.create(
            {
                "wezer_currency_id": currency.id,
                "company_id": currency.company_id.id,
                "previous_id": previous.id,
                "date": fields.Datetime.now(),
                "from_entry_id": first,
                "to_entry_id": last,
                "entry_count": count,
                "total": int(total),
                "digest": self._hash_range(currency, first, last, previous.digest),
                "pairs": PAIRS,
            }
        )

    @api.model
    def _hash_range(self, currency, first, last, previous_digest):
        """Return the SHA-256 over the range, chained to the previous seal's."""
        chain = hashlib.sha256((previous_digest or "").encode())
        after = first - 1
        while True:
            self.env.cr.execute(
                f"""SELECT id, {ROW_TEXT} FROM wezer_ledger_entry
                     WHERE wezer_currency_id = %s AND id > %s AND id <= %s
                     ORDER BY id LIMIT {CHUNK}""",
                [currency.id, after, last],
            )
            rows = self.env.cr.fetchall()
            for _id, text in rows:
                chain.update(text.encode() + b"\n")
            if len(rows) < CHUNK:
                return chain.hexdigest()
            after = rows[-1][0]

    # === ACCOUNTING === #

    def _net_by_wallet(self):
        """Return ``[(wallet, net minor units)]`` of the range, zeros left out."""
        self.ensure_one()
        self.env.cr.execute(
            """SELECT wallet, sum(minor)::text FROM (
                   SELECT to_id AS wallet, amount AS minor FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s
                      AND id BETWEEN %(first)s AND %(last)s
                   UNION ALL
                   SELECT from_id, -amount FROM wezer_ledger_entry
                    WHERE wezer_currency_id = %(currency)s
                      AND id BETWEEN %(first)s AND %(last)s
               ) sides GROUP BY wallet HAVING sum(minor) <> 0 ORDER BY wallet""",
            {
                "currency": self.wezer_currency_id.id,
                "first": self.from_entry_id,
                "last": self.to_entry_id,
            },
        )
        wallets = self.env["wezer.wallet"]
        return [(wallets.browse(row[0]), int(row[1])) for row in self.env.cr.fetchall()]

    @api.model
    def _unbooked(self):
        return self.search([("booked", "=", False)], order="id")

    def _parts(self):
        """Return ``[{wallet id: minor units}]``, what each journal entry carries."""
        net = [(wallet.id, minor) for wallet, minor in self._net_by_wallet()]
        if sum(minor for _wallet, minor in net):
            # Odoo asks for zero in company currency only.
            raise Refusal(
                self.env._("The entries in this range do not sum to zero."), rule="zero"
            )
        return balanced_parts(net, self.pairs)

    def _next_part(self):
        """Return the number of the journal entry to post next; they begin at 1."""
        self.ensure_one()
        return max(self.sudo().move_ids.mapped("wezer_seal_part"), default=0) + 1

    def _book_part(self, number, parts):
        """Post journal entry ``number`` of this seal; with the last it is booked."""
        self.ensure_one()
        if number <= len(parts):
            wallets = self.env["wezer.wallet"].browse(parts[number - 1])
            lines = [(wallet, parts[number - 1][wallet.id]) for wallet in wallets]
            move = (
                caller_context.plain(self.env["account.move"])
                .with_company(self.company_id)
                .with_context(skip_invoice_sync=True, tracking_disable=True)
                .create(
                    {
                        **self._prepare_move_vals(lines, number, len(parts)),
                        "wezer_seal_part": number,
                    }
                )
            )
            move.action_post()
            move.wezer_seal_id = self
        if number >= len(parts):
            self.with_context(wezer_seal=SEAL_TOKEN).booked = True

    def _worth_of_lines(self, lines):
        """Return ``{wallet id: balance in the company's money}``, zero in sum.

        What rounding leaves goes to the treasury's line.
        """
        currency = self.wezer_currency_id
        if not (currency._is_own_money() or currency._has_value()):
            return {wallet.id: 0.0 for wallet, _minor in lines}
        worth = {wallet.id: -currency._worth(minor) for wallet, minor in lines}
        money = self.company_id.currency_id
        rest = money.round(sum(worth.values()))
        if rest:
            treasury = next(
                (wallet.id for wallet, _minor in lines if wallet.is_system),
                lines[0][0].id,
            )
            worth[treasury] = money.round(worth[treasury] - rest)
        return worth

    def _prepare_move_vals(self, lines, number=1, count=1):
        """Return a journal entry of the range: one line per member.

        A wallet above zero is a credit. Without value in company currency,
        unless the currency is the company's own, or paid for with it.
        """
        self.ensure_one()
        currency = self.wezer_currency_id
        worth = self._worth_of_lines(lines)
        vals = []
        for wallet, minor in lines:
            account = (
                currency.treasury_account_id
                if wallet.is_system
                else currency.member_account_id
            )
            units = -minor / currency.minor_per_unit
            vals.append(
                fields.Command.create(
                    {
                        "name": currency._format(minor),
                        "account_id": account.id,
                        "partner_id": wallet.partner_id.id,
                        "currency_id": currency.currency_id.id,
                        "amount_currency": units,
                        # Given explicitly: left out, Odoo converts 1 : 1.
                        "balance": worth[wallet.id],
                    }
                )
            )
        return {
            "move_type": "entry",
            "journal_id": currency.journal_id.id,
            "date": days.day_of(self.env, self.date, self.company_id),
            "ref": f"{currency.code} {self.display_name} {self.digest[:16]}"
            + (f" {number}/{count}" if count > 1 else ""),
            "currency_id": currency.currency_id.id,
            "company_id": self.company_id.id,
            "line_ids": vals,
        }
