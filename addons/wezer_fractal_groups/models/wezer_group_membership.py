from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import reserve
from ..tools.group_history import PLACE_FIELDS

_lt = LazyTranslate(__name__)

REMIND_DAYS = 14
# What only active members do, themselves or by those who act or answer for them.
TAKES_PART = ("join", "request", "accept_invitation", "record_consent", "fill")
# Where a circle decides these together, nobody does them alone; the outcome of a
# decision that does the same, in a circle and for a role.
RESERVED = {
    "invite": ("member", "role"),
    "accept_member": ("member", "role"),
    "refuse_member": ("member", "role"),
    "remove_member": ("member_out", "role_end"),
}

# The public methods are the group's: most of them find the membership by the person.
MEMBERSHIP = StateMachine(
    states=("invited", "requested", "active", "left"),
    rules={
        "newcomer": "a member of the community who sees the group",
        "giver": "holds “invite” of the circle, or every member may invite there;"
        " for a role: holds “manage” of a circle above, or of the role's own circle"
        " and all that the role carries; where the circle decides this together, its"
        " decision only",
        "decision": "a decision of the circle, for a person who agreed",
        "person": "the person whose membership it is, or whoever acts for that person",
        "recorder": "as giver; for a circle holds “manage” too: writes down the answer"
        " of a member who cannot log in",
        "tree": "follows from a role that counts in the circle above, from a closed or"
        " merged group",
        "clock": "the term of the membership is over",
    },
    transitions=(
        Transition(
            "join",
            (),
            ("active", "requested"),
            "newcomer",
            "wezer.group.action_join",
            "circles only: an open one is joined, another one asked",
        ),
        Transition(
            "request",
            (),
            ("requested",),
            "newcomer",
            "wezer.group.action_request",
            "also offers to fill a role",
        ),
        Transition("invite", (), ("invited",), "giver", "wezer.group.action_invite"),
        Transition(
            "invite", ("requested",), ("active",), "giver", "wezer.group.action_invite"
        ),
        Transition(
            "accept_member",
            ("requested",),
            ("active",),
            "giver",
            "wezer.group.action_accept_member",
        ),
        Transition(
            "refuse_member",
            ("invited", "requested"),
            ("left",),
            "giver",
            "wezer.group.action_refuse_member",
        ),
        Transition(
            "accept_invitation",
            ("invited",),
            ("active",),
            "person",
            "wezer.group.action_accept_invitation",
        ),
        Transition(
            "record_consent",
            ("invited",),
            ("active",),
            "recorder",
            "wezer.group.action_record_consent",
            "only for members without a login",
        ),
        Transition(
            "leave",
            ("invited", "requested", "active"),
            ("left",),
            "person",
            "wezer.group.action_leave",
            "declines an invitation, takes back a request",
        ),
        Transition(
            "remove_member",
            ("invited", "requested", "active"),
            ("left",),
            "giver",
            "wezer.group.action_remove_member",
        ),
        Transition(
            "fill",
            (),
            ("active",),
            "decision",
            "wezer.group._do_fill",
            "roles only; also prolongs a term",
        ),
        Transition(
            "fill",
            ("invited", "requested", "active"),
            ("active",),
            "decision",
            "wezer.group._do_fill",
        ),
        Transition(
            "count_above",
            ("invited", "requested"),
            ("active",),
            "tree",
            "_count_above",
        ),
        Transition(
            "end", ("invited", "requested", "active"), ("left",), "tree", "_end"
        ),
        Transition("end_term", ("active",), ("left",), "clock", "_end_term"),
    ),
)
# Waiting for an answer: the group's, or the person's.
PENDING = MEMBERSHIP.sources("accept_member", "accept_invitation")
# Changes of these fields change whose projects and tasks somebody follows.
FOLLOWED_FIELDS = {"group_id", "partner_id", "state", "date_to", "is_guest"}


class WezerGroupMembership(models.Model):
    """A person's direct place in a group; who counts above follows from the tree."""

    _name = "wezer.group.membership"
    _description = "Membership"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "date_from desc, id desc"
    _state_machine = MEMBERSHIP

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("invited", "Invited"),
            ("requested", "Asked to join"),
            ("active", "Member"),
            ("left", "Left"),
        ],
        required=True,
        default="active",
    )
    date_from = fields.Date(string="Since", default=lambda self: days.today(self.env))
    date_to = fields.Date(string="Until")
    held_over_since = fields.Date(
        readonly=True,
        copy=False,
        help="The last day of the term. Until a successor is chosen, the person keeps"
        " the role.",
    )
    focus = fields.Char(help="The things this person looks after here.")
    is_guest = fields.Boolean(
        string="Guest",
        help="A guest takes part here but is not a member, and does not count in"
        " the groups above.",
    )
    # Other members of the circle read neither: the note may say why somebody cannot
    # come, or log in.
    consent_note = fields.Char(
        string="How they agreed",
        readonly=True,
        groups="wezer_base.group_administrator",
        help="Written down by whoever asked a member who cannot log in.",
    )
    consent_by_id = fields.Many2one(
        "res.partner",
        string="Answer recorded by",
        readonly=True,
        ondelete="set null",
        groups="wezer_base.group_administrator",
    )
    # A lead or a representative counts in the circle above by that role.
    by_link_id = fields.Many2one(
        "wezer.group.membership", readonly=True, ondelete="set null", index=True
    )
    is_live = fields.Boolean(compute="_compute_is_live")
    muted = fields.Boolean(
        copy=False,
        groups=fields.NO_ACCESS,
        help="The member gets no notices of new messages in the circle.",
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _live_uniq = models.UniqueIndex(
        "(group_id, partner_id) WHERE state <> 'left'",
        "This person already has a membership in this group.",
    )
    _person_idx = models.Index("(partner_id, group_id) WHERE state = 'active'")

    @api.depends("state", "date_to")
    def _compute_is_live(self):
        today = days.today(self.env)
        for membership in self:
            membership.is_live = membership.state == "active" and (
                not membership.date_to or membership.date_to >= today
            )

    # === CONSTRAINTS === #

    @api.constrains("partner_id")
    def _check_person(self):
        groups = self.env["wezer.group"].sudo().with_context(active_test=False)
        if groups.search_count([("partner_id", "in", self.partner_id.ids)], limit=1):
            raise Refusal(
                self.env._(
                    "Only people can be members. To add a group, move it"
                    " inside this group."
                ),
                rule="person",
            )

    @api.constrains("state", "date_from", "date_to")
    def _check_term(self):
        for place in self.filtered(lambda place: place.state in MEMBERSHIP.unfinished):
            days.check_order(self.env, place.date_from, place.date_to)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        memberships._check_by_hand("create")
        self._invalidate_access()
        events = self.env["wezer.group.event"]
        events._record_roles({}, events._roles_held(memberships))
        memberships._follow_links()
        memberships._keep_followers(memberships.group_id, memberships.partner_id)
        return memberships

    def write(self, vals):
        if not reserve.PLACE_FIELDS.isdisjoint(vals):
            self._check_by_hand("write")
        groups, people = self.group_id, self.partner_id
        events = self.env["wezer.group.event"]
        recorded = PLACE_FIELDS & vals.keys()
        held = events._roles_held(self) if recorded else {}
        result = super().write(vals)
        if "group_id" in vals:
            self._check_by_hand("write")
        if recorded:
            events._record_roles(held, events._roles_held(self))
        if "state" in vals:
            # What was asked is answered: its notices wait no longer.
            self.env["wezer.notice"]._settle(
                self, ["group_request", "group_invitation", "group_term"]
            )
        self._invalidate_access()
        if {"state", "date_to"} & vals.keys():
            self._follow_links()
        if FOLLOWED_FIELDS & vals.keys():
            self._keep_followers(groups | self.group_id, people | self.partner_id)
        return result

    def unlink(self):
        self._check_by_hand("unlink")
        groups, people = self.group_id, self.partner_id
        events = self.env["wezer.group.event"]
        held = events._roles_held(self)
        result = super().unlink()
        events._record_roles(held, {})
        self._invalidate_access()
        self._keep_followers(groups, people)
        return result

    def _check_by_hand(self, operation):
        """Refuse what an administrator changes where the circle decides it itself."""
        if self.env.su:
            return
        self.check_access(operation)
        for place in self.sudo():
            reserve.check_place(place.group_id, person=place.partner_id.id)

    @api.model
    def _invalidate_access(self):
        """Drop what is cached of memberships, visibility and acting for groups."""
        self.env["res.partner"]._wezer_invalidate_acting()
        self.env["res.partner"].invalidate_model(
            ["wezer_hidden", "display_name"], flush=False
        )
        self.env["wezer.group"].invalidate_model(
            [
                "is_user_member",
                "is_visible_to_user",
                "is_user_invited",
                "member_count",
                "display_name",
            ],
            flush=False,
        )

    @api.model
    def _keep_followers(self, groups, people):
        """Let ``people`` follow what ``groups`` do, as far as it concerns them."""
        followers = self.env["wezer.group.follower.sync"].sudo()
        followers._keep_groups_in_step(followers._records_of(groups), people.ids)

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None.

        Also for a membership that is not stored (:meth:`WezerGroup._no_membership`),
        of a person who has none in the group.
        """
        self.ensure_one()
        place = self.sudo()
        return (
            place._why_not_who(action)
            or place._why_reserved(action)
            or place._state_refusal(action)
            or place._why_not_data(action)
        )

    def _why_reserved(self, action):
        """Return why ``action`` is left to a decision of the circle, or None."""
        if action not in RESERVED:
            return None
        outcome = RESERVED[action][self.group_id.kind == "role"]
        return reserve.why_not_place(
            self.group_id, outcome, role=self.group_id.id, person=self.partner_id.id
        )

    def _why_not_who(self, action):
        who = self._state_machine.who(action)
        group = self.env["wezer.group"].sudo(False).browse(self.group_id.id)
        if who in ("newcomer", "giver", "recorder") or action == "accept_invitation":
            error = group._why_not_take_part()
            if error:
                return error
        if who == "newcomer":
            return group._why_not_join(action) or self._why_not_for_person()
        if who in ("giver", "recorder"):
            error = group._giver(self.partner_id)[1]
            if not error and who == "recorder" and group.sudo().kind == "circle":
                error = group._manager()[1]
            return error
        return None

    def _why_not_for_person(self):
        """Return why the user does not act for the person whose place it is."""
        user, person = self.env.user, self.partner_id
        if person == user.partner_id:
            return None
        error = user._why_not_acting(person, "market")
        if not error and not person.sudo()._wezer_profile().is_person:
            error = NotAllowed(self.env._("Only people can be members."), rule="person")
        return error

    def _why_not_data(self, action):
        person = self.partner_id
        profile = person._wezer_profile()
        if action == "invite" and not (
            person and profile.is_person and person._wezer_is_party()
        ):
            return Refusal(
                self.env._("No member with this name was found."), rule="party"
            )
        if action == "record_consent" and not profile.on_paper:
            return NotAllowed(
                self.env._(
                    "%(name)s can log in, so only they can accept the invitation.",
                    name=person.name,
                ),
                rule="login",
            )
        if action in TAKES_PART and profile.state != "active":
            # Of the user it was asked already; others answer for nobody who may not.
            return NotAllowed(
                self.env._("%(name)s is not an active member.", name=person.name),
                rule="standing",
            )
        return None

    def _state_refusal(self, action):
        person = self._state_machine.who(action) == "person"
        if person and self._why_not_for_person():
            return Refusal(self._state_message(action), rule="state")
        if any(not row.sources for row in self._state_machine.rows(action)) and (
            self.state not in self._state_machine.sources(action)
        ):
            # It creates the membership: none may be there.
            return None if self.state == "left" else self._already_member_refusal()
        return super()._state_refusal(action)

    def _already_member_refusal(self):
        return Refusal(
            self.env._(
                "%(name)s is already a member, or already has an invitation"
                " or a request.",
                name=self.partner_id.name,
            ),
            rule="member",
            value=self.state,
        )

    def _state_message(self, action):
        messages = {
            "accept_invitation": self.env._("You have no invitation here."),
            "leave": self.env._("You are not a member here."),
            "remove_member": self.env._("This person is not a member here."),
        }
        return messages.get(action) or self.env._("This person has not asked to join.")

    # === BEGINNING AND ENDING === #

    def _begin_membership(self):
        """Make these people members from today on."""
        self.write({"state": "active", "date_from": days.today(self.env)})

    def _end(self):
        """End these places today; whatever else they held stays."""
        self.write({"state": "left", "date_to": days.today(self.env)})

    def _leave(self):
        """End these places, and the roles that were held because of them.

        A declined invitation, a request taken back and a guest's place end nothing
        else.
        """
        held = self.filtered(
            lambda place: place.state == "active" and not place.is_guest
        )
        self._end()
        held._end_roles_inside()

    def _end_roles_inside(self):
        """End the roles that were held because of this place, and no others.

        Roles of the circle and of those inside it, where the person has no
        other place in the role's own circle. Circles inside are left one by one.
        """
        for place in self.sudo():
            circle = place.group_id
            if circle.kind != "circle":
                continue
            inside = self.sudo().search(
                [
                    ("partner_id", "=", place.partner_id.id),
                    ("state", "in", MEMBERSHIP.unfinished),
                    ("group_id.kind", "=", "role"),
                    ("group_id.ancestor_ids", "in", circle.ids),
                ]
            )
            for filled in inside:
                role_circle = filled.group_id.parent_id
                if not role_circle._membership_of(place.partner_id):
                    filled._end()

    def _move_to(self, target):
        """Let these people be members of ``target`` instead, where they are not yet."""
        for place in self:
            if not target._membership_of(place.partner_id):
                place.copy(
                    {
                        "group_id": target.id,
                        "date_from": days.today(self.env),
                        "focus": place.group_id.name,
                    }
                )
            place._end()

    # === DOUBLE LINKS === #

    def _follow_links(self):
        """Let those who fill a lead or representative role count in the circle above.

        Called again where the role or its circle moved: the place moves along.
        """
        for place in self.sudo():
            role = place.group_id
            if role.kind != "role" or role.link == "none":
                continue
            above = self.env["wezer.group"].sudo()
            if place.state == "active":
                above = role.parent_id.parent_id
            if not place._end_links(but=above):
                place._count_above(above)

    def _end_links(self, but=None):
        """End the places held by these roles, but that in ``but``; return the rest."""
        linked = self.sudo().search(
            [("by_link_id", "in", self.ids), ("state", "in", MEMBERSHIP.unfinished)]
        )
        kept = linked.filtered(lambda place: but and place.group_id == but)
        (linked - kept)._end()
        return kept

    def _count_above(self, above):
        """Give the person in this lead or representative role a place in ``above``."""
        if not above:
            return
        place = above._membership_of(self.partner_id)
        if place.state in PENDING:
            # In by the role: nobody need answer any more.
            place._begin_membership()
        elif not place:
            self.sudo().create(
                {
                    "group_id": above.id,
                    "partner_id": self.partner_id.id,
                    "focus": self.group_id.parent_id.name,
                    "date_to": self.date_to,
                    "by_link_id": self.id,
                }
            )

    # === TERMS === #

    @api.model
    def _cron_terms(self):
        """End the places whose term is over; remind a fortnight before."""
        today = days.today(self.env)
        places = self.sudo()
        # Asked on the last day: from the next on, the role would be vacant.
        ending = [("state", "=", "active"), ("date_to", "=", today)]
        over = [("state", "=", "active"), ("date_to", "<", today)]
        soon = [
            ("state", "=", "active"),
            ("date_to", "=", today + timedelta(days=REMIND_DAYS)),
            ("id", "not in", places._reminded_of_term_since(today)),
        ]
        for_each_due(places, ending, lambda place: place._hold_over())
        if for_each_due(
            places, over, lambda place: place._hold_over() or place._end_term()
        ):
            for_each_due(places, soon, lambda place: place._remind_of_term())

    @api.model
    def _reminded_of_term_since(self, day):
        """Return the ids of places whose people got a notice of their term since."""
        notices = self.env["wezer.notice"].sudo()
        domain = [
            ("kind", "=", "group_term"),
            ("res_model", "=", self._name),
            ("date", ">=", days.begin(self.env, day)),
        ]
        return notices.search(domain).mapped("res_id")

    def _term_holds(self) -> date | None:
        """Return the day until which the person keeps this role beyond the term.

        Extension point: while a successor is being chosen. None ends the term.
        """
        return None

    def _hold_over(self):
        """Prolong a term where somebody is to stay; return whether."""
        # An extension point: an addon returns more than None.
        until = self._term_holds()  # pylint: disable=assignment-from-none
        if not until or until <= self.date_to:
            return False
        since = self.held_over_since or self.date_to
        self.write({"date_to": until, "held_over_since": since})
        return True

    def _end_term(self):
        # The day on which the term ended stays.
        self.state = "left"
        self._notify_term(
            _lt(
                "Your time in %(group)s has ended. Thank you!", group=self.group_id.name
            )
        )

    def _remind_of_term(self):
        self._notify_term(
            _lt("Your time in %(group)s ends in two weeks.", group=self.group_id.name)
        )
        self.group_id._circle().partner_id._wezer_notify(
            "group_term",
            _lt(
                "%(name)s's time in %(group)s ends in two weeks.",
                name=self.partner_id.name,
                group=self.group_id.name,
            ),
            url=f"/groups/{self.group_id.slug}",
            record=self,
            right="manage",
            subject="term",
        )

    def _notify_term(self, message):
        self.partner_id._wezer_notify(
            "group_term",
            message,
            url=f"/groups/{self.group_id.slug}",
            record=self,
            subject="own_term",
        )

    def _notify_removed(self):
        """Tell the person that a request was declined, or a place taken away.

        An invitation that is taken back is withdrawn with its notice.
        """
        for place in self.sudo():
            if place.state == "invited":
                continue
            place.partner_id._wezer_notify(
                "group_removed",
                _lt("Your request to join %(group)s was declined.", **place._words())
                if place.state == "requested"
                else _lt("You are no longer in %(group)s.", **place._words()),
                # The group may be one that only its members see.
                url="/groups",
                record=place,
                subject="removed",
            )

    def _words(self):
        return {"group": self.group_id.name}

    def _notice_party(self, reader):
        """Return the party whose face a notice about this membership shows."""
        own = reader == self.partner_id
        return self.group_id.partner_id if own else self.partner_id
