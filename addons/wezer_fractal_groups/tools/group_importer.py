from typing import Any

from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import shown
from odoo.addons.wezer_base.tools.text import normalise

from ..models.wezer_group_permission import LEVELS
from . import group_rows, reserve
from .membership_importer import MembershipImporter
from .relations import Relation, word_of

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
KINDS = {
    **dict.fromkeys(("circle", "group", "cercle", "circulo", "kreis"), "circle"),
    **dict.fromkeys(("role", "rol", "rolle"), "role"),
}
NAME_LENGTH = 120
TEXT_LENGTH = 4000
TEXTS = ("purpose", "domains", "accountabilities")


class GroupImporter(MembershipImporter):
    """One import: what is found, what is created, and the result of each row."""

    def __init__(
        self, model: Any, relations: dict[str, Relation], links: bool = False
    ) -> None:
        """Look up which groups are there.

        :param dict relations: what words mean, see :mod:`.relations`
        :param bool links: whether a further parent of a group becomes a link
        """
        # An import notifies nobody.
        self.model = model = model.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        self.env = model.env
        self.relations, self.links = relations, links
        archived = model.with_context(active_test=False)
        self.known = {
            group.reference or group.slug: group
            for group in archived.search(
                [
                    ("company_id", "=", self.env.company.id),
                    "|",
                    ("kind", "=", "circle"),
                    ("reference", "!=", False),
                ]
            )
        }
        self.people = {}

    def _reason_text(self, reason: Any, about: Any, row: dict | None = None) -> Any:
        env = self.env
        if reason == group_rows.TWO_PARENTS:
            return self._two_parents_text(row or {}, about)
        return {
            group_rows.NO_KEY: env._("The group is missing."),
            group_rows.TWICE: env._("This row is the same as row %s.", about),
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

    def _two_parents_text(self, row: dict, parent: str) -> str:
        name = str(row.get("name") or row.get("group", "").rsplit("/", 1)[-1])
        values = {"group": name, "parent": parent or "–", "of": row.get("organisation")}
        if values["of"]:
            return self.env._(
                "“%(group)s” of the organisation %(of)s already has the parent group"
                " “%(parent)s”. A group can have only one.",
                **values,
            )
        return self.env._(
            "“%(group)s” already has the parent group “%(parent)s”. A group can have"
            " only one.",
            **values,
        )

    def refuse_unread(self, name: str, rows: Any) -> list:
        """Report the rows whose cells could not be read; the others are imported."""
        return [
            self._report(name, row, "refused", self._problem_text(*row["problem"]))
            for row in rows
            if row.get("problem")
        ]

    def _problem_text(self, code: str, value: str) -> str:
        """Return why a row cannot be taken: of the file, or of another's export."""
        if code == "namesake":
            return self.env._(
                "Two people are called “%s”, and this one has no e-mail address.", value
            )
        if code == "two_circles":
            return self.env._("Two circles are called “%s”.", value)
        return in_words(self.env, (code, value))

    # === GROUPS === #

    def groups(self, rows: Any) -> list:
        """Make or find the groups, parents before children."""
        for row in rows:
            row["group"] = str(row.get("group") or "").strip()
            row["parent"] = str(row.get("parent") or "").strip()
        plan = group_rows.plan(rows, self.known)
        by_number = {row["row"]: row for row in rows}
        results = {
            number: (
                "refused",
                self._reason_text(
                    *reason, self._with_organisation(by_number[number], plan)
                ),
            )
            for number, reason in plan.refused.items()
        }
        for keys in self._levels(plan.order, plan.rows):
            results.update(self._level([plan.rows[key] for key in keys]))
        for number, (key, parent) in plan.links.items():
            results[number] = self._link(key, parent, results[number][1])
        return [self._report("groups", row, *results[row["row"]]) for row in rows]

    def _with_organisation(self, row: dict, plan: Any) -> dict:
        """Return ``row`` with its organisation: as it says, or the topmost group."""
        if row.get("organisation"):
            return row
        key, seen = row["group"], set()
        while key in plan.rows and key not in seen and plan.rows[key]["parent"]:
            seen.add(key)
            key = plan.rows[key]["parent"]
        known = self.known.get(key)
        top = known.name if known else plan.rows.get(key, {}).get("name") or key
        return {**row, "organisation": top if key != row["group"] else ""}

    def _link(self, key: str, parent: str, reason: str) -> tuple:
        """Link a group with a further parent, or say how it can be linked."""
        group, other = self.known.get(key), self.known.get(parent)
        if not (group and other and group.kind == other.kind == "circle"):
            return "refused", reason
        if not self.links:
            offer = self.env._(
                "With the option --links, it is linked with “%s” instead.", other.name
            )
            return "refused", f"{reason} {offer}"
        for circle in group | other:
            if error := circle._why_reserved("structure", outcome="link"):
                return "refused", error.args[0]
        links = self.env["wezer.group.link"].sudo()
        return links._import_link(group, other)

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
        kind = KINDS.get(word_of(row.get("kind")))
        if row.get("kind") and not kind:
            return "refused", self.env._(
                "“%s” is not a kind. Use “circle” or “role”.", row["kind"]
            )
        for name, limit in (
            *dict.fromkeys(TEXTS, TEXT_LENGTH).items(),
            ("name", NAME_LENGTH),
        ):
            if len(str(row.get(name) or "")) > limit:
                return "refused", in_words(self.env, ("long", shown(row[name])))
        parent = self.known.get(row["parent"])
        if row["parent"] and not parent:
            reason = self._reason_text(group_rows.PARENT_REFUSED, row["parent"])
            return "refused", reason
        if group := self.known.get(row["group"]):
            if kind and kind != group.kind:
                return "refused", self.env._(
                    "“%s” is there already, as the other kind of group.", group.name
                )
            return self._update(group, parent, row)
        if parent and (error := parent._why_reserved("structure", outcome="found")):
            return "refused", error.args[0]
        name = str(row.get("name") or row["group"].rsplit("/", 1)[-1])[:NAME_LENGTH]
        vals = {
            "name": name,
            "reference": row["group"],
            "parent_id": parent.id if parent else False,
            **{text: row.get(text) or False for text in TEXTS},
        }
        if kind == "role":
            return "create", {**vals, "kind": "role", **self._role_vals(row, name)}
        return "create", {
            **vals,
            # Where the file does not say it, as its parent is.
            **({"visibility": visibility} if visibility else {}),
            "join_policy": "invitation" if visibility != "public" else "request",
        }

    def _role_vals(self, row: dict, name: str) -> dict:
        """Return what a role may do, as the word for it, or its name, says."""
        relation = self.relations.get(word_of(row.get("relation") or name))
        if not relation or relation.kind != "role":
            return {}
        return self._relation_vals(relation)

    def _update(self, group: models.Model, parent: Any, row: dict) -> tuple:
        vals = {}
        for text in TEXTS:
            if row.get(text) and not group[text]:
                vals[text] = row[text]
        if group.parent_id != (parent or group.browse()):
            vals["parent_id"] = parent.id if parent else False
        if not vals:
            return "same", ""
        try:
            reserve.check_groups(group, vals)
            with self.env.cr.savepoint():
                group.write(vals)
        except (UserError, ValidationError) as error:
            return "refused", error.args[0]
        return "updated", self.env._("moved") if "parent_id" in vals else ""

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
