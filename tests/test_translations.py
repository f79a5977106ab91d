"""Every term of the suite is translated, with its placeholders."""

import importlib.util
import re
from pathlib import Path

import polib
from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import code_translations

ROOT = Path(__file__).resolve().parent.parent
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+")
# A colon that begins a word, as in ":root" or "://", is none of French.
PLAIN_SPACE = re.compile(r"\S (?=[:;!?»](?:\W|$))|« ")
REMEDY = "run ./wezer shell < tools/translations.py, then fill in what is empty"


def tool():
    path = ROOT / "tools" / "translations.py"
    spec = importlib.util.spec_from_file_location("wezer_translations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tool = tool()
        # Asked once: it takes seconds.
        cls.terms = {
            addon: {entry.msgid for entry in cls.tool.terms(cls.env, addon)}
            for addon in cls.tool.ADDONS
        }

    def _files(self):
        for addon in self.tool.ADDONS:
            for language in self.tool.LANGUAGES:
                yield addon, ROOT / "addons" / addon / "i18n" / f"{language}.po"

    def test_every_term_is_translated(self):
        for addon, path in self._files():
            with self.subTest(addon=addon, file=path.name):
                known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
                missing = sorted(
                    term for term in self.terms[addon] if not known.get(term)
                )
                self.assertEqual(missing, [], REMEDY)

    def test_no_word_is_divided_by_an_invisible_sign(self):
        """It would not be found by whoever looks for it in a page or a file."""
        for addon, path in self._files():
            with self.subTest(addon=addon, file=path.name):
                self.assertNotIn("\u00ad", path.read_text(encoding="utf-8"))

    def _extra_files(self):
        """Yield the files with terms of Odoo's that Odoo itself has not translated."""
        for path in sorted(ROOT.glob("addons/wezer_*/i18n_extra/*.po")):
            yield path.parts[-3], path

    def test_placeholders_are_kept_in_translations(self):
        for addon, path in (*self._files(), *self._extra_files()):
            for entry in polib.pofile(str(path)):
                with self.subTest(addon=addon, term=entry.msgid[:60]):
                    wanted = sorted(PLACE.findall(entry.msgid))
                    found = sorted(PLACE.findall(entry.msgstr))
                    if entry.msgstr:
                        self.assertEqual(wanted, found)

    def test_french_marks_stay_on_the_line_of_their_word(self):
        for addon in self.tool.ADDONS:
            path = ROOT / "addons" / addon / "i18n" / "fr.po"
            for entry in polib.pofile(str(path)):
                with self.subTest(addon=addon, term=entry.msgid[:60]):
                    self.assertNotRegex(entry.msgstr, PLAIN_SPACE)

    def test_the_pot_files_match_the_code(self):
        for addon in self.tool.ADDONS:
            with self.subTest(addon=addon):
                path = ROOT / "addons" / addon / "i18n" / f"{addon}.pot"
                kept = {entry.msgid for entry in polib.pofile(str(path))}
                self.assertEqual(kept ^ self.terms[addon], set(), REMEDY)

    def test_a_page_is_shown_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        modules = self.env["ir.module.module"].search(
            [("name", "in", self.tool.ADDONS)]
        )
        modules._update_translations(["fr_FR"])
        french = self.env["wezer.profile"].with_context(lang="fr_FR")
        label = french._fields["state"].get_description(french.env)["string"]
        self.assertEqual(label, "État")
        view = self.env.ref("wezer_base.members_page").with_context(lang="fr_FR")
        self.assertIn("Chercher un membre", view.arch_db)

    def test_terms_of_odoo_that_we_translate_are_shown(self):
        self.env["res.lang"]._activate_lang("ca_ES")
        modules = self.env["ir.module.module"].search(
            [("name", "in", ["project", *self.tool.ADDONS])]
        )
        modules._update_translations(["ca_ES"])
        task = self.env["report.project.task.user"].with_context(lang="ca_ES")
        label = task._fields["is_template"].get_description(task.env)["string"]
        self.assertEqual(label, "És una plantilla")
        browser = code_translations.get_web_translations("wezer_base", "ca_ES")
        said = {row["id"]: row["string"] for row in browser["messages"]}
        self.assertEqual(said["My Preferences"], "Les meves preferències")

    def test_no_value_cuts_a_sentence_of_a_page_into_terms(self):
        for path in sorted(ROOT.glob("addons/wezer_*/views/*templates.xml")):
            for node in etree.parse(path).iter("*"):
                texts = [node.text, *(child.tail for child in node)]
                values = node.xpath("*[@t-out or @t-field]")
                if values and any(
                    re.search(r"[A-Za-z]{2}", text or "") for text in texts
                ):
                    place = f"{path.name}:{node.sourceline}"
                    with self.subTest(place=place):
                        self.fail("write the whole sentence with t-fill")
