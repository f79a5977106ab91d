from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.clock import each_due

SCHEDULE_YEARS_MAX = 10
STEPS = {"week": "weeks", "month": "months", "year": "years"}


class WezerTransfer(models.Model):
    """Payments at a later day, once or again and again."""

    _inherit = "wezer.transfer"

    every = fields.Selection(
        [("week", "Every week"), ("month", "Every month"), ("year", "Every year")],
        string="Repeated",
    )
    # Counted from the first, so that the 31st comes back after February.
    schedule_start = fields.Datetime()
    schedule_number = fields.Integer(aggregator=None)

    @api.model
    def schedule(
        self,
        payer,
        payee,
        currency,
        amount,
        purpose="",
        key=None,
        acting_partner_id=None,
        date=None,
        every=None,
        until=None,
        category=None,
    ):
        """Pay ``amount`` on ``date``, once or (``every``) until ``until``.

        :param date: the first day, in the future
        :param str every: ``week``, ``month`` (the 31st is the last day of a
            shorter month) or ``year``
        :param until: no payment after this moment; ten years at most
        :return: id of the first transfer
        """
        self._check_caller(payer)
        asked = [str(date or ""), every or "", str(until or "")]
        date, until = self._moment(date, "date"), self._moment(until, "until")
        now = fields.Datetime.now()
        latest = now + relativedelta(years=SCHEDULE_YEARS_MAX)
        if not date or not now < date <= latest:
            raise Refusal(
                self.env._("Say a day to come, ten years ahead at most."),
                rule="date",
                value=str(date or ""),
            )
        if every and str(every) not in STEPS:
            raise Refusal(
                self.env._("Repeated is every week, month or year."),
                rule="every",
                value=str(every),
            )
        if until and not date <= until <= latest:
            raise Refusal(
                self.env._("The last day comes after the first."),
                rule="until",
                value=str(until),
            )
        first, vals = self._start(
            "schedule",
            payer,
            payee,
            currency,
            amount,
            purpose,
            key,
            acting_partner_id,
            "payer",
            category,
            asked=asked,
        )
        if first:
            return first.id
        vals.update(
            date=date,
            until=until or (latest if every else False),
            every=every or False,
            schedule_start=date,
            schedule_number=0,
        )
        # Who and data are checked: the row is made for the caller.
        return self.sudo().create({**vals, "state": "scheduled"}).id

    def action_cancel(self, acting_partner_id=None):
        """Take a scheduled payment back, and those that would follow it."""
        self._begin(acting_partner_id, "payer_id", "cancel", "scheduled")
        self._set_state("ended", end_reason="cancelled")
        return self.id

    # === THE CLOCK === #

    @api.model
    def _cron_schedule(self):
        """Carry out what is due; what failed is told to both sides."""
        due = [("state", "=", "scheduled"), ("date", "<=", fields.Datetime.now())]
        # In the order in which they are due: one may need what another brings.
        each_due(self.sudo(), due, lambda one: one._run_scheduled(), order="date, id")

    def _run_scheduled(self):
        """Pay one scheduled transfer that is due, and schedule the next."""
        self.ensure_one()
        self._check_state("scheduled")
        user = self.person_id.with_context(active_test=False).user_ids[:1]
        frozen = self.payer_wallet_id.state != "open"
        if frozen or not (user and user._acts_for(self.payer_id, "wallet")):
            text = (
                self.env._("The wallet is not open.")
                if frozen
                else self.env._("Who scheduled it may not pay from this wallet now.")
            )
            self._set_state("ended", end_reason="cancelled", end_detail=text)
            self._tell_not_paid(text)
            return
        self._schedule_next()
        try:
            with self.env.cr.savepoint():
                self.with_user(user)._pay_scheduled()
        except UserError as error:
            text = str(error.args[0])
            self._set_state("ended", end_reason="failed", end_detail=text)
            self._tell_not_paid(text)

    def _pay_scheduled(self):
        transfer = self.sudo()
        currency = self._open_currency(transfer.wezer_currency_id.id)
        self._party(transfer.payee_id.id, "payee")
        self._check_tries(transfer.payer_id, transfer.payee_id)
        # What holds today: charges may have changed since it was scheduled.
        levies = self._levies_between(
            transfer.payer_wallet_id, transfer.payee_wallet_id, transfer.amount_minor
        )
        transfer.write({"levy_payer_minor": levies[0], "levy_payee_minor": levies[1]})
        if currency._is_issued() and transfer.payer_wallet_id.is_system:
            transfer.kind = "issue"
        self._carry_out()

    def _schedule_next(self):
        """Schedule the next of a series, counted from its first day."""
        if not self.every:
            return
        number = self.schedule_number + 1
        step = relativedelta(**{STEPS[self.every]: number})
        # The same day of the community, whichever day it is in UTC.
        zone = days.community_zone(self.env, self.company_id)
        date = days.moved(self.schedule_start, step, zone)
        if self.until and date > self.until:
            return
        self.copy(
            {
                "state": "scheduled",
                "date": date,
                "schedule_number": number,
                "parent_id": (self.parent_id or self).id,
                "key_scope": False,
                "key": False,
                "key_hash": False,
            }
        )

    def _tell_not_paid(self, text):
        """Tell both sides; the reason is the payer's own."""
        words = {
            "payer": self.payer_id.name,
            "payee": self.payee_id.name,
            "amount": self.amount_display,
            "reason": text,
        }
        self._notify_side(
            self.payer_id,
            "scheduled",
            lambda env: env._(
                "Your payment of %(amount)s to %(payee)s did not go out: %(reason)s",
                **words,
            ),
        )
        self._notify_side(
            self.payee_id,
            "scheduled",
            lambda env: env._(
                "%(payer)s could not pay you %(amount)s as planned.", **words
            ),
        )
