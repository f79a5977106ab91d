from odoo import api, fields, models
from odoo.tools import SQL


class WezerDiscussionReader(models.Model):
    """How far a person has read a discussion; nobody else reads it."""

    _name = "wezer.discussion.reader"
    _description = "Reader of a discussion"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "id"
    _log_access = False

    discussion_id = fields.Many2one(
        "wezer.discussion", required=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    # A number, not a reference: the message may be gone, its place is not.
    seen_id = fields.Integer(
        string="Last message read", required=True, default=0, aggregator=None
    )

    _person_uniq = models.UniqueIndex(
        "(discussion_id, person_id)", "A person reads a discussion only once."
    )

    @api.model
    def _note_seen(self, discussion):
        """Note that the user has seen all that is said in ``discussion`` now."""
        self.env.flush_all()
        # Their own row; where the page was open twice, the later place holds.
        self.env.cr.execute(
            SQL(
                """INSERT INTO wezer_discussion_reader
                          (discussion_id, person_id, seen_id)
                   SELECT %(discussion)s, %(person)s, coalesce(max(id), 0)
                     FROM wezer_discussion_word WHERE discussion_id = %(discussion)s
                       ON CONFLICT (discussion_id, person_id)
                       DO UPDATE SET seen_id = EXCLUDED.seen_id
                    WHERE wezer_discussion_reader.seen_id < EXCLUDED.seen_id""",
                discussion=discussion.id,
                person=self.env.user.partner_id.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _seen_of(self, discussion):
        """Return ``{person id: how far they have read}`` (sudo)."""
        rows = self.sudo().search_fetch(
            [("discussion_id", "=", discussion.id)], ["person_id", "seen_id"]
        )
        return {row.person_id.id: row.seen_id for row in rows}

    @api.model
    def _seen_by_user(self, discussions):
        """Return ``{discussion id: how far the user has read}``."""
        rows = self.search_fetch(
            [
                ("discussion_id", "in", discussions.ids),
                ("person_id", "=", self.env.user.partner_id.id),
            ],
            ["discussion_id", "seen_id"],
        )
        return {row.discussion_id.id: row.seen_id for row in rows}
