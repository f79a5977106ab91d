"""What the page of requests shows of each transfer, and who may answer it how."""

from typing import Any

from .settlement import RETURNS

# At most so many rows on the page.
ROWS_MAX = 100


def rows(env: Any) -> list:
    """Return what waits for an answer on either side of the user, newest first.

    :return: dicts ``transfer`` (sudo: the other sides' names show), ``pays`` and
        ``gets`` (whether the user acts for that side), ``redeem`` and ``claim`` (what
        kind of request it is), ``may`` (the actions that are possible now), ``amount``
        (as text: of what is set aside, the part that is not paid yet), ``over``
        (whether its date is over)
    """
    transfers = env["wezer.transfer"].search(
        [
            ("state", "in", env["wezer.transfer"]._state_machine.sources("close")),
            ("origin_model", "=", False),
        ],
        limit=ROWS_MAX,
    )
    acts = set(env.user._acting_ids("wallet"))
    return [
        {
            "transfer": transfer.sudo(),
            "amount": open_amount(transfer.sudo()),
            "pays": transfer.sudo().payer_id.id in acts,
            "gets": transfer.sudo().payee_id.id in acts,
            "redeem": transfer.state == "requested" and transfer.kind == "redeem",
            "claim": transfer.state == "requested" and transfer.kind in RETURNS,
            "may": {action for action, refusal in answers.items() if refusal is None},
            "over": transfer._is_overdue(),
        }
        for transfer, answers in transfers._permissions().items()
    ]


def open_amount(transfer: Any) -> str:
    """Return the amount that waits: of what is set aside, what is not paid yet."""
    if transfer.state != "reserved":
        return transfer.amount_display
    return transfer.wezer_currency_id._format(transfer._held()[0])


def held(wallet: Any) -> list:
    """Return what is set aside or waits for a receipt on a wallet (sudo).

    :return: dicts ``transfer`` (sudo), ``amount``, ``pays``, ``may``: see :func:`rows`;
        and ``url``, where what it belongs to is seen, or None
    """
    transfers = wallet.env["wezer.transfer"]
    transfers = transfers.search_fetch(
        [
            ("state", "in", transfers._state_machine.sources("settle", "confirm")),
            "|",
            ("payer_wallet_id", "=", wallet.id),
            ("payee_wallet_id", "=", wallet.id),
        ],
        limit=ROWS_MAX,
    )
    own = transfers.filtered(lambda transfer: not transfer.origin_model)
    # As the reader, who may answer; what a deal holds is answered in the deal.
    reader = wallet.env(su=False)
    answers = own.with_env(reader)._permissions()
    details = transfers.with_env(reader)._statement_details() if transfers else {}
    return [
        {
            "transfer": transfer,
            "amount": open_amount(transfer),
            "pays": transfer.payer_wallet_id == wallet,
            "url": details.get(transfer.id, {}).get("url"),
            "over": transfer._is_overdue(),
            "may": {
                action
                for action, refusal in answers.get(transfer, {}).items()
                if refusal is None
            },
        }
        for transfer in transfers
    ]
