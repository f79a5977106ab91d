"""The address of a question to the market, to be kept and shared."""

from urllib.parse import urlencode


def address(filters, path="/market", **change):
    """Return the address of clean ``filters``; see ``_clean_filters``."""
    params = {**filters, **change}
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{path}?{query}" if query else path
