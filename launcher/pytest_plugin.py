"""What `./wezer test` adds to pytest: a skip is a failure, with one exception.

A test may be skipped where the folder of shared data is absent; its reason says
"shared". Any other skip means that something was not tested.
"""

import pytest

FORGIVEN = "shared"


class SkipsFail:
    def __init__(self):
        self.skipped = []

    def note(self, report):
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        trace = report.longrepr
        reason = str(trace[2] if isinstance(trace, tuple) else trace)
        if FORGIVEN not in reason:
            self.skipped.append((report.nodeid, reason))

    pytest_runtest_logreport = note
    pytest_collectreport = note

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if self.skipped and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        for nodeid, reason in self.skipped:
            terminalreporter.write_line(f"NOT TESTED {nodeid}: {reason}", red=True)


def pytest_configure(config):
    config.pluginmanager.register(SkipsFail(), "wezer-skips-fail")
