"""A page that goes on asking while a test uses the database."""

from odoo.tests import HttpCase, tagged

from .browser import Browser, answering

ASK = """
window.answered = 0;
const ask = async () => {
    const answer = await fetch("/web/login");
    window.answered += answer.ok;
    ask();
};
[1, 2, 3].forEach(ask);
"""
# A form whose button is held as Odoo holds it, and pressed again a moment later.
HELD = """
document.body.classList.add("o_lazy_js_waiting");
const form = document.createElement("form");
form.id = "held";
form.action = "/web/login";
form.innerHTML = "<input type=hidden name=held value=yes><button>Go</button>";
document.body.prepend(form);
form.querySelector("button").addEventListener(
    "click",
    (event) => {
        if (!document.body.classList.contains("o_lazy_js_waiting")) {
            return;
        }
        event.preventDefault();
        event.stopImmediatePropagation();
        setTimeout(() => {
            document.body.classList.remove("o_lazy_js_waiting");
            event.target.dispatchEvent(new event.constructor(event.type, event));
        }, 1500);
    },
    {capture: true}
);
"""


@tagged("post_install", "-at_install")
class TestBrowserRequests(HttpCase):
    def test_a_page_that_asks_all_the_time_disturbs_no_test(self):
        browser = Browser(self.base_url())
        self.addCleanup(browser.close)
        partners = self.env["res.partner"]
        with answering(self):
            browser.open("/web/login")
            browser.driver.execute_script(ASK)
            for number in range(5):
                browser.until(
                    lambda driver, number=number: driver.execute_script(
                        "return window.answered > arguments[0]", 3 * number
                    )
                )
                # Nothing asks now: all is read as it was written.
                for one in range(40):
                    name = f"Asked {number} {one}"
                    partner = partners.create({"name": name})
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(partners.search([("name", "=", name)]), partner)
            browser.driver.get("about:blank")

    def test_what_odoo_holds_until_its_program_is_there_is_waited_for(self):
        browser = Browser(self.base_url())
        self.addCleanup(browser.close)
        with answering(self):
            browser.open("/web/login")
            browser.driver.execute_script(HELD)
            browser.click("#held button")
            # The page that it leads to, and not the one before.
            self.assertIn("held=yes", browser.driver.current_url)
