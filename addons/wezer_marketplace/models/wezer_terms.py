from odoo import Command, api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import days, payload
from odoo.addons.wezer_base.tools.lines_field import Lines
from odoo.addons.wezer_base.tools.numbers import decimal_text

from ..tools import price_chips
from ..tools.parts import WHOLE, format_points, parse_points

MOST_PARTS = 20
# What changes in a round while its co-workers sign it; all else stays.
SIGNING_FIELDS = {
    "signing_state",
    "signing_version",
    "signing_deadline",
    "signing_party_id",
}
TERM_FIELDS = ("quantity", "date_start", "date_due", "steps", "done_when")


class WezerTerms(models.Model):
    """A round of a negotiation. Immutable: the next round answers it.

    Terms may stand until a moment only, may pay step by step (milestones), and may
    divide the price among several who work together (shares): each co-worker signs it.
    """

    _name = "wezer.terms"
    _description = "Terms"
    _inherit = ["wezer.signing.mixin", "wezer.written.mixin", "wezer.record.mixin"]
    # A round stands until the next one, or the end of what it was proposed for.
    _signing_needs_deadline = False
    _order = "deal_id, round desc"
    _rec_name = "round"
    _written = {"written_lang": Written(("message",), ("person_id",))}

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    round = fields.Integer(required=True)
    side = fields.Selection(
        [("author", "Author"), ("replier", "Replier")], required=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="restrict"
    )
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    quantity = fields.Float(required=True, default=1.0)
    price_line_ids = Lines("wezer.terms.price", "terms_id")
    price_text = fields.Char(string="Price", compute="_compute_price_text")
    date_start = fields.Datetime()
    date_due = fields.Datetime(string="To be done by")
    steps = fields.Text()
    done_when = fields.Text()
    milestone_ids = Lines("wezer.terms.milestone", "terms_id")
    share_ids = Lines("wezer.terms.share", "terms_id")
    expiry = fields.Datetime(string="Answer until")
    message = fields.Text()
    date = fields.Datetime(required=True)
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    _round_uniq = models.UniqueIndex(
        "(deal_id, round)", "Each round of terms needs its own number."
    )

    def _written_in(self, name):
        """Extend: steps, and what counts as done, come from the announcement."""
        if name in ("steps", "done_when") and len(self) == 1:
            return self.sudo().deal_id.announcement_id._written_in(name)
        return super()._written_in(name)

    @api.depends("price_line_ids.total_minor")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for terms in self:
            terms.price_text = " + ".join(
                line.wezer_currency_id._format(line.total_minor)
                for line in terms.price_line_ids
            ) or self.env._("unpaid help")

    def _price_chip(self) -> price_chips.Chip:
        """Return the price as a chip shows it."""
        self.ensure_one()
        return price_chips.chip(
            self.env,
            [
                (line.wezer_currency_id, line.total_minor)
                for line in self.price_line_ids
            ],
        )

    def _quantity_text(self) -> str:
        """Return the quantity as a form shows it, to be read back as it was."""
        return decimal_text(self.quantity)

    @api.constrains("date_start", "date_due")
    def _check_days(self):
        for terms in self:
            days.check_order(self.env, terms.date_start, terms.date_due)

    @api.model
    def _check_due(self, due, before):
        """Refuse that work is due in the past, unless it was ``before``."""
        if due and due != before and due < fields.Datetime.now():
            raise Refusal(
                self.env._(
                    "%(moment)s is in the past. Choose a later time.",
                    moment=days.format_moment(self.env, due),
                ),
                rule="date",
                value=str(due),
            )

    def write(self, vals):
        if not self.env.su or vals.keys() - SIGNING_FIELDS:
            raise Refusal(
                self.env._(
                    "Terms cannot be changed once they are proposed."
                    " Propose other terms instead."
                ),
                rule="immutable",
            )
        return super().write(vals)

    @api.model
    def _checked_vals(self, vals):
        """Return the values of a round from what a person sent.

        ``milestones`` is a list of ``{"name", "percent", "date_due"}`` that make 100 %
        together; ``shares`` of ``{"partner_id", "percent"}`` of the co-workers: the
        member who answered has the rest. An empty list takes them away.

        :param dict vals: see :meth:`wezer.announcement.action_propose`
        """
        vals = payload.table(self.env, vals)
        expiry = vals.pop("expiry", None)
        milestones, shares = vals.pop("milestones", None), vals.pop("shares", None)
        checked = {}
        if vals.get("quantity") not in (None, ""):
            checked["quantity"] = payload.number(self.env, vals["quantity"])
        if "prices" in vals:
            lines = self.env["wezer.announcement.price"]._prepare_lines(vals["prices"])
            checked["price_line_ids"] = [
                Command.create(
                    {
                        "wezer_currency_id": line[2]["wezer_currency_id"],
                        "total_minor": line[2]["unit_minor"],
                    }
                )
                for line in lines
            ]
        for name in ("date_start", "date_due"):
            if vals.get(name):
                checked[name] = payload.moment(
                    self.env, vals[name], at_end=name == "date_due"
                )
        for name in ("steps", "done_when", "message"):
            if name in vals:
                checked[name] = payload.text(self.env, vals[name], 4000)
        foreign = vals.keys() - {*TERM_FIELDS, "prices", "message"}
        if foreign:
            raise Refusal(self.env._("This is not part of the terms."), rule="field")
        if milestones is not None:
            checked["milestone_ids"] = self._milestone_commands(milestones)
        if shares is not None:
            checked["share_ids"] = self._share_commands(shares)
        if expiry:
            checked["expiry"] = payload.moment(self.env, expiry, at_end=True)
            self._check_due(checked["expiry"], None)
        return checked

    def _rows(self, rows):
        if (
            not isinstance(rows, list | tuple)
            or len(rows) > MOST_PARTS
            or not all(isinstance(row, dict) for row in rows)
        ):
            raise Refusal(
                self.env._("You can enter at most %s.", MOST_PARTS),
                rule="parts",
                limit=str(MOST_PARTS),
            )
        return rows

    def _points(self, text):
        try:
            return parse_points(text)
        except ValueError as error:
            raise Refusal(
                self.env._("“%s” is not a percentage.", text),
                rule="percent",
                value=str(text),
                limit="100",
            ) from error

    def _milestone_commands(self, rows):
        commands, latest = [], False
        for number, row in enumerate(self._rows(rows), start=1):
            name = " ".join(str(row.get("name") or "").split())[:200]
            if not name:
                raise Refusal(
                    self.env._("Say what each step is about."), rule="milestone"
                )
            due = row.get("date_due")
            due = payload.moment(self.env, due, at_end=True) if due else False
            days.check_order(self.env, latest, due)
            latest = due or latest
            commands.append(
                Command.create(
                    {
                        "number": number,
                        "name": name,
                        "points": self._points(row.get("percent")),
                        "date_due": due,
                    }
                )
            )
        given = sum(command[2]["points"] for command in commands)
        if commands and (
            given != WHOLE or not all(command[2]["points"] for command in commands)
        ):
            raise Refusal(
                self.env._(
                    "The steps make %(given)s of the price. They have to make 100 %%.",
                    given=format_points(given),
                ),
                rule="milestone_sum",
                value=format_points(given),
                limit="100 %",
            )
        return commands

    def _share_commands(self, rows):
        points = {}
        for row in self._rows(rows):
            partner = payload.record(
                self.env, "res.partner", row.get("partner_id")
            ).sudo()
            if partner.id in points:
                raise Refusal(
                    self.env._("Each person can have only one share."), rule="share"
                )
            points[partner.id] = self._points(row.get("percent"))
        return [
            Command.create({"partner_id": partner_id, "points": given})
            for partner_id, given in points.items()
        ]

    def _copied_vals(self):
        """Return these terms as values of another round, without the message."""
        self.ensure_one()
        names = ("quantity", "date_start", "date_due", "steps", "done_when")
        return {
            **{name: self[name] for name in names},
            "price_line_ids": [
                Command.create(
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "total_minor": line.total_minor,
                    }
                )
                for line in self.price_line_ids
            ],
            "milestone_ids": [
                Command.create(
                    {
                        "number": milestone.number,
                        "name": milestone.name,
                        "points": milestone.points,
                        "date_due": milestone.date_due,
                    }
                )
                for milestone in self.milestone_ids
            ],
            "share_ids": [
                Command.create(
                    {"partner_id": share.partner_id.id, "points": share.points}
                )
                for share in self.share_ids
                if share.points
            ],
        }

    # === WHAT STANDS, AND WHO HAS TO SIGN === #

    def _unsigned_coworkers(self):
        """Return the co-workers (sudo) who have not signed this round, asked or not."""
        self.ensure_one()
        terms = self.sudo()
        coworkers = terms.share_ids.partner_id
        return coworkers - terms._signed() if coworkers else coworkers

    def _stands(self):
        """Return whether these terms can still be accepted."""
        return not self.expiry or self.expiry > fields.Datetime.now()

    def _check_not_expired(self):
        for terms in self:
            if not terms._stands():
                raise Refusal(
                    self.env._(
                        "These terms were valid until %s.", terms._format_expiry()
                    ),
                    rule="expired",
                    limit=fields.Datetime.to_string(terms.expiry),
                )

    def _format_expiry(self):
        return days.format_moment(self.env, self.expiry)

    # === WHAT CHANGED === #

    def _diff(self):
        """Return what changed since the round before.

        :return: list of ``(label, before, now)``, empty for the first round
        """
        self.ensure_one()
        before = self.search(
            [
                ("deal_id", "=", self.deal_id.id),
                ("round", "=", self.round - 1),
            ]
        )
        return self._diff_from(before)

    def _diff_from(self, before):
        """Return what is other than in ``before``, as :meth:`_diff` does."""
        if not before:
            return []
        labels = self.fields_get([*TERM_FIELDS, "price_text"], ["string"])
        changes = [
            (labels[name]["string"], before[name] or "", self[name] or "")
            for name in (
                "quantity",
                "price_text",
                "date_start",
                "date_due",
                "steps",
                "done_when",
            )
            if before[name] != self[name]
        ]
        for label, name in (
            (self.env._("Paid in steps"), "milestone_ids"),
            (self.env._("Co-workers"), "share_ids"),
        ):
            was = ", ".join(row._format() for row in before[name])
            now = ", ".join(row._format() for row in self[name])
            if was != now:
                changes.append((label, was, now))
        return changes
