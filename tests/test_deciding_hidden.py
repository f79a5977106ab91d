"""Nothing that a person may not read changes what any query answers to that person.

Models, fields and paths are taken from the registry: a new one is covered the moment it
exists. All that a person may not read is given other values, except what says who may
read it; then each query answers as it did before.
"""

import json

import pytest
from freezegun import freeze_time

from odoo import fields, models
from odoo.service.model import call_kw
from odoo.tests import mute_logger, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_decision.tests.common import DecisionCommon

from .test_private_groups import QUIET

pytestmark = pytest.mark.slow

ADDONS = (
    *("wezer_decision", "wezer_agreement"),
    *("wezer_decision_currency", "wezer_decision_market"),
)
WHY = "It would take the place of the beds."
OTHER = "Zebrafish"
# What the database gives a row that is hidden, by the type of its column.
VALUES = {
    "char": f"'{OTHER} ' || id",
    "text": f"'{OTHER} ' || id",
    "html": f"'{OTHER} ' || id",
    "json": f"jsonb_build_object('word', '{OTHER}')",
    "integer": "coalesce({column}, 0) + 1000",
    "float": "coalesce({column}, 0) + 1000",
    "boolean": "NOT coalesce({column}, false)",
    "date": "'2019-01-01'::date",
    "datetime": "'2019-01-01'::timestamp",
}
# What finds a row only after it was given such a value, by the type of its field.
PROBES = {
    "integer": (">", 900),
    "float": (">", 900),
    "date": ("<", "2020-01-01"),
    "datetime": ("<", "2020-01-01"),
}
# What is looked for by name.
WORDS = (OTHER, "", "%")


@tagged("post_install", "-at_install")
class TestDecidingHidden(DecisionCommon):
    """A garden decides much; a member, a person outside and an administrator ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = mail_new_test_user(
            cls.env,
            "wzd_root",
            groups="wezer_base.group_administrator,base.group_system",
        )
        cls._put(cls.otto, cls.workshop)
        cls.treasurer = cls._role("Purse", cls.garden)
        cls.set_policies(
            cls, decisions_person=40, decisions_circle=40, delegation="once"
        )

    def _live(self):
        """Let the garden have decisions of many kinds, in many states."""
        others = {"ben": "no", "cleo": "yes", "dora": "yes"}
        running = self.opened(method="majority", title="Bench")
        self.vote(running, anna="yes", **others)
        self.vote(running, cleo="no")
        secret = self.opened(
            method="majority", secrecy="secret", members_only=True, title="Pond"
        )
        self.vote(secret, anna="yes", **others)
        closed = self.opened(method="majority", secrecy="secret", title="Path")
        self.vote(closed, anna="yes", gina="no", fred="yes", **others)
        self.close(closed)
        consent = self.opened(title="Fence")
        consent.with_user(self.cleo).action_vote("object", reason=WHY)
        elected = self.opened(
            method="person", role_id=self.treasurer.id, title="Who has the purse"
        )
        for user in (self.anna, self.cleo):
            elected.with_user(user).action_nominate(self.dora.partner_id.id, WHY)
        self.draft(by=self.cleo, title="Draft of Cleo", secrecy="secret")
        chosen = self.opened(
            method="schulze", options=["Oak", "Elm"], members_only=True, title="Wood"
        )
        self.vote(chosen, anna="1-2", cleo="2-1")
        given = self.env["wezer.vote.delegation"].with_user(self.anna)
        given.action_give(self.cleo.partner_id.id, {"group_id": self.garden.id})
        discussions = self.env["wezer.discussion"].with_user(self.anna)
        shed = discussions.browse(discussions.begin(self.garden.id, "Shed", WHY))
        shed.say("It has a roof")
        agreements = self.env["wezer.agreement"].with_user(self.cleo)
        agreements.action_draft(self.garden.id, {"title": "Rule", "body": "We keep it"})
        for one in (running, secret, elected):
            self.assertEqual(one.sudo().state, "open")

    # === WHAT IS ASKED === #

    def _ours(self):
        """Return the models of the addons that have rows."""
        return sorted(
            name
            for name, model in self.env.registry.items()
            if model._original_module in ADDONS
            and not model._abstract
            and not model._transient
        )

    def _asked(self):
        """Return ``{model: [paths of fields]}`` by which hidden rows can be reached.

        Of two fields of one type that lead to the same model, the first one.
        """
        ours, found, known = self._ours(), {}, set()
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or not name.startswith(("wezer.", "res.partner")):
                continue
            paths = []
            for field in model._fields.values():
                to = getattr(field, "comodel_name", None)
                if name in ours or to in ours:
                    paths.append(field.name)
                way = (to, field.type)
                if to in ours and (way not in known or field.type != "many2one"):
                    known.add(way)
                    paths += [
                        f"{field.name}.{other}"
                        for other in self.env[to]._fields
                        if other not in models.MAGIC_COLUMNS and other != "display_name"
                    ]
            if paths:
                found[name] = sorted(paths)
        return found

    def _probe(self, model, path):
        """Return the operator and value that find what ``_other`` gave a field."""
        *ways, name = path.split(".")
        for way in ways:
            model = self.env[model]._fields[way].comodel_name
        field = self.env[model]._fields[name]
        if field.type == "selection" and (values := field.get_values(self.env)):
            return "=", values[-1]
        return PROBES.get(field.type, ("=", OTHER))

    def _queries(self, model, paths):
        """Yield ``(method, args, kwargs)`` that tell of a field, or of its order."""
        for path in paths:
            yield "search", [[(path, "!=", False)]], {}
            yield "search", [[(path, *self._probe(model, path))]], {}
            yield "search", [[(path, "ilike", OTHER)]], {}
            yield "search", [[]], {"order": f"{path}, id", "limit": 80}
            yield "formatted_read_group", [[], [path], ["__count"]], {}
            if "." in path:
                continue
            yield "formatted_read_group", [[], [], [f"{path}:max"]], {}
            yield "search_read", [[], [path]], {"limit": 80, "order": "id"}
        for word in WORDS:
            yield "name_search", [word], {}
        yield "search_count", [[]], {}

    def _answers(self, user, asked):
        """Return what each query answers to ``user``; None where it is refused."""
        found = {}
        for model, paths in asked.items():
            self.env.invalidate_all()
            records = self.env[model].with_user(user)
            for method, args, kwargs in self._queries(model, paths):
                key = (model, method, json.dumps([args, kwargs]))
                try:
                    with self.env.cr.savepoint(flush=False):
                        answer = call_kw(records, method, args, kwargs)
                        if isinstance(answer, models.BaseModel):
                            answer = answer.ids
                except Exception as error:  # noqa: BLE001 its text could tell, too
                    answer = f"{type(error).__name__}: {error}"
                found[key] = json.dumps(answer, default=str)
        return found

    # === WHAT IS CHANGED === #

    def _seen_by_rules(self):
        """Return ``{(model, field)}`` that say what a person may read."""
        found = set()
        rules = self.env["ir.rule"].sudo().search([])
        for rule in rules.filtered("domain_force"):
            names = {"user": self.env.user, "company_ids": [], "company_id": 1}
            for leaf in safe_eval(rule.domain_force, {**names, "time": None}):
                if isinstance(leaf, (tuple, list)) and isinstance(leaf[0], str):
                    model = self.env[rule.model_id.model]
                    for name in leaf[0].split("."):
                        field = model._fields[name]
                        found.add((model._name, name))
                        if field.relational:
                            model = self.env[field.comodel_name]
        return found

    def _update(self, query):
        """Write by SQL, and return whether the database allows it."""
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query)
        except Exception:  # noqa: BLE001 a constraint of the table: left as it was
            return 0
        return self.env.cr.rowcount

    def _hide(self, user):
        """Give all that ``user`` may not read other values; return how many rows."""
        fixed, changed = self._seen_by_rules(), {}
        for name in self._ours():
            model = self.env[name].with_context(active_test=False)
            rows = model.sudo().search([])
            if model.with_user(user).has_access("read"):
                seen = model.with_user(user).search([]).ids
            else:
                seen = []
            hidden = sorted(set(rows.ids) - set(seen))
            for field in model._fields.values():
                if field.name == "id" or not field.store:
                    continue
                closed = not model.with_user(user)._has_field_access(field, "read")
                ids = rows.ids if closed else hidden
                if field.type == "many2many":
                    if closed:
                        query = SQL("DELETE FROM %s", SQL.identifier(field.relation))
                        changed[name, field.name] = self._update(query)
                    continue
                if not field.column_type or not ids:
                    continue
                value = self._other(field)
                if (name, field.name) in fixed and field.type != "many2one":
                    continue
                if value:
                    query = SQL(
                        "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                        SQL.identifier(model._table),
                        SQL.identifier(field.name),
                        value,
                        ids,
                    )
                    changed[name, field.name] = self._update(query)
        self.env.invalidate_all(flush=False)
        return {key: number for key, number in changed.items() if number}

    def _other(self, field):
        """Return SQL of another value of a column, or None."""
        if field.type in VALUES:
            return SQL(VALUES[field.type].replace("{column}", field.name))
        if field.type == "selection":
            values = field.get_values(self.env)
            return SQL("%s", values[-1])
        if field.type == "many2one" and field.comodel_name == "res.partner":
            return SQL("%s", self.stranger.partner_id.id)
        return None

    # === TESTS === #

    @mute_logger(*QUIET, "odoo.sql_db", "odoo.orm")
    def test_no_query_answers_by_what_a_person_may_not_read(self):
        self._live()
        self.env.flush_all()
        asked = self._asked()
        self.assertIn("wezer.urn", asked)
        self.assertIn("voter_ids.state", asked["wezer.decision"])
        # What a field says about time would change meanwhile.
        self.enterContext(freeze_time(fields.Datetime.now()))
        for user in (self.otto, self.ben, self.root):
            with self.subTest(user.login):
                before = self._answers(user, asked)
                with self.env.cr.savepoint(flush=False) as point:
                    changed = self._hide(user)
                    self.assertIn(("wezer.urn", "choice"), changed)
                    self.assertIn(("wezer.ballot", "choice"), changed)
                    self.assertGreater(len(changed), 60, changed)
                    after = self._answers(user, asked)
                    point.rollback()
                self.env.invalidate_all(flush=False)
                told = {
                    key: (before[key][:300], after[key][:300])
                    for key in before
                    if before[key] != after[key]
                }
                lines = "\n".join(f"{key}: {value}" for key, value in told.items())
                self.assertFalse(told, f"{len(told)}:\n{lines[:9000]}")
