"""An update meets pages that an administrator has edited in the builder."""

import ast
from pathlib import Path

from lxml import html

from odoo.modules.module import load_script
from odoo.tests import HttpCase, tagged

from ..hooks import keep_contact_pages
from ..tools.page_copies import aside, edited_copies, put_aside
from .common import WezerCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "19.0.2.2.0"


@tagged("post_install", "-at_install")
class TestPageCopies(WezerCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.website = self.env["website"].get_current_website()

    def _edit(self, key, old, new):
        """Write as the builder does: into the website's own view."""
        view = self.env.ref(key)
        arch = (self._own(key) or view).arch_db
        self.assertIn(old, arch)
        view.with_context(website_id=self.website.id).arch = arch.replace(old, new, 1)
        return self._own(key)

    def _own(self, key):
        views = self.env["ir.ui.view"].with_context(active_test=False)
        return views.search([("key", "=", key), ("website_id", "=", self.website.id)])

    def _update(self):
        self.env.flush_all()
        for name in ("pre-page-copies.py", "post-page-copies.py"):
            module = load_script(str(MIGRATIONS / name), "moved")
            module.migrate(self.env.cr, "19.0.2.1.0")
            self.env.invalidate_all()
        self.env.registry.clear_cache("templates")

    def test_a_page_edited_before_the_update_is_put_aside_and_its_block_stays(self):
        # A template that the update has removed.
        edited = self._edit(
            "wezer_base.members_page", "<h1", '<t t-call="wezer_base.gone" /><h1'
        )
        # As the builder keeps a block that somebody dropped on the edited page.
        place = "oe_structure_members_page_1"
        block = self.env["ir.ui.view"].create(
            {
                "name": "Members, blocks",
                "key": f"wezer_base.members_page_{place}",
                "type": "qweb",
                "mode": "extension",
                "website_id": self.website.id,
                "inherit_id": edited.id,
                "arch": f"""<data><xpath expr="//div[@id='{place}']" position="inside">
                    <p>Ask Odile for a key.</p></xpath></data>""",
            }
        )
        self._update()
        page = self.url_open("/members")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Ask Odile for a key.", page.text)
        self.assertEqual(block.inherit_id, self.env.ref("wezer_base.members_page"))
        self.assertFalse(edited.active)
        self.assertEqual(edited.key, aside("19.0.2.2.0") + "wezer_base.members_page")
        self.assertIn("wezer_base.gone", edited.arch_db)
        notice = self.env["wezer.notice"].search(
            [("kind", "=", "website"), ("partner_id", "=", self.ada.partner_id.id)]
        )
        self.assertIn("Members", notice.text)
        # The notice names the list, and leads there.
        self.authenticate("ada-base", "ada-base-secret")
        page = html.fromstring(self.url_open("/my/notices").content)
        form = page.xpath(f"//form[@action='/my/notices/{notice.id}/open']")[0]
        opened = self.url_open(
            form.get("action"), data=dict(form.fields), allow_redirects=False
        )
        path = opened.headers["Location"].rpartition("/action-")[2]
        action = self.make_jsonrpc_request("/web/action/load", {"action_id": path})
        self.assertIn(f"“{action['name']}”", notice.text)
        menu = self.env.ref("wezer_base.wezer_replaced_page_menu")
        self.assertEqual(menu.name, action["name"])
        pages = self.env[action["res_model"]].with_user(self.ada)
        pages = pages.search(ast.literal_eval(action["domain"] or "[]"))
        self.assertEqual(pages.ids, edited.ids)
        self.assertEqual(pages.website_id, self.website)
        self.assertIn("Members", pages.text.splitlines())
        self.assertIn("wezer_base.gone", pages.template)

    def test_a_later_update_tells_of_its_own_pages_only(self):
        self._edit("wezer_base.members_page", "<h1", "<p>Ask us</p><h1")
        self._update()
        self.env["wezer.notice"].search([("kind", "=", "website")]).unlink()
        views = self.env["ir.ui.view"]
        put_aside(self.env.cr, "19.0.9.0.0")
        views._wezer_tell_put_aside("19.0.9.0.0")
        told = [("kind", "=", "website"), ("partner_id", "=", self.ada.partner_id.id)]
        self.assertFalse(self.env["wezer.notice"].search(told))
        self._edit("wezer_base.acting_page", "<h1", "<p>Ask us</p><h1")
        self.env.flush_all()
        put_aside(self.env.cr, "19.0.9.1.0", ["wezer_base.members_page"])
        self.env.invalidate_all()
        self.assertTrue(self._own("wezer_base.acting_page").active)
        put_aside(self.env.cr, "19.0.9.1.0")
        self.env.invalidate_all()
        views._wezer_tell_put_aside("19.0.9.1.0")
        notice = self.env["wezer.notice"].search(told)
        self.assertNotIn("Members", notice.text)
        kept = self.env["wezer.replaced.page"].with_user(self.ada).search([])
        self.assertEqual(len(kept), 2)

    def test_a_change_in_the_language_of_the_website_counts_as_edited(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        self.website.write(
            {"language_ids": [(4, french.id)], "default_lang_id": french.id}
        )
        own = self._edit("wezer_base.members_page", "<h1", "<h1")
        own.update_field_translations("arch_db", {"fr_FR": {"Members": "Membress"}})
        self.env.flush_all()
        found = edited_copies(self.env, "wezer_base.members_page")
        self.assertEqual(found, own)
        self._update()
        self.assertFalse(own.active)

    def test_an_edited_page_of_an_addon_that_is_not_of_the_suite_stays(self):
        page = {
            "name": "Choir",
            "key": "wezer_choir.page",
            "type": "qweb",
            "arch": '<t t-name="wezer_choir.page"><p>Singers</p></t>',
        }
        views = self.env["ir.ui.view"]
        views.create({**page})
        arch = page["arch"].replace("Singers", "Sopranos")
        own = views.create({**page, "arch": arch, "website_id": self.website.id})
        self._update()
        self.assertTrue(own.active)
        self.assertEqual(own.key, "wezer_choir.page")

    def test_an_update_of_websites_that_nobody_edited_tells_nobody(self):
        self._update()
        self.assertFalse(self.env["wezer.notice"].search([("kind", "=", "website")]))

    def test_an_edited_footer_stays(self):
        footer = self._edit("wezer_base.footer", "<nav", "<p>Founded in 1998</p><nav")
        self._update()
        self.assertTrue(footer.active)
        self.assertIn("Founded in 1998", self.url_open("/members").text)

    def test_a_footer_without_its_links_can_be_saved(self):
        arch = """<data>
            <xpath expr="//div[@id='footer']" position="replace" mode="inner">
                <p>Founded in 1998</p>
            </xpath>
        </data>"""
        view = self.env.ref("wezer_base.footer")
        view.with_context(website_id=self.website.id).arch = arch
        self.assertIn("Founded in 1998", self.url_open("/members").text)

    def test_a_contact_page_that_somebody_wrote_stays(self):
        self._disown("wezer_base.contactus")
        edited = self._edit("website.contactus", "<div", "<p>Mondays only</p><div")
        self._disown("wezer_base.contactus")
        self._update()
        page = self.url_open("/contactus").text
        self.assertIn("Mondays only", page)
        self.assertNotIn('action="/contact"', page)
        self.assertTrue(edited.active)

    def test_a_contact_page_that_nobody_wrote_is_ours(self):
        keep_contact_pages(self.env)
        self.assertIn('action="/contact"', self.url_open("/contactus").text)

    def _disown(self, key):
        """Take away a website's own copy: before the update, the view was not there."""
        self._own(key).unlink()
