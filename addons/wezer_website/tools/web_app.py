"""The community's website as an app of a phone: manifest, icon, service worker."""

import hashlib
from base64 import b64decode, b64encode
from typing import Any

from odoo import models
from odoo.tools import file_open, py_to_js_locale

from odoo.addons.wezer_base.tools import contrast
from odoo.addons.wezer_base.tools.charts import is_color

from . import app_icon

SERVICE_WORKER = "wezer_website/static/src/app/service_worker.js"
EXAMPLE_FAVICON = "web/static/img/favicon.ico"
# Below an icon there is place for so many letters.
SHORT = 12


def name(website: models.Model) -> str:
    """Return the name of the community that this website is of."""
    return website.sudo().company_id.name


def colour(website: models.Model) -> str:
    """Return the main colour of the community as ``#rrggbb``."""
    chosen = str(website.sudo().company_id.primary_color or "")
    return chosen if is_color(chosen) else _theme(website)["o-color-1"]


def _theme(website: models.Model) -> Any:
    # The colours of the pages are no secret: the same for every reader.
    return website.sudo()._wezer_theme_colors()


def manifest(website: models.Model) -> dict:
    """Return the web app manifest: what a phone shows, and where the app begins."""
    env = website.env
    called = name(website)
    icons = [
        {
            "src": icon_url(website, size, purpose),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    language = env["res.lang"]._get_data(code=env.lang or "en_US")
    return {
        "id": "/",
        "name": called,
        "short_name": called if len(called) <= SHORT else called[:SHORT].rstrip(),
        "lang": py_to_js_locale(env.lang or "en_US"),
        "dir": language.direction or "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": colour(website),
        "background_color": _theme(website)["o-color-4"],
        "icons": icons,
        "shortcuts": [
            {"name": env._("Market"), "url": "/market"},
            {"name": env._("Post what you need or offer"), "url": "/market/new"},
            {"name": env._("Pay"), "url": "/my/pay"},
            {"name": env._("My deals"), "url": "/my/deals"},
        ],
        "share_target": {
            "action": "/app/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "files": [{"name": "picture", "accept": ["image/*"]}],
            },
        },
    }


def icon_url(website: models.Model, size: int, purpose: str = "any") -> str:
    """Return the address of the icon, another one when its picture changes."""
    return f"/app/icon/{size}/{purpose}.png?v={_mark(website)}"


def icon(website: models.Model, size: int, purpose: str) -> bytes:
    """Return the icon as a PNG; it is drawn once for each picture, name and colour."""
    return website._wezer_app_icon(_mark(website), size, purpose)


def drawn_icon(website: models.Model, size: int, purpose: str) -> bytes:
    """Draw the icon, as a PNG."""
    return app_icon.draw(
        _pictures(website),
        name(website),
        size,
        purpose == "maskable",
        colour(website),
        contrast.WHITE,
    )


def offline(website: models.Model) -> dict:
    """Return what the page without a network shows: name, icon, colours.

    All of it lies in the page itself, for nothing else can be fetched then.
    """
    ground, accent = _theme(website)["o-color-4"], colour(website)
    picture = b64encode(icon(website, app_icon.SIZES[0], "any")).decode()
    return {
        "name": name(website),
        "icon": f"data:image/png;base64,{picture}",
        "ground": ground,
        "ink": contrast.ink_on(ground),
        "accent": accent,
        "on_accent": contrast.ink_on(accent),
    }


def service_worker(website: models.Model) -> str:
    """Return the script that shows the offline page; another one when that changes."""
    with file_open(SERVICE_WORKER) as script:
        text = script.read()
    mark = _mark(website, (text, _theme(website)["o-color-4"]))
    return text.replace("WEZER_VERSION", mark)


def _pictures(website: models.Model) -> list:
    """Return favicon and logo as bytes, without Odoo's own."""
    website = website.sudo().with_context(bin_size=False)
    with file_open(EXAMPLE_FAVICON, "rb") as example:
        unchosen = example.read()
    pictures = [b64decode(website.favicon or b""), b64decode(website.logo or b"")]
    return [picture for picture in pictures if picture and picture != unchosen]


def _mark(website: models.Model, more: Any = "") -> str:
    """Return a short mark that changes with name, colour and pictures."""
    parts = [
        name(website).encode(),
        colour(website).encode(),
        str(more).encode(),
        *_pictures(website),
    ]
    return hashlib.sha256(b"|".join(parts)).hexdigest()[:12]
