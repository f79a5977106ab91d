from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.clock import each_due
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.rights import OWN_RIGHTS

SCORES = range(-2, 3)
SCORES_SAID = {str(score): score for score in SCORES} | {"+1": 1, "+2": 2}
# How long the other side has, where the deal says nothing.
DAYS = 14
# So long before and after a deal, who acted for the other side is no other person.
TIE_DAYS = 90


class WezerAssessment(models.Model):
    """What one side says of the other after a deal. Blind until both are in.

    Only the assessment points at the deal; nothing points back, is related,
    counted or tracked (design, section 5). No chatter, no many2one to it.
    """

    _name = "wezer.assessment"
    _description = "Assessment"
    _order = "date desc, id desc"
    _rec_name = "id"

    assessor_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    person_id = fields.Many2one(
        "res.partner", string="Given by", required=True, ondelete="restrict"
    )
    assessed_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    side = fields.Selection(
        [("worker", "Of who did the work"), ("payer", "Of who asked for it")],
        required=True,
    )
    category_id = fields.Many2one("wezer.category", ondelete="set null")
    context_partner_id = fields.Many2one("res.partner", ondelete="set null")
    origin_model = fields.Char(required=True)
    origin_id = fields.Many2oneReference(model_field="origin_model", required=True)
    # What else was assessed with the party: an announcement (design, section 5).
    subject_model = fields.Char()
    subject_id = fields.Many2oneReference(model_field="subject_model")
    comment = fields.Text()
    line_ids = fields.One2many("wezer.assessment.line", "assessment_id")
    value_hours = fields.Float()
    state = fields.Selection(
        [
            ("draft", "Waits for the payment"),
            ("blind", "Waits for the other side"),
            ("revealed", "Revealed"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="draft",
        index=True,
    )
    no_weight = fields.Boolean(
        help="Shown, not counted: the deal was refunded, or one side acted for the"
        " other around it."
    )
    deal_date = fields.Datetime(help="When the deal began, for who acted for whom.")
    void_date = fields.Datetime(help="Since when it counts no longer.")
    skill_ids = fields.Many2many(
        "wezer.skill", "wezer_assessment_skill_rel", "assessment_id", "skill_id"
    )
    date = fields.Datetime(required=True)
    deadline = fields.Datetime()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _side_uniq = models.UniqueIndex(
        "(origin_model, origin_id, side) WHERE state <> 'dropped'",
        "Each side assesses once.",
    )
    _subject_idx = models.Index("(subject_model, subject_id) WHERE state = 'revealed'")
    _other_party = models.Constraint(
        "CHECK (assessor_id <> assessed_id)", "Nobody assesses himself."
    )

    # === THE DEAL'S TWINS: not callable by RPC; the deal has checked who === #

    @api.model
    def _give(
        self,
        origin,
        side,
        assessor,
        assessed,
        person,
        scores,
        comment="",
        value_hours=1.0,
        category=None,
        context_partner=None,
        deadline=None,
        draft=False,
        skills=None,
        subject=None,
        begun=None,
        allies=None,
    ):
        """Record what ``assessor`` says of ``assessed``; editable until revealed.

        Given by the one assessed in a group's name, or where one side acts for the
        other or did within ``TIE_DAYS`` around the deal, it is shown and not counted:
        groups and mandates of one's own are no other people. That is looked at again
        when it is revealed and whenever scores are computed.

        :param str side: which side is assessed, ``worker`` or ``payer``
        :param dict scores: ``{criterion id: −2 … +2}``; under ``again`` the answer to
            the private question: true, false, or nothing
        :param bool draft: the deal is not paid yet
        :param skills: what the deal took
        :param subject: what else is assessed with the party: an announcement
        :param datetime begun: when the deal began
        :param allies: who earns with the one assessed: co-workers
        """
        scores, again = self._split_scores(scores)
        criteria = self.env["wezer.criterion"]._for(category, side)
        lines = self._checked_lines(criteria, scores)
        given = self._of(origin)
        mine = given.filtered(lambda one: one.side == side)
        if mine and mine.assessor_id != assessor:
            raise NotAllowed(
                self.env._("This side's assessment was given by another party."),
                rule="side",
            )
        # Whoever waited for the deadline has read the other's by now.
        if "revealed" in given.mapped("state"):
            raise Refusal(
                self.env._("What is revealed stays as it is."), rule="revealed"
            )
        draft = draft and mine.state != "blind"
        now = fields.Datetime.now()
        vals = {
            "assessor_id": assessor.id,
            "person_id": person.id,
            "assessed_id": assessed.id,
            "side": side,
            "category_id": category.id if category else False,
            "context_partner_id": context_partner.id if context_partner else False,
            "origin_model": origin._name,
            "origin_id": origin.id,
            "comment": (comment or "").strip()[:2000],
            "value_hours": value_hours,
            "state": "draft" if draft else "blind",
            "date": now,
            "deadline": deadline or now + timedelta(days=DAYS),
            "no_weight": self._of_own(person, assessor, assessed, allies),
            "deal_date": begun or now,
            "skill_ids": [(6, 0, skills.ids if skills else [])],
            "subject_model": subject._name if subject else False,
            "subject_id": subject.id if subject else False,
            "line_ids": [(5, 0, 0)] + [(0, 0, line) for line in lines],
        }
        if mine:
            mine.write(vals)
        else:
            mine = self.sudo().create(vals)
        mine._drop_tied()
        self.env["wezer.assessment.repeat"]._answer(mine, again)
        if not draft:
            self._of(origin)._reveal_if_both()
        return mine

    @api.model
    def _of_own(self, person, assessor, assessed, allies=None):
        """Say whether one side is, acts for, or earns with the other.

        :param allies: who earns with the one assessed
        """
        side = assessed | (allies or assessed.browse())
        if person in side or assessor in side:
            return True
        return self._act_for(person, side) or self._act_for(assessed, person | assessor)

    @api.model
    def _act_for(self, person, parties):
        """Say whether ``person`` may act for one of ``parties`` now."""
        users = person.sudo().user_ids.filtered("active")
        return any(
            user._acts_for(parties, right) for user in users for right in OWN_RIGHTS
        )

    @api.model
    def _tied_sql(self, where):
        """Return a SELECT of assessments between people of whom one acts for another.

        Columns ``id``, ``assessed_id`` and ``recorded``: the moment from which the
        tie was known.

        :param SQL where: a condition on ``a`` (assessments)
        """
        ties = SQL(" UNION ALL ").join(self.env["res.partner"]._wezer_tie_selects())
        return SQL(
            """WITH ties(person, party, since, until, recorded) AS MATERIALIZED (
                   %(ties)s
               ), both_ways AS (
                   SELECT person AS one, party AS other, since, until, recorded
                     FROM ties
                   UNION ALL SELECT party, person, since, until, recorded FROM ties
               ), sides AS (
                   SELECT a.id, a.assessed_id, a.person_id AS giver, a.date,
                          coalesce(a.deal_date, a.create_date, a.date) AS begun
                     FROM wezer_assessment a WHERE %(where)s
                   UNION SELECT a.id, a.assessed_id, a.assessor_id, a.date,
                          coalesce(a.deal_date, a.create_date, a.date)
                     FROM wezer_assessment a WHERE %(where)s
               )
               SELECT s.id, s.assessed_id, min(t.recorded) AS recorded
                 FROM sides s JOIN both_ways t
                   ON t.one = s.assessed_id AND t.other = s.giver
                WHERE t.since <= s.date + %(days)s * interval '1 day'
                  AND t.until >= least(s.begun, s.date) - %(days)s * interval '1 day'
                GROUP BY s.id, s.assessed_id""",
            ties=ties,
            where=where,
            days=TIE_DAYS,
        )

    @api.model
    def _drop_ties(self, where=None):
        """Take the weight of assessments between who acts for whom around the deal.

        :return: the partners whose scores change
        """
        self.env.flush_all()
        counted = SQL(
            "a.state <> 'dropped' AND NOT coalesce(a.no_weight, false) AND %s",
            where or SQL("TRUE"),
        )
        # In SQL: what is revealed refuses every ``write``, and there may be many.
        rows = self.env.execute_query(
            SQL(
                """UPDATE wezer_assessment w SET no_weight = TRUE, void_date = %s
                     FROM (%s) tied WHERE tied.id = w.id
                   RETURNING w.assessed_id""",
                fields.Datetime.now(),
                self._tied_sql(counted),
            )
        )
        if rows:
            self.invalidate_model(["no_weight", "void_date"], flush=False)
        return self.env["res.partner"].browse({row[0] for row in rows})

    def _drop_tied(self):
        """Take the weight of these where one side acts for the other."""
        if self:
            self._drop_ties(SQL("a.id = ANY(%s)", self.ids))

    @api.model
    def _split_scores(self, scores):
        """Return the scores, and the answer to the private question."""
        if not isinstance(scores, dict):
            return scores, None
        again = self.env["wezer.assessment.repeat"]._parsed(scores.get("again"))
        return {key: value for key, value in scores.items() if key != "again"}, again

    @api.model
    def _checked_lines(self, criteria, scores):
        if not isinstance(scores or {}, dict):
            scores = {0: None}
        scores = {record_id(key): value for key, value in (scores or {}).items()}
        foreign = scores.keys() - set(criteria.ids)
        if foreign:
            raise Refusal(self.env._("This is no criterion here."), rule="criterion")
        lines = []
        for criterion in criteria:
            if criterion.id not in scores:
                raise Refusal(
                    self.env._(
                        "Say something about “%(name)s” too.", name=criterion.name
                    ),
                    rule="complete",
                )
            value = scores[criterion.id]
            said = str(value)[:10].strip()
            number = SCORES_SAID.get(said)
            if number is None:
                raise Refusal(
                    self.env._("A score is from −2 to +2."),
                    rule="score",
                    value=said,
                    limit="-2…2",
                )
            lines.append({"criterion_id": criterion.id, "score": number})
        return lines

    @api.model
    def _of(self, origin):
        """Return the live assessments of ``origin`` (sudo)."""
        return self.sudo().search(
            [
                ("origin_model", "=", origin._name),
                ("origin_id", "in", origin.ids),
                ("state", "!=", "dropped"),
            ]
        )

    @api.model
    def _about(self, subject):
        """Return what is revealed about ``subject``, as the caller may see it."""
        return self.search(
            [
                ("subject_model", "=", subject._name),
                ("subject_id", "in", subject.ids),
                ("state", "=", "revealed"),
            ]
        )

    @api.model
    def _activate(self, origin, deadline):
        """The deal is paid, or its dispute over: what was given counts from now.

        Drafts become blind; both are revealed when both are in, else at ``deadline``.
        """
        given = self._of(origin)
        given.filtered(lambda assessment: assessment.state in ("draft", "blind")).write(
            {"state": "blind", "deadline": deadline}
        )
        given._reveal_if_both()

    @api.model
    def _pause(self, origin):
        """The deal is disputed: its clock stands still until ``_activate``."""
        self._of(origin).filtered(lambda one: one.state == "blind").write(
            {"deadline": False}
        )

    @api.model
    def _drop(self, origin):
        """The deal was never paid: what was prepared is forgotten."""
        self._of(origin).filtered(lambda one: one.state == "draft").write(
            {"state": "dropped"}
        )

    @api.model
    def _void(self, origin):
        """All was given back: assessments stay, with weight zero."""
        given = self._of(origin).filtered(lambda one: not one.no_weight)
        given.write({"no_weight": True, "void_date": fields.Datetime.now()})
        self.env["wezer.reputation"]._update_now(given.assessed_id)

    @api.model
    def _answered(self, origin):
        """Return the partners who have assessed: a flag for the deal's page only.

        Never how: for the other side it stays blind.
        """
        return self._of(origin).assessor_id

    def _reveal_if_both(self):
        """Reveal the assessments of one origin where both sides have given theirs."""
        given = self.filtered(
            lambda assessment: assessment.state in ("blind", "revealed")
        )
        if len(given) >= 2:
            self._reveal()

    def _reveal(self):
        blind = self.filtered(lambda one: one.state == "blind")
        blind.write({"state": "revealed", "date": fields.Datetime.now()})
        blind._drop_tied()
        # The score follows at once; the rest of the community's each night.
        self.env["wezer.reputation"].sudo()._update_now(blind.assessed_id)

    @api.model
    def _cron_reveal(self):
        """Reveal what waited until its deadline; silence costs nothing."""
        due = [("state", "=", "blind"), ("deadline", "<", fields.Datetime.now())]
        each_due(self.sudo(), due, lambda one: one._reveal())

    # === IMMUTABLE === #

    @api.model
    def _after_reveal(self):
        """Return what may still change: that the deal was refunded."""
        return {"no_weight", "void_date"}

    def _write_words(self, vals):
        """Take words away or give them back, where a moderator was asked."""
        # Past this model's own guard, not past Odoo's.
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def write(self, vals):
        if vals.keys() - self._after_reveal() and "revealed" in self.sudo().mapped(
            "state"
        ):
            raise NotAllowed(
                self.env._("What is revealed stays as it is."), rule="immutable"
            )
        return super().write(vals)

    def unlink(self):
        raise NotAllowed(self.env._("Assessments stay."), rule="immutable")
