"""Refusals that a page can explain.

Every refusal of the suite names the rule that refused, the value that was
asked for and the limit that applies. The message is for people; ``rule`` is a
stable lowercase word for code and tests.
"""

from odoo.exceptions import AccessError, UserError


class Refusal(UserError):
    """A rule of the community says no.

    :param str message: the sentence for the person
    :param str rule: stable word, for instance ``limit`` or ``state``
    :param value: what was asked for, as people read it
    :param limit: what holds, as people read it
    :param str field: the field of a form that was wrong, where it is one
    :param tuple link: ``(address, label)`` of the page on which the person can go on;
        shown as a button beside the sentence
    """

    def __init__(
        self, message, rule="refused", value=None, limit=None, field=None, link=None
    ):
        super().__init__(message)
        self.rule = rule
        self.value = value
        self.limit = limit
        self.field = field
        self.link = link


class NotAllowed(AccessError):
    """This person may not do this, or not for this partner.

    :param str message: the sentence for the person
    :param str rule: stable word, ``acts_for`` unless said otherwise
    """

    def __init__(self, message, rule="acts_for"):
        super().__init__(message)
        self.rule = rule
