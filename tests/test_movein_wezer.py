"""A community that is exported from one Wezer moves into another."""

import json
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.wezer_marketplace.tests.test_community_export import (
    FORMULA,
    LivingCommunity,
)
from odoo.addons.wezer_movein.tools import replay
from odoo.addons.wezer_movein.tools.content import Unreadable
from odoo.addons.wezer_movein.tools.readers import registry


def files_of(folder):
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


@tagged("post_install", "-at_install")
class TestReaderOfWezer(LivingCommunity):
    """What is exported is read as it was; what was changed on the way is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.out = cls.write_community(folder)

    def content(self, **options):
        return registry.read(files_of(self.out), options)

    def test_the_export_is_recognised_and_each_currency_read_by_itself(self):
        content = self.content(currency="COM")
        self.assertEqual(content.system, "wezer")
        self.assertEqual(content.name, self.env.company.name)
        self.assertIn("hrs", content.other_currencies)
        self.assertNotIn("DUM", content.other_currencies)
        self.assertTrue(any("DUM" in text for text in content.lacks))
        self.assertTrue(self.content(currency="hrs").currency.is_time)

    def test_replay_of_the_entries_leaves_every_balance_as_it_was(self):
        for currency in (self.com, self.hours):
            content = self.content(currency=currency.code)
            played = replay.replay(content)
            wallets = self.env["wezer.wallet"].search(
                [("wezer_currency_id", "=", currency.id)]
            )
            self.assertEqual(len(content.accounts), len(wallets))
            for code, (balance, said, difference) in played.balances.items():
                self.assertFalse(difference, code)
                self.assertEqual(
                    round(balance * currency.minor_per_unit),
                    round(said * currency.minor_per_unit),
                )
            self.assertFalse(played.undecided)

    def test_payments_have_their_purpose_and_what_they_take_back(self):
        content = self.content(currency="COM")
        by_purpose = {
            one.purpose: one for one in content.payments if one.kind == "payment"
        }
        paid = by_purpose[FORMULA]
        self.assertEqual((paid.amount, paid.kind), (Decimal("12.50"), "payment"))
        (back,) = [one for one in content.payments if one.reverses]
        self.assertEqual(back.reverses, by_purpose["Too much"].id)
        self.assertEqual(back.kind, "reversal")

    def test_people_groups_and_announcements_are_as_they_were(self):
        content = self.content(currency="COM")
        person = content.people[str(self.test1.partner_id.id)]
        self.assertEqual((person.name, person.email), ("Test1", ""))
        role = content.groups[f"group:{self.treasurer.id}"]
        self.assertEqual((role.kind, role.rights), ("role", ["wallet"]))
        self.assertEqual(role.parent, f"group:{self.garden.id}")
        places = {(one.group, one.person) for one in content.memberships}
        self.assertIn(
            (f"group:{self.garden.id}", str(self.test2.partner_id.id)), places
        )
        adverts = {one.title: one for one in content.adverts}
        self.assertEqual(
            adverts["@Lessons"].prices,
            {"COM": Decimal("7.25"), "hrs": Decimal(20) / 60},
        )
        self.assertNotIn("A secret plan", adverts)
        (told,) = [one for one in content.problems if one.code == "not_in_export"]
        self.assertIn("1 deals in progress", told.details["what"])

    def test_a_file_that_was_changed_is_missing_or_newer_is_refused(self):
        def change(folder):
            path = folder / "entries.csv"
            path.write_bytes(path.read_bytes().replace(b"12.50", b"99.50"))

        def drop(folder):
            (folder / "wallets.csv").unlink()

        def newer(folder):
            path = folder / "manifest.json"
            said = {**json.loads(path.read_text()), "version": 99}
            path.write_text(json.dumps(said))

        wrong = {"changed": change, "missing": drop, "version": newer}
        for code, what in wrong.items():
            with tempfile.TemporaryDirectory() as folder, self.subTest(code):
                copy = Path(folder) / "copy"
                shutil.copytree(self.out, copy)
                what(copy)
                with self.assertRaises(Unreadable) as refused:
                    registry.read(files_of(copy))
                self.assertEqual(refused.exception.code, code)

    def test_a_currency_that_is_not_in_it_is_refused(self):
        for code in ("EUR", "DUM"):
            with self.assertRaises(Unreadable) as refused:
                self.content(currency=code)
            self.assertEqual(refused.exception.code, "currency")
