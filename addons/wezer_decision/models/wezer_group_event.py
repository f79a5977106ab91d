from odoo import api, models

# Events about people in roles; all others are in the history of the circle.
LOGGED = ("role_given", "role_ended", "term_changed")


class WezerGroupEvent(models.Model):
    """What happens to roles is in the log of the circle, too."""

    _inherit = "wezer.group.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        log = self.env["wezer.governance.event"].sudo()
        places = self.env["wezer.group.membership"].sudo()
        log.create(
            [
                log._values(
                    "held_over"
                    if event.kind == "term_changed"
                    and places.browse(event.membership).exists().held_over_since
                    else event.kind,
                    event.to_id,
                    subject=event.group_id,
                    data={"person": event.person_id.id},
                )
                for event in events.sudo()
                if event.kind in LOGGED and event.to_id and not event.is_rebuilt
            ]
        )
        return events
