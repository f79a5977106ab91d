from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

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
        order, _rows, refused, _links = plan(
            rows(("c", "b"), ("b", "a"), ("a", ""), ("d", "there")), ["there"]
        )
        self.assertEqual(order.index("a") < order.index("b") < order.index("c"), True)
        self.assertIn("d", order)
        self.assertEqual(refused, {})

    def test_several_parents_are_refused_row_by_row(self):
        order, _rows, refused, _links = plan(
            rows(("a", ""), ("b", ""), ("x", "a"), ("x", "b"), ("x", "a"))
        )
        self.assertEqual(order, ["a", "b", "x"])
        self.assertEqual(refused, {4: ("two_parents", "a"), 5: ("twice", 3)})

    def test_a_missing_parent_does_not_take_the_good_one_away(self):
        for pairs in (
            [("x", "gone"), ("x", "a"), ("a", "")],
            [("a", ""), ("x", "a"), ("x", "gone")],
        ):
            order, made, refused, links = plan(rows(*pairs))
            self.assertEqual((order, made["x"]["parent"]), (["a", "x"], "a"))
            self.assertEqual(list(refused.values()), [("no_parent", "gone")])
            self.assertEqual(links, {})

    def test_a_parent_that_is_refused_or_inside_the_group_gives_way_to_the_next(self):
        order, made, refused, links = plan(
            rows(("bad", "gone"), ("x", "bad"), ("x", "b"), ("b", ""))
        )
        self.assertEqual((order, made["x"]["parent"]), (["b", "x"], "b"))
        self.assertEqual(refused[2], ("parent_refused", "bad"))
        order, made, refused, links = plan(
            rows(("a", "b"), ("b", "a"), ("b", "c"), ("c", ""))
        )
        self.assertEqual(order, ["c", "b", "a"])
        self.assertEqual((refused, links), ({2: ("cycle", "a")}, {}))

    def test_a_further_parent_is_left_as_a_link(self):
        plan_ = plan(rows(("a", ""), ("b", ""), ("x", "a"), ("x", "b"), ("x", "")))
        self.assertEqual(plan_.links, {4: ("x", "b")})
        self.assertEqual(plan_.refused[5], ("two_parents", "a"))

    def test_many_groups_with_two_parents_each_are_planned_quickly(self):
        count = 5000
        pairs = [(str(n), str(n + 1 - n % 2)) for n in range(1, count)]
        pairs += [(str(n), str(n * 7 % count)) for n in range(1, count)]
        plan_ = plan(rows(*pairs))
        self.assertEqual(
            len(plan_.order) + len({*plan_.rows} - {*plan_.order}), count - 1
        )

    def test_a_missing_parent_refuses_what_is_inside_too(self):
        order, _rows, refused, _links = plan(
            rows(("b", "a"), ("c", "b"), ("d", ""), ("", "d"))
        )
        self.assertEqual(order, ["d"])
        self.assertEqual(refused[1], ("no_parent", "a"))
        self.assertEqual(refused[2], ("parent_refused", "b"))
        self.assertEqual(refused[4][0], "no_key")

    def test_cycles_are_named_and_do_not_hang(self):
        order, _rows, refused, _links = plan(
            rows(("a", "c"), ("b", "a"), ("c", "b"), ("s", "s"), ("d", "c"), ("e", ""))
        )
        self.assertEqual(order, ["e"])
        self.assertEqual(refused[1], ("cycle", "c, b"))
        self.assertEqual({refused[n][0] for n in (1, 2, 3, 4)}, {"cycle"})
        self.assertEqual(refused[5], ("parent_refused", "c"))

    def test_a_tree_ends_at_thirty_two_levels(self):
        chain = [(str(n), str(n - 1) if n else "") for n in range(40)]
        order, _rows, refused, _links = plan(rows(*chain))
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
        exported = [row for row in self.model._file_rows() if row[0] in ours]
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
            for row in self.model._file_rows(inherited=True)
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

    # === ROLES, LEADS, FORMER MEMBERS === #

    PLACES = [
        {"group": "c", "parent": ""},
        {"group": "c/in", "parent": "c"},
        {
            "group": "c/role",
            "parent": "c/in",
            "kind": "role",
            "name": "Cashier",
            "purpose": "Count",
            "domains": "The till",
            "accountabilities": "Counting",
        },
    ]
    PEOPLE = [
        {"group": "c/in", "person": "Lena Lead", "relation": "Lead Link"},
        {"group": "c/in", "person": "Ria Rep", "relation": "representative"},
        {"group": "c/in", "person": "Hana Help", "relation": "helper"},
        {"group": "c/in", "person": "Ines Info", "relation": "Informed"},
        {"group": "c/in", "person": "Gus Guest", "relation": "guest"},
        {
            "group": "c/in",
            "person": "Alma Alum",
            "relation": "alumni",
            "since": "2020-05-01",
            "until": "2024-03-31",
        },
        {"group": "c/in", "person": "Mo Maintain", "relation": "maintainer"},
        {
            "group": "c/role",
            "person": "Cleo Cash",
            "focus": "Evenings",
            "since": "2025-01-01",
        },
        {
            "group": "c/in",
            "person": "Finn Fin",
            "relation": "member",
            "until": "2021-01-01",
        },
    ]

    def _take(self, groups=None, members=None, **kwargs):
        report = self.model._wezer_import(
            [dict(row) for row in groups or self.PLACES],
            [dict(row) for row in members or self.PEOPLE],
            **kwargs,
        )
        return report

    def _group(self, reference):
        return self.env["wezer.group"].search([("reference", "=", reference)])

    def test_words_for_relations_become_roles_guests_and_former_members(self):
        report = self._take()
        self.assertEqual({row["state"] for row in report}, {"created"})
        lead, rep = self._group("c/in#lead"), self._group("c/in#representative")
        self.assertEqual(
            (lead.kind, lead.link, lead.parent_id.reference), ("role", "lead", "c/in")
        )
        self.assertTrue(lead.right_manage and lead.right_invite and lead.right_project)
        self.assertFalse(lead.right_wallet or lead.right_market or lead.right_moderate)
        self.assertEqual(rep.link, "representative")
        self.assertFalse(self._group("c/in#helper").right_manage)
        inside = self._group("c/in").effective_members().mapped("name")
        self.assertEqual(
            sorted(inside),
            ["Cleo Cash", "Hana Help", "Lena Lead", "Mo Maintain", "Ria Rep"],
        )
        above = self._group("c").membership_ids.partner_id.mapped("name")
        self.assertEqual(sorted(above), ["Lena Lead", "Ria Rep"])
        cashier = self._group("c/role")
        self.assertEqual(
            (cashier.purpose, cashier.domains, cashier.accountabilities),
            ("Count", "The till", "Counting"),
        )
        self.assertEqual(cashier.membership_ids.focus, "Evenings")
        self.assertEqual(str(cashier.membership_ids.date_from), "2025-01-01")

    def test_a_former_member_has_an_ended_membership_and_no_profile(self):
        self._take()
        left = self._group("c/in").membership_ids.filtered(
            lambda place: place.state == "left"
        )
        self.assertEqual(
            sorted(left.partner_id.mapped("name")), ["Alma Alum", "Finn Fin"]
        )
        alma = left.filtered(lambda place: place.partner_id.name == "Alma Alum")
        self.assertEqual(
            (str(alma.date_from), str(alma.date_to)), ("2020-05-01", "2024-03-31")
        )
        self.assertFalse(alma.partner_id._wezer_profile())
        self.assertNotIn(alma.partner_id, self._group("c").effective_members())

    def test_a_member_whom_the_file_calls_former_leaves_with_their_roles(self):
        self._take()
        before = [{"group": "c/in", "person": "Cleo Cash", "relation": "member"}]
        self._take(members=before)
        report = self._take(
            members=[{"group": "c/in", "person": "Cleo Cash", "relation": "Ancienne"}]
        )
        self.assertEqual(report[-1]["state"], "updated")
        self.assertEqual(self._group("c/role")._direct_members().mapped("name"), [])

    def test_roles_leads_and_former_members_are_found_again(self):
        mailed = self.env["mail.mail"].search_count([])
        self._take()
        again = self._take()
        self.assertEqual({row["state"] for row in again}, {"same"})
        self.assertEqual(self.env["mail.mail"].search_count([]), mailed)

    def test_a_dry_run_of_roles_reports_what_the_import_reports(self):
        dry = self._take(dry_run=True)
        self.assertFalse(self._group("c"))
        self.assertEqual(dry, self._take())

    def test_a_map_of_words_replaces_and_adds_meanings(self):
        relations = {
            "Steward": {"role": "Stewards", "permissions": ["manage", "wallet"]},
            "maintainer": "steward",
            "lead": {"kind": "member"},
        }
        self._take(relations=relations)
        steward = self._group("c/in#steward")
        self.assertTrue(steward.right_manage and steward.right_wallet)
        self.assertEqual(steward._direct_members().name, "Mo Maintain")
        self.assertTrue(self._group("c/in#lead"), "“Lead Link” has its own meaning")
        for wrong in (
            {"x": {"kind": "king"}},
            {"x": "y"},
            {"x": {"permissions": ["fly"]}},
        ):
            with self.assertRaises(Refusal) as refusal:
                self._take(relations=wrong)
            self.assertEqual(refusal.exception.rule, "relation")

    def test_a_person_who_is_called_two_things_in_one_place_is_told_with_the_row(self):
        report = self._take(
            members=[
                {"group": "c", "person": "Alma Alum", "relation": "member"},
                {"group": "c", "person": "Alma Alum", "relation": "alumni"},
                {"group": "c", "person": "Alma Alum", "relation": "member"},
            ]
        )
        members = [row for row in report if row["file"] == "members"]
        self.assertEqual(
            [row["state"] for row in members], ["created", "refused", "refused"]
        )
        self.assertIn("Row 1", members[1]["reason"])

    def test_dates_and_names_that_cannot_be_kept_refuse_their_row_only(self):
        report = self._take(
            members=[
                {"group": "c", "person": "A B", "until": "some day"},
                {"group": "c", "person": "C D", "since": "03/04/2026"},
                {
                    "group": "c",
                    "person": "E F",
                    "since": "2030-01-02",
                    "until": "2030-01-01",
                },
                {"group": "c", "person": "x" * 200},
                {"group": "c", "person": "\u200b"},
                {"group": "c", "person": "Good Person"},
            ]
        )
        states = [row["state"] for row in report if row["file"] == "members"]
        self.assertEqual(states, ["refused"] * 5 + ["created"])

    def test_a_membership_that_is_refused_takes_no_other_along(self):
        memberships = type(self.env["wezer.group.membership"])
        create = memberships.create

        def picky(records, vals_list):
            if isinstance(vals_list, dict):
                return create(records, vals_list)
            people = self.env["res.partner"].browse(
                [vals["partner_id"] for vals in vals_list]
            )
            if "Ria Rep" in people.mapped("name"):
                raise Refusal("Not this one", rule="person")
            return create(records, vals_list)

        with patch.object(memberships, "create", picky):
            report = self._take()
        refused = [row for row in report if row["state"] == "refused"]
        self.assertEqual([row["reason"] for row in refused], ["Not this one"])
        self.assertIn(
            "Lena Lead", self._group("c").membership_ids.mapped("partner_id.name")
        )

    def test_a_name_with_blanks_is_found_again(self):
        rows_ = [{"group": "c", "person": "Anna   Maria "}]
        self._take(members=rows_)
        again = self._take(members=rows_)
        self.assertEqual(again[-1]["state"], "same")

    def test_a_role_that_members_closed_stays_closed(self):
        self._take()
        self._group("c/in#helper").active = False
        report = self._take()
        closed = [row for row in report if row["state"] == "refused"]
        self.assertEqual(len(closed), 1)
        self.assertIn("closed", closed[0]["reason"])

    def test_permissions_of_a_role_stay_as_members_changed_them(self):
        self._take()
        self._group("c/in#lead").right_invite = False
        self._take()
        self.assertFalse(self._group("c/in#lead").right_invite)

    # === SEVERAL PARENTS === #

    TWO = [
        {"group": "k", "parent": "", "name": "kubernetes"},
        {"group": "k/sig", "parent": "k", "name": "SIG Docs", "line": 3},
        {"group": "k/web", "parent": "k"},
        {"group": "k/sig", "parent": "k/web", "name": "SIG Docs", "line": 5},
    ]

    def test_a_second_parent_is_refused_with_organisation_line_and_what_helps(self):
        report = self._take(groups=self.TWO, members=[{}])[3]
        self.assertEqual((report["state"], report["line"]), ("refused", 5))
        for part in (
            "“SIG Docs”",
            "organisation kubernetes",
            "“k”",
            "--links",
            "“web”",
        ):
            self.assertIn(part, report["reason"])
        named = [
            dict(self.TWO[0]),
            dict(self.TWO[1]),
            dict(self.TWO[2]),
            {**self.TWO[3], "organisation": "cncf"},
        ]
        reason = self._take(groups=named, members=[{}])[3]["reason"]
        self.assertIn("organisation cncf", reason)

    def test_a_second_parent_becomes_a_link_and_a_second_import_finds_it(self):
        report = self._take(groups=self.TWO, members=[{}], links=True)
        self.assertEqual(
            [row["state"] for row in report if row["file"] == "groups"], ["created"] * 4
        )
        link = self.env["wezer.group.link"].search(
            [("group_id", "=", self._group("k/sig").id)]
        )
        self.assertEqual((link.state, link.other_id), ("linked", self._group("k/web")))
        again = self._take(groups=self.TWO, members=[{}], links=True)
        self.assertEqual(again[3]["state"], "same")
        link.state = "ended"
        again = self._take(groups=self.TWO, members=[{}], links=True)
        self.assertEqual(again[3]["state"], "same")

    def test_members_who_manage_a_group_decide_its_link_themselves(self):
        self._take(groups=self.TWO[:3], members=[{}])
        role = self.env["wezer.group"].create(
            {
                "name": "Admins",
                "kind": "role",
                "right_manage": True,
                "parent_id": self._group("k/web").id,
            }
        )
        self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": self.luc.partner_id.id}
        )
        self._take(groups=self.TWO, members=[{}], links=True)
        link = self.env["wezer.group.link"].search(
            [("group_id", "=", self._group("k/sig").id)]
        )
        self.assertEqual(link.state, "proposed")
        link.with_user(self.luc).action_agree()
        self.assertEqual(link.state, "linked")

    def test_a_person_holds_the_strongest_permission_of_their_groups(self):
        self._import()
        rights = self.env["wezer.group.permission"].with_user(self.admin)
        held = {row[0]: row[2] for row in rights._file_rows() if row[1] == "shed"}
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
                list(groups._file_rows())
            with self.assertRaises(NotAllowed):
                list(groups.env["wezer.group.permission"]._file_rows())
