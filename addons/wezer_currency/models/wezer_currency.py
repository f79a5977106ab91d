import itertools
import string
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import caller_context, days
from odoo.addons.wezer_base.tools.charts import ACCENT, is_color
from odoo.addons.wezer_base.tools.cron import AGAIN, for_each_due
from odoo.addons.wezer_base.tools.numbers import is_id
from odoo.addons.wezer_base.tools.payload import shortened
from odoo.addons.wezer_base.tools.shown_numbers import format_plain_decimal
from odoo.addons.wezer_base.tools.stored_sentence import Value

from ..tools import amounts, books, credit_growth, currency_statistics, recurrence
from ..tools.statement_files import plain_cell
from .fields_bigint import BigInteger

# How far below zero a member may go unless the administrator decides.
SAFE_HOURS, SAFE_UNITS = "20:00", "500"
CHARGES = ("fee", "demurrage")
# What refuses a payment, of a wallet's own or of its currency; and what also warns.
REFUSING_LIMITS = ("has_lower", "lower_limit", "has_upper", "upper_limit")
LIMITS_AND_WARNINGS = (
    *REFUSING_LIMITS,
    "has_lower_warning",
    "lower_warning",
    "has_upper_warning",
    "upper_warning",
)
# A series of charges that nobody took for longer than this is not caught up.
CATCH_UP_DAYS = 366
GROWTH_RULE = ("credit_grows", "credit_cap", "kind", "external")
ACCEPTANCE_DAYS, ACCEPTANCE_DAYS_MAX = 14, 365
# How often wallets are tried in a row whose members are paying just now.
CHARGE_TRIES = 5
STATISTICS_GROUPS = "wezer_base.group_moderator,wezer_base.group_administrator"


class WezerCurrency(models.Model):
    """A community currency: its kind, unit, limits and charges, and its amounts.

    What it takes for its treasury: a levy on each payment (``wezer_levy`` in
    ``models/posting.sql``), a periodic fee and a demurrage (``wezer.charge.run``).
    """

    _name = "wezer.currency"
    _description = "Community currency"
    _inherit = ["wezer.kept.mixin", "wezer.record.mixin"]
    _wezer_private_name = False
    _inherits = {"res.currency": "currency_id"}
    _order = "sequence, id"
    _rec_name = "name"

    currency_id = fields.Many2one(
        "res.currency", required=True, ondelete="restrict", index=True
    )
    name = fields.Char(string="Currency name", required=True, translate=True)
    code = fields.Char(
        required=True, help="The text after the amount, such as h, TIL or €."
    )
    sequence = fields.Integer(string="Order", default=10)
    active = fields.Boolean(string="In use", default=True)
    kind = fields.Selection(
        [
            (
                "mutual_credit",
                "Mutual credit: people may go below zero, all balances sum to zero",
            ),
            (
                "issued",
                "Issued: the treasury issues and redeems it, nobody goes below zero",
            ),
            ("legal", "Legal tender"),
        ],
        required=True,
        default="mutual_credit",
    )
    external = fields.Boolean(
        compute="_compute_external",
        store=True,
        readonly=False,
        help="The money moves outside Wezer. Wezer records only promises to pay.",
    )
    transferable = fields.Boolean(
        default=True,
        help="Switch this off for recognition points, which only the treasury can"
        " give and take back.",
    )
    unit_kind = fields.Selection(
        [("hour", "Hours and minutes"), ("decimal", "Units and decimals")],
        required=True,
        default="decimal",
    )
    digits = fields.Integer(
        default=2,
        help="Number of decimals people may use, up to 18. Hours use minutes instead.",
    )
    minor_per_unit = BigInteger(compute="_compute_minor_per_unit", store=True)
    color = fields.Char(
        help="The colour of the currency's cards and curves. Without one they have the"
        " main colour of the website.",
    )
    limit_policy = fields.Selection(
        [
            ("block", "Refuse payments beyond a limit"),
            ("warn", "Allow them and notify the moderators"),
            ("off", "No limits"),
        ],
        required=True,
        default="block",
    )
    has_lower = fields.Boolean(string="Lower limit", default=True)
    lower_limit = BigInteger(string="Lower limit (minor units)")
    has_upper = fields.Boolean(string="Upper limit")
    upper_limit = BigInteger(string="Upper limit (minor units)")
    has_lower_warning = fields.Boolean(string="Warning below zero")
    lower_warning = BigInteger(string="Warning below zero (minor units)")
    has_upper_warning = fields.Boolean(string="Warning above zero")
    upper_warning = BigInteger(string="Warning above zero (minor units)")
    lower_text = fields.Char(
        string="Down to",
        compute="_compute_limit_texts",
        inverse="_inverse_limit_texts",
        help="How far below zero a member may go, such as 20:00 or 500.00.",
    )
    upper_text = fields.Char(
        string="Up to", compute="_compute_limit_texts", inverse="_inverse_limit_texts"
    )
    lower_warning_text = fields.Char(
        string="Warning from",
        compute="_compute_limit_texts",
        inverse="_inverse_limit_texts",
        help="How far below zero a member is warned, such as 10:00 or 250.00. The"
        " payment is made all the same. Enter 0 to warn as soon as a balance is below"
        " zero, or leave it empty for no warning.",
    )
    upper_warning_text = fields.Char(
        string="Warning above",
        compute="_compute_limit_texts",
        inverse="_inverse_limit_texts",
        help="How far above zero a member is told that it is time to spend. Leave it"
        " empty for no warning.",
    )
    credit_grows = fields.Boolean(
        string="Credit grows with payments received",
        help="The lower limit of members grows by what they receive from others, less"
        " what they pay to the same people. It is counted each night. While this is"
        " off, grown credit does not count.",
    )
    credit_cap = BigInteger(string="Credit grows to (minor units)")
    credit_cap_text = fields.Char(
        string="It grows to",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
        help="How far below zero the credit of a member can grow at most, such as"
        " 30:00 or 1300.00.",
    )
    credit_grows_since = fields.Datetime(
        string="Payments count from",
        help="Only payments from then on let credit grow. Without a date, those from"
        " the moment when you switch this on.",
    )
    # When the last count was complete.
    credit_counted = fields.Datetime(string="Last counted", readonly=True, copy=False)
    acceptance_days = fields.Integer(
        string="Days to take an automatic payment back",
        default=ACCEPTANCE_DAYS,
        required=True,
        aggregator=None,
        help="Members can let requests be paid automatically. For so many days they"
        " can take such a payment back.",
    )
    levy_payer = fields.Integer(
        string="Levy on the payer (1/100 %)", help="150 means 1.5 % of each payment."
    )
    levy_payee = fields.Integer(string="Levy on the recipient (1/100 %)")
    treasury_partner_id = fields.Many2one(
        "res.partner", string="Treasury", ondelete="restrict"
    )
    balances_public = fields.Boolean(
        string="Members see each other's balances", default=False
    )
    statements_public = fields.Boolean(
        string="Members see each other's statements",
        help="Members can see all payments of all members, as some exchange"
        " circles prefer.",
    )
    hours_per_unit = fields.Float(
        default=1.0, help="Value of a unit in hours, used to compare values."
    )
    journal_id = fields.Many2one("account.journal", ondelete="restrict", readonly=True)
    member_account_id = fields.Many2one(
        "account.account", string="Account of the members", readonly=True
    )
    treasury_account_id = fields.Many2one(
        "account.account", string="Account of the treasury", readonly=True
    )
    category_required = fields.Boolean(
        string="Category required",
        help="Every payment needs a category, so that reports can group payments.",
    )
    levy_payer_fixed = BigInteger(string="Fixed levy on the payer (minor units)")
    levy_payee_fixed = BigInteger(string="Fixed levy on the recipient (minor units)")
    levy_payer_fixed_text = fields.Char(
        string="Fixed levy on the payer",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    levy_payee_fixed_text = fields.Char(
        string="Fixed levy on the recipient",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    fee_minor = BigInteger(string="Fee (minor units)")
    fee_minor_text = fields.Char(
        string="Fee of each member",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
    )
    fee_every = fields.Selection(recurrence.INTERVALS, string="Fee frequency")
    fee_next = fields.Date(string="Next fee")
    # The day of the month that was chosen: the 31st comes back after February.
    fee_day = fields.Integer(aggregator=None)
    demurrage_rate = fields.Integer(
        string="Demurrage (1/100 %)",
        help="100 means 1 % each time, taken from the part of the balance above"
        " the threshold.",
    )
    demurrage_above = BigInteger(string="Demurrage above (minor units)")
    demurrage_above_text = fields.Char(
        string="Only above",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
        help="Leave empty or enter 0 to charge the whole balance.",
    )
    demurrage_every = fields.Selection(
        recurrence.INTERVALS, string="Demurrage frequency"
    )
    demurrage_next = fields.Date(string="Next demurrage")
    demurrage_day = fields.Integer(aggregator=None)
    levy_payer_percent = fields.Float(
        string="Levy on the payer (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
    )
    levy_payee_percent = fields.Float(
        string="Levy on the recipient (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
    )
    demurrage_percent = fields.Float(
        string="Demurrage (%)",
        digits=(5, 2),
        compute="_compute_percents",
        inverse="_inverse_percents",
        help="Percentage taken each time from the part of the balance above the"
        " threshold.",
    )
    accounting_mode = fields.Selection(
        [
            ("seal", "One journal entry a day"),
            ("immediate", "A journal entry within a minute of each payment"),
        ],
        string="Accounting",
        required=True,
        default="seal",
    )
    unit_value = fields.Float(
        string="Value of a unit",
        digits=(16, 6),
        help="Value in the company's currency, for issued money that people pay"
        " for. Enter 0 if people do not pay for it.",
    )
    money_account_id = fields.Many2one(
        "account.account",
        string="Account for the money paid in",
        ondelete="restrict",
        groups="wezer_base.group_administrator",
        help="Bank or cash account. It receives the money paid for issued units"
        " and pays out redeemed units.",
    )
    stat_volume = fields.Char(
        string="Paid in the last year",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
    )
    stat_velocity = fields.Float(
        string="Velocity per year",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
        digits=(16, 2),
        help="How often a unit changed hands in a year: the amount paid in the"
        " year, divided by the total of all balances above zero.",
    )
    stat_wallets = fields.Integer(
        string="Wallets", compute="_compute_statistics", groups=STATISTICS_GROUPS
    )
    stat_active = fields.Integer(
        string="Active in the last 30 days",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
    )
    stat_first_trade = fields.Float(
        string="Days from joining to first trade",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
        digits=(16, 1),
        help="The median for members who have traded.",
    )
    stat_credit_granted = fields.Char(
        string="Credit granted", compute="_compute_statistics", groups=STATISTICS_GROUPS
    )
    stat_credit_used = fields.Char(
        string="Credit used", compute="_compute_statistics", groups=STATISTICS_GROUPS
    )
    stat_concentration = fields.Float(
        string="Held by the richest tenth (%)",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
        digits=(16, 1),
    )
    stat_beyond = fields.Integer(
        string="Beyond a limit", compute="_compute_statistics", groups=STATISTICS_GROUPS
    )
    circle_clearing = fields.Boolean(
        string="Settle debts in circles",
        help="Each night Wezer looks for debts that run in a circle, among the members"
        " who agreed to it on their wallet, and proposes to cancel them. No balance"
        " changes.",
    )
    stat_warned = fields.Integer(
        string="Beyond a warning",
        compute="_compute_statistics",
        groups=STATISTICS_GROUPS,
    )
    office_ids = fields.One2many(
        "wezer.currency.office",
        "wezer_currency_id",
        string="Treasurers and auditors",
        domain=[("in_force", "=", True)],
        groups="wezer_base.group_administrator",
    )
    treasurer_fees = fields.Boolean(
        string="Treasurers take fees and demurrage", default=True
    )
    treasurer_corrections = fields.Boolean(
        string="Treasurers correct payments and batches", default=True
    )
    treasurer_batches = fields.Boolean(
        string="Treasurers pay and collect in batches",
        default=True,
        help="Between the treasury of this currency and members.",
    )
    four_eyes_minor = BigInteger(
        string="A second person decides above (minor units)", default=0
    )
    four_eyes_minor_text = fields.Char(
        string="A second person decides above",
        compute="_compute_charge_texts",
        inverse="_inverse_charge_texts",
        help="Amounts that one person posts as a treasurer, or pays and issues from the"
        " treasury, are counted together for 30 days. With 0 a second treasurer or an"
        " administrator decides about everything, as long as somebody is a treasurer.",
    )
    books_open = fields.Boolean(
        string="I read its books",
        compute="_compute_books_open",
        search="_search_books_open",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _digits_range = models.Constraint(
        "CHECK (digits BETWEEN 0 AND 18)", "A currency can have 0 to 18 decimals."
    )
    _levy_range = models.Constraint(
        "CHECK (levy_payer BETWEEN 0 AND 10000 AND levy_payee BETWEEN 0 AND 10000)",
        "A levy has to be between 0 and 100 %.",
    )
    _charge_range = models.Constraint(
        "CHECK (coalesce(demurrage_rate, 0) BETWEEN 0 AND 10000"
        " AND coalesce(fee_minor, 0) >= 0 AND coalesce(demurrage_above, 0) >= 0"
        " AND coalesce(levy_payer_fixed, 0) >= 0"
        " AND coalesce(levy_payee_fixed, 0) >= 0"
        " AND coalesce(four_eyes_minor, 0) >= 0)",
        "A charge cannot be below zero, and demurrage can be at most 100 %.",
    )
    _credit_cap_range = models.Constraint(
        "CHECK (coalesce(credit_cap, 0) >= 0)",
        "Enter without a sign how far below zero credit can grow.",
    )
    _acceptance_range = models.Constraint(
        f"CHECK (acceptance_days BETWEEN 1 AND {ACCEPTANCE_DAYS_MAX})",
        "An automatic payment can be taken back for 1 to 365 days.",
    )
    _code_uniq = models.UniqueIndex("(company_id, code)", "This code is already taken.")

    # === COMPUTE === #

    @api.depends("kind")
    def _compute_external(self):
        for currency in self:
            currency.external = currency.kind == "legal"

    @api.depends("unit_kind", "digits")
    def _compute_minor_per_unit(self):
        for currency in self:
            currency.minor_per_unit = (
                amounts.HOUR_MINUTES
                if currency.unit_kind == "hour"
                else 10**currency.digits
            )

    _LIMIT_TEXTS = {
        "lower_text": ("lower_limit", -1),
        "upper_text": ("upper_limit", 1),
        "lower_warning_text": ("lower_warning", -1),
        "upper_warning_text": ("upper_warning", 1),
    }

    @api.depends(*LIMITS_AND_WARNINGS)
    def _compute_limit_texts(self):
        for currency in self:
            for text_field, (name, sign) in self._LIMIT_TEXTS.items():
                has = f"has_{name.removesuffix('_limit')}"
                minor = currency[name] if currency[has] else None
                currency[text_field] = self._limit_text(currency, minor, sign)

    @api.onchange("unit_kind")
    def _onchange_unit_kind(self):
        """Propose a limit in the new unit that lets the first trade pass."""
        if self.lower_text in (False, "", SAFE_HOURS, SAFE_UNITS, f"{SAFE_UNITS}.00"):
            self.lower_text = SAFE_HOURS if self._is_hours() else SAFE_UNITS

    def _inverse_limit_texts(self):
        """Write the limits whose text was changed, together: one bounds the other."""
        for currency in self:
            vals = {}
            # What was written is in the cache. Reading another text would compute
            # all of them anew, over what was written.
            for text_field in self._LIMIT_TEXTS:
                if text_field in currency._cache:
                    vals.update(currency._read_limit_text(text_field))
            if vals:
                currency.write(vals)

    def _read_limit_text(self, text_field):
        """Return the values of one limit; none where its text is as it was."""
        name, sign = self._LIMIT_TEXTS[text_field]
        has, text = f"has_{name.removesuffix('_limit')}", self[text_field]
        if text == self._limit_text(self, self[name] if self[has] else None, sign):
            return {}
        if not text:
            return {has: False}
        sent = text.lstrip("-") if sign < 0 else text
        return {has: True, name: sign * self._parse(sent)}

    @api.model
    def _limit_text(self, currency, minor, sign):
        """Return a limit as its field shows it; a lower one is written without sign."""
        return "" if minor is None else currency._decimal(sign * minor)

    @api.constrains(*LIMITS_AND_WARNINGS)
    def _check_warnings(self):
        """Refuse a warning that comes only where payments are refused."""
        for currency in self:
            currency._check_warning(
                -currency.lower_limit if currency.has_lower else None,
                -currency.lower_warning if currency.has_lower_warning else None,
            )
            currency._check_warning(
                currency.upper_limit if currency.has_upper else None,
                currency.upper_warning if currency.has_upper_warning else None,
            )

    def _check_warning(self, limit, warning):
        """Refuse a warning that is as far from zero as its limit, or farther.

        :param limit: minor units from zero, None for no limit
        :param warning: minor units from zero, None for no warning
        """
        self.ensure_one()
        if None in (limit, warning) or 0 <= warning < limit:
            return
        # At a limit of zero there is nothing between zero and the limit.
        raise Refusal(
            self.env._(
                "The warning at %(warning)s has to come before the limit of %(limit)s.",
                warning=self._format(warning),
                limit=self._format(limit),
            ),
            rule="warning",
            value=self._format(warning),
            limit=self._format(limit),
        )

    _CHARGE_TEXTS = (
        "levy_payer_fixed",
        "levy_payee_fixed",
        "fee_minor",
        "demurrage_above",
        "credit_cap",
        "four_eyes_minor",
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

    def _compute_statistics(self):
        names = [name for name in self._fields if name.startswith("stat_")]
        for record in self:
            currency = record._origin
            values = currency_statistics.figures(currency) if currency else {}
            for name in names:
                record[name] = values.get(name, False)

    @api.depends_context("uid")
    def _compute_books_open(self):
        held = self.env.user._wezer_office_ids()
        for currency in self:
            currency.books_open = currency._origin.id in held

    def _search_books_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        if {True, False} <= set(value):
            return Domain.TRUE
        held = list(self.env.user._wezer_office_ids())
        return Domain("id", "in" if True in value else "not in", held)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # Access first: what follows is made with the system's rights.
        self.check_access("create")
        for vals in vals_list:
            self._add_safe_limit(vals)
            if not vals.get("currency_id"):
                known = self._legal_tender(vals) or self._make_accounting_currency(vals)
                vals["currency_id"] = known.id
            for name in ("symbol", "rounding"):
                # An existing res.currency (EUR) stays as it is.
                vals.pop(name, None)
        currencies = super().create(vals_list)
        currencies.currency_id.sudo().active = True
        for currency in currencies:
            currency._make_ready()
        currencies._begin_growth()
        return currencies

    @api.model
    def _add_safe_limit(self, vals):
        """Let the first trade pass: a limit of 0 would refuse it."""
        if {"has_lower", "lower_limit", "lower_text"} & vals.keys():
            return
        hours = vals.get("unit_kind") == "hour"
        vals["lower_text"] = SAFE_HOURS if hours else SAFE_UNITS

    @api.model
    def _legal_tender(self, vals):
        """Return the money of a state that is meant, by its three letters."""
        money = self.env["res.currency"].sudo().with_context(active_test=False)
        if vals.get("kind") != "legal":
            return money
        found = money.search([("name", "=", str(vals.get("code") or "").upper())])
        # Each money is counted once.
        taken = self.sudo().with_context(active_test=False)
        return money if taken.search([("currency_id", "in", found.ids)]) else found

    @api.model
    def _make_accounting_currency(self, vals):
        """Return the ``res.currency`` that carries a new currency into accounting."""
        digits = 6 if vals.get("unit_kind") == "hour" else vals.get("digits", 2)
        # 20 minutes are no finite decimal: six digits give the minutes back.
        # Administrators of the community need not be those of accounting.
        money = caller_context.plain(self.env["res.currency"].sudo())
        return money.create(
            {
                "name": self._free_iso_name(),
                "full_name": vals.get("name"),
                "symbol": vals.get("code"),
                "rounding": 10 ** -min(digits, 6),
            }
        )

    @api.model
    def _free_iso_name(self):
        """Return three letters no ``res.currency`` uses, inactive ones included."""
        taken = set(
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=like", "W%")])
            .mapped("name")
        )
        for pair in itertools.product(string.ascii_uppercase, repeat=2):
            name = "W" + "".join(pair)
            if name not in taken:
                return name
        raise Refusal(self.env._("There is no free currency name left."), rule="name")

    def _make_ready(self):
        """Make treasury, accounts and journal, so that the first trade is possible."""
        self.ensure_one()
        if not self.treasury_partner_id:
            # The community's own contact, whichever administrator makes the currency.
            contacts = caller_context.plain(self.env["res.partner"].sudo())
            self.treasury_partner_id = contacts.create(
                {"name": self.env._("Treasury: %(currency)s", currency=self.name)}
            )
        self._make_treasury()
        if not self.external:
            self._make_accounts()

    def _make_accounts(self):
        """Make the accounts and the journal, or fit them to another kind."""
        credit = self.kind == "mutual_credit"
        here = caller_context.plain(self.sudo().with_company(self.company_id))
        account = here.env["account.account"]
        members = {
            "account_type": "off_balance" if credit else "liability_current",
            "currency_id": False if credit else self.currency_id.id,
        }
        treasury = {"account_type": "off_balance" if credit else "asset_current"}
        if self.journal_id:
            self.sudo().member_account_id.write(members)
            self.sudo().treasury_account_id.write(treasury)
            return
        self.member_account_id = account.create(
            {
                "name": self.env._("%(currency)s: members", currency=self.name),
                "code": f"WZ{self.id}.1",
                **members,
            }
        )
        self.treasury_account_id = account.create(
            {
                "name": self.env._("%(currency)s: treasury", currency=self.name),
                "code": f"WZ{self.id}.2",
                **treasury,
            }
        )
        self.journal_id = here.env["account.journal"].create(
            {
                "name": self.name,
                "code": f"WZ{self.id}",
                "type": "general",
                "company_id": self.company_id.id,
                "show_on_dashboard": False,
            }
        )

    # Fields that may not change once money of this currency was counted.
    _FIXED = ("kind", "external", "unit_kind", "digits", "currency_id", "company_id")

    def write(self, vals):
        """Refuse another kind or unit once money was counted; keep accounts in step."""
        texts = [f"{name}_text" for name in self._CHARGE_TEXTS]
        for names in (texts, self._PERCENTS):
            if vals.keys() & set(names):
                # Their inverse reads all of them. Those that are not written have to
                # be known by then: Odoo would give nothing, and they would become 0.
                for name in names:
                    self.mapped(name)
        for charge in CHARGES:
            if vals.get(f"{charge}_next") and f"{charge}_day" not in vals:
                day = fields.Date.to_date(vals[f"{charge}_next"]).day
                vals = {**vals, f"{charge}_day": day}
        fixed = [name for name in self._FIXED if name in vals]
        for currency in self:
            changed = any(
                vals[name] != currency[name]
                for name in fixed
                if not isinstance(currency[name], models.BaseModel)
            ) or any(
                vals[name] != currency[name].id
                for name in fixed
                if isinstance(currency[name], models.BaseModel)
            )
            if changed and currency._is_used():
                raise Refusal(
                    self.env._(
                        "Amounts in %(currency)s have already been recorded, so"
                        " its kind and unit cannot be changed.",
                        currency=currency.name,
                    ),
                    rule="used",
                )
        if "credit_grows_since" in vals:
            # All is counted anew.
            vals = {**vals, "credit_counted": False}
        limits = {currency.id: currency._granted_limits() for currency in self}
        result = super().write(vals)
        if not vals.keys().isdisjoint(GROWTH_RULE):
            self._begin_growth()
        if not vals.keys().isdisjoint(REFUSING_LIMITS):
            self._note_limits(limits)
        if fixed:
            self.env.registry.clear_cache()
        if "treasury_partner_id" in vals:
            self._make_treasury()
        if {"kind", "external"} & vals.keys():
            for currency in self.filtered(lambda currency: not currency.external):
                currency._make_accounts()
        return result

    def _begin_growth(self):
        """Check the rule of growing credit; without a day it begins now.

        Asked once all is written: amounts are typed as texts.
        """
        for currency in self.filtered("credit_grows"):
            if currency.kind != "mutual_credit" or currency.external:
                raise Refusal(
                    self.env._("Credit can grow only in a currency of mutual credit."),
                    rule="kind",
                )
            if not currency.credit_cap:
                raise Refusal(
                    self.env._("Enter how far credit can grow."), rule="credit_cap"
                )
            if not currency.credit_grows_since:
                currency.credit_grows_since = fields.Datetime.now()

    def _granted_limits(self):
        """Return ``(lower, upper)`` of members in minor units, None for no limit."""
        self.ensure_one()
        return (
            self.lower_limit if self.has_lower else None,
            self.upper_limit if self.has_upper else None,
        )

    def _note_limits(self, before):
        """Keep the limits of members in the history, where they changed."""
        for currency in self:
            limits = currency._granted_limits()
            if limits != before[currency.id]:
                self.env["wezer.wallet.limit.change"]._note(
                    currency, "currency", [(False, *limits)]
                )

    def _make_treasury(self):
        """Let the treasury's wallet be one: swept, not locked."""
        for currency in self:
            # The treasury is the community's: those the settings name act for it.
            treasury = currency.treasury_partner_id.sudo()
            if treasury.user_ids:
                raise Refusal(
                    self.env._(
                        "A person cannot be a treasury. Choose or create"
                        " another contact."
                    ),
                    rule="treasury",
                )
            treasury.wezer_is_treasury = True
            self.env["wezer.wallet"]._get(treasury, currency).is_system = True

    def _is_used(self):
        self.ensure_one()
        # Whether anybody's, not whose.
        return bool(
            self.env["wezer.transfer"]
            .sudo()
            .search_count([("wezer_currency_id", "=", self.id)], limit=1)
        )

    # === LISTS OF ALL === #

    @api.model
    def _wezer_all(self):
        """Return the currencies in use that the user may read, in their order.

        The list and its rows are kept; what the rules ask of the user is the key.
        """
        if self.env.registry.cache_invalidated:
            return self.search_fetch([])
        currencies = self.browse(self._wezer_all_ids(self._wezer_rules()))
        currencies._wezer_take_kept()
        return currencies

    @api.model
    @tools.ormcache("_rules", cache="templates")
    def _wezer_all_ids(self, _rules):
        return self.search([])._ids

    # === AMOUNTS === #

    def _is_hours(self):
        """Return whether amounts are hours and minutes."""
        return self.unit_kind == "hour"

    def _parse(self, text):
        """Return the minor units of ``text``, as people write amounts.

        The currency's code may stand before or after it.

        :raise Refusal: rule ``unit`` where it is no amount, ``ambiguous`` where it
            can be read in two ways; the limit then holds both
        """
        self.ensure_one()
        try:
            return amounts.parse(
                self._without_code(text), self.minor_per_unit, self._is_hours()
            )
        except amounts.AmbiguousAmount as error:
            raise self._ambiguous(text, error.readings) from error
        except amounts.AmountError as error:
            example = (
                "1:30"
                if self._is_hours()
                else self._decimal(15 * 10 ** max(self.digits - 1, 0))
            )
            shown = shortened(text)
            raise Refusal(
                self.env._(
                    "“%(text)s” is not an amount in %(currency)s. Write it like"
                    " %(example)s.",
                    text=shown,
                    currency=self.name,
                    example=example,
                ),
                rule="unit",
                value=shown,
            ) from error

    def _check_price(self, minor: int) -> int:
        """Return ``minor``; raise Refusal ``price`` where no price can be so high.

        Every price, rate and share of a price passes here, typed or computed.
        """
        self.ensure_one()
        if not 0 <= minor <= amounts.PRICE_MAX_MINOR:
            raise Refusal(
                self.env._(
                    "%(amount)s cannot be a price. A price is between zero and"
                    " %(limit)s.",
                    amount=self._format(minor),
                    limit=self._format(amounts.PRICE_MAX_MINOR),
                ),
                rule="price",
                value=self._format(minor),
                limit=self._format(amounts.PRICE_MAX_MINOR),
            )
        return minor

    def _without_code(self, text):
        """Return ``text`` without the currency's code or symbol beside the number."""
        if not isinstance(text, str) or len(text) > amounts.TEXT_MAX:
            return text
        text = text.strip()
        for sign in filter(None, (self.code, self.sudo().currency_id.symbol)):
            # In hours "h" is a part of the amount: 1h30.
            if any(char.isdigit() for char in sign) or self._is_hours():
                continue
            if text.casefold().endswith(sign.casefold()):
                return text[: -len(sign)]
            if text.casefold().startswith(sign.casefold()):
                return text[len(sign) :]
        return text

    def _ambiguous(self, text, readings):
        """Return the refusal of ``text`` that names its readings, to be written so."""
        shown = shortened(text)
        readings = [self._decimal(minor) for minor in readings]
        if len(readings) < 2:
            return Refusal(
                self.env._(
                    "“%(text)s” is not clear. If you mean %(first)s, write it like"
                    " this.",
                    text=shown,
                    first=readings[0],
                ),
                rule="unit",
                value=shown,
                limit=readings[0],
            )
        return Refusal(
            self.env._(
                "“%(text)s” can mean %(first)s or %(second)s. Write one of these two.",
                text=shown,
                first=readings[0],
                second=readings[1],
            ),
            rule="ambiguous",
            value=shown,
            limit=" / ".join(readings),
        )

    def _decimal(self, minor):
        """Return ``minor`` as plain text, without the currency's code."""
        self.ensure_one()
        return amounts.decimal_text(
            minor or 0, self.minor_per_unit or 1, self._is_hours()
        )

    def _format(self, minor):
        """Return ``minor`` with the currency's code, as people read it.

        Written as the reader's language does; :meth:`_decimal` is for programs.
        """
        self.ensure_one()
        return f"{format_plain_decimal(self.env, self._decimal(minor))} {self.code}"

    def _format_short(self, minor):
        """Return ``minor`` for a chip: "2 h", "1:30 h", "8.00 EUR".

        Whole hours have no minutes: "2:00" beside a date reads like a time of day.
        """
        self.ensure_one()
        hours, rest = divmod(abs(minor or 0), amounts.HOUR_MINUTES)
        if not self._is_hours() or rest:
            return self._format(minor)
        sign = "-" if minor and minor < 0 else ""
        return f"{format_plain_decimal(self.env, f'{sign}{hours}')} {self.code}"

    def _css_color(self):
        """Return the colour of this currency, the theme's where nobody chose one.

        :rtype: str
        """
        self.ensure_one()
        return self.color if is_color(self.color) else f"var({ACCENT})"

    def _said(self, minor):
        """Return ``minor`` as a value of a stored sentence: each reader's own format.

        :rtype: odoo.addons.wezer_base.tools.stored_sentence.Value
        """
        self.ensure_one()
        return Value("amount", [self.id, minor])

    @api.model
    @tools.ormcache("currency_id")
    def _counting_unit(self, currency_id):
        """Return ``(minor units per unit, hours and minutes)``, None for no currency.

        Both stay for good once money was counted; the posting asks them again.
        """
        currency = self.sudo().browse(currency_id).exists()
        return (currency.minor_per_unit, currency._is_hours()) if currency else None

    # === WORTH === #

    def _is_issued(self):
        """Return whether a treasury issues this money and nobody goes below zero."""
        self.ensure_one()
        return self.kind != "mutual_credit" and not self.external

    def _clears_in_circles(self):
        """Return whether debts between members are settled in circles."""
        self.ensure_one()
        return bool(
            self.circle_clearing
            and self.active
            and self.kind == "mutual_credit"
            and self.transferable
            and not self.external
        )

    def _has_value(self):
        """Return whether this money is paid for with the company's money."""
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

    # === BALANCES AT A PAST MOMENT === #

    def _balances_at_sql(self, moment, wallet_ids=None):
        """Return the query of what each wallet had before ``moment``.

        Counted backwards from today's balances, so that it costs what was posted since.

        :param datetime.datetime moment: in UTC; entries of this moment do not count
        :param wallet_ids: only of these wallets; all where it is left out
        :return: a query with the columns ``wallet_id`` and ``balance`` (minor units)
        :rtype: odoo.tools.SQL
        """
        self.ensure_one()

        def among(column):
            if wallet_ids is None:
                return SQL()
            return SQL("AND %s = ANY(%s)", SQL.identifier(column), list(wallet_ids))

        return SQL(
            """SELECT w.id AS wallet_id,
                      w.balance + wezer_unswept(w) - coalesce(m.minor, 0) AS balance
                 FROM wezer_wallet w
                 LEFT JOIN (
                      SELECT wallet_id, sum(minor) AS minor FROM (
                          SELECT to_id AS wallet_id, amount AS minor
                            FROM wezer_ledger_entry
                           WHERE wezer_currency_id = %(money)s AND date >= %(moment)s
                             %(received)s
                           UNION ALL
                          SELECT from_id, -amount FROM wezer_ledger_entry
                           WHERE wezer_currency_id = %(money)s AND date >= %(moment)s
                             %(paid)s
                      ) sides GROUP BY wallet_id) m ON m.wallet_id = w.id
                WHERE w.wezer_currency_id = %(money)s %(own)s""",
            money=self.id,
            moment=moment,
            received=among("to_id"),
            paid=among("from_id"),
            own=among("id"),
        )

    def _balances_at(self, moment, wallet_ids=None):
        """Return ``{wallet id: balance}`` before ``moment``, of all wallets or some.

        Balances are minor units; a treasury's has what is not swept yet. Wallets that
        were opened later have 0. The caller checks who may know them.

        :param datetime.datetime moment: in UTC, such as ``days.end(env, day)``
        :param wallet_ids: only of these wallets; all where it is left out
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT wallet_id, balance::text FROM (%s) b",
                self._balances_at_sql(moment, wallet_ids),
            )
        )
        return {wallet: int(minor) for wallet, minor in rows}

    # === LEVIES: the database's function, asked === #

    def _takes_levy(self):
        """Return whether payments in this currency give something to the treasury."""
        self.ensure_one()
        return not self.external and any(
            (
                self.levy_payer,
                self.levy_payer_fixed,
                self.levy_payee,
                self.levy_payee_fixed,
            )
        )

    def _levies(self, minor):
        """Return ``(levy of the payer, levy of the payee)`` on ``minor``."""
        return self._levies_of([minor])[0]

    def _levies_of(self, amounts_minor):
        """Return ``(levy of the payer, levy of the payee)`` on each amount, in order.

        :param list amounts_minor: in minor units
        """
        self.ensure_one()
        if not self._takes_levy():
            return [(0, 0)] * len(amounts_minor)
        self.flush_recordset()
        self.env.cr.execute(
            """SELECT wezer_levy(minor, c.levy_payer_fixed, c.levy_payer)::text,
                      wezer_levy(minor, c.levy_payee_fixed, c.levy_payee)::text
                 FROM wezer_currency c,
                      unnest(%s::numeric[]) WITH ORDINALITY AS given(minor, place)
                WHERE c.id = %s ORDER BY place""",
            [list(amounts_minor), self.id],
        )
        return [(int(payer), int(payee)) for payer, payee in self.env.cr.fetchall()]

    def _treasury_wallet(self):
        """Return the wallet that takes the levies (sudo)."""
        self.ensure_one()
        return self.env["wezer.wallet"]._get(self.sudo().treasury_partner_id, self)

    # === FEES AND DEMURRAGE === #

    def action_charge(self, charge: str, dry_run: bool = False) -> models.Model:
        """Take the periodic fee or the demurrage now; administrators.

        Of very many wallets the first thousand are charged now, the others by the
        scheduled action, within minutes. Those who have a role in this currency
        rehearse only: what they take goes by the four-eyes rule.

        :param charge: ``fee`` or ``demurrage``
        :param dry_run: report only
        :return: the ``wezer.charge.run`` that reports who paid, and who could not;
            ``done`` when all were asked
        :raise NotAllowed: rules ``role``, ``four_eyes``
        :raise Refusal: rule ``charge``, where it is neither of the two
        """
        self.ensure_one()
        if not (
            self.env.su or self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(
                self.env._("Only administrators can take charges."), rule="role"
            )
        refusal = self.env.user._wezer_office_refusal(self.ids)
        if refusal and not dry_run:
            raise refusal
        if charge not in CHARGES:
            raise Refusal(self.env._("Choose “fee” or “demurrage”."), rule="charge")
        # The administrator was checked just above.
        return self.sudo()._charge(charge, days.today(self.env), dry_run)

    def _charge(self, charge, day, dry_run=False):
        """Begin to take ``charge`` for ``day`` from every wallet that owes it, once."""
        return self.env["wezer.charge.run"]._take(self, charge, day, dry_run)

    def _charge_after(self, charge, day):
        """Return the day on which ``charge`` is due after ``day``."""
        self.ensure_one()
        every = self[f"{charge}_every"]
        if every == "week":
            return day + recurrence.step(every)
        # A day that a month lacks is its last.
        return day + recurrence.step(every, day=self[f"{charge}_day"] or day.day)

    @api.model
    def _cron_charges(self):
        """Take what is due, and go on with what was begun in a request.

        The day of the next one is counted from the due day.
        """
        today = days.today(self.env)
        for charge in CHARGES:
            due = [(f"{charge}_next", "<=", today), (f"{charge}_every", "!=", False)]
            if not for_each_due(
                self,
                due,
                lambda currency, charge=charge: currency._charge_due(charge, today),
                tries=CHARGE_TRIES,
            ):
                return
        for_each_due(
            self.env["wezer.charge.run"].sudo(),
            [("done", "=", False)],
            lambda run: run._go_on(),
            tries=CHARGE_TRIES,
        )

    def _charge_due(self, charge, today):
        """Take a portion of a charge that is due; at its end, count the next day."""
        day = self[f"{charge}_next"]
        run = self.env["wezer.charge.run"]._begin(self, charge, day)
        run._take_portion()
        if not run.done:
            return AGAIN
        following = self._charge_after(charge, day)
        while following <= today - timedelta(days=CATCH_UP_DAYS):
            following = self._charge_after(charge, following)
        self.write(
            {
                f"{charge}_next": following,
                f"{charge}_day": self[f"{charge}_day"] or day.day,
            }
        )
        return None

    # === CREDIT THAT GROWS === #

    @api.model
    def _cron_credit(self):
        """Let credit grow with what was received, in each currency with that rule."""
        for currency in self.sudo().search(
            [("credit_grows", "=", True), ("kind", "=", "mutual_credit")]
        ):
            credit_growth.grow(currency)

    # === STATISTICS === #

    def statistics(
        self, date_from: str, date_to: str, interval: str = "month", least: int = 1
    ) -> list:
        """Return the trade of each week, month or year; moderators, administrators.

        :param date_from: first moment, in UTC
        :param date_to: the moment after the last
        :param interval: ``week``, ``month`` or ``year``
        :param least: wallets that traded so often count as active
        :return: dicts ``start``, ``transfers``, ``volume`` (text), ``active``
            wallets, and ``wallets``: how many were open at some moment of it
        :raise NotAllowed: rule ``role``
        :raise Refusal: rules ``interval``, ``least``, ``date``
        """
        self.ensure_one()
        user = self.env.user
        if not (
            self.env.su
            or user.has_group("wezer_base.group_administrator")
            or user.has_group("wezer_base.group_moderator")
        ):
            raise NotAllowed(
                self.env._(
                    "Only moderators and administrators can see the statistics."
                ),
                rule="role",
            )
        if not isinstance(interval, str) or not recurrence.is_interval(interval):
            raise Refusal(
                self.env._("Choose “week”, “month” or “year”."), rule="interval"
            )
        if not is_id(least):
            raise Refusal(
                self.env._("Enter the smallest number of payments as a whole number."),
                rule="least",
                value=str(least),
            )
        transfers = self.env["wezer.transfer"]
        start = transfers._read_moment(date_from, "date")
        end = transfers._read_moment(date_to, "date")
        if not start or not end or start >= end:
            raise Refusal(
                self.env._("Enter a start date and a later end date."), rule="date"
            )
        return currency_statistics.series(self, start, end, interval, least)

    # === BOOKS === #

    def _may_read_books(self):
        """Return whether the current user reads the books of this currency."""
        self.ensure_one()
        user = self.env.user
        return self.env.su or bool(
            user._wezer_reads_books(self)
            or (
                user._wezer_may_act()
                and user.has_group("wezer_base.group_administrator")
            )
        )

    def _report(self, name, given, window=None):
        """Return a report of the books, as the current user may know the names.

        :param books.Window window: the rows that are wanted; all where it is left out
        :raise NotAllowed: rule ``office``
        """
        self.ensure_one()
        if not self._may_read_books():
            raise NotAllowed(
                self.env._(
                    "Only treasurers, auditors and administrators can read the books of"
                    " this currency."
                ),
                rule="office",
            )
        period = books.read_period(self.env, given)
        # Wallets and entries of all: the caller was just found to read them.
        return books.read(self.sudo(), name, period, window)

    def read_report(self, name: str, options: dict | None = None) -> dict:
        """Return a report of the books; treasurers, auditors and administrators.

        :param name: ``balances``, ``turnover``, ``limits``, ``credit``,
            ``concentration``, ``inactive`` or ``closing``
        :param options: texts ``from``, ``to``, ``at`` (days), ``by`` (``month``,
            ``category``, ``circle``), ``months``
        :return: ``title``, ``heads`` and ``rows`` (texts and whole numbers), ``notes``
        :raise NotAllowed: rule ``office``
        :raise Refusal: rules ``report``, ``date``, ``by``, ``months``
        """
        report = self._report(name, options if isinstance(options, dict) else {})
        return {
            "title": report.title,
            "heads": report.heads,
            "rows": [[plain_cell(cell) for cell in row] for row in report.rows],
            "notes": report.notes,
        }

    @api.model
    def _report_file(self, code, name, given, path):
        """Write a report into a file, for the command; return its number of rows.

        A spreadsheet where the name ends with ``.xlsx``, else CSV.
        """
        currency = self.search([("code", "=", code)], limit=1)
        if not currency:
            raise Refusal(
                self.env._("There is no currency with the code %s.", code),
                rule="currency",
                value=code,
            )
        report = currency._report(name, given)
        with open(path, "wb") as file:
            books.write_file(currency, report, file, path.endswith(".xlsx"))
        return len(report.rows)

    def action_flows(self) -> dict:
        """Open who paid whom in this currency, as graph and table."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Flows of %(name)s", name=self.name),
            "res_model": "wezer.money.flow",
            "view_mode": "graph,pivot,list",
            # One currency at a time: others are never added to it.
            "domain": [("wezer_currency_id", "=", self.id)],
        }
