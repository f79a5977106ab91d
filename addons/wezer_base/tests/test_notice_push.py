import base64
import json
import os
import struct
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from freezegun import freeze_time

from odoo import fields
from odoo.tests import mute_logger, tagged

from ..exceptions import NotAllowed, Refusal
from ..tools import web_push
from .common import WezerCommon


def encoded(part):
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def decoded(text):
    return base64.urlsafe_b64decode(text + "==")


def derived(secret, salt, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class PushService:
    """A push service on this machine, with the browser that decrypts behind it."""

    def __init__(self):
        self.answer, self.requests = 201, []
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.secret = os.urandom(16)
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.requests.append((self.path, dict(self.headers), body))
                self.send_response(service.answer)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def messages(self):
        """Return what the browser shows of what has arrived."""
        return [json.loads(self._decrypt(body)) for _path, _head, body in self.requests]

    def _decrypt(self, body):
        """Decrypt as RFC 8188 and RFC 8291 say, by other code than what encrypts."""
        salt, _size, length = struct.unpack("!16sLB", body[:21])
        sender, cipher = body[21 : 21 + length], body[21 + length :]
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), key)
        info = b"WebPush: info\x00" + self.public + sender
        secret = derived(shared, self.secret, info, 32)
        content = derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(content).decrypt(nonce, cipher, None)
        return padded.rstrip(b"\x00").removesuffix(b"\x02").decode()


@tagged("post_install", "-at_install")
class TestNoticePush(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.notice"].search([]).unlink()
        cls.env.company.name = "Les Ormes"
        cls.service = PushService()
        cls.addClassCleanup(cls.service.close)
        cls.pushes = cls.env["wezer.notice.push"]
        cls.partner = cls.luc.partner_id

    def setUp(self):
        super().setUp()
        self.start = fields.Datetime.now()
        self.service.requests.clear()
        self.service.answer = 201
        # The service is on this machine, without a certificate.
        self.here = patch.multiple(
            web_push,
            is_endpoint=lambda _text: True,
            is_public=lambda _host: True,
            is_service=lambda _text, _services: True,
        )
        self.here.start()
        self.addCleanup(patch.stopall)
        self.phone = self._add("phone")

    def _add(self, name, user=None):
        return self.pushes.with_user(user or self.luc)._add_device(
            f"{self.service.url}/{name}",
            encoded(self.service.public),
            encoded(self.service.secret),
            name,
        )

    def _notify(self, text="Anna lets you pay 12:34.", kind="mandate", **values):
        values = {"url": "/my/acting", "record": self.luc_profile, **values}
        return self.partner._wezer_notify(kind, text, **values)

    def _run(self, minutes=1):
        with freeze_time(self.start + timedelta(minutes=minutes)):
            self.pushes._cron_send()
            self.env.invalidate_all()

    def test_a_device_shows_what_happened_at_once_without_names_and_amounts(self):
        self._notify("First.", subject="first")
        self._notify(subject="second")
        self._run()
        (message,) = self.service.messages()
        self.assertEqual(message["title"], "Les Ormes")
        self.assertEqual(message["body"], "Something new about your membership")
        self.assertEqual(message["url"], "/web/login?redirect=/my/acting")
        ((path, headers, body),) = self.service.requests
        self.assertEqual(path, "/phone")
        self.assertLessEqual(len(body), 4096)
        self.assertEqual(headers["Content-Encoding"], "aes128gcm")
        self.assertEqual(headers["TTL"], str(web_push.KEPT_SECONDS))
        token = headers["Authorization"].split("t=")[1].split(",")[0]
        claims = json.loads(decoded(token.split(".")[1]))
        self.assertEqual(claims["aud"], self.service.url)
        self.assertTrue(headers["Authorization"].endswith(self.pushes._public_key()))
        self._run(30)
        self.assertEqual(len(self.service.requests), 1, "once")

    def test_names_are_shown_where_a_person_wants_them_and_long_texts_are_cut(self):
        self.env["wezer.digest"].with_user(self.luc).choose({}, with_names=True)
        self._notify("Anna says: " + "é€😀" * 2000)
        self._run()
        (message,) = self.service.messages()
        self.assertTrue(message["body"].startswith("Anna says: é€"))
        self.assertLessEqual(len(self.service.requests[0][2]), 4096)

    def test_nothing_is_sent_that_is_read_settled_old_or_not_wanted(self):
        self._notify("Read.").is_read = True
        self._notify("Settled.").settled = True
        self._notify("Not of these groups.", kind="contact")
        self._notify("Only on the page.", kind="declined")
        self.anna.partner_id._wezer_notify("mandate", "Anna has no device.")
        self._run()
        self._notify("Old.")
        self._run(60 * 25)
        self.env["wezer.digest"].with_user(self.luc).choose({}, push=["care"])
        self._notify("Refused.", record=self.anna.partner_id)
        self._run()
        self.assertEqual(self.service.requests, [])
        self._notify("Wanted.", kind="contact", record=self.luc_profile)
        self._run()
        self.assertEqual(len(self.service.requests), 1)

    def test_a_first_device_shows_nothing_of_what_happened_before(self):
        self.phone.unlink()
        self._notify(record=self.anna.partner_id)
        self._add("phone")
        self._run()
        self.assertEqual(self.service.requests, [])
        self._notify()
        self._add("tablet")
        self._run()
        self.assertEqual(len(self.service.requests), 2, "the first waits still")

    def test_in_quiet_hours_a_message_waits_for_their_end(self):
        self.partner.tz = "UTC"
        hours = [str(self.start.hour), str((self.start.hour + 2) % 24)]
        self.env["wezer.digest"].with_user(self.luc).choose({}, quiet=hours)
        notice = self._notify()
        self._run()
        self.assertEqual(self.service.requests, [])
        self.assertGreater(notice.push_due, self.start + timedelta(minutes=59))
        self._run(121)
        self.assertEqual(len(self.service.requests), 1)

    def test_a_device_that_is_gone_is_removed_and_the_others_stay(self):
        tablet = self._add("tablet")
        for gone in (404, 410):
            self.service.answer = gone
            self._notify(record=self.anna.partner_id)
            self._run()
            self.assertFalse((self.phone | tablet).exists())
            self.phone, tablet = self._add("phone"), self._add("tablet")
        self.service.answer = 413
        self._notify(record=self.cora.partner_id)
        with self.assertLogs("odoo.addons.wezer_base.models.wezer_notice_push"):
            self._run()
        self.assertEqual((self.phone | tablet).exists(), self.phone | tablet)
        self.assertFalse(self.pushes.search([]), "no later try changes it")

    def test_a_busy_service_is_tried_again_until_it_takes_the_message(self):
        for answer in (503, 429):
            self._notify(record=self.luc_profile, subject=str(answer))
            self.service.requests.clear()
            self.service.answer = answer
            for minutes, count in ((1, 1), (2, 1), (4, 2), (5, 2)):
                self._run(minutes)
                self.assertEqual(len(self.service.requests), count, minutes)
            self.service.answer = 201
            self._run(15)
            self.assertEqual(len(self.service.requests), 3)
            self._run(1000)
            self.assertEqual(len(self.service.requests), 3, "it was taken")

    def test_a_redirection_is_not_followed(self):
        self.service.answer = 307
        self._notify()
        with mute_logger("odoo.addons.wezer_base.models.wezer_notice_push"):
            self._run()
        self.assertEqual([one[0] for one in self.service.requests], ["/phone"])

    def test_a_test_message_reaches_ones_own_devices_once(self):
        self._add("of-anna", self.anna)
        for _again in range(3):
            self.pushes.with_user(self.luc)._send_test()
        self._run()
        self.assertEqual([one[0] for one in self.service.requests], ["/phone"])
        self.assertIn("arrive", self.service.messages()[0]["body"])
        with self.assertRaises(Refusal):
            self.pushes.with_user(self.cora)._send_test()

    def test_people_see_and_remove_their_own_devices_only(self):
        other = self._add("other", self.anna)
        self.pushes.with_user(self.luc)._remove_device(other.id)
        self.assertTrue(other.exists())
        self.assertEqual(self.pushes.with_user(self.luc)._own_devices(), self.phone)
        self.pushes.with_user(self.luc)._remove_device(self.phone.id)
        self.assertFalse(self.phone.exists())
        # Who logs in on the same device is told there from then on.
        self._add("other", self.luc)
        self.assertFalse(self.pushes.with_user(self.anna)._own_devices())

    def test_a_former_member_has_no_device_left(self):
        data = self.partner._wezer_personal_data()
        self.assertEqual(data["devices"][0]["name"], "phone")
        self.partner._wezer_anonymise()
        self.assertFalse(self.phone.exists())

    def test_a_device_is_refused_that_is_none(self):
        self.here.stop()
        key, secret = encoded(self.service.public), encoded(self.service.secret)
        good = "https://fcm.googleapis.com/a"
        for endpoint, public, known in (
            ("http://fcm.googleapis.com/a", key, secret),
            ("https://me:pw@fcm.googleapis.com/a", key, secret),
            ("https://fcm.googleapis.com:8443/a", key, secret),
            ("https://sly-fcm.googleapis.com/a", key, secret),
            ("https://sly.example\\.fcm.googleapis.com/a", key, secret),
            ("https://sly.example\t.fcm.googleapis.com/a", key, secret),
            ("https://fcm.googleapis.com.sly.example/a", key, secret),
            ("https:///a", key, secret),
            ("https://[", key, secret),
            (good + "a" * 2000, key, secret),
            (None, key, secret),
            (good, "x", secret),
            (good, encoded(b"\x04" + b"1" * 64), secret),
            (good, key, encoded(b"short")),
            (good, key, "é"),
            (good, [key], secret),
        ):
            with self.subTest(endpoint=endpoint), self.assertRaises(Refusal):
                self.pushes.with_user(self.luc)._add_device(
                    endpoint, public, known, "x"
                )
        with self.assertRaises(NotAllowed):
            self.pushes.with_user(self.public)._add_device(good, key, secret, "x")
        add = self.pushes.with_user(self.luc)._add_device
        with self.assertRaises(Refusal) as refused:
            for number in range(12):
                add(f"{good}{number}", key, secret, "x")
        self.assertEqual(refused.exception.rule, "devices")

    def test_odoos_own_way_registers_no_other_devices(self):
        self.here.stop()
        devices = self.env["mail.push.device"].with_user(self.cora)
        given = {
            "keys": {"p256dh": "x", "auth": "y"},
            "vapid_public_key": self.pushes._public_key(),
        }
        own = self.pushes.with_user(self.cora)._own_devices
        for endpoint in ("https://127.0.0.1/x", "http://fcm.googleapis.com/x", None):
            devices.register_devices(endpoint=endpoint, **given)
            self.assertFalse(own(), endpoint)
        self.env["ir.config_parameter"].set_param(
            "wezer_base.push_services", "push.example other.example"
        )
        for number in range(12):
            devices.register_devices(endpoint=f"https://push.example/{number}", **given)
        self.assertEqual(len(own()), 10)
        device = own()[0]
        push = self.pushes.create({"device_id": device.id, "payload": "x"})
        with patch.object(web_push, "is_public", lambda _host: True):
            self.pushes._send_push(push)
        self.assertFalse(device.exists(), "its keys are none")

    def test_a_device_waits_with_all_that_is_for_it_and_where_no_name_is_known(self):
        self.here.stop()
        phone = self.phone
        phone.endpoint = "https://fcm.googleapis.com/x"
        one, two = self.pushes.create([{"device_id": phone.id, "payload": "x"}] * 2)
        with patch.object(web_push.socket, "getaddrinfo", side_effect=OSError) as asked:
            self.pushes._cron_send()
        asked.assert_called_once()
        self.assertEqual(one.due, two.due)
        self.assertGreater(one.due, fields.Datetime.now())
        self.assertEqual(one.tries + two.tries, 1)
        self.assertTrue(phone.exists())

    def test_the_server_calls_no_address_of_its_own_network(self):
        self.here.stop()
        for host in ("127.0.0.1", "localhost", "10.0.0.1", "::1", "169.254.169.254"):
            self.assertFalse(web_push.is_public(host), host)
        self.assertTrue(web_push.is_public("93.184.216.34"))
        device = {"endpoint": "https://127.0.0.1/x", "keys": "{}"}
        with patch.object(web_push.requests, "post") as post:
            self.assertEqual(web_push.send(device, "x", ("", ""), "x"), 404)
        post.assert_not_called()
