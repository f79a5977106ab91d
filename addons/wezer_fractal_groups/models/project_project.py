from odoo import api, fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "wezer.record.mixin"]
    _wezer_texts = ("name", "description")

    # Odoo searches here without the rules of contacts: a search for the first
    # letters would find out the name of a hidden group.
    partner_id = fields.Many2one(bypass_search_access=False)
    team_id = fields.Many2one(
        "wezer.group",
        domain=[("kind", "=", "circle")],
        index="btree_not_null",
        ondelete="restrict",
        help="The circle that runs this project and pays for it from its wallet.",
    )
    duty_ids = fields.One2many(
        "wezer.task.duty",
        "project_id",
        string="Assignments by stage",
        copy=True,
        help="The settings of the stage apply unless you set something else here.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        projects = super().create(vals_list)
        projects._check_team_consents()
        self.env["wezer.group.follower.sync"]._keep_in_step(
            projects.filtered("team_id")
        )
        return projects

    def write(self, vals):
        moved = self.browse()
        if "team_id" in vals:
            moved = self.filtered(lambda project: project.team_id.id != vals["team_id"])
        # Taken from a circle, given to a circle: both are asked.
        moved._check_team_consents()
        result = super().write(vals)
        moved._check_team_consents()
        if {"team_id", "active"} & vals.keys():
            self.env["wezer.group.follower.sync"]._keep_in_step(self)
        return result

    def unlink(self):
        self.env["wezer.group.follower.sync"]._purge_records(self)
        return super().unlink()

    def _check_team_consents(self):
        """Refuse projects in the name of a circle for which the user may not run them.

        Its wallet pays for them and its members follow them: that is the right
        ``project``. Administrators set up the community, and may.
        """
        user = self.env.user
        if self.env.su or user.has_group("wezer_base.group_administrator"):
            return
        for team in self.sudo().team_id:
            user._check_acts_for(team.partner_id, "project")

    def _wezer_notify_following(self, people):
        """Leave members (portal) a notice that their circle has a project."""
        self.ensure_one()
        team = self.team_id
        self.env["wezer.notice"].sudo()._leave(
            people - self.env.user.partner_id,
            "group_project",
            _lt(
                "%(group)s has a new project: %(project)s.",
                group=team.name,
                project=self.name,
            ),
            url=f"/groups/{team.slug}",
            record=self,
        )


class AccountAnalyticAccount(models.Model):
    """Analytic accounts are of projects, and have the same search."""

    _inherit = "account.analytic.account"

    partner_id = fields.Many2one(bypass_search_access=False)
