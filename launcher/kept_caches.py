"""What the tests keep of what Odoo has compiled.

Odoo's test cases empty all caches after each test, so that every test compiles anew
each page that it opens: more than half of the time of a test that opens pages. A server
keeps what it has compiled until something is written that it depends on, and so do the
tests: what a test has not invalidated holds after its changes are rolled back.
"""

import builtins
import functools
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from odoo.orm.registry import _CACHES_BY_KEY, Registry
from odoo.tests import TransactionCase

from odoo.addons.base.models import ir_qweb

# What takes long to make and follows from views, assets and addons alone, and the
# caches that hold it. Everything else in them is forgotten.
KEPT = {
    "_generate_asset_links_cache",
    "_generate_code_cached",
    "_get_asset_paths",
    "_get_view_cache",
    "routing_map",
}
CACHES = ("assets", "routing", "templates")


class Invalidated:
    """Caches that were invalidated since a test began, and since its class did."""

    def __init__(self) -> None:
        self.in_class: set[str] = set()
        self.in_test: set[str] = set()

    def note(self, names: Iterable[str]) -> None:
        """Note that what is in the caches of these names holds no longer."""
        for name in names:
            self.in_class.update(_CACHES_BY_KEY[name])
            self.in_test.update(_CACHES_BY_KEY[name])


invalidated = Invalidated()


def forget(registry: Registry, names: set[str]) -> None:
    """Empty all caches, except of what is kept in those that are not named."""
    for name, cache in registry._Registry__caches.items():
        kept = {}
        if name in CACHES and name not in names:
            kept = {key: cache[key] for key in cache if key[1].__name__ in KEPT}
        cache.clear()
        cache.update(kept)
    registry.cache_invalidated.update(_CACHES_BY_KEY)


def forget_all() -> None:
    """Empty all caches: what was committed, by whichever process, is not noted here."""
    for registry in Registry.registries.snapshot.values():
        forget(registry, set(CACHES))


def keep_compiled() -> None:
    """Let tests that are rolled back keep what was compiled of what they share."""
    clear, clear_all = Registry.clear_cache, Registry.clear_all_caches
    set_up, clean_up = TransactionCase.setUp, TransactionCase.doClassCleanups.__func__

    @functools.wraps(clear)
    def noted(self: Registry, *names: str) -> None:
        invalidated.note(names or ("default",))
        clear(self, *names)

    @functools.wraps(clear_all)
    def all_noted(self: Registry) -> None:
        invalidated.note(_CACHES_BY_KEY)
        clear_all(self)

    # Odoo's own clean-ups call this method of the registry.
    @functools.wraps(set_up)
    def keeping_set_up(self: TransactionCase) -> None:
        invalidated.in_test.clear()
        after = functools.partial(forget, self.registry, invalidated.in_test)
        with patch.object(self.registry, "clear_all_caches", after):
            set_up(self)

    @functools.wraps(clean_up)
    def keeping_clean_up(cls: type[TransactionCase]) -> None:
        after = functools.partial(forget, cls.registry, invalidated.in_class)
        with patch.object(cls.registry, "clear_all_caches", after):
            clean_up(cls)
        invalidated.in_class.clear()

    Registry.clear_cache, Registry.clear_all_caches = noted, all_noted
    TransactionCase.setUp = keeping_set_up
    TransactionCase.doClassCleanups = classmethod(keeping_clean_up)


def compile_once() -> None:
    """Let a process compile each expression and each template's code once.

    What becomes of them follows from their text alone.
    """
    compile_expression = ir_qweb.IrQweb._compile_expr
    known: dict[tuple[str, bool], str] = {}

    @functools.wraps(compile_expression)
    def compiled(self: Any, expr: str, raise_on_missing: bool = False) -> str:
        key = (expr, raise_on_missing)
        if key not in known:
            known[key] = compile_expression(self, expr, raise_on_missing)
        return known[key]

    ir_qweb.IrQweb._compile_expr = compiled
    ir_qweb.compile = functools.cache(builtins.compile)
    ir_qweb.indent_code = functools.cache(ir_qweb.indent_code)
