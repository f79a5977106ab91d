"""Which wants their authors could not pay for now.

A want whose price its author cannot pay takes no answers meanwhile. Others see only
that it is paused. A nightly action looks at all, and a claim that was refused for it
looks at once.
"""

from typing import Any


def is_short(announcement: Any) -> bool:
    """Return whether the author of ``announcement`` could not pay one answer now."""
    announcement = announcement.sudo()
    lines, author = announcement.price_line_ids, announcement.author_id.id
    if announcement.kind != "want" or not lines:
        return False
    env = announcement.env
    prices = [(line.wezer_currency_id.id, line.total_minor) for line in lines]
    spendable = _spendable(env, {(author, currency) for currency, _minor in prices})
    costs = _costs(env, prices)
    payable = [
        _covers(spendable[author, price[0]], cost)
        for price, cost in zip(prices, costs, strict=True)
    ]
    return not (any(payable) if announcement.price_mode == "one" else all(payable))


def short_and_payable(env: Any) -> tuple[list[int], list[int]]:
    """Return the ids of open wants that cannot be paid, and of paused ones that can.

    Only what was paused for money is among the second.
    """
    env.flush_all()
    env.cr.execute(
        """SELECT a.id, a.author_id, a.price_mode, a.state,
                  l.wezer_currency_id, l.total_minor::text
             FROM wezer_announcement a
             JOIN wezer_announcement_price l ON l.announcement_id = a.id
            WHERE a.kind = 'want'
              AND (a.state = 'open' OR (a.state = 'paused' AND a.short_of_money))
            ORDER BY a.id"""
    )
    rows = env.cr.fetchall()
    spendable = _spendable(env, {(row[1], row[4]) for row in rows})
    costs = _costs(env, [(row[4], int(row[5])) for row in rows])
    payable, modes, states = {}, {}, {}
    for row, cost in zip(rows, costs, strict=True):
        announcement, author, mode, state, currency, _minor = row
        modes[announcement], states[announcement] = mode, state
        payable.setdefault(announcement, []).append(
            _covers(spendable[author, currency], cost)
        )
    short, again = [], []
    for announcement, parts in payable.items():
        pays = any(parts) if modes[announcement] == "one" else all(parts)
        if not pays and states[announcement] == "open":
            short.append(announcement)
        elif pays and states[announcement] == "paused":
            again.append(announcement)
    return short, again


def _spendable(env: Any, pairs: Any) -> Any:
    """Return ``{(partner id, currency id): minor units}``, None for no limit."""
    wallets = env["wezer.wallet"].sudo()
    spendable = wallets._spendable_of(pairs)
    partners = {author for author, _currency in pairs}
    for wallet in wallets.search(
        [("partner_id", "in", list(partners)), ("state", "!=", "open")]
    ):
        pair = wallet.partner_id.id, wallet.wezer_currency_id.id
        if pair in spendable:
            spendable[pair] = 0
    return spendable


def _costs(env: Any, prices: Any) -> list:
    """Return what each of ``(currency id, minor units)`` costs with the payer's levy.

    Each currency is asked once for all of its levies.
    """
    costs = {}
    for currency_id in {currency_id for currency_id, _minor in prices}:
        minors = [minor for known, minor in prices if known == currency_id]
        levies = env["wezer.currency"].sudo().browse(currency_id)._levies_of(minors)
        costs[currency_id] = iter(
            [minor + levy for minor, (levy, _payee) in zip(minors, levies, strict=True)]
        )
    return [next(costs[currency_id]) for currency_id, _minor in prices]


def _covers(spendable: Any, cost: Any) -> Any:
    """Return whether ``spendable`` (None: no limit) is enough for ``cost``."""
    return spendable is None or cost <= spendable
