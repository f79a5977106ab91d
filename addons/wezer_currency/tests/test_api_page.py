import re
from datetime import timedelta
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import CurrencyCommon

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"


@tagged("post_install", "-at_install")
class TestApiPage(CurrencyCommon, HttpCase):
    def test_every_example_of_the_page_works_with_a_members_key(self):
        if not PAGE.exists():
            self.skipTest("the addon stands alone, without the project's docs")
        self.env["ir.config_parameter"].sudo().set_param("portal.allow_api_keys", "1")
        keys = self.env["res.users.apikeys"].with_user(self.anna)
        key = keys._generate("rpc", "test", self.env.cr.now() + timedelta(hours=1))
        examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        self.assertGreater(len(examples), 6)
        names = {"URL": self.base_url(), "KEY": key, "DATABASE": self.env.cr.dbname}
        self.env.cr.flush()
        with self.allow_requests(all_requests=True):
            for example in examples:
                # Our own page, so that it cannot grow old.
                exec(compile(example, PAGE.name, "exec"), names)  # noqa: S102
        self.assertEqual(self.balance(self.anna, self.hours), "-2:30")
        self.assertEqual(names["wallet"]["balance_text"], "-2:30 h")

    def test_members_make_keys_only_where_the_setting_allows_it(self):
        make = self.env["res.users.apikeys.description"].with_user(self.anna)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("portal.allow_api_keys", False)
        with self.assertRaises(AccessError):
            make.check_access_make_key()
        parameters.set_param("portal.allow_api_keys", "1")
        make.check_access_make_key()
