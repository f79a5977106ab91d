from odoo import api, fields, models

from ..exceptions import NotAllowed
from ..tools.stored_sentence import sentence_of


class WezerActingLog(models.Model):
    """What a person did for another party: a member, a group, the community.

    Both see it. It is written in the transaction of the action, and never changed.
    """

    _name = "wezer.acting.log"
    _description = "Acting log"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "id"

    actor_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="On behalf of",
        required=True,
        index=True,
        ondelete="restrict",
    )
    right = fields.Char(string="Permission", required=True)
    what = fields.Char(
        string="Action", required=True, help="A fixed code for the action."
    )
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    date = fields.Datetime(required=True)
    by_mandate = fields.Boolean(
        string="By authorisation",
    )
    note = fields.Char(help="The note of the person who acted.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    @api.model
    def _labels(self):
        """Return the sentence for each ``what``; addons add their own.

        Each has places for the names of ``person`` and ``party``.
        """
        return {
            "act": self.env._("%(person)s acted for %(party)s"),
            "change_profile": self.env._("%(person)s changed the profile of %(party)s"),
            "write_message": self.env._("%(person)s wrote a message for %(party)s"),
        }

    def _sentence(self):
        """Return what was done, for the page."""
        self.ensure_one()
        act = self.sudo()
        sentences = self._labels()
        # The name of a hidden circle is for those who may know it.
        names = {"person": act.actor_id.name, "party": act.partner_id.display_name}
        sentence = sentences.get(act.what, sentences["act"]) % names
        return f"{sentence}: {act.note}" if act.note else sentence

    def _url(self):
        """Return where the matter is seen; addons answer for their models."""
        return False

    @api.model
    def _log(self, user, partner, right, what=None, record=None, note=None):
        """Log that ``user`` acts for ``partner``; by mandate, notify the giver."""
        act = self.sudo().create(
            {
                "actor_id": user.partner_id.id,
                "partner_id": partner.id,
                "right": right,
                "what": what or "act",
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
                "date": fields.Datetime.now(),
                "note": note or False,
                "by_mandate": bool(
                    self.env["wezer.mandate"]._in_force(partner, user.partner_id)
                ),
            }
        )
        if act.by_mandate:
            self.env["wezer.notice"].sudo()._leave(
                partner,
                "acted_for",
                sentence_of(act),
                "/my/acting",
                act,
            )
        return act

    @api.model
    def _anonymise(self, partner):
        """Erase what was written down of a member who leaves; the act stays."""
        acts = self.sudo().search(
            [("partner_id", "=", partner.id), ("note", "!=", False)]
        )
        # Past the refusal of this model: nobody else changes an entry.
        # pylint: disable-next=super-method-mismatch
        return super(WezerActingLog, acts).write({"note": False})

    def write(self, vals):
        raise NotAllowed(
            self.env._("Entries in this log cannot be changed or deleted."),
            rule="immutable",
        )

    def unlink(self):
        raise NotAllowed(
            self.env._("Entries in this log cannot be changed or deleted."),
            rule="immutable",
        )
