import json
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.near_words import asked
from odoo.addons.wezer_base.tools.text import clean_line, normalise

from ..tools import search_params, search_sql

_lt = LazyTranslate(__name__)

_logger = logging.getLogger(__name__)

# So many searches a person keeps, and so many notices one of them leaves at once.
KEPT_MAX = 20
NOTICES_MAX = 5
NAME_MAX = 120
# So many new announcements are gone through at a time.
BATCH = 500


class WezerSavedSearch(models.Model):
    """A question to the market that a member keeps, to be notified of what is new.

    Such a notice is withdrawn as soon as the announcement takes no answers any more.
    """

    _name = "wezer.saved.search"
    _description = "Saved search"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _wezer_titles = ("name",)

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    filters = fields.Char(
        required=True, help="The filters as the address of the market page shows them."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _once = models.UniqueIndex(
        "(partner_id, filters)", "You have already saved this search."
    )

    # === KEEPING === #

    @api.model
    def keep(self, filters: dict, name: str = "") -> int:
        """Keep a question of the user, to be notified of what is new.

        :param dict filters: as the market's address has them
        :return: the id of the saved search; the same question is kept once
        :raise NotAllowed: rule ``member``, for visitors and people who are none yet
        :raise Refusal: rule ``empty`` where nothing is asked, ``kept`` where too many
        """
        user = self.env.user
        user._wezer_check_standing()
        clean = {}
        if isinstance(filters, dict):
            clean = search_params.clean(self.env, filters)
        clean.pop("sort", None)
        if not clean:
            raise Refusal(
                self.env._("Enter what you are looking for first: a word, a place …"),
                rule="empty",
            )
        # Refused where it could never find anything.
        search_params.moments(self.env, clean)
        text = json.dumps(clean, sort_keys=True)
        locks.hold(self.env, "searches", user.partner_id.id)
        # The user's own rows: members write nothing by themselves.
        own = self.sudo().search([("partner_id", "=", user.partner_id.id)])
        known = own.filtered(lambda search: search.filters == text)
        if known:
            return known.id
        if len(own) >= KEPT_MAX:
            raise Refusal(
                self.env._(
                    "You already have %(count)s saved searches. Stop one of them"
                    " first.",
                    count=len(own),
                ),
                rule="kept",
                value=str(len(own)),
                limit=str(KEPT_MAX),
            )
        title = clean_line(str(name or ""), NAME_MAX) or self._format(clean)
        return own.create(
            {"partner_id": user.partner_id.id, "name": title, "filters": text}
        ).id

    def stop(self) -> bool:
        """Keep it no longer; its notices are withdrawn."""
        self.check_access("read")
        me = self.env.user.partner_id
        if self.sudo().partner_id != me or self.env.user._is_public():
            raise NotAllowed(self.env._("This is not your search."), rule="own")
        notices = self.env["wezer.notice"].sudo()
        notices._settle(self, ["match"])
        self.sudo().unlink()
        return True

    @api.model
    def _format(self, filters):
        """Return clean filters in a few words."""
        kinds = self.env["wezer.announcement"]._fields["kind"]
        words = [
            dict(kinds._description_selection(self.env)).get(filters.get("kind")),
            filters.get("words"),
        ]
        for name, model in (
            ("category", "wezer.category"),
            ("skill", "wezer.skill"),
            ("group", "wezer.group"),
            ("currency", "wezer.currency"),
        ):
            seen = self.env[model].search([("id", "=", filters.get(name, False))])
            words.append(seen.display_name)
        words.append(filters.get("place"))
        if filters.get("km"):
            words.append(self.env._("within %(km)s km", km=filters["km"]))
        if filters.get("unpaid"):
            words.append(self.env._("unpaid help"))
        shown = ", ".join(str(word) for word in words if word)
        return (shown or self.env._("My search"))[:NAME_MAX]

    def _filters(self):
        self.ensure_one()
        return json.loads(self.filters)

    # === NOTICES === #

    @api.model
    def _cron_notify(self):
        """Notify members of what was posted since the last time and fits a search."""
        market = self.env["wezer.announcement"].sudo()
        new = market.search(
            [("state", "=", "open"), ("searches_notified", "=", False)], limit=BATCH
        )
        if not new:
            return
        searches = self.sudo().search([])
        for search in searches:
            try:
                with self.env.cr.savepoint():
                    search._notify(new)
            except Exception:
                # One search that fails leaves the others their notices.
                self.env.invalidate_all(flush=False)
                _logger.exception("saved search %s left no notice", search.id)
        new.searches_notified = True

    def _notify(self, new):
        """Leave a notice for each of ``new`` that this search finds, a few at most."""
        self.ensure_one()
        user = self.partner_id.user_ids[:1]
        if not user or not user._wezer_is_member():
            return
        found = self._among(new, user) - self._found_before(new)
        for announcement in found[:NOTICES_MAX]:
            self.partner_id._wezer_notify(
                "match",
                _lt(
                    "New for your search “%(search)s”: %(title)s",
                    search=self.name,
                    title=announcement.title,
                ),
                url=f"/market/{announcement.slug}",
                record=announcement.sudo(),
            )
        more = len(found) - NOTICES_MAX
        if more > 0:
            self.partner_id._wezer_notify(
                "match",
                _lt(
                    "%(count)s more for your search “%(search)s”",
                    count=more,
                    search=self.name,
                ),
                url=self._url(),
                record=self,
            )

    def _found_before(self, new):
        """Return those of ``new`` that another search of this person found already."""
        notices = self.env["wezer.notice"].sudo()
        told = notices.search_fetch(
            [
                ("partner_id", "=", self.partner_id.id),
                ("kind", "=", "match"),
                ("res_model", "=", new._name),
                ("res_id", "in", new.ids),
            ],
            ["res_id"],
        )
        return new.browse(told.mapped("res_id"))

    def _among(self, new, user):
        """Return those of ``new`` that this search finds, as its owner sees them."""
        market = self.env["wezer.announcement"].with_user(user)
        try:
            question = search_params.question(market.env, self._filters())
        except Refusal:
            # Kept before such days were refused: it finds nothing.
            return market.browse()
        domain = search_sql.filter_domain(market, question)
        domain &= Domain("id", "in", new.ids)
        domain &= Domain("author_id", "!=", user.partner_id.id)
        words = asked(normalise(question.get("words")))
        if words:
            vocabulary = market.env["wezer.announcement.word"]
            meant = [vocabulary._meant(word) for word in words]
            domain &= search_sql.words_domain(meant)
        return market.search(domain, order="id")

    def _url(self):
        self.ensure_one()
        return "/market/searches"
