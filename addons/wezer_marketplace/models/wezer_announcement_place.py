from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

# So many different demands one announcement makes.
LINES_MAX = 5


class WezerAnnouncementPlace(models.Model):
    """Some of an announcement's places, kept for who has a role or a skill."""

    _name = "wezer.announcement.place"
    _description = "Places kept for a role or a skill"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "count"

    announcement_id = fields.Many2one(
        "wezer.announcement", required=True, index=True, ondelete="cascade"
    )
    count = fields.Integer(required=True, default=1)
    group_id = fields.Many2one(
        "wezer.group", string="For those in", ondelete="restrict"
    )
    skill_id = fields.Many2one("wezer.skill", string="For who can", ondelete="restrict")
    company_id = fields.Many2one(
        related="announcement_id.company_id", store=True, precompute=True
    )

    _count_positive = models.Constraint(
        "CHECK (count > 0)", "A place is kept once or more often."
    )
    _asks_something = models.Constraint(
        "CHECK (group_id IS NOT NULL OR skill_id IS NOT NULL)",
        "A place that is kept asks for a role or a skill.",
    )

    def _fits(self, person):
        """Say whether ``person`` has the role and the skill that is asked for."""
        self.ensure_one()
        place = self.sudo()
        if place.group_id and person not in place.group_id.effective_members():
            return False
        if place.skill_id and place.skill_id not in person._wezer_profile().skill_ids:
            return False
        return True

    def _plain(self):
        """Return these places as plain values."""
        return [
            {
                "count": one.count,
                "group_id": one.group_id.id,
                "skill_id": one.skill_id.id,
            }
            for one in self
        ]

    def _say(self):
        """Return what this place asks for, in words; hidden groups keep their names."""
        self.ensure_one()
        asked = [self.sudo().skill_id.name, self.group_id.display_name]
        return ", ".join(one for one in asked if one)


class WezerAnnouncement(models.Model):
    _inherit = "wezer.announcement"

    place_ids = fields.One2many(
        "wezer.announcement.place", "announcement_id", string="Places kept"
    )

    # === WHAT THE AUTHOR WRITES === #

    @api.model
    def _checked_vals(self, vals):
        vals = self.env["wezer.typed"]._by_name(vals)
        kept = vals.pop("kept_places", None)
        vals = super()._checked_vals(vals)
        if kept is None:
            return vals
        lines = self._checked_places(kept)
        if self and self.sudo().place_ids._plain() == lines:
            return vals
        if self and self.sudo()._holding():
            raise Refusal(
                self.env._("Somebody has a place: what places ask for stays."),
                rule="answered",
            )
        places = vals.get("places", self.sudo().places if self else 1)
        if lines and sum(line["count"] for line in lines) > places:
            raise Refusal(
                self.env._("More places are kept than there are."),
                rule="places",
                limit=str(places),
            )
        vals["place_ids"] = [(5, 0, 0), *((0, 0, line) for line in lines)]
        return vals

    @api.model
    def _checked_places(self, kept):
        """Return kept places as plain values, of roles and skills the caller sees.

        :param list kept: dicts ``count``, and ``group_id`` or ``skill_id`` or both
        """
        if not isinstance(kept, list | tuple) or len(kept) > LINES_MAX:
            raise Refusal(self.env._("This is not yours to write."), rule="field")
        lines = []
        for one in kept:
            if not isinstance(one, dict) or one.keys() - {
                "count",
                "group_id",
                "skill_id",
            }:
                raise Refusal(self.env._("This is not yours to write."), rule="field")
            line = {"count": one.get("count", 1)}
            for name, model in (
                ("group_id", "wezer.group"),
                ("skill_id", "wezer.skill"),
            ):
                number = one.get(name) or False
                if number and type(number) is not int:
                    raise Refusal(
                        self.env._("This is not yours to write."), rule="field"
                    )
                line[name] = self.env[model].search([("id", "=", number)]).id
            if type(line["count"]) is not int or not 0 < line["count"] < 1000:
                raise Refusal(
                    self.env._("Say how many places are kept, as a number."),
                    rule="places",
                )
            if not (line["group_id"] or line["skill_id"]):
                raise Refusal(
                    self.env._("Say for whom places are kept: a role, or a skill."),
                    rule="places",
                )
            lines.append(line)
        return lines

    # === WHO HAS A PLACE === #

    def _begin_answer(self, *args, **kwargs):
        replier = super()._begin_answer(*args, **kwargs)
        announcement = self.sudo()
        person = self.env.user.partner_id
        if announcement.place_ids and not announcement._places_for(person):
            raise NotAllowed(self._say_kept(), rule="place")
        return replier

    def _why_not_me(self):
        announcement, person = self.sudo(), self.env.user.partner_id
        if announcement.place_ids and not announcement._places_for(person):
            return self._say_kept()
        return super()._why_not_me()

    def _say_kept(self):
        return self.env._(
            "The places here are kept for: %(asked)s.",
            asked="; ".join(place._say() for place in self.place_ids),
        )

    def _open_places(self):
        """Return how many places ask for nothing."""
        self.ensure_one()
        return self.places - sum(self.place_ids.mapped("count"))

    def _places_for(self, person):
        """Return the kinds of places that ``person`` may have, kept ones first.

        :return: list of kept places (records), an empty record for the open ones
        """
        kinds = [place for place in self.place_ids if place._fits(person)]
        if self._open_places() > 0:
            kinds.append(self.env["wezer.announcement.place"])
        return kinds

    def _free_place(self, person):
        """Return the kind of place that is free for ``person``, None where none is."""
        holding = self._holding()
        for kind in self._places_for(person):
            taken = holding.filtered(lambda deal, kind=kind: deal.place_id == kind)
            if len(taken) < (kind.count if kind else self._open_places()):
                return kind
        return None

    def _has_place(self, person=None):
        if person is None or not self.place_ids:
            return super()._has_place(person)
        return self._free_place(person) is not None

    def _prepare_next_vals(self):
        return {
            **super()._prepare_next_vals(),
            "place_ids": [(0, 0, line) for line in self.place_ids._plain()],
        }
