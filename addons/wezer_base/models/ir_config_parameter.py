import logging
import os

from odoo import api, models
from odoo.http import request

from ..exceptions import NotAllowed, Refusal
from ..tools.locks import is_contention
from ..tools.site_address import VARIABLE, clean_address, is_local

_logger = logging.getLogger(__name__)

ADDRESS, FROZEN = "web.base.url", "web.base.url.freeze"


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    def _register_hook(self):
        """Take the address of the community from the environment at each start."""
        super()._register_hook()
        wanted = os.environ.get(VARIABLE)
        if not wanted:
            return
        try:
            with self.env.cr.savepoint():
                self.sudo()._wezer_take_address(wanted)
        except Exception as error:
            # Another worker that starts at the same moment has just set it.
            if not is_contention(error):
                raise

    @api.model
    def set_param(self, key, value):
        """Keep the first address that others can open: no later log-in changes it."""
        old = super().set_param(key, value)
        if key == ADDRESS and value and not is_local(str(value)):
            super().set_param(FROZEN, "True")
        return old

    @api.model
    def _wezer_take_address(self, wanted):
        """Take an address that the person who runs the server gave (sudo).

        One of this machine only, as the launcher gives, replaces no public one.

        :return: whether it is the address now
        """
        address = clean_address(wanted)
        if not address:
            _logger.warning("%s is no address of a website: %s", VARIABLE, wanted)
            return False
        if is_local(address) and not is_local(self.get_param(ADDRESS)):
            return False
        self.set_param(ADDRESS, address)
        self.set_param(FROZEN, "True")
        return True

    @api.model
    def _wezer_set_address(self, text):
        """Set the address that links in e-mails begin with; no log-in changes it.

        :raise NotAllowed: rule ``role``: letters carry links to new passwords
        :raise Refusal: rules ``address``, ``environment``
        """
        if not self.env.user.has_group("base.group_system"):
            raise NotAllowed(
                self.env._("Only system administrators can change the address."),
                rule="role",
            )
        address = clean_address(text)
        if not address:
            raise Refusal(
                self.env._(
                    "The address begins with https:// and has no page behind it, for"
                    " example https://community.example."
                ),
                rule="address",
                value=str(text or "")[:100],
                field="address",
            )
        given = clean_address(os.environ.get(VARIABLE))
        if given and not is_local(given) and given != address:
            raise Refusal(
                self.env._(
                    "The address is set where the server is started, by %(variable)s."
                    " Change it there.",
                    variable=VARIABLE,
                ),
                rule="environment",
                value=address,
                limit=given,
                field="address",
            )
        parameters = self.sudo()
        parameters.set_param(ADDRESS, address)
        parameters.set_param(FROZEN, "True")
        website = self.env.company.sudo().website_id
        if website.domain:
            # Odoo prefers it wherever it is set.
            website.domain = address

    @api.model
    def _wezer_address_in_use(self):
        """Return the address by which this page was opened; "" outside of a page."""
        return (request and request.httprequest.host_url.rstrip("/")) or ""
