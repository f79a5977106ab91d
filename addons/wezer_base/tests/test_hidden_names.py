import inspect
import json

from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, mute_logger, tagged

from .common import WezerCommon

# Hidden Luc waits for approval: nobody but administrators knows of him.
SECRETS = ("Luc Hidden", "luc@secret.example", "0123456", "luc-base", "Hidden Hamlet")
# Odoo's entry points to people. Every public method of these is tried.
PEOPLE = ("res.partner", "res.users")
READING = (
    ("search_read", [[]], {"fields": None}),
    ("web_search_read", [[]], {"specification": None}),
    ("name_search", ["Luc"], {}),
    ("search_count", [[("display_name", "ilike", "Luc Hidden")]], {}),
)


class HiddenNames(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.luc.partner_id.name = "Luc Hidden"
        cls.luc_profile.state = "pending"
        # Luc's hand is behind rows that others may read.
        as_luc = cls.env(user=cls.luc.id, su=True)
        cls.skill = as_luc["wezer.skill"].create({"name": "Zz luc made it"})
        cls.category = as_luc["wezer.category"].create({"name": "Zz luc made it"})
        partner = cls.anna.partner_id.with_env(as_luc)
        cls.notice = partner._wezer_notify("matrix", "Something happened")
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _assert_hidden(self, answer, entry=""):
        text = str(answer)
        for secret in SECRETS:
            self.assertNotIn(secret, text, entry)

    def _call(self, user, model, method, args=(), kwargs=None):
        self.env.invalidate_all()
        records = self.env[model].with_user(user)
        return call_kw(records, method, list(args), kwargs or {})


@tagged("post_install", "-at_install")
class TestHiddenNames(HiddenNames):
    """No entry point reveals a hidden name: every model of ours is tried."""

    def _our_models(self):
        return [
            name
            for name, model in self.env.registry.items()
            if name.startswith("wezer.") and not model._abstract
        ]

    def _readable(self, user):
        return [
            name
            for name in self._our_models()
            if self.env[name].with_user(user).has_access("read")
        ]

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_rows_do_not_show_the_hidden_name(self):
        for name in self._readable(self.anna):
            with self.subTest(model=name):
                rows = self._call(self.anna, name, "search_read", [[]])
                self._assert_hidden(rows)
                specification = {
                    field: {"fields": {"display_name": {}}}
                    if description["type"] in ("many2one", "many2many", "one2many")
                    else {}
                    for field, description in self._call(
                        self.anna, name, "fields_get"
                    ).items()
                }
                rows = self._call(
                    self.anna,
                    name,
                    "web_search_read",
                    [[]],
                    {"specification": specification},
                )
                self._assert_hidden(rows)

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_groupings_do_not_show_the_hidden_name(self):
        for name in self._readable(self.anna):
            described = self._call(self.anna, name, "fields_get")
            for field, description in described.items():
                if not description.get("groupable"):
                    continue
                spec = f"{field}:month" if "date" in description["type"] else field
                with self.subTest(model=name, field=field):
                    groups = self._call(
                        self.anna,
                        name,
                        "formatted_read_group",
                        [[], [spec], ["__count"]],
                    )
                    self._assert_hidden(groups)

    def test_only_administrators_see_the_author_of_a_row(self):
        for row in (self.skill, self.category, self.notice, self.luc_profile):
            for user in (self.anna, self.cora, self.mo, self.public):
                for field in ("create_uid", "write_uid"):
                    for method, args in (
                        ("read", [row.ids, [field]]),
                        ("search", [[(field, "=", self.luc.id)]]),
                        ("search", [[(f"{field}.login", "=", "luc-base")]]),
                        ("search", [[], 0, 1, field]),
                        ("formatted_read_group", [[], [field], ["__count"]]),
                        ("export_data", [row.ids, [f"{field}/name"]]),
                        ("web_read", [row.ids, {field: {}}]),
                    ):
                        with self.subTest(row=row._name, who=user.name, by=method):
                            with self.assertRaises(UserError):
                                self._call(user, row._name, method, args)
                        self.assertNotIn(
                            field, self._call(user, row._name, "fields_get")
                        )
        made = self._call(self.ada, "wezer.skill", "read", [self.skill.ids])
        self.assertEqual(made[0]["create_uid"], (self.luc.id, "Luc Hidden"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_refusals_do_not_contain_the_hidden_name(self):
        for model, ids in (
            ("wezer.profile", self.luc_profile.ids),
            ("res.partner", self.luc.partner_id.ids),
            ("res.users", self.luc.ids),
        ):
            for user in (self.anna, self.cora, self.public):
                if user == self.cora and model != "wezer.profile":
                    # Who has a role in the back office knows contacts.
                    continue
                with self.subTest(model=model, who=user.name):
                    with self.assertRaises(AccessError) as refused:
                        self._call(user, model, "read", [ids, ["display_name"]])
                    self._assert_hidden(refused.exception)

    def test_metadata_of_a_row_do_not_contain_the_hidden_name(self):
        for row in (self.skill, self.notice):
            try:
                answer = self._call(self.anna, row._name, "get_metadata", [row.ids])
            except AccessError:
                continue
            self._assert_hidden(answer)

    # === ODOO'S OWN DOORS TO PEOPLE === #

    def _public_methods(self, model):
        names = {
            name
            for cls in type(self.env[model]).mro()
            for name, value in vars(cls).items()
            if callable(value) and not name.startswith("_") and cls is not BaseModel
        }
        for name in sorted(names):
            try:
                yield name, get_public_method(self.env[model], name)
            except (AccessError, AttributeError):
                continue

    def _guess(self, function, ids):
        """Return hostile arguments, guessed by their names."""
        guesses = {
            "search": "Luc",
            "name": "Luc",
            "term": "Luc",
            "search_term": "Luc",
            "query": "Luc",
            "email": "luc@secret.example",
            "login": "luc-base",
            "domain": [("display_name", "ilike", "Luc")],
            "args": [("display_name", "ilike", "Luc")],
            "limit": 10,
            "offset": 0,
            "fields": ["display_name"],
            "field_names": ["display_name"],
            "fnames": ["display_name"],
            "groupby": ["display_name"],
            "aggregates": ["__count"],
            "specification": {"display_name": {}},
            "fields_to_export": ["display_name"],
            "operation": "read",
        }
        parameters = list(inspect.signature(function).parameters.values())[1:]
        args = []
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.name in guesses:
                args.append(guesses[parameter.name])
            elif parameter.name.endswith("_ids") or parameter.name == "ids":
                args.append(ids)
            elif parameter.name.endswith("_id"):
                args.append(ids[0])
            elif parameter.default is not parameter.empty:
                args.append(parameter.default)
            else:
                args.append("Luc")
        return args

    @mute_logger(
        "odoo.models",
        "odoo.models.unlink",
        "odoo.sql_db",
        "odoo.addons.base.models.ir_rule",
        "odoo.addons.base.models.ir_model",
        "odoo.addons.base.models.res_users",
        "odoo.addons.mail.models.mail_mail",
        "py.warnings",
    )
    def test_methods_of_contacts_and_users_show_members_nothing_of_others(self):
        """Every public method of contacts and users, called with foreign ids."""
        tried = 0
        for model in PEOPLE:
            ids = (self.luc.partner_id if model == "res.partner" else self.luc).ids
            for name, function in self._public_methods(model):
                args = self._guess(function, ids)
                if not getattr(function, "_api_model", False):
                    args = [ids, *args]
                with self.subTest(method=f"{model}.{name}"):
                    self._try(model, name, args)
                    tried += 1
        self.assertGreater(tried, 60)

    def _try(self, model, name, args):
        self.env.invalidate_all()
        records = self.env[model].with_user(self.anna)
        try:
            with self.env.cr.savepoint(flush=True) as point:
                answer = call_kw(records, name, args, {})
                if isinstance(answer, BaseModel):
                    answer = answer.ids
                point.rollback()
        except Exception as error:  # noqa: BLE001 what fails tells by its text
            answer = error
        finally:
            self.env.invalidate_all(flush=False)
        self._assert_hidden(json.dumps(answer, default=str))


@tagged("post_install", "-at_install")
class TestHiddenNamesOnPages(HttpCase, HiddenNames):
    """Addresses that members and visitors may type."""

    def _addresses(self):
        partner, user = self.luc.partner_id.id, self.luc.id
        profile = self.luc_profile
        return (
            f"/members/{profile.slug}",
            "/members?search=luc",
            f"/wezer/face/{profile.id}",
            f"/web/content/res.partner/{partner}/name",
            f"/web/content/res.partner/{partner}/email",
            f"/web/image/res.partner/{partner}/avatar_128",
            f"/web/image/res.users/{user}/avatar_128",
            f"/web/image/wezer.profile/{profile.id}/image_128",
            f"/web/content/wezer.profile/{profile.id}/city",
            f"/profile/user/{user}",
            f"/partners/{partner}",
            f"/my/contacts/{partner}",
            f"/odoo/contacts/{partner}",
            "/website/search?search=luc",
            "/sitemap.xml",
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_pages_show_nothing_of_hidden_people(self):
        self.luc_profile.image_1920 = False
        self.env.company.wezer_visitors_see_members = True
        for user in (self.anna, self.public):
            if user == self.public:
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, f"{user.login}-secret")
            for address in self._addresses():
                with self.subTest(address=address, who=user.name):
                    answer = self.url_open(address)
                    body = answer.text.replace("/members?search=luc", "")
                    self._assert_hidden(body, address)
                    # Initials are a name too.
                    self.assertNotIn(">LH<", body)
                    self.assertNotIn(">L<", body)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_hidden_and_missing_people_get_the_same_answer(self):
        """404 for one and 403 for another would say who is here."""
        self.authenticate("anna-base", "anna-base-secret")
        for there, nowhere in (
            (f"/members/{self.luc_profile.slug}", "/members/nobody-at-all"),
            (f"/wezer/face/{self.luc_profile.id}", "/wezer/face/99999999"),
        ):
            one, other = self.url_open(there), self.url_open(nowhere)
            self.assertEqual(one.status_code, other.status_code, there)
            self.assertEqual(len(one.content) // 200, len(other.content) // 200, there)
