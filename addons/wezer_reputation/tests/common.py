from datetime import timedelta

from odoo import fields

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.mail.tests.common import mail_new_test_user


class ReputationCommon(BaseCommon):
    """A founder and five admitted members; any record serves as a deal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.profile"].search([]).is_founder = False
        cls.founder = cls._member("founder")
        cls.founder.partner_id._wezer_profile().is_founder = True
        cls.members = [cls._member(f"member{number}") for number in range(5)]
        for member in cls.members:
            profile = member.partner_id._wezer_profile()
            profile.admitted_by_id = cls.founder.partner_id
        cls.anna, cls.luc, cls.mia, cls.noe, cls.eva = cls.members
        cls.assessments = cls.env["wezer.assessment"]
        cls.reputations = cls.env["wezer.reputation"]
        cls.deal = cls._deal()

    @classmethod
    def _member(cls, name):
        return mail_new_test_user(
            cls.env, login=f"wz_{name}", name=name.title(), groups="base.group_portal"
        )

    @classmethod
    def _deal(cls):
        """Return a record that serves as a deal: this addon has no marketplace."""
        return cls.env["wezer.category"].create({"name": "A deal"})

    @classmethod
    def scores(cls, side="worker", mark=2):
        criteria = cls.env["wezer.criterion"]._for(None, side)
        return {criterion.id: mark for criterion in criteria}

    @classmethod
    def give(cls, giver, about, deal=None, side="worker", mark=2, **more):
        """Record an assessment of ``about`` by the person of ``giver``."""
        return cls.assessments._give(
            deal or cls.deal,
            side,
            more.pop("assessor", giver.partner_id),
            about.partner_id,
            giver.partner_id,
            more.pop("scores", cls.scores(side, mark)),
            **more,
        )

    def reveal(self, giver, about, mark=2, days=0, **more):
        """Give and reveal an assessment of a deal of its own, some days ago."""
        given = self.give(giver, about, self._deal(), mark=mark, **more)
        given.date = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_assessment SET state = 'revealed' WHERE id = %s", [given.id]
        )
        given.invalidate_recordset()
        return given
