"""The icon of a community's app: its favicon, its logo, or its first letter."""

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from odoo.tools import file_path

SIZES = (180, 192, 512)
LETTER = "web/static/fonts/google/Open_Sans/Open_Sans-Bold.ttf"
# A phone may cut a maskable icon to a circle: what counts lies within 80 % of it.
SAFE = 0.62
# What is smaller than this looks torn on a phone.
LEAST = 96


def draw(
    pictures: Any, name: str, size: int, maskable: bool, ground: str, ink: str
) -> bytes:
    """Return a square PNG.

    :param pictures: the pictures to try, as bytes, the best first; what is no bitmap
        or too small is left out
    :param name: the community's name; its first letter where no picture fits
    :param size: width and height in pixels
    :param maskable: whether a phone may cut it
    :param ground: the colour behind a letter, as ``#rrggbb``
    :param ink: the colour of a letter, as ``#rrggbb``
    """
    for picture in pictures:
        found = _opened(picture)
        if found:
            return _png(_on_square(found, size, maskable))
    return _png(_letter(name, size, maskable, ground, ink))


def _opened(picture: bytes | None) -> Any:
    if not picture:
        return None
    try:
        opened = Image.open(io.BytesIO(picture))
        opened.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    return opened.convert("RGBA") if max(opened.size) >= LEAST else None


def _on_square(picture: Any, size: int, maskable: bool) -> Any:
    """Return ``picture`` whole, in the middle of a white square."""
    square = Image.new("RGBA", (size, size), "white")
    most = round(size * (SAFE if maskable else 0.88))
    scale = most / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    square.alpha_composite(picture, ((size - width) // 2, (size - height) // 2))
    return square


def _letter(name: str, size: int, maskable: bool, ground: str, ink: str) -> Any:
    square = Image.new("RGBA", (size, size), ground)
    letter = next((sign for sign in name if sign.isalnum()), "•").upper()
    font = ImageFont.truetype(file_path(LETTER), round(size * (SAFE - 0.1)))
    ImageDraw.Draw(square).text(
        (size / 2, size / 2), letter, font=font, fill=ink, anchor="mm"
    )
    return square


def _png(picture: Any) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG", optimize=True)
    return written.getvalue()
