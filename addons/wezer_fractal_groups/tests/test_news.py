import os
from ast import literal_eval
from datetime import timedelta
from itertools import cycle
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import mute_logger, tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models import wezer_notice
from odoo.addons.wezer_base.tests.rpc_surfaces import LOUD, Refused, RpcSurfaces

from ..models import wezer_news
from .common import GroupPages

# Each call by each interface; else by one, the next call by the next.
EVERY = os.environ.get("WEZER_COUNTS") == "all"


@tagged("post_install", "-at_install")
class TestNews(RpcSurfaces, GroupPages):
    """Ines may invite in the garden, Gina manages it; Joel and Luc are its members.

    Demo counts in the garden by the compost, the stranger nowhere.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("ines", "gina"):
            setattr(cls, name, cls._member(name))
        cls.admin = cls.env.ref("base.user_admin")
        cls.visitor = cls.env.ref("base.public_user")
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wzg_news_moderator",
            name="Moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls._put(cls.ines, cls._role("Host", cls.garden, "invite"))
        cls._put(cls.gina, cls._role("Lead", cls.garden, "manage"))
        for user in (cls.joel, cls.luc):
            cls._put(user, cls.garden)
            user.password = user.login
        cls._put(cls.demo, cls.compost)
        for user in (cls.joel, cls.luc, cls.demo, cls.ines, cls.gina, cls.stranger):
            user.partner_id.email = f"{user.login}@example.org"
        cls.ines.password = cls.ines.login
        cls.garden.visibility = "public"
        cls.news = cls.env["wezer.news"]

    def _draft(self, user=None, group=None, **vals):
        vals = {"title": "Market on Saturday", "text": "Bring tables.", **vals}
        news = self.news.with_user(user or self.ines)
        return news.browse(news.action_create_own((group or self.garden).id, vals))

    def _published(self, user=None, group=None, **vals):
        draft = self._draft(user, group, **vals)
        draft.action_publish()
        self.news._cron_tell()
        return draft

    def _readers(self, news):
        self.env.invalidate_all()
        people = ("ines", "joel", "luc", "demo", "stranger", "visitor", "moderator")
        return {
            name
            for name in (*people, "admin")
            if self.news.with_user(getattr(self, name)).search([("id", "=", news.id)])
        }

    def _told(self, news, kind="group_news"):
        notices = self.env["wezer.notice"].search(
            [
                ("res_model", "=", "wezer.news"),
                ("res_id", "=", news.id),
                ("kind", "=", kind),
            ]
        )
        return notices

    def _stop(self, user):
        self.env["wezer.news.refusal"].with_user(user).choose(self.garden.id, False)

    def _send(self):
        """Write the letters that are due, and return them."""
        notices = self.env["wezer.notice"].search([("letter_due", "!=", False)])
        notices.letter_due = fields.Datetime.now() - timedelta(minutes=1)
        before = self.env["mail.mail"].search([])
        self.env["wezer.notice.letter"]._cron_send()
        return self.env["mail.mail"].search([]) - before

    # === WHO PUBLISHES, WHO READS === #

    def test_who_invites_or_manages_publishes_and_nobody_else(self):
        for user in (self.ines, self.gina):
            self.assertEqual(self._published(user).state, "published")
        for user in (self.joel, self.luc, self.stranger, self.moderator, self.visitor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._draft(user)
        draft = self._draft()
        for user in (self.luc, self.moderator, self.admin, self.visitor):
            for act in (
                lambda own: own.action_edit({"title": "Mine"}),
                lambda own: own.action_publish(),
                lambda own: own.action_withdraw(),
                lambda own: own.edit_version(),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    act(draft.with_user(user))
        self.assertEqual(draft.state, "draft")
        # A permission that comes from above counts as well.
        self._put(self.stranger, self.president)
        self.assertTrue(self._draft(self.stranger))
        # By the ORM nobody writes.
        for user in (self.ines, self.admin):
            with self.assertRaises(AccessError):
                draft.with_user(user).write({"title": "Other"})
            with self.assertRaises(AccessError):
                self.news.with_user(user).create({"group_id": self.garden.id})

    def _people_and_what_they_read(self, rows):
        """Return ``[(user, names of the rows that they read, how many acts they do)]``.

        Someone of the circle, its manager, one of another circle, a coordinator and
        an administrator of the community; and a visitor, who cannot call at all.
        """
        self._put(self.stranger, self._role("Lead", self._circle("Orchard"), "manage"))
        coordinator = mail_new_test_user(
            self.env,
            login="wzg_news_coordinator",
            name="Coordinator",
            groups="base.group_user,wezer_base.group_coordinator",
        )
        people = [
            (self.visitor, set(), 0),
            (self.joel, {"members", "network", "public"}, 0),
            (self.gina, set(rows), 5),
            (self.stranger, {"network", "public"}, 0),
            (coordinator, {"network", "public"}, 0),
            # As moderators do: they withdraw what was published.
            (self.admin, {"members", "network", "public", "withdrawn"}, 1),
        ]
        self._prepare_surfaces(*(user for user, _seen, _may in people[1:]))
        self.keys[self.visitor] = "nothing"
        return people

    @mute_logger(*LOUD, "odoo.addons.base.models.res_users")
    def test_programs_read_and_publish_news_as_people_do_on_the_pages(self):
        shown = {
            name: self._published(visibility=name)
            for name in ("members", "network", "public")
        }
        shown |= {"withdrawn": self._published(), "draft": self._draft()}
        shown["withdrawn"].action_withdraw()
        ids = {name: news.id for name, news in shown.items()}
        before = self.news.search_read([], ["title", "state"], order="id")
        vals = {"title": "By a program", "text": "Come."}
        acts = (
            ("action_withdraw", [ids["members"]], {}),
            ("action_create_own", None, {"group_id": self.garden.id, "vals": vals}),
            ("action_edit", [ids["draft"]], {"vals": vals}),
            ("action_publish", [ids["draft"]], {}),
            ("action_withdraw", [ids["draft"]], {}),
        )
        # By the ORM's own methods nobody writes, whatever they may publish.
        writing = (
            ("write", [ids["draft"]], {"vals": {"title": "Mine"}}),
            ("create", None, {"vals_list": [{"group_id": self.garden.id, **vals}]}),
            ("unlink", [ids["draft"]], {}),
            ("read", [ids["public"]], {"fields": ["to_tell"]}),
        )
        ways = (self._call_kw, self._json2, self._xmlrpc)
        turns = cycle(ways)
        for user, seen, done in self._people_and_what_they_read(shown):
            login = None if user == self.visitor else user.login
            self.authenticate(login, login and f"{login}-secret")
            hidden = [
                ("read", [ids[name]], {"fields": ["title"]})
                for name in set(shown) - seen
            ]
            refused = [*writing, *hidden, *acts[done:]]
            for method, records, kwargs in refused:
                for way in ways if EVERY else (next(turns),):
                    with (
                        self.subTest(user=user.login, method=method, by=way.__name__),
                        self.assertRaises(Refused),
                    ):
                        way(user, "wezer.news", method, records, **kwargs)
            if user == self.visitor:
                continue
            for way in ways:
                found = way(
                    user,
                    "wezer.news",
                    "search_read",
                    None,
                    domain=[("id", "in", list(ids.values()))],
                    fields=["title"],
                )
                read = {
                    name for name in ids if ids[name] in [one["id"] for one in found]
                }
                self.assertEqual(read, seen, (user.login, way.__name__))
        self.assertEqual(
            self.news.search_read([], ["title", "state"], order="id"), before
        )
        self.authenticate(self.gina.login, f"{self.gina.login}-secret")
        for way in ways:
            with self.subTest(by=way.__name__):
                method, _none, kwargs = acts[1]
                number = way(self.gina, "wezer.news", method, None, **kwargs)
                for method, edited in (
                    ("action_edit", {"vals": {"title": "Changed"}}),
                    ("action_publish", {}),
                ):
                    way(self.gina, "wezer.news", method, [number], **edited)
                news = self.news.browse(number)
                self.env.invalidate_all()
                self.assertEqual((news.title, news.state), ("Changed", "published"))
                self.assertEqual(news.published_by_id, self.gina.partner_id)
                with self.assertRaises(Refused):
                    way(self.gina, "wezer.news", "action_publish", [number])
                way(self.gina, "wezer.news", "action_withdraw", [number])
                self.env.invalidate_all()
                self.assertEqual(news.state, "withdrawn")
        self.authenticate(self.admin.login, f"{self.admin.login}-secret")
        for way, name in zip(ways, ("members", "network", "public"), strict=True):
            way(self.admin, "wezer.news", "action_withdraw", [ids[name]])
            self.env.invalidate_all()
            self.assertEqual(shown[name].state, "withdrawn")

    def test_drafts_and_withdrawn_news_are_read_by_those_who_publish(self):
        draft = self._draft(visibility="public")
        self.assertEqual(self._readers(draft), {"ines"})
        draft.action_publish()
        everybody = {"ines", "joel", "luc", "demo", "stranger", "visitor"}
        self.assertEqual(self._readers(draft), {*everybody, "moderator", "admin"})
        draft.action_withdraw()
        self.assertEqual(self._readers(draft), {"ines", "admin"})

    def test_news_is_visible_to_no_more_people_than_the_circle(self):
        members = {"ines", "joel", "luc", "demo", "admin"}
        public = self._published(visibility="public")
        network = self._published(visibility="network")
        inside = self._published(visibility="members")
        self.assertEqual(self._readers(network), {*members, "stranger", "moderator"})
        self.assertEqual(self._readers(inside), members)
        self.garden.visibility = "network"
        self.assertEqual(self._readers(public), {*members, "stranger", "moderator"})
        self.garden.visibility = "members"
        for news in (public, network, inside):
            self.assertEqual(self._readers(news), members)
        with self.assertRaises(Refusal) as refused:
            self._draft(visibility="network")
        self.assertEqual(
            (refused.exception.rule, refused.exception.limit), ("visibility", "members")
        )
        # What was a draft for more people before.
        self.garden.visibility = "public"
        draft = self._draft(visibility="public")
        self.garden.visibility = "network"
        with self.assertRaises(Refusal) as refused:
            draft.action_publish()
        self.assertEqual(refused.exception.rule, "visibility")

    def test_the_page_of_a_circle_lists_what_the_rules_let_one_read(self):
        for visibility in ("public", "network", "members"):
            self._published(visibility=visibility)
        self._draft()
        for visibility in ("public", "network", "members"):
            self.garden.visibility = visibility
            for name in ("ines", "luc", "demo", "stranger", "visitor", "moderator"):
                self.env.invalidate_all()
                group = self.garden.with_user(getattr(self, name))
                if not group.search([("id", "=", group.id)]):
                    continue
                news = self.news.with_user(group.env.user)
                with self.subTest(f"{visibility} {name}"):
                    rules = news._latest(9, more=Domain("group_id", "=", group.id))
                    select = news._latest_select(group, 9)
                    ((rows,),) = self.env.execute_query(select)
                    self.assertEqual(news._of_rows(group, rows), rules)

    def test_what_is_written_is_cleaned_and_bounded(self):
        for vals, rule in (
            ({"title": ""}, "title"),
            ({"title": "\u200b"}, "title"),
            ({"text": " "}, "text"),
            ({"title": "x" * 121}, "title"),
            ({"text": "x" * 8001}, "text"),
            ({"text": {"a": 1}}, "text"),
            ({"visibility": "all"}, "visibility"),
            ({"written_lang": "xx"}, "language"),
            ({"state": "published"}, "field"),
            ({"group_id": self.village.id}, "field"),
        ):
            with self.subTest(vals=vals), self.assertRaises(Refusal) as refused:
                self._draft(**vals)
            self.assertEqual(refused.exception.rule, rule)
        for wrong in (self.director.id, 0, [self.garden.id], None):
            with self.subTest(wrong), self.assertRaises(Refusal) as refused:
                self.news.with_user(self.ines).action_create_own(wrong, {})
            self.assertIn(refused.exception.rule, ("circle", "group"))
        self.garden.visibility = "members"
        with self.assertRaises(Refusal) as refused:
            self._draft(self.stranger)
        self.assertEqual(refused.exception.rule, "group")
        draft = self._draft(text="Bonjour\u202e à tous les voisins du jardin")
        self.assertEqual(draft.text, "Bonjour à tous les voisins du jardin")
        self.assertEqual(draft.written_lang, "fr")

    def test_a_draft_that_somebody_else_changed_is_not_overwritten(self):
        draft = self._draft()
        version = draft.edit_version()
        draft.with_user(self.gina).action_edit({"text": "Bring chairs."})
        with self.assertRaises(Refusal) as refused:
            draft.action_edit({"text": "Bring lamps."}, version)
        self.assertEqual(refused.exception.rule, "changed")
        before = draft.slug
        draft.action_edit({"title": "Market on Sunday"})
        self.assertIn("market-on-sunday", draft.slug)
        self.assertEqual(self.news.with_user(self.ines)._at_slug(before), draft)
        draft.action_publish()
        for act in (draft.action_publish, lambda: draft.action_edit({"text": "No"})):
            with self.assertRaises(Refusal) as refused:
                act()
            self.assertEqual(refused.exception.rule, "state")

    def test_who_published_and_withdrew_is_kept(self):
        draft = self._draft()
        draft.with_user(self.gina).action_publish()
        self.assertEqual(draft.author_id, self.ines.partner_id)
        self.assertEqual(draft.published_by_id, self.gina.partner_id)
        acts = self.env["wezer.acting.log"].sudo().search([("res_id", "=", draft.id)])
        self.assertIn("publish_news", acts.mapped("what"))
        self.assertEqual(acts.actor_id, self.gina.partner_id)
        with self.assertRaises(AccessError):
            self.news.with_user(self.visitor).browse(draft.id).author_id  # noqa: B018

    def test_a_moderator_of_the_community_withdraws_and_the_circle_learns_it(self):
        news = self._published(visibility="network", send_letter=True)
        news.with_user(self.moderator).action_withdraw()
        self.assertEqual(news.withdrawn_by_id, self.moderator.partner_id)
        mails = self._send()
        # Letters that wait are not sent any more.
        self.assertEqual(mails.mapped("email_to"), [self.ines.email])
        told = self._told(news, "group_news_withdrawn")
        self.assertEqual(told.partner_id, self.ines.partner_id)
        # Not what a moderator cannot read.
        inside = self._published(visibility="members")
        with self.assertRaises(AccessError):
            inside.with_user(self.moderator).action_withdraw()

    # === TELLING THE MEMBERS === #

    def test_members_are_told_once_however_often_telling_begins_anew(self):
        people = (self.joel | self.luc | self.demo | self.gina).partner_id
        draft = self._draft(send_letter=True)
        draft.action_publish()
        notices = self.env["wezer.notice"]
        with (
            patch.object(type(notices), "_leave", side_effect=ValueError),
            self.assertLogs("odoo.addons.wezer_base.tools.cron", "ERROR"),
        ):
            self.news._cron_tell()
        self.assertTrue(draft.sudo().to_tell, "the next run tells them")
        with (
            patch.object(wezer_notice, "WRITTEN_AT_ONCE", 1),
            patch.object(wezer_notice, "PORTION", 1),
        ):
            self.news._cron_tell()
            notices._cron_write()
        self.assertEqual(self._told(draft).partner_id, people)
        self.assertEqual(len(self._told(draft)), len(people))
        draft.sudo().to_tell = True
        self.news._cron_tell()
        self.assertEqual(len(self._told(draft)), len(people))
        mails = self._send()
        self.assertEqual(
            sorted(mails.mapped("email_to")), sorted(people.mapped("email"))
        )
        self.assertFalse(self._send(), "each letter once")

    def test_a_letter_brings_the_text_in_the_readers_language_and_can_be_stopped(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.luc.lang = "fr_FR"
        view = self.env.ref("wezer_fractal_groups.news_letter")
        words = {"fr_FR": {"Open the page": "Voir la page"}}
        view.update_field_translations("arch_db", words)
        self._published(text="Bring tables.\n\nAnd <b>soup</b>.", send_letter=True)
        mails = {mail.email_to: mail for mail in self._send()}
        mail = mails[self.luc.email]
        body = html.fromstring(mail.body_html)
        self.assertIn("And <b>soup</b>.", body.text_content())
        self.assertIn("Market on Saturday", body.text_content())
        self.assertIn("Voir la page", body.text_content())
        self.assertIn(self.env.company.email_secondary_color, mail.body_html)
        self.assertNotIn(self.joel.email, mail.body_html)
        self.assertNotIn("Market", mail.subject, "news for members: nothing of it")
        link = literal_eval(mail.headers)["List-Unsubscribe"].strip("<>")
        self.assertIn("One-Click", mail.headers)
        self.assertIn(link, body.xpath("//a/@href"))
        path = link[link.index("/news/stop/") :]
        self.assertEqual(self.url_open(path).status_code, 200)
        refusals = self.env["wezer.news.refusal"]
        self.assertFalse(refusals.search([]), "opening the link stops nothing")
        data = {"List-Unsubscribe": "One-Click"}
        self.assertEqual(self.url_open(path, data=data).status_code, 200)
        self.assertEqual(refusals.search([]).partner_id, self.luc.partner_id)
        for forged in (path[:-1] + "x", path.replace("/stop/", "/stop/1")):
            self.assertEqual(self.url_open(forged, data=data).status_code, 404)
        other = path.replace(f"/{self.garden.id}/", f"/{self.village.id}/")
        self.assertEqual(self.url_open(other, data=data).status_code, 404)
        self.assertEqual(len(refusals.search([])), 1)
        again = self._published(send_letter=True)
        self.assertNotIn(self.luc.partner_id, self._told(again).partner_id)
        self.assertNotIn(self.luc.email, self._send().mapped("email_to"))
        # The circle around has letters of its own.
        self._put(self.gina, self.president)
        around = self._published(self.gina, self.village, send_letter=True)
        self.assertIn(self.luc.partner_id, self._told(around).partner_id)

    def test_no_letter_goes_to_who_left_stopped_or_was_suspended_meanwhile(self):
        news = self._published(send_letter=True)
        self.garden.with_user(self.luc).action_leave()
        self.joel.partner_id._wezer_profile().sudo().state = "suspended"
        self._stop(self.demo)
        self.assertEqual(self._send().mapped("email_to"), [self.gina.email])
        self.assertTrue(self._told(news).filtered("settled"))
        self.env["wezer.digest"].with_user(self.gina).choose({"circles": "never"})
        self._published(send_letter=True)
        self.assertFalse(self._send())
        self.env["wezer.digest"].with_user(self.gina).choose({"circles": "at_once"})
        self.env["mail.blacklist"]._add(self.gina.email)
        self._withdraw_limit()
        self._published(send_letter=True)
        self.assertFalse(self._send(), "no mailings for who wants none")

    def _withdraw_limit(self):
        """Let the letters of before be of another day."""
        for news in self.news.search([]):
            news.date -= timedelta(days=2)

    def test_news_without_a_letter_is_in_the_digest_and_not_sent_at_once(self):
        news = self._published()
        self.assertFalse(self._send())
        notices = self._told(news)
        notices.date = fields.Datetime.now() - timedelta(days=1)
        self._stop(self.joel)
        mail = self.env["wezer.digest"]._send_to(self.luc.partner_id)
        self.assertIn("Market on Saturday", mail.body_html)
        self.assertFalse(self.env["wezer.digest"]._send_to(self.joel.partner_id))
        self.garden.with_user(self.demo).sudo()._end_memberships()
        self.compost.sudo()._end_memberships()
        self.assertFalse(self.env["wezer.digest"]._send_to(self.demo.partner_id))

    def test_a_circle_sends_two_letters_a_day(self):
        for _number in range(wezer_news.LETTERS_A_DAY):
            first = self._published(send_letter=True)
        draft = self._draft(send_letter=True)
        with self.assertRaises(Refusal) as refused:
            draft.action_publish()
        self.assertEqual(
            (refused.exception.rule, refused.exception.limit), ("letters", "2")
        )
        first.action_withdraw()
        with self.assertRaises(Refusal):
            draft.action_publish()
        # Without a letter, and by another circle, there is no limit.
        self._published()
        self._put(self.gina, self.president)
        self._published(self.gina, self.village, send_letter=True)
        first.sudo().date -= timedelta(days=2)
        draft.action_publish()

    def test_a_choice_about_letters_is_ones_own(self):
        refusals = self.env["wezer.news.refusal"]
        refusals.with_user(self.luc).choose(self.garden.id, False)
        row = refusals.search([])
        for user in (self.ines, self.gina, self.admin):
            self.assertFalse(refusals.with_user(user).search([]))
        self.assertEqual(refusals.with_user(self.luc).search([]), row)
        for user, group in (
            (self.stranger, self.garden),
            (self.luc, self.workshop),
            (self.visitor, self.garden),
        ):
            with self.assertRaises(UserError):
                refusals.with_user(user).choose(group.id, False)
        self.luc.partner_id._wezer_anonymise()
        self.assertFalse(refusals.search([]))

    # === PAGES === #

    def _page(self, path, login=None):
        self.authenticate(login, login)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200, path)
        return html.fromstring(response.text)

    def test_from_the_page_of_the_circle_to_a_published_page(self):
        path = f"/groups/{self.garden.slug}"
        page = self._page(path, self.luc.login)
        self.assertFalse(page.xpath("//a[contains(@href, '/news/new')]"))
        page = self._page(path, self.ines.login)
        (link,) = page.xpath("//a[contains(@href, '/news/new')]/@href")
        page = self._page(link, self.ines.login)
        self._submit(page, link, title="Soup", text="On Sunday", visibility="public")
        news = self.news.search([("title", "=", "Soup")])
        self.assertEqual(news.state, "draft")
        page = self._page(news._url(), self.ines.login)
        self._submit(page, f"{news._url()}/publish")
        self.assertEqual(news.state, "published")
        for address in (path, f"{path}/news", "/news", news._url()):
            self.assertIn("Soup", self._page(address).text_content(), address)
        # A visitor reads no name of a member.
        self.assertNotIn("Ines", self._page(news._url()).text_content())
        self.news._cron_tell()
        board = self.luc.with_user(self.luc)._wezer_dashboard()["news"]
        self.assertEqual([row["url"] for row in board], [news._url()])
        self._page(news._url(), self.luc.login)
        told = self._told(news).filtered(
            lambda one: one.partner_id == self.luc.partner_id
        )
        self.assertTrue(told.is_read)
        board = self.luc.with_user(self.luc)._wezer_dashboard()["news"]
        self.assertEqual([row["text"] for row in board], ["Soup"])
        page = self._page(news._url(), self.ines.login)
        self._submit(page, f"{news._url()}/withdraw")
        self.authenticate(None, None)
        self.assertEqual(self.url_open(news._url()).status_code, 404)

    def _submit(self, page, action, **vals):
        (form,) = [one for one in page.forms if one.get("action") == action]
        data = {**dict(form.form_values()), **vals}
        response = self.url_open(action, data=data)
        self.assertEqual(response.status_code, 200, action)
        return html.fromstring(response.text)

    def test_no_letter_is_promised_while_no_email_can_be_sent(self):
        says = "E-mails cannot be sent at the moment."
        draft = self._draft(send_letter=True)
        circle = f"/groups/{self.garden.slug}"
        pages = (f"{circle}/news/new", draft._url())
        for can_send in (True, False):
            with patch.object(
                self.env.registry["mail.mail"],
                "_wezer_trouble",
                lambda _self, word="" if can_send else "server": word,
            ):
                self.env["res.company"]._wezer_forget_mail_trouble()
                for path in pages:
                    text = self._page(path, self.ines.login).text_content()
                    self.assertEqual(says in text, not can_send, path)
                page = self._page(circle, self.luc.login)
                page = self._submit(page, f"{circle}/no_letters")
                text = self._submit(page, f"{circle}/letters").text_content()
                self.assertEqual(says in text, not can_send)
                if not can_send:
                    page = self._page(draft._url(), self.ines.login)
                    page = self._submit(page, f"{draft._url()}/publish")
                    text = page.text_content()
                    self.assertIn(says, text)
                    self.assertNotIn("The members get it", text)
        self.env["res.company"]._wezer_forget_mail_trouble()

    def test_the_letters_of_a_circle_are_stopped_on_its_page_and_among_the_choices(
        self,
    ):
        path = f"/groups/{self.garden.slug}"
        page = self._page(path, self.luc.login)
        self._submit(page, f"{path}/no_letters")
        refusals = self.env["wezer.news.refusal"]
        self.assertEqual(refusals.search([]).group_id, self.garden)
        page = self._page("/my/notices/choices", self.luc.login)
        boxes = page.xpath("//input[@name='circle']")
        wanted = {box.get("value"): box.get("checked") for box in boxes}
        self.assertIsNone(wanted[str(self.garden.id)])
        self.assertTrue(wanted[str(self.village.id)])
        self._submit(page, "/my/notices/circles", circle=str(self.garden.id))
        self.assertEqual(refusals.search([]).group_id, self.village)
        self.assertFalse(self._page(path).xpath("//form[contains(@action, 'letters')]"))
