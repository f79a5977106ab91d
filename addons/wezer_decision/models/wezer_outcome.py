from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.payload import shortened

from ..tools import outcomes, seats

ERROR_LENGTH = 500


class WezerOutcome(models.Model):
    """What happens if a decision is adopted.

    Which kinds there are, and what each does, is told by :meth:`_kinds`. An outcome
    is checked when the decision is announced (tried out, and taken back), when it opens
    and when it is carried out; the values are plain, and never change once announced.
    """

    _name = "wezer.outcome"
    _description = "Outcome of a decision"
    _inherit = ["wezer.record.mixin"]
    _order = "decision_id, sequence, id"
    _rec_name = "id"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True, default=1)
    kind = fields.Char(required=True, help="A kind that the suite knows.")
    params = fields.Json(help="Plain values, as the kind names them.")
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="planned",
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    error = fields.Char(readonly=True)
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    _role_idx = models.Index("((params ->> 'role')) WHERE kind = 'role'")

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            kind = self._kind_called(vals.get("kind"))
            vals["params"] = outcomes.clean(self.env, kind, vals.get("params"))
        return super().create(vals_list)

    # === KINDS === #

    @api.model
    def _kinds(self):
        """Return ``{kind: Kind}``; addons add theirs by ``super()``."""
        return outcomes.kinds(self.env)

    @api.model
    def _kind_called(self, name):
        """Return the ``Kind`` of this name.

        :raise Refusal: rule ``outcome``
        """
        kind = self._kinds().get(name) if isinstance(name, str) else None
        if not kind:
            raise Refusal(
                self.env._("This kind of outcome does not exist."),
                rule="outcome",
                value=shortened(name),
            )
        return kind

    def _kind(self):
        """Return the ``Kind`` of this outcome."""
        self.ensure_one()
        return self._kind_called(self.sudo().kind)

    @api.model
    def _kind_labels(self, group):
        """Return ``{kind: label}`` of what this circle can decide, for forms."""
        kinds = self._kinds().items()
        return {name: kind.label for name, kind in kinds if kind.offered}

    @api.model
    def _form_fields(self, kind, group):
        """Return the fields of a form for one kind; see ``outcomes.form_fields``."""
        return outcomes.form_fields(self.env, kind, group)

    @api.model
    def _form_values(self, kind, group, params):
        """Return what a form proposes with one kind, whatever else is chosen in it.

        For kinds that certain people decide: values of ``wezer.decision.propose``.
        """
        return {}

    @api.model
    def _form_note(self, kind, group, params):
        """Return what a form says about :meth:`_form_values`, or an empty text."""
        return ""

    # === CHECKING AND CARRYING OUT === #

    def _check(self, decision, dry_run=False):
        """Refuse what this circle may not decide, or not in this way (sudo).

        :param bool dry_run: carry it out, too, and take it back
        """
        outcome, kind = self.sudo(), self._kind()
        if kind.matter:
            outcomes.check_method(outcome, kind.matter)
        kind.check(outcome)
        if not dry_run or not kind.trial or outcome._waits_for_person():
            return
        try:
            with self.env.cr.savepoint() as trial:
                kind.execute(outcome)
                self.env.flush_all()
                trial.rollback()
        finally:
            self.env.invalidate_all(flush=False)

    def _waits_for_person(self):
        """Return whether an election has yet to find the person."""
        return self.kind == "role" and not (self.params or {}).get("person")

    def _execute(self):
        """Carry it out (sudo), checked once more; the decision catches what fails."""
        outcome, kind = self.sudo(), self._kind()
        outcome._check(outcome.decision_id)
        made = kind.execute(outcome)
        if made:
            outcome.write({"res_model": made._name, "res_id": made[:1].id})

    def _adopt(self):
        """Do what is done as soon as a decision is adopted (sudo).

        What fails does not stop the adoption: it is tried again when it is carried
        out, and the error is kept.
        """
        for outcome in self.sudo():
            adopt = outcome._kind().adopt
            if not adopt:
                continue
            try:
                with self.env.cr.savepoint():
                    adopt(outcome)
                    self.env.flush_all()
            except UserError as error:
                self.env.invalidate_all(flush=False)
                outcome.error = str(error.args[0])[:ERROR_LENGTH]

    def _drop(self):
        """Take back what was done at adoption: nothing is carried out (sudo)."""
        for outcome in self.sudo():
            drop = outcome._kind().drop
            if drop and outcome.state != "done":
                drop(outcome)

    def _concerned(self):
        """Return the people (sudo) whom the outcomes are about: they do not vote."""
        people = self.env["res.partner"].sudo()
        for outcome in self.sudo():
            if concerned := outcome._kind().concerned:
                people |= concerned(outcome).sudo()
        return people

    def _set_person(self, person):
        """Name the person whom an election found (sudo)."""
        for outcome in self.sudo():
            outcome.params = {**(outcome.params or {}), "person": person.id}

    def _url(self) -> str:
        """Return the address of what people read before they decide, or ""."""
        self.ensure_one()
        return ""

    def _note(self) -> str:
        """Return what members have to know about it before they decide, or ""."""
        self.ensure_one()
        # sudo: readers of the decision read which seat it is about.
        return seats.note(self.sudo()) if self.sudo().kind == "role" else ""

    def _sentence(self) -> str:
        """Return what happens if the decision is adopted, as the reader may know it."""
        self.ensure_one()
        # sudo: readers of the decision read what follows from it.
        try:
            return self._kind().sentence(self.sudo())
        except Refusal:
            return self.env._("It concerns a circle that no longer exists.")
