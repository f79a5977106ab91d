from odoo.tests import Form, tagged

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.wezer_base.exceptions import Refusal


@tagged("post_install", "-at_install")
class TestTrustSettings(BaseCommon):
    """How wide trust flows follows from how people join; a risk has to be accepted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"wezer_trust": "derived", "wezer_approval": "nobody"})
        cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)])
        cls.website.auth_signup_uninvited = "b2b"
        cls.settings = cls.env["res.config.settings"]

    def _form(self, **values):
        form = Form(self.settings)
        for name, value in values.items():
            form[name] = value
        return form

    def test_the_form_says_how_wide_trust_flows_as_people_join(self):
        form = self._form()
        self.assertIn("Someone here knows each new member", form.wezer_trust_now)
        self.assertIn("most people count in full", form.wezer_trust_now)
        form.auth_signup_uninvited = "b2c"
        self.assertIn("Anyone may sign up", form.wezer_trust_now)
        self.assertIn("well trusted people count in full", form.wezer_trust_now)
        self.assertFalse(form.wezer_trust_risk)
        form.wezer_approval = "always"
        self.assertIn("Someone here knows each new member", form.wezer_trust_now)

    def test_a_risky_choice_is_shown_and_saved_only_where_it_is_accepted(self):
        self.website.auth_signup_uninvited = "b2c"
        form = self._form(wezer_trust="closed")
        self.assertIn("300 invented accounts", form.wezer_trust_risk)
        self.assertTrue(form.wezer_trust_asks)
        with self.assertRaises(Refusal) as refused, self.env.cr.savepoint():
            form.save()
        self.assertEqual(refused.exception.rule, "trust")
        self.assertIn("300 invented accounts", str(refused.exception))
        self.env.invalidate_all()
        self.assertEqual(self.company.wezer_trust, "derived")
        form = self._form(wezer_trust="closed", wezer_trust_accepted=True)
        form.save().execute()
        self.assertEqual(self.company.wezer_trust, "closed")
        self.assertTrue(self.company._wezer_trust_risk())

    def test_opening_the_sign_up_asks_too_where_trust_was_chosen_wide(self):
        self.company.wezer_trust = "closed"
        form = self._form(auth_signup_uninvited="b2c")
        self.assertTrue(form.wezer_trust_asks)
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            form.save()
        self.website.invalidate_recordset()
        self.assertEqual(set(self.website.mapped("auth_signup_uninvited")), {"b2b"})

    def test_a_risk_accepted_once_does_not_stand_in_the_way_of_other_settings(self):
        self.website.auth_signup_uninvited = "b2c"
        self.company.wezer_trust = "closed"
        form = self._form(wezer_reputation_seen="everyone")
        self.assertTrue(form.wezer_trust_risk)
        self.assertFalse(form.wezer_trust_asks)
        form.save().execute()
        self.assertEqual(self.company.wezer_reputation_seen, "everyone")
