from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

SCORES = range(-2, 3)


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
    no_weight = fields.Boolean(help="The deal was refunded: shown, not counted.")
    date = fields.Datetime(required=True)
    deadline = fields.Datetime()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _side_uniq = models.UniqueIndex(
        "(origin_model, origin_id, assessor_id) WHERE state <> 'dropped'",
        "Each side assesses once.",
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
    ):
        """Record what ``assessor`` says of ``assessed``; editable until revealed.

        :param str side: which side is assessed, ``worker`` or ``payer``
        :param dict scores: ``{criterion id: −2 … +2}``
        :param bool draft: the deal is not paid yet
        """
        criteria = self.env["wezer.criterion"]._for(category, side)
        lines = self._checked_lines(criteria, scores)
        mine = self._of(origin).filtered(lambda one: one.assessor_id == assessor)
        if mine.state == "revealed":
            raise Refusal(
                self.env._("What is revealed stays as it is."), rule="revealed"
            )
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
            "date": fields.Datetime.now(),
            "deadline": deadline,
            "line_ids": [(5, 0, 0)] + [(0, 0, line) for line in lines],
        }
        if mine:
            mine.write(vals)
        else:
            mine = self.sudo().create(vals)
        if not draft:
            self._reveal_if_both(origin)
        return mine

    @api.model
    def _checked_lines(self, criteria, scores):
        scores = {int(key): value for key, value in (scores or {}).items()}
        foreign = scores.keys() - set(criteria.ids)
        if foreign:
            raise Refusal(self.env._("This is no criterion here."), rule="criterion")
        lines = []
        for criterion in criteria:
            if criterion.id not in scores:
                raise Refusal(
                    self.env._("Say something about “%(name)s” too.", name=criterion.name),
                    rule="complete",
                )
            value = scores[criterion.id]
            if isinstance(value, bool) or not str(value).lstrip("+-").isdigit() or int(value) not in SCORES:
                raise Refusal(
                    self.env._("A score is from −2 to +2."),
                    rule="score",
                    value=str(value),
                    limit="-2…2",
                )
            lines.append({"criterion_id": criterion.id, "score": int(value)})
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
    def _activate(self, origin, deadline):
        """The deal is paid: drafts count from now, revealed when both are in."""
        drafts = self._of(origin).filtered(lambda one: one.state == "draft")
        drafts.write({"state": "blind", "deadline": deadline})
        self._reveal_if_both(origin)

    @api.model
    def _drop(self, origin):
        """The deal was never paid: what was prepared is forgotten."""
        self._of(origin).filtered(lambda one: one.state == "draft").write(
            {"state": "dropped"}
        )

    @api.model
    def _void(self, origin):
        """All was given back: assessments stay, with weight zero."""
        self._of(origin).write({"no_weight": True})

    @api.model
    def _answered(self, origin):
        """Return the partners who have assessed; a flag for the deal's page only."""
        return self._of(origin).assessor_id

    @api.model
    def _reveal_if_both(self, origin):
        given = self._of(origin)
        if len(given.filtered(lambda one: one.state in ("blind", "revealed"))) >= 2:
            given._reveal()

    def _reveal(self):
        blind = self.filtered(lambda one: one.state == "blind")
        blind.write({"state": "revealed", "date": fields.Datetime.now()})

    @api.model
    def _cron_reveal(self):
        """Reveal what waited until its deadline; silence costs nothing."""
        self.sudo().search(
            [("state", "=", "blind"), ("deadline", "<", fields.Datetime.now())]
        )._reveal()

    # === IMMUTABLE === #

    def unlink(self):
        if not self.env.context.get("module_uninstall"):
            raise NotAllowed(self.env._("Assessments stay."), rule="immutable")
        return super().unlink()


class WezerAssessmentLine(models.Model):
    _name = "wezer.assessment.line"
    _description = "Assessment: one criterion"
    _order = "criterion_id"

    assessment_id = fields.Many2one(
        "wezer.assessment", required=True, index=True, ondelete="cascade"
    )
    criterion_id = fields.Many2one("wezer.criterion", required=True, ondelete="restrict")
    score = fields.Integer(required=True, aggregator="avg")
    company_id = fields.Many2one(related="assessment_id.company_id", store=True)

    _score_range = models.Constraint(
        "CHECK (score BETWEEN -2 AND 2)", "A score is from −2 to +2."
    )
    _criterion_uniq = models.UniqueIndex(
        "(assessment_id, criterion_id)", "One score a criterion."
    )
