"""Members of a circle see who was suspended when a secret vote was announced.

Before, voices that ended while the vote ran had the same reason. Of secret votes that
are over nobody learns now who had not voted by then.
"""


def migrate(cr, version):
    """Tell such voices apart in secret votes."""
    if version:
        cr.execute(
            """UPDATE wezer_decision_voter voter SET off_reason = 'suspended_later'
                 FROM wezer_decision decision
                WHERE decision.id = voter.decision_id AND decision.secrecy <> 'open'
                  AND voter.off_reason = 'suspended'"""
        )
