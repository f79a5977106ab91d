from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.wezer_base.tools import days

from ..tools.group_history import ActingFor, state_of, steps


class WezerGroupEvent(models.Model):
    """What happened to the structure of groups: written with the change, never edited.

    Groups are founded, renamed, moved, merged and closed; roles are given to people
    and end. From the events any day is read back (:mod:`..tools.group_history`). An
    event names a person by their contact only: who leaves the community is called
    there as everywhere.
    """

    _name = "wezer.group.event"
    _description = "Event in the history of a group"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("founded", "Created"),
            ("renamed", "Renamed"),
            ("changed", "Became a circle, a role, a lead or a representative"),
            ("moved", "Moved"),
            ("merged", "Merged"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("role_given", "Role given"),
            ("term_changed", "Term of a role changed"),
            ("role_ended", "Role ended"),
            ("past_role", "Earlier membership in a role"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    # Which group it was inside of, and is now; of a role given or ended: its circle.
    from_id = fields.Many2one(
        "wezer.group",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    to_id = fields.Many2one(
        "wezer.group",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    # They contain the id of the group around it, which may hide itself.
    before = fields.Json(readonly=True, groups="wezer_base.group_administrator")
    after = fields.Json(readonly=True, groups="wezer_base.group_administrator")
    # Visitors learn no names of members.
    person_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_member",
    )
    actor_id = fields.Many2one(
        "res.partner",
        string="By",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_member",
    )
    party_id = fields.Many2one(
        "res.partner",
        string="On behalf of",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_member",
    )
    # The id of the membership: it stays where the membership is deleted.
    membership = fields.Integer(readonly=True, groups=fields.NO_ACCESS, aggregator=None)
    until = fields.Date(
        readonly=True,
        groups="wezer_base.group_member",
        help="The last day of the role's term.",
    )
    is_rebuilt = fields.Boolean(
        string="From stored dates",
        readonly=True,
        help="An update made this event from stored dates. What happened before that"
        " update was not recorded when it happened.",
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _state_idx = models.Index("(group_id, id) WHERE after IS NOT NULL")
    _membership_idx = models.Index("(membership, id) WHERE membership IS NOT NULL")
    _date_idx = models.Index("(date, id)")

    # === WRITING === #

    @api.model
    def _values(self, group, kind, **vals):
        """Return the values of an event that happens now, by the user."""
        env = self.env
        party = env.context.get("wezer_acting_for")
        by_person = env.uid != SUPERUSER_ID and not env.user._is_public()
        return {
            "group_id": group.id,
            "kind": kind,
            "date": fields.Datetime.now(),
            "actor_id": env.user.partner_id.id if by_person else False,
            "party_id": int(party) if isinstance(party, ActingFor) else False,
            **vals,
        }

    @api.model
    def _record_groups(self, groups, before=None):
        """Record what changed in ``groups`` (sudo).

        :param dict before: ``{group: its structure before}``; None where they were
            just created
        """
        vals_list = []
        for group in groups.sudo():
            old, new = (before or {}).get(group), state_of(group)
            merged = bool(
                old
                and old["active"]
                and not new["active"]
                and group.merged_into_id.id == new["parent"]
                and new["parent"]
            )
            for kind, earlier, later in steps(old, new, merged):
                vals_list.append(
                    self._values(
                        group,
                        kind,
                        before=earlier,
                        after=later,
                        from_id=earlier and earlier["parent"],
                        to_id=later["parent"],
                    )
                )
        if vals_list:
            self.sudo().create(vals_list)

    @api.model
    def _roles_held(self, places):
        """Return ``{membership: (role, person, last day)}`` of those in a role now."""
        return {
            place: (place.group_id, place.partner_id, place.date_to)
            for place in places.sudo()
            if place.state == "active" and place.group_id.kind == "role"
        }

    @api.model
    def _record_roles(self, before, after):
        """Record who was given a role and who has it no longer.

        :param dict before: what :meth:`_roles_held` returned before the change
        :param dict after: what it returns now
        """
        vals_list = []
        for place, (role, person, until) in before.items():
            if after.get(place, ())[:2] != (role, person):
                vals_list.append(self._ended_values(place, role, person, until))
        for place, (role, person, until) in after.items():
            old = before.get(place, ())
            if old[:2] != (role, person):
                kind = "role_given"
            elif old[2] != until:
                kind = "term_changed"
            else:
                continue
            vals_list.append(
                self._values(
                    role,
                    kind,
                    person_id=person.id,
                    membership=place.id,
                    until=until,
                    to_id=role.parent_id.id,
                )
            )
        if vals_list:
            self.sudo().create(vals_list)

    @api.model
    def _ended_values(self, place, role, person, until):
        """Return the values of the end of a role: its term's, or now."""
        vals = self._values(
            role,
            "role_ended",
            person_id=person.id,
            membership=place.id,
            until=until,
            to_id=role.parent_id.id,
        )
        company = role.company_id
        if until and until < days.today(self.env, company):
            # The term was over before anything noted it.
            vals["date"] = days.end(self.env, until, company)
            vals["actor_id"] = vals["party_id"] = False
        return vals
