"""An announcement on paper: one page A4 with a QR code, by reportlab."""

import io
from base64 import b64decode
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, KeepInFrame, Paragraph, Spacer

from odoo import models
from odoo.tools import html2plaintext

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_currency.tools.pdf_text import Faces
from odoo.addons.wezer_currency.tools.qr import qr_matrix

MARGIN = 18 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
QR_SIZE = 42 * mm
FOOT = QR_SIZE + 6 * mm
PICTURE_HEIGHT = 95 * mm
# More is not read on a wall.
TEXT_MAX = 700


def poster_of(announcement: models.BaseModel, fonts: list[tuple]) -> bytes:
    """Return the PDF of the poster of ``announcement``, as the user sees it.

    :param fonts: pairs of paths, of the plain and the bold TrueType font
    """
    env = announcement.env
    kinds = dict(announcement._fields["kind"]._description_selection(env))
    text = html2plaintext(announcement.description or "", include_references=False)
    if len(text) > TEXT_MAX:
        text = text[:TEXT_MAX].rsplit(" ", 1)[0] + " …"
    facts = [announcement.city]
    if announcement.date_start:
        facts.insert(
            0,
            days.format_moment(
                env, announcement.date_start, True, announcement.date_end
            ),
        )
    picture = announcement.with_context(bin_size=False).image_1024
    url = f"{announcement.get_base_url()}/market/{announcement.slug}"
    return poster_pdf(
        community=env.company.name,
        kind=kinds[announcement.kind],
        title=announcement.title,
        price=announcement._price_chip().text,
        facts=[fact for fact in facts if fact],
        text=text.strip(),
        picture=b64decode(picture) if picture else None,
        url=url,
        call=env._("Scan this code, or open this address:"),
        fonts=fonts,
    )


def poster_pdf(
    *,
    community: str,
    kind: str,
    title: str,
    price: str,
    facts: list[str],
    text: str,
    picture: bytes | None,
    url: str,
    call: str,
    fonts: list[tuple],
) -> bytes:
    """Return the PDF of a poster; see :func:`poster_of`.

    :param facts: short texts, one below the other: when, where
    :param url: what the QR code holds; shown without ``https://``
    """
    plain, bold = (Faces(paths) for paths in zip(*fonts, strict=True))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle(title)
    canvas.setAuthor(community)
    top = A4[1] - MARGIN
    if picture:
        top -= _draw_picture(canvas, picture, top) + 8 * mm
    story = [
        _paragraph(bold, f"{kind} · {price}", 18),
        Spacer(1, 2 * mm),
        _paragraph(bold, title, 34),
        Spacer(1, 4 * mm),
        *[_paragraph(bold, fact, 16) for fact in facts],
        Spacer(1, 4 * mm),
        _paragraph(plain, text, 15),
    ]
    bottom = MARGIN + FOOT
    room = top - bottom
    # What is too long for the page is set smaller, never cut off.
    whole = KeepInFrame(WIDTH, room, story, mode="shrink")
    Frame(MARGIN, bottom, WIDTH, room, 0, 0, 0, 0).addFromList([whole], canvas)
    _draw_foot(canvas, plain, bold, community, call, url)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _paragraph(faces: Faces, text: str, size: float) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=faces.name, fontSize=size, leading=size * 1.3
    )
    return Paragraph(faces.markup(text, size, WIDTH), style)


def _draw_picture(canvas: Canvas, picture: bytes, top: float) -> float:
    """Draw the picture under ``top``, whole and in the middle; return its height."""
    image = ImageReader(io.BytesIO(picture))
    wide, high = image.getSize()
    scale = min(WIDTH / wide, PICTURE_HEIGHT / high)
    wide, high = wide * scale, high * scale
    left = MARGIN + (WIDTH - wide) / 2
    canvas.drawImage(image, left, top - high, wide, high, mask="auto")
    return high


def _draw_foot(
    canvas: Canvas, plain: Faces, bold: Faces, community: str, call: str, url: str
) -> None:
    """Draw the QR code, and beside it whose announcement this is and its address."""
    canvas.setStrokeColor(colors.black)
    canvas.line(MARGIN, MARGIN + FOOT - 2 * mm, MARGIN + WIDTH, MARGIN + FOOT - 2 * mm)
    canvas.setFillColor(colors.black)
    matrix = qr_matrix(url)
    step = QR_SIZE / len(matrix)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                canvas.rect(
                    MARGIN + column * step,
                    MARGIN + QR_SIZE - (row + 1) * step,
                    # A little wider: no white hairlines between them.
                    step * 1.02,
                    step * 1.02,
                    stroke=0,
                    fill=1,
                )
    left = MARGIN + QR_SIZE + 6 * mm
    story: list[Any] = [
        _paragraph(bold, community, 18),
        Spacer(1, 3 * mm),
        _paragraph(plain, call, 12),
        _paragraph(bold, url.split("://", 1)[-1], 12),
    ]
    room = WIDTH - QR_SIZE - 6 * mm
    whole = KeepInFrame(room, QR_SIZE, story, mode="shrink")
    Frame(left, MARGIN, room, QR_SIZE, 0, 0, 0, 0).addFromList([whole], canvas)
