import csv
import io
import json
import zipfile
from base64 import b64decode
from datetime import date, datetime

from odoo import api, models
from odoo.tools.mimetypes import guess_mimetype

from ..exceptions import NotAllowed
from ..tools.tables import no_formula


class WezerPersonalData(models.AbstractModel):
    """Everything the community keeps of a member, for that member."""

    _name = "wezer.personal.data"
    _description = "Personal data of a member"

    @api.model
    def own(self) -> dict[str, list[dict]]:
        """Return everything about the caller: ``{section: [rows]}``.

        The rows are plain dicts of texts and numbers; amounts are texts.
        """
        if self.env.user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        return self._sections_of(self.env.user.partner_id)

    @api.model
    def _sections_of(self, partner):
        """Return all sections of ``partner`` and of the doubles merged into it."""
        sections = {}
        for account in partner._wezer_selves():
            # Checked before; each addon names its own rows.
            for name, rows in account._wezer_personal_data().items():
                kept = sections.setdefault(name, [])
                kept += [row for row in map(self._in_json, rows) if row not in kept]
        return sections

    @api.model
    def _in_json(self, row):
        return {
            key: value.isoformat() if isinstance(value, date | datetime) else value
            for key, value in row.items()
        }

    @api.model
    def _zip(self, partner):
        """Return it all as a zip: ``data.json``, a CSV each section, the picture."""
        sections = self._sections_of(partner)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "data.json", json.dumps(sections, indent=2, ensure_ascii=False)
            )
            for name, rows in sections.items():
                archive.writestr(f"{name}.csv", self._csv(rows))
            picture = partner._wezer_profile().image_1920
            if picture:
                content = b64decode(picture)
                kind = guess_mimetype(content, default="image/png").split("/")[1]
                archive.writestr(f"picture.{kind}", content)
        return buffer.getvalue()

    @api.model
    def _csv(self, rows):
        """Return rows as CSV that no spreadsheet runs as a formula."""
        columns = list(dict.fromkeys(key for row in rows for key in row))
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([self._cell(row.get(column, "")) for column in columns])
        # With a byte order mark: spreadsheets then read accents.
        return "\ufeff" + buffer.getvalue()

    @api.model
    def _cell(self, value):
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value)
        text = "" if value is None or value is False else str(value)
        return no_formula(text)

    @api.model
    def _rows(self, records, names):
        """Return ``records`` as plain dicts of the fields in ``names`` they have."""
        known = [name for name in names if name in records._fields]
        return [
            {name: self._serialise(record, name) for name in known}
            for record in records
        ]

    @api.model
    def _serialise(self, record, name):
        value = record[name]
        if isinstance(value, models.BaseModel):
            if record._fields[name].type.endswith("2many"):
                return [item.display_name for item in value]
            return value.display_name or ""
        if isinstance(value, date | datetime):
            return value.isoformat()
        if value is False and record._fields[name].type != "boolean":
            return ""
        return value if isinstance(value, int | float) else str(value)

    @api.model
    def _own_fields(self, model):
        """Return the stored plain fields of ``model``, pictures aside."""
        return [
            name
            for name, field in model._fields.items()
            if field.store
            and not (field.compute and field.readonly)
            and field.type not in ("binary", "image", "one2many", "json", "properties")
            and name not in models.MAGIC_COLUMNS
        ]

    @api.model
    def _base_sections(self, partner):
        """Return what this addon keeps of ``partner`` (sudo): ``{section: [rows]}``."""
        partner = partner.sudo().with_context(active_test=False)
        profile = partner._wezer_profile()
        hidden = {
            "search_text",
            "name_key",
            "picture_key",
            "return_keys",
            "left_from",
            "admitted_by_id",
            "suspended_by_id",
        }
        names = [name for name in self._own_fields(profile) if name not in hidden]
        notices = self.env["wezer.notice"].sudo()
        mandates, acts = (
            self.env["wezer.mandate"].sudo(),
            self.env["wezer.acting.log"].sudo(),
        )
        return {
            "contact": self._rows(
                partner,
                ["name", "email", "phone", "street", "street2", "zip", "city"]
                + ["country_id", "lang", "tz", "website", "vat", "comment"],
            ),
            "account": self._rows(
                partner.user_ids, ["login", "lang", "tz", "create_date", "login_date"]
            ),
            "profile": self._rows(profile, names),
            "notices": self._rows(
                notices.search([("partner_id", "=", partner.id)]),
                ["date", "kind", "text", "url", "is_read"],
            ),
            "mandates": self._rows(
                mandates.search(
                    ["|", ("giver_id", "=", partner.id), ("holder_id", "=", partner.id)]
                ),
                ["giver_id", "holder_id", "right_wallet", "right_market", "right_vote"]
                + ["date_from", "date_until", "state"],
            ),
            "acts": [
                {"date": act.date.isoformat(), "what": act._sentence()}
                for act in acts.search(
                    [
                        "|",
                        ("actor_id", "=", partner.id),
                        ("partner_id", "=", partner.id),
                    ]
                )
            ],
            "messages": [
                {
                    "date": message.date.isoformat(),
                    "about": message.record_name or "",
                    "body": message.preview or "",
                }
                for message in self.env["mail.message"]
                .sudo()
                .search([("author_id", "=", partner.id)])
                if message.message_type in ("comment", "email")
            ],
            "conversations": self.env["wezer.conversation"]._personal_data(partner),
            "address_changes": self.env["wezer.address.change"]._personal_data(partner),
            **self.env["wezer.digest"]._personal_data(partner),
            "consents": self.env["wezer.terms.acceptance"]._personal_data(partner),
            "signatures": self.env["wezer.signature"]._personal_data(partner),
            "invitations": self.env["wezer.invitation"]._personal_data(partner),
        }
