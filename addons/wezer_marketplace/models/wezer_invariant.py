from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_currency.tools.amounts import PRICE_MAX_MINOR

from ..tools import deal_money
from .wezer_announcement import PUBLISHED


class WezerInvariant(models.AbstractModel):
    """Deal, money, task and people agree.

    The checks of deals spell out states in SQL on purpose: they are a second statement
    of the same facts, independent of the state machine that they check.
    """

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (title, getattr(self, name))
            for name, title in self._market_checks().items()
        ]

    @api.model
    def _market_checks(self) -> dict[str, str]:
        """Return the names of the checks of this addon, and their titles."""
        return {
            "_check_paid_deals": self.env._("Every paid deal has its payment"),
            "_check_places": self.env._("No announcement has more deals than places"),
            "_check_prices": self.env._("No price or rate is above the maximum"),
            "_check_assessed_deals": self.env._(
                "Every assessment that counts belongs to a paid deal"
            ),
            "_check_reserved_deals": self.env._(
                "No money stays set aside without an open deal"
            ),
            "_check_agreed_money": self.env._(
                "Every agreed deal has its money set aside"
            ),
            "_check_paid_once": self.env._(
                "Each step and share of a deal is paid only once"
            ),
            "_check_steps_and_shares": self.env._(
                "The steps make up the whole price, and all co-workers agreed to"
                " their share"
            ),
            "_check_approvals": self.env._(
                "Every deal has all the approvals it needed"
            ),
            "_check_contract": self.env._(
                "The agreed terms of every deal are on record"
            ),
            "_check_turn": self.env._("In every negotiation it is one side's turn"),
            "_check_own_work": self.env._("Nobody approved their own side's work"),
            "_check_deal_task": self.env._("Every deal matches its task"),
            "_check_posted_task": self.env._(
                "Every announcement of a task belongs to an open task"
            ),
            "_check_old_disputes": self.env._(
                "No dispute waits longer than 30 days for a decision"
            ),
            "_check_past_their_end": self.env._(
                "No announcement stays open after its closing date"
            ),
            "_check_days_in_order": self.env._("Nothing ends before it begins"),
            "_check_held_disputes": self.env._(
                "Every dispute has someone who may decide it"
            ),
            "_check_open_disputes": self.env._(
                "Every disputed deal has one open dispute"
            ),
            "_check_deal_notices": self.env._(
                "Every open notice still applies to its deal"
            ),
        }

    def _rows(self, query, args=()):
        """Return the rows of ``query``, each a violation."""
        self.env.flush_all()
        self.env.cr.execute(query, args)
        return self.env.cr.fetchall()

    def _check_paid_deals(self):
        rows = []
        deals = self.env["wezer.deal"].sudo()
        for deal in deals.search([("state", "=", "paid")], order="id"):
            if deal.event_ids.filtered(lambda event: event.action == "resolve"):
                continue
            done = deal_money.payments(deal, "done")
            for currency, minor in deal_money.due_sums(deal, whole=True).items():
                paid = done.filtered(
                    lambda transfer, currency=currency: (
                        transfer.wezer_currency_id == currency
                    )
                )
                if sum(paid.mapped("amount_minor")) != minor:
                    rows.append((deal.id, currency.code))
        return rows

    def _check_prices(self):
        """Return ``(table, id, minor units)`` of prices that could not be typed."""
        rows = self._rows(
            """SELECT found_in, id, minor::text FROM (
                   SELECT 'wezer_announcement_price', id, greatest(unit_minor,
                          total_minor) AS minor FROM wezer_announcement_price
                    UNION ALL
                   SELECT 'wezer_terms_price', id, total_minor FROM wezer_terms_price
                    UNION ALL
                   SELECT 'project_project', id, wezer_rate_minor FROM project_project
                    UNION ALL
                   SELECT 'project_task', id, wezer_rate_minor FROM project_task
               ) prices(found_in, id, minor)
                WHERE minor > %s OR minor < 0""",
            [PRICE_MAX_MINOR],
        )
        return [(table, number, minor) for table, number, minor in rows]

    def _check_places(self):
        announcements = self.env["wezer.announcement"].sudo()
        return [
            (post.id, post.places, post.places_used)
            for post in announcements.search([("places", ">", 0)])
            if post.places_used > post.places
        ]

    def _check_assessed_deals(self):
        """An assessment with weight: its deal was paid, and not wholly refunded."""
        return self._rows(
            """SELECT a.id, a.origin_id, d.state, d.end_reason
                 FROM wezer_assessment a
                 LEFT JOIN wezer_deal d ON d.id = a.origin_id
                WHERE a.origin_model = 'wezer.deal' AND a.state = 'revealed'
                  AND NOT coalesce(a.no_weight, false)
                  AND (d.id IS NULL OR d.date_paid IS NULL
                       OR d.end_reason = 'refunded')
                ORDER BY a.id"""
        )

    def _check_deal_notices(self):
        """Unsettled notices whose question cannot be open in the deal's state."""
        return self._rows(
            """SELECT n.id, n.subject, p.id, p.state
                 FROM wezer_notice n
                 LEFT JOIN wezer_deal p ON p.id = n.res_id
                WHERE n.res_model = 'wezer.deal' AND NOT n.settled
                  AND NOT coalesce(CASE n.subject
                      WHEN 'turn' THEN p.state = 'open'
                      WHEN 'share' THEN p.state IN ('open', 'accepted', 'delivered')
                      WHEN 'amend' THEN EXISTS (
                          SELECT 1 FROM wezer_deal_proposal o
                           WHERE o.deal_id = p.id AND o.kind = n.subject
                             AND o.signing_state = 'open')
                      WHEN 'hand_over' THEN EXISTS (
                          SELECT 1 FROM wezer_deal_proposal o
                           WHERE o.deal_id = p.id AND o.kind = n.subject
                             AND o.signing_state = 'open')
                      WHEN 'work' THEN p.state = 'accepted'
                      WHEN 'reminder' THEN p.state = 'accepted'
                      WHEN 'approve' THEN p.state IN ('delivered', 'approved')
                      WHEN 'pay' THEN p.state = 'approved'
                      WHEN 'receipt' THEN p.state IN ('approved', 'confirming')
                      WHEN 'cancel' THEN p.state IN
                          ('accepted', 'delivered', 'approved', 'confirming')
                      WHEN 'dispute' THEN p.state = 'disputed'
                      WHEN 'decide' THEN p.state = 'disputed'
                      ELSE TRUE END, FALSE)
                ORDER BY n.id"""
        )

    def _check_reserved_deals(self):
        return self._rows(
            """SELECT t.id, t.origin_id FROM wezer_transfer t
                 LEFT JOIN wezer_deal p ON p.id = t.origin_id
                WHERE t.origin_model = 'wezer.deal'
                  AND t.state IN ('reserved', 'pending')
                  AND coalesce(p.state, 'ended') NOT IN
                      ('accepted', 'delivered', 'approved', 'confirming', 'disputed')
                ORDER BY t.id"""
        )

    def _check_agreed_money(self):
        """What is set aside and what earlier steps paid make the agreed price."""
        return self._rows(
            """SELECT p.id, l.wezer_currency_id FROM wezer_deal p
                 JOIN wezer_terms_price l ON l.terms_id = p.accepted_terms_id
                WHERE p.state IN ('accepted', 'delivered') AND l.total_minor <> (
                      SELECT coalesce(sum(t.amount_minor), 0) FROM wezer_transfer t
                       WHERE t.origin_model = 'wezer.deal' AND t.origin_id = p.id
                         AND t.wezer_currency_id = l.wezer_currency_id
                         AND t.kind <> 'reversal'
                         AND (t.state = 'reserved' OR (t.state = 'done'
                              AND coalesce(t.origin_part, 0) < p.milestone)))
                ORDER BY p.id"""
        )

    def _check_paid_once(self):
        """One live or paid transfer per deal, step, currency and recipient."""
        return self._rows(
            """SELECT p.id, t.wezer_currency_id, count(*) FROM wezer_transfer t
                 JOIN wezer_deal p ON p.id = t.origin_id
                WHERE t.origin_model = 'wezer.deal' AND t.kind <> 'reversal'
                  AND t.state IN ('reserved', 'pending', 'done')
                GROUP BY p.id, t.wezer_currency_id, t.payee_id, t.origin_part
               HAVING count(*) > 1 OR bool_or(t.payer_id <> p.payer_id)
                   OR bool_or(t.payee_id <> p.payee_id
                              AND coalesce(t.origin_part, 0) >= p.milestone
                              AND NOT EXISTS (
                                  SELECT 1 FROM wezer_terms_share s
                                   WHERE s.terms_id = p.accepted_terms_id
                                     AND s.partner_id = t.payee_id))
                ORDER BY p.id"""
        )

    def _check_steps_and_shares(self):
        """Steps make the whole price; co-workers less, and each of them agreed."""
        return self._rows(
            """SELECT p.id, t.round FROM wezer_deal p
                 JOIN wezer_terms t ON t.id = p.accepted_terms_id
                WHERE (SELECT sum(points) FROM wezer_terms_milestone m
                        WHERE m.terms_id = t.id) <> 10000
                   OR (SELECT sum(points) FROM wezer_terms_share s
                        WHERE s.terms_id = t.id) >= 10000
                   OR EXISTS (SELECT 1 FROM wezer_terms_share s
                        WHERE s.terms_id = t.id AND NOT EXISTS (
                          SELECT 1 FROM wezer_signature g
                           WHERE g.res_model = 'wezer.terms' AND g.res_id = t.id
                             AND g.partner_id = s.partner_id
                             AND g.date_signed IS NOT NULL))
                   OR p.milestone > (SELECT count(*) FROM wezer_terms_milestone m
                        WHERE m.terms_id = t.id)
                ORDER BY p.id"""
        )

    def _check_approvals(self):
        """Where several had to approve, so many did; a moderator may decide alone."""
        return self._rows(
            """SELECT p.id, p.approvals_wanted FROM wezer_deal p
                WHERE p.state IN ('confirming', 'paid') AND p.approvals_wanted > 1
                  AND p.approvals_wanted > (
                      SELECT count(*) FROM wezer_deal_approval a
                       WHERE a.deal_id = p.id AND a.milestone = p.milestone
                         AND a.is_void IS NOT TRUE)
                  AND NOT EXISTS (
                      SELECT 1 FROM wezer_deal_event e
                       WHERE e.deal_id = p.id AND e.action = 'resolve')
                ORDER BY p.id"""
        )

    def _check_contract(self):
        """From the agreement on, the agreed round is one of the deal's own."""
        return self._rows(
            """SELECT p.id, p.state FROM wezer_deal p
                 LEFT JOIN wezer_terms t ON t.id = p.accepted_terms_id
                WHERE (p.state IN ('accepted', 'delivered', 'approved', 'confirming',
                                   'paid', 'disputed')
                       AND t.deal_id IS DISTINCT FROM p.id)
                   OR (p.state IN ('open', 'waiting')
                       AND p.accepted_terms_id IS NOT NULL)
                   OR (p.state = 'ended') <> (p.end_reason IS NOT NULL)
                ORDER BY p.id"""
        )

    def _check_turn(self):
        return self._rows(
            """SELECT id, state FROM wezer_deal
                WHERE (state = 'open') <> (turn IS NOT NULL) ORDER BY id"""
        )

    def _check_own_work(self):
        """Approvals that count: what was sent back was approved by nobody.

        As it was when they were given: before two accounts were merged, say.
        """
        return self._rows(
            """SELECT e.deal_id, e.person_id FROM wezer_deal_event e
                 JOIN wezer_deal_conflicted_rel b
                   ON b.wezer_deal_id = e.deal_id
                  AND b.res_partner_id = e.person_id
                WHERE e.action = 'approve' AND e.before_merge IS NOT TRUE
                  AND NOT EXISTS (
                      SELECT 1 FROM wezer_deal_event later
                       WHERE later.deal_id = e.deal_id
                         AND later.id > e.id AND later.action = 'send_back')
                ORDER BY 1"""
        )

    def _check_deal_task(self):
        """The task of a live deal is there, and its worker's."""
        return self._rows(
            """SELECT p.id, t.id FROM wezer_deal p
                 JOIN project_task t ON t.id = p.task_id
                WHERE p.state IN ('accepted', 'delivered', 'approved', 'confirming')
                  AND (NOT t.active OR t.state = '1_canceled'
                       OR t.assignee_partner_id IS DISTINCT FROM p.payee_id)
                ORDER BY p.id"""
        )

    def _check_posted_task(self):
        """Open announcements of tasks that are closed, archived or templates."""
        return self._rows(
            """SELECT a.id, t.id FROM wezer_announcement a
                 JOIN project_task t ON t.id = a.task_id
                WHERE a.state IN ('open', 'paused')
                  AND (NOT t.active OR t.is_template
                       OR t.state IN ('1_done', '1_canceled'))
                ORDER BY a.id"""
        )

    def _check_old_disputes(self):
        return self._rows(
            """SELECT id, date_state, dispute_circle_id FROM wezer_deal
                WHERE state = 'disputed' AND date_state < %s ORDER BY id""",
            [fields.Datetime.now() - timedelta(days=30)],
        )

    def _check_past_their_end(self):
        """Closed within the hour after the day, or open without a closing day."""
        live = Domain("state", "in", PUBLISHED)
        late = days.passed(self.env, "expiry", -days.DAY)
        endless = Domain("expiry", "=", False) & Domain("date_last", "!=", False)
        found = self.env["wezer.announcement"].sudo().search(live & (late | endless))
        return [(post.id, post.expiry, post.date_last) for post in found.sorted("id")]

    def _check_days_in_order(self):
        return self._rows(
            """SELECT 'announcement', id FROM wezer_announcement
                WHERE state <> 'ended' AND date_end < date_start
                UNION ALL
               SELECT 'deal', p.id FROM wezer_deal p
                 JOIN wezer_terms t ON t.id = coalesce(p.accepted_terms_id, p.terms_id)
                WHERE p.state IN ('open', 'accepted') AND t.date_due < t.date_start
                ORDER BY 1, 2"""
        )

    def _check_held_disputes(self):
        """Somebody may decide at the last stage, else administrators choose one."""
        held = [("state", "=", "open"), ("circle_id", "=", False)]
        return [
            (dispute.deal_id.id,)
            for dispute in self.env["wezer.dispute"].sudo().search(held, order="id")
            if not dispute._deciders()
        ]

    def _check_open_disputes(self):
        """A deal in dispute has one that is open, its own; no other deal has any."""
        return self._rows(
            """SELECT p.id, p.state, d.id FROM wezer_deal p
                 LEFT JOIN wezer_dispute d ON d.deal_id = p.id AND d.state = 'open'
                WHERE (p.state = 'disputed') <> (d.id IS NOT NULL)
                   OR p.dispute_id IS DISTINCT FROM d.id
                ORDER BY p.id"""
        )
