import math
import random
import time

from odoo.tests import BaseCase, tagged

from ..tools.circles import enclose, layout, pack


def _tree(dice, depth):
    children = []
    if depth:
        children = [_tree(dice, depth - 1) for _child in range(dice.randint(0, 6))]
    return {"name": "x", "size": dice.randint(0, 90), "children": children}


@tagged("post_install", "-at_install")
class TestCircles(BaseCase):
    def test_circles_lie_inside_their_parent_and_never_overlap(self):
        dice = random.Random(3)
        for _round in range(30):
            forest = [_tree(dice, 3) for _top in range(dice.randint(1, 4))]
            circles, width = layout(forest)
            for circle in circles:
                self.assertLessEqual(circle["x"] + circle["r"], width + 1e-6)
                children = circle["children"]
                for number, child in enumerate(children):
                    away = math.dist(
                        (circle["x"], circle["y"]), (child["x"], child["y"])
                    )
                    self.assertLessEqual(away + child["r"], circle["r"] + 1e-6)
                    for other in children[:number]:
                        apart = math.dist(
                            (other["x"], other["y"]), (child["x"], child["y"])
                        )
                        self.assertGreaterEqual(apart + 1e-6, other["r"] + child["r"])

    def test_no_groups_give_an_empty_map(self):
        self.assertEqual(layout([]), ([], 0))


@tagged("post_install", "-at_install")
class TestPacking(BaseCase):
    def test_a_thousand_circles_are_packed_close_and_at_once(self):
        radii = [5 + (number * 37) % 40 for number in range(1000)]
        begin = time.process_time()
        centres = pack(radii)
        # Orders of magnitude: a quadratic packing takes minutes.
        self.assertLess(time.process_time() - begin, 10)
        circles = [(*at, r) for at, r in zip(centres, radii, strict=True)]
        _x, _y, outer = enclose(circles)
        filled = sum(r * r for r in radii) / outer**2
        self.assertGreater(filled, 0.6)
        for number in range(0, 1000, 7):
            x, y, r = circles[number]
            for other_x, other_y, other in circles[:number]:
                apart = math.hypot(x - other_x, y - other_y)
                self.assertGreaterEqual(apart + 1e-5, r + other)

    def test_small_forests_have_their_places(self):
        for count in range(1, 6):
            nodes = [{"name": "x", "size": 3, "children": []} for _n in range(count)]
            circles, width = layout(nodes)
            self.assertEqual(len(circles), count)
            self.assertGreater(width, 0)
