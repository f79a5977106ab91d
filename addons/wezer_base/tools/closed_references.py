"""References to records that keep themselves from the user: answered as empty.

A many2one gives the id of its target to whoever may read the record, whatever the rules
of the target. Where that id alone says too much (``_wezer_closed_reference``), reading,
searching and grouping by the reference answer as if the target was not there.
"""

from collections.abc import Iterable
from typing import Any

from odoo import models
from odoo.fields import Domain
from odoo.orm.domains import DomainCondition, OptimizationLevel, operator_optimization
from odoo.tools import SQL, OrderedSet, Query

HIERARCHY = ("child_of", "parent_of")
# What Odoo still takes for others.
OLD_OPERATORS = {"==": "=", "<>": "!="}
COLLECTIONS = (list, tuple, set, frozenset, OrderedSet)


def is_closed(model: models.BaseModel) -> bool:
    """Return whether references to ``model`` are empty for who may not read it."""
    return bool(getattr(model, "_wezer_closed_reference", False))


def seen_domain(model: models.BaseModel, domain: Any, names: frozenset[str]) -> Any:
    """Return ``domain`` such that it finds nothing by a record that is not seen.

    :param names: the fields that refer to such records
    """
    domain = Domain(domain)
    if any(condition.field_expr in names for condition in domain.iter_conditions()):
        return domain.map_conditions(lambda one: _seen(model, one, names))
    return domain


def seen_sql(model: models.BaseModel, name: str, value: SQL) -> SQL:
    """Return ``value``, the column of a many2one, as NULL where it is not seen."""
    readable = _readable(model, name).subselect()
    return SQL(
        "CASE WHEN %(value)s IN %(seen)s THEN %(value)s END", value=value, seen=readable
    )


def hide_values(
    model: models.BaseModel, rows: list[dict], names: Iterable[str]
) -> None:
    """Empty references in ``rows``, as ``read`` returns them, that are not seen."""
    for name in names:
        given = [row[name] for row in rows if row.get(name)]
        ids = {number for value in given for number in _ids(value)}
        if not ids:
            continue
        records = model.env[model._fields[name].comodel_name].browse(ids)
        closed = ids - set(records._wezer_with_visible_name()._ids)
        for row in rows if closed else ():
            value = row.get(name)
            if isinstance(value, list):
                row[name] = [number for number in value if number not in closed]
            elif value and not closed.isdisjoint(_ids(value)):
                row[name] = False


def closed_by_record(
    model: models.BaseModel, names: Iterable[str]
) -> dict[int, frozenset[str]]:
    """Return ``{id: fields}`` of the records with a many2one that is not seen."""
    closed: dict[int, frozenset[str]] = {}
    for name in names:
        if model._fields[name].type != "many2one":
            continue
        hidden = model[name] - model[name]._wezer_with_visible_name()
        for record in model if hidden else ():
            if record[name] in hidden:
                closed[record.id] = closed.get(record.id, frozenset()) | {name}
    return closed


def _ids(value: Any) -> list:
    """Return the ids in a value that ``read`` returned."""
    if isinstance(value, list):
        return value
    return [value[0] if isinstance(value, tuple) else value]


def _readable(model: models.BaseModel, name: str, domain: Any = ()) -> Query:
    """Return the query of the records that the user sees, of those in ``domain``."""
    comodel = model.env[model._fields[name].comodel_name]
    if not comodel.has_access("read"):
        return comodel.browse()._as_query()
    return comodel._search(domain or [], active_test=False)


def _seen(model: models.BaseModel, condition: Any, names: frozenset[str]) -> Domain:
    """Return one condition of a domain, limited to what the user sees."""
    name, operator, value = condition.field_expr, condition.operator, condition.value
    if name not in names:
        return condition
    operator = OLD_OPERATORS.get(operator, operator)
    if operator == "=?":
        if not value:
            return Domain.TRUE
        operator = "="
    if operator in HIERARCHY:
        inside = Domain("id", operator, value)
        return Domain(name, "any!", _readable(model, name, inside))
    if operator[0] in "<>":
        return condition & Domain(name, "any!", _readable(model, name))
    if operator.endswith("like") and not value:
        # Odoo asks for any, or for none, past the rules.
        none = _one_of(model, name, False)
        return none if operator.startswith("not ") != ("=" in operator) else ~none
    if operator in ("=", "in"):
        return _one_of(model, name, value)
    if operator in ("!=", "not in"):
        return ~_one_of(model, name, value)
    # What is left asks the rules of the target, or is made by a program.
    return condition


@operator_optimization(HIERARCHY, OptimizationLevel.DYNAMIC_VALUES)
def _hierarchy_of_seen(condition: Any, model: models.BaseModel) -> Domain:
    """Let a hierarchy begin at records that the user sees, deep in a domain as well.

    Odoo follows it past the rules, and only what it finds in the end obeys them.
    """
    field = condition._field(model)
    start = model.env[field.comodel_name] if field.relational else model
    if model.env.su or not is_closed(start):
        return condition
    value = condition.value
    values = list(value) if isinstance(value, COLLECTIONS) else [value]
    ids = [one for one in values if type(one) is int]
    seen = set(start.browse(ids)._wezer_with_visible_name().ids)
    if seen.issuperset(ids):
        return condition
    kept = [one for one in values if type(one) is not int or one in seen]
    return DomainCondition(condition.field_expr, condition.operator, kept)


def _one_of(model: models.BaseModel, name: str, value: Any) -> Domain:
    """Return the condition that the reference is one of these, as far as it is seen."""
    if isinstance(value, Query | SQL | Domain):
        return Domain(name, "in", value)
    values = list(value) if isinstance(value, COLLECTIONS) else [value]
    result = Domain.FALSE
    if names := [one for one in values if isinstance(one, str)]:
        result |= Domain(name, "in", names)
    if ids := [one for one in values if type(one) is int]:
        result |= _among(model, name, ids)
    if any(one is True for one in values):
        result |= Domain(name, "any!", _readable(model, name))
    if any(one is False or one is None for one in values):
        result |= ~Domain(name, "any!", _readable(model, name))
    return result


def _among(model: models.BaseModel, name: str, ids: list[int]) -> Domain:
    seen = _readable(model, name, [("id", "in", ids)])
    if model._fields[name].type != "many2one":
        return Domain(name, "any!", seen)

    if seen.is_empty():
        return Domain.FALSE

    def to_sql(model: models.BaseModel, alias: str, query: Query) -> SQL:
        # Asked once, and the column is still looked up in its index.
        column = model._field_to_sql(alias, name, query)
        return SQL("%s = ANY(ARRAY(%s))", column, seen.select())

    return Domain.custom(to_sql=to_sql)
