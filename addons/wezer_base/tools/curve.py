"""A balance or a score over time as a drawing. Runs without Odoo."""

from collections.abc import Callable
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 28, 30


def draw_curve(
    points: list,
    format_number: Callable,
    format_day: Callable,
    title: str,
    color: str = "#2f6f4e",
) -> str:
    """Return an SVG of ``points``, a step for each change.

    A number stays what it is until the next change, so the line has steps;
    zero is drawn where it lies between the least and the most.

    :param list points: ``[(day, number)]``, oldest first, at least one
    :param format_number: turns a number into what people read
    :param format_day: turns a day into what people read
    :param str title: what a reader of the screen hears
    """
    numbers = [number for _day, number in points]
    low, high = min(numbers + [0]), max(numbers + [0])
    span = (high - low) or 1

    def across(index):
        return LEFT + (WIDTH - LEFT - RIGHT) * index / max(len(points) - 1, 1)

    def up(number):
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - number) / span

    path = [f"M{across(0):.1f} {up(numbers[0]):.1f}"]
    for index, number in enumerate(numbers[1:], start=1):
        path.append(f"H{across(index):.1f}V{up(number):.1f}")
    color = color if is_color(color) else "#2f6f4e"
    words = [
        (LEFT, HEIGHT - 8, "start", format_day(points[0][0])),
        (WIDTH - RIGHT, HEIGHT - 8, "end", format_day(points[-1][0])),
        (LEFT, 20, "start", format_number(high)),
    ]
    if low < 0:
        words.append((LEFT, up(low) - 4, "start", format_number(low)))
    texts = "".join(
        f'<text x="{x}" y="{y:.1f}" text-anchor="{side}">{escape(text)}</text>'
        for x, y, side, text in words
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' role="img" font-family="sans-serif" font-size="20" fill="#555">'
        f"<title>{escape(title)}</title>"
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(0):.1f}" y2="{up(0):.1f}"'
        f' stroke="#999" stroke-dasharray="4 4"/>'
        f'<path d="{"".join(path)}" fill="none" stroke="{color}" stroke-width="2.5"/>'
        f"{texts}</svg>"
    )


def is_color(text: str) -> bool:
    """Return whether ``text`` is a colour as ``#rrggbb``, and nothing else."""
    text = str(text or "")
    return (
        len(text) == 7
        and text[0] == "#"
        and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])
    )
