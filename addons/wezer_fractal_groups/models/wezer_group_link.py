from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

_lt = LazyTranslate(__name__)

LINK = StateMachine(
    states=("proposed", "linked", "ended"),
    rules={
        "side": "manages one of the two groups; for a circle that decides its structure"
        " together, its decision only"
    },
    transitions=(
        Transition(
            "propose",
            (),
            ("proposed", "linked"),
            "side",
            "propose",
            "linked at once by a person who manages both",
        ),
        Transition(
            "agree",
            ("proposed",),
            ("linked",),
            "side",
            "action_agree",
            "for the side that was asked",
        ),
        Transition("end", ("proposed", "linked"), ("ended",), "side", "action_end"),
    ),
)


class WezerGroupLink(models.Model):
    """Two groups that work together, each at home in its own place of the tree.

    A link is no branch of the tree: nobody counts, nothing is inherited and no
    money flows by it. Each page shows the other, to those who may see it. Both groups
    sign it; it waits for the second without a deadline.
    """

    _name = "wezer.group.link"
    _description = "Link between two groups"
    _inherit = ["wezer.state.mixin", "wezer.signing.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _state_machine = LINK
    _signing_needs_deadline = False

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "wezer.group",
        string="Works with",
        required=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        [("proposed", "Proposed"), ("linked", "Linked"), ("ended", "Ended")],
        required=True,
        default="proposed",
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _two = models.Constraint(
        "CHECK (group_id <> other_id)", "A group cannot be linked to itself."
    )
    _once = models.UniqueIndex(
        "(least(group_id, other_id), greatest(group_id, other_id))"
        " WHERE state <> 'ended'",
        "These groups are already linked.",
    )

    @api.model
    def _linked_with(self, group):
        """Return the groups (sudo) that are linked with ``group``."""
        links = self.search(
            [
                ("state", "=", "linked"),
                "|",
                ("group_id", "=", group.id),
                ("other_id", "=", group.id),
            ]
        )
        return (links.group_id | links.other_id) - group.sudo()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        links._check_by_hand()
        return links

    def write(self, vals):
        self._check_by_hand()
        result = super().write(vals)
        self._check_by_hand()
        return result

    def unlink(self):
        self._check_by_hand("unlink")
        return super().unlink()

    def _check_by_hand(self, operation="write"):
        """Refuse what an administrator changes where a side decides it itself."""
        if self.env.su:
            return
        self.check_access(operation)
        for link in self.sudo():
            for group in link.group_id | link.other_id:
                group._check_reserved("structure", **link._outcome(group))

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        link = self.sudo().exists()
        managed = link._managed_groups()
        if not managed:
            return self._not_manager()
        managed, reserved = link._unreserved(managed)
        if not managed:
            return reserved
        error = link._state_refusal(action)
        if error:
            return error
        if action == "agree" and not managed.partner_id & link._unsigned():
            return reserved or self._not_manager()
        return None

    def _unreserved(self, groups):
        """Return ``(those for which somebody may decide alone, a refusal or None)``."""
        refusal = None
        for group in groups:
            error = group._why_reserved("structure", **self._outcome(group))
            if error:
                groups -= group
                refusal = error
        return groups, refusal

    def _outcome(self, group):
        """Return the outcome of a decision of ``group`` that does the same."""
        other = (self.group_id | self.other_id)._origin - group
        return {"outcome": "link", "other": other.id}

    def _managed_groups(self):
        """Return which of the two groups (sudo) the user manages."""
        user, groups = self.env.user, self.group_id | self.other_id
        return groups.filtered(
            lambda group: not user._why_not_acting(group.partner_id, "manage")
        )

    def _not_manager(self):
        return NotAllowed(
            self.env._("Only someone who manages one of the groups can do this."),
            rule="manage",
        )

    def _state_message(self, action):
        if action == "end":
            return self.env._("This has already ended.")
        return self.env._("This is not an open proposal.")

    # === ACTIONS === #

    @api.model
    def propose(self, group_id: int, other_id: int) -> int:
        """Propose that two groups work together.

        Linked at once by somebody who manages both.

        :return: id of the link
        """
        groups = self.env["wezer.group"]
        ids = [number for number in (group_id, other_id) if type(number) is int]
        found = groups.search([("id", "in", ids), ("kind", "=", "circle")])
        if len(found) != 2:
            raise Refusal(
                self.env._("Choose two circles that you can see."), rule="group"
            )
        # Access and data are checked before anything is kept.
        vals = {"group_id": group_id, "other_id": other_id}
        asked = self.sudo().new(vals)
        managed = asked._managed_groups()
        if not managed:
            raise self._not_manager()
        managed, reserved = asked._unreserved(managed._origin)
        if not managed:
            raise reserved
        if self._unfinished(found):
            raise self._linked_already()
        link = self.sudo().create(vals)
        sides = (link.group_id | link.other_id).partner_id
        first, *others = managed.partner_id
        link._log_acting(managed)
        link._propose_signing(sides, deadline=None, party=first)
        for party in others:
            link._sign(party)
        if link.state == "proposed":
            link._notify_unsigned()
        return link.id

    @api.model
    def _unfinished(self, groups):
        """Return the link (sudo) of these two groups that has not ended, or none."""
        return self.sudo().search(
            [
                ("group_id", "in", groups.ids),
                ("other_id", "in", groups.ids),
                ("state", "in", LINK.unfinished),
            ]
        )

    def _linked_already(self):
        return Refusal(self.env._("These groups are already linked."), rule="state")

    # === DECIDED BY A CIRCLE === #
    #
    # State and data only: a decision of the circle says who. No RPC reaches them.

    @api.model
    def _do_propose(self, group, other):
        """Return the open proposal to link these, made where there is none (sudo).

        Nobody has signed a new one.

        :raise Refusal: rule ``state``, where they are linked
        """
        groups = (group | other).sudo()
        link = self._unfinished(groups)
        if not link:
            link = self.sudo().create({"group_id": group.id, "other_id": other.id})
            link._propose_signing(groups.partner_id, deadline=None)
        if link.state != "proposed":
            raise self._linked_already()
        return link

    def _do_sign(self, side):
        """Sign for ``side``, a group; linked where the other one has signed."""
        link = self.sudo()
        link._check_state("agree")
        link._sign(side.sudo().partner_id)
        if link.state == "proposed":
            link._notify_unsigned()

    def _do_end(self):
        """End this link, or its proposal."""
        link = self.sudo()
        link._check_state("end")
        if link.state == "linked":
            link._end()
        else:
            link._withdraw_signing()

    @api.model
    def _import_link(self, group, other):
        """Link two groups because a file says so (sudo, for an administrator).

        A group that people with a login manage is asked: they agree themselves. An
        import agrees only for a group that nobody could agree for.

        :return: ``(state of the row, reason)``
        """
        before = self.search(
            [
                ("group_id", "in", (group | other).ids),
                ("other_id", "in", (group | other).ids),
            ],
            limit=1,
        )
        if before:
            return "same", ""
        asked = (group | other).filtered(
            lambda side: side.partner_id._wezer_actor_partners("manage").user_ids
        )
        if len(asked) == 2:
            return "refused", self.env._(
                "Both groups are managed by members. They can propose the link"
                " themselves."
            )
        link = self.create({"group_id": group.id, "other_id": other.id})
        sides = (group | other).partner_id
        first, *others = (group | other).partner_id - asked.partner_id
        link._propose_signing(sides, deadline=None, party=first)
        for party in others:
            link._sign(party)
        if asked:
            link._notify_unsigned()
            return "created", self.env._(
                "The link is proposed to “%s”, where members decide it.", asked.name
            )
        return "created", self.env._("linked with “%s”", other.name)

    def action_agree(self) -> bool:
        """Agree, for the side that was asked."""
        link = self._check("agree")
        groups = link._unreserved(link._managed_groups())[0]
        groups = groups.filtered(lambda group: group.partner_id in link._unsigned())
        link._log_acting(groups)
        for party in groups.partner_id:
            link._sign(party)
        return True

    def action_end(self) -> bool:
        """End it, or take the proposal back, or decline it; either side."""
        link = self._check("end")
        groups = link._unreserved(link._managed_groups())[0]
        link._log_acting(groups)
        if link.state == "linked":
            link._end()
        elif declining := groups.partner_id & link._unsigned():
            link._refuse_signing(declining[0])
        else:
            link._withdraw_signing()
        return True

    def _check(self, action):
        """Return the link (sudo) after :meth:`_why_not` allowed ``action``."""
        error = self._why_not(action)
        if error:
            raise error
        return self.sudo()

    def _log_acting(self, groups):
        for group in groups:
            self.env.user._wezer_log_acting(
                group.partner_id, "manage", "link_groups", group
            )

    # === SIGNING === #

    def _on_signed(self, party):
        self.state = "linked"
        self._notify_outcome(
            _lt("%(one)s and %(two)s now work together.", **self._names())
        )

    def _on_signing_ended(self, reason):
        self._end()

    def _end(self):
        was, names = self.state, self._names()
        self.state = "ended"
        self._notify_outcome(
            _lt("%(one)s and %(two)s no longer work together.", **names)
            if was == "linked"
            else _lt(
                "The proposal that %(one)s and %(two)s work together has ended.",
                **names,
            )
        )

    def _names(self):
        return {"one": self.group_id.name, "two": self.other_id.name}

    def _notify_outcome(self, message):
        """Tell those who manage either group (sudo) how it ended."""
        self.env["wezer.notice"]._settle(self)
        people = self.env["res.partner"].sudo()
        for group in self.group_id | self.other_id:
            people |= group.partner_id._wezer_actor_partners("manage")
        # sudo: members write nothing, the notice is for others.
        self.env["wezer.notice"].sudo()._leave(
            people, "group_decided", message, f"/groups/{self.group_id.slug}", self
        )

    def _asked_group(self, parties):
        """Return the group (sudo) among ``parties`` whose page asks to agree."""
        groups = self.group_id | self.other_id
        return groups.filtered(
            lambda group: group.partner_id in parties & self._unsigned()
        )[:1]

    def _notify_unsigned(self):
        """Ask those who manage the other group (sudo)."""
        groups = self.group_id | self.other_id
        for group in groups.filtered(lambda side: side.partner_id in self._unsigned()):
            names = {"one": (groups - group).name, "two": group.name}
            group.partner_id._wezer_notify(
                "group_link",
                _lt("%(one)s wants to work together with %(two)s.", **names),
                url=f"/groups/{group.slug}",
                record=self,
                right="manage",
            )
