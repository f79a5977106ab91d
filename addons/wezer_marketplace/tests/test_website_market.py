import re

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import MarketCommon


class WebsiteCommon(MarketCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_visitors_see_members = False
        for user in (cls.test1, cls.test2, cls.test3, cls.stranger, cls.moderator):
            user.password = user.login
        cls.test1.partner_id.name = "Wilhelmine Announcer"
        cls.test2.partner_id.name = "Balthazar Answerer"

    def login(self, user):
        self.authenticate(user and user.login, user and user.login)

    def get(self, url, status=200):
        page = self.url_open(url)
        self.assertEqual(page.status_code, status, url)
        return page.text

    def post(self, url, status=200, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        page = self.url_open(url, data=form)
        self.assertEqual(page.status_code, status, url)
        return page


@tagged("post_install", "-at_install")
class TestWebsiteMarket(WebsiteCommon):
    def test_a_visitor_sees_public_announcements_without_names(self):
        announcement = self.announce(self.test1, title="Mend the zebra fence")
        for url in ("/market", "/", f"/market/{announcement.slug}"):
            page = self.get(url)
            self.assertIn("Mend the zebra fence", page)
            self.assertNotIn("Wilhelmine", page)
            self.assertNotIn("wilhelmine", page)
        self.assertIn("Log in to help", self.get(f"/market/{announcement.slug}"))

    def test_a_community_may_show_names_to_visitors(self):
        announcement = self.announce(self.test1)
        self.env.company.wezer_visitors_see_members = True
        self.assertIn("Wilhelmine", self.get(f"/market/{announcement.slug}"))

    def test_a_circle_that_visitors_do_not_see_publishes_in_the_communitys_name(self):
        self.env.company.partner_id.name = "Les Zèbres"
        circle = self.env["wezer.group"].create(
            {"name": "Quagga circle", "kind": "circle", "visibility": "network"}
        )
        announcement = self.announce(self.test1, title="Comb the zebra")
        announcement.sudo().author_id = circle.partner_id
        for names_shown in (False, True):
            self.env.company.wezer_visitors_see_members = names_shown
            self.login(None)
            page = self.get(f"/market/{announcement.slug}")
            card = announcement.with_user(self.env.ref("base.public_user"))._cards()[0]
            self.assertEqual(card["name"], "Les Zèbres")
            self.assertIn("Les Zèbres</strong>", page)
            for text in (page, self.get("/market")):
                self.assertNotIn("Someone", text)
                self.assertNotIn("Quagga", text)
            circle.visibility = "public"
            self.assertIn("Quagga circle", self.get(f"/market/{announcement.slug}"))
            circle.visibility = "network"
        self.login(self.test2)
        self.assertIn("Quagga circle", self.get(f"/market/{announcement.slug}"))
        # A member outside a hidden circle is told as little.
        circle.visibility = "members"
        card = announcement.with_user(self.test2)._cards()[0]
        self.assertEqual((card["name"], card["score"]), ("Les Zèbres", None))
        page = self.get(f"/market/{announcement.slug}")
        self.assertIn("Les Zèbres</strong>", page)
        self.assertNotIn("Quagga", page)
        partner = announcement.sudo().author_id.with_user(self.test2).sudo()
        self.assertEqual(partner.display_name, "Someone")

    def test_what_is_for_members_is_not_there_for_visitors(self):
        announcement = self.announce(
            self.test1, title="Only zebra members", visibility="members"
        )
        self.get(f"/market/{announcement.slug}", 404)
        self.assertNotIn("zebra", self.get("/market"))
        self.login(self.stranger)
        self.assertIn("Wilhelmine", self.get(f"/market/{announcement.slug}"))

    def test_a_draft_and_what_is_for_other_groups_is_not_there(self):
        group = self.env["wezer.group"].create(
            {"name": "Zebra secret", "kind": "circle"}
        )
        draft = self.announce(self.test1, publish=False)
        hidden = self.announce(self.test1, publish=False)
        hidden.sudo().write(
            {"visibility": "groups", "group_ids": [(6, 0, group.ids)], "state": "open"}
        )
        self.login(self.stranger)
        for announcement in (draft, hidden):
            self.get(f"/market/{announcement.slug}", 404)
            self.get(f"/market/{announcement.slug}/edit", 404)
            self.post(f"/market/{announcement.slug}/claim", 404)
        self.login(self.test1)
        self.get(f"/market/{draft.slug}")

    def test_a_group_that_is_not_public_has_no_name_on_the_market(self):
        group = self.env["wezer.group"].create(
            {"name": "Zebra secret", "kind": "circle", "visibility": "members"}
        )
        announcement = self.announce(self.test1)
        announcement.sudo().author_id = group.partner_id
        for user in (None, self.stranger):
            self.login(user)
            for url in ("/market", f"/market/{announcement.slug}"):
                self.assertNotIn("Zebra", self.get(url))

    def test_any_address_is_answered(self):
        self.announce(self.test1)
        for query in (
            "?words=%25&kind=x&category=99999999999999&skill=²&currency=-1&sort=drop",
            "?page=0&place='&group=1&unpaid=1",
            "/page/999999999999",
        ):
            self.get("/market" + query)

    def test_words_are_found_as_people_type_them(self):
        self.announce(self.test1, title="Œufs de l’été, façon Łódź")
        for words in ("oeufs", "ŒUF", "l'ete", "lodz", "façon", "été"):
            self.assertIn("Łódź", self.get(f"/market?words={words}"), words)
        announcement = self.announce(self.test1, title="Œuvre à la Straße")
        self.assertTrue(announcement.slug.startswith("oeuvre-a-la-strasse"))

    def test_a_bound_that_is_not_read_is_named_on_the_page(self):
        self.announce(self.test1, title="Mend the zebra fence")
        page = self.get(f"/market?currency={self.com.id}&price_from=1.000")
        self.assertIn("1000.00", page)
        self.assertIn("o_wezer_unread", page)
        page = self.get(f"/market?currency={self.com.id}&price_from=1.000,50")
        self.assertNotIn("o_wezer_unread", page)
        self.assertNotIn("zebra", page)

    def test_a_quantity_is_read_as_people_write_it(self):
        announcement = self.announce(self.test1, quantity="2,5")
        self.assertEqual(announcement.quantity, 2.5)
        with self.assertRefused("ambiguous"):
            self.announce(self.test1, quantity="1.500")
        with self.assertRefused("ambiguous"):
            self.announce(self.test1, prices={self.com.id: "1,000"})
        # A form shows it so that saving the form leaves it as it is.
        odd = self.announce(self.test1, quantity="1,1250")
        self.login(self.test1)
        self.assertIn('value="1.1250"', self.get(f"/market/{odd.slug}/edit"))

    def test_search_and_filters_are_in_the_address(self):
        self.announce(self.test1, title="Mend the zebra fence")
        self.announce(self.test1, title="Bake bread", prices={})
        page = self.get("/market?words=zebra")
        self.assertIn("Mend the zebra fence", page)
        self.assertNotIn("Bake bread", page)
        page = self.get("/market?unpaid=1&words=bread")
        self.assertIn("unpaid help", page)

    def test_nothing_changes_without_the_pages_own_token(self):
        announcement = self.announce(self.test1)
        self.login(self.test2)
        for act in ("claim", "propose"):
            page = self.url_open(f"/market/{announcement.slug}/{act}", data={"x": "1"})
            self.assertEqual(page.status_code, 400)
            page = self.url_open(f"/market/{announcement.slug}/{act}")
            self.assertIn(page.status_code, (404, 405))
        self.assertFalse(announcement.sudo().deal_ids)

    def test_one_press_and_it_is_yours(self):
        announcement = self.announce(self.test1)
        self.login(self.test2)
        slug = announcement.slug
        version = re.search(
            r'name="version" value="(\d+)"', self.get(f"/market/{slug}")
        )
        page = self.post(f"/market/{slug}/claim", version=version[1])
        self.assertIn("/my/deals/", page.url)
        self.assertEqual(announcement.sudo().deal_ids.state, "accepted")
        self.assertIn("See your answer", self.get("/market/" + slug))
        page = self.post(f"/market/{slug}/claim", version="nonsense")
        self.assertIn("alert-warning", page.text)

    def test_other_terms_are_proposed_on_the_same_page(self):
        announcement = self.announce(self.test1)
        self.login(self.test2)
        form = {
            "quantity": "2",
            f"price_{self.com.id}": "80",
            "date_due": "2030-01-02T10:00",
            "steps": "One\r\nTwo",
        }
        self.post(f"/market/{announcement.slug}/propose", **form)
        deal = announcement.sudo().deal_ids
        self.assertEqual(deal.state, "open")
        self.assertEqual(deal.terms_id.steps, "One\nTwo")
        self.assertEqual(deal.terms_id.price_line_ids.total_minor, 8000)

    def test_an_announcement_is_written_changed_closed_and_opened_again(self):
        self.login(self.test1)
        page = self.post(
            "/market/new",
            title="A zebra to feed",
            description="Twice <b>a day</b>\n& gently",
            kind="want",
            quantity="2",
            places="0",
            visibility="members",
            author_id=str(self.test2.partner_id.id),
            state="ended",
            **{f"price_{self.com.id}": "10"},
        )
        self.assertIn("is on the market", page.text)
        self.assertIn("&lt;b&gt;a day", page.text)
        announcement = self.env["wezer.announcement"].search(
            [("title", "=", "A zebra to feed")]
        )
        self.assertEqual(announcement.author_id, self.test1.partner_id)
        self.assertEqual((announcement.state, announcement.places), ("open", 0))
        edit = f"/market/{announcement.slug}/edit"
        self.assertIn("Twice &lt;b&gt;a day", self.get(edit))
        self.post(edit, close="1")
        self.assertEqual(announcement.state, "ended")
        self.post(edit, reopen="1")
        self.assertEqual(announcement.state, "open")
        self.login(self.stranger)
        self.get(edit, 404)
        self.post(edit, 404, title="Mine now")

    def test_saving_what_nobody_changed_changes_nothing(self):
        announcement = self.announce(
            self.test1, steps="One\nTwo", description="<p>Some <b>bold</b> words</p>"
        )
        before = (announcement.version, announcement.description)
        self.login(self.test1)
        self.post(
            f"/market/{announcement.slug}/edit",
            title=announcement.title,
            description="Some *bold* words",
            steps="One\r\nTwo",
            quantity="1",
            places="1",
            unit="hour",
            price_mode="all",
            **{f"price_{self.com.id}": "50"},
        )
        self.assertEqual((announcement.version, announcement.description), before)

    def test_of_many_circles_some_are_chosen_by_their_names(self):
        circles = self.env["wezer.group"].create(
            [{"name": f"Zebra circle {number}"} for number in range(45)]
        )
        self.env["wezer.group.membership"].create(
            [
                {"group_id": one.id, "partner_id": self.test1.partner_id.id}
                for one in circles
            ]
        )
        self.login(self.test1)
        page = self.get("/market/new")
        self.assertIn('data-kind="circle"', page)
        self.assertNotRegex(page, r'<select[^>]*name="group_ids"')
        form = {"title": "A zebra", "visibility": "groups", "done_when": "It eats"}
        page = self.post("/market/new", **form, group_ids_typed="zebra circle")
        self.assertIn("is not the full name of one circle", page.text)
        self.post("/market/new", **form, group_ids_typed="zebra circle 44")
        made = self.env["wezer.announcement"].search([("title", "=", "A zebra")])
        self.assertEqual(made.group_ids, circles[44])

    def test_a_refused_form_keeps_what_was_typed(self):
        self.login(self.test1)
        page = self.post(
            "/market/new", title="A zebra", quantity="many", done_when="It eats"
        )
        self.assertIn("Enter a number above zero", page.text)
        self.assertIn("It eats", page.text)
        page = self.post("/market/new", title="A zebra", date_start="2026-99-99T10:00")
        self.assertIn("is not a date", page.text)

    def test_nobody_posts_in_the_name_of_another(self):
        self.login(self.stranger)
        page = self.post(
            "/market/new",
            title="A zebra",
            acting_partner_id=str(self.test1.partner_id.id),
        )
        self.assertIn("alert-warning", page.text)
        self.assertFalse(
            self.env["wezer.announcement"].search([("title", "=", "A zebra")])
        )


@tagged("post_install", "-at_install")
class TestWebsiteDeal(WebsiteCommon):
    def test_only_the_two_sides_find_the_deal(self):
        deal = self.make_deal()
        url = f"/my/deals/{deal.id}"
        for user in (self.stranger, self.moderator):
            self.login(user)
            for address in (url, f"{url}/live"):
                self.get(address, 404)
            for act in ("deliver", "approve", "send", "cancel", "dispute", "resolve"):
                self.post(f"{url}/{act}", 404, note="x", body="x", reason="x")
            self.assertNotIn(deal.sudo().title, self.get("/my/deals"))
        self.login(None)
        self.assertIn("/web/login", self.url_open(url).url)
        self.assertEqual(deal.sudo().state, "accepted")

    def test_the_moderator_sees_the_deal_once_called(self):
        deal = self.make_deal()
        url = f"/my/deals/{deal.id}"
        self.login(self.test2)
        page = self.post(f"{url}/dispute", reason="He is not there")
        self.assertIn("A moderator was called", page.text)
        self.login(self.moderator)
        self.assertIn('name="outcome"', self.get(url))
        amount = {f"amount_{self.com.id}": "20"}
        self.post(f"{url}/resolve", outcome="split", reason="Half", **amount)
        self.assertEqual(deal.sudo().state, "paid")
        self.assertEqual(self.balance(self.test2), "20.00")

    def test_from_delivered_to_paid_and_assessed_on_the_page(self):
        deal = self.make_deal()
        url = f"/my/deals/{deal.id}"
        self.login(self.test2)
        self.assertIn("Your turn", self.get(url))
        self.post(f"{url}/deliver", note="Done <i>well</i>", quantity="1")
        self.assertNotIn("o_wezer_act_approve", self.get(url))
        self.login(self.test1)
        page = self.get(url)
        self.assertIn("Approve and pay", page)
        self.assertIn("Done &lt;i&gt;well", page)
        scores = {f"score_{one}": "2" for one in self.scores()}
        self.post(f"{url}/approve", comment="Very good zebra", **scores)
        self.assertEqual(deal.sudo().state, "paid")
        self.login(self.test2)
        self.assertNotIn("Very good zebra", self.get(url), "blind until both are in")
        scores = {f"score_{one}": "1" for one in self.scores(side="payer")}
        self.post(f"{url}/assess", comment="Thanks", **scores)
        self.assertIn("Very good zebra", self.get(url))

    def test_a_negotiation_shows_what_changed(self):
        announcement = self.announce(self.test1)
        deal = self.propose(self.test2, announcement, prices={self.com.id: "80"})
        url = f"/my/deals/{deal.id}"
        self.login(self.test1)
        self.post(f"{url}/counter", quantity="1", **{f"price_{self.com.id}": "60"})
        self.login(self.test2)
        page = self.get(url)
        self.assertRegex(page, r"<del>[^<]*80[^<]*</del>")
        self.assertRegex(page, r"<ins>[^<]*60[^<]*</ins>")
        self.post(f"{url}/accept")
        self.assertEqual(deal.sudo().state, "accepted")

    def test_a_refusal_is_a_sentence_on_the_page(self):
        deal = self.make_deal()
        self.login(self.test2)
        page = self.post(f"/my/deals/{deal.id}/approve")
        self.assertIn("alert-warning", page.text)
        self.assertNotIn("Traceback", page.text)
        self.post(f"/my/deals/{deal.id}/nonsense", 404)

    def test_a_deal_moves_only_with_the_pages_own_token(self):
        deal = self.make_deal()
        self.login(self.test2)
        for act in ("deliver", "release", "cancel", "dispute", "send"):
            url = f"/my/deals/{deal.id}/{act}"
            page = self.url_open(url, data={"reason": "x", "note": "x", "body": "x"})
            self.assertEqual(page.status_code, 400)
            self.assertIn(self.url_open(url).status_code, (404, 405))
        self.assertEqual(deal.sudo().state, "accepted")
        self.assertFalse(deal.sudo().message_line_ids)

    def test_the_two_talk_on_the_page(self):
        deal = self.make_deal()
        self.login(self.test2)
        self.post(f"/my/deals/{deal.id}/send", body="<script>alert(1)</script>")
        self.login(self.test1)
        page = self.get(f"/my/deals/{deal.id}")
        self.assertIn("&lt;script&gt;alert(1)", page)
        stamps = re.findall(r'data-stamp="([^"]+)"', page)
        live = self.get(f"/my/deals/{deal.id}/live")
        self.assertEqual(stamps, re.findall(r'data-stamp="([^"]+)"', live))

    def test_deals_are_listed_for_both_and_counted(self):
        deal = self.make_deal()
        for user in (self.test1, self.test2):
            self.login(user)
            self.assertIn(f"/my/deals/{deal.id}", self.get("/my/deals"))
            self.assertIn("My deals", self.get("/my"))
        self.login(self.stranger)
        self.assertIn("See how you can help", self.get("/my/deals"))
