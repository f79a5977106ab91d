"""Whom each action on a decision and on an objection notifies, and who has to act."""

from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.outcomes import Outcome, OutcomeCase

from ..models.wezer_decision import DECISION
from ..models.wezer_objection import OBJECTION
from .common import DecisionCommon
from .election_acts import ELECTION_ROWS, ElectionActs
from .test_decisions import WHY

ALL = ("anna", "ben", "cleo", "dora", "fred", "gina")


def each(kind, *but):
    """Return ``{name: kind}`` of all members but some."""
    return {name: kind for name in ALL if name not in but}


ASKED, SOON = "decision_asked", "decision_soon"
CHANGED, RESULT = "decision_changed", "decision_result"

DECISION_ROWS = (
    Outcome("propose", "anna", case="propose_a_bench"),
    Outcome("edit", "anna"),
    Outcome("announce", "anna", notified=each(ASKED, "anna"), todo=set(ALL)),
    Outcome(
        "open",
        notified=each(ASKED),
        settled=each(ASKED, "anna"),
        todo=set(ALL),
        case="open_after_a_delay",
    ),
    Outcome("vote", "ben", settled={"ben": ASKED}, todo=set(ALL) - {"ben"}),
    Outcome("take_back", "ben", todo=set(ALL)),
    Outcome(
        "object",
        "dora",
        notified={"anna": "objection", "fred": "objection"},
        settled={"dora": ASKED},
        todo=set(ALL) - {"dora"},
    ),
    Outcome(
        "new_version",
        "anna",
        notified=each(CHANGED, "anna"),
        settled=each(ASKED, "anna"),
        todo=set(ALL),
    ),
    Outcome(
        "decide",
        "cleo",
        notified=each(RESULT, "cleo"),
        settled={**each(ASKED, "anna"), "cleo": CHANGED},
    ),
    Outcome("extend", "anna", notified=each(CHANGED, "anna"), todo=set(ALL)),
    Outcome("ask_up", "ben", todo=set(ALL) - {"ben"}),
    Outcome(
        "pass_up",
        "fred",
        notified={
            **each(RESULT, "fred"),
            **dict.fromkeys(("anna", "ben", "cleo"), (RESULT, ASKED)),
            "luc": ASKED,
        },
        settled=each(ASKED, "anna", "ben"),
        todo={"anna", "ben", "cleo", "luc"},
    ),
    Outcome(
        "withdraw",
        "anna",
        notified=each(RESULT, "anna"),
        settled=each(ASKED, "anna"),
        case="withdraw_decision",
    ),
    Outcome("void", "moderator", notified=each(RESULT), settled=each(ASKED, "anna")),
    Outcome("close"),
    Outcome("count", notified=each(RESULT), settled=each(ASKED, "anna", "ben")),
    Outcome("lot", notified=each(RESULT), settled=each(ASKED, "anna", "ben")),
    Outcome(
        "challenge",
        "cleo",
        notified={"Administrator": CHANGED, "moderator": CHANGED},
        todo={"moderator"},
    ),
    Outcome(
        "judge",
        "moderator",
        notified={"anna": RESULT, "cleo": RESULT},
        settled={"Administrator": CHANGED, "moderator": CHANGED},
    ),
    Outcome(
        "let_stand",
        notified={"anna": RESULT, "cleo": RESULT},
        settled={"Administrator": CHANGED, "moderator": CHANGED},
    ),
    Outcome("execute"),
    Outcome("retry", "gina", settled={"fred": RESULT, "gina": RESULT}),
    Outcome(
        "give_up",
        "gina",
        notified=each(RESULT, "gina"),
        settled={**each(RESULT), "fred": (RESULT, RESULT), "gina": (RESULT, RESULT)},
    ),
    Outcome("reopen", "ben"),
    Outcome(
        "appeal",
        "ben",
        notified=dict.fromkeys(("anna", "cleo", "luc"), ASKED),
        settled={"ben": RESULT},
        todo={"anna", "cleo", "luc"},
    ),
    *ELECTION_ROWS,
)
UNSAID = set(ALL) - {"dora"}
OBJECTION_ROWS = (
    Outcome(
        "object",
        "dora",
        notified={"anna": "objection", "fred": "objection"},
        settled={"dora": ASKED},
        todo=UNSAID,
        case="raise_an_objection",
    ),
    Outcome("ask_test", "ben", notified={"dora": "objection"}, todo=set(ALL)),
    Outcome(
        "reply_test",
        "dora",
        notified={"fred": "objection"},
        settled={"dora": "objection"},
        todo=UNSAID,
    ),
    Outcome("uphold", "fred", settled={"fred": "objection"}, todo=UNSAID),
    Outcome(
        "set_aside",
        "fred",
        notified={"dora": "objection"},
        settled={"anna": "objection", "fred": ("objection", "objection")},
        todo=UNSAID,
    ),
    Outcome(
        "withdraw",
        "dora",
        settled={"anna": "objection", "fred": "objection"},
        todo=UNSAID,
        case="withdraw_objection",
    ),
    Outcome(
        "confirm",
        "dora",
        settled={
            "anna": "objection",
            "dora": "objection",
            "fred": "objection",
        },
        todo=set(ALL),
    ),
    Outcome(
        "lapse",
        notified={"dora": "objection"},
        settled={
            "anna": "objection",
            "dora": "objection",
            "fred": "objection",
        },
        todo=UNSAID,
    ),
)


@tagged("post_install", "-at_install")
class TestNoticesOfDecisions(OutcomeCase, ElectionActs, DecisionCommon):
    people = (*ALL, "luc", "otto", "moderator")
    tables = ((DECISION, DECISION_ROWS), (OBJECTION, OBJECTION_ROWS))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wzd_moderator",
            name="Moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls.env["wezer.notice"].search([]).settled = True

    def urls_of(self, record):
        return {one._url() for one in self.decisions.sudo().search([])}

    def test_each_action_notifies_those_it_concerns_once(self):
        self.check_tables()

    # === DECISIONS === #

    def by_clock(self, record):
        """Return ``record`` as the scheduled action has it."""
        return record.with_env(self.env).sudo()

    def ballot(self, **vals):
        """Return an open majority on which Anna and Ben said yes."""
        decision = self.opened(method="majority", **vals)
        self.vote(decision, anna="yes", ben="yes")
        return decision

    def adopted(self):
        decision = self.ballot()
        self.close(decision)
        return decision

    def challenged(self):
        decision = self.adopted()
        decision.with_user(self.cleo).action_challenge(WHY)
        return decision

    def stuck(self):
        decision = self.adopted().sudo()
        decision.state = "stuck"
        decision._tell_stuck()
        return decision.with_user(self.gina)

    def do_propose_a_bench(self):
        return self.decisions, self.draft

    def do_edit(self):
        decision = self.draft()
        return decision, lambda: decision.action_edit({"title": "Two benches"})

    def do_announce(self):
        decision = self.draft()
        return decision, decision.action_announce

    def do_open_after_a_delay(self):
        decision = self.draft(delay_hours=24)
        decision.action_announce()
        return decision, lambda: self.wait(decision, hours=26)

    def do_vote(self):
        decision = self.opened().with_user(self.ben)
        return decision, lambda: decision.action_vote("live")

    def do_take_back(self):
        decision = self.opened().with_user(self.ben)
        decision.action_vote("live")
        return decision, decision.action_take_back

    def do_object(self):
        decision = self.opened().with_user(self.dora)
        return decision, lambda: decision.action_object(WHY)

    def do_new_version(self):
        decision = self.opened()
        return decision, lambda: decision.action_new_version("Two benches")

    def do_decide(self):
        decision = self.opened(method="advice", decider_id=self.cleo.partner_id.id)
        self.move(decision, days=6)
        return decision, lambda: decision.with_user(self.cleo).action_decide(True, WHY)

    def do_extend(self):
        decision = self.opened()
        return decision, decision.action_extend

    def do_ask_up(self):
        decision = self.opened().with_user(self.ben)
        decision.action_vote("live")
        self._put(self.luc, self.village)
        return decision, decision.action_ask_up

    def do_pass_up(self):
        for user in (self.anna, self.ben, self.cleo, self.luc):
            self._put(user, self.village)
        decision = self.opened()
        decision.with_user(self.ben).action_vote("live")
        decision.with_user(self.ben).action_ask_up()
        return decision, decision.with_user(self.fred).action_pass_up

    def do_withdraw_decision(self):
        decision = self.opened()
        return decision, decision.action_withdraw

    def do_void(self):
        decision = self.opened().with_user(self.moderator)
        return decision, lambda: decision.action_void(WHY)

    def do_close(self):
        decision = self.by_clock(self.ballot())
        self.move(decision, days=8)
        return decision, decision._close

    def do_count(self):
        decision, close = self.do_close()
        close()
        return decision, decision._count

    def do_lot(self):
        decision = self.opened(method="choose", options=["Oak", "Ash"])
        self.vote(decision, anna="1", ben="2")
        decision = self.by_clock(decision)
        self.move(decision, days=8)
        decision._close()
        decision._count()
        self.assertEqual(decision.state, "tied")
        return decision, decision._draw_lot

    def do_challenge(self):
        decision = self.adopted().with_user(self.cleo)
        return decision, lambda: decision.action_challenge(WHY)

    def do_judge(self):
        decision = self.challenged().with_user(self.moderator)
        return decision, lambda: decision.action_judge(False, WHY)

    def do_let_stand(self):
        decision = self.by_clock(self.challenged())
        return decision, decision._let_stand

    def do_execute(self):
        decision = self.adopted()
        return decision, lambda: self.carry_out(decision)

    def do_retry(self):
        decision = self.stuck()
        return decision, decision.action_retry

    def do_give_up(self):
        decision = self.stuck()
        return decision, decision.action_give_up

    def do_reopen(self):
        decision = self.adopted().with_user(self.ben)
        return decision, decision.action_reopen

    def do_appeal(self):
        for user in (self.anna, self.cleo, self.luc):
            self._put(user, self.village)
        decision = self.adopted()
        self.env["wezer.outcome"].create(
            {
                "decision_id": decision.id,
                "kind": "member_out",
                "params": {"person": self.ben.partner_id.id},
            }
        )
        self.carry_out(decision)
        decision = decision.with_user(self.ben)
        return decision, lambda: decision.action_appeal(WHY)

    # === OBJECTIONS === #

    def raised(self):
        decision = self.opened()
        number = decision.with_user(self.dora).action_object(WHY)
        return self.env["wezer.objection"].with_user(self.dora).browse(number)

    def tested(self, *answers):
        objection = self.raised()
        objection.with_user(self.ben).action_test()
        if answers:
            objection.action_reply(list(answers))
        return objection

    def do_raise_an_objection(self):
        return self.do_object()

    def do_ask_test(self):
        objection = self.raised().with_user(self.ben)
        return objection, objection.action_test

    def do_reply_test(self):
        objection = self.tested()
        return objection, lambda: objection.action_reply(["It does", "", "", ""])

    def do_uphold(self):
        objection = self.tested("It does", "It is", "It is", "It does")
        return objection, objection.with_user(self.fred).action_uphold

    def do_set_aside(self):
        objection = self.tested("It does", "", "", "")
        return objection, objection.with_user(self.fred).action_set_aside

    def do_withdraw_objection(self):
        objection = self.raised()
        return objection, objection.action_withdraw

    def do_confirm(self):
        objection = self.raised()
        decision = objection.decision_id.with_user(self.anna)
        decision.action_new_version("Two benches", "Two", objection.ids)
        return objection, objection.action_confirm

    def do_lapse(self):
        objection = self.tested()
        decision = objection.sudo().decision_id
        self.move(decision, days=3)
        self.clock()
        return objection, self.by_clock(objection)._lapse
