from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.wezer_base.exceptions import Refusal

from ..models.wezer_movein import OPTIONS, SYSTEMS


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
    system = fields.Selection(
        SYSTEMS,
        string="Old system",
        help="Leave it empty: the files usually say which system they come from.",
    )
    code = fields.Char(
        string="Old code", help="The code of the community in the old system."
    )
    time_zone = fields.Selection(
        _tz_get, help="The time zone of the dates in the files, where they name none."
    )
    decimal_sign = fields.Selection(
        [(",", "12,50"), (".", "12.50")],
        string="Decimals",
        help="How the files write amounts, where they do not decide it themselves.",
    )
    day_order = fields.Selection(
        [("day", "31/12/2025"), ("month", "12/31/2025")],
        string="Dates",
        help="How the files write dates, where they do not decide it themselves.",
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
        uploads = self.attachment_ids.filtered(self._is_upload)
        # A file of another record stays with it: what was read is deleted below.
        if not uploads or uploads != self.attachment_ids:
            raise Refusal(self.env._("Choose the files first."), rule="files")
        options = {
            name: self[name] for name in OPTIONS if name in self._fields and self[name]
        }
        files = [(upload.name, upload.datas) for upload in uploads]
        number = self.env["wezer.movein"].start(files, options)
        # They can hold passwords and addresses: the move keeps its own copy.
        uploads.unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.movein",
            "res_id": number,
            "view_mode": "form",
        }

    def _is_upload(self, attachment):
        """Return whether the user uploaded a file in this form."""
        return (
            attachment.res_model == self._name
            # 0 before the form is saved, as it is when its files were refused.
            and attachment.res_id in (0, self.id)
            and attachment.create_uid == self.env.user
        )

    @api.autovacuum
    def _delete_unread(self):
        """Delete files that were uploaded and never read: they can hold passwords."""
        day_ago = fields.Datetime.now() - timedelta(days=1)
        self.env["ir.attachment"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", (0, False)),
                ("create_date", "<", day_ago),
            ]
        ).unlink()
