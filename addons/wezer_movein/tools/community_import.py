"""Importing a community in one transaction: people, wallets, history, announcements.

The order is that of need: the currency; categories; people; households; wallets; the
history in the order of time; announcements and news, as drafts until the community is
opened; at last the limits and states of the wallets, which must not bar the history.

What was imported before is found again: people, announcements and news by external ids,
wallets by the old number, payments by their keys. So a second import of the same files
makes nothing.

Nobody is told: no mail, no notice, no levy, no assessment.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import email_normalize, html_escape

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.text import (
    TITLE_LENGTH,
    clean_line,
    clean_text,
    has_letter,
    secret_slug,
    slugify,
)
from odoo.addons.wezer_currency.tools.bulk_posting import BulkPosting
from odoo.addons.wezer_currency.tools.texts import PURPOSE_LENGTH

from . import advert_details, checking, currency_settings, keys
from .circle_import import CircleImport
from .content import (
    Account,
    Advert,
    Content,
    CurrencyFound,
    News,
    Payment,
    Person,
)
from .counting import limit_of, minor_of
from .problems import decided
from .replay import Replay
from .words_import import Skills

# Rows that are posted at once: memory does not grow with the history.
PORTION = 10_000
# People, wallets and announcements that are created at once.
CHUNK = 500
# External ids of what came along; the module stands for "imported by hand".
MODULE = "__movein__"
SHARES = (
    "share_picture",
    "share_presentation",
    "share_skills",
    "share_languages",
    "share_place",
    "share_email",
    "share_phone",
)
LEVELS = ("nobody", "members", "everyone")
# States of a membership over there in which nobody is accepted by the move.
WAITING = ("pending", "suspended", "declined")
# Accounts that nobody pays from.
NAMELESS = ("former", "collective")
# Accounts of the community's own: those whom the settings name act for them.
OWN = ("community", "public", "foreign")
NEWS_LENGTH = 8000
CODE_LENGTH = 20
# Codes of currencies whose name the files do not tell.
HOUR, UNIT = "h", "unit"


class CommunityImport:
    """One import.

    :param move: ``wezer.movein`` (sudo), whose files were replayed
    :param content: what the files hold
    :param replayed: of :mod:`.replay`
    :param progress: called with what is done, how much of it, and of how much
    """

    def __init__(
        self,
        move: models.Model,
        content: Content,
        replayed: Replay,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        # Nothing is tracked, followed or mailed.
        self.move = move.with_context(
            tracking_disable=True,
            mail_notrack=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            no_reset_password=True,
        )
        self.env = self.move.env
        self.content, self.replayed = content, replayed
        self.accounts: dict[str, Account] = replayed.accounts
        self.postings = checking.postings_of(replayed)
        self.decisions = move._decisions()
        self.progress = progress or (lambda what, done, count: None)
        self.company = move.company_id
        self.currency = move.wezer_currency_id
        # By their keys in the files: ids of partners.
        self.people: dict[str, int] = {}
        # By the old number: ids.
        self.owners: dict[str, int] = {}
        self.wallets: dict[str, int] = {}
        # By their keys in the files: ids of the partners of groups.
        self.groups: dict[str, int] = {}
        self.skills = Skills(self.env)
        # By their codes over there: the currencies in which prices are taken.
        self.priced: dict[str, models.Model] = {}
        # What this import made, by model: for opening and for taking back.
        self.made: dict[str, list[int]] = {}
        self.new_wallets: set[int] = set()
        self.beyond: dict[str, int] = {}
        # What the payments leave on each account, in minor units.
        self.sums = dict.fromkeys(self.accounts, 0)

    def run(self) -> None:
        """Import everything."""
        self._take_currency()
        self.priced[self.content.currency.code] = self.currency
        self._take_outside()
        self._take_people()
        self.groups = CircleImport(self).run()
        self._take_owners()
        self._take_wallets()
        self._post_history()
        self._take_adverts()
        self._take_news()
        self._set_limits_and_states()
        self._keep()

    # === EXTERNAL IDS === #

    def _name(self, kind: str, key: str) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()[:24]
        return f"{slugify(self.move.code, 'x')}_{kind}_{digest}"

    def _known(self, kind: str, model: str, wanted: Any) -> dict[str, int]:
        """Return ``{key: id}`` of those records that were imported before."""
        names = {self._name(kind, key): key for key in wanted}
        found = self.env["ir.model.data"].search_fetch(
            [
                ("module", "=", MODULE),
                ("model", "=", model),
                ("name", "in", list(names)),
            ],
            ["name", "res_id"],
        )
        there = set(self.env[model].browse(found.mapped("res_id")).exists().ids)
        return {names[row.name]: row.res_id for row in found if row.res_id in there}

    def _remember(self, kind: str, model: str, made: dict[str, int]) -> None:
        """Give what was made its external ids."""
        names = {self._name(kind, key): number for key, number in made.items()}
        # What stood for a record that is gone.
        self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("name", "in", list(names))]
        ).unlink()
        self.env["ir.model.data"].create(
            [
                {
                    "module": MODULE,
                    "name": name,
                    "model": model,
                    "res_id": number,
                    "noupdate": True,
                }
                for name, number in names.items()
            ]
        )
        self.made.setdefault(model, []).extend(made.values())

    def _create(self, model: str, rows: list[dict], what: str) -> list[int]:
        """Create records in portions, and return their ids in the order of ``rows``."""
        ids: list[int] = []
        for begin in range(0, len(rows), CHUNK):
            ids += self.env[model].create(rows[begin : begin + CHUNK]).ids
            self.env.flush_all()
            self.progress(what, len(ids), len(rows))
        return ids

    # === CURRENCY === #

    def _take_currency(self) -> None:
        found = self.content.currency
        if self.currency:
            return
        options = self.move.options or {}
        usual = HOUR if found.is_time else self.content.code or UNIT
        code = clean_line(
            options.get("currency") or found.code or found.name or usual, CODE_LENGTH
        )
        known = (
            self.env["wezer.currency"]
            .with_context(active_test=False)
            .search([("code", "=", code), ("company_id", "=", self.company.id)])
        )
        if known and (options.get("currency") or self._has_moved_in(known)):
            self._check_fits(known)
            self.currency = known
            self.move.write({"wezer_currency_id": known.id, "makes_currency": False})
            return
        name = clean_line(
            options.get("currency_name") or found.name or self.content.name or code, 80
        )
        self.currency = self._make_currency(
            found, name, self._free_code(code) if known else code
        )
        self.move.write({"wezer_currency_id": self.currency.id, "makes_currency": True})

    def _make_currency(
        self, found: CurrencyFound, name: str, code: str, external: bool = False
    ) -> models.Model:
        return self.env["wezer.currency"].create(
            {
                "name": name,
                "code": code,
                "kind": found.kind,
                "external": external,
                "unit_kind": "hour" if found.is_time else "decimal",
                "digits": 0 if found.is_time else found.digits,
                "company_id": self.company.id,
                **currency_settings.values_of(found),
            }
        )

    def _take_outside(self) -> None:
        """Find or make the currencies whose money moves elsewhere."""
        currencies = self.env["wezer.currency"]
        for found in self.content.outside:
            code = clean_line(found.code, CODE_LENGTH)
            known = currencies.search(
                [("code", "=", code), ("company_id", "=", self.company.id)]
            )
            if not known and code:
                name = clean_line(found.name, 80) or code
                known = self._make_currency(found, name, code, external=True)
                self.made.setdefault("wezer.currency", []).append(known.id)
            if known.external:
                self.priced[found.code] = known

    def _has_moved_in(self, currency: models.Model) -> bool:
        """Return whether this community moved into ``currency`` before."""
        return bool(
            self.env["wezer.movein"].search_count(
                [
                    ("wezer_currency_id", "=", currency.id),
                    ("code", "=", self.move.code),
                    ("state", "in", ("imported", "proved", "open", "finished")),
                ],
                limit=1,
            )
        )

    def _free_code(self, code: str) -> str:
        number = 2
        currencies = self.env["wezer.currency"].with_context(active_test=False)
        while currencies.search_count([("code", "=", f"{code}{number}")], limit=1):
            number += 1
        return f"{code}{number}"

    def _check_fits(self, currency: models.Model) -> None:
        """Refuse a currency in which these amounts cannot be counted."""
        found = self.content.currency
        fits = (
            currency.active
            and currency.kind == found.kind
            and not currency.external
            and currency._is_hours() == found.is_time
            and (found.is_time or currency.digits >= found.digits)
        )
        if not fits:
            raise Refusal(
                self.env._(
                    "The amounts of these files cannot be counted in %(currency)s. It"
                    " has to be in use, a mutual credit, with the same unit and at"
                    " least %(digits)s decimals. Choose another code.",
                    currency=currency.name,
                    digits=found.digits,
                ),
                rule="currency",
                value=currency.code,
            )

    # === PEOPLE === #

    def _take_people(self) -> None:
        """Find or make the people, all of them hidden until the community is opened."""
        content = self.content
        self.people = self._known("person", "res.partner", content.people)
        here = checking.existing_people(self.env, content)
        closed = self._closed_people()
        taken = set(self.people.values())
        linked = {
            key: number
            for key, number in here.items()
            if key not in self.people and key not in closed and number not in taken
        }
        self.people.update(linked)
        missing = [key for key in content.people if key not in self.people]
        addresses = self._usable_addresses(missing, closed)
        languages = self._languages()
        partners = self._create(
            "res.partner",
            [
                self._partner_vals(key, key in closed, addresses.get(key), languages)
                for key in missing
            ],
            "people",
        )
        made = dict(zip(missing, partners, strict=True))
        self.people.update(made)
        self._remember("person", "res.partner", made)
        self._remember_links(linked)
        self._make_profiles(made, closed)

    def _remember_links(self, linked: dict[str, int]) -> None:
        """Know people again who were here before; taking back leaves them."""
        before = list(self.made.get("res.partner", ()))
        self._remember("person", "res.partner", linked)
        self.made["res.partner"] = before

    def _closed_people(self) -> set[str]:
        """Return the people all of whose accounts were closed: their names go."""
        closed: set[str] = set()
        living: set[str] = set()
        for account in self.accounts.values():
            group = closed if account.state == "closed" else living
            group.update(account.people)
        # Where the files say who left, the accounts of one currency do not.
        told = {key for key, one in self.content.people.items() if one.state}
        left = {key for key in told if self.content.people[key].state == "left"}
        return (closed - living - told) | left

    def _usable_addresses(self, keys_: list[str], closed: set[str]) -> dict[str, str]:
        """Return the address of each person; of two with the same, the first's."""
        addresses: dict[str, str] = {}
        for key, person in self.content.people.items():
            address = email_normalize(person.email or "")
            by_hand = self._choice("email_twice", self._account_of(key))[0] == "by_hand"
            if address and not by_hand:
                addresses.setdefault(address, key)
        # People who left this community, and organisations, keep their addresses.
        taken = set(
            self.env["res.partner"]
            .search([("email_normalized", "in", list(addresses))])
            .mapped("email_normalized")
        )
        left = self._left_keys()
        profiles, wanted = self.env["wezer.profile"], set(keys_) - closed
        return {
            key: address
            for address, key in addresses.items()
            if key in wanted
            and address not in taken
            and not (left and profiles._return_key(address) in left)
        }

    def _left_keys(self) -> set[str]:
        rows = (
            self.env["wezer.profile"]
            .with_context(active_test=False)
            .search_fetch(
                [("state", "=", "left"), ("return_keys", "!=", False)], ["return_keys"]
            )
        )
        return {key for row in rows for key in row.return_keys.split()}

    def _languages(self) -> dict[str, str]:
        """Return ``{ISO code: language in use}``."""
        found: dict[str, str] = {}
        for language in self.env["res.lang"].search([]):
            found.setdefault(language.code.split("_")[0].lower(), language.code)
        return found

    def _person_name(self, person: Person, account: str) -> str:
        name = clean_line(person.name, TITLE_LENGTH)
        return name if has_letter(name) else self.env._("Member %s", account)

    def _partner_vals(
        self, key: str, closed: bool, address: str | None, languages: dict
    ) -> dict:
        person = self.content.people[key]
        account = self._account_of(key)
        if closed:
            # Over there they had left: their name is not brought along.
            return {"name": self.env._("Former member %s", account)}
        vals = {
            "name": self._person_name(person, account),
            "email": address,
            "phone": clean_line(person.phone, 40),
            "street": clean_line(person.street, TITLE_LENGTH),
            "zip": clean_line(person.postcode, 20),
            "city": clean_line(person.place, TITLE_LENGTH),
            "website": clean_line(person.website, 200),
            "lang": languages.get(person.language.lower()[:2]),
            "is_company": person.is_organisation,
        }
        return {name: value for name, value in vals.items() if value}

    def _account_of(self, key: str) -> str:
        if not hasattr(self, "_accounts_of"):
            self._accounts_of: dict[str, str] = {}
            for code, account in self.accounts.items():
                for person in account.people:
                    self._accounts_of.setdefault(person, code)
        return self._accounts_of.get(key, key)

    def _make_profiles(self, made: dict[str, int], closed: set[str]) -> None:
        """Make the profiles of new people: hidden, or left over there."""
        today, profiles = days.today(self.env), self.env["wezer.profile"]
        rows = []
        for key, partner in made.items():
            person = self.content.people[key]
            vals: dict[str, Any] = dict.fromkeys(SHARES, "nobody")
            vals.update(
                {
                    "partner_id": partner,
                    "company_id": self.company.id,
                    "joined_date": person.joined.date() if person.joined else False,
                }
            )
            if key in closed:
                address = email_normalize(person.email or "")
                vals.update(
                    slug=secret_slug("former"),
                    state="left",
                    left_from="active",
                    left_date=today,
                    # They find their history again if they come back.
                    return_keys=profiles._return_key(address) if address else False,
                )
            else:
                name = self._person_name(person, self._account_of(key))
                vals.update(
                    slug=secret_slug(slugify(name, "member")),
                    state="pending",
                    city=clean_line(person.place, TITLE_LENGTH) or False,
                    presentation=clean_text(person.presentation, 4000) or False,
                    skill_ids=self.skills.commands(person.skills),
                )
                if person.state in WAITING:
                    vals["state"] = person.state
                for name, level in person.shares.items():
                    field = name if name.startswith("share_") else f"share_{name}"
                    if field in SHARES and level in LEVELS:
                        vals[field] = level
            rows.append(vals)
        ids = self._create("wezer.profile", rows, "profiles")
        self.made["wezer.profile"] = ids
        # They had asked to join, and are answered here.
        self.made["applicants"] = [
            number
            for key, number in zip(made, ids, strict=True)
            if self.content.people[key].state == "pending"
        ]

    # === OWNERS OF WALLETS === #

    def _take_owners(self) -> None:
        """Find or make the contact whose wallet each account becomes."""
        self._known_wallets()
        shared, nameless = [], []
        taken: set[int] = self._owners_here()
        for code, account in self.accounts.items():
            if code in self.owners:
                continue
            people = self._people_of(code)
            group = self.groups.get(account.group)
            if group and group not in taken:
                self.owners[code] = group
                taken.add(group)
            elif account.kind in OWN or not people:
                nameless.append(code)
            elif len(people) == 1 and people[0] not in taken:
                self.owners[code] = people[0]
                taken.add(people[0])
            else:
                shared.append(code)
        self._make_circles(shared)
        self._make_contacts(nameless)

    def _choice(self, code: str, account: str) -> tuple[str, Any]:
        """Return what was decided about a problem of an account."""
        if not hasattr(self, "_problems"):
            self._problems = {
                (problem.code, name): problem
                for problem in self.replayed.problems
                for name in problem.accounts
            }
        problem = self._problems.get((code, account))
        return decided(problem, self.decisions) if problem else ("", None)

    def _people_of(self, code: str) -> list[int]:
        """Return the people who pay from an account, as was decided."""
        for problem in ("unknown_account", "missing_member"):
            choice, value = self._choice(problem, code)
            if choice == "person":
                return [self._person_named(value, code)]
        keys_ = [key for key in self.accounts[code].people if key in self.people]
        if self._choice("several_people", code)[0] == "first_person":
            keys_ = keys_[:1]
        return [self.people[key] for key in keys_]

    def _person_named(self, value: Any, code: str) -> int:
        """Return the person whom an administrator named for an account."""
        name = str(value or "").strip()
        for key, account in self.accounts.items():
            # A number of the old system, or a name or address of somebody here.
            if key == name and account.people and account.people[0] in self.people:
                return self.people[account.people[0]]
        money = self.currency.id
        found = self.env["wezer.wallet"]._resolver(wide=True).find({(name, money)})
        if partner := found.get((name, money)):
            return partner.id
        raise Refusal(
            self.env._(
                "“%(name)s”, who was named for the account %(code)s, was not found.",
                name=name,
                code=code,
            ),
            rule="party",
            value=name,
        )

    def _known_wallets(self) -> None:
        """Find the wallets that have an old number already."""
        found = self.env["wezer.wallet"].search_fetch(
            [
                ("wezer_currency_id", "=", self.currency.id),
                ("reference", "in", list(self.accounts)),
            ],
            ["reference", "partner_id"],
        )
        for wallet in found:
            self.wallets[wallet.reference] = wallet.id
            self.owners[wallet.reference] = wallet.partner_id.id

    def _owners_here(self) -> set[int]:
        """Return the contacts that have a wallet with another old number."""
        found = self.env["wezer.wallet"].search_fetch(
            [
                ("wezer_currency_id", "=", self.currency.id),
                ("reference", "!=", False),
            ],
            ["partner_id"],
        )
        return set(found.partner_id.ids)

    def _make_circles(self, codes: list[str]) -> None:
        """Let several people pay from one wallet: a small circle with one role.

        A person who has a second account gets it in this way, too.
        """
        if not codes:
            return
        groups = self.env["wezer.group"]
        circles = groups.create(
            [
                {
                    "name": self._account_name(code),
                    "kind": "circle",
                    "visibility": "members",
                    "join_policy": "invitation",
                    "company_id": self.company.id,
                }
                for code in codes
            ]
        )
        roles = groups.create(
            [
                {
                    "name": self.env._("Pays for the household"),
                    "kind": "role",
                    "parent_id": circle.id,
                    "right_wallet": True,
                    "right_market": True,
                    "company_id": self.company.id,
                }
                for circle in circles
            ]
        )
        places = []
        for code, circle, role in zip(codes, circles, roles, strict=True):
            self.owners[code] = circle.partner_id.id
            places += [
                {"group_id": group.id, "partner_id": person, "state": "active"}
                for person in dict.fromkeys(self._people_of(code))
                for group in (circle, role)
            ]
        self._create("wezer.group.membership", places, "households")
        self.made.setdefault("wezer.group", []).extend([*circles.ids, *roles.ids])

    def _account_name(self, code: str) -> str:
        account = self.accounts[code]
        name = clean_line(account.name, TITLE_LENGTH)
        if has_letter(name) and account.kind != "former":
            return name
        if account.kind == "former" or account.state == "closed":
            return self.env._("Former member %s", code)
        if account.kind == "collective":
            return self.env._("Former members")
        return self.env._("Account %s", code)

    def _make_contacts(self, codes: list[str]) -> None:
        """Make the contacts of accounts that are no member's."""
        rest = []
        for code in codes:
            if code == self._treasury_account():
                self.owners[code] = self.currency.treasury_partner_id.id
            else:
                rest.append(code)
        partners = self._create(
            "res.partner",
            [
                {
                    "name": self._account_name(code),
                    "wezer_is_treasury": self.accounts[code].kind in OWN,
                }
                for code in rest
            ],
            "contacts",
        )
        self.owners.update(zip(rest, partners, strict=True))
        self.made.setdefault("res.partner", []).extend(partners)

    def _treasury_account(self) -> str:
        """Return the account that is the treasury of a currency made here."""
        return self.content.treasury if self.move.makes_currency else ""

    # === WALLETS === #

    def _take_wallets(self) -> None:
        """Make the missing wallets, without limits until the history is posted."""
        missing = [code for code in self.accounts if code not in self.wallets]
        owners = {self.owners[code] for code in missing}
        there = {
            wallet.partner_id.id: wallet
            for wallet in self.env["wezer.wallet"].search(
                [
                    ("wezer_currency_id", "=", self.currency.id),
                    ("partner_id", "in", list(owners)),
                ]
            )
        }
        rows, made = [], []
        for code in missing:
            if wallet := there.get(self.owners[code]):
                # A member of this community, or its treasury, goes on.
                wallet.reference = code
                self.wallets[code] = wallet.id
                continue
            made.append(code)
            rows.append(
                {
                    "partner_id": self.owners[code],
                    "wezer_currency_id": self.currency.id,
                    "reference": code,
                    "own_limits": True,
                    "has_lower": False,
                    "has_upper": False,
                    "company_id": self.company.id,
                }
            )
        ids = self._create("wezer.wallet", rows, "wallets")
        self.wallets.update(zip(made, ids, strict=True))
        self.new_wallets = set(ids)

    # === HISTORY === #

    def _post_history(self) -> None:
        """Post the history in the order of time, in portions of one transaction."""
        batches = self.env["wezer.batch"]
        self.batch = batches._next_id()
        count, done = len(self.postings), 0
        links: list[tuple[str, str]] = []
        transfers = self.env["wezer.transfer"].with_user(self._poster()).sudo()
        keyless = BulkPosting(transfers).without_keys(self.wallets.values())
        for rows in self._portions(keyless, links):
            answers = transfers._post_rows(rows, "history", batch=self.batch)
            self._check_answers(rows, answers)
            money = [{"money": self.currency.id}] * len(rows)
            batches._keep(self.batch, "payments", money, answers)
            self._count_beyond(rows, answers)
            done += len(rows)
            self.progress("payments", done, count)
        self._link_reversals(links)
        # The stored balances are right at once, the treasury's too.
        self.env["wezer.wallet"]._cron_sweep()

    def _poster(self) -> models.Model:
        """Return the user who is named as having posted the history.

        A history that makes its currency is the act of nobody here. In a currency that
        is in use, the person who started the move answers for it, also where a job
        imports it.
        """
        if self.move.makes_currency:
            return self.env["res.users"].browse(SUPERUSER_ID)
        return self.move._starter()

    def _portions(self, keyless: set[int], links: list) -> Iterator[list[dict]]:
        rows: list[dict] = []
        for key, payment in keys.keyed(self.move.code, self.postings):
            if payment.reverses:
                links.append((key, keys.prefix(self.move.code) + payment.reverses))
            rows.append(self._row(key, payment, keyless))
            if len(rows) == PORTION:
                yield rows
                rows = []
        if rows:
            yield rows

    def _row(self, key: str, payment: Payment, keyless: set[int]) -> dict:
        payer, minor = self.wallets[payment.payer], self._minor(payment)
        self.sums[payment.payer] -= minor
        self.sums[payment.payee] += minor
        return {
            "payer_wallet": payer,
            "payee_wallet": self.wallets[payment.payee],
            "minor": minor,
            "purpose": self._purpose(payment),
            "kind": payment.kind,
            "category": None,
            "date": payment.moment.replace(microsecond=0) if payment.moment else None,
            "key": key,
            # Every key is met once, and nobody else gives them.
            "first": payer in keyless,
            "open_book": True,
            "codes": (payment.payer, payment.payee),
        }

    def _minor(self, payment: Payment) -> int:
        try:
            return minor_of(payment.amount, self.currency.minor_per_unit)
        except ValueError as error:
            raise Refusal(
                self.env._(
                    "The amount %(amount)s in row %(row)s of %(file)s has more decimals"
                    " than %(currency)s.",
                    amount=payment.amount,
                    row=payment.row,
                    file=payment.file,
                    currency=self.currency.name,
                ),
                rule="digits",
                value=str(payment.amount),
            ) from error

    def _purpose(self, payment: Payment) -> str | None:
        text = clean_line(payment.purpose)
        if payment.foreign:
            text = " · ".join(filter(None, (text, clean_line(payment.foreign))))
        if len(text) > PURPOSE_LENGTH:
            text = f"{text[: PURPOSE_LENGTH - 1]}…"
        return text or None

    def _check_answers(self, rows: list[dict], answers: list[dict]) -> None:
        for row, answer in zip(rows, answers, strict=True):
            if answer["state"] == "refused":
                raise Refusal(
                    self.env._(
                        "The payment %(key)s cannot be posted: %(reason)s",
                        key=row["key"],
                        reason=answer["reason"],
                    ),
                    rule=answer["rule"],
                    value=row["key"],
                )

    def _count_beyond(self, rows: list[dict], answers: list[dict]) -> None:
        """Count the payments that left a balance beyond the limits of its account."""
        per_unit = self.currency.minor_per_unit
        for row, answer in zip(rows, answers, strict=True):
            if answer["state"] != "posted" or "after" not in row:
                continue
            for code, balance in zip(row["codes"], row["after"], strict=True):
                account = self.accounts[code]
                lower, upper = account.lower, account.upper
                if (lower is not None and balance < lower * per_unit) or (
                    upper is not None and balance > upper * per_unit
                ):
                    self.beyond[code] = self.beyond.get(code, 0) + 1

    def _link_reversals(self, links: list[tuple[str, str]]) -> None:
        """Tie each reversal to the payment that it takes back, where that is clear."""
        if not links:
            return
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
            """WITH pairs AS (
                   SELECT b.id AS back, o.id AS original, b.amount_minor
                     FROM unnest(%s::varchar[], %s::varchar[]) AS l(back, original)
                     JOIN wezer_transfer b ON b.key = l.back
                      AND b.wezer_currency_id = %s AND b.parent_id IS NULL
                     JOIN wezer_transfer o ON o.key = l.original
                      AND o.wezer_currency_id = b.wezer_currency_id
                      AND o.payer_wallet_id = b.payee_wallet_id
                      AND o.payee_wallet_id = b.payer_wallet_id
                    WHERE b.kind = 'reversal'),
               fitting AS (
                   SELECT original, sum(amount_minor) AS minor FROM pairs
                    GROUP BY original),
               linked AS (
                   UPDATE wezer_transfer o
                      SET reversed_minor = o.reversed_minor + f.minor
                     FROM fitting f
                    WHERE o.id = f.original
                      AND o.reversed_minor + f.minor <= o.amount_minor
                   RETURNING o.id)
               UPDATE wezer_transfer b SET parent_id = p.original
                 FROM pairs p JOIN linked ON linked.id = p.original
                WHERE b.id = p.back""",
            [
                [back for back, _original in links],
                [original for _back, original in links],
                self.currency.id,
            ],
        )
        self.env["wezer.transfer"].invalidate_model(["parent_id", "reversed_minor"])

    # === ANNOUNCEMENTS AND NEWS === #

    def _take_adverts(self) -> None:
        """Make drafts of the offers and wants; opening publishes what is live."""
        by_key = {
            self._advert_key(advert, number): advert
            for number, advert in enumerate(self.content.adverts)
            if self._author_of(advert)
        }
        known = self._known("advert", "wezer.announcement", by_key)
        missing = {key: one for key, one in by_key.items() if key not in known}
        categories = self._categories({one.category for one in missing.values()})
        ids = self._create(
            "wezer.announcement",
            [self._advert_vals(advert, categories) for advert in missing.values()],
            "announcements",
        )
        made = dict(zip(missing, ids, strict=True))
        self._remember("advert", "wezer.announcement", made)
        self._add_prices({**known, **made}, by_key)
        # They stay drafts when the community is opened.
        self.made["hidden"] = [made[key] for key, one in missing.items() if one.hidden]

    def _author_of(self, one: Advert | News) -> int:
        """Return the partner who announces something, 0 where nobody does any more."""
        if one.account in self.owners:
            closed = self.accounts[one.account].state == "closed"
            return 0 if closed else self.owners[one.account]
        if one.author in self.content.people:
            left = self.content.people[one.author].state == "left"
            return 0 if left else self.people.get(one.author, 0)
        return self.groups.get(one.author, 0)

    def _add_prices(self, known: dict[str, int], adverts: dict[str, Advert]) -> None:
        """Give announcements their prices in the currency of this move, and outside.

        An announcement with prices in several currencies gets each by its own move.
        """
        lines = self.env["wezer.announcement.price"]
        there = {
            (line.announcement_id.id, line.wezer_currency_id.id)
            for line in lines.search([("announcement_id", "in", list(known.values()))])
        }
        rows = []
        for key, advert in adverts.items():
            for code, amount in advert.prices.items():
                currency = self.priced.get(code)
                if not currency or not amount or (known[key], currency.id) in there:
                    continue
                rows.append(
                    {
                        "announcement_id": known[key],
                        "wezer_currency_id": currency.id,
                        "unit_minor": minor_of(amount, currency.minor_per_unit),
                    }
                )
        self._create("wezer.announcement.price", rows, "prices")

    def _advert_key(self, advert: Advert, number: int) -> str:
        if advert.id:
            return f"{advert.kind}:{advert.id}"
        moment = advert.created.isoformat() if advert.created else ""
        parts = (advert.kind, advert.account, advert.title, advert.text, moment)
        return "\x1f".join(parts) if any(parts[2:]) else f"{advert.kind}#{number}"

    def _categories(self, names: set[str]) -> dict[str, int]:
        """Return ``{name: category}``, those that are missing made."""
        found: dict[str, int] = {}
        categories = self.env["wezer.category"]
        above = self.content.categories
        wanted = {*filter(None, names), *above}
        # Those above first, as the files have them.
        for name in [*above, *sorted(wanted - above.keys())]:
            clean = clean_line(name, 80)
            if not has_letter(clean):
                continue
            known = categories._find(clean)[:1]
            if not known:
                parent = found.get(above.get(name, ""), False)
                known = categories.create({"name": clean, "parent_id": parent})
                self.made.setdefault("wezer.category", []).append(known.id)
            found[name] = known.id
        return found

    def _advert_vals(self, advert: Advert, categories: dict[str, int]) -> dict:
        title = clean_line(advert.title, TITLE_LENGTH)
        text = clean_text(advert.text, NEWS_LENGTH)
        words = ", ".join(clean_line(word, 80) for word in advert.keywords)
        lines = [line for line in (text, words) if line]
        return {
            "kind": advert.kind,
            "title": title if has_letter(title) else self.env._("Without a title"),
            "description": "".join(
                f"<p>{html_escape(line).replace(chr(10), '<br/>')}</p>"
                for line in lines
            ),
            "category_id": categories.get(advert.category, False),
            "author_id": self._author_of(advert),
            "visibility": "members",
            "claim_mode": "choose",
            "places": 0,
            "state": "draft",
            "expiry": advert.expires.date() if advert.expires else False,
            "date_publish": advert.created,
            # Nobody is told of what is old.
            "searches_notified": True,
            "company_id": self.company.id,
            "skill_ids": self.skills.commands(advert.skills),
            **advert_details.values_of(self.env, advert, self._group_ids(advert)),
        }

    def _group_ids(self, advert: Advert) -> list[int]:
        """Return the groups that alone see an announcement."""
        partners = [self.groups[key] for key in advert.groups if key in self.groups]
        return (
            self.env["wezer.group"]
            .with_context(active_test=False)
            .search([("partner_id", "in", partners)])
            .ids
        )

    def _take_news(self) -> None:
        """Make drafts of the news, and the circles of accounts."""
        circles = self._circles()
        by_key = {
            self._news_key(news, number): news
            for number, news in enumerate(self.content.news)
        }
        known = self._known("news", "wezer.news", by_key)
        missing = {key: news for key, news in by_key.items() if key not in known}
        if not missing:
            return
        general = any(news.group not in self.groups for news in missing.values())
        circle = circles or (
            self._community_circle() if general else self.env["wezer.group"]
        )
        ids = self._create(
            "wezer.news",
            [self._news_vals(news, circle) for news in missing.values()],
            "news",
        )
        self._remember("news", "wezer.news", dict(zip(missing, ids, strict=True)))

    def _news_key(self, news: News, number: int) -> str:
        moment = news.created.isoformat() if news.created else ""
        return news.id or (f"{moment}\x1f{news.title}" if news.title else str(number))

    def _news_vals(self, news: News, circle: models.Model) -> dict:
        title = clean_line(news.title, 120)
        return {
            "group_id": self._group_of(news).id or circle.id,
            "title": title if has_letter(title) else self.env._("Without a title"),
            "text": clean_text(news.text, NEWS_LENGTH) or title or "…",
            "state": "draft",
            "visibility": news.visibility or "network",
            "send_letter": False,
            "to_tell": False,
            "date": news.created or fields.Datetime.now(),
            "author_id": self._author_of(news) or self.company.partner_id.id,
        }

    def _group_of(self, news: News) -> models.Model:
        """Return the group whose news it is, none for the whole community's."""
        groups = self.env["wezer.group"]
        partner = self.groups.get(news.group)
        return groups._of_partner(groups.partner_id.browse(partner or []))

    def _community_circle(self) -> models.Model:
        """Return the circle of the whole community, made where there is none."""
        groups = self.env["wezer.group"]
        roots = groups.search(
            [
                ("parent_id", "=", False),
                ("kind", "=", "circle"),
                ("visibility", "in", ("public", "network")),
                ("company_id", "=", self.company.id),
            ],
            limit=2,
        )
        if len(roots) == 1:
            return roots
        name = clean_line(self.content.name, TITLE_LENGTH) or self.move.code
        reference = f"{keys.PREFIX}-{self.move.code}"
        known = groups.search([("reference", "=", reference)], limit=1)
        if known:
            return known
        circle = groups.create(
            {
                "name": name,
                "kind": "circle",
                "visibility": "network",
                "join_policy": "request",
                "reference": reference,
                "company_id": self.company.id,
            }
        )
        self.made.setdefault("wezer.group", []).append(circle.id)
        return circle

    def _circles(self) -> models.Model:
        """Make the circles that accounts belong to; return that of the community."""
        names: dict[str, list[str]] = {}
        for code, account in self.accounts.items():
            name = clean_line(account.circle, TITLE_LENGTH)
            if has_letter(name) and account.state != "closed":
                names.setdefault(name, []).append(code)
        groups = self.env["wezer.group"]
        if not names:
            return groups
        parent = self._community_circle()
        known = {
            circle.name: circle
            for circle in groups.search(
                [("parent_id", "=", parent.id), ("name", "in", list(names))]
            )
        }
        places = []
        for name, codes in names.items():
            circle = known.get(name)
            if not circle:
                circle = groups.create(
                    {
                        "name": name,
                        "kind": "circle",
                        "parent_id": parent.id,
                        "join_policy": "request",
                        "company_id": self.company.id,
                    }
                )
                self.made.setdefault("wezer.group", []).append(circle.id)
            there = set(circle.membership_ids.partner_id.ids)
            people = {
                self.people[key]
                for code in codes
                for key in self.accounts[code].people
                if key in self.people
            }
            places += [
                {"group_id": circle.id, "partner_id": person, "state": "active"}
                for person in sorted(people - there)
            ]
        self._create("wezer.group.membership", places, "circles")
        return parent

    # === LIMITS AND STATES === #

    def _set_limits_and_states(self) -> None:
        """Give new wallets the limits and states of their accounts."""
        groups: dict[tuple, list[int]] = {}
        for code, account in self.accounts.items():
            wallet = self.wallets[code]
            if wallet in self.new_wallets:
                groups.setdefault(self._limits(account), []).append(wallet)
        for values, ids in groups.items():
            wallets = self.env["wezer.wallet"].browse(ids)
            own, has_lower, lower, has_upper, upper, state = values
            wallets.write(
                {
                    "own_limits": own,
                    "has_lower": has_lower,
                    "lower_limit": lower,
                    "has_upper": has_upper,
                    "upper_limit": upper,
                    "state": state,
                }
            )
        self.env.flush_all()

    def _limits(self, account: Account) -> tuple:
        """Return own limits or not, the limits in minor units, and the state."""
        state = "closed" if account.kind in NAMELESS else account.state
        if state == "closed" or account.kind == "foreign":
            # History only: nobody spends below zero from here.
            return True, True, 0, False, 0, state
        if account.lower is None and account.upper is None and not account.own_limits:
            # The currency's limits, as for every member.
            return account.kind in OWN, True, 0, False, 0, state
        per_unit = self.currency.minor_per_unit
        lower, upper = account.lower, account.upper
        return (
            True,
            lower is not None,
            0 if lower is None else limit_of(lower, per_unit),
            upper is not None,
            0 if upper is None else limit_of(upper, per_unit),
            state,
        )

    # === WHAT IS KEPT === #

    def _keep(self) -> None:
        """Write down what became of the accounts, and where the rows are."""
        for account in self.move.account_ids:
            code = account.code
            account.write(
                {
                    "partner_id": self.owners[code],
                    "wallet_id": self.wallets[code],
                    "person_ids": [
                        fields.Command.set(
                            [
                                self.people[key]
                                for key in self.accounts[code].people
                                if key in self.people
                            ]
                        )
                    ],
                    "beyond_count": self.beyond.get(code, 0),
                    "balance_here": self.currency._decimal(self.sums[code]),
                }
            )
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT (SELECT coalesce(max(id), 0) FROM wezer_transfer
                        WHERE wezer_currency_id = %(currency)s),
                      (SELECT coalesce(max(id), 0) FROM wezer_ledger_entry
                        WHERE wezer_currency_id = %(currency)s)""",
            {"currency": self.currency.id},
        )
        transfer, entry = self.env.cr.fetchone()
        self.move.write(
            {
                "state": "imported",
                "failure": False,
                "date_imported": fields.Datetime.now(),
                "batch_number": self.batch,
                "last_transfer": transfer,
                "last_entry": entry,
                "made": self.made,
                "report": {
                    **(self.move.report or {}),
                    "posted": len(self.postings),
                },
            }
        )
