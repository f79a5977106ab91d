"""Amounts of files as minor units. Runs without Odoo."""

from decimal import Decimal

# A third of an hour is no finite decimal: so much is lost on the way, at most.
SLACK = Decimal("0.000001")


def minor_of(amount: Decimal, per_unit: int) -> int:
    """Return ``amount`` in minor units.

    :raise ValueError: where it does not fit; nothing is ever rounded
    """
    exact = amount * per_unit
    whole = exact.to_integral_value()
    if abs(exact - whole) > SLACK:
        raise ValueError(f"{amount} has more decimals than 1/{per_unit}")
    return int(whole)


def limit_of(amount: Decimal, per_unit: int) -> int:
    """Return a limit in minor units.

    Where it lies between two amounts that can be paid, the one nearer to zero is the
    same limit: no balance is between them.
    """
    try:
        return minor_of(amount, per_unit)
    except ValueError:
        return int(amount * per_unit)
