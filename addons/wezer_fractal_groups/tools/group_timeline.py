"""The history of groups as people read it: sentences by day, as far as they may see."""

from typing import Any

from markupsafe import Markup, escape

from odoo import models
from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.wezer_base.tools import days

from .group_history import GROUP_KINDS, PERSON_KINDS

PAGE = 50
# So many the page of a group shows.
LATEST = 5
# What the timeline can be limited to.
CHOICES = {"groups": GROUP_KINDS, "people": (*PERSON_KINDS, "past_role")}


def domain(group: models.Model, inside: bool = True, choice: str = "") -> Domain:
    """Return the domain of the events of ``group``; of all where it is empty.

    :param bool inside: also of the groups inside it; else only of itself, its roles
        and of what came into it and went
    :param str choice: a key of :data:`CHOICES`; all kinds otherwise
    """
    result = Domain.TRUE
    if group:
        own = [(name, "=", group.id) for name in ("group_id", "from_id", "to_id")]
        result = Domain.OR(Domain(*condition) for condition in own)
        if inside:
            result |= Domain("group_id.ancestor_ids", "in", group.ids)
    if choice in CHOICES:
        result &= Domain("kind", "in", CHOICES[choice])
    return result


def latest(group: models.Model) -> models.Model:
    """Return the latest events of ``group`` and inside, for its page."""
    events = group.env["wezer.group.event"]
    seen = events._search(domain(group), limit=LATEST, order=events._order)
    # Read whole, in the query that asks which the user sees: the sentences name
    # groups and people as far as the user sees these.
    return events.sudo().search_fetch([("id", "in", seen)]).with_env(events.env)


def people_of(events: models.Model) -> models.Model:
    """Return the persons (sudo) whom ``events`` name."""
    known = events.sudo()
    return known.person_id | known.actor_id


def by_day(
    events: models.Model, groups: Any = None, profiles: Any = None, whole: bool = False
) -> list:
    """Return ``events`` in their order as dicts ``day`` and ``rows``.

    :param groups: some that the user sees; others are looked up
    :param whole: ``groups`` has all that the user sees of those that are named
    :param profiles: of the persons, as far as the user may see them; looked up where
        left out
    :return: rows are dicts ``text``, ``by`` (who did it, if anybody) and ``kind``
    """
    words = _Words(events, groups, profiles, whole)
    env = events.env
    return [
        {"day": day, "rows": [words.row(event) for event in together]}
        for day, together in groupby(
            events, lambda event: days.day_of(env, event.date, event.sudo().company_id)
        )
    ]


class _Words:
    """Puts events in words; groups and people are read once for all of them."""

    def __init__(
        self, events: models.Model, groups: Any, profiles: Any, whole: bool = False
    ) -> None:
        self.env = env = events.env
        known = events.sudo()
        self.seen = set(groups.ids) if groups else set()
        # Names of other groups, as the reader may see them. An event is seen with
        # its group.
        self.seen |= set(known.group_id.ids)
        others = set((known.from_id | known.to_id).ids) - self.seen
        if others and not whole:
            model = env["wezer.group"].with_context(active_test=False)
            self.seen |= set(model.search([("id", "in", list(others))]).ids)
        if profiles is None:
            profiles = env["wezer.profile"].search_fetch(
                [("partner_id", "in", people_of(events).ids)]
            )
        self.profiles = {profile.sudo().partner_id.id: profile for profile in profiles}

    def row(self, event: Any) -> dict:
        known = event.sudo()
        return {
            "kind": event.kind,
            "text": getattr(self, f"_{event.kind}")(known),
            "by": self._by(known),
        }

    # === NAMES === #

    def _group(self, group: Any, name: str | None = None) -> Any:
        """Return a link to ``group`` by ``name``, its own unless said otherwise."""
        if not group:
            return self.env._("a group that was deleted")
        if group.id not in self.seen:
            return self.env._("a circle")
        link = Markup('<a href="/groups/%s">%s</a>')
        return link % (group.slug, name or group.name)

    def _hidden(self, group: Any) -> bool:
        """Return whether there is a group that the reader may not see.

        Sentences about circles leave it out, so that nobody learns that it exists. Who
        sees a role in such a circle, because it was offered to them, knows that.
        """
        return bool(group) and group.id not in self.seen

    def _person(self, partner: Any) -> Any:
        profile = self.profiles.get(partner.id)
        if not profile:
            return self.env._("Someone")
        return Markup('<a href="/members/%s">%s</a>') % (profile.slug, profile.name)

    def _by(self, event: Any) -> Any:
        """Return who did it, where the reader may know and it is not the person."""
        actor, party = event.actor_id, event.party_id
        if not self.env.user._wezer_is_member():
            return ""
        if actor.id not in self.profiles or actor == event.person_id:
            return ""
        group = party.wezer_group_ids[:1]
        values = {"name": self._person(actor), "group": self._group(group)}
        if party and group.id in self.seen:
            return self.env._("By %(name)s for %(group)s", **values)
        return self.env._("By %(name)s", name=values["name"])

    def _values(self, event: Any) -> dict:
        """Return the links of an event about a group, by the names of that time."""
        return {
            "group": self._group(event.group_id, event.after["name"]),
            "old": escape(event.before["name"] if event.before else ""),
            "from": self._group(event.from_id),
            "to": self._group(event.to_id),
        }

    def _is_role(self, event: Any) -> bool:
        return event.after["kind"] == "role"

    # === GROUPS === #

    def _founded(self, event: Any) -> str:
        values = self._values(event)
        if self._is_role(event):
            if event.is_rebuilt:
                return self.env._(
                    "The role %(group)s is known since this day.", **values
                )
            return self.env._("The role %(group)s was created in %(to)s.", **values)
        if event.is_rebuilt:
            return self.env._("%(group)s is known since this day.", **values)
        if event.after["parent"] and not self._hidden(event.to_id):
            return self.env._("%(group)s was created in %(to)s.", **values)
        return self.env._("%(group)s was created.", **values)

    def _renamed(self, event: Any) -> str:
        values = self._values(event)
        if self._is_role(event):
            return self.env._("The role %(old)s is now called %(group)s.", **values)
        return self.env._("%(old)s is now called %(group)s.", **values)

    def _changed(self, event: Any) -> str:
        values = self._values(event)
        if event.before["kind"] != event.after["kind"]:
            if self._is_role(event):
                return self.env._("The circle %(group)s became a role.", **values)
            return self.env._("The role %(group)s became a circle.", **values)
        if event.after["link"] == "lead":
            return self.env._("The role %(group)s leads %(to)s from now on.", **values)
        if event.after["link"] == "representative":
            return self.env._(
                "The role %(group)s represents %(to)s from now on.", **values
            )
        return self.env._(
            "The role %(group)s no longer leads or represents %(to)s.", **values
        )

    def _moved(self, event: Any) -> str:
        values = self._values(event)
        if self._is_role(event):
            return self.env._(
                "The role %(group)s moved from %(from)s to %(to)s.", **values
            )
        came_from = event.before["parent"] and not self._hidden(event.from_id)
        if self._hidden(event.to_id):
            # Not where to: that there is such a group is not told either.
            if came_from:
                text = self.env._("%(group)s moved out of %(from)s.", **values)
            else:
                text = self.env._("%(group)s moved.", **values)
        elif not came_from and event.after["parent"]:
            text = self.env._("%(group)s moved into %(to)s.", **values)
        elif not came_from:
            text = self.env._("%(group)s stands by itself.", **values)
        elif not event.after["parent"]:
            text = self.env._(
                "%(group)s moved out of %(from)s and stands by itself.", **values
            )
        else:
            text = self.env._("%(group)s moved from %(from)s to %(to)s.", **values)
        return self._at_the_latest(event, text)

    def _merged(self, event: Any) -> str:
        if self._hidden(event.to_id):
            return self.env._("%(group)s was closed.", **self._values(event))
        return self.env._("%(group)s merged into %(to)s.", **self._values(event))

    def _closed(self, event: Any) -> str:
        values = self._values(event)
        if self._is_role(event):
            return self.env._("The role %(group)s was closed.", **values)
        return self._at_the_latest(event, self.env._("%(group)s was closed.", **values))

    def _reopened(self, event: Any) -> str:
        values = self._values(event)
        if self._is_role(event):
            return self.env._("The role %(group)s was reopened.", **values)
        return self.env._("%(group)s was reopened.", **values)

    def _at_the_latest(self, event: Any, text: Any) -> Any:
        """Say of a day that follows from the last change only what it tells."""
        if not (event.is_rebuilt and event.date == event.group_id.write_date):
            return text
        return self.env._("%s It was on this day or earlier.", text)

    # === PEOPLE IN ROLES === #

    def _place(self, event: Any) -> dict:
        day = event.until and days.format_day(self.env, event.until)
        return {
            "name": self._person(event.person_id),
            "role": self._group(event.group_id),
            "circle": self._group(event.to_id or event.group_id.parent_id),
            "day": day or "",
        }

    def _role_given(self, event: Any) -> str:
        values = self._place(event)
        if event.until:
            return self.env._(
                "%(name)s was given the role %(role)s in %(circle)s until %(day)s.",
                **values,
            )
        return self.env._(
            "%(name)s was given the role %(role)s in %(circle)s.", **values
        )

    def _term_changed(self, event: Any) -> str:
        values = self._place(event)
        if event.until:
            return self.env._(
                "%(name)s now has the role %(role)s in %(circle)s until %(day)s.",
                **values,
            )
        return self.env._(
            "%(name)s now has the role %(role)s in %(circle)s without an end date.",
            **values,
        )

    def _role_ended(self, event: Any) -> str:
        values = self._place(event)
        company = event.company_id
        if event.until and event.date >= days.end(self.env, event.until, company):
            return self.env._(
                "The term of %(name)s in the role %(role)s in %(circle)s ended.",
                **values,
            )
        return self.env._(
            "%(name)s no longer has the role %(role)s in %(circle)s.", **values
        )

    def _past_role(self, event: Any) -> str:
        return self.env._(
            "%(name)s had the role %(role)s in %(circle)s until %(day)s, or had an"
            " offer of it.",
            **self._place(event),
        )
