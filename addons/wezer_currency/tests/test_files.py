import csv
import io
import json
import re
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import imports, tables
from odoo.addons.wezer_base.tools.days import UTC, parse_moment

from ..tools import amounts, transfer_import, transfer_rows
from ..tools.bulk_posting import refused_row
from .common import CurrencyCommon


def scenarios():
    """Return the folder of other systems' scenarios, beside the repository."""
    addon = Path(file_path("wezer_currency/__manifest__.py")).resolve()
    return addon.parents[3] / "shared" / "data" / "scenarios"


@tagged("post_install", "-at_install")
class TestTransferRows(BaseCase):
    def test_columns_are_known_by_other_names_too(self):
        rows = transfer_rows.read_rows(
            "Buyer;Seller;Amount;Description\na;b;1,50;jam\n"
        )
        self.assertEqual(
            rows,
            [
                {
                    "row": 1,
                    "payer": "a",
                    "payee": "b",
                    "amount": "1,50",
                    "purpose": "jam",
                }
            ],
        )

    def test_a_map_names_columns_and_what_is_the_same_in_all_rows(self):
        rows = transfer_rows.read_rows(
            "who,whom,cents,n\na,b,5,7\n",
            {
                "columns": {"payer": "who", "payee": "whom", "amount": "cents"},
                "defaults": {"currency": "TIL"},
                "amount_digits": 2,
                "key_prefix": "old-",
            },
        )
        self.assertEqual(rows[0]["amount"], "0.0500")
        self.assertEqual((rows[0]["currency"], rows[0]["key"]), ("TIL", "old-7"))

    def test_decimal_numbers_of_a_program_have_one_reading(self):
        """1.000 is no thousand and 1.30 no hour and a half where the map says so."""
        rows = transfer_rows.read_rows(
            "payer,payee,amount\na,b,1.000\na,b,1.30\na,b,2\na,b,1:30\n",
            {"decimal_mark": "."},
        )
        texts = [row["amount"] for row in rows]
        self.assertEqual(texts, ["1.0000", "1.3000", "2", "1:30"])
        self.assertEqual(amounts.parse(texts[0], 100), 100)
        self.assertEqual(amounts.parse(texts[1], 60, clock=True), 78)

    def test_files_of_office_programs_are_read_whatever_their_language(self):
        for head in ("payeur;bénéficiaire;montant", "Zahler;Empfänger;Betrag"):
            for encoding in ("utf-8-sig", "utf-16", "cp1252"):
                data = f"sep=;\n{head}\nZoé;Luc;1,50\n".encode(encoding)
                rows = transfer_rows.read_rows(data)
                self.assertEqual(
                    rows[0],
                    {"row": 1, "payer": "Zoé", "payee": "Luc", "amount": "1,50"},
                )

    def test_a_sum_that_is_no_number_of_cents_has_its_problem(self):
        rows = transfer_rows.read_rows(
            "payer,payee,amount\na,b,12.50\na,b,1250\n", {"amount_digits": 2}
        )
        self.assertEqual(rows[0]["problem"], ("whole", "12.50"))
        self.assertEqual(rows[1]["amount"], "12.5000")

    def test_rows_of_payments_that_never_moved_are_skipped(self):
        rows = transfer_rows.read_rows("payer,payee,amount,state\na,b,1,rejected\n")
        self.assertTrue(rows[0]["skip"])

    def test_a_state_that_is_not_known_is_refused_and_never_left_out(self):
        text = "payer,payee,amount,state\na,b,1,Effectué\na,b,1,verbucht\n"
        rows = transfer_rows.read_rows(text)
        self.assertNotIn("skip", rows[0])
        self.assertEqual(rows[1]["problem"], ("state", "verbucht"))
        rows = transfer_rows.read_rows(text, {"states": {"Verbucht": "skipped"}})
        self.assertTrue(rows[1]["skip"])
        with self.assertRaisesRegex(transfer_rows.ColumnError, "verbucht"):
            transfer_rows.read_rows(text, {"states": {"verbucht": "paid?"}})

    def test_a_map_of_another_shape_is_refused_by_the_name_of_the_value(self):
        text = "payer,payee,amount,state\na,b,1,done\n"
        # Each way in which a value is read; what maps may say is tested by table in
        # tests/test_launcher_import.py.
        for mapping, name in (
            ([], "The map must be an object"),
            ({"states": []}, "“states”"),
            ({"states": {"x": 1}}, "“states.x”"),
            ({"columns": {"payer": 1}}, "“columns.payer”"),
            ({"columns": 1}, "“columns”"),
            ({"defaults": [1]}, "“defaults”"),
            ({"amount_digits": "x"}, "“amount_digits”"),
            ({"decimal_mark": 1}, "“decimal_mark”"),
            ({"key_prefix": []}, "“key_prefix”"),
        ):
            with self.assertRaisesRegex(transfer_rows.ColumnError, name):
                transfer_rows.read_rows(text, mapping)

    def test_lines_and_headings_of_any_length_are_refused_at_once(self):
        wide = ",".join(f"c{number}" for number in range(tables.COLUMNS_MAX + 1))
        head = "payer,payee,amount\n"
        for text, code in (
            ("x," * (tables.LINE_MAX // 2 + 1), "line"),
            (head + "x," * (tables.LINE_MAX // 2 + 1), "line"),
            (head + "x" * (tables.CELL_MAX + 1), "csv"),
            (wide, "columns"),
        ):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "rows.csv"
                path.write_text(text)
                for read in (
                    partial(transfer_rows.read_rows, text),
                    lambda path=path: list(transfer_rows.stream_rows(path)),
                ):
                    with self.assertRaises(tables.TableError) as caught:
                        read()
                    self.assertEqual(caught.exception.code, code)

    def test_a_file_is_read_row_by_row_as_it_is_read_at_once(self):
        for encoding in ("utf-8-sig", "utf-16", "cp1252"):
            text = 'sep=;\r\npayer;payee;amount\r\nZoé;"L\nuc";1,50\r\n;;\r\n'
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "rows.csv"
                path.write_bytes(text.encode(encoding))
                rows = list(transfer_rows.stream_rows(path))
            self.assertEqual(rows, transfer_rows.read_rows(text.encode(encoding)))
            self.assertEqual(rows[0]["payee"], "L\nuc")

    def test_missing_columns_are_named(self):
        with self.assertRaisesRegex(transfer_rows.ColumnError, "payee, amount"):
            transfer_rows.read_rows("payer,currency\na,b\n")


@tagged("post_install", "-at_install")
class TestFiles(CurrencyCommon):
    """Whole files of transfers, in and out."""

    def _transfers_admin(self):
        return self._transfers(self.env.ref("base.user_admin"))

    def _import(self, text, mapping=None, **options):
        rows = transfer_rows.read_rows(text, mapping)
        return self._transfers_admin()._import_rows(rows, **options)

    def test_members_take_no_files(self):
        for user in (self.anna, self.moderator):
            with self.assertRaises(NotAllowed):
                self._transfers(user)._import_rows([])
            with self.assertRaises(NotAllowed):
                list(self._transfers(user)._file_rows())
            with self.assertRaises(NotAllowed):
                list(self.env["wezer.wallet"].with_user(user)._file_rows())

    def test_currencies_members_and_wallets_are_made_when_asked(self):
        text = "payer,payee,currency,amount\nA1,A2,NEW,1.000000000000000001\n"
        report = self._import(text)
        self.assertEqual(report["refused"][0]["rule"], "currency")
        report = self._import(text, create=True, digits=18)
        self.assertEqual((report["made"], report["posted"]), (["NEW"], 1))
        wallet = self.env["wezer.wallet"].search([("reference", "=", "A2")])
        self.assertEqual(wallet.balance, 10**18 + 1)
        self.assertBooksHold()

    def test_what_was_made_before_a_history_stopped_is_told_exactly(self):
        anna = self.anna.partner_id._wezer_profile().slug
        rows = transfer_rows.read_rows(
            "payer,payee,currency,amount\n"
            f"Zoé Neuf,Luc Neuf,NEWCOIN,1\nZoé Neuf,{anna},NEWCOIN,2\n"
        )
        stop = UserError("The books are closed.")
        work = transfer_import.TransferImport(
            self._transfers_admin(), "history", create=True, commits=True
        )
        told = []
        work.progress = lambda *what: told.append(what)
        with (
            patch.object(imports, "in_transaction", lambda _env, work: work()),
            patch.object(imports, "forget"),
            patch.object(work, "_post_kept", side_effect=stop),
        ):
            report = work.run([rows])
        self.assertEqual(report["stopped"], "The books are closed.")
        self.assertEqual((report["posted"], report["made"]), (0, ["NEWCOIN"]))
        self.assertEqual((report["members_made"], report["wallets_made"]), (2, 3))
        self.assertEqual(told[-1], ("made", 6, 6))
        money = self.env["wezer.currency"].search([("code", "=", "NEWCOIN")])
        made = [("wezer_currency_id", "=", money.id), ("reference", "!=", False)]
        self.assertEqual(self.env["wezer.wallet"].search_count(made), 3)

    def test_of_a_refused_file_nothing_is_made_and_nothing_is_said_to_be(self):
        text = "payer,payee,currency,amount\nZoé,Luc,NEWCOIN,1\nZoé,Luc,NEWCOIN,x\n"
        report = self._import(text, create=True)
        self.assertEqual((report["made"], report["refused_count"]), ([], 1))
        self.assertFalse(self.env["wezer.currency"].search([("code", "=", "NEWCOIN")]))

    def test_a_row_whose_amount_does_not_fit_the_unit_is_refused(self):
        text = "payer,payee,currency,amount\nA,B,COM,1\nA,B,COM,1.005\n"
        report = self._import(text, create=True)
        self.assertEqual([one["row"] for one in report["refused"]], [2])
        self.assertEqual(report["posted"], 0)
        self.assertFalse(self.env["wezer.wallet"].search([("reference", "=", "A")]))

    def test_a_row_that_cannot_be_read_stops_the_file(self):
        text = "payer,payee,currency,amount\nA,B,COM,1\nZo\ufffd,B,COM,1\nA,B,COM,2,5\n"
        report = self._import(text, create=True)
        self.assertEqual([one["row"] for one in report["refused"]], [2, 3])
        self.assertIn("Zo", report["refused"][0]["reason"])
        self.assertEqual(report["posted"], 0)
        self.assertFalse(self.env["wezer.wallet"].search([("reference", "=", "A")]))

    def test_a_history_lists_its_overdrafts_and_a_strict_file_is_refused(self):
        text = (
            "payer,payee,currency,amount,date\n"
            "A,B,COM,400,2024-01-01\nB,A,COM,100,2024-01-02\nA,C,COM,300,2024-01-03\n"
        )
        report = self._import(text, create=True)
        self.assertEqual([one["row"] for one in report["refused"]], [3])
        report = self._import(text, create=True, mode="history", dry_run=True)
        self.assertEqual(report["posted"], 3)
        self.assertFalse(self.env["wezer.wallet"].search([("reference", "=", "A")]))
        report = self._import(text, create=True, mode="history")
        self.assertEqual([one["row"] for one in report["overdrafts"]], [3])
        self.assertBooksHold()

    def test_rows_without_a_key_are_posted_once_whichever_file_has_them(self):
        first = (
            "payer,payee,currency,amount,date,purpose\n"
            "A,B,COM,1,2024-01-01,bread\nA,B,COM,1,2024-01-01,bread\n"
            "A,B,COM,2,2024-01-02,jam\n"
        )
        report = self._import(first, create=True)
        self.assertEqual((report["posted"], report["known"]), (3, 0))
        report = self._import(first)
        self.assertEqual((report["posted"], report["known"]), (0, 3))
        # It overlaps, in another order and with other names of the columns.
        later = (
            "date;to;from;value;description;devise\n"
            "2024-01-03;B;A;3;eggs;COM\n2024-01-02;B;A;2.00;jam;COM\n"
        )
        report = self._import(later, mode="history")
        self.assertEqual((report["posted"], report["known"]), (1, 1))
        wallet = self.env["wezer.wallet"].search([("reference", "=", "B")])
        self.assertEqual(wallet.balance, 700)
        # An export has these keys: the ledger knows its own rows.
        rows = list(self._transfers_admin()._file_rows())
        text = "\n".join(",".join(map(str, row)) for row in [rows[0], *rows[-4:]])
        report = self._import(text)
        self.assertEqual((report["posted"], report["known"]), (0, 4), report)
        self.assertBooksHold()

    def test_an_import_is_refused_while_another_one_runs(self):
        admin = self.env(user=self.env.ref("base.user_admin").id)
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [imports.LOCK])
            for call in (
                admin["wezer.transfer"]._import_rows,
                admin["wezer.member.import"]._import_rows,
            ):
                with self.assertRaisesRegex(imports.ImportRunning, "Another import"):
                    call([])
            other.rollback()
        self.assertEqual(admin["wezer.transfer"]._import_rows([])["posted"], 0)

    def test_members_cannot_take_the_keys_of_imports_and_charges(self):
        row = {
            "payer": self.anna.partner_id.id,
            "payee": self.luc.partner_id.id,
            "currency": self.credit.id,
            "amount": "1",
        }
        for key in (
            *("row:1", "fee/1/1/2026-01-01", "demurrage/1", "act/1/0"),
            "movein-V-1",
        ):
            with self.assertRaisesRegex(UserError, "the server only"):
                self._transfers(self.anna).post_batch([{**row, "key": key}])

    def test_dates_in_the_future_and_before_1900_are_asked_about(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        text = (
            "payer,payee,currency,amount,date\nA,B,COM,1,2024-01-01\n"
            f"A,B,COM,1,{tomorrow}\nA,B,COM,1,0199-01-01\n"
        )
        report = self._import(text, create=True)
        self.assertEqual([one["row"] for one in report["refused"]], [2, 3])
        self.assertEqual({one["rule"] for one in report["refused"]}, {"date"})
        self.assertEqual((report["odd_dates"], report["posted"]), (2, 0))
        report = self._import(text, create=True, accept_dates=True)
        self.assertEqual((report["odd_dates"], report["posted"]), (0, 3))

    def test_what_is_wrong_with_a_number_of_decimals_is_said_before_anything(self):
        text = "payer,payee,currency,amount\nA,B,NEW,1.0001\nA,B,NEW,1\n"
        with self.assertRaises(Refusal) as caught:
            self._import(text, create=True, digits=19)
        self.assertEqual(caught.exception.rule, "digits")
        report = self._import(text, create=True, digits=2)
        self.assertEqual([one["rule"] for one in report["refused"]], ["unit"])
        self.assertFalse(self.env["wezer.currency"].search([("code", "=", "NEW")]))

    def test_a_strict_file_of_several_portions_refuses_only_rows_that_are_wrong(self):
        """Those after a refused one are counted with what was accepted."""
        self.patch(transfer_import, "PORTION", 2)
        head = "payer,payee,currency,amount,key\n"
        members = "A,B,COM,400,1\nB,C,COM,400,2\n"
        text = (
            f"{head}{members}A,B,COM,200,3\nC,A,COM,300,4\nA,C,COM,300,5\n"
            "A,B,COM,200,6\nA,B,COM,400,1\nA,B,COM,100,6\n"
        )
        report = self._import(text, create=True)
        # 6 is refused, so another row with its key is counted for itself.
        self.assertEqual([one["row"] for one in report["refused"]], [3, 6])
        self.assertIn("too much", report["refused"][0]["reason"])
        self.assertEqual(report["posted"], 0)
        good = head + members + "C,A,COM,300,4\nA,C,COM,300,5\nA,B,COM,400,1\n"
        for wanted in ((4, 1), (0, 5)):
            report = self._import(good, create=True)
            self.assertEqual((report["posted"], report["known"]), wanted)
        report = self._import(f"{head}A,B,COM,401,1\nA,C,COM,1,9\n")
        self.assertEqual([one["rule"] for one in report["refused"]], ["key"])
        self.assertBooksHold()

    def test_reasons_of_every_kind_are_told_at_once(self):
        text = (
            "payer,payee,currency,amount\nA,B,COM,1\nA,B,COM,x\nA,nobody,COM,1\n"
            "A,A,COM,1\nA,B,COM,501\nA,B,NONE,1\n"
        )
        self._import("payer,payee,currency,amount\nA,B,COM,2\n", create=True)
        report = self._import(text)
        rules = {one["row"]: one["rule"] for one in report["refused"]}
        self.assertEqual(
            rules, {2: "unit", 3: "party", 4: "party", 5: "limit", 6: "currency"}
        )

    def test_an_exported_file_is_known_again_on_import(self):
        paid = self.pay(self.anna, self.anna, self.luc, "12.50", key="k1")
        rows = list(self._transfers_admin()._file_rows())
        self.assertEqual(
            rows[0],
            "id date payer payee currency amount kind state purpose key".split(),
        )
        mine = [row for row in rows if row[0] == paid.id][0]
        self.assertEqual(mine[4:], ["COM", "12.50", "payment", "done", "bread", "k1"])
        again = {
            name: mine[rows[0].index(name)]
            for name in ("payer", "payee", "currency", "amount")
        }
        report = self._transfers_admin()._import_rows([{"row": 1, **again}])
        self.assertEqual(report["posted"], 1)
        self.assertEqual(self.balance(self.luc), "25.00")
        balances = list(self.env["wezer.wallet"].sudo()._file_rows())
        self.assertIn([mine[3], "COM", "25.00", "0.00"], balances)

    def test_a_strict_file_is_not_kept_where_a_row_is_refused_while_it_is_posted(self):
        transfers = self._transfers_admin()
        posts, posted = type(transfers)._post_rows, []
        self.wallet(self.anna).reference, self.wallet(self.luc).reference = "A1", "L1"
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        self.addCleanup(savepoint.close, rollback=False)

        def forget(_env):
            savepoint.rollback()
            self.env.invalidate_all(flush=False)

        def post(model, rows, *args, **kwargs):
            posted.append(rows)
            if len(posted) == 2:
                return [refused_row("limit", "Too much.") for _row in rows]
            return posts(model, rows, *args, **kwargs)

        rows = [
            {"payer": "A1", "payee": "L1", "currency": "COM", "amount": "1"}
            | {"purpose": purpose}
            for purpose in ("bread", "soup", "tea")
        ]
        posting = transfer_import.TransferImport(transfers, commits=True)
        with (
            patch.object(transfer_import, "PORTION", 1),
            patch.object(transfer_import.imports, "forget", forget),
            patch.object(
                transfer_import.imports, "in_transaction", lambda _env, work: work()
            ),
            patch.object(type(transfers), "_post_rows", post),
        ):
            report = posting.run([rows])
        self.assertEqual(len(posted), 2)
        self.assertEqual((report["posted"], report["refused_count"]), (0, 1))
        self.assertEqual(report["refused"][0]["reason"], "Too much.")
        self.assertEqual(self.balance(self.luc), "0.00")
        self.assertBooksHold()

    def _published(self, kind):
        """Return a file of Komunitin's seeded statistics; skipped where absent."""
        path = scenarios() / f"komunitin_stats_{kind}"
        if not path.exists():
            self.skipTest("shared data are absent")
        return path.read_text()

    def _import_komunitin(self, code, june):
        """Import one currency; return what its year and its June are by ours."""
        report = self._import(
            self._published(f"{code}_transfers.csv"),
            {"defaults": {"currency": code}, "amount_digits": 4},
            mode="history",
            create=True,
            digits=4,
        )
        self.assertEqual(report["refused"], [])
        currency = self.env["wezer.currency"].search([("code", "=", code)])
        [year] = currency.statistics("2024-01-01", "2025-01-01", "year")
        self.assertEqual(year["transfers"], report["posted"])
        [month] = currency.statistics(*june)
        for row in (year, month):
            row["volume"] = currency._parse(row["volume"])
        return currency, year, month

    def test_the_3000_transfers_of_komunitin_give_their_published_figures(self):
        wanted = json.loads(self._published("expected.json"))
        theirs, more = wanted["expected_in_their_test"], wanted["more_expected"]
        june = "2024-06-01", "2024-07-01"
        currency, year, month = self._import_komunitin("TEST", june)
        _other, _year, other = self._import_komunitin("STAT", june)
        self.assertEqual(year["transfers"], theirs["transfers_all"])
        self.assertEqual(year["volume"], theirs["volume_all"])
        self.assertEqual(month["transfers"], theirs["transfers_june"])
        self.assertEqual(month["volume"], theirs["volume_june"])
        for name, published in (
            ("transfers", theirs["global_transfers_june"]),
            ("volume", theirs["global_volume_june"]),
            ("active", more["global_active_june"]),
        ):
            self.assertEqual(month[name] + other[name], published, name)
        self._check_activity(currency, theirs, more)
        self._check_accounts(currency, theirs, more, wanted["recomputed_here"])
        self.assertBooksHold()

    def _check_activity(self, currency, theirs, more):
        first = fields.Date.to_date(more["weekly_first_bucket"])
        weeks = currency.statistics(first, first + timedelta(days=14), "week")
        self.assertEqual(
            [week["transfers"] for week in weeks], more["weekly_transfers"]
        )
        self.assertEqual(
            [currency._parse(week["volume"]) for week in weeks], more["weekly_volume"]
        )
        [often] = currency.statistics("2024-01-01", "2025-01-01", "year", least=20)
        self.assertEqual(often["active"], theirs["accounts_20_or_more"])
        months = currency.statistics("2024-01-01", "2025-03-01")
        active = more["monthly_active_accounts(min 1 tx)"]
        self.assertEqual(len(months), active.pop("length"))
        for name, count in active.items():
            number = int(re.search(r"\d+", name)[0])
            self.assertEqual(months[number]["active"], count, name)

    def _check_accounts(self, currency, theirs, more, recomputed):
        """Compare how many accounts there were: their file says since when."""
        accounts = csv.DictReader(io.StringIO(self._published("TEST_accounts.csv")))
        for account in accounts:
            wallet = self.env["wezer.wallet"].search(
                [
                    ("reference", "=", account["code"]),
                    ("wezer_currency_id", "=", currency.id),
                ]
            )
            gone = account["status"] == "deleted"
            if gone:
                wallet.state = "closed"
            wallet.write(
                {
                    "opened_on": parse_moment(account["created"], UTC),
                    "closed_on": parse_moment(account["updated"], UTC)
                    if gone
                    else False,
                }
            )
        [year] = currency.statistics("2024-01-01", "2025-01-01", "year")
        self.assertEqual(year["wallets"], theirs["accounts_2024"])
        [now] = currency.statistics("2025-01-01", "2025-02-01")
        # Theirs count the three accounts that their test makes to pay from.
        self.assertEqual(now["wallets"] + 3, theirs["accounts_now"])
        months = currency.statistics("2024-01-01", "2025-03-01")
        idle = [month["wallets"] - month["active"] for month in months]
        self.assertEqual(idle, recomputed["monthly_inactive"])
        for name, count in more["monthly_inactive_accounts"].items():
            self.assertEqual(idle[int(re.search(r"\d+", name)[0])], count, name)
        self.assertEqual(idle[5], more["accounts_without_tx_june"])

    def test_a_history_lets_its_wallets_begin_with_their_first_transfer(self):
        text = "payer,payee,currency,amount,date\nA,B,COM,1,2024-02-03\n"
        self._import(text, create=True, mode="history")
        months = self.credit.statistics("2024-01-01", "2024-04-01")
        self.assertEqual([month["wallets"] for month in months], [0, 2, 2])
