"""What scheduled actions share: record by record, each in a transaction of its own."""

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Any

from odoo.fields import Domain

from .locks import Busy, is_contention

_logger = logging.getLogger(__name__)

# Looked up at once; a run that reports more to do is continued by Odoo.
FOUND = 20000
# What an action returns that did a part of its work: its turn comes again at once.
AGAIN = object()
# What :func:`_do` returns where another transaction was in the way.
_BUSY = object()


def for_each_due(
    model: Any,
    domain: Domain,
    action: Any,
    order: str = "id",
    wait: Callable | None = None,
    tries: int = 1,
) -> bool:
    """Do ``action`` with every record that ``domain`` finds, and commit each.

    What fails is undone, logged, and left for the next run; the others go on. A run
    begins anywhere among the records, so that those that fail each time do not use
    up the time of the others. Whether a record is due is asked again just before its
    turn: somebody may have acted meanwhile. It is locked then; a record that another
    transaction has locked is left for the next run. Called outside of a scheduled
    action, nothing is committed.

    :param action: called with one record; where it returns :data:`AGAIN`, what it did
        is committed, and it is called once more
    :param order: records are taken in this order; where another than ``id`` is
        asked for, from the first on
    :param wait: called with the id of a record before its turn, in a scheduled action
        only, to wait in line: it begins a new transaction
    :param tries: how often in a row a record is tried that others are changing; each
        time in a transaction of its own, so only in a scheduled action
    :return: whether all were reached before the time of this run was over
    """
    env = model.env
    cron = env["ir.cron"] if env.context.get("ir_cron_progress_id") else None
    waits = wait if cron is not None else None
    seen = []
    domain = Domain(domain)
    while ids := model.search(
        Domain("id", "not in", seen) & domain, order=order, limit=FOUND
    ).ids:
        if cron is not None:
            cron._commit_progress(remaining=len(ids))
            if order == "id":
                start = random.randrange(len(ids))
                ids = ids[start:] + ids[:start]
        for place, number in enumerate(ids, 1):
            turn = partial(_do, model, domain, action, number, waits)
            if not _finish(turn, tries, cron, len(ids) - place + 1):
                return False
            if cron is not None and not cron._commit_progress(1) and place < len(ids):
                return False
        # What has become due by this (the next of a series) follows at once.
        seen += ids
    if cron is not None:
        cron._commit_progress(remaining=0)
    return True


def _finish(turn: Callable[[], Any], tries: int, cron: Any, left: int) -> bool:
    """Do all parts of the work with one record; return False where the time is over.

    :param left: records that are not finished, with this one
    """
    while True:
        outcome = turn()
        if outcome is _BUSY:
            tries -= 1
            if cron is None or tries < 1:
                return True
        elif outcome is not AGAIN:
            return True
        # The next part sees what others have committed meanwhile. A part counts as
        # work done: Odoo takes a run that did none for a failing one.
        parts = int(outcome is AGAIN)
        if cron is not None and not cron._commit_progress(parts, remaining=left):
            return False


def _do(
    model: Any, domain: Domain, action: Any, number: int, wait: Callable | None
) -> Any:
    """Return what the action returned, or ``_BUSY``; None where it failed."""
    try:
        if wait is not None:
            wait(number)
        with model.env.cr.savepoint():
            record = model.search(Domain("id", "=", number) & domain)
            if record and record.try_lock_for_update(allow_referencing=True):
                return action(record)
    except Exception as error:
        # The cache may hold what was just undone.
        model.env.invalidate_all(flush=False)
        if isinstance(error, Busy) or is_contention(error):
            _logger.info("%s %s: another transaction changes it", model._name, number)
            return _BUSY
        # One record's fault, whatever it is, is not the others'.
        _logger.exception("%s %s is left as it is", model._name, number)
    return None
