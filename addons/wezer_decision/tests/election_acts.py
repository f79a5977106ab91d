"""Whom the acts of elections notify: rows and beginnings for the table of decisions."""

from odoo.addons.wezer_base.tests.outcomes import Outcome

WHY = "Knows the books well, and explains them."
ALL = ("anna", "ben", "cleo", "dora", "fred", "gina")
ASKED, CHANGED = "decision_asked", "decision_changed"

OTHERS = set(ALL) - {"ben"}

ELECTION_ROWS = (
    Outcome("stand", "ben"),
    Outcome("stand_down", "ben"),
    Outcome("nominate", "ben", settled={"ben": ASKED}, todo=OTHERS),
    Outcome(
        "propose_person",
        "fred",
        notified={"ben": "nominated"},
        settled={"fred": CHANGED},
        todo={"ben"},
    ),
    Outcome(
        "accept",
        "ben",
        notified=dict.fromkeys(OTHERS, ASKED),
        settled={"ben": "nominated", **dict.fromkeys(OTHERS - {"gina"}, CHANGED)},
        todo=set(ALL),
    ),
    Outcome(
        "decline",
        "ben",
        notified={"fred": CHANGED},
        settled={
            "ben": (CHANGED, "nominated"),
            **dict.fromkeys(OTHERS - {"gina"}, CHANGED),
        },
        todo={"fred"},
    ),
    Outcome(
        "drop",
        "fred",
        settled={"ben": CHANGED, **dict.fromkeys(OTHERS, ASKED)},
        todo={"fred"},
    ),
    Outcome("recall", "anna", case="recall_a_person"),
    Outcome(
        "sign",
        "cleo",
        # The person is heard before the others answer.
        notified={**dict.fromkeys(OTHERS - {"cleo"}, ASKED), "ben": CHANGED},
    ),
)


class ElectionActs:
    """The beginning of each act, for a case with the people of decisions."""

    def role(self):
        return self._role("Treasurer", self.garden)

    def candidates(self):
        decision = self.draft(method="schulze", role_id=self.role().id, options=[])
        decision.action_announce()
        return decision

    def naming(self):
        return self.opened(method="person", role_id=self.role().id)

    def proposing(self):
        """Return an election in which everybody named somebody, and sharing is over."""
        decision = self.naming()
        for name in ALL:
            whom = self.anna if name == "ben" else self.ben
            decision.with_user(getattr(self, name)).action_nominate(
                whom.partner_id.id, WHY
            )
        self.wait(decision, days=3)
        return decision

    def asked(self):
        decision = self.proposing()
        decision.with_user(self.fred).action_propose_person(self.ben.partner_id.id, WHY)
        return decision

    def do_stand(self):
        decision = self.candidates().with_user(self.ben)
        return decision, decision.action_stand

    def do_stand_down(self):
        decision = self.candidates().with_user(self.ben)
        decision.action_stand()
        return decision, decision.action_stand_down

    def do_nominate(self):
        decision = self.naming().with_user(self.ben)
        anna = self.anna.partner_id.id
        return decision, lambda: decision.action_nominate(anna, WHY)

    def do_propose_person(self):
        decision = self.proposing().with_user(self.fred)
        ben = self.ben.partner_id.id
        return decision, lambda: decision.action_propose_person(ben, WHY)

    def do_accept(self):
        decision = self.asked().with_user(self.ben)
        return decision, decision.action_accept

    def do_decline(self):
        decision = self.asked().with_user(self.ben)
        return decision, decision.action_decline

    def do_drop(self):
        decision = self.asked()
        decision.with_user(self.ben).action_accept()
        decision = decision.with_user(self.fred)
        return decision, lambda: decision.action_drop(WHY)

    def do_recall_a_person(self):
        role = self.role()
        self._put(self.ben, role)
        recall = self.decisions.with_user(self.anna).propose_recall
        return self.decisions, lambda: recall(role.id, self.ben.partner_id.id, WHY)

    def do_sign(self):
        _record, recall = self.do_recall_a_person()
        decision = self.decisions.browse(recall()).with_user(self.cleo)
        return decision, decision.action_sign
