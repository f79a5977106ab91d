"""An appeal to the circle above: a person whom a decision put out has it once.

The circle above decides, as it decides about its own members, whether the person
becomes a member of the circle inside it again.
"""

from datetime import datetime, timedelta
from typing import Any

from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks

from . import drafts, proposing, roll, rules

_lt = LazyTranslate(__name__)

APPEAL_DAYS = 30
KIND = "readmit"
# While the circle above considers an appeal, the person is heard.
HEARD = ("announced", "open", "counting")


def put_out(decision: Any) -> Any:
    """Return the people (sudo) whose membership ``decision`` has ended."""
    ended = decision.outcome_ids.filtered(
        lambda one: one.kind == "member_out" and one.state == "done"
    )
    people = decision.env["res.partner"].sudo()
    return people.browse([one.params["person"] for one in ended]).exists()


def until(decision: Any) -> datetime:
    """Return until when an appeal is possible against what was carried out."""
    return decision.executes_at + timedelta(days=APPEAL_DAYS)


def why_not(decision: Any) -> Refusal | None:
    """Return why the user cannot appeal against ``decision`` (sudo), or None."""
    env = decision.env
    if not decision._upper_circle():
        return Refusal(
            env._("No circle above can be asked to decide this."), rule="above"
        )
    mine = [
        ("passed_from_id", "=", decision.id),
        ("proposer_id", "=", env.user.partner_id.id),
    ]
    if decision.search_count(mine, limit=1):
        return Refusal(env._("You have appealed already."), rule="once")
    if decision._now() >= until(decision):
        return Refusal(
            env._("The time in which you could appeal is over."),
            rule="appeal",
            limit=str(until(decision)),
        )
    return None


def appeal(decision: Any, person: Any, reason: str) -> Any:
    """Put the appeal of ``person`` to the circle above (sudo, locked, checked).

    Only its members see it: it is about a person, and the circle may hide itself.

    :raise Refusal: where it cannot be announced there now
    """
    env, above = decision.env, decision._upper_circle()
    locks.hold(env, "decisions", above.id)
    way = above._way_of("member")[0]
    vals = {
        "group_id": above.id,
        "title": env._(
            "Appeal of %(name)s to stay in %(circle)s",
            name=person.name,
            circle=decision.group_id.name,
        ),
        "proposer_id": person.id,
        "method": "majority" if way == "none" else way,
        "electorate": rules.electorate(above),
        "members_only": True,
        "passed_from_id": decision.id,
    }
    params = {"person": person.id, "group": decision.group_id.id}
    new = drafts.create(decision, vals, reason, KIND, params)
    if new.electorate == "direct" and not roll.would_be(new):
        # The circle above may be all of circles.
        new.electorate = "all"
    by_colleges = new.electorate == "colleges"
    possible = not by_colleges or new.method in roll.SECRET_BY_COLLEGES
    if possible and roll.can_be_secret(new):
        new.secrecy = "secret"
    elif roll.would_be(new) < roll.MAJORITY_LEAST:
        new.method = "consent"
    if error := proposing.why_not_announce(new):
        raise error
    new._announce()
    env["wezer.notice"]._settle(decision, subjects=["appeal"], people=person)
    return new


def is_appeal(decision: Any) -> bool:
    """Return whether ``decision`` (sudo) decides an appeal."""
    return any(outcome.kind == KIND for outcome in decision.outcome_ids)


def heard(env: Any) -> Domain:
    """Return the domain of the appeals of the user that are under way.

    The person is heard: they read what is said about their appeal, and answer, until
    it is over. Nothing else of that circle is open to them.
    """
    return running() & Domain("proposer_id", "=", env.user.partner_id.id)


def is_heard(decision: Any) -> bool:
    """Return whether ``decision`` is an appeal of the user that is under way."""
    # sudo: who proposed it, and whether it is over, is read on its page.
    known = decision.sudo()
    mine = known.proposer_id == decision.env.user.partner_id
    return mine and known.discussion_id.is_user_heard


def running() -> Domain:
    """Return the domain of the appeals that are under way."""
    return Domain("state", "in", HEARD) & Domain("outcome_ids.kind", "=", KIND)


def circle_of(outcome: Any) -> Any:
    """Return the circle (sudo) to which an appeal asks to come back, or none.

    Only where the decision put the person out of a circle directly inside.
    """
    params, before = outcome.params or {}, outcome.decision_id.passed_from_id
    circle = before.group_id
    if (
        circle.id == params.get("group")
        and circle.parent_id == outcome.decision_id.group_id
        and params.get("person") in put_out(before).ids
    ):
        return circle
    return circle.browse()


def tell(decision: Any) -> None:
    """Tell the people whom ``decision`` put out that they can appeal (sudo)."""
    above, people = decision._upper_circle(), put_out(decision)
    if above and people:
        decision._tell(
            people,
            "decision_result",
            _lt(
                "You can appeal to %(circle)s until %(moment)s: “%(title)s”.",
                circle=above.name,
                moment=until(decision),
                title=decision.title,
            ),
            "appeal",
        )
