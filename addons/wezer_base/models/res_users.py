import logging
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime

from odoo import Command, api, fields, models
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request
from odoo.tools import SQL

from ..exceptions import NotAllowed, Refusal
from ..tools.login import caller
from ..tools.memo_field import Memo
from ..tools.rights import OWN_RIGHTS, RIGHTS
from ..tools.sorting import sorted_for_reader
from ..tools.text import TITLE_LENGTH, clean_line

_logger = logging.getLogger(__name__)

# Addresses and logins whose failures are remembered; then it begins anew.
FAILURES_KEPT = 10_000
# Letters with a link to a new password that one run of the clock sends.
RESETS = 100
# Up to so many parties of one user and right are kept in memory; above, each question
# goes to the database.
PARTIES_KEPT = 1000


class ResUsers(models.Model):
    _inherit = "res.users"

    # The clock sends the letter: the page answers alike for every address.
    wezer_reset_asked = fields.Datetime(copy=False, groups=fields.NO_ACCESS)
    wezer_acting_parties = Memo(
        compute="_compute_wezer_acting_parties",
        groups=fields.NO_ACCESS,
        help="For whom this user acts: the ids of partners by right, asked once.",
    )
    wezer_notices_waiting = Memo(
        compute="_compute_wezer_notices_waiting",
        groups=fields.NO_ACCESS,
        help="How many notices this user has not read.",
    )

    # === LOGGING IN === #

    @contextmanager
    def _assert_can_auth(self, user=None):
        """Count failures where Odoo does not: by RPC, and for each login of its own.

        Odoo counts by the caller's address, forgets at the next success, and counts
        nothing that comes by XML-RPC or JSON-RPC. Who has an account could guess
        another's password between two logins of their own.
        """
        source = caller()
        if not source:
            with super()._assert_can_auth(user=user):
                yield
            return
        who = (source, str(user)[:200])
        counts = [(self._wezer_failures("_wezer_login_failures"), who)]
        if not request:
            counts.append((self._wezer_failures("_login_failures"), source))
        for failures, key in counts:
            if self._on_login_cooldown(*failures[key]):
                _logger.warning("Login of %r from %s ignored for now", user, source)
                raise AccessDenied(
                    self.env._(
                        "Too many login failures, please wait a bit before trying"
                        " again."
                    )
                )
        try:
            with super()._assert_can_auth(user=user):
                yield
        except AccessDenied:
            for failures, key in counts:
                failures[key] = (failures[key][0] + 1, datetime.now())
            self._wezer_spend_hash(user)
            raise
        for failures, key in counts:
            failures.pop(key, None)

    def _wezer_failures(self, name):
        """Return a table of failures: ``{who: (how many, the last)}``, of this process.

        :param str name: Odoo's own, by the caller's address, or ours
        """
        registry = self.env.registry
        failures = getattr(registry, name, None)
        if failures is None or len(failures) > FAILURES_KEPT:
            failures = defaultdict(lambda: (0, datetime.min))
            setattr(registry, name, failures)
        return failures

    def _wezer_spend_hash(self, login):
        """Work as long for a login without a password as for one that has it.

        Otherwise the time of the answer says who has an account here.
        """
        if not isinstance(login, str):
            return
        user = self.sudo().search(
            self._get_login_domain(login), order=self._get_login_order(), limit=1
        )
        crypt = self._crypt_context()
        self.env.cr.execute(
            "SELECT COALESCE(password, '') FROM res_users WHERE id = %s", [user.id or 0]
        )
        stored = self.env.cr.fetchone()
        if not stored or crypt.identify(stored[0]) == "plaintext":
            crypt.hash("none")

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        result = super()._check_uid_passwd(uid, passwd)
        # What XML-RPC and JSON-RPC call from here on, with this cursor.
        self.env["ir.http"]._wezer_limit_statements(self.env(user=uid))
        return result

    @api.model
    def _wezer_ask_reset(self, login):
        """Let the clock write to who has this login or address, if anybody has."""
        users = self.sudo()
        found = users.search(users._get_login_domain(login)) or users.search(
            users._get_email_domain(login)
        )
        if len(found) == 1 and found.email:
            found.wezer_reset_asked = fields.Datetime.now()
        # Visitors may not touch clocks; woken for every address, known or not.
        self.env.ref("wezer_base.ir_cron_reset").sudo()._trigger()

    @api.model
    def _cron_send_resets(self):
        """Send the letters that lead to a new password."""
        users = self.sudo().search([("wezer_reset_asked", "!=", False)], limit=RESETS)
        for user in users:
            user.wezer_reset_asked = False
            try:
                with self.env.cr.savepoint():
                    user.action_reset_password()
            except UserError as error:
                _logger.warning("No reset letter for user %s: %s", user.id, error)
            self.env["ir.cron"]._commit_progress(1)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._wezer_make_profiles()
        return users

    def write(self, vals):
        if isinstance(vals.get("name"), str):
            # Odoo keeps it with the user until the contact is read again.
            vals = {**vals, "name": clean_line(vals["name"], TITLE_LENGTH)}
        if vals.get("email") and self:
            if len(self) > 1:
                return all([user.write(vals) for user in self])
            if self != self.env.user:
                self.check_access("write")
            vals = self.partner_id._wezer_checked_email(vals)
            if not vals:
                return True
        result = super().write(vals)
        if {"active", "group_ids", "partner_id", "company_id"} & vals.keys():
            self._wezer_make_profiles()
            self.env["res.partner"]._wezer_invalidate_acting()
        return result

    def _wezer_make_profiles(self):
        """Give each person who can log in a profile; bots and visitors get none."""
        public = self.env.ref("base.public_user", raise_if_not_found=False)
        root = self.env.ref("base.user_root", raise_if_not_found=False)
        people = (self - (public or self.browse()) - (root or self.browse())).filtered(
            lambda user: user.active and user._wezer_is_person()
        )
        # A profile is the suite's own row: who signs up may not create it himself.
        self.env["wezer.profile"].sudo()._make_for(people.partner_id)

    def _wezer_is_person(self):
        """Say whether this user is a member of the community: portal or internal."""
        self.ensure_one()
        return self.has_group("base.group_portal") or self.has_group("base.group_user")

    # === ACTING FOR A PARTNER (design, section 1) === #

    def _acting_selects(self, right):
        """Return the SELECTs of the ids of partners this user acts for with ``right``.

        The extension point of the contract: an addon calls ``super()`` and
        appends its own. States and dates are spelled out in SQL, nothing is
        left to an ``active`` filter, and each lists the fields it reads in
        ``to_flush``.

        :param str right: one of :data:`RIGHTS`
        :rtype: list[SQL]
        """
        self.ensure_one()
        selects = []
        if right in OWN_RIGHTS:
            selects.append(SQL("SELECT %s::int", self.partner_id.id))
            selects.append(self.env["wezer.mandate"]._acting_select(self, right))
        # His own company: the one in the context is the caller's choice.
        company = self.company_id
        selects.append(
            SQL(
                """SELECT id FROM res_partner
                    WHERE (id = %s OR wezer_is_treasury) AND %s""",
                company.partner_id.id,
                company._wezer_is_actor_sql(self, right),
                to_flush=self.env["res.partner"]._fields["wezer_is_treasury"],
            )
        )
        return selects

    def _acting_sql(self, right):
        """Return one SELECT of the partners this user acts for with ``right``."""
        self.ensure_one()
        if right not in RIGHTS:
            raise ValueError(f"unknown right {right!r}")
        user = self.sudo()
        if not user.active or not user._wezer_may_act():
            return SQL("SELECT NULL::int WHERE FALSE")
        selects = user._acting_selects(right)
        if not selects:
            return SQL("SELECT NULL::int WHERE FALSE")
        return SQL(" UNION ALL ").join(SQL("(%s)", select) for select in selects)

    def _compute_wezer_notices_waiting(self):
        for user in self:
            # As the user: the record rules of notices hold.
            notices = self.env["wezer.notice"].with_user(user)
            user.wezer_notices_waiting = notices.search_count(
                [
                    ("partner_id", "=", user.partner_id.id),
                    ("is_read", "=", False),
                    ("settled", "=", False),
                ]
            )

    def _wezer_may_act(self):
        """Say whether this user acts at all: only members in good standing do."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        # Without a profile: a bot of Odoo's that is a person to it.
        return self.partner_id._wezer_profile().state in ("active", False)

    def _wezer_standing(self):
        """Return the state of this user's membership: what pages explain it by."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        return self.partner_id._wezer_profile().state or "active"

    def _wezer_check_standing(self, may: tuple = ("active",)) -> None:
        """Raise unless this user may act: the one gate of what only members do.

        The refusal says what is missing, and what to do next.

        :param may: the states of a membership that suffice
        :raise NotAllowed: rule ``login`` for visitors, ``standing`` for others
        """
        self.ensure_one()
        standing = self._wezer_standing()
        if standing in may:
            return
        if standing == "pending":
            text = self.env._(
                "You are not a member yet. An administrator looks at your request;"
                " you can do this as soon as they accept it."
            )
        elif standing == "declined":
            text = self.env._(
                "You are not a member: your request to join was declined. The reason"
                " is on your home page."
            )
        elif standing == "suspended":
            text = self.env._(
                "Your membership is suspended. You can do this again when an"
                " administrator ends the suspension."
            )
        elif standing:
            text = self.env._("You left this community. Join it again to do this.")
        else:
            text = self.env._("Log in first.")
        raise NotAllowed(text, rule="standing" if standing else "login")

    def _wezer_is_member(self):
        """Say whether this user sees what members see: suspended ones still do."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        states = ("active", "suspended", False)
        return self.partner_id._wezer_profile().state in states

    def _acting_ids(self, right, among=None, limit=None):
        """Return the ids of partners this user acts for with ``right``.

        :param among: ids to ask about, all when None
        :param int limit: at most so many
        :rtype: list[int]
        """
        self.ensure_one()
        if right not in RIGHTS:
            raise ValueError(f"unknown right {right!r}")
        if among is not None and not among:
            return []
        kept = self.sudo().wezer_acting_parties[right]
        if kept is not None:
            ids = kept if among is None else kept.intersection(among)
            return sorted(ids)[: limit or None]
        query = SQL("SELECT DISTINCT id FROM (%s) acting(id)", self._acting_sql(right))
        query = SQL("%s WHERE id IS NOT NULL", query)
        if among is not None:
            query = SQL("%s AND id = ANY(%s)", query, list(among))
        if limit:
            query = SQL("%s ORDER BY id LIMIT %s", query, limit)
        return [row[0] for row in self.env.execute_query(query)]

    def _compute_wezer_acting_parties(self):
        """Ask for the parties of all rights at once: ``{right: frozenset of ids}``.

        None stands for more than are kept. What changes a right drops the answer
        (:meth:`~.res_partner.ResPartner._wezer_invalidate_acting`), so it follows a
        right that is taken away in the same transaction.
        """
        for user in self:
            found = {right: [] for right in RIGHTS}
            query = SQL(" UNION ALL ").join(
                SQL(
                    """(SELECT %s, id FROM (%s) acting(id)
                        WHERE id IS NOT NULL LIMIT %s)""",
                    right,
                    user._acting_sql(right),
                    PARTIES_KEPT + 1,
                )
                for right in RIGHTS
            )
            for right, partner_id in self.env.execute_query(query):
                found[right].append(partner_id)
            user.wezer_acting_parties = {
                right: frozenset(ids) if len(ids) <= PARTIES_KEPT else None
                for right, ids in found.items()
            }

    def _acts_for(self, partners, right):
        """Return those of ``partners`` for whom this user may act with ``right``.

        Only this user decides: ``sudo()`` and the context change nothing.
        """
        self.ensure_one()
        ids = set(self._acting_ids(right, among=partners.ids))
        return partners.filtered(lambda partner: partner.id in ids)

    def _check_acts_for(self, partner, right):
        """Raise NotAllowed unless this user acts for ``partner`` with ``right``."""
        self.ensure_one()
        self._wezer_check_standing()
        if not partner or self._acts_for(partner, right) != partner:
            raise NotAllowed(
                self.env._(
                    "You may not do this here: it needs the right “%(right)s”"
                    " for the one you act for.",
                    right=right,
                )
            )

    def _resolve_acting(
        self, acting_partner_id, candidates, right, what=None, record=None
    ):
        """Return the party this user acts for in an arrow, checked.

        What is done for another is logged with it (``wezer.acting.log``).

        :param acting_partner_id: the id that the caller gave, or a false value
        :param candidates: partners whose arrow it is
        :param str what: a stable word for the act, for its log
        :param record: what the act is about
        :raise Refusal: rule ``acting``, where it is not said which of two
        :raise NotAllowed: where this user does not act for it
        """
        self.ensure_one()
        if acting_partner_id:
            if acting_partner_id not in candidates.ids:
                raise NotAllowed(
                    self.env._("This is not for the one you act for to do.")
                )
            partner = candidates.browse(acting_partner_id)
            self._check_acts_for(partner, right)
            return self._wezer_log_acting(partner, right, what, record)
        mine = self._acts_for(candidates, right)
        if not mine:
            self._check_acts_for(candidates[:1], right)
        if len(mine) > 1:
            raise Refusal(
                self.env._("Say for whom you act: both sides fit."), rule="acting"
            )
        return self._wezer_log_acting(mine, right, what, record)

    def _wezer_log_acting(self, partner, right, what=None, record=None):
        """Log that this user acts for ``partner``, unless for himself; return it."""
        self.ensure_one()
        if partner != self.partner_id:
            self.env["wezer.acting.log"]._log(self, partner, right, what, record)
        return partner

    def _wezer_acting_choices(self, right="market", limit=50):
        """Return the partners this user may act for, himself first (sudo)."""
        self.ensure_one()
        ids = self._acting_ids(right, limit=limit)
        partners = self.env["res.partner"].sudo().browse(ids).exists()
        return sorted_for_reader(partners, "name", lambda one: one == self.partner_id)

    def _wezer_act_as(self, right="market"):
        """Return whom the website's switch preselects: himself unless he chose else.

        It only fills in forms: each act is checked again by its arrow.
        """
        self.ensure_one()
        chosen = request.session.get("wezer_act_as") if request else None
        if chosen and self._acting_ids(right, among=[chosen]):
            return self.env["res.partner"].sudo().browse(chosen)
        return self.partner_id

    def _moderates(self, partners):
        """Say whether this user is a community moderator over ``partners``.

        Never where he is a party to the matter, or acts for one.
        """
        self.ensure_one()
        user = self.sudo()
        if not user.active or not user.has_group("wezer_base.group_moderator"):
            return False
        if not user._wezer_may_act():
            return False
        return not any(self._acts_for(partners, right) for right in OWN_RIGHTS)

    # === WHAT I OWE === #

    def _wezer_todo(self):
        """Return everything this user owes, one dict a row.

        Addons extend it. Keys: ``section`` (``now``, ``soon``, ``waiting``),
        ``partner`` (whose face), ``text``, ``url``, ``button`` (a label or
        False), ``due`` (a date or False).
        """
        self.ensure_one()
        profile = self.partner_id._wezer_profile()
        if profile and not profile.presentation:
            return [
                {
                    "section": "soon",
                    "partner": self.partner_id,
                    "text": self.env._("Tell your neighbours who you are."),
                    "url": "/my/profile",
                    "button": self.env._("Fill in my profile"),
                    "due": False,
                }
            ]
        return []

    def _wezer_make_coordinator(self):
        """Add the coordinators' group (administrators' button)."""
        self.write(
            {
                "group_ids": [
                    Command.link(self.env.ref("wezer_base.group_coordinator").id)
                ]
            }
        )
