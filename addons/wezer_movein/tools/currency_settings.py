"""The settings of a currency that moves in, as a new currency takes them.

Fees and demurrage are not switched on: they would be charged at once, for a time that
was charged over there.
"""

from decimal import Decimal
from typing import Any

from .content import CurrencyFound
from .counting import minor_of

LIMITS = ("lower", "upper")
WARNINGS = ("lower_warning", "upper_warning")
AMOUNTS = ("credit_cap", "levy_payer_fixed", "levy_payee_fixed")
# In percent over there, in hundredths of a percent here.
RATES = ("levy_payer", "levy_payee")
RATE_MAX = 10_000
FLAGS = (
    *("transferable", "credit_grows", "balances_public", "statements_public"),
    *("category_required", "circle_clearing"),
)
POLICIES = ("block", "warn", "off")


def values_of(found: CurrencyFound) -> dict[str, Any]:
    """Return the values of a new currency; none where the files say nothing."""
    said = found.settings
    if not said:
        return {}
    per_unit = 60 if found.is_time else 10**found.digits

    def minor(name: str) -> int:
        return minor_of(said[name], per_unit)

    vals: dict[str, Any] = {}
    for name in LIMITS:
        field = f"{name}_limit"
        vals |= {f"has_{name}": field in said, field: 0}
        if field in said:
            vals[field] = minor(field)
    for name in WARNINGS:
        vals[f"has_{name}"] = name in said
        if name in said:
            vals[name] = minor(name)
    vals |= {name: minor(name) for name in AMOUNTS if name in said}
    vals |= {name: said[name] == "yes" for name in FLAGS if name in said}
    for name in RATES:
        if name in said:
            rate = int(Decimal(said[name]) * 100)
            vals[name] = min(max(rate, 0), RATE_MAX)
    if said.get("limit_policy") in POLICIES:
        vals["limit_policy"] = said["limit_policy"]
    if said.get("hours_per_unit"):
        vals["hours_per_unit"] = float(said["hours_per_unit"])
    return vals
