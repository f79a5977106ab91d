import io
from base64 import b64decode, b64encode

from PIL import Image, ImageDraw

from odoo import api, fields, models

from ..exceptions import Refusal
from ..models.website import DEFAULT_PALETTE, palettes_of_theme
from ..tools import contrast

OWN = "own"
FAVICON = 256


class WezerLook(models.TransientModel):
    """Name, logo and colours of the community, in one form that shows the result.

    Odoo keeps them in four places: the company, the website, its theme and the icon of
    the browser's tab.
    """

    _name = "wezer.look"
    _description = "Name, logo and colours"
    _inherit = ["wezer.record.mixin"]

    name = fields.Char(
        string="Name of the community",
        required=True,
        default=lambda self: self._default_name(),
        help="People read it at the top of every page, in e-mails and in the titles of"
        " the browser.",
    )
    logo = fields.Binary(
        default=lambda self: self._default_logo(),
        help="A picture of any size. Without one, the name is shown.",
    )
    favicon = fields.Binary(
        string="Icon",
        help="A square picture for the browser's tab and the home screen of phones."
        " Without one, the icon is made from the logo, or from the first letter.",
    )
    palette = fields.Selection(
        [
            ("wezer-garden", "Garden: green and wood"),
            ("wezer-sea", "Sea: blue and copper"),
            ("wezer-clay", "Clay: brick and pine"),
            ("wezer-plum", "Plum: violet and honey"),
            ("wezer-berry", "Berry: crimson and teal"),
            ("wezer-stone", "Stone: slate and oak"),
            (OWN, "A main colour of your own"),
        ],
        string="Colours",
        required=True,
        default=lambda self: self._default_palette(),
    )
    main_color = fields.Char(
        string="Main colour",
        default=lambda self: self._website()._wezer_theme_colors()["o-color-1"],
        help="Buttons and links have it. Where it is too pale to read, the pages use a"
        " darker tone of it.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def _website(self):
        # An administrator of the community: their groups may not touch websites.
        return self.env["website"].get_current_website().sudo()

    @api.model
    def _default_name(self):
        name = self.env.company.sudo().name
        return "" if self._website()._wezer_is_unnamed(name) else name

    @api.model
    def _default_logo(self):
        website = self._website()
        return website.logo if website._wezer_has_own_logo() else False

    @api.model
    def _default_palette(self):
        website = self._website()
        kept = website.wezer_palette or DEFAULT_PALETTE
        offered = palettes_of_theme().get(kept, {})
        if website._wezer_theme_colors()["o-color-1"] != offered.get("o-color-1"):
            return OWN
        return kept if kept in dict(self._fields["palette"].selection) else OWN

    def _colors(self):
        """Return the colours as they would be, ``{"o-color-1": "#rrggbb", …}``."""
        if self.palette != OWN:
            return palettes_of_theme()[self.palette or DEFAULT_PALETTE]
        colors = dict(self._website()._wezer_theme_colors())
        colors["o-color-1"] = contrast.hex_color(self.main_color) or colors["o-color-1"]
        return colors

    @api.depends("name", "logo", "palette", "main_color")
    def _compute_preview(self):
        for look in self:
            colors = look._colors()
            main = contrast.readable(
                colors["o-color-1"], colors["o-color-4"], contrast.SHAPE
            )
            look.preview = self.env["ir.qweb"]._render(
                "wezer_base.look_preview",
                {
                    "name": look.name or self.env._("Your community"),
                    "logo": look._logo_source(),
                    "main": main,
                    "on_main": contrast.ink_on(main),
                    "link": contrast.readable(colors["o-color-1"], colors["o-color-4"]),
                    "tone": colors["o-color-3"],
                    "card": colors["o-color-4"],
                    "ink": colors["o-color-5"],
                },
            )

    def _logo_source(self):
        if not self.logo:
            return None
        logo = self.logo.decode() if isinstance(self.logo, bytes) else self.logo
        # A form shows a kept picture by its size only.
        kind = "image/svg+xml" if logo.startswith(("PD", "PHN2")) else "image/png"
        return f"data:{kind};base64,{logo}" if len(logo) > 100 else None

    def action_apply(self) -> dict:
        """Give the community its name, its pictures and its colours, everywhere.

        :raise NotAllowed: where the user is no administrator
        :raise Refusal: where the name is empty or still Odoo's, or the colour is none
        """
        self.ensure_one()
        onboarding = self.env["wezer.onboarding"]
        onboarding._check_administrator()
        website = self._website()
        name = (self.name or "").strip()
        if website._wezer_is_unnamed(name):
            raise Refusal(
                self.env._("Give the community a name of its own."),
                rule="name",
                value=name,
                field="name",
            )
        main = contrast.hex_color(self.main_color) if self.palette == OWN else None
        if self.palette == OWN and not main:
            raise Refusal(
                self.env._("Choose a main colour."),
                rule="color",
                value=self.main_color,
                field="main_color",
            )
        # Checked just above: an administrator of the community.
        company = self.env.company.sudo()
        company.name = website.name = name
        if self.logo:
            company.logo = website.logo = self.logo
        website.favicon = self.favicon or self._made_icon(name, self._colors())
        palette = DEFAULT_PALETTE if self.palette == OWN else self.palette
        website._wezer_choose_palette(palette, main)
        return onboarding.action_open()

    def _made_icon(self, name, colors):
        """Return an icon made from the logo; from the first letter without one.

        A logo that is a drawing (SVG) cannot be painted here: the letter is used.
        """
        ground = contrast.readable(
            colors["o-color-1"], colors["o-color-4"], contrast.SHAPE
        )
        canvas = Image.new("RGBA", (FAVICON, FAVICON), (0, 0, 0, 0))
        try:
            picture = (
                Image.open(io.BytesIO(b64decode(self.logo))) if self.logo else None
            )
            if picture:
                picture = picture.convert("RGBA")
                picture.thumbnail((FAVICON, FAVICON))
        except (OSError, ValueError):
            picture = None
        if picture:
            left, top = ((FAVICON - size) // 2 for size in picture.size)
            canvas.paste(picture, (left, top), picture)
        else:
            draw = ImageDraw.Draw(canvas)
            draw.rounded_rectangle((0, 0, FAVICON, FAVICON), 48, fill=ground)
            draw.text(
                (FAVICON / 2, FAVICON / 2),
                name[:1].upper(),
                anchor="mm",
                font_size=170,
                fill=contrast.ink_on(ground),
            )
        out = io.BytesIO()
        canvas.save(out, "PNG")
        return b64encode(out.getvalue())
