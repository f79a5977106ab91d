"""Cover pictures, colours, cards and nested circles of groups."""

import base64
import io

from lxml import html
from PIL import Image

from odoo import http
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import group_cards
from .common import GroupPages


def _picture(colour):
    file = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(file, "PNG")
    return file.getvalue()


@tagged("post_install", "-at_install")
class TestGroupLook(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.joel, cls.luc, cls.stranger)
        cls._put(cls.joel, cls.president)
        cls._put(cls.luc, cls.garden)

    def test_a_group_has_the_language_of_its_founder_whoever_reads_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.user.lang, self.joel.lang = "fr_FR", "en_US"
        group = self._circle("Test yard", purpose="Jardin")
        self.assertEqual(group.written_lang, "fr")
        read = group.with_user(self.joel)
        self.assertEqual(read._written_chosen(), "", "nobody has chosen it")
        # It follows the text, whoever changes that.
        read.sudo().purpose = "A place for all of the people who garden with us"
        self.assertEqual(group.written_lang, "en")
        read.sudo().written_lang = "ca"
        self.assertEqual(read._written_chosen(), "ca")

    def test_the_name_of_a_circle_is_heard_in_the_language_of_its_texts(self):
        self.garden.purpose = "Nous cultivons les légumes avec vous pour le village"
        self._login(self.luc)
        page = html.fromstring(self.url_open("/groups?search=test garden").text)
        links = page.xpath(f"//a[@href='/groups/{self.garden.slug}'][@lang]")
        self.assertEqual({link.get("lang") for link in links}, {"fr"})
        # A name alone tells too little.
        self.assertIsNone(self.workshop._written_in("name"))

    def test_a_manager_gives_the_group_a_cover_and_a_colour_on_its_page(self):
        self._login(self.joel)
        address = f"/groups/{self.garden.slug}"
        self.assertIn('name="cover"', self.url_open(f"{address}/manage").text)
        form = {"name": "Test garden", "color": "5"}
        form["csrf_token"] = http.Request.csrf_token(self)
        files = {"cover": ("cover.png", _picture("green"), "image/png")}
        self.url_open(f"{address}/manage/update", data=form, files=files)
        self.assertEqual(self.garden.color, 5)
        url = self.garden._cover_urls()[self.garden.id]
        for page in (address, "/groups"):
            text = self.url_open(page).text
            self.assertIn(url, text)
            self.assertIn("o_wezer_tint_5", text)
        self.assertEqual(self.url_open(url).headers["Content-Type"], "image/png")

        form.update(cover_remove="1", csrf_token=http.Request.csrf_token(self))
        self.url_open(f"{address}/manage/update", data=form)
        self.assertFalse(self.garden.cover)
        self.assertEqual(self.garden._cover_urls(), {})

    def test_a_shared_link_shows_the_cover_or_the_picture_of_the_website(self):
        self.garden.write(
            {"visibility": "public", "cover": base64.b64encode(_picture("green"))}
        )
        self.assertIn(self.garden._cover_urls()[self.garden.id], self._shared_picture())
        self.garden.cover = False
        self.assertIn("/logo", self._shared_picture())
        website = self.env["website"].get_current_website()
        website.social_default_image = base64.b64encode(_picture("blue"))
        self.assertIn("/social_default_image", self._shared_picture())

    def _shared_picture(self):
        page = html.fromstring(self.url_open(f"/groups/{self.garden.slug}").text)
        return page.xpath("//meta[@property='og:image']/@content")[0]

    def test_who_does_not_see_a_group_does_not_see_its_cover(self):
        self.garden.write(
            {"visibility": "members", "cover": base64.b64encode(_picture("red"))}
        )
        url = self.garden._cover_urls()[self.garden.id]
        self.assertEqual(self.url_open(url).status_code, 404)
        self._login(self.stranger)
        self.assertEqual(self.url_open(url).status_code, 404)
        self._login(self.luc)
        self.assertEqual(self.url_open(url).status_code, 200)

    def test_only_known_colours_and_pictures_are_taken(self):
        garden = self.garden.with_user(self.joel)
        for color in (9, -1, "blue", [1]):
            with self.assertRaises(Refusal) as caught:
                garden.action_update({"color": color})
            self.assertEqual(caught.exception.rule, "color")
        for cover in ("no picture", "A" * 9_000_000):
            with self.assertRaises(Refusal) as caught:
                garden.action_update({"cover": cover})
            self.assertEqual(caught.exception.rule, "picture")

    def test_circles_inside_have_the_colour_of_the_nearest_above(self):
        self.village.color = 3
        self.garden.color = 6
        tints = (self.village | self.garden | self.compost | self.workshop)._tints()
        self.assertEqual(
            [
                tints[group.id]
                for group in (self.village, self.garden, self.compost, self.workshop)
            ],
            [3, 6, 6, 3],
        )

    def test_cards_show_faces_to_members_and_to_nobody_else(self):
        groups = self.garden | self.workshop
        cards = group_cards.cards_of(groups.with_user(self.joel))
        self.assertEqual([card.group for card in cards], list(groups))
        self.assertEqual(cards[0].faces.sudo().partner_id, self.luc.partner_id)
        self.assertFalse(cards[1].faces)
        visitor = self.env.ref("base.public_user")
        self.assertFalse(group_cards.cards_of(groups.with_user(visitor))[0].faces)

    def test_a_card_names_the_circles_right_inside_that_the_reader_sees(self):
        self.workshop.visibility = "members"
        groups = (self.village | self.garden).with_user(self.luc)
        village, garden = group_cards.cards_of(groups)
        self.assertEqual(village.inside, list(self.garden))
        self.assertEqual(garden.inside, list(self.compost))
        for number in range(6):
            self._circle(f"Zz {number}", self.village)
        village = group_cards.cards_of(groups)[0]
        self.assertEqual(len(village.inside), group_cards.INSIDE + 1)
        self._login(self.luc)
        page = self.url_open("/groups?search=test village").text
        self.assertIn(f"/groups?inside={self.village.slug}", page)

    def test_a_circle_with_very_many_inside_leaves_other_cards_theirs(self):
        self._circle("Zz last", self.garden)
        for number in range(2 * group_cards.INSIDE):
            self._circle(f"Aa {number}", self.workshop)
        groups = (self.workshop | self.garden).with_user(self.luc)
        inside = group_cards.inside_of(groups)
        self.assertEqual(len(inside[self.workshop.id]), group_cards.INSIDE + 1)
        self.assertEqual(
            [circle.name for circle in inside[self.garden.id]],
            ["Test compost", "Zz last"],
        )

    def test_a_card_does_not_tell_that_a_hidden_circle_is_around_it(self):
        self.garden.write({"visibility": "members", "name": "Zebrafish"})
        self.compost.visibility = "network"
        self._login(self.stranger)
        page = self.url_open("/groups?search=test compost").text
        self.assertIn("Test compost", page)
        self.assertNotIn("Inside", page)
        self._login(self.luc)
        page = self.url_open("/groups?search=test compost").text
        self.assertIn("Zebrafish", page)

    def test_circles_inside_are_nested_and_skip_what_is_hidden(self):
        tree = self.village.with_user(self.luc)._page().values()["group_tree"]
        self.assertEqual(
            [
                (node["group"].name, [one["group"].name for one in node["inside"]])
                for node in tree
            ],
            [("Test garden", ["Test compost"]), ("Test workshop", [])],
        )
        levels = group_cards.nested(self.village | self.workshop | self.compost)
        self.assertEqual(
            [(group.name, level) for group, level in levels],
            [("Test village", 0), ("Test workshop", 1), ("Test compost", 1)],
        )
