"""What other systems' own tests expect of a ledger, asked of ours.

`shared/data/scenarios/` holds the cases of Komunitin, TimeOverflow and OSCurrency as
data: what is done, and what must come of it. Every line of them is either played
here, with the numbers of the file, or stands in `NOT_OURS` with the reason. A line
that is neither fails the test. The 3,000 transfers of Komunitin and their published
statistics are in `addons/wezer_currency/tests/test_files.py`.
"""

import json
import re
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_currency.tests.common import CurrencyCommon
from odoo.addons.wezer_currency.tests.common_concurrency import ConcurrencyCase

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "scenarios"

AUTOMATIC = "no money leaves a wallet without its owner's consent"
TRUST = "currencies of other systems, trust between them: a later version"
RAISING = "limits are granted by moderators, they do not rise by being paid"
OWNERS = "moderators freeze and close wallets; who wants to be left out leaves"
# What the suite has no notion of: the beginning of the line, and why.
NOT_OURS = {
    "account1 set to accept requests automatically": AUTOMATIC,
    "admin turns on-payment credit on": RAISING,
    "user2 pays account1 1400": RAISING,
    "request from a whitelisted account": AUTOMATIC,
    "request left alone, accept-after": AUTOMATIC,
    "pay 100 TEST account1 -> e1 with no trust": TRUST,
    "EXTR trusts TEST": TRUST,
    "e1 requests 20 EXTR": TRUST,
    "relayed transaction": TRUST,
    "owner disables the account": OWNERS,
    "owner re-enables": OWNERS,
    "disabled account with balance 0 deleted by its owner": OWNERS
    + "; a wallet is kept, as its history is",
    "delete a new, pending or rejected transfer": "nothing is deleted: what is"
    " withdrawn or refused is kept as ended",
    "list of sources for an admin": "files name the payers, no list is chosen from",
    "saved and updated transfers": "no outside program is notified of events",
}
# Played with real threads and commits, below.
PARALLEL = ("10 parallel payments 1..10", "two parallel writes of the credit limit")

STATES = {"committed": "done", "pending": "requested", "rejected": "ended"}
FORBIDDEN = ("unauthorised", "forbidden")


def cases(name):
    path = DATA / f"{name}_scenarios.json"
    return json.loads(path.read_text()) if path.exists() else None


class ScenarioCase(CurrencyCommon):
    """Three accounts: the administrator's, and two members'."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.people = {"0": cls.admin, "1": cls.anna, "2": cls.luc}

    def start(self, code, **vals):
        self.money = self._currency(code, code, **vals)
        self.held = self.asked = self.env["wezer.transfer"]
        for user in self.people.values():
            self.wallet(user, self.money)

    def play(self, steps, played):
        """Play each line by the first of ``played`` whose pattern it has."""
        for step in steps:
            line = step["do"]
            if line.startswith((*NOT_OURS, *PARALLEL)):
                continue
            found = next((one for one in played if re.search(one[0], line)), None)
            self.assertIsNotNone(found, f"neither played nor left out: {line}")
            with self.subTest(line):
                self.answered(step, found[1], re.search(found[0], line).groups())

    def answered(self, step, play, words):
        refused = step.get("expect_refused")
        if not refused:
            play(step, *words)
            self.compare(step.get("expect"))
            return
        # Each call of the line is refused; the first would hide the others.
        calls = play(step, *words)
        for call in calls if isinstance(calls, list) else [calls]:
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                call()
            if str(refused).startswith(FORBIDDEN):
                frozen = getattr(caught.exception, "rule", "") in ("state", "on_hold")
                self.assertTrue(
                    isinstance(caught.exception, AccessError) or frozen,
                    caught.exception,
                )
            elif "insufficient" in str(refused):
                self.assertEqual(caught.exception.rule, "limit")

    def compare(self, expect):
        for name, value in (expect if isinstance(expect, dict) else {}).items():
            if name == "state":
                self.assertEqual(self.asked.state, STATES[value])
            elif re.fullmatch(r"account\d", name):
                self.assertEqual(self.minor(name[-1]), value, name)

    def minor(self, number):
        wallet = self.wallet(self.people[number], self.money)
        wallet.invalidate_recordset()
        return wallet.balance

    def text(self, minor):
        return self.money._decimal(int(minor))

    def ids(self, payer, payee):
        people = self.people
        return (
            people[payer].partner_id.id,
            people[payee].partner_id.id,
            self.money.id,
        )

    def given(self, who, payer, payee, minor):
        """Return the transfer that ``who`` makes."""
        mine = self._transfers(self.people[who])
        return mine.browse(mine.pay(*self.ids(payer, payee), self.text(minor)))

    def batch(self, rows):
        """Post ``(payer, payee, minor)`` as the administrator."""
        return self._transfers(self.admin).post_batch(
            [
                {
                    **dict(zip(("payer", "payee", "currency"), ids, strict=True)),
                    "amount": self.text(minor),
                }
                for ids, minor in (
                    (self.ids(payer, payee), minor) for payer, payee, minor in rows
                )
            ]
        )


@tagged("post_install", "-at_install")
class TestKomunitin(ScenarioCase):
    """Amounts in the smallest of four decimals; 1,000 of them are the credit."""

    def test_scenarios_of_komunitin(self):
        data = cases("komunitin")
        if not data:
            self.skipTest("shared data are absent")
        credit = data["setup"]["default_initial_credit_limit"]
        seen = 0
        for scenario in data["scenarios"]:
            with self.subTest(scenario["id"]):
                self.start(scenario["id"], digits=data["setup"]["scale"])
                self.money.write({"has_lower": True, "lower_limit": -credit})
                self.play(scenario["steps"], self.steps())
                self.assertBooksHold()
                seen += len(scenario["steps"])
        self.assertEqual(seen, 44)

    def steps(self):
        return [
            (r"^user(\d) pays account(\d) (\d+)", self.pays),
            (r"^admin moves (\d+) account(\d) -> account(\d)", self.admin_moves),
            (r"^user(\d) drafts (\d+) to account(\d)", self.drafts),
            (r"^user(\d) commits the draft", self.commits),
            (r"^anonymous payment", self.anonymous),
            (r"^user(\d) tries to move (\d+) account(\d) -> account(\d)", self.steals),
            (r"^amount (-?[\d.]+)", self.odd_amount),
            (r"^payer = payee", self.to_himself),
            (r"^unknown payer or payee", self.unknown),
            (r"^pay (\d+) with balance", self.too_much),
            (r"^admin sets credit limit of account(\d) to (\d+); user1 pays (\d+)",)
            + (self.more_credit,),
            (r"^user(\d) requests (\d+) again, user(\d) rejects", self.asks_in_vain),
            (r"^user(\d) requests (\d+) from account(\d)", self.asks),
            (r"^user(\d) accepts", self.accepts),
            (r"^transitions (.*)", self.wrong_order),
            (r"^delete a committed transfer", self.deletes),
            (r"^delete another person's rejected transfer", self.deletes_others),
            (r"^allow payments off for account(\d)", self.frozen_pays),
            (r"^allow payment requests off for account(\d)", self.frozen_asks),
            (r"^one batch of 4 payments of (\d+)", self.four_in_a_batch),
            (r"^one batch of (\d+) payments of (\d+)", self.many_in_a_batch),
            (r"^owner tries to suspend", self.freezes),
            (r"^admin suspends; owner tries", self.thaws),
            (r"^admin suspended->disabled->suspended->active", self.states),
        ]

    # === PAYING === #

    def pays(self, _step, payer, payee, minor):
        self.given(payer, payer, payee, minor)

    def admin_moves(self, _step, minor, payer, payee):
        self.batch([(payer, payee, minor)])

    def drafts(self, _step, payer, minor, payee):
        # There are no drafts of money: what is meant is set aside.
        mine = self._transfers(self.people[payer])
        self.held = mine.browse(mine.reserve(*self.ids(payer, payee), self.text(minor)))

    def commits(self, _step, payer):
        self.held.with_user(self.people[payer]).action_settle()

    def anonymous(self, _step):
        visitor = self._transfers(self.env.ref("base.public_user"))
        return lambda: visitor.pay(*self.ids("1", "2"), self.text(1))

    def steals(self, _step, who, minor, payer, payee):
        return lambda: self.given(who, payer, payee, minor)

    def odd_amount(self, _step, minor):
        # Their whole numbers are the smallest unit, the fourth decimal here.
        text = f"{float(minor) / 10**4:.5f}" if "." in minor else None
        mine = self._transfers(self.people["1"])
        return lambda: mine.pay(
            *self.ids("1", "2"), text or f"{int(minor) / 10**4:.4f}"
        )

    def to_himself(self, _step):
        return lambda: self.given("1", "1", "1", 1)

    def unknown(self, _step):
        nobody = self.env["res.partner"].search([], order="id desc", limit=1).id + 999
        me, money = self.anna.partner_id.id, self.money.id
        mine, boss = self._transfers(self.anna), self._transfers(self.admin)
        row = {"payer": nobody, "payee": me, "currency": money, "amount": "1"}
        return [
            lambda: mine.pay(me, nobody, money, "0.01"),
            lambda: mine.pay(nobody, me, money, "0.01"),
            lambda: mine.ask(nobody, me, money, "0.01"),
            lambda: boss.post_batch([row]),
        ]

    def too_much(self, _step, minor):
        return lambda: self.given("1", "1", "2", minor)

    def more_credit(self, _step, number, limit, minor):
        wallet = self.wallet(self.people[number], self.money)
        wallet.with_user(self.moderator).set_limits(self.text(limit))
        self.given(number, number, "2", minor)

    # === ASKING === #

    def asks(self, _step, payee, minor, payer):
        if not self.minor("1"):
            # Where their accounts stand after what is accepted by itself.
            self.given("1", "1", "2", minor)
        mine = self._transfers(self.people[payee])
        ids = self.ids(payer, payee)
        self.asked = mine.browse(mine.ask(*ids, self.text(minor)))

    def accepts(self, _step, payer):
        self.asked.with_user(self.people[payer]).action_accept()

    def asks_in_vain(self, step, payee, minor, payer):
        mine = self._transfers(self.people[payee])
        ids = self.ids(payer, payee)
        self.asked = mine.browse(mine.ask(*ids, self.text(minor)))
        self.asked.with_user(self.people[payer]).action_refuse()

    def wrong_order(self, _step, _words):
        """What is done is not refused, what is refused is not done, and so on."""
        done = self.given("1", "1", "2", 1)
        self.given("2", "2", "1", 1)
        refused = self.asked
        both = (self.anna, self.luc)
        actions = ("accept", "refuse", "withdraw", "settle", "release", "confirm")
        return [
            lambda one=one, action=action, user=user: getattr(
                one.with_user(user), f"action_{action}"
            )()
            for one, more in ((done, ["deny"]), (refused, ["deny", "reverse"]))
            for action in (*actions, *more)
            for user in both
        ]

    def deletes(self, _step):
        return [
            lambda one=one: one.unlink()
            for one in (
                self.asked.with_user(self.anna),
                self.asked.with_user(self.luc),
                self.asked.sudo(),
            )
        ]

    def deletes_others(self, _step):
        return self.asked.with_user(self.stranger).unlink

    # === STATES OF WALLETS === #

    def moderate(self, number, action):
        wallet = self.wallet(self.people[number], self.money)
        getattr(wallet.with_user(self.moderator), action)()
        return wallet

    def frozen_pays(self, _step, number):
        self.moderate(number, "action_freeze")
        return lambda: self.given(number, number, "2", 1)

    def frozen_asks(self, _step, number):
        mine = self._transfers(self.people[number])
        return lambda: mine.ask(*self.ids("2", number), self.text(1))

    def freezes(self, _step):
        return [
            lambda user=user: (
                self.wallet(user, self.money).with_user(self.anna).action_freeze()
            )
            for user in (self.anna, self.luc)
        ]

    def thaws(self, _step):
        wallet = self.moderate("1", "action_freeze").with_user(self.anna)
        return [
            wallet.action_unfreeze,
            wallet.action_close,
            wallet.action_reopen,
            lambda: self.given("1", "1", "2", 1),
        ]

    def states(self, _step):
        wallet = self.wallet(self.anna, self.money)
        seen = []
        for action in ("close", "reopen", "freeze", "unfreeze"):
            self.moderate("1", f"action_{action}")
            seen.append(wallet.state)
        self.assertEqual(seen, ["closed", "open", "frozen", "open"])

    # === BATCHES === #

    def four_in_a_batch(self, _step, minor):
        self.batch([("1", payee, minor) for payee in "2200"])

    def many_in_a_batch(self, _step, count, minor):
        self.batch([("1", "2", minor)] * int(count))


@tagged("post_install", "-at_install")
class TestTimebanks(ScenarioCase):
    """TimeOverflow and OSCurrency: each case on a currency of its own."""

    def test_scenarios_of_time_banks(self):
        data = cases("timebank")
        if not data:
            self.skipTest("shared data are absent")
        for case in data["cases"]:
            line = case["do"]
            if line.startswith(tuple(NOT_OURS)):
                continue
            with self.subTest(case["id"]):
                play = getattr(self, f"play_{case['id'].lower()}", None)
                self.assertIsNotNone(play, f"neither played nor left out: {line}")
                self.start(case["id"], lower="10000", digits=0)
                play(case.get("expect"))
                self.assertBooksHold()

    def refused(self, call, rule=None):
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            call()
        if rule:
            self.assertEqual(caught.exception.rule, rule)

    def play_to1(self, _expect):
        company = self.env.company.partner_id
        for partner in (self.anna.partner_id, company):
            wallets = self.env["wezer.wallet"]
            self.assertEqual(
                wallets._get(partner, self.money), wallets._get(partner, self.money)
            )
            found = wallets.search(
                [
                    ("partner_id", "=", partner.id),
                    ("wezer_currency_id", "=", self.money.id),
                ]
            )
            self.assertEqual(len(found), 1)

    def play_to2(self, expect):
        for turn, give in enumerate(
            (
                lambda: self.batch([("1", "2", 5)])[0],
                lambda: self.given("1", "1", "2", 5).id,
            ),
            start=1,
        ):
            entries = self.env["wezer.ledger.entry"].search(
                [("transfer_id", "=", give())]
            )
            # Their two movements are the two ends of one row.
            self.assertEqual(len(entries), expect["transfers"])
            self.assertEqual(len(entries.from_id | entries.to_id), expect["movements"])
            self.assertEqual(self.minor("1"), turn * expect["giver"])
            self.assertEqual(self.minor("2"), turn * expect["taker"])
            self.assertEqual(
                self.minor("1") + self.minor("2"), expect["sum_of_movements"]
            )

    def play_to3(self, _expect):
        self.refused(lambda: self.given("1", "1", "2", 0), "amount")

    def within(self, upper, expect):
        """Pay 5 into a wallet that may go from 0 to ``upper``, where limits warn."""
        self.money.limit_policy = "warn"
        wallet = self.wallet(self.luc, self.money)
        wallet.with_user(self.moderator).set_limits("0", upper)
        paid = self.given("1", "1", "2", 5)
        self.assertEqual(self.minor("2"), expect["balance"])
        self.assertEqual(paid.sudo().beyond_limit, expect["flagged"])
        beyond = self.env["wezer.wallet"].search(
            [("id", "=", wallet.id), ("beyond_limit", "=", True)]
        )
        self.assertEqual(bool(beyond), expect["flagged"])

    def play_to4(self, expect):
        self.within("100", expect)

    def play_to5(self, expect):
        self.within("0", expect)

    def play_to6(self, expect):
        made = self.batch([("1", "2", 3600), ("1", "0", 3600)])
        self.assertEqual(len(made), expect["transfers"])
        self.assertEqual(self.minor("1"), -7200)

    def play_to7(self, expect):
        made = self.batch([("1", "0", 3600), ("2", "0", 3600)])
        self.assertEqual(len(made), expect["transfers"])
        self.assertEqual(self.minor("0"), 7200)

    def play_to8(self, _expect):
        boss = self._transfers(self.admin)
        whole = {"payer": self.anna.partner_id.id, "payee": self.luc.partner_id.id}
        for side in whole:
            row = {**whole, "currency": self.money.id, "amount": "1"}
            del row[side]
            self.refused(lambda row=row: boss.post_batch([row]), "batch")

    def play_to9(self, _expect):
        self.refused(
            lambda: self.env["wezer.file.import"].with_user(self.anna).create({})
        )
        # Members can make a batch from their own wallet only, administrators from any.
        row = {
            "payer": self.luc.partner_id.id,
            "payee": self.anna.partner_id.id,
            "currency": self.money.id,
            "amount": "1",
        }
        self.refused(lambda: self._transfers(self.anna).post_batch([row]), "batch")

    def play_to11(self, _expect):
        outside = self.env["res.partner"].create({"name": "of another community"})
        me = self.anna.partner_id.id
        mine = self._transfers(self.anna)
        self.refused(lambda: mine.pay(me, outside.id, self.money.id, "1"), "other_side")
        self.refused(lambda: mine.ask(outside.id, me, self.money.id, "1"), "other_side")

    def play_os1(self, _expect):
        wallet = self.wallet(self.anna, self.money)
        wallet.with_user(self.moderator).set_limits("0")
        self.refused(lambda: self.given("1", "1", "2", 10), "limit")

    def play_os2(self, _expect):
        self.given("2", "2", "1", 10)
        wallet = self.wallet(self.anna, self.money)
        wallet.with_user(self.moderator).set_limits("0")
        self.assertEqual(self.given("1", "1", "2", 10).state, "done")
        self.assertEqual(self.minor("1"), 0)

    def play_os3(self, _expect):
        self.money.write({"levy_payee_fixed_text": "1", "levy_payee": 1000})
        paid = self.given("1", "1", "2", 10)
        self.assertEqual((paid.sudo().levy_payee_minor, self.minor("2")), (2, 8))
        entries = self.env["wezer.ledger.entry"].search(
            [("wezer_currency_id", "=", self.money.id), ("kind", "=", "levy")]
        )
        # The month's and the year's list of what was taken: the same rows.
        for step in ("month", "year"):
            taken = {
                key[0]: rows.mapped("amount")
                for *key, rows in entries._read_group(
                    [("id", "in", entries.ids)], [f"date:{step}"], ["id:recordset"]
                )
            }
            self.assertEqual(list(taken.values()), [[paid.sudo().levy_payee_minor]])


@tagged("post_install", "-at_install", "concurrency")
class TestParallelScenarios(ConcurrencyCase):
    """K12 and K16 of Komunitin, with real threads and commits."""

    def setUp(self):
        super().setUp()
        if not cases("komunitin"):
            self.skipTest("shared data are absent")

    def step(self, name):
        steps = {one["id"]: one["steps"] for one in cases("komunitin")["scenarios"]}
        return steps[name][0]["expect"]

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_k12_ten_concurrent_payments_all_arrive(self):
        expect = self.step("K12")
        calls = [self._pay(1, f"0.{number:02}") for number in range(1, 11)]
        results = self._at_once(*calls)
        self.assertEqual([one for one in results if not isinstance(one, int)], [])
        self.assertEqual(self._balance(0), expect["account1"])
        self.assertEqual(self._balance(1), expect["account2"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_k16_concurrent_limits_hold_to_the_last_unit(self):
        limits = [int(text) for text in self.step("K16")["limit"].split(" or ")]

        def grant(limit):
            # As a moderator would; the wallet's own method checks that.
            return lambda env: (
                env["res.partner"]
                .sudo()
                .browse(self.partners[0])
                ._wezer_wallet(env["wezer.currency"].browse(self.currency_id))
                .with_user(2)
                .set_limits(f"{limit / 100:.2f}")
            )

        results = self._at_once(*map(grant, limits))
        self.assertFalse([one for one in results if isinstance(one, Refusal)])
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT -lower_limit FROM wezer_wallet"
                " WHERE partner_id = %s AND wezer_currency_id = %s",
                [self.partners[0], self.currency_id],
            )
            held = int(cr.fetchone()[0])
        self.assertIn(held, limits)
        over = self._alone(self._pay(1, f"{(held + 1) / 100:.2f}"))
        self.assertEqual(over.rule, "limit")
        self._alone(self._pay(1, f"{held / 100:.2f}"))
        self.assertEqual(self._balance(0), -held)
