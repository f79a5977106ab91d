from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerTransfer(models.Model):
    """The twins that an origin calls (a deal): state and data only.

    The origin's own arrow has checked who. Underscored: no RPC reaches them,
    and their keys live in a namespace that no public method can write.
    """

    _inherit = "wezer.transfer"

    @api.model
    def _reserve(
        self,
        origin,
        payer,
        payee,
        currency,
        minor,
        purpose,
        key,
        until=None,
        category=None,
        part=0,
    ):
        """Set ``minor`` aside for ``origin``; an external currency is promised.

        :param origin: the record whose money this is
        :param payer: res.partner
        :param payee: res.partner
        :param currency: wezer.currency
        :param int minor: minor units
        :param category: wezer.category of the purpose, for reports
        :param int part: which part of its origin this is, where it has several
        :return: the reservation (sudo)
        """
        scope = f"origin:{origin._name}"
        data = [payer.id, payee.id, currency.id, minor]
        first = self._first_by_key(scope, key, data)
        if first:
            return first
        if minor <= 0:
            raise Refusal(self.env._("Say how much."), rule="amount", limit="0")
        vals = self._prepare_transfer_vals(
            payer.sudo(), payee.sudo(), currency.sudo(), minor, purpose
        )
        transfer = self.sudo().create(
            {
                **vals,
                "origin_model": origin._name,
                "origin_id": origin.id,
                "origin_part": part,
                "state": "reserved",
                "until": until,
                "category_id": category.id if category else False,
                "key_scope": scope,
                "key": key,
                "key_hash": self._hash(data),
            }
        )
        transfer._hold()
        return transfer

    def _settle(self, minor=None, key=None, keep_rest=False):
        """Pay from the reservation; the rest is freed unless ``keep_rest``."""
        self._check_has_origin()
        return self._settle_once(minor, self._key(key), "origin", keep_rest=keep_rest)

    def _release(self, reason="released"):
        """Free the reservation.

        :param str reason: an ``end_reason``; another word counts as released
        """
        self._check_has_origin()
        self._check_state("reserved")
        known = dict(self._fields["end_reason"].selection)
        self._free(reason if reason in known else "released")

    def _confirm(self):
        """The external money came."""
        self._check_has_origin()
        self._check_state("pending")
        self._receive()

    def _deny(self):
        """The external money did not come."""
        self._check_has_origin()
        self._check_state("pending")
        self._deny_receipt()

    def _reverse(self, minor=None, key=None):
        """Give back what was paid; pending where external.

        :return: the reversal
        """
        self._check_has_origin()
        return self._give_back_once(minor, self._key(key), "origin")

    @api.model
    def _of_origin(self, origin):
        """Return the transfers of ``origin`` (sudo), oldest first."""
        return self.sudo().search(
            [("origin_model", "=", origin._name), ("origin_id", "in", origin.ids)],
            order="id",
        )

    def _is_live(self):
        return self.sudo().state in ("reserved", "pending")

    def _check_has_origin(self):
        self.ensure_one()
        if not self.sudo().origin_model:
            raise Refusal(self.env._("This money belongs to no deal."), rule="origin")
