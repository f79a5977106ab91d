from odoo import models

from ..tools.geo import place_of

# So many of each kind on a party's page; all are one click away.
SHOWN = 6


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _map_place(self):
        """Return ``(latitude, longitude)``, None where it is not known."""
        if not (self.latitude or self.longitude):
            return None
        return place_of(self.latitude, self.longitude)

    def _wezer_party_values(self):
        """Add what this party wants and offers now, as the user may see it.

        A group's page has also what others post in its context.
        """
        values = super()._wezer_party_values()
        # The page of a public group reads its profile with sudo: not this.
        market = self.env["wezer.announcement"].sudo(False)
        partner = self.sudo().partner_id
        groups = self.env["wezer.group"].sudo(False)
        group = groups.search([("partner_id", "=", partner.id)], limit=1)
        context = {"group": group.id} if group else {"author": partner.id}
        shown = {}
        for kind in ("want", "offer"):
            found, count = market._search_public({**context, "kind": kind}, 0, SHOWN)
            if group and count < SHOWN:
                own = {"author": partner.id, "kind": kind}
                found |= market._search_public(own, 0, SHOWN)[0]
            shown[kind] = found[:SHOWN]
        values["party_wants"], values["party_offers"] = shown["want"], shown["offer"]
        values["party_market"] = (
            f"/market?group={group.id}" if group else f"/market?author={self.slug}"
        )
        return values
