from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.dataset import DataSet
from odoo.addons.wezer_currency.controllers.queue import wait_in_line

# First half of the locks' keys of those who claim one announcement.
CLAIMS = 5_020_016


def wait_for_announcement(announcement):
    """Let those who claim at once stand in line, before anything is read for good.

    Without it each would fail against the one before and try again after a while,
    five times at most: of fifty some would be sent away with an error.
    """
    wait_in_line(request.env.cr, CLAIMS, announcement.ids)


class WezerClaims(DataSet):
    """Who claims by a call of the method stands in the line of the page's claims."""

    @http.route()
    def call_kw(self, model, method, args, kwargs, path=None):
        """Call a method, as Odoo does; a claim waits for those who came before."""
        if (model, method) == ("wezer.announcement", "action_claim"):
            ids = args[0] if args and isinstance(args[0], list) else args[:1]
            if len(ids) == 1 and type(ids[0]) is int:
                # Only what the caller sees: nobody holds up what is not for him.
                wait_for_announcement(request.env[model].search([("id", "=", ids[0])]))
        return super().call_kw(model, method, args, kwargs, path)
