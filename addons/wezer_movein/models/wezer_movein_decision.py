from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed

# Of a person whose two accounts become one, the contact changes.
APPEND_ONLY = """
    CREATE OR REPLACE FUNCTION wezer_movein_decision_is_append_only()
    RETURNS trigger LANGUAGE plpgsql AS $wezer$
    BEGIN
        RAISE EXCEPTION 'decisions of a move are append-only: % refused', TG_OP;
    END $wezer$;
    DROP TRIGGER IF EXISTS wezer_movein_decision_rows ON wezer_movein_decision;
    CREATE TRIGGER wezer_movein_decision_rows
    BEFORE DELETE OR UPDATE OF movein_id, key, code, choice, value, reason, date
    ON wezer_movein_decision
    FOR EACH ROW EXECUTE FUNCTION wezer_movein_decision_is_append_only();
    DROP TRIGGER IF EXISTS wezer_movein_decision_table ON wezer_movein_decision;
    CREATE TRIGGER wezer_movein_decision_table BEFORE TRUNCATE ON wezer_movein_decision
    FOR EACH STATEMENT EXECUTE FUNCTION wezer_movein_decision_is_append_only();"""


class WezerMoveinDecision(models.Model):
    """An administrator's answer to a problem; later answers are added, none changed."""

    _name = "wezer.movein.decision"
    _inherit = ["wezer.record.mixin"]
    _description = "Decision in a move"
    _order = "id desc"
    _rec_name = "choice"
    # Compared with the keys that the report names.
    _wezer_raw = ("key",)

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="restrict"
    )
    key = fields.Char(
        required=True,
        readonly=True,
        help="Names the problem in files of decisions and in later checks.",
    )
    code = fields.Char(string="Problem", required=True, readonly=True)
    choice = fields.Char(string="Decision", required=True, readonly=True)
    value = fields.Char(readonly=True, help="A date, an account or a person.")
    reason = fields.Char(readonly=True)
    person_id = fields.Many2one(
        "res.partner", string="Decided by", readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True)
    company_id = fields.Many2one(
        related="movein_id.company_id", store=True, precompute=True, index=True
    )

    def init(self):
        """Let the database itself refuse what is not a new decision."""
        self.env.cr.execute(APPEND_ONLY)

    def write(self, vals):
        if vals:
            raise self._unchangeable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._unchangeable()

    def _unchangeable(self):
        return NotAllowed(
            self.env._("Decisions cannot be changed or deleted. Decide again."),
            rule="append_only",
        )
