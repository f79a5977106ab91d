from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import stop_link

# The scope of the signatures of links; they are in e-mails that people have.
STOP = "wezer-news-stop"


class WezerNewsRefusal(models.Model):
    """A circle whose letters a person does not want.

    It holds whether the person is a member or not, so that nobody who comes back gets
    letters that they had stopped.
    """

    _name = "wezer.news.refusal"
    _description = "Circle whose e-mails a person does not want"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade"
    )
    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _one_each = models.UniqueIndex(
        "(partner_id, group_id)", "A choice for this already exists."
    )

    @api.model
    def _of_group(self, group, partner=None):
        """Return the refusals (sudo) of letters of ``group``: all, or one person's."""
        domain = [("group_id", "=", group.id)]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        return self.sudo().search(domain)

    # === CHOOSING === #

    @api.model
    def choose(self, group_id: int, wanted: bool) -> bool:
        """Choose whether the caller gets letters of a circle by e-mail.

        :raise NotAllowed: rule ``login``, for visitors
        :raise Refusal: rule ``group``, for a circle in which the caller does not count
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        number = group_id if type(group_id) is int else 0
        group = self._own_circles().filtered(lambda one: one.id == number)
        if not group:
            raise Refusal(
                self.env._("Choose a circle of which you are a member."), rule="group"
            )
        self._keep(user.partner_id, group, wanted)
        return True

    @api.model
    def _own_circles(self):
        """Return the circles whose letters the caller may choose about, by name."""
        groups = self.env["wezer.group"]
        return groups.search([("kind", "=", "circle"), ("is_user_member", "=", True)])

    @api.model
    def _own_choices(self):
        """Return ``(circle, whether its letters are wanted)`` of the caller."""
        refused = self.search([("partner_id", "=", self.env.user.partner_id.id)])
        ids = set(refused.sudo().group_id.ids)
        return [(group, group.id not in ids) for group in self._own_circles()]

    @api.model
    def _keep(self, partner, group, wanted):
        """Keep a choice of ``partner`` (sudo), also for what waits to be sent."""
        known = self._of_group(group, partner)
        if wanted:
            known.unlink()
        elif not known:
            # The row is the suite's: members write nothing by themselves.
            self.sudo().create({"partner_id": partner.id, "group_id": group.id})
            self.env["wezer.news"]._settle_unreached(partner)

    # === STOPPING WITHOUT LOGGING IN === #

    @api.model
    def _stop_token(self, partner, group):
        """Return the signature of the link that stops the letters of ``group``."""
        return stop_link.token(self.env, STOP, f"{partner.id}:{group.id}")

    @api.model
    def _stop_url(self, partner, group):
        token = self._stop_token(partner, group)
        base_url = partner.get_base_url()
        return f"{base_url}/news/stop/{partner.id}/{group.id}/{token}"

    @api.model
    def _find_by_link(self, partner_id, group_id, token):
        """Return ``(person, circle)`` (sudo) of a stop link, empty where forged."""
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        groups = self.env["wezer.group"].sudo().with_context(active_test=False)
        group = groups.browse(group_id).exists()
        what = f"{partner.id}:{group.id}"
        if partner and group and stop_link.is_token(self.env, STOP, what, token):
            return partner, group
        return partner.browse(), group.browse()
