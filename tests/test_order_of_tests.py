"""Tests that are rolled back run before those that commit, slow ones first."""

from pathlib import Path
from types import SimpleNamespace

from odoo.tests import BaseCase, HttpCase, TransactionCase

from launcher import pytest_plugin


def marked(*marks):
    return marks.__contains__


def order(items):
    """Let the plugin order the items; return those that it leaves out."""
    left_out = []
    hook = SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items))
    pytest_plugin.pytest_collection_modifyitems(SimpleNamespace(hook=hook), items)
    return left_out


def test_tests_of_large_counts_are_left_out_without_all(monkeypatch):
    monkeypatch.setenv("WEZER_COUNTS", "small")
    large, small = (
        SimpleNamespace(path=Path(name), cls=None, get_closest_marker=marked(name))
        for name in ("large", "small")
    )
    items = [large, small]
    assert order(items) == [large] and items == [small]
    monkeypatch.setenv("WEZER_COUNTS", "all")
    items = [large, small]
    assert order(items) == [] and items == [large, small]


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
            path=Path(name),
            cls=case,
            get_closest_marker=marked(*["slow"] * slow),
        )
        for name, (case, slow) in kinds.items()
    ]
    # A file of both runs as a whole, where its committing tests belong.
    mixed = SimpleNamespace(**{**vars(items[1]), "path": Path("slow_commits")})
    items.insert(0, mixed)
    assert order(items) == []
    assert [item.path.name for item in items] == [
        "slow",
        "quick",
        "slow_commits",
        "slow_commits",
        "quick_commits",
        "function",
    ]
