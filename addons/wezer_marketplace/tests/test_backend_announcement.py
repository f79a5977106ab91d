from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestOffice(MarketCommon):
    """Announcements are written and changed in the back office by the same actions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coordinator = mail_new_test_user(
            cls.env,
            login="wm_coordinator",
            name="Coordinator",
            groups="base.group_user,wezer_base.group_coordinator",
        )
        cls.circle = cls.env["wezer.group"].create({"name": "Zq circle"})
        role = cls.env["wezer.group"].create(
            {
                "name": "Zq speaker",
                "kind": "role",
                "parent_id": cls.circle.id,
                "right_market": True,
                "right_wallet": True,
            }
        )
        cls.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": cls.coordinator.partner_id.id}
        )
        cls.sheets = cls.env["wezer.announcement.draft"].with_user(cls.coordinator)

    def write(self, **vals):
        with Form(self.sheets) as form:
            form.title = "Zq sheet"
            form.author_id = self.circle.partner_id
            with form.price_ids.new() as line:
                line.wezer_currency_id = self.com
                line.amount = "12.50"
            for name, value in vals.items():
                form[name] = value
        return form.record

    def announcement(self, action):
        market = self.env["wezer.announcement"].with_user(self.coordinator)
        return market.browse(action["res_id"])

    def test_a_group_announces_from_the_back_office(self):
        one = self.announcement(self.write(kind="offer").action_publish())
        self.assertEqual((one.state, one.kind), ("open", "offer"))
        self.assertEqual(one.author_id, self.circle.partner_id)
        self.assertEqual(one.price_text, self.com._format(1250))

    def test_the_language_of_the_text_is_chosen_in_the_back_office(self):
        one = self.announcement(self.write(title="Crêpes").action_keep())
        sheets = self.sheets.with_context(default_announcement_id=one.id)
        with Form(sheets) as form:
            self.assertFalse(form.written_lang, "nobody has chosen it")
            form.written_lang = "fr"
        form.record.action_keep()
        self.assertEqual(one.written_lang, "fr")
        self.assertEqual(one.with_context(lang="en_US").written_language, "French")
        # It stays where something else is changed, and can be left to the text again.
        with Form(sheets) as form:
            self.assertEqual(form.written_lang, "fr")
            form.title = "Pancakes for all of you"
        form.record.action_keep()
        self.assertEqual(one.written_lang, "fr")
        with Form(sheets) as form:
            form.written_lang = False
        form.record.action_keep()
        self.assertEqual(one.written_lang, "en")

    def test_the_same_wizard_changes_an_announcement(self):
        one = self.announcement(self.write().action_keep())
        self.assertEqual(one.state, "draft")
        sheets = self.sheets.with_context(default_announcement_id=one.id)
        with Form(sheets) as form:
            self.assertEqual(form.title, "Zq sheet")
            self.assertEqual(form.author_id, self.circle.partner_id)
            form.title = "Zq other words"
        form.record.action_publish()
        self.assertEqual((one.title, one.state), ("Zq other words", "open"))
        self.assertEqual(one.price_text, self.com._format(1250))

    def test_nobody_writes_for_a_party_without_acting_for_it(self):
        foreign = self.announce(self.test1, title="Zq foreign")
        with self.assertRefused():
            self.write(author_id=self.test1.partner_id).action_publish()
        with self.assertRefused("acts_for"):
            Form(self.sheets.with_context(default_announcement_id=foreign.id))
        with self.assertRefused("acts_for"):
            self.sheets.create(
                {
                    "title": "x",
                    "announcement_id": foreign.id,
                    "author_id": self.test1.partner_id.id,
                }
            )
        with self.assertRefused():
            self.env["wezer.announcement.draft"].with_user(self.test1).create(
                {"title": "x"}
            )

    def test_the_search_box_finds_words_as_the_website_does(self):
        one = self.announce(self.test1, title="Zqréparer un vélo")
        market = self.env["wezer.announcement"].with_user(self.coordinator)
        found = market.search([("asked_words", "ilike", "zqreparer velo")])
        self.assertEqual(found, one)
