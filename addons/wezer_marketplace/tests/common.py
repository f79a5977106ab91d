from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

PORTAL = "base.group_portal"


class MarketCommon(BaseCommon):
    """Test1 announces, test2 answers, a stranger looks on; COM and outside money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.test1 = cls._member("test1")
        cls.test2 = cls._member("test2")
        cls.test3 = cls._member("test3")
        cls.stranger = cls._member("stranger")
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wm_moderator",
            name="Moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls.com = cls.env["wezer.currency"].create(
            {"name": "COM", "code": "COM", "lower_text": "500", "upper_text": "900"}
        )
        cls.com.hours_per_unit = 0.1
        cls.hours = cls.env["wezer.currency"].create(
            {"name": "Hours", "code": "hrs", "unit_kind": "hour", "lower_text": "20:00"}
        )
        cls.dummy = cls.env["wezer.currency"].create(
            {"name": "Dummy", "code": "DUM", "external": True}
        )
        cls.dummy.external = True
        cls.category = cls.env["wezer.category"].create({"name": "Odoo"})
        cls.criteria = cls.env["wezer.criterion"].search([])
        if not cls.criteria:
            cls.criteria = cls.env["wezer.criterion"].create(
                [
                    {"name": "Cordial", "side": "both"},
                    {"name": "On time", "side": "both"},
                ]
            )

    @classmethod
    def _member(cls, name):
        return mail_new_test_user(
            cls.env, login=f"wm_{name}", name=name.title(), groups=PORTAL
        )

    # === SHORT WORDS === #

    def announce(self, user, publish=True, acting=None, **vals):
        prices = vals.pop("prices", {self.com.id: "50"})
        announcements = self.env["wezer.announcement"].with_user(user)
        announcement_id = announcements.action_create_own(
            {
                "title": "A thing to do",
                "kind": "want",
                "category_id": self.category.id,
                "places": 1,
                "quantity": 1,
                "prices": prices,
                **vals,
            },
            publish=publish,
            acting_partner_id=acting,
        )
        return announcements.browse(announcement_id)

    def claim(self, user, announcement, **kwargs):
        deal_id = announcement.with_user(user).action_claim(**kwargs)
        return self.env["wezer.deal"].with_user(user).browse(deal_id)

    def propose(self, user, announcement, **vals):
        deal_id = announcement.with_user(user).action_propose(vals)
        return self.env["wezer.deal"].with_user(user).browse(deal_id)

    def as_(self, user, record):
        return record.with_user(user)

    def balance(self, partner, currency=None):
        if partner._name == "res.users":
            partner = partner.partner_id
        wallet = partner._wezer_wallet(currency or self.com)
        wallet.invalidate_recordset()
        return wallet.wezer_currency_id._decimal(wallet._balance_now())

    def reserved(self, user, currency=None):
        wallet = user.partner_id._wezer_wallet(currency or self.com)
        wallet.invalidate_recordset()
        return wallet.wezer_currency_id._decimal(wallet.reserved)

    def scores(self, value=1, side="worker"):
        return {
            criterion.id: value
            for criterion in self.env["wezer.criterion"]._for(self.category, side)
        }

    def transfers(self, deal):
        return self.env["wezer.transfer"]._for_origin(deal)

    def snapshot(self, deal):
        """Return all that an illegal action must leave as it was."""
        self.env.flush_all()
        deal = deal.sudo()
        deal.invalidate_recordset()
        return (
            deal.read(
                ["state", "turn", "end_reason", "terms_id", "date_state", "date_due"]
            ),
            len(deal.event_ids),
            len(deal.terms_ids),
            deal.proposal_ids.mapped("signing_state"),
            deal.proposal_ids.signature_ids.filtered("date_signed").ids,
            self.transfers(deal).read(["state", "amount_minor", "reversed_minor"]),
            self.env["wezer.ledger.entry"].sudo().search_count([]),
            self.env["wezer.assessment"]._for_origin(deal).ids,
        )

    def assertRefused(self, rule=None):
        return Refused(self, rule)

    def assertBooksHold(self):
        for check in self.env["wezer.invariant"].sudo().run():
            self.assertFalse(check["rows"], check["name"])

    def make_deal(self, state="accepted", author=None, replier=None, **vals):
        """Return a want of ``author`` that ``replier`` answered, in ``state``."""
        author, replier = author or self.test1, replier or self.test2
        announcement = self.announce(author, **vals)
        deal = self.claim(replier, announcement)
        if state in ("delivered", "paid"):
            deal.action_deliver("It is done")
        if state == "paid":
            deal.with_user(author).action_approve()
        return deal


class Refused:
    """Wants a refusal, by ``rule`` if given, and takes back what was begun."""

    def __init__(self, case, rule):
        self.case, self.rule = case, rule

    def __enter__(self):
        self.case.env.flush_all()
        self.savepoint = self.case.env.cr.savepoint(flush=False)
        self.savepoint.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        self.savepoint.close(rollback=True)
        # What the refused action had not yet flushed goes too.
        self.case.env.transaction.clear()
        self.case.assertIsNotNone(
            error, f"nothing refused, {self.rule or 'any'} wanted"
        )
        if not self.rule:
            return isinstance(error, Refusal | NotAllowed) or _is_access_error(error)
        if not hasattr(error, "rule"):
            return False
        self.case.assertEqual(error.rule, self.rule, str(error))
        return True


def _is_access_error(error):
    from odoo.exceptions import AccessError, MissingError

    return isinstance(error, AccessError | MissingError)
