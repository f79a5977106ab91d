"""Portraits that are drawn, not photographs: the same seed, the same face."""

import io
import random

from PIL import Image, ImageDraw

SIZE = 256
SKIN = ("#f2d3b8", "#e3b08c", "#c98b62", "#a0673f", "#7a4a2b", "#f6dfca")
HAIR = ("#2b1d14", "#5a3a22", "#8a5a2b", "#c9a35a", "#8d8d8d", "#e8e4de", "#a33f22")
CLOTH = ("#2f6f4e", "#8a3f5a", "#4a5f8a", "#b0762f", "#3f7a80", "#6b4a8a", "#7a2f2f")
PAPER = ("#f6ecd9", "#e4efe8", "#e9e6f2", "#f7e4da", "#e2eef0")


def portrait(seed: object) -> bytes:
    """Return a PNG of a drawn face.

    :param seed: anything; equal seeds give equal faces
    :rtype: bytes
    """
    rng = random.Random(f"portrait {seed}")
    scale = 2
    image = Image.new("RGB", (SIZE * scale, SIZE * scale), rng.choice(PAPER))
    draw = ImageDraw.Draw(image)

    def box(x: float, y: float, width: float, height: float) -> list[float]:
        return [
            (x - width / 2) * scale,
            (y - height / 2) * scale,
            (x + width / 2) * scale,
            (y + height / 2) * scale,
        ]

    skin, hair, cloth = rng.choice(SKIN), rng.choice(HAIR), rng.choice(CLOTH)
    face_w, face_h = rng.randint(96, 112), rng.randint(116, 134)
    long_hair = rng.random() < 0.45
    if long_hair:
        draw.ellipse(box(128, 138, face_w + 44, face_h + 60), fill=hair)
    draw.ellipse(box(128, 282, 220, 150), fill=cloth)
    draw.rectangle(box(128, 194, 40, 50), fill=skin)
    draw.ellipse(box(128, 126, face_w, face_h), fill=skin)
    bald = rng.random() < 0.12
    if not bald:
        draw.pieslice(box(128, 118, face_w + 14, face_h + 14), 180, 360, fill=hair)
        fringe = rng.randint(12, 34)
        draw.ellipse(box(128, 118 + fringe, face_w - 8, face_h * 0.62), fill=skin)
    for x in (106, 150):
        draw.ellipse(box(x, 128, 11, 13), fill="#2b2a27")
        draw.line(
            [
                (x - 9) * scale,
                114 * scale,
                (x + 9) * scale,
                (112 + rng.randint(-2, 2)) * scale,
            ],
            fill=hair,
            width=4 * scale,
        )
    if rng.random() < 0.35:
        for x in (106, 150):
            draw.ellipse(box(x, 129, 34, 30), outline="#3a3a3a", width=3 * scale)
        draw.line(
            [123 * scale, 129 * scale, 133 * scale, 129 * scale],
            fill="#3a3a3a",
            width=3 * scale,
        )
    draw.arc(box(128, 138, 14, 22), 20, 160, fill="#8a5a44", width=3 * scale)
    draw.arc(
        box(128, 154, 44, rng.randint(18, 30)), 15, 165, fill="#8a3a35", width=4 * scale
    )
    if rng.random() < 0.25 and not long_hair:
        draw.chord(box(128, 160, face_w - 14, 60), 10, 170, fill=hair)
        draw.arc(box(128, 156, 34, 16), 15, 165, fill="#f2d3b8", width=3 * scale)
    image = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
