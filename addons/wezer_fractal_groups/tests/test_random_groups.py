"""Random communities played through the public actions, beside a naive model.

The model (``naive_groups``) knows the rules and nothing
of the tables: it walks the tree. What anybody may do, who is where, who acts for
whom and who sees what must come out the same.
"""

import copy
import os
import random

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tools.rights import RIGHTS

from ..models.wezer_group_membership import MEMBERSHIP
from .common import GroupsCommon
from .naive_groups import Circle, Naive

# `./wezer test --all` plays more, and longer.
ALL = os.environ.get("WEZER_COUNTS") == "all"
NAMES = (
    "join invite invite_guest accept_invitation accept_member refuse_member leave "
    "remove found found_role rights shut open move close "
    "join invite accept_invitation accept_member move rights remove"
).split()
# What is done, a seed for who does it to whom, which rights.
STEP = st.tuples(
    st.sampled_from(NAMES),
    st.integers(0, 10**9),
    st.sets(st.sampled_from(RIGHTS), max_size=3),
)
PLAY = settings(
    max_examples=30 if ALL else 5,
    deadline=None,
    # The step that differs says enough; making it smaller takes minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
STEPS = st.lists(STEP, min_size=20, max_size=80 if ALL else 30)
# A community in which each of them is done, whatever else chance brings.
EACH = [
    (name, 7919 * number, {RIGHTS[number % len(RIGHTS)]})
    for number, name in enumerate(2 * NAMES)
]
# The same, as the table of memberships and the permissions of a group call it.
PERMISSIONS = {
    "join": "join",
    "invite": "invite",
    "invite_guest": "invite",
    "accept_invitation": "accept_invitation",
    "accept_member": "accept_member",
    "refuse_member": "refuse_member",
    "leave": "leave",
    "remove": "remove_member",
    "found": "found",
    "shut": "refuse_rights",
    "open": "refuse_rights",
    "close": "close",
}
# So many are tried in thought, to find something that is allowed.
TRIES = 40


@tagged("post_install", "-at_install")
class TestRandomGroups(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.judge = mail_new_test_user(
            cls.env,
            login="wzg_random_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls.people = [cls.joel, cls.luc, cls.demo, cls.stranger, cls.judge]
        cls.whoms = [user.partner_id.id for user in cls.people]

    def _begin(self):
        """Return the naive model of the village as it stands, with a few more."""
        naive = Naive({len(self.people) - 1})
        self.workshop.write({"visibility": "members", "join_policy": "open"})
        self.compost.write({"visibility": "parents", "join_policy": "invitation"})
        self.island = self._circle("Test island", join_policy="open")
        warden = self._role("Warden", self.workshop, "manage", "invite", "project")
        host = self._role("Host", self.village, "invite", "manage", "market")
        captain = self._role("Captain", self.island, *RIGHTS)
        self.ids = []
        groups = (
            self.village | self.garden | self.compost | self.workshop | self.president
        )
        groups |= self.treasurer | self.director | self.island | warden | host | captain
        for group in groups:
            self._add(naive, group)
        for person, role in enumerate((host, warden, captain, self.treasurer)):
            self._put(self.people[person], role)
            naive.places[person, role.id] = ("active", False)
        return naive

    def _add(self, naive, group):
        one = Circle(
            group.parent_id.id or None, group.kind, group.visibility, group.join_policy
        )
        one.rights = {right for right in RIGHTS if group[f"right_{right}"]}
        naive.groups[group.id] = one
        self.ids.append(group.id)

    # === THE SAME STEP, DONE FOR REAL === #

    def _real(self, name, person, whom, group, other, rights):
        groups = self.groups.with_user(self.people[person])
        mine, partner = groups.browse(group), self.whoms[whom]
        if name == "join":
            return mine.action_join()
        if name in ("invite", "invite_guest"):
            return mine.action_invite(partner, guest=name == "invite_guest")
        if name in ("accept_member", "refuse_member"):
            return getattr(mine, f"action_{name}")(partner)
        if name == "remove":
            return mine.action_remove_member(partner)
        if name == "found":
            return groups.action_found(group, {"name": "New", "join_policy": "open"})
        if name == "found_role":
            vals = {"name": "Role", "kind": "role", "rights": sorted(rights)}
            return groups.action_found(group, vals)
        if name == "rights":
            return mine.action_set_rights(sorted(rights))
        if name in ("shut", "open"):
            return mine.action_refuse_rights(name == "shut")
        if name == "move":
            changes = self.env["wezer.group.change"].with_user(self.people[person])
            answer = changes.propose("move", group, other)
            if answer["state"] == "proposed":
                changes.browse(answer["id"]).action_refuse()
            return answer["state"]
        return getattr(mine, f"action_{name}")()

    def _chosen(self, naive, name, seed, rights):
        """Return who does it to whom: mostly what the model allows, or anything."""
        chance = random.Random(seed)
        for _try in range(TRIES if seed % 4 else 1):
            step = (
                *(chance.randrange(len(self.people)) for _who in range(2)),
                *(chance.choice(self.ids) for _group in range(2)),
                rights,
            )
            if getattr(copy.deepcopy(naive), f"do_{name}")(*step):
                break
        return name, *step

    def _play(self, naive, step):
        name, person, whom, group, other, rights = self._chosen(naive, *step)
        said = (name, person, whom, self.groups.browse(group).name)
        allowed = getattr(naive, f"do_{name}")(person, whom, group, other, rights)
        done = False
        permission = PERMISSIONS.get(name)
        place = permission in MEMBERSHIP.actions and self._place(
            permission, person, whom, group
        )
        if permission:
            mine = self.groups.with_user(self.people[person]).browse(group)
            other_person = self.env["res.partner"].browse(self.whoms[whom])
            if place and MEMBERSHIP.who(permission) != "giver":
                other_person = None
            self.assertEqual(mine._may(permission, other_person), bool(allowed), said)
        before = place and place()
        try:
            with self.env.cr.savepoint():
                done = self._real(name, person, whom, group, other, rights)
        except (UserError, AccessError) as error:
            said = (*said, str(error))
        self.assertEqual(bool(allowed), bool(done), said)
        if name == "move":
            self.assertEqual(allowed, done, said)
        if place and done:
            self.assertTrue(self._is_transition(permission, before, place()), said)
        if done and name in ("found", "found_role"):
            self._add(naive, self.groups.browse(done))
        return bool(done)

    def _place(self, action, person, whom, group):
        """Return a function that reads the state of the membership in question."""
        giver = MEMBERSHIP.who(action) == "giver"
        partner = self.people[whom if giver else person].partner_id
        group = self.groups.browse(group)
        return lambda: group._membership_of(partner).state or "left"

    def _is_transition(self, action, before, after):
        """Return whether the table has a row for what just happened."""
        return any(
            after in row.targets and before in (row.sources or ("left",))
            for row in MEMBERSHIP.rows(action)
        )

    # === COMPARED === #

    def _compare(self, naive):
        partner_of = {
            group.id: group.partner_id.id for group in self.groups.browse(self.ids)
        }
        for number, user in enumerate(self.people):
            held = naive.rights(number)
            for right in RIGHTS:
                ours = set(user._acting_ids(right, among=list(partner_of.values())))
                self.assertEqual(
                    ours, {partner_of[group] for group, one in held if one == right}
                )
            groups = self.groups.with_user(user).with_context(active_test=False)
            ours = [("id", "in", self.ids)]
            self.assertEqual(
                set(groups.search(ours + [("is_user_member", "=", True)]).ids),
                {group for group in naive.counted(number) if naive.sees(number, group)},
            )
            self.assertEqual(
                set(groups.search(ours).ids),
                {group for group in self.ids if naive.sees(number, group)},
            )
        for group in self.groups.browse(self.ids):
            self.assertEqual(
                set(group._effective_member_ids()),
                {self.whoms[person] for person in naive.members(group.id)},
            )
            around = naive.around(group.id)
            self.assertEqual(
                self.closure(group), {one: at for at, one in enumerate(around)}
            )
        self._compare_places(naive)
        self._compare_sentences(naive)

    def _compare_places(self, naive):
        rows = self.env["wezer.group.membership"].search(
            [("group_id", "in", self.ids), ("state", "!=", "left")]
        )
        ours = {
            (row.partner_id.id, row.group_id.id): (row.state, bool(row.is_guest))
            for row in rows
        }
        theirs = {
            (self.whoms[person], group): place
            for (person, group), place in naive.places.items()
        }
        self.assertEqual(ours, theirs)

    def _compare_sentences(self, naive):
        """Every right on a circle has its sentence, and each sentence its right."""
        for group in self.groups.browse(self.ids):
            if group.kind != "circle":
                continue
            words = group._right_labels()
            for number, user in enumerate(self.people):
                told = {
                    right
                    for right, do in words.items()
                    for sentence in group._explain_rights(user)
                    if sentence.startswith(f"You may {do} because you have the role")
                }
                held = {right for one, right in naive.rights(number) if one == group.id}
                self.assertEqual(told, held)

    def test_random_actions_agree_with_the_naive_model(self):
        self.done = set()
        self._communities()
        self.assertGreater(len(self.done), 12, "most actions were played")

    @PLAY
    @example(EACH)
    @given(STEPS)
    def _communities(self, steps):
        with self.env.cr.savepoint() as everything:
            naive = self._begin()
            self._compare(naive)
            for number, step in enumerate(steps):
                if self._play(naive, step):
                    self.done.add(step[0])
                    if number % 4 == 0:
                        self._compare(naive)
            self._compare(naive)
            self.assertRightsHold()
            everything.rollback()
        self.env.invalidate_all(flush=False)
        self.env.cr.precommit.clear()


@tagged("post_install", "-at_install")
class TestPlayedByHand(GroupsCommon):
    """What the random communities found first."""

    def test_declining_an_invitation_keeps_roles_there(self):
        self._put(self.luc, self.treasurer)
        self._put(self.joel, self._role("Host", self.garden, "invite"))
        host = self.garden.with_user(self.joel)
        host.action_invite(self.luc.partner_id.id)
        self.garden.with_user(self.luc).action_leave()
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))
        host.action_invite(self.luc.partner_id.id)
        host.action_remove_member(self.luc.partner_id.id)
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))

    def test_moderators_change_the_rights_of_a_roots_roles(self):
        judge = mail_new_test_user(
            self.env,
            login="wzg_roots_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )
        self.president.with_user(judge).action_set_rights(["manage", "invite"])
        self.assertTrue(self.president.right_invite)
        with self.assertRaises(AccessError):
            self.treasurer.with_user(judge).action_set_rights([])
