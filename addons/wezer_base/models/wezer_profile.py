from base64 import b64decode
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.fields import Domain
from odoo.tools import escape_psql

from ..exceptions import NotAllowed, Refusal
from ..tools import days
from ..tools.locks import hold_addresses
from ..tools.picture import picture_key
from ..tools.sorting import COMMON, icu_collations
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

# So long a page shows that a name was changed.
RENAMED_DAYS = 90
# Of 64, so many points of two pictures that show the same may differ.
PICTURE_BITS = 5
LEVELS = [
    ("nobody", "Nobody"),
    ("members", "Members"),
    ("everyone", "Everyone"),
]
# What an owner may change on his own profile; everything else is refused.
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
}
# What the form of a profile shows: changed by somebody else, it is shown first.
VERSION_FIELDS = OWN_FIELDS - {"image_1920"} | {"image_128", "partner_id.phone"}


class WezerProfile(models.Model):
    """What others may see of a party; ``res.partner`` itself stays closed."""

    _name = "wezer.profile"
    _description = "Profile"
    _inherit = ["image.mixin", "wezer.slug.mixin"]
    _order = "name, id"
    _sorted_by_language = frozenset({"name"})

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
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
    slug = fields.Char(required=True, copy=False)
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
    # Each of these has a sharing level (wezer_profile_sharing.py): others get it
    # from shared(), or what their audience may see of it; never the field itself.
    presentation = fields.Text(translate=False, groups="wezer_base.group_administrator")
    skill_ids = fields.Many2many(
        "wezer.skill", string="Skills", groups="wezer_base.group_administrator"
    )
    language_ids = fields.Many2many(
        "res.lang", string="Languages", groups="wezer_base.group_administrator"
    )
    image_1920 = fields.Image(groups="wezer_base.group_administrator")
    image_1024 = fields.Image(groups="wezer_base.group_administrator")
    image_512 = fields.Image(groups="wezer_base.group_administrator")
    image_256 = fields.Image(groups="wezer_base.group_administrator")
    image_128 = fields.Image(groups="wezer_base.group_administrator")
    city = fields.Char(string="Place", groups="wezer_base.group_administrator")
    latitude = fields.Float(digits=(9, 6), groups="wezer_base.group_administrator")
    longitude = fields.Float(digits=(9, 6), groups="wezer_base.group_administrator")
    is_founder = fields.Boolean(string="Founder or steward")
    admitted_by_id = fields.Many2one(
        "res.partner",
        string="Admitted by",
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
    )
    joined_date = fields.Date(default=lambda self: days.today(self.env))
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "A partner has one profile only."
    )
    _slug_uniq = models.UniqueIndex("(slug)", "This address is taken.")

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

    @api.depends("partner_id.user_ids", "partner_id.user_ids.active")
    def _compute_is_person(self):
        for profile in self:
            profile.is_person = bool(profile.partner_id.user_ids.filtered("active"))

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

    # === CRUD === #

    def write(self, vals):
        result = super().write(vals)
        if "image_1920" in vals:
            for profile in self.sudo():
                profile.picture_key = self._picture_key(profile.image_128)
        if {"state", "partner_id"} & vals.keys():
            self.env["res.partner"]._wezer_invalidate_acting()
        return result

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
                    # The next one of that name gets an address that does not tell.
                    slug = secret_slug(wanted)
                else:
                    slug = free_slug(wanted, taken)
                taken.add(slug)
                vals_list.append(self._prepare_profile_vals(partner, slug))
            made = self.sudo().create(vals_list)
            for profile in made if not many else ():
                profile._notify_lookalike(
                    profile._alike(),
                    lambda env, name=profile.name: env._(
                        "A new member is called “%(name)s”, like another one.",
                        name=name,
                    ),
                )
            have |= made
        return have

    @api.model
    def _is_hidden_at_first(self, partner):
        """Return whether there are members who may not know of ``partner``.

        Extended by addons whose groups are parties too.
        """
        return False

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
        return {
            "partner_id": partner.id,
            "slug": slug,
            "company_id": self.env.company.id,
        }

    # === PASSING FOR SOMEBODY ELSE === #

    @api.model
    def _picture_key(self, picture):
        """Return what a picture in base64 shows, roughly; False where it is plain."""
        return bool(picture) and picture_key(b64decode(picture))

    def _alike(self):
        """Return the other active parties whose name people take for this one's."""
        self.ensure_one()
        profile = self.sudo()
        # Persons only: roles of several circles are called the same, and the name of
        # a hidden group is told to nobody.
        if not profile.name_key or profile.partner_id.is_company:
            return profile.browse()
        return profile.search(
            [
                ("name_key", "=", profile.name_key),
                ("state", "in", ("active", "suspended")),
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
                WHERE picture_key IS NOT NULL AND state IN ('active', 'suspended')
                  AND active AND id <> %s
                  AND length(replace((('x' || picture_key)::bit(64)
                                      # ('x' || %s)::bit(64))::text, '0', '')) <= %s
                LIMIT 5""",
            [self.id, key, PICTURE_BITS],
        )
        return self.sudo().browse(row[0] for row in self.env.cr.fetchall())

    def _notify_renamed(self, before):
        """Keep the day for the page, and tell where another is called alike."""
        for profile in self.sudo():
            if profile.name == before:
                continue
            if profile.state in ("active", "suspended"):
                # The day, not the name: whoever left a name behind need not show it.
                profile.renamed_date = days.today(self.env)
            others = profile._alike() if lookalike(before) != profile.name_key else ()
            profile._notify_lookalike(
                others,
                lambda env, name=profile.name, before=before, others=others: env._(
                    "%(before)s is now called “%(name)s”, like another member:"
                    " %(others)s.",
                    before=before,
                    name=name,
                    others=", ".join(one.slug for one in others),
                ),
            )

    def _notify_lookalike(self, others, message):
        """Tell moderators and administrators that a party may pass for another."""
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
    def own_version(self):
        """Return the version of the caller's own profile, for :meth:`update_own`."""
        self.env.user._wezer_check_standing(
            ("active", "pending", "suspended", "declined")
        )
        profile = self.env.user.partner_id._wezer_profile()
        return version_of(profile, VERSION_FIELDS)

    @api.model
    def update_own(self, vals, version=None):
        """Change the caller's own profile.

        :param dict vals: some of the fields in ``OWN_FIELDS``; ``phone`` too
        :param str version: what :meth:`own_version` returned when the profile was
            shown; a profile that somebody else changed since is not overwritten
        :raise Refusal: rule ``field`` for anything else, ``changed``
        """
        user = self.env.user
        # Who joins tells who he is before he is a member.
        user._wezer_check_standing(("active", "pending"))
        vals = dict(vals)
        phone = vals.pop("phone", None)
        foreign = vals.keys() - OWN_FIELDS
        if foreign:
            raise Refusal(
                self.env._(
                    "This is not yours to change: %(fields)s",
                    fields=", ".join(sorted(foreign)),
                ),
                rule="field",
            )
        vals = self._clean_own(vals)
        profile = user.partner_id._wezer_profile()
        check_version(profile, VERSION_FIELDS, version)
        # His own row, checked just above: members write nothing by themselves.
        profile.write(vals)
        if vals.get("image_1920"):
            profile._notify_lookalike(
                profile._alike_pictures(),
                lambda env, name=profile.name: env._(
                    "%(name)s uses a picture that looks like another member's.",
                    name=name,
                ),
            )
        if phone is not None:
            user.partner_id.sudo().phone = str(phone or "").strip()[:40]
        return profile.id

    @api.model
    def _clean_own(self, vals):
        """Return ``vals`` with nothing in them but plain values of the right kind.

        They are written with ``sudo()``: a command for a many2many could change
        or delete the skills of all, a drawing could carry a script.
        """
        clean = {}
        for name, value in vals.items():
            if name in ("skill_ids", "language_ids"):
                known = self.env[self._fields[name].comodel_name].sudo()
                ids = self._plain_ids(value)
                clean[name] = [Command.set(known.search([("id", "in", ids)]).ids)]
            elif name in ("latitude", "longitude"):
                try:
                    number = float(value or 0)
                except (TypeError, ValueError):
                    self._refuse_value(name)
                limit = 90 if name == "latitude" else 180
                if not -limit <= number <= limit:
                    self._refuse_value(name)
                clean[name] = number
            elif name.startswith("share_"):
                if value not in dict(LEVELS):
                    self._refuse_value(name)
                clean[name] = value
            elif name == "image_1920":
                # Cleaned where it is written, as all pictures are.
                clean[name] = value
            else:
                if value and not isinstance(value, str):
                    self._refuse_value(name)
                limit = 4000 if name == "presentation" else 120
                clean[name] = (value or "").strip()[:limit]
        return clean

    def _refuse_value(self, name):
        raise Refusal(
            self.env._("This does not fit here: %(field)s", field=name), rule="value"
        )

    @api.model
    def _plain_ids(self, value):
        """Return the ids in a list of ids or in one SET command; refuse the rest."""
        if (
            isinstance(value, list | tuple)
            and len(value) == 1
            and isinstance(value[0], list | tuple)
            and len(value[0]) == 3
            and value[0][0] == Command.SET
        ):
            value = value[0][2]
        if not isinstance(value, list | tuple) or any(
            type(one) is not int for one in value
        ):
            self._refuse_value("ids")
        return list(value)

    # === ADMINISTRATORS === #

    def _check_administrator(self):
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("Administrators decide about membership."), rule="role"
            )

    def _set_state(self, states, new):
        self._check_administrator()
        for profile in self:
            if profile.state not in states:
                raise Refusal(
                    self.env._(
                        "%(name)s is not in the right state.", name=profile.name
                    ),
                    rule="state",
                    value=profile.state,
                )
        self.sudo().state = new
        self.env["res.partner"]._wezer_invalidate_acting()

    def action_approve(self):
        """Accept a person who waits for approval, or was declined before."""
        self._set_state(("pending", "declined"), "active")

    def action_suspend(self):
        """Take a member's rights for the time being."""
        self._set_state(("active",), "suspended")

    def action_resume(self):
        """Give a suspended member his rights back."""
        self._set_state(("suspended",), "active")
