import math
import random

from odoo.tests import BaseCase, tagged

from ..tools.circles import layout


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
            for one in circles:
                self.assertLessEqual(one["x"] + one["r"], width + 1e-6)
                children = one["children"]
                for number, child in enumerate(children):
                    away = math.dist((one["x"], one["y"]), (child["x"], child["y"]))
                    self.assertLessEqual(away + child["r"], one["r"] + 1e-6)
                    for other in children[:number]:
                        apart = math.dist(
                            (other["x"], other["y"]), (child["x"], child["y"])
                        )
                        self.assertGreaterEqual(apart + 1e-6, other["r"] + child["r"])

    def test_no_group_is_no_drawing(self):
        self.assertEqual(layout([]), ([], 0))
