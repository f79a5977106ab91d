from odoo import api, fields, models


class WezerNotice(models.Model):
    """A sentence left for a person: portal users have no inbox in Odoo."""

    _name = "wezer.notice"
    _description = "Notice"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(required=True)
    message = fields.Char(required=True)
    url = fields.Char()
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    is_read = fields.Boolean(string="Read")
    settled = fields.Boolean(help="The matter is done: shown no longer.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _waiting_idx = models.Index("(partner_id, date) WHERE NOT is_read AND NOT settled")
    _matter_idx = models.Index("(res_model, res_id) WHERE NOT settled")

    @api.model
    def _leave(self, people, kind, message, url=None, record=None):
        """Write one notice for each of ``people`` and tell their open pages."""
        notices = self.create(
            [
                {
                    "partner_id": person.id,
                    "kind": kind,
                    "message": message,
                    "url": url,
                    "res_model": record._name if record else False,
                    "res_id": record.id if record else False,
                }
                # Who cannot log in could not read it.
                for person in people.filtered("user_ids")
            ]
        )
        for notice in notices:
            # Only "something changed": what it says is asked for by the page.
            notice.partner_id._bus_send("wezer.notice", {"kind": kind})
        return notices

    @api.model
    def _settle(self, record, kinds=None):
        """Withdraw the notices about ``record``: the matter is done."""
        domain = [
            ("res_model", "=", record._name),
            ("res_id", "in", record.ids),
            ("settled", "=", False),
        ]
        if kinds:
            domain.append(("kind", "in", kinds))
        self.sudo().search(domain).write({"settled": True})

    @api.model
    def _waiting_count(self):
        """Return how many notices the caller has not read; visitors have none."""
        if not self.has_access("read"):
            return 0
        return self.search_count([("is_read", "=", False), ("settled", "=", False)])

    @api.model
    def mark_read(self):
        """Mark the caller's own notices as read."""
        mine = self.sudo().search(
            [("partner_id", "=", self.env.user.partner_id.id), ("is_read", "=", False)]
        )
        mine.write({"is_read": True})
        return len(mine)
