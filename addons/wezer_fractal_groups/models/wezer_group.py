from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.rights import RIGHTS
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, secret_slug, slugify

RIGHT_FIELDS = [f"right_{right}" for right in RIGHTS]
# How far a group is seen by people who are not in it.
SEEN_BY_OTHERS = {"public": 2, "network": 1, "parents": 0, "members": 0}


class WezerGroup(models.Model):
    """A circle or a role, with a partner of its own that holds wallets and deals."""

    _name = "wezer.group"
    _description = "Group"
    _inherit = ["wezer.slug.mixin", "wezer.record.mixin"]
    _order = "name, id"
    _wezer_titles = ("name",)
    _sorted_by_language = frozenset({"name"})

    name = fields.Char(required=True, index="trigram", size=TITLE_LENGTH)
    slug = fields.Char(copy=False, required=True)
    kind = fields.Selection(
        [("circle", "Circle"), ("role", "Role")], required=True, default="circle"
    )
    active = fields.Boolean(default=True)
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
    partner_id = fields.Many2one(
        "res.partner", required=True, copy=False, ondelete="restrict"
    )
    purpose = fields.Text(index="trigram")
    domains = fields.Text(help="What this group alone decides.")
    accountabilities = fields.Text(help="What others may expect of it, one a line.")
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
        string="Seen by more people than the circle around it",
        readonly=True,
        copy=False,
        help="Somebody chose this for the circle. Without it, a circle is seen by no"
        " more people than the circle around it.",
    )
    join_policy = fields.Selection(
        [
            ("open", "Whoever wants joins"),
            ("request", "One asks, the group accepts"),
            ("invitation", "The group invites"),
        ],
        required=True,
        default="request",
    )
    right_wallet = fields.Boolean(string="Pay for the circle")
    right_market = fields.Boolean(string="Post and agree for the circle")
    right_invite = fields.Boolean(string="Invite and accept members")
    right_manage = fields.Boolean(string="Change the circle and its roles")
    right_project = fields.Boolean(string="Run its projects")
    right_moderate = fields.Boolean(string="Settle disputes")
    refuse_rights = fields.Boolean(
        string="Refuse rights from above",
        help="Roles of the circles above have no rights here nor below.",
    )
    rights_reach = fields.Integer(
        readonly=True, copy=False, help="From how many levels up rights may come."
    )
    depth = fields.Integer(readonly=True, copy=False)
    structure_version = fields.Integer(readonly=True, copy=False, default=0)
    ancestor_ids = fields.Many2many(
        "wezer.group",
        "wezer_group_closure",
        "descendant_id",
        "ancestor_id",
        string="All groups above",
        copy=False,
        readonly=True,
    )
    membership_ids = fields.One2many("wezer.group.membership", "group_id")
    member_count = fields.Integer(compute="_compute_member_count")
    is_user_member = fields.Boolean(
        compute="_compute_i_am_in", search="_search_i_am_in", compute_sudo=True
    )
    is_user_invited = fields.Boolean(
        compute="_compute_am_invited", search="_search_am_invited", compute_sudo=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _slug_uniq = models.UniqueIndex("(slug)", "This address is taken.")
    _partner_uniq = models.UniqueIndex(
        "(partner_id)", "A partner belongs to one group only."
    )
    _not_own_parent = models.Constraint(
        "CHECK (parent_id <> id)", "A group is not inside itself."
    )

    # === COMPUTE === #

    def _compute_member_count(self):
        """Counted in ``wezer_group_seeing``, where the directory needs it."""

    @api.depends_context("uid")
    @api.depends("name", "visibility")
    def _compute_display_name(self):
        """Tell the name of a private group only to those who may see it.

        A many2one shows its target's name whatever the target's rules.
        """
        visible = self._wezer_with_visible_name()
        for group in self:
            group.display_name = (
                group.sudo().name if group in visible else self.env._("Private group")
            )

    def _in_sql(self):
        """Return the SELECT of the ids of groups the user is counted in.

        Members flow up: a direct member of a group is counted in all above.
        """
        membership = self.env["wezer.group.membership"]
        return SQL(
            """SELECT DISTINCT c.ancestor_id FROM wezer_group_membership m
                 JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                WHERE m.partner_id = %s AND m.state = 'active'
                  AND (c.distance = 0 OR m.is_guest IS NOT TRUE)
                  AND (m.date_to IS NULL OR m.date_to >= %s)""",
            self.env.user.sudo().partner_id.id,
            days.today(self.env),
            to_flush=(
                membership._fields["state"],
                membership._fields["date_to"],
                membership._fields["partner_id"],
                membership._fields["group_id"],
                membership._fields["is_guest"],
                self._fields["parent_id"],
            ),
        )

    def _my_ids(self):
        return self.env.user.sudo().wezer_groups_kept["counted"]

    @api.depends_context("uid")
    def _compute_i_am_in(self):
        mine = self._my_ids()
        for group in self:
            group.is_user_member = group._origin.id in mine

    def _search_i_am_in(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._my_ids())

    def _invited_sql(self):
        """Return the SELECT of the groups where the user is invited or has asked."""
        membership = self.env["wezer.group.membership"]
        return SQL(
            """SELECT group_id FROM wezer_group_membership
                WHERE partner_id = %s AND state IN ('invited', 'requested')""",
            self.env.user.sudo().partner_id.id,
            to_flush=(membership._fields["state"], membership._fields["partner_id"]),
        )

    def _invited_ids(self):
        """Return the ids of groups where the user is invited or has asked."""
        return self.env.user.sudo().wezer_groups_kept["invited"]

    @api.depends_context("uid")
    def _compute_am_invited(self):
        mine = self._invited_ids()
        for group in self:
            group.is_user_invited = group._origin.id in mine

    def _search_am_invited(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._invited_ids())

    # === CONSTRAINTS === #

    @api.constrains("kind", "parent_id", "child_ids")
    def _check_roles_have_no_children(self):
        for group in self:
            if group.parent_id.kind == "role":
                raise Refusal(
                    self.env._("A role has nothing inside."), rule="role_children"
                )
            if group.kind == "role" and group.sudo().child_ids:
                raise Refusal(
                    self.env._("A role has nothing inside."), rule="role_children"
                )
            if group.kind == "role" and not group.parent_id:
                raise Refusal(
                    self.env._("A role belongs to a circle."), rule="role_circle"
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
                    self.env._("Rights belong to roles, not to circles."),
                    rule="rights_on_roles",
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        self._add_own_partners(vals_list)
        for vals in vals_list:
            self._check_tree_vals(vals)
            if not vals.get("slug"):
                # A group of the same name may be hidden: an address does not tell.
                vals["slug"] = secret_slug(slugify(vals.get("name"), "group"))
            if vals.get("kind") == "role" and vals.get("parent_id"):
                # A role lets itself be seen as its circle does.
                circle = self.sudo().browse(vals["parent_id"])
                vals["visibility"] = circle.visibility
            else:
                self._prepare_visibility(vals)
        groups = super().create(vals_list)
        groups._keep_name_in_step()
        self.env["wezer.profile"].sudo()._make_for(groups.partner_id)
        self.env["res.partner"]._wezer_invalidate_acting()
        return groups

    @api.model
    def _add_own_partners(self, vals_list):
        """A group's own partner is made with it."""
        without = [vals for vals in vals_list if not vals.get("partner_id")]
        partners = (
            self.env["res.partner"]
            .sudo()
            .create(
                [
                    {
                        "name": vals.get("name") or self.env._("Group"),
                        "is_company": True,
                    }
                    for vals in without
                ]
            )
        )
        for vals, partner in zip(without, partners, strict=True):
            vals["partner_id"] = partner.id

    def write(self, vals):
        self._check_tree_vals(vals)
        names = self._slug_names() if "name" in vals else {}
        result = super().write(vals)
        if {"name", "partner_id"} & vals.keys():
            self._keep_name_in_step()
        self._follow_name(names)
        if {"visibility", "parent_id", "kind"} & vals.keys():
            self._keep_roles_in_step()
            self._keep_seen_in_step(chosen="visibility" in vals)
        if {"active", "kind", "parent_id", "partner_id", *RIGHT_FIELDS} & vals.keys():
            self.env["res.partner"]._wezer_invalidate_acting()
        self.env["wezer.group.membership"]._forget()
        return result

    def _slug_name(self):
        self.ensure_one()
        return self.name

    def _new_slug(self):
        # A group of the same name may be hidden: an address does not reveal it.
        return secret_slug(slugify(self._slug_name(), "group"))

    def _keep_name_in_step(self):
        """The partner of a group is called as the group."""
        for group in self.sudo():
            if group.partner_id.name != group.name:
                group.partner_id.name = group.name

    def _keep_roles_in_step(self):
        """A role lets itself be seen as its circle does, and no further."""
        for circle in self.sudo().with_context(active_test=False):
            roles = circle.role_ids if circle.kind == "circle" else circle
            for role in roles.filtered("parent_id"):
                if role.visibility != role.parent_id.visibility:
                    role.visibility = role.parent_id.visibility

    @api.model
    def _prepare_visibility(self, vals):
        """Let a new circle be seen as its parent is, unless its founder chooses."""
        parent = self.sudo().browse(vals.get("parent_id") or [])
        if not parent:
            return
        if "visibility" not in vals:
            default = self._fields["visibility"].default(self)
            hidden = SEEN_BY_OTHERS[default] > SEEN_BY_OTHERS[parent.visibility]
            vals["visibility"] = parent.visibility if hidden else default
        seen = SEEN_BY_OTHERS.get(vals["visibility"], 0)
        vals["seen_beyond_parent"] = seen > SEEN_BY_OTHERS[parent.visibility]

    @api.onchange("parent_id")
    def _onchange_parent_visibility(self):
        if self.parent_id and self._is_seen_beyond(self.parent_id):
            self.visibility = self.parent_id.visibility

    def _is_seen_beyond(self, parent):
        """Return whether more people see this circle than ``parent``."""
        return SEEN_BY_OTHERS[self.visibility] > SEEN_BY_OTHERS[parent.visibility]

    def _keep_seen_in_step(self, chosen):
        """Let circles be seen by no more people than the circle around them (sudo).

        :param bool chosen: whether somebody chose who sees these circles; where they
            moved, or the circle around them changed, nobody did
        """
        circles = self.sudo().with_context(active_test=False)
        for circle in circles.filtered(lambda one: one.kind == "circle"):
            beyond = bool(circle.parent_id) and circle._is_seen_beyond(circle.parent_id)
            if beyond and not chosen:
                # Passes on what is inside by itself.
                circle.visibility = circle.parent_id.visibility
                circle.seen_beyond_parent = False
                continue
            if circle.seen_beyond_parent != beyond:
                circle.seen_beyond_parent = beyond
            inside = circle.circle_ids.filtered(
                lambda one, around=circle: (
                    one._is_seen_beyond(around) and not one.seen_beyond_parent
                )
            )
            if inside:
                inside._keep_seen_in_step(chosen=False)

    # === MEMBERS === #

    def _effective_member_ids(self):
        """Return partner ids of this group and all below, each once."""
        if not self.ids:
            return []
        self.flush_model(["parent_id"])
        self.env["wezer.group.membership"].flush_model()
        self.env.cr.execute(
            """SELECT DISTINCT m.partner_id FROM wezer_group_membership m
                 JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                WHERE c.ancestor_id = ANY(%s) AND m.state = 'active'
                  AND m.is_guest IS NOT TRUE
                  AND (m.date_to IS NULL OR m.date_to >= %s)""",
            [self.ids, days.today(self.env)],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def effective_members(self):
        """Return the persons counted here, direct and from below, each once.

        :rtype: res.partner
        """
        self.check_access("read")
        return self.env["res.partner"].browse(self._effective_member_ids())

    def _direct_members(self):
        """Return who has a live place in this very group (sudo); guests do not."""
        self.ensure_one()
        return (
            self.sudo()
            .membership_ids.filtered(lambda one: one.is_live and not one.is_guest)
            .partner_id
        )

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
