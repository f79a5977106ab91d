import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize, single_email_re

from ..exceptions import NotAllowed, Refusal
from ..tools.addresses import proven_addresses
from ..tools.rate_limit import why_not_more
from ..tools.rights import PROVEN
from ..tools.state_machine import StateMachine, Transition

# The link in the letter works so long.
DAYS = 2
# So many letters to other addresses an account sends in a day.
DAILY = 5


ADDRESS_CHANGE = StateMachine(
    states=("pending", "confirmed", "withdrawn"),
    rules={
        "owner": "the person whose address it is, with the token of the e-mail",
        "owner_or_administrator": "the person whose address it is, or an administrator",
        "suite": "the suite, when the person asks for yet another address",
    },
    transitions=(
        Transition("confirm", ("pending",), ("confirmed",), "owner", "action_confirm"),
        Transition(
            "withdraw",
            ("pending",),
            ("withdrawn",),
            "owner_or_administrator",
            "action_withdraw",
        ),
        Transition("replace", ("pending",), ("withdrawn",), "suite", "_ask"),
    ),
)
OPEN = ADDRESS_CHANGE.unfinished


class WezerAddressChange(models.Model):
    """A new e-mail address of a person, until a link sent there confirms it.

    Nothing changes before that. Then it is the address of the contact and the login:
    the person has proved that they read its mail, and is identified by it from then on.
    """

    _name = "wezer.address.change"
    _description = "Change of an e-mail address"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = ADDRESS_CHANGE
    _order = "date desc, id desc"
    _rec_name = "email"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    email = fields.Char(string="New address", required=True)
    email_before = fields.Char(string="Previous address")
    token_hash = fields.Char(
        index="btree_not_null", copy=False, groups="base.group_system"
    )
    state = fields.Selection(
        [
            ("pending", "Waiting for the link"),
            ("confirmed", "Confirmed"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="pending",
        index=True,
    )
    date = fields.Datetime(required=True)
    confirm_deadline = fields.Datetime(string="Expiry", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    @api.model
    def _address(self, text):
        """Return a plain e-mail address; refuse what is none."""
        address = email_normalize(str(text or ""))
        if not address or not single_email_re.match(address):
            raise Refusal(
                self.env._(
                    "“%(text)s” is not an e-mail address.", text=str(text)[:100]
                ),
                rule="address",
                value=str(text)[:100],
            )
        return address

    @api.model
    def _waiting(self, partner):
        """Return the change of ``partner`` that waits for its link (sudo), or none."""
        return self.sudo().search(
            [
                ("partner_id", "in", partner.ids),
                ("state", "in", OPEN),
                ("confirm_deadline", ">", fields.Datetime.now()),
            ],
            limit=1,
        )

    # === ASKING === #

    @api.model
    def action_ask(self, email: str) -> int | bool:
        """Ask for another e-mail address of one's own account.

        A link goes to the new address, and a warning to the old one. The answer is the
        same whether the new address belongs to somebody here or not.

        :param str email: the new address
        :return: id of the change, or False where it is the address already
        :raise NotAllowed: rule ``login``
        :raise Refusal: rules ``address``, ``daily``
        """
        user = self.env.user
        if not user._wezer_may_join():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        return self._ask(user.partner_id, email).id

    @api.model
    def _ask(self, partner, email):
        """Keep what ``partner`` asks for and send the letters (sudo, checked)."""
        address = self._address(email)
        partner, changes = partner.sudo(), self.sudo()
        waiting = changes._waiting(partner)
        if waiting.email == address:
            return waiting
        waiting.state = "withdrawn"
        if address == partner.email_normalized and address in proven_addresses(partner):
            return changes.browse()
        refusal = why_not_more(
            changes,
            [("partner_id", "=", partner.id)],
            timedelta(days=1),
            DAILY,
            self.env._(
                "You have already asked for %(limit)s changes of address"
                " today. Try again tomorrow.",
                limit=DAILY,
            ),
            "daily",
        )
        if refusal:
            raise refusal
        now = fields.Datetime.now()
        token = secrets.token_urlsafe(24)
        change = changes.create(
            {
                "partner_id": partner.id,
                "email": address,
                "email_before": partner.email_normalized,
                "token_hash": self._hash(token),
                "date": now,
                "confirm_deadline": now + timedelta(days=DAYS),
            }
        )
        change._write_letters(token)
        return change

    @api.model
    def _hash(self, token):
        return hashlib.sha256(str(token).encode()).hexdigest()

    def _write_letters(self, token):
        """Send the link to the new address, and a warning to the old one."""
        self.ensure_one()
        invitations = self.env["wezer.invitation"].sudo()
        if not invitations._is_blocked(self.email, self.env["res.partner"]):
            taken = invitations._user_of(self.email)
            self._send(
                self.email,
                "address_taken_mail" if taken else "address_confirm_mail",
                f"{self.get_base_url()}/my/email/confirm/{token}",
            )
        if self.email_before and self.email_before != self.email:
            url = f"{self.get_base_url()}/my/profile"
            self._send(self.email_before, "address_old_mail", url)

    def _send(self, address, template, url):
        company = self.company_id
        lang = self.partner_id.lang or company.partner_id.lang
        here = self.with_context(lang=lang)
        body = here.env["ir.qweb"]._render(
            f"wezer_base.{template}",
            {"change": self, "company": company, "url": url, "days": DAYS},
            lang=lang,
            minimal_qcontext=True,
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": here.env._(
                    "Your e-mail address at %(name)s", name=company.name
                ),
                "email_from": company._wezer_email_from(),
                "email_to": address,
                "body_html": body,
                "auto_delete": True,
            }
        )
        self.env["mail.mail"]._wezer_send_soon()

    # === CONFIRMING === #

    @api.model
    def _find_by_token(self, token):
        """Return the caller's own change that a link confirms (sudo), or none."""
        return self.sudo().search(
            [
                ("token_hash", "=", self._hash(token)),
                ("partner_id", "=", self.env.user.partner_id.id),
                ("state", "in", OPEN),
                ("confirm_deadline", ">", fields.Datetime.now()),
            ]
        )

    @api.model
    def action_confirm(self, token: str) -> str:
        """Confirm a new address by the token of its link, logged in as its owner.

        :return: the address
        :raise NotAllowed: rule ``login``
        :raise Refusal: rules ``link``, ``known``
        """
        user = self.env.user
        if not user._wezer_may_join():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        change = self._find_by_token(token)
        if not change:
            raise Refusal(
                self.env._(
                    "This link is not for your account or has expired. Ask for"
                    " another one in your profile."
                ),
                rule="link",
            )
        other = self.env["wezer.invitation"]._user_of(change.email)
        if other and other != user:
            raise Refusal(
                self.env._("Another account already uses this address."), rule="known"
            )
        vals = {"email": change.email}
        if user.share or "@" in user.login:
            vals["login"] = change.email
        # Both are the user's own, and proved by the link.
        user.sudo().with_context(wezer_proven=PROVEN).write(vals)
        change.state = "confirmed"
        return change.email

    def action_withdraw(self) -> bool:
        """Withdraw a change that was not confirmed yet."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("withdraw")
        self.sudo().state = "withdrawn"
        return True

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the current user, or None.

        A change is found by the token of its letter before it is confirmed.
        """
        self.ensure_one()
        own = self.sudo().partner_id == self.env.user.partner_id
        if not own and not (
            self._state_machine.who(action) == "owner_or_administrator"
            and self.env.user.has_group("wezer_base.group_administrator")
        ):
            return NotAllowed(self.env._("This is not your address."), rule="own")
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._("This change of address is no longer pending.")

    @api.autovacuum
    def _gc_changes(self):
        """Delete the addresses a month later."""
        old = fields.Datetime.now() - timedelta(days=30)
        self.sudo().search([("date", "<", old)]).unlink()

    # === PERSONAL DATA === #

    @api.model
    def _personal_data(self, partner):
        """Return the rows of ``partner`` for the download of personal data (sudo)."""
        changes = self.sudo().search(
            [("partner_id", "in", partner._wezer_selves().ids)]
        )
        return [
            {"date": str(change.date), "email": change.email, "state": change.state}
            for change in changes
        ]

    @api.model
    def _anonymise(self, partner):
        """Delete the addresses of a member who leaves."""
        self.sudo().search([("partner_id", "in", partner.ids)]).unlink()
