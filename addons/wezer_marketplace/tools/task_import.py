"""Import of tasks from rows of a CSV file; repeatable by the key of each row."""

from typing import Any

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import TableError, moment, number, whole
from odoo.addons.wezer_currency.tools.amounts import (
    HOUR_MINUTES,
    AmbiguousAmount,
    AmountError,
    parse,
)

from .geo import place_of

# A row that asks for more takes as many as come: nobody fills 9,999 places.
PLACES_MAX = 999
TITLE_MAX = 250
# What people may have changed since is not written over.
KEPT = ("description", "project_id", "wezer_date_start", "date_deadline")


def import_tasks(
    tasks: models.Model, rows: list[dict], project_name: str, dry_run: bool
) -> list:
    """Import tasks into the project called ``project_name``, which is made if missing.

    :param tasks: an empty recordset of ``project.task``
    :param rows: dicts with some of ``key``, ``title``, ``description``, ``category``,
        ``organisation``, ``places``, ``hours``, ``date_start``, ``date_end``, ``city``,
        ``street``, ``latitude``, ``longitude``, ``url``
    :param dry_run: report only, write nothing
    :return: one dict a row: ``row``, ``id``, ``state`` (created, updated, same,
        refused), ``reason``
    """
    projects = tasks.env["project.project"]
    project = projects.search([("name", "=", project_name)], limit=1)
    if not project and not dry_run:
        project = projects.create({"name": project_name})
    known = {
        task.wezer_import_key: task
        for task in tasks.with_context(active_test=False).search(
            [("project_id", "=", project.id), ("wezer_import_key", "!=", False)]
        )
    }
    return [
        _row(tasks, position, row, project, known, dry_run)
        for position, row in enumerate(rows, start=1)
    ]


def _row(
    tasks: models.Model,
    position: Any,
    row: dict,
    project: models.Model,
    known: Any,
    dry_run: bool,
) -> dict:
    """Import one row, or nothing of it, and report why."""
    answer = {"row": row.get("row", position), "id": False, "reason": ""}
    try:
        with tasks.env.cr.savepoint():
            return {**answer, **_task(tasks, row, project, known, dry_run)}
    except TableError as error:
        reason = in_words(tasks.env, (error.code, error.value))
    except UserError as error:
        reason = str(error.args[0])
    return {**answer, "state": "refused", "reason": reason}


def _task(
    tasks: models.Model, row: dict, project: models.Model, known: Any, dry_run: bool
) -> dict:
    if row.get("problem"):
        raise TableError(*row["problem"])
    title = " ".join(str(row.get("title") or "").split())
    if not title:
        raise Refusal(tasks.env._("no title"), rule="title")
    for name, limit in (("title", TITLE_MAX), ("key", TITLE_MAX)):
        if len(str(row.get(name) or "")) > limit:
            raise TableError("long", row[name])
    vals, reason = _prepare_vals(tasks, row, title, project, dry_run)
    key = vals["wezer_import_key"]
    task = known.get(key)
    if not task:
        if not dry_run:
            task = known[key] = tasks.create(vals)
        return {
            "id": task.id if task else False,
            "state": "created",
            "reason": reason,
        }
    changed = {
        name: value
        for name, value in vals.items()
        if name not in KEPT and _differs(task, name, value)
    }
    if changed and not dry_run:
        task.write(changed)
    state = "updated" if changed else "same"
    return {"id": task.id, "state": state, "reason": reason}


def _differs(task: models.Model, name: str, value: Any) -> bool:
    """Return whether ``value`` differs from the task's, as it is stored."""
    field = task._fields[name]
    now = field.convert_to_write(task[name], task)
    if field.type == "float":
        # What was stored has as many digits as its column.
        value = field.convert_to_column(value, task)
        return abs(float(now) - float(value or 0)) > 1e-6
    return now != value


def _prepare_vals(
    tasks: models.Model, row: dict, title: Any, project: models.Model, dry_run: bool
) -> tuple:
    """Return ``(values, remark)``; TableError for what is not read."""
    places = _number(row, "places", 1, whole)
    reason = ""
    if places > PLACES_MAX:
        reason = tasks.env._(
            "%(places)s places: imported as “as many as come”", places=places
        )
        places = 0
    pattern = row.get("dates") or ""
    start = _moment(tasks, row, "date_start", pattern)
    end = _moment(tasks, row, "date_end", pattern, at_end=True)
    days.check_order(tasks.env, start, end)
    latitude, longitude = _place(row)
    hours = _hours(row)
    category = " ".join(str(row.get("category") or "").split())
    if category and not dry_run:
        category = tasks.env["wezer.category"].sudo()._find_or_create(category).id
    lines = [
        row.get("description") or "",
        row.get("organisation") or "",
        row.get("street") or "",
        row.get("url") or "",
    ]
    return {
        "name": title,
        "project_id": project.id,
        "description": plaintext2html("\n".join(filter(None, lines))),
        "wezer_import_key": str(row.get("key") or title),
        "wezer_places": places,
        "wezer_category_id": category if isinstance(category, int) else False,
        "wezer_city": (row.get("city") or "").strip() or False,
        "wezer_latitude": latitude,
        "wezer_longitude": longitude,
        "wezer_date_start": start,
        "date_deadline": end,
        "allocated_hours": hours,
    }, reason


def _number(row: dict, name: str, default: Any, reader: Any = number) -> Any:
    """Return a number of the row, ``default`` where the cell is empty."""
    value = row.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TableError("number", value)
    value = reader(value) if isinstance(value, str) else reader(f"{value:.12f}")
    if value < 0 and reader is whole:
        raise TableError("number", row[name])
    return value


def _hours(row: dict) -> Any:
    """Return hours, written as a number or as on a clock: ``2,5``, ``1:30``."""
    value = row.get("hours")
    if isinstance(value, str) and value.strip():
        try:
            hours = parse(value, HOUR_MINUTES, clock=True) / HOUR_MINUTES
        except AmbiguousAmount as error:
            raise TableError("grouping", value) from error
        except AmountError:
            # Hundredths of an hour that are no whole minutes are hours, too.
            hours = number(value)
    else:
        hours = _number(row, "hours", 0)
    if hours < 0:
        raise TableError("number", value)
    return hours


def _moment(
    tasks: models.Model, row: dict, name: str, pattern: Any, at_end: bool = False
) -> Any:
    """Return a moment of the row; one without a zone is the community's."""
    value = row.get(name)
    if not value or not isinstance(value, str):
        return days.read_moment(tasks.env, value, at_end=at_end)
    local = moment(value, pattern)
    if ":" not in value:
        return days.read_moment(tasks.env, local.date(), at_end=at_end)
    return days.parse_moment(local.isoformat(), days.community_zone(tasks.env))


def _place(row: dict) -> Any:
    """Return latitude and longitude, both or none."""
    given = [_number(row, name, None) for name in ("latitude", "longitude")]
    if given == [None, None]:
        return 0.0, 0.0
    place = None if None in given else place_of(*given)
    if not place:
        raise TableError("place", f"{row.get('latitude')}, {row.get('longitude')}")
    return place
