from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerMoveinStart(models.TransientModel):
    """The form by which an administrator hands over the files of a community."""

    _name = "wezer.movein.start"
    _inherit = ["wezer.record.mixin"]
    _description = "Move a community in"

    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        help="The export of the old system: one zip, or all of its files.",
    )
    system = fields.Char(
        string="Old system",
        help="Leave it empty: the files usually say which system they come from.",
    )
    code = fields.Char(
        string="Old code", help="The code of the community in the old system."
    )
    time_zone = fields.Char(
        help="The time zone of the dates in the files, such as Europe/Madrid."
    )
    currency = fields.Char(
        string="Code of the currency",
        help="The text after amounts, such as h or ROSE. A currency that has this code"
        " already is used; otherwise it is made.",
    )
    currency_name = fields.Char(string="Name of the currency")

    def action_start(self) -> dict:
        """Read the files, and open what was read."""
        self.ensure_one()
        if not self.attachment_ids:
            raise Refusal(self.env._("Choose the files first."), rule="files")
        names = ("system", "code", "time_zone", "currency", "currency_name")
        options = {name: self[name] for name in names if self[name]}
        files = [
            (attachment.name, attachment.datas) for attachment in self.attachment_ids
        ]
        number = self.env["wezer.movein"].start(files, options)
        # They can hold passwords and addresses: the move keeps its own copy.
        self.attachment_ids.unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.movein",
            "res_id": number,
            "view_mode": "form",
        }
