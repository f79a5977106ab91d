from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models import wezer_charge_run
from ..models.wezer_batch import BATCH
from ..models.wezer_clearing import CLEARING
from ..models.wezer_payment_link import LINK
from ..models.wezer_transfer import TRANSFER
from ..models.wezer_treasury_act import ACT
from ..models.wezer_wallet import WALLET
from ..tools import departure
from .common import CurrencyCommon
from .test_offices import OfficeCommon

REASON = "Typed one zero too many"
TRANSFER_ROWS = (
    Outcome("pay", "anna", notified={"luc": "paid"}),
    Outcome(
        "pay",
        "anna",
        notified={"luc": "receipt"},
        todo={"helper", "luc"},
        case="pay_outside",
    ),
    Outcome("donate", "anna", notified={"luc": "paid"}),
    Outcome("post_batch", "anna", notified={"luc": "paid"}),
    Outcome("issue", "admin", notified={"anna": "paid"}),
    Outcome("top_up", "admin", notified={"anna": "paid"}),
    Outcome("schedule", "anna"),
    Outcome("ask", "luc", notified={"anna": "request"}, todo={"anna"}),
    Outcome("redeem", "anna", notified={"admin": "request"}, todo={"admin"}),
    Outcome("reserve", "anna"),
    Outcome("accept", "anna", notified={"luc": "paid"}, settled={"anna": "request"}),
    Outcome(
        "refuse", "anna", notified={"luc": "request_ended"}, settled={"anna": "request"}
    ),
    Outcome(
        "refuse",
        "admin",
        notified={"anna": "request_ended"},
        settled={"admin": "request"},
        case="refuse_to_redeem",
    ),
    Outcome("withdraw", "luc", settled={"anna": "request"}),
    Outcome("cancel", "anna"),
    Outcome("settle", "anna", notified={"luc": "paid"}),
    Outcome("release", "luc", notified={"anna": "request_ended"}),
    Outcome("confirm", "luc", settled={"luc": "receipt"}),
    Outcome("deny", "luc", notified={"anna": "denied"}, settled={"luc": "receipt"}),
    Outcome(
        "deny",
        "moderator",
        notified={"anna": "denied", "luc": "denied"},
        settled={"luc": "receipt"},
        case="deny_as_a_moderator",
    ),
    Outcome("reverse", "luc", notified={"anna": "paid"}),
    Outcome(
        "reverse",
        "luc",
        notified={"anna": "receipt"},
        todo={"anna"},
        case="reverse_outside",
    ),
    Outcome(
        "take_back",
        "anna",
        notified={"luc": "taken_back"},
        settled={"anna": "automatic"},
    ),
    Outcome("correct", "moderator", notified={"anna": "corrected", "luc": "corrected"}),
    Outcome("+accept_by_a_rule", notified={"anna": "automatic", "luc": "paid"}),
    Outcome("+ask_beyond_a_rule", notified={"anna": "request"}, todo={"anna"}),
    Outcome(
        "+pay_beyond_a_limit",
        "anna",
        notified={"admin": "limit", "luc": "paid", "moderator": "limit"},
    ),
    Outcome(
        "+warn_of_a_balance", "anna", notified={"luc": ("balance_warning", "paid")}
    ),
    Outcome("run", notified={"luc": "paid"}),
    Outcome(
        "run", notified={"anna": "scheduled", "luc": "scheduled"}, case="run_in_vain"
    ),
    Outcome("expire", notified={"luc": "request_ended"}, settled={"anna": "request"}),
    Outcome(
        "expire",
        notified={"anna": "request_ended", "luc": "request_ended"},
        case="expire_what_is_set_aside",
    ),
    Outcome("origin_reserve", "luc"),
    Outcome("origin_settle", "luc"),
    Outcome("origin_release", "luc"),
    Outcome("origin_confirm", "luc"),
    Outcome("origin_deny", "luc"),
    Outcome("origin_reverse", "luc"),
    Outcome(
        "close", "anna", notified={"luc": "request_ended"}, settled={"anna": "request"}
    ),
)
BATCH_ROWS = (
    Outcome("post", "anna", notified={"luc": "paid"}, case="post_rows"),
    Outcome(
        "take_back",
        "admin",
        notified={"anna": "corrected", "luc": "corrected"},
        case="take_rows_back",
    ),
)
LINK_ROWS = (
    Outcome("create_link", "luc"),
    Outcome("pay", "anna", notified={"luc": "paid"}, case="pay_by_link"),
    Outcome("withdraw", "luc", case="withdraw_link"),
)
CLEARING_ROWS = (
    Outcome(
        "propose",
        notified={
            "anna": "circle_proposed",
            "luc": "circle_proposed",
            "stranger": "circle_proposed",
        },
        case="propose_circle",
    ),
    Outcome(
        "decline",
        "luc",
        notified={"anna": "circle_ended", "stranger": "circle_ended"},
        settled={
            "anna": "circle_proposed",
            "luc": "circle_proposed",
            "stranger": "circle_proposed",
        },
        case="decline_circle",
    ),
    Outcome(
        "leave",
        "luc",
        notified={"anna": "circle_ended", "stranger": "circle_ended"},
        settled={
            "anna": "circle_proposed",
            "luc": "circle_proposed",
            "stranger": "circle_proposed",
        },
        case="leave_circle",
    ),
    Outcome("agree", case="agree_circle"),
    Outcome(
        "post",
        notified={
            "anna": "circle_ended",
            "luc": "circle_ended",
            "stranger": "circle_ended",
        },
        settled={
            "anna": "circle_proposed",
            "luc": "circle_proposed",
            "stranger": "circle_proposed",
        },
        case="post_circle",
    ),
    Outcome(
        "expire",
        notified={
            "anna": "circle_ended",
            "luc": "circle_ended",
            "stranger": "circle_ended",
        },
        settled={
            "anna": "circle_proposed",
            "luc": "circle_proposed",
            "stranger": "circle_proposed",
        },
        case="expire_circle",
    ),
)
WALLET_ROWS = (
    Outcome("+set_limits", "moderator"),
    Outcome("+let_credit_grow"),
    Outcome("freeze", "moderator", notified={"luc": "wallet_state"}),
    Outcome(
        "unfreeze",
        "moderator",
        notified={"luc": "wallet_state"},
        settled={"luc": "wallet_state"},
    ),
    Outcome(
        "close", "moderator", notified={"luc": "wallet_state"}, case="close_wallet"
    ),
    Outcome(
        "reopen",
        "moderator",
        notified={"luc": "wallet_state"},
        settled={"luc": "wallet_state"},
    ),
    Outcome("leave", case="leave_wallet"),
    Outcome("return", case="return_wallet"),
    Outcome("merge", case="merge_wallet"),
    Outcome("merge_frozen", case="merge_frozen_wallet"),
)
ACT_ROWS = (
    Outcome(
        "propose",
        "tess",
        notified={"admin": "treasury", "theo": "treasury"},
        todo={"admin", "theo"},
    ),
    Outcome(
        "count",
        notified={"admin": "treasury", "tess": "treasury", "theo": "treasury"},
        todo={"admin", "theo"},
    ),
    Outcome("count", notified={"tess": "treasury"}, case="count_and_post"),
    Outcome(
        "approve",
        "theo",
        notified={"anna": "corrected", "luc": "corrected", "tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
    ),
    Outcome(
        "approve",
        "theo",
        notified={"tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
        todo={"admin", "tess", "theo"},
        case="approve_in_vain",
    ),
    Outcome(
        "approve",
        "theo",
        notified={"anna": "corrected", "luc": "corrected", "tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
        case="approve_to_take_a_batch_back",
    ),
    Outcome(
        "approve",
        "theo",
        notified={"admin": "paid", "luc": "collected", "tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
        case="approve_to_collect",
    ),
    Outcome(
        "post",
        "theo",
        notified={"anna": "corrected", "luc": "corrected", "tess": "treasury"},
    ),
    Outcome(
        "refuse",
        "theo",
        notified={"tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
    ),
    Outcome(
        "refuse",
        "tess",
        settled={"admin": "treasury", "theo": "treasury"},
        case="refuse_by_the_proposer",
    ),
    Outcome(
        "expire",
        notified={"tess": "treasury"},
        settled={"admin": "treasury", "theo": "treasury"},
    ),
)


@tagged("post_install", "-at_install")
class TestNoticesOfTransfers(OutcomeCase, CurrencyCommon):
    """Anna pays Luc; helper acts for Luc, and admin for the treasury of the tickets."""

    people = ("anna", "luc", "helper", "moderator", "stranger", "admin")
    tables = (
        (TRANSFER, TRANSFER_ROWS),
        (WALLET, WALLET_ROWS),
        (BATCH, BATCH_ROWS),
        (LINK, LINK_ROWS),
        (CLEARING, CLEARING_ROWS),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.helper = cls._member("helper")
        mandates = cls.env["wezer.mandate"].with_user(cls.luc)
        mandates.action_give(cls.helper.partner_id._wezer_profile().id, ["wallet"])
        cls._make_tickets()
        cls.cash = cls._currency("Cash", "CSH", external=True)
        cls.cash.external = True
        for user in (cls.anna, cls.luc):
            for currency in (cls.credit, cls.tickets, cls.cash):
                user.partner_id._wezer_wallet(currency)
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {"/my/requests", f"/odoo/wezer-transfers/{record.id}"}

    def run_jobs(self):
        self.env["wezer.transfer"]._cron_notify()

    def does(self, act):
        """Return a function that acts, then lets the scheduled action tell of it."""

        def done():
            act()
            self.run_jobs()

        return done

    def asked(self, currency=None):
        transfers = self._transfers(self.luc)
        anna, luc = self.anna.partner_id.id, self.luc.partner_id.id
        made = transfers.ask(anna, luc, (currency or self.credit).id, "5", "bread")
        return transfers.browse(made)

    def set_aside(self, **kwargs):
        transfers = self._transfers(self.anna)
        anna, luc = self.anna.partner_id.id, self.luc.partner_id.id
        made = transfers.reserve(anna, luc, self.credit.id, "5", "bread", **kwargs)
        return transfers.browse(made)

    def set_aside_by_a_deal(self, currency=None):
        deal = self.env["res.partner"].create({"name": "stands for a deal"})
        anna, luc = self.anna.partner_id, self.luc.partner_id
        return self._transfers(self.luc)._reserve(
            deal, anna, luc, currency or self.credit, 500, "roof", "reserve"
        )

    def planned(self, amount="5"):
        transfers = self._transfers(self.anna)
        anna, luc = self.anna.partner_id.id, self.luc.partner_id.id
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        made = transfers.schedule(
            anna, luc, self.credit.id, amount, "rent", date=tomorrow
        )
        return transfers.browse(made)

    def paid(self, currency=None):
        paid = self.pay(self.anna, self.anna, self.luc, "5", currency)
        self.run_jobs()
        return paid

    def issued(self, method="issue"):
        transfers = self._transfers(self.admin)
        return getattr(transfers, method)(
            self.treasury.id, self.anna.partner_id.id, self.tickets.id, "9"
        )

    def late(self, transfer):
        transfer.sudo().end_deadline = fields.Datetime.now() - timedelta(days=1)
        return transfer

    # === WHAT BEGINS === #

    def do_pay(self):
        first = self.wallet(self.anna)
        return first, self.does(
            lambda: self.pay(self.anna, self.anna, self.luc, "5", key="once")
        )

    def do_pay_outside(self):
        first = self.wallet(self.anna)
        return first, lambda: self.pay(
            self.anna, self.anna, self.luc, "5", self.cash, key="once"
        )

    def do_donate(self):
        transfers = self._transfers(self.anna)
        anna, luc = self.anna.partner_id.id, self.luc.partner_id.id
        return transfers, self.does(
            lambda: transfers.donate(anna, luc, self.credit.id, "5", "", key="once")
        )

    def do_post_batch(self):
        transfers = self._transfers(self.anna)
        row = {
            "payer": self.anna.partner_id.id,
            "payee": self.luc.partner_id.id,
            "currency": self.credit.id,
            "amount": "5",
            "purpose": "bread",
            "key": "once",
        }
        return transfers, self.does(lambda: transfers.post_batch([row]))

    def do_issue(self):
        return self.treasury, self.does(self.issued)

    def do_top_up(self):
        return self.treasury, self.does(lambda: self.issued("top_up"))

    def do_schedule(self):
        return self.treasury, self.planned

    def do_ask(self):
        return self.treasury, self.asked

    def do_redeem(self):
        self.issued()
        return self.treasury, self.redeemed

    def redeemed(self):
        transfers = self._transfers(self.anna)
        return transfers.browse(
            transfers.redeem(
                self.anna.partner_id.id, self.treasury.id, self.tickets.id, "4"
            )
        )

    def do_reserve(self):
        return self.treasury, self.set_aside

    def do_origin_reserve(self):
        return self.treasury, self.set_aside_by_a_deal

    # === ANSWERS === #

    def do_accept(self):
        asked = self.asked().with_user(self.anna)
        return asked, self.does(asked.action_accept)

    def do_refuse(self):
        asked = self.asked().with_user(self.anna)
        return asked, asked.action_refuse

    def do_refuse_to_redeem(self):
        self.issued()
        self.run_jobs()
        asked = self.redeemed().with_user(self.admin)
        return asked, asked.action_refuse

    def do_withdraw(self):
        asked = self.asked()
        return asked, asked.action_withdraw

    def do_cancel(self):
        planned = self.planned()
        return planned, planned.action_cancel

    def do_settle(self):
        held = self.set_aside()
        return held, self.does(held.action_settle)

    def do_release(self):
        held = self.set_aside().with_user(self.luc)
        return held, held.action_release

    def do_confirm(self):
        sent = self.paid(self.cash).with_user(self.luc)
        return sent, sent.action_confirm

    def do_deny(self):
        sent = self.paid(self.cash).with_user(self.luc)
        return sent, sent.action_deny

    def do_deny_as_a_moderator(self):
        sent = self.paid(self.cash)
        sent.sudo().date = fields.Datetime.now() - timedelta(days=20)
        sent = sent.with_user(self.moderator)
        return sent, sent.action_deny

    def do_reverse(self):
        paid = self.paid().with_user(self.luc)
        return paid, self.does(lambda: paid.action_reverse(key="once"))

    def do_reverse_outside(self):
        paid = self.paid(self.cash).with_user(self.luc)
        paid.action_confirm()
        return paid, lambda: paid.action_reverse(key="once")

    def do_take_back(self):
        rules = self.env["wezer.acceptance"].with_user(self.anna)
        rules.allow(
            self.anna.partner_id.id,
            self.credit.id,
            self.luc.partner_id.id,
            "",
            "",
        )
        asked = self.asked()
        self.env["wezer.acceptance"]._cron_accept()
        self.run_jobs()
        asked = asked.with_user(self.anna)
        return asked, self.does(asked.action_take_back)

    def do_correct(self):
        paid = self.paid().with_user(self.moderator)
        self.wallet(self.anna).with_user(self.moderator).action_view_statement(REASON)
        return paid, self.does(lambda: paid.action_correct(REASON, key="once"))

    def let_be_asked(self, most=""):
        """Let what Luc asks of Anna be paid by a rule of Anna's."""
        rules = self.env["wezer.acceptance"].with_user(self.anna)
        anna, luc = self.anna.partner_id.id, self.luc.partner_id.id
        rules.allow(anna, self.credit.id, luc, most, "")

    def do_accept_by_a_rule(self):
        self.let_be_asked()
        asked = self.asked()
        return asked, self.does(self.env["wezer.acceptance"]._cron_accept)

    def do_ask_beyond_a_rule(self):
        """The sum of a month is used up: what is asked waits for Anna."""
        self.let_be_asked("5")
        asked = self.asked()
        rule = self.env["wezer.acceptance"].sudo().search([], order="id desc", limit=1)
        rule.amount_minor = 100
        return asked, self.does(self.env["wezer.acceptance"]._cron_accept)

    def beyond_a_limit(self, payer):
        self.credit.write({"limit_policy": "warn", "lower_limit": -100})
        wallet = payer.partner_id._wezer_wallet(self.credit)
        return wallet, self.does(
            lambda: self.pay(payer, payer, self.luc, "5", key="once")
        )

    def do_pay_beyond_a_limit(self):
        return self.beyond_a_limit(self.anna)

    def do_pay_beyond_a_limit_as_a_moderator(self):
        return self.beyond_a_limit(self.moderator)

    def do_warn_of_a_balance(self):
        wallet = self.wallet(self.luc)
        wallet.with_user(self.moderator).set_limits(None, "900", upper_warning="1")
        return wallet, self.does(
            lambda: self.pay(self.anna, self.anna, self.luc, "5", key="once")
        )

    # === CLOCKS, DEALS, MEMBERS WHO LEAVE === #

    def do_run(self):
        planned = self.planned()
        planned.sudo().date = fields.Datetime.now() - timedelta(hours=1)
        return planned, self.does(self.env["wezer.transfer"]._cron_schedule)

    def do_run_in_vain(self):
        planned = self.planned("600")
        planned.sudo().date = fields.Datetime.now() - timedelta(hours=1)
        return planned, self.does(self.env["wezer.transfer"]._cron_schedule)

    def do_expire(self):
        asked = self.late(self.asked())
        return asked, self.env["wezer.transfer"]._cron_expire

    def do_expire_what_is_set_aside(self):
        held = self.late(self.set_aside())
        return held, self.env["wezer.transfer"]._cron_expire

    def do_origin_settle(self):
        held = self.set_aside_by_a_deal()
        return held, self.does(lambda: held._settle(key="settle"))

    def do_origin_release(self):
        held = self.set_aside_by_a_deal()
        return held, held._release

    def do_origin_confirm(self):
        held = self.set_aside_by_a_deal(self.cash)
        sent = held._settle(key="settle")
        return sent, sent._confirm

    def do_origin_deny(self):
        held = self.set_aside_by_a_deal(self.cash)
        sent = held._settle(key="settle")
        return sent, sent._deny

    def do_origin_reverse(self):
        held = self.set_aside_by_a_deal()
        paid = held._settle(key="settle")
        return paid, self.does(lambda: paid._reverse(key="back"))

    def do_close(self):
        """The payer leaves: what was asked of them is refused."""
        asked = self.asked()
        leaver = self.anna.partner_id.with_user(self.anna).sudo()
        return asked, lambda: departure.end_requests(leaver)

    # === WALLETS: a moderator's, or with a membership === #

    def moderated(self, action):
        wallet = self.wallet(self.luc).with_user(self.moderator)
        return wallet, getattr(wallet, action)

    def do_freeze(self):
        return self.moderated("action_freeze")

    def do_unfreeze(self):
        self.wallet(self.luc).with_user(self.moderator).action_freeze()
        return self.moderated("action_unfreeze")

    def do_close_wallet(self):
        return self.moderated("action_close")

    def do_reopen(self):
        self.wallet(self.luc).with_user(self.moderator).action_close()
        return self.moderated("action_reopen")

    def do_set_limits(self):
        wallet = self.wallet(self.luc).with_user(self.moderator)
        return wallet, lambda: wallet.set_limits("50", None)

    def do_let_credit_grow(self):
        """Nobody is told every night: the page of the wallet says it."""
        self.credit.write({"credit_grows": True, "credit_cap": 100000})
        self.paid()
        self.env["wezer.notice"].search([]).settled = True
        wallet = self.wallet(self.luc)
        return wallet, self.env["wezer.currency"]._cron_credit

    def do_leave_wallet(self):
        wallet = self.wallet(self.luc)
        return wallet, wallet._close_on_leaving

    def do_return_wallet(self):
        wallet = self.wallet(self.luc)
        wallet._close_on_leaving()
        return wallet, wallet._open_on_return

    def do_merge_wallet(self):
        wallet = self.wallet(self.luc)
        return wallet, lambda: wallet._merge_into(self.wallet(self.anna))

    def do_merge_frozen_wallet(self):
        wallet = self.wallet(self.luc)
        wallet.with_user(self.moderator).action_freeze()
        return wallet, lambda: wallet._merge_into(self.wallet(self.anna))

    # === BATCHES, LINKS, CIRCLES === #

    def rows(self):
        return [
            {
                "payer": self.anna.partner_id.id,
                "payee": self.luc.partner_id.id,
                "currency": self.credit.id,
                "amount": "5",
                "purpose": "bread",
                "key": "once",
            }
        ]

    def do_post_rows(self):
        transfers = self._transfers(self.anna)
        return transfers, self.does(lambda: transfers.post_batch(self.rows()))

    def do_take_rows_back(self):
        posted = self._transfers(self.anna).post_batch(self.rows())
        self.run_jobs()
        self.assertTrue(posted)
        batch = self.env["wezer.batch"].with_user(self.admin)
        batch = batch.search([], order="id desc", limit=1)
        return batch, self.does(lambda: batch.action_take_back(REASON))

    def link(self):
        links = self.env["wezer.payment.link"].with_user(self.luc)
        made = links.create_link(self.luc.partner_id.id, self.hours.id, "1:00", "ride")
        return links.browse(made)

    def do_create_link(self):
        return self.treasury, self.link

    def do_pay_by_link(self):
        token = self.link().sudo().token
        links = self.env["wezer.payment.link"].with_user(self.anna)
        return links, self.does(
            lambda: links.pay(token, self.anna.partner_id.id, key="once")
        )

    def do_withdraw_link(self):
        link = self.link()
        return link, link.action_withdraw

    def night(self, later=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=later)):
            self.env["wezer.clearing"]._cron_clear()
        return self.env["wezer.clearing"].search([])

    def circle(self):
        """Let three people owe each other in a ring."""
        self.credit.circle_clearing = True
        people = [self.anna, self.luc, self.stranger]
        for payer, payee in zip(people, people[1:] + people[:1], strict=True):
            self.pay(payer, payer, payee, "30")
            wallet = payer.partner_id._wezer_wallet(self.credit)
            wallet.with_user(payer).set_circle_settling(True)
        self.run_jobs()

    def do_propose_circle(self):
        self.circle()
        return self.treasury, self.night

    def do_decline_circle(self):
        self.circle()
        clearing = self.night().with_user(self.luc)
        return clearing, lambda: (clearing.action_decline(), self.night())

    def do_leave_circle(self):
        self.circle()
        clearing = self.night()
        wallet = self.wallet(self.luc).with_user(self.luc)
        return clearing, lambda: (wallet.set_circle_settling(False), self.night())

    def do_agree_circle(self):
        self.circle()
        clearing = self.night()
        return clearing, clearing._agree

    def do_post_circle(self):
        self.circle()
        return self.night(), lambda: self.night(later=9)

    def do_expire_circle(self):
        """A debt was paid back before it could be settled."""
        self.circle()
        clearing = self.night()
        self.pay(self.luc, self.luc, self.anna, "30")
        self.run_jobs()
        return clearing, lambda: self.night(later=9)

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()


@tagged("post_install", "-at_install")
class TestNoticesOfTreasuryActs(OutcomeCase, OfficeCommon):
    """Tess proposes, Theo or an administrator decides; Otto, an auditor, reads."""

    people = ("tess", "theo", "otto", "anna", "luc", "admin", "moderator")
    tables = ((ACT, ACT_ROWS),)

    def setUp(self):
        super().setUp()
        self.paid = self.pay(self.anna, self.anna, self.luc, "100")
        self.env["wezer.transfer"]._cron_notify()
        self.wallet(self.anna).with_user(self.tess).action_view_statement()
        self.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {f"/my/books/{self.credit.id}/acts"}

    def propose(self):
        mine = self.acts.with_user(self.tess)
        return self._act(self.tess, mine.propose_correction(self.paid.id, REASON, "60"))

    def proposed(self, user):
        return self.propose().with_user(user)

    def blocked(self):
        """Return an act that was approved and could not be posted."""
        act = self.proposed(self.theo)
        self.paid.with_user(self.luc).action_reverse("90")
        self.env["wezer.transfer"]._cron_notify()
        act.action_approve()
        self.assertEqual(act.state, "approved")
        return act

    def do_propose(self):
        return self.acts, self.propose

    def counted(self, fee):
        """Return a charge of more wallets than one portion, and what counts it."""
        self.credit.fee_minor_text = fee
        portion = patch.object(wezer_charge_run, "PORTION", 1)
        with portion:
            number = self.acts.with_user(self.tess).propose_charge(
                self.credit.id, "fee"
            )

        def count():
            with portion:
                self.env["wezer.currency"]._cron_charges()

        return self._act(self.tess, number), count

    def do_count(self):
        return self.counted("30")

    def do_count_and_post(self):
        return self.counted("1")

    def do_approve(self):
        act = self.proposed(self.theo)
        return act, act.action_approve

    def do_approve_in_vain(self):
        act = self.proposed(self.theo)
        self.paid.with_user(self.luc).action_reverse("90")
        self.env["wezer.transfer"]._cron_notify()
        return act, act.action_approve

    def second(self, act_id):
        """Return a proposal of Tess, as Theo has it, who decides."""
        act = self._act(self.tess, act_id)
        self.assertEqual(act.state, "proposed")
        return act.with_user(self.theo)

    def noting(self, act):
        """Return a function that acts, then lets the scheduled action tell of it."""

        def done():
            act()
            self.env["wezer.transfer"]._cron_notify()

        return done

    def do_approve_to_take_a_batch_back(self):
        row = {
            "payer": self.anna.partner_id.id,
            "payee": self.luc.partner_id.id,
            "currency": self.credit.id,
            "amount": "60",
        }
        posted = self._transfers(self.anna).post_batch([row])
        self.env["wezer.transfer"]._cron_notify()
        number = self.env["wezer.transfer"].browse(posted).batch_number
        self.env["wezer.notice"].search([]).settled = True
        mine = self.acts.with_user(self.tess)
        act = self.second(mine.propose_take_back(number, REASON))
        return act, self.noting(act.action_approve)

    def do_approve_to_collect(self):
        wallet = self.wallet(self.luc)
        row = {"wallet": str(wallet.id), "amount": "60", "direction": "from_member"}
        mine = self.acts.with_user(self.tess)
        act = self.second(mine.propose_batch(self.credit.id, [row], "For the fair"))
        return act, self.noting(act.action_approve)

    def do_post(self):
        act = self.blocked()
        act.sudo().amount_minor = 500
        return act, act.action_post

    def do_refuse(self):
        act = self.proposed(self.theo)
        return act, lambda: act.action_refuse("No")

    def do_refuse_by_the_proposer(self):
        act = self.propose()
        return act, lambda: act.action_refuse("No")

    def do_expire(self):
        act = self.propose().sudo()
        act.deadline = fields.Datetime.now() - timedelta(hours=1)
        return act, self.acts._cron_expire

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
