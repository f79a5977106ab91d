"""The person who decides after advice is on the roll without a voice."""


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
              AND v.person_id = d.decider_id AND v.state = 'may'"""
    )
