"""What was said, shown and done in a deal, as one stream in the order of time."""

from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools.written_language import guess, short_code

# So many entries are open on the page, the latest; the others fold away.
OPEN = 15


def entries(deal: models.Model, me: models.Model) -> dict[str, list[dict]]:
    """Return the stream of ``deal``: the latest entries, and those before.

    :param me: the party of the reader, whose own entries stand at the other side
    :return: ``earlier`` and ``latest``, oldest first: dicts ``key`` (of its own for
        each entry), ``kind`` (``said``, ``file`` or ``done``), ``mine``, ``name``,
        ``by_moderator``, ``date``, ``text``, ``lang``, ``note`` and ``file``
    """
    record = deal.sudo()
    found = [
        *(_said(message) for message in record.message_line_ids),
        *(_file(evidence) for evidence in record.evidence_ids),
        *_done(record),
    ]
    # Of one moment, what was done is told before what was said and sent with it.
    rank = {"done": 0, "said": 1, "file": 2}
    found.sort(key=lambda entry: (entry["date"], rank[entry["kind"]], entry["id"]))
    for entry in found:
        entry["key"] = f"{entry['kind']}{entry['id']}"
        entry["mine"] = bool(me) and entry["partner"] == me
    return {"earlier": found[:-OPEN], "latest": found[-OPEN:]}


def _said(message: models.Model) -> dict[str, Any]:
    return {
        "kind": "said",
        "id": message.id,
        "partner": message.partner_id,
        "name": message.partner_id.name,
        "date": message.date,
        "text": message.body,
        "lang": message._written_in("body"),
        "by_moderator": message.by_moderator,
        "note": "",
        "file": None,
    }


def _file(evidence: models.Model) -> dict[str, Any]:
    return {
        "kind": "file",
        "id": evidence.id,
        "partner": evidence.partner_id,
        "name": evidence.partner_id.name,
        "date": evidence.date,
        "text": evidence.name,
        "lang": None,
        "by_moderator": False,
        "note": "",
        "file": evidence,
    }


def _language(event: models.Model) -> str | None:
    """Return the language of the remark of ``event``."""
    if not event.note:
        return None
    return guess(event.note, short_code(event.person_id.lang))


def _done(record: models.Model) -> list[dict[str, Any]]:
    shown = set(record.evidence_ids.mapped("name"))
    return [
        {
            "kind": "done",
            "id": event.id,
            "partner": event.partner_id,
            "name": event.partner_id.name,
            "date": event.date,
            "text": event._sentence(),
            "lang": None,
            "by_moderator": False,
            "note": event.note,
            "note_lang": _language(event),
            "file": None,
        }
        for event in record.event_ids
        # A file that is still there tells that it was added.
        if event.action != "evidence" or event.note not in shown
    ]
