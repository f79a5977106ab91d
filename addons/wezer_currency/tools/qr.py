"""An address as a QR code. Runs without Odoo."""

import base64
import io
from typing import Any

import qrcode
import qrcode.image.svg


def qr_picture(text: str) -> Any:
    """Return ``text`` as a QR code: a ``data:`` address of an SVG.

    A quarter of it may be lost to a stain or a fold (level Q).
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathFillImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
