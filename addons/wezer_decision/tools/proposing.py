"""What a person proposes: cleaned, kept as a draft, and checked before it is announced.

A draft can still be changed. What is announced stays as it is: its options and outcomes
for good, its text until there is a new version.
"""

from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from odoo import fields
from odoo.fields import Command, Domain
from odoo.tools import format_list

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, payload
from odoo.addons.wezer_base.tools.rate_limit import why_not_more
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, drawn_alike

from . import answer_fields, elections, roll, rules

BODY_LENGTH = 20_000
LABEL_LENGTH = 200
TEXT_LENGTH = 4000
OPTIONS_MOST = 100
OUTCOMES_MOST = 20
DRAFTS_MOST = 20
# Everybody gets a notice of each: so many proposals one person announces in a day.
DAILY = 10
# What was rejected comes back unchanged only after so many days, or where so many ask.
RETURN_DAYS = 30
RETURN_ASKED = 5
REJECTED_READ = 100
# So many running decisions a refusal names.
RUNNING_NAMED = 5
# Choices, and what holds where a proposal says nothing.
CHOICES = {"method": "consent", "electorate": "direct", "secrecy": "open"}
# Records that a proposal names, or none.
LINKED = ("category_id", "electorate_role_id", "decider_id", "facilitator_id")
OWN = {
    *("title", "text", "discussion_id", "options", "role_id", "outcomes"),
    "category_id",
    *("electorate_role_id", "named_ids", "members_only", "facilitator_id"),
    *("decider_id", "review_date", "execute_date"),
}
KNOWN = OWN | set(CHOICES) | set(rules.SETTINGS)


def clean(decisions: Any, group: Any, vals: Any) -> dict:
    """Return the values of a draft from what a form or a program sent.

    :raise Refusal: rule ``field``, or that of the value
    """
    env = decisions.env
    vals = payload.table(env, vals)
    payload.only(env, vals, KNOWN)
    found: dict[str, Any] = {"settings": rules.clean_settings(env, vals)}
    if "title" in vals:
        found["title"] = payload.line(env, vals["title"], TITLE_LENGTH, "title")
    for name, unsaid in CHOICES.items():
        if name in vals:
            value = vals[name] or unsaid
            found[name] = payload.choice(env, decisions._name, name, value)
    found["members_only"] = bool(vals.get("members_only"))
    found.update(dict.fromkeys(LINKED, False))
    for name in ("review_date", "execute_date"):
        found[name] = payload.day(env, vals.get(name) or False)
    if vals.get("discussion_id"):
        found["discussion_id"] = _discussion(env, group, vals["discussion_id"]).id
    if vals.get("category_id"):
        category = payload.record(env, "wezer.category", vals["category_id"])
        found["category_id"] = category.search([("id", "in", category.ids)]).id
    if vals.get("electorate_role_id"):
        found["electorate_role_id"] = _role(env, group, vals["electorate_role_id"]).id
    named = payload.ids(env, vals.get("named_ids") or [])
    people = _people(env, group, named, "named_ids")
    found["named_ids"] = [Command.set(people.ids)]
    if vals.get("decider_id"):
        found["decider_id"] = _people(env, group, [vals["decider_id"]], "decider_id").id
    if vals.get("facilitator_id"):
        wanted = payload.record(env, "res.partner", vals["facilitator_id"]).sudo()
        if wanted not in group._facilitators():
            raise Refusal(
                env._("Choose a person who facilitates decisions in this circle."),
                rule="facilitator",
                field="facilitator_id",
            )
        found["facilitator_id"] = wanted.id
    return found


def _discussion(env: Any, group: Any, number: Any) -> Any:
    found = payload.record(env, "wezer.discussion", number)
    found = found.search([("id", "in", found.ids), ("group_id", "=", group.id)])
    if not found:
        raise Refusal(env._("Choose a discussion of this circle."), rule="discussion")
    return found


def _role(env: Any, group: Any, number: Any) -> Any:
    """Return a role of the circle, or of one inside it."""
    found = payload.record(env, "wezer.group", number)
    found = found.search([("id", "in", found.ids), ("kind", "=", "role")]).sudo()
    if not found or group not in found.ancestor_ids:
        raise Refusal(
            env._("Choose a role of this circle."),
            rule="role",
            field="electorate_role_id",
        )
    return found


def _people(env: Any, group: Any, ids: list, field: str) -> Any:
    """Return people who count in the circle; refuse others."""
    known = {one for one in ids if type(one) is int}
    people = env["res.partner"].sudo().browse(sorted(known)).exists()
    inside = set(group._effective_member_ids()) if ids else set()
    others = people.filtered(lambda one: one.id not in inside)
    if others or len(people) != len(known) or not known and ids:
        raise Refusal(
            env._("Only people who count in this circle can be named."),
            rule="people",
            field=field,
        )
    return people


def keep_parts(decision: Any, vals: dict) -> None:
    """Write text, options and outcomes of a draft (sudo); each replaces all before."""
    env = decision.env
    if "text" in vals or not decision.version_id:
        body = payload.text(env, vals.get("text"), BODY_LENGTH, "text")
        body = body or decision.title
        if decision.version_id:
            decision.version_id.write({"body": body})
        else:
            decision.version_id = env["wezer.decision.version"].create(
                {
                    "decision_id": decision.id,
                    "number": 1,
                    "body": body,
                    "author_id": decision.proposer_id.id,
                }
            )
    if "options" in vals:
        decision.option_ids.unlink()
        env["wezer.decision.option"].create(_options(decision, vals["options"]))
    outcomes = vals.get("outcomes")
    if not outcomes and vals.get("role_id") and decision.method in rules.OF_PERSONS:
        role = _role(env(su=False), decision.group_id, vals["role_id"])
        outcomes = [{"kind": "role", "params": {"role": role.id}}]
    if outcomes is not None:
        decision.outcome_ids.unlink()
        env["wezer.outcome"].create(_outcomes(decision, outcomes))
    elections.settings_of(decision)
    elections.settle_none(decision)


def choose_secrecy(decision: Any, vals: dict) -> None:
    """Let a draft (sudo) about persons be secret, unless the proposer chose."""
    if not vals.get("secrecy") and usual_secrecy(decision) == "secret":
        decision.secrecy = "secret"


def usual_secrecy(decision: Any) -> str:
    """Return the secrecy of a draft (sudo) whose proposer asks for none."""
    about = any(outcome._kind().secret for outcome in decision.outcome_ids)
    about = about or elections.has_candidates(decision)
    return "secret" if about and roll.can_be_secret(decision) else "open"


def _options(decision: Any, rows: Any) -> list[dict]:
    env, found = decision.env, []
    for number, row in enumerate(payload.rows(env, rows, OPTIONS_MOST), 1):
        row = {"label": row} if isinstance(row, str) else payload.table(env, row)
        payload.only(
            env, row, ("label", "description", "person_id", "start", "end", "tz")
        )
        person = payload.record(env, "res.partner", row.get("person_id") or 0)
        if person:
            person = _people(env, decision.group_id, person.ids, "options")
        # A person stands by their own name: nobody is elected under that of another.
        label = person.name or payload.line(
            env, row.get("label"), LABEL_LENGTH, "options"
        )
        start = payload.moment(env, row.get("start"))
        found.append(
            {
                "decision_id": decision.id,
                "sequence": number,
                "label": label or str(start or ""),
                "description": payload.text(env, row.get("description"), TEXT_LENGTH),
                "person_id": person.id,
                "start": start,
                "end": payload.moment(env, row.get("end")),
                "tz": payload.line(env, row.get("tz"), 60),
            }
        )
    return found


def _outcomes(decision: Any, rows: Any) -> list[dict]:
    env, found = decision.env, []
    for number, row in enumerate(payload.rows(env, rows, OUTCOMES_MOST), 1):
        row = payload.table(env, row)
        payload.only(env, row, ("kind", "params"))
        found.append(
            {
                "decision_id": decision.id,
                "sequence": number,
                "kind": payload.line(env, row.get("kind"), 40),
                "params": payload.table(env, row.get("params")),
            }
        )
    return found


def why_not_propose(group: Any, decision: Any) -> Exception | None:
    """Return why the user may not propose anything in ``group``, or None."""
    env, user = group.env, group.env.user
    if not group.sudo().active or group.sudo().kind != "circle":
        return Refusal(env._("Decisions are taken in circles that are open."), "state")
    among = roll.is_among(decision, user.partner_id)
    if among or not user._why_not_acting(group.sudo().partner_id, "manage"):
        return None
    return NotAllowed(
        env._("Only members of the circle can propose something here."), rule="member"
    )


def why_not_other(decision: Any, role: Any) -> Refusal | None:
    """Return why the circle's own draft (sudo) of an election was changed too much.

    It is announced in the name of the circle: what is about something else is proposed
    by a person.

    :param role: that it filled before
    """
    if decision.proposer_id != decision.group_id.partner_id:
        return None
    others = decision.outcome_ids.filtered(lambda outcome: outcome.kind != "role")
    if not others and elections.role_of(decision) == role:
        return None
    return Refusal(
        decision.env._(
            "This was drafted for the circle, so that the role is filled. Propose"
            " something else in your own name."
        ),
        rule="election",
        field="outcomes",
    )


def why_not_draft(decisions: Any) -> Refusal | None:
    """Return why the user has no room for another draft, or None (sudo)."""
    env, person = decisions.env, decisions.env.user.partner_id
    drafts = Domain("proposer_id", "=", person.id) & Domain("state", "=", "draft")
    count = decisions.search_count(drafts, limit=DRAFTS_MOST)
    if count < DRAFTS_MOST:
        return None
    return Refusal(
        env._(
            "You have %(count)s drafts. Announce or withdraw one of them first.",
            count=count,
        ),
        rule="drafts",
        value=str(count),
        limit=str(DRAFTS_MOST),
    )


def why_not_announce(decision: Any) -> Exception | None:
    """Return why a draft (sudo) cannot be announced as it is, or None."""
    env = decision.env
    options = decision.option_ids.filtered(lambda option: not option.is_withdrawn)
    if (
        decision.method in rules.WITH_OPTIONS
        and not options
        and not _stands_later(decision)
    ):
        return Refusal(
            env._("Add the options to choose from."), rule="options", field="options"
        )
    if decision.method in rules.WITH_OPTIONS:
        error = _why_not_none(decision, options) or _why_not_told_apart(options)
        if error:
            return error
    if decision.method == "advice" and not decision.decider_id:
        return Refusal(
            env._("Choose the person who decides after the advice."),
            rule="decider",
            field="decider_id",
        )
    if decision.method == "advice" and decision.secrecy != "open":
        return Refusal(
            env._("Advice is given in the open: the person who decides answers it."),
            rule="secret",
            field="secrecy",
        )
    error = elections.why_not_announce(decision)
    if error:
        return error
    if _decides_nothing(decision):
        return Refusal(
            env._("Answers of this kind decide nothing. Choose no effect."),
            rule="outcome",
            field="method",
        )
    return (
        roll.why_not(decision)
        or _why_not_counted(decision)
        or _why_not_return(decision)
        or _why_not_more(decision)
    )


def _why_not_counted(decision: Any) -> Refusal | None:
    """Refuse settings (sudo) that nothing could reach, or that would not be counted."""
    env, asked = decision.env, decision.settings or {}
    if (
        asked.get("base") == "roll"
        and decision.method == "majority"
        and decision.electorate == "colleges"
    ):
        return Refusal(
            env._(
                "Colleges are counted by yes and no. Leave out that a majority of all"
                " who were asked is needed."
            ),
            rule="base",
            value="roll",
            limit="cast",
            field="base",
        )
    found = rules.of(decision)
    most = found.get("most_per_option") or 0
    if most > found.get("points", most):
        return Refusal(
            env._(
                "Nobody can put more than %(points)s points on one option: nobody has"
                " more.",
                points=found["points"],
            ),
            rule="points",
            value=str(most),
            limit=str(found["points"]),
            field="most_per_option",
        )
    if not found.get("passes_from"):
        return None
    least = Fraction(str(found["passes_from"]))
    # So much one voice can give to one option.
    most = found["scale"] if decision.method == "score" else most or found["points"]
    if found.get("aggregate") != "mean":
        most *= roll.at_most(decision, ceil(least / most))
    if least <= most:
        return None
    return Refusal(
        env._(
            "No option can reach %(least)s points. The most possible is %(most)s.",
            least=found["passes_from"],
            most=most,
        ),
        rule="passes_from",
        value=str(found["passes_from"]),
        limit=str(most),
        field="passes_from",
    )


def _why_not_none(decision: Any, options: Any) -> Refusal | None:
    """Refuse an own option of a ranking that is taken for “none of these”, or None.

    What does not beat that option drops out. It is read in the language of the reader.
    """
    env = decision.env
    if decision.method != "schulze" or elections.has_candidates(decision):
        return None
    codes = [code for code, _name in env["res.lang"].get_installed()]
    labels = {
        drawn_alike(answer_fields.none_label(decision.with_context(lang=code).env))
        for code in codes
    }
    for option in options.filtered(lambda one: not one.is_none and not one.person_id):
        if drawn_alike(option.label) in labels:
            return Refusal(
                env._(
                    "“%(label)s” would be taken for the option that all others have to"
                    " beat. Leave it out, and ask for “None of these” under “More”.",
                    label=option.label,
                ),
                rule="options",
                value=option.label,
                field="options",
            )
    return None


def _why_not_told_apart(options: Any) -> Refusal | None:
    """Return why votes would be split between options that look the same, or None."""
    known = set()
    for option in options:
        # Two people can have one name: each has a profile of their own.
        person = option.person_id.id
        key = (drawn_alike(option.label), person, option.start, option.end)
        if key in known:
            return Refusal(
                options.env._("Give each option a name that no other has."),
                rule="options",
                value=option.label,
                field="options",
            )
        known.add(key)
    return None


def _decides_nothing(decision: Any) -> bool:
    """Return whether outcomes would follow whatever the answers are.

    Options say what is liked best: of them follows who has a role, and nothing else.
    """
    bound = decision.outcome_ids.filtered(lambda outcome: outcome.kind != "words")
    if decision.method in rules.OF_PERSONS:
        return any(outcome.kind != "role" for outcome in bound)
    return bool(bound) and decision.method in (*rules.UNBOUND, *rules.WITH_OPTIONS)


def _stands_later(decision: Any) -> bool:
    """Return whether candidates stand until the vote opens."""
    return elections.has_candidates(decision)


def _why_not_more(decision: Any) -> Refusal | None:
    """Refuse where as many decisions run as the circle wants at once."""
    return why_no_room(decision.group_id, decision.proposer_id) or _why_not_daily(
        decision
    )


def why_no_room(group: Any, proposer: Any) -> Refusal | None:
    """Return why ``proposer`` puts nothing more to a circle (sudo) now, or None.

    The sentence names what runs, as far as the user reads it, and when there is room.
    """
    env = group.env
    decisions = env["wezer.decision"].sudo()
    running = Domain("group_id", "=", group.id) & Domain(
        "state", "in", ("announced", "open")
    )
    most = rules.policy(group, "decisions_circle") or rules.RUNNING_CIRCLE
    count = decisions.search_count(running)
    is_own = count < most
    if is_own:
        if proposer == group.partner_id:
            return None
        running &= Domain("proposer_id", "=", proposer.id)
        most = rules.policy(group, "decisions_person") or rules.RUNNING_PERSON
        count = decisions.search_count(running)
        if count < most:
            return None
    return Refusal(
        " ".join(_no_room(decisions.search(running, order="closes, id"), is_own)),
        rule="running",
        value=str(count),
        limit=str(most),
        link=(f"/decisions?circle={group.slug}", env._("See what is running")),
    )


def _no_room(running: Any, is_own: bool) -> list[str]:
    """Return the sentences of who finds no room: how many run, which, until when.

    :param is_own: whether it is the own proposals that are too many
    """
    env, count = running.env, len(running)
    said = [
        env._("Your proposals that are running in this circle: %(count)s.", count=count)
        if is_own
        else env._(
            "Decisions that are running in this circle: %(count)s. More are not"
            " possible at the same time.",
            count=count,
        )
    ]
    # Some are for the members of the circle only.
    seen = running.sudo(False)._filtered_access("read")[:RUNNING_NAMED]
    if seen:
        titles = [env._("“%(title)s”", title=one.title) for one in seen]
        titles = format_list(env, titles)
        said.append(env._("Running now: %(titles)s.", titles=titles))
    ends = [
        max(one.closes, one.waits_until or one.closes) for one in running if one.closes
    ]
    ends = [end for end in ends if end > fields.Datetime.now()]
    if ends:
        moment = days.format_moment(env, min(ends))
        said.append(env._("The first one closes on %(moment)s.", moment=moment))
    said.append(env._("You can keep yours as a draft until one of them has closed."))
    return said


def _why_not_daily(decision: Any) -> Refusal | None:
    """Refuse to announce and withdraw again and again: notices stay sent."""
    env, group, person = decision.env, decision.group_id, decision.proposer_id
    if person == group.partner_id:
        return None
    return why_not_more(
        env["wezer.governance.event"],
        [
            ("group_id", "=", group.id),
            ("kind", "=", "announced"),
            ("decision_id.proposer_id", "=", person.id),
        ],
        timedelta(days=1),
        DAILY,
        env._(
            "%(count)s proposals were put to this circle within a day. Wait until"
            " tomorrow.",
            count=DAILY,
        ),
        "daily",
    )


def _why_not_return(decision: Any) -> Refusal | None:
    """Refuse what was rejected a short time ago, and has not changed."""
    before = _rejected_before(decision)
    if not before:
        return None
    first = before.closed_at + timedelta(days=RETURN_DAYS)
    voices, _answered = roll.counts(before)
    asked = len(before.reopen_ids)
    if decision._now() >= first or asked * RETURN_ASKED >= voices:
        return None
    return Refusal(
        decision.env._(
            "This was rejected less than %(days)s days ago. Change it, or find a fifth"
            " of the voters who ask for it again.",
            days=RETURN_DAYS,
        ),
        rule="again",
        value=str(asked),
        limit=str(RETURN_DAYS),
    )


def _rejected_before(decision: Any) -> Any:
    """Return what was rejected last with the same content, or nothing (sudo)."""
    before = decision.reopened_from_id
    if before.state == "rejected" and _content(before) == _content(decision):
        return before
    if elections.is_of_persons(decision):
        # The role has to be filled, however often nobody was found.
        return before.browse()
    rejected = decision.search(
        Domain("group_id", "=", decision.group_id.id)
        & Domain("state", "=", "rejected")
        & Domain("closed_at", ">", decision._now() - timedelta(days=RETURN_DAYS)),
        limit=REJECTED_READ,
    )
    return rejected.filtered(lambda one: _content(one) == _content(decision))[:1]


def _content(decision: Any) -> tuple:
    """Return all that a decision decides, to be compared.

    Another space or capital, or a letter that looks the same, is no change.
    """
    return (
        drawn_alike(decision.title),
        drawn_alike(decision.version_id.body),
        [
            drawn_alike(option.label)
            for option in decision.option_ids
            if not option.is_none
        ],
        [(one.kind, one.params) for one in decision.outcome_ids],
    )


def copy_of(decision: Any, **vals: Any) -> Any:
    """Return a new draft with the content of ``decision`` (sudo).

    :param vals: what is different
    """
    new = decision.create(
        {
            "group_id": decision.group_id.id,
            "discussion_id": decision.discussion_id.id,
            "category_id": decision.category_id.id,
            "title": decision.title,
            "method": rules.asked_method(decision),
            "settings": decision.settings,
            "electorate": decision.electorate,
            "electorate_role_id": decision.electorate_role_id.id,
            "named_ids": [Command.set(decision.named_ids.ids)],
            "secrecy": decision.secrecy,
            "members_only": decision.members_only,
            "decider_id": decision.decider_id.id,
            "review_date": decision.review_date,
            **vals,
        }
    )
    new.version_id = decision.version_id.copy(
        {
            "decision_id": new.id,
            "number": 1,
            "change": False,
            "author_id": new.proposer_id.id,
            "date": new._now(),
        }
    )
    for option in decision.option_ids.filtered(lambda one: not one.is_withdrawn):
        option.copy({"decision_id": new.id, "consents_to_stand": False})
    decision.env["wezer.outcome"].create(
        [
            {"decision_id": new.id, **row}
            for row in elections.outcomes_to_propose(decision)
        ]
    )
    elections.settings_of(new)
    return new
