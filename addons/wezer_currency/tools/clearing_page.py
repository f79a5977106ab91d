"""What a member reads of a settlement in a circle: their part, and everybody's.

A member sees what is open with their two neighbours, which is their own trade. Of the
others they learn only that they take part, and that the effect is the same for each.
"""

from typing import Any

from odoo import models

LIST_ROWS = 40


def own(env: Any, before: int, limit: int = LIST_ROWS) -> models.Model:
    """Return the settlements that concern the reader, the newest first."""
    domain = [("id", "<", before)] if before else []
    return env["wezer.clearing"].search(domain, limit=limit)


def live(wallet: models.Model) -> int:
    """Return how many settlements are proposed to the owner of ``wallet``."""
    return len(wallet.env["wezer.clearing"]._proposed_to(wallet))


def effects(clearing: models.Model) -> list[dict]:
    """Return what changes for each member for whom the reader acts.

    :return: dicts ``party``, and for the neighbour whom they owe and the one who owes
        them: ``creditor``, ``owes``, ``owes_after``, ``debtor``, ``owed``,
        ``owed_after``
    """
    acts, known = clearing._own_parties(), clearing.sudo()
    currency, amount = known.wezer_currency_id, known.amount_minor
    owed_to = {line.creditor_wallet_id: line for line in known.line_ids}
    rows = []
    for line in known.line_ids:
        party = line.debtor_wallet_id.partner_id
        if party not in acts:
            continue
        other = owed_to[line.debtor_wallet_id]
        rows.append(
            {
                "party": party,
                "creditor": line.creditor_wallet_id.partner_id.display_name,
                "owes": currency._format(line.debt_minor),
                "owes_after": currency._format(line.debt_minor - amount),
                "debtor": other.debtor_wallet_id.partner_id.display_name,
                "owed": currency._format(other.debt_minor),
                "owed_after": currency._format(other.debt_minor - amount),
            }
        )
    return rows


def members(clearing: models.Model) -> list[str | None]:
    """Return the members of the circle in its order, the reader first.

    The neighbours of the reader have their names, the others None.
    """
    acts, known = clearing._own_parties(), clearing.sudo()
    lines = list(known.line_ids)
    first = next(
        place
        for place, line in enumerate(lines)
        if line.debtor_wallet_id.partner_id in acts
    )
    lines = lines[first:] + lines[:first]
    seen = set(acts.ids)
    for line in lines:
        pair = line.debtor_wallet_id.partner_id, line.creditor_wallet_id.partner_id
        if pair[0] in acts or pair[1] in acts:
            seen |= {partner.id for partner in pair}
    return [
        line.debtor_wallet_id.partner_id.display_name
        if line.debtor_wallet_id.partner_id.id in seen
        else None
        for line in lines
    ]
