"""What is on a user's to-do list about money: requests, receipts, redemptions."""

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days

from .settlement import RETURNS

# Days a payee has to confirm outside money, before moderators may.
RECEIPT_DAYS = 14
# At most so many rows of each sort.
ROWS_MAX = 50


def rows(user: models.Model) -> list:
    """Return the rows of ``user``, as ``res.users._wezer_todo`` has them."""
    return _unanswered(user) + _unconfirmed(user) + _acts(user)


def _unanswered(user: models.Model) -> list:
    """Return what waits for an answer of the user: requests and receipts."""
    env = user.env
    acts = user._acting_ids("wallet")
    # sudo: the domain is what the rules let this user see.
    transfers = (
        env["wezer.transfer"]
        .sudo()
        .search(
            [
                ("origin_model", "=", False),
                "|",
                "&",
                "&",
                ("state", "=", "requested"),
                ("kind", "!=", "redeem"),
                ("payer_id", "in", acts),
                "&",
                "|",
                ("state", "=", "pending"),
                "&",
                ("state", "=", "requested"),
                ("kind", "=", "redeem"),
                ("payee_id", "in", acts),
                ("company_id", "in", env.companies.ids),
            ],
            limit=ROWS_MAX,
        )
    )
    return [_unanswered_row(env, transfer) for transfer in transfers]


def _unanswered_row(env: api.Environment, transfer: models.Model) -> dict:
    asked = transfer.state == "requested"
    redeem = asked and transfer.kind == "redeem"
    other = transfer.payee_id if asked and not redeem else transfer.payer_id
    if redeem:
        text = env._("%(name)s wants to redeem %(amount)s: %(purpose)s")
    elif asked and transfer.kind in RETURNS:
        text = env._("You owe %(name)s %(amount)s: %(purpose)s")
    elif asked:
        text = env._("%(name)s asks you for %(amount)s: %(purpose)s")
    else:
        text = env._("Did you receive %(amount)s from %(name)s? %(purpose)s")
    return {
        "section": "now",
        "partner": other,
        "text": text
        % {
            "name": other.name,
            "amount": transfer.amount_display,
            "purpose": transfer.purpose or "",
        },
        "url": "/my/requests",
        "button": env._("Answer"),
        "due": days.day_of(env, transfer.end_deadline),
    }


def _acts(user: models.Model) -> list:
    """Return the acts of treasuries that ``user`` may decide about, or post."""
    env = user.env
    acts = env["wezer.treasury.act"].with_user(user)
    waiting = acts.search(
        [("state", "in", acts._state_machine.sources("refuse"))],
        order="deadline, id",
        limit=ROWS_MAX,
    )
    return [
        {
            "section": "now",
            # Who reads the books reads who proposed what.
            "partner": act.sudo().proposer_id,
            "text": env._(
                "%(name)s proposes an act of the treasury: %(amount)s",
                name=act.sudo().proposer_id.name,
                amount=act.amount_text,
            ),
            "url": f"/my/books/{act.wezer_currency_id.id}/acts",
            "button": env._("Decide"),
            "due": days.day_of(env, act.deadline),
        }
        for act in waiting
        if not act._why_not("approve" if act.state == "proposed" else "post")
    ]


def _unconfirmed(user: models.Model) -> list:
    """Return what moderators settle: promises nobody confirmed for 14 days."""
    if not user.has_group("wezer_base.group_moderator"):
        return []
    env = user.env
    late = fields.Datetime.now() - timedelta(days=RECEIPT_DAYS)
    # The transfers that moderators may read, and no party to it decides.
    waiting = (
        env["wezer.transfer"]
        .with_user(user)
        .search(
            [
                ("state", "=", "pending"),
                ("origin_model", "=", False),
                ("date", "<", late),
            ],
            limit=ROWS_MAX,
        )
        .sudo()
        .filtered(
            lambda transfer: user._moderates(transfer.payer_id | transfer.payee_id)
        )
    )
    return [
        {
            "section": "now",
            "partner": transfer.payer_id,
            "text": env._(
                "%(payer)s says that they paid %(payee)s %(amount)s. Nobody"
                " has confirmed that it was received: %(purpose)s",
                payer=transfer.payer_id.name,
                payee=transfer.payee_id.name,
                amount=transfer.amount_display,
                purpose=transfer.purpose or "",
            ),
            "url": f"/odoo/wezer-transfers/{transfer.id}",
            "button": env._("Decide"),
            "due": days.day_of(env, transfer.date + timedelta(days=RECEIPT_DAYS)),
        }
        for transfer in waiting
    ]
