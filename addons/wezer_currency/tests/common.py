from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.mail.tests.common import mail_new_test_user

PORTAL = "base.group_portal"


class CurrencyCommon(BaseCommon):
    """Two members, a stranger, a moderator; a local credit with limits ±500."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._member("anna")
        cls.luc = cls._member("luc")
        cls.stranger = cls._member("stranger")
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wz_moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls.credit = cls._currency("Local credit", "COM", lower="500", upper="500")
        cls.hours = cls.env["wezer.currency"].create(
            {"name": "Hours", "code": "h", "unit_kind": "hour", "lower_text": "20:00"}
        )

    @classmethod
    def _member(cls, name):
        return mail_new_test_user(
            cls.env, login=f"wz_{name}", name=name.title(), groups=PORTAL
        )

    @classmethod
    def _currency(cls, name, code, lower=None, upper=None, **vals):
        return cls.env["wezer.currency"].create(
            {
                "name": name,
                "code": code,
                "lower_text": lower or "",
                "upper_text": upper or "",
                **vals,
            }
        )

    @classmethod
    def _make_tickets(cls, **vals):
        """Make tickets that are sold for half a euro each, and return their account."""
        account = cls.env["account.account"].create(
            {"name": "Cash", "code": "WZCASH", "account_type": "asset_cash"}
        )
        cls.tickets = cls._currency(
            "Tickets",
            "TIC",
            kind="issued",
            unit_value=0.5,
            money_account_id=account.id,
            **vals,
        )
        cls.treasury = cls.tickets.treasury_partner_id
        return account

    def _transfers(self, user):
        return self.env["wezer.transfer"].with_user(user)

    def pay(self, user, payer, payee, amount, currency=None, **kwargs):
        """Pay as ``user`` from the partner of one user to another's."""
        transfers = self._transfers(user)
        transfer_id = transfers.pay(
            payer.partner_id.id,
            payee.partner_id.id,
            (currency or self.credit).id,
            amount,
            kwargs.pop("purpose", "bread"),
            **kwargs,
        )
        return transfers.browse(transfer_id)

    def wallet(self, user, currency=None):
        return user.partner_id._wezer_wallet(currency or self.credit)

    def balance(self, user, currency=None):
        wallet = self.wallet(user, currency)
        wallet.invalidate_recordset()
        return wallet.wezer_currency_id._decimal(wallet._balance_now())

    def assertRefused(self, rule):
        """Return a context that wants a refusal by ``rule``."""
        return RefusedBy(self, rule)

    def assertBooksHold(self):
        for check in self.env["wezer.invariant"].sudo().run():
            self.assertFalse(check["rows"], check["name"])


class RefusedBy:
    def __init__(self, case, rule):
        self.case, self.rule = case, rule

    def __enter__(self):
        self.savepoint = self.case.env.cr.savepoint()
        self.savepoint.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all(flush=False)
        self.case.assertIsNotNone(error, f"nothing refused, {self.rule!r} wanted")
        if not hasattr(error, "rule"):
            return False
        self.case.assertEqual(error.rule, self.rule)
        self.error = error
        return True
