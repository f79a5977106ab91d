"""Odoo's own reload: the site is back, with threads and with workers."""

import os
import re

import pytest
import requests

from odoo.tests import BaseCase, get_db_name, tagged

from .server import Server, free_port, until

pytestmark = pytest.mark.slow

STARTED = "HTTP service (werkzeug) running"


@tagged("post_install", "-at_install")
class TestServerReload(BaseCase):
    def serve(self, *options):
        server = Server(get_db_name(), *options)
        self.addCleanup(server.stop)
        server.wait()
        return server

    def health(self, url):
        try:
            return requests.get(f"{url}/web/health", timeout=5).status_code
        except requests.RequestException:
            return None

    def assert_comes_back(self, server):
        before = server.times(STARTED)
        server.reload()
        until(lambda: server.times(STARTED) > before, server.log_tail)
        until(lambda: self.health(server.url) == 200, server.log_tail)
        self.assertIsNone(server.process.poll(), server.log_tail())
        page = requests.get(f"{server.url}/members", timeout=60)
        self.assertLess(page.status_code, 400)

    def test_reload_with_threads(self):
        server = self.serve()
        self.assert_comes_back(server)
        self.assert_comes_back(server)

    def test_reload_with_workers_and_the_live_channel(self):
        port = free_port()
        server = self.serve("--workers=2", f"--gevent-port={port}")
        channel = f"http://127.0.0.1:{port}"
        until(lambda: self.health(channel) == 200, server.log_tail)
        first = self.channel_processes(server)
        self.assert_comes_back(server)
        until(
            lambda: (
                self.channel_processes(server) - first and self.health(channel) == 200
            ),
            server.log_tail,
        )

    def channel_processes(self, server):
        """Process ids of the live channel, as it wrote them to the log."""
        lines = re.findall(r"^\S+ \S+ (\d+) .*Evented Service", server.text(), re.M)
        return {int(number) for number in lines if os.path.exists(f"/proc/{number}")}
