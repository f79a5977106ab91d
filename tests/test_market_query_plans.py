"""Every filter and order of the market uses an index."""

import json
from datetime import timedelta

import pytest

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.wezer_marketplace.tests.common import MarketCommon
from odoo.addons.wezer_marketplace.tools.search_sql import (
    SORTS,
    levels,
    planned_for_memory,
)

from bench.market_rows import HERE, many

pytestmark = pytest.mark.slow

COUNT = 20_000


@tagged("post_install", "-at_install")
class TestSearchMany(MarketCommon):
    """Each filter and order walks an index, whatever the number of announcements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = [{"name": f"Zq {n}"} for n in range(8)]
        cls.categories = cls.env["wezer.category"].create(names)
        cls.skills = cls.env["wezer.skill"].create(names)
        cls.groups = cls.env["wezer.group"].create(names)
        cls.rows = many(
            cls.stranger.partner_id,
            COUNT,
            cls.categories,
            cls.com + cls.hours,
            cls.skills,
            cls.groups,
        )

    def questions(self):
        now = fields.Datetime.now()
        yield {"kind": "want"}
        yield {"category": self.categories[0].id}
        yield {"skill": self.skills[0].id}
        yield {"currency": self.com.id}
        yield {"currency": self.com.id, "price_from": 200, "price_to": 300}
        yield {"unpaid": True}
        yield {"place": "quarter 7"}
        yield {"centre": HERE, "km": 1}
        yield {"centre": HERE, "km": 50}
        yield {"group": self.groups[0].id}
        yield {"author": self.test1.partner_id.id}
        yield {"date_from": now, "date_to": now + timedelta(days=1)}
        yield {"date_from": now}
        for sort in SORTS:
            yield {"sort": sort, "centre": HERE, "currency": self.com.id}
        yield {}

    def test_every_filter_and_order_uses_an_index(self):
        for question in self.questions():
            for words in ({}, {"words": "bicycle"}, {"words": "word77 bycicle"}):
                asked = {**question, **words}
                for user in (self.test2, self.env.ref("base.public_user")):
                    self.assertNoScan(asked, user)

    def assertNoScan(self, question, user):
        market = self.env["wezer.announcement"].with_user(user)
        self.env.flush_all()
        for statements in levels(market, question):
            for statement in statements:
                explain = SQL("EXPLAIN (FORMAT JSON) %s", statement)
                with planned_for_memory(self.env.cr):
                    plan = self.env.execute_query(explain)[0][0]
                scans = list(self.scans(plan[0]["Plan"]))
                self.assertNotIn(
                    "wezer_announcement", scans, f"{question}: {json.dumps(plan)}"
                )

    def scans(self, node):
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]
        for below in node.get("Plans", ()):
            yield from self.scans(below)

    def test_pages_follow_each_other_without_gaps(self):
        market = self.env["wezer.announcement"].with_user(self.test2)
        question = {"category": self.categories[1].id, "sort": "title"}
        first, count = market._search_public(question, 0, 20)
        second, _count = market._search_public(question, 20, 20)
        self.assertEqual((len(first), len(second), count), (20, 20, 1001))
        self.assertFalse(first & second)
        titles = (first + second).mapped("title_text")
        self.assertEqual(titles, sorted(titles))
