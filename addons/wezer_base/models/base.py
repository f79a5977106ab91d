from collections.abc import Iterable, Iterator

from odoo import api, models, tools
from odoo.fields import Command
from odoo.orm.models import READ_GROUP_AGGREGATE
from odoo.tools import SQL

from ..exceptions import NotAllowed
from ..tools import closed_references


class Base(models.AbstractModel):
    """Nobody refers to a record whose name they may not know.

    Odoo shows the name of a referenced record to everybody who reads the reference.
    Any model can hold such a reference (an event invites a contact, a task has an
    assignee), so this cannot be limited to the suite's models; a model that can refer
    to no such record is passed over at once. The reasons are in
    ``docs/decisions/0004-names-are-guarded-in-display-name.md``.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        self._wezer_check_referred(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._wezer_check_referred(vals)
        return super().write(vals)

    @api.model
    def default_get(self, fields_list):
        defaults = super().default_get(fields_list)
        self._wezer_check_referred(defaults)
        return defaults

    def onchange(self, values, field_names, fields_spec):
        self._wezer_check_referred(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _wezer_check_referred(self, *several_vals: dict) -> None:
        """Raise where a user refers to a record whose name they may not know.

        :raise NotAllowed: rule ``hidden``
        """
        if self.env.su:
            return
        guarded = self._wezer_guarded_fields()
        if not guarded:
            return
        for vals in several_vals:
            if not guarded.isdisjoint(vals):
                for records in self._wezer_referred(vals):
                    _check_names_visible(records)

    @api.model
    @tools.ormcache("self._name")
    def _wezer_guarded_fields(self) -> frozenset[str]:
        """Return the fields that can name a record whose name is not for everybody.

        Those of lines count for the field that holds the lines.
        Forms of the suite open records of any model for their user, who must be able
        to read them: all their relations count.
        """
        return frozenset(
            name for name, field in self._fields.items() if _is_guarded(self, field)
        )

    @api.model
    def _wezer_referred(self, vals: dict) -> Iterator[models.BaseModel]:
        """Yield the records that ``vals`` refers to, as far as names can be hidden.

        :param vals: values as given to ``create``, ``write`` or ``onchange``
        """
        for name in self._wezer_guarded_fields() & vals.keys():
            field, value = self._fields[name], vals[name]
            comodel = self.env[field.comodel_name]
            if field.type == "one2many":
                # Lines are checked as records of their own; in onchange they are not.
                for line in _values_of_lines(value):
                    yield from comodel._wezer_referred(line)
            else:
                ids = _ids_of(value) if field.type == "many2many" else _id_of(value)
                if ids:
                    yield comodel.browse(ids)

    # === REFERENCES THAT SAY TOO MUCH === #

    @api.model
    @tools.ormcache("self._name")
    def _wezer_closed_fields(self) -> frozenset[str]:
        """Return the fields that are empty where the user may not read the target."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.relational
            and field.comodel_name in self.env
            and closed_references.is_closed(self.env[field.comodel_name])
        )

    def _wezer_closed_among(self, names: Iterable[str]) -> frozenset[str]:
        """Return those of ``names`` that can be closed to the user."""
        if self.env.su:
            return frozenset()
        return self._wezer_closed_fields().intersection(names)

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        if names := self._wezer_closed_among(fnames):
            closed_references.hide_values(self, rows, names)
        return rows

    def web_read(self, specification):
        """Read what references name by the ids that the user sees."""
        apart = {
            name: specification[name]
            for name in self._wezer_closed_among(specification)
            if self._fields[name].type == "many2one" and "fields" in specification[name]
        }
        if not apart:
            return super().web_read(specification)
        rows = super().web_read({**specification, **dict.fromkeys(apart, {})})
        for name, asked in apart.items():
            records = self.env[self._fields[name].comodel_name].browse(
                {row[name] for row in rows if row[name]}
            )
            records = records.with_context(**asked.get("context", {}))
            known = {one["id"]: one for one in records.web_read(asked["fields"])}
            for row in rows:
                row[name] = known.get(row[name], False)
        return rows

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        """Leave cells empty whose reference the user does not see.

        Odoo would refuse the whole file, or write the id.
        """
        names = self._wezer_closed_among(path[0] for path in fields if path)
        closed = closed_references.closed_by_record(self, names)
        if not closed:
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        lines = []
        for record in self:
            hidden = closed.get(record.id, ())
            # The record's own id stands in for what is emptied afterwards.
            emptied = [bool(path) and path[0] in hidden for path in fields]
            paths = [
                [".id"] if empty else path
                for path, empty in zip(fields, emptied, strict=True)
            ]
            rows = super(Base, record)._export_rows(
                paths, _is_toplevel_call=_is_toplevel_call
            )
            lines += [
                [
                    "" if empty else cell
                    for cell, empty in zip(row, emptied, strict=True)
                ]
                for row in rows
            ]
        return lines

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if names := self._wezer_closed_among(self._fields):
            rows = [vals for vals in vals_list if vals]
            single = [name for name in names if self._fields[name].type == "many2one"]
            closed_references.hide_values(self, rows, single)
        return vals_list

    def _search(self, domain, *args, **kwargs):
        if not self.env.su and (names := self._wezer_closed_fields()):
            domain = closed_references.seen_domain(self, domain, names)
        return super()._search(domain, *args, **kwargs)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort by a reference as if it was empty where it is not seen."""
        name, _dot, inner = field_name.partition(".")
        order = super()._order_field_to_sql
        # By their names alone, those that are hidden stand with the empty ones.
        asks = inner == "id" or (nulls and not inner)
        closed = asks and self._wezer_closed_among([name])
        if not closed or self._fields[name].type != "many2one":
            return order(alias, field_name, direction, nulls, query)
        column = self._field_to_sql(alias, name, query)
        seen = closed_references.seen_sql(self, name, column)
        if inner:
            query._order_groupby.append(seen)
            return SQL("%s %s %s", seen, direction, nulls)
        empty = SQL("IS NOT NULL" if nulls.code == "NULLS FIRST" else "IS NULL")
        names = order(alias, name, direction, SQL(), query)
        return SQL("%s %s, %s", seen, empty, names) if names else names

    def _read_group_groupby(self, alias, groupby_spec, query):
        value = super()._read_group_groupby(alias, groupby_spec, query)
        if self._wezer_closed_among([groupby_spec]):
            if self._fields[groupby_spec].type == "many2one":
                return closed_references.seen_sql(self, groupby_spec, value)
        return value

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        value = super()._read_group_select(aggregate_spec, query)
        if not self._wezer_closed_among([name]):
            return value
        column = self._field_to_sql(self._table, name, query)
        column = closed_references.seen_sql(self, name, column)
        return READ_GROUP_AGGREGATE[function](self._table, column)


def has_private_names(model: models.BaseModel) -> bool:
    """Return whether names of ``model`` are shown to readers of the record only."""
    asked = getattr(model, "_wezer_has_private_names", None)
    return bool(asked and asked())


def _is_guarded(model, field) -> bool:
    """Return whether ``field``, or a line below it, can name a hidden record."""
    if not field.relational or field.comodel_name not in model.env:
        return False
    if field.type != "one2many":
        return _shows_private_name(model, field)
    seen, waiting = set(), [field.comodel_name]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in model.env:
            continue
        seen.add(name)
        lines = model.env[name]
        for line in lines._fields.values():
            if line.type == "one2many":
                waiting.append(line.comodel_name)
            elif line.relational and _shows_private_name(lines, line):
                return True
    return False


def _shows_private_name(model, field) -> bool:
    if field.comodel_name not in model.env:
        return False
    # Forms of the suite open records of any model for their user.
    forms = model._transient and model._name.startswith("wezer.")
    return forms or has_private_names(model.env[field.comodel_name])


def _check_names_visible(records) -> None:
    existing = records.sudo().exists()
    if has_private_names(records):
        visible = existing._wezer_with_visible_name()
    else:
        visible = existing.sudo(False)._filtered_access("read")
    if existing - visible:
        raise NotAllowed(
            records.env._(
                "You cannot refer to a record that you may not read. Choose"
                " another one."
            ),
            rule="hidden",
        )


def _id_of(value) -> list[int]:
    """Return the id in the value of a many2one, as a list."""
    if isinstance(value, list | tuple | dict):
        value = value.get("id") if isinstance(value, dict) else (value or [None])[0]
    return [value] if type(value) is int else []


def _ids_of(value) -> list[int]:
    """Return the ids that the value of a many2many names."""
    ids = []
    for command in value if isinstance(value, list | tuple) else ():
        if type(command) is int:
            ids.append(command)
        elif not isinstance(command, list | tuple) or not command:
            continue
        elif command[0] in (Command.LINK, Command.UPDATE):
            ids += [number for number in command[1:2] if type(number) is int]
        elif command[0] == Command.SET and len(command) > 2:
            ids += [number for number in command[2] or () if type(number) is int]
    return ids


def _values_of_lines(value) -> Iterator[dict]:
    """Yield the values that commands of a one2many give to its lines."""
    for command in value if isinstance(value, list | tuple) else ():
        if (
            isinstance(command, list | tuple)
            and len(command) > 2
            and command[0] in (Command.CREATE, Command.UPDATE)
            and isinstance(command[2], dict)
        ):
            yield command[2]
