from odoo import models

from odoo.addons.wezer_decision.tools.outcomes import Kind

from ..tools import approving, panel, publishing


class WezerOutcome(models.Model):
    _inherit = "wezer.outcome"

    def _kinds(self):
        return {
            **super()._kinds(),
            "publish": Kind(
                label=self.env._("Publish an announcement of the circle"),
                matter="",
                params=publishing.PARAMS,
                check=publishing.check,
                execute=publishing.execute,
                sentence=publishing.sentence,
            ),
            "approve": Kind(
                label=self.env._("Approve work that was delivered"),
                matter="",
                params={"deal": "id"},
                check=approving.check,
                execute=approving.execute,
                sentence=approving.sentence,
                concerned=approving.concerned,
            ),
            "dispute": Kind(
                label=self.env._("Decide a dispute"),
                matter="",
                params=panel.PARAMS,
                check=panel.check,
                execute=panel.execute,
                sentence=panel.sentence,
                concerned=panel.concerned,
                method="majority",
            ),
        }

    def _kind_labels(self, group):
        """Offer an approval and a dispute only where something waits for them."""
        labels = super()._kind_labels(group)
        if not approving.waiting_deals(group):
            del labels["approve"]
        if not panel.waiting_disputes(group):
            del labels["dispute"]
        return labels

    def _form_fields(self, kind, group):
        if kind == "publish":
            return self._publish_fields()
        if kind == "approve":
            deals = approving.waiting_deals(group)
            return [self._choice("deal", self.env._("Deal"), deals, "title")]
        if kind == "dispute":
            return self._dispute_fields(group)
        return super()._form_fields(kind, group)

    def _form_values(self, kind, group, params):
        """Let the panel of a dispute decide it, and nobody else read that."""
        values = super()._form_values(kind, group, params)
        people = panel.asked(group, params) if kind == "dispute" else None
        if people:
            values |= {
                "electorate": "named",
                "named_ids": people.ids,
                "members_only": True,
            }
        return values

    def _form_note(self, kind, group, params):
        people = panel.asked(group, params) if kind == "dispute" else None
        if not people:
            return super()._form_note(kind, group, params)
        return self.env._(
            "These moderators are asked: %(names)s. Only members of the circle see that"
            " it is decided.",
            names=", ".join(people.mapped("name")),
        )

    def _publish_fields(self):
        kinds = self.env["wezer.announcement"]._fields["kind"]
        return [
            {
                "name": "kind",
                "type": "choice",
                "label": self.env._("Kind"),
                "choices": kinds._description_selection(self.env),
            },
            {"name": "title", "type": "char", "label": self.env._("Title")},
            {"name": "description", "type": "text", "label": self.env._("Text")},
            {"name": "quantity", "type": "char", "label": self.env._("Quantity")},
            *self._money_fields(),
        ]

    def _dispute_fields(self, group):
        disputes = panel.waiting_disputes(group)
        outcomes = self.env["wezer.dispute"]._fields["outcome"]
        return [
            self._choice("dispute", self.env._("Dispute"), disputes, "display_name"),
            {
                "name": "outcome",
                "type": "choice",
                "label": self.env._("Result"),
                "choices": outcomes._description_selection(self.env),
            },
            {"name": "reason", "type": "text", "label": self.env._("Reasons")},
            *self._money_fields(),
        ]

    def _choice(self, name, label, records, shown):
        """Return a field of a form that chooses one of ``records``."""
        return {
            "name": name,
            "type": "choice",
            "is_id": True,
            "label": label,
            "choices": [(record.id, record[shown]) for record in records],
        }
