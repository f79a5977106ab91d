"""Drafts that nobody wrote in a form: a recall, an appeal, an election that is due."""

from typing import Any

from odoo.addons.wezer_base.tools.text import TITLE_LENGTH


def create(decisions: Any, vals: dict, body: str, kind: str, params: dict) -> Any:
    """Return a new draft (sudo) with its text and its one outcome.

    :param vals: of the decision; its proposer is the author of the text
    :param body: the text
    :param kind: of the outcome
    :param params: of the outcome
    """
    env, title = decisions.env, vals["title"][:TITLE_LENGTH]
    decision = decisions.create({"settings": {}, **vals, "title": title})
    decision.version_id = env["wezer.decision.version"].create(
        {
            "decision_id": decision.id,
            "number": 1,
            "body": body,
            "author_id": decision.proposer_id.id,
        }
    )
    env["wezer.outcome"].create(
        {"decision_id": decision.id, "kind": kind, "params": params}
    )
    return decision
