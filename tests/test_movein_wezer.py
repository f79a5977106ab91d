"""A community that is exported from one Wezer moves into another."""

import json
import shutil
import tempfile
from contextlib import redirect_stdout
from decimal import Decimal
from io import StringIO
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_marketplace.tests.test_community_export import (
    FORMULA,
    LivingCommunity,
)
from odoo.addons.wezer_movein.tools import by_command, replay
from odoo.addons.wezer_movein.tools.content import Unreadable
from odoo.addons.wezer_movein.tools.readers import registry

from launcher.export import COMMUNITY_SCRIPT


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
            content = self.content(export_currency=currency.code)
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
            {"COM": Decimal("7.25"), "hrs": Decimal(20) / 60, "DUM": Decimal(4)},
        )
        self.assertNotIn("A secret plan", adverts)
        (told,) = [one for one in content.problems if one.code == "not_in_export"]
        self.assertIn("1 deals in progress", told.details["what"])

    def test_the_command_writes_the_same_files_and_says_why_it_does_not(self):
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "by-command"
            script = COMMUNITY_SCRIPT.format(path=str(target), with_addresses=False)
            said = StringIO()
            with redirect_stdout(said):
                exec(script, {"env": self.env})
                exec(script, {"env": self.env})
            first, again = (
                json.loads(line.removeprefix("WEZER"))
                for line in said.getvalue().splitlines()
                if line.startswith("WEZER")
            )
            self.assertEqual(first["files"], len(list(self.out.iterdir())))
            self.assertIn("PROGRESS entries.csv", said.getvalue())
            self.assertIn("already a folder", again["error"])
            for path in target.glob("*.csv"):
                same = self.out / path.name
                self.assertEqual(path.read_bytes(), same.read_bytes(), path.name)

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
                self.content(export_currency=code)
            self.assertEqual(refused.exception.code, "currency")


class FromEmpty(TransactionCase):
    """What is made in set-up can be taken back: the database is empty again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("SAVEPOINT empty")

    @classmethod
    def empty(cls):
        cls.env.flush_all()
        cls.env.cr.execute("ROLLBACK TO SAVEPOINT empty")
        # Neither what was to be done at the end for those who are gone.
        cls.env.cr.clear()
        cls.env.transaction.clear()
        cls.registry.clear_all_caches()


def picture_of(env):
    """Return what has to be equal in both communities, by names."""
    env = env(su=True, context={"active_test": False})

    def names(records):
        return tuple(sorted(records.mapped("name")))

    wallets = env["wezer.wallet"].search([("wezer_currency_id.external", "=", False)])
    return {
        "balances": {
            (
                "treasury" if one.is_system else one.partner_id.name,
                one.wezer_currency_id.code,
            ): (one.wezer_currency_id._decimal(one._balance_now()), one.state)
            for one in wallets
        },
        "memberships": {
            (
                one.group_id.parent_id.name,
                one.group_id.name,
                one.partner_id.name,
                one.state,
                one.focus,
                # That of a double link begins where it is made.
                not one.by_link_id and one.date_from,
            )
            for one in env["wezer.group.membership"].search([])
        },
        "groups": {
            one.name: (
                one.kind,
                one.parent_id.name,
                one.visibility,
                one.join_policy,
                one.purpose,
                one.right_wallet,
            )
            for one in env["wezer.group"].search([])
        },
        "announcements": {
            one.title: (
                one.kind,
                str(one.description),
                one.author_id.name,
                one.category_id.complete_name,
                names(one.skill_ids),
                sorted(
                    (
                        line.wezer_currency_id.code,
                        line.wezer_currency_id._decimal(line.unit_minor),
                    )
                    for line in one.price_line_ids
                ),
                one.price_mode,
                one.places and one.places_left,
                one.quantity,
                one.unit,
                one.expiry,
                one.date_start,
                one.visibility,
                names(one.group_ids),
            )
            for one in env["wezer.announcement"].search([("state", "=", "open")])
        },
        "payments": {
            (
                one.wezer_currency_id.code,
                one.from_id.partner_id.name,
                one.to_id.partner_id.name,
                one.wezer_currency_id._decimal(one.amount),
                one.kind,
                one.date,
            )
            for one in env["wezer.ledger.entry"].search([])
            if not one.from_id.is_system and not one.to_id.is_system
        },
        "news": {
            (one.title, one.text, one.group_id.name, one.visibility)
            for one in env["wezer.news"].search([("state", "=", "published")])
        },
    }


@tagged("post_install", "-at_install")
class TestMoveIntoAnotherWezer(LivingCommunity, FromEmpty):
    """Exported, moved into an empty database: everything is as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = picture_of(cls.env)
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.out = cls.write_community(folder)
        cls.empty()
        cls.nothing = picture_of(cls.env)
        admin = cls.env(user=cls.env.ref("base.user_admin").id, su=False)
        cls.given = {
            "paths": [str(path) for path in sorted(cls.out.iterdir())],
            "options": {},
            "open": True,
        }
        cls.admin_env = admin
        cls.answer = by_command.run(admin, cls.given)
        cls.after = picture_of(cls.env)

    def test_the_database_was_empty(self):
        self.assertFalse(self.nothing["announcements"] or self.nothing["payments"])

    def test_every_balance_is_equal_in_every_currency(self):
        self.maxDiff = None
        self.assertEqual(self.before["balances"], self.after["balances"])
        self.assertEqual(self.before["payments"], self.after["payments"])
        self.assertBooksHold()

    def test_every_group_and_membership_is_equal(self):
        self.maxDiff = None
        self.assertEqual(self.before["groups"], self.after["groups"])
        self.assertEqual(self.before["memberships"], self.after["memberships"])
        self.assertEqual(self.before["news"], self.after["news"])

    def test_every_open_announcement_is_equal(self):
        self.maxDiff = None
        self.assertEqual(self.before["announcements"], self.after["announcements"])

    def test_each_currency_has_a_proof_of_its_own(self):
        moves = self.env["wezer.movein"].search([])
        self.assertEqual(set(moves.mapped("state")), {"open"})
        self.assertLessEqual(
            {"COM", "hrs"}, set(moves.wezer_currency_id.mapped("code"))
        )
        self.assertEqual(len(moves), len(moves.wezer_currency_id))
        self.assertTrue(all(moves.mapped("rows_digest")))

    def test_a_second_time_changes_nothing(self):
        known = [self.answer, *self.answer["others"]]
        again = by_command.run(self.admin_env, self.given)
        self.assertEqual(
            [(one["id"], one["known"]) for one in (again, *again["others"])],
            [(one["id"], True) for one in known],
        )
        self.assertEqual(picture_of(self.env), self.after)

    def test_a_member_who_shares_no_address_is_on_paper(self):
        people = self.env["wezer.profile"].search([("name", "=", "Test1")])
        self.assertEqual(people.state, "active")
        self.assertFalse(people.partner_id.email)
        self.assertTrue(people.on_paper)
