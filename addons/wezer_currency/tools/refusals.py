"""The wording of refusals about money.

About their own wallet people read the rule, the value and the limit; about the other
side's wallet one sentence that is the same for every cause, so that nothing is learnt
by trying.
"""

from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days


def other_side(env: api.Environment, pays: bool) -> Refusal:
    """Return the one refusal for all causes that lie with the other side.

    :param pays: the other side would pay, else it would receive
    """
    return Refusal(
        env._("The other party cannot pay this amount now.")
        if pays
        else env._("The other party cannot receive this amount now."),
        rule="other_side",
    )


def numbered(env: api.Environment, wallet_id: int) -> str:
    """Return how a wallet is named to readers who may not know its owner's name."""
    return env._("Wallet %s", wallet_id)


def same_party(env: api.Environment) -> Refusal:
    """Return the refusal of a payment to oneself."""
    return Refusal(env._("You cannot pay yourself."), rule="party")


def wallet_not_open(env: api.Environment, name: str, state: str) -> Refusal:
    """Return the refusal of something new on a wallet that is frozen or closed."""
    return Refusal(
        env._("The wallet of %(name)s is not open.", name=name),
        rule="state",
        value=state,
    )


def not_transferable(env: api.Environment, currency: models.Model) -> Refusal:
    """Return the refusal of a payment between members in such a currency."""
    return Refusal(
        env._("%(name)s cannot be transferred.", name=currency.name),
        rule="transferable",
    )


def beyond_limit(
    env: api.Environment,
    currency: models.Model,
    name: str,
    available: int,
    limit: int,
    minor: int,
) -> Refusal:
    """Return the refusal of an amount that passes a limit.

    :param name: whose wallet it is
    :param available: minor units that the wallet has, without what is set aside
    :param limit: the limit in force, in minor units
    :param minor: what was asked for, in minor units
    """
    return Refusal(
        env._(
            "%(amount)s is too much. %(name)s has %(available)s available, and the"
            " limit is %(limit)s.",
            name=name,
            available=currency._format(available),
            limit=currency._format(limit),
            amount=currency._format(minor),
        ),
        rule="limit",
        value=currency._format(minor),
        limit=currency._format(limit),
    )


def needs_second(
    env: api.Environment, currency: models.Model, minor: int, left: int, books: bool
) -> Refusal:
    """Return the refusal of what one person may not let leave a treasury alone.

    :param minor: what was asked for, in minor units
    :param left: what this person may still let go alone, in minor units
    :param books: this person can propose it on the books of the currency
    """
    words = {"amount": currency._format(minor), "limit": currency._format(left)}
    message = (
        env._(
            "%(amount)s needs a second person: alone you can let %(limit)s more leave"
            " this treasury within 30 days. Propose it as a batch on the books of this"
            " currency, under “Acts of the treasury”.",
            **words,
        )
        if books
        else env._(
            "%(amount)s needs a second person: alone you can let %(limit)s more leave"
            " this treasury within 30 days. Ask a treasurer of this currency to propose"
            " it.",
            **words,
        )
    )
    return Refusal(
        message, rule="four_eyes", value=words["amount"], limit=words["limit"]
    )


def not_countable(env: api.Environment) -> Refusal:
    """Return the refusal of an amount that the ledger's columns cannot hold."""
    return Refusal(env._("This amount is too large for the ledger."), rule="amount")


def overdue(env: api.Environment, state: str, until: Any) -> Refusal:
    """Return the refusal of what could be answered or paid until a date that is over.

    :param state: of the transfer: ``reserved`` or ``requested``
    :param until: the moment until which it was possible
    """
    moment = days.format_moment(env, until)
    message = (
        env._(
            "This money was set aside until %(moment)s, which is over. It is released"
            " within an hour. You can pay directly instead.",
            moment=moment,
        )
        if state == "reserved"
        else env._(
            "This request could be accepted until %(moment)s, which is over. You can"
            " pay directly instead.",
            moment=moment,
        )
    )
    return Refusal(message, rule="until", limit=str(until))


def no_value(env: api.Environment) -> Refusal:
    """Return the refusal to book money for a currency whose unit has no value."""
    return Refusal(
        env._(
            "Set the value of a unit and the account for the money in the currency"
            " first."
        ),
        rule="value",
    )


def used_key(env: api.Environment) -> Refusal:
    """Return the refusal of a key that stands for other data; it shows nothing."""
    return Refusal(
        env._("This key was already used for a request with other content."), rule="key"
    )
