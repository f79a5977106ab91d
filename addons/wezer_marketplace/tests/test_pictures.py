from base64 import b64decode, b64encode
from io import BytesIO

from PIL import Image

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


def picture(colour="#808080", size=60):
    out = BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return b64encode(out.getvalue()).decode()


def colour_of(image):
    with Image.open(BytesIO(b64decode(image))) as opened:
        return opened.convert("RGB").getpixel((5, 5))


RED, BLUE, GREY = "#ff0000", "#0000ff", "#808080"
CAPTIONS = ["In #ff0000", "In #0000ff"]


@tagged("post_install", "-at_install")
class TestPictures(MarketCommon):
    def posted(self, *colours, **vals):
        rows = [
            {"image": picture(colour), "caption": f"In {colour}"} for colour in colours
        ]
        return self.announce(self.test1, pictures=rows, **vals)

    def rows(self, want):
        return [
            {"id": one.id, "caption": one.caption}
            for one in want.sudo().picture_ids.sorted("sequence")
        ]

    def test_the_first_picture_is_the_one_of_the_card(self):
        want = self.posted(RED, BLUE)
        self.assertEqual(want.picture_ids.mapped("caption"), CAPTIONS)
        self.assertEqual(colour_of(want.sudo().image_1920), (255, 0, 0))
        rows = self.rows(want)
        want.action_edit({"pictures": rows[::-1]})
        self.assertEqual(colour_of(want.sudo().image_1920), (0, 0, 255))
        self.assertEqual(colour_of(want.sudo().image_128), (0, 0, 255))
        want.action_edit({"pictures": rows[:1]})
        self.assertEqual(len(want.picture_ids), 1)
        self.assertEqual(colour_of(want.sudo().image_1920), (255, 0, 0))
        want.action_edit({"pictures": []})
        self.assertFalse(want.sudo().image_1920)

    def test_one_picture_written_as_before_replaces_the_first(self):
        want = self.posted(RED, BLUE)
        want.action_edit({"image_1920": picture(GREY)})
        colours = [colour_of(one.image_1920) for one in want.sudo().picture_ids]
        self.assertEqual(colours, [(128, 128, 128), (0, 0, 255)])
        want.action_edit({"image_1920": False})
        self.assertFalse(want.picture_ids)

    def test_what_is_not_edited_stays(self):
        want = self.posted(RED)
        want.action_edit({"title": "Another title"})
        self.assertEqual(len(want.picture_ids), 1)

    def test_too_many_too_large_or_none_at_all_is_refused(self):
        with self.assertRefused("pictures"):
            self.posted(*[RED] * 9)
        for evil in ("x", b64encode(b"<svg/>").decode(), 5):
            with self.assertRefused("picture"):
                self.announce(self.test1, pictures=[{"image": evil}])
        large = b64encode(b"x" * (5 * 1024 * 1024 + 1)).decode()
        with self.assertRefused("picture"):
            self.announce(self.test1, pictures=[{"image": large}])
        for evil in ("x", 5, [5], [{"id": 5}], [{"caption": "none"}], [{"x": 1}]):
            with self.assertRefused("field"):
                self.announce(self.test1, pictures=evil)

    def test_nobody_takes_pictures_of_others(self):
        want, other = self.posted(RED), self.posted(BLUE)
        foreign = other.picture_ids.id
        with self.assertRefused("field"):
            want.action_edit({"pictures": [{"id": foreign}]})
        with self.assertRefused("field"):
            self.announce(self.test2, pictures=[{"copy_id": foreign}])
        copy = self.announce(self.test1, pictures=[{"copy_id": foreign}])
        self.assertEqual(colour_of(copy.sudo().image_1920), (0, 0, 255))
        self.assertEqual(len(other.picture_ids), 1)

    def test_whoever_sees_the_announcement_sees_its_pictures(self):
        pictures = self.env["wezer.announcement.picture"]
        public = self.env.ref("base.public_user")
        shown = self.posted(RED).picture_ids
        hidden = self.posted(RED, visibility="members").picture_ids
        draft = self.posted(RED, publish=False).picture_ids
        for user, seen in ((public, shown), (self.stranger, shown | hidden)):
            domain = [("id", "in", (shown | hidden | draft).ids)]
            self.assertEqual(pictures.with_user(user).search(domain).ids, seen.ids)
        for call in (
            lambda own: own.write({"caption": "x"}),
            lambda own: own.unlink(),
            lambda own: own.create({"announcement_id": own.announcement_id.id}),
        ):
            with self.assertRaises(AccessError):
                call(shown.with_user(self.test1))

    def test_the_next_of_a_series_has_all_pictures(self):
        dates = {"date_start": "2020-01-01 10:00:00", "expiry": "2099-01-01"}
        want = self.posted(RED, BLUE, repeat="week", **dates).sudo()
        following = want._make_next()
        self.assertEqual(following.picture_ids.mapped("caption"), CAPTIONS)

    def test_the_update_makes_the_one_picture_the_first(self):
        want = self.posted(RED).sudo()
        self.env.cr.execute(
            "DELETE FROM wezer_announcement_picture WHERE id = %s", want.picture_ids.ids
        )
        self.env.invalidate_all()
        self.env["wezer.announcement.picture"]._take_over()
        self.assertEqual(len(want.picture_ids), 1)
        self.assertEqual(colour_of(want.picture_ids.image_1920), (255, 0, 0))
        self.env["wezer.announcement.picture"]._take_over()
        self.assertEqual(len(want.picture_ids), 1)


@tagged("post_install", "-at_install")
class TestPicturePages(WebsiteCommon):
    def files(self, *colours):
        return [
            ("pictures", (f"{index}.png", b64decode(picture(colour)), "image/png"))
            for index, colour in enumerate(colours)
        ]

    def send(self, url, files=(), **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form, files=list(files) or None)

    def test_pictures_are_added_ordered_named_and_removed_without_a_script(self):
        self.login(self.test1)
        self.send("/market/new", self.files(RED, BLUE, GREY), title="A zebra to draw")
        want = self.env["wezer.announcement"].search(
            [("title", "=", "A zebra to draw")]
        )
        first, second, third = want.picture_ids
        form = {
            "title": want.title,
            "pictures_shown": "1",
            f"picture_order_{first.id}": "3",
            f"picture_order_{second.id}": "2",
            f"picture_caption_{second.id}": "The blue one",
            f"picture_remove_{third.id}": "1",
        }
        self.send(f"/market/{want.slug}/edit", self.files(GREY), **form)
        want.invalidate_recordset()
        self.assertEqual(want.picture_ids[:2], second | first)
        self.assertEqual(len(want.picture_ids), 3)
        self.assertFalse(third.exists())
        self.login(None)
        page = self.get(f"/market/{want.slug}")
        self.assertIn('alt="The blue one"', page)
        self.assertIn("Picture of: A zebra to draw", page)
        self.assertIn(f'href="#picture-{first.id}"', page)
        image = self.url_open(
            f"/web/image/wezer.announcement.picture/{first.id}/image_1024"
        )
        self.assertTrue(image.headers["Content-Type"].startswith("image/"))

    def test_shared_links_have_title_text_and_picture(self):
        want = self.announce(
            self.test1,
            title="A zebra",
            description="<p>It has stripes.</p>",
            pictures=[{"image": picture(RED), "caption": "Stripes"}],
        )
        page = self.get(f"/market/{want.slug}")
        self.assertRegex(page, r'property="og:title" content="A zebra \|')
        self.assertRegex(page, r'property="og:description" content="[^"]*stripes')
        self.assertRegex(
            page, r'property="og:image" content="http[^"]*/announcement|image'
        )
        self.assertIn(f"wezer.announcement/{want.id}", page)

    def test_a_poster_is_a_page_with_the_address(self):
        want = self.announce(
            self.test1,
            title="Ein Zebra & <b>Streifen</b> مرحبا 你好",
            description="<p>" + "Long. " * 400 + "</p>",
            pictures=[{"image": picture(RED)}],
        )
        answer = self.url_open(f"/market/{want.slug}/poster.pdf")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertEqual(answer.content.count(b"/Type /Page\n"), 1)
        draft = self.announce(self.test1, publish=False)
        self.get(f"/market/{draft.slug}/poster.pdf", 404)
