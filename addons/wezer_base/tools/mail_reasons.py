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
# A class of status codes (RFC 3463) that names the recipient: the address or mailbox.
_ABOUT_RECIPIENT = re.compile(r"5\d\d(?:[ -]+5\.[12]\.\d+|(?![ -]+\d\.\d))")
# Words of servers that take no e-mail of this sender for anybody.
_ABOUT_SENDER = re.compile(r"\brelay|authenticat|client host", re.IGNORECASE)
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
    :return: one of :data:`GENERAL`, ``address``, ``policy`` or ``content``
    """
    if failure_type in _TYPES:
        return _TYPES[failure_type]
    reason = reason or ""
    if _LOGIN_CODE.search(reason):
        return "login"
    for kind, pattern in _PATTERNS:
        if pattern.search(reason):
            refused = kind == "address" and _is_policy(answer_in(reason))
            return "policy" if refused else kind
    return "connection" if failure_type == "mail_smtp" else "other"


def _is_policy(answer: str) -> bool:
    """Return whether a server refuses a recipient though it may well exist.

    Servers answer with the recipient what they object to in the sender, too.
    """
    if not answer.startswith("5"):
        return False
    return not _ABOUT_RECIPIENT.match(answer) or bool(_ABOUT_SENDER.search(answer))


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
    return kind in ("address", "policy", "content") and answer_in(reason).startswith(
        "5"
    )
