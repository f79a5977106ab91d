#!/usr/bin/env python3
"""Check the shape of the code, without Odoo: ``python tools/check_structure.py``.

Fails (exit 1, one line for each finding) where

* a method or field of a model is defined twice within one addon, or a model's class
  is written in several files of one addon;
* an addon imports or depends sideways or upwards;
* a comment or docstring cites a page that is not in the repository;
* a sentence of the interface begins with "Who" or "What" without being a question;
* an XML file cannot be parsed, or has a line of more than 120 characters;
* a style sheet, template, script or model names a colour (``COLOUR_FILES`` may);
* a style sheet leaves ``min()`` or ``max()`` of lengths to the compiler;
* a test file for Odoo is not imported in ``tests/__init__.py`` of its addon;
* a public method of a model lacks a docstring or type hints.

Names of addons as arguments check only these.
"""

import ast
import functools
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
# Each addon may use the addons named; their own names are not in the list.
MAY_USE = {
    "wezer_base": set(),
    "wezer_currency": {"wezer_base"},
    "wezer_fractal_groups": {"wezer_base"},
    "wezer_reputation": {"wezer_base"},
    "wezer_news_mailing": {"wezer_base", "wezer_fractal_groups"},
    "wezer_marketplace": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_reputation",
    },
    "wezer_decision": {"wezer_base", "wezer_fractal_groups"},
    "wezer_agreement": {"wezer_base", "wezer_fractal_groups", "wezer_decision"},
    "wezer_decision_currency": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_decision",
    },
    "wezer_decision_market": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_reputation",
        "wezer_marketplace",
        "wezer_decision",
        "wezer_decision_currency",
    },
    "wezer_movein": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_reputation",
        "wezer_marketplace",
    },
    "wezer_website": {
        "wezer_base",
        "wezer_currency",
        "wezer_fractal_groups",
        "wezer_reputation",
        "wezer_marketplace",
        "wezer_decision",
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
LINE = 120
# Written by a tool, whose source keeps to the length.
GENERATED = {"pages.xml"}
# An attribute of words cannot be broken without changing the words.
WORDS = re.compile(r'^ *(help|placeholder|confirm|string|title|aria-label)="[^"]*"$')
# Methods that Odoo calls: it documents what they take and return.
FRAMEWORK = {
    *("create", "init", "unlink", "write", "value_to_html"),
    *("message_notify", "message_post_with_source", "message_subscribe"),
}
# The palettes and what no palette has; everything else reads the theme's variables.
COLOUR_FILES = {
    "wezer_base/static/src/scss/primary_variables.scss",
    "wezer_base/static/src/scss/tints.scss",
    "wezer_base/tools/contrast.py",
}
COLOUR = re.compile(
    r"""(?<![&\w/'#])\#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4}|[0-9a-fA-F]{8})\b(?!['\w-])
    |\b(?:rgb|hsl)a?\(\s*\d""",
    re.VERBOSE,
)
LENGTHS = re.compile(r"(?<![\w$-])(?:min|max)\([^)]*\d(?:%|px|r?em|[ds]?v[hw]).*")
LEFT_TO_THE_BROWSER = re.compile(r"#\{\"[^\"]*\"\}|//.*")
# Drawings that are files: thumbnails of the builder and the logo until there is one.
DRAWN = ("static/src/img", "static/lib", "static/description")
# Methods that leave notices.
NOTIFY = re.compile(r"_(wezer_)?(notify|leave|tell)")
# Folders that are no part of the repository.
NOT_OURS = {".wezer", ".git", "__pycache__", "node_modules"}


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


def place(addon: Path, path: Path) -> str:
    """Return the path of a file of ``addon`` from the folder above `addons`."""
    return path.relative_to(addon.parent.parent).as_posix()


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return tree_of(path.read_text())


# Several checks ask for each file.
tree_of = functools.cache(ast.parse)


def files_of(root: Path) -> Iterator[Path]:
    """Yield every file of the repository; what is installed in it is not entered."""
    for folder, inside, names in os.walk(root):
        inside[:] = sorted(set(inside) - NOT_OURS)
        yield from (Path(folder, name) for name in sorted(names))


def classes(addon: Path) -> Iterator[tuple[Path, ast.ClassDef, str]]:
    """Yield every class of a model in ``addon``, with its file and model."""
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.relative_to(addon).parts:
            continue
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and (name := model_of(node)):
                yield path, node, name


def doubles(addon: Path) -> Iterator[str]:
    """Yield every name that one addon defines twice for one model."""
    places = defaultdict(list)
    for path, node, model in classes(addon):
        seen = set()
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                name = part.name
                # The second half of a property, as `@value.setter`.
                if name in seen and any(
                    isinstance(mark, ast.Attribute) and mark.attr == "setter"
                    for mark in part.decorator_list
                ):
                    continue
            elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
                name = part.targets[0].id
            else:
                continue
            seen.add(name)
            places[model, name].append(f"{place(addon, path)}:{part.lineno}")
    for (model, name), found in sorted(places.items()):
        if len(found) > 1:
            yield f"{model}.{name} is defined {len(found)} times: {', '.join(found)}"


def split_models(addon: Path) -> Iterator[str]:
    """Yield every model whose class is written in several files of one addon."""
    files = defaultdict(set)
    for path, _node, model in classes(addon):
        files[model].add(place(addon, path))
    for model, found in sorted(files.items()):
        if len(found) > 1:
            names = ", ".join(sorted(found))
            yield f"{model} is written in {len(found)} files: {names}"


def undocumented(addon: Path) -> Iterator[str]:
    """Yield every public method of a model without docstring, type hints or result."""
    for path, node, model in classes(addon):
        for part in node.body:
            if not isinstance(part, ast.FunctionDef) or part.name.startswith("_"):
                continue
            if part.name in FRAMEWORK:
                continue
            lacks = []
            # What overrides a method of Odoo is documented there.
            overrides = any(
                isinstance(inner, ast.Call)
                and isinstance(inner.func, ast.Name)
                and inner.func.id == "super"
                for inner in ast.walk(part)
            )
            if not ast.get_docstring(part) and not overrides:
                lacks.append("a docstring")
            arguments = [*part.args.args, *part.args.kwonlyargs][1:]
            hinted = [argument.annotation for argument in arguments]
            if (part.returns is None or None in hinted) and not overrides:
                lacks.append("type hints")
            if isinstance(part.returns, ast.Constant) and part.returns.value is None:
                # Programs would be told of an error after it was done.
                lacks.append("a result, which XML-RPC needs")
            if lacks:
                where = f"{place(addon, path)}:{part.lineno}"
                yield f"{where} {model}.{part.name} lacks {' and '.join(lacks)}"


def templates(addon: Path) -> Iterator[str]:
    """Yield every XML file that cannot be parsed, and its lines that are too long."""
    for path in sorted(addon.rglob("*.xml")):
        text = path.read_text()
        try:
            ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            yield f"{place(addon, path)} is not well-formed: {error}"
        if path.name in GENERATED:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > LINE and not WORDS.match(line):
                where = f"{place(addon, path)}:{number}"
                yield f"{where} has {len(line)} characters (npm run format)"


def layers(addon: Path) -> Iterator[str]:
    """Yield every import and dependency that does not go downwards."""
    may = MAY_USE[addon.name] | {addon.name}
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    for name in manifest["depends"]:
        if name.startswith("wezer_") and name not in may:
            yield f"{addon.name} depends on {name}"
    for path in sorted(addon.rglob("*.py")):
        if "odoo.addons.wezer_" not in path.read_text():
            continue
        for node in ast.walk(parsed(path)):
            module = ""
            if isinstance(node, ast.ImportFrom) and not node.level:
                module = node.module or ""
            elif isinstance(node, ast.Import):
                module = node.names[0].name
            used = re.match(r"odoo\.addons\.(wezer_\w+)", module)
            if used and used[1] not in may:
                line = getattr(node, "lineno", 0)
                yield f"{place(addon, path)}:{line} imports {used[1]}"
    for path in sorted([*addon.rglob("*.xml"), *addon.rglob("*.csv")]):
        for number, line in enumerate(path.read_text().split("\n"), 1):
            for used in re.findall(r"\b(wezer_[a-z_]+)\.[a-z]", line):
                if used in MAY_USE and used not in may:
                    yield f"{place(addon, path)}:{number} uses {used}"


def citations(root: Path) -> Iterator[str]:
    """Yield every citation of a page that the repository does not have."""
    for path in files_of(root):
        if path.suffix not in (".py", ".md", ".xml", ".js", ".scss", ".sql"):
            continue
        # The check and its test name what is not there.
        if path.name in ("check_structure.py", "test_structure_check.py"):
            continue
        for number, line in enumerate(path.read_text().split("\n"), 1):
            for name in CITED.findall(line):
                inside = any((base / name).exists() for base in (root, path.parent))
                in_addon = any((root / "addons").glob(f"*/{name}"))
                if not inside and not in_addon:
                    yield f"{path.relative_to(root)}:{number} cites {name}"
            if path.suffix != ".md" and UNSHIPPED.search(line):
                yield f"{path.relative_to(root)}:{number} cites what is not shipped"


def riddles(addon: Path) -> Iterator[str]:
    """Yield every string of the interface that begins with Who or What, unasked."""
    pot = addon / "i18n" / f"{addon.name}.pot"
    if not pot.exists():
        return
    text, where, message = pot.read_text(), "", None
    for line in [*text.split("\n"), ""]:
        if line.startswith("#: "):
            where = line[3:]
        elif line.startswith("msgid "):
            message = ast.literal_eval(line[6:])
        elif line.startswith('"') and message is not None:
            message += ast.literal_eval(line)
        elif line.startswith("msgstr"):
            if message and RIDDLE.match(message) and "?" not in message:
                yield f"{addon.name}: “{message}” ({where})"
            message = None


def frozen_words(addon: Path) -> Iterator[str]:
    """Yield every sentence that is made for one reader, where it is then stored.

    ``lambda env: env._("…")`` was how notices were written: in the language that
    their reader had on that day.
    """
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.parts or "lambda" not in path.read_text():
            continue
        for node in ast.walk(parsed(path)):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and NOTIFY.match(node.func.attr)
            ):
                continue
            if any(isinstance(one, ast.Lambda) for one in node.args):
                yield f"{place(addon, path)}:{node.lineno}: store _lt(…), not words"


def colours(addon: Path) -> Iterator[str]:
    """Yield every colour that is named outside the files of the palette.

    What a rule, a template or a drawing names stays as it is when an administrator
    chooses other colours, and in the dark.
    """
    for path in sorted(addon.rglob("*")):
        inside = path.relative_to(addon)
        if path.suffix not in (".scss", ".css", ".xml", ".js", ".py"):
            continue
        if {"tests", "migrations"} & set(inside.parts) or inside.as_posix().startswith(
            DRAWN
        ):
            continue
        if path.relative_to(addon.parent).as_posix() in COLOUR_FILES:
            continue
        for number, line in enumerate(path.read_text().split("\n"), 1):
            words = line.split("//")[0] if path.suffix in (".scss", ".js") else line
            if found := COLOUR.search(words):
                yield f"{place(addon, path)}:{number} names the colour {found[0]}"


def lengths(addon: Path) -> Iterator[str]:
    """Yield every ``min()`` or ``max()`` that the compiler would take for its own.

    libsass refuses two units in its function, and with it the whole style sheet.
    """
    for path in sorted(addon.rglob("*.scss")):
        if "lib" in path.relative_to(addon).parts:
            continue
        for number, line in enumerate(path.read_text().split("\n"), 1):
            if found := LENGTHS.search(LEFT_TO_THE_BROWSER.sub("", line)):
                yield f'{place(addon, path)}:{number} needs #{{"…"}}: {found[0]}'


def unlisted_tests(addon: Path) -> Iterator[str]:
    """Yield every file of Odoo's tests that Odoo's own runner would not find."""
    listing = addon / "tests" / "__init__.py"
    listed = listing.read_text().split() if listing.exists() else []
    for path in sorted(addon.glob("tests/test_*.py")):
        if path.stem not in listed and "\nfrom odoo.tests import" in path.read_text():
            yield f"{place(addon, path)} is not imported in tests/__init__.py"


CHECKS = (
    unlisted_tests,
    colours,
    lengths,
    doubles,
    split_models,
    undocumented,
    layers,
    riddles,
    frozen_words,
    templates,
)


def findings(root: Path, only: set[str]) -> list[str]:
    """Return a line for each fault in the repository at ``root``.

    :param only: names of addons; empty for all of the repository
    """
    found: list[str] = []
    for addon in sorted(a for a in (root / "addons").iterdir() if a.name in MAY_USE):
        if only and addon.name not in only:
            continue
        for check in CHECKS:
            found += check(addon)
    if not only:
        found += citations(root)
    return found


def main() -> int:
    """Print every finding; return 1 where there is one."""
    found = findings(ROOT, set(sys.argv[1:]))
    print("\n".join(found))
    print(f"{len(found)} findings" if found else "The code's shape holds.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
