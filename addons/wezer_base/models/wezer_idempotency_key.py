import hashlib
import uuid
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hash_sign, verify_hash_signed

SCOPE = "wezer-form"
# A form may stay open this long, and is then shown again before it is sent.
FORM_DAYS = 7
# The same text of the same person within so many seconds is one message.
SAME_WORDS_SECONDS = 20


class WezerIdempotencyKey(models.Model):
    """Keys of what was sent, so that sending it again does nothing.

    A row is written in the transaction that does it. Where two transactions write
    the same key at once, PostgreSQL lets the second fail to serialise; Odoo tries it
    again, and then it sees what the first did.
    """

    _name = "wezer.idempotency.key"
    _description = "Form already sent"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "key"
    _log_access = False

    key = fields.Char(required=True)
    date = fields.Datetime(required=True)
    url = fields.Char(help="The page that followed.")
    content = fields.Char(
        help="A digest of what was sent, by which other content with the same key is"
        " recognised."
    )

    _key_once = models.Constraint("UNIQUE(key)", "This was already sent.")

    # === ONCE === #

    @api.model
    def _is_first(self, key, seconds=None, url=None, content=None):
        """Return whether ``key`` is new, and keep it.

        :param str key: what is done, by whom and to what
        :param int seconds: after so many it counts as new; None: never
        :param str url: where what was done is to be seen
        :param str content: a digest of what was sent
        """
        now = fields.Datetime.now()
        again = now - timedelta(seconds=seconds) if seconds else None
        query = SQL(
            "INSERT INTO wezer_idempotency_key (key, date, url, content)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (key) DO UPDATE"
            " SET date = EXCLUDED.date, url = EXCLUDED.url, content = EXCLUDED.content"
            " WHERE wezer_idempotency_key.date < %s RETURNING id",
            key,
            now,
            url,
            content,
            again,
        )
        return bool(self.env.execute_query(query))

    @api.model
    def _is_below(self, key, most, seconds):
        """Return whether ``key`` happened less than ``most`` times, and count it.

        :param int seconds: each time counts for so many
        """
        return any(
            self._is_first(f"{key}:{number}", seconds=seconds) for number in range(most)
        )

    @api.model
    def _is_first_text(self, key, words):
        """Return whether a text is new within some seconds.

        :param str key: who wrote it, and where
        """
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
        return self._is_first(f"{key}:{digest}", seconds=SAME_WORDS_SECONDS)

    @api.model
    def _result_url(self, key, seconds=None):
        """Return where what was sent with ``key`` is to be seen; None: it was not.

        :param int seconds: within so many; None: whenever
        """
        now = fields.Datetime.now()
        since = now - timedelta(seconds=seconds) if seconds else None
        rows = self.env.execute_query(
            SQL(
                "SELECT url FROM wezer_idempotency_key WHERE key = %s"
                " AND (%s IS NULL OR date >= %s)",
                key,
                since,
                since,
            )
        )
        return (rows[0][0] or "/my") if rows else None

    @api.model
    def _sent_form(self, key):
        """Return ``(page that followed, digest of the content)``; None: not sent.

        The digest is None of what was sent before digests were kept.
        """
        rows = self.env.execute_query(
            SQL("SELECT url, content FROM wezer_idempotency_key WHERE key = %s", key)
        )
        return (rows[0][0] or "/my", rows[0][1]) if rows else None

    @api.autovacuum
    def _gc_sent(self):
        """Delete what can no longer be sent again."""
        limit = fields.Datetime.now() - timedelta(days=FORM_DAYS + 1)
        self.env.cr.execute(
            SQL("DELETE FROM wezer_idempotency_key WHERE date < %s", limit)
        )

    # === TOKENS OF FORMS === #

    @api.model
    def _token(self):
        """Return the token of one form of one page, for the one who sees it."""
        now = int(fields.Datetime.now().timestamp())
        values = [self.env.uid, now, uuid.uuid4().hex[:16]]
        return hash_sign(self._secret_env(), SCOPE, values)

    @api.model
    def _read_token(self, token):
        """Return for whom a token was made and whether it is too old; else None."""
        try:
            values = verify_hash_signed(self._secret_env(), SCOPE, str(token or ""))
        except ValueError:
            return None
        if not values:
            return None
        made = fields.Datetime.now().timestamp() - values[1]
        return {"uid": values[0], "old": made > FORM_DAYS * 86400}

    def _secret_env(self):
        # The database's secret signs; it is shown to nobody.
        return self.env(user=SUPERUSER_ID)
