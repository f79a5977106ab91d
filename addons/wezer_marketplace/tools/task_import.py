"""Import of tasks from rows of a CSV file; repeatable by the key of each row."""

from collections.abc import Callable
from typing import Any

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days, imports
from odoo.addons.wezer_base.tools.file_values import plain_moment
from odoo.addons.wezer_base.tools.numbers import NumberError, hour_seconds
from odoo.addons.wezer_base.tools.place_cells import place_of
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import TableError, number, whole
from odoo.addons.wezer_base.tools.text import clean_line
from odoo.addons.wezer_currency.tools.amounts import (
    HOUR_MINUTES,
    AmbiguousAmount,
    AmountError,
    parse,
)

# A row that asks for more takes as many as come: nobody fills 9,999 places.
PLACES_MAX = 999
TITLE_MAX = 250
# So many rows are held in memory, and written, at a time.
BATCH = 500
# What people may have changed since is not written over.
KEPT = ("description", "project_id", "wezer_date_start", "date_deadline")


def import_tasks(
    tasks: models.Model,
    rows: list[dict],
    project_name: str,
    dry_run: bool,
    progress: Callable[[int, int], None] | None = None,
) -> list:
    """Import tasks into the project called ``project_name``, which is made if missing.

    Nobody is notified. The rows are taken in batches, so that memory and time grow with
    a batch only.

    :param tasks: an empty recordset of ``project.task``
    :param rows: dicts with some of ``key``, ``title``, ``description``, ``category``,
        ``organisation``, ``places``, ``hours``, ``date_start``, ``date_end``, ``city``,
        ``street``, ``latitude``, ``longitude``, ``url``
    :param dry_run: report only, write nothing
    :param progress: called with ``(rows done, all rows)`` after each batch
    :return: one dict a row: ``row``, ``id``, ``state`` (created, updated, same,
        refused), ``reason``
    :raise ImportRunning: while another import is running
    """
    imports.hold(tasks.env)
    projects = tasks.env["project.project"]
    project = projects.search([("name", "=", project_name)], limit=1)
    if not project and not dry_run:
        project = projects.create({"name": project_name})
    importer = TaskImporter(tasks, project, dry_run)
    report: list[dict] = []
    for begin in range(0, len(rows), BATCH):
        report += importer.take(rows[begin : begin + BATCH], begin + 1)
        if progress:
            progress(len(report), len(rows))
    return report


class TaskImporter:
    """One import: which tasks are there already, and what becomes of each row."""

    def __init__(
        self, tasks: models.Model, project: models.Model, dry_run: bool
    ) -> None:
        self.tasks, self.project, self.dry_run = tasks, project, dry_run
        self.env = tasks.env
        # The id by the key; in a dry run the values of what would be made.
        self.known: dict[str, Any] = {
            row["wezer_import_key"]: row["id"]
            for row in tasks.with_context(active_test=False).search_read(
                [("project_id", "=", project.id), ("wezer_import_key", "!=", False)],
                ["wezer_import_key"],
                order="id",
            )
        }
        self.categories: dict[str, int] = {}

    def take(self, rows: list[dict], first: int) -> list[dict]:
        """Import one batch; return what became of its rows, in their order."""
        results: dict[int, dict] = {}
        waiting = []
        for position, row in enumerate(rows, first):
            try:
                vals, remark = _prepare_row(self.tasks, row, self.project)
                waiting.append((position, vals, remark))
            except UserError as error:
                results[position] = _refused(error.args[0])
            except TableError as error:
                reason = in_words(self.env, (error.code, error.value))
                results[position] = _refused(reason)
        while waiting:
            waiting = self._round(waiting, results)
        if not self.dry_run:
            # What was written is not kept in memory until the last row.
            self.env.flush_all()
            self.env.invalidate_all()
        return [
            {"row": row.get("row", position), **results[position]}
            for position, row in enumerate(rows, first)
        ]

    def _round(self, waiting: list, results: dict) -> list:
        """Take each key of ``waiting`` once; return the rows that repeat a key."""
        new, there, later = [], [], []
        keys: set = set()
        for line in waiting:
            key = line[1]["wezer_import_key"]
            if key in keys:
                # A row that repeats a key meets the task that the first one made.
                later.append(line)
                continue
            keys.add(key)
            (there if key in self.known else new).append(line)
        self._create(new, results)
        found = self.tasks.browse(
            line_id
            for _position, vals, _remark in there
            if isinstance(line_id := self.known[vals["wezer_import_key"]], int)
        )
        by_id = {task.id: task for task in found}
        for position, vals, remark in there:
            task = self.known[vals["wezer_import_key"]]
            if not isinstance(task, dict):
                task = by_id[task]
            result = self._update(task, vals)
            results[position] = {**result, "reason": result["reason"] or remark}
        return later

    def _create(self, lines: list, results: dict) -> None:
        """Make the tasks at once; where one is refused, by halves."""
        if not lines:
            return
        if self.dry_run:
            for position, vals, remark in lines:
                self.known[vals["wezer_import_key"]] = vals
                results[position] = _result(False, "created", remark)
            return
        categories = dict(self.categories)
        try:
            with self.env.cr.savepoint():
                made = self.tasks._wezer_create_quietly(
                    [
                        self._with_category(vals, create=True)
                        for _position, vals, _remark in lines
                    ]
                )
        except UserError as error:
            # The words that were made with these tasks are gone with them.
            self.categories = categories
            if len(lines) == 1:
                results[lines[0][0]] = _refused(error.args[0])
                return
            half = len(lines) // 2
            self._create(lines[:half], results)
            self._create(lines[half:], results)
            return
        for task, (position, vals, remark) in zip(made, lines, strict=True):
            self.known[vals["wezer_import_key"]] = task.id
            results[position] = _result(task.id, "created", remark)

    def _update(self, task: Any, vals: dict) -> dict:
        """Write what differs into a task that is there."""
        if isinstance(task, dict):
            # Of a dry run: an earlier row would have made it.
            same = all(
                task[name] == value for name, value in vals.items() if name not in KEPT
            )
            return _result(False, "same" if same else "updated")
        categories = dict(self.categories)
        try:
            with self.env.cr.savepoint():
                wanted = self._with_category(vals, create=not self.dry_run)
                changed = {
                    name: value
                    for name, value in wanted.items()
                    if name not in KEPT and _differs(task, name, value)
                }
                if changed and not self.dry_run:
                    task.write(changed)
        except UserError as error:
            self.categories = categories
            return _refused(error.args[0])
        return _result(task.id, "updated" if changed else "same")

    def _with_category(self, vals: dict, create: bool) -> dict:
        """Return ``vals`` with the category's id instead of its name."""
        name = vals["wezer_category_id"]
        if name and name not in self.categories:
            categories = self.env["wezer.category"].sudo()
            find = categories._find_or_create if create else categories._find
            # 0 is no category: one that a dry run does not make.
            self.categories[name] = find(name)[:1].id or 0
        number = self.categories[name] if name else False
        return {**vals, "wezer_category_id": number}


def _result(number: Any, state: str, reason: str = "") -> dict:
    return {"id": number, "state": state, "reason": reason}


def _refused(reason: Any) -> dict:
    return _result(False, "refused", str(reason))


def _prepare_row(tasks: models.Model, row: dict, project: models.Model) -> tuple:
    """Return ``(values, remark)`` of a row.

    The category is its name: it is found, or made, with the task.

    :raise TableError: for what is not read
    :raise Refusal: for what is no task
    """
    if row.get("problem"):
        raise TableError(*row["problem"])
    title = " ".join(str(row.get("title") or "").split())
    if not title:
        raise Refusal(tasks.env._("no title"), rule="title")
    for name, limit in (("title", TITLE_MAX), ("key", TITLE_MAX)):
        if len(str(row.get(name) or "")) > limit:
            raise TableError("long", row[name])
    return _prepare_vals(tasks, row, title, project)


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
    tasks: models.Model, row: dict, title: Any, project: models.Model
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
        # As the field keeps it, so that the task is found again by it.
        "wezer_import_key": clean_line(str(row.get("key") or title), TITLE_MAX),
        "wezer_places": places,
        "wezer_category_id": category or False,
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
            hours = _other_hours(value)
    else:
        hours = _number(row, "hours", 0)
    if hours < 0:
        raise TableError("number", value)
    return hours


def _other_hours(text: str) -> float:
    """Return hours that are no whole minutes, or are named in another language."""
    try:
        return number(text)
    except TableError as error:
        try:
            return hour_seconds(text) / 3600
        except NumberError:
            raise error from None


def _moment(
    tasks: models.Model, row: dict, name: str, pattern: Any, at_end: bool = False
) -> Any:
    """Return a moment of the row; one without a zone is the community's."""
    value = row.get(name)
    if not value or not isinstance(value, str):
        return days.read_moment(tasks.env, value, at_end=at_end)
    said = plain_moment(value, pattern=pattern)
    day = days.parse_day(said)
    if day:
        return days.read_moment(tasks.env, day, at_end=at_end)
    try:
        return days.parse_moment(said, days.community_zone(tasks.env))
    except ValueError as error:
        # The calendar does not reach that far.
        raise TableError("date", value) from error


def _place(row: dict) -> Any:
    """Return latitude and longitude, both or none."""
    given = [_number(row, name, None) for name in ("latitude", "longitude")]
    if given == [None, None]:
        return 0.0, 0.0
    place = None if None in given else place_of(*given)
    if not place:
        raise TableError("place", f"{row.get('latitude')}, {row.get('longitude')}")
    return place
