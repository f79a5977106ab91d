"""What the pages of a deal say, and which buttons they offer.

Plain functions that take the deal as the caller reads it; they change nothing. What
the caller may do, the deal's permissions say (``wezer.deal._why_not``).
"""

from datetime import datetime
from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools import days

from . import deal_calendar, deal_money, deal_stream, deal_waiting_list, deal_words

# Actions with a button on the deal's page, in the order of the page: whether it is a
# main one, and the part of the page that asks for more.
BUTTONS = {
    "resolve": (True, "resolve"),
    "agree_share": (True, "agree_share"),
    "accept": (True, "accept"),
    "counter": (False, "counter"),
    "decline": (False, "reason"),
    "withdraw": (False, "reason"),
    "hand_over_sign": (True, "hand_over_sign"),
    "amend_sign": (True, "amend_sign"),
    "deliver": (True, "deliver"),
    "release": (False, "reason"),
    "approve": (True, "approve"),
    "send_back": (False, "send_back"),
    "pay": (True, False),
    "confirm": (True, False),
    "deny": (False, False),
    "assess": (True, "assess"),
    "refund": (False, False),
    "cancel": (False, "reason"),
    "dispute": (False, "reason"),
    "withdraw_dispute": (False, False),
    "amend": (False, "counter"),
    "hand_over": (False, "hand_over"),
    "attendance": (False, "attendance"),
}
# What ends a deal, moves money back or changes what was agreed: behind "Something is
# wrong?", each with a question first.
WRONG = frozenset(("release", "amend", "cancel", "dispute", "refund"))
# Those that answer what a deal asks: the to-do list shows one of them.
MAIN_BUTTONS = frozenset(action for action, (main, _form) in BUTTONS.items() if main)
# Forms of buttons that ask for marks.
MARKED = frozenset(("approve", "assess"))
# Those that set money of the payer aside, or pay what is not set aside.
SPENDING = frozenset(("accept", "amend_sign", "approve", "pay"))
# The strip on the page: agreed – doing – delivered – paid.
STRIP = ("agreed", "doing", "delivered", "paid")
REACHED = {
    "open": 0,
    "waiting": 0,
    "accepted": 2,
    "delivered": 3,
    "approved": 4,
    "confirming": 4,
    "paid": 4,
    "ended": 0,
}


def page_values(deal: models.Model) -> dict:
    """Return what the template ``deal_page`` shows of ``deal`` to the caller."""
    record = deal.sudo()
    people = record._parties() | deal.env.user.sudo().partner_id
    people._wezer_read_together()
    people._wezer_profile()
    me = deal._my_party()
    terms = record.accepted_terms_id or record.terms_id
    before_payment = record.state in record._state_machine.sources("deliver", "approve")
    offered, profiles = buttons(deal), profiles_of(deal)
    return {
        "deal": deal,
        "record": record,
        "me": me,
        "other": record._other(me) if me else record.author_id,
        "terms": terms,
        "changes": (
            [] if record.accepted_terms_id else _formatted(terms, terms._diff())
        ),
        "change": record._proposal("amend"),
        "hand_over": record._proposal("hand_over"),
        "proposed": _formatted(terms, proposed_change(deal)),
        "stamp": _stamp(record, me),
        "rounds": record.terms_ids.sorted("round", reverse=True) - terms,
        "buttons": [button for button in offered if not button["wrong"]],
        "wrong": [button for button in offered if button["wrong"]],
        "elsewhere": decided_elsewhere(deal, offered),
        "warnings": warnings_before(deal, me, offered),
        "why_not": (
            [] if any(button["main"] for button in offered) else why_not_lines(deal, me)
        ),
        "may_add_file": bool(me) and deal._may("add_evidence", me),
        "may_confirm_file": bool(me) and deal._may("confirm_evidence", me),
        "writes_as_moderator": not me and deal._writes_as_moderator(),
        "may_remove_file": bool(me) and deal._may("remove_evidence", me),
        "turn_line": turn_line(deal),
        "strip": strip(deal),
        "between": between(deal, profiles),
        "money_line": money_line(deal),
        "money_more": money_more(deal, me),
        "due": deal_words.due_words(deal),
        "calendar": bool(me) and deal_calendar.may_be_kept(record),
        "missing": missing_note(deal),
        "approvals": record._approvals_text() if me and before_payment else "",
        "criteria": criteria(deal) if _asks_for_marks(offered) else [],
        "entries": deal_stream.entries(deal, me),
        "acts_stamp": _acts_stamp(record),
        "contact": contact(deal, me, profiles),
        "assessments": deal.env["wezer.assessment"].search(
            [("origin_model", "=", deal._name), ("origin_id", "=", deal.id)]
        ),
    }


def _formatted(terms: models.Model, changes: Any) -> list:
    """Return ``changes``, a list of ``(label, before, now)``, in words."""
    return [
        (label, _format(terms, before), _format(terms, now))
        for label, before, now in changes
    ]


def _format(terms: models.Model, value: Any) -> Any:
    if isinstance(value, datetime):
        return days.format_moment(terms.env, value)
    if isinstance(value, float):
        return terms.deal_id.announcement_id._format_quantity(value)
    return value or "–"


def profiles_of(deal: models.Model) -> dict[int, models.Model]:
    """Return the profiles of the two sides that the caller may see, by partner id."""
    record = deal.sudo()
    known = (record.author_id | record.replier_id)._wezer_profile().filtered("active")
    # Filtered by the rules in memory: the profiles are read anyway.
    return {
        profile.sudo().partner_id.id: profile
        for profile in known.with_env(deal.env)._filtered_access("read")
    }


def between(deal: models.Model, profiles: dict) -> dict[str, Any]:
    """Return who pays whom and how much, for the head of the page.

    :param profiles: what :func:`profiles_of` returns
    :return: ``payer`` and ``payee`` (dicts ``name`` and ``profile``, as far as the
        caller may see it), ``amount`` (in words) and ``is_price`` (bool)
    """
    record = deal.sudo()
    payer, payee = (
        {"name": partner.name, "profile": profiles.get(partner.id)}
        for partner in (record.payer_id, record.payee_id)
    )
    sums = deal_words.price_sums(record, whole=True)
    return {
        "payer": payer,
        "payee": payee,
        "amount": deal_words.chip_text(sums),
        "is_price": bool((record.accepted_terms_id or record.terms_id).price_line_ids),
    }


def money_more(deal: models.Model, me: models.Model) -> list[str]:
    """Return what else is to be said of the money now: by hand, steps, set aside."""
    record = deal.sudo()
    texts = (
        deal_words.hand_text(record, me),
        deal_words.step_text(record),
        deal_words.set_aside_text(record) if record.accepted_terms_id else "",
    )
    return [text for text in texts if text]


def missing_note(deal: models.Model) -> dict | None:
    """Return who sent the work back and what is missing, while it is."""
    record = deal.sudo()
    if record.state != "accepted":
        return None
    for event in record.event_ids.sorted("id", reverse=True):
        if event.action == "send_back":
            return {"name": event.partner_id.name, "note": event.note}
        if event.action in ("deliver", "accept", "amend", "step"):
            return None
    return None


def contact(deal: models.Model, me: models.Model, profiles: dict) -> dict[str, Any]:
    """Return how the caller reaches the other side, as far as it shares that with them.

    :param profiles: what :func:`profiles_of` returns
    :return: ``name`` and ``shared`` (some of ``phone``, ``email`` and ``place``); empty
        for those who are no side of the deal
    """
    if not me:
        return {}
    other = deal.sudo()._other(me)
    profile = profiles.get(other.id)
    return {
        "name": other.name,
        "shared": profile.shared_contact() if profile else {},
    }


def decided_elsewhere(deal: models.Model, offered: list[dict]) -> dict | None:
    """Return where a moderator of the dispute goes on, who does not decide it here.

    :param offered: what :func:`buttons` returns
    :return: ``text``, ``url`` and ``label``, or None
    """
    if deal.state != "disputed" or not deal.is_user_moderator:
        return None
    if any(button["action"] == "resolve" for button in offered):
        return None
    error = deal._why_not("resolve")
    link = getattr(error, "link", None)
    if not link:
        return None
    url, label = link
    return {"text": str(error), "url": url, "label": label}


def why_not_lines(deal: models.Model, me: models.Model) -> list[str]:
    """Return why the caller cannot do what the deal waits for, in sentences.

    Only of what could be theirs by their side: what is the other side's to do is said
    by whose turn it is.
    """
    if not me:
        return []
    record = deal.sudo()
    lines = []
    for action in ("accept", "deliver", "approve", "pay", "confirm", "refund"):
        if record.state not in record._state_machine.sources(action):
            continue
        parties, _right = deal._whose(action)
        if me not in parties:
            continue
        error = deal._why_not(action, me)
        if error is not None and getattr(error, "rule", "") not in ("turn", "amount"):
            lines.append(str(error.args[0]))
    return list(dict.fromkeys(lines))


def _acts_stamp(deal: models.Model) -> str:
    """Return a word that differs when the deal moved on; not for a new message."""
    return f"{deal.state}-{len(deal.event_ids)}-{len(deal.terms_ids)}"


def _stamp(deal: models.Model, party: models.Model) -> str:
    """Return a word that differs when something on the page does."""
    counted = (
        *(deal.message_line_ids, deal.event_ids),
        *(deal.terms_ids, deal.evidence_ids),
    )
    return "-".join(
        [deal.state, str(party.id), *(str(len(records)) for records in counted)]
    )


def buttons(deal: models.Model, among: Any = None) -> list[dict]:
    """Return the buttons for the caller: what they can do now.

    :param among: only the buttons of these actions are asked about
    :return: list of dicts ``action``, ``label``, ``main`` (bool), ``form``
        (name of the part of the page that asks for more, or False)
    """
    deal.ensure_one()
    deal, me = deal.sudo(), deal._my_party()
    allowed = {
        action
        for action in deal._state_machine.actions_from(deal.state)
        if action in BUTTONS
        and (among is None or action in among)
        and deal._may(action, me)
    }
    if "approve" not in allowed:
        # Sending back is offered beside approving.
        allowed.discard("send_back")
    if "assess" in allowed and me in deal.env["wezer.assessment"]._answered(deal):
        allowed.discard("assess")
    if not me:
        allowed &= {"resolve"}
    return [
        {
            "action": action,
            "label": _button_label(deal, action, me),
            "main": main,
            "form": form,
            "question": _question_before(deal, action, me),
            "yes": _yes_label(deal, action, me),
            "wrong": action in WRONG and not _answers(deal, action, me),
        }
        for action, (main, form) in BUTTONS.items()
        if action in allowed
    ]


def warnings_before(deal: models.Model, me: Any, offered: list[dict]) -> list[str]:
    """Return which warnings of the payer's limits a button passes, before the press.

    Only for those who act for the payer; who gets the money learns nothing of it.

    :param offered: what :func:`buttons` returns
    """
    record = deal.sudo()
    if not me or me != record.payer_id:
        return []
    # One of them is offered at a time.
    spending = [one["action"] for one in offered if one["action"] in SPENDING][:1]
    transfers, said = deal.env["wezer.transfer"], []
    for action in spending:
        leaving = deal_money.leaving(record, action)
        said += transfers._warnings_before(record.payer_id, leaving)
    return said


def _answers(deal: models.Model, action: str, me: Any) -> bool:
    """Return whether ``action`` answers what the other side proposed."""
    return action == "cancel" and me in deal._questions().get("cancel", ())


def _yes_label(deal: models.Model, action: str, me: Any) -> str:
    """Return what the button says that does it, after the question."""
    if action == "refund":
        money = left_text(deal, deal_money.paid_to(deal, me))
        return deal.env._(
            "Yes, give %(price)s back to %(name)s",
            price=money,
            name=deal.payer_id.name,
        )
    label = _button_label(deal, action, me)
    if action in ("counter", "amend"):
        return deal.env._("Propose these terms")
    return deal.env._("Yes: %(label)s", label=label)


def _button_label(deal: models.Model, action: Any, me: Any) -> Any:
    """Return what the button of ``action`` says to ``me``."""
    deal = deal.sudo()
    acting = bool(me) and me != deal.env.user.partner_id
    if action == "approve":
        return _approve_button_label(deal, me, acting)
    if action == "pay":
        return _pay_label(deal, me, acting)
    if action in ("confirm", "deny"):
        money = left_text(deal, deal_money.pending_to(deal, me))
        if action == "confirm":
            return deal.env._("I got %(money)s", money=money)
        return deal.env._("%(money)s did not arrive", money=money)
    if action == "agree_share":
        names = {"part": deal._share_to_sign(me)._format_share(), "name": me.name}
        if acting:
            return deal.env._("Agree to %(part)s of the price, as %(name)s", **names)
        return deal.env._("Agree to %(part)s of the price", **names)
    if action in ("accept", "deliver", "amend_sign"):
        return _signing_label(deal, action, me.name if acting else "")
    if action == "hand_over_sign":
        return deal.env._(
            "Agree that %(name)s stands in",
            name=deal._proposal("hand_over").stand_in_id.name,
        )
    if action == "assess":
        return deal.env._("Assess the deal with %(name)s", name=deal._other(me).name)
    if action == "cancel":
        return _cancel_label(deal, me)
    if action == "attendance" and deal.attendance:
        return deal.env._("Correct the attendance")
    return _plain_button_labels(deal)[action]


def _signing_label(deal: models.Model, action: str, name: str) -> str:
    """Return the label of a button that agrees or delivers.

    :param name: the party that the caller acts for; empty for the caller's own
    """
    if not name:
        return {
            "accept": deal.env._("Accept"),
            "deliver": deal.env._("Deliver"),
            "amend_sign": deal.env._("Agree to the change"),
        }[action]
    return {
        "accept": deal.env._("Accept, as %(name)s", name=name),
        "deliver": deal.env._("Deliver, as %(name)s", name=name),
        "amend_sign": deal.env._("Agree to the change, as %(name)s", name=name),
    }[action]


def _plain_button_labels(deal: models.Model) -> dict:
    """Return the labels of the buttons that always say the same."""
    return {
        "resolve": deal.env._("Decide"),
        "counter": deal.env._("Propose other terms"),
        "decline": deal.env._("Decline"),
        "withdraw": deal.env._("Withdraw"),
        "release": deal.env._("I cannot do it"),
        "send_back": deal.env._("Send back"),
        "refund": deal.env._("Give the money back"),
        "dispute": deal.env._("Call a moderator"),
        "withdraw_dispute": deal.env._("Withdraw the call"),
        "amend": deal.env._("Change what was agreed"),
        "hand_over": deal.env._("Ask someone to stand in for me"),
        "attendance": deal.env._("Record the attendance"),
    }


def _approve_button_label(deal: models.Model, me: Any, acting: bool) -> str:
    """Return the label to approve, and to pay where that happens at once."""
    deal = deal.sudo()
    pays = (
        deal.env.user._acts_for(me, "wallet") and deal.accepted_terms_id.price_line_ids
    )
    if pays and deal._approvals_missing() <= 1:
        label = _with_money(deal, approving=True)
        return _as_party(deal, label, me) if acting else label
    return (
        deal.env._("Approve, as %(name)s", name=me.name)
        if acting
        else deal.env._("Approve")
    )


def _pay_label(deal: models.Model, me: Any, acting: bool) -> str:
    label = _with_money(deal, approving=False)
    return _as_party(deal, label, me) if acting else label


def _as_party(deal: models.Model, label: str, me: Any) -> str:
    """Return the label of a button of somebody who acts for ``me``."""
    return deal.env._("%(label)s, as %(name)s", label=label, name=me.name)


def _with_money(deal: models.Model, approving: bool) -> str:
    """Return the label to pay: what is paid here, and what is given by hand."""
    here, hand = deal_words.divided(deal, deal_words.left_sums(deal))
    names = {"price": here, "hand": hand, "payee": workers_text(deal)}
    if approving:
        if here and hand:
            return deal.env._(
                "Approve, pay %(price)s to %(payee)s now, and give %(hand)s by hand",
                **names,
            )
        if hand:
            return deal.env._(
                "Approve, and give %(hand)s to %(payee)s by hand", **names
            )
        names["price"] = due_text(deal)
        return deal.env._("Approve and pay %(price)s to %(payee)s", **names)
    if here and hand:
        return deal.env._(
            "Pay %(price)s to %(payee)s now, and give %(hand)s by hand", **names
        )
    if hand:
        return deal.env._("Give %(hand)s to %(payee)s by hand", **names)
    names["price"] = due_text(deal)
    return deal.env._("Pay %(price)s to %(payee)s", **names)


def _cancel_label(deal: models.Model, me: Any) -> str:
    """Return the label to propose to cancel, or to agree to the other side."""
    proposal = deal._proposal("cancel")
    if proposal and proposal._signed() - me:
        return deal.env._("Agree to cancel")
    return deal.env._("Propose to cancel")


def _question_before(deal: models.Model, action: Any, me: Any) -> str:
    """Return what is asked before an action that ends a deal or moves money back.

    With the name of the other side, and with the amount where money moves.
    """
    deal = deal.sudo()
    other = deal._other(me) if me else deal.author_id
    names = {"name": other.name, "price": deal.price_text}
    held = deal._state_machine.sources("cancel", "resolve")
    reserved = deal.accepted_terms_id.price_line_ids and deal.state in held
    if action == "refund":
        paid = deal_money.paid_to(deal, me)
        names.update(price=left_text(deal, paid), name=deal.payer_id.name)
        return deal.env._("You give %(price)s back to %(name)s.", **names)
    if action == "deny":
        due = deal_money.pending_to(deal, me)
        names.update(price=left_text(deal, due), name=due[:1].payer_id.name)
        return deal.env._(
            "%(price)s from %(name)s will count as not paid, and they will be told.",
            **names,
        )
    if action in ("cancel", "release") and reserved:
        return deal_words.end_text(deal, other)
    if action in ("cancel", "release", "decline", "withdraw"):
        return deal.env._("The deal with %(name)s ends.", **names)
    if action == "withdraw_dispute":
        return deal.env._(
            "The moderators will no longer decide between you and %(name)s.", **names
        )
    if action == "dispute":
        if deal.accepted_terms_id.price_line_ids:
            return deal.env._(
                "A moderator decides between you and %(name)s about %(price)s. Until"
                " then, no money moves.",
                **names,
            )
        return deal.env._("A moderator decides between you and %(name)s.", **names)
    if action == "amend":
        return deal.env._(
            "Now agreed: %(price)s. Nothing changes until %(name)s agrees.", **names
        )
    return ""


def turn_line(deal: models.Model) -> str:
    """Return the first line of the page: whose turn it is, and until when."""
    deal.ensure_one()
    deal = deal.sudo()
    line = _whose_turn(deal)
    if deal.state == "open" and deal.terms_id.expiry:
        return deal.env._(
            "%(line)s (until %(moment)s)",
            line=line,
            moment=deal.terms_id._format_expiry(),
        )
    return line


def _whose_turn(deal: models.Model) -> Any:
    """Return whose turn it is, as the caller reads it."""
    deal.ensure_one()
    deal, me = deal.sudo(), deal._my_party()
    if deal.state == "waiting":
        return _waiting_line(deal, me)
    if deal.turn == "replier" and me == deal.replier_id:
        if deal.state == "open" and deal_waiting_list.is_held(deal):
            return _held_line(deal)
    if me and deal._share_to_sign(me):
        return deal.env._(
            "Your turn: %(name)s asks you to join the team", name=deal.payee_id.name
        )
    waits = deal._unsigned_coworkers()
    if waits:
        return deal.env._(
            "Waiting for the co-workers: %(names)s",
            names=", ".join(waits.mapped("name")),
        )
    proposed = _proposal_line(deal, me)
    if proposed:
        return proposed
    return _state_line(deal, me)


def _state_line(deal: models.Model, me: Any) -> Any:
    """Return what ``me`` reads of the state alone."""
    deal = deal.sudo()
    other = deal._other(me) if me else deal.author_id
    if deal.state == "open":
        whose = deal.author_id if deal.turn == "author" else deal.replier_id
        if whose == me:
            return deal.env._(
                "Your turn: %(name)s proposes %(price)s",
                name=other.name,
                price=deal.terms_id.price_text,
            )
        return deal.env._("Waiting for %(name)s", name=whose.name)
    if deal.state == "accepted":
        if me == deal.payee_id:
            return deal.env._("Your turn: do it, and say when it is done")
        return deal.env._("%(name)s is doing it", name=deal.payee_id.name)
    if deal.state in deal._state_machine.sources("approve"):
        if me == deal.payer_id and deal._may("pay", me):
            return _to_pay_line(deal)
        if me == deal.payer_id and deal.env.user.partner_id in deal.approver_ids:
            return deal.env._(
                "You approved. Waiting for one more approval, or for the payment"
            )
        if me == deal.payer_id:
            return deal.env._(
                "Your turn: %(name)s says it is done", name=deal.payee_id.name
            )
        return deal.env._(
            "Waiting for %(name)s to approve and pay", name=deal.payer_id.name
        )
    if deal.state == "confirming":
        receiver = deal.payer_id if deal.refunding else deal.payee_id
        if me and deal_money.pending_to(deal, me):
            return deal_words.pending_question(deal, me)
        return deal.env._(
            "Waiting for %(name)s to confirm that the money arrived", name=receiver.name
        )
    if deal.state == "paid":
        return deal.env._("Done and paid. Thank you!")
    if deal.state == "disputed":
        if deal.is_user_moderator:
            return deal.env._("Your turn: both sides wait for your decision")
        return deal.dispute_id._holder_text()
    reasons = dict(deal._fields["end_reason"]._description_selection(deal.env))
    return deal.env._("Ended: %(reason)s", reason=reasons.get(deal.end_reason, ""))


def _to_pay_line(deal: models.Model) -> str:
    """Return what the payer still has to pay, or to give by hand."""
    here, hand = deal_words.divided(deal, deal_words.left_sums(deal))
    names = {"name": deal.payee_id.name, "money": here or hand}
    if hand and not here:
        return deal.env._("Your turn: give %(money)s to %(name)s by hand", **names)
    return deal.env._("Your turn: pay %(money)s to %(name)s", **names)


def _proposal_line(deal: models.Model, me: Any) -> str:
    """Return which proposal of another waits for ``me``, or an empty string."""
    deal, asked = deal.sudo(), deal._questions()
    if me in asked.get("cancel", ()):
        return deal.env._(
            "Your turn: %(name)s would like to cancel",
            name=", ".join(deal._proposal("cancel")._signed().mapped("name")),
        )
    if me in asked.get("amend", ()):
        return deal.env._(
            "Your turn: %(name)s would like to change what was agreed",
            name=deal._proposal("amend").signing_party_id.name,
        )
    if me in asked.get("hand_over", ()):
        return deal.env._(
            "Your turn: %(name)s would like %(other)s to stand in",
            name=deal.payee_id.name,
            other=deal._proposal("hand_over").stand_in_id.name,
        )
    return ""


def _waiting_line(deal: models.Model, me: Any) -> str:
    """Return the place on the waiting list; only the caller's own with its number."""
    deal = deal.sudo()
    if me != deal.replier_id:
        return deal.env._("On the waiting list")
    before = deal.search_count(
        [
            ("announcement_id", "=", deal.announcement_id.id),
            ("state", "=", "waiting"),
            ("id", "<", deal.id),
        ]
    )
    if not before:
        return deal.env._("You are next on the waiting list")
    return deal.env._("You are on the waiting list, %(count)s before you", count=before)


def _held_line(deal: models.Model) -> str:
    return deal.env._(
        "Your turn: a place is held for you until %(when)s",
        when=days.format_moment(deal.env, deal.sudo().hold_deadline),
    )


def strip(deal: models.Model) -> list[tuple]:
    """Return ``(label, reached, here)`` for each step of the way."""
    labels = {
        "agreed": deal.env._("agreed"),
        "doing": deal.env._("in progress"),
        "delivered": deal.env._("delivered"),
        "paid": deal.env._("paid"),
    }
    disputed = deal.state == "disputed"
    reached = REACHED[deal.sudo().state_before if disputed else deal.state]
    return [
        (labels[name], number < reached, number == reached - 1)
        for number, name in enumerate(STRIP)
    ]


def money_line(deal: models.Model) -> str:
    """Return the direction of money in words."""
    deal.ensure_one()
    deal, me = deal.sudo(), deal._my_party()
    # Where less was delivered than agreed, less is paid.
    price = deal_words.sums_text(deal, deal_words.price_sums(deal, whole=True))
    price = price or deal.env._("nothing")
    names = {
        "payer": deal.payer_id.name,
        "payee": workers_text(deal),
        "price": price,
    }
    terms = deal.accepted_terms_id or deal.terms_id
    if not terms.price_line_ids:
        return deal.env._("This is unpaid help: no money moves.")
    if deal.state == "paid":
        names["price"] = due_text(deal, whole=True)
        if me == deal.payee_id:
            return deal.env._("%(payer)s paid you %(price)s", **names)
        if me == deal.payer_id:
            return deal.env._("You paid %(price)s to %(payee)s", **names)
        return deal.env._("%(payer)s paid %(price)s to %(payee)s", **names)
    if me in deal.coworker_ids:
        share = terms.share_ids.filtered(lambda share: share.partner_id == me)
        names["price"] = share._format_share() if share else price
        return deal.env._("%(payer)s pays you %(price)s", **names)
    if me == deal.payee_id:
        return deal.env._("%(payer)s pays you %(price)s", **names)
    if me == deal.payer_id:
        return deal.env._("You pay %(price)s to %(payee)s", **names)
    return deal.env._("%(payer)s pays %(price)s to %(payee)s", **names)


def approve_label(deal: models.Model) -> str:
    """Return what approving does, in words: for whom, how much, to whom."""
    deal.ensure_one()
    deal = deal.sudo()
    names = {"payer": deal.payer_id.name, "payee": workers_text(deal)}
    if not deal.accepted_terms_id.price_line_ids:
        return deal.env._("Approve what %(payee)s did for %(payer)s", **names)
    if deal._approvals_missing() > 1:
        return deal.env._(
            "Approve what %(payee)s did for %(payer)s; further approvals are needed",
            **names,
        )
    if not deal.env.user._acts_for(deal.payer_id, "wallet"):
        return deal.env._(
            "Approve what %(payee)s did; someone else pays for %(payer)s", **names
        )
    return deal.env._(
        "%(label)s, as %(name)s",
        label=_with_money(deal, approving=True),
        name=deal.payer_id.name,
    )


def left_text(deal: models.Model, transfers: models.Model) -> str:
    """Return what is left of payments, summed by currency, in words."""
    sums = {}
    for transfer in transfers:
        currency = transfer.wezer_currency_id
        sums[currency] = sums.get(currency, 0) + deal_money.left_minor(transfer)
    return " + ".join(
        currency._format(minor) for currency, minor in sums.items()
    ) or deal.env._("nothing")


def due_text(deal: models.Model, whole: bool = False) -> str:
    """Return what is due of the current step, or of all steps, in words."""
    deal = deal.sudo()
    return " + ".join(
        currency._format(minor)
        for currency, minor in deal_money.due_sums(deal, whole).items()
    ) or deal.env._("nothing")


def total_text(deals: Any) -> str:
    """Return what the caller would pay for these deals, by payer and currency."""
    sums = {}
    for deal in deals.sudo():
        if not deals.env.user._acts_for(deal.payer_id, "wallet"):
            continue
        for currency, minor in deal_money.due_sums(deal).items():
            key = (deal.payer_id, currency)
            sums[key] = sums.get(key, 0) + minor
    texts = {}
    for (payer, currency), minor in sums.items():
        texts.setdefault(payer, []).append(currency._format(minor))
    return "; ".join(
        deals.env._("%(money)s from %(name)s", money=" + ".join(money), name=payer.name)
        for payer, money in texts.items()
    )


def workers_text(deal: models.Model) -> str:
    """Return the names of those who are paid: the worker and the co-workers."""
    deal = deal.sudo()
    terms = deal.accepted_terms_id or deal.terms_id
    workers = deal.payee_id + terms.share_ids.filtered("points").partner_id
    return ", ".join(workers.mapped("name"))


def steps_text(deal: models.Model) -> str:
    """Return the current step, of how many; nothing where there are none."""
    deal = deal.sudo()
    if not deal.milestone:
        return ""
    steps = deal.accepted_terms_id.milestone_ids
    return deal.env._(
        "%(number)s of %(count)s: %(step)s",
        number=deal.milestone,
        count=len(steps),
        step=steps[deal.milestone - 1 : deal.milestone].name or "",
    )


def _asks_for_marks(offered: list[dict]) -> bool:
    return any(button["form"] in MARKED for button in offered)


def criteria(deal: models.Model) -> Any:
    """Return the criteria by which the caller's party assesses the other."""
    deal, me = deal.sudo(), deal._my_party()
    other = deal._other(me)
    side = "worker" if other == deal.payee_id else "payer"
    return deal.env["wezer.criterion"]._for(deal.category_id, side)


def proposed_change(deal: models.Model) -> list[tuple]:
    """Return what a proposed change would change: ``[(label, before, now)]``."""
    deal = deal.sudo()
    change = deal._proposal("amend")
    return change.terms_id._diff_from(deal.accepted_terms_id) if change else []
