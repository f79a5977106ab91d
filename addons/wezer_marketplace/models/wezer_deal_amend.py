from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .project_task import QUIET
from .wezer_announcement import LIVE_STATES
from .wezer_deal import CONSENT_DAYS, DUE_DAYS

NO_AMENDMENT = {"amend_terms_id": False, "amend_by_id": False}
NO_HAND_OVER = {
    "hand_over_id": False,
    "hand_over_person_id": False,
    "hand_over_consent_ids": [(5, 0, 0)],
}


class WezerDeal(models.Model):
    """Changing what was agreed, and letting another do it: all named have to sign.

    Both are proposals beside the state: nothing changes until the last has signed the
    same version; they lapse after a week, and at any other arrow.
    """

    _inherit = "wezer.deal"

    amend_terms_id = fields.Many2one(
        "wezer.terms", string="Change proposed", ondelete="set null", copy=False
    )
    amend_by_id = fields.Many2one("res.partner", ondelete="restrict", copy=False)
    amend_date = fields.Datetime(copy=False)
    hand_over_id = fields.Many2one(
        "res.partner", string="Would stand in", ondelete="restrict", copy=False
    )
    hand_over_person_id = fields.Many2one(
        "res.partner", ondelete="restrict", copy=False
    )
    hand_over_consent_ids = fields.Many2many(
        "res.partner", "wezer_deal_hand_over_rel", copy=False
    )
    hand_over_date = fields.Datetime(copy=False)

    def _set_state(self, state, **extra):
        self.sudo()._drop_proposals()
        return super()._set_state(state, **extra)

    def _drop_proposals(self):
        for deal in self.filtered(lambda one: one.amend_terms_id or one.hand_over_id):
            deal.write({**NO_AMENDMENT, **NO_HAND_OVER})
            if deal.coworker_ids:
                deal._settle_coworkers()

    @api.model
    def _clocks(self, now):
        """Drop what was proposed and not signed within a week."""
        old = now - timedelta(days=CONSENT_DAYS)
        lapsed = Domain.OR(
            [
                Domain("amend_terms_id", "!=", False) & Domain("amend_date", "<", old),
                Domain("hand_over_id", "!=", False)
                & Domain("hand_over_date", "<", old),
                Domain("consent_ids", "!=", False) & Domain("consent_date", "<", old),
            ]
        )
        return [*super()._clocks(now), (lapsed, "_lapse_proposals")]

    def _lapse_proposals(self, _now):
        self.ensure_one()
        if self.consent_ids and self._is_lapsed(self.consent_date):
            self.consent_ids = [(5, 0, 0)]
        if self.hand_over_id and self._is_lapsed(self.hand_over_date):
            self.write(NO_HAND_OVER)
        if self.amend_terms_id and self._is_lapsed(self.amend_date):
            self.write(NO_AMENDMENT)
            if self.coworker_ids:
                self._settle_coworkers()
        self._settle_answered()

    def _is_lapsed(self, moment):
        return not moment or moment + timedelta(days=CONSENT_DAYS) < (
            fields.Datetime.now()
        )

    # === AMENDING === #

    def action_amend(self, vals=None, round_number=None, acting_partner_id=None):
        """Propose to change what was agreed, or sign what the other side proposed.

        Where both have signed, the new terms hold: what was set aside is freed and the
        new price set aside in the same step, and what was delivered is open again.

        :param dict vals: see :meth:`wezer.announcement.action_propose`; None to sign
        :param int round_number: the round that was shown, where one signs
        :return: whether the new terms hold
        """
        party = self._begin(
            ("author_id", "replier_id"), ("accepted", "delivered"), acting_partner_id
        )
        self._check_money_right(party)
        deal = self.sudo()
        if vals is not None:
            deal._propose_amendment(party, vals)
            return False
        terms = deal.amend_terms_id
        if not terms or self._is_lapsed(deal.amend_date):
            raise Refusal(self.env._("No change is proposed."), rule="amend")
        if terms.round != round_number:
            raise Refusal(
                self.env._("It was changed meanwhile: please read it again."),
                rule="version",
                value=str(round_number),
                limit=str(terms.round),
            )
        if party == deal.amend_by_id:
            raise NotAllowed(
                self.env._(
                    "It is the other side's turn: %(name)s.",
                    name=deal._other(party).name,
                ),
                rule="turn",
            )
        deal._amend(party)
        return True

    def _propose_amendment(self, party, vals):
        agreed = self.accepted_terms_id
        terms = {
            **agreed._copied_vals(),
            **self.env["wezer.terms"]._checked_vals(vals),
        }
        self.announcement_id._check_price_mode(terms["price_line_ids"])
        agreed._check_due(terms["date_due"], agreed.date_due)
        proposed = self._add_round(self._side_of(party), party, terms)
        self._check_same_steps(proposed)
        # What was agreed stays the deal's terms until both have signed.
        self.write(
            {
                "terms_id": agreed.id,
                "amend_terms_id": proposed.id,
                "amend_by_id": party.id,
                "amend_date": fields.Datetime.now(),
            }
        )
        self._log("amend_propose", party, proposed.message)
        self._notify(
            self._other(party),
            "consent",
            lambda env: env._(
                "%(name)s would change what was agreed: %(title)s",
                name=party.name,
                title=self.title,
            ),
        )
        self._settle_answered()

    def _amend(self, party):
        """Let the proposed terms hold: free and set aside in one step."""
        terms, was, now = self.amend_terms_id, self.state, fields.Datetime.now()
        self._check_all_work_along(terms)
        self._check_same_steps(terms)
        step = self._first_step(terms)
        due = terms.milestone_ids[step - 1 : step].date_due or terms.date_due
        if not due or due < now:
            due = max(self.date_due or now, now + timedelta(days=DUE_DAYS))
        self._mark_conflict_of_interest(party)
        self._release_money("released")
        self.attempt += 1
        self._set_state(
            "accepted",
            accepted_terms_id=terms.id,
            terms_id=terms.id,
            milestone=step,
            date_due=due,
            date_delivered=False,
            delivered_quantity=0,
        )
        self._settle_coworkers()
        self._reserve_money()
        self._log("amend", party)
        if was == "delivered":
            self._move_task("accepted")
        self._notify_all(
            "accepted",
            lambda env: env._(
                "%(name)s agreed to the change: %(title)s",
                name=party.name,
                title=self.title,
            ),
            but=party,
        )

    # === HANDING OVER === #

    def action_hand_over(self, partner_id=None, acting_partner_id=None):
        """Propose who stands in for the worker, or sign as the payer or the stand-in.

        Help wanted only. The old worker may still not approve; the price is freed and
        set aside for the new one in the same step.

        :param int partner_id: who would stand in; left out to sign
        :return: whether the work is handed over
        """
        self.ensure_one()
        if partner_id is not None:
            return self._propose_hand_over(partner_id, acting_partner_id)
        deal = self.sudo()
        party = self._begin_hand_over(acting_partner_id)
        if not deal.hand_over_id or self._is_lapsed(deal.hand_over_date):
            raise Refusal(self.env._("Nobody is named to stand in."), rule="hand_over")
        if party == deal.hand_over_id:
            deal._check_stand_in(party, self.env.user.partner_id)
            deal.hand_over_person_id = self.env.user.partner_id
        else:
            self._check_money_right(party)
        deal.hand_over_consent_ids |= party
        named = deal.payer_id | deal.payee_id | deal.hand_over_id
        if named <= deal.hand_over_consent_ids:
            deal._hand_over(party)
            return True
        deal._log("hand_over_sign", party)
        return False

    def _begin_hand_over(self, acting_partner_id):
        """Check who signs: the payer, or the stand-in, who sees no deal yet."""
        stand_in = self.sudo().hand_over_id
        user = self.env.user
        if acting_partner_id in (None, False, stand_in.id) and user._acts_for(
            stand_in, "market"
        ):
            party = user._resolve_acting(
                acting_partner_id, stand_in, "market", "deal", self
            )
            self.sudo()._lock()
            self._check_state("accepted")
            return party
        return self._begin(("payer_id",), ("accepted",), acting_partner_id)

    def _propose_hand_over(self, partner_id, acting_partner_id):
        party = self._begin(("payee_id",), ("accepted",), acting_partner_id)
        deal = self.sudo()
        if deal.kind != "want":
            raise Refusal(
                self.env._("Who offers something does it himself."), rule="kind"
            )
        if deal.coworker_ids:
            raise Refusal(
                self.env._("Several work together: change what was agreed instead."),
                rule="share",
            )
        stand_in = self.env["wezer.transfer"]._partner(partner_id).sudo().exists()
        deal._check_stand_in(stand_in)
        deal._mark_conflict_of_interest(party)
        deal.write(
            {
                "hand_over_id": stand_in.id,
                "hand_over_person_id": False,
                "hand_over_consent_ids": [(6, 0, party.ids)],
                "hand_over_date": fields.Datetime.now(),
            }
        )
        deal._log("hand_over_propose", party, stand_in.name)
        for whom, url in (
            (deal.payer_id, f"/my/deals/{deal.id}"),
            (stand_in, f"/my/stand-in/{deal.id}"),
        ):
            deal._notify(
                whom,
                "consent",
                lambda env: env._(
                    "%(name)s asks that %(other)s stands in: %(title)s",
                    name=party.name,
                    other=stand_in.name,
                    title=deal.title,
                ),
                subject="hand_over",
                url=url,
            )
        return False

    def _check_stand_in(self, partner, person=None):
        """Refuse who cannot stand in: a party, no member, or who answered himself."""
        profile = partner._wezer_profile() if partner else False
        if not profile or profile.state != "active":
            raise Refusal(self.env._("Name a member."), rule="member")
        if partner in self.author_id | self.replier_id:
            raise Refusal(
                self.env._("Who stands in is neither of you."), rule="hand_over"
            )
        answered = self.announcement_id.deal_ids.filtered(
            lambda deal: deal.replier_id == partner and deal.state in LIVE_STATES
        )
        if answered:
            raise Refusal(
                self.env._("%(name)s has answered this already.", name=partner.name),
                rule="answered",
            )
        if person and self.place_id and not self.place_id._fits(person):
            raise NotAllowed(
                self.env._(
                    "The places here are kept for: %(asked)s.",
                    asked=self.place_id._say(),
                ),
                rule="place",
            )

    def _hand_over(self, party):
        """Let the stand-in go on: another payee, his own reservation and key."""
        stand_in, person = self.hand_over_id, self.hand_over_person_id
        old = self.payee_id
        self.announcement_id._lock()
        self._check_stand_in(stand_in, person)
        self.announcement_id._check_cap(person)
        self._release_money("released")
        self.attempt += 1
        self._set_state(
            "accepted",
            payee_id=stand_in.id,
            replier_id=stand_in.id,
            replier_person_id=person.id,
            # Who worked until now stays barred, who works now is.
            conflicted_ids=[(4, person.id)],
        )
        self._reserve_money()
        self._log("hand_over", party, stand_in.name)
        # The deal's arrow has checked who: the task is the coordinators' side.
        self.task_id.with_context(**QUIET).write({"assignee_partner_id": stand_in.id})
        # Who worked until now sees the deal no longer.
        for whom, url in ((old, "/my/deals"), (stand_in | self.payer_id, None)):
            self._notify(
                whom,
                "accepted",
                lambda env: env._(
                    "%(name)s stands in: %(title)s",
                    name=stand_in.name,
                    title=self.title,
                ),
                url=url,
            )

    # === THE PAGE === #

    def _work_buttons(self, me, as_group):
        buttons = super()._work_buttons(me, as_group)
        deal = self.sudo()
        if deal.state not in ("accepted", "delivered"):
            return buttons
        if self._change_to_sign(me) and deal.amend_terms_id._stands():
            label = self.env._("Agree to the change") + as_group
            buttons.insert(0, self._button("amend_sign", label, True, "amend_sign"))
        buttons.append(
            self._button(
                "amend", self.env._("Change what was agreed"), False, "counter"
            )
        )
        if deal.state == "accepted" and deal.kind == "want":
            if me == deal.payee_id:
                label = self.env._("Somebody stands in for me")
                buttons.append(self._button("hand_over", label, False, "hand_over"))
            elif self._stand_in_to_sign(me):
                label = self.env._(
                    "Agree that %(name)s stands in", name=deal.hand_over_id.name
                )
                buttons.insert(0, self._button("hand_over_sign", label, True))
        return buttons

    def _change_to_sign(self, me):
        """Say whether the other side proposed a change that still stands."""
        deal = self.sudo()
        return bool(
            deal.amend_terms_id
            and deal.amend_by_id != me
            and not self._is_lapsed(deal.amend_date)
        )

    def _stand_in_to_sign(self, me):
        deal = self.sudo()
        return bool(
            deal.hand_over_id
            and me == deal.payer_id
            and me not in deal.hand_over_consent_ids
            and not self._is_lapsed(deal.hand_over_date)
        )

    def _proposed_change(self):
        """Return what a proposed change would change: ``[(label, before, now)]``."""
        deal = self.sudo()
        if not deal.amend_terms_id or self._is_lapsed(deal.amend_date):
            return []
        return deal.amend_terms_id._diff_from(deal.accepted_terms_id)


class WezerDealEvent(models.Model):
    _inherit = "wezer.deal.event"

    def _sentence(self):
        words = {
            "amend_propose": self.env._("%(who)s proposed to change what was agreed"),
            "amend": self.env._("%(who)s agreed to the change"),
            "hand_over_propose": self.env._("%(who)s named somebody to stand in"),
            "hand_over_sign": self.env._("%(who)s agreed that somebody stands in"),
            "hand_over": self.env._("Somebody stands in"),
        }
        if self.action in words:
            return words[self.action] % {"who": self.sudo().partner_id.name or ""}
        return super()._sentence()
