import csv
import itertools
import json
import os
import random
from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, HttpCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import ring_debts
from ..tools.circulation import (
    TooLong,
    is_largest,
    largest_circulation,
    rings,
)
from .common import CurrencyCommon

ALL = os.environ.get("WEZER_COUNTS") == "all"
SAMPLE = Path(__file__).resolve().parents[4] / "shared/data/movein/clearing"
PAIRS = list(itertools.permutations(range(4), 2))
# Few debts of small amounts: every circulation is tried.
SMALL = st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 3), max_size=6)
MANY = settings(
    max_examples=400 if ALL else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# Each example is paid, proposed and posted.
FEW = settings(MANY, max_examples=60 if ALL else 6)


def every_total(debts):
    """Yield what each circulation under ``debts`` cancels."""
    for amounts in itertools.product(*(range(most + 1) for most in debts.values())):
        position = [0] * 4
        for (debtor, creditor), amount in zip(debts, amounts, strict=True):
            position[debtor] -= amount
            position[creditor] += amount
        if not any(position):
            yield sum(amounts)


def random_debts(seed, parties, count):
    drawn = random.Random(seed)
    debts = {}
    while len(debts) < count:
        pair = tuple(drawn.sample(range(parties), 2))
        debts[pair] = max(1, int(drawn.lognormvariate(4, 1.2)))
    return debts


def summed(found):
    total = {}
    for ring in found:
        for pair in ring.pairs:
            total[pair] = total.get(pair, 0) + ring.amount
    return total


@tagged("post_install", "-at_install")
class TestCirculation(BaseCase):
    """The arithmetic, without a database."""

    @MANY
    @given(SMALL)
    def test_no_circulation_cancels_more(self, debts):
        found = largest_circulation(debts)
        self.assertEqual(found.total, max(every_total(debts)))
        self.assertTrue(is_largest(debts, found))

    def test_large_graphs_are_proved_and_divided_into_rings(self):
        for seed in range(40 if ALL else 6):
            debts = random_debts(seed, 60, 300 + 40 * seed)
            found = largest_circulation(debts)
            self.assertTrue(is_largest(debts, found))
            circles = rings(found.cancelled)
            self.assertEqual(summed(circles), found.cancelled)
            self.assertLessEqual(len(circles), len(found.cancelled))
            for ring in circles:
                self.assertEqual(len(set(ring.parties)), len(ring.parties))
            # What is left has no ring: nothing more can be cancelled.
            left = {
                pair: amount - found.cancelled.get(pair, 0)
                for pair, amount in debts.items()
                if amount > found.cancelled.get(pair, 0)
            }
            self.assertEqual(largest_circulation(left).total, 0)

    def test_what_is_less_than_the_largest_is_not_proved(self):
        debts = {(0, 1): 5, (1, 2): 4, (2, 0): 3}
        found = largest_circulation(debts)
        self.assertEqual(found.cancelled, dict.fromkeys(debts, 3))
        less = found._replace(cancelled=dict.fromkeys(debts, 2))
        more = found._replace(cancelled=dict.fromkeys(debts, 4))
        open_ring = found._replace(cancelled={(0, 1): 3, (1, 2): 3})
        for wrong in (less, more, open_ring):
            self.assertFalse(is_largest(debts, wrong))
        with self.assertRaises(ValueError):
            rings(open_ring.cancelled)
        with self.assertRaises(ValueError):
            largest_circulation({(0, 0): 1})

    def test_it_gives_up_when_its_time_is_over(self):
        with self.assertRaises(TooLong):
            largest_circulation({(0, 1): 1, (1, 2): 1, (2, 0): 2}, seconds=-1)

    def test_the_sample_graph_reaches_its_optimum(self):
        if not SAMPLE.exists():
            self.skipTest("shared data are absent")
        wanted = json.loads((SAMPLE / "expected.json").read_text())
        with (SAMPLE / "graph.csv").open() as file:
            debts = {
                (int(row["debtor"]), int(row["creditor"])): int(row["amount"])
                for row in csv.DictReader(file)
            }
        self.assertEqual(sum(debts.values()), wanted["total_debt"])
        found = largest_circulation(debts)
        self.assertEqual(found.total, wanted["best_cleared"])
        self.assertTrue(is_largest(debts, found))
        self.assertEqual(summed(rings(found.cancelled)), found.cancelled)


@tagged("post_install", "-at_install")
class TestClearing(CurrencyCommon, HttpCase):
    """Settling in circles: who agrees, what is proposed, what is posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maria = cls._member("maria")
        cls.people = [cls.anna, cls.luc, cls.stranger, cls.maria]
        cls.internal = cls.moderator
        cls.clearings = cls.env["wezer.clearing"]
        cls.credit.circle_clearing = True
        for user in cls.people:
            user.password = user.login

    def _agree(self, *users):
        for user in users or self.people:
            wallet = user.partner_id._wezer_wallet(self.credit)
            wallet.with_user(user).set_circle_settling(True)

    def _ring(self, *amounts, people=None):
        """Let each of the people pay the next one, the last the first."""
        people = people or self.people[: len(amounts)]
        following = people[1:] + people[:1]
        for payer, payee, amount in zip(people, following, amounts, strict=True):
            self.pay(payer, payer, payee, str(amount))

    def _night(self, later=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=later)):
            self.clearings._cron_clear()
        return self.clearings.search([("wezer_currency_id", "=", self.credit.id)])

    def _balances(self):
        return [self.balance(user) for user in self.people]

    def _debts(self):
        wallets = [user.partner_id._wezer_wallet(self.credit) for user in self.people]
        place = {wallet.id: number for number, wallet in enumerate(wallets)}
        debts = ring_debts.debts_between(
            self.credit, list(itertools.combinations(place, 2))
        )
        return {
            (place[debtor], place[creditor]): minor
            for (debtor, creditor), minor in debts.items()
        }

    # === FROM THE DEBTS TO THE LEDGER === #

    def test_a_ring_is_proposed_told_and_posted_without_changing_a_balance(self):
        self._ring(50, 40, 30)
        # Donations, and what was given back, are no debts.
        self._transfers(self.anna).donate(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "7"
        )
        self.pay(self.luc, self.luc, self.anna, "9").with_user(
            self.anna
        ).action_reverse()
        self._agree()
        had = self._balances()
        clearing = self._night()
        self.assertEqual(len(clearing), 1)
        self.assertEqual((clearing.state, clearing.amount_minor), ("proposed", 3000))
        self.assertEqual(
            sorted(clearing.line_ids.mapped("debt_minor")), [3e3, 4e3, 5e3]
        )
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.luc.partner_id.id)], limit=1
        )
        self.assertEqual(notice.url, f"/my/clearing/{clearing.id}")
        self.assertIn("30.00 COM", notice.text)
        # The same debts are not proposed twice, and nothing is posted before its time.
        self.assertEqual(self._night(2), clearing)
        self.assertEqual(clearing.state, "proposed")
        self.assertBooksHold()
        self._night(4)
        self.assertEqual(clearing.state, "posted")
        self.assertTrue(notice.settled)
        self.assertEqual(self._balances(), had)
        self.assertEqual(self._debts(), {(0, 1): 2000, (1, 2): 1000})
        transfers = clearing.line_ids.transfer_id
        self.assertEqual(len(transfers), 3)
        self.assertEqual(set(transfers.mapped("amount_minor")), {3000})
        # Who was owed pays it back.
        self.assertEqual(
            transfers.filtered(
                lambda transfer: transfer.payer_id == self.luc.partner_id
            ).payee_id,
            self.anna.partner_id,
        )
        self.assertBooksHold()
        with self.assertRefused("origin"):
            transfers[0].with_user(transfers[0].payee_id.user_ids).action_reverse()
        self._night(5)
        self.assertEqual(clearing.line_ids.transfer_id, transfers)
        # The check finds a settlement that was posted in part.
        self.env.cr.execute(
            "UPDATE wezer_clearing_line SET transfer_id = NULL WHERE id = %s",
            [clearing.line_ids[0].id],
        )
        self.assertTrue(self.env["wezer.invariant"].sudo()._check_clearings())

    def test_only_those_take_part_who_agreed_in_a_currency_that_has_it(self):
        self._ring(50, 40, 30)
        self.assertFalse(self._night())
        self._agree(self.anna, self.luc)
        self.assertFalse(self._night())
        self._agree(self.stranger)
        self.credit.circle_clearing = False
        self.assertFalse(self._night())
        with self.assertRefused("circles"):
            self._agree(self.maria)
        self.credit.circle_clearing = True
        self.wallet(self.luc).with_user(self.moderator).action_freeze()
        self.assertFalse(self._night())
        self.wallet(self.luc).with_user(self.moderator).action_unfreeze()
        self.assertEqual(len(self._night()), 1)

    def test_limits_and_levies_do_not_stop_what_changes_no_balance(self):
        self._ring(50, 40, 30)
        self.credit.write({"levy_payer": 100, "levy_payee_fixed_text": "1"})
        for user in self.people[:3]:
            minor = self.wallet(user).balance
            lower = self.credit._decimal(max(-minor, 0))
            upper = self.credit._decimal(max(minor, 0))
            self.wallet(user).with_user(self.moderator).set_limits(lower, upper)
        self._agree()
        had = self._balances()
        clearing = self._night()
        self._night(4)
        self.assertEqual(clearing.state, "posted")
        self.assertEqual(self._balances(), had)
        self.assertFalse(any(clearing.line_ids.transfer_id.mapped("beyond_limit")))
        self.assertBooksHold()

    def test_one_who_declines_stops_it_for_all_and_is_left_out_for_a_time(self):
        self._ring(50, 40, 30)
        self._agree()
        clearing = self._night()
        clearing.with_user(self.luc).action_decline()
        self.assertEqual(clearing.state, "declined")
        with self.assertRefused("state"):
            clearing.with_user(self.anna).action_decline()
        self.assertEqual(self._night(4), clearing)
        self.assertFalse(clearing.line_ids.transfer_id)
        # Others still find each other.
        self._ring(20, 20, 20, people=[self.anna, self.maria, self.stranger])
        self.assertEqual(len(self._night(5)), 2)
        self._agree(self.luc)
        self.assertEqual(len(self._night(5)), 3)

    def test_nothing_is_posted_where_a_debt_shrank_or_somebody_left(self):
        self._ring(50, 40, 30)
        self._agree()
        shrank = self._night()
        self.pay(self.anna, self.anna, self.stranger, "1")
        self._night(4)
        self.assertEqual(shrank.state, "expired")
        self.assertFalse(shrank.line_ids.transfer_id)
        self.assertEqual(shrank.amount_minor, 3000)
        again = self.clearings.search([("state", "=", "proposed")])
        self.assertEqual(again.amount_minor, 2900)
        wallet = self.wallet(self.luc).with_user(self.luc)
        wallet.set_circle_settling(False)
        self.assertEqual(again.state, "declined")
        self._agree()
        frozen = self._night() - shrank - again
        self.wallet(self.luc).with_user(self.moderator).action_freeze()
        self._night(5)
        self.assertEqual(frozen.state, "expired")
        self.assertBooksHold()

    @FEW
    @given(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 2000)),
            min_size=3,
            max_size=12,
        )
    )
    def test_random_trade_is_settled_to_the_last_ring(self, payments):
        with self.env.cr.savepoint() as savepoint:
            for payer, payee, minor in payments:
                if payer != payee:
                    people = self.people[payer], self.people[payee]
                    self.pay(people[0], *people, self.credit._decimal(minor))
            self._agree()
            had, debts = self._balances(), self._debts()
            best = largest_circulation(debts).total
            self._night()
            found = self._night(4).filtered(lambda one: one.state == "posted")
            settled = sum(one.amount_minor * one.member_count for one in found)
            self.assertEqual(settled, best)
            self.assertEqual(self._balances(), had)
            left = self._debts()
            self.assertEqual(sum(left.values()), sum(debts.values()) - best)
            self.assertEqual(largest_circulation(left).total, 0)
            self.assertFalse(self.env["wezer.invariant"].sudo()._check_clearings())
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    # === WHO SEES AND DOES WHAT === #

    def test_members_read_their_own_part_only(self):
        self._ring(50, 40, 30, 20)
        self._agree()
        clearing = self._night()
        mine = clearing.with_user(self.anna)
        self.assertEqual(mine.amount_display, "20.00 COM")
        lines = self.env["wezer.clearing.line"].with_user(self.anna)
        own = lines.search([("clearing_id", "=", clearing.id)])
        wallet = self.wallet(self.anna)
        self.assertEqual(len(own), 2)
        for line in own.sudo():
            self.assertIn(wallet, line.debtor_wallet_id | line.creditor_wallet_id)
        other = clearing.line_ids - own.sudo()
        with self.assertRaises(AccessError):
            other[0].with_user(self.anna).read(["debt_minor"])
        for call in (
            lambda: mine.read(["line_ids"]),
            lambda: mine.search([("line_ids", "in", other.ids)]),
            lambda: mine.search([("line_ids.debt_minor", ">", 0)]),
        ):
            with self.assertRaises(AccessError):
                call()
        outside = self._member("outside")
        for user in (outside, self.internal):
            self.assertFalse(self.clearings.with_user(user).search([]))
            with self.assertRaises(AccessError):
                clearing.with_user(user).action_decline()
            with self.assertRaises(AccessError):
                wallet.with_user(user).set_circle_settling(False)
        with self.assertRaises(NotAllowed):
            mine.action_decline(self.luc.partner_id.id)
        for user in (self.anna, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                mine.with_user(user).write({"state": "posted"})
        self.assertEqual(clearing.state, "proposed")

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def test_a_member_agrees_reads_and_declines_on_the_website(self):
        self._ring(50, 40, 30, 20)
        self._login(self.anna)
        page = f"/my/wallets/{self.wallet(self.anna).id}"
        self.assertIn("Settle debts in circles: off", self.url_open(page).text)
        answer = self._post(f"{page}/circles", on="1")
        self.assertIn("Settle debts in circles: on", answer.text)
        self._agree(*self.people[1:])
        clearing = self._night()
        self.assertIn("Settlements are proposed to you", self.url_open(page).text)
        self.assertIn(f"/my/clearing/{clearing.id}", self.url_open("/my/clearing").text)
        text = self.url_open(f"/my/clearing/{clearing.id}").text
        # The two neighbours and their debts, and that there is another member.
        for said in ("Luc", "Maria", "50.00 COM", "30.00 COM", "Another member"):
            self.assertIn(said, text)
        for hidden in ("Stranger", "40.00 COM"):
            self.assertNotIn(hidden, text)
        self._login(self.anna)
        answer = self._post(
            f"/my/clearing/{clearing.id}/decline", acting=self.anna.partner_id.id
        )
        self.assertIn("Declined on", answer.text)
        self.assertEqual(clearing.state, "declined")
        self.assertIn("nothing new is proposed", self.url_open(page).text)
        self._post(f"{page}/circles", on="")
        self.assertFalse(self.wallet(self.anna).settles_in_circles)
        theirs = self.wallet(self.luc).id
        self.assertEqual(
            self._post(f"/my/wallets/{theirs}/circles", on="").status_code, 404
        )
        self.assertTrue(self.wallet(self.luc).settles_in_circles)
        outside = self._member("outside")
        outside.password = outside.login
        self._login(outside)
        gone = self.url_open(f"/my/clearing/{clearing.id}")
        self.assertEqual(gone.status_code, 404)
