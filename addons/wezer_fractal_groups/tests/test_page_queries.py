"""The pages of groups ask the database as often for many rows as for few."""

from odoo.tests import tagged

from .common import GroupPages


@tagged("post_install", "-at_install")
class TestPageQueries(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.luc)
        cls._put(cls.luc, cls.garden)
        cls.members = [cls._member(f"page_{number}") for number in range(12)]

    def setUp(self):
        super().setUp()
        self.people = list(self.members)

    def _fill(self, number):
        """Give the garden ``number`` more of everything that its page lists."""
        for place in range(number):
            person = self.people.pop()
            self._put(person, self.garden)
            role = self._role(f"Role {place}", self.garden, "market")
            self._put(person, role)
            circle = self._circle(f"Circle {person.name}", self.garden)
            self._put(self.people[0], circle)
            self._put(person, circle, state="requested")
            self.garden.with_user(person).action_send_message(
                f"Hello from {person.name}"
            )
            self.env["project.project"].create(
                {"name": f"Project {person.name}", "team_id": self.garden.id}
            )

    def _queries(self, address):
        # What the set-up left for the end of the transaction is not the page's.
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_a_group_page_asks_as_often_for_ten_rows_as_for_two(self):
        self._login(self.luc)
        address = f"/groups/{self.garden.slug}"
        self._fill(2)
        self._queries(address)
        few = self._queries(address)
        self._fill(8)
        self.assertLessEqual(self._queries(address), few)

    def test_a_manager_page_asks_as_often_for_ten_rows_as_for_two(self):
        self._put(self.luc, self._role("Keeper", self.garden, "manage", "invite"))
        self._login(self.luc)
        address = f"/groups/{self.garden.slug}"
        self._fill(2)
        self._queries(address)
        few = self._queries(address)
        self._fill(8)
        self.assertLessEqual(self._queries(address), few)

    def test_the_list_asks_as_often_for_ten_rows_as_for_two(self):
        self._login(self.luc)
        self._fill(2)
        self._queries("/groups?search=circle")
        few = self._queries("/groups?search=circle")
        self._fill(8)
        self.assertLessEqual(self._queries("/groups?search=circle"), few)
