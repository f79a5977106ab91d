"""The form of a proposal: what it shows, and what it sends.

Fields that only some effects or methods have are shown with these. Which effect a page
shows is told by its hidden field ``shown``: where another one was chosen, the form goes
on to the fields of that one, and keeps all that was typed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days, payload
from odoo.addons.wezer_base.tools.numbers import record_id, whole
from odoo.addons.wezer_fractal_groups.tools.group_policies import by_topic
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import colleges_of_circle, decision_page, outcomes, proposing, rules

# An effect of the form alone: the outcome ``role``, whose person an election finds.
ELECT = "elect"
# Fields that only some methods have, and their names in a proposal.
SETTINGS = {
    "secrecy": "secrecy",
    "share": "share",
    "strict": "strict",
    "base": "base",
    "quorum": "quorum",
    "seats": "seats",
    "points": "points",
    "most": "most_per_option",
    "scale": "scale",
    "up_to": "up_to",
    "aggregate": "aggregate",
    "passes_from": "passes_from",
    "none_option": "none_option",
}
# Shares that a proposer asks to be larger.
NOT_LOOSER = {"share", "quorum"}
# Fields that only these methods have.
FIELDS = {
    "options": ("choose", "dot", "score", "schulze", "stv"),
    "dates": ("dates",),
    **{
        field: rules.OF_METHODS[name]
        for field, name in SETTINGS.items()
        if name in rules.OF_METHODS
    },
    "quorum": tuple(
        method for method in rules.HOURS if method not in rules.WITHOUT_QUORUM
    ),
    "secrecy": tuple(
        method for method in rules.HOURS if method not in ("advice", "person", "draw")
    ),
    "decider": ("advice",),
    # How people are elected.
    "elect": rules.OF_PERSONS,
}
# In elections people stand themselves, and only these methods fill several seats.
FIELDS_OF_ELECTIONS = {
    "options": (),
    "seats": ("stv", "draw"),
    "elect": (),
    # Elections of one seat always have it.
    "none_option": (),
}
# Names of values in a proposal, and the fields of the form that ask for them.
NAMES = {
    "hours": "days",
    "most_per_option": "most",
    "facilitator_id": "facilitator",
    "decider_id": "decider",
    "electorate_role_id": "electorate_role",
    "named_ids": "named",
    "role_id": "outcome_role",
}
# Rows for dates at first, how many more are asked for at once, and their number.
DATES, DATES_MORE, DATES_MOST = 3, 3, 30
DAYS_MOST = 90
# A vote that opens tomorrow leaves a day to read, and to withdraw.
TOMORROW_HOURS = 24
# Names that an address uses for the form itself, and never for a field of an effect.
OWN = ("outcome", "method", "title", "discussion", "dates")
# What a link fills in is a title and a text, no book.
TEXT_LETTERS = 20_000


def values(group: Any, asked: dict) -> dict:
    """Return what the form shows.

    :param asked: what the address has: ``outcome`` and its parameters, ``method``,
        ``discussion``, ``title``, ``dates`` (how many rows)
    """
    env = group.env
    error = env["wezer.decision"]._why_not_propose(group)
    discussion = env["wezer.discussion"].search(
        [("id", "=", record_id(asked.get("discussion"))), ("group_id", "=", group.id)]
    )
    method = str(asked.get("method") or "")
    outcome = _outcome(group, asked)
    kind = outcome["kind"] if outcome else ""
    params = {
        field["name"]: field["value"] for field in (outcome or {}).get("fields", ())
    }
    usual = usual_method(group, kind, params)
    offered = methods(group, kind, params)
    # What the circle decided is read once for all that the form says of it.
    known = rules.in_force(group.sudo(), *rules.COPIED)
    return {
        "group": group,
        "refused": str(error) if error else "",
        # Said before anything is typed: it can stay a draft.
        "no_room": "" if error else _no_room(group),
        "discussion": discussion,
        # Not ``title``: the layout would take it for that of the page.
        "typed": _title(group, asked, discussion, params)[: proposing.TITLE_LENGTH],
        "text": discussion.body or "",
        "method": method,
        "methods": offered,
        "majority": majority(env, known) if "majority" in dict(offered) else {},
        "aggregates": _aggregates(env),
        "fields": fields_of_methods(kind),
        "default_method": usual,
        "outcome": outcome,
        "shown": _shown(kind, params),
        "dates": whole(asked.get("dates"), DATES, least=1, most=DATES_MOST),
        "dates_most": DATES_MOST,
        "roles": group.role_ids._filtered_access("read"),
        "categories": categories(env),
        "electorates": electorates(group),
        "kinds": effects(group),
        "more": bool(method),
        "times": times(known["decision_days"], [usual, *dict(offered)]),
        "quorum": known["quorum"],
        "action": f"/groups/{group.slug}/propose",
        "draft": None,
        "kept": [],
    }


def times(decided: int | None, methods: Iterable[str]) -> list[dict]:
    """Return for how many ``days`` answers are taken, and by which ``methods``.

    :param decided: the days that the circle decided, for all methods
    """
    found = defaultdict(list)
    for method in dict.fromkeys(methods):
        found[round(rules.hours_of(method, decided) / 24)].append(method)
    return [{"days": count, "methods": names} for count, names in found.items()]


def _aggregates(env: Any) -> list[tuple[str, str]]:
    most = env._("most points (no answer is 0)")
    average = env._("best average (of the answers)")
    return [("", most), ("mean", average)]


def _no_room(group: Any) -> str:
    """Return why the user puts nothing more to the circle now, or ""."""
    error = proposing.why_no_room(group.sudo(), group.env.user.partner_id)
    return str(error) if error else ""


def categories(env: Any) -> Any:
    """Return the categories that a proposal can have, in every circle."""
    return env["wezer.category"].search([])


def _title(group: Any, asked: dict, discussion: Any, params: dict) -> str:
    typed = str(asked.get("title") or discussion.title or "")
    if typed or asked.get("outcome") != ELECT:
        return typed
    role = group.search([("id", "=", record_id(params.get("role")))])
    return group.env._("Election: %s", role.name) if role else ""


def effects(group: Any) -> list[tuple[str, str]]:
    """Return what can follow from a decision of ``group``, as a form offers it.

    Words alone are no effect: their value is empty.
    """
    found = []
    for kind, label in group.env["wezer.outcome"]._kind_labels(group).items():
        found.append(("" if kind == "words" else kind, label))
        if kind == "policy":
            found.append((ELECT, group.env._("Elect people for a role")))
    return found


def election_address(role: Any) -> str:
    """Return where the user proposes to elect people for ``role``, or an empty text."""
    # sudo: people who see a role may know which circle gives it.
    circle = deciding_circle(role).sudo(False)._filtered_access("read")
    if not circle or role.env["wezer.decision"]._why_not_propose(circle):
        return ""
    return _election_address(circle, role)


def election_addresses(circle: Any, roles: Any) -> dict[int, str]:
    """Return ``{role id: address}`` for those of ``roles`` that ``circle`` gives."""
    return {
        role.id: _election_address(circle, role)
        for role in roles
        if deciding_circle(role) == circle
    }


def _election_address(circle: Any, role: Any) -> str:
    return f"/groups/{circle.slug}/propose?outcome={ELECT}&role={role.id}"


def electorates(group: Any) -> list[tuple[str, str]]:
    """Return the people whom a decision of ``group`` can ask, and how they are called.

    Colleges only where the circle has some.
    """
    labels = decision_page.labels(group.env)["electorate"]
    if not group.env["wezer.decision.college"]._of_circle(group):
        labels.pop("colleges")
    return list(labels.items())


def methods(group: Any, effect: str, params: dict) -> list[tuple[str, str]]:
    """Return the methods that can decide an effect here, and how they are called."""
    labels = decision_page.labels(group.env)["method"]
    if not effect:
        return list(labels.items())
    found = group.env["wezer.outcome"]._kinds().get(_kind(effect))
    matter = found.matter if found else ""
    way, _circle = group.sudo()._decided_by(matter, params.get("key"))
    allowed = outcomes.methods(matter, way)
    return [
        (method, label)
        for method, label in labels.items()
        if method in allowed and (effect != ELECT or method in outcomes.ELECTIONS)
    ]


def fields_of_methods(effect: str) -> dict[str, tuple[str, ...]]:
    """Return the fields that only some methods have, and these methods."""
    return {**FIELDS, **FIELDS_OF_ELECTIONS} if effect == ELECT else FIELDS


def majority(env: Any, known: dict[str, Any]) -> dict[str, Any]:
    """Return what holds for a majority in a circle, and what is stricter.

    :param known: what the circle decided by the policies ``OF_MAJORITY``
    :return: ``share``, and for ``strict`` and ``base`` their choices: what holds first
    """
    usual = rules.majority(known, {})
    more, least = env._("more than this share"), env._("at least this share")
    holds = more if usual["strict"] else least
    if usual["strict"] and not known["decides_strict"]:
        holds = env._("more than 1/2, or a larger share")
    answered, asked = env._("those who say yes or no"), env._("all who were asked")
    if usual["base"] == "roll":
        bases = [("", asked)]
    else:
        bases = [("", answered), ("roll", asked)]
    return {
        "share": usual["share"],
        "strict": [("", holds), *([("yes", more)] if holds != more else [])],
        "base": bases,
    }


def usual_method(group: Any, effect: str, params: dict) -> str:
    """Return the method by which a circle decides an effect, unless asked otherwise."""
    if effect == ELECT or (effect == "role" and not params.get("person")):
        # Who has the role is found by the election.
        wanted = rules.policy(group.sudo(), "roles_by")
        known = [method for method, _label in methods(group, ELECT, params)]
        return wanted if wanted in known else "person"
    found = group.env["wezer.outcome"]._kinds().get(effect)
    if not found or not found.matter:
        return (found.method if found else "") or "consent"
    way, _circle = group.sudo()._decided_by(found.matter, params.get("key"))
    return "consent" if way == "none" else way


def _kind(effect: str) -> str:
    return "role" if effect == ELECT else effect


def _shown(effect: str, params: dict) -> str:
    """Return the effect whose fields a page shows; for a policy, with its key."""
    return f"policy:{params.get('key') or ''}" if effect == "policy" else effect


def effect_fields(group: Any, effect: str) -> list[dict]:
    """Return the fields by which the form asks for the values of an effect."""
    fields = group.env["wezer.outcome"]._form_fields(_kind(effect), group)
    return [one for one in fields if effect != ELECT or one["name"] != "person"]


def _outcome(group: Any, asked: dict) -> dict | None:
    """Return the effect that the address names, with its fields filled."""
    kind = str(asked.get("outcome") or "")
    if kind not in dict(effects(group)) or not kind:
        return None
    fields = []
    for field in effect_fields(group, kind):
        value = str(asked.get(field["name"]) or field.get("value") or "")
        row = {**field, "value": value[:TEXT_LETTERS]}
        if field["type"] == "colleges":
            row.update(colleges_of_circle.form_values(group))
        if field["type"] == "person":
            profiles = group.env["wezer.profile"]
            row["chosen"] = (
                profiles.search([("partner_id", "=", record_id(value))])
                if record_id(value)
                else profiles
            )
        fields.append(row)
    params = {row["name"]: row["value"] for row in fields}
    if kind == "policy":
        fields = _policy_fields(group, *fields)
    note = group.env["wezer.outcome"]._form_note(kind, group, params)
    return {"kind": kind, "fields": fields, "note": note}


def _policy_fields(group: Any, key: dict, value: dict) -> list[dict]:
    """Return the fields for a policy: which one first, then its value in words."""
    env = group.env
    policies = env["wezer.group"]._policies()
    groups = [
        (topic, [(name, policies[name].label) for name in names])
        for topic, names in by_topic(policies).items()
    ]
    key = {**key, "type": "topics", "choices": groups}
    policy = policies.get(key["value"])
    if not policy:
        return [key]
    if policy.kind in ("switch", "choice"):
        words = policy.choices or {"yes": env._("Yes"), "no": env._("No")}
        value = {**value, "type": "choice", "choices": [("", ""), *words.items()]}
    return [key, value]


# === WHAT IT SENDS === #


def next_step(
    group: Any, form: dict, address: str = ""
) -> tuple[str, str, dict] | None:
    """Return where the form goes on instead of proposing anything, or None.

    A button asks for it, or fields of the effect that was chosen were not shown yet.

    :param address: of the form of a draft; else of what is new
    :return: the address of the form, the field that has the focus there, and values
        that take the place of what was typed
    """
    step, effect = str(form.get("step") or ""), str(form.get("outcome") or "")
    if step == ELECT or (form.get("method") == "person" and not effect):
        step = effect = ELECT
    fields = effect_fields(group, effect) if effect in dict(effects(group)) else []
    params = {
        field["name"]: str(form.get(f"outcome_{field['name']}") or "")
        for field in fields
        if field["type"] == "choice"
    }
    unseen = bool(fields) and form.get("shown", "") != _shown(effect, params)
    if not step and not (unseen and "shown" in form):
        return None
    asked = {
        **{name: value for name, value in params.items() if name not in OWN},
        **{name: form.get(name) for name in ("method", "discussion")},
        "outcome": effect,
    }
    rows = sum(name.startswith("date_") for name in form)
    focus = "outcome"
    if step == "dates":
        focus = f"date_{min(rows + 1, DATES_MOST)}"
        rows = min(rows + DATES_MORE, DATES_MOST)
    elif effect:
        focus = _first_field(fields, params)
    asked["dates"] = str(rows) if rows > DATES else ""
    # The page of a draft asks for what the draft has, unless the address says more.
    query = urlencode(
        {
            name: value
            for name, value in asked.items()
            if value or (address and name == "outcome")
        }
    )
    page = f"{address or f'/groups/{group.slug}/propose'}?{query}"
    return page, focus, {"outcome": effect}


def _first_field(fields: list[dict], params: dict) -> str:
    """Return the name of the field with which an effect begins."""
    names = [
        f"outcome_{field['name']}{'_typed' if field['type'] == 'person' else ''}"
        for field in fields
        if field["type"] not in ("hidden", "colleges")
    ]
    if params.get("key") and len(names) > 1:
        # The policy is chosen: its value is next.
        return names[1]
    return names[0] if names else "college_name_1" if fields else "outcome"


@contextmanager
def at_fields(form: dict) -> Iterator[None]:
    """Let a refusal name the field of the form that asks for what was wrong."""
    try:
        yield
    except Refusal as error:
        _name_field(error, form)
        raise


def _name_field(error: Refusal, form: dict) -> None:
    name, rule = NAMES.get(error.field or "", error.field or ""), error.rule
    of_field = (f"{name}_typed", name, f"outcome_{name}_typed", f"outcome_{name}")
    of_rule = (f"outcome_{rule}_typed", f"outcome_{rule}", f"{rule}_typed")
    for wanted in of_field if name else of_rule:
        if wanted in form:
            error.field = wanted
            return


def read(group: Any, form: dict, named: Iterable = ()) -> dict:
    """Return the values of the decision that a form proposes.

    :param named: ids of the profiles of those who are asked
    """
    env = group.env

    def text(name: str) -> str:
        return str(form.get(name) or "").strip()

    vals: dict[str, Any] = {"title": text("title"), "text": text("text")}
    if number := record_id(form.get("discussion")):
        vals["discussion_id"] = number
    if number := record_id(form.get("category")):
        vals["category_id"] = number
    for name in ("method", "electorate"):
        if text(name):
            vals[name] = text(name)
    effect = text("outcome")
    if effect:
        outcome = _read_outcome(group, effect, form)
        params = outcome["params"]
        vals["outcomes"] = [outcome]
        vals.setdefault("method", usual_method(group, effect, params))
        vals.setdefault("electorate", rules.electorate(group.sudo()))
    method = vals.get("method") or usual_method(group, "", {})
    known = {
        name
        for name, of_methods in fields_of_methods(effect).items()
        if method in of_methods
    }
    for name in SETTINGS.keys() & known:
        if text(name):
            vals[SETTINGS[name]] = text(name)
    _read_limits(group, method, vals, text("days"), bool(effect))
    if form.get("tomorrow"):
        vals["delay_hours"] = TOMORROW_HOURS
    for name in ("review_date", "execute_date"):
        if text(name):
            with payload.of_field(name):
                vals[name] = payload.day(env, text(name))
                days.check_not_past(env, vals[name])
    if form.get("members_only"):
        vals["members_only"] = True
    vals.update(_read_people(env, form, named, "decider" in known))
    lines = _read_options(env, form) if "options" in known else []
    if lines := lines + (_read_dates(env, form) if "dates" in known else []):
        vals["options"] = lines
    if effect:
        forced = env["wezer.outcome"]._form_values(outcome["kind"], group, params)
        vals.update(forced)
    return vals


def _read_limits(group: Any, method: str, vals: dict, typed: str, bound: bool) -> None:
    """Check shares, and read for how many days answers are taken, into ``vals``.

    :param typed: the days
    :param bound: something is carried out: nobody shortens the time for that
    """
    env, least, usual = group.env, 1, {}
    if (bound and typed) or NOT_LOOSER & vals.keys():
        usual = env["wezer.decision"]._rules_for(group.sudo(), method)
    _check_not_looser(env, vals, usual)
    if typed:
        least = usual["hours"] // 24 if bound else least
        vals["hours"] = _read_days(env, typed, least) * 24


def _check_not_looser(env: Any, vals: dict, usual: dict) -> None:
    """Refuse less than the circle wants: it would be raised without a word.

    :param usual: the rules that the circle has for this method
    :raise Refusal: rule ``share`` or ``stricter``
    """
    for name in sorted(NOT_LOOSER & vals.keys()):
        wanted, least = rules.share(env, vals[name], name), usual.get(name)
        if least and Fraction(wanted) < Fraction(least):
            raise Refusal(
                env._(
                    "At least %(value)s is needed here. A proposal can ask for more,"
                    " not less.",
                    value=least,
                ),
                rule="stricter",
                value=wanted,
                limit=least,
                field=name,
            )


def _read_days(env: Any, text: str, least: int) -> int:
    """Return for how many days answers are taken.

    :param least: where something is carried out: nobody shortens that
    :raise Refusal: rule ``number`` or ``hours``
    """
    wanted = rules.whole(env, text, 1, DAYS_MOST, "days")
    if wanted >= least:
        return wanted
    raise Refusal(
        env._(
            "This has an effect if it is adopted, so answers are taken for at least"
            " %(days)s days.",
            days=least,
        ),
        rule="hours",
        value=str(wanted),
        limit=str(least),
        field="days",
    )


def _read_people(env: Any, form: dict, named: Iterable, advised: bool) -> dict:
    """Return who guides, who decides after advice, and who alone is asked."""
    vals: dict[str, Any] = {}
    for name in ("facilitator", "decider") if advised else ("facilitator",):
        if person := person_named(env, form, name):
            vals[f"{name}_id"] = person
    if form.get("electorate") == "role":
        vals["electorate_role_id"] = record_id(form.get("electorate_role"))
    elif form.get("electorate") == "named":
        people = [person_named(env, {"named": one}, "named") for one in named]
        people.append(person_named(env, {**form, "named": ""}, "named"))
        vals["named_ids"] = sorted({one for one in people if one})
    return vals


def _read_options(env: Any, form: dict) -> list[dict]:
    """Return the options that a form has, one in a line."""
    found: dict[str, int] = {}
    lines = str(form.get("options") or "").splitlines()
    for number, line in enumerate(lines, 1):
        label = line.strip()
        if len(label) > proposing.LABEL_LENGTH:
            message = env._(
                "Line %(line)s is too long: write at most %(most)s letters.",
                line=number,
                most=proposing.LABEL_LENGTH,
            )
            raise Refusal(
                message,
                rule="length",
                value=str(len(label)),
                limit=str(proposing.LABEL_LENGTH),
                field="options",
            )
        if label in found:
            raise Refusal(
                env._(
                    "Line %(line)s says the same as line %(first)s.",
                    line=number,
                    first=found[label],
                ),
                rule="twice",
                value=payload.shortened(label),
                field="options",
            )
        if label:
            found[label] = number
    if len(found) > proposing.OPTIONS_MOST:
        raise Refusal(
            env._("A decision has at most %s options.", proposing.OPTIONS_MOST),
            rule="options",
            value=str(len(found)),
            limit=str(proposing.OPTIONS_MOST),
            field="options",
        )
    return [{"label": label} for label in found]


def _read_dates(env: Any, form: dict) -> list[dict]:
    """Return the dates that a form has: in the reader's zone, one in a row."""
    zone = days.reader_zone(env)
    found: dict[Any, int] = {}
    for number in range(1, DATES_MOST + 1):
        name = f"date_{number}"
        line = str(form.get(name) or "").strip()
        if not line:
            continue
        try:
            start = days.read_form(line, zone)
        except ValueError as error:
            message = env._(
                "Row %(row)s: “%(text)s” is no date and time. Write it as 2026-12-24"
                " 18:30.",
                row=number,
                text=line[:40],
            )
            raise Refusal(message, rule="date", value=line[:40], field=name) from error
        if start in found:
            message = env._(
                "Row %(row)s has the same date as row %(first)s.",
                row=number,
                first=found[start],
            )
            raise Refusal(message, rule="twice", value=line[:40], field=name)
        found[start] = number
    return [
        {"label": days.format_moment(env, start, True), "start": start, "tz": zone.key}
        for start in found
    ]


def _read_outcome(group: Any, effect: str, form: dict) -> dict:
    """Return the effect that a form names: ``kind`` and ``params``."""
    params: dict[str, Any] = {}
    for field in effect_fields(group, effect):
        name = f"outcome_{field['name']}"
        if field["type"] == "person":
            value: Any = person_named(group.env, form, name)
        elif field["type"] == "colleges":
            value = colleges_of_circle.read_form(form)
        else:
            value = str(form.get(name) or "").strip()
            if field["type"] in ("choice", "hidden") and field.get("is_id"):
                value = record_id(value)
        if value:
            params[field["name"]] = value
    return {"kind": _kind(effect), "params": params}


def person_named(env: Any, form: dict, name: str) -> int:
    """Return the id of the person whom a field for names means, or 0.

    :raise Refusal: rule ``person``, where a name was typed that nobody has
    """
    typed = str(form.get(f"{name}_typed") or "").strip()
    profile = env["wezer.profile"]._member_meant(form.get(name), typed)
    if typed and not profile:
        raise Refusal(
            env._("No member with this name was found, or several have it."),
            rule="person",
            value=typed[:40],
            field=f"{name}_typed",
        )
    return profile.sudo().partner_id.id or 0
