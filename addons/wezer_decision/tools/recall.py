"""Recalling a person from a role: signatures first, then a secret vote of all."""

from datetime import datetime, timedelta
from typing import Any

from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import Refusal

from . import drafts, proposing, roll, rules, seats

# A recall: so many days for the signatures, of so great a part of the roll.
RECALL_DAYS = 14
RECALL_SIGNED = 3
RECALL_SHARE, RECALL_QUORUM = "2/3", "1/2"


def recall_until(decision: Any) -> datetime:
    """Return until when a recall can be signed."""
    return decision.create_date + timedelta(days=RECALL_DAYS)


def wanted(decision: Any) -> int:
    """Return how many signatures a recall (sudo) needs."""
    return -(-roll.would_be(decision) // RECALL_SIGNED)


def is_signed(decision: Any) -> bool:
    """Return whether enough of those who would vote have signed a recall (sudo)."""
    return signed(decision) >= wanted(decision)


def signed(decision: Any) -> int:
    """Return how many of those who would vote have signed (sudo): who left does not."""
    return roll.would_be(decision, decision.signer_ids)


def draft_recall(decisions: Any, role: Any, person: Any, reason: str) -> Any:
    """Draft the recall of ``person`` from ``role`` (sudo), signed by the user.

    :raise Refusal: rule ``again``, where one is under way already
    """
    env, circle = decisions.env, role._circle()
    me = env.user.partner_id
    under = decisions.search(
        Domain("is_recall", "=", True)
        & Domain("group_id", "=", circle.id)
        & Domain("state", "in", seats.RUNNING)
    )
    for decision in under:
        params = decision.outcome_ids[:1].params or {}
        late = decision.state == "draft" and decision._now() > recall_until(decision)
        if params == {"role": role.id, "person": person.id} and not late:
            raise Refusal(
                env._("This is proposed already: sign it, if you agree."),
                rule="again",
                value=str(decision.id),
            )
    vals = {
        "group_id": circle.id,
        "title": env._("Recall from %s", role.name),
        "proposer_id": me.id,
        "method": "majority",
        "settings": {
            "share": RECALL_SHARE,
            "strict": False,
            "quorum": RECALL_QUORUM,
        },
        "is_recall": True,
        "is_shared_draft": True,
    }
    params = {"role": role.id, "person": person.id}
    decision = drafts.create(decisions, vals, reason, "role_end", params)
    _choose_voters(decision)
    if roll.can_be_secret(decision):
        decision.secrecy = "secret"
    sign(decision, me)
    return decision


def _choose_voters(decision: Any) -> None:
    """Ask the colleges (sudo) where the circle asks them, and else its members.

    A recall stays secret: where a college is too small to hide a vote, each member of
    the circle has a voice.
    """
    if rules.electorate(decision.group_id) != "colleges":
        return
    decision.electorate = "colleges"
    if not roll.can_be_secret(decision):
        decision.electorate = "direct"


def sign(decision: Any, person: Any) -> None:
    """Add a signature to a recall (sudo, locked); enough of them announce it.

    :raise Refusal: where it cannot be announced
    """
    decision.signer_ids |= person
    # Colleges may have become too small meanwhile; nobody edits what others sign.
    _choose_voters(decision)
    if not is_signed(decision):
        return
    error = proposing.why_not_announce(decision)
    if error:
        raise error
    decision._announce()
