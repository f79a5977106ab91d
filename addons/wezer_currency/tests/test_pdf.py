import io
from unittest.mock import patch

from pypdf import PdfReader

from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

from ..tools import pdf_text
from ..tools.statement_pdf import FONTS, statement_pdf

TEXTS = {
    "Łódź, Жук, Ελλάδα, Việt Nam, œuf": "Łódź, Жук, Ελλάδα, Việt Nam, œuf",
    "你好 thanks": "你好 thanks",
    "😀 done": "😀 done",
    "👨\u200d👩\u200d👧": "👨👩👧",
    "👍🏽": "👍",
    "❤️": "❤",
    "日本 ありがとう 한국": "日本 ありがとう 한국",
    "龘 नमस्ते": "[Da] [nmste]",
    "a\u202eb\u2066c\x07": "abc",
    "\ue000": "[U+E000]",
    "<b>&amp;": "<b>&amp;",
}
ARABIC = "محمد بن سلمان"


@tagged("post_install", "-at_install")
class TestTextInPdf(BaseCase):
    def setUp(self):
        super().setUp()
        # What a system has installed differs: only what Odoo ships.
        self.startPatcher(patch.object(pdf_text, "SYSTEM", ()))
        self.fonts = [tuple(map(file_path, pair)) for pair in FONTS]
        self.faces = pdf_text.Faces(tuple(pair[0] for pair in self.fonts))

    def pages(self, *texts):
        rows = [("7", "1 May", text, "paid 1.00", "0.00") for text in texts]
        heads = ["Number", "When", "Name", "Amount", "Then"]
        facts = [("Name", text) for text in texts]
        data = statement_pdf("Statement", facts, heads, rows, self.fonts)
        pages = PdfReader(io.BytesIO(data)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)

    def test_letters_that_no_font_has_are_written_in_another_way(self):
        for text, written in TEXTS.items():
            self.assertEqual(self.faces.written(text), written)
        for written in TEXTS.values():
            self.assertIn(written, self.pages(*TEXTS))

    def test_every_letter_that_is_drawn_is_in_its_font(self):
        glyphs = {face.name: face.glyphs for face in self.faces.faces}
        for text in (*TEXTS, ARABIC, f"{ARABIC} 5 heures — {ARABIC}", "שלום", "नमस्ते"):
            line = self.faces._ordered(self.faces.written(text))
            self.assertTrue(line)
            for name, run in self.faces._split(line):
                missing = [char for char in run if ord(char) not in glyphs[name]]
                self.assertFalse(missing, text)

    def test_arabic_is_joined_and_runs_from_right_to_left(self):
        drawn = self.faces._ordered("محمد")
        self.assertEqual(len(drawn), 4)
        # The last letter is drawn first, in its final form; the first letter last.
        self.assertIn(drawn[0], "\ufeaa\u062f")
        self.assertEqual(drawn[-1], "\ufee3")
        self.assertIn("NotoSansArabic", self.faces.markup(ARABIC, 9))

    def test_lines_from_right_to_left_break_in_the_order_of_reading(self):
        words = ["واحد", "اثنان", "ثلاثة", "أربعة"]
        lines = self.faces._broken(" ".join(words), 9, 40)
        self.assertGreater(len(lines), 1)
        self.assertEqual(" ".join(lines).split(), words)
