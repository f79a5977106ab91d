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
    def _import_rows(self, rows, dry_run=False, mail=False):
        """Take members in from rows of a file; administrators only, repeatable.

        They have no login yet: those who are invited (``mail``) or sign up with the
        same address find their profile. What members wrote themselves stays.

        :param list rows: dicts with ``name`` and some of ``email``, ``phone``,
            ``skills``, ``languages`` (lists), ``place``, ``presentation``,
            ``group``, ``row`` (its number)
        :param bool dry_run: report, and keep nothing
        :param bool mail: write to those who have no login yet
        :return: one dict a row: ``row``, ``id``, ``state`` (created, updated, same,
            refused), ``reason``
        :raise NotAllowed: rule ``role``
        :raise ImportRunning: while another import is running
        """
        self.env["wezer.profile"]._check_administrator()
        imports.hold(self.env)
        report, seen, to_write = [], {}, []
        with self.env.cr.savepoint() as everything:
            for number, row in enumerate(rows, start=1):
                # Checked above that an administrator asks; rows are members' own.
                row = {**row, "row": row.get("row", number)}
                answer = self.sudo()._import_row(row, seen)
                report.append({"row": row["row"], **answer})
                if answer["state"] != "refused" and answer.pop("invite", False):
                    to_write.append(email_normalize(row["email"]))
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
    def _import_row(self, row, seen):
        """Take one row in, or nothing of it."""
        try:
            with self.env.cr.savepoint():
                return self._import_member(row, seen)
        except (Refusal, NotAllowed, UserError, ValidationError) as error:
            return {"id": False, "state": "refused", "reason": str(error.args[0])}

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
