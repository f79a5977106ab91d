import json
import logging
from datetime import timedelta

import requests

from odoo import api, fields, models
from odoo.fields import Domain

from ..exceptions import NotAllowed, Refusal
from ..tools import caller_context, web_push
from ..tools.arrival import with_arrival
from ..tools.cron import for_each_due
from ..tools.notice_look import PLAIN
from ..tools.text import clean_line

_logger = logging.getLogger(__name__)

# What is older than this is no news any more.
FRESH = timedelta(days=1)
# A person has no more devices than this.
DEVICES = 10
PAUSES = [timedelta(minutes=minutes) for minutes in (2, 10, 60, 300)]
NAME_LENGTH = 60


class WezerNoticePush(models.Model):
    """A message on its way to one device: about one matter, or a test."""

    _name = "wezer.notice.push"
    _description = "Message to a device"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "device_id"

    device_id = fields.Many2one(
        "mail.push.device",
        required=True,
        index=True,
        ondelete="cascade",
    )
    notice_id = fields.Many2one(
        "wezer.notice",
        index=True,
        ondelete="cascade",
        help="The newest notice of the matter; none for a test.",
    )
    payload = fields.Text(required=True)
    due = fields.Datetime(required=True, default=fields.Datetime.now)
    tries = fields.Integer()

    # === DEVICES === #

    @api.model
    def _own_devices(self):
        """Return the caller's devices (sudo), the newest first."""
        # Odoo keeps devices from everybody; these are the caller's own.
        return (
            self.env["mail.push.device"]
            .sudo()
            .search([("partner_id", "=", self.env.user.partner_id.id)], order="id desc")
        )

    @api.model
    def _public_key(self):
        """Return the key by which browsers know this site; it is made once."""
        return self.env["mail.push.device"].sudo().get_web_push_vapid_public_key()

    @api.model
    def _add_device(self, endpoint, public, secret, name):
        """Tell the caller on this device from now on.

        :param str endpoint: the address that the browser got from its push service
        :param str public: the browser's public key (``p256dh``)
        :param str secret: the browser's secret (``auth``)
        :param str name: what the person knows the device by
        :raise NotAllowed: rule ``login``, for visitors
        :raise Refusal: rules ``device``, ``devices``
        """
        if self.env.user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        if not self._may_call(endpoint) or not web_push.is_key_pair(public, secret):
            raise Refusal(
                self.env._("This browser cannot receive messages."), rule="device"
            )
        # Odoo keeps devices from everybody; this one is the caller's from now on, who
        # knows its secret address.
        devices = caller_context.plain(self.env["mail.push.device"].sudo())
        known = devices.search([("endpoint", "=", endpoint)])
        partner = self.env.user.partner_id
        vals = {
            "partner_id": partner.id,
            "keys": json.dumps({"p256dh": public, "auth": secret}),
            "wezer_name": clean_line(name or "", NAME_LENGTH),
        }
        own = self._own_devices()
        if not own:
            # What happened before the first device is no news on it.
            notices = self.env["wezer.notice"].sudo()
            waiting = [("partner_id", "=", partner.id), ("push_due", "!=", False)]
            notices.search(waiting).push_due = False
        if known:
            known.write(vals)
            return known
        if len(own) >= DEVICES:
            raise Refusal(
                self.env._(
                    "You already have %(count)s devices. Remove one of them first.",
                    count=DEVICES,
                ),
                rule="devices",
                limit=DEVICES,
            )
        return devices.create({"endpoint": endpoint, **vals})

    @api.model
    def _has_room(self, *endpoints):
        """Return whether the caller may have one more device, or has one of these."""
        known = self._own_devices().mapped("endpoint")
        return len(known) < DEVICES or not set(known).isdisjoint(endpoints)

    @api.model
    def _may_call(self, endpoint):
        """Return whether ``endpoint`` is an address of a push service that is known.

        The parameter ``wezer_base.push_services`` names more of them.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        more = parameters.get_param("wezer_base.push_services") or ""
        return web_push.is_endpoint(endpoint) and web_push.is_service(
            endpoint, [*web_push.SERVICES, *more.lower().split()]
        )

    @api.model
    def _remove_device(self, device_id):
        """Tell the caller no more on one of their devices."""
        self._own_devices().filtered(lambda device: device.id == device_id).unlink()

    @api.model
    def _send_test(self):
        """Send a test message to the caller's devices.

        :raise Refusal: rule ``device``, where there is none
        """
        devices = self._own_devices()
        if not devices:
            raise Refusal(
                self.env._("Allow messages on this device first."), rule="device"
            )
        pushes = self.sudo()
        waiting = pushes.search(
            [("device_id", "in", devices.ids), ("notice_id", "=", False)]
        )
        text = web_push.payload(
            self.env.company.name,
            self.env._("Messages arrive on this device."),
            "/my/notices/choices",
            "wezer-test",
        )
        # One test at a time for each device.
        pushes.create(
            [
                {"device_id": device.id, "payload": text}
                for device in devices - waiting.device_id
            ]
        )
        self.env["wezer.notice.letter"]._wake(timedelta())

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Write the messages that are due, and send them, each in a transaction."""
        notices = self.env["wezer.notice"].sudo()
        people = self.env["mail.push.device"].sudo()._read_group([], ["partner_id"])
        due = (
            notices._due_domain("push_due")
            & Domain("push_due", ">", fields.Datetime.now() - FRESH)
            & Domain("partner_id", "in", [partner.id for (partner,) in people])
        )
        if people and not for_each_due(notices, due, self._write_push):
            return False
        pushes = self.sudo()
        return for_each_due(
            pushes, [("due", "<=", fields.Datetime.now())], self._send_push
        )

    @api.model
    def _write_push(self, notice):
        """Write one message to each device of the reader of ``notice``."""
        partner = notice.partner_id
        often = self.env["wezer.notice.choice"]._of(partner)
        looks = notice._looks()

        def wanted(one):
            return often[looks.get(one.kind, PLAIN).group][1]

        if not wanted(notice) or not self.env["wezer.notice"]._readers(partner):
            notice.push_due = False
            return
        notices = notice._with_matter("push_due").filtered(wanted)
        now = fields.Datetime.now()
        digest = self.env["wezer.digest"]._for_partner(partner)
        later = digest._quiet_until(now)
        if later:
            notices.push_due = later
            self.env["wezer.notice.letter"]._wake(later - now)
            return
        reader = self.env["wezer.sentence"]._read_by(partner)
        newest = notices[-1].with_context(**reader.env.context)
        text = web_push.payload(
            self.env.company.name,
            newest.text
            if digest.with_names
            else newest._discreet_text(looks.get(newest.kind, PLAIN).group),
            with_arrival("/web/login", newest.url or "/my/notices"),
            # A newer message about the matter takes the place of the older one.
            f"wezer-{newest.res_model or 'notice'}-{newest.res_id or newest.id}",
        )
        # The devices are Odoo's rows, which nobody reads; these are of this reader.
        devices = self.env["mail.push.device"].sudo()
        self.sudo().create(
            [
                {"device_id": device.id, "notice_id": newest.id, "payload": text}
                for device in devices.search([("partner_id", "=", partner.id)])
            ]
        )
        notices.push_due = False

    @api.model
    def _send_push(self, push):
        """Send one message; what the service does not take now is tried again later."""
        notice, device = push.notice_id, push.device_id
        if notice and (notice.is_read or notice.settled):
            push.unlink()
            return
        if not self._may_call(device.endpoint):
            device.unlink()
            return
        parameters = self.env["ir.config_parameter"].sudo()
        keys = (
            parameters.get_param("mail.web_push_vapid_private_key"),
            parameters.get_param("mail.web_push_vapid_public_key"),
        )
        target = {"endpoint": device.endpoint, "keys": device.keys}
        try:
            status = web_push.send(target, push.payload, keys, self.get_base_url())
        except requests.RequestException as error:
            _logger.info("Device %s: %s", device.id, type(error).__name__)
            status = 503
        except (KeyError, TypeError, ValueError):
            # Registered by another way, with keys that are none.
            status = 404
        if status in (404, 410):
            # The person has stopped the messages, or removed the browser.
            device.unlink()
        elif (status == 429 or status >= 500) and push.tries < len(PAUSES):
            pause = PAUSES[push.tries]
            push.tries += 1
            # What else waits for this device would wait as long for nothing.
            waiting = push.search([("device_id", "=", device.id)])
            waiting.due = fields.Datetime.now() + pause
            self.env["wezer.notice.letter"]._wake(pause)
        else:
            if not 200 <= status < 300:
                _logger.warning("Device %s: the service answered %s", device.id, status)
            push.unlink()
