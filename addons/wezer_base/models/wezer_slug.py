from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.text import slugify

# So many former addresses of one record are kept.
KEPT = 20


class WezerSlug(models.Model):
    """A former address of a record that was renamed."""

    _name = "wezer.slug"
    _description = "Former address"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "slug"
    _order = "id"
    _log_access = False

    model = fields.Char(required=True)
    slug = fields.Char(required=True)
    res_id = fields.Integer(string="Record", required=True, aggregator=None)

    _slug_uniq = models.UniqueIndex("(model, slug)")
    _record_idx = models.Index("(model, res_id)")

    @api.model
    def _former_of(self, records):
        return self.search(
            [("model", "=", records._name), ("res_id", "in", records.ids)]
        )

    @api.model
    def _keep_former(self, record, slug):
        """Let the address ``slug`` lead to ``record``, whoever had it before (sudo)."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "INSERT INTO wezer_slug (model, slug, res_id) VALUES (%s, %s, %s)"
                " ON CONFLICT (model, slug) DO UPDATE SET res_id = EXCLUDED.res_id",
                record._name,
                slug,
                record.id,
            )
        )
        self.invalidate_model()
        kept = self._former_of(record)
        # An address that is in use again is not a former address.
        again = kept.filtered(lambda former: former.slug == record.slug)
        (again | (kept - again)[:-KEPT]).unlink()


class WezerSlugMixin(models.AbstractModel):
    """A record with a page, whose address follows its name.

    The model has a unique field ``slug``. A former address leads to the record, unless
    another record that the caller sees has it now.
    """

    _name = "wezer.slug.mixin"
    _description = "Record with an address"

    @api.model
    def _at_slug(self, slug):
        """Return the record at an address, a former one too, as the caller sees it."""
        slug = str(slug or "")
        if not slug:
            return self.browse()
        # The page shows the record: it is read whole at once.
        found = self.search_fetch([("slug", "=", slug)], limit=1)
        if found:
            return found
        # Which record it was is nobody's secret to keep: the record itself is.
        former = (
            self.env["wezer.slug"]
            .sudo()
            .search([("model", "=", self._name), ("slug", "=", slug)])
        )
        return self.search([("id", "in", former.mapped("res_id"))])

    def _slug_name(self):
        """Return the name that the address is made of."""
        self.ensure_one()
        return self.display_name

    def _new_slug(self):
        """Return a free address for the name that the record has now."""
        raise NotImplementedError

    def _slug_names(self):
        """Return the names before a change, for :meth:`_follow_name`."""
        return {record: record._slug_name() for record in self.sudo()}

    def _follow_name(self, before):
        """Give each record whose name is another one a new address."""
        for record, name in before.items():
            if slugify(name) != slugify(record._slug_name()):
                former = record.slug
                record.slug = record._new_slug()
                self.env["wezer.slug"].sudo()._keep_former(record, former)

    def unlink(self):
        former = self.env["wezer.slug"].sudo()._former_of(self)
        result = super().unlink()
        former.unlink()
        return result
