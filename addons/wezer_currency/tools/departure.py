"""The money of a member who leaves: what is open, what is freed, what is kept.

All functions take a ``res.partner``; they are called by its extension points.
"""

from typing import Any

from . import settlement, statement


def wallets(partner: Any) -> Any:
    """Return the wallets of ``partner`` (sudo)."""
    found = partner.env["wezer.wallet"].sudo()
    return found.search([("partner_id", "in", partner.ids)])


def payment_links(partner: Any) -> Any:
    """Return the addresses at which ``partner`` is paid (sudo)."""
    links = partner.env["wezer.payment.link"].sudo()
    return links.search([("payee_id", "in", partner.ids)], order="id")


def acceptances(partner: Any) -> Any:
    """Return the rules of what ``partner`` pays and is paid automatically (sudo)."""
    rules = partner.env["wezer.acceptance"].sudo().with_context(active_test=False)
    return rules.search(
        [
            "|",
            ("partner_id", "in", partner.ids),
            ("requester_id", "in", partner.ids),
        ]
    )


def transfers_of(
    partner: Any, states: tuple | None = None, origins: bool = True
) -> Any:
    """Return the transfers that ``partner`` pays or is paid (sudo), oldest first.

    :param states: only those in these states
    :param origins: those of deals too
    """
    domain = ["|", ("payer_id", "in", partner.ids), ("payee_id", "in", partner.ids)]
    if states is not None:
        domain.append(("state", "in", states))
    if not origins:
        domain.append(("origin_model", "=", False))
    return partner.env["wezer.transfer"].sudo().search(domain, order="id")


# === WHAT IS KEPT OF A MEMBER === #


def personal_data(partner: Any) -> dict:
    """Return the part of a member's own data that is about money."""
    rows = partner.env["wezer.personal.data"]
    own = wallets(partner)
    return {
        "wallets": rows._rows(
            own,
            ["wezer_currency_id", "balance_text", "reserved_text", "incoming_text"]
            + ["available_text", "state", "settles_in_circles"],
        ),
        "transfers": rows._rows(
            transfers_of(partner),
            ["date", "payer_id", "payee_id", "amount_text", "wezer_currency_id"]
            + ["purpose", "kind", "state", "end_reason", "end_deadline", "every"],
        ),
        "statement": _statement(partner, own),
        "settlements_in_circles": rows._rows(
            partner.env["wezer.clearing"]
            .sudo()
            .search([("line_ids.debtor_wallet_id", "in", own.ids)], order="id"),
            ["create_date", "amount_display", "wezer_currency_id", "member_count"]
            + ["state", "answer_until", "ended_on"],
        ),
        "payment_links": rows._rows(
            payment_links(partner),
            ["url", "wezer_currency_id", "amount_display", "purpose", "state"],
        ),
        "acceptances": rows._rows(
            # Others' rules that name this member are theirs.
            acceptances(partner).filtered(lambda rule: rule.partner_id == partner),
            ["wezer_currency_id", "requester_id", "amount_text", "month_text"]
            + ["active"],
        ),
        "limits": rows._rows(
            own.limit_change_ids,
            ["date", "wezer_currency_id", "reason", "lower_text", "upper_text"],
        ),
    }


def _statement(partner: Any, own: Any) -> Any:
    """Return every line of the statements of the wallets ``own``, oldest first."""
    lines = []
    for wallet in own:
        currency = wallet.wezer_currency_id
        found = list(statement.all_lines(wallet))
        # As the reader of the file may see it: the display name guards itself.
        people = partner.env["res.partner"].sudo()
        others = people.browse({line.partner_id for line in found})
        names = {other.id: other.display_name for other in others}
        lines += [
            {
                "date": line.date.isoformat(),
                "currency": currency.code,
                "direction": "paid" if line.paid else "received",
                "other": names[line.partner_id],
                "amount": currency._format(line.amount),
                "balance": currency._format(line.after),
                "kind": line.kind,
                "purpose": line.purpose,
            }
            for line in reversed(found)
        ]
    return sorted(lines, key=lambda line: line["date"])


# === LEAVING === #


def obstacles(partner: Any) -> list:
    """Return what a member settles before leaving, and what they would leave behind.

    :return: dicts ``text``, ``url``, ``blocks``
    """
    states = partner.env["wezer.transfer"]._state_machine.sources("close")
    rows = [
        _open_transfer(partner, transfer)
        for transfer in transfers_of(partner, states, origins=False)
    ]
    for wallet in wallets(partner):
        if wallet.balance and not wallet.wezer_currency_id.external:
            rows.append(_balance(partner, wallet))
    return rows


def _balance(partner: Any, wallet: Any) -> dict:
    """Return what the member reads of a balance that stays behind."""
    currency, balance = wallet.wezer_currency_id, wallet.balance
    if balance < 0:
        text = partner.env._(
            "You have received %(amount)s more than you gave. The community will"
            " bear this, unless you help someone first.",
            amount=currency._format(-balance),
        )
    else:
        text = partner.env._(
            "You will leave %(amount)s behind. You can give it to someone first.",
            amount=currency._format(balance),
        )
    return {"text": text, "url": f"/my/wallets/{wallet.id}", "blocks": False}


def _open_transfer(partner: Any, transfer: Any) -> dict:
    """Return what the member reads of one open transfer."""
    env = partner.env
    pays = transfer.payer_id == partner
    other = transfer.payee_id if pays else transfer.payer_id
    words = {"name": other.name, "amount": transfer.amount_display}
    blocks = True
    if transfer.state == "reserved":
        text = (
            env._("%(amount)s is set aside for %(name)s.", **words)
            if pays
            else env._("%(amount)s from %(name)s is set aside for you.", **words)
        )
    elif transfer.state == "pending":
        text = (
            env._(
                "%(name)s has not yet confirmed that they received %(amount)s.", **words
            )
            if pays
            else env._(
                "Confirm whether you received %(amount)s from %(name)s.", **words
            )
        )
    elif settlement.is_claim(transfer) and pays:
        text = env._(
            "You owe %(name)s %(amount)s, which you have to give back.", **words
        )
    else:
        text = env._(
            "The payment of %(amount)s between you and %(name)s will not be made.",
            **words,
        )
        blocks = False
    return {"text": text, "url": "/my/requests", "blocks": blocks}


def release(partner: Any) -> None:
    """Free what is set aside, and give up what cannot be given back."""
    for transfer in transfers_of(partner, ("reserved",), origins=False):
        transfer._close("released")
    claims = transfers_of(partner, ("requested",), origins=False).filtered(
        lambda claim: settlement.is_claim(claim) and claim.payer_id == partner
    )
    claims._close("released")


def end_requests(partner: Any) -> None:
    """End what a member asked for, was asked for, and scheduled."""
    machine = partner.env["wezer.transfer"]._state_machine
    states = machine.sources("accept", "cancel")
    for transfer in transfers_of(partner, states, origins=False):
        if transfer.state == "scheduled":
            transfer._close("cancelled")
            continue
        refused = transfer.payer_id == partner
        transfer._close("refused" if refused else "withdrawn")
        if refused:
            transfer.sudo()._notify_refused(partner)
