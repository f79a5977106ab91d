from odoo import api, fields, models

from ..tools.notice_look import PLAIN

FREQUENCIES = [
    ("at_once", "At once"),
    ("daily", "Every day"),
    ("weekly", "Every week"),
    ("never", "Never"),
]


class WezerNoticeChoice(models.Model):
    """The choice of one person for one group of notices."""

    _name = "wezer.notice.choice"
    _description = "Notice preference"
    _inherit = ["wezer.record.mixin"]
    _order = "notice_group"
    _rec_name = "notice_group"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    notice_group = fields.Char(string="Group of notices", required=True)
    frequency = fields.Selection(
        FREQUENCIES, string="By e-mail", required=True, default="weekly"
    )
    push = fields.Boolean(
        string="On my devices",
        default=True,
        help="Also shown on the devices that the person has named.",
    )
    # What was chosen kind by kind before version 19.0.2.4.0, divided by spaces.
    refused_kinds = fields.Char(
        help="Kinds of this group that the person does not want by e-mail."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _one_each = models.UniqueIndex(
        "(partner_id, notice_group)", "A choice for this already exists."
    )

    @api.model
    def _defaults(self):
        """Return what holds until a person chooses: ``{group: (frequency, push)}``."""
        notices = self.env["wezer.notice"]
        at_once = notices._groups_at_once()
        others = self.env.company.wezer_digest or "never"
        return {
            group: ("at_once" if group in at_once else others, group in at_once)
            for group in notices._groups()
        }

    @api.model
    def _of(self, partner):
        """Return what holds for ``partner`` (sudo): ``{group: (frequency, push)}``."""
        chosen = self.sudo().search([("partner_id", "=", partner.id)])
        return self._defaults() | {
            choice.notice_group: (choice.frequency, choice.push) for choice in chosen
        }

    @api.model
    def _frequency_of(self, partner):
        """Return a function that says how often ``partner`` is written to of a kind."""
        notices = self.env["wezer.notice"]
        chosen, looks = self._of(partner), notices._looks()
        refused = notices._unsent_kinds()
        own = self.sudo().search(
            [("partner_id", "=", partner.id), ("refused_kinds", "!=", False)]
        )
        for choice in own:
            refused.update(choice.refused_kinds.split())

        def often(kind):
            if kind in refused:
                return "never"
            return chosen[looks.get(kind, PLAIN).group][0]

        return often

    @api.model
    def _write_for(self, partner, group, vals):
        """Keep a choice of ``partner`` (sudo) for a group; the rest stays as it is."""
        # The row is the suite's: members write nothing by themselves.
        choices = self.sudo()
        own = choices.search(
            [("partner_id", "=", partner.id), ("notice_group", "=", group)]
        )
        if own:
            own.write(vals)
            return
        frequency, push = self._defaults()[group]
        choices.create(
            {
                "partner_id": partner.id,
                "notice_group": group,
                "frequency": frequency,
                "push": push,
                **vals,
            }
        )
