import hashlib
from base64 import b64decode

import werkzeug.exceptions

from odoo import http
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from ..models.wezer_record_mixin import PICTURE_MARK
from ..tools.picture import small_copy


class WezerPictures(http.Controller):
    """Pictures of parties, and of what they write."""

    @http.route(
        "/wezer/face/<int:profile_id>", type="http", auth="public", readonly=True
    )
    def face(self, profile_id, **_kwargs):
        """Serve the picture of a profile that the caller may see.

        Asked for again each time, and answered "not modified" while it is the same:
        a picture that is replaced or hidden is so at once.
        """
        return self._face(request.env["wezer.profile"].browse(profile_id).exists())

    @http.route(
        "/wezer/face/of/<int:partner_id>", type="http", auth="user", readonly=True
    )
    def face_of(self, partner_id, **_kwargs):
        """Serve the picture that a party shares with the caller; for the back office.

        A contact that is no party has the picture of Odoo's contacts. Whoever may
        not see it gets what an unknown number gets.
        """
        partner = request.env["res.partner"].browse(partner_id).exists()
        # Found for all; whether it may be seen is asked by the caller's rights.
        profile = partner._wezer_profile().with_env(request.env)
        if partner and not profile and partner.has_access("read"):
            return request.redirect(f"/web/image/res.partner/{partner.id}/avatar_128")
        return self._face(profile)

    def _face(self, profile):
        if profile and profile.has_access("read"):
            picture = b64decode(profile._shared_avatar())
            # Odoo keeps JPEG at its best and drawings as PNG: three times the bytes.
            picture = small_copy(picture) or picture
        else:
            picture = profile.browse()._avatar_get_placeholder()
        return self._answer(picture, guess_mimetype(picture, default="image/png"))

    @http.route(
        "/wezer/picture/<int:attachment_id>", type="http", auth="public", readonly=True
    )
    def picture(self, attachment_id, **_kwargs):
        """Serve a picture of a text to those who may read the text."""
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
