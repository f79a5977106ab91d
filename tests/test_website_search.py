"""The website's search finds members and groups, for each reader those they may see."""

import json
from urllib.parse import quote

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_fractal_groups.tests.common import GroupsCommon

WORD = "Zebrafish"


@tagged("post_install", "-at_install")
class TestWebsiteSearch(GroupsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_visitors_see_members = True
        cls.public = cls._circle(f"{WORD} Café", cls.garden, visibility="public")
        cls.network = cls._circle(f"{WORD} choir", cls.garden, visibility="network")
        cls.secret = cls._circle(f"{WORD} cell", cls.garden, visibility="members")
        cls._put(cls.luc, cls.secret)
        cls.luc.partner_id.name = f"Luc {WORD}"
        cls.env.flush_all()
        for user in (cls.luc, cls.stranger):
            user.password = user.login

    def _found(self, user, text, kind="all"):
        """Return the addresses that the search page and the completion show."""
        self.authenticate(user and user.login, user and user.login)
        names = ("Description", "Detail", "ExtraDetail", "ExtraLink", "Image")
        params = {
            "search_type": kind,
            "term": text,
            "limit": 50,
            "options": {f"display{name}": True for name in names},
        }
        answer = self.url_open(
            "/website/snippet/autocomplete",
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        ).json()["result"]
        urls = {row["website_url"] for row in answer["results"]}
        page = self.url_open(f"/website/search/{kind}?search={quote(text)}")
        self.assertEqual(page.status_code, 200)
        for url in urls:
            self.assertIn(f'href="{url}"', page.text)
        for group in self.public | self.network | self.secret:
            if f"/groups/{group.slug}" not in urls:
                self.assertNotIn(group.slug, page.text)
        return urls

    def _groups(self, *groups):
        return {f"/groups/{group.slug}" for group in groups}

    def _luc(self):
        return {f"/members/{self.luc.partner_id._wezer_profile().slug}"}

    def test_visitors_find_what_is_public(self):
        self.assertEqual(
            self._found(None, WORD), self._groups(self.public) | self._luc()
        )
        self.env.company.wezer_visitors_see_members = False
        self.assertEqual(self._found(None, WORD), self._groups(self.public))

    def test_members_find_each_other_and_the_groups_of_the_community(self):
        self.assertEqual(
            self._found(self.stranger, WORD),
            self._groups(self.public, self.network) | self._luc(),
        )

    def test_members_of_a_private_group_find_it(self):
        self.assertEqual(
            self._found(self.luc, WORD, "groups"),
            self._groups(self.public, self.network, self.secret),
        )

    def test_words_are_found_without_accents_and_with_a_slip(self):
        for text in ("cafe zebrafish", "ZEBRAFISH CAFÉ", "Zebrafihs"):
            self.assertIn(
                f"/groups/{self.public.slug}", self._found(None, text, "groups"), text
            )

    def test_a_slip_proposes_no_word_of_a_hidden_group(self):
        hidden = self._circle("Quokkasecret", self.garden, visibility="members")
        self.env.flush_all()
        website = self.env["website"].get_current_website()
        for user in (self.env.ref("base.public_user"), self.stranger):
            count, _results, term = website.with_user(user)._search_with_fuzzy(
                "groups", "Quokkasecrt", 10, "name asc", {"allowFuzzy": True}
            )
            self.assertFalse(count)
            self.assertNotIn("quokkasecret", str(term))
            self.assertFalse(
                self.env["wezer.group"].with_user(user).search([("id", "=", hidden.id)])
            )

    def test_the_kind_limits_what_is_found(self):
        self.assertEqual(self._found(self.stranger, WORD, "members"), self._luc())
        self.assertEqual(
            self._found(self.stranger, WORD, "groups"),
            self._groups(self.public, self.network),
        )
