"""Whom each action of a state machine notifies: a table, and the test that walks it.

A table has a row for each action, and says who has a new notice afterwards, whose
notices are settled, and who has a row with a button on the to-do list. A case mixes
:class:`OutcomeCase` in, gives the people and the table of each machine, and for each
row a method ``do_<case>`` that returns the record and a function that acts.
"""

import os
from collections import Counter
from typing import NamedTuple

from psycopg2 import IntegrityError

from odoo.exceptions import UserError

# With the small counts, each act is done once, and the to-do lists are those of the
# people who have something to do, and of one person who had.
ALL = os.environ.get("WEZER_COUNTS") == "all"


class Outcome(NamedTuple):
    """What one action leaves.

    People are attributes of the case: ``{"anna": "paid"}`` is a notice of that kind,
    ``{"anna": ("paid", "message")}`` are two.

    :param action: of the state machine, or of the case alone where it begins with "+"
    :param by: who acts; empty where a deadline or the suite does
    :param notified: new notices that are not settled
    :param settled: notices that the action settled
    :param todo: who has a row with a button about the record
    :param case: name of the method that prepares it, where it is not the action's
    """

    action: str
    by: str = ""
    notified: dict = {}
    settled: dict = {}
    todo: set = frozenset()
    case: str = ""

    @property
    def name(self):
        return self.case or self.action.strip("+")


class OutcomeCase:
    """Walks :attr:`tables`, ``((machine, rows), …)``; looks at all :attr:`people`."""

    people = ()
    tables = ()
    #: Machines with the same actions by other names: ``((machine, {own: other}), …)``
    within = ()
    #: Actions of the case alone that make a record each time.
    making = ()

    def urls_of(self, record):
        """Return where notices and to-do rows about ``record`` lead."""
        raise NotImplementedError

    def assert_lists(self, user, notice):
        """Assert that ``user`` finds in their lists what ``notice`` is about."""

    def check_tables(self):
        """Walk the tables, each row from the same beginning."""
        names = [row.name for _machine, rows in self.tables for row in rows]
        self.assertEqual(len(set(names)), len(names), "one row for each case")
        for machine, rows in self.tables:
            actions = {row.action for row in rows if not row.action.startswith("+")}
            self.assertEqual(
                actions,
                set(machine.actions),
                "each action has a row that says who is notified of it",
            )
            for row in rows:
                with self.subTest(row.name):
                    self._from_the_beginning(self._walk, row)

    def _is_making(self, action):
        """Return whether ``action`` makes a record: the same again is another one."""
        return action in self.making or any(
            not row.sources
            for machine, _rows in self.tables
            for row in machine.transitions
            if row.action == action
        )

    def _from_the_beginning(self, walk, row):
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        savepoint.__enter__()
        try:
            walk(row)
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def _walk(self, row):
        record, act = getattr(self, f"do_{row.name}")()
        before = self._open_notices()
        act()
        urls = self.urls_of(record)
        after = self._open_notices()
        new = after - before
        found = Outcome(
            row.action,
            row.by,
            self._kinds(new),
            self._kinds(before.exists() - after),
            self._having_to_do(urls, row),
            row.case,
        )
        wanted = row._replace(
            notified=self._ordered(row.notified),
            settled=self._ordered(row.settled),
            todo=set(row.todo),
        )
        self.assertEqual(found, wanted)
        self.assertNotIn(row.by, found.notified, "the person who acts gets no notice")
        for notice in new:
            user = notice.partner_id.user_ids
            self.assert_lists(user.with_user(user), notice)
        self._check_letters(after)
        if ALL and not self._is_making(row.action):
            self._repeat(act, after)

    def _repeat(self, act, after):
        """Assert that the same act once more leaves no second notice of anything."""
        count = Counter(map(self._matter, after))
        try:
            with self.env.cr.savepoint():
                act()
        except (UserError, IntegrityError):
            # Most actions are refused the second time.
            self.env.transaction.clear()
        again = Counter(map(self._matter, self._open_notices()))
        self.assertFalse(again - count, "the same act twice leaves one notice")

    def _open_notices(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["wezer.notice"].sudo().search([("settled", "=", False)])

    def _matter(self, notice):
        return self._name(notice), notice.kind, notice.res_model, notice.res_id

    def _name(self, notice):
        """Return the attribute of the case whose notice it is, else a person's name."""
        for name in self.people:
            if getattr(self, name).partner_id == notice.partner_id:
                return name
        return notice.partner_id.name

    def _kinds(self, notices):
        found = {}
        for notice in notices:
            found.setdefault(self._name(notice), []).append(notice.kind)
        return self._ordered(found)

    def _ordered(self, kinds):
        """Return ``{name: kinds}`` that compare equal whatever their order."""
        return {
            name: sorted([kind] if isinstance(kind, str) else kind)
            for name, kind in kinds.items()
        }

    def _having_to_do(self, urls, row):
        """Return who has to do something, of those whose lists are looked at."""
        looked_at = set(self.people)
        if not ALL:
            done = sorted(set(row.settled) & looked_at - set(row.todo))
            looked_at = {*row.todo, *done[:1]}
        found = set()
        for name in looked_at:
            user = getattr(self, name)
            rows = user.with_user(user)._wezer_todo()
            # A row can lead to a part of the page.
            shown = [row["url"] for row in rows if row["button"]]
            pages = {*shown, *(url.partition("#")[0] for url in shown)}
            if pages & set(urls):
                found.add(name)
        return found

    def _check_letters(self, notices):
        """Assert that letters go to those who have something to read, and only then."""
        self.env.cr.execute(
            "UPDATE wezer_notice SET date = date - interval '1 year',"
            " letter_due = letter_due - interval '1 year'"
        )
        self.env["wezer.notice"].invalidate_model(["date", "letter_due"])
        unread = notices.filtered(lambda notice: not notice.is_read)
        digests = self.env["wezer.digest"]._waiting_people()
        self.assertEqual(digests, unread.partner_id & digests)
        self.assertFalse(unread.partner_id - digests, "a digest is on its way")
        unsent = notices._unsent_kinds()
        self.assertEqual(
            notices.search(notices._due_domain("letter_due")),
            unread.filtered(lambda notice: notice.kind not in unsent),
            "a letter is on its way",
        )
