from typing import Any

from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.text import normalise

from ..models.wezer_group_membership import MEMBERSHIP
from ..models.wezer_group_permission import LEVELS
from . import group_rows

ADMIN = "admin"
# The words for visibility in files.
VISIBILITY = {
    "network": "network",
    "closed": "network",
    "public": "public",
    "open": "public",
    "parents": "parents",
    "members": "members",
    "private": "members",
    "secret": "members",
}
NAME_LENGTH = 120


class GroupImporter:
    """One import: what is found, what is created, and the result of each row."""

    def __init__(self, model: Any) -> None:
        # An import notifies nobody.
        self.model = model = model.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        self.env = model.env
        archived = model.with_context(active_test=False)
        here = [("company_id", "=", self.env.company.id)]
        self.known = {
            group.reference or group.slug: group
            for group in archived.search(here + [("kind", "=", "circle")])
        }
        self.people = {}

    def _reason_text(self, reason: Any, about: Any) -> Any:
        env = self.env
        return {
            group_rows.NO_KEY: env._("The group is missing."),
            group_rows.TWICE: env._("This row is the same as row %s.", about),
            group_rows.TWO_PARENTS: env._(
                "This group already has a parent group (%s). A group can have only"
                " one.",
                about or "–",
            ),
            group_rows.NO_PARENT: env._("The parent group “%s” does not exist.", about),
            group_rows.INSIDE_ITSELF: env._(
                "This group is inside itself, through %s.", about
            )
            if about
            else env._("This group is inside itself."),
            group_rows.PARENT_REFUSED: env._(
                "The parent group “%s” was refused.", about
            ),
            group_rows.TOO_DEEP: env._(
                "This group is more than %s levels deep.", about
            ),
        }[reason]

    def _report(self, name: str, row: dict, state: Any, reason: str = "") -> dict:
        return {"file": name, "row": row["row"], "state": state, "reason": str(reason)}

    def refuse_unread(self, name: str, rows: Any) -> list:
        """Report the rows whose cells could not be read; the others are imported."""
        return [
            self._report(name, row, "refused", in_words(self.env, row["problem"]))
            for row in rows
            if row.get("problem")
        ]

    # === GROUPS === #

    def groups(self, rows: Any) -> list:
        """Make or find the groups, parents before children."""
        for row in rows:
            row["group"] = str(row.get("group") or "").strip()
            row["parent"] = str(row.get("parent") or "").strip()
        order, refused = group_rows.plan(rows, self.known)
        by_key = {}
        for row in rows:
            if row["row"] not in refused:
                by_key.setdefault(row["group"], row)
        results = {
            number: ("refused", self._reason_text(*reason))
            for number, reason in refused.items()
        }
        for keys in self._levels(order, by_key):
            results.update(self._level([by_key[key] for key in keys]))
        return [self._report("groups", row, *results[row["row"]]) for row in rows]

    def _levels(self, order: Any, by_key: Any) -> Any:
        """Yield the keys level by level: parents are made before their children."""
        depth, levels = {}, {}
        for key in order:
            depth[key] = depth.get(by_key[key]["parent"], -1) + 1
            levels.setdefault(depth[key], []).append(key)
        return levels.values()

    def _level(self, rows: Any) -> Any:
        """Make the groups of a level at once; one by one where one is refused."""
        results, new = {}, []
        for row in rows:
            state, vals = self._prepare(row)
            if state == "create":
                new.append((row, vals))
            else:
                results[row["row"]] = state, vals
        groups, reason = self._create([vals for _row, vals in new])
        if groups is not None:
            for (row, _vals), group in zip(new, groups, strict=True):
                self.known[row["group"]] = group
                results[row["row"]] = "created", ""
            return results
        for row, vals in new:
            group, reason = self._create([vals])
            if group:
                self.known[row["group"]] = group
            results[row["row"]] = ("created", "") if group else ("refused", reason)
        return results

    def _create(self, vals_list: Any) -> tuple:
        """Return ``(groups, "")``, or ``(None, the reason)`` and nothing is made."""
        try:
            with self.env.cr.savepoint():
                made = self.model.create([dict(vals) for vals in vals_list])
                return made, ""
        except (UserError, ValidationError) as error:
            return None, error.args[0]

    def _prepare(self, row: dict) -> Any:
        """Return ``("create", values)``, or the row's state and reason."""
        word = normalise(row.get("visibility") or "")
        visibility = VISIBILITY.get(word)
        if word and not visibility:
            return "refused", self.env._("“%s” is not a visibility.", row["visibility"])
        parent = self.known.get(row["parent"])
        if row["parent"] and not parent:
            reason = self._reason_text(group_rows.PARENT_REFUSED, row["parent"])
            return "refused", reason
        if group := self.known.get(row["group"]):
            return self._update(group, parent, row)
        name = str(row.get("name") or row["group"].rsplit("/", 1)[-1])[:NAME_LENGTH]
        return "create", {
            "name": name,
            "reference": row["group"],
            "parent_id": parent.id if parent else False,
            # Where the file does not say it, as its parent is.
            **({"visibility": visibility} if visibility else {}),
            "purpose": row.get("purpose") or False,
            "join_policy": "invitation" if visibility != "public" else "request",
        }

    def _update(self, group: models.Model, parent: Any, row: dict) -> tuple:
        vals = {}
        if row.get("purpose") and not group.purpose:
            vals["purpose"] = row["purpose"]
        if group.parent_id != (parent or group.browse()):
            vals["parent_id"] = parent.id if parent else False
        if not vals:
            return "same", ""
        try:
            with self.env.cr.savepoint():
                group.write(vals)
        except (UserError, ValidationError) as error:
            return "refused", error.args[0]
        return "updated", self.env._("moved") if "parent_id" in vals else ""

    # === MEMBERS === #

    def members(self, rows: Any) -> list:
        """Put persons into the groups, all that can be at once."""
        self._find_people(rows)
        self._make_admin_roles(rows)
        results, vals_list, made = {}, [], {}
        for row in rows:
            state, reason = self._member(row, vals_list, made)
            results[row["row"]] = state, reason
        memberships = self.env["wezer.group.membership"].sudo()
        memberships.create(vals_list)
        memberships.flush_model()
        return [self._report("members", row, *results[row["row"]]) for row in rows]

    def _member(self, row: dict, vals_list: Any, made: Any) -> tuple:
        key = str(row.get("group") or "").strip()
        group = self.known.get(key)
        person = self.people.get(str(row.get("person") or "").strip())
        if not group:
            return "refused", self.env._("The group “%s” does not exist.", key)
        if isinstance(person, str) or not person:
            return "refused", person or self.env._("The person is missing.")
        relation = str(row.get("relation") or "member").strip() or "member"
        place = group
        if relation == ADMIN:
            place = self.known[self._admin_reference(group)]
        focus = relation if relation not in (ADMIN, "member") else False
        if (place.id, person.id) in made:
            return "refused", self.env._(
                "This row is the same as row %s.", made[place.id, person.id]
            )
        made[place.id, person.id] = row["row"]
        live = self._live_memberships().get((place.id, person.id))
        if not live:
            vals_list.append(
                {"group_id": place.id, "partner_id": person.id, "focus": focus}
            )
            return "created", ""
        if live.state == "active" and (not focus or live.focus == focus):
            return "same", ""
        live.write({"state": "active", "focus": focus or live.focus})
        return "updated", ""

    def _live_memberships(self) -> Any:
        """Return ``{(group id, person id): membership}`` of those there before."""
        if not hasattr(self, "_live"):
            memberships = self.env["wezer.group.membership"].sudo()
            self._live = {
                (place.group_id.id, place.partner_id.id): place
                for place in memberships.search(
                    [("state", "in", MEMBERSHIP.unfinished)]
                )
            }
        return self._live

    def _make_admin_roles(self, rows: Any) -> None:
        """Make the roles *Admins* that are wanted and missing."""
        wanted = {
            self._admin_reference(group): group
            for row in rows
            if str(row.get("relation") or "").strip() == ADMIN
            and (group := self.known.get(str(row.get("group") or "").strip()))
        }
        for role in self.model.search([("reference", "in", list(wanted))]):
            self.known[role.reference] = role
        missing = [key for key in wanted if key not in self.known]
        roles = self.model.create(
            [
                {
                    "name": self.env._("Admins"),
                    "kind": "role",
                    "parent_id": wanted[reference].id,
                    "reference": reference,
                    "right_manage": True,
                }
                for reference in missing
            ]
        )
        self.known.update(zip(missing, roles, strict=True))

    def _admin_reference(self, group: models.Model) -> str:
        return f"{group.reference or group.slug}#{ADMIN}"

    def _find_people(self, rows: Any) -> None:
        """Fill ``people``: the word in a file → partner, or why there is none.

        Unknown persons are created on paper: without a login.
        """
        names = {str(row.get("person") or "").strip() for row in rows} - {""}
        profiles = self.env["wezer.profile"].sudo()
        for name in sorted(names):
            if "@" in name:
                self._find_by_address(name)
        words = sorted(name for name in names if "@" not in name)
        # Two of the same name: it is unknown which is meant.
        on_paper = profiles.search(
            [
                ("name", "in", words),
                ("state", "!=", "left"),
                ("partner_id.user_ids", "=", False),
                ("partner_id.is_company", "=", False),
            ]
        )
        for profile in on_paper:
            double = profile.name in self.people
            self.people[profile.name] = (
                self.env._("Two people have this name.")
                if double
                else profile.partner_id
            )
        for profile in profiles.search(
            [("slug", "in", words), ("partner_id.is_company", "=", False)]
        ):
            self.people.setdefault(profile.slug, profile.partner_id)
        new = [name for name in words if name not in self.people]
        partners = self.env["res.partner"].create(
            [{"name": name[:NAME_LENGTH]} for name in new]
        )
        profiles._make_for(partners)
        self.people.update(zip(new, partners, strict=True))

    def _find_by_address(self, address: Any) -> None:
        profiles = self.env["wezer.profile"].sudo()
        try:
            with self.env.cr.savepoint():
                row = {"name": address.split("@")[0], "email": address, "row": 0}
                members = self.env["wezer.member.import"].sudo()
                made = members._import_member(row, {})
                self.people[address] = profiles.browse(made["id"]).partner_id
        except (UserError, ValidationError) as error:
            self.people[address] = str(error.args[0])

    # === PERMISSIONS === #

    def rights(self, rows: Any) -> list:
        """Keep what the groups hold outside; it opens nothing here."""
        permissions = self.env["wezer.group.permission"].sudo()
        have = {(row.group_id.id, row.resource): row for row in permissions.search([])}
        results, vals_list = {}, {}
        for row in rows:
            results[row["row"]] = self._right(row, have, vals_list)
        permissions.create(list(vals_list.values()))
        return [self._report("rights", row, *results[row["row"]]) for row in rows]

    def _right(self, row: dict, have: Any, vals_list: Any) -> tuple:
        key = str(row.get("group") or "").strip()
        group = self.known.get(key)
        resource = str(row.get("resource") or "").strip()
        level = normalise(row.get("level") or "")
        if not group:
            return "refused", self.env._("The group “%s” does not exist.", key)
        if not resource:
            return "refused", self.env._("The resource is missing.")
        if level not in LEVELS:
            return "refused", self.env._(
                "“%(level)s” is not a level. Use one of these: %(levels)s.",
                level=level,
                levels=", ".join(LEVELS),
            )
        held = have.get((group.id, resource)) or vals_list.get((group.id, resource))
        if not held:
            vals_list[group.id, resource] = {
                "group_id": group.id,
                "resource": resource,
                "level": level,
            }
            return "created", ""
        if LEVELS.index(held["level"]) == LEVELS.index(level):
            return "same", ""
        held["level"] = level
        return "updated", ""
