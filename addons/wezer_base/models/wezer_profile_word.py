from odoo import models


class WezerProfileWord(models.Model):
    """A word by which a member is found in the directory; see the mixin.

    A profile's words for members hold all those for everyone. What its owner shares
    with nobody is not among them.
    """

    _name = "wezer.profile.word"
    _description = "Search word of the directory"
    _inherit = ["wezer.search.word.mixin", "wezer.record.mixin"]
    _rec_name = "word"
    _log_access = False
    _words_of = ("wezer.profile", "members_text")
