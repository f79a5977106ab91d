"""What happened to circles and roles is recorded, and any day is read back."""

import datetime
import random
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.wezer_base.tools import days

from ..models.wezer_group_membership import MEMBERSHIP
from ..tools import group_history, group_history_rebuild, group_timeline
from ..tools.group_history import Filler, GroupState
from ..tools.group_leads import leads_of
from .common import GroupPages, GroupsCommon, map_nodes
from .test_random_groups import ALL

HISTORY = {
    "Each group is what its history says",
    "People have the roles that the history of groups says",
}
PLAY = settings(
    max_examples=20 if ALL else 5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
DEEDS = (
    "found found_role rename move merge close reopen lead plain "
    "give give_for_days extend take leave delete pass_days give give_for_days"
).split()
# What is done, a seed for with what, and how many hours pass before it.
STEP = st.tuples(st.sampled_from(DEEDS), st.integers(0, 10**9), st.integers(1, 40))
STEPS = st.lists(STEP, min_size=25, max_size=70 if ALL else 35)


class HistoryCommon(GroupsCommon):
    def events(self, *groups):
        """Return ``[(kind, person)]`` of these groups, the first first."""
        found = self.env["wezer.group.event"].search(
            [("group_id", "in", [group.id for group in groups])], order="id"
        )
        return [(event.kind, event.person_id) for event in found]

    def last(self, group):
        return self.env["wezer.group.event"].search(
            [("group_id", "=", group.id)], order="id desc", limit=1
        )


@tagged("post_install", "-at_install")
class TestRecording(HistoryCommon):
    def test_founding_renaming_moving_and_closing_are_recorded(self):
        nobody = self.env["res.partner"]
        self.compost.name = "Test soil"
        self.compost.parent_id = self.workshop
        (self.compost | self.director).write({"active": False})
        self.assertEqual(
            self.events(self.compost),
            [(kind, nobody) for kind in ("founded", "renamed", "moved", "closed")],
        )
        moved = self.env["wezer.group.event"].search(
            [("group_id", "=", self.compost.id), ("kind", "=", "moved")]
        )
        self.assertEqual(moved.from_id, self.garden)
        self.assertEqual(moved.to_id, self.workshop)
        self.assertEqual(moved.before["name"], "Test soil")

    def test_what_changes_nothing_is_not_recorded(self):
        before = self.events(self.garden, self.treasurer)
        self.garden.write({"name": self.garden.name, "purpose": "Vegetables"})
        self._put(self.luc, self.garden)
        self.treasurer.right_invite = True
        self.assertEqual(self.events(self.garden, self.treasurer), before)

    def test_two_things_changed_at_once_are_two_events(self):
        self.compost.write({"name": "Test soil", "parent_id": self.workshop.id})
        self.assertEqual(
            [kind for kind, _who in self.events(self.compost)],
            ["founded", "renamed", "moved"],
        )

    def test_a_merger_tells_where_everything_went(self):
        self.garden._merge_into(self.workshop)
        self.assertEqual(self.last(self.garden).kind, "merged")
        self.assertEqual(self.last(self.garden).to_id, self.workshop)
        self.assertEqual(self.last(self.treasurer).kind, "moved")
        self.assertEqual(self.last(self.compost).from_id, self.garden)
        self.assertRightsHold()

    def test_a_role_is_given_extended_and_taken(self):
        place = self._put(self.luc, self.treasurer)
        place.date_to = days.today(self.env) + datetime.timedelta(days=9)
        place._end()
        luc = self.luc.partner_id
        self.assertEqual(
            self.events(self.treasurer)[1:],
            [("role_given", luc), ("term_changed", luc), ("role_ended", luc)],
        )

    def test_a_role_that_is_only_offered_is_not_given(self):
        self._put(self.joel, self.president)
        role = self.treasurer.with_user(self.joel)
        role.action_invite(self.luc.partner_id.id)
        self.treasurer.with_user(self.luc).action_leave()
        self.assertEqual(len(self.events(self.treasurer)), 1)
        role.action_invite(self.luc.partner_id.id)
        self.treasurer.with_user(self.luc).action_accept_invitation()
        self.assertEqual(self.last(self.treasurer).kind, "role_given")

    def test_the_end_of_a_term_is_recorded_with_its_day(self):
        today = days.today(self.env)
        last_day = today - datetime.timedelta(days=3)
        place = self._put(self.luc, self.treasurer, date_from=last_day)
        place.write({"date_to": last_day})
        self.env["wezer.group.membership"]._cron_terms()
        ended = self.last(self.treasurer)
        self.assertEqual(ended.kind, "role_ended")
        self.assertEqual(ended.date, days.end(self.env, last_day))
        self.assertFalse(ended.actor_id)
        self.assertRightsHold()

    def test_who_did_it_and_for_whom_is_recorded(self):
        self._put(self.joel, self.president)
        found = self.garden.with_user(self.joel).action_found(
            self.garden.id, {"name": "Test herbs"}
        )
        event = self.last(self.groups.browse(found))
        self.assertEqual(event.actor_id, self.joel.partner_id)
        self.assertEqual(event.party_id, self.garden.partner_id)

    def test_nobody_claims_a_party_by_the_context(self):
        self._put(self.luc, self.treasurer)
        context = {"wezer_acting_for": self.village.partner_id.id}
        self.treasurer.with_user(self.luc).with_context(**context).action_leave()
        event = self.last(self.treasurer)
        self.assertEqual(event.actor_id, self.luc.partner_id)
        self.assertFalse(event.party_id)

    def test_a_circle_that_became_a_role_has_its_people_recorded(self):
        self._put(self.luc, self.compost)
        self.director.unlink()
        self.compost.kind = "role"
        luc = self.luc.partner_id
        self.assertEqual(self.events(self.compost)[-1], ("role_given", luc))
        self.compost.kind = "circle"
        self.assertEqual(self.events(self.compost)[-1], ("role_ended", luc))
        self.assertRightsHold()

    def test_who_leaves_the_community_has_no_role_and_no_name(self):
        self._put(self.luc, self.treasurer)
        self.luc.partner_id._wezer_anonymise()
        event = self.last(self.treasurer)
        self.assertEqual(event.kind, "role_ended")
        self.assertNotIn("Luc", event.person_id.sudo().name)
        self.assertRightsHold()

    def test_two_accounts_of_one_person_have_one_history(self):
        paper = self.env["res.partner"].create({"name": "Luc on paper"})
        self.env["wezer.profile"].sudo()._make_for(paper)
        self.env["wezer.group.membership"].create(
            {"group_id": self.treasurer.id, "partner_id": paper.id}
        )
        self._put(self.luc, self.treasurer)
        paper._wezer_merge_into(self.luc.partner_id)
        self.assertEqual(
            self.env["wezer.group.event"].search([]).person_id & paper, paper.browse()
        )
        self.assertRightsHold()

    def test_nobody_changes_the_history(self):
        admin = self.env.ref("base.user_admin")
        for user in (self.luc, admin):
            event = self.last(self.garden).with_user(user)
            self.assertEqual(event.kind, "founded")
            for change in (
                lambda one: one.write({"kind": "closed"}),
                lambda one: one.unlink(),
                lambda one: one.copy(),
                lambda one: one.create({"group_id": one.group_id.id, "kind": "moved"}),
            ):
                with self.assertRaises(AccessError):
                    change(event)


@tagged("post_install", "-at_install")
class TestWhoReadsIt(HistoryCommon):
    def setUp(self):
        super().setUp()
        self.secret = self._circle("Zebrafish", self.garden, visibility="members")
        self.inner = self._circle("Test inner", self.secret, visibility="network")
        self.keeper = self._role("Keeper", self.secret, "manage")
        self._put(self.luc, self.secret)
        self._put(self.luc, self.keeper)
        self.inner.parent_id = self.garden
        self.env.flush_all()
        self.env.invalidate_all()

    def _read(self, user):
        events = self.env["wezer.group.event"].with_user(user)
        return events.search([]).read(["group_id", "kind", "from_id", "to_id"])

    def test_a_private_circle_has_no_history_for_others(self):
        for user in (self.stranger, self.env.ref("base.public_user")):
            self.assertNotIn("Zebrafish", str(self._read(user)))
        self.assertIn("Zebrafish", str(self._read(self.luc)))

    def test_moving_out_of_a_private_circle_does_not_tell_its_name(self):
        moved = self.last(self.inner).with_user(self.stranger)
        self.assertEqual(moved.kind, "moved")
        # As of any record that one may not know.
        self.assertEqual(moved.from_id.display_name, "Private")

    def test_a_role_that_came_out_of_a_private_circle_does_not_tell_of_it(self):
        self.keeper.parent_id = self.garden
        events = self.last(self.keeper).with_user(self.stranger)
        (day,) = group_timeline.by_day(events)
        self.assertIn("moved from a circle to", str(day["rows"][0]["text"]))

    def test_visitors_read_of_public_circles_and_not_of_people(self):
        self.workshop.visibility = "public"
        smith = self._role("Smith", self.workshop)
        self._put(self.luc, smith)
        visitor = self.env.ref("base.public_user")
        events = self.env["wezer.group.event"].with_user(visitor).search([])
        self.assertIn(smith, events.group_id.sudo())
        self.assertNotIn("role_given", events.mapped("kind"))
        self.assertNotIn(self.garden, events.group_id.sudo())
        with self.assertRaises(AccessError):
            events.read(["actor_id"])

    def test_members_read_of_closed_circles_that_they_could_see(self):
        (self.compost | self.director).write({"active": False})
        last = self.env["wezer.group.event"].with_user(self.stranger)
        found = last.search([("group_id", "=", self.compost.id)], limit=1)
        self.assertEqual(found.kind, "closed")


@tagged("post_install", "-at_install")
class TestReadingBack(HistoryCommon):
    """Random lives of groups: what is read back later is what was there."""

    def _all(self):
        return self.groups.with_context(active_test=False).search(
            [("id", ">=", self.village.id)]
        )

    def _now(self):
        """Return the structure as the tables of now have it, with plain reads."""
        today = days.today(self.env)
        groups = {
            group.id: GroupState(
                group.name,
                group.kind,
                group.parent_id.id or None,
                group.active,
                group.link,
            )
            for group in self._all()
        }
        fillers = {}
        for group in self._all().filtered(lambda one: one.kind == "role"):
            people = {
                Filler(place.partner_id.id, place.date_to or None)
                for place in group.membership_ids
                if place.state == "active"
                and not (place.date_to and place.date_to < today)
            }
            if people:
                fillers[group.id] = people
        return groups, fillers

    def _then(self, moment):
        then = group_history.structure_at(self.env, moment)
        return (
            {one: state for one, state in then.groups.items() if one in self.mine},
            {
                one: set(fillers)
                for one, fillers in then.fillers.items()
                if one in self.mine
            },
        )

    def _do(self, deed, chance):
        groups = self._all()
        circles = groups.filtered(lambda one: one.kind == "circle")
        circles = circles.filtered("active") or circles
        roles = groups.filtered(lambda one: one.kind == "role" and one.active)
        group, circle = chance.choice(groups), chance.choice(circles)
        role = chance.choice(roles) if roles else roles
        place = chance.choice(role.membership_ids) if role.membership_ids else None
        person = chance.choice((self.joel, self.luc, self.demo, self.stranger))
        today = days.today(self.env)
        later = today + datetime.timedelta(days=chance.randrange(6))
        if deed == "found":
            self._circle(f"Circle {chance.randrange(99)}", circle)
        elif deed == "found_role":
            self._role(f"Role {chance.randrange(99)}", circle, "manage")
        elif deed == "rename":
            group.name = f"Name {chance.randrange(99)}"
        elif deed == "move" and group != circle:
            group.parent_id = circle
        elif deed == "merge" and (others := circles - circle.ancestor_ids):
            chance.choice(others)._merge_into(circle)
        elif deed == "close" and len(circles) > 2:
            (circle | circle.child_ids).write({"active": False})
        elif deed == "reopen":
            group.active = True
        elif deed in ("lead", "plain") and role:
            role.link = "lead" if deed == "lead" else "none"
        elif deed == "give" and role:
            role._add_member(person.partner_id, "active")
        elif deed == "give_for_days" and role:
            role._add_member(person.partner_id, "active").date_to = later
        elif deed == "extend" and place and place.state == "active":
            place.date_to = later if chance.random() < 0.7 else False
        elif deed == "take" and place and place.state in MEMBERSHIP.unfinished:
            place._leave()
        elif deed == "leave":
            person.partner_id._wezer_memberships().filtered("is_live")._leave()
        elif deed == "delete" and place:
            place.unlink()
        elif deed == "pass_days":
            self.env["wezer.group.membership"]._cron_terms()

    def test_what_is_read_back_is_what_was_there(self):
        self.done = 0
        self._lives()
        self.assertGreater(self.done, 20, "most deeds were done")

    @PLAY
    @given(STEPS)
    def _lives(self, life):
        with self.env.cr.savepoint() as everything, freeze_time() as clock:
            snapshots = []
            for deed, seed, hours in life:
                clock.tick(datetime.timedelta(hours=hours))
                try:
                    with self.env.cr.savepoint():
                        self._do(deed, random.Random(seed))
                    self.done += 1
                except (UserError, AccessError):
                    self.env.invalidate_all(flush=False)
                moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
                snapshots.append((deed, moment.replace(microsecond=0), self._now()))
            self.mine = set(self._all().ids)
            for deed, moment, now in snapshots:
                self.assertEqual(self._then(moment), now, deed)
            checks = self.env["wezer.invariant"].sudo().run()
            broken = {check["name"] for check in checks if check["rows"]}
            self.assertFalse(broken & HISTORY)
            everything.rollback()
        self.env.invalidate_all(flush=False)
        self.env.cr.precommit.clear()

    def test_a_day_is_the_communitys(self):
        """What happens at 23:30 in Paris belongs to that day, in UTC too."""
        self.env.company.partner_id.tz = "Europe/Paris"
        with freeze_time("2031-03-01 22:30:00"):
            self.compost.name = "Test soil"
        with freeze_time("2031-03-01 23:30:00"):
            self.compost.name = "Test earth"
        for day, name in ((1, "Test soil"), (2, "Test earth")):
            then = group_history.structure_on(self.env, datetime.date(2031, 3, day))
            self.assertEqual(then.groups[self.compost.id].name, name)

    def test_a_day_costs_the_same_for_many_groups(self):
        day = days.today(self.env)
        self._put(self.joel, self.treasurer)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group_history.tree_on(self.groups.with_user(self.luc), day)
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for number in range(12):
            circle = self._circle(f"Circle {number}", self.garden)
            self._put(self.joel, self._role("Keeper", circle))
        self.assertLessEqual(queries(), few)
        self.assertLessEqual(few, 20)

    def test_founding_costs_one_query_more(self):
        """The event of a new circle is one row."""

        def queries(history):
            vals = {"name": "Circle", "parent_id": self.garden.id}
            model = type(self.env["wezer.group.event"])
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            if history:
                self.groups.create(vals)
            else:
                with patch.object(model, "_record_groups"):
                    self.groups.create(vals)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(True)
        self.assertLessEqual(queries(True), queries(False) + 1)


@tagged("post_install", "-at_install")
class TestRebuilding(HistoryCommon):
    """The history of a database in which none was kept."""

    def _rebuild(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM wezer_group_event")
        self.env.invalidate_all()
        group_history_rebuild.rebuild(self.env)
        self.assertRightsHold()

    def test_the_present_follows_from_what_is_made(self):
        self._put(self.luc, self.treasurer)
        self.compost.parent_id = self.workshop
        self.workshop.membership_ids.unlink()
        (self.compost | self.director).write({"active": False})
        self._rebuild()
        self.assertEqual(
            [kind for kind, _who in self.events(self.compost)], ["founded", "closed"]
        )
        self.assertTrue(
            all(self.env["wezer.group.event"].search([]).mapped("is_rebuilt"))
        )
        day = days.today(self.env)
        self.assertEqual(group_history.recorded_since(self.env), day)

    def test_moves_that_were_agreed_are_told_with_their_day(self):
        moved = fields.Datetime.now() - datetime.timedelta(days=9)
        created = moved - datetime.timedelta(days=9)
        self.env["wezer.group.change"].create(
            {
                "kind": "move",
                "group_id": self.compost.id,
                "target_id": self.workshop.id,
                "old_parent_id": self.garden.id,
                "state": "done",
                "date_done": moved,
            }
        )
        self.compost.parent_id = self.workshop
        self.env.flush_all()
        self.env.cr.execute("UPDATE wezer_group SET create_date = %s", [created])
        self._rebuild()
        before = group_history.structure_at(
            self.env, moved - datetime.timedelta(hours=1)
        )
        after = group_history.structure_at(self.env, moved)
        self.assertEqual(before.groups[self.compost.id].parent, self.garden.id)
        self.assertEqual(after.groups[self.compost.id].parent, self.workshop.id)

    def test_a_merger_is_told_with_its_day(self):
        changes = self.env["wezer.group.change"].sudo()
        change = changes.create(
            {
                "kind": "merge",
                "group_id": self.garden.id,
                "target_id": self.workshop.id,
                "old_parent_id": self.village.id,
                "state": "done",
                "date_done": fields.Datetime.now(),
            }
        )
        change._carry_out()
        self._rebuild()
        self.assertEqual(self.last(self.garden).kind, "merged")

    def test_a_role_is_held_since_the_membership_began(self):
        today = days.today(self.env)
        since = today - datetime.timedelta(days=5)
        self._put(self.luc, self.treasurer, date_from=since)
        self._rebuild()
        given = self.last(self.treasurer)
        self.assertEqual(
            (given.kind, given.date), ("role_given", days.begin(self.env, since))
        )

    def test_a_membership_that_ended_is_not_said_to_have_begun(self):
        """Offers that were declined look the same."""
        today = days.today(self.env)
        since = today - datetime.timedelta(days=5)
        self._put(self.luc, self.treasurer, date_from=since)._end()
        self._put(self.joel, self.treasurer)._end()
        self._rebuild()
        self.assertEqual(
            self.events(self.treasurer)[1:], [("past_role", self.luc.partner_id)]
        )
        then = group_history.structure_on(self.env, since)
        self.assertFalse(then.fillers.get(self.treasurer.id))

    def test_an_update_runs_twice_without_a_change(self):
        self._rebuild()
        self.assertEqual(group_history_rebuild.rebuild(self.env), 0)


@tagged("post_install", "-at_install")
class TestPages(HistoryCommon, GroupPages):
    """What people read of it, from the page of a circle on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.luc, cls.stranger)
        cls.lead = cls._role("Head gardener", cls.garden)
        cls.lead.link = "lead"

    def _open(self, address, user=None):
        user = user or self.luc
        self._login(user)
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200, address)
        return answer.text

    def _words(self, address, user=None):
        """Return the text of a page, without its markup."""
        page = html.fromstring(self._open(address, user))
        for script in page.xpath("//script|//style"):
            script.drop_tree()
        return " ".join(page.text_content().split())

    def test_the_page_and_the_card_say_who_leads(self):
        self.assertIn("No lead yet", self._words(f"/groups/{self.garden.slug}"))
        self._put(self.joel, self.lead)
        for address in (f"/groups/{self.garden.slug}", "/groups?search=garden"):
            page = self._open(address)
            self.assertIn("Leads this circle", page)
            self.assertIn(
                f"/members/{self.joel.partner_id._wezer_profile().slug}", page
            )

    def test_without_a_lead_those_who_manage_are_named(self):
        self._put(self.joel, self.president)
        self.assertIn(
            "Manages this circle", self._words(f"/groups/{self.village.slug}")
        )

    def test_visitors_do_not_learn_who_leads(self):
        self._put(self.joel, self.lead)
        self.garden.visibility = "public"
        visitor = self.env.ref("base.public_user")
        leads = leads_of(self.garden.with_user(visitor))[self.garden.id]
        self.assertFalse(leads.leads)
        self.assertFalse(leads.vacant)

    def test_a_lead_who_may_not_be_seen_is_not_named_and_not_missing(self):
        self._put(self.joel, self.lead)
        self.joel.partner_id._wezer_profile().sudo().state = "pending"
        leads = leads_of(self.garden.with_user(self.luc))[self.garden.id]
        self.assertFalse(leads.leads)
        self.assertFalse(leads.vacant)

    def test_a_term_that_is_over_leads_no_more(self):
        self._put(self.joel, self.lead, date_to=days.today(self.env))
        self.assertFalse(leads_of(self.garden)[self.garden.id].vacant)
        with freeze_time(datetime.datetime.now() + datetime.timedelta(days=2)):
            self.assertTrue(leads_of(self.garden)[self.garden.id].vacant)

    def test_leads_of_many_circles_are_asked_once(self):
        circles = self.village | self.garden | self.workshop | self.compost
        for circle in circles:
            self._put(self.joel, self._role("Keeper", circle, "manage"))

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            some = some.with_user(self.luc)
            some.mapped("name")
            before = self.env.cr.sql_log_count
            leads_of(some)
            return self.env.cr.sql_log_count - before

        queries(circles)
        self.assertEqual(queries(circles), queries(self.village))

    def test_the_history_is_told_in_words(self):
        self._put(self.luc, self.lead)
        self.garden.name = "Test land"
        self.compost.parent_id = self.workshop
        words = self._words(f"/groups/{self.garden.slug}/history")
        for sentence in (
            "Test garden is now called Test land.",
            "Test compost moved from Test land to Test workshop.",
            "Luc was given the role Head gardener in Test land.",
            "The role Head gardener leads Test land from now on.",
            "The role Treasurer was created in Test land.",
        ):
            self.assertIn(sentence, words)
        self.assertIn(
            "Luc was given the role", self._words(f"/groups/{self.garden.slug}")
        )

    def test_the_history_is_filtered_and_has_pages(self):
        self._put(self.luc, self.lead)
        address = f"/groups/{self.village.slug}/history"
        people = self._words(f"{address}?kind=people")
        self.assertIn("was given the role", people)
        self.assertNotIn("was created", people)
        only = self._words(f"{address}?only=1")
        self.assertNotIn("Test compost", only)
        self.assertIn("Test compost", self._words(address))
        with patch.object(group_timeline, "PAGE", 2):
            self.assertIn("/history/page/2", self._open(address))
        self._words("/groups/history")

    def test_a_private_circle_is_in_nobody_elses_history(self):
        secret = self._circle("Zebrafish", self.garden, visibility="members")
        inner = self._circle("Test inner", secret, visibility="network")
        self._put(self.luc, secret)
        self._put(self.luc, self._role("Zebrafish keeper", secret))
        inner.parent_id = self.garden
        today = days.today(self.env)
        addresses = (
            "/groups/history",
            f"/groups/{self.garden.slug}/history",
            f"/groups/{inner.slug}/history",
            f"/groups/{self.garden.slug}",
            "/groups/structure",
        )
        for address in addresses:
            self.assertNotIn("Zebrafish", self._open(address, self.stranger), address)
        words = self._words(addresses[2], self.stranger)
        self.assertIn("Test inner was created.", words)
        self.assertIn("Test inner moved into Test garden.", words)
        for address in addresses:
            # Not even that there is one.
            self.assertNotIn("private", self._words(address, self.stranger), address)
        for address in (addresses[0], addresses[1], addresses[4]):
            self.assertIn("Zebrafish", self._open(address), address)
        with freeze_time(datetime.datetime.now() + datetime.timedelta(days=2)):
            for page in ("map", "structure"):
                past = f"/groups/{page}?day={today}"
                self.assertNotIn("Zebrafish", self._open(past, self.stranger))

    def test_nobody_reads_of_a_way_into_a_circle_that_they_do_not_see(self):
        secret = self._circle("Zebrafish", self.garden, visibility="members")
        deeper = self._circle("Zebrafish two", secret, visibility="members")
        first = self._circle("Test first", self.village, visibility="network")
        other = self._circle("Test other", self.village, visibility="network")
        for place in (secret, deeper, False):
            first.parent_id = place
            # It was as hidden as its place; those who manage it showed it again.
            first.visibility = "network"
            self.env.flush_all()
        other._merge_into(secret)
        other.visibility = "network"
        words = self._words(f"/groups/{first.slug}/history", self.stranger)
        for sentence in (
            "Test first was created in",
            "Test first moved out of",
            "Test first moved.",
            "Test first stands by itself.",
        ):
            self.assertIn(sentence, words)
        closed = self._words(f"/groups/{other.slug}/history", self.stranger)
        self.assertIn("Test other was closed.", closed)
        for text in (words, closed):
            self.assertNotIn("Zebrafish", text)
            self.assertNotIn("private", text)
        self._put(self.luc, secret)
        self.assertIn(
            "Test first moved from Test village to Zebrafish.",
            self._words(f"/groups/{first.slug}/history"),
        )

    def test_a_closed_circle_leads_to_its_history(self):
        self.garden._merge_into(self.workshop)
        words = self._words(f"/groups/{self.garden.slug}")
        self.assertIn("Test garden merged into Test workshop.", words)
        self.assertIn("This group is closed.", words)

    def test_the_structure_of_a_past_day_is_shown_and_marked(self):
        self._put(self.luc, self.lead)
        day = days.today(self.env)
        with freeze_time(datetime.datetime.now() + datetime.timedelta(days=3)):
            self.garden.name = "Test land"
            self.compost.parent_id = self.workshop
            self.lead.membership_ids._leave()
            for address in ("/groups/structure", "/groups/map"):
                words = self._words(f"{address}?day={day}")
                self.assertIn("You see the past", words)
                self.assertIn("Test garden", words)
                self.assertNotIn("Test land", words)
                self.assertNotIn("You see the past", self._words(address))
            then = self._words(f"/groups/structure?day={day}&circle={self.garden.slug}")
            self.assertIn("Head gardener: Luc", then)
            self.assertIn("Test compost", then)
            self.assertNotIn("Test workshop", then)
            nodes = {
                node["id"]: node for node in map_nodes(self.env(user=self.luc), day=day)
            }
            self.assertEqual(nodes[self.compost.id]["parent_id"], self.garden.id)
            self.assertEqual(nodes[self.garden.id]["lead"], ["Luc"])
            level = self.url_open(f"/groups/map/level?ids={self.garden.id}&day={day}")
            self.assertEqual([node["id"] for node in level.json()], [self.compost.id])

    def test_a_day_that_is_none_shows_today(self):
        for day in ("never", "2999-01-01", "", "0000-00-00"):
            for address in ("/groups/structure", "/groups/map"):
                page = self._words(f"{address}?day={day}")
                self.assertNotIn("You see the past", page)
        self.assertIn(
            "No circle is known", self._words("/groups/structure?day=1970-01-01")
        )
        self.assertIn("There are no groups", self._words("/groups/map?day=1970-01-01"))

    def test_a_rebuilt_history_says_so(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM wezer_group_event")
        self.env.invalidate_all()
        group_history_rebuild.rebuild(self.env)
        words = self._words(f"/groups/{self.garden.slug}/history")
        self.assertIn("Test garden is known since this day.", words)
        day = days.today(self.env) - datetime.timedelta(days=1)
        self.assertIn(
            "Changes are recorded since", self._words(f"/groups/structure?day={day}")
        )

    def test_the_history_asks_as_often_for_many_events_as_for_few(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            garden = self.garden.with_user(self.luc)
            group_timeline.by_day(group_timeline.latest(garden), garden)
            return self.env.cr.sql_log_count - before

        self._put(self.joel, self.lead)
        with patch.object(group_timeline, "LATEST", 100):
            queries()
            few = queries()
            for number in range(8):
                role = self._role(f"Role {number}", self.compost)
                self._put(self._member(f"event_{number}"), role)
            queries()  # New users emptied the caches.
            self.assertLessEqual(queries(), few)

    def test_the_list_asks_as_often_for_many_leads_as_for_one(self):
        self._login(self.luc)
        circles = [self._circle(f"Led circle {number}") for number in range(8)]
        roles = [self._role("Lead", circle) for circle in circles]
        for role in roles:
            role.link = "lead"

        def queries():
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.url_open("/groups?search=led circle")
            return self.env.cr.sql_log_count - before

        self._put(self.joel, roles[0])
        queries()
        few = queries()
        for number, role in enumerate(roles[1:]):
            self._put(self._member(f"lead_{number}"), role)
        queries()  # New users emptied the caches.
        self.assertLessEqual(queries(), few)

    def test_what_is_kept_of_a_person_is_in_their_download(self):
        self._put(self.luc, self.lead)
        rows = self.luc.partner_id._wezer_personal_data()["group_history"]
        self.assertEqual([row["kind"] for row in rows], ["role_given"])
