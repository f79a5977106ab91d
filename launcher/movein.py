"""`./wezer movein FILE…`: check the export of another system, without Odoo; import it.

What the files hold and how they agree with their balances is computed by the addon
(`addons/wezer_movein/tools/`); here stands how the command reads files and reports.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from . import addon_tools, komunitin, moving_in, python_env
from .console import Failure

PROVED, UNDECIDED, UNREADABLE = 0, 1, 2
# So many rows of a list are shown to people.
SHOWN = 10
# A folder with this file was written by `./wezer export community`.
OWN_EXPORT = "manifest.json"
# A folder holds a community's export, not a disk.
FILES_MAX = 1_000
BYTES_MAX = 768 << 20


def command(options: argparse.Namespace) -> int:
    """Check the files, and report."""
    started = time.monotonic()
    content_module = tool("content")
    try:
        if options.url:
            komunitin.fetch_into(options)
        given = read_files(options.files)
        if needs_workbooks(given):
            python_env.restart_with_workbooks()
        content, replay, found = check(given, options)
    except content_module.Unreadable as error:
        return unreadable(error, options)
    except Failure as failure:
        return unreadable(content_module.Unreadable("file", str(failure)), options)
    moved = None
    proved = replay.is_proved
    if proved and content.other_currencies and not options.currency:
        proved = check_others(content.other_currencies, options, found)
    if (options.rehearse or options.import_) and proved:
        moved = move(options)
        found["moved"] = moved
    if options.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        show(content, replay, found)
    took = time.monotonic() - started
    say(
        f"{len(content.payments):,} payments of {len(replay.accounts):,} accounts,"
        f" {len(replay.problems):,} problems, {len(replay.undecided):,} to decide,"
        f" {took:.1f} s."
    )
    if moved:
        say(moving_in.sentence(moved, options.rehearse and not options.import_))
    elif options.rehearse or options.import_:
        say("Nothing was imported: decide about the problems first.")
    if moved and moved["undecided"]:
        # What the database knows already asks for a decision, too.
        return UNDECIDED
    return PROVED if proved else UNDECIDED


def check_others(
    codes: list[str], options: argparse.Namespace, found: dict[str, Any]
) -> bool:
    """Check the other currencies of the files, each a move of its own.

    :return: whether nothing is undecided in them; else the report names it
    """
    found["others"] = []
    for code in codes:
        given = {**said(options), "export_currency": code}
        content, replay = replayed(read_files(options.files), given, options)
        waiting = tool("report").report(content, replay)["undecided"]
        found["others"].append({"currency": code, "undecided": waiting})
        if waiting:
            found["undecided"] += waiting
            found["proved"] = False
    return bool(found["proved"])


def move(options: argparse.Namespace) -> dict[str, Any]:
    """Rehearse, import, or both; return what became of it."""
    given = said(options)
    given["system"] = given.pop("from", "")
    decisions = decisions_of(options)
    answer = {}
    if options.rehearse:
        answer = moving_in.rehearse(paths_of(options.files), given, decisions)
    if options.import_:
        answer = moving_in.import_files(
            paths_of(options.files), given, decisions, options.open
        )
    return answer


def tool(name: str) -> Any:
    """Return a module of the addon's tools."""
    return addon_tools.module("wezer_movein", f"tools.{name}")


def check(
    given: list[tuple[str, bytes]], options: argparse.Namespace
) -> tuple[Any, Any, dict[str, Any]]:
    """Return the content, its replay, and the report."""
    decisions = decisions_of(options)
    content, replay = replayed(given, said(options), options)
    keys = {tool("problems").key(problem) for problem in replay.problems}
    for key in decisions:
        if ":" in key and key not in keys:
            say(f"The decision {key} is of no problem of these files.")
    return content, replay, tool("report").report(content, replay, decisions)


def replayed(
    given: list[tuple[str, bytes]], wanted: dict[str, Any], options: argparse.Namespace
) -> tuple[Any, Any]:
    """Return what the files hold, and its replay with the decisions."""
    say("Reading …")
    content = tool("readers.registry").read(given, wanted)
    given.clear()
    say(f"{content.layout} of {content.system}. Replaying …")
    return content, tool("replay").replay(content, decisions_of(options))


def decisions_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was decided in the file of decisions, if there is one."""
    if not options.decisions:
        return {}
    try:
        text = Path(options.decisions).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{options.decisions} cannot be read") from error
    return tool("problems").read_decisions(text)


def said(options: argparse.Namespace) -> dict[str, Any]:
    """Return what an administrator said with the options."""
    names = ("from", "code", "currency", "time_zone", "decimal_sign", "day_order")
    values = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in values.items() if value}


def say(text: str) -> None:
    """Print a line of progress, beside the report."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def paths_of(names: list[str]) -> list[Path]:
    """Return the files of these names; of a folder, those in it."""
    paths: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            # Wezer's own export has objects, too, and says so.
            own = (path / OWN_EXPORT).exists()
            inside = sorted(one for one in path.iterdir() if is_export(one, own))
            if not inside:
                raise Failure(f"The folder {name} has no files")
            paths += inside
        else:
            paths.append(path)
    if len(paths) > FILES_MAX:
        raise Failure(f"{len(paths)} files are more than an export has")
    return paths


def read_files(names: list[str]) -> list[tuple[str, bytes]]:
    """Return the names and contents of files; of a folder, those in it."""
    given = []
    size = 0
    for path in paths_of(names):
        try:
            size += path.stat().st_size
            if size > BYTES_MAX:
                raise Failure(f"{path} is larger than an export is")
            given.append((path.name, path.read_bytes()))
        except OSError as error:
            raise Failure(f"{path} cannot be read: {error.strerror}") from error
    return given


def is_export(path: Path, with_objects: bool = False) -> bool:
    """Return whether a file of a folder is taken: tables, archives and workbooks.

    :param with_objects: JSON, too
    """
    kinds = [".csv", ".tsv", ".txt", ".tab", ".zip", ".xlsx", ".xlsm"]
    if with_objects:
        kinds.append(".json")
    return (
        path.is_file()
        and not path.name.startswith(".")
        and path.suffix.lower() in kinds
    )


# === WORKBOOKS === #


def needs_workbooks(given: list[tuple[str, bytes]]) -> bool:
    """Return whether a workbook is to be read, and this Python cannot."""
    if importlib.util.find_spec("openpyxl") is not None:
        return False
    workbooks = addon_tools.module("wezer_base", "tools.workbooks")
    return any(
        workbooks.is_workbook(data) or (data[:2] == b"PK" and b".xlsx" in data)
        for _name, data in given
    )


# === REPORT === #


def unreadable(error: Any, options: argparse.Namespace) -> int:
    """Report files that are not read."""
    if options.json:
        rows = [vars(row) for row in error.rows]
        found = {"error": {"code": error.code, "reason": str(error), "rows": rows}}
        json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    for row in error.rows[:SHOWN]:
        say(f"{row.file}, row {row.row}: refused: {row.reason}")
    say(f"wezer: not readable: {error}")
    return UNREADABLE


def show(content: Any, replay: Any, found: dict[str, Any]) -> None:
    """Print the report for people: what it is, what differs, what is to decide."""
    print(f"{content.layout} of {content.system}: {content.name or content.code}")
    print(", ".join(f"{count:,} {role}" for role, count in found["rows"].items()))
    for name, reading in found["readings"].items():
        left = reading["residuals"][reading["chosen"]]
        print(f"Column {name}: read as “{reading['chosen']}”, which leaves {left}.")
    differing = [
        (code, balance)
        for code, balance in found["balances"].items()
        if balance.get("difference_seconds")
        or (balance.get("difference") or "0").strip("-0.")
    ]
    agreeing = sum(
        balance.get("file", balance.get("file_seconds")) is not None
        for balance in found["balances"].values()
    ) - len(differing)
    print(f"{agreeing} balances agree, {len(differing)} differ.")
    for code, balance in differing[:SHOWN]:
        if "replay_minutes" in balance:
            print(
                f"  {code}  {balance['replay_minutes']} min here,"
                f" {balance['file_seconds']} s in the files,"
                f" difference {balance['difference_seconds']} s"
            )
        else:
            print(
                f"  {code}  {balance['replay']} here, {balance['file']} in the files,"
                f" difference {balance['difference']}"
            )
    rest(differing)
    problems = tool("problems")
    print("Problems:")
    for code, count in found["problem_counts"].items():
        kind = problems.PROBLEMS[code]
        print(f"  {count:>6}  {code} ({kind.default})")
    waiting = Counter(problem["code"] for problem in found["undecided"])
    if waiting:
        print("To decide (--decisions FILE, JSON: key or code → choice):")
        for problem in found["undecided"][:SHOWN]:
            choices = " / ".join(problem["choices"])
            print(f"  {problem['key']}  {problem['text']} [{choices}]")
        rest(found["undecided"])
    if found.get("formulas"):
        print(
            f"{found['formulas']} texts begin like a formula; they are kept as texts."
        )
    print("The files never have:")
    for text in content.lacks:
        print(f"  {text}")
    for file in found["files"]:
        if file["unused_headings"]:
            print(f"{file['name']}: not read: {', '.join(file['unused_headings'])}")
        elif not file["role"]:
            print(f"{file['name']}: not read")
        if file["encoding"] == "cp1252":
            print(
                f"{file['name']}: not UTF-8, read as Windows-1252, for example"
                f" “{file['letters_guessed']}”. If the letters are wrong, export it as"
                " UTF-8."
            )


def rest(rows: list[Any]) -> None:
    """Say how many rows are not shown."""
    if len(rows) > SHOWN:
        print(f"  … and {len(rows) - SHOWN} more")
