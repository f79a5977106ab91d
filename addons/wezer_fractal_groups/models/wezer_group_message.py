from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

TEXT_LENGTH = 2000
SHOWN = 50
# More open pages than that ask by themselves.
TOLD_AT_ONCE = 300


class WezerGroupMessage(models.Model):
    """What members say to each other on their circle's page.

    Read by who counts in the circle and by its guests, written by those with a
    place in it; without followers, so that nothing becomes a mail.
    """

    _name = "wezer.group.message"
    _description = "Word in a circle"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    text = fields.Text(required=True)
    date = fields.Datetime(required=True)
    removed_by_id = fields.Many2one("res.partner", ondelete="restrict")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    def action_remove(self):
        """Take a word back: one's own, or as somebody who manages the circle."""
        self.ensure_one()
        said = self.sudo().exists()
        user = self.env.user
        if not said or said.removed_by_id:
            raise NotAllowed(self.env._("There is nothing to take back here."))
        if said.person_id != user.partner_id or not user._wezer_may_act():
            user._check_acts_for(said.group_id.partner_id, "manage")
        # The trace stays, the words go.
        said.write({"text": "…", "removed_by_id": user.partner_id.id})
        said.group_id._tell_talk()
        return True


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    def _may_talk(self):
        """Say whether the caller has a place in this circle: member or guest."""
        self.ensure_one()
        user = self.env.user
        if not user._wezer_may_act() or self.sudo().kind != "circle":
            return False
        places = self.sudo().membership_ids.filtered("is_live").partner_id
        return user.partner_id in places or bool(
            user._acts_for(self.sudo().partner_id, "manage")
        )

    def action_say(self, text):
        """Say something to the others in this circle."""
        self._check_person()
        if not self._may_talk():
            raise NotAllowed(
                self.env._("Members and guests of the circle talk here."),
                rule="member",
            )
        text = str(text or "").strip()[:TEXT_LENGTH]
        if not text:
            raise Refusal(self.env._("Write something first."), rule="text")
        key = f"say:{self._name}:{self.id}:{self.env.user.partner_id.id}"
        if not self.env["wezer.idempotency.key"].sudo()._is_first_text(key, text):
            # The same words within seconds are one message: a second tap.
            return (
                self.env["wezer.group.message"]
                .search(
                    [
                        ("group_id", "=", self.id),
                        ("person_id", "=", self.env.user.partner_id.id),
                        ("text", "=", text),
                    ],
                    limit=1,
                )
                .id
            )
        # Who and data were just checked.
        said = (
            self.env["wezer.group.message"]
            .sudo()
            .create(
                {
                    "group_id": self.id,
                    "person_id": self.env.user.partner_id.id,
                    "text": text,
                    "date": fields.Datetime.now(),
                }
            )
        )
        self.sudo()._tell_talk()
        return said.id

    def _tell_talk(self):
        """Let open pages of this circle's people ask what is new (sudo)."""
        people = self.membership_ids.filtered("is_live").partner_id
        for person in people[:TOLD_AT_ONCE]:
            person._bus_send("wezer.live", {"group": self.id})

    def _talk(self, limit=SHOWN):
        """Return the latest words, oldest first, to who may read them."""
        messages = self.env["wezer.group.message"].search(
            [("group_id", "=", self.id)], limit=limit
        )
        return messages.sorted("id")

    @api.model
    def _talk_names(self, messages):
        """Return ``{person id: profile}`` of those whose profile the caller sees."""
        people = messages.sudo().person_id
        profiles = self.env["wezer.profile"].search([("partner_id", "in", people.ids)])
        return {profile.sudo().partner_id.id: profile for profile in profiles}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_said(self):
        messages = self.env["wezer.group.message"].sudo()
        return messages.search([("person_id", "in", self.ids)], order="id")

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        rows = self.env["wezer.personal.data"]
        data["group_messages"] = rows._rows(
            self._wezer_said(), ["group_id", "date", "text"]
        )
        return data

    def _wezer_anonymise(self):
        """What somebody said goes with him."""
        self._wezer_said().write({"text": "…", "removed_by_id": self.id})
        return super()._wezer_anonymise()
