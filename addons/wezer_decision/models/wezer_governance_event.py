from odoo import api, fields, models


class WezerGovernanceEvent(models.Model):
    """What was decided about a circle, by whom, and when: written, never edited."""

    _name = "wezer.governance.event"
    _description = "Event of the governance of a circle"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, readonly=True, ondelete="restrict"
    )
    kind = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    actor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    decision_id = fields.Many2one(
        "wezer.decision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    data = fields.Json(readonly=True)
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    @api.model
    def _log(self, kind, group, decision=None, subject=None, data=None):
        """Write what happened in ``group`` (sudo); by the user, where it is a person.

        :param subject: the record that it is about
        """
        user = self.env.user
        return self.sudo().create(
            {
                "group_id": group.id,
                "kind": kind,
                "date": fields.Datetime.now(),
                "actor_id": user.partner_id.id if user._wezer_is_person() else False,
                "decision_id": decision.id if decision else False,
                "res_model": subject._name if subject else False,
                "res_id": subject.id if subject else False,
                "data": data or False,
            }
        )
