from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from .matrix import ALL, METHODS, MODELS, ROUTES
from .test_agreements import AgreementCommon

OURS = "odoo.addons.wezer_agreement."


@tagged("post_install", "-at_install")
class TestAgreementMatrix(AgreementCommon, HttpCase):
    """Eight people × every model, public method and page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        judge = mail_new_test_user(
            cls.env,
            login="wza_matrix",
            groups="base.group_user,wezer_base.group_moderator",
        )
        people = (
            cls.env.ref("base.public_user"),
            *(cls.otto, cls.anna, cls.ben, cls.fred, cls.gina, judge),
            cls.env.ref("base.user_admin"),
        )
        cls.people = dict(zip(ALL, people, strict=True))
        responsible = {"responsible_id": cls.fred.partner_id.id}
        cls.rows = {
            "draft": cls.drafted(title="Draft", **responsible).sudo(),
            "in_force": cls.noted(must_assent="new", **responsible),
            "quiet": cls.noted(title="Quiet", **responsible),
        }
        agreement = cls.rows["in_force"]
        agreement.with_user(cls.ben).action_assent()
        agreement.with_user(cls.fred).action_begin_review()
        agreement.with_user(cls.ben).action_review("keep", "It helps")
        concern = {"version_id": agreement.version_id.id, "text": "Guests?"}
        cls.env["wezer.agreement.concern"].create(
            {**concern, "person_id": cls.ben.partner_id.id}
        )

    def test_everything_has_a_row(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "wezer_agreement" and not model._abstract
        }
        self.assertEqual(set(MODELS), models)
        ours = {
            key
            for parent in type(self.agreements).mro()
            if parent.__module__.startswith(OURS)
            for key, value in vars(parent).items()
            if callable(value) and not key.startswith("_")
        }
        self.assertEqual(set(METHODS), ours - {"create", "write"})
        found, http = set(), self.env["ir.http"]
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            if endpoint.func.__module__.startswith(OURS):
                methods = set(endpoint.routing.get("methods") or ["GET"])
                found |= {f"{one} {url}" for one in methods - {"HEAD", "OPTIONS"}}
        self.assertEqual(set(ROUTES), found)

    def test_rows_are_read_by_their_people_and_changed_by_nobody(self):
        for name, (readers, *seers) in MODELS.items():
            found = [
                self._row(name, "in_force"),
                self._row(name, "draft") if seers[1] else None,
            ]
            self.env.flush_all()
            for letter, user in self.people.items():
                self.env.invalidate_all()
                rows = self.env[name].with_user(user)
                with self.subTest(model=name, who=letter):
                    self.assertEqual(rows.has_access("read"), letter in readers)
                    for row, people in zip(found, seers, strict=True):
                        if row:
                            self.assertEqual(self._sees(rows, row), letter in people)
                    for method, args in (
                        ("create", [{}]),
                        ("write", [found[0].ids, {"display_name": "x"}]),
                        ("unlink", [found[0].ids]),
                    ):
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            call_kw(rows, method, args, {})

    def _row(self, name, which):
        agreement = self.rows[which]
        if name == "wezer.agreement":
            return agreement
        if name == "wezer.agreement.version":
            return agreement.version_ids[:1]
        return self.env[name].search([], limit=1)

    def _sees(self, rows, row):
        try:
            found = bool(rows.search([("id", "=", row.id)]))
        except AccessError:
            return False
        self.assertEqual(found, rows.browse(row.id).has_access("read"))
        return found

    def test_methods_accept_the_people_of_the_matrix(self):
        for method, (passing, which, given) in METHODS.items():
            args = [self.garden.id if one == "garden" else one for one in given]
            if which:
                args.insert(0, self.rows[which].ids)
            for letter, user in self.people.items():
                rows = self.agreements.with_user(user)
                with self.subTest(method=method, who=letter):
                    passed = self._passes(rows, method, args)
                    self.assertEqual(passed, letter in passing)

    def _passes(self, rows, method, args):
        passed = True
        try:
            with self.env.cr.savepoint() as point:
                call_kw(rows, method, args, {})
                self.env.flush_all()
                point.rollback()
        except UserError:
            passed = False
        self.env.invalidate_all(flush=False)
        return passed

    def test_pages_are_shown_to_their_people(self):
        self.garden.join_policy = "open"
        names = {name: row.slug for name, row in self.rows.items()}
        for letter in "VSMG":
            user = self.people[letter]
            user.sudo().password = user.login
            login = None if letter == "V" else user.login
            self.authenticate(login, login)
            for route, (shown, address) in ROUTES.items():
                if not address:
                    continue
                url = address.format(slug=self.garden.slug, **names)
                with self.subTest(route=route, who=letter), mute_logger("odoo.http"):
                    answer = self.url_open(url, allow_redirects=False)
                    self.assertEqual(answer.status_code == 200, letter in shown)
