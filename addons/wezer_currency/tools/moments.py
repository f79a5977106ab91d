"""Moments as files write them. Runs without Odoo."""

import datetime


def parse_moment(text):
    """Return the moment that ``text`` says, in UTC and without a zone.

    :param str text: ``2024-06-04``, ``2024-06-04 21:06:56``,
        ``2024-06-04T21:06:56.292+02:00`` or with ``Z``
    :rtype: datetime.datetime
    :raise ValueError: where it says none
    """
    text = str(text).strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    # The database keeps whole seconds of what people do.
    return moment.replace(microsecond=0)
