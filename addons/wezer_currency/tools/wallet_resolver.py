"""Finding the wallets that a file or a program names, set by set."""

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools import caller_context
from odoo.addons.wezer_base.tools.numbers import is_id

from . import refusals
from .texts import storable

# What a wallet is named by. True is no number, though it is equal to 1.
NAMES = (str, int)


class WalletResolver:
    """Turns partner ids and references into wallets.

    :param wallets: ``wezer.wallet``, as the user who names them
    :param bool wide: by e-mail address and name too (administrators)
    :param bool create: make the members and wallets that are missing
    :param bool historic: let a party pay itself: in a history, it moved nothing
    """

    def __init__(
        self,
        wallets: models.Model,
        wide: bool = False,
        create: bool = False,
        historic: bool = False,
    ) -> None:
        self.wallets = wallets.sudo()
        self.env = wallets.env
        self.wide = wide
        self.create = create
        self.historic = historic
        # Partners of the members, and how many wallets, that were made.
        self.made = set()
        self.wallets_made = 0

    def resolve(self, rows: list) -> None:
        """Add the wallets (``payer_wallet``, ``payee_wallet``) and parties to each row.

        What cannot be found gets its reason, the same sentence for every cause.
        """
        partners = self.find(
            {
                (name, row["money"])
                for row in rows
                for name in (row["payer"], row["payee"])
                if type(name) in NAMES
            }
        )
        numbers = {name: partner.id for name, partner in partners.items()}
        wanted = {}
        good = []
        for row in rows:
            money, payer_name, payee_name = row["money"], row["payer"], row["payee"]
            payer = payee = None
            if type(payer_name) in NAMES:
                payer = numbers.get((payer_name, money))
            if type(payee_name) in NAMES:
                payee = numbers.get((payee_name, money))
            if not payer or not payee:
                self._refuse(row, payee_name if payer else payer_name, payer)
            elif payer == payee and not self.historic:
                refusal = refusals.same_party(self.env)
                row.update(rule=refusal.rule, reason=refusal.args[0])
            else:
                row["parties"] = (
                    partners[payer_name, money],
                    partners[payee_name, money],
                )
                row["party_ids"] = payer, payee
                wanted.setdefault((payer, money), payer_name)
                wanted.setdefault((payee, money), payee_name)
                good.append(row)
        wallets = self.wallets_of(wanted)
        for row in good:
            (payer, payee), money = row["party_ids"], row["money"]
            row["payer_wallet"] = wallets[payer, money]
            row["payee_wallet"] = wallets[payee, money]

    def _refuse(self, row: dict, name: str, is_payee: Any) -> None:
        if self.wide:
            row.update(
                rule="party",
                reason=self.env._("“%(name)s” was not found here.", name=name),
            )
            return
        refusal = refusals.other_side(self.env, pays=not is_payee)
        row.update(rule=refusal.rule, reason=refusal.args[0])

    # === PARTNERS === #

    def find(self, names: Iterable[tuple[str | int, int]]) -> Any:
        """Return ``{(name, currency id): partner}`` of all that can be found.

        What is missing is made where ``create`` says so.
        """
        names = {
            (name, money)
            for name, money in names
            if is_id(name) or (isinstance(name, str) and storable(name))
        }
        found = self._by_id({name for name, _money in names if isinstance(name, int)})
        answer = {(name, money): found[name] for name, money in names if name in found}
        texts = {(name, money) for name, money in names if isinstance(name, str)}
        by_reference = self._by_reference(texts)
        rest = {name for name, money in texts if (name, money) not in by_reference}
        by_name = self._by_name(rest)
        if self.create:
            by_name.update(self._make(sorted(rest - by_name.keys())))
        for name, money in texts:
            partner = by_reference.get((name, money)) or by_name.get(name)
            if partner:
                answer[name, money] = partner
        return answer

    def _by_id(self, ids: Any) -> dict:
        """Return those of ``ids`` that take part in the community."""
        partners = self.env["res.partner"].sudo().browse(ids).exists()
        # Only the column that is asked for: a profile is large.
        profiles = (
            self.env["wezer.profile"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", partners.ids),
                    ("state", "in", ("active", "suspended")),
                ],
                ["partner_id"],
            )
        )
        members = set(profiles.partner_id.ids)
        # Of members no more is asked: the rest are few.
        rest = partners.filtered(lambda partner: partner.id not in members)
        company = self.env.company.partner_id if rest else rest
        others = {
            partner.id
            for partner in rest
            if partner.wezer_is_treasury
            or partner == company
            or partner._wezer_is_party()
        }
        good = members | others
        return {partner.id: partner for partner in partners if partner.id in good}

    def _by_reference(self, texts: Any) -> dict:
        if not texts:
            return {}
        found = self.wallets.search(
            [
                ("reference", "in", [name for name, _money in texts]),
                ("wezer_currency_id", "in", [money for _name, money in texts]),
            ]
        )
        return {
            (wallet.reference, wallet.wezer_currency_id.id): wallet.partner_id
            for wallet in found
        }

    def _by_name(self, names: Any) -> Any:
        """Return ``{text: partner}``: other references, addresses, e-mail, names."""
        if not names:
            return {}
        # What the caller may see: a slug is the public address of a profile.
        profiles = self.env["wezer.profile"]
        profiles = profiles.sudo() if self.wide else profiles
        found = {
            profile.slug: profile.sudo().partner_id
            for profile in profiles.search([("slug", "in", list(names))])
        }
        if not self.wide:
            return found
        for wallet in self.wallets.search([("reference", "in", list(names))]):
            found.setdefault(wallet.reference, wallet.partner_id)
        left = [name for name in names if name not in found]
        partners = self.env["res.partner"].sudo()
        for field in ("email", "name"):
            seen = {}
            for partner in partners.search([(field, "in", left)]):
                seen.setdefault(partner[field], []).append(partner)
            members_by_id = self._by_id(
                {partner.id for several in seen.values() for partner in several}
            )
            for name, several in seen.items():
                members = [one for one in several if one.id in members_by_id]
                if len(members) == 1:
                    found.setdefault(name, members[0])
        return found

    @staticmethod
    def may_make(name: Any) -> bool:
        """Return whether a member can be made by this name."""
        return isinstance(name, str) and storable(name) and bool(name.strip())

    def _make(self, names: Any) -> dict:
        """Make a member for each name that nobody has; no login, no mail."""
        names = [name for name in names if self.may_make(name)]
        partners = caller_context.plain(self.env["res.partner"].sudo()).create(
            [{"name": name, "email": name if "@" in name else False} for name in names]
        )
        self.env["wezer.profile"].sudo()._make_for(partners)._taken_in()
        self.made |= set(partners.ids)
        return dict(zip(names, partners, strict=True))

    # === WALLETS === #

    def existing(self, pairs: Iterable[tuple[int, int]]) -> dict:
        """Return ``{(partner id, currency id): wallet id}`` of those that there are."""
        pairs = list(pairs)
        self.wallets.flush_model()
        self.env.cr.execute(
            "SELECT partner_id, wezer_currency_id, id FROM wezer_wallet"
            " WHERE partner_id = ANY(%s) AND wezer_currency_id = ANY(%s)",
            [
                list({partner for partner, _money in pairs}),
                list({money for _partner, money in pairs}),
            ],
        )
        return {(row[0], row[1]): row[2] for row in self.env.cr.fetchall()}

    def wallets_of(self, wanted: dict[tuple[int, int], str | int]) -> dict:
        """Return ``{(partner id, currency id): wallet id}``, missing ones made.

        :param wanted: for each pair the name by which it was given
        """
        if not wanted:
            return {}
        found = self.existing(wanted)
        missing = [pair for pair in wanted if pair not in found]
        partners, money = self.env["res.partner"].sudo(), self.env["wezer.currency"]
        vals_list = []
        for partner, currency in missing:
            vals = self.wallets._prepare_wallet_vals(
                partners.browse(partner), money.sudo().browse(currency)
            )
            name = wanted[partner, currency]
            if self.create and isinstance(name, str):
                vals["reference"] = name
            if partner in self.made:
                # A member by the administrator's word, with a member's credit.
                vals["own_limits"] = False
            vals_list.append(vals)
        self.wallets_made += len(missing)
        for pair, wallet in zip(missing, self.wallets.create(vals_list), strict=True):
            found[pair] = wallet.id
        self.wallets.flush_model()
        return found
