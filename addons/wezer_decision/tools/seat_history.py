"""What is known of the seats of roles: history, decisions and policies, read at once.

The clock asks it about many roles: how many queries that takes does not depend on how
many roles there are. Others ask about one role.
"""

from collections import defaultdict
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

RE_ELECT_DAYS = 30
RUNNING = (
    *("draft", "announced", "open", "counting", "tied", "adopted"),
    *("challenged", "stuck"),
)
# What the history of circles tells of roles.
GIVEN, ENDED = "role_given", "role_ended"
POLICIES = ("roles_by", "re_elect_days")


class History:
    """The seats of ``roles``, as they are when something is first asked."""

    def __init__(self, roles: Any) -> None:
        self.roles = roles.sudo()
        self.env = self.roles.env

    # === WHAT IS READ === #

    @cached_property
    def _events(self) -> dict[int, Any]:
        events = self.env["wezer.group.event"].search(
            [("group_id", "in", self.roles.ids), ("kind", "in", (GIVEN, ENDED))],
            order="id",
        )
        return {role.id: told for role, told in events.grouped("group_id").items()}

    @cached_property
    def _until(self) -> dict[int, Any]:
        """Of places that ended: the last day that they would have had."""
        return {
            event.membership: event.until
            for told in self._events.values()
            for event in told
            if event.kind == ENDED
        }

    @cached_property
    def _had(self) -> set[int]:
        """Of which places it is known that somebody had them."""
        return {
            event.membership
            for told in self._events.values()
            for event in told
            if event.kind == GIVEN
        }

    @cached_property
    def _outcomes(self) -> dict[int, Any]:
        outcomes = self.env["wezer.outcome"]
        rows = self.env.execute_query(
            SQL(
                """SELECT id, params ->> 'role' FROM wezer_outcome
                    WHERE kind = 'role' AND params ->> 'role' = ANY(%s) ORDER BY id""",
                [str(number) for number in self.roles.ids],
                to_flush=outcomes._fields["params"],
            )
        )
        ids = [number for number, _role in rows]
        found = defaultdict(list)
        for number, role in rows:
            found[int(role)].append(number)
        return {
            role: outcomes.browse(numbers).with_prefetch(ids)
            for role, numbers in found.items()
        }

    @cached_property
    def _policies(self) -> dict[int, dict[str, Any]]:
        circles = self.env["wezer.group"].union(
            *(deciding_circle(role) for role in self.roles)
        )
        return self.env["wezer.group.policy"]._in_force_in(circles, POLICIES)

    def events(self, role: Any) -> Any:
        """Return the events (sudo) of people who were given ``role``, or lost it."""
        return self._events.get(role.id, self.env["wezer.group.event"])

    def outcomes(self, role: Any) -> Any:
        """Return the outcomes (sudo) of all decisions that fill ``role``, oldest first.

        Whichever circle decides: a circle can have moved since.
        """
        return self._outcomes.get(role.id, self.env["wezer.outcome"])

    def policy(self, role: Any, key: str) -> Any:
        """Return a policy about elections of the circle that decides on ``role``."""
        return self._policies.get(deciding_circle(role).id, {}).get(key)

    def last(self, role: Any) -> date:
        """Return the last day of the terms whose elections are due today."""
        ahead = self.policy(role, "re_elect_days") or RE_ELECT_DAYS
        return days.today(self.env, role.company_id) + timedelta(days=ahead)

    # === PLACES AND DECISIONS === #

    def term_of(self, place: Any) -> date | None:
        """Return the last day of the term of a place in a role (sudo), or None.

        Of a place that ended before: the day on which it would have ended.
        """
        if place.held_over_since or place.state != "left":
            return place.held_over_since or place.date_to or None
        return self._until.get(place.id) or None

    def rest_of(self, place: Any) -> date | None:
        """Return until when a by-election of a place (sudo) is, or None.

        Of a place that fell vacant so early that the next term is not elected yet.
        """
        until = self.term_of(place) if place.state == "left" else None
        return until if until and until > self.last(place.group_id) else None

    def given_by(self, decision: Any, role: Any) -> Any:
        """Return the places (sudo) in ``role`` that ``decision`` has given.

        Not those of people who were invited, and declined.
        """
        ids = set(_done(decision).mapped("res_id"))
        if not ids:
            return self.env["wezer.group.membership"]
        return role.sudo().membership_ids.filtered(
            lambda place: (
                place.id in ids and (place.state != "left" or place.id in self._had)
            )
        )

    def successors(self, decision: Any, role: Any) -> dict[int, Any]:
        """Return which places the people follow whom ``decision`` elected.

        In the order of election, the longest term first. A person who has the same
        place again follows nobody.

        :return: ``{id of the place before: their place (sudo)}``
        """
        given = self.given_by(decision, role)
        if not given:
            return {}
        places = decision.place_ids
        others = [
            given.filtered(lambda place, one=one: place.id == one.res_id)
            for one in _done(decision)
            if one.res_id not in places.ids
        ]
        before = self.in_order(decision, places - given)
        pairs = zip(before, others, strict=False)
        return {place.id: follows for place, follows in pairs if follows}

    def in_order(self, decision: Any, places: Any) -> Any:
        """Return ``places`` as they are given to the elected: the longest term first.

        As it was said when the election was prepared.
        """
        terms = terms_said(decision)

        def rank(place: Any) -> tuple[int, int]:
            until = self.term_of(place)
            text = str(until) if place.state == "left" and until else None
            return terms.index(text) if text in terms else 0, place.id

        return places.sorted(rank)

    def elected_elsewhere(
        self, role: Any, places: Any, but: Any, drafted: bool = False
    ) -> Any:
        """Return those of ``places`` (sudo) that another decision elects, or elected.

        A place that its decision gave to the same person again has a new end.

        :param but: not by this decision
        :param drafted: drafts that the circle sees count, too
        """
        found = places.browse()
        for other in (self.outcomes(role).decision_id - but).sorted("id"):
            named = other.place_ids & places
            if not named or other.state not in (*RUNNING, "done"):
                continue
            if other.state == "draft" and not (drafted and other.is_shared_draft):
                continue
            if other.state == "done":
                named = places.browse(self.successors(other, role)) & places
            found = (found | named) - self.given_by(other, role)
        return found

    def followed(self, role: Any) -> set[int]:
        """Return the ids of the places in ``role`` that somebody else has now.

        By an election that names the place. A person who was given the role in another
        way has, of the vacant seats, the one that fell vacant first; seats whose terms
        are not over come before the others.
        """
        found, named = set(), set()
        for decision in self.outcomes(role).decision_id:
            if decision.state == "done" and decision.place_ids:
                found.update(self.successors(decision, role))
                named.update(self.given_by(decision, role).ids)
        there = {place.id: place for place in role.sudo().membership_ids}
        vacant: dict[int, date] = {}
        for event in self.events(role):
            place = event.membership
            if event.kind == ENDED:
                if place in there:
                    vacant[place] = self.term_of(there[place]) or date.min
            elif place in vacant and place not in found:
                # The same person again.
                del vacant[place]
            elif place not in named:
                day = days.day_of(self.env, event.date, role.company_id)
                free = [one for one in vacant if one not in found]
                runs = [one for one in free if vacant[one] >= day]
                found.update((runs or free)[:1])
        return found

    def vacant(self, role: Any, but: Any, drafted: bool = False) -> Any:
        """Return the places (sudo) in ``role`` that fell vacant before their terms end.

        Not those whose terms end so soon that the next term is elected already; nor
        those of which another decision elects the successors: see
        :meth:`elected_elsewhere`.
        """
        places = self._left(role).filtered(self.rest_of)
        return self._to_elect(role, places, but, drafted)

    def ending(self, role: Any, but: Any, drafted: bool = False) -> Any:
        """Return the places (sudo) in ``role`` whose terms end soon, or are over.

        Also of a person who left shortly before the end of the term. See
        :meth:`vacant`.
        """
        last = self.last(role)
        live = role.sudo().membership_ids.filtered("is_live")
        left = self._left(role).filtered(lambda place: not self.rest_of(place))
        places = (live | left).filtered(
            lambda place: (self.term_of(place) or date.max) <= last
        )
        return self._to_elect(role, places, but, drafted)

    def _left(self, role: Any) -> Any:
        """Return the places (sudo) that nobody has, and whose terms are not over."""
        today = days.today(self.env, role.company_id)
        places = role.sudo().membership_ids.filtered(
            lambda place: (
                place.state == "left" and (self.term_of(place) or date.min) >= today
            )
        )
        return places - places.browse(self.followed(role)) if places else places

    def _to_elect(self, role: Any, places: Any, but: Any, drafted: bool) -> Any:
        if not places:
            return places
        found = places - self.elected_elsewhere(role, places, but, drafted)
        return found.sorted(lambda place: (self.term_of(place), place.id))


def _done(decision: Any) -> Any:
    """Return the outcomes (sudo) by which ``decision`` gave a role, in their order."""
    return decision.outcome_ids.filtered(
        lambda one: one.kind == "role" and one.state == "done" and one.res_id
    ).sorted("id")


def terms_said(decision: Any) -> list[str | None]:
    """Return the last days of seats with different terms that are elected together.

    In the order of election; None is a whole term. Empty where all have the same term.
    """
    for outcome in decision.outcome_ids:
        if outcome.kind == "role":
            return (outcome.params or {}).get("untils") or []
    return []
