from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import delegations, secrecy


class WezerUrn(models.Model):
    """The secret ballots: nothing here points at a person, and nothing points here.

    Where colleges vote, a ballot has its college: it is weighed by it, and hidden among
    the ballots of this college.

    Nobody has access, administrators neither; ``tools/secrecy.py`` reads and writes it
    by SQL. While a decision is open, a ballot has the hash of its receipt; afterwards
    only where each ballot is published beside its receipt.
    """

    _name = "wezer.urn"
    _description = "Secret ballot"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _rec_name = "id"
    _order = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    college_id = fields.Many2one("wezer.decision.college", ondelete="restrict")
    choice = fields.Char(required=True)
    receipt_hash = fields.Char()

    _receipt_once = models.UniqueIndex("(receipt_hash)")

    def init(self):
        secrecy.keep_no_statistics(self.env)

    # === WHILE A DECISION IS OPEN === #
    #
    # The caller holds the decision, checked who votes, and parsed the choice.

    @api.model
    def _cast(self, voter: models.Model, choice: str) -> str:
        """Cast a secret ballot, and return its receipt code.

        Nothing else keeps the code: a voter who loses it cannot change the vote.

        :param voter: the row of the roll
        :param choice: canonical text
        :raise Refusal: rule ``voted``
        """
        voter.flush_recordset(["state"])
        if not secrecy.mark(self.env, voter.id, "may", "voted"):
            raise Refusal(
                self.env._(
                    "You have voted already. To change your vote, enter the code that"
                    " you were shown."
                ),
                rule="voted",
                field="secret_code",
            )
        code = secrecy.new_code()
        decision_id = voter.decision_id.id
        digest = secrecy.code_hash(decision_id, code)
        secrecy.insert(self.env, decision_id, choice, digest, voter.college_id.id)
        voter.invalidate_recordset(["state"], flush=False)
        return code

    @api.model
    def _change(self, voter: models.Model, code: str, choice: str) -> bool:
        """Change the ballot to which ``code`` belongs.

        :raise Refusal: rules ``code``, ``codes``
        """
        self._check_codes_left(voter)
        decision_id = voter.decision_id.id
        digest = secrecy.code_hash(decision_id, code)
        if not secrecy.change(self.env, decision_id, digest, choice):
            raise self._wrong_code(voter, code)
        return True

    @api.model
    def _take_back(self, voter: models.Model, code: str) -> bool:
        """Take back the ballot to which ``code`` belongs; its voter may vote again.

        The code of a ballot in another college takes back nothing.

        :raise Refusal: rules ``code``, ``codes``
        """
        self._check_codes_left(voter)
        voter.flush_recordset(["state"])
        decision_id = voter.decision_id.id
        digest = secrecy.code_hash(decision_id, code)
        if not secrecy.remove(self.env, decision_id, digest, voter.college_id.id):
            raise self._wrong_code(voter, code)
        if not secrecy.mark(self.env, voter.id, "voted", "may"):
            raise Refusal(self.env._("You have not voted yet."), rule="voted")
        voter.invalidate_recordset(["state"], flush=False)
        return True

    @api.model
    def _check_codes_left(self, voter):
        """Raise where this voter tried too many wrong codes in this decision."""
        tried = secrecy.wrong_codes(self.env, voter.id)
        if tried >= secrecy.WRONG_CODES:
            raise Refusal(
                self.env._(
                    "You entered a wrong code %(number)s times. Your vote stays as it"
                    " is.",
                    number=secrecy.WRONG_CODES,
                ),
                rule="codes",
                value=str(tried),
                limit=str(secrecy.WRONG_CODES),
                field="secret_code",
            )

    @api.model
    def _wrong_code(self, voter, code):
        """Count a wrong code, and return the refusal."""
        if secrecy.plain_code(code):
            secrecy.note_wrong_code(self.env, voter.id)
        return Refusal(
            self.env._(
                "No vote of this decision has this code. Check the code; without it"
                " your vote stays as it is."
            ),
            rule="code",
            field="secret_code",
        )

    # === CLOSING === #

    @api.model
    def _count_and_shuffle(self, decision: models.Model) -> dict[str, int]:
        """Return how often each choice was cast, and remove every trace of the order.

        Called in the transaction of the count, which began after the decision left the
        state in which people vote: what was cast is committed.

        :return: empty where fewer than five people voted, of all or of a college of
            which anybody voted: nothing is counted, and the ballots are deleted
        """
        counted = secrecy.by_college(self.env, decision.id)
        cast = {college: sum(votes.values()) for college, votes in counted.items()}
        by_proxies = Counter(
            voter.college_id.id or None
            for voter in delegations.cast_by_proxies(decision)
        )
        if not secrecy.are_hidden(cast, by_proxies):
            secrecy.destroy(self.env, decision.id)
            return {}
        number = sum(cast.values())
        secrecy.shuffle(self.env, decision.id, number, decision.secrecy == "receipt")
        # The roll of who voted, not of how: the server shows it to members.
        decision.sudo().roll_shown = number >= secrecy.LEAST_FOR_ROLL
        every: Counter[str] = Counter()
        for votes in counted.values():
            every.update(votes)
        return dict(every)

    @api.model
    def _recount(self, decision: models.Model) -> dict[str, int]:
        """Return how often each choice was cast in a decision that was counted."""
        return secrecy.tallies(self.env, decision.id)

    @api.model
    def _recount_by_college(self, decision: models.Model) -> dict[str, dict[str, int]]:
        """Return how often each choice was cast in each college, by its name."""
        counted = secrecy.by_college(self.env, decision.id)
        colleges = self.env["wezer.decision.college"].sudo()
        return {
            colleges.browse(college).name: votes
            for college, votes in counted.items()
            if college
        }

    @api.model
    def _destroy(self, decision: models.Model) -> None:
        """Delete the ballots of a decision that ends without a count."""
        secrecy.destroy(self.env, decision.id)

    @api.model
    def _cron_rewrite(self):
        """Remove deleted ballots from the file of the table; again where it failed."""
        if self.env.context.get("ir_cron_progress_id"):
            # This transaction, too, could still read what was deleted.
            self.env["ir.cron"]._commit_progress(1)
        if not secrecy.rewrite(self.env.cr.dbname):
            later = fields.Datetime.now() + timedelta(minutes=secrecy.REWRITE_AGAIN)
            self.env.ref(secrecy.CRON).sudo()._trigger(at=later)
