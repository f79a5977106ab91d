"""What people are told about agreements, what a review came to, and what is kept.

Each function takes an agreement with the rights of the server.
"""

from typing import Any

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


def members(agreement: Any) -> Any:
    """Return the persons who count in the circle of ``agreement``."""
    return agreement.group_id.effective_members()


def responsible(agreement: Any) -> Any:
    """Return the persons who are responsible for ``agreement``."""
    party = agreement.responsible_id
    if not party:
        return agreement.group_id.partner_id._wezer_actor_partners("manage")
    return party._wezer_correspondents() or party


def result(agreement: Any) -> str:
    """Return what the answers of the round say: a word of ``review_result``."""
    answers = agreement.env["wezer.agreement.answer"].search(
        [
            ("agreement_id", "=", agreement.id),
            ("review_round", "=", agreement.review_round),
        ]
    )
    if not answers:
        return "unanswered"
    return "kept" if set(answers.mapped("answer")) == {"keep"} else "wanted"


def keep_concerns(version: Any, decision: Any) -> None:
    """Keep with ``version`` what people were worried about when it was decided.

    Only of open votes: secret ones have no names.
    """
    env, rows, seen = version.env, [], set()
    if decision.secrecy == "open":
        ballots = env["wezer.ballot"].search(
            [("decision_id", "=", decision.id), ("choice", "=", "concern")], order="id"
        )
        rows += [(row.person_id, row.reason) for row in ballots]
    rows += [
        (objection.person_id, objection.reason)
        for objection in decision.objection_ids
        if objection.state == "withdrawn"
    ]
    vals_list = []
    for person, text in rows:
        if text and (person, text) not in seen:
            seen.add((person, text))
            vals_list.append(
                {"version_id": version.id, "person_id": person.id, "text": text}
            )
    env["wezer.agreement.concern"].create(vals_list)


def _tell(agreement: Any, people: Any, kind: str, sentence: Any, subject: str) -> None:
    # The persons themselves: nobody agrees or answers for another.
    notices = agreement.env["wezer.notice"]
    notices._leave(people, kind, sentence, agreement._url(), agreement, subject)


def tell_in_force(agreement: Any, older: Any) -> None:
    """Tell the members that a version is in force, and ask those who have to agree.

    :param older: the version that it replaces, if any
    """
    people, values = members(agreement), {"title": agreement.title}
    asked = people.browse()
    if agreement.must_assent == "all":
        asked = people
    elif agreement.must_assent == "new" and older:
        # Who agreed to an earlier version when they joined.
        assents = agreement.env["wezer.agreement.assent"].search(
            [("agreement_id", "=", agreement.id)]
        )
        asked = people & assents.person_id
    _tell(
        agreement,
        people - asked,
        "agreement_in_force",
        _lt(
            "%(group)s agreed on “%(title)s”.",
            group=agreement.group_id.name,
            **values,
        ),
        "version",
    )
    _tell(
        agreement,
        asked,
        "agreement_assent",
        _lt("Please read “%(title)s” and say whether you agree.", **values),
        "assent",
    )


def tell_breach(agreement: Any) -> None:
    """Tell those responsible that a member says it was not kept."""
    _tell(
        agreement,
        responsible(agreement),
        "agreement_breach",
        _lt("Somebody says that “%(title)s” was not kept.", title=agreement.title),
        "breach",
    )


def tell_due(agreement: Any) -> None:
    """Tell those responsible that the day of the review has come."""
    _tell(
        agreement,
        responsible(agreement),
        "agreement_review",
        _lt("“%(title)s” is to be reviewed.", title=agreement.title),
        "due",
    )


def tell_begun(agreement: Any) -> None:
    """Ask the members whether the agreement has helped."""
    notices = agreement.env["wezer.notice"]
    notices._settle(agreement, kinds=["agreement_review"])
    _tell(
        agreement,
        members(agreement),
        "agreement_review",
        _lt(
            "Has “%(title)s” helped? Answer until %(day)s.",
            title=agreement.title,
            day=agreement.review_closes,
        ),
        f"round-{agreement.review_round}",
    )


def tell_result(agreement: Any, word: str) -> None:
    """Tell those responsible what the review came to, unless it was kept."""
    if word == "kept":
        return
    sentences = {
        "wanted": _lt(
            "At the review of “%(title)s”, members asked for a change.",
            title=agreement.title,
        ),
        "unanswered": _lt(
            "Nobody answered at the review of “%(title)s”.", title=agreement.title
        ),
    }
    _tell(
        agreement,
        responsible(agreement),
        "agreement_review",
        sentences[word],
        "result",
    )
