"""The published file of each way to count, counted again by ``./wezer count``."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.wezer_decision.tests.common import DecisionCommon

ROOT = Path(__file__).resolve().parent.parent
TREES = ["Oak", "Ash", "Elm"]
# What the command prints of a count, beside the decision's own words.
COMPARED = (
    *("adopted", "base", "dropped", "elected", "means", "order", "passes_from"),
    *("reached", "seal", "seats", "share", "strict", "sums"),
)


@tagged("post_install", "-at_install")
class TestCountAgain(DecisionCommon, TransactionCase):
    def count(self, closed, *options):
        """Return what the command prints of the file that a decision publishes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ballots.csv"
            path.write_text(closed._ballot_file()[1])
            done = subprocess.run(
                [sys.executable, str(ROOT / "wezer"), "count", str(path), *options],
                capture_output=True,
                text=True,
                check=True,
            )
        return done.stdout

    def test_each_choice_of_a_proposer_is_counted_to_the_same_result(self):
        self.set_policies(decisions_person=20, decisions_circle=20)
        majority = {"anna": "yes", "ben": "yes", "cleo": "no", "dora": "abstain"}
        points = {"anna": "5,4,0", "ben": ",3,0", "cleo": ",3,1"}
        ranks = {"anna": "1-3--2", "ben": "1-3--2", "cleo": "3-1--2"}
        rows = [
            ("majority", majority, {"share": "2/3"}, "Adopted."),
            ("majority", majority, {"share": "2/3", "strict": "yes"}, "Not adopted."),
            ("majority", majority, {"base": "roll"}, "Not adopted."),
            ("score", points, {}, "Elected: Ash"),
            ("score", points, {"aggregate": "mean"}, "Elected: Oak"),
            ("score", points, {"passes_from": 11}, "Elected: nobody"),
            (
                "score",
                points,
                {"aggregate": "mean", "passes_from": "3.34"},
                "At least 3.34 is needed.",
            ),
            ("dot", {"anna": "5,4,", "ben": "1,,"}, {"passes_from": 6}, "Elected: Oak"),
            ("schulze", ranks, {}, "Elected: Oak"),
            (
                "schulze",
                ranks,
                {"none_option": True},
                "Dropped out, behind none of these: Ash, Elm",
            ),
            ("schulze", ranks, {"none_option": True, "seats": 2}, "Elected: Oak"),
        ]
        for number, (method, votes, asked, words) in enumerate(rows):
            with self.subTest(method=method, **asked):
                options = [] if method == "majority" else TREES
                decision = self.opened(
                    [self.anna, self.ben][number % 2],
                    title=f"Tree {number}",
                    method=method,
                    options=options,
                    **asked,
                )
                if method == "schulze" and "none_option" not in asked:
                    cut = {name: vote[:-2] for name, vote in votes.items()}
                    self.vote(decision, **cut)
                else:
                    self.vote(decision, **votes)
                closed = self.close(decision)
                self.assertIn(words, self.count(closed))
                again = json.loads(self.count(closed, "--json"))
                stored = closed.result
                for name in COMPARED:
                    self.assertEqual(again.get(name), stored.get(name), name)
