#!/usr/bin/env python3
"""Check the shape of the code, without Odoo: ``python tools/check_structure.py``.

Fails (exit 1, one line for each finding) where

* a method or field of a model is defined twice within one addon;
* an addon imports or depends sideways or upwards;
* a comment or docstring cites a page that is not in the repository;
* a sentence of the interface begins with "Who" or "What" without being a question.
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
# Each addon may use the addons named; their own names are not in the list.
MAY_USE = {
    "wezer_base": set(),
    "wezer_currency": {"wezer_base"},
    "wezer_fractal_groups": {"wezer_base"},
    "wezer_reputation": {"wezer_base"},
    "wezer_marketplace": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_reputation",
    },
}
CITED = re.compile(
    r"(?<![\w/.])((?:docs|addons|tests|tools|bench|launcher)/[\w/.-]+\.(?:md|py|sql|xml))"
)
UNSHIPPED = re.compile(
    r"\(design\b|\bthe design's\b|architecture checks|\bdesign, section"
    r"|participation-peers|currency-peers|wezer-2015|\bthe issues? names?\b"
    r"|ledger-performance|\bscreens\.md|\bissue \d+\b"
)
RIDDLE = re.compile(r"^(Who|What|Whom|Whoever|Whatever)\b")


def model_of(node: ast.ClassDef) -> str | None:
    """Return the model that an Odoo class defines or extends."""
    found = {}
    for part in node.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            if part.targets[0].id in ("_name", "_inherit"):
                try:
                    found[part.targets[0].id] = ast.literal_eval(part.value)
                except ValueError:
                    return None
    name = found.get("_name") or found.get("_inherit")
    return name if isinstance(name, str) else (name[0] if name else None)


def doubles(addon: Path):
    """Yield every name that one addon defines twice for one model."""
    places = defaultdict(list)
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.ClassDef) or not (name := model_of(node)):
                continue
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    places[name, part.name].append((path, part.lineno))
                elif isinstance(part, ast.Assign) and isinstance(
                    part.targets[0], ast.Name
                ):
                    target = part.targets[0].id
                    if target not in ("_name", "_inherit", "_description"):
                        places[name, target].append((path, part.lineno))
    for (model, name), found in sorted(places.items()):
        if len(found) > 1:
            where = ", ".join(f"{p.relative_to(ROOT)}:{line}" for p, line in found)
            yield f"{model}.{name} is defined {len(found)} times: {where}"


def split_models(addon: Path):
    """Yield every model whose class is written in several files of one addon."""
    files = defaultdict(set)
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and (name := model_of(node)):
                files[name].add(str(path.relative_to(ROOT)))
    for model, found in sorted(files.items()):
        if len(found) > 1:
            yield f"{model} is written in {len(found)} files: {', '.join(sorted(found))}"


def layers(addon: Path):
    """Yield every import and dependency that does not go downwards."""
    may = MAY_USE[addon.name] | {addon.name}
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    for name in manifest["depends"]:
        if name.startswith("wezer_") and name not in may:
            yield f"{addon.name} depends on {name}"
    for path in sorted(addon.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            module = ""
            if isinstance(node, ast.ImportFrom) and not node.level:
                module = node.module or ""
            elif isinstance(node, ast.Import):
                module = node.names[0].name
            used = re.match(r"odoo\.addons\.(wezer_\w+)", module)
            if used and used[1] not in may:
                yield f"{path.relative_to(ROOT)}:{node.lineno} imports {used[1]}"
    for path in sorted([*addon.rglob("*.xml"), *addon.rglob("*.csv")]):
        for number, line in enumerate(path.read_text().split("\n"), 1):
            for used in re.findall(r"\b(wezer_[a-z_]+)\.[a-z]", line):
                if used in MAY_USE and used not in may:
                    yield f"{path.relative_to(ROOT)}:{number} uses {used}"


def citations(root: Path):
    """Yield every citation of a page that the repository does not have."""
    for path in sorted(root.rglob("*")):
        parts = set(path.relative_to(root).parts)
        if parts & {".wezer", ".git", "__pycache__", "node_modules"}:
            continue
        if path.suffix not in (".py", ".md", ".xml", ".js", ".scss", ".sql"):
            continue
        if path.name == "check_structure.py":
            continue
        for number, line in enumerate(path.read_text().split("\n"), 1):
            for name in CITED.findall(line):
                inside = any((base / name).exists() for base in (root, path.parent))
                in_addon = [a for a in ADDONS.iterdir() if (a / name).exists()]
                if not inside and not in_addon:
                    yield f"{path.relative_to(root)}:{number} cites {name}"
            if path.suffix != ".md" and UNSHIPPED.search(line):
                yield f"{path.relative_to(root)}:{number} cites what is not shipped"


def riddles(addon: Path):
    """Yield every string of the interface that begins with Who or What, unasked."""
    pot = addon / "i18n" / f"{addon.name}.pot"
    text, where, message = pot.read_text(), "", None
    for line in [*text.split("\n"), ""]:
        if line.startswith("#: "):
            where = line[3:]
        elif line.startswith("msgid "):
            message = ast.literal_eval(line[6:])
        elif line.startswith('"') and message is not None:
            message += ast.literal_eval(line)
        elif line.startswith("msgstr"):
            if RIDDLE.match(message or "") and "?" not in message:
                yield f"{addon.name}: “{message}” ({where})"
            message = None


def main() -> int:
    """Print every finding; return 1 where there is one."""
    only = set(sys.argv[1:])
    checks = [doubles, split_models, layers, riddles]
    found = []
    for addon in sorted(a for a in ADDONS.iterdir() if a.name in MAY_USE):
        if only and addon.name not in only:
            continue
        for check in checks:
            found += check(addon)
    if not only:
        found += citations(ROOT)
    print("\n".join(found))
    print(f"{len(found)} findings" if found else "The code's shape holds.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
