"""What a file of members has. Runs without Odoo."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .file_rows import Kind, own_columns

MAP = Path(__file__).parent.parent / "data" / "maps" / "members.json"
KIND = Kind(
    own_columns(MAP),
    needed=("name",),
    lists=("skills", "languages"),
    names=("name", "email", "group"),
)


def filled(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that say something: lists of people end with blank lines."""
    return [
        row
        for row in rows
        if row.get("problem")
        or any(value for field, value in row.items() if field in KIND.columns)
    ]
