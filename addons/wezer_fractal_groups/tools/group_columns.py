"""What files of groups, their members and their rights have. Runs without Odoo."""

from pathlib import Path
from typing import Any

MAP = Path(__file__).parent.parent / "data" / "maps" / "groups.json"
# As wezer_base/tools/file_rows.py takes them.
FIELDS: dict[str, Any] = {
    "groups": {"needed": ("group", "parent"), "names": ("group", "parent", "name")},
    "members": {
        "needed": ("group", "person"),
        "days": ("since", "until"),
        "names": ("group", "person", "name", "relation"),
    },
    "rights": {
        "needed": ("group", "resource", "level"),
        "names": ("group", "resource", "level"),
    },
}
