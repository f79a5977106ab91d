from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from functools import partial

from odoo import api, fields, models, tools
from odoo.tools import SQL, consteq

from ..exceptions import Refusal
from ..tools import caller_context
from ..tools.html import attachment_of, plain_html
from ..tools.picture import PictureError, clean_picture
from ..tools.sorting import in_reader_order
from ..tools.text import clean_line, clean_text, has_letter

# Odoo keeps on every row who created it and who changed it last.
AUTHORS = ("create_uid", "write_uid")
# So many pictures stand in one text.
PICTURES = 20
# What their attachments are marked with, before the name of the field.
PICTURE_MARK = "wezer:"


class WezerRecordMixin(models.AbstractModel):
    """What holds for every model of the suite, and for those of Odoo's it extends.

    Texts and pictures are cleaned when they are written. The name of a record is
    shown only to users who may read the record (:meth:`_wezer_name_visible_sql`),
    and the authors of rows only to administrators. It comes last in ``_inherit``,
    so that other mixins see the values before they are cleaned.

    That nobody refers to a record that they may not read is checked for all models,
    in ``models/base.py``.
    """

    _name = "wezer.record.mixin"
    _description = "Record of the suite"

    # Whether names of this model are hidden from users who may not read the record.
    # None stands for: hidden on the stored models of the suite.
    _wezer_private_name: bool | None = None

    # Whether references to a record are empty for users who may not read it, so that
    # they learn neither its id nor that something refers to it.
    _wezer_closed_reference = False

    # Names of the fields that sort as the reader's language does.
    _sorted_by_language = frozenset()

    # === AUTHORS OF A ROW === #

    def _has_field_access(self, field, operation):
        """Keep the authors of the suite's rows for administrators.

        A row is often made with ``sudo()`` in somebody's name, and its author reveals
        more than the row: who invited, who assessed. Reading, searching, sorting and
        grouping all ask here.
        """
        allowed = super()._has_field_access(field, operation)
        if allowed and field.name in AUTHORS and self._name.startswith("wezer."):
            return self.env.su or self.env.user.has_group(
                "wezer_base.group_administrator"
            )
        return allowed

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Ask for access to many2many fields too, which Odoo leaves out here.

        Tried on Odoo 19: grouping by a many2many that the caller may not read gave
        its values.
        """
        field = self._fields.get(groupby_spec.split(":")[0].split(".")[0])
        if field is not None and field.type == "many2many":
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    # === WHAT PEOPLE WRITE === #

    # Stored as they are sent: keys that programs compare, texts of administrators.
    _wezer_raw = ()
    # Names and titles: refused without a letter that can be seen.
    _wezer_titles = ()
    # Fields of Odoo's own models that members write too; of formatted texts, only
    # what members write is taken down to plain formatting.
    _wezer_texts = ()

    @api.model_create_multi
    def create(self, vals_list):
        here = self._wezer_without_defaults()
        kinds = self._wezer_written_fields()
        if not kinds:
            return super(WezerRecordMixin, here).create(vals_list)
        records = super(WezerRecordMixin, here).create(
            [self._wezer_cleaned(vals, kinds) for vals in vals_list]
        )
        for name, kind in kinds.items():
            if kind == "html" and not self._transient:
                records._wezer_keep_pictures(name)
        return records

    @api.model
    def _wezer_without_defaults(self):
        """Return the model without values that a caller put into the context.

        What the suite writes with the rights of the server, it says itself.
        """
        ours = self._name.startswith("wezer.") or self._name == "mail.mail"
        if not self.env.su or not ours or self._transient:
            return self
        return caller_context.plain(self)

    def write(self, vals):
        kinds = self._wezer_written_fields()
        if not kinds.keys() & vals.keys():
            return super().write(vals)
        result = super().write(self._wezer_cleaned(vals, kinds))
        for name, kind in kinds.items():
            if kind == "html" and name in vals and not self._transient:
                self._wezer_keep_pictures(name)
        return result

    @api.model
    @tools.ormcache("self._name")
    def _wezer_written_fields(self):
        """Return the fields that people write here, each with its kind.

        Every text of the suite's models, and of fields that it adds to Odoo's.
        """
        ours, kinds = self._name.startswith("wezer."), {}
        for name, field in self._fields.items():
            if not field.store or field.compute or field.related:
                continue
            if name in self._wezer_raw or name in models.MAGIC_COLUMNS:
                continue
            added = (field._module or "").startswith("wezer_")
            if not (ours or added or name in self._wezer_texts):
                continue
            if field.type == "char":
                kinds[name] = "line"
            elif field.type == "text":
                kinds[name] = "text"
            elif field.type == "html" and ours:
                kinds[name] = "html"
            elif field.type == "html" and name in self._wezer_texts:
                kinds[name] = "office"
            elif isinstance(field, fields.Image):
                kinds[name] = "image"
        return tools.frozendict(kinds)

    @api.model
    def _wezer_cleaned(self, vals, kinds):
        """Return ``vals`` with what people wrote as it is kept.

        :raise Refusal: rules of the titles' names, and ``picture``
        """
        vals = dict(vals)
        for name in kinds.keys() & vals.keys():
            value, kind = vals[name], kinds[name]
            if kind == "image":
                vals[name] = self._wezer_picture(value)
            elif not isinstance(value, str):
                continue
            elif kind == "html":
                vals[name] = plain_html(value)
            elif kind == "office":
                if not (self.env.su or self.env.user._is_internal()):
                    vals[name] = plain_html(value)
            else:
                vals[name] = clean_line(value) if kind == "line" else clean_text(value)
                if name in self._wezer_titles:
                    self._wezer_check_title(vals[name], name)
        return vals

    @api.model
    def _wezer_check_title(self, title, rule="title"):
        """Refuse a name or title without a letter or digit that can be seen."""
        if not has_letter(title):
            raise Refusal(
                self.env._("Write a name with at least one letter or digit."),
                rule=rule,
                value=title,
            )

    @api.model
    def _wezer_picture(self, value):
        """Return a picture in base64 as it is kept, or False.

        :raise Refusal: rule ``picture``
        """
        if not value:
            return False
        try:
            data = b64decode(value)
            return b64encode(clean_picture(data)[0])
        except (Base64Error, TypeError, ValueError) as error:
            reason = error.reason if isinstance(error, PictureError) else "kind"
            raise Refusal(
                self._wezer_picture_sentence(reason), rule="picture", value=reason
            ) from error

    @api.model
    def _wezer_picture_sentence(self, reason):
        """Return what a person reads whose picture was refused for ``reason``."""
        if reason == "large":
            return self.env._(
                "This picture has more than 50 million pixels. Choose a smaller one."
            )
        if reason in ("heic", "avif", "tiff"):
            return self.env._(
                "Not every browser can show %(kind)s pictures. Save the picture as"
                " JPEG or PNG and choose it again. On an iPhone, choose “Most"
                " Compatible” under “Formats” in the camera settings.",
                kind=reason.upper(),
            )
        return self.env._(
            "This file cannot be used as a picture. Choose a JPEG,"
            " PNG, WebP or GIF file."
        )

    # === PICTURES IN TEXTS === #

    def _wezer_keep_pictures(self, name):
        """Let each text have copies of its own of the pictures that it shows.

        A picture stays where the writer may see it; whoever may read the record
        sees the copy. Copies that the text no longer shows are deleted.
        """
        attachments = caller_context.plain(self.env["ir.attachment"].sudo())
        mark = f"{PICTURE_MARK}{name}"
        for record in self.sudo():
            own = attachments.search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", record.id),
                    ("description", "=", mark),
                ]
            )
            text, used = record[name] or "", attachments.browse()
            if "<img" in text:
                shown = {}
                address = partial(
                    record._wezer_own_picture, mark=mark, own=own, shown=shown
                )
                clean = plain_html(text, address)
                used = attachments.browse(copy.id for copy in shown.values() if copy)
                if clean != text:
                    # Past the cleaner and what other models do on a write.
                    record._wezer_write_clean({name: clean})
            (own - used).unlink()

    def _wezer_write_clean(self, vals):
        """Write what is clean already, without any model's own ``write``."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _wezer_own_picture(self, src, mark, own, shown):
        """Return the address of this record's copy of a picture, or None (sudo)."""
        self.ensure_one()
        number, token = attachment_of(src)
        if number not in shown and len(shown) < PICTURES:
            source = own.browse(number).exists()
            shown[number] = source if source in own else None
            if source and source not in own and self._wezer_may_copy(source, token):
                shown[number] = self._wezer_copy_picture(source, mark)
        copy = shown.get(number)
        return f"/wezer/picture/{copy.id}?unique={copy.checksum[:8]}" if copy else None

    def _wezer_may_copy(self, attachment, token):
        """Return whether who writes this text sees the picture that it shows."""
        if not self.env.user._is_superuser():
            reader = attachment.with_user(self.env.user)
            known = token and attachment.access_token
            if not (known and consteq(attachment.access_token, token)):
                return reader.has_access("read")
        return True

    def _wezer_copy_picture(self, source, mark):
        """Return a clean copy of a picture, attached to this record; None if none."""
        try:
            data, kind = clean_picture(source.raw or b"")
        except PictureError:
            return None
        return source.create(
            {
                "name": f"picture.{kind}",
                "raw": data,
                "res_model": self._name,
                "res_id": self.id,
                "description": mark,
            }
        )

    def _wezer_shown_html(self, name):
        """Return a formatted text as pages show it: again without layout or styles.

        Texts that were stored before, and those of Odoo's own editors, pass through
        the same sanitiser.
        """
        self.ensure_one()
        return plain_html(self[name] or "")

    # === NAMES OF WHAT ONE MAY NOT READ === #

    def _wezer_has_private_names(self) -> bool:
        """Return whether only readers of a record may know its name."""
        if self._wezer_private_name is not None:
            return self._wezer_private_name
        return (
            self._name.startswith("wezer.")
            and not self._transient
            and not self._abstract
        )

    def _wezer_with_visible_name(self) -> models.BaseModel:
        """Return the records whose name the user may know; ``sudo()`` changes nothing.

        :return: a subset of ``self``
        """
        if not self._wezer_has_private_names():
            return self
        origins = self._origin.sudo(False).with_context(active_test=False)
        ids = set(origins._filtered_access("read").ids)
        # A record that is not saved yet is the user's own.
        return self.filtered(
            lambda record: not record._origin or record._origin.id in ids
        )

    def _wezer_name_visible_sql(self, alias: str) -> SQL | None:
        """Return the condition that the user may know the name of a joined row.

        :param alias: the alias of this model's table in the query
        :return: None where every name may be known
        """
        if not self._wezer_has_private_names():
            return None
        if not self.has_access("read"):
            return SQL("FALSE")
        readable = self.with_context(active_test=False)._search([])
        return SQL("%s IN %s", SQL.identifier(alias, "id"), readable.subselect())

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Keep the names of our records from users who may not read them."""
        result = super()._compute_display_name()
        self._wezer_hide_names()
        return result

    def _wezer_hide_names(self) -> None:
        """Replace the display names that the user may not know."""
        if not self._wezer_has_private_names():
            return
        for record in self - self._wezer_with_visible_name():
            record.display_name = self.env._("Private")

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort as the reader's language does, and without regard to hidden names.

        Odoo joins a referenced table without its rules: the place of a row in a
        sorted list would reveal the hidden name, letter by letter.
        """
        visible = None
        if alias != self._table and not self.env.su and field_name in self._fields:
            visible = self._wezer_name_visible_sql(alias)
        by_language = field_name in self._sorted_by_language
        if visible is None and not by_language:
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        value = self._field_to_sql(alias, field_name, query)
        if visible is not None:
            value = SQL("CASE WHEN %s THEN %s END", visible, value)
        query._order_groupby.append(value)
        if by_language:
            value = in_reader_order(self.env, value)
        return SQL("%s %s %s", value, direction, nulls)
