from odoo import api, models
from odoo.tools import plaintext2html

from odoo.addons.wezer_base.tools.arrival import with_arrival


class WezerNoticeLetter(models.AbstractModel):
    """The letters of circles to their members."""

    _inherit = "wezer.notice.letter"

    @api.model
    def _write_letter(self, notice):
        if notice.kind == "group_news":
            news = self.env["wezer.news"].sudo()
            news._settle_unreached(notice.partner_id)
            at_once = news.browse(notice.res_id).exists().send_letter
            if not at_once or self._wants_no_bulk(notice.partner_id):
                # Not by itself: it is in the digest, and on the website.
                notice.letter_due = False
            if notice.settled or not notice.letter_due:
                return self.env["mail.mail"].sudo()
        return super()._write_letter(notice)

    @api.model
    def _wants_no_bulk(self, partner):
        """Return whether the address is on Odoo's list of those who want no mailings.

        Email Marketing, where it is installed, lets people put themselves on it.
        """
        blacklist = self.env["mail.blacklist"].sudo()
        address = partner.email_normalized
        return bool(address and blacklist.search_count([("email", "=", address)]))

    @api.model
    def _prepare_letter(self, partner, notices):
        vals = super()._prepare_letter(partner, notices)
        newest = notices[-1]
        if newest.kind == "group_news":
            # sudo: the reader was told about it.
            news = self.env["wezer.news"].sudo().browse(newest.res_id).exists()
            if news:
                vals.update(self._news_vals(partner, news))
        return vals

    @api.model
    def _news_vals(self, partner, news):
        """Return what of the mail is different where it brings news (sudo)."""
        reader = self.env["wezer.sentence"]._read_by(partner)
        here = self.with_context(**reader.env.context)
        company, group = self.env.company, news.group_id
        base_url = partner.get_base_url()
        stop = self.env["wezer.news.refusal"]._stop_url(partner, group)
        body = here.env["ir.qweb"]._render(
            "wezer_fractal_groups.news_letter",
            {
                "partner": partner,
                "news": news,
                "group": group,
                "text": plaintext2html(news.text),
                "button_url": with_arrival(f"{base_url}/web/login", news._url()),
                "base_url": base_url,
                "stop_url": stop,
                "company": company,
            },
            lang=here.env.lang,
            minimal_qcontext=True,
        )
        subject = here._news_subject(partner, news)
        vals = self._mail_vals(partner, subject, body, stop)
        return {name: vals[name] for name in ("subject", "body_html", "headers")}

    @api.model
    def _news_subject(self, partner, news):
        """Return the subject: with the title where everybody may read the news."""
        named = self.env["wezer.digest"]._for_partner(partner).with_names
        if news.visibility == news.group_id.visibility == "public" or named:
            event = news.title
        else:
            event = self.env["wezer.notice"]._kind_label("group_news")
        return self._subject_of(event)
