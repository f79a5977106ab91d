"""Contrast of colours, as WCAG 2.2 counts it. Runs without Odoo.

The style sheet ``static/src/scss/tokens.scss`` does the same for the pages; this is for
what no style sheet reaches: letters and paper.
"""

import re

WHITE, BLACK = "#ffffff", "#000000"
# Text on its ground; what is told apart from its ground, as a button.
TEXT, SHAPE = 4.5, 3.0
_HEX = re.compile(r"#[0-9a-f]{6}")


def hex_color(text: object) -> str | None:
    """Return a colour as ``#rrggbb``, None where ``text`` is none."""
    found = str(text or "").strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", found):
        found = "#" + "".join(letter * 2 for letter in found[1:])
    return found if _HEX.fullmatch(found) else None


def parts(color: str) -> tuple[int, int, int]:
    """Return red, green and blue of ``#rrggbb``, each from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: str) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white)."""
    shares = [part / 255 for part in parts(color)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return ``share`` of ``one`` and the rest of ``other``."""
    mixed = [
        round(first * share + second * (1 - share))
        for first, second in zip(parts(one), parts(other), strict=True)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def readable(color: str, ground: str, least: float = TEXT) -> str:
    """Return ``color``, darker or lighter until it is told apart from ``ground``."""
    far = max(BLACK, WHITE, key=lambda one: contrast(one, ground))
    for step in range(26):
        result = mix(far, color, step / 25)
        if contrast(result, ground) >= least:
            return result
    return far


def ink_on(ground: str) -> str:
    """Return what is read on ``ground``: white, or black where white is not."""
    return WHITE if contrast(WHITE, ground) >= TEXT else BLACK
