from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.wezer_address_change import ADDRESS_CHANGE
from ..models.wezer_departure import DEPARTURE
from ..models.wezer_invitation import INVITATION
from ..models.wezer_mandate import MANDATE
from ..tools import member_leaving
from ..tools.membership import MEMBERSHIP
from .outcomes import Outcome, OutcomeCase
from .test_joining import ADDRESS, JoiningCommon

PROFILE_ROWS = (
    Outcome("admit", notified={"ada": "application"}, todo={"ada"}),
    Outcome("admit", case="admit_at_once"),
    Outcome(
        "approve", "ada", notified={"nina": "approved"}, settled={"ada": "application"}
    ),
    Outcome(
        "decline", "ada", notified={"nina": "declined"}, settled={"ada": "application"}
    ),
    Outcome("suspend", "ada"),
    Outcome("resume", "ada", notified={"luc": "standing"}),
    Outcome("leave", settled={"ada": "application"}),
    Outcome("return"),
)
DEPARTURE_ROWS = (
    Outcome(
        "+ask",
        "luc",
        notified={"Administrator": "leaving", "ada": "leaving", "mo": "leaving"},
        todo={"ada", "mo"},
    ),
    Outcome(
        "withdraw",
        "luc",
        settled={"Administrator": "leaving", "ada": "leaving", "mo": "leaving"},
    ),
    Outcome(
        "let_go",
        "mo",
        settled={"Administrator": "leaving", "ada": "leaving", "mo": "leaving"},
    ),
    Outcome(
        "end", settled={"Administrator": "leaving", "ada": "leaving", "mo": "leaving"}
    ),
)
INVITATION_ROWS = (
    Outcome("accept", notified={"anna": "arrived"}),
    Outcome("block"),
    Outcome("withdraw", "anna", case="withdraw_invitation"),
)
MANDATE_ROWS = (
    Outcome("+give", "anna", notified={"luc": "mandate"}),
    Outcome("revoke", "anna", notified={"luc": "mandate"}, settled={"luc": "mandate"}),
    Outcome("resign", "luc", notified={"anna": "mandate"}, settled={"luc": "mandate"}),
    Outcome("end", settled={"luc": "mandate"}, case="end_mandate"),
)
ADDRESS_ROWS = (
    Outcome("confirm", "anna"),
    Outcome("withdraw", "anna", case="withdraw_change"),
    Outcome("replace", "anna"),
)


@tagged("post_install", "-at_install")
class TestNoticesOfMembers(OutcomeCase, JoiningCommon):
    """Anna and Luc are members, Nina waits; Mo moderates, Ada administers."""

    people = ("anna", "luc", "nina", "cora", "mo", "ada")
    tables = (
        (MEMBERSHIP, PROFILE_ROWS),
        (DEPARTURE, DEPARTURE_ROWS),
        (INVITATION, INVITATION_ROWS),
        (MANDATE, MANDATE_ROWS),
        (ADDRESS_CHANGE, ADDRESS_ROWS),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_approval = "always"
        cls.nina = cls._user("Nina", "base.group_portal")
        cls.env.company.write({"wezer_invite_user_ids": [(6, 0, cls.ada.ids)]})
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        action = "/odoo/action-wezer_base.wezer_profile_action"
        return {f"{action}/{record.id}", f"/odoo/wezer-leaving/{record.id}"}

    # === BECOMING A MEMBER === #

    def profile(self, user=None, state="pending"):
        profile = (user or self.nina).partner_id._wezer_profile().sudo()
        profile.state = state
        self.env["res.partner"]._wezer_invalidate_acting()
        return profile

    def applied(self):
        profile = self.profile()
        profile._wezer_admit()
        return profile.with_user(self.ada)

    def do_admit(self):
        profile = self.profile()
        return profile, profile._wezer_admit

    def do_admit_at_once(self):
        self.env.company.wezer_approval = "nobody"
        profile = self.profile()
        return profile, profile._wezer_admit

    def do_approve(self):
        profile = self.applied()
        return profile, profile.action_approve

    def do_decline(self):
        profile = self.applied()
        return profile, lambda: profile.action_decline("We are full")

    def do_suspend(self):
        profile = self.luc_profile.with_user(self.ada)
        return profile, profile.action_suspend

    def do_resume(self):
        profile = self.luc_profile.with_user(self.ada)
        profile.action_suspend()
        return profile, profile.action_resume

    def do_leave(self):
        """Somebody who waits to be let in."""
        profile = self.applied()
        return profile, lambda: member_leaving.leave(self.nina.partner_id)

    def do_return(self):
        profile = self.profile(state="left")
        return profile, profile._come_back

    # === LEAVING WITH SOMETHING OPEN === #

    def asked(self):
        row = {"text": "A deal", "url": "/my/deals/1", "blocks": True}
        partners = type(self.env["res.partner"])
        self.patch(partners, "_wezer_leave_obstacles", lambda partner: [row])
        departures = self.env["wezer.departure"].with_user(self.luc)
        return departures.browse(departures.ask("I move away"))

    def do_ask(self):
        # The record that the asking makes is the next one.
        probe = self.env["wezer.departure"].sudo()
        probe = probe.create({"partner_id": self.luc.partner_id.id})
        number = probe.id + 1
        probe.unlink()
        return self.env["wezer.departure"].browse(number), self.asked

    def do_withdraw(self):
        departure = self.asked()
        return departure, departure.action_withdraw

    def do_let_go(self):
        departure = self.asked().with_user(self.mo)
        partners = type(self.env["res.partner"])
        self.patch(partners, "_wezer_leave_obstacles", lambda partner: [])
        return departure, lambda: departure.action_let_go("All is settled")

    def do_end(self):
        departure = self.asked()
        partner = self.luc.partner_id
        return departure, lambda: departure._anonymise(partner)

    # === INVITATIONS === #

    def invited(self):
        self.invitations.with_user(self.anna).action_invite([ADDRESS])
        token = self.token_of(self.letters()[:1])
        return self.invitations._find_by_token(token)

    def do_accept(self):
        invitation = self.invited()
        return invitation, lambda: invitation._accept("Nick New", "nick-secret-1")

    def do_block(self):
        invitation = self.invited()
        return invitation, invitation._block

    def do_withdraw_invitation(self):
        invitation = self.invited().with_user(self.anna)
        return invitation, invitation.action_withdraw

    # === ACTING FOR ANOTHER === #

    def given(self):
        mandates = self.env["wezer.mandate"].with_user(self.anna)
        return mandates.browse(mandates.action_give(self.luc_profile.id, ["market"]))

    def do_give(self):
        return self.luc_profile, self.given

    def do_revoke(self):
        mandate = self.given()
        return mandate, mandate.action_revoke

    def do_resign(self):
        mandate = self.given().with_user(self.luc)
        return mandate, mandate.action_resign

    def do_end_mandate(self):
        """By its last day, found when a new one is given."""
        mandate = self.given()
        mandate.sudo().date_from = fields.Date.today() - timedelta(days=9)
        mandate.sudo().date_until = fields.Date.today() - timedelta(days=2)
        return mandate, lambda: mandate._in_force(mandate.giver_id, mandate.holder_id)

    # === ANOTHER ADDRESS: by letters alone === #

    def changing(self, address="anna.new@example.org"):
        changes = self.env["wezer.address.change"].with_user(self.anna)
        return changes.browse(changes.action_ask(address))

    def do_confirm(self):
        change = self.changing()
        letter = self.env["mail.mail"].search([("email_to", "ilike", "anna.new")])
        token = str(letter[:1].body_html).partition("/my/email/confirm/")[2]
        token = token.partition('"')[0].partition("/")[0]
        return change, lambda: change.action_confirm(token)

    def do_withdraw_change(self):
        change = self.changing()
        return change, change.action_withdraw

    def do_replace(self):
        change = self.changing()
        return change, lambda: self.changing("anna.newer@example.org")

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
