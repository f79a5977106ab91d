from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.rights import RIGHTS
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools.membership_sql import is_running

_lt = LazyTranslate(__name__)

LAPSE_DAYS = 30
UNDO_DAYS = 30

CHANGE = StateMachine(
    states=("proposed", "done", "refused", "lapsed", "undone"),
    rules={
        "side": "manages one of the two sides; for a side that is no group, a moderator"
        " of the community; for a circle that decides its structure together, its"
        " decision only",
        "clock": "nobody answered for thirty days",
    },
    transitions=(
        Transition(
            "propose",
            (),
            ("proposed", "done"),
            "side",
            "propose",
            "done at once by a person who decides for both sides",
        ),
        Transition(
            "agree",
            ("proposed",),
            ("proposed", "done"),
            "side",
            "action_agree",
            "for a side that has not agreed yet",
        ),
        Transition(
            "refuse",
            ("proposed",),
            ("refused",),
            "side",
            "action_refuse",
            "also withdraws an own proposal",
        ),
        Transition("lapse", ("proposed",), ("lapsed",), "clock", "_lapse_signing"),
        Transition(
            "undo",
            ("done",),
            ("done", "undone"),
            "side",
            "action_undo",
            "moves of the last thirty days; a new proposal the other way",
        ),
    ),
)


class WezerGroupChange(models.Model):
    """A circle moves elsewhere, or goes on inside another: signed by both sides.

    The side that it comes from and the side that it goes to sign, each by somebody who
    holds ``manage`` there; for a side that is no group (to stand by itself) moderators
    of the community sign as the company's partner. What it would change is shown
    before: who gains which right, and who loses it.
    """

    _name = "wezer.group.change"
    _description = "Move or merger of a group"
    _inherit = ["wezer.state.mixin", "wezer.signing.mixin", "wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"
    _state_machine = CHANGE

    kind = fields.Selection(
        [("move", "Moves to"), ("merge", "Merges into")], required=True
    )
    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, ondelete="cascade"
    )
    # Empty: to stand by itself.
    target_id = fields.Many2one("wezer.group", index=True, ondelete="cascade")
    old_parent_id = fields.Many2one("wezer.group", ondelete="set null")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("done", "Done"),
            ("refused", "Refused"),
            ("lapsed", "Lapsed"),
            ("undone", "Undone"),
        ],
        required=True,
        default="proposed",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    date_done = fields.Datetime()
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    # === SIDES === #

    def _sides(self):
        """Return the groups (sudo) that decide: where it comes from, where it goes.

        A merger is decided by both groups themselves; a move by both parents. An
        empty one: the community's moderators.
        """
        self.ensure_one()
        if self.kind == "merge":
            return self.group_id, self.target_id
        return self.group_id.parent_id, self.target_id

    def _asked_group(self, _parties):
        """Return the group (sudo) whose page asks to agree."""
        return self.group_id

    def _party(self, side):
        """Return the party (sudo) that signs for ``side``."""
        return side.partner_id or self.company_id.partner_id

    def _decided_sides(self):
        """Return the parties (sudo) for which the user decides.

        Both sides may have one party, where a circle has the company's partner: it is
        one signature, of a person who decides for both.
        """
        user = self.env.user
        parties = others = self.env["res.partner"].sudo()
        for side in self._sides():
            if side:
                decides = not user._why_not_acting(side.partner_id, "manage")
            else:
                decides = user._moderates(parties.browse())
            if decides:
                parties |= self._party(side)
            else:
                others |= self._party(side)
        return parties - others

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes._check_by_hand()
        return changes

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
        for change in self.sudo():
            for side in filter(None, change._sides()):
                side._check_reserved("structure", **change._outcome())

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        change = self.sudo().exists()
        parties = change and change._decided_sides()
        if not parties:
            return self._no_side()
        parties, reserved = change._unreserved(parties)
        if not parties:
            return reserved
        error = change._state_refusal(action)
        if error:
            return error
        if action == "agree" and not parties & change._unsigned():
            return reserved or NotAllowed(
                self.env._("There is nothing for you to sign here."), rule="turn"
            )
        return None

    def _unreserved(self, parties):
        """Return ``(those for which somebody may decide alone, a refusal or None)``.

        :param parties: ``res.partner`` (sudo), of the sides
        """
        refusal = None
        for side in self._sides():
            if side and self._party(side) in parties:
                error = side._why_reserved("structure", **self._outcome())
                if error:
                    parties -= self._party(side)
                    refusal = error
        return parties, refusal

    def _outcome(self):
        """Return the outcome of a decision that does the same."""
        return {
            "outcome": self.kind,
            "group": self.group_id.id,
            "target": self.target_id.id,
        }

    def _check(self, action):
        """Return the change (sudo) after :meth:`_why_not` allowed ``action``."""
        error = self._why_not(action)
        if error:
            raise error
        return self.sudo()

    def _no_side(self):
        return NotAllowed(
            self.env._(
                "Only someone who manages one of the two sides can decide this."
            ),
            rule="manage",
        )

    def _state_refusal(self, action):
        if action != "undo":
            return super()._state_refusal(action)
        limit = fields.Datetime.now() - timedelta(days=UNDO_DAYS)
        if self.kind == "move" and self.state == "done" and self.date_done >= limit:
            return None
        return Refusal(
            self.env._("You can only undo a move of the last thirty days."),
            rule="undo",
            limit=str(UNDO_DAYS),
        )

    def _state_message(self, _action):
        return self.env._("This has already been decided.")

    # === PROPOSING === #

    @api.model
    def propose(
        self,
        kind: str,
        group_id: int,
        target_id: int | None = None,
        dry_run: bool = False,
    ) -> dict:
        """Propose that a circle moves, or goes on inside another.

        Done at once where the caller decides for both sides.

        :param str kind: ``move`` (``target_id``: the new parent, None to stand by
            itself) or ``merge`` (``target_id``: the circle that goes on)
        :param bool dry_run: change nothing, return what would
        :return: dict ``id`` (False in a dry run), ``state``, ``gains`` and
            ``losses``: lists of ``{"person", "right", "group"}``, names
        """
        self.env.user._wezer_check_standing()
        group, target = self._visible(group_id), self._visible(target_id)
        if not group or (kind == "merge" or target_id) and not target:
            raise Refusal(self.env._("Choose circles that you can see."), rule="group")
        if kind not in ("move", "merge"):
            raise Refusal(self.env._("Choose “move” or “merge”."), rule="kind")
        vals = {
            "kind": kind,
            "group_id": group.id,
            "target_id": target.id,
            "old_parent_id": group.parent_id.id,
        }
        with self.env.cr.savepoint() as everything:
            # Access and data are checked with it, before anything is kept.
            change = self.sudo().create(vals)
            parties = change._decided_sides()
            if not parties:
                raise self._no_side()
            parties, reserved = change._unreserved(parties)
            if not parties:
                raise reserved
            change._check_possible()
            gains, losses = change._effects()
            change._begin_signing(parties)
            answer = {
                "id": change.id,
                "state": change.state,
                "gains": gains,
                "losses": losses,
            }
            if dry_run:
                everything.rollback()
                self.env.invalidate_all(flush=False)
                answer.update(id=False, state="proposed")
        return answer

    @api.model
    def _visible(self, group_id):
        """Return the circle (sudo) with this id that the caller may see."""
        groups = self.env["wezer.group"]
        if type(group_id) is not int:
            return groups.sudo()
        return groups.search([("id", "=", group_id), ("kind", "=", "circle")]).sudo()

    def _check_possible(self):
        """Refuse what cannot be, and a second proposal for the same group.

        :raise Refusal: rule ``state`` or ``cycle``
        """
        group, target = self.group_id, self.target_id
        if self.kind == "move" and group.parent_id == target:
            raise Refusal(self.env._("The group is already there."), rule="state")
        if target and group in target.ancestor_ids:
            raise Refusal(
                self.env._("A group cannot be inside one of the groups it contains."),
                rule="cycle",
            )
        if (
            self.kind == "merge"
            and group in target.with_context(active_test=False).ancestor_ids
        ):
            raise Refusal(
                self.env._(
                    "A group cannot be merged into itself or into a group it contains."
                ),
                rule="cycle",
            )
        locks.hold(self.env, "change", group.id)
        proposed = self.sudo().search_count(
            [
                ("group_id", "=", group.id),
                ("state", "in", CHANGE.sources("agree")),
                ("id", "!=", self.id),
            ]
        )
        if proposed:
            raise Refusal(
                self.env._("There is already an open proposal for this group."),
                rule="state",
            )

    # === WHAT IT WOULD CHANGE === #

    def _effects(self):
        """Return ``(gains, losses)``: done, compared, and taken back."""
        before = self._rights_now()
        with self.env.cr.savepoint() as trial:
            self._carry_out()
            after = self._rights_now()
            trial.rollback()
        self.env.invalidate_all(flush=False)
        return self._name_rights(after - before), self._name_rights(before - after)

    def _rights_now(self):
        """Return ``{(person, right, group)}`` in this circle and those inside it."""
        self.env.flush_all()
        rights = set()
        ids = (self.group_id | self.target_id).ids
        for right in RIGHTS:
            rows = self.env.execute_query(
                SQL(
                    """SELECT DISTINCT m.partner_id, d.id
                         FROM wezer_group_closure inside
                         JOIN wezer_group d ON d.id = inside.descendant_id
                          AND d.kind = 'circle' AND d.active
                         JOIN wezer_group_closure c ON c.descendant_id = d.id
                          AND c.distance <= d.rights_reach
                         JOIN wezer_group r ON r.parent_id = c.ancestor_id
                          AND r.kind = 'role' AND r.active AND %s
                         JOIN wezer_group_membership m ON m.group_id = r.id AND %s
                        WHERE inside.ancestor_id = ANY(%s)""",
                    SQL.identifier("r", f"right_{right}"),
                    is_running(self.env),
                    ids,
                )
            )
            rights |= {(person, right, group) for person, group in rows}
        return rights

    def _name_rights(self, rights):
        """Return ``rights`` with names, ordered by person, group and right."""
        people = self.env["res.partner"].sudo()
        groups = self.env["wezer.group"].sudo()
        rows = [
            {
                "person": people.browse(person).name,
                "right": right,
                "group": groups.browse(group).name,
            }
            for person, right, group in rights
        ]
        return sorted(rows, key=lambda row: (row["person"], row["group"], row["right"]))

    # === SIGNING === #

    def _begin_signing(self, parties):
        """Ask both sides to sign, and sign for ``parties`` (sudo)."""
        self._log_acting(parties)
        self._ask_both_sides(parties[0])
        self._sign_for(parties[1:])

    def _ask_both_sides(self, party=None):
        """Ask both sides to sign, and sign for ``party`` where one proposes."""
        both = self.env["res.partner"].sudo()
        for side in self._sides():
            both |= self._party(side)
        deadline = fields.Datetime.now() + timedelta(days=LAPSE_DAYS)
        self._propose_signing(both, deadline, party=party)

    # === DECIDED BY A CIRCLE === #
    #
    # State and data only: a decision of the circle says who. No RPC reaches them.

    @api.model
    def _do_propose(self, kind, group, target):
        """Return the open proposal for this, made where there is none (sudo).

        Nobody has signed a new one.

        :param str kind: ``move`` or ``merge``
        :raise Refusal: rules ``state``, ``cycle``
        """
        changes = self.sudo()
        group, target = group.sudo(), target.sudo()
        change = changes.search(
            [
                ("kind", "=", kind),
                ("group_id", "=", group.id),
                ("target_id", "=", target.id),
                ("state", "in", CHANGE.sources("agree")),
            ]
        )
        if change:
            return change
        change = changes.create(
            {
                "kind": kind,
                "group_id": group.id,
                "target_id": target.id,
                "old_parent_id": group.parent_id.id,
            }
        )
        change._check_possible()
        change._ask_both_sides()
        return change

    def _do_sign(self, side):
        """Sign for ``side``, a group; done where the other one has signed.

        :raise Refusal: rules ``state``, ``cycle``, ``signing``
        :raise NotAllowed: rule ``turn``
        """
        change = self.sudo()
        change._check_state("agree")
        change._check_possible()
        change._sign_for(change._party(side.sudo()))

    def _sign_for(self, parties):
        """Sign for ``parties``, and ask the side that is missing (sudo)."""
        for party in parties:
            self._sign(party)
        if self.state != "proposed":
            return
        # The side that agreed just now is asked no longer.
        self.env["wezer.notice"]._settle(self)
        message = _lt(
            "The other side has agreed to move %(group)s. Do you agree too?",
            group=self.group_id.name,
        )
        for side in self._sides():
            if self._party(side) in self._unsigned():
                self._notify_side(side, "group_change", message)

    def _notify_side(self, side, kind, message):
        """Tell those who decide for ``side`` (sudo)."""
        if side:
            people, right = side.partner_id, "manage"
        else:
            moderators = self.env["res.users"]._wezer_moderators()
            people, right = moderators.partner_id, "market"
        people._wezer_notify(
            kind,
            message,
            url=f"/groups/{(self.group_id if self.group_id.active else side).slug}",
            record=self,
            right=right,
            subject="change",
        )

    def _notify_outcome(self, message):
        """Tell both sides how it ended."""
        self.env["wezer.notice"]._settle(self)
        for side in dict.fromkeys(self._sides_before()):
            self._notify_side(side, "group_decided", message)

    def _sides_before(self):
        """Return the groups (sudo) that decided, whatever it has changed since."""
        if self.kind == "merge":
            return self.group_id, self.target_id
        return self.old_parent_id, self.target_id

    def _log_acting(self, parties):
        for side in self._sides():
            if side.partner_id & parties:
                self.env.user._wezer_log_acting(
                    side.partner_id, "manage", "move_group", self.group_id
                )

    def _on_signed(self, party):
        self._carry_out()
        self.write({"state": "done", "date_done": fields.Datetime.now()})
        self._notify_outcome(self._done_sentence())

    def _on_signing_ended(self, reason):
        self.state = "lapsed" if reason == "lapsed" else "refused"
        words = {"group": self.group_id.name}
        self._notify_outcome(
            _lt("Nobody agreed in time to move %(group)s.", **words)
            if reason == "lapsed"
            else _lt("The proposal to move %(group)s was refused.", **words)
            if reason == "refused"
            else _lt("The proposal to move %(group)s was withdrawn.", **words)
        )

    def _done_sentence(self):
        words = {"group": self.group_id.name, "target": self.target_id.name}
        if self.kind == "merge":
            return _lt("%(group)s was merged into %(target)s.", **words)
        if self.target_id:
            return _lt("%(group)s is now part of %(target)s.", **words)
        return _lt("%(group)s is no longer part of another group.", **words)

    def _carry_out(self):
        """Do it (sudo); the tree and its closure refuse what cannot be."""
        if self.kind == "move":
            self.group_id.parent_id = self.target_id
        else:
            self.group_id._merge_into(self.target_id)

    # === ACTIONS === #

    def action_agree(self) -> str:
        """Agree, for the sides that the user decides for.

        :return: the state
        """
        change = self._check("agree")
        change._check_possible()
        parties = change._unreserved(change._decided_sides())[0] & change._unsigned()
        change._log_acting(parties)
        change._sign_for(parties)
        return change.state

    def action_refuse(self) -> bool:
        """Refuse, or take one's own proposal back."""
        change = self._check("refuse")
        refusing = change._unreserved(change._decided_sides())[0] & change._unsigned()
        if refusing and change._is_signing_open():
            change._refuse_signing(refusing[0])
        else:
            change._withdraw_signing()
        return True

    def action_undo(self) -> dict:
        """Propose to bring a moved circle back within thirty days.

        Both sides decide again.

        :return: what :meth:`propose` returns, for the way back
        """
        change = self._check("undo")
        answer = self.propose(
            "move", change.group_id.id, change.old_parent_id.id or None
        )
        if answer["state"] == "done":
            change.state = "undone"
        return answer
