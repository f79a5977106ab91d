from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.rate_limit import why_not_more
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import secret_slug, slugify
from odoo.addons.wezer_base.tools.versions import check_version, version_of

from ..tools.visibility import VISIBLE_TO_OTHERS

_lt = LazyTranslate(__name__)

TITLE_LENGTH = 120
TEXT_LENGTH = 8000
# News of one circle that are sent as a letter within 24 hours.
LETTERS_A_DAY = 2
# Letters of the text that a list shows.
BEGIN_LENGTH = 160
# How far news are visible to people who are not in the circle, as of circles.
READ_BY_OTHERS = {"members": 0, "network": 1, "public": 2}
WRITTEN_FIELDS = ("title", "text", "visibility", "send_letter", "written_lang")
# What lists show, in the order in which it is read.
SHOWN_FIELDS = ("title", "slug", "date", "text", "written_lang")
# The permissions by which somebody publishes for a circle.
PUBLISHING_RIGHTS = ("invite", "manage")

NEWS = StateMachine(
    states=("draft", "published", "withdrawn"),
    rules={
        "publisher": "holds “invite” or “manage” of the circle",
        "withdrawer": "as publisher; what is published, a moderator of the community"
        " too",
    },
    transitions=(
        Transition("create_own", (), ("draft",), "publisher", "action_create_own"),
        Transition("edit", ("draft",), ("draft",), "publisher", "action_edit"),
        Transition(
            "publish",
            ("draft",),
            ("published",),
            "publisher",
            "action_publish",
            "for no more people than see the circle; by e-mail twice a day at most",
        ),
        Transition(
            "withdraw",
            ("draft", "published"),
            ("withdrawn",),
            "withdrawer",
            "action_withdraw",
        ),
    ),
)


class WezerNews(models.Model):
    """Something that a circle makes known: on its page, and as a letter if it wants.

    Who reads it follows from its own visibility and from the circle's of that day:
    never more people than see the circle. What is published is not edited.
    """

    _name = "wezer.news"
    _description = "News of a circle"
    _inherit = [
        "wezer.state.mixin",
        "wezer.slug.mixin",
        "wezer.written.mixin",
        "wezer.record.mixin",
    ]
    _order = "date desc, id desc"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _state_machine = NEWS
    _written = {"written_lang": Written(("text",), ("author_id",), ("title",))}

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    title = fields.Char(required=True, size=TITLE_LENGTH)
    text = fields.Text(required=True)
    slug = fields.Char(required=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
        required=True,
        default="draft",
    )
    visibility = fields.Selection(
        [
            ("members", "Members of this circle"),
            ("network", "All members of the community"),
            ("public", "Everybody, visitors too"),
        ],
        string="Readers",
        required=True,
        default="members",
        help="News is visible to no more people than the circle itself.",
    )
    send_letter = fields.Boolean(
        string="Also send by e-mail",
        help="Members of the circle get the text by e-mail, unless they stopped the"
        " e-mails of this circle.",
    )
    date = fields.Datetime(
        string="Published on", copy=False, help="Of a draft, when it was written."
    )
    date_withdrawn = fields.Datetime(string="Withdrawn on", copy=False)
    # Visitors learn no names of members.
    author_id = fields.Many2one(
        "res.partner",
        string="Written by",
        required=True,
        index=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    published_by_id = fields.Many2one(
        "res.partner",
        string="Published by",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    withdrawn_by_id = fields.Many2one(
        "res.partner",
        string="Withdrawn by",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    # A job tells the members: circles can be large.
    to_tell = fields.Boolean(groups=fields.NO_ACCESS, copy=False)
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _slug_uniq = models.UniqueIndex("(slug)", "This address is already taken.")
    _to_tell_idx = models.Index("(id) WHERE to_tell")
    _latest_idx = models.Index("(group_id, date) WHERE state = 'published'")

    # === ADDRESS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("slug"):
                vals["slug"] = self._free_slug(vals.get("title"))
        return super().create(vals_list)

    def write(self, vals):
        names = self._slug_names() if "title" in vals else {}
        result = super().write(vals)
        self._follow_name(names)
        return result

    def _slug_name(self):
        self.ensure_one()
        return self.title

    def _new_slug(self):
        return self._free_slug(self._slug_name())

    @api.model
    def _free_slug(self, title):
        # Other news of this title may be hidden: an address reveals nothing.
        return secret_slug(slugify(title, "news"))

    def _url(self) -> str:
        """Return the address of the page of this news."""
        self.ensure_one()
        return f"/news/{self.sudo().slug}"

    def _begin(self) -> str:
        """Return how the text begins, for lists."""
        self.ensure_one()
        return payload.shortened(self.text, BEGIN_LENGTH)

    # === READING === #

    @api.model
    def _latest(self, limit, offset=0, more=Domain.TRUE):
        """Return what is published in open circles, as the caller may read it."""
        return self.search(self._published_domain() & more, limit=limit, offset=offset)

    @api.model
    def _published_domain(self):
        return Domain("state", "=", "published") & Domain("group_id.active", "=", True)

    @api.model
    def _latest_select(self, group, limit):
        """Return the SELECT of what :meth:`_of_rows` takes, as a single value.

        It finds the latest news of a circle that the caller sees. The rules of this
        model say the same, for news of all circles at once.
        """
        shown = ["public"]
        if self.env.user._wezer_is_member():
            shown.append("network")
            if group.is_user_member or self._publishing_right(group):
                shown.append("members")
        return SQL(
            """SELECT jsonb_agg(jsonb_build_array(id, title, slug, date, text,
                                                  written_lang)
                                ORDER BY date DESC, id DESC)
                 FROM (SELECT * FROM wezer_news
                        WHERE group_id = %s AND state = 'published'
                          AND visibility = ANY(%s)
                        ORDER BY date DESC, id DESC LIMIT %s) news""",
            group.id,
            shown,
            limit,
            to_flush=tuple(
                self._fields[name] for name in (*SHOWN_FIELDS, "state", "visibility")
            ),
        )

    @api.model
    def _of_rows(self, group, rows):
        """Return the news that were read with their circle, and keep what was read."""
        rows = rows or []
        news = self.browse(row[0] for row in rows)
        for place, name in enumerate(SHOWN_FIELDS, 1):
            values = [row[place] for row in rows]
            if name == "date":
                values = [datetime.fromisoformat(moment) for moment in values]
            self._fields[name]._insert_cache(news, values)
        self._fields["group_id"]._insert_cache(news, [group.id] * len(news))
        return news

    @api.model
    def _drafts_of(self, group):
        """Return the drafts of a circle that the caller may publish."""
        return self.search(
            [("group_id", "=", group.id), ("state", "=", "draft")], order="id desc"
        )

    def _notice_party(self, _reader):
        return self.group_id.partner_id

    # === PERMISSIONS === #

    @api.model
    def _publishing_right(self, group):
        """Return the permission by which the user publishes for ``group``, or ""."""
        user, partner = self.env.user, group.sudo().partner_id
        for right in PUBLISHING_RIGHTS:
            if not user._why_not_acting(partner, right):
                return right
        return ""

    @api.model
    def _why_not_create(self, group):
        """Return why the user writes no news for ``group``, or None."""
        error = group._why_not_take_part()
        if error:
            return error
        if not self._publishing_right(group):
            return self._not_publisher()
        if group.sudo().kind != "circle":
            return Refusal(
                self.env._("News is published for circles, not for roles."),
                rule="circle",
            )
        return None

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        user = self.env.user
        try:
            self.check_access("read")
            user._wezer_check_standing()
        except AccessError as error:
            return error
        news = self.sudo()
        moderates = (
            action == "withdraw"
            and news.state == "published"
            and user._moderates(news.group_id.partner_id)
        )
        if not moderates and not self._publishing_right(news.group_id):
            return self._not_publisher()
        if not news.group_id.active and action != "withdraw":
            return Refusal(self.env._("This group is closed."), rule="closed_circle")
        error = self._state_refusal(action)
        if error or action != "publish":
            return error
        return self._why_not_so_visible() or self._why_not_more_letters()

    def _not_publisher(self):
        return NotAllowed(
            self.env._(
                "Only someone who may invite members or manage the circle can publish"
                " news for it."
            ),
            rule="news",
        )

    def _state_message(self, _action):
        if self.sudo().state == "withdrawn":
            return self.env._("This news was withdrawn.")
        return self.env._("This news is already published.")

    @api.model
    def _visibilities(self, group):
        """Return who can be the readers of news of ``group``, the fewest first."""
        most = VISIBLE_TO_OTHERS[group.sudo().visibility]
        return [word for word, others in READ_BY_OTHERS.items() if others <= most]

    def _why_not_so_visible(self):
        """Return why this news cannot be for so many readers, or None (sudo)."""
        news = self.sudo()
        return self._visibility_refusal(news.group_id, news.visibility)

    @api.model
    def _visibility_refusal(self, group, visibility):
        possible = self._visibilities(group)
        if visibility in possible:
            return None
        return Refusal(
            self.env._(
                "More people would see this news than see the circle. Choose fewer"
                " readers."
            ),
            rule="visibility",
            value=visibility,
            limit=possible[-1],
            field="visibility",
        )

    def _why_not_more_letters(self):
        """Return why the circle sends no more letters today, or None."""
        news = self.sudo()
        if not news.send_letter:
            return None
        return why_not_more(
            # Also those that were withdrawn since.
            news.browse(),
            [
                ("group_id", "=", news.group_id.id),
                ("send_letter", "=", True),
                ("published_by_id", "!=", False),
            ],
            timedelta(days=1),
            LETTERS_A_DAY,
            self.env._(
                "A circle can send its news by e-mail %(count)s times a day. Publish"
                " without e-mails, or send them tomorrow.",
                count=LETTERS_A_DAY,
            ),
            "letters",
        )

    # === ACTIONS === #

    @api.model
    def action_create_own(self, group_id: int, vals: dict) -> int:
        """Write news for a circle, as a draft that its publishers see.

        :param dict vals: ``title``, ``text``, and some of ``visibility``,
            ``send_letter``, ``written_lang``
        :return: id of the news
        :raise NotAllowed: rule ``news``
        :raise Refusal: rules ``group``, ``circle``, ``title``, ``text``,
            ``visibility``, ``field``, ``language``
        """
        self.env.user._wezer_check_standing()
        group = self.env["wezer.group"].search(
            [("id", "=", group_id if type(group_id) is int else 0)]
        )
        if not group:
            raise Refusal(self.env._("Choose a circle that you can see."), rule="group")
        error = self._why_not_create(group)
        if error:
            raise error
        clean = self._clean_vals(vals, group)
        for name in ("title", "text"):
            self._check_given(name, clean.get(name))
        self._log_publishing(group, "write_news", group)
        # Access and data were just checked.
        news = self.sudo().create(
            {
                **clean,
                "group_id": group.id,
                "author_id": self.env.user.partner_id.id,
                "date": fields.Datetime.now(),
            }
        )
        return news.id

    def edit_version(self) -> str:
        """Return the version of a draft, to those who may edit it."""
        self._check_may("edit")
        return version_of(self.sudo(), WRITTEN_FIELDS)

    def action_edit(self, vals: dict, version: str | None = None) -> bool:
        """Change a draft.

        :param dict vals: some of what :meth:`action_create_own` takes
        :param str version: what :meth:`edit_version` returned when it was shown
        """
        self._check_may("edit")
        news = self.sudo()
        check_version(news, WRITTEN_FIELDS, version)
        clean = self._clean_vals(vals, news.group_id)
        for name in ("title", "text"):
            if name in clean:
                self._check_given(name, clean[name])
        self._log_publishing(news.group_id, "write_news", self)
        news.write(clean)
        return True

    def action_publish(self) -> bool:
        """Publish a draft; its members are told, by a letter where it is one.

        :raise Refusal: rules ``state``, ``visibility``, ``letters``
        """
        self._check_may("publish")
        news = self.sudo()
        # Of two that are published at once, the second counts the first's letter.
        locks.hold(self.env, "news", news.group_id.id)
        self._check_may("publish")
        self._log_publishing(news.group_id, "publish_news", self)
        news.write(
            {
                "state": "published",
                "date": fields.Datetime.now(),
                "published_by_id": self.env.user.partner_id.id,
                "to_tell": True,
            }
        )
        self._wake_telling()
        return True

    def action_withdraw(self) -> bool:
        """Show a draft or published news to readers no more.

        Letters that were not sent are not sent any more.
        """
        self._check_may("withdraw")
        news, person = self.sudo(), self.env.user.partner_id
        published = news.state == "published"
        if self._publishing_right(news.group_id):
            self._log_publishing(news.group_id, "withdraw_news", self)
        news.write(
            {
                "state": "withdrawn",
                "date_withdrawn": fields.Datetime.now(),
                "withdrawn_by_id": person.id,
                "to_tell": False,
            }
        )
        self.env["wezer.notice"]._settle(self)
        told = (news.author_id | news.published_by_id) - person
        if published and told:
            told._wezer_notify(
                "group_news_withdrawn",
                _lt(
                    "%(name)s withdrew “%(title)s”, news of %(group)s.",
                    name=person.name,
                    title=news.title,
                    group=news.group_id.name,
                ),
                url=f"/groups/{news.group_id.slug}/news",
                record=news,
            )
        return True

    def _log_publishing(self, group, what, record):
        user = self.env.user
        right = self._publishing_right(group)
        user._wezer_log_acting(group.sudo().partner_id, right, what, record)

    @api.model
    def _clean_vals(self, vals, group):
        """Return ``vals`` with nothing but plain values of what may be written.

        :raise Refusal: rules ``field``, ``title``, ``text``, ``visibility``,
            ``language``
        """
        vals, clean = payload.table(self.env, vals), {}
        payload.only(self.env, vals, WRITTEN_FIELDS)
        for name, read, most in (
            ("title", payload.line, TITLE_LENGTH),
            ("text", payload.text, TEXT_LENGTH),
        ):
            if name not in vals:
                continue
            # What is too long is refused: nothing of a text is lost.
            clean[name] = read(self.env, vals[name], most + 1, name)
            if len(clean[name]) > most:
                raise Refusal(
                    self.env._(
                        "This is longer than %(count)s characters. Shorten it.",
                        count=most,
                    ),
                    rule=name,
                    value=str(len(str(vals[name]))),
                    limit=str(most),
                    field=name,
                )
        if "visibility" in vals:
            error = self._visibility_refusal(group, str(vals["visibility"]))
            if error:
                raise error
            clean["visibility"] = vals["visibility"]
        if "send_letter" in vals:
            clean["send_letter"] = bool(vals["send_letter"])
        if "written_lang" in vals:
            clean["written_lang"] = self._checked_language(vals["written_lang"])
        return clean

    @api.model
    def _check_given(self, name, value):
        if not value:
            text = (
                self.env._("Enter a title.")
                if name == "title"
                else self.env._("Write a text.")
            )
            raise Refusal(text, rule=name, field=name)

    # === TELLING THE MEMBERS === #

    @api.model
    def _wake_telling(self):
        # Those who publish may not touch scheduled actions.
        self.env.ref("wezer_fractal_groups.ir_cron_tell_news").sudo()._trigger()

    @api.model
    def _cron_tell(self):
        """Tell the members of news: each person once, however often it begins anew."""
        for_each_due(self.sudo(), [("to_tell", "=", True)], lambda one: one._tell())

    def _tell(self):
        """Leave a notice with the members (sudo); those of many follow in portions."""
        self.ensure_one()
        self.to_tell = False
        people = self._untold()
        if people:
            self.env["wezer.notice"]._leave(
                people,
                "group_news",
                _lt(
                    "News of %(group)s: %(title)s",
                    group=self.group_id.name,
                    title=self.title,
                ),
                self._url(),
                self,
            )

    def _notice_readers(self, kind, people):
        """Return whom of ``people`` it concerns when their notice is written (sudo)."""
        return people & self._untold() if kind == "group_news" else people

    def _untold(self):
        """Return the members (sudo) who are to be told of this news and are not yet.

        Not who published it, and not who wants no letters of the circle.
        """
        if self.state != "published" or not self.group_id.active:
            return self.env["res.partner"]
        told = self.env["wezer.notice"].search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("kind", "=", "group_news"),
            ],
            ["partner_id"],
        )
        refusing = self.env["wezer.news.refusal"]._of_group(self.group_id)
        others = told.partner_id | refusing.partner_id | self.published_by_id
        members = self.env["res.partner"].browse(self.group_id._effective_member_ids())
        return self.env["wezer.notice"]._readers(members - others)

    def _reaches(self, partner):
        """Return whether ``partner`` is still to be written to about this news (sudo).

        They may have left, or refused the letters, since they were told.
        """
        self.ensure_one()
        return (
            self.state == "published"
            and self.group_id in partner._wezer_circles_of()
            and not self.env["wezer.news.refusal"]._of_group(self.group_id, partner)
        )

    @api.model
    def _settle_unreached(self, partner):
        """Withdraw from ``partner`` what they are no longer to be written to about."""
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("kind", "=", "group_news"),
                    ("is_read", "=", False),
                    ("settled", "=", False),
                    ("date_mailed", "=", False),
                ]
            )
        )
        known = self.sudo().browse(notices.mapped("res_id")).exists()
        reached = known.filtered(lambda news: news._reaches(partner))
        notices.filtered(lambda one: one.res_id not in reached.ids)._withdraw()

    # === PERSONAL DATA === #

    @api.model
    def _of_person(self, people):
        """Return the news (sudo) that ``people`` wrote, oldest first."""
        return self.sudo().search([("author_id", "in", people.ids)], order="id")
