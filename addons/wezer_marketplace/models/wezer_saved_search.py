import json
import logging

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.text import normalise

from ..tools.words import asked

_logger = logging.getLogger(__name__)

# So many searches a person keeps, and so many things one of them tells at once.
KEPT_MAX = 20
TOLD_MAX = 5
# So many new announcements are gone through at a time.
BATCH = 500


class WezerSavedSearch(models.Model):
    """A question to the market that a member keeps: he is told what is new.

    What was told is withdrawn as soon as it takes no answers any more.
    """

    _name = "wezer.saved.search"
    _description = "Saved search"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _wezer_titles = ("name",)

    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    filters = fields.Char(required=True, help="As the address of the market has them.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _once = models.UniqueIndex("(partner_id, filters)", "You keep this one already.")

    # === KEEPING === #

    @api.model
    def keep(self, filters, name=""):
        """Keep a question of the caller, to be told what is new.

        :param dict filters: as the market's address has them
        :return: the id of the saved search; the same question is kept once
        :raise NotAllowed: rule ``member``, for visitors and who is none yet
        :raise Refusal: rule ``empty`` where nothing is asked, ``kept`` where too many
        """
        user = self.env.user
        user._wezer_check_standing()
        clean = {}
        if isinstance(filters, dict):
            clean = self.env["wezer.announcement"]._clean_filters(filters)
        clean.pop("sort", None)
        if not clean:
            raise Refusal(
                self.env._("Say first what you look for: a word, a place …"),
                rule="empty",
            )
        # Refused where it could never find anything.
        self.env["wezer.announcement"]._question_days(clean)
        text = json.dumps(clean, sort_keys=True)
        locks.hold(self.env, "searches", user.partner_id.id)
        # The caller's own rows: members write nothing by themselves.
        own = self.sudo().search([("partner_id", "=", user.partner_id.id)])
        known = own.filtered(lambda one: one.filters == text)
        if known:
            return known.id
        if len(own) >= KEPT_MAX:
            raise Refusal(
                self.env._(
                    "You keep %(count)s searches: stop one of them first.",
                    count=len(own),
                ),
                rule="kept",
                value=str(len(own)),
                limit=str(KEPT_MAX),
            )
        title = str(name or "").strip()[:120] or self._say(clean)
        return own.create(
            {"partner_id": user.partner_id.id, "name": title, "filters": text}
        ).id

    def stop(self):
        """Keep it no longer; what it told is withdrawn."""
        self.check_access("read")
        me = self.env.user.partner_id
        if self.sudo().partner_id != me or self.env.user._is_public():
            raise NotAllowed(self.env._("This is not your search."), rule="own")
        notices = self.env["wezer.notice"].sudo()
        notices._settle(self, ["match"])
        self.sudo().unlink()
        return True

    @api.model
    def _say(self, filters):
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
        said = ", ".join(str(word) for word in words if word)
        return (said or self.env._("My search"))[:120]

    def _filters(self):
        self.ensure_one()
        return json.loads(self.filters)

    # === TELLING === #

    @api.model
    def _cron_tell(self):
        """Tell who looks for it what was posted since the last time."""
        market = self.env["wezer.announcement"].sudo()
        new = market.search([("state", "=", "open"), ("told", "=", False)], limit=BATCH)
        if not new:
            return
        searches = self.sudo().search([])
        for search in searches:
            try:
                with self.env.cr.savepoint():
                    search._tell(new)
            except Exception:
                # One search that fails keeps nobody else from being told.
                self.env.invalidate_all(flush=False)
                _logger.exception("saved search %s tells nothing", search.id)
        new.told = True

    def _tell(self, new):
        """Leave a notice for each of ``new`` that this search finds, a few at most."""
        self.ensure_one()
        user = self.partner_id.user_ids[:1]
        if not user or not user._wezer_is_member():
            return
        found = self._among(new, user)
        for announcement in found[:TOLD_MAX]:
            self.partner_id._wezer_notify(
                "match",
                lambda env, one=announcement: env._(
                    "New, as you asked (%(search)s): %(title)s",
                    search=self.name,
                    title=one.title,
                ),
                url=f"/market/{announcement.slug}",
                record=announcement.sudo(),
            )
        more = len(found) - TOLD_MAX
        if more > 0:
            self.partner_id._wezer_notify(
                "match",
                lambda env: env._(
                    "%(count)s more, as you asked: %(search)s",
                    count=more,
                    search=self.name,
                ),
                url=self._url(),
                record=self,
            )

    def _among(self, new, user):
        """Return those of ``new`` that this search finds, as its owner sees them."""
        market = self.env["wezer.announcement"].with_user(user)
        try:
            question = market._question(self._filters())
        except Refusal:
            # Kept before such days were refused: it finds nothing.
            return market.browse()
        domain = market._filter_domain(question) & Domain("id", "in", new.ids)
        domain &= Domain("author_id", "!=", user.partner_id.id)
        words = asked(normalise(question.get("words")))
        if words:
            vocabulary = market.env["wezer.announcement.word"]
            meant = [vocabulary._meant(word) for word in words]
            domain &= market._words_domain(meant)
        return market.search(domain, order="id")

    def _url(self):
        self.ensure_one()
        return "/market/searches"


class WezerAnnouncement(models.Model):
    _inherit = "wezer.announcement"

    told = fields.Boolean(
        copy=False, groups="wezer_base.group_administrator", readonly=True
    )

    _untold_idx = models.Index("(id) WHERE state = 'open' AND told IS NOT TRUE")

    def write(self, vals):
        if not {"state", "visibility", "group_ids"} & vals.keys():
            return super().write(vals)
        audience = {"visibility", "group_ids"} & vals.keys()
        before = {
            announcement.id: (
                announcement.state,
                [announcement[name] for name in sorted(audience)],
            )
            for announcement in self
        }
        result = super().write(vals)
        # Filled, ended, or no longer for everybody who was told: it is withdrawn.
        # Only of what is open somebody is told.
        shut = self.filtered(
            lambda announcement: (
                before[announcement.id][0] == "open"
                and announcement.state != "open"
                or before[announcement.id][1]
                != [announcement[name] for name in sorted(audience)]
            )
        )
        if shut:
            self.env["wezer.notice"].sudo()._settle(shut, ["match"])
        return result

    def _make_deal(self, replier, *args, **kwargs):
        deal = super()._make_deal(replier, *args, **kwargs)
        # Who answers needs not be told any more, whatever comes of it.
        told = self.env["wezer.notice"].sudo()
        told = told.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("kind", "=", "match"),
                ("partner_id", "in", (replier | self.env.user.partner_id).ids),
                ("settled", "=", False),
            ]
        )
        told.settled = True
        return deal


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        searches = self.env["wezer.saved.search"].sudo()
        searches = searches.search([("partner_id", "in", self.ids)])
        data["saved_searches"] = [
            {"name": one.name, "filters": one._filters()} for one in searches
        ]
        return data

    def _wezer_anonymise(self):
        # The words of his texts, where nobody else uses them: his name may be one.
        texts = self._wezer_announcements().mapped("search_text")
        searches = self.env["wezer.saved.search"].sudo()
        searches.search([("partner_id", "in", self.ids)]).unlink()
        result = super()._wezer_anonymise()
        self.env["wezer.announcement.word"]._forget_texts(texts)
        return result
