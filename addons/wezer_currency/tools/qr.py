"""An address as a QR code. Runs without Odoo."""

import base64
import io
from typing import Any

import qrcode
import qrcode.image.svg


def qr_picture(text: str) -> Any:
    """Return ``text`` as a QR code: a ``data:`` address of an SVG."""
    code = _code(text)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathFillImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def qr_matrix(text: str) -> list[list[bool]]:
    """Return ``text`` as the rows of a QR code, without the white rim; True is dark."""
    code = _code(text, border=0)
    code.make(fit=True)
    return [[bool(cell) for cell in row] for row in code.get_matrix()]


def _code(text: str, **options: Any) -> qrcode.QRCode:
    """Return the code of ``text``: a quarter of it may be lost to a fold (level Q)."""
    level = qrcode.constants.ERROR_CORRECT_Q
    code = qrcode.QRCode(error_correction=level, **options)
    code.add_data(text)
    return code
