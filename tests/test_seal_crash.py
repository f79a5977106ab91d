"""`kill -9` of scheduled actions: what was done stays, and the next run does the rest.

A large seal that is booked, a charge of all members, requests that were accepted in
advance, credit that grows, and settlements in circles.
"""

import signal
from datetime import timedelta

import pytest

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from .fork_server import ForkedCase

pytestmark = pytest.mark.slow

# One pair of wallets an entry; killed after the second.
KILLED = """
import os, signal
from odoo.addons.wezer_currency.models import wezer_ledger_seal as module
module.PAIRS = 1
works = module.WezerLedgerSeal._book_part
def book(seal, number, parts):
    works(seal, number, parts)
    if number == 3:
        # Written, and not committed.
        seal.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
module.WezerLedgerSeal._book_part = book
env["wezer.ledger.seal"]._cron_seal()
"""
# One wallet a portion; killed when the limit of the third is raised, and not committed.
GROW_KILLED = """
import os, signal
from odoo.addons.wezer_currency.tools import credit_growth as module
module.CHUNK = 1
works, raised = module._grow_some, []
def grow(currency, ids):
    count = works(currency, ids)
    raised.extend(ids * count)
    if len(raised) == 3:
        currency.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
    return count
module._grow_some = grow
env.ref("wezer_currency.ir_cron_credit").method_direct_trigger()
"""


def killed_in(model, method, times, job, setting=""):
    """Return a script that kills its process in the midst of a scheduled action.

    :param str model: module and class, as ``wezer_batch.WezerBatch``
    :param str method: a method of the class that the action calls for each part
    :param int times: it is killed when the method has run so often; nothing of the last
        run is committed
    :param str job: the scheduled action
    :param str setting: a line that runs before
    """
    module, name = model.split(".")
    return f"""
import os, signal
from odoo.addons.wezer_currency.models import {module} as module
{setting}
works, done = module.{name}.{method}, []
def work(record, *args):
    works(record, *args)
    done.append(record.id)
    if len(done) == {times}:
        record.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
module.{name}.{method} = work
env.ref("wezer_currency.{job}").method_direct_trigger()
"""


# Three wallets a portion; killed when the third portion is written.
CHARGE_KILLED = killed_in(
    *("wezer_charge_run.WezerChargeRun", "_take_portion", 3, "ir_cron_charges"),
    setting="module.PORTION = 3",
)
# Killed when the third request is paid.
ACCEPT_KILLED = killed_in(
    "wezer_acceptance.WezerAcceptance", "_accept", 3, "ir_cron_accept"
)
# Killed when the second settlement is posted.
CLEAR_KILLED = killed_in("wezer_clearing.WezerClearing", "_post", 2, "ir_cron_clearing")
MEMBERS = 10


@tagged("post_install", "-at_install", "concurrency")
class TestSealCrash(ForkedCase):
    def _make(self, env):
        # What other tests left is sealed and booked before the server is killed.
        env["wezer.ledger.seal"]._seal_now()
        users = self._members(env, "Sealed", MEMBERS)
        self.users = users.ids
        vals = {"name": f"Sealed {self.mark}", "code": f"S{self.mark}"}
        currency = env["wezer.currency"].create({**vals, "lower_text": "500"})
        self.currency = currency.id
        for number in range(0, MEMBERS, 2):
            payer, payee = users[number : number + 2]
            env["wezer.transfer"].with_user(payer).pay(
                payer.partner_id.id, payee.partner_id.id, currency.id, f"{number + 1}"
            )

    def _archive(self, env):
        # Nothing is left for the seal of the next test.
        env["wezer.ledger.seal"]._seal_now()
        env["res.users"].browse(self.users).active = False
        env["wezer.currency"].browse(self.currency).active = False

    def _seal(self, env):
        return env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", self.currency)]
        )

    def _run_until_killed(self, script):
        self.assertEqual(self.forks.run(script), -signal.SIGKILL)

    def _look(self, env):
        """Return the currency, and the checks that do not hold."""
        invariants = env["wezer.invariant"]
        checks = (
            invariants._check_balances,
            invariants._check_running_balances,
            invariants._check_transfers,
            invariants._check_automatic,
            invariants._check_credit_growth,
            invariants._check_clearings,
        )
        broken = [(check.__name__, rows) for check in checks if (rows := check())]
        return env["wezer.currency"].browse(self.currency), broken

    def test_a_killed_seal_is_continued_and_booked_once(self):
        self._run_until_killed(KILLED)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            seal = self._seal(env)
            self.assertEqual(
                (len(seal), len(seal.move_ids), seal.booked), (1, 2, False)
            )
            self.assertEqual(env["wezer.invariant"]._check_seal_moves(), [])
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["wezer.ledger.seal"]._cron_seal()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            seal = self._seal(env)
            self.assertTrue(seal.booked)
            numbers = seal.move_ids.mapped("wezer_seal_part")
            self.assertEqual(sorted(numbers), [1, 2, 3, 4, 5])
            self.assertEqual(len(seal.move_ids.line_ids), MEMBERS)
            self.assertEqual(env["wezer.invariant"]._check_seal_moves(), [])

    def test_killed_charges_are_continued_and_taken_once(self):
        fee, demurrage = {"fee_minor_text": "2"}, {"demurrage_rate": 5000}
        # After the fee four of ten have something, two of them in the first portions.
        for charge, vals, killed in (("fee", fee, 6), ("demurrage", demurrage, 2)):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                today = fields.Date.today()
                env["wezer.currency"].browse(self.currency).write(
                    {**vals, f"{charge}_every": "month", f"{charge}_next": today}
                )
            self._run_until_killed(CHARGE_KILLED)
            whole = MEMBERS if charge == "fee" else 4
            for taken, done in ((killed, False), (whole, True)):
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    run = env["wezer.charge.run"].search(
                        [("wezer_currency_id", "=", self.currency)]
                        + [("charge", "=", charge)]
                    )
                    self.assertEqual((run.taken, run.done), (taken, done))
                    payers = env["wezer.transfer"].search(
                        [("wezer_currency_id", "=", self.currency)]
                        + [("kind", "=", charge)]
                    )
                    self.assertEqual((len(payers), len(payers.payer_id)), (taken,) * 2)
                    self.assertEqual(env["wezer.invariant"]._check_charges(), [])
                    self.assertEqual(env["wezer.invariant"]._check_balances(), [])
                    env["wezer.currency"]._cron_charges()

    def test_killed_acceptance_is_continued_and_each_request_is_paid_once(self):
        payer, *askers = self.users
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            users = env["res.users"]
            owner = users.browse(payer).partner_id.id
            rules = env["wezer.acceptance"].with_user(payer)
            rule = rules.allow(owner, self.currency, amount="5", month="100")
            asked = [
                env["wezer.transfer"]
                .with_user(asker)
                .ask(owner, users.browse(asker).partner_id.id, self.currency, "2")
                for asker in askers[:6]
            ]
        self._run_until_killed(ACCEPT_KILLED)
        for paid in (2, 6, 6):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                currency, broken = self._look(env)
                self.assertEqual(broken, [])
                done = env["wezer.transfer"].search(
                    [("id", "in", asked), ("state", "=", "done")]
                )
                self.assertEqual(len(done), paid)
                entries = env["wezer.ledger.entry"].search(
                    [("transfer_id", "in", asked)]
                )
                self.assertEqual(sorted(entries.transfer_id.ids), sorted(done.ids))
                self.assertEqual(len(entries), paid)
                notices = [("partner_id", "=", owner), ("kind", "=", "automatic")]
                self.assertEqual(env["wezer.notice"].search_count(notices), paid)
                used = env["wezer.acceptance"].browse(rule)._used_this_month()
                self.assertEqual(used.get(rule), currency._parse("2") * paid)
                env["wezer.acceptance"]._cron_accept()

    def test_killed_growth_is_continued_and_each_limit_is_raised_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            currency = env["wezer.currency"].browse(self.currency)
            currency.write(
                {
                    "credit_grows": True,
                    "credit_cap_text": "600",
                    "credit_grows_since": fields.Datetime.now() - timedelta(days=1),
                }
            )
        self._run_until_killed(GROW_KILLED)
        for raised in (2, MEMBERS // 2, MEMBERS // 2):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                currency, broken = self._look(env)
                self.assertEqual(broken, [])
                changes = env["wezer.wallet.limit.change"].search(
                    [
                        ("wezer_currency_id", "=", self.currency),
                        ("reason", "=", "grown"),
                    ]
                )
                self.assertEqual(len(changes), raised)
                self.assertEqual(len(changes.wallet_id), raised)
                # The payments of `_make`: 1, 3, 5, 7 and 9.
                for place, wallet in enumerate(changes.wallet_id.sorted("id")):
                    self.assertEqual(
                        wallet._limits()[0],
                        currency._parse(f"{501 + 2 * place}") * -1,
                    )
                self.assertEqual(bool(currency.credit_counted), raised > 2)
                env["wezer.currency"]._cron_credit()

    def test_killed_settlements_are_continued_and_each_is_posted_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            currency = env["wezer.currency"].browse(self.currency)
            currency.circle_clearing = True
            people = env["res.users"].browse(self.users[:9]).partner_id
            for place, partner in enumerate(people):
                wallet = partner._wezer_wallet(currency)
                wallet.settles_in_circles = True
                first = place - place % 3
                payee = people[first + (place + 1) % 3]
                env["wezer.transfer"].with_user(partner.user_ids).pay(
                    partner.id, payee.id, currency.id, "20"
                )
            env["wezer.clearing"]._cron_clear()
            rings = env["wezer.clearing"].search(
                [("wezer_currency_id", "=", self.currency)]
            )
            self.assertEqual(rings.mapped("member_count"), [3, 3, 3])
            rings.answer_until = fields.Datetime.now() - timedelta(hours=1)
            numbers = rings.ids
        self._run_until_killed(CLEAR_KILLED)
        for posted in (1, 3, 3):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                _currency, broken = self._look(env)
                self.assertEqual(broken, [])
                rings = env["wezer.clearing"].browse(numbers)
                self.assertEqual(rings.mapped("state").count("posted"), posted)
                entries = env["wezer.ledger.entry"].search(
                    [("wezer_currency_id", "=", self.currency)]
                    + [("kind", "=", "clearing")]
                )
                self.assertEqual(len(entries), 3 * posted)
                env["wezer.clearing"]._cron_clear()
