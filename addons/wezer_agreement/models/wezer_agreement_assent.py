from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed


class WezerAgreementAssent(models.Model):
    """A person agreed to a version of an agreement: written once, never changed."""

    _name = "wezer.agreement.assent"
    _description = "Personal agreement"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"
    _log_access = False

    version_id = fields.Many2one(
        "wezer.agreement.version", required=True, index=True, ondelete="restrict"
    )
    agreement_id = fields.Many2one(
        related="version_id.agreement_id", store=True, precompute=True, index=True
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True)
    lang = fields.Char(string="Language", help="The language the page was shown in.")
    hash = fields.Char(
        string="SHA-256", required=True, help="Of the text that the person agreed to."
    )
    company_id = fields.Many2one(
        related="version_id.company_id", store=True, precompute=True, index=True
    )

    _person_idx = models.Index("(person_id, version_id)")

    def init(self):
        """Let the database keep what people agreed to."""
        self.env.cr.execute(
            """CREATE OR REPLACE FUNCTION wezer_agreement_assent_is_kept()
                   RETURNS trigger AS $$
               BEGIN
                   IF TG_OP = 'UPDATE'
                      AND (OLD.version_id, OLD.date, OLD.hash, coalesce(OLD.lang, ''))
                        = (NEW.version_id, NEW.date, NEW.hash, coalesce(NEW.lang, ''))
                   THEN
                       -- The person alone: two accounts became one.
                       RETURN NEW;
                   END IF;
                   RAISE EXCEPTION 'What people agreed to is kept.';
               END $$ LANGUAGE plpgsql;
               DROP TRIGGER IF EXISTS wezer_agreement_assent_kept
                                   ON wezer_agreement_assent;
               CREATE TRIGGER wezer_agreement_assent_kept
               BEFORE UPDATE OR DELETE ON wezer_agreement_assent
               FOR EACH ROW EXECUTE FUNCTION wezer_agreement_assent_is_kept()"""
        )

    @api.model_create_multi
    def create(self, vals_list):
        found = super().create(vals_list)
        self.env["wezer.group.membership"]._forget_wanted_assents()
        return found

    def write(self, vals):
        # A merge of doubles gives them to the account that stays.
        if vals.keys() - {"person_id"}:
            raise NotAllowed(
                self.env._("An assent cannot be changed afterwards."),
                rule="immutable",
            )
        result = super().write(vals)
        self.env["wezer.group.membership"]._forget_wanted_assents()
        return result

    @api.model
    def _keep(self, versions, person):
        """Keep that ``person`` agrees to ``versions`` (sudo), each once."""
        known = self.sudo().search(
            [("version_id", "in", versions.ids), ("person_id", "=", person.id)]
        )
        now = fields.Datetime.now()
        return self.sudo().create(
            [
                {
                    "version_id": version.id,
                    "person_id": person.id,
                    "date": now,
                    "lang": self.env.lang,
                    "hash": version.hash,
                }
                for version in versions - known.version_id
            ]
        )
