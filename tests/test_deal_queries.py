"""Claiming, approving and paying ask the database no more often than written down."""

from odoo.tests import TransactionCase, tagged

from bench import deal_queries


@tagged("post_install", "-at_install")
class TestDealQueries(TransactionCase):
    def test_each_act_takes_at_most_its_wanted_queries(self):
        counts = deal_queries.measure(self.env)
        self.assertEqual(counts.keys(), deal_queries.WANTED.keys())
        for act, most in deal_queries.WANTED.items():
            with self.subTest(act=act):
                self.assertLessEqual(counts[act], most)
