from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate, formataddr, hmac

from odoo.addons.base.models.res_partner import _tz_get

from ..exceptions import Refusal
from ..tools import contrast, days, locks
from ..tools.login import network
from ..tools.memo_field import Memo
from ..tools.payload import shortened
from ..tools.rights import RIGHTS

_lt = LazyTranslate(__name__)
QUESTION_LETTERS = 1000
# From the contact page, by everybody together.
QUESTIONS_A_DAY = 40
# Of them so many of one member, or from one network.
QUESTIONS_OF_ONE = 8
DAY_SECONDS = 86400


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "wezer.kept.mixin", "wezer.record.mixin"]

    wezer_wallet_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_wallet_user_rel",
        string="People who pay for the community",
        help="These people can spend from the community's own wallets and the"
        " treasuries.",
    )
    wezer_market_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_market_user_rel",
        string="People who publish and make deals for the community",
    )
    wezer_invite_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_invite_user_rel",
        string="People who invite for the community",
    )
    wezer_manage_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_manage_user_rel",
        string="People who manage for the community",
    )
    wezer_project_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_project_user_rel",
        string="People who run projects for the community",
    )
    wezer_moderate_user_ids = fields.Many2many(
        "res.users",
        "wezer_company_moderate_user_rel",
        string="People who moderate for the community",
    )
    wezer_tz = fields.Selection(
        _tz_get,
        string="Time zone of the community",
        help="Every day begins and ends at midnight in this time zone: closing"
        " days, planned payments, statements, fees, terms of office. Until you"
        " choose one, the time zone of the company's contact or of the first"
        " administrator is used.",
    )
    wezer_visitors_see_members = fields.Boolean(
        string="Visitors see members",
        help="If this is off, people who are not logged in see no names, faces or"
        " profiles.",
    )
    wezer_digest = fields.Selection(
        [("daily", "Every day"), ("weekly", "Every week"), ("never", "Never")],
        string="Digest by e-mail",
        default="weekly",
        help="How often members get an e-mail about announcements and the running of"
        " the community that they have not read yet, until they choose for themselves."
        " Deals, payments, invitations and authorisations are sent at once.",
    )
    wezer_terms = fields.Html(string="Terms of use", translate=True, sanitize=True)

    wezer_approval = fields.Selection(
        [
            ("nobody", "Nobody: people who join are members at once"),
            ("uninvited", "An administrator, unless a member invited them"),
            ("always", "An administrator, always"),
        ],
        string="Approval of new members",
        required=True,
        default="nobody",
        help="Until they are accepted, new people see what visitors see and can do"
        " nothing.",
    )
    wezer_invitations = fields.Selection(
        [
            ("members", "Every member"),
            ("stewards", "Only the people named"),
        ],
        string="People who can invite",
        required=True,
        default="members",
        help="The person who invited a new member is recorded.",
    )
    wezer_invite_pending = fields.Integer(
        string="Invitations pending at a time",
        default=20,
        help="The number of a member's invitations that may wait for an answer at"
        " the same time.",
    )
    wezer_invite_daily = fields.Integer(
        string="Invitations a day",
        default=10,
        help="The number of invitations a member may send in a day.",
    )
    wezer_sender_name = fields.Char(
        string="Sender's name",
        help="The name that e-mails of the community come from. If empty, they come"
        " from the name of the community.",
    )
    wezer_mail_tested = fields.Datetime(
        string="Test e-mail delivered",
        readonly=True,
        help="The date on which the mail server, as it is set now, took a test e-mail.",
    )
    wezer_answer_address = fields.Char(
        string="Address for answers",
        groups="base.group_system,wezer_base.group_administrator",
        help="Members' answers to e-mails arrive in the mailbox of this address.",
    )
    wezer_answer_tested = fields.Datetime(
        string="Test answer arrived",
        readonly=True,
        groups="base.group_system,wezer_base.group_administrator",
        help="The date on which an answer to a test e-mail arrived. From then on,"
        " e-mails can be answered.",
    )
    wezer_answer_fetched = fields.Boolean(
        string="Fetched by a server",
        readonly=True,
        groups="base.group_system,wezer_base.group_administrator",
        help="The test answer was fetched from an incoming mail server, and not handed"
        " over by a mail gateway.",
    )
    wezer_mail_trouble = Memo(
        compute="_compute_wezer_mail_trouble",
        groups=fields.NO_ACCESS,
        help="Why e-mails cannot be sent now, as a stable word, asked once; empty where"
        " they can.",
    )
    wezer_map_url = fields.Char(
        string="Map tiles",
        help="The address of a server of map tiles, with {z}, {x} and {y}. Without one,"
        " maps have a plain ground, and nothing is asked of another site.",
    )
    wezer_map_attribution = fields.Char(
        string="Map attribution",
        help="The note that the owner of the tiles asks for below the map.",
    )
    wezer_is_user_member = fields.Boolean(
        compute="_compute_wezer_is_user_member",
        search="_search_wezer_is_user_member",
        compute_sudo=True,
        help="Whether the person who reads this is a member here. Record rules use it.",
    )

    @api.depends("wezer_sender_name", "email")
    def _compute_email_formatted(self):
        """Let all e-mails come from the community's sender, Odoo's own too."""
        result = super()._compute_email_formatted()
        for company in self:
            if company.wezer_sender_name and company.email:
                company.email_formatted = formataddr(
                    (company.wezer_sender_name, company.email)
                )
        return result

    def _compute_wezer_mail_trouble(self):
        self.wezer_mail_trouble = self.env["mail.mail"]._wezer_trouble()

    @api.model
    def _wezer_forget_mail_trouble(self):
        """Ask again whether e-mails can be sent: something about it has changed."""
        self.invalidate_model(["wezer_mail_trouble"], flush=False)

    def _wezer_email_from(self):
        """Return the sender of the community's e-mails; Odoo's where none is set."""
        self.ensure_one()
        return self.email_formatted or self.env.ref("base.user_root").email_formatted

    def _wezer_can_send(self):
        """Return whether e-mails can be sent now: every page that promises one asks."""
        # For code only: the word behind it is for administrators.
        return not self.sudo().wezer_mail_trouble

    def _wezer_answers_to(self):
        """Return the address for answers to letters; "" while none would arrive."""
        company = self.sudo()
        if not company.wezer_answer_address or not company.wezer_answer_tested:
            return ""
        servers = self.env["fetchmail.server"].sudo()
        if company.wezer_answer_fetched and not servers.search_count(
            [("state", "=", "done"), ("server_type", "!=", "local")], limit=1
        ):
            return ""
        return company.wezer_answer_address

    def _wezer_note_answer(self):
        """Note (sudo) that the answer to a test e-mail has arrived."""
        self.write(
            {
                "wezer_answer_tested": fields.Datetime.now(),
                "wezer_answer_fetched": bool(
                    self.env.context.get("default_fetchmail_server_id")
                ),
            }
        )
        return True

    @api.depends_context("uid")
    def _compute_wezer_is_user_member(self):
        self.wezer_is_user_member = self.env.user._wezer_is_member()

    def _search_wezer_is_user_member(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.TRUE if self.env.user._wezer_is_member() else Domain.FALSE

    @api.constrains("wezer_map_url")
    def _check_wezer_map_url(self):
        for company in self.filtered("wezer_map_url"):
            url = company.wezer_map_url
            parts = urlsplit(url)
            complete = all(part in url for part in ("{z}", "{x}", "{y}"))
            if parts.scheme != "https" or not parts.hostname or not complete:
                raise Refusal(
                    self.env._(
                        "The address of map tiles begins with https:// and contains"
                        " {z}, {x} and {y}."
                    ),
                    rule="tiles",
                    value=shortened(url),
                )

    def _wezer_map_tiles(self):
        """Return ``url`` and ``attribution`` of the tiles of maps; empty without."""
        self.ensure_one()
        return {
            "url": self.wezer_map_url or "",
            "attribution": self.wezer_map_attribution or "",
        }

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company in companies.filtered("wezer_terms"):
            self.env["wezer.terms.of.use"]._keep_version(company)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"wezer_tz", "partner_id"} & vals.keys():
            self.env.registry.clear_cache()
        if "wezer_terms" in vals:
            for company in self:
                self.env["wezer.terms.of.use"]._keep_version(company)
        if "partner_id" in vals or any(
            f"wezer_{right}_user_ids" in vals for right in RIGHTS
        ):
            self.env["res.partner"]._wezer_invalidate_acting()
        return result

    def _wezer_take_colors(self, main: str, second: str) -> None:
        """Give mails and reports the theme's colours, told apart from white paper.

        :param main: ``#rrggbb``
        :param second: ``#rrggbb``
        """
        button = contrast.readable(main, contrast.WHITE, contrast.SHAPE)
        self.write(
            {
                "email_secondary_color": button,
                "email_primary_color": contrast.ink_on(button),
                "primary_color": contrast.readable(main, contrast.WHITE),
                "secondary_color": contrast.readable(second, contrast.WHITE),
            }
        )

    def _wezer_take_question(self, name: str, address: str, text: str) -> None:
        """Leave what somebody wrote on the contact page with those who run this.

        No mail is needed for it: a notice is.

        :raise Refusal: where something is missing, or very many wrote today
        """
        self.ensure_one()
        name, address, text = (
            " ".join(name.split())[:80],
            " ".join(address.split())[:120],
            text.strip()[:QUESTION_LETTERS],
        )
        for field, value in (("name", name), ("address", address), ("text", text)):
            if not value:
                raise Refusal(
                    self.env._("Please fill in every field."), rule="empty", field=field
                )
        locks.hold(self.env, "questions", self.id)
        since = fields.Datetime.now() - timedelta(days=1)
        # Visitors read no notices: only their number is used here.
        notices = self.env["wezer.notice"].sudo()
        asked = notices.search_count(
            [("kind", "=", "contact"), ("create_date", ">", since)]
        )
        people = len(self.partner_id._wezer_actor_partners("manage")) or 1
        if asked >= QUESTIONS_A_DAY * people:
            raise Refusal(
                self.env._("Very many people wrote today. Please try again tomorrow."),
                rule="questions",
                value=asked,
                limit=QUESTIONS_A_DAY * people,
            )
        self._count_question()
        self.sudo().partner_id._wezer_notify(
            "contact",
            _lt(
                "%(name)s (%(address)s) wrote: %(text)s",
                name=name,
                address=address,
                text=text,
            ),
            url="/my/notices",
            right="manage",
        )

    def _count_question(self):
        """Count a question of a member, or of a visitor's network.

        A person who writes very often does not keep all others from writing. Of a
        visitor only a hash is kept, for a few days.
        """
        user = self.env.user
        asker = f"visitor {network()}" if user._is_public() else f"user {user.id}"
        asker = hmac(self.env(su=True), "wezer-question", asker)
        # Keys are nobody's to read.
        keys = self.env["wezer.idempotency.key"].sudo()
        if not keys._is_below(f"question:{asker}", QUESTIONS_OF_ONE, DAY_SECONDS):
            raise Refusal(
                self.env._("You wrote several times today. Please try again tomorrow."),
                rule="asker",
                value=QUESTIONS_OF_ONE,
                limit=QUESTIONS_OF_ONE,
            )

    def _wezer_zone(self):
        """Return the time zone in which this community counts its days.

        :rtype: zoneinfo.ZoneInfo
        """
        self.ensure_one()
        return days.zone_called(self._wezer_zone_name())

    @tools.ormcache("self.id")
    def _wezer_zone_name(self):
        """Return the name of this community's zone: nearly every page asks for it."""
        company = self.sudo()
        first = self.env.ref("base.user_admin", raise_if_not_found=False)
        names = (
            company.wezer_tz,
            company.partner_id.tz,
            first and first.sudo().tz,
        )
        return next((name for name in names if days.zone_called(name)), "UTC")

    def _wezer_actor_users(self, right):
        """Return who acts for this company's own partner and treasuries.

        Until the settings name somebody: the administrators.
        """
        named = self._wezer_named_users(right)
        return (
            named or self.env.ref("wezer_base.group_administrator").sudo().all_user_ids
        )

    def _wezer_actor_rights_sql(self, user, rights):
        """Return the SELECT of those of ``rights`` with which ``user`` is one of them.

        :param user: an active one
        """
        self.ensure_one()
        is_administrator = user.has_group("wezer_base.group_administrator")
        selects = []
        for right in rights:
            field = self._fields[f"wezer_{right}_user_ids"]
            named = SQL(
                "SELECT FROM %s named WHERE named.%s = %s",
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                self.id,
                to_flush=field,
            )
            user_column = SQL.identifier("named", field.column2)
            condition = SQL("EXISTS (%s AND %s = %s)", named, user_column, user.id)
            if is_administrator:
                # Until the settings name somebody: the administrators.
                condition = SQL(
                    """(%s OR NOT EXISTS (%s AND %s IN (
                            SELECT id FROM res_users WHERE active)))""",
                    condition,
                    named,
                    user_column,
                    to_flush=self.env["res.users"]._fields["active"],
                )
            selects.append(SQL("SELECT %s::text WHERE %s", right, condition))
        return SQL(" UNION ALL ").join(selects)

    def _wezer_named_users(self, right):
        self.ensure_one()
        assert right in RIGHTS
        return self.sudo()[f"wezer_{right}_user_ids"]
