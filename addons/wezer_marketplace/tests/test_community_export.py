import csv
import hashlib
import json
import re
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL, file_path

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models import wezer_export
from odoo.addons.wezer_base.tools import community_files, tables

from .common import MarketCommon

FORMULA = '=HYPERLINK("https://x.example";"prize")'


class LivingCommunity(MarketCommon):
    """A small community in which everything that an export has occurs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.exports = cls.env["wezer.export"].with_user(cls.admin)
        cls.people = cls.test1 | cls.test2 | cls.test3
        cls.groups_and_news()
        cls.payments_and_deals()

    @classmethod
    def groups_and_news(cls):
        groups = cls.env["wezer.group"].with_user(cls.admin)
        cls.village = groups.create({"name": "Village", "join_policy": "open"})
        cls.garden = groups.create(
            {"name": "Garden", "parent_id": cls.village.id, "join_policy": "open"}
        )
        cls.treasurer = groups.create(
            {
                "name": "Treasurer",
                "kind": "role",
                "parent_id": cls.garden.id,
                "right_wallet": True,
            }
        )
        for user, group in (
            (cls.test1, cls.village),
            (cls.test1, cls.garden),
            (cls.test2, cls.garden),
        ):
            group.with_user(user).action_join()
        cls.news = cls.env["wezer.news"].create(
            {
                "group_id": cls.village.id,
                "title": "Harvest",
                "text": "Apples,\n“pears” and plums",
                "slug": "harvest-export",
                "state": "published",
                "author_id": cls.test1.partner_id.id,
                "date": "2026-05-01 10:00:00",
            }
        )

    @classmethod
    def payments_and_deals(cls):
        transfers = cls.env["wezer.transfer"]
        ids = [user.partner_id.id for user in cls.people]
        transfers.with_user(cls.test1).pay(
            ids[0], ids[1], cls.com.id, "12.50", FORMULA, "export-1"
        )
        transfers.with_user(cls.test2).pay(
            ids[1], ids[2], cls.hours.id, "0:20", "Bread", "export-2"
        )
        transfers.with_user(cls.test2).pay(
            ids[1], cls.garden.partner_id.id, cls.com.id, "5", "Seeds", "export-4"
        )
        paid = transfers.with_user(cls.test3).pay(
            ids[2], ids[0], cls.com.id, "3", "Too much", "export-3"
        )
        transfers.browse(paid).with_user(cls.test1).action_reverse()
        case = cls()
        cls.deals = [
            MarketCommon.make_deal(case, "paid", title="Dig the beds"),
            MarketCommon.make_deal(case, "accepted", title="Paint the shed"),
        ]
        cls.offer = MarketCommon.announce(
            case,
            cls.test3,
            title="@Lessons",
            kind="offer",
            description="<p>Piano &amp; song</p><p>for beginners</p>",
            prices={cls.com.id: "7.25", cls.hours.id: "0:20", cls.dummy.id: "4"},
            places=3,
            expiry="2099-01-01",
        )
        cls.draft = MarketCommon.announce(
            case, cls.test3, publish=False, title="A secret plan"
        )
        cls.env.flush_all()

    @classmethod
    def write_community(cls, folder, **options):
        """Export to a new folder in ``folder``, and return it."""
        target = Path(folder) / "out"
        cls.exports._write_community(str(target), **options)
        return target

    def read(self, folder, name):
        """Return the rows of a file as dicts, with texts as they were."""
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
            return [
                {key: tables.as_written(cell) for key, cell in row.items()}
                for row in csv.DictReader(file)
            ]


@tagged("post_install", "-at_install")
class TestCommunityExport(LivingCommunity):
    """An administrator takes the whole community out, and nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.out = cls.write_community(cls.folder)
        cls.manifest = json.loads((cls.out / "manifest.json").read_text())

    def test_the_manifest_names_each_file_with_its_count_and_hash(self):
        self.assertEqual(self.manifest["format"], "wezer-community")
        self.assertEqual(self.manifest["version"], 1)
        # It has data of people: only its owner opens it.
        self.assertFalse(self.out.stat().st_mode & 0o077)
        self.assertEqual(self.manifest["community"]["name"], self.env.company.name)
        named = {one["name"]: one for one in self.manifest["files"]}
        self.assertEqual(
            {path.name for path in self.out.iterdir()}, {*named, "manifest.json"}
        )
        for name, one in named.items():
            data = (self.out / name).read_bytes()
            self.assertEqual(one["sha256"], hashlib.sha256(data).hexdigest(), name)
            self.assertEqual(one["bytes"], len(data), name)
            rows = (
                json.loads(data)
                if name.endswith(".json")
                else self.read(self.out, name.removesuffix(".csv"))
            )
            self.assertEqual(one["rows"], len(rows), name)

    def test_every_balance_and_every_entry_is_there_as_it_is(self):
        wallets = self.env["wezer.wallet"].search([])
        rows = {int(row["wallet"]): row for row in self.read(self.out, "wallets")}
        self.assertEqual(rows.keys(), set(wallets.ids))
        for wallet in wallets:
            currency, row = wallet.wezer_currency_id, rows[wallet.id]
            self.assertEqual(row["balance"], currency._decimal(wallet._balance_now()))
            self.assertEqual(row["reserved"], currency._decimal(wallet.reserved))
            self.assertEqual(row["currency"], currency.code)
            self.assertEqual(int(row["party"]), wallet.partner_id.id)
        entries = self.read(self.out, "entries")
        self.assertEqual(len(entries), self.env["wezer.ledger.entry"].search_count([]))
        for wallet in wallets:
            minor = 0
            for row in entries:
                if row["currency"] != wallet.wezer_currency_id.code:
                    continue
                amount = wallet.wezer_currency_id._parse(row["amount"])
                minor += amount * (row["payee_wallet"] == str(wallet.id))
                minor -= amount * (row["payer_wallet"] == str(wallet.id))
            self.assertEqual(minor, wallet._balance_now())

    def test_a_payment_has_purpose_key_kind_and_what_it_takes_back(self):
        rows = {row["key"]: row for row in self.read(self.out, "transfers")}
        paid = rows["export-1"]
        self.assertEqual(paid["purpose"], FORMULA)
        self.assertEqual((paid["amount"], paid["kind"]), ("12.50", "payment"))
        self.assertEqual(int(paid["payer"]), self.test1.partner_id.id)
        self.assertRegex(paid["date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(rows["export-2"]["amount"], "0:20")
        backs = [
            row
            for row in self.read(self.out, "transfers")
            if row["reverses"] == rows["export-3"]["transfer"]
        ]
        self.assertEqual([row["kind"] for row in backs], ["reversal"])
        self.assertEqual(rows["export-3"]["reversed"], "3.00")

    def test_money_set_aside_is_listed_with_its_deal(self):
        rows = self.read(self.out, "reservations")
        held = [
            row for row in rows if row["origin"] == f"wezer.deal {self.deals[1].id}"
        ]
        self.assertEqual([row["amount"] for row in held], ["50.00"])

    def test_no_cell_of_any_file_begins_a_formula(self):
        seen = False
        for path in self.out.glob("*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                for cells in csv.reader(file):
                    for cell in cells:
                        self.assertFalse(re.match(r"[=@\t\r]|[+\-]\D", cell), cell)
                        seen |= cell == f"'{FORMULA}"
        self.assertTrue(seen)

    def test_announcements_have_text_price_and_dates_and_drafts_stay(self):
        rows = {row["title"]: row for row in self.read(self.out, "announcements")}
        self.assertNotIn("A secret plan", rows)
        offer = rows["@Lessons"]
        self.assertEqual((offer["kind"], offer["state"]), ("offer", "open"))
        self.assertEqual(offer["text"], "Piano & song\nfor beginners")
        self.assertEqual(offer["expires"], "2099-01-01")
        self.assertEqual(offer["places"], "3")
        prices = [
            (row["currency"], row["amount"])
            for row in self.read(self.out, "announcement_prices")
            if row["announcement"] == offer["announcement"]
        ]
        self.assertEqual(prices, [("COM", "7.25"), ("hrs", "0:20"), ("DUM", "4.00")])

    def test_groups_have_their_tree_members_and_rights(self):
        groups = {int(row["group"]): row for row in self.read(self.out, "groups")}
        role = groups[self.treasurer.id]
        self.assertEqual((role["kind"], role["rights"]), ("role", "wallet"))
        self.assertEqual(int(role["parent"]), self.garden.id)
        members = {
            (int(row["group"]), int(row["person"]))
            for row in self.read(self.out, "group_members")
            if row["state"] == "active"
        }
        wanted = {
            (self.village.id, self.test1.partner_id.id),
            (self.garden.id, self.test2.partner_id.id),
        }
        self.assertLessEqual(wanted, members)
        (news,) = [
            row for row in self.read(self.out, "news") if row["title"] == "Harvest"
        ]
        self.assertEqual(news["text"], "Apples,\n“pears” and plums")

    def test_deals_have_their_state_and_rounds_and_no_messages(self):
        deals = json.loads((self.out / "deals.json").read_text())
        paid, agreed = (
            next(one for one in deals if one["deal"] == deal.id) for deal in self.deals
        )
        self.assertEqual((paid["state"], agreed["state"]), ("paid", "accepted"))
        self.assertEqual(
            agreed["rounds"][agreed["accepted_round"] - 1]["prices"],
            [{"currency": "COM", "amount": "50.00"}],
        )
        self.assertNotIn("It is done", (self.out / "deals.json").read_text())

    def test_each_file_refers_only_to_what_is_in_another(self):
        known = {
            "party": {row["party"] for row in self.read(self.out, "parties")},
            "wallet": {row["wallet"] for row in self.read(self.out, "wallets")},
            "group": {row["group"] for row in self.read(self.out, "groups")},
            "transfer": {row["transfer"] for row in self.read(self.out, "transfers")},
        }
        references = {
            "wallets": {"party": "party"},
            "transfers": {
                **dict.fromkeys(("payer", "payee", "done_by"), "party"),
                **dict.fromkeys(("payer_wallet", "payee_wallet"), "wallet"),
                "reverses": "transfer",
            },
            "entries": {"transfer": "transfer", "payer_wallet": "wallet"},
            "groups": {"party": "party", "parent": "group"},
            "group_members": {"person": "party", "group": "group"},
            "announcements": {"author": "party"},
        }
        for name, columns in references.items():
            for row in self.read(self.out, name):
                for column, kind in columns.items():
                    if row[column]:
                        self.assertIn(row[column], known[kind], f"{name}: {column}")

    def test_what_a_member_shares_with_nobody_stays(self):
        profile = self.test1.partner_id._wezer_profile()
        profile.write(
            {
                "presentation": "I like to dig",
                "share_presentation": "nobody",
                "city": "Hidden Hamlet",
                "share_place": "everyone",
                "share_email": "nobody",
            }
        )
        self.test2.partner_id._wezer_profile().share_email = "members"
        self.test1.partner_id.street = "Quiet Lane 3"
        for options, wanted in (
            ({}, ("", "", self.test2.email)),
            (
                {"with_addresses": True},
                (self.test1.email, "Quiet Lane 3", self.test2.email),
            ),
        ):
            with tempfile.TemporaryDirectory() as folder:
                out = self.write_community(folder, **options)
                parties = {row["party"]: row for row in self.read(out, "parties")}
                one, two = (
                    parties[str(user.partner_id.id)]
                    for user in (self.test1, self.test2)
                )
                self.assertEqual((one["email"], one["street"], two["email"]), wanted)
                self.assertEqual(one["presentation"], "")
                self.assertEqual(one["city"], "Hidden Hamlet")
                manifest = json.loads((out / "manifest.json").read_text())
                self.assertEqual(bool(manifest["addresses"]["purpose"]), bool(options))

    def test_a_member_who_left_and_an_applicant_show_nothing(self):
        profile = self.test3.partner_id._wezer_profile()
        profile.write({"share_email": "everyone", "presentation": "Hello"})
        profile.state = "pending"
        row = self.exports.sudo()._party_row(self.test3.partner_id, False)
        self.assertNotIn(self.test3.email, row)
        self.assertNotIn("Hello", row)

    def test_only_administrators_export_and_a_refused_export_leaves_nothing(self):
        coordinator = self.env["res.users"].create(
            {
                "name": "Carole",
                "login": "export-carole",
                "group_ids": [
                    (6, 0, [self.env.ref("wezer_base.group_coordinator").id])
                ],
            }
        )
        public = self.env.ref("base.public_user")
        for user in (self.test1, self.moderator, coordinator, public):
            with self.assertRaises(NotAllowed):
                exports = self.env["wezer.export"].with_user(user)
                exports._write_community(str(self.folder / "mine"))
            self.assertFalse((self.folder / "mine").exists())

    def test_a_folder_with_content_is_refused_and_kept(self):
        with self.assertRaises(Refusal) as refused:
            self.write_community(self.folder)
        self.assertEqual(refused.exception.rule, "folder")
        self.assertTrue((self.out / "manifest.json").exists())

    def test_an_export_that_fails_leaves_no_folder(self):
        model = type(self.env["wezer.export"])
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.object(model, "_manifest", side_effect=KeyError("broken")),
        ):
            with self.assertRaises(KeyError):
                self.write_community(folder)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_an_amount_that_became_a_float_is_refused(self):
        for part in (
            community_files.Table("x", ("amount",), lambda: [(0.1,)]),
            community_files.Objects("x", lambda: [{"prices": [{"amount": 0.1}]}]),
        ):
            with (
                tempfile.TemporaryDirectory() as folder,
                self.assertRaises(TypeError),
                community_files.new_folder(Path(folder) / "out") as out,
            ):
                out.add(part)

    def test_one_export_at_a_time_writes_to_a_folder_and_none_adds_to_a_killed_one(
        self,
    ):
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "out"
            # An export that was killed left this.
            hidden = target.with_name(".out.unfinished")
            hidden.mkdir()
            (hidden / "parties.csv").touch()
            with community_files.new_folder(target) as out:
                with self.assertRaises(community_files.FolderError) as refused:
                    with community_files.new_folder(target):
                        pass
                self.assertEqual(refused.exception.code, "running")
                out.close({})
            self.assertEqual(
                [path.name for path in target.iterdir()], ["manifest.json"]
            )

    def test_an_export_is_not_written_where_somebody_else_leads_it(self):
        with tempfile.TemporaryDirectory() as folder:
            target, trap = Path(folder) / "out", Path(folder) / "trap"
            trap.mkdir()
            hidden = target.with_name(".out.unfinished")
            hidden.symlink_to(trap)
            with self.assertRaises(community_files.FolderError):
                with community_files.new_folder(target):
                    pass
            hidden.unlink()
            hidden.mkdir()
            hidden.chmod(0o777)
            with community_files.new_folder(target) as out:
                out.close({})
            self.assertEqual(target.stat().st_mode & 0o777, 0o700)
            self.assertEqual(list(trap.iterdir()), [])

    def test_memory_is_that_of_a_page_however_many_rows_there_are(self):
        query = SQL("SELECT n FROM generate_series(1, 25) AS n")
        with patch.object(wezer_export, "PAGE", 10):
            rows = self.env["wezer.export"]._stream(query)
            first = next(rows)
            self.env.cr.execute("SELECT count(*) FROM pg_cursors")
            self.assertEqual(self.env.cr.fetchone(), (1,))
            before = self.env.cr.sql_log_count
            found = [first[0], *(row[0] for row in rows)]
        self.assertEqual(found, list(range(1, 26)))
        # Two further pages, the empty one, and the end of the cursor.
        self.assertEqual(self.env.cr.sql_log_count - before, 4)

    def test_the_documentation_describes_each_file_and_column(self):
        page = Path(file_path("wezer_base")).parents[1] / "docs" / "export.md"
        sections = re.split(r"^#+ `?", page.read_text(), flags=re.MULTILINE)
        described = {text.split("`")[0].split("\n")[0]: text for text in sections}
        for part in self.exports.sudo()._parts(False):
            is_table = isinstance(part, community_files.Table)
            name = f"{part.name}.{'csv' if is_table else 'json'}"
            self.assertIn(name, described)
            for column in part.columns if is_table else ():
                self.assertIn(f"`{column}`", described[name], name)
