"""The demo community is complete and breaks none of the suite's rules."""

import json
from contextlib import redirect_stdout
from datetime import datetime, timezone
from io import StringIO
from unittest.mock import patch

import pytest
import time_machine

from odoo import fields
from odoo.tests import HttpCase, tagged

from bench import pages, slips
from launcher.demo.make_demo import make

from .leaving_in_demo import LeavingInDemo

pytestmark = pytest.mark.slow

REASONS = {"declined", "withdrawn", "released", "cancelled", "refunded"}

# The community is told up to its day: what its people have open, and with it the
# queries of their pages, depends on the day of the month.
DAY = datetime(2026, 6, 17, 12, tzinfo=timezone.utc)

# Queries of a page that a visitor opens, at most.
MOST_FOR_VISITORS = 12


@tagged("post_install", "-at_install")
class TestDemoCommunity(LeavingInDemo, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(time_machine.travel(DAY))
        cls.mails = cls.env["mail.mail"].search_count([])
        # Steps are kept as they are done; here they all belong to the test. All is
        # asked in English; test_every_page_browser.py reads the terms of the others.
        with (
            patch.object(cls.env.cr, "commit", cls.env.flush_all),
            patch.object(type(cls.env["ir.module.module"]), "_update_translations"),
            redirect_stdout(StringIO()),
        ):
            cls.logins = make(cls.env)
        cls.env.invalidate_all()
        cls.deals = cls.env["wezer.deal"].search([])

    def count(self, model, *domain):
        return self.env[model].search_count(list(domain))

    def test_circles_talk_and_have_agreements(self):
        words = self.env["wezer.discussion.word"].search([])
        self.assertGreaterEqual(len(words.discussion_id), 2)
        agreements = self.env["wezer.agreement"].search([("state", "=", "in_force")])
        self.assertGreaterEqual(len(agreements), 3)
        self.assertIn(2, agreements.version_id.mapped("number"))

    def test_forty_people_have_pictures_and_were_admitted(self):
        alive = (
            self.env["wezer.profile"]
            .search([])
            .filtered(lambda one: one.is_founder or one.admitted_by_id)
        )
        self.assertGreaterEqual(len(alive), 40)
        self.assertEqual(alive.filtered(lambda one: not one.image_1920).ids, [])
        self.assertEqual(len(set(alive.mapped("image_1920"))), len(alive))
        self.assertTrue(alive.filtered("is_founder"))
        for profile in alive.filtered(lambda one: not one.is_founder):
            seen = profile
            while not seen.is_founder:
                seen = seen.admitted_by_id._wezer_profile()
                self.assertNotEqual(seen, profile, "the chain ends at a founder")

    def test_six_circles_are_nested_and_their_roles_filled(self):
        circles = self.env["wezer.group"].search([("kind", "=", "circle")])
        self.assertGreaterEqual(len(circles), 6)
        self.assertTrue(circles.parent_id.parent_id, "at least three levels")
        roles = self.env["wezer.group"].search([("kind", "=", "role")])
        filled = roles.membership_ids.filtered(lambda one: one.state == "active")
        self.assertGreaterEqual(len(filled.group_id), 5)

    def test_there_are_hours_a_local_credit_and_outside_euros(self):
        currencies = self.env["wezer.currency"].search([])
        self.assertGreaterEqual(len(currencies), 3)
        self.assertIn("hour", currencies.mapped("unit_kind"))
        self.assertTrue(currencies.filtered("external"))
        self.assertTrue(currencies.filtered("levy_payee"))

    def test_sixty_announcements_differ_and_some_are_paused(self):
        found = self.env["wezer.announcement"].search([])
        self.assertGreaterEqual(len(found), 60)
        self.assertGreaterEqual(len(set(found.mapped("title"))), 60)
        self.assertEqual(
            set(found.mapped("state")), {"draft", "open", "full", "paused", "ended"}
        )
        self.assertEqual(set(found.mapped("kind")), {"offer", "want"})

    def test_a_quarter_of_the_announcements_is_in_other_languages(self):
        found = self.env["wezer.announcement"].search([])
        written = found.mapped("written_lang")
        self.assertEqual(set(written), {"en", "fr", "es", "ca", "de", "ar"})
        self.assertGreaterEqual(written.count("fr"), 15)
        messages = self.env["wezer.deal.message"].search([]).mapped("written_lang")
        self.assertGreaterEqual(messages.count("fr"), 5)
        self.assertGreaterEqual(messages.count("ar"), 2)
        self.assertIn("fr", self.env["wezer.group"].search([]).mapped("written_lang"))

    def test_categories_and_skills_have_names_in_all_languages(self):
        for model in ("wezer.category", "wezer.skill"):
            records = self.env[model].search([])
            english = records.mapped("name")
            for code in ("fr_FR", "ca_ES", "es_ES", "de_DE"):
                names = records.with_context(lang=code).mapped("name")
                same = set(names) & set(english)
                self.assertLessEqual(len(same), 1, (code, same))

    def test_circles_are_on_the_map_of_places(self):
        self.assertIn("Repair café", self.url_open("/groups/places").text)

    def test_announcements_circles_and_categories_have_pictures_and_colours(self):
        found = self.env["wezer.announcement"].search([])
        pictures = found.picture_ids.mapped("image_1920")
        self.assertGreaterEqual(len(set(pictures)), 15)
        circles = self.env["wezer.group"].search([("kind", "=", "circle")])
        self.assertGreaterEqual(len(circles.filtered("cover")), 5)
        self.assertGreaterEqual(len(set(circles._tints().values())), 4)
        looks = self.env["wezer.category"].search([])._look().values()
        self.assertEqual(len({look.icon for look in looks}), len(looks))

    def test_visitors_read_thanks_and_see_whom_they_can_ask(self):
        page = self.url_open("/").text
        thanks = self.env["wezer.assessment"]._on_wall(12)
        self.assertGreaterEqual(len(thanks), 3)
        self.assertEqual(len(set(thanks.mapped("comment"))), len(thanks))
        self.assertIn("o_wezer_voice", page)
        self.assertIn("Odile Perrin", page)

    def test_150_deals_cover_every_state_and_outcome(self):
        self.assertGreaterEqual(len(self.deals), 150)
        states = {value for value, _label in self.deals._fields["state"].selection}
        self.assertEqual(states - set(self.deals.mapped("state")), set())
        self.assertEqual(REASONS - set(self.deals.mapped("end_reason")), set())
        self.assertGreaterEqual(max(self.deals.terms_ids.mapped("round")), 3)

    def test_deals_with_steps_shares_and_two_approvals_exist(self):
        wall = self.deals.filtered("coworker_ids")
        self.assertEqual((len(wall), wall.milestone), (1, 2))
        roof = self.deals.filtered(lambda deal: deal.approvals_wanted > 1)
        self.assertEqual(roof.mapped("state"), ["approved"])
        self.assertEqual(roof._approvals_missing(), 1)
        self.assertGreater(self.count("wezer.deal.message"), 50)

    def test_members_write_to_each_other_and_some_wait_for_an_answer(self):
        for state in ("asked", "open"):
            found = self.count("wezer.conversation", ("state", "=", state))
            self.assertGreaterEqual(found, 1, state)

    def test_fourteen_months_lie_in_the_past_and_nothing_in_the_future(self):
        dates = self.env["wezer.transfer"].search([("state", "=", "done")])
        dates = dates.mapped("date")
        self.assertGreater((max(dates) - min(dates)).days, 365)
        self.assertLessEqual(max(dates), fields.Datetime.now())
        months = {(one.year, one.month) for one in dates}
        self.assertGreaterEqual(len(months), 13, "no month without a payment")

    def test_scores_exist_and_some_assessments_are_blind(self):
        scored = self.env["wezer.reputation"].search(
            [("criterion_id", "=", False), ("is_new", "=", False)]
        )
        self.assertGreaterEqual(len(scored), 20)
        self.assertGreater(len(set(scored.mapped("score"))), 10)
        self.assertTrue(self.count("wezer.assessment", ("state", "=", "blind")))
        self.assertTrue(self.count("wezer.assessment", ("state", "=", "revealed")))

    def test_the_books_are_sealed_and_every_invariant_holds(self):
        seals = self.env["wezer.ledger.seal"].search([])
        self.assertGreaterEqual(len(seals), 13)
        self.assertEqual(set(seals.move_ids.mapped("state")), {"posted"})
        broken = {
            check["name"]: check["rows"]
            for check in self.env["wezer.invariant"].sudo().run()
            if check["rows"]
        }
        self.assertEqual(broken, {})

    def test_the_directory_forgives_nine_in_ten_slips_and_plurals(self):
        luc = self.env["res.users"].search([("login", "=", "luc")])
        result = slips.measure(self.env(user=luc.id))
        self.assertGreater(len(result["found"]), 45, result["missed"])
        self.assertLess(len(result["literal"]), 30, "or there is nothing to forgive")

    def test_no_mail_was_sent(self):
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)

    def test_pages_ask_no_more_often_than_written_down(self):
        """Where a page asks less now: write the lower number into the file."""
        kept = pages.kept_counts()
        found = {"member": {}, "visitor": {}}
        addresses = pages.addresses(self.env, "luc")
        for reader, names in (("member", pages.WANTED), ("visitor", pages.VISITOR)):
            login = self.logins["member"]["login"] if reader == "member" else None
            self.authenticate(login, login and self.logins["member"]["password"])
            for name in names:
                for _turn in range(2):
                    self.url_open(addresses[name])
                with pages.counted() as statements:
                    answer = self.url_open(addresses[name])
                self.assertEqual(answer.status_code, 200, name)
                found[reader][name] = len(statements)
        more = {
            f"{name} ({reader})": f"{count}, not {kept[reader].get(name)}"
            for reader, counts in found.items()
            for name, count in counts.items()
            if count > kept[reader].get(name, 0)
        }
        self.assertFalse(more, f"now: {json.dumps(found)}")

    def test_no_announcement_asks_much_for_a_visitor(self):
        """Odoo asks for itself besides: the limits of a request, what changed."""
        public = [("visibility", "=", "everyone"), ("state", "in", ("open", "full"))]
        self.authenticate(None, None)
        counts = {}
        for announcement in self.env["wezer.announcement"].search(public):
            address = f"/market/{announcement.slug}"
            self.url_open(address)
            with pages.counted() as statements:
                self.assertEqual(self.url_open(address).status_code, 200, address)
            counts[address] = len(statements)
        self.assertGreater(len(counts), 20)
        self.assertLessEqual(max(counts.values()), MOST_FOR_VISITORS, counts)

    def test_all_four_logins_open_their_pages(self):
        self.assertEqual(
            set(self.logins), {"member", "coordinator", "moderator", "administrator"}
        )
        luc = self.env["res.users"].search([("login", "=", "luc")])
        slug = luc.partner_id._wezer_profile().slug
        own = ("/market", "/members", f"/members/{slug}", "/my/todo", "/my/wallets")
        for account in self.logins.values():
            self.authenticate(account["login"], account["password"])
            for page in own:
                answer = self.url_open(page)
                self.assertEqual(answer.status_code, 200, f"{account['login']}: {page}")
                self.assertNotIn("/web/login", answer.url)
        self.authenticate(None, None)
        for page in ("/", "/market", "/members", "/groups"):
            self.assertEqual(self.url_open(page).status_code, 200, page)
