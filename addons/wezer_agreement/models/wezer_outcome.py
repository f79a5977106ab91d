from odoo import api, fields, models

from odoo.addons.wezer_decision.tools.outcomes import Kind

from ..tools import outcome

# States of a decision from the draft's first look on until it is carried out.
UNDER_WAY = ("announced", "open", "counting", "tied", "adopted", "challenged", "stuck")


class WezerOutcome(models.Model):
    """A decision brings an agreement into force, keeps it, or ends it."""

    _inherit = "wezer.outcome"

    text_digest = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Of the text of the agreement that was announced: no other one comes into"
        " force.",
    )

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "agreement": Kind(
                self.env._("Agree on something, or end an agreement"),
                "agreement",
                {"agreement": "id", "version": "id", "act": "line"},
                outcome.check,
                outcome.execute,
                outcome.sentence,
            ),
        }

    @api.model
    def _form_fields(self, kind, group):
        if kind != "agreement":
            return super()._form_fields(kind, group)
        agreements = self.env["wezer.agreement"].search(
            [("group_id", "=", group.id), ("state", "!=", "ended")]
        )
        return [
            {
                "name": "agreement",
                "type": "choice",
                "label": self.env._("Agreement"),
                "choices": [(str(one.id), one.title) for one in agreements],
            },
            {
                "name": "act",
                "type": "choice",
                "label": self.env._("It is decided that"),
                "choices": [
                    ("adopt", self.env._("its draft comes into force")),
                    ("keep", self.env._("it is kept as it is")),
                    ("end", self.env._("it ends")),
                ],
            },
        ]

    def _url(self):
        if self.kind != "agreement":
            return super()._url()
        # sudo: values of an outcome are hidden; only readers of the agreement go on.
        number = (self.sudo().params or {}).get("agreement") or 0
        found = self.env["wezer.agreement"].search([("id", "=", number)])
        return outcome.url(self.sudo(), found.sudo()) if found else ""

    @api.model
    def _agreement_deciding(self, agreement):
        """Return the decision (sudo) under way about ``agreement``, if any."""
        found = self.sudo().search(
            [
                ("kind", "=", "agreement"),
                ("state", "!=", "done"),
                ("decision_id.group_id", "=", agreement.sudo().group_id.id),
                ("decision_id.state", "in", UNDER_WAY),
            ]
        )
        about = found.filtered(
            lambda row: (row.params or {}).get("agreement") == agreement.id
        )
        return about[:1].decision_id
