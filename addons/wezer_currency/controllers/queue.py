"""Waiting for a wallet before the request's snapshot is taken.

Requests that meet on one wallet would fail to serialise and be retried with a
back-off (742 ms at the 99th percentile). Those that know their wallets wait for
each other before anything is read or written.
"""

from odoo.http import request

from odoo.addons.wezer_base.tools.locks import wait_in_line


def wait_for_wallets(currency_id, *partner_ids):
    """Wait until no other request moves these partners' wallets in a currency.

    :raise Busy: where the others do not end in time
    """
    cr = request.env.cr
    cr.execute(
        "SELECT id FROM wezer_wallet WHERE wezer_currency_id = %s"
        " AND partner_id = ANY(%s) AND is_system IS NOT TRUE",
        # A partner whom the caller may not see has no id here; the action refuses
        # it in words.
        [currency_id, [partner_id for partner_id in partner_ids if partner_id]],
    )
    wait_in_line(request.env, "wallet", [row[0] for row in cr.fetchall()])
