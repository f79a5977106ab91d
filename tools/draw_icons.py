#!/usr/bin/env python3
"""Draw the icons of the addons: line drawings on warm paper, one accent each.

    python tools/draw_icons.py [--check]

Needs Pillow. Writes ``addons/*/static/description/icon.png`` (140 × 140);
``--check`` writes nothing and says which addon has none, or another picture.
"""

import io
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw

ADDONS = Path(__file__).resolve().parent.parent / "addons"
SIZE, FINE = 140, 8  # drawn eight times as large, then reduced
PAPER, INK = "#fbf7f0", "#2b2a27"
STROKE = 5
Points = Sequence[tuple[float, float]]


class Pen:
    """Draws in a square of 140, with round ends, on a large picture."""

    def __init__(self, accent: str) -> None:
        self.accent = accent
        self.image = Image.new("RGBA", (SIZE * FINE,) * 2, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.draw.rounded_rectangle(
            (0, 0, SIZE * FINE - 1, SIZE * FINE - 1), 28 * FINE, fill=PAPER
        )

    def _fine(self, points: Points) -> Points:
        return [(x * FINE, y * FINE) for x, y in points]

    def line(self, *points: Any, colour: str = INK, width: float = STROKE) -> None:
        """Draw a line through ``points``, round at its ends and corners."""
        self.draw.line(self._fine(points), colour, round(width * FINE), joint="curve")
        for x, y in points:
            self.dot(x, y, width / 2, colour)

    def dot(self, x: float, y: float, radius: float, colour: str = INK) -> None:
        """Fill a circle."""
        box = [((x - radius) * FINE, (y - radius) * FINE)]
        box.append(((x + radius) * FINE, (y + radius) * FINE))
        self.draw.ellipse(box, fill=colour)

    def circle(
        self, x: float, y: float, radius: float, colour: str = INK, fill: Any = None
    ) -> None:
        """Draw a circle's line, its middle at ``radius``."""
        self.dot(x, y, radius + STROKE / 2, colour)
        self.dot(x, y, radius - STROKE / 2, fill or PAPER)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        start: float,
        end: float,
        colour: str = INK,
    ) -> None:
        """Draw a part of a circle, degrees clockwise from the right."""
        turn = [math.radians(start + (end - start) * step / 60) for step in range(61)]
        points = [
            (x + radius * math.cos(angle), y + radius * math.sin(angle))
            for angle in turn
        ]
        self.line(*points, colour=colour)

    def shape(self, *points: Any, fill: Any = None, colour: str = INK) -> None:
        """Draw a closed line, filled where ``fill`` is given."""
        if fill:
            self.draw.polygon(self._fine(points), fill=fill)
        self.line(*points, points[0], points[1], colour=colour)

    def png(self) -> bytes:
        """Return the picture of 140 × 140 as bytes."""
        small = self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        return out.getvalue()


def people(pen: Pen) -> None:
    """Two people side by side: the community."""
    pen.circle(90, 50, 15)
    pen.arc(90, 108, 28, 180, 360)
    pen.dot(52, 100, 36, PAPER)
    pen.circle(50, 52, 19, fill=pen.accent)
    pen.arc(50, 116, 34, 180, 360)
    pen.line((118, 108), (118, 116), (16, 116))


def coins(pen: Pen) -> None:
    """A coin whose face is a clock, over another: hours and credits."""
    pen.circle(92, 90, 32)
    pen.dot(62, 60, 44, PAPER)
    pen.circle(62, 60, 38)
    pen.line((62, 60), (62, 38), colour=pen.accent, width=7)
    pen.line((62, 60), (78, 68), colour=pen.accent, width=7)
    pen.dot(62, 60, 5)
    for angle in range(0, 360, 90):
        x, y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        pen.line((62 + 29 * x, 60 + 29 * y), (62 + 30 * x, 60 + 30 * y), width=4)


def circles(pen: Pen) -> None:
    """Circles in circles."""
    pen.circle(70, 70, 52)
    pen.circle(54, 60, 25)
    pen.circle(90, 88, 15)
    pen.circle(48, 52, 8, fill=pen.accent)
    pen.circle(64, 68, 6)
    pen.dot(90, 88, 5)


def star(pen: Pen) -> None:
    """A star above the steps that make it: a score that explains itself."""
    points = []
    for step in range(10):
        radius = 38 if step % 2 == 0 else 16
        angle = math.radians(-90 + 36 * step)
        points.append((70 + radius * math.cos(angle), 56 + radius * math.sin(angle)))
    pen.shape(*points, fill=pen.accent)
    pen.line((26, 118), (48, 118), (48, 110), (70, 110), (70, 102), (92, 102))
    pen.line((92, 102), (92, 112), (114, 112))


def stall(pen: Pen) -> None:
    """A market stall under its awning."""
    pen.line((34, 66), (34, 116))
    pen.line((106, 66), (106, 116))
    for number in range(4):
        left, right = 24 + 23 * number, 47 + 23 * number
        top_left, top_right = 34 + 18 * number, 52 + 18 * number
        fill = pen.accent if number % 2 == 0 else PAPER
        middle = (left + right) / 2
        radius = (right - left) / 2
        pen.circle(middle, 56, radius, fill=fill)
        pen.shape((top_left, 28), (top_right, 28), (right, 56), (left, 56), fill=fill)
        pen.dot(middle, 56, radius - STROKE / 2, fill)
    pen.line((24, 116), (116, 116))
    pen.line((34, 92), (106, 92))


def window(pen: Pen) -> None:
    """A page with a picture and lines of text: the website of a community."""
    pen.shape((26, 30), (114, 30), (114, 110), (26, 110), fill=PAPER)
    pen.line((26, 30), (114, 30), (114, 110), (26, 110), (26, 30))
    pen.line((26, 48), (114, 48))
    pen.shape((38, 58), (66, 58), (66, 86), (38, 86), fill=pen.accent)
    pen.line((76, 62), (102, 62))
    pen.line((76, 80), (102, 80))
    pen.line((38, 98), (102, 98))


def house(pen: Pen) -> None:
    """A house with an arrow into it: a community moves in."""
    pen.shape((56, 66), (90, 36), (124, 66), (124, 112), (56, 112), fill=PAPER)
    pen.line((46, 72), (90, 34), (134, 72))
    pen.line((56, 66), (56, 112), (124, 112), (124, 66))
    pen.line((14, 88), (84, 88))
    pen.line((66, 72), (84, 88), (66, 104))


def letter(pen: Pen) -> None:
    """A letter before circles: news of a circle by e-mail."""
    pen.circle(92, 50, 30)
    pen.circle(98, 46, 10)
    pen.shape((20, 58), (104, 58), (104, 114), (20, 114), fill=PAPER)
    pen.shape((20, 58), (104, 58), (62, 90), fill=pen.accent)


def hands(pen: Pen) -> None:
    """Three raised cards around a table: people decide together."""
    for left, top in ((22, 44), (55, 26), (88, 44)):
        pen.shape(
            *((left, top), (left + 30, top), (left + 30, top + 38), (left, top + 38)),
            fill=pen.accent if left == 55 else PAPER,
        )
        pen.line((left + 8, top + 20), (left + 14, top + 27), (left + 24, top + 11))
    pen.line((20, 104), (120, 104))
    pen.line((34, 116), (106, 116))


def book(pen: Pen) -> None:
    """An open book: the register of agreements."""
    pen.shape((20, 40), (68, 50), (68, 112), (20, 102), fill=PAPER)
    pen.shape((116, 40), (68, 50), (68, 112), (116, 102), fill=pen.accent)
    pen.line((30, 60), (58, 66))
    pen.line((30, 76), (58, 82))


def hands_and_coins(pen: Pen) -> None:
    """A raised card beside a coin: money is spent together."""
    pen.shape((24, 34), (70, 34), (70, 92), (24, 92), fill=PAPER)
    pen.line((36, 64), (46, 74), (60, 50))
    pen.circle(90, 84, 28)


def hands_and_stall(pen: Pen) -> None:
    """A raised card before a stall: an announcement is decided together."""
    pen.shape((60, 50), (118, 50), (118, 112), (60, 112), fill=pen.accent)
    pen.line((54, 50), (124, 50))
    pen.shape((22, 30), (66, 30), (66, 86), (22, 86), fill=PAPER)
    pen.line((33, 58), (42, 68), (56, 46))


ICONS = {
    "wezer_agreement": (book, "#4f7a5a"),
    "wezer_base": (people, "#2f6f4e"),
    "wezer_currency": (coins, "#b5781f"),
    "wezer_decision": (hands, "#3d6d8f"),
    "wezer_decision_currency": (hands_and_coins, "#b5781f"),
    "wezer_decision_market": (hands_and_stall, "#b5532f"),
    "wezer_fractal_groups": (circles, "#4a5f8a"),
    "wezer_marketplace": (stall, "#b5532f"),
    "wezer_movein": (house, "#7a5c8e"),
    "wezer_news_mailing": (letter, "#7a5a8c"),
    "wezer_reputation": (star, "#d9a93a"),
    "wezer_website": (window, "#3f7d8c"),
}


def drawn(name: str) -> bytes:
    """Return the icon of an addon as bytes."""
    draw, accent = ICONS[name]
    pen = Pen(accent)
    draw(pen)
    return pen.png()


def same(path: Path, picture: Any) -> bool:
    """Say whether the file shows the picture, to a shade (versions of Pillow)."""
    if not path.is_file():
        return False
    old, new = Image.open(path), Image.open(io.BytesIO(picture))
    if old.size != new.size or old.mode != new.mode:
        return False
    shades: Any = ImageChops.difference(old, new).getextrema()
    return max(high for _low, high in shades) <= 8


def main(arguments: list[str]) -> int:
    """Draw all, or check all with ``--check``; 1 where one is missing."""
    bad = []
    for addon in sorted(ADDONS.glob("*/__manifest__.py")):
        name = addon.parent.name
        path = addon.parent / "static" / "description" / "icon.png"
        if name not in ICONS:
            bad.append(f"{name}: no drawing")
        elif "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn(name))
        elif not same(path, drawn(name)):
            bad.append(f"{name}: missing, or not what is drawn here")
    print("\n".join(bad) or f"{len(ICONS)} icons are there")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
