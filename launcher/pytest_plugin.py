"""What `./wezer test` adds to pytest.

A skip is a failure, with one exception: a test may be skipped where the folder of
shared data is absent; its reason says "shared". Any other skip means that something
was not tested.

Each worker of pytest-xdist has a copy of the files beside its copy of the database.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_odoo

from odoo.tools import config as odoo_config

from . import paths

FORGIVEN = "shared"
# The environment variable with the bridge that is installed in the tests' database.
BRIDGE = "WEZER_BRIDGE"


class SkipsFail:
    """Fails a run in which a test was skipped."""

    def __init__(self) -> None:
        self.skipped: list[tuple[str, str]] = []

    def note(self, report: Any) -> None:
        """Note a skipped test."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        trace = report.longrepr
        reason = str(trace[2] if isinstance(trace, tuple) else trace)
        if FORGIVEN not in reason:
            self.skipped.append((report.nodeid, reason))

    pytest_runtest_logreport = note
    pytest_collectreport = note

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: Any, exitstatus: int) -> None:
        """Fail the run where something was skipped."""
        if self.skipped and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """List what was skipped."""
        for nodeid, reason in self.skipped:
            terminalreporter.write_line(f"NOT TESTED {nodeid}: {reason}", red=True)


@contextlib.contextmanager
def own_filestore(original: str, database: str) -> Iterator[None]:
    """Give a worker's database its own folder of files, linked to the original's.

    pytest-odoo's own way, one folder for all, is known to this process only: neither
    the servers that tests start nor a test that removes a database would respect it.
    """
    if original == database:
        yield
        return
    source, target = (Path(odoo_config.filestore(n)) for n in (original, database))
    shutil.rmtree(target, ignore_errors=True)
    if source.exists():
        shutil.copytree(source, target, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(target, ignore_errors=True)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out addons that are installed in a database of their own only."""
    bridges = set(paths.bridges()) - {os.environ.get(BRIDGE)}
    return True if bridges & set(collection_path.parts) else None


def rolled_back(item: pytest.Item) -> bool:
    """Return whether what a test writes is rolled back after it."""
    from odoo.tests import TransactionCase  # it reads the configuration

    case = getattr(item, "cls", None)
    return isinstance(case, type) and issubclass(case, TransactionCase)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out the tests of large counts, and put the files in their order.

    A worker runs each file as a whole.

    First the files whose tests are all rolled back: they find the database as the
    template has it. What the others commit stays in the worker's database. In either
    part the slow files come first, so that no worker waits for another at the end.
    """
    if os.environ.get("WEZER_COUNTS") != "all":
        large = [item for item in items if item.get_closest_marker("large")]
        config.hook.pytest_deselected(items=large)
        items[:] = [item for item in items if item not in large]
    commits, slow = set(), set()
    for item in items:
        if not rolled_back(item):
            commits.add(item.path)
        if item.get_closest_marker("slow"):
            slow.add(item.path)
    items.sort(key=lambda item: (item.path in commits, item.path not in slow))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Forget what is compiled after a test that may have committed something."""
    if not rolled_back(item):
        from . import kept_caches  # it reads the configuration

        kept_caches.forget_all()


def pytest_configure(config: Any) -> None:
    """Register the plugin."""
    from . import kept_caches  # it reads the configuration

    pytest_odoo._shared_filestore = own_filestore
    kept_caches.keep_compiled()
    kept_caches.compile_once()
    config.pluginmanager.register(SkipsFail(), "wezer-skips-fail")
