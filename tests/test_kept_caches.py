"""What was compiled is kept from one test to the next, until a test invalidates it."""

import unittest

from odoo.tests import TransactionCase, tagged

from launcher import kept_caches

TEMPLATE = "base.no_contact"
WORD = "Nobody"


def compiled(registry):
    """Return the names of what the caches of compiled things hold."""
    caches = registry._Registry__caches
    return {key[1].__name__ for name in kept_caches.CACHES for key in caches[name]}


@tagged("post_install", "-at_install")
class Opens(TransactionCase):
    """Tests of a page, run by the tests below."""

    seen = {}

    def note(self, name):
        kept = compiled(self.registry)
        page = str(self.env["ir.qweb"]._render(TEMPLATE, {"options": {}}))
        self.seen[name] = ("_generate_code_cached" in kept, WORD in page)

    def change(self):
        view = self.env.ref(TEMPLATE)
        view.arch = f'<t t-name="{TEMPLATE}"><span>{WORD}</span></t>'

    def opens(self):
        self.note("opened")

    def opens_again(self):
        self.note("opened again")

    def changes(self):
        self.change()
        self.note("changed")

    def opens_after_it(self):
        self.note("rolled back")


class ChangesForAll(Opens):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change(cls)


def run(case, *names):
    """Run tests of a class as a runner does; return what they have seen."""
    case.seen.clear()
    result = unittest.TestResult()
    unittest.TestSuite([case(name) for name in names]).run(result)
    assert result.wasSuccessful(), [*result.errors, *result.failures]
    return dict(case.seen)


def test_tests_keep_what_is_compiled_and_no_change_that_is_rolled_back():
    names = ("opens", "opens_again", "changes", "opens_after_it")
    seen = run(Opens, *names)
    assert seen["opened"][1] is False
    assert seen["opened again"] == (True, False)
    assert seen["changed"] == (False, True)
    assert seen["rolled back"] == (False, False)


def test_a_change_of_a_class_holds_for_its_tests_only():
    seen = run(ChangesForAll, "opens", "opens_again")
    assert seen["opened"] == (False, True)
    assert seen["opened again"] == (True, True)
    assert run(Opens, "opens")["opened"] == (False, False)


@tagged("post_install", "-at_install")
class TestKept(TransactionCase):
    def test_values_of_records_are_forgotten(self):
        self.env["ir.qweb"]._render(TEMPLATE, {"options": {}})
        self.env["ir.config_parameter"].get_param("web.base.url")
        kept_caches.forget(self.registry, set())
        self.assertLessEqual(compiled(self.registry), kept_caches.KEPT)
        self.assertIn("_generate_code_cached", compiled(self.registry))
        caches = self.registry._Registry__caches
        others = set(caches) - set(kept_caches.CACHES)
        self.assertFalse([name for name in others if len(caches[name])])
        kept_caches.forget_all()
        self.assertFalse(compiled(self.registry))

    def test_odoo_keeps_each_of_them_in_one_of_these_caches(self):
        """Under another name it would be compiled anew, which nobody would see."""
        places = {}
        for model in ("ir.qweb", "ir.asset", "ir.ui.view", "ir.http"):
            for base in type(self.env[model]).__mro__:
                for name in kept_caches.KEPT & vars(base).keys():
                    cache = getattr(vars(base)[name], "__cache__", None)
                    if cache:
                        places[name] = cache.cache_name
        self.assertEqual(places.keys(), kept_caches.KEPT)
        self.assertLessEqual(set(places.values()), set(kept_caches.CACHES))
