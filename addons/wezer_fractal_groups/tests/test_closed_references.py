from odoo.service.model import call_kw
from odoo.tests import mute_logger, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestClosedReferences(GroupsCommon):
    """A circle that is seen does not tell that it is inside one that hides itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Visitors see what is around it, and inside it, too.
        (cls.village | cls.garden | cls.compost).visibility = "public"
        cls.secret = cls._circle("Zebrafish", cls.garden, visibility="members")
        cls.inner = cls._circle("Test inner", cls.secret, visibility="public")
        cls._put(cls.luc, cls.secret)
        cls.moved = cls._circle("Test moved", cls.secret, visibility="public")
        cls.moved.parent_id = cls.garden
        cls.coordinator = mail_new_test_user(
            cls.env,
            login="wzg_closed",
            groups="wezer_base.group_coordinator,project.group_project_user,"
            "base.group_allow_export",
        )
        cls.visitor = cls.env.ref("base.public_user")
        cls.outsiders = (cls.stranger, cls.coordinator, cls.visitor)
        cls.project = cls.env["project.project"].create(
            {
                "name": "Beds",
                "team_id": cls.secret.id,
                "privacy_visibility": "employees",
            }
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _call(self, user, method, *args, model="wezer.group", **kwargs):
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)

    def test_reading_gives_no_circle_around(self):
        ids = (self.inner | self.compost).ids
        names = ["name", "parent_id", "ancestor_ids"]
        named = {"parent_id": {"fields": {"display_name": {}, "name": {}}}}
        for user in self.outsiders:
            rows = {one["id"]: one for one in self._call(user, "read", ids, names)}
            self.assertFalse(rows[self.inner.id]["parent_id"])
            self.assertEqual(rows[self.compost.id]["parent_id"][0], self.garden.id)
            self.assertNotIn(self.secret.id, rows[self.inner.id]["ancestor_ids"])
            self.assertNotIn("depth", self._call(user, "fields_get"))
            bare = {"parent_id": {"context": {"active_test": False}}}
            for args in (({"parent_id": {}},), (bare,), (named,)):
                rows = self._call(user, "web_read", ids, *args)
                self.assertFalse(rows[0]["parent_id"])
                if args[0] is bare:
                    self.assertEqual(rows[1]["parent_id"], self.garden.id)
            self.assertEqual(
                rows[1]["parent_id"],
                {
                    "id": self.garden.id,
                    "display_name": "Test garden",
                    "name": "Test garden",
                },
            )
            copied = self._call(user, "copy_data", ids)
            self.assertEqual(
                [one["parent_id"] for one in copied], [False, self.garden.id]
            )
        # Who is in the circle, and administrators, are told.
        for user in (self.luc, self.env.ref("base.user_admin")):
            row = self._call(user, "read", self.inner.ids, ["parent_id"])[0]
            self.assertEqual(row["parent_id"], (self.secret.id, "Zebrafish"))

    def _found(self, user, domain, among):
        domain = [*domain, ("id", "in", among.ids)]
        return self._call(user, "search", domain)

    def test_searching_by_a_hidden_circle_finds_what_an_unknown_id_finds(self):
        both = self.inner | self.compost
        number, nothing = self.secret.id, self.secret.id + 1000
        self.assertFalse(self.env["wezer.group"].browse(nothing).exists())
        for user in (*self.outsiders, self.luc):
            sees = user == self.luc
            for domain in (
                [("parent_id", "=", number)],
                [("parent_id", "in", [number, nothing])],
                [("parent_id.id", "=", number)],
                [("parent_id", "any", [("id", "=", number)])],
                [("parent_id", "=?", number)],
                [("parent_id", "==", number)],
                [("parent_id", "child_of", number)],
                [("parent_id", "child_of", [number])],
                [("id", "child_of", number)],
                [("parent_id.id", "child_of", number)],
                [("ancestor_ids", "any", [("id", "child_of", [number])])],
                [("ancestor_ids", "in", [number])],
                [("ancestor_ids", "=", number)],
                [("parent_id", ">", number - 1), ("parent_id", "<", number + 1)],
                ["!", ("parent_id", "!=", number)],
                ["!", ("parent_id", "<>", number)],
                ["!", ("parent_id", "not in", [number])],
            ):
                with self.subTest(user=user.login, domain=domain):
                    found = self._found(user, domain, both)
                    self.assertEqual(found, self.inner.ids if sees else [])
            for operator, value in (("!=", False), ("ilike", ""), ("not =like", "")):
                domain = [("parent_id", operator, value)]
                with self.subTest(user=user.login, domain=domain):
                    around = self._found(user, domain, both)
                    self.assertEqual(self.inner.id in around, sees)
                    self.assertIn(self.compost.id, around)
            for operator, value in (("=", False), ("not ilike", ""), ("=like", "")):
                domain = [("parent_id", operator, value)]
                with self.subTest(user=user.login, domain=domain):
                    alone = self._found(user, domain, both)
                    self.assertEqual(alone, [] if sees else self.inner.ids)
            alone = self._found(user, [("parent_id", "<>", number)], self.village)
            self.assertEqual(alone, self.village.ids)
            inside = [("child_ids", "=", number)]
            found = self._found(user, inside, self.garden)
            self.assertEqual(found, self.garden.ids if sees else [])
            # What is seen is found as before, above and below.
            for domain in (
                [("parent_id", "=", self.garden.id)],
                [("parent_id", "in", [self.garden.id, number])],
                [("parent_id", "child_of", self.garden.id)],
                [("parent_id", "=", "Test garden")],
                [("parent_id.name", "ilike", "test gard")],
                [("ancestor_ids", "in", self.garden.ids)],
            ):
                with self.subTest(user=user.login, domain=domain):
                    self.assertIn(self.compost.id, self._found(user, domain, both))

    def test_sorting_puts_it_with_those_inside_nothing(self):
        among = [("id", "in", (self.inner | self.compost | self.village).ids)]
        self.assertFalse(self.village.parent_id)
        alone = sorted((self.inner | self.village).ids)
        inside = self.compost.ids
        # Each order, and whether those inside nothing come first.
        orders = {
            "parent_id nulls first, id": True,
            "parent_id desc nulls last, id": False,
            "parent_id.id, id": False,
            "parent_id.id desc, id": True,
        }
        for user in self.outsiders:
            for order, first in orders.items():
                with self.subTest(user=user.login, order=order):
                    found = self._call(user, "search", among, order=order)
                    self.assertEqual(found, alone + inside if first else inside + alone)
            groups = self._call(
                user,
                "formatted_read_group",
                among,
                ["parent_id"],
                ["__count"],
                order="parent_id nulls first",
            )
            self.assertEqual([group["__count"] for group in groups], [2, 1])
        found = self._call(self.luc, "search", among, order="parent_id nulls first, id")
        self.assertEqual(found[0], self.village.id)

    def test_grouping_puts_it_with_those_inside_nothing(self):
        among = [("id", "in", (self.inner | self.compost).ids)]
        for user in self.outsiders:
            groups = self._call(
                user, "formatted_read_group", among, ["parent_id"], ["__count"]
            )
            self.assertEqual(
                [(group["parent_id"], group["__count"]) for group in groups],
                [((self.garden.id, "Test garden"), 1), (False, 1)],
            )
            for function in ("array_agg", "max", "count_distinct"):
                spec = f"parent_id:{function}"
                asked = ([("id", "=", self.inner.id)], [], [spec])
                answer = self._call(user, "formatted_read_group", *asked)[0][spec]
                self.assertIn(answer, ([None], [], False, None, 0))
            for panel in (
                "search_panel_select_range",
                "search_panel_select_multi_range",
            ):
                values = self._call(user, panel, "parent_id")["values"]
                self.assertNotIn(self.secret.id, [one["id"] for one in values])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_export_does_not_contain_its_id(self):
        for name in ("parent_id/.id", "parent_id", "parent_id/display_name"):
            with self.subTest(column=name):
                ids = (self.inner | self.compost).ids
                rows = self._call(self.coordinator, "export_data", ids, [name])
                hidden, seen = rows["datas"]
                self.assertEqual(hidden, [""])
                given = self.garden.id if name.endswith(".id") else "Test garden"
                self.assertEqual(seen, [str(given)])

    def test_the_history_does_not_say_where_a_circle_came_from(self):
        model = "wezer.group.event"
        for user in self.outsiders:
            rows = self._call(
                user,
                "search_read",
                [("group_id", "=", self.moved.id)],
                ["kind", "from_id", "to_id"],
                model=model,
            )
            moved = next(row for row in rows if row["kind"] == "moved")
            self.assertFalse(moved["from_id"])
            self.assertEqual(moved["to_id"][0], self.garden.id)
            described = self._call(user, "fields_get", model=model)
            self.assertFalse({"before", "after"} & described.keys())
            for domain in (
                [("from_id", "=", self.secret.id)],
                [("group_id.id", "child_of", self.secret.id)],
            ):
                self.assertEqual(self._call(user, "search", domain, model=model), [])

    def test_a_project_does_not_tell_its_hidden_circle(self):
        row = self._call(
            self.coordinator,
            "read",
            self.project.ids,
            ["team_id"],
            model="project.project",
        )[0]
        self.assertFalse(row["team_id"])
