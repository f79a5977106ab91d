"""docs/state-machines.md is up to date, and its tables fit the models."""

import importlib
import importlib.util
import pkgutil
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_base.tests.outcomes import OutcomeCase

ROOT = Path(__file__).resolve().parent.parent
REMEDY = "run ./wezer shell < tools/state_machines.py"


def tool():
    path = ROOT / "tools" / "state_machines.py"
    spec = importlib.util.spec_from_file_location("wezer_state_machines", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome_actions(machine):
    """Return the actions of ``machine`` for which a table says whom they notify."""
    for folder in sorted((ROOT / "addons").glob("*/tests")):
        package = f"odoo.addons.{folder.parent.name}.tests"
        for module in pkgutil.iter_modules([str(folder)], f"{package}."):
            if module.name.startswith(f"{package}.test_notices_of_"):
                importlib.import_module(module.name)
    found = set()
    for case in OutcomeCase.__subclasses__():
        for one, rows in case.tables:
            if one is machine:
                found.update(row.action for row in rows)
        for one, actions in case.within:
            if one is machine:
                found.update(actions)
    return found


@tagged("post_install", "-at_install")
class TestStateMachines(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tool = tool()
        cls.machines = cls.tool.machines(cls.env)

    def test_the_page_is_up_to_date(self):
        page = (ROOT / self.tool.PAGE).read_text()
        self.assertEqual(page, self.tool.render(self.env), REMEDY)

    def test_the_states_are_those_of_the_field(self):
        for name, machine in self.machines.items():
            with self.subTest(model=name):
                field = self.env[name]._fields[machine.field]
                self.assertEqual(
                    set(machine.states), set(field.get_values(self.env)), name
                )

    def test_every_method_exists(self):
        for name, machine in self.machines.items():
            for row in machine.transitions:
                with self.subTest(model=name, action=row.action):
                    model, _dot, method = row.method.rpartition(".")
                    self.assertTrue(callable(getattr(self.env[model or name], method)))

    def test_every_state_can_be_reached(self):
        for name, machine in self.machines.items():
            with self.subTest(model=name):
                default = self.env[name].default_get([machine.field])
                reached = set(default.values()) | {
                    state for row in machine.transitions for state in row.targets
                }
                self.assertEqual(set(machine.states) - reached, set(), name)

    def test_every_action_has_a_row_that_says_whom_it_notifies(self):
        for name, machine in self.machines.items():
            with self.subTest(model=name):
                missing = set(machine.actions) - outcome_actions(machine)
                self.assertFalse(missing, "rows in a test_notices_of_….py")
