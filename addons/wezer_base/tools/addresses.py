"""Which e-mail addresses a party has proved to be theirs, and which it may write."""

from odoo import models
from odoo.tools import email_normalize

from ..exceptions import NotAllowed
from .membership import JOINED
from .rights import PROVEN


def is_vouched_for(partner: models.Model) -> bool:
    """Return whether an address written to ``partner`` now counts as proven.

    It does where a letter or link proved it, or an administrator writes it.
    """
    user = partner.env.user
    return (
        partner.env.context.get("wezer_proven") is PROVEN
        or user._is_superuser()
        or user.partner_id != partner
        and user.has_group("wezer_base.group_administrator")
    )


def keep_vouched(partner: models.Model, vouched: bool) -> None:
    """Keep that the address of this contact is vouched for, or is no longer."""
    # Nobody reads or writes the field: it goes with the address.
    partner = partner.sudo()
    address = vouched and partner.email_normalized or False
    if (partner.wezer_vouched_email or False) != address:
        partner.wezer_vouched_email = address


def proven_addresses(partners: models.Model) -> set[str]:
    """Return the e-mail addresses that these parties proved to be theirs (sudo).

    The login, where it is an address: a letter led to it, or a link confirmed
    it; else the address of the invitation that they accepted, or that an
    administrator vouched for. Any other address of a contact says where to
    write to, and nothing about identity.
    """
    found = set()
    for partner in partners.sudo().with_context(active_test=False):
        logins = {email_normalize(user.login) for user in partner.user_ids} - {False}
        if not logins and partner.user_ids:
            accepted = partners.env["wezer.invitation"].sudo()
            accepted = accepted.search(
                [("invited_id", "=", partner.id), ("state", "=", "accepted")]
            )
            logins = {*accepted.mapped("email"), partner.wezer_vouched_email}
            logins -= {False}
        found |= logins
    return found


def checked_email(partner: models.Model, vals: dict) -> dict:
    """Return ``vals`` without an address that has to be confirmed first.

    Every way to a member's address leads here: the website's forms, Odoo's
    address page, RPC on users and on contacts. Where it is another one, the
    change waits for the link that goes to the new address.

    :raise NotAllowed: rule ``role``, for a member without a login
    :raise Refusal: rule ``address``
    """
    if "email" not in vals:
        return vals
    if not vals["email"] or is_vouched_for(partner):
        # Administrators also write logins: they answer for it.
        return vals
    profile, asker_env = partner._wezer_profile(), partner.env
    partner = partner.sudo()
    if profile.state not in JOINED:
        return vals
    if email_normalize(vals["email"]) == partner.email_normalized:
        # The same address, perhaps with another name before it: nothing to write.
        return {name: value for name, value in vals.items() if name != "email"}
    if not partner.user_ids:
        if partner.is_company:
            return vals
        raise NotAllowed(
            partner.env._(
                "This member cannot log in and is found by this address, so only"
                " administrators can change it."
            ),
            rule="role",
        )
    asker_env["wezer.address.change"]._ask(partner, vals["email"])
    return {name: value for name, value in vals.items() if name != "email"}
