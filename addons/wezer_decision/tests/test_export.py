import json
import tempfile
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.wezer_base.tools import community_files

from ..tools import counting, readers
from .common import DecisionCommon

REASON = "My reason is nobody else's"


@tagged("post_install", "-at_install")
class TestExport(DecisionCommon):
    """What circles decided leaves as every member sees it: no votes, no reasons."""

    def exported(self):
        """Return the decisions and the log as they stand in the files."""
        parts = {
            part.name: part
            for part in self.env["wezer.export"].sudo()._parts(False)
            if part.name in ("decisions", "governance_log")
        }
        with tempfile.TemporaryDirectory() as folder:
            with community_files.new_folder(Path(folder) / "out") as out:
                for part in parts.values():
                    out.add(part)
                out.close({})
            decisions = (Path(folder) / "out" / "decisions.json").read_text()
            log = (Path(folder) / "out" / "governance_log.csv").read_text()
        return {one["decision"]: one for one in json.loads(decisions)}, decisions, log

    def test_decisions_and_log_leave_without_votes_reasons_and_what_members_keep(self):
        bench = self.opened(method="choose", options=["Oak", "Pine"], text="A seat.")
        bench.with_user(self.ben).action_vote("1", reason=REASON)
        self.vote(bench, anna="1", cleo="2", dora="1")
        bench = self.carry_out(self.close(bench))
        self.assertEqual(bench.state, "done")
        lost = self.opened(by=self.ben, title="A pond", method="majority")
        self.vote(lost, anna="no", ben="yes", cleo="no", dora="no")
        self.assertEqual(self.close(lost).state, "rejected")
        hidden = self.opened(by=self.cleo, title="Our own", members_only=True)
        draft = self.draft(by=self.dora, title="Not yet")
        secret = self.opened(by=self.dora, title="A fence", secrecy="secret")
        secret.with_user(self.ben).action_vote("object", reason=REASON)
        found, text, log = self.exported()

        self.assertFalse({hidden.id, draft.id} & set(found))
        for word in ("Our own", "Not yet", REASON):
            self.assertNotIn(word, text + log)
        one = found[bench.id]
        self.assertEqual(
            (one["title"], one["method"], one["state"], one["proposer"]),
            ("A bench", "choose", "done", self.anna.partner_id.id),
        )
        self.assertEqual([row["text"] for row in one["versions"]], ["A seat."])
        self.assertEqual([row["label"] for row in one["options"]], ["Oak", "Pine"])
        self.assertEqual(one["result"]["elected"], ["Oak"])
        self.assertNotIn("A pond", [row["text"] for row in found[lost.id]["versions"]])
        self.assertEqual(found[lost.id]["versions"], [])
        self.assertEqual(found[lost.id]["result"]["no"], 3)
        # Of what is not counted yet nothing is known to anybody.
        self.assertEqual(found[secret.id]["result"], None)
        self.assertEqual(found[secret.id]["count_file"], None)
        self.assert_counts_again(one)

        kinds = [row.split(",")[3] for row in log.splitlines()[1:]]
        self.assertIn("announced", kinds)
        self.assertIn("closed", kinds)
        self.assertNotIn("objection", kinds)

    def assert_counts_again(self, exported):
        """The file in the export leads to the result in the export."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "count.csv"
            path.write_text(exported["count_file"], encoding="utf-8")
            read = readers.read(path)
        found = counting.count("choose", read.options, read.tallies, read.rules)
        for name in ("elected", "seal", "ballots", "votes"):
            self.assertEqual(found[name], exported["result"][name], name)

    def test_circles_that_only_their_members_see_keep_what_they_decided(self):
        open_one = self.opened()
        self.garden.sudo().visibility = "members"
        found, _text, log = self.exported()
        self.assertNotIn(open_one.id, found)
        self.assertNotIn("A bench", log)
        self.garden.sudo().visibility = "network"
        found, _text, log = self.exported()
        self.assertIn(open_one.id, found)
        self.assertIn("A bench", log)
        parties = {row[0] for row in self.env["wezer.export"].sudo()._party_rows(False)}
        for name in ("proposer", "facilitator"):
            self.assertIn(found[open_one.id][name], parties | {None})

    def test_a_result_names_neither_who_stood_nor_who_declined(self):
        decision = self.close(self.opened(method="check"))
        decision.result = {
            **decision.result,
            "standing_ids": [self.ben.partner_id.id],
            "gone": [self.cleo.partner_id.id],
            "mean": 0.5,
        }
        result = self.env["wezer.export"].sudo()._published_result(decision)
        self.assertFalse({"standing_ids", "gone"} & set(result))
        # Nothing in the files is a floating-point number.
        self.assertEqual(result["mean"], "0.5")
