"""What a file of tasks has. Runs without Odoo."""

from pathlib import Path
from typing import Any

MAP = Path(__file__).parent.parent / "data" / "maps" / "tasks.json"
# As wezer_base/tools/file_rows.py takes them.
FIELDS: dict[str, Any] = {
    "needed": ("title",),
    "numbers": ("hours", "places"),
    "days": ("date_start", "date_end"),
    "names": ("title", "key", "category"),
}
