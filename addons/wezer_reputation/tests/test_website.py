import re
from datetime import timedelta
from decimal import Decimal

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.tools import days

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestWebsite(ReputationCommon, HttpCase):
    def _page(self, user, url):
        self.authenticate(user and user.login, user and user.login)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        return " ".join(response.text.split())

    def test_a_new_member_sees_how_many_people_assessed(self):
        self.reveal(self.anna, self.luc, comment="A good beginning")
        self.reputations._recompute()
        page = self._page(self.luc, "/my/reputation")
        self.assertIn("So far you have 1.", page)
        self.assertIn("A good beginning", page)
        self.assertIn("Answer (only once)", page)
        self.assertIn("2 more people are needed.", page)
        self.assertIn("New here", page)
        self.assertNotIn("of 5", page)

    def test_members_see_their_score_as_a_sum(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc, comment=f"Thanks from {giver.name}")
        self.reputations._recompute()
        self.give(self.eva, self.luc, comment="Blind word")
        page = self._page(self.luc, "/my/reputation")
        score = self.luc.partner_id._wezer_score()["score"]
        self.assertIn(f"<strong>{score:.2f} of 5</strong>, from 3 people", page)
        self.assertIn("Thanks from Member0", page)
        self.assertIn("Start: the average of this community", page)
        self.assertNotIn("Blind word", page)

    def test_the_shown_numbers_add_up(self):
        for number, giver in enumerate((self.anna, self.mia, self.noe, self.eva)):
            self.reveal(giver, self.luc, number % 3, number, value_hours=number + 1.7)
        self.reputations._recompute()
        page = self._page(self.luc, "/my/reputation")
        table = page.split("Your score as a sum")[1].split("</table>")[0]
        *parts, total = re.findall(r"o_wezer_money\">([+-]?\d\.\d\d)<", table)
        self.assertEqual(len(parts), 5)
        self.assertEqual(sum(map(Decimal, parts)), Decimal(total))

    def test_the_party_page_shows_score_and_assessments(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc, comment="Very good bread")
        self.reputations._recompute()
        self.give(self.eva, self.luc, comment="Blind word")
        slug = self.luc.partner_id._wezer_profile().slug
        page = self._page(self.mia, f"/members/{slug}")
        self.assertIn("from 3 people", page)
        self.assertIn("Very good bread", page)
        self.assertNotIn("Blind word", page)
        slug = self.anna.partner_id._wezer_profile().slug
        page = self._page(self.mia, f"/members/{slug}")
        self.assertIn("New here", page)
        self.assertIn("No assessments yet.", page)

    def test_whoever_invites_reads_how_far_admissions_of_this_year_count(self):
        texts = self.founder.partner_id._wezer_admission_texts()
        five = texts[self.founder.partner_id.id]
        self.assertIn("twelve months: 5. Trust is passed on in full to up to 5", five)
        self.assertIn(five, self._page(self.founder, "/my/invite"))
        sixth = self._member("sixth").partner_id._wezer_profile()
        sixth.admitted_by_id = self.founder.partner_id
        page = self._page(self.founder, "/my/invite")
        self.assertIn("twelve months: 6. Together they get as much trust as 5", page)
        profile = self.founder.partner_id._wezer_profile()
        self.assertIn(profile.admission_text, page)
        # Who came more than a year ago counts for the year in which they came.
        sixth.joined_date = days.today(self.env) - timedelta(days=365)
        self.assertIn(five, self._page(self.founder, "/my/invite"))
