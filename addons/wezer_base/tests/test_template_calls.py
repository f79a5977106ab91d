"""Templates are drawn with less work, and show the same."""

from lxml import etree

from odoo.tests import tagged

from odoo.addons.http_routing.tests.common import MockRequest
from odoo.addons.website.models.ir_qweb import IrQweb as WebsitesIrQweb

from ..models.ir_qweb import PLAIN
from ..tools.shown_numbers import format_decimal
from ..tools.template_calls import pass_values
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestTemplateCalls(WezerCommon):
    def _passed(self, text):
        root = etree.fromstring(text)
        for _time in range(2):
            pass_values(root)
        return etree.tostring(root, encoding="unicode")

    def test_values_of_a_call_become_its_attributes(self):
        self.assertEqual(
            self._passed(
                """<div><t t-if="one" t-call="face">
                    <t t-set="who" t-value="one" /> <t t-set="size" t-value="'lg'" />
                </t></div>"""
            ),
            """<div><t t-if="one" t-call="face" who="one" size="'lg'"/></div>""",
        )

    def test_the_values_of_all_calls_of_a_template_are_passed(self):
        self.assertEqual(
            self._passed(
                """<t><t t-call="face"><t t-set="who" t-value="a" /></t><p><t
                t-call="face"><t t-set="who" t-value="b" /><t t-set="size" t-value=""
                /></t></p><t t-call="face"><t t-set="who" t-value="c" /></t></t>"""
            ),
            """<t><t t-call="face" who="a"/><p><t t-call="face" who="b" size="None"/>"""
            """</p><t t-call="face" who="c"/></t>""",
        )

    def test_a_call_keeps_a_body_that_does_more_than_set_values(self):
        for body in (
            '<t t-set="label">Skill</t>',
            '<t t-set="a" t-value="1"/>Text',
            '<t t-set="a" t-value="1"/><b/>',
            '<t t-set="a" t-value="1"/><t t-set="b" t-value="a + 1"/>',
            '<t t-set="a" t-value="1"/><t t-set="a" t-value="2"/>',
            '<t t-if="x" t-set="a" t-value="1"/>',
            '<t t-set="0" t-value="1"/>',
            '<t t-set="groups" t-value="1"/>',
            '<t t-set="__of_qweb" t-value="1"/>',
        ):
            with self.subTest(body):
                call = f'<t><t t-call="face">{body}</t></t>'
                self.assertEqual(self._passed(call), call)

    def test_attributes_are_shown_as_the_website_shows_them(self):
        website = self.env["website"].get_current_website()
        cases = (
            ("div", {"class": "s_map other", "id": None}),
            ("div", {"style": "background-image: url('/web/image/1')"}),
            ("span", {"href": "javascript:alert(1)", "title": "x"}),
            ("a", {"href": "/market?view=map", "class": "btn"}),
            ("a", {"href": "javascript:alert(1)"}),
            ("a", {"href": "JavaScript:alert(1)#market"}),
            ("a", {"href": False, "class": "s_map"}),
            ("a", {"href": "/en/market"}),
            ("a", {"href": "https://elsewhere.example"}),
            ("form", {"action": "/market", "href": "javascript:alert(1)"}),
            ("form", {"action": "/en"}),
            ("img", {"src": "/web/image/1"}),
            ("iframe", {"src": "https://www.youtube.com/embed/1"}),
            ("link", {"href": "/market/feed.atom"}),
        )
        website.language_ids |= self.env["res.lang"]._activate_lang("fr_FR")
        for blocks in (False, True):
            website.cookies_bar = website.block_third_party_domains = blocks
            for code in ("en_US", "fr_FR"):
                with MockRequest(self.env, website=website, context={"lang": code}):
                    qweb = self.env["ir.qweb"].with_context(
                        lang=code, website_id=website.id
                    )
                    plain = qweb._wezer_is_plain(website)
                    self.assertEqual(plain, not blocks)
                    quick = qweb.with_context(**{PLAIN: plain})
                    for tag, attributes in cases:
                        with self.subTest(tag, blocks=blocks, lang=code, **attributes):
                            self.assertEqual(
                                quick._post_processing_att(tag, {**attributes}),
                                WebsitesIrQweb._post_processing_att(
                                    qweb, tag, {**attributes}
                                ),
                            )

    def test_small_numbers_are_written_as_the_language_writes_all(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        for code in ("en_US", french.code):
            env = self.env(context={"lang": code})
            language = env["res.lang"]._lang_get(code)
            for value in (0, 4.25, -0.04, 9.96, 98.99, 99, 1234.5, 12345.678, -98.999):
                for places in (0, 1, 2):
                    with self.subTest(code, value=value, places=places):
                        written = language.format(f"%.{places}f", value, grouping=True)
                        shown = format_decimal(env, value, places)
                        # Halves are rounded up, where Python rounds to the even one.
                        if (value, places) not in ((4.25, 1), (1234.5, 0)):
                            self.assertEqual(shown, written)
