import base64
from collections import Counter

from markupsafe import Markup, escape

from odoo import Command, api, fields, models

from ..exceptions import Refusal
from ..tools import file_rows, member_rows, vocabulary
from ..tools.file_values import Manner
from ..tools.table_reasons import in_words
from ..tools.tables import JSON, WORKBOOK, TableError, read_table, shown
from ..tools.vocabulary import read_words

# Rows that are shown before anything is imported, and reasons that are listed.
PREVIEWED = 10
LISTED = 1000
# Larger files are imported by the command: a request of the browser ends after a while.
ROWS_MAX = 1_000


class WezerFileImport(models.TransientModel):
    """A file that an administrator imports: read, mapped, checked, then imported.

    Addons contribute a kind: they add it to ``kind`` and extend :meth:`_shape`,
    :meth:`_labels`, :meth:`_check_kind_administrator` and :meth:`_take`.
    """

    _name = "wezer.file.import"
    _description = "Import a file"
    _inherit = ["wezer.record.mixin"]

    kind = fields.Selection(
        [("members", "Members"), ("vocabulary", "Categories and skills")],
        string="The file lists",
        required=True,
        default="members",
    )
    file = fields.Binary(string="CSV or XLSX file", attachment=False)
    parent_id = fields.Many2one(
        "wezer.category",
        string="Import into category",
        help="The imported categories are placed inside this one. Leave empty to"
        " place them at the top level.",
    )
    filename = fields.Char()
    sheet = fields.Char(help="The name of the sheet, if the workbook has several.")
    step = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("done", "Imported")],
        required=True,
        default="file",
        readonly=True,
    )
    reading = fields.Char(
        string="How the file was read", readonly=True, help="Letters and separator."
    )
    decimal_sign = fields.Selection(
        [(",", "Comma: 1.234,50"), (".", "Point: 1,234.50")],
        string="Sign before decimals",
        help="Leave it empty if the numbers of the file show it.",
    )
    day_order = fields.Selection(
        [("day", "Day first: 31/12/2026"), ("month", "Month first: 12/31/2026")],
        string="Order in dates",
        help="Leave it empty if the dates of the file show it.",
    )
    column_ids = fields.One2many(
        "wezer.file.import.column", "import_id", string="Columns"
    )
    field_ids = fields.One2many(
        "wezer.file.import.field", "import_id", string="Fields that can be imported"
    )
    not_read = fields.Char(string="Columns that are not imported", readonly=True)
    preview = fields.Html(string="First rows", readonly=True)
    household = fields.Selection(
        [
            ("ask", "List these rows, and import none of them"),
            (
                "first",
                "The first person keeps the address. The others become members without"
                " an e-mail address",
            ),
        ],
        string="Several people with the same e-mail address",
        required=True,
        default="ask",
        help="An e-mail address belongs to one login. People who share it can still"
        " be members.",
    )
    mail = fields.Boolean(string="Invite the people who have no login yet by e-mail")
    summary = fields.Char(readonly=True)
    checked = fields.Boolean(readonly=True)
    line_ids = fields.One2many(
        "wezer.file.import.line", "import_id", string="Report", readonly=True
    )

    @api.onchange(
        *("column_ids", "decimal_sign", "day_order", "household", "kind", "file"),
        *("sheet", "parent_id"),
    )
    def _onchange_what_was_checked(self):
        self.checked = False

    # === WHAT A KIND IS === #

    def _shape(self) -> file_rows.Kind:
        """Return what a file of this kind has; extended by each addon."""
        return vocabulary.KIND if self.kind == "vocabulary" else member_rows.KIND

    def _labels(self) -> dict[str, str]:
        """Return the names of the fields of this kind; extended by each addon."""
        if self.kind == "vocabulary":
            return {
                "name": self.env._("Category"),
                "synonyms": self.env._("Other words for it"),
                "skills": self.env._("Skills that it needs"),
                "parent": self.env._("Inside the category"),
                "uri": self.env._("Address in a public vocabulary"),
            }
        return {
            "name": self.env._("Name"),
            "email": self.env._("E-mail address"),
            "phone": self.env._("Telephone"),
            "skills": self.env._("Skills"),
            "languages": self.env._("Languages"),
            "place": self.env._("Place"),
            "presentation": self.env._("Presentation"),
            "group": self.env._("Circle"),
        }

    def _rows_max(self) -> int:
        """Return how many rows are imported at once; extended by each addon."""
        return vocabulary.ROWS_MAX if self.kind == "vocabulary" else ROWS_MAX

    def _take(self, rows: list[dict], dry_run: bool) -> dict:
        """Import the rows of this kind; extended by each addon.

        :return: ``lines`` (dicts ``row``, ``state``, ``reason``), ``refused`` (their
            count), ``imported`` (whether something is kept), ``summary``
        """
        if self.kind == "vocabulary":
            return self._take_words(rows, dry_run)
        report = self.env["wezer.member.import"]._import_rows(
            member_rows.filled(rows),
            dry_run=dry_run,
            mail=self.mail,
            household=self.household,
        )
        return self._report(report, dry_run)

    def _take_words(self, rows, dry_run):
        result = self.env["wezer.category"].import_vocabulary(
            rows, self.parent_id.id, dry_run
        )
        return {
            "lines": [{**row, "state": "refused"} for row in result["refused"]],
            "refused": len(result["refused"]),
            "imported": not dry_run,
            "summary": self.env._(
                "New categories: %(categories)s. New skills: %(skills)s. New links"
                " between them: %(links)s. Categories that were here: %(same)s."
                " Refused: %(refused)s.",
                **{**result, "refused": len(result["refused"])},
            ),
        }

    def _report(self, report, dry_run):
        """Return what :meth:`_take` returns, of rows that are imported one by one.

        :param report: dicts ``row``, ``state``, ``reason``
        """
        counts = Counter(answer["state"] for answer in report)
        text = self.env._(
            "New: %(created)s. Changed: %(updated)s. Already there: %(same)s."
            " Refused: %(refused)s.",
            **{key: counts[key] for key in ("created", "updated", "same", "refused")},
        )
        return {
            "lines": [answer for answer in report if answer["reason"]],
            "refused": counts["refused"],
            # Rows that are refused leave the others as they are.
            "imported": not dry_run,
            "summary": text,
        }

    # === ACTIONS === #

    def action_read(self) -> dict:
        """Read the file, and propose what its columns are.

        :raise NotAllowed: where the user is no administrator
        :raise Refusal: rule ``file``
        """
        self._check_open()
        table = self._read_file()
        labels = self._labels()
        shape = self._shape()
        chosen = file_rows.chosen_columns(table.headings, shape.columns)
        self.column_ids.unlink()
        self.field_ids.unlink()
        made = self.env["wezer.file.import.field"].create(
            [
                {"import_id": self.id, "key": key, "name": label}
                for key, label in labels.items()
            ]
        )
        by_key = {field.key: field.id for field in made}
        of = {
            heading: field
            for field, headings in reversed(chosen.items())
            for heading in headings
        }
        self.write(
            {
                "step": "columns",
                "checked": False,
                "reading": self._reading(table),
                "summary": False,
                "line_ids": [Command.clear()],
                "column_ids": [
                    Command.create(
                        {
                            "position": position,
                            "heading": heading,
                            "example": self._example(table, heading),
                            "field_id": by_key.get(of.get(heading)),
                        }
                    )
                    for position, heading in enumerate(table.headings)
                ],
            }
        )
        self._show(table)
        return self._open()

    def action_preview(self) -> dict:
        """Show the first rows as they are understood now."""
        self._check_open()
        self._show(self._read_file())
        return self._open()

    def action_check(self) -> dict:
        """Report what would happen, row by row, and import nothing."""
        return self._work(dry_run=True)

    def action_import(self) -> dict:
        """Import the file."""
        return self._work(dry_run=False)

    def action_back(self) -> dict:
        """Go back to the choice of the file."""
        self._check_open()
        self.write({"step": "file", "checked": False, "summary": False})
        self.line_ids.unlink()
        return self._open()

    def _work(self, dry_run):
        self._check_open()
        rows = self._rows(self._read_file())
        self._show_rows(rows)
        report = self._take(rows, dry_run)
        self.line_ids.unlink()
        self.write(
            {
                "checked": dry_run and not report.get("stops"),
                "step": "done" if report["imported"] else "columns",
                "summary": report["summary"],
                "line_ids": [
                    Command.create(
                        {
                            "row": line["row"],
                            "state": line["state"],
                            "reason": str(line["reason"]),
                        }
                    )
                    for line in report["lines"][:LISTED]
                ],
            }
        )
        return self._open()

    def _check_open(self):
        """Refuse others than administrators, and a file that is imported already."""
        self.ensure_one()
        self.env["wezer.profile"]._check_administrator()
        if self.step == "done":
            raise Refusal(
                self.env._("This file has already been imported."), rule="state"
            )

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Import a file"),
            "context": {"dialog_size": "extra-large"},
        }

    # === READING === #

    def _read_file(self):
        # A client may ask for sizes in the place of contents.
        content = self.with_context(bin_size=False).file
        if not content:
            raise Refusal(self.env._("Choose a file first."), rule="file")
        try:
            read = read_words if self.kind == "vocabulary" else read_table
            table = read(base64.b64decode(content), self.sheet or "")
        except TableError as error:
            raise Refusal(
                in_words(self.env, (error.code, error.value)),
                rule="file",
                value=error.value,
            ) from error
        most = self._rows_max()
        if len(table.records) > most:
            raise Refusal(
                self.env._(
                    "The file has %(count)s rows. A file with more than %(most)s rows"
                    " is imported on the server, by the command ./wezer import.",
                    count=len(table.records),
                    most=most,
                ),
                rule="rows",
                value=str(len(table.records)),
                limit=str(most),
            )
        return table

    def _reading(self, table):
        """Return in a sentence how the file was read."""
        count = len(table.records)
        if table.encoding == WORKBOOK:
            return self.env._("Workbook with %(count)s rows.", count=count)
        if table.encoding == JSON:
            return self.env._("JSON with %(count)s rows.", count=count)
        separators = {
            ",": self.env._("a comma"),
            ";": self.env._("a semicolon"),
            "\t": self.env._("a tab"),
            "|": self.env._("a vertical bar"),
        }
        name = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}.get(
            table.encoding, table.encoding.upper()
        )
        text = self.env._(
            "%(count)s rows; letters: %(encoding)s; between columns: %(separator)s.",
            count=count,
            encoding=name,
            separator=separators.get(table.separator, table.separator),
        )
        if table.encoding == "cp1252":
            word = next(
                (
                    word
                    for record in table.records
                    for cell in record.cells.values()
                    for word in cell.split()
                    if not word.isascii()
                ),
                "",
            )
            text += " " + self.env._(
                "The file does not say how its letters are stored. If “%(word)s” looks"
                " wrong, save the file as UTF-8 and choose it again.",
                word=shown(word),
            )
        return text

    @api.model
    def _example(self, table, heading):
        cells = (record.cells.get(heading) for record in table.records[:50])
        return shown(next(filter(None, cells), ""))

    def _chosen(self, table):
        """Return ``{field: headings}`` as the form says; several are put together."""
        if len(self.column_ids) != len(table.headings):
            raise Refusal(
                self.env._("This file has other columns. Read it again."), rule="file"
            )
        chosen: dict[str, list[str]] = {}
        for column in self.column_ids.filtered("field_id"):
            # By its place: a heading is cleaned where it is kept.
            heading = table.headings[column.position]
            chosen.setdefault(column.field_id.key, []).append(heading)
        usual = file_rows.chosen_columns(table.headings, self._shape().columns)
        for field, headings in chosen.items():
            # "Name, first name" is put together as people are called.
            if set(usual.get(field, ())) == set(headings):
                chosen[field] = usual[field]
        labels = self._labels()
        missing = [field for field in self._shape().needed if field not in chosen]
        if missing:
            raise Refusal(
                self.env._(
                    "Choose a column for: %(fields)s.",
                    fields=", ".join(labels[field] for field in missing),
                ),
                rule="columns",
                value=", ".join(missing),
            )
        return chosen

    def _manner(self):
        """Return what the administrator says about numbers and dates."""
        return Manner(self.decimal_sign or "", self.day_order or "")

    def _rows(self, table):
        """Return the rows of the file as this kind takes them."""
        shape, chosen = self._shape(), self._chosen(table)
        manner = file_rows.manner_of(table.records, chosen, shape, self._manner())
        return list(file_rows.rows_of(table.records, chosen, shape, manner))

    def _show(self, table):
        """Show the first rows, and which columns are left out."""
        try:
            self._show_rows(self._rows(table))
        except Refusal as refusal:
            if refusal.rule != "columns":
                raise
            self.write({"preview": False, "not_read": self._columns_left()})
            self.summary = str(refusal.args[0])

    def _columns_left(self):
        left = self.column_ids.filtered(lambda column: not column.field_id)
        return ", ".join(left.mapped("heading"))

    def _show_rows(self, rows):
        rows = rows[:PREVIEWED]
        labels = {
            key: label
            for key, label in self._labels().items()
            if any(row.get(key) for row in rows)
        }
        head = Markup().join(
            Markup("<th>%s</th>") % label
            for label in (self.env._("Row"), *labels.values())
        )
        body = Markup().join(self._shown_row(row, labels) for row in rows)
        table_html = Markup(
            "<table><thead><tr>%s</tr></thead><tbody>%s</tbody></table>"
        ) % (head, body)
        self.write({"preview": table_html, "not_read": self._columns_left()})

    def _shown_row(self, row, labels):
        cells = Markup().join(
            Markup("<td>%s</td>") % self._shown_cell(row.get(key)) for key in labels
        )
        if row.get("problem"):
            reason = in_words(self.env, row["problem"])
            cells += Markup("<td><strong>%s</strong></td>") % reason
        return Markup("<tr><td>%s</td>%s</tr>") % (row["row"], cells)

    @api.model
    def _shown_cell(self, value):
        text = ", ".join(value) if isinstance(value, list) else value or ""
        return escape(shown(text))


class WezerFileImportField(models.TransientModel):
    """What a column of a file can be."""

    _name = "wezer.file.import.field"
    _description = "Field of an imported file"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    import_id = fields.Many2one("wezer.file.import", required=True, ondelete="cascade")
    key = fields.Char(string="Technical name", required=True)
    name = fields.Char(required=True)


class WezerFileImportColumn(models.TransientModel):
    """A column of a file, and what it is."""

    _name = "wezer.file.import.column"
    _description = "Column of an imported file"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    import_id = fields.Many2one("wezer.file.import", required=True, ondelete="cascade")
    position = fields.Integer(readonly=True, aggregator=None)
    heading = fields.Char(string="Column", readonly=True)
    example = fields.Char(readonly=True)
    field_id = fields.Many2one(
        "wezer.file.import.field",
        string="Import as",
        help="Leave it empty if the column is not to be imported.",
        domain="[('import_id', '=', import_id)]",
    )


class WezerFileImportLine(models.TransientModel):
    """A row of a file with something to say about it."""

    _name = "wezer.file.import.line"
    _description = "Row of an imported file"
    _inherit = ["wezer.record.mixin"]
    _order = "row, id"

    import_id = fields.Many2one("wezer.file.import", required=True, ondelete="cascade")
    row = fields.Integer(aggregator=None)
    state = fields.Selection(
        [
            ("created", "New"),
            ("updated", "Changed"),
            ("same", "Already there"),
            ("refused", "Refused"),
            ("overdrafts", "Beyond a limit"),
        ],
        required=True,
    )
    reason = fields.Char()
