from odoo import models
from odoo.fields import Domain

from ..tools import announcement_cards, search_sql

# So many of each kind on a party's page; all are one click away.
SHOWN = 6


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _wezer_party_values(self, **known):
        """Add what this party wants and offers now, as the user may see it.

        A group's page has also what others post in its context.
        """
        values = super()._wezer_party_values(**known)
        # The page of a public group reads its profile with sudo: not this.
        market = self.env["wezer.announcement"].sudo(False)
        partner = self.sudo().partner_id
        group = values["group"]
        context = (
            {"group": group.id, "group_inside": values["group_inside_ids"]}
            if group
            else {"author": partner.id}
        )
        about = search_sql.filter_domain(market, context)
        own = Domain("author_id", "=", partner.id)
        kinds = [Domain("kind", "=", kind) for kind in ("want", "offer")]
        # A group's own follow where its context has few.
        wants, offers, own_wants, own_offers = search_sql.first_of_each(
            market, [domain & kind for domain in (about, own) for kind in kinds], SHOWN
        )
        values["party_wants"], values["party_offers"] = announcement_cards.card_lists(
            [(wants | own_wants)[:SHOWN], (offers | own_offers)[:SHOWN]]
        )
        values["party_market"] = (
            f"/market?group={group.id}" if group else f"/market?author={self.slug}"
        )
        return values
