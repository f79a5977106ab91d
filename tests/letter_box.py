"""A mail server of the test's own, to which Odoo really sends its letters."""

import re
import socketserver
import threading
from email import message_from_bytes, policy
from unittest.mock import patch


class _Talk(socketserver.StreamRequestHandler):
    """One conversation of SMTP: every letter is taken."""

    def handle(self):
        self._say("220 letter box")
        for line in self.rfile:
            word = line.split(b" ")[0].strip().upper()
            if word == b"DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
            if word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def _letter(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)


class LetterBox(socketserver.ThreadingTCPServer):
    """Takes letters until it is closed.

    :param env: what sends: a server for outgoing mail is made in it
    """

    daemon_threads = True

    def __init__(self, env):
        super().__init__(("127.0.0.1", 0), _Talk)
        self.env, self.letters = env, []
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Letter box",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.server_address[1],
                "smtp_encryption": "none",
            }
        )
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

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
