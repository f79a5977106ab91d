import secrets

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from ..tools import governance

# Fields that name members.
NAMES = ("actor_id", "res_model", "res_id", "data")
# Bytes at random in each event: more than anybody can try out.
SALT_BYTES = 16


class WezerGovernanceEvent(models.Model):
    """What was decided about a circle, by whom, and when: written, never edited.

    Written by the same transaction as what it tells of. It holds no ballots, and no
    reasons about a person. The database refuses to change or delete a row
    (:mod:`..tools.governance`), and a nightly seal chains the rows.
    """

    _name = "wezer.governance.event"
    _description = "Event of the governance of a circle"
    _inherit = ["wezer.record.mixin"]
    _order = "id desc"
    _rec_name = "id"

    group_id = fields.Many2one(
        "wezer.group", required=True, index=True, readonly=True, ondelete="restrict"
    )
    kind = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    actor_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        groups="wezer_base.group_member",
    )
    decision_id = fields.Many2one(
        "wezer.decision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    # Visitors learn no names of members, and no numbers of theirs.
    res_model = fields.Char(readonly=True, groups="wezer_base.group_member")
    res_id = fields.Many2oneReference(
        model_field="res_model", readonly=True, groups="wezer_base.group_member"
    )
    data = fields.Json(readonly=True, groups="wezer_base.group_member")
    # No default: a value for the rows there are would change them.
    salt = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="At random: nobody finds what a seal covers by trying it out. Empty in"
        " events of earlier versions.",
    )
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )

    # === CRUD === #

    def init(self):
        governance.prepare_table(self.env.cr)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [{**vals, "salt": secrets.token_hex(SALT_BYTES)} for vals in vals_list]
        )

    def write(self, vals):
        raise self._append_only()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise self._append_only()

    def _append_only(self):
        return Refusal(
            self.env._("The log of a circle cannot be changed."), rule="append_only"
        )

    # === ACCESS === #

    def _has_field_access(self, field, operation):
        """Keep the names of members from people who wait to become one, too."""
        allowed = super()._has_field_access(field, operation)
        if allowed and field.name in NAMES:
            return self.env.su or self.env.user._wezer_is_member()
        return allowed

    # === WRITING === #

    @api.model
    def _log(self, kind, group, decision=None, subject=None, data=None):
        """Write what happened in ``group`` (sudo); by the user, where it is a person.

        :param subject: the record that it is about
        """
        return self.sudo().create(self._values(kind, group, decision, subject, data))

    @api.model
    def _values(self, kind, group, decision=None, subject=None, data=None):
        """Return the values of an event that happens now; see :meth:`_log`."""
        user = self.env.user
        # What the clock does is nobody's act.
        acts = user.id != SUPERUSER_ID and user._wezer_is_person()
        return {
            "group_id": group.id,
            "kind": kind,
            "date": fields.Datetime.now(),
            "actor_id": user.partner_id.id if acts else False,
            "decision_id": decision.id if decision else False,
            "res_model": subject._name if subject else False,
            "res_id": subject.id if subject else False,
            "data": data or False,
        }

    # === READING === #

    @api.model
    def _sentences(self):
        """Return ``{kind: sentence}``; addons add theirs by ``super()``.

        A sentence may name ``actor``, ``decision``, ``person``, ``subject`` and what
        ``data`` of the event holds.
        """
        env = self.env
        return {
            "announced": env._("%(decision)s was announced."),
            "opened": env._("%(decision)s: answers are taken."),
            "kept_off": env._(
                "%(decision)s: on the roll without a vote, because they are suspended:"
                " %(number)s."
            ),
            "kept_off_ended": env._(
                "%(decision)s: a suspension has ended. The roll stays as it is."
            ),
            "extended": env._("%(decision)s: there is more time for answers."),
            "version": env._("%(decision)s: version %(number)s."),
            "objection": env._("%(decision)s: %(actor)s objected."),
            "objection_ended": env._("%(decision)s: an objection has ended."),
            "closed": env._("%(decision)s: %(state)s."),
            "ended": env._("%(decision)s ended without a decision."),
            "executed": env._("%(decision)s was carried out."),
            "stuck": env._("%(decision)s could not be carried out yet."),
            "challenged": env._("%(decision)s was challenged: form, roll or count."),
            "challenge_dismissed": env._("%(decision)s: the challenge was dismissed."),
            "challenge_upheld": env._("%(decision)s: the challenge was upheld."),
            "reserved": env._("%(circle)s decides this together: %(policy)s."),
            "unreserved": env._("%(circle)s no longer decides together: %(policy)s."),
            "policy": env._("%(policy)s: %(value)s."),
            "policy_dropped": env._("The circle above decides again: %(policy)s."),
            "colleges": env._("%(circle)s votes in colleges: %(value)s."),
            "colleges_dropped": env._("%(circle)s no longer votes in colleges."),
            "role_given": env._("%(person)s has the role %(subject)s."),
            "role_ended": env._("%(person)s no longer has the role %(subject)s."),
            "term_changed": env._("%(person)s: the term as %(subject)s has changed."),
            "held_over": env._(
                "%(person)s keeps the role %(subject)s until a successor is chosen."
            ),
            "names_shown": env._("%(decision)s: all names were shown."),
            "person_proposed": env._("%(decision)s: a person was proposed."),
            "person_dropped": env._(
                "%(decision)s: a proposal of a person was dropped."
            ),
            "person_declined": env._("%(decision)s: the elected person declined."),
            "delegation_given": env._("A vote was delegated."),
            "delegation_ended": env._("A delegation of votes has ended."),
            "moderated": env._("A moderator of the community decided: %(policy)s."),
        }

    def _sentence(self) -> str:
        """Return what happened, as the reader may know it."""
        self.ensure_one()
        # sudo: who reads the event may know these names; visitors learn none.
        return self.sudo()._in_words(self.env.user._wezer_is_member())

    def _in_words(self, names):
        """Return the sentence of this event (sudo).

        :param bool names: whether its readers may know members by name
        """
        form = self._sentences().get(self.kind)
        values = self._sentence_values(names)
        if not form:
            return values["decision"] or values["circle"]
        return form % values

    def _sentence_values(self, names):
        """Return what sentences can name (sudo).

        :param bool names: whether the reader may know members by name
        """
        data = self.data or {}
        people = self.env["res.partner"]
        number = data.get("person")
        somebody = self.env._("A member")
        actor = self.actor_id.name if names else somebody
        person = people.browse(number or []).exists()
        subject = (
            self.env[self.res_model].browse(self.res_id).exists()
            if self.res_model in self.env
            else people
        )
        states = dict(
            self.env["wezer.decision"]._fields["state"]._description_selection(self.env)
        )
        policies = self.env["wezer.group"]._policies()
        policy = policies.get(data.get("key"))
        value = data.get("value")
        return {
            "number": data.get("number", ""),
            "decision": self.decision_id.title or "",
            "circle": self.group_id.name,
            "actor": actor or somebody,
            "person": (person.name if names else "") or somebody,
            "subject": subject.display_name or "" if subject else "",
            "state": states.get(data.get("state"), "").lower(),
            "policy": policy.label if policy else data.get("key", ""),
            "value": policy.shown(value, self.env) if policy else value or "",
        }

    @api.model
    def _of_circle(self, group, kinds=(), limit=None, offset=0):
        """Return the events of a circle and its roles that the user may read."""
        domain = Domain("group_id", "=", group.id)
        if kinds:
            domain &= Domain("kind", "in", list(kinds))
        return self.search(domain, limit=limit, offset=offset)

    @api.model
    def _file_rows(self, group):
        """Yield the rows of a CSV file of the log of ``group``."""
        group.check_access("read")
        yield from governance.file_rows(self._of_circle(group))

    @api.model
    def file_rows(self, group_id: int) -> list[list]:
        """Return the log of a circle that the caller sees, with a heading row.

        :raise NotAllowed: for visitors
        """
        if self.env.user._is_public():
            raise NotAllowed(self.env._("Log in to read this."), rule="login")
        group = self.env["wezer.group"].search([("id", "=", group_id)])
        if not group:
            raise Refusal(self.env._("Choose a circle that you can see."), rule="group")
        return list(self._file_rows(group))
