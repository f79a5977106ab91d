from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.cron import for_each_due

from ..tools import refusals
from .fields_bigint import BigInteger

_lt = LazyTranslate(__name__)

RULES_MAX = 100


class WezerAcceptance(models.Model):
    """Requests for payment that a payer has accepted in advance.

    A rule covers the requests of one party, or of everybody, in one currency. What it
    covers is paid by :meth:`wezer.transfer.action_accept`, as the person who set the
    rule: who, state, limits and charges are checked as by hand. What is refused stays
    an ordinary request. Nobody has a rule until they set one.
    """

    _name = "wezer.acceptance"
    _description = "Automatic acceptance of payment requests"
    _inherit = ["wezer.record.mixin"]
    _order = "partner_id, id"
    _rec_name = "wezer_currency_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        required=True,
        index=True,
        ondelete="cascade",
        help="The member or group that pays.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Set by",
        required=True,
        ondelete="cascade",
        help="Requests are paid only as long as this person may pay for the payer.",
    )
    requester_id = fields.Many2one(
        "res.partner",
        string="Requests of",
        index="btree_not_null",
        ondelete="cascade",
        help="Whose requests are paid. If it is empty, the requests of everybody for"
        " whom there is no rule of their own.",
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="cascade"
    )
    # Zero: no maximum, for the requests of one party only.
    amount_minor = BigInteger(string="At most (minor units)", default=0)
    month_minor = BigInteger(string="At most in a month (minor units)", default=0)
    amount_text = fields.Char(
        string="At most",
        compute="_compute_texts",
        help="The largest request that is paid automatically.",
    )
    month_text = fields.Char(
        string="At most in a month",
        compute="_compute_texts",
        help="The sum of the requests that are paid automatically in a month.",
    )
    used_text = fields.Char(string="Paid this month", compute="_compute_texts")
    active = fields.Boolean(string="In use", default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _party_uniq = models.UniqueIndex(
        "(partner_id, wezer_currency_id, coalesce(requester_id, 0))",
        "There can be only one rule for the same requests.",
    )
    _everybody_bounded = models.Constraint(
        "CHECK (requester_id IS NOT NULL OR (amount_minor > 0 AND month_minor > 0))",
        "A rule for everybody needs both maximums.",
    )

    # === COMPUTE === #

    @api.depends("amount_minor", "month_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        used = self._origin._used_this_month()
        for rule in self:
            money = rule.sudo().wezer_currency_id
            amount, month = rule.amount_minor, rule.month_minor
            rule.amount_text = money._format(amount) if amount else ""
            rule.month_text = money._format(month) if month else ""
            rule.used_text = money._format(used.get(rule._origin.id, 0))

    def _used_this_month(self):
        """Return ``{id: minor units}`` paid by these rules in the community's month.

        What was taken back counts, too: many small payments cannot be repeated.
        """
        transfers = self.env["wezer.transfer"]
        transfers.flush_model(["acceptance_id", "automatic", "date", "amount_minor"])
        first = days.begin(self.env, days.today(self.env).replace(day=1))
        self.env.cr.execute(
            """SELECT acceptance_id, sum(amount_minor)::text FROM wezer_transfer
                WHERE acceptance_id = ANY(%s) AND automatic AND date >= %s
                GROUP BY acceptance_id""",
            [self.ids, first],
        )
        return {number: int(minor) for number, minor in self.env.cr.fetchall()}

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return why the current user may not ``stop`` this rule, or None."""
        self.ensure_one()
        try:
            self.env.user._check_acts_for(self.sudo().partner_id, "wallet")
        except UserError as error:
            return error
        return None

    # === ACTIONS === #

    @api.model
    def allow(
        self,
        payer: int,
        currency: int,
        requester: int | None = None,
        amount: str = "",
        month: str = "",
        acting_partner_id: int | None = None,
    ) -> int:
        """Let requests be paid automatically from now on.

        A rule that exists for the same requests is replaced.

        :param payer: partner id
        :param currency: id of a ``wezer.currency``
        :param requester: partner id; left out, the requests of everybody for whom
            there is no rule of their own: then both maximums are needed
        :param amount: the largest request that is paid, as people write amounts;
            empty for no maximum
        :param month: the sum that is paid in a month; empty for no maximum
        :param acting_partner_id: the party acted for: the payer
        :return: id of the rule
        :raise NotAllowed: where the user does not act for the payer
        :raise Refusal: rules ``party``, ``currency``, ``external``, ``amount``,
            ``month``, ``rules``
        """
        transfers = self.env["wezer.transfer"]
        party = transfers._partner(payer)
        self.env.user._resolve_acting(
            acting_partner_id, party, "wallet", what="acceptance"
        )
        party = transfers._resolve_party(payer, "payer")
        asker = self._resolve_requester(party, requester) if requester else None
        money = transfers._open_currency(currency)
        if money.external:
            raise Refusal(
                self.env._(
                    "%(currency)s is paid outside Wezer, so it cannot be paid"
                    " automatically.",
                    currency=money.name,
                ),
                rule="external",
            )
        amounts = self._read_maximums(money, amount, month, needed=not asker)
        return self._keep(party, money, asker, *amounts).id

    @api.model
    def _resolve_requester(self, party, requester):
        """Return the partner (sudo) with this id whom the user can find."""
        known = self.env["wezer.profile"].search_count(
            [("partner_id", "=", self.env["wezer.transfer"]._partner(requester).id)]
        )
        if not known:
            raise Refusal(
                self.env._("Choose a member or a group that you can find."),
                rule="party",
                field="to",
            )
        asker = self.env["wezer.transfer"]._resolve_party(requester, "payee")
        if asker == party:
            raise refusals.same_party(self.env)
        return asker

    @api.model
    def _read_maximums(self, money, amount, month, needed):
        """Return both maximums in minor units, 0 for none, or refuse."""
        transfers = self.env["wezer.transfer"]
        minor, sum_minor = (
            transfers._positive_amount(money, text) if text else 0
            for text in (amount, month)
        )
        if needed and not minor:
            raise Refusal(
                self.env._("Enter the largest request that may be paid."),
                rule="amount",
                field="amount",
            )
        if needed and not sum_minor:
            raise Refusal(
                self.env._("Enter how much may be paid in a month in all."),
                rule="month",
                field="month",
            )
        if sum_minor and minor > sum_minor:
            raise Refusal(
                self.env._(
                    "One request cannot be larger than the sum of a month, %(limit)s.",
                    limit=money._format(sum_minor),
                ),
                rule="month",
                value=money._format(minor),
                limit=money._format(sum_minor),
                field="month",
            )
        return minor, sum_minor

    @api.model
    def _keep(self, party, money, asker, minor, sum_minor):
        """Write the rule of these parties, made where it is missing (sudo)."""
        rules = self.sudo().with_context(active_test=False)
        locks.hold(self.env, "acceptance", party.id)
        vals = {
            "user_id": self.env.uid,
            "amount_minor": minor,
            "month_minor": sum_minor,
            "active": True,
        }
        own = rules.search([("partner_id", "=", party.id)])
        rule = own.filtered(
            lambda rule: (
                rule.wezer_currency_id == money
                and rule.requester_id == (asker or rule.requester_id.browse())
            )
        )
        in_use = own.filtered("active") - rule
        if len(in_use) >= RULES_MAX:
            raise Refusal(
                self.env._(
                    "There are already %s rules. Switch one off first.", RULES_MAX
                ),
                rule="rules",
                limit=str(RULES_MAX),
            )
        if rule:
            rule.write(vals)
            return rule
        # Access and data were just checked.
        return rules.create(
            {
                **vals,
                "partner_id": party.id,
                "requester_id": asker.id if asker else False,
                "wezer_currency_id": money.id,
                "company_id": money.company_id.id,
            }
        )

    def action_stop(self, acting_partner_id: int | None = None) -> bool:
        """Switch this rule off; what was paid stays paid."""
        self.ensure_one()
        rule = self.sudo()
        self.env.user._resolve_acting(
            acting_partner_id, rule.partner_id, "wallet", what="acceptance"
        )
        rule.active = False
        return True

    # === ACCEPTING === #

    @api.model
    def _covering(self, payer_id, payee_id, currency_id, minor):
        """Return the rule (sudo) that covers a request, or an empty one.

        The rule of a party goes before the one for everybody.
        """
        rules = self.sudo().search(
            [
                ("active", "=", True),
                ("partner_id", "=", payer_id),
                ("wezer_currency_id", "=", currency_id),
                ("requester_id", "in", (payee_id, False)),
            ]
        )
        rule = rules.filtered("requester_id")[:1] or rules[:1]
        return rule.filtered(lambda rule: not rule._refusal_of(minor))

    def _refusal_of(self, minor):
        """Return why a request of ``minor`` is not paid automatically, or None."""
        self.ensure_one()
        money = self.wezer_currency_id
        if not self.active or money.external or not self.user_id.active:
            return NotAllowed(self.env._("This rule is not in use."), rule="acceptance")
        if self.amount_minor and minor > self.amount_minor:
            return self._too_much(minor, self.amount_minor)
        if self.month_minor:
            left = self.month_minor - self._used_this_month().get(self.id, 0)
            if minor > left:
                return self._too_much(minor, max(left, 0))
        return None

    def _too_much(self, minor, left):
        money = self.wezer_currency_id
        return Refusal(
            self.env._(
                "%(amount)s is not paid automatically. At most %(limit)s would be.",
                amount=money._format(minor),
                limit=money._format(left),
            ),
            rule="acceptance",
            value=money._format(minor),
            limit=money._format(left),
        )

    def _accept(self, transfer):
        """Pay ``transfer`` (sudo) as the person who set this rule, or raise."""
        self.ensure_one()
        refusal = self._refusal_of(transfer.amount_minor)
        if refusal:
            raise refusal
        # The person's own rights, and nothing of the context of who asked.
        person = self.env(
            user=self.user_id.id, su=False, context={"lang": self.user_id.lang}
        )
        transfer.with_env(person).action_accept(acting_partner_id=self.partner_id.id)
        if transfer.beyond_limit:
            # Where limits only warn, people decide themselves to go beyond.
            raise Refusal(
                self.env._("This payment would go beyond a limit."), rule="limit"
            )
        money = self.wezer_currency_id
        transfer.write(
            {
                "automatic": True,
                "take_back_until": fields.Datetime.now()
                + timedelta(days=money.acceptance_days),
            }
        )
        self._notify_paid(transfer)

    def _notify_paid(self, transfer):
        """Tell the payer who was paid, what for and how much, and until when."""
        words = {
            "name": transfer.payee_id.name,
            "amount": transfer._said_amount(),
            "day": days.day_of(self.env, transfer.take_back_until),
            "purpose": transfer.purpose,
        }
        sentence = (
            _lt(
                "%(amount)s was paid to %(name)s automatically: %(purpose)s. You can"
                " take it back until %(day)s, and switch the rule off.",
                **words,
            )
            if transfer.purpose
            else _lt(
                "%(amount)s was paid to %(name)s automatically. You can take it back"
                " until %(day)s, and switch the rule off.",
                **words,
            )
        )
        self.partner_id._wezer_notify(
            "automatic",
            sentence,
            url=f"/my/acceptance#paid-{transfer.id}",
            record=transfer,
            right="wallet",
        )

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_accept(self):
        """Pay the requests that a rule covers, each in a transaction of its own.

        One process at a time runs this, so that sums of a month are exact.
        """
        for_each_due(
            self.env["wezer.transfer"].sudo(),
            [("acceptance_pending", "=", True)],
            self._accept_due,
            wait=self._wait_for_wallets,
        )

    @api.model
    def _wait_for_wallets(self, transfer_id):
        """Wait with those who move the same two wallets, as pages that pay do."""
        # Nothing of it stays in the cache over the wait.
        self.env.cr.execute(
            """SELECT w.id FROM wezer_wallet w JOIN wezer_transfer t
                   ON w.id IN (t.payer_wallet_id, t.payee_wallet_id)
                WHERE t.id = %s AND w.is_system IS NOT TRUE""",
            [transfer_id],
        )
        wallets = [row[0] for row in self.env.cr.fetchall()]
        locks.wait_in_line(self.env, "wallet", wallets)

    @api.model
    def _accept_due(self, transfer):
        """Pay one request; where it is refused, tell the payer that it waits."""
        rule = transfer.acceptance_id
        transfer.acceptance_pending = False
        if transfer.state != "requested":
            # Answered by hand meanwhile.
            return
        if not rule:
            # It went with an account that was merged or deleted.
            transfer._notify_asked()
            return
        try:
            with self.env.cr.savepoint():
                rule._accept(transfer)
        except locks.Busy:
            raise
        except UserError:
            self.env.invalidate_all(flush=False)
            transfer.acceptance_id = False
            transfer._notify_asked()
