from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.text import clean_line, has_letter
from odoo.addons.wezer_fractal_groups.tools.group_policies import Policy

from ..tools import colleges_of_circle, majority, outcomes, rules

_lt = LazyTranslate(__name__)

# So many decisions that too few people answered, in so many days.
MISSED, MISSED_DAYS = 3, 90
REASON_LENGTH = 300
# Values of an outcome that fit into the address of the page for proposals.
LINK_LENGTH = 200


class WezerGroup(models.Model):
    """What a circle decides together, and who facilitates its decisions.

    What it decides together is a policy: ``decides_<matter>`` names the way, and holds
    for the circles inside that decide nothing of their own. It is reserved then: see
    ``wezer.group._why_reserved``.
    """

    _inherit = "wezer.group"

    facilitates = fields.Boolean(
        string="Facilitates decisions",
        help="The people in this role facilitate the decisions of the circle.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"link", "active", "parent_id"} & vals.keys():
            self._follow_representatives()
        return result

    def _follow_representatives(self):
        """Pass the voices of circles on, where these roles represent the circles."""
        roles = self.sudo().filtered(lambda group: group.link == "representative")
        above = roles.parent_id.parent_id
        if not above:
            return
        # The voices of who left are passed on as well, by anybody who changes a place.
        running = self.env["wezer.decision"].sudo()
        running.search(
            [
                ("group_id", "in", above.ids),
                ("electorate", "=", "representatives"),
                ("state", "in", ("announced", "open")),
            ]
        )._follow_representatives()

    def _facilitators(self):
        """Return the people (sudo) in the roles of this circle that facilitate.

        The longest in the role first.
        """
        self.ensure_one()
        roles = self.sudo().role_ids.filtered("facilitates")
        places = roles.membership_ids.filtered(
            lambda place: place.is_live and not place.is_guest
        )
        people = places.sorted("id").partner_id
        return people.filtered(lambda person: person._wezer_profile().state == "active")

    def _switch_names(self):
        return (*super()._switch_names(), "facilitates")

    def _structure_fields(self):
        # The facilitator sets objections aside.
        return super()._structure_fields() | {"facilitates"}

    # === WHAT IS DECIDED TOGETHER === #

    def _policies(self):
        electorates = self.env["wezer.decision"]._fields["electorate"]
        labels = dict(electorates._description_selection(self.env))
        return {
            **super()._policies(),
            **rules.policies(self.env),
            "decides_electorate": Policy(
                self.env._("People who are asked when a decision has an effect"),
                "choice",
                {
                    name: labels[name]
                    for name in ("representatives", "colleges", "direct", "all")
                },
                topic=rules.topics(self.env)["ways"],
            ),
        }

    def _decided_by(self, matter, key=None, **_data):
        """Return how this circle decides ``matter`` together, and which circle said so.

        How something is decided is a policy that nobody changes alone as soon as any
        matter is decided together.

        :param str key: of the policy that is to be set
        :return: ``(method or "none", the circle (sudo))``
        """
        if matter not in rules.MATTERS:
            return "none", self.browse()
        method, circle = self._way_of(matter)
        if method != "none":
            return method, circle
        if matter == "policy" and key and self._is_rule(key):
            return self._entrenched(key)
        return "none", circle

    def _way_of(self, matter):
        """Return how ``matter`` is decided, and the circle (sudo) that said so.

        The word itself is read, without the labels of all policies: every action asks.
        """
        policy = self._policies_above(f"decides_{matter}")[:1]
        return policy.value or "none", policy.group_id

    def _is_rule(self, key):
        return key == "decides_electorate" or key in rules.policies(self.env)

    def _entrenched(self, key):
        """Return how a rule about decisions itself is decided; see ``_decided_by``."""
        if key.startswith("decides_") and key[8:] in rules.MATTERS:
            matters = [key[8:]]
        else:
            matters = rules.MATTERS
        found = [self._way_of(matter) for matter in matters]
        found = [one for one in found if one[0] != "none"]
        by_consent = [one for one in found if one[0] == "consent"]
        return (by_consent or found or [("none", self.browse())])[0]

    def _why_reserved(self, matter, outcome="", **data):
        error = super()._why_reserved(matter, outcome=outcome, **data)
        if error:
            return error
        method, circle = self._decided_by(matter, **data)
        if method == "none":
            return None
        return self._reserved_refusal(matter, method, circle, outcome, data)

    def _reserved_refusal(self, matter, method, circle, outcome, data):
        """Return the refusal of what the circle decides together, with its link."""
        how = {
            "consent": self.env._("by consent"),
            "majority": self.env._("by majority"),
        }[method]
        # The circle that said so may hide itself.
        seen = circle.with_env(self.env).sudo(False)._wezer_with_visible_name().name
        if seen and circle.sudo() != self.sudo():
            message = self.env._(
                "%(circle)s decided that its circles decide this together, %(how)s.",
                circle=seen,
                how=how,
            )
        else:
            message = self.env._(
                "%(circle)s decides this together, %(how)s.",
                circle=self.sudo().name,
                how=how,
            )
        return Refusal(
            message,
            rule="decision",
            value=matter,
            limit=method,
            link=self._propose_link(outcome, data),
        )

    def _propose_link(self, outcome, data):
        """Return address and label of the page on which the user can propose it."""
        if self.env["wezer.decision"]._why_not_propose(self.sudo(False)):
            return None
        kind = self.env["wezer.outcome"]._kinds().get(outcome)
        words = [("outcome", outcome)] if kind else []
        for name in kind.params if kind else ():
            value = data.get(name)
            if (
                isinstance(value, str | int)
                and value
                and len(str(value)) <= LINK_LENGTH
            ):
                words.append((name, value))
        address = f"/groups/{self.sudo().slug}/propose"
        query = f"?{urlencode(words)}" if words else ""
        return address + query, self.env._("Propose it")

    # === COLLEGES === #

    def action_set_colleges(self, colleges: list[dict]) -> bool:
        """Say which colleges this circle has, in place of those that it had.

        People who manage the circle, unless it decides its policies, or anything else,
        together. Decisions that were announced before keep the colleges of that day.

        :param list colleges: dicts ``name``, ``weight`` (an exact share: ``3/10``) and
            ``source_id`` (a role or a circle inside, whose people it is): three at
            least, with weights between 1/10 and 1/2 that make 1 together; an empty
            list for none
        :raise NotAllowed: for who does not manage the circle
        :raise Refusal: rules ``decision``, ``state``, ``field``, ``name``, ``share``,
            ``source``, ``twice``, ``colleges``, ``weights``, ``electorate``
        """
        self._manage_as("policy", "policy")
        self._check_reserved_colleges()
        rows = colleges_of_circle.plain(self.env, colleges)
        seen = self.search([("id", "in", [row["source_id"] for row in rows])])
        if len(seen) < len({row["source_id"] for row in rows}):
            raise colleges_of_circle.no_source(self.env)
        self._do_set_colleges(rows)
        return True

    def _do_set_colleges(self, colleges):
        """Set the colleges of this circle; see :meth:`action_set_colleges`.

        State and data only.
        """
        colleges_of_circle.replace(self._check_possible("policy"), colleges)

    def _why_not_colleges(self):
        """Return why the user may not set the colleges of this circle, or None."""
        return self._why_not("policy") or self._why_reserved_colleges()

    def _why_reserved_colleges(self):
        # They are a rule about decisions, as the electorate is.
        return self._why_reserved(
            "policy", outcome="colleges", key=colleges_of_circle.KEY
        )

    def _check_reserved_colleges(self):
        error = self._why_reserved_colleges()
        if error:
            raise error

    # === WHERE NOBODY ANSWERS ANY MORE === #

    def action_end_reserve(self, matter: str, reason: str) -> bool:
        """Let managers decide a matter alone again, where the circle cannot any more.

        Moderators of the community, where too few people answered three decisions of
        the circle in ninety days. It is in the log, and every member gets a notice.

        :param str matter: one of those that circles decide together
        :param str reason: for all to read
        :raise NotAllowed: rule ``role``
        :raise Refusal: rules ``matter``, ``state``, ``quorum``, ``reason``
        """
        self.ensure_one()
        error = self._why_not_end_reserve()
        if error:
            raise error
        if matter not in rules.MATTERS:
            raise Refusal(
                self.env._("Choose what the circle decides together."), rule="matter"
            )
        reason = clean_line(str(reason or ""), REASON_LENGTH)
        if not has_letter(reason):
            raise Refusal(
                self.env._("Write the reason."), rule="reason", field="reason"
            )
        # sudo: a moderator decides about a circle of others, as was just checked.
        circle = self.sudo()
        if circle._way_of(matter)[0] == "none":
            raise Refusal(
                self.env._("The circle does not decide this together."), rule="state"
            )
        key = f"decides_{matter}"
        circle._do_set_policy(key, "none", reason)
        self.env["wezer.governance.event"]._log(
            "moderated", circle, data={"key": key, "reason": reason}
        )
        self.env["wezer.notice"].sudo()._leave(
            self.env["res.partner"].sudo().browse(circle._effective_member_ids()),
            "decision_changed",
            _lt(
                "Managers of %(circle)s decide alone again, because too few people"
                " answered: %(reason)s",
                circle=circle.name,
                reason=reason,
            ),
            f"/groups/{circle.slug}",
            circle,
        )
        return True

    def _why_not_end_reserve(self):
        """Return why the user may not end that a circle decides together, or None."""
        user, circle = self.env.user, self.sudo()
        own = user.partner_id in circle._direct_members()
        if not user._moderates(circle.partner_id) or own:
            return NotAllowed(
                self.env._("Only moderators of the community can do this."), rule="role"
            )
        if not circle.active or circle.kind != "circle":
            return Refusal(self.env._("Choose a circle that is open."), rule="state")
        since = fields.Datetime.now() - timedelta(days=MISSED_DAYS)
        missed = self.env["wezer.decision"].sudo()
        missed = missed.search(
            [
                ("group_id", "=", circle.id),
                ("state", "=", "no_quorum"),
                ("closed_at", ">=", since),
            ]
        )
        quorum = rules.policy(circle, "quorum")
        missed = sum(_is_missed(one, quorum) for one in missed)
        if missed < MISSED:
            return Refusal(
                self.env._(
                    "The circle decides this itself. Moderators can change it only"
                    " after too few people answered three decisions in ninety days."
                ),
                rule="quorum",
                value=str(missed),
                limit=str(MISSED),
            )
        return None


def _is_missed(decision, quorum):
    """Return whether the circle (sudo) did not answer what was put to it as usual.

    A proposer may ask for more answers than the circle does, in less time, or ask a
    few friends who stay silent: that says nothing about the circle.
    """
    asked, result = decision.rules or {}, decision.result or {}
    if (
        decision.method not in outcomes.BY_MAJORITY
        or decision.electorate != rules.electorate(decision.group_id)
        or asked.get("hours", 0) < rules.usual_hours(decision)
    ):
        return False
    answered = result.get("answered") or 0
    return not answered or not majority.quorum(answered, result.get("roll"), quorum)
