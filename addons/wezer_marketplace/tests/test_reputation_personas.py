"""What people read about reputation: about themselves, and about each other."""

import re
from html import unescape

from odoo.tests import tagged

from .test_website_market import WebsiteCommon

# Who gives work; each is admitted by the founder.
PAYERS = 11


@tagged("post_install", "-at_install")
class TestReputationPersonas(WebsiteCommon):
    """A founder, members whom they admitted, and four accounts that nobody knows.

    All deals and assessments are made as people make them: announced, answered,
    delivered, approved with marks, and assessed back, which reveals both.
    """

    # Used by the class too, which makes the community once for all tests.
    announce = classmethod(WebsiteCommon.announce)
    claim = classmethod(WebsiteCommon.claim)
    scores = classmethod(WebsiteCommon.scores)
    make_deal = classmethod(WebsiteCommon.make_deal)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.profile"].search([]).is_founder = False
        cls.founder = cls._person("founder")
        cls._profile(cls.founder).is_founder = True
        cls.payers = [cls._admitted(f"payer{number}") for number in range(PAYERS)]
        cls.nobody_yet, cls.one, cls.two, cls.three, cls.worker = (
            cls._admitted(name)
            for name in ("none", "once", "twice", "thrice", "worker")
        )
        cls.puppet, *cls.puppets = (cls._person(f"puppet{n}") for n in range(4))
        for person, count in ((cls.one, 1), (cls.two, 2), (cls.three, 3)):
            for payer in cls.payers[:count]:
                cls._work(payer, person, 2)
        for payer in cls.payers[:10]:
            cls._work(payer, cls.worker, 2)
        cls._work(cls.payers[10], cls.worker, -2, "Came late and left the mess")
        for payer in cls.payers[:4]:
            cls._work(payer, cls.founder, 2)
        for friend in cls.puppets:
            cls._work(friend, cls.puppet, 2, "The best ever")
        cls.computed = cls.env["wezer.reputation"]._recompute()

    @classmethod
    def _person(cls, name):
        person = cls._member(name)
        person.password = person.login
        return person

    @classmethod
    def _admitted(cls, name):
        person = cls._person(name)
        cls._profile(person).admitted_by_id = cls.founder.partner_id
        return person

    @classmethod
    def _profile(cls, person):
        return person.partner_id._wezer_profile()

    @classmethod
    def _work(cls, payer, worker, mark, words=""):
        """Let ``worker`` work for ``payer``, and both assess the other."""
        deal = cls.make_deal("delivered", author=payer, replier=worker)
        deal.with_user(payer).action_approve(cls.scores(mark), words)
        deal.with_user(worker).action_assess(cls.scores(2, "payer"))

    def _read(self, reader, url):
        self.login(reader)
        page = re.sub(r"<(script|style).*?</\1>", " ", self.get(url), flags=re.S)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())

    def _own_page(self, person):
        return self._read(person, "/my/reputation")

    def _party_page(self, person, reader=None):
        return self._read(
            reader or self.test3, f"/members/{self._profile(person).slug}"
        )

    def _candidates(self, *people):
        """Return people in the order of the list of candidates, and its words."""
        want = self.announce(self.test1, places=20, claim_mode="choose")
        for person in people:
            self.claim(person, want)
        box = self._read(self.test1, f"/market/{want.slug}")
        box = box.split("This is your announcement")[1].split("Sorted by")[0]
        return sorted(people, key=lambda one: box.index(f"{one.name}:")), box

    # === NEWCOMERS === #

    def test_newcomers_read_what_is_missing_and_others_read_that_they_are_new(self):
        for person, deals, missing in (
            (self.nobody_yet, 0, "3 more people are needed."),
            (self.one, 1, "2 more people are needed."),
            (self.two, 2, "Only one more person is needed."),
        ):
            with self.subTest(deals=deals):
                own = self._own_page(person)
                self.assertIn("New here", own)
                self.assertIn(f"So far you have {deals}.", own)
                self.assertIn(missing, own)
                self.assertIn("Founder admitted you.", own)
                self.assertNotIn("of 5", own)
                page = self._party_page(person)
                self.assertIn("New here", page)
                self.assertNotIn("of 5", page)
                self.assertNotIn("admitted", page)
        self.assertIn("No assessments yet.", self._party_page(self.nobody_yet))
        self.assertIn("The first person has assessed.", self._party_page(self.one))
        self.assertIn("Kept the one agreement so far.", self._party_page(self.one))
        self.assertIn("The first people have assessed: 2.", self._party_page(self.two))
        self.assertIn("Kept all 2 agreements so far.", self._party_page(self.two))

    def test_three_deals_make_a_word_and_the_number_is_there_for_whoever_asks(self):
        own = self._own_page(self.three)
        self.assertNotIn("New here", own)
        score = self.three.partner_id._wezer_score()
        self.assertIn(score["band"], ("excellent", "very_good"))
        place = own.index(score["word"])
        self.assertLess(place, own.index("of 5"))
        self.assertIn(f"{score['score']:.2f} of 5 , from 3 people.", own)
        self.assertIn("Kept all 3 agreements so far.", own)
        page = self._party_page(self.three)
        self.assertLess(page.index(score["word"]), page.index("of 5"))
        self.assertIn("from 3 people", page)

    def test_moderators_read_on_the_party_page_who_admitted_somebody(self):
        page = self._party_page(self.one, self.moderator)
        self.assertIn("Admitted by Founder", page)

    # === A GOOD WORKER WITH ONE BAD WORD === #

    def test_one_bad_word_among_ten_good_ones_leaves_a_good_person_good(self):
        score = self.worker.partner_id._wezer_score()
        self.assertIn(score["band"], ("good", "very_good", "excellent"))
        own = self._own_page(self.worker)
        self.assertIn(score["word"], own)
        self.assertIn("Came late and left the mess", own)
        self.assertIn("very bad", own)
        page = self._party_page(self.worker)
        self.assertIn(score["word"], page)
        self.assertIn("from 11 people", page)

    def test_one_bad_word_among_ten_good_ones_stands_above_no_deal(self):
        names, _box = self._candidates(self.nobody_yet, self.worker)
        self.assertEqual(names, [self.worker, self.nobody_yet])

    def test_each_part_says_trust_size_and_age_and_the_parts_add_up(self):
        self.login(self.worker)
        page = " ".join(self.get("/my/reputation").split())
        table = page.split("Your score as a sum")[1].split("</table>")[0]
        numbers = re.findall(r'o_wezer_money">([+-]?\d\.\d{2})<', table)
        *parts, total = [round(100 * float(number)) for number in numbers]
        self.assertEqual(sum(parts), total)
        blocks = table.split("o_wezer_factors")[1:]
        self.assertGreaterEqual(len(blocks), 9)
        for block in blocks:
            text = unescape(re.sub(r"<[^>]+>", " ", block)).replace(
                "\N{NO-BREAK SPACE}", " "
            )
            shown = re.findall(r"([\d.]+) %", text.split("= ")[0])
            counts, *factors = map(float, shown)
            product = 100.0
            for factor in factors:
                product *= factor / 100
            self.assertEqual(len(factors), 3)
            self.assertAlmostEqual(product, counts, delta=0.5)
            for words in ("is trusted here", "size of the deal (1:00 h)", "age"):
                self.assertIn(words, text)

    # === PUPPETS === #

    def test_a_puppet_has_no_number_no_badge_and_reads_why(self):
        self.assertTrue(self.computed)
        self.assertFalse(self.puppet.partner_id._wezer_badges())
        own = self._own_page(self.puppet)
        self.assertIn("New here", own)
        self.assertIn("So far you have 0.", own)
        self.assertIn("The people who assessed you are not known here yet.", own)
        self.assertNotIn("of 5", own)
        page = self._party_page(self.puppet)
        self.assertIn("New here", page)
        self.assertIn("No assessments yet by people who are known here.", page)
        self.assertNotIn("of 5", page)

    def test_a_puppet_stands_above_no_honest_newcomer(self):
        honest = (self.nobody_yet, self.one, self.two)
        names, box = self._candidates(self.puppet, *honest)
        self.assertEqual(names[-1], self.puppet)
        self.assertNotIn("of 5", box)

    # === FOUNDERS === #

    def test_a_founder_reads_that_trust_starts_there(self):
        own = self._own_page(self.founder)
        self.assertIn("Trust starts from you", own)
        self.assertIn("Where does trust start?", own)
        self.assertNotIn("Trust starts from you", self._own_page(self.worker))
        score = self.founder.partner_id._wezer_score()
        self.assertIn(score["word"], own)
        page = self._party_page(self.founder)
        self.assertIn(score["word"], page)
        self.assertNotIn("Trust starts from you", page)

    # === LISTS === #

    def test_candidates_and_the_directory_show_words_first(self):
        people = (self.worker, self.three, self.one, self.puppet)
        names, box = self._candidates(*people)
        self.assertEqual(set(names[:2]), {self.worker, self.three})
        for person in people:
            score = person.partner_id._wezer_score()
            part = box.split(f"{person.name}:")[1]
            word = part.index(score["word"])
            if "score" in score:
                self.assertLess(word, part.index("of 5"))
        directory = self._read(self.test3, "/members?search=Worker")
        self.assertIn("Worker", directory)
        self.assertNotIn("of 5", directory)

    def test_a_french_reader_reads_french_words(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        modules = ("wezer_reputation", "wezer_marketplace", "wezer_base")
        self.env["ir.module.module"].search(
            [("name", "in", modules)]
        )._update_translations(["fr_FR"])
        self.env["website"].search([]).language_ids += french
        (self.test3 | self.two | self.worker).lang = "fr_FR"
        own = self._read(self.two, "/fr/my/reputation")
        self.assertIn("Vient d’arriver", own)
        self.assertIn("Il ne manque plus qu’une personne.", own)
        page = self._read(self.test3, f"/fr/members/{self._profile(self.two).slug}")
        self.assertIn("Les premières personnes ont donné leur évaluation", page)
        own = self._read(self.worker, "/fr/my/reputation")
        worker = self.worker.partner_id.with_user(self.worker)
        word = worker.with_context(lang="fr_FR")._wezer_score()["word"]
        self.assertIn(word, ("Excellent", "Très bien", "Bien"))
        self.assertIn(word, own)
        self.assertRegex(own, r"\d,\d sur 5")
