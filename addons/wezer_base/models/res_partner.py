from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..exceptions import NotAllowed
from ..tools import addresses, days, member_leaving, member_merge, repoint
from ..tools.lines_field import Lines
from ..tools.membership import MEMBERS
from ..tools.rights import FAREWELL, OWN_RIGHTS, PROVEN, RIGHTS
from ..tools.text import TITLE_LENGTH, clean_line

_lt = LazyTranslate(__name__)

ACTS_FIELDS = [*(f"acts_{right}" for right in RIGHTS), "wezer_corresponds"]
# Days of membership until the limits of newcomers end.
NEWCOMER_DAYS = 90
# Above so many partners the ids go to the database as a subquery.
MANY = 1000


class ResPartner(models.Model):
    """Parties: persons and groups that act in the community.

    Everything here that begins with ``_wezer_`` is an extension point of the suite,
    or asks the party's profile. What is long lies in plain modules:
    ``tools/addresses.py``, ``tools/member_leaving.py``, ``tools/member_merge.py``.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "wezer.record.mixin"]

    wezer_is_treasury = fields.Boolean(
        string="Treasury",
        copy=False,
        help="A treasury holds the community's money. The people named in the"
        " settings act for it.",
    )
    # At most one; a list, so that those of many partners are read at once.
    wezer_profile_ids = Lines(
        "wezer.profile",
        "partner_id",
        string="Profile",
        groups=fields.NO_ACCESS,
        context={"active_test": False},
        copy=False,
    )
    wezer_merged_into_id = fields.Many2one(
        "res.partner",
        string="Merged into",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="wezer_base.group_administrator",
        help="The other account of the same person, which continues.",
    )
    # Identifies people who log in without an e-mail address.
    wezer_vouched_email = fields.Char(
        string="Confirmed address",
        copy=False,
        groups=fields.NO_ACCESS,
        help="The address as entered by an administrator or confirmed by a link.",
    )
    # Only the user decides. Record rules ask these fields, never a method: the
    # Python of a rule is evaluated once and cached.
    acts_wallet = fields.Boolean(
        string="Act for: pay",
        compute="_compute_acts",
        search="_search_acts_wallet",
        compute_sudo=True,
    )
    acts_market = fields.Boolean(
        string="Act for: publish",
        compute="_compute_acts",
        search="_search_acts_market",
        compute_sudo=True,
    )
    acts_invite = fields.Boolean(
        string="Act for: invite",
        compute="_compute_acts",
        search="_search_acts_invite",
        compute_sudo=True,
    )
    acts_manage = fields.Boolean(
        string="Act for: manage",
        compute="_compute_acts",
        search="_search_acts_manage",
        compute_sudo=True,
    )
    acts_project = fields.Boolean(
        string="Act for: run projects",
        compute="_compute_acts",
        search="_search_acts_project",
        compute_sudo=True,
    )
    acts_moderate = fields.Boolean(
        string="Act for: moderate",
        compute="_compute_acts",
        search="_search_acts_moderate",
        compute_sudo=True,
    )

    wezer_corresponds = fields.Boolean(
        string="Read and write messages",
        compute="_compute_wezer_corresponds",
        search="_search_wezer_corresponds",
        compute_sudo=True,
        help="Whether you read and write the messages of this party.",
    )

    # === ACTING FOR === #

    @api.depends_context("uid")
    def _compute_acts(self):
        ids = self._origin.ids
        for right in RIGHTS:
            acting_ids = set(self.env.user._acting_ids(right, among=ids))
            for partner in self:
                partner[f"acts_{right}"] = partner._origin.id in acting_ids

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

    @api.depends_context("uid")
    def _compute_wezer_corresponds(self):
        ids = self.env.user._corresponds_ids(among=self._origin.ids)
        for partner in self:
            partner.wezer_corresponds = partner._origin.id in ids

    def _search_wezer_corresponds(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", sorted(self.env.user._corresponds_ids()))

    @api.model
    def _wezer_invalidate_acting(self):
        """Drop the cached ``acts_…`` fields; called where a right changes."""
        self.env["res.partner"].invalidate_model(ACTS_FIELDS, flush=False)
        self.env["res.users"].invalidate_model(["wezer_acting_parties"], flush=False)

    def _wezer_read_together(self):
        """Read at once, for all of these partners, what rules ask of each of them.

        For an action between a few people: without it each is read by itself where
        it is first met. Addons add their own fields.
        """
        partners = self.sudo()
        partners.mapped("wezer_is_treasury")
        partners.mapped("user_ids")

    def _wezer_actor_partners(self, right):
        """Return the persons who act for this partner: whom a notice reaches.

        Extended by addons with roles; here: the person, and
        those who act for the community.
        """
        self.ensure_one()
        community = self.env.company.partner_id
        if self != community and self.sudo().user_ids:
            return self
        if self == community or self.sudo().wezer_is_treasury:
            return self.env.company._wezer_actor_users(right).partner_id
        if right in OWN_RIGHTS:
            # Without a login, notices go to the holders of a mandate.
            return self.env["wezer.mandate"]._holders_of(self, right) or self
        return self

    @api.model
    def _wezer_tie_selects(self):
        """Return SELECTs of who acted for whom, and when, whether it ended or not.

        Columns: ``person``, ``party``, ``since``, ``until``, ``recorded`` (moments).
        Assessments between two people ask them: a person and the party that they
        act for are not independent of each other. Extended by addons with roles.

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
            # Acts done in another's name, by whatever right.
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

    # === MESSAGES === #

    def _wezer_correspondents(self):
        """Return the persons who read and write the messages of this party.

        As ``res.users._corresponds_ids`` says of each user; addons extend both.
        """
        self.ensure_one()
        return self._wezer_actor_partners("market")

    def _wezer_dealt_with(self, others):
        """Return whether this party had a deal with one of ``others``.

        Extended by addons with deals.
        """
        self.ensure_one()
        return False

    def _wezer_is_newcomer(self):
        """Return whether this person has been a member for a short time only.

        Extended by addons that know what a member has done since.
        """
        self.ensure_one()
        joined = self._wezer_profile().joined_date
        since = days.today(self.env) - timedelta(days=NEWCOMER_DAYS)
        return not joined or joined > since

    # === PROFILE === #

    def _wezer_profile(self):
        """Return this partner's profile (sudo), empty where it has none."""
        partners = self._origin.sudo().with_context(active_test=False)
        return partners.wezer_profile_ids

    def _wezer_is_party(self):
        """Return whether this partner takes part in the community.

        Extended by addons whose groups are parties too.
        """
        self.ensure_one()
        return self._wezer_profile().state in MEMBERS

    def _wezer_shows_books_to(self, user):
        """Return whether ``user`` sees the books of this partner without acting for it.

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
                addresses.keep_vouched(partner, addresses.is_vouched_for(self))
        return partners

    def write(self, vals):
        self._check_treasury_vals([vals])
        if len(self) > 1 and {"email", "name"} & vals.keys():
            return all([partner.write(vals) for partner in self])
        if "email" in vals and self:
            self.check_access("write")
            vals = addresses.checked_email(self, vals)
            if not vals:
                return True
        vouched = addresses.is_vouched_for(self)
        renamed = "name" in vals and self._wezer_profile()
        if renamed and self.env.context.get("wezer_farewell") is not FAREWELL:
            vals = {**vals, "name": clean_line(str(vals["name"] or ""), TITLE_LENGTH)}
            self._wezer_check_title(vals["name"], "name")
            before = renamed.name
        else:
            renamed = False
        if vals.get("image_1920") and self.env.user.partner_id == self:
            # Only one's own picture: for others Odoo draws initials as SVG.
            vals = {**vals, "image_1920": self._wezer_picture(vals["image_1920"])}
        names = {}
        if "name" in vals:
            # A former member's address is neutral.
            profiles = self._wezer_profile().filtered(
                lambda profile: profile.slug != profile._former_slug()
            )
            names = profiles._slug_names()
        result = super().write(vals)
        if "email" in vals:
            for partner in self:
                addresses.keep_vouched(partner, vouched)
        self.env["wezer.profile"]._follow_name(names)
        if renamed:
            renamed._notify_renamed(before)
        if "wezer_is_treasury" in vals:
            self._wezer_invalidate_acting()
        if "tz" in vals:
            self._wezer_invalidate_zone()
        return result

    def _wezer_invalidate_zone(self):
        """Drop the community's time zone where it may be one of these partners'."""
        first = self.env.ref("base.user_admin", raise_if_not_found=False)
        people = self.env["res.company"].sudo().search([]).partner_id
        if first:
            people |= first.sudo().partner_id
        if self & people:
            self.env.registry.clear_cache()

    @api.model
    def _check_treasury_vals(self, vals_list):
        """Refuse the treasury flag from everybody but administrators.

        An internal user may write contacts: with this flag on a member's contact,
        that member's wallets would open to those who pay for the community.
        """
        if (
            any("wezer_is_treasury" in vals for vals in vals_list)
            and not self.env.su
            and not self.env.user.has_group("wezer_base.group_administrator")
        ):
            raise NotAllowed(
                self.env._("Only administrators can mark a contact as a treasury."),
                rule="role",
            )

    @api.constrains("wezer_is_treasury")
    def _check_treasury_is_no_person(self):
        for partner in self:
            people = partner.sudo().with_context(active_test=False).user_ids
            if partner.wezer_is_treasury and people:
                raise ValidationError(
                    self.env._("A treasury cannot be a person who can log in.")
                )

    # === NOTICES === #

    def _wezer_notify(
        self,
        kind,
        message,
        url=None,
        record=None,
        right="market",
        subject=None,
        but=None,
    ):
        """Leave a notice with the people who act for these partners.

        Scheduled actions send it by e-mail and to devices, as each reader chose.

        :param str kind: stable word, for the reader's choices
        :param message: the sentence, which each reader reads in their own language:
            ``_lt("Anna waved: %(reason)s", reason=reason)``, or a text that people
            wrote; see :mod:`..tools.stored_sentence`
        :param str url: where to go
        :param record: what it is about; settled together with it
        :param str subject: what is asked or reported about ``record``: a newer notice
            to the same person about it replaces the earlier one
        :param but: persons who caused it, where a scheduled action tells of it; the
            user is never told
        """
        told, helpers = [], {}
        for partner in self:
            readers = partner._wezer_actor_partners(right)
            readers = readers - but if but else readers
            if partner not in readers and partner.sudo()._wezer_profile().on_paper:
                helpers[partner] = readers
            else:
                told.append(readers)
        people = self.browse().union(*told)
        # Members write nothing: the notice is ours, for others.
        notices = self.env["wezer.notice"].sudo()
        left = notices._leave(people, kind, message, url, record, subject)
        for partner, readers in helpers.items():
            left |= notices._leave(
                readers, kind, partner._wezer_said_of(message), url, record, subject
            )
        return left

    def _wezer_said_of(self, message):
        """Return ``message`` for those who act for this member, who cannot log in."""
        name = self.sudo().name
        return _lt(
            "For %(name)s: %(message)s",
            name=name,
            message=message,
        )

    def _wezer_unreached(self):
        """Return the members (sudo) among these whom no notice reaches.

        They cannot log in, and nobody acts for them: whoever does something that
        concerns them has to tell them.
        """
        alone = self.sudo().filtered(lambda one: one._wezer_profile().on_paper)
        helped = self.env["wezer.mandate"]._of_givers(alone) if alone else {}
        return alone.filtered(lambda one: one.id not in helped)

    # === JOINING === #

    def _wezer_joined(self, invitation, name):
        """Keep who brought this person, when the account of an invitation was made.

        Extended by addons that give something to new members.
        """
        self.ensure_one()
        partner = self.sudo()
        proven = partner.with_context(wezer_proven=PROVEN)
        proven.write({"name": name, "email": invitation.email})
        profile = partner._wezer_profile()
        profile.welcomed = False
        if not profile.admitted_by_id and invitation.inviter_id:
            profile.admitted_by_id = invitation.inviter_id

    # === LEAVING === #

    def _wezer_selves(self):
        """Return this partner and the doubles that were merged into it (sudo)."""
        selves = self.sudo()
        found = selves
        while found:
            found = self.sudo().search(
                [
                    ("wezer_merged_into_id", "in", found.ids),
                    ("active", "in", (True, False)),
                ]
            )
            found -= selves
            selves |= found
        return selves

    def _wezer_leave_obstacles(self):
        """Return what is still open with this party, one dict a matter.

        Extended by each addon. Keys: ``text`` (a sentence), ``url`` (where it is
        ended, or False) and
        ``blocks``: whether it comes before leaving; the others are only mentioned.
        """
        self.ensure_one()
        if self.sudo().user_ids.filtered(lambda user: not user.share):
            return [
                {
                    "text": self.env._(
                        "You have a role in the back office. Ask an administrator"
                        " to remove that role first."
                    ),
                    "url": False,
                    "blocks": True,
                }
            ]
        return []

    def _wezer_leave_called(self, reason):
        """Call moderators to what needs a decision: this party asks to leave.

        Extension point.
        """

    def _wezer_leave_release(self, reason):
        """End what needs no decision, because a moderator let this party go.

        Extension point.
        """

    def _wezer_let_go(self):
        """Let this party leave (sudo: an administrator or moderator has decided)."""
        self.ensure_one()
        users = self.sudo().user_ids
        if users:
            users._deactivate_portal_user()
            return
        member_leaving.check_leave(self)
        member_leaving.leave(self)
        self.sudo().active = False

    def _wezer_anonymise(self):
        """End what is alive and erase what only this party needs (sudo).

        Extensions end their matters first and call ``super()`` last: there the name
        is still known, afterwards a pseudonym is left.
        """
        self.ensure_one()
        for name in (
            "signature",
            "invitation",
            "address.change",
            "conversation",
            "departure",
            "digest",
            "acting.log",
        ):
            self.env[f"wezer.{name}"]._anonymise(self)
        member_leaving.anonymise(self)

    def _wezer_return(self):
        """Let a party that had left take part again (sudo): its books go on.

        Erased data stay erased. Extended by addons with books.
        """
        self.ensure_one()
        partner = self.sudo()
        partner.active = True
        profile = partner._wezer_profile()
        profile._come_back()
        return profile

    def _wezer_personal_data(self):
        """Return all the community keeps of this party: ``{section: [rows]}`` (sudo).

        Extended by each addon with its own sections; a row is a plain dict. What
        others have not revealed to this party yet is not part of it.
        """
        self.ensure_one()
        return self.env["wezer.personal.data"]._base_sections(self)

    # === MERGING ACCOUNTS === #

    def _wezer_merge_obstacles(self, target):
        """Return the sentences that forbid merging this party into ``target``.

        Extended by each addon.
        """
        self.ensure_one()
        return member_merge.obstacles(self.sudo(), target.sudo())

    def _wezer_merge_preview(self, target):
        """Return what would move: ``[(what people call it, count or amount)]``.

        Extended by addons that move more than rows.
        """
        self.ensure_one()
        return member_merge.preview(self)

    def _wezer_merge_into(self, target):
        """Let ``target`` go on with what this party has (sudo, checked before).

        Extensions do what needs care first (money, live deals) and call
        ``super()`` last: it repoints every row of ours and closes this account.
        """
        self.ensure_one()
        source, target = self.sudo(), target.sudo()
        source = source.with_context(active_test=True)
        keys = self.env["wezer.profile"]._return_keys_of(source)
        self.env["wezer.signature"]._merge(source, target)
        self.env["wezer.conversation"]._merge(source, target)
        member_merge.merge_profile(source, target)
        repoint.repoint_partner(source, target)
        member_merge.merge_logins(source, target)
        own = target._wezer_profile()
        if own.admitted_by_id == target:
            own.admitted_by_id = False
        # What could not go on under the other name ends.
        member_leaving.end_mandates(source)
        source._wezer_profile().write(
            {"state": "left", "left_from": "active", "return_keys": keys}
        )
        source.write({"wezer_merged_into_id": target.id, "active": False})
        self._wezer_invalidate_acting()

    @api.model
    def _wezer_merge_keeps(self):
        """Return the ``model.field`` names that merging leaves with the old account."""
        return {
            "wezer.profile.partner_id",
            "wezer.profile.search_partner_id",
        }
