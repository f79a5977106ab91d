import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ..exceptions import NotAllowed, Refusal
from ..tools import login, member_leaving
from ..tools.addresses import checked_email
from ..tools.membership import JOINING, MEMBERS
from ..tools.memo_field import Memo
from ..tools.rights import FAREWELL, OWN_RIGHTS, RIGHTS, right_label
from ..tools.sorting import sorted_for_reader
from ..tools.text import TITLE_LENGTH, clean_line, has_letter, search_words

_logger = logging.getLogger(__name__)

# How long the list of first steps stays, in days.
WELCOME_DAYS = 60
# So many people who wait to be let in are in the list of an administrator.
APPLICATIONS = 20
# So many rows of one sort the home of a member shows.
HOME_ROWS = 5
# Up to so many parties of one user are kept in memory, of all rights together; above,
# each question goes to the database.
IDS_KEPT = 1000


class ResUsers(models.Model):
    _inherit = "res.users"

    wezer_acting_parties = Memo(
        compute="_compute_wezer_acting_parties",
        groups=fields.NO_ACCESS,
        help="For whom this user acts: the ids of partners by right, asked once.",
    )
    wezer_notices_waiting = Memo(
        compute="_compute_wezer_notices_waiting",
        groups=fields.NO_ACCESS,
        help="How many notices this user has not read, and about how many records, by"
        " model.",
    )

    # === LOGGING IN === #

    @contextmanager
    def _assert_can_auth(self, user=None):
        """Count failures where Odoo does not: by RPC, and for each login of its own.

        Odoo counts by the caller's address, forgets at the next success, and counts
        nothing that comes by XML-RPC or JSON-RPC. The owner of an account could guess
        another's password between two logins of their own.
        """
        source = login.caller()
        if not source:
            with super()._assert_can_auth(user=user):
                yield
            return
        who = (source, str(user)[:200])
        counts = [(login.failures(self.env, "_wezer_login_failures"), who)]
        if not request:
            counts.append((login.failures(self.env, "_login_failures"), source))
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
            login.spend_hash(self, user)
            raise
        for failures, key in counts:
            failures.pop(key, None)

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        result = super()._check_uid_passwd(uid, passwd)
        # What XML-RPC and JSON-RPC call from here on, with this cursor.
        self.env["ir.http"]._wezer_limit_statements(self.env(user=uid))
        return result

    def reset_password(self, login: str) -> bool:
        """Extend Odoo's: the same answer for every login, known or not."""
        self.env["wezer.password.request"]._ask(login)
        return True

    @api.model
    def _cron_send_resets(self):
        """Write what visitors asked for: letters to a new password, and of joining."""
        self.env["wezer.password.request"]._answer()
        self.env["wezer.invitation"]._write_letters()

    # === LANGUAGE === #

    def _wezer_choose_language(self, code: str) -> None:
        """Remember the language that this user reads pages in: mails follow it."""
        self.ensure_one()
        if self.lang != code:
            # Users write their own language, also where they may write nothing else.
            self.sudo().lang = code

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
            vals = checked_email(self.partner_id, vals)
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
        # A profile is the suite's own row: people who sign up may not create it.
        self.env["wezer.profile"].sudo()._make_for(people.partner_id)

    def _wezer_is_person(self):
        """Return whether this user is a member of the community: portal or internal."""
        self.ensure_one()
        return self.has_group("base.group_portal") or self.has_group("base.group_user")

    # === ACTING FOR A PARTNER === #

    def _acting_selects(self, rights):
        """Return SELECTs of ``(right, partner id)``: for whom this user acts, by right.

        The extension point of the contract: an addon calls ``super()`` and
        appends its own. States and dates are spelled out in SQL, nothing is
        left to an ``active`` filter, and each lists the fields it reads in
        ``to_flush``.

        :param tuple rights: some of :data:`RIGHTS`; each row has one of them
        :rtype: list[SQL]
        """
        self.ensure_one()
        selects = []
        own = [right for right in rights if right in OWN_RIGHTS]
        if own:
            selects.append(
                SQL("SELECT unnest(%s::text[]), %s::int", own, self.partner_id.id)
            )
            selects.append(self.env["wezer.mandate"]._acting_select(self, own))
        # The user's own company: the one in the context is the caller's choice.
        company = self.company_id
        selects.append(
            SQL(
                """SELECT actor.name, p.id FROM (%s) actor(name), res_partner p
                    WHERE p.id = (SELECT partner_id FROM res_company WHERE id = %s)
                       OR p.wezer_is_treasury""",
                company._wezer_actor_rights_sql(self, rights),
                company.id,
                to_flush=(
                    self.env["res.partner"]._fields["wezer_is_treasury"],
                    company._fields["partner_id"],
                ),
            )
        )
        return selects

    def _acting_rows_sql(self, rights):
        """Return one SELECT of ``(right, partner id)`` for ``rights``."""
        self.ensure_one()
        if not set(rights) <= set(RIGHTS):
            raise ValueError(f"unknown right among {rights!r}")
        user = self.sudo()
        if (
            not user.active
            or user.has_group("base.group_public")
            or not user._wezer_is_person()
        ):
            return SQL("SELECT NULL::text AS name, NULL::int AS id WHERE FALSE")
        # As in _wezer_may_act(): only active members.
        return SQL(
            """SELECT name, id FROM (%s) acting(name, id) WHERE NOT EXISTS (
                   SELECT FROM wezer_profile WHERE partner_id = %s
                      AND state <> 'active')""",
            SQL(" UNION ALL ").join(
                SQL("(%s)", select) for select in user._acting_selects(rights)
            ),
            user.partner_id.id,
            to_flush=self.env["wezer.profile"]._fields["state"],
        )

    def _acting_sql(self, right):
        """Return one SELECT of the partners this user acts for with ``right``."""
        return SQL("SELECT id FROM (%s) acting", self._acting_rows_sql((right,)))

    def _compute_wezer_notices_waiting(self):
        for user in self:
            # As the user: the record rules of notices hold.
            notices = self.env["wezer.notice"].with_user(user)
            groups = notices._read_group(
                Domain("partner_id", "=", user.partner_id.id)
                & notices._unread_domain(),
                ["res_model"],
                ["__count", "res_id:count_distinct"],
            )
            user.wezer_notices_waiting = {
                model: (count, records) for model, count, records in groups
            }

    def _wezer_notice_counts(self):
        """Return the numbers of unread notices by name; addons add theirs.

        Pages show them, and ask for them again when something changed.
        """
        notices = self.env["wezer.notice"]
        # What the bell has asked already: one notice for each unread conversation.
        waiting = notices._waiting_by_model() if notices.has_access("read") else {}
        return {
            "notices": notices._waiting_count(),
            "messages": sum(
                waiting.get(model, (0, 0))[1]
                for model in self.env["wezer.conversation"]._inbox_models()
            ),
        }

    def _wezer_may_act(self):
        """Return whether this user may act at all: only active members may."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        # Without a profile: a bot of Odoo's that is a person to it.
        return self.partner_id._wezer_profile().state in ("active", False)

    def _wezer_standing(self):
        """Return the state of this user's membership; False for visitors."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        return self.partner_id._wezer_profile().state or "active"

    def _wezer_check_standing(self, may: tuple = ("active",)) -> None:
        """Raise unless this user may act; everything that only members do asks it.

        The refusal says what is missing and what to do next.

        :param may: the states of a membership that suffice
        :raise NotAllowed: rule ``login`` for visitors, ``standing`` for others
        """
        self.ensure_one()
        standing = self._wezer_standing()
        if standing in may:
            return
        if standing == "pending":
            text = self.env._(
                "You are not a member yet. An administrator is looking at your"
                " request. You can do this as soon as they accept it."
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
        """Return whether this user sees what members see; suspended ones still do."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        # Without a profile: a bot of Odoo's that is a person to it.
        return self.partner_id._wezer_profile().state in (*MEMBERS, False)

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

    def _wezer_standing_selects(self):
        """Return SELECTs of ``(name, id)`` that are kept beside the acting parties.

        Addons add here what their record rules ask for at each search.

        :rtype: list[SQL]
        """
        self.ensure_one()
        # By a mandate: forms and lists ask for these members apart from groups.
        mandates = self.env["wezer.mandate"]._acting_select(self, OWN_RIGHTS)
        return [
            SQL("SELECT 'helped_' || name, id FROM (%s) helped(name, id)", mandates)
        ]

    def _compute_wezer_acting_parties(self):
        """Ask for the parties of all rights at once: ``{right: frozenset of ids}``.

        None stands for more than are kept. What changes a right drops the answer
        (:meth:`~.res_partner.ResPartner._wezer_invalidate_acting`), so it follows a
        right that is taken away in the same transaction. The company in the context
        is the caller's choice, and asked for nothing.
        """
        for user in self.with_context(allowed_company_ids=[]):
            acting = SQL(
                "SELECT name, id FROM (%s) acting WHERE id IS NOT NULL LIMIT %s",
                user._acting_rows_sql(RIGHTS),
                IDS_KEPT + 1,
            )
            query = SQL(" UNION ALL ").join(
                SQL("(%s)", select)
                for select in (acting, *user._wezer_standing_selects())
            )
            found = defaultdict(list)
            for name, record_id in self.env.execute_query(query):
                found[name].append(record_id)
            kept = {name: frozenset(ids) for name, ids in found.items()}
            many = sum(len(found[right]) for right in RIGHTS) > IDS_KEPT
            for right in RIGHTS:
                kept[right] = None if many else kept.get(right, frozenset())
            user.wezer_acting_parties = kept

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
        error = self._why_not_acting(partner, right)
        if error:
            raise error

    def _why_not_acting(self, partner, right) -> NotAllowed | None:
        """Return why this user does not act for ``partner`` with ``right``, or None.

        Standing is checked by the caller.
        """
        if partner and self._acts_for(partner, right) == partner:
            return None
        return self._acting_refusal(right)

    def _acting_refusal(self, right):
        return NotAllowed(
            self.env._(
                "You need the permission “%(right)s” for the party you act for.",
                right=right_label(self.env, right),
            )
        )

    def _corresponds_ids(self, among=None):
        """Return the ids of the parties whose messages this user reads and writes.

        Their own, those of groups for which they publish, and those of members who
        cannot log in. Members who can log in read theirs alone, whatever they have
        authorised others to do.

        :param among: ids to ask about, all when None
        """
        self.ensure_one()
        user = self.sudo()
        if user._is_public():
            return set()
        ids = set(self._acting_ids("market", among=among))
        helped = ids & set(user.wezer_acting_parties.get("helped_market", ()))
        if helped:
            logins = user.search([("partner_id", "in", list(helped))])
            ids -= set(logins.partner_id.ids)
        own = user.partner_id.id
        if among is None or own in among:
            ids.add(own)
        return ids

    def _corresponds_for(self, partners):
        """Return those of ``partners`` whose messages this user reads and writes."""
        ids = self._corresponds_ids(among=partners.ids)
        return partners.filtered(lambda partner: partner.id in ids)

    def _wezer_corresponds_with(self, profile):
        """Return whether pages offer this user to write to the party of ``profile``."""
        self.ensure_one()
        if self._is_public():
            return False
        known = profile.sudo()
        if known.messages_from == "nobody" or self._corresponds_for(known.partner_id):
            return False
        if known.state and known.state not in MEMBERS:
            return False
        standing = self._wezer_standing()
        return standing == "active" or (
            standing == "pending" and known.messages_from == "everyone"
        )

    def _wezer_writing_parties(self, limit=50):
        """Return the parties (sudo) for which this user may write, their own first."""
        return self._corresponds_for(self._wezer_acting_choices("market", limit))

    def _resolve_acting(
        self, acting_partner_id, candidates, right, what=None, record=None
    ):
        """Return the party this user acts for in an action, checked.

        Actions for another party are logged (``wezer.acting.log``).

        :param acting_partner_id: the id that the caller gave, or a false value
        :param candidates: partners whose action it is
        :param str what: a stable word for the act, for its log
        :param record: what the act is about
        :raise Refusal: rule ``acting``, where two would fit
        :raise NotAllowed: where this user does not act for it
        """
        self.ensure_one()
        if acting_partner_id:
            if acting_partner_id not in candidates.ids:
                raise NotAllowed(self.env._("The party you act for cannot do this."))
            partner = candidates.browse(acting_partner_id)
            self._check_acts_for(partner, right)
            return self._wezer_log_acting(partner, right, what, record)
        parties = self._acts_for(candidates, right)
        if not parties:
            self._check_acts_for(candidates[:1], right)
        if len(parties) > 1:
            raise Refusal(
                self.env._("You represent both sides. Choose which one you act for."),
                rule="acting",
            )
        return self._wezer_log_acting(parties, right, what, record)

    def _wezer_log_acting(self, partner, right, what=None, record=None, note=None):
        """Log that this user acts for ``partner``, if it is another; return it."""
        self.ensure_one()
        if partner != self.partner_id:
            self.env["wezer.acting.log"]._log(self, partner, right, what, record, note)
        return partner

    def _wezer_acting_choices(self, right="market", limit=50):
        """Return partners this user may act for, their own first (sudo).

        Those of many whom a form offers: their own, the one they act for now, and
        some others. All are found under *Acting for others*.
        """
        self.ensure_one()
        ids = self._acting_ids(right, limit=limit)
        if len(ids) == limit:
            first = [self.partner_id.id, self._wezer_act_as(right).id]
            ids = dict.fromkeys([*self._acting_ids(right, among=first), *ids])
        partners = self.env["res.partner"].sudo().browse(ids).exists()
        return sorted_for_reader(
            partners, "name", lambda partner: partner == self.partner_id
        )

    def _search_acting_parties(self, typed="", right="market", limit=24, offset=0):
        """Return ``(partners, count)`` this user may act for, by their names (sudo)."""
        self.ensure_one()
        partners = self.env["res.partner"].sudo()
        domain = Domain("id", "in", self._acting_ids(right))
        if search_words(typed):
            # The community's own contact and treasuries have no profile.
            profiles = self.env["wezer.profile"].sudo()
            named = profiles.search(profiles._name_domain(typed)).partner_id
            domain &= Domain("id", "in", named.ids) | Domain("name", "ilike", typed)
        found = partners.search(domain, limit=limit, offset=offset, order="name, id")
        if not offset and not typed:
            found = self.sudo().partner_id | found
        return found, partners.search_count(domain)

    def _wezer_helped(self, right="market"):
        """Return the members (sudo) who authorised this user to act for them."""
        self.ensure_one()
        helped = self.sudo().wezer_acting_parties.get(f"helped_{right}", ())
        return self.env["res.partner"].sudo().browse(sorted(helped))

    def _wezer_act_as(self, right="market"):
        """Return the party that forms preselect: the user's own by default.

        It only fills in forms: each action checks it again.
        """
        self.ensure_one()
        chosen = request.session.get("wezer_act_as") if request else None
        if chosen and self._acting_ids(right, among=[chosen]):
            return self.env["res.partner"].sudo().browse(chosen)
        return self.partner_id

    @api.model
    def _wezer_moderators(self):
        """Return the users (sudo) who are community moderators."""
        return self.env.ref("wezer_base.group_moderator").sudo().all_user_ids

    def _moderates(self, partners):
        """Return whether this user is a community moderator over ``partners``.

        Never where the user is a party to the matter, or acts for one.
        """
        self.ensure_one()
        user = self.sudo()
        if not user.active or not user.has_group("wezer_base.group_moderator"):
            return False
        if not user._wezer_may_act():
            return False
        return not any(self._acts_for(partners, right) for right in OWN_RIGHTS)

    # === JOINING === #

    def _signup_create_user(self, values):
        # People who sign up by themselves wait as portal users, never internal ones.
        return super(
            ResUsers, self.with_context(wezer_signup=True)
        )._signup_create_user(
            {
                key: value
                for key, value in values.items()
                if key in ("login", "name", "password", "lang", "partner_id", "email")
            }
        )

    def _wezer_may_join(self):
        """Return whether this user is a member or about to become one."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        return self.partner_id._wezer_profile().state in JOINING

    def _wezer_awaits_welcome(self):
        """Return whether the second step of joining is still to be done."""
        self.ensure_one()
        if self.has_group("base.group_public"):
            return False
        profile = self.partner_id._wezer_profile()
        return bool(profile) and not profile.welcomed and self._wezer_may_join()

    @api.model
    def action_finish_welcome(
        self, vals: dict, terms_id: int | None = None, group_ids: Iterable[int] = ()
    ) -> str:
        """Give one's name, agree to the terms, and become a member or wait for it.

        :param dict vals: ``name`` and fields of one's own profile
        :param int terms_id: the version of the terms that was shown
        :param group_ids: groups to join, where there are groups
        :return: the state of the profile
        :raise Refusal: rules ``name``, ``terms``, ``field``
        """
        user = self.env.user
        user._wezer_check_standing(JOINING)
        profile = user.partner_id._wezer_profile()
        if profile.welcomed:
            raise Refusal(
                self.env._("You have already joined this community."), rule="state"
            )
        vals = dict(vals) if isinstance(vals, dict) else {}
        name = clean_line(str(vals.pop("name", "") or ""), TITLE_LENGTH)
        if not has_letter(name):
            raise Refusal(self.env._("Tell us what we should call you."), rule="name")
        user._wezer_agree(terms_id)
        if vals:
            self.env["wezer.profile"].update_own(vals)
        # Their own name, on their own contact.
        user.partner_id.sudo().name = name
        profile.welcomed = True
        profile._wezer_admit()
        if profile.state == "active":
            user._wezer_join_groups(group_ids)
        else:
            profile.wanted_groups = [
                group_id for group_id in group_ids if isinstance(group_id, int)
            ]
        return profile.state

    def _wezer_agree(self, terms_id):
        """Keep the acceptance of the terms in force; refuse where it is missing."""
        current = self.env["wezer.terms.of.use"]._current()
        if not current or current._acceptance_of(self.partner_id):
            return
        if terms_id != current.id:
            raise Refusal(
                self.env._("Please read the terms of use and agree to them."),
                rule="terms",
                value=str(terms_id or ""),
            )
        current.with_env(self.env).action_accept()

    def _wezer_join_groups(self, group_ids):
        """Join the groups a new member chose; extended where there are groups."""

    def _wezer_joinable_groups(self):
        """Return what the second step offers to join: ``[dict(id, name, purpose)]``."""
        return []

    def _wezer_first_steps(self):
        """Return the first steps of a new member; addons add theirs.

        :return: dicts ``text``, ``url``, ``done``
        """
        self.ensure_one()
        profile = self.partner_id._wezer_profile()
        return [
            {
                "text": self.env._("Tell your neighbours who you are"),
                "url": "/my/profile",
                "done": bool(profile.presentation),
            },
            {
                "text": self.env._("Add a picture of yourself"),
                "url": "/my/profile",
                "done": bool(profile.image_1920),
            },
            {
                "text": self.env._("Say what you can do"),
                "url": "/my/profile",
                "done": bool(profile.skill_ids),
            },
        ]

    def _wezer_welcome_list(self):
        """Return the first steps while they help: not all done, and not for ever."""
        self.ensure_one()
        profile = self.partner_id._wezer_profile()
        if not profile._wezer_is_new_here(WELCOME_DAYS):
            return []
        steps = self._wezer_first_steps()
        return [] if all(step["done"] for step in steps) else steps

    # === LEAVING === #

    def _wezer_check_password(self, password):
        """Ask for the password again before something that cannot be undone."""
        self.ensure_one()
        credential = {
            "login": self.login,
            "password": password if isinstance(password, str) else "",
            "type": "password",
        }
        try:
            # Guessing is slowed down as it is at the login page.
            with self._assert_can_auth(user=self.id):
                self._check_credentials(credential, {"interactive": True})
        except AccessDenied as error:
            raise NotAllowed(
                self.env._("This is not your password."), rule="password"
            ) from error

    def _notify_security_setting_update(self, *args, **kwargs):
        """Send no mail to a user who is leaving: the address is gone."""
        if self.env.context.get("wezer_farewell") is FAREWELL:
            return None
        return super()._notify_security_setting_update(*args, **kwargs)

    def _deactivate_portal_user(self, **post):
        """Refuse while something is open; then erase the member's data."""
        for user in self:
            member_leaving.check_leave(user.partner_id)
        # The list of addresses that are never written to outlives the account.
        blocked = self.mapped("email") if post.pop("request_blacklist", None) else []
        for user in self:
            member_leaving.leave(user.partner_id)
        leaving = self.with_context(wezer_farewell=FAREWELL)
        result = super(ResUsers, leaving)._deactivate_portal_user(**post)
        self.partner_id.filtered("active").action_archive()
        for address in filter(None, blocked):
            self.env["mail.blacklist"].sudo()._add(address)
        return result

    # === TO DO === #

    def _wezer_todo(self):
        """Return all that waits for this user, one dict a row.

        Addons extend it. Keys: ``section`` (``now``, ``soon``, ``waiting``),
        ``partner`` (whose picture is shown), ``text``, ``url``, ``button`` (a label
        or False), ``due`` (a date or False).
        """
        self.ensure_one()
        rows = []
        if self._wezer_awaits_welcome():
            rows.append(
                {
                    "section": "now",
                    "partner": self.partner_id,
                    "text": self.env._("You are almost there. Tell us who you are."),
                    "url": "/welcome",
                    "button": self.env._("Continue"),
                    "due": False,
                }
            )
        rows += self.env["wezer.terms.of.use"]._todo_rows(self)
        rows += self.env["wezer.digest"]._todo_rows(self)
        profile = self.partner_id._wezer_profile()
        if profile and not profile.presentation:
            rows.append(
                {
                    "section": "soon",
                    "partner": self.partner_id,
                    "text": self.env._("Tell your neighbours who you are."),
                    "url": "/my/profile",
                    "button": self.env._("Fill in my profile"),
                    "due": False,
                }
            )
        rows += self._wezer_application_rows()
        rows += self.env["mail.mail"]._wezer_todo_rows(self)
        rows += self.env["wezer.conversation.report"]._todo_rows(self)
        return rows + self.env["wezer.departure"]._todo_rows(self)

    def _wezer_application_rows(self):
        """Return the people who wait until this user lets them in, or declines."""
        if not self.has_group("wezer_base.group_administrator"):
            return []
        waiting = self.env["wezer.profile"].search(
            [("state", "=", "pending"), ("applied_date", "!=", False)],
            order="applied_date, id",
            limit=APPLICATIONS,
        )
        return [
            {
                "section": "now",
                "partner": profile.partner_id,
                "text": self.env._(
                    "%(name)s (%(email)s) would like to join.",
                    name=profile.name,
                    email=profile.partner_id.email or "–",
                ),
                "url": f"/odoo/action-wezer_base.wezer_profile_action/{profile.id}",
                "button": self.env._("Decide"),
                "due": False,
            }
            for profile in waiting
        ]

    def _wezer_todo_count(self):
        """Return how many things wait for this user, as the list counts them."""
        return len([row for row in self._wezer_todo() if row["section"] != "waiting"])

    def _wezer_todo_page(self, _page):
        """Return the rows of a later page of the list; addons with many extend it."""
        return []

    def _wezer_todo_has_more(self, _page):
        """Return whether rows stand after those of this page; addons extend it."""
        return False

    def _wezer_todo_sections(self, page=1):
        """Return :meth:`_wezer_todo` as the page shows it, pictures read at once.

        :param int page: the first has all but what is shown page by page
        :return: ``[(section, rows)]``; each row has ``profile`` too, or an empty one
        """
        self.ensure_one()
        rows = self._wezer_todo() if page == 1 else self._wezer_todo_page(page)
        ids = list(dict.fromkeys(row["partner"].id for row in rows if row["partner"]))
        profiles = self.env["res.partner"].browse(ids)._wezer_profile()
        by_partner = {profile.partner_id.id: profile for profile in profiles}
        for row in rows:
            row["profile"] = by_partner.get(row["partner"].id, profiles.browse())
        return [
            (name, [row for row in rows if row["section"] == name])
            for name in ("now", "soon", "waiting")
        ]

    # === HOME === #

    # === THE BACK OFFICE === #

    def _wezer_home_action(self) -> int | bool:
        """Return the id of the action with which the back office begins, or False.

        Nothing of this is stored: what somebody chose for themselves stays, and a
        role that ends takes its page along.
        """
        self.ensure_one()
        for group, action in self._wezer_home_pages():
            if self.has_group(group):
                # An action of our own, which the role's menu opens too.
                found = self.env.ref(action, raise_if_not_found=False)
                if found:
                    return found.id
        return False

    def _wezer_home_pages(self) -> list[tuple[str, str]]:
        """Return ``(group, action)``: the first group of the user decides.

        Addons put theirs before or after; both are XML ids.
        """
        if not self.has_group("wezer_base.group_administrator"):
            return []
        steps = self.env["wezer.onboarding"]._steps()
        if all(step["done"] for step in steps):
            return []
        return [
            ("wezer_base.group_administrator", "wezer_base.wezer_onboarding_action")
        ]

    def _wezer_dashboard(self):
        """Return what the home of this user shows; addons add their parts.

        Keys: ``party``, for whom the user acts now (sudo); ``todo`` and
        ``todo_count``, as :meth:`_wezer_todo_sections` has them; ``dates``, dicts
        ``date``, ``text`` and ``url``, the next one first; ``news``, dicts ``date``,
        ``text``, ``url``, ``icon`` and ``from`` (a name, or empty), the newest first.
        """
        self.ensure_one()
        sections = dict(self._wezer_todo_sections())
        todo = sections["now"] + sections["soon"]
        return {
            "party": self._wezer_act_as().sudo(),
            "todo": todo[:HOME_ROWS],
            "todo_count": len(todo),
            "dates": [],
            "news": self.env["wezer.notice"]._news(HOME_ROWS),
        }
