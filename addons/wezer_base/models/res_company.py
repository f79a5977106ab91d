from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.res_partner import _tz_get

from ..tools import days
from ..tools.rights import RIGHTS


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_wallet_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_wallet_user_rel",
        string="Who pays for the community",
        help="They spend from the community's own wallets and the treasuries.",
    )
    wezer_market_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_market_user_rel",
        string="Who posts and deals for the community",
    )
    wezer_invite_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_invite_user_rel",
        string="Who invites in the community's name",
    )
    wezer_manage_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_manage_user_rel",
        string="Who manages the community's own partner",
    )
    wezer_project_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_project_user_rel",
        string="Who runs the community's own projects",
    )
    wezer_moderate_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_moderate_user_rel",
        string="Who moderates for the community's own partner",
    )
    wezer_tz = fields.Selection(
        _tz_get,
        string="Time zone of the community",
        help="Every day begins and ends at midnight here: closing days, planned"
        " payments, statements, fees, terms. Until you choose it, it is the time zone"
        " of the company's contact or of the first administrator.",
    )
    wezer_visitors_see_members = fields.Boolean(
        string="Visitors see members",
        help="Off: who is not logged in sees no names, faces or profiles.",
    )
    wezer_digest = fields.Selection(
        [("daily", "Every day"), ("weekly", "Every week"), ("never", "Never")],
        string="Mail about what waits",
        default="weekly",
        help="How often members are told by mail what they have not read yet, until"
        " each chooses for himself. There is no other mail.",
    )
    wezer_terms = fields.Html(
        string="Terms of the community", translate=True, sanitize=True
    )

    wezer_approval = fields.Selection(
        [
            ("nobody", "Nobody: who joins is a member at once"),
            ("uninvited", "An administrator, where no member invited"),
            ("always", "An administrator, always"),
        ],
        string="Who accepts new members",
        required=True,
        default="nobody",
        help="Until somebody is accepted, this person sees what visitors see and can"
        " do nothing.",
    )
    wezer_invitations = fields.Selection(
        [
            ("members", "Every member"),
            ("stewards", "Only those named for it"),
        ],
        string="Who invites",
        required=True,
        default="members",
        help="Whom a member invites is known to have come through him.",
    )
    wezer_invite_pending = fields.Integer(
        string="Invitations waiting at a time",
        default=20,
        help="So many invitations of one member may wait for an answer.",
    )
    wezer_invite_daily = fields.Integer(
        string="Invitations a day",
        default=10,
        help="So many invitations a member may send a day.",
    )
    wezer_is_user_member = fields.Boolean(
        compute="_compute_wezer_is_user_member",
        search="_search_wezer_is_user_member",
        compute_sudo=True,
        help="The reader is a member here: asked by record rules.",
    )

    @api.depends_context("uid")
    def _compute_wezer_is_user_member(self):
        self.wezer_is_user_member = self.env.user._wezer_is_member()

    def _search_wezer_is_user_member(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.TRUE if self.env.user._wezer_is_member() else Domain.FALSE

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company in companies.filtered("wezer_terms"):
            self.env["wezer.terms.of.use"]._keep_version(company)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"wezer_tz", "partner_id"} & vals.keys():
            self.env.registry.clear_cache()
        if "wezer_terms" in vals:
            for company in self:
                self.env["wezer.terms.of.use"]._keep_version(company)
        if "partner_id" in vals or any(
            f"wezer_{right}_user_ids" in vals for right in RIGHTS
        ):
            self.env["res.partner"]._wezer_invalidate_acting()
        return result

    def _wezer_zone(self):
        """Return the time zone in which this community counts its days.

        :rtype: zoneinfo.ZoneInfo
        """
        self.ensure_one()
        return days.zone_called(self._wezer_zone_name())

    @tools.ormcache("self.id")
    def _wezer_zone_name(self):
        """Return the name of this community's zone: nearly every page asks for it."""
        company = self.sudo()
        first = self.env.ref("base.user_admin", raise_if_not_found=False)
        names = (
            company.wezer_tz,
            company.partner_id.tz,
            first and first.sudo().tz,
        )
        return next((name for name in names if days.zone_called(name)), "UTC")

    def _wezer_actor_users(self, right):
        """Return who acts for this company's own partner and treasuries.

        Until the settings name somebody: the administrators.
        """
        named = self._wezer_named_users(right)
        return (
            named or self.env.ref("wezer_base.group_administrator").sudo().all_user_ids
        )

    def _wezer_is_actor_sql(self, user, right):
        """Return the condition, in SQL, that ``user`` is one of them."""
        self.ensure_one()
        field = self._fields[f"wezer_{right}_user_ids"]
        named = SQL(
            """SELECT u.id FROM %s named JOIN res_users u ON u.id = named.%s
                WHERE named.%s = %s AND u.active""",
            SQL.identifier(field.relation),
            SQL.identifier(field.column2),
            SQL.identifier(field.column1),
            self.id,
            to_flush=(field, self.env["res.users"]._fields["active"]),
        )
        # Until the settings name somebody: the administrators.
        is_administrator = user.active and user.has_group(
            "wezer_base.group_administrator"
        )
        return SQL(
            "(%s IN (%s) OR (%s AND NOT EXISTS (%s)))",
            user.id,
            named,
            bool(is_administrator),
            named,
        )

    def _wezer_named_users(self, right):
        self.ensure_one()
        assert right in RIGHTS
        return self.sudo()[f"wezer_{right}_user_ids"]
