from datetime import datetime, timedelta

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from ..tools import deal_money
from ..tools.task_context import QUIET
from .wezer_deal import LIVE

_lt = LazyTranslate(__name__)

SIGN_DAYS = 7


class WezerDealProposal(models.Model):
    """What would change an agreed deal once all whom it concerns have signed it.

    Three kinds: other terms (``amend``), another worker (``hand_over``), the end
    (``cancel``). There is one record for each deal and kind; proposing again is a new
    version, which voids the signatures. Until the last has signed nothing changes. A
    proposal lapses after a week, and is withdrawn by any other action that moves the
    deal. The deal's own actions check who may propose and sign.
    """

    _name = "wezer.deal.proposal"
    _description = "Proposal in a deal"
    _inherit = ["wezer.signing.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "kind"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("amend", "Change what was agreed"),
            ("hand_over", "Hand over to another member"),
            ("cancel", "Cancel"),
        ],
        required=True,
    )
    terms_id = fields.Many2one("wezer.terms", string="New terms", ondelete="set null")
    stand_in_id = fields.Many2one(
        "res.partner", string="Proposed stand-in", index=True, ondelete="restrict"
    )
    stand_in_person_id = fields.Many2one("res.partner", ondelete="restrict")
    reason = fields.Text()
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    _kind_uniq = models.UniqueIndex("(deal_id, kind)", "One proposal of a kind.")

    def _propose(self, signers, party) -> bool:
        """Ask ``signers`` to sign within a week; ``party`` proposes, and has signed.

        :return: whether nobody else has to sign: then it is done
        """
        self.ensure_one()
        self.deal_id.has_proposal = True
        return self._propose_signing(signers, self._new_deadline(), party)

    def _renew(self, signers) -> None:
        """Give everybody another week, and ask those who have to sign meanwhile."""
        self.ensure_one()
        self.signing_deadline = self._new_deadline()
        self._add_signers(signers - self._signatures().partner_id)

    def _new_deadline(self) -> datetime:
        return fields.Datetime.now() + timedelta(days=SIGN_DAYS)

    def _lapse_signing(self):
        for deal in self.deal_id:
            # As every action does, before anything of the deal is written.
            deal._lock()
        return super()._lapse_signing()

    def _on_signed(self, party):
        self.deal_id._update_has_proposal()
        getattr(self, f"_apply_{self.kind}")(party)

    def _on_signing_ended(self, reason):
        deal = self.deal_id
        deal._update_has_proposal()
        if self.kind == "amend" and deal.coworker_ids:
            self.terms_id._withdraw_signing()
            deal._keep_agreed_coworkers()
        deal._settle_answered()
        if reason == "lapsed":
            self._notify_lapsed()

    def _notify_lapsed(self):
        """Tell those who had signed that nothing changes."""
        deal, signed = self.deal_id, self._signed()
        inside = signed & deal._parties()
        # A member who would stand in does not see the deal.
        for whom, url in ((inside, None), (signed - inside, "/my/deals")):
            deal._notify(
                whom,
                "over",
                _lt(
                    "Not everybody agreed in time, so nothing changes: %(title)s",
                    title=deal.title,
                ),
                subject="lapsed",
                url=url,
            )

    # === WHAT HAPPENS WHEN ALL HAVE SIGNED; party SIGNED LAST === #

    def _apply_cancel(self, party):
        """Cancel the deal."""
        deal = self.deal_id
        deal._log("cancel", party, self.reason)
        deal._cancel()
        deal._notify_all(
            "over",
            _lt(
                "%(name)s agreed to cancel: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party,
            subject="news",
        )

    def _apply_amend(self, party):
        """Let the proposed terms hold: free and set aside in one step."""
        deal, terms = self.deal_id, self.terms_id
        terms._check_not_expired()
        was = deal.state
        deal._check_coworkers_signed(terms)
        deal._check_same_steps(terms)
        step = deal._first_step(terms)
        due = terms.milestone_ids[step - 1 : step].date_due or terms.date_due
        deal._mark_conflict_of_interest(party)
        deal_money.release(deal, "released")
        deal.attempt += 1
        deal._set_state(
            "accepted",
            accepted_terms_id=terms.id,
            terms_id=terms.id,
            milestone=step,
            **deal._due_vals(due, deal.date_due),
            date_delivered=False,
            delivered_quantity=0,
        )
        deal._keep_agreed_coworkers()
        deal_money.reserve(deal)
        deal._log("amend", party)
        if was == "delivered":
            deal._move_task("accepted")
        deal._notify_all(
            "accepted",
            _lt(
                "%(name)s agreed to the change: %(title)s",
                name=party.name,
                title=deal.title,
            ),
            but=party,
        )

    def _apply_hand_over(self, party):
        """Let the stand-in go on: another payee, with a reservation of their own."""
        deal = self.deal_id
        stand_in, person = self.stand_in_id, self.stand_in_person_id
        old = deal.payee_id
        deal.announcement_id._lock()
        self._check_stand_in(stand_in, person)
        deal.announcement_id._check_cap(person)
        deal_money.release(deal, "released")
        deal.attempt += 1
        deal._set_state(
            "accepted",
            payee_id=stand_in.id,
            replier_id=stand_in.id,
            replier_person_id=person.id,
            # The former worker cannot approve the work either.
            conflicted_ids=[Command.link(person.id)],
        )
        deal_money.reserve(deal)
        deal._log("hand_over", party, stand_in.name)
        # The deal's action has checked who: the task belongs to the coordinators.
        deal.task_id.with_context(**QUIET).write({"assignee_partner_id": stand_in.id})
        # The former worker sees the deal no longer.
        deal._settle_for_outsiders(old)
        for whom, url in ((old, "/my/deals"), (stand_in | deal.payer_id, None)):
            deal._notify(
                whom,
                "accepted",
                _lt(
                    "%(name)s stands in: %(title)s",
                    name=stand_in.name,
                    title=deal.title,
                ),
                url=url,
            )
        deal._record_common_circles()

    def _check_stand_in(self, partner, person=None):
        """Refuse a party, a non-member, or a member who has answered as well.

        :param partner: the member who would stand in
        :param person: who acts for them, where they sign
        """
        deal = self.deal_id
        profile = partner._wezer_profile() if partner else False
        if not profile or profile.state != "active":
            raise Refusal(self.env._("Enter the name of a member."), rule="member")
        if partner in deal.author_id | deal.replier_id:
            raise Refusal(
                self.env._("The person who stands in cannot be one of you two."),
                rule="hand_over",
            )
        answered = deal.announcement_id.deal_ids.filtered(
            lambda other: other.replier_id == partner and other.state in LIVE
        )
        if answered:
            raise Refusal(
                self.env._("%(name)s has already answered this.", name=partner.name),
                rule="answered",
            )
        if person and deal.place_id and not deal.place_id._fits(person):
            raise NotAllowed(
                self.env._(
                    "These places are kept for: %(asked)s.",
                    asked=deal.place_id._format(),
                ),
                rule="place",
            )
