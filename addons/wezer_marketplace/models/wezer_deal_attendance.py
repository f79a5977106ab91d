from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

# How long after its day one still says who came.
ATTEND_DAYS = 14
STATES = ("accepted", "delivered", "approved", "confirming", "paid")
# How far the promise to come was kept; who was excused promised nothing.
KEPT = {"came": 1, "late": 0.5, "absent": 0, "excused": None}
# What is expected of who has no past here: the start of every reliability.
UNKNOWN = 3 / 4


class WezerDeal(models.Model):
    """Who came on the day: said by the author's side, seen by both, kept in mind."""

    _inherit = "wezer.deal"

    attendance = fields.Selection(
        [
            ("came", "Came"),
            ("late", "Came late"),
            ("absent", "Did not come"),
            ("excused", "Was excused"),
        ],
        string="On the day",
        readonly=True,
        copy=False,
    )
    attendance_date = fields.Datetime(readonly=True, copy=False)
    may_say_who_came = fields.Boolean(compute="_compute_may_say_who_came")

    def action_attendance(self, outcome, acting_partner_id=None):
        """Say whether who had agreed came: ``came``, ``late``, ``absent``, ``excused``.

        The author's side does, from the beginning on, for 14 days; until then it may
        be put right, and each word of it stays in what happened. Never who was to come.
        """
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        right = "market"
        if not self.env.user._acts_for(deal.author_id, "market"):
            if deal.author_id == deal.payer_id and self._runs_project():
                right = "project"
        party = self._begin(("author_id",), STATES, acting_partner_id, right)
        self._check_not_own_attendance()
        deal._check_day()
        if outcome not in tuple(KEPT):
            raise Refusal(
                self.env._("Say whether %(name)s came.", name=deal.replier_id.name),
                rule="attendance",
                value=str(outcome),
                limit=", ".join(KEPT),
            )
        if outcome == deal.attendance:
            return True
        deal.write({"attendance": outcome, "attendance_date": fields.Datetime.now()})
        deal._log(f"attendance_{outcome}", party)
        deal._notify(
            deal.replier_id,
            "attendance",
            lambda env: env._(
                "It was noted whether you came: %(title)s", title=deal.title
            ),
            subject="attendance",
        )
        return True

    def _check_not_own_attendance(self):
        """Nobody says of himself that he came."""
        deal, user = self.sudo(), self.env.user
        if user.partner_id == deal.replier_person_id or user._acts_for(
            deal.replier_id, "market"
        ):
            raise NotAllowed(
                self.env._("Who was to come does not say that he came."),
                rule="own_work",
            )

    def _check_day(self):
        begins, until = self._attendance_days()
        now = fields.Datetime.now()
        if not begins:
            raise Refusal(
                self.env._("This is not on a certain day."), rule="attendance"
            )
        if now < begins:
            raise Refusal(
                self.env._("It has not begun yet."),
                rule="date",
                limit=fields.Datetime.to_string(begins),
            )
        if now > until:
            raise Refusal(
                self.env._("Who came is said within 14 days."),
                rule="deadline",
                limit=str(ATTEND_DAYS),
            )

    def _attendance_days(self):
        """Return from when until when one says who came, two False for no day."""
        deal = self.sudo()
        announcement = deal.announcement_id
        begins = deal.accepted_terms_id.date_start or announcement.date_start
        if not begins:
            return False, False
        ends = max(begins, announcement.date_end or begins)
        return begins, ends + timedelta(days=ATTEND_DAYS)

    def _may_say_who_came(self):
        """Say whether the caller may now say of this deal whether who agreed came."""
        self.ensure_one()
        deal, user = self.sudo(), self.env.user
        begins, until = deal._attendance_days()
        if deal.state not in STATES or not begins:
            return False
        if not begins <= fields.Datetime.now() <= until:
            return False
        if user.partner_id == deal.replier_person_id:
            return False
        if user._acts_for(deal.replier_id, "market"):
            return False
        mine = user._acts_for(deal.author_id, "market")
        return bool(mine) or (deal.author_id == deal.payer_id and self._runs_project())

    def _work_buttons(self, me, as_group):
        buttons = super()._work_buttons(me, as_group)
        if me == self.sudo().author_id and self._may_say_who_came():
            label = self.env._("Say whether they came")
            if self.sudo().attendance:
                label = self.env._("Put right whether they came")
            buttons.append(self._button("attendance", label, False, "attendance"))
        return buttons

    @api.depends("state", "attendance")
    @api.depends_context("uid")
    def _compute_may_say_who_came(self):
        for deal in self:
            deal.may_say_who_came = deal._may_say_who_came()

    def action_open_attendance(self):
        """Ask who came."""
        return self._open_reason("attendance", self.env._("Who came"))


class WezerDealEvent(models.Model):
    _inherit = "wezer.deal.event"

    def _sentence(self):
        words = {
            "attendance_came": self.env._("%(who)s noted: came"),
            "attendance_late": self.env._("%(who)s noted: came late"),
            "attendance_absent": self.env._("%(who)s noted: did not come"),
            "attendance_excused": self.env._("%(who)s noted: was excused"),
        }
        if self.action in words:
            return words[self.action] % {"who": self.sudo().partner_id.name or ""}
        return super()._sentence()


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
            lambda deal: deal.state in STATES and deal.state != "paid"
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

    def _wezer_kept(self):
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
        return super()._wezer_kept() + kept

    def _wezer_promises_domain(self):
        """Leave out what is told by who came: no promise counts twice."""
        return [
            *super()._wezer_promises_domain(),
            "|",
            ("replier_id", "!=", self.id),
            ("attendance", "=", False),
        ]
