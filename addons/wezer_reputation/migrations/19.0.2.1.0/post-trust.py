"""Derive how wide trust flows from how people join.

``closed`` was the default, also where anyone may sign up, and then unsafe; where it was
safe, it is derived again. ``open`` was chosen by somebody, and stays.
"""


def migrate(cr, version):
    """Replace the former default."""
    cr.execute(
        "UPDATE res_company SET wezer_trust = 'derived' WHERE wezer_trust = 'closed'"
    )
