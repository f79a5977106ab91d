from odoo.tests import tagged

from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestExport(WezerCommon):
    def test_the_lists_of_each_model_can_be_exported(self):
        """No method of ours takes the place of the one that Odoo's export calls."""
        admin = self.env.ref("base.user_admin")
        tried = 0
        for name, model in self.env.registry.items():
            if not name.startswith("wezer.") or model._abstract or model._transient:
                continue
            rows = self.env[name].with_user(admin).with_context(active_test=False)
            if not rows.has_access("read"):
                continue
            with self.subTest(model=name):
                rows = rows.search([], limit=2)
                answer = rows.export_data(["display_name"])["datas"]
                self.assertEqual(answer, [[row.display_name or ""] for row in rows])
                tried += 1
        self.assertGreater(tried, 10)
