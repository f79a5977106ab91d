import contextlib

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.locks import lock_table

from ..tools import governance


class WezerGovernanceSeal(models.Model):
    """Closes a range of the log of all circles: a hash that chains to the one before.

    A person who kept a hash can prove that nothing before it was changed since.
    """

    _name = "wezer.governance.seal"
    _description = "Seal of the log of circles"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "digest"

    previous_id = fields.Many2one("wezer.governance.seal", ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True)
    from_event_id = fields.Integer(required=True, readonly=True, aggregator=None)
    to_event_id = fields.Integer(required=True, readonly=True, aggregator=None)
    event_count = fields.Integer(required=True, readonly=True, aggregator=None)
    digest = fields.Char(string="SHA-256", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _previous_uniq = models.UniqueIndex(
        "(coalesce(previous_id, 0))", "A seal can have only one successor."
    )

    def write(self, vals):
        raise self._sealed()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._sealed()

    def _sealed(self):
        return Refusal(self.env._("A seal cannot be changed."), rule="sealed")

    @contextlib.contextmanager
    def _fresh(self):
        """Give this model in a transaction of its own, committed at the end."""
        with self.env.registry.cursor() as cr:
            yield self.with_env(self.env(cr=cr))

    @api.model
    def _cron_seal(self):
        """Seal what was written since the last seal, in a transaction of its own.

        Ids commit out of order: the lock is the first statement, so that no event
        below the last id is missed.
        """
        with self._fresh() as seals:
            lock_table(seals.env, "wezer_governance_event", "SHARE ROW EXCLUSIVE")
            seals.sudo()._seal()

    @api.model
    def _seal(self):
        """Seal all events that no seal covers (sudo); return the seal, or none."""
        last = self.search([], limit=1)
        self.env["wezer.governance.event"].flush_model()
        self.env.cr.execute(
            "SELECT min(id), max(id) FROM wezer_governance_event WHERE id > %s",
            [last.to_event_id or 0],
        )
        first, until = self.env.cr.fetchone()
        if not first:
            return self.browse()
        digest, count = governance.digest(self.env, first, until, last.digest or "")
        return self.create(
            {
                "previous_id": last.id,
                "date": fields.Datetime.now(),
                "from_event_id": first,
                "to_event_id": until,
                "event_count": count,
                "digest": digest,
            }
        )
