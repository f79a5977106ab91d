from odoo import models

from ..tools import (
    answer_fields,
    decision_list,
    decision_page,
    propose_form,
    suspensions,
)


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def write(self, vals):
        suspended = self.browse()
        if vals.get("state") == "active":
            suspended = self.filtered(lambda profile: profile.state == "suspended")
        result = super().write(vals)
        if suspended:
            suspensions.end(suspended.sudo().partner_id)
        return result

    def _wezer_party_values(self, **known):
        """Extend wezer_fractal_groups: add what a circle decides to its page."""
        values = super()._wezer_party_values(**known)
        circle = values.get("group")
        if not circle or self.env.user._is_public():
            # Visitors find them at /decisions.
            return values
        if circle.kind == "role":
            around = circle.sudo()._circle().with_env(self.env)
            return {
                **values,
                "group_elect": propose_form.election_address(circle),
                # The people in it can be recalled there.
                "group_may_propose": bool(
                    around.is_user_member or values.get("group_manages")
                ),
            }
        found = decision_list.of_circle(circle)
        may_propose = bool(circle.is_user_member or values.get("group_manages"))
        if found["mine"] or found["others"] or may_propose:
            values.update(
                group_decisions=found,
                group_decision_labels=decision_page.labels(self.env),
                group_decision_words=answer_fields.words(self.env),
                group_may_propose=may_propose,
            )
        if may_propose:
            roles = [row["role"] for row in values["group_roles"]]
            values["group_elections"] = propose_form.election_addresses(circle, roles)
        return values
