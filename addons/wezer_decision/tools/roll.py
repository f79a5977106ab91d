"""The roll of a decision: who has a voice, written once by one statement.

It is written when the decision is announced: who joins later has no voice in it. When
it opens, and whenever somebody leaves, rows are put to ``off``; none is ever added.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.membership_sql import is_counted

from . import rules

NAMED_LEAST = 3
# Ways in which colleges can decide, and can do so in secret.
BY_COLLEGES = ("majority", "consent")
SECRET_BY_COLLEGES = ("majority",)
# Smaller rolls decide by consent only, and never in secret.
MAJORITY_LEAST = 3
SECRET_LEAST = 5
# Why a voice is lost after the opening.
LOST_LATER = ("left", "merged", "suspended_later")
# So many places are read for each voice that is looked for.
FEW_PLACES = 20


def candidates(decision: Any) -> SQL:
    """Return the SELECT of the voices: party, person, college, since.

    A person may stand in it more than once; each has the day of the first place.
    """
    env, group = decision.env, decision.group_id
    counted = is_counted(env)
    kind = decision.electorate
    if kind == "representatives":
        return SQL(
            """SELECT c.partner_id AS party, m.partner_id AS person,
                      NULL::int AS college, m.date_from AS since, m.id AS place
                 FROM wezer_group c
                 JOIN wezer_group r ON r.parent_id = c.id AND r.active
                  AND r.kind = 'role' AND r.link = 'representative'
                 JOIN wezer_group_membership m ON m.group_id = r.id AND %s
                WHERE c.parent_id = %s AND c.kind = 'circle' AND c.active""",
            counted,
            group.id,
            to_flush=env["wezer.group"]._fields["link"],
        )
    if kind == "colleges":
        return SQL(
            """SELECT m.partner_id AS party, m.partner_id AS person,
                      k.id AS college, m.date_from AS since, k.sequence AS place
                 FROM wezer_decision_college k
                 JOIN wezer_group_closure c ON c.ancestor_id = k.source_id
                 JOIN wezer_group_membership m ON m.group_id = c.descendant_id AND %s
                WHERE k.id = ANY(%s)""",
            counted,
            decision._colleges().ids,
            to_flush=(
                env["wezer.decision.college"]._fields["source_id"],
                group._fields["parent_id"],
            ),
        )
    source = decision.electorate_role_id if kind == "role" else group
    # A person who is named counts in the circle, as all others do.
    inside = kind in ("all", "named")
    named = SQL("")
    if kind == "named":
        named = SQL(
            """AND m.partner_id IN (SELECT partner_id FROM wezer_decision_named
                                     WHERE decision_id = %s)""",
            decision.id,
            to_flush=decision._fields["named_ids"],
        )
    return SQL(
        """SELECT m.partner_id AS party, m.partner_id AS person,
                  NULL::int AS college, m.date_from AS since, m.id AS place
             FROM wezer_group_closure c
             JOIN wezer_group_membership m ON m.group_id = c.descendant_id AND %s
            WHERE c.ancestor_id = %s AND (%s OR c.distance = 0) %s""",
        counted,
        source.id,
        inside,
        named,
        to_flush=env["wezer.group"]._fields["parent_id"],
    )


def latest(decision: Any) -> date:
    """Return the last day on which a person can have joined to vote, if asked now."""
    wait = rules.policy(decision.group_id, "member_days_to_vote") or 0
    return days.today(decision.env, decision.company_id) - wait * days.DAY


def write(decision: Any) -> None:
    """Write the roll of ``decision`` (sudo): one statement, whatever its size."""
    env = decision.env
    if decision.electorate == "colleges":
        # The circle may replace its colleges while the decision runs.
        decision.college_ids = decision._colleges()
    decision.flush_recordset()
    env.execute_query(
        SQL(
            """WITH found AS (
                   SELECT DISTINCT ON (party) party, person, college,
                          min(since) OVER (PARTITION BY party) AS since
                     FROM (%(candidates)s) v
                    ORDER BY party, person = ANY(%(without_voice)s), place
               )
               INSERT INTO wezer_decision_voter
                      (decision_id, party_id, person_id, college_id,
                       state, off_reason, suspended_from, suspended_by_id)
               SELECT %(decision)s, f.party, f.person, f.college,
                      CASE WHEN f.person = ANY(%(without_voice)s)
                             OR p.state = 'suspended'
                             OR f.since > %(latest)s
                           THEN 'off' ELSE 'may' END,
                      CASE WHEN f.person = ANY(%(concerned)s) THEN 'concerned'
                           WHEN f.person = ANY(%(without_voice)s) THEN 'decides'
                           WHEN p.state = 'suspended' THEN 'suspended'
                           WHEN f.since > %(latest)s THEN 'short' END,
                      CASE WHEN p.state = 'suspended' THEN p.suspended_date END,
                      CASE WHEN p.state = 'suspended' THEN p.suspended_by_id END
                 FROM found f
                 JOIN wezer_profile p ON p.partner_id = f.person
                  AND p.state IN ('active', 'suspended')
                 JOIN res_partner person ON person.id = f.person AND person.active
                ORDER BY f.party
               RETURNING 1""",
            candidates=candidates(decision),
            decision=decision.id,
            concerned=concerned(decision).ids,
            without_voice=without_voice(decision).ids,
            latest=latest(decision),
            to_flush=_standing(env),
        )
    )
    env["wezer.decision.voter"].invalidate_model(flush=False)
    decision.invalidate_recordset(["voter_ids"], flush=False)


def follow(decision: Any) -> list[tuple[int, int]]:
    """Give unused voices of circles to those who represent these circles now (sudo).

    The voice is the circle's: it is not lost with the person who held it. What was
    voted stands, and stays with who voted.

    :return: for each voice that passed on, the ids of the person before and of now
    """
    if decision.electorate != "representatives":
        return []
    env = decision.env
    decision.flush_recordset()
    env["wezer.decision.voter"].flush_model()
    rows = env.execute_query(
        SQL(
            """WITH able AS MATERIALIZED (
                   SELECT v.party, v.person, v.place FROM (%(candidates)s) v
                     JOIN wezer_profile p ON p.partner_id = v.person
                      AND p.state = 'active'
               ), next AS (
                   SELECT DISTINCT ON (party) party, person FROM able
                    WHERE person <> ALL(%(without_voice)s) ORDER BY party, place
               ), found AS (
                   SELECT v.id, v.person_id AS before, n.person AS now
                     FROM wezer_decision_voter v
                     JOIN next n ON n.party = v.party_id
                     LEFT JOIN able a ON a.party = v.party_id
                      AND a.person = v.person_id
                    WHERE v.decision_id = %(decision)s
                      AND (v.state = 'off' AND v.off_reason = 'left'
                        OR a.party IS NULL AND (v.state = 'may' OR v.state = 'off'
                           AND v.off_reason IN ('suspended', 'suspended_later',
                               'concerned', 'decides')))
               )
               UPDATE wezer_decision_voter v
                  SET person_id = found.now, state = 'may', off_reason = NULL,
                      suspended_from = NULL, suspended_until = NULL,
                      suspended_by_id = NULL
                 FROM found WHERE found.id = v.id
               RETURNING found.before, found.now""",
            candidates=candidates(decision),
            without_voice=without_voice(decision).ids,
            decision=decision.id,
            to_flush=env["wezer.profile"]._fields["state"],
        )
    )
    env["wezer.decision.voter"].invalidate_model(flush=False)
    return rows


def refresh(decision: Any) -> None:
    """Put to ``off`` who left, or was suspended, since the roll was written (sudo).

    A voice that could have been used is told apart from one that never could: of a
    secret vote, only the second may be seen before closing.

    Sets are compared (``EXCEPT``), not joined: a roll that was just written has no
    statistics yet, and a join could go through all members for each voice.
    """
    env = decision.env
    follow(decision)
    decision.flush_recordset()
    env["wezer.decision.voter"].flush_model()
    env.execute_query(
        SQL(
            """WITH gone AS (
                   SELECT party_id, person_id FROM wezer_decision_voter
                    WHERE decision_id = %(decision)s AND state = 'may'
                   EXCEPT
                   SELECT c.party, c.person FROM (%(candidates)s) c
                     JOIN wezer_profile p ON p.partner_id = c.person
                      AND p.state = 'active'
               )
               UPDATE wezer_decision_voter v SET state = 'off',
                      off_reason = CASE WHEN p.state = 'suspended'
                                        THEN %(suspended)s ELSE 'left' END,
                      suspended_from = CASE WHEN p.state = 'suspended'
                                            THEN p.suspended_date END,
                      suspended_by_id = CASE WHEN p.state = 'suspended'
                                             THEN p.suspended_by_id END
                 FROM gone JOIN wezer_profile p ON p.partner_id = gone.person_id
                WHERE v.decision_id = %(decision)s AND v.party_id = gone.party_id
               RETURNING v.id""",
            candidates=candidates(decision),
            decision=decision.id,
            suspended="suspended"
            if decision.state == "announced"
            else "suspended_later",
            to_flush=_standing(env),
        )
    )
    env["wezer.decision.voter"].invalidate_model(flush=False)


def _standing(env: Any) -> tuple:
    """Return the fields of profiles that say who is suspended, and since when."""
    known = env["wezer.profile"]._fields
    return tuple(known[name] for name in ("state", "suspended_date", "suspended_by_id"))


def concerned(decision: Any) -> Any:
    """Return the persons whom an outcome is about: they are heard, and do not vote."""
    named = _named(decision, rules.ABOUT_PERSON)
    return named | decision.outcome_ids._concerned()


def decides(decision: Any) -> Any:
    """Return the person who decides after the advice of others, and gives none."""
    person = decision.decider_id
    return person if decision.method == "advice" else person.browse()


def without_voice(decision: Any) -> Any:
    """Return the persons who are on the roll without a voice, whatever they are."""
    return concerned(decision) | decides(decision)


def heard(decision: Any) -> Any:
    """Return the persons who are heard before others decide about them."""
    return _named(decision, rules.HEARD)


def _named(decision: Any, kinds: tuple[str, ...]) -> Any:
    """Return the persons (sudo) whom outcomes of these kinds name."""
    ids = [
        (outcome.params or {}).get("person")
        for outcome in decision.outcome_ids
        if outcome.kind in kinds
    ]
    people = decision.env["res.partner"].sudo()
    return people.browse([one for one in ids if type(one) is int]).exists()


def counts(decision: Any, lost: bool = False) -> tuple[int, int]:
    """Return ``(how many have a voice, how many of them answered)``.

    :param lost: count voices that were lost since the opening, too. Of a secret vote, a
        number that falls when somebody leaves tells that this person had not voted.
    """
    decision.env["wezer.decision.voter"].flush_model(
        ["state", "off_reason", "decision_id"]
    )
    rows = decision.env.execute_query(
        SQL(
            """SELECT count(*) FILTER (WHERE state <> 'off' OR off_reason = ANY(%s)),
                      count(*) FILTER (WHERE state = 'voted')
                 FROM wezer_decision_voter WHERE decision_id = %s""",
            list(LOST_LATER) if lost else [],
            decision.id,
        )
    )
    return rows[0]


def people_in(decision: Any, *states: str, among: Any = None) -> list[int]:
    """Return the ids of the persons (each once) whose voices are in ``states``.

    One row, whatever the size of the roll: no record is made of each voter.

    :param among: only these persons
    """
    voters = decision.env["wezer.decision.voter"]
    rows = decision.env.execute_query(
        SQL(
            """SELECT array_agg(DISTINCT person_id) FROM wezer_decision_voter
                WHERE decision_id = %s AND state = ANY(%s) AND %s""",
            decision.id,
            list(states),
            SQL("TRUE") if among is None else SQL("person_id = ANY(%s)", among.ids),
            to_flush=(
                voters._fields["decision_id"],
                voters._fields["person_id"],
                voters._fields["state"],
            ),
        )
    )
    return rows[0][0] or []


def would_be(decision: Any, people: Any = None) -> int:
    """Return how many voices could be given, as the circle is now.

    :param people: only the voices of these persons
    """
    return _voices(decision, people, None)[0]


def can_be_secret(decision: Any) -> bool:
    """Return whether enough people could vote for the vote to be secret.

    Where colleges vote, in each of them.
    """
    if at_most(decision, SECRET_LEAST) < SECRET_LEAST:
        return False
    return _too_small(decision, would_be_by_college) is None


def has_voices(decision: Any) -> bool:
    """Return whether anybody could vote."""
    return at_most(decision, 1) > 0


def at_most(decision: Any, most: int) -> int:
    """Return how many voices could be given, ``most`` where there are more.

    A large circle is not read whole for that: a person has few places in it.
    """
    found, places = _voices(decision, None, FEW_PLACES * most)
    if found < most and places == FEW_PLACES * most:
        found = would_be(decision)
    return min(found, most)


def would_be_by_college(decision: Any) -> dict[int, int]:
    """Return how many voices each college would have, as the circle is now.

    As on the roll: each person in the first of their colleges. Those without people who
    could vote are left out.
    """
    env = decision.env
    decision.flush_recordset()
    rows = env.execute_query(
        SQL(
            """SELECT college, count(*) FROM (
                   SELECT DISTINCT ON (v.party) v.college,
                          min(v.since) OVER (PARTITION BY v.party) AS since
                     FROM (%s) v
                     JOIN wezer_profile p ON p.partner_id = v.person
                      AND p.state = 'active'
                     JOIN res_partner person ON person.id = v.person
                      AND person.active
                    WHERE v.person <> ALL(%s)
                    ORDER BY v.party, v.place) voices
                WHERE (since > %s) IS NOT TRUE GROUP BY college""",
            candidates(decision),
            without_voice(decision).ids,
            latest(decision),
            to_flush=env["wezer.profile"]._fields["state"],
        )
    )
    return dict(rows)


def by_college(decision: Any) -> dict[int, int]:
    """Return how many voices each college has on the roll that was written."""
    rows = (
        decision.env["wezer.decision.voter"]
        .sudo()
        ._read_group(
            [
                ("decision_id", "=", decision.id),
                ("state", "!=", "off"),
                ("college_id", "!=", False),
            ],
            ["college_id"],
            ["__count"],
        )
    )
    return {college.id: number for college, number in rows}


def _too_small(
    decision: Any, voices: Callable[[Any], dict[int, int]]
) -> tuple[int, int] | None:
    """Return a college in which no vote would be hidden, and its voices, or None.

    :param voices: asked for the voices of each college where colleges vote, by its id
    """
    if decision.electorate != "colleges":
        return None
    small = [one for one in voices(decision).items() if 0 < one[1] < SECRET_LEAST]
    return min(small) if small else None


def _voices(decision: Any, people: Any, places: int | None) -> tuple[int, int]:
    """Return how many voices at most so many places give, and of how many they are.

    As on the roll: nobody whom the decision is about, who decides after advice, or who
    came too late.
    """
    env = decision.env
    decision.flush_recordset()
    rows = env.execute_query(
        SQL(
            """SELECT count(DISTINCT party), count(*) FROM (
                   SELECT v.party FROM (%s) v
                     JOIN wezer_profile p ON p.partner_id = v.person
                      AND p.state = 'active'
                    WHERE (v.since > %s) IS NOT TRUE
                      AND v.person <> ALL(%s)
                      AND (%s OR v.person = ANY(%s))
                    LIMIT %s) parties""",
            candidates(decision),
            latest(decision),
            without_voice(decision).ids,
            people is None,
            list(people.ids) if people is not None else [],
            places,
            to_flush=env["wezer.profile"]._fields["state"],
        )
    )
    return rows[0]


def is_among(decision: Any, person: Any, party: Any = None) -> bool:
    """Return whether ``person`` would be on the roll, as the circle is now.

    :param party: with the voice of this party
    """
    decision.flush_recordset()
    voice = SQL("AND v.party = %s", party.id) if party else SQL("")
    return bool(
        decision.env.execute_query(
            SQL(
                "SELECT FROM (%s) v WHERE v.person = %s %s LIMIT 1",
                candidates(decision),
                person.id,
                voice,
            )
        )
    )


def why_not(decision: Any) -> Refusal | None:
    """Return why ``decision`` cannot be put to its electorate, or None (sudo)."""
    env = decision.env
    if decision.electorate == "role" and not decision.electorate_role_id:
        return Refusal(
            env._("Choose the role whose people vote."),
            rule="electorate",
            field="electorate_role_id",
        )
    if decision.electorate == "named" and len(decision.named_ids) < NAMED_LEAST:
        return Refusal(
            env._("Name at least %s people who vote.", NAMED_LEAST),
            rule="named",
            value=str(len(decision.named_ids)),
            limit=str(NAMED_LEAST),
            field="named_ids",
        )
    if decision.electorate == "colleges":
        error = _why_not_colleges(decision)
        if error:
            return error
    voices = at_most(decision, SECRET_LEAST)
    if not voices:
        return Refusal(
            env._("Nobody could vote. Choose other people to ask."),
            rule="roll",
            value="0",
            limit="1",
        )
    return why_not_size(decision, voices, would_be_by_college)


def why_not_size(
    decision: Any, voices: int, of_colleges: Callable[[Any], dict[int, int]]
) -> Refusal | None:
    """Return why a roll of ``voices`` is too small for the method or the secrecy.

    :param of_colleges: asked for the voices of each college, where it matters
    """
    env = decision.env
    if voices < MAJORITY_LEAST and decision.method not in ("consent", *rules.UNBOUND):
        return Refusal(
            env._(
                "Fewer than %(least)s people would vote. Decide by consent instead.",
                least=MAJORITY_LEAST,
            ),
            rule="roll",
            value=str(voices),
            limit=str(MAJORITY_LEAST),
            field="method",
        )
    if voices < SECRET_LEAST and decision.secrecy != "open":
        return Refusal(
            env._(
                "Fewer than %(least)s people would vote, so the vote cannot be"
                " secret. Make it open.",
                least=SECRET_LEAST,
            ),
            rule="secret",
            value=str(voices),
            limit=str(SECRET_LEAST),
            field="secrecy",
        )
    small = _too_small(decision, of_colleges) if decision.secrecy != "open" else None
    if small:
        return Refusal(
            env._(
                "Fewer than %(least)s people of the college “%(college)s” would vote,"
                " so the vote cannot be secret. Make it open.",
                least=SECRET_LEAST,
                college=env["wezer.decision.college"].sudo().browse(small[0]).name,
            ),
            rule="secret",
            value=str(small[1]),
            limit=str(SECRET_LEAST),
            field="secrecy",
        )
    return None


def _why_not_colleges(decision: Any) -> Refusal | None:
    env, method = decision.env, decision.method
    if method not in BY_COLLEGES:
        return Refusal(
            env._(
                "Colleges decide by majority or consent: only yes and no can be weighed"
                " by colleges."
            ),
            rule="colleges",
            value=method,
            limit=", ".join(BY_COLLEGES),
            field="method",
        )
    if decision.secrecy != "open" and method not in SECRET_BY_COLLEGES:
        return Refusal(
            env._(
                "Colleges vote in secret by majority only. Choose a majority, or make"
                " the vote open."
            ),
            rule="colleges",
            value=method,
            limit=", ".join(SECRET_BY_COLLEGES),
            field="method",
        )
    return decision._colleges()._why_not_whole()
