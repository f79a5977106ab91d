from odoo import api, models
from odoo.tools import SQL

from ..exceptions import NotAllowed, Refusal
from .wezer_word import split_words, word_key


class WezerWord(models.AbstractModel):
    """Making one word of two: all that used the old ones uses the one kept."""

    _inherit = "wezer.word.mixin"

    def action_merge_into(self, target_id):
        """Merge these words into another, which learns their names.

        :param int target_id: the word that stays
        :raise NotAllowed: who is no administrator
        :raise Refusal: rule ``merge``, for a word with itself, of another
            community, or a category into one of its own branches
        :return: ``target_id``
        """
        self._check_words_administrator()
        target = self.browse(target_id).exists()
        self.check_access("write")
        target.check_access("write")
        self._check_merge(target)
        # Shown above that an administrator asks; what uses the words may be
        # anybody's, and closed to him.
        self.sudo()._merge_into(target.sudo())
        return target.id

    @api.model
    def _check_words_administrator(self):
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Administrators keep the community's words."), rule="role"
            )

    def _check_merge(self, target):
        if not target or not self or target in self or self.exists() != self:
            raise Refusal(
                self.env._("Choose the word that stays, and others to merge into it."),
                rule="merge",
            )
        if target.company_id and self.company_id - target.company_id:
            raise Refusal(
                self.env._("These words belong to different communities."),
                rule="merge",
            )

    def _merge_into(self, target):
        self.env.flush_all()
        for field in self._fields_pointing_here():
            self._repoint(field, target)
        synonyms = split_words(target.synonyms)
        known = {word_key(one) for one in synonyms} | target._name_keys()
        for word in self:
            for one in word._all_names() + split_words(word.synonyms):
                if word_key(one) not in known:
                    known.add(word_key(one))
                    synonyms.append(one)
        target.synonyms = ", ".join(synonyms)
        if not target.uri:
            target.uri = self.filtered("uri")[:1].uri
        self.unlink()

    def _all_names(self):
        """Return this word's names, one per language."""
        codes = [None] + [code for code, _name in self.env["res.lang"].get_installed()]
        names = (self.with_context(lang=code).name for code in codes)
        return list(dict.fromkeys(filter(None, names)))

    # === WHAT POINTS AT A WORD === #

    @api.model
    def _fields_pointing_here(self):
        """Return every stored field of the registry whose value is a word of ours.

        Asked of the registry, so that another addon's field is found without
        anybody thinking of it.
        """
        pointing, tables = [], set()
        for model in self.env.registry.values():
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if not field.store or field.company_dependent:
                    continue
                if field.type == "many2one" and field.comodel_name == self._name:
                    pointing.append(field)
                elif field.type == "many2many" and self._name in (
                    field.comodel_name,
                    model._name,
                ):
                    if field.relation and field.relation not in tables:
                        tables.add(field.relation)
                        pointing.append(field)
                elif field.type == "reference":
                    pointing.append(field)
                elif field.type == "many2one_reference":
                    if model._fields[field.model_field].store:
                        pointing.append(field)
        return pointing

    def _repoint(self, field, target):
        """Let what ``field`` says of these words be said of ``target``.

        In SQL: some rows (assessments, deals) refuse every ``write``, and this
        changes no decision of theirs. Computed fields follow by ``modified``.
        """
        if field.type == "many2many":
            self._repoint_relation(field, target)
            return
        model = self.env[field.model_name].sudo().with_context(active_test=False)
        table, column = SQL.identifier(model._table), SQL.identifier(field.name)
        if field.type == "many2one":
            old, new = SQL("%s = ANY(%s)", column, self.ids), target.id
        elif field.type == "reference":
            names = [f"{self._name},{number}" for number in self.ids]
            old, new = SQL("%s = ANY(%s)", column, names), f"{self._name},{target.id}"
        else:
            model_column = SQL.identifier(field.model_field)
            old = SQL(
                "%s = ANY(%s) AND %s = %s", column, self.ids, model_column, self._name
            )
            new = target.id
        rows = self.env.execute_query(
            SQL("UPDATE %s SET %s = %s WHERE %s RETURNING id", table, column, new, old)
        )
        records = model.browse([row[0] for row in rows])
        records.invalidate_recordset(flush=False)
        records.modified([field.name])

    def _repoint_relation(self, field, target):
        """Do it for a many-to-many, where ``target`` may stand there already."""
        mine, other = field.column2, field.column1
        if field.comodel_name != self._name:
            mine, other = other, mine
        names = {
            "table": SQL.identifier(field.relation),
            "mine": SQL.identifier(mine),
            "other": SQL.identifier(other),
        }
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO %(table)s (%(mine)s, %(other)s)"
                " SELECT DISTINCT %(new)s, %(other)s FROM %(table)s"
                " WHERE %(mine)s = ANY(%(old)s)"
                " ON CONFLICT DO NOTHING RETURNING %(other)s",
                new=target.id,
                old=self.ids,
                **names,
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM %(table)s WHERE %(mine)s = ANY(%(old)s)",
                old=self.ids,
                **names,
            )
        )
        self.env.invalidate_all(flush=False)
        if field.comodel_name == self._name:
            others = self.env[field.model_name].sudo().browse([row[0] for row in rows])
            others.modified([field.name])

    def _uses(self):
        """Return how often these words are used: ``{what people call it: count}``."""
        uses = {}
        for field in self._fields_pointing_here():
            if field.type not in ("many2one", "many2many"):
                continue
            if field.comodel_name != self._name:
                continue
            model = self.env[field.model_name].sudo().with_context(active_test=False)
            if model._transient:
                continue
            count = model.search_count([(field.name, "in", self.ids)])
            if count:
                name = self.env["ir.model"]._get(field.model_name).sudo().name
                uses[name] = uses.get(name, 0) + count
        return uses


class WezerCategory(models.Model):
    _inherit = "wezer.category"

    def _check_merge(self, target):
        result = super()._check_merge(target)
        if self._origin & target._branches_above():
            raise Refusal(
                self.env._(
                    "“%(name)s” lies inside one of these. Move it out first.",
                    name=target.display_name,
                ),
                rule="merge",
            )
        return result

    def _branches_above(self):
        self.ensure_one()
        ids = [int(number) for number in (self.parent_path or "").split("/") if number]
        return self.browse(ids) - self

    def _merge_into(self, target):
        # By the ORM first: the paths of the tree are kept by it.
        children = self.with_context(active_test=False).search(
            [("parent_id", "in", self.ids), ("id", "not in", self.ids)]
        )
        children.parent_id = target
        return super()._merge_into(target)
