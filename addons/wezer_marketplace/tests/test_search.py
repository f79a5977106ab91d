import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.wezer_announcement_query import SORTS
from .common import MarketCommon
from .many import HERE, many

COUNT = 20_000


@tagged("post_install", "-at_install")
class TestSearch(MarketCommon):
    def find(self, user=None, **filters):
        market = self.env["wezer.announcement"].with_user(user or self.test2)
        return market._search_public(filters)[0]

    def help(self, title, **vals):
        return self.announce(self.test1, title=title, **vals)

    def test_words_are_found_with_and_without_accents_and_capitals(self):
        one = self.help("Réparer le vélo zébré")
        for words in ("velo", "VÉLO", "reparer zebre", "vélo réparer le"):
            self.assertEqual(self.find(words=words), one, words)

    def test_a_word_is_found_by_its_beginning_and_inside_a_longer_one(self):
        one = self.help("Qwgemüsegarten pflegen")
        for words in ("qwgem", "gemusegart", "segarten"):
            self.assertEqual(self.find(words=words), one, words)

    def test_one_slip_of_the_finger_is_forgiven(self):
        one = self.help("Greenhouse zwindow")
        for words in ("zwndow", "zwindoow", "zwimdow", "zwidnow", "grenhouse zwindow"):
            self.assertEqual(self.find(words=words), one, words)

    def test_what_is_called_so_comes_before_what_only_says_so(self):
        said = self.help("Other", description="<p>zqpaint my wall</p>")
        called = self.help("Zqpaint")
        longer = self.help("Zqpaint a very long wall of the garden")
        self.assertEqual(self.find(words="zqpaint"), called + longer + said)

    def test_all_words_count_where_something_has_them_all(self):
        many_words = [self.help(f"Zzq number{n} wall") for n in range(12)]
        found = self.find(words="zzq number7 wall")
        self.assertEqual(found[0], many_words[7])
        self.assertEqual(len(self.find(words="zzq wall")), 12)

    def test_one_word_too_many_still_finds_the_rest(self):
        one = self.help("Zqwater the plants")
        self.assertEqual(self.find(words="zqwater submarine plants"), one)

    def test_a_branch_of_the_categories_finds_what_is_below_it(self):
        below = self.env["wezer.category"].create(
            {"name": "Zq below", "parent_id": self.category.id}
        )
        one = self.help("Zq one", category_id=below.id)
        self.assertEqual(self.find(words="zq", category=self.category.id), one)
        self.assertEqual(self.find(category=below.id), one)

    def test_prices_are_compared_whole_and_in_one_currency(self):
        cheap = self.help("Zq cheap", quantity=2, prices={self.com.id: "5"})
        dear = self.help("Zq dear", quantity=1, prices={self.com.id: "20"})
        other = self.help("Zq other", prices={self.hours.id: "1:00"})
        free = self.help("Zq free", prices={})
        find = {"words": "zq", "currency": self.com.id}
        self.assertEqual(self.find(**find, sort="cheap"), cheap + dear)
        self.assertEqual(self.find(**find, sort="dear"), dear + cheap)
        self.assertEqual(self.find(**find, price_from=1001), dear)
        self.assertEqual(self.find(**find, price_to=1000), cheap)
        self.assertEqual(self.find(words="zq", currency=self.hours.id), other)
        self.assertEqual(self.find(words="zq", unpaid=True), free)
        dear.action_edit({"prices": {self.com.id: "3"}})
        self.assertEqual(self.find(**find, sort="cheap"), dear + cheap)

    def test_places_are_found_by_name_and_by_distance_the_nearest_first(self):
        far = self.help("Zq far", latitude=46.5197, longitude=6.6323, city="Lausanne")
        near = self.help("Zq near", latitude=46.21, longitude=6.14, city="Genève")
        nowhere = self.help("Zq nowhere")
        here = {"words": "zq", "centre": (46.2044, 6.1432)}
        self.assertEqual(self.find(**here, km=5), near)
        self.assertEqual(len(self.find(**here, km=60)), 2)
        self.assertEqual(self.find(**here, km=49), near)
        self.assertEqual(self.find(**here, sort="near"), near + far + nowhere)
        self.assertEqual(self.find(words="zq", place="geneve"), near)

    def test_days_are_those_on_which_it_happens(self):
        now = fields.Datetime.now().replace(microsecond=0)
        days = [now + timedelta(days=n) for n in (-2, 1, 5)]
        past, soon, later = (
            self.help(f"Zq {n}", date_start=day, date_end=day + timedelta(hours=2))
            for n, day in enumerate(days)
        )
        undated = self.help("Zq undated")
        find = self.find(words="zq", sort="soon")
        self.assertEqual(find[:2], soon + later)
        self.assertEqual(set(find[2:]), {undated, past})
        range_ = {"date_from": now, "date_to": now + timedelta(days=2)}
        self.assertEqual(self.find(words="zq", **range_), soon)
        self.assertEqual(self.find(words="zq", date_from=now), later + soon)

    def test_a_group_finds_its_own_and_what_is_inside_it(self):
        village = self.env["wezer.group"].create({"name": "Zq village"})
        garden = self.env["wezer.group"].create(
            {"name": "Zq garden", "parent_id": village.id}
        )
        inside = self.help("Zq inside", group_ids=garden.ids)
        self.assertEqual(self.find(group=village.id), inside)
        self.assertEqual(self.find(group=garden.id), inside)

    def test_what_a_group_has_for_itself_is_found_by_no_question(self):
        secret = self.env["wezer.group"].create(
            {"name": "Zq secret", "visibility": "members"}
        )
        self.env["wezer.group.membership"].create(
            {"group_id": secret.id, "partner_id": self.test1.partner_id.id}
        )
        hidden = self.help(
            "Zqhidden help", visibility="groups", group_ids=secret.ids, city="Zqtown"
        )
        shown = self.help("Zqshown", group_ids=secret.ids)
        public = self.env.ref("base.public_user")
        questions = [
            {"words": "zqhidden"},
            {"words": "zqhiden"},
            {"group": secret.id},
            {"place": "zqtown"},
            *({"sort": sort, "centre": HERE} for sort in SORTS),
        ]
        for user in (self.test2, public):
            for question in questions:
                found = self.find(user, **question)
                self.assertNotIn(hidden, found, question)
        self.assertFalse(self.find(self.test2, group=secret.id), "nor what is public")
        self.assertEqual(self.find(self.test1, group=secret.id), shown + hidden)

    def test_words_are_kept_once_and_forgotten_with_their_announcements(self):
        words = self.env["wezer.announcement.word"].sudo()
        one = self.help("Zqonce zqonce ZQONCE")
        self.env.flush_all()
        self.assertEqual(words.search_count([("word", "=", "zqonce")]), 1)
        words._cron_forget()
        self.assertEqual(words.search_count([("word", "=", "zqonce")]), 1)
        one.sudo().title = "Other"
        words._cron_forget()
        self.assertFalse(words.search_count([("word", "=", "zqonce")]))

    def test_strange_questions_find_nothing_and_break_nothing(self):
        for words in ("%", "_", "\\", "' OR 1=1 --", "()&|!", "a" * 5000, "é" * 300):
            self.find(words=words)
        self.assertFalse(self.find(category=2**30))


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

    def test_no_filter_and_no_order_reads_all_announcements(self):
        for question in self.questions():
            for words in ({}, {"words": "bicycle"}, {"words": "word77 bycicle"}):
                asked = {**question, **words}
                for user in (self.test2, self.env.ref("base.public_user")):
                    self.assertNoScan(asked, user)

    def assertNoScan(self, question, user):
        market = self.env["wezer.announcement"].with_user(user)
        self.env.flush_all()
        for statements in market._search_levels(question):
            for statement in statements:
                explain = SQL("EXPLAIN (FORMAT JSON) %s", statement)
                with market._planned_for_memory():
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

    def test_a_page_in_the_middle_follows_the_one_before(self):
        market = self.env["wezer.announcement"].with_user(self.test2)
        question = {"category": self.categories[1].id, "sort": "title"}
        first, count = market._search_public(question, 0, 20)
        second, _count = market._search_public(question, 20, 20)
        self.assertEqual((len(first), len(second), count), (20, 20, 1001))
        self.assertFalse(first & second)
        titles = (first + second).mapped("title_text")
        self.assertEqual(titles, sorted(titles))
