from odoo import fields, models


class WezerMoveinFile(models.Model):
    """A file that a community moves in from.

    Its content is kept only while it is needed: it can hold passwords and addresses.
    Afterwards its hash stays.
    """

    _name = "wezer.movein.file"
    _inherit = ["wezer.record.mixin"]
    _description = "File of a move"
    _order = "movein_id, id"

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="File", required=True, readonly=True)
    # Nobody reads it by the interface: no download, no export.
    data = fields.Binary(
        string="Content", attachment=True, groups=fields.NO_ACCESS, copy=False
    )
    is_inside = fields.Boolean(
        string="In an archive", readonly=True, help="It came in a zip file."
    )
    role = fields.Char(
        readonly=True, help="The part of the old system's data that it holds."
    )
    sha256 = fields.Char(string="SHA-256", readonly=True)
    size = fields.Integer(string="Size (bytes)", readonly=True, aggregator=None)
    encoding = fields.Char(readonly=True)
    letters = fields.Char(
        string="To be compared",
        readonly=True,
        help="The file does not say how its letters are stored: it was read as"
        " Windows-1252. If this word is wrong, export the file as UTF-8.",
    )
    separator = fields.Char(readonly=True)
    rows = fields.Integer(readonly=True, aggregator=None)
    unused = fields.Char(
        string="Columns not read",
        readonly=True,
        help="Headings for which there is no place here.",
    )
    company_id = fields.Many2one(related="movein_id.company_id", store=True, index=True)
