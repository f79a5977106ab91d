from typing import Any

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import payload

# So many pictures an announcement shows.
PICTURES_MAX = 8
# Bytes of a picture.
PICTURE_BYTES = 5 * 1024 * 1024
CAPTION_LENGTH = 120
# What an author sends of each.
SENT = {"id", "copy_id", "image", "caption"}


class WezerAnnouncementPicture(models.Model):
    """A picture of an announcement, with what is to be seen on it.

    They are shown in their order; the first is on the card. Whoever may read the
    announcement sees them. They change by the actions of the announcement.
    """

    _name = "wezer.announcement.picture"
    _description = "Picture of an announcement"
    _inherit = ["image.mixin", "wezer.record.mixin"]
    _order = "sequence, id"
    _rec_name = "caption"

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=0)
    caption = fields.Char(
        size=CAPTION_LENGTH,
        help="Shown under the picture, and read aloud to people who cannot see it.",
    )
    company_id = fields.Many2one(
        related="announcement_id.company_id", store=True, precompute=True
    )

    def _alternative(self) -> str:
        """Return the text that stands for the picture where it is not seen."""
        self.ensure_one()
        return self.caption or self.env._(
            "Picture of: %(title)s", title=self.announcement_id.title
        )

    @api.model
    def _take_over(self) -> None:
        """Give announcements that have a picture, but none here, that one (an update).

        In batches of a few: each picture is read and written once.
        """
        pictures = self.sudo()
        attachments = self.env["ir.attachment"].sudo()
        kept = attachments.search(
            [
                ("res_model", "=", "wezer.announcement"),
                ("res_field", "=", "image_1920"),
                ("res_id", "!=", False),
            ],
            order="id",
        )
        has = set(pictures.search([]).announcement_id.ids)
        for attachment in kept:
            announcement = pictures.announcement_id.browse(attachment.res_id)
            if announcement.id not in has and announcement.exists():
                has.add(announcement.id)
                pictures.create(
                    {
                        "announcement_id": announcement.id,
                        "image_1920": attachment.with_context(bin_size=False).datas,
                    }
                )
            attachment.invalidate_recordset()

    # === WHAT AN AUTHOR SENDS === #

    @api.model
    def _commands(self, sent: Any, own: Any) -> list:
        """Return the commands that make the pictures of an announcement what was sent.

        :param list sent: dicts in order: ``id`` of one that is kept, ``image`` in
            base64, or ``copy_id`` of one of another announcement of the same author;
            and ``caption``; what is left out is deleted
        :param own: the pictures (sudo) that the announcement has
        :raise Refusal: rules ``pictures``, ``picture``, ``field``
        """
        self._check_count(sent)
        rows = payload.rows(self.env, sent, PICTURES_MAX)
        commands, kept = [], set()
        for index, row in enumerate(rows):
            if not isinstance(row, dict) or row.keys() - SENT:
                raise payload.foreign(self.env)
            vals = {"sequence": index}
            if "caption" in row:
                vals["caption"] = payload.line(
                    self.env, row["caption"], CAPTION_LENGTH, "caption"
                )
            if row.get("image"):
                vals["image_1920"] = self._checked(row["image"])
            number = row.get("id")
            if number and number in own.ids and number not in kept:
                kept.add(number)
                commands.append(Command.update(number, vals))
            elif not number and "image_1920" in vals:
                commands.append(Command.create(vals))
            elif row.keys() >= {"copy_id"} and not number:
                commands.append(Command.create({**vals, **self._copied(row)}))
            else:
                raise payload.foreign(self.env)
        gone = [number for number in own.ids if number not in kept]
        return [*map(Command.delete, gone), *commands]

    @api.model
    def _copied(self, row):
        """Return the picture of an announcement that the user acts for, to be kept."""
        source = payload.record(self.env, self._name, row["copy_id"])
        found = self.search([("id", "=", source.id)]).sudo()
        author = found.announcement_id.author_id
        if not found or not self.env.user._acts_for(author, "market"):
            raise payload.foreign(self.env)
        return {"image_1920": found.with_context(bin_size=False).image_1920}

    @api.model
    def _first_commands(self, image: Any, own: Any) -> list:
        """Return the commands that replace the first picture; all go without one."""
        if not image:
            return [Command.clear()]
        if own:
            return [Command.update(own[0].id, {"image_1920": image})]
        return [Command.create({"image_1920": image})]

    @api.model
    def _check_count(self, sent):
        if isinstance(sent, list | tuple) and len(sent) > PICTURES_MAX:
            raise Refusal(
                self.env._(
                    "An announcement can show up to %(count)s pictures.",
                    count=PICTURES_MAX,
                ),
                rule="pictures",
                value=str(len(sent)),
                limit=str(PICTURES_MAX),
                field="pictures",
            )

    @api.model
    def _checked(self, value: Any) -> Any:
        """Return a picture in base64, as it was sent, if it is not too large."""
        size = 0
        if isinstance(value, str | bytes):
            padding = value[-2:].count("=" if isinstance(value, str) else b"=")
            size = len(value) * 3 // 4 - padding
        if size > PICTURE_BYTES:
            raise Refusal(
                self.env._("The picture is larger than 5 MB."),
                rule="picture",
                field="pictures",
            )
        return value
