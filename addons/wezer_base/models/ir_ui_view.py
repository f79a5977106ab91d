from odoo import api, models
from odoo.tools import LazyTranslate

from ..tools.page_copies import aside

_lt = LazyTranslate(__name__)

# What a page of ours reads of its view: titles and texts for search engines.
FOR_SEARCH_ENGINES = [
    "name",
    "website_meta_title",
    "website_meta_description",
    "website_meta_keywords",
    "website_meta_og_img",
    "seo_name",
]


class IrUiView(models.Model):
    """Views are the records of pages that have no record of their own."""

    _name = "ir.ui.view"
    _inherit = ["ir.ui.view", "wezer.kept.mixin"]

    @api.model
    def _wezer_kept_names(self):
        return FOR_SEARCH_ENGINES

    @api.model
    def _wezer_tell_put_aside(self, update):
        """Tell the administrators which pages an update shows as new ones again.

        :param str update: its version; what earlier ones put aside is not told again
        """
        views = self.sudo().with_context(active_test=False)
        names = views.search([("key", "=like", aside(update) + "%")]).mapped("name")
        if not names:
            return
        administrators = self.env.ref("wezer_base.group_administrator").sudo()
        # Members write nothing: the notice is ours, for others.
        self.env["wezer.notice"].sudo()._leave(
            administrators.all_user_ids.partner_id,
            "website",
            _lt(
                "The update has replaced pages whose text you had changed: %(pages)s."
                " Your versions are listed under “Replaced pages”.",
                pages=", ".join(dict.fromkeys(names)),
            ),
            url="/odoo/action-wezer_base.wezer_replaced_page_action",
        )
