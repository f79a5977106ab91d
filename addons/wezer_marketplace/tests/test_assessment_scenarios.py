import contextlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MarketCommon
from .test_website_market import WebsiteCommon

WORD = "Marmalade"


@tagged("post_install", "-at_install")
class TestAssessmentScenarios(MarketCommon):
    """2015's M9, M11 and M17, restated for what is blind until both are in."""

    def _about(self, deal):
        return self.env["wezer.assessment"]._for_origin(deal)

    def _sell(self, quantity=5, total="250"):
        """test2 answers an offer of test1; the work is done and delivered."""
        offer = self.announce(
            self.test1, kind="offer", title="Odoo customization", places=0
        )
        deal = self.propose(
            self.test2, offer, quantity=quantity, prices={self.com.id: total}
        )
        self.as_(self.test1, deal).action_accept()
        self.as_(self.test1, deal).action_deliver("Here it is")
        return deal

    def test_m9_both_say_how_it_was_and_the_deal_is_whole(self):
        deal = self._sell()
        deal.action_approve(self.scores(2), "Knows his trade")
        self.assertEqual(deal.state, "paid")
        self.as_(self.test1, deal).action_assess(
            self.scores(1, "payer"), "Knew what he wanted"
        )
        given = self._about(deal)
        self.assertEqual(given.mapped("state"), ["revealed", "revealed"])
        by_side = {one.side: one for one in given}
        self.assertEqual(by_side["worker"].assessed_id, self.test1.partner_id)
        self.assertEqual(by_side["payer"].assessed_id, self.test2.partner_id)
        self.assertEqual(set(by_side["worker"].line_ids.mapped("score")), {2})
        self.assertEqual(by_side["payer"].comment, "Knew what he wanted")
        # A deal is paid whether people say something or not.
        silent = self._sell(1, "10")
        silent.action_approve()
        self.assertEqual(silent.state, "paid")
        self.assertFalse(self._about(silent))

    def test_resigning_a_mandate_for_an_afternoon_gives_no_weight(self):
        """Resign, approve and assess, take the mandate again: it does not count."""
        mandates = self.env["wezer.mandate"].with_user(self.test1)
        profile = self.test2.partner_id._wezer_profile()
        mandate = mandates.browse(mandates.action_give(profile.id, ["market"]))
        mandate.with_user(self.test2).action_resign()
        deal = self._sell()
        deal.action_approve(self.scores(2), "Knows his trade")
        self.as_(self.test1, deal).action_assess(self.scores(2, "payer"), "Gladly")
        mandates.action_give(profile.id, ["market"])
        given = self._about(deal)
        self.assertEqual(given.mapped("state"), ["revealed", "revealed"])
        self.assertEqual(given.mapped("no_weight"), [True, True])
        self.assertEqual(given[0].deal_date, deal.sudo().date_accepted)

    def test_m11_after_a_refund_the_words_stay_without_weight_and_one_says_anew(self):
        deal = self._sell()
        deal.action_approve(self.scores(2), "First time")
        self.as_(self.test1, deal).action_assess(self.scores(2, "payer"), "Gladly")
        self.as_(self.test1, deal).action_refund()
        first = self._about(deal)
        self.assertEqual(first.mapped("no_weight"), [True, True])
        self.assertEqual(set(first.mapped("comment")), {"First time", "Gladly"})
        again = self.propose(
            self.test2, deal.announcement_id, quantity=5, prices={self.com.id: "250"}
        )
        self.as_(self.test1, again).action_accept()
        self.as_(self.test1, again).action_deliver("Once more")
        again.action_approve(self.scores(1), "Second time")
        self.assertEqual((again.state, self.balance(self.test1)), ("paid", "250.00"))
        second = self._about(again)
        self.assertEqual((len(second), second.no_weight), (1, False))
        self.assertEqual(set(first.mapped("comment")), {"First time", "Gladly"})
        self.assertBooksHold()

    def test_m11_what_was_said_at_approval_is_kept_when_work_goes_back(self):
        deal = self._sell()
        as_payer = deal
        party = self.test2.partner_id
        as_payer._assess(party, self.scores(-1), "Not yet what I wanted", draft=True)
        as_payer.action_send_back("The second half is missing")
        self.assertEqual(self._about(deal).state, "draft")
        self.as_(self.test1, deal).action_deliver("All of it")
        as_payer.action_approve(self.scores(2), "Now it is")
        given = self._about(deal)
        self.assertEqual((given.state, given.comment), ("blind", "Now it is"))

    def test_m17_each_has_what_he_gave_and_received_and_the_announcement_its_own(self):
        want = self.announce(self.test1, title="A little change", places=3)
        deals = []
        for number, price in enumerate(("50", "100", "10"), 1):
            deal = self.propose(self.test2, want, prices={self.com.id: price})
            as_author = self.as_(self.test1, deal)
            as_author.action_accept()
            deal.action_deliver(f"Part {number}")
            as_author.action_approve(self.scores(2), f"author {number}")
            deal.action_assess(self.scores(1, "payer"), f"replier {number}")
            deals.append(deal)
        one, two = self.test1.partner_id, self.test2.partner_id
        seen = self.env["wezer.assessment"].with_user(self.stranger)

        def words(**names):
            domain = [(name, "=", partner.id) for name, partner in names.items()]
            return sorted(seen.search(domain).mapped("comment"))

        authors = [f"author {number}" for number in (1, 2, 3)]
        repliers = [f"replier {number}" for number in (1, 2, 3)]
        self.assertEqual(words(assessor_id=one), authors)
        self.assertEqual(words(assessed_id=one), repliers)
        self.assertEqual(words(assessor_id=two), repliers)
        self.assertEqual(words(assessed_id=two), authors)
        said = want.with_user(self.stranger)._revealed_assessments()
        self.assertEqual(sorted(said.mapped("comment")), repliers)

    # === THE CHECK === #

    def _bad(self):
        self.env.invalidate_all()
        return [row[0] for row in self.env["wezer.invariant"]._check_assessed_deals()]

    def test_weight_without_a_payment_is_found_by_the_check(self):
        deal = self._sell()
        deal.action_approve(self.scores(2), "Good")
        self.as_(self.test1, deal).action_assess(self.scores(2, "payer"))
        given = self._about(deal)
        self.assertFalse(self._bad())
        self.env.flush_all()
        for damage in (
            "UPDATE wezer_deal SET date_paid = NULL WHERE id = %s",
            "UPDATE wezer_deal SET end_reason = 'refunded' WHERE id = %s",
            "UPDATE wezer_assessment SET origin_id = -1 WHERE origin_id = %s",
        ):
            with self.subTest(damage), self.env.cr.savepoint() as point:
                self.env.cr.execute(damage, [deal.id])
                self.assertEqual(sorted(self._bad()), sorted(given.ids))
                point.rollback()
        self.assertFalse(self._bad())

    def test_a_full_refund_leaves_nothing_for_the_check(self):
        deal = self._sell()
        deal.action_approve(self.scores(2), "Good")
        self.as_(self.test1, deal).action_refund()
        self.assertTrue(self._about(deal).no_weight)
        self.assertFalse(self._bad())


@tagged("post_install", "-at_install")
class TestBlindDoors(MarketCommon):
    """test1 has assessed, test2 has not: no entry point reveals it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        self.deal = self.make_deal("delivered")
        before = self._around()
        self.as_(self.test1, self.deal).action_approve(self.scores(-2), WORD)
        self.given = self.env["wezer.assessment"]._for_origin(self.deal)
        self.assertEqual((self.given.state, self.given.comment), ("blind", WORD))
        self.before = before
        self.readers = (
            self.test2,
            self.stranger,
            self.moderator,
            self.administrator,
        )

    def _around(self):
        """Return how much there is of all that might mention it."""
        self.env.flush_all()
        return {
            name: self.env[name].sudo().search_count([])
            for name in ("mail.message", "ir.attachment", "mail.mail")
        }

    def _rows(self, user, name):
        return self.env[name].with_user(user)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_reading_searching_counting_grouping_or_exporting_finds_it(self):
        lines = self.given.line_ids
        cases = (
            ("wezer.assessment", self.given, [("comment", "ilike", WORD)]),
            ("wezer.assessment", self.given, [("origin_id", "=", self.deal.id)]),
            ("wezer.assessment", self.given, [("line_ids.score", "=", -2)]),
            ("wezer.assessment", self.given, [("create_uid", "=", self.test1.id)]),
            ("wezer.assessment", self.given, [("state", "!=", "revealed")]),
            ("wezer.assessment.line", lines, [("score", "=", -2)]),
            (
                "wezer.assessment.line",
                lines,
                [("assessment_id.comment", "ilike", WORD)],
            ),
        )
        for user in self.readers:
            for name, rows, domain in cases:
                with self.subTest(who=user.login, model=name, domain=domain):
                    self._assert_closed(self._rows(user, name), rows.ids, domain)

    def _assert_closed(self, model, ids, domain):
        """Expect nothing, or a refusal, of each entry point for ``domain``."""
        self.env.invalidate_all()
        rows = model.browse(ids)
        for ask in (
            lambda: model.search(domain) & rows,
            lambda: model.search(domain, order="create_date") & rows,
            lambda: model.search_read(domain, ["id"]),
            lambda: model.search_count(domain),
            lambda: model.web_search_read(domain, {"id": {}})["records"],
            lambda: model.formatted_read_group(domain, ["create_uid"], ["__count"]),
            lambda: model.formatted_read_group(
                domain, ["write_date:month"], ["__count"]
            ),
            lambda: model._read_group(domain, [], ["id:max"])[0][0],
            lambda: model.name_search("", domain),
        ):
            try:
                found = ask()
            except AccessError:
                continue
            self.assertFalse(found)
        for read in (
            lambda: rows.read(["id", "create_date", "write_uid"]),
            lambda: rows.web_read({"create_date": {}}),
            lambda: rows.export_data(["id", "create_date"]),
            lambda: rows.get_metadata(),
        ):
            # Who may not export at all is told that instead.
            with self.assertRaises(UserError):
                read()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_changes_or_deletes_anothers(self):
        for user in self.readers:
            mine = self.given.with_user(user)
            for change in (
                lambda mine: mine.write({"comment": "x"}),
                lambda mine: mine.line_ids.write({"score": 2}),
                lambda mine: mine.web_save({"comment": "x"}, {"id": {}}),
                lambda mine: mine.unlink(),
                lambda mine: mine.copy(),
                lambda mine: mine.action_reply("x"),
                lambda mine: mine.action_hide("I would like to read it"),
                lambda mine: mine.action_show("I would like to read it"),
                lambda mine: mine.load([".id", "comment"], [[str(mine.id), "x"]]),
            ):
                with self.subTest(who=user.login), self.env.cr.savepoint() as point:
                    with contextlib.suppress(AccessError):
                        done = change(mine)
                        # Importing answers with messages instead.
                        self.assertFalse(done and done.get("ids"))
                    point.rollback()
        # Through the deal: only each side its own.
        with self.assertRefused("state"):
            self.as_(self.test1, self.deal).action_approve(self.scores(2))
        with self.assertRefused("acts_for"):
            self.deal.action_assess(
                self.scores(2), acting_partner_id=self.test1.partner_id.id
            )
        self.given.invalidate_recordset()
        self.assertEqual(self.given.comment, WORD)

    def test_the_deal_says_that_the_other_answered_and_nothing_else(self):
        """All that the other side reads of it, before and after a change of mind."""
        deal = self.deal.with_user(self.test2)
        names = sorted(deal.fields_get())

        def seen():
            self.env.invalidate_all()
            return deal.read(names)[0]

        before = seen()
        events = len(deal.event_ids)
        notices = self.env["wezer.notice"].sudo()
        told = notices.search_count([])
        self.as_(self.test1, self.deal).action_assess(self.scores(2), WORD + "!")
        self.assertEqual(self.given.comment, WORD + "!")
        self.assertEqual(seen(), before)
        self.assertEqual(len(deal.event_ids), events)
        self.assertEqual(notices.search_count([]), told)
        self.assertEqual(self._around(), self.before)
        self.assertNotIn(WORD, str(notices.search([]).mapped("message")))

    def test_no_score_badge_or_history_moves(self):
        reputations = self.env["wezer.reputation"]
        reputations._recompute()
        for name in ("", ".part", ".history"):
            rows = self.env[f"wezer.reputation{name}"].sudo()
            self.assertFalse(
                rows.search_count([("partner_id", "=", self.test2.partner_id.id)])
            )
        self.assertFalse(self.given.assessed_id._wezer_reputation())

    def test_the_others_personal_data_do_not_hold_it(self):
        told = str(self.test2.partner_id._wezer_personal_data())
        self.assertNotIn(WORD, told)
        self.assertIn(WORD, str(self.test1.partner_id._wezer_personal_data()))

    def test_it_stays_so_until_the_deadline_and_not_longer(self):
        assessments = self.env["wezer.assessment"]
        mine = assessments.with_user(self.test2)
        assessments._cron_reveal()
        self.assertFalse(mine.search([("id", "in", self.given.ids)]))
        self.given.deadline = fields.Datetime.now() - timedelta(minutes=1)
        # The hour passed, the cron has not run: still blind, and closed to changes.
        self.assertFalse(mine.search([("id", "in", self.given.ids)]))
        assessments._cron_reveal()
        self.assertEqual(mine.search([("id", "in", self.given.ids)]).comment, WORD)
        with self.assertRefused("revealed"):
            self.deal.action_assess(self.scores(-2, "payer"), "Revenge")
        with self.assertRefused("revealed"):
            self.as_(self.test1, self.deal).action_assess(self.scores(2), "Sorry")


@tagged("post_install", "-at_install")
class TestBlindPages(WebsiteCommon):
    def test_no_page_shows_a_blind_word_to_anybody_but_who_wrote_it(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_approve(self.scores(-2), WORD)
        slug = self.test2.partner_id._wezer_profile().slug
        pages = [
            f"/my/deals/{deal.id}",
            "/my/deals",
            "/my/todo",
            "/my/reputation",
            "/my/notices",
            f"/members/{slug}",
            f"/market/{deal.announcement_id.slug}",
        ]
        self.login(self.test2)
        for url in pages:
            self.assertNotIn(WORD, self.get(url), url)
        self.login(self.stranger)
        for url in pages[-2:]:
            self.assertNotIn(WORD, self.get(url), url)
        # Both in: then everybody with an account reads it.
        deal.action_assess(self.scores(1, "payer"), "Well")
        self.assertIn(WORD, self.get(pages[-2]))

    def test_candidates_stand_by_rank_and_new_ones_beside_the_mean(self):
        want = self.announce(self.test1, places=5, claim_mode="choose")
        repliers = (self.test2, self.stranger, self.test3)
        self.env["wezer.reputation.run"].create(
            {
                "date": self.env.cr.now(),
                "state": "published",
                "newcomer_rank": 3,
                "company_id": self.env.company.id,
            }
        )
        # A high mean and little known, many good deals; the stranger is new.
        for user, score, rank in ((self.test2, 4.9, 2.4), (self.test3, 4.3, 3.6)):
            self.env["wezer.reputation"].create(
                {
                    "partner_id": user.partner_id.id,
                    "score": score,
                    "rank": rank,
                    "n_assessors": 3,
                }
            )
        for user in repliers:
            self.claim(user, want)
        rows = want.with_user(self.test1)._candidates()
        order = [row["partner"] for row in rows]
        wanted = (self.test3, self.stranger, self.test2)
        self.assertEqual(order, [user.partner_id for user in wanted])
        self.assertTrue(rows[1]["score"]["new"])
        self.assertFalse(want.with_user(self.stranger)._candidates())
        self.login(self.test1)
        page = self.get(f"/market/{want.slug}")
        box = page.split("This is your announcement")[1]
        places = [box.index(user.partner_id.name) for user in wanted]
        self.assertEqual(places, sorted(places))
        self.assertIn("4.3 of 5, from 3", " ".join(box.split()))
