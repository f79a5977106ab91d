import contextlib
from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.outcomes import ALL as COUNTS_ALL

from ..tools import appeals, drafts
from .common import DecisionCommon
from .matrix import ALL, APPEAL_METHODS, APPEAL_MODELS, METHODS, MODELS, ROUTES

OURS = "odoo.addons.wezer_decision."


class MatrixCommon(DecisionCommon):
    """The eight people of the matrix, and a row of each model in an open decision."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.judge = mail_new_test_user(
            cls.env,
            login="wzd_matrix",
            groups="base.group_user,wezer_base.group_moderator",
        )
        people = (
            cls.env.ref("base.public_user"),
            *(cls.otto, cls.anna, cls.ben, cls.fred, cls.gina, cls.judge),
            cls.env.ref("base.user_admin"),
        )
        cls.people = dict(zip(ALL, people, strict=True))
        cls.garden._do_set_policy("delegation", "once")
        row = {"kind": "policy", "params": {"key": "role_term_days", "value": "9"}}
        cls.rows = {
            "draft": cls.draft(),
            "vote": cls.opened(method="majority", outcomes=[row]),
            "consent": cls.opened(method="consent"),
            "advice": cls.opened(
                cls.gina, method="advice", decider_id=cls.fred.partner_id.id
            ),
            "group": cls.garden,
        }
        cls._fill()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _fill(cls):
        """Make what is M's and O's beside the decisions."""
        rows = cls.rows
        vote, ben = rows["vote"].sudo(), cls.ben.partner_id.id
        for choice in ("no", "yes"):
            vote.with_user(cls.ben).action_vote(choice)
        rows["consent"].with_user(cls.ben).action_object("It harms us because " * 2)
        rows["objection"] = rows["consent"].sudo().objection_ids
        delegations = cls.env["wezer.vote.delegation"].with_user(cls.anna)
        number = delegations.action_give(
            ben, {"scope": "circle", "group_id": cls.garden.id}
        )
        rows["delegation"] = delegations.browse(number)
        discussions = cls.env["wezer.discussion"].with_user(cls.anna)
        discussion = discussions.browse(discussions.begin(cls.garden.id, "Shade"))
        discussion.say("A tree")
        discussion.action_summarise("A tree is wanted")
        rows.update(discussion=discussion, word=discussion.sudo().word_ids[:1])
        for state in ("adopted", "challenged", "stuck"):
            rows[state] = vote.copy({"state": state, "closed_at": vote.opens})
            cls.env["wezer.decision.voter"].create(
                [
                    {
                        "decision_id": rows[state].id,
                        "party_id": user.partner_id.id,
                        "person_id": user.partner_id.id,
                    }
                    for user in cls.members
                ]
            )
        rows["adopted"].challenge_until = vote.closes
        cls.env["wezer.governance.seal"].sudo()._seal()

    @classmethod
    def _row_of(cls, name):
        """Return the row of a model that the matrix speaks of (sudo)."""
        vote, env = cls.rows["vote"].sudo(), cls.env
        model = env[name].sudo()
        if name == "wezer.decision":
            return vote
        if name in ("wezer.urn", "wezer.urn.receipt"):
            vals = {"decision_id": vote.id, "choice": "yes", "receipt_hash": "x"}
            names = model._fields.keys()
            return model.create({key: vals[key] for key in vals.keys() & names})
        if name == "wezer.decision.option":
            return model.create({"decision_id": vote.id, "label": "One"})
        if name == "wezer.decision.college":
            vals = {"name": "X", "weight": "1/2", "source_id": cls.compost.id}
            return model.create({"group_id": cls.garden.id, **vals})
        if name == "wezer.nomination":
            return model.create(
                {
                    "decision_id": vote.id,
                    "person_id": cls.ben.partner_id.id,
                    "voter_id": vote.voter_ids.filtered(
                        lambda one: one.person_id == cls.ben.partner_id
                    ).id,
                    "nominee_id": cls.anna.partner_id.id,
                    "reason": "She can",
                }
            )
        if name == "wezer.discussion.reader":
            vals = {"person_id": cls.anna.partner_id.id}
            return model.create({**vals, "discussion_id": cls.rows["discussion"].id})
        domain = {
            "wezer.decision.voter": [("person_id", "=", cls.ben.partner_id.id)],
            "wezer.outcome": [("decision_id", "=", vote.id)],
            # Of objections only the circle reads.
            "wezer.governance.event": [("decision_id", "=", vote.id)],
            "wezer.decision.version": [("decision_id", "=", vote.id)],
        }
        return model.search(domain.get(name, []), limit=1)


@tagged("post_install", "-at_install")
class TestMatrix(MatrixCommon, HttpCase):
    """Eight people × every model and public method, through ORM and call_kw."""

    def test_every_model_and_method_has_a_row(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "wezer_decision" and not model._abstract
        }
        self.assertEqual(set(MODELS), models)
        found = set()
        for name, model in self.env.registry.items():
            if model._abstract:
                continue
            ours, others = set(), set()
            for parent in model.mro():
                names = {
                    key
                    for key, value in vars(parent).items()
                    if callable(value)
                    and not key.startswith("_")
                    and not getattr(value, "_api_private", False)
                }
                if parent.__module__.startswith(OURS):
                    ours |= names
                else:
                    others |= names
            # Odoo calls it; no RPC reaches it.
            found |= {f"{name}.{method}" for method in ours - others - {"init"}}
        self.assertEqual(set(METHODS), found)

    def test_models_and_rows_are_read_by_the_people_of_the_matrix(self):
        for name, (readers, seers) in MODELS.items():
            row = self._row_of(name)
            self.assertTrue(row, name)
            self.env.flush_all()
            for letter, user in self.people.items():
                with self.subTest(model=name, who=letter):
                    self.env.invalidate_all()
                    rows = self.env[name].with_user(user)
                    self.assertEqual(rows.has_access("read"), letter in readers)
                    self.assertEqual(self._sees(rows, row), letter in seers)

    def _appeal(self):
        """Return the rows of an appeal of Eve that runs in the garden, by model."""
        eve, env = self.eve.partner_id, self.env
        vals = {
            "group_id": self.garden.id,
            "title": "An appeal",
            "proposer_id": eve.id,
            "method": "majority",
            "members_only": True,
        }
        decisions = self.decisions.sudo()
        before = {**vals, "group_id": self.compost.id, "state": "done"}
        out = drafts.create(decisions, before, "Out", "member_out", {"person": eve.id})
        out.outcome_ids.state = "done"
        vals["passed_from_id"] = out.id
        params = {"person": eve.id, "group": self.compost.id}
        appeal = drafts.create(decisions, vals, "I stay", appeals.KIND, params)
        appeal._announce()
        talk = appeal.discussion_id
        talk.with_user(self.anna).say("Why?")
        talk.with_user(self.gina).action_summarise("In short")
        appeal.with_user(self.ben).action_vote("yes")
        own = appeal.voter_ids.filtered(
            lambda one: one.person_id == self.ben.partner_id
        )
        return {
            "wezer.decision": appeal,
            "wezer.decision.version": appeal.version_id,
            "wezer.outcome": appeal.outcome_ids,
            "wezer.decision.voter": own,
            "wezer.ballot": env["wezer.ballot"].search([("voter_id", "=", own.id)]),
            "wezer.discussion": talk,
            "wezer.discussion.word": talk.word_ids,
            "wezer.discussion.summary": talk.summary_ids,
        }

    @mute_logger("odoo.http")
    def test_who_appeals_reads_and_answers_in_that_discussion_and_in_no_other(self):
        others = {name: self._row_of(name) for name in MODELS}
        rows = self._appeal()
        people = {**self.people, "P": self.eve}
        self.env.flush_all()
        for name, seers in APPEAL_MODELS.items():
            for letter, user in people.items():
                with self.subTest(model=name, who=letter):
                    self.env.invalidate_all()
                    own = self.env[name].with_user(user)
                    self.assertEqual(self._sees(own, rows[name]), letter in seers)
        for full, (passing, text) in APPEAL_METHODS.items():
            name, _method = full.rsplit(".", 1)
            args = [rows[name].ids, *literal_eval(f"[{text}]")]
            self._assert_accepts(people, full, args, passing)
        # Of everything else they see and may what others do who are not in the circle.
        for name, (_readers, seers) in MODELS.items():
            with self.subTest(model=name):
                self.env.invalidate_all()
                own = self.env[name].with_user(self.eve)
                self.assertEqual(self._sees(own, others[name]), "N" in seers)
        closed = rows["wezer.decision"]
        for state in ("counting", "adopted", "rejected", "ended", "no_quorum"):
            closed.state = state
            for name in APPEAL_MODELS:
                if name.startswith("wezer.discussion"):
                    self.env.invalidate_all()
                    own = self.env[name].with_user(self.eve)
                    with self.subTest(state=state, model=name):
                        self.assertEqual(
                            self._sees(own, rows[name]), state == "counting"
                        )

    def _sees(self, rows, row):
        """Return whether a row is found, and read: both say the same."""
        answers = []
        for method, args in (
            ("search", [[("id", "in", row.ids)]]),
            ("read", [row.ids, ["id"]]),
        ):
            try:
                answers.append(bool(call_kw(rows, method, args, {})))
            except AccessError:
                answers.append(False)
        self.assertEqual(*answers, "searching and reading disagree")
        return answers[0]

    def test_nobody_changes_rows_by_orm(self):
        for name in MODELS:
            row = self._row_of(name)
            # The others have fewer rights than one of these.
            for letter in ALL if COUNTS_ALL else "VMGA":
                rows = self.env[name].with_user(self.people[letter])
                for method, args in (
                    ("create", [{}]),
                    ("write", [row.ids, {"display_name": "x"}]),
                    ("unlink", [row.ids]),
                    ("web_save", [row.ids, {}, {}]),
                    ("copy", [row.ids]),
                ):
                    with self.subTest(model=name, who=letter, method=method):
                        with self.assertRaises(UserError), self.env.cr.savepoint():
                            call_kw(rows, method, args, {})
                loaded = []
                with contextlib.suppress(UserError):
                    loaded = call_kw(rows, "load", [["id"], [["x"]]], {})["ids"]
                self.assertFalse(loaded, f"{name} {letter}")

    @mute_logger("odoo.http")
    def test_methods_accept_the_people_of_the_matrix(self):
        for full, (passing, row, text) in METHODS.items():
            args = [self.rows[row].ids] if row else []
            text = text.replace("garden", str(self.garden.id))
            text = text.replace("person_F", str(self.fred.partner_id.id))
            args += literal_eval(f"[{text}]")
            self._assert_accepts(self.people, full, args, passing)

    def _assert_accepts(self, people, full, args, passing):
        """Call a method as each of ``people``: only ``passing`` may."""
        name, method = full.rsplit(".", 1)
        for letter, user in people.items():
            with self.subTest(method=full, who=letter):
                outcome = self._ask(self.env[name].with_user(user), method, args)
                if letter in passing:
                    self.assertNotIn("not allowed", outcome)
                else:
                    self.assertNotEqual(outcome, "passed")

    def _ask(self, rows, method, args):
        outcome = "passed"
        try:
            with self.env.cr.savepoint() as point:
                call_kw(rows, method, args, {})
                self.env.flush_all()
                point.rollback()
        except AccessError as error:
            outcome = f"not allowed: {error}"
        except UserError as error:
            outcome = f"refused: {error}"
        self.env.invalidate_all(flush=False)
        return outcome

    def test_every_route_has_a_row_and_pages_are_shown_to_its_people(self):
        found, http = set(), self.env["ir.http"]
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            if endpoint.func.__module__.startswith(OURS):
                methods = set(endpoint.routing.get("methods") or ["GET"])
                found |= {f"{one} {url}" for one in methods - {"HEAD", "OPTIONS"}}
        self.assertEqual(set(ROUTES), found)
        names = {
            "vote": self.rows["vote"].id,
            "draft": self.rows["draft"].id,
            "discussion": self.rows["discussion"].id,
            "slug": self.garden.slug,
        }
        for letter in "VNMO":
            user = self.people[letter]
            user.sudo().password = user.login
            login = None if letter == "V" else user.login
            self.authenticate(login, login)
            for route, (shown, address) in ROUTES.items():
                if not address:
                    continue
                with self.subTest(route=route, who=letter), mute_logger("odoo.http"):
                    answer = self.url_open(
                        address.format(**names), allow_redirects=False
                    )
                    self.assertEqual(answer.status_code == 200, letter in shown)
