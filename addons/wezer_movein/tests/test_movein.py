import json
import tempfile
from base64 import b64encode
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.tools.backup import making
from odoo.addons.wezer_base.tools.backup.refusals import BackupRefused

from ..models.wezer_movein_progress import WORDS
from ..tools import by_command, checking, proof
from ..tools.content import Payment, Problem
from ..tools.readers import registry
from . import exports
from .common import FILE, MoveinCommon, balances, village


@tagged("post_install", "-at_install")
class TestImport(MoveinCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counted = {
            name: cls.env[name].search_count([])
            for name in ("mail.mail", "mail.message", "wezer.notice")
        }
        cls.move = cls._imported()
        cls.rows = cls.move.sudo().account_ids
        cls.money = cls.move.wezer_currency_id

    def _account(self, code):
        return self.rows.filtered(lambda row: row.code == code)

    def _wallet_of(self, code):
        return self._account(code).wallet_id

    def test_every_balance_is_as_replayed(self):
        for code, now in balances(self.content).items():
            wallet = self._wallet_of(code)
            self.assertEqual(wallet.reference, code)
            self.assertEqual(wallet.balance, int(now * 100), code)

    def test_the_books_hold_and_the_proof_agrees(self):
        self.move.action_prove()
        self.assertEqual(self.move.state, "proved")
        self.assertBooksHold()

    def test_the_history_has_its_kinds_dates_and_keys(self):
        transfers = self.env["wezer.transfer"].search(
            [("wezer_currency_id", "=", self.money.id)], order="id"
        )
        self.assertEqual(len(transfers), len(self.content.payments))
        self.assertTrue(all(transfers.mapped("historic")))
        dates = transfers.mapped("date")
        self.assertEqual(dates, sorted(dates))
        self.assertEqual(
            sorted(set(transfers.mapped("kind"))), ["levy", "payment", "reversal"]
        )
        self.assertEqual(transfers[0].key, "movein-V-1")
        back = transfers.filtered(lambda row: row.kind == "reversal")
        self.assertEqual(back.parent_id, transfers[0])
        self.assertEqual(transfers[0].reversed_minor, back.amount_minor)

    def test_nobody_is_told_of_anything(self):
        for name, count in self.counted.items():
            self.assertEqual(self.env[name].search_count([]), count, name)
        self.assertFalse(
            self.env["wezer.transfer"].search_count(
                [
                    ("wezer_currency_id", "=", self.money.id),
                    ("notice_pending", "=", True),
                ]
            )
        )

    def test_a_household_pays_from_one_wallet(self):
        household = self._account("V001")
        group = self.env["wezer.group"]._of_partner(household.partner_id)
        self.assertEqual(
            sorted(group._direct_members().mapped("name")), ["Ada Oak", "Bob Oak"]
        )
        self.move.action_prove()
        self.move.action_open()
        ada = group._direct_members().filtered(lambda one: one.name == "Ada Oak")
        user = self.env["res.users"].create(
            {
                "partner_id": ada.id,
                "login": ada.email,
                "group_ids": [self.env.ref("base.group_portal").id],
            }
        )
        self.assertTrue(user._acts_for(household.partner_id, "wallet"))

    def test_the_name_of_a_closed_account_is_gone_and_its_history_is_not(self):
        gone = self._account("V002")
        self.assertNotIn("Gone", gone.partner_id.name)
        self.assertFalse(gone.partner_id.email)
        self.assertEqual(gone.partner_id._wezer_profile().state, "left")
        self.assertEqual(gone.wallet_id.state, "closed")
        self.assertTrue(gone.payment_count)

    def test_states_and_limits_are_those_of_the_files(self):
        self.assertEqual(self._wallet_of("V003").state, "frozen")
        self.assertEqual(self._wallet_of("V900").state, "closed")
        own = self._wallet_of("V004")
        self.assertEqual((own.own_limits, own.lower_limit), (True, -10000))
        self.assertEqual(
            self.money.treasury_partner_id, self._account("V000").partner_id
        )

    def test_people_are_hidden_until_the_community_is_open(self):
        profile = self._account("V004").partner_id._wezer_profile()
        self.assertEqual((profile.state, profile.share_phone), ("pending", "nobody"))
        self.assertEqual(profile.share_email, "members")
        announcements = self.env["wezer.announcement"].search(
            [("author_id", "=", self._account("V001").partner_id.id)]
        )
        self.assertEqual(set(announcements.mapped("state")), {"draft"})
        self.move.action_prove()
        self.move.action_open()
        self.assertEqual(profile.state, "active")
        self.assertEqual(profile.slug, "member-4")
        self.assertEqual(
            {one.title: one.state for one in announcements},
            {"Firewood": "open", "Old": "ended"},
        )
        hidden = self.env["wezer.announcement"].search([("title", "=", "A ladder")])
        self.assertEqual(hidden.state, "draft")
        self.assertEqual(
            self.env["wezer.news"].search([("title", "=", "Market day")]).state,
            "published",
        )
        self.assertFalse(
            self.env["wezer.announcement"].search(
                [("title", "=", "Of a closed account")]
            )
        )

    def test_moving_in_twice_changes_nothing(self):
        names = (
            *("res.partner", "wezer.profile", "wezer.wallet", "wezer.transfer"),
            *("wezer.ledger.entry", "wezer.announcement", "wezer.news", "wezer.group"),
            *("wezer.currency", "wezer.group.membership", "wezer.batch"),
        )
        everything = self.env["res.partner"].with_context(active_test=False)
        counts = {name: everything.env[name].search_count([]) for name in names}
        self.move.action_prove()
        again = self._imported()
        again.action_prove()
        self.assertEqual(again.rows_digest, self.move.rows_digest)
        self.assertEqual(again.accounts_digest, self.move.accounts_digest)
        self.assertEqual(again.wezer_currency_id, self.money)
        for name, count in counts.items():
            self.assertEqual(everything.env[name].search_count([]), count, name)

    def test_a_later_export_adds_what_is_new_and_both_proofs_hold(self):
        self.move.action_prove()
        content = village(payments=50)
        before = type(self).content
        type(self).content = content
        self.addCleanup(setattr, type(self), "content", before)
        # Of the rows without a number, those of before have their moment.
        for row, old in zip(content.payments[-3:], before.payments[-3:], strict=True):
            row.moment = old.moment
        again = self._imported()
        again.action_prove()
        self.assertNotEqual(again.rows_digest, self.move.rows_digest)
        transfers = self.env["wezer.transfer"].search_count(
            [("wezer_currency_id", "=", self.money.id)]
        )
        self.assertEqual(transfers, len(content.payments))
        self.assertBooksHold()
        with self.assertRefused("shared"):
            again.action_take_back()

    def test_another_community_whose_code_begins_alike_is_told_apart(self):
        self.move.action_prove()
        before, other = type(self).content, village(payments=3)
        other.code = "V-0"
        self.addCleanup(setattr, type(self), "content", before)
        type(self).content = other
        theirs = self._imported(currency=self.money.code)
        theirs.action_prove()
        type(self).content = before
        again = self._imported()
        again.action_prove()
        self.assertEqual(again.rows_digest, self.move.rows_digest)
        self.assertNotEqual(theirs.rows_digest, self.move.rows_digest)

    def test_much_leaves_a_treasury_in_use_by_a_second_person_only(self):
        self.move.action_prove()
        self.money.four_eyes_minor_text = "3"
        content = village()
        last = max(row.moment for row in content.payments)
        spent = Payment("V000", "V003", Decimal(2), last, "spent", purpose="thanks")
        content.payments.append(spent)
        before = type(self).content
        type(self).content = content
        self.addCleanup(setattr, type(self), "content", before)
        self._imported()
        found = self.env["wezer.transfer"].search(
            [("wezer_currency_id", "=", self.money.id), ("key", "=", "movein-V-spent")]
        )
        self.assertEqual(found.person_id, self.administrator.partner_id)
        # Counted with what went before: another export does not begin anew.
        content.payments.append(
            Payment("V000", "V003", Decimal(2), last, "more", purpose="thanks")
        )
        again = self._ready()
        again.action_import()
        again.sudo().with_user(SUPERUSER_ID)._try_import()
        self.assertEqual(again.state, "checked")
        self.assertIn("second person", again.failure)

    def test_the_check_finds_a_payment_that_was_added_by_hand(self):
        self.move.action_prove()
        self.env.cr.execute(
            "UPDATE wezer_transfer SET key = 'movein-V-forged'"
            " WHERE wezer_currency_id = %s AND key = 'movein-V-2'",
            [self.money.id],
        )
        broken = [row for row in self.env["wezer.invariant"].run() if row["rows"]]
        self.assertEqual(
            [row["name"] for row in broken],
            ["The payments that moved in are those that were proved"],
        )

    def test_the_signed_proof_names_files_and_hashes_and_cannot_be_edited(self):
        self.move.action_prove()
        self.env["wezer.ledger.seal"]._seal_now()
        file = json.loads(self.move.proof_file())
        self.assertTrue(proof.is_genuine(file))
        self.assertEqual(file["proof"]["sha256"]["payments"], self.move.rows_digest)
        self.assertEqual(file["proof"]["seal"]["sha256"], self.move.seal_id.digest)
        self.assertNotIn("Ada", json.dumps(file))
        file["proof"]["differences"] = 7
        self.assertFalse(proof.is_genuine(file))
        decisions, codes = self.env["wezer.movein.decision"], {"V001"}
        for choice, value, shown in (
            ("person", "ada@village.example", ""),
            ("type", "Zoë", ""),
            ("person", "V001", "V001"),
            ("date", "2024-05-31", "2024-05-31"),
        ):
            decision = decisions.new({"choice": choice, "value": value})
            self.assertEqual(proof._value_shown(decision, codes), shown)

    def test_taking_back_frees_the_code_for_the_next_try(self):
        self.move.action_take_back()
        self.assertEqual(self.move.state, "taken_back")
        self.assertFalse(self.money.active)
        self.assertFalse(self._account("V004").partner_id.active)
        again = self._imported()
        again.action_prove()
        self.assertEqual(again.wezer_currency_id.code, "Acorn")
        self.assertBooksHold()

    def test_nothing_is_taken_back_once_somebody_paid(self):
        self.move.action_prove()
        wallet = self._wallet_of("V004")
        self.env["wezer.transfer"]._post_rows(
            [
                {
                    "payer_wallet": wallet.id,
                    "payee_wallet": self._wallet_of("V001").id,
                    "minor": 1,
                    "kind": "payment",
                    "key": "later",
                }
            ],
            "history",
        )
        with self.assertRefused("used"):
            self.move.action_take_back()

    def test_a_member_reads_the_own_account_only_and_reports_what_is_wrong(self):
        self.move.action_prove()
        self.move.action_open()
        partner = self._account("V004").partner_id
        user = self.env["res.users"].create(
            {
                "partner_id": partner.id,
                "login": partner.email,
                "group_ids": [self.env.ref("base.group_portal").id],
            }
        )
        own = self._account("V004").with_user(user)
        found = own.search([])
        self.assertEqual(found, own)
        own.report_wrong("There is a payment that I do not know.")
        problem = self.move.sudo().problem_ids.filtered("account_id")
        self.assertEqual((problem.code, problem.is_undecided), ("member_report", True))
        notice = self.env["wezer.notice"].search([("kind", "=", "moved_in")])
        self.assertIn(self.administrator.partner_id, notice.partner_id)
        self.move.action_decide(problem.key, "answered", "Explained by telephone")
        self.assertFalse(problem.is_undecided)
        for _number in range(6):
            try:
                own.report_wrong("Again")
            except Exception as error:
                self.assertEqual(error.rule, "waiting")
        with self.assertRefused("acts_for"):
            self._account("V001").with_user(user).report_wrong("Mine?")
        with self.assertRefused("text"):
            own.report_wrong("  ")

    def test_letters_go_out_by_the_button_only_and_once(self):
        self.move.action_prove()
        with self.assertRefused("state"):
            self.move.action_send_letters()
        self.move.action_open()
        one = self._account("V004")
        self.assertEqual(self.move.action_send_letters(one.ids), 1)
        self.assertEqual(self.move.action_send_letters(one.ids), 0)
        letters = self.env["wezer.invitation"].search(
            [("email", "=", "member4@village.example")]
        )
        self.assertEqual(len(letters), 1)
        self.patch(type(self.env.company), "_wezer_can_send", lambda _company: True)
        told = self.move.action_invite()["params"]["message"]
        rest = self.env["wezer.invitation"].search_count(
            [("email", "=like", "%@village.example"), ("id", "not in", letters.ids)]
        )
        self.assertEqual(told, f"Invitations on their way: {rest}.")
        self.assertGreater(rest, 1)

    def test_finishing_deletes_the_contents_of_the_files(self):
        self.move.action_prove()
        self.move.action_open()
        self.move.action_finish()
        self.assertFalse(self.move.sudo().file_ids.data)
        self.assertTrue(self.move.sudo().file_ids.sha256)
        self.assertFalse(self._account("V002").name)


@tagged("post_install", "-at_install")
class TestChecking(MoveinCommon):
    def test_the_scheduled_action_imports_in_one_transaction(self):
        move = self._ready()
        move.action_import()
        with self.enter_registry_test_mode():
            # As the scheduler runs it, which commits between two moves only.
            self.env.ref("wezer_movein.ir_cron_import").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((move.state, move.failure), ("imported", False))
        move.action_prove()
        self.assertEqual(move.state, "proved")

    def test_the_progress_of_each_step_is_told_in_words(self):
        move = self._ready()
        move.action_import()
        self.assertIn("within a minute", move.progress)
        row = self.env["wezer.movein.progress"].sudo().search([], limit=1)
        for step in WORDS:
            row.write({"what": step, "done": 3, "count": 4})
            move.invalidate_recordset(["progress", "progress_share"])
            self.assertIn("3 of 4 ", move.progress)
            self.assertEqual(move.progress_share, 75)

    def test_a_backup_is_made_by_a_button_and_its_failure_is_told(self):
        move = self._ready()
        move.action_backup()
        with self.assertRefused("backup"):
            move.action_backup()
        refused = BackupRefused("The disk is full", rule="space")
        with patch.object(making, "make", side_effect=refused):
            self.env["wezer.movein"]._cron_backup()
        self.assertIn("The disk is full. Ask", move.backup_told)
        self.assertFalse(move.date_backup or move.backup_waits)
        move.action_backup()
        with tempfile.NamedTemporaryFile() as file:
            made = making.Made(Path(file.name), {})
            with patch.object(making, "make", return_value=made) as make:
                self.env["wezer.movein"]._cron_backup()
                self.env["wezer.movein"]._cron_backup()
        make.assert_called_once()
        self.assertTrue(move.date_backup)
        self.assertIn(file.name, move.backup_told)
        move.action_import()
        with self.assertRefused("state"):
            move.action_backup()

    def test_the_first_steps_lead_to_moving_in_until_somebody_pays_here(self):
        onboarding = self.env["wezer.onboarding"].with_user(self.administrator)
        transfers = type(self.env["wezer.transfer"])

        def step(pays):
            # Other tests leave payments.
            with patch.object(transfers, "search_count", lambda *_a, **_k: pays):
                return next(
                    one for one in onboarding._steps() if one["key"] == "movein"
                )

        move = self._imported()
        self.assertFalse(step(pays=0)["done"])
        self.assertTrue(step(pays=1)["done"])
        move.action_prove()
        self.assertTrue(step(pays=0)["done"])
        action = step(pays=0)["action"]
        self.assertEqual(self.env.ref(action).res_model, "wezer.movein")

    def test_a_form_decides_about_one_problem_or_all_of_its_kind(self):
        move = self._start()
        move.action_check()
        problems = move.problem_ids.filtered("is_undecided")
        self.assertEqual(set(problems.mapped("is_decidable")), {True})
        context = problems[0].action_decide()["context"]
        form = self.env["wezer.movein.decide"].with_context(**context)
        form = form.with_user(self.administrator)
        choices = [choice for choice, _label in form._choices()]
        self.assertEqual(sorted(choices), sorted(problems[0].choices.split()))
        form.create({"choice": choices[0]}).action_decide_all()
        alike = problems.filtered(lambda one: one.code == problems[0].code)
        self.assertEqual(set(alike.mapped("choice")), {choices[0]})

    def test_a_check_keeps_the_report_only(self):
        names = ("res.partner", "wezer.wallet", "wezer.transfer", "wezer.currency")
        counts = [self.env[name].search_count([]) for name in names]
        move = self._start()
        move.action_check()
        self.assertEqual(move.state, "checked")
        self.assertEqual(len(move.account_ids), len(self.content.accounts))
        self.assertEqual(counts, [self.env[name].search_count([]) for name in names])

    def test_the_command_reads_the_files_once(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "rows.csv").write_bytes(FILE)
        given = {
            "paths": [str(folder / "rows.csv")],
            "decisions": {"closed_with_balance": {"choice": "stays"}},
        }
        with patch.object(checking, "read", return_value=self.content) as read:
            answer = by_command.run(self.env(user=self.administrator.id), given)
        self.assertEqual((answer["state"], read.call_count), ("proved", 1))

    def test_the_meaning_of_levies_is_shown_and_decided_in_the_form(self):
        export = exports.ces(3, levy="payee", unmoved=0)
        content = registry.read(export.files, {})
        with patch.object(checking, "read", lambda _files, _options: content):
            move = self._start()
            move.action_check()
            levy = move.told_ids.filtered(lambda row: row.code == "levy")
            self.assertEqual(levy.default, "levy_payee")
            self.assertIn("Each side paid half of the levy: ", levy.words)
            self.assertTrue(levy.is_decidable)
            form = self.env["wezer.movein.decide"].with_user(self.administrator)
            form = form.with_context(**levy.action_decide()["context"])
            form.create({"choice": "levy_payer"}).action_decide()
            move.action_check()
            self.assertEqual(move.report["chosen"], {"levy": "payer"})
            self.assertIn("levies on them", move.summary)
            levy = move.told_ids.filtered(lambda row: row.code == "levy")
            self.assertEqual((levy.default, levy.choice), ("levy_payee", "levy_payer"))

    def test_a_problem_says_whose_account_and_which_payment_it_is_about(self):
        content = village()
        content.payments[3].moment = datetime(2090, 5, 31)
        content.payments[3].file, content.payments[3].row = "rows.csv", 5
        content.problems.append(Problem("future_date", "rows.csv", 5, "4", ["V003"]))
        with patch.object(checking, "read", lambda _files, _options: content):
            move = self._start()
            move.action_check()
        future = move.problem_ids.filtered(lambda row: row.code == "future_date")
        payer = content.accounts[content.payments[3].payer]
        for said in ("31 May 2090", f"{payer.code} ({payer.name})", "bread"):
            self.assertIn(said, future.words)
        self.assertIn("(Gone Away)", move.question_ids[0].words)
        form = self.env["wezer.movein.decide"].with_user(self.administrator)
        form = form.with_context(**future.action_decide()["context"])
        form.create({"choice": "date", "day": "2024-05-31"}).action_decide()
        self.assertEqual(future.value, "2024-05-31")
        move.action_finish()
        self.assertNotIn("payment", future.details or {})

    def test_a_finished_move_that_is_not_proved_shows_members_nothing(self):
        self.anna.partner_id.email = "member4@village.example"
        for last in ("action_take_back", "action_prove"):
            move = self._imported()
            own = self.env["wezer.movein.account"].with_user(self.anna)
            own = own.search([("movein_id", "=", move.id)])
            self.assertEqual(own.mapped("code"), ["V004"])
            getattr(move, last)()
            if last == "action_prove":
                move.action_open()
            move.action_finish()
            proved = last == "action_prove"
            self.assertEqual(bool(own.search([("id", "in", own.ids)])), proved)
            theirs = move.with_user(self.moderator)
            self.assertEqual(bool(theirs.search([("id", "=", move.id)])), proved)

    def test_what_asks_bars_the_import_until_it_is_decided_and_checked_again(self):
        move = self._start()
        move.action_check()
        with self.assertRefused("undecided"):
            move.action_import()
        with self.assertRefused("choice"):
            move.action_decide("closed_with_balance", "burn")
        with self.assertRefused("problem"):
            move.action_decide("unheard_of", "stays")
        move.action_decide("closed_with_balance", "community", "As the rules say")
        with self.assertRefused("stale"):
            move.action_import()
        move.action_check()
        self.assertFalse(move.undecided_count)
        people, accounts = len(self.content.people), len(move.account_ids)
        self.assertIn(f"{people} people, {accounts} accounts, ", move.summary)
        [problem] = move.problem_ids.filtered("choice")
        self.assertEqual(problem.reason, "As the rules say")
        with self.assertRefused("append_only"):
            move.sudo().decision_ids.choice = "stays"
        with self.assertRefused("append_only"):
            move.sudo().decision_ids.unlink()
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.env.cr.execute("UPDATE wezer_movein_decision SET choice = 'x'")
        move.action_import()
        move.sudo()._import_now()
        closed = move.account_ids.filtered(lambda row: row.code == "V002")
        self.assertEqual(closed.wallet_id.balance, 0)
        move.action_prove()

    def test_the_form_reads_its_own_uploads_only_and_keeps_none(self):
        forms = self.env["wezer.movein.start"].with_user(self.administrator)
        attachments = forms.env["ir.attachment"]
        upload = {"name": "rows.csv", "raw": FILE, "res_model": forms._name}
        own = attachments.create(upload)
        picture = attachments.create(
            {
                "name": "of somebody.csv",
                "raw": FILE,
                "res_model": "res.partner",
                "res_id": self.anna.partner_id.id,
            }
        )
        form = forms.create({"attachment_ids": (own | picture).ids})
        with self.assertRefused("files"):
            form.action_start()
        self.assertTrue(picture.exists() and own.exists())
        form.attachment_ids = own
        move = self.env["wezer.movein"].browse(form.action_start()["res_id"])
        self.assertEqual(move.sudo().file_ids.name, "rows.csv")
        self.assertFalse(own.exists())
        # What was uploaded and never read goes, too.
        left, fresh = attachments.create([upload, upload])
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '2 days'"
            " WHERE id = %s",
            [left.id],
        )
        forms._delete_unread()
        self.assertEqual((left | fresh).exists(), fresh)

    def test_what_no_form_sends_is_refused_in_words(self):
        data = b64encode(FILE).decode()
        moves = self.env["wezer.movein"].with_user(self.administrator)
        with self.assertRefused("files"):
            moves.start([["a\0.csv", data]])
        with self.assertRefused("options"):
            moves.start([["a.csv", data]], {"code": "V\0"})
        move = self._start()
        move.action_check()
        for key in ({"a": 1}, ["closed_with_balance"], "\0"):
            with self.assertRefused("problem"):
                move.action_decide([key], "stays")
        move.action_decide("closed_with_balance", "stays", "\0", "a\0b")
        self.assertEqual(move.sudo().decision_ids.mapped("value"), ["ab"])

    def test_a_file_that_changed_after_the_check_is_refused(self):
        move = self._ready()
        move.sudo().file_ids.data = b64encode(FILE + b" ")
        with self.assertRefused("changed"):
            move.action_import()
        with self.assertRefused("changed"):
            move.action_check()

    def test_an_import_that_fails_leaves_nothing_and_says_why(self):
        names = ("res.partner", "wezer.wallet", "wezer.transfer", "wezer.currency")
        move = self._ready()
        move.action_import()
        counts = [self.env[name].search_count([]) for name in names]
        bad = village()
        bad.payments.append(
            Payment("V001", "V003", Decimal("0.001"), bad.payments[-1].moment, "x")
        )
        before = type(self).content
        type(self).content = bad
        self.addCleanup(setattr, type(self), "content", before)
        move.sudo()._try_import()
        self.assertEqual(move.state, "checked")
        self.assertIn("0.001", move.failure)
        self.assertEqual(counts, [self.env[name].search_count([]) for name in names])

    def test_a_member_of_before_is_known_by_the_address(self):
        anna = self.anna.partner_id
        anna.email = "ada@village.example"
        move = self._imported()
        household = move.sudo().account_ids.filtered(lambda row: row.code == "V001")
        self.assertIn(anna, household.person_ids)
        move.action_take_back()
        self.assertTrue(anna.active)

    def test_only_administrators_move_a_community_in(self):
        move = self._imported()
        for user in (self.anna, self.moderator):
            theirs = move.with_user(user)
            with self.assertRefused("role"):
                theirs.start([["rows.csv", b64encode(FILE).decode()]])
            for name in ("prove", "take_back", "open", "finish", "check", "import"):
                with self.assertRefused("role"):
                    getattr(theirs, f"action_{name}")()
            with self.assertRefused("role"):
                theirs.action_decide("x", "y")
            with self.assertRefused("role"):
                theirs.action_send_letters()
        self.assertFalse(self.env["wezer.movein"].with_user(self.moderator).search([]))
        move.action_prove()
        theirs = move.with_user(self.moderator)
        self.assertTrue(theirs.proof_file())
        for model in ("file", "account", "problem", "decision"):
            rows = self.env[f"wezer.movein.{model}"].with_user(self.stranger)
            self.assertFalse(rows.has_access("read") and rows.search([]), model)

    def test_hours_are_counted_in_minutes_and_notes_move_nothing(self):
        content = village()
        content.currency.is_time, content.currency.name = True, "hrs"
        for row in content.payments:
            row.amount = Decimal(20) / Decimal(60)
        # No balance lies between -60 and -61 minutes.
        content.accounts["V004"].lower = Decimal("-1.001")
        before = type(self).content
        type(self).content = content
        self.addCleanup(setattr, type(self), "content", before)
        move = self._imported()
        self.assertTrue(move.wezer_currency_id._is_hours())
        first = self.env["wezer.transfer"].search(
            [("wezer_currency_id", "=", move.wezer_currency_id.id)], limit=1
        )
        self.assertEqual(first.amount_minor, 20)
        limited = move.sudo().account_ids.filtered(lambda row: row.code == "V004")
        self.assertEqual(limited.wallet_id.lower_limit, -60)
        self.assertLess(first.date, self.env.cr.now() - timedelta(days=1))
