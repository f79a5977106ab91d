from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.forms import FormCase

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestAssessmentForms(FormCase, ReputationCommon):
    """Forms keep what was typed where a reply or reason is refused."""

    def test_refused_replies_and_reasons_keep_the_typed_text(self):
        one = self.reveal(self.anna, self.luc, comment="Slow")
        judge = mail_new_test_user(
            self.env, login="wz_judge", groups="wezer_base.group_moderator"
        )
        for user in (self.luc, judge):
            user.password = user.login
        self.authenticate(self.luc.login, self.luc.login)
        action = f"/my/assessments/{one.id}/reply"
        form = self.form(self.page("/my/reputation"), action)
        answer = self.send(form, text=" ")
        self.assert_given_back(answer, action, {"text": " "}, wrong="text")
        self.authenticate(judge.login, judge.login)
        action = f"/my/assessments/{one.id}/hide"
        page = self.page(f"/members/{self.luc.partner_id._wezer_profile().slug}")
        typed = {"reason": "no", "with_scores": "1"}
        answer = self.send(self.form(page, action), **typed)
        self.assert_given_back(answer, action, typed, wrong="reason")
