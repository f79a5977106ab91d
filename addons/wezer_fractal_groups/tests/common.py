from odoo.tests import HttpCase

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tools.rights import RIGHTS

from ..tools.group_map import CircleTree


def map_nodes(env, root=None, depth=None, day=None):
    """Return all that the map would say of the circles, the outer ones first.

    The map asks for a few levels at once; here everything is asked for.

    :param root: only those inside the circle with this id
    :param depth: only so many levels
    :param day: as it was on this day; None: now
    """
    tree = CircleTree(env, day)
    ids, level, left = [], tree.children(root), depth
    while level and left != 0:
        ids += level
        level = [child for one in level for child in tree.children(one)]
        left = None if left is None else left - 1
    return tree.described(tree.nodes(ids))


class GroupsCommon(BaseCommon):
    """Village › Garden › Compost; Village › Workshop; roles with rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.joel = cls._member("joel")
        cls.luc = cls._member("luc")
        cls.demo = cls._member("demo")
        cls.stranger = cls._member("stranger")
        cls.groups = cls.env["wezer.group"]
        cls.village = cls.groups.create({"name": "Test village"})
        cls.garden = cls._circle("Test garden", cls.village)
        cls.compost = cls._circle("Test compost", cls.garden)
        cls.workshop = cls._circle("Test workshop", cls.village)
        cls.president = cls._role("President", cls.village, "manage")
        cls.treasurer = cls._role("Treasurer", cls.garden, "wallet", "market")
        cls.director = cls._role("Director", cls.compost)

    @classmethod
    def _member(cls, name):
        return mail_new_test_user(
            cls.env, login=f"wzg_{name}", name=name.title(), groups="base.group_portal"
        )

    @classmethod
    def _circle(cls, name, parent=None, **vals):
        return cls.groups.create(
            {"name": name, "parent_id": parent.id if parent else False, **vals}
        )

    @classmethod
    def _role(cls, name, circle, *rights):
        vals = {f"right_{right}": True for right in rights}
        return cls.groups.create(
            {"name": name, "kind": "role", "parent_id": circle.id, **vals}
        )

    @classmethod
    def _put(cls, user, group, **vals):
        return cls.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": user.partner_id.id, **vals}
        )

    def acts(self, user, group, right):
        """Return whether ``user`` acts for ``group``; both ways of asking agree."""
        partner = group.partner_id
        by_method = user._acts_for(partner, right) == partner
        mine = partner.with_user(user).sudo()
        self.assertEqual(mine[f"acts_{right}"], by_method)
        found = mine.search([("id", "=", partner.id), (f"acts_{right}", "=", True)])
        self.assertEqual(found == partner, by_method)
        return by_method

    def closure(self, group):
        """Return ``{ancestor: distance}`` of a group."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT ancestor_id, distance FROM wezer_group_closure
                WHERE descendant_id = %s""",
            [group.id],
        )
        return dict(self.env.cr.fetchall())

    def assertRightsHold(self):
        for check in self.env["wezer.invariant"].sudo().run():
            self.assertFalse(check["rows"], check["name"])

    def naive_rights(self, user):
        """Return ``{(partner id, right)}`` through roles, by walking the tree."""
        memberships = self.env["wezer.group.membership"].search(
            [("partner_id", "=", user.partner_id.id), ("state", "=", "active")]
        )
        rights = set()
        for role in memberships.group_id.filtered(lambda group: group.kind == "role"):
            for right in RIGHTS:
                if not role[f"right_{right}"]:
                    continue
                rights.add((role.partner_id.id, right))
                todo = [role.parent_id]
                while todo:
                    group = todo.pop()
                    if group.kind == "circle" or right in ("manage", "invite"):
                        rights.add((group.partner_id.id, right))
                    todo += group.child_ids.filtered(
                        lambda child: not child.refuse_rights
                    )
        return rights


class GroupPages(GroupsCommon, HttpCase):
    """The same groups on the website."""

    @classmethod
    def _let_in(cls, *users):
        """Let these people log in: the login is the password."""
        for user in users:
            user.password = user.login

    def _login(self, user=None):
        """Become this person; without one, a visitor."""
        login = user and user.login
        self.authenticate(login, login)
