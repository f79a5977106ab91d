"""Delegations of voices: which ones concern a decision, and where its voices end.

The nearest delegation counts: of the decision, then of its category, then of its
circle, each from the circle itself upwards. A person who votes answers for themselves,
and ends the chain behind them.
"""

from collections import Counter
from typing import Any

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import locks

from . import delegation

# Nobody objects, advises, names a person or draws a number for somebody else.
NOT_DELEGABLE = ("advice", "person", "draw")
# What a holder answers for themselves only.
OWN_ANSWERS = ("object",)
CAP = 5
# So many absent members one person votes for in a secret vote.
PROXIES_MOST = 2


def policy(decision: models.Model) -> str:
    """Return ``none``, ``once`` or ``chains``: how voices are carried in a decision."""
    if decision.secrecy != "open" or decision.method in NOT_DELEGABLE:
        return "none"
    rules = decision.rules or {}
    return rules.get("delegation") or "none"


def cap(decision: models.Model, roll: int) -> int:
    """Return how many voices one person carries at most."""
    rules = decision.rules or {}
    return int(rules.get("delegation_cap") or delegation.cap_of(roll, CAP))


def roll_sizes(decisions: models.Model) -> dict[int, int]:
    """Return how many rows the roll of each decision has, counted by the database."""
    if not decisions:
        return {}
    voters = decisions.env["wezer.decision.voter"].sudo()
    rows = voters._read_group(
        [("decision_id", "in", decisions.ids)], ["decision_id"], ["__count"]
    )
    return {**dict.fromkeys(decisions.ids, 0), **{one.id: n for one, n in rows}}


def has_proxies(decision: models.Model) -> bool:
    """Return whether members may let others cast their ballot in a secret vote."""
    if decision.secrecy == "open" or decision.method in NOT_DELEGABLE:
        return False
    if decision.rules:
        return bool(decision.rules.get("procurations"))
    return bool(decision.group_id._policy("procurations")[0])


def given_for(decision: models.Model) -> models.Model:
    """Return the delegations in force (sudo) of this one decision, the oldest first."""
    return (
        decision.env["wezer.vote.delegation"]
        .sudo()
        .search(
            [
                ("scope", "=", "decision"),
                ("decision_id", "=", decision.id),
                ("state", "=", "active"),
            ],
            order="id",
        )
    )


def own_voices(decision: models.Model, people: models.Model) -> models.Model:
    """Return the rows of the roll (sudo) with the own voices of ``people``."""
    voters = decision.env["wezer.decision.voter"].sudo()
    found = voters.search(
        [
            ("decision_id", "=", decision.id),
            ("party_id", "in", people.ids),
            ("state", "!=", "off"),
        ]
    )
    return found.filtered(lambda voter: voter.party_id == voter.person_id)


def cast_for_others(decisions: models.Model, person: models.Model) -> dict[int, int]:
    """Return for how many members ``person`` has voted, by the id of the decision."""
    ballots = decisions.env["wezer.ballot"].sudo()
    rows = ballots._read_group(
        [
            ("decision_id", "in", decisions.ids),
            ("person_id", "=", person.id),
            ("voter_id.person_id", "!=", person.id),
        ],
        ["decision_id"],
        ["__count"],
    )
    return {decision.id: count for decision, count in rows}


def proxy_voices(decision: models.Model, person: models.Model) -> models.Model:
    """Return the rows of the roll (sudo) that ``person`` casts as a proxy.

    Each is a ballot of its own in the urn: what was cast for whom is kept nowhere.
    """
    if not has_proxies(decision):
        return decision.env["wezer.decision.voter"].sudo()
    held = given_for(decision).filtered(lambda one: one.holder_id == person)
    voices = own_voices(decision, held[:PROXIES_MOST].giver_id | person)
    own = voices.filtered(lambda voter: voter.party_id == person)
    # Who has no voice, as it is about them, casts none for others.
    return voices - own if own else own


def cast_by_proxies(decision: models.Model, holder: Any = None) -> models.Model:
    """Return the rows of the roll (sudo) with voices that proxies can have cast.

    Nobody knows of a secret ballot who cast it. Who takes the voice back does so before
    it was cast.

    :param holder: the voices that this person can have cast
    """
    given = decision.env["wezer.vote.delegation"].sudo()
    domain = [
        ("scope", "=", "decision"),
        ("decision_id", "=", decision.id),
        "|",
        ("state", "=", "active"),
        ("ended_why", "!=", "taken_back"),
    ]
    if holder:
        domain.append(("holder_id", "=", holder.id))
    voices = own_voices(decision, given.search(domain).giver_id)
    return voices.filtered(lambda voter: voter.state == "voted")


def nearest(
    decision: models.Model, people: Any = None
) -> dict[int, tuple[int, Any, int]]:
    """Return ``{giver: (holder, since when, id of the delegation)}`` for a decision.

    What was given or taken back after its end does not count.

    :param people: ids of givers; None for all
    """
    env = decision.env
    known = env["wezer.vote.delegation"]._fields
    names = ("giver_id", "holder_id", "scope", "decision_id", "group_id", "state")
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT ON (d.giver_id)
                      d.giver_id, d.holder_id, d.date_from, d.id
                 FROM wezer_vote_delegation d
            LEFT JOIN wezer_group_closure c
                   ON c.descendant_id = %(group)s AND c.ancestor_id = d.group_id
                WHERE d.date_from <= %(end)s AND d.date_until >= %(end)s::date
                  AND (d.state = 'active' OR d.date_ended > %(end)s)
                  AND (%(all)s OR d.giver_id = ANY(%(people)s))
                  AND (d.scope = 'decision' AND d.decision_id = %(decision)s
                    OR d.scope = 'category' AND d.category_id = %(category)s
                       AND (c.distance = 0 OR d.inside AND c.distance > 0)
                    OR d.scope = 'circle'
                       AND (c.distance = 0 OR d.inside AND c.distance > 0))
                ORDER BY d.giver_id,
                         array_position('{decision,category,circle}'::varchar[],
                                        d.scope),
                         c.distance, d.id DESC""",
            group=decision.group_id.id,
            decision=decision.id,
            category=decision.category_id.id or None,
            end=moment(decision),
            all=people is None,
            people=list(people or ()),
            to_flush=tuple(known[name] for name in names),
        )
    )
    return {giver: (holder, since, given) for giver, holder, since, given in rows}


def moment(decision: models.Model) -> Any:
    """Return when voices are counted: at the end of the vote, now while it runs."""
    now = fields.Datetime.now()
    if not decision.closes:
        return now
    return min(decision.closes, now)


def roll_of(decision: models.Model) -> dict[int, tuple[int, str, str | None]]:
    """Return ``{person: (row of the roll, state, choice)}`` of people's own voices.

    A voice of a circle is not its representative's to give away.
    """
    env = decision.env
    env["wezer.decision.voter"].flush_model()
    env["wezer.ballot"].flush_model()
    rows = env.execute_query(
        SQL(
            """SELECT v.person_id, v.id, v.state, b.choice
                 FROM wezer_decision_voter v
            LEFT JOIN wezer_ballot b ON b.voter_id = v.id
                WHERE v.decision_id = %s AND v.party_id = v.person_id
                  AND v.state <> 'off'""",
            decision.id,
        )
    )
    return {person: (row, state, choice) for person, row, state, choice in rows}


def _voted(roll: dict) -> set[int]:
    """Return the persons on the roll who voted."""
    return {
        person for person, (_row, state, _choice) in roll.items() if state == "voted"
    }


def _ends(
    decision: models.Model, roll: dict, given: dict, voted: set[int], most: int | None
) -> dict[int, int]:
    """Return the voter who answers for each giver, if these people voted.

    :param given: what :func:`nearest` returned
    :param most: how many voices one person carries at most
    """
    return delegation.carried(
        list(roll),
        voted,
        {giver: holder for giver, (holder, _since, _id) in given.items()},
        {giver: (since, number) for giver, (_holder, since, number) in given.items()},
        most,
        policy(decision) == "chains",
    )


def resolve(decision: models.Model) -> dict[int, int]:
    """Return ``{row of the roll: row of the voter whose ballot counts for it}``."""
    if policy(decision) == "none":
        return {}
    roll = roll_of(decision)
    most = cap(decision, len(roll))
    found = _ends(decision, roll, nearest(decision), _voted(roll), most)
    return {
        roll[giver][0]: roll[voter][0]
        for giver, voter in found.items()
        if roll[voter][2] not in OWN_ANSWERS
    }


def keep(decision: models.Model, carried: dict[int, int]) -> None:
    """Write on the roll who answered for whom, and to whom each voice was given."""
    if not carried:
        return
    roll = roll_of(decision)
    rows = {person: row for person, (row, _state, _choice) in roll.items()}
    passed = {
        rows[giver]: rows[holder]
        for giver, (holder, _since, _id) in nearest(decision).items()
        if giver in rows and holder in rows
    }
    givers = list(carried)
    decision.env.execute_query(
        SQL(
            """UPDATE wezer_decision_voter v
                  SET carried_by_id = given.voter, passed_to_id = given.holder
                 FROM unnest(%s, %s, %s) AS given(id, voter, holder)
                WHERE v.id = given.id RETURNING v.id""",
            givers,
            [carried[giver] for giver in givers],
            [passed[giver] for giver in givers],
        )
    )
    decision.env["wezer.decision.voter"].invalidate_model(
        ["carried_by_id", "passed_to_id"], flush=False
    )


def kept(decision: models.Model) -> dict[int, int]:
    """Return who answered for whom in a decision that was counted."""
    rows = decision.env.execute_query(
        SQL(
            """SELECT id, carried_by_id FROM wezer_decision_voter
                WHERE decision_id = %s AND carried_by_id IS NOT NULL""",
            decision.id,
        )
    )
    return dict(rows)


def beyond_cap(decision: models.Model) -> dict[int, int]:
    """Return ``{giver: holder}`` of voices that nobody will carry, as it stands now.

    As if all those would vote who gave their voice to nobody.
    """
    if policy(decision) == "none":
        return {}
    roll, given = roll_of(decision), nearest(decision)
    voters = _voted(roll) | (roll.keys() - given.keys())
    whole = _ends(decision, roll, given, voters, None)
    some = _ends(decision, roll, given, voters, cap(decision, len(roll)))
    return {giver: whole[giver] for giver in whole.keys() - some.keys()}


def would_carry(decision: models.Model, person: models.Model) -> int:
    """Return for how many others ``person`` answers if they vote now."""
    known = decision.env["wezer.vote.delegation"].sudo()
    held = [("holder_id", "=", person.id), ("state", "=", "active")]
    if policy(decision) == "none" or not known.search_count(held, limit=1):
        return 0
    roll = roll_of(decision)
    if person.id not in roll:
        return 0
    voters, most = _voted(roll) | {person.id}, cap(decision, len(roll))
    found = _ends(decision, roll, nearest(decision), voters, most)
    return Counter(found.values())[person.id]


def ended_by_itself(env: Any, day: Any) -> list[tuple[int, str]]:
    """Return ``(id, why)`` of active delegations that ended: by date or by leaving.

    A giver and a holder both count in the circle, and are members in good standing.
    """
    known = env["wezer.vote.delegation"]._fields
    names = ("giver_id", "holder_id", "group_id", "state", "date_until")
    places = env["wezer.group.membership"]._fields
    return env.execute_query(
        SQL(
            """SELECT d.id, CASE WHEN d.date_until < %(day)s
                                 THEN 'expired' ELSE 'left' END
                 FROM wezer_vote_delegation d
                WHERE d.state = 'active' AND (d.date_until < %(day)s OR EXISTS (
                      SELECT FROM unnest(ARRAY[d.giver_id, d.holder_id]) one(id)
                       WHERE NOT EXISTS (
                             SELECT FROM wezer_profile p
                              WHERE p.partner_id = one.id AND p.state = 'active')
                          OR NOT EXISTS (
                             SELECT FROM wezer_group_closure c
                               JOIN wezer_group_membership m
                                 ON m.group_id = c.descendant_id
                              WHERE c.ancestor_id = d.group_id
                                AND m.partner_id = one.id AND m.state = 'active'
                                AND m.is_guest IS NOT TRUE)))
                ORDER BY d.id""",
            day=day,
            to_flush=(
                *(known[name] for name in names),
                *(places[name] for name in ("state", "partner_id", "is_guest")),
                env["wezer.profile"]._fields["state"],
            ),
        )
    )


def personal_data(partners: models.Model) -> dict[str, list]:
    """Return the voices that ``partners`` gave and carried, for their download."""
    given = partners.env["wezer.vote.delegation"].sudo()
    given = given.search(
        ["|", ("giver_id", "in", partners.ids), ("holder_id", "in", partners.ids)],
        order="id",
    )
    names = ["giver_id", "holder_id", "scope", "group_id", "category_id"]
    names += ["decision_id", "date_from", "date_until", "state"]
    rows = partners.env["wezer.personal.data"]
    return {"vote_delegations": rows._rows(given, names)}


def hold_running(env: Any, giver: models.Model) -> None:
    """Hold the open decisions in which ``giver`` has a voice, shared with voters.

    A count that begins waits for this transaction, or this one is tried again after it.
    The same holds for a vote at the same time.
    """
    locks.execute_locking(
        env,
        """SELECT d.id FROM wezer_decision d
             JOIN wezer_decision_voter v ON v.decision_id = d.id
            WHERE v.person_id = %s AND v.state = 'may' AND d.state = 'open'
            ORDER BY d.id FOR SHARE OF d, v""",
        [giver.id],
    )
