from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate, escape_psql

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import caller_context, days, payload
from odoo.addons.wezer_base.tools.category_looks import TINTS
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.numbers import record_id, whole
from odoo.addons.wezer_base.tools.rights import RIGHTS
from odoo.addons.wezer_base.tools.sorting import index_text
from odoo.addons.wezer_base.tools.text import (
    TITLE_LENGTH,
    clean_line,
    has_letter,
    normalise,
    search_words,
    secret_slug,
    slugify,
)
from odoo.addons.wezer_base.tools.versions import check_version, version_of

from ..tools import (
    closure,
    group_cards,
    group_files,
    group_history,
    group_page,
    group_places,
    membership_sql,
    reserve,
    visibility,
)
from ..tools.group_policies import Policy
from ..tools.membership_sql import is_running
from ..tools.visibility import VISIBLE_TO_OTHERS
from .wezer_group_membership import MEMBERSHIP

_lt = LazyTranslate(__name__)

RIGHT_FIELDS = [f"right_{right}" for right in RIGHTS]
# Kept by the tree itself; nobody writes them.
TREE_FIELDS = {"ancestor_ids", "rights_reach", "depth", "structure_version"}

# What the form of a group may change.
NAME_LENGTH = 120
TEXT_LENGTH = 4000
NOTE_LENGTH = 300
# A cover picture in base64: about 6 MB of picture.
COVER_LENGTH = 8_000_000
# Letters of the purpose that shared links show.
DESCRIBED_LENGTH = 200
# Of more circles with a name that somebody typed the form offers no choice.
CIRCLES_MEANT = 20
TEXTS = ("purpose", "domains", "accountabilities")
CHOICES = ("visibility", "join_policy", "link")
SWITCHES = ("books_open",)
# What the form of a group shows: changed by somebody else, it is shown first.
VERSION_FIELDS = (
    *("name", *TEXTS, "visibility", "join_policy", "books_open", "color"),
    "written_lang",
    *(f"partner_id.wezer_profile_ids.{name}" for name in group_places.FIELDS),
)


class WezerGroup(models.Model):
    """A circle or a role, with a partner of its own that holds wallets and deals.

    Groups form a tree: members count in every group above
    (:mod:`..tools.membership_sql`), the rights of a role reach down as far as no circle
    refuses them (``rights_reach``, :mod:`..tools.closure`). What a user may do is
    answered by :meth:`_why_not`, which groups a user sees by :mod:`..tools.visibility`.
    """

    _name = "wezer.group"
    _description = "Group"
    _suggested_as = "circle"
    _inherit = [
        "website.seo.metadata",
        "wezer.searchable.mixin",
        "wezer.slug.mixin",
        "wezer.written.mixin",
        "wezer.record.mixin",
    ]
    _order = "name, id"
    _wezer_titles = ("name",)
    # Nobody learns that a circle they see is inside one that hides itself.
    _wezer_closed_reference = True
    _sorted_by_language = frozenset({"name"})
    # Whoever reads it: a guess that differs from reader to reader would be a choice.
    _written = {"written_lang": Written(TEXTS, ("create_uid",), ("name",))}

    # Read with the rest of the row: each page of its own shows them.
    website_meta_title = fields.Char(prefetch=True)
    website_meta_description = fields.Text(prefetch=True)
    website_meta_keywords = fields.Char(prefetch=True)
    name = fields.Char(required=True, index="trigram", size=TITLE_LENGTH)
    slug = fields.Char(copy=False, required=True)
    kind = fields.Selection(
        [("circle", "Circle"), ("role", "Role")], required=True, default="circle"
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, copy=False, ondelete="restrict"
    )
    reference = fields.Char(
        copy=False,
        groups="wezer_base.group_administrator",
        help="The name of this group in files. An import finds the group by it.",
    )

    # The tree.
    parent_id = fields.Many2one(
        "wezer.group", string="Inside", index=True, ondelete="restrict"
    )
    child_ids = fields.One2many("wezer.group", "parent_id")
    role_ids = fields.One2many(
        "wezer.group", "parent_id", string="Roles", domain=[("kind", "=", "role")]
    )
    circle_ids = fields.One2many(
        "wezer.group",
        "parent_id",
        string="Circles inside",
        domain=[("kind", "=", "circle")],
    )
    ancestor_ids = fields.Many2many(
        "wezer.group",
        "wezer_group_closure",
        "descendant_id",
        "ancestor_id",
        string="All groups above",
        copy=False,
        readonly=True,
    )
    # Tells of circles above that hide themselves.
    depth = fields.Integer(
        readonly=True, copy=False, groups="wezer_base.group_administrator"
    )
    structure_version = fields.Integer(readonly=True, copy=False, default=0)
    merged_into_id = fields.Many2one(
        "wezer.group", string="Merged into", readonly=True, ondelete="set null"
    )

    # What it says of itself.
    purpose = fields.Text(index="trigram")
    domains = fields.Text(help="The decisions that only this group makes.")
    accountabilities = fields.Text(
        help="The things others can expect from this group, one per line."
    )
    cover = fields.Image(
        string="Cover picture",
        max_width=1600,
        max_height=1600,
        copy=False,
        help="A wide picture at the top of the group's page and on its card.",
    )
    color = fields.Integer(
        string="Colour",
        help="One of the eight colours of the website. Without one, the colour of the"
        " circle around it is used.",
    )
    # The name and the purpose, as they are compared.
    search_text = fields.Char(
        compute="_compute_search_text", store=True, compute_sudo=True, index="trigram"
    )

    # What it decided.
    visibility = fields.Selection(
        [
            ("public", "Everybody, visitors too"),
            ("network", "All members of the community"),
            ("parents", "Members of this group and of the one above"),
            ("members", "Members of this group only"),
        ],
        required=True,
        default="network",
    )
    seen_beyond_parent = fields.Boolean(
        string="Visible to more people than the circle around it",
        readonly=True,
        copy=False,
        help="Someone chose this for the circle. Otherwise, a circle is visible to"
        " no more people than the circle around it.",
    )
    join_policy = fields.Selection(
        [
            ("open", "Everyone can join"),
            ("request", "On request, the group accepts"),
            ("invitation", "By invitation only"),
        ],
        required=True,
        default="request",
    )
    books_open = fields.Boolean(
        string="Members can see the group's money",
        default=True,
        help="This covers its wallets and statements. Members of circles inside it"
        " can see them too.",
    )
    policy_ids = fields.One2many("wezer.group.policy", "group_id")

    # What a role carries.
    right_wallet = fields.Boolean(string="Pay for the circle")
    right_market = fields.Boolean(string="Publish and agree deals for the circle")
    right_invite = fields.Boolean(string="Invite and accept members")
    right_manage = fields.Boolean(string="Manage the circle and its roles")
    right_project = fields.Boolean(string="Run projects of the circle")
    right_moderate = fields.Boolean(string="Moderate disputes")
    link = fields.Selection(
        [
            ("none", "Ordinary role"),
            ("lead", "Leads the circle: chosen from above"),
            ("representative", "Represents the circle above: chosen from inside"),
        ],
        string="Double link",
        default="none",
        required=True,
        help="The lead and the representative both count in the circle above.",
    )
    refuse_rights = fields.Boolean(
        string="Refuse permissions from above",
        help="Roles in the circles above have no permissions in this circle or in"
        " the circles inside it.",
    )
    rights_reach = fields.Integer(
        readonly=True,
        copy=False,
        help="The number of levels above from which permissions can come.",
    )

    # Members, and what the user is to the group.
    membership_ids = fields.One2many("wezer.group.membership", "group_id")
    member_count = fields.Integer(string="Members", compute="_compute_member_count")
    # Kept by a nightly job for those with many groups inside.
    member_count_kept = fields.Integer(readonly=True, copy=False)
    is_user_member = fields.Boolean(
        compute="_compute_is_user_member",
        search="_search_is_user_member",
        compute_sudo=True,
    )
    is_user_invited = fields.Boolean(
        compute="_compute_is_user_invited",
        search="_search_is_user_invited",
        compute_sudo=True,
    )
    is_visible_to_user = fields.Boolean(
        compute="_compute_is_visible_to_user",
        search="_search_is_visible_to_user",
        compute_sudo=True,
        help="You can see this, but not all members can.",
    )
    my_rights = fields.Text(
        string="My permissions here, and why", compute="_compute_my_rights"
    )

    _slug_uniq = models.UniqueIndex("(slug)", "This address is already taken.")
    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "A contact can belong to only one group."
    )
    _not_own_parent = models.Constraint(
        "CHECK (parent_id <> id)", "A group cannot be inside itself."
    )
    _color_known = models.Constraint(
        f"CHECK (color BETWEEN 0 AND {TINTS})", "Choose one of the eight colours."
    )
    _reference_uniq = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "Another group already has this reference.",
    )
    # What members see inside their circles, answered from the indexes alone.
    _inside_idx = models.Index(
        "(parent_id) INCLUDE (id, kind) WHERE kind = 'role' OR visibility = 'parents'"
    )
    _inner_role_idx = models.Index(
        "(parent_id) INCLUDE (id) WHERE kind = 'role' AND visibility = 'parents'"
    )
    # The directory in its order, without what is not for everybody.
    _shown_idx = models.Index(
        lambda registry: (
            f"({index_text(registry, 'name')}, id)"
            " WHERE kind = 'circle' AND active IS TRUE"
            " AND visibility IN ('public', 'network')"
        )
    )

    # === WEBSITE === #

    def _default_website_meta(self):
        """Extend Odoo's: the purpose and the cover, which the page shows too.

        Without a cover, a shared link has the picture that the website has for shared
        links, or its logo.
        """
        meta = super()._default_website_meta()
        described = payload.shortened(self.purpose, DESCRIBED_LENGTH)
        meta["default_meta_description"] = described
        if described:
            meta["default_opengraph"]["og:description"] = described
            meta["default_twitter"]["twitter:description"] = described
        if cover := self.env.context.get("wezer_cover_url"):
            meta["default_opengraph"]["og:image"] = cover
            meta["default_twitter"]["twitter:image"] = cover
        return meta

    @api.model
    def _search_get_detail(self, website, order, options):
        """Let the website's search find the circles that the reader may see."""
        description = "purpose" if options.get("displayDescription") else None
        circles = Domain("kind", "=", "circle")
        return self._search_detail(circles, "search_text", "fa-users", description)

    @api.model
    def _search_fetch(self, search_detail, search, limit, order):
        """Ask the directory: the rules' one query for all readers costs more."""
        if not search_words(search):
            return self.browse(), 0
        return self._search_public(search, limit=limit)

    @api.model
    def _search_url(self, slug):
        return f"/groups/{slug}"

    # === LOOK === #

    def _tints(self) -> dict[int, int]:
        """Return the tint of each group: its own, or that of the nearest above.

        :return: ``{id: 1 to 8}``, asked once for all groups
        """
        return group_cards.tints_of(self)

    def _tint(self) -> int:
        """Return the tint of one group; see :meth:`_tints`."""
        self.ensure_one()
        return self._tints()[self.id]

    def _cover_urls(self) -> dict[int, str]:
        """Return ``{id: address}`` of the groups that have a cover picture."""
        return group_cards.covers_of(self)

    # === COMPUTE === #

    @api.depends("name", "purpose")
    def _compute_search_text(self):
        for group in self:
            group.search_text = normalise(f"{group.name or ''} {group.purpose or ''}")

    @api.depends_context("uid")
    @api.depends("name", "visibility")
    def _compute_display_name(self):
        """Show the name of a private group only to those who may see it.

        A many2one shows its target's name whatever the target's rules.
        """
        for group in self:
            group.display_name = group.sudo().name
        self._wezer_hide_names()

    def _compute_member_count(self):
        """Count each person once; many groups inside are counted by night."""
        known = self._origin.sudo()
        small = set(membership_sql.small_group_ids(known))
        counts = membership_sql.member_counts(
            known.filtered(lambda group: group.id in small)
        )
        for group in self:
            origin = group._origin
            group.member_count = (
                counts.get(origin.id, 0)
                if origin.id in small
                else origin.sudo().member_count_kept
            )

    @api.depends_context("uid")
    def _compute_is_user_member(self):
        ids = self._user_group_ids()
        for group in self:
            group.is_user_member = group._origin.id in ids

    def _search_is_user_member(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._user_group_ids())

    def _user_group_ids(self):
        """Return the ids of the groups in which the user counts."""
        return self._ids_of_user("counted")

    @api.depends_context("uid")
    def _compute_is_user_invited(self):
        ids = self._pending_group_ids()
        for group in self:
            group.is_user_invited = group._origin.id in ids

    def _search_is_user_invited(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._pending_group_ids())

    def _pending_group_ids(self):
        """Return the ids of groups that invited the user, or that the user asked."""
        return self._ids_of_user("pending")

    def _ids_of_user(self, name):
        """Return the ids of groups that are kept for the user under ``name``."""
        user = self.env.user
        if user._is_public():
            return frozenset()
        return user.sudo().wezer_acting_parties.get(name, frozenset())

    @api.depends_context("uid")
    def _compute_is_visible_to_user(self):
        ids = self.env.user.sudo().wezer_groups_seen
        if ids is None:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM (%s) visible (id) WHERE id = ANY(%s)",
                    visibility.visible_to_user(self.env),
                    self._origin.ids,
                )
            )
            ids = {row[0] for row in rows}
        for group in self:
            group.is_visible_to_user = group._origin.id in ids

    def _search_is_visible_to_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = self.env.user.sudo().wezer_groups_seen
        if ids is not None:
            return Domain("id", "in", ids)
        return Domain("id", "in", SQL("(%s)", visibility.visible_to_user(self.env)))

    @api.depends_context("uid", "lang")
    def _compute_my_rights(self):
        """List the rights of the user only, a sentence a line, as the page does."""
        for group in self:
            sentences = group._explain_rights(self.env.user) if group.id else []
            group.my_rights = "\n".join(sentences)

    # === CONSTRAINTS === #

    @api.constrains("kind", "parent_id", "child_ids")
    def _check_roles_have_no_children(self):
        for group in self:
            if group.parent_id.kind == "role":
                raise Refusal(
                    self.env._("A role cannot contain circles or roles."),
                    rule="role_children",
                )
            if group.kind == "role" and group.sudo().child_ids:
                raise Refusal(
                    self.env._("A role cannot contain circles or roles."),
                    rule="role_children",
                )
            if group.kind == "role" and not group.parent_id:
                raise Refusal(
                    self.env._("A role has to belong to a circle."), rule="role_circle"
                )

    @api.constrains("active", "parent_id")
    def _check_open_inside_open(self):
        # Closed circles count too: the tree holds them, with their history.
        groups = self.sudo().with_context(active_test=False)
        opened = groups.filtered("active") | groups.filtered(
            lambda group: not group.active
        ).child_ids.filtered("active")
        for group in opened:
            if group.parent_id and not group.parent_id.active:
                raise Refusal(
                    self.env._(
                        "“%(name)s” cannot be open inside a closed circle.",
                        name=group.name,
                    ),
                    rule="closed_circle",
                )

    @api.constrains("partner_id")
    def _check_partner_is_no_person(self):
        for group in self.sudo().with_context(active_test=False):
            if group.partner_id.user_ids:
                raise Refusal(
                    self.env._(
                        "%(name)s is a person, not an organisation.",
                        name=group.partner_id.name,
                    ),
                    rule="partner",
                )

    @api.constrains("kind", *RIGHT_FIELDS)
    def _check_rights_on_roles(self):
        for group in self:
            if group.kind != "role" and any(group[name] for name in RIGHT_FIELDS):
                raise Refusal(
                    self.env._("Permissions can be given to roles, not to circles."),
                    rule="rights_on_roles",
                )

    # === CRUD === #

    def init(self):
        closure.prepare_table(self.env.cr)

    @api.model_create_multi
    def create(self, vals_list):
        # Access first: what follows looks up what the values name.
        self.check_access("create")
        if not self.env.su:
            reserve.check_new_groups(self, vals_list)
        self._add_own_partners(vals_list)
        for vals in vals_list:
            self._check_tree_vals(vals)
            if not vals.get("slug"):
                # A group of the same name may be hidden: an address reveals nothing.
                vals["slug"] = secret_slug(slugify(vals.get("name"), "group"))
            if vals.get("kind") == "role" and vals.get("parent_id"):
                # A role lets itself be seen as its circle does.
                circle = self.sudo().browse(vals["parent_id"])
                vals["visibility"] = circle.visibility
            else:
                self._prepare_visibility(vals)
        groups = super().create(vals_list)
        self.env["wezer.group.event"]._record_groups(groups)
        groups._keep_name_in_step()
        self.env["wezer.profile"].sudo()._make_for(groups.partner_id)
        self.env["res.partner"]._wezer_invalidate_acting()
        return groups

    @api.model
    def _add_own_partners(self, vals_list):
        """Create the partner of each group that is given none."""
        without = [vals for vals in vals_list if not vals.get("partner_id")]
        # The caller's context is for the group: a contact can have a log-in.
        contacts = caller_context.plain(self.env["res.partner"].sudo())
        partners = contacts.create(
            [
                {
                    "name": vals.get("name") or self.env._("Group"),
                    "is_company": True,
                }
                for vals in without
            ]
        )
        for vals, partner in zip(without, partners, strict=True):
            vals["partner_id"] = partner.id

    def write(self, vals):
        self._check_tree_vals(vals)
        if not self.env.su:
            self.check_access("write")
            reserve.check_groups(self, vals)
        followers = self.env["wezer.group.follower.sync"].sudo()
        moves = "parent_id" in vals
        followed = followers._records_of(self) if moves else None
        if "active" in vals and not vals["active"]:
            # Roles close with their circle.
            roles = self.sudo().role_ids - self.sudo()
            if roles:
                roles.write({"active": False})
            self.sudo()._end_memberships()
        names = self._slug_names() if "name" in vals else {}
        history = self._history_before(vals)
        result = super().write(vals)
        self._record_history(*history)
        if {"name", "partner_id"} & vals.keys():
            self._keep_name_in_step()
        self._follow_name(names)
        if {"visibility", "parent_id", "kind"} & vals.keys():
            self._keep_roles_in_step()
            self._keep_visibility_in_step(chosen="visibility" in vals)
        if {"active", "kind", "parent_id", "partner_id", *RIGHT_FIELDS} & vals.keys():
            self.env["res.partner"]._wezer_invalidate_acting()
        self.env["wezer.group.membership"]._invalidate_access()
        if moves:
            # The closure follows at the flush: the next query must find it.
            self.flush_recordset(["parent_id"])
        if "refuse_rights" in vals:
            self.flush_recordset(["refuse_rights"])
            closure.touch_roots(self.env, self.ids)
            closure.recount(self.env, self.ids)
        if {"parent_id", "link"} & vals.keys():
            self.sudo()._keep_double_links()
        if moves:
            followers._on_groups_moved(self, followed)
        return result

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            reserve.check_removed(self)
        followers = self.env["wezer.group.follower.sync"].sudo()
        followed = [records.exists() for records in followers._records_of(self)]
        people = self._effective_member_ids() if any(followed) else []
        closure.touch_roots(self.env, self.ids)
        result = super().unlink()
        self.env["wezer.group.membership"]._invalidate_access()
        followers._keep_groups_in_step(followed, people)
        return result

    def _check_tree_vals(self, vals):
        if TREE_FIELDS & vals.keys():
            raise Refusal(
                self.env._(
                    "These fields are filled automatically and cannot be edited."
                ),
                rule="tree_fields",
            )

    def _history_before(self, vals):
        """Return what the history compares after these values are written.

        :return: ``(structure of each group, people in roles)``, empty where the values
            change neither
        """
        if not group_history.STRUCTURE_FIELDS & vals.keys():
            return {}, None
        groups = self.sudo()
        held = None
        if "kind" in vals:
            held = self.env["wezer.group.event"]._roles_held(groups.membership_ids)
        return {group: group_history.state_of(group) for group in groups}, held

    def _record_history(self, before, held):
        """Record what differs from what :meth:`_history_before` returned."""
        events = self.env["wezer.group.event"]
        if before:
            events._record_groups(self, before)
        if held is not None:
            events._record_roles(held, events._roles_held(self.sudo().membership_ids))

    # The ORM calls these three where it writes the parent, before the one2many
    # children: roles made inside their circle's form find their circle's rows
    # (docs/decisions/0015-a-closure-table-for-groups.md).

    def _parent_store_create(self):  # pylint: disable=missing-return
        super()._parent_store_create()
        closure.insert(self)

    def _parent_store_update_prepare(self, vals_list):
        moved = super()._parent_store_update_prepare(vals_list)
        groups = self.browse()
        for group, vals in zip(self, vals_list, strict=True):
            if "parent_id" in vals:
                groups |= group
        if groups:
            closure.touch_roots(self.env, groups.ids)
        return moved | groups if moved else groups

    def _parent_store_update(self):
        # There is no parent_path (``_parent_store``) for the ORM to keep here.
        for group in self:
            closure.move(group)

    # === NAME AND ADDRESS === #

    def _slug_name(self):
        self.ensure_one()
        return self.name

    def _new_slug(self):
        # A group of the same name may be hidden: an address does not reveal it.
        return secret_slug(slugify(self._slug_name(), "group"))

    def _keep_name_in_step(self):
        """Call the partner of a group as the group."""
        for group in self.sudo():
            if group.partner_id.name != group.name:
                group.partner_id.name = group.name

    # === VISIBILITY === #

    @api.model
    def _prepare_visibility(self, vals):
        """Let a new circle be seen as its parent is, unless its founder chooses."""
        parent = self.sudo().browse(vals.get("parent_id") or [])
        if not parent:
            return
        if "visibility" not in vals:
            default = self._fields["visibility"].default(self)
            hidden = VISIBLE_TO_OTHERS[default] > VISIBLE_TO_OTHERS[parent.visibility]
            vals["visibility"] = parent.visibility if hidden else default
        seen = VISIBLE_TO_OTHERS.get(vals["visibility"], 0)
        vals["seen_beyond_parent"] = seen > VISIBLE_TO_OTHERS[parent.visibility]

    @api.onchange("parent_id")
    def _onchange_parent_visibility(self):
        if self.parent_id and self._is_seen_beyond(self.parent_id):
            self.visibility = self.parent_id.visibility

    def _is_seen_beyond(self, parent):
        """Return whether more people see this circle than ``parent``."""
        return VISIBLE_TO_OTHERS[self.visibility] > VISIBLE_TO_OTHERS[parent.visibility]

    def _keep_roles_in_step(self):
        """Let a role be seen as its circle is, and no further."""
        for circle in self.sudo().with_context(active_test=False):
            roles = circle.role_ids if circle.kind == "circle" else circle
            for role in roles.filtered("parent_id"):
                if role.visibility != role.parent_id.visibility:
                    role.visibility = role.parent_id.visibility

    def _keep_visibility_in_step(self, chosen):
        """Let circles be seen by no more people than the circle around them (sudo).

        :param bool chosen: whether somebody chose who sees these circles; where they
            moved, or the circle around them changed, nobody did
        """
        circles = self.sudo().with_context(active_test=False)
        for circle in circles.filtered(lambda group: group.kind == "circle"):
            beyond = bool(circle.parent_id) and circle._is_seen_beyond(circle.parent_id)
            if beyond and not chosen:
                # Passes on what is inside by itself.
                circle.visibility = circle.parent_id.visibility
                circle.seen_beyond_parent = False
                continue
            if circle.seen_beyond_parent != beyond:
                circle.seen_beyond_parent = beyond
            inside = circle.circle_ids.filtered(
                lambda group, around=circle: (
                    group._is_seen_beyond(around) and not group.seen_beyond_parent
                )
            )
            if inside:
                inside._keep_visibility_in_step(chosen=False)

    @api.model
    def _search_public(
        self, words="", mine=False, limit=24, offset=0, more=Domain.TRUE
    ):
        """Return ``(circles, count)``; see :mod:`..tools.visibility`."""
        return visibility.search_directory(self, words, mine, limit, offset, more)

    @api.model
    def _suggest(self, typed, limit=10, **_near):
        """Return the circles that fit what somebody is typing, as the caller sees them.

        Those whose name begins with it come first.
        """
        if not search_words(typed):
            return self.browse()
        begins = Domain("search_text", "=like", f"{escape_psql(normalise(typed))}%")
        found = self._search_public(typed, limit=limit, more=begins)[0]
        if len(found) < limit:
            found |= self._search_public(typed, limit=limit)[0]
        return found[:limit]

    def _suggestion(self, _typed):
        """Return this circle as a list shows it: ``id``, ``name``, ``hint``."""
        self.ensure_one()
        above = self.sudo().parent_id.sudo(False)._filtered_access("read")
        hint = self.env._("Inside %(group)s", group=above.name) if above else ""
        return {"id": self.id, "name": self.name, "hint": hint}

    @api.model
    def _circle_meant(self, number, typed):
        """Return the circles that a form may mean: one chosen, or those of a name.

        :param number: the id of a circle, or a false value
        :param str typed: an address, a full name, or words of a name
        """
        chosen = record_id(number)
        if chosen:
            return self.search([("id", "=", chosen), ("kind", "=", "circle")])
        if not search_words(typed):
            return self.browse()
        found = self._at_slug(str(typed).strip())
        found = found.filtered(lambda group: group.kind == "circle")
        if not found:
            found = self._suggest(typed, limit=CIRCLES_MEANT)
        key = normalise(typed)
        return found.filtered(lambda group: normalise(group.name) == key) or found

    # === MEMBERS === #

    def effective_members(self) -> models.Model:
        """Return the persons counted here, direct and from below, each once.

        :rtype: res.partner
        """
        self.check_access("read")
        return self.env["res.partner"].browse(self._effective_member_ids())

    def _effective_member_ids(self):
        """Return partner ids of this group and all below, each once."""
        return membership_sql.member_ids(self)

    def _direct_members(self):
        """Return the persons (sudo) with a place in this very group, without guests."""
        self.ensure_one()
        return (
            self.sudo()
            .membership_ids.filtered(lambda place: place.is_live and not place.is_guest)
            .partner_id
        )

    def _membership_of(self, partner):
        """Return the membership (sudo) of ``partner`` that has not ended, or none."""
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .search(
                [
                    ("group_id", "=", self.id),
                    ("partner_id", "=", partner.id),
                    ("state", "in", MEMBERSHIP.unfinished),
                ]
            )
        )

    def _add_member(self, partner, state, guest=False, until=None):
        """Create the membership (sudo); a unique index allows one a person.

        :param date until: the last day; None: as the circle decided on terms
        :raise Refusal: rule ``member`` where there is one
        """
        place = self._membership_of(partner)
        if place:
            raise place._already_member_refusal()
        # Access and state are checked: members write nothing themselves.
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .create(
                {
                    "group_id": self.id,
                    "partner_id": partner.id,
                    "state": state,
                    "date_to": until or self._term_end(),
                    "is_guest": guest,
                }
            )
        )

    def _term_end(self):
        """Return until when a role is given, as its circle decided; else no end."""
        if self.sudo().kind != "role":
            return False
        term, _circle = self._policy("role_term_days")
        return days.today(self.env) + timedelta(days=term) if term else False

    def _end_memberships(self):
        """End all memberships of what is closed; they stay as history (sudo)."""
        places = (self | self.role_ids).membership_ids
        places.filtered(lambda place: place.state in MEMBERSHIP.unfinished)._end()

    def _keep_double_links(self):
        """Let leads and representatives count in the circle now above (sudo)."""
        roles = self.role_ids | self.filtered(lambda group: group.kind == "role")
        places = roles.membership_ids.filtered(lambda place: place.state == "active")
        # What was a link and is an ordinary role holds no place above.
        places.filtered(lambda place: place.group_id.link == "none")._end_links()
        places._follow_links()

    def _circle(self):
        """Return the circle: itself, or the one a role belongs to."""
        self.ensure_one()
        return self if self.kind == "circle" else self.parent_id

    @api.model
    def _of_partner(self, partner):
        """Return the group whose partner this is (sudo), empty for a person."""
        sudo_env = self.sudo().env
        partner = partner.sudo().with_context(active_test=False)
        groups = partner.wezer_group_ids.with_env(sudo_env)
        if sudo_env.context.get("active_test", True):
            groups = groups.filtered("active")
        return groups

    # === PERMISSIONS === #

    def _may(self, action, person=None) -> bool:
        """Return whether the user may do ``action`` here; see :meth:`_why_not`."""
        return self._why_not(action, person) is None

    def _why_not(self, action, person=None) -> Exception | None:
        """Return the error that ``action`` would raise for the user, or None.

        In this order: who, state, data. Nothing is locked or changed.

        :param str action: an action of the table of memberships; or ``say``,
            ``manage`` (see the forms), ``found``, ``update``, ``change_rights``,
            ``refuse_rights``, ``policy``, ``close``
        :param person: whose membership it is; the user where none is given
        """
        self.ensure_one()
        if action in MEMBERSHIP.actions:
            if person is None:
                person = self.env.user.partner_id
            place = self._membership_of(person) or self._no_membership(person)
            return place._why_not(action)
        error = self._why_not_take_part()
        if error:
            return error
        if action in ("change_rights", "refuse_rights", "send"):
            return getattr(self, f"_why_not_{action}")()
        error = self._manager()[1]
        if error:
            return error
        error = self._why_not_possible(action)
        if not error and action in ("found", "close"):
            error = self.sudo()._circle()._why_reserved("structure", outcome=action)
        return error

    def _why_not_possible(self, action):
        """Return why ``action`` is not possible here for anybody: state, then data.

        Decisions of the circle ask nothing else.
        """
        group = self.sudo()
        if not group.active:
            return Refusal(self.env._("This group is closed."), rule="state")
        if action == "found" and group.kind == "role":
            return Refusal(
                self.env._("A role cannot contain circles or roles."),
                rule="role_children",
            )
        if action == "change_rights" and group.kind != "role":
            return Refusal(
                self.env._("Permissions can be given to roles, not to circles."),
                rule="rights_on_roles",
            )
        if action == "policy" and group.kind != "circle":
            return Refusal(
                self.env._("Policies can be set for circles, not for roles."),
                rule="policy",
            )
        if action == "close" and group.circle_ids.filtered("active"):
            return Refusal(
                self.env._(
                    "This group still contains circles. Move or close them first."
                ),
                rule="children",
            )
        return None

    def _check_possible(self, action):
        """Raise what :meth:`_why_not_possible` returns, and return the group (sudo)."""
        self.ensure_one()
        error = self._why_not_possible(action)
        if error:
            raise error
        return self.sudo()

    def _why_reserved(self, matter, outcome="", **data) -> Refusal | None:
        """Return why nobody may change ``matter`` of this circle alone, or None.

        Extension point, for addons in which a circle decides matters together. Which
        change is which matter is told by :mod:`..tools.reserve`.

        :param str matter: ``policy``, ``role``, ``member``, ``structure``, or one that
            an addon adds
        :param str outcome: the kind of outcome of a decision that would do the same
        :param data: of that outcome, as far as it is known
        """
        return None

    def _check_reserved(self, matter, outcome="", **data):
        """Raise what :meth:`_why_reserved` returns."""
        # An extension point: an addon returns more than None.
        # pylint: disable-next=assignment-from-none
        error = self._why_reserved(matter, outcome=outcome, **data)
        if error:
            raise error

    def _check_may(self, action, person=None):
        """Raise what :meth:`_why_not` returns."""
        error = self._why_not(action, person)
        if error:
            raise error

    def _no_membership(self, person):
        """Return a membership that is not stored, of someone who has none here."""
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .new({"group_id": self.id, "partner_id": person.id, "state": "left"})
        )

    def _why_not_take_part(self):
        """Return why the user, as a member of the community, may do nothing here."""
        try:
            self.check_access("read")
            self.env.user._wezer_check_standing()
        except AccessError as error:
            return error
        if not self.sudo().active:
            return Refusal(self.env._("This group is closed."), rule="state")
        return None

    def _why_not_join(self, action):
        """Return why this group lets nobody join, or ask, by themselves."""
        group = self.sudo()
        if group.kind == "role":
            if action == "request":
                return None
            return NotAllowed(
                self.env._(
                    "You cannot give yourself a role. Use “I could do this”"
                    " to offer to take it."
                ),
                rule="fill_role",
            )
        if group.join_policy == "invitation":
            return Refusal(
                self.env._("You can join this group only by invitation."),
                rule="join_policy",
            )
        return None

    def _giver(self, person):
        """Return ``(party, None)`` or ``(None, error)``: who gives a place here.

        A circle: the permission to invite there. A role: ``manage`` from a circle above
        the role's circle (at a root: community moderators); ``manage`` on the circle
        itself only for roles all of whose rights the user holds there. Never for
        oneself.

        :return: the party in whose name the user does it
        """
        user, group = self.env.user, self.sudo()
        if group.kind == "circle":
            if self._do_members_invite():
                return user.partner_id, None
            error = user._why_not_acting(group.partner_id, "invite")
            return (None, error) if error else (group.partner_id, None)
        if person == user.partner_id:
            return None, NotAllowed(
                self.env._("You cannot give yourself a role."), rule="fill_role"
            )
        circle = group.parent_id
        party = circle._party_above()
        if party:
            return party, None
        if group.link == "lead" and circle.parent_id and circle.rights_reach:
            # The double link's upper end is held from above.
            return None, NotAllowed(
                self.env._("The circle above chooses the lead of a circle."),
                rule="lead",
            )
        rights = ["manage"]
        if group.link != "representative":
            rights += sorted(self._rights_carried())
        for right in rights:
            error = user._why_not_acting(circle.partner_id, right)
            if error:
                return None, error
        return circle.partner_id, None

    def _party_above(self):
        """Return the party in whose name the user decides from above, or none.

        For this circle (sudo): the circle above, where the user holds ``manage`` and
        it reaches here; at a root the user, as a moderator of the community.
        """
        user, above = self.env.user, self.parent_id
        nobody = self.env["res.partner"].sudo()
        if not above:
            return user.partner_id if user._moderates(nobody) else nobody
        # What reaches the circle above reaches this one, unless it refuses.
        if self.rights_reach and not user._why_not_acting(above.partner_id, "manage"):
            return above.partner_id
        return nobody

    def _do_members_invite(self):
        """Return whether the user may invite because every member may."""
        value, _circle = self._policy("members_invite")
        place = value and self._membership_of(self.env.user.partner_id)
        return bool(place and place.is_live and not place.is_guest)

    def _manager(self):
        """Return ``(party, None)`` or ``(None, error)``: who manages this group.

        A root and its roles: community moderators too.

        :return: the party in whose name the user changes the group
        """
        user, circle = self.env.user, self.sudo()._circle()
        nobody = self.env["res.partner"]
        if not circle.parent_id and user._moderates(nobody):
            return user.partner_id, None
        error = user._why_not_acting(circle.partner_id, "manage")
        return (None, error) if error else (circle.partner_id, None)

    def _why_not_give_rights(self, rights):
        """Return why the user may not let a role of this circle carry ``rights``.

        From above all; on the circle itself only what the user holds there.
        """
        circle = self.sudo()
        if circle._party_above():
            return None
        for right in sorted(rights):
            error = self.env.user._why_not_acting(circle.partner_id, right)
            if error:
                return error
        return None

    def _why_not_change_rights(self):
        error = self._why_not_possible("change_rights")
        if error:
            return error
        if self.env.user.partner_id in self._direct_members():
            return NotAllowed(
                self.env._(
                    "You cannot change the permissions of a role you have yourself."
                ),
                rule="fill_role",
            )
        return self._manager()[1] or self.sudo()._circle()._why_reserved(
            "structure", outcome="rights", group=self.id
        )

    def _why_not_refuse_rights(self):
        """Ask for a manager by a role of this very circle.

        Only people inside may shut out the rights of people outside.
        """
        user, group = self.env.user, self.sudo()
        local = group.role_ids.filtered("right_manage")
        if not any(user.partner_id in role._direct_members() for role in local):
            return NotAllowed(
                self.env._(
                    "Only someone with the permission “Manage” in this"
                    " circle itself can decide this."
                ),
                rule="refuse_rights",
            )
        return user._why_not_acting(group.partner_id, "manage")

    def _why_not_send(self):
        """Members and guests talk in a circle, and those who manage it."""
        group, user = self.sudo(), self.env.user
        if group.kind == "circle" and (
            self._membership_of(user.partner_id).is_live
            or not user._why_not_acting(group.partner_id, "manage")
        ):
            return None
        return NotAllowed(
            self.env._("Only members and guests of the circle can write here."),
            rule="member",
        )

    def _manage_as(self, action, what):
        """Check ``action``, log that it is done for another party, return the party."""
        self._check_may(action)
        party, _error = self._manager()
        return self.env.user._wezer_log_acting(party, "manage", what, self)

    def _in_name_of(self, party):
        """Return this group (sudo): its history says for whom the user acts."""
        if party == self.env.user.partner_id:
            return self.sudo()
        party_id = group_history.ActingFor(party.id)
        return self.sudo().with_context(wezer_acting_for=party_id)

    def _give_as(self, action, person):
        """Check ``action``, log that it is done for another party, return its place."""
        self._check_may(action, person)
        party, _error = self._giver(person)
        self.env.user._wezer_log_acting(party, "invite", action, self)
        return self._in_name_of(party)._membership_of(person)

    # === JOINING AND LEAVING === #

    def _person_acting(self, acting_partner_id, action):
        """Return the person whose place it is, ``action`` checked, and log the act.

        :param acting_partner_id: whom the user acts for; the user where left out
        """
        user = self.env.user
        person = user.partner_id
        if acting_partner_id and acting_partner_id != person.id:
            number = record_id(acting_partner_id) or []
            person = self.env["res.partner"].sudo().browse(number).exists()
            # Before anything is said of the place: it is the person's.
            user._check_acts_for(person, "market")
        self._check_may(action, person)
        return user._wezer_log_acting(person, "market", f"own_{action}", self)

    def action_join(self, acting_partner_id: int | None = None) -> bool:
        """Join an open circle; elsewhere this asks to be let in.

        :param int acting_partner_id: a person for whom the caller publishes and agrees
        """
        person = self._person_acting(acting_partner_id, "join")
        if self.sudo().join_policy == "open":
            self._add_member(person, "active")
        else:
            self._notify_request(self._add_member(person, "requested"))
        return True

    def action_request(self, acting_partner_id: int | None = None) -> bool:
        """Ask to join a circle, or offer to fill this role."""
        if self.sudo().kind == "circle":
            return self.action_join(acting_partner_id)
        person = self._person_acting(acting_partner_id, "request")
        self._notify_request(self._add_member(person, "requested"))
        return True

    def _notify_request(self, place):
        group, person = self.sudo(), place.partner_id
        circle = group._circle()
        right = "invite" if group.kind == "circle" else "manage"
        asked = circle.partner_id
        if not circle.parent_id and not asked._wezer_actor_partners(right):
            # Nobody has it in a circle at the top: community moderators answer.
            moderators = self.env["res.users"]._wezer_moderators()
            asked, right = moderators.partner_id, "market"
        asked._wezer_notify(
            "group_request",
            _lt(
                "%(name)s wants to join %(group)s.", name=person.name, group=group.name
            ),
            url=f"/groups/{group.slug}",
            record=place,
            right=right,
        )

    def action_invite(self, partner_id: int, guest: bool = False) -> bool:
        """Invite a person; into a role: give it to them, once they accept.

        A person who asked is let in by it.

        :param bool guest: to take part in a circle without being its member
        """
        self.ensure_one()
        person = self.env["res.partner"].sudo().browse(partner_id).exists()
        place = self._give_as("invite", person)
        if place:
            place._begin_membership()
            self._notify_accepted(place)
            return True
        self._invite(person, guest)
        return True

    def _invite(self, person, guest=False):
        """Ask ``person`` to take a place here; return it (sudo)."""
        group = self.sudo()
        error = group._no_membership(person)._why_not_data("invite")
        if error:
            raise error
        place = self._add_member(
            person, "invited", bool(guest) and group.kind == "circle"
        )
        person._wezer_notify(
            "group_invitation",
            _lt("You are invited to %(group)s.", group=group.name),
            url=f"/groups/{group.slug}",
            record=place,
        )
        return place

    def action_accept_member(self, partner_id: int) -> bool:
        """Let in somebody who asked."""
        person = self.env["res.partner"].sudo().browse(partner_id)
        place = self._give_as("accept_member", person)
        place._begin_membership()
        self._notify_accepted(place)
        return True

    def _notify_accepted(self, place):
        place.partner_id._wezer_notify(
            "group_accepted",
            _lt("Welcome to %(group)s!", group=self.sudo().name),
            url=f"/groups/{self.sudo().slug}",
            record=place,
        )

    def action_refuse_member(self, partner_id: int) -> bool:
        """Refuse somebody who asked, or take an invitation back."""
        person = self.env["res.partner"].sudo().browse(partner_id)
        place = self._give_as("refuse_member", person)
        place._notify_removed()
        place._end()
        return True

    def action_accept_invitation(self, acting_partner_id: int | None = None) -> bool:
        """Accept an invitation."""
        person = self._person_acting(acting_partner_id, "accept_invitation")
        place = self._membership_of(person)
        place._begin_membership()
        inviter = place.sudo().create_uid.partner_id
        inviter._wezer_notify(
            "group_joined",
            _lt(
                "%(name)s has joined %(group)s.",
                name=person.name,
                group=self.sudo().name,
            ),
            url=f"/groups/{self.sudo().slug}",
            record=place.sudo(),
        )
        return True

    def action_record_consent(self, partner_id: int, note: str) -> bool:
        """Write down that an invited member without a login agreed.

        The member, and whoever acts for them, reads who wrote it and what.

        :param str note: how they were asked: on paper, by phone
        :raise NotAllowed: rule ``login``, for members who can log in
        :raise Refusal: rule ``note``, where it is missing
        """
        self.ensure_one()
        person = self.env["res.partner"].sudo().browse(record_id(partner_id) or [])
        self._check_may("record_consent", person)
        note = clean_line(str(note or ""), NOTE_LENGTH)
        if not has_letter(note):
            raise Refusal(
                self.env._("Write how and when they agreed, for example by phone."),
                rule="note",
                field="note",
            )
        user, group = self.env.user, self.sudo()
        user._wezer_log_acting(person, "invite", "record_consent", self, note)
        place = self._membership_of(person)
        place.write({"consent_note": note, "consent_by_id": user.partner_id.id})
        place._begin_membership()
        person._wezer_notify(
            "group_accepted",
            _lt(
                "%(name)s recorded your answer to the invitation to %(group)s:"
                " “%(note)s”",
                name=user.partner_id.name,
                group=group.name,
                note=note,
            ),
            url=f"/groups/{group.slug}",
            record=place,
        )
        return True

    def action_leave(self, acting_partner_id: int | None = None) -> bool:
        """Leave, or decline an invitation, or take back a request."""
        person = self._person_acting(acting_partner_id, "leave")
        self._membership_of(person)._leave()
        return True

    def action_remove_member(self, partner_id: int) -> bool:
        """Take a place away; those who may give it may take it."""
        person = self.env["res.partner"].sudo().browse(partner_id)
        self._check_may("remove_member", person)
        self._do_put_out(person)
        return True

    # === DECIDED BY THE CIRCLE: MEMBERS AND ROLES === #
    #
    # State and data only: a decision of the circle says who. No RPC reaches them.

    def _do_admit(self, person):
        """Let ``person`` into this circle; a person who did not ask is invited.

        :return: the membership (sudo), active or invited
        :raise Refusal: rules ``state``, ``party``, ``member``
        """
        group = self._check_possible("admit")
        if group.kind != "circle":
            raise Refusal(self.env._("Choose a circle."), rule="circle")
        place = group._membership_of(person)
        if place.state == "requested":
            error = place._why_not_data("accept_invitation")
            if error:
                raise error
            place._begin_membership()
            group._notify_accepted(place)
            return place
        return place if place.state == "invited" else group._invite(person)

    def _do_put_out(self, person):
        """End the place of ``person`` here, and the roles held because of it.

        :raise Refusal: rule ``state``
        """
        place = self._membership_of(person) or self.sudo()._no_membership(person)
        place._check_state("remove_member")
        place._notify_removed()
        place._leave()

    def _do_fill(self, person, until=None):
        """Give this role to ``person``, who agreed to it, or prolong their term.

        :param date until: the last day; None: as the circle decided on terms
        :return: the membership (sudo)
        :raise Refusal: rules ``state``, ``role``, ``party``, ``standing``, ``date``
        """
        role = self._check_possible("fill")
        if role.kind != "role":
            raise Refusal(self.env._("Choose a role."), rule="role")
        place = role._membership_of(person)
        asked = place or role._no_membership(person)
        error = asked._why_not_data("invite") or asked._why_not_data("fill")
        if error:
            raise error
        until = until or role._term_end()
        if until:
            days.check_not_past(self.env, until)
        if not place:
            place = role._add_member(person, "active", until=until)
        else:
            if place.state != "active":
                place._begin_membership()
            place.write({"date_to": until, "held_over_since": False})
        role._notify_accepted(place)
        return place

    def _do_take(self, person):
        """Take this role from ``person``.

        :raise Refusal: rules ``state``, ``role``
        """
        role = self._check_possible("take")
        if role.kind != "role":
            raise Refusal(self.env._("Choose a role."), rule="role")
        role._do_put_out(person)

    # === FOUNDING, CHANGING, CLOSING === #

    @api.model
    def action_found(self, parent_id: int | None, vals: dict) -> int:
        """Found a circle or a role inside ``parent_id``; whoever manages there may.

        A circle without a parent is an administrator's to found.

        :param dict vals: ``name``, ``kind`` (``circle`` unless it is said), and
            some of purpose, domains, accountabilities, visibility, join_policy,
            ``rights`` (a list, for roles), ``link``
        :return: id of the group
        """
        parent = self.browse(parent_id).exists() if type(parent_id) is int else self
        party = self.env.user.partner_id
        if parent:
            party = parent._manage_as("found", "found")
        elif not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._(
                    "Only administrators can create a group that is not"
                    " inside another one."
                ),
                rule="root",
            )
        clean = self._clean_vals(vals, founding=True)
        if rights := clean.get("rights"):
            error = parent._why_not_give_rights(rights)
            if error and clean.get("kind") == "role":
                raise error
        return parent._in_name_of(party)._do_found(clean).id

    def _do_found(self, vals):
        """Found a circle or a role inside this circle; at the top, where it is none.

        State and data only; see :meth:`action_found`.

        :return: the group (sudo)
        """
        parent = self._check_possible("found") if self else self.sudo()
        clean = self._clean_vals(vals, founding=True)
        rights = clean.pop("rights", [])
        clean["parent_id"] = parent.id
        if rights:
            if clean.get("kind") != "role":
                raise Refusal(
                    self.env._("Permissions can be given to roles, not to circles."),
                    rule="rights_on_roles",
                )
            clean.update({f"right_{right}": True for right in rights})
        return parent.create(clean)

    def update_version(self) -> str:
        """Return the version of what a group says of itself, to those who manage it."""
        self._check_may("update")
        return version_of(self.sudo(), VERSION_FIELDS)

    def action_update(self, vals: dict, version: str | None = None) -> bool:
        """Change what a group says of itself; whoever manages it may.

        :param dict vals: its texts, choices, cover and colour; its place: ``city``,
            ``latitude``, ``longitude`` (both 0 for none), ``share_place``
        :param str version: what :meth:`update_version` returned when the group was
            shown; a group that somebody else changed since is not overwritten
        """
        party = self._manage_as("update", "change_group")
        check_version(self.sudo(), VERSION_FIELDS, version)
        clean, place = self._clean_update(vals)
        reserve.check_structure(
            self, reserve.changed(self.sudo(), clean, self._structure_fields())
        )
        self._in_name_of(party)._carry_out_update(clean, place)
        return True

    def _do_update(self, vals):
        """Change what a group says of itself; see :meth:`action_update`.

        State and data only.
        """
        self._check_possible("update")._carry_out_update(*self._clean_update(vals))

    def _carry_out_update(self, clean, place):
        self.write(clean)
        if place := group_places.place_in(self.env, place):
            self.partner_id._wezer_profile().write(place)

    def _clean_update(self, vals):
        """Return ``(values of the group, values of its place on the map)``."""
        place = {}
        if isinstance(vals, dict):
            place = {name: vals[name] for name in group_places.FIELDS if name in vals}
            vals = {name: vals[name] for name in vals if name not in place}
        clean = self._clean_vals(vals)
        if "rights" in clean or "link" in clean:
            raise Refusal(
                self.env._("Change the permissions separately."), rule="field"
            )
        return clean, place

    def action_set_rights(self, rights: list[str], link: str | None = None) -> bool:
        """Set which rights a role carries; all that change must be the user's.

        From a circle above: any. Of the circle itself: only what the user holds there.
        Nobody changes a role that they fill.
        """
        party = self._manage_as("change_rights", "change_rights")
        role = self._in_name_of(party)
        wanted = set(self._clean_vals({"rights": rights})["rights"])
        error = role.parent_id._why_not_give_rights(wanted ^ self._rights_carried())
        if error:
            raise error
        role._do_rights(rights, link)
        return True

    def _do_rights(self, rights, link=None):
        """Set which rights this role carries; see :meth:`action_set_rights`.

        State and data only.
        """
        role = self._check_possible("change_rights")
        wanted = set(self._clean_vals({"rights": rights})["rights"])
        vals = {f"right_{right}": right in wanted for right in RIGHTS}
        if link is not None:
            vals.update(self._clean_vals({"link": link}))
        role.write(vals)

    def _rights_carried(self):
        return {right for right in RIGHTS if self.sudo()[f"right_{right}"]}

    def action_refuse_rights(self, refuse: bool) -> bool:
        """Let rights from above end here, or let them in again.

        The circle's own decision, by somebody who manages it by a role inside.
        """
        self._check_may("refuse_rights")
        group = self.sudo()
        self.env.user._wezer_log_acting(
            group.partner_id, "manage", "refuse_rights", self
        )
        group.refuse_rights = bool(refuse)
        return True

    def action_close(self) -> bool:
        """Close a group that has nothing alive inside; its history stays."""
        self._in_name_of(self._manage_as("close", "close_group"))._do_close()
        return True

    def _do_close(self):
        """Close this group; state and data only.

        :raise Refusal: rules ``state``, ``children``
        """
        group = self._check_possible("close")
        (group | group.role_ids).write({"active": False})

    def _clean_vals(self, vals, founding=False):
        """Return ``vals`` with nothing but plain values of what may be changed.

        :raise Refusal: rule ``field``, ``rights``, ``name``, or the field's name
        """
        if not isinstance(vals, dict):
            raise Refusal(self.env._("Choose the fields to change."), rule="field")
        clean = {}
        for name, value in vals.items():
            if name == "name":
                clean[name] = " ".join(str(value or "").split())[:NAME_LENGTH]
            elif name in TEXTS:
                clean[name] = str(value or "").strip()[:TEXT_LENGTH] or False
            elif name in CHOICES or (name == "kind" and founding):
                if value not in dict(self._fields[name].selection):
                    raise Refusal(
                        self.env._("This choice does not exist."),
                        rule=name,
                        value=str(value),
                    )
                clean[name] = value
            elif name in self._switch_names():
                clean[name] = bool(value)
            elif name == "cover":
                clean[name] = self._clean_cover(value)
            elif name == "color":
                clean[name] = self._clean_color(value)
            elif name == "written_lang":
                clean[name] = self._checked_language(value)
            elif name == "rights":
                clean[name] = self._clean_rights(value)
            else:
                raise Refusal(
                    self.env._(
                        "You cannot change this: %s",
                        self._fields[name]._description_string(self.env)
                        if name in self._fields
                        else name,
                    ),
                    rule="field",
                )
        if (founding or "name" in clean) and not clean.get("name"):
            raise Refusal(self.env._("Enter a name."), rule="name")
        return clean

    def _switch_names(self):
        """Return the switches that the form may change; addons add theirs."""
        return SWITCHES

    def _structure_fields(self):
        """Return the fields that are the structure of a circle; addons add theirs."""
        return reserve.STRUCTURE_FIELDS

    def _clean_cover(self, value):
        if isinstance(value, str | bytes) and len(value) > COVER_LENGTH:
            raise Refusal(
                self.env._("The picture is larger than 5 MB."),
                rule="picture",
                field="cover",
            )
        return value or False

    def _clean_color(self, value):
        color = whole(value or 0, -1)
        if not 0 <= color <= TINTS:
            raise Refusal(
                self.env._("Choose one of the eight colours."),
                rule="color",
                value=str(value),
            )
        return color

    def _clean_rights(self, rights):
        known = isinstance(rights, list | tuple) and all(
            isinstance(right, str) and right in RIGHTS for right in rights
        )
        if not known:
            raise Refusal(self.env._("This permission does not exist."), rule="rights")
        return sorted(set(rights))

    def _merge_into(self, target):
        """Let ``target`` take over members, roles and circles; close this one (sudo).

        History stays where it was: who was a member when, what was paid. The wallet
        stays this group's partner's; those who act for ``target`` act for it, until it
        is empty.
        """
        self.ensure_one()
        self.membership_ids.filtered(
            lambda place: place.state in MEMBERSHIP.unfinished
        )._move_to(target)
        (self.role_ids | self.circle_ids).write({"parent_id": target.id})
        # Below the one that goes on: its rights reach what this one still holds.
        self.write(
            {
                "parent_id": target.id,
                "refuse_rights": False,
                "merged_into_id": target.id,
                "active": False,
            }
        )

    def _linked(self):
        """Return the groups linked with this one that the user may see."""
        self.ensure_one()
        linked = self.env["wezer.group.link"].sudo()._linked_with(self)
        return self.search([("id", "in", linked.ids)])

    # === POLICIES === #

    @api.model
    def _policies(self):
        """Return what circles may decide: ``{key: Policy}``; addons add theirs.

        The kinds of values are told by :mod:`..tools.group_policies`.
        """
        topic = self.env._("Members and roles")
        return {
            "role_term_days": Policy(
                self.env._("Length of a role in days"), "days", topic=topic
            ),
            "members_invite": Policy(
                self.env._("Every member may invite"), "switch", topic=topic
            ),
        }

    def _policy(self, key):
        """Return the value in force here: the nearest ancestor's that sets it.

        Of a policy that is a floor, the strictest value.

        :return: ``(value or None, the circle (sudo) that decided it)``
        """
        policy = self._policies_above(key)._the_one_in_force()
        return policy._read_value(), policy.group_id

    def _strictest(self, key):
        """Return the strictest value that this circle or one above decided, and whose.

        For rules that a circle inside another may make stricter, never looser. Which
        value is the strictest, the policy says.

        :return: ``(value or None, the policy (sudo))``
        """
        policy = self._policies_above(key)._strictest()
        return policy._read_value(), policy

    def _policies_above(self, key):
        """Return what this circle and those above decided on ``key``, nearest first."""
        self.ensure_one()
        return self.env["wezer.group.policy"].sudo()._decided_above(self, key)

    def action_set_policy(
        self, key: str, value: str, reason: str | None = None
    ) -> bool:
        """Decide something for this circle; None lets the one above decide.

        :param str reason: why, for all to read
        """
        self._manage_as("policy", "policy")
        policies = self.env["wezer.group.policy"].sudo()
        policies._check_known(key)
        reserve.check_policy(self, key, value)
        self._do_set_policy(key, value, reason)
        return True

    def _do_set_policy(self, key, value, reason=None):
        """Decide something for this circle; see :meth:`action_set_policy`.

        State and data only.
        """
        group = self._check_possible("policy")
        self.env["wezer.group.policy"].sudo()._check_floor(group, key, value)
        self.env["wezer.group.policy"].sudo()._decide(group, key, value, reason)

    # === TALK === #

    def action_send_message(self, text: str) -> int:
        """Write something to the others in this circle.

        :return: the id of the message
        """
        self._check_may("send")
        return self.env["wezer.group.message"]._post(self, text).id

    def action_mute(self, muted: bool = True) -> bool:
        """Get no more notices of new messages in this circle, or get them again.

        The conversation stays in the member's list of messages.

        :raise NotAllowed: rule ``member``, without a place in the circle
        """
        self.ensure_one()
        person = self.env.user.partner_id
        place = self._membership_of(person)
        if not place or not place.is_live:
            raise NotAllowed(
                self.env._("Only members of the circle can do this."), rule="member"
            )
        # The member's own choice, checked above.
        place.sudo().muted = bool(muted)
        if muted:
            self.env["wezer.group.message"]._notices_of(self, person)._withdraw()
        return True

    def _talk_url(self) -> str:
        """Return the address of the page with the messages of this circle."""
        self.ensure_one()
        return f"/groups/{self.sudo().slug}/talk"

    def _talk(self, limit=50, offset=0):
        """Return the latest messages, oldest first, that the user may read."""
        messages = self.env["wezer.group.message"].search(
            [("group_id", "=", self.id)], limit=limit, offset=offset
        )
        return messages.sorted("id")

    # === RIGHTS, EXPLAINED === #

    @api.model
    def _right_labels(self):
        return {
            "wallet": self.env._("pay"),
            "market": self.env._("publish and agree deals"),
            "invite": self.env._("invite members"),
            "manage": self.env._("manage the circle and its roles"),
            "project": self.env._("run projects"),
            "moderate": self.env._("moderate disputes"),
        }

    def explain_my_rights(self) -> list[str]:
        """Return what the caller may do here and why, a sentence each."""
        self.check_access("read")
        self.ensure_one()
        return self._explain_rights(self.env.user)

    def _explain_rights(self, user):
        """Return what ``user`` may do here and why, a sentence each, nearest first."""
        self.ensure_one()
        if not user._wezer_may_act():
            return []
        words = self._right_labels()
        here = self._circle()
        sentences = []
        for role in self._roles_of(user.partner_id):
            circle = role.parent_id
            for right in RIGHTS:
                if not role[f"right_{right}"]:
                    continue
                values = {
                    "do": words[right],
                    "role": role.name,
                    "circle": circle.name,
                    "here": here.sudo().name,
                }
                if circle == here.sudo():
                    text = self.env._(
                        "You may %(do)s because you have the role %(role)s in"
                        " %(circle)s.",
                        **values,
                    )
                else:
                    text = self.env._(
                        "You may %(do)s because you have the role %(role)s in"
                        " %(circle)s, and %(here)s is inside it.",
                        **values,
                    )
                sentences.append(text)
        return sentences

    def _roles_of(self, partner):
        """Return the roles (sudo) of ``partner`` whose rights reach here."""
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id FROM wezer_group_membership m
                     JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                      AND r.active
                     JOIN wezer_group_closure c ON c.ancestor_id = r.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE m.partner_id = %s AND %s
                      AND d.id = %s AND c.distance <= d.rights_reach
                    ORDER BY c.distance, r.id""",
                partner.id,
                is_running(self.env),
                self._circle().id,
                to_flush=tuple(
                    self._fields[name]
                    for name in ("kind", "active", "parent_id", "refuse_rights")
                ),
            )
        )
        return self.sudo().browse([row[0] for row in rows])

    # === MODERATORS === #

    def _moderators_sql(self):
        """Return the SELECT of ``circle_id, partner_id`` of all own moderators."""
        return SQL(
            """SELECT r.parent_id AS circle_id, m.partner_id
                 FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id
                WHERE %s AND r.kind = 'role' AND r.active AND r.right_moderate""",
            is_running(self.env),
            to_flush=tuple(
                self._fields[name]
                for name in ("kind", "active", "parent_id", "right_moderate")
            ),
        )

    def _own_moderators(self):
        """Return the persons (sudo) who moderate by a role of this very circle."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id FROM (%s) moderators WHERE circle_id = %s",
                self._moderators_sql(),
                self.id,
            )
        )
        return self.env["res.partner"].sudo().browse({row[0] for row in rows})

    # === PAGES AND FILES === #

    def _page(self):
        """Return this group as its page shows it; the caller sees the group."""
        self.ensure_one()
        self.check_access("read")
        return group_page.Page(self)

    @api.model
    def _wezer_import(
        self, groups, members=(), rights=(), dry_run=False, relations=None, links=False
    ):
        """Take groups in, who is in them, and what they hold; administrators only.

        Repeatable: a group is found by its reference, a person by e-mail or, on
        paper, by name. Nobody is written to. Rows that cannot stand are refused
        one by one, the others are taken.

        :param list groups: dicts with ``group`` (its reference), ``parent`` and
            some of ``kind`` (circle, role), ``name``, ``visibility``, ``purpose``,
            ``domains``, ``accountabilities``, ``organisation``, ``row`` (its number)
        :param list members: dicts with ``group``, ``person`` and some of ``relation``,
            ``name``, ``focus``, ``since``, ``until``; what a relation means is in
            :mod:`..tools.relations`
        :param list rights: dicts with ``group``, ``resource``, ``level``
        :param bool dry_run: report, and keep nothing
        :param dict relations: what words mean, instead of the built-in map
        :param bool links: link a group with the further parents that rows name
        :return: one dict a row: ``file`` (groups, members, rights), ``row``,
            ``state`` (created, updated, same, refused), ``reason``
        """
        self.env["wezer.profile"]._check_administrator()
        return group_files.import_rows(
            self, groups, members, rights, dry_run, relations, links
        )

    @api.model
    def _wezer_import_export(self, files, dry_run=False, relations=None, links=False):
        """Take in what another program exported; administrators only.

        :param list files: ``(name, content)`` of its files, see :mod:`..tools.exports`
        :return: ``(the program's name, the report of`` :meth:`_wezer_import` ``)``
        :raise Refusal: rule ``file``, for files that are not read
        """
        self.env["wezer.profile"]._check_administrator()
        return group_files.import_export(self, files, dry_run, relations, links)

    @api.model
    def _file_rows(self, inherited=False):
        """Yield the members of the circles: ``group, person, relation``.

        :param bool inherited: with those who are counted from below, each once
        """
        self.env["wezer.profile"]._check_administrator()
        yield from group_files.export_rows(self, inherited)

    # === SCHEDULED ACTIONS === #

    @api.model
    def _cron_count(self):
        """Count the members of the groups with many groups inside."""
        large = self.sudo().browse(membership_sql.large_group_ids(self.env))
        counts = membership_sql.member_counts(large)
        stale = large.filtered(
            lambda group: group.member_count_kept != counts.get(group.id, 0)
        )

        def keep(group):
            group.member_count_kept = counts.get(group.id, 0)

        for_each_due(
            self.sudo().with_context(active_test=False),
            [("id", "in", stale.ids)],
            keep,
        )
