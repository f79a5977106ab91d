from odoo import api, models


class WebsitePage(models.Model):
    """Visitors share copies of pages, but not what is for one of them."""

    _name = "website.page"
    # Each page asks whether its menu may show the pages of the website builder.
    _inherit = ["website.page", "wezer.kept.mixin"]

    @api.model
    def _allow_to_use_cache(self, request):
        """Extend Odoo's: what one visitor did or typed is on no page of another.

        The sentence about the last action, and a refused form that is filled again,
        are put into the very page that Odoo would keep.
        """
        session = request.session
        if any(session.get(f"wezer_{kept}") for kept in ("flash", "refused", "saved")):
            return False
        return super()._allow_to_use_cache(request)
