import psycopg2

from odoo import models
from odoo.exceptions import UserError


class ResUsersDeletion(models.Model):
    """Odoo deletes the logins of who left, and tries to delete their contacts."""

    _inherit = "res.users.deletion"

    def _gc_portal_users(self, batch_size=50):
        """Delete the logins of those whose contact the books need, and only those.

        For the others Odoo goes on as always; for these it would try in vain, and
        tell an error each time.
        """
        for request in self.search([("state", "=", "todo")], limit=batch_size):
            user = request.user_id
            if not user or not user.partner_id._wezer_books_need():
                continue
            try:
                with self.env.cr.savepoint():
                    user.unlink()
                    request.state = "done"
            except (UserError, psycopg2.Error):
                # Odoo tries it too, and tells why it cannot.
                continue
        return super()._gc_portal_users(batch_size=batch_size)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_books_need(self):
        """Say whether a row that must stay names these partners."""
        for model in self.env.registry.values():
            if model._abstract or model._transient or not model._auto:
                continue
            if model._name == "res.users":
                # The login goes first.
                continue
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.comodel_name == self._name
                    and field.ondelete == "restrict"
                    and self.env[model._name]
                    .sudo()
                    .with_context(active_test=False)
                    .search_count([(field.name, "in", self.ids)], limit=1)
                ):
                    return True
        return False
