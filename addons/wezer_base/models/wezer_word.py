from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from ..exceptions import NotAllowed, Refusal
from ..tools.repoint import fields_pointing_at_word, repoint_word
from ..tools.words import split_words, word_key

# How long a typed text is read, and how many pieces of it count.
TYPED_MAX = 60
PIECES_MAX = 5
# From so many letters on a slip of the finger is forgiven, and how far.
TYPO_FROM = 4
TYPO_LIKENESS = 0.45


class WezerWord(models.AbstractModel):
    """What categories and skills share: synonyms, and being found by them.

    ``search_text`` holds every word of a row in every language, normalised and
    between bars (``|gardening|jardinage|``), so that one trigram index answers
    "is called exactly so", "begins so" and "contains".
    """

    _name = "wezer.word.mixin"
    _description = "Word of the community"
    _wezer_private_name = False

    name = fields.Char(required=True, translate=True)
    synonyms = fields.Char(
        help="Other words people use, in any language, separated by commas. A"
        " search for one of them finds this word.",
    )
    search_text = fields.Char(
        compute="_compute_search_text",
        store=True,
        compute_sudo=True,
        index="trigram",
    )
    uri = fields.Char(
        string="Address in a public vocabulary",
        index="btree_not_null",
        copy=False,
        help="The source of an imported word. The next import recognises the word"
        " by it.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )

    @api.depends("name", "synonyms")
    def _compute_search_text(self):
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for word in self:
            names = [word.with_context(lang=None).name]
            names += [word.with_context(lang=code).name for code in languages]
            names += split_words(word.synonyms)
            keys = dict.fromkeys(filter(None, map(word_key, names)))
            word.search_text = f"|{'|'.join(keys)}|"

    @api.onchange("name")
    def _onchange_name(self):
        """Warn while typing where there is such a word: merging is better."""
        found = self._find(self.name) - self._origin
        if found:
            return {
                "warning": {
                    "title": self.env._("This word already exists"),
                    "message": self.env._(
                        "“%(name)s” is already a word here, or a synonym of one."
                        " Two words for the same thing make it harder to find.",
                        name=found[0].display_name,
                    ),
                }
            }
        return None

    # === FINDING === #

    @api.model
    def _search_display_name(self, operator, value):
        """Find a word by its name or a synonym in any language, accents aside."""
        return self._word_domain(operator, value) or super()._search_display_name(
            operator, value
        )

    @api.model
    def _word_domain(self, operator, value):
        """Return the domain of the words that ``value`` names, None for the rest."""
        if operator in ("ilike", "like", "=ilike", "=like") and value:
            return Domain("search_text", "like", escape_psql(word_key(value)))
        if operator == "in" and all(isinstance(name, str) for name in value):
            return Domain.OR(
                Domain("search_text", "like", escape_psql(f"|{word_key(name)}|"))
                for name in value
            )
        return None

    @api.model
    def _company_domain(self):
        return Domain("company_id", "in", [False, self.env.company.id])

    @api.model
    def _find(self, name):
        """Return the words called ``name``, else those it is a synonym of."""
        key = word_key(name)
        if not key:
            return self.browse()
        found = self.search(
            self._company_domain()
            & Domain("search_text", "like", escape_psql(f"|{key}|"))
        )
        return found.filtered(lambda word: key in word._name_keys()) or found

    def _name_keys(self):
        """Return the names of this word in all languages, normalised."""
        self.ensure_one()
        synonyms = set(map(word_key, split_words(self.synonyms)))
        keys = [key for key in (self.search_text or "").split("|") if key]
        return {key for key in keys if key not in synonyms} | {word_key(self.name)}

    @api.model
    def _find_or_create(self, name, **vals):
        """Return the word called ``name``, accents and case aside; make it."""
        found = self._find(name)
        return found[:1] or self.create({"name": " ".join(name.split()), **vals})

    @api.model
    def _ids_of_words(self, text):
        """Return the words that a typed list names, and what of it is unknown.

        :param str text: "gardening, jardinage, flying"
        :return: ``(records, ["flying"])``
        """
        known, unknown = self.browse(), []
        for piece in split_words(text)[:40]:
            found = self._find(piece[:TYPED_MAX])
            known |= found[:1]
            if not found:
                unknown.append(piece[:TYPED_MAX])
        return known, unknown

    @api.model
    def _word_map(self):
        """Return ``{normalised word: id}`` of all words; names win over synonyms."""
        names, synonyms = {}, {}
        for word in self.search(self._company_domain()):
            own = word._name_keys()
            for key in filter(None, (word.search_text or "").split("|")):
                (names if key in own else synonyms).setdefault(key, word.id)
        return {**synonyms, **names}

    # === SUGGESTIONS === #

    @api.model
    def _suggest(self, typed, limit=10, domain=None, category=None):
        """Return the words that fit what somebody is typing, the nearest first.

        Only what the caller may read: the model's own rules hold.

        :param str typed: the beginning of a word, or pieces of one
        :param domain: further restriction
        :param category: prefer what belongs to this category
        """
        key = word_key((typed or "")[:TYPED_MAX])
        pieces = [escape_psql(piece) for piece in key.split()[:PIECES_MAX]]
        if (typed or "").strip() and not pieces:
            # Nothing but signs: no word is made of them.
            return self.browse()
        domain = Domain.AND(
            [self._company_domain(), domain or Domain.TRUE]
            + [Domain("search_text", "like", piece) for piece in pieces]
        )
        self.env.flush_all()
        query = self._search(domain)
        query.order = SQL(
            "%s, %s, %s", self._rank_near(category), self._rank(key), self._rank_name()
        )
        query.limit = limit
        found = self.browse(query)
        if not found and len(key) >= TYPO_FROM and self.pool.has_trigram:
            found = self._suggest_alike(key, limit)
        return found

    def _rank(self, key):
        """Return SQL that is small where the row fits ``key`` well."""
        text, like = SQL.identifier(self._table, "search_text"), escape_psql(key)
        return SQL(
            "CASE WHEN %(text)s LIKE %(is_name)s THEN 0"
            " WHEN %(text)s LIKE %(is)s THEN 1"
            " WHEN %(text)s LIKE %(name)s THEN 2 WHEN %(text)s LIKE %(word)s THEN 3"
            " WHEN %(text)s LIKE %(inner)s THEN 4 ELSE 5 END",
            text=text,
            is_name=f"|{like}|%",
            name=f"|{like}%",
            word=f"%|{like}%",
            inner=f"% {like}%",
            **{"is": f"%|{like}|%"},
        )

    def _rank_near(self, category):
        """Return SQL that is smaller for rows of ``category``; models extend it."""
        return SQL("NULL::int")

    def _rank_name(self):
        return SQL(
            "%(text)s, %(id)s",
            text=SQL.identifier(self._table, "search_text"),
            id=SQL.identifier(self._table, "id"),
        )

    def _suggest_alike(self, key, limit):
        """Return words that are nearly ``key``: a letter too many, too few, wrong."""
        query = self._search(self._company_domain())
        # On a few thousand words, not on texts: a millisecond or two.
        text = SQL.identifier(self._table, "search_text")
        likeness = SQL("word_similarity(%s, %s)", key, text)
        query.add_where(SQL("%s >= %s", likeness, TYPO_LIKENESS))
        query.order = SQL("%s DESC, %s", likeness, self._rank_name())
        query.limit = limit
        return self.browse(query)

    def _suggestion(self, typed):
        """Return this word as a list shows it: ``id``, ``name``, ``hint``.

        The hint says why it came up: the synonym that was typed, else where the
        word belongs.
        """
        self.ensure_one()
        key = word_key(typed)
        hint = self._suggestion_place()
        if key and key not in word_key(self.name):
            for synonym in split_words(self.synonyms):
                if key in word_key(synonym):
                    hint = synonym
                    break
        return {"id": self.id, "name": self.display_name, "hint": hint or ""}

    def _suggestion_place(self):
        return ""

    # === MERGING === #

    def action_merge_into(self, target_id: int) -> int:
        """Merge these words into another, which learns their names.

        :param int target_id: the word that stays
        :raise NotAllowed: rule ``role``, for everybody but administrators
        :raise Refusal: rule ``merge``, for a word with itself, of another
            community, or a category into one of its own branches
        :return: ``target_id``
        """
        self._check_words_administrator()
        target = self.browse(target_id).exists()
        self.check_access("write")
        target.check_access("write")
        self._check_merge(target)
        # An administrator asks, checked above; the rows that use the words may be
        # closed to them.
        self.sudo()._merge_into(target.sudo())
        return target.id

    @api.model
    def _check_words_administrator(self):
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Only administrators can change the community's words."),
                rule="role",
            )

    def _check_merge(self, target):
        if not target or not self or target in self or self.exists() != self:
            raise Refusal(
                self.env._("Choose the word to keep and the words to merge into it."),
                rule="merge",
            )
        if target.company_id and self.company_id - target.company_id:
            raise Refusal(
                self.env._("These words belong to different communities."),
                rule="merge",
            )

    def _merge_into(self, target):
        self.env.flush_all()
        for field in fields_pointing_at_word(self):
            repoint_word(field, self, target)
        synonyms = split_words(target.synonyms)
        known = {word_key(synonym) for synonym in synonyms} | target._name_keys()
        for word in self:
            for name in word._all_names() + split_words(word.synonyms):
                if word_key(name) not in known:
                    known.add(word_key(name))
                    synonyms.append(name)
        target.synonyms = ", ".join(synonyms)
        if not target.uri:
            target.uri = self.filtered("uri")[:1].uri
        self.unlink()

    def _all_names(self):
        """Return this word's names, one per language."""
        codes = [None] + [code for code, _name in self.env["res.lang"].get_installed()]
        names = (self.with_context(lang=code).name for code in codes)
        return list(dict.fromkeys(filter(None, names)))
