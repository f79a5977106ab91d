from odoo import models

from ..exceptions import Refusal


class WezerStateMixin(models.AbstractModel):
    """A record whose states and actions are one table (``_state_machine``).

    Everything that asks what a user may do with a record asks :meth:`_permissions`:
    the actions themselves, the buttons on the website and in the back office, lists,
    and automatic approval. A model extends :meth:`_why_not`.
    """

    _name = "wezer.state.mixin"
    _description = "Record with a state machine"

    #: :class:`~odoo.addons.wezer_base.tools.state_machine.StateMachine`
    _state_machine = None

    def _permissions(self) -> dict:
        """Return what the current user may do with each record, and why not.

        :return: ``{record: {action: None, or the error that the action would raise}}``
        """
        actions = self._state_machine.actions
        return {
            record: {action: record._why_not(action) for action in actions}
            for record in self
        }

    def _may(self, action: str) -> bool:
        """Return whether the current user may do ``action`` with this record now."""
        return self._why_not(action) is None

    def _check_may(self, action: str) -> None:
        """Raise the error of :meth:`_why_not` where there is one."""
        error = self._why_not(action)
        if error:
            raise error

    def _why_not(self, action: str) -> Exception | None:
        """Return the error that ``action`` would raise for the current user, or None.

        In this order: who, state, data. Nothing is locked or changed. The mixin knows
        the state only; the model adds who and data.
        """
        self.ensure_one()
        return self._state_refusal(action)

    def _state_refusal(self, action: str) -> Refusal | None:
        """Return a refusal where ``action`` is not possible in the state of now."""
        machine = self._state_machine
        state = self.sudo()[machine.field]
        sources = machine.sources(action)
        if state in sources:
            return None
        return Refusal(
            self._state_message(action),
            rule="state",
            value=state,
            limit=", ".join(sources),
        )

    def _check_state(self, action: str) -> None:
        """Raise :meth:`_state_refusal` where there is one."""
        refusal = self._state_refusal(action)
        if refusal:
            raise refusal

    def _state_message(self, _action):
        """Return the sentence of a refusal for the state."""
        return self.env._("This is not possible now: %s.", self._state_label().lower())

    def _state_label(self) -> str:
        """Return the state as people read it, in their language."""
        field = self._fields[self._state_machine.field]
        return dict(field._description_selection(self.env)).get(
            self.sudo()[field.name], ""
        )
