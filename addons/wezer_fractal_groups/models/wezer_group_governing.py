from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.rights import RIGHTS
from odoo.addons.wezer_base.tools.versions import check_version, version_of

NAME_LENGTH = 120
TEXT_LENGTH = 4000
TEXTS = ("purpose", "domains", "accountabilities")
CHOICES = ("visibility", "join_policy", "link")
SWITCHES = ("books_open",)
# What the form of a group shows: changed by somebody else, it is shown first.
VERSION_FIELDS = ("name", *TEXTS, "visibility", "join_policy", "books_open")


class WezerGroup(models.Model):
    """Founding, changing and closing circles and roles, by who holds ``manage``."""

    _inherit = "wezer.group"

    link = fields.Selection(
        [
            ("none", "An ordinary role"),
            ("lead", "Leads the circle: filled from above"),
            ("representative", "Speaks for the circle above: filled from inside"),
        ],
        string="Double link",
        default="none",
        required=True,
        help="Lead and representative both count in the circle above.",
    )

    # === WHO === #

    def _check_may_manage(self):
        """Return the partner in whose name the caller may change this group.

        A root and its roles: community moderators too.
        """
        self._check_person()
        circle = self.sudo()._circle()
        user = self.env.user
        if not circle.parent_id and user._moderates(circle.partner_id.browse()):
            return user.partner_id
        user._check_acts_for(circle.partner_id, "manage")
        return circle.partner_id

    def _check_manages(self, what):
        """Return the partner in whose name the caller changes this group (sudo)."""
        partner = self._check_may_manage()
        return self.env.user._wezer_log_acting(partner, "manage", what, self)

    def _check_rights_given(self, circle, rights):
        """Refuse unless the caller may let a role of ``circle`` carry ``rights``.

        From above all; on the circle itself only what he holds there (R5).
        """
        user, above = self.env.user, circle.sudo().parent_id
        if above:
            if circle.sudo().rights_reach and user._acts_for(
                above.partner_id, "manage"
            ):
                return
        elif user._moderates(circle.sudo().partner_id.browse()):
            return
        for right in rights:
            user._check_acts_for(circle.sudo().partner_id, right)

    # === ARROWS === #

    @api.model
    def action_found(self, parent_id, vals):
        """Found a circle or a role inside ``parent_id``; who manages there (R8).

        A circle without a parent is an administrator's to found.

        :param dict vals: ``name``, ``kind`` (``circle`` unless it is said), and
            some of purpose, domains, accountabilities, visibility, join_policy,
            ``rights`` (a list, for roles), ``link``
        :return: id of the group
        """
        parent = self.browse(parent_id).exists() if type(parent_id) is int else self
        user = self.env.user
        if not parent:
            if not user.has_group("wezer_base.group_administrator"):
                raise NotAllowed(
                    self.env._("Administrators found what stands by itself."),
                    rule="root",
                )
        else:
            if parent.sudo().kind == "role":
                raise Refusal(
                    self.env._("A role has nothing inside."), rule="role_children"
                )
            parent._check_manages("found")
        clean = self._clean_vals(vals, founding=True)
        rights = clean.pop("rights", [])
        clean["parent_id"] = parent.id
        if rights:
            if clean.get("kind") != "role":
                raise Refusal(
                    self.env._("Rights belong to roles, not to circles."),
                    rule="rights_on_roles",
                )
            self._check_rights_given(parent, rights)
            clean.update({f"right_{right}": True for right in rights})
        # Who and data were just checked.
        return self.sudo().create(clean).id

    def update_version(self):
        """Return the version of what a group says of itself, to who manages it."""
        self._check_may_manage()
        return version_of(self.sudo(), VERSION_FIELDS)

    def action_update(self, vals, version=None):
        """Change what a group says of itself; who manages it.

        :param str version: what :meth:`update_version` returned when the group was
            shown; a group that somebody else changed since is not overwritten
        """
        self._check_manages("change_group")
        check_version(self.sudo(), VERSION_FIELDS, version)
        clean = self._clean_vals(vals)
        if "rights" in clean or "link" in clean:
            raise Refusal(self.env._("Rights are changed by themselves."), rule="field")
        self.sudo().write(clean)
        return True

    def action_set_rights(self, rights, link=None):
        """Say which rights a role carries; all before and after must be the caller's.

        From a circle above: any. Of the circle itself: only what he holds there.
        Who fills the role does not change it himself.
        """
        self._check_person()
        role = self.sudo()
        if role.kind != "role":
            raise Refusal(
                self.env._("Rights belong to roles, not to circles."),
                rule="rights_on_roles",
            )
        if self.env.user.partner_id in role._direct_members():
            raise NotAllowed(
                self.env._("Nobody changes the rights of a role he fills."),
                rule="fill_role",
            )
        self._check_manages("change_rights")
        wanted = set(self._clean_vals({"rights": rights})["rights"])
        changed = wanted ^ self._rights_carried()
        self._check_rights_given(role.parent_id, changed)
        vals = {f"right_{right}": right in wanted for right in RIGHTS}
        if link is not None:
            vals.update(self._clean_vals({"link": link}))
        role.write(vals)
        return True

    def action_refuse_rights(self, refuse):
        """Let rights from above end here, or let them in again (R4).

        The circle's own decision: by somebody who manages by a role of this very
        circle, so that whoever shuts the door stands inside.
        """
        self._check_person()
        group = self.sudo()
        user = self.env.user
        local = group.role_ids.filtered("right_manage")
        if not any(user.partner_id in role._direct_members() for role in local):
            raise NotAllowed(
                self.env._("The circle itself decides this: who manages it inside."),
                rule="refuse_rights",
            )
        user._check_acts_for(group.partner_id, "manage")
        user._wezer_log_acting(group.partner_id, "manage", "refuse_rights", self)
        group.refuse_rights = bool(refuse)
        return True

    def action_close(self):
        """Close a group that has nothing alive inside; its history stays."""
        self._check_manages("close_group")
        group = self.sudo()
        if group.circle_ids.filtered("active"):
            raise Refusal(
                self.env._("There are circles inside: move or close them first."),
                rule="children",
            )
        (group | group.role_ids).write({"active": False})
        return True

    # === DATA === #

    def _clean_vals(self, vals, founding=False):
        """Return ``vals`` with nothing but plain values of what may be changed."""
        if not isinstance(vals, dict):
            raise Refusal(self.env._("Say what to change."), rule="field")
        clean = {}
        for name, value in vals.items():
            if name == "name":
                clean[name] = " ".join(str(value or "").split())[:NAME_LENGTH]
            elif name in TEXTS:
                clean[name] = str(value or "").strip()[:TEXT_LENGTH] or False
            elif name in CHOICES or (name == "kind" and founding):
                if value not in dict(self._fields[name].selection):
                    raise Refusal(
                        self.env._("This cannot be chosen."),
                        rule=name,
                        value=str(value),
                    )
                clean[name] = value
            elif name in SWITCHES:
                clean[name] = bool(value)
            elif name == "rights":
                clean[name] = self._clean_rights(value)
            else:
                raise Refusal(
                    self.env._("This is not yours to change: %s", name), rule="field"
                )
        if (founding or "name" in clean) and not clean.get("name"):
            raise Refusal(self.env._("Give it a name."), rule="name")
        return clean

    def _clean_rights(self, rights):
        known = isinstance(rights, list | tuple) and all(
            isinstance(right, str) and right in RIGHTS for right in rights
        )
        if not known:
            raise Refusal(self.env._("This is no right."), rule="rights")
        return sorted(set(rights))
