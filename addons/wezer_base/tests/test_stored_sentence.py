import json
from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import LazyTranslate

from ..tools import stored_sentence
from ..tools.stored_sentence import Value, decimal, pack, sentence_of
from .common import WezerCommon

_lt = LazyTranslate(__name__)
# Terms of the addon, which has them in French.
JOINS = "%(name)s would like to join."
FOR = "For %(name)s: %(message)s"


@tagged("post_install", "-at_install")
class TestStoredSentence(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def _notify(self, message, **kwargs):
        return self.luc.partner_id._wezer_notify("application", message, **kwargs)

    def _in(self, notice, lang):
        notice.invalidate_recordset()
        return notice.with_context(lang=lang).text

    def _french(self, source, **values):
        return self.env(context={"lang": "fr_FR"})._(source, **values)

    def test_a_notice_written_before_is_read_in_the_language_chosen_later(self):
        self.luc.partner_id.lang = "en_US"
        notice = self._notify(_lt(JOINS, name="Noor"))
        self.assertEqual(notice.message, "Noor would like to join.")
        self.luc.partner_id.lang = "fr_FR"
        french = self._french(JOINS, name="Noor")
        self.assertNotEqual(french, notice.message)
        self.assertEqual(self._in(notice, "fr_FR"), french)
        self.assertEqual(self._in(notice, "en_US"), "Noor would like to join.")
        page = self.env["wezer.notice"].with_user(self.luc).with_context(lang="fr_FR")
        rows = [row for _title, rows in page._page_sections() for row in rows]
        self.assertIn(french, [row["notice"].text for row in rows])

    def test_a_digest_says_it_in_the_language_of_the_day_it_is_sent(self):
        self.luc.partner_id.lang = "en_US"
        notice = self._notify(_lt(JOINS, name="Noor"))
        self.luc.partner_id.lang = "fr_FR"
        mail = self.env["wezer.digest"]._prepare_mail(self.luc.partner_id, notice)
        self.assertIn(self._french(JOINS, name="Noor"), mail["body_html"])

    def test_an_older_notice_keeps_its_words(self):
        notice = self._notify("Written before this update.")
        self.assertFalse(notice.sentence)
        self.assertEqual(self._in(notice, "fr_FR"), "Written before this update.")

    def test_sentences_inside_of_sentences_are_translated_too(self):
        inner = _lt(JOINS, name="Noor")
        notice = self._notify(_lt(FOR, name="Oda", message=inner))
        self.assertEqual(
            self._in(notice, "fr_FR"),
            self._french(FOR, name="Oda", message=self._french(JOINS, name="Noor")),
        )

    def test_days_numbers_lists_and_moments_are_the_readers(self):
        notice = self._notify(_lt(JOINS, name=date(2020, 2, 28)))
        self.assertIn("28 Feb 2020", self._in(notice, "en_US"))
        self.assertIn("28 févr. 2020", self._in(notice, "fr_FR"))
        notice = self._notify(_lt(JOINS, name=decimal(1234.5, 1)))
        self.assertIn("1,234.5", self._in(notice, "en_US"))
        self.assertIn("234,5", self._in(notice, "fr_FR"))
        notice = self._notify(_lt(JOINS, name=["Ana", "Bo"]))
        self.assertIn("Ana and Bo", self._in(notice, "en_US"))
        self.assertIn("Ana et Bo", self._in(notice, "fr_FR"))
        notice = self._notify(_lt(JOINS, name=datetime(2020, 2, 28, 9, 0)))
        notice = notice.with_context(wezer_zone="Pacific/Auckland")
        self.assertIn("28 Feb 2020, 22:00 (Auckland)", self._in(notice, "en_US"))

    def test_a_record_has_the_name_of_the_readers_language(self):
        skill = self.env["wezer.skill"].create({"name": "Zzwood"})
        skill.with_context(lang="fr_FR").name = "Zzbois"
        notice = self._notify(_lt(JOINS, name=skill))
        self.assertIn("Zzwood", self._in(notice, "en_US"))
        self.assertIn("Zzbois", self._in(notice, "fr_FR"))
        skill.unlink()
        self.assertEqual(self._in(notice, "fr_FR"), notice.message)

    def test_whoever_acts_for_another_is_named_in_the_language_of_the_reader(self):
        act = self.env["wezer.acting.log"]._log(
            self.luc, self.anna.partner_id, "market"
        )
        notice = self._notify(sentence_of(act))
        self.assertEqual(
            self._in(notice, "fr_FR"), act.with_context(lang="fr_FR")._sentence()
        )
        self.assertNotEqual(self._in(notice, "fr_FR"), self._in(notice, "en_US"))

    def test_the_name_of_who_left_is_replaced_inside_and_the_sentence_stays(self):
        old = 'No"or\\ would'
        notice = self._notify(_lt(JOINS, name=f"{old} and Noora"))
        stays = self._notify(_lt(JOINS, name="like"))
        notices = self.env["wezer.notice"]
        notices._replace_name(old, "Former member 7")
        notices._replace_name("would", "X")
        self.assertEqual(
            self._in(notice, "en_US"), "Former member 7 and Noora would like to join."
        )
        self.assertEqual(self._in(stays, "en_US"), "like would like to join.")

    def test_what_has_no_form_in_a_reader_language_is_refused(self):
        for value in (1.5, object(), {"x"}):
            with self.assertRaises(TypeError):
                pack(_lt(JOINS, name=value))

    def test_a_packed_sentence_is_json_and_members_read_only_its_words(self):
        packed = pack(_lt(FOR, name=None, message=Value("day", "2020-02-28")))
        self.assertEqual(json.loads(json.dumps(packed)), packed)
        self.assertTrue(stored_sentence.is_kept(packed))
        notice = self._notify(_lt(JOINS, name="Noor"))
        mine = notice.with_user(self.luc)
        self.assertEqual(mine.text, "Noor would like to join.")
        with self.assertRaises(AccessError):
            mine.read(["sentence"])
