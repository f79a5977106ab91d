from datetime import date
from typing import Any

from odoo import models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.file_values import plain_moment
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import TableError, shown
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, clean_line, has_letter

from ..models.wezer_group_membership import MEMBERSHIP
from . import reserve
from .relations import Relation, word_of


class MembershipImporter:
    """The part of an import that puts people into groups and roles."""

    env: Any
    model: Any
    relations: dict[str, Relation]
    known: dict[str, Any]
    people: dict[str, Any]

    def _report(self, name: str, row: dict, state: Any, reason: str = "") -> dict:
        found = {"file": name, "row": row["row"], "state": state, "reason": str(reason)}
        # Where in the file, or of what, for whoever looks it up there.
        found.update({key: row[key] for key in ("line", "where") if row.get(key)})
        return found

    def members(self, rows: Any) -> list:
        """Put persons into the groups, all that can be at once."""
        for row in rows:
            self._read_member_row(row)
        self._find_people(rows)
        self._make_roles(rows)
        results: dict = {}
        new: list[tuple] = []
        made: dict = {}
        for row in rows:
            vals_list: list[dict] = []
            results[row["row"]] = self._member(row, vals_list, made)
            new += [(row["row"], vals) for vals in vals_list]
        self._create_memberships(new, results)
        return [self._report("members", row, *results[row["row"]]) for row in rows]

    def _create_memberships(self, new: list[tuple], results: dict) -> None:
        """Create the memberships at once; where one is refused, by halves."""
        if not new:
            return
        memberships = self.env["wezer.group.membership"].sudo()
        try:
            with self.env.cr.savepoint():
                memberships.create([dict(vals) for _row, vals in new])
                memberships.flush_model()
        except (UserError, ValidationError) as error:
            if len(new) == 1:
                results[new[0][0]] = "refused", error.args[0]
                return
            half = len(new) // 2
            for part in (new[:half], new[half:]):
                self._create_memberships(self._still_new(part, results), results)

    def _still_new(self, new: list[tuple], results: dict) -> list[tuple]:
        """Leave out the places that roles of another half gave: a lead counts above."""
        places = self.env["wezer.group.membership"].sudo()
        there = {
            (place.group_id.id, place.partner_id.id)
            for place in places.search(
                [
                    ("group_id", "in", [vals["group_id"] for _row, vals in new]),
                    ("partner_id", "in", [vals["partner_id"] for _row, vals in new]),
                    ("state", "in", MEMBERSHIP.unfinished),
                ]
            )
        }
        left = []
        for number, vals in new:
            live = vals.get("state") != "left"
            if live and (vals["group_id"], vals["partner_id"]) in there:
                results[number] = "created", ""
            else:
                left.append((number, vals))
        return left

    def _read_member_row(self, row: dict) -> None:
        """Read the cells of a row; what is not understood is its ``refusal``."""
        row["group"] = str(row.get("group") or "").strip()
        row["person"] = clean_line(" ".join(str(row.get("person") or "").split()))
        row["meaning"] = self.relations.get(word_of(row.get("relation")) or "member")
        row["refusal"] = ""
        if len(row["person"]) > TITLE_LENGTH:
            row["refusal"] = in_words(self.env, ("long", shown(row["person"])))
        for name in ("since", "until"):
            try:
                row[name] = self._read_day(row.get(name))
            except TableError as error:
                row[name], row["refusal"] = (
                    None,
                    in_words(self.env, (error.code, error.value)),
                )
        if row["since"] and row["until"] and row["since"] > row["until"]:
            row["refusal"] = self.env._("The end lies before the beginning.")
        today = days.today(self.env)
        row["former"] = bool(row["until"] and row["until"] < today) or bool(
            row["meaning"] and row["meaning"].kind == "former"
        )

    def _read_day(self, cell: Any) -> date | None:
        text = str(cell or "").strip()
        if not text:
            return None
        said = plain_moment(text)
        if day := days.parse_day(said):
            return day
        zone = days.community_zone(self.env)
        try:
            return days.day_of(self.env, days.parse_moment(said, zone))
        except ValueError as error:
            raise TableError("date", text) from error

    # === ONE ROW === #

    def _member(self, row: dict, vals_list: list, made: dict) -> tuple:
        key, meaning = row["group"], row["meaning"]
        group = self.known.get(key)
        person = self.people.get(row["person"])
        if row["refusal"]:
            return "refused", row["refusal"]
        if not group:
            return "refused", self.env._("The group “%s” does not exist.", key)
        if isinstance(person, str) or not person:
            return "refused", person or self.env._("The person is missing.")
        place = group
        if meaning and meaning.kind == "role" and group.kind == "circle":
            place = self.known.get(self._role_reference(group, meaning))
            if not place:
                error = group._why_reserved("structure", outcome="found")
                return "refused", error.args[0] if error else ""
        if not (group.active and place.active):
            return "refused", self.env._("The group “%s” is closed.", place.name)
        before = made.get((place.id, person.id))
        if before:
            if before["relation_word"] == word_of(row.get("relation")):
                reason = self.env._("This row is the same as row %s.", before["row"])
            else:
                reason = self.env._(
                    "Row %s already says what this person is in this group.",
                    before["row"],
                )
            return "refused", reason
        made[place.id, person.id] = {
            "row": row["row"],
            "relation_word": word_of(row.get("relation")),
        }
        focus = clean_line(str(row.get("focus") or "")) or False
        if not meaning:
            # A word that no map has: what the person looks after.
            focus = focus or clean_line(str(row["relation"]))
        if row["former"]:
            return self._former(place, person, row, focus, vals_list)
        guest = bool(meaning and (meaning.kind == "guest" or meaning.guest))
        return self._place(place, person, row, focus, guest, vals_list)

    def _place(
        self,
        place: Any,
        person: Any,
        row: dict,
        focus: Any,
        guest: bool,
        vals_list: Any,
    ) -> tuple:
        """Let ``person`` be in ``place`` from now on."""
        live = self._memberships()[0].get((place.id, person.id))
        if not live:
            vals = {
                "group_id": place.id,
                "partner_id": person.id,
                "focus": focus,
                "is_guest": guest,
                "date_to": row["until"],
            }
            if row["since"]:
                vals["date_from"] = row["since"]
            if error := reserve.why_not_place(place, person=person.id):
                return "refused", error.args[0]
            vals_list.append(vals)
            return "created", ""
        changes: dict = {}
        if live.state != "active":
            changes["state"] = "active"
        if focus and live.focus != focus:
            changes["focus"] = focus
        if row["meaning"] and live.is_guest != guest:
            changes["is_guest"] = guest
        if row["until"] and live.date_to != row["until"]:
            changes["date_to"] = row["until"]
        if not changes:
            return "same", ""
        if reserve.PLACE_FIELDS & changes.keys():
            if error := reserve.why_not_place(place, person=person.id):
                return "refused", error.args[0]
        live.write(changes)
        return "updated", ""

    def _former(
        self, place: Any, person: Any, row: dict, focus: Any, vals_list: list
    ) -> tuple:
        """Keep that ``person`` was in ``place``; who is there leaves it."""
        today = days.today(self.env)
        ended = row["until"] if row["until"] and row["until"] < today else today
        live, left = self._memberships()
        if here := live.get((place.id, person.id)):
            if error := reserve.why_not_place(place, person=person.id):
                return "refused", error.args[0]
            # By the rules of leaving: roles that were held because of it end too.
            here._leave()
            here.date_to = max(ended, here.date_from or ended)
            return "updated", ""
        if (place.id, person.id) in left:
            return "same", ""
        vals_list.append(
            {
                "group_id": place.id,
                "partner_id": person.id,
                "focus": focus,
                "state": "left",
                "date_from": row["since"] or ended,
                "date_to": max(ended, row["since"] or ended),
            }
        )
        return "created", ""

    def _memberships(self) -> tuple[dict, set]:
        """Return what there was before.

        :return: ``({(group id, person id): membership that has not ended},
            {(group id, person id) of those that have})``
        """
        if not hasattr(self, "_kept"):
            memberships = self.env["wezer.group.membership"].sudo()
            ids = [group.id for group in self.known.values()]
            live, left = {}, set()
            for place in memberships.search([("group_id", "in", ids)]):
                key = place.group_id.id, place.partner_id.id
                if place.state in MEMBERSHIP.unfinished:
                    live[key] = place
                else:
                    left.add(key)
            self._kept = live, left
        return self._kept

    # === ROLES === #

    def _make_roles(self, rows: Any) -> None:
        """Make the roles that words of these rows want, where they are missing."""
        wanted = {}
        for row in rows:
            group, meaning = self.known.get(row["group"]), row["meaning"]
            person = self.people.get(row["person"])
            if row["refusal"] or isinstance(person, str) or not person:
                continue
            if not (group and group.active and meaning and meaning.kind == "role"):
                continue
            if group.kind == "circle":
                reference = self._role_reference(group, meaning)
                wanted[reference] = group, meaning
        missing = [
            reference
            for reference, (group, _meaning) in wanted.items()
            if reference not in self.known
            and not group._why_reserved("structure", outcome="found")
        ]
        names = self._role_names()
        roles = self.model.create(
            [
                {
                    "name": names.get(meaning.role) or meaning.role,
                    "kind": "role",
                    "parent_id": group.id,
                    "reference": reference,
                    **self._relation_vals(meaning),
                }
                for reference in missing
                for group, meaning in (wanted[reference],)
            ]
        )
        self.known.update(zip(missing, roles, strict=True))

    def _role_reference(self, group: models.Model, meaning: Relation) -> str:
        return f"{group.reference or group.slug}#{meaning.key}"

    def _relation_vals(self, meaning: Relation) -> dict:
        rights = {f"right_{right}": True for right in meaning.permissions}
        return {**rights, "link": meaning.link}

    def _role_names(self) -> dict[str, str]:
        """Return the names of the built-in roles, in the user's language."""
        env = self.env
        return {
            "Admins": env._("Admins"),
            "Lead": env._("Lead"),
            "Representative": env._("Representative"),
            "Accountable": env._("Accountable"),
            "Responsible": env._("Responsible"),
            "Helpers": env._("Helpers"),
            "Facilitator": env._("Facilitator"),
            "Secretary": env._("Secretary"),
            "Consulted": env._("Consulted"),
            "Informed": env._("Informed"),
        }

    # === PEOPLE === #

    def _find_people(self, rows: Any) -> None:
        """Fill ``people``: the word in a file → partner, or why there is none.

        Unknown persons are created on paper: without a login. Who is nothing but a
        former member does not become a member of the community by it.
        """
        names: dict[str, str] = {}
        here = set()
        for row in rows:
            if row["person"] and not row["refusal"]:
                name = clean_line(" ".join(str(row.get("name") or "").split()))
                names[row["person"]] = names.get(row["person"]) or name
                if not row["former"]:
                    here.add(row["person"])
        for word in sorted(names):
            if "@" in word:
                self._find_by_address(word, names[word], word not in here)
        words = sorted(word for word in names if "@" not in word)
        self._find_on_paper(words)
        new = [word for word in words if word not in self.people]
        for word in new:
            if not has_letter(word):
                self.people[word] = self.env._("The person is missing.")
        new = [word for word in new if word not in self.people]
        partners = self.env["res.partner"].create([{"name": word} for word in new])
        self.people.update(zip(new, partners, strict=True))
        members = partners.browse(self.people[word].id for word in new if word in here)
        # Only administrators import groups.
        self.env["wezer.profile"].sudo()._make_for(members)._taken_in()

    def _find_on_paper(self, words: list[str]) -> None:
        """Find people by name: members without a login, and who is in these groups."""
        profiles = self.env["wezer.profile"].sudo()
        # Two of the same name: it is unknown which is meant.
        double = self.env._("Two people have this name.")
        on_paper = profiles.search(
            [
                ("name", "in", words),
                ("state", "!=", "left"),
                ("partner_id.user_ids", "=", False),
                ("partner_id.is_company", "=", False),
            ]
        )
        for profile in on_paper:
            again = profile.name in self.people
            self.people[profile.name] = double if again else profile.partner_id
        for profile in profiles.search(
            [("slug", "in", words), ("partner_id.is_company", "=", False)]
        ):
            self.people.setdefault(profile.slug, profile.partner_id)
        # Former members, and people who got a login since an earlier import.
        missing = [word for word in words if word not in self.people]
        places = self.env["wezer.group.membership"].sudo()
        for person in places.search(
            [
                ("partner_id.name", "in", missing),
                ("group_id", "in", [group.id for group in self.known.values()]),
            ]
        ).partner_id:
            again = person.name in self.people
            self.people[person.name] = double if again else person

    def _find_by_address(self, address: str, name: str, former: bool) -> None:
        """Find or create the member with this address, or a former one's contact."""
        members = self.env["wezer.member.import"].sudo()
        row = {"name": name or address.split("@")[0], "email": address, "row": 0}
        try:
            with self.env.cr.savepoint():
                if former:
                    self.people[address] = self._former_contact(members, row)
                    return
                made = members._import_member(row, {})
                profiles = self.env["wezer.profile"].sudo()
                self.people[address] = profiles.browse(made["id"]).partner_id
        except (UserError, ValidationError) as error:
            self.people[address] = str(error.args[0])

    def _former_contact(self, members: Any, row: dict) -> Any:
        """Return the contact with this address, found as members are, or a new one."""
        address = members._import_address(row)
        found = members._import_find(row["name"], address)
        return found or self.env["res.partner"].create(
            {"name": row["name"], "email": address}
        )
