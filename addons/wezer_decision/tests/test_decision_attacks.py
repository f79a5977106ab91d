"""What members, managers and administrators try with decisions, and do not get."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import governance, recall, result_view, secrecy
from .common import DecisionCommon

WHY = "It would take the place of the beds."


@tagged("post_install", "-at_install")
class TestDecisionAttacks(DecisionCommon, FormCase):
    """Each test is an attack; the sentence says what becomes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.treasurer = cls._role("Treasurer", cls.garden)

    def refused(self, rule, act, *args, **kwargs):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            act(*args, **kwargs)
        self.env.invalidate_all()
        self.assertEqual(caught.exception.rule, rule)

    # === LOOSER RULES, OTHER PEOPLE, OTHER WORDS === #

    def test_a_proposer_asks_for_no_less_than_the_half_of_what_the_circle_counts(self):
        self.set_policies(decides_base="roll")
        decision = self.opened(method="majority", share="1/100", strict=False)
        found = decision.sudo().rules
        self.assertEqual((found["share"], found["strict"]), ("1/2", True))
        self.vote(decision, anna="yes", ben="yes", cleo="yes")
        self.assertEqual(self.close(decision).state, "rejected")
        self.set_policies(decides_strict=False)
        found = self.draft(method="majority", strict=True)._rules_now()
        self.assertTrue(found["strict"], "more may be asked for")

    def test_nothing_follows_from_options_but_who_has_a_role(self):
        closing = {"kind": "close", "params": {"group": self.treasurer.id}}
        for method in ("choose", "dot", "score", "schulze", "stv", "dates"):
            with self.subTest(method):
                draft = self.draft(
                    method=method, options=["Close it", "Keep it"], outcomes=[closing]
                )
                self.refused("outcome", draft.action_announce)
                draft.action_withdraw()
        draft = self.draft(
            method="person", role_id=self.treasurer.id, outcomes=[closing]
        )
        self.refused("role", draft.action_announce)

    def test_nobody_is_elected_under_the_name_of_another_person(self):
        draft = self.draft(
            method="schulze",
            role_id=self.treasurer.id,
            options=[
                {"label": "Dora", "person_id": self.ben.partner_id.id},
                {"label": "Dora"},
            ],
        )
        self.assertEqual(draft.option_ids[0].label, self.ben.name)
        draft.action_announce()
        draft.with_user(self.ben).action_stand()
        draft.with_user(self.cleo).action_stand()
        # A label without a person takes no votes.
        self.wait(draft, hours=80)
        standing = draft.sudo().option_ids.filtered(lambda one: not one.is_withdrawn)
        self.assertEqual(
            standing.mapped("label"), [self.ben.name, self.cleo.name, "None of these"]
        )

    def test_an_objection_needs_a_reason_however_it_is_written(self):
        self.set_policies(delegation="once")
        for secrecy_mode in ("open", "secret"):
            decision = self.opened(title=secrecy_mode, secrecy=secrecy_mode)
            for word in ("object", "Object", " OBJECT ", "oBjEcT\n"):
                with self.subTest(word, secrecy=secrecy_mode):
                    as_ben = decision.with_user(self.ben)
                    self.refused("reason", as_ben.action_vote, word)
            decision.with_user(self.ben).action_vote("OBJECT", reason=WHY)
            self.assertEqual(
                decision.sudo().objection_ids.person_id, self.ben.partner_id
            )
            self.assertFalse(
                self.env["wezer.urn"].sudo()._recount(decision.sudo()).get("object")
            )
            decision.action_withdraw()

    def test_advice_is_not_given_in_secret(self):
        draft = self.draft(
            method="advice", secrecy="secret", decider_id=self.anna.partner_id.id
        )
        self.refused("secret", draft.action_announce)

    # === MORE THAN OTHERS BEAR === #

    def test_a_person_does_not_announce_and_withdraw_without_end(self):
        for number in range(10):
            self.opened(title=f"Spam {number}").action_withdraw()
        draft = self.draft(title="Spam")
        self.refused("daily", draft.action_announce)
        # Others are not kept from it.
        self.opened(by=self.ben, title="A bench")

    def test_a_voice_is_not_given_and_taken_back_without_end(self):
        self.set_policies(delegation="once")
        given = self.env["wezer.vote.delegation"].with_user(self.anna)
        vals = {"scope": "circle", "group_id": self.garden.id}
        for _time in range(20):
            number = given.action_give(self.ben.partner_id.id, vals)
            given.browse(number).action_take_back()
        self.refused("hourly", given.action_give, self.ben.partner_id.id, vals)

    def test_decisions_that_ask_for_too_many_answers_do_not_end_a_reserve(self):
        self.set_policies(decides_member="majority", quorum="1/3")
        judge = mail_new_test_user(
            self.env,
            login="wzd_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )
        for number in range(3):
            decision = self.opened(
                title=f"Trick {number}", method="majority", quorum="1/1", hours=24
            )
            self.vote(decision, anna="yes", ben="yes", cleo="yes")
            self.assertEqual(self.close(decision).state, "no_quorum")
        garden = self.garden.with_user(judge)
        self.refused("quorum", garden.action_end_reserve, "member", "Nobody answers")

    def test_signatures_of_people_who_left_recall_nobody(self):
        self._put(self.ben, self.treasurer)
        recalls = self.decisions.with_user(self.anna)
        recalled = recalls.browse(
            recalls.propose_recall(self.treasurer.id, self.ben.partner_id.id, WHY)
        )
        self.assertEqual(recall.signed(recalled.sudo()), 1)
        self.garden.with_user(self.anna).action_leave()
        self.assertEqual(recall.signed(recalled.sudo()), 0)
        self.assertFalse(recall.is_signed(recalled.sudo()))

    # === WHAT IS HIDDEN === #

    def test_hidden_fields_give_no_order_no_groups_and_no_answers(self):
        decision = self.opened(method="person", role_id=self.treasurer.id)
        administrator = mail_new_test_user(
            self.env,
            "wzd_root",
            groups="wezer_base.group_administrator,base.group_system",
        )
        self._put(administrator, self.garden)
        hidden = ("named_ids", "signer_ids", "up_ids", "reopen_ids")
        hidden += ("nominee_id", "asked_id", "asked_reason")
        for user in (self.ben, administrator):
            rows = self.decisions.with_user(user)
            for name in hidden:
                for method, args, kwargs in (
                    ("search", [[(name, "!=", False)]], {}),
                    ("search", [[]], {"order": name}),
                    ("search_count", [[(name, "in", [self.ben.partner_id.id])]], {}),
                    ("formatted_read_group", [[], [name], ["__count"]], {}),
                    ("read", [decision.ids, [name]], {}),
                    ("web_read", [decision.ids, {name: {}}], {}),
                    ("export_data", [decision.ids, [name]], {}),
                    ("copy", [decision.ids], {}),
                ):
                    with self.subTest(name, method=method, user=user.login):
                        self.assertIsNone(self.told(rows, method, args, kwargs))
            for path in ("voter_ids.wrong_codes", "objection_ids.stances"):
                columns = [path.replace(".", "/")]
                for method, args in (
                    ("search", [[(path, "!=", False)]]),
                    ("export_data", [decision.ids, columns]),
                ):
                    with self.subTest(path, method=method, user=user.login):
                        told = self.told(rows, method, args, {})
                        self.assertIn(told, (None, {"datas": [[""]]}))

    def told(self, rows, method, args, kwargs):
        """Return what a call gives; None where it is refused."""
        try:
            return call_kw(rows, method, args, kwargs)
        except (UserError, ValueError):
            return None

    def test_a_seal_of_the_log_tells_nothing_to_who_tries_out_what_it_covers(self):
        seals = self.env["wezer.governance.seal"].sudo()
        seals._seal()
        self.opened(title="A bench", members_only=True).action_withdraw()
        seal = seals._seal()
        events = self.env["wezer.governance.event"].sudo()
        sealed = events.search([("id", ">=", seal.from_event_id)])
        self.assertTrue(all(len(event.salt) == 32 for event in sealed))
        self.assertEqual(len(set(sealed.mapped("salt"))), len(sealed))
        # All else of the rows gives another hash.
        guess = governance.ROW_TEXT.replace(", salt)", ")")
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM wezer_governance_event WHERE id >= %s ORDER BY id",
                SQL(guess),
                seal.from_event_id,
            )
        )
        self.assertNotEqual(
            self._hash(seal.previous_id.digest, [text for (text,) in rows]),
            seal.digest,
        )
        self.assertFalse(self.env["wezer.invariant"].sudo()._check_governance())
        for user in (self.anna, self.gina, self.env.ref("base.user_admin")):
            seen = events.with_user(user).sudo(False)
            for act in (
                lambda seen=seen: seen.browse(sealed[:1].id).read(["salt"]),
                lambda seen=seen: seen.search([("salt", "like", "a")]),
            ):
                with self.assertRaises(AccessError):
                    act()
        # What an earlier version wrote has no salt, and its seals hold.
        self.env.cr.execute(
            """INSERT INTO wezer_governance_event
                      (group_id, kind, date, company_id)
               SELECT group_id, 'opened', date, company_id
                 FROM wezer_governance_event ORDER BY id DESC LIMIT 1"""
        )
        old = seals._seal()
        [(text,)] = self.env.execute_query(
            SQL(
                "SELECT %s FROM wezer_governance_event WHERE id = %s",
                SQL(guess),
                old.from_event_id,
            )
        )
        self.assertEqual(self._hash(seal.digest, [text]), old.digest)

    def _hash(self, before, texts):
        found = governance.hashlib.sha256(before.encode())
        for text in texts:
            found.update(text.encode() + b"\n")
        return found.hexdigest()

    # === MANY RECEIPTS === #

    def test_many_receipts_are_a_file_and_few_stand_on_the_page(self):
        number = 9
        self.patch(result_view, "RECEIPTS_SHOWN", number - 1)
        decision = self.opened(
            method="schulze", secrecy="secret", options=[*"ABCDE"], title="A place"
        )
        codes = list(self.vote_many(decision, number))
        self.anna.password = self.anna.login
        self.authenticate(self.anna.login, self.anna.login)
        address = f"/decisions/{decision.id}"
        self.assertEqual(self.url_open(f"{address}/receipts.txt").status_code, 404)
        self.close(decision)
        page = self.page(address)
        hashed = secrecy.code_hash(decision.id, codes[0])
        shown = self.url_open(address)
        self.assertNotIn(hashed, shown.text)
        self.assertIn("private", shown.headers["Cache-Control"])
        [link] = page.xpath("//a[contains(@href, 'receipts.txt')]/@href")
        lines = self.url_open(link).text.splitlines()
        self.assertEqual(lines, sorted(lines))
        self.assertEqual((len(lines), hashed in lines), (number, True))
        found = self.send(self.form(page, "/receipt"), secret_code=codes[0])
        self.assertIn("Your vote was", found.text)
        self.assertIn(hashed, found.text)
        # The code of nobody, and of another decision.
        for code in ("AAAA", secrecy.new_code(), "%", "'"):
            self.assertFalse(decision._find_receipt(code)["found"])

    def test_pages_of_decisions_without_a_count_are_shown(self):
        self.anna.password = self.anna.login
        self.authenticate(self.anna.login, self.anna.login)
        self.set_policies(quorum="1/1")
        missed = self.opened(method="majority", secrecy="secret", title="A pond")
        for user in self.members[:5]:
            missed.with_user(user).action_vote("yes")
        self.assertEqual(self.close(missed).state, "no_quorum")
        advised = self.opened(
            method="advice", decider_id=self.anna.partner_id.id, title="A path"
        )
        for user in self.members:
            if user == self.anna:
                self.refused("decider", advised.action_vote, "", reason="Mine.")
                continue
            advised.with_user(user).action_vote("", reason="It would be nice there.")
        advised.action_decide(True, "We build it in spring.")
        for decision in (missed, advised):
            answer = self.url_open(f"/decisions/{decision.id}")
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn('id="receipts"', answer.text)

    def test_what_was_voted_in_secret_is_not_shown_before_it_is_counted(self):
        decision = self.opened(method="majority", secrecy="secret")
        code = decision.with_user(self.ben).action_vote("yes")
        found = decision.sudo()
        found.closes = fields.Datetime.now() - timedelta(hours=1)
        found._close()
        self.assertEqual(found.state, "counting")
        self.refused("state", decision._receipts)
        self.refused("state", decision._receipt_file)
        self.refused("state", decision._find_receipt, code)
