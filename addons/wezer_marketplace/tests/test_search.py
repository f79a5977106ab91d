from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import DivisionByZero

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import search_sql
from ..tools.search_sql import SORTS, planned_for_memory
from .common import MarketCommon

HERE = (46.2, 6.1)


@tagged("post_install", "-at_install")
class TestSearch(MarketCommon):
    def find(self, user=None, **filters):
        market = self.env["wezer.announcement"].with_user(user or self.test2)
        return market._search_public(filters)[0]

    def help(self, title, **vals):
        return self.announce(self.test1, title=title, **vals)

    def test_the_planner_setting_is_restored_after_errors(self):
        def cost():
            self.env.cr.execute("SHOW random_page_cost")
            return self.env.cr.fetchone()[0]

        before = cost()
        with suppress(ZeroDivisionError), planned_for_memory(self.env.cr):
            self.assertNotEqual(cost(), before)
            raise ZeroDivisionError
        self.assertEqual(cost(), before)
        with self.assertRaises(DivisionByZero), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint(), planned_for_memory(self.env.cr):
                self.env.cr.execute("SELECT 1 / 0")
        self.assertEqual(cost(), before)

    def test_words_are_found_with_and_without_accents_and_capitals(self):
        one = self.help("Réparer le vélo zébré")
        for words in ("velo", "VÉLO", "reparer zebre", "vélo réparer le"):
            self.assertEqual(self.find(words=words), one, words)

    def test_a_word_is_found_by_its_beginning_and_inside_a_longer_one(self):
        one = self.help("Qwgemüsegarten pflegen")
        for words in ("qwgem", "gemusegart", "segarten"):
            self.assertEqual(self.find(words=words), one, words)

    def test_one_typing_error_is_corrected(self):
        one = self.help("Greenhouse zwindow")
        for words in ("zwndow", "zwindoow", "zwimdow", "zwidnow", "grenhouse zwindow"):
            self.assertEqual(self.find(words=words), one, words)

    def test_words_in_the_title_rank_before_words_in_the_text(self):
        said = self.help("Other", description="<p>zqpaint my wall</p>")
        called = self.help("Zqpaint")
        longer = self.help("Zqpaint a very long wall of the garden")
        self.assertEqual(self.find(words="zqpaint"), called + longer + said)

    def test_all_words_must_match_where_something_has_them_all(self):
        many_words = [self.help(f"Zzq number{n} wall") for n in range(12)]
        found = self.find(words="zzq number7 wall")
        self.assertEqual(found[0], many_words[7])
        self.assertEqual(len(self.find(words="zzq wall")), 12)

    def test_one_word_too_many_is_left_out(self):
        one = self.help("Zqwater the plants")
        self.assertEqual(self.find(words="zqwater submarine plants"), one)

    def test_a_category_finds_its_subcategories(self):
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
        self.assertEqual(self.find(**find, sort="price_asc"), cheap + dear)
        self.assertEqual(self.find(**find, sort="price_desc"), dear + cheap)
        self.assertEqual(self.find(**find, price_from=1001), dear)
        self.assertEqual(self.find(**find, price_to=1000), cheap)
        self.assertEqual(self.find(words="zq", currency=self.hours.id), other)
        self.assertEqual(self.find(words="zq", unpaid=True), free)
        dear.action_edit({"prices": {self.com.id: "3"}})
        self.assertEqual(self.find(**find, sort="price_asc"), dear + cheap)

    def test_places_are_found_by_name_and_by_distance_the_nearest_first(self):
        far = self.help("Zq far", latitude=46.5197, longitude=6.6323, city="Lausanne")
        near = self.help("Zq near", latitude=46.21, longitude=6.14, city="Genève")
        nowhere = self.help("Zq nowhere")
        here = {"words": "zq", "centre": (46.2044, 6.1432)}
        self.assertEqual(self.find(**here, km=5), near)
        self.assertEqual(len(self.find(**here, km=60)), 2)
        self.assertEqual(self.find(**here, km=49), near)
        self.assertEqual(self.find(**here, sort="distance"), near + far + nowhere)
        self.assertEqual(self.find(words="zq", place="geneve"), near)

    def test_days_filter_by_when_it_happens(self):
        now = fields.Datetime.now().replace(microsecond=0)
        days = [now + timedelta(days=n) for n in (3, 1, 5)]
        past, soon, later = (
            self.help(f"Zq {n}", date_start=day, date_end=day + timedelta(hours=2))
            for n, day in enumerate(days)
        )
        # What was on two days ago, and the clock has not closed yet.
        over = now - timedelta(days=2)
        past.sudo().write({"date_start": over, "date_end": over + timedelta(hours=2)})
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
        # Of very many groups inside no list is made.
        with patch.object(search_sql, "GROUPS_NAMED", 1):
            self.assertEqual(self.find(group=village.id), inside)
            village.visibility = "members"
            garden.visibility = "network"
            self.assertFalse(self.find(group=village.id), "nor that there is one")

    def test_announcements_for_a_group_are_found_by_no_outsider(self):
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

    def test_words_are_kept_once_and_deleted_with_their_announcements(self):
        words = self.env["wezer.announcement.word"].sudo()
        one = self.help("Zqonce zqonce ZQONCE")
        self.env.flush_all()
        self.assertEqual(words.search_count([("word", "=", "zqonce")]), 1)
        words._cron_purge()
        self.assertEqual(words.search_count([("word", "=", "zqonce")]), 1)
        one.sudo().title = "Other"
        words._cron_purge()
        self.assertFalse(words.search_count([("word", "=", "zqonce")]))

    def test_strange_filters_find_nothing_and_break_nothing(self):
        for words in ("%", "_", "\\", "' OR 1=1 --", "()&|!", "a" * 5000, "é" * 300):
            self.find(words=words)
        self.assertFalse(self.find(category=2**30))
