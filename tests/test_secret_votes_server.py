"""Secret votes over a real server: what is left of them anywhere after closing."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import lxml.html
import pytest

import odoo.http
from odoo import Command, api
from odoo.tests import tagged

from odoo.addons.wezer_decision.tests.common import end_all
from odoo.addons.wezer_decision.tests.secret_ballots import BALLOTS, rows_since
from odoo.addons.wezer_decision.tools import secrecy

from .rpc import RpcCase

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
VOTERS = 9
# What people choose from; each of them ranks it differently.
OPTIONS = [f"Place {letter}" for letter in "ABCDE"]
CODE = r"(?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}"
STEAL = """
urn = env['wezer.urn'].sudo().search([])
voters = env['wezer.decision.voter'].sudo().search([])
env.cr.execute("SELECT id, xmin::text, ctid::text, choice, receipt_hash FROM wezer_urn")
rows = env.cr.fetchall()
env['ir.config_parameter'].sudo().set_param('stolen', repr((urn.read(), rows)))
"""


@tagged("post_install", "-at_install")
class TestSecretVotesServer(RpcCase):
    """Nine members and an administrator; the votes come by RPC and by JSON-2."""

    def _make(self, env):
        members = self._members(env, "Secret", VOTERS)
        admin = self._members(
            env, "Root", 1, "wezer_base.group_administrator", lang="en_US"
        )
        admin.group_ids += env.ref("base.group_system")
        outsider = self._members(env, "Outside", 1)
        self.users = [*members.ids, admin.id, outsider.id]
        circle = env["wezer.group"].create({"name": f"Urn circle {self.mark}"})
        for user in members:
            env["wezer.group.membership"].create(
                {"group_id": circle.id, "partner_id": user.partner_id.id}
            )
        decisions = env["wezer.decision"].with_user(members[0])
        decision = decisions.browse(
            decisions.propose(
                circle.id,
                {
                    "title": "The place of the bench",
                    "text": "We choose together.",
                    "method": "schulze",
                    "secrecy": "secret",
                    "members_only": True,
                    "options": OPTIONS,
                },
            )
        )
        decision.action_announce()
        self.decision = decision.id
        self.voters = decision.sudo().voter_ids.ids
        self.circle = circle.id

    def _archive(self, env):
        super()._archive(env)
        end_all(env["wezer.decision"].browse(self.decision))

    def _vote(self, person, choice, **values):
        return self._call(
            person, "wezer.decision", "action_vote", [self.decision], choice, **values
        )

    def _vote_by_form(self, person, ranks):
        """Vote on the page of the decision, and return the answer to the form."""
        page = person.get(f"{self.server.url}/decisions/{self.decision}", timeout=60)
        [form] = lxml.html.fromstring(page.text).xpath(
            "//form[contains(@action, '/vote')]"
        )
        fields = dict(form.form_values())
        for number, rank in enumerate(ranks.split("-"), 1):
            fields[f"secret_rank_{number}"] = rank
        address = f"{self.server.url}{form.get('action')}"
        return person.post(address, data=fields, timeout=60, allow_redirects=False)

    def _close(self):
        """Let the time for answers pass, and the clock close and count."""
        for _part in range(2):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                decision = env["wezer.decision"].browse(self.decision)
                if decision.state == "open":
                    decision.write(
                        {
                            "opens": "2026-01-01",
                            "closes": "2026-01-02",
                            "due_at": "2026-01-02",
                        }
                    )
                    decision._close()
                else:
                    decision._count()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            return env["wezer.decision"].browse(self.decision).state

    def test_nothing_anywhere_joins_a_voter_to_a_ballot_after_closing(self):
        members, admin = self.sessions[:VOTERS], self.sessions[VOTERS]
        codes = []
        for number, person in enumerate(members[:-2]):
            codes.append(self._vote(person, BALLOTS[number])["result"])
        # One by the form of the page, which was refused before and comes back empty.
        refused = self._vote_by_form(members[-2], "1-2-x-4-5")
        self.assertEqual(refused.status_code, 303)
        answer = self._vote_by_form(members[-2], BALLOTS[VOTERS - 2])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        codes.append(re.search(CODE, answer.text)[0])
        # One by JSON-2, one changed by its code, one refused, one guessed.
        last = self._call_json2(
            self._key(self.users[VOTERS - 1]),
            "wezer.decision",
            "action_vote",
            ids=[self.decision],
            choice=BALLOTS[VOTERS - 1],
        )
        codes.append(last.json())
        changed = BALLOTS[50]
        self.assertTrue(self._vote(members[0], changed, code=codes[0]).get("result"))
        self.assertIn("error", self._vote(members[1], BALLOTS[60]))
        self.assertIn("error", self._vote(members[2], BALLOTS[61], code="AAAA-BBBB"))
        self.assertIn("error", self._vote(members[3], "9-9-9-9", code=codes[3]))
        cast = [changed, *BALLOTS[1:VOTERS]]

        # While it runs: nobody reads the urn, and nothing says how it stands.
        for model, method, args in (
            ("wezer.urn", "search_read", [[]]),
            ("wezer.urn", "search_count", [[]]),
            ("wezer.urn", "export_data", [[1], ["choice"]]),
            ("wezer.urn.receipt", "search_read", [[]]),
            ("wezer.ballot", "read", [[1], ["choice"]]),
        ):
            for person in (members[0], admin):
                answer = self._call(person, model, method, *args)
                self.assertFalse(answer.get("result"), (model, method))
        read = self._call(
            members[1], "wezer.decision", "read", [self.decision], ["result", "seal"]
        )
        self.assertEqual(read["result"][0]["result"], False)
        roll = self._call(
            members[1],
            "wezer.decision.voter",
            "search_read",
            [["decision_id", "=", self.decision]],
            ["state"],
        )
        self.assertEqual(len(roll["result"]), 1, "their own row only")

        self._attack_pages_while_it_runs(members[1], admin)
        before = self._rows(
            "SELECT id, xmin::text, choice FROM wezer_urn WHERE decision_id = %s",
            self.decision,
        )
        self.assertEqual(sorted(row[2] for row in before), sorted(cast))
        first = min(int(row[1]) for row in before)
        self.assertEqual(self._close(), "adopted")

        # The rows of the urn, as an administrator's server action reads them.
        stolen = self._steal()
        self.assertIn(changed, stolen)
        after = self._rows(
            "SELECT id, xmin::text, choice, receipt_hash FROM wezer_urn"
            " WHERE decision_id = %s",
            self.decision,
        )
        self.assertEqual(sorted(row[2] for row in after), sorted(cast))
        self.assertEqual(len({row[1] for row in after}), 1)
        self.assertEqual({row[3] for row in after}, {None})
        self.assertFalse({row[0] for row in after} & {row[0] for row in before})

        hashes = [secrecy.code_hash(self.decision, code) for code in codes]
        numbers = {str(row[0]) for row in (*before, *after)}
        with self.registry.cursor() as cr:
            written = rows_since(cr, first)
        elsewhere = [
            (table, row)
            for table, _writer, row in written
            if table != "wezer_urn" and "stolen" not in row
        ]
        self.assertGreater(len(elsewhere), VOTERS)
        for table, row in elsewhere:
            for ballot in cast:
                self.assertNotIn(ballot, row, table)
            for code in codes:
                self.assertNotIn(code, row, table)
            self.assertFalse(numbers & set(re.findall(r"\d{6,}", row)), (table, row))
            if table != "wezer_urn_receipt":
                for digest in hashes:
                    self.assertNotIn(digest, row, table)
        # The columns that could hold a person or a time.
        columns = self._rows(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name IN ('wezer_urn', 'wezer_urn_receipt')"""
        )
        self.assertEqual(
            {row[0] for row in columns},
            {"id", "decision_id", "college_id", "choice", "receipt_hash"},
        )
        moments = self._rows(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = 'wezer_decision_voter'
                  AND data_type ~ 'time|date'"""
        )
        # Days of a suspension stand on voices that cast none.
        self.assertEqual(
            {row[0] for row in moments}, {"suspended_from", "suspended_until"}
        )
        dated = self._rows(
            """SELECT id FROM wezer_decision_voter WHERE state <> 'off'
                  AND (suspended_from IS NOT NULL OR suspended_until IS NOT NULL)"""
        )
        self.assertFalse(dated)

        # The log of the server and the sessions of its users.
        log = self.server.text()
        sessions = "".join(
            path.read_text(errors="replace")
            for path in Path(odoo.http.root.session_store.path).rglob("*")
            if path.is_file()
        )
        # Both are the right ones, and tell of these votes.
        self.assertIn("action_vote", log)
        self.assertIn(f"secret_{self.mark}_0", sessions)
        for secret in (*cast, BALLOTS[60], BALLOTS[61], *codes, *hashes, "AAAA-BBBB"):
            self.assertNotIn(secret, log)
            self.assertNotIn(secret, sessions)

        # Each member finds the own receipt, and no more than that.
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[3], {})
            decision = env["wezer.decision"].browse(self.decision)
            self.assertEqual(decision._receipts(), sorted(hashes))
            found = decision._find_receipt(codes[3])
            self.assertEqual(found, {"hash": hashes[3], "found": True})
        self._attack_receipts(members[3], admin, sorted(hashes))
        self._attack_challenge(members[4], admin)
        self._attack_colleges(members[5], admin)

    # === PAGES AND METHODS, FROM OUTSIDE === #

    def _attack_pages_while_it_runs(self, member, admin):
        page = f"/decisions/{self.decision}"
        for act in ("vote", "void"):
            self._assert_only_by_form(f"{page}/{act}", member, admin, reason="x" * 30)
        for person, code in ((None, 404), (member, 200), (admin, 200)):
            answer = self._asked(person, "GET", page)
            self.assertEqual(answer.status_code, code)
            if person:
                self.assertIn(
                    "private" if person is member else "no-store", str(answer.headers)
                )
            for path in ("count.csv", "receipts.txt"):
                hidden = self._asked(person, "GET", f"{page}/{path}")
                self.assertEqual(hidden.status_code, 404, path)
        # A moderator outside: how many answered, and nothing of text or people.
        for word in ("We choose together.", OPTIONS[0], f"Secret {self.mark} 1"):
            self.assertNotIn(word, answer.text)

    def _attack_receipts(self, member, admin, hashes):
        path = f"/decisions/{self.decision}/receipts.txt"
        for person in (None, admin):
            self.assertEqual(self._asked(person, "GET", path).status_code, 404)
        old = {
            "If-None-Match": "*",
            "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        }
        answer = self._asked(member, "GET", path, headers=old)
        self.assertEqual(answer.text.split(), hashes)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        head = self._asked(member, "HEAD", path)
        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(self._asked(member, "POST", path).status_code, 400)
        for person in (None, member):
            answer = self._asked(person, "POST", path.replace("s.txt", ""))
            self.assertEqual(answer.status_code, 400, "only by the form of a page")

    def _attack_challenge(self, member, admin):
        reason = "The clock was wrong by an hour."
        self._call(
            member, "wezer.decision", "action_challenge", [self.decision], reason
        )
        page = f"/decisions/{self.decision}"
        self._assert_only_by_form(f"{page}/judge", member, admin, reason=reason)
        for person in (None, self._outsider()):
            self.assertEqual(self._asked(person, "GET", page).status_code, 404)
        shown = self._asked(admin, "GET", page)
        self.assertIn(reason, shown.text)
        for word in ("We choose together.", f"Secret {self.mark} 1"):
            self.assertNotIn(word, shown.text)
        for person in (member, self._outsider()):
            refused = self._call(
                person, "wezer.decision", "action_judge", [self.decision], True, reason
            )
            self.assertIn("error", refused)
        [form] = lxml.html.fromstring(shown.text).xpath(
            "//form[contains(@action, '/judge')]"
        )
        fields = {**dict(form.form_values()), "reason": reason}
        self.assertEqual(
            self._asked(admin, "POST", form.get("action"), data=fields).status_code, 303
        )
        self.assertEqual(self._asked(admin, "GET", page).status_code, 404)
        [(state,)] = self._rows(
            "SELECT state FROM wezer_decision WHERE id = %s", self.decision
        )
        self.assertEqual(state, "adopted")

    def _attack_colleges(self, member, admin):
        [(slug,)] = self._rows(
            "SELECT slug FROM wezer_group WHERE id = %s", self.circle
        )
        page = f"/groups/{slug}/colleges"
        for person, code in ((None, 303), (self._outsider(), 404), (member, 200)):
            self.assertEqual(self._asked(person, "GET", page).status_code, code)
        self.assertEqual(self._asked(None, "POST", page).status_code, 303)
        self.assertEqual(self._asked(member, "POST", page).status_code, 400)
        row = {"name": "x" * 10**6, "weight": "1/2", "source_id": self.circle}
        for person in (member, self._outsider()):
            for rows in ([], [row] * 3, [[]], "x" * 10**6):
                refused = self._call(
                    person, "wezer.group", "action_set_colleges", [self.circle], rows
                )
                self.assertIn("error", refused)
        answer = self._call_json2(
            self._key(self.users[2]),
            "wezer.group",
            "action_set_colleges",
            ids=[self.circle],
            colleges=[],
            context={"default_active": False},
        )
        self.assertEqual(answer.status_code, 403)

    def _outsider(self):
        return self.sessions[VOTERS + 1]

    def _steal(self):
        """Run a server action as the administrator; return what it found."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[VOTERS], {})
            action = env["ir.actions.server"].create(
                {
                    "name": "Look",
                    "model_id": env["ir.model"]._get_id("res.partner"),
                    "state": "code",
                    "code": STEAL,
                    "group_ids": [Command.clear()],
                }
            )
            action.run()
            found = env["ir.config_parameter"].sudo().get_param("stolen")
            env["ir.config_parameter"].sudo().search([("key", "=", "stolen")]).unlink()
            action.unlink()
        return found


@tagged("post_install", "-at_install")
class TestSecretCollegesServer(RpcCase):
    """Two colleges of six members and an empty one; the votes come over HTTP."""

    def _make(self, env):
        members = self._members(env, "Part", 12)
        admin = self._members(env, "Chief", 1, "wezer_base.group_administrator")
        admin.group_ids += env.ref("base.group_system")
        self.users = [*members.ids, admin.id]
        groups = env["wezer.group"]
        circle = groups.create({"name": f"Parts {self.mark}"})
        rows = []
        for place, weight in enumerate(("1/2", "3/10", "1/5")):
            role = groups.create(
                {"name": f"Part {place}", "kind": "role", "parent_id": circle.id}
            )
            people = members[place::2].partner_id if place < 2 else ()
            env["wezer.group.membership"].create(
                [
                    {"group_id": group.id, "partner_id": person.id}
                    for person in people
                    for group in (circle, role)
                ]
            )
            rows.append({"name": role.name, "weight": weight, "source_id": role.id})
        circle._do_set_colleges(rows)
        self.circle, self.decisions = circle.id, []

    def _archive(self, env):
        super()._archive(env)
        end_all(env["wezer.decision"].search([("group_id", "=", self.circle)]))

    def _propose(self, secrecy, **vals):
        """Propose a vote of the colleges as a program does, and return its id."""
        key = self._key(self.users[0])
        vals = {
            "title": f"A vote {secrecy}",
            "text": "Yes or no.",
            "method": "majority",
            "electorate": "colleges",
            "secrecy": secrecy,
            **vals,
        }
        made = self._call_json2(
            key, "wezer.decision", "propose", group_id=self.circle, vals=vals
        )
        number = made.json()
        announced = self._call_json2(
            key, "wezer.decision", "action_announce", ids=[number]
        )
        return number, announced

    def _act(self, place, number, method, *args, **values):
        return self._call(
            self.sessions[place], "wezer.decision", method, [number], *args, **values
        )

    def _close(self, number):
        for _part in range(2):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                decision = env["wezer.decision"].browse(number)
                if decision.state == "open":
                    decision.write({"opens": "2026-01-01", "closes": "2026-01-02"})
                    decision._close()
                else:
                    decision._count()

    def test_colleges_vote_in_secret_and_a_stranger_counts_their_file(self):
        _draft, refused = self._propose("secret", method="schulze", options=["A", "B"])
        self.assertEqual(refused.status_code, 422, refused.text)
        number, announced = self._propose("receipt")
        self.assertEqual(announced.status_code, 200, announced.text)
        codes = []
        for place in range(12):
            choice = "yes" if place % 3 else "no"
            codes.append(self._act(place, number, "action_vote", choice)["result"])
        ballots = "SELECT xmin::text, college_id, choice FROM wezer_urn"
        ballots += " WHERE decision_id = %s"
        before = self._rows(ballots, number)
        # Members of two colleges who exchange their codes take nothing back, and no
        # program says of which college a voice is.
        for place, other in ((0, 1), (1, 0)):
            answer = self._act(place, number, "action_take_back", codes[other])
            self.assertIn("error", answer)
        colleges = sorted({row[1] for row in before})
        answer = self._act(
            *(2, number, "action_vote", "no"), code=codes[2], college_id=colleges[1]
        )
        self.assertIn("error", answer)
        [(row,)] = self._rows(
            """SELECT v.id FROM wezer_decision_voter v
                 JOIN res_users u ON u.partner_id = v.person_id
                WHERE v.decision_id = %s AND u.id = %s""",
            *(number, self.users[2]),
        )
        for person in (self.sessions[2], self.sessions[12]):
            for model, method, args in (
                ("wezer.decision.voter", "write", [[row], {"college_id": colleges[1]}]),
                ("wezer.urn", "read_group", [[], ["college_id"], ["college_id"]]),
                ("wezer.urn", "search_count", [[["college_id", "=", colleges[0]]]]),
            ):
                self.assertIn("error", self._call(person, model, method, *args))
        counted = self._call(
            *(self.sessions[3], "wezer.decision.voter", "search_count"),
            [["decision_id", "=", number], ["college_id", "in", colleges]],
        )
        self.assertEqual(counted.get("result"), 1, "their own row only")
        self.assertEqual(self._rows(ballots, number), before)

        self._close(number)
        after = self._rows(ballots, number)
        self.assertEqual(
            sorted(row[1:] for row in after), sorted(row[1:] for row in before)
        )
        self.assertEqual(len({row[0] for row in after}), 1, "one transaction wrote all")
        self.assertFalse({row[0] for row in after} & {row[0] for row in before})
        # What everybody of the circle reads is counted again by the command.
        file = self._asked(self.sessions[4], "GET", f"/decisions/{number}/count.csv")
        self.assertEqual(file.status_code, 200)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ballots.csv"
            path.write_text(file.text, encoding="utf-8")
            command = [
                sys.executable,
                str(ROOT / "wezer"),
                "count",
                str(path),
                "--json",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        [(result,)] = self._rows(
            "SELECT result FROM wezer_decision WHERE id = %s", number
        )
        for name in ("colleges", "reached", "adopted", "seal", "ballots"):
            self.assertEqual(found[name], result[name], name)
        self.assertEqual(found["reached"], "2/3")

    def test_four_votes_of_a_college_leave_nothing_of_the_whole_vote(self):
        number, _announced = self._propose("secret")
        for place in (*range(0, 12, 2), 1, 3, 5, 7):
            self.assertIn("result", self._act(place, number, "action_vote", "yes"))
        self._close(number)
        [(state, why, result)] = self._rows(
            "SELECT state, ended_why, result FROM wezer_decision WHERE id = %s", number
        )
        self.assertEqual((state, why, result), ("ended", "too_few", None))
        for table in ("wezer_urn", "wezer_urn_receipt"):
            left = f"SELECT count(*) FROM {table} WHERE decision_id = %s"
            self.assertEqual(self._rows(left, number), [(0,)])
        for path in ("count.csv", "receipts.txt"):
            address = f"/decisions/{number}/{path}"
            answer = self._asked(self.sessions[0], "GET", address)
            self.assertEqual(answer.status_code, 404, path)
