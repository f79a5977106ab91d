from collections.abc import Mapping

from lxml import etree, html
from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, MissingError

from odoo.addons.wezer_base.tools import days

from ..tools import block_rows
from ..tools.block_options import BLOCKS, clean

# The template that shows the rows of a block.
TEMPLATE = "wezer_website.rows_%s"


class WebsiteSnippetFilter(models.Model):
    """Blocks of the community: their rows come from methods, not from a domain."""

    _inherit = "website.snippet.filter"

    wezer_block = fields.Selection(
        [
            ("drawing", "Drawing"),
            ("numbers", "Community in numbers"),
            ("market", "Wanted and offered now"),
            ("categories", "Categories"),
            ("circles", "Circles"),
            ("members", "Member faces"),
            ("voices", "Thank-you wall"),
            ("dates", "Next dates"),
            ("news", "News of circles"),
            ("decisions", "Open decisions"),
            ("contact", "Contact person"),
        ],
        string="Block of the community",
        readonly=True,
    )

    @api.constrains("action_server_id", "filter_id")
    def _check_data_source_is_provided(self):
        """Extend Odoo's: blocks of the community have a method instead."""
        others = self.filtered(lambda one: not one.wezer_block)
        return super(WebsiteSnippetFilter, others)._check_data_source_is_provided()

    def _render(
        self,
        template_key=None,
        limit=None,
        search_domain=None,
        with_sample=False,
        res_model=None,
        res_id=None,
        **custom_template_data,
    ):
        """Extend Odoo's: a block of the community has its own template and rows.

        The public route passes whatever a client sends. Of that, blocks take their
        options and nothing else: no template, no domain, no record. For other filters
        Odoo shows single records with ``sudo()``: only those that the user may read.
        """
        if self and self.wezer_block:
            sent = {**custom_template_data, "number": limit}
            shown = self._wezer_block_html(self.wezer_block, sent, with_sample)
            root = html.fromstring(f"<root>{shown}</root>")
            return [
                etree.tostring(element, encoding="unicode", method="html")
                for element in root
            ]
        if res_model and not self._wezer_may_read(res_model, res_id):
            return []
        return super()._render(
            template_key,
            limit,
            search_domain=search_domain,
            with_sample=with_sample,
            res_model=res_model,
            res_id=res_id,
            **custom_template_data,
        )

    def _wezer_may_read(self, res_model, res_id):
        if res_model not in self.env:
            return False
        if not res_id:
            return True
        try:
            record = self.env[res_model].sudo(False).browse(int(res_id))
            return record.has_access("read")
        except (AccessError, MissingError, TypeError, ValueError):
            return False

    @api.model
    @tools.ormcache(cache="templates")
    def _wezer_filter_ids(self):
        """Return ``{name of a block: id of its filter}``."""
        # Editors read filters, visitors do not: these are no secret.
        found = self.sudo().search([("wezer_block", "!=", False)], order="id desc")
        return {one.wezer_block: one.id for one in found}

    @api.model
    def _wezer_block_html(self, name, sent, with_sample=False):
        """Return the rows of a block as HTML, as far as the user may see them.

        :param dict sent: options of the block, from anybody
        :param bool with_sample: an editor looks: say what is missing where it is empty
        """
        if name not in BLOCKS or not isinstance(sent, Mapping):
            return Markup()
        # Without the rights of the route, which are those of everybody.
        env = self.sudo(False).env
        website = env["website"].get_current_website()
        options = clean(name, sent)
        values = block_rows.rows(env, website, name, options)
        editor = env.user.has_group("website.group_website_restricted_editor")
        values.update(
            website=website,
            options=options,
            explain_empty=editor,
            company=website.sudo().company_id,
        )
        qweb = env["ir.qweb"].with_context(
            inherit_branding=False, inherit_branding_auto=False, edit_translations=False
        )
        return qweb._render(TEMPLATE % name, values)

    # === FIGURES === #

    @api.model
    def _wezer_figures(self, company):
        """Return members, hours, deals and circles: the same for all, for an hour."""
        now = fields.Datetime.now()
        year = days.today(self.env).year
        return self._wezer_figures_of(company.id, year, now.strftime("%Y%m%d%H"))

    @api.model
    @tools.ormcache("company_id", "year", "_hour")
    def _wezer_figures_of(self, company_id, year, _hour):
        return block_rows.figures(self.env, company_id, year)
