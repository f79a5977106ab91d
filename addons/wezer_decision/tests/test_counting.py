"""The arithmetic of decisions: known results, properties, and others' libraries."""

import hashlib
import itertools
import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pyrankvote
import pytest
import votelib.convert
import votelib.evaluate.condorcet
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.addons.wezer_decision.tools import (
    ballots,
    colleges,
    counting,
    delegation,
    lot,
    majority,
    published,
    readers,
    result_charts,
    result_view,
    schulze,
    score,
)

VOTES = Path("/work/shared/data/votes")
with_votes = pytest.mark.skipif(not VOTES.exists(), reason="shared data are absent")
LETTERS = "ABCDE"


def ranked(text, letters=LETTERS):
    """Return the ballot of options in their order, as ``ACB``."""
    return ballots.ranking(
        text.index(letter) + 1 if letter in text else 0 for letter in letters
    )


def profile(votes, letters=LETTERS):
    return {ranked(text, letters): times for text, times in votes.items()}


def papers(n, strict=True):
    """Ballots of ``n`` options, and how often each was cast."""
    ranks = st.lists(st.integers(0, n), min_size=n, max_size=n)
    if strict:
        ranks = st.lists(st.integers(1, n), unique=True, max_size=n).map(
            lambda order: [
                order.index(option) + 1 if option in order else 0
                for option in range(1, n + 1)
            ]
        )
    return st.dictionaries(ranks.map(ballots.ranking), st.integers(1, 9), max_size=12)


# === ELECTIONS THAT WERE PUBLISHED === #


def report(path):
    """Return quota, elected and the votes of each round of a published count."""
    quota, elected, rounds = "", [], []
    text = path.read_text()
    for line in text.split("\n"):
        if line.startswith("\tQuota: "):
            quota = line[8:].strip()
    for part in text.split("\nAction: ")[1:]:
        head, *lines = part.split("\n")
        if head.startswith("Elect"):
            elected.append(" ".join(head.split(": ", 1)[1].split()))
        if not head.startswith(("Begin", "Surplus transferred", "Transfer defeated")):
            continue
        values = {}
        for line in lines:
            label, _colon, rest = line.strip().partition(":")
            if label in ("Hopeful", "Pending", "Elected"):
                name, _bracket, votes = rest.rpartition(" (")
                values[" ".join(name.split())] = votes.rstrip(")")
            elif label in ("Nontransferable votes", "Residual"):
                values[label] = rest.strip()
        rounds.append(values)
    return quota, elected, rounds


@with_votes
def test_every_published_round_of_each_ward_is_counted_to_five_decimals():
    values = 0
    for path in sorted((VOTES / "stv").glob("*.blt")):
        quota, elected, rounds = report(path.with_suffix(".report.txt"))
        election = readers.read(path, "stv")
        found = counting.count(
            "stv", election.options, election.tallies, election.rules
        )
        assert (found["quota"], found["elected"]) == (quota, elected), path.name
        assert len(found["rounds"]) == len(rounds), path.name
        for votes, stage, told in zip(
            found["rounds"], found["stages"], rounds, strict=True
        ):
            assert stage["not_transferable"] == told.pop("Nontransferable votes")
            assert stage["residue"] == told.pop("Residual")
            assert {name: votes[name] for name in told} == told, path.name
            values += len(told)
    assert values == 1088


@with_votes
def test_ties_of_wards_are_broken_by_the_earlier_round():
    excluded, first = (
        counting.count("stv", e.options, e.tallies, e.rules)
        for e in (
            readers.read(VOTES / "stv" / f"weak-{name}.blt", "stv")
            for name in ("defeat", "surplus")
        )
    )
    assert excluded["excluded"] == ["A", "B", "C"]
    assert excluded["ties"][0]["by"] == "earlier round"
    order = [s["candidate"] for s in first["stages"] if s["action"] == "surplus"]
    assert order == ["A", "B", "C"]
    assert first["ties"][0]["chosen"] == "B"


@with_votes
@pytest.mark.parametrize(
    ("year", "count", "order"),
    [
        (
            2006,
            421,
            "Towns > McIntyre > Schuldei = Wolffelaar > Allombert > None > Pollak"
            " > Walther",
        ),
        (
            2007,
            482,
            "Hocevar > McIntyre > Hertzog > Verhelst > Towns > Franco > None > Richter"
            " > Mahinovs",
        ),
        (2020, 339, "Carter > Chandran > Gupta > None"),
    ],
)
def test_elections_of_debian_have_their_published_order(year, count, order):
    election = readers.read(VOTES / "debian" / f"debian_{year}.txt", "schulze")
    none = len(election.options)
    for rules in ({}, {"none_option": none}):
        found = counting.count("schulze", election.options, election.tallies, rules)
        assert found["ballots"] == count
        groups = [part.split(" = ") for part in order.split(" > ")]
        assert len(found["order"]) == len(groups)
        for names, words in zip(found["order"], groups, strict=True):
            assert len(names) == len(words)
            assert all(any(word in name for name in names) for word in words)
    if year == 2006:
        assert {name.split()[-1] for name in found["dropped"]} == {"Pollak", "Walther"}
        matrix = found["matrix"]
        last = election.options[-1]
        assert (matrix["Ari Pollak"][last], matrix[last]["Ari Pollak"]) == (158, 202)
    if year == 2020:
        matrix = found["matrix"]["Jonathan Carter"]
        assert matrix[election.options[-1]] == 301


@with_votes
def test_burlington_has_three_winners_by_three_methods():
    path = VOTES / "irv" / "burl.abif"
    election = readers.read(path, "irv")
    by_transfer = counting.count("irv", election.options, election.tallies, {})
    assert by_transfer["ballots"] == 8980
    last = by_transfer["rounds"][-1]
    kiss, wright = "Bob Kiss (Progressive)", "Kurt Wright (Republican)"
    assert (last[kiss], last[wright]) == ("4313.00000", "4060.00000")
    assert by_transfer["elected"] == [kiss]
    seat = counting.count("stv", election.options, election.tallies, {"seats": 1})
    assert seat["elected"] == [kiss]
    first = by_transfer["rounds"][0]
    assert max(first, key=lambda name: float(first[name])) == wright
    paths = counting.count("schulze", election.options, election.tallies, {})
    montroll = "Andy Montroll (Democrat)"
    assert paths["elected"] == [montroll]
    matrix = paths["matrix"]
    assert (matrix[montroll][kiss], matrix[kiss][montroll]) == (4067, 3477)
    assert (matrix[montroll][wright], matrix[wright][montroll]) == (4597, 3668)


# === RANKINGS === #


def test_schulze_orders_the_45_voters_of_the_textbook():
    votes = {
        **{"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3},
        **{"CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8},
    }
    found = counting.count("schulze", LETTERS, profile(votes))
    assert found["order"] == [["E"], ["A"], ["C"], ["B"], ["D"]]
    assert (found["paths"]["E"]["A"], found["paths"]["A"]["E"]) == (25, 24)
    assert found["elected"] == ["E"]


def test_schulze_finds_an_order_by_paths_where_nobody_beats_all_others():
    votes = {"ACDB": 3, "BACD": 9, "CDAB": 8, "DABC": 5, "DBCA": 5}
    found = counting.count("schulze", "ABCD", profile(votes, "ABCD"))
    assert found["order"] == [["C"], ["D"], ["B"], ["A"]]


def test_options_that_are_not_ranked_come_last():
    found = counting.count("schulze", ["A", "B", "C"], {"1--": 3, "-1-2": 0, "--1": 2})
    assert found["order"] == [["A"], ["C"], ["B"]]
    assert found["matrix"]["A"] == {"B": 3, "C": 3}


def test_what_does_not_beat_none_of_these_drops_out_before_the_paths_are_compared():
    rules = {"none_option": True}
    options = ["A", "B", "None"]
    found = counting.count("schulze", options, {"1-3-2": 6, "3-1-2": 5}, rules)
    assert (found["dropped"], found["elected"]) == (["B"], ["A"])
    found = counting.count("schulze", options, {"2-3-1": 6, "1-3-2": 5}, rules)
    assert (found["dropped"], found["elected"]) == (["A", "B"], [])
    assert found["order"][0] == ["None"]
    equal = counting.count("schulze", options, {"2-3-1": 5, "1-3-2": 5}, rules)
    assert "A" in equal["dropped"]


def test_nobody_is_elected_by_blank_ballots_and_no_lot_is_drawn():
    found = counting.count("schulze", ["A", "B"], {"": 3}, {})
    assert (found["elected"], found["ties"]) == ([], [])
    assert found["order"] == [["A", "B"]]


def test_a_tie_for_the_seat_goes_to_the_lot_and_stays_a_tie_in_the_order():
    found = counting.count("schulze", ["A", "B"], {"1-2": 2, "2-1": 2})
    assert found["order"] == [["A", "B"]]
    assert found["elected"] == found["lot"][:1]
    assert found["ties"][0]["by"] == "lot"


@settings(max_examples=60, deadline=None)
@given(papers(4, strict=False))
@example({"1-2-3-4": 1, "": 4})
def test_schulze_agrees_with_another_library(tallies):
    options = "ABCD"
    ours = counting.count("schulze", options, tallies)
    if not any(tallies):
        assert ours["elected"] == []
        return
    matrix = ours["matrix"]
    pairs = {(a, b): matrix[a][b] for a, b in itertools.permutations(options, 2)}
    if any(len(group) > 1 for group in ours["order"]):
        # Each breaks ties in its own way.
        return
    theirs = votelib.evaluate.condorcet.Schulze().evaluate(pairs, len(options))
    assert ours["order"] == [[name] for name in theirs]


@settings(max_examples=60, deadline=None)
@given(papers(4, strict=False))
@example({"1-2-4-3": 2, "2-1-4-3": 1})
def test_what_beats_none_of_these_has_the_order_of_another_library(tallies):
    options = "ABCN"
    ours = counting.count("schulze", options, tallies, {"none_option": 4})
    # Each voter is asked alone: is the option before "none of these"?
    beats = {}
    for letter, place in zip("ABC", range(3), strict=True):
        margin = 0
        for text, times in tallies.items():
            cells = text.split("-") if text else [""] * 4
            mine, none = (int(cells[one] or 9) for one in (place, 3))
            margin += times * ((mine < none) - (mine > none))
        beats[letter] = margin > 0
    assert set(ours["dropped"]) == {letter for letter, won in beats.items() if not won}
    standing = [letter for letter, won in beats.items() if won]
    if not standing:
        assert ours["elected"] == []
        return
    before = ours["order"][: ours["order"].index(["N"])]
    assert {letter for group in before for letter in group} == set(standing)
    if len(standing) == 1 or any(len(group) > 1 for group in before):
        return
    pairs = {
        (a, b): ours["matrix"][a][b] for a, b in itertools.permutations(standing, 2)
    }
    theirs = votelib.evaluate.condorcet.Schulze().evaluate(pairs, len(standing))
    assert before == [[name] for name in theirs]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(*[st.one_of(st.none(), st.integers(0, 5))] * 3),
        st.integers(1, 5),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["sum", "mean"]),
    st.sampled_from([0, 3, "2.5"]),
)
def test_sums_means_and_the_least_number_agree_with_another_library(
    votes, aggregate, least
):
    tallies, scores = Counter(), Counter()
    for points, times in votes.items():
        tallies[ballots.points(points)] += times
        named = zip("ABC", points, strict=True)
        given_ones = [(name, Fraction(one)) for name, one in named if one is not None]
        scores[frozenset(given_ones)] += times
    rules = {"aggregate": aggregate, "passes_from": least, "seats": 3}
    ours = counting.count("score", "ABC", tallies, rules)
    convert = votelib.convert.ScoreToSimpleVotes(
        function=aggregate, unscored_value=0 if aggregate == "sum" else None
    )
    theirs = convert.convert({ballot: n for ballot, n in scores.items() if ballot})
    passed = {
        name for name, one in theirs.items() if one > 0 and one >= Fraction(str(least))
    }
    assert set(ours["elected"]) == passed
    if aggregate == "sum":
        assert ours["sums"] == {name: theirs.get(name, 0) for name in "ABC"}
    assert ours.get("passes_from") == (str(least) if least else None)


@settings(max_examples=30, deadline=None)
@given(papers(5, strict=False))
def test_paths_are_the_widest_ones_of_a_naive_search(tallies):
    matrix = schulze.pairwise(tallies, 5)
    for i, j in itertools.permutations(range(5), 2):
        prefer = sum(
            times
            for text, times in tallies.items()
            if (ballots.ranks(text, 5)[i] or 99) < (ballots.ranks(text, 5)[j] or 99)
        )
        assert matrix[i][j] == prefer
    paths = schulze.strongest_paths(matrix)
    for i, j in itertools.permutations(range(5), 2):
        others = [k for k in range(5) if k not in (i, j)]
        best = 0
        for length in range(4):
            for way in itertools.permutations(others, length):
                steps = itertools.pairwise((i, *way, j))
                best = max(
                    best,
                    min(
                        matrix[a][b] if matrix[a][b] > matrix[b][a] else 0
                        for a, b in steps
                    ),
                )
        assert paths[i][j] == best


def test_many_different_rankings_are_compared_as_few_are(monkeypatch):
    rng = random.Random(3)
    tallies = {
        ballots.ranking(rng.choices(range(7), k=6)): rng.randint(1, 9)
        for _ballot in range(300)
    }
    few = schulze.pairwise(tallies, 6)
    paths = schulze.strongest_paths(few)
    monkeypatch.setattr(schulze, "MANY", 10)
    monkeypatch.setattr(schulze, "MANY_OPTIONS", 5)
    assert schulze.pairwise(tallies, 6) == few
    assert schulze.strongest_paths(few) == paths


# === TRANSFERABLE VOTES === #


@settings(max_examples=50, deadline=None)
@given(papers(5), st.integers(1, 6))
@example({"": 3}, 2)
@example({}, 2)
def test_transfers_lose_no_vote_and_fill_the_seats(tallies, seats):
    found = counting.count("stv", LETTERS, tallies, {"seats": seats})
    valid = found["valid"]
    assert valid + found["blank"] == found["ballots"] == sum(tallies.values())
    for votes, stage in zip(found["rounds"], found["stages"], strict=True):
        total = sum(Fraction(value) for value in votes.values())
        total += Fraction(stage["not_transferable"]) + Fraction(stage["residue"])
        assert total == valid
        assert Fraction(stage["residue"]) >= 0
    assert len(found["elected"]) == (min(seats, 5) if valid else 0)
    assert len(set(found["elected"])) == len(found["elected"])
    json.dumps(found)


@settings(max_examples=50, deadline=None)
@given(papers(4))
def test_an_instant_runoff_agrees_with_another_library(tallies):
    ours = counting.count("irv", "ABCD", tallies)
    if ours["ties"] or not ours["valid"]:
        return
    candidates = {letter: pyrankvote.Candidate(letter) for letter in "ABCD"}
    cast = [
        pyrankvote.Ballot(
            [candidates["ABCD"[number - 1]] for number in ballots.preferences(text)]
        )
        for text, times in tallies.items()
        if text
        for _time in range(times)
    ]
    result = pyrankvote.instant_runoff_voting(list(candidates.values()), cast)
    assert [winner.name for winner in result.get_winners()] == ours["elected"]
    seat = counting.count("stv", "ABCD", tallies, {"seats": 1})
    if not seat["ties"]:
        assert seat["elected"] == ours["elected"]


def test_three_who_are_level_are_told_apart_by_the_latest_rounds_that_differ():
    # After A is excluded C, D and E have 3 each; before that C had 2.
    tallies = profile({"AC": 1, "B": 9, "C": 2, "D": 3, "E": 3})
    found = counting.count("stv", LETTERS, tallies, {"seats": 1})
    assert found["excluded"][:2] == ["A", "C"]
    tie = found["ties"][0]
    assert (tie["between"], tie["by"]) == (["C", "D", "E"], "earlier round")


def test_a_recount_without_a_person_gives_their_papers_to_the_next_ones():
    tallies = profile({"ABC": 8, "BC": 3, "CB": 4}, "ABC")
    assert counting.count("stv", "ABC", tallies)["elected"] == ["A"]
    again = counting.count("stv", "ABC", tallies, {"withdrawn": [1]})
    assert again["elected"] == ["B"]
    assert again["rounds"][0] == {"B": "11.00000", "C": "4.00000"}
    only = counting.count("stv", "ABC", profile({"A": 2}, "ABC"), {"withdrawn": [1]})
    assert (only["valid"], only["quota"], only["elected"]) == (0, "1.00000", [])


def test_a_ballot_counts_up_to_the_first_rank_that_two_options_share():
    assert ballots.preferences("1-2-2-3") == (1,)
    assert ballots.preferences("1-1-2-") == ()
    found = counting.count("stv", "ABC", {"1-2-2": 2, "1-1-2": 1, "-1-": 1})
    assert (found["valid"], found["cut_short"]) == (3, 3)


def test_people_of_one_name_are_told_apart():
    found = counting.count("stv", ["Ana", "Ana"], {"1-": 3, "-1": 1})
    assert found["rounds"] == [{"Ana": "3.00000", "Ana (2)": "1.00000"}]
    assert found["elected_numbers"] == [1]


# === MAJORITIES === #


def test_exactly_two_thirds_are_at_least_and_not_more_than_two_thirds():
    tallies = {"yes": 8, "no": 4, "abstain": 9}
    rules = {"share": "2/3", "base": "cast", "roll": 40, "quorum": "1/2"}
    for strict, adopted in ((False, True), (True, False)):
        found = counting.count("majority", [], tallies, {**rules, "strict": strict})
        assert (found["answered"], found["quorum_met"]) == (21, True)
        assert (found["reached"], found["adopted"]) == ("8/12", adopted)
    found = counting.count("majority", [], tallies, {**rules, "roll": 43})
    assert (found["quorum_met"], found["adopted"]) == (False, False)
    found = counting.count("majority", [], tallies, {"base": "roll", "roll": 15})
    assert (found["reached"], found["adopted"]) == ("8/15", True)


def test_as_many_against_as_for_it_are_no_majority():
    for strict in (True, False):
        rules = {"share": "1/2", "strict": strict}
        assert not counting.count("majority", [], {"yes": 4, "no": 4}, rules)["adopted"]
        assert not counting.count("majority", [], {"abstain": 4}, rules)["adopted"]
        assert not counting.count("majority", [], {}, rules)["adopted"]


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.booleans(),
)
def test_shares_are_compared_exactly(part, whole, numerator, denominator, strict):
    if numerator > denominator:
        numerator, denominator = denominator, numerator
    share = Fraction(numerator, denominator)
    wanted = part > share * whole if strict else part >= share * whole
    text = f"{numerator}/{denominator}"
    assert majority.is_reached(part, whole, text, strict) == wanted


@pytest.mark.parametrize("share", ["", "two", "3/2", "1/0", "-1/2", "0.5", "１/２"])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(ValueError):
        majority.fraction(share)


def test_the_weight_of_an_empty_college_is_spread_over_the_others():
    rules = {"colleges": {"Workers": "1/2", "Users": "3/10", "Towns": "1/5"}}
    by_college = {
        "Workers": {"yes": 3, "no": 1},
        "Users": {"yes": 10, "no": 30},
        "Towns": {},
    }
    found = counting.count("majority", [], {"yes": 13, "no": 31}, rules, by_college)
    assert [row["weight_used"] for row in found["colleges"]] == ["5/8", "3/8", "0"]
    assert (found["reached"], found["adopted"], found["spread"]) == ("9/16", True, True)
    more = colleges.count(rules["colleges"], by_college, {"share": "2/3"})
    assert not more["adopted"]


def test_five_colleges_reach_eleven_twentieths_exactly():
    weights = {"A": "3/10", "B": "3/10", "C": "1/5", "D": "1/10", "E": "1/10"}
    votes = {name: {"yes": 1, "no": 1} for name in weights}
    votes["D"] = {"yes": 2}
    assert colleges.count(weights, votes, {})["reached"] == "11/20"


def test_colleges_need_weights_that_make_one():
    with pytest.raises(ValueError):
        colleges.count({"A": "1/2", "B": "1/3"}, {}, {})
    with pytest.raises(ValueError):
        colleges.count({"A": "1/2", "B": "1/2"}, {"C": {"yes": 1}}, {})


def test_nobody_is_heard_where_no_college_says_yes_or_no():
    found = colleges.count({"A": "1/2", "B": "1/2"}, {"A": {"abstain": 3}}, {})
    assert (found["reached"], found["adopted"]) == ("0", False)


# === SUMS === #


def test_the_scores_of_tennessee_have_their_sums():
    options = ["Memphis", "Nashville", "Chattanooga", "Knoxville"]
    tallies = {"5,2,1,0": 42, "0,5,3,2": 26, "0,2,5,3": 15, "0,1,3,5": 17}
    found = counting.count("score", options, tallies)
    sums = {"Memphis": 210, "Nashville": 261, "Chattanooga": 246, "Knoxville": 182}
    assert found["sums"] == sums
    assert found["elected"] == ["Nashville"]


def test_blanks_count_in_the_sum_and_not_in_the_mean():
    tallies = {"3,": 2, ",5": 1, "": 4}
    assert counting.count("score", "AB", tallies)["elected"] == ["A"]
    rules = {"aggregate": "mean"}
    found = counting.count("score", "AB", tallies, rules)
    assert found["means"] == {"A": "3.00000", "B": "5.00000"}
    assert found["elected"] == ["B"]
    rules["passes_from"] = "5.5"
    assert counting.count("score", "AB", tallies, rules)["elected"] == []


def test_choices_are_elected_by_votes_and_the_lot_decides_the_last_seat():
    tallies = {"1": 5, "2,3": 2, "": 1}
    found = counting.count("choose", "ABC", tallies, {"seats": 2})
    assert found["votes"] == {"A": 5, "B": 2, "C": 2}
    assert found["elected"][0] == "A"
    assert found["ties"][0]["between"] == ["B", "C"]
    first = next(name for name in found["lot"] if name != "A")
    assert found["elected"][1] == first
    assert counting.count("choose", "ABC", {"": 3})["elected"] == []


def test_points_are_summed():
    found = counting.count("dot", "ABC", {"3,0,2": 2, "0,5,0": 1})
    assert found["sums"] == {"A": 6, "B": 5, "C": 4}
    assert found["order"] == [["A"], ["B"], ["C"]]


def test_dates_go_by_presence_then_by_yes_then_to_the_earliest():
    tallies = {"y,m,y": 2, "m,y,m": 1, "n,n,n": 1}
    found = counting.count("dates", ["10", "11", "12"], tallies)
    assert found["elected"] == ["10"]
    starts = ["2026-03-10", "2026-03-11", "2026-03-09"]
    found = counting.count("dates", ["10", "11", "12"], tallies, {"starts": starts})
    assert found["elected"] == ["12"]
    assert counting.count("dates", ["10"], {"n": 3})["elected"] == []


def test_consent_needs_somebody_who_consents_and_no_objection_that_stands():
    def adopted(tallies, **rules):
        return counting.count("consent", [], tallies, rules)["adopted"]

    assert adopted({"live": 1, "": 2})
    assert not adopted({"": 3})
    assert adopted({"": 3}, silence=True)
    assert not adopted({"live": 3, "object": 1})
    assert adopted({"live": 3, "object": 1}, live_objections=0)
    assert adopted({"live": 3, "object": 1}, live_objections=1, fallback="3/4")
    assert not adopted({"live": 3, "object": 2}, live_objections=2, fallback="3/4")
    few = {"roll": 9, "quorum": "1/2"}
    assert not adopted({"live": 3, "object": 1}, fallback="3/4", **few)
    assert not adopted({"live": 3}, **few)
    assert adopted({"live": 3}, silence=True, **few)


def test_a_consent_round_counts_answers_and_a_check_decides_nothing():
    found = counting.count("consent", [], {"live": 5, "concern": 1})
    assert found["adopted"]
    found = counting.count("consent", [], {"live": 5, "object": 1})
    assert not found["adopted"]
    assert "adopted" not in counting.count("check", [], {"fine": 2, "worried": 1})


@given(st.lists(st.tuples(*[st.sampled_from(["", "0", "2", "7"])] * 3), max_size=9))
def test_sums_agree_with_a_naive_sum(rows):
    tallies = {}
    for row in rows:
        text = ballots.parse("score", ",".join(row), 3) if any(row) else ""
        tallies[text] = tallies.get(text, 0) + 1
    sums, voters = score.points(tallies, 3)
    assert sums == [sum(int(row[i] or 0) for row in rows) for i in range(3)]
    assert voters == [sum(bool(row[i]) for row in rows) for i in range(3)]


# === THE LOT === #


def test_the_same_ballots_in_any_order_give_the_same_lot_and_one_more_another():
    cast = ["1-2-3", "2-1-3", "", "1-2-3", "3-2-1"]
    seal = lot.seal(17, cast)
    assert seal == lot.seal("17", reversed(cast))
    assert seal == lot.seal(17, {"": 1, "1-2-3": 2, "2-1-3": 1, "3-2-1": 1})
    lines = "".join(f"{line}\n" for line in ["17", *sorted(cast)])
    assert seal == hashlib.sha256(lines.encode()).hexdigest()
    other = lot.seal(17, [*cast, "1-2-3"])
    assert other != seal != lot.seal(18, cast)
    ids = range(100, 120)
    assert lot.order(seal, ids) == lot.order(seal, reversed(ids))
    assert lot.order(other, ids) != lot.order(seal, ids)
    assert sorted(lot.order(seal, ids)) == list(ids)


def test_many_equal_ballots_are_sealed_as_one_by_one():
    lines = ("k\n" + "yes\n" * 25_001).encode()
    assert lot.seal("k", {"yes": 25_001}) == hashlib.sha256(lines).hexdigest()


def test_each_person_can_change_a_draw():
    numbers = {number: str(number * 7) for number in range(1, 9)}
    drawn, seal = lot.draw(numbers, 3)
    assert drawn == lot.draw(dict(reversed(numbers.items())), 3)[0]
    assert len(set(drawn)) == 3
    assert all(lot.draw({**numbers, person: "5"}, 3)[1] != seal for person in numbers)
    assert lot.draw({4: "9"}, 3)[0] == [4]
    found = counting.count("draw", "ABC", {"12,,7": 1}, {"option_ids": [30, 20, 10]})
    assert found["numbers"] == {"A": "12", "C": "7"}
    assert found["elected"][0] in "AC"
    assert lot.draw({30: "12", 10: "7"}, 1)[0] == [
        {"A": 30, "C": 10}[found["elected"][0]]
    ]


def test_each_option_wins_the_lot_about_as_often():
    wins = [0] * 4
    for key in range(2000):
        wins[lot.order(lot.seal(key, ["yes"]), range(4))[0]] += 1
    assert min(wins) > 400


# === DELEGATION === #


def test_a_voice_goes_to_the_first_person_who_voted():
    # a→b→c, both voted; d→e→d; f→g, who is not on the roll.
    a, b, c, d, e, f, g = range(1, 8)
    arrows = {a: b, b: c, d: e, e: d, f: g}
    assert delegation.carried([a, b, c, d, e, f], {b, c}, arrows) == {a: b}
    assert delegation.carried([a, b, c, d, e, f], {c}, arrows) == {a: c, b: c}
    once = delegation.carried([a, b, c], {c}, arrows, chains=False)
    assert once == {b: c}


def test_the_longest_standing_delegations_fill_the_cap():
    arrows = dict.fromkeys(range(2, 9), 1)
    since = {person: f"2026-01-{30 - person:02}" for person in arrows}
    found = delegation.carried(range(1, 9), {1}, arrows, since, cap=3)
    assert found == {8: 1, 7: 1, 6: 1}
    assert delegation.carried(range(1, 9), {1}, arrows, since, cap=0) == {}
    assert delegation.carried([], set(), {}) == {}
    assert (delegation.cap_of(12), delegation.cap_of(3000)) == (5, 300)


def walk(voted, holder, chains):
    """Return what :func:`delegation.resolve` does, one person after the other."""
    ends = []
    for person in range(len(voted)):
        seen, at = set(), person
        while not voted[at] and at not in seen and holder[at] >= 0:
            seen.add(at)
            if not chains and len(seen) > 1:
                break
            at = holder[at]
        ends.append(at if voted[at] else -1)
    return ends


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 40), st.booleans())
def test_delegations_end_where_a_walk_ends(data, count, chains):
    voted = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    holder = data.draw(
        st.lists(st.integers(-1, count - 1), min_size=count, max_size=count)
    )
    found = delegation.resolve(voted, holder, chains=chains)
    assert found.tolist() == walk(voted, holder, chains)
    capped = delegation.resolve(voted, holder, cap=2, chains=chains).tolist()
    for voter in range(count):
        givers = [p for p in range(count) if found[p] == voter and p != voter]
        kept = [p for p in givers if capped[p] == voter]
        assert kept == givers[:2]


def test_a_chain_of_ten_thousand_ends_with_its_voter():
    count = 10_000
    holder = [*range(1, count), -1]
    voted = [False] * (count - 1) + [True]
    assert set(delegation.resolve(voted, holder).tolist()) == {count - 1}
    holder[-1], voted[-1] = 0, False
    assert set(delegation.resolve(voted, holder).tolist()) == {-1}


# === THE TEXT OF A BALLOT === #


@pytest.mark.parametrize(
    ("method", "text", "n", "rules", "wanted"),
    [
        ("majority", " Yes ", 0, {}, "yes"),
        ("consent", "object", 0, {}, "object"),
        ("schulze", "7-3-7-", 4, {}, "2-1-2-"),
        ("schulze", "---", 4, {}, ""),
        ("stv", "3--1", 3, {}, "2--1"),
        ("stv", "4", 1, {}, "1"),
        ("score", "03, ,5", 3, {"scale": 5}, "3,,5"),
        ("score", "0,0", 2, {}, "0,0"),
        ("score", ",", 2, {}, ""),
        ("dot", "0,3,", 3, {"points": 3}, ",3,"),
        ("dot", "0,0", 2, {"points": 3}, ""),
        ("choose", "3,1,3", 3, {}, "1,3"),
        ("dates", "Y,,n", 3, {}, "y,,n"),
        ("draw", "0042", 0, {}, "42"),
        ("stv", "", 5, {}, ""),
    ],
)
def test_each_choice_has_one_text(method, text, n, rules, wanted):
    assert ballots.parse(method, text, n, rules) == wanted
    assert ballots.parse(method, wanted, n, rules) == wanted


@pytest.mark.parametrize(
    ("method", "text", "n", "rules", "rule"),
    [
        ("majority", "maybe", 0, {}, "choice"),
        ("stv", "1-1-2", 3, {}, "equal_ranks"),
        ("stv", "1-2", 3, {}, "options"),
        ("schulze", "0-1-2", 3, {}, "rank"),
        ("schulze", "1-x-2", 3, {}, "rank"),
        ("schulze", "99999-1-2", 3, {}, "rank"),
        ("schulze", "١-2-3", 3, {}, "rank"),
        ("score", "6,0", 2, {"scale": 5}, "points"),
        ("score", "-1,0", 2, {}, "points"),
        ("dot", "3,3", 2, {"points": 5}, "points"),
        ("dot", "3,0", 2, {"points": 5, "most_per_option": 2}, "points"),
        ("choose", "1,2", 3, {"up_to": 1}, "too_many"),
        ("choose", "4", 3, {}, "options"),
        ("dates", "y,x", 2, {}, "choice"),
        ("draw", "1" * 41, 0, {}, "number"),
        ("draw", "12a", 0, {}, "number"),
        ("advice", "yes", 0, {}, "method"),
        ("majority", 3, 0, {}, "choice"),
    ],
)
def test_what_is_no_choice_is_refused_with_its_rule(method, text, n, rules, rule):
    with pytest.raises(ballots.BadChoice) as refused:
        ballots.parse(method, text, n, rules)
    assert refused.value.rule == rule


# === PUBLISHED BALLOTS === #


def published_again(tmp_path, method, options, tallies, rules, by_college=None):
    """Return a count, and the count of the file that publishes its ballots."""
    text = published.write(method, options, tallies, rules, by_college, title="A, b")
    path = tmp_path / "ballots.csv"
    path.write_text(text)
    election = readers.read(path)
    assert election.title == "A, b"
    method = election.rules.pop("method")
    again = counting.count(
        method,
        election.options,
        election.tallies,
        election.rules,
        election.by_college or None,
    )
    return counting.count(method, options, tallies, rules, by_college), again


@pytest.mark.parametrize(
    ("method", "tallies", "rules"),
    [
        ("stv", {"1-2-": 4, "-1-2": 3, "": 2}, {"seats": 2}),
        ("schulze", {"1-1-2": 4, "-1-": 3, "": 2}, {"none_option": 3}),
        ("score", {"3,,5": 4, "0,0,0": 1}, {"aggregate": "mean", "scale": 5}),
        ("score", {"3,,5": 4}, {"aggregate": "mean", "passes_from": "3.5"}),
        ("dot", {"3,,2": 4}, {"points": 5, "passes_from": 9}),
        ("dot", {"3,,2": 4, ",5,": 1}, {"points": 5}),
        ("choose", {"1,3": 4, "2": 4, "": 1}, {"up_to": 2}),
        ("dates", {"y,m,n": 4, ",y,y": 1}, {"starts": ["c", "b", "a"]}),
        ("draw", {"12,,7": 1}, {"seats": 1}),
    ],
)
def test_a_published_file_gives_the_same_count_again(tmp_path, method, tallies, rules):
    options = ["=Ana; Ltd, “Zoé”", "Ben #2", "None of these"]
    rules = {**rules, "decision": "d17", "option_ids": [30, 10, 20], "roll": 12}
    first, again = published_again(tmp_path, method, options, tallies, rules)
    assert first == again


@pytest.mark.parametrize(
    "options",
    [
        ["Choice 1", "Choice 2"],
        ["Reason", "Votes"],
        ["Voter", "Count"],
        ["Rank", "Ana\nRoe"],
    ],
)
def test_options_of_a_published_file_may_be_called_like_other_columns(
    tmp_path, options
):
    rules = {"decision": "d17", "option_ids": [30, 10]}
    first, again = published_again(tmp_path, "stv", options, {"1-2": 3, "-1": 1}, rules)
    assert first["seal"] == again["seal"]
    assert first["elected_numbers"] == again["elected_numbers"] == [1]
    assert again["elected"] == [" ".join(options[0].split())]


def test_a_published_majority_gives_the_same_count_again(tmp_path):
    tallies = {"yes": 8, "no": 4, "abstain": 1, "": 2}
    rules = {"share": "2/3", "strict": False, "roll": 30, "quorum": "1/2"}
    first, again = published_again(tmp_path, "majority", [], tallies, rules)
    assert first == again
    assert first["adopted"]
    rules["colleges"] = {"Workers, all": "1/2", "Users": "1/2"}
    by_college = {"Workers, all": {"yes": 8}, "Users": {"no": 4, "abstain": 1, "": 2}}
    first, again = published_again(tmp_path, "majority", [], tallies, rules, by_college)
    assert first == again


def test_ballots_beside_their_receipts_are_counted(tmp_path):
    receipts = {"a1": "1-2", "b2": "2-1", "c3": "1-2"}
    path = tmp_path / "receipts.csv"
    path.write_text(published.write("schulze", ["A", "B"], {}, {}, receipts=receipts))
    assert readers.read(path).tallies == {"1-2": 2, "2-1": 1}


# === CHARTS === #


def test_a_majority_is_drawn_as_far_as_it_reached_with_a_line_at_what_it_needed():
    drawing = result_charts.share("6/12", "2/3")
    assert drawing["full"] == "M0 0h50v100h-50z"
    assert drawing["line"] == "M66.67 0V100"
    assert "full" not in result_charts.share("0/0", "1/2")


def test_two_sides_leave_room_for_those_who_prefer_neither():
    drawing = result_charts.against(3, 4, 10)
    assert drawing["full"] == "M0 0h30v100h-30z"
    assert drawing["light"] == "M60 0h40v100h-40z"
    assert set(result_charts.against(0, 0, 0)) == {"ground"}


def test_a_column_shows_what_a_candidate_received_in_a_round():
    drawing = result_charts.columns([3, 5, 0], 6, 3)
    # Three of six in the first round, in the second three and two more, then none.
    assert drawing["full"].count("v50h") == 2
    assert drawing["light"].count("v33.33h") == drawing["light"].count("z") == 1
    assert drawing["line"] == "M0 50H100"
    assert result_charts.columns([0, 0], 0) == {}


def test_a_line_crosses_each_bar_at_the_least_number():
    rows = [{"label": "A", "value": 3.0}, {"label": "B", "value": 0.0}]
    bars = [row["bar"] for row in result_view.with_bars(rows, 4)]
    assert bars[0] == {"full": "M0 0h75v100h-75z", "line": "M100 0V100"}
    assert bars[1] == {"line": "M100 0V100"}
    assert "line" not in result_view.with_bars(rows)[0]["bar"]
