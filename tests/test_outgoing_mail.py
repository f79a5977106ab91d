"""E-mails that really leave, are refused, or wait: with a mail server of the test's."""

import re
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, mute_logger, tagged
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tests.common import WezerCommon
from odoo.addons.wezer_base.tools.mail_reasons import answer_in, kind_of
from odoo.addons.wezer_base.tools.site_address import clean_address, is_local

from .letter_box import LetterBox
from .server import free_port

ONE, TWO = "one@outgoing.example", "two@outgoing.example"
QUIET = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
HERE = "http://127.0.0.1:8123"


@tagged("post_install", "-at_install")
class TestOutgoingMail(WezerCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sys = cls._user("Sys", "base.group_system")
        cls.parameters = cls.env["ir.config_parameter"].sudo()
        cls.parameters.set_param("web.base.url", HERE)
        cls.env.company.email = "hello@outgoing.example"
        cls.invitations = cls.env["wezer.invitation"]

    def _box(self, password=None):
        box = LetterBox(self.env, password)
        self.addCleanup(box.close)
        return box

    def _without_server(self):
        self.env["ir.mail_server"].search([]).active = False
        servers = type(self.env["ir.mail_server"])
        self.patch(servers, "_wezer_configured", lambda _self: None)
        self.env.invalidate_all()

    def _form(self, box, **vals):
        vals = {
            "sender_address": "hello@outgoing.example",
            "smtp_host": "127.0.0.1",
            "smtp_port": box.port,
            "smtp_encryption": "none",
            **vals,
        }
        return self.env["wezer.outgoing.mail"].with_user(self.sys).create(vals)

    def _test(self, box, **vals):
        form = self._form(box, **vals)
        with box.sending(), mute_logger(*QUIET):
            form.action_test()
        self.env.invalidate_all()
        return form

    def _invite(self, box, *addresses, user=None):
        self.invitations.with_user(user or self.ada).action_invite(list(addresses))
        self.invitations._write_letters()
        with mute_logger(*QUIET):
            box.deliver()

    def _rows(self, user=None):
        user = user or self.ada
        rows = user.with_user(user)._wezer_todo()
        return [row for row in rows if row["url"] == "/my/emails"]

    def _failed(self):
        return self.env["mail.mail"].search([("state", "=", "exception")])

    def _can_send(self):
        self.env.invalidate_all()
        return self.env.company._wezer_can_send()

    def _post(self, url, **data):
        return self.url_open(url, data={"csrf_token": Request.csrf_token(self), **data})

    # === THE FIRST STEP === #

    def test_a_test_email_arrives_from_the_sender_with_a_link_to_the_community(self):
        box = self._box()
        form = self._test(box, sender_name="The Lindens")
        self.assertTrue(form.is_delivered, form.result)
        [letter] = box.letters
        self.assertEqual(letter["From"], "The Lindens <hello@outgoing.example>")
        self.assertIn(self.sys.email, letter["To"])
        self.assertIn(f'href="{HERE}"', letter.get_body(("html",)).get_content())
        step = self.env["wezer.onboarding"].with_user(self.ada)._steps()
        self.assertTrue(next(one for one in step if one["key"] == "mail")["done"])
        self.assertEqual(
            self.parameters.get_param("mail.default.from"), "hello@outgoing.example"
        )

    def test_a_refused_login_is_said_at_once_and_the_right_one_ends_it(self):
        box = self._box("right")
        form = self._test(box, smtp_user="box", smtp_pass="wrong")
        self.assertFalse(form.is_delivered)
        self.assertIn("refuses the log-in", form.result)
        self.assertIn("535", form.result)
        self.assertFalse(form.smtp_pass)
        self.assertFalse(self._can_send())
        self.assertFalse(self._rows(), "the person who tested knows it already")
        form = self._test(box, smtp_user="box", smtp_pass="right")
        self.assertTrue(form.is_delivered, form.result)
        self.assertTrue(self._can_send())
        # Left empty, the password stays.
        self.assertTrue(self._test(box, smtp_user="box").is_delivered)

    def test_a_closed_port_and_a_missing_server_are_said_in_plain_words(self):
        box = self._box()
        form = self._test(box, smtp_port=free_port())
        self.assertIn("cannot be reached", form.result)
        self._without_server()
        form = self._test(box, smtp_host=False)
        self.assertIn("No mail server is set", form.result)

    def test_a_password_never_goes_to_another_server(self):
        box = self._box("right")
        self._form(box, smtp_user="box", smtp_pass="right").action_apply()
        self._form(box, smtp_host="other.example", smtp_user="box").action_apply()
        self.assertFalse(self.env["ir.mail_server"]._wezer_own().smtp_pass)

    def test_only_system_administrators_change_where_emails_go_and_lead(self):
        box = self._box()
        form = self._form(box, smtp_host="evil.example").with_user(self.ada)
        form = form.create(
            {
                "sender_address": "us@outgoing.example",
                "smtp_host": "evil.example",
                "address": "https://evil.example",
            }
        )
        form.action_apply()
        self.assertEqual(self.env["ir.mail_server"]._wezer_own(), box.server)
        self.assertEqual(box.server.smtp_host, "127.0.0.1")
        self.assertEqual(self.env.company.get_base_url(), HERE)
        self.assertEqual(self.env.company.email, "us@outgoing.example")
        with self.assertRaises(NotAllowed):
            form.env["ir.config_parameter"]._wezer_set_address("https://evil.example")
        for user in (self.anna, self.cora, self.mo):
            with self.assertRaises(AccessError):
                self.env["wezer.outgoing.mail"].with_user(user).create({})

    # === CAN E-MAILS BE SENT? === #

    def test_a_refused_address_is_on_the_list_until_its_email_went_out(self):
        box = self._box()
        box.refused.add(ONE)
        self._invite(box, ONE, TWO)
        self.assertEqual([str(one["To"]) for one in box.letters], [TWO])
        self.assertIn("An invitation to join", box.letters[0]["Subject"])
        self.assertTrue(self._can_send(), "other addresses are taken")
        [row] = self._rows()
        self.assertIn("refuses the recipient's address", row["text"])
        self.assertFalse(self._rows(self.mo))
        mails = self.env["mail.mail"].with_user(self.ada)
        [failed] = mails._wezer_failed_rows()
        self.assertEqual(failed["to"], ONE)
        self.assertIn("550 5.1.1 No such mailbox", failed["reason"])
        self.authenticate("ada-base", "ada-base-secret")
        page = self.url_open("/my/emails").text
        self.assertIn("550 5.1.1 No such mailbox", page)
        box.refused.clear()
        self._post("/my/emails", ids=failed["id"], act="again")
        box.deliver()
        self.assertIn(ONE, str(box.letters[-1]["To"]))
        self.assertFalse(self._rows())
        with self.assertRaises(Refusal):
            self.env["mail.mail"].with_user(self.ada).browse(
                failed["id"]
            ).action_wezer_send_again()

    def test_set_aside_it_is_neither_listed_nor_sent(self):
        box = self._box()
        box.refused.add(ONE)
        self._invite(box, ONE)
        failed = self._failed()
        for user in (self.anna, self.cora, self.mo):
            for act in ("action_wezer_send_again", "action_wezer_set_aside"):
                with self.assertRaises(NotAllowed):
                    getattr(failed.with_user(user).sudo(False), act)()
        failed.with_user(self.ada).sudo(False).action_wezer_set_aside()
        box.refused.clear()
        box.deliver()
        self.assertFalse(box.letters)
        self.assertFalse(self._rows())

    def test_a_server_that_refuses_everybody_or_is_gone_sends_nothing(self):
        box = self._box()
        addresses = [f"{name}@outgoing.example" for name in "abc"]
        box.refused.update(addresses)
        self._invite(box, *addresses)
        self.assertTrue(self._can_send(), "three that do not exist")
        self._failed().with_user(self.ada).sudo(False).action_wezer_send_again()
        box.refusal = "554 5.7.1 Relay access denied"
        with mute_logger(*QUIET):
            box.deliver()
        self.assertFalse(self._can_send())
        self.assertIn("rules of the mail server", self._rows()[-1]["text"])
        box.refused.clear()
        # Administrators get links meanwhile.
        self._invite(box, TWO, user=self.cora)
        self.assertTrue(self._can_send(), "one went out since")
        box.server.smtp_port = free_port()
        self._invite(box, ONE)
        self.assertFalse(self._can_send())
        said = " ".join(row["text"] for row in self._rows())
        self.assertIn("cannot be reached", said)
        box.server.smtp_port = box.port
        self._failed().with_user(self.ada).sudo(False).action_wezer_send_again()
        box.deliver()
        self.assertTrue(self._can_send())

    def test_pages_that_promise_nothing_do_not_ask(self):
        self._box()
        mails = type(self.env["mail.mail"])
        with patch.object(mails, "_wezer_trouble", return_value="") as asked:
            self.url_open("/contactus")
            self.assertFalse(asked.called)
            self.url_open("/web/signup")
            self.assertEqual(asked.call_count, 1)

    # === WITHOUT A MAIL SERVER === #

    def test_without_a_server_emails_wait_and_go_out_once_there_is_one(self):
        self._without_server()
        self.env["wezer.invitation"].sudo()._request(ONE)
        self.invitations._write_letters()
        with patch.object(
            type(self.env["ir.mail_server"]), "_disable_send", lambda _self: False
        ):
            self.env["mail.mail"].process_email_queue()
        mail = self.env["mail.mail"].search([("email_to", "=", ONE)])
        self.assertEqual(mail.state, "outgoing")
        rows = self.ada.with_user(self.ada)._wezer_todo()
        self.assertTrue([row for row in rows if "E-mails wait" in row["text"]])
        box = self._box()
        box.deliver()
        self.assertIn(ONE, str(box.letters[0]["To"]))

    def test_every_page_says_that_no_email_can_be_sent(self):
        self._without_server()
        says = "E-mails cannot be sent at the moment."
        self.authenticate(None, None)
        for path in ("/web/signup", "/web/reset_password"):
            self.assertIn(says, self.url_open(path).text, path)
        for path in ("/web/signup", "/web/reset_password"):
            page = self._post(path, login=ONE).text
            self.assertIn(says, page)
            self.assertNotIn("Check your e-mail", page)
        self.authenticate("anna-base", "anna-base-secret")
        for path in ("/my/invite", "/my/notices/choices"):
            self.assertIn(says, self.url_open(path).text, path)
        page = self._post("/my/invite/link").text
        token = re.search(r"/join/([\w-]+)", page)[1]
        page = self._post("/my/email", email="anna.new@outgoing.example").text
        self.assertIn(says, page)
        self.authenticate(None, None)
        self.assertIn(says, self.url_open(f"/join/{token}").text)
        page = self._post(f"/join/{token}", email=TWO).text
        self.assertIn("We have kept your request", page)
        for name in ("wezer.member.invite", "wezer.member.decline"):
            self.assertFalse(self.env[name].with_user(self.ada).new({}).can_send)

    def test_administrators_get_a_link_for_each_person_and_members_none(self):
        self._without_server()
        form = self.env["wezer.member.invite"].with_user(self.ada)
        action = form.create({"emails": f"{ONE}, {TWO}, anna@example.org"})
        self.assertEqual(action.action_invite()["url"], "/my/invite")
        self.authenticate("ada-base", "ada-base-secret")
        page = self.url_open("/my/invite").text
        links = re.findall(r'value="(http[^"]+/join/[\w-]+)"', page)
        self.assertEqual(len(set(links)), 2)
        self.assertTrue(all(link.startswith(f"{HERE}/join/") for link in links))
        self.authenticate(None, None)
        way = links[0].removeprefix(HERE)
        self._post(way, name="Una One", password="una-one-secret")
        joined = self.env["res.users"].search([("login", "in", (ONE, TWO))])
        self.assertEqual(joined.partner_id._wezer_profile().name, "Una One")
        self.invitations.with_user(self.anna).action_invite(["x@outgoing.example"])
        own = self.invitations.with_user(self.anna).search([("kind", "=", "letter")])
        self.assertFalse(own.link_token)
        with self.assertRaises(NotAllowed):
            own.action_show_link()
        with self.assertRaises(NotAllowed):
            own.with_user(self.ada).action_show_link()

    def test_a_link_made_later_ends_the_one_in_the_letter(self):
        box = self._box()
        self._invite(box, ONE)
        sent = box.link(ONE, r"/join/([\w-]+)").removeprefix("/join/")
        invitation = self.invitations._find_by_token(sent)
        link = invitation.with_user(self.ada).sudo(False).action_show_link()
        self.assertFalse(self.invitations._find_by_token(sent))
        token = link.removeprefix(f"{HERE}/join/")
        self.assertEqual(self.invitations._find_by_token(token), invitation)

    # === THE ADDRESS OF THE COMMUNITY === #

    def test_no_log_in_by_another_host_changes_where_links_lead(self):
        take = self.parameters._wezer_take_address
        self.assertTrue(take(HERE))
        self.assertEqual(self.env.company.get_base_url(), HERE)
        self.authenticate("sys-base", "sys-base-secret")
        self._post("/web/login", login="sys-base", password="sys-base-secret")
        self.assertEqual(self.parameters.get_param("web.base.url"), HERE)
        self.assertTrue(take("https://community.example/"))
        self.assertFalse(take(HERE), "an address of this machine only")
        self.assertFalse(take("community"))
        self.assertEqual(self.env.company.get_base_url(), "https://community.example")

    def test_the_first_public_address_is_kept(self):
        self.parameters.set_param("web.base.url.freeze", False)
        self.parameters.set_param("web.base.url", "http://localhost:8069")
        self.assertFalse(self.parameters.get_param("web.base.url.freeze"))
        self.parameters.set_param("web.base.url", "https://community.example")
        self.assertTrue(self.parameters.get_param("web.base.url.freeze"))

    def test_the_settings_change_the_address_and_warn_where_it_differs(self):
        settings = self.env["res.config.settings"].with_user(self.sys)
        form = settings.create({})
        self.assertEqual(form.wezer_address, HERE)
        with patch.object(
            type(self.parameters), "_wezer_address_in_use", return_value="http://x:1"
        ):
            self.assertTrue(settings.new({"wezer_address": HERE}).wezer_address_differs)
        for wrong in ("community.example", "https://x.example/page", "ftp://x"):
            with self.assertRaises(Refusal):
                self.parameters.with_user(self.sys)._wezer_set_address(wrong)
        settings.create({"wezer_address": "https://new.example"}).set_values()
        self.assertEqual(self.env.company.get_base_url(), "https://new.example")

    # === ADDRESSES CANNOT BE PROBED === #

    def _work(self, act):
        """Return what an act does that takes time, whatever the machine.

        :return: its statements in order, how many e-mails it queues, how often it
            speaks to a mail server, and how many passwords it hashes
        """
        statements, execute = [], Cursor.execute

        def noted(cursor, query, *args, **kwargs):
            statements.append(query.code if isinstance(query, SQL) else query)
            return execute(cursor, query, *args, **kwargs)

        mails = self.env["mail.mail"].search_count([])
        self.env.flush_all()
        self.env.invalidate_all()
        servers = type(self.env["ir.mail_server"])
        users = type(self.env["res.users"])
        with (
            patch.object(Cursor, "execute", noted),
            patch.object(servers, "_connect__") as connected,
            patch.object(servers, "_disable_send", lambda _self: False),
            patch.object(
                users, "_crypt_context", wraps=self.env["res.users"]._crypt_context
            ) as hashed,
        ):
            act()
            self.env.flush_all()
        queued = self.env["mail.mail"].search_count([]) - mails
        calls = connected.call_count, hashed.call_count
        return tuple(statements), queued, *calls

    def test_known_and_unknown_addresses_cost_the_same_work(self):
        self.anna.login = "anna@known.example"
        self.invitations.with_user(self.luc).action_link()
        own = [("inviter_id", "=", self.luc.partner_id.id)]
        link = self.invitations.sudo().search(own)
        acts = {
            "sign-up": self.invitations.with_user(self.public).sudo()._request,
            "password": self.env["res.users"].with_user(self.public).reset_password,
            "link": link._write_from_link,
            "invitation": lambda one: self.invitations.with_user(
                self.cora
            ).action_invite([one]),
        }
        for name, act in acts.items():
            # What Odoo keeps of a first time is no part of it.
            act(f"{name}.first@unknown.example")
            work = {
                self._work(lambda one=one, act=act: act(one))
                for one in (
                    f"{name}.new@unknown.example",
                    "anna@known.example",
                    f"{name}.other@unknown.example",
                )
            }
            self.assertEqual(len(work), 1, name)
            statements, *others = work.pop()
            self.assertTrue(statements, name)
            self.assertEqual(others, [0, 0, 0], "the job writes and sends all e-mails")

    def test_a_message_to_nobody_costs_the_work_of_one_to_a_hidden_member(self):
        hidden = self.luc_profile
        hidden.state = "declined"
        conversations = self.env["wezer.conversation"].with_user(self.anna)
        said = set()

        def write_to(number):
            # Not by a savepoint of a test, whose name is another each time.
            try:
                conversations.action_start(number, "Hello")
            except Refusal as refused:
                said.add((refused.rule, str(refused)))
            else:
                self.fail("The message was taken.")

        # What Odoo keeps of a first time is no part of it.
        write_to(10**8)
        work = {
            self._work(lambda number=number: write_to(number))
            for number in (10**8 + 1, hidden.id, 10**8 + 2)
        }
        self.assertEqual(len(work), 1)
        self.assertEqual(len(said), 1)

    def test_pages_answer_alike_and_everybody_gets_one_email(self):
        self.anna.login = self.anna.email = "anna@known.example"
        self.env["mail.mail"].search([]).unlink()
        box = self._box()
        self.authenticate(None, None)
        for path in ("/web/signup", "/web/reset_password"):
            answers = set()
            for address in ("anna@known.example", "nobody@unknown.example"):
                page = self._post(path, login=address)
                text = page.text.split("<main")[1].split("</main")[0]
                answers.add((page.status_code, text.replace(address, "")))
            self.assertEqual(len(answers), 1, path)
        with box.sending():
            self.env["res.users"]._cron_send_resets()
        box.deliver()
        told = sorted(str(letter["To"]) for letter in box.letters)
        known = ["anna@known.example"] * 2
        self.assertEqual(told, [*known, "nobody@unknown.example"])
        users = self.env["res.users"]
        users.with_user(self.public).reset_password("anna@known.example")
        with box.sending():
            users._cron_send_resets()
        box.deliver()
        self.assertEqual(len(box.letters), len(told), "one has just been sent")


@tagged("post_install", "-at_install")
class TestReasons(WezerCommon):
    def test_what_odoo_keeps_of_a_failure_is_put_into_plain_words(self):
        refused = "SMTPRecipientsRefused: {'x@y.example': (550, b'5.1.1 Nobody')}"
        for kind, text in {
            "connection": "111\nConnection refused",
            "login": "535\nb'5.7.8 Bad credentials'",
            "address": refused,
            "policy": refused.replace("5.1.1 Nobody", "5.7.1 Relaying denied"),
            "sender": "SMTPSenderRefused: (553, b'5.7.1 not yours', 'x@y.example')",
            "content": "SMTPDataError: (554, b'5.7.1 looks like spam')",
            "encryption": "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
            "other": "Something else",
        }.items():
            self.assertEqual(kind_of(text), kind)
            self.assertIn(kind, self.env["mail.mail"]._wezer_reasons())
        self.assertEqual(kind_of("", "mail_email_invalid"), "address")
        for answer, kind in (
            ("550, b'User unknown'", "address"),
            ("550, b'5.2.1 Mailbox disabled'", "address"),
            ("451, b'4.7.1 Greylisted, try again'", "address"),
            ("550, b'Relaying denied'", "policy"),
            ("554, b'5.7.1 Client host rejected'", "policy"),
            ("550, b'5.4.5 Daily limit exceeded'", "policy"),
        ):
            text = f"SMTPRecipientsRefused: {{'x@y.example': ({answer})}}"
            self.assertEqual(kind_of(text), kind, answer)
        self.assertEqual(answer_in(refused), "550 5.1.1 Nobody")
        self.assertEqual(answer_in("[Errno 111] Connection refused"), "")

    def test_an_address_of_a_website_has_a_scheme_a_host_and_nothing_else(self):
        self.assertEqual(clean_address(" https://A.example/ "), "https://a.example")
        self.assertEqual(clean_address("http://[::1]:8070"), "http://[::1]:8070")
        for text in ("", None, "a.example", "https://u@a.example", "https://a/b"):
            self.assertIsNone(clean_address(text), text)
        for text in ("http://localhost:1", "http://127.0.0.2", "http://[::1]", ""):
            self.assertTrue(is_local(text), text)
        self.assertFalse(is_local("http://192.168.0.2"))
