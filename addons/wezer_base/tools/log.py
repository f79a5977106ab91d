"""What the server's log must not hold: links that let their reader in, and novels."""

import logging
import re

# Longest message that is written whole.
LONGEST = 2000
_SLASH, _EQUALS = r"(?:/|%(?:25)*2F)", r"(?:=|%(?:25)*3D)"
_REST = r"[^\s/?&%\"'#<>]+"
# Addresses whose last part is a secret, as they stand or quoted in another address.
_PATHS = re.compile(
    rf"({_SLASH}(?:join|pay|confirm|digest{_SLASH}stop{_SLASH}\d+){_SLASH}){_REST}",
    re.I,
)
_VALUES = re.compile(
    rf"(\b(?:\w+_)?(?:token|password|passwd|secret|key|hash){_EQUALS}){_REST}", re.I
)
# The database repeats a refused row whole, hashes of passwords included.
_ROWS = re.compile(r"(Failing row contains \().*?(\)\.?)$", re.MULTILINE)
_TRACEBACKS = logging.Formatter()


def without_secrets(text: str) -> str:
    """Return ``text`` with parts of addresses and values of rows left out."""
    text = _ROWS.sub(r"\1…\2", text)
    return _VALUES.sub(r"\1…", _PATHS.sub(r"\1…", text))


class Discreet(logging.Filter):
    """Write no secret of an address, and cut what is very long."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; it is always written."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # the handler reports it, as it does without this filter
        if record.exc_info and not record.exc_text:
            trace = _TRACEBACKS.formatException(record.exc_info)
            record.exc_text = without_secrets(trace)
        cleaned = without_secrets(message)
        if len(cleaned) > LONGEST:
            cleaned = f"{cleaned[:LONGEST]}… ({len(cleaned)} letters)"
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


def make_discreet() -> None:
    """Let every handler of the server's log leave out what it must not hold."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, Discreet) for known in handler.filters):
            handler.addFilter(Discreet())
