from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

DECIDE_DAYS = 30
# Who acts for a side by one of these decides nothing about it.
SIDE_RIGHTS = ("wallet", "market", "project")
# What a moderator does himself makes him no part of the matter.
JUDGING = ("resolve", "pass_on")


class WezerDeal(models.Model):
    """Which moderators have a dispute: of the smallest common circle, then larger ones.

    The circles common to both sides are noted when the terms are accepted, so that
    nobody chooses his judges afterwards by joining or leaving. Where no circle has
    anybody who may decide, the community's moderators do.
    """

    _inherit = "wezer.deal"

    # Nobody's to read: circles may be private.
    common_circle_ids = fields.Many2many(
        "wezer.group",
        "wezer_deal_common_circle_rel",
        string="Circles of both",
        copy=False,
        groups=fields.NO_ACCESS,
    )
    dispute_circle_id = fields.Many2one(
        "wezer.group",
        string="Decided in",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Whose moderators decide the dispute; empty: the community's.",
    )
    dispute_holder_since = fields.Datetime(string="With them since", copy=False)
    took_part_ids = fields.Many2many(
        "res.partner",
        "wezer_deal_took_part_rel",
        string="Who took part",
        copy=False,
        groups=fields.NO_ACCESS,
    )
    is_user_moderator = fields.Boolean(
        string="Waits for my decision",
        compute="_compute_i_moderate",
        search="_search_i_moderate",
        compute_sudo=True,
    )

    # === WHO MAY DECIDE === #

    @api.depends("state", "dispute_circle_id", "took_part_ids")
    @api.depends_context("uid")
    def _compute_i_moderate(self):
        user = self.env.user
        for deal in self:
            deal.is_user_moderator = deal.state == "disputed" and deal._may_decide(
                user, deal.dispute_circle_id
            )

    def _search_i_moderate(self, operator, value):
        """Find what :meth:`_may_decide` says: rules and the to-do list ask so."""
        if operator != "in":
            return NotImplemented
        user = self.env.user
        held = Domain.FALSE
        if user._moderated_circles():
            held |= Domain(
                "dispute_circle_id", "in", SQL("(%s)", user._moderated_sql())
            )
        if user._moderates(user.partner_id.browse()):
            held |= Domain("dispute_circle_id", "=", False)
        if held.is_false():
            return Domain.FALSE
        acting = SQL(" UNION ALL ").join(user._acting_sql(one) for one in SIDE_RIGHTS)
        mine = SQL("(SELECT id FROM (%s) acting(id) WHERE id IS NOT NULL)", acting)
        side = Domain.OR(
            Domain(party, "any", [("id", "in", mine)])
            for party in ("author_id", "replier_id", "coworker_ids")
        )
        took_part = Domain("took_part_ids", "in", user.partner_id.ids)
        domain = Domain("state", "=", "disputed") & held & ~took_part & ~side
        # sudo: who took part is nobody's to read, but decides who moderates.
        deals = self.sudo().with_context(active_test=False)
        return Domain("id", "in", deals._search(domain))

    def _may_decide(self, user, circle):
        """Say whether ``user`` may decide this deal's dispute for ``circle``.

        :param circle: whose moderator he would be; empty for the community's
        """
        self.ensure_one()
        deal, parties = self.sudo(), self._parties()
        if circle:
            holds = circle in user._moderated_circles()
        else:
            holds = user._moderates(parties)
        disputed = deal.state == "disputed"
        took_part = deal.took_part_ids if disputed else deal._took_part()
        if not holds or user.partner_id in took_part:
            return False
        return not any(user._acts_for(parties, right) for right in SIDE_RIGHTS)

    def _parties(self):
        """Return the partners between whom a dispute is."""
        return self._both(self.sudo())

    def _took_part(self):
        """Return the persons who did anything in this deal, on either side."""
        deal = self.sudo()
        acts = deal.event_ids.filtered(lambda event: event.action not in JUDGING)
        return (
            deal._parties()
            | deal.replier_person_id
            | deal.conflicted_ids
            | deal.announcement_id.person_id
            | deal.terms_ids.person_id
            | deal.message_line_ids.person_id
            | acts.person_id
            | acts.partner_id
        )

    def _deciders(self, circle):
        """Return the users who may decide for ``circle``, or for the community."""
        self.ensure_one()
        if circle:
            users = circle._own_moderators().user_ids
        else:
            users = self.env.ref("wezer_base.group_moderator").sudo().all_user_ids
        return users.filtered(lambda user: self._may_decide(user, circle))

    def _log(self, action, partner, note=""):
        """Who shows something in a dispute takes part in it."""
        result = super()._log(action, partner, note)
        if action not in JUDGING:
            for deal in self.sudo().filtered(lambda one: one.state == "disputed"):
                deal.took_part_ids |= self.env.user.partner_id
        return result

    # === WHICH CIRCLE === #

    def _note_common_circles(self):
        """Keep which circles both sides are in, as the terms are accepted."""
        for deal in self.sudo():
            circles = [party._wezer_circles_of() for party in deal._parties()]
            common = circles[0]
            for one in circles[1:]:
                common &= one
            # A circle that is a side itself judges nothing of its own.
            deal.common_circle_ids = common.filtered(
                lambda circle, deal=deal: circle.partner_id not in deal._parties()
            )

    def _accept_terms(self, party):
        result = super()._accept_terms(party)
        self._note_common_circles()
        return result

    def _hand_over(self, party):
        result = super()._hand_over(party)
        self._note_common_circles()
        return result

    def _common_by_size(self):
        """Return the common circles, the smallest first: fewest people, deepest."""
        circles = self.sudo().with_context(active_test=False).common_circle_ids
        people = circles._counted()
        return circles.sorted(lambda one: (people.get(one.id, 0), -one.depth, one.id))

    def _next_circle(self):
        """Return the circle that has the dispute next, empty for the community.

        Passed over is where nobody may decide, or nobody else than now.
        """
        deal = self.sudo()
        circles, now = deal._common_by_size(), self.env["res.users"]
        if deal.state == "disputed":
            here = deal.dispute_circle_id
            now = deal._deciders(here)
            ids = circles.ids
            circles = circles.browse(
                ids[ids.index(here.id) + 1 :] if here.id in ids else []
            )
        for circle in circles.filtered("active"):
            deciders = deal._deciders(circle)
            if deciders and deciders != now:
                return circle
        return circles.browse()

    def _hold_dispute(self, circle):
        """Give the dispute to the moderators of ``circle``, and tell them."""
        deal = self.sudo()
        deal.write(
            {
                "dispute_circle_id": circle.id,
                "dispute_holder_since": fields.Datetime.now(),
            }
        )
        deal._notify(
            deal._deciders(circle).partner_id,
            "dispute",
            lambda env: env._(
                "A deal waits for your decision: %(title)s", title=deal.title
            ),
            subject="decide",
        )

    # === CLOCK === #

    @api.model
    def _clocks(self, now):
        """Pass on what nobody decided for long, or nobody may decide any more."""
        held = [("state", "=", "disputed"), ("dispute_circle_id", "!=", False)]
        left = self.search(held, order="id", limit=500).filtered(
            lambda deal: not deal._deciders(deal.dispute_circle_id)
        )
        old = now - timedelta(days=DECIDE_DAYS)
        domain = Domain(held) & (
            Domain("dispute_holder_since", "<", old) | Domain("id", "in", left.ids)
        )
        return super()._clocks(now) + [(domain, "_pass_on")]

    def _pass_on(self, now):
        """Pass an undecided dispute on to the next larger circle."""
        self.ensure_one()
        circle = self._next_circle()
        self._log("pass_on", False)
        self._notify_all(
            "dispute",
            lambda env: env._(
                "Others decide about it from now on: %(title)s", title=self.title
            ),
            subject="dispute",
        )
        self._hold_dispute(circle)

    # === WORDS === #

    def _last_call(self):
        """Return what was said when the moderators were called."""
        self.ensure_one()
        calls = self.sudo().event_ids.filtered(lambda one: one.action == "dispute")
        return calls.sorted("id")[-1:]

    def _decide_by(self):
        """Return the day on which an undecided dispute passes on, False at its end."""
        self.ensure_one()
        since = self.sudo().dispute_holder_since
        if not (since and self.sudo().dispute_circle_id):
            return False
        return days.day_of(self.env, since + timedelta(days=DECIDE_DAYS))

    def _who_decides(self):
        """Say in words who has the dispute; private circles keep their names."""
        self.ensure_one()
        circle = self.sudo().dispute_circle_id
        if not circle:
            return self.env._(
                "A moderator was called: everything waits for the decision"
            )
        return self.env._(
            "A moderator of %(circle)s was called: everything waits for the decision",
            circle=circle.sudo(False).display_name,
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _wezer_invalidate_acting(self):
        result = super()._wezer_invalidate_acting()
        self.env["wezer.deal"].invalidate_model(["is_user_moderator"], flush=False)
        return result
