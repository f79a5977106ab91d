"""The money of a deal: what is due, set aside, paid, given back and split.

Plain functions that take the deal (sudo); its actions have checked who may. They call
the internal methods of ``wezer.transfer``. A posting key names deal, round, milestone,
part (currency and payee), act and attempt: the same act is never posted twice.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from odoo import models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_currency.tools.amounts import proportion

from .parts import shares, slices

_lt = LazyTranslate(__name__)


class Part(NamedTuple):
    """One part of a deal's money: it has its own payee, reservation and key."""

    milestone: int
    currency: models.Model
    payee: models.Model
    agreed: int
    due: int

    @classmethod
    def of(cls, transfer: models.Model) -> Any:
        """Return the part that ``transfer`` moves."""
        return cls(
            transfer.origin_part,
            transfer.wezer_currency_id,
            transfer.payee_id,
            transfer.amount_minor,
            transfer.amount_minor,
        )

    def moved_by(self, transfers: models.Model) -> models.Model:
        """Return those of ``transfers`` that are this part's."""
        return transfers.filtered(
            lambda transfer: (
                transfer.origin_part == self.milestone
                and transfer.wezer_currency_id == self.currency
                and transfer.payee_id == self.payee
            )
        )


def parts(
    deal: models.Model, milestone: int | None = None, terms: Any = None
) -> list[Part]:
    """Return what a step of the agreed terms pays to whom; parts of nothing left out.

    :param milestone: the number of the step; the current one by default
    :param terms: other terms, which are not agreed yet
    """
    terms = terms or deal.accepted_terms_id
    number = deal.milestone if milestone is None else milestone
    # Whoever has a share is a co-worker.
    sharing = terms.env["wezer.terms.share"]
    if deal.coworker_ids:
        sharing = terms.share_ids.filtered("points")
    points = sharing.mapped("points")
    found = []
    for line in terms.price_line_ids:
        agreed = line.total_minor
        if number:
            steps = terms.milestone_ids.mapped("points")
            agreed = slices(agreed, steps)[number - 1]
        maxima = shares(agreed, points)
        dues = shares(_due_of(deal, agreed), points, maxima)
        for payee, maximum, due in zip(
            (deal.payee_id, *sharing.partner_id), maxima, dues, strict=True
        ):
            if maximum:
                found.append(Part(number, line.wezer_currency_id, payee, maximum, due))
    return found


def _due_of(deal: models.Model, agreed: Any) -> Any:
    """Return what is due of ``agreed`` minor units: less delivered pays less."""
    whole = deal.accepted_terms_id.quantity
    delivered = deal.delivered_quantity or whole
    if delivered >= whole:
        return agreed
    # Quantities count to 1/10,000, as announced; integers only.
    return proportion(agreed, round(delivered * 10000), round(whole * 10000))


def due_sums(deal: models.Model, whole: bool = False) -> dict:
    """Return ``{currency: minor}`` of the current step, or of all steps."""
    steps: Iterable[int] = [deal.milestone]
    if whole and deal.milestone:
        steps = range(1, len(deal.accepted_terms_id.milestone_ids) + 1)
    sums = {}
    for step in steps:
        for part in parts(deal, step):
            sums[part.currency] = sums.get(part.currency, 0) + part.due
    return sums


def steps_left(deal: models.Model) -> list[int]:
    """Return the numbers of the steps still to be paid; ``[0]`` without steps."""
    if not deal.milestone:
        return [0]
    steps = len(deal.accepted_terms_id.milestone_ids)
    return list(range(deal.milestone, steps + 1))


def leaving(deal: models.Model, action: str) -> dict:
    """Return ``{currency: minor}``: what the payer can no longer spend by ``action``.

    With the payer's levy; less what is set aside already and is freed by it.

    :param action: ``accept``, ``amend_sign``, ``pay`` or ``approve``
    """
    found = payments(deal)
    sums: dict = {}
    if action in ("pay", "approve"):
        states = ("done", "pending", "reserved")
        there = found.filtered(lambda transfer: transfer.state in states)
        wanted = [part for part in parts(deal) if not part.moved_by(there)]
    else:
        amends = action == "amend_sign"
        terms = deal._proposal("amend").terms_id if amends else deal.terms_id
        steps = [0]
        if terms.milestone_ids:
            steps = list(range(deal._first_step(terms), len(terms.milestone_ids) + 1))
        wanted = [part for step in steps for part in parts(deal, step, terms)]
        for held in found.filtered(lambda transfer: transfer.state == "reserved"):
            minor = held.amount_minor + held.levy_payer_minor
            sums[held.wezer_currency_id] = sums.get(held.wezer_currency_id, 0) - minor
    amounts: dict = {}
    for part in wanted:
        amounts.setdefault(part.currency, []).append(part.agreed)
    for currency, minors in amounts.items():
        levies = sum(payer for payer, _payee in currency._levies_of(minors))
        sums[currency] = sums.get(currency, 0) + sum(minors) + levies
    return sums


def transfers(deal: models.Model) -> Any:
    """Return the transfers of these deals (sudo), oldest first."""
    return deal.sudo().transfer_ids.sorted("id")


def payments(deal: models.Model, *states: str) -> models.Model:
    """Return the transfers towards the workers, of these states; oldest first."""
    return transfers(deal).filtered(
        lambda transfer: (
            transfer.kind != "reversal" and (not states or transfer.state in states)
        )
    )


def pending(deal: models.Model) -> models.Model:
    """Return the outside money on its way, in either direction."""
    return transfers(deal).filtered(lambda transfer: transfer.state == "pending")


def pending_to(deal: models.Model, party: models.Model) -> models.Model:
    """Return the outside money on its way to ``party``."""
    return pending(deal).filtered(lambda transfer: transfer.payee_id == party)


def paid_to(deal: models.Model, party: models.Model) -> models.Model:
    """Return the payments that ``party`` received."""
    return payments(deal, "done").filtered(lambda transfer: transfer.payee_id == party)


def current_payments(deal: models.Model, *states: str) -> Any:
    """Return the payments that a decision now may touch.

    Those of the current step and of later ones; all where the deal was paid.
    """
    found = payments(deal, *states)
    if "paid" in (deal.state, deal.state_before):
        return found
    return found.filtered(lambda transfer: transfer.origin_part >= deal.milestone)


def left_minor(transfer: models.Model) -> int:
    """Return what is left of a payment, in minor units: what was not given back."""
    return transfer.amount_minor - transfer.reversed_minor


def _posting_key(deal: models.Model, act: Any, part: Any) -> str:
    number = deal.accepted_terms_id.round
    where = f"{part.milestone}/{part.currency.id}/{part.payee.id}"
    return f"{deal.id}/{number}/{where}/{act}/{deal.attempt}"


def reserve(deal: models.Model) -> None:
    """Set exactly the accepted amounts aside, under the caller's own name."""
    deal.ensure_one()
    for step in steps_left(deal):
        for part in parts(deal, step):
            _reserve_part(deal, part)


def _reserve_part(deal: models.Model, part: Any) -> Any:
    return (
        deal.env["wezer.transfer"]
        .with_user(deal.env.user)
        ._reserve(
            deal,
            deal.payer_id,
            part.payee,
            part.currency,
            part.agreed,
            deal.title,
            _posting_key(deal, "reserve", part),
            category=deal.sudo().announcement_id.category_id,
            part=part.milestone,
        )
    )


def pay(deal: models.Model, party: models.Model) -> None:
    """Pay what of the current step is neither settled nor pending, then follow."""
    deal.ensure_one()
    found = payments(deal)
    for part in parts(deal):
        moved = part.moved_by(found)
        if moved.filtered(lambda transfer: transfer.state in ("done", "pending")):
            continue
        held = moved.filtered(lambda transfer: transfer.state == "reserved")[:1]
        # None is held where it was denied: only this part is due again.
        held = held or _reserve_part(deal, part)
        if part.due:
            held._settle(part.due, key=_posting_key(deal, "settle", part))
        else:
            held._release()
    deal._log("pay", party)
    follow(deal)


def paying_has_begun(deal: models.Model) -> bool:
    """Return whether a part of the current step is set aside no longer.

    It is paid, on its way, or its payee denied having received it. Work that goes on
    needs all of its money set aside.
    """
    held = payments(deal, "reserved")
    return any(not part.moved_by(held) for part in parts(deal))


def follow(deal: models.Model) -> None:
    """Go on to paid where nothing waits for receipt, else to confirming."""
    if not pending(deal):
        deal._become_paid()
        return
    deal._set_state("confirming")
    ask_receipts(deal)


def ask_receipts(deal: models.Model) -> None:
    """Ask the payees of outside money whether it came."""
    deal._settle_answered()
    deal._ask_each(
        "receipt",
        [(transfer.payee_id, transfer) for transfer in pending(deal)],
        "receipt",
        lambda transfers: _lt(
            "Did you receive %(amount)s? %(title)s",
            amount=[transfer._said_amount() for transfer in transfers],
            title=deal.title,
        ),
    )


def release(deal: models.Model, reason: str) -> None:
    """Free what is set aside and end what waits for receipt."""
    for transfer in transfers(deal).filtered(lambda transfer: transfer._is_live()):
        if transfer.state == "pending":
            transfer._deny()
        else:
            transfer._release(reason)


def give_back(
    deal: models.Model, amounts: dict | None = None, among: Any = None
) -> bool:
    """Reverse what was paid: all, or ``{currency id: minor}``, the latest first.

    :param among: the payments that are given back; all of the deal by default
    :return: whether nothing of the deal's money is left with the workers
    :raise Refusal: rule ``reverse``, where more is asked for than was paid
    """
    among = payments(deal, "done") if among is None else among
    wanted = dict(amounts or {})
    for transfer in among.sorted("id", reverse=True):
        minor = left = left_minor(transfer)
        if amounts is not None:
            currency_id = transfer.wezer_currency_id.id
            minor = min(left, wanted.get(currency_id, 0))
            wanted[currency_id] = wanted.get(currency_id, 0) - minor
        if minor:
            _reverse(deal, transfer, minor, "reverse")
    for currency_id, minor in wanted.items():
        if minor and amounts:
            _refuse_more_than_paid(deal, currency_id, amounts[currency_id], minor)
    return all_given_back(deal)


def _refuse_more_than_paid(
    deal: models.Model, currency_id: Any, wanted: Any, over: Any
) -> None:
    currency = deal.env["wezer.currency"].browse(currency_id)
    raise Refusal(
        deal.env._("You cannot give back more than was paid."),
        rule="reverse",
        value=currency._format(wanted),
        limit=currency._format(wanted - over),
    )


def _reverse(deal: models.Model, transfer: models.Model, minor: int, act: Any) -> None:
    deal.attempt += 1
    transfer._reverse(minor, key=_posting_key(deal, act, Part.of(transfer)))


def all_given_back(deal: models.Model) -> bool:
    """Return whether nothing of what was paid is left with the workers."""
    return not any(map(left_minor, payments(deal, "done")))


def split(deal: models.Model, minors: dict) -> None:
    """Pay what was decided of the current money, free or give back the rest.

    Among several who work it is divided as the price was; the first steps are
    paid first.

    :param minors: ``{currency id: minor}``; what is left out is 0
    :raise Refusal: rule ``amount``, where it is nothing or more than was agreed
    """
    if not any(minors.values()):
        raise Refusal(
            deal.env._("The amounts are all zero. Cancel the deal instead."),
            rule="amount",
        )
    deal.attempt += 1
    current = current_payments(deal, "reserved", "pending", "done")
    for currency in deal.accepted_terms_id.price_line_ids.wezer_currency_id:
        _split_currency(
            deal,
            current.filtered(
                lambda transfer, currency=currency: (
                    transfer.wezer_currency_id == currency
                )
            ),
            currency,
            minors.get(currency.id, 0),
        )


def _split_currency(
    deal: models.Model, found: Any, currency: models.Model, minor: int
) -> None:
    paid = found.filtered(lambda transfer: transfer.state == "done")
    kept = sum(map(left_minor, paid))
    agreed = kept + sum((found - paid).mapped("amount_minor"))
    if minor > agreed:
        raise Refusal(
            deal.env._("You cannot pay more than was agreed."),
            rule="amount",
            value=currency._format(minor),
            limit=currency._format(agreed),
        )
    due = _split_among(deal, found, minor, agreed)
    for transfer in found:
        _split_part(deal, transfer, due[transfer])


def _split_among(deal: models.Model, found: Any, minor: int, agreed: Any) -> Any:
    """Return ``{payment: minor}``: what each worker receives, in proportion.

    What does not divide goes to the first one, as with shares.
    """
    due, payees = dict.fromkeys(found, 0), found.payee_id
    first = payees.filtered(lambda payee: payee == deal.payee_id) or payees[:1]
    rest = minor
    for payee in (payees - first) | first:
        to_payee = found.filtered(
            lambda transfer, payee=payee: transfer.payee_id == payee
        )
        share = rest
        if payee != first:
            share = minor * sum(map(left_minor, to_payee)) // (agreed or 1)
        rest -= share
        for transfer in to_payee:
            due[transfer] = min(share, left_minor(transfer))
            share -= due[transfer]
        # What the first has no room for goes to the others.
        rest += share if payee == first else 0
    for transfer in found:
        more = min(rest, left_minor(transfer) - due[transfer])
        due[transfer] += more
        rest -= more
    return due


def _split_part(deal: models.Model, transfer: models.Model, minor: int) -> None:
    part = Part.of(transfer)
    if transfer.state == "done":
        if left_minor(transfer) > minor:
            back = left_minor(transfer) - minor
            transfer._reverse(back, key=_posting_key(deal, "split", part))
        return
    if transfer.state == "pending":
        transfer._deny()
        if not minor:
            return
        transfer = _reserve_part(deal, part)
    if minor:
        transfer._settle(minor, key=_posting_key(deal, "split", part))
    else:
        transfer._release()
