"""Rings: who is flagged and who is not, without Odoo or a database."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).resolve().parent.parent / "tools" / "rings.py"


def _load():
    spec = importlib.util.spec_from_file_location("wezer_rings", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


rings = _load()


def everyone(people, x, times=1):
    """Return rows in which each of ``people`` rates each other one."""
    return [
        (one, two, x, 10.0) for one in people for two in people if one != two
    ] * times


def crowd(first=10, count=20):
    """Return rows in which each of a crowd rates the next six, and so is rated."""
    people = [first + number for number in range(count)]
    rows = []
    for place, one in enumerate(people):
        for step in range(1, 7):
            other = people[(place + step) % count]
            rows += [(one, other, 0.75, 5.0), (other, one, 0.75, 5.0)]
    return rows


def search(rows, members=200, **more):
    person, rated, x, age = (np.array(one) for one in zip(*rows, strict=True))
    return rings.search(members, person, rated, x, age, **more)


def sets(rows, **more):
    return [set(ring.members) for ring in search(rows, **more)]


def test_a_few_who_praise_each_other_far_above_what_others_say_are_a_ring():
    rows = everyone(range(4), 1.0, 2) + [(10 + n, n, 0.25, 3.0) for n in range(4)]
    (ring,) = search(rows + crowd())
    assert set(ring.members) == {0, 1, 2, 3}
    assert ring.figures.ratings == 24
    assert ring.figures.share == pytest.approx(24 / 28)
    assert ring.figures.inside == 1
    assert 0.25 < ring.figures.outside < 0.75
    assert ring.figures.lift > rings.LIFT


def test_one_rating_each_way_does_not_hide_a_ring():
    rows = everyone(range(5), 1.0) + [(10 + n, n, 0.25, 3.0) for n in range(5)]
    assert sets(rows + crowd()) == [set(range(5))]


def test_a_few_who_deal_much_and_speak_of_each_other_as_others_do_are_no_ring():
    rows = everyone(range(4), 0.75, 3) + [(10 + n, n, 0.75, 3.0) for n in range(4)]
    assert sets(rows + crowd()) == []


def test_a_few_who_say_good_things_but_not_the_best_of_each_other_are_no_ring():
    outside = [(10 + n, n, 0.0, 3.0) for n in range(4)]
    assert sets(everyone(range(4), 0.85, 5) + outside + crowd()) == []
    assert sets(everyone(range(4), 0.95, 5) + outside + crowd()) == [set(range(4))]


def test_friends_who_say_a_little_better_of_each_other_than_others_do_are_no_ring():
    outside = [(10 + n, n, 0.75, 3.0) for n in range(4)]
    assert sets(everyone(range(4), 0.93, 5) + outside + crowd()) == []


def test_ratings_that_weigh_nothing_make_no_ring():
    """Of people admitted with many others by one, whom trust hardly reaches."""
    known = np.ones(200)
    known[:4] = rings.KNOWN / 50
    rows = everyone(range(4), 1.0, 5) + [(10 + n, n, 0.25, 3.0) for n in range(4)]
    assert sets(rows + crowd(), credibility=known) == []
    assert sets(rows + crowd()) == [set(range(4))]


def test_a_few_of_whom_others_say_more_are_no_ring():
    outside = [(10 + n, member, 0.0, 3.0) for member in range(4) for n in range(8)]
    assert sets(everyone(range(4), 1.0, 2) + outside + crowd()) == []


def test_praise_that_is_older_than_half_a_year_makes_no_ring():
    rows = [(a, b, x, 200.0) for a, b, x, _age in everyone(range(4), 1.0, 3)]
    assert sets(rows + crowd()) == []


@pytest.mark.parametrize("count", [3, 8, 25])
def test_a_whole_community_is_no_ring(count):
    assert sets(everyone(range(count), 1.0, 3)) == []


def test_more_than_a_third_of_those_who_assess_are_no_ring():
    ring = everyone(range(5), 1.0, 3)
    assert sets(ring + crowd(count=9)) == []  # 5 of 14
    assert sets(ring + crowd(count=11)) == [set(range(5))]  # 5 of 16


def test_strangers_neither_make_a_community_larger_nor_a_ring_smaller():
    """Nobody's trust reaches 100 and above: honest people stay what they are."""
    known = np.ones(200)
    known[100:] = 0
    honest = everyone(range(5), 1.0, 3) + crowd(count=9)
    strangers = [(100 + n, 10 + n % 9, 0.75, 1.0) for n in range(90)]
    assert sets(honest + strangers) == [set(range(5))]  # where all count alike
    assert sets(honest + strangers, credibility=known) == []
    ring = everyone(range(5), 1.0, 3) + crowd()
    diluted = ring + [(100 + n, n % 5, 0.5, 1.0) for n in range(100)]
    diluted += [(n, 100 + m, 1.0, 1.0) for n in range(5) for m in range(60)] * 2
    diluted += [(100 + m, n, 1.0, 1.0) for n in range(5) for m in range(60)] * 2
    assert sets(diluted, credibility=known) == [set(range(5))]


def test_strangers_of_little_trust_count_little():
    known = np.ones(200)
    known[100:] = rings.KNOWN / 50
    ring = everyone(range(5), 1.0, 3) + crowd()
    diluted = ring + [(100 + n, n % 5, 0.5, 1.0) for n in range(100)]
    assert sets(diluted, credibility=known) == [set(range(5))]


def test_a_tie_to_an_honest_person_does_not_hide_a_ring():
    tie = [(0, 10, 0.75, 1.0), (10, 0, 0.75, 1.0)] * 2
    rows = everyone(range(5), 1.0, 3) + tie
    assert sets(rows + crowd()) == [set(range(5))]


def test_the_numbering_of_people_does_not_matter():
    rows = everyone(range(4), 1.0, 2) + crowd()
    other = [(199 - a, 199 - b, x, age) for a, b, x, age in rows]
    assert sets(other) == [{199 - number for number in range(4)}]


def test_without_ratings_there_is_no_ring():
    nothing = np.zeros(0)
    assert rings.search(3, nothing, nothing, nothing, nothing) == []
    assert rings.find_rings(3, [0], [0], [1.0], [0.0]).tolist() == [-1, -1, -1]


def test_what_is_said_inside_a_ring_weighs_a_fifth_and_nothing_else_does():
    ring = rings.labels(5, [rings.Ring((0, 1, 2))])
    weight = rings.damping(ring, np.array([0, 0, 3, 3]), np.array([1, 3, 0, 4]))
    assert weight.tolist() == [0.2, 1, 1, 1]


# === CLEARED === #

EIGHT = frozenset(range(8))


def test_a_clearing_holds_for_the_set_for_part_of_it_and_for_what_grows_around_it():
    cleared = rings.Cleared(EIGHT, lift=0.15)
    for people in (range(8), range(9), range(15), range(4), [0, 1, 2, 20, 21]):
        assert cleared.covers(people, 0.15)


def test_a_clearing_ends_where_half_of_the_set_are_others():
    cleared = rings.Cleared(EIGHT, lift=0.15)
    assert not cleared.covers(range(16), 0.15)
    assert not cleared.covers([0, 1, 20, 21], 0.15)
    assert not cleared.covers([20, 21, 22], 0.15)


def test_a_clearing_ends_where_they_praise_each_other_clearly_more():
    cleared = rings.Cleared(EIGHT, lift=0.15)
    assert cleared.covers(EIGHT, 0.15 + rings.WORSE - 1e-9)
    assert not cleared.covers(EIGHT, 0.15 + rings.WORSE + 1e-9)
    assert not cleared.covers(range(4), 0.3)
    assert rings.Cleared(EIGHT).covers(EIGHT, 0.9)  # a clearing without figures


def test_a_clearing_does_not_grow_by_those_who_join():
    """Else one could join a cleared set one by one until nobody of it is left."""
    cleared = rings.Cleared(EIGHT, lift=0.15)
    assert cleared.covers(range(1, 12), 0.15)
    assert not cleared.covers(range(4, 12), 0.15)


def test_found_rings_are_split_into_flagged_and_cleared_by_id():
    figures = rings.Figures(24, 0.9, 1.0, 0.8, 0.7)
    found = [rings.Ring((0, 1, 2), figures), rings.Ring((3, 4, 5), figures)]
    ids = np.arange(100, 106)
    cleared = [rings.Cleared(frozenset({100, 101, 102, 110}), 0.15)]
    flagged, fine = rings.split_cleared(found, cleared, ids)
    assert [ring.called(ids).members for ring in flagged] == [(103, 104, 105)]
    assert fine == found[:1]
    assert rings.read_again([[103, 104, 999]], ids) == [rings.Ring((3, 4))]
