from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import delegations

# Fields that the SELECT of voices reads.
VOICES_READ = {
    "wezer.decision.voter": ("decision_id", "party_id", "person_id", "state"),
    "wezer.decision": ("secrecy", "method", "rules"),
    "wezer.profile": ("on_paper",),
    "wezer.ballot": ("voter_id", "person_id"),
}


class WezerMandate(models.Model):
    """A person who votes in the place of a member, where that member cannot log in.

    Other members delegate their voice: a mandate lets somebody vote for them only where
    the circle allows delegation. Secret votes are cast by oneself.
    """

    _inherit = "wezer.mandate"

    @api.model
    def _rights_offered(self):
        return (*super()._rights_offered(), "vote")

    @api.model
    def _voices(self, decision, person):
        """Return the rows of the roll (sudo) that ``person`` casts for members.

        Not those of members who answered personally.

        :param decision: an open decision
        """
        voters = self.env["wezer.decision.voter"].sudo()
        if decision.secrecy != "open" or decision.method in delegations.NOT_DELEGABLE:
            # Most readers of a secret vote cost no query.
            return voters
        rows = self.env.execute_query(
            SQL(
                "SELECT v.voice FROM (%s) v WHERE v.decision = %s ORDER BY v.voice",
                self._voices_select(person),
                decision.id,
            )
        )
        return voters.browse(number for (number,) in rows)

    @api.model
    def _voices_select(self, person):
        """Return the SELECT of the voices that ``person`` may cast for members.

        Columns ``voice`` (a row of the roll), ``decision``, and ``state`` of the voice.
        """
        mandates = self.sudo()._search(
            self._current_domain()
            & Domain("holder_id", "=", person.id)
            & Domain("right_vote", "=", True)
        )
        return SQL(
            """SELECT v.id AS voice, v.decision_id AS decision, v.state
                 FROM wezer_mandate m
                 JOIN wezer_decision_voter v
                   ON v.party_id = m.giver_id AND v.person_id = m.giver_id
                  AND v.state <> 'off'
                 JOIN wezer_decision d ON d.id = v.decision_id
                  AND d.secrecy = 'open' AND d.method <> ALL(%(not_delegable)s)
                 JOIN wezer_profile p ON p.partner_id = m.giver_id
                WHERE m.id IN %(mandates)s
                  AND (p.on_paper
                       OR coalesce(d.rules ->> 'delegation', 'none') <> 'none')
                  AND NOT EXISTS (
                      SELECT FROM wezer_ballot b
                       WHERE b.voter_id = v.id AND b.person_id = m.giver_id)""",
            mandates=mandates.subselect(),
            not_delegable=list(delegations.NOT_DELEGABLE),
            to_flush=(
                *(
                    self.env[model]._fields[name]
                    for model, names in VOICES_READ.items()
                    for name in names
                ),
            ),
        )

    @api.model
    def _why_not_voice(self, voter, person, choice):
        """Return why ``person`` may not cast this voice of a member, or None.

        :param choice: canonical text
        """
        decision = voter.decision_id
        if choice in delegations.OWN_ANSWERS:
            return Refusal(
                self.env._("Nobody can object in the place of another member."),
                rule="objection",
            )
        others = self.env["wezer.ballot"].sudo()
        domain = [
            ("decision_id", "=", decision.id),
            ("person_id", "=", person.id),
            ("voter_id", "!=", voter.id),
            ("voter_id.person_id", "!=", person.id),
        ]
        roll = delegations.roll_sizes(decision)[decision.id]
        most = delegations.cap(decision, roll)
        if others.search_count(domain, limit=most) >= most:
            return Refusal(
                self.env._(
                    "You vote for %(most)s members already. Nobody votes for more.",
                    most=most,
                ),
                rule="delegation_cap",
                value=str(most + 1),
                limit=str(most),
            )
        return None
