from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestAnswerBox(WebsiteCommon):
    """The page of an announcement offers only what the server takes."""

    LOGIN = "/web/login?redirect=/market/"
    CLAIM = "o_wezer_claim"
    PROPOSE = "Propose other terms"

    def _page(self, user, want):
        self.login(user)
        page = self.get(f"/market/{want.slug}")
        # The box alone: the header has a link to log in, too.
        return page.partition('class="col-12 col-lg-4 o_wezer_box"')[2]

    def assertClosed(self, want, sentence):
        """Visitors and members read the same, and no button; neither may answer."""
        for user in (None, self.test2):
            page = self._page(user, want)
            self.assertIn(sentence, page)
            for control in (self.LOGIN, self.CLAIM, self.PROPOSE):
                self.assertNotIn(control, page)
        self.assertIn(sentence, self._page(self.test1, want))
        for act in (
            lambda: self.claim(self.test2, want),
            lambda: self.propose(self.test2, want),
        ):
            refusal = None
            try:
                with self.env.cr.savepoint():
                    act()
            except Refusal as error:
                refusal = error
            self.assertIn(sentence, str(refusal))

    def test_a_closed_announcement_says_so(self):
        want = self.announce(self.test1)
        want.action_close()
        self.assertClosed(want, "This is closed. It takes no more answers.")
        page = self._page(self.test1, want)
        self.assertIn("See or reopen it", page)
        form = self.get(f"/market/{want.slug}/edit")
        self.assertIn('<fieldset disabled="disabled">', form)
        self.assertIn("Reopen it to change it", form)

    def test_who_would_pay_for_an_offer_reads_the_warning_before_the_press(self):
        offer = self.announce(self.test1, kind="offer")
        self.com.write({"lower_warning_text": "49", "levy_payer": 1000})
        page = self._page(self.test2, offer)
        warning = page.partition("o_wezer_limit_warning")[2].partition("</p>")[0]
        for part in ("-55.00", "-49.00"):
            self.assertIn(part, warning)
        self.com.lower_warning_text = "60"
        self.assertNotIn("o_wezer_limit_warning", self._page(self.test2, offer))
        # Of help wanted, its author pays.
        self.com.lower_warning_text = "49"
        want = self.announce(self.test1)
        for user in (None, self.test2):
            self.assertNotIn("o_wezer_limit_warning", self._page(user, want))
        self.assertNotIn("o_wezer_limit_warning", self._page(None, offer))

    def test_a_paused_announcement_says_so(self):
        want = self.announce(self.test1)
        want.action_pause()
        self.assertClosed(want, "This is paused.")
        self.assertIn("Change or close it", self._page(self.test1, want))

    def test_an_expired_announcement_says_so_before_the_schedule_runs(self):
        want = self.announce(self.test1)
        last = days.today(self.env) - days.DAY
        want.sudo().expiry = last
        said = f"It took answers until {days.format_day(self.env, last)}."
        self.assertClosed(want, said)
        self.env["wezer.announcement"]._cron_expire()
        self.assertEqual(want.state, "ended")
        self.assertClosed(want, said)
        self.assertIn("o_wezer_renew", self._page(self.test1, want))

    def test_a_settled_announcement_says_so(self):
        want = self.announce(self.test1)
        want.sudo().write({"state": "ended", "end_reason": "settled"})
        self.assertClosed(want, "Everything that was asked for is done.")

    def test_a_full_announcement_offers_its_waiting_list(self):
        want = self.announce(self.test1, waiting_list=False)
        self.claim(self.test3, want)
        self.assertEqual(want.state, "full")
        self.assertClosed(want, "All places are taken.")
        want.sudo().waiting_list = True
        page = self._page(None, want)
        self.assertIn("Log in to join the waiting list", page)
        page = self._page(self.test2, want)
        self.assertIn("Put me on the waiting list", page)
        self.assertNotIn(self.PROPOSE, page)
        self.assertEqual(self.claim(self.test2, want).state, "waiting")

    def test_a_draft_is_seen_by_its_author_alone(self):
        want = self.announce(self.test1, publish=False)
        self.assertIn("This is a draft.", self._page(self.test1, want))
        for user in (None, self.test2):
            self.login(user)
            self.get(f"/market/{want.slug}", status=404)

    def test_an_open_announcement_offers_to_answer(self):
        want = self.announce(self.test1)
        self.assertIn("Log in to help", self._page(None, want))
        page = self._page(self.test2, want)
        self.assertIn("o_wezer_claim", page)
        self.assertIn(self.PROPOSE, page)
        self.assertNotIn("o_wezer_closed", page)

    def test_a_member_who_cannot_answer_reads_why(self):
        want = self.announce(self.test1)
        profile = self.test2.partner_id._wezer_profile()
        for state, sentence in (
            ("suspended", "You cannot answer while your membership is not active."),
        ):
            profile.state = state
            page = self._page(self.test2, want)
            self.assertIn(sentence, page)
            self.assertNotIn(self.CLAIM, page)
        profile.state = "active"
        self.env.company.wezer_claims_cap = 1
        self.claim(self.test2, self.announce(self.test1, title="Another"))
        page = self._page(self.test2, want)
        self.assertIn("open commitments", page)
        self.assertNotIn(self.CLAIM, page)
        with self.assertRefused("cap"):
            self.claim(self.test2, want)

    def test_a_member_reads_for_whom_places_are_kept(self):
        skill = self.env["wezer.skill"].create({"name": "Zq welding"})
        want = self.announce(
            self.test1, kept_places=[{"count": 1, "skill_id": skill.id}]
        )
        page = self._page(self.test2, want)
        self.assertIn("These places are kept for", page)
        self.assertNotIn(self.CLAIM, page)

    def test_unlimited_places_can_be_edited(self):
        # On the meridian of Greenwich, too: a number 0 is a value.
        want = self.announce(self.test1, places=0, latitude=51.5, longitude=0.0)
        self.login(self.test1)
        url = f"/market/{want.slug}/edit"
        page = self.get(url)
        field = page.partition('id="places"')[2].partition(">")[0]
        self.assertIn('value="0"', field)
        field = page.partition('name="lon"')[2].partition(">")[0]
        self.assertIn('value="0.0"', field)
        self.post(url, title="Many", quantity="1", places="0", lat="51.5", lon="0.0")
        want.invalidate_recordset()
        self.assertEqual((want.title, want.places), ("Many", 0))
        self.assertTrue(want.located)

    def test_a_new_title_gives_a_new_address_and_the_former_redirects(self):
        want = self.announce(self.test1, title="Zq paint the fence")
        uid, former = want.id, want.slug
        want.action_edit({"title": "Zq paint the gate"})
        self.assertRegex(want.slug, r"^zq-paint-the-gate-\w{6}$")
        self.login(None)
        page = self.url_open(f"/market/{former}")
        self.assertTrue(page.url.endswith(f"/market/{want.slug}"))
        self.assertEqual(page.status_code, 200)
        # A feed knows it again.
        feed = self.get("/market/feed.atom?words=zq")
        self.assertIn(f"/market#{uid}</id>", feed)
        # A form that was open meanwhile is sent to the former address.
        self.login(self.test2)
        self.post(f"/market/{former}/claim", version=str(want.version))
        self.assertTrue(want.sudo().deal_ids)
        # What is hidden now is at neither.
        want.sudo().visibility = "members"
        self.login(None)
        for slug in (former, want.slug):
            self.get(f"/market/{slug}", status=404)

    def test_a_renamed_group_is_found_at_its_former_address(self):
        circle = self.env["wezer.group"].create(
            {"name": "Zq bakers", "visibility": "public"}
        )
        former = circle.slug
        circle.name = "Zq confectioners"
        self.assertRegex(circle.slug, r"^zq-confectioners-\w{6}$")
        self.login(None)
        for slug in (former, circle.slug):
            page = self.url_open(f"/groups/{slug}")
            self.assertEqual(page.status_code, 200)
            self.assertTrue(page.url.endswith(f"/groups/{circle.slug}"))
        circle.visibility = "members"
        for slug in (former, circle.slug):
            self.assertEqual(self.url_open(f"/groups/{slug}").status_code, 404)

    def _deal_page(self, user, deal):
        self.login(user)
        return self.get(f"/my/deals/{deal.id}")

    def test_expired_terms_cannot_be_accepted(self):
        want = self.announce(self.test1)
        deal = self.propose(
            self.test2, want, expiry=fields.Datetime.now() + timedelta(hours=1)
        )
        self.assertIn("o_wezer_act_accept", self._deal_page(self.test1, deal))
        self.env.cr.execute(
            "UPDATE wezer_terms SET expiry = '2020-01-01' WHERE deal_id = %s",
            [deal.id],
        )
        self.env.invalidate_all()
        page = self._deal_page(self.test1, deal)
        self.assertNotIn("o_wezer_act_accept", page)
        self.assertIn("o_wezer_act_counter", page)
        with self.assertRefused("expired"):
            self.as_(self.test1, deal).action_accept()

    def test_an_expired_change_cannot_be_agreed(self):
        deal = self.make_deal()
        self.as_(self.test1, deal).action_amend(
            {
                "prices": {self.com.id: "80"},
                "expiry": fields.Datetime.now() + timedelta(hours=1),
            }
        )
        self.assertIn("o_wezer_act_amend_sign", self._deal_page(self.test2, deal))
        self.env.cr.execute(
            "UPDATE wezer_terms SET expiry = '2020-01-01' WHERE id = %s",
            [deal.sudo()._proposal("amend").terms_id.id],
        )
        self.env.invalidate_all()
        self.assertNotIn("o_wezer_act_amend_sign", self._deal_page(self.test2, deal))

    def test_a_member_who_may_not_pay_is_not_asked_to_accept_a_price(self):
        circle = self.env["wezer.group"].create({"name": "Zq shop"})
        role = self.env["wezer.group"].create(
            {
                "name": "Trader",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
            }
        )
        self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": self.test1.partner_id.id}
        )
        want = self.announce(
            self.test1, acting=circle.partner_id.id, claim_mode="choose"
        )
        deal = self.propose(self.test2, want, prices={self.com.id: "40"})
        page = self._deal_page(self.test1, deal)
        self.assertNotIn("o_wezer_act_accept", page)
        with self.assertRefused("acts_for"):
            self.as_(self.test1, deal).action_accept()
        role.right_wallet = True
        self.assertIn("o_wezer_act_accept", self._deal_page(self.test1, deal))
