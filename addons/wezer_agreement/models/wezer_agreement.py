from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written
from odoo.addons.wezer_base.tools import days, locks, payload
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, free_slug, slugify
from odoo.addons.wezer_base.tools.text import secret_slug as new_secret_slug
from odoo.addons.wezer_base.tools.versions import check_version, version_of

from ..tools import agreement_lookup, review

BODY_LENGTH, TEXT_LENGTH = 20000, 2000
# Months until a review where nothing else is said, and at most.
REVIEW_MONTHS, MONTHS_MOST = 12, 36
# Days that people have to answer at a review.
ROUND_DAYS = 5
# Days after its review date from which an agreement is marked as overdue.
OVERDUE_DAYS = 30
# Agreements that the page of a circle shows.
SHOWN = 5
# What a draft's form sends, by the model that has it.
AGREEMENT_FIELDS = (
    "why",
    "category",
    "responsible_id",
    "members_only",
    "review_months",
)
VERSION_FIELDS = ("title", "body", "how_known", "change", "must_assent")
EDITED = (*AGREEMENT_FIELDS, *(f"draft_id.{name}" for name in VERSION_FIELDS))

AGREEMENT = StateMachine(
    states=("draft", "in_force", "ended"),
    rules={
        "member": "counts in the circle, or manages it",
        "author": "wrote the draft, or manages the circle",
        "manager": "manages the circle; where it decides its agreements together, its"
        " decision only",
        "manages": "manages the circle",
        "responsible": "is responsible for it, by name or by a role; without anybody,"
        " manages the circle",
        "person": "counts in the circle, or wants to join it",
        "decision": "a decision of the circle",
        "clock": "the scheduled action",
        "tree": "follows from the circle: it closes, or merges into another",
    },
    transitions=(
        Transition("draft", (), ("draft",), "member", "action_draft"),
        Transition("edit", ("draft",), ("draft",), "author", "action_edit"),
        Transition("edit", ("in_force",), ("in_force",), "author", "action_edit"),
        Transition(
            "new_version",
            ("in_force",),
            ("in_force",),
            "member",
            "action_new_version",
            "one draft at a time",
        ),
        Transition("discard", ("draft",), ("ended",), "author", "action_discard"),
        Transition("discard", ("in_force",), ("in_force",), "author", "action_discard"),
        Transition(
            "note", ("draft", "in_force"), ("in_force",), "manager", "action_note"
        ),
        Transition("adopt", ("draft", "in_force"), ("in_force",), "decision", "_adopt"),
        Transition(
            "name_responsible",
            ("draft",),
            ("draft",),
            "manages",
            "action_name_responsible",
        ),
        Transition(
            "name_responsible",
            ("in_force",),
            ("in_force",),
            "manages",
            "action_name_responsible",
        ),
        Transition(
            "begin_review",
            ("in_force",),
            ("in_force",),
            "responsible",
            "action_begin_review",
        ),
        Transition(
            "review",
            ("in_force",),
            ("in_force",),
            "member",
            "action_review",
            f"within {ROUND_DAYS} days",
        ),
        Transition(
            "close_review", ("in_force",), ("in_force",), "clock", "_close_review"
        ),
        Transition("keep", ("in_force",), ("in_force",), "decision", "_keep"),
        Transition("remind", ("in_force",), ("in_force",), "clock", "_remind"),
        Transition(
            "report_breach",
            ("in_force",),
            ("in_force",),
            "member",
            "action_report_breach",
        ),
        Transition("assent", ("in_force",), ("in_force",), "person", "action_assent"),
        Transition("end", ("in_force",), ("ended",), "manager", "action_end"),
        Transition("drop", ("in_force",), ("ended",), "decision", "_drop"),
        Transition(
            "hand_over",
            ("draft", "in_force"),
            ("in_force", "ended"),
            "tree",
            "_hand_over",
        ),
        Transition(
            "end_with_circle",
            ("draft", "in_force"),
            ("ended",),
            "tree",
            "_end_with_circles",
        ),
    ),
)


class WezerAgreement(models.Model):
    """What a circle agreed on, for itself and all circles inside it.

    A circle inside has an agreement of its own by the same key in its place. What is in
    force is a version, which a decision adopted or somebody who manages the circle
    noted; it is reviewed on a date, and never lapses by itself.
    """

    _name = "wezer.agreement"
    _description = "Agreement"
    _inherit = [
        "wezer.state.mixin",
        "wezer.slug.mixin",
        "wezer.written.mixin",
        "wezer.record.mixin",
    ]
    _order = "title, id"
    _rec_name = "title"
    _wezer_titles = ("title",)
    _state_machine = AGREEMENT
    _written = {"written_lang": Written(("why",), ("author_id",), ("title",))}

    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="restrict"
    )
    slug = fields.Char(required=True, copy=False)
    title = fields.Char(required=True, size=TITLE_LENGTH)
    key = fields.Char(
        required=True,
        help="A circle inside replaces the agreement by one of its own with this key.",
    )
    why = fields.Text(string="Situation", help="The situation that it answers.")
    category = fields.Selection(
        [
            ("deciding", "How we decide"),
            ("together", "How we treat each other"),
            ("money", "Money and things"),
            ("work", "Work and tasks"),
            ("privacy", "Privacy among us"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("in_force", "In force"), ("ended", "Ended")],
        required=True,
        default="draft",
    )
    members_only = fields.Boolean(
        string="Only members of the circle can read it",
        help="Otherwise everybody reads it who sees the circle.",
    )
    # Visitors learn no names of members.
    responsible_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        groups="wezer_base.group_member",
        help="A person, or a role: whoever has it. Reminds the circle of the review.",
    )
    author_id = fields.Many2one(
        "res.partner",
        string="First drafted by",
        required=True,
        index=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    date = fields.Datetime(
        string="Drafted on", required=True, default=lambda self: self.env.cr.now()
    )
    version_ids = fields.One2many("wezer.agreement.version", "agreement_id")
    version_id = fields.Many2one(
        "wezer.agreement.version",
        string="Version in force",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    draft_id = fields.Many2one(
        "wezer.agreement.version",
        string="Next version",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    must_assent = fields.Selection(related="version_id.must_assent")
    review_months = fields.Integer(
        string="Months until a review",
        required=True,
        default=REVIEW_MONTHS,
        aggregator=None,
    )
    review_date = fields.Date(string="Next review", readonly=True)
    review_round = fields.Integer(readonly=True, default=0, aggregator=None)
    review_closes = fields.Datetime(readonly=True, help="Answers are taken until then.")
    review_result = fields.Selection(
        [
            ("kept", "Kept"),
            ("wanted", "A change is wanted"),
            ("unanswered", "Nobody answered"),
        ],
        string="Last review",
        readonly=True,
    )
    reminded = fields.Boolean(groups=fields.NO_ACCESS)
    is_overdue = fields.Boolean(string="Review overdue", compute="_compute_is_overdue")
    is_user_responsible = fields.Boolean(
        compute="_compute_is_user_responsible",
        search="_search_is_user_responsible",
        compute_sudo=True,
    )
    discussion_id = fields.Many2one(
        "wezer.discussion", ondelete="set null", groups=fields.NO_ACCESS
    )
    moved_from_id = fields.Many2one(
        "wezer.group",
        string="Taken over from",
        readonly=True,
        ondelete="set null",
        help="The circle that agreed on it, and has merged into this one.",
    )
    date_ended = fields.Datetime(string="Ended on", readonly=True)
    ended_why = fields.Selection(
        [
            ("discarded", "The draft was discarded"),
            ("dropped", "The circle ended it"),
            ("closed_circle", "The circle was closed"),
            ("replaced", "The circle that goes on has its own"),
        ],
        string="Reason",
        readonly=True,
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    _slug_uniq = models.UniqueIndex("(slug)", "This address is already taken.")
    _key_uniq = models.UniqueIndex(
        "(group_id, key) WHERE state <> 'ended'",
        "The circle has an agreement of this kind already.",
    )
    _months_some = models.Constraint(
        f"CHECK (review_months BETWEEN 1 AND {MONTHS_MOST})",
        "An agreement is reviewed after three years at the latest.",
    )
    _in_force_has_version = models.Constraint(
        "CHECK (state <> 'in_force' OR version_id IS NOT NULL)",
        "An agreement in force has a version.",
    )
    _review_idx = models.Index("(review_date) WHERE state = 'in_force'")
    _round_idx = models.Index("(review_closes) WHERE review_closes IS NOT NULL")

    # === COMPUTE === #

    @api.depends("state", "review_date")
    def _compute_is_overdue(self):
        since = days.today(self.env) - timedelta(days=OVERDUE_DAYS)
        for agreement in self:
            agreement.is_overdue = bool(
                agreement.state == "in_force"
                and agreement.review_date
                and agreement.review_date < since
            )

    @api.depends_context("uid")
    @api.depends("responsible_id", "group_id")
    def _compute_is_user_responsible(self):
        user = self.env.user
        mine = agreement_lookup.responsible_parties(user)
        for agreement in self:
            party = agreement.responsible_id
            agreement.is_user_responsible = (
                party.id in mine
                if party
                else not user._why_not_acting(agreement.group_id.partner_id, "manage")
            )

    def _search_is_user_responsible(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = agreement_lookup.responsible_parties(self.env.user)
        return Domain("responsible_id", "in", list(mine)) | (
            Domain("responsible_id", "=", False)
            & Domain("group_id.partner_id.acts_manage", "=", True)
        )

    # === ADDRESS === #

    def _slug_name(self):
        self.ensure_one()
        return self.title

    def _new_slug(self):
        # Another of this title may be hidden: an address reveals nothing.
        return new_secret_slug(slugify(self._slug_name(), "agreement"))

    def _url(self) -> str:
        """Return the address of the page of this agreement."""
        self.ensure_one()
        return f"/agreements/{self.sudo().slug}"

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        for vals in vals_list:
            if not vals.get("slug"):
                wanted = slugify(vals.get("title"), "agreement")
                vals["slug"] = new_secret_slug(wanted)
        found = super().create(vals_list)
        self.env["wezer.group.membership"]._forget_wanted_assents()
        return found

    def write(self, vals):
        names = self._slug_names() if "title" in vals else {}
        result = super().write(vals)
        self._follow_name(names)
        self.env["wezer.group.membership"]._forget_wanted_assents()
        return result

    # === FINDING === #

    @api.model
    def _holding_for(self, group):
        """Return the agreements in force for ``group`` that the user may read.

        Its own, and those of circles around it by whose key it has none.
        """
        ids = agreement_lookup.holding_ids(self.env, [group.id])
        return self.search([("id", "in", ids)])

    @api.model
    def _latest_of(self, group):
        """Return the latest agreements of ``group`` for its page, overdue ones first.

        Of a large register, of the newest ones. Visitors read them on their own page.
        """
        if self.env.user._is_public():
            return self.browse()
        found = self.search(
            [("group_id", "=", group.id), ("state", "=", "in_force")],
            order="version_id desc",
            limit=SHOWN * 10,
        )
        return found.sorted(lambda one: not one.is_overdue)[:SHOWN]

    @api.model
    def _drafts_of(self, group):
        """Return the drafts of ``group`` that the user may read."""
        return self.search([("group_id", "=", group.id), ("state", "=", "draft")])

    @api.model
    def _to_assent_before(self, group, person):
        """Return what ``person`` agrees to before they join ``group``.

        Only what they may read: nobody agrees to a text that is hidden from them.
        """
        return self._readable(
            agreement_lookup.wanted_ids(self.env, group.id, person.id)
        )

    @api.model
    def _readable(self, ids):
        """Return those of the agreements with ``ids`` that the user may read."""
        return self.search([("id", "in", ids)]) if ids else self.browse()

    @api.model
    def _asks_before_joining(self, group):
        """Return whether the user could take a place in ``group`` once they agree."""
        errors = (group._why_not("accept_invitation"), group._why_not("join"))
        return any(getattr(error, "rule", "") == "assent" for error in errors)

    @api.model
    def _assented_by(self, agreements, person):
        """Return those of ``agreements`` to whose version of now ``person`` agreed."""
        versions = agreements.sudo().version_id
        assents = self.env["wezer.agreement.assent"].sudo()
        found = assents.search(
            [("version_id", "in", versions.ids), ("person_id", "=", person.id)]
        )
        agreed = found.version_id
        return agreements.filtered(lambda one: one.sudo().version_id in agreed)

    def _assent_count(self):
        """Return how many people agreed to the version in force."""
        self.ensure_one()
        # The number is for everybody who reads the agreement, the names are not.
        assents = self.env["wezer.agreement.assent"].sudo()
        return assents.search_count([("version_id", "=", self.sudo().version_id.id)])

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        group = self.env["wezer.group"].browse(self.sudo().group_id.id)
        return (
            group._why_not_take_part()
            or self._why_not_who(action, group)
            or self._state_refusal(action)
            or self._why_not_data(action, group)
        )

    @api.model
    def _why_not_draft(self, group):
        """Return why the user drafts no agreement for ``group``, or None."""
        error = group._why_not_take_part()
        if not error and group.sudo().kind != "circle":
            error = Refusal(
                self.env._("Circles have agreements, roles do not."), rule="circle"
            )
        return error or self._why_not_member(group)

    @api.model
    def _why_not_member(self, group):
        place = group._membership_of(self.env.user.partner_id)
        guest = place and place.is_live and place.is_guest
        if (group.is_user_member and not guest) or self._manages(group):
            return None
        return NotAllowed(
            self.env._("Only members of the circle can do this."), rule="member"
        )

    @api.model
    def _manages(self, group):
        partner = group.sudo().partner_id
        return not self.env.user._why_not_acting(partner, "manage")

    def _why_not_who(self, action, group):
        who = self._state_machine.who(action)
        if who in ("decision", "clock", "tree"):
            return NotAllowed(
                self.env._("This happens by itself or by a decision."), rule="suite"
            )
        if who == "person":
            return None
        if who == "member":
            return self._why_not_member(group)
        manages = self._manages(group)
        allowed = manages
        if who == "author":
            draft = self.sudo().draft_id
            allowed = manages or draft.author_id == self.env.user.partner_id
        elif who == "responsible":
            allowed = manages or self.is_user_responsible
        if allowed:
            return None
        return NotAllowed(
            {
                "author": self.env._(
                    "Only the person who wrote the draft, and people who manage the"
                    " circle, can do this."
                ),
                "responsible": self.env._(
                    "Only those responsible for the agreement can do this."
                ),
            }.get(who)
            or self.env._("Only people who manage the circle can do this."),
            rule=who,
        )

    def _why_not_data(self, action, group):
        """Return the refusal of ``action`` for what is written or decided, or None."""
        check = getattr(self, f"_why_not_{action}_data", None)
        return check(group) if check else None

    def _why_not_edit_data(self, _group):
        record = self.sudo()
        if not record.draft_id:
            return Refusal(
                self.env._("No version is being written. Write a new one first."),
                rule="draft",
            )
        if decision := record._deciding():
            return Refusal(
                self.env._(
                    "“%(title)s” is being decided with this text. It can be changed"
                    " afterwards, or by a new version of the proposal.",
                    title=decision.title,
                ),
                rule="decision",
                value=decision.state,
            )
        return None

    def _why_not_discard_data(self, group):
        return self._why_not_edit_data(group)

    def _why_not_new_version_data(self, _group):
        if self.sudo().draft_id:
            return Refusal(
                self.env._(
                    "Somebody is writing the next version of this agreement already."
                ),
                rule="draft",
            )
        return None

    def _why_not_note_data(self, group):
        record = self.sudo()
        return self._why_not_edit_data(group) or record.group_id._why_reserved(
            "agreement",
            outcome="agreement",
            act="adopt",
            agreement=record.id,
        )

    def _why_not_end_data(self, _group):
        record = self.sudo()
        return record.group_id._why_reserved(
            "agreement", outcome="agreement", act="end", agreement=record.id
        )

    def _why_not_begin_review_data(self, _group):
        if self.sudo().review_closes:
            return Refusal(
                self.env._("The review is under way."), rule="review", value="open"
            )
        return None

    def _why_not_review_data(self, _group):
        closes = self.sudo().review_closes
        if not closes or closes < fields.Datetime.now():
            return Refusal(
                self.env._("This agreement is not being reviewed at the moment."),
                rule="review",
                value="closed",
            )
        return None

    def _why_not_assent_data(self, _group):
        if self.sudo().must_assent in ("new", "all"):
            return None
        return Refusal(
            self.env._("Nobody is asked to agree to this personally."), rule="assent"
        )

    def _deciding(self):
        """Return the decision (sudo) under way about this agreement, if any."""
        return self.env["wezer.outcome"]._agreement_deciding(self)

    # === WRITING === #

    @api.model
    def action_draft(self, group_id: int, vals: dict) -> int:
        """Draft an agreement for a circle.

        :param dict vals: ``title``, ``body`` and some of ``why``, ``category``,
            ``responsible_id`` (a person or the contact of a role), ``members_only``,
            ``review_months``, ``how_known``, ``must_assent``, and ``replaces`` (the id
            of an agreement of a circle around, in whose place it holds here)
        :return: the id of the agreement
        :raise NotAllowed: rules ``login``, ``standing``, ``member``
        :raise Refusal: rules ``circle``, ``title``, ``body``, ``choice``, ``number``,
            ``responsible``, ``replaces``, ``assent_hidden``, ``field``
        """
        self.env.user._wezer_check_standing()
        group = self.env["wezer.group"].search([("id", "=", record_id(group_id))])
        if not group:
            raise Refusal(self.env._("This circle does not exist."), rule="circle")
        if error := self._why_not_draft(group):
            raise error
        vals = payload.table(self.env, vals)
        replaced = self._replaced(group, vals.pop("replaces", None))
        clean = self._clean_vals(group, vals)
        for name in ("title", "body"):
            clean.setdefault(name, "")
        self._check_given(clean)
        self._check_readable(clean, self.sudo().browse())
        # Of two of the same title at once, each gets a key of its own.
        locks.hold(self.env, "agreements", group.id)
        person = self.env.user.partner_id
        # Members write nothing by themselves.
        agreement = self.sudo().create(
            {
                "group_id": group.id,
                "title": clean["title"],
                "key": replaced.key or self._free_key(group, clean["title"]),
                "author_id": person.id,
                **{name: clean[name] for name in AGREEMENT_FIELDS if name in clean},
            }
        )
        agreement._add_draft(clean, person)
        return agreement.id

    @api.model
    def _replaced(self, group, number):
        """Return the agreement (sudo) of a circle around in whose place one comes."""
        if not number:
            return self.sudo().browse()
        found = self._holding_for(group).filtered(
            lambda one: one.id == record_id(number) and one.sudo().group_id != group
        )
        if not found:
            raise Refusal(
                self.env._("This agreement does not hold here."),
                rule="replaces",
                field="replaces",
            )
        return found.sudo()

    @api.model
    def _free_key(self, group, title):
        taken = self.sudo().search([("group_id", "=", group.id)]).mapped("key")
        # Not by chance the key of an agreement around.
        above = agreement_lookup.holding_ids(self.env, [group.id])
        taken += self.sudo().browse(above).mapped("key")
        return free_slug(slugify(title, "agreement"), set(taken))

    def _add_draft(self, clean, person):
        """Add a draft of the next version (sudo)."""
        last = self.version_ids[:1]
        self.draft_id = (
            self.env["wezer.agreement.version"]
            .sudo()
            .create(
                {
                    "agreement_id": self.id,
                    "number": last.number + 1,
                    "author_id": person.id,
                    **{name: clean[name] for name in VERSION_FIELDS if name in clean},
                }
            )
        )

    @api.model
    def _clean_vals(self, group, vals):
        """Return ``vals`` with nothing but plain values of what may be written."""
        env = self.env
        payload.only(env, vals, (*AGREEMENT_FIELDS, *VERSION_FIELDS))
        clean = {}
        if "title" in vals:
            clean["title"] = payload.line(env, vals["title"], TITLE_LENGTH, "title")
        if "body" in vals:
            clean["body"] = payload.text(env, vals["body"], BODY_LENGTH, "body").strip()
        for name in ("why", "how_known", "change"):
            if name in vals:
                clean[name] = payload.text(env, vals[name], TEXT_LENGTH, name)
        for name, model in (
            ("category", self._name),
            ("must_assent", "wezer.agreement.version"),
        ):
            if name in vals:
                clean[name] = payload.choice(env, model, name, vals[name])
        if "members_only" in vals:
            clean["members_only"] = bool(vals["members_only"])
        if "review_months" in vals:
            clean["review_months"] = payload.whole(
                env,
                vals["review_months"],
                env._("Enter between 1 and %(most)s months.", most=MONTHS_MOST),
                least=1,
                most=MONTHS_MOST,
                field="review_months",
            )
        if "responsible_id" in vals:
            party = self._responsible_meant(group, vals["responsible_id"])
            clean["responsible_id"] = party.id
        return clean

    @api.model
    def _responsible_meant(self, group, number):
        """Return the person or role of ``group`` that this is the contact of."""
        parties = self.env["res.partner"].sudo()
        if not number:
            return parties
        party = parties.browse(record_id(number)).exists()
        roles = group.sudo().role_ids.partner_id
        if party in roles or (party and group.sudo()._membership_of(party).is_live):
            return party
        raise Refusal(
            self.env._("Choose a member of the circle or one of its roles."),
            rule="responsible",
            field="responsible_id",
        )

    def _check_given(self, clean):
        for name, sentence in (
            ("title", self.env._("Write a title first.")),
            ("body", self.env._("Write what you agree on.")),
        ):
            if name in clean and not clean[name]:
                raise Refusal(sentence, rule=name, field=name)

    def _check_readable(self, clean, record):
        """Refuse to ask people to agree to what they cannot read."""
        hidden = clean.get("members_only", record.members_only)
        asked = clean.get("must_assent", record.draft_id.must_assent)
        if hidden and asked in ("new", "all"):
            raise Refusal(
                self.env._(
                    "People who join cannot read this agreement, so they cannot agree"
                    " to it. Show it to everybody who sees the circle, or ask nobody."
                ),
                rule="assent_hidden",
                field="must_assent",
            )

    def edit_version(self) -> str:
        """Return the version of the draft, to those who may edit it."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("edit")
        return version_of(self.sudo(), EDITED)

    def action_edit(self, vals: dict, version: str | None = None) -> bool:
        """Change the draft.

        What is not part of a version (the situation, the category, the readers, the
        months until a review) is changed at once.

        :param dict vals: some of what :meth:`action_draft` takes, without ``replaces``
        :param str version: what :meth:`edit_version` returned when it was shown
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("edit")
        record = self.sudo()
        group = self.env["wezer.group"].browse(record.group_id.id)
        clean = self._clean_vals(group, payload.table(self.env, vals))
        check_version(record, EDITED, version)
        self._check_given(clean)
        self._check_readable(clean, record)
        if record.state != "draft":
            # What holds already is changed with the next version only.
            clean = {name: clean[name] for name in VERSION_FIELDS if name in clean}
        record.draft_id.write(
            {name: clean[name] for name in VERSION_FIELDS if name in clean}
        )
        record.write({name: clean[name] for name in AGREEMENT_FIELDS if name in clean})
        if record.state == "draft" and clean.get("title"):
            record.title = clean["title"]
        return True

    def action_new_version(self, vals: dict | None = None) -> int:
        """Draft the next version, which begins as the one in force.

        :param dict vals: some of ``title``, ``body``, ``how_known``, ``change``,
            ``must_assent``
        :return: the number of the version
        """
        self.ensure_one()
        self.check_access("read")
        locks.hold(self.env, "agreement", self.id)
        self._check_may("new_version")
        record = self.sudo()
        group = self.env["wezer.group"].browse(record.group_id.id)
        vals = payload.table(self.env, vals)
        payload.only(self.env, vals, VERSION_FIELDS)
        clean = self._clean_vals(group, vals)
        self._check_given(clean)
        self._check_readable(clean, record)
        begin = {name: record.version_id[name] for name in VERSION_FIELDS}
        record._add_draft({**begin, "change": False, **clean}, self.env.user.partner_id)
        return record.draft_id.number

    def action_discard(self) -> bool:
        """Discard the draft; what is in force stays."""
        self.ensure_one()
        self.check_access("read")
        self._check_may("discard")
        # Who wrote it, or manages the circle, checked above.
        record = self.sudo()
        draft = record.draft_id
        record.draft_id = False
        if record.state == "draft":
            record._finish("discarded")
        else:
            draft.unlink()
        return True

    def action_name_responsible(self, partner_id: int | None) -> bool:
        """Say who is responsible: a member, the contact of a role, or nobody (None).

        :raise Refusal: rule ``responsible``
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("name_responsible")
        group = self.env["wezer.group"].browse(self.sudo().group_id.id)
        party = self._responsible_meant(group, partner_id)
        # A manager of the circle, checked above.
        self.sudo().responsible_id = party
        return True

    # === COMING INTO FORCE === #

    def action_note(self) -> bool:
        """Bring the draft into force, where the circle does not decide it together.

        It is marked as noted, not decided.

        :raise Refusal: rule ``decision`` where the circle decides its agreements
        """
        self.ensure_one()
        self.check_access("read")
        locks.hold(self.env, "agreement", self.id)
        self._check_may("note")
        # A manager of the circle, checked above.
        self.sudo()._bring_into_force(person=self.env.user.partner_id)
        return True

    def _adopt(self, decision, version):
        """Bring ``version`` into force by a decision (sudo).

        What people were worried about is kept with it.
        """
        locks.hold(self.env, "agreement", self.id)
        self._check_state("adopt")
        if not version or version != self.draft_id:
            raise Refusal(
                self.env._("The text that was decided is no longer there."),
                rule="draft",
            )
        self._bring_into_force(decision=decision)
        review.keep_concerns(version, decision)

    def _bring_into_force(self, decision=None, person=None):
        """Bring the draft into force, and end what it replaces (sudo)."""
        now, version, older = fields.Datetime.now(), self.draft_id, self.version_id
        if older:
            older.date_to = now
            # Before the next begins: one is in force at a time.
            older.flush_recordset(["date_to"])
        version._begin(now, decision, person)
        self.env["wezer.notice"]._settle(self)
        self._end_round()
        self.write(
            {
                "state": "in_force",
                "title": version.title,
                "version_id": version.id,
                "draft_id": False,
                "review_result": False,
            }
        )
        self._plan_review(decision)
        self.env["wezer.governance.event"]._log_agreement(self, decision)
        review.tell_in_force(self, older)

    def _plan_review(self, decision=None):
        """Set the day of the next review (sudo).

        :param decision: that may name a day
        """
        today = days.today(self.env)
        day = today + relativedelta(months=self.review_months)
        asked = decision and decision.review_date
        if asked and asked > today:
            day = min(asked, today + relativedelta(months=MONTHS_MOST))
        self.write({"review_date": day, "reminded": False})

    def action_end(self) -> bool:
        """End the agreement, where the circle does not decide it together.

        :raise Refusal: rule ``decision`` where the circle decides its agreements
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("end")
        # A manager of the circle, checked above.
        self.sudo()._finish("dropped")
        return True

    def _drop(self, decision):
        """End the agreement by a decision (sudo)."""
        self._check_state("drop")
        self._finish("dropped", decision)

    def _finish(self, why, decision=None):
        """End these agreements (sudo); their texts stay."""
        now = fields.Datetime.now()
        for agreement in self:
            in_force = agreement.state == "in_force"
            if in_force:
                agreement.version_id.date_to = now
            agreement._end_round()
            agreement.write(
                {
                    "state": "ended",
                    "date_ended": now,
                    "ended_why": why,
                    "review_date": False,
                }
            )
            if in_force:
                self.env["wezer.governance.event"]._log_agreement(
                    agreement, decision, ended=True
                )
        self.env["wezer.notice"]._settle(self)

    # === ASSENT === #

    def action_assent(self, number: int | None = None) -> bool:
        """Agree personally to the version in force, for oneself alone.

        :param int number: of the version that was shown
        :raise Refusal: rules ``state``, ``assent``; ``version``, where another version
            came into force since it was shown
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("assent")
        now = self.sudo().version_id.number
        if number and number != now:
            raise Refusal(
                self.env._(
                    "Another version has come into force meanwhile. Read it, and agree"
                    " then."
                ),
                rule="version",
                value=payload.shortened(number),
                limit=str(now),
            )
        self._assent()
        return True

    def _assent(self):
        """Keep that the user agrees to these agreements, checked one by one."""
        person = self.env.user.partner_id
        # Each person writes their own, once; nobody writes another's.
        versions = self.sudo().version_id
        self.env["wezer.agreement.assent"]._keep(versions, person)
        self.env["wezer.notice"]._settle(
            self, kinds=["agreement_assent"], people=person
        )

    # === BREACHES === #

    def action_report_breach(self, text: str) -> int:
        """Say that the agreement was not kept, in its discussion; nothing follows.

        :return: the id of the message
        :raise Refusal: rules ``text``, ``hourly``
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("report_breach")
        discussion = self._own_discussion()
        number = discussion.say(text)
        # Their own message, made just now: its kind is not chosen by a form.
        self.env["wezer.discussion.word"].sudo().browse(number).kind = "breach"
        review.tell_breach(self.sudo())
        return number

    def _own_discussion(self):
        """Return the discussion of this agreement, begun where there is none."""
        record = self.sudo()
        locks.hold(self.env, "agreement", self.id)
        if not record.discussion_id or record.discussion_id.state == "closed":
            record.discussion_id = (
                self.env["wezer.discussion"]
                .sudo()
                .create(
                    {
                        "group_id": record.group_id.id,
                        "title": record.title,
                        "author_id": record.author_id.id,
                    }
                )
            )
        return self.env["wezer.discussion"].browse(record.discussion_id.id)

    # === REVIEW === #

    def action_begin_review(self) -> bool:
        """Ask the members whether the agreement has helped, before its day too."""
        self.ensure_one()
        self.check_access("read")
        locks.hold(self.env, "agreement", self.id)
        self._check_may("begin_review")
        # Those responsible, checked above.
        record = self.sudo()
        record.write(
            {
                "review_round": record.review_round + 1,
                "review_closes": fields.Datetime.now() + timedelta(days=ROUND_DAYS),
                "review_result": False,
            }
        )
        review.tell_begun(record)
        self.env.ref("wezer_agreement.ir_cron_agreements").sudo()._trigger(
            at=record.review_closes
        )
        return True

    def action_review(self, answer: str, reason: str = "") -> bool:
        """Answer at the review: keep it, change it, or drop it; changed until the end.

        :param str reason: required for all but ``keep``
        :raise Refusal: rules ``review``, ``choice``, ``reason``
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may("review")
        answers = self.env["wezer.agreement.answer"]
        payload.choice(self.env, answers._name, "answer", answer)
        reason = payload.text(self.env, reason, TEXT_LENGTH, "reason").strip()
        if answer != "keep" and not reason:
            raise Refusal(
                self.env._("Say in a sentence what would be better."),
                rule="reason",
                field="reason",
            )
        person, record = self.env.user.partner_id, self.sudo()
        locks.hold(self.env, "agreement_answer", self.id, person.id)
        # Each person writes their own answer.
        own = answers.sudo().search(
            [
                ("agreement_id", "=", self.id),
                ("review_round", "=", record.review_round),
                ("person_id", "=", person.id),
            ]
        )
        vals = {"answer": answer, "reason": reason}
        if own:
            own.write(vals)
        else:
            answers.sudo().create(
                {
                    "agreement_id": self.id,
                    "review_round": record.review_round,
                    "person_id": person.id,
                    **vals,
                }
            )
        self.env["wezer.notice"]._settle(
            self, subjects=[f"round-{record.review_round}"], people=person
        )
        return True

    def _close_review(self):
        """End the round (sudo): kept where all who answered want to keep it."""
        result = review.result(self)
        self._end_round()
        self.review_result = result
        if result == "kept":
            self._plan_review()
        review.tell_result(self, result)

    def _end_round(self):
        """Take no more answers, and show those that were given (sudo)."""
        if not self.review_closes:
            return
        self.env["wezer.agreement.answer"].search(
            [("agreement_id", "=", self.id), ("is_shown", "=", False)]
        ).is_shown = True
        self.review_closes = False
        self.env["wezer.notice"]._settle(self, kinds=["agreement_review"])

    def _keep(self, decision):
        """Keep the agreement by a decision (sudo): the next review is planned."""
        self._check_state("keep")
        self._end_round()
        self.review_result = "kept"
        self.env["wezer.notice"]._settle(self, kinds=["agreement_review"])
        self._plan_review(decision)

    def _remind(self):
        """Tell those responsible that the day of the review has come (sudo)."""
        self.reminded = True
        review.tell_due(self)

    @api.model
    def _cron_review(self):
        """Remind of reviews whose day has come, and end rounds."""
        agreements, now = self.sudo(), fields.Datetime.now()
        due = Domain("review_date", "<=", days.today(self.env))
        in_force = Domain("state", "=", "in_force")
        for_each_due(
            agreements,
            in_force & due & Domain("reminded", "=", False),
            lambda one: one._remind(),
        )
        for_each_due(
            agreements,
            in_force & Domain("review_closes", "<=", now),
            lambda one: one._close_review(),
        )

    def _notice_party(self, _reader):
        """Return the party whose face a notice shows: the circle."""
        return self.sudo().group_id.partner_id

    # === CIRCLES THAT MERGE OR CLOSE (sudo) === #

    @api.model
    def _hand_over(self, group, target):
        """Let ``target`` take over what is in force in ``group``, marked.

        Where it has an agreement of the same key, its own holds.
        """
        own = self.sudo().search(
            [("group_id", "=", group.id), ("state", "!=", "ended")]
        )
        others = self.sudo().search(
            [("group_id", "=", target.id), ("state", "!=", "ended")]
        )
        taken = set(others.mapped("key"))
        moving = own.filtered(
            lambda one: one.state == "in_force" and one.key not in taken
        )
        (own - moving)._finish("replaced")
        moving.write(
            {
                "group_id": target.id,
                "moved_from_id": group.id,
                "responsible_id": False,
                "discussion_id": False,
            }
        )

    @api.model
    def _end_with_circles(self, groups):
        """End the agreements and drafts of circles that are closed."""
        self.sudo().search(
            [("group_id", "in", groups.ids), ("state", "!=", "ended")]
        )._finish("closed_circle")
