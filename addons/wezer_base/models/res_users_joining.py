from odoo import api, models

from ..exceptions import Refusal
from ..tools.text import TITLE_LENGTH, clean_line, has_letter

# How long the list of first steps stays, in days.
WELCOME_DAYS = 60


class ResUsers(models.Model):
    """Joining: from an account to a member."""

    _inherit = "res.users"

    def _signup_create_user(self, values):
        # Who comes by himself is not a member yet; internal he never becomes.
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
        """Say whether this user is a member or about to become one."""
        self.ensure_one()
        if self.has_group("base.group_public") or not self._wezer_is_person():
            return False
        return self.partner_id._wezer_profile().state in ("active", "pending")

    def _wezer_awaits_welcome(self):
        """Say whether the second step of joining is still to be done."""
        self.ensure_one()
        if self.has_group("base.group_public"):
            return False
        profile = self.partner_id._wezer_profile()
        return bool(profile) and not profile.welcomed and self._wezer_may_join()

    # === THE SECOND STEP === #

    @api.model
    def action_finish_welcome(self, vals, terms_id=None, group_ids=()):
        """Tell who one is, agree to the terms, and become a member or wait for it.

        :param dict vals: ``name`` and fields of one's own profile
        :param int terms_id: the version of the terms that was shown
        :param group_ids: groups to join, where there are groups
        :return: the state of the profile
        :raise Refusal: rules ``name``, ``terms``, ``field``
        """
        user = self.env.user
        user._wezer_check_standing(("active", "pending"))
        profile = user.partner_id._wezer_profile()
        if profile.welcomed:
            raise Refusal(self.env._("You have been welcomed already."), rule="state")
        vals = dict(vals) if isinstance(vals, dict) else {}
        name = clean_line(str(vals.pop("name", "") or ""), TITLE_LENGTH)
        if not has_letter(name):
            raise Refusal(self.env._("Say how we shall call you."), rule="name")
        user._wezer_agree(terms_id)
        if vals:
            self.env["wezer.profile"].update_own(vals)
        # His own name, on his own contact.
        user.partner_id.sudo().name = name
        profile.welcomed = True
        profile._wezer_admit()
        if profile.state == "active":
            user._wezer_join_groups(group_ids)
        else:
            profile.wanted_groups = [one for one in group_ids if isinstance(one, int)]
        return profile.state

    def _wezer_agree(self, terms_id):
        """Keep the consent to the terms in force; refuse where it is missing."""
        current = self.env["wezer.terms.of.use"]._current()
        if not current or self.partner_id._wezer_terms_acceptance(current):
            return
        if terms_id != current.id:
            raise Refusal(
                self.env._("Please read the terms and agree to them."),
                rule="terms",
                value=str(terms_id or ""),
            )
        current.with_env(self.env).action_accept()

    def _wezer_join_groups(self, group_ids):
        """Join the groups a new member chose; extended where there are groups."""

    def _wezer_joinable_groups(self):
        """Return what the second step offers to join: ``[dict(id, name, purpose)]``."""
        return []

    # === THE FIRST STEPS === #

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
                "text": self.env._("Show your face"),
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

    # === TERMS THAT CHANGED === #

    def _wezer_todo(self):
        rows = super()._wezer_todo()
        current = self.env["wezer.terms.of.use"]._current()
        profile = self.partner_id._wezer_profile()
        if not profile or (current and profile.welcomed):
            missing = current and not self.partner_id._wezer_terms_acceptance(current)
        else:
            missing = False
        if missing:
            rows.insert(
                0,
                {
                    "section": "now",
                    "partner": self.partner_id,
                    "text": self.env._("The community's terms have changed."),
                    "url": "/community/terms",
                    "button": self.env._("Read and agree"),
                    "due": False,
                },
            )
        if self._wezer_awaits_welcome():
            rows.insert(
                0,
                {
                    "section": "now",
                    "partner": self.partner_id,
                    "text": self.env._("You are nearly in: tell us who you are."),
                    "url": "/welcome",
                    "button": self.env._("Go on"),
                    "due": False,
                },
            )
        return rows
