"""Each addon installs alone, with only the layers below it, and uninstalls.

An addon that adds to one of Odoo's is installed in no other database of the tests: its
own tests run here.
"""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from odoo.tools import config

from launcher import paths
from launcher.database import copy_statement, link
from launcher.odoo_process import PROGRAM, complaints
from launcher.pytest_plugin import BRIDGE
from launcher.testing import BELOW, lowest_addons

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = paths.manifests()


def layers(name):
    """The addons of the suite that one needs, itself included."""
    found = {name}
    for other in MANIFESTS[name]["depends"]:
        if other in MANIFESTS:
            found |= layers(other)
    return found


@functools.cache
def own_configuration():
    """The configuration without addons of the suite that each process loads.

    Odoo uninstalls none of those.
    """
    text = Path(config["config"] or os.environ["ODOO_RC"]).read_text()
    lines = [x for x in text.splitlines() if not x.startswith("server_wide_modules")]
    handle, name = tempfile.mkstemp(suffix=".conf")
    atexit.register(os.unlink, name)
    with open(handle, "w") as file:
        file.write("\n".join(lines))
    return name


def odoo(*arguments):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env={**os.environ, "ODOO_RC": own_configuration()},
        capture_output=True,
        text=True,
        timeout=600,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log[-4000:]
    return log


def sql(database, query):
    connection = psycopg2.connect(
        dbname=database,
        host=config["db_host"] or os.environ["PGHOST"],
        port=config["db_port"] or os.environ.get("PGPORT"),
        user=config["db_user"] or os.environ.get("PGUSER"),
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()


def models(database, condition):
    """Names of the suite's models that modules of this condition define."""
    query = (
        "SELECT model FROM ir_model WHERE model LIKE 'wezer.%' AND id IN "
        "(SELECT res_id FROM ir_model_data WHERE model = 'ir.model' AND "
    )
    return set(sql(database, f"{query}{condition})"))


def defines_models(addon):
    """Whether an addon has models of its own; the website's only extends others."""
    files = (ROOT / "addons" / addon / "models").glob("*.py")
    return any('_name = "wezer.' in path.read_text() for path in files)


OURS = "SELECT name FROM ir_module_module WHERE name LIKE 'wezer%' AND state = "
# The number of addons that are installed at once.
PARALLEL = 2
# What every database begins with: Odoo's addons below the lowest layer.
ODOOS = "odoo"
QUIET = ("--no-http", "--max-cron-threads=0", "--log-level=warn")


def below(addon):
    """The database that an addon is installed in: it has layers below it only."""
    others = [other for other in MANIFESTS[addon]["depends"] if other in MANIFESTS]
    return max(others, key=lambda other: (len(layers(other)), other), default=ODOOS)


def database_of(name):
    return f"wezer_alone_{name}"


def drop(database):
    shutil.rmtree(config.filestore(database), ignore_errors=True)
    sql("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def copy(source, target):
    drop(target)
    version = int(sql("postgres", "SHOW server_version_num")[0])
    sql("postgres", copy_statement(source, target, version))
    if os.path.isdir(config.filestore(source)):
        shutil.copytree(
            config.filestore(source), config.filestore(target), copy_function=link
        )


def install(database, *names):
    """Install addons; Odoo itself makes the database, with the extensions it brings."""
    return odoo(
        *("server", "-d", database, "-i", ",".join(names), "--skip-auto-install"),
        *("--stop-after-init", *QUIET),
    )


def make_lowest():
    """Make the database with Odoo's addons alone, if no template was made from one."""
    database = database_of(ODOOS)
    lowest = next(name for name in MANIFESTS if below(name) == ODOOS)
    names = MANIFESTS[lowest]["depends"]
    exists = f"SELECT datname FROM pg_database WHERE datname = '{BELOW}'"
    if sorted(names) == lowest_addons() and sql("postgres", exists):
        copy(BELOW, database)
    else:
        drop(database)
        install(database, *names)


def install_alone(addon, lower):
    """Install an addon where only layers below it can be.

    :param lower: the future of the database that it is installed in
    :return: what to look at, by name; nothing here asserts but that Odoo ends well
    """
    lower.result()
    database = database_of(addon)
    copy(database_of(below(addon)), database)
    seen = {"complaints": complaints(install(database, addon))}
    seen["installed"] = set(sql(database, OURS + "'installed'"))
    seen["own"] = models(database, f"module = '{addon}'")
    seen["own"] -= models(database, f"module <> '{addon}'")
    return seen


def own_tests(addon, database):
    """Run the tests of an addon in a database; return what failed, "" if nothing."""
    command = [sys.executable, "-m", "pytest", "-p", "launcher.pytest_plugin"]
    command += [f"--odoo-database={database}", f"--odoo-config={own_configuration()}"]
    command += ["--odoo-http", "-q", "--tb=short"]
    # Those that start processes lie beside the other tests of that kind.
    apart = [ROOT / "tests" / f"in_{addon}.py"]
    command += [ROOT / "addons" / addon, *(path for path in apart if path.exists())]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
            BRIDGE: addon,
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    return (done.stdout + done.stderr) if done.returncode else ""


def uninstall(addon, installed):
    """Take an addon away again, in a copy that no other addon begins with."""
    seen = installed.result()
    name = f"{database_of(addon)}_left"
    try:
        copy(database_of(addon), name)
        seen["failures"] = own_tests(addon, name) if addon in paths.bridges() else ""
        log = odoo("module", "uninstall", "-d", name, addon)
        seen["errors"] = [line for line in log.splitlines() if " ERROR " in line]
        seen["left"] = set(sql(name, OURS + "'installed'"))
        seen["models"] = models(name, "true")
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        seen["tables"] = set(sql(name, query))
        return seen
    finally:
        drop(name)


@pytest.fixture(scope="module")
def tries(request):
    here = [item for item in request.session.items if item.path == request.path]
    needed = set().union(*(layers(item.callspec.params["addon"]) for item in here))
    # From the lowest layer up: whatever waits, waits for what has begun.
    names = sorted(needed, key=lambda name: (len(layers(name)), name))
    with ThreadPoolExecutor(PARALLEL) as pool:
        installed = {ODOOS: pool.submit(make_lowest)}
        for name in names:
            lower = installed[below(name)]
            installed[name] = pool.submit(install_alone, name, lower)
        yield {name: pool.submit(uninstall, name, installed[name]) for name in names}
    for name in installed:
        drop(database_of(name))


@pytest.mark.parametrize("addon", sorted(MANIFESTS))
def test_an_addon_installs_with_only_the_layers_below_and_uninstalls(addon, tries):
    seen = tries[addon].result()
    own = seen["own"]
    assert seen["complaints"] == []
    assert seen["installed"] == layers(addon)
    assert bool(own) == defines_models(addon)
    assert seen["errors"] == []
    assert addon not in seen["left"]
    assert seen["failures"] == ""
    assert not own & seen["models"]
    assert not seen["tables"] & {model.replace(".", "_") for model in own}
    if addon == "wezer_currency":
        # Sums of wallets that are gone would count for new ones with the same ids.
        assert not seen["tables"] & {"wezer_ledger_day", "wezer_ledger_kept"}
