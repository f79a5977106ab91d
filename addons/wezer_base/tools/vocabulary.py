"""Take in a public vocabulary: categories, with the skills they need."""

import json
from typing import Any

from odoo import Command, api

from ..exceptions import Refusal
from .file_rows import Kind
from .table_reasons import in_words
from .tables import (
    JSON,
    Record,
    Table,
    TableError,
    decode,
    find,
    is_packed,
    lost,
    read_table,
    shown,
)
from .words import split_words, word_key

# What public vocabularies call the columns, first ours.
COLUMNS = {
    "name": (
        *("name", "label", "preferredLabel", "title"),
        *("nom", "nombre", "Bezeichnung", "catégorie", "categoría", "categoria"),
    ),
    "synonyms": (
        *("synonyms", "altLabel", "altLabels", "other words"),
        *("synonymes", "autres mots", "sinónimos", "sinònims", "Synonyme"),
    ),
    "skills": (
        *("skills", "skill", "needs"),
        *("compétences", "competencias", "competències", "Fähigkeiten"),
    ),
    "parent": (
        *("parent", "belongs to", "group"),
        *("parente", "dans", "padre", "grupo", "pare", "grup", "gehört zu", "Gruppe"),
    ),
    "uri": ("uri", "conceptUri", "address", "adresse", "dirección", "adreça"),
}
# What a file of words has, see :mod:`.file_rows`.
KIND = Kind(COLUMNS, needed=("name",), names=("name", "parent"))
ROWS_MAX = 20000
# As long as the columns of words are.
WORD_MAX = 250


def import_rows(rows: list[dict], parent: Any, dry_run: bool) -> dict:
    """Import rows below the category ``parent``; see ``import_vocabulary``.

    :param parent: a category, or an empty ``wezer.category`` for the root
    :raise Refusal: rule ``vocabulary``, where nothing can be read
    """
    env = parent.env
    if not isinstance(rows, list) or len(rows) > ROWS_MAX:
        raise Refusal(env._("There are no rows to read."), rule="vocabulary")
    rows, refused = _clean_rows(env, rows)
    report = {"categories": 0, "skills": 0, "links": 0, "same": 0}
    skills = _import_skills(env, rows, report, dry_run)
    _import_categories(rows, parent, skills, report, dry_run)
    return {**report, "refused": refused}


def _clean_rows(env: api.Environment, rows: Any) -> tuple:
    """Return the rows that can be read, and why the others cannot."""
    clean, refused = [], []
    for number, row in enumerate(rows, start=1):
        problem = row.get("problem") if isinstance(row, dict) else None
        problem = problem or _too_long(row)
        row = _clean_row(row) if isinstance(row, dict) else {}
        if isinstance(problem, tuple):
            reason = in_words(env, problem)
            refused.append({"row": number, "reason": reason})
        elif row.get("name"):
            clean.append(row)
        else:
            reason = env._("the name is missing")
            refused.append({"row": number, "reason": reason})
    return clean, refused


def _too_long(row: Any) -> tuple[str, str] | None:
    """Return why a row is refused of which a word would be cut, None for others."""
    given = row if isinstance(row, dict) else {}
    named = {str(title): value for title, value in given.items() if value}
    for name, titles in COLUMNS.items():
        for title in find(list(named), titles)[:1]:
            value, found = named[title], [named[title]]
            if name in ("synonyms", "skills"):
                found = value if isinstance(value, list) else split_words(str(value))
            for word in found:
                if len(" ".join(str(word).split())) > WORD_MAX:
                    return "long", shown(word)
    return None


def _clean_row(row: dict) -> Any:
    named = {str(title): value for title, value in row.items() if value}
    clean: dict[str, Any] = {}
    for name, titles in COLUMNS.items():
        value = next((named[title] for title in find(list(named), titles)), "")
        if name in ("synonyms", "skills"):
            found = value if isinstance(value, list) else split_words(str(value))
            # A comma parts our synonyms: one within a word becomes a blank.
            named_words = (" ".join(split_words(str(word))) for word in found)
            words = {word_key(word): word[:WORD_MAX] for word in named_words}
            clean[name] = {key: word for key, word in words.items() if key}
        else:
            clean[name] = " ".join(str(value).split())[:WORD_MAX]
    return clean


def _import_skills(env: api.Environment, rows: Any, report: Any, dry_run: bool) -> Any:
    """Make the missing skills; return ``{key: id}`` of all that rows name."""
    wanted = {}
    for row in rows:
        for key, name in row["skills"].items():
            wanted.setdefault(key, name)
    known = env["wezer.skill"]._word_map()
    missing = {key: name for key, name in wanted.items() if key not in known}
    report["skills"] = len(missing)
    if missing and not dry_run:
        made = env["wezer.skill"].create([{"name": name} for name in missing.values()])
        known.update(zip(missing, made.ids, strict=True))
    return known


def _import_categories(
    rows: Any, parent: Any, skills: Any, report: Any, dry_run: bool
) -> None:
    categories = parent.browse()
    here = categories.with_context(active_test=False).search(
        categories._company_domain()
    )
    by_uri = {category.uri: category for category in here if category.uri}
    by_name = {
        (category.parent_id.id, word_key(category.name)): category for category in here
    }
    for row in rows:
        above = _import_parent(row, parent, by_name, report, dry_run)
        place = (above.id, word_key(row["name"]))
        category = by_uri.get(row["uri"]) or by_name.get(place) or categories
        report["same" if category else "categories"] += 1
        if not category and not dry_run:
            category = categories.create(
                {"name": row["name"], "parent_id": above.id, "uri": row["uri"]}
            )
            by_name[place] = category
            if row["uri"]:
                by_uri[row["uri"]] = category
        _import_words(row, category, skills, report, dry_run)


def _import_parent(
    row: dict, parent: Any, by_name: Any, report: Any, dry_run: bool
) -> Any:
    """Return the branch a row goes into, made where it is missing."""
    if not row["parent"]:
        return parent
    place = (parent.id, word_key(row["parent"]))
    if place not in by_name:
        report["categories"] += 1
        by_name[place] = parent.browse()
        if not dry_run:
            by_name[place] = parent.create(
                {"name": row["parent"], "parent_id": parent.id}
            )
    return by_name[place]


def _import_words(
    row: dict, category: Any, skills: Any, report: Any, dry_run: bool
) -> None:
    """Add to ``category`` the synonyms and skills it does not have yet."""
    ids = {skills[key] for key in row["skills"] if key in skills}
    new = ids - set(category.skill_ids.ids)
    report["links"] += len(row["skills"]) - len(ids) + len(new)
    if dry_run:
        return
    known = set(filter(None, (category.search_text or "").split("|")))
    more = [word for key, word in row["synonyms"].items() if key not in known]
    vals: dict[str, Any] = {}
    if more:
        vals["synonyms"] = ", ".join(split_words(category.synonyms) + more)
    if new:
        vals["skill_ids"] = [Command.link(number) for number in sorted(new)]
    if vals:
        category.write(vals)
    homeless = (
        category.env["wezer.skill"]
        .browse(new)
        .filtered(lambda skill: not skill.category_id)
    )
    homeless.category_id = category


# === FILES === #


def read_words(content: bytes, sheet: str = "") -> Table:
    """Return a file of words as a table: CSV, XLSX, or JSON as vocabularies are given.

    :param str sheet: the name of the sheet, where a workbook has several
    :raise TableError: as :func:`.tables.read_table`; code ``json``
    """
    if not is_packed(content[:4]):
        text, _encoding = decode(content)
        if text.lstrip()[:1] in ("[", "{"):
            return _json_table(text)
    return read_table(content, sheet)


def _json_table(text: str) -> Table:
    """Return the rows of a JSON file: a list of objects, or one named ``rows``."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError("json", str(error)) from error
    rows = rows.get("rows") if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows:
        raise TableError("empty")
    records = [
        Record(number, _json_cells(row), _json_problem(row))
        for number, row in enumerate(rows, start=1)
    ]
    headings = list(dict.fromkeys(name for row in records for name in row.cells))
    return Table(headings, records, JSON, "")


def _json_cells(row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        return {}
    return {str(name): _json_cell(value) for name, value in row.items()}


def _json_cell(value: Any) -> str:
    if isinstance(value, list):
        # A comma parts our words: one within a word becomes a blank.
        return ", ".join(" ".join(split_words(str(word))) for word in value)
    return "" if value is None or isinstance(value, bool | dict) else str(value)


def _json_problem(row: Any) -> tuple[str, str] | None:
    return lost("".join(_json_cells(row).values()))
