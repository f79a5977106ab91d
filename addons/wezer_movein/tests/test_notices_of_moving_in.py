from odoo.tests import tagged

from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_movein import MOVE
from .common import MoveinCommon

ROWS = (
    Outcome("start", "administrator"),
    Outcome("check", "administrator"),
    Outcome("decide", "administrator"),
    Outcome("backup", "administrator"),
    Outcome("import", "administrator"),
    Outcome("post", notified={"administrator": "moved_in"}),
    Outcome("prove", "administrator"),
    Outcome("take_back", "administrator"),
    Outcome("open", "administrator"),
    Outcome("finish", "administrator"),
    Outcome("+report", "anna", notified={"administrator": "moved_in"}),
    Outcome("+answer", "administrator", settled={"administrator": "moved_in"}),
)


@tagged("post_install", "-at_install")
class TestNoticesOfMovingIn(OutcomeCase, MoveinCommon):
    """The administrator moves Anna's community in; members are told of nothing."""

    people = ("administrator", "anna", "moderator")
    tables = ((MOVE, ROWS),)
    making = ("+report",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.partner_id.email = "member4@village.example"
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {f"/odoo/action-wezer_movein.wezer_movein_action/{record.id}"}

    def proved(self):
        move = self._imported()
        move.action_prove()
        return move

    def own(self, move):
        accounts = move.sudo().account_ids
        own = accounts.filtered(lambda row: row.partner_id == self.anna.partner_id)
        return own.with_user(self.anna)

    def do_start(self):
        return self.env["wezer.movein"], self._start

    def do_check(self):
        move = self._start()
        return move, move.action_check

    def do_decide(self):
        move = self._ready()
        return move, lambda: move.action_decide("closed_with_balance", "community")

    def do_backup(self):
        move = self._ready()
        return move, move.action_backup

    def do_import(self):
        move = self._ready()
        return move, move.action_import

    def do_post(self):
        move = self._ready()
        move.action_import()
        return move, lambda: self.env["wezer.movein"].sudo()._cron_import()

    def do_prove(self):
        move = self._imported()
        return move, move.action_prove

    def do_take_back(self):
        move = self._imported()
        return move, move.action_take_back

    def do_open(self):
        move = self.proved()
        return move, move.action_open

    def do_finish(self):
        move = self.proved()
        move.action_open()
        return move, move.action_finish

    def do_report(self):
        move = self.proved()
        return move, lambda: self.own(move).report_wrong("Who is this?")

    def do_answer(self):
        move = self.proved()
        self.own(move).report_wrong("Who is this?")
        return move, lambda: move.action_decide("member_report", "answered")

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()
