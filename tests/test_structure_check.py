"""tools/check_structure.py finds each kind of fault that is planted in a tree."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location(
    "wezer_check_structure", ROOT / "tools" / "check_structure.py"
)
check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check)

MODEL = '''
class Thing(models.Model):
    _name = "wezer.thing"
    _description = "Thing"

    name = fields.Char()

    def action_do(self) -> bool:
        """Do it."""
        return True
'''


@pytest.fixture
def tree(tmp_path):
    """A repository with two addons and nothing wrong."""
    for name, depends in (("wezer_base", []), ("wezer_currency", ["wezer_base"])):
        addon = tmp_path / "addons" / name
        (addon / "models").mkdir(parents=True)
        (addon / "views").mkdir()
        (addon / "__manifest__.py").write_text(repr({"depends": depends}))
        (addon / "models" / "thing.py").write_text(MODEL)
        (addon / "views" / "thing.xml").write_text("<odoo><p>Thing</p></odoo>\n")
    return tmp_path


def test_a_tree_without_faults_has_no_findings(tree):
    assert check.findings(tree, set()) == []


def plant(tree, path, text, addon="wezer_base"):
    """Write a file into an addon; return what is found then."""
    target = tree / "addons" / addon / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    return check.findings(tree, set())


SECOND = """
class More(models.Model):
    _inherit = "wezer.thing"

    {}
"""
TWO_PARENTS = """
class Other(models.Model):
    _name = "wezer.other"
    _inherit = ["wezer.state.mixin"]
    _inherit = ["wezer.record.mixin"]
"""
LONG = f'<odoo>\n    <p t-if="{"a and " * 30}b">x</p>\n</odoo>\n'
WORDS = f'<odoo\n    help="{"word " * 40}"\n/>\n'
POT = '#: model:wezer.thing\nmsgid "{}"\nmsgstr ""\n'


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "tests/test_thing.py",
            '"""Things."""\n\nfrom odoo.tests import TransactionCase\n',
            "tests/test_thing.py is not imported in tests/__init__.py",
        ),
        (
            "models/more.py",
            SECOND.format('def action_do(self) -> None:\n        """Do."""'),
            "wezer.thing.action_do is defined 2 times",
        ),
        (
            "models/more.py",
            TWO_PARENTS,
            "wezer.other._inherit is defined 2 times",
        ),
        (
            "models/more.py",
            SECOND.format("name = fields.Char()"),
            "wezer.thing.name is defined 2 times",
        ),
        (
            "models/more.py",
            SECOND.format("other = fields.Char()"),
            "wezer.thing is written in 2 files",
        ),
        (
            "models/more.py",
            "from odoo.addons.wezer_currency.tools import amounts\n",
            "models/more.py:1 imports wezer_currency",
        ),
        (
            "__manifest__.py",
            "{'depends': ['wezer_currency']}",
            "wezer_base depends on wezer_currency",
        ),
        (
            "views/thing.xml",
            '<odoo><p t-call="wezer_currency.wallet" /></odoo>',
            "views/thing.xml:1 uses wezer_currency",
        ),
        ("models/more.py", "# See docs/nothing.md.\n", "cites docs/nothing.md"),
        (
            "models/more.py",
            '"""As asked (design, section 4)."""\n',
            "more.py:1 cites what is not shipped",
        ),
        (
            "i18n/wezer_base.pot",
            POT.format("Who gave it takes it back."),
            "“Who gave it takes it back.” (model:wezer.thing)",
        ),
        ("views/thing.xml", LONG, "views/thing.xml:2 has"),
        ("views/thing.xml", "<odoo><p></odoo>", "is not well-formed"),
    ],
)
def test_a_planted_fault_is_found(tree, path, text, message):
    found = plant(tree, path, text)
    assert any(message in line for line in found), found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("i18n/wezer_base.pot", POT.format("Who may see it?")),
        ("i18n/wezer_base.pot", POT.format("The giver takes it back.")),
        ("views/thing.xml", WORDS),
        ("models/more.py", "# See addons/wezer_base/models/thing.py.\n"),
        ("tests/test_thing.py", SECOND.format("name = fields.Char()")),
        (
            "models/more.py",
            'class Other(models.Model):\n    _name = "wezer.other"\n'
            "    @property\n    def _value(self): ...\n"
            "    @_value.setter\n    def _value(self, value): ...\n",
        ),
    ],
)
def test_what_is_allowed_is_not_found(tree, path, text):
    assert plant(tree, path, text) == []


def test_the_upper_addon_may_use_the_lower_one(tree):
    text = "from odoo.addons.wezer_base.exceptions import Refusal\n"
    assert plant(tree, "models/more.py", text, "wezer_currency") == []


@pytest.mark.parametrize(
    ("method", "lacks"),
    [
        ("def action_x(self) -> None: ...", "lacks a docstring"),
        ('def action_x(self):\n        """Do."""', "lacks type hints"),
        ('def action_x(self, a) -> None:\n        """Do."""', "lacks type hints"),
        ("def action_x(self, a): ...", "lacks a docstring and type hints"),
        ('def action_x(self) -> None:\n        """Do."""', "lacks a result"),
    ],
)
def test_public_methods_without_documentation_are_found(tree, method, lacks):
    text = f'class Other(models.Model):\n    _name = "wezer.other"\n\n    {method}\n'
    found = plant(tree, "models/more.py", text)
    assert any(f"wezer.other.action_x {lacks}" in line for line in found), found


def test_methods_that_odoo_calls_need_no_documentation(tree):
    method = "def write(self, vals):\n        return super().write(vals)"
    text = f'class Other(models.Model):\n    _name = "wezer.other"\n\n    {method}\n'
    assert plant(tree, "models/more.py", text) == []


def test_only_the_named_addon_is_checked(tree):
    plant(tree, "views/thing.xml", "<odoo><p></odoo>")
    assert check.findings(tree, {"wezer_currency"}) == []
    assert check.findings(tree, {"wezer_base"}) != []


def test_lengths_that_the_compiler_cannot_compare_are_left_to_the_browser(tree):
    rule = "p {\n    width: %s;\n}\n"
    found = plant(tree, "static/a.scss", rule % "min(100%, 22rem)")
    assert [line for line in found if "a.scss:2 needs" in line], found
    assert plant(tree, "static/a.scss", rule % '#{"min(100%, 22rem)"}') == []
    assert plant(tree, "static/a.scss", rule % "minmax(0, 22rem)") == []
