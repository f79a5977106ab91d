from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import NotAllowed
from ..tools.rights import FAREWELL, OWN_RIGHTS, RIGHTS
from ..tools.text import TITLE_LENGTH, clean_line

ACTS_FIELDS = [f"acts_{right}" for right in RIGHTS]
# Above so many partners the ids go to the database as a subquery.
MANY = 1000


class ResPartner(models.Model):
    _inherit = "res.partner"

    wezer_is_treasury = fields.Boolean(
        string="Treasury",
        copy=False,
        help="Holds the community's money; those act for it whom the settings name.",
    )
    # At most one; a list, so that those of many partners are read at once.
    wezer_profile_ids = fields.One2many(
        "wezer.profile",
        "partner_id",
        string="Profile",
        groups=fields.NO_ACCESS,
        context={"active_test": False},
        copy=False,
    )
    # Only the user decides. Rules ask these fields, never a method: a rule's
    # Python is evaluated once and cached (architecture checks, section 1).
    acts_wallet = fields.Boolean(
        compute="_compute_acts", search="_search_acts_wallet", compute_sudo=True
    )
    acts_market = fields.Boolean(
        compute="_compute_acts", search="_search_acts_market", compute_sudo=True
    )
    acts_invite = fields.Boolean(
        compute="_compute_acts", search="_search_acts_invite", compute_sudo=True
    )
    acts_manage = fields.Boolean(
        compute="_compute_acts", search="_search_acts_manage", compute_sudo=True
    )
    acts_project = fields.Boolean(
        compute="_compute_acts", search="_search_acts_project", compute_sudo=True
    )
    acts_moderate = fields.Boolean(
        compute="_compute_acts", search="_search_acts_moderate", compute_sudo=True
    )

    # === ACTING FOR === #

    @api.depends_context("uid")
    def _compute_acts(self):
        ids = self._origin.ids
        for right in RIGHTS:
            mine = set(self.env.user._acting_ids(right, among=ids))
            for partner in self:
                partner[f"acts_{right}"] = partner._origin.id in mine

    def _search_acts(self, right, operator):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        ids = user._acting_ids(right, limit=MANY + 1)
        if len(ids) <= MANY:
            return Domain("id", "in", ids)
        return Domain("id", "in", SQL("(%s)", user._acting_sql(right)))

    def _search_acts_wallet(self, operator, value):
        return self._search_acts("wallet", operator)

    def _search_acts_market(self, operator, value):
        return self._search_acts("market", operator)

    def _search_acts_invite(self, operator, value):
        return self._search_acts("invite", operator)

    def _search_acts_manage(self, operator, value):
        return self._search_acts("manage", operator)

    def _search_acts_project(self, operator, value):
        return self._search_acts("project", operator)

    def _search_acts_moderate(self, operator, value):
        return self._search_acts("moderate", operator)

    @api.model
    def _wezer_invalidate_acting(self):
        """Drop what is cached of who acts for whom; called where a right changes."""
        self.env["res.partner"].invalidate_model(ACTS_FIELDS, flush=False)
        self.env["res.users"].invalidate_model(["wezer_acting_parties"], flush=False)

    def _wezer_actor_partners(self, right):
        """Return the persons who act for this partner: whom a notice reaches.

        Extended by addons with roles; the base knows the person himself and
        who acts for the community.
        """
        self.ensure_one()
        if self.sudo().wezer_is_treasury or self == self.env.company.partner_id:
            return self.env.company._wezer_actor_users(right).partner_id
        if not self.sudo().user_ids and right in OWN_RIGHTS:
            # Who cannot log in is told through who acts for him.
            return self.env["wezer.mandate"]._holders_of(self, right) or self
        return self

    @api.model
    def _wezer_tie_selects(self):
        """Return SELECTs of who acted for whom, and when, whether it ended or not.

        Columns: ``person``, ``party``, ``since``, ``until``, ``recorded`` (moments).
        What is judged between two people asks them: who acts for somebody is no
        other person. Extended by addons with roles.

        :rtype: list[SQL]
        """
        return [
            # Mandates, used or not, revoked and given back ones too.
            SQL(
                """SELECT holder_id, giver_id, date_from::timestamp,
                          coalesce(date_ended, date_until + interval '1 day',
                                   'infinity'::timestamp),
                          coalesce(create_date, date_from::timestamp)
                     FROM wezer_mandate"""
            ),
            # What somebody did in another's name, by whatever right.
            SQL(
                "SELECT actor_id, partner_id, date, date, date FROM wezer_acting_log"
                " WHERE actor_id <> partner_id"
            ),
            # Two accounts of one person, whatever the day.
            SQL(
                """SELECT id, wezer_merged_into_id, '-infinity'::timestamp,
                          'infinity'::timestamp, write_date
                     FROM res_partner WHERE wezer_merged_into_id IS NOT NULL"""
            ),
        ]

    def _wezer_partners_above(self):
        """Return the partners above this one (of the groups around it); none here."""
        return self.browse()

    # === PROFILE === #

    def _wezer_profile(self):
        """Return this partner's profile (sudo), empty where it has none."""
        partners = self._origin.sudo().with_context(active_test=False)
        return partners.wezer_profile_ids

    def _wezer_is_party(self):
        """Say whether this partner takes part in the community, in good standing.

        Extended by addons whose groups are parties too.
        """
        self.ensure_one()
        return self._wezer_profile().state in ("active", "suspended")

    def _wezer_shows_books_to(self, user):
        """Say whether ``user``, who does not act for this partner, sees its books.

        Extended by addons whose groups show their money to their members.
        """
        self.ensure_one()
        return False

    @api.model_create_multi
    def create(self, vals_list):
        self._check_treasury_vals(vals_list)
        partners = super().create(vals_list)
        for partner, vals in zip(partners, vals_list, strict=True):
            if "email" in vals:
                partner._wezer_vouch(self._wezer_vouches())
        return partners

    def write(self, vals):
        self._check_treasury_vals([vals])
        if len(self) > 1 and {"email", "name"} & vals.keys():
            return all([partner.write(vals) for partner in self])
        if "email" in vals and self:
            self.check_access("write")
            vals = self._wezer_checked_email(vals)
            if not vals:
                return True
        vouched = self._wezer_vouches()
        renamed = "name" in vals and self._wezer_profile()
        if renamed and self.env.context.get("wezer_farewell") is not FAREWELL:
            vals = {**vals, "name": clean_line(str(vals["name"] or ""), TITLE_LENGTH)}
            self._wezer_check_title(vals["name"], "name")
            before = renamed.name
        else:
            renamed = False
        if vals.get("image_1920") and self.env.user.partner_id == self:
            # One's own: Odoo draws the others' initials as SVG.
            vals = {**vals, "image_1920": self._wezer_picture(vals["image_1920"])}
        names = {}
        if "name" in vals:
            # Who is forgotten has an address that says nothing.
            profiles = self._wezer_profile().filtered(
                lambda one: one.slug != one._former_slug()
            )
            names = profiles._slug_names()
        result = super().write(vals)
        if "email" in vals:
            for partner in self:
                partner._wezer_vouch(vouched)
        self.env["wezer.profile"]._follow_name(names)
        if renamed:
            renamed._notify_renamed(before)
        if "wezer_is_treasury" in vals:
            self._wezer_invalidate_acting()
        if "tz" in vals:
            self._wezer_forget_zone()
        return result

    def _wezer_forget_zone(self):
        """Drop the community's time zone where it may be one of these partners'."""
        first = self.env.ref("base.user_admin", raise_if_not_found=False)
        people = self.env["res.company"].sudo().search([]).partner_id
        if first:
            people |= first.sudo().partner_id
        if self & people:
            self.env.registry.clear_cache()

    @api.model
    def _check_treasury_vals(self, vals_list):
        """Only administrators say what a treasury is: others act for it.

        An internal user may write contacts; with this flag on a member's he
        would open that member's wallets to whoever pays for the community.
        """
        if (
            any("wezer_is_treasury" in vals for vals in vals_list)
            and not self.env.su
            and not self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(
                self.env._("Administrators decide what a treasury is."), rule="role"
            )

    @api.constrains("wezer_is_treasury")
    def _check_treasury_is_no_person(self):
        for partner in self:
            people = partner.sudo().with_context(active_test=False).user_ids
            if partner.wezer_is_treasury and people:
                raise ValidationError(
                    self.env._("A treasury is not a person who can log in.")
                )

    # === NOTICES === #

    def _wezer_notify(
        self, kind, message, url=None, record=None, right="market", subject=None
    ):
        """Leave a notice with those who act for these partners; no mail is sent.

        :param str kind: stable word, for the reader's choices
        :param message: the sentence in words for people; better a function that is
            given an environment in the reader's language:
            ``lambda env: env._("Anna waved: %(what)s", what=what)``
        :param str url: where to go
        :param record: what it is about; settled together with it
        :param str subject: what is asked or reported about ``record``: a newer notice
            to the same person about it replaces the earlier one
        """
        people = self.browse()
        for partner in self:
            people |= partner._wezer_actor_partners(right)
        # Members write nothing: the notice is ours, for others.
        return (
            self.env["wezer.notice"]
            .sudo()
            ._leave(people, kind, message, url, record, subject)
        )
