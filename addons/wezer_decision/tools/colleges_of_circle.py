"""The colleges that a circle defines: checked, replaced at once, and read in a form.

A college has a name, an exact weight, and a role or a circle inside whose people it is.
"""

from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks, payload
from odoo.addons.wezer_base.tools.numbers import is_id, record_id
from odoo.addons.wezer_base.tools.text import has_letter
from odoo.addons.wezer_fractal_groups.tools.group_policies import (
    parse_share,
    share_text,
)

# The policy to which the colleges of a circle belong.
KEY = "decides_electorate"
# Each weighs a tenth at least.
MOST = 10
NAME_LENGTH = 60
FIELDS = ("name", "weight", "source_id")
# Empty rows that the form shows below those of the circle.
SPARE = 2
SHOWN_LEAST = 3


def plain(env: Any, rows: Any) -> list[dict]:
    """Return rows that somebody sent as plain values, in the shape that is kept.

    :raise Refusal: rules ``field``, ``name``, ``share``, ``source``
    """
    found = []
    for row in payload.rows(env, rows, MOST):
        row = payload.table(env, row)
        payload.only(env, row, FIELDS)
        name = payload.line(env, row.get("name"), NAME_LENGTH, "colleges")
        if not has_letter(name):
            raise Refusal(
                env._("Give each college a name."), rule="name", field="colleges"
            )
        typed = row.get("weight")
        weight = parse_share(typed) if isinstance(typed, str) else None
        if not weight:
            raise Refusal(
                env._("Enter a share as a fraction, for example 3/4, or 75 %."),
                rule="share",
                value=payload.shortened(typed),
                limit="1/1",
                field="colleges",
            )
        if not is_id(row.get("source_id")):
            raise no_source(env)
        found.append(
            {
                "name": name,
                "weight": share_text(weight),
                "source_id": row["source_id"],
            }
        )
    return found


def clean(circle: Any, rows: Any) -> list[dict]:
    """Return the rows of colleges that can vote together in ``circle`` (sudo).

    None at all: the circle does not vote in colleges.

    :raise Refusal: those of :func:`plain`, and rules ``twice``, ``colleges``,
        ``weights``, ``electorate``
    """
    env, found = circle.env, plain(circle.env, rows)
    for name in ("name", "source_id"):
        if len({row[name] for row in found}) < len(found):
            raise Refusal(
                env._("Each college needs a name and people of its own."),
                rule="twice",
                field="colleges",
            )
    sources = sources_of(circle)
    if any(row["source_id"] not in sources.ids for row in found):
        raise no_source(env)
    if found:
        colleges = env["wezer.decision.college"].sudo()
        wanted = colleges.concat(*(colleges.new(row) for row in found))
        error = wanted._why_not_whole()
    else:
        error = _why_not_none(circle)
    if error:
        raise error
    return found


def sources_of(circle: Any) -> Any:
    """Return the roles and circles (sudo) inside ``circle`` that can be colleges."""
    return circle.search([("id", "child_of", circle.id), ("id", "!=", circle.id)])


def no_source(env: Any) -> Refusal:
    """Return the refusal of a college without people that can be seen."""
    return Refusal(
        env._("Choose a role or a circle inside this circle for each college."),
        rule="source",
        field="colleges",
    )


def _why_not_none(circle: Any) -> Refusal | None:
    """Return why ``circle`` cannot be without colleges, or None."""
    own = circle.policy_ids.filtered(lambda one: one.key == KEY)
    if own.value != "colleges":
        return None
    return Refusal(
        circle.env._(
            "The circle asks its colleges when a decision has an effect. Choose"
            " other people for that first."
        ),
        rule="electorate",
        value="0",
        field="colleges",
    )


def replace(circle: Any, rows: Any) -> None:
    """Give ``circle`` (sudo) these colleges instead of those that it has.

    :raise Refusal: those of :func:`clean`
    """
    env = circle.env
    # Of two who do this at once, the second sees what the first did.
    locks.hold(env, "colleges", circle.id)
    wanted, now = clean(circle, rows), env["wezer.decision.college"]._of_circle(circle)
    if wanted == as_rows(now):
        return
    now.active = False
    # The names are free again before they are taken.
    now.flush_recordset()
    now.create(
        [
            {"group_id": circle.id, "sequence": number, **row}
            for number, row in enumerate(wanted, 1)
        ]
    )
    log = env["wezer.governance.event"]
    if wanted:
        log._log("colleges", circle, data={"value": as_text(wanted)})
    else:
        log._log("colleges_dropped", circle)


def as_rows(colleges: Any) -> list[dict]:
    """Return colleges (sudo) as the rows by which they are set."""
    return [
        {
            "name": college.name,
            "weight": college.weight,
            "source_id": college.source_id.id,
        }
        for college in colleges
    ]


def as_text(rows: list[dict]) -> str:
    """Return colleges in one line: ``Users 3/10, Staff 1/2``."""
    return ", ".join(f"{row['name']} {row['weight']}" for row in rows)


# === THE FORM === #


def page_values(circle: Any) -> dict:
    """Return what the page of the colleges of ``circle`` shows to the user."""
    error = circle._why_not_colleges()
    reserved = isinstance(error, Refusal) and error.rule == "decision"
    return {
        "may_set": error is None,
        "refused": str(error) if reserved else "",
        "refused_link": error.link if reserved else None,
        "colleges": circle.env["wezer.decision.college"]._of_circle(circle),
        **form_values(circle),
    }


def form_values(circle: Any) -> dict:
    """Return what the fields of a form show: the colleges, and what they can be."""
    return {
        "college_rows": form_rows(circle),
        "college_sources": form_sources(circle),
    }


def form_rows(circle: Any) -> list[dict]:
    """Return the rows of the form: the colleges of ``circle``, and some empty ones."""
    found = as_rows(circle.env["wezer.decision.college"]._of_circle(circle))
    empty = {"name": "", "weight": "", "source_id": False}
    count = min(MOST, max(len(found) + SPARE, SHOWN_LEAST))
    return found + [empty] * (count - len(found))


def form_sources(circle: Any) -> list[tuple[int, str]]:
    """Return the id and the name of what can be chosen as the people of a college."""
    return [(one.id, one.display_name) for one in sources_of(circle)]


def read_form(form: Any) -> list[dict]:
    """Return the rows that a form sent; those without any entry are left out."""
    rows = []
    for number in range(1, MOST + 1):
        name, weight, source = (
            str(form.get(f"college_{field}_{number}") or "").strip()
            for field in ("name", "weight", "source")
        )
        if name or weight or source:
            rows.append(
                {"name": name, "weight": weight, "source_id": record_id(source)}
            )
    return rows
