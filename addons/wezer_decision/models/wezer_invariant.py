from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

from ..tools import governance, recount, vote_checks
from .wezer_decision import CLOSED

# A clock that stood still for so many hours is told.
CLOCK_HOURS = 2
# The clock ends a term at most so many days after its last day.
TERM_DAYS = 2


class WezerInvariant(models.AbstractModel):
    """What decisions, their rolls, ballots and outcomes always are."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Each voice on a roll is that of a person or of a circle"),
                self._check_roll,
            ),
            (
                self.env._("Nobody voted twice, and only people on the roll voted"),
                self._check_ballots,
            ),
            (
                self.env._("As many people voted in secret as there are ballots"),
                self._check_urn,
            ),
            (
                self.env._("A secret ballot holds neither a person nor a time"),
                self._check_urn_columns,
            ),
            (
                self.env._("A counted secret ballot has no receipt beside it"),
                self._check_receipts,
            ),
            (
                self.env._(
                    "No college is counted in secret with fewer than five ballots"
                ),
                self._check_small_colleges,
            ),
            (
                self.env._("Only voices of people who did not vote are carried"),
                self._check_carried,
            ),
            (
                self.env._("A delegation ends when its date is over"),
                self._check_overdue_delegations,
            ),
            (
                self.env._("The result of a decision is what its ballots give"),
                self._check_results,
            ),
            (
                self.env._("A decision that is closed waits for nothing"),
                self._check_closed_decisions,
            ),
            (
                self.env._("The records that decisions made exist"),
                self._check_outcomes,
            ),
            (
                self.env._("No decision is open after its time"),
                self._check_clock,
            ),
            (
                self.env._("No role is held beyond its term without a reason"),
                self._check_terms,
            ),
            (
                self.env._("Nobody delegates a vote to themselves"),
                self._check_delegations,
            ),
            (
                self.env._("The log of circles is chained, and cannot be changed"),
                self._check_governance,
            ),
        ]

    def _found_by(self, query):
        self.env.flush_all()
        return self.env.execute_query(query)

    def _check_roll(self):
        return self._found_by(
            SQL(
                """SELECT v.id, v.decision_id FROM wezer_decision_voter v
                     JOIN wezer_decision d ON d.id = v.decision_id
                LEFT JOIN wezer_group g ON g.partner_id = v.party_id
                    WHERE (g.id IS NOT NULL AND d.electorate <> 'representatives')
                       OR EXISTS (SELECT FROM wezer_group p
                                   WHERE p.partner_id = v.person_id)"""
            )
        )

    def _check_ballots(self):
        return self._found_by(
            SQL(
                """SELECT v.id, v.decision_id FROM wezer_decision_voter v
                     JOIN wezer_decision d ON d.id = v.decision_id
                LEFT JOIN wezer_ballot b ON b.voter_id = v.id
                    WHERE d.secrecy = 'open' AND d.state <> 'ended'
                 GROUP BY v.id, v.decision_id, v.state
                   HAVING count(b.id) > 1
                       OR (count(b.id) = 1 AND v.state = 'may'
                           AND min(b.version_id) = (
                               SELECT version_id FROM wezer_decision
                                WHERE id = v.decision_id))"""
            )
        )

    def _check_urn(self):
        return vote_checks.urns(self.env)

    def _check_urn_columns(self):
        return vote_checks.urn_columns(self.env)

    def _check_receipts(self):
        return vote_checks.receipts(self.env)

    def _check_small_colleges(self):
        return vote_checks.small_colleges(self.env)

    def _check_carried(self):
        return vote_checks.carried(self.env)

    def _check_overdue_delegations(self):
        return vote_checks.overdue(self.env)

    def _check_results(self):
        """Count again what is kept, and compare the seal and the answers."""
        decisions = self.env["wezer.decision"].sudo()
        found = []
        for decision in decisions.search(
            [("state", "in", CLOSED), ("seal", "!=", False)], order="id"
        ):
            if names := recount.differences(decision):
                found.append((decision.id, decision.seal, ", ".join(names)))
        return found

    def _check_closed_decisions(self):
        return self._found_by(
            SQL(
                """SELECT id, state FROM wezer_decision
                    WHERE (state IN ('done', 'rejected', 'ended')
                           AND (phase IS NOT NULL OR closed_at IS NULL
                                OR due_at IS NOT NULL))
                       OR (state IN ('draft', 'announced', 'open')
                           AND result IS NOT NULL)"""
            )
        )

    def _check_outcomes(self):
        found = self._found_by(
            SQL(
                """SELECT o.id, o.state FROM wezer_outcome o
                     JOIN wezer_decision d ON d.id = o.decision_id
                    WHERE (o.state = 'done') <> (d.state = 'done')
                      AND (o.state = 'done' OR d.state = 'done')"""
            )
        )
        done = self.env["wezer.outcome"].sudo()
        for outcome in done.search([("state", "=", "done"), ("res_id", "!=", 0)]):
            made = outcome.res_model and self.env[outcome.res_model].sudo()
            if made is not None and made._name != "wezer.group.policy":
                if not made.browse(outcome.res_id).exists():
                    found.append((outcome.id, outcome.res_model, outcome.res_id))
        return found

    def _check_clock(self):
        """A decision with a live objection waits some days for a new version."""
        return self._found_by(
            SQL(
                """SELECT id, closes FROM wezer_decision
                    WHERE state IN ('open', 'counting')
                      AND greatest(closes, waits_until) < %s""",
                fields.Datetime.now() - timedelta(hours=CLOCK_HOURS),
            )
        )

    def _check_terms(self):
        """A role is kept for sixty days at most after its term, and then ends."""
        return self._found_by(
            SQL(
                """SELECT m.id, m.date_to, m.held_over_since
                     FROM wezer_group_membership m
                     JOIN wezer_group g ON g.id = m.group_id AND g.kind = 'role'
                    WHERE m.state = 'active'
                      AND (m.date_to > m.held_over_since + 60
                           OR m.date_to < %s)""",
                days.today(self.env) - TERM_DAYS * days.DAY,
            )
        )

    def _check_delegations(self):
        return self._found_by(
            SQL(
                """SELECT id FROM wezer_vote_delegation
                    WHERE giver_id = holder_id"""
            )
        )

    def _check_governance(self):
        rows = self._found_by(
            SQL(
                """SELECT name FROM unnest(%s) name
                    WHERE NOT EXISTS (
                          SELECT FROM pg_trigger
                           WHERE tgname = name AND tgenabled <> 'D'
                             AND tgrelid = 'wezer_governance_event'::regclass)""",
                list(governance.TRIGGERS),
            )
        )
        before, until = "", 0
        seals = self.env["wezer.governance.seal"].sudo()
        for seal in seals.search([], order="id"):
            digest, count = governance.digest(
                self.env, seal.from_event_id, seal.to_event_id, before
            )
            if (digest, count) != (seal.digest, seal.event_count) or (
                seal.from_event_id <= until
            ):
                rows.append((seal.id, seal.digest, digest))
            before, until = seal.digest, seal.to_event_id
        return rows
