import hashlib
import json

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.models.wezer_written_mixin import Written

# What never changes once a version has been in force.
KEPT_FIELDS = {
    *("agreement_id", "number", "title", "body", "how_known", "hash", "date_from"),
    *("decision_id", "must_assent"),
}


class WezerAgreementVersion(models.Model):
    """The text of an agreement from one day to another.

    It is a draft until it comes into force; from then on its text never changes. Its
    hash is what people assent to.
    """

    _name = "wezer.agreement.version"
    _description = "Version of an agreement"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "agreement_id, number desc"
    _rec_name = "number"
    _written = {
        "written_lang": Written(
            ("title", "body", "how_known", "change"), ("author_id",)
        )
    }

    agreement_id = fields.Many2one(
        "wezer.agreement", required=True, index=True, ondelete="restrict"
    )
    number = fields.Integer(required=True, default=1, aggregator=None)
    title = fields.Char(required=True)
    body = fields.Text(string="Text", required=True)
    how_known = fields.Text(
        string="How we will know that it works",
        help="The points that the circle looks at when it reviews the agreement.",
    )
    change = fields.Text(
        string="Changes", help="The changes compared with the version before."
    )
    must_assent = fields.Selection(
        [
            ("nobody", "Nobody is asked"),
            ("new", "People who join"),
            ("all", "All members, and people who join"),
        ],
        string="Personal agreement",
        required=True,
        default="nobody",
        help="The people who say personally that they agree.",
    )
    # Visitors learn no names of members.
    author_id = fields.Many2one(
        "res.partner",
        string="Written by",
        required=True,
        index=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    noted_by_id = fields.Many2one(
        "res.partner",
        string="Noted by",
        readonly=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
        help="Where the circle did not decide it: the person who noted it.",
    )
    decision_id = fields.Many2one(
        "wezer.decision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    date_from = fields.Datetime(string="In force since", readonly=True)
    date_to = fields.Datetime(string="In force until", readonly=True)
    hash = fields.Char(string="SHA-256", readonly=True)
    concern_ids = fields.One2many("wezer.agreement.concern", "version_id")
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, precompute=True, index=True
    )

    _number_uniq = models.UniqueIndex(
        "(agreement_id, number)", "An agreement has each version only once."
    )
    _draft_uniq = models.UniqueIndex(
        "(agreement_id) WHERE date_from IS NULL",
        "Somebody is writing the next version of this agreement already.",
    )
    _in_force_uniq = models.UniqueIndex(
        "(agreement_id) WHERE date_from IS NOT NULL AND date_to IS NULL",
        "One version of an agreement is in force at a time.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "A version begins before it ends.",
    )
    _frozen = models.Constraint(
        "CHECK ((date_from IS NULL) = (hash IS NULL))",
        "A version in force has the hash of its text.",
    )

    def init(self):
        """Let the database keep the text of what has been in force."""
        self.env.cr.execute(
            """CREATE OR REPLACE FUNCTION wezer_agreement_version_is_kept()
                   RETURNS trigger AS $$
               BEGIN
                   IF OLD.date_from IS NULL THEN
                       RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                   END IF;
                   IF TG_OP = 'UPDATE'
                      AND (OLD.agreement_id, OLD.number, OLD.title, OLD.body,
                           coalesce(OLD.how_known, ''), OLD.hash, OLD.date_from)
                        = (NEW.agreement_id, NEW.number, NEW.title, NEW.body,
                           coalesce(NEW.how_known, ''), NEW.hash, NEW.date_from)
                   THEN
                       RETURN NEW;
                   END IF;
                   RAISE EXCEPTION 'The text of an agreement in force is kept.';
               END $$ LANGUAGE plpgsql;
               DROP TRIGGER IF EXISTS wezer_agreement_version_kept
                                   ON wezer_agreement_version;
               CREATE TRIGGER wezer_agreement_version_kept
               BEFORE UPDATE OR DELETE ON wezer_agreement_version
               FOR EACH ROW EXECUTE FUNCTION wezer_agreement_version_is_kept()"""
        )

    def write(self, vals):
        if KEPT_FIELDS & vals.keys() and self.filtered("date_from"):
            raise NotAllowed(
                self.env._("The text of an agreement in force cannot be changed."),
                rule="immutable",
            )
        return super().write(vals)

    @api.model
    def _hash_of(self, key, number, title, body, how_known):
        """Return the hash of a text; a stranger can repeat it from the book."""
        plain = json.dumps(
            [key, number, title, body, how_known or ""],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(plain.encode()).hexdigest()

    def _own_hash(self):
        self.ensure_one()
        return self._hash_of(
            self.agreement_id.key, self.number, self.title, self.body, self.how_known
        )

    def _begin(self, moment, decision=None, person=None):
        """Bring a draft into force (sudo).

        :param decision: the decision that adopted it; or ``person``, who noted it
        """
        self.ensure_one()
        self.write(
            {
                "date_from": moment,
                "hash": self._own_hash(),
                "decision_id": decision.id if decision else False,
                "noted_by_id": person.id if person else False,
            }
        )
        # It is no draft any more, before somebody writes the next one.
        self.flush_recordset()

    def _earlier(self):
        """Return the version before this one, if any."""
        return self.search(
            [("agreement_id", "=", self.agreement_id.id), ("number", "<", self.number)],
            limit=1,
        )
