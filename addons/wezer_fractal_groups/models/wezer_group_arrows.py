from datetime import timedelta

from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.rights import RIGHTS


class WezerGroup(models.Model):
    """Joining, leaving and filling roles. Checks who, then state, then data."""

    _inherit = "wezer.group"

    # === WHO === #

    def _check_person(self):
        self.check_access("read")
        self.ensure_one()
        self.env.user._wezer_check_standing()
        if not self.sudo().active:
            raise Refusal(self.env._("This group is closed."), rule="state")
        return self.env.user.partner_id

    def _rights_carried(self):
        return {right for right in RIGHTS if self.sudo()[f"right_{right}"]}

    def _check_may_fill(self, person):
        """Refuse unless the caller may give ``person`` a place here.

        A circle: who may invite there. A role: ``manage`` from a circle above
        the role's circle (at a root: community moderators); ``manage`` on the
        circle itself only for roles all of whose rights one holds there. Never
        for oneself.

        :return: the partner in whose name he does it
        """
        user = self.env.user
        group = self.sudo()
        if group.kind == "circle":
            if self._members_invite():
                return user.partner_id
            user._check_acts_for(group.partner_id, "invite")
            return group.partner_id
        if person == user.partner_id:
            raise NotAllowed(
                self.env._("Nobody gives himself a role."), rule="fill_role"
            )
        circle = group.parent_id
        above = circle.parent_id
        if above:
            # What reaches the circle above reaches this one, unless it refuses.
            if circle.rights_reach and user._acts_for(above.partner_id, "manage"):
                return above.partner_id
        elif user._moderates(circle.partner_id.browse()):
            return user.partner_id
        if group.link == "lead" and above and circle.rights_reach:
            # The double link's upper end is held from above (R10).
            raise NotAllowed(
                self.env._("Who leads a circle is chosen by the circle above."),
                rule="lead",
            )
        user._check_acts_for(circle.partner_id, "manage")
        if group.link != "representative":
            for right in self._rights_carried():
                user._check_acts_for(circle.partner_id, right)
        return circle.partner_id

    def _members_invite(self):
        """Say whether the caller may invite because every member may."""
        value, _circle = self._policy("members_invite")
        if not value:
            return False
        return self.env.user.partner_id in self._direct_members()

    def _may_fill(self, person):
        """Say whether the caller may give ``person`` a place here."""
        try:
            self._check_may_fill(person)
        except NotAllowed:
            return False
        return True

    def _live(self, partner):
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .search(
                [
                    ("group_id", "=", self.id),
                    ("partner_id", "=", partner.id),
                    ("state", "!=", "left"),
                ]
            )
        )

    def _enter(self, partner, state, guest=False):
        """Make the membership; one live row a person, the index says so."""
        live = self._live(partner)
        if live:
            raise Refusal(
                self.env._("%(name)s has a place here already.", name=partner.name),
                rule="member",
                value=live.state,
            )
        # Who and state are checked: members write nothing themselves.
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .create(
                {
                    "group_id": self.id,
                    "partner_id": partner.id,
                    "state": state,
                    "date_to": self._term_end(),
                    "is_guest": guest,
                }
            )
        )

    def _term_end(self):
        """Return until when a role is given, as its circle decided; else no end."""
        if self.sudo().kind != "role":
            return False
        term, _circle = self._policy("role_term_days")
        return days.today(self.env) + timedelta(days=term) if term else False

    # === ARROWS === #

    def action_join(self):
        """Join an open circle; elsewhere this asks to be let in."""
        me = self._check_person()
        group = self.sudo()
        if group.kind == "role":
            raise NotAllowed(
                self.env._("A role is given, not taken: say that you could do it."),
                rule="fill_role",
            )
        if group.join_policy == "invitation":
            raise Refusal(
                self.env._("One is invited into this group."), rule="join_policy"
            )
        if group.join_policy == "open":
            self._enter(me, "active")
        else:
            self._tell_inviters(me, self._enter(me, "requested"))
        return True

    def action_request(self):
        """Say that one would join, or could fill this role."""
        me = self._check_person()
        if self.sudo().kind == "circle":
            return self.action_join()
        self._tell_inviters(me, self._enter(me, "requested"))
        return True

    def _tell_inviters(self, person, membership):
        group = self.sudo()
        group._circle().partner_id._wezer_notify(
            "group_request",
            lambda env: env._(
                "%(name)s would join %(group)s.", name=person.name, group=group.name
            ),
            url=f"/groups/{group.slug}",
            record=membership,
            right="invite" if group.kind == "circle" else "manage",
        )

    def action_invite(self, partner_id, guest=False):
        """Invite a person; into a role: give it to him, once he accepts.

        :param bool guest: to take part in a circle without being its member
        """
        self._check_person()
        person = self.env["res.partner"].sudo().browse(partner_id).exists()
        acted_for = self._check_may_fill(person)
        self.env.user._wezer_log_acting(acted_for, "invite", "invite", self)
        if not person or not person.user_ids or not person._wezer_is_party():
            raise Refusal(
                self.env._("Nobody by that name can be found here."), rule="party"
            )
        live = self._live(person)
        if live.state == "requested":
            live.write({"state": "active", "date_from": days.today(self.env)})
            return True
        invited = self._enter(
            person, "invited", bool(guest) and self.sudo().kind == "circle"
        )
        person._wezer_notify(
            "group_invitation",
            lambda env: env._("You are invited to %(group)s.", group=self.sudo().name),
            url=f"/groups/{self.sudo().slug}",
            record=invited,
        )
        return True

    def action_accept_member(self, partner_id):
        """Let in somebody who asked."""
        self._check_person()
        person = self.env["res.partner"].sudo().browse(partner_id)
        acted_for = self._check_may_fill(person)
        self.env.user._wezer_log_acting(acted_for, "invite", "accept_member", self)
        live = self._live(person)
        if live.state != "requested":
            raise Refusal(self.env._("Nobody asks for that."), rule="state")
        live.write({"state": "active", "date_from": days.today(self.env)})
        person._wezer_notify(
            "group_accepted",
            lambda env: env._("Welcome to %(group)s!", group=self.sudo().name),
            url=f"/groups/{self.sudo().slug}",
            record=live,
        )
        return True

    def action_refuse_member(self, partner_id):
        """Not let in somebody who asked."""
        self._check_person()
        person = self.env["res.partner"].sudo().browse(partner_id)
        acted_for = self._check_may_fill(person)
        self.env.user._wezer_log_acting(acted_for, "invite", "refuse_member", self)
        live = self._live(person)
        if live.state not in ("requested", "invited"):
            raise Refusal(self.env._("Nobody asks for that."), rule="state")
        live.write({"state": "left", "date_to": days.today(self.env)})
        return True

    def action_accept_invitation(self):
        """Accept an invitation."""
        me = self._check_person()
        live = self._live(me)
        if live.state != "invited":
            raise Refusal(self.env._("You are not invited here."), rule="state")
        live.write({"state": "active", "date_from": days.today(self.env)})
        return True

    def action_leave(self):
        """Leave, or decline an invitation, or take back a request."""
        self.ensure_one()
        me = self.env.user.partner_id
        live = self._live(me)
        if not live:
            raise Refusal(self.env._("You are not a member here."), rule="state")
        live._leave()
        return True

    def action_remove_member(self, partner_id):
        """Take a place away; who may fill it may take it."""
        self._check_person()
        person = self.env["res.partner"].sudo().browse(partner_id)
        self._check_may_fill(person)
        live = self._live(person)
        if not live:
            raise Refusal(self.env._("Nobody has that place."), rule="state")
        live._leave()
        return True

    # === EXPLAINED === #

    @api.model
    def _right_words(self):
        return {
            "wallet": self.env._("pay"),
            "market": self.env._("post and agree"),
            "invite": self.env._("invite members"),
            "manage": self.env._("change the circle and its roles"),
            "project": self.env._("run projects"),
            "moderate": self.env._("settle disputes"),
        }

    def explain_my_rights(self):
        """Return what the caller may do here and why, a sentence each."""
        self.check_access("read")
        self.ensure_one()
        return self._explain_rights(self.env.user)

    def _explain_rights(self, user):
        """Return what ``user`` may do here and why, a sentence each, nearest first."""
        self.ensure_one()
        if not user._wezer_may_act():
            return []
        words = self._right_words()
        here = self._circle()
        sentences = []
        for role in self._roles_of(user.partner_id):
            circle = role.parent_id
            for right in RIGHTS:
                if not role[f"right_{right}"]:
                    continue
                values = {
                    "do": words[right],
                    "role": role.name,
                    "circle": circle.name,
                    "here": here.sudo().name,
                }
                if circle == here.sudo():
                    text = self.env._(
                        "You may %(do)s because you fill %(role)s of %(circle)s.",
                        **values,
                    )
                else:
                    text = self.env._(
                        "You may %(do)s because you fill %(role)s of %(circle)s,"
                        " and %(here)s is inside it.",
                        **values,
                    )
                sentences.append(text)
        return sentences

    def _roles_of(self, partner):
        """Return the roles (sudo) of ``partner`` whose rights reach here."""
        self.flush_model()
        self.env["wezer.group.membership"].flush_model()
        self.env.cr.execute(
            """SELECT r.id FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                  AND r.active
                 JOIN wezer_group_closure c ON c.ancestor_id = r.parent_id
                 JOIN wezer_group d ON d.id = c.descendant_id
                WHERE m.partner_id = %s AND m.state = 'active'
                  AND (m.date_to IS NULL OR m.date_to >= %s)
                  AND d.id = %s AND c.distance <= d.rights_reach
                ORDER BY c.distance, r.id""",
            [partner.id, days.today(self.env), self._circle().id],
        )
        return self.sudo().browse([row[0] for row in self.env.cr.fetchall()])
