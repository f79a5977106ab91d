import hashlib
from base64 import b64decode

from markupsafe import escape

from odoo import http
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

COLOURS = ("#2f6f4e", "#8a5a2b", "#4a5f8a", "#8a3f5a", "#5a6b2f", "#3f7a80", "#6b4a8a")


class WezerFace(http.Controller):
    """Pictures of parties: their own, else their initials, drawn."""

    @http.route(
        "/wezer/face/<int:profile_id>", type="http", auth="public", readonly=True
    )
    def face(self, profile_id, **_kwargs):
        """Serve the picture of a profile that the caller may see."""
        profile = request.env["wezer.profile"].browse(profile_id).exists()
        if not profile or not profile.has_access("read"):
            return self._svg("·", "0")
        image = profile._shared_picture()
        if image:
            picture = b64decode(image)
            kind = guess_mimetype(picture, default="image/png")
            return request.make_response(picture, self._headers(kind))
        initials = "".join(word[0] for word in profile.name.split()[:2]).upper()
        return self._svg(initials, profile.slug)

    def _svg(self, initials, seed):
        colour = COLOURS[int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 7]
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            f'<rect width="64" height="64" fill="{colour}"/>'
            '<text x="32" y="41" font-family="sans-serif" font-size="26"'
            f' fill="#fff" text-anchor="middle">{escape(initials)}</text></svg>'
        )
        return request.make_response(svg, self._headers("image/svg+xml"))

    def _headers(self, kind):
        return [
            ("Content-Type", kind),
            ("Cache-Control", "private, max-age=600"),
            ("X-Content-Type-Options", "nosniff"),
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'",
            ),
        ]
