from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from ..hooks import post_init_hook

# The home page of 19.0.2.1.0, with a section that an administrator wrote.
FORMER = """<data inherit_id="website.homepage" priority="20">
    <xpath expr="//t[@t-call='website.layout']" position="replace">
        <t t-call="website.layout" pageName.f="homepage">
            <t t-set="additional_title">Welcome</t>
            <div id="wrap" class="oe_structure o_wezer_page o_wezer_home">
                <section class="container py-5">
                    <h1>The elms help each other</h1>
                    <p><a t-if="'wezer.announcement' in request.env"
                        class="btn btn-primary" href="/market">Look around</a>
                    <a t-if="user_id._is_public()" href="/web/signup">Join us</a></p>
                </section>
                <section class="s_text_block"><p>Come on Fridays at six.</p></section>
                <section class="container pb-5 o_wezer_home_market"/>
            </div>
        </t>
    </xpath>
</data>"""


@tagged("post_install", "-at_install")
class TestFormerHome(HttpCase):
    """An update from 19.0.2.1.0 where an administrator had edited the home page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        languages = cls.env["res.lang"]
        french = languages._activate_lang("fr_FR")
        german = languages._activate_lang("de_DE")
        cls.website = cls.env["website"].get_current_website()
        cls.website.language_ids |= french
        cls.general = cls.env.ref("wezer_base.homepage")
        # A new website copies the general page; an update of it updates the copy.
        cls.untouched = cls._own(cls.general.key).arch_db or cls.general.arch_db
        # As the editor writes it: the website's own view, made where there is none.
        cls.general.with_context(website_id=cls.website.id).arch = FORMER
        cls.edited = cls._own(cls.general.key)
        cls.edited.update_field_translations(
            "arch_db",
            {
                "fr_FR": {"Come on Fridays at six.": "Venez le vendredi."},
                "de_DE": {"Come on Fridays at six.": "Kommt am Freitag."},
            },
        )
        # A later edit, which translators have yet to confirm.
        cls.edited.with_context(delay_translations=True).arch = FORMER.replace(
            "each other", "one another"
        )
        german.active = False
        post_init_hook(cls.env)

    @classmethod
    def _own(cls, key):
        """Return the view of ``key`` that only this website has."""
        views = cls.env["ir.ui.view"].with_context(active_test=False)
        return views.search([("key", "=", key), ("website_id", "=", cls.website.id)])

    def test_what_was_written_stays_in_each_language(self):
        english = self.url_open("/").text
        self.assertIn("The elms help one another", english)
        self.assertIn("Come on Fridays at six.", english)
        french = self.url_open("/fr").text
        self.assertIn("Venez le vendredi.", french)
        self.assertNotIn("Come on Fridays at six.", french)

    def test_languages_to_confirm_and_languages_switched_off_are_kept_too(self):
        self.env.flush_all()
        query = SQL("SELECT arch_db FROM ir_ui_view WHERE id = %s", self.edited.id)
        ((archs,),) = self.env.execute_query(query)
        self.assertIn("Kommt am Freitag.", archs["de_DE"])
        self.assertIn("Venez le vendredi.", archs["_fr_FR"])
        for lang, arch in archs.items():
            with self.subTest(lang=lang):
                self.assertIn('data-wezer-block="market"', arch)
                self.assertNotIn("t-call", arch)

    def test_announcements_are_a_block_and_nothing_is_conditional(self):
        arch = self.edited.arch
        self.assertIn('data-wezer-block="market"', arch)
        self.assertNotIn("t-if", arch)
        self.assertNotIn("t-call", arch)
        page = self.url_open("/").text
        self.assertIn("Look around", page)
        self.assertIn("s_wezer_market", page)
        self.assertEqual(page.count('id="wrap"'), 1)

    def test_our_page_does_not_lie_above_it(self):
        page = self.url_open("/").text
        self.assertNotIn("s_wezer_hero", page)

    def test_our_page_can_be_chosen_later(self):
        ours = self._own("wezer_website.homepage")
        self.assertFalse(ours.active)
        self.assertEqual(ours.inherit_id, self.edited)
        ours.active = True
        self.assertIn("s_wezer_hero", self.url_open("/").text)

    def test_a_page_without_announcements_is_kept_too(self):
        self._own("wezer_website.homepage").active = True
        self.edited.arch = FORMER.replace("o_wezer_home_market", "")
        post_init_hook(self.env)
        page = self.url_open("/").text
        self.assertIn("The elms help each other", page)
        self.assertNotIn("s_wezer_hero", page)

    def test_a_page_that_nobody_edited_gives_way_to_ours(self):
        ours = self._own("wezer_website.homepage")
        ours.active = True
        self.edited.arch_db = self.untouched
        post_init_hook(self.env)
        self.assertTrue(ours.active)
        self.assertIn("s_wezer_hero", self.url_open("/").text)

    def test_a_second_run_changes_nothing(self):
        before = self.edited.arch
        post_init_hook(self.env)
        self.assertEqual(self.edited.arch, before)
