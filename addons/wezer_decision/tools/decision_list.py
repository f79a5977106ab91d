"""What the list of decisions shows, as far as the reader may see it."""

from datetime import timedelta
from typing import Any

from odoo.fields import Domain

from ..models.wezer_decision import CLOSED, METHODS
from . import recall

PAGE = 20
# So many are shown of those that wait for the reader, and of those that run.
SHOWN = 30
# So many the page of a circle shows.
BLOCK = 3
# What runs: it is announced, open, or about to be counted.
RUNNING = ("announced", "open", "counting", "tied")


def answered_now(env: Any) -> Domain:
    """Return the domain of what takes answers of the user now, if they have a voice.

    Between naming and consent an election asks nothing of the voters; nor does a
    decision whose time is over, while it waits for the end of objections.
    """
    return (
        Domain("state", "=", "open")
        & Domain("phase", "not in", ("sharing", "proposing"))
        & Domain("closes", ">", env["wezer.decision"]._now())
    )


def asked(env: Any) -> Domain:
    """Return the domain of open decisions that wait for an answer of the user."""
    person = env.user.partner_id
    return (
        answered_now(env)
        & _not_named(env)
        & Domain(
            "voter_ids",
            "any",
            [("person_id", "=", person.id), ("state", "=", "may")],
        )
    )


def _not_named(env: Any) -> Domain:
    """Leave out elections in which the user has named a person already."""
    # sudo: own nominations, which not everybody with a home page reads.
    mine = (
        env["wezer.nomination"]
        .sudo()
        ._search([("person_id", "=", env.user.partner_id.id)])
    )
    named = mine.subselect("decision_id")
    return Domain("phase", "!=", "naming") | Domain("id", "not in", named)


def under_way(env: Any) -> Domain:
    """Return the domain of what runs, and of what members prepare together.

    A recall waits for signatures; the clock drafts an election when a term ends.
    """
    late = Domain("is_recall", "=", True) & Domain(
        "create_date", "<", env.cr.now() - timedelta(days=recall.RECALL_DAYS)
    )
    shared = Domain("state", "=", "draft") & Domain("is_shared_draft", "=", True)
    return Domain("state", "in", RUNNING) | shared & ~late


def filters(env: Any, circle: Any, method: str, words: str) -> Domain:
    """Return the domain of what the reader looks for.

    :param circle: only of this one
    :param method: only of this method
    :param words: that are in the title
    """
    domain = Domain.TRUE
    if circle:
        domain &= Domain("group_id", "=", circle.id)
    if method in dict(METHODS):
        domain &= Domain("method", "=", method)
    for word in words.split():
        domain &= Domain("title", "ilike", word)
    return domain


def lists(env: Any, domain: Domain, page: int) -> dict:
    """Return the three lists of the page, each read at once.

    :param domain: of :func:`filters`
    :param page: of the decided ones
    """
    decisions = env["wezer.decision"]
    visitor = env.user._is_public()
    mine = running = drafts = decisions
    if page == 1:
        if not visitor:
            mine = decisions.search(
                domain & asked(env), limit=SHOWN, order="closes, id"
            )
            drafts = decisions.search(
                domain
                & Domain("state", "=", "draft")
                & Domain("proposer_id", "=", env.user.partner_id.id),
                limit=SHOWN,
            )
        running = decisions.search(
            domain & under_way(env) & Domain("id", "not in", (mine | drafts).ids),
            limit=SHOWN,
            order="closes, id",
        )
    over = domain & Domain("state", "in", CLOSED)
    decided = decisions.search(
        over,
        limit=PAGE,
        offset=(page - 1) * PAGE,
        order="closed_at desc nulls last, id desc",
    )
    return {
        "mine": mine,
        "drafts": drafts,
        "running": running,
        "decided": decided,
        "decided_count": decisions.search_count(over),
    }


def of_circle(circle: Any) -> dict:
    """Return what the page of a circle shows: what runs there, the reader's first."""
    env = circle.env
    running = env["wezer.decision"].search(
        Domain("group_id", "=", circle.id) & under_way(env),
        limit=SHOWN,
        order="closes, id",
    )
    mine = running.browse()
    if running and not env.user._is_public():
        mine = env["wezer.decision"].search(
            Domain("id", "in", running.ids) & asked(env), order="closes, id"
        )
    return {
        "mine": mine[:BLOCK],
        "others": (running - mine)[: BLOCK - len(mine[:BLOCK])],
    }
