from dateutil.relativedelta import relativedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, locks, mandate_paper, payload
from odoo.addons.wezer_base.tools.state_machine import StateMachine, Transition

from ..tools import delegations

_lt = LazyTranslate(__name__)

DELEGATION = StateMachine(
    states=("active", "ended"),
    rules={
        "giver": "gives their own voice; for a member who cannot log in an"
        " administrator, with the paper",
        "holder": "carries the voice",
        "clock": "its date is over, or one of both left the circle",
    },
    transitions=(
        Transition("give", (), ("active",), "giver", "action_give"),
        Transition("take_back", ("active",), ("ended",), "giver", "action_take_back"),
        Transition("resign", ("active",), ("ended",), "holder", "action_resign"),
        Transition("lapse", ("active",), ("ended",), "clock", "_lapse"),
    ),
)
(IN_FORCE,) = DELEGATION.unfinished
MONTHS = 12
MONTHS_MOST = 24
URL = "/my/delegations"
VALUES = {
    *("scope", "decision_id", "group_id", "category_id", "inside", "date_until"),
    *("giver_id", "paper", "paper_name"),
}
# So often one voice is given in an hour: the holder gets a notice each time.
HOURLY = 20
# Delegations that the clock ends in one go.
BATCH = 500


class WezerVoteDelegation(models.Model):
    """One person lets another one vote for them, for a time and a matter.

    It needs no acceptance: the holder is told, and may resign. A person who
    votes personally is not represented.
    """

    _name = "wezer.vote.delegation"
    _description = "Delegation of a voice"
    _inherit = ["wezer.state.mixin", "wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"
    _state_machine = DELEGATION

    giver_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    holder_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    scope = fields.Selection(
        [
            ("decision", "One decision"),
            ("category", "Decisions of a category in a circle"),
            ("circle", "Decisions of a circle"),
        ],
        required=True,
        default="circle",
    )
    decision_id = fields.Many2one(
        "wezer.decision", index="btree_not_null", ondelete="cascade"
    )
    group_id = fields.Many2one(
        "wezer.group", string="Circle", required=True, index=True, ondelete="cascade"
    )
    category_id = fields.Many2one("wezer.category", ondelete="cascade")
    inside = fields.Boolean(string="Circles inside too")
    date_from = fields.Datetime(required=True, default=fields.Datetime.now)
    date_until = fields.Date(required=True)
    date_ended = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")], required=True, default="active"
    )
    ended_why = fields.Selection(
        [
            ("taken_back", "Taken back"),
            ("resigned", "The holder resigned"),
            ("expired", "Its date is over"),
            ("left", "One of both left the circle"),
        ],
        readonly=True,
    )
    given_by_id = fields.Many2one("res.partner", ondelete="set null")
    paper = fields.Binary(
        attachment=True,
        copy=False,
        groups="wezer_base.group_administrator",
        help="The signed delegation of a member who cannot log in.",
    )
    paper_name = fields.Char(copy=False, groups="wezer_base.group_administrator")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _active_once = models.UniqueIndex(
        "(giver_id, scope, group_id, COALESCE(category_id, 0),"
        " COALESCE(decision_id, 0)) WHERE state = 'active'",
        "A member already votes for you in these decisions. Take that back first.",
    )
    _not_oneself = models.Constraint(
        "CHECK (giver_id <> holder_id)", "Choose another person than yourself."
    )

    # === PERMISSIONS === #

    def _why_not(self, action):
        """Return the error that ``action`` would raise for the user, or None."""
        self.ensure_one()
        user, given = self.env.user, self.sudo()
        who = self._state_machine.who(action)
        if who == "clock":
            return NotAllowed(self.env._("This happens by itself."), rule="clock")
        if who == "giver" and not self._gives(given.giver_id):
            return NotAllowed(
                self.env._("Only the person who gave their voice can take it back."),
                rule="giver",
            )
        if who == "holder" and given.holder_id != user.partner_id:
            return NotAllowed(
                self.env._("Only the person who was given the voice can resign."),
                rule="holder",
            )
        return self._state_refusal(action) or self._why_not_used(action)

    def _why_not_used(self, action):
        """Refuse to take back a voice that was cast in secret: it stands."""
        given = self.sudo()
        decision = given.decision_id
        if action != "take_back" or not decision or decision.secrecy == "open":
            return None
        cast = delegations.cast_by_proxies(decision).party_id
        if decision.state in ("open", "counting") and given.giver_id in cast:
            return Refusal(self.env._("You have voted already."), rule="voted")
        return None

    def _gives(self, giver):
        """Return whether the user gives and takes back the voice of ``giver``."""
        user = self.env.user
        if giver == user.partner_id:
            return True
        return giver._wezer_profile().on_paper and user.has_group(
            "wezer_base.group_administrator"
        )

    def _state_message(self, _action):
        return self.env._("This delegation has ended.")

    # === ACTIONS === #

    @api.model
    def action_give(self, holder_id: int, vals: dict) -> int:
        """Let another member vote for the caller, from now on.

        :param int holder_id: the contact of the person who votes
        :param dict vals: ``scope`` (``decision``, ``category``, ``circle``);
            ``decision_id``, or ``group_id`` with ``category_id`` and ``inside``;
            ``date_until`` (the last day; a year where left out). An administrator
            names in ``giver_id`` a member who cannot log in, with the signed ``paper``
            (a file in base64) and ``paper_name``
        :return: id of the delegation
        :raise NotAllowed: rules ``standing``, ``giver``
        :raise Refusal: rules ``scope``, ``circle``, ``state``, ``delegation``,
            ``secret``, ``method``, ``holder``, ``giver``, ``date``, ``twice``,
            ``paper``, ``category``, ``proxies``
        """
        self.env.user._wezer_check_standing()
        vals = payload.table(self.env, vals)
        payload.only(self.env, vals, VALUES)
        giver = self._giver(vals.get("giver_id"))
        matter = self._matter(vals)
        self._check_delegable(matter)
        group = matter["group_id"]
        self._check_counted(giver, group, "giver")
        holder = self._holder(holder_id, giver, group)
        until = self._until(vals.get("date_until"))
        paper = {}
        if giver != self.env.user.partner_id:
            paper = mandate_paper.read(
                self.env, vals.get("paper"), vals.get("paper_name")
            )
            if not paper:
                raise mandate_paper.missing(self.env)
        delegations.hold_running(self.env, giver)
        # Of two at once, the second finds what the first gave.
        locks.hold(self.env, "delegations", giver.id)
        self._check_once(giver, matter)
        self._check_proxies(giver, holder, matter.get("decision_id"))
        self._check_hourly(giver)
        # Checked just above; members write nothing by themselves.
        given = self.sudo().create(
            {
                **{
                    name: value.id if isinstance(value, models.Model) else value
                    for name, value in matter.items()
                },
                **paper,
                "giver_id": giver.id,
                "holder_id": holder.id,
                "date_until": until,
                "given_by_id": self.env.user.partner_id.id,
            }
        )
        given._log("delegation_given")
        holder._wezer_notify(
            "delegation",
            _lt(
                "%(name)s lets you vote for them: %(matter)s.",
                name=giver.name,
                matter=given._matter_name(),
            ),
            url=URL,
            record=given,
        )
        return given.id

    def action_take_back(self) -> bool:
        """Take the voice back; from now on the giver is not represented."""
        self.ensure_one()
        self._check_known()
        self._check_may("take_back")
        given = self.sudo()
        given._end("taken_back")
        given.holder_id._wezer_notify(
            "delegation",
            _lt(
                "You no longer vote for %(name)s: %(matter)s.",
                name=given.giver_id.name,
                matter=given._matter_name(),
            ),
            url=URL,
            record=given,
        )
        return True

    def action_resign(self) -> bool:
        """Give the voice back: the caller carries it no longer."""
        self.ensure_one()
        self._check_known()
        self._check_may("resign")
        given = self.sudo()
        given._end("resigned")
        given.giver_id._wezer_notify(
            "delegation",
            _lt(
                "%(name)s no longer votes for you: %(matter)s.",
                name=given.holder_id.name,
                matter=given._matter_name(),
            ),
            url=URL,
            record=given,
        )
        return True

    def _check_known(self):
        """Raise unless the user may know of this delegation."""
        given = self.sudo()
        if not given.exists() or not self._gives(given.giver_id):
            self.check_access("read")

    # === CHECKS OF WHAT IS GIVEN === #

    @api.model
    def _giver(self, giver_id):
        """Return the person (sudo) whose voice it is."""
        own = self.env.user.partner_id
        if not giver_id or giver_id == own.id:
            return own.sudo()
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("You can give your own voice only."), rule="giver"
            )
        giver = self._person(giver_id)
        profile = giver._wezer_profile()
        if profile.state != "active" or not profile.on_paper:
            raise NotAllowed(
                self.env._(
                    "Members who can log in give their voice themselves. Choose a"
                    " member who cannot."
                ),
                rule="giver",
            )
        return giver

    @api.model
    def _person(self, partner_id):
        """Return a person (sudo) whom the user may know, or none."""
        people = self.env["res.partner"].sudo()
        if type(partner_id) is not int or not 0 < partner_id < 2**31:
            return people
        profile = people.browse(partner_id).exists()._wezer_profile()
        profile = profile.with_env(self.env)
        if not profile or not profile.has_access("read"):
            return people
        return profile.sudo().partner_id

    @api.model
    def _holder(self, holder_id, giver, group):
        """Return the person (sudo) who shall vote, checked."""
        holder = self._person(holder_id)
        profile = holder._wezer_profile()
        if not profile or profile.state != "active" or not profile.is_person:
            raise Refusal(
                self.env._("Nobody with this name was found."),
                rule="holder",
                field="holder_id",
            )
        if holder == giver:
            raise Refusal(
                self.env._("Choose another person than yourself."),
                rule="holder",
                field="holder_id",
            )
        if profile.on_paper:
            raise Refusal(
                self.env._(
                    "%(name)s cannot log in, and so cannot vote for others.",
                    name=holder.name,
                ),
                rule="holder",
                field="holder_id",
            )
        self._check_counted(holder, group, "holder")
        return holder

    @api.model
    def _check_counted(self, person, group, rule):
        """Raise unless ``person`` counts in ``group``."""
        if person.id in group._effective_member_ids():
            return
        raise Refusal(
            self.env._(
                "%(name)s is not a member of “%(circle)s”.",
                name=person.name,
                circle=group.name,
            ),
            rule=rule,
            field="holder_id" if rule == "holder" else None,
        )

    @api.model
    def _matter(self, vals):
        """Return what is delegated: scope and records (sudo) that the user may know."""
        scope = vals.get("scope") or (
            "decision" if vals.get("decision_id") else "circle"
        )
        scopes = dict(self._fields["scope"].selection)
        if not isinstance(scope, str) or scope not in scopes:
            raise Refusal(
                self.env._("Choose for which decisions somebody votes for you."),
                rule="scope",
                field="scope",
            )
        if scope == "decision":
            decision = self._known("wezer.decision", vals.get("decision_id"))
            if not decision:
                raise Refusal(self.env._("Choose a decision."), rule="decision")
            return {
                "scope": scope,
                "decision_id": decision,
                "group_id": decision.group_id,
            }
        group = self._known("wezer.group", vals.get("group_id"))
        if group.kind != "circle" or not group.active:
            raise Refusal(
                self.env._("Choose a circle."), rule="circle", field="group_id"
            )
        matter = {
            "scope": scope,
            "group_id": group,
            "inside": vals.get("inside") in (True, 1, "1", "on", "yes"),
        }
        if scope == "category":
            category = self._known("wezer.category", vals.get("category_id"))
            if not category:
                raise Refusal(
                    self.env._("Choose a category."),
                    rule="category",
                    field="category_id",
                )
            matter["category_id"] = category
        return matter

    @api.model
    def _known(self, model, number):
        """Return the record (sudo) with this id that the user may read, or none."""
        found = payload.record(self.env, model, number)
        return found.search([("id", "in", found.ids)]).sudo()

    @api.model
    def _check_delegable(self, matter):
        """Raise where no voice can be given for this."""
        decision = matter.get("decision_id")
        if not decision:
            self._check_allowed(matter["group_id"]._policy("delegation")[0])
            return
        if decision.state not in ("announced", "open"):
            raise Refusal(
                self.env._("This decision is not open for votes."),
                rule="state",
                value=decision.state,
                limit="announced, open",
            )
        if delegations.has_proxies(decision):
            return
        if decision.secrecy != "open":
            raise Refusal(
                self.env._(
                    "This vote is secret: nobody can vote in the place of others."
                ),
                rule="secret",
            )
        if decision.method in delegations.NOT_DELEGABLE:
            raise Refusal(
                self.env._("Everybody answers this for themselves."), rule="method"
            )
        rules = decision.rules or {}
        allowed = rules.get("delegation") or decision.group_id._policy("delegation")[0]
        self._check_allowed(allowed)

    @api.model
    def _check_allowed(self, how):
        if (how or "none") == "none":
            raise Refusal(
                self.env._(
                    "This circle does not allow delegation: everybody votes personally."
                ),
                rule="delegation",
                value="none",
            )

    @api.model
    def _until(self, until):
        """Return the last day: a year from now unless said otherwise."""
        today = days.today(self.env)
        if not until:
            return today + relativedelta(months=MONTHS)
        day = days.read_day(self.env, until)
        days.check_not_past(self.env, day)
        latest = today + relativedelta(months=MONTHS_MOST)
        if day > latest:
            raise Refusal(
                self.env._(
                    "A voice can be given until %(day)s at most.",
                    day=days.format_day(self.env, latest),
                ),
                rule="date",
                value=str(day),
                limit=str(latest),
                field="date_until",
            )
        return day

    @api.model
    def _check_once(self, giver, matter):
        """Raise where the voice is already given for the same matter."""
        domain = [("giver_id", "=", giver.id), ("state", "=", IN_FORCE)]
        domain += [
            (name, "=", matter[name].id if matter.get(name) else False)
            for name in ("group_id", "decision_id", "category_id")
        ]
        known = self.sudo().search(domain, limit=1)
        if known:
            raise Refusal(
                self.env._(
                    "%(name)s already votes for you here. Take that back first.",
                    name=known.holder_id.name,
                ),
                rule="twice",
            )

    @api.model
    def _check_proxies(self, giver, holder, decision):
        """Raise where ``holder`` votes for as many as is possible in a secret vote.

        Those for whom the vote was cast count, too, whatever became of it since. Both
        persons have a voice: it is not given by, or to, somebody whom it is about.
        """
        if not decision or decision.secrecy == "open":
            return
        people = delegations.own_voices(decision, giver | holder).party_id
        if giver not in people:
            raise decision._not_theirs("voter")
        if holder not in people:
            raise Refusal(
                self.env._("Choose a person who counts in this circle."),
                rule="holder",
                field="holder_id",
            )
        locks.hold(self.env, "proxies", decision.id, holder.id)
        held = delegations.given_for(decision)
        held = held.filtered(lambda one: one.holder_id == holder).giver_id
        held |= delegations.cast_by_proxies(decision, holder).party_id
        count = len(held - giver)
        if count < delegations.PROXIES_MOST:
            return
        raise Refusal(
            self.env._(
                "%(name)s already votes for %(count)s members here. Choose somebody"
                " else.",
                name=holder.name,
                count=count,
            ),
            rule="proxies",
            value=str(count + 1),
            limit=str(delegations.PROXIES_MOST),
            field="holder_id",
        )

    @api.model
    def _check_hourly(self, giver):
        """Raise where the voice is given and taken back again and again."""
        since = fields.Datetime.now() - relativedelta(hours=1)
        domain = [("giver_id", "=", giver.id), ("date_from", ">", since)]
        if self.sudo().search_count(domain, limit=HOURLY) >= HOURLY:
            raise Refusal(
                self.env._(
                    "This delegation was changed %(count)s times in an hour. Try again"
                    " later.",
                    count=HOURLY,
                ),
                rule="hourly",
                value=str(HOURLY),
                limit=str(HOURLY),
            )

    def _matter_name(self):
        """Return for what the voice is given, as a title."""
        given = self.sudo()
        if given.scope == "decision":
            return given.decision_id.title
        if given.scope == "category":
            return f"{given.category_id.name}, {given.group_id.name}"
        return given.group_id.name

    def _log(self, kind):
        """Write into the log of the circle that a voice was given, or is back (sudo).

        With its scope only: while a vote runs, only giver and holder know of it.
        """
        log = self.env["wezer.governance.event"].with_user(SUPERUSER_ID)
        log._log(kind, self.group_id, data={"scope": self.scope})

    # === ENDING === #

    def _end(self, why):
        """End the delegation (sudo); it holds in no count that begins from now on."""
        delegations.hold_running(self.env, self.giver_id)
        self.write(
            {"state": "ended", "ended_why": why, "date_ended": fields.Datetime.now()}
        )
        # A new one may follow, and comes before what waits to be written.
        self.flush_recordset()
        self._log("delegation_ended")
        self.env["wezer.notice"]._settle(self, ["delegation"])

    def _lapse(self, why):
        """End a delegation (sudo) whose date is over, or whose people left."""
        self._end(why)
        if why == "expired":
            message = _lt(
                "%(name)s no longer votes for you: the time that you chose is over.",
                name=self.holder_id.name,
            )
        else:
            message = _lt(
                "%(name)s no longer votes for you in “%(circle)s”: one of you is not a"
                " member there any more.",
                name=self.holder_id.name,
                circle=self.group_id.name,
            )
        self.giver_id._wezer_notify("delegation", message, url=URL, record=self)

    @api.model
    def _clock(self):
        """End what has ended by itself; the scheduled action of decisions calls it."""
        ended = delegations.ended_by_itself(self.env, days.today(self.env))
        for number, why in ended[:BATCH]:
            self.sudo().browse(number)._lapse(why)
        return len(ended)

    @api.model
    def _leave(self, people):
        """End what ``people`` gave and hold, where they leave the community."""
        for given in self.sudo().search(
            [
                ("state", "=", IN_FORCE),
                "|",
                ("giver_id", "in", people.ids),
                ("holder_id", "in", people.ids),
            ]
        ):
            given._end("left")

    # === IN A DECISION === #

    @api.model
    def _carried(self, decision: models.Model) -> dict[int, int]:
        """Return ``{row of the roll: row of the voter whose ballot counts for it}``.

        Found once, when the votes are counted, and kept on the roll; later delegations
        change nothing.
        """
        if decision.state not in ("open", "counting"):
            return delegations.kept(decision)
        carried = delegations.resolve(decision)
        if decision.state == "counting":
            delegations.keep(decision, carried)
        return carried

    @api.model
    def _tell_beyond_cap(self, decision: models.Model) -> int:
        """Tell givers whose voice nobody will carry to vote themselves.

        :return: how many were told
        """
        given = delegations.beyond_cap(decision)
        people = self.env["res.partner"].sudo()
        for giver, holder in given.items():
            people.browse(giver)._wezer_notify(
                "delegation",
                _lt(
                    "%(name)s already votes for as many others as this circle allows."
                    " Please vote yourself: %(title)s",
                    name=people.browse(holder).name,
                    title=decision.title,
                ),
                url=f"/decisions/{decision.id}",
                record=decision,
                subject="beyond_cap",
            )
        return len(given)

    @api.model
    def _would_carry(self, decision: models.Model) -> int:
        """Return for how many other people the user answers by voting now."""
        return delegations.would_carry(decision.sudo(), self.env.user.partner_id)

    @api.model
    def _my_holder(self, decision: models.Model) -> models.Model:
        """Return the user's delegation (sudo) that concerns this decision, or none."""
        person = self.env.user.partner_id
        if delegations.has_proxies(decision.sudo()):
            given = delegations.given_for(decision)
            return given.filtered(lambda one: one.giver_id == person)
        if delegations.policy(decision.sudo()) == "none":
            return self.sudo().browse()
        given = delegations.nearest(decision.sudo(), [person.id]).get(person.id)
        return self.sudo().browse(given[2] if given else [])

    @api.model
    def _voices_carried(self, decision: models.Model) -> list[dict]:
        """Return after closing who carried whose voices, as the user may read the roll.

        :return: dicts ``holder`` (a row of the roll), ``number`` of voices carried, and
            ``chains``: for each voice the rows from its giver to the last before the
            holder
        """
        rows = self.env["wezer.decision.voter"].search(
            [("decision_id", "=", decision.id), ("carried_by_id", "!=", False)]
        )
        found = []
        for holder, givers in rows.grouped("carried_by_id").items():
            chains = []
            for giver in givers:
                chain, step = giver, giver.passed_to_id
                while step and step != holder and step not in chain:
                    chain += step
                    step = step.passed_to_id
                chains.append(chain)
            found.append({"holder": holder, "number": len(givers), "chains": chains})
        return sorted(found, key=lambda row: (-row["number"], row["holder"].id))
