from odoo import api, models

from ..tools import locks


class WezerLock(models.AbstractModel):
    """Keeps the tables that transactions wait on; see ``tools/locks.py``."""

    _name = "wezer.lock"
    _description = "Waiting for other transactions"

    @api.private
    def init(self):
        """Create the tables, at installation and at each upgrade."""
        locks.create_tables(self.env.cr)
