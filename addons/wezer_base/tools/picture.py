"""Pictures that people upload, without what says where they were taken.

Runs without Odoo. Pillow reads and writes them: the pixels are kept, turned upright;
position, device, comments and hidden thumbnails are not.
"""

from io import BytesIO

from PIL import (
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

# More is no photo, or a file made to fill the memory.
MOST_PIXELS = 50_000_000
# Nothing larger is ever shown.
LONGEST = 1920
# By their plugins: Odoo lets Pillow load no others, and leaves WebP out.
TAKEN = [
    PngImagePlugin.PngImageFile.format,
    # Several pictures in one file are opened as JPEG, too.
    JpegImagePlugin.JpegImageFile.format,
    GifImagePlugin.GifImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
]
# First bytes of formats of phones that not all browsers show.
BRANDS = {
    "heic": (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"),
    "avif": (b"avif", b"avis"),
}


class PictureError(ValueError):
    """This picture is not taken; ``reason``: heic, avif, tiff, large or kind."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(data: bytes) -> str | None:
    """Return ``heic``, ``avif`` or ``tiff`` for pictures that are not taken."""
    if data[4:8] == b"ftyp":
        brands = data[8 : max(16, min(int.from_bytes(data[:4], "big"), 256))]
        for kind in ("avif", "heic"):
            if any(brand in brands for brand in BRANDS[kind]):
                return kind
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        return "tiff"
    return None


def clean_picture(data: bytes) -> tuple[bytes, str]:
    """Return a picture as it is kept, and its kind (``jpg`` or ``png``).

    :raise PictureError: where it is none that all browsers show
    """
    if refused := kind_of(data):
        raise PictureError(refused)
    try:
        with Image.open(BytesIO(data), formats=TAKEN) as opened:
            return _written(opened)
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureError("large") from error
    except (
        EOFError,
        MemoryError,
        OSError,
        OverflowError,
        SyntaxError,
        TypeError,
        UnidentifiedImageError,
        ValueError,
    ) as error:
        raise PictureError("kind") from error


def clean_file(data: bytes) -> tuple[bytes, str | None]:
    """Return any file as it is kept: a picture cleaned, with its kind, all else as is.

    :raise PictureError: for a picture whose hidden data cannot be removed
    """
    if refused := kind_of(data):
        raise PictureError(refused)
    try:
        Image.open(BytesIO(data), formats=TAKEN).close()
    except Image.DecompressionBombError as error:
        raise PictureError("large") from error
    except Exception:  # noqa: BLE001 (whatever Pillow says, it is no picture to it)
        return data, None
    return clean_picture(data)


def small_copy(data: bytes, most: int = 480) -> bytes | None:
    """Return a copy of a picture as JPEG, at most so wide and high; None for others.

    :param data: as :func:`clean_picture` returned it
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
            opened.thumbnail((most, most))
            # What is transparent is shown on white.
            picture = Image.new("RGB", opened.size, "white")
            clear = opened.convert("RGBA")
            picture.paste(clear, mask=clear.getchannel("A"))
    except (Image.DecompressionBombError, OSError, ValueError, UnidentifiedImageError):
        return None
    written = BytesIO()
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


def picture_key(data: bytes) -> str | None:
    """Return 64 points of what a picture shows, as 16 hexadecimal digits.

    Smaller copies have the same, or nearly. None for what shows hardly anything.
    """
    try:
        with Image.open(BytesIO(data), formats=TAKEN) as opened:
            grey = opened.convert("L").resize((9, 8), Image.Resampling.BOX)
    except (OSError, ValueError, UnidentifiedImageError):
        return None
    points = grey.tobytes()
    if max(points) - min(points) < 24:
        return None
    bits = "".join(
        "1" if points[row * 9 + column] < points[row * 9 + column + 1] else "0"
        for row in range(8)
        for column in range(8)
    )
    return f"{int(bits, 2):016x}" if 6 <= bits.count("1") <= 58 else None


def _written(opened: Image.Image) -> tuple[bytes, str]:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise PictureError("large")
    photo = opened.format in ("JPEG", "MPO")
    # Odoo makes no smaller sizes of WebP and keeps GIF whole: both are written anew.
    picture = ImageOps.exif_transpose(opened)
    turned = opened.getexif().get(0x0112, 1) not in (0, 1)
    picture = _in_plain_colours(picture)
    small = max(picture.size) <= LONGEST
    if not small:
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    profile = opened.info.get("icc_profile")
    if photo or (picture.mode in ("RGB", "L") and opened.format == "WEBP"):
        quality: int | str = 90
        if photo and small and not turned and opened.mode == picture.mode:
            # The same tables: written again and again, it stays the same.
            opened.load()
            picture, quality = opened, "keep"
        kind, options = "JPEG", {"quality": quality, "exif": b"", "comment": b""}
    else:
        kind, options = "PNG", {"optimize": False}
    picture.info = {
        key: value for key, value in picture.info.items() if key == "transparency"
    }
    if profile:
        options["icc_profile"] = profile
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue(), "jpg" if kind == "JPEG" else "png"


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Return a picture whose pixels are grey, colours, or colours with transparency."""
    if picture.mode in ("RGB", "L", "RGBA", "LA"):
        return picture
    if picture.mode == "P" and "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode in ("PA", "La", "RGBa"):
        return picture.convert("RGBA")
    if picture.mode.startswith("I") or picture.mode == "F":
        return picture.convert("L") if picture.mode == "F" else _eight_bits(picture)
    return picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a grey picture of sixteen bits with eight."""
    return picture.convert("I").point(lambda value: value / 256).convert("L")
