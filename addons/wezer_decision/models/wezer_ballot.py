from odoo import fields, models
from odoo.tools import SQL


class WezerBallot(models.Model):
    """An answer to an open decision; read by its owner, by members after closing."""

    _name = "wezer.ballot"
    _description = "Ballot"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    voter_id = fields.Many2one(
        "wezer.decision.voter", required=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    choice = fields.Char(help="The answer as canonical text; see the counting tools.")
    reason = fields.Text()
    version_id = fields.Many2one("wezer.decision.version", ondelete="restrict")
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    _once = models.UniqueIndex("(voter_id)", "Each voice has one ballot.")

    def _keep_past(self):
        """Keep what these ballots say now as earlier answers (sudo)."""
        self.env["wezer.ballot.past"].create(
            [
                {
                    "decision_id": ballot.decision_id.id,
                    "person_id": ballot.person_id.id,
                    "choice": ballot.choice,
                    "reason": ballot.reason,
                    "version_id": ballot.version_id.id,
                }
                for ballot in self
            ]
        )

    def _void_all(self, decision):
        """Keep all ballots of ``decision`` as earlier ones, and free the voices (sudo).

        Two statements, however many there are. All voices are written, so that a vote
        that was cast meanwhile is noticed: then this is done anew.
        """
        self.flush_model()
        self.env["wezer.ballot.past"].flush_model()
        self.env.execute_query(
            SQL(
                """WITH gone AS (
                       DELETE FROM wezer_ballot WHERE decision_id = %(decision)s
                       RETURNING *
                   )
                   INSERT INTO wezer_ballot_past
                          (decision_id, person_id, choice, reason, version_id,
                           company_id, create_uid, create_date, write_uid, write_date)
                   SELECT decision_id, person_id, choice, reason, version_id,
                          company_id, create_uid, create_date, write_uid, write_date
                     FROM gone ORDER BY id RETURNING id""",
                decision=decision.id,
            )
        )
        voters = self.env["wezer.decision.voter"]
        voters.flush_model()
        self.env.execute_query(
            SQL(
                """UPDATE wezer_decision_voter SET state = 'may'
                    WHERE decision_id = %s AND state <> 'off' RETURNING id""",
                decision.id,
            )
        )
        for name in ("wezer.ballot", "wezer.ballot.past", "wezer.decision.voter"):
            self.env[name].invalidate_model(flush=False)
