"""What people read of a move: words of their language, amounts of its currency."""

from decimal import Decimal
from pathlib import Path

from babel.messages.extract import extract_from_dir

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools.translate import code_translations

from ..tools import shown, terms
from ..tools.content import Unreadable
from ..tools.readers import registry
from ..tools.unreadable_words import in_words
from . import exports
from .common import MoveinCommon

TOOLS = Path(__file__).resolve().parent.parent / "tools"
SEVERAL = ["the currency LEAF: a move of its own", "3 deals in progress"]


class TestTerms(BaseCase):
    def test_all_that_readers_say_of_files_is_marked_for_translation(self):
        marked = {
            text
            for _file, _line, text, *_rest in extract_from_dir(
                TOOLS, [("**.py", "python")], keywords={"_lt": None}
            )
        }
        contents = [
            registry.read(made.files, {})
            for made in (
                exports.ces(1),
                exports.ces(1, six=True),
                exports.timeoverflow(1),
                exports.komunitin(1),
            )
        ]
        said = {content.layout for content in contents}
        said.update(text for content in contents for text in content.lacks)
        for reader in registry.readers():
            lacks = getattr(reader, "LACKS", [])
            for texts in lacks.values() if isinstance(lacks, dict) else [lacks]:
                said.update(texts)
        said.update(terms.parts(text)[0] for text in SEVERAL)
        self.assertEqual(said - marked, set())
        self.assertGreater(len(said), 30)


@tagged("post_install", "-at_install")
class TestShownAmounts(TransactionCase):
    def test_amounts_have_the_decimals_of_their_currency_and_lose_none(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env(context={"lang": "fr_FR"})
        for text, digits, is_time, english, in_french in (
            ("40", 2, False, "40.00", "40,00"),
            ("-12.5", 2, False, "-12.50", "-12,50"),
            ("0", 2, False, "0.00", "0,00"),
            ("1234567.8912", 2, False, "1,234,567.8912", "1\xa0234\xa0567,8912"),
            ("7", 0, False, "7", "7"),
            ("-0.5", 0, True, "-0:30", "-0:30"),
            ("0.3333333333333333333333333333", 0, True, "0:20", "0:20"),
            ("1.005555555555555555555555556", 0, True, "1:00:20", "1:00:20"),
            ("1234:05", 0, True, "1,234:05", "1\xa0234:05"),
            (False, 2, False, "", ""),
            ("-1:30 h", 0, True, "-1:30 h", "-1:30 h"),
            ("=1+1", 2, False, "=1+1", "=1+1"),
        ):
            with self.subTest(text):
                self.assertEqual(shown.amount(self.env, text, digits, is_time), english)
                self.assertEqual(shown.amount(french, text, digits, is_time), in_french)


@tagged("post_install", "-at_install")
class TestShownMoves(MoveinCommon):
    def test_a_proof_and_its_problems_are_shown_in_the_language_of_their_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {
            "a handful of rows": "une poignée de lignes",
            "the currency {value}: a move of its own": "la monnaie {value} à part",
        }
        texts = {**code_translations.get_python_translations("wezer_movein", "fr_FR")}
        self.patch(
            code_translations,
            "get_python_translations",
            lambda _addon, lang: texts | french if lang == "fr_FR" else {},
        )
        self.patch(self.content, "layout", "a handful of rows")
        self.patch(self.content, "lacks", ["Pictures.", SEVERAL[0]])
        self.patch(self.content.accounts["V004"], "balance", Decimal(3))
        move = self._start().with_context(lang="fr_FR")
        self.assertEqual(move.lacks_text, "Pictures.\nla monnaie LEAF à part")
        self.assertIn("a move of its own", move.lacks)
        move.action_check()
        move.action_decide("closed_with_balance", "stays")
        move.action_decide("balance_differs", "leave")
        move.action_check()
        account = move.account_ids.filtered("has_difference")
        self.assertEqual((account.code, account.balance_file_text), ("V004", "3,00"))
        self.assertRegex(account.difference_text, r"^-?\d+,\d\d$")
        problem = move.problem_ids.filtered(lambda one: one.code == "balance_differs")
        self.assertIn(account.difference_text, problem.words)
        move.action_import()
        move.sudo()._import_now()
        move.action_prove()
        values = move._proof_page_values()
        self.assertEqual(values["layout"], "une poignée de lignes")
        self.assertEqual(values["numbers"]["sum"], "0,00")
        self.assertEqual(values["numbers"]["differences"], "1")
        # What is signed and compared stays as it is.
        self.assertEqual(values["proof"]["layout"], "a handful of rows")
        self.assertEqual(account.balance_file, "3")


@tagged("post_install", "-at_install")
class TestUnreadable(TransactionCase):
    def test_why_files_are_not_read_is_said_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env(context={"lang": "fr_FR"})
        files = {
            "damaged.zip": b"PK\x03\x04 broken",
            "a.csv": b"x" * 10 + b"\x00\xff" * 40,
            "b.csv": b"no,known,headings\n1,2,3\n",
        }
        for name, data in files.items():
            with self.assertRaises(Unreadable) as caught:
                registry.read([(name, data)], {})
            error = caught.exception
            said = in_words(french, error)
            self.assertNotEqual(said, str(error), error.code)
            self.assertIn(name, said)
        with self.assertRaises(Unreadable) as caught:
            registry.read([], {})
        self.assertEqual(in_words(french, caught.exception)[:4], "Il n")
