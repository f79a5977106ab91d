import hashlib
import re

from psycopg2.errors import LockNotAvailable

from odoo import SUPERUSER_ID, api, sql_db
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.committed import CommittedCase

from ..tools import secrecy
from .common import end_all
from .secret_ballots import BALLOTS, make_decision, rows_since

VOTERS = 12


@tagged("post_install", "-at_install")
class TestSecretVotes(CommittedCase):
    """Each vote is a transaction of its own, committed, as on a server."""

    def _make(self, env):
        people = env["res.partner"].create(
            [{"name": f"Voter {self.mark} {number}"} for number in range(VOTERS)]
        )
        self.people = people.ids
        self.decision = make_decision(env, people).id

    def _archive(self, env):
        made = [("proposer_id", "in", self.people)]
        end_all(env["wezer.decision"].search(made))
        env["res.partner"].browse(self.people).active = False

    def _do(self, call, user=SUPERUSER_ID):
        with self.registry.cursor() as cr:
            return call(api.Environment(cr, user, {}))

    def _voter(self, env, number, decision=None):
        return env["wezer.decision.voter"].search(
            [
                ("decision_id", "=", decision or self.decision),
                ("person_id", "=", self.people[number]),
            ]
        )

    def _cast(self, number, choice=None, decision=None):
        choice = BALLOTS[number] if choice is None else choice
        return self._do(
            lambda env: env["wezer.urn"]._cast(
                self._voter(env, number, decision), choice
            )
        )

    def _rows(self, query, *params):
        with self.registry.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()

    def _urn(self, columns="*", decision=None):
        return self._rows(
            f"SELECT {columns} FROM wezer_urn WHERE decision_id = %s",
            decision or self.decision,
        )

    def _close(self, decision=None):
        """Count as the scheduled action does; return how often each choice was cast."""

        def count(env):
            record = env["wezer.decision"].browse(decision or self.decision)
            counted = env["wezer.urn"]._count_and_shuffle(record)
            record.state = "adopted" if counted else "ended"
            return counted

        return self._do(count)

    # === CASTING === #

    def test_casting_writes_the_ballot_and_the_mark_on_the_roll_and_nothing_else(self):
        before = self._rows("SELECT last_value, is_called FROM wezer_urn_id_seq")
        self._cast(3)
        [(xid,)] = self._urn("xmin::text::bigint")
        written = self._do(lambda env: rows_since(env.cr, xid))
        mine = [table for table, writer, _row in written if writer == str(xid)]
        self.assertEqual(sorted(mine), ["wezer_decision_voter", "wezer_urn"])
        # No number tells how many ballots came before.
        after = self._rows("SELECT last_value, is_called FROM wezer_urn_id_seq")
        self.assertEqual(after, before)

    def test_ids_do_not_follow_the_order_of_casting(self):
        for number in range(VOTERS):
            self._cast(number)
        ids = dict(self._urn("choice, id"))
        order = [ids[BALLOTS[number]] for number in range(VOTERS)]
        self.assertNotEqual(order, sorted(order))

    def test_of_ten_tabs_of_a_person_one_casts_a_ballot(self):
        self._retry_at_once()
        voted = self._all_at_once(
            [
                (
                    SUPERUSER_ID,
                    lambda env, choice=choice: env["wezer.urn"]._cast(
                        self._voter(env, 0), choice
                    ),
                )
                for choice in BALLOTS[:10]
            ]
        )
        codes = [result for result in voted if isinstance(result, str)]
        refused = [result.rule for result in voted if isinstance(result, Refusal)]
        self.assertEqual((len(codes), refused), (1, ["voted"] * 9))
        self.assertEqual(len(self._urn()), 1)

    # === RECEIPT CODES === #

    def test_a_vote_is_changed_by_its_code_and_the_last_change_wins(self):
        code = self._cast(0, "1-2-3-4-5")
        self._cast(1, "1-2-3-4-5")
        # Typed in small letters and without hyphens.
        typed = code.lower().replace("-", " ")
        self._do(
            lambda env: env["wezer.urn"]._change(
                self._voter(env, 0), typed, "5-4-3-2-1"
            )
        )
        self._retry_at_once()
        wanted = BALLOTS[2:6]
        self._all_at_once(
            [
                (
                    SUPERUSER_ID,
                    lambda env, choice=choice: env["wezer.urn"]._change(
                        self._voter(env, 0), code, choice
                    ),
                )
                for choice in wanted
            ]
        )
        choices = [row[0] for row in self._urn("choice")]
        self.assertEqual(len(choices), 2)
        self.assertIn("1-2-3-4-5", choices)
        self.assertTrue(set(choices) & set(wanted))

    def test_a_vote_is_taken_back_by_its_code_and_cast_again(self):
        code = self._cast(0)
        self._do(lambda env: env["wezer.urn"]._take_back(self._voter(env, 0), code))
        self.assertFalse(self._urn())
        self.assertEqual(self._do(lambda env: self._voter(env, 0).state), "may")
        self.assertNotEqual(self._cast(0), code)
        self.assertEqual(len(self._urn()), 1)

    def test_the_code_of_another_decision_changes_nothing(self):
        people = self.people
        other = self._do(
            lambda env: make_decision(env, env["res.partner"].browse(people)).id
        )
        code = self._cast(0, decision=other)
        self._cast(0)

        def change(env):
            with self.assertRaises(Refusal) as refused:
                env["wezer.urn"]._change(self._voter(env, 0), code, BALLOTS[9])
            return refused.exception.rule

        self.assertEqual(self._do(change), "code")
        self.assertEqual(self._urn("choice"), [(BALLOTS[0],)])
        self.assertEqual(self._urn("choice", other), [(BALLOTS[0],)])

    def test_guessed_codes_are_counted_and_then_refused_even_where_right(self):
        code = self._cast(0)
        self._retry_at_once()

        def guess(env):
            env["wezer.urn"]._change(self._voter(env, 0), "AAAA", BALLOTS[1])

        for _round in range(3):
            results = self._all_at_once([(SUPERUSER_ID, guess)] * 4)
            self.assertTrue(all(isinstance(error, Refusal) for error in results))

        def change(env):
            with self.assertRaises(Refusal) as refused:
                env["wezer.urn"]._change(self._voter(env, 0), code, BALLOTS[1])
            return refused.exception.rule

        self.assertEqual(self._do(change), "codes")
        self.assertEqual(self._urn("choice"), [(BALLOTS[0],)])
        # Others are not locked out.
        other = self._cast(1)
        self._do(
            lambda env: env["wezer.urn"]._change(self._voter(env, 1), other, BALLOTS[7])
        )

    # === CLOSING === #

    def test_closing_counts_each_ballot_once_and_nothing_joins_it_to_its_voter(self):
        codes = [self._cast(number) for number in range(VOTERS)]
        # As the database does by itself: what it keeps is no partial count.
        self._rows("ANALYZE wezer_urn; SELECT 1")
        kept = self._rows("SELECT attname FROM pg_stats WHERE tablename = 'wezer_urn'")
        self.assertEqual({row[0] for row in kept}, {"id", "decision_id"})
        before = self._urn("id, xmin::text, ctid::text, choice")
        old_ids = {row[0] for row in before}
        old_writers = {row[1] for row in before}
        first = min(int(writer) for writer in old_writers)
        self.assertEqual(len(old_writers), VOTERS)
        self.assertEqual(self._close(), dict.fromkeys(BALLOTS[:VOTERS], 1))

        after = self._urn("id, xmin::text, ctid::text, choice, receipt_hash")
        self.assertEqual(
            {row[3] for row in after}, set(BALLOTS[:VOTERS]), "every ballot is there"
        )
        self.assertFalse({row[0] for row in after} & old_ids)
        self.assertEqual(len({row[1] for row in after}), 1, "one transaction wrote all")
        self.assertFalse({row[1] for row in after} & old_writers)
        # In secret mode a code proves nothing any more: ballots have no hash.
        self.assertEqual({row[4] for row in after}, {None})
        [(_id, closer, *_rest)] = after[:1]

        hashes = [
            hashlib.sha256(f"{self.decision}:{code.replace('-', '')}".encode())
            for code in codes
        ]
        hashes = [digest.hexdigest() for digest in hashes]
        written = self._do(lambda env: rows_since(env.cr, first))
        voters = {
            str(row[0])
            for row in self._rows(
                "SELECT id FROM wezer_decision_voter WHERE decision_id = %s",
                self.decision,
            )
        }
        for table, writer, row in written:
            if table not in ("wezer_urn", "wezer_urn_receipt"):
                for secret in (*BALLOTS[:VOTERS], *codes, *hashes):
                    self.assertNotIn(secret, row, table)
            if writer == closer:
                # What the closing transaction wrote names no voter.
                numbers = set(re.findall(r"\d+", row))
                self.assertNotIn(table, ("wezer_decision_voter", "res_partner"))
                if table == "wezer_urn_receipt":
                    self.assertFalse(numbers & voters and any(c in row for c in codes))
        receipts = self._rows(
            "SELECT receipt_hash FROM wezer_urn_receipt WHERE decision_id = %s"
            " ORDER BY id",
            self.decision,
        )
        # Sorted by themselves, not as they were cast.
        self.assertEqual([row[0] for row in receipts], sorted(hashes))

    def test_the_order_of_the_ballots_after_closing_is_a_random_one(self):
        for number in range(VOTERS):
            self._cast(number)
        self._close()
        stored = [row[0] for row in self._urn("choice, ctid, id")]
        by_id = [
            choice
            for choice, _id in sorted(self._urn("choice, id"), key=lambda r: r[1])
        ]
        cast = BALLOTS[:VOTERS]
        # By chance as it was: once in 12! times.
        self.assertNotEqual(stored, cast)
        self.assertNotEqual(by_id, cast)
        self.assertNotEqual(stored, sorted(cast))

    def test_no_byte_of_a_deleted_ballot_stays_in_the_file_after_the_count(self):
        first = f"changed {self.mark}"
        codes = [self._cast(0, first)]
        codes += [self._cast(number) for number in range(1, VOTERS)]
        self._do(
            lambda env: env["wezer.urn"]._change(
                self._voter(env, 0), codes[0], BALLOTS[0]
            )
        )
        gone = {row[0] for row in self._urn("receipt_hash")} | {first}
        self._close()
        self.assertTrue(any(one in self._file() for one in gone))
        triggers = self._rows(
            """SELECT count(*) FROM ir_cron_trigger t
                 JOIN ir_model_data d ON d.res_id = t.cron_id AND d.model = 'ir.cron'
                WHERE d.name = 'ir_cron_ballots'"""
        )
        self.assertTrue(triggers[0][0], "the count asks for it")
        elsewhere, attempts = self._written_elsewhere(), self._attempts()
        # The scheduled action holds its own lock while it removes them.
        self._do(lambda env: env.ref(secrecy.CRON).method_direct_trigger())
        elsewhere |= self._written_elsewhere()
        written = self._file()
        left = [one for one in gone if one in written]
        # Where other tests of this server write meanwhile, it asks to come again.
        self.assertEqual(bool(left), self._attempts() > attempts)
        self.assertTrue(elsewhere or not left)
        # All that was counted is there.
        self.assertEqual({row[0] for row in self._urn("choice")}, set(BALLOTS[:VOTERS]))

    def _attempts(self):
        """Return how often the scheduled action is asked to come later."""
        return self._rows(
            """SELECT count(*) FROM ir_cron_trigger t
                 JOIN ir_model_data d ON d.res_id = t.cron_id AND d.model = 'ir.cron'
                WHERE d.name = 'ir_cron_ballots'
                  AND t.call_at > now() AT TIME ZONE 'UTC'"""
        )[0][0]

    def _written_elsewhere(self):
        """Return the transactions that write in other databases of this server."""
        return set(
            self._rows(
                "SELECT datname, pid, xact_start FROM pg_stat_activity"
                " WHERE datname <> current_database() AND backend_xid IS NOT NULL"
            )
        )

    def _file(self):
        """Return what stands in the file of the table, whether it is a row or not."""
        with self.registry.cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute("CHECKPOINT")
            cr._cnx.autocommit = False
            cr.execute("SELECT pg_relation_filepath('wezer_urn')")
            [path] = cr.fetchone()
            cr.execute("SELECT pg_read_binary_file(%s)", [path])
            return bytes(cr.fetchone()[0]).decode("latin-1")

    def test_a_reader_of_old_rows_lets_the_removal_be_tried_again(self):
        for number in range(VOTERS):
            self._cast(number)
        with self.registry.cursor() as old:
            # A transaction that began before the count still reads what it deletes.
            old.execute("SELECT count(*) FROM wezer_decision")
            self._close()
            self.assertFalse(secrecy.rewrite(old.dbname))
        with self.registry.cursor() as voting:
            voting.execute("LOCK TABLE wezer_urn IN ROW EXCLUSIVE MODE")
            self.assertFalse(secrecy.rewrite(self.registry.db_name))

    def test_a_writer_of_another_database_does_not_keep_them_unnoticed(self):
        for number in range(VOTERS):
            self._cast(number)
        gone = {row[0] for row in self._urn("receipt_hash")}
        with sql_db.db_connect("postgres").cursor() as elsewhere:
            elsewhere.execute("SELECT pg_current_xact_id()")
            self._close()
            removed = secrecy.rewrite(self.database)
        written = self._file()
        self.assertEqual(removed, not any(one in written for one in gone))

    def test_each_ballot_stays_beside_its_receipt_where_the_mode_says_so(self):
        self._do(
            lambda env: (
                env["wezer.decision"]
                .browse(self.decision)
                .write({"secrecy": "receipt"})
            )
        )
        codes = [self._cast(number) for number in range(VOTERS)]
        self._close()
        published = dict(self._urn("receipt_hash, choice"))
        for number, code in enumerate(codes):
            digest = secrecy.code_hash(self.decision, code)
            self.assertEqual(published[digest], BALLOTS[number])

    def test_fewer_than_five_votes_are_not_counted_and_not_kept(self):
        for number in range(4):
            self._cast(number)
        self.assertEqual(self._close(), {})
        self.assertFalse(self._urn())
        self.assertFalse(
            self._rows(
                "SELECT FROM wezer_urn_receipt WHERE decision_id = %s", self.decision
            )
        )

    def test_it_is_shown_who_voted_where_eight_people_did(self):
        for number in range(7):
            self._cast(number)
        self._close()
        shown = self._rows(
            "SELECT roll_shown FROM wezer_decision WHERE id = %s", self.decision
        )
        self.assertFalse(shown[0][0])
        other = self._do(
            lambda env: make_decision(env, env["res.partner"].browse(self.people)).id
        )
        for number in range(8):
            self._cast(number, decision=other)
        self._close(other)
        shown = self._rows("SELECT roll_shown FROM wezer_decision WHERE id = %s", other)
        self.assertTrue(shown[0][0])

    def test_no_statement_that_can_fail_has_a_choice_or_a_code_in_it(self):
        code = self._cast(0)
        digest = secrecy.code_hash(self.decision, code)
        with self.registry.cursor() as cr, self.registry.cursor() as other:
            env = api.Environment(cr, SUPERUSER_ID, {})
            other.execute("LOCK TABLE wezer_urn IN ACCESS EXCLUSIVE MODE")
            cr.execute("SET lock_timeout = '1ms'")
            for act in (
                lambda: secrecy.insert(env, self.decision, BALLOTS[1], "x" * 64),
                lambda: secrecy.change(env, self.decision, digest, BALLOTS[1]),
                lambda: secrecy.remove(env, self.decision, digest),
            ):
                cr.execute("SAVEPOINT act")
                with self.assertRaises(LockNotAvailable):
                    act()
                # What the database writes into its log.
                failed = cr._obj.query.decode()
                self.assertIn("wezer_urn", failed)
                for secret in (BALLOTS[1], digest, "x" * 64):
                    self.assertNotIn(secret, failed)
                cr.execute("ROLLBACK TO SAVEPOINT act")
            cr.rollback()
            other.rollback()

    def test_a_vote_that_fails_writes_no_line_into_the_log(self):
        with (
            self.assertNoLogs("odoo.sql_db", "INFO"),
            self.registry.cursor() as cr,
            self.registry.cursor() as other,
        ):
            env = api.Environment(cr, SUPERUSER_ID, {})
            voter = self._voter(env, 1)
            other.execute(
                "SELECT FROM wezer_decision_voter WHERE id = %s FOR UPDATE", [voter.id]
            )
            cr.execute("SET LOCAL lock_timeout = '1ms'")
            with self.assertRaises(LockNotAvailable):
                env["wezer.urn"]._cast(voter, BALLOTS[5])
            cr.rollback()
            other.rollback()


@tagged("post_install", "-at_install")
class TestSecretVotesOfColleges(TestSecretVotes):
    """The same of a vote by three colleges: six, six, and nobody."""

    def _make(self, env):
        made = super()._make(env)
        decision = env["wezer.decision"].browse(self.decision)
        circle = decision.group_id
        colleges = env["wezer.decision.college"].create(
            [
                {
                    "group_id": circle.id,
                    "name": name,
                    "weight": weight,
                    "source_id": circle.id,
                }
                for name, weight in (("A", "1/2"), ("B", "3/10"), ("C", "1/5"))
            ]
        )
        decision.write({"electorate": "colleges", "college_ids": colleges.ids})
        self.colleges = colleges.ids
        for number in range(VOTERS):
            voter = self._voter(env, number)
            voter.college_id = colleges[number % 2]
        return made

    def test_each_ballot_keeps_its_college_and_no_order_tells_more(self):
        for number in range(VOTERS):
            self._cast(number)
        before = dict(self._urn("choice, college_id"))
        self.assertEqual(
            before,
            {BALLOTS[number]: self.colleges[number % 2] for number in range(VOTERS)},
        )
        self._close()
        self.assertEqual(dict(self._urn("choice, college_id")), before)
        # The colleges do not stand one after the other, neither by id nor by place.
        for columns in ("id", "ctid"):
            rows = self._urn(f"{columns}, college_id")
            order = [college for _place, college in rows]
            self.assertNotEqual(order, sorted(order))
        rows = sorted(self._urn("id, college_id"))
        self.assertNotEqual([row[1] for row in rows], sorted(before.values()))

    def test_four_ballots_of_one_college_leave_none(self):
        for number in (0, 2, 4, 6, 8, 10, 1, 3, 5, 7):
            self._cast(number)
        self.assertEqual(self._close(), {})
        self.assertFalse(self._urn())

    def test_it_is_shown_who_voted_where_eight_people_did(self):
        # Of two colleges, at least five each vote where there is a result.
        for number in (0, 2, 4, 6, 8):
            self._cast(number)
        self.assertEqual(sum(self._close().values()), 5)
        shown = "SELECT roll_shown FROM wezer_decision WHERE id = %s"
        self.assertFalse(self._rows(shown, self.decision)[0][0])
