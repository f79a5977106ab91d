from datetime import timedelta

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

# How far back counts what a payer owed a payee (design, section 4).
OWED_DAYS = 30
OWED_STATES = ("accepted", "delivered", "approved", "confirming", "paid", "disputed")
# ``(approvals, key of the circles' policy, field of the community's settings)``
RULES = (
    (3, "approvals_3_from", "wezer_three_approvals_hours"),
    (2, "approvals_2_from", "wezer_two_approvals_from_value"),
)


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    def _policies(self):
        return {
            **super()._policies(),
            "approvals_2_from": (
                self.env._("Two approve what one person is owed, from so many hours"),
                "hours",
            ),
            "approvals_3_from": (
                self.env._("Three approve what one person is owed, from so many hours"),
                "hours",
            ),
        }

    def _strictest_hours(self, key):
        """Return the lowest hours that this circle or one above decided, and whose.

        A circle inside another makes such a rule stricter, never looser.

        :return: ``(hours or None, the policy (sudo))``
        """
        policies = self._policies_above(key)
        policy = min(policies, key=lambda one: float(one.value), default=policies)
        return (float(policy.value) if policy else None), policy


class WezerDeal(models.Model):
    """How many have to approve for a payer that is no single person.

    Approval policies are decided by circles, inherited downwards, and by the community;
    what counts is all that this payer owed this worker in 30 days, so that splitting
    evades nothing (design, section 4).
    """

    _inherit = "wezer.deal"

    approver_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_approver_rel",
        string="Who approved",
        copy=False,
        help="Persons who approved what stands delivered; each once.",
    )
    approvals_wanted = fields.Integer(
        default=1, copy=False, help="How many were wanted when it was approved last."
    )

    def _set_state(self, state, **extra):
        if state in ("accepted", "delivered") and self.sudo().approver_ids:
            # What is delivered anew, sent back or changed was approved by nobody.
            extra["approver_ids"] = [(5, 0, 0)]
        return super()._set_state(state, **extra)

    # === HOW MANY, AND WHY === #

    def _approvals_wanted(self):
        """Return how many persons have to approve: 1 where nothing else is decided."""
        return self._approval_rule()[0]

    def _approval_rule(self):
        """Return ``(approvals, hours, the deciding policy or empty)`` in force.

        One person who pays for himself decides alone.
        """
        deal = self.sudo()
        company = deal.company_id
        group = self.env["wezer.group"]._of_partner(deal.payer_id).sudo()
        empty = self.env["wezer.group.policy"].sudo()
        if not group and deal.payer_id != company.partner_id:
            return 1, 0, empty
        if not deal.accepted_terms_id.price_line_ids:
            return 1, 0, empty
        owed = None
        for approvals, key, setting in RULES:
            hours, policy = group._strictest_hours(key) if group else (None, empty)
            if company[setting] and (hours is None or company[setting] < hours):
                hours, policy = company[setting], empty
            if hours is None:
                continue
            owed = deal._owed_hours() if owed is None else owed
            if owed >= hours:
                return approvals, hours, policy
        return 1, 0, empty

    def _owed_hours(self):
        """Return the hours' value of what this payer owed one of these in 30 days."""
        since = fields.Datetime.now() - timedelta(days=OWED_DAYS)
        workers = self.payee_id | self.coworker_ids
        deals = self.search(
            [
                ("payer_id", "=", self.payer_id.id),
                "|",
                ("payee_id", "in", workers.ids),
                ("coworker_ids", "in", workers.ids),
                ("state", "in", OWED_STATES),
                ("date_accepted", ">=", since),
                ("company_id", "=", self.company_id.id),
            ]
        )
        # Whatever its age, what is to be approved now counts.
        deals = (deals | self).filtered("accepted_terms_id.price_line_ids")
        return max(
            sum(
                deal._price_hours()
                for deal in deals
                if worker in deal.payee_id | deal.coworker_ids
            )
            for worker in workers
        )

    def _approvals_missing(self):
        """Return how many approvals are wanting."""
        deal = self.sudo()
        return max(0, deal._approvals_wanted() - len(deal.approver_ids))

    def _approvals_text(self):
        """Return why more than one approval is wanted, and how many there are."""
        wanted, hours, policy = self._approval_rule()
        if wanted < 2:
            return ""
        names = {
            "given": len(self.sudo().approver_ids),
            "wanted": wanted,
            "hours": f"{hours:g}",
        }
        if not policy:
            return self.env._(
                "%(given)s of %(wanted)s approvals: the community asks for them from"
                " %(hours)s hours on that one person is owed in 30 days.",
                **names,
            )
        text = self.env._(
            "%(given)s of %(wanted)s approvals: %(circle)s decided so from %(hours)s"
            " hours on that one person is owed in 30 days.",
            circle=policy.group_id.name,
            **names,
        )
        return f"{text} {policy.reason}" if policy.reason else text

    # === THE ARROWS ASK === #

    def _check_approval_wanted(self):
        """Refuse an approval too many, and a second one of the same person."""
        deal = self.sudo()
        if deal.state != "approved":
            return
        if not deal._approvals_missing():
            self._check_state("delivered")
        if self.env.user.partner_id in deal.approver_ids:
            raise NotAllowed(
                self.env._("You have approved: now somebody else has to."),
                rule="approved_once",
            )

    def _note_approval(self):
        """Keep that the caller approved, and how many were wanted of it."""
        wanted = self._approvals_wanted()
        if wanted != self.approvals_wanted:
            self.approvals_wanted = wanted
        self.approver_ids |= self.env.user.partner_id

    def _check_approved_by_all(self):
        deal = self.sudo()
        wanted = deal._approvals_wanted()
        if wanted > 1 and len(deal.approver_ids) < wanted:
            raise Refusal(
                self._approvals_text(),
                rule="approvals",
                value=str(len(deal.approver_ids)),
                limit=str(wanted),
            )

    def _wallet_among_approvers(self):
        """Say whether one of those who approved may pay for the payer, still."""
        deal = self.sudo()
        return any(
            user._acts_for(deal.payer_id, "wallet")
            for user in self.env.user | deal.approver_ids.user_ids
        )

    def _ask_next_approver(self):
        self._notify(
            self.payer_id,
            "to_pay",
            lambda env: env._(
                "One more approval is wanted: %(title)s", title=self.title
            ),
        )

    def _waits_for_my_approval(self, user):
        """Say whether ``user`` has an approval to give here (the arrow checks who)."""
        deal = self.sudo()
        if deal.state == "delivered":
            return True
        return (
            deal.state == "approved"
            and user.partner_id not in deal.approver_ids
            and bool(deal._approvals_missing())
        )
