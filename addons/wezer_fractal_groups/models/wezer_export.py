from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.community_files import Table

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")
GROUP = (
    *("group", "reference", "party", "kind", "name", "parent", "purpose", "domains"),
    *("accountabilities", "visibility", "join_policy", "books_open", "rights"),
    *("double_link", "refuse_rights", "slug", "color", "active", "merged_into"),
)
MEMBER = ("group", "person", "state", "guest", "from", "until", "focus")
POLICY = ("group", "key", "value", "reason")
PERMISSION = ("group", "resource", "level")
LINK = ("group", "other", "state")
NEWS = ("news", "group", "title", "text", "visibility", "author", "published", "slug")


class WezerExport(models.AbstractModel):
    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Table("groups", GROUP, self._group_rows),
            Table("group_members", MEMBER, self._member_rows),
            Table("group_policies", POLICY, self._policy_rows),
            Table("group_permissions", PERMISSION, self._permission_rows),
            Table("group_links", LINK, self._link_rows),
            Table("news", NEWS, self._news_rows),
        ]

    @api.model
    def _party_selects(self):
        company = self.env.company.id
        return [
            *super()._party_selects(),
            SQL("SELECT partner_id FROM wezer_group WHERE company_id = %s", company),
            SQL(
                "SELECT partner_id FROM wezer_group_membership WHERE company_id = %s",
                company,
            ),
            SQL(
                "SELECT author_id FROM wezer_news"
                " WHERE company_id = %s AND state = 'published'",
                company,
            ),
        ]

    @api.model
    def _party_kind(self, partner):
        return "group" if partner.wezer_group_ids else super()._party_kind(partner)

    @api.model
    def _group_rows(self):
        for group in self._pages("wezer.group"):
            yield (
                group.id,
                group.reference or "",
                group.partner_id.id,
                group.kind,
                group.name,
                group.parent_id.id or None,
                group.purpose or "",
                group.domains or "",
                group.accountabilities or "",
                group.visibility,
                group.join_policy,
                group.books_open,
                " ".join(name for name in RIGHTS if group[f"right_{name}"]),
                group.link,
                group.refuse_rights,
                group.slug,
                group.color or None,
                group.active,
                group.merged_into_id.id or None,
            )

    @api.model
    def _member_rows(self):
        """Yield direct memberships; those that follow from a double link do too."""
        query = SQL(
            """SELECT group_id, partner_id, state, coalesce(is_guest, false),
                      date_from, date_to, focus
                 FROM wezer_group_membership
                WHERE company_id = %s AND by_link_id IS NULL ORDER BY id""",
            self.env.company.id,
        )
        for row in self._stream(query):
            yield (*row[:4], *map(self._day, row[4:6]), row[6])

    @api.model
    def _policy_rows(self):
        for policy in self._pages("wezer.group.policy"):
            yield policy.group_id.id, policy.key, policy.value, policy.reason or ""

    @api.model
    def _permission_rows(self):
        for permission in self._pages("wezer.group.permission"):
            yield permission.group_id.id, permission.resource, permission.level

    @api.model
    def _link_rows(self):
        for link in self._pages("wezer.group.link", [("state", "!=", "ended")]):
            yield link.group_id.id, link.other_id.id, link.state

    @api.model
    def _news_rows(self):
        """Yield what is published; drafts are their authors' own."""
        for news in self._pages("wezer.news", [("state", "=", "published")]):
            yield (
                news.id,
                news.group_id.id,
                news.title,
                news.text,
                news.visibility,
                news.author_id.id,
                self._moment(news.date),
                news.slug,
            )
