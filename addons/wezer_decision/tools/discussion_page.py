"""What the pages of discussions show, asked of the database at once."""

from typing import Any

# Decisions of a discussion that its page names.
DECISIONS_SHOWN = 20
# Messages on the page of a decision: the latest; the page of the discussion has more.
LATEST_SHOWN = 20


def list_values(group: Any, found: Any) -> list[dict]:
    """Return the rows of the list: ``discussion``, ``count``, ``last`` and ``is_new``.

    :param found: discussions of ``group``, as the user reads them
    """
    env = group.env
    words = env["wezer.discussion.word"]
    said = {
        discussion.id: (count, last, date)
        for discussion, count, last, date in words._read_group(
            [("discussion_id", "in", found.ids), ("kind", "!=", "reaction")],
            ["discussion_id"],
            ["__count", "id:max", "date:max"],
        )
    }
    seen = env["wezer.discussion.reader"]._seen_by_user(found)
    profiles = _profiles(env, found.sudo().author_id)
    rows = []
    for discussion in found:
        count, last, date = said.get(discussion.id, (0, 0, discussion.date))
        rows.append(
            {
                "discussion": discussion,
                "count": count,
                "last": date,
                "is_new": discussion.id not in seen or last > seen[discussion.id],
                "author": profiles.get(discussion.sudo().author_id.id),
            }
        )
    return rows


def talk_values(
    discussion: Any, page: int = 1, reply: Any = None, beside: Any = None
) -> dict:
    """Return what is said in ``discussion`` as its part of a page shows it.

    :param page: 1 has the latest messages
    :param reply: the message that the user is answering, if any
    :param beside: the decision on whose page it is shown, if any
    """
    env = discussion.env
    every = env["wezer.discussion.word"]
    if beside:
        words, earlier = every._page(discussion, size=LATEST_SHOWN)
        earlier_url = discussion._url()
    else:
        words, earlier = every._page(discussion, page)
        earlier_url = f"{discussion._url()}/page/{page + 1}"
    reactions = words._reactions()
    # What is answered may stand on an earlier page; the rules hide what is private.
    answered = every.search([("id", "in", words.sudo().reply_to_id.ids)])
    people = (words | answered).sudo().person_id
    choices = every._fields
    labels = choices["reaction"]._description_selection(env)
    manages = discussion._manages(discussion.sudo().group_id)
    shown = reactions.values()
    total = sum(count for of_word in shown for count, _own in of_word.values())
    removed = len(words.filtered("removed_by_id"))
    return {
        "page": page,
        "earlier_url": earlier_url if earlier else "",
        "words": words,
        "answered": {word.id: word for word in answered},
        "reactions": reactions,
        "labels": labels,
        "kinds": dict(choices["kind"]._description_selection(env)),
        "may": discussion._may("say"),
        "manages": manages,
        "person": env.user.partner_id,
        "reply": reply or every,
        "profiles": _profiles(env, people),
        "stamp": f"{words[-1:].id}-{removed}-{total}-{discussion.state}",
    }


def page_values(discussion: Any) -> dict:
    """Return what the page of ``discussion`` shows besides what was said."""
    env = discussion.env
    errors = {
        action: discussion._why_not(action)
        for action in ("summarise", "close", "reopen", "say")
    }
    summaries = env["wezer.discussion.summary"].search(
        [("discussion_id", "=", discussion.id)]
    )
    decisions = env["wezer.decision"].search(
        [("discussion_id", "=", discussion.id)], limit=DECISIONS_SHOWN
    )
    people = discussion.sudo().author_id | summaries.sudo().author_id
    return {
        "discussion": discussion,
        "group": discussion.group_id,
        # A person who appeals reads this discussion, and no other of the circle.
        "in_circle": not discussion._why_not_take_part(discussion.group_id),
        "summaries": summaries,
        "decisions": decisions,
        "facilitated": decisions.filtered(
            lambda one: one.sudo().facilitator_id - env.user.partner_id
        ),
        "profiles": _profiles(env, people),
        "may": {action for action, error in errors.items() if not error},
        "may_propose": discussion.state == "open"
        and not env["wezer.decision"]._why_not_propose(discussion.group_id),
        "why_not_say": str(errors["say"]) if errors["say"] else "",
        "limits": discussion._limits(),
    }


def _profiles(env: Any, people: Any) -> dict:
    """Return ``{partner id: profile}`` of those whom the user sees."""
    profiles = env["wezer.profile"].search([("partner_id", "in", people.ids)])
    return {profile.sudo().partner_id.id: profile for profile in profiles}
