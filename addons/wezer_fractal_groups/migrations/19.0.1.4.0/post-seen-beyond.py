import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Hide circles that were founded inside hidden ones and were never hidden.

    Until now a new circle was shown to all members whatever was around it, without
    anybody choosing so: those become as hidden as what is around them. A circle that
    is public was made so by somebody, and stays.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    circles = env["wezer.group"].with_context(active_test=False)
    for circle in circles.search(
        [("kind", "=", "circle"), ("parent_id", "!=", False)], order="depth, id"
    ):
        if not circle._is_seen_beyond(circle.parent_id):
            continue
        if circle.visibility == "network":
            _logger.info(
                "Circle %s is now seen by: %s", circle.id, circle.parent_id.visibility
            )
            circle.visibility = circle.parent_id.visibility
        else:
            circle.seen_beyond_parent = True
