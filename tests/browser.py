"""A headless Chromium for the tests, driven as a person drives it."""

import resource
import shutil
import tempfile
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from selenium import webdriver
from selenium.common.exceptions import (
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

# What a person waits for ends sooner; a machine that does much else takes its time.
WAIT = 90
# Selenium looks twice a second, unless told otherwise.
LOOKS = 0.1
# The body of an asynchronous function: an element is in the middle of the screen, and
# has not moved for two frames.
AT_REST = """
const [el, done] = arguments;
let last = "";
const look = () => {
    const {x, y, width, height} = el.getBoundingClientRect();
    const place = [x, y, width, height].join();
    if (place === last) {
        return done();
    }
    last = place;
    requestAnimationFrame(() => requestAnimationFrame(look));
};
el.scrollIntoView({block: "center", behavior: "instant"});
look();
"""
# Ask, before something is pressed, to hear whether it leads to another page. Until its
# program is there, Odoo holds what is pressed on most buttons, and does it then.
LISTEN = """
window.wezerLeaves = window.wezerHeld = false;
addEventListener(
    "click",
    (event) => {
        const pressed = event.target.closest("button, input, .btn, a");
        window.wezerHeld =
            pressed !== null &&
            !pressed.classList.contains("o_no_wait_lazy_js") &&
            document.body.classList.contains("o_lazy_js_waiting");
    },
    {capture: true}
);
addEventListener("submit", (event) => {
    const target = event.submitter?.formTarget || event.target.target;
    window.wezerLeaves ||= !event.defaultPrevented && target !== "_blank";
});
addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    // It came through.
    window.wezerHeld = false;
    window.wezerLeaves ||=
        link !== null &&
        !event.defaultPrevented &&
        !link.hasAttribute("download") &&
        link.target !== "_blank" &&
        link.protocol.startsWith("http") &&
        link.href.split("#")[0] !== location.href.split("#")[0];
});
"""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def unlimited_memory():
    """Odoo limits its own address space; a browser's is larger."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


class Wait(WebDriverWait):
    """Looks often; what was replaced while it was looked at is not there yet."""

    def __init__(self, driver, seconds=WAIT):
        super().__init__(driver, seconds, LOOKS, [StaleElementReferenceException])


class Driver(webdriver.Chrome):
    """A browser that lets its pages ask while it is driven."""

    pages = staticmethod(nullcontext)

    def execute(self, driver_command, params=None):
        with self.pages():
            return super().execute(driver_command, params)


@contextmanager
def answering(test):
    """Let the server answer pages while a browser is driven, and at no other time.

    Requests work on the test's own cursor: a page that asks while the test reads takes
    its rows away.

    :param test: the HttpCase
    """
    with (
        patch.object(test, "http_request_allow_all", True),
        patch.object(Driver, "pages", staticmethod(pages_ask)),
    ):
        yield


@contextmanager
def pages_ask():
    """Let requests use the cursor of the test until the block ends."""
    # Screenshots and benchmarks use this file without Odoo.
    from odoo.tests import common

    if common._registry_test_lock._is_owned():
        with common.release_test_lock():
            yield
    else:  # a block within a block
        yield


class Browser:
    """One person at one browser, whose clicks are counted.

    :param flags: more of Chromium's command line
    """

    def __init__(self, base_url, width=1280, height=900, flags=()):
        self.base_url = base_url
        self.clicks = 0
        self.folder = tempfile.mkdtemp(prefix="wezer-browser-")
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, *flags, f"--user-data-dir={self.folder}"):
            options.add_argument(flag)
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
        self.driver = Driver(
            options=options,
            service=Service(
                shutil.which("chromedriver"), popen_kw={"preexec_fn": unlimited_memory}
            ),
        )

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def open(self, path):
        """Go to an address; a page that is an error fails the test."""
        self.driver.get(self.base_url + path)
        self.check_page()

    def check_page(self):
        """Refuse a page that shows an error."""
        text = self.driver.page_source
        for sign in (
            "Internal Server Error",
            "Traceback (most recent",
            "Error 404",
            "Error 403",
        ):
            assert sign not in text, f"{sign!r} on {self.driver.current_url}"
        dialogs = self.driver.find_elements(By.CSS_SELECTOR, ".o_error_dialog")
        assert not dialogs, (
            f"error dialog on {self.driver.current_url}: {dialogs[0].text}"
        )

    def wait(self, css, text=None):
        """Wait for an element that is shown, and has ``text`` where given."""

        def there(driver):
            for element in driver.find_elements(By.CSS_SELECTOR, css):
                try:
                    if element.is_displayed() and (
                        text is None or text in element.text
                    ):
                        return element
                except Exception:  # the page was replaced under our hands
                    return False
            return False

        return self.until(there, f"{css} {text or ''}")

    def until(self, condition, wanted=""):
        """Wait until ``condition(driver)`` holds; return what it returned.

        :param condition: asks the browser only
        :param wanted: what is waited for, in the error
        """
        try:
            with self.driver.pages():
                return Wait(self.driver).until(condition)
        except TimeoutException as error:
            error.msg = f"{wanted} on {self.shown()}"
            raise

    def shown(self):
        """Return the address, the text and the errors of the page, for a message."""
        body = self.driver.find_elements(By.TAG_NAME, "body")
        errors = [row["message"] for row in self.driver.get_log("browser")]
        return "\n".join([self.driver.current_url, *(x.text for x in body), *errors])

    def unfold(self, css, text=None):
        """Open a folded part by its ``summary``; return the part.

        A page that is still being drawn may move between the moment a click is aimed
        and the moment it arrives: the part stays closed, and is clicked again.
        """

        def is_open(driver):
            return driver.execute_script(
                "return arguments[0].parentElement.open", self.wait(css, text)
            )

        def opened(driver):
            if not is_open(driver):
                self.click(css, text, counts=False)
            return is_open(driver)

        self.clicks += 1
        self.until(opened)
        return self.wait(css, text).find_element(By.XPATH, "..")

    def click(self, css, text=None, counts=True):
        """Click it as a person does; navigation clicks do not count."""
        self.click_found(lambda _driver: self.wait(css, text), f"{css} {text or ''}")
        self.clicks += bool(counts)

    def click_found(self, find, wanted=""):
        """Click what ``find(driver)`` returns; it is waited for.

        A page that is drawn anew may replace it between the moment it is found and the
        click: then it is found again.
        """

        def clicked(driver):
            element = find(driver)
            if not element:
                return False
            driver.execute_async_script(AT_REST, element)
            with self.leaving():
                try:
                    element.click()
                except StaleElementReferenceException:
                    raise
                except WebDriverException:  # something sticky lies above it
                    driver.execute_script("arguments[0].click()", element)
            return True

        self.until(clicked, wanted)

    @contextmanager
    def leaving(self):
        """Wait until the page is gone that is left by what the block presses.

        The page after it may show what the page before it showed, too.
        """
        self.driver.execute_script(LISTEN)
        yield
        self.until(
            lambda driver: driver.execute_script(
                "return !window.wezerLeaves && !window.wezerHeld"
            ),
            "another page",
        )

    def fill(self, css, text):
        """Type a text into a field; into the one in its place where it is replaced."""

        def filled(_driver):
            element = self.wait(css)
            element.clear()
            element.send_keys(text)
            return True

        self.until(filled, css)

    def text(self, css="body"):
        return self.wait(css).text

    def login(self, login, password):
        self.driver.get(self.base_url + "/web/login")
        self.fill("input[name=login]", login)
        self.fill("input[name=password]", password)
        button = "form.oe_login_form button[type=submit]"

        def inside(driver):
            return "/web/login" not in driver.current_url

        self.click(button, counts=False)
        try:
            Wait(self.driver, WAIT / 4).until(inside)
        except TimeoutException:
            # The page moved under the click: a person presses again.
            self.click(button, counts=False)
            Wait(self.driver).until(inside)
