"""`./wezer count FILE --method NAME`: counts a file of ballots, without Odoo.

The arithmetic is the addon's own (`addons/wezer_decision/tools/`), so that what a
decision publishes can be counted again anywhere; here stands how the command talks.
"""

import argparse
import contextlib
import gc
import io
import json
import sys
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import Any

from . import addon_tools
from .console import Failure

FORMATS = "Files: .blt, tallies of Debian, .abif, PrefLib, CSV; see docs/counting.md."


def command(options: argparse.Namespace) -> int:
    """Count a file, and print the result."""
    counting = addon_tools.module("wezer_decision", "tools.counting")
    readers = addon_tools.module("wezer_decision", "tools.readers")
    if options.method and options.method not in counting.METHODS:
        raise Failure(
            f"There is no method “{options.method}”",
            f"There are: {', '.join(counting.METHODS)}.",
        )
    path = Path(options.file)
    # A million ballots are many objects and no cycles.
    gc.disable()
    try:
        election = readers.read(path, options.method)
        method = options.method or election.rules.get("method") or "schulze"
        rules = {**election.rules, **given(options, readers.RULES)}
        name_none(rules, election.options)
        found = counting.count(
            method, election.options, election.tallies, rules, election.by_college
        )
    except readers.BadFile as error:
        raise Failure(f"{path.name}: {error}", FORMATS) from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise Failure(f"{path.name}: {error}", FORMATS) from error
    notes = list(election.notes)
    if found.get("cut_short"):
        notes.append(
            f"{found['cut_short']:,} ballots give two options the same rank: each is"
            " counted up to there."
        )
    for note in notes:
        sys.stderr.write(note + "\n")
    if options.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            show(found, election.title)
        sys.stdout.write(visible(shown.getvalue()))
    return 0


def visible(text: str) -> str:
    """Return a text without what would make a terminal do something."""
    return "".join(
        "?" if unicodedata.category(letter) == "Cc" and letter != "\n" else letter
        for letter in text
    )


def given(options: argparse.Namespace, known: Collection[str]) -> dict[str, Any]:
    """Return the rules of the command line, of those that are ``known``."""
    rules: dict[str, Any] = {}
    for text in options.rule or ():
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise Failure(f"“{text}” is no rule", "Write it like --rule share=2/3.")
        if name.strip() not in known:
            names = ", ".join(sorted(known))
            raise Failure(f"There is no rule “{name.strip()}”", f"There are: {names}.")
        try:
            rules[name.strip()] = json.loads(value)
        except ValueError:
            rules[name.strip()] = value.strip()
    if options.seats is not None:
        if not 1 <= options.seats <= 10_000:
            raise Failure(f"{options.seats} seats cannot be filled", "One at least.")
        rules["seats"] = options.seats
    return rules


def name_none(rules: dict[str, Any], names: list[str]) -> None:
    """Take the name of the option "none of these" for its number."""
    none = rules.get("none_option")
    if isinstance(none, str):
        if none not in names:
            raise Failure(f"No option is called “{none}”", "")
        rules["none_option"] = names.index(none) + 1


def show(found: dict[str, Any], title: str) -> None:
    """Print a result for people."""
    if title:
        print(title)
    line = f"{found['method']}: {found['ballots']:,} ballots"
    if found["blank"]:
        line += f", {found['blank']:,} of them blank"
    if found["quota"]:
        line += f"; {found['seats']} seats, quota {found['quota']}"
    print(line)
    for number, votes in enumerate(found["rounds"]):
        stage = found["stages"][number]
        what = {
            "first": "first choices",
            "surplus": f"surplus of {stage['candidate']}, {stage['votes']}",
            "exclusion": f"{stage['candidate']} is excluded with {stage['votes']}",
        }[stage["action"]]
        print(f"\nRound {number}: {what}")
        for name, value in sorted(votes.items(), key=lambda one: -float(one[1])):
            mark = "  elected" if name in stage["elected"] else ""
            print(f"  {value:>16}  {name}{mark}")
        print(f"  {stage['not_transferable']:>16}  not transferable")
    if found["order"]:
        print("\nOrder:")
        for group in found["order"]:
            print("  " + " = ".join(group))
    for name in ("sums", "means", "votes", "can"):
        for option, value in (found.get(name) or {}).items():
            print(f"  {value:>12}  {option} ({name})")
    if found.get("dropped"):
        print(f"Dropped out, behind none of these: {', '.join(found['dropped'])}")
    if found.get("passes_from"):
        print(f"At least {found['passes_from']} is needed.")
    for tie in found["ties"]:
        chosen = tie["chosen"]
        chosen = ", ".join(chosen) if isinstance(chosen, list) else chosen
        print(f"Tie ({tie['for']}) between {', '.join(tie['between'])}: {chosen},")
        print(f"  by the {tie['by']}.")
    if "adopted" in found:
        print(f"{'Adopted' if found['adopted'] else 'Not adopted'}.")
        if "reached" in found:
            sign = "more than" if found["strict"] else "at least"
            print(f"Yes: {found['reached']}; {sign} {found['share']} is needed.")
    if found["seats"]:
        print(f"\nElected: {', '.join(found['elected']) or 'nobody'}")
