"""README.rst and static/description/index.html of each addon are up to date."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location(
    "wezer_addon_readme", ROOT / "tools" / "addon_readme.py"
)
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)


@pytest.mark.parametrize("addon", tool.addons(ROOT), ids=lambda addon: addon.name)
def test_the_generated_files_are_up_to_date(addon):
    for name, content in tool.render(addon).items():
        path = addon / name
        assert path.exists(), f"{path}: run tools/addon_readme.py"
        assert path.read_text() == content, f"{path}: run tools/addon_readme.py"


@pytest.mark.parametrize(
    ("markdown", "rst"),
    [
        ("Some `code` here.", "Some ``code`` here."),
        ("**bold** and *thin*", "**bold** and *thin*"),
        ("[ESCO](https://esco.ec.europa.eu).", "`ESCO <https://esco.ec.europa.eu>`__."),
        ("Text:\n- one\n- two", "Text:\n\n* one\n* two"),
        ("* one\n  more\n* two", "* one\n  more\n* two"),
        ("`a * b` and `c * d`", "``a * b`` and ``c * d``"),
    ],
)
def test_markdown_becomes_restructured_text(markdown, rst):
    assert tool.rst(markdown) == rst
