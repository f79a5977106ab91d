"""Maps: JSON that says in which columns of a file our fields are, and what is fixed.

What a map of transfers may say, the addon knows (`tools/transfer_map.py`).
"""

import json
import os
from pathlib import Path
from typing import Any

from . import paths
from .addon_tools import load
from .console import Failure
from .tables import bytes_of, tables

map_file: Any = load(paths.ADDONS / "wezer_base" / "tools" / "map_file.py")

transfer_map: Any = load(paths.ADDONS / "wezer_currency" / "tools" / "transfer_map.py")

FOLDER = Path(__file__).parent / "maps"

TASKS = map_file.fields(
    {
        "about": map_file.TEXT,
        "columns": map_file.columns(
            (
                *("key", "title", "description", "category", "organisation", "places"),
                *("hours", "date_posted", "date_start", "date_end", "city", "street"),
                *("zip", "location", "latitude", "longitude", "url", "tags"),
            )
        ),
        "key_prefix": map_file.TEXT,
        "city": map_file.TEXT,
        "dates": map_file.TEXT,
    }
)
MEMBERS = map_file.fields(
    {
        "about": map_file.TEXT,
        "columns": map_file.columns(
            (
                *("name", "email", "phone", "skills", "languages", "place"),
                *("presentation", "group"),
            )
        ),
    }
)
GROUPS = map_file.fields(
    {
        "about": map_file.TEXT,
        "groups": map_file.columns(
            (
                *("group", "parent", "kind", "name", "visibility", "purpose"),
                *("domains", "accountabilities", "organisation"),
            )
        ),
        "members": map_file.columns(
            ("group", "person", "relation", "name", "focus", "since", "until")
        ),
        "rights": map_file.columns(("group", "resource", "level")),
        "relations": map_file.pairs(
            map_file.text_or(
                map_file.fields(
                    {
                        "kind": map_file.TEXT,
                        "role": map_file.TEXT,
                        "permissions": map_file.TEXTS,
                        "link": map_file.TEXT,
                        "guest": map_file.FLAG,
                    }
                )
            )
        ),
    }
)


TRANSFERS = transfer_map.shape(map_file)


def read_map(name: str, shape: Any) -> dict:
    """Return a map, by its name or file.

    :param name: of a file, or of a map that comes with the launcher
    :param shape: one of this module's
    """
    if os.path.isfile(name) or name not in names():
        if not os.path.exists(name):
            raise Failure(
                f"There is no map {name}", f"Maps: {', '.join(names())}, or a file."
            )
        return read(Path(name), shape)
    return own_map(name)


def own_map(name: str) -> dict:
    """Return a map that comes with the launcher."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def names() -> list[str]:
    """Return the names of the maps that come with the launcher."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read(path: Path, shape: Any) -> dict:
    """Return the map in a file.

    :raise Failure: where it is not JSON, or one of its values is not what it must be
    """
    try:
        text, _encoding = tables.decode(bytes_of(path))
        mapping = json.loads(text.removeprefix("\ufeff"))
        map_file.check(mapping, shape)
    except map_file.MapError as error:
        raise Failure(f"{path}: {error}", f"Examples are in {FOLDER}.") from error
    except (tables.TableError, ValueError, RecursionError) as error:
        raise Failure(f"The map {path} is not JSON: {error}") from error
    return mapping
