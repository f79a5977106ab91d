"""The person who decides after advice is on the roll without a voice."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take the voice from who decides what is running; advice that was given stays."""
    if not version:
        return
    cr.execute(
        """UPDATE wezer_decision_voter v
              SET state = 'off', off_reason = 'decides'
             FROM wezer_decision d
            WHERE d.id = v.decision_id AND d.method = 'advice'
              AND d.state IN ('announced', 'open')
              AND v.person_id = d.decider_id AND v.state = 'may'
        RETURNING v.decision_id"""
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for decision in env["wezer.decision"].browse(row[0] for row in cr.fetchall()):
        # They were asked for an answer, which nobody takes from them any more.
        env["wezer.notice"]._settle(
            decision, subjects=["asked", "soon"], people=decision.decider_id
        )
