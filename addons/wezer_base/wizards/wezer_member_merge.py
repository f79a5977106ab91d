from odoo import Command, api, fields, models

from ..exceptions import Refusal


class WezerMemberMerge(models.TransientModel):
    """The administrator's form for two accounts of one person."""

    _name = "wezer.member.merge"
    _description = "Merge accounts"
    _inherit = ["wezer.record.mixin"]

    profile_ids = fields.Many2many(
        "wezer.profile",
        string="Accounts of the same person",
        context={"active_test": False},
    )
    target_id = fields.Many2one(
        "wezer.profile",
        string="Account to keep",
        domain="[('id', 'in', profile_ids)]",
    )
    preview = fields.Text(string="Items that will move", compute="_compute_preview")
    obstacles = fields.Text(string="Not possible yet", compute="_compute_preview")

    @api.model
    def default_get(self, fields_list):
        """Take what was ticked in the list; who logged in last stays."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "wezer.profile":
            ids = self.env.context.get("active_ids", [])
            profiles = self.env["wezer.profile"].browse(ids).exists()
            values["profile_ids"] = [Command.set(profiles.ids)]
            values["target_id"] = profiles.sorted(
                lambda profile: (
                    profile.state == "active",
                    max(
                        [
                            date
                            for date in profile.sudo().partner_id.user_ids.mapped(
                                "login_date"
                            )
                            if date
                        ],
                        default=fields.Datetime.to_datetime("1970-01-01"),
                    ),
                    -profile.id,
                )
            )[-1:].id
        return values

    def _sources(self):
        self.ensure_one()
        return self.profile_ids._origin - self.target_id

    @api.depends("profile_ids", "target_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.obstacles = False
            if not wizard.target_id or not wizard._sources():
                continue
            target = wizard.target_id.sudo().partner_id
            lines, said = [], []
            for profile in wizard._sources():
                source = profile.sudo().partner_id
                said += source._wezer_merge_obstacles(target)
                lines += [
                    self.env._("%(count)s × %(what)s", count=count, what=what)
                    if isinstance(count, int)
                    else self.env._("%(what)s: %(amount)s", what=what, amount=count)
                    for what, count in source._wezer_merge_preview(target)
                ]
            wizard.preview = "\n".join(lines) or self.env._("Only the account itself.")
            wizard.obstacles = "\n".join(said)

    def action_merge(self) -> dict:
        """Bring them together, and show the account that stays."""
        self.ensure_one()
        if not self.target_id or not self._sources():
            raise Refusal(
                self.env._(
                    "Choose the account to keep and the accounts to merge into it."
                ),
                rule="merge",
            )
        self._sources().action_merge_into(self.target_id.id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "wezer.profile",
            "res_id": self.target_id.id,
            "view_mode": "form",
        }
