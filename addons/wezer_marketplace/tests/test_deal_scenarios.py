"""The scenarios of Wezer's first version (2015), as they are done now.

Where a step was replaced (draft, reset, invoice, vote), the test asserts that the old
step is refused and that another leads to the same end.
"""

from odoo.tests import tagged

from .common import MarketCommon
from .test_task import TaskCommon


@tagged("post_install", "-at_install")
class TestDealsOf2015(MarketCommon):
    """Test1 announces, test2 answers: 5 × 50 COM, and 50 of outside money."""

    def _offer(self):
        return self.announce(
            self.test1, kind="offer", title="Odoo customization", places=0
        )

    def _answer(self, offer=None):
        return self.propose(
            self.test2, offer or self._offer(), quantity=5, prices={self.com.id: "250"}
        )

    def _outside(self):
        """Test2 answers a want with outside money, and it is agreed on."""
        want = self.announce(self.test1, places=2, prices={})
        deal = self.propose(self.test2, want, prices={self.dummy.id: "50"})
        self.as_(self.test1, deal).action_accept()
        return deal

    def _kinds(self, deal):
        return sorted((one.kind, one.state) for one in self.transfers(deal))

    # === ANNOUNCEMENTS === #

    def test_only_the_author_publishes_closes_and_reopens_an_offer(self):
        skills = self.env["wezer.skill"].create(
            [{"name": f"Zq tag {number}"} for number in range(3)]
        )
        offer = self.announce(
            self.test1,
            publish=False,
            kind="offer",
            title="Odoo customization",
            places=0,
            unit="hour",
            skill_ids=skills.ids,
        )
        self.assertEqual((offer.state, len(offer.skill_ids)), ("draft", 3))
        # A draft is nobody's to see but the author's.
        with self.assertRefused():
            self.as_(self.test2, offer).action_publish()
        offer.action_publish()
        self.assertEqual(offer.state, "open")
        published = offer.date_publish
        with self.assertRefused("acts_for"):
            self.as_(self.test2, offer).action_close()
        offer.action_close()
        self.assertEqual((offer.state, offer.end_reason), ("ended", "closed"))
        with self.assertRefused("state"):
            self._answer(offer)
        with self.assertRefused("acts_for"):
            self.as_(self.test2, offer).action_reopen()
        offer.action_reopen()
        self.assertEqual((offer.state, offer.end_reason), ("open", False))
        # The date is that of the first time; whatever is answered is never used up.
        self.assertEqual(offer.date_publish, published)
        for user in (self.test2, self.test3):
            self.as_(self.test1, self.propose(user, offer)).action_accept()
        self.assertEqual(offer.state, "open")

    def test_a_want_is_published(self):
        want = self.announce(self.test1, quantity=2, prices={self.com.id: "100"})
        self.assertEqual((want.state, want.kind), ("open", "want"))
        self.assertEqual(want.price_text, self.com._format(20000))
        # Publishing sets nothing aside yet.
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_a_want_is_full_at_the_last_place_and_ends_when_all_are_paid(self):
        want = self.announce(self.test1, places=2)
        deals = [self.claim(user, want) for user in (self.test2, self.test3)]
        # 2015 closed it at the last acceptance, for good: now it is full.
        self.assertEqual((want.state, want.places_left), ("full", 0))
        self.assertEqual(self.claim(self.stranger, want).state, "waiting")
        deals[1].action_release("ill")
        # The place is held for who waited: there is none for anybody else.
        self.assertEqual((want.state, want.places_left), ("full", 0))
        late = want.sudo().deal_ids.filtered(lambda one: one.state == "open")
        deals[1] = self.as_(self.stranger, late)
        deals[1].action_accept()
        for number, deal in enumerate(deals):
            self.assertEqual(want.state, "full", number)
            deal.action_deliver()
            self.as_(self.test1, deal).action_approve()
        self.assertEqual((want.state, want.end_reason), ("ended", "settled"))
        self.assertEqual(want.places_left, 0)
        # Ended it does not open by itself, not even when all is given back.
        for deal in deals:
            deal.action_refund()
        self.assertEqual(want.state, "ended")
        self.assertBooksHold()

    # === NEGOTIATING === #

    def test_an_answer_is_sent_in_one_step(self):
        offer = self._offer()
        with self.assertRefused("acts_for"):
            self.as_(self.test1, offer).action_propose(
                {"quantity": 5}, acting_partner_id=self.test2.partner_id.id
            )
        deal = self._answer(offer)
        # No draft: it is out at once, and nothing is set aside by it.
        self.assertEqual((deal.state, deal.turn), ("open", "author"))
        self.assertEqual(deal.payer_id, self.test2.partner_id)
        self.assertFalse(self.transfers(deal))
        with self.assertRefused():
            self.as_(self.test1, deal).write({"state": "draft"})

    def test_a_replier_cannot_decline_and_a_declined_answer_stays_declined(self):
        deal = self._answer()
        as_author = self.as_(self.test1, deal)
        with self.assertRefused("acts_for"):
            deal.action_decline("no")
        as_author.action_decline("Not this month")
        self.assertEqual((deal.state, deal.end_reason), ("ended", "declined"))
        # 2015 took it up again as a draft: now nobody does.
        for who in (deal, as_author):
            for action in ("accept", "withdraw", "decline"):
                with self.assertRefused():
                    getattr(who, f"action_{action}")()
            with self.assertRefused("state"):
                who.action_counter({"quantity": 1})
        self.assertEqual(deal.state, "ended")
        # To the same end: another answer; or, instead of a no, other terms.
        again = self._answer(deal.announcement_id)
        self.assertEqual((again.state, deal.state), ("open", "ended"))
        self.as_(self.test1, again).action_counter({"quantity": 4})
        self.assertEqual((again.state, again.turn), ("open", "replier"))

    def test_the_side_whose_turn_it_is_accepts(self):
        deal = self._answer()
        before = self.snapshot(deal)
        with self.assertRefused("turn"):
            deal.action_accept()
        with self.assertRefused():
            self.as_(self.stranger, deal).action_accept()
        self.assertEqual(self.snapshot(deal), before)
        self.as_(self.test1, deal).action_accept()
        self.assertEqual(deal.state, "accepted")
        self.assertEqual(self._kinds(deal), [("payment", "reserved")])
        self.assertEqual(self.reserved(self.test2), "250.00")
        self.assertBooksHold()

    # === CANCELLING === #

    def test_each_side_has_to_agree_to_cancel_itself(self):
        deal = self._answer()
        as_author = self.as_(self.test1, deal)
        as_author.action_accept()
        self.assertFalse(as_author.action_cancel())
        # Saying it twice is not saying it for the other.
        self.assertFalse(as_author.action_cancel())
        for who, other in ((as_author, self.test2), (deal, self.test1)):
            with self.assertRefused("acts_for"):
                who.action_cancel(acting_partner_id=other.partner_id.id)
            with self.assertRefused():
                who.write({"has_proposal": False})
        self.assertEqual(deal.state, "accepted")
        self.assertTrue(deal.action_cancel())
        self.assertEqual((deal.state, deal.end_reason), ("ended", "cancelled"))
        self.assertEqual(self.reserved(self.test2), "0.00")
        self.assertEqual(self._kinds(deal), [("payment", "ended")])
        # 2015 reset it: now the same two begin another one.
        with self.assertRefused("state"):
            as_author.action_accept()
        self.assertEqual(self._answer(deal.announcement_id).state, "open")
        self.assertBooksHold()

    # === PAYING === #

    def test_approving_pays_at_once(self):
        deal = self._answer()
        as_author = self.as_(self.test1, deal)
        as_author.action_accept()
        # Instead of an invoice: the word that it is done, of who did it.
        with self.assertRefused("acts_for"):
            deal.action_deliver()
        with self.assertRefused("state"):
            deal.action_approve()
        as_author.action_deliver("Here it is")
        with self.assertRefused("acts_for"):
            as_author.action_approve()
        with self.assertRefused("acts_for"):
            as_author.action_pay()
        deal.action_approve()
        # Neither a vote nor a confirmation stands between it and being paid.
        self.assertEqual(deal.state, "paid")
        self.assertEqual(self._kinds(deal), [("payment", "done")])
        self.assertEqual(self.balance(self.test1), "250.00")
        self.assertEqual(self.balance(self.test2), "-250.00")
        self.assertEqual(self.reserved(self.test2), "0.00")
        self.assertBooksHold()

    def test_only_the_payee_refunds_and_the_ledger_keeps_everything(self):
        deal = self._answer()
        as_author = self.as_(self.test1, deal)
        as_author.action_accept()
        as_author.action_deliver()
        deal.action_approve()
        with self.assertRefused("acts_for"):
            deal.action_refund()
        as_author.action_refund()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "refunded"))
        # 2015 forgot the payment; now a second one stands beside it.
        self.assertEqual(self._kinds(deal), [("payment", "done"), ("reversal", "done")])
        for user in (self.test1, self.test2):
            self.assertEqual(self.balance(user), "0.00")
        with self.assertRefused("state"):
            as_author.action_refund()
        self.assertBooksHold()

    def test_outside_money_is_confirmed_by_its_payee(self):
        deal = self._outside()
        as_payer = self.as_(self.test1, deal)
        with self.assertRefused("acts_for"):
            as_payer.action_deliver()
        deal.action_deliver()
        with self.assertRefused("acts_for"):
            deal.action_approve()
        as_payer.action_approve(self.scores(1), "well done")
        self.assertEqual(deal.state, "confirming")
        # Said at the approval, it waits until the money came.
        self.assertEqual(self.env["wezer.assessment"]._for_origin(deal).state, "draft")
        with self.assertRefused("acts_for"):
            as_payer.action_confirm()
        deal.action_confirm()
        self.assertEqual(deal.state, "paid")
        deal.action_assess(self.scores(2, "payer"), "well paid")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.mapped("state"), ["revealed", "revealed"])
        self.assertBooksHold()

    def test_an_outside_refund_is_confirmed_by_the_first_payer(self):
        deal = self._outside()
        as_payer = self.as_(self.test1, deal)
        deal.action_deliver()
        as_payer.action_approve()
        deal.action_confirm()
        with self.assertRefused("acts_for"):
            as_payer.action_refund()
        deal.action_refund()
        self.assertEqual(deal.state, "confirming")
        with self.assertRefused("acts_for"):
            deal.action_confirm()
        as_payer.action_confirm()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "refunded"))
        with self.assertRefused("state"):
            deal.action_confirm()
        self.assertBooksHold()


@tagged("post_install", "-at_install")
class TestGroupsAndTasksOf2015(TaskCommon):
    """Mark acts for Camptocamp; Luc fills a role of another circle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.luc = cls._member("luc")
        cls.other = cls.env["wezer.group"].create({"name": "Your Company"})
        role = cls.env["wezer.group"].create(
            {
                "name": "Director",
                "kind": "role",
                "parent_id": cls.other.id,
                "right_wallet": True,
                "right_market": True,
                "right_manage": True,
            }
        )
        cls.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": cls.luc.partner_id.id}
        )

    def test_only_actors_of_a_group_announce_for_it(self):
        group = self.circle.partner_id
        with self.assertRefused("acts_for"):
            self.announce(self.luc, kind="offer", acting=group.id)
        offer = self.announce(
            self.mark, publish=False, kind="offer", places=0, acting=group.id
        )
        self.assertEqual((offer.state, offer.author_id), ("draft", group))
        for user in (self.luc, self.test2):
            with self.assertRefused():
                self.as_(user, offer).action_publish()
        offer.action_publish()
        for user in (self.luc, self.test2):
            for action in ("close", "pause", "renew"):
                with self.assertRefused("acts_for"):
                    getattr(self.as_(user, offer), f"action_{action}")()
            with self.assertRefused("acts_for"):
                self.as_(user, offer).action_close(acting_partner_id=group.id)
        offer.action_close()
        with self.assertRefused("acts_for"):
            self.as_(self.luc, offer).action_reopen()
        offer.action_reopen()
        self.assertEqual(offer.state, "open")

    def test_a_task_is_published_in_one_click(self):
        self.env["wezer.skill"].create({"name": "Zqpainting"})
        tag = self.env["project.tags"].create({"name": "zqpainting"})
        task = self._task("Paint", tag_ids=[(6, 0, tag.ids)], description="<p>Red</p>")
        task.user_ids = False
        # 2015 wanted an assignee, and a second click to publish.
        want = self._post(task)
        self.assertEqual((want.state, want.kind), ("open", "want"))
        self.assertEqual(task.sudo().wezer_announcement_id, want)
        self.assertEqual(want.title, "Paint")
        self.assertEqual(want.author_id, self.circle.partner_id)
        self.assertEqual(want.skill_ids.mapped("name"), ["Zqpainting"])
        self.assertIn("Red", want.description)
        self.assertEqual(want.price_text, self.hours._format(120))
        with self.assertRefused("posted"):
            task.action_post_to_marketplace()
        task.action_undo_post()
        self.assertEqual(want.state, "ended")

    def test_the_accepted_member_gets_the_task_or_a_sub_task(self):
        for places in (1, 2):
            task = self._task(f"Paint {places}", wezer_places=places)
            want = self._post(task)
            deal = self.propose(self.test2, want, prices={self.hours.id: "1:30"})
            self.assertFalse(deal.sudo().task_id)
            self.as_(self.mark, deal).action_accept()
            self.assertEqual(deal.state, "accepted")
            mine = deal.sudo().task_id
            # One helper has the task itself, one of several a child of it.
            self.assertEqual(mine if places == 1 else mine.parent_id, task.sudo())
            self.assertEqual(mine.assignee_partner_id, self.test2.partner_id)
            self.assertEqual(mine.reviewer_partner_id, self.circle.partner_id)
            self.assertEqual(mine.project_id, self.project)
            # A member is no user of the project, whatever he works on.
            with self.assertRefused():
                mine.with_user(self.test2).read(["name"])

    def test_a_member_who_answers_an_offer_names_their_own_task(self):
        offer = self.announce(self.test2, kind="offer", places=0, unit="hour")
        deal = self.propose(self.mark, offer, prices={self.com.id: "50"})
        with self.assertRefused("acts_for"):
            self.as_(self.test2, deal).action_name_task(self.task.id)
        deal.action_name_task(self.task.id)
        # Named it waits: until it is agreed on, the task is not the worker's.
        task = self.task.sudo()
        self.assertNotEqual(task.assignee_partner_id, self.test2.partner_id)
        self.as_(self.test2, deal).action_accept()
        self.assertEqual((deal.state, deal.sudo().task_id), ("accepted", task))
        self.assertEqual(task.assignee_partner_id, self.test2.partner_id)
        self.assertEqual(task.reviewer_partner_id, self.mark.partner_id)
        self.assertEqual(task.stage_id, self.doing)
        # 2015 made a child of it and left that for ever: now both go the same way.
        self.as_(self.test2, deal).action_deliver()
        self.assertEqual(task.stage_id, self.check)
        deal.action_approve()
        self.assertEqual((task.stage_id, task.state), (self.done, "1_done"))
        self.assertBooksHold()

    def test_a_task_named_after_the_agreement_is_freed_by_a_release(self):
        offer = self.announce(self.test2, kind="offer", places=0)
        deal = self.claim(self.mark, offer)
        sheet = self.env["wezer.deal.task"].with_user(self.mark)
        sheet = sheet.with_context(default_deal_id=deal.id)
        sheet.create({"task_id": self.task.id}).action_confirm()
        task = self.task.sudo()
        self.assertEqual(task.assignee_partner_id, self.test2.partner_id)
        self.as_(self.test2, deal).action_release("ill")
        self.assertEqual((task.state, task.stage_id), ("01_in_progress", self.new))
        self.assertFalse(task.assignee_partner_id)
        self.assertBooksHold()
