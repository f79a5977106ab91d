"""Forms sent at the same moment, to a server of their own."""

import threading

import lxml.html
import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc import RpcCase

pytestmark = pytest.mark.slow


@tagged("post_install", "-at_install", "concurrency")
class TestFormsAtOnce(RpcCase):
    """What is sent twice at once is done once; what two send is done for both."""

    def _make(self, env):
        members = self._members(env, "Writer", 2)
        self.users = members.ids
        self.group = env["wezer.group"].create(
            {"name": f"Talk {self.mark}", "join_policy": "open"}
        )
        for member in members:
            self.group.with_user(member).action_join()
        self.group = self.group.id
        post = env["wezer.announcement"].with_user(members[0]).action_create_own
        self.want = post({"title": f"Deal {self.mark}"})
        want = env["wezer.announcement"].with_user(members[1]).browse(self.want)
        self.deal = want.action_claim()

    def _archive(self, env):
        deals = env["wezer.deal"].browse(self.deal)
        deals._finish("cancelled")
        posted = env["wezer.announcement"].search(
            [("author_id.user_ids", "in", self.users)]
        )
        posted._end("closed")
        env["wezer.group"].browse(self.group).sudo().active = False
        super()._archive(env)

    def _env(self, function):
        with self.registry.cursor() as cr:
            return function(api.Environment(cr, SUPERUSER_ID, {}))

    def _form_of(self, person, url, action):
        """Return what a browser would send of a form, and where to."""
        answer = person.get(self.server.url + url)
        page = lxml.html.fromstring(answer.content)
        form = page.xpath(f"//form[@action='{action}']")[0]
        return self.server.url + action, dict(form.form_values())

    def _together(self, *posts):
        """Send ``(person, address, data)`` at the same moment; return the answers."""
        barrier, answers = threading.Barrier(len(posts)), [None] * len(posts)

        def send(place, person, address, data):
            barrier.wait(60)
            answers[place] = person.post(address, data=data, timeout=120)

        threads = [
            threading.Thread(target=send, args=(place, *post))
            for place, post in enumerate(posts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([answer.status_code for answer in answers], [200] * len(posts))
        return answers

    def _titled(self, title):
        return self._env(
            lambda env: (
                env["wezer.announcement"].search([("title", "=", title)]).mapped("slug")
            )
        )

    def test_a_post_form_sent_twice_posts_once(self):
        writer = self.sessions[0]
        address, data = self._form_of(writer, "/market/new", "/market/new")
        data["title"] = f"Pressed twice {self.mark}"
        first, second = self._together((writer, address, data), (writer, address, data))
        self.assertEqual(len(self._titled(data["title"])), 1)
        self.assertEqual(first.url, second.url)

    def test_two_members_may_post_the_same_title(self):
        posts = []
        for writer in self.sessions:
            address, data = self._form_of(writer, "/market/new", "/market/new")
            data["title"] = f"A title of two {self.mark}"
            posts.append((writer, address, data))
        self._together(*posts)
        self.assertEqual(len(set(self._titled(data["title"]))), 2)

    def test_a_message_sent_twice_is_kept_once(self):
        writer = self.sessions[0]
        slug = self._env(lambda env: env["wezer.group"].browse(self.group).slug)
        for url, action, field in (
            (f"/groups/{slug}", f"/groups/{slug}/send", "text"),
            (f"/my/deals/{self.deal}", f"/my/deals/{self.deal}/send", "body"),
        ):
            # Two windows: each form has a token of its own.
            posts = []
            for _window in range(2):
                address, data = self._form_of(writer, url, action)
                data[field] = "Hello, all"
                posts.append((writer, address, data))
            self._together(*posts)
        talk = self._env(
            lambda env: (
                env["wezer.group.message"].search_count(
                    [("group_id", "=", self.group)]
                ),
                len(env["wezer.deal"].browse(self.deal).message_line_ids),
            )
        )
        self.assertEqual(talk, (1, 1))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_groups_and_partners_of_the_same_name_are_all_created(self):
        self._retry_at_once()
        made = self._all_at_once(
            [
                (
                    SUPERUSER_ID,
                    lambda env: (
                        env["wezer.group"].create({"name": f"Twins {self.mark}"}).id
                    ),
                )
            ]
            * 3
        )
        self.addCleanup(self._env, lambda env: self._close(env, made))
        people = self._all_at_once(
            [
                (
                    SUPERUSER_ID,
                    lambda env: (
                        env["wezer.profile"]
                        ._make_for(
                            env["res.partner"].create({"name": f"Twin {self.mark}"})
                        )
                        .slug
                    ),
                )
            ]
            * 3
        )
        self.assertEqual(len({one for one in made if isinstance(one, int)}), 3, made)
        self.assertEqual(
            len({one for one in people if isinstance(one, str)}), 3, people
        )

    def _close(self, env, made):
        env["wezer.group"].browse(one for one in made if isinstance(one, int)).write(
            {"active": False}
        )
