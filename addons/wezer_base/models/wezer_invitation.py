import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate, email_normalize, hmac, single_email_re

from ..exceptions import NotAllowed, Refusal
from ..tools import caller_context, locks
from ..tools.addresses import proven_addresses
from ..tools.arrival import keep_arrival, with_arrival
from ..tools.cron import for_each_due
from ..tools.membership import JOINED
from ..tools.rights import PROVEN
from ..tools.state_machine import StateMachine, Transition
from ..tools.text import TITLE_LENGTH, clean_line, has_letter

_lt = LazyTranslate(__name__)

DAYS = 14
PASSWORD_LENGTH = 8
# A person who asks for an account gets the next letter after so long.
PAUSE = timedelta(minutes=10)
# So many may ask for their letter through one person's link a day.
LINK_LETTERS = 50
# So many visitors may ask for an account in an hour, all together.
REQUESTS_HOUR = 200


INVITATION = StateMachine(
    states=("pending", "accepted", "withdrawn"),
    rules={
        "inviter": "the person who invited, or an administrator",
        "invited": "holds the token of the e-mail",
    },
    transitions=(
        Transition(
            "accept",
            ("pending",),
            ("accepted",),
            "invited",
            "_accept",
            "of an e-mail, not of a link",
        ),
        Transition("block", ("pending",), ("withdrawn",), "invited", "_block"),
        Transition(
            "withdraw", ("pending",), ("withdrawn",), "inviter", "action_withdraw"
        ),
    ),
)
OPEN = INVITATION.unfinished


class WezerInvitation(models.Model):
    """A way in: by a link to pass on, by a letter to somebody, or asked for.

    The letter proves whose address it is: an account is made only with its token,
    which is kept as a hash. Nothing here reveals who has an account already.
    """

    _name = "wezer.invitation"
    _description = "Invitation"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = INVITATION
    _order = "date desc, id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [
            ("link", "Link to share"),
            ("letter", "E-mail"),
            ("request", "Request for an account"),
        ],
        required=True,
    )
    inviter_id = fields.Many2one(
        "res.partner", string="Invited by", index=True, ondelete="cascade"
    )
    # The inviter knows it; nobody else reads it.
    email = fields.Char()
    message = fields.Text()
    link_token = fields.Char(copy=False)
    token_hash = fields.Char(
        index="btree_not_null", copy=False, groups="base.group_system"
    )
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("accepted", "Accepted"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="pending",
        index=True,
    )
    date = fields.Datetime(required=True)
    accept_deadline = fields.Datetime(string="Expiry", required=True)
    # A scheduled job writes the letter: the page answers alike for every address.
    letter_waits = fields.Boolean(copy=False, groups=fields.NO_ACCESS)
    letter_lang = fields.Char(copy=False, groups=fields.NO_ACCESS)
    # The page that the person came for; see tools/arrival.py.
    arrival_url = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    invited_id = fields.Many2one(
        "res.partner",
        string="Invited person",
        ondelete="set null",
        groups="wezer_base.group_administrator",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _letter_waits_idx = models.Index("(id) WHERE letter_waits")

    # === INVITING === #

    @api.model
    def action_invite(self, emails: list[str] | str, message: str = "") -> int:
        """Write to people whom the caller would like to see here.

        People who have an account, or want no letters, are passed over silently: the
        answer is the same. While no e-mail can be sent, letters wait; administrators
        get a link to each instead, as they vouch for addresses.

        :param list emails: addresses
        :return: how many letters are on their way, as the inviter may know
        :raise Refusal: rules ``address``, ``pending``, ``daily``
        """
        inviter = self._check_may_invite()
        addresses = self._addresses(emails)
        self._check_caps(inviter, len(addresses))
        message = str(message or "").strip()[:1000]
        by_hand = self._passes_on_links() and not self.env.company._wezer_can_send()
        for address in addresses:
            if by_hand:
                invitation = self._make("letter", None, inviter, address, message)
                invitation._make_own_link()
            else:
                self._write_to(address, "letter", inviter, message)
        return len(addresses)

    @api.model
    def _invited_text(self, count):
        """Return what happens now with so many invitations of the caller."""
        if self.env.company._wezer_can_send():
            return self.env._("Invitations on their way: %(count)s.", count=count)
        if self._passes_on_links():
            return self.env._(
                "E-mails cannot be sent at the moment. Copy the links below, and pass"
                " them on: %(count)s.",
                count=count,
            )
        return self.env._(
            "E-mails cannot be sent at the moment. Invitations that follow as soon as"
            " they can: %(count)s.",
            count=count,
        )

    @api.model
    def _invited_action(self, count):
        """Return what tells in the back office that so many invitations were sent.

        :rtype: dict
        """
        if not self.env.company._wezer_can_send():
            # The links to pass on are there.
            return {"type": "ir.actions.act_url", "url": "/my/invite", "target": "self"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._invited_text(count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _passes_on_links(self):
        """Return whether the caller may have the link that a letter would contain.

        It lets in with the address, unproven: only administrators vouch for that.
        """
        return self.env.user.has_group("wezer_base.group_administrator")

    def action_show_link(self) -> str:
        """Return the link of one's own letter, to be passed on by hand, made anew.

        A letter that was sent, or is still to be sent, leads nowhere from then on.

        :raise NotAllowed: rule ``role``, where the caller is no administrator or did
            not invite this person
        :raise Refusal: rules ``state``, ``known``
        """
        self.ensure_one()
        self.check_access("read")
        invitation = self.sudo()
        if (
            not self._passes_on_links()
            or invitation.inviter_id != self.env.user.partner_id
        ):
            raise NotAllowed(
                self.env._(
                    "Only administrators can pass on the links of their invitations."
                ),
                rule="role",
            )
        if (
            invitation.kind != "letter"
            or invitation.state not in OPEN
            or invitation.accept_deadline <= fields.Datetime.now()
        ):
            raise self._no_longer_open()
        if self._user_of(invitation.email):
            raise Refusal(
                self.env._("A person with this address already has an account here."),
                rule="known",
                value=invitation.email,
            )
        invitation._make_own_link()
        return invitation._url(invitation.link_token)

    def _make_own_link(self):
        """Give a letter of an administrator a link instead (sudo, checked)."""
        self.ensure_one()
        if user := self._user_of(self.email):
            self._tell_known(user)
            return
        token = secrets.token_urlsafe(24)
        self.write(
            {
                "token_hash": self._hash(token),
                "link_token": token,
                "letter_waits": False,
            }
        )

    @api.model
    def action_link(self) -> str:
        """Return the address of the caller's own link to pass on, made once."""
        inviter = self._check_may_invite()
        link = self.sudo().search(
            [
                ("inviter_id", "=", inviter.id),
                ("kind", "=", "link"),
                ("state", "in", OPEN),
                ("accept_deadline", ">", fields.Datetime.now()),
            ],
            limit=1,
        )
        if not link:
            self._check_caps(inviter, 1)
            token = secrets.token_urlsafe(24)
            link = self._make("link", token, inviter)
            link.link_token = token
        return link._url(link.link_token)

    def action_withdraw(self) -> bool:
        """Withdraw an invitation: its link or letter leads nowhere from now on."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("withdraw")
        self.sudo().state = "withdrawn"
        return True

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the current user, or None.

        The actions of the invited person are authorised by the token of the letter.
        """
        self.ensure_one()
        if (
            action == "withdraw"
            and self.sudo().inviter_id != self.env.user.partner_id
            and not self.env.user.has_group("wezer_base.group_administrator")
        ):
            return NotAllowed(
                self.env._(
                    "Only the sender or an administrator can withdraw an invitation."
                )
            )
        if action == "accept" and self.sudo().kind == "link":
            return self._no_longer_open()
        return self._state_refusal(action)

    def _no_longer_open(self):
        return Refusal(
            self._state_message("accept"), rule="state", value=self.sudo().state
        )

    def _state_message(self, _action):
        return self.env._("This invitation is no longer pending.")

    @api.model
    def _check_may_invite(self):
        """Return the caller's partner, where the community lets them invite."""
        user = self.env.user
        user._wezer_check_standing()
        company = self.env.company.sudo()
        if company.wezer_invitations == "stewards" and user not in (
            company._wezer_actor_users("invite")
        ):
            raise NotAllowed(
                self.env._(
                    "Only some people can send invitations here. Ask an administrator."
                ),
                rule="role",
            )
        return user.partner_id

    @api.model
    def _addresses(self, emails):
        if isinstance(emails, str):
            emails = emails.replace(",", " ").replace(";", " ").split()
        if not isinstance(emails, list | tuple) or not emails:
            raise Refusal(self.env._("Write at least one address."), rule="address")
        addresses = []
        for text in emails:
            address = email_normalize(str(text))
            if not address or not single_email_re.match(address):
                raise Refusal(
                    self.env._("“%(text)s” is not an e-mail address.", text=text),
                    rule="address",
                    value=str(text),
                )
            addresses.append(address)
        return list(dict.fromkeys(addresses))

    @api.model
    def _check_caps(self, inviter, more):
        """Refuse where too many of the inviter's wait, or were sent today."""
        if self.env.user.has_group("wezer_base.group_administrator"):
            return
        company, now = self.env.company.sudo(), fields.Datetime.now()
        locks.hold(self.env, "invitations", inviter.id)
        own = [("inviter_id", "=", inviter.id)]
        waiting = self.sudo().search_count(
            [*own, ("state", "in", OPEN), ("accept_deadline", ">", now)]
        )
        today = self.sudo().search_count([*own, ("date", ">", now - timedelta(days=1))])
        for rule, value, limit, text in (
            (
                "pending",
                waiting + more,
                company.wezer_invite_pending,
                self.env._(
                    "At most %s of your invitations can wait for an answer"
                    " at a time. Withdraw one, or wait for an answer."
                ),
            ),
            (
                "daily",
                today + more,
                company.wezer_invite_daily,
                self.env._(
                    "You can send at most %s invitations a day. Try again tomorrow."
                ),
            ),
        ):
            if value > limit:
                raise Refusal(text % limit, rule=rule, value=value, limit=limit)

    # === LETTERS === #

    @api.model
    def _request(self, email, arrival=""):
        """Ask for an account with nothing but an e-mail address (sudo).

        The answer is the same whether it is known or not: the owner of an account gets
        a letter that says so and leads to a new password.

        :param str arrival: the page that the person came for
        """
        address = self._addresses([email])[0]
        locks.hold(self.env, "requests", self.env.company.id)
        self._check_requests()
        recent = self.sudo().search(
            [
                ("email", "=", address),
                ("kind", "=", "request"),
                ("date", ">", fields.Datetime.now() - PAUSE),
            ],
            limit=1,
        )
        if recent:
            # The letter that is on its way leads to what was looked at last.
            keep_arrival(recent, arrival)
        else:
            nobody = self.env["res.partner"]
            self._write_to(address, "request", nobody, "", arrival)
        return True

    @api.model
    def _check_requests(self):
        """Limit the letters that visitors can cause together."""
        asked = self.sudo().search_count(
            [
                ("kind", "=", "request"),
                ("date", ">", fields.Datetime.now() - timedelta(hours=1)),
            ]
        )
        if asked >= REQUESTS_HOUR:
            raise Refusal(
                self.env._(
                    "Too many people asked for an account in the last hour."
                    " Try again in an hour."
                ),
                rule="hourly",
                limit=REQUESTS_HOUR,
            )

    def _write_from_link(self, email, arrival=""):
        """Write to a person who opened a link (sudo: its token authorises it)."""
        self.ensure_one()
        address = self._addresses([email])[0]
        now = fields.Datetime.now()
        locks.hold(self.env, "letters", self.inviter_id.id)
        through = [("inviter_id", "=", self.inviter_id.id), ("kind", "=", "letter")]
        today = self.search_count([*through, ("date", ">", now - timedelta(days=1))])
        if today >= LINK_LETTERS:
            raise Refusal(
                self.env._("Too many people used this link today. Try again tomorrow."),
                rule="daily",
                limit=LINK_LETTERS,
            )
        waits = self.search_count(
            [*through, ("email", "=", address), ("date", ">", now - PAUSE)]
        )
        if not waits:
            self._write_to(address, "letter", self.inviter_id, "", arrival)

    @api.model
    def _write_to(self, address, kind, inviter, message, arrival=""):
        """Let a scheduled job write: what is done here is the same for all addresses.

        Neither the answer nor the work for it says whether somebody has an account, or
        wants no letters.
        """
        invitation = self._make(kind, None, inviter, address, message)
        invitation.write({"letter_waits": True, "letter_lang": self.env.lang})
        keep_arrival(invitation, arrival)
        # Visitors may not touch jobs.
        self.env.ref("wezer_base.ir_cron_reset").sudo()._trigger()
        return invitation

    @api.model
    def _write_letters(self):
        """Write the letters that wait (a scheduled job)."""
        waiting = [("letter_waits", "=", True)]
        for_each_due(self.sudo(), waiting, lambda one: one._write_letter())
        self.env["mail.mail"]._wezer_send_soon()

    def _write_letter(self):
        """Write the letter of one invitation, a notice, or nothing (sudo)."""
        self.ensure_one()
        self.letter_waits = False
        open_still = self.state in OPEN and self.accept_deadline > fields.Datetime.now()
        if not open_still or self._is_blocked(self.email, self.inviter_id):
            return
        here = self.with_context(lang=self.letter_lang or self.env.lang)
        user = self._user_of(self.email)
        if user and self.kind == "letter":
            here._tell_known(user)
            return
        token = secrets.token_urlsafe(24)
        self.token_hash = self._hash(token)
        here._send("invitation_known" if user else "invitation", token, user)

    def _tell_known(self, user):
        """Tell a member who was invited: no letter; the inviter sees no difference."""
        user.partner_id._wezer_notify(
            "invited",
            _lt("%(name)s invited you here.", name=self.inviter_id.name),
            url="/members",
        )

    @api.model
    def _make(self, kind, token, inviter, address=False, message=""):
        now = fields.Datetime.now()
        # Members write nothing themselves; the caller has checked.
        return self.sudo().create(
            {
                "kind": kind,
                "inviter_id": inviter.id,
                "email": address,
                "message": message,
                "token_hash": token and self._hash(token),
                "date": now,
                "accept_deadline": now + timedelta(days=DAYS),
            }
        )

    def _send(self, template, token, user):
        """Send one of the letters, in the language of the page that asked."""
        self.ensure_one()
        company = self.company_id
        values = {
            "invitation": self,
            "inviter": self.inviter_id,
            "company": company,
            "url": self._url(token),
            "block_url": f"{self._url(token)}/block",
            "login_url": f"{self.get_base_url()}/web/reset_password",
            "arrival_url": self.arrival_url
            and self.get_base_url() + with_arrival("/web/login", self.arrival_url),
        }
        body = self.env["ir.qweb"]._render(f"wezer_base.{template}", values)
        # Other people see subjects, so the inviter is named in the text only.
        subject = (
            self.env._("An invitation to join %(name)s", name=company.name)
            if self.inviter_id
            else self.env._("Your link to join %(name)s", name=company.name)
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "email_from": company._wezer_email_from(),
                "email_to": self.email,
                "body_html": body,
                "auto_delete": True,
            }
        )

    def _url(self, token):
        return f"{self.get_base_url()}/join/{token}"

    @api.model
    def _hash(self, token):
        return hashlib.sha256(str(token).encode()).hexdigest()

    @api.model
    def _find_by_token(self, token):
        """Return the waiting invitation a token opens (sudo), or none."""
        return self.sudo().search(
            [
                ("token_hash", "=", self._hash(token)),
                ("state", "in", OPEN),
                ("accept_deadline", ">", fields.Datetime.now()),
            ]
        )

    @api.model
    def _arrival_of_token(self, token):
        """Return what the holder of a letter came for, also where it has expired."""
        found = self.sudo().search([("token_hash", "=", self._hash(token))], limit=1)
        return found.arrival_url or ""

    @api.model
    def _user_of(self, address):
        """Return the user who logs in with this address (sudo), or none.

        The address of a contact proves nothing about a user with another login. Where
        the login is no address, an address counts that was confirmed or that an
        administrator vouched for.
        """
        users = self.env["res.users"].sudo().with_context(active_test=True)
        found = users.search([("login", "=", address)], limit=1)
        if found:
            return found
        alike = users.search([("email", "=", address)])
        return alike.filtered(
            lambda user: (
                "@" not in user.login and user.partner_id.wezer_vouched_email == address
            )
        )[:1]

    # === BLOCKING === #

    @api.model
    def _block_key(self, address):
        """Return the fingerprint of an address that wants no letters."""
        return hmac(self.env(su=True), "wezer-block", address)

    @api.model
    def _is_blocked(self, address, inviter):
        blocks = self.env["wezer.invitation.block"].sudo()
        return bool(
            blocks.search_count(
                [
                    ("address_key", "=", self._block_key(address)),
                    ("inviter_id", "in", [inviter.id, False]),
                ],
                limit=1,
            )
        )

    def _block(self, everybody=False):
        """Send the addressee no more letters of this inviter, or of anybody."""
        self.ensure_one()
        if not self.email:
            return
        self.env["wezer.invitation.block"].sudo().create(
            {
                "address_key": self._block_key(self.email),
                "inviter_id": False if everybody else self.inviter_id.id,
            }
        )
        self.sudo().state = "withdrawn"

    # === ACCEPTING === #

    def _accept(self, name, password, lang=None):
        """Make the account of the addressee, a portal user (sudo).

        A former member, or one without a login, is found again by the address.

        :return: the login
        """
        self.ensure_one()
        if len(password or "") < PASSWORD_LENGTH:
            raise Refusal(
                self.env._(
                    "A password needs at least %(count)s characters.",
                    count=PASSWORD_LENGTH,
                ),
                rule="password",
                field="password",
            )
        name = clean_line(str(name or ""), TITLE_LENGTH)
        if not has_letter(name):
            raise Refusal(self.env._("Tell us what we should call you."), rule="name")
        self._check_may("accept")
        users = caller_context.plain(self.env["res.users"].sudo())
        if self._user_of(self.email):
            raise Refusal(
                self.env._("You already have an account here. Log in."), rule="known"
            )
        values = {"login": self.email, "email": self.email, "password": password}
        values["lang"] = lang or self.env.lang
        partner = self._old_self()
        if partner:
            values["partner_id"] = partner.id
        else:
            values["name"] = name
        user = users.with_context(
            wezer_signup=True, wezer_proven=PROVEN
        )._create_user_from_template(values)
        user.partner_id._wezer_joined(self, name)
        keep_arrival(user.partner_id._wezer_profile(), self.arrival_url)
        self.write({"state": "accepted", "invited_id": user.partner_id.id})
        self.inviter_id._wezer_notify(
            "arrived",
            _lt("%(name)s accepted your invitation.", name=user.partner_id.name),
            url="/members",
        )
        return user.login

    def _old_self(self):
        """Return the partner this address had before (sudo), or none."""
        left = self.env["wezer.profile"]._find_left(self.email)
        if left:
            left._wezer_return()
            left.with_context(wezer_proven=PROVEN).email = self.email
            return left
        known = (
            self.env["wezer.profile"]
            .sudo()
            .search(
                [
                    ("partner_id.email_normalized", "=", self.email),
                    ("state", "in", JOINED),
                    ("partner_id.user_ids", "=", False),
                    ("partner_id.is_company", "=", False),
                    # Contacts below a member are written by that member.
                    ("partner_id.parent_id", "=", False),
                ],
                limit=1,
            )
        )
        return known.partner_id

    @api.autovacuum
    def _gc_invitations(self):
        """Delete the addresses of people who never came, a month later."""
        old = fields.Datetime.now() - timedelta(days=30)
        self.sudo().search(
            [("accept_deadline", "<", old), ("state", "!=", "accepted")]
        ).unlink()

    # === PERSONAL DATA === #

    @api.model
    def _personal_data(self, partner):
        """Return the rows of ``partner`` for the download of personal data (sudo)."""
        selves = partner._wezer_selves()
        return [
            {
                "date": str(invitation.date),
                "email": invitation.email or "",
                "state": invitation.state,
            }
            for invitation in self.sudo().search([("inviter_id", "in", selves.ids)])
        ]

    @api.model
    def _anonymise(self, partner):
        """Delete whom a member who leaves invited, and what led them in."""
        addresses = list(proven_addresses(partner))
        self.sudo().search(
            ["|", ("inviter_id", "=", partner.id), ("email", "in", addresses)]
        ).unlink()
