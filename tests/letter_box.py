"""A mail server of the test's own, to which Odoo really sends its letters."""

import re
from email import message_from_bytes, policy
from unittest.mock import patch

from aiosmtpd.controller import Controller

from .server import free_port


class LetterBox:
    """Takes letters until it is closed.

    :param env: what sends: a server for outgoing mail is made in it
    """

    def __init__(self, env):
        self.env, self.letters = env, []
        self._controller = self._begin()
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Letter box",
                "smtp_host": "127.0.0.1",
                "smtp_port": self._controller.port,
                "smtp_encryption": "none",
            }
        )

    def _begin(self):
        """Listen on a free port; on another where somebody has taken it meanwhile."""
        for _attempt in range(5):
            controller = Controller(self, "127.0.0.1", free_port())
            try:
                controller.start()
            except OSError:
                continue
            return controller
        raise OSError("no port is free")

    async def handle_DATA(self, _server, _session, envelope):
        """Keep a letter, as aiosmtpd asks its handler to."""
        self.letters.append(
            message_from_bytes(envelope.original_content, policy=policy.default)
        )
        return "250 OK"

    def close(self):
        self._controller.stop()

    def deliver(self):
        """Send what waits, as the scheduled action does; tests send nothing else."""
        servers = type(self.env["ir.mail_server"])
        self.env.invalidate_all()
        with patch.object(servers, "_disable_send", lambda _self: False):
            self.env["mail.mail"].process_email_queue()
        self.env.flush_all()

    def link(self, address, pattern):
        """Return the path of a link in the last letter to an address."""
        letter = [one for one in self.letters if address in str(one["To"])][-1]
        text = letter.get_body(("html", "plain")).get_content()
        return re.search(pattern, text)[0]
