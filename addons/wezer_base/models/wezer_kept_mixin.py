from typing import Any

from odoo import api, models, tools

# Small, and emptied by whoever changes the look of the website.
CACHE = "templates"
# Who made a row is for administrators.
AUTHORS = {"create_uid", "write_uid"}
# Read by other rules than "the column of this row", or changed in place.
NOT_KEPT = {"json", "properties", "properties_definition", "binary"}


class WezerKeptMixin(models.AbstractModel):
    """A few rows of settings that nearly every page reads: website, company, menu.

    Each process of the server keeps them, so that a page does not ask for them again.
    Only for rows that are the same for everybody: no rule and no group of a field is
    asked when a kept row is taken. Whatever writes the row forgets what is kept, in
    all processes, as Odoo does for its own caches.
    """

    _name = "wezer.kept.mixin"
    _description = "Row that each process of the server keeps"

    def _wezer_take_kept(self) -> None:
        """Put what is kept of these rows where fields look first.

        What this transaction has read or written stays as it is. A transaction that
        has changed a kept row reads from the database.
        """
        if self.env.registry.cache_invalidated:
            return
        for record in self:
            # Editors read terms with their marks: that is a language of its own.
            row = record._wezer_kept_row(record.id, self.env._lang)
            self._wezer_put(self.env, record.id, row)

    @api.model
    def _wezer_put(self, env: api.Environment, number: int, row: dict) -> None:
        for name, value in row.items():
            cache = self._fields[name]._get_cache(env)
            if number not in cache:
                cache[number] = value

    @api.model
    @tools.ormcache("number", "_lang", cache=CACHE)
    def _wezer_kept_row(self, number: int, _lang: str) -> dict[str, Any]:
        """Return ``{name of a field: value, as the cache of fields holds it}``."""
        record = self.sudo().browse(number)
        names = self._wezer_kept_names()
        record.fetch(names)
        row = {name: self._fields[name]._get_cache(record.env) for name in names}
        # A row that is gone has no values.
        return {name: cache[number] for name, cache in row.items() if number in cache}

    @api.model
    def _wezer_kept_names(self) -> list[str]:
        """Return the fields that everybody may read of whoever reads the row."""
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and name not in AUTHORS
            and field.column_type
            and field.prefetch is True
            and field.type not in NOT_KEPT
            and not field.groups
            and not field.company_dependent
        ]

    @api.model
    def _wezer_rules(self) -> str:
        """Return what the rules ask of rows that the user reads, as a key.

        Users with the same answer read the same rows: those of one role, in general.
        """
        return repr(self.env["ir.rule"]._compute_domain(self._name, "read"))

    def _wezer_forget_kept(self) -> None:
        """Forget what is kept, now and once more when others can see the change."""
        registry = self.env.registry
        registry.clear_cache(CACHE)
        # Meanwhile another thread may have kept the row as it was before.
        self.env.cr.postcommit.add(lambda: registry.clear_cache(CACHE))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._wezer_forget_kept()
        return records

    def _write_multi(self, vals_list):
        result = super()._write_multi(vals_list)
        if self:
            self._wezer_forget_kept()
        return result

    def unlink(self):
        self._wezer_forget_kept()
        return super().unlink()
