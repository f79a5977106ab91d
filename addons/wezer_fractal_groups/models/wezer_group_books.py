from odoo import fields, models


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    books_open = fields.Boolean(
        string="Members see the group's money",
        default=True,
        help="Its wallets and statements; members of circles below count too.",
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_shows_books_to(self, user):
        """A group shows its books to its members, unless it refuses (design, 6)."""
        group = self.env["wezer.group"]._of_partner(self)
        if not group:
            return super()._wezer_shows_books_to(user)
        if not group.books_open:
            return False
        return user.partner_id.id in group._effective_member_ids()
