from odoo import http
from odoo.tests import tagged

from odoo.addons.base.tests.common import HttpCaseWithUserPortal

from .common import MarketCommon

# Types half a synonym, goes down to the word, takes it, and reads what is sent.
CHOOSE = """
(async () => {
    const wait = async (what) => {
        for (let i = 0; i < 100; i++) {
            const found = what();
            if (found) return found;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error("waited for " + what);
    };
    // The website's program comes when a person moves.
    window.dispatchEvent(new Event("pointermove"));
    document.querySelector("details").open = true;
    const field = await wait(() => document.querySelector("#skill_ids[role=combobox]"));
    field.focus();
    field.value = "zzbricol";
    field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    await wait(() => document.querySelector("#skill_ids_list li"));
    const key = (name) => field.dispatchEvent(
        new KeyboardEvent("keydown", {key: name, bubbles: true, cancelable: true}));
    key("ArrowDown");
    if (!field.getAttribute("aria-activedescendant")) throw new Error("no active word");
    key("Enter");
    await wait(() => document.querySelector("input[name=skill_ids]:checked"));
    const sent = new FormData(field.form).getAll("skill_ids");
    if (sent.length !== 1 || field.value) throw new Error("sent " + sent);
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install")
class TestWordsMarket(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skill = cls.env["wezer.skill"].create(
            {"name": "Zzrepairs", "synonyms": "zzbricolage, zzfixing"}
        )

    def test_an_announcement_is_found_by_a_synonym_of_its_skill(self):
        self.category.synonyms = "zzerp"
        announcement = self.announce(self.test1, skill_ids=self.skill.ids)
        for words in ("zzbricolage", "zzfixing", "zzerp"):
            found, _count = (
                self.env["wezer.announcement"]
                .with_user(self.test2)
                ._search_public({"words": words}, 0, 20)
            )
            self.assertIn(announcement, found, words)

    def test_a_tag_of_a_task_that_is_a_synonym_gives_the_skill(self):
        project = self.env["project.project"].create({"name": "Zz project"})
        task = self.env["project.task"].create(
            {
                "name": "Zz task",
                "project_id": project.id,
                "tag_ids": [(0, 0, {"name": "ZZfixing"}), (0, 0, {"name": "zzno"})],
            }
        )
        vals = task._prepare_announcement_vals(self.test1.partner_id)
        self.assertEqual(vals["skill_ids"], [(6, 0, self.skill.ids)])


@tagged("post_install", "-at_install")
class TestWordsInTheBrowser(HttpCaseWithUserPortal):
    def setUp(self):
        super().setUp()
        self.skill = self.env["wezer.skill"].create(
            {"name": "Zzrepairs", "synonyms": "zzbricolage"}
        )

    def _suggestions(self, **params):
        return self.make_jsonrpc_request("/wezer/words/skill", params)

    def test_visitors_get_suggestions(self):
        wanted = [{"id": self.skill.id, "name": "Zzrepairs", "hint": "zzbricolage"}]
        self.assertEqual(self._suggestions(typed="zzbric"), wanted)
        for typed in ({"a": 1}, None, 5):
            self.assertEqual(self._suggestions(typed=typed), [])
        near = {"typed": "zzbric", "category": "1 OR 1=1"}
        self.assertEqual(self._suggestions(**near), wanted)
        self.assertEqual(
            self.make_jsonrpc_request("/wezer/words/res.users", {"typed": "a"}), []
        )

    def test_a_word_is_chosen_by_keyboard_while_typing(self):
        self.browser_js("/market/new", CHOOSE, login="portal")

    def test_without_javascript_typed_words_are_read_or_refused(self):
        self.authenticate("portal", "portal")
        form = {
            "csrf_token": http.Request.csrf_token(self),
            "title": "Zz help",
            "kind": "want",
            "places": "1",
            "quantity": "1",
        }
        page = self.url_open(
            "/market/new", {**form, "skill_ids_typed": "zzbricolage, zzflying"}
        )
        self.assertIn("zzflying", page.text)
        self.url_open("/market/new", {**form, "skill_ids_typed": "ZZbricolage"})
        made = self.env["wezer.announcement"].search([("title", "=", "Zz help")])
        self.assertEqual(made.skill_ids, self.skill)
