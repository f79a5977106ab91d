"""Waiting for a wallet before the request's snapshot is taken.

Requests that meet on one wallet would fail to serialise and be retried with a
back-off (742 ms at the 99th percentile). Those that know their wallets wait on
session locks in id order instead, before anything is read or written.
"""

from psycopg2 import InterfaceError

from odoo.http import request

# First half of our advisory locks' keys, so that no other use collides.
SPACE = 5_020_015


def wait_for_wallets(currency_id, *partner_ids):
    """Wait until no other request moves these partners' wallets in a currency.

    Ends the snapshot: nothing may have been written before. The locks end with
    the request's transaction, committed or rolled back.
    """
    cr = request.env.cr
    cr.execute(
        "SELECT id FROM wezer_wallet WHERE wezer_currency_id = %s"
        " AND partner_id = ANY(%s) AND is_system IS NOT TRUE ORDER BY id",
        [currency_id, list(partner_ids)],
    )
    wait_in_line(cr, SPACE, [row[0] for row in cr.fetchall()])


def wait_in_line(cr, space, numbers):
    """Wait until nobody else who waits in line holds one of these numbers.

    :param int space: first half of the locks' keys, one a kind of thing
    :param list numbers: ids, in the order in which everybody takes them
    """
    numbers = list(numbers)
    if not numbers:
        return
    for number in numbers:
        cr.execute("SELECT pg_advisory_lock(%s, %s)", [space, number])
    query = "SELECT pg_advisory_unlock(%s, n) FROM unnest(%s) n"

    def unlock():
        if not numbers:
            return
        params = [space, numbers[:]]
        numbers.clear()
        try:
            cr.execute(query, params)
        except InterfaceError:
            # The cursor is closing; its connection goes back to the pool.
            with cr._cnx.cursor() as raw:
                raw.execute(query, params)
            cr._cnx.rollback()

    # Nothing was written yet; what was read until now is older than the locks.
    cr.commit()  # pylint: disable=invalid-commit
    cr.postcommit.add(unlock)
    cr.postrollback.add(unlock)
