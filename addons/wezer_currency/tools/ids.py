"""Ids as programs send them. Runs without Odoo."""

# The database's own integers.
LARGEST = 2**31 - 1


def is_id(value):
    """Say whether ``value`` can be the id of a row."""
    return type(value) is int and 0 < value <= LARGEST
