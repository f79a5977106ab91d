"""What the page of requests shows of each transfer, and who may answer it how."""

from typing import Any

# At most so many rows on the page.
ROWS_MAX = 100


def rows(env: Any) -> list:
    """Return what waits for an answer on either side of the user, newest first.

    :return: dicts ``transfer`` (sudo: the other sides' names show), ``pays`` and
        ``gets`` (whether the user acts for that side), ``redeem`` and ``claim`` (what
        kind of request it is), ``may`` (the actions that are possible now)
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
            "pays": transfer.sudo().payer_id.id in acts,
            "gets": transfer.sudo().payee_id.id in acts,
            "redeem": transfer.state == "requested" and transfer.kind == "redeem",
            "claim": transfer.state == "requested" and transfer.kind == "reversal",
            "may": {action for action, refusal in answers.items() if refusal is None},
        }
        for transfer, answers in transfers._permissions().items()
    ]
