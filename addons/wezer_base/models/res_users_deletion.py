import psycopg2

from odoo import models
from odoo.exceptions import UserError

from ..tools.member_leaving import books_need


class ResUsersDeletion(models.Model):
    """Odoo deletes the logins of former members, and tries to delete their contacts."""

    _inherit = "res.users.deletion"

    def _gc_portal_users(self, batch_size=50):
        """Delete the logins of those whose contact the books need, and only those.

        For the others Odoo goes on as always; for these it would try in vain and
        log an error each time.
        """
        for request in self.search([("state", "=", "todo")], limit=batch_size):
            user = request.user_id
            if not user or not books_need(user.partner_id):
                continue
            try:
                with self.env.cr.savepoint():
                    user.unlink()
                    request.state = "done"
            except (UserError, psycopg2.Error):
                # Odoo tries it too, and logs why it cannot.
                continue
        return super()._gc_portal_users(batch_size=batch_size)
