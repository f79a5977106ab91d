"""A whole move in one transaction, as the command ``./wezer movein`` does it."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import checking

Progress = Callable[[str], Callable[[int, int], None]]


def run(env: Any, given: dict, progress: Progress | None = None) -> dict:
    """Read, check, decide, import and prove; nothing is kept where one step fails.

    :param env: of an administrator
    :param given: ``paths`` of the files, ``options`` of ``wezer.movein.start``,
        ``decisions`` as :func:`.problems.read_decisions` returns them, ``open``
    :param progress: returns, for what is done, what counts it
    :return: ``state``, ``id``, ``undecided`` (keys), ``currency``, ``payments``,
        ``digest``, ``known`` (the same files were moved in before)
    :raise UserError: where the files are refused, or the proof fails
    """
    moves = env["wezer.movein"]
    files = [
        [Path(path).name, b64encode(Path(path).read_bytes())] for path in given["paths"]
    ]
    move = moves.browse(moves.start(files, given.get("options") or {}))
    if known := _moved_in_before(move):
        answer = _answer(known) | {"known": True}
        env.cr.rollback()
        return answer
    move.action_check()
    if given.get("decisions"):
        checking.decide_all(move.sudo(), given["decisions"])
        move.action_check()
    undecided = move.problem_ids.filtered("is_undecided")
    if undecided:
        answer = {"state": "undecided", "undecided": undecided.mapped("key")}
        # What was read is not kept: the next run brings the decisions.
        env.cr.rollback()
        return answer
    move.action_import()

    def told(what: str, done: int, count: int) -> None:
        if progress:
            progress(what)(done, count)

    # An administrator asked, as the actions before have checked.
    move.sudo()._import_now(told)
    move.action_prove()
    if given.get("open"):
        move.action_open()
    return _answer(move)


def _moved_in_before(move: Any) -> Any:
    """Return the move of exactly these files that is in the ledger already, or none."""
    hashes = sorted(
        move.file_ids.filtered(lambda one: not one.is_inside).mapped("sha256")
    )
    others = move.search(
        [
            ("id", "!=", move.id),
            ("code", "=", move.code),
            ("state", "in", ("proved", "open", "finished")),
            ("rows_digest", "!=", False),
        ]
    )
    for other in others:
        if _hashes(other) == hashes:
            return other
    return None


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
