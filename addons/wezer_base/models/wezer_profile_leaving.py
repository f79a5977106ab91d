from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.fields import NO_ACCESS

from ..exceptions import NotAllowed, Refusal
from ..tools.rights import FAREWELL

# What stays of a profile when its owner is forgotten: no word about him.
STAYS = {
    "partner_id",
    "company_id",
    "admitted_by_id",
    "joined_date",
    "left_date",
    "left_from",
    "return_keys",
    "state",
    "active",
    "slug",
    "has_credit",
}


class WezerProfile(models.Model):
    """Leaving, as the one who leaves and as administrators see it."""

    _inherit = "wezer.profile"

    # Trust flows along admissions: who admitted somebody stays, as a pseudonym.
    admitted_by_id = fields.Many2one(ondelete="restrict")
    left_date = fields.Date(
        string="Left on", readonly=True, groups="wezer_base.group_administrator"
    )
    left_from = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    # Fingerprints of his addresses: who comes back finds his books again.
    return_keys = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)

    def _former_slug(self):
        return f"former-{self.id}"

    def _forget_all(self):
        """Empty everything that says something of the person (sudo)."""
        self.ensure_one()
        self.env["wezer.slug"].sudo()._of(self).unlink()
        vals = {"slug": self._former_slug()}
        for name, field in self._fields.items():
            if name in STAYS or name in models.MAGIC_COLUMNS or not field.store:
                continue
            if field.compute or field.related:
                continue
            if name.startswith("share_"):
                vals[name] = "nobody"
            elif not field.required:
                vals[name] = [(5, 0, 0)] if field.type.endswith("2many") else False
        self.sudo().write(vals)

    def _plain_partner(self):
        """Return whose profile this is (sudo); archived rows count as such again."""
        return self.sudo().partner_id.with_context(active_test=True)

    # === THE MEMBER === #

    @api.model
    def leave(self, password):
        """Leave the community and be forgotten, oneself.

        :param str password: one's own, asked again
        :raise NotAllowed: rule ``password``
        :raise Refusal: rule ``open``, while something is open
        """
        user = self.env.user
        if user._is_public():
            raise NotAllowed(self.env._("Log in first."), rule="login")
        user._wezer_check_password(password)
        # Himself, with his password; Odoo's own way, extended in res.users.
        user.sudo()._deactivate_portal_user()
        return True

    # === ADMINISTRATORS === #

    def action_forget(self):
        """Let members go who asked for it and cannot do it themselves."""
        self._check_administrator()
        for profile in self:
            partner = profile._plain_partner()
            if partner == self.env.user.partner_id:
                raise NotAllowed(self.env._("You leave on your own page."), rule="own")
            if profile.sudo().state == "left":
                raise Refusal(
                    self.env._("%(name)s has left.", name=profile.name), rule="state"
                )
            partner._wezer_let_go()
        return True


class ResUsers(models.Model):
    _inherit = "res.users"

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
        """Write no mail to who is leaving: the address is gone."""
        if self.env.context.get("wezer_farewell") is FAREWELL:
            return None
        return super()._notify_security_setting_update(*args, **kwargs)

    def _deactivate_portal_user(self, **post):
        """Take our way out: what is open comes first, then all is forgotten."""
        for user in self:
            user.partner_id._wezer_check_leave()
        # Who wants never to be written to again keeps his address in that list.
        blocked = self.mapped("email") if post.pop("request_blacklist", None) else []
        for user in self:
            user.partner_id._wezer_leave()
        leaving = self.with_context(wezer_farewell=FAREWELL)
        result = super(ResUsers, leaving)._deactivate_portal_user(**post)
        self.partner_id.filtered("active").action_archive()
        for address in filter(None, blocked):
            self.env["mail.blacklist"].sudo()._add(address)
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_let_go(self):
        """Let this party go (sudo, an administrator or moderator has decided)."""
        self.ensure_one()
        users = self.sudo().user_ids
        if users:
            users._deactivate_portal_user()
            return
        self._wezer_check_leave()
        self._wezer_leave()
        self.sudo().active = False
