from odoo import api, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import delegations


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
            return voters
        mandates = self.sudo().search(
            self._current_domain()
            & Domain("holder_id", "=", person.id)
            & Domain("right_vote", "=", True)
        )
        givers = mandates.giver_id
        if delegations.policy(decision) == "none":
            givers = givers.filtered(lambda giver: giver._wezer_profile().on_paper)
        voices = delegations.own_voices(decision, givers)
        ballots = self.env["wezer.ballot"].sudo()
        own = ballots.search([("voter_id", "in", voices.ids)]).filtered(
            lambda ballot: ballot.person_id == ballot.voter_id.party_id
        )
        return voices - own.voter_id

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
        most = delegations.cap(decision, len(decision.voter_ids))
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
