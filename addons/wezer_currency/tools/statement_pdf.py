"""A statement on paper, by reportlab. Runs without Odoo."""

import io
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

WIDTHS = (26 * mm, 78 * mm, 38 * mm, 38 * mm)
PLAIN, BOLD = "WezerText", "WezerBold"


def statement_pdf(title, lines, heads, rows, fonts):
    """Return the bytes of a PDF: a title, lines of text, and a table.

    :param list lines: sentences under the title
    :param list heads: the four columns' names
    :param list rows: four texts each
    :param tuple fonts: paths of the plain and the bold TrueType font
    """
    for name, path in zip((PLAIN, BOLD), fonts, strict=True):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, path))
    text = ParagraphStyle("text", fontName=PLAIN, fontSize=9, leading=12)
    right = ParagraphStyle("right", parent=text, alignment=2)
    head = ParagraphStyle("head", parent=text, fontName=BOLD, fontSize=16, leading=22)
    bold = ParagraphStyle("bold", parent=text, fontName=BOLD)
    bold_right = ParagraphStyle("bold_right", parent=bold, alignment=2)
    cells = [_cells(heads, (bold, bold, bold_right, bold_right))]
    cells += [_cells(row, (text, text, right, right)) for row in rows]
    table = Table(cells, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    story = [Paragraph(escape(title), head)]
    story += [Paragraph(escape(line), text) for line in lines]
    story += [Spacer(1, 6 * mm), table]
    out = io.BytesIO()
    margins = dict.fromkeys(
        ("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 15 * mm
    )
    document = SimpleDocTemplate(out, pagesize=A4, title=title, **margins)
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _cells(texts, styles):
    return [
        Paragraph(escape(text).replace("\n", "<br/>"), style)
        for text, style in zip(texts, styles, strict=True)
    ]


def _number(canvas, document):
    canvas.setFont(PLAIN, 8)
    canvas.drawRightString(A4[0] - 15 * mm, 8 * mm, str(document.page))
