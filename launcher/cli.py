"""The command line: what there is, with an example for each."""

import argparse
import os
import sys
from collections.abc import Callable

from .console import Failure

EXAMPLES = {
    "run": "./wezer run --port 8070",
    "test": "./wezer test -k story",
    "check": "./wezer check",
    "shell": "./wezer shell < script.py",
    "update": "./wezer update",
    "bench": "./wezer bench people --quick",
    "reputation": "./wezer reputation ratings.csv --out scores.csv --scale=-10,10",
    "count": "./wezer count ward.blt --method stv --seats 4 --json",
    "export": "./wezer export balances balances.csv",
    "backup": "./wezer backup --to backups --recipient age.pub --verify",
    "restore": "./wezer restore backups/wezer-20260131T031500Z.zip --verify",
    "import": "./wezer import tasks opportunities.csv --project Volunteering",
    "movein": "./wezer movein export.zip --json",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="./wezer",
        description="Wezer, a cooperation platform for communities.",
        epilog="Everything it makes stays in .wezer/. Start with: ./wezer run",
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            epilog=f"Example: {EXAMPLES[name]}",
        )

    sub = command("run", "serve a living demo community on this machine")
    sub.add_argument("--port", type=int, default=8069, help="where to serve (8069)")
    sub.add_argument("--kit", metavar="NAME", help="begin with this kit")
    sub.add_argument("--fresh", action="store_true", help="delete the database first")
    sub.add_argument("--no-demo", action="store_true", help="no demo community")
    sub.add_argument(
        "--no-browser", action="store_true", help="do not open the browser"
    )

    sub = command("test", "run every test, browser tests included")
    sub.add_argument("--all", action="store_true", help="with the large counts")
    sub.add_argument(
        "--fast",
        action="store_true",
        help="without the slow tests: servers, browsers, crashes, the launcher",
    )
    sub.add_argument("-k", metavar="WORD", help="only tests whose name has this word")
    sub.add_argument(
        "--install-only", action="store_true", help="stop before the first test"
    )
    sub.add_argument(
        "--tools-only",
        action="store_true",
        help="stop when the Python packages are there, linters included",
    )
    sub.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="tests at once, each with a database of its own "
        "(all processors; 1 where paths or -k are given)",
    )
    sub.add_argument(
        "--template",
        choices=["upgrade", "rebuild", "keep"],
        default="upgrade",
        help="the database that tests start from: upgrade what changed (as a rule), "
        "make it anew, or keep it as it is",
    )
    sub.add_argument(
        "arguments", nargs="*", metavar="PATH", help="paths, and arguments of pytest"
    )

    command("check", "prove every invariant on the live database")
    command("shell", "Python with the live database in `env`")
    sub = command("update", "upgrade the addons in the live database")
    sub.add_argument(
        "--everything", action="store_true", help="also those without a change"
    )

    add_backups(command)

    sub = command("import", "take members, groups, tasks or transfers from CSV files")
    sub.add_argument(
        "kind",
        choices=["tasks", "transfers", "members", "groups"],
        metavar="tasks|transfers|members|groups",
    )
    sub.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="CSV files; groups: GROUPS.csv MEMBERS.csv [RIGHTS.csv], or an export",
    )
    sub.add_argument("--project", metavar="NAME", help="project to put the tasks into")
    sub.add_argument(
        "--map", metavar="FILE", help="JSON: which column is what (as launcher/maps)"
    )
    sub.add_argument("--post", action="store_true", help="post them to the marketplace")
    sub.add_argument(
        "--mode",
        choices=["strict", "history"],
        help="transfers: limits apply (strict), or are only reported (history)",
    )
    sub.add_argument(
        "--create",
        action="store_true",
        help="transfers: make the currencies, members and wallets that miss",
    )
    sub.add_argument(
        "--digits", type=int, metavar="N", help="decimals of a currency that is made"
    )
    sub.add_argument(
        "--accept-dates",
        action="store_true",
        help="transfers: take dates in the future, and before 1900",
    )
    sub.add_argument(
        "--mail", action="store_true", help="members: invite those without a login"
    )
    sub.add_argument(
        "--links",
        action="store_true",
        help="groups: link a group with the further parents that the file names",
    )
    sub.add_argument(
        "--decimal-sign", choices=[".", ","], help="where the files do not show it"
    )
    sub.add_argument(
        "--day-order",
        choices=["day", "month"],
        help="which comes first in dates, where the files do not show it",
    )
    sub.add_argument("--dry-run", action="store_true", help="report, but keep nothing")
    sub.add_argument("--json", action="store_true", help="the report as JSON")

    sub = command(
        "movein",
        "check the files of a community that used another system, and move it in",
    )
    sub.add_argument(
        "files", nargs="+", metavar="FILE", help="the export: files, a folder or a zip"
    )
    sub.add_argument("--from", metavar="NAME", help="the system, where it is not known")
    sub.add_argument("--code", metavar="CODE", help="of the community in that system")
    sub.add_argument(
        "--url",
        metavar="URL",
        help="Komunitin: its accounting service; FILE is a new folder for the files",
    )
    sub.add_argument(
        "--social-url", metavar="URL", help="Komunitin: its social service"
    )
    sub.add_argument(
        "--token-file", metavar="FILE", help="Komunitin: has an administrator's token"
    )
    sub.add_argument("--currency", metavar="CODE", help="of the currency here")
    sub.add_argument("--time-zone", metavar="ZONE", help="of its files (UTC)")
    sub.add_argument(
        "--decimal-sign", choices=[".", ","], help="where the files do not show it"
    )
    sub.add_argument(
        "--day-order",
        choices=["day", "month"],
        help="which comes first, where the files do not show it",
    )
    sub.add_argument("--decisions", metavar="FILE", help="JSON: what was decided")
    sub.add_argument(
        "--rehearse",
        action="store_true",
        help="import into a copy of the database, prove it, and drop the copy",
    )
    sub.add_argument(
        "--import",
        action="store_true",
        dest="import_",
        help="import in one transaction, and prove it",
    )
    sub.add_argument(
        "--open",
        action="store_true",
        help="with --import: show members and their announcements to each other",
    )
    sub.add_argument("--json", action="store_true", help="the report as JSON")

    sub = command("export", "write what others can read to a CSV file")
    sub.add_argument(
        "kind",
        choices=[
            "balances",
            "transfers",
            "memberships",
            "rights",
            "reputation",
            "turnover",
            "limits",
            "credit",
            "concentration",
            "inactive",
            "closing",
            "community",
        ],
        metavar="balances|transfers|memberships|rights|reputation|turnover|limits"
        "|credit|concentration|inactive|closing|community",
    )
    sub.add_argument(
        "file",
        metavar="FILE",
        help="where they go; reports: CSV, or XLSX by its name; community: a folder",
    )
    sub.add_argument(
        "--with-addresses",
        action="store_true",
        help="community: with addresses that their owners do not share, to continue the"
        " same community on another system",
    )
    reports = sub.add_argument_group("reports of the books of one currency")
    reports.add_argument("--currency", metavar="CODE", help="of which currency")
    reports.add_argument("--from", metavar="DAY", help="the first day, as 2026-01-31")
    reports.add_argument("--to", metavar="DAY", help="the last day")
    reports.add_argument(
        "--at", metavar="DAY", help="balances, inactive: at the end of this day"
    )
    reports.add_argument(
        "--by",
        choices=["month", "category", "circle"],
        help="turnover: what it is divided by",
    )
    reports.add_argument(
        "--months", metavar="N", help="inactive: without trade for so many months"
    )
    sub.add_argument(
        "--inherited",
        action="store_true",
        help="memberships: with those who are counted from groups below",
    )

    sub = command("bench", "measure, each beside its reference from the same run")
    sub.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="people, ledger, groups, market, tasks, reputation, pages, deal_queries, "
        "letters, decisions; all if none",
    )
    sub.add_argument("--quick", action="store_true", help="smaller and faster")
    sub.add_argument("--data", metavar="PATH", help="another file or folder of data")

    sub = command("reputation", "compute scores of a file of ratings, without Odoo")
    sub.add_argument("ratings", metavar="RATINGS.csv", help="rater,rated,score,time")
    sub.add_argument("--out", metavar="FILE", help="where the scores go, as CSV")
    sub.add_argument("--seeds", metavar="FILE", help="who is trusted, one a line")
    sub.add_argument(
        "--admissions", metavar="FILE", help="who admitted whom, two columns"
    )
    sub.add_argument("--scale", metavar="MIN,MAX", help="of the scores (-2,2)")
    sub.add_argument(
        "--levels",
        metavar="LOWEST,…,HIGHEST",
        help="the scores are words, in this order; LEVEL=0.6 says how good one is",
    )
    sub.add_argument(
        "--rank",
        choices=["trust", "lower", "score"],
        help="a column of ranks, and the members in this order (levels: trust)",
    )
    sub.add_argument("--until", metavar="TIME", help="only what was rated until then")
    sub.add_argument("--explain", metavar="ID", help="the score of one, as a sum")

    add_count(command)
    return root


def add_count(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the command that counts ballots."""
    sub = command("count", "count a file of ballots, without Odoo or a database")
    sub.add_argument(
        "file", metavar="FILE", help=".blt, a tally of Debian, .abif, PrefLib or CSV"
    )
    sub.add_argument(
        "--method",
        metavar="NAME",
        help="majority, consent, check, choose, dot, score, dates, schulze, stv, irv "
        "or draw; as the file of a closed decision says, where it is one",
    )
    sub.add_argument("--seats", type=int, metavar="N", help="how many are elected")
    sub.add_argument(
        "--rule",
        action="append",
        metavar="NAME=VALUE",
        help="another rule, as share=2/3, quorum=1/2, roll=40, aggregate=mean or "
        "none_option=NAME; may be repeated",
    )
    sub.add_argument("--json", action="store_true", help="the result as JSON")


def add_backups(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands that make and restore backups."""
    sub = command("backup", "write the live database and its files to one archive")
    sub.add_argument("file", nargs="?", metavar="FILE", help="the archive")
    sub.add_argument(
        "--to",
        metavar="DIR",
        help="the folder, where no FILE is named (.wezer/backups)",
    )
    sub.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="KEY",
        help="encrypt it for this public key: of age or SSH, a file with such keys or "
        "with a key of GPG, or a key in GPG's keyring; may be repeated",
    )
    sub.add_argument(
        "--keep",
        metavar="DAYS,WEEKS,MONTHS",
        help="delete older backups in the folder but the newest of so many days, "
        "weeks and months",
    )
    sub.add_argument(
        "--verify",
        action="store_true",
        help="restore it beside the database, check it, and remove that copy",
    )
    add_identity(sub)
    sub.add_argument("--json", action="store_true", help="the report as JSON")

    sub = command("restore", "restore a backup, checked before it takes its place")
    sub.add_argument("file", metavar="FILE", help="an archive of ./wezer backup")
    sub.add_argument("--database", metavar="NAME", help="under which name (wezer)")
    sub.add_argument(
        "--replace",
        action="store_true",
        help="take the place of a database of this name, which is kept under another",
    )
    sub.add_argument(
        "--drop-old",
        action="store_true",
        help="with --replace: delete the former database once the checks have passed",
    )
    sub.add_argument(
        "--verify",
        action="store_true",
        help="only prove it: restore it beside the database, check it, and remove it",
    )
    sub.add_argument(
        "--no-check", action="store_true", help="restore it whatever the checks say"
    )
    sub.add_argument(
        "--upgrade", action="store_true", help="upgrade the addons before the checks"
    )
    sub.add_argument(
        "--neutralize",
        action="store_true",
        help="a copy for a rehearsal: no e-mails, no scheduled actions",
    )
    add_identity(sub)
    sub.add_argument("--json", action="store_true", help="the report as JSON")


def add_identity(sub: argparse.ArgumentParser) -> None:
    """Add the option that names secret keys."""
    sub.add_argument(
        "--identity",
        action="append",
        default=[],
        metavar="KEYFILE",
        help="a file with a secret key, for an encrypted backup; may be repeated",
    )


def main(arguments: list[str]) -> int:
    """Run a command; return its exit code."""
    os.umask(0o022)
    arguments = joined(arguments)
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "test":
        parser().error("unknown: " + " ".join(rest))
    options.rest = rest
    try:
        return call(options) or 0
    except Failure as failure:
        sys.stdout.flush()
        sys.stderr.write(f"wezer: {failure}\n")
        return 1
    except KeyboardInterrupt as error:
        return stopped(error, 130)
    except BrokenPipeError:
        # Who read the output has enough of it; nothing else is written there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if not error.filename:
            raise
        sys.stderr.write(f"wezer: {error.filename}: {error.strerror}.\n")
        return 1
    except BaseException as error:
        if type(error).__name__ == "Stopped":
            return stopped(error, 143)
        raise


def stopped(error: BaseException, code: int) -> int:
    """Say that the command was stopped, and what it leaves; return ``code``."""
    said = f" {error.args[0]}" if error.args else ""
    sys.stderr.write(f"\nwezer: stopped.{said}\n")
    return code


def joined(arguments: list[str]) -> list[str]:
    """``--scale -10,10`` as one word: argparse takes the second for an option."""
    words: list[str] = []
    for word in arguments:
        if words and words[-1] == "--scale":
            words[-1] = f"--scale={word}"
        else:
            words.append(word)
    return words


def call(options: argparse.Namespace) -> int | None:
    """Call the command that was chosen."""
    if options.command == "run":
        from .run import run

        return run(options)
    if options.command == "test":
        from .testing import test

        return test(options)
    if options.command == "import" and options.kind == "transfers":
        from .import_transfers import command

        return command(options)
    if options.command == "import" and options.kind == "members":
        from .import_members import command

        return command(options)
    if options.command == "import" and options.kind == "groups":
        from .import_groups import command

        return command(options)
    if options.command == "movein":
        from .movein import command

        return command(options)
    if options.command == "export":
        from .export import command

        return command(options)
    if options.command == "import":
        from .importing import command

        return command(options)
    if options.command in ("backup", "restore"):
        from . import backups

        return getattr(backups, options.command)(options)
    if options.command == "bench":
        from .bench import command

        return command(options)
    if options.command == "reputation":
        from .reputation import command

        return command(options)
    if options.command == "count":
        from .count import command

        return command(options)
    from . import commands

    return getattr(commands, options.command)(options)
