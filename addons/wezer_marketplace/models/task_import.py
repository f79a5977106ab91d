from odoo import api, fields, models
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

from ..tools.geo import place_of

# What asks for more is "as many as come": nobody fills 9,999 places.
PLACES_MAX = 999
TITLE_MAX = 250
# What people may have changed since is not written over.
KEPT = ("description", "project_id", "wezer_date_start", "date_deadline")


class ProjectTask(models.Model):
    _inherit = "project.task"

    wezer_import_key = fields.Char(index="btree_not_null", copy=False, readonly=True)

    _import_key_uniq = models.UniqueIndex(
        "(project_id, wezer_import_key) WHERE wezer_import_key IS NOT NULL",
        "This row was imported already.",
    )

    @api.model
    def _wezer_import(self, rows, project_name, dry_run=False):
        """Import tasks from rows of a CSV file; repeatable by ``key``.

        :param list rows: dicts with some of ``key``, ``title``, ``description``,
            ``category``, ``organisation``, ``places``, ``hours``, ``date_start``,
            ``date_end``, ``city``, ``street``, ``latitude``, ``longitude``, ``url``
        :return: one dict a row: ``row``, ``id``, ``state`` (created, updated,
            same, refused), ``reason``
        """
        project = self.env["project.project"].search(
            [("name", "=", project_name)], limit=1
        )
        if not project and not dry_run:
            project = self.env["project.project"].create({"name": project_name})
        known = {
            task.wezer_import_key: task
            for task in self.with_context(active_test=False).search(
                [("project_id", "=", project.id), ("wezer_import_key", "!=", False)]
            )
        }
        report = []
        for position, row in enumerate(rows, start=1):
            report.append(self._import_row(position, row, project, known, dry_run))
        return report

    def _import_row(self, position, row, project, known, dry_run):
        """Take one row in, or nothing of it, and say why."""
        answer = {"row": row.get("row", position), "id": False, "reason": ""}
        try:
            with self.env.cr.savepoint():
                return {**answer, **self._import_task(row, project, known, dry_run)}
        except TableError as error:
            reason = in_words(self.env, (error.code, error.value))
        except UserError as error:
            reason = str(error.args[0])
        return {**answer, "state": "refused", "reason": reason}

    def _import_task(self, row, project, known, dry_run):
        if row.get("problem"):
            raise TableError(*row["problem"])
        title = " ".join(str(row.get("title") or "").split())
        if not title:
            raise Refusal(self.env._("no title"), rule="title")
        for name, limit in (("title", TITLE_MAX), ("key", TITLE_MAX)):
            if len(str(row.get(name) or "")) > limit:
                raise TableError("long", row[name])
        vals, reason = self._prepare_import_vals(row, title, project, dry_run)
        key = vals["wezer_import_key"]
        task = known.get(key)
        if not task:
            if not dry_run:
                task = known[key] = self.create(vals)
            return {
                "id": task.id if task else False,
                "state": "created",
                "reason": reason,
            }
        changed = {
            name: value
            for name, value in vals.items()
            if name not in KEPT and self._import_differs(task, name, value)
        }
        if changed and not dry_run:
            task.write(changed)
        state = "updated" if changed else "same"
        return {"id": task.id, "state": state, "reason": reason}

    def _import_differs(self, task, name, value):
        """Say whether ``value`` is another one than the task's, as it is stored."""
        field = task._fields[name]
        now = field.convert_to_write(task[name], task)
        if field.type == "float":
            # What was stored has as many digits as its column.
            value = field.convert_to_column(value, task)
            return abs(float(now) - float(value or 0)) > 1e-6
        return now != value

    def _prepare_import_vals(self, row, title, project, dry_run):
        """Return ``(values, what is to be told)``; TableError for what is not read."""
        places = self._import_number(row, "places", 1, whole)
        reason = ""
        if places > PLACES_MAX:
            reason = self.env._(
                "%(places)s places: taken as “as many as come”", places=places
            )
            places = 0
        pattern = row.get("dates") or ""
        start = self._import_moment(row, "date_start", pattern)
        end = self._import_moment(row, "date_end", pattern, at_end=True)
        days.check_order(self.env, start, end)
        latitude, longitude = self._import_place(row)
        hours = self._import_hours(row)
        category = " ".join(str(row.get("category") or "").split())
        if category and not dry_run:
            category = self.env["wezer.category"].sudo()._find_or_create(category).id
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

    def _import_number(self, row, name, default, reader=number):
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

    def _import_hours(self, row):
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
            hours = self._import_number(row, "hours", 0)
        if hours < 0:
            raise TableError("number", value)
        return hours

    def _import_moment(self, row, name, pattern, at_end=False):
        """Return a moment of the row; one without a zone is the community's."""
        value = row.get(name)
        if not value or not isinstance(value, str):
            return days.read_moment(self.env, value, at_end=at_end)
        local = moment(value, pattern)
        if ":" not in value:
            return days.read_moment(self.env, local.date(), at_end=at_end)
        return days.parse_moment(local.isoformat(), days.community_zone(self.env))

    def _import_place(self, row):
        """Return latitude and longitude, both or none."""
        given = [
            self._import_number(row, name, None) for name in ("latitude", "longitude")
        ]
        if given == [None, None]:
            return 0.0, 0.0
        place = None if None in given else place_of(*given)
        if not place:
            raise TableError("place", f"{row.get('latitude')}, {row.get('longitude')}")
        return place
