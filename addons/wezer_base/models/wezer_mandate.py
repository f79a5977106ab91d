from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..exceptions import NotAllowed, Refusal
from ..tools import days, mandate_paper
from ..tools.rights import OWN_RIGHTS, rights_of
from ..tools.state_machine import StateMachine, Transition

_lt = LazyTranslate(__name__)

MANDATE = StateMachine(
    states=("active", "revoked", "resigned"),
    rules={
        "giver": "the member acted for, or an administrator",
        "holder": "the person who acts",
        "suite": "the suite: the last day has passed, or one of both leaves",
    },
    transitions=(
        Transition("revoke", ("active",), ("revoked",), "giver", "action_revoke"),
        Transition("resign", ("active",), ("resigned",), "holder", "action_resign"),
        Transition("end", ("active",), ("revoked",), "suite", "_end"),
    ),
)
(IN_FORCE,) = MANDATE.unfinished
# What a mandate can carry: to vote is no right to act, and no role has it.
CARRIED = (*OWN_RIGHTS, "vote")


class WezerMandate(models.Model):
    """A member's authorisation of another person to act for them.

    Either can end it at once. It carries the giver's own rights only, never those that
    the giver has for a group or by another mandate: there are no chains.
    """

    _name = "wezer.mandate"
    _description = "Authorisation"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _state_machine = MANDATE
    _order = "date_from desc, id desc"
    _rec_name = "id"

    giver_id = fields.Many2one(
        "res.partner",
        string="Acts for",
        required=True,
        index=True,
        ondelete="cascade",
    )
    holder_id = fields.Many2one(
        "res.partner",
        string="Authorised person",
        required=True,
        index=True,
        ondelete="cascade",
    )
    right_wallet = fields.Boolean(string="Pay and see the wallet")
    right_market = fields.Boolean(string="Publish and agree")
    right_vote = fields.Boolean(
        string="Vote",
        help="The authorised person answers in decisions, openly, in the place of the"
        " member.",
    )
    paper = fields.Binary(
        attachment=True,
        copy=False,
        groups="wezer_base.group_administrator",
        help="The signed authorisation of a member who cannot log in.",
    )
    paper_name = fields.Char(copy=False, groups="wezer_base.group_administrator")
    date_from = fields.Date(required=True)
    date_until = fields.Date(
        help="The last day. Leave empty for an authorisation"
        " that is valid until it is withdrawn."
    )
    state = fields.Selection(
        [
            ("active", "In force"),
            ("revoked", "Withdrawn"),
            ("resigned", "Given back"),
        ],
        required=True,
        default="active",
        index=True,
    )
    date_ended = fields.Datetime()
    given_by_id = fields.Many2one("res.partner", ondelete="set null")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _active_uniq = models.UniqueIndex(
        "(giver_id, holder_id) WHERE state = 'active'",
        "This person already acts for you.",
    )
    _not_oneself = models.Constraint(
        "CHECK (giver_id <> holder_id)",
        "A person cannot authorise themselves. Choose someone else.",
    )
    _some_right = models.Constraint(
        "CHECK (right_wallet OR right_market OR right_vote)",
        "Choose at least one permission.",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        mandates = super().create(vals_list)
        self.env["res.partner"]._wezer_invalidate_acting()
        return mandates

    def write(self, vals):
        result = super().write(vals)
        self.env["res.partner"]._wezer_invalidate_acting()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["res.partner"]._wezer_invalidate_acting()
        return result

    # === ACTIONS === #

    @api.model
    def action_give(
        self,
        holder_profile_id: int,
        rights: list[str],
        until: str | None = None,
        giver_profile_id: int | None = None,
        paper: str | None = None,
        paper_name: str | None = None,
    ) -> int:
        """Let somebody act for the caller, from now on.

        :param int holder_profile_id: profile of the person who shall act
        :param rights: some of ``wallet``, ``market``, ``vote``
        :param str until: the last day, as ISO date; open-ended where left out
        :param int giver_profile_id: for administrators only: the member acted for,
            where that member cannot log in
        :param str paper: the signed authorisation of that member, a file in base64;
            asked for where it lets somebody vote
        :param str paper_name: the name of that file
        :return: id of the mandate
        :raise NotAllowed: rule ``acts_for``
        :raise Refusal: rules ``right``, ``date``, ``holder``, ``twice``, ``paper``
        """
        giver = self._giver(giver_profile_id)
        holder = self._holder(holder_profile_id)
        if not isinstance(rights, list | tuple) or not set(rights) <= set(CARRIED):
            rights = ()
        if not rights:
            raise Refusal(self.env._("Choose at least one permission."), rule="right")
        if giver == holder:
            raise Refusal(
                self.env._(
                    "A person cannot authorise themselves. Choose someone else."
                ),
                rule="holder",
            )
        if self._in_force(giver, holder):
            raise Refusal(
                self.env._("%(name)s already acts for you.", name=holder.name),
                rule="twice",
            )
        vals = self._prepare_mandate_vals(giver, holder, rights, self._until(until))
        if giver != self.env.user.partner_id:
            vals.update(mandate_paper.read(self.env, paper, paper_name))
            if "vote" in rights and not vals.get("paper"):
                raise mandate_paper.missing(self.env)
        # Checked just above; members write nothing by themselves.
        mandate = self.sudo().create(vals)
        holder._wezer_notify(
            "mandate",
            _lt("You can now act for %(name)s.", name=giver.name),
            url="/my/acting",
            record=mandate,
        )
        return mandate.id

    @api.model
    def _prepare_mandate_vals(self, giver, holder, rights, until):
        return {
            "giver_id": giver.id,
            "holder_id": holder.id,
            "right_wallet": "wallet" in rights,
            "right_market": "market" in rights,
            "right_vote": "vote" in rights,
            "date_from": days.today(self.env),
            "date_until": until,
            "given_by_id": self.env.user.partner_id.id,
        }

    @api.model
    def _rights_offered(self):
        """Return the permissions that the page offers to give.

        Extension point: to vote is offered where there are decisions.
        """
        return OWN_RIGHTS

    @api.model
    def _giver(self, profile_id):
        """Return the partner the mandate is for, checked."""
        user = self.env.user
        own = user.partner_id
        if not profile_id or profile_id == own._wezer_profile().id:
            user._wezer_check_standing()
            return own
        if not user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._(
                    "You can only authorise someone to act for"
                    " you, not for another member."
                )
            )
        giver = self.env["wezer.profile"].sudo().browse(profile_id).exists()
        if not giver or giver.state != "active":
            raise Refusal(
                self.env._("This is not a member. Choose a member."), rule="giver"
            )
        if not giver.on_paper:
            raise NotAllowed(
                self.env._(
                    "%(name)s can log in, so only they can authorise someone.",
                    name=giver.name,
                )
            )
        return giver.partner_id

    @api.model
    def _holder(self, profile_id):
        """Return the partner of a profile the caller may see, an active person's."""
        profile = self.env["wezer.profile"].browse(profile_id)
        if (
            not isinstance(profile_id, int)
            or not profile.exists()
            or not profile.has_access("read")
            or profile.sudo().state != "active"
            or not profile.sudo().is_person
            or profile.sudo().on_paper
        ):
            raise Refusal(self.env._("Nobody with this name was found."), rule="holder")
        partner = profile.sudo().partner_id
        if partner.user_ids.has_group("wezer_base.group_moderator"):
            # A person who acts for a party cannot decide its disputes: nobody gets rid
            # of a moderator by naming them.
            raise Refusal(
                self.env._(
                    "%(name)s is a moderator and cannot act for a member.",
                    name=partner.name,
                ),
                rule="holder",
            )
        return partner

    @api.model
    def _until(self, until):
        if not until:
            return False
        day = days.read_day(self.env, until)
        days.check_not_past(self.env, day)
        return day

    @api.constrains("date_from", "date_until")
    def _check_term(self):
        for mandate in self:
            days.check_order(self.env, mandate.date_from, mandate.date_until)

    @api.model
    def _in_force(self, giver, holder):
        """Return the active mandate between two partners (sudo), a lapsed one ended."""
        mandate = self.sudo().search(
            [
                ("giver_id", "=", giver.id),
                ("holder_id", "=", holder.id),
                ("state", "=", IN_FORCE),
            ]
        )
        if mandate.date_until and mandate.date_until < days.today(self.env):
            mandate._end("revoked")
            return mandate.browse()
        return mandate

    def _end(self, state):
        self.sudo().write({"state": state, "date_ended": fields.Datetime.now()})
        # A new one may follow, and comes before what waits to be written.
        self.flush_recordset()
        self.env["wezer.notice"]._settle(self, ["mandate"])

    def action_revoke(self) -> bool:
        """Take the mandate back; nothing can be done with it from now on."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("revoke")
        self._end("revoked")
        self.sudo().holder_id._wezer_notify(
            "mandate",
            _lt("You no longer act for %(name)s.", name=self.sudo().giver_id.name),
            url="/my/acting",
        )
        return True

    def action_resign(self) -> bool:
        """Give the mandate back: the caller acts for this member no longer."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("resign")
        self._end("resigned")
        self.sudo().giver_id._wezer_notify(
            "mandate",
            _lt("%(name)s no longer acts for you.", name=self.env.user.partner_id.name),
            url="/my/acting",
        )
        return True

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        user, mandate = self.env.user, self.sudo()
        who = self._state_machine.who(action)
        if (
            who == "giver"
            and mandate.giver_id != user.partner_id
            and not user.has_group("wezer_base.group_administrator")
        ):
            return NotAllowed(
                self.env._(
                    "Only the person who granted the authorisation can withdraw it."
                )
            )
        if who == "holder" and mandate.holder_id != user.partner_id:
            return NotAllowed(
                self.env._(
                    "Only the person who holds the authorisation can give it back."
                )
            )
        return self._state_refusal(action)

    def _state_message(self, _action):
        return self.env._("This authorisation has ended.")

    @api.model
    def _current_domain(self):
        """Return the domain of the mandates that are in force today."""
        today = days.today(self.env)
        return (
            Domain("state", "=", IN_FORCE)
            & Domain("date_from", "<=", today)
            & (Domain("date_until", "=", False) | Domain("date_until", ">=", today))
        )

    @api.model
    def _holders_of(self, giver, right):
        """Return the partners who act for ``giver`` by a mandate in force (sudo)."""
        mandates = self.sudo().search(
            self._current_domain()
            & Domain("giver_id", "=", giver.id)
            & Domain(f"right_{right}", "=", True)
        )
        return mandates.holder_id

    @api.model
    def _of_givers(self, givers):
        """Return ``{giver id: partners who act for them}`` (sudo), in one query."""
        mandates = self.sudo().search(
            self._current_domain() & Domain("giver_id", "in", givers.ids)
        )
        return {
            giver.id: some.holder_id
            for giver, some in mandates.grouped("giver_id").items()
        }

    @api.model
    def _acting_select(self, user, rights):
        """Return the SELECT of ``(right, partner)``: whom ``user`` has a mandate for.

        States and days in SQL; both must be members in good standing.

        :param rights: some of the rights that a mandate carries
        """
        today = days.today(self.env)
        own, profile = self._fields, self.env["wezer.profile"]._fields
        columns = [f"right_{right}" for right in rights]
        read = (*columns, "state", "giver_id", "holder_id", "date_until")
        return SQL(
            """SELECT carried.name, m.giver_id FROM wezer_mandate m
                 JOIN wezer_profile p ON p.partner_id = m.giver_id
                CROSS JOIN LATERAL (VALUES %s) carried(name, carries)
                WHERE m.holder_id = %s AND m.state = 'active' AND carried.carries
                  AND p.state = 'active' AND m.date_from <= %s
                  AND (m.date_until IS NULL OR m.date_until >= %s)""",
            rights_of(rights, "m"),
            user.partner_id.id,
            today,
            today,
            to_flush=[*(own[name] for name in read), profile["state"]],
        )
