"""Groups, members and permissions from files, and back into files.

Called by ``wezer.group._wezer_import`` and ``_file_rows``, which check that the user
is an administrator.
"""

from collections.abc import Iterator
from typing import Any

from odoo import models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import imports

from . import export_files
from .group_importer import GroupImporter
from .membership_sql import is_counted, is_running
from .relations import RelationError, merged

FILES = ("groups", "members", "rights")


def import_rows(
    model: Any,
    groups: models.Model,
    members: Any,
    rights: Any,
    dry_run: bool,
    relations: dict | None = None,
    links: bool = False,
) -> list[dict]:
    """Take in rows of three files; see ``wezer.group._wezer_import``."""
    env = model.env
    try:
        words = merged(relations or {})
    except RelationError as error:
        raise Refusal(str(error), rule="relation") from error
    imports.hold(env)
    importer = GroupImporter(model.sudo(), words, links)
    with env.cr.savepoint() as everything:
        report = importer.refuse_unread("groups", groups)
        report += importer.groups(_numbered(groups))
        report += importer.refuse_unread("members", members)
        report += importer.members(_numbered(members))
        report += importer.refuse_unread("rights", rights)
        report += importer.rights(_numbered(rights))
        report.sort(key=lambda line: (FILES.index(line["file"]), line["row"]))
        if dry_run:
            everything.rollback()
            env.invalidate_all(flush=False)
    env.ref("wezer_fractal_groups.ir_cron_count").sudo()._trigger()
    return report


def import_export(
    model: Any,
    files: list[tuple[str, bytes]],
    dry_run: bool,
    relations: dict | None,
    links: bool,
) -> tuple[str, list[dict]]:
    """Take in another program's files; see ``wezer.group._wezer_import_export``."""
    try:
        program, found = export_files.read_files(files)
    except export_files.ExportError as error:
        raise Refusal(str(error), rule="file") from error
    rows = found.groups, found.members, ()
    return program, import_rows(model, *rows, dry_run, relations, links)


def export_rows(model: Any, inherited: bool) -> Iterator[list[str]]:
    """Yield the heading and a row for each member; see ``wezer.group._file_rows``."""
    env = model.env
    yield ["group", "person", "relation"]
    circles = model.sudo().search(
        [("kind", "=", "circle"), ("company_id", "=", env.company.id)],
        order="id",
    )
    rows = _direct_rows(circles)
    if inherited:
        rows += _inherited_rows(circles, rows)
    people = env["res.partner"].sudo().browse({row[1] for row in rows})
    names = people._wezer_file_names()
    titles = {circle.id: circle.reference or circle.slug for circle in circles}
    for group, person, relation in sorted(rows):
        yield [titles[group], names[person], relation]


def _direct_rows(circles: Any) -> Any:
    """Return ``(circle id, person id, relation)`` of members and role fillers."""
    circles.flush_model()
    return circles.env.execute_query(
        SQL(
            """SELECT g.id, m.partner_id, coalesce(nullif(m.focus, ''), 'member')
                 FROM wezer_group_membership m JOIN wezer_group g ON g.id = m.group_id
                WHERE g.id = ANY(%(ids)s) AND %(counted)s
                UNION
               SELECT r.parent_id, m.partner_id,
                      coalesce(substring(r.reference FROM '#([^#/]+)$'), r.name)
                 FROM wezer_group_membership m JOIN wezer_group r ON r.id = m.group_id
                WHERE r.kind = 'role' AND r.active AND r.parent_id = ANY(%(ids)s)
                  AND %(running)s""",
            ids=circles.ids,
            counted=is_counted(circles.env),
            running=is_running(circles.env),
            to_flush=circles.env["wezer.group.membership"]._fields["focus"],
        )
    )


def _inherited_rows(circles: Any, direct: Any) -> list:
    """Return the persons that are counted from below and are not in ``direct``."""
    have = {(group, person) for group, person, _relation in direct}
    rows = circles.env.execute_query(
        SQL(
            """SELECT DISTINCT c.ancestor_id, m.partner_id
                 FROM wezer_group_membership m
                 JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                WHERE c.ancestor_id = ANY(%s) AND %s""",
            circles.ids,
            is_counted(circles.env),
        )
    )
    return [
        (group, person, "inherited")
        for group, person in rows
        if (group, person) not in have
    ]


def _numbered(rows: Any) -> list:
    """Return the rows that could be read, each with its number."""
    return [
        {**row, "row": row.get("row", n)}
        for n, row in enumerate(rows, start=1)
        if not row.get("problem")
    ]
