import json
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from ..tools import block_marks
from ..tools.block_options import BLOCKS, clean


class BlocksCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.company = cls.website.company_id
        cls.company.wezer_visitors_see_members = True
        cls.visitor = cls.website.user_id
        cls.author = mail_new_test_user(
            cls.env,
            login="wz_block_author",
            name="Ada Block",
            groups="base.group_portal",
        )
        cls.filters = cls.env["website.snippet.filter"].search(
            [("wezer_block", "!=", False)]
        )
        cls.market = cls.env["wezer.announcement"]

    def _post(self, title, state="open", **more):
        return self.market.create(
            {
                "title": title,
                "kind": "want",
                "author_id": self.author.partner_id.id,
                "state": state,
                "date_publish": fields.Datetime.now(),
                **more,
            }
        )

    def shown(self, name, user=None, **sent):
        filters = self.env["website.snippet.filter"].with_user(user or self.visitor)
        return str(filters._wezer_block_html(name, sent))


@tagged("post_install", "-at_install")
class TestBlocks(BlocksCase):
    def test_every_block_that_editors_choose_has_a_filter(self):
        names = set(self.filters.mapped("wezer_block"))
        self.assertEqual(names, BLOCKS.keys() - {"name"})

    def test_options_are_bounded_whatever_is_sent(self):
        for name, block in BLOCKS.items():
            for sent in ("1000000", "-1", "x", None, [], {}, "1e3", 10**30):
                options = clean(name, dict.fromkeys(("number", "kind", "sort"), sent))
                self.assertLessEqual(options["number"], block.most)
                self.assertGreaterEqual(options["number"], 1)
        self.assertEqual(clean("market", {"kind": "offer; DROP"})["kind"], "")
        self.assertEqual(clean("market", {"sort": "id desc"})["sort"], "new")
        self.assertFalse(clean("contact", {"member": "1 OR 1=1"})["member"])

    def test_full_announcements_are_never_shown_before_open_ones(self):
        opened = self._post("Blockwise open")
        self._post("Blockwise full", state="full")
        self._post("Blockwise draft", state="draft")
        page = self.shown("market", number="12")
        self.assertIn("Blockwise open", page)
        self.assertNotIn("Blockwise full", page)
        self.assertNotIn("Blockwise draft", page)
        self.assertIn(f"/market/{opened.slug}", page)

    def test_kind_category_and_number_choose_what_is_shown(self):
        tools = self.env["wezer.category"].create({"name": "Blocktools"})
        self._post("Blockwise want", category_id=tools.id)
        self._post("Blockwise offer", kind="offer", category_id=tools.id)
        page = self.shown("market", category=str(tools.id), kind="offer")
        self.assertIn("Blockwise offer", page)
        self.assertNotIn("Blockwise want", page)
        page = self.shown("market", category=tools.id, number="1")
        self.assertEqual(page.count("o_wezer_market_card"), 1)

    def test_next_dates_are_ahead_and_in_order(self):
        now = fields.Datetime.now()
        self._post("Blockwise later", date_start=now + timedelta(days=9))
        self._post("Blockwise sooner", date_start=now + timedelta(days=2))
        self._post("Blockwise without")
        page = self.shown("dates", number="12")
        self.assertNotIn("Blockwise without", page)
        self.assertLess(page.index("Blockwise sooner"), page.index("Blockwise later"))

    def test_circles_have_their_own_colour_or_that_of_the_circle_around(self):
        circles = self.env["wezer.group"]
        vals = {"kind": "circle", "visibility": "public"}
        outer = circles.create({**vals, "name": "Zz outer", "color": 6})
        circles.create({**vals, "name": "Zz inner", "parent_id": outer.id})
        page = html.fromstring(self.shown("circles", number="12"))
        for name in ("Zz outer", "Zz inner"):
            (card,) = page.xpath(f"//a[.//strong[text()='{name}']]")
            self.assertTrue(card.xpath(".//*[contains(@class, 'o_wezer_tint_6')]"))

    def test_a_box_that_an_editor_unticks_takes_away_what_it_shows(self):
        # The builder removes the attribute.
        self.assertEqual(clean("numbers", {"deals": "1"})["hours"], "0")
        self.assertEqual(clean("members", {})["names"], "0")
        self.assertEqual(clean("members", {"names": "1"})["names"], "1")

    def test_faces_are_of_those_only_whom_visitors_see(self):
        picture = (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
            b"WjR9awAAAABJRU5ErkJggg=="
        )
        profile = self.author.partner_id._wezer_profile()
        profile.write({"image_1920": picture, "share_picture": "everyone"})
        self.assertIn("Ada Block", self.shown("members", number="24"))
        profile.share_picture = "members"
        self.assertNotIn("Ada Block", self.shown("members", number="24"))
        # Neither to a member: the page is the one that visitors read.
        self.assertNotIn("Ada Block", self.shown("members", self.author, number="24"))
        profile.share_picture = "everyone"
        self.company.wezer_visitors_see_members = False
        self.assertNotIn("Ada Block", self.shown("members", number="24"))

    def test_a_contact_person_shows_what_they_share_with_everybody(self):
        profile = self.author.partner_id._wezer_profile()
        self.author.partner_id.email = "ada@block.example.com"
        profile.write({"share_email": "members"})
        page = self.shown("contact", member=profile.id)
        self.assertIn("Ada Block", page)
        self.assertNotIn("ada@block.example.com", page)
        profile.share_email = "everyone"
        self.assertIn("ada@block.example.com", self.shown("contact", member=profile.id))
        profile.state = "suspended"
        self.assertNotIn("Ada Block", self.shown("contact", member=profile.id))

    def test_numbers_count_members_and_hide_what_is_nought(self):
        self.env["website.snippet.filter"].env.registry.clear_cache()
        page = self.shown("numbers")
        self.assertIn("members", page)
        found = self.env["website.snippet.filter"]._wezer_figures(self.company)
        count = self.env["wezer.profile"].search_count(
            [
                ("state", "=", "active"),
                ("is_person", "=", True),
                ("company_id", "=", self.company.id),
            ]
        )
        self.assertEqual(found["members"], count)

    def test_each_block_asks_the_database_a_few_times_whatever_its_length(self):
        for number in range(12):
            self._post(f"Blockwise {number}")
        self.env.flush_all()
        # Templates are compiled once.
        self.shown("market", number="1")
        for name, most in (
            ("market", 12),
            ("dates", 10),
            ("voices", 8),
            ("members", 8),
        ):
            self.shown(name, number="2")
            self.env.invalidate_all()
            with self.assertQueryCount(most):
                self.shown(name, number="12")

    def test_what_is_saved_of_an_edited_page_has_no_rows(self):
        edited = (
            '<div class="oe_structure" id="wrap"><section data-wezer-block="market"'
            ' data-wz-number="3"><h2>Now</h2><div class="o_wezer_rows">'
            "<article>Ada Block</article>text</div></section>"
            "<p>Mine &amp; yours</p></div>"
        )
        saved = block_marks.without_rows(edited)
        self.assertNotIn("Ada Block", saved)
        self.assertNotIn("text", saved)
        self.assertIn("<h2>Now</h2>", saved)
        self.assertIn("Mine &amp; yours", saved)
        self.assertEqual(saved.count('id="wrap"'), 1)

    def test_an_option_is_never_evaluated(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "Hostile",
                "type": "qweb",
                "key": "wezer_website.hostile",
                "arch": '<div><section data-wezer-block="market" data-wz-kind="want\')'
                " or env['res.users'].search([]) or ('\"><div class=\"o_wezer_rows\"/>"
                "</section></div>",
            }
        )
        page = self.env["ir.qweb"]._render(view.id, {})
        self.assertIn("o_wezer_rows", page)
        self.assertNotIn("res.users(", page)


@tagged("post_install", "-at_install")
class TestPublicRoute(BlocksCase, HttpCase):
    """The public route of dynamic blocks, with what nobody should send."""

    def ask(self, **params):
        answer = self.url_open(
            "/website/snippet/filters",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def filter(self, name):
        return self.filters.filtered(lambda one: one.wezer_block == name).id

    def test_visitors_get_rows_and_never_more_than_the_limit(self):
        for number in range(14):
            self._post(f"Blockwise {number}")
        found = self.ask(filter_id=self.filter("market"), limit=100000)["result"]
        self.assertEqual(
            "".join(found).count("o_wezer_market_card"), BLOCKS["market"].default
        )
        found = self.ask(filter_id=self.filter("market"), limit=12)["result"]
        self.assertEqual("".join(found).count("o_wezer_market_card"), 12)

    def test_no_domain_no_template_and_no_record_of_a_client_counts(self):
        self._post("Blockwise secret draft", state="draft")
        for more in (
            {"search_domain": [["state", "=", "draft"]]},
            {"template_key": "wezer_website.rows_contact"},
            {"template_key": "x.dynamic_filter_template_y"},
            {"res_model": "res.users", "res_id": 2, "limit": 1},
            {"kind": ["want"], "category": {"a": 1}, "sort": "x" * 9999},
            {"with_sample": True},
        ):
            answer = self.ask(filter_id=self.filter("market"), **more)
            self.assertNotIn("error", answer, more)
            self.assertNotIn("secret draft", "".join(answer["result"]))
            self.assertNotIn("o_wezer_contact", "".join(answer["result"]))
            self.assertNotIn("o_wezer_block_empty", "".join(answer["result"]))

    def test_single_records_are_those_only_that_the_visitor_reads(self):
        draft = self._post("Blockwise secret draft", state="draft")
        template = self.env["ir.ui.view"].create(
            {
                "name": "Any template",
                "type": "qweb",
                "key": "wezer_website.dynamic_filter_template_probe",
                "arch": "<t><div t-foreach='records' t-as='data'><t t-out="
                "\"data['_record'].display_name\"/></div></t>",
            }
        )
        for model, number in (
            ("wezer.announcement", draft.id),
            ("res.partner", self.author.partner_id.id),
            ("res.users", self.author.id),
            ("wezer.wallet", 1),
            ("no.model", 1),
        ):
            answer = self.ask(
                filter_id=None,
                limit=1,
                res_model=model,
                res_id=number,
                template_key=template.key,
            )
            self.assertEqual(answer.get("result", []), [], model)
