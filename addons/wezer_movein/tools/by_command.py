"""A whole move in one transaction, as the command ``./wezer movein`` does it."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import checking

Progress = Callable[[str], Callable[[int, int], None]]


def run(env: Any, given: dict, progress: Progress | None = None) -> dict:
    """Read, check, decide, import and prove; nothing is kept where one step fails.

    Files with several currencies are a move for each, one after the other.

    :param env: of an administrator
    :param given: ``paths`` of the files, ``options`` of ``wezer.movein.start``,
        ``decisions`` as :func:`.problems.read_decisions` returns them, ``open``
    :param progress: returns, for what is done, what counts it
    :return: ``state``, ``id``, ``undecided`` (keys), ``currency``, ``payments``,
        ``digest``, ``known`` (the same files were moved in before), and ``others``, the
        same of each further currency
    :raise UserError: where the files are refused, or the proof fails
    """
    files = [
        [Path(path).name, b64encode(Path(path).read_bytes())] for path in given["paths"]
    ]
    options = given.get("options") or {}
    answer, others = _run_one(env, files, options, given, progress)
    answer["others"] = []
    if {"currency", "export_currency"} & options.keys():
        # Said: this one only.
        others = []
    for code in others:
        if answer["undecided"]:
            break
        of_other = {**options, "export_currency": code}
        more, _same = _run_one(env, files, of_other, given, progress)
        answer["others"].append(more)
        if more["undecided"]:
            answer |= {"state": "undecided", "undecided": more["undecided"]}
    if answer["undecided"]:
        # What was read is not kept: the next run brings the decisions.
        env.cr.rollback()
    return answer


def _run_one(
    env: Any, files: list, options: dict, given: dict, progress: Progress | None
) -> tuple[dict, list[str]]:
    """Move one currency in; return the answer, and the codes of the others."""
    moves = env["wezer.movein"]
    with env.cr.savepoint() as before:
        started, content = moves._begin(files, options)
        move = moves.browse(started.id)
        others = (move.report or {}).get("other_currencies", [])
        if known := _moved_in_before(move):
            answer = _answer(known) | {"known": True}
            before.rollback()
            env.transaction.clear()
            return answer, others
    # The files are read once: a million rows take half a minute each time.
    move._check_may("check")
    started._check_content(content)
    if decisions := _decisions_of(move, given.get("decisions") or {}, bool(others)):
        checking.decide_all(started, decisions)
        started._check_content(content)
    undecided = move.problem_ids.filtered("is_undecided")
    if undecided:
        return {"state": "undecided", "undecided": undecided.mapped("key")}, others
    move.action_import()

    def told(what: str, done: int, count: int) -> None:
        if progress:
            progress(what)(done, count)

    # An administrator asked, as the actions before have checked.
    started._import_now(told, content)
    move.action_prove()
    if given.get("open"):
        move.action_open()
    return _answer(move), others


def _decisions_of(move: Any, decisions: dict, is_part: bool) -> dict:
    """Return the decisions that are about this move.

    :param bool is_part: the files have other currencies, with problems of their own
    """
    if not is_part:
        return decisions
    known = {*move.problem_ids.mapped("key"), *move.problem_ids.mapped("code")}
    return {key: one for key, one in decisions.items() if key in known}


def _moved_in_before(move: Any) -> Any:
    """Return the move of exactly these files that is in the ledger already, or none."""
    hashes = _hashes(move)
    others = move.search(
        [
            ("id", "!=", move.id),
            ("code", "=", move.code),
            ("state", "in", ("proved", "open", "finished")),
            ("rows_digest", "!=", False),
        ]
    )
    for other in others:
        if _hashes(other) == hashes and _part(other) == _part(move):
            return other
    return None


def _part(move: Any) -> str:
    """Return the currency among those of the files; empty for the only one."""
    return (move.report or {}).get("export_currency", "")


def _hashes(move: Any) -> list[str]:
    given = move.file_ids.filtered(lambda file: not file.is_inside)
    return sorted(given.mapped("sha256"))


def _answer(move: Any) -> dict:
    return {
        "state": move.state,
        "id": move.id,
        "undecided": [],
        "currency": move.wezer_currency_id.code,
        "payments": (move.report or {}).get("posted", 0),
        "digest": move.rows_digest,
        "known": False,
    }
