"""The keys by which moved-in payments are known again. Runs without Odoo.

Where the old system numbers its payments, the key has that number. Elsewhere it is made
of what a row says, and of how many rows say the same before it. No key depends on the
order of the rows in their file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .content import Payment

PREFIX = "movein"


def prefix(code: str) -> str:
    """Return how all keys of the community ``code`` begin."""
    return f"{PREFIX}-{code}-"


def plain(amount: Decimal) -> str:
    """Return ``amount`` without zeros at its end and without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def content_key(payment: Payment) -> str:
    """Return the SHA-256 of what a payment without a number says."""
    moment = payment.moment.isoformat() if payment.moment else ""
    parts = (
        moment,
        payment.payer,
        payment.payee,
        plain(payment.amount),
        payment.purpose,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def keyed(code: str, payments: Iterable[Payment]) -> Iterator[tuple[str, Payment]]:
    """Yield each payment with its key; of several with one number, the later count."""
    begin = prefix(code)
    # By number, or by half of the hash: a million of them fit into memory.
    seen: dict[str | bytes, int] = {}
    for payment in payments:
        key = payment.id or content_key(payment)
        mark = payment.id or bytes.fromhex(key)[:16]
        count = seen[mark] = seen.get(mark, 0) + 1
        yield begin + (key if count == 1 else f"{key}-{count}"), payment
