"""The page of a deal: what each side reads of people, money, dates and files."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from PIL import Image

from odoo import fields
from odoo.modules.module import load_script
from odoo.tests import Form, tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import deal_list, deal_page
from .common import MarketCommon
from .test_website_market import WebsiteCommon

MIGRATION = "migrations/19.0.2.2.0/post-due-source.py"


def photo():
    """Return the bytes of a large photograph."""
    written = BytesIO()
    Image.new("RGB", (1200, 900), "red").save(written, "JPEG")
    return written.getvalue()


class PageCase(FormCase, WebsiteCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_claims_cap = 50

    def deal_page(self, user, deal):
        self.login(user)
        return self.page(f"/my/deals/{deal.id}")

    def words(self, page, css_class):
        """Return the text of the parts with this class, spaces in one."""
        found = page.find_class(css_class)
        return " ".join(" ".join(part.text_content() for part in found).split())

    def deal_form(self, user, deal, action):
        return self.form(self.deal_page(user, deal), f"/my/deals/{deal.id}/{action}")

    def send_files(self, form, files, **typed):
        data = [
            (name, value)
            for name, value in self.sent(form, **typed)
            if name != "evidence"
        ]
        return self.url_open(
            form.get("action"),
            data=data,
            files=[("evidence", one) for one in files],
        )


@tagged("post_install", "-at_install")
class TestDealPage(PageCase):
    # === WHO, HOW FAR, WHERE === #

    def test_both_people_the_amount_and_its_direction_are_at_the_top(self):
        deal = self.make_deal()
        page = self.deal_page(self.test2, deal)
        sides = page.find_class("o_wezer_between_side")
        names = [" ".join(side.text_content().split()) for side in sides]
        self.assertEqual(names, ["Wilhelmine Announcer", "Balthazar Answerer"])
        self.assertEqual(len(page.xpath("//*[@class='o_wezer_between']//img")), 2)
        self.assertIn("50.00", self.words(page, "o_wezer_between_way"))
        self.assertIn("pays you 50.00", self.words(page, "o_wezer_direction"))
        page = self.deal_page(self.test1, deal)
        self.assertIn("You pay 50.00", self.words(page, "o_wezer_direction"))

    def test_a_warning_of_a_limit_is_said_to_the_payer_before_the_press(self):
        deal = self.propose(
            self.test2, self.announce(self.test1), prices={self.com.id: "70"}
        )

        def said(user):
            return self.words(self.deal_page(user, deal), "o_wezer_limit_warning")

        self.com.write({"lower_warning_text": "80", "levy_payer": 1000})
        self.assertEqual(said(self.test1), "")
        self.com.lower_warning_text = "75"
        words = said(self.test1)
        for part in ("-77.00", "-75.00", "-500.00"):
            self.assertIn(part, words)
        self.assertEqual(said(self.test2), "")
        self.com.write({"limit_policy": "warn", "lower_text": "76"})
        self.assertIn("the moderators are told", said(self.test1))
        self.com.write({"limit_policy": "block", "lower_text": "500"})
        self.as_(self.test1, deal).action_accept()
        # It is set aside: paying takes no more.
        self.assertEqual(said(self.test1), "")
        self.com.lower_warning_text = "90"
        deal.action_amend({"prices": {self.com.id: "90"}})
        self.assertIn("-99.00", said(self.test1))
        self.as_(self.test1, deal).action_amend(
            round_number=deal.sudo()._proposal("amend").terms_id.round
        )
        self.assertEqual(self.reserved(self.test1), "99.00")
        deal.action_deliver()
        self.assertEqual(said(self.test1), "")

    def test_the_warning_costs_the_payer_one_query_and_others_none(self):
        deal = self.propose(
            self.test2, self.announce(self.test1), prices={self.com.id: "70"}
        )
        self.test1.partner_id._wezer_wallet(self.com)
        self.com.lower_warning_text = "60"
        for user, most, count in ((self.test1, 1, 1), (self.test2, 0, 0)):
            mine = self.as_(user, deal)
            values = deal_page.page_values(mine)
            me, offered = values["me"], deal_page.buttons(mine)
            self.env.flush_all()
            begin = self.env.cr.sql_log_count
            found = deal_page.warnings_before(mine, me, offered)
            self.assertLessEqual(self.env.cr.sql_log_count - begin, most)
            self.assertEqual(len(found), count)

    def test_the_stepper_marks_the_current_step_for_all_readers(self):
        deal = self.make_deal()
        for state, current, ticked in (
            ("accepted", "in progress", 1),
            ("delivered", "delivered", 2),
            ("paid", "paid", 4),
        ):
            with self.subTest(state=state):
                if state == "delivered":
                    deal.action_deliver()
                elif state == "paid":
                    self.as_(self.test1, deal).action_approve()
                page = self.deal_page(self.test2, deal)
                here = page.xpath("//ol/li[@aria-current='step']")
                self.assertEqual(len(here), 1)
                self.assertIn(current, here[0].text_content())
                ticks = page.xpath("//ol[contains(@class, 'o_wezer_progress')]//i")
                self.assertEqual(len(ticks), ticked)

    def test_place_and_words_of_the_announcement_are_on_the_page_after_the_claim(self):
        deal = self.make_deal(city="Old Mill Lane", description="Bring a long ladder.")
        for user in (self.test1, self.test2):
            about = self.words(self.deal_page(user, deal), "o_wezer_about")
            self.assertIn("Old Mill Lane", about)
            self.assertIn("Bring a long ladder.", about)

    def test_contact_is_shown_as_far_as_it_is_shared(self):
        self.test1.partner_id.write({"phone": "0123 45", "email": "wil@zebra.example"})
        profile = self.test1.partner_id._wezer_profile()
        profile.write({"share_phone": "members", "share_email": "nobody"})
        deal = self.make_deal()
        page = self.deal_page(self.test2, deal)
        contact = self.words(page, "o_wezer_contact")
        self.assertIn("0123 45", contact)
        self.assertTrue(page.xpath("//a[@href='tel:0123 45']"))
        self.assertNotIn("wil@zebra.example", page.text_content())
        profile.share_phone = "nobody"
        contact = self.words(self.deal_page(self.test2, deal), "o_wezer_contact")
        self.assertNotIn("0123 45", contact)
        self.assertIn("shares no phone number", contact)

    # === SENT BACK === #

    def test_whoever_has_to_repeat_the_work_reads_why_before_all_else(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_send_back("The hinge is loose")
        page = self.deal_page(self.test2, deal)
        self.assertIn("The hinge is loose", self.words(page, "o_wezer_sent_back"))
        live = page.find_class("o_wezer_deal_live")[0]
        first = [part.get("class") or "" for part in live][:4]
        self.assertTrue(any("o_wezer_sent_back" in one for one in first))
        deal.action_deliver("Tight now")
        page = self.deal_page(self.test1, deal)
        self.assertFalse(page.find_class("o_wezer_sent_back"))

    # === FILES === #

    def test_several_files_go_with_delivered_in_one_form(self):
        deal = self.make_deal()
        form = self.deal_form(self.test2, deal, "deliver")
        field = form.xpath(".//input[@name='evidence']")[0]
        self.assertEqual(field.get("multiple"), "multiple")
        self.send_files(
            form, [("door.jpg", photo()), ("bill.txt", b"Two hinges")], note="Done"
        )
        self.assertEqual(deal.sudo().state, "delivered")
        names = deal.sudo().evidence_ids.mapped("name")
        self.assertEqual(names, ["door.jpg", "bill.txt"])
        stream = self.words(self.deal_page(self.test1, deal), "o_wezer_stream")
        self.assertIn("door.jpg", stream)
        self.assertIn("Done", stream)

    def test_one_file_too_large_delivers_nothing_and_keeps_none(self):
        deal = self.make_deal()
        form = self.deal_form(self.test2, deal, "deliver")
        large = b"x" * (5 * 1024 * 1024 + 1)
        answer = self.send_files(
            form, [("small.txt", b"x"), ("large.bin", large)], note="Done"
        )
        action = f"/my/deals/{deal.id}/deliver"
        self.assert_given_back(answer, action, {"note": "Done"})
        self.assertIn("5 MB", answer.text)
        self.assertIn("Choose your files again", answer.text)
        self.assertEqual(deal.sudo().state, "accepted")
        self.assertFalse(deal.sudo().evidence_ids)

    def test_pictures_are_shown_small_to_those_who_see_the_deal(self):
        deal = self.make_deal()
        picture = deal.action_add_evidence("door.jpg", photo())
        text = deal.action_add_evidence("fake.png", b"<svg onload=alert(1)>")
        url = f"/my/deals/{deal.id}/evidence"
        self.login(self.test1)
        answer = self.url_open(f"{url}/{picture}/picture")
        self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
        self.assertLessEqual(max(Image.open(BytesIO(answer.content)).size), 480)
        self.assertIn(f"{url}/{picture}/picture", self.get(f"/my/deals/{deal.id}"))
        self.get(f"{url}/{text}/picture", 404)
        self.get(f"/my/deals/{deal.id + 1}/evidence/{picture}/picture", 404)
        self.login(self.stranger)
        self.get(f"{url}/{picture}/picture", 404)

    # === ONE STREAM === #

    def test_messages_files_and_events_are_one_stream_in_the_order_of_time(self):
        deal = self.make_deal()
        now = fields.Datetime.now()
        for minutes, act in enumerate(
            (
                lambda: deal.action_send_message("I come at nine"),
                lambda: deal.action_add_evidence("plan.txt", b"plan"),
                lambda: self.as_(self.test1, deal).action_send_message(
                    "Good, the key is with Ann"
                ),
            ),
            1,
        ):
            later = now + timedelta(minutes=minutes)
            with patch.object(fields.Datetime, "now", return_value=later):
                act()
        page = self.deal_page(self.test1, deal)
        log = page.xpath("//*[@role='log']")
        self.assertEqual(len(log), 1)
        said = log[0].text_content()
        order = [
            said.index(one) for one in ("accepted", "I come at nine", "plan.txt", "key")
        ]
        self.assertEqual(order, sorted(order))
        mine = self.words(page, "o_wezer_mine")
        self.assertIn("the key is with Ann", mine)
        self.assertNotIn("I come at nine", mine)

    def test_a_long_stream_folds_away_what_is_older(self):
        deal = self.make_deal()
        for number in range(20):
            deal.action_send_message(f"Word number {number}.")
        page = self.deal_page(self.test1, deal)
        shown = page.xpath("//*[@role='log']")[0].text_content()
        self.assertIn("Word number 19.", shown)
        self.assertNotIn("Word number 2.", shown)
        self.assertIn("Word number 2.", page.text_content())

    # === READ === #

    def test_whoever_looks_at_a_deal_has_read_what_was_said_of_it(self):
        deal, other = self.make_deal(), self.make_deal()
        for one in (deal, other):
            self.as_(self.test1, one).action_send_message("When do you come?")

        def waiting():
            notices = self.env["wezer.notice"].with_user(self.test2)
            return notices._waiting_by_model().get("wezer.deal", (0, 0))[1]

        before = waiting()
        self.login(self.test2)
        live = f"/my/deals/{deal.id}/live"
        self.url_open(live)
        self.env.invalidate_all()
        self.assertEqual(waiting(), before, "a page that nobody looks at reads nothing")
        self.url_open(live, headers={"X-Wezer-Seen": "1"})
        self.env.invalidate_all()
        self.assertEqual(waiting(), before - 1)
        address = f"/my/deals/{other.id}"
        self.url_open(address, headers={"Sec-Purpose": "prefetch;prerender"})
        self.env.invalidate_all()
        self.assertEqual(waiting(), before - 1, "loaded ahead is not looked at")
        self.deal_page(self.test2, other)
        self.env.invalidate_all()
        self.assertEqual(waiting(), before - 2)

    # === SOMETHING IS WRONG === #

    def test_what_hurts_is_behind_one_question_each_with_amount_and_name(self):
        deal = self.make_deal("paid")
        other = self.make_deal()
        for user, which, actions in (
            (self.test2, deal, {"refund", "dispute"}),
            (self.test2, other, {"release", "amend", "cancel", "dispute"}),
            (self.test1, other, {"amend", "cancel", "dispute"}),
        ):
            page = self.deal_page(user, which)
            wrong = page.get_element_by_id("deal_wrong")
            self.assertIsNone(wrong.get("open"))
            found = {one.get("action").split("/")[-1] for one in wrong.iter("form")}
            self.assertEqual(found, actions)
            outside = page.find_class("o_wezer_buttons")
            for form in [one for part in outside for one in part.iter("form")]:
                self.assertNotIn(form.get("action").split("/")[-1], actions)
            for form in wrong.iter("form"):
                asked = self.words(form, "o_wezer_question")
                self.assertIn("50.00", asked)
                names = ("Wilhelmine Announcer", "Balthazar Answerer")
                self.assertTrue(any(name in asked for name in names), asked)

    def test_money_is_not_given_back_before_a_yes_that_says_how_much_to_whom(self):
        deal = self.make_deal("paid")
        form = self.deal_form(self.test2, deal, "refund")
        yes = form.find_class("o_wezer_act_refund")[0].text_content()
        self.assertIn("give 50.00", yes)
        self.assertIn("Wilhelmine Announcer", yes)
        self.send(form)
        self.assertEqual(deal.sudo().end_reason, "refunded")

    def test_only_what_is_set_aside_is_said_to_go_back(self):
        def asked(deal):
            form = self.deal_form(self.test2, deal, "release")
            return self.words(form, "o_wezer_question")

        mixed = self.make_deal(prices={self.hours.id: "1:00", self.dummy.id: "8"})
        self.assertEqual(
            asked(mixed),
            "The deal ends without payment: 1:00 hrs goes back to Wilhelmine"
            " Announcer, and 8.00 DUM is no longer due.",
        )
        outside = self.make_deal(prices={self.dummy.id: "8"})
        self.assertEqual(
            asked(outside),
            "The deal with Wilhelmine Announcer ends: 8.00 DUM is no longer due.",
        )

    def test_agreeing_to_what_the_other_proposed_is_not_hidden(self):
        deal = self.make_deal()
        deal.action_cancel("I am ill")
        page = self.deal_page(self.test1, deal)
        buttons = page.find_class("o_wezer_buttons")[0]
        self.assertTrue(buttons.find_class("o_wezer_act_cancel"))

    # === NOBODY IS PRESSED TO A MARK === #

    def test_the_faces_of_a_criterion_differ_and_have_words(self):
        deal = self.make_deal("delivered")
        page = self.deal_page(self.test1, deal)
        marks = page.find_class("o_wezer_marks")[0]
        drawings = [
            tuple(path.get("d") for path in svg.iter("path"))
            for svg in marks.iter("svg")
        ]
        self.assertEqual(len(set(drawings)), 5)
        words = [" ".join(one.text_content().split()) for one in marks.iter("label")]
        self.assertEqual(
            words, ["very bad", "bad", "so-so", "good", "very good", "no answer"]
        )
        self.assertFalse(marks.xpath(".//input[@checked]"))

    def test_the_back_office_presets_no_mark_and_approves_without_one(self):
        deal = self.make_deal("delivered")
        form = Form(
            self.env["wezer.deal.approve"].with_context(default_deal_id=deal.id)
        )
        wizard = form.save()
        self.assertTrue(wizard.score_ids)
        self.assertEqual(set(wizard.score_ids.mapped("score")), {False})

    # === WHY NOT === #

    def test_whoever_may_not_pay_reads_why(self):
        deal = self.make_deal("delivered")
        page = self.deal_page(self.test2, deal)
        self.assertFalse(page.find_class("o_wezer_why"), "it is not theirs to do")


@tagged("post_install", "-at_install")
class TestDealMoneyWords(PageCase):
    def money(self, user, deal):
        return self.words(self.deal_page(user, deal), "o_wezer_between_card")

    def test_outside_money_is_explained_at_each_step_to_both(self):
        deal = self.make_deal(prices={self.hours.id: "1:00", self.dummy.id: "8"})
        payer, payee = self.test1, self.test2
        for text in (
            "You give 8.00 DUM to Balthazar Answerer by hand; 1:00 hrs is paid here.",
            "1:00 hrs is set aside.",
        ):
            self.assertIn(text, self.money(payer, deal))
        said = self.money(payee, deal)
        self.assertIn("Wilhelmine Announcer gives you 8.00 DUM by hand", said)
        deal.action_deliver()
        self.assertIn("by hand; 1:00 hrs is paid now.", self.money(payer, deal))
        form = self.deal_form(payer, deal, "approve")
        button = form.find_class("o_wezer_act_approve")[0].text_content()
        self.assertEqual(
            button,
            "Approve, pay 1:00 hrs to Balthazar Answerer now, and give 8.00 DUM by"
            " hand",
        )
        answer = self.send(form)
        self.assertIn("Now give 8.00 DUM to Balthazar Answerer by hand.", answer.text)
        self.assertIn("1:00 hrs is paid. Give 8.00 DUM to", self.money(payer, deal))
        page = self.deal_page(payee, deal)
        turn = self.words(page, "o_wezer_turn")
        self.assertEqual(
            turn, "Your turn: did you get 8.00 DUM from Wilhelmine Announcer?"
        )
        got = self.words(page, "o_wezer_act_confirm")
        self.assertEqual(got, "I got 8.00 DUM")
        deal.action_deny()
        page = self.deal_page(payer, deal)
        self.assertEqual(
            self.words(page, "o_wezer_act_pay"),
            "Give 8.00 DUM to Balthazar Answerer by hand",
        )
        self.assertIn("give 8.00 DUM", self.words(page, "o_wezer_turn"))

    def test_money_that_is_not_set_aside_is_never_said_to_be(self):
        deal = self.make_deal(prices={self.dummy.id: "8"})
        for state in ("accepted", "delivered", "confirming"):
            if state == "delivered":
                deal.action_deliver()
            if state == "confirming":
                self.as_(self.test1, deal).action_approve()
            for user in (self.test1, self.test2):
                text = self.deal_page(user, deal).text_content()
                self.assertNotIn("set aside", text, state)
                self.assertIn("by hand", text, state)

    def test_of_a_deal_in_steps_only_what_is_set_aside_is_said_to_be(self):
        announcement = self.announce(self.test1)
        steps = [
            {"name": "The sketch", "percent": "30"},
            {"name": "The wall", "percent": "70"},
        ]
        deal = self.propose(self.test2, announcement, milestones=steps)
        self.as_(self.test1, deal).action_accept()
        self.assertIn("50.00 COM is set aside", self.money(self.test1, deal))
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        said = self.money(self.test1, deal)
        self.assertIn("Step 2 of 2 pays 35.00 COM.", said)
        self.assertIn("35.00 COM is set aside", said)
        form = self.deal_form(self.test2, deal, "release")
        self.assertEqual(
            self.words(form, "o_wezer_question"),
            "The remaining steps end without payment: 35.00 COM goes back to"
            " Wilhelmine Announcer.",
        )

    def test_less_delivered_is_shown_as_what_is_paid(self):
        deal = self.make_deal(quantity=2, prices={self.com.id: "10"})
        deal.action_deliver("Half", "1")
        said = self.money(self.test1, deal)
        self.assertIn("You pay 10.00 COM", said)
        self.assertNotIn("You pay 20.00", said)


@tagged("post_install", "-at_install")
class TestDueDates(PageCase):
    def test_no_date_is_shown_where_none_was_agreed_and_the_rule_is_told(self):
        deal = self.make_deal()
        self.assertEqual(deal.due_source, "rule")
        page = self.deal_page(self.test2, deal)
        text = page.text_content()
        self.assertIn("No date agreed", text)
        rule = self.words(page, "o_wezer_due_rule")
        self.assertIn("within 30 days", rule)
        self.assertIn("a week later", rule)
        rows = self.test2.with_user(self.test2)._wezer_todo()
        mine = [row for row in rows if row["url"] == f"/my/deals/{deal.id}"]
        self.assertEqual([row["due"] for row in mine], [False])

    def test_an_agreed_date_is_shown_as_such(self):
        due = fields.Datetime.now() + timedelta(days=9)
        deal = self.propose(
            self.test2, self.announce(self.test1), date_due=str(due)[:19]
        )
        self.as_(self.test1, deal).action_accept()
        self.assertEqual(
            (deal.due_source, deal._agreed_due()), ("agreed", deal.date_due)
        )
        page = self.deal_page(self.test2, deal)
        self.assertNotIn("No date agreed", page.text_content())
        self.assertFalse(page.find_class("o_wezer_due_rule"))

    def test_work_without_an_agreed_date_is_approved_after_14_days(self):
        deal = self.make_deal("delivered")
        old = fields.Datetime.now() - timedelta(days=15)
        deal.sudo().date_state = old
        self.assertGreater(deal.date_due, fields.Datetime.now())
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual(deal.state, "paid")

    def test_sending_back_sets_a_time_that_is_told(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_send_back("The door")
        self.assertEqual(deal.due_source, "sent_back")
        page = self.deal_page(self.test2, deal)
        self.assertIn("sent back", self.words(page, "o_wezer_due_rule"))


@tagged("post_install", "-at_install")
class TestDueSourceUpdate(MarketCommon):
    def test_the_update_tells_agreed_dates_from_those_of_the_rule(self):
        due = fields.Datetime.now() + timedelta(days=9)
        agreed = self.propose(
            self.test2, self.announce(self.test1), date_due=str(due)[:19]
        )
        self.as_(self.test1, agreed).action_accept()
        plain = self.make_deal(title="Plain")
        back = self.make_deal("delivered", title="Back")
        self.as_(self.test1, back).action_send_back("The door")
        deals = agreed | plain | back
        wanted = deals.mapped("due_source")
        self.assertEqual(wanted, ["agreed", "rule", "sent_back"])
        deals.sudo().due_source = False
        self.env.flush_all()
        path = Path(__file__).parents[1] / MIGRATION
        module = load_script(str(path), "due_source")
        module.migrate(self.env.cr, "19.0.2.1.0")
        deals.invalidate_recordset()
        self.assertEqual(deals.mapped("due_source"), wanted)


@tagged("post_install", "-at_install")
class TestMyDeals(PageCase):
    def listed(self, user, query=""):
        self.login(user)
        page = self.page(f"/my/deals{query}")
        return page, [
            row.get("href").split("/")[-1]
            for row in page.find_class("o_wezer_deal_row")
        ]

    def test_a_row_names_the_other_with_face_amount_direction_and_state(self):
        deal = self.make_deal(title="Mend the fence")
        page, rows = self.listed(self.test2)
        self.assertEqual(rows, [str(deal.id)])
        row = page.find_class("o_wezer_deal_row")[0]
        said = " ".join(row.text_content().split())
        for word in (
            "Mend the fence",
            "Wilhelmine Announcer",
            "you receive 50.00",
            "Agreed",
        ):
            self.assertIn(word, said)
        self.assertTrue(row.xpath(".//img"))
        page, _rows = self.listed(self.test1)
        self.assertIn("you pay", page.text_content())

    def test_the_list_is_narrowed_by_state_turn_party_and_name(self):
        open_one = self.make_deal(title="Mend the fence")
        done = self.make_deal("paid", title="Bake a cake")
        third = self.make_deal(title="Walk the dog", replier=self.test3)
        mine = lambda *deals: {str(deal.id) for deal in deals}  # noqa: E731
        for query, wanted in (
            ("", mine(open_one, third)),
            ("?view=open", mine(open_one, third)),
            ("?view=done", mine(done)),
            ("?view=mine", set()),
            ("?search=fence", mine(open_one)),
            (f"?search={self.test3.name}", mine(third)),
            ("?view=done&search=fence", set()),
            (f"?party={self.test3.partner_id.id}", mine(third)),
            ("?view=nonsense&party=x&page=0", mine(open_one, third)),
        ):
            with self.subTest(query=query):
                self.assertEqual(set(self.listed(self.test1, query)[1]), wanted)
        self.assertEqual(set(self.listed(self.test2, "?view=mine")[1]), mine(open_one))
        _page, rows = self.listed(self.stranger, "?search=fence")
        self.assertEqual(rows, [])

    def test_finished_deals_are_shown_where_nothing_is_open(self):
        done = self.make_deal("paid")
        self.assertEqual(self.listed(self.test2)[1], [str(done.id)])
        page, rows = self.listed(self.test2, "?view=open")
        self.assertEqual(rows, [])
        self.assertTrue(page.find_class("o_wezer_empty"))

    def test_long_lists_have_pages(self):
        for number in range(23):
            self.make_deal(title=f"Deal {number}", prices={self.com.id: "1"})
        _page, first = self.listed(self.test2)
        self.assertEqual(len(first), 20)
        self.login(self.test2)
        page = self.page("/my/deals/page/2?view=open")
        rest = [
            row.get("href").split("/")[-1]
            for row in page.find_class("o_wezer_deal_row")
        ]
        self.assertEqual(len(rest), 3)
        self.assertFalse(set(first) & set(rest))

    def test_more_rows_ask_the_database_no_more_often(self):
        def asked():
            self.env.invalidate_all()
            self.env.transaction.clear()
            deals = self.env["wezer.deal"].with_user(self.test2)
            mine = deals.search([("replier_id", "=", self.test2.partner_id.id)])
            count = self.env.cr.sql_log_count
            deal_list.rows(mine)
            return self.env.cr.sql_log_count - count

        for number in range(2):
            self.make_deal(title=f"First {number}", prices={self.com.id: "1"})
        before = asked()
        for number in range(6):
            self.make_deal(title=f"More {number}", prices={self.com.id: "1"})
        self.assertLessEqual(asked(), before)
