"""Matching on a public vocabulary of occupations."""

import json
import os
import random
from pathlib import Path

import pytest

from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.wezer_marketplace.tools import matchmaking

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT.parent / "shared" / "data" / "esco" / "ict_occupations_91.json"
WANTS = 1000
FIRST = 10
ASKED = 100 if os.environ.get("WEZER_COUNTS") == "all" else 20


@tagged("post_install", "-at_install")
@pytest.mark.skipif(not FILE.exists(), reason="shared data are absent")
class TestMatchingEsco(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(7)
        cls.occupations = json.loads(FILE.read_text())
        skills = cls.env["wezer.skill"]
        cls.skills = {
            name: skills._find_or_create(name).id
            for name in sorted({one for row in cls.occupations for one in row["skill"]})
        }
        cls.author = new_test_user(cls.env, "esco_author", "base.group_portal")
        cls.member = new_test_user(cls.env, "esco_member", "base.group_portal")
        cls.profile = cls.member.partner_id._wezer_profile()
        cls.env["wezer.announcement"].search([]).state = "draft"
        cls.wants = cls.make_wants()

    @classmethod
    def make_wants(cls):
        """Return {occupation: its want}, among 1,000 that take parts of others."""
        vals = [
            cls.want(row["label"], [cls.skills[one] for one in row["skill"]])
            for row in cls.occupations
        ]
        for number in range(WANTS - len(vals)):
            # Tasks of the same trade: some of its skills, and one of another's.
            row = cls.dice.choice(cls.occupations)
            some = cls.dice.sample(row["skill"], k=min(6, len(row["skill"])))
            other = cls.dice.choice(cls.dice.choice(cls.occupations)["skill"])
            ids = {cls.skills[one] for one in (*some, other)}
            vals.append(cls.want(f"{row['label']} {number}", sorted(ids)))
        wants = cls.env["wezer.announcement"].create(vals)
        return dict(zip((row["uri"] for row in cls.occupations), wants, strict=False))

    @classmethod
    def want(cls, title, skills):
        return {
            "title": title[:120],
            "author_id": cls.author.partner_id.id,
            "skill_ids": [(6, 0, skills)],
            "state": "open",
            "date_publish": "2026-01-01 10:00:00",
        }

    def fitting(self):
        market = self.env["wezer.announcement"].with_user(self.member)
        return matchmaking.fitting_wants(market, FIRST)

    def test_matching_finds_the_occupation_in_95_of_100(self):
        found = 0
        for _time in range(ASKED):
            row = self.dice.choice(self.occupations)
            self.profile.skill_ids = [
                (6, 0, [self.skills[one] for one in row["skill"]])
            ]
            wants = [want for want, _reasons in self.fitting()]
            found += self.wants[row["uri"]] in wants
        self.assertGreaterEqual(found / ASKED, 0.95)

    def test_no_reason_is_shown_without_matching_skills(self):
        for skills in ([], self.env["wezer.skill"].create({"name": "Juggling"}).ids):
            self.profile.skill_ids = [(6, 0, skills)]
            self.assertEqual(self.fitting(), [])
            some = self.env["wezer.announcement"].with_user(self.member)
            some = some.search([("state", "=", "open")], limit=200)
            self.assertEqual(set(matchmaking.reasons_for_user(some).values()), {""})
