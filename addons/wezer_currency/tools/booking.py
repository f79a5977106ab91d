"""Dividing what wallets owe each other into journal entries of a bearable size."""

from typing import Any


def balanced_parts(net: Any, pairs: Any) -> Any:
    """Divide lines that sum to zero into parts that each sum to zero.

    Debtors and creditors are paired, in the order given, and the pairs counted off.
    What does not fit into a part goes on in the next, so a wallet may have lines in
    several; together they add up to ``net``. The same input gives the same parts.

    :param net: ``[(wallet, minor units)]``, none of them zero
    :param int pairs: how many pairs a part takes; it has twice as many lines at most
    :return: a list of ``{wallet: minor units}``
    """
    above = [[wallet, minor] for wallet, minor in net if minor > 0][::-1]
    below = [[wallet, -minor] for wallet, minor in net if minor < 0][::-1]
    parts, count = [], pairs
    while above and below:
        if count == pairs:
            parts.append({})
            count = 0
        creditor, debtor = above[-1], below[-1]
        minor = min(creditor[1], debtor[1])
        for side, pile, change in ((creditor, above, minor), (debtor, below, -minor)):
            parts[-1][side[0]] = parts[-1].get(side[0], 0) + change
            side[1] -= minor
            if not side[1]:
                pile.pop()
        count += 1
    return parts
