from odoo import models


class WezerAnnouncementWord(models.Model):
    """A word of some announcement, those for groups included; see the mixin."""

    _name = "wezer.announcement.word"
    _description = "Search word of the market"
    _inherit = ["wezer.search.word.mixin", "wezer.record.mixin"]
    _rec_name = "word"
    _log_access = False
    _words_of = ("wezer.announcement", "search_text")
