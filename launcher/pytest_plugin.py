"""What `./wezer test` adds to pytest: a skip is a failure, with one exception.

A test may be skipped where the folder of shared data is absent; its reason says
"shared". Any other skip means that something was not tested.
"""

import pytest

SKIPPED = pytest.StashKey()


def pytest_configure(config):
    config.stash[SKIPPED] = []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "shared" not in str(reason or report.longrepr):
            item.config.stash[SKIPPED].append((item.nodeid, reason))


def pytest_collectreport(report):
    if report.skipped:
        pytest.skipped_collection = (report.nodeid, str(report.longrepr))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    skipped = session.config.stash[SKIPPED]
    if hasattr(pytest, "skipped_collection"):
        nodeid, reason = pytest.skipped_collection
        if "shared" not in reason:
            skipped.append((nodeid, reason))
    if skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for nodeid, reason in config.stash[SKIPPED]:
        terminalreporter.write_line(f"NOT TESTED {nodeid}: {reason}", red=True)
