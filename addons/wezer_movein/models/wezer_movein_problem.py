from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.wezer_base.tools import days

from ..tools import problems, shown
from ..tools.content import Problem

#: The code of what members tell about their own account.
MEMBER_REPORT = "member_report"
CODES = [
    ("not_moved", "Probably never completed"),
    ("balance_differs", "Balances that differ"),
    ("closed_with_balance", "Closed with a balance"),
    ("future_date", "Date in the future"),
    ("spelled_differently", "Name written in several ways"),
    ("foreign_party", "Member of another community"),
    ("unknown_account", "Unknown number"),
    ("missing_member", "Not among the members"),
    ("collective_account", "Former members together"),
    ("same_account", "Paid to oneself"),
    ("both_sides_the_same_text", "Both sides left the community"),
    ("zero_amount", "Amount of zero"),
    ("rows_alike", "Equal rows"),
    ("same_number", "Number of another payment"),
    ("more_decimals", "More decimals than usual"),
    ("no_date", "No date"),
    ("balance_rounded", "Rounded balance"),
    ("seconds_lost", "Seconds left out"),
    ("frozen", "Locked account"),
    ("several_people", "Several people, one account"),
    ("email_twice", "One address, several people"),
    ("no_email", "No e-mail address"),
    ("bad_email", "E-mail address that is not valid"),
    ("name_twice", "Same name"),
    ("opening_balances", "Opening balances"),
    ("negative_amount", "Negative amount"),
    ("formula", "Text like a formula"),
    ("letters_lost", "Lost letters"),
    ("heading_rows", "Headings"),
    ("title_rows", "Titles"),
    ("total_row", "Sum of the sheet"),
    ("row_too_long", "Row with more cells than headings"),
    ("foreign_advert", "Announcements of others"),
    ("not_in_export", "Not in the files"),
    (problems.LEVY, "Levies in a column of their own"),
    (MEMBER_REPORT, "Reported by a member"),
]
CHOICES = [
    ("leave_out", "Leave the payment out"),
    ("keep", "Keep it"),
    ("opening", "Make it good by an opening entry"),
    ("leave", "Leave the difference, and show it"),
    ("community", "The community gets the balance, or pays it"),
    ("stays", "The balance stays on the closed wallet"),
    ("same", "The same person"),
    ("separate", "Different people"),
    ("date_before", "Take the date of the payment before"),
    ("date", "Take another date"),
    ("former", "Make a closed wallet"),
    ("person", "It belongs to a person"),
    ("first_person", "The first person only"),
    ("one_wallet", "One wallet for all of them"),
    ("second_without", "The second person without the address"),
    ("by_hand", "Write both by hand"),
    ("more_digits", "More decimals for the currency"),
    ("type", "Write it anew"),
    ("virtual", "Book it on the account of the other community"),
    ("note", "Keep it as a note"),
    ("explained", "Explained"),
    ("frozen", "Freeze the wallet"),
    ("on_paper", "Member without e-mail"),
    ("both", "Take both"),
    ("reversal", "Book it as a reversal"),
    ("text", "Keep it as a text"),
    ("left_out", "Left out"),
    ("joined", "Joined"),
    ("told", "For information"),
    ("answered", "Answered"),
    ("levy_none", "Nobody paid the levies"),
    ("levy_both", "Each side paid the levy of the column"),
    ("levy_payee", "The payee paid the levy"),
    ("levy_payer", "The payer paid the levy"),
    ("levy_half", "Each side paid half of the levy"),
    ("levy_payee_both", "The payee paid the levy twice, for both sides"),
    ("levy_payer_both", "The payer paid the levy twice, for both sides"),
    ("levy_net", "The amount contains the levy, and only the rest was paid"),
]
# Details of problems that are amounts of the currency.
AMOUNTS = ("amount", "balance", "difference", "file", "replay", "sum", "text")
# So many readings of a column are compared in a line, the best ones.
READINGS_SHOWN = 3
#: In the context: the choices of a form. The web client reads the labels of a form's
#: fields with keys of the context that end so, and with no others.
CHOICES_KEY = "wezer_movein_choices_view_ref"
#: Choices that need a value: a date, a person, or a text.
WITH_VALUE = ("date", "person", "type")


class WezerMoveinProblem(models.Model):
    """Something in the files that is told, or that an administrator decides."""

    _name = "wezer.movein.problem"
    _inherit = ["wezer.record.mixin"]
    _description = "Problem of a move"
    _order = "movein_id, asks desc, code, id"
    _rec_name = "code"
    _wezer_raw = ("key",)

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(
        readonly=True,
        index=True,
        help="Names the problem in files of decisions and in later checks.",
    )
    code = fields.Selection(
        CODES, string="Problem", required=True, readonly=True, index=True
    )
    sentence = fields.Char(readonly=True, help="In English, or as a member wrote it.")
    words = fields.Char(string="In words", compute="_compute_words")
    file = fields.Char(readonly=True)
    row = fields.Integer(readonly=True, aggregator=None)
    old_id = fields.Char(string="Old number", readonly=True)
    accounts = fields.Char(readonly=True)
    amount = fields.Char(string="Amount, exact", readonly=True)
    amount_text = fields.Char(
        string="Amount", compute="_compute_amount_text", compute_sudo=True
    )
    details = fields.Json(readonly=True)
    # What happens unless somebody decides; empty where somebody has to.
    default = fields.Selection(CHOICES, string="Without a decision", readonly=True)
    choices = fields.Char(readonly=True, help="The possible decisions.")
    asks = fields.Boolean(
        string="Needs a decision",
        readonly=True,
        help="The import waits until an administrator has decided.",
    )
    choice = fields.Selection(CHOICES, string="Decision", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    person_id = fields.Many2one(
        "res.partner", string="Decided by", readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Decided on", readonly=True)
    is_undecided = fields.Boolean(
        string="To decide", compute="_compute_is_undecided", store=True, index=True
    )
    is_decidable = fields.Boolean(compute="_compute_is_decidable")
    account_id = fields.Many2one(
        "wezer.movein.account",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The account that a member reported.",
    )
    company_id = fields.Many2one(related="movein_id.company_id", store=True, index=True)

    @api.depends("asks", "choice")
    def _compute_is_undecided(self):
        for problem in self:
            problem.is_undecided = problem.asks and not problem.choice

    @api.depends("choices", "asks", "code", "movein_id.state")
    def _compute_is_decidable(self):
        """A problem with a single choice is only told; after the import, all are."""
        for problem in self:
            choices = (problem.choices or "").split()
            has_time = (
                problem.code == MEMBER_REPORT or problem.movein_id.state == "checked"
            )
            problem.is_decidable = has_time and (
                len(choices) > 1 or (problem.asks and bool(choices))
            )

    @api.depends("amount")
    @api.depends_context("lang")
    def _compute_amount_text(self):
        for move, found in self.grouped("movein_id").items():
            write = move._amount_writer()
            for problem in found:
                problem.amount_text = write(problem.amount)

    @api.depends("code", "sentence", "details", "accounts", "amount", "file")
    @api.depends_context("lang")
    def _compute_words(self):
        """Tell the problem in the reader's language; members' words stay theirs."""
        names = self._account_names()
        # Of the move, only the unit of its amounts is read.
        writers = {move: move._amount_writer() for move in self.sudo().movein_id}
        for problem in self:
            kind = problems.PROBLEMS.get(problem.code)
            if not kind:
                problem.words = problem.sentence
                continue
            called = names.get(problem.movein_id.id, {})
            write = writers[problem.movein_id]
            told = Problem(
                problem.code,
                problem.file or "",
                problem.row,
                problem.old_id or "",
                [called.get(code, code) for code in problem._account_codes()],
                problem.amount,
                problem._details_in_words(write),
            )
            text = shown.term(self.env, kind.sentence)
            problem.words = " ".join(
                filter(
                    None,
                    (
                        problems.sentence(told, text),
                        problem._payment_in_words(called),
                        problem._readings_in_words(write),
                    ),
                )
            )

    def _details_in_words(self, write):
        """Return the details as a sentence says them, in the reader's language.

        :param write: what writes amounts of the move
        """
        found = dict(self.details or {})
        for name in AMOUNTS:
            if name in found:
                found[name] = write(found[name])
        if isinstance(found.get("what"), list):
            found["what"] = [shown.term(self.env, one) for one in found["what"]]
        return found

    def _account_codes(self):
        return (self.accounts or "").split(", ")

    def _account_names(self):
        """Return ``{move: {code: code and name}}`` of the accounts that are named."""
        codes = set()
        for problem in self:
            payment = (problem.details or {}).get("payment", {})
            codes.update(problem._account_codes())
            codes.update((payment.get("payer"), payment.get("payee")))
        accounts = self.env["wezer.movein.account"].search_fetch(
            [
                ("movein_id", "in", self.movein_id.ids),
                ("code", "in", [code for code in codes if code]),
            ],
            ["movein_id", "code", "name"],
        )
        found = defaultdict(dict)
        for account in accounts:
            name = account.name or ""
            # Names of former members have their numbers.
            if name and account.code not in name:
                found[account.movein_id.id][account.code] = f"{account.code} ({name})"
        return found

    def _payment_in_words(self, called):
        """Return what the row of this problem says, for people to recognise it."""
        payment = (self.details or {}).get("payment")
        if not payment:
            return ""
        day = fields.Date.to_date(payment["date"])
        told = {
            "payer": called.get(payment["payer"], payment["payer"]),
            "payee": called.get(payment["payee"], payment["payee"]),
            "amount": self.amount_text or "",
            "purpose": payment["purpose"],
        }
        if not day:
            return self.env._(
                "Payment without a date, from %(payer)s to %(payee)s: %(amount)s"
                " %(purpose)s",
                **told,
            )
        return self.env._(
            "Payment of %(day)s, from %(payer)s to %(payee)s: %(amount)s %(purpose)s",
            day=days.format_day(self.env, day, year=True),
            **told,
        )

    def _readings_in_words(self, write):
        """Return what the likely readings of a column leave to explain."""
        residuals = (self.details or {}).get("residuals")
        if not residuals:
            return ""
        labels = dict(self._fields["choice"]._description_selection(self.env))
        likely = sorted(residuals.items(), key=lambda item: Decimal(item[1]))
        return self.env._(
            "Left to explain: %s.",
            "; ".join(
                f"{labels.get(f'{self.code}_{name}', name)}: {write(left)}"
                for name, left in likely[:READINGS_SHOWN]
            ),
        )

    def action_decide(self) -> dict:
        """Open the form to decide about these problems."""
        lists = [(problem.choices or "").split() for problem in self]
        common = [
            choice
            for choice in (lists[0] if lists else [])
            if all(choice in others for others in lists)
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "wezer.movein.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_problem_ids": self.ids,
                CHOICES_KEY: " ".join(common),
            },
        }
