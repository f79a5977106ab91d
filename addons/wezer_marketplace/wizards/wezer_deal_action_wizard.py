from odoo import Command, api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerDealActionWizard(models.TransientModel):
    """Ask for what an action of a deal needs; the action itself checks and does."""

    _name = "wezer.deal.action.wizard"
    _description = "Reasons for an action on a deal"
    _inherit = ["wezer.deal.wizard.mixin", "wezer.record.mixin"]

    action = fields.Selection(
        [
            ("send_back", "Send back"),
            ("counter", "Propose other terms"),
            ("decline", "Decline"),
            ("cancel", "Agree to cancel"),
            ("dispute", "Call a moderator"),
            ("resolve", "Decide"),
            ("attendance", "Attendance"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Text()
    attendance = fields.Selection(
        [
            ("came", "Attended"),
            ("late", "Attended late"),
            ("absent", "Did not attend"),
            ("excused", "Excused"),
        ],
        default="came",
    )
    due = fields.Datetime(string="Date due")
    quantity = fields.Char()
    outcome = fields.Selection(
        [
            ("paid", "The work is paid as agreed"),
            ("refunded", "All that was paid is given back"),
            ("cancelled", "Nothing is paid"),
            ("split", "Part of it is paid"),
        ],
        string="Decision",
        # A decision about money is never proposed.
    )
    line_ids = fields.One2many("wezer.deal.action.wizard.line", "wizard_id")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        deal = self.env["wezer.deal"].browse(values.get("deal_id"))
        if deal and values.get("action") == "resolve":
            values["line_ids"] = [
                Command.create(
                    {
                        "wezer_currency_id": line.wezer_currency_id.id,
                        "agreed": line.wezer_currency_id._format(line.total_minor),
                    }
                )
                for line in deal.accepted_terms_id.price_line_ids
            ]
        if deal and values.get("action") == "counter":
            deal.check_access("read")
            values |= self._last_terms(deal)
        return values

    def _last_terms(self, deal):
        """Return the values of the last round, which the reader of the deal sees."""
        terms = deal.terms_id
        offered = {
            line.wezer_currency_id: line.total_minor for line in terms.price_line_ids
        }
        asked = deal.announcement_id.price_line_ids.wezer_currency_id
        return {
            "quantity": terms._quantity_text(),
            "due": terms.date_due,
            "line_ids": [
                Command.create(
                    {
                        "wezer_currency_id": currency.id,
                        "agreed": currency._format(minor),
                        "amount": currency._decimal(minor),
                    }
                )
                for currency, minor in (offered or dict.fromkeys(asked, 0)).items()
            ],
        }

    def _counter_vals(self):
        """Return what :meth:`wezer.deal.action_counter` takes."""
        vals = {
            "quantity": self.quantity or "",
            "message": self.reason or "",
            "prices": {
                line.wezer_currency_id.id: line.amount
                for line in self.line_ids
                if line.amount
            },
        }
        if self.due:
            vals["date_due"] = self.due
        return vals

    def action_confirm(self) -> dict:
        """Call the action of the deal."""
        self.ensure_one()
        deal = self.deal_id
        if self.action == "send_back":
            deal.action_send_back(self.reason, self.due)
        elif self.action == "counter":
            deal.action_counter(self._counter_vals())
        elif self.action == "decline":
            deal.action_decline(self.reason)
        elif self.action == "cancel":
            deal.action_cancel(self.reason)
        elif self.action == "dispute":
            deal.action_dispute(self.reason)
        elif self.action == "resolve":
            amounts = {
                line.wezer_currency_id.id: line.amount or "0" for line in self.line_ids
            }
            deal.action_resolve(
                self.outcome,
                self.reason,
                amounts=amounts if self.outcome == "split" else None,
            )
        elif self.action == "attendance":
            deal.action_attendance(self.attendance)
        else:
            raise Refusal(self.env._("This action is not known."), rule="action")
        if not deal.search_count([("id", "=", deal.id)]):
            # A moderator who decided sees the deal no longer: back to the others.
            return {
                **self.env["ir.actions.act_window"]._for_xml_id(
                    "wezer_marketplace.wezer_dispute_action"
                ),
                "target": "main",
            }
        return {"type": "ir.actions.act_window_close"}


class WezerDealActionWizardLine(models.TransientModel):
    _name = "wezer.deal.action.wizard.line"
    _description = "Amount of a decision"
    _inherit = ["wezer.record.mixin"]

    wizard_id = fields.Many2one(
        "wezer.deal.action.wizard", required=True, ondelete="cascade"
    )
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", required=True, ondelete="cascade"
    )
    agreed = fields.Char()
    amount = fields.Char(string="Amount for the worker")
