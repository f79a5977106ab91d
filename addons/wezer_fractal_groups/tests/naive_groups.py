"""The rules of groups, written as plainly as possible: it walks the tree."""

# How far a group lets itself be seen by people outside.
OTHERS_SEEING = {"public": 2, "network": 1, "parents": 0, "members": 0}


class Circle:
    """A circle or a role of the naive model."""

    def __init__(self, parent, kind="circle", visibility="network", policy="request"):
        self.parent, self.kind = parent, kind
        self.visibility, self.policy = visibility, policy
        self.rights, self.shut, self.active = set(), False, True


class Naive:
    """Who is where and what follows from it, by walking up and down."""

    def __init__(self, moderators):
        self.moderators = moderators
        self.groups = {}
        # {(person, group): (state, guest)}: live places only.
        self.places = {}

    # === THE TREE === #

    def around(self, group):
        """Return this group and those around it, nearest first."""
        found = []
        while group is not None:
            found.append(group)
            group = self.groups[group].parent
        return found

    def inside(self, group):
        """Return this group and all below it."""
        found = [group]
        for other, one in self.groups.items():
            if one.parent == group:
                found += self.inside(other)
        return found

    def circle(self, group):
        one = self.groups[group]
        return group if one.kind == "circle" else one.parent

    # === MEMBERS FLOW UP === #

    def here(self, group, guests=False):
        return {
            person
            for (person, where), (state, guest) in self.places.items()
            if where == group and state == "active" and (guests or not guest)
        }

    def members(self, group):
        return set().union(*(self.here(below) for below in self.inside(group)))

    def counted(self, person):
        return {
            group
            for group in self.groups
            if person in self.members(group) or person in self.here(group, guests=True)
        }

    # === RIGHTS FLOW DOWN === #

    def reached(self, circle):
        """Return the circle and what its rights reach: a refusal ends them."""
        found = [circle]
        for other, one in self.groups.items():
            if one.parent == circle and not one.shut:
                found += self.reached(other)
        return found

    def rights(self, person):
        """Return ``{(group, right)}``."""
        held = set()
        for role, one in self.groups.items():
            filled = self.places.get((person, role), ("", False))[0] == "active"
            if one.kind != "role" or not one.active or not filled:
                continue
            for right in one.rights:
                held.add((role, right))
                for group in self.reached(one.parent):
                    circle = self.groups[group].kind == "circle"
                    if circle or right in ("manage", "invite"):
                        held.add((group, right))
        return held

    def holds(self, person, group, right):
        return (group, right) in self.rights(person)

    # === VISIBILITY === #

    def sees(self, person, group):
        one = self.groups[group]
        mine = self.counted(person)
        if one.visibility in ("public", "network") or group in mine:
            return True
        if (person, group) in self.places and self.places[person, group][0] != "active":
            return True
        if self.holds(person, group, "manage"):
            return True
        if one.parent in mine and (one.kind == "role" or one.visibility == "parents"):
            return True
        above = one.parent
        return (
            one.kind == "role"
            and one.visibility == "parents"
            and above is not None
            and self.groups[above].visibility == "parents"
            and self.groups[above].parent in mine
        )

    def narrow(self, group):
        """Let what moved be visible to no more people than the circle around it."""
        one = self.groups[group]
        around = self.groups[one.parent].visibility
        if one.kind == "role" or OTHERS_SEEING[one.visibility] > OTHERS_SEEING[around]:
            one.visibility = around
        for inside, other in self.groups.items():
            if other.parent == group:
                self.narrow(inside)

    # === WHO MAY === #

    def from_above(self, person, circle):
        """Return whether a person manages from above; at a root: as a moderator."""
        one = self.groups[circle]
        if one.parent is None:
            return person in self.moderators
        return not one.shut and self.holds(person, one.parent, "manage")

    def may_fill(self, person, whom, group):
        one = self.groups[group]
        if one.kind == "circle":
            return self.holds(person, group, "invite")
        if whom == person:
            return False
        return self.from_above(person, one.parent) or (
            self.holds(person, one.parent, "manage")
            and all(self.holds(person, one.parent, right) for right in one.rights)
        )

    def manages(self, person, group):
        circle = self.circle(group)
        if self.groups[circle].parent is None and person in self.moderators:
            return True
        return self.holds(person, circle, "manage")

    def may_give(self, person, circle, rights):
        return self.from_above(person, circle) or all(
            self.holds(person, circle, right) for right in rights
        )

    # === ACTIONS: each returns whether it is allowed, and does it === #

    def open_to(self, person, group):
        return self.groups[group].active and self.sees(person, group)

    def state(self, person, group):
        return self.places.get((person, group), (None, False))[0]

    def do_join(self, person, _whom, group, _other, _rights):
        one = self.groups[group]
        if not self.open_to(person, group) or one.kind == "role":
            return False
        if one.policy == "invitation" or self.state(person, group):
            return False
        state = "active" if one.policy == "open" else "requested"
        self.places[person, group] = (state, False)
        return True

    def do_invite(self, person, whom, group, _other, _rights, guest=False):
        if not self.open_to(person, group) or not self.may_fill(person, whom, group):
            return False
        state = self.state(whom, group)
        if state == "requested":
            self.places[whom, group] = ("active", self.places[whom, group][1])
        elif state:
            return False
        else:
            guest = guest and self.groups[group].kind == "circle"
            self.places[whom, group] = ("invited", guest)
        return True

    def do_invite_guest(self, *step):
        return self.do_invite(*step, guest=True)

    def do_accept_invitation(self, person, _whom, group, _other, _rights):
        if not self.open_to(person, group) or self.state(person, group) != "invited":
            return False
        self.places[person, group] = ("active", self.places[person, group][1])
        return True

    def answers(self, person, whom, group, states):
        return (
            self.open_to(person, group)
            and self.may_fill(person, whom, group)
            and self.state(whom, group) in states
        )

    def do_accept_member(self, person, whom, group, _other, _rights):
        if not self.answers(person, whom, group, ("requested",)):
            return False
        self.places[whom, group] = ("active", self.places[whom, group][1])
        return True

    def do_refuse_member(self, person, whom, group, _other, _rights):
        if not self.answers(person, whom, group, ("requested", "invited")):
            return False
        del self.places[whom, group]
        return True

    def leaves(self, person, group):
        """End the place, and the roles that were held by it."""
        state, guest = self.places.pop((person, group))
        if state != "active" or guest or self.groups[group].kind == "role":
            return
        for below in self.inside(group):
            one = self.groups[below]
            if one.kind == "role" and not self.state(person, one.parent):
                self.places.pop((person, below), None)

    def do_leave(self, person, _whom, group, _other, _rights):
        if not self.state(person, group):
            return False
        self.leaves(person, group)
        return True

    def do_remove(self, person, whom, group, _other, _rights):
        states = ("requested", "invited", "active")
        if not self.answers(person, whom, group, states):
            return False
        self.leaves(whom, group)
        return True

    def do_found(self, person, _whom, group, _other, _rights):
        one = self.groups[group]
        return (
            self.open_to(person, group)
            and one.kind == "circle"
            and self.manages(person, group)
        )

    def do_found_role(self, person, whom, group, other, rights):
        return self.do_found(person, whom, group, other, rights) and (
            not rights or self.may_give(person, group, rights)
        )

    def do_rights(self, person, _whom, group, _other, rights):
        one = self.groups[group]
        if not self.open_to(person, group) or one.kind != "role":
            return False
        if person in self.here(group) or not self.manages(person, group):
            return False
        if not self.may_give(person, one.parent, rights ^ one.rights):
            return False
        one.rights = set(rights)
        return True

    def shuts(self, person, group, shut):
        inside = any(
            one.parent == group and "manage" in one.rights and person in self.here(role)
            for role, one in self.groups.items()
            if one.active
        )
        if not self.open_to(person, group) or not inside:
            return False
        self.groups[group].shut = shut
        return True

    def do_shut(self, person, _whom, group, _other, _rights):
        return self.shuts(person, group, True)

    def do_open(self, person, _whom, group, _other, _rights):
        return self.shuts(person, group, False)

    def do_move(self, person, _whom, group, other, _rights):
        """Return False, or which sides agree; it is done where both do."""
        one = self.groups[group]
        for side in (group, other):
            if self.groups[side].kind == "role" or not self.open_to(person, side):
                return False
        if group in self.around(other) or one.parent == other:
            return False
        if one.parent is None:
            comes = person in self.moderators
        else:
            comes = self.holds(person, one.parent, "manage")
        goes = self.holds(person, other, "manage")
        if comes and goes:
            one.parent = other
            self.narrow(group)
            return "done"
        return "proposed" if comes or goes else False

    def do_close(self, person, _whom, group, _other, _rights):
        if not self.open_to(person, group) or not self.manages(person, group):
            return False
        ours = [group]
        for other, two in self.groups.items():
            if two.parent == group and two.active:
                if two.kind == "circle":
                    return False
                ours.append(other)
        for closed in ours:
            self.groups[closed].active = False
            for person, where in list(self.places):
                if where == closed:
                    del self.places[person, where]
        return True
