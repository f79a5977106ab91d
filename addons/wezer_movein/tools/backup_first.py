"""A backup of database and files before a history is imported, by a scheduled action.

It is written as those of every night are: same folder, same recipients.
"""

import logging
import os
from typing import Any

from odoo import api, fields, models

from odoo.addons.wezer_base.tools.backup import making, nightly
from odoo.addons.wezer_base.tools.backup.refusals import BackupRefused

_logger = logging.getLogger(__name__)


def make(moves: models.Model) -> None:
    """Make one backup for all moves that wait for one, and say what became of it.

    :param moves: with the rights of the system
    """
    if not moves:
        return
    database = moves.env.cr.dbname
    if moves.env.context.get("ir_cron_progress_id"):
        # An import may begin meanwhile: what follows sees the moves as they are then.
        moves.env["ir.cron"]._commit_progress()
    vals: dict[str, Any] = {"backup_waits": False}
    told = _failed
    values: dict[str, str] = {}
    try:
        plan = nightly.Plan.of_environment(database, os.environ)
        made = making.make(database, to=plan.folder, recipients=plan.recipients)
    except BackupRefused as error:
        values["why"] = str(error).rstrip(".")
    except Exception as error:
        _logger.exception("the backup before a move was not made")
        values["why"] = str(error).rstrip(".")
    else:
        vals["date_backup"] = fields.Datetime.now()
        told = _made
        values = {"file": str(made.path), "size": f"{made.size / 1e6:.1f}"}
    for move in moves:
        # It is kept as a text: in the language of the person who asked for it.
        env = move.with_context(lang=move.person_id.lang).env
        move.write({**vals, "backup_told": told(env, values)})


def _made(env: api.Environment, values: dict[str, str]) -> str:
    return env._("The backup is made: %(file)s, %(size)s MB.", **values)


def _failed(env: api.Environment, values: dict[str, str]) -> str:
    return env._(
        "The backup could not be made: %(why)s. Ask the administrator of the server"
        " for a backup by the command ./wezer backup before you import.",
        **values,
    )
