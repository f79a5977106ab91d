"""The demo community moves into an empty Wezer, and is there as it was."""

import tempfile
from contextlib import redirect_stdout
from datetime import datetime, timezone
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine

from odoo.tests import tagged

from odoo.addons.wezer_movein.tools import by_command

from launcher.demo.make_demo import make

from .test_movein_wezer import FromEmpty, picture_of

# Making the demo community takes a minute.
pytestmark = [pytest.mark.slow, pytest.mark.large]

DAY = datetime(2026, 6, 17, 12, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestDemoMoves(FromEmpty):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(time_machine.travel(DAY))
        with (
            patch.object(cls.env.cr, "commit", cls.env.flush_all),
            redirect_stdout(StringIO()),
        ):
            make(cls.env)
        cls.before = picture_of(cls.env)
        out = Path(cls.enterClassContext(tempfile.TemporaryDirectory())) / "out"
        admin = cls.env(user=cls.env.ref("base.user_admin").id, su=False)
        admin["wezer.export"]._write_community(str(out))
        cls.empty()
        paths = [str(path) for path in sorted(out.iterdir())]
        by_command.run(admin, {"paths": paths, "options": {}, "open": True})
        cls.after = picture_of(cls.env)

    def test_it_is_as_it_was(self):
        self.maxDiff = None
        for name, before in self.before.items():
            with self.subTest(name):
                self.assertTrue(before)
                self.assertEqual(before, self.after[name])

    def test_the_books_hold(self):
        for check in self.env["wezer.invariant"].sudo().run():
            with self.subTest(check["name"]):
                self.assertFalse(check["rows"])
