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

    # === THE RULE LIES IN THE MODELS === #

    def _as_administrator(self):
        """Return the company and its websites as an administrator has them."""
        administrator = self.env.ref("base.user_admin")
        return (
            self.company.with_user(administrator),
            self.website.with_user(administrator),
        )

    def _assert_refused(self, records, vals):
        with self.assertRaises(Refusal) as refused, self.env.cr.savepoint():
            records.write(vals)
        self.assertEqual(refused.exception.rule, "trust")
        self.env.invalidate_all()
        self.assertFalse(self.company._wezer_trust_risk())

    def test_no_program_saves_a_risk_that_nobody_accepted(self):
        company, website = self._as_administrator()
        website.auth_signup_uninvited = "b2c"
        self._assert_refused(company, {"wezer_trust": "closed"})
        claimed = company.with_context(wezer_trust_risk=True)
        self._assert_refused(claimed, {"wezer_trust": "closed"})
        company.wezer_trust = "open"
        self.assertEqual(self.company.wezer_trust, "open")

    def test_a_sign_up_that_a_program_opens_later_asks_too(self):
        company, website = self._as_administrator()
        company.wezer_trust = "closed"
        self._assert_refused(website, {"auth_signup_uninvited": "b2c"})
        company.wezer_approval = "always"
        website.auth_signup_uninvited = "b2c"
        self._assert_refused(company, {"wezer_approval": "nobody"})
        values = {
            "name": "Second",
            "company_id": company.id,
            "auth_signup_uninvited": "b2c",
        }
        website.auth_signup_uninvited = "b2b"
        company.wezer_approval = "nobody"
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            website.create(values)

    def test_an_administrator_accepts_the_risk_in_the_settings(self):
        administrator = self.env.ref("base.user_admin")
        self.website.auth_signup_uninvited = "b2c"
        settings = self.settings.with_user(administrator)
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            settings.create({"wezer_trust": "closed"})
        self.env.invalidate_all()
        settings.create({"wezer_trust": "closed", "wezer_trust_accepted": True})
        self.assertEqual(self.company.wezer_trust, "closed")
        company, _website = self._as_administrator()
        company.wezer_reputation_seen = "everyone"
