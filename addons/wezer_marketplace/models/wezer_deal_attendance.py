from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from .wezer_deal import ATTEND_STATES, KEPT

# What is expected of who has no past here: the start of every reliability.
UNKNOWN = 3 / 4


class WezerAnnouncement(models.Model):
    """How many will come, as far as their past says."""

    _inherit = "wezer.announcement"

    expected_text = fields.Char(string="Who will come", compute="_compute_expected")

    @api.depends("deal_ids.state")
    @api.depends_context("uid")
    def _compute_expected(self):
        for announcement in self:
            announcement.expected_text = announcement._expected_text()

    def _expected_text(self):
        """Return in words how many of those who agreed will come, for the author only.

        What became of their earlier promises says so (``wezer_reputation``). Who
        keeps his reputation to himself, or has none, counts as somebody new; where
        nothing is known of anybody nothing is said.
        """
        self.ensure_one()
        announcement = self.sudo()
        begins = announcement.date_start
        if not begins or begins < fields.Datetime.now():
            return ""
        if not self.env.user._acts_for(announcement.author_id, "market"):
            return ""
        coming = announcement.deal_ids.filtered(
            lambda deal: deal.state in ATTEND_STATES and deal.state != "paid"
        )
        people = coming.replier_id
        seen = people.with_user(self.env.user)._wezer_reputation_seen()
        known = {one: one.sudo()._wezer_reliability() for one in people & seen}
        known = {one: found[0] for one, found in known.items() if found}
        if not known:
            return ""
        expected = sum(known.get(deal.replier_id, UNKNOWN) for deal in coming)
        return self.env._(
            "Of %(count)s who agreed, about %(expected)s will come, as what became of"
            " their promises says.",
            count=len(coming),
            expected=round(expected),
        )

    def action_attendances(self, outcomes, acting_partner_id=None):
        """Say of several at once who came.

        :param dict outcomes: ``{deal id: outcome}``, see
            :meth:`wezer.deal.action_attendance`
        """
        self.check_access("read")
        self.ensure_one()
        if not isinstance(outcomes, dict):
            raise Refusal(
                self.env._("Say of whom, and whether they came."), rule="data"
            )
        deals = self.env["wezer.deal"].search(
            [("announcement_id", "=", self.id)], order="id"
        )
        for key, outcome in sorted(outcomes.items(), key=str):
            deal = deals.filtered(lambda one, key=key: str(one.id) == str(key))
            if not deal:
                raise Refusal(
                    self.env._("This deal belongs to something else."), rule="deal"
                )
            deal.action_attendance(outcome, acting_partner_id)
        return True


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_commitment_outcomes(self):
        """Add who came where he had promised to, whatever became of the work."""
        days = (
            self.env["wezer.deal"]
            .sudo()
            .search([("replier_id", "=", self.id), ("attendance", "!=", False)])
        )
        kept = [
            (KEPT[deal.attendance], deal._attendance_days()[0] or deal.attendance_date)
            for deal in days
            if KEPT[deal.attendance] is not None
        ]
        return super()._wezer_commitment_outcomes() + kept

    def _wezer_promises_domain(self):
        """Leave out what is told by who came: no promise counts twice."""
        return [
            *super()._wezer_promises_domain(),
            "|",
            ("replier_id", "!=", self.id),
            ("attendance", "=", False),
        ]
