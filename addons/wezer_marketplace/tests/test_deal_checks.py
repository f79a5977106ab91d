from odoo.tests import tagged

from .test_task import TaskCommon


@tagged("post_install", "-at_install")
class TestDealChecks(TaskCommon):
    """Each invariant finds what was damaged behind the models' back."""

    def assertFound(self, check, query, *args):
        """Damage by SQL: the check has no row before, and one after."""
        checks = self.env["wezer.invariant"].sudo()
        self.assertFalse(getattr(checks, check)())
        with self.env.cr.savepoint(flush=False) as damage:
            self.env.cr.execute(query, args)
            self.assertTrue(self.env.cr.rowcount, "nothing was damaged")
            self.env.invalidate_all(flush=False)
            self.assertTrue(getattr(checks, check)(), query)
            damage.rollback()
        self.env.invalidate_all(flush=False)

    def _deal(self, *args, **kwargs):
        deal = self.make_deal(*args, **kwargs)
        self.env.flush_all()
        return deal

    def test_money_set_aside_without_a_live_deal_is_found(self):
        deal = self._deal()
        query = "UPDATE wezer_deal SET state = 'paid' WHERE id = %s"
        self.assertFound("_check_reserved_deals", query, deal.id)

    def test_an_agreed_deal_without_its_money_is_found(self):
        deal = self._deal()
        query = "UPDATE wezer_transfer SET amount_minor = 1 WHERE origin_id = %s"
        self.assertFound("_check_agreed_money", query, deal.id)

    def test_a_part_that_was_paid_to_another_is_found(self):
        deal = self._deal("paid")
        query = "UPDATE wezer_deal SET payee_id = %s WHERE id = %s"
        other = self.test3.partner_id.id
        self.assertFound("_check_paid_once", query, other, deal.id)

    def test_steps_that_make_less_than_the_price_are_found(self):
        steps = [{"name": name, "percent": "50"} for name in "AB"]
        deal = self.propose(
            self.test2,
            self.announce(self.test1),
            milestones=steps,
            shares=[{"partner_id": self.test3.partner_id.id, "percent": "30"}],
        )
        self.as_(self.test3, deal).action_agree_share(1)
        self.as_(self.test1, deal).action_accept()
        self.env.flush_all()
        terms = deal.sudo().accepted_terms_id.id
        for query in (
            "UPDATE wezer_terms_milestone SET points = 4000 WHERE terms_id = %s",
            "UPDATE wezer_signature SET date_signed = NULL"
            " WHERE res_model = 'wezer.terms' AND res_id = %s",
            "DELETE FROM wezer_terms_milestone WHERE terms_id = %s",
        ):
            self.assertFound("_check_steps_and_shares", query, terms)
        query = "UPDATE wezer_transfer SET origin_part = 1 WHERE origin_id = %s"
        self.assertFound("_check_paid_once", query, deal.id)

    def test_a_contract_that_is_not_the_deals_own_is_found(self):
        deal = self._deal()
        for query in (
            "UPDATE wezer_deal SET accepted_terms_id = NULL WHERE id = %s",
            "UPDATE wezer_deal SET state = 'open' WHERE id = %s",
            "UPDATE wezer_deal SET state = 'ended' WHERE id = %s",
        ):
            self.assertFound("_check_contract", query, deal.id)

    def test_an_open_deal_without_a_turn_is_found(self):
        deal = self.make_deal(claim_mode="choose")
        self.env.flush_all()
        query = "UPDATE wezer_deal SET turn = NULL WHERE id = %s"
        self.assertFound("_check_turn", query, deal.id)

    def test_an_approval_of_own_work_is_found(self):
        deal = self._deal("paid")
        query = (
            "UPDATE wezer_deal_event SET person_id = %s"
            " WHERE deal_id = %s AND action = 'approve'"
        )
        worker = self.test2.partner_id.id
        self.assertFound("_check_own_work", query, worker, deal.id)

    def test_a_task_of_somebody_else_than_the_worker_is_found(self):
        deal = self.claim(self.test2, self._post(self.task))
        self.env.flush_all()
        task = deal.sudo().task_id.id
        self.assertEqual(task, self.task.id)
        for query in (
            "UPDATE project_task SET assignee_partner_id = NULL WHERE id = %s",
            "UPDATE project_task SET active = false WHERE id = %s",
        ):
            self.assertFound("_check_deal_task", query, task)

    def test_a_dispute_nobody_decides_is_found(self):
        deal = self._deal("delivered")
        deal.action_dispute("It rains in")
        self.env.flush_all()
        query = (
            "UPDATE wezer_deal SET date_state = date_state - interval '31 days'"
            " WHERE id = %s"
        )
        self.assertFound("_check_old_disputes", query, deal.id)

    def test_a_paid_deal_that_paid_something_else_is_found(self):
        deal = self._deal("paid")
        query = "UPDATE wezer_transfer SET amount_minor = 1 WHERE origin_id = %s"
        self.assertFound("_check_paid_deals", query, deal.id)

    def test_more_deals_than_places_are_found(self):
        deal = self._deal()
        other = self.make_deal(replier=self.test3)
        query = "UPDATE wezer_deal SET announcement_id = %s WHERE id = %s"
        # The other deal too is of the first announcement, which has one place.
        self.env.flush_all()
        wanted = deal.sudo().announcement_id.id
        self.assertFound("_check_places", query, wanted, other.id)

    def test_an_unsettled_notice_of_an_answered_question_is_found(self):
        deal = self._deal("delivered")
        query = """UPDATE wezer_notice SET subject = 'turn', settled = FALSE
                    WHERE res_model = 'wezer.deal' AND res_id = %s"""
        self.assertFound("_check_deal_notices", query, deal.id)

    def test_an_open_announcement_of_a_closed_task_is_found(self):
        self._post(self.task)
        self.env.flush_all()
        for damage in ("state = '1_done'", "active = FALSE", "is_template = TRUE"):
            query = f"UPDATE project_task SET {damage} WHERE id = %s"
            self.assertFound("_check_posted_task", query, self.task.id)
