import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.numbers import is_id
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools.purpose import language_of_purpose
from ..tools.texts import PURPOSE_LENGTH
from .fields_bigint import BigInteger

LINKS_MAX = 100

LINK = StateMachine(
    states=("open", "paid", "withdrawn"),
    rules={
        "payee": "acts for the payee",
        "holder": "anyone who has the address, and acts for the payer",
    },
    transitions=(
        Transition("create_link", (), ("open",), "payee", "create_link"),
        Transition(
            "pay",
            ("open",),
            ("open", "paid"),
            "holder",
            "pay",
            "paid where it is for one payment",
        ),
        Transition("withdraw", ("open",), ("withdrawn",), "payee", "action_withdraw"),
    ),
)


class WezerPaymentLink(models.Model):
    """An address (and its QR code) at which somebody is paid.

    Anyone who has the address may pay its owner, and sees the owner's name and what
    the owner asks for, nothing else.
    """

    _name = "wezer.payment.link"
    _description = "Payment link"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = LINK
    _order = "id desc"
    _rec_name = "purpose"

    token = fields.Char(required=True, readonly=True, copy=False)
    payee_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="cascade"
    )
    # Zero: the payer chooses.
    amount_minor = BigInteger(aggregator=None, default=0)
    amount_display = fields.Char(string="Amount", compute="_compute_amount_display")
    purpose = fields.Char(size=PURPOSE_LENGTH)
    once = fields.Boolean(string="For one payment")
    state = fields.Selection(
        [("open", "Open"), ("paid", "Paid"), ("withdrawn", "Withdrawn")],
        required=True,
        default="open",
    )
    url = fields.Char(string="Address", compute="_compute_url")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _token_uniq = models.UniqueIndex("(token)", "This address is already taken.")

    @api.depends("amount_minor", "wezer_currency_id")
    @api.depends_context("lang")
    def _compute_amount_display(self):
        for link in self:
            currency = link.sudo().wezer_currency_id
            link.amount_display = (
                currency._format(link.amount_minor) if link.amount_minor else ""
            )

    @api.depends("token")
    def _compute_url(self):
        for link in self:
            link.url = f"{link.get_base_url()}/pay/{link.token}"

    def _written_in(self, name: str) -> str | None:
        return language_of_purpose(self, name)

    @api.model
    def create_link(
        self,
        payee: int,
        currency: int,
        amount: str = "",
        purpose: str = "",
        once: bool = False,
        acting_partner_id: int | None = None,
    ) -> int:
        """Make an address at which ``payee`` is paid.

        :param payee: partner id
        :param currency: id of a ``wezer.currency``
        :param amount: as people write it; empty: the payer chooses
        :param once: it ends with the first payment
        :return: id of the link
        :raise Refusal: rule ``links``, where there are too many
        """
        transfers = self.env["wezer.transfer"]
        party = transfers._partner(payee)
        self.env.user._resolve_acting(acting_partner_id, party, "wallet", what="link")
        party = transfers._resolve_party(payee, "payee")
        money = transfers._open_currency(currency)
        minor = transfers._positive_amount(money, amount) if amount else 0
        links = self.sudo()
        locks.hold(self.env, "links", party.id)
        own = [("payee_id", "=", party.id), ("state", "=", "open")]
        if links.search_count(own) >= LINKS_MAX:
            raise Refusal(
                self.env._(
                    "There are already %s open payment links. Close one first.",
                    LINKS_MAX,
                ),
                rule="links",
                limit=str(LINKS_MAX),
            )
        # Access and data were just checked.
        return links.create(
            {
                "token": secrets.token_urlsafe(12),
                "payee_id": party.id,
                "wezer_currency_id": money.id,
                "amount_minor": minor,
                "purpose": str(purpose or "").strip()[:PURPOSE_LENGTH],
                "once": bool(once),
                "company_id": money.company_id.id,
            }
        ).id

    def action_withdraw(self, acting_partner_id: int | None = None) -> bool:
        """End this address; what was paid stays."""
        self.ensure_one()
        link = self.sudo()
        self.env.user._resolve_acting(
            acting_partner_id, link.payee_id, "wallet", what="link"
        )
        link._check_state("withdraw")
        link.state = "withdrawn"
        return True

    def _why_not(self, action):
        """Return why the current user may not ``withdraw`` this address, or None."""
        self.ensure_one()
        try:
            self.env.user._check_acts_for(self.sudo().payee_id, "wallet")
        except UserError as error:
            return error
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._("This payment link is already closed.")

    @api.model
    def _by_token(self, token):
        """Return the open link with ``token`` (sudo), or an empty one."""
        if not isinstance(token, str) or not token:
            return self.sudo().browse()
        return self.sudo().search([("token", "=", token), ("state", "=", "open")])

    @api.model
    @locks.in_line("wallet", "_line_of_payment")
    def pay(
        self,
        token: str,
        payer: int,
        amount: str | None = None,
        purpose: str | None = None,
        key: str | None = None,
        acting_partner_id: int | None = None,
        category: int | None = None,
    ) -> int:
        """Pay at an address; amount and purpose are its own where it has them.

        :param token: what the address ends with
        :param payer: partner id
        :return: id of the transfer
        :raise Refusal: rule ``link``, and those of ``wezer.transfer.pay``
        """
        if not is_id(payer):
            raise NotAllowed(self.env._("Choose who pays."))
        transfers = self.env["wezer.transfer"]
        transfers._check_acts_for(payer)
        key = f"link:{token}:{key}" if key else None
        link = self._by_token(token)
        if not link and self._was_paid(payer, key):
            # What was paid here before is answered, or refused, by its key.
            link = self.sudo().search([("token", "=", token)])
        if not link:
            raise Refusal(
                self.env._("This payment link does not exist or is closed."),
                rule="link",
            )
        currency = link.wezer_currency_id
        if link.amount_minor:
            amount = currency._decimal(link.amount_minor)
        transfer_id = transfers.pay(
            payer,
            link.payee_id.id,
            currency.id,
            amount or "",
            link.purpose or purpose or "",
            key=key,
            acting_partner_id=acting_partner_id,
            category=category,
        )
        if link.once and link.state == "open":
            # Of two who pay at once, one writes first; the other's try is
            # repeated by the server and finds it paid.
            link.state = "paid"
        return transfer_id

    @api.model
    def _line_of_payment(self, token=None, payer=None, **_others):
        """Return the wallets that a payment at an address moves."""
        link = self._by_token(token)
        return self.env["wezer.transfer"]._line_of_new(
            payer, link.payee_id.id, link.wezer_currency_id.id
        )

    @api.model
    def _was_paid(self, payer, key):
        """Return whether ``payer`` paid at an address with ``key``, which names it."""
        # The caller's own payment, found by the caller's own key.
        transfers = self.env["wezer.transfer"].sudo()
        domain = [("payer_id", "=", payer), ("key", "=", key)]
        return bool(key and transfers.search_count(domain, limit=1))
