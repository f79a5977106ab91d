from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.clock import each_due
from odoo.addons.wezer_base.tools.rights import RIGHTS

LAPSE_DAYS = 30
UNDO_DAYS = 30


class WezerGroupChange(models.Model):
    """A circle moves elsewhere, or goes on inside another: decided by both sides.

    The side that it comes from and the side that it goes to each agree, by who
    holds ``manage`` there (at a root: community moderators). What it would change
    is told before: who gains which right, and who loses it (R12).
    """

    _name = "wezer.group.change"
    _description = "Move or merger of a group"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"

    kind = fields.Selection(
        [("move", "Moves"), ("merge", "Goes on inside another")], required=True
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
    from_agreed_id = fields.Many2one("res.partner", ondelete="restrict")
    to_agreed_id = fields.Many2one("res.partner", ondelete="restrict")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    date_done = fields.Datetime()
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    # === WHO === #

    def _sides(self):
        """Return the groups (sudo) that decide: where it comes from, where it goes.

        A merger is decided by both groups themselves; a move by both parents. An
        empty one: the community's moderators.
        """
        self.ensure_one()
        if self.kind == "merge":
            return self.group_id, self.target_id
        return self.group_id.parent_id, self.target_id

    def _agreeing(self):
        """Return which sides the caller decides for: among ``from``, ``to``."""
        user = self.env.user
        sides = set()
        for name, group in zip(("from", "to"), self._sides(), strict=True):
            if group and user._acts_for(group.partner_id, "manage"):
                sides.add(name)
            elif not group and user._moderates(self.group_id.partner_id.browse()):
                sides.add(name)
        return sides

    def _check_decides(self):
        sides = self._agreeing()
        if not sides:
            raise NotAllowed(
                self.env._("Who manages one of the two sides decides this."),
                rule="manage",
            )
        return sides

    # === PROPOSING === #

    @api.model
    def propose(self, kind, group_id, target_id=None, dry_run=False):
        """Propose that a circle moves, or goes on inside another.

        Done at once where the caller decides for both sides.

        :param str kind: ``move`` (``target_id``: the new parent, None to stand by
            itself) or ``merge`` (``target_id``: the circle that goes on)
        :param bool dry_run: change nothing, say what would
        :return: dict ``id`` (False in a dry run), ``state``, ``gains`` and
            ``losses``: lists of ``{"person", "right", "group"}``, names
        """
        self.env.user._wezer_check_standing()
        group, target = self._visible(group_id), self._visible(target_id)
        if not group or (kind == "merge" or target_id) and not target:
            raise Refusal(self.env._("Choose circles that you can see."), rule="group")
        if kind not in ("move", "merge"):
            raise Refusal(self.env._("It moves, or goes on inside."), rule="kind")
        vals = {
            "kind": kind,
            "group_id": group.id,
            "target_id": target.id,
            "old_parent_id": group.parent_id.id,
        }
        with self.env.cr.savepoint() as everything:
            # Who and data are checked with it, before anything is kept.
            change = self.sudo().create(vals).with_env(self.env).sudo()
            sides = change._check_decides()
            change._check_possible()
            gains, losses = change._effects()
            change._sign(sides)
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
        group, target = self.group_id, self.target_id
        if self.kind == "move" and group.parent_id == target:
            raise Refusal(self.env._("It is there already."), rule="state")
        if target and group in target.ancestor_ids:
            raise Refusal(
                self.env._("A group cannot be inside one of its own."), rule="cycle"
            )
        if (
            self.kind == "merge"
            and group in target.with_context(active_test=False).ancestor_ids
        ):
            raise Refusal(self.env._("It cannot go on inside itself."), rule="cycle")
        locks.hold(self.env, "change", group.id)
        open_one = self.sudo().search_count(
            [
                ("group_id", "=", group.id),
                ("state", "=", "proposed"),
                ("id", "!=", self.id),
            ]
        )
        if open_one:
            raise Refusal(
                self.env._("Something is proposed for this group already."),
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
        return self._told(after - before), self._told(before - after)

    def _rights_now(self):
        """Return ``{(person, right, group)}`` in this circle and those inside it."""
        self.env.flush_all()
        rights = set()
        ids = (self.group_id | self.target_id).ids
        for right in RIGHTS:
            self.env.cr.execute(
                f"""SELECT DISTINCT m.partner_id, d.id
                      FROM wezer_group_closure inside
                      JOIN wezer_group d ON d.id = inside.descendant_id
                       AND d.kind = 'circle' AND d.active
                      JOIN wezer_group_closure c ON c.descendant_id = d.id
                       AND c.distance <= d.rights_reach
                      JOIN wezer_group r ON r.parent_id = c.ancestor_id
                       AND r.kind = 'role' AND r.active AND r.right_{right}
                      JOIN wezer_group_membership m ON m.group_id = r.id
                       AND m.state = 'active'
                       AND (m.date_to IS NULL OR m.date_to >= %s)
                     WHERE inside.ancestor_id = ANY(%s)""",
                [days.today(self.env), ids],
            )
            rights |= {(row[0], right, row[1]) for row in self.env.cr.fetchall()}
        return rights

    def _told(self, rights):
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
        return sorted(rows, key=lambda one: (one["person"], one["group"], one["right"]))

    # === AGREEING === #

    def _sign(self, sides):
        """Note who agrees for which side; done when both did."""
        me = self.env.user.partner_id
        group = self.group_id
        for name, side in zip(("from", "to"), self._sides(), strict=True):
            if name in sides:
                self[f"{name}_agreed_id"] = me
                if side:
                    self.env.user._wezer_log_acting(
                        side.partner_id, "manage", "move_group", group
                    )
        if self.from_agreed_id and self.to_agreed_id:
            self._carry_out()
            self.write({"state": "done", "date_done": fields.Datetime.now()})
            self.env["wezer.notice"]._settle(self)
            return
        # Who asked for the side that agreed just now is asked no longer.
        self.env["wezer.notice"]._settle(self)
        waiting = self._sides()[1 if self.from_agreed_id else 0]
        if waiting:
            waiting.partner_id._wezer_notify(
                "group_change",
                lambda env: env._(
                    "%(group)s: the other side agrees that it moves, do you?",
                    group=group.name,
                ),
                url=f"/groups/{group.slug}",
                record=self,
                right="manage",
            )

    def _proposed(self):
        self.ensure_one()
        change = self.sudo().exists()
        if not change:
            raise NotAllowed(
                self.env._("Who manages one of the two sides decides this."),
                rule="manage",
            )
        sides = change._check_decides()
        if change.state != "proposed":
            raise Refusal(self.env._("This is decided already."), rule="state")
        return change, sides

    def action_agree(self):
        """Agree, for the side that one decides for."""
        change, sides = self._proposed()
        change._check_possible()
        change._sign(sides)
        return change.state

    def action_refuse(self):
        """Refuse, or take one's own proposal back."""
        change, _sides = self._proposed()
        change.state = "refused"
        self.env["wezer.notice"]._settle(change)
        return True

    def action_undo(self):
        """Bring a moved circle back within thirty days; again both sides' matter.

        :return: what :meth:`propose` returns, for the way back
        """
        self.ensure_one()
        change = self.sudo().exists()
        change._check_decides()
        limit = fields.Datetime.now() - timedelta(days=UNDO_DAYS)
        if change.kind != "move" or change.state != "done" or change.date_done < limit:
            raise Refusal(
                self.env._("Only a move of the last thirty days goes back."),
                rule="undo",
                limit=str(UNDO_DAYS),
            )
        answer = self.propose(
            "move", change.group_id.id, change.old_parent_id.id or None
        )
        if answer["state"] == "done":
            change.state = "undone"
        return answer

    @api.model
    def _cron_lapse(self):
        """Let lapse what nobody answered for thirty days."""
        limit = fields.Datetime.now() - timedelta(days=LAPSE_DAYS)
        old = [("state", "=", "proposed"), ("date", "<", limit)]
        each_due(self.sudo(), old, lambda one: one._lapse())

    def _lapse(self):
        self.state = "lapsed"
        self.env["wezer.notice"]._settle(self)

    # === DOING IT === #

    def _carry_out(self):
        """Do it (sudo); the tree and its closure refuse what cannot be."""
        if self.kind == "move":
            self.group_id.parent_id = self.target_id
            return
        self.group_id._go_on_inside(self.target_id)


class WezerGroup(models.Model):
    _inherit = "wezer.group"

    merged_into_id = fields.Many2one(
        "wezer.group", string="Goes on as", readonly=True, ondelete="set null"
    )

    def _go_on_inside(self, target):
        """Let ``target`` take over members, roles and circles; close this one (sudo).

        History stays where it was: who was a member when, what was paid. The
        wallet stays this group's partner's; for it act those who act for
        ``target``, until it is empty.
        """
        self.ensure_one()
        today = days.today(self.env)
        for place in self.membership_ids.filtered(lambda one: one.state != "left"):
            if not target._live(place.partner_id):
                place.copy(
                    {"group_id": target.id, "date_from": today, "focus": self.name}
                )
            place.write({"state": "left", "date_to": today})
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
