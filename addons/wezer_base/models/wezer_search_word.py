from odoo import api, fields, models
from odoo.tools import SQL, escape_psql

from ..tools.near_words import inflections, is_near, near_keys, tokens

# So many words of the vocabulary one typed word may stand for.
MEANT_MAX = 60
# From so many letters on a word is also found inside longer ones.
INSIDE_FROM = 4
BEGINS_FROM = 3


class WezerSearchWordMixin(models.AbstractModel):
    """A word of some text that is searched, from which typed words are completed.

    Typing errors are corrected against these few thousand words, not against the texts.
    Words of texts that the caller may not see are among them, so nobody is shown one:
    they only widen what is looked for, among what the caller may see.
    """

    _name = "wezer.search.word.mixin"
    _description = "Search word"
    # The model and its field of normalised words between blanks, where they stand.
    _words_of: tuple[str, str]

    word = fields.Char(required=True, index="trigram")
    near_keys = fields.Char(help="Keys used to find words that differ by one letter.")

    _word_uniq = models.UniqueIndex("(word)", "Each word can be listed only once.")
    _begins_idx = models.Index("(word text_pattern_ops)")
    _near_idx = models.Index("USING gin (string_to_array(near_keys, ' '))")

    @api.model
    def _learn(self, texts) -> None:
        """Keep the words of ``texts`` (normalised) that are not kept yet."""
        # In order, so that two who write at once wait for each other in one direction.
        words = sorted({word for text in texts for word in tokens(text)})
        if not words:
            return
        # The suite's own table, no record of anybody's: straight to the database.
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (word, near_keys)
                   SELECT word, keys
                     FROM unnest(%(words)s::text[], %(keys)s::text[]) AS new(word, keys)
                    WHERE NOT EXISTS (SELECT 1 FROM %(table)s old
                                       WHERE old.word = new.word)
                       ON CONFLICT (word) DO NOTHING""",
                table=SQL.identifier(self._table),
                words=words,
                keys=[" ".join(sorted(near_keys(word))) for word in words],
            )
        )

    @api.model
    def _cron_purge(self):
        """Delete the words that no text has any more."""
        self._purge(SQL("TRUE"))

    @api.model
    def _purge_texts(self, texts):
        """Delete the words of ``texts`` that nothing else has: one may be a name."""
        words = sorted({word for text in texts for word in tokens(text)})
        if words:
            self._purge(SQL("word = ANY(%s)", words))

    @api.model
    def _purge(self, which):
        model, field = self._words_of
        self.env[model].flush_model([field])
        self.env.cr.execute(
            SQL(
                """DELETE FROM %s WHERE %s AND NOT EXISTS (
                       SELECT 1 FROM %s
                        WHERE string_to_array(%s, ' ') && ARRAY[word::text])""",
                SQL.identifier(self._table),
                which,
                SQL.identifier(self.env[model]._table),
                SQL.identifier(field),
            )
        )

    # === TYPED WORDS === #

    @api.model
    def _meant(self, word: str) -> list[str]:
        """Return the words that ``word`` is, begins, or is inside of."""
        if len(word) < BEGINS_FROM:
            return [word]
        like = escape_psql(word)
        pattern = f"%{like}%" if len(word) >= INSIDE_FROM else f"{like}%"
        rows = self.env.execute_query(
            SQL(
                """SELECT word FROM %s WHERE word LIKE %s
                    ORDER BY word NOT LIKE %s, length(word), word LIMIT %s""",
                SQL.identifier(self._table),
                pattern,
                f"{like}%",
                MEANT_MAX,
            )
        )
        return list(dict.fromkeys([word, *(row[0] for row in rows)]))

    @api.model
    def _near(self, word: str) -> list[str]:
        """Return the words that are one typing error, or a plural, from ``word``.

        Numbers are near to none: 12 is not 13.
        """
        if not word.isalpha():
            return []
        plurals = inflections(word)
        rows = self.env.execute_query(
            SQL(
                """(SELECT word FROM %(table)s WHERE word = ANY(%(plurals)s)
                     ORDER BY word)
                   UNION ALL
                   (SELECT word FROM %(table)s
                     WHERE string_to_array(near_keys, ' ') && %(keys)s::text[]
                     ORDER BY word LIMIT 1000)""",
                table=SQL.identifier(self._table),
                plurals=sorted(plurals),
                keys=sorted(near_keys(word)),
            )
        )
        found = dict.fromkeys(row[0] for row in rows)
        near = [other for other in found if other in plurals or is_near(word, other)]
        return near[:MEANT_MAX]
