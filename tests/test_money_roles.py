"""What each role may do with treasurers' acts, automatic payments, circles and books.

Over HTTP, JSON-2 and XML-RPC, on a server of its own: what is not allowed is refused by
a typed error or not found, is never an error of the server, changes nothing and tells
nothing.
"""

import os
import xmlrpc.client
from datetime import timedelta

import lxml.html
import pytest
import requests

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged

from .rpc import RpcCase

pytestmark = pytest.mark.slow

# `./wezer test --all` sends every strange value to every page, and calls every method
# by both interfaces as every role.
ALL = os.environ.get("WEZER_COUNTS") == "all"
GROUPS = {
    "tess": "base.group_portal",
    "theo": "base.group_portal",
    "otto": "base.group_portal",
    "mia": "base.group_portal",
    "max": "base.group_portal",
    "rosa": "base.group_portal",
    "moderator": "wezer_base.group_moderator",
    "internal": "base.group_user",
    "administrator": "wezer_base.group_administrator",
}
# Max and Rosa only complete the circle, Theo decides about what Tess proposed.
TRIED = ("tess", "otto", "mia", "moderator", "internal", "administrator")
TREASURERS = {"tess", "theo"}
READERS = {*TREASURERS, "otto", "administrator"}
REASON = "Typed one zero too many"
# What nobody learns who may not: amounts, and the reason of an act.
SECRETS = ("212.34", "356.78", "877.00", REASON)
# A refusal of ours, or Odoo's denied access and missing record.
TYPED = ("Refusal", "NotAllowed", "AccessError", "MissingError", "NotFound")
STRANGE = (
    *("", "0", "-1", "NaN", "9" * 400, "\0", "<b>'\"--;%_", "2026-13-45"),
    *("0001-01-01", "9999-12-31", "²", "x" * 20_000),
)
IDS = ("0", "2147483647", "2147483648", "9" * 30)
REPORTS = ("balances", "limits", "turnover", "credit", "closing", "acts")


@tagged("post_install", "-at_install", "concurrency")
class TestMoneyRoles(RpcCase):
    def _make(self, env):
        config = env["ir.config_parameter"].sudo()
        self.keys_allowed = config.get_param("portal.allow_api_keys")
        config.set_param("portal.allow_api_keys", "True")
        people = {
            role: self._members(env, role, 1, group) for role, group in GROUPS.items()
        }
        people["moderator"].group_ids += env.ref("base.group_user")
        self.people = {role: user.id for role, user in people.items()}
        self.users = list(self.people.values())
        self.parties = {role: user.partner_id.id for role, user in people.items()}
        values = {
            "lower_text": "5000",
            "circle_clearing": True,
            "fee_minor_text": "1",
            "treasurer_fees": True,
            "treasurer_corrections": True,
            "treasurer_batches": True,
        }
        currencies = env["wezer.currency"]
        mine, other = (
            currencies.create(
                {"name": f"{word} {self.mark}", "code": f"{word[0]}{self.mark}"}
                | values
            )
            for word in ("Mine", "Other")
        )
        self.mine, self.other = mine.id, other.id
        for role in ("tess", "theo", "otto"):
            profile = people[role].partner_id._wezer_profile()
            env["wezer.currency.office"].create(
                {
                    "profile_id": profile.id,
                    "wezer_currency_id": self.mine,
                    "role": "auditor" if role == "otto" else "treasurer",
                    "until": fields.Date.today() + timedelta(days=9),
                }
            )
        ring = ("mia", "max", "rosa")
        for place, role in enumerate(ring):
            payee = people[ring[(place + 1) % 3]]
            for currency, amount in ((mine, "212.34"), (other, "356.78")):
                wallet = people[role].partner_id._wezer_wallet(currency)
                wallet.settles_in_circles = True
                env["wezer.transfer"].with_user(people[role]).pay(
                    self.parties[role], payee.partner_id.id, currency.id, amount
                )
        self.paid = (
            env["wezer.transfer"]
            .search([("wezer_currency_id", "=", self.mine)], limit=1)
            .id
        )
        wallets = people["mia"].partner_id._wezer_wallet
        self.wallet, self.foreign = wallets(mine).id, wallets(other).id
        env["wezer.clearing"]._cron_clear()
        rings = env["wezer.clearing"].search(
            [("wezer_currency_id", "in", (self.mine, self.other))], order="id"
        )
        self.ring = rings[0].id
        rules = env["wezer.acceptance"].with_user(people["mia"])
        self.rule = rules.allow(
            self.parties["mia"], self.mine, self.parties["max"], "877"
        )
        self.act = self._propose(env)
        self.batch = env["wezer.batch"].search([], limit=1).id or 1

    def _propose(self, env):
        row = {"wallet": f"#{self.wallet}", "amount": "877", "direction": "from_member"}
        acts = env["wezer.treasury.act"].with_user(self.people["tess"])
        return acts.propose_batch(self.mine, [row], REASON)

    def _archive(self, env):
        env["wezer.treasury.act"].search(
            [("wezer_currency_id", "=", self.mine), ("state", "=", "proposed")]
        ).state = "expired"
        env["wezer.currency"].browse((self.mine, self.other)).active = False
        key = "portal.allow_api_keys"
        env["ir.config_parameter"].sudo().set_param(key, self.keys_allowed)
        super()._archive(env)

    def _state(self):
        """Return what no refused call may change."""
        queries = (
            "SELECT state FROM wezer_treasury_act WHERE id = %s",
            "SELECT active, amount_minor FROM wezer_acceptance WHERE id = %s",
            "SELECT state FROM wezer_clearing WHERE id = %s",
            "SELECT settles_in_circles FROM wezer_wallet WHERE id = %s",
        )
        numbers = (self.act, self.rule, self.ring, self.wallet)
        rows = [self._rows(*each) for each in zip(queries, numbers, strict=True)]
        counts = self._rows(
            "SELECT (SELECT count(*) FROM wezer_treasury_act),"
            " (SELECT count(*) FROM wezer_acceptance),"
            " (SELECT count(*) FROM wezer_ledger_entry)"
        )
        return rows, counts

    # === PROGRAMS === #

    def _calls(self):
        """Yield model, method, ids, arguments, and the roles that may call it."""
        act, money = "wezer.treasury.act", {"currency_id": self.mine}
        row = {"wallet": f"#{self.wallet}", "amount": "1", "direction": "to_member"}
        why = {"reason": REASON[:15]}
        yield act, "propose_charge", None, {**money, "charge": "fee"}, TREASURERS
        rows = {**money, "rows": [row], **why}
        # Who pays from the treasury, too.
        yield act, "propose_batch", None, rows, TREASURERS | {"administrator"}
        paid = {"transfer_id": self.paid, **why}
        yield act, "propose_correction", None, paid, TREASURERS
        batch = {"batch_id": self.batch, **why}
        yield act, "propose_take_back", None, batch, TREASURERS
        deciders = {"theo", "administrator"}
        yield act, "action_approve", [self.act], {}, deciders
        yield act, "action_post", [self.act], {}, deciders | {"tess"}
        yield act, "action_refuse", [self.act], {}, deciders | {"tess"}
        read = {"fields": ["amount_text", "reason"]}
        yield act, "read", [self.act], read, READERS
        yield act, "write", [self.act], {"vals": {"state": "posted"}}, set()
        allow = {"payer": self.parties["mia"], "currency": self.mine}
        allow |= {"requester": self.parties["max"], "amount": "1"}
        rule = "wezer.acceptance"
        yield rule, "allow", None, allow, {"mia"}
        yield rule, "action_stop", [self.rule], {}, {"mia"}
        yield rule, "read", [self.rule], {"fields": ["amount_text"]}, {"mia"}
        yield rule, "write", [self.rule], {"vals": {"amount_minor": 1}}, set()
        ring = {"mia", "max", "rosa"}
        yield "wezer.clearing", "action_decline", [self.ring], {}, ring
        yield "wezer.clearing", "write", [self.ring], {"vals": {"state": "posted"}}, ()
        switch = {"on": False}
        yield "wezer.wallet", "set_circle_settling", [self.wallet], switch, {"mia"}
        report = {"name": "balances"}
        yield "wezer.currency", "read_report", [self.mine], report, READERS
        yield "wezer.currency", "read_report", [self.other], report, {"administrator"}
        yield "wezer.currency", "read_report", [2**31 - 1], report, set()

    def test_each_role_reads_and_does_only_what_it_may(self):
        sessions = dict(zip(self.people, self.sessions, strict=True))
        self._read_pages(sessions)
        self._send_strange_things(sessions["tess"])
        self._send_what_is_others(sessions)
        self._call_as_programs()
        self.assertFalse(self.server.times("Traceback"), self.server.log_tail())

    def _call_as_programs(self):
        """Call all methods as those who may not; then let an act be decided."""
        keys = {role: self._key(user) for role, user in self.people.items()}
        before = self._state()
        for number, (model, method, ids, given, allowed) in enumerate(self._calls()):
            for place, role in enumerate(TRIED):
                if role in allowed:
                    continue
                both = (self._refused_by_json2, self._refused_by_xmlrpc)
                for refused in both if ALL else both[(number + place) % 2 :][:1]:
                    with self.subTest(role=role, method=method, how=refused.__name__):
                        refused(keys[role], role, model, method, ids, given)
        self.assertEqual(self._state(), before)
        for rows in (["x"], [{}] * 20_000, "x", None, [{"wallet": {}, "amount": []}]):
            with self.subTest(rows=str(rows)[:20]):
                answer = self._call_json2(
                    *(keys["tess"], "wezer.treasury.act", "propose_batch"),
                    **{"currency_id": self.mine, "rows": rows, "reason": REASON},
                )
                self.assertEqual(answer.status_code, 422, answer.text[:500])
        self.assertEqual(self._state(), before)
        self._decide(keys)

    def _execute(self, key, role, model, method, args, given):
        """Return the answer of XML-RPC."""
        objects = xmlrpc.client.ServerProxy(
            f"{self.server.url}/xmlrpc/2/object", allow_none=True
        )
        person = (self.database, self.people[role], key)
        return objects.execute_kw(*person, model, method, args, given)

    def _refused_by_json2(self, key, _role, model, method, ids, given):
        body = given if ids is None else {"ids": ids, **given}
        answer = self._call_json2(key, model, method, **body)
        self.assertIn(answer.status_code, (403, 404, 422), answer.text[:500])
        self.assertIn(answer.json()["name"].rsplit(".", 1)[-1], TYPED)
        self._assert_tells_nothing(answer.text)

    def _refused_by_xmlrpc(self, key, role, model, method, ids, given):
        with self.assertRaises(xmlrpc.client.Fault) as refused:
            args = [] if ids is None else [ids]
            self._execute(key, role, model, method, args, given)
        fault = refused.exception
        # 1 would be an error of the server, with a traceback.
        self.assertIn(fault.faultCode, (2, 3, 4), fault.faultString[:500])
        self._assert_tells_nothing(fault.faultString)

    def _decide(self, keys):
        """Let the act be approved, and another be withdrawn by who proposed it."""
        act = "wezer.treasury.act"
        answer = self._call_json2(keys["tess"], act, "action_approve", ids=[self.act])
        self.assertEqual(answer.status_code, 403)
        answer = self._call_json2(keys["theo"], act, "action_approve", ids=[self.act])
        self.assertEqual((answer.status_code, answer.json()), (200, "posted"))
        with self.registry.cursor() as cr:
            second = self._propose(api.Environment(cr, SUPERUSER_ID, {}))
        given = [second]
        reason = {"reason": "Counted anew"}
        self._execute(keys["tess"], "tess", act, "action_refuse", [given], reason)
        states = self._rows(
            "SELECT state FROM wezer_treasury_act WHERE id = ANY(%s) ORDER BY id",
            [self.act, second],
        )
        self.assertEqual(states, [("posted",), ("refused",)])

    def _assert_tells_nothing(self, text):
        told = [secret for secret in (*SECRETS, "Traceback") if secret in text]
        self.assertEqual(told, [])

    # === PAGES === #

    def _pages(self):
        """Yield addresses that are read, and the roles that may."""
        for name in REPORTS if ALL else ("balances", "acts"):
            yield f"/my/books/{self.mine}/{name}", READERS
        for end in ("balances.xlsx", "closing.pdf"):
            yield f"/my/books/{self.mine}/{end}", READERS
            yield f"/my/books/{self.other}/{end}", {"administrator"}
        yield f"/my/books/{self.other}/balances", {"administrator"}
        yield f"/my/clearing/{self.ring}", {"mia", "max", "rosa"}
        for end in ("csv", "xlsx", "pdf"):
            yield f"/my/wallets/{self.foreign}/statement.{end}", {"mia"}

    def _read_pages(self, sessions):
        """Ask for each page and file as each role, and as a visitor."""
        for url, allowed in self._pages():
            for role in TRIED:
                with self.subTest(url=url, role=role):
                    answer = sessions[role].get(
                        self.server.url + url, timeout=60, allow_redirects=False
                    )
                    if role in allowed:
                        self.assertEqual(answer.status_code, 200, answer.text[:500])
                        continue
                    # A statement that is not one's own leads to the own wallets.
                    self.assertIn(answer.status_code, (303, 403, 404))
                    self._assert_tells_nothing(answer.text)
            visitor = requests.get(
                self.server.url + url, timeout=60, allow_redirects=False
            )
            self.assertEqual(visitor.status_code, 303, url)
            self.assertIn("/web/login", visitor.headers["Location"])

    def _send_strange_things(self, tess):
        """Ask for reports and pages with strange parameters, and propose very much."""
        home = f"{self.server.url}/my/books/{self.mine}"
        names = ("from", "to", "at", "by", "months", "page", "search", "before")
        names += ("acting", "everyone", "currency")
        pages = (f"{home}/turnover", f"{home}/balances.xlsx", f"{home}/closing.pdf")
        pages += (f"{self.server.url}/my/acceptance", f"{self.server.url}/my/clearing")
        for place, page in enumerate(pages):
            for value in STRANGE if ALL else STRANGE[place :: len(pages)]:
                with self.subTest(page=page, value=value[:20]):
                    given = dict.fromkeys(names, value[: 60_000 // len(names)])
                    answer = tess.get(page, params=given, timeout=60)
                    self.assertIn(answer.status_code, (200, 400, 404))
        missing = [f"{home}/nothing", f"{home}/acts.xlsx"]
        for number in IDS:
            missing.append(f"{self.server.url}/my/books/{number}/balances")
            missing.append(f"{self.server.url}/my/clearing/{number}")
        for page in missing:
            self.assertEqual(tess.get(page, timeout=60).status_code, 404, page)
        token = self._token(tess)
        before = self._state()
        for kind, rows in (
            ("batch", "x;1;y\n" * 501),
            ("batch", f"#{self.wallet};{'9' * 5000};{'y' * 9000}\n" * 20),
            ("batch", "\0;²;\n;;;\n"),
            ("take_back", ""),
            ("x" * 500, ""),
        ):
            typed = {"kind": kind, "rows": rows, "reason": "y" * 20_000}
            typed |= {"batch": "9" * 40, "csrf_token": token}
            with self.subTest(kind=kind[:9], rows=rows[:20]):
                answer = tess.post(f"{home}/acts/propose", data=typed, timeout=60)
                self.assertIn(answer.status_code, (200, 400, 403, 404))
        self.assertEqual(self._state(), before)

    def _token(self, person):
        """Return the token of the forms of this session."""
        page = person.get(f"{self.server.url}/my/acceptance?everyone=1", timeout=60)
        document = lxml.html.fromstring(page.content)
        return document.xpath("//input[@name='csrf_token']/@value")[0]

    def _send_what_is_others(self, sessions):
        """Post the forms of others' acts, rules, settlements and switches."""
        before = self._state()
        party = str(self.parties["mia"])
        allow = {"acting": party, "currency": str(self.mine), "everyone": "1"}
        allow |= {"amount": "1", "month": "2"}
        propose = f"/my/books/{self.mine}/acts/propose"
        posts = (
            (propose, {"kind": "fee"}, TREASURERS),
            *(
                (f"/my/books/acts/{self.act}/{answer}", {}, {*READERS} - {"otto"})
                for answer in ("approve", "post", "refuse")
            ),
            ("/my/acceptance", allow, {"mia"}),
            (f"/my/acceptance/{self.rule}/stop", {}, {"mia"}),
            (f"/my/clearing/{self.ring}/decline", {}, {"mia", "max", "rosa"}),
            (f"/my/wallets/{self.wallet}/circles", {}, {"mia"}),
        )
        for role in TRIED:
            person = sessions[role]
            token = self._token(person)
            for url, typed, allowed in posts:
                if role in allowed:
                    continue
                with self.subTest(url=url, role=role):
                    typed = {**typed, "csrf_token": token}
                    # The page that is shown next says why it was refused.
                    answer = person.post(
                        self.server.url + url,
                        data=typed,
                        timeout=60,
                        allow_redirects=False,
                    )
                    self.assertIn(answer.status_code, (303, 403, 404))
        self.assertEqual(self._state(), before)
