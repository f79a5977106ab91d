"""A mail server of the test's own, to which Odoo really sends its letters."""

import re
from email import message_from_bytes, policy
from unittest.mock import patch

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from .server import free_port


class LetterBox:
    """Takes letters until it is closed.

    :param env: what sends: a server for outgoing mail is made in it
    :param password: the only password that it lets in with; None: nobody logs in
    """

    def __init__(self, env, password=None):
        self.env, self.letters = env, []
        # Addresses that it takes no letters for, and what it answers then.
        self.refused, self.refusal = set(), "550 5.1.1 No such mailbox"
        self._password = password
        self._controller = self._begin()
        env["ir.mail_server"].search([]).active = False
        self.port = self._controller.port
        self.server = env["ir.mail_server"].create(
            {
                "name": "Letter box",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.port,
                "smtp_encryption": "none",
                "smtp_user": "box" if password else False,
                "smtp_pass": password,
            }
        )

    def _begin(self):
        """Listen on a free port; on another where somebody has taken it meanwhile."""
        for _attempt in range(5):
            controller = Controller(
                self,
                "127.0.0.1",
                free_port(),
                authenticator=self._authenticate if self._password else None,
                auth_required=bool(self._password),
                auth_require_tls=False,
            )
            try:
                controller.start()
            except OSError:
                continue
            return controller
        raise OSError("no port is free")

    def _authenticate(self, _server, _session, _envelope, _mechanism, data):
        """Let in with the password, as aiosmtpd asks."""
        right = data.password.decode() == self._password
        # Not handled: the server itself answers with 535.
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        """Take an address, or refuse it."""
        if address in self.refused:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        """Keep a letter, as aiosmtpd asks its handler to."""
        self.letters.append(
            message_from_bytes(envelope.original_content, policy=policy.default)
        )
        return "250 OK"

    def close(self):
        self._controller.stop()

    def deliver(self):
        """Write and send what waits, as scheduled actions do."""
        self.env.invalidate_all()
        self.env["wezer.invitation"]._write_letters()
        with self.sending():
            self.env["mail.mail"].process_email_queue()
        self.env.flush_all()

    def sending(self):
        """Return a context in which Odoo really sends what a test lets it send."""
        servers = type(self.env["ir.mail_server"])
        return patch.object(servers, "_disable_send", lambda _self: False)

    def link(self, address, pattern):
        """Return the path of a link in the last letter to an address."""
        letter = [one for one in self.letters if address in str(one["To"])][-1]
        text = letter.get_body(("html", "plain")).get_content()
        return re.search(pattern, text)[0]
