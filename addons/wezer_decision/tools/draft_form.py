"""The form of a proposal, filled with what a draft has, and what it changes there.

What a program gave a draft and no form can show stays as it is, unless the fields
beside it are changed.
"""

from typing import Any

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import record_id

from . import outcomes, propose_form, proposing, rules

# What the form of a proposal asks for; what it leaves out is taken out of the draft.
ASKED = (
    *("method", "electorate", "secrecy", "members_only", "category_id"),
    *("facilitator_id", "decider_id", "electorate_role_id", "named_ids"),
    *("review_date", "execute_date", "options", "outcomes"),
    *rules.SETTINGS,
)
# Parts of the form that are one value of the draft: the names of their fields begin so.
PARTS = {
    "options": ("options", "date_"),
    "outcomes": ("outcome", "college_"),
    "hours": ("days",),
    "delay_hours": ("tomorrow",),
}
SWITCHED = {"strict": "yes", "none_option": "1"}


def values(decision: Any, asked: dict) -> dict:
    """Return what the form shows, as :func:`.propose_form.values` does for a new one.

    :param asked: what the address has, where the form goes on to other fields
    """
    group = decision.group_id
    found = asked if "outcome" in asked else _asked(decision)
    # The steps of an effect that no form has are not shown; it stays.
    kept = [] if _fits(decision) else _sentences(decision)
    return {
        **propose_form.values(group, found),
        "refused": "",
        "action": address(decision),
        "draft": decision,
        "kept": kept,
        "more": True,
    }


def address(decision: Any) -> str:
    """Return the address of the form of a draft."""
    return f"/decisions/{decision.id}/edit"


def typed(decision: Any, goes_on: bool = False) -> list[tuple[str, str]]:
    """Return the fields of the form with what the draft has in them.

    :param goes_on: the address asks for another effect, so the draft's is left out
    """
    found = _typed(decision)
    if not goes_on:
        return found
    starts = ("method", *PARTS["outcomes"])
    return [(name, value) for name, value in found if not name.startswith(starts)]


def _typed(decision: Any) -> list[tuple[str, str]]:
    draft, env = decision.sudo(), decision.env
    found = [
        ("title", draft.title),
        ("text", draft.version_id.body or ""),
        ("discussion", str(draft.discussion_id.id or "")),
        ("category", str(draft.category_id.id or "")),
        ("method", _method(decision)),
        ("secrecy", _secrecy(decision)),
        ("electorate_role", str(draft.electorate_role_id.id or "")),
        ("review_date", str(draft.review_date or "")),
        ("execute_date", str(draft.execute_date or "")),
    ]
    if not draft.outcome_ids and draft.electorate != "direct":
        found.append(("electorate", draft.electorate))
    if draft.members_only:
        found.append(("members_only", "1"))
    for name in ("facilitator", "decider"):
        found += _people(draft[f"{name}_id"], name)
    found += _people(draft.named_ids, "named")
    found += _settings(draft.settings or {})
    options = draft.option_ids.filtered(lambda one: not one.is_none)
    if draft.method == "dates":
        zone = days.reader_zone(env)
        found += [
            (f"date_{number}", days.form_text(option.start, zone))
            for number, option in enumerate(options, 1)
        ]
    else:
        found.append(("options", "\n".join(options.mapped("label"))))
    return found + _outcome_fields(decision)


def read(decision: Any, form: dict, named: Any) -> dict:
    """Return the values for ``action_edit`` that the form of a draft sends.

    :param named: ids of the profiles of those who are asked
    """
    fits = _fits(decision)
    if not fits:
        form = {
            name: value
            for name, value in form.items()
            if not name.startswith(PARTS["outcomes"])
        }
    vals = propose_form.read(decision.group_id, form, named)
    found = {**dict.fromkeys(ASKED), "options": [], "outcomes": [], **vals}
    # Once it is a draft it stays in its discussion.
    found.pop("discussion_id", None)
    before: dict[str, str] = dict(typed(decision))
    for name, starts in PARTS.items():
        if _part(form, starts) == _part(before, starts):
            found.pop(name)
    if not fits:
        # Of what the form does not show nothing is changed.
        for name in ("outcomes", "electorate", "electorate_role_id", "named_ids"):
            found.pop(name, None)
    elif "outcomes" in found:
        found["outcomes"] = [
            {**one, "params": _with_unseen(decision, one)} for one in found["outcomes"]
        ]
    return found


def _part(form: Any, starts: tuple[str, ...]) -> dict[str, str]:
    """Return what was typed in some fields of the form; empty ones are left out."""
    found = {}
    for name in form:
        text = str(form.get(name) or "")
        text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
        if text and name.startswith(starts):
            found[name] = text
    return found


def _asked(decision: Any) -> dict:
    """Return what an address has that asks for the effect of a draft."""
    draft = decision.sudo()
    found = {
        "method": _method(decision),
        "discussion": str(draft.discussion_id.id or ""),
    }
    if draft.method == "dates":
        found["dates"] = str(max(len(draft.option_ids), propose_form.DATES))
    effect, params = _effect(decision)
    if effect and _fits(decision):
        found.update(
            (name, str(value))
            for name, value in params.items()
            if name not in propose_form.OWN and not isinstance(value, list)
        )
        found["outcome"] = effect
    return found


def _effect(decision: Any) -> tuple[str, dict]:
    """Return the effect of a draft as the form names it, and its values."""
    outcome = decision.sudo().outcome_ids[:1]
    if not outcome or outcome.kind == "words":
        return "", {}
    params = outcome.params or {}
    elects = outcome._waits_for_person() and decision.method in outcomes.ELECTIONS
    return propose_form.ELECT if elects else outcome.kind, params


def _fits(decision: Any) -> bool:
    """Return whether the form can show what follows from a draft."""
    group, found = decision.group_id, decision.sudo().outcome_ids
    effect, params = _effect(decision)
    if len(found) > 1 or effect not in dict(propose_form.effects(group)):
        return False
    return all(
        _is_shown(field, params.get(field["name"]))
        for field in propose_form.effect_fields(group, effect)
        if effect
    )


def _is_shown(field: dict, value: Any) -> bool:
    """Return whether a field of an effect shows the value that a draft has."""
    if not value or field["type"] == "colleges":
        return True
    if isinstance(value, list | dict):
        return False
    if field["type"] == "choice":
        return str(value) in {str(choice) for choice, _label in field["choices"]}
    return True


def _sentences(decision: Any) -> list[str]:
    return [outcome._sentence() for outcome in decision.sudo(False).outcome_ids]


def _with_unseen(decision: Any, outcome: dict) -> dict:
    """Return the values of an effect with those before that no field shows."""
    effect, params = _effect(decision)
    before = decision.sudo().outcome_ids[:1]
    if before.kind != outcome["kind"]:
        return outcome["params"]
    fields = propose_form.effect_fields(decision.group_id, effect)
    shown = {field["name"] for field in fields}
    # Others are written by the election itself, and are written anew.
    own = before._kind().params.keys() - shown
    unseen = {name: value for name, value in params.items() if name in own}
    return {**unseen, **outcome["params"]}


def _method(decision: Any) -> str:
    """Return the method of a draft; empty where it is as the circle decided."""
    effect, params = _effect(decision)
    usual = propose_form.usual_method(decision.group_id, effect, params)
    return "" if decision.method == usual else decision.method


def _secrecy(decision: Any) -> str:
    """Return the secrecy of a draft; empty where nobody chose another."""
    usual = proposing.usual_secrecy(decision.sudo())
    return "" if decision.secrecy == usual else decision.secrecy


def _people(partners: Any, name: str) -> list[tuple[str, str]]:
    """Return people as the field for their names sends them: by their profiles."""
    profiles = partners.env["wezer.profile"].search(
        [("partner_id", "in", partners.ids)]
    )
    return [(name, str(profile.id)) for profile in profiles]


def _settings(settings: dict) -> list[tuple[str, str]]:
    """Return the fields for what the proposer asked for beyond the circle's rules."""
    found = []
    for field, name in propose_form.SETTINGS.items():
        if value := settings.get(name):
            found.append((field, SWITCHED.get(name) or str(value)))
    if hours := settings.get("hours"):
        found.append(("days", str(-(-hours // 24))))
    if settings.get("delay_hours"):
        found.append(("tomorrow", "1"))
    return found


def _outcome_fields(decision: Any) -> list[tuple[str, str]]:
    """Return the fields of the effect of a draft, where the form has them."""
    if not _fits(decision):
        return []
    effect, params = _effect(decision)
    found = [("outcome", effect)]
    for field in propose_form.effect_fields(decision.group_id, effect):
        value = params.get(field["name"])
        name = f"outcome_{field['name']}"
        if field["type"] == "person":
            people = decision.env["res.partner"].sudo().browse(record_id(value) or [])
            found += _people(people, name)
        elif field["type"] == "colleges":
            for number, row in enumerate(value or (), 1):
                found += [
                    (f"college_{key}_{number}", str(row[column]))
                    for key, column in (
                        ("name", "name"),
                        ("weight", "weight"),
                        ("source", "source_id"),
                    )
                ]
        else:
            found.append((name, str(value or "")))
    return found
