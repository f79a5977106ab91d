from odoo.tests import HttpCase, tagged

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
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.website = cls.env["website"].get_current_website()
        cls.website.language_ids |= cls.env["res.lang"]._lang_get("fr_FR")
        # The page of one's own is inherited from Odoo's, as it was.
        cls.edited = cls.env["ir.ui.view"].create(
            {
                "name": "Wezer home",
                "type": "qweb",
                "key": "wezer_base.homepage",
                "inherit_id": cls.env.ref("website.homepage").id,
                "website_id": cls.website.id,
                "priority": 20,
                "arch": FORMER,
            }
        )
        cls.edited.update_field_translations(
            "arch_db", {"fr_FR": {"Come on Fridays at six.": "Venez le vendredi."}}
        )
        post_init_hook(cls.env)

    def test_what_was_written_stays_in_each_language(self):
        english = self.url_open("/").text
        self.assertIn("The elms help each other", english)
        self.assertIn("Come on Fridays at six.", english)
        french = self.url_open("/fr").text
        self.assertIn("Venez le vendredi.", french)
        self.assertNotIn("Come on Fridays at six.", french)

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

    def test_a_second_run_changes_nothing(self):
        before = self.edited.arch
        post_init_hook(self.env)
        self.assertEqual(self.edited.arch, before)
