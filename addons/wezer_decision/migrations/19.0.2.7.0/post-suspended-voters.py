"""Members of a circle see who was suspended when a secret vote was announced.

Before, voices that ended while the vote ran had the same reason, once it was closed. Of
secret votes that are over nobody learns now who had not voted by then. While a vote is
announced or open, the reason is that of the beginning; one by consent can have been
closed, and wait for objections.
"""


def migrate(cr, version):
    """Tell such voices apart in secret votes."""
    if version:
        cr.execute(
            """UPDATE wezer_decision_voter voter SET off_reason = 'suspended_later'
                 FROM wezer_decision decision
                WHERE decision.id = voter.decision_id AND decision.secrecy <> 'open'
                  AND NOT (decision.state = 'announced'
                      OR decision.state = 'open' AND decision.method <> 'consent')
                  AND voter.off_reason = 'suspended'"""
        )
