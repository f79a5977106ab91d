"""E-mails as their senders made them: who sent them, whether a person did, and what."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from odoo.tools import email_normalize

from . import answer_text

# Files that are looked at; a deal takes fewer.
FILES_MOST = 20
# Smaller pictures inside of the text are decoration: the logo of a signature.
DECORATION_BYTES = 20000
# Of a longer text, the beginning is looked at.
TEXT_BYTES = 4 * answer_text.LOOKED_AT_HTML
# Encodings of names and of programs, some of them slow.
_NO_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7"}
# An address with a token of this form is one of ours.
TOKEN_LETTERS = 40
TOKEN = re.compile(rf"\+([a-z2-7]{{{TOKEN_LETTERS}}})@", re.IGNORECASE)

_RECIPIENTS = (
    *("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"),
    *("Resent-To", "X-Forwarded-To"),
)
# Headers of programs that answer by themselves; with any value.
_AUTOMATIC = (
    *("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Autoresponse"),
    *("X-Auto-Reply-From", "X-Mail-Autoreply", "X-Vacation", "List-Id"),
    *("List-Unsubscribe", "X-Loop", "Feedback-ID", "X-Failed-Recipients"),
)
_PRECEDENCES = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_DAEMONS = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|vacation)([+=-].*)?@",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"\s*(auto(matic)?[ -]?(reply|response)|out of (the )?office|vacation"
    r"|automatische antwort|abwesenheit\w*|réponse automatique|absence\b"
    r"|respuesta automática|fuera de (la )?oficina|resposta automàtica"
    r"|undeliver(ed|able)|delivery (status|failure)|returned mail|mail delivery)",
    re.IGNORECASE,
)
_NO_FILES = {
    *("application/pgp-signature", "application/pkcs7-signature"),
    *("application/x-pkcs7-signature", "application/ms-tnef"),
    *("message/delivery-status", "text/rfc822-headers"),
}


class SentFile(NamedTuple):
    """A file of an e-mail."""

    name: str
    content: bytes


def tokens(data: bytes) -> list[str]:
    """Return the tokens in the addresses that an e-mail was sent to; reads its headers.

    :param data: the e-mail, as a server handed it over
    """
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data)
    found: list[str] = []
    for name in _RECIPIENTS:
        for value in headers.get_all(name, []):
            found += TOKEN.findall(re.sub(r"\s", "", str(value)))
    return list(dict.fromkeys(token.lower() for token in found))


def read(data: bytes) -> EmailMessage:
    """Return the e-mail."""
    message = email.message_from_bytes(data, policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def header(message: Message, name: str) -> str:
    """Return a header as text, also one that no standard allows; "" without it."""
    try:
        return _storable(str(message.get(name) or ""))
    except Exception:
        # The parser of Python stumbles over headers that were made to hurt.
        return ""


def sender(message: EmailMessage) -> str:
    """Return the only address that an e-mail says it is from, else ""."""
    try:
        values = message.get_all("From", [])
        addresses = [one for value in values for one in value.addresses]
    except Exception:
        return ""
    if len(values) != 1 or len(addresses) != 1:
        return ""
    return email_normalize(addresses[0].addr_spec) or ""


def automatic(message: EmailMessage) -> str:
    """Return the sign by which a program sent this e-mail; "" where a person did."""
    submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return "Auto-Submitted"
    if header(message, "Precedence").lower() in _PRECEDENCES:
        return "Precedence"
    for name in _AUTOMATIC:
        if name in message:
            return name
    if header(message, "Return-Path") == "<>":
        return "Return-Path"
    if message.get_content_type() in ("multipart/report", "message/delivery-status"):
        return "Content-Type"
    address = sender(message)
    if address and _DAEMONS.match(address):
        return "From"
    if _SUBJECTS.match(header(message, "Subject")):
        return "Subject"
    return ""


def is_forged(message: EmailMessage) -> bool:
    """Return whether the receiving server says that the sender is somebody else.

    It writes its result above what came with the e-mail. Nobody adds by themselves
    that a check has failed, so that no name of a server has to be trusted.
    """
    try:
        result = str((message.get_all("Authentication-Results") or [""])[0]).lower()
    except Exception:
        return False
    if "dmarc=pass" in result:
        return False
    return "dmarc=fail" in result or (
        re.search(r"\bspf=(hard)?fail\b", result) is not None
        and "dkim=pass" not in result
    )


def sent_at(message: EmailMessage) -> datetime | None:
    """Return when an e-mail says it was sent, UTC without zone; None: it does not."""
    try:
        moment = parsedate_to_datetime(header(message, "Date"))
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=None)


def words(message: EmailMessage) -> str:
    """Return what the person wrote above, between or below the quoted text."""
    texts = [
        answer_text.own_words(content)
        if kind == "text"
        else answer_text.own_words_of_html(content)
        for kind, content in _texts(message)
    ]
    return "\n\n".join(text for text in texts if text)


def files(message: EmailMessage) -> list[SentFile]:
    """Return the files of an e-mail, without signatures and decoration."""
    found: list[SentFile] = []
    for part in _leaves(message):
        if not _is_file(part) or part.get_content_type() in _NO_FILES:
            continue
        content = _bytes(part)
        inside = "Content-ID" in part or (part.get_content_disposition() == "inline")
        if (
            inside
            and part.get_content_maintype() == "image"
            and len(content) < DECORATION_BYTES
        ):
            continue
        found.append(SentFile(_name(part), content))
        if len(found) >= FILES_MOST:
            break
    return found


def _leaves(message: Any) -> Iterator[Any]:
    """Yield the parts that have a content, none of a forwarded e-mail."""
    if message.get_content_maintype() != "multipart":
        yield message
    elif message.is_multipart():
        for part in message.iter_parts():
            yield from _leaves(part)


def _is_file(part: Any) -> bool:
    if part.get_content_disposition() == "attachment" or _filename(part):
        return True
    return part.get_content_type() not in ("text/plain", "text/html")


def _texts(message: Any) -> Iterator[tuple[str, str]]:
    """Yield ``(text or html, content)`` for each part of the text of an e-mail."""
    if message.get_content_maintype() != "multipart":
        if not _is_file(message):
            plain = message.get_content_type() == "text/plain"
            yield "text" if plain else "html", _text(message)
        return
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if message.get_content_type() != "multipart/alternative":
        for part in parts:
            yield from _texts(part)
        return
    versions = [list(_texts(part)) for part in parts]
    plain = [
        version
        for version in versions
        if any(kind == "text" and content.strip() for kind, content in version)
    ]
    yield from (plain or versions or [[]])[0 if plain else -1]


def _bytes(part: Any) -> bytes:
    if part.is_multipart():
        # A forwarded e-mail: it is as its sender sent it.
        return part.get_payload(0).as_bytes()
    return part.get_payload(decode=True) or b""


def _text(part: Any) -> str:
    """Return the text of a part, also where it says no or a wrong encoding."""
    data = _bytes(part)
    cut = len(data) > TEXT_BYTES
    charset = str(part.get_content_charset() or "utf-8").lower()
    if charset in ("us-ascii", "ascii", "iso-8859-1", "latin-1"):
        # As browsers do: what is called so is often UTF-8, else of Windows.
        charset = "utf-8" if charset.endswith("ascii") else "windows-1252"
    for encoding in (charset, "utf-8"):
        if encoding in _NO_ENCODINGS:
            continue
        try:
            text = data[:TEXT_BYTES].decode(encoding, "replace" if cut else "strict")
            return _storable(text)
        except (LookupError, UnicodeError):
            continue
    return _storable(data[:TEXT_BYTES].decode("windows-1252", "replace"))


def _filename(part: Any) -> str:
    try:
        return _storable(str(part.get_filename() or ""))
    except Exception:
        return ""


def _storable(text: str) -> str:
    """Return a text without what no database keeps."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def _name(part: Any) -> str:
    name = _filename(part)
    if name:
        return name
    kind = part.get_content_subtype()
    return f"file.{kind}" if part.get_content_maintype() == "image" else "file"
