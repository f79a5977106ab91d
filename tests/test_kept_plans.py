"""A long query is planned once for each cursor, and answers as it did."""

import psycopg2

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from launcher import kept_plans

ROWS = "UNION ALL SELECT id, name FROM res_partner WHERE name = 'Nobody' "
LONG_QUERY = f"SELECT %s::int, %s || '%%' {ROWS * (kept_plans.LONG // len(ROWS) + 1)}"


@tagged("post_install", "-at_install")
class TestKeptPlans(TransactionCase):
    def runs(self, query):
        """Return how often PostgreSQL has run a query that is prepared, else None."""
        self.env.cr.execute(
            """SELECT generic_plans + custom_plans FROM pg_prepared_statements
                WHERE statement LIKE 'PREPARE%%' AND strpos(statement, %s) > 0""",
            [kept_plans.numbered(query)],
        )
        return (self.env.cr.fetchone() or [None])[0]

    def test_it_is_prepared_from_the_second_time_on_and_answers_the_same(self):
        for number in range(4):
            with self.subTest(number):
                query = SQL(LONG_QUERY, number, "Ten")
                rows = self.env.execute_query(query)
                self.assertEqual(rows, [(number, "Ten%")])
                self.assertEqual(self.runs(LONG_QUERY), number or None)

    def test_a_query_whose_types_are_unknown_is_asked_as_it_is(self):
        ask = LONG_QUERY.replace("%s::int", "length(%s || num_nulls(%s)::text)")
        ask = ask.replace("%s || '%%'", "pg_typeof(%s)::text")
        for _turn in range(2):
            self.env.cr.execute(ask, ("a", "b", 1))
            self.assertEqual(self.env.cr.fetchall(), [(2, "integer")])
        self.assertIsNone(self.runs(ask))

    def test_short_queries_and_those_with_a_list_in_their_text_are_not_prepared(self):
        few = "SELECT id FROM res_users WHERE id IN %s"
        for query, params in (
            (few, ((1, 2),)),
            (f"{few} -- {'x' * kept_plans.LONG}", ((1, 2),)),
            (f"EXPLAIN {LONG_QUERY}", (1, "a")),
            (LONG_QUERY, {"named": 1}),
            (LONG_QUERY, None),
        ):
            with self.subTest(query[:40]):
                self.assertFalse(kept_plans.can_be_kept(query, params))
        self.assertTrue(kept_plans.can_be_kept(LONG_QUERY, (1, "a")))

    def test_an_error_of_the_query_is_the_same_error(self):
        ask = LONG_QUERY.replace("%s::int", "1 / %s::int")
        self.env.cr.execute(ask, (1, "a"))
        for _turn in range(2):
            with (
                self.assertRaises(psycopg2.errors.DivisionByZero),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(ask, (0, "a"), log_exceptions=False)
        self.env.cr.execute(ask, (1, "a"))
        self.assertEqual(self.env.cr.fetchall(), [(1, "a%")])
