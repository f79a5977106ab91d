from odoo import api, fields, models
from odoo.exceptions import UserError


class WezerDeal(models.Model):
    """What the coordinators' board and form show and open."""

    _inherit = "wezer.deal"

    waits_for = fields.Char(compute="_compute_office")
    may_approve = fields.Boolean(compute="_compute_office")
    may_accept = fields.Boolean(compute="_compute_office")
    may_moderate = fields.Boolean(compute="_compute_office")
    is_author = fields.Boolean(compute="_compute_office")
    is_party = fields.Boolean(compute="_compute_office")
    is_payer = fields.Boolean(compute="_compute_office")
    may_pay = fields.Boolean(compute="_compute_office")
    may_send_back = fields.Boolean(compute="_compute_office")
    approvals_text = fields.Char(string="Approvals", compute="_compute_office")
    steps_text = fields.Char(string="Step in hand", compute="_compute_office")

    @api.depends("state", "turn", "disputed_by_id")
    @api.depends_context("uid")
    def _compute_office(self):
        user = self.env.user
        for deal in self:
            seen = deal.sudo()
            both = seen.author_id | seen.replier_id
            mine = user._acts_for(both, "market")
            barred = user.partner_id in seen.conflicted_ids and not (
                seen.payer_id != user.partner_id and seen._nobody_else_could()
            )
            deal.is_party = bool(mine)
            deal.is_author = seen.author_id in mine
            deal.is_payer = seen.payer_id in mine or deal._runs_project()
            deal.may_approve = (
                deal.is_payer and not barred and deal._waits_for_my_approval(user)
            )
            whose = seen.author_id if seen.turn == "author" else seen.replier_id
            deal.may_accept = deal.state == "open" and whose in mine
            deal.may_moderate = deal.is_user_moderator
            deal.waits_for = deal._turn_line()
            deal.approvals_text = deal._approvals_text()
            deal.steps_text = deal._steps_text()
            deal.may_pay = (
                deal.state == "approved"
                and deal.is_payer
                and not barred
                and not deal._approvals_missing()
            )
            deal.may_send_back = deal.is_payer and (
                deal.state == "delivered"
                or (deal.state == "approved" and not deal._paying_has_begun())
            )

    def _steps_text(self):
        """Return which step is in hand, of how many; nothing where there are none."""
        deal = self.sudo()
        if not deal.milestone:
            return ""
        steps = deal.accepted_terms_id.milestone_ids
        return self.env._(
            "%(number)s of %(count)s: %(step)s",
            number=deal.milestone,
            count=len(steps),
            step=steps[deal.milestone - 1 : deal.milestone].name or "",
        )

    def _approve_label(self):
        """Return what approving does, in words: for whom, how much, to whom."""
        self.ensure_one()
        deal = self.sudo()
        names = {"payer": deal.payer_id.name, "payee": deal._workers_text()}
        if not deal.accepted_terms_id.price_line_ids:
            return self.env._("Approve what %(payee)s did for %(payer)s", **names)
        if deal._approvals_missing() > 1:
            return self.env._(
                "Approve what %(payee)s did for %(payer)s; then others have to", **names
            )
        if not self.env.user._acts_for(deal.payer_id, "wallet"):
            return self.env._(
                "Approve what %(payee)s did; who may pay for %(payer)s pays", **names
            )
        return self.env._(
            "Approve and pay %(price)s to %(payee)s, as %(payer)s",
            price=deal._due_text(),
            **names,
        )

    # === OPENERS: they ask only, the arrows check === #

    def action_open_approve(self):
        """Open the sheet that approves, pays and assesses in one act."""
        return self._open_wizard(
            "wezer.deal.approve", self.env._("Approve and pay"), {}
        )

    def action_open_send_back(self):
        """Ask what is missing."""
        return self._open_reason("send_back", self.env._("Send back"))

    def action_open_decline(self):
        """Ask why not."""
        return self._open_reason("decline", self.env._("Decline"))

    def action_open_cancel(self):
        """Ask why it is cancelled."""
        return self._open_reason("cancel", self.env._("Agree to cancel"))

    def action_open_dispute(self):
        """Ask what is wrong."""
        return self._open_reason("dispute", self.env._("Call a moderator"))

    def action_open_resolve(self):
        """Ask how it is decided."""
        return self._open_reason("resolve", self.env._("Decide"))

    def action_open_page(self):
        """Open the deal's own page."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/deals/{self.id}",
            "target": "new",
        }

    def _open_reason(self, action, title):
        return self._open_wizard(
            "wezer.deal.action.wizard", title, {"default_action": action}
        )

    def _open_wizard(self, model, title, context):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_deal_id": self.id, **context},
        }

    def action_approve_many(self):
        """Approve and pay what was delivered; each is done or refused by itself."""
        done, reasons = 0, []
        for deal in self:
            try:
                with self.env.cr.savepoint():
                    deal.action_approve()
                done += 1
            except UserError as error:
                reasons.append(f"{deal.display_name}: {error.args[0]}")
        message = self.env._("%(count)s approved.", count=done)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": " ".join([message, *reasons[:5]]),
                "type": "warning" if reasons else "success",
                "sticky": bool(reasons),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
