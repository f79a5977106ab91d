"""Waiting for a wallet before the request's snapshot is taken.

Requests that meet on one wallet would fail to serialise and be retried with a
back-off (742 ms at the 99th percentile). Those that know their wallets wait for
each other before anything is read or written. Calls over RPC wait in the same
line: see ``in_line`` of ``wezer_base/tools/locks.py`` at the public methods.
"""

from odoo.http import request

from odoo.addons.wezer_base.tools.locks import wait_in_line


def wait_for_wallets(currency_id, *partner_ids):
    """Wait until no other request moves these partners' wallets in a currency.

    :raise Busy: where the others do not end in time
    """
    wallets = request.env["wezer.wallet"]
    wait_in_line(request.env, "wallet", wallets._line_of([currency_id], partner_ids))
