from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from ..tools.parts import WHOLE, points_of, say_points, shares

MOST_PARTS = 20
SIGNATURE = {"agreed_on", "person_id"}


class WezerTerms(models.Model):
    """Terms may pay step by step, and divide the price among who work together."""

    _inherit = "wezer.terms"

    milestone_ids = fields.One2many("wezer.terms.milestone", "terms_id")
    share_ids = fields.One2many("wezer.terms.share", "terms_id")

    def _copied_vals(self):
        """Return these terms as values of another round, its message apart."""
        self.ensure_one()
        names = ("quantity", "date_start", "date_due", "steps", "done_when")
        return {
            **{name: self[name] for name in names},
            "price_line_ids": [
                (
                    0,
                    0,
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "total_minor": line.total_minor,
                    },
                )
                for line in self.price_line_ids
            ],
            "milestone_ids": [
                (
                    0,
                    0,
                    {
                        "number": one.number,
                        "name": one.name,
                        "points": one.points,
                        "date_due": one.date_due,
                    },
                )
                for one in self.milestone_ids
            ],
            "share_ids": [
                (0, 0, {"partner_id": one.partner_id.id, "points": one.points})
                for one in self.share_ids
                if one.points
            ],
        }

    @api.model
    def _checked_vals(self, vals):
        """Also take ``milestones`` and ``shares``.

        ``milestones`` is a list of ``{"name", "percent", "date_due"}`` that make 100 %
        together; ``shares`` of ``{"partner_id", "percent"}`` of the co-workers: who
        answered has the rest. An empty list takes them away.
        """
        vals = self._by_name(vals)
        milestones, shares = vals.pop("milestones", None), vals.pop("shares", None)
        checked = super()._checked_vals(vals)
        if milestones is not None:
            checked["milestone_ids"] = self._milestone_commands(milestones)
        if shares is not None:
            checked["share_ids"] = self._share_commands(shares)
        return checked

    def _rows(self, rows):
        if (
            not isinstance(rows, list | tuple)
            or len(rows) > MOST_PARTS
            or not all(isinstance(row, dict) for row in rows)
        ):
            raise Refusal(
                self.env._("At most %s parts.", MOST_PARTS),
                rule="parts",
                limit=str(MOST_PARTS),
            )
        return rows

    def _points(self, text):
        try:
            return points_of(text)
        except ValueError as error:
            raise Refusal(
                self.env._("“%s” is no part of a hundred.", text),
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
            due = self._moment(due, at_end=True) if due else False
            days.check_order(self.env, latest, due)
            latest = due or latest
            commands.append(
                (
                    0,
                    0,
                    {
                        "number": number,
                        "name": name,
                        "points": self._points(row.get("percent")),
                        "date_due": due,
                    },
                )
            )
        given = sum(command[2]["points"] for command in commands)
        if commands and (
            given != WHOLE or not all(command[2]["points"] for command in commands)
        ):
            raise Refusal(
                self.env._(
                    "The steps make %(given)s of the price: they have to make 100 %%.",
                    given=say_points(given),
                ),
                rule="milestone_sum",
                value=say_points(given),
                limit="100 %",
            )
        return commands

    def _share_commands(self, rows):
        points = {}
        for row in self._rows(rows):
            partner = self.env["wezer.transfer"]._partner(row.get("partner_id"))
            if partner.id in points:
                raise Refusal(self.env._("Each has one part."), rule="share")
            points[partner.id] = self._points(row.get("percent"))
        return [
            (0, 0, {"partner_id": partner_id, "points": given})
            for partner_id, given in points.items()
        ]

    def _unsigned(self):
        """Return the co-workers who have not agreed to these terms yet."""
        return self.sudo().share_ids.filtered(lambda one: not one.agreed_on).partner_id

    def _diff_from(self, before):
        changes = super()._diff_from(before)
        if not before:
            return changes
        for label, name in (
            (self.env._("Paid in steps"), "milestone_ids"),
            (self.env._("Who works together"), "share_ids"),
        ):
            was = ", ".join(one._say() for one in before[name])
            now = ", ".join(one._say() for one in self[name])
            if was != now:
                changes.append((label, was, now))
        return changes


class WezerTermsMilestone(models.Model):
    """One step of a deal that is delivered, approved and paid by itself."""

    _name = "wezer.terms.milestone"
    _description = "Step that is paid by itself"
    _order = "terms_id, number"
    _wezer_titles = ("name",)

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True)
    name = fields.Char(required=True)
    points = fields.Integer(required=True, help="Of the price, in 1/100 percent.")
    percent_text = fields.Char(string="Part", compute="_compute_percent_text")
    date_due = fields.Datetime()
    company_id = fields.Many2one(related="terms_id.company_id", store=True)

    _points_in_range = models.Constraint(
        "CHECK (points > 0 AND points <= 10000)", "A step is paid a part of the price."
    )
    _number_uniq = models.UniqueIndex("(terms_id, number)", "Each step once.")

    @api.depends("points")
    def _compute_percent_text(self):
        for one in self:
            one.percent_text = say_points(one.points)

    def _say(self):
        return f"{self.name} {say_points(self.points)}"

    def write(self, vals):
        raise Refusal(self.env._("A round of terms stays as it is."), rule="immutable")


class WezerTermsShare(models.Model):
    """A co-worker's part of the price; he agrees to the round that names it.

    0 points: he had a part and would have none.
    """

    _name = "wezer.terms.share"
    _description = "Part of who works with somebody"
    _order = "terms_id, id"
    _rec_name = "partner_id"

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    points = fields.Integer(required=True, help="Of the price, in 1/100 percent.")
    percent_text = fields.Char(string="Part", compute="_compute_percent_text")
    agreed_on = fields.Datetime()
    person_id = fields.Many2one("res.partner", ondelete="restrict")
    company_id = fields.Many2one(related="terms_id.company_id", store=True)

    _points_in_range = models.Constraint(
        "CHECK (points >= 0 AND points < 10000)", "A share is a part of the price."
    )
    _partner_uniq = models.UniqueIndex("(terms_id, partner_id)", "Each has one part.")

    @api.depends("points")
    def _compute_percent_text(self):
        for one in self:
            one.percent_text = say_points(one.points)

    def _say(self):
        return f"{self.sudo().partner_id.name} {say_points(self.points)}"

    def _part(self):
        """Return the part in percent and in money, as people say it."""
        its = [
            line.wezer_currency_id._format(shares(line.total_minor, [self.points])[1])
            for line in self.terms_id.price_line_ids
        ]
        return " = ".join([say_points(self.points), *[" + ".join(its)][: len(its)]])

    def write(self, vals):
        if not self.env.su or vals.keys() != SIGNATURE:
            raise Refusal(
                self.env._("A round of terms stays as it is."), rule="immutable"
            )
        return super().write(vals)

    def _sign(self):
        """Keep that the caller agreed (sudo: the arrow has checked who)."""
        self.ensure_one()
        person = self.env.user.partner_id
        signature = {"agreed_on": fields.Datetime.now(), "person_id": person.id}
        return self.sudo().write(signature)
