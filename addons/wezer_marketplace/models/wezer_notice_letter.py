from odoo import Command, api, models

from ..tools import deal_calendar


class WezerNoticeLetter(models.AbstractModel):
    _inherit = "wezer.notice.letter"

    @api.model
    def _prepare_letter(self, partner, notices):
        vals = super()._prepare_letter(partner, notices)
        newest = notices[-1]
        if newest.res_model != "wezer.deal":
            return vals
        reader = self.env["wezer.sentence"]._read_by(partner)
        # The reader was told about it; the file says no more than its page does.
        deals = self.env["wezer.deal"].sudo().with_context(**reader.env.context)
        deal = deals.browse(newest.res_id).exists()
        method = deal and deal_calendar.method_for(
            deal, partner, notices.mapped("kind")
        )
        if method:
            vals["attachment_ids"] = [
                Command.create(
                    {
                        "name": deal_calendar.file_name(deal),
                        "raw": deal_calendar.entry(deal, method),
                        "mimetype": "text/calendar",
                        # It is deleted together with the letter.
                        "res_model": "mail.message",
                        "res_id": 0,
                    }
                )
            ]
        return vals
