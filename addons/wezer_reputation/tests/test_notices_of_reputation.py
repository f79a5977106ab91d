from datetime import timedelta
from types import SimpleNamespace

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_assessment import ASSESSMENT
from ..models.wezer_reputation_ring import RING
from ..tools.rings import Figures
from .common import ReputationCommon

FIGURES = Figures(ratings=9, share=0.9, inside=0.9, outside=0.5, value=0.9)
REASON = "They run a shop together"
ASSESSMENT_ROWS = (
    Outcome("give"),
    Outcome("change"),
    Outcome("activate"),
    Outcome("pause"),
    Outcome("drop"),
    Outcome("void"),
    Outcome("reveal"),
    Outcome("reply", "luc", notified={"anna": "assessment_reply"}),
    Outcome("share", "luc"),
    Outcome(
        "hide",
        "mo",
        notified={"anna": "assessment_moderated", "luc": "assessment_moderated"},
    ),
    Outcome(
        "show",
        "mo",
        notified={"anna": "assessment_moderated", "luc": "assessment_moderated"},
        settled={"anna": "assessment_moderated", "luc": "assessment_moderated"},
    ),
)
RING_ROWS = (
    Outcome("flag", notified={"mo": "reputation_ring"}, todo={"mo"}),
    Outcome("leave", settled={"mo": "reputation_ring"}, case="leave_ring"),
    Outcome("clear", "mo", settled={"mo": "reputation_ring"}),
    Outcome("confirm", "mo", settled={"mo": "reputation_ring"}),
)


@tagged("post_install", "-at_install")
class TestNoticesOfReputation(OutcomeCase, ReputationCommon):
    """Anna assesses Luc; Mo and Max moderate, and Max is in the ring."""

    people = ("anna", "luc", "mia", "mo", "max")
    tables = ((ASSESSMENT, ASSESSMENT_ROWS), (RING, RING_ROWS))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("mo", "max"):
            user = mail_new_test_user(
                cls.env,
                login=f"wz_{name}",
                name=name.title(),
                groups="base.group_user,wezer_base.group_moderator",
            )
            setattr(cls, name, user)
        moderators = cls.env.ref("wezer_base.group_moderator")
        administrators = cls.env.ref("wezer_base.group_administrator").all_user_ids
        others = moderators.all_user_ids - administrators - cls.mo - cls.max
        others.group_ids = [Command.unlink(moderators.id)]
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {f"/odoo/wezer-rings/{record.id}", "/odoo/wezer-members"}

    # === ASSESSMENTS: nobody learns anything of what is hidden === #

    def draft(self):
        return self.give(self.anna, self.luc, draft=True)

    def shown(self):
        return self.reveal(self.anna, self.luc, comment="Paints well")

    def do_give(self):
        return self.assessments, lambda: self.give(self.anna, self.luc)

    def do_change(self):
        given = self.give(self.anna, self.luc)
        return given, lambda: self.give(self.anna, self.luc, mark=1)

    def do_activate(self):
        given = self.draft()
        later = fields.Datetime.now() + timedelta(days=14)
        return given, lambda: self.assessments._activate(self.deal, later)

    def do_pause(self):
        given = self.give(self.anna, self.luc)
        return given, lambda: self.assessments._pause(self.deal)

    def do_drop(self):
        return self.draft(), lambda: self.assessments._drop(self.deal)

    def do_void(self):
        given = self.give(self.anna, self.luc)
        return given, lambda: self.assessments._void(self.deal)

    def do_reveal(self):
        past = fields.Datetime.now() - timedelta(days=1)
        given = self.give(self.anna, self.luc, deadline=past)
        return given, self.assessments._cron_reveal

    def do_reply(self):
        given = self.shown().with_user(self.luc)
        return given, lambda: given.action_reply("Thank you")

    def do_share(self):
        given = self.shown().with_user(self.luc)
        return given, lambda: given.action_share(True)

    def do_hide(self):
        given = self.shown().with_user(self.mo)
        return given, lambda: given.action_hide("It names a third person")

    def do_show(self):
        given = self.shown().with_user(self.mo)
        given.action_hide("It names a third person")
        return given, lambda: given.action_show("They agreed to it")

    # === RINGS === #

    def found(self, *users):
        members = frozenset(user.partner_id.id for user in users)
        flagged = [SimpleNamespace(members=members, figures=FIGURES)] if users else []
        result = SimpleNamespace(flagged=flagged, cleared=[])
        rings = self.env["wezer.reputation.ring"]
        return rings._record_flagged(result, fields.Datetime.now())

    def ring(self):
        return self.found(self.luc, self.mia, self.max)

    def do_flag(self):
        ring = self.ring()
        self.found()
        return ring, self.ring

    def do_leave_ring(self):
        return self.ring(), self.found

    def do_clear(self):
        ring = self.ring().with_user(self.mo)
        return ring, lambda: ring.action_clear(REASON)

    def do_confirm(self):
        ring = self.ring().with_user(self.mo)
        return ring, lambda: ring.action_confirm(REASON)

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
