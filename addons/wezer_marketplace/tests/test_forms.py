from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from .common import NotAllowed, Refusal
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestMarketForms(FormCase, WebsiteCommon):
    """Forms of the market and of deals: given back, done once, never overwritten."""

    def _new(self):
        self.login(self.test1)
        return self.form(self.page("/market/new"), "/market/new")

    def _posted(self, title):
        return self.env["wezer.announcement"].search([("title", "=", title)])

    def _deal_form(self, user, deal, action):
        self.login(user)
        page = self.page(f"/my/deals/{deal.id}")
        return self.form(page, f"/my/deals/{deal.id}/{action}")

    # === REFUSED === #

    def test_a_refused_announcement_keeps_every_field(self):
        skill = self.env["wezer.skill"].create({"name": "Zebra riding"})
        group = self.env["wezer.group"].create({"name": "Riders"})
        group.with_user(self.test1).sudo()
        typed = {
            "kind": "offer",
            "title": "A zebra",
            "description": "Striped.\n\nAnd tame.",
            "category_id": str(self.category.id),
            "city": "Ghent",
            "lat": "51.050",
            "lon": "3.720",
            "thanks": "other",
            "quantity": "many",
            "unit": "piece",
            f"price_{self.com.id}": "12",
            "places": "3",
            "date_start": "2099-01-01T10:00",
            "date_end": "2099-01-01T12:00",
            "expiry": "2098-12-31",
            "repeat": "week",
            "repeat_until": "2099-02-01",
            "claim_mode": "choose",
            "price_mode": "one",
            "visibility": "members",
            "kept_count_0": "1",
            "steps": "One\nTwo",
            "done_when": "It eats",
            "skill_ids": [str(skill.id)],
        }
        form = self._new()
        answer = self.send(form, **typed)
        given = self.assert_given_back(answer, "/market/new", typed, wrong="quantity")
        self.assertIn("Zebra riding", given.text_content())
        self.assertFalse(self._posted("A zebra"))

    def test_a_refused_answer_keeps_terms_shares_and_words(self):
        announcement = self.announce(self.test1)
        self.login(self.test2)
        action = f"/market/{announcement.slug}/propose"
        form = self.form(self.page(f"/market/{announcement.slug}"), action)
        typed = {
            "quantity": "2",
            f"price_{self.com.id}": "60",
            "date_due": "2099-01-01T10:00",
            "steps": "Dig\nSow",
            "done_when": "It is green",
            "message": "I can on Monday",
            "expiry": "2098-01-01T10:00",
            "milestone_name_0": "Half",
            "milestone_percent_0": "50",
            "share_who_0": "Nobody At All",
            "share_percent_0": "30",
        }
        answer = self.send(form, **typed)
        self.assert_given_back(answer, action, typed, wrong="share_who_0")

    def test_a_refused_counter_offer_keeps_the_terms(self):
        deal = self.propose(self.test2, self.announce(self.test1))
        form = self._deal_form(self.test1, deal, "counter")
        typed = {"quantity": "lots", "steps": "Dig", "message": "Less, please"}
        answer = self.send(form, **typed)
        action = f"/my/deals/{deal.id}/counter"
        self.assert_given_back(answer, action, typed, wrong="quantity")

    def test_refused_acts_of_a_deal_keep_their_words(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        for user, action, typed, wrong in (
            (
                self.test2,
                "deliver",
                {"note": "It went well", "quantity": "x"},
                "quantity",
            ),
            (self.test1, "dispute", {"reason": " "}, "reason"),
            (self.test1, "send", {"body": " "}, "body"),
        ):
            with self.subTest(action=action):
                form = self._deal_form(user, deal, action)
                answer = self.send(form, **typed)
                address = f"/my/deals/{deal.id}/{action}"
                self.assert_given_back(answer, address, typed, wrong=wrong)

    def test_a_refused_assessment_keeps_marks_and_words(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        deal.action_deliver("Done")
        form = self._deal_form(self.test1, deal, "approve")
        name = next(one for one in form.fields if one.startswith("score_"))
        typed = {name: "2", "comment": "Fine work", "again": "yes"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, f"/my/deals/{deal.id}/approve", typed)
        self.assertEqual(deal.sudo().state, "delivered")

    def test_what_was_written_is_shown_where_the_form_is_gone(self):
        deal = self.propose(self.test2, self.announce(self.test1))
        form = self._deal_form(self.test1, deal, "counter")
        deal.with_user(self.test2).action_withdraw("No more")
        answer = self.send(form, quantity="2", message="Words that took a while")
        alert = self.parsed(answer).xpath("//*[@role='alert']")[0]
        self.assertIn("Words that took a while", alert.text_content())

    # === TWICE === #

    def test_post_it_back_post_it_is_one_announcement(self):
        form = self._new()
        first = self.send(form, title="Only once")
        second = self.send(form, title="Only once")
        self.assertEqual(len(self._posted("Only once")), 1)
        self.assertEqual(first.url, second.url)

    def test_post_it_on_a_page_that_the_browser_loaded_again_is_one_announcement(self):
        first = self.send(self._new(), title="Only once")
        second = self.send(self._new(), title="Only once")
        self.assertEqual(len(self._posted("Only once")), 1)
        self.assertIn("You have already sent this", second.text)
        self.assertEqual(first.url, second.url)
        later = fields.Datetime.now() + timedelta(minutes=11)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.send(self._new(), title="Only once")
        self.assertEqual(len(self._posted("Only once")), 2)

    def test_two_announcements_with_one_title_are_two(self):
        for text in ("Here", "There"):
            self.send(self._new(), title="The same title", description=text)
        self.assertEqual(len(self._posted("The same title")), 2)

    def test_an_answer_is_given_once(self):
        announcement = self.announce(self.test1, places=5)
        self.login(self.test2)
        action = f"/market/{announcement.slug}/claim"
        form = self.form(self.page(f"/market/{announcement.slug}"), action)
        first, second = self.send(form), self.send(form)
        self.assertEqual(first.url, second.url)
        self.assertIn("/my/deals/", first.url)
        # The answer is given already; another one is no repeat of it.
        again = self.send(form, message="And on Monday, too")
        self.assertIn("has not been sent", again.text)

    def test_the_same_words_within_seconds_are_one_message(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        for _twice in range(2):
            deal.action_send_message("On my way")
        self.as_(self.test1, deal).action_send_message("On my way")
        later = fields.Datetime.now() + timedelta(minutes=1)
        with patch.object(fields.Datetime, "now", lambda: later):
            deal.action_send_message("On my way")
        self.assertEqual(len(deal.sudo().message_line_ids), 3)

    # === TWO WHO CHANGE THE SAME === #

    def test_who_saves_second_is_told_and_sees_both_texts(self):
        announcement = self.announce(self.test1, description="<p>Before</p>")
        self.login(self.test1)
        action = f"/market/{announcement.slug}/edit"
        form = self.form(self.page(action), action)
        announcement.action_edit({"title": "Theirs", "prices": {self.com.id: "70"}})
        answer = self.send(form, title="Mine")
        # The new title has a new address, to which the former one leads.
        action = f"/market/{announcement.slug}/edit"
        given = self.assert_given_back(answer, action, {"title": "Mine"})
        theirs = " ".join(
            note.text_content() for note in given.find_class("o_wezer_theirs")
        )
        self.assertIn("Theirs", theirs)
        self.assertIn("70", theirs)
        self.assertNotIn("Before", theirs)
        self.assertEqual(announcement.title, "Theirs")
        self.send(given)
        announcement.invalidate_recordset()
        self.assertEqual(announcement.title, "Mine")

    def test_the_method_refuses_an_old_version_too(self):
        announcement = self.announce(self.test1)
        version = announcement.edit_version()
        for change in (
            {"title": "Another"},
            {"prices": {self.com.id: "51"}},
            {"description": "<p>Another</p>"},
        ):
            announcement.action_edit(change, version=version)
            with self.assertRaises(Refusal) as caught:
                announcement.action_edit({"title": "Late"}, version=version)
            self.assertEqual(caught.exception.rule, "changed")
            version = announcement.edit_version()
        with self.assertRaises(NotAllowed):
            announcement.with_user(self.test2).edit_version()

    # === FILES === #

    def test_a_file_chosen_before_delivered_is_sent_with_it(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        form = self._deal_form(self.test2, deal, "deliver")
        self._send_file(form, note="Done", quantity="1")
        self.assertEqual(deal.sudo().state, "delivered")
        self.assertEqual(deal.sudo().evidence_ids.mapped("name"), ["shelf.txt"])

    def test_a_file_chosen_with_words_or_a_call_is_sent_with_them(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        self._send_file(self._deal_form(self.test2, deal, "send"), body="Look")
        self._send_file(self._deal_form(self.test2, deal, "send"), body="")
        form = self._deal_form(self.test1, deal, "dispute")
        self._send_file(form, reason="It is crooked")
        self.assertEqual(len(deal.sudo().evidence_ids), 3)
        self.assertEqual(len(deal.sudo().message_line_ids), 1)
        self.assertEqual(deal.sudo().state, "disputed")

    def test_a_file_that_is_refused_delivers_nothing_and_keeps_the_words(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        form = self._deal_form(self.test2, deal, "deliver")
        answer = self._send_file(form, b"", note="Done", quantity="1")
        action = f"/my/deals/{deal.id}/deliver"
        self.assert_given_back(answer, action, {"note": "Done"})
        self.assertEqual(deal.sudo().state, "accepted")

    def _send_file(self, form, content=b"the shelf", **typed):
        data = dict(self.sent(form, **typed))
        data.pop("evidence", None)
        self.assertIn("evidence", form.fields)
        self.assertEqual(form.get("enctype"), "multipart/form-data")
        files = {"evidence": ("shelf.txt", content)}
        return self.url_open(form.get("action"), data=data, files=files)

    # === ASSESSING, AND WHAT CANNOT BE UNDONE === #

    def test_no_mark_is_preset_and_one_approves_without_assessing(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        deal.action_deliver("Done")
        form = self._deal_form(self.test1, deal, "approve")
        marks = {n: form.fields[n] for n in form.fields if n.startswith("score_")}
        self.assertTrue(marks)
        self.assertEqual(set(marks.values()), {None})
        answer = self.send(form)
        alerts = self.parsed(answer).xpath("//*[@role='alert']")
        self.assertEqual([one.text_content() for one in alerts], [])
        self.assertEqual(deal.sudo().state, "paid")
        given = self.env["wezer.assessment"].search(
            [("origin_model", "=", deal._name), ("origin_id", "=", deal.id)]
        )
        self.assertFalse(given)

    def test_words_without_marks_are_not_lost_silently(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        deal.action_deliver("Done")
        form = self._deal_form(self.test1, deal, "approve")
        answer = self.send(form, comment="Fine work")
        action = f"/my/deals/{deal.id}/approve"
        self.assert_given_back(answer, action, {"comment": "Fine work"}, "comment")

    def test_giving_money_back_asks_first_with_amount_and_name(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        deal.action_deliver("Done")
        self.as_(self.test1, deal).action_approve()
        form = self._deal_form(self.test2, deal, "refund")
        self.assertIsNone(next(form.iterancestors("details")).get("open"))
        for word in ("50", "COM", self.test1.partner_id.name):
            self.assertIn(word, form.text_content())
        self.send(form)
        self.assertEqual(deal.sudo().end_reason, "refunded")

    def test_every_end_of_a_deal_asks_first_with_the_name(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        opened = self.propose(self.test3, self.announce(self.test1))
        for user, which, action in (
            (self.test2, deal, "release"),
            (self.test2, deal, "cancel"),
            (self.test1, opened, "decline"),
            (self.test3, opened, "withdraw"),
        ):
            with self.subTest(action=action):
                form = self._deal_form(user, which, action)
                self.assertIsNone(next(form.iterancestors("details")).get("open"))
                question = form.find_class("o_wezer_question")[0].text_content()
                other = which.sudo()._other(user.partner_id)
                names = (other.name, which.sudo().payer_id.name)
                self.assertTrue(any(name in question for name in names), question)
