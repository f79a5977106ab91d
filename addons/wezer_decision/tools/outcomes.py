"""What follows from a decision about the circle itself: kinds of outcomes.

A kind says which matter it is, what its values are, whether the circle may decide it,
how it is carried out, and in a sentence what will happen. It is carried out by the
internal methods of groups, which check state and data; nobody is asked for permissions
again: the circle decided. Addons add kinds (``wezer.outcome._kinds``).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, payload
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import appeals, colleges_of_circle, rules, seats

TEXT_LENGTH = 4000
NAMES_MOST = 20
# Types of values that are numbers of partners, and of records.
PARTIES = ("person", "party")
IDS = (*PARTIES, "group", "id")
# Methods that can decide a matter which the circle decides by consent, or by majority.
BY_CONSENT: tuple[str, ...] = ("consent",)
BY_MAJORITY: tuple[str, ...] = ("majority", "consent")
# Elections fill a role.
ELECTIONS = ("person", "schulze", "stv", "draw")
# What a circle is, and says of itself.
GROUP_TEXTS = ("name", "purpose", "domains", "accountabilities")
GROUP_CHOICES = ("visibility", "join_policy")
# Values of a new group that its sentence tells beside the name.
FOUNDED = (*GROUP_TEXTS[1:], *GROUP_CHOICES, "rights", "link")


class Kind(NamedTuple):
    """A kind of outcome; each function is given one outcome (sudo).

    :param label: as people choose it
    :param matter: ``policy``, ``role``, ``member``, ``structure``, ``agreement``,
        ``spend``; empty for what binds nobody
    :param params: ``{name: type}`` of its values: ``person``, ``party`` (a person or a
        circle), ``group``, ``id``, ``day``, ``line``, ``text``, ``switch``, ``names``,
        ``colleges``
    :param check: raises where the circle may not decide it, or its values are wrong
    :param execute: does it, and returns the record that it made or changed, or None
    :param sentence: says what will happen, to its reader
    :param secret: voted on secretly, unless the circle asks otherwise
    :param adopt: done as soon as the decision is adopted; may fail, it is tried again
    :param drop: takes back what ``adopt`` did, where nothing is carried out
    :param trial: whether it can be tried out, and taken back, when it is announced
    :param concerned: returns the people (``res.partner``) it is about: they have no
        voice
    :param method: by which it is decided where nobody chose; empty for consent, or as
        the circle decides the matter
    :param offered: whether forms offer it; else it follows from something else
    """

    label: str
    matter: str
    params: Mapping[str, str]
    check: Callable[[Any], None]
    execute: Callable[[Any], Any]
    sentence: Callable[[Any], str]
    secret: bool = False
    adopt: Callable[[Any], None] | None = None
    drop: Callable[[Any], None] | None = None
    trial: bool = True
    concerned: Callable[[Any], Any] | None = None
    method: str = ""
    offered: bool = True


# === VALUES === #


def clean(env: Any, kind: Kind, params: Any) -> dict:
    """Return the values of an outcome as they are kept; unknown ones are refused.

    :raise Refusal: rule ``field``, or that of the value
    """
    given = payload.table(env, params)
    payload.only(env, given, kind.params)
    found = {}
    for name, value in given.items():
        shape = kind.params[name]
        if value in (None, False, "") or (shape in IDS and value in (0, "0")):
            continue
        with payload.of_field(name):
            found[name] = _value(env, shape, name, value)
    return found


def _value(env: Any, shape: str, name: str, value: Any) -> Any:
    if shape in IDS:
        number = record_id(value)
        if not number:
            raise Refusal(
                env._("This value is not accepted: %(field)s", field=name),
                rule="value",
                value=payload.shortened(value),
                field=name,
            )
        return number
    if shape == "day":
        return str(days.read_day(env, value))
    if shape == "switch":
        return value in (True, 1, "1", "yes", "on")
    if shape == "colleges":
        return colleges_of_circle.plain(env, value)
    if shape == "names":
        if isinstance(value, str):
            value = value.split(",")
        rows = payload.rows(env, value, NAMES_MOST)
        return [payload.line(env, one, 40, name) for one in rows]
    most = 200 if shape == "line" else TEXT_LENGTH
    return payload.text(env, value, most, name)


def person(outcome: Any) -> Any:
    """Return the person (sudo) that an outcome is about.

    :raise Refusal: rule ``person``
    """
    number = (outcome.params or {}).get("person")
    found = outcome.env["res.partner"].sudo().browse(number or []).exists()
    if not found or not found._wezer_profile().is_person:
        raise Refusal(
            outcome.env._("Choose the person."), rule="person", field="person"
        )
    return found


def group(outcome: Any, name: str = "group") -> Any:
    """Return the group (sudo) that an outcome names.

    The proposer has to see the group.

    :raise Refusal: rule ``group``
    """
    return seen_group(outcome, (outcome.params or {}).get(name), name)


def seen_group(outcome: Any, number: Any, name: str) -> Any:
    """Return the group (sudo) of this number, which the proposer sees.

    :param name: of the value, for the refusal
    :raise Refusal: rule ``group``
    """
    env = outcome.env
    found = env["wezer.group"].sudo().with_context(active_test=False)
    found = found.browse(number or []).exists()
    proposer = outcome.decision_id.proposer_id.user_ids[:1]
    seen = not proposer or found.with_user(proposer).sudo(False).has_access("read")
    if not found or not seen:
        raise Refusal(
            env._("Choose a circle or a role that you can see."),
            rule="group",
            field=name,
        )
    return found.with_context(active_test=True)


def day(outcome: Any, name: str = "until") -> Any:
    """Return the day that an outcome names, or None."""
    text = (outcome.params or {}).get(name)
    return days.parse_day(text) if text else None


# === WHETHER A CIRCLE MAY DECIDE === #


def check_electorate(outcome: Any) -> None:
    """Refuse that others than the circle asks decide what has effects.

    :raise Refusal: rule ``electorate``
    """
    decision, env = outcome.decision_id, outcome.env
    wanted = rules.electorate(decision.group_id)
    if decision.electorate != wanted:
        labels = dict(decision._fields["electorate"]._description_selection(env))
        raise Refusal(
            env._(
                "The effects of a decision are decided by all whom the circle asks:"
                " %(who)s.",
                who=labels[wanted],
            ),
            rule="electorate",
            value=decision.electorate,
            limit=wanted,
            field="electorate",
        )


def methods(matter: str, way: str) -> tuple[str, ...]:
    """Return the methods that decide a matter which a circle decides in this way.

    :param way: ``none``, ``majority`` or ``consent``
    """
    allowed = BY_CONSENT if way == "consent" else BY_MAJORITY
    if matter == "role":
        return allowed + (("person",) if way == "consent" else ELECTIONS)
    return allowed


def check_method(outcome: Any, matter: str, **data: Any) -> None:
    """Refuse a way of deciding that is looser than what the circle decided.

    :param data: of the matter, where the values of the outcome do not say it
    :raise Refusal: rule ``method`` or ``electorate``
    """
    decision = outcome.decision_id
    if decision.is_recall and outcome.kind == "role_end":
        # A circle can always recall a person, by more than a usual majority.
        return
    check_electorate(outcome)
    circle, env = decision.group_id, outcome.env
    method = circle._decided_by(matter, **(data or outcome.params or {}))[0]
    asked = rules.asked_method(decision)
    allowed = methods(matter, method)
    if method != "none" and asked not in allowed:
        labels = dict(decision._fields["method"]._description_selection(env))
        raise Refusal(
            env._(
                "%(circle)s decides this in another way: %(methods)s.",
                circle=circle.name,
                methods="; ".join(labels[one] for one in allowed),
            ),
            rule="method",
            value=asked,
            limit=", ".join(allowed),
            field="method",
        )


def _other_circle(outcome: Any) -> NotAllowed:
    return NotAllowed(
        outcome.env._(
            "A circle decides about itself, and about what is inside it. Another"
            " circle decides this."
        ),
        rule="circle",
    )


def check_own(outcome: Any, target: Any, matter: str = "structure") -> None:
    """Refuse a group that is neither this circle's nor inside it.

    What is inside counts as far as permissions from this circle reach, and as far as
    the circle inside did not decide for itself how it decides.

    :raise NotAllowed: rule ``circle``
    """
    circle = outcome.decision_id.group_id
    inner = target._circle()
    if target.kind == "role" and target.link == "lead":
        inner = deciding_circle(target)
    if inner == circle:
        return
    distance, above = 0, inner
    while above and above != circle:
        decides = above.policy_ids.filtered(
            lambda policy: policy.key == f"decides_{matter}"
        )
        if decides and decides.value != "none":
            raise _other_circle(outcome)
        above, distance = above.parent_id, distance + 1
    if not above or distance > inner.rights_reach:
        raise _other_circle(outcome)


def check_rights(outcome: Any, circle: Any, rights: Any) -> None:
    """Refuse permissions that this circle may not give.

    In a circle inside it, all. In the circle itself those that a role in it has
    already: others are given from above. At the top there is nobody above.

    :param circle: the circle of the role
    :raise NotAllowed: rule ``rights``
    """
    own = outcome.decision_id.group_id
    if circle != own or not own.parent_id:
        return
    carried = set()
    for role in own.role_ids:
        carried |= role._rights_carried()
    missing = sorted(set(rights) - carried)
    if missing:
        words = own._right_labels()
        raise NotAllowed(
            outcome.env._(
                "Only the circle above can give this permission here: %(rights)s.",
                rights=", ".join(words.get(right, right) for right in missing),
            ),
            rule="rights",
        )


# === POLICIES === #


def _policy(outcome: Any) -> tuple[Any, Any]:
    params = outcome.params or {}
    key = params.get("key")
    outcome.env["wezer.group.policy"]._check_known(key)
    return key, params.get("value")


def _check_policy(outcome: Any) -> None:
    key, value = _policy(outcome)
    if value is not None:
        policies = outcome.env["wezer.group.policy"].sudo()
        policy = outcome.decision_id.group_id._policies()[key]
        with payload.of_field("value"):
            policies._value_text(policy, value)


def _execute_policy(outcome: Any) -> Any:
    circle, (key, value) = outcome.decision_id.group_id, _policy(outcome)
    circle._do_set_policy(key, value, outcome.decision_id._open_title())
    return circle.policy_ids.filtered(lambda policy: policy.key == key)


def _say_policy(outcome: Any) -> str:
    env, (key, value) = outcome.env, _policy(outcome)
    policy = env["wezer.group"]._policies()[key]
    if value is None:
        return env._("The circle above decides again: %(policy)s.", policy=policy.label)
    shown = policy.shown(value, env)
    return env._("%(policy)s: %(value)s.", policy=policy.label, value=shown)


# === COLLEGES === #


def _colleges(outcome: Any) -> list[dict]:
    return (outcome.params or {}).get("colleges") or []


def _check_colleges(outcome: Any) -> None:
    circle = outcome.decision_id.group_id
    check_method(outcome, "policy", key=colleges_of_circle.KEY)
    for row in colleges_of_circle.clean(circle, _colleges(outcome)):
        # The proposer has to see the role or the circle.
        seen_group(outcome, row["source_id"], "colleges")


def _execute_colleges(outcome: Any) -> Any:
    circle = outcome.decision_id.group_id
    circle._do_set_colleges(_colleges(outcome))
    return outcome.env["wezer.decision.college"]._of_circle(circle)


def _say_colleges(outcome: Any) -> str:
    rows = _colleges(outcome)
    if not rows:
        return outcome.env._("The circle no longer votes in colleges.")
    return outcome.env._(
        "The circle votes in these colleges: %(colleges)s.",
        colleges=colleges_of_circle.as_text(rows),
    )


# === ROLES AND MEMBERS === #


def _role(outcome: Any) -> Any:
    role = group(outcome, "role")
    if role.kind != "role":
        raise Refusal(outcome.env._("Choose a role."), rule="role", field="role")
    return role


def _check_role(outcome: Any) -> None:
    role = _role(outcome)
    if deciding_circle(role) != outcome.decision_id.group_id:
        raise _other_circle(outcome)
    if outcome.kind == "role_end" or not _is_elected(outcome):
        who, decision = person(outcome), outcome.decision_id
        error = outcome.kind == "role" and seats.why_not_given(decision, role, who)
        if error:
            raise error
    until = day(outcome)
    if until:
        days.check_not_past(outcome.env, until)


def _is_elected(outcome: Any) -> bool:
    """Return whether the decision itself finds the person."""
    decision = outcome.decision_id
    asked = rules.asked_method(decision)
    return asked in (*ELECTIONS, "choose", "score", "dot")


def _agreed(outcome: Any, role: Any, who: Any) -> bool:
    """Return whether a person has said that they take a role."""
    place = role._membership_of(who)
    return (
        _is_elected(outcome)
        or place.state in ("requested", "active")
        or who == outcome.decision_id.proposer_id
    )


def _execute_role(outcome: Any) -> Any:
    role, who, until = _role(outcome), person(outcome), day(outcome)
    if _agreed(outcome, role, who):
        place = role._do_fill(who, until)
        if place.date_to:
            # A successor within the term has the rest of it.
            outcome.params = {**outcome.params, "until": str(place.date_to)}
        return place
    place = role._membership_of(who) or role._check_possible("invite")._invite(who)
    if until:
        place.date_to = until
    return place


def _say_role(outcome: Any) -> str:
    env, role, until = outcome.env, group(outcome, "role"), day(outcome)
    elected = env._("the elected person")
    values = {
        "person": _name(outcome)
        or _name(outcome, _proposed(outcome))
        or elected[:1].upper() + elected[1:],
        "role": role.name,
        "circle": role.parent_id.name,
        "day": days.format_day(env, until) if until else "",
    }
    if until:
        return env._(
            "%(person)s has the role %(role)s of %(circle)s until %(day)s.", **values
        )
    return env._("%(person)s has the role %(role)s of %(circle)s.", **values)


def _execute_role_end(outcome: Any) -> None:
    _role(outcome)._do_take(person(outcome))


def _say_role_end(outcome: Any) -> str:
    return outcome.env._(
        "%(person)s no longer has the role %(role)s.",
        person=_name(outcome),
        role=group(outcome, "role").name,
    )


def _proposed(outcome: Any) -> int:
    """Return the id of the person about whom an election asks everybody, or 0."""
    decision = outcome.decision_id
    return decision.nominee_id.id if decision.phase == "consent" else 0


def _name(outcome: Any, number: int | None = None) -> str:
    """Return the name of the person for those who know members by name.

    :param number: of another person than that of the outcome
    """
    env = outcome.env
    if number is None:
        number = (outcome.params or {}).get("person")
    if not number:
        return ""
    if env.uid != SUPERUSER_ID and not env.user._wezer_is_member():
        return env._("A member")
    found = env["res.partner"].sudo().browse(number).exists()
    return found.name or env._("A former member")


def _check_member(outcome: Any) -> None:
    person(outcome)


def _execute_member(outcome: Any) -> Any:
    return outcome.decision_id.group_id._do_admit(person(outcome))


def _say_member(outcome: Any) -> str:
    return outcome.env._(
        "%(person)s becomes a member of %(circle)s.",
        person=_name(outcome),
        circle=outcome.decision_id.group_id.name,
    )


def _execute_member_out(outcome: Any) -> None:
    outcome.decision_id.group_id._do_put_out(person(outcome))


def _say_member_out(outcome: Any) -> str:
    return outcome.env._(
        "%(person)s is no longer a member of %(circle)s.",
        person=_name(outcome),
        circle=outcome.decision_id.group_id.name,
    )


def _check_readmit(outcome: Any) -> None:
    person(outcome)
    if not appeals.circle_of(outcome):
        raise _other_circle(outcome)


def _execute_readmit(outcome: Any) -> Any:
    return appeals.circle_of(outcome)._do_admit(person(outcome))


def _say_readmit(outcome: Any) -> str:
    return outcome.env._(
        "%(person)s becomes a member of %(circle)s.",
        person=_name(outcome),
        circle=appeals.circle_of(outcome).name or "",
    )


# === STRUCTURE === #


def _group_vals(outcome: Any, *more: str) -> dict:
    params = outcome.params or {}
    names = (*GROUP_TEXTS, *GROUP_CHOICES, *more)
    return {name: params[name] for name in names if name in params}


def _said_values(env: Any, values: dict) -> list[str]:
    """Return a sentence for each value of a group that is decided.

    All of them: nothing is carried out that was not said before.
    """
    groups, said = env["wezer.group"], []
    for name, value in values.items():
        if name == "rights":
            label, words = env._("Permissions"), groups._right_labels()
            value = ", ".join(words.get(right, right) for right in value)
        else:
            field = groups._fields[name]
            label = field._description_string(env)
            if field.type == "selection":
                value = dict(field._description_selection(env)).get(value, value)
            elif field.type == "boolean":
                value = env._("Yes") if value else env._("No")
        if value:
            said.append(
                env._("%(policy)s: %(value)s.", policy=label, value=value.rstrip("."))
            )
    return said


def _around(outcome: Any) -> Any:
    """Return the circle in which something is founded."""
    if (outcome.params or {}).get("group"):
        return group(outcome)
    return outcome.decision_id.group_id


def _check_found(outcome: Any) -> None:
    circle = _around(outcome)
    check_own(outcome, circle)
    check_rights(outcome, circle, (outcome.params or {}).get("rights") or ())


def _execute_found(outcome: Any) -> Any:
    vals = _group_vals(outcome, "kind", "rights", "link")
    return _around(outcome)._do_found(vals)


def _say_found(outcome: Any) -> str:
    env, params = outcome.env, outcome.params or {}
    values = {"name": params.get("name", ""), "circle": _around(outcome).name}
    if params.get("kind") == "role":
        said = env._("%(circle)s gets the role %(name)s.", **values)
    else:
        said = env._("The circle %(name)s is created inside %(circle)s.", **values)
    told = {key: value for key, value in params.items() if key in FOUNDED}
    return " ".join([said, *_said_values(env, told)])


def _check_target(outcome: Any) -> None:
    check_own(outcome, group(outcome))


def _execute_update(outcome: Any) -> Any:
    changed = group(outcome)
    vals = _group_vals(outcome, "facilitates")
    if not vals:
        raise Refusal(outcome.env._("Choose the fields to change."), rule="field")
    changed._do_update(vals)
    return changed


def _say_update(outcome: Any) -> str:
    changed, vals = group(outcome), _group_vals(outcome, "facilitates")
    labels = [
        changed._fields[name]._description_string(outcome.env).lower() for name in vals
    ]
    said = outcome.env._(
        "This changes about %(group)s: %(fields)s.",
        group=changed.name,
        fields=", ".join(labels),
    )
    return " ".join([said, *_said_values(outcome.env, vals)])


def _check_rights(outcome: Any) -> None:
    role = group(outcome)
    check_own(outcome, role)
    wanted = set((outcome.params or {}).get("rights") or ())
    check_rights(outcome, role._circle(), wanted - role._rights_carried())


def _execute_rights(outcome: Any) -> Any:
    role, params = group(outcome), outcome.params or {}
    role._do_rights(params.get("rights") or [], params.get("link"))
    return role


def _say_rights(outcome: Any) -> str:
    env, role = outcome.env, group(outcome)
    words = role._right_labels()
    params = outcome.params or {}
    rights = params.get("rights") or []
    values = {
        "role": role.name,
        "rights": ", ".join(words.get(right, right) for right in rights),
    }
    if rights:
        said = env._("The people in the role %(role)s may: %(rights)s.", **values)
    else:
        said = env._("The role %(role)s has no permissions any more.", **values)
    link = {name: value for name, value in params.items() if name == "link"}
    return " ".join([said, *_said_values(env, link)])


def _execute_close(outcome: Any) -> Any:
    closed = group(outcome)
    closed._do_close()
    return closed


def _say_close(outcome: Any) -> str:
    return outcome.env._("%(group)s is closed.", group=group(outcome).name)


# === MOVES, MERGERS AND LINKS: each side decides its half === #


def _target(outcome: Any) -> Any:
    if not (outcome.params or {}).get("target"):
        return outcome.env["wezer.group"].sudo()
    return group(outcome, "target")


def _check_change(outcome: Any) -> None:
    moved, target = group(outcome), _target(outcome)
    sides = moved.parent_id | target if outcome.kind == "move" else moved | target
    if "role" in (moved | target).mapped("kind"):
        raise Refusal(outcome.env._("Choose circles."), rule="group", field="group")
    if outcome.decision_id.group_id not in sides:
        raise _other_circle(outcome)


def _execute_change(outcome: Any) -> Any:
    changes = outcome.env["wezer.group.change"].sudo()
    change = changes._do_propose(outcome.kind, group(outcome), _target(outcome))
    change._do_sign(outcome.decision_id.group_id)
    return change


def _say_change(outcome: Any) -> str:
    env, target = outcome.env, _target(outcome)
    values = {"group": group(outcome).name, "target": target.name}
    if outcome.kind == "merge":
        return env._(
            "%(group)s is merged into %(target)s, once the other side agrees too.",
            **values,
        )
    if not target:
        return env._(
            "%(group)s stands by itself, once the other side agrees too.", **values
        )
    return env._(
        "%(group)s moves into %(target)s, once the other side agrees too.", **values
    )


def _check_link(outcome: Any) -> None:
    other = group(outcome, "other")
    if other.kind != "circle" or other == outcome.decision_id.group_id:
        raise Refusal(
            outcome.env._("Choose another circle."), rule="group", field="other"
        )


def _execute_link(outcome: Any) -> Any:
    links = outcome.env["wezer.group.link"].sudo()
    circle, other = outcome.decision_id.group_id, group(outcome, "other")
    if (outcome.params or {}).get("end"):
        link = links._unfinished(circle | other)
        if not link:
            raise Refusal(outcome.env._("These circles are not linked."), rule="state")
        link._do_end()
        return link
    link = links._do_propose(circle, other)
    link._do_sign(circle)
    return link


def _say_link(outcome: Any) -> str:
    env = outcome.env
    values = {
        "circle": outcome.decision_id.group_id.name,
        "other": group(outcome, "other").name,
    }
    if (outcome.params or {}).get("end"):
        return env._("%(circle)s and %(other)s no longer work together.", **values)
    return env._(
        "%(circle)s works together with %(other)s, once they agree too.", **values
    )


def kinds(env: Any) -> dict[str, Kind]:
    """Return the kinds about the circle itself, in the order of forms."""
    texts = {
        **dict.fromkeys(GROUP_TEXTS, "text"),
        **dict.fromkeys(GROUP_CHOICES, "line"),
    }
    texts["name"] = "line"
    change = {"group": "group", "target": "group"}
    place = {"role": "group", "person": "person"}
    founded = {
        **texts,
        "group": "group",
        "kind": "line",
        "rights": "names",
        "link": "line",
    }
    linked = {"other": "group", "end": "switch"}
    rights = {"group": "group", "rights": "names", "link": "line"}

    def nothing(_outcome: Any) -> None:
        return None

    return {
        "words": Kind(
            env._("Only the text is decided"),
            "",
            {},
            nothing,
            nothing,
            lambda _outcome: "",
        ),
        "policy": Kind(
            env._("A policy of the circle"),
            "policy",
            {"key": "line", "value": "line"},
            _check_policy,
            _execute_policy,
            _say_policy,
        ),
        "colleges": Kind(
            env._("The colleges of the circle"),
            "policy",
            {"colleges": "colleges"},
            _check_colleges,
            _execute_colleges,
            _say_colleges,
        ),
        "role": Kind(
            env._("Give a role"),
            "role",
            {**place, "until": "day"},
            _check_role,
            _execute_role,
            _say_role,
        ),
        "role_end": Kind(
            env._("End a role"),
            "role",
            place,
            _check_role,
            _execute_role_end,
            _say_role_end,
        ),
        "member": Kind(
            env._("Take a member in"),
            "member",
            {"person": "person"},
            _check_member,
            _execute_member,
            _say_member,
            secret=True,
        ),
        "member_out": Kind(
            env._("End a membership"),
            "member",
            {"person": "person"},
            _check_member,
            _execute_member_out,
            _say_member_out,
            secret=True,
        ),
        "readmit": Kind(
            env._("Take a member in"),
            "member",
            {"person": "person", "group": "group"},
            _check_readmit,
            _execute_readmit,
            _say_readmit,
            secret=True,
            offered=False,
        ),
        "found": Kind(
            env._("Create a circle or a role"),
            "structure",
            founded,
            _check_found,
            _execute_found,
            _say_found,
        ),
        "update": Kind(
            env._("Change what a circle or a role is for"),
            "structure",
            {**texts, "group": "group", "facilitates": "switch"},
            _check_target,
            _execute_update,
            _say_update,
        ),
        "rights": Kind(
            env._("Change what a role may do"),
            "structure",
            rights,
            _check_rights,
            _execute_rights,
            _say_rights,
        ),
        "close": Kind(
            env._("Close a circle or a role"),
            "structure",
            {"group": "group"},
            _check_target,
            _execute_close,
            _say_close,
        ),
        "move": Kind(
            env._("Move a circle"),
            "structure",
            change,
            _check_change,
            _execute_change,
            _say_change,
        ),
        "merge": Kind(
            env._("Merge two circles"),
            "structure",
            change,
            _check_change,
            _execute_change,
            _say_change,
        ),
        "link": Kind(
            env._("Work together with another circle"),
            "structure",
            linked,
            _check_link,
            _execute_link,
            _say_link,
        ),
    }


# === FORMS === #


def _roles_given_by(circle: Any) -> list[tuple[str, str]]:
    """Return the roles that a circle gives: its own, and the leads of circles inside.

    Its own lead is chosen by the circle above.
    """
    circles = circle | circle.child_ids.filtered(lambda one: one.kind == "circle")
    roles = circle.search([("kind", "=", "role"), ("parent_id", "in", circles.ids)])
    return [
        (
            str(role.id),
            role.name
            if role.parent_id == circle
            else f"{role.name}, {role.parent_id.name}",
        )
        for role in roles
        # sudo: who decides is no secret of a role that is seen.
        if deciding_circle(role.sudo()).id == circle.id
    ]


def form_fields(env: Any, kind: str, circle: Any) -> list[dict]:
    """Return the fields by which a form asks for the values of an outcome.

    :return: dicts ``name``, ``type`` (person, day, choice, text, char, hidden,
        colleges), ``label``, ``choices`` (pairs of value and label)
    """
    groups = env["wezer.group"]
    circle = circle.sudo(False)

    def inside(domain: list) -> list[tuple[str, str]]:
        found = groups.search([*domain, ("parent_id", "=", circle.id)])
        return [(str(one.id), one.name) for one in found]

    def field(name: str, shape: str, label: str, choices: Any = ()) -> dict:
        return {"name": name, "type": shape, "label": label, "choices": list(choices)}

    roles = inside([("kind", "=", "role")])
    here = [(str(circle.id), circle.name)]
    rights = list(groups._right_labels().items())
    policies = [(key, one.label) for key, one in groups._policies().items()]
    who = field("person", "person", env._("Person"))
    role = field("role", "choice", env._("Role"), _roles_given_by(circle))
    target = field("group", "choice", env._("Circle or role"), [*here, *roles])
    circles = [
        (str(one.id), one.name)
        for one in groups.search([("kind", "=", "circle"), ("id", "!=", circle.id)])
    ]
    return {
        "policy": [
            field("key", "choice", env._("Policy"), policies),
            field("value", "char", env._("New value (empty: as in the circle above)")),
        ],
        "colleges": [field("colleges", "colleges", env._("Colleges"))],
        "role": [role, who, field("until", "day", env._("Until"))],
        "role_end": [role, who],
        "member": [who],
        "member_out": [who],
        "found": [
            field("name", "char", env._("Name")),
            field(
                "kind",
                "choice",
                env._("Circle or role"),
                groups._fields["kind"]._description_selection(env),
            ),
            field("purpose", "text", env._("Purpose")),
        ],
        "update": [
            target,
            field("name", "char", env._("Name")),
            field("purpose", "text", env._("Purpose")),
        ],
        "rights": [
            field("group", "choice", env._("Role"), roles),
            field("rights", "choice", env._("Permissions"), rights),
        ],
        "close": [target],
        "move": [
            field(
                "group", "choice", env._("Circle"), inside([("kind", "=", "circle")])
            ),
            field("target", "choice", env._("Moves to"), circles),
        ],
        "merge": [
            field("group", "choice", env._("Circle"), here),
            field("target", "choice", env._("Merges into"), circles),
        ],
        "link": [field("other", "choice", env._("Works with"), circles)],
    }.get(kind, [])
