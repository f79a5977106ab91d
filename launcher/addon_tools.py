"""Plain modules of the addons, which run without Odoo, for use in the launcher."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from . import paths


def load(path: Path) -> ModuleType:
    """Return the module in the file ``path``, or the package in that folder."""
    package = path.is_dir()
    name = f"wezer_tool_{path.stem}"
    spec = importlib.util.spec_from_file_location(
        name,
        path / "__init__.py" if package else path,
        submodule_search_locations=[str(path)] if package else None,
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def plain(addon: str, name: str) -> ModuleType:
    """Return the module ``name`` of an addon's tools, and what it imports beside it.

    It has a name of its own, so that Odoo can be loaded later.

    :param str name: for instance ``tables``
    """
    package = f"wezer_tools_of_{addon}"
    if package not in sys.modules:
        _empty(package, paths.ADDONS / addon / "tools")
    return importlib.import_module(f"{package}.{name}")


def module(addon: str, name: str) -> ModuleType:
    """Return the module ``name`` of an addon by the name that it has in Odoo.

    Where Odoo is not loaded, the packages above it are empty ones: the module and what
    it imports of other addons' tools are found, and no model is loaded.

    :param str name: for instance ``tools.replay``
    """
    if "odoo" not in sys.modules:
        for package in ("odoo", "odoo.addons"):
            _empty(package, paths.ADDONS)
        for folder in paths.ADDONS.glob("*/tools"):
            above = f"odoo.addons.{folder.parent.name}"
            _empty(above, folder.parent)
            _empty(f"{above}.tools", folder)
    return importlib.import_module(f"odoo.addons.{addon}.{name}")


def _empty(name: str, folder: Path) -> None:
    """Make a package that has modules of ``folder`` and no code of its own."""
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    above, _point, last = name.rpartition(".")
    if above:
        setattr(sys.modules[above], last, package)
