"""Every public method of every model of ours, called by people it is not for.

The list of methods is derived from the registry, inherited and overridden ones
included: a new method is covered the moment it exists.
"""

import functools
import inspect
import json

import pytest

from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tests import mute_logger, tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import mail_new_test_user

from .test_private_groups import QUIET, SECRET, PrivateGroups

pytestmark = pytest.mark.slow

# What else a call could change, besides the tables of the suite.
TABLES = (
    "bus_bus",
    "ir_attachment",
    "mail_activity",
    "mail_followers",
    "mail_mail",
    "mail_message",
    "mail_notification",
    "project_project",
    "project_task",
    "rating_rating",
    "res_groups_users_rel",
    "res_partner",
    "res_users",
)
LOUD = (
    *QUIET,
    "odoo.models.unlink",
    "odoo.addons.base.models.res_users",
    "odoo.addons.mail.models.mail_mail",
    "odoo.orm",
)
# Models whose records have names that are hidden here.
NAMED_MODELS = (
    "wezer.agreement",
    "wezer.agreement.version",
    "wezer.announcement",
    "wezer.announcement.question",
    "wezer.conversation",
    "wezer.conversation.message",
    "wezer.favourite",
    "wezer.group",
    "wezer.news",
    "wezer.departure",
    "wezer.payment.link",
    "wezer.deal",
    "wezer.deal.message",
    "wezer.discussion",
    "wezer.discussion.word",
    "wezer.saved.search",
    "wezer.wallet",
)
# Who wants to leave calls the moderators: notices that are meant.
CALLS_MODERATORS = "wezer.departure.ask"
# What a suspended member still does: leave, take back what they gave, read, choose
# mails and look after their own data. Nothing of it reaches another member's rows,
# except that whoever held a mandate loses it.
SUSPENDED_MAY = {
    "wezer.conversation.action_block",
    "wezer.conversation.action_leave",
    "wezer.conversation.message.action_report",
    "wezer.digest.action_write_again",
    "wezer.digest.choose",
    "wezer.favourite.drop",
    "wezer.group.action_leave",
    "wezer.group.action_mute",
    "wezer.invitation.action_withdraw",
    "wezer.departure.action_withdraw",
    "wezer.departure.ask",
    "wezer.mandate.action_resign",
    "wezer.mandate.action_revoke",
    "wezer.notice.mark_read",
    "wezer.saved.search.stop",
    "wezer.vote.delegation.action_resign",
    "wezer.vote.delegation.action_take_back",
}


class PublicSurface(PrivateGroups):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pending = cls._member("pending")
        cls.pending.partner_id._wezer_profile().state = "pending"
        cls.suspended = cls._member("suspended")
        cls.suspended.partner_id._wezer_profile().state = "suspended"
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wzd_moderator",
            groups="wezer_base.group_moderator,project.group_project_user",
        )
        cls._live_hidden()
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.model_of = {
            field.comodel_name.split(".")[-1]: field.comodel_name
            for model in cls._our_models()
            for field in cls.env[model]._fields.values()
            if field.type == "many2one" and field.comodel_name.startswith("wezer.")
        }
        cls.model_of |= {
            "deal": "wezer.deal",
            "partner": "res.partner",
            "user": "res.users",
            "task": "project.task",
            "category": "wezer.category",
            "currency": "wezer.currency",
        }

    @classmethod
    def _live_hidden(cls):
        """Deals, texts and requests of members of the hidden circle."""
        cls._put(cls.demo, cls.secret)
        title = f"{SECRET} work"
        market = cls.env["wezer.announcement"].with_user(cls.luc)
        vals = {
            "title": title,
            "kind": "want",
            "places": 3,
            "quantity": 1,
            "visibility": "groups",
            "group_ids": [cls.secret.id],
            "prices": {cls.money.id: "5"},
        }
        posted = market.browse(
            market.action_create_own(
                vals, publish=True, acting_partner_id=cls.partner.id
            )
        )
        cls.draft = market.action_create_own({**vals, "title": f"{SECRET} draft"})
        deals = cls.env["wezer.deal"].with_user(cls.demo)
        cls.deal = deals.browse(posted.with_user(cls.demo).action_claim()).sudo()
        cls.deal.with_user(cls.demo).action_send_message(f"{SECRET} is what we talk of")
        cls.env["wezer.payment.link"].with_user(cls.luc).create_link(
            cls.partner.id, cls.money.id, "3", f"{SECRET} seeds"
        )
        cls.env["wezer.saved.search"].with_user(cls.luc).keep({"words": SECRET})
        cls.env["wezer.favourite"].with_user(cls.demo).keep(posted.id)
        questions = cls.env["wezer.announcement.question"].with_user(cls.demo)
        questions.action_ask(posted.id, f"Is {SECRET} far?")
        conversations = cls.env["wezer.conversation"].with_user(cls.luc)
        talk = conversations.action_start(
            cls.demo.partner_id._wezer_profile().id, f"{SECRET} is where we meet"
        )
        conversations.browse(talk).with_user(cls.demo).action_write(f"{SECRET}, yes")
        demo = cls.demo.partner_id._wezer_profile()
        cls.env["wezer.mandate"].with_user(cls.luc).action_give(demo.id, ["market"])
        cls.env["wezer.invitation"].with_user(cls.luc).action_link()
        news = cls.env["wezer.news"].with_user(cls.luc)
        vals = {"title": f"{SECRET} news", "text": f"{SECRET} grows"}
        news.action_create_own(cls.secret.id, vals)
        news.browse(news.action_create_own(cls.secret.id, vals)).action_publish()
        discussions = cls.env["wezer.discussion"].with_user(cls.luc)
        shed = discussions.begin(cls.secret.id, f"{SECRET} shed", f"{SECRET} stands")
        discussions.browse(shed).say(f"{SECRET} has a roof")
        discussions.browse(shed).action_summarise(f"{SECRET} in short")
        agreements = cls.env["wezer.agreement"].with_user(cls.luc)
        vals = {"title": f"{SECRET} rule", "body": f"{SECRET} is kept"}
        agreements.action_draft(cls.secret.id, vals)
        cls.env["wezer.departure"].create(
            {"partner_id": cls.luc.partner_id.id, "reason": f"{SECRET} ends"}
        )

    @classmethod
    def _our_models(cls):
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if name.startswith("wezer.") and not name.startswith("wezer.bench")
        )

    # === THE SURFACE === #

    @classmethod
    def _surface(cls, ours):
        """Yield ``(model, method, function)`` of what RPC reaches.

        What every model of Odoo has is called on the models with hidden names; what
        a mixin brings, on each model that has it.

        :param bool ours: those that the suite defines or overrides, or all others
        """
        for model in cls._our_models():
            own, base = set(), set()
            for parent in type(cls.env[model]).mro():
                name = getattr(parent, "_name", None) or "base"
                inherited = getattr(parent, "_inherit", None) or ()
                if name == "base" or "base" in inherited or parent is BaseModel:
                    base |= vars(parent).keys()
                elif parent.__module__.startswith("odoo.addons.wezer_"):
                    own |= vars(parent).keys()
            for name in sorted(dir(type(cls.env[model]))):
                if name.startswith("_") or (name in own) != ours:
                    continue
                if not ours and name in base and model not in NAMED_MODELS:
                    continue
                try:
                    function = get_public_method(cls.env[model], name)
                except (AccessError, AttributeError, TypeError):
                    continue
                yield model, name, function

    def _foreign(self, model, user):
        """Return ids of rows that ``user`` may not read, the newest first."""
        records = self.env[model]
        if records._abstract:
            return []
        rows = records.sudo().with_context(active_test=False)
        rows = rows.search([], order="id desc", limit=40)
        if records._transient:
            return rows.ids[:2]
        readable = rows.with_user(user)._filtered_access("read")
        return (rows - readable.sudo()).ids[:3]

    def _value(self, parameter, ids):
        """Return what an attacker would give for this parameter."""
        name = parameter.name
        words = {
            "vals": {"title": "Mine", "name": "Mine", "visibility": "everyone"},
            "values": {"title": "Mine"},
            "vals_list": [{"title": "Mine"}],
            "data": {"title": "Mine"},
            "specification": {"display_name": {}},
            "fields_spec": {"display_name": {}},
            "field_names": ["display_name"],
            "fnames": ["display_name"],
            "fields": ["display_name"],
            "fields_to_export": ["display_name"],
            "groupby": ["create_date:month"],
            "aggregates": ["__count"],
            "domain": [("id", "in", ids)],
            "operation": "read",
            "rights": ["market"],
            "scores": {},
            "prices": {},
            "amounts": {},
            "amount": "1",
            "filters": {"words": "mine"},
            "frequencies": {"deals": "never"},
            "push": ["deals"],
            "quiet": ["22", "7"],
            "without": [],
            "outcome": "paid",
            "rows": [],
        }
        if name in words:
            return words[name]
        bare = name.removesuffix("_ids").removesuffix("_id")
        if bare != name:
            model = self.model_of.get(bare, "res.partner")
            found = {
                "res.partner": self.luc.partner_id.ids,
                "res.users": self.luc.ids,
                "project.task": self.task.ids,
                "wezer.group": self.secret.ids,
                "wezer.deal": self.deal.ids,
                "wezer.currency": self.money.ids,
            }.get(model) or self.env[model].search([], limit=1, order="id desc").ids
            return found if name.endswith("s") else (found or ids or [1])[0]
        if name == "ids":
            return ids
        if parameter.default not in (parameter.empty, None, False, ""):
            return parameter.default
        return "Something written here"

    def _arguments(self, function, ids):
        args = [
            self._value(parameter, ids)
            for parameter in list(inspect.signature(function).parameters.values())[1:]
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            and parameter.kind != parameter.KEYWORD_ONLY
        ]
        kwargs = {
            parameter.name: self._value(parameter, ids)
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind == parameter.KEYWORD_ONLY
        }
        if not getattr(function, "_api_model", False):
            args.insert(0, ids)
        return args, kwargs

    # === WHAT CHANGED === #

    def _written(self):
        """Return how many rows this transaction has written, by watched table."""
        rows = self.env.execute_query(
            SQL(
                """SELECT relname, pg_stat_get_xact_tuples_inserted(oid)
                            + pg_stat_get_xact_tuples_updated(oid)
                            + pg_stat_get_xact_tuples_deleted(oid)
                     FROM pg_class
                    WHERE relkind = 'r'
                      AND ((relname LIKE %s AND relname NOT LIKE %s)
                           OR relname = ANY(%s))""",
                "wezer\\_%",
                # What transactions wait on is nobody's: tools/locks.py.
                "wezer\\_lock\\_%",
                list(TABLES),
            )
        )
        return dict(rows)

    def _rows(self, table):
        """Return every row of ``table``, by its text."""
        rows = self.env.execute_query(
            SQL("SELECT t::text, row_to_json(t) FROM %s t", SQL.identifier(table))
        )
        return dict(rows)

    def _take_baseline(self):
        self.env.flush_all()
        self.baseline = {table: self._rows(table) for table in self._written()}

    def _call(self, user, model, name, args, kwargs):
        """Return ``(answer as text, [(table, row that is new, changed or gone)])``."""
        self.env.invalidate_all()
        before, changed = self._written(), []
        try:
            with self.env.cr.savepoint() as point:
                records = self.env[model].with_user(user)
                answer = call_kw(records, name, args, kwargs)
                if isinstance(answer, BaseModel):
                    answer = answer.ids
                self.env.flush_all()
                changed = self._changes(before)
                point.rollback()
        except Exception as error:  # noqa: BLE001 what fails reveals by its text
            answer = error
        finally:
            self.env.invalidate_all(flush=False)
        return json.dumps(answer, default=str), changed

    def _changes(self, before):
        changes = []
        for table, count in self._written().items():
            if count == before.get(table, 0):
                continue
            now, then = self._rows(table), self.baseline[table]
            changes += [(table, now[key]) for key in now.keys() - then.keys()]
            changes += [(table, then[key]) for key in then.keys() - now.keys()]
        return changes

    def _people_fields(self, table):
        """Return the columns of ``table`` that name a person, those of Odoo aside."""
        if table not in self.people_fields:
            models = [
                model
                for model in self.env.registry.values()
                if model._table == table and not model._abstract
            ]
            self.people_fields[table] = [
                (field.name, field.comodel_name)
                for model in models
                for field in model._fields.values()
                if field.type == "many2one"
                and field.store
                and field.comodel_name in ("res.partner", "res.users")
                and field.name not in ("create_uid", "write_uid")
            ]
        return self.people_fields[table]

    def _is_own(self, user, table, row):
        """Say whether a row is the caller's own, and no notice to anybody else."""
        me = {"res.partner": user.partner_id.id, "res.users": user.id}
        if table in ("res_partner", "res_users"):
            return row["id"] == me[table.replace("_", ".")]
        named = [
            (row[name], me[comodel])
            for name, comodel in self._people_fields(table)
            if row.get(name)
        ]
        if named:
            return any(one == mine for one, mine in named)
        return row.get("create_uid") == user.id

    def setUp(self):
        super().setUp()
        self.people_fields = {}
        self._take_baseline()

    def _try_all(self, users, ours):
        """Call the surface with foreign rows; return what went wrong, and how many."""
        wrong, tried = [], 0
        # What a call changed is rolled back: the rows stay the same.
        foreign = functools.cache(self._foreign)
        for model, name, function in self._surface(ours):
            for user in users:
                for_model = getattr(function, "_api_model", False)
                ids = list(foreign(model, user))
                if not ids and not for_model:
                    continue
                args, kwargs = self._arguments(function, ids)
                answer, changed = self._call(user, model, name, args, kwargs)
                tried += 1
                called = (user.login, f"{model}.{name}")
                if SECRET in answer:
                    wrong.append((*called, answer[:200]))
                wrong += [
                    (*called, table, json.dumps(row)[:200])
                    for table, row in changed
                    if not self._is_own(user, table, row)
                    and not (
                        called[1] == CALLS_MODERATORS and row.get("kind") == "leaving"
                    )
                ]
        return wrong, tried


@tagged("post_install", "-at_install")
class TestPublicSurface(PublicSurface):
    def test_the_fixtures_have_hidden_records(self):
        for model in (*NAMED_MODELS, "wezer.mandate"):
            self.assertTrue(self._foreign(model, self.stranger), model)

    @mute_logger(*LOUD)
    def test_own_public_methods_neither_change_nor_reveal_foreign_records(self):
        users = (
            self.stranger,
            self.pending,
            self.suspended,
            self.coordinator,
            self.visitor,
        )
        wrong, tried = self._try_all(users, ours=True)
        self.assertEqual(wrong, [])
        self.assertGreater(tried, 500)

    @mute_logger(*LOUD)
    def test_inherited_methods_neither_change_nor_reveal_foreign_records(self):
        wrong, tried = self._try_all((self.stranger, self.coordinator), ours=False)
        self.assertEqual(wrong, [])
        self.assertGreater(tried, 400)

    @mute_logger(*LOUD)
    def test_a_suspended_member_can_only_read_withdraw_and_leave(self):
        """With rows of their own: all else needs good standing."""
        self.luc.partner_id._wezer_profile().state = "suspended"
        self._take_baseline()
        acted = set()
        for model, name, function in self._surface(ours=True):
            records = self.env[model]
            ids = []
            if not records._abstract and not records._transient:
                rows = records.sudo().search([], order="id desc", limit=80)
                ids = rows.with_user(self.luc)._filtered_access("read").ids[:1]
            if not ids and not getattr(function, "_api_model", False):
                continue
            args, kwargs = self._arguments(function, ids)
            _answer, changed = self._call(self.luc, model, name, args, kwargs)
            if changed:
                acted.add(f"{model}.{name}")
        self.assertLessEqual(acted, SUSPENDED_MAY)
        self.assertIn("wezer.digest.choose", acted)

    @mute_logger(*LOUD)
    def test_mail_thread_methods_send_no_notice(self):
        """What the activities of deals call is no public method."""
        for user in (self.stranger, self.pending, self.suspended, self.coordinator):
            for name, kwargs in (
                ("message_notify", {"partner_ids": self.joel.partner_id.ids}),
                ("message_subscribe", {"partner_ids": self.joel.partner_id.ids}),
                ("message_post_with_source", {"source_ref": "mail.mt_note"}),
                ("activity_schedule", {"user_id": self.joel.id}),
                ("activity_search", {}),
            ):
                with (
                    self.subTest(who=user.login, method=name),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    call_kw(
                        self.env["wezer.deal"].with_user(user),
                        name,
                        [self.deal.ids],
                        kwargs,
                    )
