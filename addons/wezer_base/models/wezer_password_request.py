import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import Refusal
from ..tools.cron import for_each_due

_logger = logging.getLogger(__name__)

# Letters of a login, and requests that wait at a time.
LOGIN_LETTERS = 200
MOST_WAITING = 2000
# One letter to a person in so many seconds: anybody can ask for it.
PAUSE_SECONDS = 600


class WezerPasswordRequest(models.Model):
    """A login for which somebody asked for a new password, whether it exists or not.

    Whose login it is is looked up by a scheduled job: neither the answer of the page
    nor the work for it says who has an account.
    """

    _name = "wezer.password.request"
    _description = "Request for a new password"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "login"
    _log_access = False

    login = fields.Char(required=True, index=True)
    date = fields.Datetime(required=True)

    @api.model
    def _ask(self, login):
        """Keep that somebody asked for a new password of this login or address.

        :raise Refusal: rule ``hourly``, where too many wait
        """
        # Visitors write nothing themselves, and may not touch jobs.
        requests = self.sudo()
        if requests.search_count([], limit=MOST_WAITING) == MOST_WAITING:
            raise Refusal(
                self.env._(
                    "Too many people asked for a new password. Try again in an hour."
                ),
                rule="hourly",
                limit=MOST_WAITING,
            )
        login = str(login or "").strip()[:LOGIN_LETTERS]
        requests.create({"login": login, "date": fields.Datetime.now()})
        self.env.ref("wezer_base.ir_cron_reset").sudo()._trigger()

    @api.model
    def _answer(self):
        """Write to the owners of the logins that wait (a scheduled job)."""
        return for_each_due(self.sudo(), [], lambda one: one._answer_one())

    def _answer_one(self):
        """Write to the owner of one login, if there is one (sudo)."""
        self.ensure_one()
        login = self.login
        # Asked several times meanwhile: one letter.
        self.search([("login", "=", login)]).unlink()
        users = self.env["res.users"].sudo()
        found = users.search(users._get_login_domain(login)) or users.search(
            users._get_email_domain(login)
        )
        if len(found) != 1 or not found.email:
            return
        try:
            with self.env.cr.savepoint():
                keys = self.env["wezer.idempotency.key"]
                if keys._is_first(f"password:{found.id}", seconds=PAUSE_SECONDS):
                    found.action_reset_password()
        except UserError as error:
            _logger.warning("No letter to a new password for %s: %s", found.id, error)
