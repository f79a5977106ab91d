"""Reading the files of a move, replaying them, and keeping the report.

What the files say is found by plain modules (:mod:`.readers`, :mod:`.replay`); here it
is written down for the administrators.
"""

import json
from typing import Any

from odoo import fields, models
from odoo.tools import email_normalize

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.text import clean_line, slugify

from . import problems
from . import replay as replaying
from .content import Content, Payment
from .keys import plain
from .readers import registry
from .replay import Replay
from .report import in_words

REASON_LENGTH = 1000
# A purpose is shown so far where a payment is to be recognised.
PURPOSE_SHOWN = 120
# Rows that are created at once.
CHUNK = 2000


def read(files: list[tuple[str, bytes]], options: dict) -> Content:
    """Return what ``files`` hold.

    :raise Unreadable: where nothing of them can be used
    """
    given = {**options, "from": options["system"]} if "system" in options else options
    return registry.read(files, given)


def replay(content: Content, decisions: dict) -> Replay:
    """Return the replay of ``content`` with ``decisions``, and its problems."""
    return replaying.replay(content, decisions)


# === READING === #


def keep_reading(move: models.Model, content: Content) -> None:
    """Write down what the files are (sudo)."""
    move.write(
        {
            "name": clean_line(content.name, 120) or content.code or content.system,
            "system": content.system,
            "layout": content.layout,
            "code": content.code
            or (slugify(content.name, "")[:30] if content.name else "")
            or content.system,
            "time_zone": content.time_zone,
            "lacks": "\n".join(map(str, content.lacks)),
            "report": {"rows": content.rows, **_currencies_of(content)},
        }
    )
    _keep_files(move, content)


def _keep_files(move: models.Model, content: Content) -> None:
    """Write down how the files were understood; of a zip, those that are in it."""
    given = {file.name: file for file in move.file_ids}
    made = []
    for source in content.files:
        vals = {
            "role": source.role,
            "encoding": source.encoding,
            "letters": source.letters,
            "separator": {"\t": "tab"}.get(source.separator, source.separator),
            "rows": source.rows,
            "unused": ", ".join(source.unused),
        }
        if file := given.get(source.name):
            file.write(vals)
        else:
            made.append(
                {
                    "movein_id": move.id,
                    "name": source.name,
                    "sha256": source.sha256,
                    "size": len(source.data),
                    "is_inside": True,
                    **vals,
                }
            )
    move.file_ids.create(made)


# === REPORT === #


def keep_report(move: models.Model, content: Content, replayed: Replay) -> None:
    """Write the accounts, the problems and the differences down, in place of earlier.

    What members reported stays.
    """
    move.problem_ids.filtered(lambda problem: not problem.account_id).unlink()
    move.account_ids.unlink()
    people = existing_people(move.env, content)
    _create(
        move.env["wezer.movein.account"], _account_rows(move, content, replayed, people)
    )
    _create(move.env["wezer.movein.problem"], _problem_rows(move, content, replayed))
    move.write(
        {
            "state": "checked",
            "is_stale": False,
            "failure": False,
            "date_checked": fields.Datetime.now(),
            "report": report_of(content, replayed),
        }
    )


def report_of(content: Content, replayed: Replay) -> dict:
    """Return what is kept of a check, besides accounts and problems."""
    return json.loads(
        json.dumps(
            {
                "system": content.system,
                "layout": content.layout,
                "code": content.code,
                "currency": {
                    "name": content.currency.name,
                    "digits": content.currency.digits,
                    "is_time": content.currency.is_time,
                },
                "rows": content.rows,
                **_currencies_of(content),
                "people": len(content.people),
                "accounts": len(replayed.accounts),
                "differences": len(differing(replayed)),
                "postings": len(postings_of(replayed)),
                "levies": replayed.levies,
                "notes": len(replayed.notes),
                "left_out": len(replayed.left_out),
                "residuals": replayed.residuals,
                "chosen": replayed.chosen,
            },
            default=str,
        )
    )


def differing(replayed: Replay) -> set[str]:
    """Return the accounts whose balances differ by more than the files round off."""
    return {
        problem.accounts[0]
        for problem in replayed.problems
        if problem.code == "balance_differs"
    }


def _currencies_of(content: Content) -> dict:
    """Return which of several currencies this is; nothing where there is one."""
    if not content.currency.code:
        return {}
    return {
        "export_currency": content.currency.code,
        "other_currencies": content.other_currencies,
    }


def _create(model: models.Model, rows: list[dict]) -> None:
    for begin in range(0, len(rows), CHUNK):
        model.create(rows[begin : begin + CHUNK])
        model.env.flush_all()


def _text(amount: Any) -> str | bool:
    return False if amount is None else plain(amount)


def _account_rows(
    move: models.Model, content: Content, replayed: Replay, people: dict
) -> list[dict]:
    counted, different = count_payments(replayed), differing(replayed)
    rows = []
    for code, account in replayed.accounts.items():
        now, file, difference = replayed.balances.get(code, (None, None, None))
        count, first, last = counted["payments"].get(code, (0, None, None))
        notes = counted["notes"].get(code, [])
        persons = [people[key] for key in account.people if key in people]
        rows.append(
            {
                "movein_id": move.id,
                "code": code,
                "name": clean_line(account.name, 120),
                "kind": account.kind,
                "old_state": account.state,
                "people": ", ".join(
                    clean_line(content.people[key].name, 120)
                    for key in account.people
                    if key in content.people
                ),
                "person_ids": [fields.Command.set(persons)],
                "balance_file": _text(file),
                "balance_replay": _text(now),
                "difference": _text(difference),
                "has_difference": code in different,
                "payment_count": count,
                "date_first": first,
                "date_last": last,
                "note_count": len(notes),
                "notes": notes,
            }
        )
    return rows


def postings_of(replayed: Replay) -> list[Payment]:
    """Return everything that is posted, in its order."""
    return [*replayed.postings, *replayed.closings]


def count_payments(replayed: Replay) -> dict[str, dict]:
    """Return for each account its number of payments, first and last; and its notes."""
    payments: dict[str, tuple] = {}
    for posting in postings_of(replayed):
        for code in {posting.payer, posting.payee}:
            count, first, _last = payments.get(code, (0, posting.moment, None))
            payments[code] = count + 1, first, posting.moment
    notes: dict[str, list] = {}
    for note in replayed.notes:
        told = {
            "moment": note.moment.isoformat() if note.moment else "",
            "payer": note.payer,
            "payee": note.payee,
            "amount": plain(note.amount),
            "purpose": note.purpose,
            "id": note.id,
            "why": note.note,
        }
        for code in {note.payer, note.payee}:
            notes.setdefault(code, []).append(told)
    return {"payments": payments, "notes": notes}


def _payments_of(replayed: Replay) -> dict[tuple[str, int], dict]:
    """Return what the rows of problems say: ``{(file, row): payment}``."""
    wanted = {(one.file, one.row) for one in replayed.problems if one.row}
    found: dict[tuple[str, int], dict] = {}
    for payment in (*replayed.postings, *replayed.notes, *replayed.left_out):
        place = (payment.file, payment.row)
        # A payment comes before the levies that its row has, too.
        if place in wanted and (place not in found or payment.kind != "levy"):
            found[place] = {
                "date": str(payment.moment.date()) if payment.moment else "",
                "payer": payment.payer,
                "payee": payment.payee,
                "purpose": clean_line(payment.purpose, PURPOSE_SHOWN),
            }
    return found


def _problem_rows(move: models.Model, content: Content, replayed: Replay) -> list[dict]:
    decided = {decision.key: decision for decision in move.decision_ids.sorted("id")}
    payments = _payments_of(replayed)
    rows, seen = [], set()
    for problem in (*replayed.problems, *replayed.readings):
        key, known = problems.key(problem), problems.PROBLEMS[problem.code]
        if key in seen:
            continue
        seen.add(key)
        is_read = problem in replayed.readings
        asks = known.default == problems.ASK and not is_read
        decision = decided.get(key) or decided.get(problem.code)
        told = in_words(problem, content)
        details = json.loads(json.dumps(told.details, default=str))
        if payment := payments.get((problem.file, problem.row)):
            details["payment"] = payment
        default = f"{problem.code}_{details['least']}" if is_read else known.default
        rows.append(
            {
                "movein_id": move.id,
                "key": key,
                "code": problem.code,
                "sentence": problems.sentence(told),
                "file": problem.file,
                "row": problem.row,
                "old_id": problem.id,
                "accounts": ", ".join(problem.accounts),
                "amount": details.get("amount", False),
                "details": details,
                "default": False if asks else default,
                "choices": " ".join(known.choices),
                "asks": asks,
                "choice": decision.choice if decision else False,
                "value": decision.value if decision else False,
                "reason": decision.reason if decision else False,
                "person_id": decision.person_id.id if decision else False,
                "date": decision.date if decision else False,
            }
        )
    return rows


def decide(found: models.Model, choice: str, reason: str, value: Any) -> None:
    """Add a decision for each problem of ``found`` (sudo; choices were checked)."""
    env = found.env
    # The caller of the action, not the system.
    person = env.user.partner_id.id
    said = clean_line(reason if isinstance(reason, str) else "", REASON_LENGTH)
    if value is not None and not isinstance(value, str | int):
        raise Refusal(env._("This value cannot be read."), rule="value")
    vals = {
        "choice": choice,
        "value": _said_value(value),
        "reason": said,
        "person_id": person,
        "date": fields.Datetime.now(),
    }
    env["wezer.movein.decision"].create(
        [
            {
                "movein_id": problem.movein_id.id,
                "key": problem.key,
                "code": problem.code,
                **vals,
            }
            for problem in found
        ]
    )
    found.write(vals)


def _said_value(value: Any) -> str | bool:
    """Return the value of a decision as it is kept; False where there is none."""
    return clean_line("" if value is None else str(value), REASON_LENGTH) or False


def decide_all(move: models.Model, decisions: dict[str, dict]) -> None:
    """Take the decisions of a file (sudo); a code stands for all its problems.

    :param decisions: as :func:`.problems.read_decisions` returns them
    :raise Refusal: rule ``problem``, for a key that no problem has
    """
    known = {problem.key: problem for problem in move.problem_ids}
    codes = {problem.code for problem in known.values()}
    rows = []
    for name, decision in decisions.items():
        # A code without a problem today, and the meaning of a column, have no row.
        if name not in known and name not in codes and ":" in name:
            raise Refusal(
                move.env._("This move has no problem “%(key)s”.", key=name),
                rule="problem",
                value=name,
            )
        value = decision.get("value")
        rows.append(
            {
                "movein_id": move.id,
                "key": name,
                "code": name.partition(":")[0],
                "choice": decision["choice"],
                "value": _said_value(value),
                "reason": clean_line(decision.get("reason") or "", REASON_LENGTH),
                "person_id": move.env.user.partner_id.id,
                "date": fields.Datetime.now(),
            }
        )
    move.env["wezer.movein.decision"].create(rows)
    move.is_stale = True


# === PEOPLE WHO ARE HERE ALREADY === #


def existing_people(env: Any, content: Content) -> dict[str, int]:
    """Return ``{key of a person: partner id}`` of those whose address is known here.

    Of two people with one address, the first is meant.
    """
    wanted: dict[str, str] = {}
    for key, person in content.people.items():
        address = email_normalize(person.email or "")
        if address:
            wanted.setdefault(address, key)
    if not wanted:
        return {}
    found: dict[str, int] = {}
    users = (
        env["res.users"]
        .sudo()
        .search_fetch(
            [("login", "in", list(wanted)), ("share", "in", (True, False))],
            ["login", "partner_id"],
        )
    )
    for user in users:
        found[wanted[user.login]] = user.partner_id.id
    partners = (
        env["res.partner"]
        .sudo()
        .search(
            [
                ("email_normalized", "in", list(wanted)),
                ("parent_id", "=", False),
                ("is_company", "=", False),
            ],
            order="id",
        )
    )
    profiled = set(
        env["wezer.profile"]
        .sudo()
        .search([("partner_id", "in", partners.ids), ("state", "!=", "left")])
        .partner_id.ids
    )
    for partner in partners.sorted(lambda one: one.id not in profiled):
        found.setdefault(wanted[partner.email_normalized], partner.id)
    return found
