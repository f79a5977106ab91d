import itertools
import logging
from pathlib import Path

from odoo import api, fields, models, release
from odoo.tools import SQL, html2plaintext

from ..exceptions import Refusal
from ..tools import days
from ..tools.community_files import FolderError, Table, new_folder
from ..tools.membership import JOINED, MEMBERS
from .wezer_mandate import CARRIED

_logger = logging.getLogger(__name__)

# Rows that are in memory at once.
PAGE = 2000
# For which purpose addresses leave that their owners do not share.
MOVE_PURPOSE = (
    "The community continues on another system, under the same responsibility."
    " Delete these addresses where they are used for anything else."
)
# The levels on which a member's entry is in the export.
SHARED = ("members", "everyone")
SHARES = (
    *("picture", "presentation", "skills", "languages"),
    *("place", "email", "phone"),
)
PARTY = (
    *("party", "kind", "name", "state", "slug", "role", "on_paper", "joined", "left"),
    *("language", "presentation", "skills", "languages", "city", "latitude"),
    *("longitude", "email", "phone", "street", "street2", "zip", "country"),
    *(f"share_{name}" for name in SHARES),
    *("messages_from", "merged_into"),
)
MANDATE = ("giver", "holder", "rights", "from", "until", "state")
CATEGORY = (
    *("category", "parent", "name", "names", "synonyms", "uri", "icon", "color"),
    *("sequence", "active"),
)
SKILL = ("skill", "name", "names", "synonyms", "uri", "category", "categories")


class WezerExport(models.AbstractModel):
    """Everything of a community as files, so that it can move elsewhere.

    Each addon adds its own files by :meth:`_parts`. A member's profile is written as
    far as its owner shares it with members or with everybody; addresses that nobody
    sees only where the administrator asks for them. What is written, and what is not
    (messages, drafts, passwords), is described in ``docs/export.md``.
    """

    _name = "wezer.export"
    _description = "Export of a community"

    @api.model
    def _write_community(self, path, with_addresses=False, progress=None):
        """Write all files to a new folder; administrators only.

        It is read in one transaction, so that the files agree with each other while
        people go on. Memory: a page of rows.

        :param str path: the folder to make
        :param bool with_addresses: also e-mail, telephone and postal addresses that
            their owners do not share
        :param progress: called with a file's name and its rows so far
        :return: ``{"files": count, "rows": count}``
        """
        self.env["wezer.profile"]._check_administrator()
        self.env.flush_all()
        # Checked: every row of the community, in its language.
        export = self.sudo().with_context(
            lang=self._community_language(), active_test=False, bin_size=False
        )
        rows = 0
        try:
            with new_folder(Path(path)) as folder:
                for part in export._parts(with_addresses):
                    rows += folder.add(part, progress)
                    export.env.invalidate_all()
                folder.close(export._manifest(with_addresses))
        except FolderError as error:
            raise self._folder_refusal(error) from error
        _logger.info(
            "%s exported the community to a folder, %s",
            self.env.user.login,
            "with all addresses" if with_addresses else "with shared addresses",
        )
        return {"files": len(folder.files) + 1, "rows": rows}

    @api.model
    def _parts(self, with_addresses):
        """Return the files, in the order in which they are read again (sudo).

        :return: a list of ``Table`` and ``Objects``; addons add their own
        """
        return [
            Table("parties", PARTY, lambda: self._party_rows(with_addresses)),
            Table("mandates", MANDATE, self._mandate_rows),
            Table("categories", CATEGORY, self._category_rows),
            Table("skills", SKILL, self._skill_rows),
        ]

    @api.model
    def _manifest(self, with_addresses):
        """Return what the manifest says beside the files; addons add to it."""
        company = self.env.company
        return {
            "program": f"Wezer on Odoo {release.major_version}",
            "exported": self._moment(fields.Datetime.now()),
            "community": {
                "name": company.name,
                "party": company.partner_id.id,
                "website": company.website or "",
                "place": company.city or "",
                "country": company.country_id.code or "",
                "language": self.env.lang,
                "time_zone": days.community_zone(self.env).key,
            },
            "addresses": {
                "written": "all" if with_addresses else "shared",
                "purpose": MOVE_PURPOSE if with_addresses else "",
            },
        }

    @api.model
    def _folder_refusal(self, error):
        """Return why a folder cannot be written, for people."""
        words = {
            "exists": self.env._("There is already a folder or file %s with content."),
            "no_parent": self.env._("There is no folder %s. Make it first."),
            "running": self.env._("Another export to %s is running."),
        }
        return Refusal(
            words[error.code] % error.path, rule="folder", value=str(error.path)
        )

    # === FILES OF THIS LAYER === #

    @api.model
    def _party_rows(self, with_addresses):
        """Yield the people and organisations, as far as they share what they are."""
        query = SQL(
            "SELECT DISTINCT party FROM (%s) AS parties (party) ORDER BY party",
            SQL(" UNION ALL ").join(self._party_selects()),
        )
        for page in self._batches(self._stream(query)):
            partners = self.env["res.partner"].browse(row[0] for row in page)
            for partner in partners:
                yield self._party_row(partner, with_addresses)
            self.env.invalidate_all(flush=False)

    @api.model
    def _party_selects(self):
        """Return SELECTs of the ids of partners that files refer to."""
        return [
            SQL(
                "SELECT partner_id FROM wezer_profile WHERE company_id = %s",
                self.env.company.id,
            ),
            SQL("SELECT %s", self.env.company.partner_id.id),
        ]

    @api.model
    def _party_row(self, partner, with_addresses):
        profile = partner._wezer_profile()
        # Applicants, and people who left, show nothing to members either.
        is_member = profile.state in MEMBERS
        shown = {
            name: is_member and profile[f"share_{name}"] in SHARED for name in SHARES
        }
        contact = with_addresses and (not profile or profile.state in JOINED)
        place = profile._map_place() if shown["place"] else None
        return (
            partner.id,
            self._party_kind(partner),
            partner.name or "",
            profile.state or "",
            profile.slug or "",
            profile.role if profile.role and profile.is_person else "",
            profile.on_paper,
            self._day(profile.joined_date),
            self._day(profile.left_date),
            partner.lang or "",
            profile.presentation if shown["presentation"] else "",
            self._names(profile.skill_ids) if shown["skills"] else "",
            self._codes(profile.language_ids) if shown["languages"] else "",
            (profile.city or "") if shown["place"] else "",
            f"{place[0]:.6f}" if place else "",
            f"{place[1]:.6f}" if place else "",
            (partner.email or "") if shown["email"] or contact else "",
            (partner.phone or "") if shown["phone"] or contact else "",
            (partner.street or "") if contact else "",
            (partner.street2 or "") if contact else "",
            (partner.zip or "") if contact else "",
            (partner.country_id.code or "") if contact else "",
            *(profile[f"share_{name}"] or "" for name in SHARES),
            profile.messages_from or "",
            partner.wezer_merged_into_id.id or None,
        )

    @api.model
    def _party_kind(self, partner):
        """Return ``person``, ``organisation`` or ``community``; addons add kinds."""
        if partner == self.env.company.partner_id:
            return "community"
        if partner.wezer_is_treasury:
            return "treasury"
        profile = partner._wezer_profile()
        is_organisation = profile and profile._is_organisation()
        return "organisation" if is_organisation or partner.is_company else "person"

    @api.model
    def _mandate_rows(self):
        for mandate in self._pages("wezer.mandate"):
            rights = [name for name in CARRIED if mandate[f"right_{name}"]]
            yield (
                mandate.giver_id.id,
                mandate.holder_id.id,
                " ".join(rights),
                self._day(mandate.date_from),
                self._day(mandate.date_until),
                mandate.state,
            )

    @api.model
    def _category_rows(self):
        for category in self._pages("wezer.category"):
            yield (
                category.id,
                category.parent_id.id or None,
                category.name,
                self._translations(category, "name"),
                category.synonyms or "",
                category.uri or "",
                category.icon or "",
                category.color or None,
                category.sequence,
                category.active,
            )

    @api.model
    def _skill_rows(self):
        for skill in self._pages("wezer.skill"):
            yield (
                skill.id,
                skill.name,
                self._translations(skill, "name"),
                skill.synonyms or "",
                skill.uri or "",
                skill.category_id.id or None,
                " ".join(str(one) for one in skill.category_ids.ids),
            )

    # === HELPERS OF ALL LAYERS === #

    @api.model
    def _pages(self, model, domain=()):
        """Yield the records of a model that are this community's, by id (sudo).

        Complexity: one query a page; what was read is forgotten after each.
        """
        records = self.env[model]
        domain = list(domain)
        if "company_id" in records._fields:
            domain.append(("company_id", "in", [False, self.env.company.id]))
        last = 0
        while page := records.search(
            [*domain, ("id", ">", last)], order="id", limit=PAGE
        ):
            last = page[-1].id
            yield from page
            self.env.invalidate_all(flush=False)

    @api.model
    def _stream(self, query):
        """Yield the rows of a query that are too many for memory.

        By a cursor of the server, in this transaction.
        """
        cursor = SQL.identifier(f"wezer_export_{next(_cursors)}")
        self.env.cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", cursor, query))
        try:
            while True:
                self.env.cr.execute(SQL("FETCH FORWARD %s FROM %s", PAGE, cursor))
                rows = self.env.cr.fetchall()
                if not rows:
                    return
                yield from rows
        finally:
            self.env.cr.execute(SQL("CLOSE %s", cursor))

    @api.model
    def _batches(self, rows):
        """Yield lists of a page of rows each."""
        rows = iter(rows)
        while page := list(itertools.islice(rows, PAGE)):
            yield page

    @api.model
    def _community_language(self):
        websites = self.env["website"].sudo()
        site = websites.search([("company_id", "=", self.env.company.id)], limit=1)
        return site.default_lang_id.code or "en_US"

    @api.model
    def _moment(self, moment):
        """Return a moment as ISO 8601 in UTC, ``2026-04-30T18:05:00Z``, or ""."""
        return f"{moment.isoformat(timespec='seconds')}Z" if moment else ""

    @api.model
    def _day(self, day):
        return day.isoformat() if day else ""

    @api.model
    def _names(self, records):
        """Return names, one a line."""
        return "\n".join(name for name in records.mapped("name") if name)

    @api.model
    def _codes(self, languages):
        return " ".join(languages.mapped("code"))

    @api.model
    def _plain(self, markup):
        """Return formatted text as plain text."""
        return html2plaintext(markup or "", include_references=False).strip()

    @api.model
    def _number(self, number):
        """Return a measured number (a quantity, no amount of money) as a text."""
        return f"{number:.6f}".rstrip("0").rstrip(".")

    @api.model
    def _translations(self, record, name):
        """Return ``fr_FR: Jardin`` a line, of each language that has its own word."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        words = {code: record.with_context(lang=code)[name] for code in installed}
        return "\n".join(
            f"{code}: {word}"
            for code, word in words.items()
            if word and word != record[name]
        )


_cursors = itertools.count(1)
