from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.community_files import Objects, Table

ANNOUNCEMENT = (
    *("announcement", "kind", "state", "end_reason", "title", "text", "html"),
    *("language", "category", "skills", "author", "quantity", "unit", "places"),
    *("places_left", "price_mode", "claim_mode", "waiting_list", "visibility"),
    *("groups", "published", "starts", "ends", "expires", "repeat", "repeat_until"),
    *("city", "latitude", "longitude", "language_needed", "steps", "done_when", "slug"),
)
PRICE = ("announcement", "currency", "amount")
PLACE = ("announcement", "count", "group", "skill")


class WezerExport(models.AbstractModel):
    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Table("announcements", ANNOUNCEMENT, self._announcement_rows),
            Table("announcement_prices", PRICE, self._price_rows),
            Table("announcement_places", PLACE, self._place_rows),
            Objects("deals", self._deal_objects),
        ]

    @api.model
    def _party_selects(self):
        company = self.env.company.id
        names = ("payer_id", "payee_id", "replier_id")
        return [
            *super()._party_selects(),
            SQL(
                "SELECT author_id FROM wezer_announcement"
                " WHERE company_id = %s AND state <> 'draft'",
                company,
            ),
            *(
                SQL(
                    "SELECT %s FROM wezer_deal WHERE company_id = %s",
                    SQL.identifier(name),
                    company,
                )
                for name in names
            ),
        ]

    @api.model
    def _announcement_rows(self):
        """Yield what was published; drafts are their authors' own."""
        published = [("state", "!=", "draft")]
        for one in self._pages("wezer.announcement", published):
            yield (
                one.id,
                one.kind,
                one.state,
                one.end_reason or "",
                one.title,
                self._plain(one.description),
                str(one.description or ""),
                one.written_lang or "",
                one.category_id.id or None,
                " ".join(map(str, one.skill_ids.ids)),
                one.author_id.id,
                self._number(one.quantity),
                one.unit,
                one.places,
                one.places_left if one.places else None,
                one.price_mode,
                one.claim_mode,
                one.waiting_list,
                one.visibility,
                " ".join(map(str, one.group_ids.ids)),
                self._moment(one.date_publish),
                self._moment(one.date_start),
                self._moment(one.date_end),
                self._day(one.expiry),
                one.repeat or "",
                self._day(one.repeat_until),
                one.city or "",
                *self._place_texts(one),
                one.language_id.code or "",
                one.steps or "",
                one.done_when or "",
                one.slug,
            )

    @api.model
    def _place_texts(self, announcement):
        """Return latitude and longitude as texts, both empty where it has no place."""
        place = announcement.latitude, announcement.longitude
        return [f"{number:.3f}" for number in place] if any(place) else ["", ""]

    @api.model
    def _price_rows(self):
        published = [("announcement_id.state", "!=", "draft")]
        for line in self._pages("wezer.announcement.price", published):
            currency = line.wezer_currency_id
            yield (
                line.announcement_id.id,
                currency.code,
                currency._decimal(line.unit_minor),
            )

    @api.model
    def _place_rows(self):
        published = [("announcement_id.state", "!=", "draft")]
        for place in self._pages("wezer.announcement.place", published):
            yield (
                place.announcement_id.id,
                place.count,
                place.group_id.id or None,
                place.skill_id.id or None,
            )

    @api.model
    def _deal_objects(self):
        """Yield deals with their rounds of terms.

        Messages, evidence and what was said in disputes belong to the two sides.
        """
        for deal in self._pages("wezer.deal"):
            rounds = self.env["wezer.terms"].search(
                [("deal_id", "=", deal.id)], order="round"
            )
            yield {
                "deal": deal.id,
                "announcement": deal.announcement_id.id,
                "title": deal.title,
                "kind": deal.kind,
                "state": deal.state,
                "end_reason": deal.end_reason or None,
                "replier": deal.replier_id.id,
                "payer": deal.payer_id.id,
                "payee": deal.payee_id.id,
                "coworkers": deal.coworker_ids.ids,
                "since": self._moment(deal.date_state),
                "due": self._moment(deal.date_due),
                "agreed": self._moment(deal.date_accepted),
                "delivered": self._moment(deal.date_delivered),
                "paid": self._moment(deal.date_paid),
                "delivered_quantity": self._number(deal.delivered_quantity),
                "accepted_round": deal.accepted_terms_id.round or None,
                "rounds": [self._round_object(terms) for terms in rounds],
            }

    @api.model
    def _round_object(self, terms):
        return {
            "round": terms.round,
            "side": terms.side,
            "party": terms.partner_id.id,
            "date": self._moment(terms.date),
            "quantity": self._number(terms.quantity),
            "prices": [
                {
                    "currency": line.wezer_currency_id.code,
                    "amount": line.wezer_currency_id._decimal(line.total_minor),
                }
                for line in terms.price_line_ids
            ],
            "start": self._moment(terms.date_start),
            "due": self._moment(terms.date_due),
            "steps": terms.steps or "",
            "done_when": terms.done_when or "",
            "milestones": [
                {
                    "number": milestone.number,
                    "name": milestone.name,
                    "percent": self._number(milestone.points / 100),
                    "due": self._moment(milestone.date_due),
                }
                for milestone in terms.milestone_ids
            ],
            "shares": [
                {
                    "party": share.partner_id.id,
                    "percent": self._number(share.points / 100),
                }
                for share in terms.share_ids
            ],
        }
