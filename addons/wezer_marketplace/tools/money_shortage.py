"""Which wants their authors could not pay for now.

A want whose price its author cannot pay takes no answers meanwhile. Others see only
that it is paused. A nightly action looks at all, and a claim that was refused for it
looks at once.
"""


def is_short(announcement) -> bool:
    """Return whether the author of ``announcement`` could not pay one answer now."""
    announcement = announcement.sudo()
    lines, author = announcement.price_line_ids, announcement.author_id.id
    if announcement.kind != "want" or not lines:
        return False
    env = announcement.env
    spendable = _spendable(env, {(author, line.wezer_currency_id.id) for line in lines})
    payable = [
        _covers(
            env,
            spendable[author, line.wezer_currency_id.id],
            line.wezer_currency_id.id,
            line.total_minor,
        )
        for line in lines
    ]
    return not (any(payable) if announcement.price_mode == "one" else all(payable))


def short_and_payable(env) -> tuple[list[int], list[int]]:
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
    payable, modes, states = {}, {}, {}
    for announcement, author, mode, state, currency, minor in rows:
        modes[announcement], states[announcement] = mode, state
        payable.setdefault(announcement, []).append(
            _covers(env, spendable[author, currency], currency, int(minor))
        )
    short, again = [], []
    for announcement, parts in payable.items():
        pays = any(parts) if modes[announcement] == "one" else all(parts)
        if not pays and states[announcement] == "open":
            short.append(announcement)
        elif pays and states[announcement] == "paused":
            again.append(announcement)
    return short, again


def _spendable(env, pairs):
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


def _covers(env, spendable, currency_id, minor):
    """Return whether ``spendable`` (None: no limit) takes ``minor`` with its levy."""
    if spendable is None:
        return True
    levy = env["wezer.currency"].sudo().browse(currency_id)._levies(minor)[0]
    return minor + levy <= spendable
