from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.member_leaving import replace_name

OPENING = "opening"
HELD = ("reserved", "pending")


class ResPartner(models.Model):
    """A member's money when he leaves, or when two accounts of his become one."""

    _inherit = "res.partner"

    def _wezer_wallets(self):
        return self.env["wezer.wallet"].sudo().search([("partner_id", "in", self.ids)])

    def _wezer_payment_links(self):
        links = self.env["wezer.payment.link"].sudo()
        return links.search([("payee_id", "in", self.ids)], order="id")

    def _wezer_transfers_in(self, *states):
        """Return this party's transfers in ``states`` that belong to no deal (sudo)."""
        return (
            self.env["wezer.transfer"]
            .sudo()
            .search(
                [
                    ("state", "in", states),
                    ("origin_model", "=", False),
                    "|",
                    ("payer_id", "in", self.ids),
                    ("payee_id", "in", self.ids),
                ],
                order="id",
            )
        )

    # === WHAT IS KEPT OF HIM === #

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        rows = self.env["wezer.personal.data"]
        wallets = self._wezer_wallets()
        transfers = (
            self.env["wezer.transfer"]
            .sudo()
            .search(
                ["|", ("payer_id", "in", self.ids), ("payee_id", "in", self.ids)],
                order="id",
            )
        )
        data["wallets"] = rows._rows(
            wallets,
            ["wezer_currency_id", "balance_text", "reserved_text", "incoming_text"]
            + ["available_text", "state"],
        )
        data["transfers"] = rows._rows(
            transfers,
            ["date", "payer_id", "payee_id", "amount_text", "wezer_currency_id"]
            + ["purpose", "kind", "state", "end_reason", "until", "every"],
        )
        data["statement"] = self._wezer_statement(wallets)
        data["payment_links"] = rows._rows(
            self._wezer_payment_links(),
            ["url", "wezer_currency_id", "amount_display", "purpose", "state"],
        )
        return data

    def _wezer_statement(self, wallets):
        """Return every line of the ledger on ``wallets``, oldest first."""
        entries = (
            self.env["wezer.ledger.entry"]
            .sudo()
            .search(
                ["|", ("from_id", "in", wallets.ids), ("to_id", "in", wallets.ids)],
                order="id",
            )
        )
        lines = []
        for entry in entries:
            paid = entry.from_id in wallets
            currency = entry.wezer_currency_id
            after = entry.from_balance if paid else entry.to_balance
            other = entry.to_id if paid else entry.from_id
            lines.append(
                {
                    "date": entry.date.isoformat(),
                    "currency": currency.code,
                    "direction": "paid" if paid else "received",
                    # As the reader of the file may see it.
                    "other": other.partner_id.display_name,
                    "amount": currency._format(entry.amount),
                    "balance": currency._format(after),
                    "kind": entry.kind,
                    "purpose": entry.transfer_id.purpose or "",
                }
            )
        return lines

    # === LEAVING === #

    def _wezer_leave_obstacles(self):
        rows = super()._wezer_leave_obstacles()
        for transfer in self._wezer_transfers_in(*HELD, "requested", "scheduled"):
            rows += self._wezer_open_transfer(transfer)
        for wallet in self._wezer_wallets():
            balance = wallet.balance
            if not balance or wallet.wezer_currency_id.external:
                continue
            text = self.env._(
                "You leave %(amount)s behind: give it to somebody first, if you like.",
                amount=wallet.wezer_currency_id._format(balance),
            )
            if balance < 0:
                text = self.env._(
                    "You have received %(amount)s more than you gave: the community"
                    " bears it, unless you help somebody first.",
                    amount=wallet.wezer_currency_id._format(-balance),
                )
            url = f"/my/wallets/{wallet.id}"
            rows.append({"text": text, "url": url, "blocks": False})
        return rows

    def _wezer_open_transfer(self, transfer):
        """Return what is to be said of one open transfer of this party."""
        pays = transfer.payer_id == self
        other = transfer.payee_id if pays else transfer.payer_id
        words = {"name": other.name, "amount": transfer.amount_display}
        if transfer.state == "reserved":
            text = (
                self.env._("%(amount)s is set aside for %(name)s.", **words)
                if pays
                else self.env._("%(amount)s of %(name)s is set aside for you.", **words)
            )
        elif transfer.state == "pending":
            text = (
                self.env._("%(name)s has not said yet that %(amount)s came.", **words)
                if pays
                else self.env._("Say whether %(amount)s of %(name)s came.", **words)
            )
        elif transfer._is_claim() and pays:
            text = self.env._("You owe %(name)s %(amount)s, to be given back.", **words)
        else:
            text = self.env._("%(amount)s with %(name)s will not be paid.", **words)
            return [{"text": text, "url": "/my/requests", "blocks": False}]
        return [{"text": text, "url": "/my/requests", "blocks": True}]

    def _wezer_leave_release(self, reason):
        """Free what is set aside, and waive what cannot be given back."""
        result = super()._wezer_leave_release(reason)
        for transfer in self._wezer_transfers_in("reserved"):
            transfer._free("released")
            self.env["wezer.notice"]._settle(transfer)
        claims = self._wezer_transfers_in("requested").filtered(
            lambda one: one._is_claim() and one.payer_id == self
        )
        for claim in claims:
            claim._waive_claim()
            claim._set_state("ended", end_reason="released")
        return result

    def _wezer_anonymise(self):
        for transfer in self._wezer_transfers_in("requested", "scheduled"):
            if transfer.state == "scheduled":
                transfer._set_state("ended", end_reason="cancelled")
                continue
            transfer._waive_claim()
            refused = transfer.payer_id == self
            transfer._set_state(
                "ended", end_reason="refused" if refused else "withdrawn"
            )
            self.env["wezer.notice"]._settle(transfer)
        # A frozen wallet stays frozen: coming back does not open it.
        self._wezer_wallets().filtered(lambda one: one.state == "open").write(
            {"state": "closed"}
        )
        self._wezer_payment_links().unlink()
        old = self.name
        result = super()._wezer_anonymise()
        replace_name(
            self.env,
            "wezer.transfer",
            ["purpose"],
            old,
            self.name,
            SQL("(payer_id = %s OR payee_id = %s)", self.id, self.id),
        )
        return result

    def _wezer_return(self):
        profile = super()._wezer_return()
        self._wezer_wallets().filtered(lambda one: one.state == "closed").write(
            {"state": "open"}
        )
        return profile

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _wezer_merge_keeps(self):
        # A wallet stays with its part of the ledger; what was in it moves.
        return super()._wezer_merge_keeps() | {"wezer.wallet.partner_id"}

    def _wezer_merge_preview(self, target):
        return super()._wezer_merge_preview(target) + [
            (
                self.env._("from the wallet in %(name)s", name=currency.name),
                currency._format(wallet._balance_now()),
            )
            for wallet in self._wezer_wallets()
            for currency in wallet.wezer_currency_id
            if not currency.external
        ]

    def _wezer_merge_obstacles(self, target):
        said = super()._wezer_merge_obstacles(target)
        if any(wallet.is_system for wallet in (self | target)._wezer_wallets()):
            said.append(self.env._("A treasury is brought together with nobody."))
        return said

    def _wezer_merge_into(self, target):
        """Move what is set aside and what is there, by the ledger's own function.

        The old wallets close at zero and keep their lines; transfers name the
        account that goes on, so that what is given back later comes from it.
        """
        source, target = self.sudo(), target.sudo()
        source._wezer_end_between(target)
        wallets = source._wezer_wallets()
        into = {wallet: wallet._merged_into(target) for wallet in wallets}
        held = source._wezer_let_loose()
        for wallet, new in into.items():
            source._wezer_repoint_transfers(wallet, new)
        # What waited is held again, by the wallets that go on.
        for transfer, reserved, incoming in held:
            transfer._move(reserved=reserved, incoming=incoming, check=False)
        for wallet, new in into.items():
            wallet._merge_balance(new)
        return super()._wezer_merge_into(target)

    def _wezer_end_between(self, target):
        """End what is open between the two accounts: nobody pays himself."""
        open_ones = self._wezer_transfers_in(*HELD, "requested", "scheduled")
        between = open_ones.filtered(
            lambda one: one.payer_id | one.payee_id == self | target
        )
        for transfer in between:
            if transfer.state in HELD:
                transfer._free("cancelled")
                continue
            transfer._waive_claim()
            transfer._set_state("ended", end_reason="cancelled")

    def _wezer_let_loose(self):
        """Free what live transfers hold; return ``(transfer, reserved, incoming)``."""
        live = (
            self.env["wezer.transfer"]
            .sudo()
            .search(
                [
                    ("state", "in", HELD),
                    "|",
                    ("payer_id", "in", self.ids),
                    ("payee_id", "in", self.ids),
                ],
                order="id",
            )
        )
        held = []
        for transfer in live:
            rest, levy = transfer._held()
            transfer._move(reserved=-(rest + levy), incoming=-rest, check=False)
            held.append((transfer, rest + levy, rest))
        return held

    def _wezer_repoint_transfers(self, wallet, new):
        """Let the transfers of ``wallet`` name the wallet that goes on, and its owner.

        What the two accounts paid each other stays as it was.
        """
        transfers = self.env["wezer.transfer"]
        transfers.flush_model()
        for side, other in (("payer", "payee"), ("payee", "payer")):
            self.env.cr.execute(
                SQL(
                    "UPDATE wezer_transfer"
                    " SET %(wallet)s = %(new)s, %(party)s = %(who)s"
                    " WHERE %(wallet)s = %(old)s AND %(other)s <> %(who)s",
                    wallet=SQL.identifier(f"{side}_wallet_id"),
                    party=SQL.identifier(f"{side}_id"),
                    other=SQL.identifier(f"{other}_id"),
                    new=new.id,
                    old=wallet.id,
                    who=new.partner_id.id,
                )
            )
        transfers.invalidate_model(flush=False)


class WezerWallet(models.Model):
    _inherit = "wezer.wallet"

    def _merged_into(self, target):
        """Return ``target``'s wallet in this currency; the stricter state holds."""
        self.ensure_one()
        new = self._find(target, self.wezer_currency_id)
        if not new:
            vals = self._prepare_wallet_vals(target, self.wezer_currency_id)
            limits = ("own_limits", "has_lower", "lower_limit")
            limits += ("has_upper", "upper_limit")
            new = self.sudo().create({**vals, **{name: self[name] for name in limits}})
        if self.state == "frozen" and new.state == "open":
            # Nobody thaws a wallet by a second account.
            new.state = "frozen"
        return new

    def _merge_balance(self, new):
        """Post this wallet's balance over, and close it at zero."""
        self.ensure_one()
        balance = self.balance
        if balance:
            payer, payee = (self, new) if balance > 0 else (new, self)
            transfer = self.env["wezer.transfer"].create(
                {
                    "payer_id": payer.partner_id.id,
                    "payee_id": payee.partner_id.id,
                    "payer_wallet_id": payer.id,
                    "payee_wallet_id": payee.id,
                    "wezer_currency_id": self.wezer_currency_id.id,
                    "company_id": self.company_id.id,
                    "amount_minor": abs(balance),
                    "kind": OPENING,
                    "state": "done",
                    "purpose": self.env._("Two accounts brought together"),
                    "date": fields.Datetime.now(),
                    "person_id": self.env.user.partner_id.id,
                }
            )
            transfer._move(amount=abs(balance), check=False)
        if self.balance or self.reserved or self.incoming:
            raise Refusal(self.env._("This wallet could not be emptied."), rule="merge")
        self.state = "closed"
