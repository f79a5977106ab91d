"""A private group leaks through no entry point of the suite."""

import contextlib
import json
import os
from datetime import timedelta

import pytest
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import HttpCase, mute_logger, tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests import test_hidden_names
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tests.common import GroupsCommon, map_nodes
from odoo.addons.wezer_fractal_groups.tools import map_page

pytestmark = pytest.mark.slow

ALL = os.environ.get("WEZER_COUNTS") == "all"
SECRET = "Zebrafish"
# What a member or a coordinator reads besides our own models.
ODOOS = (
    "res.partner",
    "res.users",
    "project.project",
    "project.task",
    "mail.message",
    "mail.followers",
    "mail.activity",
    "discuss.channel",
    "account.move",
    "account.move.line",
    "rating.rating",
    "ir.attachment",
    "ir.filters",
    "gamification.badge.user",
    "website.menu",
    "website.page",
)
# What is found by the name of what it points at.
NAMED = ("res.partner", "wezer.group", "wezer.profile", "wezer.wallet")
QUIET = (
    "odoo.http",
    "odoo.models",
    "odoo.sql_db",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_qweb",
    "py.warnings",
)


class PrivateGroups(GroupsCommon):
    """Luc's private circle inside the garden, with everything a circle can have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls._circle(SECRET, cls.garden, visibility="members")
        cls.keeper = cls._role(
            f"{SECRET} keeper", cls.secret, "wallet", "market", "manage", "project"
        )
        # A member who cannot see the circle above.
        cls.inner = cls._circle("Inner circle", cls.secret, visibility="network")
        cls._put(cls.luc, cls.secret)
        cls._put(cls.luc, cls.keeper)
        cls._put(cls.joel, cls.president)
        cls.partner = cls.secret.partner_id
        cls.coordinator = mail_new_test_user(
            cls.env,
            login="wzd_coordinator",
            groups="wezer_base.group_coordinator,project.group_project_user",
        )
        cls.visitor = cls.env.ref("base.public_user")
        cls.outsiders = (cls.stranger, cls.coordinator, cls.visitor)
        cls._live_there()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _live_there(cls):
        """Money, an announcement, a project, words, links, proposals, permissions."""
        cls.money = money = cls.env["wezer.currency"].create(
            {"name": "Door money", "code": "DOOR", "lower_text": "500"}
        )
        cls.partner._wezer_wallet(money).write({"lower_limit": -10000})
        transfers = cls.env["wezer.transfer"].with_user(cls.luc)
        # Its payee sees the name in the own books, and nowhere else.
        to_stranger = (cls.partner.id, cls.stranger.partner_id.id, money.id)
        transfers.pay(*to_stranger, "5", "thanks")
        announcements = cls.env["wezer.announcement"].with_user(cls.luc)
        cls.announcement = announcements.browse(
            announcements.action_create_own(
                {
                    "title": "Hands wanted",
                    "kind": "want",
                    "places": 1,
                    "quantity": 1,
                    "prices": {money.id: "5"},
                    "group_ids": [cls.secret.id],
                },
                publish=True,
                acting_partner_id=cls.partner.id,
            )
        ).sudo()
        cls.project = cls.env["project.project"].create(
            {
                "name": "Beds",
                "team_id": cls.secret.id,
                "privacy_visibility": "employees",
            }
        )
        cls.task = cls.env["project.task"].create(
            {
                "name": "Dig",
                "project_id": cls.project.id,
                "assignee_partner_id": cls.partner.id,
                "reviewer_partner_id": cls.keeper.partner_id.id,
            }
        )
        cls.secret.with_user(cls.luc).action_send_message("A word among us")
        cls.secret.with_user(cls.luc).action_set_policy("members_invite", True)
        links = cls.env["wezer.group.link"].sudo()
        links.create(
            {"group_id": cls.secret.id, "other_id": cls.workshop.id, "state": "linked"}
        )
        cls.env["wezer.group.change"].create(
            {"kind": "move", "group_id": cls.secret.id, "target_id": cls.workshop.id}
        )
        cls.env["wezer.group.permission"].create(
            {"group_id": cls.secret.id, "resource": "door", "level": "read"}
        )
        cls._leave_it()

    @classmethod
    def _leave_it(cls):
        """Make a circle that all members see, and that was inside it until today."""
        cls.moved = cls._circle("Moved circle", cls.secret, visibility="network")
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE wezer_group_event SET date = date - interval '2 days'"
        )
        cls.env.invalidate_all()
        cls.moved.parent_id = cls.garden
        cls.yesterday = days.today(cls.env) - timedelta(days=1)

    def _hidden(self, answer, entry):
        self.assertNotIn(SECRET, str(answer), entry)

    def _call(self, user, model, method, *args, **kwargs):
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)


@tagged("post_install", "-at_install")
class TestPrivateGroupByPrograms(PrivateGroups):
    def _readable(self, user):
        for name, model in sorted(self.env.registry.items()):
            ours = name.startswith("wezer.") and not model._abstract
            if (ours or name in ODOOS) and self.env[name].with_user(user).has_access(
                "read"
            ):
                yield name

    def _walk(self):
        for user in self.outsiders:
            for name in self._readable(user):
                if not self._call(user, name, "search_count", [], limit=1):
                    continue
                described = self._call(user, name, "fields_get")
                described = {
                    field: one
                    for field, one in described.items()
                    if one["type"] != "binary"
                }
                yield user, name, described

    @contextlib.contextmanager
    def _leaks(self):
        """Collect every leak, so that a failure lists all of them."""
        self.leaks = []
        yield
        self.assertEqual(self.leaks, [])

    def _ask(self, entry, user, name, method, *args, **kwargs):
        """Call a method; note a leak if the answer or the refusal has the name."""
        try:
            answer = self._call(user, name, method, *args, **kwargs)
        except (AccessError, UserError) as error:
            answer = error
        if SECRET in str(answer):
            self.leaks.append((user.login, name, entry))
        return None if isinstance(answer, Exception) else answer

    def test_the_private_group_has_data_to_leak(self):
        found = self._call(self.luc, "wezer.group", "name_search", SECRET)
        self.assertEqual(len(found), 2)
        leaks = self._call(
            self.luc, "wezer.announcement", "read", self.announcement.ids
        )
        self.assertIn(SECRET, str(leaks))

    @mute_logger(*QUIET)
    def test_no_record_reveals_it(self):
        with self._leaks():
            for user, name, described in self._walk():
                rows = self._ask(
                    "search", user, name, "search", [], limit=80, order="id desc"
                )
                if not rows:
                    continue
                names = list(described)
                if self._ask("read", user, name, "read", rows, names) is None:
                    # What Odoo refuses of one field hides no other.
                    for field in names:
                        self._ask(field, user, name, "read", rows, [field])
                whole = {
                    field: {"fields": {"display_name": {}}}
                    for field, one in described.items()
                    if one.get("relation")
                }
                if self._ask("web_read", user, name, "web_read", rows, whole) is None:
                    for field, one in whole.items():
                        self._ask(field, user, name, "web_read", rows, {field: one})

    @mute_logger(*QUIET)
    def test_no_grouping_reveals_it(self):
        with self._leaks():
            for user, name, described in self._walk():
                for field, one in described.items():
                    if one.get("groupable") and one["type"] == "many2one":
                        args = ([], [field], ["__count"])
                        self._ask(field, user, name, "formatted_read_group", *args)

    @mute_logger(*QUIET)
    def test_no_search_finds_it_by_name(self):
        """As many as by a word that nobody has."""
        with self._leaks():
            for user, name, described in self._walk():
                self._ask("name_search", user, name, "name_search", SECRET[:-1])
                for field, one in described.items():
                    if not one.get("searchable"):
                        continue
                    if one["type"] in ("char", "text", "html") or one.get(
                        "relation"
                    ) in (
                        "res.partner",
                        "wezer.group",
                        "wezer.profile",
                        "wezer.wallet",
                    ):
                        there, nowhere = self._counts(user, name, field)
                        if there != nowhere:
                            self.leaks.append((user.login, name, field, there))

    def _counts(self, user, name, field):
        """Return how many rows its name finds, and how many a word nobody has."""
        there = self._ask(
            field, user, name, "search_count", [(field, "ilike", SECRET[:5])]
        )
        if not there:
            return there, there
        nowhere = [(field, "ilike", "nobodyhasthis")]
        return there, self._ask(field, user, name, "search_count", nowhere)

    @mute_logger(*QUIET)
    def test_no_export_reveals_it(self):
        with self._leaks():
            for user, name, described in self._walk():
                rows = self._ask("search", user, name, "search", [], limit=200)
                names = [
                    f"{field}/display_name"
                    for field, one in described.items()
                    if one["type"] == "many2one" and one.get("exportable", True)
                ]
                self._ask(
                    "export", user, name, "export_data", rows or [], ["name", *names]
                )

    @mute_logger(*QUIET)
    def test_no_method_or_refusal_reveals_it(self):
        """Every public method, with the ids of the circle and of what it has."""
        walker = test_hidden_names.TestHiddenNames
        records = [
            self.secret | self.keeper,
            self.env["wezer.group.membership"].search(
                [("group_id", "=", self.secret.id)]
            ),
            self.env["wezer.group.message"].search([("group_id", "=", self.secret.id)]),
            self.env["wezer.group.link"].search([("group_id", "=", self.secret.id)]),
            self.env["wezer.group.change"].search([("group_id", "=", self.secret.id)]),
            self.partner._wezer_profile(),
            self.task,
        ]
        tried, leaks = 0, []
        for rows in records:
            for name, function in walker._public_methods(self, rows._name):
                args = walker._guess(self, function, rows.ids)
                if not getattr(function, "_api_model", False):
                    args = [rows.ids[:1], *args]
                for user in self.outsiders[:2]:
                    if SECRET in self._try(user, rows._name, name, args):
                        leaks.append((user.login, rows._name, name))
                    tried += 1
        self.assertEqual(leaks, [])
        self.assertGreater(tried, 400)

    def _try(self, user, model, name, args):
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as point:
                answer = call_kw(self.env[model].with_user(user), name, args, {})
                if isinstance(answer, BaseModel):
                    answer = answer.ids
                point.rollback()
        except Exception as error:  # noqa: BLE001 what fails tells by its text
            answer = error
        finally:
            self.env.invalidate_all(flush=False)
        return json.dumps(answer, default=str)

    def test_no_count_includes_it(self):
        # A circle with an open one inside cannot be closed.
        self.inner.parent_id = self.garden
        for user in self.outsiders:
            groups = self.groups.with_user(user)
            there = groups.search_count([])
            self.assertNotIn(self.secret, groups.search([]))
            self.secret.active = False
            self.assertEqual(groups.search_count([]), there)
            self.secret.active = True
            circles, _count = groups._search_public(words=SECRET)
            self.assertFalse(circles)
            self._hidden(json.dumps(map_nodes(groups.env), default=str), "map")

    def test_the_map_leaves_no_room_for_it_on_any_day(self):
        """What others get is to the last digit what they get without the circle."""
        inside = self.secret | self.keeper | self.inner
        ids = [0, self.secret.id, self.garden.id, self.inner.id]

        def seen(user):
            self.env.invalidate_all()
            env = self.env(user=user)
            # Of the past what lay in it lies at the top, as if it were nowhere.
            return [
                (
                    map_page.level_view(env, ids, day),
                    map_page.first_view(env, None, 1, day)["circles"],
                    map_page.first_view(env, self.secret.id, 1, day)["circles"],
                )
                for day in (None, self.yesterday)
            ]

        before = {user: seen(user) for user in self.outsiders}
        self._hidden(json.dumps(before[self.stranger]), "map")
        self.assertIn(SECRET, json.dumps(seen(self.luc)))
        self.inner.parent_id = False
        self.env.flush_all()
        # As if there had never been such a circle.
        self.env.cr.execute(
            "UPDATE wezer_group_event SET after = jsonb_set(after, '{parent}', 'null')"
            " WHERE group_id = ANY(%s) AND after IS NOT NULL",
            [(self.inner | self.moved).ids],
        )
        self.env.cr.execute(
            "UPDATE wezer_group_event SET after = jsonb_set(after, '{parent}', %s)"
            " WHERE id = %s",
            [str(self.garden.id), self._last_move().id],
        )
        (inside - self.inner).membership_ids.unlink()
        self.keeper.unlink()
        self.secret.active = False
        for user in self.outsiders:
            self.assertEqual(seen(user)[1], before[user][1], user.login)

    def _last_move(self):
        return self.env["wezer.group.event"].search(
            [("group_id", "=", self.moved.id), ("kind", "=", "moved")],
            limit=1,
        )

    def test_no_notice_or_mail_reveals_it(self):
        notices = self.env["wezer.notice"].search([("message", "ilike", SECRET)])
        self.assertTrue(notices, "luc is told")
        self.assertLessEqual(notices.partner_id, self.luc.partner_id)
        mails = self.env["mail.mail"].search([("body_html", "ilike", SECRET)])
        self.assertLessEqual(mails.recipient_ids, self.luc.partner_id)


@tagged("post_install", "-at_install")
class TestPrivateGroupOnPages(HttpCase, PrivateGroups):
    def _addresses(self):
        profile = self.partner._wezer_profile()
        search = SECRET.lower()[:5]
        yield from (
            "/",
            "/groups",
            f"/groups?search={search}",
            f"/groups/places?search={search}",
            "/groups/map",
            *self._map_addresses(search),
            *self._history_addresses(),
            f"/groups/{self.secret.slug}",
            f"/groups/{self.keeper.slug}",
            f"/groups/{self.inner.slug}",
            f"/groups/{self.garden.slug}",
            f"/groups/{self.workshop.slug}",
            f"/groups/{self.secret.slug}/manage",
            f"/groups/{self.secret.slug}/talk",
            f"/members?search={search}",
            f"/members/{profile.slug}",
            f"/members/{self.luc.partner_id._wezer_profile().slug}",
            f"/wezer/face/{profile.id}",
            f"/web/image/res.partner/{self.partner.id}/avatar_128",
            f"/web/content/res.partner/{self.partner.id}/name",
            "/market",
            f"/market?search={search}",
            f"/market/{self.announcement.slug}",
            "/market/feed.atom",
            "/market/feed.ics",
            "/my",
            "/my/todo",
            "/my/notices",
            "/my/acting",
            "/my/wallets",
            f"/my/wallets/{self.partner._wezer_wallet(self.money).id}",
            "/my/pay",
            "/my/requests",
            "/my/deals",
            "/my/reputation",
            "/my/tasks",
            f"/my/tasks/{self.task.id}",
            "/my/projects",
            "/sitemap.xml",
            f"/website/search?search={search}",
        )

    def _map_addresses(self, search):
        circles = (self.secret, self.keeper, self.moved, self.garden)
        ids = ",".join(str(group.id) for group in circles)
        for day in ("", f"&day={self.yesterday}"):
            yield from (
                f"/groups/map?search={search}{day}",
                f"/groups/map/level?ids=0,{ids}{day}",
                *(f"/groups/map?circle={group.slug}{day}" for group in circles),
                *(f"/groups/map/level?circle={group.slug}{day}" for group in circles),
            )
        yield f"/groups/map/find?typed={search}"
        # A slip away, too.
        yield "/groups/map/find?typed=zebrafich"

    def _history_addresses(self):
        circles = (self.secret, self.keeper, self.moved, self.garden)
        yield from ("/groups/history", "/groups/history?kind=people")
        for group in circles:
            for page in ("history", "history?only=1", "members", "invite"):
                yield f"/groups/{group.slug}/{page}"
            yield f"/groups/structure?circle={group.slug}"
            yield f"/groups/structure?circle={group.slug}&day={self.yesterday}"
        yield f"/groups/structure?day={self.yesterday}"

    @mute_logger(*QUIET)
    def test_no_suggestion_reveals_it(self):
        for user in self.outsiders:
            if user == self.visitor:
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, user.login)
            for kind in ("circle", "member", "skill", "category", "wezer.group", "x"):
                for typed in (SECRET, SECRET[:4], "Zebrafich", "keeper", "%", "_", ""):
                    answer = self.make_jsonrpc_request(
                        f"/wezer/words/{kind}", {"typed": typed}
                    )
                    self._hidden(answer, f"{kind} {typed}")

    @mute_logger(*QUIET)
    def test_hostile_addresses_are_answered(self):
        """Neither an error of the server, nor more than there is."""
        self.authenticate(self.stranger.login, self.stranger.login)
        garden, long = self.garden.slug, "z" * 5000
        odd = (
            "", "x", "-1", "0", "9" * 30, "1e9", "nan", "inf", "0001-01-01",
            "9999-12-31", "2026-13-45", "%00", "%E2%80%AE", long, "١٢",
        )  # fmt: skip
        for turn, value in enumerate(odd):
            # Without --all a third of the addresses, others for the next value.
            addresses = (
                f"/groups/map?day={value}",
                f"/groups/map?page={value}",
                f"/groups/map?circle={value}",
                f"/groups/map?search={value}",
                f"/groups/map/level?ids={value},{value}",
                f"/groups/map/level?ids=0&day={value}",
                f"/groups/map/find?typed={value}",
                f"/groups?inside={value}&page={value}&search={value}",
                f"/groups/history?page={value}&kind={value}&only={value}",
                f"/groups/{garden}/history?page={value}",
                f"/groups/structure?day={value}&page={value}",
                f"/groups/structure?circle={value}",
                f"/groups/{garden}/members?page={value}&search={value}",
                f"/my/acting?giver={value}&page={value}&log={value}&party={value}",
                f"/my/acting?who={value}&search={value}",
                f"/my/profile?acting={value}",
                f"/members?search={value}",
            )
            for address in addresses if ALL else addresses[turn % 3 :: 3]:
                with self.subTest(address=address[:80]):
                    answer = self.url_open(address)
                    self.assertIn(answer.status_code, (200, 403, 404), answer.text[:80])
        for typed in (*odd, "\0", ["x"], {"a": 1}, 7, None, True):
            for kind in ("circle", "member", "skill"):
                with self.subTest(typed=str(typed)[:20], kind=kind):
                    answer = self.make_jsonrpc_request(
                        f"/wezer/words/{kind}", {"typed": typed, "category": typed}
                    )
                    self.assertLessEqual(len(answer), 8)

    @mute_logger(*QUIET)
    def test_no_page_reveals_it(self):
        slugs = (self.secret.slug, self.keeper.slug, self.partner._wezer_profile().slug)
        for user in self.outsiders:
            if user == self.visitor:
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, user.login)
            for address in self._addresses():
                with self.subTest(address=address, who=user.login):
                    body = self.url_open(address).text
                    for typed in (address, address.replace("/", "%2F"), *slugs):
                        if typed in address or "%2F" in typed:
                            body = body.replace(typed, "")
                    self.assertNotIn(SECRET.lower(), body.lower())

    @mute_logger(*QUIET)
    def test_its_address_answers_like_an_unknown_one(self):
        self.authenticate(self.stranger.login, self.stranger.login)
        for there in (f"/groups/{self.secret.slug}", f"/groups/{self.keeper.slug}"):
            for tail in ("", "/manage", "/talk"):
                one = self.url_open(there + tail)
                other = self.url_open("/groups/nobody-at-all" + tail)
                self.assertEqual(one.status_code, other.status_code, there + tail)

    @mute_logger(*QUIET)
    def test_no_api_error_reveals_it(self):
        self.authenticate(self.stranger.login, self.stranger.login)
        for model, ids in (
            ("wezer.group", self.secret.ids),
            ("wezer.group.membership", self.secret.membership_ids.ids),
            ("res.partner", self.partner.ids),
            ("wezer.profile", self.partner._wezer_profile().ids),
        ):
            for method, args in (
                ("read", [ids, ["display_name"]]),
                ("write", [ids, {"name": "Mine"}]),
                ("unlink", [ids]),
                ("copy", [ids]),
            ):
                answer = self.url_open(
                    "/web/dataset/call_kw",
                    data=json.dumps(
                        {
                            "params": {
                                "model": model,
                                "method": method,
                                "args": args,
                                "kwargs": {},
                            }
                        }
                    ),
                    headers={"Content-Type": "application/json"},
                )
                self._hidden(answer.text, f"{model}.{method}")

    @mute_logger(*QUIET)
    def test_xmlrpc_does_not_reveal_it(self):
        db, uid = self.env.cr.dbname, self.stranger.id
        for args in (
            ("wezer.group", "read", [self.secret.ids]),
            ("wezer.group", "name_search", [SECRET]),
            ("wezer.group", "search_read", [[]]),
            ("wezer.group", "effective_members", [self.secret.ids]),
        ):
            try:
                answer = self.xmlrpc_object.execute_kw(
                    db, uid, self.stranger.login, *args
                )
            except Exception as error:  # noqa: BLE001 what fails tells by its text
                answer = error
            self._hidden(answer, args)

    def _points_at_secret(self, row):
        parent = row["parent_id"] or [False]
        return self.secret.id in (parent[0], *row.get("ancestor_ids", ()))

    @mute_logger(*QUIET)
    def test_json2_does_not_reveal_it(self):
        self.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
        keys = self.env["res.users.apikeys"]
        expires = fields.Datetime.add(fields.Datetime.now(), hours=5)
        answers = {}
        for user in (self.stranger, self.luc):
            key = keys.with_user(user)._generate("rpc", "private", expires)
            answers[user] = [
                self.url_open(
                    f"/json/2/{model}/{method}",
                    json=asked,
                    headers={"Authorization": f"Bearer {key}"},
                ).text
                for model, method, asked in (
                    ("wezer.group", "search_read", {"fields": ["display_name"]}),
                    ("wezer.group", "name_search", {"name": SECRET}),
                    ("wezer.group", "read", {"ids": self.secret.ids}),
                    ("wezer.group", "action_join", {"ids": self.secret.ids}),
                    ("wezer.group", "effective_members", {"ids": self.secret.ids}),
                    ("wezer.profile", "search_read", {"fields": ["display_name"]}),
                    ("res.partner", "read", {"ids": self.partner.ids}),
                )
            ]
        for answer in answers[self.stranger]:
            self._hidden(answer, "json/2")
        # The page itself is public.
        self.assertIn(SECRET, answers[self.luc][0])
        # A circle that is seen does not tell the id of the hidden one around it.
        key = keys.with_user(self.stranger)._generate("rpc", "private", expires)
        for method, asked in (
            ("read", {"ids": self.inner.ids, "fields": ["parent_id", "ancestor_ids"]}),
            ("search_read", {"fields": ["parent_id"]}),
            ("search_count", {"domain": [["parent_id", "=", self.secret.id]]}),
        ):
            answer = self.url_open(
                f"/json/2/wezer.group/{method}",
                json=asked,
                headers={"Authorization": f"Bearer {key}"},
            )
            answer.raise_for_status()
            if method == "search_count":
                self.assertEqual(answer.json(), 0)
                continue
            for row in answer.json():
                self.assertFalse(self._points_at_secret(row), row)

    @mute_logger(*QUIET)
    def test_its_members_see_it_on_the_same_pages(self):
        self.authenticate(self.luc.login, self.luc.login)
        page = self.url_open(f"/groups/{self.secret.slug}")
        self.assertIn(SECRET, page.text)
        feed = self.url_open("/market/feed.atom")
        etree.fromstring(feed.content)
