from odoo import api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.text import clean_text

from .wezer_movein_problem import MEMBER_REPORT

_lt = LazyTranslate(__name__)

# Exact decimals; each is shown by a field of its name with ``_text``.
AMOUNTS = ("balance_file", "balance_replay", "balance_here", "difference")
REPORT_LENGTH = 1000
# Reports of one account that wait for an answer.
REPORTS_WAITING = 5


class WezerMoveinAccount(models.Model):
    """An account of the old system: whose it is, and both balances."""

    _name = "wezer.movein.account"
    _inherit = ["wezer.record.mixin"]
    _description = "Account of a move"
    _order = "movein_id, code"
    _rec_name = "code"

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="cascade"
    )
    movein_state = fields.Selection(
        related="movein_id.state", string="State of the move", store=True
    )
    code = fields.Char(string="Old number", required=True, readonly=True)
    name = fields.Char(string="Old name", readonly=True)
    kind = fields.Selection(
        [
            ("person", "Person"),
            ("household", "Household"),
            ("organisation", "Organisation"),
            ("community", "Community"),
            ("public", "Public account"),
            ("former", "Former member"),
            ("collective", "Former members together"),
            ("foreign", "Another community"),
            ("group", "Group"),
        ],
        required=True,
        readonly=True,
    )
    old_state = fields.Selection(
        [("open", "Open"), ("frozen", "Frozen"), ("closed", "Closed")],
        required=True,
        readonly=True,
    )
    people = fields.Char(
        readonly=True, help="The names of the people of this account in the files."
    )
    person_ids = fields.Many2many(
        "res.partner",
        "wezer_movein_account_person_rel",
        string="People here",
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    wallet_id = fields.Many2one(
        "wezer.wallet",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # Decimals as text, which no rounding touches.
    balance_file = fields.Char(string="Balance by the files, exact", readonly=True)
    balance_replay = fields.Char(string="Balance by its payments, exact", readonly=True)
    balance_here = fields.Char(string="Balance here, exact", readonly=True)
    difference = fields.Char(string="Difference, exact", readonly=True)
    balance_file_text = fields.Char(
        string="Balance by the files", compute="_compute_texts", compute_sudo=True
    )
    balance_replay_text = fields.Char(
        string="Balance by its payments", compute="_compute_texts", compute_sudo=True
    )
    balance_here_text = fields.Char(
        string="Balance here", compute="_compute_texts", compute_sudo=True
    )
    difference_text = fields.Char(
        string="Difference", compute="_compute_texts", compute_sudo=True
    )
    has_difference = fields.Boolean(
        string="The balances differ",
        readonly=True,
        help="By more than the files round off.",
    )
    payment_count = fields.Integer(string="Payments", readonly=True, aggregator=None)
    note_count = fields.Integer(
        string="Notes",
        readonly=True,
        aggregator=None,
        help="Rows that moved nothing: payments to oneself, and zeros.",
    )
    notes = fields.Json(
        string="Rows that moved nothing",
        readonly=True,
        groups="wezer_base.group_administrator",
    )
    beyond_count = fields.Integer(
        string="Payments beyond a limit",
        readonly=True,
        aggregator=None,
        help="Payments of the history that left the balance beyond the limits that"
        " hold now.",
    )
    date_first = fields.Datetime(string="First payment", readonly=True)
    date_last = fields.Datetime(string="Last payment", readonly=True)
    date_letter = fields.Datetime(
        string="Letter sent", readonly=True, groups="wezer_base.group_administrator"
    )
    company_id = fields.Many2one(related="movein_id.company_id", store=True, index=True)

    _code_uniq = models.UniqueIndex(
        "(movein_id, code)", "An account can be in a move only once."
    )

    @api.depends(*AMOUNTS)
    @api.depends_context("lang")
    def _compute_texts(self):
        """Show amounts with the decimals of the currency, as the reader's language."""
        for move, accounts in self.grouped("movein_id").items():
            write = move._amount_writer()
            for account in accounts:
                for name in AMOUNTS:
                    account[f"{name}_text"] = write(account[name])

    def report_wrong(self, text: str) -> bool:
        """Tell the administrators that something about one's own account is wrong.

        :param text: what is wrong, in the member's words
        :raise NotAllowed: where the user does not act for the owner of the account
        :raise Refusal: rules ``text``, and ``waiting`` where enough reports wait
        """
        self.ensure_one()
        user = self.env.user
        user._wezer_check_standing()
        account = self.sudo().exists()
        if not account.partner_id or not user._acts_for(account.partner_id, "wallet"):
            raise NotAllowed(self.env._("This account is not yours."))
        self.check_access("read")
        said = clean_text(text if isinstance(text, str) else "")[:REPORT_LENGTH]
        if not said.strip():
            raise Refusal(self.env._("Write what is wrong."), rule="text", field="text")
        problems = self.env["wezer.movein.problem"].sudo()
        waiting = problems.search_count(
            [("account_id", "=", account.id), ("is_undecided", "=", True)]
        )
        if waiting >= REPORTS_WAITING:
            raise Refusal(
                self.env._(
                    "Your earlier messages about this account are still with the"
                    " administrators. Please wait for their answer."
                ),
                rule="waiting",
                value=str(waiting),
                limit=str(REPORTS_WAITING),
            )
        # Shown above to act for the owner: one row for the administrators.
        problem = problems.create(
            {
                "movein_id": account.movein_id.id,
                "account_id": account.id,
                "code": MEMBER_REPORT,
                "sentence": said,
                "accounts": account.code,
                "choices": "answered",
                "asks": True,
            }
        )
        problem.key = f"{MEMBER_REPORT}:{problem.id}"
        account.movein_id._notify_report(account)
        return True
