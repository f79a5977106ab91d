"""Messages to browsers, by the push services of their makers (RFC 8030, 8291, 8292).

Odoo encrypts and signs; its own sending keeps a message for a minute only, which loses
it for every phone that is asleep or away.
"""

import base64
import binascii
import json
import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec

from odoo.addons.mail.tools import jwt
from odoo.addons.mail.tools.web_push import _encrypt_payload

# The push services of browsers: of Chrome and its relatives, Firefox, Edge, Safari.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
# Without a port, and without what two programs read in two ways.
PLAIN_ADDRESS = re.compile(r"https://([a-z0-9.-]+)/[!-~]*")
# The service keeps what it cannot deliver for so long.
KEPT_SECONDS = 24 * 3600
TOKEN_SECONDS = 12 * 3600
TIMEOUT = 5
LONGEST_ENDPOINT = 1000
# RFC 8291: one record of 4,096 bytes, with its header and its padding.
LARGEST_PAYLOAD = 3900


def is_public(host: str) -> bool:
    """Return whether all addresses of ``host`` are on the internet.

    People name the addresses that the server then calls: none of its own network.

    :raise OSError: where they are not known now
    """
    try:
        found = socket.getaddrinfo(host, None)
    except UnicodeError:
        return False
    return bool(found) and all(ip_address(one[4][0]).is_global for one in found)


def is_endpoint(text: Any) -> bool:
    """Return whether ``text`` can be the address of a push service, by its form."""
    if not isinstance(text, str) or len(text) > LONGEST_ENDPOINT:
        return False
    try:
        url = urlsplit(text)
        return url.scheme == "https" and bool(url.hostname) and "@" not in url.netloc
    except ValueError:
        return False


def is_service(endpoint: str, services: Iterable[str]) -> bool:
    """Return whether ``endpoint`` is an address of one of these push services.

    Another server could take any time to answer, and what waits behind it with it.
    """
    found = PLAIN_ADDRESS.fullmatch(endpoint)
    if not found:
        return False
    return any(f".{found[1]}".endswith(f".{service}") for service in services)


def _decoded(text: str) -> bytes:
    # Browsers leave the padding out; Python takes neither too little nor too much.
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)


def is_key_pair(public: Any, secret: Any) -> bool:
    """Return whether these are the two keys of a browser, as it writes them."""
    if not isinstance(public, str) or not isinstance(secret, str):
        return False
    try:
        point = _decoded(public)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        known = _decoded(secret)
    except (binascii.Error, ValueError):
        return False
    return len(known) == 16


def payload(title: str, body: str, url: str, tag: str) -> str:
    """Return what the service worker of the website shows; long texts are cut."""
    while True:
        text = json.dumps(
            {"title": title, "body": body, "url": url, "tag": tag}, ensure_ascii=False
        )
        excess = len(text.encode()) - LARGEST_PAYLOAD
        if excess <= 0:
            return text
        if not body:
            raise ValueError("title, address and tag are too long")
        # A character has up to four bytes.
        body = body[: -max(excess // 4, 1)]


def send(device: dict[str, str], text: str, keys: tuple[str, str], contact: str) -> int:
    """Send ``text`` to a device, and return the status of the service's answer.

    :param device: ``endpoint`` and ``keys`` (JSON), as ``mail.push.device`` has them
    :param keys: the private and the public key of this site
    :param contact: the address of this site, by which a service can find it
    :raise requests.RequestException: where the service cannot be reached
    """
    url = urlsplit(device["endpoint"])
    try:
        may_call = is_endpoint(device["endpoint"]) and is_public(url.hostname or "")
    except OSError as error:
        raise requests.ConnectionError("the name is not known now") from error
    if not may_call:
        # As a service answers that does not know the device.
        return 404
    private, public = keys
    claims = {"aud": f"{url.scheme}://{url.netloc}", "sub": contact}
    token = jwt.sign(claims, private, ttl=TOKEN_SECONDS, algorithm=jwt.Algorithm.ES256)
    with requests.post(
        device["endpoint"],
        data=_encrypt_payload(text.encode(), device),
        headers={
            "Authorization": f"vapid t={token}, k={public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "normal",
        },
        timeout=TIMEOUT,
        allow_redirects=False,
        stream=True,
    ) as answer:
        return answer.status_code
