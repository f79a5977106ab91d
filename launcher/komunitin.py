"""`./wezer movein DIR --url …`: fetch a community from the services of Komunitin.

What is asked for, the addon knows (`addons/wezer_movein/tools/komunitin_api.py`); here
stands how an address is fetched, and where the files go.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import addon_tools
from .console import Failure

TIMEOUT = 30
TRIES = 4
ANSWER_MAX = 32 << 20
LOCAL = ("localhost", "127.0.0.1", "::1")


def fetch_into(options: argparse.Namespace) -> None:
    """Fetch the files of a community into the folder that was named."""
    if len(options.files) != 1 or not options.code:
        raise Failure(
            "With --url give one folder for the files, and --code",
            "Example: ./wezer movein glen/ --url https://accounting.example/"
            " --code GLEN --token-file token.txt",
        )
    for address in filter(None, (options.url, options.social_url)):
        check_address(address)
    folder = Path(options.files[0])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(f"{folder} is there already", "Name a folder that is not.")
    api: Any = addon_tools.module("wezer_movein", "tools.komunitin_api")
    fetch = fetcher(token(options.token_file))
    files = api.export(fetch, options.code, options.url, options.social_url or "")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in files:
        path = folder / name
        path.touch(0o600)
        path.write_bytes(data)
    sys.stderr.write(
        f"{len(files)} files are in {folder}. They have data of people: delete them"
        " when the community has moved.\n"
    )


def check_address(address: str) -> None:
    """Refuse an address to which a token would go in the clear."""
    parts = urllib.parse.urlsplit(address)
    is_local = parts.scheme == "http" and parts.hostname in LOCAL
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise Failure(f"“{address}” is no address of a service", "Begin with https://")


def token(name: str | None) -> str:
    """Return the token in a file, empty where none is named."""
    if not name:
        return ""
    try:
        found = Path(name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{name} cannot be read") from error
    if not found or any(sign.isspace() for sign in found):
        raise Failure(f"{name} has no token")
    return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is not taken along to another address."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def fetcher(
    secret: str, wait: Callable[[float], None] = time.sleep
) -> Callable[[str], dict[str, Any]]:
    """Return what fetches the JSON document at an address.

    :param wait: called with the seconds to the next try
    """
    opener = urllib.request.build_opener(_NoRedirect)
    count = 0

    def fetch(address: str) -> dict[str, Any]:
        nonlocal count
        request = urllib.request.Request(address)
        request.add_header("Accept", "application/vnd.api+json, application/json")
        if secret:
            request.add_header("Authorization", f"Bearer {secret}")
        for attempt in range(1, TRIES + 1):
            try:
                with opener.open(request, timeout=TIMEOUT) as answer:
                    data = answer.read(ANSWER_MAX + 1)
                break
            except urllib.error.HTTPError as error:
                if error.code not in (429, 500, 502, 503, 504) or attempt == TRIES:
                    raise Failure(f"{address} answers {error.code}") from error
            except (urllib.error.URLError, OSError) as error:
                if attempt == TRIES:
                    raise Failure(f"{address} cannot be reached: {error}") from error
            wait(2.0**attempt)
        if len(data) > ANSWER_MAX:
            raise Failure(f"{address} answers more than a page has")
        count += 1
        if not count % 25:
            sys.stderr.write(f"{count} pages fetched …\n")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Failure(f"{address} gives no JSON") from error

    return fetch
