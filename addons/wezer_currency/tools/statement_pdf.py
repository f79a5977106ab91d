"""A statement on paper, by reportlab. Runs without Odoo."""

import io
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from .pdf_text import Faces

_ODOO = "web/static/fonts/google"
_NOTO = "wezer_currency/static/lib/noto"
# The plain and the bold font, in the order in which a letter is looked for: Latin,
# Greek and Cyrillic; Arabic; Chinese and Japanese; Korean; emoji. The last three have
# one weight.
FONTS = (
    tuple(f"{_ODOO}/Open_Sans/Open_Sans-{w}.ttf" for w in ("Regular", "Bold")),
    tuple(f"{_NOTO}/NotoSansArabic-{w}.ttf" for w in ("Regular", "Bold")),
    (f"{_NOTO}/NotoSansSC-Regular.ttf",) * 2,
    (f"{_NOTO}/NotoSansKR-Regular.ttf",) * 2,
    (f"{_NOTO}/NotoEmoji-Regular.ttf",) * 2,
)
# The columns of the lines: number, day, name and purpose, amount, balance.
WIDTHS = (20 * mm, 25 * mm, 63 * mm, 38 * mm, 34 * mm)
SUMMARY_WIDTHS = (60 * mm, 120 * mm)
MARGIN = 15 * mm
# What a cell of a table keeps free on both sides together.
PADDING = 12


def statement_pdf(
    title: Any,
    summary: Any,
    heads: Any,
    rows: Any,
    fonts: Any,
    color: Any = None,
    end: Any = (),
) -> Any:
    """Return the bytes of a PDF: a title, names and values, a table, sentences.

    :param list summary: pairs of texts under the title
    :param list heads: the five columns' names
    :param list rows: five texts each
    :param list fonts: pairs of paths, of the plain and the bold TrueType font, the
        next for what the one before has not
    :param color: the community's as ``#rrggbb``, for the title and the head's line
    :param end: sentences below the table
    """
    accent = colors.HexColor(color) if color else colors.black
    plain, thick = (Faces(paths) for paths in zip(*fonts, strict=True))
    text = ParagraphStyle("text", fontName=plain.name, fontSize=9, leading=12)
    right = ParagraphStyle("right", parent=text, alignment=2)
    head = ParagraphStyle(
        "head",
        parent=text,
        fontName=thick.name,
        fontSize=16,
        leading=22,
        textColor=accent,
    )
    bold = ParagraphStyle("bold", parent=text, fontName=thick.name)
    bold_right = ParagraphStyle("bold_right", parent=bold, alignment=2)
    styles = (bold, bold, bold, bold_right, bold_right)
    cells = [_cells(thick, heads, styles, WIDTHS)]
    styles = (text, text, text, right, right)
    cells += [_cells(plain, row, styles, WIDTHS) for row in rows]
    table = Table(cells, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
                ("LINEBELOW", (0, 0), (-1, 0), 1, accent),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    wide = A4[0] - 2 * MARGIN - PADDING
    story = [_paragraph(thick, title, head, wide)]
    facts = [_cells(plain, row, (text, text), SUMMARY_WIDTHS) for row in summary]
    if facts:
        above = Table(facts, colWidths=SUMMARY_WIDTHS, hAlign="LEFT")
        above.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ]
            )
        )
        story.append(above)
    story += [Spacer(1, 6 * mm), table]
    if end:
        story.append(Spacer(1, 4 * mm))
    story += [_paragraph(plain, sentence, text, wide) for sentence in end]
    out = io.BytesIO()
    margins = dict.fromkeys(
        ("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN
    )
    document = SimpleDocTemplate(out, pagesize=A4, title=title, **margins)

    def number(canvas: Any, page: Any) -> None:
        canvas.setFont(plain.name, 8)
        canvas.drawRightString(A4[0] - MARGIN, 8 * mm, str(page.page))

    document.build(story, onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def _paragraph(faces: Any, text: str, style: Any, width: Any) -> Any:
    return Paragraph(faces.markup(text, style.fontSize, width), style)


def _cells(faces: Any, texts: Any, styles: Any, widths: Any) -> list:
    return [
        _paragraph(faces, str(text), style, width - PADDING)
        for text, style, width in zip(texts, styles, widths, strict=True)
    ]
