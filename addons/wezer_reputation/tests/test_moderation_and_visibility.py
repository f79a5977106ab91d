import html
import json
import re

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestReplyAndModeration(ReputationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wz_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )

    def _as(self, user, assessment):
        return assessment.with_user(user)

    def test_the_assessed_party_replies_once_and_the_assessor_is_notified(self):
        said = self.reveal(self.anna, self.luc, comment="He was late")
        self._as(self.luc, said).action_reply("The train was")
        self.assertEqual(self._as(self.mia, said).reply, "The train was")
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.anna.partner_id.id)], limit=1
        )
        self.assertIn(self.luc.name, notice.message)
        with self.assertRaises(Refusal):
            self._as(self.luc, said).action_reply("And more")

    def test_nobody_else_replies_and_blind_assessments_cannot_be_replied_to(self):
        said = self.reveal(self.anna, self.luc)
        for user in (self.anna, self.mia, self.moderator):
            with self.assertRaises(NotAllowed):
                self._as(user, said).action_reply("I think so too")
        blind = self.give(self.anna, self.luc, self._deal())
        absent = self.assessments.browse(99999999)
        texts = set()
        for one in (blind, absent):
            with self.assertRaises(NotAllowed) as caught:
                self._as(self.luc, one).action_reply("Nothing")
            texts.add(str(caught.exception))
        self.assertEqual(len(texts), 1)

    def test_a_moderator_hides_words_and_both_sides_read_the_reason(self):
        said = self.reveal(self.anna, self.luc, comment="He is a thief, in house 7")
        self._as(self.luc, said).action_reply("Liar")
        weight = said.no_weight
        self._as(self.moderator, said).action_hide(
            "The text contains a private address"
        )
        seen = self._as(self.mia, said)
        self.assertFalse(seen.comment or seen.reply)
        self.assertEqual(seen.hidden_reason, "The text contains a private address")
        self.assertEqual(seen.sudo().hidden_by_id, self.moderator.partner_id)
        self.assertEqual(said.no_weight, weight)
        for user in (self.anna, self.luc):
            notices = self.env["wezer.notice"].search(
                [("partner_id", "=", user.partner_id.id)]
            )
            self.assertIn("private address", " ".join(notices.mapped("message")))
        with self.assertRaises(AccessError):
            seen.read(["hidden_words"])
        self._as(self.moderator, said).action_show("I had misread the address")
        self.assertEqual(self._as(self.mia, said).comment, "He is a thief, in house 7")
        self.assertEqual(self._as(self.mia, said).reply, "Liar")

    def test_hidden_words_cannot_be_replied_to_until_restored(self):
        """The reply would be overwritten by what was there before."""
        said = self.reveal(self.anna, self.luc, comment="Nonsense")
        self._as(self.moderator, said).action_hide("It is about another person")
        with self.assertRaises(Refusal) as refused:
            self._as(self.luc, said).action_reply("It was me")
        self.assertEqual(refused.exception.rule, "state")
        self._as(self.moderator, said).action_show("It was about him after all")
        self._as(self.luc, said).action_reply("It was me")
        self.assertEqual(said.reply, "It was me")

    def test_the_back_office_asks_the_moderator_for_the_reason(self):
        said = self.reveal(self.anna, self.luc, comment="Nonsense")
        judge = self.env["wezer.assessment.judge"].with_user(self.moderator)
        vals = {"assessment_id": said.id, "reason": "It is about another person"}
        judge.create({**vals, "verdict": "hide", "with_scores": True}).action_judge()
        self.assertTrue(said.hidden and said.no_weight)
        judge.create({**vals, "verdict": "show"}).action_judge()
        self.assertEqual(said.comment, "Nonsense")
        with self.assertRaises(AccessError):
            judge.with_user(self.luc).create({**vals, "verdict": "hide"})

    def test_scores_lose_their_weight_only_where_the_moderator_chooses_it(self):
        said = self.reveal(self.anna, self.luc, comment="Revenge")
        self._as(self.moderator, said).action_hide("Written in revenge, see #3", True)
        self.assertTrue(said.no_weight)
        self.assertTrue(said.line_ids)

    def test_only_uninvolved_moderators_hide_words(self):
        said = self.reveal(self.anna, self.luc, comment="Late")
        own = self.reveal(self.anna, self.moderator, comment="Late")
        for user, one in (
            (self.luc, said),
            (self.anna, said),
            (self.mia, said),
            (self.moderator, own),
        ):
            with self.assertRaises(NotAllowed):
                self._as(user, one).action_hide("I do not like it at all")
        with self.assertRaises(Refusal):
            self._as(self.moderator, said).action_hide("no")
        blind = self.give(self.anna, self.luc, self._deal())
        with self.assertRaises(NotAllowed):
            self._as(self.moderator, blind).action_hide("I would like to know it")


@tagged("post_install", "-at_install")
class TestPrivateQuestion(ReputationCommon):
    """The private question moves the lower bound of many, and nobody reads it."""

    def setUp(self):
        super().setUp()
        # Ages move scores from one second to the next.
        moment = fields.Datetime.now()
        self.patch(fields.Datetime, "now", lambda *_args: moment)

    def _answers(self, *answers):
        people = (self.anna, self.mia, self.noe, self.eva, self.founder)
        for giver, again in zip(people, answers, strict=False):
            self.reveal(giver, self.luc, scores={**self.scores(), "again": again})

    def _lower(self):
        self.reputations._recompute()
        row = self.luc.partner_id._wezer_reputation()
        return row.score, row.lower

    def test_answers_move_the_lower_bound_and_not_the_score(self):
        self._answers("yes", "yes", "yes", None)
        score, lower = self._lower()
        self.env.cr.execute("UPDATE wezer_assessment_repeat SET would_repeat = false")
        self.assertEqual(self._lower()[0], score)
        self.assertLess(self._lower()[1], lower - 0.1)

    def test_fewer_than_three_answers_move_nothing(self):
        self._answers(None, None, None, None)
        before = self._lower()
        self.env.cr.execute(
            """INSERT INTO wezer_assessment_repeat (assessment_id, would_repeat)
               SELECT id, false FROM wezer_assessment
                WHERE assessed_id = %s AND person_id <> %s LIMIT 2""",
            [self.luc.partner_id.id, self.founder.partner_id.id],
        )
        self.assertEqual(self._lower(), before)

    def test_immediate_and_nightly_computations_agree(self):
        self._answers("yes", "no", "no", "no")
        _score, night = self._lower()
        self.reputations._update_now(self.luc.partner_id)
        row = self.luc.partner_id._wezer_reputation()
        self.assertAlmostEqual(row.lower, night, 9)
        run = self.env["wezer.reputation.run"]._latest()
        again = run._reproduce()
        place = list(again.tables.overall.party).index(self.luc.partner_id.id)
        self.assertAlmostEqual(5 * again.tables.overall.lower[place], night, 6)

    def test_invalid_answers_are_refused(self):
        for again in ("perhaps", 2, ["yes"], {"a": 1}):
            with self.assertRaises(Refusal):
                self.give(self.anna, self.luc, scores={**self.scores(), "again": again})

    def test_an_answer_can_be_changed_or_removed_until_revealed(self):
        for again, wanted in (("no", [False]), ("yes", [True]), (None, [])):
            given = self.give(
                self.anna, self.luc, scores={**self.scores(), "again": again}
            )
            self.env.cr.execute(
                "SELECT would_repeat FROM wezer_assessment_repeat"
                " WHERE assessment_id = %s",
                [given.id],
            )
            self.assertEqual([row[0] for row in self.env.cr.fetchall()], wanted)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_can_read_an_answer_not_even_an_administrator(self):
        self._answers("no")
        admin = self.env.ref("base.user_admin")
        for user in (self.luc, self.anna, admin):
            answers = self.env["wezer.assessment.repeat"].with_user(user)
            for entry in (
                lambda it: it.search([]),
                lambda it: it.search_count([]),
                lambda it: it.search_read([], ["would_repeat"]),
                lambda it: it.formatted_read_group([], ["would_repeat"], ["__count"]),
                lambda it: it.create({"assessment_id": 1, "would_repeat": True}),
            ):
                with self.assertRaises(AccessError):
                    entry(answers)
        known = self.assessments.fields_get()
        self.assertFalse([name for name in known if "repeat" in name])
        self.assertNotIn("again", str(self.anna.partner_id._wezer_personal_data()))


@tagged("post_install", "-at_install")
class TestVisibility(ReputationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for giver in (cls.anna, cls.mia, cls.noe, cls.founder):
            giver.password = giver.login
        cls.luc.password = cls.luc.login

    def setUp(self):
        super().setUp()
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc, comment="Fine work")
        self.reputations._recompute()

    def _seen(self, user):
        rows = self.reputations.with_user(user)
        return rows.search_count([("partner_id", "=", self.luc.partner_id.id)])

    def _said(self, user):
        said = self.assessments.with_user(user)
        return said.search_count([("assessed_id", "=", self.luc.partner_id.id)])

    def _hide(self):
        profile = self.luc.partner_id._wezer_profile()
        profile.with_user(self.luc).action_show_reputation(False)

    def test_members_see_scores_and_visitors_none_by_default(self):
        self.assertTrue(self._seen(self.eva))
        public = self.env.ref("base.public_user")
        luc = self.luc.partner_id
        self.assertTrue(luc.with_user(public)._wezer_score()["hidden"])
        self.env.company.wezer_reputation_seen = "everyone"
        self.assertIn("score", luc.with_user(public)._wezer_score())

    def test_a_hidden_score_is_visible_to_no_other_member(self):
        self._hide()
        self.assertFalse(self._seen(self.eva))
        self.assertEqual(self._said(self.eva), 0)
        self.assertTrue(self._seen(self.luc))
        self.assertEqual(self._said(self.luc), 3)
        # What one gave oneself one still knows.
        self.assertEqual(self._said(self.anna), 1)
        lines = self.env["wezer.assessment.line"].with_user(self.eva)
        self.assertFalse(
            lines.search([("assessment_id.assessed_id", "=", self.luc.partner_id.id)])
        )
        score = self.luc.partner_id.with_user(self.eva)._wezer_score()
        self.assertEqual(set(score), {"hidden", "rank"})

    def test_a_community_may_show_only_ones_own_score(self):
        self.env.company.wezer_reputation_seen = "nobody"
        self.assertFalse(self._seen(self.eva))
        self.assertEqual(self._said(self.eva), 0)
        self.assertTrue(self._seen(self.luc))

    def test_a_score_by_group_names_no_group_that_the_reader_may_not_see(self):
        group = self.env["res.partner"].create({"name": "Secret circle"})
        shown = self.env["wezer.profile"]._make_for(group)
        self.reputations.create(
            {
                "partner_id": self.luc.partner_id.id,
                "group_partner_id": group.id,
                "score": 4,
                "n_assessors": 3,
            }
        )
        profile = self.luc.partner_id._wezer_profile().with_user(self.eva)
        for state, visible in (("active", True), ("pending", False)):
            shown.sudo().state = state
            values = profile.sudo(False)._wezer_party_values()
            labels = " ".join(row["label"] for row in values["reputation_more"])
            self.assertEqual("Secret circle" in labels, visible, state)

    def test_members_cannot_hide_the_score_of_others(self):
        profile = self.luc.partner_id._wezer_profile()
        with self.assertRaises(NotAllowed):
            profile.with_user(self.anna).action_show_reputation(False)

    def test_the_page_shows_the_sum_and_a_chart_and_accepts_replies(self):
        self.authenticate(self.luc.login, self.luc.login)
        page = self.url_open("/my/reputation").text
        self.assertIn("Fine work", page)
        self.assertIn("Hide my score", page)
        self.assertIn("Where does trust start", page)
        charts = re.findall('o_wezer_chart[^>]*data-chart="([^"]+)"', page)
        charts = [json.loads(html.unescape(chart)) for chart in charts]
        self.assertEqual({chart["kind"] for chart in charts}, {"bars"})
        low, high = (text for _value, text in charts[0]["ticks"])
        self.assertIn(f"The bars show the range between {low} and {high}.", page)
        said = self.assessments.search(
            [("assessed_id", "=", self.luc.partner_id.id)], limit=1
        )
        page = self._post(f"/my/assessments/{said.id}/reply", text="Gladly again")
        self.assertIn("Gladly again", page)
        page = self._post("/my/reputation/shown", shown="")
        self.assertIn("Others cannot see your score", page)
        self.authenticate(self.anna.login, self.anna.login)
        slug = self.luc.partner_id._wezer_profile().slug
        page = self.url_open(f"/members/{slug}").text
        self.assertNotIn("of 5", page)
        self.assertNotIn("Gladly again", page)

    def _post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form).text


@tagged("post_install", "-at_install")
class TestEarnedBadges(ReputationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.badge = cls.env["gamification.badge"].create(
            {"name": "Sure", "wezer_lower": 3.0, "wezer_people": 3}
        )

    def _has(self):
        return self.badge in self.luc.partner_id._wezer_badges()

    def _lower(self, lower, deals=5):
        self.env.cr.execute(
            "UPDATE wezer_reputation SET lower = %s, n_deals = %s, evidence = 2"
            " WHERE partner_id = %s AND criterion_id IS NULL AND skill_id IS NULL"
            " AND group_partner_id IS NULL",
            [lower, deals, self.luc.partner_id.id],
        )
        self.env["gamification.badge"]._wezer_award()

    def test_a_badge_is_kept_until_well_below_its_requirement(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc)
        self.reputations._recompute()
        self._lower(2.9)
        self.assertFalse(self._has())
        self._lower(3.05)
        self.assertTrue(self._has())
        self._lower(2.75)
        self.assertTrue(self._has())
        self._lower(2.65)
        self.assertFalse(self._has())
        self._lower(2.9)
        self.assertFalse(self._has())

    def test_a_hidden_score_gives_no_badge(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc)
        self.reputations._recompute()
        self._lower(4.0)
        given = self.env["gamification.badge.user"]
        mine = [("user_id", "=", self.luc.id), ("badge_id", "=", self.badge.id)]
        self.assertEqual(given.search_count(mine), 1)
        profile = self.luc.partner_id._wezer_profile()
        profile.with_user(self.luc).action_show_reputation(False)
        self.assertEqual(given.search_count(mine), 0)
        self._lower(4.0)
        self.assertEqual(given.search_count(mine), 0)

    def test_new_members_and_archived_badges_get_nothing(self):
        self.reveal(self.anna, self.luc)
        self.reputations._recompute()
        self._lower(4.9)
        self.assertFalse(self._has())
