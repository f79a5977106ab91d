from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .matrix import ABSTRACT, ALL, CLOTHED, METHODS, MODELS, ROUTES
from .matrix_common import OURS, MatrixCommon


@tagged("post_install", "-at_install")
class TestMatrix(MatrixCommon):
    """Eight people × every model and public method, through ORM and call_kw."""

    # === NOTHING WITHOUT A ROW === #

    def test_every_model_of_ours_has_a_row(self):
        self.assertEqual(set(MODELS), set(self._our_models()))
        self.assertEqual(ABSTRACT, self._our_abstract_models())

    def test_every_public_method_of_ours_has_a_row(self):
        self.assertEqual(set(METHODS), self._our_methods())

    def test_every_route_of_ours_has_a_row(self):
        found = set()
        http = self.env["ir.http"]
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            if not endpoint.func.__module__.startswith(f"{OURS}.") or url in CLOTHED:
                continue
            if endpoint.routing["type"] == "jsonrpc":
                found.add(f"JSON {url}")
                continue
            methods = set(endpoint.routing.get("methods") or ["GET"])
            found |= {f"{method} {url}" for method in methods - {"HEAD", "OPTIONS"}}
        self.assertEqual(set(ROUTES), found)

    # === MODELS === #

    def test_models_are_read_by_the_people_of_the_matrix(self):
        for name, (readers, _seers, _writers) in MODELS.items():
            for letter, user in self.people.items():
                with self.subTest(model=name, who=letter):
                    may = self.env[name].with_user(user).has_access("read")
                    self.assertEqual(may, letter in readers)

    def test_the_members_row_is_seen_by_the_people_of_the_matrix(self):
        for name, (_readers, seers, _writers) in MODELS.items():
            row = self.rows[name]
            for letter, user in self.people.items():
                with self.subTest(model=name, who=letter):
                    self.assertEqual(self._sees(user, row), letter in seers)

    def _sees(self, user, row):
        """Return whether ``row`` comes by search; reading by id must say the same."""
        self.env.invalidate_all()
        rows = self.env[row._name].with_user(user)
        try:
            found = bool(call_kw(rows, "search", [[("id", "in", row.ids)]], {}))
        except AccessError:
            found = False
        try:
            call_kw(rows, "read", [row.ids, ["id"]], {})
            read = True
        except AccessError:
            read = False
        # A row of a form is its creator's.
        if not row._transient:
            self.assertEqual(found, read, "searching and reading disagree")
        return found

    def test_only_administrators_change_rows_by_orm(self):
        for name, (_readers, _seers, writers) in MODELS.items():
            row = self.rows[name]
            for letter, user in self.people.items():
                rows = self.env[name].with_user(user)
                if letter in writers:
                    continue
                for method, args in (
                    ("create", [{}]),
                    ("write", [row.ids, {"display_name": "x"}]),
                    ("unlink", [row.ids]),
                    ("web_save", [row.ids, {}, {}]),
                    ("load", [["display_name"], [["x"]]]),
                    ("copy", [row.ids]),
                    ("name_create", ["x"]),
                    ("action_archive", [row.ids]),
                ):
                    with self.subTest(model=name, who=letter, method=method):
                        self.assertFalse(
                            self._changes(rows, method, args), "changed a row"
                        )

    def _changes(self, rows, method, args):
        if method == "load":
            # It gathers refusals as messages and answers no ids.
            return bool(call_kw(rows, method, args, {}).get("ids"))
        if method == "action_archive" and "active" not in rows._fields:
            return False
        answers = []
        refused = self._refused(lambda: answers.append(call_kw(rows, method, args, {})))
        # Without a name to fill in, Odoo makes nothing and answers False.
        return not refused and not (method == "name_create" and answers == [False])

    def test_access_rows_are_those_of_the_matrix(self):
        """Neither by another group: the list of accesses itself is walked."""
        for name, (_readers, _seers, writers) in MODELS.items():
            accesses = self.env["ir.model.access"].search(
                [("model_id.model", "=", name)]
            )
            for access in accesses:
                with self.subTest(access=access.name):
                    self.assertTrue(access.group_id, "for everybody")
                    changes = (
                        access.perm_write or access.perm_create or access.perm_unlink
                    )
                    if changes:
                        roles = {"A": "administrator", "RA": "moderator"}
                        group = f"wezer_base.group_{roles[writers]}"
                        self.assertEqual(access.group_id, self.env.ref(group))

    # === METHODS === #

    def test_methods_accept_the_people_of_the_matrix(self):
        for full, (passing, text) in METHODS.items():
            name, method = full.rsplit(".", 1)
            for letter, user in self.people.items():
                with self.subTest(method=full, who=letter):
                    self.env.invalidate_all()
                    self._ask(full, name, method, letter, user, passing, text)

    def _ask(self, full, name, method, letter, user, passing, text):
        args = self._arguments(name, text)
        outcome = "passed"
        try:
            with self.env.cr.savepoint() as point:
                call_kw(self.env[name].with_user(user), method, args, {})
                point.rollback()
        except AccessError as error:
            outcome = f"not allowed: {error}"
        except UserError as error:
            outcome = f"refused: {error}"
        self.env.invalidate_all(flush=False)
        if letter in passing:
            self.assertFalse(outcome.startswith("not allowed"), outcome)
        else:
            self.assertNotEqual(outcome, "passed", full)

    def test_the_letters_are_the_people(self):
        self.assertEqual("".join(self.people), ALL)
        self.assertFalse(self.public._acting_ids("wallet"))
        self.assertIn(self.env.company.partner_id.id, self.gus._acting_ids("wallet"))
