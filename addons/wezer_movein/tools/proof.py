"""The proof of a move: sums, hashes, and a signed file.

The hash of the payments is counted over the ledger itself, so that it can be counted
again at any time (``wezer.invariant``): one line for each entry whose transfer has a
key of this move, in the order of the keys.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections import Counter
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from odoo import fields, models

from odoo.addons.wezer_base.tools.shown_numbers import format_decimal

from .keys import plain, prefix

KEY_PARAMETER = "wezer_movein.proof_key"
CHUNK = 20_000
# Choices whose value can be the name or the address of a person.
NAMING = ("person", "type")
# The keys of a community with the code "A-2" begin like those of "A".
OF_MOVE = """t.wezer_currency_id = %(currency)s AND t.historic AND t.id <= %(last)s
       AND starts_with(t.key, %(prefix)s)
       AND NOT EXISTS (SELECT FROM wezer_movein other
                        WHERE other.batch_number = t.batch_number
                          AND other.code <> %(code)s)"""
# Keys are compared byte by byte, whatever language the database sorts in.
ROWS = f"""
    SELECT t.key, concat_ws('|', t.key, to_char(e.date, 'YYYY-MM-DD"T"HH24:MI:SS'),
                            f.code, p.code, e.amount, e.kind)
      FROM wezer_transfer t
      JOIN wezer_ledger_entry e ON e.transfer_id = t.id
      LEFT JOIN wezer_movein_account f
             ON f.movein_id = %(move)s AND f.wallet_id = e.from_id
      LEFT JOIN wezer_movein_account p
             ON p.movein_id = %(move)s AND p.wallet_id = e.to_id
     WHERE {OF_MOVE}
     ORDER BY t.key COLLATE "C", t.key_scope COLLATE "C", e.id"""


def _params(move: models.Model) -> dict:
    return {
        "move": move.id,
        "currency": move.wezer_currency_id.id,
        "last": move.last_transfer,
        "code": move.code,
        "prefix": prefix(move.code),
    }


def rows_digest(move: models.Model) -> str:
    """Return the SHA-256 of the ledger's rows of this move."""
    digest, _count = _rows(move)
    return digest


def _rows(move: models.Model) -> tuple[str, int]:
    """Return the SHA-256 of the rows, and how many there are."""
    move.env.flush_all()
    sums, count = hashlib.sha256(), 0
    # A cursor on the server: memory does not grow with the history.
    with move.env.cr.savepoint(flush=False):
        move.env.cr.execute(
            f"DECLARE wezer_moved_in NO SCROLL CURSOR FOR {ROWS}", _params(move)
        )
        while True:
            move.env.cr.execute(f"FETCH {CHUNK} FROM wezer_moved_in")
            rows = move.env.cr.fetchall()
            for _key, text in rows:
                sums.update(text.encode() + b"\n")
            count += len(rows)
            if len(rows) < CHUNK:
                break
        move.env.cr.execute("CLOSE wezer_moved_in")
    return sums.hexdigest(), count


def accounts_digest(move: models.Model) -> str:
    """Return the SHA-256 of the table of accounts, in the order of their numbers."""
    sums = hashlib.sha256()
    for account in move.account_ids.sorted("code"):
        line = "|".join(
            str(account[name] or "")
            for name in (
                "code",
                "kind",
                "old_state",
                "balance_file",
                "balance_replay",
                "difference",
                "balance_here",
            )
        )
        sums.update(line.encode() + b"\n")
    return sums.hexdigest()


def prove(move: models.Model) -> list[str]:
    """Compare the ledger with the replay, and keep the proof (sudo).

    :return: what does not agree; then nothing is kept
    """
    env = move.env
    currency, balances = move.wezer_currency_id, _balances(move)
    broken = []
    for account in move.account_ids:
        here = currency._decimal(balances.get(account.wallet_id.id, 0))
        if here != account.balance_here:
            broken.append(f"{account.code}: {here} ≠ {account.balance_here}")
    digest, count = _rows(move)
    expected = (move.report or {}).get("posted", 0)
    if count != expected:
        broken.append(
            env._(
                "%(count)s payments are here, %(expected)s were replayed",
                count=count,
                expected=expected,
            )
        )
    if broken:
        return broken
    accounts = accounts_digest(move)
    move.write(
        {
            "state": "proved",
            "date_proved": fields.Datetime.now(),
            "rows_digest": digest,
            "accounts_digest": accounts,
            "proof": _proof(move, digest, accounts, count, sum(balances.values())),
        }
    )
    return []


def _balances(move: models.Model) -> dict[int, int]:
    """Return what the rows of this move leave on each wallet, in minor units."""
    move.env.flush_all()
    move.env.cr.execute(
        f"""WITH moved AS (
                SELECT e.from_id, e.to_id, e.amount FROM wezer_transfer t
                  JOIN wezer_ledger_entry e ON e.transfer_id = t.id WHERE {OF_MOVE})
            SELECT wallet, sum(minor)::text FROM (
                   SELECT to_id AS wallet, amount AS minor FROM moved
                   UNION ALL
                   SELECT from_id, -amount FROM moved) sides
             GROUP BY wallet""",
        _params(move),
    )
    return {row[0]: int(row[1]) for row in move.env.cr.fetchall()}


def _proof(
    move: models.Model, digest: str, accounts: str, count: int, total: int
) -> dict:
    """Return what is proved, as it is signed.

    :param total: of all balances, in minor units
    """
    report = move.report or {}
    differing = move.account_ids.filtered("has_difference")
    decisions = move.decision_ids.sorted("id")
    codes = set(move.account_ids.mapped("code"))
    return {
        "version": 1,
        "community": move.name,
        "system": move.system,
        "layout": move.layout or "",
        "code": move.code,
        "currency": move.wezer_currency_id.code,
        "imported": str(move.date_imported),
        "files": [
            {"name": file.name, "sha256": file.sha256, "bytes": file.size}
            for file in move.file_ids.sorted("id")
        ],
        "rows": {
            "read": report.get("rows", {}),
            "posted": count,
            "notes": report.get("notes", 0),
            "left_out": report.get("left_out", 0),
        },
        "accounts": len(move.account_ids),
        "sum": move.wezer_currency_id._decimal(total),
        "differences": len(differing),
        "readings": {
            "residuals": report.get("residuals", {}),
            "chosen": report.get("chosen", {}),
        },
        "decisions": [
            {
                "key": decision.key,
                "choice": decision.choice,
                "value": _value_shown(decision, codes),
                "date": str(decision.date),
            }
            for decision in decisions
        ],
        "sha256": {"payments": digest, "accounts": accounts},
    }


def _value_shown(decision: models.Model, codes: set[str]) -> str:
    """Return the value of a decision, without names and addresses of people.

    More people read the proof than the members whom it concerns.
    """
    value = decision.value or ""
    return value if decision.choice not in NAMING or value in codes else ""


# === FOR PEOPLE === #


def decisions_in_words(move: models.Model) -> list[dict]:
    """Return the last decisions of a move, equal ones together (sudo)."""
    labels = _labels(move.env)
    last = {decision.key: decision for decision in move.decision_ids.sorted("id")}
    counted = Counter(
        (decision.code, decision.choice, decision.reason or "")
        for decision in last.values()
    )
    return [
        {
            "problem": labels["code"].get(code, code),
            "choice": labels["choice"].get(choice, choice),
            "reason": reason,
            "count": count,
        }
        for (code, choice, reason), count in counted.items()
    ]


def _labels(env: Any) -> dict[str, dict[str, str]]:
    """Return what codes and choices of problems are called."""
    model = env["wezer.movein.problem"]
    return {
        name: dict(model._fields[name]._description_selection(env))
        for name in ("code", "choice")
    }


def numbers_in_words(move: models.Model) -> dict[str, str]:
    """Return the numbers of a proof as the reader's language writes them (sudo)."""
    kept = move.proof or {}
    rows = kept.get("rows", {})
    counts = {
        "accounts": kept.get("accounts"),
        "differences": kept.get("differences"),
        **{name: rows.get(name) for name in ("posted", "notes", "left_out")},
    }
    return {
        "sum": move._amount_writer()(kept.get("sum")),
        **{name: format_decimal(move.env, n or 0, 0) for name, n in counts.items()},
    }


def readings_in_words(move: models.Model) -> list[dict]:
    """Return what each reading of a column leaves to explain, the least first."""
    kept = (move.proof or {}).get("readings", {})
    labels = _labels(move.env)
    write = move._amount_writer()
    return [
        {
            "name": labels["choice"].get(f"{column}_{reading}", reading),
            "left": write(plain(Decimal(str(left)))),
            "chosen": kept.get("chosen", {}).get(column) == reading,
        }
        for column, residuals in (kept.get("residuals") or {}).items()
        for reading, left in sorted(
            residuals.items(), key=lambda item: Decimal(str(item[1]))
        )
    ]


# === SIGNING === #


def canonical(value: Any) -> bytes:
    """Return ``value`` as the bytes that are signed."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def signed(move: models.Model) -> dict:
    """Return the proof with the seal of its range, signed with the server's key."""
    seal = move.seal_id
    proof = {
        **move.proof,
        "seal": {"sha256": seal.digest, "date": str(seal.date)} if seal else None,
    }
    key = _key(move.env)
    return {
        "proof": proof,
        "public_key": b64encode(key.public_key().public_bytes_raw()).decode(),
        "signature": b64encode(key.sign(canonical(proof))).decode(),
    }


def is_genuine(file: dict) -> bool:
    """Return whether a proof file has the signature of the key that it names."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(file["public_key"]))
        key.verify(b64decode(file["signature"]), canonical(file["proof"]))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def _key(env: Any) -> Ed25519PrivateKey:
    """Return the key of this database, made when it is first needed."""
    parameters = env["ir.config_parameter"].sudo()
    kept = parameters.get_param(KEY_PARAMETER)
    if not kept:
        kept = b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        parameters.set_param(KEY_PARAMETER, kept)
    return Ed25519PrivateKey.from_private_bytes(b64decode(kept))
