from odoo import api, fields, models
from odoo.tools import SQL, escape_psql

from ..tools.words import is_near, near_keys, tokens

# So many words of the market one typed word may stand for.
MEANT_MAX = 60
# From so many letters on a word is also found inside longer ones.
INSIDE_FROM = 4
BEGINS_FROM = 3


class WezerAnnouncementWord(models.Model):
    """A word of some announcement, from which typed words are completed.

    Typing errors are corrected against these few thousand words, not against the texts.
    Words of announcements for groups are among them, so nobody is shown one: they
    only widen what is looked for, among what the caller may see.
    """

    _name = "wezer.announcement.word"
    _description = "Search word of the market"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "word"
    _log_access = False

    word = fields.Char(required=True, index="trigram")
    near_keys = fields.Char(help="Keys used to find words that differ by one letter.")

    _word_uniq = models.UniqueIndex("(word)", "Each word can be listed only once.")
    _begins_idx = models.Index("(word text_pattern_ops)")
    _near_idx = models.Index("USING gin (string_to_array(near_keys, ' '))")

    @api.model
    def _learn(self, texts) -> None:
        """Keep the words of ``texts`` (normalised) that are not kept yet."""
        # In order, so that two who post at once wait for each other in one direction.
        words = sorted({word for text in texts for word in tokens(text)})
        if not words:
            return
        # The suite's own table, no record of anybody's: straight to the database.
        self.env.cr.execute(
            """INSERT INTO wezer_announcement_word (word, near_keys)
               SELECT word, keys FROM unnest(%s::text[], %s::text[]) AS new(word, keys)
                WHERE NOT EXISTS (SELECT 1 FROM wezer_announcement_word old
                                   WHERE old.word = new.word)
                   ON CONFLICT (word) DO NOTHING""",
            [words, [" ".join(sorted(near_keys(word))) for word in words]],
        )

    @api.model
    def _cron_purge(self):
        """Delete the words that no announcement has any more."""
        self._purge(SQL("TRUE"))

    @api.model
    def _purge_texts(self, texts):
        """Delete the words of ``texts`` that nothing else has: one may be a name."""
        words = sorted({word for text in texts for word in tokens(text)})
        if words:
            self._purge(SQL("word = ANY(%s)", words))

    @api.model
    def _purge(self, which):
        self.env["wezer.announcement"].flush_model(["search_text"])
        self.env.cr.execute(
            SQL(
                """DELETE FROM wezer_announcement_word WHERE %s AND NOT EXISTS (
                       SELECT 1 FROM wezer_announcement
                        WHERE string_to_array(search_text, ' ')
                           && ARRAY[word::text])""",
                which,
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
                """SELECT word FROM wezer_announcement_word WHERE word LIKE %s
                    ORDER BY word NOT LIKE %s, length(word), word LIMIT %s""",
                pattern,
                f"{like}%",
                MEANT_MAX,
            )
        )
        return list(dict.fromkeys([word, *(row[0] for row in rows)]))

    @api.model
    def _near(self, word: str) -> list[str]:
        """Return the words that are one typing error from ``word``.

        Numbers are near to none: 12 is not 13.
        """
        if not word.isalpha():
            return []
        rows = self.env.execute_query(
            SQL(
                """SELECT word FROM wezer_announcement_word
                    WHERE string_to_array(near_keys, ' ') && %s::text[]
                    ORDER BY word LIMIT 1000""",
                sorted(near_keys(word)),
            )
        )
        near = [row[0] for row in rows if is_near(word, row[0])]
        return near[:MEANT_MAX]
