from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.community_files import Table

AGREEMENT = (
    *("agreement", "group", "key", "title", "why", "category", "state"),
    *("members_only", "responsible", "review_date", "review_months"),
    *("taken_over_from", "ended", "ended_why", "slug"),
)
VERSION = (
    *("agreement", "version", "title", "text", "how_known", "change"),
    *("personal_agreement", "author", "noted_by", "from", "until", "sha256"),
)
ASSENT = ("agreement", "version", "person", "date", "language", "sha256")


class WezerExport(models.AbstractModel):
    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Table("agreements", AGREEMENT, self._agreement_rows),
            Table("agreement_versions", VERSION, self._agreement_version_rows),
            Table("agreement_assents", ASSENT, self._agreement_assent_rows),
        ]

    @api.model
    def _party_selects(self):
        company = self.env.company.id
        return [
            *super()._party_selects(),
            SQL(
                "SELECT responsible_id FROM wezer_agreement WHERE company_id = %s"
                " AND state <> 'draft' AND responsible_id IS NOT NULL",
                company,
            ),
            *(
                SQL(
                    "SELECT %(name)s FROM wezer_agreement_version WHERE company_id ="
                    " %(company)s AND date_from IS NOT NULL AND %(name)s IS NOT NULL",
                    name=SQL.identifier(name),
                    company=company,
                )
                for name in ("author_id", "noted_by_id")
            ),
            SQL(
                "SELECT person_id FROM wezer_agreement_assent WHERE company_id = %s",
                company,
            ),
        ]

    @api.model
    def _agreement_rows(self):
        """Yield what has been in force; drafts are their authors' own."""
        for agreement in self._pages("wezer.agreement", [("version_id", "!=", False)]):
            yield (
                agreement.id,
                agreement.group_id.id,
                agreement.key,
                agreement.title,
                agreement.why or "",
                agreement.category,
                agreement.state,
                agreement.members_only,
                agreement.responsible_id.id or None,
                self._day(agreement.review_date),
                agreement.review_months,
                agreement.moved_from_id.id or None,
                self._moment(agreement.date_ended),
                agreement.ended_why or "",
                agreement.slug,
            )

    @api.model
    def _agreement_version_rows(self):
        domain = [("date_from", "!=", False)]
        for version in self._pages("wezer.agreement.version", domain):
            yield (
                version.agreement_id.id,
                version.number,
                version.title,
                version.body,
                version.how_known or "",
                version.change or "",
                version.must_assent,
                version.author_id.id,
                version.noted_by_id.id or None,
                self._moment(version.date_from),
                self._moment(version.date_to),
                version.hash,
            )

    @api.model
    def _agreement_assent_rows(self):
        for assent in self._pages("wezer.agreement.assent"):
            yield (
                assent.agreement_id.id,
                assent.version_id.number,
                assent.person_id.id,
                self._moment(assent.date),
                assent.lang or "",
                assent.hash,
            )
