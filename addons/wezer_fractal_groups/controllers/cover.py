from base64 import b64decode

import werkzeug.exceptions

from odoo import http
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.wezer_base.controllers.pictures import WezerPictures
from odoo.addons.wezer_base.controllers.website import seen_or_404


class WezerGroupsCover(WezerPictures):
    """The cover pictures of groups."""

    @http.route(
        "/wezer/cover/<int:group_id>", type="http", auth="public", readonly=True
    )
    def cover(self, group_id, **_kwargs):
        """Serve the cover picture of a group that the caller may see."""
        group = seen_or_404("wezer.group", group_id)
        if not group.cover:
            raise werkzeug.exceptions.NotFound()
        picture = b64decode(group.cover)
        return self._answer(picture, guess_mimetype(picture, default="image/png"))
