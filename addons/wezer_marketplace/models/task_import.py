from odoo import api, fields, models
from odoo.tools import plaintext2html

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

# What asks for more is "as many as come": nobody fills 9,999 places.
PLACES_MAX = 999
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
        for number, row in enumerate(rows, start=1):
            report.append(self._import_row(number, row, project, known, dry_run))
        return report

    def _import_row(self, number, row, project, known, dry_run):
        title = (row.get("title") or "").strip()
        if not title:
            return {
                "row": number,
                "id": False,
                "state": "refused",
                "reason": self.env._("no title"),
            }
        try:
            vals, reason = self._prepare_import_vals(row, title, project, dry_run)
        except Refusal as error:
            return {
                "row": number,
                "id": False,
                "state": "refused",
                "reason": error.args[0],
            }
        task = known.get(vals["wezer_import_key"])
        if task:
            changed = {
                name: value
                for name, value in vals.items()
                if name not in KEPT and self._import_differs(task, name, value)
            }
            if changed and not dry_run:
                task.write(changed)
            return {
                "row": number,
                "id": task.id,
                "state": "updated" if changed else "same",
                "reason": reason,
            }
        if dry_run:
            return {"row": number, "id": False, "state": "created", "reason": reason}
        task = self.create(vals)
        known[vals["wezer_import_key"]] = task
        return {"row": number, "id": task.id, "state": "created", "reason": reason}

    def _import_differs(self, task, name, value):
        """Say whether ``value`` is another one than the task's, as it is stored."""
        field = task._fields[name]
        now = field.convert_to_write(task[name], task)
        if field.type == "float":
            # What was stored has as many digits as its column.
            value = field.convert_to_column(value, task)
            return abs(float(now) - float(value or 0)) > 1e-6
        return now != value

    @api.model
    def _import_moment(self, text, at_end=False):
        """Return the moment in a file: a time without a zone is the community's."""
        if not text:
            return False
        if not isinstance(text, str) or days.parse_day(text):
            return days.read_moment(self.env, text, at_end=at_end)
        try:
            return days.parse_moment(text, days.community_zone(self.env))
        except ValueError as error:
            raise days.no_date(self.env, text) from error

    def _prepare_import_vals(self, row, title, project, dry_run):
        places = int(float(row.get("places") or 1))
        reason = ""
        if places > PLACES_MAX or places < 0:
            reason = self.env._(
                "%(places)s places: taken as “as many as come”", places=places
            )
            places = 0
        category = (row.get("category") or "").strip()
        if category and not dry_run:
            category = self.env["wezer.category"].sudo()._find_or_create(category).id
        lines = [
            row.get("description") or "",
            row.get("organisation") or "",
            row.get("street") or "",
            row.get("url") or "",
        ]
        start = self._import_moment(row.get("date_start"))
        end = self._import_moment(row.get("date_end"), at_end=True)
        days.check_order(self.env, start, end)
        return {
            "name": title[:250],
            "project_id": project.id,
            "description": plaintext2html("\n".join(filter(None, lines))),
            "wezer_import_key": str(row.get("key") or title)[:250],
            "wezer_places": places,
            "wezer_category_id": category if isinstance(category, int) else False,
            "wezer_city": (row.get("city") or "").strip() or False,
            "wezer_latitude": float(row.get("latitude") or 0),
            "wezer_longitude": float(row.get("longitude") or 0),
            "wezer_date_start": start,
            "date_deadline": end,
            "allocated_hours": float(row.get("hours") or 0),
        }, reason
