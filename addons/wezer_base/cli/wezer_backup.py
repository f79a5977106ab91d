"""`odoo wezer_backup`: backups of a community, made, restored and made every night.

Loaded by Odoo as a module of its command line, without the addon's models.
"""

import argparse
import json
import logging
import os
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path

from odoo.cli.command import Command
from odoo.tools import config

#: Options of Odoo that are handed on, also those that the image's entry point adds.
ODOOS = (
    *("--config", "--data-dir", "--addons-path", "--pg_path", "--log-level"),
    *("--db_host", "--db_port", "--db_user", "--db_password", "--db_sslmode"),
)
# Before the line with the answer, and before each line of progress, for ./wezer.
ANSWER, PROGRESS = "WEZER", "PROGRESS "


def stop(number, frame):
    """End as with Ctrl-C, so that nothing half-made is left."""
    raise KeyboardInterrupt


class WezerBackup(Command):
    """Back up and restore the database of a community with its files."""

    name = "wezer_backup"

    def run(self, args):
        """Run the action that the arguments name."""
        options = self._arguments().parse_args(args)
        given = [
            f"{name}={value}"
            for name in ODOOS
            if (value := getattr(options, name.strip("-").replace("-", "_")))
        ]
        config.parse_config(given, setup_logging=True)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # Programs, so this is imported only when Odoo is configured.
        import psycopg2

        from odoo.addons.wezer_base.tools.backup.refusals import BackupRefused

        self.options = options
        try:
            sys.exit(getattr(self, f"_{options.action}")())
        except BackupRefused as refused:
            self._refuse(refused)
        except psycopg2.Error as error:
            lines = str(error).strip().splitlines() or ["no reason was given"]
            self._refuse(BackupRefused(f"PostgreSQL refused: {lines[0]}"))
        except OSError as error:
            self._refuse(
                BackupRefused(f"{error.filename or 'A file'}: {error.strerror}")
            )
        except KeyboardInterrupt:
            sys.stderr.write("Stopped; nothing half-made is left.\n")
            sys.exit(130)

    def _arguments(self):
        parser = self.parser
        actions = parser.add_subparsers(dest="action", required=True)

        def action(name, text):
            sub = actions.add_parser(name, help=text, allow_abbrev=False)
            for option in ODOOS:
                sub.add_argument(option, help=argparse.SUPPRESS)
            sub.add_argument("-d", "--database", help="the database")
            sub.add_argument("--json", action="store_true", help="answer as JSON")
            sub.add_argument("--marked", action="store_true", help=argparse.SUPPRESS)
            return sub

        def identity(sub):
            sub.add_argument("--identity", action="append", default=[], type=Path)

        sub = action("make", "write a backup")
        sub.add_argument("file", nargs="?", type=Path)
        sub.add_argument("--to", type=Path)
        sub.add_argument("--recipient", action="append", default=[])
        sub.add_argument("--keep")
        sub.add_argument("--verify", action="store_true")
        identity(sub)

        sub = action("restore", "restore a backup")
        sub.add_argument("file", type=Path)
        for flag in ("replace", "drop-old", "verify", "no-check", "upgrade"):
            sub.add_argument(f"--{flag}", action="store_true")
        sub.add_argument("--neutralize", action="store_true")
        identity(sub)

        action("nightly", "make a backup every night, as WEZER_BACKUP_… say")
        action("healthy", "whether the last night's backup is there")
        return parser

    def _database(self):
        names = config["db_name"]
        if self.options.database:
            return self.options.database
        if len(names or []) != 1:
            sys.exit("Name the database: -d NAME")
        return names[0]

    # === Actions === #

    def _make(self):
        from odoo.addons.wezer_base.tools.backup import nightly, retention

        options = self.options
        plan = nightly.Plan(
            self._database(),
            options.to or nightly.folder(),
            options.recipient,
            options.identity,
            retention.Keep.read(options.keep) if options.keep else None,
            os.environ.get(nightly.HOOK, "").strip(),
            "always" if options.verify else "never",
        )
        answer = nightly.backup(plan, options.file, options.verify, self._told)
        lines = [
            f"A file is {how} the filestore: {name}"
            for key, how in (("missing", "missing from"), ("damaged", "damaged in"))
            for name in answer[key]
        ]
        lines.append(f"{answer['file']}, {answer['bytes']} bytes.")
        return self._answer(answer, "\n".join(lines))

    def _restore(self):
        from odoo.addons.wezer_base.tools.backup import restoring

        options = self.options
        wish = restoring.Wish(
            self._database(),
            identities=options.identity,
            drill=options.verify,
            replace=options.replace,
            drop_old=options.drop_old,
            check=not options.no_check,
            upgrade=options.upgrade,
            neutralize=options.neutralize,
        )
        result = restoring.restore(options.file, wish, self._told)
        answer = {**vars(result), "broken": result.broken}
        place = f"Restored as {result.database}" if result.database else "Proved"
        held = len(result.checks) - len(result.broken)
        lines = [
            *result.notes,
            f"{place}. {held} checks hold, {len(result.broken)} do not.",
            *([f"The former database is kept as {result.kept}."] * bool(result.kept)),
        ]
        self._answer(answer, "\n".join(lines))
        return 1 if result.broken else 0

    def _nightly(self):
        from odoo.addons.wezer_base.tools.backup import nightly

        logging.getLogger(nightly.__name__).setLevel(logging.INFO)
        nightly.every_night(nightly.Plan.of_environment(self._database(), os.environ))

    def _healthy(self):
        from odoo.addons.wezer_base.tools.backup import nightly

        why = nightly.why_unhealthy(nightly.folder(), datetime.now(timezone.utc))
        if why:
            sys.stderr.write(f"{why}\n")
        return 1 if why else 0

    # === Output === #

    def _told(self, text):
        if self.options.marked:
            sys.stdout.write(f"{PROGRESS}{text}\n")
            sys.stdout.flush()
        elif not self.options.json:
            sys.stderr.write(f"{text} …\n")

    def _answer(self, answer, sentence):
        text = json.dumps(answer, default=str)
        if self.options.marked:
            sys.stdout.write(f"{ANSWER}{text}\n")
        else:
            sys.stdout.write(f"{text if self.options.json else sentence}\n")
        return 0

    def _refuse(self, refused):
        if self.options.marked:
            told = {"error": refused.message, "remedy": refused.remedy}
            self._answer({**told, "rule": refused.rule}, "")
        else:
            sys.stderr.write(f"{refused}\n")
        sys.exit(1)
