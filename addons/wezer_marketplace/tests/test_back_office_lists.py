"""Lists and forms of the back office: candidates, counter-offers, figures, labels."""

from lxml import etree

from odoo import Command
from odoo.tests import tagged

from ..tools import dashboard, todo_rows
from .common import MarketCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestBackOfficeLists(MarketCommon):
    def test_a_candidate_is_shown_with_word_shared_skills_and_distance(self):
        want = self.announce(self.test1, claim_mode="choose")
        want.sudo().write({"latitude": 46.5, "longitude": 6.6})
        deal = self.claim(self.test2, want)
        skill = self.env["wezer.skill"].create({"name": "Zq welding"})
        profile = self.test2.partner_id._wezer_profile().sudo()
        profile.write(
            {
                "skill_ids": [Command.set(skill.ids)],
                "city": "Zq town",
                "latitude": 46.5,
                "longitude": 6.7,
                "share_skills": "members",
                "share_place": "members",
            }
        )
        mine = self.as_(self.test1, deal)
        self.assertEqual(mine.candidate_score, "New here")
        self.assertEqual(mine.candidate_skills, "Zq welding")
        self.assertEqual(mine.candidate_distance, "7.7\u00a0km")
        profile.write({"share_skills": "nobody", "share_place": "nobody"})
        self.env.invalidate_all()
        self.assertFalse(mine.candidate_skills)
        self.assertFalse(mine.candidate_distance)

    def test_candidates_are_asked_for_together(self):
        want = self.announce(self.test1, claim_mode="choose", places=5)
        deals = self.env["wezer.deal"]
        for number in range(4):
            deals |= self.claim(self._member(f"candidate{number}"), want)
        mine = self.as_(self.test1, deals)
        names = ["candidate_score", "candidate_skills", "candidate_distance"]
        self.env.invalidate_all()
        self.env.cr.flush()
        before = self.env.cr.sql_log_count
        mine[:1].read(names)
        one = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        mine.read(names)
        self.assertLessEqual(self.env.cr.sql_log_count - before, one + 1)

    def test_other_terms_are_proposed_from_the_back_office(self):
        roles = ("base.group_user", "wezer_base.group_coordinator")
        groups = [self.env.ref(role).id for role in roles]
        self.test1.write({"group_ids": [Command.set(groups)]})
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.as_(self.test1, self.claim(self.test2, want))
        self.assertTrue(deal.may_counter)
        action = deal.action_open_counter()
        sheets = self.env["wezer.deal.action.wizard"].with_user(self.test1)
        sheet = sheets.with_context(**action["context"]).create({})
        self.assertEqual(sheet.line_ids.wezer_currency_id, self.com)
        sheet.line_ids.amount = "40"
        sheet.reason = "Fewer beds"
        sheet.action_confirm()
        terms = deal.sudo().terms_id
        self.assertEqual((terms.round, terms.message), (2, "Fewer beds"))
        self.assertEqual(terms.price_line_ids.total_minor, 4000)
        self.assertEqual(deal.turn, "replier")

    def test_a_stranger_opens_no_counter_offer(self):
        deal = self.claim(self.test2, self.announce(self.test1, claim_mode="choose"))
        sheets = self.env["wezer.deal.action.wizard"].with_user(self.stranger)
        with self.assertRefused():
            sheets.with_context(
                default_deal_id=deal.id, default_action="counter"
            ).create({}).action_confirm()

    def test_the_hours_of_paid_deals_are_summed(self):
        deal = self.make_deal("accepted")
        self.assertFalse(deal.sudo().hours)
        paid = self.make_deal("paid", replier=self.test3)
        row = self.env["wezer.deal"]._read_group(
            [("id", "in", (deal | paid).ids)], [], ["hours:sum"]
        )
        self.assertEqual(row[0][0], paid.sudo()._hours_done())
        self.assertGreater(paid.sudo().hours, 0)

    def test_questions_wait_in_the_list_of_the_author_until_answered(self):
        want = self.announce(self.test1)
        questions = self.env["wezer.announcement.question"]
        number = questions.with_user(self.test2).action_ask(want.id, "Which tools?")

        def rows(user):
            return [row for row in user._wezer_todo() if "#question-" in row["url"]]

        (row,) = rows(self.test1)
        self.assertEqual(
            (row["section"], row["partner"]), ("now", self.test2.partner_id)
        )
        self.assertIn(want.title, row["text"])
        self.assertFalse(rows(self.test2))
        questions.browse(number).with_user(self.test1).action_answer("A rake")
        self.assertFalse(rows(self.test1))

    def test_open_wants_are_counted_for_each_circle(self):
        circle = self.env["wezer.group"].create({"name": "Zq wanting"})
        want = self.announce(self.test1)
        want.sudo().author_id = circle.partner_id
        seen = circle.with_user(self.test2)
        self.assertEqual(seen._open_wants(), {circle.id: 1})
        visitor = self.env.ref("base.public_user")
        self.assertFalse(circle.with_user(visitor)._open_wants())
        want.sudo().visibility = "groups"
        self.env.invalidate_all()
        self.assertFalse(seen._open_wants(), "only those that the reader sees")

    def test_deals_of_the_list_are_shown_page_by_page(self):
        self.patch(todo_rows, "DEALS_MAX", 2)
        want = self.announce(self.test1, claim_mode="choose", places=5)
        deals = [self.claim(self._member(f"page{one}"), want) for one in range(3)]
        user = self.test1.with_user(self.test1)
        first, later = user._wezer_todo_sections(), user._wezer_todo_sections(2)
        urls = [
            {row["url"] for _name, rows in page for row in rows}
            for page in (first, later)
        ]
        wanted = {f"/my/deals/{deal.id}" for deal in deals}
        self.assertEqual(len(urls[0] & wanted), 2)
        self.assertEqual(len(urls[1] & wanted), 1)
        self.assertLessEqual(wanted, urls[0] | urls[1])
        self.assertTrue(user._wezer_todo_has_more(1))
        self.assertFalse(user._wezer_todo_has_more(2))

    def test_no_label_of_the_back_office_is_the_name_of_a_field(self):
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "wezer.%"), ("type", "in", ("list", "form"))]
        )
        self.assertGreater(len(views), 20)
        unnamed = []
        for view in views:
            model = self.env.get(view.model)
            if model is None:
                continue
            for node in etree.fromstring(view.arch).iter("field"):
                if node.xpath("ancestor::field") or node.get("string"):
                    continue
                if node.get("nolabel") or node.get("invisible") == "1":
                    continue
                field = model._fields.get(node.get("name"))
                if field is None or node.get("column_invisible") == "1":
                    continue
                # Odoo makes such a label where nobody wrote one.
                made = field.name.removesuffix("_ids").removesuffix("_id")
                if "_" in made and field.string == made.replace("_", " ").title():
                    unnamed.append(f"{view.model}.{field.name}: {field.string}")
        self.assertFalse(unnamed)

    def test_credit_in_use_is_shown_as_it_was_at_the_end_of_each_month(self):
        def used():
            return dashboard.credit_used(self.env)[self.com.id]

        self.com.sequence = -1
        before = used()
        self.assertEqual(len(before), dashboard.MONTHS)
        deal = self.make_deal("paid")
        after = used()
        payer = self.env["wezer.wallet"].search(
            [
                ("partner_id", "=", deal.sudo().payer_id.id),
                ("wezer_currency_id", "=", self.com.id),
            ]
        )
        owed = -payer.sudo().balance / self.com.minor_per_unit
        self.assertGreater(owed, 0)
        self.assertAlmostEqual(after[-1], before[-1] + owed, 2)
        self.assertEqual(after[:-1], before[:-1], "earlier months are as they were")


@tagged("post_install", "-at_install")
class TestSmallPointsOfPages(WebsiteCommon):
    def test_the_list_of_tasks_leads_to_its_later_pages_and_back(self):
        self.patch(todo_rows, "DEALS_MAX", 2)
        want = self.announce(self.test1, claim_mode="choose", places=5)
        for number in range(3):
            self.claim(self._member(f"todo{number}"), want)
        self.login(self.test1)
        self.assertIn('href="/my/todo?page=2"', self.get("/my/todo"))
        later = self.get("/my/todo?page=2")
        self.assertIn(want.title, later)
        self.assertIn('href="/my/todo"', later)
        self.assertNotIn("Show more", later)
        for page in ("3", "-1", "0", "x", "9" * 30):
            self.get(f"/my/todo?page={page}")

    def test_cards_of_groups_tell_how_many_announcements_are_open(self):
        circle = self.env["wezer.group"].create({"name": "Zq wanting"})
        self.announce(self.test1).sudo().author_id = circle.partner_id
        self.login(self.test2)
        self.assertIn("1 open announcement<", self.get("/groups?search=Zq+wanting"))
        self.login(None)
        self.assertNotIn("open announcement<", self.get("/groups?search=Zq+wanting"))

    def test_outside_money_is_approved_and_not_paid_here(self):
        euros = self.env["wezer.currency"].create(
            {"name": "Zq euros", "code": "Zq€", "kind": "issued", "external": True}
        )
        want = self.announce(self.test1, prices={euros.id: "30"})
        deal = self.claim(self.test2, want)
        deal.action_deliver("Done")
        sheets = self.env["wezer.deal.approve"].with_user(self.test1).sudo(False)
        sheet = sheets.new({"deal_id": deal.id})
        self.assertTrue(sheet.by_hand)
        self.assertIn("by hand", sheet.hand_text)
        own = self.claim(self.test3, self.announce(self.test1))
        own.action_deliver("Done")
        self.assertFalse(sheets.new({"deal_id": own.id}).by_hand)
