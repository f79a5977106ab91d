from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_currency.tools.amounts import proportion

from ..tools.parts import WHOLE, shares, slices
from .wezer_deal import DUE_DAYS


class Part(NamedTuple):
    """One part of a deal's money: it has its own payee, reservation and key."""

    milestone: int
    currency: models.Model
    payee: models.Model
    agreed: int
    due: int

    @classmethod
    def of(cls, transfer):
        """Return the part that ``transfer`` moves."""
        return cls(
            transfer.origin_part,
            transfer.wezer_currency_id,
            transfer.payee_id,
            transfer.amount_minor,
            transfer.amount_minor,
        )

    def moved_by(self, transfers):
        """Return those of ``transfers`` that are this part's."""
        return transfers.filtered(
            lambda one: (
                one.origin_part == self.milestone
                and one.wezer_currency_id == self.currency
                and one.payee_id == self.payee
            )
        )


class WezerDeal(models.Model):
    """Steps that are paid one by one, and work that several do together."""

    _inherit = "wezer.deal"

    milestone = fields.Integer(
        default=0, help="The step in hand, counted from 1; 0: paid at once."
    )
    coworker_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_coworker_rel",
        string="Who works along",
        help="They see the deal, agree to their part of the price, and are paid it.",
    )

    # === WHAT IS DUE TO WHOM === #

    def _parts(self, milestone=None):
        """Return what a step of the agreed terms pays to whom.

        :param int milestone: the step in hand where it is left out
        :return: list of :class:`Part`; a part of nothing is left out
        """
        terms = self.accepted_terms_id
        number = self.milestone if milestone is None else milestone
        among = terms.share_ids.filtered("points")
        points = among.mapped("points")
        parts = []
        for line in terms.price_line_ids:
            agreed = line.total_minor
            if number:
                steps = terms.milestone_ids.mapped("points")
                agreed = slices(agreed, steps)[number - 1]
            most = shares(agreed, points)
            due = shares(self._due_of(agreed), points, most)
            for payee, its, now in zip(
                (self.payee_id, *among.partner_id), most, due, strict=True
            ):
                if its:
                    parts.append(Part(number, line.wezer_currency_id, payee, its, now))
        return parts

    def _due_of(self, agreed):
        """Return what is due of ``agreed`` minor units: less delivered pays less."""
        whole = self.accepted_terms_id.quantity
        delivered = self.delivered_quantity or whole
        if delivered >= whole:
            return agreed
        # Quantities count to 1/10,000, as announced; integers only.
        return proportion(agreed, round(delivered * 10000), round(whole * 10000))

    def _steps_left(self):
        """Return the numbers of the steps still to be paid; ``[0]`` without steps."""
        steps = len(self.accepted_terms_id.milestone_ids)
        return list(range(self.milestone, steps + 1)) if self.milestone else [0]

    def _due_sums(self, whole=False):
        """Return ``{currency: minor}`` of the step in hand, or of all steps."""
        steps = [self.milestone]
        if whole and self.milestone:
            steps = range(1, len(self.accepted_terms_id.milestone_ids) + 1)
        sums = {}
        for step in steps:
            for part in self._parts(step):
                sums[part.currency] = sums.get(part.currency, 0) + part.due
        return sums

    # === STEP BY STEP === #

    def _first_step(self, terms):
        """Return the number of the step that ``terms`` begin with, now."""
        return max(self.milestone, 1) if terms.milestone_ids else 0

    def _go_on(self):
        """Go back to work where another step is to come.

        :return: whether one is
        """
        steps = self.accepted_terms_id.milestone_ids
        if not self.milestone or self.milestone >= len(steps):
            return False
        step, now = steps[self.milestone], fields.Datetime.now()
        due = step.date_due or self.accepted_terms_id.date_due
        if not due or due < now:
            due = now + timedelta(days=DUE_DAYS)
        self._set_state(
            "accepted",
            milestone=self.milestone + 1,
            date_due=due,
            date_delivered=False,
        )
        self._log("step", self.payer_id, step.name)
        self._move_task("accepted")
        self._notify_all(
            "paid",
            lambda env: env._(
                "A step was paid, the next is “%(step)s”: %(title)s",
                step=step.name,
                title=self.title,
            ),
        )
        return True

    def _check_same_steps(self, terms):
        """Refuse terms that change a step which was paid already."""
        paid = self.milestone - 1
        if paid < 1:
            return
        was = self.accepted_terms_id
        before = [
            [slices(line.total_minor, was.milestone_ids.mapped("points"))[:paid]]
            + [line.wezer_currency_id]
            for line in was.price_line_ids
        ]
        points = terms.milestone_ids.mapped("points")
        after = [
            [slices(line.total_minor, points)[:paid], line.wezer_currency_id]
            for line in terms.price_line_ids
        ]
        if before != after or len(points) <= paid:
            raise Refusal(
                self.env._(
                    "What was paid stays: the first %(count)s steps keep their price.",
                    count=paid,
                ),
                rule="milestone",
                limit=str(paid),
            )

    # === TOGETHER === #

    def _add_round(self, side, partner, vals):
        agreed = self.accepted_terms_id
        # Who had a part and would have none is asked, too.
        left = agreed.share_ids.filtered("points").partner_id
        if vals.get("share_ids") or left:
            vals = {**vals, "share_ids": self._checked_shares(partner, vals, left)}
        terms = super()._add_round(side, partner, vals)
        self._ask_coworkers(terms)
        return terms

    def _checked_shares(self, party, vals, left):
        """Return the shares of a round: those named, the worker's own left out."""
        points = {
            command[2]["partner_id"]: command[2]["points"]
            for command in vals.get("share_ids") or ()
        }
        if self.payee_id.id in points:
            own = points.pop(self.payee_id.id)
            self._check_share_sum(own + sum(points.values()), exactly=True)
        self._check_share_sum(sum(points.values()))
        before = self.terms_id.share_ids.filtered("points")
        asked = {one.partner_id.id: one.points for one in before}
        if points != asked:
            self._check_coworkers(party, points)
        for partner in left:
            points.setdefault(partner.id, 0)
        return [
            (0, 0, {"partner_id": partner_id, "points": its})
            for partner_id, its in points.items()
        ]

    def _check_share_sum(self, given, exactly=False):
        if (given != WHOLE) if exactly else (given >= WHOLE):
            raise Refusal(
                self.env._("All parts together make 100 %, and yours is one of them."),
                rule="share_sum",
                value=f"{given / 100:g}",
                limit="100",
            )

    def _check_coworkers(self, party, points):
        if self.kind != "want":
            raise Refusal(
                self.env._("Who offers something is paid for it alone."), rule="kind"
            )
        if party != self.payee_id:
            raise NotAllowed(
                self.env._("Who works says with whom: %s.", self.payee_id.name),
                rule="share",
            )
        for partner_id, its in points.items():
            partner = self.env["res.partner"].sudo().browse(partner_id).exists()
            profile = partner._wezer_profile() if partner else False
            if not its or not profile or profile.state != "active":
                raise Refusal(
                    self.env._("Name members, and the part of each."), rule="share"
                )
            if partner in self.author_id | self.replier_id:
                raise Refusal(self.env._("You are a part of it anyway."), rule="share")

    def _ask_coworkers(self, terms):
        """Let who is named in these terms see the deal, and tell them."""
        if not (terms.share_ids or self.coworker_ids):
            return
        agreed = self.accepted_terms_id.share_ids.filtered("points").partner_id
        self.coworker_ids = agreed | terms.share_ids.partner_id
        for share in terms.share_ids:
            self._notify(
                share.partner_id,
                "consent",
                lambda env, share=share: env._(
                    "%(name)s asks you to work along for %(part)s of the price:"
                    " %(title)s",
                    name=self.payee_id.name,
                    part=share.percent_text,
                    title=self.title,
                ),
                subject="share",
            )

    def action_agree_share(self, round_number=None, acting_partner_id=None):
        """Agree to one's part in the terms that stand to be agreed on.

        :param int round_number: the round that was shown
        """
        states = ("open", "accepted", "delivered")
        party = self._begin(("coworker_ids",), states, acting_partner_id)
        deal = self.sudo()
        share = deal._share_to_sign(party)
        if not share:
            raise Refusal(self.env._("You are asked nothing here."), rule="share")
        if share.terms_id.round != round_number:
            raise Refusal(
                self.env._("It was changed meanwhile: please read it again."),
                rule="version",
                value=str(round_number),
                limit=str(share.terms_id.round),
            )
        share._sign()
        # Who works along approves nothing of it.
        deal.conflicted_ids |= self.env.user.partner_id
        deal._log("share", party, share.percent_text)
        deal._notify(
            deal.author_id | deal.replier_id,
            "consent",
            lambda env: env._(
                "%(name)s works along: %(title)s", name=party.name, title=deal.title
            ),
        )
        return True

    def _terms_to_sign(self):
        """Return the round that waits for signatures: an answer or a change."""
        deal = self.sudo()
        return deal.terms_id if deal.state == "open" else deal.amend_terms_id

    def _share_to_sign(self, party):
        return self._terms_to_sign().share_ids.filtered(
            lambda one: one.partner_id == party and not one.agreed_on
        )

    def _check_all_work_along(self, terms):
        """Refuse while a co-worker has not agreed to these terms."""
        waits = terms._unsigned()
        if waits:
            raise Refusal(
                self.env._(
                    "Not everybody who works along has agreed: %(names)s.",
                    names=", ".join(waits.mapped("name")),
                ),
                rule="share_unsigned",
                value=str(len(waits)),
                limit="0",
            )

    def _settle_coworkers(self):
        """Let only those see the deal who have a part in what was agreed."""
        terms = self.accepted_terms_id
        self.coworker_ids = terms.share_ids.filtered("points").partner_id

    @api.model
    def _both(self, deal):
        return super()._both(deal) | deal.coworker_ids
