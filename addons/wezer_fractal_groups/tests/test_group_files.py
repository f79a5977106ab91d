from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools.group_rows import plan
from .common import GroupsCommon


def rows(*pairs):
    return [
        {"row": number, "group": group, "parent": parent}
        for number, (group, parent) in enumerate(pairs, start=1)
    ]


@tagged("post_install", "-at_install")
class TestGroupRows(TransactionCase):
    def test_parents_come_before_their_children_whatever_the_order_of_the_file(self):
        order, refused = plan(
            rows(("c", "b"), ("b", "a"), ("a", ""), ("d", "there")), ["there"]
        )
        self.assertEqual(order.index("a") < order.index("b") < order.index("c"), True)
        self.assertIn("d", order)
        self.assertEqual(refused, {})

    def test_several_parents_are_refused_row_by_row(self):
        order, refused = plan(
            rows(("a", ""), ("b", ""), ("x", "a"), ("x", "b"), ("x", "a"))
        )
        self.assertEqual(order, ["a", "b", "x"])
        self.assertEqual(refused, {4: ("two_parents", "a"), 5: ("twice", 3)})

    def test_a_missing_parent_refuses_what_is_inside_too(self):
        order, refused = plan(rows(("b", "a"), ("c", "b"), ("d", ""), ("", "d")))
        self.assertEqual(order, ["d"])
        self.assertEqual(refused[1], ("no_parent", "a"))
        self.assertEqual(refused[2], ("parent_refused", "b"))
        self.assertEqual(refused[4][0], "no_key")

    def test_cycles_are_named_and_do_not_hang(self):
        order, refused = plan(
            rows(("a", "c"), ("b", "a"), ("c", "b"), ("s", "s"), ("d", "c"), ("e", ""))
        )
        self.assertEqual(order, ["e"])
        self.assertEqual(refused[1], ("cycle", "c, b"))
        self.assertEqual({refused[n][0] for n in (1, 2, 3, 4)}, {"cycle"})
        self.assertEqual(refused[5], ("parent_refused", "c"))

    def test_a_tree_ends_at_thirty_two_levels(self):
        chain = [(str(n), str(n - 1) if n else "") for n in range(40)]
        order, refused = plan(rows(*chain))
        self.assertEqual(len(order), 32)
        self.assertEqual(refused[33][0], "depth")
        self.assertEqual(refused[34][0], "parent_refused")


@tagged("post_install", "-at_install")
class TestGroupFiles(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.model = cls.env["wezer.group"].with_user(cls.admin)

    GROUPS = [
        {"group": "v/west", "parent": "v", "visibility": "secret"},
        {"group": "v", "parent": "", "purpose": "Live well", "name": "Hamlet"},
        {"group": "v/lost", "parent": "nowhere"},
    ]
    MEMBERS = [
        {"group": "v", "person": "Paula Paper", "relation": "admin"},
        {"group": "v/west", "person": "Quentin Quill", "relation": "maintainer"},
        {"group": "v/west", "person": "luc@files.example"},
        {"group": "v/lost", "person": "Paula Paper"},
        {"group": "v/west", "person": ""},
    ]
    RIGHTS = [
        {"group": "v", "resource": "shed", "level": "read"},
        {"group": "v/west", "resource": "shed", "level": "Write"},
        {"group": "v", "resource": "shed", "level": "fly"},
    ]

    def _import(self, **kwargs):
        report = self.model._wezer_import(
            self.GROUPS, self.MEMBERS, self.RIGHTS, **kwargs
        )
        return {(row["file"], row["row"]): row for row in report}

    def test_groups_members_and_permissions_come_from_files(self):
        report = self._import()
        west = self.env["wezer.group"].search([("reference", "=", "v/west")])
        self.assertEqual(west.parent_id.name, "Hamlet")
        self.assertEqual(west.visibility, "members")
        self.assertEqual(report["groups", 3]["state"], "refused")
        self.assertIn("nowhere", report["groups", 3]["reason"])
        self.assertIn("v/lost", report["members", 4]["reason"])
        self.assertEqual(report["members", 5]["state"], "refused")
        self.assertIn("fly", report["rights", 3]["reason"])
        self.assertEqual(len(west.parent_id.effective_members()), 3)

    def test_an_admin_of_a_file_fills_a_role_that_carries_manage(self):
        self._import()
        role = self.env["wezer.group"].search([("reference", "=", "v#admin")])
        self.assertTrue(role.right_manage)
        self.assertFalse(role.right_wallet or role.right_moderate)
        self.assertEqual(role._direct_members().name, "Paula Paper")

    def test_a_second_import_changes_nothing(self):
        self._import()
        again = self._import()
        states = {row["state"] for row in again.values()}
        self.assertEqual(states, {"same", "refused"})

    def test_a_dry_run_keeps_nothing_and_reports_the_same(self):
        dry = self._import(dry_run=True)
        self.assertFalse(self.env["wezer.group"].search([("reference", "=", "v")]))
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Paula Paper")]))
        told = {key: row["state"] for key, row in dry.items()}
        self.assertEqual(told, {k: row["state"] for k, row in self._import().items()})

    def test_a_file_moves_a_group_and_never_into_itself(self):
        self._import()
        report = self.model._wezer_import(
            [{"group": "v/west", "parent": ""}, {"group": "v", "parent": "v/west"}]
        )
        self.assertEqual([row["state"] for row in report], ["updated", "updated"])
        hamlet = self.env["wezer.group"].search([("reference", "=", "v")])
        self.assertEqual(hamlet.parent_id.reference, "v/west")

    def test_an_export_equals_the_import(self):
        self._import()
        ours = {"v", "v/west"}
        exported = [row for row in self.model._export_rows() if row[0] in ours]
        self.assertEqual(
            sorted(map(tuple, exported)),
            [
                ("v", "Paula Paper", "admin"),
                ("v/west", "Quentin Quill", "maintainer"),
                ("v/west", "luc@files.example", "member"),
            ],
        )
        inherited = [
            tuple(row[1:])
            for row in self.model._export_rows(inherited=True)
            if row[0] == "v"
        ]
        self.assertEqual(
            sorted(inherited),
            [
                ("Paula Paper", "admin"),
                ("Quentin Quill", "inherited"),
                ("luc@files.example", "inherited"),
            ],
        )

    def test_a_person_holds_the_strongest_permission_of_their_groups(self):
        self._import()
        rights = self.env["wezer.group.permission"].with_user(self.admin)
        held = {row[0]: row[2] for row in rights._export_rows() if row[1] == "shed"}
        self.assertEqual(
            held,
            {
                "Paula Paper": "read",
                "Quentin Quill": "write",
                "luc@files.example": "write",
            },
        )

    def test_only_administrators_take_groups_in_and_out(self):
        for user in (self.luc, self.demo):
            groups = self.env["wezer.group"].with_user(user)
            with self.assertRaises(NotAllowed):
                groups._wezer_import(self.GROUPS)
            with self.assertRaises(NotAllowed):
                list(groups._export_rows())
            with self.assertRaises(NotAllowed):
                list(groups.env["wezer.group.permission"]._export_rows())
