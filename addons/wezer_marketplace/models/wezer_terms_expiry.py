from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days


class WezerTerms(models.Model):
    """Terms that stand until a moment: who does not answer by then has not agreed."""

    _inherit = "wezer.terms"

    expiry = fields.Datetime(string="Answer until")

    @api.model
    def _checked_vals(self, vals):
        vals = self._by_name(vals)
        until = vals.pop("expiry", None)
        checked = super()._checked_vals(vals)
        if until:
            checked["expiry"] = self._moment(until, at_end=True)
            self._check_due(checked["expiry"], None)
        return checked

    def _stands(self):
        """Say whether these terms can still be accepted."""
        return not self.expiry or self.expiry > fields.Datetime.now()

    def _check_not_expired(self):
        for terms in self:
            if not terms._stands():
                raise Refusal(
                    self.env._("These terms stood until %s.", terms._say_expiry()),
                    rule="expired",
                    limit=fields.Datetime.to_string(terms.expiry),
                )

    def _say_expiry(self):
        return days.format_moment(self.env, self.expiry)


class WezerDeal(models.Model):
    _inherit = "wezer.deal"

    def _is_in_time(self):
        """Say whether the terms still stand, and a place that is held is held still."""
        deal = self.sudo()
        return deal.terms_id._stands() and (not deal.hold_until or deal._is_held())

    def _accept_terms(self, party):
        self.sudo().terms_id._check_not_expired()
        return super()._accept_terms(party)

    def _amend(self, party):
        self.amend_terms_id._check_not_expired()
        return super()._amend(party)

    def _turn_line(self):
        line = super()._turn_line()
        terms = self.sudo().terms_id
        if self.sudo().state == "open" and terms.expiry:
            return self.env._(
                "%(line)s (until %(moment)s)", line=line, moment=terms._say_expiry()
            )
        return line

    @api.model
    def _clocks(self, now):
        return [
            *super()._clocks(now),
            (
                [("state", "=", "open"), ("terms_id.expiry", "<=", now)],
                "_terms_expire",
            ),
        ]

    def _terms_expire(self, now):
        """Nobody answered in time: it ends kindly, and whoever waits has the place."""
        self._log("clock", self.replier_id)
        self._finish("expired")
        self._notify_all(
            "withdraw",
            lambda env: env._(
                "The terms were not answered in time: %(title)s", title=self.title
            ),
        )
