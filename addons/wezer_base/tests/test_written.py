"""What members write: text, formatted text and pictures, as it is kept and shown."""

from base64 import b64decode, b64encode
from io import BytesIO

from lxml import etree
from markupsafe import Markup
from PIL import Image

from odoo.tests import BaseCase, HttpCase, tagged

from ..exceptions import Refusal
from ..tools.direction import isolate_written, isolated
from ..tools.html import plain_html
from ..tools.picture import LONGEST, PictureError, clean_file, clean_picture
from ..tools.sentences import compile_sentences, filled
from ..tools.text import clean_line, clean_text, drawn_alike, has_letter, lookalike
from .common import WezerCommon

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def photo(kind="JPEG", size=(80, 40), turned=6, mode="RGB"):
    """Return a photo of a phone: its upper half red, turned, with its position."""
    picture = Image.new(mode, size, "blue")
    picture.paste(Image.new(mode, (size[0] // 2, size[1]), "red"), (0, 0))
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[MAKER] = "SECRETMAKER"
    exif[GPS] = {1: "N", 2: (46.0, 12.0, 3.0), 3: "E", 4: (6.0, 8.0, 1.0)}
    out = BytesIO()
    more = {"comment": b"SECRETCOMMENT"} if kind == "JPEG" else {}
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()


def opened(data):
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


@tagged("post_install", "-at_install")
class TestCleanText(BaseCase):
    def test_control_and_direction_characters_are_taken_out(self):
        self.assertEqual(clean_line("a\x00b\x07c\x1b[0m\x7f"), "abc[0m")
        self.assertEqual(
            clean_line("pay \u202eeniN\u202c now\u200b\ufeff"), "pay eniN now"
        )
        self.assertEqual(clean_line("\u2066x\u2069\u200f\u061c\ud800"), "x")
        self.assertEqual(
            clean_line("one\r\ntwo\u2028three\tfour"), "one two three four"
        )
        self.assertEqual(clean_text(" one\r\n\ttwo\u2029three "), "one\n\ttwo\nthree")

    def test_characters_that_scripts_and_emoji_need_stay(self):
        for text in (
            "می‌خواهم",
            "👩‍👩‍👧",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "é ñ Ж 漢",
        ):
            self.assertEqual(clean_line(text), text)

    def test_a_tower_of_marks_is_cut_down(self):
        self.assertEqual(len(clean_line("Z" + "\u0301" * 500)), 5)

    def test_a_text_ends_at_its_length(self):
        self.assertEqual(clean_line("x" * 300, 120), "x" * 120)
        self.assertEqual(clean_line("  a b  ", 2), "a")

    def test_a_name_has_a_letter_that_can_be_seen(self):
        for nothing in ("", "...", "\u2800", "\u3164\u115f", "\u200b \u00ad", "—"):
            self.assertFalse(has_letter(nothing), ascii(nothing))
        for something in ("a", "7", "漢", "é", "🚲 bike"):
            self.assertTrue(has_letter(something))

    def test_names_that_look_the_same_are_the_same(self):
        for one, other in (
            ("Moss Okafor", "moss  okafor"),
            ("Moss Okafor", "Моѕѕ Оkаfоr"),
            ("Moss Okafor", "Moss\u200b Okafor"),
            ("Inès Noël", "lnes Noel"),
            ("Bill", "BiII"),
            ("Omar", "0mar"),
            ("Emma", "Ｅｍｍａ"),
            ("Anna-Lena", "Anna Lena"),
        ):
            self.assertEqual(lookalike(one), lookalike(other), (one, other))
        for one, other in (("Anna", "Anne"), ("Luc", "Lucie"), ("張偉", "張衛")):
            self.assertNotEqual(lookalike(one), lookalike(other))
        self.assertEqual(drawn_alike(" Оak\u200b tree"), drawn_alike("OAK  tree"))
        for one, other in (("1.5 h", "15 h"), ("-5", "5"), ("C", "C++"), ("ö", "o")):
            self.assertNotEqual(drawn_alike(one), drawn_alike(other))


@tagged("post_install", "-at_install")
class TestPlainHtml(BaseCase):
    def test_layout_styles_and_classes_are_taken_out(self):
        text = plain_html(
            '<div style="position:fixed;top:0;z-index:9999" class="modal fixed-top"'
            ' id="wrapwrap" data-x="1" align="center">PHISH'
            "<style>*{display:none}</style><font size='9' color='red'>big</font>"
            '<form action="/x"><input name="p"/><button>ok</button></form>'
            "<table width='9000' background='https://x.example/p'><tr><td colspan='2'>c"
            "</td></tr></table></div>"
        )
        words = "style class id= data-x align font form input button width background"
        for gone in words.split():
            self.assertNotIn(gone, text)
        self.assertIn("PHISH", text)
        self.assertIn('<td colspan="2">c</td>', text)

    def test_plain_formatting_and_links_stay(self):
        text = plain_html(
            "<h2>Hi</h2><p>A <strong>b</strong> <em>c</em><br>d</p><ul><li>e</li></ul>"
            '<a href="https://x.example/" target="_blank" onclick="x()">there</a>'
            '<p lang="fr" dir="ltr">été</p>'
        )
        self.assertIn("<h2>Hi</h2><p>A <strong>b</strong> <em>c</em><br>d</p>", text)
        self.assertIn(
            '<a href="https://x.example/" rel="nofollow noopener">there</a>', text
        )
        self.assertIn('<p lang="fr" dir="ltr">été</p>', text)

    def test_a_link_leads_to_no_script_and_a_picture_is_none_from_elsewhere(self):
        for evil in (
            "javascript:alert(1)",
            "data:text/html,x",
            "//x.example/",
            "vbscript:x",
        ):
            self.assertNotIn("href", plain_html(f'<a href="{evil}">x</a>'))
        for evil in (
            "https://x.example/p.png",
            "//x.example/web/image/5",
            "data:image/png;base64,AAAA",
            "/web/image/../../x",
            "/web/image/res.users/2/image_128",
            "/web/image/999999999999999999999",
        ):
            self.assertNotIn("<img", plain_html(f'<p>a<img src="{evil}"/>b</p>'), evil)
        self.assertIn("<img", plain_html('<img src="/web/image/5-abc/x.png"/>'))

    def test_doing_it_again_changes_nothing(self):
        text = plain_html('<p>a &lt;b&gt; <a href="/x">é</a></p><p>&amp;</p>')
        self.assertEqual(plain_html(text), text)
        self.assertEqual(plain_html(""), "")
        self.assertIn("plain &amp; simple", plain_html("plain & simple"))


@tagged("post_install", "-at_install")
class TestCleanPicture(BaseCase):
    def test_photos_lose_the_place_where_they_were_taken(self):
        for kind in ("JPEG", "WEBP", "PNG"):
            source = photo(kind)
            self.assertTrue(opened(source).getexif().get_ifd(GPS), kind)
            data, ending = clean_picture(source)
            self.assertFalse(dict(opened(data).getexif()), kind)
            self.assertNotIn(b"SECRET", data)
            self.assertNotIn(b"Exif", data)
            self.assertEqual(ending, "png" if kind == "PNG" else "jpg")

    def test_an_upright_photo_loses_its_position_too(self):
        data, _ending = clean_picture(photo(turned=1))
        self.assertFalse(dict(opened(data).getexif()))
        self.assertNotIn(b"SECRET", data)
        again = opened(clean_picture(data)[0])
        self.assertEqual(again.quantization, opened(data).quantization)

    def test_pixels_are_turned_upright(self):
        picture = opened(clean_picture(photo())[0])
        self.assertEqual(picture.size, (40, 80))
        self.assertGreater(picture.getpixel((20, 10))[0], 200)
        self.assertGreater(picture.getpixel((20, 70))[2], 200)

    def test_bytes_after_the_picture_are_cut_off(self):
        data = clean_picture(photo() + b"MOTION VIDEO with position")[0]
        self.assertNotIn(b"position", data)

    def test_transparency_stays_and_large_ones_are_made_smaller(self):
        out = BytesIO()
        Image.new("RGBA", (LONGEST * 2, 20), (0, 0, 0, 0)).save(out, "WEBP")
        picture = opened(clean_picture(out.getvalue())[0])
        self.assertEqual((picture.mode, picture.size), ("RGBA", (LONGEST, 10)))
        for mode in ("P", "1", "L", "LA", "I;16", "CMYK"):
            out = BytesIO()
            kind = "TIFF" if mode == "x" else "JPEG" if mode == "CMYK" else "PNG"
            Image.new(mode, (9, 9)).save(out, kind)
            self.assertTrue(clean_picture(out.getvalue())[0], mode)

    def test_formats_that_browsers_do_not_show_are_refused_by_name(self):
        heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
        avif = b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf"
        for data, reason in (
            (heic, "heic"),
            (avif, "avif"),
            (b"II*\x00" + b"\0" * 20, "tiff"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
            (photo()[:200], "kind"),
        ):
            with self.assertRaises(PictureError) as caught:
                clean_picture(data)
            self.assertEqual(caught.exception.reason, reason)

    def test_a_file_that_is_no_picture_stays_as_it_is(self):
        self.assertEqual(clean_file(b"%PDF-1.7 x"), (b"%PDF-1.7 x", None))
        data, kind = clean_file(photo("WEBP"))
        self.assertEqual(kind, "jpg")
        self.assertNotIn(b"SECRET", data)


@tagged("post_install", "-at_install")
class TestWritten(WezerCommon):
    def test_a_profile_keeps_clean_words_and_pictures(self):
        profiles = self.env["wezer.profile"].with_user(self.luc)
        profiles.update_own(
            {
                "presentation": "Hi\u202e there\x07\nyou",
                "city": "Ge\u200bneva\nOld town",
                "image_1920": b64encode(photo()).decode(),
            }
        )
        profile = self.luc_profile
        self.assertEqual(profile.presentation, "Hi there\nyou")
        self.assertEqual(profile.city, "Geneva Old town")
        for size in (1920, 1024, 512, 256, 128):
            data = b64decode(profile[f"image_{size}"])
            self.assertFalse(dict(opened(data).getexif()))
            self.assertNotIn(b"SECRET", data)
            width, height = opened(data).size
            self.assertLess(width, height)

    def test_every_size_of_a_webp_is_made(self):
        picture = b64encode(photo("WEBP", size=(1500, 800), turned=1)).decode()
        profiles = self.env["wezer.profile"].with_user(self.luc)
        profiles.update_own({"image_1920": picture})
        self.assertEqual(opened(b64decode(self.luc_profile.image_128)).size[0], 128)

    def test_a_picture_that_is_not_taken_is_refused_with_what_helps(self):
        profiles = self.env["wezer.profile"].with_user(self.luc)
        heic = b64encode(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic").decode()
        with self.assertRaises(Refusal) as caught:
            profiles.update_own({"image_1920": heic})
        self.assertEqual(caught.exception.rule, "picture")
        self.assertEqual(caught.exception.value, "heic")
        self.assertIn("JPEG", str(caught.exception))

    def test_the_suite_changes_its_own_records_only(self):
        """Every model of the suite has the mixin; of Odoo's, those it adds texts to."""
        mixin = self.env.registry["wezer.record.mixin"]
        for name, model in self.env.registry.items():
            if model._abstract or not model._auto:
                continue
            ours = name.startswith("wezer.")
            written = any(
                (field._module or "").startswith("wezer_")
                and field.store
                and not (field.compute or field.related)
                and field.type in ("char", "text", "image")
                for field in model._fields.values()
            )
            with self.subTest(model=name):
                if ours or written:
                    self.assertTrue(issubclass(model, mixin))
        for name in ("ir.cron", "res.lang", "decimal.precision"):
            self.assertFalse(issubclass(self.env.registry[name], mixin))

    def test_every_text_of_every_model_is_known_to_the_cleaner(self):
        kept = {"body", "key", "smtp_pass"}
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("wezer.") or model._abstract:
                continue
            kinds = model._wezer_written_fields()
            for field in model._fields.values():
                if field.store and field.type in ("char", "text", "html"):
                    if not (field.compute or field.related) and field.name not in kept:
                        self.assertIn(field.name, kinds, name)


@tagged("post_install", "-at_install")
class TestWrittenPages(WezerCommon, HttpCase):
    def test_words_of_people_have_the_direction_of_their_letters(self):
        tree = etree.fromstring(
            "<t><p>By <t t-out='one.name'/></p><h1 t-out='one.title'/>"
            "<t t-set='x'>To <t t-out='one.name'/></t><span t-out='one.total'/>"
            "<option t-out='one.name'/><input type='number'/><input name='q'/>"
            "<textarea t-out='x.note'/><t t-out='0'/></t>"
        )
        isolate_written(tree)
        isolate_written(tree)
        text = etree.tostring(tree, encoding="unicode")
        self.assertIn('<p>By <t t-out="wezer_isolated(one.name, wezer_', text)
        self.assertIn(' dir="auto"/><t t-set="x">', text)
        self.assertIn('To <t t-out="one.name"/>', text)
        self.assertIn(
            '<span t-out="wezer_apart(one.total)"/><option t-out="one.name"/>', text
        )
        self.assertIn('<input type="number"/><input name="q" dir="auto"/>', text)
        self.assertEqual(text.count("wezer_isolated"), 1)
        self.assertEqual(isolated("Luc Noël"), "Luc Noël")
        self.assertEqual(isolated("<سمير>"), '<bdi dir="auto">&lt;سمير&gt;</bdi>')

    def test_a_name_in_arabic_runs_its_own_way_on_the_page(self):
        self.luc.partner_id.name = "سمير"
        self.authenticate("anna-base", "anna-base-secret")
        page = self.url_open(f"/members/{self.luc_profile.slug}").text
        tree = etree.HTML(page)
        shown = tree.xpath("//h1 | //main//div/p/bdi[not(../i)]")
        self.assertEqual([one.text for one in shown], ["سمير", "سمير"])
        self.assertEqual({one.get("dir") for one in shown}, {"auto"})
        form = etree.HTML(self.url_open("/my/profile").text)
        self.assertEqual(form.xpath("//textarea[@name='presentation']/@dir"), ["auto"])

    def test_a_replaced_picture_is_shown_at_once(self):
        def shown():
            page = etree.HTML(self.url_open("/my/profile").text)
            src = page.xpath("//img[contains(@class, 'o_wezer_face_lg')]/@src")[0]
            return src, self.url_open(src)

        self.authenticate("luc-base", "luc-base-secret")
        profiles = self.env["wezer.profile"].with_user(self.luc)
        profiles.update_own({"image_1920": b64encode(photo()).decode()})
        first, before = shown()
        self.assertEqual(before.headers["Cache-Control"], "private, no-cache")
        again = self.url_open(first, headers={"If-None-Match": before.headers["ETag"]})
        self.assertEqual(again.status_code, 304)
        profiles.update_own({"image_1920": b64encode(photo(size=(60, 60))).decode()})
        after = self.url_open(first, headers={"If-None-Match": before.headers["ETag"]})
        self.assertEqual(after.status_code, 200)
        self.assertNotEqual(after.content, before.content)


@tagged("post_install", "-at_install")
class TestSentences(WezerCommon):
    """Whole sentences of templates are one term, filled with values afterwards."""

    def _rendered(self, arch, **values):
        return str(self.env["ir.qweb"]._render(etree.fromstring(arch), values))

    def test_values_are_put_into_the_places_and_escaped(self):
        text = self._rendered(
            """<p t-fill="{'name': name, 'count': 0}">Pay <b>{name}</b> {count}</p>""",
            name="<i>Tom & Anna</i>",
        )
        self.assertEqual(text, "<p>Pay <b>&lt;i&gt;Tom &amp; Anna&lt;/i&gt;</b> 0</p>")

    def test_a_name_that_runs_to_the_left_is_set_apart_but_not_in_attributes(self):
        arch = """
            <div><t t-set="label" t-fill="{'name': name}">Pay {name}</t>
                <a t-att-title="label" t-fill="{'name': name}">Ask {name}</a></div>
        """
        page = self._rendered(arch, name="ليلى")
        self.assertIn('<bdi dir="auto">ليلى</bdi></a>', page)
        self.assertIn('title="Pay ليلى"', page)

    def test_sentences_work_in_loops_conditions_and_called_templates(self):
        arch = """
            <ul><li t-foreach="names" t-as="name"><t
                t-if="name_first" t-fill="{'name': name}">First {name}</t><t
                t-else="" t-fill="{'name': name}">Then {name}</t></li></ul>
        """
        page = self._rendered(arch, names=["Anna", "Tom"])
        self.assertIn("<li>First Anna</li><li>Then Tom</li>", page)

    def test_a_slip_of_a_translation_breaks_no_page(self):
        self.assertEqual(
            filled("Payez {nom} à 5 %", {"name": "x"}), "Payez {nom} à 5 %"
        )
        self.assertEqual(filled("{a}|{b}", {"a": None, "b": Markup("<b/>")}), "|<b/>")

    def test_a_template_is_compiled_only_once(self):
        tree = etree.fromstring("""<p t-fill="{'name': 1}">{name}</p>""")
        compile_sentences(tree)
        once = etree.tostring(tree)
        compile_sentences(tree)
        self.assertEqual(etree.tostring(tree), once)

    def test_a_sentence_is_one_term_to_translate(self):
        view = self.env.ref("wezer_base.invitation")
        terms = self.env["ir.ui.view"]._fields["arch_db"].get_trans_terms(view.arch_db)
        self.assertIn(
            "<strong>{name}</strong> invites you to join <strong>{community}</strong>.",
            [" ".join(term.split()) for term in terms],
        )
