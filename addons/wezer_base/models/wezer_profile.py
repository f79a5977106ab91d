import hashlib
from base64 import b64decode
from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate, email_normalize, escape_psql, hmac

from ..exceptions import NotAllowed, Refusal
from ..tools import days, member_merge, payload
from ..tools.addresses import proven_addresses
from ..tools.locks import hold_addresses
from ..tools.membership import JOINING, MEMBERS, MEMBERSHIP, PRESENT, WAITING
from ..tools.numbers import record_id
from ..tools.picture import picture_key
from ..tools.place_cells import place_of
from ..tools.sorting import COMMON, icu_collations, index_text
from ..tools.text import (
    free_slug,
    lookalike,
    normalise,
    normalise_sql,
    search_words,
    secret_slug,
    slugify,
)
from ..tools.versions import check_version, version_of
from ..tools.word_domain import any_word
from ..tools.words import searched_text
from .wezer_searchable_mixin import COUNTED
from .wezer_written_mixin import Written

_lt = LazyTranslate(__name__)

# So long a page shows that a name was changed.
RENAMED_DAYS = 90
# Of 64, so many points of two pictures that show the same may differ.
PICTURE_BITS = 5
LEVELS = [
    ("nobody", "Nobody"),
    ("members", "Members"),
    ("everyone", "Everyone"),
]
RECIPIENT_LEVELS = [
    ("everyone", "Everyone, also people who are not members yet"),
    ("members", "Members"),
    ("dealt", "People with whom I had a deal"),
    ("nobody", "Nobody"),
]
# What owners may change of their own profiles; everything else is refused.
OWN_FIELDS = {
    "presentation",
    "skill_ids",
    "language_ids",
    "city",
    "latitude",
    "longitude",
    "image_1920",
    "share_email",
    "share_phone",
    "share_place",
    "share_picture",
    "share_presentation",
    "share_skills",
    "share_languages",
    "messages_from",
}
# What the form of a profile shows: changed by somebody else, it is shown first.
# Characters of what a member writes about themselves.
PRESENTATION_MAX, LINE_MAX, PHONE_MAX = 4000, 120, 40
VERSION_FIELDS = OWN_FIELDS - {"image_1920"} | {"image_128", "partner_id.phone"}

# What stays of a profile when its owner leaves: nothing about the person.
STAYS = {
    "partner_id",
    "company_id",
    "admitted_by_id",
    "joined_date",
    "left_date",
    "left_from",
    "return_keys",
    "state",
    "active",
    "slug",
    "has_credit",
}
REASON_LENGTH = 2000
# What an owner shares of the contact, and all that is shared in words.
CONTACT = ("place", "email", "phone")
SHAREABLE = ("presentation", "skills", "languages", *CONTACT)
# Where fewer are found by their words, slips and plurals are forgiven.
ENOUGH = 10
ROLES = [
    ("member", "Member"),
    ("coordinator", "Coordinator"),
    ("moderator", "Moderator"),
    ("administrator", "Administrator"),
]


class WezerProfile(models.Model):
    """A party's membership, and what others may see of it.

    ``res.partner`` itself stays closed. A field that its owner does not share with
    everybody cannot be read by others, and so not searched, sorted, grouped or
    exported. What the directory searches are stored copies, one for each audience,
    that hold only what this audience may see.
    """

    _name = "wezer.profile"
    _description = "Profile"
    _inherit = [
        "avatar.mixin",
        "website.seo.metadata",
        "wezer.searchable.mixin",
        "wezer.slug.mixin",
        "wezer.state.mixin",
        "wezer.written.mixin",
        "wezer.record.mixin",
    ]
    _state_machine = MEMBERSHIP
    _suggested_as = "member"
    _order = "name, id"
    _sorted_by_language = frozenset({"name"})
    _written = {"written_lang": Written(("presentation",), ("partner_id",))}

    # Read with the rest of the row: each page of its own shows them.
    website_meta_title = fields.Char(prefetch=True)
    website_meta_description = fields.Text(prefetch=True)
    website_meta_keywords = fields.Char(prefetch=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    # The partner's name is the public one (a many2one shows it anyway).
    name = fields.Char(
        compute="_compute_name", store=True, compute_sudo=True, index="trigram"
    )
    # What a person is found by where only the name counts: a payee, for instance.
    name_text = fields.Char(
        compute="_compute_name_text", store=True, compute_sudo=True, index="trigram"
    )
    # Stored: members cannot look through the partner, which is closed to them.
    is_person = fields.Boolean(
        compute="_compute_is_person", store=True, compute_sudo=True, index=True
    )
    on_paper = fields.Boolean(
        string="Without a login",
        compute="_compute_is_person",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        help="A member who cannot log in. People whom they authorise act for them.",
    )
    helper_ids = fields.Many2many(
        "res.partner",
        string="People who act for them",
        compute="_compute_helpers",
        search="_search_helpers",
        groups="wezer_base.group_administrator",
    )
    # Names that people take for the same have the same key.
    name_key = fields.Char(
        compute="_compute_name_key",
        store=True,
        compute_sudo=True,
        index=True,
        groups=fields.NO_ACCESS,
    )
    renamed_date = fields.Date(copy=False, groups=fields.NO_ACCESS)
    picture_key = fields.Char(copy=False, groups=fields.NO_ACCESS)
    slug = fields.Char(string="Address of the page", required=True, copy=False)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("pending", "Waiting for approval"),
            ("active", "Member"),
            ("suspended", "Suspended"),
            ("left", "Left"),
            ("declined", "Not accepted"),
        ],
        required=True,
        default="active",
        index=True,
    )
    # Of the latest suspension: rolls of decisions keep the day, and who suspended.
    suspended_date = fields.Date(copy=False, groups=fields.NO_ACCESS)
    suspended_by_id = fields.Many2one(
        "res.partner",
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        ondelete="set null",
    )
    # Each of these has a sharing level: others get it from shared(), or what their
    # audience may see of it; never the field itself.
    presentation = fields.Text(translate=False, groups="wezer_base.group_administrator")
    written_lang = fields.Char(groups="wezer_base.group_administrator")
    skill_ids = fields.Many2many(
        "wezer.skill", string="Skills", groups="wezer_base.group_administrator"
    )
    language_ids = fields.Many2many(
        "res.lang", string="Languages", groups="wezer_base.group_administrator"
    )
    image_1920 = fields.Image(string="Picture", groups="wezer_base.group_administrator")
    image_1024 = fields.Image(groups="wezer_base.group_administrator")
    image_512 = fields.Image(groups="wezer_base.group_administrator")
    image_256 = fields.Image(groups="wezer_base.group_administrator")
    image_128 = fields.Image(groups="wezer_base.group_administrator")
    avatar_1920 = fields.Image(groups="wezer_base.group_administrator")
    avatar_1024 = fields.Image(groups="wezer_base.group_administrator")
    avatar_512 = fields.Image(groups="wezer_base.group_administrator")
    avatar_256 = fields.Image(groups="wezer_base.group_administrator")
    avatar_128 = fields.Image(groups="wezer_base.group_administrator")
    city = fields.Char(string="Place", groups="wezer_base.group_administrator")
    latitude = fields.Float(digits=(9, 6), groups="wezer_base.group_administrator")
    longitude = fields.Float(digits=(9, 6), groups="wezer_base.group_administrator")
    is_founder = fields.Boolean(string="Founder or steward")
    admitted_by_id = fields.Many2one(
        "res.partner",
        string="Admitted by",
        # Trust flows along admissions: who admitted a member stays, as a pseudonym.
        ondelete="restrict",
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
    )
    joined_date = fields.Date(
        string="Joined", default=lambda self: days.today(self.env)
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    # --- Sharing
    share_picture = fields.Selection(
        LEVELS, required=True, default="members", string="Show my picture to"
    )
    share_presentation = fields.Selection(
        LEVELS, required=True, default="members", string="Show my presentation to"
    )
    share_skills = fields.Selection(
        LEVELS, required=True, default="members", string="Show my skills to"
    )
    share_languages = fields.Selection(
        LEVELS, required=True, default="members", string="Show my languages to"
    )
    share_place = fields.Selection(
        LEVELS, required=True, default="members", string="Show my place to"
    )
    share_email = fields.Selection(
        LEVELS, required=True, default="nobody", string="Show my e-mail to"
    )
    share_phone = fields.Selection(
        LEVELS, required=True, default="nobody", string="Show my phone to"
    )

    messages_from = fields.Selection(
        RECIPIENT_LEVELS,
        required=True,
        default="members",
        string="Take messages from",
        groups="wezer_base.group_administrator",
        help="People who may write a first message to this party.",
    )

    # --- Copies for searching, one for each audience
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

    # --- Joining, leaving, roles
    welcomed = fields.Boolean(
        default=True,
        groups="wezer_base.group_administrator",
        help="The second step of joining is done.",
    )
    applied_date = fields.Datetime(
        string="Asked to join on", groups="wezer_base.group_administrator"
    )
    decline_reason = fields.Text(
        string="Reason for declining",
        readonly=True,
        copy=False,
        groups="wezer_base.group_administrator",
    )
    wanted_groups = fields.Json(groups="wezer_base.group_administrator")
    # The page that they came for before they joined; see tools/arrival.py.
    arrival_url = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    left_date = fields.Date(
        string="Left on", readonly=True, groups="wezer_base.group_administrator"
    )
    left_from = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    # Fingerprints of former addresses: members who come back find their books again.
    return_keys = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    role = fields.Selection(
        ROLES,
        compute="_compute_role",
        compute_sudo=True,
        groups="wezer_base.group_administrator",
        help="The highest role. A coordinator may also be a moderator.",
    )

    # --- What the reader may do, for the buttons
    may_approve = fields.Boolean(compute="_compute_may")
    may_decline = fields.Boolean(compute="_compute_may")
    may_suspend = fields.Boolean(compute="_compute_may")
    may_resume = fields.Boolean(compute="_compute_may")

    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "A contact can have only one profile."
    )
    _slug_uniq = models.UniqueIndex("(slug)", "This address is already taken.")
    # The directory's first page: by name, without sorting all.
    _directory_idx = models.Index(
        lambda registry: (
            f"({index_text(registry, 'name')}, id)"
            " WHERE state = 'active' AND is_person IS TRUE AND active IS TRUE"
        )
    )

    # Whole words, by which slips are forgiven.
    _members_words_idx = models.Index("USING gin (string_to_array(members_text, ' '))")
    _everyone_words_idx = models.Index(
        "USING gin (string_to_array(everyone_text, ' '))"
    )

    @api.private
    def init(self):
        """Make the function that compares texts, for what is not stored compared."""
        known = icu_collations(self.pool)
        self.env.cr.execute(normalise_sql(COMMON if COMMON in known else None))

    # === COMPUTE === #

    @api.depends("partner_id.name", "slug")
    def _compute_name(self):
        for profile in self:
            profile.name = profile.partner_id.name or profile.slug

    @api.depends("name")
    def _compute_name_text(self):
        for profile in self:
            profile.name_text = normalise(profile.name)

    @api.depends("name")
    def _compute_name_key(self):
        for profile in self:
            profile.name_key = lookalike(profile.name)

    @api.depends(
        "partner_id.user_ids",
        "partner_id.user_ids.active",
        "partner_id.is_company",
        "partner_id.wezer_is_treasury",
    )
    def _compute_is_person(self):
        for profile in self:
            partner = profile.partner_id
            # An archived login was taken away: whoever had it is locked out, and does
            # not become a member on paper by it.
            logins = partner.with_context(active_test=False).user_ids
            login = bool(logins.filtered("active"))
            profile.on_paper = not logins and not profile._is_organisation()
            profile.is_person = login or profile.on_paper

    def _is_organisation(self):
        """Return whether this party is no human being; addons with groups extend it."""
        self.ensure_one()
        return self.partner_id.is_company or self.partner_id.wezer_is_treasury

    def _compute_helpers(self):
        mandates = self.env["wezer.mandate"]._of_givers(self.sudo().partner_id)
        for profile in self:
            profile.helper_ids = mandates.get(profile.sudo().partner_id.id, False)

    def _search_helpers(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        # ``False`` in the list asks for those whom nobody helps.
        mandates = (
            self.env["wezer.mandate"]
            .sudo()
            .search(self.env["wezer.mandate"]._current_domain())
        )
        wanted = {number for number in value if number}
        found = mandates.filtered(
            lambda mandate: not wanted or mandate.holder_id.id in wanted
        )
        domain = Domain("partner_id", "in", found.giver_id.ids)
        if False in value:
            without = ~Domain("partner_id", "in", mandates.giver_id.ids)
            domain = domain & Domain(bool(wanted)) | without
        return domain if operator == "in" else ~domain

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
                profile[f"{audience}_skill_ids"] = skills
                profile[f"{audience}_language_ids"] = languages
                profile[f"{audience}_text"] = searched_text(words)
        # Here, where a text is made: a skill's new synonym changes texts as well.
        self.env["wezer.profile.word"]._learn(self.mapped("members_text"))

    @api.depends("partner_id.user_ids.group_ids", "partner_id.user_ids.active")
    def _compute_role(self):
        for profile in self:
            user = profile.partner_id.user_ids[:1]
            profile.role = user and next(
                (
                    role
                    for role, _name in reversed(ROLES[1:])
                    if user.has_group(f"wezer_base.group_{role}")
                ),
                "member",
            )

    def _has_field_access(self, field, operation):
        """Close the members' copies to users who are not members."""
        if field.name.startswith("members_") and not self.env.su:
            if not self.env.user._wezer_is_member():
                return False
        return super()._has_field_access(field, operation)

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_may(self):
        for profile in self:
            for action in ("approve", "decline", "suspend", "resume"):
                profile[f"may_{action}"] = profile._may(action)

    # === FINDING === #

    @api.model
    def _search_display_name(self, operator, value):
        """Find a party by the name as people type it, without its accents too."""
        if operator in ("ilike", "=ilike", "like", "=like") and value:
            return self._name_domain(value)
        return super()._search_display_name(operator, value)

    @api.model
    def _name_domain(self, text):
        """Return the domain of those whose name has all words of ``text``."""
        return Domain.AND(
            Domain("name_text", "like", escape_psql(word))
            for word in search_words(text)
        )

    @api.model
    def _people_domain(self, typed=""):
        """Return the domain of the members whom ``typed`` may mean: words of a name."""
        people = Domain("state", "=", "active") & Domain("is_person", "=", True)
        return people & self._name_domain(typed) if search_words(typed) else people

    @api.model
    def _suggest(self, typed, limit=10, **_near):
        """Return the members whose name fits what somebody is typing.

        Only whom the caller may see; names that begin with it come first. Where nobody
        is called so, slips are forgiven.
        """
        words = search_words(typed)
        if not words:
            return self.browse()
        domain = self._people_domain(typed)
        begins = Domain("name_text", "=like", f"{escape_psql(normalise(typed))}%")
        # In the order of the directory: its index answers for a few of many.
        found = self.search(domain & begins, limit=limit)
        if len(found) < limit:
            found += self.search(domain & ~begins, limit=limit - len(found))
        if not found:
            domain = self._people_domain() & Domain.AND(
                self._text_domain("name_text", word, near=True) for word in words
            )
            found = self.search(domain, limit=limit)
        return found

    def _suggestion(self, _typed):
        """Return this member as a list shows it: ``id``, ``name``, ``hint``."""
        self.ensure_one()
        return {"id": self.id, "name": self.name, "hint": self._told_apart()}

    def _told_apart(self):
        """Return what tells this member from another of the same name."""
        self.ensure_one()
        place = self.shared().get("place") or self.slug
        if not self.on_paper:
            return place
        return self.env._("%(place)s, without a login", place=place)

    @api.model
    def _member_meant(self, number, typed):
        """Return the member whom a form names: chosen from the list, or typed.

        :param number: the id of a profile, or a false value
        :param str typed: an address, a full name, or the only name with these words
        :return: the profile, or none where nobody or several are meant
        """
        chosen = record_id(number)
        if chosen:
            return self.search(self._people_domain() & Domain("id", "=", chosen))
        if not search_words(typed):
            return self.browse()
        found = self._at_slug(str(typed).strip()).filtered("is_person")
        if found:
            return found
        exact = Domain("name_text", "=", normalise(typed))
        for domain in (self._people_domain() & exact, self._people_domain(typed)):
            found = self.search(domain, limit=2)
            if found:
                break
        return found if len(found) == 1 else found.browse()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Complete addresses that were left out, as the form for a new member does."""
        # Access first: what follows looks up what the values name.
        self.check_access("create")
        complete, taken = [], set()
        for vals in vals_list:
            if not vals.get("slug"):
                partner = self.env["res.partner"].browse(vals.get("partner_id"))
                wanted = slugify(partner.name, "member")
                hold_addresses(self.env, wanted)
                if self._is_hidden_at_first(partner):
                    slug = secret_slug(wanted)
                else:
                    slug = free_slug(wanted, taken | self._slugs_like(wanted))
                vals = {**vals, "slug": slug}
            taken.add(vals["slug"])
            complete.append(vals)
        return super().create(complete)

    def write(self, vals):
        accepted = self.browse()
        if vals.get("state") == "active":
            accepted = self.filtered(lambda profile: profile.state in WAITING)
        elif vals.get("state") == "suspended":
            vals = {**self._suspended_now(), **vals}
        result = super().write(vals)
        if "image_1920" in vals:
            for profile in self.sudo():
                profile.picture_key = self._picture_key(profile.image_128)
        if {"state", "partner_id"} & vals.keys():
            self.env["res.partner"]._wezer_invalidate_acting()
        for profile in accepted.sudo():
            # From now on members may know of them.
            slug = slugify(profile.name, "member")
            profile.slug = free_slug(slug, self._slugs_like(slug) - {profile.slug})
        return result

    @api.model
    def _suspended_now(self):
        """Return what is kept of a suspension that begins now."""
        user = self.env.user
        acts = user.id != SUPERUSER_ID and user._wezer_is_person()
        return {
            "suspended_date": days.today(self.env),
            "suspended_by_id": user.partner_id.id if acts else False,
        }

    @api.model
    def _make_for(self, partners):
        """Make the missing profiles of ``partners`` and return all of theirs."""
        partners = partners.sudo()
        have = partners._wezer_profile()
        missing = partners - have.partner_id
        if missing:
            wishes = {slugify(partner.name, "member") for partner in missing}
            hold_addresses(self.env, *wishes)
            # Of many, all addresses in use are asked for once.
            many = len(missing) > 20
            taken = self._slugs_like("") if many else set()
            vals_list = []
            for partner in missing:
                wanted = slugify(partner.name, "member")
                if not many:
                    taken |= self._slugs_like(wanted)
                if self._is_hidden_at_first(partner):
                    # The next one of that name gets an address that reveals nothing.
                    slug = secret_slug(wanted)
                else:
                    slug = free_slug(wanted, taken)
                taken.add(slug)
                vals_list.append(self._prepare_profile_vals(partner, slug))
            made = self.sudo().create(vals_list)
            for profile in made if not many else ():
                profile._notify_lookalike(
                    profile._alike(),
                    _lt(
                        "A new member is called “%(name)s”, like another one.",
                        name=profile.name,
                    ),
                )
            have |= made
        return have

    def _taken_in(self):
        """Note that an administrator took these people in, who cannot log in yet.

        Extended by addons that give something to new members.
        """

    @api.model
    def _is_hidden_at_first(self, partner):
        """Return whether there are members who may not know of ``partner``.

        Applicants are known to administrators only. Extended by addons whose groups
        are parties too.
        """
        return bool(self.env.context.get("wezer_signup"))

    @api.model
    def _slugs_like(self, wanted):
        """Return the slugs in use that begin with ``wanted``."""
        others = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch([("slug", "=like", f"{wanted}%")], ["slug"])
        )
        return set(others.mapped("slug"))

    def _slug_name(self):
        self.ensure_one()
        return self.partner_id.name

    def _new_slug(self):
        wanted = slugify(self._slug_name(), "member")
        if self._is_hidden_at_first(self.partner_id):
            return secret_slug(wanted)
        hold_addresses(self.env, wanted)
        return free_slug(wanted, self._slugs_like(wanted))

    @api.model
    def _prepare_profile_vals(self, partner, slug):
        vals = {
            "partner_id": partner.id,
            "slug": slug,
            "company_id": self.env.company.id,
        }
        # Set by the sign-up; anybody else who claims it only loses rights.
        if self.env.context.get("wezer_signup"):
            vals.update(state="pending", welcomed=False)
        return vals

    # === NAMES AND PICTURES LIKE ANOTHER'S === #

    @api.model
    def _picture_key(self, picture):
        """Return what a picture in base64 shows, roughly; False where it is plain."""
        return bool(picture) and picture_key(b64decode(picture))

    def _alike(self):
        """Return the other active parties whose name people take for this one's."""
        self.ensure_one()
        profile = self.sudo()
        # Persons only: roles of several circles are called the same, and the name of
        # a hidden group is not revealed.
        if not profile.name_key or profile.partner_id.is_company:
            return profile.browse()
        return profile.search(
            [
                ("name_key", "=", profile.name_key),
                ("state", "in", MEMBERS),
                ("partner_id.is_company", "=", False),
                ("id", "!=", profile.id),
            ],
            limit=5,
        )

    def _alike_pictures(self):
        """Return the other active parties whose picture shows the same (sudo)."""
        self.ensure_one()
        self.flush_model(["picture_key", "state"])
        key = self.sudo().picture_key
        if not key:
            return self.sudo().browse()
        self.env.cr.execute(
            """SELECT id FROM wezer_profile
                WHERE picture_key IS NOT NULL AND state = ANY(%s)
                  AND active AND id <> %s
                  AND length(replace((('x' || picture_key)::bit(64)
                                      # ('x' || %s)::bit(64))::text, '0', '')) <= %s
                LIMIT 5""",
            [list(MEMBERS), self.id, key, PICTURE_BITS],
        )
        return self.sudo().browse(row[0] for row in self.env.cr.fetchall())

    def _notify_renamed(self, before):
        """Keep the day for the page, and notify where another has a similar name."""
        for profile in self.sudo():
            if profile.name == before:
                continue
            if profile.state in MEMBERS:
                # The day, not the name: nobody has to show a former name.
                profile.renamed_date = days.today(self.env)
            others = profile._alike() if lookalike(before) != profile.name_key else ()
            profile._notify_lookalike(
                others,
                _lt(
                    "%(before)s is now called “%(name)s”, like another member:"
                    " %(others)s.",
                    before=before,
                    name=profile.name,
                    others=[other.slug for other in others],
                ),
            )

    def _notify_lookalike(self, others, message):
        """Notify moderators and administrators that a party looks like another."""
        if not others:
            return
        watchers = self.env["res.partner"].sudo()
        for group in ("group_moderator", "group_administrator"):
            watchers |= (
                self.env.ref(f"wezer_base.{group}").sudo().all_user_ids.partner_id
            )
        watchers |= others.partner_id.filtered("user_ids")
        watchers -= self.partner_id
        notices = self.env["wezer.notice"].sudo()
        notices._leave(watchers, "alike", message, f"/members/{self.slug}", self)

    def _renamed(self):
        """Return the day on which the name was changed while pages show it, or None."""
        self.ensure_one()
        day = self.sudo().renamed_date
        since = days.today(self.env) - timedelta(days=RENAMED_DAYS)
        return day if day and day >= since else None

    # === WHAT THE OWNER CHANGES === #

    @api.model
    def own_version(self, acting_partner_id: int | None = None) -> str:
        """Return the version of a profile, for :meth:`update_own`."""
        partner = self._profile_party(acting_partner_id, PRESENT)
        return version_of(partner._wezer_profile(), VERSION_FIELDS)

    @api.model
    def update_own(
        self,
        vals: dict,
        version: str | None = None,
        acting_partner_id: int | None = None,
    ) -> int:
        """Change the caller's own profile, or that of a member whom the caller helps.

        :param dict vals: some of the fields in ``OWN_FIELDS``; ``phone`` too
        :param str version: what :meth:`own_version` returned when the profile was
            shown; a profile that somebody else changed since is not overwritten
        :param int acting_partner_id: a member without a login for whom the caller
            publishes and agrees; members who can log in change theirs themselves
        :raise NotAllowed: rule ``own``, for the profile of anybody else
        :raise Refusal: rule ``field`` for anything else, ``changed``
        """
        partner = self._profile_party(acting_partner_id)
        vals = dict(vals)
        phone = vals.pop("phone", None)
        foreign = vals.keys() - OWN_FIELDS
        if foreign:
            raise Refusal(
                self.env._(
                    "You cannot change these fields: %(fields)s",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        if name in self._fields
                        else name
                        for name in sorted(foreign)
                    ),
                ),
                rule="field",
            )
        vals = self._clean_own(vals)
        profile = partner._wezer_profile()
        check_version(profile, VERSION_FIELDS, version)
        # The caller's own row, checked above: members write nothing by themselves.
        profile.write(vals)
        if vals.get("image_1920"):
            profile._notify_lookalike(
                profile._alike_pictures(),
                _lt(
                    "%(name)s uses a picture that looks like another member's.",
                    name=profile.name,
                ),
            )
        if phone is not None:
            partner.sudo().phone = payload.line(self.env, phone, PHONE_MAX, "phone")
        self.env.user._wezer_log_acting(partner, "market", "change_profile")
        return profile.id

    @api.model
    def _profile_party(self, acting_partner_id=None, may=JOINING):
        """Return the partner (sudo) whose profile the caller changes, checked.

        :param tuple may: the states in which callers use their own profile: by
            default, applicants fill it in before they are members; ``PRESENT`` to show
            it, because suspended and declined people read their standing there
        """
        user = self.env.user
        if acting_partner_id in (None, False, user.partner_id.id):
            user._wezer_check_standing(may)
            return user.partner_id.sudo()
        number = record_id(acting_partner_id)
        party = self.env["res.partner"].sudo().browse(number or [])
        user._check_acts_for(party.sudo(False), "market")
        if not party._wezer_profile().on_paper:
            raise NotAllowed(
                self.env._("Only %(name)s can change this profile.", name=party.name),
                rule="own",
            )
        return party

    @api.model
    def _clean_own(self, vals):
        """Return ``vals`` with nothing in them but plain values of the right kind.

        They are written with ``sudo()``: a command for a many2many could change
        or delete the skills of all, a drawing could carry a script.
        """
        env, clean = self.env, {}
        for name, value in vals.items():
            if name in ("skill_ids", "language_ids"):
                known = env[self._fields[name].comodel_name].sudo()
                known = known.search([("id", "in", payload.ids(env, value))])
                clean[name] = [Command.set(known.ids)]
            elif name in ("latitude", "longitude"):
                limit = 90 if name == "latitude" else 180
                clean[name] = payload.coordinate(env, value, limit, name)
            elif name.startswith("share_") or name == "messages_from":
                clean[name] = payload.choice(env, self._name, name, value)
            elif name == "image_1920":
                # Cleaned where it is written, as all pictures are.
                clean[name] = value
            else:
                limit = PRESENTATION_MAX if name == "presentation" else LINE_MAX
                clean[name] = payload.text(env, value, limit, name)
        return clean

    # === WHAT THE READER SEES === #

    def _levels_seen(self):
        """Return, for each profile, the levels whose fields the caller sees.

        :return: ``{profile id: levels}``; one's own are seen whole
        """
        user = self.env.user
        others = ("members", "everyone") if user._wezer_is_member() else ("everyone",)
        # Visitors have no profile: nothing is asked of them.
        own = self.env["res.partner"] if user._is_public() else user.partner_id
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

    def _shared_avatar(self):
        """Return the shared picture, else the first letter of the name, in base64."""
        return self._shared_picture() or self.sudo()._avatar_generate_svg()

    def shared(self) -> dict:
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
            profile.id: profile._shared_with(SHAREABLE, seen[profile.id])
            for profile in self.sudo()
        }

    def _shared_with(self, names, levels):
        """Return what of these the owner shares on one of ``levels``; with ``sudo()``.

        What is not shared is not read either.
        """
        self.ensure_one()
        read = {
            "presentation": lambda: self.presentation,
            "skills": lambda: self.skill_ids.mapped("name"),
            "languages": lambda: [one._wezer_own_name() for one in self.language_ids],
            "place": lambda: self.city,
            "email": lambda: self.partner_id.email,
            "phone": lambda: self.partner_id.phone,
        }
        shared = {
            name: read[name]() for name in names if self[f"share_{name}"] in levels
        }
        return {name: value for name, value in shared.items() if value}

    def shared_contact(self) -> dict:
        """Return what the caller may see of this party's contact.

        :return: dict with some of ``email``, ``phone``, ``place``
        """
        self.ensure_one()
        self.check_access("read")
        seen = self._levels_seen()[self.id]
        # Raw fields are closed to members; each passes its owner's choice.
        return self.sudo()._shared_with(CONTACT, seen)

    def _map_place(self):
        """Return ``(latitude, longitude)``, None where it is not known."""
        if not (self.latitude or self.longitude):
            return None
        return place_of(self.latitude, self.longitude)

    def _wezer_party_values(self, **_known):
        """Return what the party page shows besides the profile; addons extend it.

        :param _known: what the caller has read already, by names of the addons
        """
        self.ensure_one()
        shared = self.shared()
        return {
            "shared": shared,
            "contact": shared,
            "renamed": self._renamed(),
            # The name of the party in the button, where it is not that of the page.
            "write_to": "",
            "may_write": self.env.user._wezer_corresponds_with(self),
            # Of persons: an organisation has no such day.
            "member_since": not self.sudo()._is_organisation() and self.joined_date,
            # As the reader may see them.
            "alike": self.search([("id", "in", self._alike().ids)]),
            **self._paper_values(),
        }

    def _paper_values(self):
        """Return what the page says of a member who cannot log in, to members."""
        if not self.on_paper or not self.env.user._wezer_is_member():
            return {"on_paper": False}
        partner = self.sudo().partner_id
        user = self.env.user
        helpers = self.env["wezer.mandate"]._of_givers(partner).get(partner.id)
        # Who helps, or that nobody does, is told to those who have to reach the member:
        # not everybody should know who is alone.
        told = user.has_group("base.group_user") or user.partner_id in (helpers or ())
        return {
            "on_paper": True,
            "paper_told": told,
            "paper_helpers": ", ".join(helpers.mapped("name"))
            if helpers and told
            else "",
            "paper_edit": bool(helpers and user._acts_for(partner, "market")),
            "paper_decide": user.has_group("wezer_base.group_administrator"),
        }

    # === DIRECTORY === #

    @api.model
    def _audience(self):
        """Return whose copies the caller searches: ``members`` or ``everyone``."""
        return "members" if self.env.user._wezer_is_member() else "everyone"

    @api.model
    def _directory_domain(self, words="", skill=None, language=None, near=False):
        """Return the domain of the directory, as far as the caller may see it.

        :param bool near: forgive a slip or a plural in each of ``words``
        """
        audience = self._audience()
        domain = [Domain("state", "=", "active"), Domain("is_person", "=", True)]
        for word in search_words(words):
            domain.append(self._text_domain(f"{audience}_text", word, near))
        if skill:
            domain.append(Domain(f"{audience}_skill_ids", "in", [skill]))
        if language:
            domain.append(Domain(f"{audience}_language_ids", "in", [language]))
        return Domain.AND(domain)

    @api.model
    def _text_domain(self, field, word, near):
        """Return those whose ``field``, which the caller may see, has ``word``.

        :param bool near: or a word that is a slip or a plural away; the vocabulary
            knows what is hidden too, but the field alone decides who is found
        """
        domain = Domain(field, "like", escape_psql(word))
        alike = self.env["wezer.profile.word"]._near(word) if near else []
        return domain | any_word(field, alike) if alike else domain

    @api.model
    def _search_directory(
        self, words="", skill=None, language=None, limit=24, offset=0, forgive=True
    ):
        """Return ``(profiles, count)`` of the directory, as the caller may see it.

        Where few have the words, those follow who have them but for a slip or a plural.

        :param str words: parts of a name, a skill or a place, accents aside
        :param int skill: id of a skill
        :param int language: id of a language
        :param bool forgive: False where one person is chosen by what was typed
        :return: the count is at most ``COUNTED`` + 1: more is not counted
        """
        domain = self._directory_domain(words, skill, language)
        profiles = self.search(domain, limit=limit, offset=offset)
        if forgive and search_words(words):
            whole = not offset and (limit >= ENOUGH or len(profiles) < limit)
            first = profiles if whole else self.search(domain, limit=ENOUGH)
            if len(first) < ENOUGH:
                near = self._directory_domain(words, skill, language, near=True)
                return self._followed(first, near, limit, offset)
        if not offset and len(profiles) < limit:
            return profiles, len(profiles)
        return profiles, self.search_count(domain, limit=COUNTED + 1)

    @api.model
    def _followed(self, first, domain, limit, offset):
        """Return a page and the count of ``first``, then the others of ``domain``."""
        others = domain & Domain("id", "not in", first.ids)
        page = first[offset : offset + limit]
        begin = max(offset - len(first), 0)
        page += self.search(others, limit=limit - len(page), offset=begin)
        if not offset and len(page) < limit:
            return page, len(page)
        count = self.search_count(others, limit=COUNTED + 1)
        return page, min(len(first) + count, COUNTED + 1)

    def _default_website_meta(self):
        """Extend Odoo's: shared links have what the reader sees of the member."""
        meta = super()._default_website_meta()
        graph, twitter = meta["default_opengraph"], meta["default_twitter"]
        graph["og:type"] = "profile"
        described = payload.shortened(self.shared().get("presentation"), 200)
        if described:
            meta["default_meta_description"] = described
            graph["og:description"] = twitter["twitter:description"] = described
        if self._shared_picture():
            graph["og:image"] = twitter["twitter:image"] = self._face_url()
        return meta

    @api.model
    def _search_get_detail(self, website, order, options):
        """Let the website's search find the members of the directory."""
        detail = self._search_detail(
            Domain(self._directory_domain()), f"{self._audience()}_text", "fa-user"
        )
        if options.get("displayImage"):
            detail["mapping"]["image_url"] = {"name": "image_url", "type": "html"}
        return detail

    def _search_render_results(self, fetch_fields, mapping, icon, limit):
        rows = super()._search_render_results(fetch_fields, mapping, icon, limit)
        for profile, row in zip(self, rows, strict=False):
            row["image_url"] = profile._face_url()
        return rows

    @api.model
    def _search_url(self, slug):
        return f"/members/{slug}"

    # === JOINING === #

    def _wezer_admit(self):
        """Make a pending person a member, unless somebody has to approve it first."""
        self.ensure_one()
        if self.state != "pending":
            return
        approval = self.company_id.sudo().wezer_approval
        if approval == "nobody" or (approval == "uninvited" and self.admitted_by_id):
            self.state = "active"
            self.joined_date = days.today(self.env)
            return
        self.applied_date = fields.Datetime.now()
        self.company_id.partner_id._wezer_notify(
            "application",
            _lt("%(name)s would like to join.", name=self.name),
            url=f"/odoo/action-wezer_base.wezer_profile_action/{self.id}",
            record=self,
            right="invite",
            subject="application",
        )

    def _wezer_is_new_here(self, count):
        """Return whether this person joined in the last ``count`` days."""
        if not self or not self.sudo().joined_date:
            return False
        return self.sudo().joined_date > days.today(self.env) - timedelta(days=count)

    # === LEAVING === #

    def _former_slug(self):
        return f"former-{self.id}"

    def _anonymise(self):
        """Empty every field that tells something of the person (sudo)."""
        self.ensure_one()
        self.env["wezer.slug"].sudo()._former_of(self).unlink()
        vals = {"slug": self._former_slug()}
        for name, field in self._fields.items():
            if name in STAYS or name in models.MAGIC_COLUMNS or not field.store:
                continue
            if field.compute or field.related:
                continue
            if name.startswith("share_"):
                vals[name] = "nobody"
            elif not field.required:
                vals[name] = (
                    [Command.clear()] if field.type.endswith("2many") else False
                )
        self.sudo().write(vals)

    def _partner_sudo(self):
        """Return whose profile this is (sudo); archived rows count as such again."""
        return self.sudo().partner_id.with_context(active_test=True)

    @api.model
    def leave(self, password: str) -> bool:
        """Leave the community; the caller's own data is erased.

        :param str password: one's own, asked again
        :raise NotAllowed: rule ``password``
        :raise Refusal: rule ``open``, while something is open
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        user._wezer_check_password(password)
        # Oneself, with one's password; Odoo's own way, extended in res.users.
        user.sudo()._deactivate_portal_user()
        return True

    # === COMING BACK === #

    def _come_back(self):
        """Give a former member the state they left from; a suspension still holds."""
        self.write(
            {
                "state": self.left_from or "active",
                "active": True,
                "left_from": False,
                "left_date": False,
                "return_keys": False,
            }
        )

    @api.model
    def _return_key(self, address):
        """Return the fingerprint of an address: without our key it says nothing."""
        address = email_normalize(address or "")
        return hmac(self.env(su=True), "wezer-return", address) if address else ""

    @api.model
    def _return_keys_of(self, partner):
        """Return the fingerprints of the own addresses of ``partner``, as one text.

        Only proven ones: the address of a contact may be anybody's, and a person who
        came back with it would find this party's debts. Where there never was a
        login, administrators wrote it, and a letter proves it.
        """
        selves = partner._wezer_selves().with_context(active_test=False)
        addresses = list(proven_addresses(selves))
        addresses += selves.filtered(lambda account: not account.user_ids).mapped(
            "email"
        )
        keys = {self._return_key(address) for address in addresses}
        kept = (selves._wezer_profile().mapped("return_keys") or []) + list(keys)
        return " ".join(sorted({key for text in kept for key in (text or "").split()}))

    @api.model
    def _find_left(self, address):
        """Return the former member who had this address (sudo), or no partner."""
        key = self._return_key(address)
        if not key:
            return self.env["res.partner"].sudo()
        profiles = self.sudo().with_context(active_test=False)
        found = profiles.search(
            [("return_keys", "like", key), ("state", "=", "left")], limit=1
        ).partner_id
        while found.wezer_merged_into_id:
            found = found.wezer_merged_into_id
        found = found.with_context(active_test=True)
        # A member whose other account goes on logs in with that one.
        return found.browse() if found.user_ids else found

    # === ADMINISTRATORS === #

    def _check_administrator(self):
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise self._administrator_refusal()

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the current user, or None.

        Joining, leaving and merging are done by the suite itself; the others are the
        administrators' decisions.
        """
        self.ensure_one()
        if self._state_machine.who(action) == "administrator":
            if not self.env.user.has_group("wezer_base.group_administrator"):
                return self._administrator_refusal()
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._(
            "The membership of %(name)s does not allow this at the moment.",
            name=self.sudo().name,
        )

    def _administrator_refusal(self):
        return NotAllowed(
            self.env._("Only administrators can decide about membership."), rule="role"
        )

    def _set_state(self, action):
        """Check ``action`` for each profile and take it to the action's state."""
        self._check_administrator()
        for profile in self:
            profile._check_state(action)
        (new,) = self._state_machine.targets(action)
        self.sudo().state = new
        self.env["res.partner"]._wezer_invalidate_acting()

    def _take_arrival(self):
        """Return the page that this member came for (sudo), once; "" where none."""
        profile = self.sudo()
        page = profile.arrival_url if profile.state == "active" else ""
        if page:
            profile.arrival_url = False
        return page or ""

    def action_approve(self) -> bool:
        """Accept people who wait for approval, or were declined before."""
        self._set_state("approve")
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo():
            profile.decline_reason = False
            profile.joined_date = days.today(self.env)
            self.env["wezer.notice"]._settle(profile, ["application"])
            profile.partner_id._wezer_notify(
                "approved",
                _lt("Welcome! You are now a member."),
                url=profile.arrival_url or "/my",
            )
            user = profile.partner_id.user_ids[:1]
            if user and profile.wanted_groups:
                user.with_user(user)._wezer_join_groups(profile.wanted_groups)
                profile.wanted_groups = False
        return True

    def action_decline(self, reason: str) -> bool:
        """Decline people who wait for approval, and tell each of them why.

        They can still log in, read the reason and delete their account; an
        administrator can accept them later.

        :param str reason: the text that the person receives
        :raise NotAllowed: rule ``role``
        :raise Refusal: rules ``state``, ``note`` where the reason is missing
        """
        self._check_administrator()
        reason = str(reason or "").strip()[:REASON_LENGTH]
        if not reason:
            raise Refusal(
                self.env._("Write the reason. The person receives your text."),
                rule="note",
            )
        self._set_state("decline")
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo():
            profile.write({"decline_reason": reason, "wanted_groups": False})
            self.env["wezer.notice"]._settle(profile, ["application"])
            profile.partner_id._wezer_notify(
                "declined",
                _lt("Your request to join was declined."),
                url="/welcome",
            )
            profile._send_decline()
        return True

    def _send_decline(self):
        """Send the reason by mail: a declined person may not look here again."""
        self.ensure_one()
        partner, company = self.partner_id, self.company_id
        user = partner.user_ids[:1]
        address = (user and email_normalize(user.login)) or partner.email
        if not address:
            return
        letter = self.with_context(lang=partner.lang or company.partner_id.lang)
        body = letter.env["ir.qweb"]._render(
            "wezer_base.letter_declined",
            {"company": company, "profile": letter, "url": self.get_base_url()},
        )
        self.env["mail.mail"].create(
            {
                "subject": letter.env._(
                    "Your request to join %(name)s", name=company.name
                ),
                "email_from": company._wezer_email_from(),
                # The address of the login is the proven one.
                "email_to": address,
                "body_html": body,
                "auto_delete": True,
            }
        )
        self.env["mail.mail"]._wezer_send_soon()

    def action_suspend(self) -> bool:
        """Take these members' rights for the time being."""
        self._set_state("suspend")
        return True

    def action_resume(self) -> bool:
        """Give suspended members their rights back."""
        self._set_state("resume")
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo():
            profile.partner_id._wezer_notify(
                "standing", _lt("Your membership is active again."), url="/my"
            )
        return True

    def action_forget(self) -> bool:
        """Let members leave who asked for it and cannot do it themselves."""
        self._check_administrator()
        for profile in self:
            partner = profile._partner_sudo()
            if partner == self.env.user.partner_id:
                raise NotAllowed(
                    self.env._("You can only leave from your own page."), rule="own"
                )
            if profile.sudo().state == "left":
                raise Refusal(
                    self.env._("%(name)s has left.", name=profile.name), rule="state"
                )
            partner._wezer_let_go()
        return True

    def action_merge_into(self, target_id: int) -> int:
        """Bring these accounts together with another of the same person.

        :param int target_id: the profile that stays
        :raise Refusal: rule ``merge``, where it would harm somebody
        :return: ``target_id``
        """
        self._check_administrator()
        target = self.browse(target_id).exists()
        if not self or not target or self.exists() != self:
            raise Refusal(
                self.env._(
                    "Choose the account to keep and the accounts to merge into it."
                ),
                rule="merge",
            )
        for profile in self - target:
            # Shown above that an administrator asks; the rows are anybody's.
            source, stays = profile._partner_sudo(), target._partner_sudo()
            member_merge.check(source, stays)
            source._wezer_merge_into(stays)
        return target.id

    # === ROLES === #

    def _role_users(self):
        """Return the users whose role the caller changes, checked."""
        self._check_administrator()
        users = self.env["res.users"]
        for profile in self:
            # Who may log in is not the administrator's to read elsewhere.
            user = profile.sudo().partner_id.user_ids[:1]
            if not user:
                raise Refusal(
                    self.env._("%(name)s cannot log in.", name=profile.name),
                    rule="login",
                )
            if user == self.env.user or user.has_group(
                "wezer_base.group_administrator"
            ):
                raise NotAllowed(
                    self.env._(
                        "%(name)s is an administrator. Change this role in"
                        " Settings → Users.",
                        name=profile.name,
                    ),
                    rule="role",
                )
            if profile.sudo().state != "active":
                raise Refusal(
                    self.env._(
                        "The membership of %(name)s does not allow this at the moment.",
                        name=profile.name,
                    ),
                    rule="state",
                    value=profile.sudo().state,
                )
            users |= user
        return users.sudo()

    def _give_role(self, role):
        group = self.env.ref(f"wezer_base.group_{role}")
        portal = self.env.ref("base.group_portal")
        for user in self._role_users():
            # Checked by _role_users(); nobody becomes an administrator here.
            user.group_ids = [Command.unlink(portal.id), Command.link(group.id)]
        return True

    def action_make_coordinator(self) -> bool:
        """Let these members run projects, approve work and pay for it."""
        return self._give_role("coordinator")

    def action_make_moderator(self) -> bool:
        """Let these members settle disputes and limits."""
        return self._give_role("moderator")

    def action_take_role(self) -> bool:
        """Make these people plain members again, who use the website only."""
        portal = self.env.ref("base.group_portal")
        for user in self._role_users():
            # Checked by _role_users(): no administrator among them.
            user.group_ids = [Command.set(portal.ids)]
        return True

    # === NOTICES === #

    def _notice_party(self, _reader):
        """Return the party whose face a notice about this profile shows."""
        return self.partner_id
