"""Pictures that are drawn, not photographs: one motif for each skill of the demo."""

import io
import random
from collections.abc import Callable
from math import cos, pi, sin

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 420
SCALE = 2
# Sky or wall, and ground or table, that go together.
GROUNDS = (
    ("#e7f0ea", "#c9dcc8"),
    ("#f7ecd9", "#e6cfa8"),
    ("#e6edf3", "#c5d5e2"),
    ("#f6e6df", "#e3c3b4"),
    ("#ebe7f3", "#cfc7e0"),
)
GREENS = ("#2f6f4e", "#4f8a5b", "#6fa06a", "#3d7d57")
WARM = ("#c8553d", "#d98b3a", "#b5485d", "#e0b04a", "#8a3f5a")
WOOD, DARK, METAL, LIGHT = "#9a6b3f", "#3b322c", "#8b949b", "#fbf6ec"
HORIZON = 290


class Sheet:
    """A sheet to draw on, in the measures of the finished picture."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        sky, ground = rng.choice(GROUNDS)
        size = (WIDTH * SCALE, HEIGHT * SCALE)
        self.image = Image.new("RGB", size, sky)
        self.draw = ImageDraw.Draw(self.image)
        # A soft light behind the motif.
        self.disc(320, 215, 185, _between(sky, "#ffffff", 0.45))
        self.box(0, HORIZON, WIDTH, HEIGHT, ground)
        self.oval(320, 338, 235, 30, _between(ground, "#000000", 0.10))

    def _points(self, points: list) -> list:
        return [(x * SCALE, y * SCALE) for x, y in points]

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: str,
        r: int = 0,
    ) -> None:
        """Draw a rectangle, with round corners of ``r``."""
        corners = [left * SCALE, top * SCALE, right * SCALE, bottom * SCALE]
        self.draw.rounded_rectangle(corners, r * SCALE, fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """Draw an ellipse around a point."""
        corners = [
            (x - rx) * SCALE,
            (y - ry) * SCALE,
            (x + rx) * SCALE,
            (y + ry) * SCALE,
        ]
        self.draw.ellipse(corners, fill)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        """Draw a circle around a point."""
        self.oval(x, y, r, r, fill)

    def ring(self, x: float, y: float, r: float, color: str, width: int = 8) -> None:
        """Draw the line of a circle."""
        self.draw.ellipse(_corners(x, y, r, r), outline=color, width=width * SCALE)

    def shape(self, points: list, fill: str) -> None:
        """Draw an area between points."""
        self.draw.polygon(self._points(points), fill)

    def line(self, points: list, color: str, width: int = 8) -> None:
        """Draw a line with round ends."""
        self.draw.line(self._points(points), color, width * SCALE, joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, color)

    def arc(
        self, x: float, y: float, r: float, start: int, end: int, color: str, width: int
    ) -> None:
        """Draw a part of the line of a circle, in degrees from the right."""
        self.draw.arc(_corners(x, y, r, r), start, end, color, width * SCALE)

    def leaf(self, x: float, y: float, length: float, angle: float, fill: str) -> None:
        """Draw a leaf that points from a point at ``angle``."""
        dx, dy = cos(angle) * length, sin(angle) * length
        wide = length * 0.32
        side = (-sin(angle) * wide, cos(angle) * wide)
        middle = (x + dx / 2, y + dy / 2)
        self.shape(
            [
                (x, y),
                (middle[0] + side[0], middle[1] + side[1]),
                (x + dx, y + dy),
                (middle[0] - side[0], middle[1] - side[1]),
            ],
            fill,
        )

    def jpeg(self) -> bytes:
        """Return the finished picture."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=82)
        return out.getvalue()


def _corners(x: float, y: float, rx: float, ry: float) -> list[float]:
    return [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]


def _between(one: str, other: str, part: float) -> str:
    pairs = [(int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


# === MOTIFS === #


def _bed(sheet: Sheet) -> None:
    sheet.box(130, 285, 510, 350, WOOD, 8)
    sheet.box(142, 275, 498, 300, "#5a4230", 10)
    for number, x in enumerate(range(170, 490, 52)):
        green = GREENS[number % 4]
        height = 60 + sheet.rng.randint(0, 45)
        sheet.line([(x, 280), (x, 280 - height)], green, 6)
        for step in range(25, height, 20):
            sheet.leaf(x, 280 - step, 36, -pi / 5, green)
            sheet.leaf(x, 280 - step, 36, -4 * pi / 5, green)
        if number % 2:
            sheet.disc(x, 280 - height, 15, sheet.rng.choice(WARM))


def _tree(sheet: Sheet) -> None:
    sheet.shape([(300, 345), (340, 345), (330, 200), (310, 200)], WOOD)
    for x, y, r in ((250, 190, 62), (320, 140, 78), (392, 190, 62), (320, 205, 66)):
        sheet.disc(x, y, r, sheet.rng.choice(GREENS[:3]))
    for x, y in ((250, 180), (300, 120), (352, 160), (400, 205), (318, 215)):
        sheet.disc(x, y, 13, "#c8553d")
    sheet.line([(470, 345), (430, 170)], "#b98a58", 8)
    sheet.line([(505, 345), (465, 170)], "#b98a58", 8)
    for step in range(5):
        left = 464 - step * 7
        sheet.line(
            [(left, 315 - step * 32), (left + 36, 315 - step * 32)], "#b98a58", 6
        )


def _compost(sheet: Sheet) -> None:
    sheet.shape([(190, 320), (450, 320), (400, 225), (320, 195), (240, 225)], "#5a4230")
    for number in range(16):
        x = 235 + sheet.rng.randint(0, 165)
        fill = (*GREENS, *WARM)[number % 9]
        sheet.leaf(x, 270 - sheet.rng.randint(0, 40), 26, -number, fill)
    for y in (255, 290, 325):
        sheet.box(165, y, 475, y + 20, WOOD, 4)
    for x in (175, 450):
        sheet.box(x, 235, x + 18, 355, "#7d5430", 4)
    sheet.line([(520, 350), (500, 120)], "#b98a58", 9)


def _hedge(sheet: Sheet) -> None:
    for x in range(120, 540, 28):
        for y in (215, 250, 290):
            sheet.disc(x, y + sheet.rng.randint(-6, 6), 32, sheet.rng.choice(GREENS))
    sheet.line([(300, 350), (392, 205)], METAL, 12)
    sheet.line([(350, 350), (262, 205)], METAL, 12)
    for x in (290, 360):
        sheet.ring(x, 365, 24, "#c8553d", 10)


def _bicycle(sheet: Sheet) -> None:
    color = sheet.rng.choice(WARM)
    for x in (210, 430):
        sheet.ring(x, 275, 75, DARK, 9)
        for spoke in range(8):
            turn = spoke * pi / 4
            end = (x + 68 * cos(turn), 275 + 68 * sin(turn))
            sheet.line([(x, 275), end], METAL, 2)
    sheet.line([(210, 275), (285, 175), (400, 175), (310, 275), (210, 275)], color, 11)
    sheet.line([(285, 175), (310, 275)], color, 11)
    sheet.line([(430, 275), (395, 150)], color, 11)
    sheet.line([(370, 145), (420, 145)], DARK, 10)
    sheet.line([(262, 155), (302, 155)], DARK, 14)
    sheet.line([(280, 160), (286, 178)], DARK, 8)
    sheet.disc(310, 275, 17, DARK)


def _tools(sheet: Sheet) -> None:
    sheet.box(150, 315, 490, 345, WOOD, 6)
    sheet.shape([(190, 250), (420, 205), (432, 240), (205, 300)], METAL)
    for tooth in range(11):
        x = 206 + tooth * 20
        y = 300 - tooth * 5.4
        sheet.shape([(x, y), (x + 18, y - 5), (x + 10, y + 10)], METAL)
    sheet.box(400, 180, 470, 258, "#c8553d", 18)
    sheet.box(420, 202, 450, 236, sheet.rng.choice(("#e6cfa8", "#f7ecd9")), 10)
    sheet.line([(245, 320), (330, 120)], "#b98a58", 16)
    sheet.line([(290, 100), (385, 140)], DARK, 30)


def _thread(sheet: Sheet) -> None:
    for x, color in ((210, sheet.rng.choice(WARM)), (300, GREENS[0]), (390, "#4a5f8a")):
        sheet.box(x - 34, 200, x + 34, 216, WOOD, 6)
        sheet.box(x - 34, 316, x + 34, 332, WOOD, 6)
        sheet.box(x - 26, 216, x + 26, 316, color, 6)
        for y in range(226, 316, 12):
            sheet.line(
                [(x - 24, y), (x + 24, y + 6)], _between(color, "#ffffff", 0.3), 2
            )
    sheet.line([(440, 320), (520, 150)], METAL, 6)
    sheet.arc(480, 190, 52, 20, 200, GREENS[0], 3)
    for x, y in ((245, 350), (330, 358), (420, 352)):
        sheet.disc(x, y, 16, LIGHT)
        for dx in (-5, 5):
            sheet.disc(x + dx, y, 3, DARK)


def _lamp(sheet: Sheet) -> None:
    color = sheet.rng.choice(WARM)
    sheet.shape([(230, 345), (600, 345), (430, 200), (330, 200)], "#fff3cf")
    sheet.box(225, 335, 335, 352, DARK, 8)
    sheet.line([(280, 340), (225, 225), (345, 130)], METAL, 12)
    sheet.shape([(300, 140), (380, 92), (452, 190), (328, 222)], color)
    sheet.disc(388, 205, 26, "#ffe08a")
    for x, y in ((225, 225), (345, 130)):
        sheet.disc(x, y, 14, DARK)


def _tap(sheet: Sheet) -> None:
    sheet.box(170, 180, 370, 216, METAL, 14)
    sheet.box(334, 180, 372, 262, METAL, 14)
    sheet.box(245, 130, 275, 190, METAL, 6)
    sheet.line([(215, 128), (305, 128)], sheet.rng.choice(WARM), 20)
    sheet.box(150, 165, 182, 232, "#6d767d", 8)
    for y in (278, 305):
        sheet.disc(353, y, 9, "#5d9ac7")
        sheet.shape([(345, y - 3), (361, y - 3), (353, y - 18)], "#5d9ac7")
    sheet.oval(353, 345, 90, 16, "#5d9ac7")


def _cup(sheet: Sheet) -> None:
    for x, color in ((235, sheet.rng.choice(WARM)), (405, "#4a5f8a")):
        sheet.oval(x, 332, 92, 18, LIGHT)
        sheet.ring(x + 62, 268, 30, color, 12)
        sheet.box(x - 62, 225, x + 62, 325, color, 30)
        sheet.oval(x, 228, 62, 15, _between(color, "#000000", 0.25))
        for side in (-18, 18):
            sheet.arc(x + side, 180, 20, 90, 270, LIGHT, 5)
            sheet.arc(x + side, 142, 20, 270, 90, LIGHT, 5)


def _blocks(sheet: Sheet) -> None:
    places = ((200, 265), (285, 265), (370, 265), (242, 180), (328, 180), (285, 95))
    for number, (x, y) in enumerate(places):
        color = (*WARM, *GREENS)[number]
        sheet.box(x, y, x + 78, y + 78, color, 10)
        light = _between(color, "#ffffff", 0.55)
        if number % 3 == 0:
            sheet.disc(x + 39, y + 39, 22, light)
        elif number % 3 == 1:
            sheet.shape([(x + 39, y + 16), (x + 64, y + 60), (x + 14, y + 60)], light)
        else:
            sheet.box(x + 19, y + 19, x + 59, y + 59, light, 6)
    sheet.disc(500, 318, 38, "#e0b04a")
    sheet.arc(500, 318, 20, 0, 180, LIGHT, 5)


def _basket(sheet: Sheet) -> None:
    sheet.arc(320, 235, 120, 180, 360, WOOD, 14)
    for x, y, color in (
        (240, 222, "#c8553d"),
        (300, 205, "#6fa06a"),
        (395, 222, "#d98b3a"),
    ):
        sheet.disc(x, y, 42, color)
    sheet.box(335, 130, 368, 250, "#e6cfa8", 14)
    sheet.leaf(300, 170, 50, -pi / 3, GREENS[0])
    sheet.shape([(180, 235), (460, 235), (425, 345), (215, 345)], "#b98a58")
    for y in (262, 290, 318):
        sheet.line([(196, y), (444, y)], WOOD, 5)
    for x in range(220, 430, 34):
        sheet.line([(x, 240), (x, 340)], WOOD, 3)


def _car(sheet: Sheet) -> None:
    color = sheet.rng.choice(("#c8553d", "#4a5f8a", "#3d7d57", "#d98b3a"))
    sheet.shape([(215, 235), (262, 165), (400, 165), (452, 235)], color)
    sheet.shape([(238, 232), (272, 180), (326, 180), (326, 232)], "#e6f1f5")
    sheet.shape([(340, 232), (340, 180), (392, 180), (426, 232)], "#e6f1f5")
    sheet.box(140, 228, 510, 305, color, 30)
    sheet.disc(495, 262, 14, "#ffe08a")
    for x in (222, 425):
        sheet.disc(x, 305, 44, DARK)
        sheet.disc(x, 305, 18, METAL)


def _pot(sheet: Sheet) -> None:
    color = sheet.rng.choice(WARM)
    for x in (265, 320, 375):
        sheet.arc(x, 150, 18, 90, 270, LIGHT, 6)
        sheet.arc(x, 114, 18, 270, 90, LIGHT, 6)
    for x in (165, 475):
        sheet.ring(x, 255, 28, DARK, 11)
    sheet.box(180, 215, 460, 345, color, 40)
    sheet.box(170, 205, 470, 232, _between(color, "#000000", 0.2), 12)
    sheet.line([(410, 205), (475, 95)], WOOD, 12)
    for x, fill in ((228, "#d98b3a"), (270, "#6fa06a"), (330, "#d98b3a")):
        sheet.disc(x, 202, 18, fill)


def _bread(sheet: Sheet) -> None:
    sheet.box(130, 315, 510, 345, WOOD, 12)
    sheet.oval(290, 258, 140, 78, "#c98b4b")
    sheet.oval(290, 242, 130, 60, "#daa465")
    for x in (205, 265, 325):
        sheet.line([(x, 272), (x + 42, 205)], "#f3ddb4", 10)
    sheet.box(415, 235, 492, 320, "#f3ddb4", 18)
    sheet.oval(453, 235, 44, 26, "#c98b4b")
    for dx in (-20, 0, 20):
        sheet.line([(453 + dx, 150), (453, 225)], "#e0b04a", 5)
        sheet.leaf(453 + dx, 160, 24, -pi / 2, "#e0b04a")


def _cake(sheet: Sheet) -> None:
    sheet.oval(320, 338, 190, 22, LIGHT)
    color = sheet.rng.choice(("#e9a7a0", "#f0cf8e", "#c9b3da"))
    sheet.box(180, 220, 460, 330, "#c98b4b", 16)
    sheet.box(180, 200, 460, 262, color, 20)
    for number, x in enumerate(range(200, 460, 43)):
        sheet.oval(x, 262, 21, 14 + 10 * (number % 2), color)
        sheet.disc(x, 196, 15, "#b5485d")
    sheet.box(312, 120, 328, 192, LIGHT, 4)
    sheet.oval(320, 106, 9, 16, "#e0b04a")


def _jars(sheet: Sheet) -> None:
    for number, x in enumerate((205, 320, 435)):
        color = WARM[(number + sheet.rng.randint(0, 4)) % 5]
        sheet.box(x - 48, 195, x + 48, 340, "#f4f6f3", 20)
        sheet.box(x - 42, 222, x + 42, 334, color, 16)
        sheet.box(x - 44, 170, x + 44, 202, (WOOD, METAL, WOOD)[number], 8)
        sheet.box(x - 30, 252, x + 30, 302, LIGHT, 6)
        sheet.line([(x - 16, 270), (x + 16, 270)], METAL, 4)
        sheet.line([(x - 16, 285), (x + 6, 285)], METAL, 4)


def _talk(sheet: Sheet) -> None:
    for (left, top), color, tail in (
        ((150, 110), sheet.rng.choice(WARM), (205, 280)),
        ((310, 165), "#4a5f8a", (440, 340)),
    ):
        sheet.box(left, top, left + 190, top + 120, color, 40)
        x = tail[0]
        sheet.shape([(x - 24, top + 110), (x + 24, top + 110), tail], color)
        for dot in (50, 95, 140):
            sheet.disc(left + dot, top + 60, 11, LIGHT)


def _books(sheet: Sheet) -> None:
    left = 165
    for number in range(6):
        wide = 38 + sheet.rng.randint(0, 16)
        top = 150 + sheet.rng.randint(0, 45)
        color = (*WARM, "#4a5f8a")[number]
        sheet.box(left, top, left + wide, 335, color, 5)
        light = _between(color, "#ffffff", 0.5)
        sheet.box(left, top + 22, left + wide, top + 32, light)
        sheet.box(left, 300, left + wide, 308, light)
        left += wide + 4
    sheet.shape(
        [(left + 6, 335), (left + 46, 335), (left + 90, 165), (left + 50, 160)],
        GREENS[0],
    )


def _board(sheet: Sheet) -> None:
    sheet.box(160, 110, 480, 310, WOOD, 10)
    sheet.box(174, 124, 466, 296, "#34584a", 4)
    sheet.line([(205, 230), (285, 230), (285, 160), (205, 230)], LIGHT, 5)
    sheet.ring(370, 195, 42, LIGHT, 5)
    sheet.line([(370, 195), (370, 153)], LIGHT, 5)
    sheet.line([(370, 195), (406, 216)], LIGHT, 5)
    sheet.line([(205, 265), (300, 265)], LIGHT, 4)
    sheet.box(270, 312, 320, 322, LIGHT, 4)
    sheet.box(335, 312, 370, 322, "#e0b04a", 4)


def _piano(sheet: Sheet) -> None:
    sheet.box(130, 120, 510, 225, DARK, 16)
    sheet.box(130, 205, 510, 345, _between(DARK, "#ffffff", 0.12), 10)
    sheet.box(150, 225, 490, 325, LIGHT, 4)
    for key in range(1, 10):
        sheet.line([(150 + key * 34, 226), (150 + key * 34, 324)], METAL, 2)
        if key % 7 not in (3, 0):
            sheet.box(140 + key * 34, 225, 160 + key * 34, 285, DARK, 3)
    sheet.box(250, 95, 390, 185, LIGHT, 4)
    for y in (115, 130, 145, 160):
        sheet.line([(265, y), (375, y)], METAL, 2)
    for x, y in ((285, 150), (315, 138), (345, 124)):
        sheet.oval(x, y, 8, 6, sheet.rng.choice(WARM))


def _computer(sheet: Sheet) -> None:
    sheet.box(190, 130, 450, 305, DARK, 14)
    sheet.box(204, 144, 436, 291, "#dbe9f0", 6)
    sheet.shape([(150, 340), (490, 340), (455, 303), (185, 303)], METAL)
    sheet.disc(320, 200, 34, "#e3b08c")
    sheet.arc(320, 200, 34, 180, 360, "#5a3a22", 14)
    for x in (308, 332):
        sheet.disc(x, 203, 4, DARK)
    sheet.arc(320, 208, 14, 15, 165, "#8a3a35", 4)
    sheet.box(268, 240, 372, 290, sheet.rng.choice(WARM), 20)


def _letter(sheet: Sheet) -> None:
    sheet.shape([(200, 150), (430, 125), (450, 320), (220, 345)], LIGHT)
    for row in range(6):
        y = 180 + row * 25
        end = 410 - (60 if row == 5 else sheet.rng.randint(0, 25))
        sheet.line([(232 + row * 2, y), (end, y - (end - 232) * 0.1)], METAL, 5)
    sheet.line([(400, 320), (505, 165)], sheet.rng.choice(WARM), 18)
    sheet.shape([(385, 342), (392, 314), (410, 326)], DARK)


def _drawing(sheet: Sheet) -> None:
    sheet.line([(220, 355), (300, 95)], WOOD, 10)
    sheet.line([(420, 355), (340, 95)], WOOD, 10)
    sheet.box(195, 115, 445, 295, LIGHT, 4)
    sheet.box(207, 127, 433, 283, "#dbe9f0")
    sheet.disc(385, 165, 22, "#e0b04a")
    sheet.shape([(207, 283), (290, 180), (360, 283)], GREENS[1])
    sheet.shape([(300, 283), (370, 215), (433, 283)], GREENS[0])
    sheet.box(190, 293, 450, 308, WOOD, 4)
    for number, x in enumerate((480, 500, 520)):
        sheet.line([(x, 345), (x + number * 6 - 6, 250)], WARM[number], 9)


def _accounts(sheet: Sheet) -> None:
    sheet.box(165, 110, 475, 340, WOOD, 12)
    sheet.box(185, 130, 455, 320, "#f3e6cf", 4)
    for row in range(5):
        y = 152 + row * 37
        sheet.line([(185, y), (455, y)], METAL, 4)
        gap = sheet.rng.randint(2, 7)
        for bead in range(8):
            x = 204 + bead * 23 + (52 if bead >= gap else 0)
            sheet.oval(x, y, 11, 15, (*WARM, *GREENS)[row])


def _chairs(sheet: Sheet) -> None:
    for number, x in enumerate((185, 320, 455)):
        color = (*WARM, "#4a5f8a")[(number + sheet.rng.randint(0, 5)) % 6]
        sheet.box(x - 42, 140, x + 42, 225, color, 16)
        sheet.box(x - 50, 245, x + 50, 270, color, 10)
        for side in (-38, 38):
            sheet.line([(x + side, 220), (x + side, 345)], DARK, 7)


def _house(sheet: Sheet) -> None:
    sheet.box(215, 195, 425, 345, LIGHT)
    sheet.shape([(190, 205), (320, 105), (450, 205)], sheet.rng.choice(WARM))
    sheet.box(296, 255, 344, 345, WOOD, 4)
    for x in (236, 364):
        sheet.box(x, 225, x + 42, 270, "#bcd7e4", 4)
    for x, r in ((160, 45), (495, 55)):
        sheet.line([(x, 345), (x, 250)], WOOD, 10)
        sheet.disc(x, 235, r, sheet.rng.choice(GREENS))


MOTIFS: dict[str, Callable[[Sheet], None]] = {
    "Pruning": _tree,
    "Composting": _compost,
    "Vegetables": _bed,
    "Lawn and hedges": _hedge,
    "Carpentry": _tools,
    "Bicycles": _bicycle,
    "Sewing": _thread,
    "Electricity": _lamp,
    "Plumbing": _tap,
    "Company and visits": _cup,
    "Child care": _blocks,
    "Errands": _basket,
    "Driving": _car,
    "Cooking": _pot,
    "Baking": _bread,
    "Cake": _cake,
    "Preserves": _jars,
    "French": _talk,
    "English": _books,
    "Mathematics": _board,
    "Music": _piano,
    "Computers": _computer,
    "Writing": _letter,
    "Accounting": _accounts,
    "Drawing": _drawing,
    "Running meetings": _chairs,
    "Village": _house,
}


def picture(motif: str, seed: object = "") -> bytes:
    """Return a JPEG of a motif.

    :param motif: a key of ``MOTIFS``
    :param seed: anything; equal seeds give equal pictures
    """
    sheet = Sheet(random.Random(f"picture {motif} {seed}"))
    MOTIFS[motif](sheet)
    return sheet.jpeg()
