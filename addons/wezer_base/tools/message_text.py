"""The texts of messages: what is checked in them, and by what they are compared."""

import hashlib
import re
import unicodedata

from .text import normalise

# Ends of addresses that people write without a scheme.
ENDS = (
    "com|net|org|info|biz|io|me|app|dev|xyz|top|shop|online|site|link|club|live|eu|uk"
    "|de|fr|es|it|ch|at|be|nl|pt|pl|ru|cn|us|ca|cat|coop|tk|ly|gg"
)
LINK = re.compile(
    # Each from the last letter before the sign: a text of many dots costs no more time.
    rf"""[a-z0-9+.-]://                # any scheme
    |\bwww\.\S
    |[\w-]\.[a-z]{{2,24}}/             # a name with a path
    |[\w-]\.(?-i:{ENDS})\b            # not the first word of a sentence
    """,
    re.IGNORECASE | re.VERBOSE,
)


def has_link(text: str) -> bool:
    """Return whether ``text`` leads to another website, or to an e-mail address.

    >>> has_link("See example.org"), has_link("Hello. I can come on 3.12.")
    (True, False)
    """
    return LINK.search(unicodedata.normalize("NFKC", text)) is not None


def text_key(text: str) -> str:
    """Return the same key for texts that differ in case, accents and spaces only."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()
