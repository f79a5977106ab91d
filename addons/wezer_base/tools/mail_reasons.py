"""Why an e-mail was not delivered, from what was kept of the failure."""

import re

# What is wrong with all e-mails, not with one address or one text.
GENERAL = ("server", "connection", "login", "encryption", "sender", "other")
ANSWER_LETTERS = 200

# Codes by which a server asks for a log-in or refuses one.
_LOGIN_CODE = re.compile(r"(^|\(|\{)\s*\(?53[0458]\b")
_ANSWER = re.compile(r"\b([245]\d\d)\D{1,4}b(['\"])(.*?)\2", re.DOTALL)
# The first that fits decides: what Odoo names by its class says most.
_SIGNS = (
    ("login", r"SMTPAuthenticationError|AUTH extension|No suitable authentication"),
    (
        "sender",
        r"SMTPSenderRefused|Malformed 'Return-Path'|Return-Path or From|sender address",
    ),
    ("address", r"SMTPRecipientsRefused|valid recipient address"),
    ("content", r"SMTPDataError"),
    (
        "encryption",
        r"CERTIFICATE_VERIFY|WRONG_VERSION|STARTTLS ext|SSLError|\[SSL|certificate",
    ),
    (
        "connection",
        r"Connection|refused|timed out|Errno|getaddrinfo|not known|resolution|"
        r"unreachable|No route|SMTPServerDisconnected|SMTPConnectError|unexpectedly",
    ),
)
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _SIGNS
)
# Types of Odoo's that say it already.
_TYPES = {
    "mail_email_invalid": "address",
    "mail_email_missing": "address",
    "mail_from_invalid": "sender",
    "mail_from_missing": "sender",
    "mail_spam": "content",
}


def kind_of(reason: str | None, failure_type: str | None = None) -> str:
    """Return why an e-mail failed, as a stable word.

    :param reason: the text of the exception, as Odoo keeps it
    :param failure_type: Odoo's own word, where it has one
    :return: one of :data:`GENERAL`, ``address`` or ``content``
    """
    if failure_type in _TYPES:
        return _TYPES[failure_type]
    reason = reason or ""
    if _LOGIN_CODE.search(reason):
        return "login"
    for kind, pattern in _PATTERNS:
        if pattern.search(reason):
            return kind
    return "connection" if failure_type == "mail_smtp" else "other"


def answer_in(reason: str | None) -> str:
    """Return what the mail server answered, such as ``550 No such user``; or ""."""
    found = _ANSWER.search(reason or "")
    if not found:
        return ""
    text = found[3].replace("\\r", " ").replace("\\n", " ")
    return " ".join(f"{found[1]} {text}".split())[:ANSWER_LETTERS]


def is_final(reason: str | None, kind: str | None) -> bool:
    """Return whether the server refused this address or this text for good.

    Codes that begin with 4 ask to try again later. What is wrong with all e-mails is
    put right by an administrator.

    :param kind: what :func:`kind_of` returns
    """
    return kind in ("address", "content") and answer_in(reason).startswith("5")
