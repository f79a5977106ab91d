import math
import random
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import circles
from ..tools.circles import enclose, label, layout, pack, place


def _nodes(dice, count):
    """Return circles of a random tree, each with its number as its id."""
    return [
        {
            "id": number,
            "parent_id": dice.choice([None, *range(1, number)]),
            "name": "x" * dice.randint(1, 20),
            "size": dice.randint(0, 90),
            "inside": dice.randint(0, 30),
        }
        for number in range(1, count)
    ]


def _absolute(nodes):
    """Set where ``nodes``, outer ones first, lie in the whole drawing."""
    known = {None: {"cx": 0.0, "cy": 0.0, "cr": 1.0}}
    for node in sorted(nodes, key=lambda node: node["id"]):
        outer = known[node["parent_id"]]
        node["cx"] = outer["cx"] + node["x"] * outer["cr"]
        node["cy"] = outer["cy"] + node["y"] * outer["cr"]
        node["cr"] = node["r"] * outer["cr"]
        known[node["id"]] = node
    return nodes


@tagged("post_install", "-at_install")
class TestCircles(BaseCase):
    def test_circles_lie_inside_their_parent_and_never_overlap(self):
        dice = random.Random(3)
        for _round in range(30):
            levels = {}
            for node in layout(_nodes(dice, dice.randint(2, 60))):
                levels.setdefault(node["parent_id"], []).append(node)
            for level in levels.values():
                for number, node in enumerate(level):
                    away = math.hypot(node["x"], node["y"])
                    self.assertLessEqual(away + node["r"], 1 + 1e-6)
                    for other in level[:number]:
                        apart = math.dist(
                            (other["x"], other["y"]), (node["x"], node["y"])
                        )
                        self.assertGreater(apart + 1e-6, other["r"] + node["r"])

    def test_the_place_of_a_circle_depends_on_those_beside_it_alone(self):
        dice = random.Random(5)
        nodes = _nodes(dice, 60)
        whole = {
            node["id"]: (node["x"], node["y"], node["r"]) for node in layout(nodes)
        }
        for parent in {node["parent_id"] for node in nodes}:
            level = [node for node in nodes if node["parent_id"] == parent]
            dice.shuffle(level)
            for node in layout([dict(node) for node in level]):
                self.assertEqual(whole[node["id"]], (node["x"], node["y"], node["r"]))

    def test_areas_stand_for_people_and_circles_and_small_ones_stay_visible(self):
        small, large, tiny = (r for _x, _y, r in place([100, 400, 0.01]))
        self.assertAlmostEqual(large, 2 * small)
        self.assertAlmostEqual(tiny, large / 5)

    def test_no_groups_give_an_empty_map(self):
        self.assertEqual(layout([]), [])
        self.assertEqual(place([]), [])

    def test_a_level_is_laid_once_for_all_who_look_at_it(self):
        dice = random.Random(7)
        level = [
            {"id": own, "parent_id": None, "size": dice.randint(0, 900), "inside": 0}
            for own in range(300)
        ]
        copies = [[dict(node) for node in level] for _reader in range(3)]
        with patch.object(circles, "place", side_effect=place) as placed:
            first, *others = [layout(copy) for copy in copies]
            self.assertEqual(placed.call_count, 1)
            first[0]["x"] = 5.0
            self.assertEqual(others[0], others[1])
            # With another member somewhere it is another drawing.
            copies[0][0]["size"] += 1
            layout(copies[0])
            self.assertEqual(placed.call_count, 2)

    def test_names_of_the_first_drawing_never_lie_on_each_other(self):
        dice, letter = random.Random(7), 0.04
        for _round in range(30):
            nodes = _absolute(layout(_nodes(dice, 60)))
            label(nodes, letter)
            shown = [node for node in nodes if "label" in node]
            self.assertTrue(shown)
            for number, node in enumerate(shown):
                for other in shown[:number]:
                    width = 0.3 * letter * len(node["name"] + other["name"])
                    self.assertTrue(
                        abs(node["label"][0] - other["label"][0]) >= width
                        or abs(node["label"][1] - other["label"][1]) >= letter
                    )


@tagged("post_install", "-at_install")
class TestPacking(BaseCase):
    def test_a_thousand_circles_are_packed_close(self):
        radii = [5 + (number * 37) % 40 for number in range(1000)]
        centres = pack(radii)
        circles = [(*at, r) for at, r in zip(centres, radii, strict=True)]
        _x, _y, outer = enclose(circles)
        filled = sum(r * r for r in radii) / outer**2
        self.assertGreater(filled, 0.6)
        for number in range(0, 1000, 7):
            x, y, r = circles[number]
            for other_x, other_y, other in circles[:number]:
                apart = math.hypot(x - other_x, y - other_y)
                self.assertGreaterEqual(apart + 1e-5, r + other)

    def test_small_levels_have_their_places(self):
        for count in range(1, 6):
            circles = place([3] * count)
            self.assertEqual(len(circles), count)
            self.assertTrue(all(r > 0 for _x, _y, r in circles))
