"""The log of what circles decide: refused changes, seals, and its sentences.

The database itself refuses to change or delete an event. Each night the new events are
sealed: a SHA-256 over them and the seal before.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from odoo import api, models
from odoo.tools import SQL

# The names of triggers tell what they are for.
TRIGGERS = ("wezer_governance_event_no_change", "wezer_governance_event_no_truncate")
APPEND_ONLY = """
    CREATE OR REPLACE FUNCTION wezer_governance_is_append_only()
    RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the log of decisions is append-only: % refused', TG_OP;
    END $$;
    CREATE OR REPLACE TRIGGER wezer_governance_event_no_change
    BEFORE UPDATE OR DELETE ON wezer_governance_event
    FOR EACH ROW EXECUTE FUNCTION wezer_governance_is_append_only();
    CREATE OR REPLACE TRIGGER wezer_governance_event_no_truncate
    BEFORE TRUNCATE ON wezer_governance_event
    FOR EACH STATEMENT EXECUTE FUNCTION wezer_governance_is_append_only();"""
# What the hash covers of an event, in this order and for good. The salt is left out
# of events that have none, so that seals of earlier versions hold.
ROW_TEXT = """concat_ws('|', id, group_id, kind,
    to_char(date, 'YYYY-MM-DD"T"HH24:MI:SS.US'), coalesce(actor_id, 0),
    coalesce(decision_id, 0), coalesce(res_model, ''), coalesce(res_id, 0),
    coalesce(data::text, ''), salt)"""
CHUNK = 10000


def prepare_table(cr: Any) -> None:
    """Let the database refuse to change or delete events."""
    cr.execute(APPEND_ONLY)


def digest(env: api.Environment, first: int, last: int, before: str) -> tuple[str, int]:
    """Return ``(hash, how many events)`` of a range of ids.

    :param before: the hash of the seal before
    """
    found, count = hashlib.sha256(before.encode()), 0
    place = first
    while place <= last:
        rows = env.execute_query(
            SQL(
                "SELECT id, %s FROM wezer_governance_event"
                " WHERE id BETWEEN %s AND %s ORDER BY id LIMIT %s",
                SQL(ROW_TEXT),
                place,
                last,
                CHUNK,
            )
        )
        if not rows:
            break
        for _number, text in rows:
            found.update(text.encode() + b"\n")
        count += len(rows)
        place = rows[-1][0] + 1
    return found.hexdigest(), count


def file_rows(events: models.Model) -> Iterator[list]:
    """Yield the heading and a row for each event, as the reader may see it."""
    env = events.env
    yield ["id", "date", "group", "kind", "what", "decision"]
    for event in events:
        yield [
            event.id,
            event.date.isoformat(),
            event.group_id.sudo().name,
            event.kind,
            event.with_env(env)._sentence(),
            event.sudo().decision_id.id or "",
        ]
