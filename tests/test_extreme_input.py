"""Every route of the suite with the largest and the strangest input it can be sent.

The routes come from the routing map and the names of their fields from the source of
their controllers: a new route or a new field is covered the moment it exists. What is
counted is what the database is asked, never the time.
"""

import inspect
import os
import re
from unittest.mock import patch
from urllib.parse import quote

import pytest

from odoo import http
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_marketplace.tests.test_website_market import WebsiteCommon

pytestmark = pytest.mark.slow

ALL = os.environ.get("WEZER_COUNTS") == "all"

LOUD = (
    "odoo.http",
    "odoo.sql_db",
    "werkzeug",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
)
MANY_WORDS = "%20".join(f"a{number}" for number in range(1500))
# As much as the server takes in an address.
LONGEST = 60_000
# In all fields of a page together; without --all, other ones in each field.
STRANGE = ("", "0", "-1", "NaN", "1e999", "9" * 400, "%C2%B2", "%27%22%3B--%25_", "%00")
# Of a page with huge input the database is asked no more than this beyond what it is
# asked of the page without any.
MORE_STATEMENTS = 60
LONGEST_STATEMENT = 40_000
# What of a program's own words would be shown to a person.
PROGRAM_WORDS = re.compile(
    r"Traceback|Expected singleton|odoo\.exceptions|invalid literal|psycopg2|"
    r"Exceeds the limit|ValueError|TypeError|KeyError|wezer\.[a-z.]+\(|"
    r"has no attribute|&lt;memory at|NoneType"
)
# What Odoo tells its own editor of a page about the record that it shows.
ODOO_MARKS = re.compile(r' data-(?:main|seo)-object="[^"]*"')
# Fields whose names end with a number.
NUMBERED = ("score_", "outcome_", "amount_", "price_")
# Odoo's own pages under another look; and the one that would end the test.
ODOOS = ("/web/", "/my/leave")
READ = re.compile(r"""(?:get|getlist|pop|_one)\(\s*(?:\w+,\s*)*["'](\w+)["']""")
NAMED = re.compile(r"""["']([a-z]\w{1,20})["']""")


def long_texts(fields):
    """Return texts that are as long as an address with all fields can take."""
    each = min(LONGEST // max(len(fields), 1) - 30, 30_000)
    return ["x" * each, "9" * each]


def every_query(fields):
    """Return queries with each field on its own, and all with each kind of value."""
    queries = [f"{name}={MANY_WORDS}" for name in fields]
    for value in (*long_texts(fields), *STRANGE):
        queries.append("&".join(f"{name}={value}" for name in fields))
    queries.append("&".join(f"{name}[]=1&{name}[a]=2" for name in fields))
    queries.append("&".join(f"{name}=1&{name}=x" for name in fields))
    return queries


def some_queries(fields, place):
    """Return queries in which every field has many words, and other kinds of values.

    Which fields are together and which of the values they have differs from one page
    to the next.

    :param int place: the number of the page among all
    """
    turn = place % max(len(fields), 1)
    turned = fields[turn:] + fields[:turn]
    together = LONGEST // len(MANY_WORDS)
    queries = [
        "&".join(f"{name}={MANY_WORDS}" for name in turned[at : at + together])
        for at in range(0, len(turned), together)
    ]
    texts = long_texts(fields)
    kinds = ("{0}[]=1&{0}[a]=2", "{0}=1&{0}=x")
    half = len(STRANGE) // 2
    strange = [f"{{0}}={text}" for text in STRANGE]
    for values in (
        [f"{{0}}={text}" for text in texts],
        strange,
        strange[half:] + strange[:half],
        kinds,
    ):
        queries.append(
            "&".join(
                values[(at + place) % len(values)].format(name)
                for at, name in enumerate(fields)
            )
        )
    return queries


class Asked:
    """Counts what the database is asked while it is entered."""

    def __enter__(self):
        self.count, self.longest = 0, 0
        execute = Cursor.execute

        def counted(cursor, query, *args, **kwargs):
            result = execute(cursor, query, *args, **kwargs)
            self.count += 1
            self.longest = max(self.longest, len(cursor._obj.query or b""))
            return result

        self.patched = patch.object(Cursor, "execute", counted)
        self.patched.start()
        return self

    def __exit__(self, *_error):
        self.patched.stop()


class HugeInput(WebsiteCommon):
    def setUp(self):
        super().setUp()
        self.env.company.wezer_visitors_see_members = True
        groups = self.env["wezer.group"]
        self.circle = groups.create({"name": "Bakers"})
        role = groups.create(
            {
                "name": "Head baker",
                "kind": "role",
                "parent_id": self.circle.id,
                "right_manage": True,
            }
        )
        me = self.test1.partner_id
        self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": me.id}
        )
        self.announcement = self.announce(self.test1, title="Bake bread")
        self.deal = self.claim(self.test2, self.announcement)
        self.foreign = self.make_deal(author=self.test3, replier=self.stranger)
        self.wallet = me._wezer_wallet(self.com)
        links = self.env["wezer.payment.link"].with_user(self.test1)
        self.link = links.sudo().browse(
            links.create_link(me.id, self.com.id, "5", "bread")
        )

    def routes(self, method, kinds=("http",)):
        """Return ``[(address, endpoint)]`` of our routes that answer ``method``."""
        router = self.env["ir.http"]
        found = {}
        for url, endpoint in router._generate_routing_rules(
            self.env.registry._init_modules, router._get_converters()
        ):
            routing = endpoint.routing
            ours = endpoint.func.__module__.startswith("odoo.addons.wezer_")
            if not ours or routing["type"] not in kinds:
                continue
            if method in (routing.get("methods") or ["GET", "POST"]):
                found[url] = endpoint
        return sorted(found.items())

    def fields(self, endpoint):
        """Return the names of the fields that a route may read."""
        module = inspect.getmodule(endpoint.func)
        names = set(READ.findall(inspect.getsource(module)))
        # A handler may read what it names by a list of its module.
        names |= {
            name
            for name_, value in vars(module).items()
            if name_.isupper() and isinstance(value, tuple | dict)
            for name in value
            if isinstance(name, str) and NAMED.fullmatch(f'"{name}"')
        }
        parameters = inspect.signature(inspect.unwrap(endpoint.func)).parameters
        names |= {
            name
            for name, one in parameters.items()
            if one.kind is not one.VAR_KEYWORD and name not in ("self", "csrf_token")
        }
        return sorted(names)

    def places(self):
        """Return what may stand in the places of addresses: rows that are there."""
        return {
            "slug": [self.circle.slug, self.announcement.slug],
            "token": [self.link.token],
            "deal_id": [self.deal.id],
            "wallet_id": [self.wallet.id],
            "link_id": [self.link.id],
            "profile_id": [self.test1.partner_id._wezer_profile().id],
        }

    def filled(self, url):
        """Yield ``url`` with rows that are there in its places, as far as there are."""
        known = self.places()
        for at in range(2):
            filled = url
            for place, name in re.findall(r"(<[^>]*?(\w+)>)", url):
                values = known.get(name, ["1"])
                filled = filled.replace(place, str(values[min(at, len(values) - 1)]), 1)
            yield filled
            if filled == url or "slug" not in url:
                return


@tagged("post_install", "-at_install")
class TestHugeReading(HugeInput):
    @mute_logger(*LOUD)
    def test_huge_input_makes_no_page_expensive(self):
        place = 0
        for user in (None, self.test1):
            self.login(user)
            for url, endpoint in self.routes("GET"):
                if not user and endpoint.routing["auth"] == "user":
                    continue
                for address in self.filled(url):
                    place += 1
                    # Members are shown these pages, too, and more of them.
                    if user or ALL or place % 3 == 0:
                        self._read_hugely(user, address, self.fields(endpoint), place)

    def _read_hugely(self, user, address, fields, place):
        with Asked() as plain:
            self.url_open(address, allow_redirects=False)
        queries = every_query(fields) if ALL else some_queries(fields, place)
        for query in queries:
            with Asked() as asked:
                answer = self.url_open(f"{address}?{query}", allow_redirects=False)
            with self.subTest(who=user and user.login, at=f"{address}?{query[:40]}"):
                self.assertLess(answer.status_code, 500)
                self.assertLessEqual(asked.count, plain.count + MORE_STATEMENTS)
                # Odoo keeps the address of the page, however long.
                most = LONGEST_STATEMENT + len(query)
                self.assertLess(asked.longest, most)


@tagged("post_install", "-at_install")
class TestHugeWriting(HugeInput):
    def acts(self):
        """Return the words that stand in the place of an act, from the controllers."""
        from odoo.addons.wezer_currency.controllers.portal import ANSWERS
        from odoo.addons.wezer_fractal_groups.controllers.manage import ACTS
        from odoo.addons.wezer_marketplace.controllers.deal import WezerDeal

        talk = ("join", "ask", "leave", "accept", "invite", "send", "delete")
        return {
            "/groups/<string:slug>/<string:act>": (*talk, "admit", "refuse", "remove"),
            "/groups/<string:slug>/manage/<string:act>": [
                act for act in ACTS if act != "close"
            ],
            "/my/deals/<int:deal_id>/<string:action>": [
                name[4:] for name in dir(WezerDeal) if name.startswith("_do_")
            ],
            "/my/requests/<int:transfer_id>/<string:answer>": list(ANSWERS),
            "/my/acting/<int:mandate_id>/<any(revoke,resign):act>": (
                "revoke",
                "resign",
            ),
        }

    def addresses(self, url):
        """Yield ``url`` with each act, and with own, foreign and missing rows.

        The latter with three acts, without --all with one, of each number another.
        """
        numbers = ("0", "999999", str(2**31), "9" * 400, str(self.foreign.id))
        acts = self.acts().get(url, ("x",))
        ids = re.findall(r"<int:\w+>", url)
        own = list(self.filled(re.sub(r"/<(string:act|string:action|string:answer|"
                                      r"any[^>]*)>", "/ACT", url)))  # fmt: skip
        for act in acts:
            yield from (address.replace("ACT", act) for address in own)
        for at, number in enumerate(numbers if ids else ()):
            address = url
            for place in ids:
                address = address.replace(place, number)
            for act in acts[:3] if ALL else (acts[at % len(acts)],):
                filled = re.sub(r"<(string:ac|string:answer|any)[^>]*>", act, address)
                yield next(self.filled(filled))

    @mute_logger(*LOUD)
    def test_no_form_shows_a_program_error(self):
        values = (None, "0", "1.000", "9" * 5000, str(self.foreign.id))
        for user in (self.test1, None):
            self.login(user)
            for url, endpoint in self.routes("POST"):
                if not user and endpoint.routing["auth"] == "user":
                    continue
                if url.startswith(ODOOS):
                    continue
                names = self.fields(endpoint)
                addresses = list(dict.fromkeys(self.addresses(url)))
                # Without --all each page has every value, each address some of them;
                # visitors, who are sent to the login mostly, send to one address.
                if not (user or ALL):
                    addresses = addresses[:1]
                some = max(2, -(-len(values) // len(addresses)))
                for place, address in enumerate(addresses):
                    turn = 2 * place % len(values)
                    turned = values[turn:] + values[:turn]
                    for value in turned if ALL else turned[:some]:
                        form = {} if value is None else dict.fromkeys(names, value)
                        for name in NUMBERED if value else ():
                            form |= {f"{name}{'9' * 5000}": value, f"{name}1": value}
                        self._send(address, form, (user and user.login, value))

    def _send(self, address, form, what):
        form["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(quote(address), data=form, allow_redirects=False)
        session = http.root.session_store.get(self.opener.cookies["session_id"])
        shown = f"{session.pop('wezer_flash', '')} {session.pop('wezer_refused', '')}"
        http.root.session_store.save(session)
        with self.subTest(at=address, what=str(what)[:40]):
            self.assertLess(answer.status_code, 500)
            page = ODOO_MARKS.sub("", answer.text)
            self.assertIsNone(PROGRAM_WORDS.search(page))
            self.assertIsNone(PROGRAM_WORDS.search(shown), shown)
