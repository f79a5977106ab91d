"""Announcements, deals and tasks: what members write in them, as it is shown."""

import base64
from base64 import b64encode
from io import BytesIO

from lxml import etree
from PIL import Image

from odoo.tests import tagged

from odoo.addons.wezer_base.tests.test_written import opened, photo

from .common import MarketCommon
from .test_task import TaskCommon
from .test_website_market import WebsiteCommon

OVERLAY = (
    '<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:9999"'
    ' class="modal show fixed-top">PHISH</div><img src="https://spy.example/p.png"/>'
)


@tagged("post_install", "-at_install")
class TestWritten(MarketCommon):
    def test_a_description_lies_over_no_page(self):
        want = self.announce(self.test1, description=OVERLAY)
        self.assertIn("PHISH", want.description)
        for gone in ("style", "class", "spy.example", "<img"):
            self.assertNotIn(gone, want.description)
        want.action_edit({"description": OVERLAY + "again"})
        self.assertNotIn("style", want.description)

    def test_what_was_stored_before_is_shown_clean(self):
        want = self.announce(self.test1)
        self.env.cr.execute(
            "UPDATE wezer_announcement SET description = %s WHERE id = %s",
            [OVERLAY, want.id],
        )
        want.invalidate_recordset()
        self.assertEqual(want._wezer_shown_html("description").count("style"), 0)
        self.assertNotIn("spy.example", want._wezer_shown_html("description"))

    def test_a_title_ends_at_120_letters_and_has_one_that_is_seen(self):
        self.assertEqual(self.announce(self.test1, title="x" * 500).title, "x" * 120)
        want = self.announce(self.test1, title="Help\u202e me\n now")
        self.assertEqual(want.title, "Help me now")
        for nothing in ("\u2800\u2800", "...", "\u200b", "\u3164"):
            with self.assertRefused("title"):
                self.announce(self.test1, title=nothing)
            with self.assertRefused("title"):
                want.action_edit({"title": nothing})

    def test_messages_steps_and_notes_have_no_hidden_marks(self):
        want = self.announce(
            self.test1, steps="one\u202e\ntwo\x07", done_when="it\u2066 is", prices={}
        )
        self.assertEqual((want.steps, want.done_when), ("one\ntwo", "it is"))
        deal = self.claim(self.test2, want)
        deal.action_deliver("done\u202e so\x00\x1b")
        self.assertEqual(deal.delivery_note, "done so")

    def test_a_photo_as_evidence_says_nothing_of_where_it_was_taken(self):
        deal = self.make_deal()
        file_id = deal.action_add_evidence("roof.webp", photo("WEBP"))
        file = self.env["wezer.deal.evidence"].browse(file_id)
        data = file.with_user(self.test1)._bytes()
        self.assertEqual((file.name, file.size), ("roof.jpg", len(data)))
        self.assertFalse(dict(opened(data).getexif()))
        self.assertEqual(opened(data).size, (40, 80))
        heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
        with self.assertRefused("picture"):
            deal.action_add_evidence("roof.heic", heic)
        plain = deal.action_add_evidence("note.txt", b"a note")
        self.assertEqual(
            self.env["wezer.deal.evidence"].browse(plain).sudo()._bytes(),
            b"a note",
        )


class TaskPictureCommon(TaskCommon):
    def picture(self, user, **vals):
        """Return an attachment as Odoo's editor makes it from a pasted photo."""
        values = {"name": "pasted.jpg", "raw": photo(), **vals}
        return self.env["ir.attachment"].with_user(user).create(values)

    def posted(self):
        """Return a task with a pasted photo, the photo, and its announcement."""
        task = self.task
        pasted = self.picture(self.mark, res_model="project.task", res_id=task.id)
        task.description = (
            f'<p style="position:fixed">See: <img class="img-fluid"'
            f' src="/web/image/{pasted.id}-abc/pasted.jpg"/></p>'
        )
        return task, pasted, self._post(task)


@tagged("post_install", "-at_install")
class TestPicturesInTexts(TaskPictureCommon):
    def copies(self, want):
        return self.env["ir.attachment"].search(
            [("res_model", "=", want._name), ("res_id", "=", want.id)]
        )

    def test_a_pasted_picture_of_a_posted_task_is_the_announcement_s_own(self):
        task, pasted, want = self.posted()
        copy = self.copies(want)
        self.assertEqual(len(copy), 1)
        self.assertIn(f"/wezer/picture/{copy.id}?unique=", want.description)
        self.assertNotIn(str(pasted.id) + "-", want.description)
        self.assertNotIn("style", want.description)
        self.assertFalse(dict(opened(copy.raw).getexif()))
        self.assertIn("position:fixed", task.description)

    def test_members_read_a_task_without_the_styles_of_the_office(self):
        task, _pasted, _want = self.posted()
        self.assertIn("style", task.description)
        self.assertNotIn("style", task._wezer_shown_html("description"))
        view = self.env.ref("project.portal_my_task")._get_combined_arch()
        self.assertFalse(view.xpath("//*[@t-field='task.description']"))
        self.assertTrue(view.xpath("//*[contains(@t-out, '_wezer_shown_html')]"))

    def test_nobody_copies_a_picture_that_they_do_not_see(self):
        secret = self.picture(self.env.user, res_model="res.partner", res_id=1)
        for src in (f"/web/image/{secret.id}", f"/web/content/{secret.id}?x=1"):
            want = self.announce(self.test1, description=f'<p>a<img src="{src}"/></p>')
            self.assertNotIn("<img", want.description)
            self.assertFalse(self.copies(want))
        secret.generate_access_token()
        src = f"/web/image/{secret.id}?access_token={secret.access_token}"
        want = self.announce(self.test1, description=f'<p>a<img src="{src}"/></p>')
        self.assertEqual(len(self.copies(want)), 1)

    def test_a_copy_goes_with_the_text_that_showed_it(self):
        _task, _pasted, want = self.posted()
        copy = self.copies(want)
        same = want.description
        want.description = same
        self.assertEqual(want.description, same)
        self.assertEqual(self.copies(want), copy)
        want.description = "<p>nothing to see</p>"
        self.assertFalse(copy.exists())


@tagged("post_install", "-at_install")
class TestWrittenPages(TaskPictureCommon, WebsiteCommon):
    def test_members_see_the_picture_of_a_posted_task(self):
        _task, pasted, want = self.posted()
        self.login(self.test2)
        page = etree.HTML(self.get(f"/market/{want.slug}"))
        src = page.xpath("//div[contains(@class, 'o_wezer_text')]//img/@src")[0]
        answer = self.url_open(src)
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
        self.assertEqual(opened(answer.content).size, (40, 80))
        want.visibility = "groups"
        self.assertEqual(self.url_open(src).status_code, 404)
        other = f"/wezer/picture/{pasted.id}"
        self.assertEqual(self.url_open(other).status_code, 404)

    def test_a_page_names_the_language_of_what_was_written(self):
        want = self.announce(
            self.test1, title="Un toit", description="<p>à réparer</p>"
        )
        want.action_edit({"written_lang": "fr"})
        self.login(self.test2)
        page = etree.HTML(self.get(f"/market/{want.slug}"))
        title = page.xpath("//h1")[0]
        self.assertEqual((title.get("lang"), title.get("dir")), ("fr", "auto"))
        text = page.xpath("//div[contains(@class, 'o_wezer_text')]")[0]
        self.assertEqual((text.get("lang"), text.get("dir")), ("fr", "auto"))

    def test_a_replaced_picture_has_another_address(self):
        def shown():
            page = etree.HTML(self.get(f"/market/{want.slug}"))
            return page.xpath("//img[contains(@class, 'o_wezer_picture_large')]/@src")[
                0
            ]

        want = self.announce(self.test1, image_1920=b64encode(photo()))
        self.login(self.test2)
        first = shown()
        before = self.url_open(first).content
        self.assertFalse(dict(opened(before).getexif()))
        self.env.cr.execute(
            "UPDATE wezer_announcement_picture"
            " SET write_date = write_date - interval '1 day'"
        )
        self.env.invalidate_all()
        first = shown()
        out = BytesIO()
        Image.new("RGB", (30, 30), "green").save(out, "PNG")
        want.action_edit({"image_1920": base64.b64encode(out.getvalue()).decode()})
        self.assertNotEqual(shown(), first)
        self.assertNotEqual(self.url_open(shown()).content, before)
