"""Let every row that names a record name another one: merging members and words.

The fields are asked of the registry, so that another addon's field is found without
anybody thinking of it. Rows are changed in SQL: some of them (terms, assessments,
deals) refuse every ``write``, and merging changes no decision of theirs. Computed
fields follow by ``modified``.
"""

from typing import Any

from psycopg2 import IntegrityError

from odoo import api
from odoo.tools import SQL, mute_logger


def fields_pointing_at_partners(env: api.Environment, keeps: set[str]) -> list:
    """Return the stored fields of the suite's models whose value is a partner.

    Asked of the registry, so that another addon's field is found without
    anybody thinking of it.
    """
    tables, pointing = set(), []
    for model in env.registry.values():
        if model._abstract or model._transient or not model._auto:
            continue
        ours = model._name.startswith("wezer.")
        for field in model._fields.values():
            if field.comodel_name != "res.partner" or not field.store:
                continue
            if f"{model._name}.{field.name}" in keeps or field.company_dependent:
                continue
            # Ours on Odoo's own models too, a task's assignee for instance.
            if not ours and not (field._module or "").startswith("wezer_"):
                continue
            if field.compute or field.related:
                continue
            if field.type == "many2one" and model._name != "res.partner":
                pointing.append(field)
            elif field.type == "many2many" and field.relation not in tables:
                tables.add(field.relation)
                pointing.append(field)
    return pointing


def repoint_partner(source: Any, target: Any) -> None:
    """Let every row of the suite that names this party name ``target``.

    A row that its table's rules do not let change stays with the old account:
    what both were sides of, or both have already.
    """
    source.env.flush_all()
    for field in fields_pointing_at_partners(source.env, source._wezer_merge_keeps()):
        if field.type == "many2many":
            _repoint_partner_relation(field, source, target)
        else:
            _repoint_partner_column(field, source, target)
    source.env.invalidate_all(flush=False)


def _repoint_partner_column(field: Any, source: Any, target: Any) -> None:
    model = source.env[field.model_name].sudo().with_context(active_test=False)
    table, column = SQL.identifier(model._table), SQL.identifier(field.name)
    rows = source.env.execute_query(
        SQL("SELECT id FROM %s WHERE %s = %s ORDER BY id", table, column, source.id)
    )
    ids = [row[0] for row in rows]
    # In SQL: some rows (terms, assessments) refuse every ``write``, and this
    # changes no decision of theirs.
    moved = _update_rows(source.env, table, column, target.id, ids)
    if moved is None:
        moved = [
            row_id
            for row_id in ids
            if _update_rows(source.env, table, column, target.id, [row_id]) is not None
        ]
    else:
        moved = ids
    records = model.browse(moved)
    records.invalidate_recordset(flush=False)
    records.modified([field.name])


def _update_rows(
    env: api.Environment, table: Any, column: Any, new: Any, ids: Any
) -> Any:
    """Write ``new`` into rows ``ids``; None where a rule of the table forbids."""
    if not ids:
        return ids
    try:
        with mute_logger("odoo.sql_db"), env.cr.savepoint(flush=False):
            env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                    table,
                    column,
                    new,
                    ids,
                )
            )
    except IntegrityError:
        return None
    return ids


def _repoint_partner_relation(field: Any, source: Any, target: Any) -> None:
    names = {
        "table": SQL.identifier(field.relation),
        "mine": SQL.identifier(field.column2),
        "other": SQL.identifier(field.column1),
        "old": source.id,
        "new": target.id,
    }
    source.env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(mine)s, %(other)s)"
            " SELECT %(new)s, %(other)s FROM %(table)s WHERE %(mine)s = %(old)s"
            " ON CONFLICT DO NOTHING",
            **names,
        )
    )
    source.env.cr.execute(
        SQL("DELETE FROM %(table)s WHERE %(mine)s = %(old)s", **names)
    )


def fields_pointing_at_word(words: Any) -> list:
    """Return every stored field of the registry whose value is such a word."""
    pointing, tables = [], set()
    for model in words.env.registry.values():
        if model._abstract or not model._auto:
            continue
        for field in model._fields.values():
            if not field.store or field.company_dependent:
                continue
            if field.type == "many2one" and field.comodel_name == words._name:
                pointing.append(field)
            elif field.type == "many2many" and words._name in (
                field.comodel_name,
                model._name,
            ):
                if field.relation and field.relation not in tables:
                    tables.add(field.relation)
                    pointing.append(field)
            elif field.type == "reference":
                pointing.append(field)
            elif field.type == "many2one_reference":
                if model._fields[field.model_field].store:
                    pointing.append(field)
    return pointing


def repoint_word(field: Any, words: Any, target: Any) -> None:
    """Let what ``field`` says of these words be said of ``target``."""
    if field.type == "many2many":
        _repoint_word_relation(field, words, target)
        return
    model = words.env[field.model_name].sudo().with_context(active_test=False)
    table, column = SQL.identifier(model._table), SQL.identifier(field.name)
    if field.type == "many2one":
        old, new = SQL("%s = ANY(%s)", column, words.ids), target.id
    elif field.type == "reference":
        names = [f"{words._name},{number}" for number in words.ids]
        old, new = SQL("%s = ANY(%s)", column, names), f"{words._name},{target.id}"
    else:
        model_column = SQL.identifier(field.model_field)
        old = SQL(
            "%s = ANY(%s) AND %s = %s", column, words.ids, model_column, words._name
        )
        new = target.id
    rows = words.env.execute_query(
        SQL("UPDATE %s SET %s = %s WHERE %s RETURNING id", table, column, new, old)
    )
    records = model.browse([row[0] for row in rows])
    records.invalidate_recordset(flush=False)
    records.modified([field.name])


def _repoint_word_relation(field: Any, words: Any, target: Any) -> None:
    """Do it for a many-to-many, where ``target`` may stand there already."""
    mine, other = field.column2, field.column1
    if field.comodel_name != words._name:
        mine, other = other, mine
    names = {
        "table": SQL.identifier(field.relation),
        "mine": SQL.identifier(mine),
        "other": SQL.identifier(other),
    }
    rows = words.env.execute_query(
        SQL(
            "INSERT INTO %(table)s (%(mine)s, %(other)s)"
            " SELECT DISTINCT %(new)s, %(other)s FROM %(table)s"
            " WHERE %(mine)s = ANY(%(old)s)"
            " ON CONFLICT DO NOTHING RETURNING %(other)s",
            new=target.id,
            old=words.ids,
            **names,
        )
    )
    words.env.cr.execute(
        SQL(
            "DELETE FROM %(table)s WHERE %(mine)s = ANY(%(old)s)",
            old=words.ids,
            **names,
        )
    )
    words.env.invalidate_all(flush=False)
    if field.comodel_name == words._name:
        others = words.env[field.model_name].sudo().browse([row[0] for row in rows])
        others.modified([field.name])


def word_uses(words: Any) -> dict[str, int]:
    """Return how often these words are used: ``{what people call it: count}``."""
    uses = {}
    for field in fields_pointing_at_word(words):
        if field.type not in ("many2one", "many2many"):
            continue
        if field.comodel_name != words._name:
            continue
        model = words.env[field.model_name].sudo().with_context(active_test=False)
        if model._transient:
            continue
        count = model.search_count([(field.name, "in", words.ids)])
        if count:
            name = words.env["ir.model"]._get(field.model_name).sudo().name
            uses[name] = uses.get(name, 0) + count
    return uses
