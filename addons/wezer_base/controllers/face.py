import hashlib
from base64 import b64decode

import werkzeug.exceptions
from markupsafe import escape

from odoo import http
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from ..models.wezer_record_mixin import PICTURE_MARK

COLOURS = ("#2f6f4e", "#8a5a2b", "#4a5f8a", "#8a3f5a", "#5a6b2f", "#3f7a80", "#6b4a8a")


class WezerFace(http.Controller):
    """Pictures of parties: their own, else their initials, drawn."""

    @http.route(
        "/wezer/face/<int:profile_id>", type="http", auth="public", readonly=True
    )
    def face(self, profile_id, **_kwargs):
        """Serve the picture of a profile that the caller may see.

        Asked for again each time, and answered "not modified" while it is the same:
        who replaces or hides a picture sees and hides it at once.
        """
        profile = request.env["wezer.profile"].browse(profile_id).exists()
        if not profile or not profile.has_access("read"):
            return self._svg("·", "0")
        image = profile._shared_picture()
        if image:
            picture = b64decode(image)
            kind = guess_mimetype(picture, default="image/png")
            return self._answer(picture, kind)
        initials = "".join(word[0] for word in profile.name.split()[:2]).upper()
        return self._svg(initials, profile.slug)

    @http.route(
        "/wezer/picture/<int:attachment_id>", type="http", auth="public", readonly=True
    )
    def picture(self, attachment_id, **_kwargs):
        """Serve a picture of a text to whoever may read the text."""
        # Members read no attachments: this one as its record, checked just below.
        found = request.env["ir.attachment"].sudo().browse(attachment_id).exists()
        mark, _colon, field = (found.description or "").partition(":")
        if f"{mark}:" != PICTURE_MARK or found.res_model not in request.env:
            raise werkzeug.exceptions.NotFound()
        record = request.env[found.res_model].browse(found.res_id).exists()
        field = record._fields.get(field)
        if (
            not (record and field and record.has_access("read"))
            or not record._has_field_access(field, "read")
            or f"/wezer/picture/{found.id}?" not in (record[field.name] or "")
        ):
            raise werkzeug.exceptions.NotFound()
        return self._answer(found.raw, found.mimetype)

    def _svg(self, initials, seed):
        colour = COLOURS[int(hashlib.sha256(seed.encode()).hexdigest(), 16) % 7]
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            f'<rect width="64" height="64" fill="{colour}"/>'
            '<text x="32" y="41" font-family="sans-serif" font-size="26"'
            f' fill="#fff" text-anchor="middle">{escape(initials)}</text></svg>'
        )
        return self._answer(svg.encode(), "image/svg+xml")

    def _answer(self, content, kind):
        response = request.make_response(content, self._headers(kind))
        response.set_etag(hashlib.sha256(content).hexdigest()[:32])
        return response.make_conditional(request.httprequest.environ)

    def _headers(self, kind):
        return [
            ("Content-Type", kind),
            ("Cache-Control", "private, no-cache"),
            ("X-Content-Type-Options", "nosniff"),
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'",
            ),
        ]
