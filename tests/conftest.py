"""What the tests that cross addons share."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A `.wezer/` of the test's own."""
    from launcher import paths

    # pytest's folders are closed to others: do not look for another place.
    monkeypatch.setattr(paths, "reachable_by_others", lambda folder: True)
    folder = tmp_path / "state"
    folder.mkdir()
    for name in ("paths", "python_env", "odoo_source"):
        module = __import__(f"launcher.{name}", fromlist=[name])
        monkeypatch.setattr(module, "STATE", folder)
    monkeypatch.setattr(paths, "STATE", folder)
    return folder


class Silent:
    """A step that shows nothing."""

    detail = ""

    def show(self, detail):
        self.detail = detail


@pytest.fixture
def step():
    return Silent()
