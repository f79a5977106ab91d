from base64 import b64encode

from odoo import api, fields, models, tools
from odoo.tools import file_open

from ..tools import contrast, palettes

# Odoo's own example texts in the header.
EXAMPLES = ("website.header_call_to_action", "website.header_text_element")
EXAMPLE_LOGO = "website/static/src/img/website_logo.svg"
LOGO = "wezer_base/static/src/img/logo.svg"
UNNAMED = {"My Website", "My Company", "YourCompany", ""}
# Where palettes are defined, and where the builder keeps what somebody chose.
PALETTES = (
    "website/static/src/scss/primary_variables.scss",
    "wezer_base/static/src/scss/primary_variables.scss",
)
DEFAULT_PALETTE = "wezer-garden"
CHOSEN_VALUES = "/website/static/src/scss/options/user_values.scss"
CHOSEN_COLORS = "/website/static/src/scss/options/colors/user_color_palette.scss"
OWN_FONT = "Nunito Sans"


class Website(models.Model):
    _name = "website"
    _inherit = ["website", "wezer.kept.mixin", "wezer.record.mixin"]

    wezer_palette = fields.Char(
        string="Palette",
        readonly=True,
        help="The palette that was chosen for this website, by its name in the theme.",
    )
    wezer_colors = fields.Char(
        string="Colours of the theme",
        readonly=True,
        help="Main colour, second colour, ground of sections, ground of cards and"
        " text, as #rrggbb with commas between them.",
    )
    wezer_has_own_font = fields.Boolean(
        string="Font of the suite",
        default=True,
        readonly=True,
        help="Whether the pages are set in the font that the suite serves.",
    )

    # === WHAT EVERY PAGE READS === #

    def _compute_menu(self):
        """Extend Odoo's: for visitors and members the rows of the menu are kept.

        For which menus they read, their rules are the key. Whether a page is published
        yet is asked at each moment, of the kept rows.
        """
        if self.env.user._is_internal() or self.env.registry.cache_invalidated:
            return super()._compute_menu()
        rules = self.env["website.menu"]._wezer_rules()
        for website in self:
            menus = self.env["website.menu"].browse(
                website._wezer_menu_ids(website.id, rules)
            )
            menus._wezer_take_kept()
            menus.sudo().page_id._wezer_take_kept()
            for menu in menus:
                inside = menus.filtered(lambda one, menu=menu: one.parent_id == menu)
                menu._fields["child_id"]._update_cache(menu, inside._ids)
            website.menu_id = menus.filtered(lambda menu: not menu.parent_id)[:1]
        return None

    @api.model
    @tools.ormcache("number", "_rules", cache="templates")
    def _wezer_menu_ids(self, number, _rules):
        """Return the ids of the menus of a website that the user may read, in order."""
        menus = self.env["website.menu"].search([("website_id", "=", number)])
        return menus._ids

    def _wezer_footer_pages(self) -> list[tuple[str, str]]:
        """Return the pages, besides the menu, that the footer leads to; addons add.

        A method, because the footer is edited in the builder: an extension would not
        find its place in a footer that somebody has arranged anew.

        :return: address and name of each
        """
        return [("/contactus", self.env._("Contact"))]

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

    @api.model
    def _wezer_is_unnamed(self, name) -> bool:
        """Return whether ``name`` is nobody's choice."""
        return (name or "").strip() in UNNAMED

    def _wezer_has_own_logo(self) -> bool:
        """Return whether the logo is the community's, neither Odoo's nor ours."""
        self.ensure_one()
        return bool(self.logo) and self.logo not in map(_picture, (EXAMPLE_LOGO, LOGO))

    def _wezer_is_named(self) -> bool:
        """Return whether pages and letters have the community's name and logo."""
        self.ensure_one()
        website, company = self.sudo(), self.sudo().company_id
        names = {(website.name or "").strip(), (company.name or "").strip()}
        return not names & UNNAMED and website._wezer_has_own_logo()

    # === COLOURS === #

    def _wezer_theme_colors(self) -> dict[str, str]:
        """Return the theme's colours, ``{"o-color-1": "#rrggbb", …}``."""
        self.ensure_one()
        default = palettes_of_theme()[DEFAULT_PALETTE]
        names, kept = palettes.COLORS, (self.wezer_colors or "").split(",")
        colors = [contrast.hex_color(color) for color in kept]
        if len(colors) == len(names) and all(colors):
            return dict(zip(names, colors, strict=True))
        return dict(default)

    def _wezer_take_theme(self) -> None:
        """Keep the colours that were chosen, and give them to letters and paper.

        The company's own colours follow, which Odoo's mails and reports use too.
        """
        self.ensure_one()
        values = self._wezer_chosen(CHOSEN_VALUES)
        known = palettes_of_theme()
        name = values.get("color-palettes-name") or DEFAULT_PALETTE
        colors = {**known[DEFAULT_PALETTE], **known.get(name, {})}
        for key, value in self._wezer_chosen(CHOSEN_COLORS).items():
            if key in colors and (color := contrast.hex_color(value)):
                colors[key] = color
        # Whoever designs the website chooses its colours; the company is not theirs.
        website = self.sudo()
        website.wezer_palette = name
        website.wezer_colors = ",".join(colors[key] for key in palettes.COLORS)
        website.wezer_has_own_font = values.get("font", OWN_FONT) == OWN_FONT
        website.company_id._wezer_take_colors(colors["o-color-1"], colors["o-color-2"])

    def _wezer_chosen(self, url):
        """Return what the builder keeps in one of its style sheets."""
        assets = self.env["website.assets"].sudo().with_context(website_id=self.id)
        custom = assets._make_custom_asset_url(url, "web.assets_frontend")
        content = assets._get_content_from_url(custom)
        return palettes.read_values(content.decode()) if content else {}

    def _wezer_choose_palette(self, name: str, main_color: str | None = None) -> None:
        """Choose a palette, and a main colour of one's own instead of the palette's."""
        self.ensure_one()
        assets = self.env["website.assets"].with_context(website_id=self.id)
        assets.make_scss_customization(
            CHOSEN_VALUES, {"color-palettes-name": f"'{name}'"}
        )
        if main_color:
            assets.make_scss_customization(CHOSEN_COLORS, {"o-color-1": main_color})

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


def palettes_of_theme() -> dict[str, dict[str, str]]:
    """Return every palette that the theme offers, with the colours known of it."""
    found = {}
    for path in PALETTES:
        with file_open(path) as sheet:
            for name, colors in palettes.read_palettes(sheet.read()).items():
                found.setdefault(name, {}).update(colors)
    return found
