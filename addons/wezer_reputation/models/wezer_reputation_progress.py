from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL


class WezerReputationRun(models.Model):
    """How far the computation of this moment is, for who waits for it."""

    _inherit = "wezer.reputation.run"

    state = fields.Selection(
        selection_add=[("running", "Being computed")], ondelete={"running": "cascade"}
    )
    progress = fields.Float(
        readonly=True, aggregator=None, help="Of a hundred, while it is computed."
    )

    @api.model
    @contextmanager
    def _told(self, wanted):
        """Tell how far a computation is, in transactions of their own.

        Its own would show nothing before the end. The row that tells is gone then,
        also where the computation failed; what is kept of it is another.

        :param bool wanted: whether anybody is told at all
        :return: a function that takes the share that is done, 0 … 1
        """
        if not wanted:
            yield lambda share: None
            return
        company = self.env.company.id
        self._told_apart(
            SQL(
                "DELETE FROM wezer_reputation_run"
                " WHERE state = 'running' AND company_id = %s",
                company,
            ),
            SQL(
                "INSERT INTO wezer_reputation_run (date, state, progress, company_id)"
                " VALUES (now() AT TIME ZONE 'UTC', 'running', 0, %s)",
                company,
            ),
        )
        mine = SQL("WHERE state = 'running' AND company_id = %s", company)
        try:
            yield lambda share: self._told_apart(
                SQL(
                    "UPDATE wezer_reputation_run SET progress = %s %s",
                    100 * share,
                    mine,
                )
            )
        finally:
            self._told_apart(SQL("DELETE FROM wezer_reputation_run %s", mine))

    @api.model
    def _told_apart(self, *queries):
        with self.env.registry.cursor() as cr:
            for query in queries:
                cr.execute(query)
