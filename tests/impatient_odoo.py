"""Odoo as the launcher starts it, but waiting for locks for a short time.

For tests of what happens when such a wait ends. How long production waits is asserted
by addons/wezer_base/tests/test_server_edge.py.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 1


def shorten() -> None:
    """Shorten the limits as soon as wezer_base is loaded."""
    from odoo.modules import loading

    load = loading.load_openerp_module

    def load_and_shorten(name: str) -> None:
        load(name)
        if name == "wezer_base":
            from odoo.service import model

            from odoo.addons.wezer_base.models import ir_http
            from odoo.addons.wezer_base.tools import locks

            locks.WAIT_SECONDS = locks.LINE_SECONDS = SECONDS
            ir_http.LIMITS["lock_timeout"] = SECONDS
            model.random.uniform = lambda low, high: low

    loading.load_openerp_module = load_and_shorten


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from launcher import odoo_main

    shorten()
    odoo_main.main()
