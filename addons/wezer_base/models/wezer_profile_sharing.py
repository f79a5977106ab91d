import hashlib

from odoo import api, fields, models
from odoo.tools import escape_psql

from ..tools.sorting import index_text
from ..tools.text import normalise, search_words
from .wezer_profile import LEVELS

# The directory tells no larger number of people found.
COUNTED = 1000


class WezerProfile(models.Model):
    """What of a profile is shared with whom, kept by the server.

    A field that its owner does not share with everybody cannot be read by others,
    and so not searched, sorted, grouped or exported. What the directory searches are
    stored copies, one an audience, that hold only what this audience may see.
    """

    _inherit = "wezer.profile"

    share_picture = fields.Selection(
        LEVELS, required=True, default="members", string="Who sees my picture"
    )
    share_presentation = fields.Selection(
        LEVELS, required=True, default="members", string="Who reads about me"
    )
    share_skills = fields.Selection(
        LEVELS, required=True, default="members", string="Who sees what I can do"
    )
    share_languages = fields.Selection(
        LEVELS, required=True, default="members", string="Who sees my languages"
    )
    share_place = fields.Selection(
        LEVELS, required=True, default="members", string="Who sees my place"
    )
    share_email = fields.Selection(
        LEVELS, required=True, default="nobody", string="Who sees my e-mail"
    )
    share_phone = fields.Selection(
        LEVELS, required=True, default="nobody", string="Who sees my phone"
    )

    # === COPIES FOR SEARCHING, ONE AN AUDIENCE === #

    members_text = fields.Char(
        compute="_compute_audience",
        store=True,
        compute_sudo=True,
        index="trigram",
        groups="wezer_base.group_member",
    )
    members_skill_ids = fields.Many2many(
        "wezer.skill",
        "wezer_profile_members_skill_rel",
        "profile_id",
        "skill_id",
        string="Skills shared with members",
        compute="_compute_audience",
        store=True,
        compute_sudo=True,
        groups="wezer_base.group_member",
    )
    members_language_ids = fields.Many2many(
        "res.lang",
        "wezer_profile_members_language_rel",
        "profile_id",
        "language_id",
        string="Languages shared with members",
        compute="_compute_audience",
        store=True,
        compute_sudo=True,
        groups="wezer_base.group_member",
    )
    everyone_text = fields.Char(
        compute="_compute_audience", store=True, compute_sudo=True, index="trigram"
    )
    everyone_skill_ids = fields.Many2many(
        "wezer.skill",
        "wezer_profile_everyone_skill_rel",
        "profile_id",
        "skill_id",
        string="Skills shared with everyone",
        compute="_compute_audience",
        store=True,
        compute_sudo=True,
    )
    everyone_language_ids = fields.Many2many(
        "res.lang",
        "wezer_profile_everyone_language_rel",
        "profile_id",
        "language_id",
        string="Languages shared with everyone",
        compute="_compute_audience",
        store=True,
        compute_sudo=True,
    )

    # The directory's first page: by name, without sorting all.
    _directory_idx = models.Index(
        lambda registry: (
            f"({index_text(registry, 'name')}, id)"
            " WHERE state = 'active' AND is_person IS TRUE AND active IS TRUE"
        )
    )

    @api.depends(
        "name",
        "city",
        "skill_ids.search_text",
        "language_ids",
        "share_skills",
        "share_languages",
        "share_place",
    )
    def _compute_audience(self):
        for profile in self:
            for audience, levels in (
                ("members", ("members", "everyone")),
                ("everyone", ("everyone",)),
            ):
                skills = profile.skill_ids
                skills = skills if profile.share_skills in levels else skills.browse()
                languages = profile.language_ids
                if profile.share_languages not in levels:
                    languages = languages.browse()
                words = [profile.name, *skills.mapped("search_text")]
                if profile.share_place in levels:
                    words.append(profile.city)
                text = normalise(" ".join(word for word in words if word))
                profile[f"{audience}_skill_ids"] = skills
                profile[f"{audience}_language_ids"] = languages
                profile[f"{audience}_text"] = text

    def _has_field_access(self, field, operation):
        """Close the members' copies to who is none yet, whatever his groups."""
        if field.name.startswith("members_") and not self.env.su:
            if not self.env.user._wezer_is_member():
                return False
        return super()._has_field_access(field, operation)

    # === WHAT THE READER SEES === #

    def _levels_seen(self):
        """Return, for each profile, the levels whose fields the caller sees.

        :return: ``{profile id: levels}``; one's own are seen whole
        """
        user = self.env.user
        others = ("members", "everyone") if user._wezer_is_member() else ("everyone",)
        own = user.partner_id
        return {
            profile.id: (*others, "nobody", "members")
            if profile.partner_id == own
            else others
            for profile in self.sudo()
        }

    def _face_url(self):
        """Return the address of the picture: another one when it may have changed."""
        self.ensure_one()
        profile = self.sudo()
        moment = profile.write_date.timestamp() if profile.write_date else 0
        stamp = f"{moment}{profile.name}{self.env.uid}"
        unique = hashlib.sha256(stamp.encode()).hexdigest()[:8]
        return f"/wezer/face/{profile.id}?unique={unique}"

    def _shared_picture(self):
        """Return the picture in base64 where the caller may see it, or False."""
        self.ensure_one()
        self.check_access("read")
        profile = self.sudo()
        if profile.share_picture not in self._levels_seen()[self.id]:
            return False
        return profile.image_256

    def shared(self):
        """Return what the caller may see of this party.

        :return: dict with some of ``presentation``, ``skills``, ``languages`` (lists of
            names), ``email``, ``phone``, ``place``
        """
        self.ensure_one()
        return self._shared_all()[self.id]

    def _shared_all(self):
        """Return :meth:`shared` of each, by id, in few queries."""
        self.check_access("read")
        seen = self._levels_seen()
        # Raw fields are closed to members; each passes its owner's choice.
        return {
            profile.id: {
                name: value
                for name, (level, value) in profile._shareable().items()
                if value and level in seen[profile.id]
            }
            for profile in self.sudo()
        }

    def _shareable(self):
        """Return what has a level, with it; called with ``sudo()``."""
        self.ensure_one()
        return {
            "presentation": (self.share_presentation, self.presentation),
            "skills": (self.share_skills, self.skill_ids.mapped("name")),
            "languages": (self.share_languages, self.language_ids.mapped("name")),
            "place": (self.share_place, self.city),
            "email": (self.share_email, self.partner_id.email),
            "phone": (self.share_phone, self.partner_id.phone),
        }

    def shared_contact(self):
        """Return what the caller may see of this party's contact.

        :return: dict with some of ``email``, ``phone``, ``place``
        """
        return {
            name: value
            for name, value in self.shared().items()
            if name in ("email", "phone", "place")
        }

    def _wezer_party_values(self):
        """Return what the party page shows besides the profile; addons extend it."""
        self.ensure_one()
        shared = self.shared()
        return {"shared": shared, "contact": shared}

    # === DIRECTORY === #

    @api.model
    def _audience(self):
        """Return whose copies the caller searches: ``members`` or ``everyone``."""
        return "members" if self.env.user._wezer_is_member() else "everyone"

    @api.model
    def _directory_domain(self, words="", skill=None, language=None):
        audience = self._audience()
        domain = [("state", "=", "active"), ("is_person", "=", True)]
        for word in search_words(words):
            domain.append((f"{audience}_text", "like", escape_psql(word)))
        if skill:
            domain.append((f"{audience}_skill_ids", "in", [skill]))
        if language:
            domain.append((f"{audience}_language_ids", "in", [language]))
        return domain

    @api.model
    def _search_directory(
        self, words="", skill=None, language=None, limit=24, offset=0
    ):
        """Return ``(profiles, count)`` of the directory, as the caller may see it.

        :param str words: parts of a name, a skill or a place, accents aside
        :param int skill: id of a skill
        :param int language: id of a language
        :return: the count is at most ``COUNTED`` + 1: more is not counted
        """
        domain = self._directory_domain(words, skill, language)
        profiles = self.search(domain, limit=limit, offset=offset)
        if not offset and len(profiles) < limit:
            return profiles, len(profiles)
        return profiles, self.search_count(domain, limit=COUNTED + 1)
