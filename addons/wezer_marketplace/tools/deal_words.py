"""What a deal says of its money and its date, in words for the one who reads it.

Money of this site is set aside, paid and given back here. Outside money (euros, for
example) moves by hand: the sentences say so at each step, and never that it is set
aside. A date that nobody agreed on is never shown as one that was agreed.
"""

from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools import days

from . import deal_money


def sums_text(deal: models.Model, sums: dict) -> str:
    """Return ``{currency: minor}`` in words; an empty text for nothing."""
    return " + ".join(
        currency._format(minor) for currency, minor in sums.items() if minor
    )


def chip_text(sums: dict) -> str:
    """Return ``{currency: minor}`` as a chip has it: "2 h + 8.00 €"."""
    return " + ".join(one._format_short(minor) for one, minor in sums.items() if minor)


def price_sums(deal: models.Model, whole: bool = False) -> dict:
    """Return ``{currency: minor}`` of what is agreed, else of what is proposed.

    :param whole: of all steps, not of the current one alone
    """
    deal = deal.sudo()
    if deal.accepted_terms_id:
        return deal_money.due_sums(deal, whole)
    return {
        line.wezer_currency_id: line.total_minor
        for line in deal.terms_id.price_line_ids
    }


def left_sums(deal: models.Model) -> dict:
    """Return ``{currency: minor}`` of the current step, without what is on its way.

    Where one part was denied, only that one is due again.
    """
    deal = deal.sudo()
    if not deal.accepted_terms_id:
        return price_sums(deal)
    moved, sums = deal_money.payments(deal, "done", "pending"), {}
    for part in deal_money.parts(deal):
        if not part.moved_by(moved):
            sums[part.currency] = sums.get(part.currency, 0) + part.due
    return sums


def divided(deal: models.Model, sums: dict) -> tuple[str, str]:
    """Return what of ``sums`` is paid here, and what is given by hand, in words."""
    here = {one: minor for one, minor in sums.items() if not one.external}
    hand = {one: minor for one, minor in sums.items() if one.external}
    return sums_text(deal, here), sums_text(deal, hand)


def set_aside_money(deal: models.Model) -> str:
    """Return the amount that is set aside for the deal: nothing of outside money is."""
    sums = {}
    for transfer in deal_money.payments(deal.sudo(), "reserved"):
        currency = transfer.wezer_currency_id
        if not currency.external:
            sums[currency] = sums.get(currency, 0) + transfer.amount_minor
    return sums_text(deal, sums)


def end_text(deal: models.Model, other: models.Model) -> str:
    """Return what ending an agreed deal does to its money, before somebody ends it.

    Only what is set aside goes back; outside money that nobody has given yet is no
    longer due, and steps that are paid stay paid.
    """
    deal = deal.sudo()
    back, hand = set_aside_money(deal), divided(deal, left_sums(deal))[1]
    names = {"price": back, "hand": hand, "name": deal.payer_id.name}
    if back and deal.milestone > 1:
        return deal.env._(
            "The remaining steps end without payment: %(price)s goes back to %(name)s.",
            **names,
        )
    if back and hand:
        return deal.env._(
            "The deal ends without payment: %(price)s goes back to %(name)s, and"
            " %(hand)s is no longer due.",
            **names,
        )
    if back:
        return deal.env._(
            "The deal ends without payment: %(price)s goes back to %(name)s.", **names
        )
    names["name"] = other.name
    if hand:
        return deal.env._(
            "The deal with %(name)s ends: %(hand)s is no longer due.", **names
        )
    return deal.env._("The deal with %(name)s ends.", **names)


def set_aside_text(deal: models.Model) -> str:
    """Return what is set aside for the deal now, as a sentence."""
    deal = deal.sudo()
    money = set_aside_money(deal)
    if not money:
        return ""
    if deal.milestone:
        return deal.env._(
            "%(money)s is set aside for the steps still to be paid.", money=money
        )
    return deal.env._("%(money)s is set aside.", money=money)


def step_text(deal: models.Model) -> str:
    """Return what the current step pays, where a deal is paid in steps."""
    deal = deal.sudo()
    if not deal.milestone or deal.state in ("paid", "ended"):
        return ""
    return deal.env._(
        "Step %(number)s of %(count)s pays %(money)s.",
        number=deal.milestone,
        count=len(deal.accepted_terms_id.milestone_ids),
        money=sums_text(deal, deal_money.due_sums(deal)) or deal.env._("nothing"),
    )


def hand_text(deal: models.Model, me: models.Model) -> str:
    """Return what is given by hand beside what is paid here, for ``me``.

    An empty text where there is no outside money, or none is due any more.
    """
    deal = deal.sudo()
    if deal.state in ("paid", "ended"):
        return ""
    if deal.state == "confirming":
        return _pending_text(deal, me)
    here, hand = divided(deal, left_sums(deal))
    if not hand:
        return ""
    names = {
        "here": here,
        "hand": hand,
        "payer": deal.payer_id.name,
        "payee": deal.payee_id.name,
    }
    to_approve = deal.state in deal._state_machine.sources("approve")
    if me == deal.payer_id and here and to_approve:
        return deal.env._(
            "You give %(hand)s to %(payee)s by hand; %(here)s is paid now.", **names
        )
    if me == deal.payer_id and here:
        return deal.env._(
            "You give %(hand)s to %(payee)s by hand; %(here)s is paid here.", **names
        )
    if me == deal.payer_id:
        return deal.env._("You give %(hand)s to %(payee)s by hand.", **names)
    if me == deal.payee_id and here:
        return deal.env._(
            "%(payer)s gives you %(hand)s by hand; %(here)s is paid here.", **names
        )
    if me == deal.payee_id:
        return deal.env._("%(payer)s gives you %(hand)s by hand.", **names)
    return deal.env._("%(payer)s gives %(hand)s to %(payee)s by hand.", **names)


def _pending_text(deal: models.Model, me: models.Model) -> str:
    """Return what was given by hand and is still to be confirmed."""
    waiting = deal_money.pending(deal)
    sums = {}
    for transfer in waiting:
        currency = transfer.wezer_currency_id
        sums[currency] = sums.get(currency, 0) + transfer.amount_minor
    names = {
        "money": sums_text(deal, sums),
        "payer": waiting[:1].payer_id.name or "",
        "payee": ", ".join(waiting.payee_id.mapped("name")),
    }
    if me and me in waiting.payee_id:
        return deal.env._(
            "This money moves by hand. The deal is done once you say that you got it."
        )
    done = divided(deal, _done_sums(deal))[0]
    if me and me == waiting[:1].payer_id and done and not deal.refunding:
        return deal.env._(
            "%(done)s is paid. Give %(money)s to %(payee)s by hand, if you have not"
            " yet. The deal is done once %(payee)s says that it arrived.",
            done=done,
            **names,
        )
    if me and me == waiting[:1].payer_id:
        return deal.env._(
            "Give %(money)s to %(payee)s by hand, if you have not yet. The deal is done"
            " once %(payee)s says that it arrived.",
            **names,
        )
    return deal.env._("%(payer)s gives %(money)s to %(payee)s by hand.", **names)


def _done_sums(deal: models.Model) -> dict:
    """Return ``{currency: minor}`` of what was paid of the current step."""
    sums = {}
    for transfer in deal_money.current_payments(deal, "done"):
        currency = transfer.wezer_currency_id
        left = deal_money.left_minor(transfer)
        sums[currency] = sums.get(currency, 0) + left
    return sums


def pending_question(deal: models.Model, me: models.Model) -> str:
    """Return the question of outside money to ``me``, who receives it."""
    due = deal_money.pending_to(deal.sudo(), me)
    sums = {}
    for transfer in due:
        currency = transfer.wezer_currency_id
        sums[currency] = sums.get(currency, 0) + transfer.amount_minor
    names = {"money": sums_text(deal, sums), "name": due[:1].payer_id.name or ""}
    if deal.sudo().refunding:
        return deal.env._(
            "Your turn: did you get %(money)s back from %(name)s?", **names
        )
    return deal.env._("Your turn: did you get %(money)s from %(name)s?", **names)


def paid_sentence(deal: models.Model) -> str:
    """Return what happened when ``deal`` was approved or paid, to who did it."""
    deal = deal.sudo()
    waiting = deal_money.pending(deal)
    if not waiting:
        return ""
    sums = {}
    for transfer in waiting:
        currency = transfer.wezer_currency_id
        sums[currency] = sums.get(currency, 0) + transfer.amount_minor
    return deal.env._(
        "Now give %(money)s to %(payee)s by hand.",
        money=sums_text(deal, sums),
        payee=", ".join(waiting.payee_id.mapped("name")),
    )


def due_words(deal: models.Model) -> dict[str, Any]:
    """Return by when the work is due, as people may read it.

    :return: ``moment`` (agreed, or set when work was sent back; else False), ``text``
        (a word instead of it) and ``rule`` (a sentence on what happens without a date,
        where it matters)
    """
    deal = deal.sudo()
    env = deal.env
    terms = deal.accepted_terms_id or deal.terms_id
    if not deal.accepted_terms_id:
        return {"moment": terms.date_due, "text": env._("No date yet"), "rule": ""}
    moment, rule = deal._agreed_due(), ""
    if deal.state != "accepted":
        # What was due no longer matters; only a date that people named is kept.
        return {
            "moment": moment,
            "text": env._("No date agreed"),
            "rule": "",
        }
    if deal.due_source == "rule" and deal.date_due:
        rule = env._(
            "Without a date, the work is expected within 30 days: by %(day)s. Then"
            " %(name)s is reminded, and a week later the deal ends without payment.",
            day=days.format_day(env, days.day_of(env, deal.date_due)),
            name=deal.payee_id.name,
        )
    elif deal.due_source == "sent_back":
        rule = env._("It was sent back. This is the time to complete it.")
    return {"moment": moment, "text": env._("No date agreed"), "rule": rule}
