"""What the pages of groups show, as far as the user may see it.

Each function takes the group (or the model) with the user's environment, and asks the
database once for all rows of a list.
"""

from typing import Any

from odoo.addons.wezer_base.tools.rights import RIGHTS

from ..models.wezer_group_membership import MEMBERSHIP
from . import group_places, group_timeline
from .group_around import Around
from .group_leads import leads_among
from .group_policies import Policy, by_topic, share_text

# So many the page of a group shows of each; a page of their own shows all.
MEMBERS_SHOWN = 24
CIRCLES_SHOWN = 40
FILLERS_SHOWN = 12
CHANGES_SHOWN = 10
TALK_SHOWN = 50
# The profiles of so many people are read at once; of more, those that are shown.
READ_AT_ONCE = 200


# === THE PAGE OF A GROUP === #


class Page:
    """One group as its page shows it; the user sees the group.

    What lies around it, who is in it and their profiles are read first, each at once.
    """

    def __init__(self, group: Any) -> None:
        self.group = group
        self.visitor = group.env.user._is_public()
        self.events = group_timeline.latest(group)
        known = self.events.sudo()
        named = known.group_id | known.from_id | known.to_id
        self.around = Around(group, (named - group.sudo()).ids)
        self.around.read(CIRCLES_SHOWN)
        circle = group.kind == "circle"
        self.inside = self.around.inside(CIRCLES_SHOWN) if circle else group.browse()
        self.roles = (
            self.inside.filtered(lambda child: child.kind == "role")
            if circle
            else group
        )
        self.places = Places(group | self.roles, self.around)
        self.members = group.env["res.partner"].browse(self.around.member_ids)
        # The people of the roles and of the history, read together.
        self.named = _shown_fillers(self.roles, self.places)
        self.named |= group_timeline.people_of(self.events)
        self.people = People(
            group.env,
            group.sudo().partner_id | self.inside.sudo().partner_id | self.named,
            self.places.members(group),
            self.members.sudo(),
        )

    @property
    def profile(self) -> Any:
        """The profile (sudo) of the group itself."""
        return self.group.sudo().partner_id._wezer_profile()

    def values(self) -> dict:
        """Return what the page shows."""
        group, places, around = self.group, self.places, self.around
        user = group.env.user
        circle = group.kind == "circle"
        direct = places.members(group)
        own = self.people.of(direct, limit=MEMBERS_SHOWN)
        below = self.people.of(
            self.members.sudo() - direct, limit=max(0, MEMBERS_SHOWN - len(own))
        )
        profiles = own | below
        circles = self.inside.filtered(lambda child: child.kind == "circle")
        named = self.people.of(self.named)
        role_rows = _role_rows(self.roles, places, named)
        seen = group.browse(around.seen)
        return {
            "group": group,
            "group_parent": around.above(),
            "group_circles": circles,
            "group_circle_count": around.circle_count,
            "group_tree": circles and _tree(around),
            # What the market shows of the group: its own and what is inside.
            "group_inside_ids": around.seen_inside(),
            "group_tint": around.tint(group.id),
            "group_cover": around.cover_url(),
            "group_leads": circle and _leads(self.roles, role_rows, places),
            "group_history": group_timeline.by_day(self.events, seen, named, True),
            "group_roles": role_rows,
            "group_members": profiles,
            "group_own": own,
            "group_from_below": below,
            "group_member_count": around.member_count(),
            "group_state": places.own_state(group),
            "group_rights": group._explain_rights(user),
            "group_requests": _request_rows(group | self.roles, places),
            "group_invited": _invited_rows(group | self.roles, places),
            "group_helped": _helped_rows(group | self.roles, places),
            "group_may": places.own_actions(group),
            "group_may_invite": circle and places.may_give(group),
            "group_login": self.visitor,
            "group_linked": around.linked(),
            "group_manages": not self.visitor and group._may("manage"),
            "group_talks": circle and not self.visitor and group._may("send"),
            "group_talk": (
                talk_values(group, profiles) if circle and not self.visitor else {}
            ),
            "group_projects": _projects(group),
            **(_news(group, around, self.visitor) if circle else {}),
        }


class People:
    """The profiles of some persons, as far as the user sees them, read at once.

    :param partners: persons (sudo) of whom each is read
    :param more: others, read with them where they are few
    """

    def __init__(self, env: Any, partners: Any, *more: Any) -> None:
        self.env = env
        for some in more:
            if len(partners | some) <= READ_AT_ONCE:
                partners |= some
        self.asked = set(partners.ids)
        every = env["wezer.profile"].sudo().with_context(active_test=False)
        found = every.search_fetch([("partner_id", "in", partners.ids)])
        by_partner = {profile.partner_id.id: profile.id for profile in found}
        partners = partners.sudo().with_context(active_test=False)
        partners._fields["wezer_profile_ids"]._insert_cache(
            partners,
            [
                (by_partner[number],) if number in by_partner else ()
                for number in partners.ids
            ],
        )
        # A person is the party of no group.
        persons = found.filtered("is_person").partner_id
        persons = persons.with_context(active_test=False)
        persons._fields["wezer_group_ids"]._insert_cache(persons, [()] * len(persons))
        # Filtered by the rules in memory: the profiles are read anyway.
        self.seen = found.with_env(env)._filtered_access("read").filtered("active")

    def of(self, partners: Any, limit: int | None = None) -> Any:
        """Return the profiles of ``partners``, at most so many, in order of names."""
        if not self.asked.issuperset(partners.ids):
            return _profiles(self.env, partners, limit=limit)
        found = self.seen.filtered(
            lambda profile: profile.sudo().partner_id.id in partners._ids
        )
        return found if limit is None else found[:limit]


class Places:
    """The unfinished memberships of some groups, read once, and the user's own.

    A visitor only gets the persons of each group: they can do nothing with the rest.

    :param around: what the page of one of them has read
    """

    def __init__(self, groups: Any, around: Any = None) -> None:
        self.env = groups.env
        self.visitor = self.env.user._is_public()
        self.around = around if self.visitor else None
        self.rows = self.env["wezer.group.membership"].sudo()
        if not self.around:
            self.rows = self.rows.search_fetch(
                [
                    ("group_id", "in", groups.ids),
                    ("state", "in", MEMBERSHIP.unfinished),
                ]
            )
        self.of_group = self.rows.grouped(lambda place: place.group_id.id)

    def of(self, group: Any) -> Any:
        """Return the unfinished memberships (sudo) of ``group``."""
        return self.of_group.get(group.id, self.rows.browse())

    def members(self, group: Any) -> Any:
        """Return the persons (sudo) with a live place in ``group``, without guests."""
        if self.around:
            people = self.around.places.get(group.id, [])
            return self.env["res.partner"].sudo().browse(people)
        return (
            self.of(group)
            .filtered(lambda place: place.is_live and not place.is_guest)
            .partner_id
        )

    def own(self, group: Any, person: Any = None) -> Any:
        """Return the user's own membership, not stored where there is none.

        :param person: somebody for whom the user acts, instead
        """
        person = person or self.env.user.sudo().partner_id
        place = self.of(group).filtered(lambda place: place.partner_id == person)
        return place or group._no_membership(person)

    def own_state(self, group: Any) -> Any:
        """Return the state of the user's membership in ``group``, or False."""
        if self.visitor:
            return False
        place = self.own(group)
        return place.state if place._origin else False

    def own_actions(self, group: Any, person: Any = None) -> set:
        """Return the actions that the user may do with their own membership."""
        if self.visitor:
            return set()
        place = self.own(group, person)
        own = [
            action
            for action in MEMBERSHIP.actions
            if MEMBERSHIP.who(action) in ("newcomer", "person")
        ]
        return {action for action in own if place._may(action)}

    def may_give(self, group: Any) -> bool:
        """Return whether the user may give a place in ``group`` to somebody else."""
        if self.visitor or group._why_not_take_part():
            return False
        return group._giver(self.env["res.partner"])[1] is None

    def requests(self) -> Any:
        """Return the requests (sudo) that the user may answer.

        The answer depends on the group, and on whether the user asked: it is looked
        up once for each.
        """
        if self.visitor:
            return self.rows
        person, answers = self.env.user.sudo().partner_id, {}
        asked = self.rows.filtered(
            lambda place: place.state in MEMBERSHIP.sources("accept_member")
        )
        for place in asked:
            key = place.group_id, place.partner_id == person
            if key not in answers:
                answers[key] = place.sudo(False)._may("accept_member")
        return asked.filtered(
            lambda place: answers[place.group_id, place.partner_id == person]
        )


def _profiles(
    env: Any, partners: Any, known: Any = None, limit: int | None = None
) -> Any:
    """Return the profiles of ``partners`` that the user may see.

    :param known: profiles that the page has read already
    :param limit: at most so many, in the order of names
    """
    profiles = env["wezer.profile"]
    found = profiles.browse()
    if known:
        found = known.filtered(lambda profile: profile.sudo().partner_id in partners)
    others = partners.sudo() - found.sudo().partner_id
    if not others or limit == 0:
        return found
    return found | profiles.search_fetch(
        [("partner_id", "in", others.ids)], limit=limit
    )


def _tree(around: Around) -> list[dict]:
    """Return the circles inside a group, each with those inside it.

    Where the user does not see a circle, those inside it stand where it would.
    """
    top: list[dict] = []
    nodes: dict[int, dict] = {}
    for circle in around.circles(CIRCLES_SHOWN):
        above = around.known.get(circle.parent_id or 0)
        while above and above.id != around.group.id and above.id not in nodes:
            above = around.known.get(above.parent_id or 0)
        node = {
            "group": around.group.browse(circle.id),
            "tint": around.tint(circle.id),
            "inside": [],
        }
        nodes[circle.id] = node
        siblings = nodes[above.id]["inside"] if above and above.id in nodes else top
        siblings.append(node)
    return top


def _shown_fillers(roles: Any, places: Any) -> Any:
    """Return the persons (sudo) whom the rows of ``roles`` show."""
    fillers = (places.members(role)[:FILLERS_SHOWN] for role in roles)
    return roles.env["res.partner"].sudo().union(*fillers)


def _role_rows(roles: Any, places: Any, profiles: Any) -> list:
    """Return for each role its people, and what the user may do with it.

    :param profiles: of those whom the rows show, as far as the user may see them
    """
    # Everybody who sees the role sees its fillers; visitors learn no names, because
    # the profiles are read as the user.
    fillers = {role: places.members(role) for role in roles}
    shown = {role: some[:FILLERS_SHOWN] for role, some in fillers.items()}
    # Of those who are shown: one of the others may log in.
    on_paper = profiles.sudo().filtered("on_paper").partner_id
    return [
        {
            "role": role,
            "vacant": not fillers[role],
            "fillers": profiles.filtered(
                lambda profile, role=role: profile.sudo().partner_id in shown[role]
            ),
            "count": len(fillers[role]),
            # Their permissions are used by nobody: who acts for them acts for the
            # person only, never for the role.
            "unused": bool(fillers[role])
            and not fillers[role] - on_paper
            and any(role[f"right_{right}"] for right in RIGHTS),
            "mine": places.own_state(role),
            "may": places.own_actions(role),
            "may_fill": places.may_give(role),
        }
        for role in roles
    ]


def _leads(roles: Any, rows: list, places: Any) -> Any:
    """Return who leads a circle, of the rows of its roles."""
    people = {role: places.members(role) for role in roles}
    found = roles.env["wezer.profile"].union(*(row["fillers"] for row in rows))
    return leads_among(roles, people, found)


def _request_rows(groups: Any, places: Any) -> list:
    """Return the requests that the user may answer, with the profile of each person."""
    asked = places.requests()
    profiles = {
        profile.partner_id: profile for profile in asked.partner_id._wezer_profile()
    }
    return [
        {
            "group": groups.browse(place.group_id.id),
            "profile": profiles[place.partner_id],
        }
        for place in asked
        if place.partner_id in profiles
    ]


def _invited_rows(groups: Any, places: Any) -> list:
    """Return the invitations without an answer that the user gave or may take back."""
    if places.visitor:
        return []
    waiting = places.rows.filtered(lambda place: place.state == "invited")
    gives, records = {}, {}
    for group in groups.browse(waiting.group_id.ids):
        gives[group.id] = places.may_give(group)
        # As for the action: who manages the circle writes down the answer.
        records[group.id] = gives[group.id] and (
            group.kind == "role" or group._may("manage")
        )
    waiting = waiting.filtered(lambda place: gives[place.group_id.id])
    profiles = {
        profile.sudo().partner_id: profile
        for profile in _profiles(groups.env, waiting.partner_id)
    }
    unreached = waiting.partner_id._wezer_unreached()
    return [
        {
            "group": groups.browse(place.group_id.id),
            "profile": profiles[place.partner_id],
            "unreached": place.partner_id in unreached,
            "may_record": profiles[place.partner_id].on_paper
            and records[place.group_id.id],
        }
        for place in waiting
        if place.partner_id in profiles
    ]


def _helped_rows(groups: Any, places: Any) -> list:
    """Return what the user may do here for members who authorised them.

    Those who have a place here or are asked, and whom the user acts for now.
    """
    user = groups.env.user
    helped = user._wezer_helped() if not places.visitor else None
    if not helped:
        return []
    now = user._wezer_act_as()
    rows = []
    for person in helped:
        for group in groups:
            place = places.own(group, person)
            if not place._origin and person != now:
                continue
            may = places.own_actions(group, person)
            if not place._origin and group.kind == "role":
                # Offered on the page of the role itself.
                may = may if group == groups[:1] else set()
            if may:
                rows.append(
                    {
                        "group": group,
                        "person": person,
                        "state": place.state if place._origin else False,
                        "may": may,
                    }
                )
    return rows


def _projects(group: Any) -> Any:
    """Return the projects this circle runs that the user may know of."""
    projects = group.env["project.project"]
    if group.env.user._is_public() or not group.is_user_member:
        return projects
    # Members of the circle know what it works on; the tasks stay Odoo's.
    return projects.sudo().search(
        [("team_id", "=", group.id), ("is_template", "=", False)]
    )


def _news(group: Any, around: Around, visitor: bool) -> dict:
    """Return the latest news of this circle, and what the user may do about it.

    ``group_letters`` is whether the user gets its letters, None who is no member.
    """
    news = group.env["wezer.news"]
    values = {
        "group_news": news._of_rows(group, around.news_rows),
        "group_writes_news": not visitor and not news._why_not_create(group),
        "group_letters": None,
    }
    if not visitor and group.is_user_member:
        refusals = group.env["wezer.news.refusal"]
        own = refusals._of_group(group, group.env.user.partner_id)
        values["group_letters"] = not own
    return values


def talk_values(group: Any, known: Any = None, page: int = 1) -> dict:
    """Return the talk of this circle as its part of the page shows it.

    :param known: profiles that the page has read already
    :param page: 1 has the latest messages
    """
    messages = group._talk(TALK_SHOWN + 1, (page - 1) * TALK_SHOWN)
    earlier = len(messages) > TALK_SHOWN
    messages = messages[-TALK_SHOWN:]
    people = messages.sudo().person_id
    place = group._membership_of(group.env.user.partner_id)
    return {
        "messages": messages,
        "place": place,
        "page": page,
        "earlier": earlier,
        "profiles": {
            profile.sudo().partner_id.id: profile
            for profile in _profiles(group.env, people, known)
        },
        "stamp": f"{messages[-1:].id}-{len(messages.filtered('removed_by_id'))}",
    }


# === THE FORMS OF THOSE WHO MANAGE IT === #


def _policy_text(env: Any, policy: Policy, value: Any) -> Any:
    """Return the value of a policy as people read it; None where nobody decided it."""
    if value is None:
        return None
    if policy.kind == "switch":
        return env._("yes") if value else env._("no")
    if policy.kind == "share":
        return share_text(value)
    return policy.choices.get(value, value)


def policies_by_topic(group: Any) -> dict[str, list[dict]]:
    """Return for each policy what ``group`` decided, and what holds there."""
    env = group.env
    if group.kind != "circle":
        return {}
    own = {policy.key: policy for policy in group.sudo().policy_ids}
    policies = group._policies()

    def row(key: str) -> dict:
        policy = policies[key]
        value, decided_by = group._policy(key)
        return {
            "key": key,
            "label": policy.label,
            "kind": policy.kind,
            "choices": policy.choices,
            "own": own[key].value if key in own else "",
            # A stricter value of a circle above is in force in place of the own.
            "above": decided_by != group.sudo(),
            "floor": policy.floor,
            "reason": (own[key].reason if key in own else "") or "",
            "text": _policy_text(env, policy, value),
            # A circle above may be hidden from those who manage this one.
            "from": decided_by.with_env(env)._wezer_with_visible_name().name or "",
        }

    return {
        topic: [row(key) for key in keys] for topic, keys in by_topic(policies).items()
    }


def _action_rows(records: Any, actions: Any) -> list:
    """Return ``(record (sudo), the actions that the user may do)`` of each."""
    # Names of both sides: found by the user's own rules.
    return [
        (record.sudo(), {action for action in actions if record._may(action)})
        for record in records
    ]


def manage_values(group: Any, page: int = 1) -> dict:
    """Return what the forms of ``group`` show to the user, who manages it.

    :param page: of the proposals to move or merge
    """
    env = group.env
    links = env["wezer.group.link"].search(
        [
            ("state", "in", env["wezer.group.link"]._state_machine.unfinished),
            "|",
            ("group_id", "=", group.id),
            ("other_id", "=", group.id),
        ]
    )
    proposals = env["wezer.group.change"]
    open_here = [
        ("state", "in", proposals._state_machine.unfinished),
        "|",
        ("group_id", "=", group.id),
        ("target_id", "=", group.id),
    ]
    count = proposals.search_count(open_here)
    pages = max(1, -(-count // CHANGES_SHOWN))
    page = min(page, pages)
    changes = proposals.search(
        open_here, limit=CHANGES_SHOWN, offset=(page - 1) * CHANGES_SHOWN
    )
    return {
        "cover": group._cover_urls().get(group.id),
        "group": group,
        "version": group.update_version(),
        "place": group_places.shown_in_form(group),
        "written_choices": group._written_choices(),
        "may_refuse_rights": group._may("refuse_rights"),
        "roles": group.search([("parent_id", "=", group.id), ("kind", "=", "role")]),
        "policies": policies_by_topic(group),
        "links": _action_rows(links, ("agree", "end")),
        "changes": _action_rows(changes, ("agree", "refuse", "undo")),
        "change_count": count,
        "change_page": page,
        "change_pages": pages,
    }
