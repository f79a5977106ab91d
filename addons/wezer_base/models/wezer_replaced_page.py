from lxml import etree

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.page_copies import ASIDE


class WezerReplacedPage(models.Model):
    """What somebody wrote into a page that an update shows as a new one again.

    Views are read by system administrators and editors of websites; these few by the
    administrators of the community, who are told of them.
    """

    _name = "wezer.replaced.page"
    _inherit = ["wezer.record.mixin"]
    _description = "Replaced page"
    _auto = False
    _order = "name, id"
    _depends = {
        "ir.ui.view": ["name", "key", "arch_db", "website_id", "write_date"],
    }

    name = fields.Char("Page", readonly=True)
    website_id = fields.Many2one("website", readonly=True)
    date = fields.Datetime("Last changed", readonly=True)
    template = fields.Text(readonly=True)
    text = fields.Text(compute="_compute_text")

    @property
    def _table_query(self):
        """Views are translated: the text is that of the reader's language."""
        return SQL(
            """SELECT v.id, v.name, v.website_id, v.write_date AS date,
                      coalesce(v.arch_db->>%s, v.arch_db->>'en_US') AS template
                 FROM ir_ui_view v
                WHERE v.key LIKE %s AND v.website_id IS NOT NULL""",
            self.env.lang or "en_US",
            ASIDE.replace("_", r"\_") + "%",
        )

    @api.depends("template")
    def _compute_text(self):
        """Words of which a page consists, a line each: to be copied."""
        parser = etree.XMLParser(
            remove_comments=True, remove_pis=True, resolve_entities=False
        )
        for page in self:
            root = etree.fromstring(page.template or "<t/>", parser)
            etree.strip_elements(root, "script", "style", with_tail=False)
            lines = (" ".join(text.split()) for text in root.itertext())
            page.text = "\n".join(line for line in lines if line)
