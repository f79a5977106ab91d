from base64 import b64encode

from odoo import models
from odoo.tools import file_open

# Odoo's own example texts in the header.
EXAMPLES = ("website.header_call_to_action", "website.header_text_element")
EXAMPLE_LOGO = "website/static/src/img/website_logo.svg"
LOGO = "wezer_base/static/src/img/logo.svg"


class Website(models.Model):
    _inherit = "website"

    def _wezer_is_new(self) -> bool:
        """Return whether nobody has arranged this website yet."""
        self.ensure_one()
        return not self.logo or self.logo == _picture(EXAMPLE_LOGO)

    def _wezer_set_up(self) -> None:
        """Make a new website the community's: sign-up is open, no example texts.

        People who sign up become portal users, never internal ones. The views are
        changed for this website only; its menus stay as they are.
        """
        self.ensure_one()
        self.auth_signup_uninvited = "b2c"
        for name in EXAMPLES:
            view = self.env.ref(name, raise_if_not_found=False)
            if view and view.active:
                view.with_context(website_id=self.id).active = False
        if self._wezer_is_new():
            self.logo = _picture(LOGO)

    # === SEARCH === #

    def _search_get_details(self, search_type, order, options):
        """Extend Odoo's: the website's search finds members."""
        details = super()._search_get_details(search_type, order, options)
        if search_type in ("members", "all"):
            profiles = self.env["wezer.profile"]
            details.append(profiles._search_get_detail(self, order, options))
        return details

    def _search_find_fuzzy_term(
        self, search_details, search, limit=1000, word_list=None
    ):
        """Extend Odoo's: keep a word that one of the suite's models finds.

        Models that correct words by themselves (``corrects_words``) propose none: to
        compare a word with all their texts takes too long.
        """
        for detail in search_details:
            if "text_field" in detail:
                model = self.env[detail["model"]]
                if model._search_fetch(detail, search, 1, None)[0]:
                    return search
        compared = [row for row in search_details if not row.get("corrects_words")]
        return super()._search_find_fuzzy_term(compared, search, limit, word_list)


def _picture(path):
    with file_open(path, "rb") as picture:
        return b64encode(picture.read())
