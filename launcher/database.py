"""The database: made once, upgraded when the addons changed, copied for tests."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import odoo_process, paths, python_env
from .console import Failure, Step
from .odoo_process import Runner

NAME = "wezer"

SQL = """
import sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[2])
if cursor.description:
    for row in cursor.fetchall():
        print("\\t".join("" if value is None else str(value) for value in row))
"""

# What a community on one machine needs of a new database: no page and no scheduled
# action calls another server, and no e-mail leaves.
SETTLE = """
for name in (
    "mail.ir_cron_mail_scheduler_action",
    "mail.ir_cron_module_update_notification",
    "digest.ir_cron_digest_scheduler_action",
):
    cron = env.ref(name, raise_if_not_found=False)
    if cron:
        cron.active = False
env["ir.config_parameter"].set_param("digest.default_digest_emails", False)
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""

# E-mails wait while no mail server is set; once there is one, they are sent.
SEND = """
env.ref("mail.ir_cron_mail_scheduler_action").active = True
env.cr.commit()
"""

# The payer of tasks of projects without a team, where the settings name nobody.
PAYER = """
for company in env["res.company"].search([]):
    if "wezer_task_payer_id" in company._fields and not company.wezer_task_payer_id:
        company.wezer_task_payer_id = company.partner_id
# The website of this database is the community's: without Odoo's example menu.
env["website.menu"].search([("url", "=", "/contactus")]).unlink()
env.cr.commit()
"""

ADMINISTRATOR = """
env.ref("base.user_admin").password = {password!r}
env.cr.commit()
"""

DEMO = """
import json, pathlib
from launcher.demo.make_demo import make
logins = make(env{kit})
env.cr.commit()
path = pathlib.Path({path!r})
if isinstance(logins, dict):
    path.touch(0o600)
    path.write_text(json.dumps(logins, indent=2))
"""


def copy_statement(source: str, target: str, version: int) -> str:
    """Return the statement that copies a database.

    From 15 on PostgreSQL writes all that it copies to its log as well, unless told to
    copy the files: ten times as much to do.

    :param version: of the server, as ``server_version_num``
    """
    way = " STRATEGY file_copy" if version >= 150000 else ""
    return f'CREATE DATABASE "{target}" TEMPLATE "{source}"{way}'


class Database:
    """One database of the suite and what we remember about it."""

    def __init__(self, runner: Runner, name: str = NAME) -> None:
        self.runner = runner
        self.name = name
        self.memory = paths.STATE / f"{name}.json"
        self.logins_path = paths.STATE / "logins.json"

    # === SQL === #

    def sql(self, query: str, database: str | None = None) -> list[list[str]]:
        """Run a statement; return the rows as text."""
        done = subprocess.run(
            [python_env.python(), "-c", SQL, database or self.name, query],
            env=self.runner.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise Failure(f"PostgreSQL refused: {why}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def exists(self, name: str | None = None) -> bool:
        """Return whether the database exists."""
        query = f"SELECT 1 FROM pg_database WHERE datname = '{name or self.name}'"
        return bool(self.sql(query, "postgres"))

    def drop(self, name: str | None = None) -> None:
        """Remove the database and its files."""
        name = name or self.name
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}'",
            "postgres",
        )
        self.sql(f'DROP DATABASE IF EXISTS "{name}"', "postgres")
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def copy(self, source: str, target: Any) -> None:
        """Copy a database with its files."""
        self.drop(target)
        version = int(self.sql("SHOW server_version_num", "postgres")[0][0])
        self.sql(copy_statement(source, target, version), "postgres")
        if self.filestore(source).exists():
            shutil.copytree(
                self.filestore(source), self.filestore(target), copy_function=link
            )

    def copy_while_in_use(self, target: str) -> None:
        """Copy this database with its files, also while it is served."""
        self.drop(target)
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE template0', "postgres")
        try:
            self._pipe(target)
        except BaseException:
            self.drop(target)
            raise
        if self.filestore(self.name).exists():
            shutil.copytree(
                self.filestore(self.name), self.filestore(target), copy_function=link
            )

    def _pipe(self, target: str) -> None:
        """Dump this database into ``target``."""
        places = os.pathsep.join([*self.runner.server_programs, os.defpath])
        programs = [
            shutil.which(name, path=places) or name for name in ("pg_dump", "psql")
        ]
        dump = subprocess.Popen(
            [programs[0], "--no-owner", self.name],
            env=self.runner.environment,
            stdout=subprocess.PIPE,
        )
        load = subprocess.Popen(
            [programs[1], "-q", "-v", "ON_ERROR_STOP=1", "-1", target],
            env=self.runner.environment,
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert dump.stdout
        # The dump ends where its reader ends.
        dump.stdout.close()
        _out, error = load.communicate()
        failed = dump.wait() or load.returncode
        if failed:
            words = (error.decode(errors="replace").strip().splitlines() or ["?"])[-1]
            raise Failure(f"The database could not be copied: {words}")

    def filestore(self, name: str) -> Path:
        """Return the folder of a database's files."""
        return paths.STATE / "data" / "filestore" / name

    # === Memory === #

    def remembered(self) -> dict:
        """Return what was noted about the database."""
        try:
            return json.loads(self.memory.read_text())
        except (OSError, ValueError):
            return {}

    def remember(self, **values: Any) -> None:
        """Note something about the database."""
        self.memory.write_text(json.dumps({**self.remembered(), **values}, indent=1))

    def erase_notes(self) -> None:
        """Remove the notes and the list of logins."""
        self.memory.unlink(missing_ok=True)
        self.logins_path.unlink(missing_ok=True)

    # === Life === #

    def is_ready(self) -> bool:
        """Return whether the database was made completely."""
        return bool(self.remembered().get("ready")) and self.exists()

    def create(self, step: Step) -> str:
        """A new database with every addon of the suite."""
        names = paths.our_addons()
        if not names:
            raise Failure(f"No addon stands in {paths.ADDONS}", "Fetch the repository.")
        self.drop()
        self.erase_notes()
        hashes = paths.addon_hashes()
        text = self.runner.server(
            step, "-d", self.name, "-i", ",".join(names), "--skip-auto-install"
        )
        step.show("browser files")
        self.runner.shell(self.name, SETTLE + PAYER + SEND)
        self.remember(addons=hashes, installed=True)
        step.show(f"{len(names)} addons")
        return text

    def make_demo(self, step: Step, kit: str | None = None) -> None:
        """The living community; made by launcher/demo, through the public methods."""
        self.remember(demo="begun")
        kit = f", kit={kit!r}" if kit else ""
        script = DEMO.format(path=str(self.logins_path), kit=kit)
        self.runner.shell(self.name, script, step)
        self.remember(demo="made")
        step.show(", ".join(f"{count} {what}" for what, count in self.counts()))

    def counts(self) -> Iterator[tuple[str, str]]:
        """Yield how many members, announcements and deals there are."""
        tables = ("wezer_profile", "wezer_announcement", "wezer_deal")
        words = ("members", "announcements", "deals")
        for table, word in zip(tables, words, strict=True):
            if self.sql(f"SELECT to_regclass('{table}')")[0][0]:
                yield word, self.sql(f"SELECT count(*) FROM {table}")[0][0]

    def make_administrator(self) -> None:
        """Without a demo community: the one account, with a password of its own."""
        password = secrets.token_urlsafe(9)
        self.runner.shell(self.name, ADMINISTRATOR.format(password=password))
        self.logins_path.touch(0o600)
        logins = {"administrator": {"login": "admin", "password": password}}
        self.logins_path.write_text(json.dumps(logins, indent=2))

    def logins(self) -> dict:
        """Return who may log in."""
        try:
            return json.loads(self.logins_path.read_text())
        except (OSError, ValueError):
            return {}

    def fitting_bridges(self) -> list[str]:
        """Bridges to addons of Odoo that are installed here, themselves or not yet."""
        rows = self.sql("SELECT name FROM ir_module_module WHERE state = 'installed'")
        here = {name for (name,) in rows}
        return [
            name
            for name, depends in paths.bridges().items()
            if all(other in here for other in depends)
        ]

    def changed_addons(self) -> tuple[list[str], list[str]]:
        """(to install, to upgrade): addons that are new or have changed files."""
        known = self.remembered().get("addons", {})
        now = paths.addon_hashes(self.fitting_bridges())
        new = [name for name in now if name not in known]
        return new, [name for name in now if name in known and now[name] != known[name]]

    def update(self, step: Step, everything: bool = False) -> str:
        """Upgrade what changed; ("" when nothing did)."""
        new, changed = self.changed_addons()
        hashes = paths.addon_hashes(self.fitting_bridges())
        if everything:
            changed = [name for name in hashes if name not in new]
        if not new and not changed:
            return ""
        arguments = ["-d", self.name, "--skip-auto-install"]
        arguments += ["-i", ",".join(new)] if new else []
        arguments += ["-u", ",".join(changed)] if changed else []
        text = self.runner.server(step, *arguments)
        self.runner.shell(self.name, SETTLE + SEND)
        self.remember(addons=hashes)
        step.show("upgraded " + ", ".join(new + changed))
        return text

    def check_version(self) -> None:
        """Refuse a database that newer addons have written."""
        rows = self.sql(
            "SELECT name, latest_version FROM ir_module_module "
            "WHERE state = 'installed' AND (name = 'base' OR name LIKE 'wezer_%')"
        )
        for name, theirs in rows:
            ours = self.manifest_version(name)
            if ours and theirs and numbers(theirs) > numbers(ours):
                raise Failure(
                    f"The database {self.name} is of a newer version: {name} {theirs} "
                    f"there, {ours} here",
                    "Fetch the newer Wezer (git pull), or start anew with: "
                    "./wezer run --fresh",
                )

    def manifest_version(self, name: str) -> str | None:
        """Return the version of an addon's files; None where it is gone."""
        if name == "base":
            return self.runner.odoo.version + ".1.3"
        path = paths.ADDONS / name / "__manifest__.py"
        if not path.exists():
            return None
        import ast

        return ast.literal_eval(path.read_text()).get("version")


def numbers(version: str) -> list[int]:
    """Return the parts of a version as numbers."""
    return [int(part) for part in version.split(".") if part.isdigit()]


def link(source: str, target: Any) -> None:
    """Link a file, or copy it where links are not possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def demo_is_there() -> bool:
    """Return whether the demo community can be made."""
    return (Path(__file__).parent / "demo" / "make_demo.py").exists()


def show(text: str) -> None:
    """Print the warnings and errors of a log."""
    odoo_process.show_complaints(text)
