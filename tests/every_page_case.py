"""Every page of the suite, as each kind of person, looked at in a browser.

Pages are found by following links from where a person starts, so a new page is looked
at the moment something leads to it; a page that nothing leads to fails a test. Each is
opened in one of the five languages, on a phone in light and on a desktop in dark, and
read in one other than English. With ``./wezer test --all`` each is opened and read in
every language, at three widths in light and dark, and a test is one for each language,
so that each ends and can be run alone. In its own language a page is looked at in full;
what no language changes, its colours and its names for a screen reader, is not looked
at again in the other four. Pictures are kept in ``.wezer/screenshots/pages``: of
findings, with ``--all`` of everything. Staff see on the website what members see, so
each of them looks at a part of it (with ``--all`` at everything).
"""

import os
import re
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from datetime import timedelta
from functools import cache, partialmethod
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import babel

from odoo import fields
from odoo.tests import HttpCase, new_test_user
from odoo.tools import config
from odoo.tools.misc import file_path

from launcher.demo import make_demo

from . import every_page
from .browser import Browser, answering

ADDONS = (
    *("wezer_base", "wezer_currency", "wezer_fractal_groups", "wezer_reputation"),
    *("wezer_marketplace", "wezer_movein", "wezer_website"),
    *("wezer_decision", "wezer_agreement"),
    *("wezer_decision_currency", "wezer_decision_market"),
)
# What people write themselves, in any language.
WRITTEN = (
    *("wezer.announcement", "wezer.assessment", "wezer.category", "wezer.currency"),
    *("wezer.group", "wezer.profile", "wezer.skill", "wezer.transfer"),
    *("wezer.news", "wezer.conversation.message"),
    *("wezer.decision", "wezer.decision.version", "wezer.decision.option"),
    *("wezer.discussion", "wezer.discussion.word", "wezer.objection"),
    *("wezer.agreement", "wezer.agreement.version", "wezer.agreement.concern"),
    *("wezer.payment.link", "res.country", "res.country.state"),
    *("project.project", "project.task", "res.company", "res.partner", "website"),
)
TERMS = "We meet each other with respect."
# Whose words stand on our pages too.
THEIRS = (
    *("base", "web", "http_routing", "portal", "website", "auth_signup", "mail"),
    *("gamification", "html_editor", "project", "rating", "web_hierarchy"),
)
# Code of an address, name of the file of terms; and what tests call it.
LANGUAGES = {
    "en": "english",
    "fr": "french",
    "ca": "catalan",
    "es": "spanish",
    "de": "german",
}
ALL = os.environ.get("WEZER_COUNTS") == "all"
# The rule of axe that dark changes.
COLOURS = ("color-contrast",)
# Pages that differ by a record: without --all one is looked at.
SAME_RULE = every_page.SAME_RULE if ALL else 1
# Every kind of deal, in a third of the time.
FEWER = tuple((way, max(1, count // 5)) for way, count in make_demo.WAYS)
# Addresses that answer a GET request, but are no pages that links lead to: why.
NO_PAGE = {
    "/app/offline": "kept by the service worker, shown without a connection",
    "/groups/map/find": "the map asks it while somebody types",
    "/groups/map/level": "the map asks it while somebody looks into a circle",
    "/my/deals/<int:deal_id>/evidence/<int:evidence_id>": "a file",
    "/my/deals/<int:deal_id>/evidence/<int:evidence_id>/picture": "a picture",
    "/my/deals/<int:deal_id>/live": "a part of the page of a deal",
    "/my/messages/<int:conversation_id>/live": "a part of the page of a conversation",
    "/my/messages/live": "a part of the list of messages",
    "/service-worker.js": "a program",
}
# Pages that no link of another page leads to: why.
WITHOUT_LINK = {
    "/agreements/<string:slug>/edit": "where the reader wrote a draft",
    "/decisions/<int:decision_id>/edit": "where the reader wrote a draft",
    "/digest/stop/<int:partner_id>/<string:token>": "a link of an e-mail",
    "/groups/<string:slug>/talk/<int:page>": "earlier messages, where there are many",
    "/join/<string:token>": "a link of an e-mail",
    "/join/<string:token>/block": "a link of an e-mail",
    "/my/email/confirm/<string:token>": "a link of an e-mail",
    "/my/emails": "for administrators, from their to-do list",
    "/my/messages/reports/<int:report_id>": "from the to-do list, where one waits",
    "/my/moved-in": "from a statement, where an account came from another system",
    "/news/stop/<int:partner_id>/<int:group_id>/<string:token>": "a link of a letter",
    "/pay/<string:token>": "a link that people pass on",
    "/welcome": "where a new account is led after its first login",
}
STARTS = ("/", "/my", "/market", "/groups", "/members", "/contactus", "/web/login")


@cache
def terms_of(language):
    """Return the terms of our addons, and of Odoo's that make pages, in a language."""
    ours = [every_page.ROOT / "addons" / name for name in ADDONS]
    theirs = [Path(file_path(name)) for name in THEIRS]
    return every_page.terms_of(language, ours, theirs)


def each_language(test):
    """Mark a test that takes languages: with ``--all`` it is one for each of them."""
    test.each_language = True
    return test


class EveryPage(HttpCase):
    """The demo community, and who looks at it."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        marked = {
            name: test
            for base in cls.__mro__
            for name, test in vars(base).items()
            if getattr(test, "each_language", False)
        }
        for name, test in marked.items() if ALL else ():
            setattr(cls, name, None)
            for code, language in LANGUAGES.items():
                setattr(cls, f"{name}_in_{language}", partialmethod(test, (code,)))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with (
            patch.object(cls.env.cr, "commit", cls.env.flush_all),
            patch.object(make_demo, "WAYS", FEWER),
            redirect_stdout(StringIO()),
        ):
            logins = make_demo.make(cls.env)
        cls.env.invalidate_all()
        new = new_test_user(
            cls.env, "newcomer", "base.group_portal", name="Nina Newcomer"
        )
        new.partner_id._wezer_profile()
        new.password = new.login
        cls.logins = {
            "visitor": None,
            "new member": new.login,
            **{who: row["login"] for who, row in logins.items()},
        }
        invited = new_test_user(cls.env, "invited", "base.group_portal", name="Ivo")
        invited.partner_id._wezer_profile().welcomed = False
        invited.password = cls.logins["invited"] = invited.login
        cls._add_what_links_lead_to()
        cls.found, cls.rules = {}, {}
        cls.pictures = Path(config["screenshots"] or ".wezer/screenshots") / "pages"
        # Rules without a record first: they are more exact.
        rules = sorted(cls._our_pages(), key=lambda rule: (rule.count("<"), rule))
        cls.patterns = {rule: every_page.rule_pattern(rule) for rule in rules}
        cls.data = cls._written_by_people()

    @classmethod
    def _add_what_links_lead_to(cls):
        """Give the community terms, and its member a circle to lead, links and a deal.

        The demo community has pages of these kinds for others only.
        """
        env = cls.env
        member = env["res.users"].search([("login", "=", cls.logins["member"])])
        env.company.wezer_terms = f"<p>{TERMS}</p>"
        role = env["wezer.group"].search([("name", "=", "Garden coordinator")])
        role.right_manage = True
        as_member = env(user=member.id, su=False)
        circle = role.parent_id.with_env(as_member)
        if circle._may("join"):
            circle.action_join()
        steward = env.ref("base.user_admin")
        role.with_env(env(user=steward.id, su=False)).action_invite(
            member.partner_id.id
        )
        role.with_env(as_member).action_accept_invitation()
        draft = {"title": "Who has a wheelbarrow?", "text": "Ours is broken."}
        news = as_member["wezer.news"].action_create_own(circle.id, draft)
        news = as_member["wezer.news"].browse(news)
        currency = env["wezer.currency"].search([("unit_kind", "=", "hour")], limit=1)
        link = as_member["wezer.payment.link"].create_link(
            member.partner_id.id, currency.id, "1:00", "Bread"
        )
        token = env["wezer.payment.link"].browse(link).token
        env["wezer.currency.office"].with_user(steward).create(
            {
                "partner_id": member.partner_id.id,
                "wezer_currency_id": currency.id,
                "role": "treasurer",
            }
        )
        deal = cls._deal_of_others(member, currency)
        deal.action_hand_over(member.partner_id.id)
        cls._add_a_circle(member, currency)
        invitation = urlsplit(as_member["wezer.invitation"].action_link()).path
        cls.starts = {
            "visitor": (invitation, f"/pay/{token}"),
            "new member": (f"/pay/{token}",),
            "member": (f"/groups/{circle.slug}/talk", f"/news/{news.slug}"),
        }

    @classmethod
    def _deal_of_others(cls, member, currency):
        """Return an accepted deal as who works on it; the member has no part in it.

        Which deals of the demo community are under way depends on the hour.
        """
        wallets = cls.env["wezer.wallet"].search(
            [
                ("wezer_currency_id", "=", currency.id),
                ("partner_id.user_ids.share", "=", True),
                ("partner_id", "!=", member.partner_id.id),
            ]
        )
        payer, payee = wallets.sorted(lambda wallet: -wallet._balance_now())[
            :2
        ].partner_id.user_ids
        announcements = cls.env(user=payer.id, su=False)["wezer.announcement"]
        announcement = announcements.action_create_own(
            {
                "title": "Sort the tools of the shed",
                "kind": "want",
                "category_id": cls.env["wezer.category"].search([], limit=1).id,
                "places": 1,
                "quantity": 1,
                "prices": {currency.id: "1:00"},
            },
            publish=True,
        )
        as_payee = cls.env(user=payee.id, su=False)
        deal = as_payee["wezer.announcement"].browse(announcement).action_claim()
        return as_payee["wezer.deal"].browse(deal)

    @classmethod
    def _add_a_circle(cls, member, currency):
        """Propose a settlement in a circle to the member and two others."""
        others = cls.env["wezer.profile"].search(
            [
                ("state", "=", "active"),
                ("is_person", "=", True),
                ("partner_id", "!=", member.partner_id.id),
            ],
            limit=2,
        )
        currency.circle_clearing = True
        ring = [
            partner._wezer_wallet(currency)
            for partner in (member.partner_id, *others.partner_id)
        ]
        cls.env["wezer.clearing"].create(
            {
                "wezer_currency_id": currency.id,
                "amount_minor": 60,
                "member_count": len(ring),
                "answer_until": fields.Datetime.now() + timedelta(days=3),
                "line_ids": [
                    fields.Command.create(
                        {
                            "debtor_wallet_id": debtor.id,
                            "creditor_wallet_id": creditor.id,
                            "debt_minor": 90,
                        }
                    )
                    for debtor, creditor in zip(ring, ring[1:] + ring[:1], strict=True)
                ],
            }
        )

    @classmethod
    def _written_by_people(cls):
        """Return what people of the community wrote: it is in their language."""
        data = set()
        for model in WRITTEN:
            rows = cls.env[model].search([])
            for name, field in rows._fields.items():
                if field.store and field.type in ("char", "text"):
                    data |= {every_page.plain(row[name] or "") for row in rows}
        # Languages are called as they call themselves.
        names = [name for _code, name in cls.env["res.lang"].get_installed()]
        data |= {part for name in names for part in name.split(" / ")}
        data |= set(babel.Locale.parse("en").languages.values())
        data |= {
            every_page.plain(TERMS),
            *cls.env["res.users"].search([]).mapped("login"),
        }
        data |= {part.rstrip(".") for part in data}
        return data

    @classmethod
    def _our_pages(cls):
        """Return the rules of our pages: what answers a GET request with a page."""
        rules = set()
        http = cls.env["ir.http"]
        for rule, endpoint in http._generate_routing_rules(
            cls.env.registry._init_modules, http._get_converters()
        ):
            routing = endpoint.routing
            if (
                routing.get("website")
                and routing["type"] == "http"
                and "GET" in (routing.get("methods") or ["GET"])
                and "odoo.addons.wezer_" in endpoint.func.__module__
                and not every_page.NOT_FOLLOWED.search(rule)
                and "/page/" not in rule
            ):
                rules.add(rule)
        return rules

    def _rule_of(self, path):
        for rule, pattern in self.patterns.items():
            if pattern.fullmatch(path):
                return rule
        return re.sub(r"\d+", "<n>", path)

    def _become(self, who):
        login = self.logins[who]
        self.authenticate(login, login)

    def _get(self, path):
        return self.url_open(path, timeout=60)

    def _pages(self, who):
        """Return the pages that links lead these people to, found once."""
        self._become(who)
        if who not in self.found:
            crawl = every_page.Crawl(self._get, self._rule_of, SAME_RULE)
            starts = [s for s in STARTS if who != "visitor" or s != "/my"]
            pages = crawl.run(*starts, *self.starts.get(who, ()))
            self.assertEqual(crawl.broken, [], f"links that lead nowhere for a {who}")
            self.found[who] = pages
            self.rules[who] = crawl.rules
        return list(self.found[who])

    # === WORDS === #

    def _english_left(self, pages, shift, languages):
        """Yield the English on the pages in the other languages, a line each text.

        :param languages: to read each page in; otherwise it is read in its own, or in
            French: a text that cannot be translated is English in all of them
        """
        found = defaultdict(set)
        for number, page in enumerate(pages):
            own = self._own_language(number + shift)
            for language in languages or (own if own != "en" else "fr",):
                if language == "en":
                    continue
                answer = self._get(f"/{language}{page.path}")
                if answer.status_code != 200:
                    yield f"{answer.status_code} /{language}{page.path}"
                    continue
                for text in every_page.english_left(
                    answer.content, terms_of(language), self.data, page
                ):
                    found[text].add(f"/{language}{page.path}")
        for text, places in sorted(found.items()):
            where = ", ".join(sorted(places)[:6])
            yield f"English: “{text}” on {where} ({len(places)})"

    # === LOOKS === #

    def _own_language(self, number):
        """Return the language of a page of this number: each kind is in another."""
        return list(LANGUAGES)[number % len(LANGUAGES)]

    def _browser(self, who):
        """Open a browser in which these people are logged in, as by ``_become``."""
        browser = Browser(self.base_url(), 360)
        self.addCleanup(browser.close)
        if self.logins[who]:
            cookie = {"name": "session_id", "value": self.session.sid}
            browser.driver.execute_cdp_cmd(
                "Network.setCookie", {**cookie, "url": self.base_url()}
            )
        return browser

    def _look(self, who, pages, shift, languages=()):
        """Open every page in a browser; yield what is wrong, a line each.

        :param languages: to open each page in; otherwise it is opened in its own
        """
        look = every_page.Look(self._browser(who))
        for number, page in enumerate(pages):
            # Each kind of page in another language for another kind of person.
            own = self._own_language(number + shift)
            for language in languages or (own,):
                yield from self._look_at_page(look, who, page, language, own)

    def _look_at_page(self, look, who, page, language, own):
        """Return what is wrong with one page in one language.

        :param own: the language in which also that is looked at which none changes
        """
        # With its code for English too: without one, the language is the last one.
        prefix = f"/{language}"
        where = f"{who} {prefix}{page.path}"
        picture = self.pictures / who / f"{page.name}-{language}"
        wrong = []

        def at(*screen, axe=None, kept=False):
            look.screen(*screen)
            rows = look.layout()
            if axe is not None:
                rows += look.axe(*axe)
            # Without --all a picture is kept where something is wrong.
            if ALL and kept or rows:
                name = f"{picture.name}-{screen[0]}-{screen[1]}.png"
                look.picture(picture.with_name(name), whole=ALL)
            wrong.extend(f"{where} {screen}: {row}" for row in rows)

        look.screen(every_page.WIDTHS[0], "light")
        look.open(prefix + page.path, program=True)
        if ALL:
            self._look_at_all_widths(look, at, language == own)
        else:
            self._look_at_two_widths(look, at)
        return [f"{where}: {row}" for row in look.log()] + wrong

    def _look_at_two_widths(self, look, at):
        """Look at an open page on a phone and on a desktop, each axe rule once.

        The rules are asked with all parts unfolded, on the phone in light, and for the
        colours on the desktop in dark.
        """
        narrow, _middle, wide = every_page.WIDTHS
        if folded := look.has_folded():
            at(narrow, "light")
            look.unfold()
        at(narrow, "light", axe=())
        at(wide, "light")
        at(wide, "dark", axe=COLOURS)
        if folded:
            look.fold()
            at(wide, "dark")

    def _look_at_all_widths(self, look, at, whole):
        """Look at an open page at every width, folded and unfolded.

        :param whole: look also at what no language changes
        """
        narrow, middle, wide = every_page.WIDTHS
        # Longer words make a line of links break otherwise.
        rules = () if whole else ("target-size",)
        at(narrow, "light", axe=rules, kept=True)
        at(middle, "light")
        at(wide, "light", axe=rules if whole else None, kept=True)
        theme = "light"
        if whole:
            # Dark changes colours only.
            theme = "dark"
            at(wide, theme, axe=COLOURS, kept=True)
            at(narrow, theme, axe=COLOURS, kept=True)
        if look.unfold():
            at(narrow, theme, axe=rules if whole else None)
            at(wide, theme)

    def _check(self, who, shift, languages=(), part=0, parts=1):
        """Look at the pages of these people, or at one of so many parts of them.

        :param languages: to look at; otherwise at each page in its own
        """
        pages = self._pages(who)
        self.assertGreater(len(pages), 10)
        if not ALL:
            # One of each kind; of addresses that differ by a record a second one.
            kinds = Counter()
            for page in list(pages):
                kinds[page.rule] += 1
                if kinds[page.rule] > 1 + ("<" in page.rule):
                    pages.remove(page)
            pages = pages[part::parts]
        self._check_pages(who, pages, shift, languages)

    def _check_pages(self, who, pages, shift, languages=()):
        """Look for English on pages, then at each in a browser."""
        report = self.pictures / f"{'-'.join((who, *languages))}.txt"
        report.parent.mkdir(parents=True, exist_ok=True)
        read = languages or (tuple(LANGUAGES) if ALL else ())
        wrong = []
        with report.open("w") as file:
            for row in self._english_left(pages, shift, read):
                wrong.append(row)
                print(row, file=file, flush=True)
            with answering(self):
                for row in self._look(who, pages, shift, languages):
                    wrong.append(row)
                    print(row, file=file, flush=True)
        first = "\n".join(wrong[:40])
        self.assertFalse(wrong, f"{len(wrong)} findings, the first:\n{first}")
