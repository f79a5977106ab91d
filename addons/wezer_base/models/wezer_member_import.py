from odoo import Command, api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, single_email_re

from ..exceptions import NotAllowed, Refusal
from ..tools import caller_context, imports
from ..tools.table_reasons import in_words
from ..tools.tables import shown
from ..tools.text import TITLE_LENGTH, clean_line, has_letter, normalise

WORD_LENGTH = 80
LENGTHS = {
    "name": TITLE_LENGTH,
    "phone": 40,
    "place": TITLE_LENGTH,
    "presentation": 4000,
}


class WezerMemberImport(models.AbstractModel):
    """Take members in from a file; they are found again by their e-mail address."""

    _name = "wezer.member.import"
    _description = "Import of members"

    @api.model
    def _import_rows(self, rows, dry_run=False, mail=False, household="ask"):
        """Take members in from rows of a file; administrators only, repeatable.

        They have no login yet: those who are invited (``mail``) or sign up with the
        same address find their profile. What members wrote themselves stays.

        :param list rows: dicts with ``name`` and some of ``email``, ``phone``,
            ``skills``, ``languages`` (lists), ``place``, ``presentation``,
            ``group``, ``row`` (its number)
        :param bool dry_run: report, and keep nothing
        :param bool mail: write to those who have no login yet
        :param str household: of several people with one address, one has it; the
            others are refused with that reason (``ask``), or are members without an
            address (``first``), and all of them are linked (``circle``)
        :return: one dict a row: ``row``, ``id``, ``state`` (created, updated, same,
            refused), ``reason``
        :raise NotAllowed: rule ``role``
        :raise ImportRunning: while another import is running
        """
        self.env["wezer.profile"]._check_administrator()
        imports.hold(self.env)
        report, seen, to_write = [], {}, []
        rows = [
            {**row, "row": row.get("row", number)}
            for number, row in enumerate(rows, start=1)
        ]
        homes = self.sudo()._import_households(rows)
        with self.env.cr.savepoint() as everything:
            for row in rows:
                # Checked above that an administrator asks; rows are members' own.
                home = homes.get(row["row"])
                answer = self.sudo()._import_row(row, seen, home, household)
                report.append({"row": row["row"], **answer})
                if answer["state"] != "refused" and answer.pop("invite", False):
                    to_write.append(email_normalize(row["email"]))
            if household == "circle":
                self.sudo()._import_links(homes, report)
            if dry_run:
                everything.rollback()
                self.env.invalidate_all(flush=False)
        for answer in report:
            answer.pop("invite", None)
            if dry_run and answer["state"] == "created":
                answer["id"] = False
        if mail and to_write and not dry_run:
            self.env["wezer.invitation"].action_invite(to_write)
        return report

    @api.model
    def _import_households(self, rows):
        """Return ``{row: (row that has the address, its name, the address)}``.

        Of rows whose address is also that of another person.

        The address stays with the member who has it already, else with the first.
        """
        people: dict[str, dict] = {}
        for row in rows:
            address = email_normalize(str(row.get("email") or ""))
            name = normalise(str(row.get("name") or ""))
            if address and name and not row.get("problem"):
                people.setdefault(address, {}).setdefault(name, row)
        homes = {}
        for address, found in people.items():
            if len(found) == 1:
                continue
            holder = self.env["wezer.invitation"]._user_of(address).partner_id or (
                self.env["res.partner"].search(
                    [("email_normalized", "=", address), ("parent_id", "=", False)],
                    order="id",
                    limit=1,
                )
            )
            keeper = found.get(normalise(holder.name or "")) or next(
                iter(found.values())
            )
            for row in found.values():
                name = str(keeper["name"]).strip()
                homes[row["row"]] = (keeper["row"], name, address)
        return homes

    @api.model
    def _import_links(self, homes, report):
        """Link the people of each household who are members now."""
        of: dict[str, list[int]] = {}
        for answer in report:
            if answer["row"] in homes and answer["id"]:
                # The row that has the address may itself be refused.
                of.setdefault(homes[answer["row"]][2], []).append(answer["id"])
        for address, ids in of.items():
            if len(ids) > 1:
                profiles = self.env["wezer.profile"].browse(ids)
                self._import_link(profiles.partner_id, address)

    @api.model
    def _import_link(self, partners, address):
        """Link the people of a household; extended where there are circles.

        :param address: that they share in the file
        :raise Refusal: rule ``household``
        """
        raise Refusal(
            self.env._(
                "Households are linked by circles, and this community has none."
            ),
            rule="household",
        )

    @api.model
    def _import_row(self, row, seen, home=None, household="ask"):
        """Take one row in, or nothing of it."""
        try:
            remark = ""
            if home and home[0] != row["row"]:
                row, remark = self._without_shared_address(row, home, household)
            with self.env.cr.savepoint():
                answer = self._import_member(row, seen)
            if remark:
                reasons = filter(None, (answer["reason"], str(remark)))
                answer["reason"] = "; ".join(reasons)
            return answer
        except (Refusal, NotAllowed, UserError, ValidationError) as error:
            return {"id": False, "state": "refused", "reason": str(error.args[0])}

    @api.model
    def _without_shared_address(self, row, home, household):
        """Return the row of somebody whose address is another's, and what to say."""
        values = {
            "address": str(row["email"]).strip(),
            "row": home[0],
            "name": shown(home[1]),
        }
        if household == "ask":
            raise Refusal(
                self.env._(
                    "%(address)s is the e-mail address of row %(row)s (%(name)s), too."
                    " Say how people who share an address are imported",
                    **values,
                ),
                rule="household",
                value=values["address"],
            )
        remark = self.env._(
            "a member without an e-mail address: %(address)s stays with row %(row)s"
            " (%(name)s)",
            **values,
        )
        return {**row, "email": ""}, remark

    @api.model
    def _import_member(self, row, seen):
        self._check_readable(row)
        name = clean_line(str(row.get("name") or ""), TITLE_LENGTH)
        if not has_letter(name):
            raise Refusal(self.env._("the name is missing"), rule="name")
        address = self._import_address(row)
        key = address or normalise(name)
        if key in seen:
            raise Refusal(
                self.env._("the same as row %(row)s", row=seen[key]), rule="twice"
            )
        seen[key] = row["row"]
        partner = self._import_find(name, address)
        created = not partner._wezer_profile()
        if not partner:
            contacts = caller_context.plain(self.env["res.partner"])
            partner = contacts.create({"name": name, "email": address})
        profile = self.env["wezer.profile"]._make_for(partner)
        if created:
            profile._taken_in()
        vals, reasons = self._prepare_import_vals(profile, row)
        changed = bool(vals)
        profile.write(vals)
        phone = str(row.get("phone") or "").strip()
        if phone and not partner.phone:
            partner.phone, changed = phone, True
        if row.get("group"):
            joined, reason = self._import_group(partner, str(row["group"]).strip())
            changed = changed or joined
            reasons += [reason] if reason else []
        return {
            "id": profile.id,
            "state": "created" if created else "updated" if changed else "same",
            "reason": "; ".join(map(str, reasons)),
            "invite": bool(address) and not partner.user_ids,
        }

    @api.model
    def _check_readable(self, row):
        """Refuse a row that could not be read, or of which something would be lost."""
        problem = row.get("problem")
        for field, limit in LENGTHS.items():
            value = str(row.get(field) or "").strip()
            if not problem and len(value) > limit:
                problem = ("long", shown(value))
        for field in ("skills", "languages"):
            for word in row.get(field) or []:
                if not problem and len(str(word)) > WORD_LENGTH:
                    problem = ("long", shown(word))
        if problem:
            raise Refusal(
                in_words(self.env, problem), rule=problem[0], value=problem[1]
            )

    @api.model
    def _import_address(self, row):
        text = str(row.get("email") or "").strip()
        if not text:
            return False
        address = email_normalize(text)
        if not address or not single_email_re.match(address):
            raise Refusal(
                self.env._("“%(text)s” is not an e-mail address", text=text),
                rule="email",
            )
        return address

    @api.model
    def _import_find(self, name, address):
        """Return who has this address, or (without one) is on paper by this name."""
        partners = self.env["res.partner"]
        if not address:
            profiles = self.env["wezer.profile"].with_context(active_test=False)
            known = profiles.search(
                [
                    ("name", "=", name),
                    ("state", "!=", "left"),
                    ("partner_id.email", "=", False),
                    ("partner_id.user_ids", "=", False),
                    ("partner_id.is_company", "=", False),
                ],
                limit=1,
            )
            return known.partner_id
        if self.env["wezer.profile"]._find_left(address):
            # Their data was erased as they wished: only they can come back.
            raise Refusal(self.env._("this member has left the community"), rule="left")
        user = self.env["wezer.invitation"]._user_of(address)
        # A user with another login may have written this address.
        found = user.partner_id or partners.search(
            [
                ("email_normalized", "=", address),
                ("user_ids", "=", False),
                # Contacts below a member are written by that member.
                ("parent_id", "=", False),
            ],
            order="id",
        ).sorted(lambda partner: not partner._wezer_profile())
        if found[:1].is_company:
            raise Refusal(
                self.env._("this address belongs to an organisation"),
                rule="organisation",
            )
        return found[:1]

    @api.model
    def _prepare_import_vals(self, profile, row):
        """Return ``(values, sentences about what was passed over)``.

        Only empty fields are filled; skills and languages are added.
        """
        vals, reasons = {}, []
        for field, source in (("city", "place"), ("presentation", "presentation")):
            text = str(row.get(source) or "").strip()
            if text and not profile[field]:
                vals[field] = text
        skills = self.env["wezer.skill"]
        for word in row.get("skills") or []:
            if str(word).strip():
                skills |= self.env["wezer.skill"]._find_or_create(str(word))
        if skills - profile.skill_ids:
            vals["skill_ids"] = [
                Command.link(skill.id) for skill in skills - profile.skill_ids
            ]
        languages = self.env["res.lang"]
        for word in row.get("languages") or []:
            language = self._import_language(str(word))
            languages |= language
            if not language:
                reasons.append(
                    self.env._("the language “%(name)s” is not installed", name=word)
                )
        if languages - profile.language_ids:
            vals["language_ids"] = [
                Command.link(language.id)
                for language in languages - profile.language_ids
            ]
        return vals, reasons

    @api.model
    def _import_language(self, word):
        """Return the language in use called ``word``: French, français, fr, fr_FR."""
        word = normalise(word)
        for language in self.env["res.lang"].search([]):
            names = {language.code, language.iso_code, language.url_code}
            names |= {language.code.split("_")[0]}
            for part in language.name.replace("(", "/").replace(")", "/").split("/"):
                names.add(part)
            if word and word in {normalise(name) for name in names if name}:
                return language
        return self.env["res.lang"]

    @api.model
    def _import_group(self, partner, name):
        """Put this person into a group; extended where there are groups.

        :return: ``(whether something changed, a sentence or False)``
        """
        return False, self.env._("this community has no groups")
