"""Tests that are rolled back run before those that commit, slow ones first."""

from pathlib import Path
from types import SimpleNamespace

from odoo.tests import BaseCase, HttpCase, TransactionCase

from launcher import pytest_plugin


def test_committing_files_come_last_and_slow_ones_first():
    kinds = {
        "quick_commits": (BaseCase, False),
        "quick": (TransactionCase, False),
        "function": (None, False),
        "slow_commits": (BaseCase, True),
        "slow": (HttpCase, True),
    }
    items = [
        SimpleNamespace(
            path=Path(name), cls=case, get_closest_marker=lambda _name, slow=slow: slow
        )
        for name, (case, slow) in kinds.items()
    ]
    # A file of both runs as a whole, where its committing tests belong.
    mixed = SimpleNamespace(**{**vars(items[1]), "path": Path("slow_commits")})
    items.insert(0, mixed)
    pytest_plugin.pytest_collection_modifyitems(items)
    assert [item.path.name for item in items] == [
        "slow",
        "quick",
        "slow_commits",
        "slow_commits",
        "quick_commits",
        "function",
    ]
