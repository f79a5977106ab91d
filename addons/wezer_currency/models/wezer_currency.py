import itertools
import string

from odoo import api, fields, models, tools

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import amounts
from ..tools.texts import shortened
from .fields_bigint import BigInteger

# How far below zero a member may go unless it is said.
SAFE_HOURS, SAFE_UNITS = "20:00", "500"


class WezerCurrency(models.Model):
    _name = "wezer.currency"
    _description = "Community currency"
    _inherit = ["wezer.record.mixin"]
    _wezer_private_name = False
    _inherits = {"res.currency": "currency_id"}
    _order = "sequence, id"
    _rec_name = "name"

    currency_id = fields.Many2one(
        "res.currency", required=True, ondelete="restrict", index=True
    )
    name = fields.Char(string="Currency name", required=True, translate=True)
    code = fields.Char(
        required=True, help="As people write it after the amount: h, TIL, €."
    )
    sequence = fields.Integer(string="Order", default=10)
    active = fields.Boolean(string="In use", default=True)
    kind = fields.Selection(
        [
            (
                "mutual_credit",
                "Mutual credit: people may go below zero, the sum is zero",
            ),
            ("issued", "Issued: the treasury issues and redeems, nobody below zero"),
            ("legal", "Legal tender"),
        ],
        required=True,
        default="mutual_credit",
    )
    external = fields.Boolean(
        compute="_compute_external",
        store=True,
        readonly=False,
        help="The money really moves outside; here are only promises to give.",
    )
    transferable = fields.Boolean(
        default=True,
        help="Off: recognition points, which only the treasury gives and takes.",
    )
    unit_kind = fields.Selection(
        [("hour", "Hours and minutes"), ("decimal", "Units and decimals")],
        required=True,
        default="decimal",
    )
    digits = fields.Integer(
        default=2, help="Decimals people may use, up to 18. Hours have minutes."
    )
    minor_per_unit = BigInteger(compute="_compute_minor_per_unit", store=True)
    color = fields.Char(default="#2f6f4e", help="One colour a currency.")
    limit_policy = fields.Selection(
        [
            ("block", "Refuse what goes beyond a limit"),
            ("warn", "Let it pass and tell the moderators"),
            ("off", "No limits"),
        ],
        required=True,
        default="block",
    )
    has_lower = fields.Boolean(string="Lower limit", default=True)
    lower_limit = BigInteger(string="Lower limit (minor units)")
    has_upper = fields.Boolean(string="Upper limit")
    upper_limit = BigInteger(string="Upper limit (minor units)")
    lower_text = fields.Char(
        string="Down to",
        compute="_compute_limit_texts",
        inverse="_inverse_lower_text",
        help="How far below zero a member may go: 20:00 hours, 500.00.",
    )
    upper_text = fields.Char(
        string="Up to", compute="_compute_limit_texts", inverse="_inverse_upper_text"
    )
    levy_payer = fields.Integer(
        string="Levy on the payer (1/100 %)", help="150 is 1.5 % of each payment."
    )
    levy_payee = fields.Integer(string="Levy on the payee (1/100 %)")
    treasury_partner_id = fields.Many2one(
        "res.partner", string="Treasury", ondelete="restrict"
    )
    balances_public = fields.Boolean(
        string="Members see each other's balances", default=False
    )
    statements_public = fields.Boolean(
        string="Members see each other's statements",
        help="All payments of all members, as some exchange circles want it.",
    )
    hours_per_unit = fields.Float(
        default=1.0, help="What a unit is worth in hours, to compare values."
    )
    journal_id = fields.Many2one("account.journal", ondelete="restrict", readonly=True)
    member_account_id = fields.Many2one("account.account", readonly=True)
    treasury_account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _digits_range = models.Constraint(
        "CHECK (digits BETWEEN 0 AND 18)", "A currency has 0 to 18 decimals."
    )
    _levy_range = models.Constraint(
        "CHECK (levy_payer BETWEEN 0 AND 10000 AND levy_payee BETWEEN 0 AND 10000)",
        "A levy is between 0 and 100 %.",
    )
    _code_uniq = models.UniqueIndex("(company_id, code)", "This code is taken.")

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

    @api.depends("lower_limit", "upper_limit", "has_lower", "has_upper")
    def _compute_limit_texts(self):
        for currency in self:
            currency.lower_text = (
                currency._decimal(-currency.lower_limit) if currency.has_lower else ""
            )
            currency.upper_text = (
                currency._decimal(currency.upper_limit) if currency.has_upper else ""
            )

    @api.onchange("unit_kind")
    def _onchange_unit_kind(self):
        """Propose a limit in the new unit that lets the first trade pass."""
        if self.lower_text in (False, "", SAFE_HOURS, SAFE_UNITS, f"{SAFE_UNITS}.00"):
            self.lower_text = SAFE_HOURS if self._clock() else SAFE_UNITS

    def _inverse_lower_text(self):
        for currency in self:
            currency.has_lower = bool(currency.lower_text)
            if currency.lower_text:
                currency.lower_limit = -currency._parse(currency.lower_text.lstrip("-"))

    def _inverse_upper_text(self):
        for currency in self:
            currency.has_upper = bool(currency.upper_text)
            if currency.upper_text:
                currency.upper_limit = currency._parse(currency.upper_text)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        # Who first: what follows is made with the system's rights.
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
        return (
            self.env["res.currency"]
            .sudo()
            .create(
                {
                    "name": self._free_iso_name(),
                    "full_name": vals.get("name"),
                    "symbol": vals.get("code"),
                    "rounding": 10 ** -min(digits, 6),
                }
            )
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
            # The community's own contact, whoever makes the currency.
            contacts = self.env["res.partner"].sudo()
            self.treasury_partner_id = contacts.create(
                {"name": self.env._("Treasury: %(currency)s", currency=self.name)}
            )
        self._make_treasury()
        if not self.external:
            self._make_accounts()

    def _make_accounts(self):
        """Make the accounts and the journal, or fit them to another kind."""
        credit = self.kind == "mutual_credit"
        account = self.env["account.account"].sudo().with_company(self.company_id)
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
        self.journal_id = (
            self.env["account.journal"]
            .sudo()
            .create(
                {
                    "name": self.name,
                    "code": f"WZ{self.id}",
                    "type": "general",
                    "company_id": self.company_id.id,
                    "show_on_dashboard": False,
                }
            )
        )

    # What may not change once money of this currency was counted.
    _FIXED = ("kind", "external", "unit_kind", "digits", "currency_id", "company_id")

    def write(self, vals):
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
                        "Money of %(currency)s was counted already: its kind and"
                        " its unit stay.",
                        currency=currency.name,
                    ),
                    rule="used",
                )
        result = super().write(vals)
        if fixed:
            self.env.registry.clear_cache()
        if "treasury_partner_id" in vals:
            self._make_treasury()
        if {"kind", "external"} & vals.keys():
            for currency in self.filtered(lambda one: not one.external):
                currency._make_accounts()
        return result

    def _make_treasury(self):
        """Let the treasury's wallet be one: swept, not locked."""
        for currency in self:
            # The treasury is the community's: those the settings name act for it.
            treasury = currency.treasury_partner_id.sudo()
            if treasury.user_ids:
                raise Refusal(
                    self.env._("A person is no treasury: choose or make a contact."),
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

    # === AMOUNTS === #

    def _clock(self):
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
                self._without_code(text), self.minor_per_unit, self._clock()
            )
        except amounts.AmbiguousAmount as error:
            raise self._ambiguous(text, error.readings) from error
        except amounts.AmountError as error:
            example = (
                "1:30"
                if self._clock()
                else self._decimal(15 * 10 ** max(self.digits - 1, 0))
            )
            shown = shortened(text)
            raise Refusal(
                self.env._(
                    "“%(text)s” is no amount in %(currency)s. "
                    "Write it like %(example)s.",
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
            if any(char.isdigit() for char in sign) or self._clock():
                continue
            if text.casefold().endswith(sign.casefold()):
                return text[: -len(sign)]
            if text.casefold().startswith(sign.casefold()):
                return text[len(sign) :]
        return text

    def _ambiguous(self, text, readings):
        """Return the refusal of ``text`` that names its readings, to be written so."""
        said = shortened(text)
        readings = [self._decimal(minor) for minor in readings]
        if len(readings) < 2:
            return Refusal(
                self.env._(
                    "“%(text)s” is not clear. If you mean %(first)s, write it like"
                    " this.",
                    text=said,
                    first=readings[0],
                ),
                rule="unit",
                value=said,
                limit=readings[0],
            )
        return Refusal(
            self.env._(
                "“%(text)s” can mean %(first)s or %(second)s. Write one of these two.",
                text=said,
                first=readings[0],
                second=readings[1],
            ),
            rule="ambiguous",
            value=said,
            limit=" / ".join(readings),
        )

    def _decimal(self, minor):
        """Return ``minor`` as plain text, without the currency's code."""
        self.ensure_one()
        return amounts.decimal_text(minor or 0, self.minor_per_unit or 1, self._clock())

    def _format(self, minor):
        """Return ``minor`` with the currency's code, as people read it."""
        self.ensure_one()
        return f"{self._decimal(minor)} {self.code}"

    def _levies(self, minor):
        """Return ``(levy of the payer, levy of the payee)`` on ``minor``."""
        self.ensure_one()
        if self.external:
            return 0, 0
        return (
            amounts.levy(minor, self.levy_payer_fixed, self.levy_payer),
            amounts.levy(minor, self.levy_payee_fixed, self.levy_payee),
        )

    @api.model
    @tools.ormcache("currency_id")
    def _unit_of(self, currency_id):
        """Return ``(minor units per unit, hours and minutes)``, None for no currency.

        Both stay for good once money was counted; the posting asks them again.
        """
        currency = self.sudo().browse(currency_id).exists()
        return (currency.minor_per_unit, currency._clock()) if currency else None
