from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_group_change import CHANGE
from ..models.wezer_group_link import LINK
from ..models.wezer_group_membership import MEMBERSHIP
from ..models.wezer_news import NEWS
from .common import GroupsCommon

MEMBERSHIP_ROWS = (
    Outcome(
        "join",
        "luc",
        notified={"gina": "group_request", "ines": "group_request"},
        todo={"gina", "ines"},
    ),
    Outcome("join", "luc", case="join_an_open_circle"),
    Outcome(
        "join",
        "helper",
        notified={"gina": "group_request", "ines": "group_request", "luc": "acted_for"},
        todo={"gina", "ines"},
        case="join_by_a_helper",
    ),
    Outcome(
        "request",
        "demo",
        notified={"gina": "group_request", "vera": "group_request"},
        todo={"gina", "vera"},
    ),
    Outcome(
        "invite", "ines", notified={"luc": "group_invitation"}, todo={"helper", "luc"}
    ),
    Outcome(
        "invite",
        "ines",
        notified={"luc": "group_accepted"},
        settled={"gina": "group_request", "ines": "group_request"},
        case="invite_who_asked",
    ),
    Outcome(
        "accept_member",
        "ines",
        notified={"luc": "group_accepted"},
        settled={"gina": "group_request", "ines": "group_request"},
    ),
    Outcome(
        "refuse_member",
        "ines",
        notified={"luc": "group_removed"},
        settled={"gina": "group_request", "ines": "group_request"},
    ),
    Outcome(
        "refuse_member",
        "ines",
        settled={"luc": "group_invitation"},
        case="take_an_invitation_back",
    ),
    Outcome(
        "accept_invitation",
        "luc",
        notified={"gina": "group_joined"},
        settled={"luc": "group_invitation"},
    ),
    Outcome(
        "record_consent",
        "gina",
        notified={"luc": "group_accepted"},
        settled={"luc": "group_invitation"},
    ),
    Outcome("leave", "luc", settled={"gina": "group_request", "ines": "group_request"}),
    Outcome("leave", "demo", case="leave_as_a_member"),
    Outcome("remove_member", "gina", notified={"demo": "group_removed"}),
    Outcome("fill", notified={"demo": "group_accepted"}),
    Outcome(
        "count_above",
        settled={"Administrator": "group_request", "moderator": "group_request"},
    ),
    Outcome("end", settled={"gina": "group_request", "ines": "group_request"}),
    Outcome("end_term", notified={"demo": "group_term"}),
    Outcome(
        "end_term",
        notified={"demo": "group_term", "gina": "group_term", "vera": "group_term"},
        case="term_ends_soon",
    ),
    Outcome(
        "end_term",
        notified={"demo": "group_term"},
        settled={"demo": "group_term", "gina": "group_term", "vera": "group_term"},
        case="end_term_after_a_reminder",
    ),
)
LINK_ROWS = (
    Outcome(
        "propose",
        "gina",
        notified={"vera": "group_link", "wim": "group_link"},
        todo={"vera", "wim"},
        case="propose_link",
    ),
    Outcome(
        "agree",
        "wim",
        notified={"gina": "group_decided", "vera": "group_decided"},
        settled={"vera": "group_link", "wim": "group_link"},
        case="agree_link",
    ),
    Outcome(
        "end",
        "gina",
        notified={"vera": "group_decided", "wim": "group_decided"},
        settled={"gina": "group_decided", "vera": "group_decided"},
        case="end_link",
    ),
    Outcome(
        "end",
        "wim",
        notified={"gina": "group_decided", "vera": "group_decided"},
        settled={"vera": "group_link", "wim": "group_link"},
        case="decline_link",
    ),
    Outcome(
        "end",
        "gina",
        notified={"vera": "group_decided", "wim": "group_decided"},
        settled={"vera": "group_link", "wim": "group_link"},
        case="withdraw_link",
    ),
)
CHANGE_ROWS = (
    Outcome(
        "propose",
        "gina",
        notified={"vera": "group_change", "wim": "group_change"},
        todo={"vera", "wim"},
        case="propose_move",
    ),
    Outcome(
        "propose",
        "gina",
        notified={"Administrator": "group_change", "moderator": "group_change"},
        todo={"moderator"},
        case="propose_to_the_top",
    ),
    Outcome(
        "agree",
        "wim",
        notified={"gina": "group_decided", "vera": "group_decided"},
        settled={"vera": "group_change", "wim": "group_change"},
        case="agree_move",
    ),
    Outcome(
        "agree",
        "wim",
        notified={"gina": "group_decided", "vera": "group_decided"},
        settled={"vera": "group_change", "wim": "group_change"},
        case="agree_merger",
    ),
    Outcome(
        "refuse",
        "wim",
        notified={"gina": "group_decided", "vera": "group_decided"},
        settled={"vera": "group_change", "wim": "group_change"},
        case="refuse_move",
    ),
    Outcome(
        "refuse",
        "gina",
        notified={"vera": "group_decided", "wim": "group_decided"},
        settled={"vera": "group_change", "wim": "group_change"},
        case="withdraw_move",
    ),
    Outcome(
        "lapse",
        notified={
            "gina": "group_decided",
            "vera": "group_decided",
            "wim": "group_decided",
        },
        settled={"vera": "group_change", "wim": "group_change"},
        case="lapse_move",
    ),
    Outcome(
        "undo",
        "wim",
        notified={"gina": "group_change", "vera": "group_change"},
        todo={"gina", "vera"},
        case="undo_move",
    ),
)
NEWS_ROWS = (
    Outcome("create_own", "ines"),
    Outcome("edit", "gina", case="edit_news"),
    Outcome(
        "publish",
        "ines",
        notified={"gina": "group_news", "demo": "group_news"},
        case="publish_news",
    ),
    Outcome(
        "withdraw",
        "gina",
        notified={"ines": "group_news_withdrawn"},
        settled={"gina": "group_news", "demo": "group_news"},
        case="withdraw_news",
    ),
    Outcome(
        "withdraw",
        "moderator",
        notified={"ines": "group_news_withdrawn"},
        settled={"gina": "group_news", "demo": "group_news"},
        case="withdraw_news_as_moderator",
    ),
    Outcome("withdraw", "gina", case="discard_a_draft"),
)


@tagged("post_install", "-at_install")
class TestNoticesOfGroups(OutcomeCase, GroupsCommon):
    """Vera manages the village, Gina the garden, Wim the workshop; Ines invites there.

    Demo is in the garden, Luc is not; joel and helper act for nobody and for Luc.
    """

    people = (
        "vera",
        "gina",
        "ines",
        "wim",
        "demo",
        "luc",
        "helper",
        "joel",
        "stranger",
        "moderator",
    )
    tables = (
        (MEMBERSHIP, MEMBERSHIP_ROWS),
        (LINK, LINK_ROWS),
        (CHANGE, CHANGE_ROWS),
        (NEWS, NEWS_ROWS),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("vera", "gina", "ines", "wim", "helper"):
            setattr(cls, name, cls._member(name))
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wzg_moderator",
            name="Moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls._put(cls.vera, cls.president)
        cls._put(cls.gina, cls._role("Lead", cls.garden, "manage", "invite"))
        cls._put(cls.ines, cls._role("Host", cls.garden, "invite"))
        cls._put(cls.wim, cls._role("Head", cls.workshop, "manage"))
        cls._put(cls.demo, cls.garden)
        cls.gardener = cls._role("Gardener", cls.garden, "invite")
        cls.garden.join_policy = "request"
        mandates = cls.env["wezer.mandate"].with_user(cls.luc)
        mandates.action_give(cls.helper.partner_id._wezer_profile().id, ["market"])
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        groups = self.garden | self.compost | self.workshop | self.gardener
        groups |= self.village
        return {f"/groups/{group.slug}" for group in groups}

    # === NEWS === #

    def drafted(self):
        news = self.env["wezer.news"].with_user(self.ines)
        vals = {"title": "Soup", "text": "On Sunday", "visibility": "network"}
        vals["send_letter"] = True
        return news.browse(news.action_create_own(self.garden.id, vals))

    def published(self):
        news = self.drafted()
        news.action_publish()
        news._cron_tell()
        return news

    def do_create_own(self):
        return self.garden, self.drafted

    def do_edit_news(self):
        news = self.drafted().with_user(self.gina)
        return news, lambda: news.action_edit({"text": "On Monday"})

    def do_publish_news(self):
        news = self.drafted()

        def act():
            news.action_publish()
            news._cron_tell()

        return news, act

    def do_withdraw_news(self):
        news = self.published().with_user(self.gina)
        return news, news.action_withdraw

    def do_withdraw_news_as_moderator(self):
        news = self.published().with_user(self.moderator)
        return news, news.action_withdraw

    def do_discard_a_draft(self):
        news = self.drafted().with_user(self.gina)
        return news, news.action_withdraw

    # === MEMBERSHIPS === #

    def requested(self):
        self.garden.with_user(self.luc).action_join()

    def invited(self, group=None):
        group = group or self.garden
        group.with_user(self.gina).action_invite(self.luc.partner_id.id)

    def do_join(self):
        return self.garden, self.garden.with_user(self.luc).action_join

    def do_join_an_open_circle(self):
        self.garden.join_policy = "open"
        return self.garden, self.garden.with_user(self.luc).action_join

    def do_join_by_a_helper(self):
        group = self.garden.with_user(self.helper)
        return group, lambda: group.action_join(self.luc.partner_id.id)

    def do_request(self):
        return self.gardener, self.gardener.with_user(self.demo).action_request

    def do_invite(self):
        group = self.garden.with_user(self.ines)
        return group, lambda: group.action_invite(self.luc.partner_id.id)

    def do_invite_who_asked(self):
        self.requested()
        return self.do_invite()

    def do_accept_member(self):
        self.requested()
        group = self.garden.with_user(self.ines)
        return group, lambda: group.action_accept_member(self.luc.partner_id.id)

    def do_refuse_member(self):
        self.requested()
        group = self.garden.with_user(self.ines)
        return group, lambda: group.action_refuse_member(self.luc.partner_id.id)

    def do_take_an_invitation_back(self):
        self.invited()
        group = self.garden.with_user(self.ines)
        return group, lambda: group.action_refuse_member(self.luc.partner_id.id)

    def do_accept_invitation(self):
        self.invited()
        group = self.garden.with_user(self.luc)
        return group, group.action_accept_invitation

    def do_record_consent(self):
        self.luc.partner_id._wezer_profile().sudo().on_paper = True
        self.invited()
        group = self.garden.with_user(self.gina)
        partner_id = self.luc.partner_id.id
        return group, lambda: group.action_record_consent(partner_id, "By phone")

    def do_leave(self):
        """A request is taken back."""
        self.requested()
        return self.garden, self.garden.with_user(self.luc).action_leave

    def do_leave_as_a_member(self):
        return self.garden, self.garden.with_user(self.demo).action_leave

    def do_remove_member(self):
        group = self.garden.with_user(self.gina)
        return group, lambda: group.action_remove_member(self.demo.partner_id.id)

    def do_fill(self):
        """A decision of the circle gives a role."""
        person = self.demo.partner_id
        return self.gardener, lambda: self.gardener._do_fill(person)

    def do_count_above(self):
        """A representative's place in the circle above, for which they had asked."""
        self.village.join_policy = "request"
        self.village.with_user(self.demo).action_join()
        role = self._role("Voice", self.garden)
        role.link = "representative"
        return self.village, lambda: self._put(self.demo, role)

    def do_end(self):
        """The circle is closed."""
        self.requested()
        place = self.garden._membership_of(self.luc.partner_id).sudo()
        return self.garden, place._end

    def do_end_term(self):
        self.term_ends(-1)
        return self.garden, self.env["wezer.group.membership"]._cron_terms

    def do_term_ends_soon(self):
        self.term_ends(14)
        return self.garden, self.env["wezer.group.membership"]._cron_terms

    def do_end_term_after_a_reminder(self):
        self.do_term_ends_soon()[1]()
        self.term_ends(-1)
        return self.garden, self.env["wezer.group.membership"]._cron_terms

    def term_ends(self, days):
        place = self.garden._membership_of(self.demo.partner_id).sudo()
        today = fields.Date.today()
        place.write(
            {
                "date_from": today - timedelta(days=100),
                "date_to": today + timedelta(days=days),
            }
        )

    # === LINKS === #

    def linked(self):
        links = self.env["wezer.group.link"].with_user(self.gina)
        return links.browse(links.propose(self.garden.id, self.workshop.id))

    def do_propose_link(self):
        return self.garden, self.linked

    def do_agree_link(self):
        link = self.linked().with_user(self.wim)
        return link, link.action_agree

    def do_end_link(self):
        link = self.linked()
        link.with_user(self.wim).action_agree()
        return link, link.action_end

    def do_decline_link(self):
        link = self.linked().with_user(self.wim)
        return link, link.action_end

    def do_withdraw_link(self):
        link = self.linked()
        return link, link.action_end

    # === MOVES AND MERGERS === #

    def changed(self, user=None, group=None, target=None, kind="move"):
        changes = self.env["wezer.group.change"].with_user(user or self.gina)
        group, target = group or self.compost, target or self.workshop
        answer = changes.propose(kind, group.id, target.id)
        return changes.browse(answer["id"])

    def do_propose_move(self):
        return self.compost, self.changed

    def do_propose_to_the_top(self):
        """Nobody manages what is no group: the moderators are asked."""
        changes = self.env["wezer.group.change"].with_user(self.gina)
        return self.compost, lambda: changes.propose("move", self.compost.id)

    def do_agree_move(self):
        change = self.changed().with_user(self.wim)
        return change, change.action_agree

    def do_agree_merger(self):
        change = self.changed(group=self.garden, kind="merge").with_user(self.wim)
        return change, change.action_agree

    def do_refuse_move(self):
        change = self.changed().with_user(self.wim)
        return change, change.action_refuse

    def do_withdraw_move(self):
        change = self.changed()
        return change, change.action_refuse

    def do_lapse_move(self):
        change = self.changed()
        change.sudo().signing_deadline -= timedelta(days=40)
        return change, self.env["wezer.signature"]._cron_lapse

    def do_undo_move(self):
        change = self.changed()
        change = change.with_user(self.wim)
        change.action_agree()
        return change, change.action_undo

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
