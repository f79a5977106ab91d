import datetime

from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

LOOK_HOURS = 24
REASON_LETTERS = 10


class WezerWalletAccessLog(models.Model):
    """A moderator's look at somebody's statement, with the reason he gave."""

    _name = "wezer.wallet.access.log"
    _description = "Look at a statement"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reason"

    wallet_id = fields.Many2one(
        "wezer.wallet", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    reason = fields.Char(required=True)
    date = fields.Datetime(required=True)
    company_id = fields.Many2one(related="wallet_id.company_id")

    def write(self, vals):
        raise NotAllowed(self.env._("What was done stays."), rule="immutable")


class WezerWallet(models.Model):
    """Who sees a wallet and its statement (design, section 6, rule 4)."""

    _inherit = "wezer.wallet"

    def _seen_by(self, user):
        """Say why ``user`` may see this wallet's statement, False where he may not.

        ``acts``: acts for its owner; ``member``: the owner's a group that shows
        its books to its members; ``public``: the currency's statements are open
        to members; ``moderator``: gave a reason within a day.
        """
        self.ensure_one()
        wallet = self.sudo()
        if user._acts_for(wallet.partner_id, "wallet"):
            return "acts"
        if not user._wezer_may_act():
            return False
        profiles = self.env["wezer.profile"].with_user(user)
        if not profiles.search_count([("partner_id", "=", wallet.partner_id.id)]):
            return "moderator" if wallet._looked_at_by(user) else False
        if wallet.partner_id._wezer_shows_books_to(user):
            return "member"
        if wallet.wezer_currency_id.statements_public and not wallet.is_system:
            return "public"
        return "moderator" if wallet._looked_at_by(user) else False

    def _looked_at_by(self, user):
        since = fields.Datetime.now() - datetime.timedelta(hours=LOOK_HOURS)
        return bool(
            self.env["wezer.wallet.access.log"].search_count(
                [
                    ("wallet_id", "=", self.id),
                    ("user_id", "=", user.id),
                    ("date", ">", since),
                ],
                limit=1,
            )
        )

    def action_look(self, reason):
        """Open this wallet's statement to a community moderator for a day.

        The reason is kept, and the wallet's owner reads who looked and why.

        :param str reason: what it is about, in a sentence
        :return: the address of the statement
        """
        self.ensure_one()
        self._check_moderator()
        reason = " ".join(str(reason or "").split())[:250]
        if len(reason) < REASON_LETTERS:
            raise Refusal(
                self.env._("Say in a sentence why you need to see it."),
                rule="reason",
                value=reason,
            )
        # He was just found to be a moderator who is no party to it.
        look = (
            self.env["wezer.wallet.access.log"]
            .sudo()
            .create(
                {
                    "wallet_id": self.id,
                    "user_id": self.env.uid,
                    "reason": reason,
                    "date": fields.Datetime.now(),
                }
            )
        )
        who, wallet = self.env.user.partner_id, self.sudo()
        self.env["wezer.acting.log"]._log(
            self.env.user, wallet.partner_id, "moderate", "look", look
        )
        name, money = who.sudo().name, wallet.wezer_currency_id
        wallet.partner_id._wezer_notify(
            "statement_seen",
            lambda env: env._(
                "%(name)s, a moderator, looked at your statement in %(currency)s:"
                " %(reason)s",
                name=name,
                currency=money.with_env(env).sudo().name,
                reason=reason,
            ),
            url="/my/acting",
            right="wallet",
        )
        return f"/my/wallets/{self.id}"

    @api.model
    def _names_for(self, user, partners):
        """Return ``{partner id: name}`` as ``user`` may see them; others are hidden."""
        profiles = (
            self.env["wezer.profile"]
            .with_user(user)
            .search([("partner_id", "in", partners.ids)])
            .sudo()
        )
        seen = {profile.partner_id.id: profile.name for profile in profiles}
        return {
            partner.id: seen.get(partner.id) or self.env._("Somebody")
            for partner in partners
        }
