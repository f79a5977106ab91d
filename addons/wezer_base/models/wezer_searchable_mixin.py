from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..tools.text import search_words

# A larger number of results is not counted.
COUNTED = 1000


class WezerSearchableMixin(models.AbstractModel):
    """A record that the website's search finds, as far as the reader may see it.

    Words are looked for in a field of normalised text (``tools/text.normalise``), so
    without their accents. The access rights and rules of the reader decide what is
    found, and from which words another spelling is proposed: ``requires_sudo`` is never
    set.
    """

    _name = "wezer.searchable.mixin"
    _inherit = ["website.searchable.mixin"]
    _description = "Found by the website's search"

    @api.model
    def _search_fetch(self, search_detail, search, limit, order):
        """Replace Odoo's: look for normalised words in the field of normalised text.

        A bounded number is counted, and without a word nothing is found.
        """
        words = search_words(search)
        if not words:
            return self.browse(), 0
        domain = Domain.AND(search_detail["base_domain"])
        for word in words:
            domain &= Domain(search_detail["text_field"], "like", escape_psql(word))
        found = self.search(domain, limit=limit, order=search_detail["order"])
        if limit and len(found) == limit:
            return found, self.search_count(domain, limit=COUNTED + 1)
        return found, len(found)

    @api.model
    def _search_detail(
        self, base_domain, text_field, icon, description=None, name="name"
    ):
        """Return what :meth:`_search_get_detail` returns for a model with a slug.

        :param Domain base_domain: which records are found
        :param str text_field: a field with normalised text that the reader may read
        :param str icon: a Font Awesome icon
        :param str description: a text field that is shown below the name
        :param str name: the field that is shown as the name
        """
        mapping = {
            "name": {"name": "name", "type": "text", "match": True},
            "website_url": {"name": "website_url", "type": "text", "truncate": False},
        }
        if description:
            mapping["description"] = {
                "name": description,
                "type": "text",
                "match": True,
            }
        fetched = [name, "slug", *([description] if description else [])]
        return {
            "model": self._name,
            "base_domain": [base_domain],
            # Other spellings are proposed from the words of these.
            "search_fields": [name, text_field],
            "text_field": text_field,
            "fetch_fields": fetched,
            "mapping": mapping,
            "icon": icon,
            "order": "name, id",
        }

    def _search_render_results(self, fetch_fields, mapping, icon, limit):
        """Extend Odoo's: add the address of each page."""
        rows = super()._search_render_results(fetch_fields, mapping, icon, limit)
        for row in rows:
            # All kinds of results are sorted by this one together.
            row["name"] = row[fetch_fields[0]]
            row["website_url"] = self._search_url(row["slug"])
        return rows

    @api.model
    def _search_url(self, slug):
        """Return the address of the page of the record with this ``slug``."""
        raise NotImplementedError
