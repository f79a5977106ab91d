import os
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from ..models.wezer_transfer import ANSWERS, HELD, TRANSFER
from ..models.wezer_treasury_act import ACT
from ..tools import treasury_policy
from ..tools.treasury_rows import DIRECTIONS
from .common import CurrencyCommon

# `./wezer test --all` plays more, and longer.
ALL = os.environ.get("WEZER_COUNTS") == "all"
PEOPLE = st.integers(0, 3)
AMOUNT = st.integers(1, 30000)
# Actions that begin a transfer, those that answer one, and what happens around them.
NAMES = (
    *"pay donate batch ask reserve schedule issue redeem".split(),
    *ANSWERS,
    *"settle_all reverse_all".split(),
    *"charge sweep seal clock freeze unfreeze limits again allow grow circles".split(),
    *"correct batch_back propose decide".split(),
)
# What treasurers propose, and what is answered.
ACTS = ("correction", "fee", "demurrage", "batch", "take_back")
DECISIONS = ("approve", "approve", "post", "refuse")
# Mostly what treasurers do, and what is in their way.
TREASURY = (
    *("propose", "decide") * 4,
    *"pay batch reverse limits clock charge batch_back freeze unfreeze".split(),
)
# So that there is something to correct and to take back.
BEGUN = [
    ("batch", 0, 1, 2500, 0),
    ("batch", 1, 2, 1500, 0),
    ("pay", 0, 2, 4000, 0),
    ("pay", 2, 1, 900, 0),
]


def _step(names):
    return st.tuples(st.sampled_from(names), PEOPLE, PEOPLE, AMOUNT, st.integers(0, 60))


STEP = _step(NAMES)
PLAY = settings(
    max_examples=100 if ALL else 10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
STEPS = st.lists(STEP, min_size=12, max_size=60 if ALL else 30)
PARTS = st.lists(st.integers(1, 20000), min_size=1, max_size=6)


class Player:
    """Does one random step after the other, mostly as a user who may."""

    def __init__(self, case, currency):
        self.case, self.currency, self.env = case, currency, case.env
        self.transfers = case.env["wezer.transfer"]
        self.made = self.transfers
        self.number = 0
        self.last = None

    def play(self, step):
        name, first, second, minor, which = step
        self.number += 1
        amount = self.currency._decimal(minor)
        if hasattr(self, f"do_{name}"):
            made = getattr(self, f"do_{name}")(first, second, minor, amount)
        elif name in ("pay", "donate", "ask", "reserve", "issue", "redeem"):
            made = self.begin(name, first, second, amount)
        else:
            made = self.answer(name, amount, which)
        self.made |= made or self.transfers

    def ids(self, first, second):
        people = self.case.people
        return (
            people[first].partner_id.id,
            people[second].partner_id.id,
            self.currency.id,
        )

    def begin(self, name, first, second, amount, **more):
        payer, payee, money = self.ids(first, second)
        treasury = self.currency.treasury_partner_id.id
        user = self.case.people[second if name == "ask" else first]
        if name == "issue":
            user, payer = self.case.people[3], treasury
        elif name == "redeem":
            payee = treasury
        given = payer, payee, money, amount, "bread", f"k{self.number}"
        mine = self.case._transfers(user)
        return self.transfers.browse(self.call(getattr(mine, name), *given, **more))

    def call(self, method, *given, **more):
        """Call a method; where it was not refused, ``do_again`` may repeat it."""
        result = method(*given, **more)
        self.last = method, given, more
        return result

    def answer(self, name, amount, which):
        # Mostly what it can be done with, sometimes anything.
        action = name.removesuffix("_all")
        fit = TRANSFER.sources(action)
        made = self.made.filtered(lambda made: made.state in fit) if which % 4 else None
        made = made or self.made
        if not made:
            return None
        transfer = made[which % len(made)]
        # For a treasury acts the administrator.
        party = transfer._party_for(action)
        user = party.user_ids[:1] or self.case.people[3]
        transfer = transfer.with_user(user).sudo(False)
        method = getattr(transfer, ANSWERS[action])
        if name in ("settle", "reverse"):
            return self.transfers.browse(self.call(method, amount, f"k{self.number}"))
        refusal = transfer._why_not(action)
        if refusal:
            # What is told beforehand is what the action raises.
            with self.case.assertRaises(type(refusal)) as caught:
                method()
            self.case.assertEqual(caught.exception.args, refusal.args)
            raise caught.exception
        done = method()
        return self.transfers.browse(done) if name != action else None

    def do_batch(self, first, second, _minor, amount):
        payer, payee, money = self.ids(first, second)
        row = {"payer": payer, "payee": payee, "currency": money, "amount": amount}
        rows = [{**row, "key": f"b{self.number}/{part}"} for part in range(2)]
        mine = self.case._transfers(self.case.people[first])
        return self.transfers.browse(self.call(mine.post_batch, rows))

    def do_correct(self, _first, _second, minor, amount):
        """A moderator who opened a statement corrects something, all or part."""
        if not self.made:
            return None
        transfer = self.made[minor % len(self.made)].with_user(self.case.moderator)
        wallet = transfer.sudo().payer_wallet_id.with_user(self.case.moderator)
        wallet.action_view_statement("Somebody asked for help")
        given = "This was a mistake", amount if minor % 3 else None, f"c{self.number}"
        return self.transfers.browse(self.call(transfer.action_correct, *given))

    def do_batch_back(self, _first, _second, minor, _amount):
        batches = self.env["wezer.batch"].search(
            [("wezer_currency_id", "=", self.currency.id)], order="id"
        )
        if not batches:
            return None
        # Administrators take back charges too.
        batch = batches[minor % len(batches)].with_user(self.case.people[3])
        made = self.call(batch.action_take_back, "All of this was a mistake")
        return self.transfers.search([("batch_number", "=", made)])

    def newest(self):
        return self.transfers.search([], order="id desc", limit=1).id or 0

    def do_propose(self, first, _second, minor, amount):
        """A treasurer does something alone, or proposes it where it is too much."""
        user, known = self.case.treasurers[first % 2], self.newest()
        acts = self.env["wezer.treasury.act"].with_user(user)
        kind, reason = ACTS[minor % len(ACTS)], "This was a mistake"
        if kind in ("fee", "demurrage"):
            acts.propose_charge(self.currency.id, kind)
        elif kind == "batch":
            wallet = self.case.wallet(self.case.people[first], self.currency)
            way = DIRECTIONS[minor % len(DIRECTIONS)]
            row = {"wallet": f"#{wallet.id}", "amount": amount, "direction": way}
            acts.propose_batch(self.currency.id, [row], reason)
        elif kind == "take_back":
            batches = self.env["wezer.batch"].search(
                [("wezer_currency_id", "=", self.currency.id)], order="id"
            )
            if batches:
                acts.propose_take_back(batches[minor % len(batches)].id, reason)
        elif self.made:
            transfer = self.made[minor % len(self.made)]
            wallets = transfer.payer_wallet_id | transfer.payee_wallet_id
            wallet = wallets.filtered(lambda wallet: not wallet.is_system)[:1]
            wallet.with_user(user).action_view_statement()
            part = amount if minor % 2 else None
            acts.propose_correction(transfer.id, reason, part)
        return self.transfers.search([("id", ">", known)])

    def do_decide(self, first, second, minor, _amount):
        """Somebody decides about what waits, or tries it though they may not."""
        acts = self.acts()
        waiting = acts.filtered(lambda act: act.state in ACT.unfinished)
        acts = waiting if minor % 4 else acts
        if not acts:
            return None
        case, known = self.case, self.newest()
        act = acts[minor % len(acts)]
        one, two = case.treasurers
        other = two if act.proposer_id == one.partner_id else one
        # Mostly the other treasurer; members may not.
        user = (other, one, case.people[3], case.people[0])[second]
        act = act.with_user(user)
        action = DECISIONS[first % len(DECISIONS)]
        method = getattr(act, f"action_{action}")
        if refusal := act._why_not(action):
            with case.assertRaises(type(refusal)) as caught:
                method()
            case.assertEqual(caught.exception.args, refusal.args)
            raise caught.exception
        method()
        return self.transfers.search([("id", ">", known)])

    def acts(self):
        return self.env["wezer.treasury.act"].search(
            [("wezer_currency_id", "=", self.currency.id)], order="id"
        )

    def do_schedule(self, first, second, minor, amount):
        day = fields.Datetime.now() + timedelta(days=minor % 40 + 1)
        return self.begin(
            "schedule",
            first,
            second,
            amount,
            date=fields.Datetime.to_string(day),
            every=("month", None)[minor % 2],
        )

    def do_clock(self, _first, _second, minor, _amount):
        """Let days pass: what is due is paid, what is late expires."""
        with freeze_time(fields.Datetime.now() + timedelta(days=minor % 70)):
            known = self.transfers.search([], order="id desc", limit=1).id or 0
            self.transfers._cron_schedule()
            self.transfers._cron_expire()
            self.env["wezer.treasury.act"]._cron_expire()
            return self.transfers.search([("id", ">", known)])

    def do_again(self, *_anything):
        """The same key with the same data gives the first result once more."""
        if self.last:
            call, given, more = self.last
            count = self.transfers.search_count([])
            call(*given, **more)
            self.case.assertEqual(self.transfers.search_count([]), count)

    def do_charge(self, _first, _second, minor, _amount):
        self.currency.action_charge("fee" if minor % 2 else "demurrage")

    def do_sweep(self, *_anything):
        self.env["wezer.wallet"]._cron_sweep()

    def do_seal(self, *_anything):
        self.env["wezer.ledger.seal"]._seal_now()

    def do_circles(self, *_anything):
        """Debts that run in a circle are settled: everybody has what they had."""
        self.currency.circle_clearing = True
        if not self.currency._clears_in_circles():
            return
        wallets = self.env["wezer.wallet"].search(
            [("wezer_currency_id", "=", self.currency.id), ("is_system", "=", False)]
        )
        wallets.settles_in_circles = True
        wallets.invalidate_recordset()
        had = wallets.mapped("balance")
        for day in (0, 4):
            with freeze_time(fields.Datetime.now() + timedelta(days=day)):
                self.env["wezer.clearing"]._cron_clear()
        wallets.invalidate_recordset()
        self.case.assertEqual(wallets.mapped("balance"), had)

    def wallet(self, first):
        wallet = self.case.wallet(self.case.people[first], self.currency)
        return wallet.with_user(self.case.moderator)

    def do_allow(self, first, second, minor, amount):
        """Accept requests in advance, ask for something, and let it be paid."""
        payer, payee, money = self.ids(first, second)
        rules = self.env["wezer.acceptance"].with_user(self.case.people[first])
        asker = payee if minor % 2 else None
        rules.allow(payer, money, asker, amount, self.currency._decimal(2 * minor))
        asked = self.begin("ask", first, second, amount)
        self.env["wezer.acceptance"]._cron_accept()
        asked.invalidate_recordset()
        if asked.automatic:
            self.case.assertFalse(asked.sudo().beyond_limit)
        return asked

    def do_grow(self, *_anything):
        if self.currency.kind == "mutual_credit" and not self.currency.external:
            self.currency.write({"credit_grows": True, "credit_cap_text": "600"})
            self.env["wezer.currency"]._cron_credit()

    def do_freeze(self, first, *_anything):
        self.wallet(first).action_freeze()

    def do_unfreeze(self, first, *_anything):
        self.wallet(first).action_unfreeze()

    def do_limits(self, first, _second, minor, amount):
        credit = self.currency.kind == "mutual_credit"
        lower, upper = amount if credit else "0", "400" if minor % 2 else None
        # Of some wallets the first limit warns, and the second refuses.
        warned = credit and minor > 1 and minor % 3
        warning = self.currency._decimal(minor // 2) if warned else None
        self.wallet(first).set_limits(lower, upper, warning, "200" if upper else None)


@tagged("post_install", "-at_install")
class TestProperties(CurrencyCommon):
    """Whatever people do in whatever order, the books hold.

    The steps are those of the state machine. Races are in ``test_concurrency_many``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [
            cls.anna,
            cls.luc,
            cls.stranger,
            cls.env.ref("base.user_admin"),
        ]
        cls.tickets = cls._currency(
            "Tickets", "TIC", kind="issued", levy_payer=150, levy_payee=70
        )
        cls.outside = cls._currency("Outside", "OUT", external=True)
        charges = {
            "levy_payer": 150,
            "levy_payee_fixed_text": "0.03",
            "fee_minor_text": "1",
            "demurrage_rate": 300,
            "demurrage_above_text": "20",
        }
        cls.credit.write(charges)
        cls.tickets.write({**charges, "levy_payee_fixed_text": "0.01"})
        cls.treasurers = [cls._member(name) for name in ("tess", "theo")]
        currencies = cls.credit | cls.tickets | cls.outside
        currencies.four_eyes_minor_text = "15"
        cls.env["wezer.currency.office"].create(
            [
                {"partner_id": user.partner_id.id, "wezer_currency_id": currency.id}
                for user in cls.treasurers
                for currency in currencies
            ]
        )

    def _play(self, currency, steps):
        player = Player(self, currency)
        for step in steps:
            before, states = self._ledger(), self._states(player.made)
            acts = self._states(player.acts())
            try:
                with self.env.cr.savepoint():
                    player.play(step)
            except (Refusal, NotAllowed):
                # Nothing of what is refused remains.
                self.assertEqual(self._ledger(), before, step)
            for transfer_id, state in self._states(player.made).items():
                was = states.get(transfer_id, state)
                # Several transitions may follow each other while days pass.
                self.assertTrue(step[0] == "clock" or TRANSFER.allows(was, state), step)
            # What was written stays as it was written.
            self.assertEqual(self._ledger()[: len(before)], before, step)
            self._check_acts(player, acts, step)
            treasury = step[0] in ("propose", "decide")
            if ALL or (treasury and len(self._ledger()) > len(before)):
                self.assertBooksHold()
        self.assertBooksHold()
        self._check_limits(currency)
        self._check_held(currency)
        for transfer in player.made.exists():
            self.assertLessEqual(transfer.reversed_minor, transfer.amount_minor)
            self.assertLessEqual(transfer.settled_minor, transfer.amount_minor)

    def _check_acts(self, player, states, step):
        """Each act goes its way, and nobody posts alone more than the amount."""
        acts = player.acts()
        for act in acts:
            was = states.get(act.id, act.state)
            allowed = ACT.allows(was, act.state) or act.state in ("posted", "approved")
            self.assertTrue(allowed and was in (act.state, *ACT.unfinished), step)
            self.assertNotEqual(act.proposer_id, act.decider_id if act.posted_on else 0)
            if act.state != "posted":
                continue
            if act.kind == "take_back":
                self.assertEqual(act.batch_id.state, "taken_back", step)
            elif act.kind != "correction":
                self.assertTrue(act.batch_id, step)
        alone = acts.filtered(lambda act: act.state == "posted" and not act.decider_id)
        for mine in alone.grouped("proposer_id").values():
            total = sum(mine.mapped("amount_minor"))
            self.assertLessEqual(total, player.currency.four_eyes_minor, step)
        for user in (*self.people, *self.treasurers):
            alone = treasury_policy.alone_minor(player.currency, user.partner_id)
            self.assertLessEqual(alone, player.currency.four_eyes_minor, step)

    def _states(self, transfers):
        return {transfer.id: transfer.state for transfer in transfers}

    def _ledger(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, from_id, to_id, amount, from_balance, to_balance"
            " FROM wezer_ledger_entry ORDER BY id"
        )
        return self.env.cr.fetchall()

    def _check_limits(self, currency):
        """Nobody is beyond a limit, but where it was passed and marked, or moved."""
        wallets = self.env["wezer.wallet"].search(
            [("wezer_currency_id", "=", currency.id), ("is_system", "=", False)]
        )
        wallets.invalidate_recordset()
        for wallet in wallets:
            if currency._is_issued():
                self.assertGreaterEqual(wallet.available, 0, wallet.display_name)
            if currency.external:
                self.assertEqual(wallet.balance, 0)

    def _check_held(self, currency):
        """What is set aside is what live reservations and promises hold, no more."""
        live = self.env["wezer.transfer"].search(
            [
                ("wezer_currency_id", "=", currency.id),
                ("state", "in", HELD),
            ]
        )
        wallets = self.env["wezer.wallet"].search(
            [("wezer_currency_id", "=", currency.id)]
        )
        self.assertEqual(
            sum(wallets.mapped("reserved")),
            sum(sum(transfer._held()) for transfer in live),
        )
        self.assertEqual(
            sum(wallets.mapped("incoming")),
            sum(transfer._held()[0] for transfer in live),
        )

    def _rolled_back(self, play):
        with self.env.cr.savepoint() as savepoint:
            play()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    @PLAY
    @given(STEPS)
    def test_random_steps_in_mutual_credit_keep_the_books(self, steps):
        self._rolled_back(lambda: self._play(self.credit, steps))

    @PLAY
    @given(STEPS)
    def test_random_steps_in_issued_money_keep_the_books(self, steps):
        def play():
            # By nobody, so that it counts with nobody's later payments.
            treasury = self.tickets._treasury_wallet().id
            wallets = [self.wallet(person, self.tickets) for person in self.people]
            self.env["wezer.transfer"]._post_rows(
                [
                    {"payer_wallet": treasury, "payee_wallet": own.id, "minor": 20000}
                    for own in wallets
                ]
            )
            self._play(self.tickets, steps)

        self._rolled_back(play)

    @PLAY
    @given(STEPS)
    def test_random_steps_in_outside_money_keep_the_promises(self, steps):
        self._rolled_back(lambda: self._play(self.outside, steps))

    @settings(PLAY, max_examples=100 if ALL else 5)
    @given(st.lists(_step(TREASURY), min_size=16, max_size=50 if ALL else 20))
    def test_random_acts_of_treasurers_keep_the_books_and_four_eyes(self, steps):
        self._rolled_back(lambda: self._play(self.credit, BEGUN + steps))

    @PLAY
    @given(st.lists(STEP, min_size=3, max_size=20))
    def test_nobody_passes_a_limit_that_blocks(self, steps):
        """Without what may pass a limit: giving back, and limits that move."""
        free = ("reverse", "reverse_all", "take_back", "correct")
        free += ("batch_back", "limits", "charge", "propose", "decide")

        def play():
            steps_left = [step for step in steps if step[0] not in free]
            self._play(self.credit, steps_left)
            for person in self.people:
                wallet = self.wallet(person)
                wallet.invalidate_recordset()
                lower, upper = wallet._limits()
                self.assertGreaterEqual(wallet.available, lower)
                self.assertLessEqual(wallet.balance + wallet.incoming, max(upper, 0))

        self._rolled_back(play)

    @PLAY
    @given(PARTS, st.integers(0, 900), st.integers(0, 900))
    def test_reversing_in_parts_restores_all_three_balances_to_the_cent(
        self, parts, levy_payer, levy_payee
    ):
        def has():
            treasury = self.credit.treasury_partner_id._wezer_wallet(self.credit)
            wallets = self.wallet(self.anna) | self.wallet(self.luc) | treasury
            wallets.invalidate_recordset()
            return [wallet._balance_now() for wallet in wallets]

        def play():
            self.credit.write({"levy_payer": levy_payer, "levy_payee": levy_payee})
            for person in (self.anna, self.luc):
                self.wallet(person).with_user(self.moderator).set_limits("9999", None)
            first = has()
            total = self.credit._decimal(sum(parts))
            paid = self.pay(self.anna, self.anna, self.luc, total)
            for part in parts:
                mine = paid.with_user(self.luc)
                mine.action_reverse(amount=self.credit._decimal(part))
            self.assertEqual(has(), first)
            # Both stay to be seen.
            entries = self.env["wezer.ledger.entry"].search(
                [("transfer_id.parent_id", "=", paid.id), ("kind", "=", "reversal")]
            )
            self.assertEqual(sum(entries.mapped("amount")), sum(parts))
            self.assertBooksHold()

        self._rolled_back(play)

    @PLAY
    @given(st.lists(st.tuples(PEOPLE, PEOPLE, AMOUNT), min_size=1, max_size=20))
    def test_a_history_replayed_gives_the_same_balances(self, rows):
        """Import, export, import again: each balance as counted here."""

        def play():
            admin = self._transfers(self.env.ref("base.user_admin"))
            counted = {}
            text = []
            for payer, payee, minor in rows:
                if payer != payee:
                    counted[payer] = counted.get(payer, 0) - minor
                    counted[payee] = counted.get(payee, 0) + minor
                text.append(
                    {
                        "row": len(text) + 1,
                        "payer": f"M{payer}",
                        "payee": f"M{payee}",
                        "currency": "ONE",
                        "amount": f"{minor / 100:.2f}",
                    }
                )
            report = admin._import_rows(text, mode="history", create=True)
            self.assertEqual(report["refused"], [])
            self._same_balances("ONE", counted)
            out = list(admin._file_rows())
            names = out[0]
            again = [
                {**dict(zip(names, row, strict=True)), "row": number, "currency": "TWO"}
                for number, row in enumerate(out[1:], start=1)
                if row[names.index("currency")] == "ONE"
            ]
            for row in again:
                row.update(key="", date=row["date"].replace(" ", "T"))
            report = admin._import_rows(again, mode="history", create=True)
            self.assertEqual(report["refused"], [])
            self._same_balances("TWO", counted)
            self.assertBooksHold()

        self._rolled_back(play)

    def _same_balances(self, code, counted):
        wallets = self.env["wezer.wallet"].search(
            [("wezer_currency_id.code", "=", code), ("is_system", "=", False)]
        )
        wallets.invalidate_recordset()
        has = {
            int(wallet.partner_id.name.removeprefix("M")): wallet.balance
            for wallet in wallets
        }
        self.assertEqual(
            {name: minor for name, minor in has.items() if minor},
            {name: minor for name, minor in counted.items() if minor},
        )
