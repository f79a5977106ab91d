from odoo import api, models
from odoo.tools import py_to_js_locale


class ResLang(models.Model):
    _inherit = "res.lang"

    @api.depends_context("wezer_own_names")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get("wezer_own_names"):
            for lang in self.filtered("name"):
                lang.display_name = lang._wezer_own_name()
        return result

    def _wezer_own_name(self) -> str:
        """Return what a language calls itself: it is read in every other language.

        Odoo's name holds the English one too, ``French / Français``.
        """
        self.ensure_one()
        return self.name.split(" / ")[-1]

    def _wezer_tag(self) -> str:
        """Return the code of a language as HTML wants it: ``ca-ES``, ``sr-Latn``."""
        return py_to_js_locale(self.iso_code or "")

    def _wezer_shorten_address(self) -> None:
        """Give languages their short code in addresses, where no other has it."""
        every = self.with_context(active_test=False).search([])
        taken = set(every.mapped("url_code"))
        for lang in self:
            short = lang.code.split("_")[0]
            if lang.url_code == lang.code and short not in taken:
                lang.url_code = short
                taken.add(short)

    def _wezer_bring_to_website(self) -> None:
        """Install the terms of these languages and offer them on every website.

        What administrators translated themselves is kept.
        """
        self.active = True
        self._wezer_shorten_address()
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations(self.mapped("code"))
        for website in self.env["website"].search([]):
            website.language_ids |= self
