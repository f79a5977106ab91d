"""A backup of database and files before a history is imported, by a scheduled action.

It is written as those of every night are: same folder, same recipients.
"""

import logging
import os
from typing import Any

from odoo import fields, models

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
    try:
        plan = nightly.Plan.of_environment(database, os.environ)
        made = making.make(database, to=plan.folder, recipients=plan.recipients)
    except BackupRefused as error:
        vals["backup_told"] = _failed(moves, str(error))
    except Exception as error:
        _logger.exception("the backup before a move was not made")
        vals["backup_told"] = _failed(moves, str(error))
    else:
        vals["date_backup"] = fields.Datetime.now()
        vals["backup_told"] = moves.env._(
            "The backup is made: %(file)s, %(size)s MB.",
            file=made.path,
            size=f"{made.size / 1e6:.1f}",
        )
    moves.write(vals)


def _failed(moves: models.Model, why: str) -> str:
    return moves.env._(
        "The backup could not be made: %(why)s. Ask the administrator of the server"
        " for a backup by the command ./wezer backup before you import.",
        why=why.rstrip("."),
    )
