import base64
import binascii
from typing import Any

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.picture import PictureError, clean_file, small_copy
from odoo.addons.wezer_base.tools.text import clean_line

# A deal has up to so many files, each of up to so many bytes.
MAX_FILES = 10
MAX_BYTES = 5 * 1024 * 1024


class WezerDealEvidence(models.Model):
    """A file that shows the work, for the deal's participants and its moderators.

    Its content is served by a controller that checks the deal; it is never an
    attachment that Odoo's own routes would serve.
    """

    _name = "wezer.deal.evidence"
    _description = "File in a deal"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    date = fields.Datetime(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="restrict"
    )
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    size = fields.Integer(required=True)
    by_mail = fields.Boolean(
        string="Came by e-mail",
        readonly=True,
        help="The file came with an answer by e-mail; nobody added it on the page.",
    )
    date_confirmed = fields.Datetime(
        string="Confirmed on",
        readonly=True,
        help="The side that the file came from confirmed it on the page. The sender of"
        " an e-mail can be forged, so a file counts as evidence from then on.",
    )
    content = fields.Binary(required=True, attachment=False, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    def write(self, vals):
        # The only change there is, once: see :meth:`_confirm`.
        confirms = list(vals) == ["date_confirmed"] and vals["date_confirmed"]
        if not confirms or not all(file._is_unconfirmed() for file in self):
            raise Refusal(self.env._("Files cannot be changed."), rule="immutable")
        return super().write(vals)

    def _is_unconfirmed(self):
        """Return whether the file came by e-mail, and its side has not confirmed it."""
        self.ensure_one()
        return self.by_mail and not self.date_confirmed

    def _confirm(self):
        """Take the file as evidence (sudo); its action has checked who confirms."""
        if not self._is_unconfirmed():
            raise Refusal(
                self.env._("This file needs no confirmation."), rule="confirmed"
            )
        self.date_confirmed = fields.Datetime.now()

    @api.model
    def _add(
        self,
        deal: Any,
        party: Any,
        name: Any,
        content: bytes | str,
        by_mail: bool = False,
    ) -> Any:
        """Return a new file (sudo) of ``deal``; its action has checked who may add one.

        :param content: its bytes, or base64 text
        :raise Refusal: where it is empty, too large, or one file too many
        """
        data, kind = self._cleaned(content)
        if len(deal.evidence_ids) >= MAX_FILES:
            raise Refusal(
                self.env._("A deal can have up to ten files."),
                rule="files",
                value=str(len(deal.evidence_ids)),
                limit=str(MAX_FILES),
            )
        return self.sudo().create(
            {
                "deal_id": deal.id,
                "name": self._cleaned_name(name, kind),
                "date": fields.Datetime.now(),
                "partner_id": party.id,
                "person_id": self.env.user.partner_id.id,
                "size": len(data),
                "by_mail": by_mail,
                "content": base64.b64encode(data),
            }
        )

    @api.model
    def _cleaned_name(self, name, kind):
        """Return a short name without folders, with the ending of a cleaned picture."""
        name = clean_line(str(name or "").replace("\\", "/").split("/")[-1])
        if kind and not name.lower().endswith((f".{kind}", ".jpeg")):
            # A picture is kept as JPEG or PNG, and called so.
            name = f"{name.rpartition('.')[0] or name or self.env._('file')}.{kind}"
        name = name if len(name) <= 120 else f"{name[:110]}…{name[-9:]}"
        return name or self.env._("file")

    @api.model
    def _cleaned(self, content):
        """Return the bytes as they are kept, and the kind of a picture or None.

        A photo says where it was taken, and neither side needs that.
        """
        data = self._sent_bytes(content)
        try:
            return clean_file(data)
        except PictureError as error:
            raise Refusal(
                self._wezer_picture_sentence(error.reason),
                rule="picture",
                value=error.reason,
            ) from error

    @api.model
    def _sent_bytes(self, content):
        """Return the bytes a person sent, refused where there are none or too many."""
        if isinstance(content, str):
            if len(content) > MAX_BYTES * 2:
                content = b"\0" * (MAX_BYTES + 1)
            else:
                try:
                    content = base64.b64decode(content, validate=True)
                except (binascii.Error, ValueError):
                    content = b""
        if not isinstance(content, bytes) or not content:
            raise Refusal(self.env._("This file is empty."), rule="empty")
        if len(content) > MAX_BYTES:
            raise Refusal(
                self.env._("A file can have up to 5 MB."),
                rule="size",
                value=str(len(content)),
                limit=str(MAX_BYTES),
            )
        return content

    def _is_picture(self):
        """Return whether the page can show the file: it was cleaned as a picture."""
        self.ensure_one()
        return self.name.lower().endswith((".jpg", ".jpeg", ".png"))

    def _small_picture(self):
        """Return a small copy (JPEG) of the picture, or None where it is none."""
        if not self._is_picture():
            return None
        return small_copy(self._bytes())

    def _bytes(self):
        """Return the content, for all who may read the row."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the column is not readable by ORM; access to the row was just checked.
        raw = self.sudo().with_context(bin_size=False).content
        return base64.b64decode(raw)
