"""The form of a proposal: what it shows, and what it sends."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import record_id, whole

from . import colleges_of_circle, decision_page, rules

# Whole numbers of the form, and their largest.
NUMBERS = {
    "seats": 50,
    "points": 1000,
    "scale": 100,
    "up_to": 200,
}
OPTIONS = 100
# What a link fills in is a title and a text, no book.
TEXT_LETTERS = 20_000


def values(group: Any, asked: dict) -> dict:
    """Return what the form shows.

    :param asked: what the address has: ``outcome`` and its parameters, ``method``,
        ``discussion``, ``title``
    """
    env = group.env
    decisions = env["wezer.decision"]
    error = decisions._why_not_propose(group)
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
    asked_rules = decisions._rules_for(group.sudo(), method or usual)
    return {
        "group": group,
        "refused": str(error) if error else "",
        "discussion": discussion,
        # Not ``title``: the layout would take it for that of the page.
        "typed": str(asked.get("title") or discussion.title or "")[:120],
        "text": discussion.body or "",
        "method": method,
        "default_method": usual,
        "outcome": outcome,
        "roles": group.role_ids._filtered_access("read"),
        "electorates": electorates(group),
        "kinds": list(env["wezer.outcome"]._kind_labels(group).items()),
        "more": bool(method),
        "summary": env._(
            "Answers are taken for %(days)s days. Everybody asked gets a notice.",
            days=round(asked_rules["hours"] / 24),
        ),
        "quorum": asked_rules["quorum"],
    }


def electorates(group: Any) -> list[tuple[str, str]]:
    """Return the people whom a decision of ``group`` can ask, and how they are called.

    Colleges only where the circle has some.
    """
    labels = decision_page.labels(group.env)["electorate"]
    if not group.env["wezer.decision.college"]._of_circle(group):
        labels.pop("colleges")
    return list(labels.items())


def usual_method(group: Any, kind: str, params: dict) -> str:
    """Return the method by which a circle decides an effect, unless asked otherwise."""
    if kind == "role" and not params.get("person"):
        # Who has the role is found by the election.
        return "person"
    found = group.env["wezer.outcome"]._kinds().get(kind)
    if not found or not found.matter:
        return (found.method if found else "") or "consent"
    way, _circle = group.sudo()._decided_by(found.matter, params.get("key"))
    return "consent" if way == "none" else way


def _outcome(group: Any, asked: dict) -> dict | None:
    """Return the effect that the address names, with its fields filled."""
    outcomes = group.env["wezer.outcome"]
    kind = str(asked.get("outcome") or "")
    labels = outcomes._kind_labels(group)
    if kind not in labels:
        return None
    fields = []
    for field in outcomes._form_fields(kind, group):
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
        fields = _policy_fields(group, asked, *fields)
    return {
        "kind": kind,
        "label": labels[kind],
        "fields": fields,
        "note": outcomes._form_note(kind, group, params),
    }


def _policy_fields(group: Any, asked: dict, key: dict, value: dict) -> list[dict]:
    """Return the fields for a policy: which one first, then its value in words."""
    env = group.env
    policy = env["wezer.group"]._policies().get(key["value"])
    if not policy:
        kept = {
            name: str(asked[name])
            for name in ("discussion", "title", "method")
            if asked.get(name)
        }
        links = [
            (urlencode({"outcome": "policy", "key": name, **kept}), label)
            for name, label in key["choices"]
        ]
        return [{**key, "type": "links", "choices": links}]
    if policy.kind in ("switch", "choice"):
        words = policy.choices or {"yes": env._("Yes"), "no": env._("No")}
        value = {**value, "type": "choice", "choices": [("", ""), *words.items()]}
    label = f"{policy.label} – {value['label']}"
    return [{**key, "type": "hidden"}, {**value, "label": label}]


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
    for name in ("method", "secrecy", "electorate", "share", "quorum"):
        if text(name):
            vals[name] = text(name)
    for name, most in NUMBERS.items():
        if number := whole(form.get(name), 0, least=1, most=most):
            vals[name] = number
    if number := whole(form.get("most"), 0, least=1, most=1000):
        vals["most_per_option"] = number
    if number := whole(form.get("days"), 0, least=1, most=90):
        vals["hours"] = number * 24
    if text("review_date"):
        vals["review_date"] = text("review_date")
    if form.get("members_only"):
        vals["members_only"] = True
    vals.update(_read_people(env, form, named))
    if options := _read_options(env, text("options"), vals.get("method")):
        vals["options"] = options
    if text("outcome"):
        outcome = _read_outcome(group, form)
        kind, params = outcome["kind"], outcome["params"]
        vals["outcomes"] = [outcome]
        vals.setdefault("method", usual_method(group, kind, params))
        vals.setdefault("electorate", rules.electorate(group.sudo()))
        vals.update(env["wezer.outcome"]._form_values(kind, group, params))
    return vals


def _read_people(env: Any, form: dict, named: Iterable) -> dict:
    """Return who guides, who decides after advice, and who alone is asked."""
    vals: dict[str, Any] = {}
    for name in ("facilitator", "decider"):
        if person := person_named(env, form, name):
            vals[f"{name}_id"] = person
    if form.get("electorate") == "role":
        vals["electorate_role_id"] = record_id(form.get("electorate_role"))
    elif form.get("electorate") == "named":
        people = [person_named(env, {"named": one}, "named") for one in named]
        people.append(person_named(env, {**form, "named": ""}, "named"))
        vals["named_ids"] = sorted({one for one in people if one})
    return vals


def _read_options(env: Any, text: str, method: str | None) -> list[dict]:
    """Return the options that a form has, one in a line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > OPTIONS:
        raise Refusal(
            env._("A decision has at most %s options.", OPTIONS),
            rule="options",
            value=len(lines),
            limit=OPTIONS,
            field="options",
        )
    if method == "dates":
        return [_date_option(env, line) for line in lines]
    return [{"label": line} for line in lines]


def _date_option(env: Any, line: str) -> dict:
    """Return the option of a line with a date and a time of the reader's zone."""
    zone = days.reader_zone(env)
    try:
        start = days.read_form(line, zone)
    except ValueError as error:
        raise Refusal(
            env._("“%s” is no date and time. Write it as 2026-12-24 18:30.", line[:40]),
            rule="date",
            value=line[:40],
            field="options",
        ) from error
    return {
        "label": days.format_moment(env, start, True),
        "start": start,
        "tz": zone.key,
    }


def _read_outcome(group: Any, form: dict) -> dict:
    """Return the effect that a form names: ``kind`` and ``params``."""
    outcomes = group.env["wezer.outcome"]
    kind = str(form.get("outcome"))
    params: dict[str, Any] = {}
    for field in outcomes._form_fields(kind, group):
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
    return {"kind": kind, "params": params}


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
