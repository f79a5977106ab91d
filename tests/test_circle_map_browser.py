"""The map of a thousand circles by mouse, touch and keyboard, in a real browser."""

import logging

import pytest

from odoo.tests import HttpCase, new_test_user, tagged

from .browser import Browser

pytestmark = pytest.mark.slow

_logger = logging.getLogger(__name__)
CIRCLES = 1000
# Seconds until drawn, and milliseconds a frame of the glide may take on a machine
# that does other things besides; the numbers measured are far below.
DRAWN_S, FRAME_MS = 10, 100
FRAMES = """
const done = arguments[0], times = [];
const step = (now) => {
    times.push(now);
    if (times.length < 16) requestAnimationFrame(step);
    else done((times.at(-1) - times[0]) / (times.length - 1));
};
document.querySelector(".o_wezer_map a").dispatchEvent(
    new MouseEvent("click", {bubbles: true, cancelable: true}));
requestAnimationFrame(step);
"""


@tagged("post_install", "-at_install")
class TestCircleMap(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = cls.env["wezer.group"]
        root = groups.create({"name": "Map root", "kind": "circle"})
        above = root
        for start in range(0, CIRCLES, 100):
            made = groups.create(
                [
                    {
                        "name": f"Map circle {number}",
                        "kind": "circle",
                        "parent_id": above.id,
                    }
                    for number in range(start, start + 100)
                ]
            )
            # A hundred beside each other, the next hundred inside one of them.
            above = made[7]
        new_test_user(
            cls.env, login="map_luc", password="map_luc", groups="base.group_portal"
        )

    def width(self):
        """Return how much of the drawing is seen, in its own units."""
        box = self.driver.find_element("css selector", ".o_wezer_map")
        return float(box.get_dom_attribute("viewBox").split()[2])

    def touch(self, kind, *places):
        points = [
            {"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)
        ]
        self.driver.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
        )

    def focused(self):
        return self.driver.switch_to.active_element

    def test_a_map_of_a_thousand_circles_answers_mouse_touch_and_keyboard(self):
        self.browser = Browser(self.base_url())
        self.addCleanup(self.browser.close)
        self.driver = self.browser.driver
        with self.allow_requests(all_requests=True):
            self.browser.login("map_luc", "map_luc")
            self.browser.open("/groups/map")
            self.browser.wait(".o_wezer_map text[display='inline']")
            self._mouse()
            self._fingers()
            self._keys()

    def _mouse(self):
        drawn = self.driver.execute_script(
            "const page = performance.getEntriesByType('navigation')[0];"
            "return page.domComplete / 1000"
        )
        self.assertLess(drawn, DRAWN_S)
        circles = self.driver.find_elements("css selector", ".o_wezer_map a")
        self.assertGreater(len(circles), CIRCLES)
        frame = self.driver.execute_async_script(FRAMES)
        _logger.info(
            "map of %s circles: %.1f s, %.0f ms a frame", len(circles), drawn, frame
        )
        self.assertLess(frame, FRAME_MS)
        # Every script of ours found what it builds upon.
        waiting = self.driver.execute_script("return [...odoo.loader.jobs]")
        self.assertFalse([one for one in waiting if one.startswith("@wezer")])

    def _fingers(self):
        self.driver.execute_cdp_cmd(
            "Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2}
        )
        box = self.driver.find_element("css selector", ".o_wezer_map")
        self.driver.execute_script("arguments[0].scrollIntoView()", box)
        before = self.width()
        self.touch("touchStart", (600, 300), (680, 300))
        for step in range(1, 8):
            self.touch("touchMove", (600 - 10 * step, 300), (680 + 10 * step, 300))
        self.touch("touchEnd")
        self.assertLess(self.width(), 0.7 * before)

    def _keys(self):
        stops = self.driver.find_elements(
            "css selector", ".o_wezer_map a[tabindex='0']"
        )
        self.assertEqual(len(stops), 1)
        self.driver.execute_script("arguments[0].focus()", stops[0])
        first = stops[0].get_attribute("data-id")
        stops[0].send_keys("\ue015")
        self.assertEqual(self.focused().get_attribute("data-parent"), first)
        inner = self.focused().get_attribute("data-id")
        self.focused().send_keys("\ue014")
        self.assertNotEqual(self.focused().get_attribute("data-id"), inner)
        self.focused().send_keys("\ue013")
        self.assertEqual(self.focused().get_attribute("data-id"), first)
        before = self.width()
        self.focused().send_keys("+")
        self.assertNotEqual(self.width(), before)
        # The list below says the same to who sees no drawing.
        listed = self.driver.find_elements("css selector", ".o_wezer_tree a")
        drawn = self.driver.find_elements("css selector", ".o_wezer_map a")
        self.assertEqual(len(listed), len(drawn))
