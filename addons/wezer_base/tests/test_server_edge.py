"""What the server's edge does, where no server of its own is needed."""

import logging
import re
import sys
from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.http import Request
from odoo.tests import HttpCase, mute_logger, tagged

from odoo.addons.base.models import res_users
from odoo.addons.http_routing.models.ir_http import IrHttp

from ..models.ir_http import LIMITS
from ..tools import locks, log, outage, web_errors
from .common import WezerCommon

SECRET = "SELECT secret_of_luc FROM hidden"


@tagged("post_install", "-at_install")
class TestServerEdge(HttpCase, WezerCommon):
    def _call(self, method, *args, model="wezer.profile"):
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        return self.url_open("/web/dataset/call_kw", json={"params": params})

    def _failing(self, error):
        """Let a public method of profiles raise ``error``."""

        def search_count(*_args, **_kwargs):
            raise error

        cls = self.env.registry["wezer.profile"]
        return patch.object(cls, "search_count", search_count)

    # === TRACEBACKS === #

    @mute_logger("odoo.http", "odoo.service.model")
    def test_errors_outside_the_usual_handler_are_masked_too(self):
        """While an error is handled, and while the request is put away."""
        self.authenticate("anna-base", "anna-base-secret")
        places = (
            (IrHttp, "_handle_error", ("read", ["x"], ["name"])),
            (Request, "_save_session", ("search", [])),
        )
        for owner, name, call in places:
            error = RuntimeError(SECRET)
            with patch.object(owner, name, side_effect=error), self.subTest(name):
                answer = self._call(*call)
                self.assertIn("Something went wrong", answer.text)
                for word in ("Traceback", "secret_of_luc", "RuntimeError", ".py"):
                    self.assertNotIn(word, answer.text)

    @mute_logger("odoo.http", "odoo.service.model")
    def test_causes_are_shown_to_administrators_in_developer_mode_alone(self):
        def shown(login, debug):
            self.authenticate(login, f"{login}-secret")
            self.url_open(f"/web/login?debug={debug}")
            with self._failing(RuntimeError(SECRET)):
                return "secret_of_luc" in self._call("search_count", []).text

        self.assertFalse(shown("ada-base", "1"))
        self.ada.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        self.assertTrue(shown("ada-base", "1"))
        self.assertFalse(shown("ada-base", "0"))
        self.assertFalse(shown("cora-base", "1"))
        self.assertFalse(shown("anna-base", "1"))

    @mute_logger("odoo.http")
    def test_reports_and_exports_are_masked_too(self):
        with patch.object(web_errors, "may_see_causes", return_value=False):
            told = web_errors.serialize_exception(RuntimeError(SECRET))
        self.assertEqual(told["debug"], "")
        self.assertNotIn("secret_of_luc", str(told))

    # === TIME === #

    def _shown(self, name):
        self.env.cr.execute(f"SHOW {name}")
        return self.env.cr.fetchone()[0]

    def test_statements_of_outsiders_are_limited(self):
        http = self.env["ir.http"]
        before = {name: self._shown(name) for name in LIMITS}
        http._wezer_limit_statements(self.env(user=self.cora))
        self.assertEqual({name: self._shown(name) for name in LIMITS}, before)
        for user in (self.anna, self.public):
            http._wezer_limit_statements(self.env(user=user))
            self.assertEqual(self._shown("statement_timeout"), "20s")
            self.assertEqual(self._shown("lock_timeout"), "10s")
        parameters = self.env["ir.config_parameter"]
        for text, told in (("7", "7s"), ("0", "0"), ("-1", "20s"), ("x", "20s")):
            parameters.set_param("wezer_base.statement_timeout", text)
            http._wezer_limit_statements(self.env(user=self.anna))
            self.assertEqual(self._shown("statement_timeout"), told)

    def test_a_place_in_a_line_is_waited_for_half_a_minute_a_row_for_less(self):
        with patch.object(self.env.cr, "commit"):
            locks.wait_in_line(self.env, "wallet", [1, 2])
        # The numbers themselves: many pay to one wallet, each after the other.
        self.assertEqual(self._shown("lock_timeout"), "30s")
        locks.execute_locking(self.env, "SELECT 1", returns=False)
        self.assertEqual(self._shown("lock_timeout"), "10s")

    @mute_logger("odoo.http", "odoo.service.model")
    def test_a_lock_timeout_is_answered_with_a_sentence(self):
        self.authenticate("anna-base", "anna-base-secret")
        error = psycopg2.errors.QueryCanceled("canceling statement: SELECT 1")
        with self._failing(error):
            told = self._call("search_count", []).json()["error"]["data"]
        self.assertIn("took too long", told["message"])

    # === PASSWORDS === #

    def _hashes(self, login, password="wrong"):
        """Return how many password hashes a login takes."""
        counted = []
        context = self.env["res.users"]._crypt_context()

        class Counting:
            def __getattr__(self, name):
                if name in ("hash", "verify", "verify_and_update"):
                    counted.append(name)
                return getattr(context, name)

        credential = {"login": login, "password": password, "type": "password"}
        cls = self.env.registry["res.users"]
        with (
            patch.object(cls, "_crypt_context", lambda users: Counting()),
            self.assertRaises(res_users.AccessDenied),
        ):
            self.env["res.users"].authenticate(credential, {"interactive": True})
        return counted

    def test_a_login_takes_one_hash_whether_it_is_known_or_not(self):
        from ..tools.login import called_from

        with called_from("192.0.2.1"):
            self.assertEqual(len(self._hashes("anna-base")), 1)
            self.assertEqual(len(self._hashes("nobody at all")), 1)
            # Invited, without a password yet: verifying nothing takes no time.
            self.env.cr.execute(
                "UPDATE res_users SET password = NULL WHERE id = %s", [self.luc.id]
            )
            self.assertIn("hash", self._hashes("luc-base"))

    def test_a_reset_letter_is_sent_by_the_scheduled_job(self):
        self.env.cr.execute("SELECT count(*) FROM ir_cron_trigger")
        before = self.env.cr.fetchone()[0]
        users = self.env["res.users"].with_user(self.public)
        asked = {}
        for login in ("anna-base", "nobody@example.org"):
            with patch.object(
                self.env.registry["res.users"], "action_reset_password"
            ) as sent:
                users.reset_password(login)
                self.assertFalse(sent.called)
            self.env.cr.execute("SELECT count(*) FROM ir_cron_trigger")
            asked[login] = self.env.cr.fetchone()[0] - before
            before += asked[login]
        self.assertEqual(asked, {"anna-base": 1, "nobody@example.org": 1})
        requests = self.env["wezer.password.request"].sudo()
        self.assertEqual(len(requests.search([])), 2)
        letters = []

        def send(mails, *_args, **_kwargs):
            letters.extend((mail.email_to, mail.body_html) for mail in mails)

        with (
            self.enter_registry_test_mode(),
            patch.object(self.env.registry["mail.mail"], "send", send),
        ):
            self.env.ref("wezer_base.ir_cron_reset").method_direct_trigger()
        self.assertFalse(requests.search([]))
        [(address, body)] = letters
        self.assertEqual(address, self.anna.email)
        self.assertIn("/web/reset_password", body)

    # === THE LOG === #

    def test_every_secret_of_an_address_is_left_out_of_the_log(self):
        http = self.env["ir.http"]
        found = 0
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            if not endpoint.func.__module__.startswith("odoo.addons.wezer_"):
                continue
            places = re.findall(r"<(?:\w+:)?(\w+)>", url)
            if not {"token", "key", "secret", "hash"} & set(places):
                continue
            found += 1
            address = re.sub(r"<int:\w+>", "7", url)
            address = re.sub(
                r"<(?:string:)?(?:token|key|secret|hash)>", "Hush", address
            )
            self.assertNotIn("Hush", log.without_secrets(f'"GET {address} HTTP/1.1"'))
        self.assertGreater(found, 3)

    def test_values_of_a_refused_row_do_not_reach_the_log(self):
        row = "DETAIL:  Failing row contains (7, anna, $pbkdf2-sha512$secret, null).\n"
        self.assertNotIn("pbkdf2", log.without_secrets(f"ERROR: x\n{row}more"))
        try:
            raise ValueError(row)
        except ValueError:
            trace = sys.exc_info()
        record = logging.LogRecord("x", 40, "x", 1, "bad query", (), trace)
        log.Discreet().filter(record)
        written = logging.Formatter().format(record)
        self.assertNotIn("pbkdf2", written)
        self.assertIn("Failing row contains (…).", written)

    def test_a_statement_of_ours_that_is_tried_again_is_no_error(self):
        def written(statement, error):
            args = (statement, error)
            message = "bad query: %s\nERROR: %s"
            record = logging.LogRecord("x", 40, "x", 1, message, args, None)
            return log.Calm().filter(record)

        ours, other = b"UPDATE wezer_wallet SET x = 1", b"UPDATE res_users SET x = 1"
        again = psycopg2.errors.SerializationFailure("could not serialize")
        self.assertFalse(written(ours, again))
        self.assertFalse(written(ours.decode(), psycopg2.errors.DeadlockDetected("x")))
        self.assertTrue(written(other, again))
        self.assertTrue(written(ours, psycopg2.errors.CheckViolation("x")))
        self.assertTrue(written(ours, psycopg2.errors.UniqueViolation("x")))
        cursors = logging.getLogger("odoo.sql_db")
        log.make_discreet()
        own = [one for one in cursors.filters if isinstance(one, log.Calm)]
        self.assertEqual(len(own), 1)

    def test_only_a_lost_connection_is_an_outage(self):
        lost = psycopg2.OperationalError("server closed the connection unexpectedly")
        self.assertTrue(outage.is_outage(lost))
        try:
            try:
                raise lost
            except psycopg2.OperationalError as error:
                raise psycopg2.InterfaceError("connection already closed") from error
        except psycopg2.InterfaceError as error:
            self.assertTrue(outage.is_outage(error))
        for error in (
            psycopg2.InterfaceError("Cursor already closed"),
            ValueError("x"),
            None,
        ):
            self.assertFalse(outage.is_outage(error))
        with self.assertRaises(psycopg2.Error) as refused, self.env.cr.savepoint():
            self.env.cr.execute("SET LOCAL statement_timeout = '1ms'")
            self.env.cr.execute("SELECT pg_sleep(1)", log_exceptions=False)
        self.assertFalse(outage.is_outage(refused.exception))

    def test_a_message_is_cut_and_cleaned_and_others_are_left_alone(self):
        def written(message, *args):
            record = logging.LogRecord("x", 20, "x", 1, message, args, None)
            log.Discreet().filter(record)
            return record.getMessage()

        self.assertEqual(written("%s of %s", "a", 2), "a of 2")
        self.assertEqual(written("/pay/abc?to=%s", "x"), "/pay/…?to=x")
        self.assertIn("(9000 letters)", written("%s", "x" * 9000))
        self.assertLess(len(written("%s", "x" * 9000)), 2100)
        self.assertEqual(written("/my/pay and /join"), "/my/pay and /join")
        handlers = logging.getLogger().handlers
        log.make_discreet()
        log.make_discreet()
        for handler in handlers:
            own = [one for one in handler.filters if isinstance(one, log.Discreet)]
            self.assertEqual(len(own), 1)
