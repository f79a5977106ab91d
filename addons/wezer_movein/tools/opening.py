"""Opening a community that moved in: people are seen, announcements published."""

from odoo import fields, models
from odoo.tools import email_normalize

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.locks import hold_addresses
from odoo.addons.wezer_base.tools.text import free_slug, slugify

# Letters that one press of the button sends.
LETTERS = 2000


def open_community(move: models.Model) -> None:
    """Let members be seen and pay, and publish what they announced (sudo)."""
    move = move.with_context(tracking_disable=True, mail_notrack=True)
    made = move.made or {}
    # People who had only asked to join wait for an answer here, too.
    accepted = set(made.get("wezer.profile", [])) - set(made.get("applicants", []))
    _accept(move.env["wezer.profile"].browse(sorted(accepted)))
    shown = set(made.get("wezer.announcement", [])) - set(made.get("hidden", []))
    _publish(move.env["wezer.announcement"].browse(sorted(shown)))
    news = move.env["wezer.news"].browse(made.get("wezer.news", [])).exists()
    drafts = news.filtered(lambda one: one.state == "draft")
    drafts.write({"state": "published", "published_by_id": move.person_id.id})
    move.write({"state": "open", "date_opened": fields.Datetime.now()})


def _accept(profiles: models.Model) -> None:
    """Make members of those who wait, each at an address of their name."""
    waiting = profiles.exists().filtered(lambda profile: profile.state == "pending")
    if not waiting:
        return
    wishes = {profile: slugify(profile.name, "member") for profile in waiting}
    hold_addresses(profiles.env, *set(wishes.values()))
    taken = profiles._slugs_like("")
    for profile, wanted in wishes.items():
        # The state with each: the address is its own, chosen among all at once.
        profile.slug = free_slug(wanted, taken)
        taken.add(profile.slug)
    profiles.env.flush_all()
    profiles.env.cr.execute(
        "UPDATE wezer_profile SET state = 'active' WHERE id = ANY(%s)", [waiting.ids]
    )
    waiting.invalidate_recordset(["state"])
    waiting.modified(["state"])
    profiles.env["res.partner"]._wezer_invalidate_acting()
    waiting._taken_in()


def _publish(announcements: models.Model) -> None:
    """Open what is live; what has run out over there has ended here."""
    drafts = announcements.exists().filtered(lambda one: one.state == "draft")
    today = days.today(announcements.env)
    over = drafts.filtered(lambda one: one.expiry and one.expiry < today)
    live = drafts - over
    over.write({"state": "ended", "end_reason": "expired"})
    live.write({"state": "open"})


def send_letters(move: models.Model, account_ids: list[int] | None) -> int:
    """Invite people of this move who have no login, each once.

    :param move: as the administrator who sends
    :return: how many letters are on their way
    """
    # The action has checked that an administrator asks.
    accounts = move.sudo().account_ids.filtered(lambda row: not row.date_letter)
    if account_ids is not None:
        accounts = accounts.filtered(lambda row: row.id in set(account_ids))
    addresses: dict[str, models.Model] = {}
    for account in accounts:
        for person in account.person_ids:
            profile = person._wezer_profile()
            address = email_normalize(person.email or "")
            if address and not person.user_ids and profile.state == "active":
                addresses.setdefault(address, account)
    some = list(addresses)[:LETTERS]
    for address in some:
        account = addresses[address]
        move.env["wezer.invitation"].action_invite([address], _message(move, account))
        account.date_letter = fields.Datetime.now()
    return len(some)


def _message(move: models.Model, account: models.Model) -> str:
    """Return what a letter says about the account that came along."""
    return move.env._(
        "%(community)s has moved here. Your account %(code)s came along, with"
        " %(count)s payments and a balance of %(balance)s.",
        community=move.name,
        code=account.code,
        count=account.payment_count,
        balance=account.wallet_id.sudo().balance_text,
    )
