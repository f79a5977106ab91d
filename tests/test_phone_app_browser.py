"""The website as an app of a phone: installed, offline, shared to, and scanning."""

import io
import json
import tempfile

import pytest
import qrcode
import requests
import websocket
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.tests.test_notice_push import PushService, encoded
from odoo.addons.wezer_currency.tests.common import CurrencyCommon

from .browser import Browser, answering

pytestmark = pytest.mark.slow

NAME = "Les Ormes"
COLOUR = "#8a3b12"
# A phone posts the form that the manifest names, with the picture as a file.
SHARE = """
const [bytes, done] = arguments;
const form = document.createElement("form");
form.method = "post";
form.enctype = "multipart/form-data";
form.action = "/app/share";
form.innerHTML = "<input name=title><input type=file name=picture>";
form.elements.title.value = "My ladder";
const files = new DataTransfer();
files.items.add(new File([new Uint8Array(bytes)], "ladder.png", {type: "image/png"}));
form.elements.picture.files = files.files;
document.body.append(form);
form.submit();
"""


def picture(width, height):
    written = io.BytesIO()
    Image.new("RGB", (width, height), "sienna").save(written, "PNG")
    return written.getvalue()


# What this browser's push service would answer; a test calls no service outside.
SUBSCRIBED = """
PushManager.prototype.getSubscription = async () =>
    localStorage.endpoint
        ? {endpoint: localStorage.endpoint, unsubscribe: async () => true}
        : null;
PushManager.prototype.subscribe = async (options) => {
    const key = options.applicationServerKey;
    localStorage.endpoint = "https://fcm.googleapis.com/" + key;
    return {
        toJSON: () => ({
            endpoint: localStorage.endpoint,
            keys: {p256dh: "%s", auth: "%s"},
        }),
    };
};
"""
# Presses the message that is shown, in the service worker.
PRESS = """
(async () => {
    const [shown] = await self.registration.getNotifications();
    const opened = new Promise((open) => { self.clients.openWindow = open; });
    const press = {notification: shown};
    self.dispatchEvent(new NotificationEvent("notificationclick", press));
    return await opened;
})()
"""


class Phone(Browser):
    """A browser of a phone's width, whose network can be cut."""

    def __init__(self, base_url, flags=()):
        super().__init__(base_url, 400, 800, flags)

    def wake(self):
        """Touch the page: only then the program of the website is loaded."""
        ActionChains(self.driver).send_keys(Keys.TAB).perform()

    def installed(self):
        """Wait until the service worker serves this page."""
        self.wake()
        self.until(
            lambda driver: driver.execute_script(
                "return !!navigator.serviceWorker.controller"
            )
        )

    def ask(self, command, **values):
        return self.driver.execute_cdp_cmd(command, values)

    def target(self, kind):
        """Return a connection to the page, or to the service worker."""
        address = self.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]

        def there(driver):
            # The browser ends a worker that has nothing to do; asked for, it is back.
            driver.execute_script("navigator.serviceWorker.controller?.postMessage(0)")
            targets = requests.get(f"http://{address}/json/list", timeout=10).json()
            return next((one for one in targets if one["type"] == kind), None)

        found = self.until(there)
        return websocket.create_connection(
            found["webSocketDebuggerUrl"], suppress_origin=True, timeout=20
        )

    def deliver(self, message):
        """Give the service worker a message, as a push service does."""
        page = self.target("page")
        page.send(json.dumps({"id": 1, "method": "ServiceWorker.enable"}))
        known = []
        while not known:
            event = json.loads(page.recv())
            if event.get("method") == "ServiceWorker.workerRegistrationUpdated":
                known = [
                    one["registrationId"]
                    for one in event["params"]["registrations"]
                    if not one["isDeleted"]
                ]
        values = {
            "origin": self.base_url,
            "registrationId": known[0],
            "data": json.dumps(message),
        }
        page.send(
            json.dumps(
                {
                    "id": 2,
                    "method": "ServiceWorker.deliverPushMessage",
                    "params": values,
                }
            )
        )
        while json.loads(page.recv()).get("id") != 2:
            pass
        page.close()

    def press(self):
        """Press the message that is shown, and return the page that it opens."""
        worker = self.target("service_worker")
        values = {"expression": PRESS, "awaitPromise": True, "returnByValue": True}
        worker.send(
            json.dumps({"id": 1, "method": "Runtime.evaluate", "params": values})
        )
        while True:
            answer = json.loads(worker.recv())
            if answer.get("id") == 1:
                worker.close()
                return answer["result"]["result"].get("value")

    def cut(self, offline):
        """Take the network from the page and from the service worker, or return it."""
        if not hasattr(self, "worker"):
            self.worker = self.target("service_worker")
        values = {
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }
        self.ask("Network.enable")
        self.ask("Network.emulateNetworkConditions", **values)
        for number, (method, params) in enumerate(
            [("Network.enable", {}), ("Network.emulateNetworkConditions", values)]
        ):
            self.worker.send(
                json.dumps({"id": number, "method": method, "params": params})
            )
            while json.loads(self.worker.recv()).get("id") != number:
                pass

    def close(self):
        if hasattr(self, "worker"):
            self.worker.close()
        super().close()


@tagged("post_install", "-at_install")
class TestPhoneApp(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"name": NAME, "primary_color": COLOUR})
        cls.env["website"].search([]).name = NAME
        cls.anna.password = cls.anna.login

    def phone(self, *flags):
        self.env.flush_all()
        phone = Phone(self.base_url(), flags)
        self.addCleanup(phone.close)
        return phone

    def see_it_installable(self, phone):
        """Ask Chromium what it reads of the app, as it does before it offers it."""
        manifest = phone.ask("Page.getAppManifest")
        self.assertEqual(manifest["errors"], [])
        read = json.loads(manifest["data"])
        self.assertEqual(read["name"], NAME)
        self.assertEqual(read["theme_color"], COLOUR)
        self.assertEqual(read["scope"], "/")
        self.assertIn("/app/icon/512/", str(read["icons"]))
        errors = phone.ask("Page.getInstallabilityErrors")
        self.assertEqual(errors["installabilityErrors"], [])

    def test_the_site_is_installed_says_that_it_is_offline_and_takes_a_picture(self):
        with answering(self):
            phone = self.phone()
            phone.open("/")
            phone.installed()
            self.see_it_installable(phone)
            phone.login(self.anna.login, self.anna.login)
            phone.open("/my/deals")
            phone.installed()
            self.see_it_installable(phone)
            self.see_the_offline_page(phone)
            self.share_a_picture(phone)
        self.env.invalidate_all()
        posted = self.env["wezer.announcement"].search([("title", "=", "My ladder")])
        self.assertEqual(posted.author_id, self.anna.partner_id)
        self.assertEqual(len(posted.picture_ids), 1)

    def test_a_device_is_registered_by_a_press_and_shows_what_is_sent_to_it(self):
        service = PushService()
        self.addCleanup(service.close)
        with answering(self):
            phone = self.phone()
            phone.ask(
                "Page.addScriptToEvaluateOnNewDocument",
                source=SUBSCRIBED % (encoded(service.public), encoded(service.secret)),
            )
            phone.ask(
                "Browser.grantPermissions",
                origin=phone.base_url,
                permissions=["notifications"],
            )
            phone.login(self.anna.login, self.anna.login)
            phone.open("/my/notices/choices#devices")
            phone.wake()
            phone.click(".o_wezer_device_allow", "Tell me on this device")
            phone.wait(".alert", "This device shows your notices now.")
            phone.wait(".o_wezer_devices li", "Chrome")
            message = {
                "title": NAME,
                "body": "Something new in a deal",
                "url": "/web/login?redirect=/my/deals",
                "tag": "wezer-wezer.deal-1",
            }
            # About the same matter: the second takes the place of the first.
            for body in ("Something else", message["body"]):
                sent = {**message, "body": body}

                def arrives(_driver, sent=sent):
                    # A worker that the browser is just starting misses a message.
                    phone.deliver(sent)
                    return self.shown(phone) == [[NAME, sent["body"]]]

                phone.until(arrives)
            self.assertEqual(phone.press(), phone.base_url + message["url"])
            self.assertEqual(self.shown(phone), [])
            phone.open("/my/notices/choices#devices")
            phone.wake()
            phone.click(".o_wezer_devices li button", "Stop on this device")
            phone.wait(".alert", "The device was removed.")
        self.env.invalidate_all()
        self.assertFalse(
            self.env["mail.push.device"].search(
                [("partner_id", "=", self.anna.partner_id.id)]
            )
        )

    def shown(self, phone):
        """Return title and text of each message that the phone shows."""
        return phone.driver.execute_async_script(
            "const done = arguments[0];"
            "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
            ".then((all) => done(all.map((one) => [one.title, one.body])));"
        )

    def see_the_offline_page(self, phone):
        phone.cut(True)
        phone.driver.get(phone.base_url + "/market?kind=offer")
        phone.wait("h1", "You are offline")
        self.assertIn(NAME, phone.text("main"))
        ground = phone.driver.execute_script(
            "return getComputedStyle(document.querySelector('a')).backgroundColor"
        )
        self.assertEqual(ground, "rgb(138, 59, 18)")
        shown = phone.driver.execute_script(
            "return document.querySelector('img').naturalWidth"
        )
        self.assertGreater(shown, 0)
        phone.cut(False)
        phone.click("a", "Try again")
        phone.wait("h1", "Market")
        # All of the address is asked for again.
        self.assertIn("kind=offer", phone.driver.current_url)

    def share_a_picture(self, phone):
        phone.installed()
        phone.driver.execute_script(SHARE, list(picture(300, 200)))
        phone.wait(".o_wezer_shared_picture", "The picture that you shared is below.")
        self.assertIn("/market/new", phone.driver.current_url)
        self.assertEqual(
            phone.wait("input[name=title]").get_attribute("value"), "My ladder"
        )
        shown = phone.wait(".o_wezer_picture_row img")
        phone.until(lambda _driver: shown.get_property("naturalWidth") == 300)
        phone.click(".o_wezer_post button[type=submit]", "Post")
        phone.wait("h1", "My ladder")

    def see_the_camera_stop_where_the_code_cannot_be_read(self, phone):
        """What reads codes does not arrive; afterwards it is asked for again."""
        phone.ask("Network.enable")
        phone.ask("Network.setBlockedURLs", urls=["*/jsQR.js*"])
        phone.click("button", "Scan a code")
        phone.wait(".o_wezer_scan_status", "The code cannot be read now.")
        states = phone.driver.execute_script(
            "return document.querySelector('.o_wezer_scan video').srcObject"
            ".getTracks().map((track) => track.readyState)"
        )
        self.assertEqual(states, ["ended"])
        phone.ask("Network.setBlockedURLs", urls=[])

    def test_a_code_is_read_by_the_camera_or_from_a_picture_and_paid(self):
        links = self.env["wezer.payment.link"].with_user(self.luc)
        made = links.create_link(
            self.luc.partner_id.id, self.hours.id, "1:30", "bicycle"
        )
        address = f"{self.base_url()}/pay/{links.browse(made).sudo().token}"
        with tempfile.TemporaryDirectory() as folder:
            foreign, shown = f"{folder}/foreign.png", f"{folder}/camera.mjpeg"
            qrcode.make("https://example.org/pay/abc").save(foreign)
            code = qrcode.make(address).convert("RGB").resize((440, 440))
            # What the camera sees: a code on a table.
            seen = Image.new("RGB", (640, 480), "gray")
            seen.paste(code, (100, 20))
            seen.save(shown, "JPEG", quality=95)
            with answering(self):
                phone = self.phone(
                    "--use-fake-ui-for-media-stream",
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-video-capture={shown}",
                )
                phone.login(self.anna.login, self.anna.login)
                phone.open("/my/pay")
                self.see_the_camera_stop_where_the_code_cannot_be_read(phone)
                phone.driver.find_element(
                    "css selector", ".o_wezer_scan_pick input"
                ).send_keys(foreign)
                phone.wait(".o_wezer_scan_status", "not for a payment")
                phone.click("button", "Scan a code")
                phone.until(lambda driver: driver.current_url == address)
                phone.click("#wrap button[type=submit]", "Pay")
                phone.wait(".alert", "You paid 1:30 h to")
        self.env.invalidate_all()
        self.assertEqual(self.balance(self.luc, self.hours), "1:30")
