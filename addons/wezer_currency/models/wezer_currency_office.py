import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days

_lt = LazyTranslate(__name__)

ROLES = ("treasurer", "auditor")
# Members who are told in one transaction.
TOLD_AT_ONCE = 500
# What an administrator changes later: how long it lasts.
CHANGEABLE = {"until"}
# What the scheduled action notes, and what merging two accounts writes.
INTERNAL = {"told_wallet_id", "told", "partner_id"}


class WezerCurrencyOffice(models.Model):
    """A person's role in a currency: its treasurer, or an auditor until a date.

    Administrators give it. Whoever holds it reads all statements of the currency, each
    look logged (``wezer.wallet.access.log``); the owners of its wallets are told once,
    and again when it is prolonged. It ends with its last day by itself: everything
    asks :meth:`_in_force`, at each search.
    """

    _name = "wezer.currency.office"
    _inherit = ["wezer.record.mixin"]
    _description = "Role in a currency"
    _order = "wezer_currency_id, role desc, id"

    profile_id = fields.Many2one(
        "wezer.profile",
        string="Person",
        compute="_compute_profile_id",
        inverse="_inverse_profile_id",
        domain=[("is_person", "=", True), ("state", "=", "active")],
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency",
        string="Currency",
        required=True,
        index=True,
        ondelete="restrict",
    )
    role = fields.Selection(
        [("treasurer", "Treasurer"), ("auditor", "Auditor")],
        required=True,
        default="treasurer",
    )
    until = fields.Date(
        help="The last day. Auditors need one; a treasurer without one stays until an"
        " administrator enters it.",
    )
    given_by_id = fields.Many2one(
        "res.partner", string="Given by", readonly=True, ondelete="restrict"
    )
    in_force = fields.Boolean(
        string="In force", compute="_compute_in_force", search="_search_in_force"
    )
    told = fields.Boolean(
        string="Members notified",
        readonly=True,
        help="The owners of all wallets of this currency have received a notice.",
    )
    told_wallet_id = fields.Integer(readonly=True, aggregator=None)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _auditor_until = models.Constraint(
        "CHECK (role <> 'auditor' OR until IS NOT NULL)",
        "Enter the last day of the auditor.",
    )

    # === COMPUTE === #

    @api.depends("partner_id")
    def _compute_profile_id(self):
        for office in self:
            office.profile_id = office.partner_id.sudo()._wezer_profile().sudo(False)

    def _inverse_profile_id(self):
        for office in self:
            office.partner_id = office.profile_id.sudo().partner_id

    @api.depends("role", "partner_id", "wezer_currency_id")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for office in self:
            money = office.wezer_currency_id.name or ""
            office.display_name = f"{labels.get(office.role, '')} · {money}"
        self._wezer_hide_names()

    @api.depends("until")
    def _compute_in_force(self):
        today = days.today(self.env)
        for office in self:
            office.in_force = not office.until or office.until >= today

    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        if {True, False} <= set(value):
            return Domain.TRUE
        today = days.today(self.env)
        if True in value:
            return Domain("until", "=", False) | Domain("until", ">=", today)
        return Domain("until", "<", today)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_administrator()
        profiles = self.env["wezer.profile"].sudo()
        for vals in vals_list:
            profile = profiles.browse(vals.pop("profile_id", None) or [])
            if profile:
                vals["partner_id"] = profile.partner_id.id
            vals.update(
                given_by_id=self.env.user.partner_id.id, told=False, told_wallet_id=0
            )
        offices = super().create(vals_list)
        for office in offices:
            office._check_given()
        offices._follow_up()
        return offices

    def write(self, vals):
        """Change how long a role lasts; who has which role stays as it was given."""
        self._check_administrator()
        if not vals.keys() <= CHANGEABLE | INTERNAL:
            raise Refusal(
                self.env._(
                    "Only the last day of a role can be changed. Enter yesterday to"
                    " end it, and give a new role instead."
                ),
                rule="fixed",
            )
        if INTERNAL & vals.keys() and not self.env.su:
            raise NotAllowed(
                self.env._("Only the last day of a role can be changed."), rule="fixed"
            )
        before = {office.id: office.until for office in self}
        result = super().write(vals)
        if "until" in vals:
            longer = self.filtered(
                lambda office: office._lasts_longer(before[office.id])
            )
            for office in self:
                # Prolonged, it is as if it were given anew.
                if office in longer and office.in_force:
                    office._check_given()
                else:
                    office._check_until()
            longer._follow_up()
            self.env["res.partner"]._wezer_invalidate_acting()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise Refusal(
            self.env._(
                "A role cannot be deleted, because it says whose looks were allowed."
                " Enter its last day to end it."
            ),
            rule="append_only",
        )

    def _check_administrator(self):
        if not (
            self.env.su or self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(
                self.env._("Only administrators can give a role in a currency."),
                rule="role",
            )

    def _check_given(self):
        """Check that this person may have this role."""
        person = self.partner_id.sudo()
        profile = person._wezer_profile()
        if not (profile.is_person and profile.state == "active"):
            raise Refusal(
                self.env._("Choose an active member of the community."), rule="person"
            )
        self._check_until()
        other = self.search_count(
            [
                ("partner_id", "=", person.id),
                ("wezer_currency_id", "=", self.wezer_currency_id.id),
                ("in_force", "=", True),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if other:
            raise Refusal(
                self.env._(
                    "This person already has a role in this currency. Nobody audits"
                    " their own work: end the other role first."
                ),
                rule="twice",
            )

    def _check_until(self):
        if self.role == "auditor" and not self.until:
            raise Refusal(
                self.env._("Enter the last day of the auditor."), rule="until"
            )

    def _lasts_longer(self, before):
        """Return whether the last day is later than ``before`` was."""
        return bool(before) and (not self.until or self.until > before)

    def _follow_up(self):
        """Let the owners of the wallets be told, and the rights be asked anew."""
        self.env["res.partner"]._wezer_invalidate_acting()
        if self:
            self.sudo().write({"told": False, "told_wallet_id": 0})
            cron = self.env.ref("wezer_currency.ir_cron_offices", False)
            if cron:
                cron.sudo()._trigger()

    # === IN FORCE === #

    @api.model
    def _in_force_select(self, user):
        """Return a SELECT of ``(role, currency id)`` that ``user`` has today."""
        names = ("partner_id", "wezer_currency_id", "role", "until")
        return SQL(
            """SELECT role, wezer_currency_id FROM wezer_currency_office
                WHERE partner_id = %s AND (until IS NULL OR until >= %s)""",
            user.partner_id.id,
            days.today(self.env),
            to_flush=tuple(self._fields[name] for name in names),
        )

    @api.model
    def _of(self, currency):
        """Return those in force in ``currency`` (sudo)."""
        return self.sudo().search(
            [("wezer_currency_id", "=", currency.id), ("in_force", "=", True)]
        )

    @api.model
    def _end_of(self, partner):
        """End the roles of a member who leaves."""
        self._held_by(partner)._end()

    # === TWO ACCOUNTS OF ONE PERSON === #

    @api.model
    def _held_by(self, partners):
        """Return the roles in force of these people (sudo)."""
        return self.sudo().search(
            [("partner_id", "in", partners.ids), ("in_force", "=", True)]
        )

    @api.model
    def _merge_obstacles(self, source, target):
        """Return why two accounts cannot become one: nobody audits their own work."""
        held = self._held_by(source | target)
        return [
            self.env._(
                "By these accounts one person would be treasurer and auditor of"
                " %(currency)s. End one of the two roles first.",
                currency=currency.name,
            )
            for currency, offices in held.grouped("wezer_currency_id").items()
            if len(set(offices.mapped("role"))) > 1
        ]

    @api.model
    def _merge(self, source, target):
        """Let ``target`` go on with the roles of ``source``.

        Where both have the same role, the one that lasts longer stays, and the other
        ends. The owners of the wallets are told who has the role now.
        """
        held = self._held_by(source | target)
        for offices in held.grouped("wezer_currency_id").values():
            longest = max(
                offices,
                key=lambda office: (
                    office.until or datetime.date.max,
                    office.partner_id == target,
                ),
            )
            (offices - longest)._end()
        moved = self.sudo().search([("partner_id", "=", source.id)])
        moved.write({"partner_id": target.id})
        moved.filtered("in_force")._follow_up()

    def _end(self):
        """End these roles today; they lasted until yesterday."""
        if self:
            self.write({"until": days.today(self.env) - days.DAY})

    # === NOTICES === #

    @api.model
    def _cron_tell(self):
        """Tell the owners of all wallets of a currency who reads their statements."""
        for office in self.search([("told", "=", False)], order="id"):
            while not office.told:
                office._tell_some()
                if self.env.context.get("ir_cron_progress_id"):
                    left = self.search_count([("told", "=", False)])
                    if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                        return

    def _tell_some(self):
        """Tell the next owners of wallets, each once."""
        wallets = (
            self.env["wezer.wallet"]
            .sudo()
            .search(
                [
                    ("wezer_currency_id", "=", self.wezer_currency_id.id),
                    ("id", ">", self.told_wallet_id),
                    ("is_system", "=", False),
                    ("state", "!=", "closed"),
                ],
                order="id",
                limit=TOLD_AT_ONCE,
            )
        )
        if self.in_force and wallets:
            wallets.partner_id._wezer_notify(
                "office",
                self._sentence(),
                url=f"/currencies/{self.wezer_currency_id.id}",
                right="wallet",
            )
        last = wallets[-1:].id or self.told_wallet_id
        self.sudo().write({"told_wallet_id": last, "told": len(wallets) < TOLD_AT_ONCE})

    def _sentence(self):
        name, money = self.partner_id.sudo().name, self.wezer_currency_id
        if self.role == "treasurer" and not self.until:
            return _lt(
                "%(name)s is a treasurer of %(currency)s and may read all statements in"
                " it. You see each look at yours.",
                name=name,
                currency=money,
            )
        if self.role == "treasurer":
            return _lt(
                "%(name)s is a treasurer of %(currency)s until %(day)s and may read all"
                " statements in it. You see each look at yours.",
                name=name,
                currency=money,
                day=self.until,
            )
        return _lt(
            "%(name)s is an auditor of %(currency)s until %(day)s and may read all"
            " statements in it. You see each look at yours.",
            name=name,
            currency=money,
            day=self.until,
        )
