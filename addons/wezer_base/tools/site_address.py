"""The address of the community's website, as links in e-mails begin with it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

#: The environment variable that sets the address when Odoo starts.
VARIABLE = "WEZER_URL"


def clean_address(text: str | None) -> str | None:
    """Return ``https://host`` or ``https://host:port``; None where it is no address.

    >>> clean_address(" https://Example.org/ ")
    'https://example.org'
    """
    try:
        parts = urlsplit((text or "").strip())
        port = parts.port
    except ValueError:
        return None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
        or any(char.isspace() or char in "\"'<>\\" for char in parts.netloc)
    ):
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def is_local(address: str | None) -> bool:
    """Return whether an address leads to the reader's own machine, or nowhere."""
    try:
        host = urlsplit(address or "").hostname or ""
    except ValueError:
        return True
    if not host or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
