from odoo import api, models


class WezerGovernanceEvent(models.Model):
    """What the log says of agreements; of those for members only, no title."""

    _inherit = "wezer.governance.event"

    @api.model
    def _sentences(self):
        env = self.env
        return {
            **super()._sentences(),
            "agreement": env._("“%(subject)s” is in force: version %(number)s."),
            "agreement_noted": env._(
                "“%(subject)s” is in force: version %(number)s, noted, not decided."
            ),
            "agreement_ended": env._("“%(subject)s” is no longer in force."),
            "agreement_of_members": env._(
                "An agreement that only members read came into force."
            ),
            "agreement_of_members_ended": env._(
                "An agreement that only members read is no longer in force."
            ),
        }

    @api.model
    def _log_agreement(self, agreement, decision=None, ended=False):
        """Write that a version is in force, or that ``agreement`` has ended (sudo)."""
        kind = "agreement_ended" if ended else "agreement"
        if not ended and not decision:
            kind = "agreement_noted"
        subject, data = agreement, {"number": agreement.version_id.number}
        if agreement.members_only:
            kind = "agreement_of_members_ended" if ended else "agreement_of_members"
            subject = data = None
        self._log(
            kind, agreement.group_id, decision=decision, subject=subject, data=data
        )
